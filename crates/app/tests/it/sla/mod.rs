//! Service levels: rules, clocks, what happens when they run out, and what is left of it when everything dies.

mod bench;
mod calendars;
mod clocks;
mod escalation;
mod rules;
mod simulation;
mod survival;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use serde_json::{Value, json};

/// A server at nine o'clock, in UTC, on a Monday.
pub async fn monday() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-06-01T09:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    (app, clock)
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// A rule: four hours around the clock, with more.
pub async fn rule(app: &TestApp, object: &str, measure: &str, more: Value) -> Value {
    let mut body = json!({ "name": format!("{object} {measure}"), "object": object, "measure": measure,
                           "target": { "value": 4, "unit": "hours" } });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.admin.post("/sla-rules", body).await.ok();
    app.drain().await;
    made
}

/// Lets so many minutes pass, and what is due be done.
pub async fn after(app: &TestApp, clock: &Clock, minutes: i64) {
    clock.advance(TimeDelta::minutes(minutes));
    app.drain().await;
}

/// The clocks of a record.
pub async fn clocks(who: &Person, path: &str) -> Vec<Value> {
    who.get(&format!("{path}/sla")).await.ok()["items"].as_array().unwrap().clone()
}

/// The states of a record's clocks.
pub async fn states(who: &Person, path: &str) -> Vec<String> {
    clocks(who, path).await.iter().map(|clock| clock["state"].as_str().unwrap().to_owned()).collect()
}

/// A moment of that Monday.
pub fn at(time: &str) -> DateTime<Utc> {
    format!("2026-06-01T{time}:00Z").parse().unwrap()
}

pub fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// The kinds and records of what somebody was told.
pub async fn told(who: &Person) -> Vec<(String, String)> {
    let page = who.get("/notifications").await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|n| (text(&n["kind"]), text(&n["record"]["name"]))).collect();
    told.sort();
    told
}

/// A new lead: its path.
pub async fn lead(who: &Person, name: &str, more: Value) -> String {
    let mut body = json!({ "last_name": name, "allow_duplicates": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("/leads/{}", id(&who.post("/leads", body).await.ok()))
}

/// Changes a record at the version that it has.
pub async fn change(who: &Person, path: &str, mut body: Value) -> Value {
    body["version"] = who.get(path).await.ok()["version"].clone();
    who.patch(path, body).await.ok()
}

/// Logs a call about a lead.
pub async fn call(who: &Person, path: &str) {
    let lead = path.trim_start_matches("/leads/");
    who.post("/activities", json!({ "kind": "call", "direction": "out", "subject": "Call", "lead_id": lead }))
        .await
        .ok();
}

pub async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap()
}
