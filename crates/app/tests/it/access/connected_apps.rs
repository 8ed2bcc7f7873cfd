//! Apps that people connect, by the letter of OAuth 2.1, RFC 7591, 7009, 8707 and 9728: every way in which a code or a token is no
//! good, and that it ends when it should.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, TimeZone, Utc};
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

const BACK: &str = "https://desk.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn timed() -> (TestApp, Clock) {
    let clock = Clock::fixed(Utc.with_ymd_and_hms(2026, 3, 4, 9, 0, 0).unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

async fn register(app: &TestApp, metadata: Value) -> Answer {
    app.nobody().post("!/oauth/register", metadata).await
}

/// A registered app's id.
async fn client(app: &TestApp) -> String {
    let made = register(app, json!({ "client_name": "Desk", "redirect_uris": [BACK, "http://127.0.0.1/cb"] })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["client_id"].as_str().unwrap().to_owned()
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// What an app asks for, with these differences.
fn request(client: &str, changes: Value) -> Value {
    let mut request = json!({
        "response_type": "code", "client_id": client, "redirect_uri": BACK, "code_challenge": challenge(),
        "code_challenge_method": "S256", "resource": "http://crm.test/mcp", "state": "xyz",
    });
    request.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    request
}

async fn agree(person: &Person, request: Value, reach: &str) -> Answer {
    person.post("/connected-apps", json!({ "request": request, "reach": reach })).await
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A code that a person agreed to.
async fn code(person: &Person, client: &str, reach: &str) -> String {
    let agreed = agree(person, request(client, json!({})), reach).await.ok();
    let back = agreed["redirect_to"].as_str().unwrap();
    assert!(back.starts_with(BACK), "{back}");
    assert_eq!(parameter(back, "state").as_deref(), Some("xyz"));
    assert_eq!(parameter(back, "iss").as_deref(), Some("http://crm.test"));
    parameter(back, "code").unwrap()
}

async fn form(app: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let nobody = app.nobody();
    let body: String = pairs
        .iter()
        .map(|(k, v)| format!("{k}={}&", v.replace('%', "%25").replace(' ', "+").replace('&', "%26")))
        .collect();
    let request = nobody.request(Method::POST, &format!("!{path}"));
    nobody.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
}

/// A token request with these differences; an empty value takes a parameter away.
async fn exchange(app: &TestApp, client: &str, code: &str, changes: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", BACK),
        ("resource", "http://crm.test/mcp"),
    ];
    let mut pairs: Vec<(&str, &str)> =
        usual.iter().filter(|(k, _)| changes.iter().all(|(c, _)| c != k)).copied().collect();
    pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    form(app, "/oauth/token", &pairs).await
}

async fn refresh(app: &TestApp, client: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)];
    pairs.extend(more);
    form(app, "/oauth/token", &pairs).await
}

fn error(answer: &Answer) -> String {
    assert_eq!(answer.headers["cache-control"], "no-store");
    format!("{} {}", answer.status, answer.body["error"].as_str().unwrap_or("(none)"))
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

/// The names of the tools that a bearer is offered, or the status of the refusal.
async fn tools(app: &TestApp, path: &str, token: &str) -> Result<Vec<String>, u16> {
    let program = app.nobody().with_key(token);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let request =
        program.request(Method::POST, &format!("!{path}")).header("accept", "application/json, text/event-stream");
    let answer = program.send(request.json(&body)).await;
    if answer.status != 200 {
        return Err(answer.status);
    }
    let tools = answer.body["result"]["tools"].as_array().unwrap();
    Ok(tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn an_app_acts_for_the_person_who_agreed_and_no_further() {
    let (app, clock) = timed().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let desk = client(&app).await;
    let asked = request(&desk, json!({}));
    let pairs = asked.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap()));
    let url = reqwest::Url::parse_with_params("http://crm.test/", pairs).unwrap();
    let shown = rep.get(&format!("/connected-apps/request?{}", url.query().unwrap())).await.ok();
    assert_eq!(
        (&shown["name"], &shown["returns_to"], &shown["offered"], &shown["connected"], &shown["wrong"]),
        (&json!("Desk"), &json!("desk.example"), &json!(["read", "propose"]), &json!(false), &Value::Null)
    );
    // Nothing is connected by looking, nor by an agreement that the app never takes up.
    assert_eq!(rep.get("/connected-apps").await.ok()["items"], json!([]));
    let unused = code(&rep, &desk, "read").await;
    assert_eq!(rep.get("/connected-apps").await.ok()["items"], json!([]));

    let given = exchange(&app, &desk, &code(&rep, &desk, "propose").await, &[]).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(
        (&given.headers["cache-control"], &given.body["token_type"]),
        (&"no-store".parse().unwrap(), &json!("Bearer"))
    );
    assert_eq!((&given.body["scope"], &given.body["expires_in"]), (&json!("read propose"), &json!(600)));
    let token = text(&given.body, "access_token");
    let offered = tools(&app, "/mcp", &token).await.unwrap();
    assert!(offered.contains(&"update_opportunity".to_owned()), "{offered:?}");
    // For this one address: not for the other, nor for the rest of the API.
    assert_eq!(tools(&app, "/mcp/read-only", &token).await, Err(401));
    let program = app.nobody().with_key(&token);
    for path in ["/opportunities", "/me", "/connected-apps", "/api-keys"] {
        assert_eq!(program.get(path).await.problem(), "401 wrong_resource", "{path}");
    }

    let apps = rep.get("/connected-apps").await.ok();
    assert_eq!(apps["items"].as_array().unwrap().len(), 1, "{apps:#}");
    let mine = &apps["items"][0];
    assert_eq!(
        (&mine["name"], &mine["state"], &mine["reach"], &mine["resource"], &mine["returns_to"]),
        (&json!("Desk"), &json!("active"), &json!("propose"), &json!("mcp"), &json!("desk.example"))
    );
    assert_eq!(mine["last_used_at"], json!("2026-03-04T09:00:00Z"));
    // It is that person's: others neither see nor end it.
    assert_eq!(other.get("/connected-apps").await.ok()["items"], json!([]));
    let path = format!("/connected-apps/{}", text(mine, "id"));
    assert_eq!(other.delete(&path).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.delete(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.get("/connected-apps").await.names(), ["Desk"]);

    clock.advance(TimeDelta::minutes(10));
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    let next = refresh(&app, &desk, &text(&given.body, "refresh_token"), &[]).await.ok();
    let token = text(&next, "access_token");
    assert!(tools(&app, "/mcp", &token).await.is_ok());
    assert_eq!(rep.delete(&path).await.status, 204);
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &text(&next, "refresh_token"), &[]).await), "400 invalid_grant");
    assert_eq!(rep.get("/connected-apps").await.ok()["items"][0]["state"], "ended");
    // The code that nobody took up has lapsed.
    assert_eq!(error(&exchange(&app, &desk, &unused, &[]).await), "400 invalid_grant");

    let log = app.admin.get("/audit?object=connected_app").await.ok();
    let told: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        ["connected_app.disconnected", "connected_app.connected", "connected_app.allowed", "connected_app.allowed"]
    );
    assert!(!log.to_string().contains("dwa_") && !log.to_string().contains("dwc_"));
}

