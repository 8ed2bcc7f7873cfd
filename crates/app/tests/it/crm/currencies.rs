//! Currencies, dated rates, products and the organisation's settings.

use chrono::{Duration, NaiveDate};
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use serde_json::{Value, json};

fn at(path: &str, record: &Value) -> String {
    format!("/{path}/{}", record["id"].as_str().unwrap())
}

fn rate(currency: &str, from: &str, rate: &str) -> Value {
    json!({ "currency": currency, "valid_from": from, "rate": rate })
}

async fn base(who: &Person, deal: &Value) -> Value {
    who.get(&at("opportunities", deal)).await.ok()["amount_base"]["amount"].clone()
}

#[tokio::test]
async fn open_deals_follow_a_rate_and_closed_ones_keep_theirs() {
    let clock = Clock::fixed("2026-03-10T12:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let admin = &app.admin;
    let amount = json!({ "amount": "1000", "currency": "USD" });
    let unknown = admin.post("/opportunities", json!({ "name": "Deal", "amount": amount })).await;
    assert_eq!(unknown.problem(), "422 invalid: amount");
    let rates = json!({ "rates": [rate("USD", "2026-01-01", "0.9"), rate("USD", "2026-04-01", "0.8"), rate("JPY", "2026-01-01", "0.006")] });
    let currencies = admin.post("/currency-rates", rates).await.ok();
    assert_eq!(
        currencies["items"],
        json!([
            { "code": "EUR", "base": true, "rate": null, "valid_from": null, "rates": 0 },
            { "code": "JPY", "base": false, "rate": "0.006", "valid_from": "2026-01-01", "rates": 1 },
            { "code": "USD", "base": false, "rate": "0.9", "valid_from": "2026-01-01", "rates": 2 },
        ])
    );
    let open = admin.opportunity("Open", json!({ "amount": amount })).await;
    let yen = admin.opportunity("Yen", json!({ "amount": { "amount": "100000", "currency": "JPY" } })).await;
    let won = admin.opportunity("Won", json!({ "amount": amount })).await;
    assert_eq!((base(admin, &open).await, base(admin, &yen).await), (json!("900.00"), json!("600.00")));
    app.drain().await;

    // The rate that was wrong is put right: open deals follow, with neither version nor event.
    admin.post("/currency-rates", json!({ "rates": [rate("USD", "2026-01-01", "0.95")] })).await.ok();
    let to_won = json!({ "stage_id": admin.stage("Won").await, "version": 1 });
    admin.post(&format!("{}/move", at("opportunities", &won)), to_won).await.ok();
    assert_eq!((base(admin, &open).await, base(admin, &won).await), (json!("900.00"), json!("950.00")));
    app.drain().await;
    assert_eq!((base(admin, &open).await, base(admin, &yen).await), (json!("950.00"), json!("600.00")));
    assert_eq!(admin.get(&at("opportunities", &open)).await.ok()["version"], 1);
    let board = admin.get("/opportunities/board").await.ok();
    assert_eq!(board["columns"][0]["sum"]["amount"], "1550.00", "kept totals follow too");

    // A rate that was set ahead holds from its day on.
    clock.advance(Duration::days(30));
    admin.post("/currency-rates", json!({ "rates": [rate("GBP", "2026-01-01", "1.15")] })).await.ok();
    app.drain().await;
    assert_eq!((base(admin, &open).await, base(admin, &won).await), (json!("800.00"), json!("950.00")));

    assert_eq!(admin.delete("/currency-rates/JPY/2026-01-01").await.problem(), "409 in_use");
    assert_eq!(admin.delete("/currency-rates/USD/2026-04-01").await.status, 204);
    assert_eq!(admin.delete("/currency-rates/USD/2026-04-01").await.problem(), "404 not_found");
}

#[tokio::test]
async fn rates_are_for_administrators_and_nonsense_is_refused() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let good = json!({ "rates": [rate("USD", "2026-01-01", "0.9")] });
    assert_eq!(rep.post("/currency-rates", good.clone()).await.problem(), "403 forbidden");
    assert_eq!(rep.delete("/currency-rates/USD/2026-01-01").await.problem(), "403 forbidden");
    assert_eq!(rep.get("/currencies").await.status, 200);
    app.admin.post("/currency-rates", good).await.ok();
    let theirs = app.stranger().await.get("/currencies").await.ok();
    assert_eq!(theirs["items"].as_array().map(Vec::len), Some(1), "rates are the organisation's own");
    let day: NaiveDate = "2000-01-01".parse().unwrap();
    let many: Vec<Value> = (0..5_001).map(|n| rate("USD", &(day + Duration::days(n)).to_string(), "1")).collect();
    for (rates, expected) in [
        (json!([]), "422 invalid: rates"),
        (json!(many), "422 invalid: rates"),
        (json!([rate("EUR", "2026-01-01", "1")]), "422 invalid: rates.0.currency"),
        (json!([rate("XXQ", "2026-01-01", "1")]), "422 invalid: rates[0].currency"),
        (json!([rate("USD", "2026-13-01", "1")]), "422 invalid: rates[0].valid_from"),
        (json!([rate("USD", "2026-01-01", "0")]), "422 invalid: rates.0.rate"),
        (json!([rate("USD", "2026-01-01", "-1")]), "422 invalid: rates.0.rate"),
        (json!([rate("USD", "2026-01-01", "1e30")]), "422 invalid: rates[0].rate"),
    ] {
        let answer = app.admin.post("/currency-rates", json!({ "rates": rates })).await;
        assert_eq!(answer.status, 422, "{expected}: {:?}", answer.body);
    }
    assert_eq!(app.admin.get("/currency-rates?currency=nope").await.status, 400);
    assert_eq!(app.admin.delete("/currency-rates/nope/today").await.problem(), "404 not_found");
}

