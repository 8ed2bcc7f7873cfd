//! The assistant, with the grammar as its planner: no model is needed to prove what a run may and may not do.

mod alerts;
mod around;
mod governance;
mod governed;
mod hostile;
pub(crate) mod mcp;
mod observed;
mod outside;
mod planning;
mod prompts;
mod proposals;
mod quality;
mod replayed;
mod runs;
mod script;
mod sentences;
mod survival;

use dealwright_testkit::{Person, TestApp, TestOptions};
use serde_json::{Value, json};

/// A server with its workers.
async fn app() -> TestApp {
    TestApp::with(TestOptions { background: true, ..TestOptions::default() }).await
}

/// Asks and waits until the run is over.
pub(crate) async fn ask(person: &Person, goal: &str) -> Value {
    ask_with(person, json!({ "goal": goal })).await
}

async fn ask_with(person: &Person, body: Value) -> Value {
    let made = person.post("/agent-runs", body).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let path = format!("/agent-runs/{}", made.body["id"].as_str().unwrap());
    for _ in 0..600 {
        let run = person.get(&path).await.ok();
        if ["done", "waiting", "failed", "cancelled"].contains(&run["status"].as_str().unwrap()) {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the run does not end: {}", person.get(&path).await.body);
}

fn text(run: &Value) -> &str {
    run["answer"]["text"].as_str().unwrap_or_default()
}

/// The only proposal of a run.
fn proposal(run: &Value) -> &Value {
    assert_eq!(run["proposals"].as_array().map(Vec::len), Some(1), "{run:#}");
    &run["proposals"][0]
}

fn approval(proposal: &Value) -> String {
    format!("/proposals/{}/approval", proposal["id"].as_str().unwrap())
}
