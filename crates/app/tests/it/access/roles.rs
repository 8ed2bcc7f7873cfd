//! Roles: made, copied, changed, reset and deleted; never wider than whoever makes them.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// A role of the organisation by name.
pub async fn role(who: &Person, name: &str) -> Value {
    let roles = who.get("/roles").await.ok();
    roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap().clone()
}

pub fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

/// Gives a person these roles and no others.
pub async fn give(admin: &Person, person: &Person, roles: &[&Value]) {
    let user = admin.get(&format!("/users/{}", person.id)).await.ok();
    let ids: Vec<&Value> = roles.iter().map(|r| &r["id"]).collect();
    admin.patch(&format!("/users/{}", person.id), json!({ "version": user["version"], "role_ids": ids })).await.ok();
}

#[tokio::test]
async fn an_administrator_makes_a_role_as_a_copy_and_it_holds_at_the_next_request() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let other = app.user(Builtin::SalesRep).await;
    other.opportunity("Theirs", json!({})).await;
    let copied = role(&app.admin, "Sales Rep").await;
    let made = app
        .admin
        .post(
            "/roles",
            json!({ "name": " Desk ", "copy_of": copied["id"], "grants": { "opportunity": { "read": "all" } } }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let desk = made.body;
    assert_eq!((&desk["name"], &desk["builtin"], &desk["version"]), (&json!("Desk"), &json!(false), &json!(1)));
    assert_eq!(
        (&desk["grants"]["opportunity"]["read"], &desk["grants"]["task"]["read"]),
        (&json!("all"), &json!("own"))
    );

    assert_eq!(rep.get("/opportunities").await.names(), Vec::<String>::new());
    give(&app.admin, &rep, &[&desk]).await;
    assert_eq!(rep.get("/opportunities").await.names(), ["Theirs"]);
    let narrowed = app
        .admin
        .patch(
            &format!("/roles/{}", id(&desk)),
            json!({ "version": 1, "grants": { "opportunity": { "read": "none" } } }),
        )
        .await
        .ok();
    assert_eq!(narrowed["version"], 2);
    assert_eq!(rep.get("/opportunities").await.problem(), "403 forbidden");
    assert_eq!(role(&app.admin, "Desk").await["holders"], 1);
}

#[tokio::test]
async fn what_does_not_exist_is_named_and_nonsense_is_refused() {
    let app = TestApp::new().await;
    let post = |body: Value| app.admin.post("/roles", body);
    let wrong = post(
        json!({ "name": "X", "grants": { "planet": { "read": "all" }, "role": { "fly": "all", "read": "own" } } }),
    )
    .await;
    assert_eq!(wrong.problem(), "422 invalid: grants.planet, grants.role.fly, grants.role.read");
    assert_eq!(post(json!({ "name": " " })).await.problem(), "422 invalid: name");
    assert_eq!(post(json!({ "name": "x".repeat(201) })).await.problem(), "422 invalid: name");
    assert_eq!(post(json!({ "name": "X\u{0}" })).await.problem(), "422 invalid: name");
    assert_eq!(post(json!({ "name": "X", "colour": "red" })).await.problem(), "422 invalid: colour");
    assert_eq!(post(json!({ "name": "sales rep" })).await.problem(), "409 role_name_taken: name");
    assert_eq!(post(json!({ "name": "X", "copy_of": app.admin.id })).await.problem(), "422 invalid: copy_of");
    let enormous: serde_json::Map<String, Value> =
        (0..20_000).map(|n| (format!("object{n}"), json!({ "read": "all" }))).collect();
    let answer = post(json!({ "name": "X", "grants": enormous })).await;
    assert_eq!((answer.status, answer.body["errors"].as_array().unwrap().len()), (422, 20));
    let huge = app
        .admin
        .request(Method::POST, "/roles")
        .header("content-type", "application/json")
        .body("{\"name\":\"".to_owned() + &"x".repeat(2 << 20) + "\"}");
    assert_eq!(app.admin.send(huge).await.problem(), "413 too_large");
}

#[tokio::test]
async fn the_administrator_role_stays_whole_and_the_others_can_be_reset() {
    let app = TestApp::new().await;
    let admin = role(&app.admin, "Administrator").await;
    let path = format!("/roles/{}", id(&admin));
    let narrow = json!({ "version": 1, "grants": { "audit": { "read": "none" } } });
    assert_eq!(app.admin.patch(&path, narrow).await.problem(), "409 builtin_role: grants");
    assert_eq!(app.admin.delete(&path).await.problem(), "409 builtin_role");

    let rep = role(&app.admin, "Sales Rep").await;
    let path = format!("/roles/{}", id(&rep));
    app.admin
        .patch(&path, json!({ "version": 1, "name": "Seller", "grants": { "account": { "delete": "all" } } }))
        .await
        .ok();
    let stale = app.admin.patch(&path, json!({ "version": 1, "grants": { "account": { "delete": "none" } } })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    let conflict = &stale.body["conflict"];
    assert_eq!(conflict["version"], 2);
    assert!(
        conflict["fields"]
            .as_array()
            .unwrap()
            .contains(&json!({ "field": "grants.account.delete", "theirs": "all", "yours": "none" }))
    );
    let reset = app.admin.post(&format!("{path}/reset"), json!({ "version": 2 })).await.ok();
    assert_eq!((&reset["name"], &reset["grants"]["account"]["delete"]), (&json!("Seller"), &json!("own")));
    let own = app.admin.post("/roles", json!({ "name": "Own" })).await.ok();
    assert_eq!(
        app.admin.post(&format!("/roles/{}/reset", id(&own)), json!({ "version": 1 })).await.problem(),
        "409 not_builtin"
    );
}

#[tokio::test]
async fn a_role_in_use_asks_who_takes_its_place() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let desk = app
        .admin
        .post("/roles", json!({ "name": "Desk", "copy_of": id(&role(&app.admin, "Sales Rep").await) }))
        .await
        .ok();
    give(&app.admin, &rep, &[&desk]).await;
    let path = format!("/roles/{}", id(&desk));
    assert_eq!(app.admin.delete(&path).await.problem(), "409 role_in_use: replacement_id");
    assert_eq!(
        app.admin.delete(&format!("{path}?replacement_id={}", id(&desk))).await.problem(),
        "422 invalid: replacement_id"
    );
    let instead = role(&app.admin, "Read-only").await;
    let gone = app.admin.delete(&format!("{path}?replacement_id={}", id(&instead))).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    let roles = app.admin.get(&format!("/users/{}", rep.id)).await.ok()["roles"].clone();
    assert_eq!(roles, json!([{ "id": instead["id"], "name": "Read-only" }]));
    assert_eq!(rep.post("/tasks", json!({ "title": "No more" })).await.problem(), "403 forbidden");
    assert_eq!(app.admin.delete(&path).await.problem(), "404 not_found");
}

#[tokio::test]
async fn nobody_grants_more_than_they_hold() {
    let app = TestApp::new().await;
    let grants = json!({
        "role": { "read": "all", "create": "all", "update": "all", "delete": "all" },
        "user": { "read": "all", "create": "all", "update": "all", "delete": "all" },
        "opportunity": { "read": "team", "update": "own" },
    });
    let desk = app.admin.post("/roles", json!({ "name": "People desk", "grants": grants })).await.ok();
    let clerk = app.user(Builtin::ReadOnly).await;
    give(&app.admin, &clerk, &[&desk]).await;
    let (admin_role, rep_role) = (role(&clerk, "Administrator").await, role(&clerk, "Sales Rep").await);

    // By making, copying or widening a role.
    let wide = json!({ "name": "Wide", "grants": { "opportunity": { "read": "all" } } });
    assert_eq!(clerk.post("/roles", wide).await.problem(), "403 privilege_escalation");
    assert_eq!(
        clerk.post("/roles", json!({ "name": "Copy", "copy_of": rep_role["id"] })).await.problem(),
        "403 privilege_escalation"
    );
    let path = format!("/roles/{}", id(&desk));
    let widen = json!({ "version": 1, "grants": { "audit": { "read": "all" } } });
    assert_eq!(clerk.patch(&path, widen).await.problem(), "403 privilege_escalation");
    // By giving one that exists, to oneself, to somebody or to somebody new.
    let me = clerk.get(&format!("/users/{}", clerk.id)).await.ok();
    let climb = json!({ "version": me["version"], "role_ids": [admin_role["id"]] });
    assert_eq!(clerk.patch(&format!("/users/{}", clerk.id), climb).await.problem(), "403 privilege_escalation");
    let new = json!({ "name": "Eve", "email": "eve@acme.test", "role_ids": [admin_role["id"]] });
    assert_eq!(clerk.post("/users", new).await.problem(), "403 privilege_escalation");
    // By becoming somebody wider: their address, their leaving.
    let boss = app.admin.get(&format!("/users/{}", app.admin.id)).await.ok();
    let steal = json!({ "version": boss["version"], "email": "eve@acme.test" });
    assert_eq!(clerk.patch(&format!("/users/{}", app.admin.id), steal).await.problem(), "403 privilege_escalation");
    let out = clerk.post(&format!("/users/{}/deactivation", app.admin.id), json!({ "version": boss["version"] })).await;
    assert_eq!(out.problem(), "403 privilege_escalation");
    // What they hold they may give.
    clerk.post("/roles", json!({ "name": "Narrow", "grants": { "opportunity": { "read": "own" } } })).await.ok();
    // Rights that were taken away are not given on, not even by the very next request.
    app.admin.patch(&path, json!({ "version": 1, "grants": { "opportunity": { "read": "none" } } })).await.ok();
    let late = json!({ "name": "Late", "grants": { "opportunity": { "read": "own" } } });
    assert_eq!(clerk.post("/roles", late).await.problem(), "403 privilege_escalation");
}

#[tokio::test]
async fn somebody_is_always_left_who_can_administer() {
    let app = TestApp::new().await;
    let rep_role = role(&app.admin, "Sales Rep").await;
    let me = format!("/users/{}", app.admin.id);
    let user = app.admin.get(&me).await.ok();
    let step_down = json!({ "version": user["version"], "role_ids": [rep_role["id"]] });
    assert_eq!(app.admin.patch(&me, step_down.clone()).await.problem(), "409 last_administrator");

    // Two roles that do it together count.
    let roles = app
        .admin
        .post(
            "/roles",
            json!({ "name": "Roles", "grants": { "role": { "read": "all", "update": "all", "delete": "all" } } }),
        )
        .await
        .ok();
    let users = app
        .admin
        .post("/roles", json!({ "name": "Users", "grants": { "user": { "read": "all", "update": "all" } } }))
        .await
        .ok();
    let deputy = app.user(Builtin::ReadOnly).await;
    give(&app.admin, &deputy, &[&roles, &users]).await;
    app.admin.patch(&me, step_down).await.ok();
    let narrow = json!({ "version": 1, "grants": { "role": { "update": "none" } } });
    assert_eq!(deputy.patch(&format!("/roles/{}", id(&roles)), narrow).await.problem(), "409 last_administrator");
    let drop = format!("/roles/{}?replacement_id={}", id(&roles), id(&users));
    assert_eq!(deputy.delete(&drop).await.problem(), "409 last_administrator");
}

#[tokio::test]
async fn roles_are_for_administrators_of_the_same_organisation() {
    let app = TestApp::new().await;
    let desk = app.admin.post("/roles", json!({ "name": "Desk" })).await.ok();
    let path = format!("/roles/{}", id(&desk));
    for (person, expected) in
        [(app.user(Builtin::SalesManager).await, "403 forbidden"), (app.stranger().await, "404 not_found")]
    {
        assert_eq!(person.get(&path).await.problem(), expected);
        assert_eq!(person.patch(&path, json!({ "version": 1, "name": "Mine" })).await.problem(), expected);
        assert_eq!(person.delete(&path).await.problem(), expected);
    }
    let stranger = app.stranger().await;
    assert_eq!(
        stranger.post("/roles", json!({ "name": "Copy", "copy_of": desk["id"] })).await.problem(),
        "422 invalid: copy_of"
    );
    let events: Vec<String> = kinds(&app, "role").await;
    assert_eq!(events, ["role.created"]);
}

/// The kinds of events about an object, in order.
pub async fn kinds(app: &TestApp, object: &str) -> Vec<String> {
    let mut owner = app.db.database.maintenance().await.unwrap();
    sqlx::query_scalar(
        "select type from event where org_id = $1 and subject_type = $2 and type like $2 || '.%' order by at, id",
    )
    .bind(app.org.0)
    .bind(object)
    .fetch_all(&mut owner)
    .await
    .unwrap()
}
