//! Web push, by a push service that checks who sends and opens what was sealed.

mod devices;
mod sending;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

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
