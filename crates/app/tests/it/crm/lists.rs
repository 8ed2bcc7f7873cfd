//! Lists: the right rows in the right order on every page, under every sort and filter, with an index behind each.

use dealwright_access::policy::Builtin;
use dealwright_crm::list::{ListQuery, explain};
use dealwright_crm::opportunity::list::{CATALOGUE, reader};
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

const SORTS: [&str; 9] = [
    "name",
    "amount",
    "close_date",
    "probability",
    "expected_revenue",
    "created_at",
    "updated_at",
    "stage_entered_at",
    "closed_at",
];

/// Deals with ties and gaps in every sort key.
async fn stock(app: &TestApp) -> Vec<Value> {
    let (won, engaging) = (app.admin.stage("Won").await, app.admin.stage("Engaging").await);
    let retail = app.admin.choice("industry", "Retail").await;
    let mut made = Vec::new();
    for n in 0_u32..23 {
        let mut more = json!({ "tags": if n % 4 == 0 { json!(["hot"]) } else { json!([]) } });
        if n % 3 != 0 {
            more["amount"] = json!({ "amount": format!("{}", n % 5 * 100), "currency": "EUR" });
        }
        if n % 4 != 1 {
            more["close_date"] = json!(format!("2026-0{}-15", 1 + n % 3));
        }
        match n % 5 {
            0 => more["stage_id"] = json!(won),
            1 => more["stage_id"] = json!(engaging),
            _ => {}
        }
        if n % 2 == 0 {
            more["industry_id"] = json!(retail);
        }
        made.push(app.admin.opportunity(&format!("Deal {}", n % 7), more).await);
    }
    made
}

async fn walk(who: &Person, query: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("/opportunities?limit=4&{query}{cursor}")).await.ok();
        rows.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
        assert!(rows.len() < 200, "the pages of {query} never end");
    }
}

/// A sort key as text that compares as the API promises; none for null.
fn key(row: &Value, sort: &str) -> Option<String> {
    match sort {
        "amount" | "expected_revenue" => row[sort]["amount"].as_str().map(|a| format!("{:>20}", a)),
        "probability" => row[sort].as_i64().map(|n| format!("{n:05}")),
        "name" => row[sort].as_str().map(str::to_lowercase),
        _ => row[sort].as_str().map(str::to_owned),
    }
}

#[tokio::test]
async fn every_sort_pages_through_all_rows_once_with_nulls_last() {
    let app = TestApp::new().await;
    stock(&app).await;
    for sort in SORTS {
        for descending in [false, true] {
            let text = format!("{}{sort}", if descending { "-" } else { "" });
            let rows = walk(&app.admin, &format!("sort={text}")).await;
            let mut ids: Vec<&str> = rows.iter().map(|r| r["id"].as_str().unwrap()).collect();
            let keys: Vec<(Option<String>, &str)> = rows.iter().zip(&ids).map(|(r, id)| (key(r, sort), *id)).collect();
            for pair in keys.windows(2) {
                let in_order = match (&pair[0].0, &pair[1].0) {
                    (Some(a), Some(b)) if a == b => (pair[0].1 < pair[1].1) != descending,
                    (Some(a), Some(b)) => (a < b) != descending,
                    (None, Some(_)) => false,
                    (Some(_), None) => true,
                    (None, None) => (pair[0].1 < pair[1].1) != descending,
                };
                assert!(in_order, "{text}: {pair:?}");
            }
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), 23, "{text}");
        }
    }
}

#[tokio::test]
async fn several_sort_keys_page_in_their_order() {
    let app = TestApp::new().await;
    stock(&app).await;
    let rows = walk(&app.admin, "sort=name,-amount,close_date").await;
    assert_eq!(rows.len(), 23);
    for pair in rows.windows(2) {
        let (a, b) = (pair[0]["name"].as_str(), pair[1]["name"].as_str());
        assert!(a <= b);
        if a == b {
            let (x, y) = (key(&pair[0], "amount"), key(&pair[1], "amount"));
            assert!(y.is_none() || x >= y, "{x:?} before {y:?}");
        }
    }
}

