//! Lead scores: by which rules, why, and how they follow what happens.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::{days, id, monday, put};

fn model(rules: &[(&str, &str, i64)], version: i64) -> Value {
    let rules: Vec<_> = rules
        .iter()
        .map(|(label, condition, points)| json!({ "label": label, "condition": condition, "points": points }))
        .collect();
    json!({ "rules": rules, "bands": { "a": 60, "b": 40, "c": 20 }, "version": version })
}

async fn score(who: &Person, lead: &Value) -> Value {
    who.get(&format!("/leads/{}/score", id(lead))).await.ok()
}

#[tokio::test]
async fn a_lead_is_scored_with_a_reason_for_each_point() {
    let (app, clock) = monday().await;
    let body =
        json!({ "last_name": "Petrov", "title": "Head of Production", "rating": "hot", "email": "nadia@isdom.de" });
    let lead = app.admin.post("/leads", body).await.ok();
    assert_eq!(json!([lead["score"], lead["grade"]]), json!([null, null]));
    assert_eq!(score(&app.admin, &lead).await["score"], Value::Null);
    app.drain().await;
    let now = app.admin.get(&format!("/leads/{}", id(&lead))).await.ok();
    // 20 for the title, 15 for hot, 15 for the address, less 10 for what is not known.
    assert_eq!(json!([now["score"], now["grade"], now["version"]]), json!([40, "b", 1]));
    let why = score(&app.admin, &lead).await;
    let met: Vec<_> = why["parts"].as_array().unwrap().iter().filter(|p| p["met"] == true).collect();
    let told: Vec<_> = met.iter().map(|p| json!([p["label"], p["points"], p["facts"]])).collect();
    assert_eq!(
        told,
        [
            json!(["Has a say in the budget", 20, { "title": "Head of Production" }]),
            json!(["Rated hot", 15, { "rating": "hot" }]),
            json!(["Writes from a company's address", 15, { "email_kind": "business" }]),
            json!(["Hardly known: fewer than two of five fields are filled", -10, { "completeness": 30 }]),
        ]
    );
    // It follows what happens: an edit, and what the lead does.
    let call = json!({ "kind": "email", "direction": "in", "subject": "x", "lead_id": lead["id"] });
    app.admin.post("/activities", call).await.ok();
    app.admin.patch(&format!("/leads/{}", id(&lead)), json!({ "version": 1, "rating": "cold" })).await.ok();
    app.drain().await;
    assert_eq!(score(&app.admin, &lead).await["score"], json!(35));
    // And time: after a day anew, by which nothing has happened for long.
    days(&clock, 70);
    let changed = dealwright_insight::scoring::score_all(&app.state.access, app.org).await.unwrap();
    assert_eq!(changed, 1);
    assert_eq!(score(&app.admin, &lead).await["score"], json!(0));
}

#[tokio::test]
async fn an_administrator_has_other_rules() {
    let (app, _) = monday().await;
    let lead = app.admin.post("/leads", json!({ "last_name": "Petrov", "country": "Norway" })).await.ok();
    app.drain().await;
    let shipped = app.admin.get("/lead-scoring").await.ok();
    assert_eq!(json!([shipped["shipped"], shipped["version"]]), json!([true, 0]));
    let new = model(&[("From the north", "country == \"Norway\"", 70), ("Too young", "age_days < 1", -5)], 0);
    let trial = app.admin.post("/lead-scoring/dry-run", new.clone()).await.ok();
    assert_eq!(
        json!([trial["leads"], trial["changed"], trial["before"]["d"], trial["after"]["a"], trial["met"]]),
        json!([1, 1, 1, 1, [1, 1]])
    );
    assert_eq!(json!([trial["most"][0]["lead"]["name"], trial["most"][0]["after"]]), json!(["Petrov", 65]));
    assert_eq!(score(&app.admin, &lead).await["score"], json!(0), "a trial writes nothing");
    let written = put(&app.admin, "/lead-scoring", new.clone()).await.ok();
    assert_eq!(json!([written["shipped"], written["version"]]), json!([false, 1]));
    app.drain().await;
    let why = score(&app.admin, &lead).await;
    assert_eq!(json!([why["score"], why["grade"], why["sum"], why["model_version"]]), json!([65, "a", 65, 1]));
    assert_eq!(put(&app.admin, "/lead-scoring", new.clone()).await.problem(), "409 version_conflict");
    for (rules, problem) in [
        (model(&[("x", "wealth > 3", 5)], 1), "422 invalid: rules.0.condition"),
        (model(&[("", "true", 5)], 1), "422 invalid: rules.0.label"),
        (model(&[("x", "true", 500)], 1), "422 invalid: rules.0.points"),
        (model(&vec![("x", "true", 1); 51], 1), "422 invalid: rules"),
        (json!({ "rules": [], "bands": { "a": 10, "b": 40, "c": 20 }, "version": 1 }), "422 invalid: bands"),
    ] {
        assert_eq!(put(&app.admin, "/lead-scoring", rules).await.problem(), problem);
    }
    let checked = app.admin.post("/lead-scoring/check", json!({ "condition": "replies_30_days > 0" })).await.ok();
    assert_eq!(json!([checked["ok"], checked["facts"]]), json!([true, ["replies_30_days"]]));
    let facts = app.admin.get("/lead-scoring/facts").await.ok();
    assert!(facts["facts"].as_array().unwrap().iter().any(|f| f["name"] == "email_kind"));
}

#[tokio::test]
async fn lists_are_sorted_and_filtered_by_scores() {
    let (app, _) = monday().await;
    for (name, rating) in [("Hot", "hot"), ("Cold", "cold")] {
        let body = json!({ "last_name": name, "rating": rating, "email": format!("{name}@acme.de"), "title": "CEO" });
        app.admin.post("/leads", body).await.ok();
    }
    assert_eq!(app.admin.get("/leads?score.gte=1").await.names(), Vec::<String>::new());
    app.drain().await;
    assert_eq!(app.admin.get("/leads?sort=-score").await.names(), ["Hot", "Cold"]);
    assert_eq!(app.admin.get("/leads?sort=score&limit=1").await.names(), ["Cold"]);
    assert_eq!(app.admin.get("/leads?grade=b").await.names(), ["Hot"]);
    assert_eq!(app.admin.get("/leads?score.gte=40").await.names(), ["Hot"]);
}

#[tokio::test]
async fn scores_are_for_those_who_see_the_lead_and_their_rules_for_administrators() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let body = json!({ "last_name": "Petrov", "rating": "hot", "title": "CEO" });
    let lead = app.admin.post("/leads", body).await.ok();
    app.drain().await;
    assert_eq!(score(&rep, &lead).await["score"], json!(25));
    // What rests on a hidden field is told without it.
    crate::crm::hide(&app, "Sales Rep", json!({ "lead": { "title": "hidden" } })).await;
    let told = score(&rep, &lead).await;
    assert_eq!(json!([told["parts"][0]["label"], told["parts"][0]["facts"]]), json!([null, {}]));
    assert_eq!(told["parts"][1]["label"], "Rated hot");
    let path = format!("/leads/{}/score", id(&lead));
    assert_eq!(app.stranger().await.get(&path).await.status, 404);
    assert_eq!(app.nobody().get(&path).await.status, 401);
    for answer in [rep.get("/lead-scoring").await, put(&rep, "/lead-scoring", model(&[], 0)).await] {
        assert_eq!(answer.status, 403);
    }
}
