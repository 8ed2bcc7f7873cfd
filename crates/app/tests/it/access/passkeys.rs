//! Passkeys: made, shown as the first factor, the second and to confirm; refused when anything does not fit; taken away.

use chrono::TimeDelta;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Authenticator, Person, TestApp, TestOptions};
use serde_json::{Value, json};

use super::letters;
use super::signin::{browser, invited, sign_in};

const PASSWORD: &str = "a new horse battery";
const HERE: &str = "http://crm.test";

async fn at_noon() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

async fn try_to_add(person: &Person, device: &mut Authenticator, name: &str) -> Answer {
    let begun = person.post("/me/passkeys/registration", json!({})).await.ok();
    let credential = device.create(&begun["public_key"]);
    let body = json!({ "ceremony": begun["ceremony"], "name": name, "credential": credential });
    person.post("/me/passkeys", body).await
}

/// A device with a passkey of this person's, and what adding it was answered with.
async fn with_passkey(person: &Person) -> (Authenticator, Value) {
    let mut device = Authenticator::new(HERE);
    let added = try_to_add(person, &mut device, "Laptop").await;
    assert_eq!(added.status, 201, "{}", added.body);
    (device, added.body)
}

/// What the device answers to a new challenge of the sign-in page.
async fn assertion(app: &TestApp, device: &mut Authenticator) -> Value {
    let begun = app.nobody().post("/session/passkey/challenge", json!({})).await.ok();
    json!({ "ceremony": begun["ceremony"], "credential": device.get(&begun["public_key"]) })
}

async fn enter(app: &TestApp, assertion: Value) -> Answer {
    app.nobody().post("/session/passkey", assertion).await
}

