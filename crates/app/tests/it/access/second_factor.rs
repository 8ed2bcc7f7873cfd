//! Authenticator apps and recovery codes: set up, asked for, good once, demanded, taken away.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use serde_json::{Value, json};
use totp_rs::Totp;

use super::letters;
use super::signin::{browser, invited, sign_in};

const PASSWORD: &str = "a new horse battery";

async fn at_noon() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

/// Somebody's authenticator app.
struct Authenticator(Totp);

impl Authenticator {
    fn code(&self, at: DateTime<Utc>) -> String {
        self.0.generate(at.timestamp() as u64).to_string()
    }
}

/// Sets up an app, and moves on to its next code.
async fn enrol(person: &Person, clock: &Clock) -> (Authenticator, Vec<String>) {
    let begun = person.post("/me/totp", json!({})).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let phone = Authenticator(Totp::from_url(begun.body["uri"].as_str().unwrap()).unwrap());
    let confirmed = person.post("/me/totp/confirmation", json!({ "code": phone.code(clock.now()) })).await.ok();
    clock.advance(TimeDelta::seconds(60));
    (phone, serde_json::from_value(confirmed["recovery_codes"].clone()).unwrap())
}

async fn answer(app: &TestApp, challenge: &Value, code: &str) -> Answer {
    app.nobody().post("/session/second-factor", json!({ "challenge": challenge["challenge"], "code": code })).await
}

#[tokio::test]
async fn an_app_is_set_up_and_then_asked_for() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let keyed = rep.request(reqwest::Method::POST, "/me/totp").header("idempotency-key", "once").json(&json!({}));
    let begun = rep.send(keyed).await.ok();
    let mut owner = app.db.database.maintenance().await.unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from idempotency").fetch_one(&mut owner).await.unwrap();
    assert_eq!(kept, 0, "a secret is not kept for a replay");
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/Dealwright:"), "{begun}");
    assert!(begun["qr_svg"].as_str().unwrap().contains("<svg"));
    let wrong = rep.post("/me/totp/confirmation", json!({ "code": "000000" })).await;
    assert_eq!(wrong.problem(), "422 invalid: code");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204, "nobody is asked for what is not confirmed");
    let (phone, codes) = enrol(&rep, &clock).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(rep.post("/me/totp", json!({})).await.problem(), "409 already_set_up");
    let mine = rep.get("/me/second-factor").await.ok();
    assert_eq!((mine["totp_since"].is_string(), &mine["recovery_codes_left"]), (true, &json!(10)));

    let first = sign_in(&app, &rep.email, PASSWORD).await;
    assert_eq!((first.status, first.headers.contains_key("set-cookie")), (200, false));
    assert_eq!(first.body["second_factor"], json!(["totp", "recovery_code"]));
    assert_eq!(answer(&app, &first.body, "123").await.problem(), "401 invalid_code");
    let inside = answer(&app, &first.body, &phone.code(clock.now())).await;
    assert_eq!(inside.status, 204, "{}", inside.body);
    assert_eq!(browser(&app, &inside).get("/me").await.status, 200);
    let again = answer(&app, &first.body, &phone.code(clock.now())).await;
    assert_eq!(again.problem(), "401 challenge_expired", "a challenge is good once");
    assert!(letters::to(&app, &rep.email).await.iter().any(|l| l.contains("An authenticator app was set up")));
}

#[tokio::test]
async fn a_code_is_good_once_and_one_step_early_or_late() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (phone, _) = enrol(&rep, &clock).await;
    let challenge = || async { sign_in(&app, &rep.email, PASSWORD).await.ok() };
    let code = phone.code(clock.now());
    assert_eq!(answer(&app, &challenge().await, &code).await.status, 204);
    assert_eq!(answer(&app, &challenge().await, &code).await.problem(), "401 invalid_code", "replayed");
    let before = phone.code(clock.now() - TimeDelta::seconds(30));
    assert_eq!(answer(&app, &challenge().await, &before).await.problem(), "401 invalid_code", "older than the last");
    let next = phone.code(clock.now() + TimeDelta::seconds(30));
    assert_eq!(answer(&app, &challenge().await, &next).await.status, 204, "a clock that is fast");
    clock.advance(TimeDelta::minutes(5));
    let late = phone.code(clock.now() - TimeDelta::seconds(30));
    assert_eq!(answer(&app, &challenge().await, &late).await.status, 204, "a clock that is slow");
    let far = phone.code(clock.now() + TimeDelta::seconds(90));
    assert_eq!(answer(&app, &challenge().await, &far).await.problem(), "401 invalid_code");
    // Two at once with one code: one comes in.
    clock.advance(TimeDelta::minutes(5));
    let (one, two, code) = (challenge().await, challenge().await, phone.code(clock.now()));
    let (one, two) = tokio::join!(answer(&app, &one, &code), answer(&app, &two, &code));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
}

