//! Which devices are told of what, and when.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, PushService, browsers, dropped, give, outcomes, prefer, run, sent, turn_on};

#[tokio::test]
async fn a_device_is_told_what_its_person_may_see_and_no_service_reads_it() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let browser = turn_on(&rep, &service).await;
    let key = rep.get("/push-subscriptions/key").await.ok()["public_key"].clone();
    assert_eq!(
        app.stranger().await.get("/push-subscriptions/key").await.ok()["public_key"],
        key,
        "one of the installation"
    );
    let listed = browsers(&rep).await;
    assert_eq!((listed.len(), &listed[0]["current"], &listed[0]["last_used_at"]), (1, &json!(true), &Value::Null));

    let deal = app.admin.opportunity("Deal", json!({})).await;
    let owner = json!({ "owner_id": rep.id, "version": deal["version"] });
    app.admin.patch(&format!("/opportunities/{}", deal["id"].as_str().unwrap()), owner).await.ok();
    app.drain().await;
    let all = service.messages().await;
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(one["answered"], 201, "{one}");
    let notification = rep.get("/notifications").await.ok()["items"][0]["id"].clone();
    assert_eq!(
        one["message"],
        json!({ "id": notification, "title": "Ada Admin assigned Deal to you", "body": "", "lang": "en",
            "url": format!("/opportunities/{}", deal["id"].as_str().unwrap()),
            "tag": format!("opportunity:{}", deal["id"].as_str().unwrap()) })
    );
    assert_eq!((&one["ttl"], &one["urgency"]), (&json!("86400"), &json!("normal")));
    assert_eq!(
        (&one["from"]["key"], &one["from"]["aud"], &one["from"]["sub"]),
        (&key, &json!(service.url), &json!("https://crm.test"))
    );
    let life = one["from"]["exp"].as_i64().unwrap() - app.state.access.clock().now().timestamp();
    assert!((1..=86_400).contains(&life), "{life}");
    assert!(browsers(&rep).await[0]["last_used_at"].is_string());
    assert_eq!(outcomes(&app).await, [sent()]);

    // What comes after it about the same record says how much there is, in the reader's language.
    let me = rep.get("/me").await.ok();
    rep.patch("/me", json!({ "locale": "de-AT", "version": me["user"]["version"] })).await.ok();
    let mention =
        json!({ "kind": "note", "body": format!("[@R](person:{}) **now**", rep.id), "opportunity_id": deal["id"] });
    app.admin.post("/activities", mention).await.ok();
    app.drain().await;
    let second = service.messages().await.remove(1);
    assert_eq!(second["message"]["title"], "Ada Admin hat Sie bei Deal erwähnt");
    assert!(second["message"]["body"].as_str().unwrap().ends_with("**now** · +1 weitere"), "{second}");
    assert_eq!((&second["message"]["tag"], &second["topic"]), (&one["message"]["tag"], &one["topic"]));

    // A new key for secrets at rest leaves browsers bound to the same pair.
    assert!(app.state.access.keyring().reseal(&app.db.database).await.unwrap() > 0);
    // A second device is told too, by a topic of its own; one that is turned off is not.
    let other = turn_on(&rep, &service).await;
    give(&app, &rep, "Call").await;
    app.drain().await;
    let all = service.messages().await;
    let to: Vec<&Value> = all.iter().skip(2).map(|m| &m["to"]).collect();
    assert!(to.len() == 2 && to.contains(&&json!(browser.address)) && to.contains(&&json!(other.address)), "{to:?}");
    assert_ne!(all[2]["topic"], all[3]["topic"]);
    assert!(all.iter().all(|message| message["from"]["key"] == key), "{all:?}");
    assert_eq!(rep.delete(&format!("/push-subscriptions/{}", browser.id)).await.status, 204);
    assert_eq!(rep.delete(&format!("/push-subscriptions/{}", other.id)).await.status, 204);
    give(&app, &rep, "Nobody hears").await;
    app.drain().await;
    assert_eq!((service.messages().await.len(), outcomes(&app).await.len()), (4, 3));
}

