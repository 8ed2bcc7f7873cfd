//! The board: stages that are full, and columns by another field than the stage.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::bulk::change;
use super::custom_lists::field;
use super::hide;
use super::import::import;
use super::leads::{at, lead};

fn path(deal: &Value) -> String {
    format!("/opportunities/{}", deal["id"].as_str().unwrap())
}

async fn stage(who: &Person, name: &str) -> Value {
    let all = who.get("/pipelines").await.ok();
    all["items"][0]["stages"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone()
}

async fn set(who: &Person, name: &str, mut change: Value) -> dealwright_testkit::Answer {
    let stage = stage(who, name).await;
    change["version"] = stage["version"].clone();
    who.patch(&format!("/stages/{}", stage["id"].as_str().unwrap()), change).await
}

async fn column(who: &Person, name: &str) -> Value {
    let board = who.get("/opportunities/board").await.ok();
    board["columns"].as_array().unwrap().iter().find(|c| c["stage"]["name"] == name).unwrap().clone()
}

const FULL: &str = "422 stage_full: stage_id";

#[tokio::test]
async fn a_full_stage_takes_no_more_by_any_path() {
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    assert_eq!(set(admin, "Won", json!({ "wip_policy": "block" })).await.problem(), "422 invalid: wip_policy");
    assert_eq!(set(admin, "Proposal", json!({ "wip_policy": "never" })).await.status, 422);
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(set(&rep, "Proposal", json!({ "wip_policy": "block" })).await.problem(), "403 forbidden");
    let to = stage(admin, "Proposal").await["id"].clone();
    let there = admin.opportunity("There", json!({ "stage_id": to })).await;
    // Beyond the limit the board warns, until the stage is told to block.
    assert_eq!(set(admin, "Proposal", json!({ "wip_limit": 1 })).await.ok()["wip_policy"], "warn");
    let beyond = admin.opportunity("Beyond", json!({ "stage_id": to })).await;
    set(admin, "Proposal", json!({ "wip_limit": 2, "wip_policy": "block" })).await.ok();

    // Somebody who sees none of them is told how many they are, and that they are too many.
    let deal = rep.opportunity("Mine", json!({})).await;
    let move_path = format!("{}/move", path(&deal));
    let refused = rep.post(&move_path, json!({ "stage_id": to, "version": 1 })).await;
    assert_eq!((refused.problem().as_str(), &refused.body["count"]), (FULL, &json!(2)));
    assert!(!refused.body.to_string().contains("There"));
    let seen = column(&rep, "Proposal").await;
    assert_eq!((&seen["count"], &seen["in_stage"]), (&json!(0), &json!(2)));
    assert_eq!(column(&rep, "Qualified").await["in_stage"], json!(null));
    let transitions = rep.get(&format!("{}/transitions", path(&deal))).await.ok();
    let proposal = transitions["items"].as_array().unwrap().iter().find(|t| t["stage"]["id"] == to).unwrap();
    assert_eq!((&proposal["allowed"], &proposal["full"]), (&json!(false), &json!(true)));
    assert_eq!(
        app.stranger().await.post(&move_path, json!({ "stage_id": to, "version": 1 })).await.problem(),
        "404 not_found"
    );

    assert_eq!(rep.patch(&path(&deal), json!({ "stage_id": to, "version": 1 })).await.problem(), FULL);
    assert_eq!(rep.post("/opportunities", json!({ "name": "Born there", "stage_id": to })).await.problem(), FULL);
    // Copies and converted leads begin in the first stage.
    set(admin, "Prospecting", json!({ "wip_limit": 1, "wip_policy": "block" })).await.ok();
    let copy = admin.post(&format!("{}/clone", path(&deal)), json!({ "name": "Copy" })).await;
    assert_eq!(copy.problem(), FULL);
    let made = lead(admin, json!({})).await;
    let body = json!({ "version": 1, "account": {}, "contact": {}, "opportunity": {} });
    let converted = admin.post(&format!("{}/convert", at(&made)), body).await;
    assert_eq!((converted.status, &converted.body["code"]), (422, &json!("stage_full")), "{:?}", converted.body);
    set(admin, "Prospecting", json!({ "wip_policy": "warn" })).await.ok();
    let file = "Opportunity Name,Stage,External ID\nIn,Qualified,E1\nOut,Proposal,E2\n";
    let imported = import(admin, "deals.csv", file.as_bytes()).await;
    assert_eq!((&imported["result"]["created"], &imported["result"]["failed"]), (&json!(1), &json!(1)), "{imported}");
    let rows = admin.get(&format!("/imports/{}/rows", imported["id"].as_str().unwrap())).await.ok();
    assert!(rows.to_string().contains("stage_full"), "{rows}");
    let bulk = json!({ "object": "opportunity", "records": [{ "id": deal["id"], "version": 1 }], "change": { "set": { "stage_id": to } } });
    let bulk = change(admin, bulk).await;
    let refusals = admin.get(&format!("/bulk-changes/{}/refusals", bulk["id"].as_str().unwrap())).await.ok();
    assert_eq!(refusals["items"][0]["code"], "stage_full");

    // A place is free once a deal goes; whoever comes back finds it taken.
    let qualified = stage(admin, "Qualified").await["id"].clone();
    let away = admin.post(&format!("{}/move", path(&there)), json!({ "stage_id": qualified, "version": 1 })).await;
    admin
        .send(admin.request(Method::PUT, &format!("{}/archive", path(&beyond))).header("if-match", "\"1\""))
        .await
        .ok();
    let closed = admin.opportunity("Closed", json!({ "stage_id": to })).await;
    rep.post(&move_path, json!({ "stage_id": to, "version": 1 })).await.ok();
    assert_eq!(admin.post("/undo", json!({ "event_id": away.event() })).await.problem(), FULL);
    let request = admin.request(Method::DELETE, &format!("{}/archive", path(&beyond))).header("if-match", "\"2\"");
    assert_eq!(admin.send(request).await.problem(), FULL);
    let won = admin.stage("Won").await;
    admin.post(&format!("{}/move", path(&closed)), json!({ "stage_id": won, "version": 1 })).await.ok();
    admin.delete(&path(&deal)).await;
    for name in ["One", "Two"] {
        admin.opportunity(name, json!({ "stage_id": to })).await;
    }
    let reopened = admin.post(&format!("{}/reopening", path(&closed)), json!({ "reason": "Back", "version": 2 })).await;
    assert_eq!(reopened.problem(), FULL);
    assert_eq!(admin.post(&format!("{}/restore", path(&deal)), json!({})).await.problem(), FULL);

    // Two at once into the last place: one gets it.
    set(admin, "Proposal", json!({ "wip_limit": 3 })).await.ok();
    let mut racers = Vec::new();
    for n in 0..6 {
        racers.push(admin.opportunity(&format!("Racer {n}"), json!({})).await);
    }
    let race = racers.iter().map(|racer| {
        let (path, body) = (format!("{}/move", path(racer)), json!({ "stage_id": to, "version": 1 }));
        async move { admin.post(&path, body).await }
    });
    let ends = futures::future::join_all(race).await;
    assert_eq!(ends.iter().filter(|e| e.status == 200).count(), 1);
    assert!(ends.iter().filter(|e| e.status != 200).all(|e| e.problem() == FULL));
    dealwright_store::job::fold_totals(&app.db.database).await.unwrap();
    assert_eq!(column(admin, "Proposal").await["in_stage"], 3);

    // A stage that goes hands its deals over to one that has room for all of them, or to none.
    let gone = stage(admin, "Qualified").await;
    let request = admin.request(
        Method::DELETE,
        &format!("/stages/{}?replacement_id={}", gone["id"].as_str().unwrap(), to.as_str().unwrap()),
    );
    assert_eq!(admin.send(request).await.problem(), FULL);
    let file = admin.get("/configuration").await.ok();
    let told =
        file["pipelines"][0]["stages"].as_array().unwrap().iter().find(|s| s["name"] == "Proposal").unwrap().clone();
    assert_eq!((&told["wip_limit"], &told["wip_policy"]), (&json!(3), &json!("block")));
}

fn told(board: &Value) -> Vec<Value> {
    let groups = board["groups"].as_array().unwrap().iter();
    groups
        .filter(|g| g["count"] != 0)
        .map(|g| json!([g["label"], g["count"], g["sum"]["amount"], g["items"].as_array().unwrap().len()]))
        .collect()
}

#[tokio::test]
async fn a_board_has_columns_by_any_field_of_one_value() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let rep = app.user(Builtin::SalesRep).await;
    field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold", "Silver"] })).await;
    field(admin, "opportunity", "Modules", "multi_select", json!({ "options": ["Core"] })).await;
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let referral = admin.choice("source", "Referral").await;
    let deal = admin
        .opportunity("One", json!({ "amount": euros("10"), "source_id": referral, "custom": { "tier": "gold" } }))
        .await;
    admin
        .opportunity(
            "Two",
            json!({ "amount": euros("5"), "forecast_category": "commit", "custom": { "tier": "gold" } }),
        )
        .await;
    admin.opportunity("Won", json!({ "amount": euros("100"), "stage_id": admin.stage("Won").await })).await;
    rep.opportunity("Mine", json!({ "amount": euros("1"), "custom": { "tier": "silver" } })).await;

    let of = |who: &Person, by: &str| {
        let who = who.clone();
        let by = by.to_owned();
        async move { who.get(&format!("/opportunities/board?by={by}")).await }
    };
    let board = of(admin, "custom.tier").await.ok();
    assert_eq!(told(&board), [json!(["Gold", 2, "15.00", 2]), json!(["Silver", 1, "1.00", 1])]);
    assert_eq!(
        (&board["by"], &board["settable"], &board["columns"]),
        (&json!("custom.tier"), &json!(true), &json!([]))
    );
    // A column without deals is there too: they can be put into it.
    assert_eq!(board["groups"][2]["value"], json!(null));
    assert_eq!(board["groups"][0]["items"][0]["name"], "One", "the biggest first");
    assert_eq!(told(&of(&rep, "custom.tier").await.ok()), [json!(["Silver", 1, "1.00", 1])]);
    assert_eq!(
        told(&of(admin, "source_id").await.ok()),
        [json!(["Referral", 1, "10.00", 1]), json!(["None", 2, "6.00", 2])]
    );
    assert_eq!(
        told(&of(admin, "forecast_category").await.ok()),
        [json!(["Pipeline", 2, "11.00", 2]), json!(["Commit", 1, "5.00", 1])]
    );
    let owners = of(admin, "owner_id").await.ok();
    assert_eq!(told(&owners).len(), 2);
    assert_eq!(told(&of(admin, "owner_id&stage_kind=won").await.ok()).len(), 1);
    assert_eq!(told(&of(admin, "account.industry_id").await.ok()), [json!(["None", 3, "16.00", 3])]);
    assert_eq!(of(admin, "team_id").await.ok()["settable"], false);
    assert_eq!(
        told(&of(admin, "custom.tier&custom.tier=gold&per_column=1").await.ok()),
        [json!(["Gold", 2, "15.00", 1])]
    );
    // Lanes are the same without cards; the rest of a column is the list.
    assert_eq!(told(&of(admin, "custom.tier&per_column=0").await.ok())[0], json!(["Gold", 2, "15.00", 0]));
    let first = of(admin, "custom.tier&per_column=1").await.ok();
    let cursor = first["groups"][0]["next_cursor"].as_str().unwrap();
    let rest = format!(
        "/opportunities?custom.tier=gold&stage_kind=open&pipeline_id={}&sort={}&cursor={cursor}",
        first["pipeline"]["id"].as_str().unwrap(),
        first["sort"].as_str().unwrap()
    );
    assert_eq!(admin.get(&rest).await.names(), ["Two"]);
    assert_eq!(of(admin, "stage&sort=name&per_column=1").await.ok()["columns"][0]["items"][0]["name"], "Mine");

    for by in ["name", "nothing", "custom.modules", "custom.shoe", "owner", "x%27%3B--", &"x".repeat(5_000)] {
        assert_eq!(of(admin, by).await.problem(), "400 unknown_field: by", "{by}");
    }
    assert_eq!(of(admin, "owner_id&per_column=900").await.status, 400);
    // Putting a card into another column is a change of the field like any other.
    let moved = admin.patch(&path(&deal), json!({ "custom": { "tier": "silver" }, "version": 1 })).await;
    assert!(!moved.event().is_empty());
    assert_eq!(
        admin.patch(&path(&deal), json!({ "custom": { "tier": null }, "version": 1 })).await.problem(),
        "409 version_conflict"
    );
    hide(
        &app,
        "Sales Rep",
        json!({ "opportunity": { "custom.tier": "hidden", "source_id": "read_only", "amount": "hidden" } }),
    )
    .await;
    assert_eq!(of(&rep, "custom.tier").await.problem(), "403 field_not_permitted: by");
    let by_source = of(&rep, "source_id").await.ok();
    assert_eq!(
        (&by_source["settable"], &by_source["groups"][0]["sum"], &by_source["groups"][0]["weighted"]),
        (&json!(false), &json!(null), &json!(null))
    );
    assert_eq!(rep.get("/opportunities/board?sort=-amount").await.problem(), "403 field_not_permitted: sort");
    let stranger = app.stranger().await;
    assert_eq!(told(&of(&stranger, "owner_id").await.ok()), Vec::<Value>::new());
    assert_eq!(of(&stranger, "custom.tier").await.problem(), "400 unknown_field: by");
    let theirs = format!("owner_id&pipeline_id={}", first["pipeline"]["id"].as_str().unwrap());
    assert_eq!(of(&stranger, &theirs).await.problem(), "404 not_found");
}

