//! Setting identity providers up.

use dealwright_access::policy::Builtin;
use dealwright_testkit::issuer::{CLIENT, Issuer, SECRET};
use serde_json::json;

use super::{Stage, role, set_up};

#[tokio::test]
async fn an_administrator_sets_a_provider_up_and_its_secret_is_never_shown() {
    let stage = Stage::new().await;
    let admin = &stage.app.admin;
    let path = format!("/identity-providers/{}", stage.id);
    let shown = admin.get(&path).await.ok();
    assert_eq!(shown["has_client_secret"], true);
    assert_eq!(shown["redirect_uri"], "http://crm.test/auth/oidc/callback");
    assert!(!shown.to_string().contains(SECRET));
    let mut tx = stage.app.db.database.system().await.unwrap();
    let sealed: Vec<u8> =
        sqlx::query_scalar("select client_secret from identity_provider").fetch_one(tx.db()).await.unwrap();
    assert!(!sealed.windows(6).any(|w| w == &SECRET.as_bytes()[..6]), "it lies open in the database");
    drop(tx);

    let changed = admin
        .patch(&path, json!({ "version": 1, "name": "Okta", "client_secret": "new", "domains": ["ACME.test"] }))
        .await;
    assert_eq!(changed.body["version"], 2, "{}", changed.body);
    let mut tx = stage.app.db.database.system().await.unwrap();
    let event: serde_json::Value =
        sqlx::query_scalar("select changes from event where type = 'identity_provider.updated'")
            .fetch_one(tx.db())
            .await
            .unwrap();
    assert!(!event.to_string().contains("new\"}") && event.to_string().contains("client_secret"), "{event}");
    drop(tx);
    assert_eq!(admin.patch(&path, json!({ "version": 1, "name": "Again" })).await.problem(), "409 version_conflict");
    assert_eq!(admin.patch(&path, json!({ "name": "Again" })).await.problem(), "422 invalid: version");

    let rep = stage.app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get("/identity-providers").await.problem(), "403 forbidden");
    assert_eq!(rep.patch(&path, json!({ "version": 2 })).await.problem(), "403 forbidden");
    let stranger = stage.app.stranger().await;
    assert_eq!(stranger.get(&path).await.problem(), "404 not_found");
    assert_eq!(stranger.patch(&path, json!({ "version": 2, "name": "Mine" })).await.problem(), "404 not_found");
    assert_eq!(stranger.get("/identity-providers").await.ok()["items"], json!([]));
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.problem(), "404 not_found");
}

#[tokio::test]
async fn a_domain_belongs_to_one_organisation() {
    let stage = Stage::new().await;
    let stranger = stage.app.stranger().await;
    let theirs = json!({ "name": "Theirs", "issuer": stage.issuer.url, "client_id": CLIENT, "domains": ["acme.test"] });
    assert_eq!(stranger.post("/identity-providers", theirs.clone()).await.problem(), "409 domain_taken: domains");
    // Two providers of the same organisation may share it; when both let it go, others may have it.
    let second = set_up(&stage.app.admin, &stage.issuer.url, json!({ "name": "Second" })).await;
    for id in [&stage.id, &second] {
        assert_eq!(stage.app.admin.delete(&format!("/identity-providers/{id}")).await.status, 204);
    }
    assert_eq!(stranger.post("/identity-providers", theirs).await.status, 201);
}

#[tokio::test]
async fn what_is_wrong_lands_on_its_field() {
    let stage = Stage::new().await;
    let admin = &stage.app.admin;
    let other_role = role(&stage.app.stranger().await, "Sales Rep").await;
    let new = |more: serde_json::Value| {
        let mut body = json!({ "name": "New", "issuer": "https://idp.test", "client_id": "x" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        async move { admin.post("/identity-providers", body).await.problem() }
    };
    assert_eq!(new(json!({ "issuer": "http://idp.test" })).await, "422 invalid: issuer");
    assert_eq!(new(json!({ "issuer": "https://10.0.0.1" })).await, "422 invalid: issuer");
    assert_eq!(new(json!({ "issuer": "https://169.254.169.254/latest" })).await, "422 invalid: issuer");
    assert_eq!(new(json!({ "domains": ["gmail.com", "x"] })).await, "422 invalid: domains.0, domains.1");
    assert_eq!(new(json!({ "name": "ACME id" })).await, "409 identity_provider_name_taken: name");
    assert_eq!(new(json!({ "default_role_id": other_role })).await, "422 unknown_reference");
    let mapping = json!([{ "claim": "groups", "value": "x", "role_id": other_role }]);
    assert_eq!(new(json!({ "mappings": mapping })).await, "422 unknown_reference");
    assert_eq!(new(json!({ "client_secret": "a\nb" })).await, "422 invalid: client_secret");
    assert_eq!(new(json!({ "name": "a\u{0}b" })).await, "422 invalid: name");
}

#[tokio::test]
async fn trying_a_provider_says_what_is_wrong() {
    let stage = Stage::new().await;
    let check = async |issuer: &str| {
        let answer = stage.app.admin.post("/identity-providers/check", json!({ "issuer": issuer })).await.ok();
        (answer["code"].as_str().unwrap_or("ok").to_owned(), answer["problem"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(check(&stage.issuer.url).await.0, "ok");
    let (code, problem) = check("http://127.0.0.1:1").await;
    assert_eq!(code, "sso_provider_unreachable");
    assert!(problem.contains("127.0.0.1:1"), "{problem}");
    let (code, problem) = check("https://192.168.1.1").await;
    assert_eq!(code, "sso_provider_misconfigured");
    assert!(problem.contains("OUTBOUND_NETWORKS"), "{problem}");

    for (lie, why) in [
        (json!({ "issuer": "https://somebody.else" }), "calls itself"),
        (json!({ "id_token_signing_alg_values_supported": ["HS256", "none"] }), "no algorithm"),
        (json!({ "code_challenge_methods_supported": ["plain"] }), "PKCE"),
        (json!({ "token_endpoint": "https://10.0.0.1/token" }), "private address"),
        (json!({ "jwks_uri": "http://169.254.169.254/keys" }), "https"),
        (json!({ "token_endpoint": null }), "no discovery document"),
    ] {
        let issuer = Issuer::start(&stage.clock).await;
        issuer.publish(&lie);
        let (code, problem) = check(&issuer.url).await;
        assert_eq!(code, "sso_provider_misconfigured", "{lie}");
        assert!(problem.contains(why), "{lie}: {problem}");
    }
}

#[tokio::test]
async fn the_sign_in_page_learns_the_providers_of_a_domain_and_nothing_of_accounts() {
    let stage = Stage::new().await;
    let nobody = stage.app.nobody();
    let of = async |email: &str| nobody.get(&format!("/session/providers?email={email}")).await;
    let known = of("admin@acme.test").await.ok();
    assert_eq!(known, json!({ "items": [{ "id": stage.id, "name": "Acme ID", "kind": "generic" }] }));
    assert_eq!(of("ghost@ACME.test").await.ok(), known);
    assert_eq!(of("admin@other.test").await.ok(), json!({ "items": [] }));
    assert_eq!(of("nonsense").await.problem(), "422 invalid: email");
    let off = json!({ "version": 1, "enabled": false });
    stage.app.admin.patch(&format!("/identity-providers/{}", stage.id), off).await.ok();
    assert_eq!(of("admin@acme.test").await.ok(), json!({ "items": [] }));
}
