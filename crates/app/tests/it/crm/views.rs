//! Saved views: for whom each is, and what somebody makes of one for themselves.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn save(person: &Person, name: &str, visibility: &str) -> Value {
    let filter = json!({ "and": [{ "field": "amount", "op": "gte", "value": "50000" }, { "field": "owner_id", "op": "eq", "value": "me" }] });
    let body = json!({ "object": "opportunity", "name": name, "visibility": visibility, "filter": filter, "sort": ["-amount"],
        "columns": [{ "id": "name", "pinned": true }, { "id": "amount", "width": 120, "pinned": false }] });
    person.post("/saved-views", body).await.ok()
}

fn url(view: &Value) -> String {
    format!("/saved-views/{}", view["id"].as_str().unwrap())
}

async fn names(person: &Person) -> Vec<String> {
    person.get("/saved-views?object=opportunity").await.names()
}

#[tokio::test]
async fn a_view_is_seen_by_whom_it_is_for() {
    let app = TestApp::new().await;
    let north = app.team("North", None).await;
    let oslo = app.team("Oslo", Some(north)).await;
    let lead = app.user_in(Builtin::SalesManager, Some(north)).await;
    let below = app.user_in(Builtin::SalesRep, Some(oslo)).await;
    let beside = app.user(Builtin::SalesRep).await;
    save(&lead, "Mine", "private").await;
    save(&lead, "Ours", "team").await;
    let all = save(&lead, "Everyone's", "organisation").await;
    assert_eq!(names(&lead).await, ["Everyone's", "Mine", "Ours"]);
    assert_eq!(names(&below).await, ["Everyone's", "Ours"]);
    assert_eq!(names(&beside).await, ["Everyone's"]);
    assert_eq!(names(&app.stranger().await).await, Vec::<String>::new());
    assert_eq!(
        all["columns"],
        json!([{ "id": "name", "pinned": true }, { "id": "amount", "width": 120, "pinned": false }])
    );

    let seen = beside.get(&url(&all)).await.ok();
    assert_eq!(seen["may"], json!({ "update": false, "delete": false }));
    assert_eq!(beside.patch(&url(&all), json!({ "name": "x", "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(beside.delete(&url(&all)).await.problem(), "403 forbidden");
    assert_eq!(app.admin.get(&url(&all)).await.ok()["may"], json!({ "update": true, "delete": true }));
    let taken = app.admin.patch(&url(&all), json!({ "visibility": "private", "version": 1 })).await;
    assert_eq!(taken.problem(), "403 forbidden: visibility");
    assert_eq!(app.admin.patch(&url(&all), json!({ "name": "All", "version": 1 })).await.ok()["owner"], all["owner"]);
}

#[tokio::test]
async fn a_rep_shares_with_the_team_and_not_with_everyone() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let body = json!({ "object": "opportunity", "name": "All", "visibility": "organisation" });
    assert_eq!(rep.post("/saved-views", body).await.problem(), "403 forbidden: visibility");
    let own = save(&rep, "Own", "private").await;
    let wider = rep.patch(&url(&own), json!({ "visibility": "organisation", "version": 1 })).await;
    assert_eq!(wider.problem(), "403 forbidden: visibility");
    let ours = rep.patch(&url(&own), json!({ "visibility": "team", "version": 1 })).await.ok();
    assert_eq!(json!([ours["team"]["name"], ours["version"]]), json!(["North", 2]));
    let alone = app.user(Builtin::SalesRep).await;
    let body = json!({ "object": "account", "name": "x", "visibility": "team" });
    assert_eq!(alone.post("/saved-views", body).await.problem(), "422 invalid: visibility");
}

#[tokio::test]
async fn a_stale_version_is_refused_and_a_name_is_taken_once() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let view = save(&rep, "Big", "private").await;
    rep.patch(&url(&view), json!({ "filter": null, "q": "isdom", "version": 1 })).await.ok();
    let stale = rep.patch(&url(&view), json!({ "sort": ["name"], "version": 1 })).await;
    assert_eq!(stale.status, 409);
    assert_eq!(stale.body["code"], "version_conflict");
    let again = rep.post("/saved-views", json!({ "object": "opportunity", "name": "BIG" })).await;
    assert_eq!(again.problem(), "409 saved_view_name_taken: name");
    let gone = rep.request(Method::DELETE, &url(&view)).header("if-match", "\"1\"");
    assert_eq!(rep.send(gone).await.status, 409);
    assert_eq!(rep.delete(&url(&view)).await.status, 204);
    assert_eq!(rep.get(&url(&view)).await.status, 404);
}

#[tokio::test]
async fn what_no_list_could_show_is_no_view() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deep = (0..20).fold(json!({ "field": "amount", "op": "gte", "value": 1 }), |inner, _| json!({ "not": inner }));
    let wide: Vec<Value> = (0..2_000).map(|n| json!({ "field": "amount", "op": "gte", "value": n })).collect();
    let cases = [
        (json!({ "filter": { "field": "no_such", "op": "eq", "value": 1 } }), 400),
        (json!({ "filter": { "field": "amount", "op": "contains", "value": "1" } }), 400),
        (json!({ "filter": deep }), 400),
        (json!({ "filter": { "and": wide } }), 422),
        (json!({ "sort": ["no_such"] }), 400),
        (json!({ "columns": [{ "id": "Name; drop" }] }), 422),
        (json!({ "columns": [{ "id": "name", "width": 1 }] }), 422),
        (json!({ "name": "n".repeat(101) }), 422),
        (json!({ "name": " " }), 422),
        (json!({ "q": "q".repeat(201) }), 400),
        (json!({ "object": "task" }), 422),
        (json!({ "unknown": 1 }), 422),
    ];
    for (part, status) in cases {
        let mut body = json!({ "object": "opportunity", "name": "View" });
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let answer = rep.post("/saved-views", body).await;
        assert_eq!(answer.status, status, "{part}: {:?}", answer.body);
    }
    assert_eq!(names(&rep).await, Vec::<String>::new());
}

#[tokio::test]
async fn pins_and_the_first_view_are_each_persons_own() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let other = app.user(Builtin::SalesRep).await;
    let (big, small) = (save(&app.admin, "Big", "organisation").await, save(&app.admin, "Small", "organisation").await);
    let choose = async |view: &Value, pinned: bool, default: bool| {
        let request = rep.request(Method::PUT, &format!("{}/choice", url(view)));
        rep.send(request.json(&json!({ "pinned": pinned, "default": default }))).await.ok()
    };
    choose(&big, true, true).await;
    choose(&small, false, true).await;
    let marks = async |person: &Person| {
        let page = person.get("/saved-views?object=opportunity").await.ok();
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|v| json!([v["name"], v["pinned"], v["default"]])).collect::<Vec<_>>()
    };
    assert_eq!(marks(&rep).await, [json!(["Big", true, false]), json!(["Small", false, true])]);
    assert_eq!(marks(&other).await, [json!(["Big", false, false]), json!(["Small", false, false])]);
}

