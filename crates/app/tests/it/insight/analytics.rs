//! Figures over deals: what they come to, what they are made of, and of what their reader sees.

use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::{days, euros, id, monday, to_stage, written};

/// Figures by their measure.
fn by_measure(figures: &Value) -> serde_json::Map<String, Value> {
    figures.as_array().unwrap().iter().map(|f| (f["measure"].as_str().unwrap().to_owned(), f.clone())).collect()
}

/// A value of the total.
fn total<'a>(report: &'a Value, measure: &str) -> &'a Value {
    report["total"].as_array().unwrap().iter().find(|f| f["measure"] == measure).unwrap()
}

/// Label and the first figure's value of each row.
fn rows(report: &Value) -> Vec<(String, Value)> {
    let label = |row: &Value| row["keys"][0]["label"].as_str().unwrap_or("–").to_owned();
    report["rows"].as_array().unwrap().iter().map(|row| (label(row), row["figures"][0]["value"].clone())).collect()
}

/// The names of the deals that a list finds by a figure's condition.
async fn behind(who: &Person, figure: &Value) -> Vec<String> {
    let filter = written(&figure["deals"].to_string());
    let mut names = who.get(&format!("/opportunities?filter={filter}")).await.names();
    names.sort();
    names
}

/// Two won after ten and twenty days, one lost, two open; one of the open ones a rep's.
async fn stock(app: &TestApp, clock: &Clock) -> Person {
    let (west, east) = (app.admin.choice("region", "West").await, app.admin.choice("region", "East").await);
    let deal = |name: &'static str, amount: u32, region: &String| {
        let more = json!({ "amount": euros(amount), "region_id": region, "close_date": "2026-07-15" });
        async move { app.admin.opportunity(name, more).await }
    };
    let one = deal("Won one", 100, &west).await;
    let two = deal("Won two", 300, &east).await;
    let lost = deal("Lost one", 200, &west).await;
    deal("Open one", 1_000, &west).await;
    days(clock, 10);
    to_stage(&app.admin, &one, "Qualified").await;
    to_stage(&app.admin, &one, "Won").await;
    days(clock, 10);
    to_stage(&app.admin, &two, "Won").await;
    to_stage(&app.admin, &lost, "Lost").await;
    days(clock, 1);
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Open two", json!({ "amount": euros(50) })).await;
    rep
}

#[tokio::test]
async fn figures_say_what_they_are_made_of_and_lead_to_their_deals() {
    let (app, clock) = monday().await;
    stock(&app, &clock).await;
    let report = app.admin.get("/analytics?period=this_month&compare=previous").await.ok();
    let figures = by_measure(&report["total"]);
    let value = |measure: &str| figures[measure]["value"].clone();
    assert_eq!(
        json!([
            value("open_deals"),
            value("pipeline_value"),
            value("created"),
            value("won"),
            value("won_value"),
            value("lost_value")
        ]),
        json!([2, euros_of("1050.00"), 5, 2, euros_of("400.00"), euros_of("200.00")])
    );
    assert_eq!(
        json!([value("win_rate"), value("win_rate_value"), value("average_deal_size"), value("cycle_days")]),
        json!(["0.6667", "0.6667", euros_of("200.00"), "15"])
    );
    // 2 open × 0.6667 × 200.00 ÷ 15 days.
    assert_eq!(value("velocity"), euros_of("17.78"));
    let parts = &figures["velocity"]["of"];
    let told: Vec<_> = parts.as_array().unwrap().iter().map(|p| json!([p["measure"], p["value"]])).collect();
    assert_eq!(
        told,
        [
            json!(["open_deals", 2]),
            json!(["win_rate", "0.6667"]),
            json!(["average_deal_size", euros_of("200.00")]),
            json!(["cycle_days", "15"])
        ]
    );
    assert_eq!(json!([figures["won"]["previous"], figures["win_rate"]["previous"]]), json!([0, null]));
    assert_eq!(json!([report["previous_from"], report["previous_to"]]), json!(["2026-05-01", "2026-05-31"]));
    assert_eq!(behind(&app.admin, &figures["won"]).await, ["Won one", "Won two"]);
    assert_eq!(behind(&app.admin, &figures["win_rate"]).await, ["Lost one", "Won one", "Won two"]);
    assert_eq!(behind(&app.admin, &figures["pipeline_value"]).await, ["Open one", "Open two"]);
    assert_eq!(behind(&app.admin, &figures["velocity"]["of"][1]).await, ["Lost one", "Won one", "Won two"]);
}

