//! The index: from a change to a passage, and through everything.

use std::time::{Duration, Instant};

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::json;

use super::{by_meaning, found, id, note, publish, things};
use crate::crm::files::upload;
use crate::sla::count;

#[tokio::test]
async fn a_change_is_found_within_five_seconds() {
    let app = TestApp::with_background().await;
    let began = Instant::now();
    let deal = app.admin.opportunity("Ferry", json!({ "next_step": "Fly to Zanzibar" })).await;
    while found(&app.admin, "zanzibar", "").await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "it took longer than five seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let path = format!("/opportunities/{}", id(&deal));
    let version = app.admin.get(&path).await.ok()["version"].clone();
    let began = Instant::now();
    app.admin.patch(&path, json!({ "next_step": "Fly to Madagascar", "version": version })).await.ok();
    while !found(&app.admin, "zanzibar", "").await.is_empty() || found(&app.admin, "madagascar", "").await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(5), "it took longer than five seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.stop().await;
}

#[tokio::test]
async fn everything_that_has_words_is_indexed() {
    let app = TestApp::new().await;
    let account = app.admin.post("/accounts", json!({ "name": "Zanzibar Lines", "country": "Tanzania" })).await.ok();
    let field = json!({ "object": "contact", "label": "Hobby", "kind": "long_text" });
    app.admin.post("/custom-fields", field).await.ok();
    let contact = json!({ "last_name": "Okello", "title": "Harbour master of Zanzibar", "custom": { "hobby": "Sails to Zanzibar" } });
    app.admin.post("/contacts", contact).await.ok();
    app.admin.post("/leads", json!({ "last_name": "Lind", "description": "Met at the fair in Zanzibar." })).await.ok();
    note(&app.admin, ("account_id", &account["id"]), "Zanzibar is on the line.").await;
    upload(&app.admin, ("account_id", &account["id"]), "offer.txt", b"# Terms\n\nDelivery to Zanzibar within a week.")
        .await;
    app.drain().await;
    publish(&app, "email_template", "Welcome", "Dear {{contact.first_name}}, greetings from Zanzibar.").await;
    app.index().await;
    let mut all = things(&app.admin, "zanzibar", "&limit=50").await;
    all.sort();
    assert_eq!(all, ["Lind", "Note", "Okello", "Welcome", "Zanzibar Lines", "offer.txt"]);
    let file = super::ask(&app.admin, "delivery", "&kinds=file").await;
    assert_eq!(
        json!([file["items"][0]["heading"], file["items"][0]["citation"]["on"]["label"]]),
        json!(["offer.txt › Terms", "Zanzibar Lines"])
    );
    assert_eq!(found(&app.admin, "sails", "").await, ["Okello"]);
}

#[tokio::test]
async fn what_says_the_same_keeps_its_vector() {
    let app = by_meaning().await;
    let body = "# One\n\nThe first part stays as it is.\n\n# Two\n\nThe second part is about ferries.";
    let playbook = publish(&app, "playbook", "Parts", body).await;
    app.index().await;
    let vectors = "select count(*) from knowledge_vector";
    assert_eq!(count(&app, vectors).await, 2);
    let kept = "select count(*) from knowledge_chunk c join knowledge_vector v on v.chunk_id = c.id where c.text like 'The first part%'";
    let before: Vec<uuid::Uuid> = ids(&app).await;
    let path = format!("/materials/{}", id(&playbook));
    let changed = json!({ "body": body.replace("ferries", "planes").replace("# One", "New\n\n# One"), "version": 1 });
    app.admin.patch(&path, changed).await.ok();
    app.index().await;
    let after = ids(&app).await;
    assert_eq!(after.iter().filter(|id| before.contains(id)).count(), 1);
    assert_eq!(
        (
            count(&app, vectors).await,
            count(&app, kept).await,
            count(&app, "select count(*) from knowledge_embedding").await
        ),
        (3, 1, 0)
    );
    // Put away, it is no passage; deleted, nothing of it is left at once.
    app.admin.post(&format!("{path}/archive"), json!({})).await.ok();
    assert!(found(&app.admin, "planes", "").await.is_empty());
    app.admin.delete(&path).await.ok();
    assert_eq!((count(&app, vectors).await, count(&app, "select count(*) from knowledge_chunk").await), (0, 0));
}

