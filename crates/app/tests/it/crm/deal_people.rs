//! Who has a say in a deal, and who else is after it.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn path(opportunity: &Value) -> String {
    format!("/opportunities/{}", opportunity["id"].as_str().unwrap())
}

async fn put(person: &Person, path: &str, body: Value) -> Answer {
    person.send(person.request(Method::PUT, path).json(&body)).await
}

async fn contact(person: &Person, name: &str) -> String {
    let made = person.post("/contacts", json!({ "last_name": name })).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

fn names(answer: &Value, of: &str) -> Vec<String> {
    let name = |item: &Value| item[of].as_str().or_else(|| item[of]["name"].as_str()).unwrap_or("(hidden)").to_owned();
    answer["items"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn contacts_have_a_role_and_one_of_them_is_the_primary_one() {
    let app = TestApp::new().await;
    let (ann, bob) = (contact(&app.admin, "Ann").await, contact(&app.admin, "Bob").await);
    let (decides, user) =
        (app.admin.choice("contact_role", "Decision maker").await, app.admin.choice("contact_role", "User").await);
    let deal = app.admin.opportunity("Deal", json!({ "primary_contact_id": bob })).await;
    let contacts = format!("{}/contacts", path(&deal));
    // The primary contact is there without a role.
    assert_eq!(names(&app.admin.get(&contacts).await.ok(), "contact"), ["Bob"]);

    let added =
        put(&app.admin, &format!("{contacts}/{ann}"), json!({ "role_id": decides, "note": " Signs ", "version": 1 }))
            .await;
    let event = added.event();
    assert_eq!(added.headers["etag"], "\"2\"");
    assert_eq!(names(&added.body, "contact"), ["Bob", "Ann"]);
    assert_eq!(
        (&added.body["items"][1]["note"], &added.body["items"][1]["role_id"]),
        (&json!("Signs"), &json!(decides))
    );
    let timeline = app.admin.get(&format!("{}/timeline", path(&deal))).await.ok();
    let entry = &timeline["items"][0];
    assert_eq!((&entry["type"], &entry["undoable"]), (&json!("opportunity.contact_added"), &json!(true)));
    assert_eq!(entry["changes"][0]["new_label"], "Ann, Decision maker: Signs");

    // Another primary contact: the one before stays on the deal.
    let ann_first =
        put(&app.admin, &format!("{contacts}/{ann}"), json!({ "role_id": user, "primary": true, "version": 2 }))
            .await
            .ok();
    assert_eq!(names(&ann_first, "contact"), ["Ann", "Bob"]);
    assert_eq!(app.admin.get(&path(&deal)).await.body["primary_contact"]["name"], "Ann");
    // The role has changed since it was added: there is nothing to take back.
    let late = app.admin.post("/undo", json!({ "event_id": event })).await;
    assert_eq!(late.problem(), "409 nothing_to_undo");
    let gone = app.admin.delete(&format!("{contacts}/{bob}")).await;
    assert_eq!(names(&gone.body, "contact"), ["Ann"]);
    app.admin.post("/undo", json!({ "event_id": gone.event() })).await.ok();
    assert_eq!(names(&app.admin.get(&contacts).await.ok(), "contact"), ["Ann", "Bob"]);

    // Found by anybody with a part in it, the primary contact too.
    let other = app.admin.opportunity("Other", json!({ "primary_contact_id": bob })).await;
    let found = app.admin.get(&format!("/opportunities?contact_id={bob}&sort=name&count=true")).await;
    assert_eq!((found.names(), &found.body["total"]), (vec!["Deal".to_owned(), "Other".into()], &json!(2)));
    let not = app
        .admin
        .post("/opportunities/query", json!({ "filter": { "field": "contact_id", "op": "ne", "value": ann } }))
        .await;
    assert_eq!(not.names(), ["Other"]);

    // A stage that asks for a primary contact keeps it.
    let stage = app.admin.get("/pipelines").await.ok()["items"][0]["stages"][0].clone();
    let asks = json!({ "required_fields": ["primary_contact_id"], "version": stage["version"] });
    app.admin.patch(&format!("/stages/{}", stage["id"].as_str().unwrap()), asks).await.ok();
    let refused = app.admin.delete(&format!("{}/contacts/{bob}", path(&other))).await;
    assert_eq!(refused.problem(), "422 gate_not_cleared: primary_contact_id");

    // A role that is no longer there: whoever had it has the one that takes its place.
    let replaced = app.admin.delete(&format!("/options/{user}?replacement_id={decides}")).await;
    assert_eq!(replaced.status, 204, "{}", replaced.body);
    assert_eq!(app.admin.get(&contacts).await.ok()["items"][0]["role_id"], json!(decides));
}

#[tokio::test]
async fn who_may_not_see_a_contact_does_not_learn_its_name() {
    let app = TestApp::new().await;
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Sales Rep").unwrap();
    let grants = json!({ "grants": { "contact": { "read": "own" } }, "version": role["version"] });
    app.admin.patch(&format!("/roles/{}", role["id"].as_str().unwrap()), grants).await.ok();
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let mine = contact(&rep, "Mine").await;
    let theirs = contact(&other, "Theirs").await;
    let deal = rep.opportunity("Deal", json!({})).await;
    let contacts = format!("{}/contacts", path(&deal));
    let at = |version: i64| json!({ "version": version });
    assert_eq!(put(&rep, &format!("{contacts}/{theirs}"), at(1)).await.problem(), "422 invalid: contact_id");
    put(&app.admin, &format!("{contacts}/{theirs}"), at(1)).await.ok();
    put(&rep, &format!("{contacts}/{mine}"), at(2)).await.ok();
    assert_eq!(names(&rep.get(&contacts).await.ok(), "contact"), ["Mine", "(hidden)"]);
    let timeline = rep.get(&format!("{}/timeline", path(&deal))).await.ok();
    assert_eq!(timeline["items"][1]["changes"][0]["new_label"], "a contact you may not see, no role");
    assert!(!timeline.to_string().contains("Theirs"));

    // A stale write, malformed and enormous ones, somebody else, another organisation.
    assert_eq!(put(&rep, &format!("{contacts}/{mine}"), at(1)).await.problem(), "409 version_conflict");
    let long = json!({ "note": "x".repeat(2_001), "version": 3 });
    assert_eq!(put(&rep, &format!("{contacts}/{mine}"), long).await.problem(), "422 invalid: note");
    let wrong = json!({ "role_id": app.admin.choice("region", "West").await, "version": 3 });
    assert_eq!(put(&rep, &format!("{contacts}/{mine}"), wrong).await.problem(), "422 invalid: role_id");
    assert_eq!(put(&rep, &format!("{contacts}/{mine}"), json!({ "role": 1 })).await.status, 422);
    assert_eq!(put(&rep, &format!("{contacts}/none"), at(3)).await.status, 404);
    let stranger = app.stranger().await;
    for who in [&other, &stranger] {
        assert_eq!(who.get(&contacts).await.problem(), "404 not_found");
        assert_eq!(put(who, &format!("{contacts}/{theirs}"), at(3)).await.problem(), "404 not_found");
        assert_eq!(who.get(&format!("/opportunities?contact_id={theirs}")).await.names(), Vec::<String>::new());
    }
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(put(&reader, &format!("{contacts}/{mine}"), at(3)).await.problem(), "403 forbidden");
    // A role that hides who is on a deal hides it in the list, the filter and the history.
    super::hide(&app, "Read-only", json!({ "opportunity": { "contacts": "hidden", "competitors": "hidden" } })).await;
    assert_eq!(reader.get(&contacts).await.problem(), "403 field_not_permitted: contacts");
    let filtered = reader.get(&format!("/opportunities?contact_id={mine}")).await;
    assert_eq!(filtered.problem(), "403 field_not_permitted: contact_id");
    let timeline = reader.get(&format!("{}/timeline", path(&deal))).await.ok();
    assert_eq!(timeline["items"][0]["changes"], json!([]));
}

#[tokio::test]
async fn competitors_stand_in_a_deal_until_it_is_lost_to_one() {
    let app = TestApp::new().await;
    let rival = |name: &'static str| app.admin.post("/options", json!({ "kind": "competitor", "name": name }));
    let (acme, zenith) = (rival("Acme").await.ok(), rival("Zenith").await.ok());
    let id = |option: &Value| option["id"].as_str().unwrap().to_owned();
    let (acme, zenith) = (id(&acme), id(&zenith));
    let deal = app.admin.opportunity("Deal", json!({})).await;
    let competitors = format!("{}/competitors", path(&deal));
    let added =
        put(&app.admin, &format!("{competitors}/{zenith}"), json!({ "standing": "ahead", "note": "Cheaper" })).await;
    assert_eq!(
        (names(&added.body, "name"), &added.body["items"][0]["standing"]),
        (vec!["Zenith".to_owned()], &json!("ahead"))
    );
    let changed = put(&app.admin, &format!("{competitors}/{zenith}"), json!({ "standing": "out" })).await;
    let timeline = app.admin.get(&format!("{}/timeline", path(&deal))).await.ok();
    let change = &timeline["items"][0]["changes"][0];
    assert_eq!((&change["old_label"], &change["new_label"]), (&json!("Zenith, ahead: Cheaper"), &json!("Zenith, out")));
    app.admin.post("/undo", json!({ "event_id": changed.event() })).await.ok();
    assert_eq!(app.admin.get(&competitors).await.ok()["items"][0]["note"], "Cheaper");

    let lost = json!({ "stage_id": app.admin.stage("Lost").await, "version": 4, "lost_reason_id": app.admin.choice("loss_reason", "Price").await,
                       "lost_to_id": acme, "lost_notes": "Half our price" });
    let moved = app.admin.post(&format!("{}/move", path(&deal)), lost).await.ok();
    assert_eq!(moved["opportunity"]["lost_to_id"], json!(acme));
    let all = app.admin.get(&competitors).await.ok();
    assert_eq!(
        (names(&all, "name"), &all["items"][0]["lost_to"]),
        (vec!["Acme".to_owned(), "Zenith".into()], &json!(true))
    );
    for (query, found) in [("competitor_id", &acme), ("competitor_id", &zenith), ("lost_to_id", &acme)] {
        assert_eq!(app.admin.get(&format!("/opportunities?{query}={found}")).await.names(), ["Deal"], "{query}");
    }
    // Two values become one: on the deal that had both, there is one left.
    let merged = app.admin.delete(&format!("/options/{zenith}?replacement_id={acme}")).await;
    assert_eq!(merged.status, 204, "{}", merged.body);
    assert_eq!(names(&app.admin.get(&competitors).await.ok(), "name"), ["Acme"]);

    let region = app.admin.choice("region", "West").await;
    let wrong = put(&app.admin, &format!("{competitors}/{region}"), json!({})).await;
    assert_eq!(wrong.problem(), "422 invalid: competitor_id");
    let stale = put(&app.admin, &format!("{competitors}/{acme}"), json!({ "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(put(&app.admin, &format!("{competitors}/{acme}"), json!({ "standing": "winning" })).await.status, 422);
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(reader.delete(&format!("{competitors}/{acme}")).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.get(&competitors).await.problem(), "404 not_found");
}
