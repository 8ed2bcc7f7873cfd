//! Activities: logged, put right, taken away and brought back; and the timelines on which they stand.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

fn at(activity: &Value) -> String {
    format!("/activities/{}", id(activity))
}

async fn timeline(who: &Person, path: &str, query: &str) -> Value {
    who.get(&format!("{path}/timeline?{query}")).await.ok()
}

/// The words of what was logged, in order.
fn said(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.filter_map(|e| e["activity"]["body"].as_str()).map(str::to_owned).collect()
}

async fn pin(who: &Person, method: Method, record: &str, event: &str) -> Answer {
    let path = format!("/timeline-pins/opportunity/{record}/{event}");
    who.send(who.request(method, &path)).await
}

#[tokio::test]
async fn what_was_logged_can_be_put_right_and_taken_back() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let manager = app.user_in(Builtin::SalesManager, Some(team)).await;
    let (other, reader) = (app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let (connected, held) =
        (app.admin.choice("call_outcome", "Connected").await, app.admin.choice("meeting_outcome", "Held").await);
    let contact = rep.post("/contacts", json!({ "last_name": "Petrov" })).await.ok();
    let deal = rep.opportunity("Deal", json!({})).await;
    let path = format!("/opportunities/{}", id(&deal));
    let people =
        json!([{ "contact_id": contact["id"] }, { "user_id": manager.id }, { "address": "x@y.test", "name": "Xi" }]);
    let call = json!({ "kind": "call", "body": "Prices", "outcome_id": connected, "direction": "out", "duration_minutes": 9,
        "participants": people, "opportunity_id": deal["id"] });
    let wrong = json!({ "kind": "call", "outcome_id": held, "participants": [{ "contact_id": deal["id"] }] });
    assert_eq!(rep.post("/activities", wrong).await.problem(), "422 invalid: outcome_id");
    let logged = rep.post("/activities", call).await;
    let first_event = logged.event();
    let call = logged.ok();
    assert_eq!(
        (&call["outcome"]["name"], &call["may"]),
        (&json!("Connected"), &json!({ "update": true, "delete": true }))
    );
    let names: Vec<&str> =
        call["participants"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!((names[0], names[2]), ("Petrov", "Xi"));

    // Who may change it: its owner, their manager, and who may update the deal; nobody else.
    assert_eq!(other.patch(&at(&call), json!({ "version": 1, "body": "No" })).await.status, 404);
    let refused = reader.patch(&at(&call), json!({ "version": 1, "body": "No" })).await;
    assert_eq!(refused.problem(), "403 forbidden");
    let stranger = app.stranger().await;
    assert_eq!(stranger.patch(&at(&call), json!({ "version": 1, "body": "No" })).await.status, 404);
    let theirs = json!({ "kind": "note", "body": "Of the manager", "opportunity_id": deal["id"] });
    let theirs = manager.post("/activities", theirs).await.ok();
    let seen = rep.get(&at(&theirs)).await.ok();
    assert_eq!(seen["may"], json!({ "update": true, "delete": false }));
    let mended = rep.patch(&at(&theirs), json!({ "version": 1, "body": "Of the manager, mended" })).await;
    assert_eq!(mended.ok()["version"], 2);
    assert_eq!(rep.delete(&at(&theirs)).await.problem(), "403 forbidden");

    let changed =
        manager.patch(&at(&call), json!({ "version": 1, "body": "Prices and terms", "participants": [] })).await;
    let event = changed.event();
    let changed = changed.ok();
    assert_eq!((&changed["version"], changed["edited_at"].is_string()), (&json!(2), true));
    let stale = rep.patch(&at(&call), json!({ "version": 1, "body": "Late" })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let kind = rep.patch(&at(&call), json!({ "version": 2, "private": true })).await;
    assert_eq!(kind.problem(), "422 invalid: private");
    let long = json!({ "version": 2, "body": "x".repeat(100_001) });
    assert_eq!(rep.patch(&at(&call), long).await.problem(), "422 invalid: body");

    // One entry, as it reads now; its history beside it.
    let page = timeline(&rep, &path, "").await;
    assert_eq!(said(&page), ["Of the manager, mended", "Prices and terms"]);
    let history = rep.get(&format!("{}/history", at(&call))).await.ok();
    let told = &history["items"][0]["changes"];
    assert_eq!((&told[0]["old"], &told[0]["new"]), (&json!("Prices"), &json!("Prices and terms")));
    assert!(told[1]["old_label"].as_str().unwrap().starts_with("Petrov, "), "{told:#}");
    assert_eq!(history["items"][1]["type"], "activity.logged");
    assert_eq!(other.get(&format!("{}/history", at(&call))).await.status, 404);
    let back = rep.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(back["kept"], json!([]));
    let undone = rep.get(&at(&call)).await.ok();
    assert_eq!((&undone["body"], undone["participants"].as_array().unwrap().len()), (&json!("Prices"), 3));

    // Away, and back; by the trash too.
    assert_eq!(rep.delete(&at(&call)).await.status, 204);
    assert_eq!(said(&timeline(&rep, &path, "").await), ["Of the manager, mended"]);
    let trash = rep.get("/trash?object=activity").await.ok();
    assert_eq!((&trash["items"][0]["id"], &trash["items"][0]["may_restore"]), (&call["id"], &json!(true)));
    assert_eq!(rep.get(&at(&call)).await.status, 404);
    rep.post(&format!("{}/restore", at(&call)), json!({})).await.ok();
    assert_eq!(said(&timeline(&rep, &path, "").await).len(), 2);
    rep.post("/undo", json!({ "event_id": first_event })).await.ok();
    assert_eq!(said(&timeline(&rep, &path, "").await).len(), 1);
    app.admin.delete(&format!("/trash/activity/{}", id(&call))).await.ok();
    assert_eq!(rep.post(&format!("{}/restore", at(&call)), json!({})).await.status, 404);

    // A value of the list that is replaced is replaced here too.
    let meeting = json!({ "kind": "meeting", "body": "Met", "outcome_id": held, "opportunity_id": deal["id"] });
    let meeting = rep.post("/activities", meeting).await.ok();
    let no_show = app.admin.choice("meeting_outcome", "No show").await;
    assert_eq!(app.admin.delete(&format!("/options/{held}")).await.problem(), "409 in_use: replacement_id");
    assert_eq!(app.admin.delete(&format!("/options/{held}?replacement_id={no_show}")).await.status, 204);
    assert_eq!(rep.get(&at(&meeting)).await.ok()["outcome"]["name"], "No show");
}

#[tokio::test]
async fn a_timeline_is_narrowed_pinned_and_rolled_up() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let account = rep.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let there = json!({ "last_name": "Petrov", "account_id": account["id"] });
    let contact = rep.post("/contacts", there).await.ok();
    let deal = rep.opportunity("Deal", json!({ "account_id": account["id"] })).await;
    let elsewhere = rep.opportunity("Other deal", json!({})).await;
    let log = async |body: Value| rep.post("/activities", body).await.ok();
    let older = json!({ "kind": "note", "body": "Ünder budget review", "opportunity_id": deal["id"], "occurred_at": "2026-01-05T10:00:00Z" });
    let older = log(older).await;
    log(json!({ "kind": "call", "body": "Spoke", "contact_id": contact["id"], "occurred_at": "2026-02-05T10:00:00Z" }))
        .await;
    let meeting = json!({ "kind": "meeting", "body": "Workshop", "opportunity_id": elsewhere["id"],
        "participants": [{ "contact_id": contact["id"] }], "occurred_at": "2026-03-05T10:00:00Z" });
    let meeting = log(meeting).await;
    rep.patch(&format!("/opportunities/{}", id(&deal)), json!({ "version": 1, "name": "Deal II" })).await.ok();
    let (of_account, of_contact) = (format!("/accounts/{}", id(&account)), format!("/contacts/{}", id(&contact)));
    let of_deal = format!("/opportunities/{}", id(&deal));

    // The account's has its contacts', its deals', and where its people took part; each once.
    assert_eq!(said(&timeline(&rep, &of_account, "").await), ["Workshop", "Spoke", "Ünder budget review"]);
    assert_eq!(said(&timeline(&rep, &of_contact, "").await), ["Workshop", "Spoke"]);
    assert_eq!(said(&timeline(&rep, &of_account, "kind=call,meeting").await), ["Workshop", "Spoke"]);
    assert_eq!(said(&timeline(&rep, &of_account, "q=under%20budg").await), ["Ünder budget review"]);
    assert_eq!(said(&timeline(&rep, &of_account, &format!("person={}", id(&contact))).await), ["Workshop", "Spoke"]);
    assert_eq!(said(&timeline(&rep, &of_account, &format!("person={}", other.id)).await).len(), 0);
    let between = "from=2026-01-10T00:00:00Z&to=2026-03-01T00:00:00Z";
    assert_eq!(said(&timeline(&rep, &of_account, between).await), ["Spoke"]);
    let changes = timeline(&rep, &of_deal, "kind=change").await;
    assert_eq!(changes["items"][0]["type"], "opportunity.updated");
    for wrong in ["kind=fax", "person=me", "from=yesterday", "limit=0", &format!("q={}", "x".repeat(201))] {
        assert_eq!(rep.get(&format!("{of_deal}/timeline?{wrong}")).await.status, 400, "{wrong}");
    }

    // Pages follow each other, and what is pinned stands on the first alone.
    let first = timeline(&rep, &of_account, "kind=note,call,meeting&limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = timeline(&rep, &of_account, &format!("kind=note,call,meeting&limit=2&cursor={cursor}")).await;
    assert_eq!((said(&first).len(), said(&second)), (2, vec!["Ünder budget review".to_owned()]));
    assert!(second["next_cursor"].is_null());
    assert_eq!(
        rep.get(&format!("{of_account}/timeline?limit=2&cursor={cursor}")).await.problem(),
        "400 invalid_cursor: cursor"
    );
    let page = timeline(&rep, &of_deal, "").await;
    let entry = page["items"].as_array().unwrap().iter().find(|e| e["activity"]["id"] == older["id"]).unwrap();
    let (record, event) = (id(&deal), id(entry));
    assert_eq!(pin(&other, Method::PUT, record, event).await.status, 404);
    assert_eq!(pin(&app.user(Builtin::ReadOnly).await, Method::PUT, record, event).await.problem(), "403 forbidden");
    assert_eq!(pin(&rep, Method::PUT, id(&elsewhere), event).await.status, 404);
    assert_eq!(pin(&rep, Method::PUT, record, event).await.status, 204);
    assert_eq!(pin(&rep, Method::PUT, record, event).await.status, 204);
    let pinned = timeline(&rep, &of_deal, "limit=1").await;
    let top = &pinned["items"][0];
    assert_eq!(
        (&top["id"], &top["pinned"], pinned["items"].as_array().unwrap().len()),
        (&json!(event), &json!(true), 2)
    );
    assert_eq!(timeline(&rep, &of_account, "").await["items"][0]["pinned"], false);
    assert_eq!(pin(&rep, Method::DELETE, record, event).await.status, 204);
    assert_eq!(timeline(&rep, &of_deal, "limit=1").await["items"][0]["pinned"], false);

    // What happened at another time, or was about something else, stands there.
    let moved = json!({ "version": 1, "opportunity_id": deal["id"], "occurred_at": "2026-01-04T10:00:00Z" });
    rep.patch(&at(&meeting), moved).await.ok();
    assert_eq!(said(&timeline(&rep, &of_deal, "").await), ["Ünder budget review", "Workshop"]);
    assert_eq!(said(&timeline(&rep, &format!("/opportunities/{}", id(&elsewhere)), "").await).len(), 0);
    assert_eq!(said(&timeline(&rep, &of_contact, "").await), ["Spoke", "Workshop"]);
    // Who takes part is told to whom they are shown; a merged account's past is the winner's.
    let winner = rep.post("/accounts", json!({ "name": "Winner", "allow_duplicates": true })).await.ok();
    let version = rep.get(&of_account).await.ok()["version"].clone();
    let merge = json!({ "object": "account", "winner_id": winner["id"], "loser_id": account["id"], "winner_version": 1, "loser_version": version });
    rep.post("/merges", merge).await.ok();
    let past = timeline(&rep, &format!("/accounts/{}", id(&winner)), "kind=note,call,meeting").await;
    assert_eq!(said(&past), ["Spoke", "Ünder budget review", "Workshop"]);
}

#[tokio::test]
async fn a_private_e_mail_is_its_owners_alone() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let contact = rep.post("/contacts", json!({ "last_name": "Petrov" })).await.ok();
    let deal = rep.opportunity("Deal", json!({})).await;
    let mail = json!({ "kind": "email", "subject": "Zanzibar secret", "body": "Zanzibar words", "private": true,
        "opportunity_id": deal["id"], "participants": [{ "contact_id": contact["id"] }] });
    let mail = rep.post("/activities", mail).await.ok();
    rep.post("/activities", json!({ "kind": "note", "body": "Quillon open", "opportunity_id": deal["id"] })).await.ok();
    let path = format!("/opportunities/{}", id(&deal));
    rep.patch(&at(&mail), json!({ "version": 1, "body": "Zanzibar changed" })).await.ok();

    let found = async |who: &Person, q: &str| {
        let hits = who.get(&format!("/search?q={q}")).await.ok();
        hits["items"].as_array().unwrap().iter().filter(|h| h["type"] == "activity").cloned().collect::<Vec<_>>()
    };
    let own = found(&rep, "zanzibar").await;
    assert_eq!((own.len(), &own[0]["on"]["id"]), (1, &deal["id"]));
    assert_eq!(found(&app.admin, "quillon").await[0]["title"], "Quillon open");
    assert_eq!(found(&app.user(Builtin::SalesRep).await, "quillon").await.len(), 0);
    assert_eq!(found(&app.stranger().await, "quillon").await.len(), 0);
    assert_eq!(found(&app.admin, "zanzibar").await.len(), 0);

    assert_eq!(said(&timeline(&rep, &path, "q=zanz").await), ["Zanzibar changed"]);
    for query in ["", "q=zanzibar", "kind=email"] {
        let page = timeline(&app.admin, &path, query).await.to_string();
        assert!(!page.contains("Zanzibar"), "{query}: {page}");
        let page = timeline(&app.admin, &format!("/contacts/{}", id(&contact)), query).await.to_string();
        assert!(!page.contains("Zanzibar"), "{query}: {page}");
    }
    for path in [at(&mail), format!("{}/history", at(&mail))] {
        assert_eq!(app.admin.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(app.admin.patch(&at(&mail), json!({ "version": 2, "private": false })).await.status, 404);
    let log = app.admin.get("/audit?limit=200").await.ok().to_string();
    assert!(log.contains("activity.logged") && !log.contains("Zanzibar"), "{log}");
    // In the trash, and gone for good, it tells nobody what it was.
    rep.delete(&at(&mail)).await.ok();
    assert_eq!(app.admin.get("/trash?object=activity").await.ok()["items"], json!([]));
    assert_eq!(rep.get("/trash?object=activity").await.ok()["items"][0]["name"], "Zanzibar secret");
    app.admin.delete(&format!("/trash/activity/{}", id(&mail))).await.ok();
    let log = app.admin.get("/audit?limit=200").await.ok().to_string();
    assert!(log.contains("trash.purged") && !log.contains("Zanzibar"), "{log}");
    // Open ones can be made private by their owner, and open again.
    let open = json!({ "kind": "email", "body": "Tarragon", "opportunity_id": deal["id"] });
    let open = rep.post("/activities", open).await.ok();
    let refused = app.admin.patch(&at(&open), json!({ "version": 1, "private": true })).await;
    assert_eq!(refused.problem(), "403 forbidden: private");
    rep.patch(&at(&open), json!({ "version": 1, "private": true })).await.ok();
    assert_eq!(app.admin.get(&at(&open)).await.status, 404);
    rep.patch(&at(&open), json!({ "version": 2, "private": false })).await.ok();
    assert_eq!(app.admin.get(&at(&open)).await.ok()["body"], "Tarragon");
}
