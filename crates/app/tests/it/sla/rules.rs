//! Rules: who may write them, and what they take.

use dealwright_access::policy::Builtin;
use serde_json::{Value, json};

use super::{after, clocks, id, lead, monday, rule, states};

fn body(more: Value) -> Value {
    let mut body = json!({ "name": "Leads", "object": "lead", "measure": "first_response", "target": { "value": 4, "unit": "hours" } });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_rule_is_written_by_who_may_and_read_back() {
    let (app, _) = monday().await;
    let manager = app.user(Builtin::SalesManager).await;
    let step = json!({ "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }] } });
    let made = app.admin.post("/sla-rules", body(json!({ "steps": [step] }))).await.ok();
    assert_ne!(made["steps"][0]["id"], json!("00000000-0000-0000-0000-000000000000"));
    assert_eq!(
        json!([made["active"], made["planned"], made["condition"], made["version"]]),
        json!([true, false, "true", 1])
    );
    let path = format!("/sla-rules/{}", id(&made));
    app.drain().await;
    assert_eq!(app.admin.get(&path).await.ok()["planned"], true);
    assert_eq!(manager.get("/sla-rules").await.problem(), "403 forbidden");
    assert_eq!(manager.post("/sla-rules", body(json!({}))).await.problem(), "403 forbidden");
    let stranger = app.stranger().await;
    assert_eq!(stranger.get(&path).await.problem(), "404 not_found");
    assert_eq!(stranger.patch(&path, json!({ "name": "x", "version": 1 })).await.problem(), "404 not_found");
    assert_eq!(app.admin.post("/sla-rules", body(json!({}))).await.problem(), "409 rule_name_taken: name");
    assert_eq!(app.admin.patch(&path, json!({ "name": "x", "version": 3 })).await.problem(), "409 version_conflict");
    let changed = app.admin.patch(&path, json!({ "target": { "value": 2, "unit": "days" }, "version": 1 })).await.ok();
    assert_eq!(json!([changed["target"]["value"], changed["steps"][0]["id"]]), json!([2, made["steps"][0]["id"]]));
    app.admin.delete(&path).await.ok();
    assert_eq!(app.admin.get(&path).await.problem(), "404 not_found");
    app.admin.post("/sla-rules", body(json!({}))).await.ok();
}

#[tokio::test]
async fn what_could_not_work_is_refused() {
    let (app, _) = monday().await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    let step = |when: &str, action: Value| json!([{ "when": when, "do": action }]);
    let notify = json!({ "action": "notify", "to": [{ "who": "owner" }] });
    let refused = [
        (json!({ "condition": "rating ==" }), "422 invalid: condition"),
        (json!({ "condition": "ratin == \"hot\"" }), "422 invalid: condition"),
        (json!({ "condition": "x".repeat(2001) }), "422 invalid: condition"),
        (json!({ "pause_while": "1 + 1" }), "422 invalid: pause_while"),
        (json!({ "target": { "value": 0, "unit": "hours" } }), "422 invalid: target"),
        (json!({ "target": { "value": 4_000_000_000_u32, "unit": "days" } }), "422 invalid: target"),
        (json!({ "target": { "value": -1, "unit": "days" } }), "422 invalid: target.value"),
        (json!({ "warn_percent": 100 }), "422 invalid: warn_percent"),
        (json!({ "response_kinds": [] }), "422 invalid: response_kinds"),
        (json!({ "places": [nobody] }), "422 invalid: places"),
        (json!({ "pause_in": [nobody] }), "422 invalid: pause_in"),
        (json!({ "calendar_id": nobody }), "422 invalid: calendar_id"),
        (json!({ "steps": step("warning", notify.clone()) }), "422 invalid: warn_percent"),
        (json!({ "steps": step("after_breach", notify.clone()) }), "422 invalid: steps[0].after"),
        (json!({ "steps": step("breach", json!({ "action": "notify", "to": [] })) }), "422 invalid: steps[0].do.to"),
        (
            json!({ "steps": step("breach", json!({ "action": "notify", "to": [{ "who": "user", "user_id": nobody }] })) }),
            "422 invalid: steps",
        ),
        (
            json!({ "steps": step("breach", json!({ "action": "task", "title": "", "due_in_days": 1 })) }),
            "422 invalid: steps[0].do.title",
        ),
        (json!({ "steps": vec![json!({ "when": "breach", "do": notify }); 21] }), "422 invalid: steps"),
        (json!({ "colour": "red" }), "422 invalid: colour"),
    ];
    for (more, problem) in refused {
        assert_eq!(app.admin.post("/sla-rules", body(more.clone())).await.problem(), problem, "{more}");
    }
    let by_rules = step("breach", json!({ "action": "reassign", "to": { "who": "rules" } }));
    let deals = json!({ "object": "opportunity", "measure": "time_in_stage", "steps": by_rules });
    assert_eq!(app.admin.post("/sla-rules", body(deals)).await.problem(), "422 invalid: steps[0].do.to");
}

/// A rule does nothing that its author may not do.
#[tokio::test]
async fn a_rule_is_no_way_around_its_authors_rights() {
    let (app, _) = monday().await;
    let author = app.user(Builtin::SalesRep).await;
    let all = json!({ "read": "all", "create": "all", "update": "all", "delete": "all" });
    let role = app.admin.post("/roles", json!({ "name": "Levels", "grants": { "sla_rule": all } })).await.ok();
    let roles = app.admin.get(&format!("/users/{}", author.id)).await.ok();
    let mut ids: Vec<Value> = roles["roles"].as_array().unwrap().iter().map(|r| r["id"].clone()).collect();
    ids.push(role["id"].clone());
    app.admin
        .patch(&format!("/users/{}", author.id), json!({ "role_ids": ids, "version": roles["version"] }))
        .await
        .ok();
    let problem = author.post("/sla-rules", body(json!({}))).await.problem();
    assert_eq!(problem, "403 privilege_escalation", "a rule sees every deal");
}

#[tokio::test]
async fn a_rule_that_changes_reckons_its_clocks_anew_and_one_that_is_off_stops_them() {
    let (app, clock) = monday().await;
    let early = lead(&app.admin, "Early", json!({})).await;
    after(&app, &clock, 60).await;
    let made = rule(&app, "lead", "first_response", json!({})).await;
    let path = format!("/sla-rules/{}", id(&made));
    // What was there counts from when the rule is.
    let due = |clocks: &[Value]| clocks[0]["due_at"].as_str().unwrap().to_owned();
    assert_eq!(due(&clocks(&app.admin, &early).await), "2026-06-01T14:00:00Z");
    let late = lead(&app.admin, "Late", json!({ "rating": "hot" })).await;
    after(&app, &clock, 60).await;
    app.admin.patch(&path, json!({ "target": { "value": 8, "unit": "hours" }, "version": 1 })).await.ok();
    app.drain().await;
    assert_eq!(due(&clocks(&app.admin, &early).await), "2026-06-01T18:00:00Z");
    // Stricter than what has passed: it runs out now, and not before.
    after(&app, &clock, 60).await;
    app.admin.patch(&path, json!({ "target": { "value": 1, "unit": "hours" }, "version": 2 })).await.ok();
    app.drain().await;
    app.drain().await;
    let now = clocks(&app.admin, &early).await;
    assert_eq!(json!([now[0]["state"], now[0]["breached_at"]]), json!(["breached", "2026-06-01T12:00:00Z"]));
    // What has been breached stays so, however long one would have now.
    app.admin.patch(&path, json!({ "target": { "value": 3, "unit": "days" }, "version": 3 })).await.ok();
    app.drain().await;
    assert_eq!(states(&app.admin, &early).await, ["breached"]);
    // For fewer records, and off.
    app.admin.patch(&path, json!({ "condition": "rating == \"hot\"", "version": 4 })).await.ok();
    app.drain().await;
    assert_eq!(
        (states(&app.admin, &early).await, states(&app.admin, &late).await),
        (vec!["ended".into()], vec!["breached".into()])
    );
    app.admin.patch(&path, json!({ "active": false, "version": 5 })).await.ok();
    app.drain().await;
    assert_eq!(clocks(&app.admin, &late).await[0]["outcome"], "rule_off");
    let timeline = app.admin.get(&format!("{late}/timeline")).await.ok();
    let kinds: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].clone()).collect();
    assert!(kinds.contains(&json!("sla.breached")), "{kinds:?}");
}
