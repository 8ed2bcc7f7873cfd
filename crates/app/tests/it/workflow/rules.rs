//! Validation rules: one judgement on every path, for everybody, and no rule that its administrator can't switch off.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// A rule of the administrator's.
async fn rule(app: &TestApp, object: &str, expression: &str, field: &str) -> Value {
    let body = json!({ "object": object, "name": expression, "expression": expression, "field": field, "message": "not like this" });
    let made = app.admin.post("/rules", body).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body
}

fn url(rule: &Value) -> String {
    format!("/rules/{}", rule["id"].as_str().unwrap())
}

fn deal_url(deal: &Value) -> String {
    format!("/opportunities/{}", deal["id"].as_str().unwrap())
}

fn euros(amount: &str) -> Value {
    json!({ "amount": { "amount": amount, "currency": "EUR" } })
}

/// The whole of what a broken rule answers.
fn assert_unmet(answer: &Answer, rule: &Value, field: &str) {
    assert_eq!(answer.problem(), format!("422 rule_not_met: {field}"), "{:?}", answer.body);
    let error = json!({ "field": field, "code": "rule", "message": "not like this", "rule_id": rule["id"] });
    assert_eq!(answer.body["errors"], json!([error]));
}

#[tokio::test]
async fn every_way_of_writing_a_deal_meets_the_same_rule() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Isdom renewal", euros("500")).await;
    rep.patch(&deal_url(&deal), json!({ "amount": euros("50")["amount"], "version": 1 })).await.ok();
    let raised = rep.patch(&deal_url(&deal), json!({ "amount": euros("700")["amount"], "version": 2 })).await.event();
    let least = rule(&app, "opportunity", "amount == null || amount >= 100", "amount").await;

    assert_unmet(
        &rep.post("/opportunities", json!({ "name": "Small", "amount": euros("5")["amount"] })).await,
        &least,
        "amount",
    );
    let patched = rep.patch(&deal_url(&deal), json!({ "amount": euros("5")["amount"], "version": 3 })).await;
    assert_unmet(&patched, &least, "amount");
    // The undo would set the amount back to 50.
    assert_unmet(&rep.post("/undo", json!({ "event_id": raised })).await, &least, "amount");

    let won = rule(&app, "opportunity", "stage.kind != \"won\" || next_step != null", "next_step").await;
    let stage = rep.stage("Won").await;
    let moved = rep.post(&format!("{}/move", deal_url(&deal)), json!({ "stage_id": stage, "version": 3 })).await;
    assert_unmet(&moved, &won, "next_step");
    let patched = rep.patch(&deal_url(&deal), json!({ "stage_id": stage, "version": 3 })).await;
    assert_unmet(&patched, &won, "next_step");
    let both =
        rep.post("/opportunities", json!({ "name": "Small", "amount": euros("5")["amount"], "stage_id": stage })).await;
    assert_eq!(both.problem(), "422 rule_not_met: amount, next_step");

    let after = rep.get(&deal_url(&deal)).await.ok();
    assert_eq!(json!([after["version"], after["amount"]["amount"]]), json!([3, "700.00"]), "nothing was written");
}

