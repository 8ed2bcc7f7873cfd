//! Agents that work on their own: for whom, once, in whose rights, and what becomes of it.

mod notes;

use chrono::TimeDelta;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

/// A server on a Monday at nine in UTC.
async fn monday() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-06-01T09:00:00Z".parse().unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

/// Does what is due, as the worker does.
async fn work(app: &TestApp) {
    dealwright_routine::run::tick(&app.state.access).await.unwrap();
    app.drain().await;
}

async fn switch(admin: &Person, kind: &str, mut patch: Value) -> Value {
    let now = admin.get(&format!("/routines/{kind}")).await.ok();
    patch["version"] = now["version"].clone();
    admin.patch(&format!("/routines/{kind}"), patch).await.ok()
}

async fn results(who: &Person) -> Vec<Value> {
    who.get("/routine-results").await.ok()["items"].as_array().unwrap().clone()
}

fn lines(result: &Value) -> Vec<String> {
    let told = |line: &Value| {
        format!("{}: {}", line["record"]["name"].as_str().unwrap_or("-"), line["text"].as_str().unwrap())
    };
    result["lines"].as_array().unwrap().iter().map(told).collect()
}

async fn put(who: &Person, path: &str, body: Value) -> Answer {
    who.send(who.request(Method::PUT, path).json(&body)).await
}

/// Makes deals as old as this.
async fn aged(app: &TestApp, days: i64) {
    let mut db = app.db.superuser().await;
    let sql = format!("update opportunity set stage_entered_at = stage_entered_at - interval '{days} days'");
    db.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
}

#[tokio::test]
async fn each_is_told_once_a_day_what_they_may_see() {
    let (app, clock) = monday().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    rep.post("/tasks", json!({ "title": "Send the offer", "due_date": "2026-06-01" })).await.ok();
    rep.opportunity("Mine", json!({ "close_date": "2026-06-03" })).await;
    other.opportunity("Theirs", json!({ "close_date": "2026-06-02" })).await;
    let set = switch(&app.admin, "daily_priorities", json!({ "active": true })).await;
    assert_eq!(json!([set["active"], set["version"], set["schedule"]["at"]]), json!([true, 1, "07:00"]));

    work(&app).await;
    work(&app).await;
    let told = results(&rep).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["title"], "2 things to do today");
    assert_eq!(lines(&told[0]), ["Send the offer: Due today", "Mine: Is to close in 2 days; has no next step"]);
    assert_eq!(lines(&results(&other).await[0]), ["Theirs: Is to close in 1 day; has no next step"]);
    assert_eq!(app.stranger().await.get("/routine-results").await.ok()["items"], json!([]));

    // The next day again, and the newer one stands in place of the older.
    clock.advance(TimeDelta::days(1));
    work(&app).await;
    let next = results(&rep).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next[0]["id"], told[0]["id"]);
    assert_eq!(rep.get("/routine-results?all=true").await.ok()["items"].as_array().unwrap().len(), 2);

    // The log tells who was told, and nothing of what.
    let log = app.admin.get("/routines/daily_priorities/runs").await.ok();
    let items = log["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|run| run["user"]["id"] == json!(rep.id)).count(), 2);
    assert!(items.iter().all(|run| run["period"] == "2026-06-01" || run["period"] == "2026-06-02"));
    assert!(!log.to_string().contains("Send the offer"));
}

