//! Custom fields in lists, rules and formulas: found, sorted, paged, indexed, worked out, converted, and hidden by roles.

use dealwright_access::policy::Builtin;
use dealwright_crm::list::{ListQuery, Names, explain};
use dealwright_crm::opportunity::list::{CATALOGUE, reader};
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn field(who: &Person, object: &str, label: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({ "object": object, "label": label, "kind": kind });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/custom-fields", body).await.ok()
}

fn of(field: &Value) -> String {
    format!("/custom-fields/{}", field["id"].as_str().unwrap())
}

async fn now(who: &Person, field: &Value) -> Value {
    let all = who.get("/custom-fields").await.ok();
    all["items"].as_array().unwrap().iter().find(|f| f["id"] == field["id"]).unwrap().clone()
}

async fn change(who: &Person, field: &Value, mut patch: Value) -> dealwright_testkit::Answer {
    patch["version"] = now(who, field).await["version"].clone();
    who.patch(&of(field), patch).await
}

/// Names of all rows, by pages of four.
async fn walk(who: &Person, query: &str) -> Vec<String> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("/opportunities?limit=4&{query}{cursor}")).await.ok();
        rows.extend(page["items"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

async fn names(who: &Person, query: &str) -> Vec<String> {
    let mut names = walk(who, query).await;
    names.sort();
    names
}

/// Fields of every type, and deals with ties and gaps in each.
async fn stock(app: &TestApp) -> Vec<Value> {
    let admin = &app.admin;
    let fields = vec![
        field(admin, "opportunity", "Seats", "number", json!({})).await,
        field(admin, "opportunity", "Budget", "money", json!({})).await,
        field(admin, "opportunity", "Go live", "date", json!({})).await,
        field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold", "Silver"] })).await,
        field(admin, "opportunity", "Code", "text", json!({})).await,
        field(admin, "opportunity", "Pilot", "checkbox", json!({})).await,
    ];
    field(admin, "opportunity", "Modules", "multi_select", json!({ "options": ["Core", "Plus", "Max"] })).await;
    field(admin, "opportunity", "Sponsor", "user", json!({})).await;
    field(admin, "opportunity", "Story", "long_text", json!({})).await;
    for n in 0_u32..11 {
        let mut custom = json!({ "code": format!("C-{:02}", n % 6), "pilot": n % 2 == 0 });
        if n % 3 != 0 {
            custom["seats"] = json!(f64::from(n % 4) + 0.5);
            custom["budget"] = json!({ "amount": format!("{}", n * 100), "currency": "EUR" });
        }
        if n % 4 != 1 {
            custom["go_live"] = json!(format!("2026-0{}-15", 1 + n % 3));
        }
        if n < 8 {
            custom["tier"] = json!(if n % 2 == 0 { "gold" } else { "silver" });
            custom["modules"] = if n % 2 == 0 { json!(["core", "plus"]) } else { json!(["max"]) };
            custom["sponsor"] = json!(admin.id);
            custom["story"] = json!(format!("Once upon a time {n}"));
        }
        admin.opportunity(&format!("D{n:02}"), json!({ "custom": custom })).await;
    }
    fields
}

const FILTERS: [(&str, &[u32]); 22] = [
    ("custom.seats=1.5", &[1, 5]),
    ("custom.seats.gte=2.5", &[2, 7, 10]),
    ("custom.seats.between=0.5,1.5", &[1, 4, 5, 8]),
    ("custom.seats.is_null=true", &[0, 3, 6, 9]),
    ("custom.seats.ne=1.5", &[0, 2, 3, 4, 6, 7, 8, 9, 10]),
    ("custom.budget.lt=200", &[1]),
    ("custom.budget=500", &[5]),
    ("custom.go_live=2026-01-15", &[0, 3, 6]),
    ("custom.go_live.gt=2026-02-01", &[2, 4, 7, 8, 10]),
    ("custom.go_live.is_null=true", &[1, 5, 9]),
    ("custom.tier=gold", &[0, 2, 4, 6]),
    ("custom.tier=Silver", &[1, 3, 5, 7]),
    ("custom.tier.not_in=gold", &[1, 3, 5, 7, 8, 9, 10]),
    ("custom.code=c-01", &[1, 7]),
    ("custom.code.contains=-0", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("custom.code.in=C-00,C-05", &[0, 5, 6]),
    ("custom.pilot=true", &[0, 2, 4, 6, 8, 10]),
    ("custom.modules=plus", &[0, 2, 4, 6]),
    ("custom.modules.in=max,core", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("custom.sponsor=me", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("custom.story.contains=TIME 3", &[3]),
    ("custom.tier=gold&custom.pilot=true&custom.seats.is_null=false", &[2, 4]),
];

const SORTS: [&str; 6] =
    ["custom.seats", "custom.budget", "custom.go_live", "custom.tier", "custom.code", "custom.pilot"];

async fn found(app: &TestApp) -> Vec<Vec<String>> {
    for (query, numbers) in FILTERS {
        let expected: Vec<String> = numbers.iter().map(|n| format!("D{n:02}")).collect();
        assert_eq!(names(&app.admin, query).await, expected, "{query}");
    }
    let mut orders = Vec::new();
    for sort in SORTS {
        for sort in [sort.to_owned(), format!("-{sort}"), format!("{sort},-name"), format!("stage_entered_at,{sort}")] {
            let rows = walk(&app.admin, &format!("sort={sort}")).await;
            let mut each = rows.clone();
            each.sort();
            each.dedup();
            assert_eq!(each.len(), 11, "{sort}: every row once");
            orders.push(rows);
        }
    }
    orders
}

#[tokio::test]
async fn lists_find_sort_and_page_by_custom_fields_with_and_without_an_index() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let fields = stock(&app).await;
    let plain = found(&app).await;
    assert_eq!(walk(admin, "sort=-custom.budget").await[..3], ["D10", "D08", "D07"]);

    for one in &fields {
        assert_eq!(one["index"], "none");
        let told = change(admin, one, json!({ "indexed": true })).await.ok();
        assert_eq!(told["index"], "building", "{one}");
    }
    assert_eq!(found(&app).await, plain, "while it is built");
    app.drain().await;
    for one in &fields {
        assert_eq!(now(admin, one).await["index"], "ready", "{one}");
    }
    assert_eq!(found(&app).await, plain, "the same by an index");

    // A write after that is found too, and a value that is cleared is gone.
    let deal = admin.opportunity("New", json!({ "custom": { "seats": 77, "tier": "gold" } })).await;
    assert_eq!(names(admin, "custom.seats=77").await, ["New"]);
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    admin.patch(&path, json!({ "custom": { "seats": null, "go_live": "2027-01-01" }, "version": 1 })).await.ok();
    assert_eq!(names(admin, "custom.seats=77").await, Vec::<String>::new());
    assert_eq!(names(admin, "custom.go_live.gte=2027-01-01").await, ["New"]);

    // Trees, counts, totals and the board speak the same language.
    let tree = json!({ "filter": { "or": [{ "field": "custom.tier", "op": "eq", "value": "Silver" },
        { "and": [{ "field": "custom.seats", "op": "gte", "value": 2.5 }, { "not": { "field": "custom.pilot", "op": "eq", "value": false } }] }] },
        "count": true, "sort": ["-custom.seats"] });
    let answer = admin.post("/opportunities/query", tree).await.ok();
    assert_eq!(answer["total"], 6, "{answer}");
    let counted = admin.get("/opportunities?custom.tier=gold&count=true&totals=true").await.ok();
    assert_eq!(counted["total"], 5);
    let board = admin.get("/opportunities/board?custom.tier=gold").await.ok();
    let cards: i64 = board["columns"].as_array().unwrap().iter().map(|c| c["count"].as_i64().unwrap()).sum();
    assert_eq!(cards, 5);
}

#[tokio::test]
async fn accounts_and_contacts_are_found_by_theirs() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    for object in ["account", "contact"] {
        let size = field(admin, object, "Size", "number", json!({ "indexed": true })).await;
        assert_eq!(size["index"], "building");
        for n in 1..4 {
            let body = json!({ "name": format!("N{n}"), "last_name": format!("N{n}"), "custom": { "size": n } });
            let mut body = body;
            body.as_object_mut().unwrap().remove(if object == "account" { "last_name" } else { "name" });
            admin.post(&format!("/{object}s"), body).await.ok();
        }
        app.drain().await;
        let list = admin.get(&format!("/{object}s?custom.size.gte=2&sort=-custom.size&count=true")).await.ok();
        let names: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|r| &r["name"]).collect();
        assert_eq!((names, &list["total"]), (vec![&json!("N3"), &json!("N2")], &json!(2)));
    }
}

#[tokio::test]
async fn what_lists_can_not_find_is_told_by_its_name() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let gone = field(admin, "opportunity", "Gone", "text", json!({})).await;
    change(admin, &gone, json!({ "archived": true })).await.ok();
    field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold"] })).await;
    field(admin, "opportunity", "Modules", "multi_select", json!({ "options": ["Core"] })).await;
    field(admin, "opportunity", "Seats", "number", json!({})).await;
    field(admin, "opportunity", "Twice", "formula", json!({ "expression": "custom.seats * 2" })).await;
    for (query, code) in [
        ("custom.nothing=1", "unknown_field"),
        ("custom.gone=x", "archived_field"),
        ("custom.twice=4", "not_filterable"),
        ("sort=custom.twice", "not_filterable"),
        ("sort=custom.modules", "not_sortable"),
        ("sort=custom.nothing", "unknown_field"),
        ("custom.tier=Bronze", "invalid_value"),
        ("custom.tier.gte=gold", "unfit_operator"),
        ("custom.seats=many", "invalid_value"),
        ("custom.seats=1e40", "invalid_value"),
        ("custom.seats.near=1", "unknown_operator"),
        ("custom.=1", "unknown_field"),
        ("custom.tier'%20or%20true--=1", "unknown_field"),
    ] {
        let answer = admin.get(&format!("/opportunities?{query}")).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (400, &json!(code)), "{query}: {}", answer.body);
    }
    let stranger = app.stranger().await;
    assert_eq!(
        stranger.get("/opportunities?custom.tier=gold").await.problem().split(':').next(),
        Some("400 invalid_filter")
    );
    let long = format!("/opportunities?custom.{}=1", "x".repeat(3_000));
    assert_eq!(admin.get(&long).await.status, 400);
    // What can't be indexed, and more than can be.
    for (kind, more) in [("long_text", json!({})), ("url", json!({})), ("multi_select", json!({ "options": ["A"] }))] {
        let mut body = json!({ "object": "account", "label": format!("By {kind}"), "kind": kind, "indexed": true });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(admin.post("/custom-fields", body).await.problem(), "422 invalid: indexed");
    }
    for n in 0..2 {
        field(admin, "account", &format!("Day {n}"), "date", json!({ "indexed": true })).await;
    }
    let third = json!({ "object": "account", "label": "Day 3", "kind": "date", "indexed": true });
    let refused = admin.post("/custom-fields", third.clone()).await;
    assert_eq!(refused.body["errors"][0]["code"], "too_many_indexed");
    let all = admin.get("/custom-fields").await.ok();
    let first = all["items"].as_array().unwrap().iter().find(|f| f["label"] == "Day 0").unwrap().clone();
    change(admin, &first, json!({ "indexed": false })).await.ok();
    admin.post("/custom-fields", third).await.ok();
}

