//! People at accounts over time: several at once, changes of jobs, and what stays of them.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

async fn account(who: &Person, name: &str) -> Value {
    who.post("/accounts", json!({ "name": name, "allow_duplicates": true })).await.ok()
}

fn path(kind: &str, record: &Value) -> String {
    format!("/{kind}/{}", record["id"].as_str().unwrap())
}

/// `Acme, CFO, 2020-01-01 to now, primary` of each.
fn told(list: &Value, of: &str) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or("?").to_owned();
    let end = |v: &Value| v.as_str().unwrap_or("now").to_owned();
    let one = |a: &Value| {
        let primary = if a["primary"] == true { ", primary" } else { "" };
        let (name, title) = (text(&a[of]["name"]), text(&a["title"]));
        format!("{name}, {title}, {} to {}{primary}", text(&a["started_on"]), end(&a["ended_on"]))
    };
    list["items"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn a_contact_changes_jobs_and_the_old_account_remembers() {
    let app = TestApp::new().await;
    let (acme, zenith) = (account(&app.admin, "Acme").await, account(&app.admin, "Zenith").await);
    let ann = json!({ "first_name": "Ann", "last_name": "Lee", "title": "CFO", "account_id": acme["id"] });
    let ann = app.admin.post("/contacts", ann).await.ok();
    let (contact, accounts) = (path("contacts", &ann), format!("{}/accounts", path("contacts", &ann)));
    let list = async || told(&app.admin.get(&accounts).await.ok(), "account");
    let people = async |account: &Value, state: &str| {
        told(&app.admin.get(&format!("{}/people?state={state}", path("accounts", account))).await.ok(), "contact")
    };
    assert_eq!(list().await, ["Acme, CFO, ? to now, primary"]);
    let logged = json!({ "kind": "call", "subject": "Budget", "contact_id": ann["id"], "account_id": acme["id"] });
    app.admin.post("/activities", logged).await.ok();

    let asked = json!({ "account_id": zenith["id"], "title": "CEO", "on": "2025-03-01", "version": 1 });
    let moved = app.admin.post(&format!("{contact}/move"), asked).await;
    assert_eq!((&moved.body["account"]["name"], &moved.body["title"]), (&json!("Zenith"), &json!("CEO")));
    assert_eq!(list().await, ["Zenith, CEO, 2025-03-01 to now, primary", "Acme, CFO, ? to 2025-03-01"]);
    assert_eq!(people(&acme, "current").await, Vec::<String>::new());
    assert_eq!(people(&acme, "former").await, ["Ann Lee, CFO, ? to 2025-03-01"]);
    assert_eq!(people(&zenith, "current").await, ["Ann Lee, CEO, 2025-03-01 to now, primary"]);
    let former = app.admin.get(&format!("{}/people?state=former", path("accounts", &acme))).await.ok();
    assert_eq!(former["items"][0]["now_at"]["name"], "Zenith");
    // Lists go on by the contact's own account; the old one's timeline keeps what happened then, and that they left.
    let of = |account: &Value| format!("/contacts?account_id={}", account["id"].as_str().unwrap());
    assert_eq!(app.admin.get(&of(&acme)).await.names(), Vec::<String>::new());
    let timeline = app.admin.get(&format!("{}/timeline", path("accounts", &acme))).await.ok();
    let types: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["contact.left", "activity.logged", "contact.created"]);

    app.admin.post("/undo", json!({ "event_id": moved.event() })).await.ok();
    assert_eq!(list().await, ["Acme, CFO, ? to now, primary"]);
    assert_eq!(people(&acme, "former").await, Vec::<String>::new());

    // One more account; it becomes the own one, and nothing ends.
    let board =
        json!({ "account_id": zenith["id"], "title": "Board member", "started_on": "2024-05-01", "version": 3 });
    let board = app.admin.post(&accounts, board).await;
    assert_eq!((board.status, &board.headers["etag"]), (201, &"\"4\"".parse().unwrap()));
    assert_eq!(list().await, ["Acme, CFO, ? to now, primary", "Zenith, Board member, 2024-05-01 to now"]);
    assert_eq!(people(&zenith, "current").await, ["Ann Lee, Board member, 2024-05-01 to now"]);
    let own = app.admin.patch(&contact, json!({ "account_id": zenith["id"], "title": "Chair", "version": 4 })).await;
    assert_eq!(list().await, ["Zenith, Chair, 2024-05-01 to now, primary", "Acme, CFO, ? to now"]);
    app.admin.post("/undo", json!({ "event_id": own.event() })).await.ok();
    assert_eq!(list().await[0], "Acme, CFO, ? to now, primary");
    let timeline = app.admin.get(&format!("{contact}/timeline")).await.ok();
    let added =
        timeline["items"].as_array().unwrap().iter().find(|e| e["type"] == "contact.affiliation_added").unwrap();
    assert_eq!(
        (&added["undoable"], &added["changes"][0]["new_label"]),
        (&json!(true), &json!("Zenith, Board member, from 2024-05-01"))
    );

    // It ends, and that is taken back; the own one is changed by the contact alone.
    let row = |list: &Value, name: &str| {
        let items = list["items"].as_array().unwrap().clone();
        let found = items.into_iter().find(|a| a["account"]["name"] == name).unwrap();
        format!("{accounts}/{}", found["id"].as_str().unwrap())
    };
    let all = app.admin.get(&accounts).await.ok();
    let (secondary, primary) = (row(&all, "Zenith"), row(&all, "Acme"));
    let ended = app.admin.patch(&secondary, json!({ "ended_on": "2025-06-30", "version": 6 })).await;
    assert_eq!(list().await[1], "Zenith, Chair, 2024-05-01 to 2025-06-30");
    app.admin.post("/undo", json!({ "event_id": ended.event() })).await.ok();
    let removed = app.admin.delete(&secondary).await;
    assert_eq!(list().await.len(), 1);
    app.admin.post("/undo", json!({ "event_id": removed.event() })).await.ok();
    assert_eq!(list().await.len(), 2);
    let late = app.admin.post("/undo", json!({ "event_id": ended.event() })).await;
    assert_eq!(late.problem(), "409 already_undone");
    for body in [json!({ "ended_on": "2025-06-30" }), json!({ "title": "x" })] {
        assert!(app.admin.patch(&primary, body).await.problem().starts_with("422 invalid: "));
    }
    assert_eq!(app.admin.delete(&primary).await.problem(), "422 primary_account");
    app.admin.patch(&primary, json!({ "started_on": "2019-01-01" })).await.ok();
    assert_eq!(list().await[0], "Acme, CFO, 2019-01-01 to now, primary");

    // A mistake that is mended on the same day leaves nothing behind.
    let wrong = account(&app.admin, "Wrong").await;
    let bob = app.admin.post("/contacts", json!({ "last_name": "Bob", "account_id": wrong["id"] })).await.ok();
    app.admin.patch(&path("contacts", &bob), json!({ "account_id": acme["id"], "version": 1 })).await.ok();
    let bobs = app.admin.get(&format!("{}/accounts", path("contacts", &bob))).await.ok();
    assert_eq!(told(&bobs, "account").len(), 1);
    let stays = json!({ "account_id": zenith["id"], "keep": true, "version": 2 });
    app.admin.post(&format!("{}/move", path("contacts", &bob)), stays).await.ok();
    let bobs = app.admin.get(&format!("{}/accounts", path("contacts", &bob))).await.ok();
    assert_eq!(bobs["items"].as_array().unwrap().iter().filter(|a| a["ended_on"].is_null()).count(), 2);
}

