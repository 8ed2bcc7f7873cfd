//! The browsers that somebody has turned on: whose they are, and when they end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{TestApp, TestOptions};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PushService, browsers, dropped, give, outcomes, run, turn_on};

#[tokio::test]
async fn a_browser_ends_with_its_session() {
    let clock = Clock::fixed("2026-11-27T09:00:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let again = async || {
        let device = dealwright_access::session::device::Device { address: "127.0.0.1".into(), user_agent: None };
        let cookie =
            dealwright_access::organisation::sign_in(&app.state.access, app.org, rep.id, &device).await.unwrap();
        rep.with_cookie(&format!("{}={}", cookie.name(), cookie.value()))
    };
    let (second, third) = (again().await, again().await);
    turn_on(&rep, &service).await;
    turn_on(&second, &service).await;
    turn_on(&third, &service).await;
    let current: Vec<Value> = browsers(&second).await.iter().map(|b| b["current"].clone()).collect();
    assert_eq!(current, [json!(false), json!(true), json!(false)]);
    assert_eq!(second.delete("/session").await.status, 204);
    assert_eq!(browsers(&rep).await.len(), 2, "signed out");
    rep.delete("/sessions").await.ok();
    assert_eq!(browsers(&rep).await.len(), 1, "ended from another");
    // A session that has run out shows nothing more, though nobody signed out.
    give(&app, &rep, "Heard").await;
    app.drain().await;
    assert_eq!(service.titles().await.len(), 1);
    clock.advance(TimeDelta::days(30));
    give(&app, &rep, "Not heard").await;
    app.drain().await;
    assert_eq!((service.messages().await.len(), outcomes(&app).await.last().unwrap()), (1, &dropped("no_device")));
    // Nor does it count for ever as one of the person's browsers.
    run(
        &app,
        "insert into job (id, kind, run_at, created_at) values (gen_random_uuid(), 'notification.prune', '2026-11-27', '2026-11-27')",
    )
    .await;
    app.drain().await;
    let mut tx = app.db.database.system().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from push_subscription").fetch_one(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_browser_is_one_persons_and_others_neither_see_nor_change_it() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let (rep, other, stranger) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.stranger().await);
    let browser = turn_on(&rep, &service).await;
    let path = format!("/push-subscriptions/{}", browser.id);
    for who in [&other, &stranger, &app.admin] {
        assert_eq!(browsers(who).await, Vec::<Value>::new());
        assert_eq!(who.delete(&path).await.status, 404);
        assert_eq!(who.post(&format!("{path}/test"), json!({})).await.status, 404);
    }
    for path in ["/push-subscriptions", "/push-subscriptions/key"] {
        assert_eq!(app.nobody().get(path).await.status, 401);
    }
    let key =
        rep.post("/api-keys", json!({ "name": "Key", "scopes": { "opportunity": { "read": "own" } } })).await.ok();
    let program = app.nobody().with_key(key["secret"].as_str().unwrap());
    assert_eq!(
        program.post("/push-subscriptions", browser.subscription.clone()).await.problem(),
        "403 session_required"
    );

    // The same again is the same; another who uses the browser takes it over, in another organisation too.
    let same = rep.post("/push-subscriptions", browser.subscription.clone()).await.ok();
    assert_eq!(same["id"], browser.id);
    for next in [&other, &stranger] {
        next.post("/push-subscriptions", browser.subscription.clone()).await.ok();
        assert_eq!((browsers(&rep).await.len(), browsers(next).await.len()), (0, 1));
    }
    assert_eq!(browsers(&other).await.len(), 0);
    give(&app, &rep, "Not theirs to see").await;
    give(&app, &other, "Nor this").await;
    app.drain().await;
    assert_eq!(service.messages().await, Vec::<Value>::new());
    // Two who take it at once: one of them has it.
    let both = tokio::join!(
        rep.post("/push-subscriptions", browser.subscription.clone()),
        other.post("/push-subscriptions", browser.subscription.clone())
    );
    assert_eq!((both.0.status, both.1.status), (201, 201));
    assert_eq!(browsers(&rep).await.len() + browsers(&other).await.len() + browsers(&stranger).await.len(), 1);
}

#[tokio::test]
async fn what_is_no_browser_of_a_known_service_is_refused() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let right = service.subscription().await;
    let with = |pointer: &str, value: Value| {
        let mut body = right.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let long = format!("https://127.0.0.1/{}", "x".repeat(10_000));
    for endpoint in [
        "",
        "push",
        "http://fcm.googleapis.com/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://localhost/x",
        "https://evil.example.com/x",
        "https://user:pass@127.0.0.1/x",
        "ftp://127.0.0.1/x",
        &long,
    ] {
        let refused = rep.post("/push-subscriptions", with("/endpoint", json!(endpoint))).await;
        assert_eq!(refused.problem(), "422 invalid: endpoint", "{endpoint}");
    }
    let off_curve = URL_SAFE_NO_PAD.encode([4; 65]);
    for (pointer, field, values) in [
        (
            "/keys/p256dh",
            "keys.p256dh",
            vec![json!(""), json!("?"), json!("BAAA"), json!(off_curve), json!("A".repeat(9000))],
        ),
        ("/keys/auth", "keys.auth", vec![json!(""), json!("AAAA"), json!("🔑"), json!("A".repeat(43))]),
    ] {
        for value in values {
            let refused = rep.post("/push-subscriptions", with(pointer, value.clone())).await;
            assert_eq!(refused.problem(), format!("422 invalid: {field}"), "{value}");
        }
    }
    assert_eq!(rep.post("/push-subscriptions", with("/keys", json!({}))).await.status, 422);
    assert_eq!(rep.post("/push-subscriptions", with("/endpoint", json!("x".repeat(20_000)))).await.status, 413);
    assert_eq!(rep.delete(&format!("/push-subscriptions/{}", Uuid::nil())).await.status, 404);
    assert_eq!(browsers(&rep).await.len(), 0);

    // Twenty, and no more; also when two are turned on at once.
    for _ in 0..19 {
        turn_on(&rep, &service).await;
    }
    let (one, two) = (service.subscription().await, service.subscription().await);
    let both = tokio::join!(rep.post("/push-subscriptions", one), rep.post("/push-subscriptions", two));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!((statuses, browsers(&rep).await.len()), ([201, 409], 20));
    assert_eq!(rep.post("/push-subscriptions", right).await.problem(), "409 too_many_push_subscriptions");
}

#[tokio::test]
async fn a_browser_can_be_tried() {
    let clock = Clock::fixed("2026-11-27T09:00:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let browser = turn_on(&rep, &service).await;
    let path = format!("/push-subscriptions/{}/test", browser.id);
    let try_out = async || rep.post(&path, json!({})).await;
    assert_eq!(try_out().await.status, 204);
    assert_eq!(service.titles().await, ["Notifications reach this browser"]);
    let soon = try_out().await;
    assert_eq!((soon.status, service.messages().await.len()), (429, 1));
    for (status, problem) in
        [(503, "503 push_service_unavailable"), (400, "409 push_refused"), (410, "409 push_subscription_gone")]
    {
        clock.advance(TimeDelta::seconds(11));
        service.answer(&browser, json!({ "status": status })).await;
        assert_eq!(try_out().await.problem(), problem);
    }
    assert_eq!((try_out().await.status, browsers(&rep).await.len()), (404, 0));
}