#[tokio::test]
async fn an_index_serves_each_filter_and_sort_of_an_indexed_field() {
    let app = TestApp::new().await;
    let fields = stock(&app).await;
    for one in &fields {
        change(&app.admin, one, json!({ "indexed": true })).await.ok();
    }
    app.drain().await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    for query in [
        "custom.seats.gte=1",
        "custom.go_live=2026-01-15",
        "custom.tier=gold",
        "custom.code=c-01",
        "sort=-custom.budget",
        "sort=custom.tier",
    ] {
        let asked: Vec<(String, String)> =
            query.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).into_iter().collect();
        let mut tx = cx.begin().await.unwrap();
        let listed = Names::of_asked(&mut tx, &CATALOGUE, &asked).await.unwrap();
        let asked = ListQuery::read(&asked, listed, cx.actor(), cx.clock().today()).unwrap();
        sqlx::query("set local enable_seqscan = off").execute(tx.db()).await.unwrap();
        sqlx::query("set local enable_sort = off").execute(tx.db()).await.unwrap();
        let plan = explain(&mut tx, &reader(cx.actor()), &asked).await.unwrap().join("\n");
        assert!(plan.contains("using opportunity_custom_"), "{query}:\n{plan}");
    }
}

#[tokio::test]
async fn a_role_keeps_a_custom_field_back_everywhere() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    field(admin, "opportunity", "Margin", "number", json!({})).await;
    field(admin, "opportunity", "Code", "text", json!({})).await;
    field(admin, "opportunity", "Twice", "formula", json!({ "expression": "custom.margin * 2" })).await;
    field(admin, "opportunity", "Thrice", "formula", json!({ "expression": "custom.twice * 1.5" })).await;
    let deal = rep.opportunity("Deal", json!({ "custom": { "margin": 471_147, "code": "A" } })).await;
    assert_eq!((&deal["custom"]["twice"], &deal["custom"]["thrice"]), (&json!(942_294), &json!(1_413_441)));
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    rep.patch(&path, json!({ "custom": { "margin": 4_711_470 }, "version": 1 })).await.ok();

    let roles = admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == "Sales Rep").unwrap().clone();
    let at = format!("/roles/{}/fields", role["id"].as_str().unwrap());
    let told = admin.get(&at).await.ok();
    assert!(told["restrictable"]["opportunity"].as_array().unwrap().contains(&json!("custom.margin")));
    let put = |fields: Value, version: &Value| {
        admin.send(admin.request(Method::PUT, &at).json(&json!({ "fields": fields, "version": version })))
    };
    let wrong = put(json!({ "opportunity": { "custom.nothing": "hidden" } }), &told["version"]).await;
    assert_eq!(wrong.problem(), "422 invalid: fields.opportunity.custom.nothing");
    let rules = json!({ "opportunity": { "custom.margin": "hidden", "custom.code": "read_only" } });
    put(rules, &told["version"]).await.ok();

    for url in
        [path.clone(), "/opportunities".to_owned(), format!("{path}/timeline"), "/opportunities/board".to_owned()]
    {
        let answer = rep.get(&url).await;
        assert_eq!(answer.status, 200);
        for secret in ["471147", "942294", "1413441"] {
            assert!(!answer.body.to_string().contains(secret), "{url} tells {secret}: {}", answer.body);
        }
    }
    assert_eq!(rep.get(&path).await.ok()["custom"], json!({ "code": "A" }));
    assert!(admin.get(&path).await.ok()["custom"]["thrice"] == json!(14_134_410));
    for query in ["custom.margin=4711470", "custom.margin.is_null=false", "sort=custom.margin"] {
        assert_eq!(
            rep.get(&format!("/opportunities?{query}")).await.problem().split(':').next(),
            Some("403 field_not_permitted"),
            "{query}"
        );
    }
    let tree = json!({ "filter": { "not": { "field": "custom.margin", "op": "gt", "value": 1 } } });
    assert_eq!(
        rep.post("/opportunities/query", tree).await.problem().split(':').next(),
        Some("403 field_not_permitted")
    );
    for custom in [json!({ "margin": 1 }), json!({ "code": "B" })] {
        let answer = rep.patch(&path, json!({ "custom": custom, "version": 2 })).await;
        assert_eq!(answer.problem().split(':').next(), Some("403 field_not_permitted"), "{custom}");
        let answer = rep.post("/opportunities", json!({ "name": "New", "custom": custom })).await;
        assert_eq!(answer.problem().split(':').next(), Some("403 field_not_permitted"), "{custom}");
    }
    rep.patch(&path, json!({ "name": "Renamed", "version": 2 })).await.ok();
    assert_eq!(admin.get(&path).await.ok()["custom"]["margin"], 4_711_470);
    let stale = rep.patch(&path, json!({ "name": "Other", "version": 1 })).await;
    assert!(!stale.body.to_string().contains("471147"), "{}", stale.body);
}

