//! Proposals that need more than one person's yes.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::{ask, proposal};
use crate::crm::approvals::define;

async fn say(who: &dealwright_testkit::Person, approval: &Value, verdict: &str) -> dealwright_testkit::Answer {
    let path = format!("/approvals/{}/decision", approval["id"].as_str().unwrap());
    who.post(&path, json!({ "verdict": verdict, "reason": "Because.", "version": approval["version"] })).await
}

#[tokio::test]
async fn the_last_level_applies_a_proposal_once() {
    let app = TestApp::with_background().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let manager = app.user_in(Builtin::SalesManager, Some(team)).await;
    let person = |p: &dealwright_testkit::Person| json!([{ "kind": "person", "user_id": p.id }]);
    let levels =
        json!([{ "name": "One", "approvers": person(&manager) }, { "name": "Two", "approvers": person(&app.admin) }]);
    let rules = json!({ "object": "proposal", "condition": "proposal.amount > 1000", "fields": [], "levels": levels });
    define(&app.admin, "Large proposals", rules).await;
    let deal = rep.opportunity("Acme", json!({ "amount": { "amount": "10.00", "currency": "EUR" } })).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());

    // A small one is decided by one person, as always.
    let run = ask(&rep, "set the amount of Acme to 500").await;
    let small = proposal(&run).clone();
    assert_eq!(small["approval_id"], json!(null));
    let approve = |p: &Value| format!("/proposals/{}/approval", p["id"].as_str().unwrap());
    rep.post(&approve(&small), json!({ "diff_hash": small["diff_hash"] })).await.ok();

    let run = ask(&rep, "set the amount of Acme to 5000").await;
    let large = proposal(&run).clone();
    assert!(large["approval_id"].is_string(), "{large:#}");
    for who in [&rep, &manager, &app.admin] {
        let refused = who.post(&approve(&large), json!({ "diff_hash": large["diff_hash"] })).await;
        assert_eq!(refused.problem(), "409 approval_required");
    }
    let waiting = manager.get("/approvals").await.ok();
    let approval = waiting["items"][0].clone();
    assert_eq!(json!([approval["subject"]["type"], approval["changes"][0]["field"]]), json!(["proposal", "amount"]));
    assert_eq!(say(&rep, &approval, "approve").await.problem(), "403 own_request");
    assert_eq!(say(&manager, &approval, "approve").await.ok()["status"], "pending");
    assert_eq!(rep.get(&path).await.ok()["amount"]["amount"], "500.00");
    let last = say(&app.admin, &approval, "approve").await;
    let event = last.event();
    assert_eq!(last.ok()["status"], "approved");
    assert_eq!(rep.get(&path).await.ok()["amount"]["amount"], "5000.00");
    let version = rep.get(&path).await.ok()["version"].clone();
    assert_eq!(say(&app.admin, &approval, "approve").await.status, 200);
    assert_eq!(rep.get(&path).await.ok()["version"], version);
    let applied = rep.get(&format!("/proposals/{}", large["id"].as_str().unwrap())).await.ok();
    assert_eq!(json!([applied["status"], applied["event_id"]]), json!(["approved", event]));
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();

    // A no rejects it; who asked takes it back with what was asked for it.
    let run = ask(&rep, "set the amount of Acme to 6000").await;
    let approval = manager.get("/approvals").await.ok()["items"][0].clone();
    say(&manager, &approval, "reject").await.ok();
    let rejected = rep.get(&format!("/proposals/{}", proposal(&run)["id"].as_str().unwrap())).await.ok();
    assert_eq!(rejected["status"], "rejected");
    let run = ask(&rep, "set the amount of Acme to 7000").await;
    let taken = format!("/proposals/{}/rejection", proposal(&run)["id"].as_str().unwrap());
    assert_eq!(manager.post(&taken, json!({})).await.problem(), "409 approval_required");
    rep.post(&taken, json!({ "reason": "A slip." })).await.ok();
    assert_eq!(manager.get("/approvals").await.ok()["items"], json!([]));
    app.stop().await;
}
