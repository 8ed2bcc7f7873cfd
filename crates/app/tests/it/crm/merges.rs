//! Merges among all else that there is: the trash, teams and shares, conversions, matching rules that block.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use serde_json::{Value, json};

use super::duplicates::{only_own, path};

/// Merges the second into the first, as they are.
async fn merge(who: &Person, object: &str, winner: &Value, loser: &Value, take: Value) -> Answer {
    let version = async |record: &Value| who.get(&path(&format!("{object}s"), record)).await.body["version"].clone();
    let body = json!({ "object": object, "winner_id": winner["id"], "loser_id": loser["id"], "winner_version": version(winner).await,
        "loser_version": version(loser).await, "take": take });
    who.post("/merges", body).await
}

async fn person(who: &Person, more: Value) -> Value {
    let mut body = json!({ "first_name": "Ann", "last_name": "Lee", "allow_duplicates": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/contacts", body).await.ok()
}

async fn history(who: &Person, of: &str) -> Vec<String> {
    let timeline = who.get(&format!("{of}/timeline?limit=100")).await.ok();
    timeline["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_merged_record_comes_back_by_taking_the_merge_back_alone() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let (a, b) = (person(who, json!({})).await, person(who, json!({ "email": "ann@lee.test" })).await);
    let deal = who.opportunity("Cell", json!({ "primary_contact_id": b["id"] })).await;
    let merged = merge(who, "contact", &a, &b, json!([])).await;
    assert_eq!(merged.status, 201, "{:#}", merged.body);
    let restore = format!("{}/restore", path("contacts", &b));
    assert_eq!(who.post(&restore, json!({})).await.problem(), "409 merged");
    let reversal = format!("/merges/{}/reversal", merged.body["id"].as_str().unwrap());
    who.post(&reversal, json!({})).await.ok();
    assert_eq!(who.get(&path("contacts", &b)).await.ok()["id"], b["id"]);
    assert_eq!(who.get(&path("opportunities", &deal)).await.ok()["primary_contact_id"], b["id"]);
    // And the other way round after that.
    let again = merge(who, "contact", &b, &a, json!([])).await;
    assert_eq!(again.status, 201, "{:#}", again.body);
    assert_eq!(who.get(&path("contacts", &a)).await.ok()["id"], b["id"]);
}

#[tokio::test]
async fn a_team_is_not_shown_more_by_a_merge_than_its_actor_could_show_it() {
    let app = TestApp::new().await;
    let (rep, member) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let account =
        async |name: &str| rep.post("/accounts", json!({ "name": name, "allow_duplicates": true })).await.ok();
    let (winner, loser) = (account("Acme").await, account("Acme Ltd").await);
    let body =
        json!({ "user_id": member.id, "role": "Engineer", "account_level": "read", "opportunity_level": "edit" });
    app.admin.post(&format!("{}/team", path("accounts", &loser)), body).await.ok();
    for (kept, gone) in [(&winner, &loser), (&loser, &winner)] {
        assert_eq!(merge(&rep, "account", kept, gone, json!([])).await.problem(), "403 share_beyond_own: loser_id");
    }
    let merged = merge(&app.admin, "account", &winner, &loser, json!([])).await;
    assert_eq!(merged.status, 201, "{:#}", merged.body);
    let told = history(&app.admin, &path("accounts", &winner)).await;
    assert!(told.contains(&"account.member_added".to_owned()), "{told:?}");
    who_undoes(&app.admin, &merged).await;
    let told = history(&app.admin, &path("accounts", &winner)).await;
    assert!(told.contains(&"account.member_removed".to_owned()), "{told:?}");
}

async fn who_undoes(who: &Person, merged: &Answer) {
    let reversal = format!("/merges/{}/reversal", merged.body["id"].as_str().unwrap());
    who.post(&reversal, json!({})).await.ok();
}

#[tokio::test]
async fn three_of_one_are_cleared_up_though_the_rule_blocks() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let email = json!({ "email": "ann@lee.test" });
    let (a, b, _) = (person(who, json!({})).await, person(who, email.clone()).await, person(who, email.clone()).await);
    who.patch("/matching-rules/contact", json!({ "version": 0, "on_create": "block", "on_update": "block" }))
        .await
        .ok();
    let mut by_hand = email.clone();
    by_hand["version"] = json!(1);
    assert_eq!(who.patch(&path("contacts", &a), by_hand).await.problem(), "409 duplicate_found");
    let merged = merge(who, "contact", &a, &b, json!(["email"])).await;
    assert_eq!(merged.status, 201, "{:#}", merged.body);
    assert_eq!(who.get(&path("contacts", &a)).await.ok()["email"], "ann@lee.test");
}

#[tokio::test]
async fn what_others_were_merged_into_stays_when_its_making_is_taken_back() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let lead = who.post("/leads", json!({ "first_name": "Ann", "last_name": "Lee" })).await.ok();
    let old = person(who, json!({})).await;
    let url = path("leads", &lead);
    let converted = who.post(&format!("{url}/convert"), json!({ "version": 1, "contact": {} })).await.ok();
    let made = json!({ "id": converted["lead"]["converted"]["contact_id"] });
    assert_ne!(made["id"], json!(null), "{converted:#}");
    let merged = merge(who, "contact", &made, &old, json!([])).await;
    assert_eq!(merged.status, 201, "{:#}", merged.body);
    let version = who.get(&url).await.ok()["version"].clone();
    let back = who.post(&format!("{url}/revert-conversion"), json!({ "version": version })).await.ok();
    assert_ne!(back["kept"], json!([]), "{back:#}");
    assert_eq!(who.get(&path("contacts", &old)).await.ok()["id"], made["id"]);
}

#[tokio::test]
async fn a_pair_does_not_tell_what_its_reader_may_not_read() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let report = json!({ "version": 0, "on_create": "report" });
    app.admin.patch("/matching-rules/contact", report).await.ok();
    for first in ["Ann", "Maria"] {
        person(&rep, json!({ "first_name": first, "email": "office@lee.test" })).await;
    }
    let found =
        async |who: &Person| who.get("/duplicates?object=contact").await.ok()["items"].as_array().unwrap().len();
    assert_eq!((found(&app.admin).await, found(&rep).await), (1, 1));
    super::hide(&app, "Sales Rep", json!({ "contact": { "email": "hidden" } })).await;
    assert_eq!((found(&app.admin).await, found(&rep).await), (1, 0));
}

