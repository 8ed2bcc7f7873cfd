//! The links of letters: each decides once, for its person, on what the letter said.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use serde_json::{Value, json};

use super::approvals::{at, decide, define, level, request};
use super::lifecycle::of;
use crate::access::letters;

/// The token of the newest letter to a person.
async fn token(app: &TestApp, to: &Person) -> String {
    app.drain().await;
    let letter = letters::to(app, &to.email).await.pop().unwrap();
    let plain = letter.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let at = plain.find("/approval#").unwrap_or_else(|| panic!("no link in {plain}")) + "/approval#".len();
    plain[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

async fn look(app: &TestApp, token: &str) -> Answer {
    app.nobody().post("/approval-links", json!({ "token": token })).await
}

async fn by_link(app: &TestApp, token: &str, verdict: &str) -> Answer {
    let body = json!({ "token": token, "verdict": verdict, "reason": "By mail." });
    app.nobody().post("/approval-links/decision", body).await
}

struct World {
    app: TestApp,
    rep: Person,
    manager: Person,
    definition: Value,
    deal: Value,
}

impl World {
    async fn new(rules: Value, clock: Clock) -> Self {
        let app = TestApp::with(TestOptions { clock, ..TestOptions::default() }).await;
        let team = app.team("North", None).await;
        let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
        let manager = app.user_in(Builtin::SalesManager, Some(team)).await;
        let mut all = json!({ "levels": [level("Manager", &[&manager], json!("any"))] });
        all.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        let definition = define(&app.admin, "Big", all).await;
        let deal = rep.opportunity("Acme", json!({ "amount": { "amount": "100", "currency": "EUR" } })).await;
        Self { app, rep, manager, definition, deal }
    }
}

#[tokio::test]
async fn a_link_shows_and_then_decides_once() {
    let World { app, rep, manager, definition, deal } = World::new(json!({}), Clock::default()).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    let token = token(&app, &manager).await;
    // Whatever follows links only looks.
    for _ in 0..2 {
        let shown = look(&app, &token).await.ok();
        assert_eq!(
            json!([shown["approval"]["subject"]["name"], shown["approval"]["may"]["decide"]]),
            json!(["Acme", true])
        );
    }
    let page = app.nobody().get("!/approval").await;
    assert!(page.status < 500);
    assert_eq!(rep.get(&at(&approval)).await.ok()["status"], "pending");
    let done = by_link(&app, &token, "approve").await.ok();
    assert_eq!(done["status"], "approved");
    let said = done["entries"].as_array().unwrap().iter().find(|e| e["kind"] == "approved").unwrap();
    assert_eq!(said["actor"]["id"], json!(manager.id));
    assert_eq!(by_link(&app, &token, "reject").await.problem(), "422 link_expired");
    assert_eq!(look(&app, &token).await.problem(), "422 link_expired");
}

#[tokio::test]
async fn a_link_is_good_for_what_the_letter_said() {
    let World { app, rep, manager, definition, deal } = World::new(json!({}), Clock::default()).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    let old = token(&app, &manager).await;
    // Not a byte of it may be another's.
    let mut forged = old.clone();
    let last = if forged.ends_with('A') { 'B' } else { 'A' };
    forged.replace_range(60..61, &last.to_string());
    if forged != old {
        assert_eq!(look(&app, &forged).await.problem(), "422 link_expired");
    }
    assert_eq!(look(&app, "").await.problem(), "422 invalid: token");
    assert_eq!(look(&app, &"x".repeat(1000)).await.problem(), "422 invalid: token");
    // What has changed since is not decided by it.
    let version = rep.get(&of(&deal)).await.ok()["version"].clone();
    let body =
        json!({ "amount": { "amount": "200", "currency": "EUR" }, "restart_approval": true, "version": version });
    rep.patch(&of(&deal), body).await.ok();
    assert_eq!(by_link(&app, &old, "approve").await.problem(), "409 approval_changed");
    let new = token(&app, &manager).await;
    assert_ne!(new, old);
    // Nor what is recalled, or decided in the app.
    rep.post(&format!("{}/recall", at(&approval)), json!({})).await.ok();
    assert_eq!(by_link(&app, &new, "approve").await.problem(), "409 approval_changed");
    let again = request(&rep, &deal, &definition).await.ok();
    let third = token(&app, &manager).await;
    decide(&manager, &again, "approve").await.ok();
    assert_eq!(by_link(&app, &third, "approve").await.problem(), "409 approval_changed");
}

#[tokio::test]
async fn a_link_ends_with_its_time_its_person_and_what_they_see() {
    let clock = Clock::fixed("2026-03-02T10:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let World { app, rep, manager, definition, deal } = World::new(json!({}), clock.clone()).await;
    request(&rep, &deal, &definition).await.ok();
    let token_of = token(&app, &manager).await;
    // Somebody who has left decides nothing.
    let user = app.admin.get(&format!("/users/{}", manager.id)).await.ok();
    let body = json!({ "version": user["version"] });
    app.admin.post(&format!("/users/{}/deactivation", manager.id), body).await.ok();
    assert_eq!(by_link(&app, &token_of, "approve").await.problem(), "422 link_expired");
    let user = app.admin.get(&format!("/users/{}", manager.id)).await.ok();
    let body = json!({ "version": user["version"] });
    app.admin.post(&format!("/users/{}/reactivation", manager.id), body).await.ok();
    assert_eq!(look(&app, &token_of).await.status, 200);
    clock.advance(TimeDelta::days(8));
    assert_eq!(by_link(&app, &token_of, "approve").await.problem(), "422 link_expired");
}

#[tokio::test]
async fn a_definition_may_take_no_word_by_mail() {
    let World { app, rep, manager, definition, deal } = World::new(json!({ "by_mail": false }), Clock::default()).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    app.drain().await;
    let letter = letters::to(&app, &manager.email).await.pop().unwrap();
    let plain = letter.replace("=\r\n", "").replace("=\n", "");
    assert!(!plain.contains("/approval#"), "{plain}");
    assert!(plain.contains(&at(&approval)), "{plain}");
}

#[tokio::test]
async fn the_letter_says_what_is_asked_and_the_answer_why() {
    let World { app, rep, manager, definition, deal } = World::new(json!({}), Clock::default()).await;
    let german = json!({ "locale": "de-DE", "version": manager.get("/me").await.ok()["user"]["version"] });
    assert_eq!(manager.patch("/me", german).await.status, 204);
    let approval = request(&rep, &deal, &definition).await.ok();
    let letter = letters::to(&app, &manager.email).await.pop().unwrap();
    let name = rep.get("/me").await.ok()["user"]["name"].as_str().unwrap().to_owned();
    for said in [&format!("{name} bittet darum: A big one."), "Betrag: 100,00 EUR", "Ansehen und entscheiden"] {
        assert!(letter.contains(said), "{said} in {letter}");
    }
    decide(&manager, &approval, "reject").await.ok();
    let letter = letters::to(&app, &rep.email).await.pop().unwrap();
    assert!(letter.contains("rejected Big for Acme") && letter.contains("Because."), "{letter}");
}
