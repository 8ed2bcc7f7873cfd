//! Views as files: what their reader sees, no more, and no cell that a spreadsheet would run.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn export(person: &Person, body: Value) -> (u16, Vec<u8>) {
    let answer = person.request(Method::POST, "/exports").json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

async fn csv(person: &Person, body: Value) -> String {
    let (status, bytes) = export(person, body).await;
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(status, 200, "{text}");
    text
}

#[tokio::test]
async fn a_file_has_the_rows_order_and_columns_of_the_view() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let other = app.user(Builtin::SalesRep).await;
    let euros = |amount: &str| json!({ "amount": { "amount": amount, "currency": "EUR" } });
    rep.opportunity("=HYPERLINK(\"http://bad.test\")", euros("100")).await;
    rep.opportunity("Small", euros("5")).await;
    rep.opportunity("Big, \"quoted\"", euros("900.50")).await;
    other.opportunity("Not theirs", euros("700")).await;
    let body = json!({ "object": "opportunity", "format": "csv", "sort": ["-amount"], "columns": ["name", "amount"],
        "filter": { "field": "amount", "op": "gte", "value": 50 } });
    let expected = "Opportunity,Amount,Amount currency\n\"Big, \"\"quoted\"\"\",900.50,EUR\n\"'=HYPERLINK(\"\"http://bad.test\"\")\",100.00,EUR\n";
    assert_eq!(csv(&rep, body.clone()).await, expected);
    let theirs = csv(&other, body.clone()).await;
    assert_eq!(theirs, "Opportunity,Amount,Amount currency\nNot theirs,700.00,EUR\n");
    assert_eq!(csv(&app.stranger().await, body).await, "Opportunity,Amount,Amount currency\n");
    // Who took what away stands in the audit log.
    let log = app.admin.get("/audit?type=opportunity.exported").await.ok();
    assert_eq!(log["items"][1]["data"]["rows"], 2, "{log}");
}

#[tokio::test]
async fn a_workbook_holds_text_where_text_was() {
    let app = TestApp::new().await;
    app.admin.post("/accounts", json!({ "name": "=1+1", "employees": 12 })).await.ok();
    let body = json!({ "object": "account", "format": "xlsx", "columns": ["name", "employees"] });
    let (status, bytes) = export(&app.admin, body).await;
    assert_eq!(status, 200);
    assert_eq!(bytes.get(..2), Some(b"PK".as_slice()));
    assert!(!bytes.windows(3).any(|w| w == b"<f>"), "no formula");
}

#[tokio::test]
async fn hidden_fields_are_not_there() {
    let app = TestApp::new().await;
    let deal = json!({ "amount": { "amount": "4321987", "currency": "EUR" }, "next_step": "Call" });
    app.admin.opportunity("Deal", deal).await;
    let reader = app.user(Builtin::ReadOnly).await;
    super::hide(&app, "Read-only", json!({ "opportunity": { "amount": "hidden" } })).await;
    let whole = csv(&reader, json!({ "object": "opportunity", "format": "csv" })).await;
    assert!(whole.contains("Next step") && !whole.contains("Amount") && !whole.contains("Weighted"), "{whole}");
    assert!(!whole.contains("4321987"), "{whole}");
    let asked = csv(&reader, json!({ "object": "opportunity", "format": "csv", "columns": ["name", "amount"] })).await;
    assert_eq!(asked, "Opportunity\nDeal\n");
    let by = json!({ "object": "opportunity", "format": "csv", "sort": ["-amount"] });
    assert_eq!(export(&reader, by).await.0, 403);
}

#[tokio::test]
async fn what_can_not_be_exported_is_said() {
    let app = TestApp::new().await;
    let many: Vec<String> = (0..300).map(|n| format!("c{n}")).collect();
    for (part, status) in [
        (json!({ "columns": ["no_such"] }), 422),
        (json!({ "columns": many }), 422),
        (json!({ "filter": { "field": "no_such", "op": "eq", "value": 1 } }), 400),
        (json!({ "format": "pdf" }), 422),
        (json!({ "object": "task" }), 422),
    ] {
        let mut body = json!({ "object": "opportunity", "format": "csv" });
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        assert_eq!(export(&app.admin, body).await.0, status, "{part}");
    }
    assert_eq!(export(&app.nobody(), json!({ "object": "opportunity", "format": "csv" })).await.0, 401);
}

#[tokio::test]
async fn leads_are_exported_as_they_are_listed() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    super::leads::lead(&rep, json!({})).await;
    let body = |state: &str| {
        json!({ "object": "lead", "format": "csv", "columns": ["name", "company", "status"],
            "filter": { "field": "state", "op": "eq", "value": state } })
    };
    assert_eq!(csv(&rep, body("open")).await, "Lead,Company,Status\nNadia Petrov,Isdom,New\n");
    assert_eq!(csv(&rep, body("converted")).await, "Lead,Company,Status\n");
    assert_eq!(csv(&app.stranger().await, body("open")).await, "Lead,Company,Status\n");
    let (status, _) = export(&rep, body("asleep")).await;
    assert_eq!(status, 400);
}