#[tokio::test]
async fn an_approved_proposal_meets_the_rule() {
    let app = TestApp::with_background().await;
    app.admin.opportunity("Isdom renewal", euros("500")).await;
    let made = app.admin.post("/agent-runs", json!({ "goal": "set the amount of Isdom renewal to 50k" })).await.ok();
    let path = format!("/agent-runs/{}", made["id"].as_str().unwrap());
    let mut run = Value::Null;
    for _ in 0..600 {
        run = app.admin.get(&path).await.ok();
        if run["status"] == "waiting" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let proposal = &run["proposals"][0];
    let most = rule(&app, "opportunity", "amount <= 10000", "amount").await;
    let approval = format!("/proposals/{}/approval", proposal["id"].as_str().unwrap());
    let approved = app.admin.post(&approval, json!({ "diff_hash": proposal["diff_hash"] })).await;
    assert_unmet(&approved, &most, "amount");
    let shown = app.admin.get(&format!("/proposals/{}", proposal["id"].as_str().unwrap())).await.ok();
    assert_eq!(shown["status"], "pending", "it can be approved once the rule allows it");
}

#[tokio::test]
async fn accounts_contacts_and_tasks_are_judged_too() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let secure = rule(&app, "account", "website == null || website.startsWith(\"https://\")", "website").await;
    let reachable = rule(&app, "contact", "email != null || phone != null", "email").await;
    let planned = rule(&app, "task", "priority != \"high\" || due_date >= today", "due_date").await;

    assert_unmet(
        &rep.post("/accounts", json!({ "name": "Isdom", "website": "http://isdom.test" })).await,
        &secure,
        "website",
    );
    let account = rep.post("/accounts", json!({ "name": "Isdom", "website": "https://isdom.test" })).await.ok();
    let patch = json!({ "website": "http://isdom.test", "version": 1 });
    let path = format!("/accounts/{}", account["id"].as_str().unwrap());
    assert_unmet(&rep.patch(&path, patch).await, &secure, "website");

    assert_unmet(&rep.post("/contacts", json!({ "last_name": "Kim" })).await, &reachable, "email");
    let contact = rep.post("/contacts", json!({ "last_name": "Kim", "phone": "1" })).await.ok();
    let path = format!("/contacts/{}", contact["id"].as_str().unwrap());
    assert_unmet(&rep.patch(&path, json!({ "phone": null, "version": 1 })).await, &reachable, "email");

    assert_unmet(&rep.post("/tasks", json!({ "title": "Call", "priority": "high" })).await, &planned, "due_date");
    let task = rep.post("/tasks", json!({ "title": "Call" })).await.ok();
    let path = format!("/tasks/{}", task["id"].as_str().unwrap());
    assert_unmet(&rep.patch(&path, json!({ "priority": "high", "version": 1 })).await, &planned, "due_date");
}

#[tokio::test]
async fn old_data_does_not_stand_in_the_way_of_other_edits() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Old", json!({})).await;
    rule(&app, "opportunity", "amount > 0 && account.name != null", "amount").await;
    app.admin.patch(&deal_url(&deal), json!({ "next_step": "Call", "version": 1 })).await.ok();
    let cleared = app.admin.patch(&deal_url(&deal), json!({ "amount": euros("5")["amount"], "version": 2 })).await;
    assert_eq!(cleared.problem(), "422 rule_not_met: amount");
    // Neither do deletion and restoration ask.
    let version = json!({});
    let gone = app.admin.request(Method::DELETE, &deal_url(&deal)).header("if-match", "\"2\"");
    assert_eq!(app.admin.send(gone).await.status, 204);
    app.admin.post(&format!("{}/restore", deal_url(&deal)), version).await.ok();
}

#[tokio::test]
async fn what_was_before_the_change_can_be_asked() {
    let app = TestApp::new().await;
    let never_down =
        rule(&app, "opportunity", "is_new || previous.amount == null || amount >= previous.amount", "amount").await;
    let deal = app.admin.opportunity("Deal", euros("100")).await;
    let up = app.admin.patch(&deal_url(&deal), json!({ "amount": euros("200")["amount"], "version": 1 })).await;
    assert_eq!(up.status, 200);
    let down = app.admin.patch(&deal_url(&deal), json!({ "amount": euros("199.99")["amount"], "version": 2 })).await;
    assert_unmet(&down, &never_down, "amount");
}

/// The administrator's way out: rules apply to records, never to rules.
#[tokio::test]
async fn a_rule_that_fails_on_every_write_can_be_switched_off() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({})).await;
    for expression in ["1 / (1 - 1) == 1", "1 == 2"] {
        let bad = rule(&app, "opportunity", expression, "name").await;
        let code = if expression == "1 == 2" { "rule_not_met" } else { "rule_failed" };
        let refused = app.admin.post("/opportunities", json!({ "name": "New" })).await;
        assert_eq!(refused.problem(), format!("422 {code}: name"));
        assert_eq!(refused.body["errors"][0]["rule_id"], bad["id"]);
        let refused =
            app.admin.patch(&deal_url(&deal), json!({ "next_step": expression, "version": deal["version"] })).await;
        assert_eq!(refused.problem(), format!("422 {code}: name"));
        app.admin.patch(&url(&bad), json!({ "active": false, "version": 1 })).await.ok();
        assert_eq!(app.admin.post("/opportunities", json!({ "name": "New" })).await.status, 201);
        // It comes into force again, and is deleted in force.
        app.admin.patch(&url(&bad), json!({ "active": true, "version": 2 })).await.ok();
        assert_eq!(app.admin.post("/opportunities", json!({ "name": "New" })).await.status, 422);
        assert_eq!(app.admin.delete(&url(&bad)).await.status, 204);
        assert_eq!(app.admin.post("/opportunities", json!({ "name": "New" })).await.status, 201);
    }
}