#[tokio::test]
async fn two_servers_tell_once() {
    let (app, _) = monday().await;
    app.admin.post("/tasks", json!({ "title": "Call", "due_date": "2026-06-01" })).await.ok();
    switch(&app.admin, "daily_priorities", json!({ "active": true })).await;
    tokio::join!(work(&app), work(&app), work(&app));
    work(&app).await;
    assert_eq!(results(&app.admin).await.len(), 1);
    let runs = app.admin.get("/routines/daily_priorities/runs").await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deal_that_stands_still_gets_a_proposal_and_is_left_alone_for_a_week() {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Slow", json!({})).await;
    aged(&app, 30).await;
    switch(&app.admin, "stalled_deals", json!({ "active": true, "by_mail": true })).await;
    work(&app).await;
    let told = &results(&rep).await[0];
    assert_eq!(told["title"], "1 deal stands still");
    assert!(lines(told)[0].starts_with("Slow: 30 days in Prospecting, no activity yet"), "{told}");
    let proposal = &told["proposals"][0];
    assert_eq!(
        json!([
            proposal["status"],
            proposal["kind"],
            proposal["tainted"],
            told["lines"][0]["proposal_id"] == proposal["id"]
        ]),
        json!(["pending", "create_task", false, true])
    );
    // Nothing was written; a person's yes makes the task, as any proposal.
    assert_eq!(rep.get("/tasks").await.ok()["items"], json!([]));
    let approval = format!("/proposals/{}/approval", proposal["id"].as_str().unwrap());
    rep.post(&approval, json!({ "diff_hash": proposal["diff_hash"] })).await.ok();
    let tasks = rep.get("/tasks").await.ok();
    assert_eq!(
        json!([tasks["items"][0]["title"], tasks["items"][0]["due_date"], tasks["items"][0]["opportunity_id"]]),
        json!(["Follow up on Slow", "2026-06-02", deal["id"]])
    );
    let letters: Vec<_> =
        std::fs::read_dir(&app.letters).unwrap().map(|l| std::fs::read_to_string(l.unwrap().path()).unwrap()).collect();
    assert!(letters.iter().any(|l| l.contains("Subject: 1 deal stands still") && l.contains(&rep.email)));

    clock.advance(TimeDelta::days(1));
    work(&app).await;
    assert_eq!(rep.get("/routine-results?all=true").await.ok()["items"].as_array().unwrap().len(), 1);
    let figures = app.admin.get("/routines/stalled_deals").await.ok()["figures"].clone();
    assert_eq!(
        json!([figures["failed"], figures["found"], figures["proposals"], figures["approved"], figures["cost_micros"]]),
        json!([0, 1, 1, 1, 0])
    );
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_sends_nothing() {
    let (app, _) = monday().await;
    app.admin.opportunity("Slow", json!({})).await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("The rep's", json!({})).await;
    aged(&app, 30).await;
    let tried = app.admin.post("/routines/stalled_deals/dry-run", json!({})).await.ok();
    assert_eq!(lines(&tried).len(), 1);
    assert_eq!(tried["drafts"][0]["diff"][0]["new"], "Follow up on Slow");
    let theirs = app.admin.post("/routines/stalled_deals/dry-run", json!({ "user_id": rep.id })).await.ok();
    assert!(lines(&theirs)[0].starts_with("The rep's: "));
    for kind in
        ["daily_priorities", "weekly_insights", "lead_enrichment", "lead_scoring", "duplicate_sweep", "meeting_tasks"]
    {
        app.admin.post(&format!("/routines/{kind}/dry-run"), json!({})).await.ok();
    }
    work(&app).await;
    assert_eq!(app.admin.get("/routines/stalled_deals/runs").await.ok()["items"], json!([]));
    assert_eq!(app.admin.get("/proposals").await.ok()["items"], json!([]));
    assert_eq!(rep.post("/routines/stalled_deals/dry-run", json!({})).await.problem(), "403 forbidden");
    let nobody = json!({ "user_id": "00000000-0000-7000-8000-000000000000" });
    assert_eq!(app.admin.post("/routines/stalled_deals/dry-run", nobody).await.status, 404);
}

#[tokio::test]
async fn who_may_not_and_what_does_not_fit() {
    let (app, _) = monday().await;
    let manager = app.user(Builtin::SalesManager).await;
    assert_eq!(manager.get("/routines").await.problem(), "403 forbidden");
    assert_eq!(
        manager.patch("/routines/stalled_deals", json!({ "active": true, "version": 0 })).await.problem(),
        "403 forbidden"
    );
    let kinds = app.admin.get("/routines").await.ok();
    assert_eq!(kinds["items"].as_array().unwrap().len(), 7);
    assert!(
        kinds["items"].as_array().unwrap().iter().all(|routine| routine["active"] == false && routine["version"] == 0)
    );
    let nil = "00000000-0000-7000-8000-000000000000";
    for (patch, problem) in [
        (json!({ "active": true }), "422 invalid: version"),
        (json!({ "active": true, "version": 7 }), "409 version_conflict"),
        (json!({ "schedule": { "at": "7", "days": ["mon"] }, "version": 0 }), "422 invalid: schedule.at"),
        (json!({ "schedule": { "at": "07:00", "days": [] }, "version": 0 }), "422 invalid: schedule.days"),
        (json!({ "audience": {}, "version": 0 }), "422 invalid: audience"),
        (json!({ "audience": { "role_ids": [nil] }, "version": 0 }), "422 invalid: audience.role_ids"),
        (json!({ "audience": { "user_ids": [nil] }, "version": 0 }), "422 invalid: audience.user_ids"),
        (json!({ "audience": { "user_ids": vec![nil; 201] }, "version": 0 }), "422 invalid: audience.user_ids"),
        (json!({ "colour": "red", "version": 0 }), "422 invalid: colour"),
    ] {
        let said = app.admin.patch("/routines/stalled_deals", patch.clone()).await.problem();
        assert!(said.starts_with(problem.split(": ").next().unwrap()), "{patch}: {said}");
    }
    let timed = json!({ "schedule": { "at": "07:00", "days": ["mon"] }, "version": 0 });
    assert_eq!(app.admin.patch("/routines/meeting_tasks", timed).await.status, 422);
    assert_eq!(app.admin.get("/routines/lunch").await.status, 404);
    assert_eq!(app.admin.get("/routines/stalled_deals/runs?limit=0").await.status, 400);
    assert_eq!(app.admin.get("/routine-results?cursor=x").await.status, 400);
}

#[tokio::test]
async fn an_audience_is_kept_to_and_a_person_may_mute() {
    let (app, _) = monday().await;
    let west = app.team("West", None).await;
    let south = app.team("South West", Some(west)).await;
    let (inside, outside) = (app.user_in(Builtin::SalesRep, Some(south)).await, app.user(Builtin::SalesRep).await);
    let muted = app.user_in(Builtin::SalesRep, Some(west)).await;
    for who in [&inside, &outside, &muted] {
        who.post("/tasks", json!({ "title": "Call", "due_date": "2026-06-01" })).await.ok();
    }
    let set =
        switch(&app.admin, "daily_priorities", json!({ "active": true, "audience": { "team_ids": [west] } })).await;
    assert_eq!(set["audience_names"][0]["name"], "West");
    let mine = |who: &Value| who["items"].as_array().unwrap().len();
    assert_eq!(mine(&muted.get("/routine-subscriptions").await.ok()), 1);
    assert_eq!(mine(&outside.get("/routine-subscriptions").await.ok()), 0);
    assert_eq!(put(&muted, "/routine-subscriptions/daily_priorities", json!({ "muted": true })).await.status, 204);
    work(&app).await;
    assert_eq!([results(&inside).await.len(), results(&outside).await.len(), results(&muted).await.len()], [1, 0, 0]);
    assert_eq!(put(&muted, "/routine-subscriptions/daily_priorities", json!({ "muted": false })).await.status, 204);
    work(&app).await;
    assert_eq!(results(&muted).await.len(), 1);

    // A rating is the person's; another can neither read nor rate what they were told.
    let id = results(&inside).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/routine-results/{id}");
    assert_eq!(outside.patch(&path, json!({ "rating": 1 })).await.status, 404);
    assert_eq!(app.admin.patch(&path, json!({ "rating": 1 })).await.status, 404);
    assert_eq!(inside.patch(&path, json!({ "rating": 6 })).await.status, 422);
    let rated = inside.patch(&path, json!({ "rating": 4, "comment": "Good order", "dismissed": true })).await.ok();
    assert_eq!(
        json!([rated["rating"], rated["comment"], rated["dismissed_at"].is_string()]),
        json!([4, "Good order", true])
    );
    assert_eq!(results(&inside).await.len(), 0);
    let figures = app.admin.get("/routines/daily_priorities").await.ok()["figures"].clone();
    assert_eq!(json!([figures["rating"], figures["ratings"]]), json!(["4.0", 1]));
    let log = app.admin.get("/routines/daily_priorities/runs").await.ok();
    assert!(log["items"].as_array().unwrap().iter().any(|run| run["comment"] == "Good order"));
}

#[tokio::test]
async fn a_line_about_what_one_no_longer_sees_is_gone() {
    let (app, _) = monday().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let deal = rep.opportunity("Slow", json!({})).await;
    aged(&app, 30).await;
    switch(&app.admin, "stalled_deals", json!({ "active": true })).await;
    work(&app).await;
    assert_eq!(lines(&results(&rep).await[0]).len(), 1);
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    app.admin.patch(&path, json!({ "owner_id": other.id, "version": deal["version"] })).await.ok();
    let told = &results(&rep).await[0];
    assert_eq!(json!([told["lines"], told["left_out"]]), json!([[], 1]));
}

#[tokio::test]
async fn the_week_is_told_in_figures_with_their_deals() {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let won = rep.opportunity("Won", json!({ "amount": euros("1000") })).await;
    rep.opportunity("Open", json!({ "amount": euros("2500"), "close_date": "2026-06-10" })).await;
    app.admin.opportunity("The admin's", json!({ "amount": euros("999999") })).await;
    let stage = json!({ "stage_id": rep.stage("Won").await, "version": won["version"] });
    rep.patch(&format!("/opportunities/{}", won["id"].as_str().unwrap()), stage).await.ok();
    clock.advance(TimeDelta::days(7));
    let rep = app.again(&rep).await;
    let admin = app.again(&app.admin).await;
    switch(&admin, "weekly_insights", json!({ "active": true })).await;
    work(&app).await;
    let told = &results(&rep).await[0];
    assert_eq!(told["title"], "The pipeline from 1 Jun to 7 Jun");
    assert_eq!(
        lines(told),
        [
            "-: Open: 1 deal, worth 2,500 EUR (0 a week before)",
            "-: Won: 1 deal, worth 1,000 EUR (0 the week before)",
            "-: New: 2 deals (0 the week before)",
            "-: Win rate: 100% (nothing was closed the week before)",
            "-: To close by 14 Jun: 1 deal, worth 2,500 EUR",
        ]
    );
    let tree = json!({ "filter": told["lines"][1]["deals"] });
    let found = rep.post("/opportunities/query", tree).await.ok();
    assert_eq!(found["items"][0]["name"], "Won");
}

#[tokio::test]
async fn a_new_lead_is_looked_up_for_its_owner() {
    let (app, clock) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    switch(&app.admin, "lead_enrichment", json!({ "active": true })).await;
    let lead = json!({ "last_name": "Berg", "company": "Corning", "email": "a.berg@corning.com" });
    rep.post("/leads", lead).await.ok();
    rep.post("/leads", json!({ "last_name": "Nobody" })).await.ok();
    work(&app).await;
    assert_eq!(results(&rep).await.len(), 0, "leads of five minutes are told of together");
    clock.advance(TimeDelta::minutes(5));
    work(&app).await;
    let told = &results(&rep).await[0];
    assert_eq!(told["title"], "Sources know more of 1 new lead");
    assert!(lines(told)[0].contains("sure"), "{told}");
    assert_eq!(results(&app.admin).await.len(), 0);
}

#[tokio::test]
async fn the_best_leads_are_told_with_their_reasons() {
    let (app, _) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let lead = rep.post("/leads", json!({ "last_name": "Berg", "company": "Corning" })).await.ok();
    work(&app).await;
    app.db.superuser().await.execute("update lead set score = 90, score_grade = 'a'").await.unwrap();
    switch(&app.admin, "lead_scoring", json!({ "active": true })).await;
    work(&app).await;
    let told = &results(&rep).await[0];
    assert_eq!(told["title"], "1 promising lead to call");
    assert!(lines(told)[0].starts_with("Berg: 90 of 100 points: "), "{told}");
    assert_eq!(told["proposals"][0]["diff"][0]["new"], "Call Berg");
    assert_eq!(told["proposals"][0]["target"]["id"], lead["id"]);
}

#[tokio::test]
async fn duplicates_are_swept_before_they_are_told() {
    let (app, clock) = monday().await;
    for _ in 0..2 {
        let account = json!({ "name": "Isdom Industries", "domain": null, "website": "https://isdom.example", "allow_duplicates": true });
        app.admin.post("/accounts", account).await.ok();
    }
    app.db.superuser().await.execute("delete from duplicate_pair").await.unwrap();
    let set = json!({ "active": true, "schedule": { "at": "06:00", "days": ["mon"] } });
    switch(&app.admin, "duplicate_sweep", set).await;
    work(&app).await;
    assert_eq!(results(&app.admin).await.len(), 0, "it waits for the sweep");
    clock.advance(TimeDelta::seconds(20));
    work(&app).await;
    let told = &results(&app.admin).await[0];
    assert_eq!(told["title"], "May be there twice: 1 pair of accounts");
    assert!(lines(told)[0].starts_with("Isdom Industries: May be the same as Isdom Industries: "), "{told}");
}

#[tokio::test]
async fn a_run_that_fails_is_seen_and_tried_again() {
    let (app, clock) = monday().await;
    app.admin.post("/tasks", json!({ "title": "Call", "due_date": "2026-06-01" })).await.ok();
    switch(&app.admin, "daily_priorities", json!({ "active": true })).await;
    let mut db = app.db.superuser().await;
    db.execute("alter table routine_result add constraint broken check (title = 'never') not valid").await.unwrap();
    work(&app).await;
    let run = app.admin.get("/routines/daily_priorities/runs").await.ok()["items"][0].clone();
    assert_eq!(json!([run["status"], run["code"]]), json!(["failed", "out_of_range"]));
    let last = app.admin.get("/routines/daily_priorities").await.ok()["last_run"].clone();
    assert_eq!(last["status"], "failed");
    db.execute("alter table routine_result drop constraint broken").await.unwrap();
    clock.advance(TimeDelta::minutes(1));
    work(&app).await;
    let run = app.admin.get("/routines/daily_priorities/runs").await.ok()["items"][0].clone();
    assert_eq!(json!([run["status"], run["attempts"], run["code"]]), json!(["done", 2, null]));
    assert_eq!(results(&app.admin).await.len(), 1);
}

#[tokio::test]
async fn the_guardrails_bind_them_too() {
    let (app, _) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.post("/tasks", json!({ "title": "Call", "due_date": "2026-06-01" })).await.ok();
    rep.opportunity("Slow", json!({})).await;
    aged(&app, 30).await;
    switch(&app.admin, "daily_priorities", json!({ "active": true })).await;
    put(&app.admin, "/guardrails/stop", json!({ "reason": "A drill" })).await.ok();
    let notes = json!({ "text": "Action: Bob sends the offer by Friday." });
    assert_eq!(rep.post("/action-items", notes.clone()).await.problem(), "409 ai_stopped");
    work(&app).await;
    assert_eq!(results(&rep).await, Vec::<Value>::new());
    // The day is not over by that.
    app.admin.delete("/guardrails/stop").await;
    work(&app).await;
    assert_eq!(results(&rep).await.len(), 1);

    // Who may not have tasks proposed is still told, and nothing is proposed.
    let mut rails = app.admin.get("/guardrails").await.ok();
    for told in ["known_tools", "stopped", "shipped", "updated_by", "updated_at"] {
        rails.as_object_mut().unwrap().remove(told);
    }
    rails["tools"] = json!([{ "tool": "create_task", "allowed": false }]);
    put(&app.admin, "/guardrails", rails).await.ok();
    assert_eq!(rep.post("/action-items", notes).await.problem(), "403 tool_denied");
    switch(&app.admin, "stalled_deals", json!({ "active": true })).await;
    work(&app).await;
    let told = results(&rep).await;
    let still = told.iter().find(|one| one["kind"] == "stalled_deals").unwrap();
    assert_eq!((still["title"].as_str(), &still["proposals"]), (Some("1 deal stands still"), &json!([])));
}
