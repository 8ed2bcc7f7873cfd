//! Service accounts and OAuth 2.0 client credentials, by the letter of RFC 6749, 7009 and 8414.

use chrono::{TimeDelta, TimeZone, Utc};
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

async fn role(app: &TestApp, name: &str) -> String {
    let roles = app.admin.get("/roles").await.ok();
    let found = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// A service account with the rights of a manager.
async fn robot(app: &TestApp) -> Value {
    let body = json!({ "name": "Data warehouse", "role_ids": [role(app, "Sales Manager").await] });
    let made = app.admin.post("/service-accounts", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

struct Client {
    id: String,
    secret: String,
}

async fn client(app: &TestApp, owner: &Value, scopes: Value) -> Client {
    let body = json!({ "name": "Warehouse", "owner_id": owner["id"], "scopes": scopes });
    let made = app.admin.post("/oauth-clients", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
    Client { id: text("id"), secret: text("secret") }
}

impl Client {
    async fn ask(&self, app: &TestApp, path: &str, form: &[(&str, &str)]) -> Answer {
        let nobody = app.nobody();
        let form = form_body(form);
        let request = nobody
            .request(Method::POST, &format!("!{path}"))
            .basic_auth(&self.id, Some(&self.secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        nobody.send(request).await
    }

    async fn token(&self, app: &TestApp, scope: &str) -> Answer {
        self.ask(app, "/oauth/token", &[("grant_type", "client_credentials"), ("scope", scope)]).await
    }
}

fn form_body(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| format!("{k}={}", v.replace(' ', "+").replace(':', "%3A"))).collect::<Vec<_>>().join("&")
}

async fn post_form(app: &TestApp, path: &str, body: &str) -> Answer {
    let nobody = app.nobody();
    let request = nobody
        .request(Method::POST, &format!("!{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned());
    nobody.send(request).await
}

fn error(answer: &Answer) -> String {
    assert_eq!(answer.headers["cache-control"], "no-store");
    format!("{} {}", answer.status, answer.body["error"].as_str().unwrap_or("(none)"))
}

#[tokio::test]
async fn a_client_gets_a_token_and_acts_for_its_service_account() {
    let clock = Clock::fixed(Utc.with_ymd_and_hms(2026, 3, 4, 9, 0, 0).unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let robot = robot(&app).await;
    let client = client(
        &app,
        &robot,
        json!({ "opportunity": { "read": "team", "create": "all" }, "account": { "read": "all" } }),
    )
    .await;
    let answer = client.token(&app, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        (&answer.headers["cache-control"], &answer.headers["pragma"]),
        (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(answer.body["scope"], "opportunity.read:team opportunity.create:all account.read:all");
    let program = app.nobody().with_key(answer.body["access_token"].as_str().unwrap());
    let deal = program.opportunity("By a robot", json!({})).await;
    assert_eq!(deal["owner_id"], robot["id"]);
    assert_eq!(program.get("/opportunities").await.names(), ["By a robot"]);
    assert_eq!(program.get("/contacts").await.problem(), "403 forbidden");
    assert_eq!(program.get("/sessions").await.problem(), "403 session_required");

    let narrow = client.token(&app, "opportunity.read:own").await.ok();
    assert_eq!(narrow["scope"], "opportunity.read:own");
    let narrow = app.nobody().with_key(narrow["access_token"].as_str().unwrap());
    assert_eq!(narrow.get("/accounts").await.problem(), "403 forbidden");

    let seen = app.admin.get("/audit?object=opportunity").await.ok();
    let created = seen["items"].as_array().unwrap().iter().find(|e| e["type"] == "opportunity.created").unwrap();
    assert_eq!((&created["actor"]["kind"], &created["actor"]["name"]), (&json!("key"), &json!("Warehouse")));
    assert_eq!(created["actor"]["on_behalf_of"], json!({ "id": robot["id"], "name": "Data warehouse" }));

    clock.advance(TimeDelta::minutes(15));
    assert_eq!(program.get("/opportunities").await.problem(), "401 invalid_key");
}

#[tokio::test]
async fn refusals_are_those_of_the_rfc() {
    let app = TestApp::new().await;
    let robot = robot(&app).await;
    let client = client(&app, &robot, json!({ "opportunity": { "read": "own" } })).await;
    let (id, secret) = (&client.id, &client.secret);
    let asked = &app;
    let token = |body: String| async move { post_form(asked, "/oauth/token", &body).await };
    for scope in ["opportunity.read:all", "opportunity.update", "nonsense", "opportunity.read:own%00"] {
        assert_eq!(error(&client.token(&app, scope).await), "400 invalid_scope", "{scope}");
    }
    let both = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    assert_eq!(token(both.clone()).await.status, 200, "in the body is as well");
    assert_eq!(error(&token(format!("{both}&grant_type=client_credentials")).await), "400 invalid_request");
    assert_eq!(error(&token(format!("client_id={id}&client_secret={secret}")).await), "400 invalid_request");
    let password = format!("grant_type=password&client_id={id}&client_secret={secret}");
    assert_eq!(error(&token(password).await), "400 unsupported_grant_type");
    let nobody = token("grant_type=client_credentials".into()).await;
    assert_eq!(error(&nobody), "401 invalid_client");
    assert_eq!(nobody.headers["www-authenticate"], "Basic realm=\"dealwright\"");
    for wrong in ["dws_wrong", "", id] {
        let body = format!("grant_type=client_credentials&client_id={id}&client_secret={wrong}");
        assert_eq!(error(&token(body).await), "401 invalid_client", "{wrong}");
    }
    let stranger = "grant_type=client_credentials&client_id=nobody&client_secret=dws_x";
    assert_eq!(error(&token(stranger.into()).await), "401 invalid_client");
    let twice = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    assert_eq!(error(&client.ask(&app, "/oauth/token", &twice).await), "400 invalid_request");
    let who = app.nobody();
    let json = who.request(Method::POST, "!/oauth/token").json(&json!({ "grant_type": "client_credentials" }));
    assert_eq!(error(&who.send(json).await), "400 invalid_request");
    for header in ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer x"] {
        let request = who
            .request(Method::POST, "!/oauth/token")
            .header("authorization", header)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        assert_eq!(error(&who.send(request).await), "401 invalid_client", "{header}");
    }
    assert_eq!(who.get("!/oauth/token").await.problem(), "405 method_not_allowed");
}

#[tokio::test]
async fn a_token_ends_when_it_its_client_or_its_account_does() {
    let app = TestApp::new().await;
    let robot = robot(&app).await;
    let scopes = json!({ "opportunity": { "read": "own" } });
    let (one, two) = (client(&app, &robot, scopes.clone()).await, client(&app, &robot, scopes).await);
    let token = |answer: Value| answer["access_token"].as_str().unwrap().to_owned();
    let (first, second) = (token(one.token(&app, "").await.ok()), token(one.token(&app, "").await.ok()));
    let status = |token: String| {
        let program = app.nobody().with_key(&token);
        async move { program.get("/opportunities").await.status }
    };
    assert_eq!(status(first.clone()).await, 200);
    assert_eq!(two.ask(&app, "/oauth/revoke", &[("token", &first)]).await.status, 200);
    assert_eq!(status(first.clone()).await, 200, "it is another client's");
    assert_eq!(
        one.ask(&app, "/oauth/revoke", &[("token", &first), ("token_type_hint", "access_token")]).await.status,
        200
    );
    assert_eq!(status(first.clone()).await, 401);
    for unknown in [first.as_str(), "nonsense"] {
        assert_eq!(one.ask(&app, "/oauth/revoke", &[("token", unknown)]).await.status, 200, "{unknown}");
    }
    assert_eq!(error(&one.ask(&app, "/oauth/revoke", &[]).await), "400 invalid_request");
    assert_eq!(error(&post_form(&app, "/oauth/revoke", &format!("token={second}")).await), "401 invalid_client");
    assert_eq!(status(second.clone()).await, 200);

    // A rotated secret, with and without overlap; tokens that were given stay.
    let path = format!("/oauth-clients/{}", one.id);
    let rotated = app.admin.post(&format!("{path}/rotation"), json!({ "overlap_hours": 1 })).await.ok();
    assert_eq!(one.token(&app, "").await.status, 200);
    let renewed = Client { id: one.id.clone(), secret: rotated["secret"].as_str().unwrap().to_owned() };
    assert_eq!(renewed.token(&app, "").await.status, 200);
    app.admin.post(&format!("{path}/rotation"), json!({})).await.ok();
    assert_eq!(error(&renewed.token(&app, "").await), "401 invalid_client");
    assert_eq!(status(second.clone()).await, 200);

    assert_eq!(app.admin.delete(&path).await.status, 204);
    assert_eq!(status(second).await, 401);
    let third = token(two.token(&app, "").await.ok());
    assert_eq!(status(third.clone()).await, 200);
    let patch = json!({ "active": false, "version": robot["version"] });
    app.admin.patch(&format!("/service-accounts/{}", robot["id"].as_str().unwrap()), patch).await.ok();
    assert_eq!(status(third).await, 401);
    assert_eq!(error(&two.token(&app, "").await), "401 invalid_client");
}

#[tokio::test]
async fn guesses_are_throttled() {
    let app = TestApp::new().await;
    let robot = robot(&app).await;
    let mut client = client(&app, &robot, json!({ "opportunity": { "read": "own" } })).await;
    let right = std::mem::replace(&mut client.secret, "dws_wrong".into());
    for _ in 0..10 {
        assert_eq!(error(&client.token(&app, "").await), "401 invalid_client");
    }
    client.secret = right;
    let answer = client.token(&app, "").await;
    assert_eq!(error(&answer), "429 temporarily_unavailable");
    assert_eq!(answer.headers["retry-after"], "900");
}

#[tokio::test]
async fn the_metadata_leads_to_the_endpoints() {
    let app = TestApp::new().await;
    let found = app.nobody().get("!/.well-known/oauth-authorization-server").await.ok();
    assert_eq!(found["issuer"], "http://crm.test");
    assert_eq!(found["token_endpoint"], "http://crm.test/oauth/token");
    assert_eq!(found["grant_types_supported"], json!(["authorization_code", "refresh_token", "client_credentials"]));
    let scopes = found["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("opportunity.read")) && !scopes.contains(&json!("api_key.create")));
}

#[tokio::test]
async fn a_service_account_signs_in_by_no_way_and_is_no_person() {
    let app = TestApp::new().await;
    let robot = robot(&app).await;
    let id: uuid::Uuid = robot["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(app.admin.get("/service-accounts").await.names(), ["Data warehouse"]);
    let names = || async { app.admin.get("/users").await.names() };
    assert!(!names().await.contains(&"Data warehouse".to_owned()), "it is not offered as an owner");

    let mut tx = app.db.database.system().await.unwrap();
    let password = sqlx::query("update app_user set password_hash = 'x' where id = $1").bind(id).execute(tx.db()).await;
    assert!(password.is_err(), "it can't have a password");
    drop(tx);
    let mut tx = app.db.database.system().await.unwrap();
    let session = sqlx::query(
        "insert into session (org_id, id, user_id, token_hash, expires_at) values ($1, $2, $2, '\\x00', now() + interval '1 day')",
    )
    .bind(app.org.0)
    .bind(id)
    .execute(tx.db())
    .await;
    assert!(session.unwrap_err().to_string().contains("a service account has no session"));
    drop(tx);

    let client = client(&app, &robot, json!({ "opportunity": { "create": "all", "read": "team" } })).await;
    let token = client.token(&app, "").await.ok();
    app.nobody().with_key(token["access_token"].as_str().unwrap()).opportunity("Its own", json!({})).await;
    assert!(names().await.contains(&"Data warehouse".to_owned()), "who owns a record can be chosen");
}

#[tokio::test]
async fn nobody_gives_a_service_account_or_its_keys_more_than_they_may() {
    let app = TestApp::new().await;
    let robot = robot(&app).await;
    for who in [app.user(Builtin::SalesManager).await, app.user(Builtin::SalesRep).await] {
        assert_eq!(who.get("/service-accounts").await.problem(), "403 forbidden");
        assert_eq!(who.get("/oauth-clients").await.problem(), "403 forbidden");
    }
    let key = json!({ "name": "Robot's", "owner_id": robot["id"], "scopes": { "audit": { "read": "all" } } });
    assert_eq!(app.admin.post("/api-keys", key).await.problem(), "422 invalid: scopes.audit.read");
    let key = json!({ "name": "Robot's", "owner_id": robot["id"], "scopes": { "opportunity": { "read": "team" } } });
    let made = app.admin.post("/api-keys", key).await.ok();
    assert_eq!(made["owner"]["service"], true);
    assert_eq!(app.nobody().with_key(made["secret"].as_str().unwrap()).get("/opportunities").await.status, 200);
    let person = json!({ "name": "X", "owner_id": app.admin.id, "scopes": { "opportunity": { "read": "own" } } });
    assert_eq!(app.admin.post("/oauth-clients", person).await.problem(), "422 invalid: owner_id");

    // Somebody who may make service accounts, but not read the audit log.
    let clerk = app.user(Builtin::SalesManager).await;
    let grants = json!({ "service_account.read": "all", "service_account.create": "all", "service_account.update": "all", "role.read": "all" });
    let mut owner = app.db.database.maintenance().await.unwrap();
    sqlx::query("update role set grants = grants || $1 where builtin = 'sales_manager'")
        .bind(grants)
        .execute(&mut owner)
        .await
        .unwrap();
    let wide = json!({ "name": "Wide", "role_ids": [role(&app, "Administrator").await] });
    assert_eq!(clerk.post("/service-accounts", wide).await.problem(), "403 role_out_of_scope: role_ids");
    let none = json!({ "name": "None", "role_ids": [] });
    assert_eq!(clerk.post("/service-accounts", none).await.problem(), "422 invalid: role_ids");
    let fit = json!({ "name": "Fit", "role_ids": [role(&app, "Sales Rep").await] });
    let fit = clerk.post("/service-accounts", fit).await.ok();
    let path = format!("/service-accounts/{}", fit["id"].as_str().unwrap());
    assert_eq!(clerk.patch(&path, json!({ "name": "Fitter" })).await.problem(), "422 invalid: version");
    let renamed = clerk.patch(&path, json!({ "name": "Fitter", "version": 1 })).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Fitter"), &json!(2)));
    assert_eq!(clerk.patch(&path, json!({ "name": "Late", "version": 1 })).await.problem(), "409 version_conflict");
    assert_eq!(
        app.stranger().await.patch(&path, json!({ "name": "X", "version": 2 })).await.problem(),
        "404 not_found"
    );
}
