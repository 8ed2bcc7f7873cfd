//! Pipelines and stages as an administrator shapes them, and what that does to the deals in them.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use super::import::import;

async fn pipeline(who: &Person, name: &str) -> Value {
    let all = who.get("/pipelines").await.ok();
    all["items"].as_array().unwrap().iter().find(|p| p["name"] == name).unwrap().clone()
}

async fn stage(who: &Person, name: &str) -> Value {
    let sales = pipeline(who, "Sales").await;
    sales["stages"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone()
}

fn at(path: &str, record: &Value) -> String {
    format!("/{path}/{}", record["id"].as_str().unwrap())
}

fn names(stages: &Value) -> Vec<&str> {
    stages.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect()
}

/// Changes a stage at the version it has.
async fn set(who: &Person, name: &str, mut change: Value) -> Value {
    let stage = stage(who, name).await;
    change["version"] = stage["version"].clone();
    who.patch(&at("stages", &stage), change).await.ok()
}

#[tokio::test]
async fn an_administrator_makes_renames_orders_and_archives_a_pipeline() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let made = admin.post("/pipelines", json!({ "name": " Renewals " })).await;
    assert_eq!(made.status, 201);
    let renewals = made.body;
    assert_eq!((&renewals["name"], names(&renewals["stages"])), (&json!("Renewals"), vec!["Open", "Won", "Lost"]));
    let again = admin.post("/pipelines", json!({ "name": "renewals" })).await;
    assert_eq!(again.problem(), "409 pipeline_name_taken: name");
    let no_won = json!({ "name": "Odd", "stages": [{ "name": "A", "kind": "open" }, { "name": "B", "kind": "lost" }] });
    assert_eq!(admin.post("/pipelines", no_won).await.problem(), "409 stage_kind_missing: stages");

    let added = json!({ "name": "Negotiating", "kind": "open", "probability": 60, "colour": "teal", "wip_limit": 8 });
    let added = admin.post(&format!("{}/stages", at("pipelines", &renewals)), added).await.ok();
    assert_eq!((&added["position"], &added["colour"], &added["wip_limit"]), (&json!(1), &json!("teal"), &json!(8)));
    let now = pipeline(admin, "Renewals").await;
    assert_eq!(names(&now["stages"]), ["Open", "Negotiating", "Won", "Lost"]);

    let mut ids: Vec<Value> = now["stages"].as_array().unwrap().iter().map(|s| s["id"].clone()).collect();
    ids.swap(0, 1);
    let path = format!("{}/order", at("pipelines", &renewals));
    let stale = admin.post(&path, json!({ "ids": ids, "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let short = admin.post(&path, json!({ "ids": &ids[1..], "version": now["version"] })).await;
    assert_eq!(short.problem(), "409 order_changed");
    let ordered = admin.post(&path, json!({ "ids": ids, "version": now["version"] })).await.ok();
    assert_eq!(names(&ordered["stages"]), ["Negotiating", "Open", "Won", "Lost"]);

    let both = admin.get("/pipelines").await.ok();
    let ids: Vec<&Value> = both["items"].as_array().unwrap().iter().rev().map(|p| &p["id"]).collect();
    let ordered = admin.post("/pipelines/order", json!({ "ids": ids })).await.ok();
    assert_eq!(names(&ordered["items"]), ["Renewals", "Sales"]);

    let renewals = pipeline(admin, "Renewals").await;
    let stale = admin.patch(&at("pipelines", &renewals), json!({ "name": "Later", "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let request = admin.request(Method::PATCH, &at("pipelines", &renewals));
    let request = request.header("if-match", format!("\"{}\"", renewals["version"])).json(&json!({ "archived": true }));
    assert_eq!(admin.send(request).await.ok()["archived"], true);
    let born = admin.post("/opportunities", json!({ "name": "Deal", "pipeline_id": renewals["id"] })).await;
    assert_eq!(born.problem(), "422 invalid: pipeline_id");
    // The first pipeline that takes deals is the default.
    assert_eq!(admin.opportunity("Deal", json!({})).await["pipeline_id"], pipeline(admin, "Sales").await["id"]);
    let sales = pipeline(admin, "Sales").await;
    let last = admin.patch(&at("pipelines", &sales), json!({ "archived": true, "version": sales["version"] })).await;
    assert_eq!(last.problem(), "409 last_pipeline");
    assert_eq!(admin.delete(&at("pipelines", &sales)).await.problem(), "409 last_pipeline");
    assert_eq!(admin.delete(&at("pipelines", &renewals)).await.status, 204);

    let mut db = app.db.database.maintenance().await.unwrap();
    let events: Vec<String> =
        sqlx::query_scalar("select type from event where subject_type in ('pipeline', 'stage') order by at, id")
            .fetch_all(&mut db)
            .await
            .unwrap();
    assert_eq!(
        events,
        [
            "pipeline.created",
            "stage.created",
            "pipeline.reordered",
            "pipeline.reordered",
            "pipeline.updated",
            "pipeline.deleted"
        ]
    );
}

#[tokio::test]
async fn nobody_else_shapes_them_and_nonsense_is_refused() {
    let app = TestApp::new().await;
    let (rep, stranger) = (app.user(Builtin::SalesRep).await, app.stranger().await);
    let sales = pipeline(&app.admin, "Sales").await;
    let proposal = stage(&app.admin, "Proposal").await;
    let (of_sales, of_stage) = (at("pipelines", &sales), at("stages", &proposal));
    let change = json!({ "name": "Mine", "version": 1 });
    for (who, expected) in [(&rep, "403 forbidden"), (&stranger, "404 not_found")] {
        assert_eq!(who.patch(&of_sales, change.clone()).await.problem(), expected);
        assert_eq!(who.delete(&of_sales).await.problem(), expected);
        assert_eq!(who.patch(&of_stage, change.clone()).await.problem(), expected);
        assert_eq!(who.delete(&of_stage).await.problem(), expected);
        let added = json!({ "name": "X", "kind": "open" });
        assert_eq!(who.post(&format!("{of_sales}/stages"), added).await.problem(), expected);
        let order = json!({ "ids": [], "version": 1 });
        assert_eq!(who.post(&format!("{of_sales}/order"), order).await.problem(), expected);
    }
    assert_eq!(rep.post("/pipelines", json!({ "name": "Mine" })).await.problem(), "403 forbidden");
    let foreign = stranger.post("/teams-do-not-matter", json!({})).await.status;
    assert_eq!(foreign, 404);
    let nil = "00000000-0000-7000-8000-000000000000";
    let many: Vec<String> = (0..501).map(|_| nil.to_owned()).collect();
    for (body, expected) in [
        (json!({ "name": "" }), "422 invalid: name"),
        (json!({ "name": "x".repeat(10_000) }), "422 invalid: name"),
        (json!({ "name": "a\u{0}b" }), "422 invalid: name"),
        (json!({ "name": "X", "team_ids": [nil] }), "422 invalid: team_ids"),
        (json!({ "name": "X", "team_ids": many }), "422 invalid: team_ids"),
        (json!({ "name": "X", "colour": "red" }), "422 invalid: colour"),
    ] {
        assert_eq!(app.admin.post("/pipelines", body).await.problem(), expected);
    }
    for (change, expected) in [
        (json!({ "colour": "#ff0000" }), "422 invalid: colour"),
        (json!({ "probability": 101 }), "422 invalid: probability"),
        (json!({ "wip_limit": 0 }), "422 invalid: wip_limit"),
        (json!({ "required_fields": ["shoe_size"] }), "422 invalid: required_fields"),
        (json!({ "required_fields": ["lost_notes"] }), "422 invalid: required_fields"),
        (json!({ "name": "qualified" }), "409 stage_name_taken: name"),
        (json!({ "kind": "won" }), "422 invalid: version"),
    ] {
        let mut body = change.clone();
        if change.get("kind").is_none() {
            body["version"] = json!(1);
        }
        assert_eq!(app.admin.patch(&of_stage, body).await.problem(), expected, "{change}");
    }
    let last = stage(&app.admin, "Won").await;
    assert_eq!(app.admin.delete(&at("stages", &last)).await.problem(), "409 stage_kind_missing: stages");
}

#[tokio::test]
async fn a_stage_in_use_goes_once_it_has_a_replacement() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let rep = app.user(Builtin::SalesRep).await;
    let (proposal, negotiation) = (stage(admin, "Proposal").await, stage(admin, "Negotiation").await);
    let deal = rep.opportunity("Deal", json!({ "stage_id": proposal["id"] })).await;
    let sure = rep.opportunity("Sure", json!({ "stage_id": proposal["id"], "probability": 95 })).await;
    let gone = rep.opportunity("In the bin", json!({ "stage_id": proposal["id"] })).await;
    rep.delete(&at("opportunities", &gone)).await;

    let asked = admin.delete(&at("stages", &proposal)).await;
    assert_eq!((asked.problem().as_str(), &asked.body["count"]), ("409 in_use: replacement_id", &json!(3)));
    let to = |id: &Value| format!("{}?replacement_id={}", at("stages", &proposal), id.as_str().unwrap());
    for wrong in
        [&proposal["id"], &stage(admin, "Won").await["id"], &app.stranger().await.stage("Proposal").await.into()]
    {
        assert_eq!(admin.delete(&to(wrong)).await.problem(), "422 invalid: replacement_id");
    }
    // The gate of the replacement holds for these deals too.
    set(admin, "Negotiation", json!({ "required_fields": ["next_step"] })).await;
    let refused = admin.delete(&to(&negotiation["id"])).await;
    assert_eq!((refused.problem().as_str(), &refused.body["count"]), ("422 gate_not_cleared: next_step", &json!(2)));
    set(admin, "Negotiation", json!({ "required_fields": [] })).await;
    assert_eq!(admin.delete(&to(&negotiation["id"])).await.status, 204);

    let moved = rep.get(&at("opportunities", &deal)).await.ok();
    assert_eq!(
        (&moved["stage"]["name"], &moved["probability"], &moved["version"]),
        (&json!("Negotiation"), &json!(80), &json!(2))
    );
    assert_eq!(moved["stage_entered_at"], deal["stage_entered_at"], "it was not the rep who moved it on");
    assert_eq!(rep.get(&at("opportunities", &sure)).await.ok()["probability"], 95);
    let timeline = rep.get(&format!("{}/timeline", at("opportunities", &deal))).await.ok();
    assert_eq!(timeline["items"][0]["type"], "opportunity.moved");
    assert_eq!(timeline["items"][0]["actor"]["name"], "Ada Admin");
    let restored = rep.post(&format!("{}/restore", at("opportunities", &gone)), json!({})).await.ok();
    assert_eq!(restored["stage"]["name"], "Negotiation");
    let board = rep.get("/opportunities/board").await.ok();
    let counts: Vec<&Value> = board["columns"].as_array().unwrap().iter().map(|c| &c["count"]).collect();
    assert_eq!(counts, [0, 0, 0, 3, 0, 0]);
    // A kind can't change under the deals in a stage.
    let now = stage(admin, "Negotiation").await;
    let kind = admin.patch(&at("stages", &now), json!({ "kind": "lost", "version": now["version"] })).await;
    assert_eq!((kind.problem().as_str(), &kind.body["count"]), ("409 in_use: kind", &json!(3)));
    let sales = pipeline(admin, "Sales").await;
    admin.post("/pipelines", json!({ "name": "Other" })).await.ok();
    let kept = admin.delete(&at("pipelines", &sales)).await;
    assert_eq!((kept.problem().as_str(), &kept.body["count"]), ("409 in_use", &json!(3)));
}

#[tokio::test]
async fn every_path_into_a_stage_meets_the_fields_it_asks_for() {
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    set(admin, "Proposal", json!({ "required_fields": ["next_step", "amount"] })).await;
    let to = stage(admin, "Proposal").await["id"].clone();
    let refused = "422 gate_not_cleared: next_step, amount";
    let deal = admin.opportunity("Deal", json!({})).await;
    let path = at("opportunities", &deal);
    assert_eq!(admin.patch(&path, json!({ "stage_id": to, "version": 1 })).await.problem(), refused);
    assert_eq!(admin.post(&format!("{path}/move"), json!({ "stage_id": to, "version": 1 })).await.problem(), refused);
    assert_eq!(admin.post("/opportunities", json!({ "name": "Born there", "stage_id": to })).await.problem(), refused);
    let transitions = admin.get(&format!("{path}/transitions")).await.ok();
    let proposal = transitions["items"].as_array().unwrap().iter().find(|t| t["stage"]["id"] == to).unwrap();
    let missing: Vec<&Value> = proposal["missing"].as_array().unwrap().iter().map(|m| &m["field"]).collect();
    assert_eq!((&proposal["allowed"], missing), (&json!(false), vec![&json!("next_step"), &json!("amount")]));

    // What is missing may come with the move.
    let amount = json!({ "amount": "10", "currency": "EUR" });
    let with = json!({ "stage_id": to, "version": 1, "next_step": "Call", "amount": amount });
    let moved = admin.post(&format!("{path}/move"), with).await.ok();
    assert_eq!(moved["opportunity"]["stage"]["name"], "Proposal");
    // A deal keeps what its gate asked for, and an undo meets the gate as any change does.
    let emptied = admin.patch(&path, json!({ "next_step": " ", "version": 2 })).await;
    assert_eq!(emptied.problem(), "422 gate_not_cleared: next_step");
    let qualified = stage(admin, "Qualified").await["id"].clone();
    let back = admin.post(&format!("{path}/move"), json!({ "stage_id": qualified, "version": 2 })).await;
    admin.patch(&path, json!({ "amount": null, "version": 3 })).await.ok();
    let undone = admin.post("/undo", json!({ "event_id": back.event() })).await;
    assert_eq!(undone.problem(), "422 gate_not_cleared: amount");

    let file = "Opportunity Name,Stage,Amount,Next Step,External ID\nEmpty,Proposal,,,E1\nFull,Proposal,12,Call,E2\n";
    let imported = import(admin, "deals.csv", file.as_bytes()).await;
    assert_eq!((&imported["result"]["created"], &imported["result"]["failed"]), (&json!(1), &json!(1)), "{imported}");
    let rows = admin.get(&format!("/imports/{}/rows", imported["id"].as_str().unwrap())).await.ok();
    assert!(rows.to_string().contains("gate_not_cleared"), "{rows}");
    assert_eq!(admin.get("/opportunities?stage_id=Proposal").await.names(), ["Full"]);
}

#[tokio::test]
async fn whoever_changes_a_probability_says_what_becomes_of_open_deals() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let qualified = stage(admin, "Qualified").await;
    let usual = admin.opportunity("Usual", json!({ "stage_id": qualified["id"] })).await;
    let own = admin.opportunity("Own", json!({ "stage_id": qualified["id"], "probability": 40 })).await;
    let path = at("stages", &qualified);
    let asked = admin.patch(&path, json!({ "probability": 30, "version": 1 })).await;
    assert_eq!((asked.problem().as_str(), &asked.body["count"]), ("409 open_deals_undecided: open_deals", &json!(1)));
    let left = admin.patch(&path, json!({ "probability": 30, "version": 1, "open_deals": "leave" })).await.ok();
    assert_eq!(left["probability"], 30);
    let probability = async |deal: &Value| admin.get(&at("opportunities", deal)).await.ok()["probability"].clone();
    assert_eq!((probability(&usual).await, probability(&own).await), (json!(25), json!(40)));
    // Nobody has the default any more, so nothing is asked.
    admin.patch(&path, json!({ "probability": 25, "version": 2 })).await.ok();
    admin.patch(&path, json!({ "probability": 35, "version": 3, "open_deals": "follow" })).await.ok();
    assert_eq!((probability(&usual).await, probability(&own).await), (json!(35), json!(40)));
    let timeline = admin.get(&format!("{}/timeline", at("opportunities", &usual))).await.ok();
    assert_eq!(timeline["items"][0]["changes"][0]["new"], 35);
}

#[tokio::test]
async fn a_pipeline_of_some_teams_takes_no_deals_from_others() {
    let app = TestApp::new().await;
    let north = app.team("North", None).await;
    let oslo = app.team("Oslo", Some(north)).await;
    let south = app.team("South", None).await;
    let below = app.user_in(Builtin::SalesRep, Some(oslo)).await;
    let outside = app.user_in(Builtin::SalesRep, Some(south)).await;
    let made = app.admin.post("/pipelines", json!({ "name": "Northern", "team_ids": [north] })).await.ok();
    let usable = async |who: &Person| pipeline(who, "Northern").await["usable"].clone();
    assert_eq!(
        (usable(&below).await, usable(&outside).await, usable(&app.admin).await),
        (json!(true), json!(false), json!(true))
    );
    let new = json!({ "name": "Deal", "pipeline_id": made["id"] });
    let deal = below.post("/opportunities", new.clone()).await.ok();
    assert_eq!(deal["stage"]["name"], "Open");
    assert_eq!(outside.post("/opportunities", new).await.problem(), "422 invalid: pipeline_id");
    let in_stage = json!({ "name": "Deal", "stage_id": deal["stage_id"] });
    assert_eq!(outside.post("/opportunities", in_stage).await.problem(), "422 invalid: pipeline_id");
    let theirs = outside.opportunity("Southern", json!({})).await;
    let moved =
        outside.patch(&at("opportunities", &theirs), json!({ "stage_id": deal["stage_id"], "version": 1 })).await;
    assert_eq!(moved.problem(), "422 invalid: pipeline_id");
    // Whoever has a deal in it goes on with it.
    let won = made["stages"][1]["id"].clone();
    below.post(&format!("{}/move", at("opportunities", &deal)), json!({ "stage_id": won, "version": 1 })).await.ok();
}
