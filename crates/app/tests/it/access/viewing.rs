//! The app as another person sees it: everything they see, nothing that can be changed, both names in the log.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

use super::roles::{give, id, kinds, role};

#[tokio::test]
async fn an_administrator_sees_what_a_rep_sees_and_is_themselves_again() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Theirs", json!({})).await;
    app.admin.opportunity("Mine", json!({})).await;
    assert_eq!(app.admin.post("/view-as", json!({ "user_id": rep.id })).await.status, 204);
    let me = app.admin.get("/me").await.ok();
    assert_eq!(
        (&me["user"]["id"], &me["viewer"]["id"], &me["viewer"]["name"]),
        (&json!(rep.id), &json!(app.admin.id), &json!("Ada Admin"))
    );
    assert_eq!(me["permissions"]["opportunity"]["read"], "own");
    assert_eq!(app.admin.get("/opportunities").await.names(), ["Theirs"]);
    assert_eq!(app.admin.post("/opportunities/query", json!({})).await.names(), ["Theirs"]);
    assert_eq!(app.admin.get("/roles").await.problem(), "403 forbidden");
    assert_eq!(app.admin.get("/conversations").await.problem(), "403 viewing_as", "private");
    assert_eq!(app.admin.get("/sessions").await.problem(), "403 viewing_as", "private");
    assert_eq!(app.admin.get("/me/passkeys").await.problem(), "403 viewing_as", "private too");
    assert_eq!(app.admin.get("/notifications").await.problem(), "403 viewing_as", "private too");
    assert_eq!(app.admin.post("/view-as", json!({ "user_id": rep.id })).await.problem(), "403 viewing_as");
    // The person themselves notices nothing.
    assert_eq!(rep.get("/me").await.ok()["viewer"], Value::Null);
    rep.opportunity("Another", json!({})).await;

    assert_eq!(app.admin.delete("/view-as").await.status, 204);
    assert_eq!(app.admin.get("/me").await.ok()["viewer"], Value::Null);
    assert_eq!(app.admin.delete("/view-as").await.problem(), "404 not_found");
    app.admin.opportunity("Mine too", json!({})).await;
    let mut owner = app.db.database.maintenance().await.unwrap();
    let events: Vec<(String, uuid::Uuid, uuid::Uuid)> =
        sqlx::query_as("select type, actor_id, subject_id from event where type like 'user.view%' order by at, id")
            .fetch_all(&mut owner)
            .await
            .unwrap();
    let (admin, viewed) = (app.admin.id.0, rep.id.0);
    assert_eq!(events, [("user.view_started".into(), admin, viewed), ("user.view_ended".into(), admin, viewed)]);
}

/// Every write of the API's description, refused whatever it says.
#[tokio::test]
async fn nothing_can_be_written_while_viewing() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Deal", json!({})).await;
    app.admin.post("/view-as", json!({ "user_id": rep.id })).await.ok();
    let description = serde_json::to_value(dealwright_app::openapi::describe()).unwrap();
    // A visitor's, the way out, and a read whose question is a body.
    let excepted = [
        "POST /setup",
        "POST /session",
        "DELETE /session",
        "POST /session/sign-out",
        "DELETE /view-as",
        "POST /opportunities/query",
    ];
    let mut asked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.trim_start_matches("/api/v1");
        for method in
            item.as_object().unwrap().keys().filter(|m| ["post", "put", "patch", "delete"].contains(&m.as_str()))
        {
            let operation = format!("{} {path}", method.to_uppercase());
            let public = item[method]["security"] == json!([{}]) || item[method]["security"] == json!([]);
            if excepted.contains(&operation.as_str()) || public {
                continue;
            }
            let url = path.replace("{id}", &id(&deal));
            let method: Method = method.to_uppercase().parse().unwrap();
            for key in [false, true] {
                let request = app.admin.request(method.clone(), &url).json(&json!({}));
                let request = if key { request.header("idempotency-key", &operation) } else { request };
                let answer = app.admin.send(request).await;
                assert_eq!(answer.problem(), "403 viewing_as", "{operation}");
            }
            asked += 1;
        }
    }
    assert!(asked > 40, "only {asked} writes were tried");
}

