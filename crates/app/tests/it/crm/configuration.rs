//! The configuration as a file: out of one organisation and into another.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_file_makes_another_organisation_the_same_and_again_changes_nothing() {
    let app = TestApp::new().await;
    let (here, there) = (&app.admin, app.stranger().await);
    let stages = json!([
        { "name": "Open", "kind": "open", "probability": 30, "colour": "teal", "required_fields": ["amount"], "wip_limit": 4 },
        { "name": "Won", "kind": "won" },
        { "name": "Lost", "kind": "lost", "required_fields": ["lost_notes"] }
    ]);
    here.post("/pipelines", json!({ "name": "Renewals", "stages": stages })).await.ok();
    here.post("/options", json!({ "kind": "region", "name": "Nordics" })).await.ok();
    let price = json!({ "amount": "12.50", "currency": "EUR" });
    let product = here.post("/products", json!({ "name": "GTX", "code": "G", "unit_price": price })).await.ok();
    let list = here.post("/price-lists", json!({ "name": "Partners", "currency": "EUR", "default": true })).await.ok();
    let prices = json!({ "items": [{ "product_id": product["id"], "unit_price": price, "billing": "monthly" }] });
    here.post(&format!("/price-lists/{}/prices", list["id"].as_str().unwrap()), prices).await.ok();
    let rates = json!({ "rates": [{ "currency": "USD", "valid_from": "2026-01-01", "rate": "0.9" }] });
    here.post("/currency-rates", rates).await.ok();

    let file = here.get("/configuration").await.ok();
    assert_eq!((&file["version"], &file["pipelines"][1]["stages"][0]["colour"]), (&json!(1), &json!("teal")));
    let before = there.get("/configuration").await.ok();
    let tried = there.post("/configuration?dry_run=true", file.clone()).await.ok();
    assert_eq!((&tried["dry_run"], &tried["created"]), (&json!(true), &json!(4)), "{tried}");
    assert_eq!(there.get("/configuration").await.ok(), before, "a dry run changes nothing");
    let done = there.post("/configuration", file.clone()).await.ok();
    assert_eq!((&done["dry_run"], &done["items"]), (&json!(false), &tried["items"]));
    assert_eq!(there.get("/configuration").await.ok(), file);
    let again = there.post("/configuration", file.clone()).await.ok();
    assert_eq!((&again["created"], &again["changed"], &again["items"]), (&json!(0), &json!(0), &json!([])));

    // What differs is changed; what is not named stays.
    let change = json!({ "version": 1, "currency": "EUR", "pipelines": [{ "name": "renewals", "stages": [
        { "name": "Won", "kind": "won", "probability": 100 },
        { "name": "open", "kind": "open", "probability": 50 }
    ] }] });
    let changed = there.post("/configuration", change).await.ok();
    assert_eq!(
        changed["items"],
        json!([
            { "object": "stage", "name": "open", "action": "changed" },
            { "object": "pipeline", "name": "Renewals", "action": "changed" }
        ])
    );
    let now = there.get("/configuration").await.ok();
    let names: Vec<&Value> = now["pipelines"][1]["stages"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["Won", "Open", "Lost"]);
}

#[tokio::test]
async fn a_file_is_read_in_whole_or_not_at_all_and_by_administrators() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let empty = json!({ "version": 1, "currency": "EUR" });
    assert_eq!(rep.post("/configuration", empty.clone()).await.problem(), "403 forbidden");
    assert_eq!(app.admin.post("/configuration", empty).await.status, 200);
    let before = app.admin.get("/configuration").await.ok();
    let with = |part: Value| {
        let mut file = json!({ "version": 1, "currency": "EUR", "lists": { "region": [{ "name": "Moon" }] } });
        file.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        file
    };
    for (part, expected) in [
        (json!({ "version": 2 }), "422 invalid: version"),
        (json!({ "shoe_size": 1 }), "422 invalid: shoe_size"),
        (json!({ "lists": { "moons": [] } }), "422 invalid: lists.moons.kind"),
        (json!({ "products": [{ "name": "" }] }), "422 invalid: products.0.name"),
        (
            json!({ "price_lists": [{ "name": "A", "currency": "EUR", "prices": [{ "product": "None", "price": "1" }] }] }),
            "422 invalid: price_lists.0.prices.0.product",
        ),
        (
            json!({ "pipelines": [{ "name": "A", "stages": [{ "name": "B", "kind": "open", "probability": 1 }] }] }),
            "409 stage_kind_missing: pipelines.0.stages",
        ),
        (
            json!({ "currency": "USD", "currency_rates": [{ "currency": "GBP", "valid_from": "2026-01-01", "rate": "1" }] }),
            "422 invalid: currency_rates.currency",
        ),
    ] {
        assert_eq!(app.admin.post("/configuration", with(part)).await.problem(), expected);
    }
    assert_eq!(app.admin.get("/configuration").await.ok(), before);
}
