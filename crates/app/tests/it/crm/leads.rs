//! Leads: captured, listed, edited by who may, versioned, undone, shared, and never another organisation's.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

pub async fn lead(who: &Person, more: Value) -> Value {
    let mut body =
        json!({ "first_name": "Nadia", "last_name": "Petrov", "company": "Isdom", "allow_duplicates": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = who.post("/leads", body).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body
}

pub fn at(lead: &Value) -> String {
    format!("/leads/{}", lead["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_lead_is_edited_by_version_and_undone() {
    let app = TestApp::new().await;
    let made = lead(&app.admin, json!({ "email": " Nadia@Isdom.test " })).await;
    assert_eq!((&made["name"], &made["email"]), (&json!("Nadia Petrov"), &json!("nadia@isdom.test")));
    assert_eq!((&made["status_category"], &made["status"]["name"]), (&json!("new"), &json!("New")));
    let working = app.admin.choice("lead_status", "Working").await;
    let edited = app.admin.patch(&at(&made), json!({ "version": 1, "status_id": working, "rating": "hot" })).await;
    let event = edited.event();
    assert_eq!(edited.ok()["status_category"], "working");
    let stale = app.admin.patch(&at(&made), json!({ "version": 1, "rating": "cold" })).await;
    assert_eq!(stale.body["conflict"]["fields"], json!([{ "field": "rating", "theirs": "hot", "yours": "cold" }]));
    assert_eq!(stale.problem(), "409 version_conflict");
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    let back = app.admin.get(&at(&made)).await.ok();
    assert_eq!((&back["status_category"], &back["rating"]), (&json!("new"), &json!(null)));
    let timeline = app.admin.get(&format!("{}/timeline", at(&made))).await.ok();
    let kinds: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].clone()).collect();
    assert_eq!(kinds, ["lead.undone", "lead.updated", "lead.created"]);
}

#[tokio::test]
async fn a_lead_goes_to_the_bin_and_comes_back() {
    let app = TestApp::new().await;
    let made = lead(&app.admin, json!({})).await;
    let gone = app.admin.delete(&at(&made)).await;
    let event = gone.event();
    assert_eq!(gone.status, 204);
    assert_eq!(app.admin.get(&at(&made)).await.problem(), "404 not_found");
    app.admin.post(&format!("{}/restore", at(&made)), json!({})).await.ok();
    assert_eq!(app.admin.post("/undo", json!({ "event_id": event })).await.problem(), "409 nothing_to_undo");
    assert_eq!(app.admin.get(&at(&made)).await.ok()["version"], 3);
}

#[tokio::test]
async fn a_rep_edits_their_own_shares_it_and_a_reader_changes_nothing() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let reader = app.user(Builtin::ReadOnly).await;
    let made = lead(&rep, json!({})).await;
    let change = json!({ "version": 1, "phone": "+49 30 1234" });
    for who in [&other, &reader] {
        assert_eq!(who.get(&at(&made)).await.status, 200);
        assert_eq!(who.patch(&at(&made), change.clone()).await.problem(), "403 forbidden");
        assert_eq!(who.delete(&at(&made)).await.problem(), "403 forbidden");
    }
    assert_eq!(reader.post("/leads", json!({ "last_name": "x" })).await.problem(), "403 forbidden");
    assert_eq!(
        rep.post("/leads", json!({ "last_name": "x", "owner_id": other.id })).await.problem(),
        "403 owner_out_of_scope: owner_id"
    );
    let share = json!({ "user_id": other.id, "level": "edit" });
    rep.post(&format!("{}/shares", at(&made)), share).await.ok();
    assert_eq!(other.patch(&at(&made), change).await.ok()["phone"], "+49 30 1234");
    let took = other.patch(&at(&made), json!({ "version": 2, "owner_id": other.id })).await;
    assert_eq!(took.problem(), "403 owner_out_of_scope: owner_id");
}

#[tokio::test]
async fn a_role_that_sees_its_own_sees_no_other_lead_and_no_hidden_field() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let mut db = app.db.database.maintenance().await.unwrap();
    let role = r#"update role set grants = grants || '{"lead.read": "own"}', fields = '{"lead": {"email": "hidden"}}'
                  where builtin = 'sales_rep'"#;
    sqlx::query(role).execute(&mut db).await.unwrap();
    let theirs = lead(&app.admin, json!({ "owner_id": other.id, "email": "nadia@isdom.test" })).await;
    let mine = lead(&app.admin, json!({ "owner_id": rep.id, "email": "nadia@isdom.test" })).await;
    assert_eq!(rep.get(&at(&theirs)).await.problem(), "404 not_found");
    assert_eq!(rep.get(&format!("{}/timeline", at(&theirs))).await.problem(), "404 not_found");
    assert_eq!(rep.get("/leads?q=petrov").await.names().len(), 1);
    let seen = rep.get(&at(&mine)).await.ok();
    assert_eq!((&seen["email"], &seen["hidden_fields"]), (&json!(null), &json!(["email"])));
    assert_eq!(rep.get("/leads?email=nadia@isdom.test").await.problem(), "403 field_not_permitted: email");
    assert_eq!(rep.get("/leads?q=nadia@isdom.test").await.names(), Vec::<String>::new());
    let event = rep.patch(&at(&mine), json!({ "version": 1, "email": "x@isdom.test" })).await;
    assert_eq!(event.problem(), "403 field_not_permitted: email");
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    let app = TestApp::new().await;
    for (last, company, rating) in [("Abel", "Zeta", "hot"), ("Berg", "Alpha", "cold"), ("Cole", "Midway", "hot")] {
        lead(&app.admin, json!({ "last_name": last, "company": company, "rating": rating })).await;
    }
    let names = |path: &str| {
        let path = path.to_owned();
        let admin = app.admin.clone();
        async move { admin.get(&path).await.names() }
    };
    assert_eq!(names("/leads?sort=company").await, ["Nadia Berg", "Nadia Cole", "Nadia Abel"]);
    assert_eq!(names("/leads?rating=hot&sort=name").await, ["Nadia Abel", "Nadia Cole"]);
    assert_eq!(names("/leads?q=midway").await, ["Nadia Cole"]);
    assert_eq!(names("/leads?status_id=New&sort=name").await.len(), 3);
    assert_eq!(names("/leads?status_id=Working").await.len(), 0);
    assert_eq!(names("/leads?converted_at.is_null=true").await.len(), 3);
    let first = app.admin.get("/leads?sort=name&limit=2&count=true").await.ok();
    assert_eq!(first["total"], 3);
    let next = format!("/leads?sort=name&limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(names(&next).await, ["Nadia Cole"]);
}

#[tokio::test]
async fn bad_input_names_the_field_and_changes_nothing() {
    let app = TestApp::new().await;
    let converted = app.admin.choice("lead_status", "Converted").await;
    let region = app.admin.choice("region", "West").await;
    let nil = "00000000-0000-7000-8000-000000000000";
    for (body, problem) in [
        (json!({}), "422 invalid: last_name"),
        (json!({ "last_name": "x", "email": "nadia" }), "422 invalid: email"),
        (json!({ "last_name": "x", "website": "javascript:alert(1)" }), "422 invalid: website"),
        (json!({ "last_name": "x".repeat(5000) }), "422 invalid: last_name"),
        (json!({ "company": "x\u{0}" }), "422 invalid: company"),
        (json!({ "last_name": "x", "rating": "boiling" }), "422 invalid: rating"),
        (json!({ "last_name": "x", "source_id": nil }), "422 invalid: source_id"),
        (json!({ "last_name": "x", "source_id": region }), "422 invalid: source_id"),
        (json!({ "last_name": "x", "status_id": converted }), "422 invalid: status_id"),
        (json!({ "last_name": "x", "owner_id": nil }), "422 invalid: owner_id"),
        (json!({ "last_name": "x", "nmae": "y" }), "422 invalid: nmae"),
        (json!({ "last_name": "x", "custom": { "nothing": 1 } }), "422 invalid: custom.nothing"),
    ] {
        assert_eq!(app.admin.post("/leads", body.clone()).await.problem(), problem, "{body}");
    }
    let enormous = json!({ "last_name": "x", "description": "x".repeat(2_000_000) });
    assert_eq!(app.admin.post("/leads", enormous).await.status, 413);
    assert_eq!(app.admin.get("/leads").await.names().len(), 0);
}

#[tokio::test]
async fn what_is_another_organisations_does_not_exist() {
    let app = TestApp::new().await;
    let stranger = app.stranger().await;
    let made = lead(&app.admin, json!({})).await;
    assert_eq!(stranger.get(&at(&made)).await.problem(), "404 not_found");
    assert_eq!(stranger.patch(&at(&made), json!({ "version": 1 })).await.problem(), "404 not_found");
    assert_eq!(stranger.delete(&at(&made)).await.problem(), "404 not_found");
    let convert = json!({ "version": 1, "contact": {} });
    assert_eq!(stranger.post(&format!("{}/convert", at(&made)), convert).await.problem(), "404 not_found");
    let preview = stranger.post(&format!("{}/conversion-preview", at(&made)), json!({})).await;
    assert_eq!(preview.problem(), "404 not_found");
    assert_eq!(stranger.get("/leads").await.ok()["items"], json!([]));
    let task = json!({ "title": "Call", "lead_id": made["id"] });
    assert_eq!(stranger.post("/tasks", task).await.problem(), "422 invalid: lead_id");
}

#[tokio::test]
async fn custom_fields_and_rules_hold_for_leads() {
    let app = TestApp::new().await;
    let field = json!({ "object": "lead", "label": "Budget", "kind": "number" });
    app.admin.post("/custom-fields", field).await.ok();
    let rule = json!({ "object": "lead", "name": "Reachable", "expression": "email != null || phone != null",
        "field": "email", "message": "How do we reach them?" });
    app.admin.post("/rules", rule).await.ok();
    let refused = app.admin.post("/leads", json!({ "last_name": "x" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["message"]), (422, &json!("How do we reach them?")));
    let made = lead(&app.admin, json!({ "phone": "1", "custom": { "budget": 5 } })).await;
    assert_eq!(made["custom"]["budget"], 5);
    assert_eq!(app.admin.get("/leads?custom.budget.gte=5").await.names().len(), 1);
}

#[tokio::test]
async fn a_status_is_replaced_and_a_leaver_hands_leads_over() {
    let app = TestApp::new().await;
    let (leaver, heir) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let made = lead(&app.admin, json!({ "owner_id": leaver.id })).await;
    let (new, working) =
        (app.admin.choice("lead_status", "New").await, app.admin.choice("lead_status", "Working").await);
    assert_eq!(app.admin.delete(&format!("/options/{new}")).await.problem(), "409 in_use: replacement_id");
    assert_eq!(app.admin.delete(&format!("/options/{new}?replacement_id={working}")).await.status, 204);
    assert_eq!(app.admin.get(&at(&made)).await.ok()["status_category"], "working");
    let held = app.admin.get(&format!("/users/{}/holdings", leaver.id)).await.ok();
    assert_eq!(held["all"]["leads"].as_i64().or(held["leads"].as_i64()), Some(1), "{held}");
    let hand = json!({ "to_id": heir.id });
    app.admin.post(&format!("/users/{}/handover", leaver.id), hand).await.ok();
    assert_eq!(app.admin.get(&at(&made)).await.ok()["owner_id"], json!(heir.id));
}