#[tokio::test]
async fn the_organisations_settings_are_an_administrators() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let now = rep.get("/organisation").await.ok();
    assert_eq!(
        (&now["name"], &now["currency"], &now["fiscal_year_start"], &now["currency_is_open"]),
        (&json!("Acme"), &json!("EUR"), &json!(1), &json!(true))
    );
    assert_eq!(rep.patch("/organisation", json!({ "name": "Mine", "version": 1 })).await.problem(), "403 forbidden");
    let change = json!({ "name": "Acme Norway", "currency": "NOK", "locale": "nb-NO", "time_zone": "Europe/Oslo", "fiscal_year_start": 4, "version": 1 });
    assert_eq!(admin.patch("/organisation", change).await.ok()["currency"], "NOK");
    assert_eq!(
        admin.patch("/organisation", json!({ "name": "x", "version": 1 })).await.problem(),
        "409 version_conflict"
    );
    // The first request after a change reads again who one is.
    rep.get("/me").await.ok();
    let me = rep.get("/me").await.ok();
    assert_eq!(
        (&me["organisation"]["name"], &me["organisation"]["currency"], &me["user"]["locale"]),
        (&json!("Acme Norway"), &json!("NOK"), &json!("nb-NO")),
        "what everyone reads by"
    );
    admin.opportunity("Deal", json!({ "amount": { "amount": "5", "currency": "NOK" } })).await;
    let kept = admin.patch("/organisation", json!({ "currency": "EUR", "version": 2 })).await;
    assert_eq!((kept.problem().as_str(), &kept.body["count"]), ("409 currency_in_use: currency", &json!(1)));
    for (change, expected) in [
        (json!({ "name": "" }), "422 invalid: name"),
        (json!({ "fiscal_year_start": 13 }), "422 invalid: fiscal_year_start"),
        (json!({ "locale": "<script>" }), "422 invalid: locale"),
        (json!({ "time_zone": "x".repeat(65) }), "422 invalid: time_zone"),
        (json!({ "currency": "EURO" }), "422 invalid: currency"),
    ] {
        let mut body = change.clone();
        body["version"] = json!(2);
        assert_eq!(admin.patch("/organisation", body).await.problem(), expected, "{change}");
    }
}

