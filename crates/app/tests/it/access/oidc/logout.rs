//! Signing out, from either side.

use dealwright_testkit::issuer::Sign;
use dealwright_testkit::{Browser, Page};
use reqwest::Url;
use serde_json::{Value, json};

use super::{PUBLIC, Stage};

async fn tell(stage: &Stage, token: &str) -> Page {
    let server = Browser::new(&stage.app.url, PUBLIC);
    server.post(&format!("/auth/oidc/{}/backchannel-logout", stage.id), &[("logout_token", token)]).await
}

#[tokio::test]
async fn signing_out_goes_on_to_the_provider() {
    let stage = Stage::new().await;
    let ada = stage.person(json!({})).await;
    let out = ada.post("/session/sign-out", json!({})).await.ok();
    let url = Url::parse(out["redirect_to"].as_str().unwrap()).unwrap();
    assert_eq!(url.path(), "/logout");
    let given: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(given["post_logout_redirect_uri"], format!("{PUBLIC}/sign-in"));
    assert_eq!(given["client_id"], "dealwright");
    assert_eq!(given["id_token_hint"].split('.').count(), 3);
    assert_eq!(ada.get("/me").await.problem(), "401 not_signed_in");
    // Whoever came in by a password has nowhere to go on to.
    let admin = stage.app.admin.post("/session/sign-out", json!({})).await.ok();
    assert_eq!(admin, json!({ "redirect_to": null }));
}

#[tokio::test]
async fn the_provider_ends_one_session_or_all_of_a_person() {
    let stage = Stage::new().await;
    let one = stage.person(json!({ "sid": "s-1" })).await;
    let two = stage.person(json!({ "sid": "s-2" })).await;
    let other = stage.person(json!({ "sub": "bob", "email": "bob@acme.test", "sid": "s-3" })).await;
    let token = stage.issuer.logout_token(&json!({ "sid": "s-1" }), Sign::Properly);
    assert_eq!(tell(&stage, &token).await.status, 200);
    assert_eq!(one.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(two.get("/me").await.status, 200);
    let token = stage.issuer.logout_token(&json!({ "sub": "subject-1" }), Sign::Properly);
    assert_eq!(tell(&stage, &token).await.status, 200);
    assert_eq!(two.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(other.get("/me").await.status, 200);
    assert_eq!(stage.app.admin.get("/me").await.status, 200);
    assert_eq!(tell(&stage, &token).await.status, 400, "used already");
}

#[tokio::test]
async fn a_logout_token_that_does_not_hold_ends_nothing() {
    let stage = Stage::new().await;
    let ada = stage.person(json!({ "sid": "s-1" })).await;
    let now = stage.clock.now().timestamp();
    let cases: [Value; 13] = [
        json!({ "aud": "another" }),
        json!({ "iss": "https://idp.evil.test" }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": true } }),
        json!({ "nonce": "n" }),
        json!({ "iat": null }),
        json!({ "iat": now - 301 }),
        json!({ "iat": now + 61 }),
        json!({ "exp": now - 61 }),
        json!({ "jti": null }),
        json!({ "sub": null, "sid": null }),
        json!({ "sub": 7, "sid": ["s-1"] }),
    ];
    for mut claims in cases {
        if claims.get("sub").is_none() {
            claims["sub"] = json!("subject-1");
        }
        let page = tell(&stage, &stage.issuer.logout_token(&claims, Sign::Properly)).await;
        assert_eq!(page.status, 400, "{claims}");
        assert!(page.text.contains("invalid_request"), "{}", page.text);
    }
    for sign in [Sign::Not, Sign::ByPublicKey, Sign::ByClientSecret, Sign::ByForgedKey, Sign::ByUnknownKey] {
        let token = stage.issuer.logout_token(&json!({ "sub": "subject-1" }), sign);
        assert_eq!(tell(&stage, &token).await.status, 400, "{sign:?}");
    }
    for nonsense in ["", "a.b.c", "....", "e30.e30.", "\u{0}"] {
        assert_eq!(tell(&stage, nonsense).await.status, 400, "{nonsense:?}");
    }
    assert_eq!(ada.get("/me").await.status, 200);
}
