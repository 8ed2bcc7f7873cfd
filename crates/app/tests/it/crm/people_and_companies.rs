//! Accounts, contacts and tasks: written by who may, versioned, undone, and never another organisation's.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use serde_json::{Value, json};

async fn account(who: &Person, name: &str, more: Value) -> Value {
    let mut body = json!({ "name": name });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = who.post("/accounts", body).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body
}

/// The field that is wrong, and what is wrong with it.
fn wrong(answer: &Answer) -> (u16, &Value, &Value) {
    let error = &answer.body["errors"][0];
    (answer.status, &error["field"], &error["code"])
}

fn path(resource: &str, record: &Value) -> String {
    format!("/{resource}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_account_is_edited_by_version_and_undone() {
    let app = TestApp::new().await;
    let made = account(&app.admin, "Isdom", json!({ "domain": "isdom.test" })).await;
    let edited = app.admin.patch(&path("accounts", &made), json!({ "version": 1, "name": "Isdom AG" })).await;
    let event = edited.event();
    assert_eq!(edited.ok()["version"], 2);
    let stale = app.admin.patch(&path("accounts", &made), json!({ "version": 1, "name": "Isdom SE" })).await;
    assert_eq!(
        (stale.status, &stale.body["code"], &stale.body["conflict"]["fields"]),
        (409, &json!("version_conflict"), &json!([{ "field": "name", "theirs": "Isdom AG", "yours": "Isdom SE" }])),
        "{:#}",
        stale.body
    );
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(app.admin.get(&path("accounts", &made)).await.ok()["name"], "Isdom");
}

#[tokio::test]
async fn accounts_make_no_ring_not_even_through_one_that_is_hidden() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let top = account(&rep, "Top", json!({})).await;
    let hidden = account(&other, "Hidden", json!({ "parent_id": top["id"] })).await;
    let bottom = account(&rep, "Bottom", json!({ "parent_id": hidden["id"] })).await;
    let under = |parent: &Value| json!({ "version": 1, "parent_id": parent["id"] });
    let ring = rep.patch(&path("accounts", &top), under(&top)).await;
    assert_eq!(wrong(&ring), (422, &json!("parent_id"), &json!("parent_cycle")));
    // Reps see no accounts but their own from here on.
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query(r#"update role set grants = grants || '{"account.read": "own"}' where builtin = 'sales_rep'"#)
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(rep.get(&path("accounts", &hidden)).await.problem(), "404 not_found");
    let ring = rep.patch(&path("accounts", &top), under(&bottom)).await;
    assert_eq!(wrong(&ring), (422, &json!("parent_id"), &json!("parent_cycle")));
}

#[tokio::test]
async fn what_is_another_organisations_does_not_exist() {
    let app = TestApp::new().await;
    let stranger = app.stranger().await;
    let made = account(&app.admin, "Isdom", json!({})).await;
    let contact = app.admin.post("/contacts", json!({ "last_name": "Roe", "account_id": made["id"] })).await.ok();
    let task = app.admin.post("/tasks", json!({ "title": "Call", "account_id": made["id"] })).await.ok();
    for (resource, record) in [("accounts", &made), ("contacts", &contact), ("tasks", &task)] {
        let path = path(resource, record);
        assert_eq!(stranger.get(&path).await.problem(), "404 not_found");
        assert_eq!(stranger.patch(&path, json!({ "version": 1 })).await.problem(), "404 not_found");
        assert_eq!(stranger.delete(&path).await.problem(), "404 not_found");
        assert_eq!(stranger.get(&format!("/{resource}")).await.ok()["items"], json!([]));
    }
    for body in [json!({ "name": "x", "parent_id": made["id"] }), json!({ "name": "x", "owner_id": app.admin.id })] {
        assert_eq!(stranger.post("/accounts", body).await.status, 422);
    }
    assert_eq!(
        stranger.post("/contacts", json!({ "last_name": "x", "account_id": made["id"] })).await.problem(),
        "422 invalid: account_id"
    );
}

#[tokio::test]
async fn a_rep_edits_their_own_and_a_reader_nothing() {
    let app = TestApp::new().await;
    let (rep, other, reader) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let made = account(&rep, "Isdom", json!({})).await;
    let change = json!({ "version": 1, "phone": "+49 30 1234" });
    for who in [&other, &reader] {
        assert_eq!(who.get(&path("accounts", &made)).await.status, 200);
        assert_eq!(who.patch(&path("accounts", &made), change.clone()).await.problem(), "403 forbidden");
    }
    assert_eq!(reader.post("/accounts", json!({ "name": "x" })).await.problem(), "403 forbidden");
    assert_eq!(rep.patch(&path("accounts", &made), change).await.status, 200);
}

#[tokio::test]
async fn a_task_is_done_reopened_by_undo_and_seen_by_its_assignee_alone() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let task = rep.post("/tasks", json!({ "title": "Call Isdom", "due_date": "2026-01-02" })).await.ok();
    assert_eq!(other.get(&path("tasks", &task)).await.problem(), "404 not_found");
    let done = rep.patch(&path("tasks", &task), json!({ "version": 1, "done": true })).await;
    let event = done.event();
    assert!(done.ok()["done_at"].is_string());
    assert_eq!(rep.get("/tasks?status=open").await.ok()["items"], json!([]));
    rep.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(rep.get(&path("tasks", &task)).await.ok()["done_at"], json!(null));
}

