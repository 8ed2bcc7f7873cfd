//! Clocks: what begins, pauses and ends them, and who sees them.

use dealwright_access::policy::Builtin;
use serde_json::json;

use super::{after, at, call, change, clocks, id, lead, moment, monday, rule, states};

#[tokio::test]
async fn a_first_response_is_met_by_a_call_and_the_record_says_so() {
    let (app, clock) = monday().await;
    rule(&app, "lead", "first_response", json!({ "warn_percent": 50 })).await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    after(&app, &clock, 0).await;
    let open = clocks(&app.admin, &path).await.remove(0);
    assert_eq!((moment(&open["warn_at"]), moment(&open["due_at"])), (at("11:00"), at("13:00")));
    assert_eq!(
        json!([open["state"], open["record"]["name"], open["measure"]]),
        json!(["running", "Petrov", "first_response"])
    );
    after(&app, &clock, 125).await;
    assert_eq!(states(&app.admin, &path).await, ["warning"]);
    call(&app.admin, &path).await;
    after(&app, &clock, 600).await;
    assert_eq!(states(&app.admin, &path).await, ["met"]);
    call(&app.admin, &path).await;
    after(&app, &clock, 600).await;
    assert_eq!(states(&app.admin, &path).await, ["met"], "there is one first response");
    let timeline = app.admin.get(&format!("{path}/timeline")).await.ok();
    let levels: Vec<_> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["type"].as_str().unwrap().starts_with("sla."))
        .map(|e| (e["type"].clone(), e["undoable"].clone()))
        .collect();
    assert_eq!(levels, [(json!("sla.met"), json!(false)), (json!("sla.warned"), json!(false))]);
}

#[tokio::test]
async fn what_comes_from_the_other_side_is_no_response() {
    let (app, clock) = monday().await;
    rule(&app, "lead", "first_response", json!({ "response_kinds": ["email"] })).await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    let lead = path.trim_start_matches("/leads/");
    for (kind, direction) in [("email", "in"), ("call", "out")] {
        app.admin
            .post("/activities", json!({ "kind": kind, "direction": direction, "subject": "x", "lead_id": lead }))
            .await
            .ok();
    }
    after(&app, &clock, 1).await;
    assert_eq!(states(&app.admin, &path).await, ["running"]);
    app.admin
        .post("/activities", json!({ "kind": "email", "direction": "out", "subject": "x", "lead_id": lead }))
        .await
        .ok();
    after(&app, &clock, 1).await;
    assert_eq!(states(&app.admin, &path).await, ["met"]);
}

#[tokio::test]
async fn a_deals_stages_have_clocks_of_their_own_and_some_are_pauses() {
    let (app, clock) = monday().await;
    let [first, second, third] =
        [app.admin.stage("Prospecting").await, app.admin.stage("Qualified").await, app.admin.stage("Engaging").await];
    rule(&app, "opportunity", "time_in_stage", json!({ "places": [first, third] })).await;
    let waiting = json!({ "name": "Answer", "pause_in": [second] });
    rule(&app, "opportunity", "next_activity", waiting).await;
    let deal = app.admin.opportunity("Deal", json!({ "stage_id": first })).await;
    let path = format!("/opportunities/{}", id(&deal));
    after(&app, &clock, 60).await;
    change(&app.admin, &path, json!({ "stage_id": second })).await;
    after(&app, &clock, 600).await;
    assert_eq!(states(&app.admin, &path).await, ["paused", "met"], "nothing is due in a pause");
    change(&app.admin, &path, json!({ "stage_id": third })).await;
    after(&app, &clock, 0).await;
    let open = clocks(&app.admin, &path).await;
    let due: Vec<_> = open
        .iter()
        .filter(|c| c["ended_at"].is_null())
        .map(|c| (c["place"]["name"].clone(), moment(&c["due_at"])))
        .collect();
    assert_eq!(
        due,
        [(json!("Prospecting"), at("23:00")), (json!("Engaging"), "2026-06-02T00:00:00Z".parse().unwrap())]
    );
    // A task for it, and nothing is due until it is done.
    let task = app.admin.post("/tasks", json!({ "title": "Call", "opportunity_id": id(&deal) })).await.ok();
    after(&app, &clock, 1).await;
    assert_eq!(states(&app.admin, &path).await, ["running", "met", "met"]);
    change(&app.admin, &format!("/tasks/{}", id(&task)), json!({ "done": true })).await;
    after(&app, &clock, 1).await;
    assert_eq!(states(&app.admin, &path).await, ["running", "running", "met", "met"]);
    // Won, it is left alone.
    change(&app.admin, &path, json!({ "stage_id": app.admin.stage("Won").await })).await;
    after(&app, &clock, 6000).await;
    let mut outcomes: Vec<_> =
        clocks(&app.admin, &path).await.iter().map(|c| c["outcome"].as_str().unwrap().to_owned()).collect();
    outcomes.sort();
    assert_eq!(outcomes, ["closed", "met", "met", "met"]);
}

