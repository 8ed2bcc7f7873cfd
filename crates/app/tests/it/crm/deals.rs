//! The life of a deal: its place in the forecast, its end and a new beginning, copies, the archive and the trash.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn path(opportunity: &Value) -> String {
    format!("/opportunities/{}", opportunity["id"].as_str().unwrap())
}

async fn put(person: &Person, path: &str, body: Value) -> dealwright_testkit::Answer {
    person.send(person.request(Method::PUT, path).json(&body)).await
}

#[tokio::test]
async fn a_stage_says_what_deals_count_as_unless_somebody_says_otherwise() {
    let app = TestApp::new().await;
    let stages = app.admin.get("/pipelines").await.ok()["items"][0]["stages"].clone();
    let stage = |name: &str| stages.as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone();
    let set = |name: &'static str, category: Value| {
        let stage = stage(name);
        let body = json!({ "forecast_category": category, "version": stage["version"] });
        let path = format!("/stages/{}", stage["id"].as_str().unwrap());
        let app = &app;
        async move { app.admin.patch(&path, body).await }
    };
    assert_eq!(set("Proposal", json!("best_case")).await.ok()["forecast_category"], "best_case");
    assert_eq!(set("Negotiation", json!("closed")).await.problem(), "422 invalid: forecast_category");
    assert_eq!(set("Won", json!("commit")).await.problem(), "422 invalid: forecast_category");
    assert_eq!(set("Engaging", json!("sure")).await.status, 422);

    let proposal = stage("Proposal")["id"].clone();
    let usual = app.admin.opportunity("Usual", json!({ "stage_id": proposal })).await;
    let said = app.admin.opportunity("Said", json!({ "stage_id": proposal, "forecast_category": "commit" })).await;
    let new = app.admin.opportunity("New", json!({})).await;
    assert_eq!((&usual["forecast_category"], &said["forecast_category"]), (&json!("best_case"), &json!("commit")));
    let moved =
        app.admin.post(&format!("{}/move", path(&new)), json!({ "stage_id": proposal, "version": 1 })).await.ok();
    assert_eq!(moved["opportunity"]["forecast_category"], "best_case");
    app.admin.patch(&path(&new), json!({ "forecast_category": "omitted", "version": 2 })).await.ok();
    // Sorted by what they are worth in the forecast, not by the alphabet; and page by page.
    let first = app.admin.get("/opportunities?sort=-forecast_category&limit=2").await;
    assert_eq!(first.names(), ["Said", "Usual"]);
    let next = format!(
        "/opportunities?sort=-forecast_category&limit=2&cursor={}",
        first.body["next_cursor"].as_str().unwrap()
    );
    assert_eq!(app.admin.get(&next).await.names(), ["New"]);
    assert_eq!(
        app.admin.get("/opportunities?forecast_category=commit,omitted&sort=name").await.names(),
        ["New", "Said"]
    );
}

