//! Whose an e-mail domain is: proved by a DNS record, unless nobody else is on the server.

use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::issuer::{Issuer, Lie};
use dealwright_testkit::{Browser, NameServer, TestApp, TestOptions};
use serde_json::{Value, json};

use super::{PUBLIC, outcome, set_up, start};

#[tokio::test]
async fn the_only_organisation_needs_no_proof() {
    let app = TestApp::new().await;
    set_up(&app.admin, "https://idp.acme.test", json!({})).await;
    let claimed = app.admin.get("/domains").await.ok()["items"][0].clone();
    assert_eq!((&claimed["domain"], &claimed["proof"]), (&json!("acme.test"), &json!("sole")));
    assert!(claimed["verified_at"].is_string());
    // It stays so when others come.
    app.stranger().await;
    let ways = app.nobody().get("/session/providers?email=ada@acme.test").await.ok();
    assert_eq!(ways["items"][0]["name"], "Acme ID");
}

#[tokio::test]
async fn a_domain_without_proof_signs_nobody_in() {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    let dns = NameServer::start().await;
    let options = TestOptions { clock: clock.clone(), name_server: Some(dns.clone()), ..TestOptions::default() };
    let app = TestApp::with(options).await;
    let (admin, rep, stranger) = (&app.admin, app.user(Builtin::SalesRep).await, app.stranger().await);
    let issuer = Issuer::start(&clock).await;
    let id = set_up(admin, &issuer.url, json!({})).await;
    let claimed = admin.get("/domains").await.ok()["items"][0].clone();
    assert_eq!(
        (&claimed["verified_at"], &claimed["proof"], &claimed["problem"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let (name, value) = (claimed["record_name"].as_str().unwrap(), claimed["record_value"].as_str().unwrap());
    assert_eq!(name, "_dealwright-challenge.acme.test");

    let come = async || {
        let browser = Browser::new(&app.url, PUBLIC);
        let begun = browser.get(&start(&id)).await;
        let claims = json!({ "sub": "ada", "email": "ada@acme.test", "email_verified": true });
        outcome(&browser.get(&issuer.authorize(begun.to(), Lie { claims, ..Lie::default() })).await)
    };
    let ways = async || app.nobody().get("/session/providers?email=ada@acme.test").await.ok()["items"].clone();
    assert_eq!(ways().await, json!([]), "nobody is sent there");
    assert_eq!(come().await, "sso_domain_not_trusted");

    let verify = "/domains/acme.test/verification";
    assert_eq!(rep.post(verify, json!({})).await.problem(), "403 forbidden");
    assert_eq!(rep.get("/domains").await.problem(), "403 forbidden");
    assert_eq!(stranger.post(verify, json!({})).await.problem(), "404 not_found");
    assert_eq!(admin.post(verify, json!({})).await.problem(), "409 domain_not_verified: domain");
    dns.set(name, &["v=spf1 -all", "dealwright-domain-verification=another"]);
    assert_eq!(admin.post(verify, json!({})).await.problem(), "409 domain_not_verified: domain");
    let problem = admin.get("/domains").await.ok()["items"][0]["problem"].clone();
    assert!(problem.as_str().unwrap().contains("something else"), "{problem}");

    // Another organisation may claim it too, and has another record to show.
    let theirs = set_up(&stranger, &issuer.url, json!({ "domains": ["acme.test"] })).await;
    let other = stranger.get("/domains").await.ok()["items"][0]["record_value"].clone();
    assert_ne!(other, json!(value));

    dns.set(name, &["v=spf1 -all", value]);
    let proved = admin.post(verify, json!({})).await;
    assert_eq!((&proved.body["proof"], &proved.body["problem"]), (&json!("dns"), &Value::Null), "{}", proved.body);
    assert!(!proved.event().is_empty());
    assert_eq!(ways().await[0]["name"], "Acme ID");
    assert_eq!(come().await, "in");
    // It is looked for once: what is proved stays so, and nobody else gets it any more.
    dns.set(name, &[other.as_str().unwrap()]);
    assert_eq!(admin.post(verify, json!({})).await.ok()["proof"], "dns");
    assert_eq!(stranger.post(verify, json!({})).await.problem(), "409 domain_taken: domains");
    stranger.delete(&format!("/identity-providers/{theirs}")).await;
    let again = json!({ "name": "Again", "issuer": issuer.url, "client_id": "x", "domains": ["acme.test"] });
    assert_eq!(stranger.post("/identity-providers", again).await.problem(), "409 domain_taken: domains");
    let told = admin.get("/audit?type=organisation.domain_verified").await.ok();
    assert_eq!(told["items"][0]["data"], json!({ "domain": "acme.test" }));
}

#[tokio::test]
async fn name_servers_that_do_not_answer_prove_nothing() {
    // Nobody listens there.
    let mut nobody = NameServer::start().await;
    nobody.address = "127.0.0.1:9".parse().unwrap();
    let app = TestApp::with(TestOptions { name_server: Some(nobody), ..TestOptions::default() }).await;
    app.stranger().await;
    set_up(&app.admin, "https://idp.acme.test", json!({})).await;
    let refused = app.admin.post("/domains/acme.test/verification", json!({})).await;
    assert_eq!(refused.problem(), "503 dns_unreachable");
    let claimed = app.admin.get("/domains").await.ok()["items"][0].clone();
    assert!(claimed["verified_at"].is_null() && claimed["problem"].is_string(), "{claimed}");
}
