//! Requests that mean harm: each is refused by name, and none is a 500.

use std::fmt::Write as _;
use std::time::Duration;

use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Operation, is_refusal, operations, raw, served, status};

async fn send(who: &Person, operation: &Operation, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let mut request = who.request(operation.method.clone(), &operation.path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    who.send(match body {
        Some(body) => request.body(body.to_vec()),
        None => request,
    })
    .await
}

/// Ends the session that asks.
fn ends_the_session(operation: &Operation) -> bool {
    operation.path.contains("/session")
}

#[tokio::test]
async fn every_write_from_another_site_is_refused() {
    let app = TestApp::new().await;
    let writes: Vec<Operation> = operations().into_iter().filter(Operation::is_write).collect();
    assert!(writes.len() > 25, "only {} writes are described", writes.len());
    let foreign = [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for operation in &writes {
        for header in foreign {
            // As a page of somebody else's can send it: a form's content type, and our cookie.
            let headers = [header, ("content-type", "text/plain")];
            let answer = send(&app.admin, operation, &headers, Some(b"{}")).await;
            assert_eq!(answer.problem(), "403 cross_site", "{} {} with {header:?}", operation.method, operation.path);
        }
    }
    assert_eq!(app.admin.get("/me").await.status, 200, "none of them ended the session");
}

#[tokio::test]
async fn every_body_of_another_type_is_refused() {
    let app = TestApp::new().await;
    let kinds =
        ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/octet-stream", "nonsense"];
    let (mut asked, mut by_type) = (0, 0);
    for operation in operations().iter().filter(|o| o.is_write() && !o.takes.is_empty() && !ends_the_session(o)) {
        for kind in kinds.iter().filter(|kind| !operation.takes.iter().any(|t| t == *kind)) {
            let answer = send(&app.admin, operation, &[("content-type", kind)], Some(b"{}")).await;
            let what = format!("{} {} as {kind}: {} {}", operation.method, operation.path, answer.status, answer.body);
            assert!(is_refusal(&answer.body, answer.status), "{what}");
            asked += 1;
            by_type += u32::from(answer.status == 415);
        }
        let answer = send(&app.admin, operation, &[], Some(b"{}")).await;
        assert!(is_refusal(&answer.body, answer.status), "{} {} without a type", operation.method, operation.path);
    }
    // Some are refused before their type is looked at: what they name is not there, or the request is of another form.
    assert!(asked > 100 && by_type * 2 > asked, "{by_type} of {asked} were refused for their type");
}

/// Bodies that have brought down parsers.
fn hostile_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(20_000), close.repeat(20_000)).into_bytes()
    };
    vec![
        ("deep arrays", deep("[", "", "]")),
        ("deep objects", deep("{\"a\":", "1", "}")),
        ("a deep filter", deep("{\"and\":[", "", "]}")),
        ("deep in a field", format!("{{\"name\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000)).into_bytes()),
        ("invalid UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("half a surrogate", br#"{"name":"\ud800"}"#.to_vec()),
        ("two values", b"{}{}".to_vec()),
        ("nothing", Vec::new()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("a number without end", format!("{{\"version\":{}}}", "9".repeat(5_000)).into_bytes()),
        ("a power without end", b"{\"version\":1e999999}".to_vec()),
        ("not a number", b"{\"version\":NaN}".to_vec()),
        ("a prototype", br#"{"__proto__":{"admin":true},"constructor":{"prototype":{}}}"#.to_vec()),
        ("an array", b"[]".to_vec()),
        ("null", b"null".to_vec()),
    ]
}

#[tokio::test]
async fn no_body_brings_the_server_down() {
    let app = TestApp::new().await;
    for operation in
        operations().iter().filter(|o| o.takes.iter().any(|t| t == "application/json") && !ends_the_session(o))
    {
        for (name, body) in hostile_bodies() {
            let answer = send(&app.admin, operation, &[("content-type", "application/json")], Some(&body)).await;
            let what =
                format!("{} {} with {name}: {} {}", operation.method, operation.path, answer.status, answer.body);
            assert!(answer.status < 500, "{what}");
        }
    }
    // By name, where the answer does not hang on the endpoint.
    let of = async |body: Vec<u8>| {
        let request =
            app.admin.request(Method::POST, "/accounts").header("content-type", "application/json").body(body);
        app.admin.send(request).await.problem()
    };
    for (name, body) in hostile_bodies() {
        let problem = of(body).await;
        // What has another shape is told by its field, before the rest is read.
        let unreadable = ["invalid UTF-8", "half a surrogate", "nothing", "a byte order mark"].contains(&name);
        let expected = if unreadable { "400 malformed_json" } else { "4" };
        assert!(problem.starts_with(expected), "{name}: {problem}");
    }
    let twice = of(br#"{"name":"A","name":"B"}"#.to_vec()).await;
    assert!(twice.starts_with("422 invalid"), "the same field twice: {twice}");
    assert_eq!(
        of(br#"{"name":"A","owner":"B","is_admin":true}"#.to_vec()).await.split(':').next(),
        Some("422 invalid")
    );
    assert_eq!(of(vec![b' '; 2 << 20]).await, "413 too_large");
    assert_eq!(app.admin.get("/accounts?count=true").await.ok()["total"], 0, "and nothing was made by them");
}

#[tokio::test]
async fn a_character_that_the_database_cannot_hold_is_refused() {
    let app = TestApp::new().await;
    for (path, body) in [
        ("/accounts", json!({ "name": "A\u{0}" })),
        ("/contacts", json!({ "last_name": "A\u{0}" })),
        ("/opportunities", json!({ "name": "A\u{0}" })),
        ("/tasks", json!({ "title": "A\u{0}" })),
        ("/products", json!({ "name": "A\u{0}" })),
        ("/session", json!({ "email": "a\u{0}@acme.test", "password": "A\u{0}" })),
        ("/agent-runs", json!({ "goal": "A\u{0}" })),
    ] {
        let answer = app.admin.post(path, body).await;
        assert!(is_refusal(&answer.body, answer.status), "{path}: {} {}", answer.status, answer.body);
    }
    for path in [
        "/search?q=%00",
        "/search?q=%ff%fe",
        "/opportunities?q=%00",
        "/opportunities?stage=%00",
        "/opportunities?cursor=%00%ff",
        "/opportunities?sort=%00",
        "/opportunities/%00",
        "/opportunities/%ff%fe",
        "/opportunities/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/imports/fields?object=%00",
    ] {
        let answer = app.admin.get(path).await;
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
    }
}

#[tokio::test]
async fn every_read_bears_a_query_it_does_not_know() {
    let app = TestApp::new().await;
    let long = "x".repeat(30_000);
    let queries = [
        format!("q={long}"),
        format!("cursor={long}"),
        format!("limit={}", "9".repeat(400)),
        "limit=-1&limit=0".to_owned(),
        "q=a&q=b".to_owned(),
        "q=%00".to_owned(),
        "q[]=a&q[$ne]=".to_owned(),
        "id=' or 1=1 --&sort=name;drop table account".to_owned(),
        "%ff=%ff&=&&&==".to_owned(),
        "from=0000-00-00&to=+292278994-08-17T07:12:55.807Z".to_owned(),
    ];
    // Streams end when nobody listens any more; their own tests listen.
    for operation in
        operations().iter().filter(|o| !o.is_write() && !o.path.ends_with("/stream") && !o.path.ends_with("/live"))
    {
        for query in &queries {
            let answer = app.admin.get(&format!("{}?{query}", operation.path)).await;
            let what = format!("{}?{}", operation.path, &query[..query.len().min(80)]);
            assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
        }
    }
}

#[tokio::test]
async fn headers_without_measure_are_refused() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, false, Duration::from_secs(30)).await;
    let cookie = app.admin.cookie.clone().unwrap();
    // The server hangs up on what it has not read; the answer may be lost with it.
    let is_refused = |status: u16| matches!(status, 0 | 431);
    let ask = async |more: &str| {
        let request = format!("GET /api/v1/me HTTP/1.1\r\nHost: crm.test\r\nConnection: close\r\n{more}\r\n");
        status(&raw(address, request.as_bytes()).await)
    };
    assert_eq!(ask(&format!("Cookie: {cookie}\r\n")).await, 200);
    assert!(is_refused(ask(&format!("X-Long: {}\r\n", "x".repeat(100_000))).await));
    let many = (0..200).fold(String::new(), |mut text, n| {
        write!(text, "X-{n}: 1\r\n").unwrap();
        text
    });
    assert!(is_refused(ask(&many).await));
    let cookies = (0..1_000).fold(String::new(), |mut text, n| {
        write!(text, "c{n}=v; ").unwrap();
        text
    });
    assert_eq!(ask(&format!("Cookie: {cookies}{cookie}\r\n")).await, 200, "the right one is found among many");
    assert!(is_refused(ask(&format!("Cookie: {}\r\n", cookies.repeat(10))).await));
    for broken in
        ["Cookie: ;;;=;=\r\n", "Cookie: dealwright_session=\r\n", "Authorization: Bearer\r\n", "Authorization: \r\n"]
    {
        assert_eq!(ask(broken).await, 401, "{broken}");
    }
    for broken in ["Bad Header: x\r\n", "No-Colon\r\n", "Nul: a\0b\r\n", " Folded: x\r\n", "Content-Length: -1\r\n"] {
        assert_eq!(ask(broken).await, 400, "{broken:?}");
    }
    stop.cancel();
}

#[tokio::test]
async fn a_message_that_can_be_read_in_two_ways_is_read_in_one() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, false, Duration::from_secs(30)).await;
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 4, 5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let request = format!("POST /api/v1/session HTTP/1.1\r\nHost: x\r\n{lengths}\r\n0\r\n\r\n{hidden}");
        let answer = raw(address, request.as_bytes()).await;
        assert_eq!(status(&answer), 400, "{lengths:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{lengths:?}: what was hidden is answered: {answer}");
    }
    // With both, chunks count and the connection ends (RFC 9112, 6.1): nothing after them is a request.
    let both = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n";
    let request =
        format!("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{both}\r\n0\r\n\r\n{hidden}");
    let answer = raw(address, request.as_bytes()).await;
    assert_eq!((status(&answer), answer.matches("HTTP/1.1").count()), (400, 1), "{answer}");
    stop.cancel();
}

#[tokio::test]
async fn a_client_that_dawdles_is_hung_up_on() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, false, Duration::from_millis(300)).await;
    let began = std::time::Instant::now();
    // Half a request, and silence.
    let answer = raw(address, b"GET /healthz HTTP/1.1\r\nHost: crm.test\r\nX-Slow: ").await;
    assert!(matches!(status(&answer), 0 | 408), "{answer}");
    // A whole one, and nothing after it.
    let answer = raw(address, b"GET /healthz HTTP/1.1\r\nHost: crm.test\r\n\r\n").await;
    assert_eq!(status(&answer), 204);
    assert!(began.elapsed() < Duration::from_secs(10));
    stop.cancel();
}

