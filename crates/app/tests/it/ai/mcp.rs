//! `/mcp`, spoken to by the official client: what is offered follows the key's rights, and nothing changes without a person.

use std::path::Path;
use std::process::Stdio;

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::process::Command;

use super::app;

/// A key of this person, with these scopes.
async fn key(person: &Person, scopes: Value) -> String {
    let made = person.post("/api-keys", json!({ "name": "Desk agent", "scopes": scopes })).await.ok();
    made["secret"].as_str().unwrap().to_owned()
}

fn asked(person: &Person) -> RequestBuilder {
    let request = person.request(Method::POST, "!/mcp").header("content-type", "application/json");
    request.header("accept", "application/json, text/event-stream")
}

/// What a call answers a program, without the client: its structured content.
pub(crate) async fn call(program: &Person, tool: &str, arguments: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": arguments } });
    let answer = program.send(asked(program).body(body.to_string())).await.ok();
    answer["result"]["structuredContent"].clone()
}

/// What the client is told and answered.
async fn client(app: &TestApp, path: &str, key: &str, calls: &[(&str, Value)]) -> Value {
    let mut arguments = vec![format!("{}{path}", app.url), key.to_owned()];
    for (tool, of_call) in calls {
        arguments.extend([(*tool).to_owned(), of_call.to_string()]);
    }
    run("client.mjs", &arguments).await
}

/// What a program of the client's says.
async fn run(program: &str, arguments: &[String]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp-client");
    assert!(
        folder.join("node_modules/@modelcontextprotocol/sdk").exists(),
        "the MCP client for tests is not installed: run `scripts/test rust`, or `npm ci` in {}",
        folder.display()
    );
    let mut node = Command::new("node");
    node.arg(folder.join(program)).args(arguments);
    let done = node.stderr(Stdio::inherit()).output().await;
    let done = done.unwrap_or_else(|error| panic!("node does not run ({error}): install Node.js 20.19 or newer"));
    serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stdout)))
}

