//! Custom fields in lists: found, sorted, paged, indexed, and hidden by roles.

use dealwright_access::policy::Builtin;
use dealwright_crm::list::{ListQuery, Names, explain};
use dealwright_crm::opportunity::list::{CATALOGUE, reader};
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

pub(super) async fn field(who: &Person, object: &str, label: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({ "object": object, "label": label, "kind": kind });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/custom-fields", body).await.ok()
}

pub(super) fn of(field: &Value) -> String {
    format!("/custom-fields/{}", field["id"].as_str().unwrap())
}

pub(super) async fn now(who: &Person, field: &Value) -> Value {
    let all = who.get("/custom-fields").await.ok();
    all["items"].as_array().unwrap().iter().find(|f| f["id"] == field["id"]).unwrap().clone()
}

pub(super) async fn change(who: &Person, field: &Value, mut patch: Value) -> dealwright_testkit::Answer {
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