#[tokio::test]
async fn reading_is_all_that_a_reader_is_offered() {
    let (app, _) = timed().await;
    let desk = client(&app).await;
    let given = exchange(&app, &desk, &code(&app.admin, &desk, "read").await, &[]).await.ok();
    assert_eq!(given["scope"], "read");
    let offered = tools(&app, "/mcp", &text(&given, "access_token")).await.unwrap();
    assert!(offered.contains(&"search_opportunities".to_owned()), "{offered:?}");
    assert!(
        offered.iter().all(|name| !["update_opportunity", "create_task", "schedule_meeting", "suggest_next_stage"]
            .contains(&name.as_str())),
        "{offered:?}"
    );
    let refused = refresh(&app, &desk, &text(&given, "refresh_token"), &[("scope", "read propose")]).await;
    assert_eq!(error(&refused), "400 invalid_scope");
    // Refused, it was not used up.
    assert_eq!(refresh(&app, &desk, &text(&given, "refresh_token"), &[("scope", "read")]).await.status, 200);

    // Of one that may propose, a narrower token can be asked for.
    let given = exchange(&app, &desk, &code(&app.admin, &desk, "propose").await, &[]).await.ok();
    let narrow = refresh(&app, &desk, &text(&given, "refresh_token"), &[("scope", "read")]).await.ok();
    assert_eq!(narrow["scope"], "read");
    assert!(!tools(&app, "/mcp", &text(&narrow, "access_token")).await.unwrap().contains(&"create_task".to_owned()));
}

