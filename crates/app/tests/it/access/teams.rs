//! Teams: the tree, and what becomes of what is in a team that ends.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::roles::{id, kinds};

#[tokio::test]
async fn a_tree_is_made_renamed_and_moved_but_never_in_a_circle() {
    let app = TestApp::new().await;
    let make = async |name: &str, parent: Option<&Value>| {
        app.admin.post("/teams", json!({ "name": name, "parent_id": parent.map(|p| p["id"].clone()) })).await.ok()
    };
    let world = make("World", None).await;
    let north = make("North", Some(&world)).await;
    let city = make("City", Some(&north)).await;
    let path = |team: &Value| format!("/teams/{}", id(team));

    let circle = app.admin.patch(&path(&world), json!({ "version": 1, "parent_id": city["id"] })).await;
    assert_eq!(circle.problem(), "422 invalid: parent_id");
    assert_eq!(circle.body["errors"][0]["code"], "parent_cycle");
    assert_eq!(
        app.admin.patch(&path(&world), json!({ "version": 1, "parent_id": world["id"] })).await.problem(),
        "422 invalid: parent_id"
    );
    let moved =
        app.admin.patch(&path(&city), json!({ "version": 1, "name": "Town", "parent_id": world["id"] })).await.ok();
    assert_eq!((&moved["name"], &moved["parent_id"], &moved["version"]), (&json!("Town"), &world["id"], &json!(2)));
    let top =
        app.admin.patch(&path(&city), json!({ "version": 2, "parent_id": null, "lead_id": app.admin.id })).await.ok();
    assert_eq!((&top["parent_id"], &top["lead_id"]), (&Value::Null, &json!(app.admin.id)));

    let stale = app.admin.patch(&path(&city), json!({ "version": 1, "name": "City" })).await;
    assert_eq!((stale.problem().as_str(), &stale.body["conflict"]["version"]), ("409 version_conflict", &json!(3)));
    assert_eq!(app.admin.post("/teams", json!({ "name": "NORTH" })).await.problem(), "409 team_name_taken: name");
    assert_eq!(app.admin.post("/teams", json!({ "name": "" })).await.problem(), "422 invalid: name");
    assert_eq!(
        app.admin.post("/teams", json!({ "name": "X", "parent_id": app.admin.id })).await.problem(),
        "422 invalid: parent_id"
    );
    assert_eq!(
        app.admin.post("/teams", json!({ "name": "X", "lead_id": world["id"] })).await.problem(),
        "422 invalid: lead_id"
    );
    for person in [app.user(Builtin::SalesManager).await, app.user(Builtin::SalesRep).await] {
        assert_eq!(
            person.patch(&path(&city), json!({ "version": 3, "name": "Mine" })).await.problem(),
            "403 forbidden"
        );
        assert_eq!(person.delete(&path(&city)).await.problem(), "403 forbidden");
    }
    assert_eq!(
        app.stranger().await.patch(&path(&city), json!({ "version": 3, "name": "Mine" })).await.problem(),
        "404 not_found"
    );
    assert_eq!(kinds(&app, "team").await.len(), 5);
}

#[tokio::test]
async fn a_team_that_ends_leaves_everything_to_its_replacement() {
    let app = TestApp::new().await;
    let world = app.team("World", None).await;
    let north = app.team("North", Some(world)).await;
    let city = app.team("City", Some(north)).await;
    let hill = app.team("Hill", Some(north)).await;
    let rep = app.user_in(Builtin::SalesRep, Some(north)).await;
    let deal = rep.opportunity("Deal", json!({})).await;
    let task = rep.post("/tasks", json!({ "title": "Call" })).await.ok();
    let path = format!("/teams/{north}");

    let refused = app.admin.delete(&path).await;
    assert_eq!(refused.problem(), "409 team_in_use: replacement_id");
    assert!(
        refused.body["detail"].as_str().unwrap().contains("1 person, 2 teams below it and 2 records"),
        "{}",
        refused.body
    );
    assert_eq!(
        app.admin.delete(&format!("{path}?replacement_id={north}")).await.problem(),
        "422 invalid: replacement_id"
    );
    assert_eq!(app.admin.delete(&format!("{path}?replacement_id=x")).await.status, 400);

    // The replacement stands below it, and takes its place.
    let gone = app.admin.delete(&format!("{path}?replacement_id={city}")).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    let teams = app.admin.get("/teams").await.ok();
    let parent =
        |team: Value| teams["items"].as_array().unwrap().iter().find(|t| t["id"] == team).unwrap()["parent_id"].clone();
    assert_eq!((parent(json!(city)), parent(json!(hill))), (json!(world), json!(city)));
    assert_eq!(app.admin.get(&format!("/users/{}", rep.id)).await.ok()["team_id"], json!(city));
    let moved = rep.get(&format!("/opportunities/{}", id(&deal))).await.ok();
    assert_eq!((&moved["team_id"], &moved["version"]), (&json!(city), &json!(2)));
    assert_eq!(rep.get(&format!("/tasks/{}", id(&task))).await.ok()["team_id"], json!(city));
    assert_eq!(kinds(&app, "opportunity").await, ["opportunity.created", "opportunity.team_changed"]);
    assert_eq!(app.admin.delete(&path).await.problem(), "404 not_found");
    let empty = app.team("Empty", None).await;
    assert_eq!(app.admin.delete(&format!("/teams/{empty}")).await.status, 204);
}