#[tokio::test]
async fn kinds_are_chosen_by_channel_and_are_as_usual_where_nothing_was_said() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    turn_on(&rep, &service).await;
    let usual = rep.get("/notification-preferences").await.ok()["kinds"].clone();
    assert_eq!((&usual["mentioned"]["push"], &usual["stage_entered"]["push"]), (&json!(true), &json!(false)));

    // Whoever said nothing of devices has them as usual; what was kept before there were any too.
    let kept = prefer(&rep, "assigned_to_me", json!({ "in_app": true, "email": "off" }), json!({})).await;
    assert_eq!(kept["kinds"]["assigned_to_me"], json!({ "in_app": true, "email": "off", "push": true }));
    run(&app, r#"update notification_setting set channels = '{"assigned_to_me": {"in_app": true, "email": "daily"}}'"#)
        .await;
    let kept = rep.get("/notification-preferences").await.ok();
    assert_eq!(kept["kinds"]["assigned_to_me"], json!({ "in_app": true, "email": "daily", "push": true }));
    give(&app, &rep, "One").await;
    app.drain().await;
    assert_eq!(service.titles().await, ["Ada Admin assigned One to you"]);

    // Off, it is told in the app alone.
    prefer(&rep, "assigned_to_me", json!({ "in_app": true, "email": "off", "push": false }), json!({})).await;
    give(&app, &rep, "Two").await;
    app.drain().await;
    assert_eq!(service.titles().await.len(), 1);
    assert_eq!(rep.get("/notifications/counts").await.ok()["unread"], 2);

    // On a device alone, it is not in the app.
    prefer(&rep, "assigned_to_me", json!({ "in_app": false, "email": "off", "push": true }), json!({})).await;
    give(&app, &rep, "Three").await;
    app.drain().await;
    assert_eq!(service.titles().await.last().unwrap(), "Ada Admin assigned Three to you");
    assert_eq!(rep.get("/notifications/counts").await.ok()["unread"], 2);

    // What is switched off between the making and the sending is not sent.
    let maker = async || {
        while dealwright_store::sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
        dealwright_crm::notification::maker::catch_up(&app.db.database).await.unwrap();
    };
    give(&app, &rep, "Four").await;
    maker().await;
    prefer(&rep, "assigned_to_me", json!({ "in_app": true, "email": "off", "push": false }), json!({})).await;
    app.drain().await;
    assert_eq!((service.titles().await.len(), outcomes(&app).await.last().unwrap()), (2, &dropped("preference")));
    let wrong = json!({ "in_app": true, "email": "off", "push": "loud" });
    let body = json!({ "kinds": { "mentioned": wrong }, "quiet_days": [], "quiet_from": "20:00", "quiet_until": "07:00",
        "digest_hour": 8, "digest_day": "mon", "version": 1 });
    let put = rep.send(rep.request(Method::PUT, "/notification-preferences").json(&body)).await;
    assert_eq!(put.status, 422, "{:?}", put.body);
}

