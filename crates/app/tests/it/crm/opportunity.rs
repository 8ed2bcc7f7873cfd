//! Opportunities: who sees them, how they change, how they move, how it is all taken back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

fn path(opportunity: &Value) -> String {
    format!("/opportunities/{}", opportunity["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_new_opportunity_gets_its_defaults() {
    let app = TestApp::new().await;
    let made = app
        .admin
        .opportunity("  GTX Pro, 40 units ", json!({ "amount": { "amount": "1234.5", "currency": "EUR" } }))
        .await;
    assert_eq!(made["name"], "GTX Pro, 40 units");
    assert_eq!(made["stage"]["name"], "Prospecting");
    assert_eq!(
        (&made["probability"], &made["forecast_category"], &made["version"]),
        (&json!(10), &json!("pipeline"), &json!(1))
    );
    assert_eq!(made["amount"], json!({ "amount": "1234.50", "currency": "EUR" }));
    assert_eq!(made["expected_revenue"]["amount"], "123.45");
    assert_eq!(made["may"], json!({ "update": true, "delete": true }));
    let read = app.admin.get(&path(&made)).await;
    assert_eq!(read.headers["etag"], "\"1\"");
    assert_eq!(read.body["lines"], json!([]));
}

#[tokio::test]
async fn a_rep_sees_their_own_a_manager_the_teams_below_a_stranger_nothing() {
    let app = TestApp::new().await;
    let north = app.team("North", None).await;
    let oslo = app.team("Oslo", Some(north)).await;
    let south = app.team("South", None).await;
    let (rep, colleague) =
        (app.user_in(Builtin::SalesRep, Some(oslo)).await, app.user_in(Builtin::SalesRep, Some(south)).await);
    let (boss, reader) = (app.user_in(Builtin::SalesManager, Some(north)).await, app.user(Builtin::ReadOnly).await);
    let mine = rep.opportunity("Mine", json!({})).await;
    let theirs = colleague.opportunity("Theirs", json!({})).await;

    assert_eq!(rep.get("/opportunities").await.names(), ["Mine"]);
    assert_eq!(boss.get("/opportunities").await.names(), ["Mine"]);
    assert_eq!(reader.get("/opportunities?sort=name").await.names(), ["Mine", "Theirs"]);
    assert_eq!(app.stranger().await.get("/opportunities").await.names(), Vec::<String>::new());

    for (who, record, expected) in
        [(&rep, &theirs, "404 not_found"), (&boss, &theirs, "404 not_found"), (&reader, &mine, "403 forbidden")]
    {
        assert_eq!(who.patch(&path(record), json!({ "version": 1, "name": "Hijacked" })).await.problem(), expected);
        assert_eq!(who.delete(&path(record)).await.problem(), expected);
    }
    assert_eq!(boss.patch(&path(&mine), json!({ "version": 1, "next_step": "Call" })).await.status, 200);
    let hidden = rep.get(&path(&theirs)).await;
    let absent = rep.get("/opportunities/00000000-0000-7000-8000-000000000000").await;
    assert_eq!(
        (hidden.status, &hidden.body["detail"], &hidden.body["code"]),
        (absent.status, &absent.body["detail"], &absent.body["code"])
    );
}

#[tokio::test]
async fn a_stale_write_is_refused_and_names_both_values() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({ "next_step": "Call" })).await;
    assert_eq!(app.admin.patch(&path(&deal), json!({ "version": 1, "next_step": "Mail" })).await.status, 200);
    let stale = app.admin.patch(&path(&deal), json!({ "version": 1, "next_step": "Visit" })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(
        stale.body["conflict"],
        json!({ "version": 2, "fields": [{ "field": "next_step", "theirs": "Mail", "yours": "Visit" }] })
    );
    let request = app
        .admin
        .request(Method::PATCH, &path(&deal))
        .header("if-match", "\"2\"")
        .json(&json!({ "next_step": "Visit" }));
    assert_eq!(app.admin.send(request).await.ok()["version"], 3);
    assert_eq!(app.admin.patch(&path(&deal), json!({ "next_step": "x" })).await.problem(), "422 invalid: version");
}

#[tokio::test]
async fn every_path_into_lost_meets_the_same_gate() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({})).await;
    let lost = app.admin.stage("Lost").await;
    let refused = "422 gate_not_cleared: lost_reason_id";
    assert_eq!(
        app.admin.post(&format!("{}/move", path(&deal)), json!({ "stage_id": lost, "version": 1 })).await.problem(),
        refused
    );
    assert_eq!(app.admin.patch(&path(&deal), json!({ "stage_id": lost, "version": 1 })).await.problem(), refused);
    assert_eq!(
        app.admin.post("/opportunities", json!({ "name": "Born lost", "stage_id": lost })).await.problem(),
        refused
    );
    let transitions = app.admin.get(&format!("{}/transitions", path(&deal))).await.ok();
    let to_lost =
        transitions["items"].as_array().unwrap().iter().find(|t| t["stage"]["kind"] == "lost").unwrap().clone();
    assert_eq!((&to_lost["allowed"], &to_lost["missing"][0]["field"]), (&json!(false), &json!("lost_reason_id")));

    let price = app.admin.choice("loss_reason", "Price").await;
    let moved = app
        .admin
        .post(&format!("{}/move", path(&deal)), json!({ "stage_id": lost, "version": 1, "lost_reason_id": price }))
        .await
        .ok();
    let deal = &moved["opportunity"];
    assert_eq!(
        (&deal["stage"]["kind"], &deal["probability"], &deal["forecast_category"]),
        (&json!("lost"), &json!(0), &json!("omitted"))
    );
    assert!(deal["closed_at"].is_string() && deal["close_date"].is_string());
    assert_eq!(app.admin.patch(&path(deal), json!({ "lost_reason_id": null, "version": 2 })).await.problem(), refused);
}

