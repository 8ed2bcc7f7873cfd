//! A lead becomes an account, a contact and an opportunity: what is there is found, fields go over, work moves along, all of
//! it or nothing, and it is taken back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::leads::{at, lead};

async fn convert(who: &Person, made: &Value, body: Value) -> Value {
    let answer = who.post(&format!("{}/convert", at(made)), body).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    answer.body
}

fn part<'a>(converted: &'a Value, name: &str) -> &'a str {
    converted["lead"]["converted"][name].as_str().unwrap_or_default()
}

fn all() -> Value {
    json!({ "version": 1, "account": {}, "contact": {}, "opportunity": {} })
}

#[tokio::test]
async fn fields_and_work_go_over_and_come_back() {
    let app = TestApp::new().await;
    for object in ["lead", "contact"] {
        let field = json!({ "object": object, "label": "Shoe size", "kind": "number" });
        app.admin.post("/custom-fields", field).await.ok();
    }
    let source = app.admin.choice("source", "Referral").await;
    let more =
        json!({ "email": "nadia@isdom.test", "title": "CFO", "source_id": source, "custom": { "shoe_size": 38 } });
    let made = lead(&app.admin, more).await;
    let task = app.admin.post("/tasks", json!({ "title": "Call", "lead_id": made["id"] })).await.ok();
    assert_eq!(task["subject"]["type"], "lead");
    let note = json!({ "kind": "note", "body": "Met at the fair", "lead_id": made["id"] });
    let note = app.admin.post("/activities", note).await.ok();

    let preview = app.admin.post(&format!("{}/conversion-preview", at(&made)), json!({})).await.ok();
    assert_eq!((&preview["tasks"], &preview["activities"]), (&json!(1), &json!(1)));
    assert_eq!(preview["account"]["domain"], "isdom.test");

    let converted = convert(&app.admin, &made, all()).await;
    assert_eq!(converted["lead"]["status_category"], "converted");
    let account = app.admin.get(&format!("/accounts/{}", part(&converted, "account_id"))).await.ok();
    assert_eq!((&account["name"], &account["domain"]), (&json!("Isdom"), &json!("isdom.test")));
    let contact = app.admin.get(&format!("/contacts/{}", part(&converted, "contact_id"))).await.ok();
    assert_eq!((&contact["title"], &contact["custom"]["shoe_size"]), (&json!("CFO"), &json!(38)));
    let deal = app.admin.get(&format!("/opportunities/{}", part(&converted, "opportunity_id"))).await.ok();
    assert_eq!((&deal["source_id"], &deal["account_id"]), (&json!(source), &account["id"]));
    assert_eq!(deal["primary_contact_id"], contact["id"]);

    let task_path = format!("/tasks/{}", task["id"].as_str().unwrap());
    let moved = app.admin.get(&task_path).await.ok();
    assert_eq!(
        (&moved["lead_id"], &moved["opportunity_id"], &moved["version"]),
        (&json!(null), &deal["id"], &json!(2))
    );
    let note_path = format!("/activities/{}", note["id"].as_str().unwrap());
    assert_eq!(app.admin.get(&note_path).await.ok()["contact_id"], contact["id"]);
    let timeline = app.admin.get(&format!("/contacts/{}/timeline", contact["id"].as_str().unwrap())).await.ok();
    let told = timeline["items"].as_array().unwrap().iter().any(|e| e["data"]["body"] == "Met at the fair");
    assert!(told, "{timeline:#}");

    let edited = app.admin.patch(&at(&made), json!({ "version": 2, "title": "CEO" })).await;
    assert_eq!(edited.problem(), "409 lead_converted");
    let again = app.admin.post(&format!("{}/convert", at(&made)), json!({ "version": 2, "contact": {} })).await;
    assert_eq!(again.problem(), "409 lead_converted");

    let back = app.admin.post(&format!("{}/revert-conversion", at(&made)), json!({ "version": 2 })).await.ok();
    assert_eq!((&back["kept"], back["deleted"].as_array().unwrap().len()), (&json!([]), 3), "{back:#}");
    assert_eq!((&back["lead"]["converted"], &back["lead"]["status_category"]), (&json!(null), &json!("new")));
    for path in ["accounts", "contacts", "opportunities"] {
        assert_eq!(app.admin.get(&format!("/{path}")).await.names().len(), 0, "{path}");
    }
    let returned = app.admin.get(&task_path).await.ok();
    assert_eq!((&returned["lead_id"], &returned["opportunity_id"]), (&made["id"], &json!(null)));
    assert_eq!(app.admin.get(&note_path).await.ok()["lead_id"], made["id"]);
}

