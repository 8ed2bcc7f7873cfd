//! Mailboxes against a real IMAP server: what is stored, once, of whom, and what nobody else gets to see of it.

use std::fmt::Write as _;

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::dovecot::Dovecot;

fn message(id: &str, from: &str, to: &str, subject: &str, more: &str, body: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\n{more}\r\n{body}\r\n").into_bytes()
}

fn connection(server: &Dovecot, user: &str) -> Value {
    json!({ "host": "127.0.0.1", "port": server.port, "security": "plain", "username": user, "password": "secret" })
}

async fn connect(server: &Dovecot, who: &Person, user: &str, private: bool) -> Value {
    let mut body = connection(server, user);
    body["address"] = json!(user);
    body["private"] = json!(private);
    body["since"] = json!("2020-01-01");
    who.post("/mailboxes", body).await.ok()
}

async fn sync(app: &TestApp, who: &Person, mailbox: &Value) -> Value {
    let at = format!("/mailboxes/{}", mailbox["id"].as_str().unwrap());
    assert_eq!(who.post(&format!("{at}/sync"), json!({})).await.status, 202);
    app.drain().await;
    who.get(&at).await.ok()
}

/// The e-mails on a contact's timeline, as `subject` of each, sorted.
async fn mails(who: &Person, contact: &Value) -> Vec<String> {
    let page = who.get(&format!("/contacts/{}/timeline", contact["id"].as_str().unwrap())).await.ok();
    let mut found: Vec<String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["data"]["kind"] == "email")
        .map(|e| e["data"]["subject"].as_str().unwrap_or("-").to_owned())
        .collect();
    found.sort();
    found
}

async fn activity(who: &Person, contact: &Value, subject: &str) -> Value {
    let page = who.get(&format!("/contacts/{}/timeline", contact["id"].as_str().unwrap())).await.ok();
    let entry = page["items"].as_array().unwrap().iter().find(|e| e["data"]["subject"] == subject).unwrap().clone();
    who.get(&format!("/activities/{}", entry["data"]["activity_id"].as_str().unwrap())).await.ok()
}

