//! Lifecycles of pipelines: drafts, versions, dry runs, what deals are held by, and the log of it.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::files::upload;

const NIL: &str = "00000000-0000-7000-8000-000000000000";

/// The pipeline that a new organisation has, with a third open stage.
pub(super) async fn sales(admin: &Person) -> Value {
    let first = admin.get("/pipelines").await.ok()["items"][0].clone();
    let path = format!("/pipelines/{}/stages", first["id"].as_str().unwrap());
    admin.post(&path, json!({ "name": "Proposal", "kind": "open", "probability": 60 })).await;
    admin.get("/pipelines").await.ok()["items"][0].clone()
}

pub(super) async fn put(who: &Person, path: &str, body: Value) -> Answer {
    who.send(who.request(Method::PUT, path).json(&body)).await
}

/// Publishes a definition for a pipeline.
pub(super) async fn publish(who: &Person, pipeline: &Value, definition: &Value) -> Value {
    let path = format!("/pipelines/{}/lifecycle", pipeline["id"].as_str().unwrap());
    put(who, &format!("{path}/draft"), json!({ "definition": definition, "version": 0 })).await.ok();
    who.post(&format!("{path}/versions"), json!({ "version": 1, "note": "Because." })).await.ok()
}

pub(super) fn of(deal: &Value) -> String {
    format!("/opportunities/{}", deal["id"].as_str().unwrap())
}

pub(super) async fn move_to(who: &Person, deal: &Value, stage: &str) -> Answer {
    let now = who.get(&of(deal)).await.ok();
    who.post(&format!("{}/move", of(deal)), json!({ "stage_id": stage, "version": now["version"] })).await
}

/// The log of a deal: path, code and stages, the newest first.
pub(super) async fn log(who: &Person, deal: &Value) -> Vec<Value> {
    let log = who.get(&format!("{}/transition-log", of(deal))).await.ok();
    let row = |a: &Value| json!([a["path"], a["code"], a["from_stage"], a["to_stage"], a["lifecycle_version"]]);
    log["items"].as_array().unwrap().iter().map(row).collect()
}

