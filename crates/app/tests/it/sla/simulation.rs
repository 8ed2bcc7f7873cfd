//! Simulations: what a rule would have done is what it has done where it was in force.

use dealwright_access::policy::Builtin;
use serde_json::{Value, json};

use super::{after, call, change, count, id, lead, monday, rule};

async fn simulated(app: &dealwright_testkit::TestApp, rule: &Value, months: u32) -> Value {
    let made = app.admin.post("/sla-simulations", json!({ "rule": rule, "months": months })).await;
    assert_eq!(made.status, 202, "{:?}", made.body);
    app.drain().await;
    let done = app.admin.get(&format!("/sla-simulations/{}", id(&made.body))).await.ok();
    assert_eq!(done["status"], "done", "{done}");
    done
}

/// What has really happened by a rule, as a simulation counts it.
async fn really(app: &dealwright_testkit::TestApp) -> Value {
    let sql = [
        "select count(*) from sla_timer",
        "select count(*) from sla_timer where outcome = 'met' and breached_at is null",
        "select count(*) from sla_timer where warned_at is not null",
        "select count(*) from sla_timer where breached_at is not null",
        "select count(*) from sla_timer where outcome = 'met' and breached_at is not null",
        "select count(*) from sla_timer where ended_at is null",
        "select count(*) from sla_timer where ended_at is not null and outcome <> 'met' and breached_at is null",
    ];
    let mut counts = Vec::new();
    for one in sql {
        counts.push(count(app, one).await);
    }
    json!({ "started": counts[0], "met": counts[1], "warned": counts[2], "breached": counts[3], "met_late": counts[4], "open": counts[5], "ended": counts[6] })
}

#[tokio::test]
async fn a_simulation_says_what_has_happened_of_first_responses() {
    let (app, clock) = monday().await;
    let other = app.user(Builtin::SalesRep).await;
    let statuses = app.admin.choice("lead_status", "Nurturing").await;
    let body = json!({ "name": "Quick", "object": "lead", "measure": "first_response", "target": { "value": 4, "unit": "hours" }, "warn_percent": 50,
                       "pause_in": [statuses], "steps": [{ "when": "breach", "do": { "action": "notify", "to": [{ "who": "owner" }] } }] });
    rule(&app, "lead", "first_response", body.clone()).await;
    let mut leads = Vec::new();
    for n in 0..8 {
        leads.push(lead(if n % 2 == 0 { &app.admin } else { &other }, &format!("Lead {n}"), json!({})).await);
        after(&app, &clock, 20).await;
    }
    call(&app.admin, &leads[0]).await;
    change(&app.admin, &leads[1], json!({ "status_id": statuses })).await;
    after(&app, &clock, 150).await;
    call(&app.admin, &leads[2]).await;
    change(&app.admin, &leads[3], json!({ "owner_id": app.admin.id })).await;
    after(&app, &clock, 300).await;
    call(&app.admin, &leads[4]).await;
    let working = app.admin.choice("lead_status", "Working").await;
    change(&app.admin, &leads[1], json!({ "status_id": working })).await;
    let unqualified = app.admin.choice("lead_status", "Unqualified").await;
    change(&app.admin, &leads[5], json!({ "status_id": unqualified })).await;
    after(&app, &clock, 60).await;
    lead(&app.admin, "Last", json!({})).await;
    after(&app, &clock, 30).await;
    let events = count(&app, "select count(*) from event where type not like 'sla_simulation%'").await;
    let found = simulated(&app, &body, 1).await;
    assert_eq!(found["found"]["counts"], really(&app).await);
    assert_eq!(json!([found["done"], found["total"]]), json!([9, 9]));
    assert_eq!(count(&app, "select count(*) from event").await, events, "it changes nothing");
    let step = &found["found"]["steps"][0];
    assert_eq!(
        json!([step["when"], step["action"], step["count"]]),
        json!(["breach", "notify", count(&app, "select count(*) from sla_step").await])
    );
    let examples = found["found"]["examples"].as_array().unwrap();
    assert_eq!(i64::try_from(examples.len()).unwrap(), found["found"]["counts"]["breached"].as_i64().unwrap());
    let months = &found["found"]["by_month"];
    assert_eq!(
        json!([months[0]["month"], months[0]["started"]]),
        json!(["2026-06-01", found["found"]["counts"]["started"]])
    );
}

#[tokio::test]
async fn a_simulation_says_what_has_happened_of_stages_and_next_activities() {
    for measure in ["time_in_stage", "next_activity"] {
        let (app, clock) = monday().await;
        let [first, second, third] =
            [app.admin.stage("Prospecting").await, app.admin.stage("Qualified").await, app.admin.stage("Won").await];
        let body = json!({ "name": "Deals", "object": "opportunity", "measure": measure, "target": { "value": 2, "unit": "hours" }, "warn_percent": 75 });
        rule(&app, "opportunity", measure, body.clone()).await;
        let mut paths = Vec::new();
        for n in 0..5 {
            let deal = app.admin.opportunity(&format!("Deal {n}"), json!({ "stage_id": first })).await;
            paths.push(format!("/opportunities/{}", id(&deal)));
            after(&app, &clock, 30).await;
        }
        change(&app.admin, &paths[0], json!({ "stage_id": second })).await;
        let task = app
            .admin
            .post(
                "/tasks",
                json!({ "title": "Call", "opportunity_id": paths[1].trim_start_matches("/opportunities/") }),
            )
            .await
            .ok();
        after(&app, &clock, 100).await;
        change(&app.admin, &format!("/tasks/{}", id(&task)), json!({ "done": true })).await;
        change(&app.admin, &paths[0], json!({ "stage_id": third })).await;
        let call =
            json!({ "kind": "call", "subject": "x", "opportunity_id": paths[2].trim_start_matches("/opportunities/") });
        app.admin.post("/activities", call).await.ok();
        after(&app, &clock, 100).await;
        change(&app.admin, &paths[3], json!({ "stage_id": second })).await;
        after(&app, &clock, 45).await;
        let found = simulated(&app, &body, 1).await;
        assert_eq!(found["found"]["counts"], really(&app).await, "{measure}");
    }
}

#[tokio::test]
async fn a_simulation_is_its_persons_own_and_checks_its_rule() {
    let (app, _) = monday().await;
    let body = json!({ "name": "Quick", "object": "lead", "measure": "first_response", "target": { "value": 4, "unit": "hours" } });
    let made = app.admin.post("/sla-simulations", json!({ "rule": body, "months": 3 })).await.ok();
    let path = format!("/sla-simulations/{}", id(&made));
    let colleague = app.user(Builtin::Administrator).await;
    assert_eq!(colleague.get(&path).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.get(&path).await.problem(), "404 not_found");
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.post("/sla-simulations", json!({ "rule": body, "months": 3 })).await.problem(), "403 forbidden");
    assert_eq!(
        app.admin.post("/sla-simulations", json!({ "rule": body, "months": 13 })).await.problem(),
        "422 invalid: months"
    );
    let mut wrong = body.clone();
    wrong["condition"] = json!("nonsense ==");
    assert_eq!(
        app.admin.post("/sla-simulations", json!({ "rule": wrong, "months": 3 })).await.problem(),
        "422 invalid: condition"
    );
}