#[tokio::test]
async fn bad_input_names_the_field_and_changes_nothing() {
    let app = TestApp::new().await;
    let long = "x".repeat(5000);
    for (path, body, problem) in [
        ("/accounts", json!({ "name": "" }), "422 invalid: name"),
        ("/accounts", json!({ "name": long }), "422 invalid: name"),
        ("/accounts", json!({ "name": "a\u{0}b" }), "422 invalid: name"),
        ("/accounts", json!({ "name": "x", "employees": -1 }), "422 invalid: employees"),
        ("/accounts", json!({ "name": "x", "colour": "red" }), "422 invalid: colour"),
        ("/contacts", json!({}), "422 invalid: last_name"),
        ("/contacts", json!({ "last_name": "x", "email": "nobody" }), "422 invalid: email"),
        ("/tasks", json!({ "title": "x", "due_date": "tomorrow" }), "422 invalid: due_date"),
        ("/tasks", json!({ "title": " " }), "422 invalid: title"),
    ] {
        assert_eq!(app.admin.post(path, body.clone()).await.problem(), problem, "{path} {body}");
    }
    for list in ["/accounts", "/contacts", "/tasks"] {
        assert_eq!(app.admin.get(list).await.ok()["items"], json!([]));
    }
}

#[tokio::test]
async fn people_and_companies_are_found_by_telephone_in_any_format() {
    let app = TestApp::new().await;
    account(&app.admin, "Isdom", json!({ "phone": "+49 (0)30 901820-0" })).await;
    for (name, phone) in [("Roe", "+49 (0)171 55 44-332"), ("Doe", "0171/5544 999"), ("Poe", "(415) 555-0100")] {
        app.admin.post("/contacts", json!({ "last_name": name, "phone": phone })).await.ok();
    }
    let found = async |who: &Person, q: &str| {
        let q = q.replace('+', "%2B");
        let hits = who.get(&format!("/search?q={q}")).await.ok();
        hits["items"].as_array().unwrap().iter().map(|h| h["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (q, name) in [
        ("+49 171 5544332", "Roe"),
        ("0171 5544332", "Roe"),
        ("00491715544332", "Roe"),
        ("0171-55-44-332", "Roe"),
        ("+49 (0)171/5544332", "Roe"),
        ("44332", "Roe"),
        ("+49 171 5544999", "Doe"),
        ("01715544999", "Doe"),
        ("+1 415 555 0100", "Poe"),
        ("415.555.0100", "Poe"),
        ("5550100", "Poe"),
        ("030 9018200", "Isdom"),
        ("+4930901820", "Isdom"),
    ] {
        assert_eq!(found(&app.admin, q).await, [name], "{q}");
    }
    assert_eq!(found(&app.admin, "0171 5544").await.len(), 2);
    assert_eq!(found(&app.admin, "99999").await, Vec::<String>::new());
    assert_eq!(found(&app.stranger().await, "5550100").await, Vec::<String>::new());
    let list = app.admin.get("/contacts?q=0171 5544332").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    // A part of a name, of each kind of record.
    for (list, part) in [("accounts", "sdo"), ("contacts", "oe")] {
        let named = app.admin.get(&format!("/{list}?name.contains={part}&count=true")).await.ok();
        assert!(named["total"].as_i64().unwrap() >= 1, "{list}");
    }
    // Not by a number that a role hides.
    let reader = app.user(Builtin::ReadOnly).await;
    super::hide(&app, "Read-only", json!({ "contact": { "phone": "hidden" }, "account": { "phone": "hidden" } })).await;
    for q in ["5550100", "030 9018200"] {
        assert_eq!(found(&reader, q).await, Vec::<String>::new());
    }
    assert_eq!(found(&reader, "Isdom").await, ["Isdom"]);
}