#[tokio::test]
async fn formulas_are_checked_worked_out_and_never_circular() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let formula = |label: &str, expression: &str| json!({ "object": "opportunity", "label": label, "kind": "formula", "expression": expression });
    field(admin, "opportunity", "Seats", "number", json!({})).await;
    field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold", "Silver"] })).await;
    assert_eq!(rep.post("/custom-fields", formula("X", "amount")).await.problem(), "403 forbidden");
    for (expression, expected) in [
        ("custom.nothing + 1", "unknown_name"),
        ("amount +", "syntax"),
        ("amount + name", "wrong_type"),
        ("tags", "wrong_type"),
        ("previous.amount", "unknown_name"),
        ("custom.me + 1", "circular"),
    ] {
        let mut body = formula("Me", expression);
        body["key"] = json!("me");
        let answer = admin.post("/custom-fields", body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (422, &json!(expected)), "{expression}");
    }
    for (body, expected) in [
        (json!({ "object": "opportunity", "label": "F", "kind": "formula" }), "422 invalid: expression"),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "text", "expression": "amount" }),
            "422 invalid: expression",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "amount", "required": true }),
            "422 invalid: required",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "1 + ".repeat(600) }),
            "422 invalid: expression",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "amount", "indexed": true }),
            "422 invalid: indexed",
        ),
    ] {
        assert_eq!(admin.post("/custom-fields", body.clone()).await.problem(), expected, "{body}");
    }
    let per_seat = admin.post("/custom-fields", formula("Per seat", "amount / custom.seats")).await.ok();
    admin
        .post("/custom-fields", formula("Grade", "custom.per_seat >= 100 && custom.tier == \"Gold\" ? \"A\" : \"B\""))
        .await
        .ok();
    admin.post("/custom-fields", formula("Late", "close_date < today")).await.ok();
    let circle = change(admin, &per_seat, json!({ "expression": "custom.grade == \"A\" ? 1.0 : 2.0" })).await;
    assert_eq!(circle.body["errors"][0]["code"], "circular", "{}", circle.body);
    let other = change(admin, &per_seat, json!({ "expression": "name" })).await;
    assert_eq!(other.problem(), "409 custom_field_in_use");
    assert_eq!(change(admin, &per_seat, json!({ "archived": true })).await.problem(), "409 custom_field_in_use");

    let money = json!({ "amount": "1000", "currency": "EUR" });
    let deal = json!({ "amount": money, "close_date": "2020-01-01", "custom": { "seats": 8, "tier": "gold" } });
    let deal = admin.opportunity("Deal", deal).await;
    let worked = json!({ "seats": 8, "tier": "gold", "per_seat": 125, "grade": "A", "late": true });
    assert_eq!(deal["custom"], worked);
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.ok()["custom"], worked);
    assert_eq!(admin.get("/opportunities").await.ok()["items"][0]["custom"], worked);
    let zero = admin.patch(&path, json!({ "custom": { "seats": 0 }, "version": 1 })).await;
    let changes = zero.event();
    let zero = zero.ok();
    assert_eq!(zero["custom"], json!({ "seats": 0, "tier": "gold", "grade": "B", "late": true }));
    assert_eq!(zero["formula_errors"], json!({ "per_seat": "it divides by zero" }));
    assert!(!changes.is_empty());
    let written = admin.patch(&path, json!({ "custom": { "per_seat": 5 }, "version": 2 })).await;
    assert_eq!(
        (written.problem().as_str(), &written.body["errors"][0]["code"]),
        ("422 invalid: custom.per_seat", &json!("read_only"))
    );
}