#[tokio::test]
async fn an_archived_product_stays_on_its_deals_and_a_code_means_one() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let price = json!({ "amount": "10", "currency": "EUR" });
    let product = admin.post("/products", json!({ "name": "GTX", "code": "G-1", "unit_price": price })).await.ok();
    let again = admin.post("/products", json!({ "name": "Other", "code": "g-1" })).await;
    assert_eq!(again.problem(), "409 product_code_taken: code");
    let deal = admin.opportunity("Deal", json!({})).await;
    let line = json!({ "product_id": product["id"], "quantity": "1", "version": 1 });
    let lines = format!("{}/lines", at("opportunities", &deal));
    admin.post(&lines, line.clone()).await.ok();
    let archived = admin.patch(&at("products", &product), json!({ "archived": true, "version": 1 })).await.ok();
    assert_eq!(archived["archived"], true);
    let whole = admin.get(&at("opportunities", &deal)).await.ok();
    assert_eq!(whole["lines"][0]["product"]["name"], "GTX");
    let mut next = line;
    next["version"] = json!(2);
    assert_eq!(admin.post(&lines, next).await.problem(), "422 invalid: product_id");
    let rep = app.user(Builtin::SalesRep).await;
    let refused = rep.patch(&at("products", &product), json!({ "archived": false, "version": 2 })).await;
    assert_eq!(refused.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_new_line_is_proposed_the_price_of_the_list_that_holds() {
    let app = TestApp::with(TestOptions {
        clock: Clock::fixed("2026-03-10T12:00:00Z".parse().unwrap()),
        ..TestOptions::default()
    })
    .await;
    let admin = &app.admin;
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let product = admin.post("/products", json!({ "name": "GTX", "unit_price": euros("10") })).await.ok();
    let proposed = async || {
        let deal = admin.opportunity("Deal", json!({})).await;
        let line = json!({ "product_id": product["id"], "quantity": "1", "version": 1 });
        let added = admin.post(&format!("{}/lines", at("opportunities", &deal)), line).await.ok();
        added["lines"][0]["unit_price"]["amount"].clone()
    };
    let price = async |list: &Value, amount: &str| {
        let items =
            json!({ "items": [{ "product_id": product["id"], "unit_price": euros(amount), "billing": "yearly" }] });
        admin.post(&format!("{}/prices", at("price-lists", list)), items).await.ok()
    };
    assert_eq!(proposed().await, "10.00");
    let new = json!({ "name": "2026", "currency": "EUR", "valid_from": "2026-01-01", "valid_to": "2026-12-31" });
    let year = admin.post("/price-lists", new.clone()).await.ok();
    assert_eq!(admin.post("/price-lists", new).await.problem(), "409 price_list_name_taken: name");
    let whole = price(&year, "12").await;
    assert_eq!(
        (&whole["prices"], &whole["items"][0]["billing"], &whole["version"]),
        (&json!(1), &json!("yearly"), &json!(2))
    );
    assert_eq!(proposed().await, "12.00");
    let partners =
        admin.post("/price-lists", json!({ "name": "Partners", "currency": "EUR", "default": true })).await.ok();
    price(&partners, "8").await;
    assert_eq!(proposed().await, "8.00", "the default list comes first");
    let next = json!({ "name": "2027", "currency": "EUR", "valid_from": "2027-01-01", "default": true });
    let next = admin.post("/price-lists", next).await.ok();
    price(&next, "99").await;
    assert_eq!(admin.get(&at("price-lists", &partners)).await.ok()["default"], false, "a currency has one");
    assert_eq!(proposed().await, "12.00", "2027 is yet to come, and 2026 began later than Partners");
    let version = admin.get(&at("price-lists", &year)).await.ok()["version"].clone();
    admin.patch(&at("price-lists", &year), json!({ "archived": true, "version": version })).await.ok();
    assert_eq!(proposed().await, "8.00");

    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get(&at("price-lists", &year)).await.status, 200);
    let path = at("price-lists", &year);
    assert_eq!(rep.patch(&path, json!({ "name": "Mine", "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(rep.delete(&path).await.problem(), "403 forbidden");
    let stranger = app.stranger().await;
    assert_eq!(stranger.get(&at("price-lists", &year)).await.problem(), "404 not_found");
    let prices = format!("{}/prices", at("price-lists", &partners));
    let nil = "00000000-0000-7000-8000-000000000000";
    for (item, expected) in [
        (json!({ "product_id": nil, "unit_price": euros("1") }), "422 invalid: items.0.product_id"),
        (
            json!({ "product_id": product["id"], "unit_price": { "amount": "1", "currency": "USD" } }),
            "422 invalid: items.0.unit_price",
        ),
        (json!({ "product_id": product["id"], "unit_price": euros("-1") }), "422 invalid: items.0.unit_price"),
    ] {
        assert_eq!(admin.post(&prices, json!({ "items": [item] })).await.problem(), expected);
    }
    let backwards = json!({ "name": "Odd", "currency": "EUR", "valid_from": "2026-02-01", "valid_to": "2026-01-01" });
    assert_eq!(admin.post("/price-lists", backwards).await.problem(), "422 invalid: valid_to");
}
