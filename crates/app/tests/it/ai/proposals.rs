//! Proposals: nothing is written before they are approved, once, by somebody who may, of what they have seen.

use dealwright_access::policy::Builtin;
use serde_json::{Value, json};

use super::{app, approval, ask, proposal, text};

async fn deal(person: &dealwright_testkit::Person, id: &Value) -> Value {
    person.get(&format!("/opportunities/{}", id.as_str().unwrap())).await.ok()
}

#[tokio::test]
async fn a_change_is_proposed_approved_seen_in_the_history_and_undone() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let made = rep.opportunity("Isdom renewal", json!({ "amount": { "amount": "100", "currency": "EUR" } })).await;
    let run = ask(&rep, "set the amount of Isdom renewal to 50k").await;
    let proposed = proposal(&run);
    assert_eq!(
        text(&run),
        "I propose a change of Isdom renewal [1]: amount from 100 EUR to 50,000 EUR.\nNothing is changed until you approve it."
    );
    assert_eq!(proposed["diff"][0]["new"], json!({ "amount": "50000.00", "currency": "EUR" }));
    assert_eq!(
        (&proposed["status"], &proposed["base_version"], &proposed["tainted"]),
        (&json!("pending"), &json!(1), &json!(false))
    );
    assert_eq!(proposed["evidence"][0]["detail"], "“50k”");
    assert_eq!(deal(&rep, &made["id"]).await["version"], 1, "nothing is written before the approval");

    let approved = rep.post(&approval(proposed), json!({ "diff_hash": proposed["diff_hash"] })).await;
    let event = approved.event();
    let approved = approved.ok();
    assert_eq!((&approved["status"], &approved["event_id"]), (&json!("approved"), &json!(event)));
    let changed = deal(&rep, &made["id"]).await;
    assert_eq!((&changed["amount"]["amount"], &changed["version"]), (&json!("50000.00"), &json!(2)));

    let timeline = rep.get(&format!("/opportunities/{}/timeline", made["id"].as_str().unwrap())).await.ok();
    let told: Vec<(&str, &str)> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["type"].as_str().unwrap(), e["actor"]["kind"].as_str().unwrap()))
        .collect();
    assert!(
        told.contains(&("proposal.created", "agent")) && told.contains(&("opportunity.updated", "user")),
        "{told:?}"
    );

    rep.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(deal(&rep, &made["id"]).await["amount"]["amount"], "100.00");
}

