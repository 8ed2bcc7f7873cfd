//! What lists come to: filters with groups and of accounts, groups of records, and figures of columns; within what the
//! reader may see.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

fn tree(filter: &Value) -> String {
    let text = filter.to_string();
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

async fn account(who: &Person, name: &str, more: Value) -> Value {
    let mut body = json!({ "name": name, "allow_duplicates": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/accounts", body).await.ok()
}

/// Two accounts with three deals of the admin's, and one of a rep's on an account of their own.
async fn stock(app: &TestApp, rep: &Person) {
    let retail = app.admin.choice("industry", "Retail").await;
    let shop =
        account(&app.admin, "Shop", json!({ "industry_id": retail, "country": "Norway", "employees": 40 })).await;
    let mill = account(&app.admin, "Mill", json!({ "country": "Chile" })).await;
    let own = account(rep, "Corner", json!({ "industry_id": retail })).await;
    let euros = |n: u32| json!({ "amount": n.to_string(), "currency": "EUR" });
    for (name, of, amount, close) in
        [("S1", &shop, 100, "2026-12-03"), ("S2", &shop, 300, "2026-12-20"), ("M1", &mill, 50, "2027-01-04")]
    {
        let more = json!({ "account_id": of["id"], "amount": euros(amount), "close_date": close, "probability": 50 });
        app.admin.opportunity(name, more).await;
    }
    rep.opportunity("C1", json!({ "account_id": own["id"], "amount": euros(7) })).await;
}

#[tokio::test]
async fn filters_with_groups_and_of_accounts_find_the_same_everywhere() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    stock(&app, &rep).await;
    let filter = json!({ "or": [
        { "and": [{ "field": "account.name", "op": "contains", "value": "SHOP" }, { "field": "amount", "op": "gt", "value": 200 }] },
        { "field": "account.country", "op": "in", "value": ["chile", "peru"] } ] });
    let mut found = app.admin.get(&format!("/opportunities?filter={}", tree(&filter))).await.names();
    found.sort();
    assert_eq!(found, ["M1", "S2"]);
    let posted = app.admin.post("/opportunities/query", json!({ "filter": filter })).await;
    assert_eq!(posted.names().len(), 2);
    // With other parameters it holds as well as they do.
    assert_eq!(app.admin.get(&format!("/opportunities?name=s2&filter={}", tree(&filter))).await.names(), ["S2"]);
    for (query, expected) in [
        ("account.industry_id=retail&sort=name", vec!["C1", "S1", "S2"]),
        ("account.employees.gte=10&sort=name", vec!["S1", "S2"]),
        ("account.domain.is_null=true&account.country.is_null=true", vec!["C1"]),
        ("next_step.is_null=true&sort=-name", vec!["S2", "S1", "M1", "C1"]),
        ("account.industry_id.ne=retail", vec!["M1"]),
    ] {
        assert_eq!(app.admin.get(&format!("/opportunities?{query}")).await.names(), expected, "{query}");
    }
    // Of an account that one may not see nothing is told, and nothing is found by it.
    assert_eq!(rep.get("/opportunities?account.name=shop").await.names(), Vec::<String>::new());
    assert_eq!(rep.get("/opportunities?account.name=corner").await.names(), ["C1"]);
    super::hide(&app, "Sales Rep", json!({ "account": { "industry_id": "hidden", "tags": "hidden" } })).await;
    for (path, at) in [
        ("/opportunities?account.industry_id=retail".to_owned(), "account.industry_id"),
        ("/opportunities/groups?by=account.industry_id".to_owned(), "by"),
        ("/opportunities/figures?of=account.industry_id.filled".to_owned(), "of"),
        ("/accounts?tag=x".to_owned(), "tag"),
        (
            format!(
                "/opportunities/groups?by=stage_id&filter={}",
                tree(&json!({ "not": { "field": "account.industry_id", "op": "is_null", "value": true } }))
            ),
            "filter.not",
        ),
    ] {
        assert_eq!(rep.get(&path).await.problem(), format!("403 field_not_permitted: {at}"), "{path}");
    }
    for (object, query) in [("accounts", "country=norway"), ("contacts", "account.country=norway"), ("leads", "tag=x")]
    {
        assert_eq!(app.admin.get(&format!("/{object}?{query}")).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_is_named() {
    let app = TestApp::new().await;
    let mut deep = json!({ "field": "name", "op": "eq", "value": "x" });
    for _ in 0..10 {
        deep = json!({ "and": [deep] });
    }
    let many: Vec<Value> = (0..101).map(|n| json!({ "field": "name", "op": "eq", "value": n.to_string() })).collect();
    let values: Vec<String> = (0..501).map(|n| n.to_string()).collect();
    for (filter, expected) in [
        ("{".to_owned(), "400 invalid_filter: filter"),
        (tree(&json!([1])), "400 invalid_filter: filter"),
        (tree(&deep), "400 invalid_filter: filter.and.0.and.0.and.0.and.0.and.0.and.0.and.0.and.0"),
        (tree(&json!({ "or": many })), "400 invalid_filter: filter.or.100"),
        (tree(&json!({ "field": "name", "op": "in", "value": values })), "400 invalid_filter: filter"),
        (tree(&json!({ "field": "amount", "op": "contains", "value": "5" })), "400 invalid_filter: filter"),
        (tree(&json!({ "field": "name", "op": "eq", "value": "x".repeat(20_000) })), "400 invalid_filter: filter"),
    ] {
        assert_eq!(app.admin.get(&format!("/opportunities?filter={filter}")).await.problem(), expected);
        assert_eq!(
            app.admin.get(&format!("/opportunities/groups?by=stage_id&filter={filter}")).await.problem(),
            expected
        );
    }
    for (path, expected) in [
        ("/opportunities/groups", "400 invalid_query: by"),
        ("/opportunities/groups?by=amount", "400 invalid_query: by"),
        ("/opportunities/groups?by=custom.none", "400 invalid_query: by"),
        ("/leads/groups?by=stage_id", "400 invalid_query: by"),
        ("/opportunities/figures", "400 invalid_query: of"),
        ("/opportunities/figures?of=amount", "400 invalid_query: of"),
        ("/opportunities/figures?of=name.sum", "400 invalid_query: of"),
        ("/opportunities/figures?of=amount.median", "400 invalid_query: of"),
        ("/accounts/figures?of=amount.sum", "400 invalid_query: of"),
    ] {
        assert_eq!(app.admin.get(path).await.problem(), expected, "{path}");
    }
    let figures = vec!["amount.sum"; 41].join(",");
    assert_eq!(app.admin.get(&format!("/opportunities/figures?of={figures}")).await.problem(), "400 invalid_query: of");
}

#[tokio::test]
async fn groups_come_to_what_their_records_do() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    stock(&app, &rep).await;
    let told = |answer: &Value| {
        let groups = answer["groups"].as_array().unwrap().iter();
        groups
            .map(|g| {
                let money = |field: &str| g[field]["amount"].as_str().unwrap_or("-").to_owned();
                let label = g["label"].as_str().unwrap_or("-");
                format!("{label} {} {} {}", g["count"], money("sum"), money("weighted"))
            })
            .collect::<Vec<_>>()
    };
    let by = |by: &str| format!("/opportunities/groups?by={by}");
    let accounts = app.admin.get(&by("account_id")).await.ok();
    assert_eq!(told(&accounts)[0], "Shop 2 400.00 200.00");
    assert_eq!((&accounts["total"]["count"], &accounts["rest"]), (&json!(4), &Value::Null));
    assert_eq!(
        told(&app.admin.get(&by("close_date")).await.ok())[..2],
        ["2026-12 2 400.00 200.00", "2027-01 1 50.00 25.00"]
    );
    // Each group says which records are its own: they are as many as it counted.
    for field in [
        "stage_id",
        "owner_id",
        "team_id",
        "account.industry_id",
        "close_date",
        "created_at",
        "forecast_category",
        "account_id",
    ] {
        let groups = app.admin.get(&by(field)).await.ok();
        let mut all = 0;
        for group in groups["groups"].as_array().unwrap() {
            let rows = app.admin.get(&format!("/opportunities?filter={}", tree(&group["filter"]))).await.names();
            assert_eq!(json!(rows.len()), group["count"], "{field}: {group}");
            all += rows.len();
        }
        assert_eq!(all, 4, "{field}");
    }
    // Only what one sees is counted; what is hidden is not summed up.
    assert_eq!(told(&rep.get(&by("account_id")).await.ok()), ["Corner 1 7.00 0.70"]);
    let theirs = rep.get(&by("owner_id")).await.ok();
    assert_eq!(theirs["total"]["count"], 1);
    super::hide(&app, "Sales Rep", json!({ "opportunity": { "amount": "hidden", "close_date": "hidden" } })).await;
    assert_eq!(told(&rep.get(&by("account_id")).await.ok()), ["Corner 1 - -"]);
    assert_eq!(rep.get(&by("close_date")).await.problem(), "403 field_not_permitted: by");
    assert_eq!(app.stranger().await.get(&by("stage_id")).await.ok()["groups"], json!([]));
    let revenue = json!({ "annual_revenue": { "amount": "900", "currency": "EUR" } });
    account(&app.admin, "Rich", revenue).await;
    let countries = app.admin.get("/accounts/groups?by=country").await.ok();
    assert_eq!(countries["total"]["sum"]["amount"], "900.00");
    assert_eq!(app.admin.get("/contacts/groups?by=owner_id").await.ok()["total"]["count"], 0);
    assert_eq!(app.admin.get("/leads/groups?by=rating").await.ok()["groups"], json!([]));
}

#[tokio::test]
async fn beyond_a_hundred_groups_the_rest_is_told_together() {
    let app = TestApp::new().await;
    for n in 0..103 {
        let company = if n < 3 { "Same".to_owned() } else { format!("Company {n}") };
        app.admin
            .post("/leads", json!({ "last_name": format!("L{n}"), "company": company, "allow_duplicates": true }))
            .await
            .ok();
    }
    let groups = app.admin.get("/leads/groups?by=company").await.ok();
    assert_eq!(groups["groups"].as_array().unwrap().len(), 100);
    assert_eq!(groups["groups"][0]["count"], 3);
    assert_eq!((&groups["rest"]["groups"], &groups["rest"]["count"]), (&json!(1), &json!(1)));
    assert_eq!(groups["total"]["count"], 103);
}

#[tokio::test]
async fn figures_are_of_the_whole_list_and_of_what_is_shown() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    stock(&app, &rep).await;
    let values =
        |answer: Value| answer["items"].as_array().unwrap().iter().map(|i| i["value"].clone()).collect::<Vec<_>>();
    let of = "/opportunities/figures?of=amount.sum,amount.average,amount.min,amount.max,close_date.min,close_date.empty,\
              name.count,account_id.filled,probability.average";
    let money = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let all = app.admin.get(of).await.ok();
    assert_eq!(all["count"], 4);
    assert_eq!(
        values(all),
        [
            money("457.00"),
            money("114.25"),
            money("7.00"),
            money("300.00"),
            json!("2026-12-03"),
            json!(1),
            json!(4),
            json!(4),
            json!("40")
        ]
    );
    assert_eq!(values(app.admin.get(&format!("{of}&name=s1")).await.ok())[0], money("100.00"));
    assert_eq!(values(rep.get(of).await.ok())[0], money("7.00"));
    let none = app.stranger().await.get("/opportunities/figures?of=amount.sum,amount.empty").await.ok();
    assert_eq!((none["count"].clone(), values(none)), (json!(0), vec![Value::Null, json!(0)]));
    super::custom_lists::field(&app.admin, "account", "Budget", "money", json!({})).await;
    account(&app.admin, "Custom", json!({ "custom": { "budget": { "amount": "12.50", "currency": "EUR" } } })).await;
    assert_eq!(
        values(app.admin.get("/accounts/figures?of=custom.budget.sum,custom.budget.empty").await.ok()),
        [money("12.50"), json!(3)]
    );
    super::hide(&app, "Sales Rep", json!({ "opportunity": { "probability": "hidden" } })).await;
    for hidden in ["probability.average", "expected_revenue.sum", "probability.empty"] {
        let answer = rep.get(&format!("/opportunities/figures?of={hidden}")).await;
        assert_eq!(answer.problem(), "403 field_not_permitted: of", "{hidden}");
    }
    // A view keeps what it is grouped by and what stands below its columns; of hidden fields it keeps nothing.
    let view = json!({ "object": "opportunity", "name": "Sums", "grouping": "stage_id",
        "columns": [{ "id": "amount", "pinned": false, "figure": "average" }] });
    let saved = rep.post("/saved-views", view.clone()).await.ok();
    assert_eq!((&saved["grouping"], &saved["columns"][0]["figure"]), (&json!("stage_id"), &json!("average")));
    super::hide(&app, "Sales Rep", json!({ "opportunity": { "close_date": "hidden" } })).await;
    let mut hidden = view;
    hidden["name"] = json!("Months");
    hidden["grouping"] = json!("close_date");
    assert_eq!(rep.post("/saved-views", hidden.clone()).await.problem(), "403 field_not_permitted: grouping");
    hidden["grouping"] = json!("nothing");
    assert_eq!(rep.post("/saved-views", hidden).await.problem(), "422 invalid: grouping");
}
