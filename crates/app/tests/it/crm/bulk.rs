//! Changes of many records: each as one alone would be, what is refused is told, and all of it can be taken back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

fn url(made: &Value) -> String {
    format!("/bulk-changes/{}", made["id"].as_str().unwrap())
}

/// Waits until it has ended.
async fn ended(person: &Person, made: &Value) -> Value {
    for _ in 0..1_200 {
        let now = person.get(&url(made)).await.ok();
        if !["running", "undoing"].contains(&now["status"].as_str().unwrap()) {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it does not end");
}

pub(super) async fn change(person: &Person, body: Value) -> Value {
    let made = person.post("/bulk-changes", body).await;
    assert_eq!(made.status, 202, "{:?}", made.body);
    ended(person, &made.body).await
}

fn counts(bulk: &Value) -> Value {
    json!([bulk["status"], bulk["total"], bulk["changed"], bulk["refused"], bulk["undone"]])
}

fn record(of: &Value) -> Value {
    json!({ "id": of["id"], "version": of["version"] })
}

#[tokio::test]
async fn a_selection_is_changed_record_by_record_and_what_is_refused_is_told() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let reader = app.user(Builtin::ReadOnly).await;
    let mine = rep.opportunity("Mine", json!({ "tags": ["old", "kept"] })).await;
    let stale = rep.opportunity("Stale", json!({})).await;
    let path = format!("/opportunities/{}", stale["id"].as_str().unwrap());
    rep.patch(&path, json!({ "next_step": "Call", "version": 1 })).await.ok();
    let theirs = app.admin.opportunity("Theirs", json!({})).await;
    let body = json!({ "object": "opportunity", "records": [record(&mine), record(&stale), record(&theirs)],
        "change": { "set": { "next_step": "Write" }, "add_tags": ["new"], "remove_tags": ["old"] } });
    assert_eq!(reader.post("/bulk-changes", body.clone()).await.problem(), "403 forbidden");

    let done = change(&rep, body).await;
    assert_eq!(counts(&done), json!(["done", 3, 1, 2, 0]));
    let refusals = rep.get(&format!("{}/refusals", url(&done))).await.ok();
    let told: Vec<Value> =
        refusals["items"].as_array().unwrap().iter().map(|r| json!([r["name"], r["code"]])).collect();
    assert!(told.contains(&json!(["Stale", "version_conflict"])), "{told:?}");
    assert!(told.contains(&json!([null, "not_found"])), "what is hidden has no name: {told:?}");
    let report = rep.request(reqwest::Method::GET, &format!("{}/report", url(&done))).send().await.unwrap();
    let report = report.text().await.unwrap();
    assert!(report.starts_with("id,name,state,field,code,reason\n") && report.contains("Stale,refused"), "{report}");

    let path = format!("/opportunities/{}", mine["id"].as_str().unwrap());
    let now = rep.get(&path).await.ok();
    assert_eq!(json!([now["next_step"], now["tags"]]), json!(["Write", ["kept", "new"]]));
    // It is its person's alone.
    assert_eq!(app.admin.get(&url(&done)).await.status, 404);
    assert_eq!(app.stranger().await.get(&url(&done)).await.status, 404);

    assert_eq!(rep.post(&format!("{}/undo", url(&done)), json!({})).await.status, 202);
    assert_eq!(counts(&ended(&rep, &done).await), json!(["undone", 3, 1, 2, 1]));
    let now = rep.get(&path).await.ok();
    assert_eq!(json!([now["next_step"], now["tags"]]), json!([null, ["old", "kept"]]));
    assert_eq!(rep.post(&format!("{}/undo", url(&done)), json!({})).await.problem(), "409 nothing_to_undo");
}

#[tokio::test]
async fn all_that_a_filter_finds_meets_gates_and_rules() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let euros = |amount: &str| json!({ "amount": { "amount": amount, "currency": "EUR" } });
    for n in 0..120 {
        rep.opportunity(&format!("Deal {n}"), euros(if n < 20 { "5" } else { "500" })).await;
    }
    app.admin.opportunity("Not theirs", euros("500")).await;
    let rule = json!({ "object": "opportunity", "name": "r", "expression": "next_step != \"Close\" || amount > 100", "field": "amount", "message": "too small" });
    app.admin.post("/rules", rule).await.ok();
    let all = json!({ "filter": { "field": "amount", "op": "gte", "value": 1 } });
    let body = json!({ "object": "opportunity", "matching": all, "change": { "set": { "next_step": "Close" } } });
    let done = change(&rep, body).await;
    assert_eq!(counts(&done), json!(["done", 120, 100, 20, 0]));
    let refusals = rep.get(&format!("{}/refusals", url(&done))).await.ok();
    assert_eq!(json!([refusals["items"][0]["field"], refusals["items"][0]["message"]]), json!(["amount", "too small"]));

    // The gate of Lost asks for a reason.
    let lost = rep.stage("Lost").await;
    let body = json!({ "object": "opportunity", "matching": { "filter": { "field": "amount", "op": "lt", "value": 100 } },
        "change": { "set": { "stage_id": lost } } });
    let done = change(&rep, body).await;
    assert_eq!(counts(&done), json!(["done", 20, 0, 20, 0]));

    let body = json!({ "object": "opportunity", "matching": { "filter": { "field": "amount", "op": "lt", "value": 100 } }, "change": { "delete": true } });
    let done = change(&rep, body).await;
    assert_eq!(counts(&done), json!(["done", 20, 20, 0, 0]));
    assert_eq!(rep.get("/opportunities?count=true&limit=1").await.ok()["total"], 100);
    rep.post(&format!("{}/undo", url(&done)), json!({})).await;
    assert_eq!(counts(&ended(&rep, &done).await), json!(["undone", 20, 20, 0, 20]));
    assert_eq!(rep.get("/opportunities?count=true&limit=1").await.ok()["total"], 120);
}