#[tokio::test]
async fn a_code_is_good_once_for_who_asked_for_it() {
    let (app, clock) = timed().await;
    let (desk, other) = (client(&app).await, client(&app).await);
    let wrong: [(&str, &[(&str, &str)]); 9] = [
        ("400 invalid_grant", &[("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")]),
        ("400 invalid_grant", &[("code_verifier", "short")]),
        ("400 invalid_request", &[("code_verifier", "")]),
        ("400 invalid_grant", &[("client_id", &other)]),
        ("400 invalid_client", &[("client_id", "nobody")]),
        ("400 invalid_grant", &[("redirect_uri", "https://desk.example/callback/")]),
        ("400 invalid_request", &[("redirect_uri", "")]),
        ("400 invalid_target", &[("resource", "http://crm.test/mcp/read-only")]),
        ("400 invalid_target", &[("resource", "https://evil.test/mcp")]),
    ];
    for (expected, changes) in wrong {
        let code = code(&app.admin, &desk, "read").await;
        assert_eq!(error(&exchange(&app, &desk, &code, changes).await), expected, "{changes:?}");
    }
    // A wrong verifier uses the code up.
    let burnt = code(&app.admin, &desk, "read").await;
    exchange(&app, &desk, &burnt, &[("code_verifier", &challenge())]).await;
    assert_eq!(error(&exchange(&app, &desk, &burnt, &[]).await), "400 invalid_grant");
    for nonsense in ["x", "dwc_x", ""] {
        assert!(exchange(&app, &desk, nonsense, &[]).await.status == 400, "{nonsense}");
    }

    // Shown again, it takes back what came of it.
    let code_again = code(&app.admin, &desk, "read").await;
    let given = exchange(&app, &desk, &code_again, &[]).await.ok();
    let token = text(&given, "access_token");
    assert!(tools(&app, "/mcp", &token).await.is_ok());
    assert_eq!(error(&exchange(&app, &desk, &code_again, &[]).await), "400 invalid_grant");
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &text(&given, "refresh_token"), &[]).await), "400 invalid_grant");
    let apps = app.admin.get("/connected-apps").await.ok();
    assert_eq!(apps["items"][0]["state"], "ended_for_reuse");

    let late = code(&app.admin, &desk, "read").await;
    clock.advance(TimeDelta::seconds(61));
    assert_eq!(error(&exchange(&app, &desk, &late, &[]).await), "400 invalid_grant");
}

#[tokio::test]
async fn two_who_exchange_a_code_at_once_are_not_both_served() {
    let (app, _) = timed().await;
    let desk = client(&app).await;
    let code = code(&app.admin, &desk, "read").await;
    let tries = futures::future::join_all((0..6).map(|_| exchange(&app, &desk, &code, &[]))).await;
    assert!(tries.iter().filter(|answer| answer.status == 200).count() <= 1);
    assert!(tries.iter().all(|answer| [200, 400].contains(&answer.status)));
    for answer in tries.iter().filter(|answer| answer.status == 200) {
        assert_eq!(tools(&app, "/mcp", &text(&answer.body, "access_token")).await, Err(401));
    }
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_ends_the_family() {
    let (app, clock) = timed().await;
    let (desk, other) = (client(&app).await, client(&app).await);
    let first = exchange(&app, &desk, &code(&app.admin, &desk, "propose").await, &[]).await.ok();
    let old = text(&first, "refresh_token");
    assert_eq!(error(&refresh(&app, &other, &old, &[]).await), "400 invalid_grant");
    assert_eq!(
        error(&refresh(&app, &desk, &old, &[("resource", "http://crm.test/mcp/read-only")]).await),
        "400 invalid_target"
    );
    assert_eq!(error(&refresh(&app, &desk, "dwr_x", &[]).await), "400 invalid_grant");
    let second = refresh(&app, &desk, &old, &[("resource", "http://crm.test/mcp")]).await.ok();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let token = text(&second, "access_token");
    assert!(tools(&app, "/mcp", &token).await.is_ok());
    assert_eq!(error(&refresh(&app, &desk, &old, &[]).await), "400 invalid_grant");
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &text(&second, "refresh_token"), &[]).await), "400 invalid_grant");
    assert_eq!(app.admin.get("/connected-apps").await.ok()["items"][0]["state"], "ended_for_reuse");

    // Unused for a month, it is over; and so is everything after half a year.
    let given = exchange(&app, &desk, &code(&app.admin, &desk, "read").await, &[]).await.ok();
    clock.advance(TimeDelta::days(30));
    assert_eq!(error(&refresh(&app, &desk, &text(&given, "refresh_token"), &[]).await), "400 invalid_grant");
    let admin = app.again(&app.admin).await;
    let mut last = exchange(&app, &desk, &code(&admin, &desk, "read").await, &[]).await.ok();
    for _ in 0..6 {
        clock.advance(TimeDelta::days(29));
        last = refresh(&app, &desk, &text(&last, "refresh_token"), &[]).await.ok();
    }
    clock.advance(TimeDelta::days(7));
    assert_eq!(error(&refresh(&app, &desk, &text(&last, "refresh_token"), &[]).await), "400 invalid_grant");
}