#[tokio::test]
async fn a_sweep_that_was_broken_off_keeps_nobody_from_another() {
    let app = TestApp::new().await;
    let sweep = async || {
        let answer = app.admin.post("/duplicates/sweeps", json!({ "object": "contact" })).await;
        assert_eq!(answer.status, 202);
        answer.body
    };
    let first = sweep().await;
    assert_eq!(sweep().await["id"], first["id"], "it waits for its turn");
    sqlx::query("update job set failed_at = now() where kind = 'duplicates.sweep'")
        .execute(&mut app.db.superuser().await)
        .await
        .unwrap();
    let second = sweep().await;
    assert_ne!(second["id"], first["id"]);
    app.drain().await;
    let last = app.admin.get("/duplicates/sweeps?object=contact").await.ok()["items"][0].clone();
    assert_eq!((&last["id"], &last["status"]), (&second["id"], &json!("done")));
}

#[tokio::test]
async fn a_lead_is_assigned_beyond_the_sight_of_who_asks() {
    let app = TestApp::new().await;
    let (rep, anne) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    only_own(&app, "lead").await;
    super::assignment::rule(&app, "All", "true", json!({ "by": "user", "user_id": anne.id })).await;
    let lead = rep.post("/leads", json!({ "last_name": "Petrov" })).await.ok();
    let given = rep.post(&format!("{}/assignment", path("leads", &lead)), json!({ "version": 1 })).await.ok();
    assert_eq!((&given["lead"], &given["owner"]["id"]), (&json!(null), &json!(anne.id)), "{given:#}");
    assert_eq!(anne.get(&path("leads", &lead)).await.ok()["version"], 2);
    assert_eq!(rep.get(&path("leads", &lead)).await.status, 404);
    let theirs = anne.post("/leads", json!({ "last_name": "Ray" })).await.ok();
    assert_eq!(rep.post(&format!("{}/assignment", path("leads", &theirs)), json!({ "version": 1 })).await.status, 404);
}

#[tokio::test]
async fn a_source_of_a_form_and_a_region_of_a_rule_are_replaced_with_it() {
    let app = TestApp::new().await;
    let who = &app.admin;
    let made = async |kind: &str, name: &str| who.post("/options", json!({ "kind": kind, "name": name })).await.ok();
    let (source, other) = (made("source", "Fair").await, made("source", "Show").await);
    let (region, west) = (made("region", "Wild west").await, made("region", "Far west").await);
    let form =
        json!({ "title": "One", "fields": [{ "field": "company", "required": true }], "source_id": source["id"] });
    let form = who.post("/web-forms", form).await.ok();
    let areas = json!([{ "region_id": region["id"], "user_id": who.id }]);
    let rule = super::assignment::rule(&app, "Places", "true", json!({ "by": "territory", "areas": areas })).await;
    for (gone, to) in [(&source, &other), (&region, &west)] {
        let one = path("options", gone);
        assert_eq!(who.delete(&one).await.problem(), "409 in_use: replacement_id");
        let replaced = who.delete(&format!("{one}?replacement_id={}", to["id"].as_str().unwrap())).await;
        assert_eq!(replaced.status, 204, "{:#}", replaced.body);
    }
    assert_eq!(who.get(&path("web-forms", &form)).await.ok()["source_id"], other["id"]);
    let rule = who.get(&path("assignment-rules", &rule)).await.ok();
    assert_eq!(rule["chooser"]["areas"][0]["region_id"], west["id"]);
}

#[tokio::test]
async fn a_part_is_copied_once() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Cell", json!({})).await;
    let body = json!({ "parts": ["products", "products"] });
    let cloned = app.admin.post(&format!("{}/clone", path("opportunities", &deal)), body).await;
    assert_eq!(cloned.problem(), "422 invalid: parts");
}
