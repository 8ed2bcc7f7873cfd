//! Products of deals: what they cost, once and again, and what that makes of the amount.

use dealwright_testkit::TestApp;
use serde_json::{Value, json};

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

#[tokio::test]
async fn lines_come_to_what_is_due_once_by_the_year_and_over_the_term() {
    let app = TestApp::new().await;
    let product = |name: &'static str, price: &'static str| {
        app.admin.post("/products", json!({ "name": name, "unit_price": euros(price) }))
    };
    let (licence, setup) = (product("Licence", "100").await.ok(), product("Setup", "500").await.ok());
    let list = app.admin.post("/price-lists", json!({ "name": "Partners", "currency": "EUR" })).await.ok();
    let list_path = format!("/price-lists/{}", list["id"].as_str().unwrap());
    let prices =
        json!({ "items": [{ "product_id": licence["id"], "unit_price": euros("80.05"), "billing": "quarterly" }] });
    app.admin.post(&format!("{list_path}/prices"), prices).await.ok();

    let deal = app.admin.opportunity("Deal", json!({ "amount": euros("1") })).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    let lines = format!("{path}/lines");
    let first = json!({ "product_id": licence["id"], "quantity": "10", "price_list_id": list["id"], "discount_percent": "10", "term_months": 24, "version": 1 });
    let whole = app.admin.post(&lines, first).await.ok();
    let line = &whole["lines"][0];
    assert_eq!((&line["price_list"]["name"], &line["billing"]), (&json!("Partners"), &json!("quarterly")));
    let sums = |line: &Value| ["total", "annual_recurring", "contract_value"].map(|sum| line[sum]["amount"].clone());
    assert_eq!(sums(line), [json!("720.45"), json!("2881.80"), json!("5763.60")]);
    let second = json!({ "product_id": setup["id"], "quantity": "1", "discount_amount": euros("50"), "version": 2 });
    let whole = app.admin.post(&lines, second).await.ok();
    assert_eq!(sums(&whole["lines"][1]), [json!("450.00"), json!("0.00"), json!("450.00")]);
    let totals = &whole["totals"][0];
    assert_eq!(
        ["one_off", "annual_recurring", "contract_value"].map(|sum| totals[sum]["amount"].clone()),
        [json!("450.00"), json!("2881.80"), json!("6213.60")]
    );
    // By hand until it is said to follow.
    assert_eq!(whole["amount"], euros("1.00"));
    let follows = app.admin.patch(&path, json!({ "amount_from_lines": true, "version": 3 })).await.ok();
    assert_eq!((&follows["amount"], &follows["version"]), (&euros("6213.60"), &json!(4)));
    let by_hand = app.admin.patch(&path, json!({ "amount": euros("7"), "version": 4 })).await;
    assert_eq!(by_hand.problem(), "422 invalid: amount");

    let setup_line = format!("{lines}/{}", whole["lines"][1]["id"].as_str().unwrap());
    let changed = app.admin.patch(&setup_line, json!({ "discount_percent": "50", "version": 4 })).await.ok();
    assert_eq!((&changed["lines"][1]["discount_amount"], &changed["amount"]), (&Value::Null, &euros("6013.60")));
    let monthly = app.admin.patch(&setup_line, json!({ "billing": "monthly" })).await.ok();
    assert_eq!((&monthly["lines"][1]["term_months"], &monthly["amount"]), (&json!(12), &euros("8763.60")));
    let timeline = app.admin.get(&format!("{path}/timeline")).await.ok();
    let told = &timeline["items"][0];
    assert_eq!((&told["type"], &told["undoable"]), (&json!("opportunity.product_changed"), &json!(true)));
    assert_eq!(
        told["changes"][0]["new_label"],
        "1 × Setup at 500.00 EUR monthly for 12 months less 50 % = 3000.00 EUR"
    );
    assert_eq!(timeline["items"][1]["changes"][0]["field"], "amount");

    // Dollars among euros have no sum; the line is not added.
    let dollars =
        json!({ "product_id": setup["id"], "quantity": "1", "unit_price": { "amount": "1", "currency": "USD" } });
    assert_eq!(app.admin.post(&lines, dollars).await.problem(), "422 invalid: amount_from_lines");
    assert_eq!(app.admin.get(&path).await.body["lines"].as_array().unwrap().len(), 2);
    // What does not go together, what is too much, what is stale.
    for (body, problem) in [
        (json!({ "discount_amount": euros("1"), "discount_percent": "1" }), "422 invalid: discount_amount"),
        (json!({ "discount_amount": euros("500.01") }), "422 invalid: discount_amount"),
        (json!({ "billing": "yearly", "term_months": 18 }), "422 invalid: term_months"),
        (json!({ "billing": "one_off", "term_months": 12 }), "422 invalid: term_months"),
        (json!({ "term_months": 601 }), "422 invalid: term_months"),
        (json!({ "quantity": "0" }), "422 invalid: quantity"),
        (json!({ "quantity": "1000000000", "unit_price": euros("9999999999") }), "422 invalid: quantity"),
        (json!({ "quantity": "2", "version": 1 }), "409 version_conflict"),
    ] {
        assert_eq!(app.admin.patch(&setup_line, body.clone()).await.problem(), problem, "{body}");
    }
    let not_on_it = json!({ "product_id": setup["id"], "quantity": "1", "price_list_id": list["id"] });
    assert_eq!(app.admin.post(&lines, not_on_it).await.problem(), "422 invalid: price_list_id");
    assert_eq!(app.stranger().await.patch(&setup_line, json!({ "quantity": "2" })).await.problem(), "404 not_found");

    app.admin.delete(&setup_line).await.ok();
    assert_eq!(app.admin.get(&path).await.body["amount"], euros("5763.60"));
    let back = app.admin.patch(&path, json!({ "amount_from_lines": false, "amount": euros("5000"), "version": app.admin.get(&path).await.body["version"] }));
    assert_eq!(back.await.ok()["amount"], euros("5000.00"));
}