#[tokio::test]
async fn no_path_leads_out_of_the_apps_files() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, false, Duration::from_secs(30)).await;
    for path in [
        "/assets/../../../../etc/passwd",
        "/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%252e%252e%252fetc%252fpasswd",
        "/assets/..\\..\\etc\\passwd",
        "/assets//etc/passwd",
        "//evil.test/%2e%2e",
        "/docs/../../etc/passwd",
        "/docs/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/.git/config",
        "/assets/index.js%00.html",
        "/assets/%ff%fe",
        "http://evil.test/etc/passwd",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: crm.test\r\nConnection: close\r\n\r\n");
        let answer = raw(address, request.as_bytes()).await;
        assert!(matches!(status(&answer), 200 | 303 | 307 | 308 | 400 | 404), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("[workspace]") && !answer.contains("[core]"), "{path}");
        let away = answer.lines().any(|l| l.to_ascii_lowercase().starts_with("location:") && l.contains("evil"));
        assert!(!away, "{path} leads away: {answer}");
    }
    for bytes in [
        &b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET /a b HTTP/1.1\r\n\r\n",
    ] {
        assert!(matches!(status(&raw(address, bytes).await), 0 | 400 | 404), "{bytes:?}");
    }
    stop.cancel();
}

#[tokio::test]
async fn a_method_cannot_be_changed_by_a_header() {
    let app = TestApp::new().await;
    let id = app.admin.opportunity("Stays", json!({})).await["id"].as_str().unwrap().to_owned();
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        for method in [Method::GET, Method::POST] {
            let path = format!("/opportunities/{id}?_method=DELETE");
            let request = app.admin.request(method, &path).header(name, "DELETE").header("if-match", "\"1\"");
            app.admin.send(request.json(&json!({ "_method": "DELETE" }))).await;
        }
    }
    assert_eq!(app.admin.get(&format!("/opportunities/{id}")).await.ok()["name"], "Stays");
}

