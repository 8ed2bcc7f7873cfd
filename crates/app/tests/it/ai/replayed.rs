//! Runs tried again: with whose rights, and that nothing comes of it.

use dealwright_access::policy::Builtin;
use dealwright_ai::{Assistant, Consult};
use dealwright_testkit::{Person, TestApp, TestOptions};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::ask;
use super::script::Script;

const TASK: &str = r#"{"tool":"task","title":"call them","name":"Isdom renewal","when":"tomorrow","who":null}"#;

/// A server whose assistant has a scripted model.
async fn app() -> TestApp {
    let models = watch::channel(Vec::new()).1;
    let script = Script::new(&[TASK]);
    let assistant = Assistant::new(Some(script), "script-1=2/10".parse().unwrap(), Consult::Unsure, models);
    let options = TestOptions { background: true, assistant: Some(assistant), ..TestOptions::default() };
    TestApp::with(options).await
}

fn replays(run: &Value) -> String {
    format!("/agent-runs/{}/replays", run["id"].as_str().unwrap())
}

/// All that a replay must leave as it is.
async fn everything(app: &TestApp) -> Value {
    let mut db = app.db.database.maintenance().await.unwrap();
    let counts: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from agent_run), (select count(*) from agent_step), (select count(*) from proposal),
                (select count(*) from task), (select count(*) from conversation), (select count(*) from event)",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    json!([counts.0, counts.1, counts.2, counts.3, counts.4, counts.5])
}

#[tokio::test]
async fn a_run_is_tried_again_without_a_trace_of_it() {
    let app = app().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&app.admin, "remind me to call Isdom renewal tomorrow").await;
    assert_eq!(run["proposals"].as_array().map(Vec::len), Some(1), "{run:#}");
    let quality = app.admin.get("/ai/quality").await.ok()["total"].clone();
    let before = everything(&app).await;

    let choices = app.admin.get("/ai/replay-choices").await.ok();
    assert_eq!(choices["models"], json!(["script-1"]));
    assert!(choices["prompt_versions"].as_array().unwrap().iter().any(|version| version["id"] == "plan-all-2"));

    let by_grammar = app.admin.post(&replays(&run), json!({ "planner": "grammar" })).await;
    assert_eq!(by_grammar.status, 201, "{:?}", by_grammar.body);
    let grammar = by_grammar.body;
    assert_eq!(grammar["same"], json!({ "tools": true, "arguments": true, "answer": true, "proposals": true }));
    assert_eq!(grammar["after"]["tokens_in"], 0);
    assert_eq!(grammar["after"]["proposals"][0]["kind"], "create_task");

    let asked = json!({ "planner": "model", "model": "script-1", "prompt_version": "plan-all-2" });
    let model = app.admin.post(&replays(&run), asked).await.ok();
    assert_eq!(
        (&model["after"]["model"], &model["after"]["prompt_version"]),
        (&json!("script-1"), &json!("plan-all-2"))
    );
    assert_eq!((&model["after"]["tokens_in"], &model["after"]["cost"]), (&json!(1000), &json!("0.003000")));
    assert_eq!(model["after"]["steps"][0]["tool"], "create_task");
    assert_eq!(model["before"]["model"], Value::Null);

    assert_eq!(everything(&app).await, before, "a replay has left something behind");
    let after = app.admin.get("/ai/quality").await.ok()["total"].clone();
    assert_eq!((&after["runs"], &after["proposals"]), (&quality["runs"], &quality["proposals"]));
    let kept = app.admin.get(&replays(&run)).await.ok();
    let ids: Vec<&Value> = kept["items"].as_array().unwrap().iter().map(|replay| &replay["id"]).collect();
    assert_eq!(ids, [&model["id"], &grammar["id"]]);
    // The model was asked all the same, and that is on record.
    let calls = app.admin.get("/model-calls").await.ok();
    assert_eq!((&calls["items"][0]["purpose"], &calls["items"][0]["run_id"]), (&json!("replay"), &Value::Null));
}

