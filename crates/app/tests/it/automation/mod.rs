//! Automations: what sets them off, what they do and may not do, and what ends them.

mod guards;
mod webhooks;

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

const NIL: &str = "00000000-0000-7000-8000-000000000000";

/// Scopes that let it read and write deals, and make tasks.
fn scopes() -> Value {
    json!({ "opportunity": { "read": "all", "update": "all" }, "task": { "create": "all", "read": "all" },
        "account": { "read": "all" }, "contact": { "read": "all" }, "user": { "read": "all" } })
}

/// An automation on deals that is switched on.
pub(crate) fn on_deals(name: &str, moments: &[&str], condition: Option<&str>, steps: Value) -> Value {
    json!({ "name": name, "object": "opportunity", "trigger": { "on": "event", "moments": moments },
        "condition": condition, "steps": steps, "scopes": scopes(), "active": true })
}

async fn put(who: &Person, path: &str, body: Value) -> Answer {
    who.send(who.request(Method::PUT, path).json(&body)).await
}

pub(crate) fn at(automation: &Value) -> String {
    format!("/automations/{}", automation["id"].as_str().unwrap())
}

/// Status, code and record of each run, the oldest first.
pub(crate) async fn runs(who: &Person, automation: &Value) -> Vec<Value> {
    let path = format!("/automation-runs?automation_id={}", automation["id"].as_str().unwrap());
    let page = who.get(&path).await.ok();
    let row = |run: &Value| json!([run["status"], run["code"], run["record"]]);
    page["items"].as_array().unwrap().iter().rev().map(row).collect()
}

/// Lets everything happen that follows: what an automation does is an event, too.
async fn settle(app: &TestApp) {
    for _ in 0..4 {
        app.drain().await;
    }
}

pub(crate) async fn edit(who: &Person, deal: &Value, mut body: Value) -> Answer {
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    body["version"] = who.get(&path).await.ok()["version"].clone();
    who.patch(&path, body).await
}

async fn tasks(who: &Person, deal: &Value) -> Vec<Value> {
    let path = format!("/tasks?opportunity_id={}", deal["id"].as_str().unwrap());
    let page = who.get(&path).await.ok();
    let row = |task: &Value| json!([task["title"], task["assignee_id"], task["due_date"].is_string()]);
    page["items"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn when_if_then() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let steps = json!([
        { "do": "set_fields", "set": { "next_step": "Offer a pilot" }, "add_tags": ["large"] },
        { "do": "create_task", "title": "Prepare {{name}} ({{amount}})", "due_in_days": 2, "working_days": true },
        { "do": "notify", "to": [{ "who": "owner" }, { "who": "person", "id": admin.id }], "message": "{{name}} is large now" },
    ]);
    let condition = "amount > 50000 && (previous.amount == null || previous.amount <= 50000)";
    let made =
        admin.post("/automations", on_deals("Large deals", &["created", "changed"], Some(condition), steps)).await;
    let automation = made.ok();
    assert_eq!(automation["run_as"]["id"], json!(admin.id));

    let small = rep.opportunity("Small", json!({ "amount": { "amount": "10.00", "currency": "EUR" } })).await;
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, [json!(["unmet", null, "Small"])]);

    edit(&rep, &small, json!({ "amount": { "amount": "60000.00", "currency": "EUR" } })).await.ok();
    settle(&app).await;
    let path = format!("/opportunities/{}", small["id"].as_str().unwrap());
    let now = rep.get(&path).await.ok();
    assert_eq!(json!([now["next_step"], now["tags"]]), json!(["Offer a pilot", ["large"]]));
    assert_eq!(tasks(&rep, &small).await, [json!(["Prepare Small (60000)", rep.id, true])]);
    // What it did has set it off again, and the guard has seen it.
    let all = runs(admin, &automation).await;
    assert_eq!(
        all,
        [json!(["unmet", null, "Small"]), json!(["done", null, "Small"]), json!(["skipped", "loop", "Small"])]
    );
    let run = admin
        .get(&format!("/automation-runs?automation_id={}&status=done", automation["id"].as_str().unwrap()))
        .await
        .ok();
    let done = &run["items"][0];
    assert_eq!(
        json!([done["event"], done["steps"][0]["status"], done["steps"][1]["do"]]),
        json!(["opportunity.updated", "done", "create_task"])
    );

    // The owner and the administrator are told, in the automation's name.
    for who in [&rep, admin] {
        let page = who.get("/notifications?kind=automation_message").await.ok();
        let told = &page["items"][0];
        assert_eq!(json!([told["excerpt"], told["actor"]["name"]]), json!(["Small is large now", "Large deals"]));
    }
    // The history says who it was, and the change can be taken back.
    let timeline = rep.get(&format!("/opportunities/{}/timeline", small["id"].as_str().unwrap())).await.ok();
    let entries = timeline["items"].as_array().unwrap();
    let change =
        entries.iter().find(|e| e["actor"]["kind"] == "automation" && e["type"] == "opportunity.updated").unwrap();
    assert_eq!(json!([change["actor"]["name"], change["actor"]["for"]["name"]]), json!(["Large deals", "Ada Admin"]));
    let event = done["steps"][0]["event_id"].as_str().unwrap();
    admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(rep.get(&path).await.ok()["next_step"], json!(null));
}