#[tokio::test]
async fn rules_speak_of_custom_fields_and_keep_them_from_being_broken() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let seats = field(admin, "opportunity", "Seats", "number", json!({})).await;
    let rule = |expression: &str, field: &str| json!({ "object": "opportunity", "name": "Seats", "expression": expression, "message": "Too many seats", "field": field });
    let facts = admin.get("/rules/facts?object=opportunity").await.ok();
    let known: Vec<&Value> = facts["facts"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    assert!(known.contains(&&json!("custom.seats")) && known.contains(&&json!("previous.custom.seats")));
    assert!(facts["fields"].as_array().unwrap().contains(&json!("custom.seats")));
    let wrong = admin.post("/rules", rule("custom.seats < \"x\"", "custom.seats")).await;
    assert_eq!(wrong.problem(), "422 invalid: expression");
    assert_eq!(admin.post("/rules", rule("custom.seats < 10", "custom.nothing")).await.problem(), "422 invalid: field");
    let made = admin.post("/rules", rule("custom.seats == null || custom.seats < 10", "custom.seats")).await.ok();
    assert_eq!(made["problems"], json!([]));
    let refused = admin.post("/opportunities", json!({ "name": "Deal", "custom": { "seats": 10 } })).await;
    assert_eq!(refused.problem(), "422 rule_not_met: custom.seats");
    let deal = admin.opportunity("Deal", json!({ "custom": { "seats": 9.5 } })).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    let refused = admin.patch(&path, json!({ "custom": { "seats": 11 }, "version": 1 })).await;
    assert_eq!(refused.problem(), "422 rule_not_met: custom.seats");
    let tested = json!({ "object": "opportunity", "expression": "custom.seats > 9", "record_id": deal["id"] });
    assert_eq!(admin.post("/rules/test", tested).await.ok()["facts"], json!({ "custom.seats": "9.5" }));

    assert_eq!(change(admin, &seats, json!({ "archived": true })).await.problem(), "409 custom_field_in_use");
    let to_text = json!({ "kind": "text", "version": 1 });
    assert_eq!(admin.post(&format!("{}/type", of(&seats)), to_text).await.problem(), "409 custom_field_in_use");
    change(admin, &seats, json!({ "label": "Places" })).await.ok();
    let rule = format!("/rules/{}", made["id"].as_str().unwrap());
    admin.patch(&rule, json!({ "active": false, "version": made["version"] })).await.ok();
    change(admin, &seats, json!({ "archived": true })).await.ok();
    assert_eq!(admin.get(&rule).await.ok()["problems"][0]["code"], "unknown_name");
}

