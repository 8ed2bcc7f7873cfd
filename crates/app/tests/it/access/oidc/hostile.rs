//! What a provider, or somebody who plays one, may not get away with.

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_testkit::issuer::{Issuer, Lie, Sign};
use serde_json::{Value, json};

use super::{Stage, outcome, set_up, start};

#[tokio::test]
async fn a_token_that_does_not_hold_lets_nobody_in() {
    let stage = Stage::new().await;
    let now = stage.clock.now().timestamp();
    let cases: [(Value, &str); 20] = [
        (json!({ "nonce": "another" }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "aud": "another" }), "audience"),
        (json!({ "aud": ["dealwright", "another"] }), "audience"),
        (json!({ "aud": null }), "audience"),
        (json!({ "azp": "another" }), "azp"),
        (json!({ "iss": "https://idp.evil.test" }), "issuer"),
        (json!({ "iss": "no url" }), "read"),
        (json!({ "exp": now - 61 }), "Expired"),
        (json!({ "exp": null }), "read"),
        (json!({ "iat": now + 61 }), "future"),
        (json!({ "nbf": now + 61 }), "not valid yet"),
        (json!({ "nbf": "soon" }), "not valid yet"),
        (json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), "at_hash"),
        (json!({ "sub": null }), "read"),
        (json!({ "sub": "" }), "subject"),
        (json!({ "sub": "a\u{0}b" }), "subject"),
        (json!({ "sub": "x".repeat(300) }), "subject"),
        (json!({ "sub": 7 }), "read"),
        (json!({ "email": ["ada@acme.test"] }), "read"),
    ];
    for (claims, why) in cases {
        let page = stage.come(claims.clone()).await;
        assert_eq!(outcome(&page), "sso_token_invalid", "{claims}");
        let (reason, detail) = stage.refusal().await;
        assert_eq!(reason, "sso_token_invalid");
        assert!(detail.to_lowercase().contains(&why.to_lowercase()), "{claims}: {detail}");
    }
    assert_eq!(stage.roles("ada@acme.test").await, Vec::<String>::new(), "nobody was made");
}

#[tokio::test]
async fn clocks_may_be_off_by_a_minute() {
    let stage = Stage::new().await;
    let now = stage.clock.now().timestamp();
    for claims in [json!({ "exp": now - 59 }), json!({ "iat": now + 59 }), json!({ "nbf": now + 59 })] {
        assert_eq!(outcome(&stage.come(claims.clone()).await), "in", "{claims}");
    }
}

#[tokio::test]
async fn only_a_key_that_the_provider_publishes_signs() {
    let stage = Stage::new().await;
    for sign in [Sign::Not, Sign::ByPublicKey, Sign::ByClientSecret, Sign::ByForgedKey, Sign::ByUnknownKey] {
        let page = stage.sign_in(&stage.browser(), Lie { sign, ..Lie::default() }).await;
        assert_eq!(outcome(&page), "sso_token_invalid", "{sign:?}");
    }
    assert_eq!(outcome(&stage.come(json!({})).await), "in");
}

#[tokio::test]
async fn rotated_keys_are_read_again_and_made_up_ones_do_not_make_us_ask_for_ever() {
    let stage = Stage::new().await;
    assert_eq!(outcome(&stage.come(json!({})).await), "in");
    assert_eq!(stage.issuer.keys_read(), 1);
    stage.issuer.rotate("key-2");
    assert_eq!(outcome(&stage.come(json!({})).await), "in");
    assert_eq!(stage.issuer.keys_read(), 2);
    for _ in 0..3 {
        let made_up = Lie { sign: Sign::ByUnknownKey, ..Lie::default() };
        assert_eq!(outcome(&stage.sign_in(&stage.browser(), made_up).await), "sso_token_invalid");
    }
    assert_eq!(stage.issuer.keys_read(), 2, "once a minute is enough");
    stage.clock.advance(TimeDelta::seconds(61));
    stage.issuer.rotate("key-3");
    assert_eq!(outcome(&stage.come(json!({})).await), "in");
    assert_eq!(stage.issuer.keys_read(), 3);
}