/// A person who may read the guardrails, and of deals no more than their own.
async fn auditor(app: &TestApp) -> Person {
    let grants = json!({ "guardrail": { "read": "all" }, "opportunity": { "read": "own" }, "agent": { "use": "all" } });
    let role = app.admin.post("/roles", json!({ "name": "Auditor", "grants": grants })).await.ok();
    let person = app.user(Builtin::ReadOnly).await;
    let user = app.admin.get(&format!("/users/{}", person.id)).await.ok();
    let roles = json!({ "role_ids": [role["id"]], "version": user["version"] });
    app.admin.patch(&format!("/users/{}", person.id), roles).await.ok();
    app.again(&person).await
}

#[tokio::test]
async fn whoever_tries_a_run_again_reads_with_their_own_rights() {
    let app = app().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    rep.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&rep, "remind me to call Isdom renewal tomorrow").await;
    let grammar = || json!({ "planner": "grammar" });

    let own = rep.post(&replays(&run), grammar()).await.ok();
    assert_eq!(own["same"]["answer"], true, "{own:#}");
    assert!(own["after"]["answer"].as_str().unwrap().contains("Isdom renewal"));

    let auditor = auditor(&app).await;
    let tried = auditor.post(&replays(&run), grammar()).await;
    assert_eq!(tried.status, 201, "{:?}", tried.body);
    assert_eq!(tried.body["before"]["answer"], Value::Null);
    assert_eq!(tried.body["before"]["steps"][0]["arguments"], json!({}));
    assert_eq!(tried.body["same"]["answer"], Value::Null);
    assert_eq!(tried.body["after"]["proposals"], json!([]), "the deal is not theirs to see: {:#}", tried.body);
    let deal = run["proposals"][0]["target"]["id"].as_str().unwrap();
    assert!(!tried.body["after"].to_string().contains(deal));
    // Each has their own.
    assert_eq!(rep.get(&replays(&run)).await.ok()["items"].as_array().map(Vec::len), Some(1));

    for nobody in [&other, &app.stranger().await] {
        assert_eq!(nobody.post(&replays(&run), grammar()).await.problem(), "404 not_found");
        assert_eq!(nobody.get(&replays(&run)).await.problem(), "404 not_found");
    }
    assert_eq!(app.nobody().post(&replays(&run), grammar()).await.status, 401);
}

#[tokio::test]
async fn what_can_not_be_tried_is_refused() {
    let app = app().await;
    let run = ask(&app.admin, "which deals do I have?").await;
    for (body, problem) in [
        (json!({ "planner": "model" }), "422 invalid: model"),
        (json!({ "planner": "grammar", "model": "script-1" }), "422 invalid: model"),
        (json!({ "planner": "model", "model": "nobody's" }), "422 invalid: model"),
        (json!({ "planner": "usual", "prompt_version": "plan-all-99" }), "422 invalid: prompt_version"),
        (json!({ "planner": "grammar", "prompt_version": "plan-all-2" }), "422 invalid: prompt_version"),
        (json!({ "planner": "model", "model": "x".repeat(100_000) }), "422 invalid: model"),
    ] {
        assert_eq!(app.admin.post(&replays(&run), body.clone()).await.problem(), problem, "{body}");
    }
    assert_eq!(app.admin.post(&replays(&run), json!({ "planner": "magic" })).await.status, 422);
    let stop = app.admin.request(reqwest::Method::PUT, "/guardrails/stop").json(&json!({ "reason": "A drill" }));
    app.admin.send(stop).await.ok();
    let stopped = app.admin.post(&replays(&run), json!({ "planner": "grammar" })).await;
    assert_eq!(stopped.problem(), "409 ai_stopped");
}

#[tokio::test]
async fn a_run_that_goes_on_still_is_not_tried_again() {
    let app = TestApp::new().await;
    let run = app.admin.post("/agent-runs", json!({ "goal": "which deals do I have?" })).await.ok();
    let tried = app.admin.post(&replays(&run), json!({ "planner": "grammar" })).await;
    assert_eq!(tried.problem(), "409 run_not_over");
}