fn euros_of(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

#[tokio::test]
async fn groups_have_their_figures_and_their_deals() {
    let (app, clock) = monday().await;
    stock(&app, &clock).await;
    let by = |group: &str, measures: &str| format!("/analytics?period=this_month&group_by={group}&measures={measures}");
    let regions = app.admin.get(&by("region", "won_value,win_rate")).await.ok();
    assert_eq!(rows(&regions), [("East".into(), euros_of("300.00")), ("West".into(), euros_of("100.00"))]);
    let west = &regions["rows"][1]["figures"][1];
    assert_eq!(
        (&west["value"], behind(&app.admin, west).await),
        (&json!("0.5"), vec!["Lost one".into(), "Won one".into()])
    );
    let months = app.admin.get("/analytics?from=2026-05-01&to=2026-07-31&group_by=month&measures=won").await.ok();
    assert_eq!(rows(&months), [("2026-06".into(), json!(2))]);
    assert_eq!(behind(&app.admin, &months["rows"][0]["figures"][0]).await, ["Won one", "Won two"]);
    let quarters = app.admin.get("/analytics?period=this_quarter&group_by=quarter,region&measures=lost").await.ok();
    assert_eq!(quarters["rows"][0]["keys"][0]["label"], "Q2 2026");
    let owners = app.admin.get(&by("owner", "pipeline_value")).await.ok();
    assert_eq!(rows(&owners).iter().map(|r| r.1.clone()).collect::<Vec<_>>(), [euros_of("1000.00"), euros_of("50.00")]);
    let limited = app.admin.get(&format!("{}&limit=1", by("owner", "pipeline_value"))).await.ok();
    assert_eq!((rows(&limited).len(), &limited["left_out"]), (1, &json!(1)));
    // The filter is the list's own.
    let filtered = app.admin.get(&format!("{}&region_id=east", by("region", "won"))).await.ok();
    assert_eq!(
        (rows(&filtered), total(&filtered, "won")["value"].clone()),
        (vec![("East".into(), json!(1))], json!(1))
    );
}

#[tokio::test]
async fn products_share_the_amount_of_a_deal() {
    let (app, _) = monday().await;
    let deal = app.admin.opportunity("Both", json!({ "amount": euros(900) })).await;
    for (name, price) in [("Arm", 200), ("Cell", 100)] {
        let product = app.admin.post("/products", json!({ "name": name, "unit_price": euros(price) })).await.ok();
        let now = app.admin.get(&format!("/opportunities/{}", id(&deal))).await.ok();
        let line = json!({ "product_id": product["id"], "quantity": "1", "unit_price": euros(price), "version": now["version"] });
        app.admin.post(&format!("/opportunities/{}/lines", id(&deal)), line).await.ok();
    }
    let report = app.admin.get("/analytics?group_by=product&measures=pipeline_value").await.ok();
    assert_eq!(rows(&report), [("Arm".into(), euros_of("600.00")), ("Cell".into(), euros_of("300.00"))]);
    assert_eq!(total(&report, "pipeline_value")["value"], euros_of("900.00"));
    assert_eq!(behind(&app.admin, &report["rows"][0]["figures"][0]).await, ["Both"]);
}

#[tokio::test]
async fn the_way_through_the_stages_is_counted() {
    let (app, clock) = monday().await;
    let deals = [app.admin.opportunity("A", json!({})).await, app.admin.opportunity("B", json!({})).await];
    days(&clock, 4);
    to_stage(&app.admin, &deals[0], "Qualified").await;
    to_stage(&app.admin, &deals[1], "Lost").await;
    let report = app
        .admin
        .get("/analytics?period=this_month&group_by=stage&measures=entered,stage_conversion,time_in_stage")
        .await
        .ok();
    let first = &report["rows"][0];
    assert_eq!(first["keys"][0]["label"], "Prospecting");
    let values: Vec<_> = first["figures"].as_array().unwrap().iter().map(|f| f["value"].clone()).collect();
    assert_eq!(values, [json!(2), json!("0.5"), json!("4")]);
    assert_eq!(behind(&app.admin, &first["figures"][0]).await, ["A", "B"]);
    assert_eq!(behind(&app.admin, &first["figures"][1]).await, ["A"]);
    let wrong = app.admin.get("/analytics?measures=entered").await;
    assert_eq!(wrong.problem(), "400 invalid_query: measures");
}

#[tokio::test]
async fn the_past_is_as_it_was() {
    let (app, clock) = monday().await;
    let deal = app.admin.opportunity("Then open", json!({ "amount": euros(100) })).await;
    days(&clock, 40);
    to_stage(&app.admin, &deal, "Won").await;
    app.admin.opportunity("Later", json!({ "amount": euros(7) })).await;
    let june = app.admin.get("/analytics?from=2026-06-01&to=2026-06-30").await.ok();
    let open = total(&june, "pipeline_value");
    assert_eq!((&open["value"], behind(&app.admin, open).await), (&euros_of("100.00"), vec!["Then open".into()]));
    assert_eq!(total(&june, "weighted_pipeline")["value"], Value::Null);
    let archived = format!("/opportunities/{}/archive", id(&deal));
    super::put(&app.admin, &archived, json!({})).await.ok();
    // What was won stays won when it is put away.
    let july = app.admin.get("/analytics?from=2026-07-01&to=2026-07-31&measures=won").await.ok();
    assert_eq!(total(&july, "won")["value"], json!(1));
    assert_eq!(behind(&app.admin, total(&july, "won")).await, ["Then open"]);
}

#[tokio::test]
async fn everybody_has_the_figures_of_what_they_see() {
    let (app, clock) = monday().await;
    let rep = stock(&app, &clock).await;
    let own = rep.get("/analytics?period=this_month&group_by=owner").await.ok();
    assert_eq!((&total(&own, "open_deals")["value"], &total(&own, "won")["value"]), (&json!(1), &json!(0)));
    assert_eq!(own["rows"].as_array().unwrap().len(), 1);
    let stranger = app.stranger().await;
    let theirs = stranger.get("/analytics?period=this_month").await.ok();
    assert_eq!(total(&theirs, "open_deals")["value"], json!(0));
    // A share counts.
    let deals = app.admin.get("/opportunities?name=open one").await.ok();
    let share = json!({ "user_id": rep.id, "level": "read" });
    app.admin.post(&format!("/opportunities/{}/shares", id(&deals["items"][0])), share).await.ok();
    let shared = rep.get("/analytics?period=this_month&measures=pipeline_value").await.ok();
    assert_eq!(total(&shared, "pipeline_value")["value"], euros_of("1050.00"));
}

#[tokio::test]
async fn hidden_amounts_give_no_sums() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Open", json!({ "amount": euros(50) })).await;
    crate::crm::hide(&app, "Sales Rep", json!({ "opportunity": { "amount": "hidden", "source_id": "hidden" } })).await;
    let hidden = rep.get("/analytics?period=this_year").await.ok();
    let measures: Vec<_> = hidden["total"].as_array().unwrap().iter().map(|f| f["measure"].as_str().unwrap()).collect();
    assert_eq!(measures, ["open_deals", "created", "won", "lost", "win_rate", "cycle_days"]);
    for (query, problem) in [
        ("measures=won_value", "403 field_not_permitted: measures"),
        ("measures=velocity", "403 field_not_permitted: measures"),
        ("measures=weighted_pipeline", "403 field_not_permitted: measures"),
        ("group_by=source", "403 field_not_permitted: group_by"),
        ("amount.gte=3", "403 field_not_permitted: amount.gte"),
    ] {
        assert_eq!(rep.get(&format!("/analytics?{query}")).await.problem(), problem, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_says_why() {
    let (app, _) = monday().await;
    for (query, problem) in [
        ("measures=wealth", "400 invalid_query: measures"),
        ("group_by=weather", "400 invalid_query: group_by"),
        ("group_by=owner,team,stage", "400 invalid_query: group_by"),
        ("group_by=owner,owner", "400 invalid_query: group_by"),
        ("period=someday", "400 invalid_query: period"),
        ("from=2026-12-01&to=2026-01-01", "400 invalid_query: from"),
        ("from=1000-01-01", "400 invalid_query: from"),
        ("compare=next", "400 invalid_query: compare"),
        ("limit=0", "400 invalid_query: limit"),
        ("sort=-amount", "400 invalid_query: sort"),
        ("wealth=3", "400 invalid_filter: wealth"),
        ("filter=%7B", "400 invalid_filter: filter"),
    ] {
        assert_eq!(app.admin.get(&format!("/analytics?{query}")).await.problem(), problem, "{query}");
    }
    assert_eq!(app.nobody().get("/analytics").await.status, 401);
    let enormous = "x".repeat(30_000);
    assert_eq!(app.admin.get(&format!("/analytics?filter={enormous}")).await.status, 400);
}
