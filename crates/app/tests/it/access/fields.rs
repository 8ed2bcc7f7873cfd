//! Fields that a role hides or does not let be changed: nowhere shown, nowhere told, nowhere written.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

async fn role(app: &TestApp, name: &str) -> String {
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap().clone();
    role["id"].as_str().unwrap().to_owned()
}

async fn put(who: &Person, role: &str, fields: Value) -> dealwright_testkit::Answer {
    let path = format!("/roles/{role}/fields");
    let version = who.get(&path).await.body["version"].clone();
    who.send(
        who.request(Method::PUT, &path).json(&json!({ "fields": fields, "version": version.as_i64().unwrap_or(1) })),
    )
    .await
}

async fn restrict(app: &TestApp, fields: Value) {
    put(&app.admin, &role(app, "Sales Rep").await, fields).await.ok();
}

/// What must not be found in any answer.
const SECRETS: [&str; 8] =
    ["7654321", "zanzibar", "closeted", "secretdomain", "3210987", "confidant", "whisper", "2031-07-09"];

fn hidden() -> Value {
    json!({ "opportunity": { "amount": "hidden", "next_step": "hidden", "tags": "hidden", "close_date": "hidden", "products": "hidden", "probability": "hidden" },
            "account": { "domain": "hidden", "annual_revenue": "hidden" },
            "contact": { "title": "hidden", "email": "hidden" },
            "task": { "notes": "hidden" } })
}

/// The records of a rep, with secrets in their hidden fields, made before they are hidden.
async fn records(rep: &Person, app: &TestApp) -> (String, String, String, String) {
    let id = |body: &Value| body["id"].as_str().unwrap().to_owned();
    let money = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let account = json!({ "name": "Isdom", "domain": "secretdomain.com", "annual_revenue": money("3210987") });
    let account = id(&rep.post("/accounts", account).await.ok());
    let deal = json!({ "account_id": account, "amount": money("7654321"), "next_step": "Fly to zanzibar", "tags": ["closeted"], "close_date": "2031-07-09" });
    let deal = id(&rep.opportunity("Deal", deal).await);
    let contact = json!({ "last_name": "Nadia", "title": "confidant", "email": "confidant@secretdomain.com", "account_id": account });
    let contact = id(&rep.post("/contacts", contact).await.ok());
    let task =
        id(&rep.post("/tasks", json!({ "title": "Call", "notes": "whisper", "opportunity_id": deal })).await.ok());
    let product = id(&app.admin.post("/products", json!({ "name": "Machine" })).await.ok());
    let line = json!({ "product_id": product, "quantity": "1", "unit_price": money("7654321"), "version": 1 });
    rep.post(&format!("/opportunities/{deal}/lines"), line).await.ok();
    let change = json!({ "amount": money("17654321"), "next_step": "Back from zanzibar", "version": 2 });
    rep.patch(&format!("/opportunities/{deal}"), change).await.ok();
    (deal, account, contact, task)
}