async fn events(app: &TestApp, kind: &str) -> Vec<Value> {
    let page = app.admin.get(&format!("/audit?type={kind}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_passkey_signs_in_without_an_address() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let begun = rep.post("/me/passkeys/registration", json!({})).await.ok();
    let options = &begun["public_key"];
    assert_eq!((&options["rp"]["id"], &options["attestation"]), (&json!("crm.test"), &json!("none")));
    assert_eq!(options["user"]["name"], rep.email.as_str());
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");

    let (mut device, added) = with_passkey(&rep).await;
    assert_eq!((&added["name"], &added["last_used_at"]), (&json!("Laptop"), &Value::Null));
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    let (_, second) = with_passkey(&rep).await;
    assert_eq!(second["recovery_codes"], Value::Null, "there is a set");
    assert!(letters::to(&app, &rep.email).await.iter().any(|l| l.contains("A passkey was added")));

    let shown = assertion(&app, &mut device).await;
    let inside = enter(&app, shown.clone()).await;
    assert_eq!(inside.status, 204, "{}", inside.body);
    let here = browser(&app, &inside);
    assert_eq!(here.get("/me").await.ok()["user"]["email"], rep.email.as_str());
    assert_eq!(enter(&app, shown).await.problem(), "401 invalid_passkey", "replayed");
    let mine = here.get("/me/passkeys").await.ok();
    assert_eq!(mine["items"][0]["id"], added["id"]);
    assert!(mine["items"][0]["last_used_at"].is_string() && mine["items"][1]["last_used_at"].is_null(), "{mine}");
    let told = &events(&app, "session.signed_in").await[0];
    assert_eq!(told["data"], json!({ "method": "passkey", "second_factor": "passkey", "passkey_id": added["id"] }));
    assert_eq!(events(&app, "user.passkey_added").await.len(), 2);
}

#[tokio::test]
async fn adding_one_asks_who_one_is_and_ends_the_other_sessions() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let elsewhere = browser(&app, &sign_in(&app, &rep.email, PASSWORD).await);
    let (_, added) = with_passkey(&rep).await;
    assert_eq!(elsewhere.get("/me").await.problem(), "401 not_signed_in");
    clock.advance(TimeDelta::minutes(11));
    let begun = rep.post("/me/passkeys/registration", json!({})).await;
    assert_eq!(begun.problem(), "403 reauthentication_required");
    let path = format!("/me/passkeys/{}", added["id"].as_str().unwrap());
    assert_eq!(rep.delete(&path).await.problem(), "403 reauthentication_required");
    assert_eq!(rep.patch(&path, json!({ "name": " ", "version": 1 })).await.problem(), "422 invalid: name");
    assert_eq!(rep.patch(&path, json!({ "name": "Old", "version": 7 })).await.problem(), "409 version_conflict");
    let renamed = rep.patch(&path, json!({ "name": "Office laptop", "version": 1 })).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Office laptop"), &json!(2)));
    assert_eq!(events(&app, "user.passkey_renamed").await.len(), 1);
}

#[tokio::test]
async fn a_passkey_is_the_second_step_after_a_password() {
    let app = TestApp::new().await;
    let (rep, other) = (invited(&app).await, invited(&app).await);
    let (mut device, added) = with_passkey(&rep).await;
    let (mut foreign, _) = with_passkey(&other).await;
    let challenge = sign_in(&app, &rep.email, PASSWORD).await;
    assert_eq!((challenge.status, challenge.headers.contains_key("set-cookie")), (200, false));
    assert_eq!(challenge.body["second_factor"], json!(["passkey", "recovery_code"]));
    let name = &challenge.body["challenge"];
    let ask = || async { app.nobody().post("/session/second-factor/passkey", json!({ "challenge": name })).await };
    let step = |ceremony: &Value, credential: Value| {
        let passkey = json!({ "ceremony": ceremony, "credential": credential });
        let (nobody, body) = (app.nobody(), json!({ "challenge": name, "passkey": passkey }));
        async move { nobody.post("/session/second-factor", body).await }
    };
    let begun = ask().await.ok();
    assert_eq!(begun["public_key"]["allowCredentials"].as_array().unwrap().len(), 1);
    // Somebody else's, though it signs the same challenge.
    let mut options = begun["public_key"].clone();
    options["allowCredentials"] = json!([]);
    let wrong = step(&begun["ceremony"], foreign.get(&options)).await;
    assert_eq!(wrong.problem(), "401 invalid_passkey");
    // What the sign-in page was asked is no second step.
    let page = assertion(&app, &mut device).await;
    assert_eq!(step(&page["ceremony"], page["credential"].clone()).await.problem(), "401 invalid_passkey");
    let begun = ask().await.ok();
    let inside = step(&begun["ceremony"], device.get(&begun["public_key"])).await;
    assert_eq!(inside.status, 204, "{}", inside.body);
    assert_eq!(browser(&app, &inside).get("/me").await.status, 200);
    assert_eq!(ask().await.problem(), "401 challenge_expired", "it is over");
    // And without the device by a recovery code.
    let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
    let code = json!({ "challenge": challenge["challenge"], "code": added["recovery_codes"][0] });
    assert_eq!(app.nobody().post("/session/second-factor", code).await.status, 204);
    let neither = app.nobody().post("/session/second-factor", json!({ "challenge": "x" })).await;
    assert_eq!(neither.problem(), "422 invalid: code");
}

#[tokio::test]
async fn a_passkey_confirms_who_one_is() {
    let (app, clock) = at_noon().await;
    let (rep, other) = (invited(&app).await, invited(&app).await);
    assert_eq!(rep.post("/session/confirmation/passkey", json!({})).await.problem(), "404 not_found");
    let (mut device, _) = with_passkey(&rep).await;
    let (mut foreign, _) = with_passkey(&other).await;
    clock.advance(TimeDelta::minutes(11));
    assert_eq!(rep.post("/me/recovery-codes", json!({})).await.problem(), "403 reauthentication_required");
    let begun = rep.post("/session/confirmation/passkey", json!({})).await.ok();
    let mut options = begun["public_key"].clone();
    options["allowCredentials"] = json!([]);
    let confirm = |person: &Person, ceremony: &Value, credential: Value| {
        let passkey = json!({ "ceremony": ceremony, "credential": credential });
        let person = person.clone();
        async move { person.post("/session/confirmation", json!({ "passkey": passkey })).await }
    };
    let wrong = confirm(&rep, &begun["ceremony"], foreign.get(&options)).await;
    assert_eq!(wrong.problem(), "422 invalid: passkey");
    let begun = rep.post("/session/confirmation/passkey", json!({})).await.ok();
    let stolen = confirm(&other, &begun["ceremony"], device.get(&begun["public_key"])).await;
    assert_eq!(stolen.problem(), "422 invalid: passkey", "a ceremony is one person's");
    let right = confirm(&rep, &begun["ceremony"], device.get(&begun["public_key"])).await;
    assert_eq!(right.status, 204, "{}", right.body);
    assert_eq!(rep.post("/me/recovery-codes", json!({})).await.status, 200);
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let (app, clock) = at_noon().await;
    let (rep, other) = (invited(&app).await, invited(&app).await);
    let (mut device, _) = with_passkey(&rep).await;
    let refused = |body: Value, why: &'static str| {
        let app = &app;
        async move { assert_eq!(enter(app, body).await.problem(), "401 invalid_passkey", "{why}") }
    };
    for origin in ["http://evil.test", "https://crm.test", "http://crm.test:8080", "http://sub.crm.test", "null:x"] {
        device.origin = origin.to_owned();
        let shown = assertion(&app, &mut device).await;
        let answer = enter(&app, shown).await;
        assert_eq!(answer.problem(), "401 invalid_passkey", "{origin}");
    }
    device.origin = HERE.to_owned();
    device.verifies = false;
    refused(assertion(&app, &mut device).await, "its owner was not verified").await;
    device.verifies = true;

    let (one, two) = (assertion(&app, &mut device).await, assertion(&app, &mut device).await);
    let swapped = json!({ "ceremony": one["ceremony"], "credential": two["credential"] });
    refused(swapped, "another challenge was signed").await;
    let mut unsigned = assertion(&app, &mut device).await;
    unsigned["credential"]["response"]["signature"] = one["credential"]["response"]["signature"].clone();
    refused(unsigned, "the signature is of something else").await;
    for handle in [Value::Null, json!("AAAA")] {
        let mut shown = assertion(&app, &mut device).await;
        shown["credential"]["response"]["userHandle"] = handle;
        refused(shown, "it names nobody, or another").await;
    }
    let mut unknown = assertion(&app, &mut device).await;
    unknown["credential"]["rawId"] = json!("AAAAAAAAAAAAAAAAAAAAAA");
    refused(unknown, "nobody has this credential").await;
    let late = assertion(&app, &mut device).await;
    clock.advance(TimeDelta::minutes(11));
    refused(late, "ten minutes").await;
    // A registration's challenge is none to sign in by.
    let session = browser(&app, &enter(&app, assertion(&app, &mut device).await).await);
    let begun = session.post("/me/passkeys/registration", json!({})).await.ok();
    let options = json!({ "rpId": "crm.test", "challenge": begun["public_key"]["challenge"] });
    refused(json!({ "ceremony": begun["ceremony"], "credential": device.get(&options) }), "of another purpose").await;

    let told = events(&app, "session.passkey_refused").await;
    assert!(
        told.iter().any(|e| e["data"]["reason"] == "origin") && told.iter().all(|e| e["actor"]["kind"] == "system")
    );
    let mut reasons: Vec<&str> = told.iter().filter_map(|e| e["data"]["reason"].as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons, ["challenge", "invalid", "origin", "user", "user_verification"]);

    // Making one: another's ceremony, another origin, one that was made before.
    assert_eq!(sign_in(&app, &other.email, PASSWORD).await.status, 204);
    let other = browser(&app, &sign_in(&app, &other.email, PASSWORD).await);
    let mut fresh = Authenticator::new(HERE);
    let begun = session.post("/me/passkeys/registration", json!({})).await.ok();
    let made = json!({ "ceremony": begun["ceremony"], "name": "X", "credential": fresh.create(&begun["public_key"]) });
    assert_eq!(other.post("/me/passkeys", made.clone()).await.problem(), "409 ceremony_expired");
    assert_eq!(session.post("/me/passkeys", made.clone()).await.status, 201);
    assert_eq!(session.post("/me/passkeys", made.clone()).await.problem(), "409 ceremony_expired");
    let begun = other.post("/me/passkeys/registration", json!({})).await.ok();
    let again = json!({ "ceremony": begun["ceremony"], "name": "X", "credential": made["credential"] });
    assert_eq!(other.post("/me/passkeys", again).await.problem(), "422 invalid: credential");
    let mut elsewhere = Authenticator::new("http://evil.test");
    assert_eq!(try_to_add(&other, &mut elsewhere, "X").await.problem(), "422 invalid: credential");
    elsewhere.origin = HERE.to_owned();
    elsewhere.verifies = false;
    assert_eq!(try_to_add(&other, &mut elsewhere, "X").await.problem(), "422 invalid: credential");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_told() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let (mut device, added) = with_passkey(&rep).await;
    device.counter = 41;
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.status, 204);
    for counter in [41, 7, 0] {
        device.counter = counter;
        let copy = enter(&app, assertion(&app, &mut device).await).await;
        assert_eq!(copy.problem(), "401 invalid_passkey", "{counter}");
    }
    let told = &events(&app, "session.passkey_refused").await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["data"], json!({ "passkey_id": added["id"], "reason": "counter" }));
    assert_eq!(told[0]["subject"]["id"], json!(rep.id));
    device.counter = 42;
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.status, 204);
    let mut owner = app.db.database.maintenance().await.unwrap();
    let kept: i64 = sqlx::query_scalar("select counter from passkey").fetch_one(&mut owner).await.unwrap();
    assert_eq!(kept, 43);
    // Of two answers at once with one counter, one counts.
    let one = assertion(&app, &mut device).await;
    device.counter -= 1;
    let two = assertion(&app, &mut device).await;
    let (one, two) = tokio::join!(enter(&app, one), enter(&app, two));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
}

