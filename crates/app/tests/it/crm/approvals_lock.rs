//! What is locked while an approval is pending, by every path; what asks by itself; what gates and conversions ask for.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use serde_json::{Value, json};

use super::approvals::{at, decide, define, level, listed, request};
use super::bulk::change;
use super::import::import;
use super::lifecycle::{move_to, of, publish, sales};
use crate::ai::ask;

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn patch(who: &Person, deal: &Value, mut body: Value) -> Answer {
    body["version"] = who.get(&of(deal)).await.ok()["version"].clone();
    who.patch(&of(deal), body).await
}

async fn amount(who: &Person, deal: &Value) -> Value {
    who.get(&of(deal)).await.ok()["amount"]["amount"].clone()
}

#[tokio::test]
async fn every_path_meets_the_same_lock() {
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    let rep = app.user(Builtin::SalesRep).await;
    let scopes = json!({ "opportunity": { "read": "all", "update": "all" } });
    let made = admin.post("/api-keys", json!({ "name": "Sync", "scopes": scopes })).await.ok();
    let key = admin.with_key(made["secret"].as_str().unwrap());
    let product = admin.post("/products", json!({ "name": "Seats" })).await.ok();
    let definition = define(admin, "Discount", json!({ "fields": ["amount", "products"] })).await;
    let deal = rep.opportunity("Lockwood", json!({ "external_id": "L-1", "amount": euros("100") })).await;
    let before = patch(&rep, &deal, json!({ "amount": euros("110") })).await;
    let event = before.event();
    let line = json!({ "product_id": product["id"], "quantity": "1", "unit_price": euros("10") });
    let with_line = rep.post(&format!("{}/lines", of(&deal)), line.clone()).await.ok();
    let line_path = format!("{}/lines/{}", of(&deal), with_line["lines"][0]["id"].as_str().unwrap());
    let approval = request(&rep, &deal, &definition).await.ok();

    let locked = "409 approval_pending: amount";
    assert_eq!(patch(&rep, &deal, json!({ "amount": euros("200") })).await.problem(), locked);
    assert_eq!(patch(admin, &deal, json!({ "amount": euros("200") })).await.problem(), locked);
    assert_eq!(patch(&key, &deal, json!({ "amount": null })).await.problem(), locked);
    assert_eq!(rep.post("/undo", json!({ "event_id": event })).await.problem(), locked);
    let products = "409 approval_pending: products";
    assert_eq!(rep.post(&format!("{}/lines", of(&deal)), line).await.problem(), products);
    assert_eq!(rep.patch(&line_path, json!({ "discount_percent": "30" })).await.problem(), products);
    assert_eq!(rep.delete(&line_path).await.problem(), products);
    let version = admin.get(&of(&deal)).await.ok()["version"].clone();
    let body = json!({ "object": "opportunity", "records": [{ "id": deal["id"], "version": version }],
        "change": { "set": { "amount": euros("300") } } });
    let bulk = change(admin, body).await;
    let refusals = admin.get(&format!("/bulk-changes/{}/refusals", bulk["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        json!([refusals["items"][0]["code"], refusals["items"][0]["field"]]),
        json!(["approval_pending", "amount"])
    );
    import(admin, "deals.csv", b"Deal ID,Deal Name,Amount\nL-1,Lockwood,400\n").await;
    let run = ask(admin, "set the amount of Lockwood to 500").await;
    let proposal = &run["proposals"][0];
    assert!(proposal.is_object(), "{run:#}");
    let path = format!("/proposals/{}/approval", proposal["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, json!({ "diff_hash": proposal["diff_hash"] })).await.problem(), locked);
    assert_eq!(amount(admin, &deal).await, "110.00");
    // What is not approved is free.
    assert_eq!(patch(&rep, &deal, json!({ "next_step": "Call" })).await.status, 200);

    // Whoever says so changes it all the same, and it begins anew; who changed it decides no more.
    let version = rep.get(&at(&approval)).await.ok()["version"].clone();
    let again = json!({ "amount": euros("200"), "restart_approval": true });
    patch(&rep, &deal, again).await.ok();
    let now = rep.get(&at(&approval)).await.ok();
    assert_eq!(
        json!([now["status"], now["round"], now["changes"][0]["new"]["amount"]]),
        json!(["pending", 2, "200.00"])
    );
    let stale = json!({ "verdict": "approve", "version": version });
    assert_eq!(admin.post(&format!("{}/decision", at(&approval)), stale).await.problem(), "409 version_conflict");
    rep.patch(&line_path, json!({ "discount_percent": "30", "restart_approval": true })).await.ok();
    let now = rep.get(&at(&approval)).await.ok();
    assert_eq!(now["round"], 3);
    assert_eq!(decide(admin, &now, "approve").await.ok()["status"], "approved");
    // What is decided locks nothing.
    assert_eq!(patch(&rep, &deal, json!({ "amount": euros("210") })).await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn whoever_changes_what_waits_decides_nothing_of_it() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let (one, two) =
        (app.user_in(Builtin::SalesManager, Some(team)).await, app.user_in(Builtin::SalesManager, Some(team)).await);
    let levels = json!([level("Managers", &[&one, &two], json!("any"))]);
    let definition = define(&app.admin, "Amount", json!({ "levels": levels })).await;
    let deal = rep.opportunity("Acme", json!({ "amount": euros("100") })).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    patch(&one, &deal, json!({ "amount": euros("200"), "restart_approval": true })).await.ok();
    let now = one.get(&at(&approval)).await.ok();
    assert_eq!(now["may"]["decide"], false);
    assert_eq!(decide(&one, &now, "approve").await.problem(), "403 own_request");
    assert_eq!(decide(&two, &now, "approve").await.ok()["status"], "approved");
}

#[tokio::test]
async fn a_condition_that_becomes_true_asks_by_itself_and_a_no_is_not_asked_again() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let product = admin.post("/products", json!({ "name": "Seats" })).await.ok();
    let old = rep.opportunity("Old", json!({ "amount": euros("900000") })).await;
    let rules =
        json!({ "condition": "discount > 20 || amount > 100000", "automatic": true, "fields": ["amount", "products"] });
    define(admin, "Large", rules).await;
    // What was so before is left in peace.
    patch(&rep, &old, json!({ "next_step": "Call" })).await.ok();
    assert_eq!(listed(admin, "waiting").await, Vec::<String>::new());
    let deal = rep.opportunity("Acme", json!({})).await;
    let line =
        json!({ "product_id": product["id"], "quantity": "2", "unit_price": euros("10"), "discount_percent": "20" });
    let made = rep.post(&format!("{}/lines", of(&deal)), line).await.ok();
    assert_eq!(listed(admin, "waiting").await, Vec::<String>::new());
    let line = format!("{}/lines/{}", of(&deal), made["lines"][0]["id"].as_str().unwrap());
    let asked = rep.patch(&line, json!({ "discount_percent": "20.5" })).await;
    let undone = asked.event();
    asked.ok();
    assert_eq!(listed(admin, "waiting").await, ["Acme"]);
    let approval = admin.get("/approvals").await.ok()["items"][0].clone();
    let products = approval["changes"].as_array().unwrap().iter().find(|c| c["field"] == "products").unwrap().clone();
    assert!(products["new_label"].as_str().unwrap().contains("20.5"), "{products}");
    assert_eq!(rep.post("/undo", json!({ "event_id": undone })).await.problem(), "409 approval_pending: products");
    decide(admin, &approval, "reject").await.ok();
    patch(&rep, &deal, json!({ "next_step": "Call again" })).await.ok();
    assert_eq!(listed(admin, "waiting").await, Vec::<String>::new());
    rep.patch(&line, json!({ "discount_percent": "25" })).await.ok();
    assert_eq!(listed(admin, "waiting").await, ["Acme"]);
    // A new deal asks at once.
    rep.opportunity("New", json!({ "amount": euros("200000") })).await;
    assert_eq!(listed(admin, "waiting").await, ["New", "Acme"]);
    // Who would be the only one to decide on their own is told.
    let alone = admin.post("/opportunities", json!({ "name": "Own", "amount": euros("200000") })).await;
    assert_eq!(alone.problem(), "409 no_approver");
}

#[tokio::test]
async fn stages_open_for_what_is_approved_as_it_is() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let pipeline = sales(admin).await;
    let stage = |n: usize| pipeline["stages"][n]["id"].as_str().unwrap().to_owned();
    let by_itself = define(admin, "Own gate", json!({ "condition": "amount > 1000", "stages": [stage(2)] })).await;
    let asked = define(admin, "Criterion", json!({ "condition": "amount > 100" })).await;
    let lifecycle = json!({ "stages": [{ "stage_id": stage(1), "entry": { "approvals": [asked["id"]] } }] });
    publish(admin, &pipeline, &lifecycle).await;
    let deal = rep.opportunity("Acme", json!({ "stage_id": stage(0), "amount": euros("50") })).await;
    // What needs no approval passes.
    move_to(&rep, &deal, &stage(1)).await.ok();
    move_to(&rep, &deal, &stage(0)).await.ok();
    patch(&rep, &deal, json!({ "amount": euros("500") })).await.ok();
    let missing = format!("422 gate_not_cleared: approvals.{}", asked["id"].as_str().unwrap());
    let refused = move_to(&rep, &deal, &stage(1)).await;
    assert_eq!(refused.problem(), missing);
    assert_eq!(refused.body["errors"][0]["code"], "approval_missing");
    let ways = rep.get(&format!("{}/transitions", of(&deal))).await.ok();
    let way = ways["items"].as_array().unwrap().iter().find(|w| w["stage"]["id"] == stage(1)).unwrap();
    assert_eq!(json!([way["code"], way["missing"][0]["code"]]), json!(["gate_not_cleared", "approval_missing"]));
    let approval = request(&rep, &deal, &asked).await.ok();
    assert_eq!(move_to(&rep, &deal, &stage(1)).await.problem(), missing);
    decide(admin, &approval, "approve").await.ok();
    // Another amount makes it as if there were none, with the move itself too; the approved one opens again.
    let version = rep.get(&of(&deal)).await.ok()["version"].clone();
    let with = json!({ "stage_id": stage(1), "amount": euros("600"), "version": version });
    assert_eq!(rep.patch(&of(&deal), with).await.problem(), missing);
    patch(&rep, &deal, json!({ "amount": euros("600") })).await.ok();
    assert_eq!(move_to(&rep, &deal, &stage(1)).await.problem(), missing);
    patch(&rep, &deal, json!({ "amount": euros("500") })).await.ok();
    move_to(&rep, &deal, &stage(1)).await.ok();
    // A definition keeps deals out of its stages by itself.
    patch(&rep, &deal, json!({ "amount": euros("5000") })).await.ok();
    let gate = format!("422 gate_not_cleared: approvals.{}", by_itself["id"].as_str().unwrap());
    assert_eq!(move_to(&rep, &deal, &stage(2)).await.problem(), gate);
    let body = json!({ "name": "New", "stage_id": stage(2), "amount": euros("5000") });
    assert_eq!(rep.post("/opportunities", body).await.problem(), gate);
    // What is switched off asks for nothing.
    let path = format!("/approval-definitions/{}", by_itself["id"].as_str().unwrap());
    admin.patch(&path, json!({ "active": false, "version": 1 })).await.ok();
    move_to(&rep, &deal, &stage(2)).await.ok();
    let tried = admin
        .post(
            &format!("/pipelines/{}/lifecycle/dry-run", pipeline["id"].as_str().unwrap()),
            json!({ "definition": { "stages": [{ "stage_id": stage(2), "exit": { "approvals": [asked["id"]] } }] } }),
        )
        .await
        .ok();
    assert_eq!(tried["deals"][0]["missing"][0]["code"], "approval_missing");
}

#[tokio::test]
async fn a_lead_is_converted_when_that_is_approved() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let rules = json!({ "object": "lead", "conversion": true, "fields": ["company"], "condition": "company != null" });
    let definition = define(admin, "Conversion", rules).await;
    let lead = rep.post("/leads", json!({ "last_name": "Li", "company": "Acme" })).await.ok();
    let path = format!("/leads/{}", lead["id"].as_str().unwrap());
    let convert = json!({ "contact": {}, "version": lead["version"] });
    let missing = format!("422 gate_not_cleared: approvals.{}", definition["id"].as_str().unwrap());
    assert_eq!(rep.post(&format!("{path}/convert"), convert.clone()).await.problem(), missing);
    let body = json!({ "definition_id": definition["id"] });
    let approval = rep.post(&format!("{path}/approvals"), body).await.ok();
    let other = json!({ "company": "Other", "version": lead["version"] });
    assert_eq!(rep.patch(&path, other).await.problem(), "409 approval_pending: company");
    decide(admin, &approval, "approve").await.ok();
    assert_eq!(rep.post(&format!("{path}/convert"), convert).await.status, 200);
    let of_lead = rep.get(&format!("{path}/approvals")).await.ok();
    assert_eq!(of_lead["items"][0]["status"], "approved");
}
