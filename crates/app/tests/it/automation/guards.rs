//! Loops, storms, schedules after downtime, and workers that die.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_automation::{consumer, schedule};
use dealwright_kernel::Clock;
use dealwright_store::sequencer;
use dealwright_testkit::{TestApp, TestOptions};
use serde_json::json;

use super::{at, edit, on_deals, runs, settle, tasks};

#[tokio::test]
async fn two_that_set_off_each_other_end() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let step = |tag: &str| json!([{ "do": "set_fields", "set": { "next_step": tag } }]);
    let one = admin
        .post("/automations", on_deals("One", &["changed"], Some("next_step != \"ping\""), step("ping")))
        .await
        .ok();
    let two = admin
        .post("/automations", on_deals("Two", &["changed"], Some("next_step != \"pong\""), step("pong")))
        .await
        .ok();
    let deal = admin.opportunity("Ball", json!({})).await;
    edit(admin, &deal, json!({ "next_step": "serve" })).await.ok();
    settle(&app).await;
    let codes = |all: &[serde_json::Value]| all.iter().filter(|run| run[1] == "loop").count();
    let (first, second) = (runs(admin, &one).await, runs(admin, &two).await);
    assert!(first.len() + second.len() <= 12, "{first:?} {second:?}");
    assert!(codes(&first) + codes(&second) >= 1, "{first:?} {second:?}");
    assert!(first.iter().any(|run| run[0] == "done"));
}

#[tokio::test]
async fn a_storm_switches_it_off_and_a_record_is_left_alone() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let steps = json!([{ "do": "create_task", "title": "Look at {{name}}" }]);
    let mut body = on_deals("Stormy", &["created", "changed"], None, steps.clone());
    body["per_hour"] = json!(3);
    let stormy = admin.post("/automations", body).await.ok();
    for n in 0..5 {
        rep.opportunity(&format!("Deal {n}"), json!({})).await;
    }
    settle(&app).await;
    let all = runs(admin, &stormy).await;
    let statuses: Vec<&str> = all.iter().map(|run| run[0].as_str().unwrap()).collect();
    assert_eq!(statuses, ["done", "done", "done", "skipped", "skipped"]);
    assert_eq!(all[3][1], "storm");
    let now = admin.get(&at(&stormy)).await.ok();
    assert_eq!(json!([now["active"], now["paused"], now["recent"]["done"]]), json!([false, "storm", 3]));
    let told = admin.get("/notifications?kind=automation_paused").await.ok();
    assert_eq!(told["items"][0]["record"]["name"], "Stormy");

    // Five times an hour on one record, and then no more; and with days of rest, once.
    let busy = admin.post("/automations", on_deals("Busy", &["changed"], None, steps.clone())).await.ok();
    let mut body = on_deals("Restful", &["changed"], None, steps);
    body["quiet_days"] = json!(7);
    let restful = admin.post("/automations", body).await.ok();
    let deal = rep.opportunity("Touched", json!({})).await;
    for n in 0..7 {
        edit(&rep, &deal, json!({ "next_step": format!("Step {n}") })).await.ok();
        settle(&app).await;
    }
    let count =
        |all: &[serde_json::Value], what: &str| all.iter().filter(|run| run[0] == what || run[1] == what).count();
    let (all, rested) = (runs(admin, &busy).await, runs(admin, &restful).await);
    assert_eq!((count(&all, "done"), count(&all, "record_limit")), (5, 2), "{all:?}");
    assert_eq!((count(&rested, "done"), count(&rested, "quiet")), (1, 6), "{rested:?}");
    assert_eq!(tasks(&rep, &deal).await.len(), 6);
}

#[tokio::test]
async fn run_after_run_that_is_refused_switches_it_off() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let rule = json!({ "object": "opportunity", "name": "R", "expression": "next_step != \"Call\"", "message": "No.",
        "field": "next_step", "active": true });
    admin.post("/rules", rule).await.ok();
    let set = json!([{ "do": "set_fields", "set": { "next_step": "Call" } }]);
    let failing = admin.post("/automations", on_deals("Failing", &["created"], None, set)).await.ok();
    for n in 0..22 {
        admin.opportunity(&format!("Deal {n}"), json!({})).await;
    }
    settle(&app).await;
    let all = runs(admin, &failing).await;
    assert_eq!(all.iter().filter(|run| run[0] == "refused").count(), 20);
    assert_eq!(admin.get(&at(&failing)).await.ok()["paused"], "failing");
}