#[tokio::test]
async fn rights_that_are_taken_are_gone_at_the_next_request() {
    let (app, _) = timed().await;
    let rep = app.user(Builtin::SalesRep).await;
    let desk = client(&app).await;
    let given = exchange(&app, &desk, &code(&rep, &desk, "propose").await, &[]).await.ok();
    let token = text(&given, "access_token");
    assert!(tools(&app, "/mcp", &token).await.unwrap().contains(&"update_opportunity".to_owned()));
    // Their role becomes one that only reads.
    let roles = app.admin.get("/roles").await.ok();
    let reader = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["name"] == "Read-only")
        .unwrap_or_else(|| panic!("{roles:#}"));
    let path = format!("/users/{}", rep.id);
    let before = app.admin.get(&path).await.ok();
    app.admin.patch(&path, json!({ "role_ids": [reader["id"]], "version": before["version"] })).await.ok();
    assert!(!tools(&app, "/mcp", &token).await.unwrap().contains(&"update_opportunity".to_owned()));
    // Deactivated, they are nobody, and neither is what they connected.
    let before = app.admin.get(&path).await.ok();
    app.admin.post(&format!("{path}/deactivation"), json!({ "version": before["version"] })).await.ok();
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &text(&given, "refresh_token"), &[]).await), "400 invalid_grant");
}

#[tokio::test]
async fn an_app_gives_its_tokens_back() {
    let (app, _) = timed().await;
    let (desk, other) = (client(&app).await, client(&app).await);
    let given = exchange(&app, &desk, &code(&app.admin, &desk, "read").await, &[]).await.ok();
    let (token, next) = (text(&given, "access_token"), text(&given, "refresh_token"));
    // Another app ends nothing, and learns nothing.
    assert_eq!(form(&app, "/oauth/revoke", &[("client_id", &other), ("token", &next)]).await.status, 200);
    assert!(tools(&app, "/mcp", &token).await.is_ok());
    assert_eq!(form(&app, "/oauth/revoke", &[("client_id", &desk), ("token", &token)]).await.status, 200);
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    let given = refresh(&app, &desk, &next, &[]).await.ok();
    let last = text(&given, "refresh_token");
    assert_eq!(form(&app, "/oauth/revoke", &[("client_id", &desk), ("token", &last)]).await.status, 200);
    assert_eq!(tools(&app, "/mcp", &text(&given, "access_token")).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &last, &[]).await), "400 invalid_grant");
    assert_eq!(form(&app, "/oauth/revoke", &[("client_id", &desk), ("token", "nonsense")]).await.status, 200);
    assert_eq!(
        error(&form(&app, "/oauth/revoke", &[("client_id", "x"), ("token", &last)]).await),
        "400 invalid_client"
    );
}