/// A rule whose facts are gone, as after an upgrade, fails aloud; it can be switched off and mended, not switched on.
#[tokio::test]
async fn a_rule_that_does_not_pass_its_check_any_more_says_so() {
    let app = TestApp::new().await;
    let good = rule(&app, "account", "name != \"x\"", "name").await;
    let mut db = <sqlx::PgConnection as sqlx::Connection>::connect_with(&app.db.roles.migrator).await.unwrap();
    sqlx::query("update rule set expression = 'no_such_fact == 1'").execute(&mut db).await.unwrap();
    let shown = app.admin.get(&url(&good)).await.ok();
    assert_eq!(json!([shown["active"], shown["problems"][0]["code"]]), json!([true, "unknown_name"]));
    assert_eq!(app.admin.post("/accounts", json!({ "name": "Isdom" })).await.problem(), "422 rule_failed: name");
    app.admin.patch(&url(&good), json!({ "active": false, "version": 1 })).await.ok();
    assert_eq!(app.admin.post("/accounts", json!({ "name": "Isdom" })).await.status, 201);
    let on = app.admin.patch(&url(&good), json!({ "active": true, "version": 2 })).await;
    assert_eq!(on.problem(), "422 invalid: expression");
}

#[tokio::test]
async fn rules_are_the_administrators_and_the_organisations() {
    let app = TestApp::new().await;
    let made = rule(&app, "account", "industry != null", "industry_id").await;
    let trial = json!({ "object": "account", "expression": "true", "record_id": made["id"] });
    for role in [Builtin::SalesManager, Builtin::SalesRep, Builtin::ReadOnly] {
        let person = app.user(role).await;
        let mut answers =
            vec![person.get("/rules").await, person.get(&url(&made)).await, person.delete(&url(&made)).await];
        answers.push(person.patch(&url(&made), json!({ "active": false, "version": 1 })).await);
        answers.push(person.post("/rules/test", trial.clone()).await);
        answers.push(person.post("/rules/dry-run", json!({ "object": "account", "expression": "true" })).await);
        assert!(answers.iter().all(|a| a.problem() == "403 forbidden"), "{answers:?}");
    }
    let stranger = app.stranger().await;
    assert_eq!(stranger.get("/rules").await.ok()["items"], json!([]));
    assert_eq!(stranger.patch(&url(&made), json!({ "active": false, "version": 1 })).await.problem(), "404 not_found");
    assert_eq!(stranger.delete(&url(&made)).await.problem(), "404 not_found");
    assert_eq!(stranger.post("/accounts", json!({ "name": "Isdom" })).await.status, 201, "the rule is not theirs");

    let stale = app.admin.patch(&url(&made), json!({ "name": "Other", "version": 9 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(stale.body["conflict"]["fields"][0]["yours"], "Other");
    let again = json!({ "object": "account", "name": "INDUSTRY != null", "expression": "true", "field": "name", "message": "m" });
    assert_eq!(app.admin.post("/rules", again).await.problem(), "409 rule_name_taken: name");

    let audit = app.admin.get(&url(&made)).await.ok();
    assert_eq!(audit["version"], 1);
}

#[tokio::test]
async fn a_malformed_rule_is_refused_with_its_place() {
    let app = TestApp::new().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "object": "opportunity", "name": "R", "expression": "amount > 0", "field": "amount", "message": "m" });
        body[field] = value;
        body
    };
    for (field, value, expected) in [
        ("expression", json!("amuont > 0"), "unknown_name"),
        ("expression", json!("amount >"), "syntax"),
        ("expression", json!("amount"), "not_bool"),
        ("expression", json!("(".repeat(1_000)), "too_deep"),
        ("expression", json!("x".repeat(900_000)), "too_long"),
        ("expression", json!(""), "syntax"),
        ("field", json!("created_at"), "invalid_value"),
        ("message", json!(" "), "required"),
        ("message", json!("x".repeat(501)), "too_long"),
        ("name", json!("a\u{0}b"), "unsupported_character"),
        ("object", json!("product"), "invalid_value"),
    ] {
        let answer = app.admin.post("/rules", with(field, value)).await;
        assert_eq!(answer.problem(), format!("422 invalid: {field}"), "{:?}", answer.body);
        assert_eq!(answer.body["errors"][0]["code"], expected);
    }
    let checked = app
        .admin
        .post("/rules/check", json!({ "object": "opportunity", "expression": "true &&\n amuont > 0" }))
        .await
        .ok();
    let problem = json!({ "line": 2, "column": 2, "code": "unknown_name", "message": "there is no amuont here", "suggestion": "amount" });
    assert_eq!(checked, json!({ "ok": false, "problems": [problem], "facts": [] }));
    let facts = app.admin.get("/rules/facts?object=task").await.ok();
    assert_eq!(facts["facts"][0]["name"], "title");
    assert_eq!(app.admin.get("/rules/facts?object=galaxy").await.status, 400);
    for i in 0..50 {
        let body = json!({ "object": "task", "name": format!("R{i}"), "expression": "true", "field": "title", "message": "m" });
        assert_eq!(app.admin.post("/rules", body).await.status, 201);
    }
    let one_more = json!({ "object": "task", "name": "R50", "expression": "true", "field": "title", "message": "m" });
    assert_eq!(app.admin.post("/rules", one_more).await.problem(), "422 too_many_rules");
}