#[tokio::test]
async fn what_has_been_edited_since_stays_when_it_is_taken_back() {
    let app = TestApp::with_background().await;
    let made = app.admin.post("/accounts", json!({ "name": "Isdom", "country": "Norway" })).await.ok();
    let body = json!({ "object": "account", "records": [record(&made)], "change": { "set": { "country": "Sweden" } } });
    let done = change(&app.admin, body).await;
    let path = format!("/accounts/{}", made["id"].as_str().unwrap());
    app.admin.patch(&path, json!({ "country": "Denmark", "version": 2 })).await.ok();
    app.admin.post(&format!("{}/undo", url(&done)), json!({})).await;
    assert_eq!(counts(&ended(&app.admin, &done).await), json!(["undone", 1, 1, 0, 0]));
    assert_eq!(app.admin.get(&path).await.ok()["country"], "Denmark");
    let kept = app.admin.get(&format!("{}/refusals", url(&done))).await.ok();
    assert_eq!(json!([kept["items"][0]["state"], kept["items"][0]["code"]]), json!(["kept", "nothing_to_undo"]));
}

#[tokio::test]
async fn what_no_record_takes_is_refused_at_once() {
    let app = TestApp::new().await;
    let nil = json!({ "id": "00000000-0000-7000-8000-000000000000", "version": 1 });
    let many: Vec<Value> = std::iter::repeat_n(nil.clone(), 5_001).collect();
    for (body, status) in [
        (json!({ "records": [nil], "change": {} }), 422),
        (json!({ "records": [nil], "change": { "delete": true, "add_tags": ["x"] } }), 422),
        (json!({ "records": [nil], "change": { "set": { "version": 3 } } }), 422),
        (json!({ "records": [nil], "change": { "set": { "no_such": 3 } } }), 422),
        (json!({ "records": [], "change": { "delete": true } }), 422),
        (json!({ "records": many, "change": { "delete": true } }), 422),
        (json!({ "change": { "delete": true } }), 422),
        (json!({ "records": [nil], "matching": {}, "change": { "delete": true } }), 422),
        (
            json!({ "matching": { "filter": { "field": "no_such", "op": "eq", "value": 1 } }, "change": { "delete": true } }),
            400,
        ),
        (json!({ "records": [nil], "change": { "set": { "next_step": "x".repeat(70_000) } } }), 422),
    ] {
        let mut whole = json!({ "object": "opportunity" });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = app.admin.post("/bulk-changes", whole).await;
        assert_eq!(answer.status, status, "{body:.300}: {:?}", answer.body);
    }
}

#[tokio::test]
async fn all_leads_that_match_are_changed_and_changed_back() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mine = super::leads::lead(&rep, json!({})).await;
    let theirs = super::leads::lead(&app.admin, json!({})).await;
    let body = json!({ "object": "lead", "matching": { "filter": { "field": "state", "op": "eq", "value": "open" } },
        "change": { "set": { "rating": "hot" }, "add_tags": ["fair"] } });
    let done = change(&rep, body).await;
    assert_eq!(counts(&done), json!(["done", 2, 1, 1, 0]), "one that is seen and not theirs is refused");
    let now = rep.get(&super::leads::at(&mine)).await.ok();
    assert_eq!(json!([now["rating"], now["tags"]]), json!(["hot", ["fair"]]));
    assert_eq!(app.admin.get(&super::leads::at(&theirs)).await.ok()["rating"], Value::Null);

    assert_eq!(rep.post(&format!("{}/undo", url(&done)), json!({})).await.status, 202);
    assert_eq!(counts(&ended(&rep, &done).await), json!(["undone", 2, 1, 1, 1]));
    let before = rep.get(&super::leads::at(&mine)).await.ok();
    assert_eq!(json!([before["rating"], before["tags"]]), json!([null, []]));
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_what_it_changed_stays() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (old, new) = (rep.opportunity("Old", json!({})).await, rep.opportunity("New", json!({})).await);
    let with =
        |one: &Value| json!({ "object": "opportunity", "records": [record(one)], "change": { "add_tags": ["seen"] } });
    let (first, second) = (change(&rep, with(&old)).await, change(&rep, with(&new)).await);
    let first_id: uuid::Uuid = first["id"].as_str().unwrap().parse().unwrap();
    sqlx::query("update bulk_change set finished_at = finished_at - interval '91 days' where id = $1")
        .bind(first_id)
        .execute(&mut app.db.superuser().await)
        .await
        .unwrap();
    dealwright_crm::bulk::job::prune(&app.state.access).await.unwrap();
    assert_eq!(rep.get(&url(&first)).await.problem(), "404 not_found");
    assert_eq!(rep.get(&url(&second)).await.status, 200);
    let path = format!("/opportunities/{}", old["id"].as_str().unwrap());
    assert_eq!(rep.get(&path).await.ok()["tags"], json!(["seen"]));
}
