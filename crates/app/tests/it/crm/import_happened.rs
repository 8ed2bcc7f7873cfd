//! Imports of tasks and of what happened: about which records, whose, when; updated by their ids, and taken back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::import::upload;

/// Does a step of an import, with all the jobs it sets off.
pub(super) async fn act(app: &TestApp, who: &Person, id: &str, what: &str) -> Value {
    who.post(&format!("/imports/{id}/{what}"), json!({})).await.ok();
    app.drain().await;
    who.get(&format!("/imports/{id}")).await.ok()
}

/// Uploads, decides, checks and imports.
async fn run(app: &TestApp, who: &Person, name: &str, file: &str, options: Value) -> Value {
    let uploaded = upload(who, name, file.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    who.patch(&format!("/imports/{id}"), json!({ "options": options })).await.ok();
    act(app, who, &id, "check").await;
    act(app, who, &id, "start").await
}

const HAPPENED: &str = "Activity - ID,Activity - Type,Activity - Subject,Activity - Due date,Activity - Duration,Activity - Done,Activity - Assigned to user,Activity - Deal,Activity - Contact person,Activity - Organization,Activity - Note\n\
    1,Call,First pitch,2026-03-01,00:30,Done,admin@acme.test,North hall,nadia@isdom.test,,Went well\n\
    2,Deadline,Send offer,2026-03-02,,To do,,North hall,,,\n\
    3,Meeting,Demo,2026-03-03,,Done,REP,,,Isdom,\n\
    4,Email,Lost mail,2026-03-04,,Done,,No such deal,,,\n";

#[tokio::test]
async fn what_happened_stands_on_the_timelines_of_what_it_was_about_and_goes_again() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let account = admin.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let contact = json!({ "first_name": "Nadia", "last_name": "Petrov", "email": "nadia@isdom.test", "account_id": account["id"] });
    let contact = admin.post("/contacts", contact).await.ok();
    let deal = admin.post("/opportunities", json!({ "name": "North hall", "account_id": account["id"] })).await.ok();
    let name = admin.get("/users").await.ok();
    let name = name["items"].as_array().unwrap().iter().find(|u| u["id"] == json!(rep.id)).unwrap()["email"].clone();
    let file = HAPPENED.replace("REP", name.as_str().unwrap());
    assert_eq!(upload(&rep, "activities.csv", file.as_bytes()).await.problem(), "403 forbidden");

    let done = run(&app, admin, "activities.csv", &file, json!({})).await;
    assert_eq!(
        json!([done["object"], done["status"], done["result"]]),
        json!(["activity", "done", { "created": 2, "updated": 0, "skipped": 1, "failed": 1 }]),
        "{done}"
    );
    let timeline = async |object: &str, id: &Value| {
        let entries = admin.get(&format!("/{object}/{}/timeline?kind=call,meeting", id.as_str().unwrap())).await.ok();
        let entries: Vec<Value> = entries["items"].as_array().unwrap().clone();
        entries.iter().map(|e| json!([e["at"], e["data"]["subject"], e["actor"]["kind"]])).collect::<Vec<_>>()
    };
    let call = json!(["2026-03-01T00:00:00Z", "First pitch", "import"]);
    assert_eq!(timeline("opportunities", &deal["id"]).await, std::slice::from_ref(&call));
    assert_eq!(timeline("contacts", &contact["id"]).await, std::slice::from_ref(&call));
    assert_eq!(timeline("accounts", &account["id"]).await, [json!(["2026-03-03T00:00:00Z", "Demo", "import"]), call]);

    // The same again, with another note: one is changed, and rolling back puts it right again.
    let again = run(
        &app,
        admin,
        "activities.csv",
        &file.replace("Went well", "Went badly"),
        json!({ "missing_record": "skip" }),
    )
    .await;
    assert_eq!(again["result"], json!({ "created": 0, "updated": 2, "skipped": 2, "failed": 0 }), "{again}");
    let text = async || {
        let mut db = app.db.database.maintenance().await.unwrap();
        sqlx::query_scalar::<_, String>("select body from activity where external_id = '1' and deleted_at is null")
            .fetch_optional(&mut db)
            .await
            .unwrap()
    };
    assert_eq!(text().await.as_deref(), Some("Went badly"));
    act(&app, admin, again["id"].as_str().unwrap(), "rollback").await;
    assert_eq!(text().await.as_deref(), Some("Went well"));
    act(&app, admin, done["id"].as_str().unwrap(), "rollback").await;
    assert_eq!(text().await, None);
    assert_eq!(timeline("accounts", &account["id"]).await, Vec::<Value>::new());
}

