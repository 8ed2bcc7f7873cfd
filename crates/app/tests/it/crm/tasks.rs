//! Tasks that come round, that wait for others, with steps and reminders; templates; and several changed at once.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::bulk::change;

async fn titles(person: &Person, url: &str) -> Vec<Value> {
    let page = person.get(url).await.ok();
    page["items"].as_array().unwrap().iter().map(|task| task["title"].clone()).collect()
}

fn path(of: &Value) -> String {
    format!("/tasks/{}", of["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_task_that_comes_round_makes_the_next_one_and_takes_it_back() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let new = json!({ "title": "Weekly call", "due_date": "2190-01-07", "recurrence": "FREQ=WEEKLY", "remind_at": "2190-01-07T08:00:00Z",
        "checklist": [{ "text": " Numbers " }, { "text": "Agenda" }] });
    let first = rep.post("/tasks", new).await.ok();
    assert_eq!(first["checklist"], json!([{ "text": "Numbers", "done": false }, { "text": "Agenda", "done": false }]));
    assert_eq!((&first["recurs_from"], &first["blocked"]), (&json!("2190-01-07"), &json!(false)));

    let ticked = json!({ "version": 1, "checklist": [{ "text": "Numbers", "done": true }, { "text": "Agenda" }], "due_date": "2190-01-09" });
    rep.patch(&path(&first), ticked).await.ok();
    let done = rep.patch(&path(&first), json!({ "version": 2, "done": true })).await;
    let open = rep.get("/tasks?status=open").await.ok();
    let next = &open["items"][0];
    // A day that was put off does not move the rest; the steps begin again; the reminder is as long before.
    assert_eq!((open["items"].as_array().unwrap().len(), &next["due_date"]), (1, &json!("2190-01-14")));
    assert_eq!(next["checklist"][0]["done"], json!(false));
    assert_eq!(next["remind_at"], json!("2190-01-12T08:00:00Z"));
    assert_eq!(next["recurs_from"], json!("2190-01-07"));

    // Undone, it is open again, and the next one is gone as long as nobody has touched it.
    rep.post("/undo", json!({ "event_id": done.event() })).await.ok();
    assert_eq!(titles(&rep, "/tasks?status=open").await.len(), 1);
    rep.patch(&path(&first), json!({ "version": 4, "done": true })).await.ok();
    let open = rep.get("/tasks?status=open").await.ok();
    let next = open["items"][0].clone();
    rep.patch(&path(&next), json!({ "version": 1, "notes": "Mine" })).await.ok();
    rep.patch(&path(&first), json!({ "version": 5, "done": false })).await.ok();
    assert_eq!(titles(&rep, "/tasks?status=open").await.len(), 2);
    // Finished once more, it has one that follows already.
    rep.patch(&path(&first), json!({ "version": 6, "done": true })).await.ok();
    assert_eq!(titles(&rep, "/tasks?status=open").await.len(), 1);
}

