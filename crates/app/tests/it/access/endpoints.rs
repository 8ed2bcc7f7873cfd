//! Every endpoint of the description, asked by everybody: who is let in is a golden file that a person can read, and an
//! endpoint that is not asked here fails the test.
//!
//! Writes carry a version that never was, so an allowed one is 409 and changes nothing. The records belong to a rep in
//! the manager's team.

use std::collections::BTreeMap;
use std::fmt::Write;

use dealwright_access::policy::{Builtin, Object};
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// Need no sign-in: a visitor must be able to sign in, or to set the server up.
const PUBLIC: [&str; 3] = ["GET /setup", "POST /setup", "POST /session"];
/// Answer for as long as somebody listens; their own tests listen.
const STREAMS: [&str; 2] = ["GET /live", "GET /agent-runs/{id}/stream"];
/// End the session that asks; tested in `sessions`.
const ENDING: [&str; 1] = ["DELETE /session"];

struct Records(BTreeMap<&'static str, String>);

impl Records {
    /// The path with the id of a record of the rep's in it.
    fn fill(&self, path: &str) -> String {
        let kind = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let nil = "00000000-0000-7000-8000-000000000000";
        let id = self.0.get(kind).map_or(nil, String::as_str);
        path.replace("{id}", id).replace("{line_id}", nil)
    }
}

/// A body that would be right but for its version. None: the endpoint is not known here.
fn body(operation: &str, records: &Records, stage: &str) -> Option<Value> {
    let nil = "00000000-0000-7000-8000-000000000000";
    Some(match operation {
        "POST /opportunities" | "POST /accounts" => json!({ "name": "New" }),
        "POST /contacts" => json!({ "last_name": "New" }),
        "POST /products" => json!({ "name": "New product" }),
        "POST /tasks" => json!({ "title": "New" }),
        "POST /activities" => json!({ "kind": "note", "body": "New", "opportunity_id": records.0["opportunities"] }),
        "POST /opportunities/query" => json!({}),
        "POST /opportunities/{id}/move" => json!({ "stage_id": stage, "version": 999 }),
        "POST /opportunities/{id}/lines" => {
            json!({ "product_id": records.0["products"], "quantity": "1", "unit_price": { "amount": "1", "currency": "EUR" }, "version": 999 })
        }
        "PATCH /opportunities/{id}/lines/{line_id}" => json!({ "quantity": "2", "version": 999 }),
        "PATCH /tasks/{id}" => json!({ "title": "Changed", "version": 999 }),
        "PATCH /contacts/{id}" => json!({ "title": "Changed", "version": 999 }),
        "PATCH /opportunities/{id}" | "PATCH /accounts/{id}" | "PATCH /products/{id}" => {
            json!({ "name": "Changed", "version": 999 })
        }
        "POST /opportunities/{id}/restore"
        | "POST /accounts/{id}/restore"
        | "POST /contacts/{id}/restore"
        | "POST /tasks/{id}/restore" => json!({}),
        "POST /rules" => {
            json!({ "object": "account", "name": "New rule", "expression": "size(name) > 1", "field": "name", "message": "Longer" })
        }
        "PATCH /rules/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /rules/check" | "POST /rules/dry-run" => json!({ "object": "account", "expression": "size(name) > 1" }),
        "POST /rules/test" => {
            json!({ "object": "account", "expression": "size(name) > 1", "record_id": records.0["accounts"] })
        }
        "POST /undo" => json!({ "event_id": nil }),
        "POST /agent-runs" => json!({ "goal": "" }),
        "POST /agent-runs/{id}/cancellation" => json!({}),
        "POST /agent-runs/{id}/feedback" => json!({ "useful": true }),
        "POST /proposals/{id}/approval" => json!({ "diff_hash": "0" }),
        "POST /proposals/{id}/rejection" => json!({}),
        "POST /imports"
        | "PATCH /imports/{id}"
        | "POST /imports/{id}/check"
        | "POST /imports/{id}/start"
        | "POST /imports/{id}/rollback" => json!({}),
        _ => return None,
    })
}

#[tokio::test]
async fn who_may_ask_what() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let owner = app.user_in(Builtin::SalesRep, Some(team)).await;
    let mut records = BTreeMap::new();
    let id = |body: Value| body["id"].as_str().unwrap().to_owned();
    records.insert("opportunities", id(owner.opportunity("Deal", json!({})).await));
    records.insert("accounts", id(owner.post("/accounts", json!({ "name": "Account" })).await.ok()));
    records.insert("contacts", id(owner.post("/contacts", json!({ "last_name": "Contact" })).await.ok()));
    records.insert("tasks", id(owner.post("/tasks", json!({ "title": "Task" })).await.ok()));
    records.insert("products", id(app.admin.post("/products", json!({ "name": "Product" })).await.ok()));
    let records = Records(records);
    let stage = app.admin.stage("Won").await;
    let people: [(&str, Person); 7] = [
        ("nobody", app.nobody()),
        ("other org", app.stranger().await),
        ("read-only", app.user(Builtin::ReadOnly).await),
        ("other rep", app.user(Builtin::SalesRep).await),
        ("owner", owner),
        ("manager", app.user_in(Builtin::SalesManager, Some(team)).await),
        ("admin", app.admin.clone()),
    ];

    let description: Value = serde_json::to_value(dealwright_app::openapi::describe()).unwrap();
    let mut golden = format!("{:<52}", "");
    people.iter().for_each(|(name, _)| write!(golden, "{name:>11}").unwrap());
    let mut asked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.trim_start_matches("/api/v1");
        for method in
            item.as_object().unwrap().keys().filter(|k| ["get", "post", "put", "patch", "delete"].contains(&k.as_str()))
        {
            let operation = format!("{} {path}", method.to_uppercase());
            if PUBLIC.contains(&operation.as_str())
                || STREAMS.contains(&operation.as_str())
                || ENDING.contains(&operation.as_str())
            {
                continue;
            }
            let has_body = matches!(method.as_str(), "post" | "put" | "patch");
            let body = body(&operation, &records, &stage);
            assert!(!has_body || body.is_some(), "{operation} is asked by no access test: add it here");
            write!(golden, "\n{operation:<52}").unwrap();
            for (name, person) in &people {
                let url = if operation == "GET /search" {
                    "/search?q=x".to_owned()
                } else if operation == "GET /imports/fields" {
                    "/imports/fields?object=account".to_owned()
                } else if operation == "GET /rules/facts" {
                    "/rules/facts?object=account".to_owned()
                } else {
                    records.fill(path)
                };
                let request = person.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &url);
                let request = if method == "delete" { request.header("if-match", "\"999\"") } else { request };
                let answer = person.send(match &body {
                    Some(body) => request.json(body),
                    None => request,
                });
                let status = answer.await.status;
                assert_ne!(status, 500, "{operation} as {name}");
                if *name == "nobody" {
                    assert_eq!(status, 401, "{operation} lets in who is not signed in");
                }
                if *name == "other org" && path.contains("{id}") {
                    assert!(status >= 400, "{operation} answered another organisation with {status}");
                }
                write!(golden, "{status:>11}").unwrap();
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "only {asked} questions were asked");
    insta::assert_snapshot!("endpoints", golden);
}

/// Role, object and action with the scope of records, as a person reads it.
#[test]
fn what_the_built_in_roles_grant() {
    let mut golden = format!("{:<22}", "");
    Builtin::ALL.iter().for_each(|role| write!(golden, "{:>16}", role.name()).unwrap());
    for object in Object::ALL {
        for action in dealwright_access::policy::actions(*object) {
            write!(golden, "\n{:<22}", format!("{object} {action}")).unwrap();
            for role in Builtin::ALL {
                let scope = role.grants().scope(dealwright_access::Permission::new(*object, *action));
                write!(golden, "{:>16}", scope.as_str()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("authorisation", golden);
}
