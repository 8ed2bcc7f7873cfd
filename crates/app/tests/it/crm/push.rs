//! Web push: which devices are told of what, by a push service that checks who sends and opens what was sealed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A push service of its own for each test.
struct PushService {
    url: String,
    child: Child,
    /// Kept open: a server that can't say its warnings to anybody dies of them.
    _said: BufReader<ChildStdout>,
}

impl Drop for PushService {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl PushService {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/push-service");
        assert!(
            folder.join("node_modules/http_ece").exists(),
            "the push service for tests is not installed: run `scripts/test rust`, or `npm ci` in {}",
            folder.display()
        );
        let mut child = Command::new("node")
            .arg(folder.join("server.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not run ({error}): install Node.js 20.19 or newer"));
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        said.read_line(&mut url).unwrap();
        Self { url: url.trim().to_owned(), child, _said: said }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url));
        let answer = request.body(body.to_string()).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null)
    }

    /// What a browser makes.
    async fn subscription(&self) -> Value {
        self.ask(Method::POST, "/subscriptions", json!({})).await
    }

    /// All that came, in order.
    async fn messages(&self) -> Vec<Value> {
        self.ask(Method::GET, "/messages", json!({})).await.as_array().unwrap().clone()
    }

    /// The titles of what was taken and opened, in order.
    async fn titles(&self) -> Vec<String> {
        let all = self.messages().await;
        let taken = all.iter().filter(|m| m["answered"] == 201);
        taken.map(|m| m["message"]["title"].as_str().unwrap().to_owned()).collect()
    }

    async fn answer(&self, browser: &Browser, answer: Value) {
        let mut body = answer;
        body["id"] = json!(browser.address);
        self.ask(Method::POST, "/answers", body).await;
    }
}

/// A browser that somebody turned on.
struct Browser {
    id: String,
    /// The last part of its endpoint.
    address: String,
    subscription: Value,
}

async fn turn_on(who: &Person, service: &PushService) -> Browser {
    let subscription = service.subscription().await;
    let kept = who.post("/push-subscriptions", subscription.clone()).await.ok();
    let endpoint = subscription["endpoint"].as_str().unwrap();
    let address = endpoint.rsplit('/').next().unwrap().to_owned();
    Browser { id: kept["id"].as_str().unwrap().to_owned(), address, subscription }
}

async fn browsers(who: &Person) -> Vec<Value> {
    who.get("/push-subscriptions").await.ok()["items"].as_array().unwrap().clone()
}

/// A task of somebody's, given by the administrator: it is told of at once.
async fn give(app: &TestApp, to: &Person, title: &str) -> Value {
    app.admin.post("/tasks", json!({ "title": title, "assignee_id": to.id })).await.ok()
}

