//! Accounts below accounts: the tree, what it comes to, and lists of all that is below one.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

async fn account(who: &Person, name: &str, parent: Option<&Value>) -> Value {
    let parent = parent.map(|p| p["id"].clone());
    who.post("/accounts", json!({ "name": name, "parent_id": parent })).await.ok()
}

async fn deal(who: &Person, account: &Value, euros: &str) {
    let amount = json!({ "amount": euros, "currency": "EUR" });
    who.opportunity("Deal", json!({ "account_id": account["id"], "amount": amount })).await;
}

fn path(account: &Value) -> String {
    format!("/accounts/{}", account["id"].as_str().unwrap())
}

/// Each account with what it has alone and with those below: open deals, their sum, people.
fn told(tree: &Value) -> Vec<String> {
    let sums = |f: &Value| {
        format!("{} {} {}", f["open_opportunities"], f["open_amount"]["amount"].as_str().unwrap_or("-"), f["people"])
    };
    let node = |n: &Value| format!("{}: {} | {}", n["name"].as_str().unwrap(), sums(&n["own"]), sums(&n["with_below"]));
    tree["items"].as_array().unwrap().iter().map(node).collect()
}

#[tokio::test]
async fn a_tree_tells_what_each_account_comes_to_and_keeps_still_about_what_is_hidden() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let top = account(&rep, "Top", None).await;
    let (left, right) = (account(&rep, "Left", Some(&top)).await, account(&other, "Right", Some(&top)).await);
    let (leaf, far) = (account(&rep, "Leaf", Some(&left)).await, account(&rep, "Far", Some(&right)).await);
    for (who, at, sum) in [(&rep, &top, "10"), (&rep, &leaf, "200"), (&rep, &leaf, "5.50"), (&rep, &far, "3000")] {
        deal(who, at, sum).await;
    }
    rep.post("/contacts", json!({ "last_name": "Ann", "account_id": left["id"] })).await.ok();
    let stage = app.admin.stage("Won").await;
    let won = rep
        .opportunity("Won", json!({ "account_id": leaf["id"], "amount": { "amount": "70", "currency": "EUR" } }))
        .await;
    let won = format!("/opportunities/{}/move", won["id"].as_str().unwrap());
    assert_eq!(rep.post(&won, json!({ "stage_id": stage, "version": 1 })).await.status, 200);

    let whole = rep.get(&format!("{}/hierarchy", path(&leaf))).await.ok();
    assert_eq!(
        told(&whole),
        [
            "Top: 1 10.00 0 | 4 3215.50 1",
            "Left: 0 0.00 1 | 2 205.50 1",
            "Right: 0 0.00 0 | 1 3000.00 0",
            "Far: 1 3000.00 0 | 1 3000.00 0",
            "Leaf: 2 205.50 0 | 2 205.50 0",
        ]
    );
    let figures = &whole["items"][0]["with_below"];
    assert_eq!((&figures["won_opportunities"], &figures["won_amount"]["amount"]), (&json!(1), &json!("70.00")));
    assert_eq!((&whole["complete"], &whole["narrowed"]), (&json!(true), &json!(false)));
    let may: Vec<_> = whole["items"].as_array().unwrap().iter().map(|n| n["may_move"].as_bool().unwrap()).collect();
    assert_eq!(may, [true, true, false, true, true]);
    let names = |refs: &Value| refs.as_array().unwrap().iter().map(|r| r["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&rep.get(&path(&leaf)).await.ok()["ancestors"]), ["Top", "Left"]);

    // Lists of all that is below one, and of what hangs on it and on those.
    let under = |of: &str, account: &Value| format!("{of}.under={}&sort=name", account["id"].as_str().unwrap());
    assert_eq!(
        rep.get(&format!("/accounts?{}", under("parent_id", &top))).await.names(),
        ["Far", "Leaf", "Left", "Right"]
    );
    assert_eq!(rep.get(&format!("/contacts?{}", under("account_id", &top))).await.body["items"][0]["last_name"], "Ann");
    let tree = json!({ "field": "account_id", "op": "under", "value": left["id"] });
    let deals = rep.post("/opportunities/query", json!({ "filter": { "and": [tree, { "field": "stage_kind", "op": "eq", "value": "open" }] }, "count": true })).await;
    assert_eq!(deals.body["total"], 2);
    for (filter, problem) in [("name.under=x", "400 invalid_filter"), ("parent_id.under=x", "400 invalid_filter")] {
        assert!(rep.get(&format!("/accounts?{filter}")).await.problem().starts_with(problem), "{filter}");
    }

    // Moved from the tree, and back again.
    let moved = rep.patch(&path(&leaf), json!({ "parent_id": top["id"], "version": 1 })).await;
    assert_eq!(names(&rep.get(&path(&leaf)).await.ok()["ancestors"]), ["Top"]);
    rep.post("/undo", json!({ "event_id": moved.event() })).await.ok();
    assert_eq!(
        rep.patch(&path(&top), json!({ "parent_id": leaf["id"], "version": 1 })).await.problem(),
        "422 invalid: parent_id"
    );

    // Reps see no accounts but their own from here on: what is hidden leads nowhere.
    let roles = app.admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Sales Rep").unwrap();
    let grants = json!({ "grants": { "account": { "read": "own" } }, "version": role["version"] });
    app.admin.patch(&format!("/roles/{}", role["id"].as_str().unwrap()), grants).await.ok();
    let shown = rep.get(&format!("{}/hierarchy", path(&top))).await.ok();
    assert_eq!(told(&shown)[..2], ["Top: 1 10.00 0 | 3 215.50 1", "Left: 0 0.00 1 | 2 205.50 1"]);
    assert!(!shown.to_string().contains("Right"));
    assert_eq!(told(&rep.get(&format!("{}/hierarchy", path(&far))).await.ok()).len(), 1);
    assert_eq!(rep.get(&path(&far)).await.ok()["ancestors"], json!([]));
    assert_eq!(rep.get(&format!("/accounts?{}", under("parent_id", &top))).await.names(), ["Leaf", "Left"]);
    assert_eq!(rep.get(&format!("/accounts?{}", under("parent_id", &right))).await.names(), Vec::<String>::new());
    assert_eq!(rep.get(&format!("{}/hierarchy", path(&right))).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.get(&format!("{}/hierarchy", path(&top))).await.problem(), "404 not_found");
    // Amounts and parents that a role hides.
    super::hide(&app, "Sales Rep", json!({ "opportunity": { "amount": "hidden" } })).await;
    let blind = rep.get(&format!("{}/hierarchy", path(&top))).await.ok();
    assert_eq!(told(&blind)[0], "Top: 1 - 0 | 3 - 1");
    super::hide(&app, "Sales Rep", json!({ "account": { "parent_id": "hidden" } })).await;
    assert_eq!(rep.get(&format!("{}/hierarchy", path(&top))).await.problem(), "403 field_not_permitted: parent_id");
    assert_eq!(rep.get(&path(&leaf)).await.ok()["ancestors"], json!([]));
}

#[tokio::test]
async fn a_tree_beyond_measure_is_cut_and_says_so() {
    let app = TestApp::new().await;
    let top = account(&app.admin, "Top", None).await;
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query(
        "insert into account (org_id, id, name, parent_id, owner_id, created_at, updated_at)
         select org_id, gen_random_uuid(), 'Part ' || n, id, owner_id, now(), now() from account, generate_series(1, 1000) as n where name = 'Top'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let cut = app.admin.get(&format!("{}/hierarchy", path(&top))).await.ok();
    assert_eq!(
        (cut["items"].as_array().unwrap().len(), &cut["complete"], &cut["limit"]),
        (1000, &json!(false), &json!(1000))
    );
    let part = app.admin.get("/accounts?name=Part 7").await.ok()["items"][0].clone();
    let narrow = app.admin.get(&format!("{}/hierarchy", path(&part))).await.ok();
    assert_eq!((told(&narrow).len(), &narrow["complete"], &narrow["narrowed"]), (1, &json!(true), &json!(true)));
    assert_eq!(app.admin.get(&path(&part)).await.ok()["ancestors"][0]["name"], "Top");
}
