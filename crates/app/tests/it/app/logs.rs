//! What the log holds after people signed in, mistyped and attacked, with everything logged that can be.

use std::io;
use std::sync::{Arc, Mutex};

use dealwright_access::policy::Builtin;
use dealwright_app::config::LogFormat;
use dealwright_app::logs;
use dealwright_testkit::TestApp;
use reqwest::Method;
use serde_json::json;
use tracing::dispatcher;

/// A log in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Listens to what this thread's tasks say, as long as what it answers is held.
///
/// What is first met on another test's thread is known to be listened to only by that thread's listener, so long as there is
/// but one listener in the process: then it would never be heard here. So there are two.
fn listen(level: &str, format: LogFormat) -> (Kept, (dispatcher::DefaultGuard, dispatcher::Dispatch)) {
    let kept = Kept::default();
    let writer = kept.clone();
    let aside = logs::dispatch(level, format, io::sink).unwrap();
    let dispatch = logs::dispatch(level, format, move || writer.clone()).unwrap();
    let here = dispatcher::set_default(&dispatch);
    // What was being met in that very moment.
    tracing::callsite::rebuild_interest_cache();
    (kept, (here, aside))
}

const PASSWORD: &str = "marker-password-7f3e";
const TOKEN: &str = "marker-token-91ab";
const PERSON: &str = "marker.person@secret.test";

/// Sends each marker where its like would be: bodies, headers, cookies, query strings.
async fn misbehave(app: &TestApp) {
    let nobody = app.nobody();
    let right = json!({ "email": "admin@acme.test", "password": "correct horse battery" });
    let signed_in = nobody.post("/session", right).await;
    assert_eq!(signed_in.status, 204);
    for body in [
        json!({ "email": "admin@acme.test", "password": PASSWORD }),
        json!({ "email": PERSON, "password": PASSWORD }),
        json!({ "email": PERSON, "password": { "no": PASSWORD } }),
        json!({ "email": PERSON, "password": PASSWORD, "unknown": TOKEN }),
    ] {
        nobody.post("/session", body).await;
    }
    let broken = format!("{{\"email\": \"{PERSON}\", \"password\": \"{PASSWORD}\"");
    nobody.send(nobody.request(Method::POST, "/session").header("content-type", "application/json").body(broken)).await;
    for (path, body) in [
        ("/password-resets", json!({ "email": PERSON })),
        ("/password-resets", json!({ "email": "admin@acme.test" })),
        ("/password-resets/completion", json!({ "token": TOKEN, "password": PASSWORD })),
        ("/invitations/acceptance", json!({ "token": TOKEN, "password": PASSWORD, "name": "M" })),
        ("/one-time-links", json!({ "token": TOKEN })),
        ("/session/second-factor", json!({ "token": TOKEN, "code": "marker-code-55" })),
        (
            "/setup",
            json!({ "organisation": "M", "name": "M", "email": PERSON, "password": PASSWORD, "currency": "EUR" }),
        ),
    ] {
        nobody.post(path, body).await;
    }
    for password in ["correct horse battery", "wrong"] {
        let body = json!({ "current": password, "password": PASSWORD, "new": PASSWORD, "current_password": password });
        app.user(Builtin::SalesRep).await.post("/me/password", body).await;
    }
    nobody.with_cookie(&format!("dealwright_session={TOKEN}")).get("/me").await;
    nobody.with_cookie(&format!("dealwright_session={TOKEN}, {PASSWORD}; other={TOKEN}")).get("/me").await;
    for header in [format!("Bearer {TOKEN}"), format!("Bearer dw_{TOKEN}"), format!("Basic {PASSWORD}")] {
        nobody.send(nobody.request(Method::GET, "/me").header("authorization", header)).await;
    }
    let form = format!("grant_type=client_credentials&client_id={TOKEN}&client_secret={PASSWORD}");
    let request =
        nobody.request(Method::POST, "!/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    nobody.send(request.body(form)).await;
    for path in [
        format!("/me?token={TOKEN}"),
        format!("/search?q={PASSWORD}&token={TOKEN}"),
        format!("!/auth/oidc/callback?code={TOKEN}&state={TOKEN}"),
        format!("!/reset-password?token={TOKEN}"),
    ] {
        app.admin.get(&path).await;
    }
    // Somebody whose address meets a constraint, and a request that ends in an error of the database.
    app.admin.post("/users", json!({ "name": "M", "email": PERSON, "role": "sales_rep" })).await;
    app.admin.post("/contacts", json!({ "last_name": "M", "email": PERSON })).await;
    app.admin.post("/contacts", json!({ "last_name": "M\u{0}", "email": PERSON })).await;
    app.admin.delete("/session").await;
}

#[tokio::test]
async fn passwords_tokens_and_addresses_never_reach_the_log() {
    for format in [LogFormat::Text, LogFormat::Json] {
        // All there is, of our code and of every library. The server's tasks run on this test's thread, and nobody else's do.
        let (kept, listening) = listen("trace", format);
        let app = TestApp::new().await;
        misbehave(&app).await;
        drop(listening);
        let log = kept.text();
        assert!(log.contains("/api/v1/session"), "the log has nothing of the requests");
        assert!(log.contains("invalid_credentials") && log.contains("refused"), "a failed sign-in is not in the log");
        let cookie = app.admin.cookie.clone().unwrap();
        let session = cookie.split('=').nth(1).unwrap();
        for marker in
            [PASSWORD, TOKEN, PERSON, "marker.person", "marker-code-55", "correct horse", "admin@acme.test", session]
        {
            let line = log.lines().find(|line| line.contains(marker)).unwrap_or_default();
            assert!(line.is_empty(), "{marker} is in the log: {line}");
        }
    }
}

/// Who is refused, and why, is there to be found; by ids, which say nothing to others.
#[tokio::test]
async fn a_refusal_is_logged_with_who_and_what() {
    let app = TestApp::new().await;
    let reader = app.user(Builtin::ReadOnly).await;
    let (kept, listening) = listen("info", LogFormat::Text);
    assert_eq!(reader.post("/opportunities", json!({ "name": "No" })).await.problem(), "403 forbidden");
    let foreign = app.admin.request(Method::POST, "/opportunities").header("origin", "https://evil.test");
    assert_eq!(app.admin.send(foreign.json(&json!({}))).await.problem(), "403 cross_site");
    drop(listening);
    let log = kept.text();
    let of = |what: &str| log.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("no {what}: {log}"));
    let refused = of("opportunity.create");
    assert!(refused.contains(&reader.id.0.to_string()), "{refused}");
    assert!(refused.contains("method=POST path=\"/api/v1/opportunities\""), "{refused}");
    let line = of("code=\"forbidden\"");
    assert!(line.contains("status=403") && line.contains("127.0.0.1"), "{line}");
    assert!(of("code=\"cross_site\"").contains("status=403"));
    // Coordinated universal time, to the microsecond.
    assert!(refused.split(' ').next().unwrap().ends_with('Z'), "{refused}");
}