#[tokio::test]
async fn a_mailbox_is_synced_once_and_only_with_people_who_are_known() {
    let (app, server) = (TestApp::new().await, Dovecot::start().await);
    let rep = app.user(Builtin::SalesManager).await;
    let user = rep.email.clone();
    let account = rep.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let nadia =
        json!({ "first_name": "Nadia", "last_name": "Berg", "email": "nadia@isdom.test", "account_id": account["id"] });
    let nadia = rep.post("/contacts", nadia).await.ok();
    let deal = rep.opportunity("Deal", json!({ "account_id": account["id"] })).await;

    let one = message("one@acme.test", &user, "nadia@isdom.test", "Offer", "", "Here it is.");
    server.deliver(&user, "Sent", "1", &one);
    let answer = "In-Reply-To: <one@acme.test>\r\nReferences: <one@acme.test>\r\n";
    let text = "Thank you.\n\nOn Mon, 2 Feb 2026 at 10:00, Rep wrote:\n> Here it is.";
    server.deliver(
        &user,
        "INBOX",
        "2",
        &message(
            "two@isdom.test",
            "Nadia <Nadia@isdom.test>",
            &format!("{user}, Ulf <ulf@else.test>"),
            "Re: Offer",
            answer,
            text,
        ),
    );
    server.deliver(
        &user,
        "INBOX",
        "3",
        &message("three@clinic.test", "doctor@clinic.test", &user, "Your results", "", "Private."),
    );
    server.deliver(&user, "INBOX", "4", &message("four@acme.test", "admin@acme.test", &user, "Lunch?", "", "Hungry."));
    // Hostile ones block no other.
    server.deliver(&user, "INBOX", "5", b"\0\xff no message at all");
    let mut bomb = String::from("From: nadia@isdom.test\r\n");
    (0..20_000).for_each(|n| write!(bomb, "X-{n}: {n}\r\n").unwrap());
    server.deliver(&user, "INBOX", "6", format!("{bomb}\r\nBoom").as_bytes());
    let huge = message("huge@isdom.test", "nadia@isdom.test", &user, "Huge", "", &"x".repeat(26 * 1024 * 1024));
    server.deliver(&user, "INBOX", "7", &huge);

    let found = rep.post("/mailboxes/check", connection(&server, &user)).await.ok();
    let roles: Vec<&Value> = found["folders"].as_array().unwrap().iter().map(|f| &f["role"]).collect();
    assert_eq!(roles, ["inbox", "sent"]);
    let mailbox = connect(&server, &rep, &user, false).await;
    assert!(mailbox.get("password").is_none() && !mailbox.to_string().contains("secret"));
    assert_eq!(mailbox["folders"], json!(["INBOX", "Sent"]));
    let mailbox = sync(&app, &rep, &mailbox).await;
    assert_eq!(mailbox["error_code"], json!(null), "{mailbox}");
    let c = &mailbox["completeness"];
    let figures =
        ["on_server", "looked_at", "in_mailbox", "stored", "waiting", "removed"].map(|f| c[f].as_i64().unwrap());
    assert_eq!(figures, [7, 7, 4, 3, 0, 0], "{c}");
    let left = ["unknown", "internal", "too_large", "unreadable"].map(|f| c["left_out"][f].as_i64().unwrap());
    assert_eq!(left, [1, 1, 1, 1], "{c}");
    assert_eq!(mails(&rep, &nadia).await, ["-", "Offer", "Re: Offer"]);

    let sent = activity(&rep, &nadia, "Offer").await;
    assert_eq!((&sent["direction"], &sent["private"]), (&json!("out"), &json!(false)));
    assert_eq!(sent["opportunity_id"], deal["id"], "the one open deal of the account");
    let got = activity(&rep, &nadia, "Re: Offer").await;
    assert_eq!(
        (&got["direction"], &got["body"], &got["contact_id"]),
        (&json!("in"), &json!("Thank you."), &nadia["id"])
    );
    assert_eq!(got["participants"][0]["address"], "ulf@else.test");
    assert_eq!(got["occurred_at"], "2026-02-02T09:00:00Z");
    assert_eq!(got["thread_id"], sent["thread_id"]);
    let thread = rep.get(&format!("/activities/{}/message", got["id"].as_str().unwrap())).await.ok();
    assert_eq!(thread["thread"].as_array().unwrap().len(), 2);

    // The same again stores nothing; what is new comes, and so does what was from nobody known once they are.
    server.deliver(&user, "INBOX", "8", &message("eight@isdom.test", "nadia@isdom.test", &user, "News", "", "Hello."));
    rep.post("/contacts", json!({ "last_name": "House", "email": "doctor@clinic.test" })).await.ok();
    let mailbox = sync(&app, &rep, &mailbox).await;
    let c = &mailbox["completeness"];
    assert_eq!((&c["stored"], &c["left_out"]["unknown"]), (&json!(5), &json!(0)), "{c}");
    assert_eq!(mails(&rep, &nadia).await, ["-", "News", "Offer", "Re: Offer"]);

    // Under another numbering all is looked at anew, and nothing stored twice.
    server.renumber(&user);
    let mailbox = sync(&app, &rep, &mailbox).await;
    assert_eq!(mailbox["completeness"]["stored"], 5, "{mailbox}");
    assert_eq!(mails(&rep, &nadia).await.len(), 4);

    // A pass that is killed leaves its job to another worker, which carries on.
    let at = format!("/mailboxes/{}", mailbox["id"].as_str().unwrap());
    server.deliver(&user, "INBOX", "9", &message("nine@isdom.test", "nadia@isdom.test", &user, "Late", "", "Hello."));
    rep.post(&format!("{at}/sync"), json!({})).await.ok();
    let mut tx = app.db.database.system().await.unwrap();
    let killed =
        "update job set attempts = 1, locked_by = gen_random_uuid(), locked_until = now() - interval '1 minute'
                  where kind = 'mail.sync' and finished_at is null";
    assert_eq!(sqlx::query(killed).execute(tx.db()).await.unwrap().rows_affected(), 1);
    tx.commit().await.unwrap();
    app.drain().await;
    assert_eq!(mails(&rep, &nadia).await.len(), 5);

    // Put into the bin it stays there, and is told as such.
    let late = activity(&rep, &nadia, "Late").await;
    let gone = rep.request(Method::DELETE, &format!("/activities/{}", late["id"].as_str().unwrap()));
    assert_eq!(rep.send(gone).await.status, 204);
    let mailbox = sync(&app, &rep, &mailbox).await;
    assert_eq!((&mailbox["completeness"]["stored"], &mailbox["completeness"]["removed"]), (&json!(5), &json!(1)));

    // Disconnected, with what it brought.
    let end = rep.request(Method::DELETE, &format!("{at}?stored=remove"));
    assert_eq!(rep.send(end).await.status, 204);
    app.drain().await;
    assert_eq!((mails(&rep, &nadia).await.len(), rep.get(&at).await.status), (0, 404));
}

