//! Signing in and out, throttling, cross-site writes, and rights that change under a running session.

use dealwright_access::RequestLimit;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::json;

async fn sign_in(who: &Person, email: &str, password: &str) -> Answer {
    who.post("/session", json!({ "email": email, "password": password })).await
}

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let app = TestApp::new().await;
    let answer = sign_in(&app.nobody(), "ADMIN@acme.test", "correct horse battery").await;
    assert_eq!(answer.status, 204);
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let me = app.admin.with_cookie(cookie.split(';').next().unwrap());
    let body = me.get("/me").await.ok();
    assert_eq!(body["user"]["email"], "admin@acme.test");
    assert_eq!(body["permissions"]["opportunity"]["read"], "all");
    assert_eq!(me.get("/sessions").await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(me.delete("/session").await.status, 204);
    assert_eq!(me.get("/me").await.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    let wrong = sign_in(&nobody, "admin@acme.test", "wrong").await;
    let unknown = sign_in(&nobody, "nobody@acme.test", "wrong").await;
    assert_eq!(wrong.problem(), "401 invalid_credentials");
    assert_eq!((wrong.status, &wrong.body["detail"]), (unknown.status, &unknown.body["detail"]));
}

#[tokio::test]
async fn failures_are_throttled_whether_or_not_the_account_exists() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    for email in ["admin@acme.test", "ghost@acme.test"] {
        for _ in 0..10 {
            assert_eq!(sign_in(&nobody, email, "wrong").await.status, 401);
        }
        let answer = sign_in(&nobody, email, "correct horse battery").await;
        assert_eq!(answer.problem(), "429 too_many_attempts");
        assert!(answer.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn a_session_can_be_revoked_and_ends_at_its_next_request() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let sessions = rep.get("/sessions").await.ok();
    let id = sessions["items"][0]["id"].as_str().unwrap();
    assert_eq!(app.admin.delete(&format!("/sessions/{id}")).await.problem(), "404 not_found", "not one's own");
    assert_eq!(rep.delete(&format!("/sessions/{id}")).await.status, 204);
    assert_eq!(rep.get("/opportunities").await.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn rights_taken_away_are_gone_at_the_next_request() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get("/opportunities").await.status, 200);
    let mut tx = app.db.database.system().await.unwrap();
    sqlx::query("delete from user_role where user_id = $1").bind(rep.id.0).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rep.get("/opportunities").await.problem(), "403 forbidden");
    let mut tx = app.db.database.system().await.unwrap();
    sqlx::query("update app_user set active = false where id = $1").bind(rep.id.0).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rep.get("/opportunities").await.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn writes_from_other_sites_are_refused() {
    let app = TestApp::new().await;
    let body = json!({ "name": "From elsewhere" });
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.test"), ("origin", "null")] {
        let request = app.admin.request(Method::POST, "/opportunities").header(name, value).json(&body);
        assert_eq!(app.admin.send(request).await.problem(), "403 cross_site", "{name}: {value}");
    }
    let request = app.admin.request(Method::POST, "/opportunities").header("origin", &app.url).json(&body);
    assert_eq!(app.admin.send(request).await.status, 201);
}

#[tokio::test]
async fn the_first_run_makes_one_organisation_only() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    assert_eq!(nobody.get("/setup").await.ok()["needed"], false);
    let body = json!({ "organisation": "Second", "name": "Eve", "email": "eve@evil.test", "password": "long enough password", "currency": "USD" });
    assert_eq!(nobody.post("/setup", body.clone()).await.problem(), "409 already_set_up");
    let mut bad = body;
    bad["password"] = json!("short");
    bad["email"] = json!("nonsense");
    assert_eq!(nobody.post("/setup", bad).await.problem(), "422 invalid: email, password");
}

#[tokio::test]
async fn what_came_before_is_answered_again_under_the_same_idempotency_key() {
    let app = TestApp::new().await;
    let post = |body: serde_json::Value| {
        let request = app.admin.request(Method::POST, "/opportunities").header("idempotency-key", "abc-1").json(&body);
        app.admin.send(request)
    };
    let first = post(json!({ "name": "Once" })).await;
    let again = post(json!({ "name": "Once" })).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body["id"], again.body["id"]);
    assert_eq!(first.event(), again.event());
    assert_eq!(post(json!({ "name": "Another" })).await.problem(), "422 idempotency_key_reused");
    assert_eq!(app.admin.get("/opportunities?count=true").await.ok()["total"], 1);
}