/// The wall behind the wall: were a write let through, PostgreSQL would refuse it.
#[tokio::test]
async fn the_transactions_of_a_view_are_read_only() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let own = app.state.access.person(app.org, rep.id).await.unwrap();
    let viewer = dealwright_access::actor::Viewer {
        id: app.admin.id,
        name: "Ada".into(),
        since: app.state.access.clock().now(),
    };
    let actor = dealwright_access::Actor { viewer: Some(viewer), ..dealwright_access::Actor::clone(&own) };
    let mut tx = app.state.access.context(std::sync::Arc::new(actor)).begin().await.unwrap();
    let error = sqlx::query("update app_user set name = 'X'").execute(tx.db()).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("25006"));
}

#[tokio::test]
async fn nobody_views_as_somebody_wider_or_without_the_right() {
    let app = TestApp::new().await;
    let (north, south) = (app.team("North", None).await, app.team("South", None).await);
    let below = app.team("Below", Some(north)).await;
    let lead = app.user_in(Builtin::SalesManager, Some(north)).await;
    let own_team = app.user_in(Builtin::SalesRep, Some(below)).await;
    let elsewhere = app.user_in(Builtin::SalesRep, Some(south)).await;
    let view = |who: &dealwright_testkit::Person, whom: &dealwright_testkit::Person| {
        let (who, id) = (who.clone(), whom.id);
        async move { who.post("/view-as", json!({ "user_id": id })).await }
    };
    assert_eq!(view(&lead, &own_team).await.problem(), "403 forbidden");
    let grants = json!({ "user": { "impersonate": "team" } });
    let copy = json!({ "name": "Lead", "copy_of": id(&role(&app.admin, "Sales Manager").await), "grants": grants });
    let lead_role = app.admin.post("/roles", copy).await.ok();
    give(&app.admin, &lead, &[&lead_role]).await;
    assert_eq!(view(&lead, &elsewhere).await.problem(), "403 forbidden");
    assert_eq!(view(&lead, &lead).await.problem(), "422 invalid: user_id");
    assert_eq!(view(&lead, &app.stranger().await).await.problem(), "422 invalid: user_id");
    assert_eq!(view(&app.stranger().await, &own_team).await.problem(), "422 invalid: user_id");
    // Somebody of the team who may do more.
    give(&app.admin, &own_team, &[&role(&app.admin, "Administrator").await]).await;
    assert_eq!(view(&lead, &own_team).await.problem(), "403 privilege_escalation");
    give(&app.admin, &own_team, &[&role(&app.admin, "Sales Rep").await]).await;
    assert_eq!(view(&lead, &own_team).await.status, 204);

    // Who gets wider while they are looked at is not seen any more; and nobody is silently themselves again.
    give(&app.admin, &own_team, &[&role(&app.admin, "Administrator").await]).await;
    assert_eq!(lead.get("/opportunities").await.problem(), "403 forbidden");
    assert_eq!(lead.post("/tasks", json!({ "title": "X" })).await.problem(), "403 viewing_as");
    assert_eq!(lead.delete("/view-as").await.status, 204);
    assert_eq!(lead.get("/opportunities").await.status, 200);
}

#[tokio::test]
async fn a_view_ends_with_its_session_and_with_either_account() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let helper = app.user(Builtin::ReadOnly).await;
    give(&app.admin, &helper, &[&role(&app.admin, "Administrator").await]).await;
    helper.post("/view-as", json!({ "user_id": rep.id })).await.ok();
    let version = app.admin.get(&format!("/users/{}", rep.id)).await.ok()["version"].clone();
    app.admin.post(&format!("/users/{}/deactivation", rep.id), json!({ "version": version })).await.ok();
    assert_eq!(helper.get("/me").await.ok()["user"]["id"], json!(helper.id));

    let other = app.user(Builtin::SalesRep).await;
    helper.post("/view-as", json!({ "user_id": other.id })).await.ok();
    assert_eq!(helper.delete("/session").await.status, 204);
    assert_eq!(helper.get("/me").await.problem(), "401 not_signed_in");
    let views: Vec<String> = kinds(&app, "user").await.into_iter().filter(|k| k.starts_with("user.view")).collect();
    assert_eq!(views, ["user.view_started", "user.view_ended", "user.view_started", "user.view_ended"]);
}