#[tokio::test]
async fn filters_agree_with_a_model_of_them() {
    let app = TestApp::new().await;
    let stock = stock(&app).await;
    let retail = app.admin.choice("industry", "Retail").await;
    let amount = |r: &Value| r["amount"]["amount"].as_str().map(|a| a.parse::<f64>().unwrap());
    type Model = Box<dyn Fn(&Value) -> bool>;
    let cases: Vec<(String, Model)> = vec![
        ("stage_kind=won".into(), Box::new(|r| r["stage"]["kind"] == "won")),
        ("stage_kind=won,lost".into(), Box::new(|r| r["stage"]["kind"] == "won")),
        ("stage_id=engaging".into(), Box::new(|r| r["stage"]["name"] == "Engaging")),
        ("industry_id=retail".into(), Box::new(|r| !r["industry_id"].is_null())),
        (format!("industry_id.ne={retail}"), Box::new(|r| r["industry_id"].is_null())),
        ("amount.gte=200".into(), Box::new(move |r| amount(r).is_some_and(|a| a >= 200.0))),
        ("amount.gt=200".into(), Box::new(move |r| amount(r).is_some_and(|a| a > 200.0))),
        ("amount.lt=200".into(), Box::new(move |r| amount(r).is_some_and(|a| a < 200.0))),
        ("amount.between=100,300".into(), Box::new(move |r| amount(r).is_some_and(|a| (100.0..=300.0).contains(&a)))),
        ("amount=100".into(), Box::new(move |r| amount(r) == Some(100.0))),
        ("amount.is_null=true".into(), Box::new(|r| r["amount"].is_null())),
        ("close_date=2026-02-15".into(), Box::new(|r| r["close_date"] == "2026-02-15")),
        ("close_date.gt=2026-01-15".into(), Box::new(|r| r["close_date"].as_str().is_some_and(|d| d > "2026-01-15"))),
        ("close_date.lte=2026-02-15".into(), Box::new(|r| r["close_date"].as_str().is_some_and(|d| d <= "2026-02-15"))),
        ("tag=hot".into(), Box::new(|r| r["tags"] == json!(["hot"]))),
        ("owner_id=me".into(), Box::new(|_| true)),
        ("name.contains=DEAL%203".into(), Box::new(|r| r["name"] == "Deal 3")),
        ("created_at=today".into(), Box::new(|_| true)),
        ("probability.gte=40".into(), Box::new(|r| r["probability"].as_i64().unwrap() >= 40)),
        ("forecast_category=closed".into(), Box::new(|r| r["stage"]["kind"] == "won")),
    ];
    for (query, model) in &cases {
        let rows = walk(&app.admin, query).await;
        let mut got: Vec<&str> = rows.iter().map(|r| r["id"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = stock.iter().filter(|r| model(r)).map(|r| r["id"].as_str().unwrap()).collect();
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected, "{query}");
        let counted = app.admin.get(&format!("/opportunities?count=true&totals=true&{query}")).await.ok();
        assert_eq!((&counted["total"], &counted["total_is"]), (&json!(expected.len()), &json!("exact")), "{query}");
        let sum: f64 = stock.iter().filter(|r| model(r)).filter_map(amount).sum();
        assert_eq!(counted["totals"]["amount"]["amount"].as_str().unwrap().parse::<f64>().unwrap(), sum, "{query}");
    }
    let tree = json!({ "filter": { "and": [{ "field": "amount", "op": "gte", "value": 100 }, { "not": { "or": [{ "field": "stage_kind", "op": "eq", "value": "won" }, { "field": "tag", "op": "in", "value": ["hot"] }] } }] }, "sort": ["-amount"], "count": true });
    let expected = stock
        .iter()
        .filter(|r| amount(r).is_some_and(|a| a >= 100.0) && r["stage"]["kind"] != "won" && r["tags"] == json!([]))
        .count();
    assert_eq!(app.admin.post("/opportunities/query", tree).await.ok()["total"], expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let app = TestApp::new().await;
    for (query, expected) in [
        ("colour=red", "400 invalid_filter: colour"),
        ("amount.gte=lots", "400 invalid_filter: amount.gte"),
        ("amount.near=5", "400 invalid_filter: amount.near"),
        ("close_date=2026-02-30", "400 invalid_filter: close_date"),
        ("owner_id=bob", "400 invalid_filter: owner_id"),
        ("sort=colour", "400 invalid_filter: sort"),
        ("limit=0", "400 invalid_filter: limit"),
        ("limit=1000000", "400 invalid_filter: limit"),
        ("cursor=abc", "400 invalid_cursor: cursor"),
        ("stage_kind=half", "400 invalid_filter: stage_kind"),
        ("amount.gte=99999999999999999999999999", "400 invalid_filter: amount.gte"),
        ("name=%00", "400 invalid_filter: name"),
    ] {
        assert_eq!(app.admin.get(&format!("/opportunities?{query}")).await.problem(), expected, "{query}");
    }
    let deep = (0..50).fold(json!({ "field": "name", "op": "eq", "value": "x" }), |inner, _| json!({ "not": inner }));
    assert!(
        app.admin
            .post("/opportunities/query", json!({ "filter": deep }))
            .await
            .problem()
            .starts_with("400 invalid_filter: filter.not")
    );
    let wide: Vec<Value> = (0..200).map(|n| json!({ "field": "name", "op": "eq", "value": format!("{n}") })).collect();
    assert_eq!(
        app.admin.post("/opportunities/query", json!({ "filter": { "or": wide } })).await.problem(),
        "400 invalid_filter: filter.or.100"
    );
}

#[tokio::test]
async fn a_page_of_one_list_does_not_continue_another() {
    let app = TestApp::new().await;
    stock(&app).await;
    let cursor =
        app.admin.get("/opportunities?limit=2&sort=amount").await.ok()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(
        app.admin.get(&format!("/opportunities?limit=2&sort=name&cursor={cursor}")).await.problem(),
        "400 invalid_cursor: cursor"
    );
}

#[tokio::test]
async fn the_board_counts_and_sums_what_one_may_see() {
    let app = TestApp::new().await;
    let stock = stock(&app).await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Mine", json!({ "amount": { "amount": "7", "currency": "EUR" } })).await;
    for after_folding in [false, true] {
        if after_folding {
            dealwright_store::job::fold_totals(&app.db.database).await.unwrap();
        }
        let mine = rep.get("/opportunities/board").await.ok();
        assert_eq!((&mine["columns"][0]["count"], &mine["columns"][0]["sum"]["amount"]), (&json!(1), &json!("7.00")));
        let all = app.admin.get("/opportunities/board?per_column=3").await.ok();
        for column in all["columns"].as_array().unwrap() {
            let here: Vec<&Value> = stock.iter().filter(|r| r["stage_id"] == column["stage"]["id"]).collect();
            let extra = i64::from(column["stage"]["name"] == "Prospecting");
            assert_eq!(column["count"], here.len() as i64 + extra);
            assert_eq!(column["items"].as_array().unwrap().len(), (here.len() + extra as usize).min(3));
            assert_eq!(column["next_cursor"].is_string(), here.len() + extra as usize > 3);
        }
    }
    let won = app.admin.stage("Won").await;
    let board = app.admin.get("/opportunities/board?per_column=2").await.ok();
    let column =
        board["columns"].as_array().unwrap().iter().find(|c| c["stage"]["id"] == won.as_str()).unwrap().clone();
    let cursor = column["next_cursor"].as_str().unwrap();
    let rest = app.admin.get(&format!("/opportunities?stage_id={won}&sort=-amount&cursor={cursor}")).await.ok();
    assert_eq!(rest["items"].as_array().unwrap().len() as i64 + 2, column["count"].as_i64().unwrap());
}

#[tokio::test]
async fn words_are_found_from_their_beginning_without_accents_and_mistyped() {
    let app = TestApp::new().await;
    let account = app.admin.post("/accounts", json!({ "name": "Café Zoölogique" })).await.ok();
    app.admin.opportunity("Espresso machine", json!({ "account_id": account["id"] })).await;
    app.admin.opportunity("Grinder", json!({})).await;
    for q in ["espresso", "ESPR", "cafe", "zoologique esp", "espreso", "zoolgique"] {
        assert_eq!(app.admin.get(&format!("/opportunities?q={q}")).await.names(), ["Espresso machine"], "{q}");
    }
    assert_eq!(app.admin.get("/opportunities?q=nothing").await.names(), Vec::<String>::new());
    // Names of products and numbers, which no dictionary has; and what means something in a query.
    app.admin.opportunity("GTX500 rollout, order 20471", json!({})).await;
    for q in ["gtx", "gtx500", "GT", "20471", "204", "order gt", "rol ord 2047"] {
        assert_eq!(
            app.admin.get(&format!("/opportunities?q={q}")).await.names(),
            ["GTX500 rollout, order 20471"],
            "{q}"
        );
    }
    for q in ["'", "%5C", "%26%20%7C%20!", "a:*", "o'neil", "%00x", "---", "('", "gtx'%20or%201=1"] {
        let answer = app.admin.get(&format!("/search?q={q}")).await;
        assert!(matches!(answer.status, 200 | 400), "{q}: {}", answer.status);
    }
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get("/opportunities?q=espresso").await.names(), Vec::<String>::new());
    assert_eq!(app.stranger().await.get("/search?q=espresso").await.ok()["items"], json!([]));
    let hits = app.admin.get("/search?q=cafe").await.ok();
    assert_eq!(hits["items"][0]["type"], "account");
}

/// A page of a tag follows the table of tags: it must say the same as the records do, whoever owns them by now.
#[tokio::test]
async fn pages_of_a_tag_are_in_order_and_follow_the_owner() {
    let app = TestApp::new().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(rep.opportunity(name, json!({ "tags": ["hot", name] })).await["id"].as_str().unwrap().to_owned());
    }
    app.admin.opportunity("no tag", json!({})).await;
    let paged = async |who: &Person, query: &str| {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = who.get(&format!("/opportunities?limit=2&{query}{cursor}")).await;
            names.extend(page.names());
            match page.ok()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return names,
            }
        }
    };
    for who in [&rep, &app.admin] {
        assert_eq!(paged(who, "tag=hot").await, ["e", "d", "c", "b", "a"], "{}", who.email);
        assert_eq!(paged(who, "tag=hot&sort=created_at").await, ["a", "b", "c", "d", "e"], "{}", who.email);
        assert_eq!(paged(who, "tag=a,b").await, ["b", "a"], "{}", who.email);
        assert_eq!(paged(who, "tag=hot&tag.ne=c").await, ["e", "d", "b", "a"], "{}", who.email);
        assert_eq!(paged(who, "tag=hot&count=true").await, ["e", "d", "c", "b", "a"], "{}", who.email);
    }
    assert_eq!(paged(&other, "tag=hot").await, Vec::<String>::new());

    let change = json!({ "owner_id": other.id, "version": 1 });
    app.admin.patch(&format!("/opportunities/{}", ids[1]), change).await.ok();
    app.admin.patch(&format!("/opportunities/{}", ids[2]), json!({ "tags": ["cold"], "version": 1 })).await.ok();
    app.admin.delete(&format!("/opportunities/{}", ids[3])).await.ok();
    assert_eq!(paged(&rep, "tag=hot").await, ["e", "a"]);
    assert_eq!(paged(&other, "tag=hot").await, ["b"]);
    assert_eq!(paged(&app.admin, "tag=hot").await, ["e", "b", "a"]);
}