const TASKS: &str = "Record Id,Task Owner,Subject,Due Date,Status,Priority,Closed Time,Related To,Description\n\
    z1,REP,Send offer,2026-03-01,In Progress,Highest,,Isdom,Soon\n\
    z2,,Old one,2020-01-02,Completed,Low,2020-01-03 10:00:00,,\n\
    z3,,,2026-03-01,In Progress,Low,,,\n";

#[tokio::test]
async fn tasks_come_with_their_assignee_and_state_for_who_may_give_them() {
    let app = TestApp::new().await;
    let (admin, manager, rep) = (&app.admin, app.user(Builtin::SalesManager).await, app.user(Builtin::SalesRep).await);
    let account = admin.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let people = admin.get("/users").await.ok();
    let email = people["items"].as_array().unwrap().iter().find(|u| u["id"] == json!(rep.id)).unwrap()["email"].clone();
    let file = TASKS.replace("REP", email.as_str().unwrap());
    let done = run(&app, admin, "tasks.csv", &file, json!({})).await;
    assert_eq!(
        json!([done["object"], done["result"]]),
        json!(["task", { "created": 2, "updated": 0, "skipped": 0, "failed": 1 }]),
        "{done}"
    );
    let tasks = rep.get("/tasks").await.ok();
    let mine = &tasks["items"][0];
    assert_eq!(
        json!([mine["title"], mine["priority"], mine["done"], mine["due_date"], mine["subject"]["id"], mine["notes"]]),
        json!(["Send offer", "high", false, "2026-03-01", account["id"], "Soon"])
    );
    let mut db = app.db.database.maintenance().await.unwrap();
    let (closed,): (chrono::DateTime<chrono::Utc>,) =
        sqlx::query_as("select done_at from task where external_id = 'z2'").fetch_one(&mut db).await.unwrap();
    assert_eq!(closed.to_rfc3339(), "2020-01-03T10:00:00+00:00");

    // A person changed it since: the rollback of an update leaves that, and takes back the rest.
    let again =
        run(&app, admin, "tasks.csv", &file.replace("In Progress", "Completed").replace("Soon", "Now"), json!({}))
            .await;
    assert_eq!(json!([again["result"]["updated"], again["result"]["failed"]]), json!([2, 1]), "{again}");
    let path = format!("/tasks/{}", mine["id"].as_str().unwrap());
    let now = rep.get(&path).await.ok();
    assert_eq!(json!([now["done"], now["notes"]]), json!([true, "Now"]));
    rep.patch(&path, json!({ "version": now["version"], "notes": "Mine" })).await.ok();
    act(&app, admin, again["id"].as_str().unwrap(), "rollback").await;
    let now = rep.get(&path).await.ok();
    assert_eq!(json!([now["done"], now["notes"]]), json!([false, "Mine"]));
    act(&app, admin, done["id"].as_str().unwrap(), "rollback").await;
    assert_eq!(rep.get("/tasks").await.ok()["items"], json!([]));

    // Who may not change what others did does not log it for them.
    let file = "Call Title,Activity date,Activity assigned to\nX,2026-03-01,admin@acme.test\nMine,2026-03-01,\n";
    let refused = run(&app, &manager, "calls.csv", file, json!({})).await;
    assert_eq!(json!([refused["result"]["created"], refused["result"]["failed"]]), json!([1, 1]), "{refused}");
    let rows = manager.get(&format!("/imports/{}/rows?state=error", refused["id"].as_str().unwrap())).await.ok();
    assert_eq!(rows["items"][0]["problems"][0]["code"], "owner_out_of_scope");
    // Another organisation sees neither the import nor what it names.
    let stranger = app.stranger().await;
    assert_eq!(stranger.get(&format!("/imports/{}", done["id"].as_str().unwrap())).await.status, 404);
    let theirs = upload(&stranger, "tasks.csv", b"Task Title,Due date,Related to\nX,2026-03-01,Isdom\n").await.ok();
    let theirs = act(&app, &stranger, theirs["id"].as_str().unwrap(), "check").await;
    assert_eq!(theirs["check"]["errors"], 1, "{theirs}");
}
