//! Sharing: what a share gives and what it does not, who may give it, how it ends; account teams; effective access.

use dealwright_access::policy::Builtin;
use dealwright_crm::list::{ListQuery, explain};
use dealwright_crm::opportunity::list::{CATALOGUE, reader};
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

async fn deal(owner: &Person, name: &str) -> String {
    id(&owner.opportunity(name, json!({ "amount": { "amount": "100", "currency": "EUR" } })).await)
}

async fn share(who: &Person, deal: &str, body: Value) -> Value {
    who.post(&format!("/opportunities/{deal}/shares"), body).await.ok()
}

#[tokio::test]
async fn a_share_shows_a_record_until_it_is_taken_back() {
    let app = TestApp::new().await;
    let (owner, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = deal(&owner, "Shared deal").await;
    let path = format!("/opportunities/{deal}");
    assert_eq!(other.get(&path).await.problem(), "404 not_found");
    let given = share(&owner, &deal, json!({ "user_id": other.id, "level": "read" })).await;
    let seen = other.get(&path).await.ok();
    assert_eq!(seen["may"], json!({ "update": false, "delete": false }));
    assert_eq!(other.get("/opportunities?count=true&totals=true").await.ok()["totals"]["amount"]["amount"], "100.00");
    assert_eq!(other.get("/opportunities?q=shared").await.names(), ["Shared deal"]);
    assert_eq!(other.patch(&path, json!({ "name": "Mine", "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(
        other.post(&format!("{path}/shares"), json!({ "user_id": other.id, "level": "edit" })).await.problem(),
        "403 forbidden"
    );
    let told = owner.get(&format!("{path}/timeline")).await.ok();
    assert_eq!(told["items"][0]["type"], "opportunity.shared");
    assert_eq!(told["items"][0]["data"]["user"]["id"], json!(other.id));
    let shares = owner.get(&format!("{path}/shares")).await.ok();
    assert_eq!(shares["items"][0]["id"], given["id"]);

    let one = format!("{path}/shares/{}", id(&given));
    assert_eq!(owner.delete(&one).await.status, 204);
    assert_eq!(other.get(&path).await.problem(), "404 not_found");
    assert_eq!(other.get("/opportunities?count=true").await.ok()["total"], 0);
    assert_eq!(owner.delete(&one).await.problem(), "404 not_found");
    assert_eq!(owner.get(&format!("{path}/timeline")).await.ok()["items"][0]["type"], "opportunity.unshared");
}

#[tokio::test]
async fn an_edit_share_lets_a_record_be_changed_but_not_deleted_nor_given_away() {
    let app = TestApp::new().await;
    let (owner, editor) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let reader = app.user(Builtin::ReadOnly).await;
    let deal = deal(&owner, "Ours").await;
    let path = format!("/opportunities/{deal}");
    for person in [&editor, &reader] {
        share(&owner, &deal, json!({ "user_id": person.id, "level": "edit" })).await;
    }
    assert_eq!(editor.get(&path).await.ok()["may"], json!({ "update": true, "delete": false }));
    assert_eq!(editor.get("/opportunities").await.ok()["items"][0]["may"]["update"], true);
    let changed = editor.patch(&path, json!({ "next_step": "Call", "version": 1 })).await;
    assert_eq!(changed.body["next_step"], "Call");
    assert_eq!(editor.post("/undo", json!({ "event_id": changed.event() })).await.status, 200);
    assert_eq!(editor.patch(&path, json!({ "name": "Stale", "version": 1 })).await.problem(), "409 version_conflict");
    assert_eq!(editor.delete(&path).await.problem(), "403 forbidden");
    let take = json!({ "owner_id": editor.id, "version": 3 });
    assert_eq!(editor.patch(&path, take).await.problem(), "403 owner_out_of_scope: owner_id");
    // A role that edits nothing edits nothing that is shared either.
    assert_eq!(reader.patch(&path, json!({ "name": "X", "version": 3 })).await.problem(), "403 forbidden");
    assert_eq!(reader.get(&path).await.ok()["may"]["update"], false);
}

#[tokio::test]
async fn a_share_with_a_team_reaches_the_teams_below_it_and_not_those_above() {
    let app = TestApp::new().await;
    let top = app.team("Top", None).await;
    let middle = app.team("Middle", Some(top)).await;
    let low = app.team("Low", Some(middle)).await;
    let owner = app.user(Builtin::SalesRep).await;
    let deal = deal(&owner, "For the middle").await;
    let given = share(&owner, &deal, json!({ "team_id": middle, "level": "read" })).await;
    assert_eq!(given["team"]["name"], "Middle");
    for (team, status) in [(Some(top), 404), (Some(middle), 200), (Some(low), 200), (None, 404)] {
        let person = app.user_in(Builtin::SalesRep, team).await;
        assert_eq!(person.get(&format!("/opportunities/{deal}")).await.status, status, "{team:?}");
    }
}

#[tokio::test]
async fn shares_are_checked_end_by_themselves_and_are_not_passed_on_for_longer() {
    let app = TestApp::new().await;
    let (owner, other, third) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = deal(&owner, "Deal").await;
    let path = format!("/opportunities/{deal}/shares");
    let nil = "00000000-0000-7000-8000-000000000000";
    for (body, field, code) in [
        (json!({ "user_id": nil, "level": "read" }), "user_id", "unknown_reference"),
        (json!({ "team_id": nil, "level": "read" }), "team_id", "unknown_reference"),
        (json!({ "level": "read" }), "user_id", "invalid_value"),
        (json!({ "user_id": other.id, "team_id": nil, "level": "read" }), "user_id", "invalid_value"),
        (json!({ "user_id": other.id, "level": "own" }), "level", "invalid_value"),
        (
            json!({ "user_id": other.id, "level": "read", "expires_at": "2020-01-01T00:00:00Z" }),
            "expires_at",
            "in_the_past",
        ),
    ] {
        let answer = owner.post(&path, body.clone()).await;
        let error = &answer.body["errors"][0];
        assert_eq!((answer.status, &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{body}");
    }
    share(&owner, &deal, json!({ "user_id": other.id, "level": "edit", "expires_at": "2100-01-01T00:00:00Z" })).await;
    let on = |end: Value| json!({ "user_id": third.id, "level": "edit", "expires_at": end });
    for end in [json!(null), json!("2101-01-01T00:00:00Z")] {
        assert_eq!(other.post(&path, on(end)).await.problem(), "403 share_beyond_own: expires_at");
    }
    assert_eq!(other.post(&path, on(json!("2099-01-01T00:00:00Z"))).await.status, 201);
    assert_eq!(third.get(&format!("/opportunities/{deal}")).await.status, 200);
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query("update record_share set expires_at = now() - interval '1 second'").execute(&mut db).await.unwrap();
    for person in [&other, &third] {
        assert_eq!(person.get(&format!("/opportunities/{deal}")).await.status, 404);
        assert_eq!(person.get("/opportunities").await.names(), Vec::<String>::new());
    }
    assert_eq!(owner.get(&path).await.ok()["items"], json!([]));
    // Nobody of another organisation is anybody to share with, or sees the record.
    let stranger = app.stranger().await;
    assert_eq!(owner.post(&path, json!({ "user_id": stranger.id, "level": "read" })).await.status, 422);
    assert_eq!(stranger.get(&path).await.problem(), "404 not_found");
}

#[tokio::test]
async fn what_hangs_on_a_record_is_seen_with_it() {
    let app = TestApp::new().await;
    let (owner, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = deal(&owner, "Deal").await;
    let product = id(&app.admin.post("/products", json!({ "name": "Product" })).await.ok());
    let line = json!({ "product_id": product, "quantity": "2", "unit_price": { "amount": "5", "currency": "EUR" }, "version": 1 });
    owner.post(&format!("/opportunities/{deal}/lines"), line).await.ok();
    let note = json!({ "kind": "note", "body": "Said", "opportunity_id": deal });
    owner.post("/activities", note).await.ok();
    share(&owner, &deal, json!({ "user_id": other.id, "level": "read" })).await;
    assert_eq!(other.get(&format!("/opportunities/{deal}")).await.ok()["lines"].as_array().unwrap().len(), 1);
    let told = other.get(&format!("/opportunities/{deal}/timeline")).await.ok()["items"].to_string();
    assert!(told.contains("activity.logged") && told.contains("Said"));
    // A task is shared by itself.
    let task = id(&owner.post("/tasks", json!({ "title": "Do it", "opportunity_id": deal })).await.ok());
    assert_eq!(other.get(&format!("/tasks/{task}")).await.status, 404);
    owner.post(&format!("/tasks/{task}/shares"), json!({ "user_id": other.id, "level": "edit" })).await.ok();
    let done = other.patch(&format!("/tasks/{task}"), json!({ "done": true, "version": 1 })).await.ok();
    assert_eq!(done["done"], true);
}

#[tokio::test]
async fn the_team_of_an_account_sees_what_it_is_given() {
    let app = TestApp::new().await;
    let owner = app.user(Builtin::SalesRep).await;
    let engineer = app.user(Builtin::SalesRep).await;
    let account = id(&app.admin.post("/accounts", json!({ "name": "Isdom", "owner_id": owner.id })).await.ok());
    let inside = id(&app.admin.opportunity("Inside", json!({ "account_id": account, "owner_id": owner.id })).await);
    let path = format!("/accounts/{account}/team");
    let member = |level: Value| json!({ "user_id": engineer.id, "role": "Solutions engineer", "account_level": "edit", "opportunity_level": level });
    // A rep does not reach all deals, and so can't show all of an account's.
    assert_eq!(owner.post(&path, member(json!("read"))).await.problem(), "403 share_beyond_own: opportunity_level");
    let added = owner.post(&path, member(json!(null))).await.ok();
    assert_eq!((&added["role"], &added["account"]["name"]), (&json!("Solutions engineer"), &json!("Isdom")));
    assert_eq!(engineer.get(&format!("/accounts/{account}")).await.ok()["may"]["update"], true);
    assert_eq!(engineer.get(&format!("/opportunities/{inside}")).await.status, 404);

    app.admin.post(&path, member(json!("edit"))).await.ok();
    assert_eq!(engineer.get(&path).await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(engineer.get(&format!("/opportunities/{inside}")).await.ok()["may"]["update"], true);
    // What comes to the account later is seen, and what leaves it is not.
    let later = id(&app.admin.opportunity("Later", json!({ "account_id": account, "owner_id": owner.id })).await);
    assert_eq!(engineer.get("/opportunities?count=true").await.ok()["total"], 2);
    app.admin.patch(&format!("/opportunities/{later}"), json!({ "account_id": null, "version": 1 })).await.ok();
    assert_eq!(engineer.get(&format!("/opportunities/{later}")).await.status, 404);
    assert_eq!(engineer.get("/opportunities").await.names(), ["Inside"]);

    let one = format!("{path}/{}", id(&added));
    assert_eq!(app.admin.delete(&one).await.status, 204);
    assert_eq!(engineer.get(&format!("/opportunities/{inside}")).await.status, 404);
    let told: Vec<Value> =
        owner.get(&format!("/accounts/{account}/timeline")).await.ok()["items"].as_array().unwrap().clone();
    let kinds: Vec<&str> = told.iter().filter_map(|e| e["type"].as_str()).collect();
    assert!(kinds.contains(&"account.member_added") && kinds.contains(&"account.member_removed"), "{kinds:?}");
    assert_eq!(
        owner.post(&path, json!({ "user_id": engineer.id, "role": " ", "account_level": "read" })).await.problem(),
        "422 invalid: role"
    );
}

#[tokio::test]
async fn effective_access_says_what_and_why() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let owner = app.user_in(Builtin::SalesRep, Some(team)).await;
    let (manager, other) = (app.user_in(Builtin::SalesManager, Some(team)).await, app.user(Builtin::SalesRep).await);
    let deal = deal(&owner, "Deal").await;
    share(&owner, &deal, json!({ "user_id": other.id, "level": "read" })).await;
    let of = |who: &Person| format!("/effective-access?user_id={}&object=opportunity&id={deal}", who.id);
    let told = app.admin.get(&of(&manager)).await.ok();
    assert_eq!(told["read"]["because"][0]["kind"], "role");
    assert_eq!(told["read"]["because"][0]["team"]["name"], "North");
    let told = app.admin.get(&of(&other)).await.ok();
    assert_eq!(told["read"]["because"][0]["kind"], "share");
    assert_eq!((&told["update"]["allowed"], &told["share"]["allowed"]), (&json!(false), &json!(false)));
    let told = app.admin.get(&of(&owner)).await.ok();
    assert_eq!((&told["delete"]["allowed"], &told["delete"]["because"][0]["owner"]), (&json!(true), &json!(true)));
    assert_eq!(owner.get(&of(&owner)).await.problem(), "403 forbidden");
    let nobody = format!("/effective-access?user_id=00000000-0000-7000-8000-000000000000&object=opportunity&id={deal}");
    assert_eq!(app.admin.get(&nobody).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.get(&of(&owner)).await.problem(), "404 not_found");
}

/// What is shared is read by the ids that the index of the primary key leads to, beside the scope's own index.
#[tokio::test]
async fn an_index_serves_both_halves_of_a_list_with_shares() {
    let app = TestApp::new().await;
    let (owner, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    for n in 0..4 {
        let deal = deal(&owner, &format!("Deal {n}")).await;
        share(&owner, &deal, json!({ "user_id": other.id, "level": "read" })).await;
        other.opportunity(&format!("Own {n}"), json!({})).await;
    }
    let plan = async |who: &Person, text: &str| {
        let cx = app.state.access.context_for(app.org, who.id).await.unwrap();
        let asked = vec![("sort".to_owned(), text.to_owned())];
        let query = ListQuery::read(&asked, &CATALOGUE, cx.actor(), cx.clock().today()).unwrap();
        let mut tx = cx.begin().await.unwrap();
        for off in ["enable_seqscan", "enable_bitmapscan"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("set local {off} = off"))).execute(tx.db()).await.unwrap();
        }
        explain(&mut tx, &reader(cx.actor()), &query).await.unwrap()
    };
    for sort in ["name", "-amount", "close_date", "-created_at", "-closed_at"] {
        let shared = plan(&other, sort).await;
        let conditions: Vec<&String> = shared.iter().filter(|line| line.contains("Index Cond")).collect();
        let by = |column: &str| conditions.iter().any(|line| line.contains(column));
        assert!(by("owner_id = ") && by("(id = ANY"), "{sort}:\n{}", shared.join("\n"));
        // Whom nothing is shared with does not pay for it.
        let plain = plan(&owner, sort).await;
        let pays = plain.iter().any(|line| line.contains("Index Cond") && line.contains("(id = ANY"));
        assert!(!pays, "{sort}:\n{}", plain.join("\n"));
    }
}