#[tokio::test]
async fn hostile_bodies_are_refused_politely() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let (mut device, _) = with_passkey(&rep).await;
    let good = assertion(&app, &mut device).await;
    for (pointer, value) in [
        ("/credential", json!({})),
        ("/credential", json!([[[]]])),
        ("/credential/rawId", json!("not base64!")),
        ("/credential/response", json!("x")),
        ("/credential/response/clientDataJSON", json!("e30")),
        ("/credential/response/clientDataJSON", json!("")),
        ("/credential/response/authenticatorData", json!("AA")),
        ("/credential/response/authenticatorData", json!("_".repeat(40_000))),
        ("/credential/response/signature", json!("")),
        ("/ceremony", json!("x".repeat(201))),
        ("/ceremony", json!("\u{0}")),
    ] {
        let mut body = good.clone();
        if pointer != "/ceremony" {
            body["ceremony"] = assertion(&app, &mut device).await["ceremony"].clone();
        }
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = enter(&app, body).await;
        assert!(matches!(answer.status, 401 | 422), "{pointer}: {} {}", answer.status, answer.body);
    }
    let mut enormous = good.clone();
    enormous["credential"]["response"]["signature"] = json!("A".repeat(100_000));
    assert_eq!(enter(&app, enormous).await.status, 413);
    for object in ["", "oA", "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA", &"gYGB".repeat(5_000), "_____________"] {
        let begun = rep.post("/me/passkeys/registration", json!({})).await.ok();
        let mut credential = device.create(&begun["public_key"]);
        credential["response"]["attestationObject"] = json!(object);
        let body = json!({ "ceremony": begun["ceremony"], "name": "X", "credential": credential });
        let answer = rep.post("/me/passkeys", body).await;
        assert!(answer.problem().starts_with("422 invalid: credential"), "{object}: {}", answer.problem());
    }
}

