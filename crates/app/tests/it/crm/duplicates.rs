//! Duplicates: found before they are written, explained, and told to nobody who may not see them.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

pub async fn only_own(app: &TestApp, object: &str) {
    let mut db = app.db.database.maintenance().await.unwrap();
    let grants = format!(r#"{{"{object}.read": "own"}}"#);
    sqlx::query("update role set grants = grants || $1::jsonb where builtin = 'sales_rep'")
        .bind(grants)
        .execute(&mut db)
        .await
        .unwrap();
}

fn named(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_who_is_there_is_found_warned_of_and_added_when_insisted() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let acme = who.post("/accounts", json!({ "name": "Acme GmbH", "domain": "acme.test" })).await.ok();
    let bob = json!({ "first_name": "Robert", "last_name": "Meyer", "email": "r.meyer@acme.test", "phone": "+49 30 1234567", "account_id": acme["id"] });
    let bob = who.post("/contacts", bob).await.ok();
    // A nickname, another spelling, the same address: found while typing, by each alone or together.
    for typed in [
        json!({ "object": "contact", "first_name": "Bob", "last_name": "Maier", "phone": "030 / 123 45 67" }),
        json!({ "object": "contact", "first_name": "Meyer", "last_name": "Robert" }),
        json!({ "object": "contact", "email": "R.Meyer+crm@ACME.test" }),
    ] {
        let found = who.post("/duplicates/check", typed.clone()).await.ok();
        assert_eq!(
            (named(&found["candidates"]), &found["on_create"]),
            (vec!["Robert Meyer"], &json!("warn")),
            "{typed}"
        );
    }
    let typed = json!({ "object": "contact", "first_name": "Ann", "last_name": "Meyer" });
    assert_eq!(who.post("/duplicates/check", typed).await.ok()["candidates"], json!([]));
    let again = json!({ "first_name": "Bob", "last_name": "Meyer", "email": "r.meyer@acme.test" });
    let refused = who.post("/contacts", again.clone()).await;
    assert_eq!((refused.problem().as_str(), &refused.body["may_override"]), ("409 duplicate_found", &json!(true)));
    let one = &refused.body["duplicates"][0];
    assert_eq!((&one["id"], one["score"].as_i64().unwrap() >= 90), (&bob["id"], true), "{one:#}");
    let same = one["reasons"].as_array().unwrap().iter().find(|r| r["field"] == "email").unwrap();
    assert_eq!((&same["words"], same["weight"].as_f64().unwrap() > 9.0), (&json!("same e-mail"), true));
    let mut insisting = again;
    insisting["allow_duplicates"] = json!(true);
    let twin = who.post("/contacts", insisting).await.ok();
    // A change that makes two alike is saved, and listed until somebody says they are two.
    let jane = who.post("/contacts", json!({ "first_name": "Jane", "last_name": "Roe" })).await.ok();
    let path = format!("/contacts/{}", jane["id"].as_str().unwrap());
    who.patch(&path, json!({ "version": 1, "email": "r.meyer@acme.test", "first_name": "Bob", "last_name": "Meyer" }))
        .await
        .ok();
    let pairs = who.get("/duplicates?object=contact").await.ok();
    assert_eq!(pairs["items"].as_array().unwrap().len(), 2, "{pairs:#}");
    let pair = format!("/duplicates/{}/dismissal", pairs["items"][0]["id"].as_str().unwrap());
    assert_eq!(app.user(Builtin::ReadOnly).await.post(&pair, json!({})).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post(&pair, json!({})).await.problem(), "404 not_found");
    assert_eq!(who.post(&pair, json!({})).await.status, 204);
    assert_eq!(who.get("/duplicates?object=contact").await.ok()["items"].as_array().unwrap().len(), 1);
    // Companies by name without legal form, and by domain.
    for body in [json!({ "name": "ACME AG" }), json!({ "name": "Acme Holding", "website": "https://www.acme.test/de" })]
    {
        assert_eq!(who.post("/accounts", body.clone()).await.problem(), "409 duplicate_found", "{body}");
    }
    let lead = json!({ "first_name": "Wilma", "last_name": "Quist", "company": "Quistwerk" });
    who.post("/leads", lead.clone()).await.ok();
    assert_eq!(who.post("/leads", lead).await.problem(), "409 duplicate_found");
    assert_eq!(
        app.stranger()
            .await
            .post("/contacts", json!({ "first_name": "Bob", "last_name": "Meyer", "email": "r.meyer@acme.test" }))
            .await
            .status,
        201
    );
    assert!(twin["id"].is_string());
}

#[tokio::test]
async fn what_is_hidden_neither_warns_nor_blocks() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let nadia = json!({ "first_name": "Nadia", "last_name": "Petrov", "email": "nadia@isdom.test" });
    other.post("/contacts", nadia.clone()).await.ok();
    let block = json!({ "version": 0, "on_create": "block" });
    assert_eq!(rep.patch("/matching-rules/contact", block.clone()).await.problem(), "403 forbidden");
    app.admin.patch("/matching-rules/contact", block).await.ok();
    let mut insisting = nadia.clone();
    insisting["allow_duplicates"] = json!(true);
    let blocked = rep.post("/contacts", insisting.clone()).await;
    assert_eq!((blocked.problem().as_str(), &blocked.body["may_override"]), ("409 duplicate_found", &json!(false)));
    only_own(&app, "contact").await;
    // To who may not see her she is not there: no candidate, no count, no refusal.
    let typed =
        json!({ "object": "contact", "first_name": "Nadia", "last_name": "Petrov", "email": "nadia@isdom.test" });
    assert_eq!(rep.post("/duplicates/check", typed.clone()).await.ok()["candidates"], json!([]));
    assert_eq!(rep.post("/contacts", nadia.clone()).await.status, 201);
    // Of two hidden records the pair is hidden too.
    app.admin.patch("/matching-rules/contact", json!({ "version": 1, "on_create": "report" })).await.ok();
    app.admin.post("/contacts", nadia).await.ok();
    assert_eq!(app.admin.get("/duplicates?object=contact").await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(rep.get("/duplicates?object=contact").await.ok()["items"], json!([]));
    assert_eq!(app.stranger().await.post("/duplicates/check", typed).await.ok()["candidates"], json!([]));
}

#[tokio::test]
async fn a_matching_rule_says_what_is_compared_and_refuses_what_is_wrong() {
    let app = TestApp::new().await;
    let who = &app.admin;
    assert_eq!(who.get("/matching-rules").await.ok()["items"].as_array().unwrap().len(), 3);
    who.post("/contacts", json!({ "first_name": "Ann", "last_name": "Lee", "email": "ann@lee.test" })).await.ok();
    let names = json!({ "version": 0, "fields": ["last_name", "first_name"] });
    let changed = who.patch("/matching-rules/contact", names).await.ok();
    assert_eq!((&changed["fields"], &changed["version"]), (&json!(["first_name", "last_name"]), &json!(1)));
    assert_eq!(who.post("/contacts", json!({ "last_name": "Zed", "email": "ann@lee.test" })).await.status, 201);
    let long = "x".repeat(5000);
    for (body, problem) in [
        (json!({ "version": 0, "threshold": 90 }), "409 version_conflict"),
        (json!({ "version": 1, "threshold": 101 }), "422 invalid: threshold"),
        (json!({ "version": 1, "fields": [] }), "422 invalid: fields"),
        (json!({ "version": 1, "fields": ["tags"] }), "422 invalid: fields"),
        (json!({ "version": 1, "fields": [long.clone()] }), "422 invalid: fields"),
        (json!({ "version": 1, "calling_code": "+49" }), "422 invalid: calling_code"),
    ] {
        assert_eq!(who.patch("/matching-rules/contact", body.clone()).await.problem(), problem, "{body}");
    }
    for body in [json!({ "object": "contact", "email": long }), json!({ "object": "contact", "last_name": "a\u{0}b" })]
    {
        assert_eq!(who.post("/duplicates/check", body).await.status, 422);
    }
    assert_eq!(who.post("/duplicates/check", json!({ "object": "task" })).await.status, 422);
    assert_eq!(who.patch("/matching-rules/task", json!({ "version": 0 })).await.status, 404);
}

pub fn path(resource: &str, record: &Value) -> String {
    format!("/{resource}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn two_accounts_become_one_and_two_again() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let winner = who.post("/accounts", json!({ "name": "Acme GmbH", "domain": "acme.test" })).await.ok();
    let loser = json!({ "name": "Acme", "phone": "+49 30 1234567", "external_id": "A-1", "tags": ["old"], "allow_duplicates": true });
    let loser = who.post("/accounts", loser).await.ok();
    let deal = who.opportunity("Cell", json!({ "account_id": loser["id"] })).await;
    let contact = who.post("/contacts", json!({ "last_name": "Roe", "account_id": loser["id"] })).await.ok();
    let task = who.post("/tasks", json!({ "title": "Call", "account_id": loser["id"] })).await.ok();
    let note = json!({ "kind": "note", "subject": "Met", "account_id": loser["id"] });
    who.post("/activities", note).await.ok();
    let rep = app.user(Builtin::SalesRep).await;
    who.post(&format!("{}/shares", path("accounts", &loser)), json!({ "user_id": rep.id, "level": "read" })).await.ok();
    let pair = json!({ "object": "account", "winner_id": winner["id"], "loser_id": loser["id"] });
    let preview = who.post("/merges/preview", pair.clone()).await.ok();
    assert_eq!(preview["moves"], json!({ "activity": 1, "contact": 1, "opportunity": 1, "task": 1 }));
    let suggested: Vec<&str> = preview["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["take"] == true)
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    assert_eq!(suggested, ["external_id", "phone", "tags"], "{preview:#}");
    let merge = |versions: (i64, i64), take: Value| {
        let mut body = pair.clone();
        body["winner_version"] = json!(versions.0);
        body["loser_version"] = json!(versions.1);
        body["take"] = take;
        body
    };
    // Who may not delete the loser, who is a stranger, what is stale, malformed, the same.
    assert_eq!(rep.post("/merges", merge((1, 1), json!([]))).await.problem(), "403 forbidden");
    assert_eq!(rep.post("/merges/preview", pair.clone()).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post("/merges", merge((1, 1), json!([]))).await.problem(), "404 not_found");
    assert_eq!(who.post("/merges", merge((1, 9), json!([]))).await.problem(), "409 version_conflict");
    assert_eq!(who.post("/merges", merge((1, 1), json!(["colour"]))).await.problem(), "422 invalid: take");
    assert_eq!(who.post("/merges", merge((1, 1), json!(vec!["x"; 300]))).await.problem(), "422 invalid: take");
    let itself = json!({ "object": "account", "winner_id": winner["id"], "loser_id": winner["id"] });
    assert_eq!(who.post("/merges/preview", itself).await.problem(), "422 invalid: loser_id");
    let merged = who.post("/merges", merge((1, 1), json!(["phone", "external_id"]))).await;
    assert_eq!(merged.status, 201, "{:#}", merged.body);
    // The old id leads to the survivor, which has the values and the links.
    let now = who.get(&path("accounts", &loser)).await.ok();
    assert_eq!(
        (&now["id"], &now["phone"], &now["external_id"], &now["tags"]),
        (&winner["id"], &json!("+49 30 1234567"), &json!("A-1"), &json!([]))
    );
    assert_eq!(now["open_opportunities"], 1);
    for (resource, record) in [("opportunities", &deal), ("contacts", &contact), ("tasks", &task)] {
        assert_eq!(who.get(&path(resource, record)).await.ok()["account_id"], winner["id"], "{resource}");
    }
    let shares = who.get(&format!("{}/shares", path("accounts", &winner))).await.ok();
    assert_eq!(shares["items"].as_array().unwrap().len(), 1);
    // One link is changed since: it stays, and is told. Everything else comes back.
    who.patch(&path("contacts", &contact), json!({ "version": 2, "account_id": null })).await.ok();
    who.patch(&path("accounts", &winner), json!({ "version": 2, "phone": "+49 30 999" })).await.ok();
    let reversal = format!("/merges/{}/reversal", merged.body["id"].as_str().unwrap());
    assert_eq!(app.user(Builtin::ReadOnly).await.post(&reversal, json!({})).await.problem(), "403 forbidden");
    let undone = who.post(&reversal, json!({})).await.ok();
    let kept: Vec<&str> = undone["kept"].as_array().unwrap().iter().map(|k| k["field"].as_str().unwrap()).collect();
    assert_eq!(kept, ["phone", "links"], "{undone:#}");
    let (winner_now, loser_now) =
        (who.get(&path("accounts", &winner)).await.ok(), who.get(&path("accounts", &loser)).await.ok());
    assert_eq!((&winner_now["phone"], &winner_now["external_id"]), (&json!("+49 30 999"), &json!(null)));
    assert_eq!(
        (&loser_now["id"], &loser_now["external_id"], &loser_now["name"]),
        (&loser["id"], &json!("A-1"), &json!("Acme"))
    );
    for (resource, record) in [("opportunities", &deal), ("tasks", &task)] {
        assert_eq!(who.get(&path(resource, record)).await.ok()["account_id"], loser["id"], "{resource}");
    }
    assert_eq!(who.get(&path("contacts", &contact)).await.ok()["account_id"], json!(null));
    assert_eq!(who.post(&reversal, json!({})).await.problem(), "409 already_undone");
}

#[tokio::test]
async fn contacts_are_merged_and_undone_by_their_event() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let a = who.post("/contacts", json!({ "first_name": "Ann", "last_name": "Lee" })).await.ok();
    let b = who
        .post(
            "/contacts",
            json!({ "first_name": "Ann", "last_name": "Lee", "email": "ann@lee.test", "allow_duplicates": true }),
        )
        .await
        .ok();
    let field = json!({ "object": "opportunity", "label": "Signs", "kind": "contact" });
    let field = who.post("/custom-fields", field).await.ok();
    let signs = field["key"].as_str().unwrap();
    let deal = who.opportunity("Cell", json!({ "primary_contact_id": b["id"], "custom": { signs: b["id"] } })).await;
    let parts = format!("{}/contacts", path("opportunities", &deal));
    let part = format!("{parts}/{}", b["id"].as_str().unwrap());
    who.send(who.request(Method::PUT, &part).json(&json!({ "note": "Signs", "version": 1 }))).await.ok();
    let part = async || who.get(&parts).await.ok()["items"][0]["contact_id"].clone();
    let body = json!({ "object": "contact", "winner_id": a["id"], "loser_id": b["id"], "winner_version": 1, "loser_version": 1, "take": ["email"] });
    let merged = who.post("/merges", body).await;
    let event = merged.event();
    let now = who.get(&path("opportunities", &deal)).await.ok();
    assert_eq!(
        json!([now["primary_contact_id"], now["custom"][signs], part().await]),
        json!([a["id"], a["id"], a["id"]])
    );
    assert_eq!(now["version"], 5, "somebody named, and then another in the deal, its field and its part");
    let timeline = who.get(&format!("{}/timeline", path("contacts", &a))).await.ok();
    let kinds: Vec<&str> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"contact.merged"), "{kinds:?}");
    who.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(who.get(&path("contacts", &b)).await.ok()["email"], "ann@lee.test");
    assert_eq!(who.get(&path("contacts", &a)).await.ok()["email"], json!(null));
    let now = who.get(&path("opportunities", &deal)).await.ok();
    assert_eq!(
        json!([now["primary_contact_id"], now["custom"][signs], part().await]),
        json!([b["id"], b["id"], b["id"]])
    );
}

