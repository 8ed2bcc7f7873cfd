//! Who finds what: a passage is seen as its record is at this moment, and tells no field that is hidden.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ask, by_meaning, found, id, lose, note, publish, things, value};

/// Hides fields from sales reps.
async fn hide(app: &TestApp, fields: Value) {
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Sales Rep").unwrap().clone();
    let path = format!("/roles/{}/fields", id(&role));
    let version = app.admin.get(&path).await.body["version"].as_i64().unwrap_or(1);
    let request = app.admin.request(Method::PUT, &path).json(&json!({ "fields": fields, "version": version }));
    app.admin.send(request).await.ok();
}

async fn finds(who: &Person) -> bool {
    let words = found(who, "zanzibar", "").await;
    let meaning = found(who, "zanzibar", "&by=meaning").await;
    let answer = ask(who, "zanzibar", "").await.to_string();
    assert_eq!(words.is_empty(), !answer.contains("anzibar"));
    !words.is_empty() || !meaning.is_empty()
}

#[tokio::test]
async fn a_deal_and_what_hangs_on_it_are_found_by_who_sees_it() {
    let app = by_meaning().await;
    let team = app.team("North", None).await;
    let owner = app.user_in(Builtin::SalesRep, Some(team)).await;
    let mate = app.user_in(Builtin::SalesRep, Some(team)).await;
    let manager = app.user_in(Builtin::SalesManager, Some(team)).await;
    let other = app.user(Builtin::SalesManager).await;
    let stranger = app.stranger().await;
    let deal = owner.opportunity("Zanzibar ferry", json!({ "next_step": "Fly to Zanzibar" })).await;
    note(&owner, ("opportunity_id", &deal["id"]), "Zanzibar wants two ferries.").await;
    app.index().await;
    assert_eq!(things(&owner, "zanzibar", "").await.len(), 2);
    for (who, sees) in [(&app.admin, true), (&manager, true), (&mate, false), (&other, false), (&stranger, false)] {
        assert_eq!(finds(who).await, sees);
    }
    // Shared: at once, without the index.
    let shared = app
        .admin
        .post(&format!("/opportunities/{}/shares", id(&deal)), json!({ "user_id": mate.id, "level": "read" }))
        .await;
    assert!(shared.status < 300, "{:?}", shared.body);
    assert!(finds(&mate).await);
    // In the trash: gone at once, and back at once when it has been read again.
    let path = format!("/opportunities/{}", id(&deal));
    app.admin.delete(&path).await.ok();
    assert!(!finds(&app.admin).await);
    assert!(!finds(&owner).await);
}

#[tokio::test]
async fn another_owner_is_another_reader_at_once() {
    let app = TestApp::new().await;
    let (one, two) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = app.admin.opportunity("Zanzibar ferry", json!({ "owner_id": one.id })).await;
    app.index().await;
    assert_eq!((found(&one, "zanzibar", "").await.len(), found(&two, "zanzibar", "").await.len()), (1, 0));
    let path = format!("/opportunities/{}", id(&deal));
    let version = app.admin.get(&path).await.ok()["version"].clone();
    app.admin.patch(&path, json!({ "owner_id": two.id, "version": version })).await.ok();
    assert_eq!((found(&one, "zanzibar", "").await.len(), found(&two, "zanzibar", "").await.len()), (0, 1));
}

#[tokio::test]
async fn a_private_e_mail_is_its_owners() {
    let app = by_meaning().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Ferry", json!({})).await;
    let mail = json!({ "kind": "email", "direction": "in", "subject": "Zanzibar", "body": "Zanzibar in confidence.", "private": true,
                       "opportunity_id": deal["id"] });
    rep.post("/activities", mail).await.ok();
    app.index().await;
    assert!(finds(&rep).await);
    assert!(!finds(&app.admin).await);
}

#[tokio::test]
async fn a_hidden_field_is_found_by_nobody_it_is_hidden_from() {
    let app = by_meaning().await;
    let rep = app.user(Builtin::SalesRep).await;
    let banking = value(&app, "industry", "Zanzibari banking").await;
    let deal = rep
        .opportunity("Ferry", json!({ "next_step": "Fly to Zanzibar", "tags": ["zanzibar"], "industry_id": banking }))
        .await;
    lose(&app, &rep, &deal, "Zanzibar went bankrupt", "Zanzibar could not pay.").await;
    app.index().await;
    assert!(finds(&rep).await);
    let facts = "deals lost in zanzibari banking";
    assert_eq!(ask(&rep, facts, "").await["facts"].as_array().unwrap().len(), 2);
    let fields = json!({ "opportunity": { "next_step": "hidden", "tags": "hidden", "industry_id": "hidden", "lost_reason_id": "hidden", "lost_notes": "hidden" },
                         "account": { "industry_id": "hidden" } });
    hide(&app, fields).await;
    assert!(!finds(&rep).await);
    assert_eq!(ask(&rep, facts, "").await["facts"], json!([{ "kind": "outcome", "value": "lost" }]));
    assert!(finds(&app.admin).await);
}

#[tokio::test]
async fn a_draft_is_no_passage_and_a_key_finds_what_it_may_read() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let playbook = publish(&app, "playbook", "Zanzibar", "How to sell in Zanzibar.").await;
    note(&rep, ("opportunity_id", &rep.opportunity("Ferry", json!({})).await["id"]), "Zanzibar called.").await;
    app.index().await;
    assert_eq!(things(&rep, "zanzibar", "").await.len(), 2);
    let key = json!({ "name": "Key", "scopes": { "opportunity": { "read": "own" } } });
    let key = rep.post("/api-keys", key).await.ok();
    let program = app.nobody().with_key(key["secret"].as_str().unwrap());
    assert!(things(&program, "zanzibar", "").await.is_empty());
    let path = format!("/materials/{}", id(&playbook));
    app.admin.patch(&path, json!({ "published": false, "version": 1 })).await.ok();
    assert_eq!(things(&rep, "zanzibar", "").await, ["Note"]);
}
