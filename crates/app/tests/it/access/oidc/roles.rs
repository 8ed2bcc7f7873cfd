//! Accounts that a provider makes, and the roles and teams that its claims stand for.

use dealwright_access::policy::Builtin;
use dealwright_testkit::issuer::{CLIENT, Issuer};
use serde_json::{Value, json};

use super::{Stage, outcome, role};

/// Groups that stand for roles and teams; a default for the others.
async fn mapped() -> (Stage, String) {
    let stage = Stage::new().await;
    let admin = &stage.app.admin;
    let team = stage.app.team("North", None).await;
    let claim = |value: &str, to: Value| {
        let mut mapping = json!({ "claim": "groups", "value": value });
        mapping.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
        mapping
    };
    let mappings = json!([
        claim("crm-admins", json!({ "role_id": role(admin, "Administrator").await })),
        claim("crm-managers", json!({ "role_id": role(admin, "Sales Manager").await })),
        claim("crm-reps", json!({ "role_id": role(admin, "Sales Rep").await })),
        claim("north", json!({ "team_id": team })),
    ]);
    let path = format!("/identity-providers/{}", stage.id);
    admin.patch(&path, json!({ "version": 1, "mappings": mappings })).await.ok();
    (stage, team.to_string())
}

async fn team_of(stage: &Stage, email: &str) -> Value {
    let users = stage.app.admin.get("/users").await.ok();
    users["items"].as_array().unwrap().iter().find(|u| u["email"] == email).unwrap()["team_id"].clone()
}

#[tokio::test]
async fn who_comes_for_the_first_time_gets_an_account_with_what_their_groups_stand_for() {
    let (stage, team) = mapped().await;
    let ada = stage.person(json!({ "groups": ["crm-reps", "north", "unmapped"] })).await;
    let me = ada.get("/me").await.ok();
    assert_eq!((&me["user"]["name"], &me["user"]["email"]), (&json!("Ada Lovelace"), &json!("ada@acme.test")));
    assert_eq!(me["user"]["team_id"], json!(team));
    assert_eq!(stage.roles("ada@acme.test").await, ["Sales Rep"]);
    // As a word, and as a list.
    assert_eq!(outcome(&stage.come(json!({ "groups": "crm-managers" })).await), "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Sales Manager"]);
    assert_eq!(team_of(&stage, "ada@acme.test").await, Value::Null, "the team went with its group");
    // Nothing that stands for anything: the default.
    assert_eq!(outcome(&stage.come(json!({ "groups": ["unmapped", 7, null] })).await), "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Read-only"]);
    assert_eq!(outcome(&stage.come(json!({ "groups": ["crm-reps"] })).await), "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Sales Rep"], "the default is no longer needed");
}

#[tokio::test]
async fn a_group_that_is_gone_takes_its_role_away_at_once_and_leaves_a_trace() {
    let (stage, _) = mapped().await;
    let ada = stage.person(json!({ "groups": ["crm-managers"] })).await;
    assert_eq!(ada.get("/me").await.ok()["permissions"]["import"]["create"], "all");
    assert_eq!(outcome(&stage.come(json!({ "groups": [] })).await), "in");
    assert_eq!(ada.get("/me").await.ok()["permissions"]["import"]["create"], "none", "the older session too");
    let mut tx = stage.app.db.database.system().await.unwrap();
    let (actor, changes): (String, Value) =
        sqlx::query_as("select actor_name, changes from event where type = 'user.updated' order by id desc limit 1")
            .fetch_one(tx.db())
            .await
            .unwrap();
    assert_eq!(actor, "Single sign-on (Acme ID)");
    assert_eq!(changes, json!([{ "field": "roles", "old": ["Sales Manager"], "new": ["Read-only"] }]));
}

#[tokio::test]
async fn roles_given_by_hand_are_not_the_providers_to_take() {
    let (stage, _) = mapped().await;
    let rep = stage.app.user(Builtin::SalesRep).await;
    let come = |groups: Value| stage.come(json!({ "sub": "rep", "email": rep.email, "groups": groups }));
    assert_eq!(outcome(&come(json!(["crm-reps", "crm-managers"])).await), "in");
    assert_eq!(stage.roles(&rep.email).await, ["Sales Manager", "Sales Rep"]);
    assert_eq!(outcome(&come(json!([])).await), "in");
    assert_eq!(stage.roles(&rep.email).await, ["Sales Rep"]);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (stage, _) = mapped().await;
    let ada = json!({ "groups": ["crm-admins"] });
    assert_eq!(outcome(&stage.come(ada).await), "in");
    let mut tx = stage.app.db.database.system().await.unwrap();
    sqlx::query("update app_user set active = false where id = $1")
        .bind(stage.app.admin.id.0)
        .execute(tx.db())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let last = stage.person(json!({ "groups": [] })).await;
    let me = last.get("/me").await.ok();
    assert_eq!(me["permissions"]["role"]["update"], "all");
    // With another administrator there, the group counts again.
    let mut tx = stage.app.db.database.system().await.unwrap();
    sqlx::query("update app_user set active = true where id = $1")
        .bind(stage.app.admin.id.0)
        .execute(tx.db())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(outcome(&stage.come(json!({ "groups": [] })).await), "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Read-only"]);
}