#[tokio::test]
async fn a_request_that_is_wrong_is_never_agreed_to() {
    let (app, _) = timed().await;
    let desk = client(&app).await;
    let of = |changes: Value| agree(&app.admin, request(&desk, changes), "read");
    assert_eq!(of(json!({ "client_id": "00000000-0000-7000-8000-000000000000" })).await.problem(), "422 unknown_app");
    assert_eq!(of(json!({ "client_id": "" })).await.problem(), "422 unknown_app");
    for elsewhere in [
        "https://evil.test/callback",
        "https://desk.example/callback?x=1",
        "https://desk.example:444/callback",
        "http://127.0.0.1:9/other",
        "",
    ] {
        assert_eq!(of(json!({ "redirect_uri": elsewhere })).await.problem(), "422 redirect_mismatch", "{elsewhere}");
    }
    for wrong in [
        json!({ "code_challenge_method": "plain", "code_challenge": VERIFIER }),
        json!({ "code_challenge_method": "" }),
        json!({ "code_challenge": "" }),
        json!({ "code_challenge": "x".repeat(5000) }),
        json!({ "response_type": "token" }),
        json!({ "resource": "" }),
        json!({ "resource": "https://evil.test/mcp" }),
        json!({ "scope": "everything" }),
    ] {
        assert_eq!(of(wrong.clone()).await.problem(), "422 invalid_request", "{wrong}");
        // The app learns of it only if the person sends the browser back.
        let back = app.admin.post("/connected-apps/refusal", request(&desk, wrong)).await.ok();
        let back = text(&back, "redirect_to");
        assert!(
            parameter(&back, "error").is_some_and(|error| error != "access_denied")
                && parameter(&back, "code").is_none(),
            "{back}"
        );
    }
    assert_eq!(of(json!({ "state": "x".repeat(2000) })).await.problem(), "422 request_too_long");
    // Wider than what was asked for.
    let only = request(&desk, json!({ "scope": "read" }));
    assert_eq!(agree(&app.admin, only, "propose").await.problem(), "422 invalid: reach");
    let reads = request(&desk, json!({ "resource": "http://crm.test/mcp/read-only" }));
    assert_eq!(agree(&app.admin, reads.clone(), "propose").await.problem(), "422 invalid: reach");
    // A port of the person's own machine is theirs to choose.
    let here = request(&desk, json!({ "redirect_uri": "http://127.0.0.1:43117/cb" }));
    assert!(
        text(&agree(&app.admin, here, "read").await.ok(), "redirect_to").starts_with("http://127.0.0.1:43117/cb?code=")
    );
    // For the read-only address, a token that is good there and nowhere else.
    let back = text(&agree(&app.admin, reads, "read").await.ok(), "redirect_to");
    let code = parameter(&back, "code").unwrap();
    let given = exchange(&app, &desk, &code, &[("resource", "http://crm.test/mcp/read-only")]).await.ok();
    assert!(tools(&app, "/mcp/read-only", &text(&given, "access_token")).await.is_ok());
    assert_eq!(tools(&app, "/mcp", &text(&given, "access_token")).await, Err(401));

    let said_no = app.admin.post("/connected-apps/refusal", request(&desk, json!({}))).await.ok();
    assert_eq!(parameter(&text(&said_no, "redirect_to"), "error").as_deref(), Some("access_denied"));
    // Nobody agrees without being there: not a key, not a page of another site, not somebody who is not signed in.
    let yes = json!({ "request": request(&desk, json!({})), "reach": "read" });
    let key =
        app.admin.post("/api-keys", json!({ "name": "k", "scopes": { "opportunity": { "read": "all" } } })).await.ok();
    let program = app.admin.with_key(&text(&key, "secret"));
    assert_eq!(program.post("/connected-apps", yes.clone()).await.problem(), "403 session_required");
    assert_eq!(app.nobody().post("/connected-apps", yes.clone()).await.problem(), "401 not_signed_in");
    let forged = app.admin.request(Method::POST, "/connected-apps").header("sec-fetch-site", "cross-site").json(&yes);
    assert_eq!(app.admin.send(forged).await.problem(), "403 cross_site");
    let forged =
        app.admin.request(Method::POST, "/connected-apps").header("content-type", "text/plain").body(yes.to_string());
    assert_eq!(app.admin.send(forged).await.status, 415);
}

