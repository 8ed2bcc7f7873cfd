//! Invitations, password resets, rotating sessions and the organisation's policy.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use serde_json::json;

use super::letters;

const PASSWORD: &str = "a new horse battery";

async fn at_noon() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

pub async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.nobody().post("/session", json!({ "email": email, "password": password })).await
}

/// The browser that got this answer.
pub fn browser(app: &TestApp, answer: &Answer) -> Person {
    let cookie = new_cookie(answer).unwrap_or_else(|| panic!("no cookie: {} {}", answer.status, answer.body));
    app.nobody().with_cookie(&cookie)
}

fn new_cookie(answer: &Answer) -> Option<String> {
    Some(answer.headers.get("set-cookie")?.to_str().unwrap().split(';').next().unwrap().to_owned())
}

/// A rep who was invited and came in, with [`PASSWORD`].
pub async fn invited(app: &TestApp) -> Person {
    let rep = app.user(Builtin::SalesRep).await;
    app.admin.post(&format!("/users/{}/invitation", rep.id), json!({})).await.ok();
    let token = letters::token(letters::to(app, &rep.email).await.last().unwrap(), "invitation");
    let body = json!({ "token": token, "name": "Rita Rep", "password": PASSWORD });
    let answer = app.nobody().post("/invitations/acceptance", body).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    rep.with_cookie(browser(app, &answer).cookie.as_deref().unwrap())
}

#[tokio::test]
async fn an_invitation_lets_its_reader_in_once() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let invite = format!("/users/{}/invitation", rep.id);
    assert_eq!(rep.post(&invite, json!({})).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post(&invite, json!({})).await.problem(), "404 not_found");
    assert_eq!(app.admin.post(&invite, json!({})).await.status, 202);
    let first = letters::token(&letters::to(&app, &rep.email).await[0], "invitation");
    let sent = app.admin.post(&invite, json!({})).await.ok();
    assert_eq!(sent["email"], rep.email.as_str());
    let second = letters::token(&letters::to(&app, &rep.email).await[1], "invitation");
    assert_ne!(first, second);

    let nobody = app.nobody();
    let accept = |token: &str, password: &str| {
        nobody.post("/invitations/acceptance", json!({ "token": token, "name": "Rita Rep", "password": password }))
    };
    assert_eq!(accept(&first, PASSWORD).await.problem(), "422 link_expired", "a newer one ends it");
    let holder = nobody.post("/one-time-links", json!({ "token": second })).await.ok();
    assert_eq!(
        holder,
        json!({ "purpose": "invitation", "organisation": "Acme", "name": "sales_rep0", "email": rep.email, "password_min_length": 10 })
    );
    assert_eq!(accept(&second, "short").await.problem(), "422 invalid: password");
    let come_in = accept(&second, PASSWORD).await;
    assert_eq!(come_in.status, 204);
    assert_eq!(browser(&app, &come_in).get("/me").await.ok()["user"]["name"], "Rita Rep");
    assert_eq!(accept(&second, PASSWORD).await.problem(), "422 link_expired", "it is good once");
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in", "sessions of before are over");
    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.status, 204);
    assert_eq!(app.admin.post(&invite, json!({})).await.problem(), "409 already_accepted");
}