#[tokio::test]
async fn what_was_done_to_products_is_taken_back_with_the_amount() {
    let app = TestApp::new().await;
    let product = app.admin.post("/products", json!({ "name": "Licence", "unit_price": euros("100") })).await.ok();
    let deal = app.admin.opportunity("Deal", json!({ "amount": euros("1") })).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    let lines = format!("{path}/lines");
    let line = json!({ "product_id": product["id"], "quantity": "3", "discount_percent": "10" });
    let first = app.admin.post(&lines, line.clone()).await;
    let first_line = format!("{lines}/{}", first.body["lines"][0]["id"].as_str().unwrap());
    let version = first.body["version"].clone();
    app.admin.patch(&path, json!({ "amount_from_lines": true, "version": version })).await.ok();
    let second = app.admin.post(&lines, json!({ "product_id": product["id"], "quantity": "1" })).await;
    assert_eq!(second.body["amount"], euros("370.00"));
    let undo = async |event: String| app.admin.post("/undo", json!({ "event_id": event })).await;
    let now = async || {
        let whole = app.admin.get(&path).await.ok();
        let lines = whole["lines"].as_array().unwrap().iter().map(|l| l["quantity"].as_str().unwrap().to_owned());
        (lines.collect::<Vec<_>>(), whole["amount"]["amount"].as_str().unwrap().to_owned())
    };
    let is = |lines: &[&str], amount: &str| (lines.iter().map(|l| (*l).to_owned()).collect(), amount.to_owned());
    // Changed, removed, added, each taken back from the answer's own event.
    let changed = app.admin.patch(&first_line, json!({ "quantity": "5" })).await;
    assert_eq!(now().await, is(&["5", "1"], "550.00"));
    undo(changed.event()).await.ok();
    assert_eq!(now().await, is(&["3", "1"], "370.00"));
    let removed = app.admin.delete(&first_line).await;
    assert_eq!(now().await, is(&["1"], "100.00"));
    let back = undo(removed.event()).await;
    assert_eq!(now().await, is(&["1", "3"], "370.00"));
    undo(second.event()).await.ok();
    assert_eq!(now().await, is(&["3"], "270.00"));
    // An undo is taken back as well; what has changed since is not.
    undo(back.event()).await.ok();
    assert_eq!(app.admin.get(&path).await.body["lines"], json!([]));
    let late = undo(changed.event()).await;
    assert_eq!(late.problem(), "409 already_undone");
    let late = undo(first.event()).await;
    assert_eq!(
        (late.problem(), &late.body["detail"]),
        ("409 nothing_to_undo".into(), &json!("the product is no longer on the deal"))
    );
    assert_eq!(
        app.stranger().await.post("/undo", json!({ "event_id": first.event() })).await.problem(),
        "404 not_found"
    );
    let reader = app.user(dealwright_access::policy::Builtin::ReadOnly).await;
    let added = app.admin.post(&lines, line).await;
    assert_eq!(reader.post("/undo", json!({ "event_id": added.event() })).await.problem(), "403 forbidden");
}