#[tokio::test]
async fn a_rule_that_ends_keeps_no_task_from_being_finished() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let new = |rule: &str| json!({ "title": "Call", "due_date": "2190-01-07", "recurrence": rule });
    for rule in ["FREQ=DAILY;UNTIL=20200101T000000Z", "FREQ=DAILY;COUNT=0"] {
        assert_eq!(rep.post("/tasks", new(rule)).await.problem(), "422 invalid: recurrence", "{rule}");
    }
    // The last day belongs to it, as a day alone too.
    let first = rep.post("/tasks", new("FREQ=DAILY;UNTIL=21900108")).await.ok();
    // Put off past its end it can still be worked on, and is finished for good.
    rep.patch(&path(&first), json!({ "version": 1, "done": true })).await.ok();
    let second = rep.get("/tasks?status=open").await.ok()["items"][0].clone();
    assert_eq!(second["due_date"], json!("2190-01-08"));
    rep.patch(&path(&second), json!({ "version": 1, "due_date": "2190-02-01" })).await.ok();
    rep.patch(&path(&second), json!({ "version": 2, "done": true })).await.ok();
    assert_eq!(titles(&rep, "/tasks?status=open").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_task_is_not_finished_before_those_it_waits_for_on_any_path() {
    let app = TestApp::with_background().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let contract = rep.post("/tasks", json!({ "title": "Contract" })).await.ok();
    let send = rep.post("/tasks", json!({ "title": "Send it", "blocked_by_ids": [contract["id"]] })).await.ok();
    assert_eq!((&send["blocked"], &send["blocked_by"][0]["title"]), (&json!(true), &json!("Contract")));
    assert_eq!(rep.get("/tasks").await.ok()["items"][1]["blocked"], json!(true));

    let refused = rep.patch(&path(&send), json!({ "version": 1, "done": true })).await;
    assert_eq!(refused.problem(), "422 invalid: done");
    assert_eq!(refused.body["errors"][0]["code"], json!("task_blocked"));
    let body = json!({ "object": "task", "records": [{ "id": send["id"], "version": 1 }], "change": { "set": { "done": true } } });
    let bulk = change(&rep, body).await;
    let refusals = rep.get(&format!("/bulk-changes/{}/refusals", bulk["id"].as_str().unwrap())).await.ok();
    assert_eq!(refusals["items"][0]["code"], json!("task_blocked"));

    // In a circle nothing could be finished.
    let round = rep.patch(&path(&contract), json!({ "version": 1, "blocked_by_ids": [send["id"]] })).await;
    assert_eq!(round.body["errors"][0]["code"], json!("tasks_wait_for_each_other"));
    // What one does not see, one does not wait for.
    let theirs = other.post("/tasks", json!({ "title": "Theirs" })).await.ok();
    let unseen = rep.patch(&path(&contract), json!({ "version": 1, "blocked_by_ids": [theirs["id"]] })).await;
    assert_eq!(unseen.body["errors"][0]["code"], json!("unknown_reference"));
    let foreign = app.stranger().await;
    let foreign = foreign.post("/tasks", json!({ "title": "Foreign" })).await.ok();
    let unseen = app.admin.patch(&path(&contract), json!({ "version": 1, "blocked_by_ids": [foreign["id"]] })).await;
    assert_eq!(unseen.body["errors"][0]["code"], json!("unknown_reference"));

    // Who sees fewer of them waits for as many, and does not take away what they don't see.
    let needs = json!({ "version": 1, "blocked_by_ids": [contract["id"], theirs["id"]] });
    app.admin.patch(&path(&send), needs).await.ok();
    let seen = rep.get(&path(&send)).await.ok();
    assert_eq!((seen["blocked_by"].as_array().unwrap().len(), &seen["blocked"]), (1, &json!(true)));
    rep.patch(&path(&contract), json!({ "version": 1, "done": true })).await.ok();
    let refused = rep.patch(&path(&send), json!({ "version": 2, "done": true })).await;
    assert!(
        refused.body["errors"][0]["message"].as_str().unwrap().contains("1 that you may not see"),
        "{:?}",
        refused.body
    );
    other.patch(&path(&theirs), json!({ "version": 1, "done": true })).await.ok();
    rep.patch(&path(&send), json!({ "version": 2, "done": true })).await.ok();
}

#[tokio::test]
async fn what_is_no_task_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let steps: Vec<Value> = (0..101).map(|n| json!({ "text": n.to_string() })).collect();
    let ids: Vec<String> = (0..51).map(|_| uuid::Uuid::new_v4().to_string()).collect();
    for (part, wrong) in [
        (json!({ "recurrence": "FREQ=WEEKLY" }), "422 invalid: due_date"),
        (json!({ "recurrence": "FREQ=HOURLY", "due_date": "2026-11-27" }), "422 invalid: recurrence"),
        (
            json!({ "recurrence": "FREQ=WEEKLY;BYDAY=\u{e9}\u{e9}", "due_date": "2026-11-27" }),
            "422 invalid: recurrence",
        ),
        (json!({ "checklist": [{ "text": " " }] }), "422 invalid: checklist.0.text"),
        (json!({ "checklist": steps }), "422 invalid: checklist"),
        (json!({ "blocked_by_ids": ids }), "422 invalid: blocked_by_ids"),
        (json!({ "template_id": uuid::Uuid::new_v4() }), "422 invalid: template_id"),
        (json!({ "remind_at": "soon" }), "422 invalid: remind_at"),
    ] {
        let mut body = json!({ "title": "x" });
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        assert_eq!(rep.post("/tasks", body).await.problem(), wrong, "{part}");
    }
}

