//! API keys: never wider than their owner on any surface, and over at once when they are over.

use chrono::{TimeDelta, TimeZone, Utc};
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

fn clock() -> Clock {
    Clock::fixed(Utc.with_ymd_and_hms(2026, 3, 4, 9, 0, 0).unwrap())
}

async fn app_at(clock: &Clock) -> TestApp {
    TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await
}

/// A key of this person's, and the answer that shows it.
async fn key(who: &Person, scopes: Value) -> (Person, Value) {
    let made = who.post("/api-keys", json!({ "name": "Sync", "scopes": scopes })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    (who.with_key(made.body["secret"].as_str().unwrap()), made.body)
}

#[tokio::test]
async fn a_key_is_shown_once_and_acts_for_its_owner() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let scopes = json!({ "opportunity": { "read": "own", "create": "own" } });
    let (program, made) = key(&rep, scopes.clone()).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("dw_") && secret.len() == 52, "{secret}");
    assert_eq!((&made["scopes"], &made["state"], &made["last_used_at"]), (&scopes, &json!("active"), &Value::Null));

    let deal = program.opportunity("By a program", json!({})).await;
    assert_eq!(deal["owner_id"], json!(rep.id));
    let listed = rep.get("/api-keys").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(listed["items"][0]["last_used_at"].is_string());
    assert_eq!(listed["items"][0]["last_used_ip"], "127.0.0.1");
    assert!(!listed.to_string().contains(secret), "it is not shown again");

    let timeline = rep.get(&format!("/opportunities/{}/timeline", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(timeline["items"][0]["actor"]["kind"], "key");
    assert_eq!(timeline["items"][0]["actor"]["name"], "Sync");
    assert_eq!(timeline["items"][0]["actor"]["for"]["id"], json!(rep.id));
    let me = program.get("/me").await.ok();
    assert_eq!(me["user"]["id"], json!(rep.id));
    assert_eq!(me["permissions"]["opportunity"]["update"], "none");

    let mut owner = app.db.database.maintenance().await.unwrap();
    let kept: Vec<String> =
        sqlx::query_scalar("select to_jsonb(k)::text from api_key k").fetch_all(&mut owner).await.unwrap();
    assert!(kept.iter().all(|row| !row.contains(secret)), "only its hash is kept");
    let told: Vec<String> =
        sqlx::query_scalar("select to_jsonb(e)::text from event e").fetch_all(&mut owner).await.unwrap();
    assert!(told.iter().all(|row| !row.contains(secret)));
}

/// On each surface the narrower of the key and its owner counts.
#[tokio::test]
async fn a_key_narrower_than_its_owner_is_so_everywhere() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let theirs = rep.opportunity("Walrus of the rep", json!({})).await;
    let mine = app.admin.opportunity("Walrus of the administrator", json!({})).await;
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();
    let (program, _) =
        key(&app.admin, json!({ "opportunity": { "read": "own", "update": "own" }, "audit": { "read": "all" } })).await;

    assert_eq!(program.get("/opportunities?count=true").await.ok()["total"], 1);
    assert_eq!(program.get("/opportunities").await.names(), ["Walrus of the administrator"]);
    assert_eq!(program.get("/opportunities?q=walrus").await.names(), ["Walrus of the administrator"]);
    assert_eq!(program.get(&format!("/opportunities?owner_id={}", rep.id)).await.names(), Vec::<String>::new());
    let hits = program.get("/search?q=walrus").await.ok();
    assert_eq!(hits["items"].as_array().unwrap().len(), 1);
    let board = program.get("/opportunities/board").await.ok();
    let counted: i64 = board["columns"].as_array().unwrap().iter().map(|c| c["count"].as_i64().unwrap()).sum();
    assert_eq!(counted, 1);
    assert!(!board.to_string().contains("of the rep"));
    for path in ["", "/timeline", "/transitions"] {
        assert_eq!(
            program.get(&format!("/opportunities/{}{path}", id(&theirs))).await.problem(),
            "404 not_found",
            "{path}"
        );
        assert_eq!(program.get(&format!("/opportunities/{}{path}", id(&mine))).await.status, 200, "{path}");
    }
    let rename = json!({ "name": "Renamed", "version": 1 });
    assert_eq!(
        program.patch(&format!("/opportunities/{}", id(&theirs)), rename.clone()).await.problem(),
        "404 not_found"
    );
    assert_eq!(program.patch(&format!("/opportunities/{}", id(&mine)), rename).await.status, 200);
    assert_eq!(program.delete(&format!("/opportunities/{}", id(&mine))).await.problem(), "403 forbidden");
    assert_eq!(program.post("/opportunities", json!({ "name": "New" })).await.problem(), "403 forbidden");
    for path in ["/accounts", "/contacts", "/tasks", "/users", "/products", "/imports", "/roles"] {
        assert_eq!(program.get(path).await.problem(), "403 forbidden", "{path}");
    }
    let seen = program.get("/audit?object=opportunity").await.ok();
    let names: Vec<&str> =
        seen["items"].as_array().unwrap().iter().map(|e| e["subject"]["name"].as_str().unwrap()).collect();
    assert!(!names.is_empty() && names.iter().all(|n| !n.contains("rep")), "{names:?}");
}