/// What a server that was killed leaves behind of a request: its claim, with or without its commit, and no answer.
async fn killed(app: &TestApp, key: &str, committed: bool) {
    let mut tx = app.db.database.system().await.unwrap();
    sqlx::query(
        "update idempotency set status = null, headers = null, body = null, created_at = created_at - interval '3 minutes',
             done_at = case when $2 then done_at end where key = $1",
    )
    .bind(key)
    .bind(committed)
    .execute(tx.db())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_not_carried_out_twice() {
    let app = TestApp::new().await;
    let make = |key: &'static str| {
        let request = app.admin.request(Method::POST, "/accounts").header("Idempotency-Key", key);
        app.admin.send(request.json(&json!({ "name": key, "allow_duplicates": true })))
    };
    let count =
        async |name: &str| app.admin.get(&format!("/accounts?q={name}")).await.ok()["items"].as_array().unwrap().len();
    let first = make("committed").await;
    assert_eq!(first.status, 201);
    killed(&app, "committed", true).await;
    let again = make("committed").await;
    assert_eq!((again.problem(), again.event()), ("409 request_done".to_owned(), first.event()));
    assert_eq!(count("committed").await, 1);
    // What had committed nothing is carried out.
    make("abandoned").await;
    app.admin
        .delete(&format!(
            "/accounts/{}",
            app.admin.get("/accounts?q=abandoned").await.ok()["items"][0]["id"].as_str().unwrap()
        ))
        .await;
    killed(&app, "abandoned", false).await;
    assert_eq!(make("abandoned").await.status, 201);
    assert_eq!(count("abandoned").await, 1);
    // A key is its caller's own.
    let other = app.user(Builtin::SalesManager).await;
    let request = other.request(Method::POST, "/accounts").header("Idempotency-Key", "committed");
    let theirs = other.send(request.json(&json!({ "name": "committed", "allow_duplicates": true }))).await;
    assert_eq!(theirs.status, 201);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::new().await;
    for path in ["!/", "!/healthz", "!/some/page"] {
        let answer = app.nobody().get(path).await;
        let of = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        assert!(of("content-security-policy").contains("script-src 'self';"), "{path}");
        assert_eq!(of("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(of("x-frame-options"), "DENY", "{path}");
        assert!(!of("x-request-id").is_empty(), "{path}");
    }
    let problem = app.nobody().get("/me").await;
    assert_eq!(problem.body["request_id"].as_str().unwrap(), problem.headers["x-request-id"].to_str().unwrap());
}

#[tokio::test]
async fn an_administrator_ends_somebodys_sessions_and_everybodys() {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesManager).await);
    let stranger = app.stranger().await;
    let again = sign_in(&app.nobody(), "admin@acme.test", "correct horse battery").await;
    let cookie = again.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let elsewhere = app.admin.with_cookie(&cookie);
    let of_rep = format!("/users/{}/sessions", rep.id);
    let everybodys = "/organisation/sessions";
    for path in [of_rep.as_str(), everybodys] {
        assert_eq!(app.nobody().delete(path).await.problem(), "401 not_signed_in");
        for person in [&rep, &other] {
            assert_eq!(person.delete(path).await.problem(), "403 forbidden", "{path}");
        }
    }
    assert_eq!(stranger.delete(&of_rep).await.problem(), "404 not_found");

    assert_eq!(app.admin.delete(&of_rep).await.ok(), json!({ "ended": 1 }));
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(other.get("/me").await.status, 200);
    let own = format!("/users/{}/sessions", app.admin.id);
    assert_eq!(app.admin.delete(&own).await.ok(), json!({ "ended": 1 }));
    assert_eq!(elsewhere.get("/me").await.problem(), "401 not_signed_in");

    assert_eq!(app.admin.delete(everybodys).await.ok(), json!({ "ended": 1 }));
    assert_eq!(other.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!((app.admin.get("/me").await.status, stranger.get("/me").await.status), (200, 200));
    let told = app.admin.get("/audit?type=organisation.sessions_ended").await.ok();
    assert_eq!(told["items"][0]["data"], json!({ "ended": 1 }));
    assert_eq!(app.admin.get("/audit?type=user.sessions_ended").await.ok()["items"].as_array().unwrap().len(), 2);

    clock.advance(chrono::TimeDelta::minutes(11));
    for path in [of_rep.as_str(), everybodys] {
        assert_eq!(app.admin.delete(path).await.problem(), "403 reauthentication_required", "{path}");
    }
}

#[tokio::test]
async fn a_caller_who_runs_wild_waits_and_no_other_does() {
    let limit = RequestLimit { per_second: std::num::NonZeroU32::MIN, burst: std::num::NonZeroU32::new(20).unwrap() };
    let app = TestApp::with(TestOptions { request_limit: Some(limit), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(rep.get("/me").await);
    }
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!((10..=21).contains(&refused.len()), "{}", refused.len());
    assert_eq!(refused[0].problem(), "429 too_many_requests");
    assert!(refused[0].headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(app.admin.get("/me").await.status, 200);
}
