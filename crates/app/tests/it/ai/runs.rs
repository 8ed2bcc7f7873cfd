//! Runs: what they answer, what they ask, who sees them, and how they go on after being cut off.

use dealwright_access::policy::Builtin;
use dealwright_ai::agent::{self, RunJob};
use dealwright_kernel::id::AgentRunId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{app, ask, ask_with, text};

#[tokio::test]
async fn a_list_is_of_what_the_asker_may_see_and_cites_it() {
    let app = app().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let stage = rep.stage("Engaging").await;
    let mine = rep
        .opportunity("Isdom renewal", json!({ "stage_id": stage, "amount": { "amount": "4514", "currency": "EUR" } }))
        .await;
    other.opportunity("Secret deal", json!({ "stage_id": stage })).await;

    let run = ask(&rep, "show me the open deals in Engaging").await;
    assert_eq!(run["status"], "done", "{run:#}");
    assert_eq!(
        text(&run),
        "1 open deal in Engaging, worth 4,514 EUR in all.\n- Isdom renewal [1]: Engaging, 4,514 EUR, sales_rep0"
    );
    assert_eq!(
        run["answer"]["citations"],
        json!([{ "n": 1, "type": "opportunity", "id": mine["id"], "label": "Isdom renewal" }])
    );
    assert_eq!(
        (&run["answer"]["without_model"], &run["planner"], &run["answer"]["left_out"]),
        (&json!(true), &json!("deterministic"), &json!(0))
    );
    let steps: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["plan", "tool", "review"]);
    assert!(!run.to_string().contains("Secret"));
}

#[tokio::test]
async fn figures_are_counted_in_the_database() {
    let app = app().await;
    let won = app.admin.stage("Won").await;
    for (name, amount) in [("A", "100"), ("B", "250.50"), ("C", "1000000")] {
        app.admin.opportunity(name, json!({ "amount": { "amount": amount, "currency": "EUR" } })).await;
    }
    app.admin.opportunity("D", json!({ "stage_id": won, "amount": { "amount": "7", "currency": "EUR" } })).await;
    let run = ask(&app.admin, "how much is my pipeline worth?").await;
    assert_eq!(text(&run), "Over open deals of yours: 1,000,350.50 EUR in 3 deals.");
    let run = ask(&app.admin, "what is our win rate?").await;
    assert_eq!(text(&run), "Over deals: 100% won (1 won, 0 lost).");
}