#[tokio::test]
async fn nobody_sees_or_takes_another_ones() {
    let app = TestApp::new().await;
    let (rep, other) = (invited(&app).await, invited(&app).await);
    let (mut device, added) = with_passkey(&rep).await;
    let path = format!("/me/passkeys/{}", added["id"].as_str().unwrap());
    let stranger = app.stranger().await;
    for person in [&other, &stranger, &app.admin] {
        assert_eq!(person.get("/me/passkeys").await.ok()["items"], json!([]));
        assert_eq!(person.delete(&path).await.problem(), "404 not_found");
        assert_eq!(person.patch(&path, json!({ "name": "Mine", "version": 1 })).await.problem(), "404 not_found");
    }
    // The same credential again, in another organisation.
    let begun = rep.post("/me/passkeys/registration", json!({})).await.ok();
    let mut body = json!({ "ceremony": begun["ceremony"], "name": "X" });
    body["credential"] = device.create(&begun["public_key"]);
    rep.post("/me/passkeys", body.clone()).await.ok();
    let begun = stranger.post("/me/passkeys/registration", json!({})).await.ok();
    // Attestation "none" signs nothing: the old key in the clothes of the new challenge.
    let mut stolen = body["credential"].clone();
    stolen["response"]["clientDataJSON"] = device.create(&begun["public_key"])["response"]["clientDataJSON"].clone();
    let body = json!({ "ceremony": begun["ceremony"], "name": "X", "credential": stolen });
    assert_eq!(stranger.post("/me/passkeys", body).await.problem(), "409 passkey_taken");
}

