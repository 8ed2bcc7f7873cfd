//! The ways about which one forgets: exports, the matching of an import, the assistant's tools, and what errors say.

use std::collections::BTreeSet;

use dealwright_ai::tools::{Call, Output, Running, dispatch};
use dealwright_kernel::id::AgentRunId;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{OBJECTS, Record, path};
use super::{Proof, text};

/// The objects of an answer of JSON lines.
fn lines(answer: Answer) -> Vec<Value> {
    match answer.ok() {
        Value::Null => Vec::new(),
        Value::String(text) => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        one => vec![one],
    }
}

/// Uploads rows of an object, has them checked, and answers the import.
async fn checked(who: &Person, object: &str, file: &str) -> Value {
    let boundary = "----a-file-follows";
    let part = |head: &str, body: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name={head}\r\n\r\n{body}\r\n")
    };
    let body =
        part("\"object\"", object) + &part("\"file\"; filename=\"rows.csv\"", file) + &format!("--{boundary}--\r\n");
    let request = who
        .request(Method::POST, "/imports")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let id = text(&who.send(request.body(body)).await.ok()["id"]);
    who.post(&format!("/imports/{id}/check"), json!({})).await.ok();
    for _ in 0..2_000 {
        let import = who.get(&format!("/imports/{id}")).await.ok();
        if import["status"] != "checking" {
            return import;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the check never ends");
}

/// Waits until all that happened is in the index, which what runs in the background works at too.
pub(super) async fn indexed(app: &TestApp) {
    let behind = "select (select count(*) from event_pending) + (select count(*) from knowledge_pending)
        + (select max(position) from event_position) - (select position from event_consumer where name = 'knowledge')";
    let mut db = app.db.database.maintenance().await.unwrap();
    for _ in 0..1_000 {
        app.index().await;
        if sqlx::query_scalar::<_, Option<i64>>(behind).fetch_one(&mut db).await.unwrap() == Some(0) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the index never catches up");
}

/// An answer in which nothing is left of the id that was asked for.
fn shape(answer: &Answer, id: &str) -> (u16, String) {
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
    }
    (answer.status, body.to_string().replace(id, "…"))
}

impl Proof<'_> {
    /// The audit log as a page and as files: of records it tells what the reader may see.
    pub(super) async fn exports(&mut self, user: usize) {
        let world = self.world;
        let person = &world.users[user].person;
        if world.scope(user, "audit.read") == 0 {
            self.case(
                "an export without the right",
                user,
                person.get("/audit/export").await.problem(),
                "403 forbidden",
            );
            return;
        }
        for object in OBJECTS {
            let events = lines(person.get(&format!("/audit/export?format=jsonl&object={object}")).await);
            let told: BTreeSet<String> = events.iter().map(|e| text(&e["subject"]["id"])).collect();
            let seen: BTreeSet<String> = world.seen(user, object).map(|r| r.id.clone()).collect();
            self.case(&format!("an export of {object}"), user, told, seen);
            self.unnamed("an export", user, &json!(events));
        }
        for path in ["/audit/export", "/audit?limit=200", "/audit?q=word&limit=200"] {
            let told = person.get(path).await.ok();
            self.unnamed(path, user, &told);
        }
    }

    /// An import matches its rows and names with what the importer sees, and takes the rest for new.
    pub(super) async fn imports(&mut self, user: usize) {
        let world = self.world;
        if world.scope(user, "import.create") == 0 {
            return;
        }
        let person = &world.users[user].person;
        let seen: BTreeSet<String> = world.seen(user, "account").map(|r| r.id.clone()).collect();
        let accounts: Vec<&Record> = world.records.iter().filter(|r| r.object == "account").collect();
        let file: String = accounts.iter().map(|r| format!("{}\n", r.word)).collect();
        let import = checked(person, "account", &format!("name\n{file}")).await;
        let rows = person.get(&format!("/imports/{}/rows?limit=200", text(&import["id"]))).await.ok();
        let rows = rows["items"].as_array().unwrap().clone();
        self.case("the rows of an import", user, rows.len(), accounts.len());
        for (row, record) in rows.iter().zip(&accounts) {
            let expected = if seen.contains(&record.id) { "update" } else { "create" };
            self.case("a hint at a duplicate", user, text(&row["state"]), expected);
        }
        let stage = "Prospecting";
        let file: String = accounts.iter().map(|r| format!("New {},{},{stage}\n", r.word, r.word)).collect();
        let import = checked(person, "opportunity", &format!("name,account,stage\n{file}")).await;
        let matches = import["values"]["account"].as_array().cloned().unwrap_or_default();
        self.case("the names of an import", user, matches.len(), accounts.len());
        for found in matches {
            let record = accounts.iter().find(|r| found["raw"] == json!(r.word)).unwrap();
            let there = seen.contains(&record.id);
            self.case("an import's match", user, &found["resolved"]["id"], json!(there.then_some(&record.id)));
            let suggested = found["suggestion"]["id"].as_str().is_none_or(|id| seen.contains(id));
            self.case("an import's suggestion", user, suggested, true);
        }
    }

    /// Passages of a record are found by who sees it, and by nobody else.
    pub(super) async fn passages(&mut self, user: usize) {
        let world = self.world;
        let person = &world.users[user].person;
        for (n, record) in world.records.iter().enumerate().filter(|(_, record)| record.object != "task") {
            let found = person.get(&format!("/knowledge/search?q={}&by=words&limit=50", record.word)).await.ok();
            let told = found["items"].as_array().unwrap().iter().any(|item| text(&item["citation"]["id"]) == record.id);
            self.case("passages of a record", user, told, world.sees(user, n));
            self.unnamed("the passages", user, &found["items"]);
        }
    }

    /// The assistant's tools answer what its person may see, and propose what they may write.
    pub(super) async fn tools(&mut self, app: &TestApp, user: usize) {
        let world = self.world;
        let call = async |tool: &str, args: Value| -> Result<Output, String> {
            let cx = app.state.access.context_for(app.org, world.users[user].person.id).await.unwrap();
            let mut tx = cx.begin().await.unwrap();
            let running = Running {
                cx: &cx,
                run: AgentRunId(uuid::Uuid::nil()),
                step: 1,
                goal: "",
                meaning: None,
                outside: None,
            };
            let call = Call { tool: tool.to_owned(), args };
            let output = dispatch(running, &mut tx, &call, 0).await.map_err(|e| e.code.to_string());
            tx.rollback().await.unwrap();
            output
        };
        let may = |action: &str| world.scope(user, &format!("opportunity.{action}")) > 0;
        let seen: BTreeSet<String> = world.seen(user, "opportunity").map(|r| r.id.clone()).collect();
        let listed = call("search_opportunities", json!({ "limit": 50 })).await;
        let counted = call("query_pipeline", json!({})).await;
        if may("read") {
            let (listed, counted) = (listed.unwrap().result, counted.unwrap().result);
            self.case("a tool's list", user, super::ids(&listed), &seen);
            self.case("a tool's count", user, counted["total"]["count"].as_u64(), Some(seen.len() as u64));
            self.unnamed("a tool's list", user, &listed);
        } else {
            self.case(
                "a tool without the right",
                user,
                (listed.err(), counted.err()),
                (Some("forbidden"), Some("forbidden")),
            );
        }
        for n in (0..world.records.len()).filter(|n| world.records[*n].object == "opportunity") {
            let id = &world.records[n].id;
            let refused = |action: &str, allowed: bool| match (may(action), world.sees(user, n), allowed) {
                (false, ..) | (true, true, false) => Some("forbidden"),
                (true, false, _) => Some("not_found"),
                (true, true, true) => None,
            };
            let read = call("get_opportunity", json!({ "id": id })).await;
            if let Ok(output) = &read {
                self.unnamed("a tool's record", user, &output.result);
            }
            self.case("a tool's record", user, read.err().as_deref(), refused("read", true));
            let changed = call("update_opportunity", json!({ "id": id, "changes": { "next_step": "Call" } })).await;
            let expected = refused("update", world.updates(user, n));
            self.case("a tool's proposal", user, changed.err().as_deref(), expected);
        }
    }

    /// What is hidden is refused in the words in which what does not exist is.
    pub(super) async fn refusals(&mut self, app: &TestApp, user: usize, n: usize) {
        let (world, record) = (self.world, &self.world.records[n]);
        if world.sees(user, n) {
            return;
        }
        let person = &world.users[user].person;
        let absent = app.state.access.clock().new_id().to_string();
        let (object, own) = (record.object, world.users[user].id.clone());
        let ask = async |id: &str| {
            let one = format!("/{}/{id}", path(object));
            let reference = format!("{object}_id");
            let mut told = Vec::new();
            for path in [one.clone(), format!("{one}/shares"), format!("{one}/timeline"), format!("{one}/team")] {
                told.push(shape(&person.get(&path).await, id));
            }
            told.push(shape(&person.patch(&one, json!({ "version": 1 })).await, id));
            told.push(shape(&person.delete(&one).await, id));
            told.push(shape(&person.post(&format!("{one}/restore"), json!({})).await, id));
            let share = json!({ "user_id": own, "level": "read" });
            told.push(shape(&person.post(&format!("{one}/shares"), share).await, id));
            if object != "task" {
                told.push(shape(&person.post("/tasks", json!({ "title": "New", &reference: id })).await, id));
                let note = json!({ "kind": "note", "body": "New", &reference: id });
                told.push(shape(&person.post("/activities", note).await, id));
            }
            if object == "lead" {
                let assigned = person.post(&format!("{one}/assignment"), json!({ "version": 1 })).await;
                let converted = person.post(&format!("{one}/convert"), json!({ "contact": {}, "version": 1 })).await;
                told.extend([shape(&assigned, id), shape(&converted, id)]);
            }
            if object == "account" {
                told.push(shape(&person.post("/opportunities", json!({ "name": "New", "account_id": id })).await, id));
                told.push(shape(&person.post("/contacts", json!({ "last_name": "New", "account_id": id })).await, id));
                told.push(shape(&person.post("/accounts", json!({ "name": "New", "parent_id": id })).await, id));
            }
            told
        };
        let (hidden, absent) = (ask(&record.id).await, ask(&absent).await);
        assert!(hidden.iter().all(|(status, _)| *status >= 400), "what is hidden is written: {hidden:?}");
        for (hidden, absent) in hidden.into_iter().zip(absent) {
            self.case("what is said of something hidden", user, hidden, absent);
        }
    }
}