#[tokio::test]
async fn a_type_changes_when_every_value_fits() {
    let app = TestApp::new().await;
    let (admin, rep, stranger) = (&app.admin, app.user(Builtin::SalesRep).await, app.stranger().await);
    let size = field(admin, "account", "Size", "text", json!({ "indexed": true })).await;
    let mut ids = Vec::new();
    for (n, value) in ["12", " 7.5 ", "many", "12", ""].into_iter().enumerate() {
        let account = json!({ "name": format!("A{n}"), "custom": { "size": value } });
        ids.push(admin.post("/accounts", account).await.ok()["id"].as_str().unwrap().to_owned());
    }
    app.drain().await;
    let at = format!("{}/type", of(&size));
    let to = |kind: &str, version: i64| json!({ "kind": kind, "version": version });
    for (who, expected) in [(&rep, "403 forbidden"), (&stranger, "404 not_found")] {
        assert_eq!(who.post(&at, to("number", 1)).await.problem(), expected);
    }
    assert_eq!(admin.post(&at, to("number", 9)).await.problem(), "409 version_conflict");
    assert_eq!(admin.post(&at, to("formula", 1)).await.problem(), "422 invalid: kind");
    assert_eq!(admin.post(&at, to("colour", 1)).await.problem(), "422 invalid: kind");
    let many = json!({ "kind": "select", "options": vec!["x"; 501], "version": 1 });
    assert_eq!(admin.post(&at, many).await.problem(), "422 invalid: options");
    let tried = admin.post(&format!("{at}?dry_run=true"), to("number", 1)).await.ok();
    assert_eq!((&tried["values"], &tried["fitting"], &tried["failing"]), (&json!(4), &json!(3), &json!(1)), "{tried}");
    assert_eq!(tried["misfits"][0]["id"], json!(ids[2]));
    let refused = admin.post(&at, to("number", 1)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("values_do_not_fit")));
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("many"), "{}", refused.body);
    assert_eq!(now(admin, &size).await["kind"], "text");

    admin.patch(&format!("/accounts/{}", ids[2]), json!({ "custom": { "size": "100" }, "version": 1 })).await.ok();
    let done = admin.post(&at, to("number", 1)).await.ok();
    assert_eq!(
        (&done["field"]["kind"], &done["failing"], &done["field"]["version"]),
        (&json!("number"), &json!(0), &json!(2))
    );
    let account = admin.get(&format!("/accounts/{}", ids[1])).await.ok();
    assert_eq!((&account["custom"]["size"], &account["version"]), (&json!(7.5), &json!(2)));
    let timeline = admin.get(&format!("/accounts/{}/timeline", ids[1])).await.ok();
    assert_eq!(timeline["items"][0]["changes"][0]["field"], "custom.size");
    assert_eq!(now(admin, &size).await["index"], "building", "a number stands in another column");
    let sizes = |list: Value| list["items"].as_array().unwrap().iter().map(|r| r["name"].clone()).collect::<Vec<_>>();
    let query = "/accounts?custom.size.gte=10&sort=-custom.size,name";
    assert_eq!(sizes(admin.get(query).await.ok()), ["A2", "A0", "A3"]);
    app.drain().await;
    assert_eq!(sizes(admin.get(query).await.ok()), ["A2", "A0", "A3"]);

    let done = admin.post(&at, to("select", 2)).await.ok();
    let labels: Vec<&Value> = done["field"]["options"].as_array().unwrap().iter().map(|o| &o["label"]).collect();
    assert_eq!(labels, ["100", "12", "7.5"]);
    let done = admin.post(&at, to("multi_select", 3)).await.ok();
    assert_eq!((&done["values"], &done["field"]["index"]), (&json!(4), &json!("none")));
    admin.post(&at, to("text", 4)).await.ok();
    assert_eq!(admin.get(&format!("/accounts/{}", ids[1])).await.ok()["custom"]["size"], "7.5");
}

