//! Playbooks, e-mail templates and scripts: who writes them, what they take, and that earlier versions are kept.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::id;

fn template(more: Value) -> Value {
    let mut body = json!({ "kind": "email_template", "title": "Welcome", "subject": "Hello {{contact.first_name}}",
                           "body": "Dear {{ contact.name }}, …", "published": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn managers_write_and_everyone_reads_what_is_published() {
    let app = TestApp::new().await;
    let manager = app.user(Builtin::SalesManager).await;
    let rep = app.user(Builtin::SalesRep).await;
    let stranger = app.stranger().await;
    let made = manager.post("/materials", template(json!({ "published": false }))).await.ok();
    let path = format!("/materials/{}", id(&made));
    assert_eq!(json!([made["version"], made["published"], made["archived_at"]]), json!([1, false, null]));
    assert_eq!(rep.get(&path).await.problem(), "404 not_found");
    assert_eq!(rep.get("/materials").await.ok()["items"], json!([]));
    assert_eq!(rep.post("/materials", template(json!({}))).await.problem(), "403 forbidden");
    assert_eq!(app.admin.get(&path).await.ok()["title"], "Welcome");
    manager.patch(&path, json!({ "published": true, "version": 1 })).await.ok();
    assert_eq!(rep.get(&path).await.ok()["body"], "Dear {{ contact.name }}, …");
    assert_eq!(rep.patch(&path, json!({ "title": "Mine", "version": 2 })).await.problem(), "403 forbidden");
    assert_eq!(rep.get(&format!("{path}/versions")).await.problem(), "403 forbidden");
    assert_eq!(stranger.get(&path).await.problem(), "404 not_found");
    assert_eq!(stranger.patch(&path, json!({ "title": "Mine", "version": 2 })).await.problem(), "404 not_found");
    let stale = manager.patch(&path, json!({ "title": "Late", "version": 1 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(stale.body["conflict"]["fields"][0]["field"], "title");
}

#[tokio::test]
async fn what_a_material_may_not_hold_is_refused() {
    let app = TestApp::new().await;
    app.admin.post("/materials", template(json!({}))).await.ok();
    let refused = [
        (json!({ "title": " " }), "422 invalid: title"),
        (json!({ "title": "x".repeat(201) }), "422 invalid: title"),
        (json!({ "body": "" }), "422 invalid: body"),
        (json!({ "body": "x".repeat(50_001) }), "422 invalid: body"),
        (json!({ "body": "a\u{0}b" }), "422 invalid: body"),
        (json!({ "summary": "x".repeat(501) }), "422 invalid: summary"),
        (json!({ "subject": "x".repeat(301) }), "422 invalid: subject"),
        (json!({ "body": "Dear {{contact.nickname}}" }), "422 invalid: body"),
        (json!({ "subject": "{{contact.name" }), "422 invalid: subject"),
        (json!({ "kind": "script" }), "422 invalid: subject"),
        (json!({ "kind": "poem" }), "422 invalid: kind"),
        (json!({ "colour": "red" }), "422 invalid: colour"),
        (json!({ "title": "WELCOME" }), "409 material_title_taken: title"),
    ];
    for (more, problem) in refused {
        assert_eq!(app.admin.post("/materials", template(more.clone())).await.problem(), problem, "{more}");
    }
    // In a script braces are braces.
    let script = json!({ "kind": "script", "title": "Welcome", "body": "{{anything}}" });
    let script = app.admin.post("/materials", script).await.ok();
    let path = format!("/materials/{}", id(&script));
    assert_eq!(
        app.admin.patch(&path, json!({ "subject": "No", "version": 1 })).await.problem(),
        "422 invalid: subject"
    );
    assert_eq!(app.admin.get("/materials?kind=poem").await.status, 400);
    let known = app.admin.get("/materials/placeholders").await.ok();
    assert!(known["items"].as_array().unwrap().iter().any(|p| p["name"] == "contact.first_name"));
}

#[tokio::test]
async fn earlier_versions_are_kept_and_written_again() {
    let app = TestApp::new().await;
    let made = app.admin.post("/materials", template(json!({}))).await.ok();
    let path = format!("/materials/{}", id(&made));
    app.admin.patch(&path, json!({ "body": "Shorter.", "subject": null, "version": 1 })).await.ok();
    let versions = app.admin.get(&format!("{path}/versions")).await.ok();
    let told: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|v| json!([v["number"], v["body"], v["subject"]])).collect();
    assert_eq!(
        told,
        [json!([2, "Shorter.", null]), json!([1, "Dear {{ contact.name }}, …", "Hello {{contact.first_name}}"])]
    );
    assert_eq!(app.admin.post(&format!("{path}/versions/9/restore"), json!({})).await.problem(), "404 not_found");
    let back = app.admin.post(&format!("{path}/versions/1/restore"), json!({})).await.ok();
    assert_eq!(json!([back["version"], back["subject"]]), json!([3, "Hello {{contact.first_name}}"]));
}

#[tokio::test]
async fn what_is_put_away_can_be_taken_out_or_deleted() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let made = app.admin.post("/materials", template(json!({}))).await.ok();
    let path = format!("/materials/{}", id(&made));
    assert_eq!(app.admin.delete(&path).await.problem(), "409 material_not_archived");
    assert_eq!(rep.post(&format!("{path}/archive"), json!({})).await.problem(), "403 forbidden");
    let away = app.admin.post(&format!("{path}/archive"), json!({})).await.ok();
    assert!(away["archived_at"].is_string());
    assert_eq!(rep.get(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.get("/materials").await.ok()["items"], json!([]));
    assert_eq!(app.admin.get("/materials?archived=true&q=welc").await.ok()["items"][0]["id"], made["id"]);
    // Its title is free, and taken when it comes back.
    app.admin.post("/materials", template(json!({}))).await.ok();
    assert_eq!(
        app.admin.post(&format!("{path}/restore"), json!({})).await.problem(),
        "409 material_title_taken: title"
    );
    app.admin.delete(&path).await.ok();
    assert_eq!(app.admin.get(&path).await.problem(), "404 not_found");
}