#[tokio::test]
async fn a_template_fills_a_task_and_is_kept_by_administrators() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let new = json!({ "name": "Hand-over", "title": "Hand over to the project", "due_in_days": 3, "working_days": true, "priority": "high",
        "checklist": [{ "text": "Invite", "done": true }] });
    assert_eq!(rep.post("/task-templates", new.clone()).await.problem(), "403 forbidden");
    let template = app.admin.post("/task-templates", new.clone()).await.ok();
    assert_eq!(template["checklist"][0]["done"], json!(false));
    assert_eq!(app.admin.post("/task-templates", new).await.problem(), "409 task_template_name_taken: name");
    assert_eq!(rep.get("/task-templates").await.names(), ["Hand-over"]);

    let task = rep.post("/tasks", json!({ "template_id": template["id"], "notes": "Mine" })).await.ok();
    assert_eq!(
        (&task["title"], &task["priority"], &task["notes"]),
        (&json!("Hand over to the project"), &json!("high"), &json!("Mine"))
    );
    assert!(task["due_date"].is_string());

    let url = format!("/task-templates/{}", template["id"].as_str().unwrap());
    assert_eq!(app.admin.patch(&url, json!({ "version": 9, "title": "x" })).await.problem(), "409 version_conflict");
    assert_eq!(
        app.admin.patch(&url, json!({ "version": 1, "due_in_days": 99999 })).await.problem(),
        "422 invalid: due_in_days"
    );
    app.admin.patch(&url, json!({ "version": 1, "archived": true })).await.ok();
    let gone = rep.post("/tasks", json!({ "template_id": template["id"] })).await;
    assert_eq!(gone.problem(), "422 invalid: template_id");
    let foreign = app.stranger().await;
    assert_eq!(foreign.patch(&url, json!({ "version": 2, "title": "x" })).await.problem(), "404 not_found");
    assert_eq!(rep.request(reqwest::Method::DELETE, &url).send().await.unwrap().status(), 403);
    assert_eq!(app.admin.delete(&url).await.status, 204);
}

#[tokio::test]
async fn several_tasks_are_changed_at_once_and_taken_back() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mut records = Vec::new();
    for title in ["One", "Two"] {
        let task = rep.post("/tasks", json!({ "title": title })).await.ok();
        records.push(json!({ "id": task["id"], "version": 1 }));
    }
    let theirs = app.admin.post("/tasks", json!({ "title": "Theirs" })).await.ok();
    records.push(json!({ "id": theirs["id"], "version": 1 }));
    let body = json!({ "object": "task", "records": records, "change": { "set": { "due_date": "2026-12-01", "priority": "high" } } });
    let done = change(&rep, body).await;
    assert_eq!((&done["changed"], &done["refused"]), (&json!(2), &json!(1)));
    assert_eq!(titles(&rep, "/tasks?priority=high").await.len(), 2);
    let tagged =
        json!({ "object": "task", "records": [{ "id": theirs["id"], "version": 1 }], "change": { "add_tags": ["x"] } });
    assert_eq!(rep.post("/bulk-changes", tagged).await.problem(), "422 invalid: change.add_tags");
    let all = json!({ "object": "task", "matching": { "filter": { "field": "priority", "op": "eq", "value": "high" } }, "change": { "delete": true } });
    assert_eq!(change(&rep, all).await["changed"], json!(2));
    assert_eq!(titles(&rep, "/tasks").await.len(), 0);
}
