//! Approvals: definitions, requests and what people do with them.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::policy::Builtin;
use dealwright_crm::approval::escalate;
use dealwright_kernel::Clock;
use dealwright_kernel::id::TeamId;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

use super::files::upload;
use super::lifecycle::{move_to, of, sales};

pub(super) const NIL: &str = "00000000-0000-7000-8000-000000000000";

/// Defines an approval of deals by the administrator, with these rules instead of the usual ones.
pub async fn define(admin: &Person, name: &str, rules: Value) -> Value {
    let mut all = json!({ "object": "opportunity", "fields": ["amount"],
        "levels": [{ "name": "Manager", "approvers": [{ "kind": "person", "user_id": admin.id }] }] });
    all.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
    admin.post("/approval-definitions", json!({ "name": name, "active": true, "rules": all })).await.ok()
}

pub(super) fn level(name: &str, people: &[&Person], needs: Value) -> Value {
    let people: Vec<Value> = people.iter().map(|p| json!({ "kind": "person", "user_id": p.id })).collect();
    json!({ "name": name, "approvers": people, "needs": needs })
}

pub(super) async fn request(who: &Person, deal: &Value, definition: &Value) -> Answer {
    let body = json!({ "definition_id": definition["id"], "reason": "A big one." });
    who.post(&format!("{}/approvals", of(deal)), body).await
}

pub(super) fn at(approval: &Value) -> String {
    format!("/approvals/{}", approval["id"].as_str().unwrap())
}

pub(super) async fn decide(who: &Person, approval: &Value, verdict: &str) -> Answer {
    let body = json!({ "verdict": verdict, "reason": "Because.", "version": approval["version"] });
    who.post(&format!("{}/decision", at(approval)), body).await
}