#[tokio::test]
async fn a_record_that_is_deleted_has_no_clock_and_begins_anew_when_it_is_back() {
    let (app, clock) = monday().await;
    rule(&app, "lead", "first_response", json!({})).await;
    let (gone, merged) = (lead(&app.admin, "Gone", json!({})).await, lead(&app.admin, "Same", json!({})).await);
    let kept = lead(&app.admin, "Same", json!({})).await;
    after(&app, &clock, 60).await;
    let delete = app.admin.request(reqwest::Method::DELETE, &gone).header("if-match", "\"1\"");
    app.admin.send(delete).await;
    let ids = [&kept, &merged].map(|path| path.trim_start_matches("/leads/").to_owned());
    let merge =
        json!({ "object": "lead", "winner_id": ids[0], "loser_id": ids[1], "winner_version": 1, "loser_version": 1 });
    app.admin.post("/merges", merge).await.ok();
    after(&app, &clock, 600).await;
    assert_eq!(super::count(&app, "select count(*) from sla_timer where outcome = 'gone'").await, 2);
    assert_eq!(states(&app.admin, &kept).await, ["breached"]);
    app.admin.post(&format!("{gone}/restore"), json!({})).await.ok();
    after(&app, &clock, 0).await;
    assert_eq!(states(&app.admin, &gone).await, ["running", "ended"]);
    // A conversion ends it too.
    app.admin.post(&format!("{gone}/convert"), json!({ "contact": {}, "version": 3 })).await.ok();
    after(&app, &clock, 600).await;
    assert_eq!(states(&app.admin, &gone).await, ["ended", "ended"]);
}

#[tokio::test]
async fn conditions_are_asked_whenever_a_record_changes() {
    let (app, clock) = monday().await;
    let more = json!({ "condition": "rating == \"hot\"", "pause_while": "description == \"waiting\"" });
    rule(&app, "lead", "first_response", more).await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    after(&app, &clock, 60).await;
    assert_eq!(states(&app.admin, &path).await, Vec::<String>::new());
    change(&app.admin, &path, json!({ "rating": "hot" })).await;
    after(&app, &clock, 60).await;
    assert_eq!(moment(&clocks(&app.admin, &path).await[0]["due_at"]), at("14:00"), "four hours from when it was hot");
    change(&app.admin, &path, json!({ "description": "waiting" })).await;
    after(&app, &clock, 600).await;
    assert_eq!(states(&app.admin, &path).await, ["paused"]);
    change(&app.admin, &path, json!({ "description": null })).await;
    after(&app, &clock, 60).await;
    assert_eq!(states(&app.admin, &path).await, ["running"]);
    change(&app.admin, &path, json!({ "rating": "cold" })).await;
    after(&app, &clock, 600).await;
    assert_eq!(clocks(&app.admin, &path).await[0]["outcome"], "unmatched");
}