fn ids(pipeline: &Value) -> Vec<String> {
    pipeline["stages"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_draft_is_tried_published_and_deals_are_moved_over() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let pipeline = sales(admin).await;
    let stages = ids(&pipeline);
    let path = format!("/pipelines/{}/lifecycle", pipeline["id"].as_str().unwrap());
    let begun = admin.get(&path).await.ok();
    assert_eq!(json!([begun["number"], begun["draft"], begun["versions"][0]["open_deals"]]), json!([1, null, 0]));

    let old = rep.opportunity("Old", json!({})).await;
    let item = "00000000-0000-7000-8000-000000000071";
    let quote = admin.choice("document_type", "Quote").await;
    let exit = json!({ "required": ["next_step"], "documents": [quote], "checklist": [{ "id": item, "label": "Call" }],
        "rules": [{ "expression": "amount > 100", "message": "Worth a hundred.", "field": "amount" }] });
    let definition =
        json!({ "no_skip": true, "no_backward": true, "stages": [{ "stage_id": stages[0], "exit": exit }] });
    let tried = admin.post(&format!("{path}/dry-run"), json!({ "definition": definition })).await.ok();
    assert_eq!(json!([tried["checked"], tried["would_not_pass"], tried["next_cursor"]]), json!([1, 1, null]));
    let of_stage = &tried["stages"][0];
    assert_eq!(
        json!([of_stage["not_admitted"], of_stage["held"], of_stage["lacking"].as_array().unwrap().len()]),
        json!([0, 1, 4])
    );
    assert_eq!(tried["deals"][0]["name"], "Old");
    assert_eq!(admin.get(&path).await.ok()["draft"], json!(null), "nothing is kept of it");

    let draft = format!("{path}/draft");
    let saved = put(admin, &draft, json!({ "definition": definition, "version": 0 })).await.ok();
    assert_eq!(saved["draft"]["version"], 1);
    let stale = put(admin, &draft, json!({ "definition": definition, "version": 0 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let versions = format!("{path}/versions");
    assert_eq!(admin.post(&versions, json!({ "version": 7 })).await.problem(), "409 version_conflict");
    let published = admin.post(&versions, json!({ "version": 1, "note": "Stricter." })).await.ok();
    assert_eq!(
        json!([published["number"], published["draft"], published["versions"][0]["note"]]),
        json!([2, null, "Stricter."])
    );
    assert_eq!(published["definition"]["no_skip"], true);
    assert_eq!(admin.get(&format!("{versions}/1")).await.ok()["definition"]["no_skip"], false);
    assert_eq!(admin.post(&versions, json!({ "version": 0 })).await.problem(), "409 no_draft");

    // What is there goes on as it began; what is new is held.
    move_to(&rep, &old, &stages[2]).await.ok();
    move_to(&rep, &old, &stages[0]).await.ok();
    let new = rep.opportunity("New", json!({})).await;
    let skipped = move_to(&rep, &new, &stages[2]).await;
    assert_eq!(skipped.problem(), "422 transition_not_allowed: stage_id");
    let refused = move_to(&rep, &new, &stages[1]).await;
    let lacks = format!("422 gate_not_cleared: next_step, amount, documents.{quote}, checklist.{item}");
    assert_eq!(refused.problem(), lacks);
    let codes: Vec<&str> =
        refused.body["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["required", "rule_failed", "document_missing", "checklist_open"]);

    let adoption = format!("{path}/adoption");
    assert_eq!(rep.post(&adoption, json!({})).await.problem(), "403 forbidden");
    let adopted = admin.post(&adoption, json!({})).await.ok();
    assert_eq!(adopted, json!({ "number": 2, "moved": 1, "more": false }));
    assert_eq!(move_to(&rep, &old, &stages[1]).await.problem(), lacks);

    // One thing after another, until it goes.
    let tick = format!("{}/checklist/{item}", of(&new));
    let ticked = put(&rep, &tick, json!({})).await.ok();
    assert_eq!(json!([ticked["items"][0]["ticked_by"]["id"], ticked["version"]]), json!([rep.id, 2]));
    rep.post("/undo", json!({ "event_id": ticked["event_id"] })).await.ok();
    assert_eq!(rep.get(&format!("{}/checklist", of(&new))).await.ok()["items"][0]["ticked_by"], json!(null));
    put(&rep, &tick, json!({})).await.ok();
    assert_eq!(put(&rep, &format!("{}/checklist/{NIL}", of(&new)), json!({})).await.status, 404);
    let file = upload(&rep, ("opportunity_id", &new["id"]), "quote.txt", b"Quote").await;
    app.drain().await;
    let file = format!("/files/{}", file.as_str().unwrap());
    let at = rep.get(&file).await.ok()["version"].clone();
    let typed = rep.patch(&file, json!({ "document_type_id": quote, "version": at })).await.ok();
    assert_eq!(typed["document_type"]["name"], "Quote");
    let wrong = rep
        .patch(&file, json!({ "document_type_id": admin.choice("region", "West").await, "version": typed["version"] }))
        .await;
    assert_eq!(wrong.problem(), "422 invalid: document_type_id");
    let now = rep.get(&of(&new)).await.ok();
    let body = json!({ "stage_id": stages[1], "version": now["version"], "next_step": "Call", "amount": { "amount": "101", "currency": "EUR" } });
    rep.post(&format!("{}/move", of(&new)), body).await.ok();

    let told = log(&rep, &new).await;
    let names: Vec<&Value> = pipeline["stages"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(
        told,
        [
            json!(["app", null, names[0], names[1], 2]),
            json!(["app", "gate_not_cleared", names[0], names[1], 2]),
            json!(["app", "transition_not_allowed", names[0], names[2], 2]),
            json!(["app", null, null, names[0], 2]),
        ]
    );
    let whole = admin.get(&format!("{}/transition-log", of(&new))).await.ok();
    assert_eq!(whole["items"][0]["facts"]["facts"]["amount"], json!("101"));
    assert_eq!(rep.get(&format!("{}/transition-log", of(&new))).await.ok()["items"][0]["facts"], json!(null));
    let refused =
        admin.get(&format!("/pipelines/{}/transition-log?refused=true", pipeline["id"].as_str().unwrap())).await.ok();
    assert_eq!(refused["items"].as_array().unwrap().len(), 3);

    // A field that was asked for before the stage could be entered is kept within it.
    let gone = admin.delete(&format!("/options/{quote}")).await;
    assert_eq!(gone.problem(), "409 in_use: replacement_id");
}

#[tokio::test]
async fn definitions_are_for_who_may_and_nonsense_is_refused() {
    let app = TestApp::new().await;
    let (rep, stranger) = (app.user(Builtin::SalesRep).await, app.stranger().await);
    let pipeline = sales(&app.admin).await;
    let stages = ids(&pipeline);
    let path = format!("/pipelines/{}/lifecycle", pipeline["id"].as_str().unwrap());
    let draft = format!("{path}/draft");
    let body = json!({ "definition": {}, "version": 0 });
    assert_eq!(rep.get(&path).await.problem(), "403 forbidden");
    assert_eq!(put(&rep, &draft, body.clone()).await.problem(), "403 forbidden");
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(put(&stranger, &draft, body).await.status, 404);
    let save = async |definition: Value| {
        put(&app.admin, &draft, json!({ "definition": definition, "version": 0 })).await.problem()
    };
    assert_eq!(save(json!({ "sometimes": true })).await, "422 invalid: definition.sometimes");
    let edge = |from: &str, to: &str| json!({ "from": from, "to": to });
    assert_eq!(save(json!({ "transitions": [edge(&stages[0], NIL)] })).await, "422 invalid: transitions.0");
    let alone = json!({ "only_listed": true, "transitions": [edge(&stages[0], &stages[1])], "reopening": { "allowed": false } });
    assert!(save(alone).await.starts_with("422 invalid: transitions"));
    let rule = |expression: &str| json!({ "stages": [{ "stage_id": stages[0], "entry": { "rules": [{ "expression": expression, "message": "m", "field": "amount" }] } }] });
    assert_eq!(save(rule("amuont > 1")).await, "422 invalid: stages.0.entry.rules.0.expression");
    assert_eq!(save(rule(&"x".repeat(300_000))).await, "422 invalid: definition");
    let many: Vec<Value> = (0..600).map(|_| edge(&stages[0], &stages[1])).collect();
    assert_eq!(save(json!({ "transitions": many })).await, "422 invalid: transitions");
    assert_eq!(app.admin.get(&format!("{path}/versions/9")).await.status, 404);

    let set = |field: &str, value: Value| json!({ "stages": [{ "stage_id": stages[0], "actions": [{ "do": "set_field", "field": field, "value": value }] }] });
    assert_eq!(save(set("stage_id", json!(stages[1]))).await, "422 invalid: stages.0.actions.0.field");
    assert_eq!(save(set("tags", json!("hot"))).await, "422 invalid: stages.0.actions");

    // A deal of somebody else is nobody's to look into.
    let deal = app.admin.opportunity("Theirs", json!({})).await;
    for part in ["transition-log", "checklist", "transitions"] {
        assert_eq!(rep.get(&format!("{}/{part}", of(&deal))).await.status, 404, "{part}");
    }
    let item = format!("{}/checklist/{NIL}", of(&deal));
    assert_eq!(put(&rep, &item, json!({})).await.status, 404);
    let stale = app.admin.send(app.admin.request(Method::PUT, &item).header("if-match", "\"9\"")).await;
    assert_eq!(stale.problem(), "409 version_conflict");
}

#[tokio::test]
async fn deals_begin_where_they_may_and_roles_open_ways() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let manager = app.user(Builtin::SalesManager).await;
    let pipeline = sales(&app.admin).await;
    let stages = ids(&pipeline);
    let roles = app.admin.get("/roles").await.ok();
    let role =
        |name: &str| roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap()["id"].clone();
    let won = app.admin.stage("Won").await;
    let template = json!({ "name": "Offer", "title": "Check the offer", "due_in_days": 3, "priority": "high",
        "checklist": [{ "text": "Prices" }] });
    let template = app.admin.post("/task-templates", template).await.ok();
    let definition = json!({ "begin": [stages[1]], "no_skip": true,
        "transitions": [{ "from": stages[1], "to": won, "roles": [role("Sales Manager")] }],
        "reopening": { "allowed": true, "roles": [role("Administrator")] },
        "stages": [{ "stage_id": stages[2], "actions": [
            { "do": "create_task", "title": "Write the proposal", "due_in_days": 0, "for_owner": true },
            { "do": "create_task", "template_id": template["id"] },
            { "do": "set_field", "field": "next_step", "value": "Proposal" }] }] });
    publish(&app.admin, &pipeline, &definition).await;
    let refused = rep.post("/opportunities", json!({ "name": "Late", "stage_id": stages[0] })).await;
    assert_eq!(refused.problem(), "422 transition_not_allowed: stage_id");
    let refusals = app
        .admin
        .get(&format!("/pipelines/{}/transition-log?refused=true", pipeline["id"].as_str().unwrap()))
        .await
        .ok();
    let first = &refusals["items"][0];
    assert_eq!(
        json!([first["opportunity"], first["from_stage"], first["code"]]),
        json!([null, null, "transition_not_allowed"])
    );
    let checked = rep.post("/opportunities/validation", json!({ "name": "Late", "stage_id": stages[0] })).await;
    assert_eq!(checked.problem(), "422 transition_not_allowed: stage_id");
    let refusals = app
        .admin
        .get(&format!("/pipelines/{}/transition-log?refused=true", pipeline["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(refusals["items"].as_array().unwrap().len(), 1, "a check is no attempt");

    let deal = rep.opportunity("Deal", json!({})).await;
    assert_eq!(deal["stage_id"], json!(stages[1]), "it begins where deals begin");
    assert_eq!(move_to(&rep, &deal, &won).await.problem(), "422 transition_not_allowed: stage_id");
    let ways = rep.get(&format!("{}/transitions", of(&deal))).await.ok();
    let way = ways["items"].as_array().unwrap().iter().find(|t| t["stage"]["id"] == json!(won)).unwrap();
    assert_eq!(json!([way["allowed"], way["code"]]), json!([false, "transition_not_allowed"]));
    let moved = move_to(&rep, &deal, &stages[2]).await.ok();
    assert_eq!(moved["opportunity"]["next_step"], "Proposal");
    let tasks = rep.get(&format!("/tasks?opportunity_id={}", deal["id"].as_str().unwrap())).await.ok();
    let mut made: Vec<_> = tasks["items"].as_array().unwrap().iter().collect();
    made.sort_by_key(|task| task["title"].as_str());
    let told = |task: &Value| json!([task["title"], task["assignee_id"], task["priority"], task["checklist"]]);
    assert_eq!(
        [told(made[0]), told(made[1])],
        [
            json!(["Check the offer", rep.id, "high", [{ "text": "Prices", "done": false }]]),
            json!(["Write the proposal", rep.id, "normal", []])
        ]
    );
    assert!(made[0]["due_date"].is_string());
    rep.post("/undo", json!({ "event_id": moved["event_id"] })).await.ok();
    assert_eq!(rep.get(&of(&deal)).await.ok()["next_step"], json!(null));
    // A template that is gone holds no deal up.
    let gone = app.admin.request(Method::DELETE, &format!("/task-templates/{}", template["id"].as_str().unwrap()));
    assert_eq!(app.admin.send(gone.header("If-Match", "\"1\"")).await.status, 204);
    let again = rep.opportunity("Again", json!({})).await;
    move_to(&rep, &again, &stages[2]).await.ok();
    let tasks = rep.get(&format!("/tasks?opportunity_id={}", again["id"].as_str().unwrap())).await.ok();
    assert!(
        tasks["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|task| task["title"].as_str().unwrap().starts_with("Again is in ")),
        "{tasks}"
    );
    let theirs = manager.opportunity("Managed", json!({})).await;
    move_to(&manager, &theirs, &won).await.ok();
    assert_eq!(move_to(&manager, &theirs, &stages[1]).await.problem(), "422 transition_not_allowed: stage_id");
    let reopen = manager.post(&format!("{}/reopening", of(&theirs)), json!({ "reason": "Again", "version": 2 })).await;
    assert_eq!(reopen.problem(), "422 transition_not_allowed: stage_id");
    move_to(&app.admin, &theirs, &stages[1]).await.ok();
}