#[tokio::test]
async fn history_says_who_changed_what_and_undo_takes_it_back_once() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({ "next_step": "Call" })).await;
    let won = app.admin.stage("Won").await;
    let moved = app.admin.post(&format!("{}/move", path(&deal)), json!({ "stage_id": won, "version": 1 })).await;
    let event = moved.event();
    assert_eq!(moved.body["event_id"], event);
    app.admin.patch(&path(&deal), json!({ "version": 2, "probability": 95 })).await.ok();

    let timeline = app.admin.get(&format!("{}/timeline", path(&deal))).await.ok();
    let kinds: Vec<&str> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opportunity.updated", "opportunity.moved", "opportunity.created"]);
    let stage =
        timeline["items"][1]["changes"].as_array().unwrap().iter().find(|c| c["field"] == "stage_id").unwrap().clone();
    assert_eq!(
        (&stage["label"], &stage["old_label"], &stage["new_label"]),
        (&json!("Stage"), &json!("Prospecting"), &json!("Won"))
    );
    assert_eq!(timeline["items"][1]["actor"]["name"], "Ada Admin");

    let undone = app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(undone["kept"], json!([{ "field": "probability", "reason": "edited since" }]));
    let back = app.admin.get(&path(&deal)).await.ok();
    assert_eq!(
        (&back["stage"]["name"], &back["probability"], &back["closed_at"]),
        (&json!("Prospecting"), &json!(95), &Value::Null)
    );
    assert_eq!(app.admin.post("/undo", json!({ "event_id": event })).await.problem(), "409 already_undone");
    let visits = back["stage_history"].as_array().unwrap().len();
    assert_eq!(visits, 3);
}

#[tokio::test]
async fn deleted_records_leave_lists_and_come_back() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({ "amount": { "amount": "10", "currency": "EUR" } })).await;
    let gone = app.admin.delete(&path(&deal)).await;
    assert_eq!(gone.status, 204);
    assert_eq!(app.admin.get(&path(&deal)).await.problem(), "404 not_found");
    assert_eq!(app.admin.get("/opportunities").await.names(), Vec::<String>::new());
    let board = app.admin.get("/opportunities/board").await.ok();
    assert_eq!((&board["columns"][0]["count"], &board["columns"][0]["sum"]["amount"]), (&json!(0), &json!("0.00")));
    app.admin.post("/undo", json!({ "event_id": gone.event() })).await.ok();
    assert_eq!(app.admin.get("/opportunities").await.names(), ["Deal"]);
    let deleted = app.admin.delete(&path(&deal)).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(app.admin.post(&format!("{}/restore", path(&deal)), json!({})).await.status, 200);
    // The deletion has no undo once somebody has taken the deal out of the bin.
    let late = app.admin.post("/undo", json!({ "event_id": deleted.event() })).await;
    assert_eq!(late.problem(), "409 nothing_to_undo");
}