#[tokio::test]
async fn the_authorization_endpoint_leads_to_the_page_and_nowhere_else() {
    let app = TestApp::new().await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let ask = |query: String| browser.get(format!("{}/oauth/authorize?{query}", app.url)).send();
    let led = ask("client_id=x&redirect_uri=https%3A%2F%2Fevil.test&state=1".to_owned()).await.unwrap();
    assert_eq!(led.status(), 303);
    assert_eq!(led.headers()["location"], "/connect-app?client_id=x&redirect_uri=https%3A%2F%2Fevil.test&state=1");
    assert_eq!(led.headers()["x-frame-options"], "DENY");
    assert_eq!(ask("client_id=x&client_id=y".to_owned()).await.unwrap().status(), 422);
    assert_eq!(ask(format!("state={}", "x".repeat(5000))).await.unwrap().status(), 422);
    // The page itself can't be framed either.
    let page = app.nobody().get("!/connect-app?client_id=x").await;
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn hostile_registrations_are_refused() {
    let app = TestApp::new().await;
    let wrong = [
        ("invalid_redirect_uri", json!({})),
        ("invalid_redirect_uri", json!({ "redirect_uris": ["http://evil.test/cb"] })),
        ("invalid_redirect_uri", json!({ "redirect_uris": ["javascript:alert(1)"] })),
        ("invalid_redirect_uri", json!({ "redirect_uris": [BACK, "https://a:b@evil.test/"] })),
        ("invalid_redirect_uri", json!({ "redirect_uris": vec![BACK; 11] })),
        ("invalid_client_metadata", json!({ "redirect_uris": [BACK], "client_name": "Dealwright\u{202E}" })),
        ("invalid_client_metadata", json!({ "redirect_uris": [BACK], "client_name": "x".repeat(200) })),
        ("invalid_client_metadata", json!({ "redirect_uris": BACK })),
        ("invalid_client_metadata", json!({ "redirect_uris": [BACK], "grant_types": ["password"] })),
        ("invalid_client_metadata", json!("x")),
    ];
    for (expected, metadata) in wrong {
        assert_eq!(error(&register(&app, metadata.clone()).await), format!("400 {expected}"), "{metadata}");
    }
    let enormous = register(&app, json!({ "redirect_uris": [BACK], "client_name": "x".repeat(2_000_000) })).await;
    assert!((400..500).contains(&enormous.status), "{}", enormous.status);
    let enormous =
        form(&app, "/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", &"x".repeat(2_000_000))]).await;
    assert!((400..500).contains(&enormous.status), "{}", enormous.status);
    // What it asks for beyond that is not given: no secret, and no picture of its choosing.
    let greedy = json!({ "redirect_uris": [BACK], "token_endpoint_auth_method": "client_secret_basic", "logo_uri": "https://evil.test/x.svg", "client_uri": "javascript:1" });
    let made = register(&app, greedy).await.ok();
    assert_eq!(made["token_endpoint_auth_method"], "none");
    assert!(
        made.get("client_secret").is_none() && made.get("logo_uri").is_none() && made.get("client_uri").is_none(),
        "{made}"
    );
    // A flood from one address waits, right or wrong.
    let mut last = 0;
    for _ in 0..25 {
        last = register(&app, json!({ "redirect_uris": [BACK] })).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn administrators_see_apps_send_them_away_and_close_the_door() {
    let (app, clock) = timed().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (desk, idle) = (client(&app).await, client(&app).await);
    let given = exchange(&app, &desk, &code(&rep, &desk, "read").await, &[]).await.ok();
    let token = text(&given, "access_token");
    assert!(tools(&app, "/mcp", &token).await.is_ok());
    assert_eq!(rep.get("/app-registrations").await.problem(), "403 forbidden");
    let seen = app.admin.get("/app-registrations").await.ok();
    let of = |id: &str| seen["items"].as_array().unwrap().iter().find(|app| app["id"] == id).cloned().unwrap();
    assert_eq!((&of(&desk)["people"], &of(&idle)["people"]), (&json!(1), &json!(0)), "{seen:#}");

    // Closed: what is connected goes on, nothing new comes.
    let policy = app.admin.get("/sign-in-policy").await.ok();
    app.admin.patch("/sign-in-policy", json!({ "new_apps": false, "version": policy["version"] })).await.ok();
    assert_eq!(error(&register(&app, json!({ "redirect_uris": [BACK] })).await), "403 access_denied");
    let metadata = app.nobody().get("!/.well-known/oauth-authorization-server").await.ok();
    assert!(metadata.get("registration_endpoint").is_none(), "{metadata}");
    assert_eq!(agree(&rep, request(&idle, json!({})), "read").await.problem(), "403 new_apps_closed");
    assert_eq!(agree(&app.admin, request(&desk, json!({})), "read").await.status, 201);
    assert!(tools(&app, "/mcp", &token).await.is_ok());

    // Another organisation sees nothing of it, and sends nobody away here.
    let stranger = app.stranger().await;
    assert_eq!(stranger.get("/app-registrations").await.ok()["items"], json!([]));
    assert_eq!(stranger.get("/connected-apps").await.ok()["items"], json!([]));
    assert_eq!(stranger.delete(&format!("/app-registrations/{desk}")).await.problem(), "404 not_found");
    assert!(tools(&app, "/mcp", &token).await.is_ok());

    let path = format!("/app-registrations/{desk}");
    assert_eq!(rep.delete(&path).await.problem(), "403 forbidden");
    assert_eq!(app.admin.delete(&path).await.status, 204);
    assert_eq!(app.admin.delete(&path).await.status, 204);
    assert_eq!(tools(&app, "/mcp", &token).await, Err(401));
    assert_eq!(error(&refresh(&app, &desk, &text(&given, "refresh_token"), &[]).await), "400 invalid_grant");
    assert_eq!(agree(&rep, request(&desk, json!({})), "read").await.problem(), "403 app_sent_away");
    let log = app.admin.get("/audit?object=app_registration").await.ok();
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "{log:#}");

    // Who looks at the app as somebody else neither sees their apps nor connects one.
    app.admin.post("/view-as", json!({ "user_id": rep.id })).await.ok();
    assert_eq!(app.admin.get("/connected-apps").await.problem(), "403 viewing_as");
    assert_eq!(agree(&app.admin, request(&desk, json!({})), "read").await.problem(), "403 viewing_as");

    // A registration that nobody connects lapses.
    clock.advance(TimeDelta::hours(25));
    dealwright_access::connected_app::prune(&app.state.access).await.unwrap();
    let rep = app.again(&rep).await;
    assert_eq!(agree(&rep, request(&idle, json!({})), "read").await.problem(), "422 unknown_app");
}