#[tokio::test]
async fn what_is_there_is_found_and_stays_as_it_is() {
    let app = TestApp::new().await;
    let account = app.admin.post("/accounts", json!({ "name": "Isdom AG", "domain": "isdom.test" })).await.ok();
    let contact = json!({ "first_name": "N", "last_name": "Petrov", "email": "nadia@isdom.test" });
    let contact = app.admin.post("/contacts", contact).await.ok();
    let made = lead(&app.admin, json!({ "email": "nadia@isdom.test" })).await;
    // About both already: taking the conversion back leaves it about both.
    let both = json!({ "kind": "note", "body": "Both", "lead_id": made["id"], "account_id": account["id"] });
    let both = app.admin.post("/activities", both).await.ok();
    let preview = app.admin.post(&format!("{}/conversion-preview", at(&made)), json!({})).await.ok();
    assert_eq!(preview["accounts"][0]["id"], account["id"]);
    assert!(preview["accounts"][0]["matched_by"].as_array().unwrap().contains(&json!("domain")), "{preview:#}");
    assert_eq!(preview["contacts"][0]["matched_by"][0], "email");
    let to = json!({ "version": 1, "account": { "id": account["id"] }, "contact": { "id": contact["id"] } });
    let converted = convert(&app.admin, &made, to).await;
    assert_eq!(part(&converted, "opportunity_id"), "");
    let back = app.admin.post("/undo", json!({ "event_id": converted["event_id"] })).await.ok();
    assert_eq!(back["kept"], json!([]));
    assert_eq!(app.admin.get(&format!("/accounts/{}", account["id"].as_str().unwrap())).await.ok()["version"], 1);
    assert_eq!(app.admin.get(&at(&made)).await.ok()["converted"], json!(null));
    let both = app.admin.get(&format!("/activities/{}", both["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        json!([both["lead_id"], both["account_id"], both["contact_id"]]),
        json!([made["id"], account["id"], null])
    );
    let twice = app.admin.post("/undo", json!({ "event_id": converted["event_id"] })).await;
    assert_eq!(twice.problem(), "409 already_undone");
}

#[tokio::test]
async fn what_somebody_has_changed_or_used_since_stays_and_is_named() {
    let app = TestApp::new().await;
    let made = lead(&app.admin, json!({})).await;
    let converted = convert(&app.admin, &made, all()).await;
    let account = part(&converted, "account_id").to_owned();
    app.admin.post("/contacts", json!({ "last_name": "Roe", "account_id": account })).await.ok();
    let deal = format!("/opportunities/{}", part(&converted, "opportunity_id"));
    app.admin.patch(&deal, json!({ "version": 1, "next_step": "Call" })).await.ok();
    let back = app.admin.post(&format!("{}/revert-conversion", at(&made)), json!({ "version": 2 })).await.ok();
    let reasons = |key: &str| -> Vec<_> {
        back[key].as_array().unwrap().iter().map(|r| (r["type"].clone(), r["reason"].clone())).collect()
    };
    // The contact stays with the deal that it is the contact of.
    let kept = [("opportunity", "changed"), ("contact", "in_use"), ("account", "in_use")];
    assert_eq!(reasons("kept"), kept.map(|(a, b)| (json!(a), json!(b))));
    assert_eq!(reasons("deleted"), []);
    assert_eq!(app.admin.get(&deal).await.status, 200);
}

#[tokio::test]
async fn all_of_it_or_nothing() {
    let app = TestApp::new().await;
    let rule = json!({ "object": "opportunity", "name": "Priced", "expression": "amount > 0", "field": "amount",
        "message": "Say what it is worth" });
    app.admin.post("/rules", rule).await.ok();
    let made = lead(&app.admin, json!({})).await;
    let refused = app.admin.post(&format!("{}/convert", at(&made)), all()).await;
    assert_eq!(refused.problem(), "422 rule_not_met: opportunity.fields.amount", "{:#}", refused.body);
    assert_eq!(app.admin.get("/accounts").await.names().len(), 0);
    assert_eq!(app.admin.get(&at(&made)).await.ok()["version"], 1);
    let fields = json!({ "name": "Arms", "amount": { "amount": "100", "currency": "EUR" } });
    let currency = app.admin.get("/organisation").await.ok()["currency"].clone();
    let mut to = all();
    to["opportunity"] = json!({ "fields": fields });
    to["opportunity"]["fields"]["amount"]["currency"] = currency;
    convert(&app.admin, &made, to).await;
    assert_eq!(app.admin.get("/opportunities").await.names(), ["Arms"]);
}

#[tokio::test]
async fn a_conversion_is_refused_whom_it_is_not_theirs() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let reader = app.user(Builtin::ReadOnly).await;
    let made = lead(&rep, json!({})).await;
    for who in [&other, &reader] {
        let refused = who.post(&format!("{}/convert", at(&made)), all()).await;
        assert_eq!(refused.problem(), "403 forbidden");
        let preview = who.post(&format!("{}/conversion-preview", at(&made)), json!({})).await;
        assert_eq!(preview.problem(), "403 forbidden");
    }
    let stale = rep.post(&format!("{}/convert", at(&made)), json!({ "version": 9, "contact": {} })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let nil = "00000000-0000-7000-8000-000000000000";
    for (body, problem) in [
        (json!({ "version": 1 }), "422 invalid: contact"),
        (json!({ "version": 1, "account": { "id": nil } }), "422 invalid: account.id"),
        (json!({ "version": 1, "contact": {}, "opportunity": { "id": nil } }), "422 invalid: opportunity.id"),
        (json!({ "version": 1, "contact": { "fields": { "email": "x" } } }), "422 invalid: contact.fields.email"),
    ] {
        assert_eq!(rep.post(&format!("{}/convert", at(&made)), body.clone()).await.problem(), problem, "{body}");
    }
    // Who may make no accounts converts to what is there.
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query(r#"update role set grants = grants || '{"account.create": "none"}' where builtin = 'sales_rep'"#)
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(rep.post(&format!("{}/convert", at(&made)), all()).await.problem(), "403 forbidden");
    convert(&rep, &made, json!({ "version": 1, "contact": {} })).await;
    assert_eq!(
        rep.post(&format!("{}/revert-conversion", at(&made)), json!({ "version": 1 })).await.problem(),
        "409 version_conflict"
    );
    let back = rep.post(&format!("{}/revert-conversion", at(&made)), json!({ "version": 2 })).await;
    assert_eq!(back.status, 200, "{:#}", back.body);
    let twice = rep.post(&format!("{}/revert-conversion", at(&made)), json!({ "version": 3 })).await;
    assert_eq!(twice.problem(), "409 not_converted");
}