#[tokio::test]
async fn links_grow_old() {
    let (app, clock) = at_noon().await;
    let rep = app.user(Builtin::SalesRep).await;
    app.admin.post(&format!("/users/{}/invitation", rep.id), json!({})).await.ok();
    let invitation = letters::token(&letters::to(&app, &rep.email).await[0], "invitation");
    let nobody = app.nobody();
    nobody.post("/password-resets", json!({ "email": "admin@acme.test" })).await;
    let reset = letters::token(&letters::to(&app, "admin@acme.test").await[0], "reset-password");
    let look = |token: &str| nobody.post("/one-time-links", json!({ "token": token }));
    clock.advance(TimeDelta::minutes(29));
    assert_eq!(look(&reset).await.status, 200);
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(look(&reset).await.problem(), "422 link_expired");
    clock.advance(TimeDelta::days(7) - TimeDelta::minutes(31));
    assert_eq!(look(&invitation).await.status, 200);
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(look(&invitation).await.problem(), "422 link_expired");
    // A link of the one kind is none of the other.
    nobody.post("/password-resets", json!({ "email": "admin@acme.test" })).await;
    let reset = letters::token(&letters::to(&app, "admin@acme.test").await[1], "reset-password");
    let body = json!({ "token": reset, "name": "Eve", "password": PASSWORD });
    assert_eq!(nobody.post("/invitations/acceptance", body).await.problem(), "422 link_expired");
}

#[tokio::test]
async fn a_reset_sets_a_password_and_ends_all_sessions() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    let asked = nobody.post("/password-resets", json!({ "email": "ADMIN@acme.test" })).await;
    let ghost = nobody.post("/password-resets", json!({ "email": "ghost@acme.test" })).await;
    assert_eq!((asked.status, asked.body), (202, ghost.body.clone()));
    assert_eq!(ghost.status, 202);
    let sent = letters::to(&app, "admin@acme.test").await;
    let token = letters::token(&sent[0], "reset-password");
    assert_eq!(letters::to(&app, "ghost@acme.test").await.len(), 0);
    let complete =
        |password: &str| nobody.post("/password-resets/completion", json!({ "token": token, "password": password }));
    assert_eq!(complete("short").await.problem(), "422 invalid: password");
    assert_eq!(app.admin.get("/me").await.status, 200);
    assert_eq!(complete(PASSWORD).await.status, 204);
    assert_eq!(app.admin.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(complete(PASSWORD).await.problem(), "422 link_expired");
    assert_eq!(sign_in(&app, "admin@acme.test", "correct horse battery").await.problem(), "401 invalid_credentials");
    assert_eq!(sign_in(&app, "admin@acme.test", PASSWORD).await.status, 204);
    assert!(letters::to(&app, "admin@acme.test").await[1].contains("Subject: Your password was changed"));
}