/// What became of the notifications on devices, the oldest first.
async fn outcomes(app: &TestApp) -> Vec<(String, Option<String>)> {
    let mut tx = app.db.database.system().await.unwrap();
    let sql = "select push, push_reason from notification where push is not null order by created_at, id";
    let rows = sqlx::query_as(sql).fetch_all(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    rows
}

async fn run(app: &TestApp, sql: &'static str) {
    let mut tx = app.db.database.system().await.unwrap();
    sqlx::query(sql).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
}

fn dropped(reason: &str) -> (String, Option<String>) {
    ("dropped".to_owned(), Some(reason.to_owned()))
}

fn sent() -> (String, Option<String>) {
    ("sent".to_owned(), None)
}

/// Says how a person hears of one kind, the others being as usual.
async fn prefer(who: &Person, kind: &str, channels: Value, more: Value) -> Value {
    let mut body = who.get("/notification-preferences").await.ok();
    for name in ["time_zone", "email", "bouncing_since"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["kinds"][kind] = channels;
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    who.send(who.request(Method::PUT, "/notification-preferences").json(&body)).await.ok()
}

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
async fn a_browser_ends_with_its_session() {
    let clock = Clock::fixed("2026-11-27T09:00:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let again = async || {
        let device = dealwright_access::session::device::Device { address: "127.0.0.1".into(), user_agent: None };
        let cookie =
            dealwright_access::organisation::sign_in(&app.state.access, app.org, rep.id, &device).await.unwrap();
        rep.with_cookie(&format!("{}={}", cookie.name(), cookie.value()))
    };
    let (second, third) = (again().await, again().await);
    turn_on(&rep, &service).await;
    turn_on(&second, &service).await;
    turn_on(&third, &service).await;
    let current: Vec<Value> = browsers(&second).await.iter().map(|b| b["current"].clone()).collect();
    assert_eq!(current, [json!(false), json!(true), json!(false)]);
    assert_eq!(second.delete("/session").await.status, 204);
    assert_eq!(browsers(&rep).await.len(), 2, "signed out");
    rep.delete("/sessions").await.ok();
    assert_eq!(browsers(&rep).await.len(), 1, "ended from another");
    // A session that has run out shows nothing more, though nobody signed out.
    give(&app, &rep, "Heard").await;
    app.drain().await;
    assert_eq!(service.titles().await.len(), 1);
    clock.advance(TimeDelta::days(30));
    give(&app, &rep, "Not heard").await;
    app.drain().await;
    assert_eq!((service.messages().await.len(), outcomes(&app).await.last().unwrap()), (1, &dropped("no_device")));
    // Nor does it count for ever as one of the person's browsers.
    run(
        &app,
        "insert into job (id, kind, run_at, created_at) values (gen_random_uuid(), 'notification.prune', '2026-11-27', '2026-11-27')",
    )
    .await;
    app.drain().await;
    let mut tx = app.db.database.system().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from push_subscription").fetch_one(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_browser_is_one_persons_and_others_neither_see_nor_change_it() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let (rep, other, stranger) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.stranger().await);
    let browser = turn_on(&rep, &service).await;
    let path = format!("/push-subscriptions/{}", browser.id);
    for who in [&other, &stranger, &app.admin] {
        assert_eq!(browsers(who).await, Vec::<Value>::new());
        assert_eq!(who.delete(&path).await.status, 404);
        assert_eq!(who.post(&format!("{path}/test"), json!({})).await.status, 404);
    }
    for path in ["/push-subscriptions", "/push-subscriptions/key"] {
        assert_eq!(app.nobody().get(path).await.status, 401);
    }
    let key =
        rep.post("/api-keys", json!({ "name": "Key", "scopes": { "opportunity": { "read": "own" } } })).await.ok();
    let program = app.nobody().with_key(key["secret"].as_str().unwrap());
    assert_eq!(
        program.post("/push-subscriptions", browser.subscription.clone()).await.problem(),
        "403 session_required"
    );

    // The same again is the same; another who uses the browser takes it over, in another organisation too.
    let same = rep.post("/push-subscriptions", browser.subscription.clone()).await.ok();
    assert_eq!(same["id"], browser.id);
    for next in [&other, &stranger] {
        next.post("/push-subscriptions", browser.subscription.clone()).await.ok();
        assert_eq!((browsers(&rep).await.len(), browsers(next).await.len()), (0, 1));
    }
    assert_eq!(browsers(&other).await.len(), 0);
    give(&app, &rep, "Not theirs to see").await;
    give(&app, &other, "Nor this").await;
    app.drain().await;
    assert_eq!(service.messages().await, Vec::<Value>::new());
    // Two who take it at once: one of them has it.
    let both = tokio::join!(
        rep.post("/push-subscriptions", browser.subscription.clone()),
        other.post("/push-subscriptions", browser.subscription.clone())
    );
    assert_eq!((both.0.status, both.1.status), (201, 201));
    assert_eq!(browsers(&rep).await.len() + browsers(&other).await.len() + browsers(&stranger).await.len(), 1);
}

#[tokio::test]
async fn what_is_no_browser_of_a_known_service_is_refused() {
    let service = PushService::start();
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let right = service.subscription().await;
    let with = |pointer: &str, value: Value| {
        let mut body = right.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let long = format!("https://127.0.0.1/{}", "x".repeat(10_000));
    for endpoint in [
        "",
        "push",
        "http://fcm.googleapis.com/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://localhost/x",
        "https://evil.example.com/x",
        "https://user:pass@127.0.0.1/x",
        "ftp://127.0.0.1/x",
        &long,
    ] {
        let refused = rep.post("/push-subscriptions", with("/endpoint", json!(endpoint))).await;
        assert_eq!(refused.problem(), "422 invalid: endpoint", "{endpoint}");
    }
    let off_curve = URL_SAFE_NO_PAD.encode([4; 65]);
    for (pointer, field, values) in [
        (
            "/keys/p256dh",
            "keys.p256dh",
            vec![json!(""), json!("?"), json!("BAAA"), json!(off_curve), json!("A".repeat(9000))],
        ),
        ("/keys/auth", "keys.auth", vec![json!(""), json!("AAAA"), json!("🔑"), json!("A".repeat(43))]),
    ] {
        for value in values {
            let refused = rep.post("/push-subscriptions", with(pointer, value.clone())).await;
            assert_eq!(refused.problem(), format!("422 invalid: {field}"), "{value}");
        }
    }
    assert_eq!(rep.post("/push-subscriptions", with("/keys", json!({}))).await.status, 422);
    assert_eq!(rep.post("/push-subscriptions", with("/endpoint", json!("x".repeat(20_000)))).await.status, 413);
    assert_eq!(rep.delete(&format!("/push-subscriptions/{}", Uuid::nil())).await.status, 404);
    assert_eq!(browsers(&rep).await.len(), 0);

    // Twenty, and no more; also when two are turned on at once.
    for _ in 0..19 {
        turn_on(&rep, &service).await;
    }
    let (one, two) = (service.subscription().await, service.subscription().await);
    let both = tokio::join!(rep.post("/push-subscriptions", one), rep.post("/push-subscriptions", two));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!((statuses, browsers(&rep).await.len()), ([201, 409], 20));
    assert_eq!(rep.post("/push-subscriptions", right).await.problem(), "409 too_many_push_subscriptions");
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

#[tokio::test]
async fn a_browser_can_be_tried() {
    let clock = Clock::fixed("2026-11-27T09:00:00Z".parse().unwrap());
    let service = PushService::start();
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let browser = turn_on(&rep, &service).await;
    let path = format!("/push-subscriptions/{}/test", browser.id);
    let try_out = async || rep.post(&path, json!({})).await;
    assert_eq!(try_out().await.status, 204);
    assert_eq!(service.titles().await, ["Notifications reach this browser"]);
    let soon = try_out().await;
    assert_eq!((soon.status, service.messages().await.len()), (429, 1));
    for (status, problem) in
        [(503, "503 push_service_unavailable"), (400, "409 push_refused"), (410, "409 push_subscription_gone")]
    {
        clock.advance(TimeDelta::seconds(11));
        service.answer(&browser, json!({ "status": status })).await;
        assert_eq!(try_out().await.problem(), problem);
    }
    assert_eq!((try_out().await.status, browsers(&rep).await.len()), (404, 0));
}