#[tokio::test]
async fn a_state_is_used_once_in_time_and_by_the_browser_that_began() {
    let stage = Stage::new().await;
    let (mine, other) = (stage.browser(), stage.browser());
    let begun = mine.get(&start(&stage.id)).await;
    assert!(begun.cookies[0].contains("HttpOnly") && begun.cookies[0].contains("SameSite=Lax"), "{:?}", begun.cookies);
    let back = stage.issuer.authorize(begun.to(), Lie::default());
    assert_eq!(outcome(&other.get(&back).await), "sso_state_invalid", "another browser");
    assert_eq!(outcome(&mine.get(&back).await), "sso_state_invalid", "what another browser tried is used up");

    let begun = mine.get(&start(&stage.id)).await;
    let back = stage.issuer.authorize(begun.to(), Lie::default());
    assert_eq!(outcome(&mine.get(&back).await), "in");
    assert_eq!(outcome(&mine.get(&back).await), "sso_state_invalid", "replayed");

    let begun = mine.get(&start(&stage.id)).await;
    let late = stage.issuer.authorize(begun.to(), Lie::default());
    stage.clock.advance(TimeDelta::minutes(10));
    assert_eq!(outcome(&mine.get(&late).await), "sso_state_invalid", "too late");

    for odd in
        ["/auth/oidc/callback", "/auth/oidc/callback?state=&code=x", "/auth/oidc/callback?state=a&state=b&code=x"]
    {
        assert_eq!(outcome(&mine.get(odd).await), "sso_state_invalid", "{odd}");
    }
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    let (one, two) = (browser.get(&start(&stage.id)).await, browser.get(&start(&stage.id)).await);
    let back = |to: &str| stage.issuer.authorize(to, Lie::default());
    assert_eq!(outcome(&browser.get(&back(one.to())).await), "in");
    assert_eq!(outcome(&browser.get(&back(two.to())).await), "in");
}

#[tokio::test]
async fn a_code_is_used_once() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    let first = browser.get(&start(&stage.id)).await;
    let back = stage.issuer.authorize(first.to(), Lie::default());
    assert_eq!(outcome(&browser.get(&back).await), "in");
    // The used code under a fresh state.
    let second = browser.get(&start(&stage.id)).await;
    let fresh = stage.issuer.authorize(second.to(), Lie::default());
    let stolen = fresh.replace("code-2", "code-1");
    assert_eq!(outcome(&browser.get(&stolen).await), "sso_provider_refused");
}

#[tokio::test]
async fn the_answer_of_one_provider_is_not_taken_for_another_ones() {
    let stage = Stage::new().await;
    let evil = Issuer::start(&stage.clock).await;
    let evil_id = set_up(&stage.app.admin, &evil.url, json!({ "name": "Evil", "domains": [] })).await;
    let browser = stage.browser();
    // Begun at the evil one, which sends the browser on to the honest one and hands its answer over.
    let begun = browser.get(&start(&evil_id)).await;
    let honest = stage.issuer.authorize(begun.to(), Lie::default());
    assert_eq!(outcome(&browser.get(&honest).await), "sso_state_invalid");
    let (_, detail) = stage.refusal().await;
    assert!(detail.contains(&stage.issuer.url) && detail.contains(&evil.url), "{detail}");
    // Without saying who it is from, though both always say so.
    let begun = browser.get(&start(&evil_id)).await;
    let silent = evil.authorize(begun.to(), Lie::default());
    let silent = silent.split("&iss=").next().unwrap();
    assert_eq!(outcome(&browser.get(silent).await), "sso_state_invalid");
    // A token that the evil one copies from the honest one's name.
    let begun = browser.get(&start(&evil_id)).await;
    let lie = Lie { claims: json!({ "iss": stage.issuer.url }), ..Lie::default() };
    assert_eq!(outcome(&browser.get(&evil.authorize(begun.to(), lie)).await), "sso_token_invalid");
}