#[tokio::test]
async fn a_sweep_lists_clusters_and_remembers_what_is_no_duplicate() {
    let app = TestApp::new().await;
    let who = &app.admin;
    for (first, last) in [("Robert", "Meyer"), ("Bob", "Meyer"), ("Robert", "Maier"), ("Ann", "Lee")] {
        let email = if last == "Lee" { "ann@lee.test" } else { "r.meyer@acme.test" };
        let body = json!({ "first_name": first, "last_name": last, "email": email, "allow_duplicates": true });
        who.post("/contacts", body).await.ok();
    }
    let sweep = json!({ "object": "contact" });
    assert_eq!(
        app.user(Builtin::SalesRep).await.post("/duplicates/sweeps", sweep.clone()).await.problem(),
        "403 forbidden"
    );
    let run = || async {
        assert_eq!(who.post("/duplicates/sweeps", sweep.clone()).await.status, 202);
        app.drain().await;
        let last = who.get("/duplicates/sweeps?object=contact").await.ok()["items"][0].clone();
        assert_eq!((&last["status"], &last["records"]), (&json!("done"), &json!(4)), "{last:#}");
        last["found"].as_i64().unwrap()
    };
    assert_eq!(run().await, 3);
    let pairs = who.get("/duplicates?object=contact").await.ok()["items"].clone();
    let clusters: std::collections::HashSet<&str> =
        pairs.as_array().unwrap().iter().map(|p| p["cluster_id"].as_str().unwrap()).collect();
    assert_eq!((pairs.as_array().unwrap().len(), clusters.len()), (3, 1), "{pairs:#}");
    let dismissed = format!("/duplicates/{}/dismissal", pairs[0]["id"].as_str().unwrap());
    assert_eq!(who.post(&dismissed, json!({})).await.status, 204);
    assert_eq!(run().await, 0);
    assert_eq!(who.get("/duplicates?object=contact").await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(app.stranger().await.get("/duplicates/sweeps?object=contact").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn leads_are_merged_and_made_two_again() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let a = who.post("/leads", json!({ "first_name": "Ann", "last_name": "Lee" })).await.ok();
    let twin = json!({ "first_name": "Ann", "last_name": "Lee", "email": "ann@lee.test", "allow_duplicates": true });
    let b = who.post("/leads", twin).await.ok();
    let task = who.post("/tasks", json!({ "title": "Call", "lead_id": b["id"] })).await.ok();
    who.post("/activities", json!({ "kind": "note", "body": "Met at the fair", "lead_id": b["id"] })).await.ok();
    let pair = json!({ "object": "lead", "winner_id": a["id"], "loser_id": b["id"] });
    let preview = who.post("/merges/preview", pair.clone()).await.ok();
    assert_eq!(preview["moves"], json!({ "task": 1, "activity": 1 }));
    let body = |take: Value| {
        let mut body = pair.clone();
        body["winner_version"] = json!(1);
        body["loser_version"] = json!(1);
        body["take"] = take;
        body
    };
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.post("/merges", body(json!([]))).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post("/merges", body(json!([]))).await.problem(), "404 not_found");
    let merged = who.post("/merges", body(json!(["email"]))).await;
    let event = merged.event();
    let now = who.get(&path("leads", &b)).await.ok();
    assert_eq!((&now["id"], &now["email"]), (&a["id"], &json!("ann@lee.test")));
    let timeline = who.get(&format!("{}/timeline", path("leads", &a))).await.ok();
    let kinds: Vec<&str> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"lead.merged") && kinds.contains(&"activity.logged"), "{kinds:?}");
    assert!(!kinds.contains(&"lead.merged_into"), "{kinds:?}");
    let on = |task: &Value| task["subject"]["id"].clone();
    assert_eq!(on(&who.get(&path("tasks", &task)).await.ok()), a["id"]);
    assert_eq!(who.post(&format!("{}/restore", path("leads", &b)), json!({})).await.problem(), "409 merged");
    let found = who.get("/search?q=ann%40lee.test").await.ok();
    assert_eq!(found["items"].as_array().unwrap().iter().filter(|h| h["type"] == "lead").count(), 1, "{found}");

    who.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(who.get(&path("leads", &b)).await.ok()["email"], "ann@lee.test");
    assert_eq!(who.get(&path("leads", &a)).await.ok()["email"], json!(null));
    assert_eq!(on(&who.get(&path("tasks", &task)).await.ok()), b["id"]);

    // What has become something else is merged no more.
    let version = who.get(&path("leads", &a)).await.ok()["version"].clone();
    let account = json!({ "fields": { "name": "Lee Ltd" } });
    let convert = json!({ "version": version, "account": account, "contact": {} });
    who.post(&format!("{}/convert", path("leads", &a)), convert).await.ok();
    assert_eq!(who.post("/merges/preview", pair.clone()).await.problem(), "409 lead_converted");
}
