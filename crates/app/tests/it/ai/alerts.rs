//! Alerts: told once for each episode, to who governs, and of a person's own budget to that person.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_governance::alert::job::look;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

/// A server whose clock stands still until it is moved.
async fn at_noon() -> (TestApp, Clock) {
    let clock = Clock::fixed(Clock::default().now().date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

/// So many runs of a person's that ended like this, now.
async fn runs(app: &TestApp, person: &Person, clock: &Clock, status: &str, count: i32) {
    let mut db = app.db.database.maintenance().await.unwrap();
    let conversation = clock.new_id();
    sqlx::query(
        "insert into conversation (org_id, id, user_id, title) select org_id, $1, id, 'x' from app_user where id = $2",
    )
    .bind(conversation)
    .bind(person.id.0)
    .execute(&mut db)
    .await
    .unwrap();
    sqlx::query(
        "insert into agent_run (org_id, id, conversation_id, user_id, goal, status, created_at, finished_at, sentences, unsupported)
         select org_id, gen_random_uuid(), $1, id, 'x', $3, $4, $4 + interval '1 second', 10, 0 from app_user, generate_series(1, $5) where id = $2",
    )
    .bind(conversation)
    .bind(person.id.0)
    .bind(status)
    .bind(clock.now())
    .bind(count)
    .execute(&mut db)
    .await
    .unwrap();
}

/// The alerts that a person was told of, newest first.
async fn told(app: &TestApp, person: &Person) -> Vec<String> {
    app.drain().await;
    let told = person.get("/notifications?kind=ai_alert&limit=50").await.ok();
    let items = told["items"].as_array().unwrap();
    items.iter().map(|item| item["record"]["name"].as_str().unwrap().to_owned()).collect()
}

async fn put(person: &Person, rule: &str, body: Value) -> Answer {
    person.send(person.request(Method::PUT, &format!("/ai/alert-rules/{rule}")).json(&body)).await
}

#[tokio::test]
async fn an_episode_is_told_once_and_ends() {
    let (app, clock) = at_noon().await;
    let (rep, stranger) = (app.user(Builtin::SalesRep).await, app.stranger().await);
    let access = &app.state.access;
    runs(&app, &rep, &clock, "failed", 4).await;
    assert_eq!(look(access).await.unwrap(), 0, "four runs say nothing");
    runs(&app, &rep, &clock, "done", 4).await;
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(look(access).await.unwrap(), 1);
    assert_eq!(look(access).await.unwrap(), 0, "as after a restart: the episode is a row");
    let names = told(&app, &app.admin).await;
    assert_eq!(names, ["50 % of the assistant's runs fail (from 20 %)"]);
    assert_eq!(told(&app, &rep).await, Vec::<String>::new(), "who may not govern is not told");
    assert_eq!(told(&app, &stranger).await, Vec::<String>::new());
    let alerts = app.admin.get("/ai/alerts").await.ok();
    assert_eq!(alerts["episodes"][0]["ended_at"], Value::Null);
    assert_eq!(stranger.get("/ai/alerts").await.ok()["episodes"], json!([]));

    // Two hours later nothing runs: it is over. When it comes again, it is told again.
    clock.advance(TimeDelta::hours(2));
    assert_eq!(look(access).await.unwrap(), 0);
    let ended = app.admin.get("/ai/alerts").await.ok();
    assert!(ended["episodes"][0]["ended_at"].is_string(), "{ended:#}");
    runs(&app, &rep, &clock, "failed", 6).await;
    clock.advance(TimeDelta::minutes(1));
    // Two servers at the same time.
    let (here, there) = tokio::join!(look(access), look(access));
    assert_eq!(here.unwrap() + there.unwrap(), 1);
    assert_eq!(told(&app, &app.admin).await.len(), 2);
    let events = app.admin.get("/audit?limit=50").await.ok().to_string();
    assert!(events.contains("ai_alert.raised") && events.contains("ai_alert.resolved"), "{events}");
    let letters = std::fs::read_dir(&app.letters).map_or(0, Iterator::count);
    assert!(letters >= 1, "it comes by mail too");
}

#[tokio::test]
async fn a_budget_is_told_of_at_80_and_at_100_percent() {
    let (app, clock) = at_noon().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let body = json!({ "scope": "each", "metric": "requests", "period": "day", "amount": "5" });
    app.admin.post("/budgets", body).await.ok();
    let goal = || json!({ "goal": "which deals do I have?" });
    for _ in 0..3 {
        rep.post("/agent-runs", goal()).await.ok();
    }
    assert_eq!(look(&app.state.access).await.unwrap(), 0);
    rep.post("/agent-runs", goal()).await.ok();
    assert_eq!(look(&app.state.access).await.unwrap(), 1);
    let nearly = ["80 % of a person's budget of requests to the assistant for this day is used"];
    assert_eq!(told(&app, &rep).await, nearly, "whose it is");
    assert_eq!(told(&app, &app.admin).await, nearly);
    assert_eq!(told(&app, &other).await, Vec::<String>::new());
    rep.post("/agent-runs", goal()).await.ok();
    assert_eq!(look(&app.state.access).await.unwrap(), 1);
    assert_eq!(told(&app, &rep).await[0], "a person's budget of requests to the assistant for this day is used up");
    assert_eq!(rep.post("/agent-runs", goal()).await.problem(), "429 ai_budget_exceeded");
    clock.advance(TimeDelta::days(1));
    assert_eq!(look(&app.state.access).await.unwrap(), 0, "a new day, a new budget");
    let episodes = app.admin.get("/ai/alerts").await.ok()["episodes"].clone();
    assert!(episodes.as_array().unwrap().iter().all(|episode| episode["ended_at"].is_string()), "{episodes:#}");
}

#[tokio::test]
async fn who_governs_sets_the_rules() {
    let (app, clock) = at_noon().await;
    let rep = app.user(Builtin::SalesRep).await;
    let rules = app.admin.get("/ai/alerts").await.ok()["rules"].clone();
    let kinds: Vec<&str> = rules.as_array().unwrap().iter().map(|rule| rule["kind"].as_str().unwrap()).collect();
    let all = ["error_rate", "hallucination_rate", "latency_p95", "cost_per_day", "budget_80", "budget_100"];
    assert_eq!(kinds, all);

    let off = put(&app.admin, "error_rate", json!({ "active": false, "threshold": 20, "version": 0 })).await.ok();
    assert_eq!((&off["active"], &off["version"]), (&json!(false), &json!(1)));
    runs(&app, &rep, &clock, "failed", 9).await;
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(look(&app.state.access).await.unwrap(), 0, "it is switched off");
    put(&app.admin, "latency_p95", json!({ "active": true, "threshold": 0.5, "window_minutes": 30, "version": 0 }))
        .await
        .ok();
    assert_eq!(look(&app.state.access).await.unwrap(), 1);

    let good = |more: Value| {
        let mut body = json!({ "active": true, "threshold": 30, "version": 1 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let stale = put(&app.admin, "error_rate", good(json!({ "version": 0 }))).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    for (rule, more, problem) in [
        ("error_rate", json!({ "threshold": 0 }), "422 invalid: threshold"),
        ("error_rate", json!({ "threshold": 1e300 }), "422 invalid: threshold"),
        ("error_rate", json!({ "window_minutes": 1 }), "422 invalid: window_minutes"),
        ("cost_per_day", json!({ "window_minutes": 60 }), "422 invalid: window_minutes"),
        ("budget_100", json!({ "threshold": 90 }), "422 invalid: threshold"),
        ("mood", json!({}), "404 not_found"),
    ] {
        assert_eq!(put(&app.admin, rule, good(more.clone())).await.problem(), problem, "{rule} {more}");
    }
    assert_eq!(put(&rep, "error_rate", good(json!({}))).await.problem(), "403 forbidden");
    assert_eq!(rep.get("/ai/alerts").await.problem(), "403 forbidden");
    let theirs = app.stranger().await.get("/ai/alerts").await.ok()["rules"][0].clone();
    assert_eq!((&theirs["active"], &theirs["version"]), (&json!(true), &json!(0)));
}