#[tokio::test]
async fn no_answer_repeats_a_foreign_host() {
    let app = TestApp::new().await;
    for operation in operations()
        .iter()
        .filter(|o| !o.path.ends_with("/stream") && !o.path.ends_with("/live") && !ends_the_session(o))
    {
        let headers = [
            ("host", "evil.test"),
            ("x-forwarded-host", "evil.test"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "host=evil.test"),
            ("content-type", "application/json"),
        ];
        let answer = send(&app.admin, operation, &headers, operation.is_write().then_some(b"{}")).await;
        let what = format!("{} {}", operation.method, operation.path);
        assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
        assert!(!answer.body.to_string().contains("evil.test"), "{what} repeats the host: {}", answer.body);
        assert!(
            !format!("{:?}", answer.headers).contains("evil.test"),
            "{what} repeats the host: {:?}",
            answer.headers
        );
    }
}

/// What an accident says to the outside: nothing of what is inside.
#[tokio::test]
async fn problems_say_nothing_of_the_inside() {
    let app = TestApp::new().await;
    let answers = [
        app.admin.get("/opportunities?sort=nothing").await,
        app.admin.get("/opportunities/nothing").await,
        app.admin.post("/opportunities", json!({ "name": 1 })).await,
        app.admin.post("/undo", json!({ "event_id": "x" })).await,
        app.admin
            .patch("/opportunities/00000000-0000-7000-8000-000000000000", json!({ "name": "x", "version": 1 }))
            .await,
    ];
    for answer in answers {
        let text = answer.body.to_string().to_lowercase();
        assert!(is_refusal(&answer.body, answer.status), "{} {text}", answer.status);
        for word in ["sqlx", "postgres", "select ", "panicked", ".rs:", "/home/", "backtrace", "constraint"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_ne!(answer.body["request_id"], Value::Null);
    }
}