#[tokio::test]
async fn no_key_is_made_wider_than_its_owner_and_none_stays_so() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let asking = &rep;
    let ask = |scopes: Value| async move {
        asking.post("/api-keys", json!({ "name": "Wide", "scopes": scopes })).await.problem()
    };
    assert_eq!(ask(json!({ "opportunity": { "read": "all" } })).await, "422 invalid: scopes.opportunity.read");
    assert_eq!(ask(json!({ "audit": { "read": "all" } })).await, "422 invalid: scopes.audit.read");
    assert_eq!(ask(json!({ "agent": { "use": "all" } })).await, "422 invalid: scopes.agent.use");
    assert_eq!(ask(json!({ "api_key": { "create": "own" } })).await, "422 invalid: scopes.api_key.create");
    assert_eq!(ask(json!({})).await, "422 invalid: scopes");
    let grantable = rep.get("/api-keys/scopes").await.ok();
    assert_eq!(grantable["scopes"]["opportunity"]["read"], "own");
    assert_eq!(grantable["scopes"]["agent"], Value::Null);

    // The owner's roles are taken away: the key goes with them, and comes back with them.
    let (program, _) = key(&rep, json!({ "opportunity": { "read": "own" } })).await;
    assert_eq!(program.get("/opportunities").await.status, 200);
    change(&app, "delete from user_role where user_id = $1", &rep).await;
    assert_eq!(program.get("/opportunities").await.problem(), "403 forbidden");
}

async fn change(app: &TestApp, sql: &'static str, who: &Person) {
    let mut tx = app.db.database.system().await.unwrap();
    sqlx::query(sql).bind(who.id.0).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_key_ends_at_once_when_it_is_revoked_or_its_owner_deactivated() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let scopes = json!({ "opportunity": { "read": "own" } });
    let (program, made) = key(&rep, scopes.clone()).await;
    let (other, _) = key(&rep, scopes).await;
    assert_eq!(program.get("/opportunities").await.status, 200);
    let path = format!("/api-keys/{}", made["id"].as_str().unwrap());
    assert_eq!(app.user(Builtin::SalesRep).await.delete(&path).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.delete(&path).await.problem(), "404 not_found");
    assert_eq!(rep.delete(&path).await.status, 204);
    let refused = program.get("/opportunities").await;
    assert_eq!(refused.problem(), "401 invalid_key");
    assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"dealwright\", error=\"invalid_token\"");
    assert_eq!(rep.delete(&path).await.status, 204, "once more is as well");

    assert_eq!(other.get("/opportunities").await.status, 200);
    change(&app, "update app_user set active = false where id = $1", &rep).await;
    assert_eq!(other.get("/opportunities").await.problem(), "401 invalid_key");
    let listed = app.admin.get(&format!("/api-keys?owner_id={}", rep.id)).await.ok();
    let mut states: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|k| k["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["owner_inactive", "revoked"]);
}