#[tokio::test]
async fn an_approval_counts_once_even_when_pressed_by_many() {
    let app = app().await;
    let made = app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&app.admin, "remind me to call Isdom renewal tomorrow").await;
    let proposed = proposal(&run);
    let (path, body) = (approval(proposed), json!({ "diff_hash": proposed["diff_hash"] }));
    let answers = futures::future::join_all((0..8).map(|_| app.admin.post(&path, body.clone()))).await;
    let mut codes: Vec<u16> = answers.iter().map(|a| a.status).collect();
    codes.sort_unstable();
    assert_eq!(codes, [200, 409, 409, 409, 409, 409, 409, 409]);
    let tasks = app.admin.get(&format!("/tasks?subject_id={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(tasks["items"].as_array().map(Vec::len), Some(1), "{tasks:#}");
    assert_eq!(tasks["items"][0]["title"], "Call Isdom renewal");
    let event = answers.iter().find(|a| a.status == 200).unwrap().body["event_id"].clone();
    let shown = format!("/proposals/{}", proposed["id"].as_str().unwrap());
    assert_eq!(app.admin.get(&shown).await.ok()["undone_at"], json!(null));
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    let tasks = app.admin.get(&format!("/tasks?subject_id={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(tasks["items"], json!([]));
    assert!(app.admin.get(&shown).await.ok()["undone_at"].is_string(), "a proposal says that it was undone");
}

#[tokio::test]
async fn a_changed_field_makes_it_stale_and_another_field_does_not() {
    let app = app().await;
    let made = app.admin.opportunity("Isdom renewal", json!({ "next_step": "Call" })).await;
    let path = format!("/opportunities/{}", made["id"].as_str().unwrap());
    let first = ask(&app.admin, "set the next step of Isdom renewal to send the offer").await;
    let second = ask(&app.admin, "set the next step of Isdom renewal to visit them").await;

    // Another field: applied to the record as it is now.
    app.admin.patch(&path, json!({ "version": 1, "probability": 55 })).await.ok();
    let approved =
        app.admin.post(&approval(proposal(&first)), json!({ "diff_hash": proposal(&first)["diff_hash"] })).await.ok();
    assert_eq!(approved["status"], "approved");
    let now = deal(&app.admin, &made["id"]).await;
    assert_eq!((&now["next_step"], &now["probability"]), (&json!("send the offer"), &json!(55)));

    // The field itself: it says so, and what it is now.
    let body = json!({ "diff_hash": proposal(&second)["diff_hash"] });
    assert_eq!(app.admin.post(&approval(proposal(&second)), body.clone()).await.problem(), "409 proposal_stale");
    let stale = app.admin.get(&format!("/proposals/{}", proposal(&second)["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&stale["status"], &stale["stale"]["fields"][0]["current"]),
        (&json!("stale"), &json!("send the offer"))
    );
    assert_eq!(deal(&app.admin, &made["id"]).await["next_step"], "send the offer");

    // Who has seen it may give a value of their own.
    let edited = app
        .admin
        .post(
            &approval(proposal(&second)),
            json!({ "diff_hash": proposal(&second)["diff_hash"], "edits": { "next_step": "both" } }),
        )
        .await
        .ok();
    assert_eq!(edited["status"], "approved");
    assert_eq!(deal(&app.admin, &made["id"]).await["next_step"], "both");
}

#[tokio::test]
async fn only_what_was_seen_can_be_approved_and_only_by_who_may() {
    let app = app().await;
    let (rep, other, reader) =
        (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let made = rep.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&rep, "set the amount of Isdom renewal to 50k").await;
    let proposed = proposal(&run);
    let body = json!({ "diff_hash": proposed["diff_hash"] });
    assert_eq!(rep.post(&approval(proposed), json!({ "diff_hash": "0" })).await.problem(), "409 proposal_changed");
    assert_eq!(other.post(&approval(proposed), body.clone()).await.problem(), "404 not_found");
    assert_eq!(reader.post(&approval(proposed), body.clone()).await.problem(), "403 forbidden");
    assert_eq!(
        rep.post(&approval(proposed), json!({ "diff_hash": proposed["diff_hash"], "edits": { "owner_id": other.id } }))
            .await
            .problem(),
        "422 invalid: owner_id"
    );
    assert_eq!(
        rep.post(&approval(proposed), json!({ "diff_hash": proposed["diff_hash"], "edits": { "amount": "lots" } }))
            .await
            .status,
        422
    );
    assert_eq!(deal(&rep, &made["id"]).await["version"], 1);
    // An administrator sees it by the record, and may.
    let list =
        app.admin.get(&format!("/proposals?status=pending&subject_id={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(list["items"][0]["id"], proposed["id"]);
    assert_eq!(app.admin.post(&approval(proposed), body).await.ok()["decided_by"]["id"], json!(app.admin.id));
}

#[tokio::test]
async fn a_rejected_proposal_stays_rejected() {
    let app = app().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&app.admin, "set the amount of Isdom renewal to 50k").await;
    let proposed = proposal(&run);
    let path = format!("/proposals/{}/rejection", proposed["id"].as_str().unwrap());
    let rejected = app.admin.post(&path, json!({ "reason": "Too much" })).await.ok();
    assert_eq!((&rejected["status"], &rejected["decision_reason"]), (&json!("rejected"), &json!("Too much")));
    assert_eq!(app.admin.post(&path, json!({})).await.problem(), "409 already_decided");
    assert_eq!(
        app.admin.post(&approval(proposed), json!({ "diff_hash": proposed["diff_hash"] })).await.problem(),
        "409 already_decided"
    );
}

#[tokio::test]
async fn a_proposed_move_meets_the_fields_its_stage_asks_for() {
    let app = app().await;
    let pipelines = app.admin.get("/pipelines").await.ok();
    let stages = pipelines["items"][0]["stages"].as_array().unwrap().clone();
    let stage = stages.iter().find(|s| s["name"] == "Proposal").unwrap();
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&app.admin, "move Isdom renewal to Proposal").await;
    let proposed = proposal(&run);
    let path = format!("/stages/{}", stage["id"].as_str().unwrap());
    app.admin.patch(&path, json!({ "required_fields": ["next_step"], "version": 1 })).await.ok();
    let refused = app.admin.post(&approval(proposed), json!({ "diff_hash": proposed["diff_hash"] })).await;
    assert_eq!(refused.problem(), "422 gate_not_cleared: next_step");
}