#[tokio::test]
async fn a_recovery_code_is_good_once_and_a_new_set_ends_the_old_one() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (_, codes) = enrol(&rep, &clock).await;
    let challenge = || async { sign_in(&app, &rep.email, PASSWORD).await.ok() };
    let inside = answer(&app, &challenge().await, &codes[0].to_uppercase().replace('-', " ")).await;
    assert_eq!(inside.status, 204);
    assert_eq!(answer(&app, &challenge().await, &codes[0]).await.problem(), "401 invalid_code");
    let told = letters::to(&app, &rep.email).await;
    assert!(told.iter().any(|l| l.contains("with a recovery code. 9 are left.")), "{told:?}");
    let here = browser(&app, &inside);
    let fresh: Vec<String> =
        serde_json::from_value(here.post("/me/recovery-codes", json!({})).await.ok()["recovery_codes"].clone())
            .unwrap();
    assert_eq!(answer(&app, &challenge().await, &codes[1]).await.problem(), "401 invalid_code");
    assert_eq!(answer(&app, &challenge().await, &fresh[1]).await.status, 204);
    // None of them, nor the secret, lies open in the database.
    let mut owner = app.db.database.maintenance().await.unwrap();
    let hashes: Vec<Vec<u8>> =
        sqlx::query_scalar("select code_hash from recovery_code").fetch_all(&mut owner).await.unwrap();
    assert_eq!(hashes.len(), 10);
    let sealed: Vec<u8> = sqlx::query_scalar("select secret from totp").fetch_one(&mut owner).await.unwrap();
    assert_ne!(sealed.len(), 20);
}

#[tokio::test]
async fn guessing_is_throttled_by_challenge_and_by_person() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (phone, codes) = enrol(&rep, &clock).await;
    for _ in 0..2 {
        let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
        for _ in 0..5 {
            assert_eq!(answer(&app, &challenge, "000000").await.problem(), "401 invalid_code");
        }
        let right = answer(&app, &challenge, &phone.code(clock.now())).await;
        assert_eq!(right.problem(), "401 challenge_expired", "five tries a challenge");
    }
    let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
    assert_eq!(answer(&app, &challenge, &codes[0]).await.problem(), "429 too_many_attempts");
    clock.advance(TimeDelta::minutes(16));
    let slow = answer(&app, &challenge, &codes[0]).await;
    assert_eq!(slow.problem(), "401 challenge_expired", "ten minutes");
    let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
    assert_eq!(answer(&app, &challenge, &codes[0]).await.status, 204);
}

#[tokio::test]
async fn what_is_dangerous_wants_both_factors_again() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (phone, _) = enrol(&rep, &clock).await;
    clock.advance(TimeDelta::minutes(11));
    for (method, path) in [("DELETE", "/me/totp"), ("POST", "/me/recovery-codes")] {
        let request = rep.request(method.parse().unwrap(), path).json(&json!({}));
        assert_eq!(rep.send(request).await.problem(), "403 reauthentication_required", "{method} {path}");
    }
    let confirm = |body| rep.post("/session/confirmation", body);
    assert_eq!(confirm(json!({ "password": PASSWORD })).await.problem(), "422 invalid: code");
    assert_eq!(confirm(json!({ "code": phone.code(clock.now()) })).await.problem(), "422 invalid: password");
    let both = json!({ "password": PASSWORD, "code": phone.code(clock.now()) });
    assert_eq!(confirm(both).await.status, 204);
    assert_eq!(rep.delete("/me/totp").await.status, 204);
    assert_eq!(rep.delete("/me/totp").await.problem(), "404 not_found");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204);
}

#[tokio::test]
async fn an_organisation_demands_a_second_factor() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let policy = app.admin.patch("/sign-in-policy", json!({ "second_factor": "administrators", "version": 1 })).await;
    assert_eq!(policy.status, 200);
    assert_eq!(rep.get("/opportunities").await.status, 200);
    let admin = browser(&app, &sign_in(&app, "admin@acme.test", "correct horse battery").await);
    assert_eq!(admin.get("/opportunities").await.problem(), "403 second_factor_required");
    assert_eq!(admin.get("/users").await.problem(), "403 second_factor_required");
    app.admin.patch("/sign-in-policy", json!({ "second_factor": "everyone", "version": 2 })).await.ok();
    assert_eq!(rep.get("/opportunities").await.problem(), "403 second_factor_required", "running sessions too");
    assert_eq!(rep.get("/me").await.ok()["must_set_up_second_factor"], true);
    let (_, _) = enrol(&rep, &clock).await;
    assert_eq!(rep.get("/opportunities").await.status, 200);
    assert_eq!(rep.get("/me").await.ok()["must_set_up_second_factor"], false);
    assert_eq!(rep.delete("/me/totp").await.problem(), "409 second_factor_demanded");
    // Off: not even those who have one are asked.
    app.admin.patch("/sign-in-policy", json!({ "second_factor": "off", "version": 3 })).await.ok();
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204);
    assert_eq!(admin.post("/me/totp", json!({})).await.problem(), "409 second_factor_off");
}

#[tokio::test]
async fn an_administrator_takes_a_lost_one_away() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let _ = enrol(&rep, &clock).await;
    let path = format!("/users/{}/second-factor", rep.id);
    assert_eq!(rep.delete(&path).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.delete(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.delete(&path).await.status, 204);
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204);
    assert_eq!(app.admin.delete(&path).await.problem(), "404 not_found");
    let told = letters::to(&app, &rep.email).await;
    assert!(told.iter().any(|l| l.contains("Ada Admin took your authenticator app and passkeys away.")), "{told:?}");
}

#[tokio::test]
async fn what_is_sealed_is_sealed_again_and_still_opens() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (phone, _) = enrol(&rep, &clock).await;
    let sealed = || async {
        let mut owner = app.db.database.maintenance().await.unwrap();
        sqlx::query_scalar::<_, Vec<u8>>("select secret from totp").fetch_one(&mut owner).await.unwrap()
    };
    let before = sealed().await;
    // The secret, and the letter that waits.
    assert_eq!(app.state.access.keyring().reseal(&app.db.database).await.unwrap(), 2);
    assert_ne!(sealed().await, before);
    let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
    assert_eq!(answer(&app, &challenge, &phone.code(clock.now())).await.status, 204);
    assert!(letters::to(&app, &rep.email).await.iter().any(|l| l.contains("An authenticator app was set up")));
}