#[tokio::test]
async fn an_index_serves_the_pages_of_a_tag() {
    let app = TestApp::new().await;
    stock(&app).await;
    let rep = app.user(Builtin::SalesRep).await;
    for (who, index) in [(&app.admin, "opportunity_tag_created"), (&rep, "opportunity_tag_owner")] {
        let cx = app.state.access.context_for(app.org, who.id).await.unwrap();
        let asked = [("tag".to_owned(), "hot".to_owned())];
        let query = ListQuery::read(&asked, &CATALOGUE, cx.actor(), cx.clock().today()).unwrap();
        let mut tx = cx.begin().await.unwrap();
        for off in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("set local {off} = off"))).execute(tx.db()).await.unwrap();
        }
        let plan = explain(&mut tx, &reader(cx.actor()), &query).await.unwrap();
        assert!(plan.iter().any(|line| line.contains(index)), "{}:\n{}", who.email, plan.join("\n"));
    }
}

/// As for sorts: each filter by a value is a condition of an index, in the default order of lists.
#[tokio::test]
async fn an_index_serves_every_filter_by_a_value() {
    let app = TestApp::new().await;
    stock(&app).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let id = "01a20ae0-d70a-7076-9664-bdf30bce75c3";
    for field in [
        "account_id",
        "primary_contact_id",
        "stage_id",
        "type_id",
        "source_id",
        "industry_id",
        "region_id",
        "lost_reason_id",
        "owner_id",
        "team_id",
    ] {
        let query =
            ListQuery::read(&[(field.to_owned(), id.to_owned())], &CATALOGUE, cx.actor(), cx.clock().today()).unwrap();
        let mut tx = cx.begin().await.unwrap();
        for off in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("set local {off} = off"))).execute(tx.db()).await.unwrap();
        }
        let plan = explain(&mut tx, &reader(cx.actor()), &query).await.unwrap();
        let column = CATALOGUE.field(field).unwrap().column.to_sql().replace("t.", "");
        let served = plan.iter().any(|line| line.contains("Index Cond") && line.contains(&format!("({column} = ")));
        assert!(served, "{field}:\n{}", plan.join("\n"));
    }
}