/// Lists of open deals ask when a deal was closed, boards and gates ask its stage: the two must never part.
#[tokio::test]
async fn a_deal_is_open_exactly_while_its_stage_is() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Deal", json!({})).await;
    let open = async || (app.admin.get("/opportunities?stage_kind=open").await.names().len(), closed(&app).await);
    assert_eq!(open().await, (1, 0));
    let stages = app.admin.get("/pipelines").await.ok()["items"][0]["stages"].clone();
    let won = stages.as_array().unwrap().iter().find(|s| s["kind"] == "won").unwrap().clone();
    let to_won = json!({ "stage_id": won["id"], "version": 1 });
    let moved = app.admin.post(&format!("{}/move", path(&deal)), to_won.clone()).await.ok();
    assert_eq!(open().await, (0, 1));
    app.admin.post("/undo", json!({ "event_id": moved["event_id"] })).await.ok();
    assert_eq!(open().await, (1, 0));
    let born_won = json!({ "stage_id": won["id"], "close_date": "2026-01-01" });
    app.admin.opportunity("Won at once", born_won).await;
    assert_eq!(open().await, (1, 1));
}

/// How many deals are in a closed stage; the rows of which `closed_at` says otherwise fail the test.
async fn closed(app: &TestApp) -> i64 {
    let mut db = app.db.database.maintenance().await.unwrap();
    let (closed, parted): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where s.kind <> 'open'), count(*) filter (where (s.kind = 'open') <> (o.closed_at is null))
         from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(parted, 0);
    closed
}

#[tokio::test]
async fn references_must_be_visible_and_of_the_same_organisation() {
    let app = TestApp::new().await;
    let stranger = app.stranger().await;
    let theirs = stranger.post("/accounts", json!({ "name": "Theirs" })).await.ok();
    let refused = app.admin.post("/opportunities", json!({ "name": "Deal", "account_id": theirs["id"] })).await;
    assert_eq!(refused.problem(), "422 invalid: account_id");
    let foreign_stage = stranger.stage("Won").await;
    assert_eq!(
        app.admin.post("/opportunities", json!({ "name": "Deal", "stage_id": foreign_stage })).await.problem(),
        "422 invalid: stage_id"
    );
    let industry = app.admin.choice("industry", "Retail").await;
    assert_eq!(
        app.admin.post("/opportunities", json!({ "name": "Deal", "region_id": industry })).await.problem(),
        "422 invalid: region_id"
    );
}

#[tokio::test]
async fn a_rep_gives_deals_to_nobody_beyond_their_reach() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = rep.opportunity("Deal", json!({})).await;
    assert_eq!(
        rep.patch(&path(&deal), json!({ "version": 1, "owner_id": other.id })).await.problem(),
        "403 owner_out_of_scope: owner_id"
    );
    assert_eq!(
        rep.post("/opportunities", json!({ "name": "For you", "owner_id": other.id })).await.problem(),
        "403 owner_out_of_scope: owner_id"
    );
    assert_eq!(app.admin.patch(&path(&deal), json!({ "version": 1, "owner_id": other.id })).await.status, 200);
    assert_eq!(other.get("/opportunities").await.names(), ["Deal"]);
    // A manager may create for anybody, but sees their own teams alone: a deal is not made to be lost from sight.
    let manager = app.user(Builtin::SalesManager).await;
    let beyond = manager.post("/opportunities", json!({ "name": "For you", "owner_id": app.admin.id })).await;
    assert_eq!(beyond.problem(), "403 owner_out_of_scope: owner_id");
    assert_eq!(app.admin.get("/opportunities?q=you").await.names(), Vec::<String>::new());
}

#[tokio::test]
async fn products_on_a_deal_add_up() {
    let app = TestApp::new().await;
    let product = app
        .admin
        .post("/products", json!({ "name": "GTX Pro", "unit_price": { "amount": "4821", "currency": "EUR" } }))
        .await
        .ok();
    let deal = app.admin.opportunity("Deal", json!({})).await;
    let added = app
        .admin
        .post(
            &format!("{}/lines", path(&deal)),
            json!({ "product_id": product["id"], "quantity": "3", "discount_percent": "10", "version": 1 }),
        )
        .await
        .ok();
    assert_eq!(added["lines"][0]["total"], json!({ "amount": "13016.70", "currency": "EUR" }));
    assert_eq!(added["version"], 2);
    let line = added["lines"][0]["id"].as_str().unwrap();
    let stale =
        app.admin.patch(&format!("{}/lines/{line}", path(&deal)), json!({ "quantity": "4", "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let changed = app.admin.patch(&format!("{}/lines/{line}", path(&deal)), json!({ "quantity": "4" })).await.ok();
    assert_eq!(changed["lines"][0]["total"]["amount"], "17355.60");
    assert_eq!(app.admin.delete(&format!("{}/lines/{line}", path(&deal))).await.ok()["lines"], json!([]));
    let zero = app
        .admin
        .post(&format!("{}/lines", path(&deal)), json!({ "product_id": product["id"], "quantity": "0" }))
        .await;
    assert_eq!(zero.problem(), "422 invalid: quantity");
}