/// The names in a stage's column, in the order that people made.
async fn by_hand(who: &Person, name: &str) -> Vec<String> {
    let board = who.get("/opportunities/board?sort=-position&per_column=100").await.ok();
    let column = board["columns"].as_array().unwrap().iter().find(|c| c["stage"]["name"] == name).unwrap();
    column["items"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn cards_keep_the_order_that_people_give_them() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let stage_id = admin.stage("Proposal").await;
    let mut deals = Vec::new();
    for name in ["A", "B", "C", "D"] {
        deals.push(admin.opportunity(name, json!({ "stage_id": stage_id })).await);
    }
    let [a, b, c, d] = deals.try_into().unwrap();
    // Whoever comes last is on top.
    assert_eq!(by_hand(admin, "Proposal").await, ["D", "C", "B", "A"]);
    let place = async |deal: &Value, below: Option<&Value>| {
        let body = json!({ "below_id": below.map(|o| &o["id"]) });
        admin.send(admin.request(Method::PUT, &format!("{}/position", path(deal))).json(&body)).await
    };
    place(&a, Some(&d)).await.ok();
    assert_eq!(by_hand(admin, "Proposal").await, ["D", "A", "C", "B"]);
    place(&b, None).await.ok();
    place(&d, Some(&c)).await.ok();
    assert_eq!(by_hand(admin, "Proposal").await, ["B", "A", "C", "D"]);
    // It is no change of the deal, and it lasts: page by page too.
    assert_eq!(admin.get(&path(&a)).await.ok()["version"], 1);
    let first = admin.get(&format!("/opportunities?stage_id={}&sort=-position&limit=3", stage_id)).await.ok();
    let rest = format!(
        "/opportunities?stage_id={}&sort=-position&limit=3&cursor={}",
        stage_id,
        first["next_cursor"].as_str().unwrap()
    );
    assert_eq!(admin.get(&rest).await.ok()["items"][0]["name"], "D");

    // There is always room: between two cards again and again, and between cards that have the same position.
    for _ in 0..40 {
        place(&a, Some(&b)).await.ok();
        place(&c, Some(&b)).await.ok();
        assert_eq!(by_hand(admin, "Proposal").await, ["B", "C", "A", "D"]);
        place(&c, Some(&a)).await.ok();
    }
    sqlx::query("update opportunity set hand_position = 7").execute(&mut app.db.superuser().await).await.unwrap();
    let same = by_hand(admin, "Proposal").await;
    let [first, .., last] = same.as_slice() else { panic!("{same:?}") };
    let named = |name: &str| [&a, &b, &c, &d].into_iter().find(|o| o["name"] == name).unwrap();
    place(named(last), Some(named(first))).await.ok();
    let now = by_hand(admin, "Proposal").await;
    assert_eq!([&now[0], &now[1], &now[2], &now[3]], [&same[0], &same[3], &same[1], &same[2]]);

    // A move says its place, or comes on top.
    let mine = admin.opportunity("New", json!({})).await;
    let there = json!({ "stage_id": stage_id, "version": 1, "place": { "below_id": named(&now[1])["id"] } });
    admin.post(&format!("{}/move", path(&mine)), there.clone()).await.ok();
    assert_eq!(by_hand(admin, "Proposal").await[2], "New");
    let on_top = admin.opportunity("Top", json!({})).await;
    admin.post(&format!("{}/move", path(&on_top)), json!({ "stage_id": stage_id, "version": 1 })).await.ok();
    assert_eq!(by_hand(admin, "Proposal").await[0], "Top");

    // Below one of another stage, itself, one that is not there, or one that is not seen.
    let elsewhere = admin.opportunity("Elsewhere", json!({})).await;
    let wrong = "422 invalid: below_id";
    for other in [&elsewhere, &a, &json!({ "id": uuid::Uuid::new_v4() })] {
        assert_eq!(place(&a, Some(other)).await.problem(), wrong);
    }
    let own = rep.opportunity("Own", json!({ "stage_id": stage_id })).await;
    let put = |who: &Person, deal: &Value, body: Value| {
        who.request(Method::PUT, &format!("{}/position", path(deal))).json(&body)
    };
    let below = json!({ "below_id": a["id"] });
    assert_eq!(rep.send(put(&rep, &own, below.clone())).await.problem(), wrong);
    assert_eq!(rep.send(put(&rep, &a, json!({ "below_id": null }))).await.problem(), "404 not_found");
    let stranger = app.stranger().await;
    assert_eq!(stranger.send(put(&stranger, &a, below.clone())).await.problem(), "404 not_found");
    let viewer = app.user(Builtin::ReadOnly).await;
    assert_eq!(viewer.send(put(&viewer, &a, below)).await.problem(), "403 forbidden");
    // A place that is refused takes the move with it.
    let refused = json!({ "stage_id": stage_id, "version": 1, "place": { "below_id": elsewhere["id"] } });
    let nowhere = admin.opportunity("Stays", json!({})).await;
    assert_eq!(admin.post(&format!("{}/move", path(&nowhere)), refused).await.problem(), wrong);
    assert_eq!(admin.get(&path(&nowhere)).await.ok()["version"], 1);
}