#[tokio::test]
async fn a_key_ends_when_its_time_is_over() {
    let clock = clock();
    let app = app_at(&clock).await;
    let body = |expires_at: &str| json!({ "name": "Short", "scopes": { "opportunity": { "read": "all" } }, "expires_at": expires_at });
    for wrong in ["2026-03-04T08:59:59Z", "2027-03-06T00:00:00Z"] {
        assert_eq!(app.admin.post("/api-keys", body(wrong)).await.problem(), "422 invalid: expires_at", "{wrong}");
    }
    let made = app.admin.post("/api-keys", body("2026-03-04T09:00:30Z")).await.ok();
    let program = app.admin.with_key(made["secret"].as_str().unwrap());
    assert_eq!(program.get("/opportunities").await.status, 200);
    clock.advance(TimeDelta::seconds(31));
    assert_eq!(program.get("/opportunities").await.problem(), "401 invalid_key", "although it was kept in memory");
    let usual = app
        .admin
        .post("/api-keys", json!({ "name": "Usual", "scopes": { "opportunity": { "read": "all" } } }))
        .await
        .ok();
    assert!(usual["expires_at"].as_str().unwrap().starts_with("2026-06-02T"), "90 days");
}

#[tokio::test]
async fn after_a_rotation_the_former_secret_lasts_for_the_overlap() {
    let clock = clock();
    let app = app_at(&clock).await;
    let (first, made) = key(&app.admin, json!({ "opportunity": { "read": "all" } })).await;
    let path = format!("/api-keys/{}/rotation", made["id"].as_str().unwrap());
    assert_eq!(app.admin.post(&path, json!({ "overlap_hours": 25 })).await.problem(), "422 invalid: overlap_hours");
    assert_eq!(first.get("/opportunities").await.status, 200);
    let rotated = app.admin.post(&path, json!({ "overlap_hours": 2 })).await.ok();
    let second = app.admin.with_key(rotated["secret"].as_str().unwrap());
    assert_eq!(rotated["former_until"], "2026-03-04T11:00:00Z");
    for program in [&first, &second] {
        assert_eq!(program.get("/opportunities").await.status, 200);
    }
    clock.advance(TimeDelta::hours(2));
    assert_eq!(first.get("/opportunities").await.problem(), "401 invalid_key");
    assert_eq!(second.get("/opportunities").await.status, 200);
    let at_once = app.admin.post(&path, json!({})).await.ok();
    assert_eq!(second.get("/opportunities").await.problem(), "401 invalid_key");
    assert_eq!(app.admin.with_key(at_once["secret"].as_str().unwrap()).get("/opportunities").await.status, 200);
    assert_eq!(app.admin.delete(&format!("/api-keys/{}", made["id"].as_str().unwrap())).await.status, 204);
    assert_eq!(app.admin.post(&path, json!({})).await.problem(), "409 key_ended");
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let clock = clock();
    let app = app_at(&clock).await;
    let (program, _) = key(&app.admin, json!({ "opportunity": { "read": "all" } })).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        // Whatever changes access makes the key be read again.
        app.user(Builtin::SalesRep).await;
        assert_eq!(program.get("/opportunities").await.status, 200);
        seen.push(app.admin.get("/api-keys").await.ok()["items"][0]["last_used_at"].as_str().unwrap().to_owned());
        clock.advance(TimeDelta::seconds(30));
    }
    assert_eq!(seen, ["2026-03-04T09:00:00Z", "2026-03-04T09:00:00Z", "2026-03-04T09:01:00Z", "2026-03-04T09:01:00Z"]);
}