#[tokio::test]
async fn an_expression_is_tested_on_a_record_and_run_over_all() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Big", euros("1234.50")).await;
    app.admin.opportunity("Small", euros("5")).await;
    app.admin.opportunity("None", json!({})).await;
    let trial = json!({ "object": "opportunity", "expression": "amount > 1000 && amount == previous.amount && account.name == null && !is_new", "record_id": deal["id"] });
    assert_eq!(
        app.admin.post("/rules/test", trial).await.ok(),
        json!({ "result": true, "error": null, "facts": { "account.name": null, "amount": "1234.5", "is_new": false, "previous.amount": "1234.5" } })
    );
    let failing = json!({ "object": "opportunity", "expression": "probability / 0 > 1", "record_id": deal["id"] });
    assert_eq!(app.admin.post("/rules/test", failing).await.ok()["error"], "it divides by zero");
    let stranger = app.stranger().await;
    let hidden = json!({ "object": "opportunity", "expression": "true", "record_id": deal["id"] });
    assert_eq!(stranger.post("/rules/test", hidden).await.problem(), "404 not_found");

    let run =
        app.admin.post("/rules/dry-run", json!({ "object": "opportunity", "expression": "amount > 1000" })).await.ok();
    let names: Vec<&str> = run["records"].as_array().unwrap().iter().filter_map(|r| r["name"].as_str()).collect();
    assert_eq!((run["checked"].as_u64(), run["failing"].as_u64(), names), (Some(3), Some(2), vec!["Small", "None"]));
    assert_eq!((&run["cut"], &run["next_cursor"]), (&json!(false), &Value::Null));
    let rest = json!({ "object": "opportunity", "expression": "amount > 1000", "cursor": deal["id"] });
    assert_eq!(app.admin.post("/rules/dry-run", rest).await.ok()["checked"], 2);
    let wrong =
        app.admin.post("/rules/dry-run", json!({ "object": "opportunity", "expression": "amuont > 1000" })).await;
    assert_eq!(wrong.problem(), "422 invalid: expression");
}

