//! Notifications: who hears of what, in the app and by letter, and who does not.

use chrono::TimeDelta;

use dealwright_access::policy::Builtin;
use dealwright_crm::notification::maker;
use dealwright_kernel::Clock;
use dealwright_store::sequencer::{self, Consumer};
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::letters;
use crate::access::mail::{SmtpServer, app_with};

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

async fn put(who: &Person, path: &str, body: Value) -> Answer {
    who.send(who.request(Method::PUT, path).json(&body)).await
}

/// Kind, record's name and number of others of each.
async fn told(who: &Person, query: &str) -> Vec<(String, String, i64)> {
    let page = who.get(&format!("/notifications?{query}")).await.ok();
    let items = page["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.map(|n| (text(&n["kind"]), text(&n["record"]["name"]), n["others"].as_i64().unwrap())).collect()
}

async fn unread(who: &Person) -> i64 {
    who.get("/notifications/counts").await.ok()["unread"].as_i64().unwrap()
}

/// Says how a person hears of one kind, the others being as usual.
async fn prefer(who: &Person, kind: &str, channels: Value, more: Value) {
    let old = who.get("/notification-preferences").await.ok();
    let mut body = old.clone();
    for name in ["time_zone", "email", "bouncing_since"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["kinds"][kind] = channels;
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let put = put(who, "/notification-preferences", body).await;
    assert_eq!(put.status, 200, "{:?}", put.body);
}

async fn change(who: &Person, deal: &Value, body: Value) -> Value {
    let path = format!("/opportunities/{}", id(deal));
    let version = who.get(&path).await.ok()["version"].clone();
    let mut body = body;
    body["version"] = version;
    who.patch(&path, body).await.ok()
}

/// What became of the letters, newest last.
async fn outcomes(app: &TestApp) -> Vec<(String, Option<String>)> {
    let mut tx = app.db.database.system().await.unwrap();
    let rows: Vec<(String, Option<String>)> =
        sqlx::query_as("select email, email_reason from notification where email is not null order by created_at, id")
            .fetch_all(tx.db())
            .await
            .unwrap();
    tx.commit().await.unwrap();
    rows
}

#[tokio::test]
async fn an_owner_hears_of_others_changes_and_nobody_else_does() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let stranger = app.stranger().await;
    let deal = rep.opportunity("Deal", json!({ "amount": { "amount": "10.00", "currency": "EUR" } })).await;
    change(&rep, &deal, json!({ "amount": { "amount": "15.00", "currency": "EUR" } })).await;
    app.drain().await;
    assert_eq!(unread(&rep).await, 0, "nobody hears of what they did themselves");

    change(&app.admin, &deal, json!({ "amount": { "amount": "20.00", "currency": "EUR" } })).await;
    change(&app.admin, &deal, json!({ "next_step": "Call" })).await;
    let note = json!({ "kind": "note", "body": "**Go**", "opportunity_id": deal["id"] });
    app.admin.post("/activities", note).await.ok();
    app.drain().await;
    let changed = "followed_record_changed".to_owned();
    assert_eq!(told(&rep, "").await, [(changed.clone(), "Deal".to_owned(), 1)]);
    assert_eq!(unread(&rep).await, 2);
    let about = format!("object=opportunity&record_id={}", id(&deal));
    let both = rep.get(&format!("/notifications?{about}")).await.ok();
    assert_eq!(both["items"].as_array().unwrap().len(), 2);
    assert_eq!(both["items"][0]["excerpt"], "**Go**");
    assert_eq!(both["items"][1]["changes"][0]["new"], json!({ "amount": "20.00", "currency": "EUR" }));
    assert_eq!(both["items"][1]["actor"]["name"], "Ada Admin");

    // Others neither see them nor change them.
    let ids = json!({ "which": { "ids": [both["items"][0]["id"]] }, "read": true });
    for who in [&other, &stranger, &app.admin] {
        assert_eq!(told(who, "").await, []);
        assert_eq!(who.post("/notifications/marks", ids.clone()).await.ok(), json!({ "changed": 0 }));
    }
    assert_eq!(app.nobody().get("/notifications").await.status, 401);

    // Put off, they are elsewhere; read, they are among those that were read.
    let group = json!({ "object": "opportunity", "record_id": deal["id"] });
    let later = json!({ "which": group, "until": "2199-01-01T00:00:00Z" });
    assert_eq!(rep.post("/notifications/snoozes", later).await.ok(), json!({ "changed": 2 }));
    assert_eq!((told(&rep, "").await, unread(&rep).await), (vec![], 0));
    assert_eq!(told(&rep, "snoozed=true").await.len(), 1);
    rep.post("/notifications/snoozes", json!({ "which": group, "until": null })).await.ok();
    assert_eq!(rep.post("/notifications/marks", json!({ "which": group, "read": true })).await.ok()["changed"], 2);
    assert_eq!((told(&rep, "unread=true").await.len(), told(&rep, "").await.len()), (0, 1));

    // Who may not see the record any more sees nothing of it.
    change(&app.admin, &deal, json!({ "owner_id": other.id })).await;
    app.drain().await;
    assert_eq!(told(&rep, "").await, []);
    assert_eq!(told(&other, "").await, [("assigned_to_me".to_owned(), "Deal".to_owned(), 0)]);

    // What is wrong is said.
    for (path, body, problem) in [
        ("/notifications/marks", json!({ "which": {}, "read": true }), "422 invalid: ids"),
        (
            "/notifications/marks",
            json!({ "which": { "ids": vec![deal["id"].clone(); 201] }, "read": true }),
            "422 invalid: ids",
        ),
        ("/notifications/snoozes", json!({ "which": group, "until": "2000-01-01T00:00:00Z" }), "422 invalid: until"),
    ] {
        assert_eq!(rep.post(path, body).await.problem(), problem);
    }
    for query in ["limit=0", "limit=9999", "cursor=x", "kind=gossip", "object=lead", "what=1"] {
        assert_eq!(rep.get(&format!("/notifications?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn following_is_ones_own_choice_and_sticks() {
    let app = TestApp::new().await;
    let (rep, manager) = (app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let deal = rep.opportunity("Deal", json!({})).await;
    let path = format!("/follows/opportunity/{}", id(&deal));
    assert_eq!(rep.get(&path).await.ok()["following"], true, "whoever owns a record follows it");
    assert_eq!(manager.get(&path).await.ok()["following"], false);
    assert_eq!(put(&manager, &path, json!({})).await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(rep.delete(&path).await.ok()["following"], false);
    change(&app.admin, &deal, json!({ "amount": { "amount": "1.00", "currency": "EUR" } })).await;
    // A mention is for them all the same, but does not make them follow again.
    let mention = format!("Hi [@Rep](person:{})", rep.id);
    app.admin.post("/activities", json!({ "kind": "note", "body": mention, "opportunity_id": deal["id"] })).await.ok();
    app.drain().await;
    assert_eq!(told(&rep, "").await, [("mentioned".to_owned(), "Deal".to_owned(), 0)]);
    assert_eq!(rep.get(&path).await.ok()["following"], false);
    assert_eq!(unread(&manager).await, 2);

    let (hidden, absent) = (app.user(Builtin::SalesRep).await, Uuid::nil());
    assert_eq!(put(&hidden, &path, json!({})).await.status, 404);
    assert_eq!(app.stranger().await.get(&path).await.status, 404);
    assert_eq!(rep.get(&format!("/follows/opportunity/{absent}")).await.status, 404);
    assert_eq!(rep.get(&format!("/follows/task/{}", id(&deal))).await.status, 404);
}

#[tokio::test]
async fn a_mention_reaches_who_may_see_the_record() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let blind = app.user(Builtin::SalesRep).await;
    let reader = app.user(Builtin::ReadOnly).await;
    let deal = rep.opportunity("Secret", json!({})).await;
    let asked =
        json!({ "object": "opportunity", "record_id": deal["id"], "people": [blind.id, reader.id], "teams": [team] });
    let without = rep.post("/mentions/access", asked.clone()).await.ok();
    assert_eq!((&without["people"][0]["id"], without["people"].as_array().unwrap().len()), (&json!(blind.id), 1));
    assert_eq!(without["teams"], json!([]));
    assert_eq!(blind.post("/mentions/access", asked).await.status, 404);
    let many = json!({ "object": "opportunity", "record_id": deal["id"], "people": vec![blind.id; 51] });
    assert_eq!(rep.post("/mentions/access", many).await.problem(), "422 invalid: people");

    let body = format!(
        "[@B](person:{}) [@R](person:{}) [@T](team:{team}) see [#S](opportunity:{})",
        blind.id,
        reader.id,
        id(&deal)
    );
    let note = json!({ "kind": "note", "body": body, "opportunity_id": deal["id"] });
    let note = rep.post("/activities", note).await.ok();
    let names: Vec<&str> = note["mentions"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"North") && names.contains(&"Secret"), "{names:?}");
    let nowhere =
        json!({ "kind": "note", "body": format!("[@X](person:{})", Uuid::nil()), "opportunity_id": deal["id"] });
    assert_eq!(rep.post("/activities", nowhere).await.problem(), "422 invalid: body");
    let crowd: String = (0..51).map(|n| format!("[@X](person:{})", Uuid::from_u128(n))).collect();
    let crowd = json!({ "kind": "note", "body": crowd, "opportunity_id": deal["id"] });
    assert_eq!(rep.post("/activities", crowd).await.problem(), "422 invalid: body");

    // Who may not see it hears nothing, and gets no letter; who was in their own team is not told of their own note.
    assert_eq!(letters::to(&app, &blind.email).await, Vec::<String>::new());
    assert_eq!((unread(&blind).await, unread(&rep).await), (0, 0));
    assert_eq!(told(&reader, "").await, [("mentioned".to_owned(), "Secret".to_owned(), 0)]);
    assert!(outcomes(&app).await.contains(&("dropped".to_owned(), Some("not_visible".to_owned()))));
    let letter = letters::to(&app, &reader.email).await.remove(0);
    assert!(letter.contains("mentioned you on Secret") && letter.contains("@B @R @T see #S"), "{letter}");

    // Once it is shared with them, they find it.
    let share = json!({ "user_id": blind.id, "level": "read" });
    rep.post(&format!("/opportunities/{}/shares", id(&deal)), share).await.ok();
    app.drain().await;
    assert_eq!(told(&blind, "kind=mentioned").await.len(), 1);
    assert_eq!(told(&blind, "kind=shared_with_me").await.len(), 1);
    // They react to it, each once; who sees nothing of it does not.
    let heart = format!("/activities/{}/reactions/heart", id(&note));
    put(&blind, &heart, json!({})).await.ok();
    let reactions = put(&blind, &heart, json!({})).await.ok()["reactions"].clone();
    assert_eq!((&reactions[0]["reaction"], &reactions[0]["people"][0]["id"]), (&json!("heart"), &json!(blind.id)));
    assert_eq!(reader.delete(&heart).await.ok()["reactions"], reactions, "another's stays");
    assert_eq!(put(&app.user(Builtin::SalesRep).await, &heart, json!({})).await.status, 404);
    assert_eq!(put(&app.stranger().await, &heart, json!({})).await.status, 404);
    assert_eq!(put(&reader, &format!("/activities/{}/reactions/frown", id(&note)), json!({})).await.status, 404);
    // And not once the note is gone.
    rep.delete(&format!("/activities/{}", id(&note))).await;
    assert_eq!(told(&blind, "kind=mentioned").await, []);
}

#[tokio::test]
async fn many_changes_are_one_notification() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mut records = Vec::new();
    for n in 0..12 {
        let deal = app.admin.opportunity(&format!("Deal {n}"), json!({})).await;
        records.push(json!({ "id": deal["id"], "version": deal["version"] }));
    }
    let bulk = json!({ "object": "opportunity", "records": records, "change": { "set": { "owner_id": rep.id } } });
    app.admin.post("/bulk-changes", bulk).await.ok();
    app.drain().await;
    app.drain().await;
    let page = rep.get("/notifications").await.ok();
    let items = page["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["kind"], &items[0]["count"]), (1, &json!("assigned_to_me"), &json!(12)));
    assert_eq!(told(&app.admin, "").await, [("bulk_finished".to_owned(), "opportunity".to_owned(), 0)]);
}

#[tokio::test]
async fn a_letter_about_a_task_says_what_it_is_about() {
    let app = TestApp::new().await;
    let (rep, blind) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = rep.opportunity("Harbour cranes", json!({})).await;
    for who in [&rep, &blind] {
        let task = json!({ "title": "Call them", "assignee_id": who.id, "opportunity_id": deal["id"], "due_date": "2031-02-03" });
        app.admin.post("/tasks", task).await.ok();
    }
    let letter = letters::to(&app, &rep.email).await.pop().unwrap();
    for part in ["About: Harbour cranes", "Due: February 3, 2031"] {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
    // Who may not see the deal is told of the task alone.
    let letter = letters::to(&app, &blind.email).await.pop().unwrap();
    assert!(letter.contains("Due: February 3, 2031") && !letter.contains("Harbour"), "{letter}");
}

#[tokio::test]
async fn letters_come_in_the_reader_s_language_until_they_are_unsubscribed() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let me = rep.get("/me").await.ok();
    rep.patch("/me", json!({ "locale": "de-DE", "version": me["user"]["version"] })).await.ok();
    prefer(&rep, "followed_record_changed", json!({ "in_app": false, "email": "at_once" }), json!({})).await;
    let deal = rep.opportunity("Großauftrag", json!({})).await;
    change(&app.admin, &deal, json!({ "amount": { "amount": "1234.50", "currency": "EUR" } })).await;
    let sent = letters::to(&app, &rep.email).await;
    let letter = sent.first().unwrap();
    for part in [
        "Ada Admin hat Großauftrag geändert",
        "Betrag: – → 1.234,50 EUR",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
    assert_eq!(unread(&rep).await, 0, "in the app they did not want it");

    let link = letter.split("http://crm.test/unsubscribe/").nth(1).unwrap();
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let nobody = app.nobody();
    let page = nobody.get(&format!("!/unsubscribe/{token}")).await;
    assert!(page.status == 200 && page.body.as_str().unwrap().contains("Abbestellen"), "{:?}", page.body);
    let other = if token.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("!/unsubscribe/{other}{}", &token[1..]);
    for wrong in [forged.as_str(), "!/unsubscribe/x", "!/unsubscribe/%F0%9F%92%A9"] {
        assert_eq!(nobody.send(nobody.request(Method::POST, wrong)).await.status, 404);
    }
    let click = nobody.request(Method::POST, &format!("!/unsubscribe/{token}")).body("List-Unsubscribe=One-Click");
    assert_eq!(nobody.send(click).await.status, 200);
    assert_eq!(rep.get("/notification-preferences").await.ok()["kinds"]["followed_record_changed"]["email"], "off");
    change(&app.admin, &deal, json!({ "amount": { "amount": "2.00", "currency": "EUR" } })).await;
    assert_eq!(letters::to(&app, &rep.email).await.len(), 1);

    // The test letter, once a minute; preferences that are wrong or stale.
    assert_eq!(rep.post("/notification-preferences/test-letter", json!({})).await.status, 202);
    assert_eq!(rep.post("/notification-preferences/test-letter", json!({})).await.status, 429);
    let right = json!({ "kinds": {}, "quiet_days": [], "quiet_from": "20:00", "quiet_until": "07:00", "digest_hour": 8,
        "digest_day": "mon", "version": 1 });
    assert_eq!(put(&rep, "/notification-preferences", right.clone()).await.status, 409);
    for (field, value) in [
        ("quiet_from", json!("25:00")),
        ("digest_hour", json!(24)),
        ("digest_day", json!("someday")),
        ("kinds", json!({ "gossip": { "in_app": true, "email": "off" } })),
    ] {
        let mut wrong = right.clone();
        wrong[field] = value;
        assert_eq!(put(&rep, "/notification-preferences", wrong).await.status, 422, "{field}");
    }
}

#[tokio::test]
async fn letters_wait_for_the_morning_over_a_change_of_the_clocks() {
    let clock = Clock::fixed("2026-10-24T21:30:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let me = rep.get("/me").await.ok();
    rep.patch("/me", json!({ "time_zone": "Europe/Berlin", "version": me["user"]["version"] })).await.ok();
    let all = json!({ "quiet_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "quiet_from": "22:00", "quiet_until": "07:00" });
    prefer(&rep, "followed_record_changed", json!({ "in_app": true, "email": "daily" }), all).await;
    let deal = app.admin.opportunity("Deal", json!({})).await;
    change(&app.admin, &deal, json!({ "owner_id": rep.id })).await;
    change(&app.admin, &deal, json!({ "amount": { "amount": "1.00", "currency": "EUR" } })).await;
    change(&app.admin, &deal, json!({ "amount": { "amount": "2.00", "currency": "EUR" } })).await;
    assert_eq!(letters::to(&app, &rep.email).await.len(), 0, "it is half past eleven in the evening");
    // Seven in the morning is 06:00 UTC by then; a day with one more hour.
    clock.advance(TimeDelta::seconds(8 * 3600 + 29 * 60));
    assert_eq!(letters::to(&app, &rep.email).await.len(), 0);
    clock.advance(TimeDelta::seconds(60));
    let morning = letters::to(&app, &rep.email).await;
    assert!(morning.len() == 1 && morning[0].contains("assigned Deal to you"), "{morning:?}");
    // The digest comes at eight.
    clock.advance(TimeDelta::seconds(3600));
    let both = letters::to(&app, &rep.email).await;
    let digest = both.iter().find(|l| l.contains("2 notifications, October 25, 2026")).unwrap();
    assert!(digest.contains("EUR 1.00 → EUR 2.00") && !digest.contains("List-Unsubscribe"), "{digest}");
    assert_eq!(both.len(), 2);
}

#[tokio::test]
async fn each_event_is_told_once_and_each_letter_has_one_id() {
    let server = SmtpServer::start(0);
    let app = app_with(&server.url("crm:s3cret%2Fword")).await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = app.admin.opportunity("Deal", json!({})).await;
    change(&app.admin, &deal, json!({ "owner_id": rep.id })).await;
    let database = &app.db.database;
    while sequencer::sequence_once(database).await.unwrap() > 0 {}
    // A maker that dies with events in hand leaves nothing behind; the next one makes each notification once.
    drop(Consumer::new(database, "notifications").next(500).await.unwrap());
    tokio::join!(async { maker::catch_up(database).await.unwrap() }, async {
        maker::catch_up(database).await.unwrap()
    });
    maker::catch_up(database).await.unwrap();
    app.drain().await;
    assert_eq!(told(&rep, "").await, [("assigned_to_me".to_owned(), "Deal".to_owned(), 0)]);
    assert_eq!(letters::in_folder(&server.folder, &rep.email).len(), 1);

    // A worker that died before the job was marked as done: it runs again, and sends nothing.
    let again = "update job set finished_at = null, locked_by = null, locked_until = null, attempts = 0 where kind = 'notification.mail'";
    let mut tx = database.system().await.unwrap();
    sqlx::query(again).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    app.drain().await;
    assert_eq!(letters::in_folder(&server.folder, &rep.email).len(), 1);
    // One that died between the server's acceptance and the record of it: the letter comes twice, under one id.
    let mut tx = database.system().await.unwrap();
    sqlx::query(again).execute(tx.db()).await.unwrap();
    sqlx::query("update notification set email = 'waiting', emailed_at = null where email = 'sent'")
        .execute(tx.db())
        .await
        .unwrap();
    let notification: Uuid = sqlx::query_scalar("select id from notification").fetch_one(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    app.drain().await;
    let twice = letters::in_folder(&server.folder, &rep.email);
    let message_id = format!("Message-ID: <{notification}@acme.test>");
    assert!(twice.len() == 2 && twice.iter().all(|letter| letter.contains(&message_id)), "{twice:?}");

    // An address that the server does not know is given up after a few letters, until somebody says otherwise.
    let mut tx = database.system().await.unwrap();
    sqlx::query("update app_user set email = 'gone@acme.test' where id = $1")
        .bind(rep.id.0)
        .execute(tx.db())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for n in 0..4 {
        let task = json!({ "title": format!("Task {n}"), "assignee_id": rep.id });
        app.admin.post("/tasks", task).await.ok();
        app.drain().await;
    }
    let reasons: Vec<Option<String>> = outcomes(&app).await.into_iter().skip(1).map(|(_, reason)| reason).collect();
    let (refused, bouncing) = (Some("refused".to_owned()), Some("bouncing".to_owned()));
    assert_eq!(reasons, [refused.clone(), refused.clone(), refused, bouncing]);
    assert!(rep.get("/notification-preferences").await.ok()["bouncing_since"].is_string());
    let listed = app.admin.get("/bouncing-addresses").await.ok();
    assert_eq!(
        (&listed["items"][0]["email"], &listed["items"][0]["last_refusal"]),
        (&json!("gone@acme.test"), &json!("550"))
    );
    let path = format!("/bouncing-addresses/{}", rep.id);
    assert_eq!(app.user(Builtin::SalesRep).await.delete(&path).await.status, 403);
    assert_eq!(rep.get("/bouncing-addresses").await.status, 403);
    assert_eq!(app.stranger().await.delete(&path).await.status, 404);
    assert_eq!(rep.delete(&path).await.status, 204);
    assert!(rep.get("/notification-preferences").await.ok()["bouncing_since"].is_null());

    // What was accepted and comes back counts too, once for each letter; anybody's letter that only looks like it does not.
    let policy = app.admin.get("/mail-policy").await.ok();
    let drop = json!({ "drop_address": "crm@acme.test", "version": policy["version"] });
    app.admin.patch("/mail-policy", drop).await.ok();
    let address = rep.post("/mail-address", json!({})).await.ok()["address"].as_str().unwrap().to_owned();
    let word = address.trim_start_matches("crm+").trim_end_matches("@acme.test");
    let report = format!(
        "From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\n{message_id}\r\n--b--\r\n"
    );
    let nobody = app.nobody();
    let hand = async |report: &str| {
        let path = format!("!/inbound/mail/{word}");
        nobody.send(nobody.request(Method::POST, &path).body(report.to_owned())).await.body["status"].clone()
    };
    assert_eq!(hand(&report).await, "returned");
    assert_ne!(hand(&report).await, "returned");
    assert_ne!(hand(&report.replace(&notification.to_string(), &Uuid::nil().to_string())).await, "returned");
}

#[tokio::test]
async fn a_task_is_told_of_on_its_day_and_on_the_day_after() {
    let clock = Clock::fixed("2026-11-27T05:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.post("/tasks", json!({ "title": "Call", "due_date": "2026-11-27" })).await.ok();
    rep.post("/tasks", json!({ "title": "Later", "due_date": "2026-12-24" })).await.ok();
    let look = async || maker::tell_of_tasks(&app.db.database).await.unwrap();
    look().await;
    assert_eq!(unread(&rep).await, 0, "it is five in the morning");
    clock.advance(TimeDelta::seconds(3 * 3600));
    look().await;
    look().await;
    assert_eq!(told(&rep, "").await, [("task_due".to_owned(), "Call".to_owned(), 0)]);
    clock.advance(TimeDelta::seconds(24 * 3600));
    look().await;
    assert_eq!(told(&rep, "").await, [("task_overdue".to_owned(), "Call".to_owned(), 1)]);
}

#[tokio::test]
async fn a_task_reminds_once_for_each_moment_and_not_when_it_is_done() {
    let clock = Clock::fixed("2026-11-27T05:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let call = rep.post("/tasks", json!({ "title": "Call", "remind_at": "2026-11-27T06:00:00Z" })).await.ok();
    let done = rep.post("/tasks", json!({ "title": "Done", "remind_at": "2026-11-27T06:00:00Z" })).await.ok();
    rep.patch(&format!("/tasks/{}", done["id"].as_str().unwrap()), json!({ "version": 1, "done": true })).await.ok();
    let look = async || maker::remind(&app.db.database).await.unwrap();
    look().await;
    assert_eq!(unread(&rep).await, 0, "it is not yet six");
    clock.advance(TimeDelta::seconds(3600));
    look().await;
    look().await;
    assert_eq!(told(&rep, "").await, [("task_reminder".to_owned(), "Call".to_owned(), 0)]);
    // Put off to another moment, it reminds again.
    let later = json!({ "version": 1, "remind_at": "2026-11-27T07:30:00Z" });
    rep.patch(&format!("/tasks/{}", call["id"].as_str().unwrap()), later).await.ok();
    clock.advance(TimeDelta::seconds(2 * 3600));
    look().await;
    assert_eq!(unread(&rep).await, 2);
}