/// Of a million deals most are closed, and by date they come first.
#[tokio::test]
async fn an_index_serves_open_deals_in_every_order_in_which_closed_ones_come_first() {
    let app = TestApp::new().await;
    stock(&app).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    for sort in ["created_at", "updated_at", "close_date", "stage_entered_at", "probability", "expected_revenue"] {
        let asked = vec![("sort".to_owned(), sort.to_owned()), ("stage_kind".to_owned(), "open".to_owned())];
        let query = ListQuery::read(&asked, &CATALOGUE, cx.actor(), cx.clock().today()).unwrap();
        let mut tx = cx.begin().await.unwrap();
        for off in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("set local {off} = off"))).execute(tx.db()).await.unwrap();
        }
        let plan = explain(&mut tx, &reader(cx.actor()), &query).await.unwrap();
        assert!(plan.iter().any(|line| line.contains("using opportunity_open_")), "{sort}:\n{}", plan.join("\n"));
    }
}

/// Under row-level security an index serves a condition only if its operator is leakproof: each sort and its cursor, for
/// who sees all and for who sees their own, must be a condition of an index, and the index must give the order.
#[tokio::test]
async fn an_index_serves_every_sort_and_cursor() {
    let app = TestApp::new().await;
    stock(&app).await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("A", json!({ "amount": { "amount": "1", "currency": "EUR" }, "close_date": "2026-01-01" })).await;
    rep.opportunity("B", json!({ "amount": { "amount": "2", "currency": "EUR" }, "close_date": "2026-01-02" })).await;
    for who in [&app.admin, &rep] {
        let cx = app.state.access.context_for(app.org, who.id).await.unwrap();
        for sort in SORTS.iter().filter(|s| **s != "closed_at") {
            for text in [(*sort).to_owned(), format!("-{sort}")] {
                let cursor = who.get(&format!("/opportunities?limit=1&sort={text}")).await.ok()["next_cursor"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                let asked = vec![("sort".to_owned(), text.clone()), ("cursor".to_owned(), cursor)];
                let query = ListQuery::read(&asked, &CATALOGUE, cx.actor(), cx.clock().today()).unwrap();
                let mut tx = cx.begin().await.unwrap();
                sqlx::query("set local enable_seqscan = off").execute(tx.db()).await.unwrap();
                sqlx::query("set local enable_bitmapscan = off").execute(tx.db()).await.unwrap();
                let plan = explain(&mut tx, &reader(cx.actor()), &query).await.unwrap();
                let column = CATALOGUE.field(sort).unwrap().column.to_sql().replace("t.", "");
                let served = plan
                    .iter()
                    .any(|line| line.contains("Index Cond") && line.contains("ROW(") && line.contains(&column));
                assert!(served, "{text} as {}:\n{}", who.email, plan.join("\n"));
            }
        }
    }
}