#[tokio::test]
async fn devices_are_silent_in_quiet_hours_over_a_change_of_the_clocks() {
    let clock = Clock::fixed("2026-10-24T21:30:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let me = rep.get("/me").await.ok();
    rep.patch("/me", json!({ "time_zone": "Europe/Berlin", "version": me["user"]["version"] })).await.ok();
    let all = json!({ "quiet_days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "quiet_from": "22:00", "quiet_until": "07:00" });
    prefer(&rep, "assigned_to_me", json!({ "in_app": true, "email": "off", "push": true }), all).await;
    turn_on(&rep, &service).await;
    let (held, read) = (give(&app, &rep, "Held").await, give(&app, &rep, "Read").await);
    app.drain().await;
    assert_eq!(service.messages().await.len(), 0, "it is half past eleven in the evening");
    // What is read meanwhile is not shown.
    let which = json!({ "object": "task", "record_id": read["id"] });
    rep.post("/notifications/marks", json!({ "which": which, "read": true })).await.ok();
    // Seven in the morning is 06:00 UTC by then; a day with one more hour.
    clock.advance(TimeDelta::seconds(8 * 3600 + 29 * 60));
    app.drain().await;
    assert_eq!(service.messages().await.len(), 0);
    clock.advance(TimeDelta::seconds(60));
    app.drain().await;
    assert_eq!(service.titles().await, ["Ada Admin assigned Held to you"]);
    assert_eq!(outcomes(&app).await, [sent(), dropped("read")]);
    // Quiet hours that were set meanwhile hold it, and so does putting it off.
    give(&app, &rep, "Later").await;
    dealwright_store::sequencer::sequence_once(&app.db.database).await.unwrap();
    dealwright_crm::notification::maker::catch_up(&app.db.database).await.unwrap();
    let later = json!({ "which": { "all": true }, "until": "2026-10-25T09:00:00Z" });
    rep.post("/notifications/snoozes", later).await.ok();
    app.drain().await;
    assert_eq!(service.titles().await.len(), 1);
    clock.advance(TimeDelta::seconds(3 * 3600));
    app.drain().await;
    assert_eq!(service.titles().await.last().unwrap(), "Ada Admin assigned Later to you");
    drop(held);
}

#[tokio::test]
async fn nothing_is_sent_to_who_may_not_see_the_record_by_then() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    turn_on(&rep, &service).await;
    turn_on(&other, &service).await;
    let deal = app.admin.opportunity("Secret", json!({})).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    let to = async |who: &Person| {
        let version = app.admin.get(&path).await.ok()["version"].clone();
        app.admin.patch(&path, json!({ "owner_id": who.id, "version": version })).await.ok();
        while dealwright_store::sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
        dealwright_crm::notification::maker::catch_up(&app.db.database).await.unwrap();
    };
    // Two owners before anything is sent: the first sees it no more.
    to(&rep).await;
    to(&other).await;
    app.drain().await;
    assert_eq!(service.titles().await, ["Ada Admin assigned Secret to you"]);
    assert_eq!(service.messages().await.len(), 1);
    assert!(outcomes(&app).await.contains(&dropped("not_visible")));

    // Whoever is deactivated has no devices from then on.
    give(&app, &other, "Call").await;
    while dealwright_store::sequencer::sequence_once(&app.db.database).await.unwrap() > 0 {}
    dealwright_crm::notification::maker::catch_up(&app.db.database).await.unwrap();
    run(&app, "update app_user set active = false where email like 'sales_rep1%'").await;
    app.drain().await;
    assert_eq!(service.messages().await.len(), 1);
    let mut tx = app.db.database.system().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from push_subscription where user_id = $1")
        .bind(other.id.0)
        .fetch_one(tx.db())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!((left, browsers(&rep).await.len()), (0, 1));
}

#[tokio::test]
async fn a_service_that_is_busy_is_asked_again_and_one_that_knows_nobody_is_not() {
    let clock = Clock::fixed("2026-11-27T09:00:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let (busy, well) = (turn_on(&rep, &service).await, turn_on(&rep, &service).await);
    service.answer(&busy, json!({ "status": 429, "retry_after": 600, "times": 1 })).await;
    give(&app, &rep, "Call").await;
    app.drain().await;
    let answers = async |browser: &Browser| -> Vec<i64> {
        let all = service.messages().await;
        let to = all.iter().filter(|m| m["to"] == browser.address.as_str());
        to.map(|m| m["answered"].as_i64().unwrap()).collect()
    };
    assert_eq!((answers(&busy).await, answers(&well).await), (vec![429], vec![201]));
    clock.advance(TimeDelta::seconds(599));
    app.drain().await;
    assert_eq!(answers(&busy).await, [429], "it asked for ten minutes");
    clock.advance(TimeDelta::seconds(1));
    app.drain().await;
    // The one that had taken it is not told again.
    assert_eq!((answers(&busy).await, answers(&well).await), (vec![429, 201], vec![201]));

    // Broken for longer than a message is worth, it is given up; the pauses grow.
    assert_eq!(rep.delete(&format!("/push-subscriptions/{}", well.id)).await.status, 204);
    service.answer(&busy, json!({ "status": 503 })).await;
    give(&app, &rep, "Lost").await;
    for _ in 0..60 {
        app.drain().await;
        clock.advance(TimeDelta::minutes(30));
    }
    assert_eq!(outcomes(&app).await.last().unwrap(), &dropped("gave_up"));
    let tries = answers(&busy).await.len() - 2;
    assert!((10..40).contains(&tries), "{tries}");
    assert_eq!(browsers(&rep).await.len(), 1, "a service that is down is no reason to forget a browser");

    // One that refuses is forgotten in the end, one that says that it is gone at once.
    service.answer(&busy, json!({ "status": 403 })).await;
    for n in 0..5 {
        assert_eq!(browsers(&rep).await.len(), 1);
        give(&app, &rep, &format!("Refused {n}")).await;
        app.drain().await;
    }
    assert_eq!((browsers(&rep).await.len(), outcomes(&app).await.last().unwrap()), (0, &dropped("refused")));
    let gone = turn_on(&rep, &service).await;
    service.answer(&gone, json!({ "status": 410 })).await;
    give(&app, &rep, "Gone").await;
    app.drain().await;
    assert_eq!((browsers(&rep).await.len(), outcomes(&app).await.last().unwrap()), (0, &dropped("no_device")));
}

#[tokio::test]
async fn what_is_sent_twice_takes_its_own_place() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    turn_on(&rep, &service).await;
    give(&app, &rep, "Call").await;
    app.drain().await;
    // A worker that died before the job was marked as done sends nothing again.
    let again = "update job set finished_at = null, locked_by = null, locked_until = null, attempts = 0 where kind = 'notification.push'";
    run(&app, again).await;
    app.drain().await;
    assert_eq!(service.messages().await.len(), 1);
    // One that died between the service's acceptance and the record of it does, by the same topic and tag.
    run(&app, again).await;
    run(&app, "update notification set push = 'waiting', pushed_at = null where push = 'sent'").await;
    app.drain().await;
    let twice = service.messages().await;
    assert_eq!(twice.len(), 2);
    for pointer in ["/message", "/topic", "/to"] {
        assert_eq!(twice[0].pointer(pointer), twice[1].pointer(pointer));
    }
    assert_eq!(outcomes(&app).await, [sent()]);
}