async fn ids(app: &TestApp) -> Vec<uuid::Uuid> {
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query_scalar("select chunk_id from knowledge_vector").fetch_all(&mut db).await.unwrap()
}

#[tokio::test]
async fn an_administrator_indexes_everything_anew_and_sees_how_far_it_is() {
    let app = TestApp::new().await;
    for n in 0..30 {
        app.admin.post("/accounts", json!({ "name": format!("Zanzibar {n}") })).await.ok();
    }
    app.index().await;
    let mut db = app.db.database.maintenance().await.unwrap();
    // As if it had never been there, and one that should not be.
    sqlx::query("delete from knowledge_source where id in (select id from knowledge_source limit 20)")
        .execute(&mut db)
        .await
        .unwrap();
    sqlx::query("update account set deleted_at = now() where name = 'Zanzibar 29'").execute(&mut db).await.unwrap();
    let begun = app.admin.post("/knowledge/reindex", json!({})).await;
    assert_eq!((begun.status, &begun.body["state"]), (202, &json!("running")));
    assert_eq!(app.admin.post("/knowledge/reindex", json!({})).await.problem(), "409 index_running");
    app.index().await;
    let status = app.admin.get("/knowledge/status").await.ok();
    assert_eq!(
        json!([
            status["state"],
            status["done"],
            status["total"],
            status["sources"],
            status["unread"],
            status["waiting"],
            status["by_meaning"]
        ]),
        json!(["done", 29, 29, 29, 0, 29, false])
    );
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(rep.get("/knowledge/status").await.problem(), "403 forbidden");
    assert_eq!(rep.post("/knowledge/reindex", json!({})).await.problem(), "403 forbidden");
    let stranger = app.stranger().await;
    assert_eq!(stranger.get("/knowledge/status").await.ok()["sources"], 0);
}

#[tokio::test]
async fn an_index_that_was_broken_off_goes_on_where_it_stood() {
    let app = TestApp::new().await;
    for n in 0..12 {
        app.admin.post("/accounts", json!({ "name": format!("Zanzibar {n}") })).await.ok();
    }
    app.index().await;
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query("delete from knowledge_source").execute(&mut db).await.unwrap();
    let half = "update knowledge_index set state = 'running', at_source = 'account', queued = 6, total = 12,
                    after_id = (select id from account order by id offset 5 limit 1)";
    sqlx::query(half).execute(&mut db).await.unwrap();
    app.index().await;
    let status = app.admin.get("/knowledge/status").await.ok();
    assert_eq!(
        json!([status["state"], status["done"], status["total"], status["sources"]]),
        json!(["done", 12, 12, 6])
    );
}

#[tokio::test]
async fn another_model_embeds_anew() {
    let app = by_meaning().await;
    publish(&app, "playbook", "Ferries", "How to sell a ferry.").await;
    app.index().await;
    let mut db = app.db.database.maintenance().await.unwrap();
    sqlx::query("update knowledge_vector set model = 'another'").execute(&mut db).await.unwrap();
    assert!(found(&app.admin, "selling ships", "&by=meaning").await.is_empty());
    app.index().await;
    assert_eq!(found(&app.admin, "selling ships", "&by=meaning").await, ["Ferries"]);
}

#[tokio::test]
async fn a_large_organisation_waits_to_be_asked() {
    let app = TestApp::new().await;
    let mut db = app.db.database.maintenance().await.unwrap();
    let many = "insert into account (org_id, id, name, owner_id) select $1, gen_random_uuid(), 'Account ' || n, $2 from generate_series(1, 50001) as n";
    sqlx::query(many).bind(app.org.0).bind(app.admin.id.0).execute(&mut db).await.unwrap();
    app.index().await;
    assert_eq!(app.admin.get("/knowledge/status").await.ok()["state"], "untouched");
    assert_eq!(count(&app, "select count(*) from knowledge_chunk").await, 0);
    // What changes from now on is indexed all the same.
    app.admin.post("/accounts", json!({ "name": "Zanzibar" })).await.ok();
    app.index().await;
    assert_eq!(found(&app.admin, "zanzibar", "").await, ["Zanzibar"]);
}