#[tokio::test]
async fn colleagues_share_one_activity_and_what_is_private_is_nobody_elses() {
    let (app, server) = (TestApp::new().await, Dovecot::start().await);
    let (ann, bob, eve) = (
        app.user(Builtin::SalesManager).await,
        app.user(Builtin::SalesManager).await,
        app.user(Builtin::SalesManager).await,
    );
    let nadia = app.admin.post("/contacts", json!({ "last_name": "Berg", "email": "nadia@isdom.test" })).await.ok();
    let both = message(
        "both@isdom.test",
        "nadia@isdom.test",
        &ann.email,
        "Together",
        &format!("Cc: {}\r\n", bob.email),
        "Both of you.",
    );
    let secret = message("secret@isdom.test", "nadia@isdom.test", "list@isdom.test", "Zephyr", "", "For few.");
    for user in [&ann.email, &bob.email, &eve.email] {
        server.deliver(user, "INBOX", "1", &both);
    }
    server.deliver(&ann.email, "INBOX", "2", &secret);
    server.deliver(&bob.email, "INBOX", "2", &secret);
    // The contact must be visible to all three.
    for person in [&ann, &bob, &eve] {
        let share = json!({ "user_id": person.id, "level": "read" });
        app.admin.post(&format!("/contacts/{}/shares", nadia["id"].as_str().unwrap()), share).await.ok();
    }

    // Ann keeps all private: not even an administrator sees it, by any way.
    let first = connect(&server, &ann, &ann.email, true).await;
    let first = sync(&app, &ann, &first).await;
    assert_eq!(first["completeness"]["stored"], 2, "{first}");
    assert_eq!(mails(&ann, &nadia).await, ["Together", "Zephyr"]);
    let hidden = activity(&ann, &nadia, "Zephyr").await;
    let at = format!("/activities/{}", hidden["id"].as_str().unwrap());
    for person in [&app.admin, &bob] {
        assert_eq!(mails(person, &nadia).await, Vec::<String>::new());
        assert_eq!((person.get(&at).await.status, person.get(&format!("{at}/message")).await.status), (404, 404));
        assert!(!person.get("/search?q=Zephyr").await.ok().to_string().contains("Zephyr\","), "not by a search");
        assert_eq!(person.get(&format!("/mailboxes/{}", first["id"].as_str().unwrap())).await.status, 404);
    }
    let audit = app.admin.get("/audit").await.ok().to_string();
    assert!(!audit.contains("Zephyr") && !audit.contains("For few"), "nor in the audit log");

    // Bob shares his: one activity of his own, and nothing of Ann's is told by it.
    let second = connect(&server, &bob, &bob.email, false).await;
    sync(&app, &bob, &second).await;
    let shared = activity(&bob, &nadia, "Zephyr").await;
    assert_eq!(mails(&app.admin, &nadia).await, ["Together", "Zephyr"]);
    assert_ne!(shared["id"], hidden["id"]);
    let people: Vec<&Value> = shared["participants"].as_array().unwrap().iter().map(|p| &p["user_id"]).collect();
    assert!(!people.contains(&&json!(ann.id)), "{shared}");

    // Eve shares hers too: the same activity, and she took part.
    let third = connect(&server, &eve, &eve.email, false).await;
    let third = sync(&app, &eve, &third).await;
    assert_eq!(third["completeness"]["stored"], 1);
    assert_eq!(mails(&app.admin, &nadia).await, ["Together", "Zephyr"]);
    let together = activity(&app.admin, &nadia, "Together").await;
    let people: Vec<&Value> = together["participants"].as_array().unwrap().iter().map(|p| &p["user_id"]).collect();
    assert!(people.contains(&&json!(eve.id)) && people.contains(&&json!(ann.id)), "{together}");
    // The administrator sees that there are mailboxes, and stops them.
    assert_eq!(app.admin.get("/mail-policy/mailboxes").await.ok()["items"].as_array().unwrap().len(), 3);
    let stop = app.admin.request(Method::PATCH, "/mail-policy").json(&json!({ "mailboxes": false, "version": 0 }));
    app.admin.send(stop).await.ok();
    let again = bob.post("/mailboxes", json!({ "address": bob.email, "host": "127.0.0.1", "port": server.port, "security": "plain", "username": "x", "password": "secret" })).await;
    assert_eq!(again.problem(), "403 mailboxes_not_allowed");
    let stale = app.admin.request(Method::PATCH, "/mail-policy").json(&json!({ "mailboxes": true, "version": 0 }));
    assert_eq!(app.admin.send(stale).await.status, 409);
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_told() {
    let (app, server) = (TestApp::new().await, Dovecot::start().await);
    let rep = app.user(Builtin::SalesRep).await;
    let good = connection(&server, &rep.email);
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, said) in [
        (with("password", json!("wrong")), "422 login_refused"),
        (with("security", json!("tls")), "422 no_tls"),
        (with("security", json!("starttls")), "422 no_starttls"),
        (with("port", json!(1)), "422 unreachable"),
        (with("host", json!("10.1.2.3")), "422 address_refused"),
        (with("host", json!("http://x/")), "422 invalid: host"),
        (with("port", json!(0)), "422 invalid: port"),
        (with("password", json!("x".repeat(2000))), "422 invalid: password"),
    ] {
        assert_eq!(rep.post("/mailboxes/check", body).await.problem(), said);
    }
    let mut body = good.clone();
    body["address"] = json!(rep.email);
    body["folders"] = json!(["Nowhere"]);
    let refused = rep.post("/mailboxes", body).await;
    assert_eq!(
        (refused.status, &refused.body["errors"][0]["code"]),
        (422, &json!("no_such_folder")),
        "{}",
        refused.body
    );
    assert_eq!(app.user(Builtin::ReadOnly).await.get("/mailboxes").await.status, 403);
    assert_eq!(rep.post("/mailboxes", json!({ "of_organisation": true, "address": "crm@acme.test", "host": "127.0.0.1", "port": server.port, "security": "plain", "username": "crm", "password": "secret" })).await.status, 403);

    // A password goes to no other server than its own, and a stale change changes nothing.
    let mailbox = connect(&server, &rep, &rep.email, false).await;
    let at = format!("/mailboxes/{}", mailbox["id"].as_str().unwrap());
    let patch = |body: Value| rep.send(rep.request(Method::PATCH, &at).json(&body));
    assert_eq!(patch(json!({ "host": "localhost", "version": 1 })).await.problem(), "422 invalid: password");
    assert_eq!(patch(json!({ "private": true, "version": 9 })).await.status, 409);
    assert_eq!(patch(json!({ "password": "wrong", "version": 1 })).await.problem(), "422 login_refused");
    assert_eq!(app.stranger().await.get(&at).await.status, 404);
    // What breaks later is shown, and waits for its person.
    let mut tx = app.db.database.maintenance().await.unwrap();
    sqlx::query("update mailbox set folders = '{Gone}'").execute(&mut tx).await.unwrap();
    let broken = sync(&app, &rep, &mailbox).await;
    assert_eq!((&broken["error_code"], &broken["next_sync_at"]), (&json!("no_such_folder"), &json!(null)));
}