#[tokio::test]
async fn a_closed_deal_opens_again_and_remembers_how_it_was_closed() {
    let app = TestApp::new().await;
    let rival = app.admin.post("/options", json!({ "kind": "competitor", "name": "Acme" })).await.ok();
    let deal = app.admin.opportunity("Deal", json!({ "stage_id": app.admin.stage("Engaging").await })).await;
    let reopening = format!("{}/reopening", path(&deal));
    let because = |version: i64| json!({ "reason": "They came back", "version": version });
    assert_eq!(app.admin.post(&reopening, because(1)).await.problem(), "409 not_closed");
    let lost = json!({ "stage_id": app.admin.stage("Lost").await, "version": 1, "lost_notes": "Too dear", "lost_to_id": rival["id"],
                       "lost_reason_id": app.admin.choice("loss_reason", "Price").await });
    app.admin.post(&format!("{}/move", path(&deal)), lost).await.ok();
    assert_eq!(
        app.admin.post(&reopening, json!({ "reason": " ", "version": 2 })).await.problem(),
        "422 invalid: reason"
    );
    assert_eq!(
        app.admin.post(&reopening, json!({ "reason": "x".repeat(2_001), "version": 2 })).await.problem(),
        "422 invalid: reason"
    );
    assert_eq!(app.admin.post(&reopening, because(1)).await.problem(), "409 version_conflict");
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(reader.post(&reopening, because(2)).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post(&reopening, because(2)).await.problem(), "404 not_found");

    let opened = app.admin.post(&reopening, because(2)).await.ok();
    let now = &opened["opportunity"];
    assert_eq!(
        (&now["stage"]["name"], &now["closed_at"], &now["lost_to_id"]),
        (&json!("Engaging"), &Value::Null, &Value::Null)
    );
    let won = json!({ "stage_id": app.admin.stage("Won").await, "version": 3, "won_notes": "At last",
                      "won_reason_id": app.admin.choice("win_reason", "Price").await });
    let won = app.admin.post(&format!("{}/move", path(&deal)), won).await.ok();
    assert_eq!(won["opportunity"]["won_notes"], "At last");
    let earlier = app.admin.get(&format!("{}/earlier-closes", path(&deal))).await.ok();
    let close = &earlier["items"][0];
    assert_eq!(earlier["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        ["outcome", "reason", "notes", "lost_to", "reopened_for"].map(|of| close[of].clone()),
        ["lost", "Price", "Too dear", "Acme", "They came back"].map(|text| json!(text))
    );
    let filtered = app.admin.get("/opportunities?won_reason_id=Price").await;
    assert_eq!(filtered.names(), ["Deal"]);
    super::hide(&app, "Read-only", json!({ "opportunity": { "lost_reason_id": "hidden" } })).await;
    let shown = reader.get(&format!("{}/earlier-closes", path(&deal))).await.ok();
    assert_eq!((&shown["items"][0]["reason"], &shown["items"][0]["notes"]), (&Value::Null, &json!("Too dear")));

    // Undoing a reopening closes it as it was.
    let opened = app.admin.post(&reopening, because(4)).await;
    app.admin.post("/undo", json!({ "event_id": opened.event() })).await.ok();
    let closed = app.admin.get(&path(&deal)).await.ok();
    assert_eq!((&closed["stage"]["name"], &closed["won_notes"]), (&json!("Won"), &json!("At last")));
}

#[tokio::test]
async fn a_copy_has_the_chosen_parts_and_nothing_that_is_hidden() {
    let app = TestApp::new().await;
    let contact = app.admin.post("/contacts", json!({ "last_name": "Ann" })).await.ok();
    let product = app
        .admin
        .post("/products", json!({ "name": "Setup", "unit_price": { "amount": "500", "currency": "EUR" } }))
        .await
        .ok();
    let amount = json!({ "amount": "9", "currency": "EUR" });
    let field = json!({ "object": "opportunity", "label": "Tier", "kind": "text" });
    app.admin.post("/custom-fields", field).await.ok();
    let deal = app
        .admin
        .opportunity(
            "Deal",
            json!({ "amount": amount, "next_step": "Call", "tags": ["hot"], "custom": { "tier": "A" } }),
        )
        .await;
    app.admin
        .post(&format!("{}/lines", path(&deal)), json!({ "product_id": product["id"], "quantity": "2" }))
        .await
        .ok();
    let role = app.admin.choice("contact_role", "Champion").await;
    let on_it = format!("{}/contacts/{}", path(&deal), contact["id"].as_str().unwrap());
    put(&app.admin, &on_it, json!({ "role_id": role })).await.ok();
    app.admin.post("/tasks", json!({ "title": "Send it", "opportunity_id": deal["id"] })).await.ok();
    app.admin.patch(&path(&deal), json!({ "amount_from_lines": true, "version": 3 })).await.ok();

    let clone = format!("{}/clone", path(&deal));
    let all = json!({ "parts": ["products", "contacts", "competitors", "tasks"] });
    let copy = app.admin.post(&clone, all.clone()).await.ok();
    assert_eq!(
        (&copy["name"], &copy["next_step"], &copy["custom"]["tier"]),
        (&json!("Copy of Deal"), &json!("Call"), &json!("A"))
    );
    let whole = app.admin.get(&path(&copy)).await.body;
    assert_eq!(
        (&whole["lines"][0]["product"]["name"], &whole["amount"]["amount"]),
        (&json!("Setup"), &json!("1000.00"))
    );
    let contacts = app.admin.get(&format!("{}/contacts", path(&copy))).await.ok();
    assert_eq!(
        (&contacts["items"][0]["contact"]["name"], &contacts["items"][0]["role_id"]),
        (&json!("Ann"), &json!(role))
    );
    let tasks = app.admin.get(&format!("/tasks?opportunity_id={}", copy["id"].as_str().unwrap())).await;
    assert_eq!(tasks.body["items"][0]["title"], "Send it");
    let bare = app.admin.post(&clone, json!({ "name": "Bare" })).await.ok();
    assert_eq!(app.admin.get(&path(&bare)).await.body["lines"], json!([]));

    // Somebody whose role hides the amount and the products: the copy has neither, and the part is refused.
    super::hide(
        &app,
        "Sales Manager",
        json!({ "opportunity": { "amount": "hidden", "products": "hidden", "custom.tier": "read_only" } }),
    )
    .await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let manager = app.user_in(Builtin::SalesManager, Some(team)).await;
    let theirs = rep.opportunity("Theirs", json!({ "amount": amount, "custom": { "tier": "B" } })).await;
    let clone = format!("{}/clone", path(&theirs));
    assert_eq!(
        manager.post(&clone, json!({ "parts": ["products"] })).await.problem(),
        "403 field_not_permitted: products"
    );
    let copy = manager.post(&clone, json!({ "parts": ["contacts"] })).await.ok();
    let seen = app.admin.get(&path(&copy)).await.body;
    assert_eq!(
        (&seen["amount"], &seen["custom"], &seen["owner_id"]),
        (&Value::Null, &json!({}), &json!(manager.id.to_string()))
    );
    assert_eq!(app.user(Builtin::ReadOnly).await.post(&clone, all.clone()).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post(&clone, all).await.problem(), "404 not_found");
    assert_eq!(app.admin.post(&clone, json!({ "name": "x".repeat(501) })).await.problem(), "422 invalid: name");
    assert_eq!(app.admin.post(&clone, json!({ "parts": ["everything"] })).await.status, 422);
}

#[tokio::test]
async fn what_is_archived_is_there_when_it_is_asked_for() {
    let app = TestApp::new().await;
    let amount = json!({ "amount": "100", "currency": "EUR" });
    let old = app.admin.opportunity("Old", json!({ "amount": amount })).await;
    app.admin.opportunity("New", json!({ "amount": amount })).await;
    let archive = format!("{}/archive", path(&old));
    let request = app.admin.request(Method::PUT, &archive).header("if-match", "\"9\"");
    assert_eq!(app.admin.send(request).await.problem(), "409 version_conflict");
    assert_eq!(put(&app.user(Builtin::ReadOnly).await, &archive, json!({})).await.problem(), "403 forbidden");
    assert_eq!(put(&app.stranger().await, &archive, json!({})).await.problem(), "404 not_found");
    let archived = put(&app.admin, &archive, json!({})).await;
    let event = archived.event();
    assert!(archived.body["opportunity"]["archived_at"].is_string());

    let listed = app.admin.get("/opportunities?count=true&totals=true").await;
    assert_eq!((listed.names(), &listed.body["total"]), (vec!["New".to_owned()], &json!(1)));
    assert_eq!(listed.body["totals"]["amount"]["amount"], "100.00");
    let board = app.admin.get("/opportunities/board").await.ok();
    assert_eq!((&board["columns"][0]["count"], &board["columns"][0]["sum"]["amount"]), (&json!(1), &json!("100.00")));
    assert_eq!(app.admin.get("/opportunities?archived=true").await.names(), ["Old"]);
    assert_eq!(app.admin.get("/opportunities?archived=true,false&sort=name").await.names(), ["New", "Old"]);
    assert_eq!(app.admin.get("/opportunities?archived=maybe").await.status, 400);
    assert_eq!(app.admin.get(&path(&old)).await.body["name"], "Old");
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(app.admin.get("/opportunities/board").await.ok()["columns"][0]["count"], 2);
    put(&app.admin, &archive, json!({})).await.ok();
    let back = app.admin.delete(&archive).await.ok();
    assert_eq!((&back["opportunity"]["archived_at"], &back["opportunity"]["version"]), (&Value::Null, &json!(5)));
}

#[tokio::test]
async fn what_is_deleted_can_be_restored_until_it_is_purged() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let account = rep.post("/accounts", json!({ "name": "Account" })).await.ok();
    let contact = rep.post("/contacts", json!({ "last_name": "Contact", "account_id": account["id"] })).await.ok();
    let deal =
        rep.opportunity("Deal", json!({ "account_id": account["id"], "primary_contact_id": contact["id"] })).await;
    let kept = rep.opportunity("Kept", json!({ "account_id": account["id"] })).await;
    rep.post("/tasks", json!({ "title": "Task", "opportunity_id": deal["id"], "contact_id": contact["id"] }))
        .await
        .ok();
    let gone = [
        format!("/accounts/{}", account["id"].as_str().unwrap()),
        format!("/contacts/{}", contact["id"].as_str().unwrap()),
        path(&deal),
    ];
    for path in &gone {
        assert_eq!(rep.delete(path).await.status, 204);
    }
    let trash = rep.get("/trash").await;
    assert_eq!(trash.names(), ["Deal", "Contact", "Account"]);
    let item = &trash.body["items"][0];
    assert_eq!(
        (&item["object"], &item["days_left"], &item["may_restore"]),
        (&json!("opportunity"), &json!(29), &json!(true))
    );
    assert!(item["deleted_by"].as_str().is_some_and(|name| !name.is_empty()));
    let page = rep.get("/trash?limit=2").await;
    let rest = rep.get(&format!("/trash?limit=2&cursor={}", page.body["next_cursor"].as_str().unwrap())).await;
    assert_eq!((page.names().len(), rest.names()), (2, vec!["Account".to_owned()]));
    assert_eq!(rep.get("/trash?object=contact").await.names(), ["Contact"]);
    assert_eq!(rep.get("/trash?object=region").await.status, 422);
    let other = app.user(Builtin::SalesRep).await.get("/trash").await;
    assert_eq!(
        (other.names(), &other.body["items"][0]["may_restore"]),
        (vec!["Contact".to_owned(), "Account".into()], &json!(false))
    );
    assert_eq!(app.stranger().await.get("/trash").await.names(), Vec::<String>::new());
    assert_eq!(app.user(Builtin::ReadOnly).await.get("/trash").await.problem(), "403 forbidden");

    let purge = |object: &str, record: &Value| format!("/trash/{object}/{}", record["id"].as_str().unwrap());
    assert_eq!(rep.delete(&purge("opportunity", &deal)).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.delete(&purge("opportunity", &deal)).await.status, 404);
    assert_eq!(app.admin.delete(&purge("opportunity", &kept)).await.status, 404, "it is not in the trash");
    assert_eq!(app.admin.delete(&purge("region", &deal)).await.status, 404);
    assert_eq!(app.admin.delete(&purge("opportunity", &deal)).await.status, 204);
    assert_eq!(rep.post(&format!("{}/restore", path(&deal)), json!({})).await.status, 404);
    let audit = app.admin.get("/audit?type=trash.purged").await.ok();
    assert_eq!(audit["items"][0]["subject"]["name"], "Deal");

    // The organisation keeps it for a week: on the eighth day the rest is gone, and what named it does so no longer.
    let settings = app.admin.get("/organisation").await.ok();
    assert_eq!(settings["trash_days"], 30);
    let days = |days: i64| json!({ "trash_days": days, "version": settings["version"] });
    assert_eq!(app.admin.patch("/organisation", days(0)).await.problem(), "422 invalid: trash_days");
    app.admin.patch("/organisation", days(7)).await.ok();
    rep.post(&format!("{}/restore", gone[1]), json!({})).await.ok();
    assert_eq!(dealwright_crm::trash::job::purge(&app.db.database).await.unwrap(), 0);
    let mut db = app.db.superuser().await;
    sqlx::query("update account set deleted_at = now() - interval '8 days' where deleted_at is not null")
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(dealwright_crm::trash::job::purge(&app.db.database).await.unwrap(), 1);
    assert_eq!(rep.get("/trash").await.names(), Vec::<String>::new());
    assert_eq!(rep.get(&path(&kept)).await.body["account_id"], Value::Null);
    assert_eq!(rep.get(&gone[1]).await.body["account_id"], Value::Null);
    assert_eq!(app.admin.get("/audit?type=trash.purged").await.ok()["items"].as_array().unwrap().len(), 2);
}
