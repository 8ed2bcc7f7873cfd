//! Managed lists as an administrator shapes them, and what that does to the records that have a value.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

async fn list(who: &Person, kind: &str) -> Vec<Value> {
    let all = who.get("/options").await.ok();
    all["items"].as_array().unwrap().iter().filter(|o| o["kind"] == kind).cloned().collect()
}

fn at(path: &str, record: &Value) -> String {
    format!("/{path}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_new_organisation_starts_with_lists() {
    let app = TestApp::new().await;
    for (kind, least) in [("opportunity_type", 3), ("source", 5), ("industry", 5), ("region", 3), ("loss_reason", 5)] {
        assert!(list(&app.admin, kind).await.len() >= least, "{kind}");
    }
}

#[tokio::test]
async fn values_are_added_renamed_ordered_and_archived() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let made = admin.post("/options", json!({ "kind": "region", "name": " Nordics " })).await.ok();
    assert_eq!((&made["name"], &made["archived"], &made["version"]), (&json!("Nordics"), &json!(false), &json!(1)));
    let again = admin.post("/options", json!({ "kind": "region", "name": "NORDICS" })).await;
    assert_eq!(again.problem(), "409 option_name_taken: name");
    admin.post("/options", json!({ "kind": "source", "name": "Nordics" })).await.ok();

    let renamed = admin.patch(&at("options", &made), json!({ "name": "Scandinavia", "version": 1 })).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Scandinavia"), &json!(2)));
    let stale = admin.patch(&at("options", &made), json!({ "name": "Else", "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(
        stale.body["conflict"]["fields"],
        json!([{ "field": "name", "theirs": "Scandinavia", "yours": "Else" }])
    );

    let mut ids: Vec<Value> = list(admin, "region").await.iter().map(|o| o["id"].clone()).collect();
    ids.rotate_right(1);
    let ordered = admin.post("/options/order", json!({ "kind": "region", "ids": ids })).await;
    assert_eq!(ordered.names()[0], "Scandinavia");
    ids.pop();
    let short = admin.post("/options/order", json!({ "kind": "region", "ids": ids })).await;
    assert_eq!(short.problem(), "409 order_changed");

    let deal = admin.opportunity("Deal", json!({ "region_id": made["id"] })).await;
    let version = list(admin, "region").await[0]["version"].clone();
    admin.patch(&at("options", &made), json!({ "archived": true, "version": version })).await.ok();
    assert_eq!(admin.get(&at("opportunities", &deal)).await.ok()["region_id"], made["id"], "old records keep it");
    let kept = admin.patch(&at("opportunities", &deal), json!({ "next_step": "Call", "version": 1 })).await;
    assert_eq!(kept.status, 200);
    let new = admin.post("/opportunities", json!({ "name": "New", "region_id": made["id"] })).await;
    assert_eq!(new.problem(), "422 invalid: region_id");
}

#[tokio::test]
async fn nobody_else_shapes_them_and_nonsense_is_refused() {
    let app = TestApp::new().await;
    let (rep, stranger) = (app.user(Builtin::SalesRep).await, app.stranger().await);
    let price = list(&app.admin, "loss_reason").await[0].clone();
    let path = at("options", &price);
    for (who, expected) in [(&rep, "403 forbidden"), (&stranger, "404 not_found")] {
        assert_eq!(who.patch(&path, json!({ "name": "Mine", "version": 1 })).await.problem(), expected);
        assert_eq!(who.delete(&path).await.problem(), expected);
    }
    assert_eq!(rep.post("/options", json!({ "kind": "region", "name": "X" })).await.problem(), "403 forbidden");
    let order = json!({ "kind": "region", "ids": [] });
    assert_eq!(rep.post("/options/order", order).await.problem(), "403 forbidden");
    for (body, expected) in [
        (json!({ "kind": "colour", "name": "X" }), "422 invalid: kind"),
        (json!({ "kind": "region" }), "422 invalid: name"),
        (json!({ "kind": "region", "name": " " }), "422 invalid: name"),
        (json!({ "kind": "region", "name": "x".repeat(100_000) }), "422 invalid: name"),
    ] {
        assert_eq!(app.admin.post("/options", body).await.problem(), expected);
    }
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query("insert into choice (org_id, id, kind, name) select $1, gen_random_uuid(), 'region', 'R' || n from generate_series(1, 995) n")
        .bind(app.org.0)
        .execute(&mut db)
        .await
        .unwrap();
    let full = app.admin.post("/options", json!({ "kind": "region", "name": "One more" })).await;
    assert_eq!(full.problem(), "422 too_many_values");
}

#[tokio::test]
async fn a_value_in_use_goes_once_it_has_a_replacement() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let rep = app.user(Builtin::SalesRep).await;
    let industries = list(admin, "industry").await;
    let (old, new) = (&industries[0], &industries[1]);
    let deal = rep.opportunity("Deal", json!({ "industry_id": old["id"] })).await;
    let account = rep.post("/accounts", json!({ "name": "Account", "industry_id": old["id"] })).await.ok();
    let asked = admin.delete(&at("options", old)).await;
    assert_eq!((asked.problem().as_str(), &asked.body["count"]), ("409 in_use: replacement_id", &json!(2)));
    let to = |id: &Value| format!("{}?replacement_id={}", at("options", old), id.as_str().unwrap());
    let region = list(admin, "region").await[0]["id"].clone();
    let foreign = list(&app.stranger().await, "industry").await[0]["id"].clone();
    for wrong in [&old["id"], &region, &foreign] {
        assert_eq!(admin.delete(&to(wrong)).await.problem(), "422 invalid: replacement_id");
    }
    assert_eq!(admin.delete(&to(&new["id"])).await.status, 204);
    let moved = rep.get(&at("opportunities", &deal)).await.ok();
    assert_eq!((&moved["industry_id"], &moved["version"]), (&new["id"], &json!(2)));
    assert_eq!(rep.get(&at("accounts", &account)).await.ok()["industry_id"], new["id"]);
    for path in [at("opportunities", &deal), at("accounts", &account)] {
        let timeline = rep.get(&format!("{path}/timeline")).await.ok();
        let change =
            &timeline["items"].as_array().unwrap().iter().find(|e| !e["changes"][0].is_null()).unwrap()["changes"][0];
        assert_eq!((&change["old_label"], &change["new_label"]), (&old["name"], &new["name"]));
    }
    // What nobody has goes without asking.
    let unused = admin.post("/options", json!({ "kind": "industry", "name": "Unused" })).await.ok();
    assert_eq!(admin.delete(&at("options", &unused)).await.status, 204);
}