#[tokio::test]
async fn an_affiliation_is_seen_by_who_sees_both_and_merges_move_it() {
    let app = TestApp::new().await;
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Sales Rep").unwrap();
    let own = json!({ "read": "own" });
    let grants = json!({ "grants": { "contact": own, "account": own }, "version": role["version"] });
    app.admin.patch(&format!("/roles/{}", role["id"].as_str().unwrap()), grants).await.ok();
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let (mine, theirs) = (account(&rep, "Mine").await, account(&other, "Theirs").await);
    let ann = rep.post("/contacts", json!({ "last_name": "Ann", "account_id": mine["id"] })).await.ok();
    let accounts = format!("{}/accounts", path("contacts", &ann));
    assert_eq!(rep.post(&accounts, json!({ "account_id": theirs["id"] })).await.problem(), "422 invalid: account_id");
    app.admin.post(&accounts, json!({ "account_id": theirs["id"], "title": "Adviser" })).await.ok();
    assert_eq!(told(&rep.get(&accounts).await.ok(), "account").len(), 1);
    assert_eq!(told(&app.admin.get(&accounts).await.ok(), "account").len(), 2);
    let timeline = rep.get(&format!("{}/timeline", path("contacts", &ann))).await.ok();
    assert!(!timeline.to_string().contains("Theirs"), "{timeline}");
    let people = other.get(&format!("{}/people", path("accounts", &theirs))).await.ok();
    assert_eq!(people["items"], json!([]));

    // Malformed, enormous, stale, somebody else, another organisation.
    let add = |body: Value| app.admin.post(&accounts, body);
    let zenith = account(&app.admin, "Zenith").await;
    for (more, problem) in [
        (json!({ "title": "x".repeat(201) }), "422 invalid: title"),
        (json!({ "started_on": "2025-02-01", "ended_on": "2025-01-01" }), "422 invalid: ended_on"),
        (json!({ "ended_on": "2199-01-01" }), "422 invalid: ended_on"),
        (json!({ "started_on": "1066-10-14" }), "422 invalid: started_on"),
        (json!({ "version": 1 }), "409 version_conflict"),
    ] {
        let mut body = json!({ "account_id": zenith["id"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(add(body).await.problem(), problem, "{more}");
    }
    assert_eq!(add(json!({ "account_id": mine["id"] })).await.problem(), "409 affiliation_exists: account_id");
    assert_eq!(add(json!({ "account": 1 })).await.status, 422);
    let moves = format!("{}/move", path("contacts", &ann));
    assert_eq!(app.admin.post(&moves, json!({ "account_id": mine["id"] })).await.problem(), "422 invalid: account_id");
    assert_eq!(app.admin.post(&moves, json!({ "on": "2199-01-01" })).await.problem(), "422 invalid: on");
    let people = format!("{}/people", path("accounts", &mine));
    assert_eq!(app.admin.get(&format!("{people}?limit=0")).await.status, 400);
    assert_eq!(app.admin.get(&format!("{people}?cursor=x")).await.problem(), "400 invalid_cursor: cursor");
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(reader.post(&accounts, json!({ "account_id": mine["id"] })).await.problem(), "403 forbidden");
    for who in [&other, &app.stranger().await] {
        assert_eq!(who.get(&accounts).await.problem(), "404 not_found");
        assert_eq!(who.post(&moves, json!({ "account_id": zenith["id"] })).await.problem(), "404 not_found");
    }

    // Two accounts become one, and two again; so do contacts.
    let merge = json!({ "object": "account", "winner_id": zenith["id"], "loser_id": theirs["id"], "winner_version": 1, "loser_version": 1 });
    let merged = app.admin.post("/merges", merge).await;
    let names = async |of: &str| {
        let mut names = told(&app.admin.get(of).await.ok(), "account");
        names.sort();
        names
    };
    assert_eq!(names(&accounts).await, ["Mine, ?, ? to now, primary", "Zenith, Adviser, ? to now"]);
    app.admin.post("/undo", json!({ "event_id": merged.event() })).await.ok();
    assert_eq!(names(&accounts).await, ["Mine, ?, ? to now, primary", "Theirs, Adviser, ? to now"]);
    let twin = app
        .admin
        .post("/contacts", json!({ "last_name": "Twin", "account_id": zenith["id"], "allow_duplicates": true }))
        .await
        .ok();
    let version = app.admin.get(&path("contacts", &ann)).await.ok()["version"].clone();
    let merge = json!({ "object": "contact", "winner_id": twin["id"], "loser_id": ann["id"], "winner_version": 1, "loser_version": version });
    let merged = app.admin.post("/merges", merge).await;
    let twins = format!("{}/accounts", path("contacts", &twin));
    assert_eq!(names(&twins).await, ["Mine, ?, ? to now", "Theirs, Adviser, ? to now", "Zenith, ?, ? to now, primary"]);
    app.admin.post("/undo", json!({ "event_id": merged.event() })).await.ok();
    assert_eq!((names(&twins).await.len(), names(&accounts).await.len()), (1, 2));
}