#[tokio::test]
async fn a_list_is_found_by_what_its_account_is() {
    let app = TestApp::new().await;
    let (bank, shop) = (app.admin.choice("industry", "Software").await, app.admin.choice("industry", "Retail").await);
    let rep = app.user(Builtin::SalesRep).await;
    for (name, industry) in [("Isdom", &bank), ("Butikk", &shop)] {
        let account = rep.post("/accounts", json!({ "name": name, "industry_id": industry })).await.ok();
        rep.opportunity(&format!("{name} deal"), json!({ "account_id": account["id"] })).await;
        rep.post("/contacts", json!({ "last_name": name, "account_id": account["id"] })).await.ok();
    }
    rep.opportunity("Without account", json!({})).await;
    assert_eq!(rep.get("/opportunities?account.industry_id=software").await.names(), ["Isdom deal"]);
    assert_eq!(rep.get("/contacts?account.industry_id=Retail&account.owner_id=me").await.names(), ["Butikk"]);
    assert_eq!(rep.get("/opportunities?account.no_such=x").await.problem(), "400 invalid_filter: account.no_such");

    // A field of accounts that is hidden is hidden here too.
    super::hide(&app, "Sales Rep", json!({ "account": { "industry_id": "hidden" } })).await;
    let refused = rep.get("/opportunities?account.industry_id=software").await;
    assert_eq!(refused.problem(), "403 field_not_permitted: account.industry_id");
}