#[tokio::test]
async fn a_hidden_field_is_in_no_answer() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (deal, account, contact, task) = records(&rep, &app).await;
    let seen = rep.get(&format!("/opportunities/{deal}")).await.ok();
    assert_eq!((&seen["amount"]["amount"], &seen["hidden_fields"]), (&json!("17654321.00"), &json!([])));
    restrict(&app, hidden()).await;
    for path in [
        format!("/opportunities/{deal}"),
        format!("/opportunities/{deal}/timeline"),
        format!("/opportunities/{deal}/transitions"),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/timeline"),
        format!("/contacts/{contact}"),
        format!("/contacts/{contact}/timeline"),
        format!("/tasks/{task}"),
        "/opportunities?count=true&totals=true".to_owned(),
        "/opportunities/board".to_owned(),
        "/accounts".to_owned(),
        "/contacts".to_owned(),
        "/tasks".to_owned(),
        "/search?q=isdom".to_owned(),
        "/search?q=nadia".to_owned(),
        "/me".to_owned(),
    ] {
        let body = rep.get(&path).await.ok().to_string();
        for secret in SECRETS {
            assert!(!body.contains(secret), "{path} tells {secret}: {body}");
        }
    }
    let seen = rep.get(&format!("/opportunities/{deal}")).await.ok();
    assert_eq!(
        (&seen["amount"], &seen["expected_revenue"], &seen["probability"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!((&seen["tags"], &seen["lines"]), (&json!([]), &json!([])));
    let named: Vec<&str> = seen["hidden_fields"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(named, ["amount", "close_date", "next_step", "probability", "products", "tags"]);
    let listed = rep.get("/opportunities?totals=true").await.ok();
    assert_eq!((&listed["totals"]["count"], &listed["totals"]["amount"]), (&json!(1), &json!(null)));
    let board = rep.get("/opportunities/board").await.ok();
    assert_eq!((&board["sort"], &board["columns"][0]["sum"]), (&json!("-created_at"), &json!(null)));
    assert_eq!(rep.get("/me").await.ok()["fields"]["opportunity"]["amount"], "hidden");
    // The administrator's role hides nothing.
    assert_eq!(app.admin.get(&format!("/opportunities/{deal}")).await.ok()["amount"]["amount"], "17654321.00");
    // By its words nothing is found; by what is shown, it is.
    for q in ["zanzibar", "confidant", "secretdomain"] {
        assert_eq!(rep.get(&format!("/search?q={q}")).await.ok()["items"], json!([]), "{q}");
    }
    for list in ["opportunities?q=zanzibar", "accounts?q=secretdomain", "contacts?q=confidant"] {
        assert_eq!(rep.get(&format!("/{list}")).await.ok()["items"], json!([]), "{list}");
    }
    assert_eq!(rep.get("/opportunities?q=isdom").await.names(), ["Deal"]);
}

#[tokio::test]
async fn nothing_is_filtered_sorted_or_continued_by_a_hidden_field() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    records(&rep, &app).await;
    rep.opportunity("Second", json!({})).await;
    let cursor = rep.get("/opportunities?limit=1&sort=-amount").await.ok()["next_cursor"].as_str().unwrap().to_owned();
    restrict(&app, hidden()).await;
    for (path, at) in [
        ("/opportunities?amount.gte=1", "amount.gte"),
        ("/opportunities?amount.is_null=true", "amount.is_null"),
        ("/opportunities?expected_revenue=5", "expected_revenue"),
        ("/opportunities?probability=5", "probability"),
        ("/opportunities?tag=closeted", "tag"),
        ("/opportunities?close_date.lte=today", "close_date.lte"),
        ("/opportunities?sort=-amount", "sort"),
        ("/opportunities?sort=name,close_date", "sort"),
        ("/accounts?domain=secretdomain.com", "domain"),
        ("/accounts?sort=annual_revenue", "sort"),
        ("/contacts?email=confidant@secretdomain.com", "email"),
    ] {
        assert_eq!(rep.get(path).await.problem(), format!("403 field_not_permitted: {at}"), "{path}");
    }
    let on = format!("/opportunities?limit=1&sort=-amount&cursor={cursor}");
    assert_eq!(rep.get(&on).await.problem(), "403 field_not_permitted: sort");
    let deep = json!({ "filter": { "or": [{ "field": "name", "op": "eq", "value": "x" }, { "not": { "field": "amount", "op": "gt", "value": 1 } }] } });
    assert_eq!(rep.post("/opportunities/query", deep).await.problem(), "403 field_not_permitted: filter.or.1.not");
    restrict(&app, json!({ "task": { "due_date": "hidden" } })).await;
    assert_eq!(rep.get("/tasks?due=today").await.problem(), "403 field_not_permitted: due_date");
    assert_eq!(rep.get("/tasks").await.status, 200, "the default order does without it");
}

#[tokio::test]
async fn a_field_that_may_not_be_written_is_not() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (deal, account, ..) = records(&rep, &app).await;
    let (path, euros) = (format!("/opportunities/{deal}"), |n: &str| json!({ "amount": n, "currency": "EUR" }));
    let before = rep.patch(&path, json!({ "amount": euros("5"), "version": 3 })).await;
    let event = before.event();
    restrict(
        &app,
        json!({ "opportunity": { "amount": "read_only", "products": "read_only" }, "account": { "domain": "hidden" } }),
    )
    .await;
    let seen = rep.get(&path).await.ok();
    assert_eq!((&seen["amount"]["amount"], &seen["hidden_fields"]), (&json!("5.00"), &json!([])));
    assert_eq!(
        rep.patch(&path, json!({ "amount": euros("6"), "version": 4 })).await.problem(),
        "403 field_not_permitted: amount"
    );
    assert_eq!(
        rep.patch(&path, json!({ "amount": null, "version": 4 })).await.problem(),
        "403 field_not_permitted: amount"
    );
    // What stays as it is passes, and so does the rest.
    let same = rep.patch(&path, json!({ "amount": euros("5"), "next_step": "Call", "version": 4 })).await;
    assert_eq!(same.body["next_step"], "Call");
    assert_eq!(
        rep.post("/opportunities", json!({ "name": "New", "amount": euros("1") })).await.problem(),
        "403 field_not_permitted: amount"
    );
    assert_eq!(rep.post("/opportunities", json!({ "name": "New" })).await.status, 201);
    assert_eq!(
        rep.patch(&format!("/accounts/{account}"), json!({ "domain": "other.com", "version": 1 })).await.problem(),
        "403 field_not_permitted: domain"
    );
    assert_eq!(rep.post("/undo", json!({ "event_id": event })).await.problem(), "403 field_not_permitted: amount");
    let line = json!({ "product_id": "00000000-0000-7000-8000-000000000000", "quantity": "1", "version": 5 });
    assert_eq!(rep.post(&format!("{path}/lines"), line).await.problem(), "403 field_not_permitted: products");
    // A conflict does not tell what is hidden either; and a move brings its probability although nobody may write that.
    restrict(&app, json!({ "opportunity": { "probability": "hidden" } })).await;
    let won = app.admin.stage("Won").await;
    let stale = rep.patch(&path, json!({ "stage_id": won, "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert!(!stale.body["conflict"].to_string().contains("probability"), "{}", stale.body);
    assert_eq!(rep.patch(&path, json!({ "stage_id": won, "version": 5 })).await.status, 200);
    assert_eq!(app.admin.get(&path).await.ok()["probability"], 100);
}

#[tokio::test]
async fn the_widest_of_stacked_roles_wins_at_the_next_request() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (deal, ..) = records(&rep, &app).await;
    let path = format!("/opportunities/{deal}");
    restrict(&app, hidden()).await;
    assert_eq!(rep.get(&path).await.ok()["amount"], json!(null));
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query(
        "insert into user_role (org_id, user_id, role_id) select org_id, $1, id from role where builtin = 'read_only'",
    )
    .bind(rep.id.0)
    .execute(&mut db)
    .await
    .unwrap();
    // The other role shows it, but lets nothing be written: together the field is read-only.
    assert_eq!(rep.get(&path).await.ok()["amount"]["amount"], "17654321.00");
    let change = json!({ "amount": { "amount": "1", "currency": "EUR" }, "version": 3 });
    assert_eq!(rep.patch(&path, change).await.problem(), "403 field_not_permitted: amount");
}

#[tokio::test]
async fn who_may_change_roles_says_which_fields_they_keep_back() {
    let app = TestApp::new().await;
    let (rep, role) = (app.user(Builtin::SalesRep).await, role(&app, "Sales Rep").await);
    let path = format!("/roles/{role}/fields");
    let told = app.admin.get(&path).await.ok();
    assert_eq!(told["fields"], json!({}));
    assert!(told["restrictable"]["opportunity"].as_array().unwrap().contains(&json!("amount")));
    let said = put(&app.admin, &role, json!({ "opportunity": { "amount": "hidden" }, "contact": {} })).await;
    assert_eq!(said.body["fields"], json!({ "opportunity": { "amount": "hidden" } }));
    assert!(!said.event().is_empty());
    for (fields, expected) in [
        (json!({ "opportunity": { "name": "hidden" } }), "422 invalid: fields.opportunity.name"),
        (json!({ "product": { "name": "hidden" } }), "422 invalid: fields.product"),
        (json!({ "opportunity": { "amount": "full" } }), "422 invalid: fields.opportunity.amount"),
    ] {
        assert_eq!(put(&app.admin, &role, fields).await.problem(), expected);
    }
    let stale = json!({ "fields": {}, "version": 1 });
    let stale = app.admin.send(app.admin.request(Method::PUT, &path).json(&stale)).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let administrator = self::role(&app, "Administrator").await;
    let narrowed = put(&app.admin, &administrator, json!({ "opportunity": { "amount": "hidden" } })).await;
    assert_eq!(narrowed.problem(), "409 builtin_role: fields");
    assert_eq!(put(&rep, &role, json!({})).await.problem(), "403 forbidden");
    assert_eq!(rep.get(&path).await.problem(), "403 forbidden");
    assert_eq!(put(&app.stranger().await, &role, json!({})).await.problem(), "404 not_found");
}

#[tokio::test]
async fn agents_and_imports_know_no_more_than_their_person() {
    let app = TestApp::with(TestOptions { background: true, ..TestOptions::default() }).await;
    let rep = app.user(Builtin::SalesManager).await;
    records(&rep, &app).await;
    put(&app.admin, &role(&app, "Sales Manager").await, hidden()).await.ok();
    for goal in [
        "What is the amount of Deal?",
        "Tell me about Deal",
        "Show my biggest deals",
        "How much is in the pipeline?",
        "Total amount by owner",
        "Deals over 1000",
        "Set the amount of Deal to 5000",
        "Which deals close this year?",
    ] {
        let made = rep.post("/agent-runs", json!({ "goal": goal })).await.ok();
        let path = format!("/agent-runs/{}", made["id"].as_str().unwrap());
        let mut run = rep.get(&path).await.ok();
        for _ in 0..600 {
            if ["done", "waiting", "failed", "cancelled"].contains(&run["status"].as_str().unwrap()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            run = rep.get(&path).await.ok();
        }
        let body = run.to_string();
        for secret in SECRETS {
            assert!(!body.contains(secret), "{goal}: {secret}: {run:#}");
        }
        assert_eq!(run["proposals"], json!([]), "{goal}: {run:#}");
    }
    let boundary = "----a-file-follows";
    let file = "name,amount,next_step\nImported,5,Call\n";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"deals.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--{boundary}--\r\n"
    );
    let request = rep
        .request(Method::POST, "/imports")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let import = rep.send(request.body(body)).await.ok();
    let mapped: Vec<&Value> = import["mapping"].as_array().unwrap().iter().map(|c| &c["field"]).collect();
    assert!(!mapped.contains(&&json!("amount")) && !mapped.contains(&&json!("next_step")), "{mapped:?}");
    let id = import["id"].as_str().unwrap();
    let mapping = json!({ "mapping": [{ "column": 1, "field": "amount" }] });
    assert_eq!(rep.patch(&format!("/imports/{id}"), mapping).await.problem(), "403 field_not_permitted: amount");
    app.stop().await;
}

/// Somebody who may read the audit log, with a role that hides what the others hide.
#[tokio::test]
async fn the_audit_log_and_its_export_leave_out_what_is_hidden() {
    let app = TestApp::new().await;
    let auditor = app.user(Builtin::SalesManager).await;
    let (deal, ..) = records(&auditor, &app).await;
    let read_audit = app.admin.send({
        let path = format!("/roles/{}", role(&app, "Sales Manager").await);
        app.admin.request(Method::PATCH, &path).json(&json!({ "grants": { "audit": { "read": "all" } }, "version": 1 }))
    });
    read_audit.await.ok();
    let path = format!("/audit?record_id={deal}&type=opportunity.updated");
    let all = |format: &str| format!("/audit/export?format={format}");
    let seen = auditor.get(&path).await.ok();
    assert!(seen.to_string().contains("zanzibar") && seen["items"][0]["hidden_fields"] == json!([]), "{seen}");
    put(&app.admin, &role(&app, "Sales Manager").await, hidden()).await.ok();
    let seen = auditor.get(&path).await.ok();
    let event = &seen["items"][0];
    assert_eq!((&event["changes"], &event["hidden_fields"]), (&json!([]), &json!(["amount", "next_step"])));
    for path in ["/audit?limit=200".to_owned(), "/audit?q=deal".to_owned(), all("csv"), all("jsonl")] {
        let told = auditor.get(&path).await.ok().to_string();
        assert!(told.contains("next_step"), "{path} names what it leaves out");
        for secret in SECRETS {
            assert!(!told.contains(secret), "{path} tells {secret}: {told}");
        }
    }
    assert!(app.admin.get(&path).await.ok().to_string().contains("zanzibar"), "an administrator's role hides nothing");
}

#[tokio::test]
async fn what_a_record_belongs_to_can_be_fixed_but_not_hidden() {
    let app = TestApp::new().await;
    let (rep, role) = (app.user(Builtin::SalesRep).await, role(&app, "Sales Rep").await);
    let (deal, account, contact, task) = records(&rep, &app).await;
    let told = app.admin.get(&format!("/roles/{role}/fields")).await.ok();
    assert_eq!(told["always_shown"]["opportunity"], json!(["account_id", "primary_contact_id"]));
    let refused = put(&app.admin, &role, json!({ "opportunity": { "account_id": "hidden" } })).await;
    assert_eq!(refused.problem(), "422 invalid: fields.opportunity.account_id");
    restrict(
        &app,
        json!({ "opportunity": { "account_id": "read_only" }, "contact": { "account_id": "read_only" }, "task": { "opportunity_id": "read_only" } }),
    )
    .await;
    assert_eq!(rep.get(&format!("/opportunities/{deal}")).await.ok()["account_id"], json!(account));
    for (path, change, field) in [
        (format!("/opportunities/{deal}"), json!({ "account_id": null, "version": 3 }), "account_id"),
        (format!("/contacts/{contact}"), json!({ "account_id": null, "version": 1 }), "account_id"),
        (format!("/tasks/{task}"), json!({ "opportunity_id": null, "version": 1 }), "opportunity_id"),
    ] {
        assert_eq!(rep.patch(&path, change).await.problem(), format!("403 field_not_permitted: {field}"), "{path}");
    }
    let new = json!({ "name": "New", "account_id": account });
    assert_eq!(rep.post("/opportunities", new).await.problem(), "403 field_not_permitted: account_id");
    assert_eq!(rep.get(&format!("/opportunities?account_id={account}")).await.names(), ["Deal"]);
}