#[tokio::test]
async fn it_may_no_more_than_its_scopes_and_whom_it_acts_for() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let set = json!([{ "do": "set_fields", "set": { "next_step": "Call" } }]);

    // Scopes that are wider than the caller's, that no key can have, or that the steps lack are named.
    let with = |scopes: Value| {
        let mut body = on_deals("X", &["created"], None, set.clone());
        body["scopes"] = scopes;
        body
    };
    let lacking = admin.post("/automations", with(json!({ "opportunity": { "read": "all" } }))).await;
    assert_eq!(lacking.problem(), "422 invalid: scopes.opportunity.update");
    let wide = admin.post("/automations", with(json!({ "agent": { "use": "all" } }))).await;
    assert_eq!(wide.problem(), "422 invalid: scopes.agent.use");
    let other = json!({ "run_as_id": rep.id });
    let mut as_other = with(scopes());
    as_other["run_as_id"] = other["run_as_id"].clone();
    assert_eq!(admin.post("/automations", as_other).await.problem(), "422 invalid: run_as_id");

    // A service account with a role that reads alone: what it may not do is refused, and nothing is half done.
    let roles = admin.get("/roles").await.ok();
    let role =
        |name: &str| roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap()["id"].clone();
    let account = json!({ "name": "Robot", "role_ids": [role("Sales Rep")] });
    let robot = admin.post("/service-accounts", account).await.ok();
    let mut body = on_deals(
        "Robot's",
        &["created"],
        None,
        json!([{ "do": "notify", "to": [{ "who": "owner" }], "message": "Hello" }, set[0]]),
    );
    body["run_as_id"] = robot["id"].clone();
    body["scopes"] = json!({ "opportunity": { "read": "own", "update": "own" } });
    let automation = admin.post("/automations", body.clone()).await.ok();
    assert_eq!(automation["run_as"]["service"], json!(true));
    let deal = rep.opportunity("Hidden from it", json!({})).await;
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, [json!(["skipped", "not_visible", "Hidden from it"])]);

    // What it sees but may not change: the message is sent, the change refused, the run says so.
    let wider = json!({ "role_ids": [role("Read-only"), role("Sales Rep")], "version": robot["version"] });
    admin.patch(&format!("/service-accounts/{}", robot["id"].as_str().unwrap()), wider).await.ok();
    body["scopes"] = json!({ "opportunity": { "read": "all", "update": "own" } });
    put(admin, &at(&automation), json!({ "definition": body, "version": automation["version"] })).await.ok();
    let seen = rep.opportunity("Seen by it", json!({})).await;
    settle(&app).await;
    let all = runs(admin, &automation).await;
    assert_eq!(all[1], json!(["refused", "forbidden", "Seen by it"]));
    let page = admin.get(&format!("/automation-runs?record_id={}", seen["id"].as_str().unwrap())).await.ok();
    let steps = &page["items"][0]["steps"];
    assert_eq!(json!([steps[0]["status"], steps[1]["status"]]), json!(["done", "refused"]));
    assert_eq!(rep.get("/notifications?kind=automation_message").await.ok()["items"].as_array().unwrap().len(), 1);
    let untouched = rep.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(untouched["next_step"], json!(null));

    // Gates and rules hold for it as for anybody.
    let rule = json!({ "object": "opportunity", "name": "R", "expression": "next_step != \"Call\"", "message": "Not again.",
        "field": "next_step", "active": true });
    admin.post("/rules", rule).await.ok();
    let automation = admin.post("/automations", on_deals("Calls", &["created"], None, set.clone())).await.ok();
    let third = rep.opportunity("Third", json!({})).await;
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, [json!(["refused", "rule_not_met", "Third"])]);
    let page =
        admin.get(&format!("/automation-runs?record_id={}&status=refused", third["id"].as_str().unwrap())).await.ok();
    let refused = page["items"].as_array().unwrap().iter().find(|r| r["code"] == "rule_not_met").unwrap().clone();
    assert_eq!(refused["reason"], "next_step: Not again.");

    // Once the rule is gone it can be tried again; not twice, and not by anybody.
    let rules = admin.get("/rules").await.ok();
    admin.delete(&format!("/rules/{}", rules["items"][0]["id"].as_str().unwrap())).await;
    let retry = format!("/automation-runs/{}/retry", refused["id"].as_str().unwrap());
    assert_eq!(rep.post(&retry, json!({})).await.status, 403);
    admin.post(&retry, json!({})).await.ok();
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, [json!(["done", null, "Third"])]);
    assert_eq!(admin.post(&retry, json!({})).await.problem(), "409 not_retryable");

    // Whoever it acts for is deactivated: it is switched off, and says why.
    let accounts = admin.get("/service-accounts").await.ok();
    let gone = json!({ "active": false, "version": accounts["items"][0]["version"] });
    admin.patch(&format!("/service-accounts/{}", robot["id"].as_str().unwrap()), gone).await.ok();
    rep.opportunity("Fourth", json!({})).await;
    settle(&app).await;
    let all = admin.get("/automations").await.ok();
    let robots = all["items"].as_array().unwrap().iter().find(|a| a["name"] == "Robot's").unwrap();
    assert_eq!(json!([robots["active"], robots["paused"]]), json!([false, "actor_gone"]));
}

