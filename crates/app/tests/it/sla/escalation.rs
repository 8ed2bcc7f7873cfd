//! Escalation: what is done, in whose name, when, and once.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use serde_json::{Value, json};

use super::{after, at, change, clocks, count, id, lead, moment, monday, rule, states, told};

fn notify(to: Value) -> Value {
    json!({ "action": "notify", "to": to })
}

#[tokio::test]
async fn steps_come_in_their_time_and_say_whose_they_are() {
    let (app, clock) = monday().await;
    let team = app.team("North", None).await;
    let [rep, manager, mate] = [
        app.user_in(Builtin::SalesRep, Some(team)).await,
        app.user_in(Builtin::SalesManager, Some(team)).await,
        app.user_in(Builtin::SalesRep, Some(team)).await,
    ];
    let steps = json!([
        { "when": "warning", "do": notify(json!([{ "who": "owner" }])) },
        { "when": "breach", "do": notify(json!([{ "who": "owner" }, { "who": "manager" }])) },
        { "when": "breach", "do": { "action": "task", "title": "Call back", "due_in_days": 1 } },
        { "when": "after_breach", "after": { "value": 60, "unit": "minutes" }, "do": { "action": "raise" } },
        { "when": "after_breach", "after": { "value": 2, "unit": "hours" }, "do": { "action": "reassign", "to": { "who": "user", "user_id": mate.id } } },
    ]);
    let made =
        rule(&app, "lead", "first_response", json!({ "name": "Quick", "warn_percent": 75, "steps": steps })).await;
    let path = lead(&rep, "Petrov", json!({})).await;
    after(&app, &clock, 179).await;
    assert_eq!(told(&rep).await, []);
    after(&app, &clock, 1).await;
    let of = |kind: &str| (kind.to_owned(), "Petrov".to_owned());
    assert_eq!((told(&rep).await, told(&manager).await), (vec![of("sla_warning")], vec![]));
    after(&app, &clock, 60).await;
    assert_eq!(told(&manager).await, [of("sla_breached")]);
    let tasks = rep.get("/tasks?assignee_id=me").await.ok();
    assert_eq!(json!([tasks["items"][0]["title"], tasks["items"][0]["due_date"]]), json!(["Call back", "2026-06-02"]));
    after(&app, &clock, 60).await;
    let raised = manager.get("/tasks?assignee_id=me").await.ok();
    assert_eq!(
        json!([raised["items"][0]["title"], raised["items"][0]["priority"]]),
        json!(["Overdue: first response", "high"])
    );
    after(&app, &clock, 60).await;
    assert_eq!(app.admin.get(&path).await.ok()["owner_id"], json!(mate.id));
    let timeline = app.admin.get(&format!("{path}/timeline")).await.ok();
    let given = timeline["items"].as_array().unwrap().iter().find(|e| e["type"] == "lead.updated").unwrap();
    assert_eq!(json!([given["actor"]["name"], given["actor"]["kind"]]), json!(["SLA rule Quick", "system"]));
    let taken = clocks(&app.admin, &path).await[0]["steps"].as_array().unwrap().clone();
    let taken: Vec<_> = taken
        .iter()
        .map(|s| {
            format!(
                "{} {} {}",
                s["moment"].as_str().unwrap(),
                s["action"].as_str().unwrap(),
                s["outcome"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        taken,
        [
            "warning notify done",
            "breach notify done",
            "breach task done",
            "after_breach raise done",
            "after_breach reassign done"
        ]
    );
    after(&app, &clock, 6000).await;
    assert_eq!(count(&app, "select count(*) from sla_step").await, 5, "each once");
    assert_eq!(count(&app, "select count(*) from event where type = 'sla.breached'").await, 1);
    assert_eq!(app.admin.get(&format!("/sla-rules/{}", id(&made))).await.ok()["late_timers"], 1);
}

#[tokio::test]
async fn after_downtime_what_was_due_is_done_once_and_at_its_own_time() {
    let (app, clock) = monday().await;
    let steps = json!([{ "when": "warning", "do": notify(json!([{ "who": "owner" }])) },
                       { "when": "breach", "do": notify(json!([{ "who": "owner" }])) },
                       { "when": "after_breach", "after": { "value": 1, "unit": "hours" }, "do": notify(json!([{ "who": "owner" }])) }]);
    rule(&app, "lead", "first_response", json!({ "warn_percent": 50, "steps": steps })).await;
    let rep = app.user(Builtin::SalesRep).await;
    let (late, done) = (lead(&rep, "Late", json!({})).await, lead(&rep, "Done", json!({})).await);
    app.drain().await;
    // Nothing runs for three days; one was called in time, which nobody has heard of yet.
    clock.advance(TimeDelta::hours(1));
    super::call(&rep, &done).await;
    clock.advance(TimeDelta::days(3));
    app.drain().await;
    app.drain().await;
    let clocks = clocks(&rep, &late).await;
    assert_eq!(moment(&clocks[0]["breached_at"]), at("13:00"));
    assert_eq!(states(&rep, &done).await, ["met"]);
    let breaches = told(&rep).await;
    assert_eq!(breaches, [("sla_breached".to_owned(), "Late".to_owned())], "of the same record they stand together");
    let per_kind = "select count(*) from event where type in ('sla.warned', 'sla.breached', 'sla.escalated')";
    assert_eq!(count(&app, per_kind).await, 3);
    let warnings = "select count(*) from notification where kind = 'sla_warning'";
    assert_eq!(count(&app, warnings).await, 0, "nobody is told that something is due soon that is overdue");
}

#[tokio::test]
async fn two_workers_share_what_is_due() {
    let (app, clock) = monday().await;
    let steps = json!([{ "when": "breach", "do": { "action": "task", "title": "Call", "due_in_days": 0 } }]);
    rule(&app, "lead", "first_response", json!({ "steps": steps })).await;
    for n in 0..60 {
        lead(&app.admin, &format!("Lead {n}"), json!({})).await;
    }
    app.drain().await;
    clock.advance(TimeDelta::hours(5));
    let access = &app.state.access;
    let both = futures::future::join_all((0..4).map(|_| dealwright_sla::escalation::run_due(access))).await;
    let taken: usize = both.into_iter().map(Result::unwrap).sum();
    assert_eq!(taken, 60);
    assert_eq!(count(&app, "select count(*) from task").await, 60);
    assert_eq!(count(&app, "select count(*) from event where type = 'sla.breached'").await, 60);
}

#[tokio::test]
async fn what_the_crm_refuses_is_kept_with_the_step_and_stops_nothing() {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let block = json!({ "object": "lead", "name": "Rated", "expression": "is_new || owner.email == previous.owner.email || rating != null",
                        "message": "Rate it first", "field": "rating" });
    app.admin.post("/rules", block).await.ok();
    let steps = json!([
        { "when": "breach", "do": { "action": "reassign", "to": { "who": "user", "user_id": rep.id } } },
        { "when": "breach", "do": { "action": "reassign", "to": { "who": "rules" } } },
        { "when": "breach", "do": { "action": "raise" } },
        { "when": "breach", "do": notify(json!([{ "who": "owner" }])) },
    ]);
    rule(&app, "lead", "first_response", json!({ "steps": steps })).await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    after(&app, &clock, 300).await;
    let taken = clocks(&app.admin, &path).await[0]["steps"].clone();
    let of = |n: usize| json!([taken[n]["outcome"], taken[n]["code"]]);
    assert_eq!(
        [of(0), of(1), of(2), of(3)],
        [
            json!(["refused", "rule_not_met"]),
            json!(["refused", "no_rule_takes_it"]),
            json!(["nobody", null]),
            json!(["done", null])
        ]
    );
    assert!(taken[0]["detail"].as_str().unwrap().contains("Rate it first"), "{taken}");
    assert_eq!(app.admin.get(&path).await.ok()["owner_id"], json!(app.admin.id));
    assert_eq!(told(&app.admin).await, [("sla_breached".to_owned(), "Petrov".to_owned())]);
}

/// Who may not see a record hears of it neither in the app nor by letter, whomever a rule names.
#[tokio::test]
async fn nobody_hears_of_a_record_that_they_may_not_see() {
    let (app, clock) = monday().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let steps = json!([{ "when": "breach", "do": notify(json!([{ "who": "user", "user_id": other.id }, { "who": "owner" }])) }]);
    rule(&app, "opportunity", "time_in_stage", json!({ "steps": steps })).await;
    rep.opportunity("Secret", json!({})).await;
    after(&app, &clock, 300).await;
    app.drain().await;
    assert_eq!((told(&other).await.len(), told(&rep).await.len()), (0, 1));
    assert_eq!(other.get("/notifications/counts").await.ok()["unread"], 0);
    let letters: Vec<String> = std::fs::read_dir(&app.letters)
        .into_iter()
        .flatten()
        .map(|letter| std::fs::read_to_string(letter.unwrap().path()).unwrap_or_default())
        .collect();
    assert!(letters.iter().all(|letter| !letter.contains(&other.email)), "{letters:?}");
}

#[tokio::test]
async fn a_rule_goes_on_when_its_author_has_left() {
    let (app, clock) = monday().await;
    let author = app.user(Builtin::Administrator).await;
    let steps = json!([{ "when": "breach", "do": { "action": "task", "title": "Call", "due_in_days": 0 } }]);
    let body = json!({ "name": "Theirs", "object": "lead", "measure": "first_response", "target": { "value": 1, "unit": "hours" }, "steps": steps });
    author.post("/sla-rules", body).await.ok();
    app.drain().await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    let version = app.admin.get(&format!("/users/{}", author.id)).await.ok()["version"].clone();
    app.admin.post(&format!("/users/{}/deactivation", author.id), json!({ "version": version })).await.ok();
    after(&app, &clock, 90).await;
    assert_eq!(clocks(&app.admin, &path).await[0]["steps"][0]["outcome"], "done");
    change(&app.admin, &path, json!({ "rating": "hot" })).await;
}

#[tokio::test]
async fn the_manager_is_whoever_leads_the_team_and_the_letter_says_by_what() {
    let (app, clock) = monday().await;
    let team = app.team("North", None).await;
    let [rep, manager, leader] = [
        app.user_in(Builtin::SalesRep, Some(team)).await,
        app.user_in(Builtin::SalesManager, Some(team)).await,
        app.user_in(Builtin::SalesRep, Some(team)).await,
    ];
    app.admin.patch(&format!("/teams/{team}"), json!({ "lead_id": leader.id, "version": 1 })).await.ok();
    let steps = json!([{ "when": "breach", "do": notify(json!([{ "who": "manager" }])) }]);
    rule(&app, "lead", "first_response", json!({ "name": "Quick", "steps": steps })).await;
    let path = lead(&rep, "Petrov", json!({})).await;
    after(&app, &clock, 240).await;
    assert_eq!((told(&leader).await.len(), told(&manager).await), (1, vec![]));
    let letter = crate::access::letters::to(&app, &leader.email).await.pop().unwrap();
    assert!(letter.contains("Quick: due June 1, 2026, 13:00"), "{letter}");
    // Nobody is their own manager.
    change(&app.admin, &path, json!({ "owner_id": leader.id })).await;
    let path = lead(&leader, "Orlov", json!({})).await;
    after(&app, &clock, 240).await;
    assert_eq!(states(&app.admin, &path).await, ["breached"]);
    assert_eq!(told(&manager).await.len(), 1);
}