fn names(said: &Value) -> Vec<&str> {
    said["tools"]
        .as_array()
        .unwrap_or_else(|| panic!("{said:#}"))
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

fn answered(said: &Value, n: usize) -> &Value {
    assert_eq!(said["calls"][n]["isError"], json!(false), "{said:#}");
    &said["calls"][n]["structuredContent"]
}

#[tokio::test]
async fn a_client_reads_what_the_owner_sees_and_its_changes_wait_for_a_person() {
    let app = app().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = rep.opportunity("Isdom renewal", json!({ "stage_id": rep.stage("Engaging").await })).await;
    let hidden = other.opportunity("Secret deal", json!({})).await;
    let scopes =
        json!({ "opportunity": { "read": "own", "update": "own" }, "task": { "read": "own", "create": "own" } });
    let secret = key(&rep, scopes).await;
    let to = rep.stage("Proposal").await;
    let said = client(
        &app,
        "/mcp",
        &secret,
        &[
            ("search_opportunities", json!({})),
            ("get_opportunity", json!({ "id": hidden["id"] })),
            ("update_opportunity", json!({ "id": deal["id"], "changes": { "stage_id": to } })),
            ("update_opportunity", json!({ "id": deal["id"], "changes": { "stage_id": "soon" } })),
            ("search_records", json!({ "kind": "contact" })),
        ],
    )
    .await;
    assert_eq!(said["server"]["name"], "dealwright", "{said:#}");
    assert_eq!(
        names(&said),
        [
            "search_opportunities",
            "get_opportunity",
            "query_pipeline",
            "search_knowledge",
            "query_analytics",
            "list_stalled",
            "suggest_next_stage",
            "update_opportunity",
            "create_task",
            "schedule_meeting"
        ]
    );
    let effects =
        said["tools"].as_array().unwrap().iter().map(|tool| tool["annotations"]["readOnlyHint"].as_bool().unwrap());
    assert_eq!(effects.collect::<Vec<_>>(), [true, true, true, true, true, true, false, false, false, false]);
    assert_eq!(answered(&said, 0)["count"], 1, "{said:#}");
    assert!(!said.to_string().contains("Secret deal"));
    assert_eq!(said["calls"][1]["structuredContent"]["problem"]["code"], "not_found", "{said:#}");

    // What was proposed has changed nothing; the rep sees it, knows where it comes from, and applies it.
    let proposal = &answered(&said, 2)["proposal"];
    assert_eq!(
        (&proposal["status"], &proposal["diff"][0]["new_label"]),
        (&json!("pending"), &json!("Proposal")),
        "{said:#}"
    );
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    assert_eq!(rep.get(&path).await.ok()["stage"]["name"], "Engaging");
    let whole = rep.get(&format!("/proposals/{}", proposal["id"].as_str().unwrap())).await.ok();
    assert_eq!((&whole["tainted"], &whole["confidence"]), (&json!(true), &json!("low")), "{whole:#}");
    assert!(whole["reason"].as_str().unwrap().contains("Desk agent"), "{whole:#}");
    // The key itself can't approve: that is what a person does.
    let approval = format!("/proposals/{}/approval", whole["id"].as_str().unwrap());
    let by_key = rep.with_key(&secret).post(&approval, json!({ "diff_hash": whole["diff_hash"] })).await;
    assert!((400..500).contains(&by_key.status), "{}", by_key.body);
    assert_eq!(rep.get(&path).await.ok()["stage"]["name"], "Engaging");
    rep.post(&approval, json!({ "diff_hash": whole["diff_hash"] })).await.ok();
    assert_eq!(rep.get(&path).await.ok()["stage"]["name"], "Proposal");

    assert_eq!(said["calls"][3]["isError"], json!(true), "{said:#}");
    assert!(said["calls"][4]["refused"].as_str().unwrap().contains("no such tool"), "{said:#}");
    // Each call is a run of the owner's, also those that were refused.
    let runs = rep.get("/agent-runs?limit=10").await.ok();
    let runs: Vec<(&str, &str)> = runs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["goal"].as_str().unwrap(), run["status"].as_str().unwrap()))
        .collect();
    assert_eq!(runs.len(), 4, "{runs:?}");
    assert!(runs.iter().all(|(goal, _)| goal.ends_with("(Desk agent)")), "{runs:?}");
    assert_eq!(runs.iter().filter(|(_, status)| *status == "failed").count(), 2, "{runs:?}");
    assert_eq!(other.get("/agent-runs").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_client_that_knows_no_key_is_connected_by_a_person() {
    let app = TestApp::with(TestOptions { at_its_own_address: true, ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Isdom renewal", json!({})).await;
    let change = json!({ "id": deal["id"], "changes": { "next_step": "Call" } });
    let cookie = rep.cookie.clone().unwrap();
    let by = |path: &str, reach: &str| {
        let arguments = [
            format!("{}{path}", app.url),
            cookie.clone(),
            reach.to_owned(),
            "update_opportunity".to_owned(),
            change.to_string(),
        ];
        async move { run("oauth.mjs", &arguments).await }
    };
    let said = by("/mcp", "propose").await;
    assert_eq!(said.get("failed"), None, "{said:#}");
    assert_eq!(said["page"], "/connect-app");
    assert_eq!(said["answer"], json!({ "state": "a state of its own", "iss": app.url }));
    assert_eq!(said["shown"]["returns_to"], "this computer");
    assert_eq!(said["call"]["structuredContent"]["proposal"]["status"], "pending", "{said:#}");
    assert_eq!(said["refreshed"], json!(true), "{said:#}");
    let runs = rep.get("/agent-runs?limit=10").await.ok();
    assert!(runs["items"][0]["goal"].as_str().unwrap().ends_with("(Official client)"), "{runs:#}");

    let said = by("/mcp/read-only", "read").await;
    assert_eq!(
        said.get("failed"),
        Some(&json!("McpError: MCP error -32602: no such tool is offered to this key")),
        "{said:#}"
    );
    let names: Vec<&str> = said["tools"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.contains(&"search_opportunities") && !names.contains(&"update_opportunity"), "{names:?}");
    let apps = rep.get("/connected-apps").await.ok();
    let reaches: Vec<&Value> = apps["items"].as_array().unwrap().iter().map(|app| &app["reach"]).collect();
    assert_eq!(reaches, [&json!("read"), &json!("propose")]);
}

#[tokio::test]
async fn read_only_offers_nothing_that_proposes() {
    let app = app().await;
    let deal = app.admin.opportunity("Isdom renewal", json!({})).await;
    let scopes = json!({ "opportunity": { "read": "all", "update": "all" }, "account": { "read": "all" }, "contact": { "read": "all" } });
    let secret = key(&app.admin, scopes).await;
    let change = json!({ "id": deal["id"], "changes": { "next_step": "Call" } });
    let said = client(&app, "/mcp/read-only", &secret, &[("update_opportunity", change)]).await;
    assert_eq!(
        names(&said),
        [
            "search_opportunities",
            "get_opportunity",
            "query_pipeline",
            "search_records",
            "get_record",
            "search_knowledge",
            "query_analytics",
            "list_stalled",
            "enrich_record",
            "find_duplicates",
            "draft_email"
        ]
    );
    assert!(said["calls"][0]["refused"].as_str().unwrap().contains("no such tool"), "{said:#}");
    assert_eq!(app.admin.get("/proposals").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn without_a_key_there_is_nothing() {
    let app = app().await;
    let said = client(&app, "/mcp", "dw_wrong", &[]).await;
    assert!(said["failed"].as_str().unwrap().contains("invalid_key"), "{said:#}");
    // A session's cookie, which a page of another site could make a browser send, opens nothing.
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let ask = |person: &Person, body: String| {
        let request = asked(person).body(body);
        async move { request.send().await.unwrap() }
    };
    let by_session = ask(&app.admin, hello.to_string()).await;
    assert_eq!(by_session.status(), 401);
    assert!(by_session.headers().contains_key("www-authenticate"));
    assert_eq!(ask(&app.nobody(), hello.to_string()).await.status(), 401);

    // Garbage and floods are refused, and never ours to answer for.
    let secret = key(&app.admin, json!({ "opportunity": { "read": "all" } })).await;
    let program = app.admin.with_key(&secret);
    for body in ["", "{", "[]", "null", r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}"#] {
        let status = ask(&program, body.to_owned()).await.status().as_u16();
        assert!((200..500).contains(&status) && status != 404, "{body}: {status}");
    }
    let flood = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "search_opportunities", "arguments": { "x": "y".repeat(400_000) } } });
    let status = ask(&program, flood.to_string()).await.status().as_u16();
    assert!((400..500).contains(&status), "{status}");
    assert_eq!(program.get("!/mcp").await.status, 405);

    // A key that has ended ends at once.
    let keys = app.admin.get("/api-keys").await.ok();
    app.admin.delete(&format!("/api-keys/{}", keys["items"][0]["id"].as_str().unwrap())).await;
    assert_eq!(ask(&program, hello.to_string()).await.status(), 401);
}