#[tokio::test]
async fn a_drop_address_takes_copies_and_what_is_forwarded_for_its_person_alone() {
    let (app, server) = (TestApp::new().await, Dovecot::start().await);
    let rep = app.user(Builtin::SalesRep).await;
    let nadia = rep.post("/contacts", json!({ "last_name": "Berg", "email": "nadia@isdom.test" })).await.ok();
    let mut drop = connection(&server, "crm@acme.test");
    drop["address"] = json!("crm@acme.test");
    drop["of_organisation"] = json!(true);
    drop["since"] = json!("2020-01-01");
    let mailbox = app.admin.post("/mailboxes", drop).await.ok();
    let mine = rep.post("/mail-address", json!({})).await.ok();
    let address = mine["address"].as_str().unwrap().to_owned();
    assert!(address.starts_with("crm+") && address.ends_with("@acme.test"), "{address}");

    server.deliver(
        "crm@acme.test",
        "INBOX",
        "1",
        &message(
            "c1@acme.test",
            &rep.email,
            "nadia@isdom.test",
            "Copied",
            &format!("Delivered-To: {address}\r\n"),
            "For you.",
        ),
    );
    let wrong = address.replace("crm+", "crm+a");
    server.deliver(
        "crm@acme.test",
        "INBOX",
        "2",
        &message("c2@acme.test", &rep.email, "nadia@isdom.test", "Astray", &format!("Delivered-To: {wrong}\r\n"), "x"),
    );
    let seen = sync(&app, &app.admin, &mailbox).await;
    assert_eq!(
        (&seen["completeness"]["stored"], &seen["completeness"]["left_out"]["no_address"]),
        (&json!(1), &json!(1)),
        "{seen}"
    );
    let copied = activity(&rep, &nadia, "Copied").await;
    assert_eq!((&copied["direction"], &copied["owner_id"]), (&json!("out"), &json!(rep.id)));

    // Over HTTP, as a mail server hands it over.
    let url = mine["inbound_url"].as_str().unwrap();
    let path = format!("!{}", &url[url.find("/inbound").unwrap()..]);
    let nobody = app.nobody();
    let hand = |path: String, bytes: Vec<u8>| {
        nobody.send(nobody.request(Method::POST, &path).header("content-type", "message/rfc822").body(bytes))
    };
    let forwarded = "---------- Forwarded message ---------\nFrom: New <new@else.test>\nDate: Mon, 2 Feb 2026 10:00:00 +0100\nSubject: Question\n\nHow much?";
    let answer =
        hand(path.clone(), message("f1@acme.test", &rep.email, &address, "Fwd: Question", "", forwarded)).await;
    assert_eq!((answer.status, &answer.body["status"]), (202, &json!("unmatched")));
    assert_eq!(hand(path.clone(), b"nonsense".to_vec()).await.status, 422);
    assert_eq!(hand(path.clone(), vec![b'x'; 26 * 1024 * 1024]).await.status, 413);
    assert_eq!(
        hand(format!("!/inbound/mail/{}", "a".repeat(26)), b"From: a@b.test\r\n\r\nx".to_vec()).await.status,
        404
    );
    assert_eq!(hand("!/inbound/mail/x".into(), b"x".to_vec()).await.status, 404);

    // Who is from nobody known waits for its person, and for nobody else.
    let waiting = rep.get("/unmatched-emails").await.ok();
    let one = &waiting["items"][0];
    assert_eq!(
        (&one["people"][0]["address"], &one["direction"], &one["body"]),
        (&json!("new@else.test"), &json!("in"), &json!("How much?"))
    );
    let filing = format!("/unmatched-emails/{}/filing", one["id"].as_str().unwrap());
    assert_eq!(app.admin.post(&filing, json!({})).await.status, 404);
    assert_eq!(rep.post(&filing, json!({})).await.problem(), "422 nobody_known");
    let filed = rep.post(&filing, json!({ "contact": { "last_name": "New", "email": "new@else.test" } })).await.ok();
    assert_eq!(
        (&filed["subject"], &filed["direction"], &filed["occurred_at"]),
        (&json!("Question"), &json!("in"), &json!("2026-02-02T09:00:00Z"))
    );
    assert_eq!(rep.get("/unmatched-emails").await.ok()["items"], json!([]));

    // Another address ends the former one.
    rep.post("/mail-address", json!({})).await.ok();
    assert_eq!(hand(path, message("f2@acme.test", &rep.email, "nadia@isdom.test", "Late", "", "x")).await.status, 404);
}
