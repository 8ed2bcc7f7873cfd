//! What can be looked up: how it gets into the index, who finds it, and what people write for others to find.

mod access;
mod bench;
mod index;
mod materials;
mod search;

use std::sync::Arc;

use dealwright_embed::Embedder;
use dealwright_knowledge::Knowledge;
use dealwright_store::bundle::{self, Dirs};
use dealwright_testkit::{Person, TestApp, TestOptions};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// The real embedding model, fetched if it is not there.
pub async fn embedder() -> Embedder {
    static MODEL: OnceCell<Embedder> = OnceCell::const_new();
    let load =
        || async { Embedder::new(bundle::ensure(&bundle::EMBEDDING, &Dirs::from_env(), &|_| {}).await.unwrap()) };
    MODEL.get_or_init(load).await.clone()
}

/// A server that finds by meaning too.
pub async fn by_meaning() -> TestApp {
    let knowledge = Knowledge::new(Some(Arc::new(embedder().await)));
    TestApp::with(TestOptions { knowledge, ..TestOptions::default() }).await
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// Percent-encoded, as a query takes it.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What somebody finds, with more of a query behind the question.
pub async fn ask(who: &Person, question: &str, more: &str) -> Value {
    who.get(&format!("/knowledge/search?q={}{more}", encoded(question))).await.ok()
}

/// What the passages are of, the best first.
pub async fn found(who: &Person, question: &str, more: &str) -> Vec<String> {
    let answer = ask(who, question, more).await;
    let label = |item: &Value| item["citation"]["label"].as_str().unwrap().to_owned();
    answer["items"].as_array().unwrap().iter().map(label).collect()
}

/// The same, each once.
pub async fn things(who: &Person, question: &str, more: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for label in found(who, question, more).await {
        if !all.contains(&label) {
            all.push(label);
        }
    }
    all
}

/// A material that is published.
pub async fn publish(app: &TestApp, kind: &str, title: &str, body: &str) -> Value {
    let material = json!({ "kind": kind, "title": title, "body": body, "published": true });
    app.admin.post("/materials", material).await.ok()
}

/// Logs a note about a record.
pub async fn note(who: &Person, on: (&str, &Value), body: &str) -> Value {
    let mut note = json!({ "kind": "note", "body": body });
    note[on.0] = on.1.clone();
    who.post("/activities", note).await.ok()
}

/// A value of a managed list, made if it is not there.
pub async fn value(app: &TestApp, kind: &str, name: &str) -> String {
    let made = app.admin.post("/options", json!({ "kind": kind, "name": name })).await;
    if made.status == 201 { id(&made.body).to_owned() } else { app.admin.choice(kind, name).await }
}

/// Loses a deal, for a reason and with notes.
pub async fn lose(app: &TestApp, who: &Person, deal: &Value, reason: &str, notes: &str) {
    let stage = app.admin.stage("Lost").await;
    let reason = value(app, "loss_reason", reason).await;
    let version = who.get(&format!("/opportunities/{}", id(deal))).await.ok()["version"].clone();
    let lost = json!({ "stage_id": stage, "lost_reason_id": reason, "lost_notes": notes, "version": version });
    who.patch(&format!("/opportunities/{}", id(deal)), lost).await.ok();
}
