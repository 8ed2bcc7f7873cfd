//! Tasks out of notes.

use dealwright_access::policy::Builtin;
use dealwright_testkit::Answer;
use reqwest::Method;
use serde_json::{Value, json};

use super::{monday, results, switch};

const NOTES: &str = "Next steps:\n- Ada Lovelace: send the SOC 2 report by Friday\n- Book a demo for the CFO\n- Zoe: ask legal (next Tuesday)";

fn field<'a>(proposal: &'a Value, name: &str) -> &'a Value {
    let found = proposal["diff"].as_array().unwrap().iter().find(|d| d["field"] == name);
    found.map_or(&Value::Null, |d| &d["new"])
}

#[tokio::test]
async fn notes_become_proposals_that_say_whose_words_they_are() {
    let (app, _) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let me = rep.get("/me").await.ok()["user"]["version"].clone();
    rep.patch("/me", json!({ "name": "Ada Lovelace", "version": me })).await.ok();
    let deal = rep.opportunity("Isdom", json!({})).await;
    let notes = NOTES;
    let about = json!({ "type": "opportunity", "id": deal["id"] });
    let seen = rep.post("/action-items/preview", json!({ "text": notes, "about": about })).await.ok();
    assert_eq!(seen["drafts"].as_array().unwrap().len(), 3);
    assert_eq!(rep.get("/proposals").await.ok()["items"], json!([]));

    let made = rep.post("/action-items", json!({ "text": notes, "about": about })).await.ok();
    assert_eq!(made["title"], "3 things to do");
    let proposals = made["proposals"].as_array().unwrap();
    let told: Vec<Value> = proposals
        .iter()
        .map(|p| {
            json!([
                field(p, "title"),
                field(p, "due_date"),
                p["tainted"],
                p["target"]["id"] == deal["id"],
                field(p, "assignee_id") == &json!(rep.id)
            ])
        })
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["Send the SOC 2 report", "2026-06-05", true, true, true],
            ["Book a demo for the CFO", null, true, true, true],
            ["Ask legal", "2026-06-09", true, true, true],
        ])
    );
    assert!(made["lines"][2]["text"].as_str().unwrap().contains("Zoe is no colleague"), "{made}");
    assert!(proposals[0]["reason"].as_str().unwrap().contains("send the SOC 2 report by Friday"));
    assert_eq!(rep.get("/tasks").await.ok()["items"], json!([]), "nothing is made before a yes");
    let approval = format!("/proposals/{}/approval", proposals[0]["id"].as_str().unwrap());
    rep.post(&approval, json!({ "diff_hash": proposals[0]["diff_hash"] })).await.ok();
    assert_eq!(rep.get("/tasks").await.ok()["items"][0]["title"], "Send the SOC 2 report");
}

#[tokio::test]
async fn a_logged_meeting_is_read_for_who_logged_it() {
    let (app, _) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Isdom", json!({})).await;
    switch(&app.admin, "meeting_tasks", json!({ "active": true })).await;
    let meeting = json!({ "kind": "meeting", "subject": "Kick-off", "body": "Good call. I'll send the offer by Friday.", "opportunity_id": deal["id"] });
    rep.post("/activities", meeting).await.ok();
    rep.post(
        "/activities",
        json!({ "kind": "note", "body": "I'll send nothing from a note.", "opportunity_id": deal["id"] }),
    )
    .await
    .ok();
    app.drain().await;
    app.drain().await;
    let told = results(&rep).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["title"], "1 thing to do from Kick-off");
    assert_eq!(
        json!([field(&told[0]["proposals"][0], "title"), told[0]["proposals"][0]["tainted"]]),
        json!(["Send the offer", true])
    );
    assert_eq!(results(&app.admin).await.len(), 0);
}

#[tokio::test]
async fn what_is_no_text_or_too_much_is_refused() {
    let (app, _) = monday().await;
    let (rep, reader) = (app.user(Builtin::SalesRep).await, app.user(Builtin::ReadOnly).await);
    let theirs = app.admin.opportunity("The admin's", json!({})).await;
    for body in [
        json!({ "text": " " }),
        json!({ "text": "x".repeat(200_001) }),
        json!({ "text": "x", "held_on": "Friday" }),
        json!({ "words": "x" }),
    ] {
        assert_eq!(rep.post("/action-items", body).await.status, 422);
    }
    let about = json!({ "text": "Please send the offer.", "about": { "type": "opportunity", "id": theirs["id"] } });
    assert_eq!(rep.post("/action-items", about).await.status, 404);
    assert_eq!(
        reader.post("/action-items", json!({ "text": "Please send the offer." })).await.problem(),
        "403 forbidden"
    );
    assert_eq!(app.nobody().post("/action-items", json!({ "text": "x" })).await.status, 401);

    let text = async |name: &str, bytes: &[u8]| -> Answer {
        let boundary = "----a-file-follows";
        let head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let request = rep.request(Method::POST, "/action-items/text");
        rep.send(request.header("content-type", format!("multipart/form-data; boundary={boundary}")).body(body)).await
    };
    let captions = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>I will call.\n";
    assert!(text("call.vtt", captions).await.ok()["text"].as_str().unwrap().contains("I will call."));
    assert_eq!(text("notes.md", b"- [ ] Call Ada").await.ok()["text"], "- [ ] Call Ada");
    assert_eq!(text("run.exe", b"MZ").await.status, 422);
    assert_eq!(text("notes.docx", b"no package").await.status, 422);
    assert_eq!(text("empty.txt", b"").await.status, 422);
    assert_eq!(text("large.txt", &vec![b'x'; 11 * 1024 * 1024]).await.status, 413);
}

#[tokio::test]
async fn what_happened_before_it_was_switched_on_sets_nothing_off() {
    let (app, clock) = monday().await;
    let deal = app.admin.opportunity("Isdom", json!({})).await;
    let meeting = json!({ "kind": "meeting", "body": "I'll send the offer by Friday.", "opportunity_id": deal["id"] });
    app.admin.post("/activities", meeting.clone()).await.ok();
    clock.advance(chrono::TimeDelta::minutes(1));
    switch(&app.admin, "meeting_tasks", json!({ "active": true })).await;
    app.drain().await;
    assert_eq!(results(&app.admin).await.len(), 0);
    app.admin.post("/activities", meeting).await.ok();
    app.drain().await;
    assert_eq!(results(&app.admin).await.len(), 1);
}