#[tokio::test]
async fn groups_that_do_not_fit_into_the_token_take_nothing_away() {
    let (stage, _) = mapped().await;
    assert_eq!(outcome(&stage.come(json!({ "groups": ["crm-managers"] })).await), "in");
    let overage = json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "https://graph.test" } } });
    assert_eq!(outcome(&stage.come(overage).await), "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Sales Manager"]);
}

#[tokio::test]
async fn without_a_role_nobody_comes_in() {
    let (stage, _) = mapped().await;
    let path = format!("/identity-providers/{}", stage.id);
    stage.app.admin.patch(&path, json!({ "version": 2, "default_role_id": null })).await.ok();
    assert_eq!(outcome(&stage.come(json!({ "groups": ["unmapped"] })).await), "sso_no_role");
    assert_eq!(stage.roles("ada@acme.test").await, Vec::<String>::new());
    assert_eq!(stage.app.admin.get("/users").await.ok()["items"].as_array().unwrap().len(), 1, "nobody was made");
    let ada = stage.person(json!({ "groups": ["crm-reps"] })).await;
    assert_eq!(outcome(&stage.come(json!({ "groups": [] })).await), "sso_no_role");
    assert_eq!(ada.get("/opportunities").await.problem(), "403 forbidden", "and the role is gone all the same");
}

#[tokio::test]
async fn without_provisioning_only_those_come_in_who_have_an_account() {
    let stage = Stage::with(json!({ "provisions": false })).await;
    assert_eq!(outcome(&stage.come(json!({})).await), "sso_no_account");
    let rep = stage.app.user(Builtin::SalesRep).await;
    assert_eq!(
        outcome(&stage.come(json!({ "email": rep.email.to_uppercase().replace("ACME.TEST", "acme.test") })).await),
        "in"
    );
    assert_eq!(stage.roles(&rep.email).await, ["Sales Rep"]);
}

#[tokio::test]
async fn entra_for_many_directories_lets_in_the_chosen_ones() {
    let stage = Stage::new().await;
    let issuer = Issuer::start_at(&stage.clock, "/organizations/v2.0").await;
    let host = issuer.url.trim_end_matches("/organizations/v2.0").to_owned();
    let (ours, theirs) = ("6babcaad-604b-40ac-a9d7-9fd97c0b779f", "9188040d-6c67-4c5b-b112-36a304b66dad");
    issuer.publish(&json!({ "issuer": format!("{host}/{{tenantid}}/v2.0"), "authorization_response_iss_parameter_supported": false }));
    let body = json!({
        "name": "Entra", "kind": "entra", "issuer": issuer.url, "tenants": [ours], "client_id": CLIENT,
        "client_secret": dealwright_testkit::issuer::SECRET, "domains": ["acme.test"], "provisions": true,
        "default_role_id": role(&stage.app.admin, "Sales Rep").await,
    });
    let made = stage.app.admin.post("/identity-providers", body).await.ok();
    let id = made["id"].as_str().unwrap();
    let come = async |tenant: &str, more: Value| {
        let browser = stage.browser();
        let begun = browser.get(&super::start(id)).await;
        let mut claims = json!({ "iss": format!("{host}/{tenant}/v2.0"), "tid": tenant, "email_verified": null });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let back = issuer.authorize(begun.to(), dealwright_testkit::issuer::Lie { claims, ..Default::default() });
        // Entra does not name itself on the way back.
        outcome(&browser.get(back.split("&iss=").next().unwrap()).await)
    };
    assert_eq!(come(theirs, json!({})).await, "sso_token_invalid", "a directory that was not chosen");
    assert_eq!(
        come(ours, json!({ "iss": format!("{host}/{theirs}/v2.0") })).await,
        "sso_token_invalid",
        "tid and iss differ"
    );
    assert_eq!(come(ours, json!({ "xms_edov": false })).await, "sso_email_not_verified");
    assert_eq!(come(ours, json!({})).await, "in");
    assert_eq!(stage.roles("ada@acme.test").await, ["Sales Rep"]);
}

#[tokio::test]
async fn with_passwords_off_an_administrator_who_is_known_to_a_provider_comes_in_by_it_alone() {
    let stage = Stage::new().await;
    let (admin, nobody) = (&stage.app.admin, stage.app.nobody());
    admin.patch("/sign-in-policy", json!({ "password_sign_in": false, "version": 1 })).await.ok();
    let body = json!({ "email": "admin@acme.test", "password": "correct horse battery" });
    assert_eq!(nobody.post("/session", body.clone()).await.status, 204, "not locked out");
    assert_eq!(outcome(&stage.come(json!({ "sub": "admin", "email": "admin@acme.test" })).await), "in");
    assert_eq!(nobody.post("/session", body).await.problem(), "403 password_sign_in_off");
}
