//! What the records tell: figures, scores, enrichment, and deals that stand still.

mod analytics;
mod enrichment;
mod scoring;
mod stalled;

use chrono::TimeDelta;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

/// A server on a Monday morning, in UTC, whose administrator has a key.
pub async fn monday() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-06-01T09:00:00Z".parse().unwrap());
    let mut app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    app.admin = lasting(&app.admin).await;
    (app, clock)
}

/// Lets days pass. Sessions end meanwhile: see [`lasting`].
pub fn days(clock: &Clock, days: i64) {
    clock.advance(TimeDelta::days(days));
}

/// The same person with a key, which lasts longer than a session.
pub async fn lasting(who: &Person) -> Person {
    let scopes = who.get("/api-keys/scopes").await.ok()["scopes"].clone();
    let made = who.post("/api-keys", json!({ "name": "Lasting", "scopes": scopes })).await.ok();
    who.with_key(made["secret"].as_str().unwrap())
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

pub fn euros(amount: u32) -> Value {
    json!({ "amount": amount.to_string(), "currency": "EUR" })
}

/// Text as a query string has it.
pub fn written(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Moves a deal to a stage by its name; a lost one gets a reason.
pub async fn to_stage(who: &Person, deal: &Value, stage: &str) -> Value {
    let path = format!("/opportunities/{}", id(deal));
    let now = who.get(&path).await.ok();
    let mut body = json!({ "version": now["version"], "stage_id": who.stage(stage).await });
    if stage == "Lost" {
        body["lost_reason_id"] = json!(who.choice("loss_reason", "Price").await);
    }
    who.patch(&path, body).await.ok()
}

pub async fn put(who: &Person, path: &str, body: Value) -> Answer {
    who.send(who.request(Method::PUT, path).json(&body)).await
}
