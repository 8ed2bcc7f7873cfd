//! Plans for accounts: what they say, how far they have come, and who may see and write them.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, TestApp};
use serde_json::{Value, json};

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

fn path(kind: &str, record: &Value) -> String {
    format!("/{kind}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_plan_comes_as_far_as_the_deals_do() {
    let app = TestApp::new().await;
    let top = app.admin.post("/accounts", json!({ "name": "Top" })).await.ok();
    let below = app.admin.post("/accounts", json!({ "name": "Below", "parent_id": top["id"] })).await.ok();
    let ann = app.admin.post("/contacts", json!({ "last_name": "Ann", "account_id": top["id"] })).await.ok();
    let plans = format!("{}/plans", path("accounts", &top));
    let won = app.admin.stage("Won").await;
    for (account, amount, close, win) in [
        (&top, "300", "2026-02-01", true),
        (&below, "200", "2026-03-31", true),
        (&below, "999", "2026-04-01", true),
        (&top, "50", "2026-03-01", false),
        (&top, "7", "2026-04-01", false),
    ] {
        let fields = json!({ "account_id": account["id"], "amount": euros(amount), "close_date": close });
        let deal = app.admin.opportunity("Deal", fields).await;
        if win {
            let moved = json!({ "stage_id": won, "version": 1 });
            app.admin.post(&format!("{}/move", path("opportunities", &deal)), moved).await.ok();
            let on = json!({ "close_date": close, "version": 2 });
            app.admin.patch(&path("opportunities", &deal), on).await;
        }
    }
    let objective = |title: &str, more: Value| {
        let mut body = json!({ "title": title, "state": "underway" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let new = json!({
        "period": "2026-Q1", "goal": " Grow ", "target": euros("1000"), "strategy": "# Land\n\n*and expand*", "threats": "Zenith",
        "people": [{ "contact_id": ann["id"], "role": "Economic buyer", "influence": "high", "attitude": "supporter" }],
        "objectives": [
            objective("Half of it", json!({ "measure": "won_amount", "target_amount": euros("250"), "due_on": "2020-01-01", "owner_id": app.admin.id })),
            objective("Two deals open", json!({ "measure": "open_count", "target_count": 2 })),
            objective("Meet the board", json!({})),
        ],
    });
    let made = app.admin.post(&plans, new).await;
    assert_eq!((made.status, &made.headers["etag"]), (201, &"\"1\"".parse().unwrap()), "{}", made.body);
    let plan = made.body.clone();
    assert_eq!(
        (&plan["goal"], &plan["starts_on"], &plan["ends_on"]),
        (&json!("Grow"), &json!("2026-01-01"), &json!("2026-03-31"))
    );
    let progress = &plan["progress"];
    assert_eq!(
        (&progress["won_amount"], &progress["won_count"], &progress["open_amount"], &progress["percent"]),
        (&euros("500.00"), &json!(2), &euros("50.00"), &json!(50))
    );
    let came =
        |plan: &Value| plan["objectives"].as_array().unwrap().iter().map(|o| o["percent"].clone()).collect::<Vec<_>>();
    assert_eq!(came(&plan), [json!(200), json!(50), Value::Null]);
    assert_eq!(
        (&plan["objectives"][0]["overdue"], &plan["objectives"][0]["owner"]["id"]),
        (&json!(true), &json!(app.admin.id))
    );
    assert_eq!(
        (&plan["people"][0]["contact"]["name"], &plan["people"][0]["attitude"]),
        (&json!("Ann"), &json!("supporter"))
    );

    // One for each account and period; changed by version, and taken back field by field.
    assert_eq!(app.admin.post(&plans, json!({ "period": "2026-Q1" })).await.problem(), "409 plan_exists: period");
    let whole = app.admin.post(&plans, json!({ "period": "2026" })).await.ok();
    assert_eq!(whole["progress"]["won_count"], 3);
    let periods = app.admin.get(&plans).await.ok();
    let periods: Vec<_> = periods["items"].as_array().unwrap().iter().map(|p| p["period"].as_str().unwrap()).collect();
    assert_eq!(periods, ["2026-Q1", "2026"]);
    let one = format!("{plans}/{}", plan["id"].as_str().unwrap());
    let change = json!({ "goal": "Grow faster", "with_below": false, "people": [], "version": 1 });
    let changed = app.admin.patch(&one, change.clone()).await;
    let now = &changed.body;
    assert_eq!(
        (&now["progress"]["won_amount"], &now["people"], &now["version"]),
        (&euros("300.00"), &json!([]), &json!(2))
    );
    let stale = app.admin.patch(&one, change).await;
    assert_eq!((stale.problem(), &stale.body["conflict"]["version"]), ("409 version_conflict".into(), &json!(2)));
    app.admin.patch(&one, json!({ "goal": "Grow at last", "version": 2 })).await.ok();
    let undone = app.admin.post("/undo", json!({ "event_id": changed.event() })).await.ok();
    assert_eq!(undone["kept"][0]["field"], "goal");
    let now = app.admin.get(&one).await.ok();
    assert_eq!((&now["goal"], &now["people"][0]["role"]), (&json!("Grow at last"), &json!("Economic buyer")));
    let gone = app.admin.delete(&one).await;
    assert_eq!((gone.status, app.admin.get(&one).await.status), (204, 404));
    app.admin.post("/undo", json!({ "event_id": gone.event() })).await.ok();
    assert_eq!(came(&app.admin.get(&one).await.ok()).len(), 3);
    let timeline = app.admin.get(&format!("{}/timeline", path("accounts", &top))).await.ok();
    let types: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["account_plan.restored", "account_plan.deleted", "account_plan.undone"]);
    assert_eq!(timeline["items"][0]["subject"]["name"], "Plan 2026-Q1");
    let people = timeline["items"][4]["changes"].as_array().unwrap().iter().find(|c| c["field"] == "people").unwrap();
    assert_eq!(people["new_label"], "0 people", "{timeline:#}");

    // A merge moves plans and places in them.
    let other = app.admin.post("/accounts", json!({ "name": "Other" })).await.ok();
    let merge = json!({ "object": "account", "winner_id": other["id"], "loser_id": top["id"], "winner_version": 1, "loser_version": 1 });
    let merged = app.admin.post("/merges", merge).await;
    let moved = app.admin.get(&format!("{}/plans", path("accounts", &other))).await.ok();
    assert_eq!(moved["items"].as_array().unwrap().len(), 2);
    app.admin.post("/undo", json!({ "event_id": merged.event() })).await.ok();
    assert_eq!(app.admin.get(&plans).await.ok()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_plan_is_its_accounts_to_see_and_write() {
    let app = TestApp::new().await;
    let (rep, other, reader) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let account = rep.post("/accounts", json!({ "name": "Mine" })).await.ok();
    let plans = format!("{}/plans", path("accounts", &account));
    let made = rep.post(&plans, json!({ "period": "2026", "target": euros("10") })).await.ok();
    let one = format!("{plans}/{}", made["id"].as_str().unwrap());
    let change = json!({ "goal": "x", "version": 1 });
    for who in [&other, &reader] {
        assert_eq!(who.get(&one).await.status, 200);
        assert_eq!(who.patch(&one, change.clone()).await.problem(), "403 forbidden");
        assert_eq!(who.post(&plans, json!({ "period": "2027" })).await.problem(), "403 forbidden");
        assert_eq!(who.delete(&one).await.problem(), "403 forbidden");
    }
    let stranger = app.stranger().await;
    for answer in [
        stranger.get(&plans).await,
        stranger.get(&one).await,
        stranger.patch(&one, change).await,
        stranger.delete(&one).await,
    ] {
        assert_eq!(answer.problem(), "404 not_found");
    }
    // Malformed and enormous.
    let patch = async |body: Value| -> Answer { rep.patch(&one, body).await };
    let person = json!({ "contact_id": account["id"], "influence": "high", "attitude": "neutral" });
    let objective = json!({ "title": "x", "state": "planned", "measure": "won_amount" });
    for (body, problem) in [
        (json!({ "strategy": "x".repeat(20_001) }), "422 invalid: strategy"),
        (json!({ "period": "2026-Q5" }), "422 invalid: period"),
        (json!({ "target": { "amount": "1", "currency": "USD" } }), "422 invalid: target"),
        (json!({ "people": [person] }), "422 invalid: people.0.contact_id"),
        (json!({ "people": [person, person] }), "422 invalid: people.1.contact_id"),
        (json!({ "people": vec![person.clone(); 101] }), "422 invalid: people"),
        (json!({ "objectives": [objective] }), "422 invalid: objectives.0.target_amount"),
        (json!({ "objectives": [{ "title": " ", "state": "planned" }] }), "422 invalid: objectives.0.title"),
        (
            json!({ "objectives": [{ "title": "x", "state": "planned", "owner_id": stranger.id }] }),
            "422 invalid: objectives.0.owner_id",
        ),
    ] {
        let mut body = body;
        body["version"] = json!(1);
        assert_eq!(patch(body.clone()).await.problem(), problem, "{body:.200}");
    }
    assert_eq!(patch(json!({ "people": [{ "contact_id": 1 }], "version": 1 })).await.status, 422);
    assert_eq!(rep.post(&plans, json!({ "goal": "x" })).await.problem(), "422 invalid: period");
    // Who does not see a contact does not learn its name; whose role hides amounts learns none.
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Read-only").unwrap();
    let grants = json!({ "grants": { "contact": { "read": "own" } }, "version": role["version"] });
    app.admin.patch(&format!("/roles/{}", role["id"].as_str().unwrap()), grants).await.ok();
    super::hide(&app, "Read-only", json!({ "opportunity": { "amount": "hidden" } })).await;
    let secret = rep.post("/contacts", json!({ "last_name": "Secret" })).await.ok();
    let known = json!({ "contact_id": secret["id"], "influence": "low", "attitude": "sceptic" });
    patch(json!({ "people": [known], "version": 1 })).await.ok();
    let seen = reader.get(&one).await.ok();
    assert_eq!((&seen["people"][0]["contact"], &seen["progress"]["won_amount"]), (&Value::Null, &Value::Null));
    assert_eq!(seen["progress"]["percent"], Value::Null);
    assert!(!reader.get(&format!("{}/timeline", path("accounts", &account))).await.body.to_string().contains("Secret"));
}