/// The names of the subjects of a list.
pub(super) async fn listed(who: &Person, filter: &str) -> Vec<String> {
    let page = who.get(&format!("/approvals?filter={filter}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|a| a["subject"]["name"].as_str().unwrap().to_owned()).collect()
}

/// What happened to a request: kind, level and who did it.
async fn trail(who: &Person, approval: &Value) -> Vec<String> {
    let whole = who.get(&at(approval)).await.ok();
    let word = |e: &Value, name: &str| e[name].as_str().unwrap_or("-").to_owned();
    let entries = whole["entries"].as_array().unwrap().iter();
    entries.map(|e| format!("{} {}", word(e, "kind"), word(e, "level"))).collect()
}

/// Managers and reps of one team.
async fn team(app: &TestApp, managers: usize) -> (TeamId, Person, Vec<Person>) {
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let mut all = Vec::new();
    for _ in 0..managers {
        all.push(app.user_in(Builtin::SalesManager, Some(team)).await);
    }
    (team, rep, all)
}

#[tokio::test]
async fn a_deal_is_asked_for_decided_and_its_trail_says_all() {
    let app = TestApp::new().await;
    let (team, rep, managers) = team(&app, 2).await;
    let [lead, other] = managers.as_slice() else { panic!("two managers") };
    let body = json!({ "lead_id": lead.id, "version": 1 });
    app.admin.patch(&format!("/teams/{team}"), body).await.ok();
    let levels =
        json!([{ "name": "Lead", "approvers": [{ "kind": "team_lead" }] }, level("Second", &[other], json!("all"))]);
    let definition = define(&app.admin, "Big deal", json!({ "condition": "amount > 100000", "levels": levels })).await;
    assert_eq!(json!([definition["number"], definition["rules"]["by_mail"]]), json!([1, true]));
    let deal = rep.opportunity("Acme", json!({ "amount": { "amount": "200000", "currency": "EUR" } })).await;

    let choices = rep.get(&format!("{}/approvals", of(&deal))).await.ok();
    let choice = &choices["definitions"][0];
    assert_eq!(json!([choice["name"], choice["needed"], choice["approved"]]), json!(["Big deal", true, false]));
    let asked = request(&rep, &deal, &definition).await;
    assert_eq!(asked.status, 201, "{:?}", asked.body);
    let approval = asked.ok();
    assert_eq!(approval["changes"][0]["new"]["amount"], "200000.00");
    assert_eq!(json!([approval["may"]["decide"], approval["may"]["recall"]]), json!([false, true]));
    assert_eq!(request(&rep, &deal, &definition).await.problem(), "409 approval_pending");
    assert_eq!(listed(lead, "waiting").await, ["Acme"]);
    assert_eq!(listed(other, "waiting").await, Vec::<String>::new());
    assert_eq!(listed(&rep, "mine").await, ["Acme"]);
    assert_eq!(decide(other, &approval, "approve").await.problem(), "403 not_asked");
    assert_eq!(decide(&rep, &approval, "approve").await.problem(), "403 own_request");

    let said = json!({ "text": "Mind the margin." });
    lead.post(&format!("{}/comments", at(&approval)), said).await.ok();
    let offer = upload(&rep, ("opportunity_id", &deal["id"]), "offer.txt", b"Offer").await;
    rep.post(&format!("{}/attachments", at(&approval)), json!({ "file_id": offer })).await.ok();
    let alien = json!({ "file_id": NIL });
    let refused = rep.post(&format!("{}/attachments", at(&approval)), alien).await;
    assert_eq!(refused.problem(), "422 invalid: file_id");

    let once = decide(lead, &approval, "approve").await.ok();
    assert_eq!(json!([once["status"], once["levels"][1]["status"]]), json!(["pending", "open"]));
    // A second click is the first one.
    assert_eq!(decide(lead, &approval, "approve").await.ok()["entries"], once["entries"]);
    assert_eq!(decide(lead, &approval, "reject").await.problem(), "409 already_decided");
    let no = json!({ "verdict": "reject", "version": approval["version"] });
    assert_eq!(other.post(&format!("{}/decision", at(&approval)), no).await.problem(), "422 invalid: reason");
    let done = decide(other, &approval, "approve").await.ok();
    assert_eq!(done["status"], "approved");
    let kinds = [
        "requested -",
        "opened Lead",
        "commented -",
        "attached -",
        "approved Lead",
        "opened Second",
        "approved Second",
        "completed -",
    ];
    assert_eq!(trail(&rep, &approval).await, kinds);
    assert_eq!(listed(&rep, "history").await, ["Acme"]);
    assert_eq!(listed(other, "waiting").await, Vec::<String>::new());
    assert_eq!(decide(lead, &approval, "reject").await.problem(), "409 already_decided");
    assert_eq!(request(&rep, &deal, &definition).await.problem(), "409 already_approved");
    let events = rep.get(&format!("{}/timeline", of(&deal))).await.ok();
    let told: Vec<&str> = events["items"].as_array().unwrap().iter().filter_map(|e| e["type"].as_str()).collect();
    for verb in ["approval.requested", "approval.level_approved", "approval.approved"] {
        assert!(told.contains(&verb), "{told:?}");
    }
    app.drain().await;
    let heard = rep.get("/notifications?kind=approval_decided").await.ok();
    assert_eq!(heard["items"][0]["approval"]["status"], "approved");
    assert_eq!(other.get("/notifications?kind=approval_waiting").await.ok()["items"][0]["record"]["name"], "Acme");
}

#[tokio::test]
async fn parallel_levels_a_quorum_and_one_no() {
    let app = TestApp::new().await;
    let (_, rep, m) = team(&app, 4).await;
    let levels = json!([
        level("Two of three", &[&m[0], &m[1], &m[2]], json!({ "quorum": 2 })),
        level("Legal", &[&m[3]], json!("any"))
    ]);
    let definition = define(&app.admin, "Parallel", json!({ "order": "parallel", "levels": levels })).await;
    let deal = rep.opportunity("Acme", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    assert_eq!(decide(&m[3], &approval, "approve").await.ok()["status"], "pending");
    assert_eq!(decide(&m[0], &approval, "reject").await.ok()["status"], "pending");
    assert_eq!(decide(&m[1], &approval, "approve").await.ok()["status"], "pending");
    assert_eq!(decide(&m[2], &approval, "approve").await.ok()["status"], "approved");
    let deal = rep.opportunity("Other", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    assert_eq!(decide(&m[3], &approval, "reject").await.ok()["status"], "rejected");
    // Both at once: what can be decided is, the other says why not.
    let (one, two) = (rep.opportunity("One", json!({})).await, rep.opportunity("Two", json!({})).await);
    let (one, two) = (request(&rep, &one, &definition).await.ok(), request(&rep, &two, &definition).await.ok());
    let item = |a: &Value, version: i64| json!({ "id": a["id"], "version": version });
    let both = json!({ "items": [item(&one, 1), item(&two, 7)], "verdict": "approve" });
    let done = m[3].post("/approvals/decisions", both).await.ok();
    assert_eq!(json!([done["items"][0]["status"], done["items"][1]["code"]]), json!(["pending", "version_conflict"]));
}

#[tokio::test]
async fn who_is_away_has_somebody_who_decides_for_them_and_circles_end() {
    let app = TestApp::new().await;
    let (_, rep, m) = team(&app, 3).await;
    let (anna, ben, carl) = (&m[0], &m[1], &m[2]);
    let definition = define(&app.admin, "Any", json!({ "levels": [level("Anna", &[anna], json!("any"))] })).await;
    let deal = rep.opportunity("Acme", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    assert_eq!(listed(ben, "waiting").await, Vec::<String>::new());
    let end = app.state.access.clock().now() + TimeDelta::days(14);
    let away = |to: &Person| json!({ "delegate_id": to.id, "ends_at": end, "note": "Holidays" });
    let first = anna.post("/approval-delegations", away(ben)).await.ok();
    ben.post("/approval-delegations", away(carl)).await.ok();
    carl.post("/approval-delegations", away(anna)).await.ok();
    let shown = ben.get("/approval-delegations").await.ok();
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);
    // It applies to what was asked before, and passes on.
    for who in [ben, carl] {
        assert_eq!(listed(who, "waiting").await, ["Acme"]);
    }
    let seen = carl.get(&at(&approval)).await.ok();
    assert_eq!(seen["may"]["decide"], true);
    let done = decide(carl, &approval, "approve").await.ok();
    assert_eq!(done["status"], "approved");
    let said = done["entries"].as_array().unwrap().iter().find(|e| e["kind"] == "approved").unwrap();
    assert_eq!(said["in_place_of"]["id"], json!(anna.id));
    // Nobody stands in for whom they asked, and who has left nobody stands in for.
    let deal = ben.opportunity("Ben's", json!({})).await;
    let approval = request(ben, &deal, &definition).await.ok();
    assert_eq!(decide(ben, &approval, "approve").await.problem(), "403 own_request");
    assert_eq!(listed(ben, "waiting").await, Vec::<String>::new());
    let path = format!("/approval-delegations/{}", first["id"].as_str().unwrap());
    assert_eq!(carl.delete(&path).await.problem(), "404 not_found");
    assert_eq!(anna.delete(&path).await.status, 204);
    assert_eq!(listed(carl, "waiting").await, Vec::<String>::new());
    let past = json!({ "delegate_id": ben.id, "ends_at": "2020-01-01T00:00:00Z" });
    assert_eq!(anna.post("/approval-delegations", past).await.problem(), "422 invalid: ends_at");
    assert_eq!(anna.post("/approval-delegations", away(anna)).await.problem(), "422 invalid: delegate_id");
    let alien = json!({ "delegate_id": app.stranger().await.id, "ends_at": end });
    assert_eq!(anna.post("/approval-delegations", alien).await.problem(), "422 invalid: delegate_id");
}

#[tokio::test]
async fn it_is_passed_on_and_recalled() {
    let app = TestApp::new().await;
    let (_, rep, m) = team(&app, 2).await;
    let outsider = app.user(Builtin::SalesManager).await;
    let definition = define(&app.admin, "Any", json!({ "levels": [level("One", &[&m[0]], json!("any"))] })).await;
    let deal = rep.opportunity("Acme", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    let pass = |to: &Person| json!({ "user_id": to.id, "note": "Yours?" });
    let path = format!("{}/delegation", at(&approval));
    // Who does not see the deal is asked nothing.
    assert_eq!(m[0].post(&path, pass(&outsider)).await.problem(), "422 invalid: user_id");
    assert_eq!(m[0].post(&path, pass(&rep)).await.problem(), "403 own_request");
    assert_eq!(m[1].post(&path, pass(&m[0])).await.problem(), "403 not_asked");
    m[0].post(&path, pass(&m[1])).await.ok();
    assert_eq!(decide(&m[0], &approval, "approve").await.problem(), "403 not_asked");
    let recall = format!("{}/recall", at(&approval));
    assert_eq!(m[0].post(&recall, json!({})).await.problem(), "403 forbidden");
    assert_eq!(outsider.post(&recall, json!({})).await.problem(), "404 not_found");
    let recalled = rep.post(&recall, json!({ "reason": "Too early." })).await.ok();
    assert_eq!(recalled["status"], "recalled");
    assert_eq!(rep.post(&recall, json!({})).await.problem(), "409 already_decided");
    assert_eq!(decide(&m[1], &approval, "approve").await.problem(), "409 already_decided");
    // It can be asked for again.
    assert_eq!(request(&rep, &deal, &definition).await.status, 201);
}

#[tokio::test]
async fn what_nobody_decides_in_time_comes_to_others_once_whatever_dies() {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    let (team, rep, m) = team(&app, 2).await;
    app.admin.patch(&format!("/teams/{team}"), json!({ "lead_id": m[1].id, "version": 1 })).await.ok();
    let mut one = level("One", &[&m[0]], json!("any"));
    one["escalation"] = json!({ "after_hours": 1, "to": { "kind": "manager", "up": 1 } });
    let definition = define(&app.admin, "Late", json!({ "levels": [one] })).await;
    let deal = rep.opportunity("Acme", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    assert_eq!(approval["levels"][0]["due_at"], "2026-03-02T10:00:00Z");
    assert_eq!(escalate::overdue(&app.db.database).await.unwrap(), 0);
    // Nothing ran for hours; then two processes at once.
    clock.advance(TimeDelta::hours(5));
    let (a, b) = tokio::join!(escalate::overdue(&app.db.database), escalate::overdue(&app.db.database));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    assert_eq!(escalate::overdue(&app.db.database).await.unwrap(), 0);
    let lead = &m[1];
    assert_eq!(trail(&rep, &approval).await, ["requested -", "opened One", "escalated One"]);
    assert_eq!(listed(lead, "waiting").await, ["Acme"]);
    app.drain().await;
    let heard = lead.get("/notifications?kind=approval_escalated").await.ok();
    assert_eq!(heard["items"].as_array().unwrap().len(), 1);
    assert_eq!(decide(lead, &approval, "approve").await.ok()["status"], "approved");
}

#[tokio::test]
async fn what_nobody_who_was_asked_can_decide_any_more_comes_to_somebody_who_can() {
    let app = TestApp::new().await;
    let (_, rep, m) = team(&app, 2).await;
    let levels = json!([level("One", &[&m[0]], json!("any"))]);
    let one = define(&app.admin, "One", json!({ "levels": levels })).await;
    let all = define(&app.admin, "All", json!({ "levels": [level("All", &[&m[0], &m[1]], json!("all"))] })).await;
    let deal = rep.opportunity("Acme", json!({})).await;
    let (one, all) = (request(&rep, &deal, &one).await.ok(), request(&rep, &deal, &all).await.ok());
    assert_eq!(escalate::abandoned(&app.db.database).await.unwrap(), 0);
    let leave = json!({ "version": 1 });
    app.admin.post(&format!("/users/{}/deactivation", m[0].id), leave).await.ok();
    let (a, b) = tokio::join!(escalate::abandoned(&app.db.database), escalate::abandoned(&app.db.database));
    assert_eq!(a.unwrap() + b.unwrap(), 2);
    assert_eq!(escalate::abandoned(&app.db.database).await.unwrap(), 0);
    // Nobody else is named by the first: it is with those who keep the definitions. Of the second one can still be asked.
    assert_eq!(trail(&rep, &one).await, ["requested -", "opened One", "escalated One"]);
    let whole = rep.get(&at(&one)).await.ok();
    assert_eq!(whole["entries"][2]["people"][0]["id"], json!(app.admin.id));
    assert_eq!(listed(&app.admin, "waiting").await, ["Acme", "Acme"]);
    app.drain().await;
    let heard = app.admin.get("/notifications?kind=approval_escalated").await.ok();
    assert_eq!(heard["items"][0]["others"], json!(1));
    let unread = || async { app.admin.get("/notifications/counts").await.ok()["unread"].clone() };
    assert_eq!(unread().await, json!(2));
    assert_eq!(decide(&app.admin, &one, "approve").await.ok()["status"], "approved");
    // Who has decided is not told any more that they are asked.
    assert_eq!(unread().await, json!(1));
    // Of all, one who is left does not stand for the other; who was called decides alone.
    assert_eq!(decide(&m[1], &all, "approve").await.ok()["status"], "pending");
    assert_eq!(decide(&app.admin, &all, "approve").await.ok()["status"], "approved");
    // What is in the bin waits: nobody sees it.
    let gone = rep.opportunity("Gone", json!({})).await;
    let last = define(&app.admin, "Last", json!({ "levels": [level("Last", &[&m[1]], json!("any"))] })).await;
    let last = request(&rep, &gone, &last).await.ok();
    let bin = rep.request(Method::DELETE, &of(&gone)).header("If-Match", "\"1\"");
    assert_eq!(rep.send(bin).await.status, 204);
    assert_eq!(escalate::abandoned(&app.db.database).await.unwrap(), 0);
    assert_eq!(rep.get(&at(&last)).await.problem(), "404 not_found");
}

#[tokio::test]
async fn nobody_hears_of_what_they_do_not_see() {
    let app = TestApp::new().await;
    let (_, rep, m) = team(&app, 1).await;
    let (outsider, stranger, reader) =
        (app.user(Builtin::SalesManager).await, app.stranger().await, app.user(Builtin::ReadOnly).await);
    // The only one who is named does not see the deal: those who keep the definitions are asked.
    let definition =
        define(&app.admin, "Hidden", json!({ "levels": [level("One", &[&outsider], json!("any"))] })).await;
    let deal = rep.opportunity("Secret", json!({})).await;
    let approval = request(&rep, &deal, &definition).await.ok();
    assert_eq!(approval["levels"][0]["seats"][0]["person"]["id"], json!(app.admin.id));
    for who in [&outsider, &stranger] {
        assert_eq!(listed(who, "waiting").await, Vec::<String>::new());
        assert_eq!(who.get(&at(&approval)).await.problem(), "404 not_found");
        assert_eq!(decide(who, &approval, "approve").await.problem(), "404 not_found");
        let body = json!({ "text": "Hello?" });
        assert_eq!(who.post(&format!("{}/comments", at(&approval)), body).await.problem(), "404 not_found");
        assert_eq!(request(who, &deal, &definition).await.problem(), "404 not_found");
    }
    app.drain().await;
    assert_eq!(outsider.get("/notifications").await.ok()["items"].as_array().unwrap().len(), 0);
    // Who may only read asks for nothing, and defines nothing.
    assert_eq!(request(&reader, &deal, &definition).await.problem(), "403 forbidden");
    let body = json!({ "name": "New", "rules": definition["rules"] });
    assert_eq!(m[0].post("/approval-definitions", body).await.problem(), "403 forbidden");
    // Who sees it no more decides no more.
    let levels = json!([level("One", &[&m[0]], json!("any"))]);
    let other = define(&app.admin, "Team", json!({ "levels": levels })).await;
    let approval = request(&rep, &deal, &other).await.ok();
    assert_eq!(listed(&m[0], "waiting").await, ["Secret"]);
    let user = app.admin.get(&format!("/users/{}", rep.id)).await.ok();
    let body = json!({ "team_id": null, "version": user["version"] });
    app.admin.patch(&format!("/users/{}", rep.id), body).await.ok();
    let now = app.admin.get(&of(&deal)).await.ok();
    if now["team_id"].is_null() {
        assert_eq!(listed(&m[0], "waiting").await, Vec::<String>::new());
        assert_eq!(decide(&m[0], &approval, "approve").await.problem(), "404 not_found");
    }
    // A key says no yes.
    let scopes = json!({ "approval": { "read": "all" }, "opportunity": { "read": "all" } });
    let made = app.admin.post("/api-keys", json!({ "name": "Sync", "scopes": scopes })).await.ok();
    let key = app.admin.with_key(made["secret"].as_str().unwrap());
    assert_eq!(key.get("/approvals").await.status, 200);
    assert_eq!(decide(&key, &approval, "approve").await.problem(), "403 session_required");
}

#[tokio::test]
async fn definitions_are_checked_versioned_and_tried() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let rules = |more: Value| {
        let mut all = json!({ "object": "opportunity", "condition": "amount > 100", "fields": ["amount"],
            "levels": [level("One", &[admin], json!("any"))] });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let post = |rules: Value| {
        let body = json!({ "name": "Big", "active": true, "rules": rules });
        async move { admin.post("/approval-definitions", body).await }
    };
    let wrong = post(rules(json!({ "condition": "amount >", "levels": [], "fields": ["hat"] }))).await;
    assert_eq!(wrong.problem(), "422 invalid: rules.condition, rules.fields, rules.levels");
    let enormous = post(rules(json!({ "levels": vec![level("One", &[admin], json!("any")); 11] }))).await;
    assert_eq!(enormous.problem(), "422 invalid: rules.levels");
    assert_eq!(post(json!({ "object": "opportunity" })).await.problem(), "422 invalid: rules.levels");
    let made = post(rules(json!({}))).await.ok();
    assert_eq!(post(rules(json!({}))).await.problem(), "409 approval_name_taken: name");
    let path = format!("/approval-definitions/{}", made["id"].as_str().unwrap());
    assert_eq!(app.stranger().await.get(&path).await.problem(), "404 not_found");

    for (name, amount) in [("Small", "50"), ("Large", "500")] {
        rep.opportunity(name, json!({ "amount": { "amount": amount, "currency": "EUR" } })).await;
    }
    let tried = admin.post("/approval-definitions/dry-run", json!({ "rules": rules(json!({})) })).await.ok();
    assert_eq!(json!([tried["checked"], tried["needed"], tried["records"][0]["name"]]), json!([2, 1, "Large"]));
    let deal = rep.opportunity("Asked", json!({ "amount": { "amount": "500", "currency": "EUR" } })).await;
    let approval = request(&rep, &deal, &made).await.ok();

    let two = json!([level("One", &[admin], json!("any")), level("Two", &[admin], json!("any"))]);
    let changed = admin.patch(&path, json!({ "rules": rules(json!({ "levels": two })), "version": 1 })).await.ok();
    assert_eq!(json!([changed["number"], changed["version"], changed["pending"]]), json!([2, 2, 1]));
    assert_eq!(admin.patch(&path, json!({ "name": "X", "version": 1 })).await.problem(), "409 version_conflict");
    let versions = admin.get(&format!("{path}/versions")).await.ok();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    // What was asked goes on as it began.
    assert_eq!(decide(admin, &approval, "approve").await.ok()["status"], "approved");
    let gone = admin.send(admin.request(reqwest::Method::DELETE, &path).header("if-match", "\"2\"")).await;
    assert_eq!(gone.problem(), "409 approval_in_use");
    admin.patch(&path, json!({ "active": false, "version": 2 })).await.ok();
    assert_eq!(request(&rep, &deal, &made).await.problem(), "409 approval_inactive");
    let words = admin.get("/approval-definitions/vocabulary?object=opportunity").await.ok();
    assert!(words["facts"].as_array().unwrap().iter().any(|fact| fact["name"] == "discount"));
    assert!(words["fields"].as_array().unwrap().contains(&json!("products")));
}

#[tokio::test]
async fn what_stages_do_with_deals_that_enter() {
    let app = TestApp::new().await;
    let (team, rep, m) = team(&app, 2).await;
    app.admin.patch(&format!("/teams/{team}"), json!({ "lead_id": m[0].id, "version": 1 })).await.ok();
    let stranger = app.user(Builtin::SalesRep).await;
    let definition = define(&app.admin, "Entry", json!({ "condition": "amount > 100" })).await;
    let pipeline = sales(&app.admin).await;
    let stage = |n: usize| pipeline["stages"][n]["id"].as_str().unwrap().to_owned();
    let actions = json!([
        { "do": "request_approval", "approval_id": definition["id"] },
        { "do": "notify", "to": [{ "kind": "team_lead" }, { "kind": "person", "user_id": stranger.id }], "message": "Look at it." },
        { "do": "change_owner", "to": { "kind": "person", "user_id": stranger.id } },
    ]);
    let lifecycle = json!({ "stages": [{ "stage_id": stage(1), "actions": actions }] });
    super::lifecycle::publish(&app.admin, &pipeline, &lifecycle).await;
    let deal = rep
        .opportunity("Acme", json!({ "stage_id": stage(0), "amount": { "amount": "500", "currency": "EUR" } }))
        .await;
    let moved = move_to(&rep, &deal, &stage(1)).await;
    let now = moved.clone().ok();
    assert_eq!(now["opportunity"]["owner_id"], json!(stranger.id));
    // It is out of the mover's sight, and the new owner's to see.
    assert_eq!(rep.get(&of(&deal)).await.problem(), "404 not_found");
    let seen = stranger.get(&of(&deal)).await.ok();
    assert_eq!(json!([seen["owner_id"], seen["stage_id"]]), json!([stranger.id, stage(1)]));
    assert_eq!(listed(&app.admin, "waiting").await, ["Acme"]);
    app.drain().await;
    let heard = stranger.get("/notifications?kind=assigned_to_me").await.ok();
    assert_eq!(heard["items"][0]["record"]["name"], "Acme");
    // The lead was told while the deal was the team's, and sees no more of it than they may by now.
    assert_eq!(m[0].get("/notifications?kind=stage_entered").await.ok()["items"].as_array().unwrap().len(), 0);
    // A deal that needs no approval is not asked for.
    let small = rep.opportunity("Small", json!({ "stage_id": stage(0) })).await;
    move_to(&rep, &small, &stage(1)).await.ok();
    assert_eq!(listed(&app.admin, "waiting").await, ["Acme"]);
    let wrong = json!({ "definition": { "stages": [{ "stage_id": stage(1), "actions": [{ "do": "change_owner", "to": { "kind": "owner" } }] }] }, "version": 0 });
    let path = format!("/pipelines/{}/lifecycle/draft", pipeline["id"].as_str().unwrap());
    assert_eq!(super::lifecycle::put(&app.admin, &path, wrong).await.problem(), "422 invalid: stages.0.actions.0.to");
}