#[tokio::test]
async fn what_is_no_key_opens_nothing_even_beside_a_cookie() {
    let app = TestApp::new().await;
    let (_, made) = key(&app.admin, json!({ "opportunity": { "read": "all" } })).await;
    let secret = made["secret"].as_str().unwrap();
    let mut mistyped = secret.to_owned();
    mistyped.replace_range(10..11, if &secret[10..11] == "a" { "b" } else { "a" });
    let long = "x".repeat(5000);
    for wrong in [mistyped.as_str(), "dw_", "nonsense", "", &secret[1..], long.as_str()] {
        let request = app.admin.request(Method::GET, "/me").bearer_auth(wrong);
        assert_eq!(app.admin.send(request).await.problem(), "401 invalid_key", "{wrong}");
    }
    // The same text is nothing in the place of a session.
    let cookie = format!("dealwright_session={secret}");
    assert_eq!(app.admin.with_cookie(&cookie).get("/me").await.problem(), "401 not_signed_in");
    // With both, the bearer counts: what it may not, the cookie does not make good.
    let request = app.admin.request(Method::GET, "/users").bearer_auth(secret);
    assert_eq!(app.admin.send(request).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn what_only_a_person_may_do_refuses_keys() {
    let app = TestApp::new().await;
    let everything = app.admin.get("/api-keys/scopes").await.ok()["scopes"].clone();
    let (program, made) = key(&app.admin, everything).await;
    let id = made["id"].as_str().unwrap();
    let rotation = format!("/api-keys/{id}/rotation");
    for (method, path) in [
        (Method::GET, "/sessions"),
        (Method::DELETE, "/session"),
        (Method::DELETE, "/sessions/0199aaaa-0000-7000-8000-000000000000"),
        (Method::GET, "/api-keys"),
        (Method::GET, "/api-keys/scopes"),
        (Method::POST, "/api-keys"),
        (Method::POST, rotation.as_str()),
        (Method::GET, "/service-accounts"),
        (Method::POST, "/service-accounts"),
        (Method::GET, "/oauth-clients"),
        (Method::POST, "/oauth-clients"),
    ] {
        let request = program.request(method.clone(), path);
        let request = if method == Method::POST { request.json(&json!({})) } else { request };
        assert_eq!(program.send(request).await.problem(), "403 session_required", "{method} {path}");
    }
}

#[tokio::test]
async fn a_program_is_not_held_for_another_site() {
    let app = TestApp::new().await;
    let (program, _) = key(&app.admin, json!({ "opportunity": { "create": "all", "read": "all" } })).await;
    let request = program
        .request(Method::POST, "/opportunities")
        .header("origin", "https://tools.example")
        .json(&json!({ "name": "From a tool" }));
    assert_eq!(program.send(request).await.status, 201);
}

#[tokio::test]
async fn an_answer_with_a_secret_is_not_kept_for_its_idempotency_key() {
    let app = TestApp::new().await;
    let body = json!({ "name": "Once", "scopes": { "opportunity": { "read": "all" } } });
    let request = || app.admin.request(Method::POST, "/api-keys").header("idempotency-key", "k-1").json(&body);
    let first = app.admin.send(request()).await;
    assert_eq!(first.status, 201);
    let mut owner = app.db.database.maintenance().await.unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from idempotency").fetch_one(&mut owner).await.unwrap();
    assert_eq!(kept, 0);
    // What a person was answered is not replayed to a key of theirs.
    let post = |who: Person| async move {
        let request = who
            .request(Method::POST, "/opportunities")
            .header("idempotency-key", "shared")
            .json(&json!({ "name": "Same" }));
        who.send(request).await
    };
    assert_eq!(post(app.admin.clone()).await.status, 201);
    assert_eq!(post(app.admin.with_key(first.body["secret"].as_str().unwrap())).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn wrong_keys_are_throttled_by_address() {
    let app = TestApp::new().await;
    let (program, made) = key(&app.admin, json!({ "opportunity": { "read": "all" } })).await;
    assert_eq!(app.admin.delete(&format!("/api-keys/{}", made["id"].as_str().unwrap())).await.status, 204);
    for _ in 0..100 {
        assert_eq!(program.get("/opportunities").await.problem(), "401 invalid_key");
    }
    let answer = program.get("/opportunities").await;
    assert_eq!(answer.problem(), "429 too_many_attempts");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(app.admin.get("/opportunities").await.status, 200, "who is signed in goes on");
}

#[tokio::test]
async fn an_administrator_sees_and_revokes_all_keys_and_makes_none_in_anothers_name() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let (program, made) = key(&rep, json!({ "opportunity": { "read": "own" } })).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(app.admin.get("/api-keys").await.names(), ["Sync"]);
    assert_eq!(app.user(Builtin::SalesRep).await.get("/api-keys").await.names(), Vec::<String>::new());
    assert_eq!(app.stranger().await.get("/api-keys").await.names(), Vec::<String>::new());
    let body = json!({ "name": "In your name", "owner_id": rep.id, "scopes": { "opportunity": { "read": "own" } } });
    assert_eq!(app.admin.post("/api-keys", body).await.problem(), "422 invalid: owner_id");
    assert_eq!(app.admin.post(&format!("/api-keys/{id}/rotation"), json!({})).await.problem(), "422 invalid: owner_id");
    let body =
        json!({ "name": "In your name", "owner_id": app.admin.id, "scopes": { "opportunity": { "read": "own" } } });
    assert_eq!(rep.post("/api-keys", body).await.problem(), "403 owner_out_of_scope: owner_id");
    assert_eq!(app.admin.delete(&format!("/api-keys/{id}")).await.status, 204);
    assert_eq!(program.get("/opportunities").await.problem(), "401 invalid_key");
}
