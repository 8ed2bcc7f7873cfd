//! Versions of prompts: who sets them, and which conversation gets which.

use std::collections::BTreeSet;

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::script::{self, Script};

const NONE: &str = r#"{"tool":"none"}"#;

async fn put(person: &Person, name: &str, body: Value) -> Answer {
    person.send(person.request(Method::PUT, &format!("/prompts/{name}")).json(&body)).await
}

fn shares(of: &[(&str, i64)], version: i64) -> Value {
    let shares: Vec<Value> = of.iter().map(|(v, percent)| json!({ "version": v, "percent": percent })).collect();
    json!({ "shares": shares, "version": version })
}

/// Which version a run had, and the call of its model.
async fn versions(app: &TestApp, person: &Person, body: Value) -> (String, Value) {
    let run = script::ask(app, person, &Script::new(&[NONE]), "script-1=2/10", body).await;
    let trace = person.get(&format!("/agent-runs/{}/trace", run["id"].as_str().unwrap())).await.ok();
    let chat = trace["spans"].as_array().unwrap().iter().find(|span| span["kind"] == "chat").unwrap();
    assert_eq!(chat["prompt_version"], trace["prompt_version"], "{trace:#}");
    (trace["prompt_version"].as_str().unwrap().to_owned(), run["conversation_id"].clone())
}

#[tokio::test]
async fn who_governs_says_which_version_is_used() {
    let app = TestApp::new().await;
    let goal = || json!({ "goal": "hmm, what of the blue one?" });
    assert_eq!(versions(&app, &app.admin, goal()).await.0, "plan-all-1");

    let set = put(&app.admin, "plan-all", shares(&[("2", 100)], 0)).await.ok();
    assert_eq!((&set["version"], &set["shares"]), (&json!(1), &json!([{ "version": "2", "percent": 100 }])));
    assert_eq!(versions(&app, &app.admin, goal()).await.0, "plan-all-2");
    let used = app.admin.get("/ai/quality").await.ok();
    let keys: BTreeSet<&str> =
        used["by_prompt"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(keys, BTreeSet::from(["plan-all-1", "plan-all-2"]));
    let measures = &used["comparisons"][0]["measures"];
    assert!(measures.as_array().unwrap().iter().all(|of| of["verdict"] == "too_few"), "{measures:#}");

    // The stale, the malformed, and those who may not.
    assert_eq!(put(&app.admin, "plan-all", shares(&[("1", 100)], 0)).await.problem(), "409 version_conflict");
    for (body, problem) in [
        (shares(&[("1", 80), ("2", 10)], 1), "422 invalid: shares"),
        (shares(&[("1", 50), ("9", 50)], 1), "422 invalid: shares.1.version"),
        (shares(&[("1", 50), ("1", 50)], 1), "422 invalid: shares.1.version"),
        (shares(&[("1", 100), ("2", 0)], 1), "422 invalid: shares.1.percent"),
        (shares(&[], 1), "422 invalid: shares"),
    ] {
        assert_eq!(put(&app.admin, "plan-all", body.clone()).await.problem(), problem, "{body}");
    }
    assert_eq!(put(&app.admin, "no-prompt", shares(&[("1", 100)], 0)).await.problem(), "404 not_found");
    assert_eq!(put(&app.admin, "plan-all", json!({ "shares": "all" })).await.status, 422);
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(put(&rep, "plan-all", shares(&[("1", 100)], 1)).await.problem(), "403 forbidden");
    assert_eq!(rep.get("/prompts").await.problem(), "403 forbidden");

    // The other organisation has its own.
    let elsewhere = app.stranger().await.get("/prompts").await.ok();
    let theirs = elsewhere["items"].as_array().unwrap().iter().find(|prompt| prompt["name"] == "plan-all").unwrap();
    assert_eq!((&theirs["version"], &theirs["shares"]), (&json!(0), &json!([{ "version": "1", "percent": 100 }])));
}

#[tokio::test]
async fn a_conversation_keeps_its_version() {
    let app = TestApp::new().await;
    put(&app.admin, "plan-all", shares(&[("1", 50), ("2", 50)], 0)).await.ok();
    let mut seen = BTreeSet::new();
    for _ in 0..12 {
        let (first, conversation) = versions(&app, &app.admin, json!({ "goal": "hmm, the blue one?" })).await;
        let body = json!({ "goal": "hmm, and the red one?", "conversation_id": conversation });
        assert_eq!(versions(&app, &app.admin, body).await.0, first);
        seen.insert(first);
    }
    assert_eq!(seen.len(), 2, "of twelve conversations each version has some: {seen:?}");
}