#[tokio::test]
async fn only_who_may_sees_and_writes_them() {
    let app = TestApp::new().await;
    let (admin, manager, stranger) = (&app.admin, app.user(Builtin::SalesManager).await, app.stranger().await);
    let set = json!([{ "do": "set_fields", "set": { "next_step": "Call" } }]);
    let body = on_deals("One", &["won", "lost"], None, set.clone());
    let automation = admin.post("/automations", body.clone()).await.ok();
    let path = at(&automation);
    for who in [&manager, &app.nobody()] {
        for asked in [
            who.get("/automations").await,
            who.get(&path).await,
            who.get("/automation-runs").await,
            who.post("/automations", body.clone()).await,
            who.delete(&path).await,
        ] {
            assert!([401, 403].contains(&asked.status), "{}", asked.status);
        }
    }
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(stranger.get("/automations").await.ok()["items"], json!([]));
    let there = stranger.post(&format!("{path}/switch"), json!({ "active": false, "version": 1 })).await;
    assert_eq!(there.status, 404);
    assert_eq!(stranger.post(&format!("{path}/secret"), json!({})).await.status, 404);

    // A version that is not the one there is.
    let stale = json!({ "definition": body, "version": 7 });
    assert_eq!(put(admin, &path, stale).await.problem(), "409 version_conflict");
    assert_eq!(admin.post("/automations", body.clone()).await.problem(), "409 automation_name_taken: name");

    // Switched off, it runs nothing; what it was set off for before is skipped.
    admin.opportunity("Before", json!({})).await;
    let off =
        admin.post(&format!("{path}/switch"), json!({ "active": false, "version": automation["version"] })).await.ok();
    assert_eq!(json!([off["active"], off["version"]]), json!([false, 2]));
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, Vec::<Value>::new());
    let on = admin.post(&format!("{path}/switch"), json!({ "active": true, "version": 2 })).await.ok();
    assert_eq!(on["active"], json!(true));
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_could_not_work_is_refused_with_its_place() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let set = json!([{ "do": "set_fields", "set": { "next_step": "Call" } }]);
    let good = on_deals("Good", &["created"], None, set.clone());
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let many: Vec<Value> = std::iter::repeat_n(set[0].clone(), 11).collect();
    for (body, problem) in [
        (with("condition", json!("amont > 5")), "422 invalid: condition"),
        (with("condition", json!("amount > \"x\"")), "422 invalid: condition"),
        (with("condition", json!("x".repeat(2_001))), "422 invalid: condition"),
        (with("steps", json!([])), "422 invalid: steps"),
        (with("steps", json!(many)), "422 invalid: steps"),
        (with("steps", json!([{ "do": "set_fields", "set": { "colour": "red" } }])), "422 invalid: steps.0.colour"),
        (with("steps", json!([{ "do": "set_fields", "set": { "stage_id": NIL } }])), "422 invalid: steps.0.stage_id"),
        (with("steps", json!([{ "do": "set_fields" }])), "422 invalid: steps.0"),
        (with("steps", json!([{ "do": "assign" }])), "422 invalid: steps.0.assign"),
        (with("steps", json!([{ "do": "create_task" }])), "422 invalid: steps.0.title"),
        (with("steps", json!([{ "do": "create_task", "title": "{{amont}}" }])), "422 invalid: steps.0"),
        (
            with("steps", json!([{ "do": "create_task", "title": "x", "template_id": NIL }])),
            "422 invalid: steps.0.template_id",
        ),
        (with("steps", json!([{ "do": "notify", "to": [], "message": "x" }])), "422 invalid: steps.0.to"),
        (
            with("steps", json!([{ "do": "notify", "to": [{ "who": "owner" }], "message": "{{amount}}" }])),
            "422 invalid: steps.0.message",
        ),
        (
            with("steps", json!([{ "do": "notify", "to": [{ "who": "person", "id": NIL }], "message": "x" }])),
            "422 invalid: steps.0.to",
        ),
        (with("steps", json!([{ "do": "webhook", "url": "ftp://example.com" }])), "422 invalid: steps.0.url"),
        (with("steps", json!([{ "do": "webhook", "url": "https://10.0.0.1/" }])), "422 invalid: steps.0.url"),
        (with("trigger", json!({ "on": "event", "moments": [] })), "422 invalid: trigger.moments"),
        (with("trigger", json!({ "on": "event", "moments": ["converted"] })), "422 invalid: trigger.moments"),
        (
            with("trigger", json!({ "on": "event", "moments": ["changed"], "fields": ["colour"] })),
            "422 invalid: trigger.fields",
        ),
        (with("trigger", json!({ "on": "schedule", "at": "8", "time_zone": "UTC" })), "422 invalid: trigger.at"),
        (
            with("trigger", json!({ "on": "schedule", "at": "08:00", "time_zone": "Mars" })),
            "422 invalid: trigger.time_zone",
        ),
        (
            with("trigger", json!({ "on": "schedule", "at": "08:00", "time_zone": "UTC", "month_days": [32] })),
            "422 invalid: trigger.month_days",
        ),
        (with("per_hour", json!(0)), "422 invalid: per_hour"),
        (with("quiet_days", json!(400)), "422 invalid: quiet_days"),
        (with("name", json!("")), "422 invalid: name"),
    ] {
        let answer = admin.post("/automations", body.clone()).await;
        assert_eq!(answer.problem(), problem, "{body} {:?}", answer.body);
    }
    for body in [
        json!({}),
        json!([]),
        with("object", json!("planet")),
        with("steps", json!([{ "do": "explode" }])),
        with("colour", json!(1)),
    ] {
        assert!([400, 422].contains(&admin.post("/automations", body.clone()).await.status), "{body}");
    }
    assert_eq!(admin.get("/automations").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_schedule_finds_what_has_stood_still() {
    let clock = Clock::fixed("2026-06-01T09:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    rep.opportunity("Quiet", json!({})).await;
    let busy = rep.opportunity("Busy", json!({})).await;
    let moved = rep.opportunity("Moved", json!({})).await;
    clock.advance(TimeDelta::days(2));
    let stage = admin.stage("Proposal").await;
    let call = json!({ "kind": "call", "subject": "Call", "opportunity_id": busy["id"] });
    rep.post("/activities", call).await.ok();
    edit(&rep, &moved, json!({ "stage_id": stage })).await.ok();
    clock.advance(TimeDelta::days(2));
    let mut still = on_deals(
        "Still",
        &[],
        Some("days_in_stage > 3"),
        json!([{ "do": "notify", "to": [{ "who": "owner" }],
        "message": "{{name}} stands still" }]),
    );
    still["trigger"] = json!({ "on": "schedule", "at": "08:00", "time_zone": "UTC" });
    let tried = |condition: &str| {
        let mut definition = still.clone();
        definition["condition"] = json!(condition);
        json!({ "definition": definition })
    };
    for (condition, names) in [
        ("days_in_stage > 3", vec!["Busy", "Quiet"]),
        ("days_without_activity == 4", vec!["Moved", "Quiet"]),
        ("days_in_stage > 3 && days_without_activity > 3", vec!["Quiet"]),
    ] {
        let trial = admin.post("/automations/trial", tried(condition)).await.ok();
        let mut found: Vec<_> =
            trial["runs"].as_array().unwrap().iter().map(|run| run["record"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, names, "{condition}");
    }
    // Of the past it is not known.
    let event = on_deals("Event", &["changed"], Some("days_in_stage > 3"), still["steps"].clone());
    let trial = admin.post("/automations/trial", json!({ "definition": event, "days": 60 })).await.ok();
    assert_eq!(trial["would_run"], json!(0));
}

#[tokio::test]
async fn it_is_tried_on_the_past_with_each_record_as_it_was() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let deal = rep.opportunity("Grown", json!({ "amount": { "amount": "10.00", "currency": "EUR" } })).await;
    for amount in ["70000.00", "20.00", "90000.00"] {
        edit(&rep, &deal, json!({ "amount": { "amount": amount, "currency": "EUR" } })).await.ok();
    }
    let condition = "amount > 50000 && previous.amount < 50000";
    let definition = on_deals(
        "Large",
        &["changed"],
        Some(condition),
        json!([{ "do": "set_fields", "set": { "next_step": "Call" } }]),
    );
    let tried = admin.post("/automations/trial", json!({ "definition": definition, "days": 7 })).await.ok();
    assert_eq!(json!([tried["triggered"], tried["unmet"], tried["would_run"], tried["failed"]]), json!([3, 1, 2, 0]));
    assert_eq!(json!([tried["most_in_an_hour"], tried["cut"], tried["runs"][0]["record"]]), json!([2, false, "Grown"]));
    assert_eq!(tried["needs"], json!(["opportunity.read", "opportunity.update"]));
    assert_eq!(admin.get("/automations").await.ok()["items"], json!([]), "nothing is kept");
    assert_eq!(
        rep.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok()["next_step"],
        json!(null)
    );

    // A schedule is tried on what is there.
    let mut schedule = definition.clone();
    schedule["trigger"] = json!({ "on": "schedule", "at": "08:00", "days": ["mon"], "time_zone": "Europe/Berlin" });
    schedule["condition"] = json!("amount > 50000");
    let tried = admin.post("/automations/trial", json!({ "definition": schedule })).await.ok();
    assert_eq!(
        json!([tried["looked_at"], tried["would_run"], tried["next"].as_array().unwrap().len()]),
        json!([1, 1, 5])
    );
    let wrong = admin.post("/automations/trial", json!({ "definition": schedule, "days": 0 })).await;
    assert_eq!(wrong.problem(), "422 invalid: days");
    assert_eq!(rep.post("/automations/trial", json!({ "definition": schedule })).await.status, 403);
}

#[tokio::test]
async fn the_assistant_is_asked_in_the_name_of_a_person() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let steps = json!([{ "do": "agent", "goal": "Set the next step of {{name}} to Call the buyer" }]);
    let automation = admin.post("/automations", on_deals("Asks", &["created"], None, steps)).await.ok();
    let deal = rep.opportunity("Fleet renewal", json!({})).await;
    settle(&app).await;
    assert_eq!(runs(admin, &automation).await, [json!(["done", null, "Fleet renewal"])]);
    // It has proposed, and changed nothing; what it found is for whom it acts.
    let asked = admin.get("/agent-runs").await.ok();
    let run = &asked["items"][0];
    assert_eq!(
        json!([run["goal"], run["context"]["id"]]),
        json!(["Set the next step of Fleet renewal to Call the buyer", deal["id"]])
    );
    assert_eq!(run["proposals"].as_array().unwrap().len(), 1, "{run}");
    assert_eq!(rep.get("/agent-runs").await.ok()["items"], json!([]));
    let now = rep.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(now["next_step"], json!(null));
    // A service account can't be answered.
    let role = admin.get("/roles").await.ok()["items"][0].clone();
    let robot = admin.post("/service-accounts", json!({ "name": "Robot", "role_ids": [role["id"]] })).await.ok();
    let mut body = on_deals("Robot", &["created"], None, json!([{ "do": "agent", "goal": "x" }]));
    body["run_as_id"] = robot["id"].clone();
    body["scopes"] = json!({ "opportunity": { "read": "own" } });
    let refused = admin.post("/automations", body).await.problem();
    assert!(refused.starts_with("422"), "{refused}");
}

#[tokio::test]
async fn it_asks_for_an_approval_and_hears_of_the_verdict() {
    let app = TestApp::new().await;
    let (admin, manager) = (&app.admin, app.user(Builtin::SalesManager).await);
    let levels = json!([{ "name": "Manager", "approvers": [{ "kind": "person", "user_id": manager.id }] }]);
    let rules = json!({ "object": "opportunity", "fields": ["amount"], "levels": levels });
    let definition =
        admin.post("/approval-definitions", json!({ "name": "Large", "active": true, "rules": rules })).await.ok();
    let ask = json!([{ "do": "request_approval", "definition_id": definition["id"] }]);
    let asks = admin.post("/automations", on_deals("Asks", &["created"], None, ask.clone())).await.ok();
    let then = json!([{ "do": "set_fields", "set": { "next_step": "Send the offer" } }]);
    let hears = admin.post("/automations", on_deals("Hears", &["approved"], None, then)).await.ok();
    let deal = manager.opportunity("Fleet", json!({})).await;
    settle(&app).await;
    assert_eq!(runs(admin, &asks).await, [json!(["done", null, "Fleet"])]);
    let waiting = manager.get("/approvals?filter=waiting").await.ok();
    let approval = &waiting["items"][0];
    assert_eq!(approval["subject"]["name"], "Fleet");
    let path = format!("/approvals/{}/decision", approval["id"].as_str().unwrap());
    manager.post(&path, json!({ "verdict": "approve", "version": approval["version"] })).await.ok();
    settle(&app).await;
    assert_eq!(runs(admin, &hears).await, [json!(["done", null, "Fleet"])]);
    let now = manager.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(now["next_step"], "Send the offer");
    // There must be such a definition, for this object.
    let mut body = on_deals("Wrong", &["created"], None, ask);
    body["steps"][0]["definition_id"] = json!(NIL);
    assert_eq!(admin.post("/automations", body).await.problem(), "422 invalid: steps.0.definition_id");
}