#[tokio::test]
async fn who_comes_without_a_token_is_told_where_to_get_one() {
    let app = TestApp::new().await;
    for (path, scopes) in [("/mcp", json!(["read", "propose"])), ("/mcp/read-only", json!(["read"]))] {
        let refused = app.nobody().post(&format!("!{path}"), json!({})).await;
        assert_eq!(refused.status, 401);
        let how = refused.headers["www-authenticate"].to_str().unwrap();
        let at = format!("/.well-known/oauth-protected-resource{path}");
        assert_eq!(how, format!("Bearer realm=\"dealwright\", resource_metadata=\"http://crm.test{at}\""));
        let metadata = app.nobody().get(&format!("!{at}")).await.ok();
        assert_eq!(metadata["resource"], format!("http://crm.test{path}"));
        assert_eq!(
            (&metadata["authorization_servers"], &metadata["scopes_supported"]),
            (&json!(["http://crm.test"]), &scopes)
        );
    }
    let wrong = app.nobody().with_key("dwa_wrong").post("!/mcp", json!({})).await;
    assert!(
        wrong.headers["www-authenticate"].to_str().unwrap().contains("error=\"invalid_token\", resource_metadata=")
    );
    assert_eq!(
        app.nobody().get("!/.well-known/oauth-protected-resource").await.ok()["resource"],
        "http://crm.test/mcp"
    );
    let server = app.nobody().get("!/.well-known/oauth-authorization-server").await.ok();
    assert_eq!(
        (
            &server["authorization_endpoint"],
            &server["registration_endpoint"],
            &server["code_challenge_methods_supported"]
        ),
        (&json!("http://crm.test/oauth/authorize"), &json!("http://crm.test/oauth/register"), &json!(["S256"]))
    );
}