#[tokio::test]
async fn it_is_two_factors_and_the_last_one_stays_where_one_is_demanded() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let policy = json!({ "second_factor": "everyone", "version": 1 });
    app.admin.patch("/sign-in-policy", policy).await.ok();
    assert_eq!(rep.get("/opportunities").await.problem(), "403 second_factor_required");
    let (mut device, first) = with_passkey(&rep).await;
    assert_eq!(rep.get("/opportunities").await.status, 200, "it is the factor that was demanded");
    let inside = enter(&app, assertion(&app, &mut device).await).await;
    assert_eq!(inside.status, 204, "nothing else is asked for");
    assert_eq!(browser(&app, &inside).get("/opportunities").await.status, 200);

    let (_, second) = with_passkey(&rep).await;
    let path = |added: &Value| format!("/me/passkeys/{}", added["id"].as_str().unwrap());
    assert_eq!(rep.delete(&path(&second)).await.status, 204);
    assert_eq!(rep.delete(&path(&first)).await.problem(), "409 second_factor_demanded");
    let mine = rep.get("/me/second-factor").await.ok();
    assert_eq!((&mine["passkeys"], &mine["recovery_codes_left"]), (&json!(1), &json!(10)));
    // Two at once do not remove both.
    let (_, third) = with_passkey(&rep).await;
    let (one, two) = (path(&first), path(&third));
    let (one, two) = tokio::join!(rep.delete(&one), rep.delete(&two));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let rest = rep.get("/me/passkeys").await.ok()["items"][0].clone();
    app.admin.patch("/sign-in-policy", json!({ "second_factor": "optional", "version": 2 })).await.ok();
    assert_eq!(rep.delete(&path(&rest)).await.status, 204);
    let mine = rep.get("/me/second-factor").await.ok();
    assert_eq!(mine["recovery_codes_left"], 0, "codes are no factor of their own");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204);
    assert_eq!(events(&app, "user.passkey_removed").await.len(), 3);
}

#[tokio::test]
async fn who_may_not_come_in_does_not_by_a_passkey() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let (mut device, _) = with_passkey(&rep).await;
    // Where nobody comes in by password, nobody does by passkey.
    app.admin.patch("/sign-in-policy", json!({ "password_sign_in": false, "version": 1 })).await.ok();
    let closed = enter(&app, assertion(&app, &mut device).await).await;
    assert_eq!(closed.problem(), "403 password_sign_in_off");
    app.admin.patch("/sign-in-policy", json!({ "password_sign_in": true, "version": 2 })).await.ok();
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.status, 204);

    let users = app.admin.get("/users").await.ok();
    let version = |users: &Value| {
        let user = users["items"].as_array().unwrap().iter().find(|u| u["id"] == json!(rep.id)).unwrap();
        user["version"].clone()
    };
    let out = json!({ "version": version(&users) });
    app.admin.post(&format!("/users/{}/deactivation", rep.id), out).await.ok();
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.problem(), "401 invalid_passkey");
}

#[tokio::test]
async fn an_administrator_takes_them_away() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let (mut device, _) = with_passkey(&rep).await;
    let path = format!("/users/{}/second-factor", rep.id);
    assert_eq!(rep.delete(&path).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.delete(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.delete(&path).await.status, 204);
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.problem(), "401 invalid_passkey");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204, "and no recovery code is asked for");
    assert_eq!(app.admin.delete(&path).await.problem(), "404 not_found");
}

#[tokio::test]
async fn guessing_and_flooding_are_throttled() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let (mut device, _) = with_passkey(&rep).await;
    // As the second step: ten wrong ones of a person, five a challenge.
    for _ in 0..2 {
        let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
        for _ in 0..5 {
            let shown = assertion(&app, &mut device).await;
            let body = json!({ "challenge": challenge["challenge"], "passkey": shown });
            assert_eq!(app.nobody().post("/session/second-factor", body).await.problem(), "401 invalid_passkey");
        }
    }
    let challenge = sign_in(&app, &rep.email, PASSWORD).await.ok();
    let shown = assertion(&app, &mut device).await;
    let body = json!({ "challenge": challenge["challenge"], "passkey": shown });
    assert_eq!(app.nobody().post("/session/second-factor", body).await.problem(), "429 too_many_attempts");
    // As the first: a hundred wrong ones from an address.
    let wrong = json!({ "ceremony": "x", "credential": shown["credential"] });
    for _ in 0..100 {
        assert_eq!(enter(&app, wrong.clone()).await.status, 401);
    }
    assert_eq!(enter(&app, shown).await.problem(), "429 too_many_attempts");
    // Challenges, which are rows: so many at a time from an address.
    let mut last = 201;
    for _ in 0..300 {
        last = app.nobody().post("/session/passkey/challenge", json!({})).await.status;
        if last != 201 {
            break;
        }
    }
    assert_eq!(last, 429);
    clock.advance(TimeDelta::minutes(16));
    assert_eq!(enter(&app, assertion(&app, &mut device).await).await.status, 204);
    clock.advance(TimeDelta::minutes(11));
    dealwright_store::job::prune(&app.db.database).await.unwrap();
    let mut owner = app.db.database.maintenance().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from passkey_challenge").fetch_one(&mut owner).await.unwrap();
    assert_eq!(left, 0);
}
