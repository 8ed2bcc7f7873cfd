//! The guide's examples, tried as they stand there.

use dealwright_testkit::TestApp;
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../../../../../docs/guides/validation-rules.md");

/// Every example is a block of JSON: the rule, a record that meets it and one that does not.
#[tokio::test]
async fn the_guides_examples_do_what_they_say() {
    let examples: Vec<Value> = GUIDE
        .split("```json\n")
        .skip(1)
        .map(|block| serde_json::from_str(block.split("```").next().unwrap()).unwrap())
        .collect();
    assert_eq!(examples.len(), 10);
    let app = TestApp::new().await;
    for example in examples {
        let made = app.admin.post("/rules", example["rule"].clone()).await;
        assert_eq!(made.status, 201, "{:?}", made.body);
        let path = match example["rule"]["object"].as_str().unwrap() {
            "opportunity" => "/opportunities",
            "account" => "/accounts",
            "contact" => "/contacts",
            _ => "/tasks",
        };
        let refused = app.admin.post(path, named(&app, &example["refused"]).await).await;
        let field = example["rule"]["field"].as_str().unwrap();
        assert_eq!(refused.problem(), format!("422 rule_not_met: {field}"), "{example}: {:?}", refused.body);
        let met = app.admin.post(path, named(&app, &example["accepted"]).await).await;
        assert_eq!(met.status, 201, "{example}: {:?}", met.body);
        let rule = format!("/rules/{}", made.body["id"].as_str().unwrap());
        assert_eq!(app.admin.delete(&rule).await.status, 204);
    }
}

/// The record with the ids of the stage, industry and account that the guide calls by name.
async fn named(app: &TestApp, record: &Value) -> Value {
    let mut record = record.clone();
    let fields = record.as_object_mut().unwrap();
    if let Some(stage) = fields.remove("stage") {
        fields.insert("stage_id".into(), json!(app.admin.stage(stage.as_str().unwrap()).await));
    }
    if let Some(days) = fields.remove("close_in_days") {
        let date = app.state.access.clock().today() + chrono::Duration::days(days.as_i64().unwrap());
        fields.insert("close_date".into(), json!(date));
    }
    if let Some(industry) = fields.remove("account_of_industry") {
        let industry = app.admin.choice("industry", industry.as_str().unwrap()).await;
        let account = app
            .admin
            .post("/accounts", json!({ "name": "Isdom", "industry_id": industry, "allow_duplicates": true }))
            .await
            .ok();
        fields.insert("account_id".into(), account["id"].clone());
    }
    record
}