#[tokio::test]
async fn each_owner_has_their_time_when_it_counts_from_assignment() {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    rule(&app, "lead", "first_response", json!({ "response_from": "assignment" })).await;
    let path = lead(&app.admin, "Petrov", json!({})).await;
    after(&app, &clock, 120).await;
    change(&app.admin, &path, json!({ "owner_id": rep.id })).await;
    after(&app, &clock, 180).await;
    let now = clocks(&app.admin, &path).await;
    assert_eq!(
        json!([now[0]["state"], now[0]["owner"]["id"], now[1]["outcome"]]),
        json!(["running", rep.id, "reassigned"])
    );
    after(&app, &clock, 120).await;
    let counted = app.admin.get("/sla/adherence?from=2026-06-01&to=2026-06-01").await.ok();
    assert_eq!(json!([counted["total"]["breached"], counted["by_owner"][0]["of"]["id"]]), json!([1, rep.id]));
}

/// A clock is seen by who sees its record, by nobody else, and nowhere.
#[tokio::test]
async fn a_clock_is_seen_as_its_record_is() {
    let (app, clock) = monday().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    rule(&app, "opportunity", "time_in_stage", json!({ "warn_percent": 50 })).await;
    let deal = rep.opportunity("Secret", json!({})).await;
    let path = format!("/opportunities/{}", id(&deal));
    after(&app, &clock, 180).await;
    let names = |list: serde_json::Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|t| t["record"]["name"].as_str().unwrap().to_owned()).collect()
    };
    for state in ["open", "due_soon"] {
        let list = format!("/sla/timers?state={state}");
        assert_eq!(names(rep.get(&list).await.ok()), ["Secret"]);
        assert_eq!(names(other.get(&list).await.ok()), Vec::<String>::new());
    }
    after(&app, &clock, 180).await;
    assert_eq!(names(rep.get("/sla/timers?state=breached").await.ok()), ["Secret"]);
    assert_eq!(names(rep.get("/sla/timers?state=breached&owner=me").await.ok()), ["Secret"]);
    let (stranger, nobody) = (app.stranger().await, app.nobody());
    for who in [&other, &stranger] {
        assert_eq!(names(who.get("/sla/timers?state=breached").await.ok()), Vec::<String>::new());
        assert_eq!(who.get(&format!("{path}/sla")).await.problem(), "404 not_found");
        let counted = who.get("/sla/adherence?from=2026-06-01&to=2026-06-02").await.ok();
        assert_eq!(
            json!([counted["total"]["breached"], counted["open_breaches"], counted["by_owner"]]),
            json!([0, 0, []])
        );
    }
    assert_eq!(nobody.get("/sla/timers").await.status, 401);
    let counted = rep.get("/sla/adherence?from=2026-06-01&to=2026-06-02").await.ok();
    assert_eq!(
        json!([counted["total"], counted["open_breaches"]]),
        json!([{ "met": 0, "breached": 1, "percent": 0.0 }, 1])
    );
    // In the bin, it is nowhere.
    let delete = rep.request(reqwest::Method::DELETE, &path).header("if-match", "\"1\"");
    rep.send(delete).await;
    assert_eq!(names(rep.get("/sla/timers?state=breached").await.ok()), Vec::<String>::new());
}

#[tokio::test]
async fn lists_have_pages_and_refuse_what_they_do_not_know() {
    let (app, clock) = monday().await;
    rule(&app, "lead", "first_response", json!({})).await;
    for n in 0..5 {
        lead(&app.admin, &format!("Lead {n}"), json!({})).await;
        after(&app, &clock, 1).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.admin.get(&format!("/sla/timers?limit=2{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|t| t["record"]["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..5).map(|n| format!("Lead {n}")).collect::<Vec<_>>());
    assert_eq!(app.admin.get("/sla/timers?state=late").await.status, 400);
    assert_eq!(app.admin.get("/sla/timers?owner=you").await.status, 400);
    assert_eq!(app.admin.get("/sla/timers?cursor=xyz").await.problem(), "400 invalid_cursor: cursor");
    assert_eq!(app.admin.get("/sla/adherence?from=2026-06-02&to=2026-06-01").await.status, 400);
}