#[tokio::test]
async fn who_asks_for_a_reset_learns_nothing_and_floods_nobody() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    // The work is a job's: known and unknown take the same way, and so the same time.
    let mut spent = [Duration::ZERO; 2];
    for _ in 0..3 {
        for (which, email) in ["admin@acme.test", "ghost@acme.test"].into_iter().enumerate() {
            let began = Instant::now();
            assert_eq!(nobody.post("/password-resets", json!({ "email": email })).await.status, 202);
            spent[which] += began.elapsed();
        }
    }
    let (known, unknown) = (spent[0].as_secs_f64(), spent[1].as_secs_f64());
    assert!(known < unknown * 5.0 + 0.05 && unknown < known * 5.0 + 0.05, "{spent:?}");
    // A fourth within the hour is taken, and not sent.
    assert_eq!(nobody.post("/password-resets", json!({ "email": "admin@acme.test" })).await.status, 202);
    assert_eq!(letters::to(&app, "admin@acme.test").await.len(), 3);
    for n in 0..23 {
        let email = format!("ghost{n}@acme.test");
        assert_eq!(nobody.post("/password-resets", json!({ "email": email })).await.status, 202);
    }
    let refused = nobody.post("/password-resets", json!({ "email": "more@acme.test" })).await;
    assert_eq!(refused.problem(), "429 too_many_attempts");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(nobody.post("/one-time-links", json!({ "token": "guess" })).await.problem(), "429 too_many_attempts");
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_proves_who_they_are() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    let elsewhere = browser(&app, &sign_in(&app, &rep.email, PASSWORD).await);
    let other = "quite another horse";
    assert_eq!(rep.post("/me/password", json!({ "password": "short" })).await.problem(), "422 invalid: password");
    clock.advance(TimeDelta::minutes(11));
    let stale = rep.post("/me/password", json!({ "password": other })).await;
    assert_eq!(stale.problem(), "403 reauthentication_required");
    let confirm = |body| rep.post("/session/confirmation", body);
    assert_eq!(confirm(json!({})).await.problem(), "422 invalid: password");
    assert_eq!(confirm(json!({ "password": "wrong" })).await.problem(), "422 invalid: password");
    assert_eq!(confirm(json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(rep.post("/me/password", json!({ "password": other })).await.status, 204);
    assert_eq!(rep.get("/me").await.status, 200, "this session goes on");
    assert_eq!(elsewhere.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(sign_in(&app, &rep.email, other).await.status, 204);
    for _ in 0..10 {
        confirm(json!({ "password": "wrong" })).await;
    }
    assert_eq!(confirm(json!({ "password": other })).await.problem(), "429 too_many_attempts");
}

#[tokio::test]
async fn a_token_is_replaced_and_a_stolen_one_ends_the_session() {
    let (app, clock) = at_noon().await;
    let answer = sign_in(&app, "admin@acme.test", "correct horse battery").await;
    let old = browser(&app, &answer);
    assert!(new_cookie(&old.get("/me").await).is_none(), "not yet");
    clock.advance(TimeDelta::minutes(16));
    // Several tabs ask at once: one of them brings the new token, and the old one stays good.
    let (a, b, c) = tokio::join!(old.get("/me"), old.get("/me"), old.get("/me"));
    let answers = [a, b, c];
    assert!(answers.iter().all(|answer| answer.status == 200));
    let offered: Vec<String> = answers.iter().filter_map(new_cookie).collect();
    assert_eq!(offered.len(), 1, "{offered:?}");
    let new = old.with_cookie(&offered[0]);
    assert_eq!(new.get("/me").await.status, 200);
    assert_eq!(old.get("/me").await.status, 200, "requests that were under way still pass");
    clock.advance(TimeDelta::minutes(2));
    assert_eq!(new.get("/me").await.status, 200);
    // This cache forgets by the machine's clock; another node has never seen the token.
    let elsewhere = app.beside().await;
    assert_eq!(elsewhere.with_cookie(old.cookie.as_deref().unwrap()).get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(new.get("/me").await.problem(), "401 not_signed_in", "the whole session is over");
    let mut tx = app.db.database.system().await.unwrap();
    let (kind, by): (String, String) =
        sqlx::query_as("select type, actor_name from event where type = 'session.token_reused'")
            .fetch_one(tx.db())
            .await
            .unwrap();
    assert_eq!((kind.as_str(), by.as_str()), ("session.token_reused", "Sign-in"));
}

#[tokio::test]
async fn an_answer_that_was_lost_locks_nobody_out() {
    let (app, clock) = at_noon().await;
    let old = browser(&app, &sign_in(&app, "admin@acme.test", "correct horse battery").await);
    clock.advance(TimeDelta::minutes(16));
    let lost = new_cookie(&old.get("/me").await).unwrap();
    assert!(new_cookie(&old.get("/me").await).is_none(), "an offer is given time");
    clock.advance(TimeDelta::minutes(2));
    let again = new_cookie(&old.get("/me").await).unwrap();
    assert_ne!(lost, again);
    assert_eq!(old.with_cookie(&again).get("/me").await.status, 200);
}

#[tokio::test]
async fn sessions_end_unused_and_at_last() {
    let (app, clock) = at_noon().await;
    let policy = json!({ "session_idle_minutes": 60, "session_lifetime_minutes": 150, "version": 1 });
    assert_eq!(app.admin.patch("/sign-in-policy", policy).await.status, 200);
    let rep = app.user(Builtin::SalesRep).await;
    let node = app.beside().await.with_cookie(rep.cookie.as_deref().unwrap());
    clock.advance(TimeDelta::minutes(59));
    assert_eq!(node.get("/me").await.status, 200);
    clock.advance(TimeDelta::minutes(59));
    let node = app.beside().await.with_cookie(rep.cookie.as_deref().unwrap());
    assert_eq!(node.get("/me").await.status, 200, "used since");
    clock.advance(TimeDelta::minutes(33));
    let node = app.beside().await.with_cookie(rep.cookie.as_deref().unwrap());
    assert_eq!(node.get("/me").await.problem(), "401 not_signed_in", "the longest a session lives");
    let idle = app.user(Builtin::SalesRep).await;
    clock.advance(TimeDelta::minutes(61));
    let node = app.beside().await.with_cookie(idle.cookie.as_deref().unwrap());
    assert_eq!(node.get("/me").await.problem(), "401 not_signed_in", "unused for too long");
}

#[tokio::test]
async fn devices_are_named_and_others_ended() {
    let app = TestApp::new().await;
    let rep = invited(&app).await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let request = app.nobody().request(reqwest::Method::POST, "/session").header("user-agent", firefox);
    let answer = app.nobody().send(request.json(&json!({ "email": rep.email, "password": PASSWORD }))).await;
    let here = browser(&app, &answer);
    let listed = here.get("/sessions").await.ok();
    let current = listed["items"].as_array().unwrap().iter().find(|s| s["current"] == true).unwrap();
    assert_eq!((&current["device"], &current["ip"]), (&json!("Firefox on Linux"), &json!("127.0.0.1")));
    assert_eq!(here.delete("/sessions").await.ok(), json!({ "ended": 1 }));
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(here.get("/sessions").await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.admin.get("/me").await.status, 200, "nobody else's");
}

#[tokio::test]
async fn the_policy_is_an_administrators_and_locks_none_of_them_out() {
    let (app, clock) = at_noon().await;
    let rep = invited(&app).await;
    assert_eq!(rep.get("/sign-in-policy").await.problem(), "403 forbidden");
    assert_eq!(rep.patch("/sign-in-policy", json!({ "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(rep.get("/mail").await.problem(), "403 forbidden");
    let change = |body| app.admin.patch("/sign-in-policy", body);
    assert_eq!(change(json!({ "second_factor": "off" })).await.problem(), "422 invalid: version");
    assert_eq!(
        change(json!({ "second_factor": "sometimes", "version": 1 })).await.problem(),
        "422 invalid: second_factor"
    );
    let bad = json!({ "password_min_length": 3, "session_idle_minutes": 1, "version": 1 });
    assert_eq!(change(bad).await.problem(), "422 invalid: password_min_length, session_idle_minutes");
    let policy = change(json!({ "password_sign_in": false, "password_min_length": 14, "version": 1 })).await.ok();
    assert_eq!((&policy["password_sign_in"], &policy["version"]), (&json!(false), &json!(2)));
    assert_eq!(change(json!({ "password_min_length": 15, "version": 1 })).await.problem(), "409 version_conflict");
    // The stranger's organisation is another.
    assert_eq!(app.stranger().await.get("/sign-in-policy").await.ok()["password_sign_in"], true);

    assert_eq!(sign_in(&app, &rep.email, PASSWORD).await.problem(), "403 password_sign_in_off");
    assert_eq!(sign_in(&app, &rep.email, "wrong").await.problem(), "401 invalid_credentials");
    assert_eq!(sign_in(&app, "admin@acme.test", "correct horse battery").await.status, 204);
    app.nobody().post("/password-resets", json!({ "email": rep.email })).await;
    assert_eq!(letters::to(&app, &rep.email).await.len(), 1, "only the invitation of before");
    clock.advance(TimeDelta::minutes(11));
    let stale = change(json!({ "second_factor": "optional", "version": 2 })).await;
    assert_eq!(stale.problem(), "403 reauthentication_required");
}