#[tokio::test]
async fn an_address_finds_an_account_only_when_it_is_verified_and_of_our_domain() {
    let stage = Stage::new().await;
    let domains = json!({ "version": 1, "domains": ["acme.test", "other.test"] });
    stage.app.admin.patch(&format!("/identity-providers/{}", stage.id), domains).await.ok();
    let stranger = stage.app.stranger().await;
    for (claims, code) in [
        (json!({ "email": "admin@acme.test", "email_verified": false }), "sso_email_not_verified"),
        (json!({ "email": "admin@acme.test", "email_verified": null }), "sso_email_not_verified"),
        (json!({ "email": "admin@acme.test\u{0}" }), "sso_email_not_verified"),
        (json!({ "email": "admin@evil.test" }), "sso_domain_not_trusted"),
        (json!({ "email": null }), "sso_email_not_verified"),
        // Of another organisation of this server: that is not told.
        (json!({ "email": stranger.email }), "sso_no_account"),
    ] {
        assert_eq!(outcome(&stage.come(claims.clone()).await), code, "{claims}");
    }
    assert_eq!(stranger.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_changed_address_moves_nobody_to_another_account() {
    let stage = Stage::new().await;
    let rep = stage.app.user(Builtin::SalesRep).await;
    let linked = stage.person(json!({ "sub": "rep", "email": rep.email })).await;
    assert_eq!(linked.get("/me").await.ok()["user"]["id"], json!(rep.id));
    // The identity now says that it is the administrator.
    let same = stage.person(json!({ "sub": "rep", "email": "admin@acme.test" })).await;
    assert_eq!(same.get("/me").await.ok()["user"]["email"], json!(rep.email));
    // Somebody else is given the rep's old address.
    assert_eq!(outcome(&stage.come(json!({ "sub": "newcomer", "email": rep.email })).await), "sso_identity_conflict");
    // An administrator takes the identity off; then the address counts again, once.
    let path = format!("/identity-providers/{}/identities", stage.id);
    let identities = stage.app.admin.get(&path).await.ok();
    let identity =
        identities["items"].as_array().unwrap().iter().find(|i| i["subject"] == "rep").unwrap()["id"].clone();
    assert_eq!(stage.app.admin.delete(&format!("{path}/{}", identity.as_str().unwrap())).await.status, 204);
    assert_eq!(outcome(&stage.come(json!({ "sub": "newcomer", "email": rep.email })).await), "in");
}

#[tokio::test]
async fn who_was_deactivated_stays_out() {
    let stage = Stage::new().await;
    let rep = stage.app.user(Builtin::SalesRep).await;
    let claims = json!({ "sub": "rep", "email": rep.email });
    assert_eq!(outcome(&stage.come(claims.clone()).await), "in");
    let mut tx = stage.app.db.database.system().await.unwrap();
    sqlx::query("update app_user set active = false where id = $1").bind(rep.id.0).execute(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(outcome(&stage.come(claims).await), "sso_account_deactivated");
    let unlinked = json!({ "sub": "again", "email": rep.email });
    assert_eq!(outcome(&stage.come(unlinked).await), "sso_account_deactivated");
}

#[tokio::test]
async fn huge_and_odd_claims_are_survived() {
    let stage = Stage::new().await;
    let huge: Vec<String> = (0..20_000).map(|n| format!("group-{n}")).collect();
    let odd = json!({
        "groups": huge, "name": "x\u{0}".repeat(5000), "roles": { "deep": [[[]]] }, "_claim_names": 7, "sid": "s\u{0}", "tid": [1],
        "given_name": "\u{202e}evil",
    });
    assert_eq!(outcome(&stage.come(odd).await), "in");
    let too_much = json!({ "filler": "x".repeat(1_100_000) });
    assert_eq!(outcome(&stage.come(too_much).await), "sso_provider_unreachable");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let stage = Stage::new().await;
    for (wanted, to) in [
        ("/opportunities?stage=Won", "/opportunities?stage=Won"),
        ("https://evil.test/", "/"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("/auth/oidc/callback", "/"),
    ] {
        let browser = stage.browser();
        let encoded: String = wanted.bytes().map(|b| format!("%{b:02x}")).collect();
        let begun = browser.get(&format!("{}?return_to={encoded}", start(&stage.id))).await;
        let page = browser.get(&stage.issuer.authorize(begun.to(), Lie::default())).await;
        assert_eq!(page.to(), format!("{}{to}", stage.app.url), "{wanted}");
    }
}

#[tokio::test]
async fn what_the_provider_says_on_the_way_back_is_told_by_a_code() {
    let stage = Stage::new().await;
    for (error, code) in [("access_denied", "sso_cancelled"), ("server_error", "sso_provider_refused")] {
        let browser = stage.browser();
        let begun = browser.get(&start(&stage.id)).await;
        let back = stage.issuer.authorize(begun.to(), Lie::default());
        let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
        let iss = back.split("iss=").nth(1).unwrap();
        let path = format!("/auth/oidc/callback?state={state}&iss={iss}&error={error}&error_description=%3Cscript%3E");
        let page = browser.get(&path).await;
        assert_eq!(outcome(&page), code);
        assert!(!page.to().contains("script"));
    }
    // Not switched on, or not there.
    stage
        .app
        .admin
        .patch(&format!("/identity-providers/{}", stage.id), json!({ "version": 1, "enabled": false }))
        .await
        .ok();
    assert_eq!(outcome(&stage.browser().get(&start(&stage.id)).await), "sso_provider_unknown");
    assert_eq!(outcome(&stage.browser().get(&start("nonsense")).await), "sso_provider_unknown");
}

#[tokio::test]
async fn an_address_that_begins_too_often_waits() {
    let stage = Stage::new().await;
    let browser = stage.browser();
    for _ in 0..100 {
        assert!(browser.get(&start(&stage.id)).await.to().starts_with(&stage.issuer.url));
    }
    assert_eq!(outcome(&browser.get(&start(&stage.id)).await), "sso_too_many_attempts");
    stage.clock.advance(TimeDelta::minutes(11));
    assert!(browser.get(&start(&stage.id)).await.to().starts_with(&stage.issuer.url));
}

#[tokio::test]
async fn userinfo_fills_in_what_the_token_lacks_and_speaks_of_nobody_else() {
    let stage = Stage::new().await;
    let bare = json!({ "email": null, "email_verified": null, "name": null });
    stage.issuer.tell(json!({ "sub": "subject-1", "email": "ada@acme.test", "email_verified": true, "name": "Ada" }));
    assert_eq!(outcome(&stage.come(bare.clone()).await), "in");
    stage.issuer.tell(json!({ "sub": "somebody-else", "email": "admin@acme.test", "email_verified": true }));
    assert_eq!(outcome(&stage.come(bare).await), "sso_token_invalid");
}