#[tokio::test]
async fn two_that_fit_are_asked_about_and_the_answer_is_taken_up() {
    let app = app().await;
    for name in ["Isdom north", "Isdom south"] {
        app.admin.opportunity(name, json!({})).await;
    }
    let run = ask(&app.admin, "move the Isdom deal to Proposal").await;
    assert_eq!(run["status"], "waiting");
    assert_eq!(run["proposals"], json!([]));
    let options: Vec<&str> =
        run["answer"]["question"]["options"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
    assert_eq!(options.len(), 2, "{run:#}");

    let answered =
        ask_with(&app.admin, json!({ "goal": "Isdom south", "conversation_id": run["conversation_id"] })).await;
    assert_eq!(answered["status"], "done");
    assert_eq!(answered["proposals"][0]["target"]["name"], "Isdom south", "{answered:#}");
    let conversation =
        app.admin.get(&format!("/conversations/{}", run["conversation_id"].as_str().unwrap())).await.ok();
    assert_eq!(conversation["runs"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_lost_deal_needs_its_reason_before_anything_is_proposed() {
    let app = app().await;
    let deal = app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = ask_with(
        &app.admin,
        json!({ "goal": "mark this as lost", "context": { "type": "opportunity", "id": deal["id"] } }),
    )
    .await;
    assert_eq!(run["status"], "waiting");
    assert_eq!(run["answer"]["question"]["text"], "Why was Isdom renewal lost?");
    let run = ask_with(&app.admin, json!({ "goal": "Price", "conversation_id": run["conversation_id"] })).await;
    let fields: Vec<&str> =
        run["proposals"][0]["diff"].as_array().unwrap().iter().map(|d| d["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["lost_reason_id", "stage_id"], "{run:#}");
}

#[tokio::test]
async fn runs_are_their_askers_own() {
    let app = app().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesManager).await);
    let run = ask(&rep, "how many deals are open?").await;
    let path = format!("/agent-runs/{}", run["id"].as_str().unwrap());
    for who in [&other, &app.admin] {
        assert_eq!(who.get(&path).await.problem(), "404 not_found");
        assert_eq!(who.get(&format!("{path}/stream")).await.problem(), "404 not_found");
        assert_eq!(who.post(&format!("{path}/cancellation"), json!({})).await.problem(), "404 not_found");
        assert_eq!(who.post(&format!("{path}/feedback"), json!({ "useful": true })).await.problem(), "404 not_found");
        let conversation = format!("/conversations/{}", run["conversation_id"].as_str().unwrap());
        assert_eq!(who.get(&conversation).await.problem(), "404 not_found");
        assert_eq!(
            who.post("/agent-runs", json!({ "goal": "hi", "conversation_id": run["conversation_id"] })).await.problem(),
            "404 not_found"
        );
    }
    assert_eq!(rep.post(&format!("{path}/feedback"), json!({ "useful": false, "comment": "No" })).await.status, 204);
    assert_eq!(rep.get(&path).await.body["feedback"], json!({ "useful": false, "comment": "No", "rating": null }));
    let list = rep.get("/agent-runs?limit=1").await.ok();
    assert_eq!(list["items"][0]["id"], run["id"]);
}

#[tokio::test]
async fn a_read_only_user_gets_answers_and_no_proposals() {
    let app = app().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(text(&ask(&reader, "how many open deals are there?").await), "There is 1 open deal.");
    let run = ask(&reader, "move Isdom renewal to Proposal").await;
    assert_eq!((&run["status"], &run["proposals"]), (&json!("done"), &json!([])));
    assert!(text(&run).starts_with("You may not do that"), "{run:#}");
}

#[tokio::test]
async fn a_stream_is_resumed_where_it_broke_off() {
    let app = app().await;
    let run = ask(&app.admin, "how many deals are open?").await;
    let path = format!("/agent-runs/{}/stream", run["id"].as_str().unwrap());
    let whole = app.admin.get(&path).await.body.as_str().unwrap().to_owned();
    let ids = |text: &str| text.lines().filter_map(|l| l.strip_prefix("id: ")?.parse::<i32>().ok()).collect::<Vec<_>>();
    let all = ids(&whole);
    assert_eq!(all, (1..=i32::try_from(all.len()).unwrap()).collect::<Vec<_>>());
    for event in ["step", "plan", "text", "answer", "done"] {
        assert!(whole.contains(&format!("event: {event}\n")), "{event} in {whole}");
    }
    let rest = app.admin.send(app.admin.request(Method::GET, &path).header("last-event-id", "3")).await;
    assert_eq!(ids(rest.body.as_str().unwrap()), all[3..]);
    let bad = app.admin.send(app.admin.request(Method::GET, &path).header("last-event-id", "x")).await;
    assert_eq!(bad.problem(), "400 invalid_last_event_id: Last-Event-ID");
}

#[tokio::test]
async fn a_cancelled_run_does_nothing_more() {
    let app = dealwright_testkit::TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let made = app.admin.post("/agent-runs", json!({ "goal": "move Isdom renewal to Proposal" })).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(app.admin.post(&format!("/agent-runs/{id}/cancellation"), json!({})).await.status, 202);
    let person = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let job = RunJob { user: app.admin.id.0, run: AgentRunId(id.parse().unwrap()).0 };
    agent::graph::execute(&app.state.assistant, &person, &job).await.unwrap();
    let run = app.admin.get(&format!("/agent-runs/{id}")).await.ok();
    assert_eq!((&run["status"], &run["proposals"], &run["steps"]), (&json!("cancelled"), &json!([]), &json!([])));
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let app = app().await;
    let post = |body: Value| app.admin.post("/agent-runs", body);
    assert_eq!(post(json!({})).await.problem(), "422 invalid: goal");
    assert_eq!(post(json!({ "goal": "  " })).await.problem(), "422 invalid: goal");
    assert_eq!(post(json!({ "goal": "x".repeat(4001) })).await.problem(), "422 invalid: goal");
    assert_eq!(post(json!({ "goal": "x", "model": "y" })).await.problem(), "422 invalid: model");
    assert_eq!(post(json!({ "goal": "x", "context": { "type": "user", "id": app.admin.id } })).await.status, 422);
    assert_eq!(app.admin.get("/agent-runs?limit=0").await.status, 400);
    assert_eq!(app.admin.get("/proposals?status=odd").await.status, 400);
    let status = app.admin.get("/ai/status").await.ok();
    assert_eq!((&status["mode"], &status["state"]), (&json!("off"), &json!("off")));
}