#[tokio::test]
async fn a_schedule_comes_once_for_each_record_and_once_after_a_long_sleep() {
    let clock = Clock::fixed("2026-03-27T12:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let mut body = on_deals(
        "Mornings",
        &["created"],
        Some("amount > 100"),
        json!([{ "do": "create_task", "title": "Look at {{name}}" }]),
    );
    body["trigger"] = json!({ "on": "schedule", "at": "08:00", "time_zone": "Europe/Berlin" });
    let made = admin.post("/automations", body).await.ok();
    assert_eq!(made["next_at"], "2026-03-28T07:00:00Z");
    let large = rep.opportunity("Large", json!({ "amount": { "amount": "500.00", "currency": "EUR" } })).await;
    rep.opportunity("Small", json!({ "amount": { "amount": "5.00", "currency": "EUR" } })).await;
    settle(&app).await;
    assert_eq!(tasks(&rep, &large).await.len(), 0, "its time has not come");

    clock.advance(TimeDelta::hours(20));
    for _ in 0..2 {
        schedule::tick(&app.state.access).await.unwrap();
        settle(&app).await;
    }
    assert_eq!(tasks(&rep, &large).await.len(), 1);
    // The clocks have gone forward; nobody was there for three mornings.
    clock.advance(TimeDelta::days(3));
    schedule::tick(&app.state.access).await.unwrap();
    settle(&app).await;
    assert_eq!(tasks(&rep, &large).await.len(), 2);
    assert_eq!(admin.get(&at(&made)).await.ok()["next_at"], "2026-04-01T06:00:00Z");
    assert_eq!(runs(admin, &made).await.len(), 2);
}

#[tokio::test]
async fn events_that_come_twice_and_workers_that_die_do_nothing_twice() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let steps = json!([{ "do": "create_task", "title": "Once" }]);
    let once = admin.post("/automations", on_deals("Once", &["created"], None, steps)).await.ok();
    let deal = admin.opportunity("Deal", json!({})).await;
    let database = &app.db.database;
    while sequencer::sequence_once(database).await.unwrap() > 0 {}
    consumer::catch_up(database).await.unwrap();
    // The cursor is set back, as if the process had died before it was moved.
    let mut tx = database.system().await.unwrap();
    sqlx::query("update event_consumer set position = 0 where name = 'automations'").execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    consumer::catch_up(database).await.unwrap();
    settle(&app).await;
    settle(&app).await;
    assert_eq!(runs(admin, &once).await.len(), 1);
    assert_eq!(tasks(admin, &deal).await.len(), 1);
}

#[tokio::test]
async fn what_happened_before_it_was_switched_on_sets_nothing_off() {
    let clock = Clock::fixed("2026-03-27T12:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let admin = &app.admin;
    admin.opportunity("Before", json!({})).await;
    while sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
    clock.advance(TimeDelta::seconds(1));
    let steps = json!([{ "do": "create_task", "title": "Look" }]);
    let late = admin.post("/automations", on_deals("Late", &["created"], None, steps)).await.ok();
    admin.opportunity("After", json!({})).await;
    settle(&app).await;
    assert_eq!(runs(admin, &late).await, [json!(["done", null, "After"])]);
    // Saved again, it has been on all the while; off and on again, it has not.
    let off =
        admin.post(&format!("{}/switch", at(&late)), json!({ "active": false, "version": late["version"] })).await.ok();
    admin.opportunity("Between", json!({})).await;
    while sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
    clock.advance(TimeDelta::seconds(1));
    admin.post(&format!("{}/switch", at(&late)), json!({ "active": true, "version": off["version"] })).await.ok();
    settle(&app).await;
    assert_eq!(runs(admin, &late).await.len(), 1);
    // A call of last week that is logged now happens now, as far as it is concerned.
    let steps = json!([{ "do": "create_task", "title": "Thank them" }]);
    let calls = admin.post("/automations", on_deals("Calls", &["activity_logged"], None, steps)).await.ok();
    let deal = admin.opportunity("Called", json!({})).await;
    let call = json!({ "kind": "call", "body": "Talked.", "opportunity_id": deal["id"], "occurred_at": "2026-03-20T09:00:00Z" });
    admin.post("/activities", call).await.ok();
    settle(&app).await;
    assert_eq!(runs(admin, &calls).await, [json!(["done", null, "Called"])]);
}