#[tokio::test]
async fn custom_fields_and_roles_go_by_file_within_what_one_holds() {
    let app = TestApp::new().await;
    let (here, there) = (&app.admin, app.stranger().await);
    field(here, "account", "Tier", "select", json!({ "options": ["Gold", "Silver"], "indexed": true })).await;
    field(here, "account", "Seats", "number", json!({ "help": "How many" })).await;
    let ahead = json!({ "object": "account", "label": "Twice", "kind": "formula", "expression": "custom.seats * 2" });
    let ahead = here.post("/custom-fields", ahead).await.ok();
    let all = here.get("/custom-fields").await.ok();
    let ids: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    let order = json!({ "object": "account", "ids": [ahead["id"], ids[0], ids[1]] });
    here.post("/custom-fields/order", order).await.ok();
    let role = json!({ "name": "Partner desk", "grants": { "account": { "read": "all", "update": "own" } } });
    let role = here.post("/roles", role).await.ok();
    let at = format!("/roles/{}/fields", role["id"].as_str().unwrap());
    let rules = json!({ "fields": { "account": { "custom.tier": "hidden" } }, "version": role["version"] });
    here.send(here.request(Method::PUT, &at).json(&rules)).await.ok();

    let file = here.get("/configuration").await.ok();
    let tried = there.post("/configuration?dry_run=true", file.clone()).await.ok();
    let touched = |object: &str| tried["items"].as_array().unwrap().iter().filter(|i| i["object"] == object).count();
    assert_eq!((touched("custom_field"), touched("role")), (3, 1), "{tried}");
    assert_eq!(there.get("/custom-fields").await.ok()["items"], json!([]));
    there.post("/configuration", file.clone()).await.ok();
    assert_eq!(there.get("/configuration").await.ok(), file);
    let again = there.post("/configuration", file.clone()).await.ok();
    assert_eq!((&again["created"], &again["changed"]), (&json!(0), &json!(0)), "{again}");

    // Another type is not changed on the way, and nobody gives more than they hold.
    let mut other = file.clone();
    other["custom_fields"][1]["kind"] = json!("text");
    other["custom_fields"][1]["options"] = json!([]);
    assert_eq!(there.post("/configuration", other).await.problem(), "422 invalid: custom_fields.1.kind");
    let grants = json!({ "organisation": { "read": "all", "update": "all" }, "pipeline": { "read": "all", "create": "all", "update": "all" },
        "product": { "read": "all", "create": "all", "update": "all" }, "role": { "read": "all", "create": "all", "update": "all" } });
    let clerk = here.post("/roles", json!({ "name": "Clerk", "grants": grants })).await.ok();
    let person = app.user(Builtin::ReadOnly).await;
    let user = here.get(&format!("/users/{}", person.id)).await.ok();
    let roles = json!({ "role_ids": [clerk["id"]], "version": user["version"] });
    let given = here.patch(&format!("/users/{}", person.id), roles).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let wider = json!({ "version": 1, "currency": "EUR", "roles": [{ "name": "Mine", "grants": { "account": { "delete": "all" } } }] });
    assert_eq!(
        person.post("/configuration", wider.clone()).await.problem().split(':').next(),
        Some("403 privilege_escalation")
    );
    let mut widened = wider;
    widened["roles"][0]["name"] = json!("Partner desk");
    assert_eq!(
        person.post("/configuration", widened).await.problem().split(':').next(),
        Some("403 privilege_escalation")
    );
    for (roles, expected) in [
        (json!([{ "name": "" }]), "422 invalid: roles.0.name"),
        (json!([{ "name": "X", "grants": { "moon": { "read": "all" } } }]), "422 invalid: roles.0.grants.moon"),
        (
            json!([{ "name": "X", "fields": { "account": { "custom.none": "hidden" } } }]),
            "422 invalid: roles.0.fields.account.custom.none",
        ),
    ] {
        let file = json!({ "version": 1, "currency": "EUR", "roles": roles });
        assert_eq!(here.post("/configuration", file).await.problem(), expected);
    }
}