/// Uploads a file as a browser does, and answers the import's id.
async fn upload(who: &Person, name: &str, content: &str) -> String {
    let boundary = "----a-file-follows";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--{boundary}--\r\n"
    );
    let request = who
        .request(Method::POST, "/imports")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"));
    who.send(request.body(body)).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn act(who: &Person, id: &str, what: &str) -> Value {
    who.post(&format!("/imports/{id}/{what}"), json!({})).await.ok();
    for _ in 0..600 {
        let import = who.get(&format!("/imports/{id}")).await.ok();
        if !["checking", "running"].contains(&import["status"].as_str().unwrap_or_default()) {
            return import;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import never ends");
}

async fn refused_rows(who: &Person, id: &str) -> Vec<(u64, String, String)> {
    let rows = who.get(&format!("/imports/{id}/rows?state=error&limit=100")).await.ok();
    let told = |row: &Value| {
        let problem = &row["problems"][0];
        (
            row["row"].as_u64().unwrap(),
            problem["code"].as_str().unwrap().to_owned(),
            problem["message"].as_str().unwrap().to_owned(),
        )
    };
    rows["items"].as_array().unwrap().iter().map(told).collect()
}

const ACCOUNTS: &str =
    "account,website\nCancity,https://cancity.test\nIsdom,http://isdom.test\nGoodsilron,http://goodsilron.test\n";

#[tokio::test]
async fn an_import_and_its_check_refuse_the_same_rows() {
    let app = TestApp::with_background().await;
    rule(&app, "account", "website.startsWith(\"https://\")", "website").await;
    let id = upload(&app.admin, "accounts.csv", ACCOUNTS).await;
    let checked = act(&app.admin, &id, "check").await;
    let check = &checked["check"];
    assert_eq!(json!([check["ready"], check["creates"], check["errors"]]), json!([1, 1, 2]), "{check}");
    let problem = check["problems"].as_array().unwrap().iter().find(|p| p["code"] == "rule_not_met").unwrap();
    assert_eq!(json!([problem["message"], problem["rows"], problem["field"]]), json!(["not like this", 2, "website"]));
    let told = refused_rows(&app.admin, &id).await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|(_, code, message)| code == "rule_not_met" && message == "not like this"), "{told:?}");
    assert_eq!(app.admin.get("/accounts").await.ok()["items"], json!([]), "the check writes nothing");
    let done = act(&app.admin, &id, "start").await;
    assert_eq!(
        json!([done["status"], done["result"]["created"], done["result"]["failed"]]),
        json!(["done", 1, 2]),
        "{done}"
    );
    assert_eq!(refused_rows(&app.admin, &id).await, told);
}

/// A rule that came into force between the check and the import.
#[tokio::test]
async fn an_import_meets_rules_newer_than_its_check() {
    let app = TestApp::with_background().await;
    let id = upload(&app.admin, "accounts.csv", ACCOUNTS).await;
    assert_eq!(act(&app.admin, &id, "check").await["check"]["ready"], 3);
    rule(&app, "account", "website.startsWith(\"https://\")", "website").await;
    let done = act(&app.admin, &id, "start").await;
    assert_eq!(json!([done["result"]["created"], done["result"]["failed"]]), json!([1, 2]), "{done}");
    assert_eq!(refused_rows(&app.admin, &id).await.len(), 2);
    // And the same of rows that change what is there.
    let again = upload(&app.admin, "accounts.csv", "account,website\nCancity,http://cancity.test\n").await;
    let checked = act(&app.admin, &again, "check").await;
    assert_eq!(json!([checked["check"]["ready"], checked["check"]["errors"]]), json!([0, 1]), "{checked}");
}

#[tokio::test]
async fn a_form_hears_beforehand_what_creating_would_say() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let least = rule(&app, "opportunity", "amount == null || amount >= 100", "amount").await;
    let named = rule(&app, "contact", "email != null", "email").await;
    let small = json!({ "name": "Small", "amount": euros("5")["amount"] });
    assert_unmet(&rep.post("/opportunities/validation", small).await, &least, "amount");
    assert_unmet(&rep.post("/contacts/validation", json!({ "last_name": "Roe" })).await, &named, "email");
    let good = json!({ "name": "Large", "amount": euros("500")["amount"] });
    for (path, body) in [
        ("opportunities", good),
        ("contacts", json!({ "last_name": "Roe", "email": "roe@isdom.test" })),
        ("accounts", json!({ "name": "Isdom" })),
        ("leads", json!({ "last_name": "Roe", "assign": true })),
    ] {
        let said = rep.post(&format!("/{path}/validation"), body).await;
        assert_eq!((said.status, said.headers.get("x-event-id")), (204, None), "{path} {}", said.body);
        // Nothing has been written, and nothing is told.
        assert_eq!(app.admin.get(&format!("/{path}?count=true")).await.body["total"], 0, "{path}");
    }
    assert_eq!(rep.post("/accounts/validation", json!({})).await.problem(), "422 invalid: name");
    assert_eq!(
        rep.post("/accounts/validation", json!({ "name": "x".repeat(501) })).await.problem(),
        "422 invalid: name"
    );
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(reader.post("/accounts/validation", json!({ "name": "x" })).await.problem(), "403 forbidden");
    let theirs = json!({ "last_name": "Roe", "account_id": app.stranger().await.post("/accounts", json!({ "name": "x" })).await.ok()["id"] });
    assert_eq!(rep.post("/contacts/validation", theirs).await.problem(), "422 invalid: account_id");
}
