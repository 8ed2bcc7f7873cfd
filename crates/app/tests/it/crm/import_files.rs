//! What an import fetches by addresses, and that a broken-off import goes on where it was.

use axum::response::Redirect;
use axum::routing::get;
use dealwright_access::policy::Builtin;
use dealwright_files::Limits;
use dealwright_kernel::id::ImportId;
use dealwright_store::NewJob;
use dealwright_testkit::{TestApp, TestOptions};
use serde_json::{Value, json};

use super::import::upload;
use super::import_happened::act;

/// A server of files on this machine, which tests may reach.
async fn file_server() -> String {
    let routes = axum::Router::new()
        .route("/notes.txt", get(|| async { "What they said" }))
        .route(
            "/download",
            get(|| async { ([("content-disposition", "attachment; filename=\"Offer 2026.txt\"")], "Offer") }),
        )
        .route("/moved", get(|| async { Redirect::temporary("/notes.txt") }))
        .route("/inside", get(|| async { Redirect::temporary("https://10.0.0.1/secret.txt") }))
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/large.txt", get(|| async { "x".repeat(2_000) }))
        .route("/disguised.pdf", get(|| async { "no PDF" }))
        .route("/tool.exe", get(|| async { "MZ" }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

#[tokio::test]
async fn files_are_fetched_after_the_rows_once_and_taken_back() {
    let limits = Limits { size: 1_000, ..Limits::default() };
    let app = TestApp::with(TestOptions { file_limits: Some(limits), ..TestOptions::default() }).await;
    let (admin, at) = (&app.admin, file_server().await);
    let known = admin.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let file = format!(
        "Account Name,Employees,Attachment URLs\n\
         Cancity,7,\"{at}/notes.txt, {at}/download | {at}/moved\"\n\
         Isdom,8,{at}/notes.txt\n\
         Golddex,9,{at}/inside {at}/round {at}/large.txt {at}/disguised.pdf {at}/tool.exe {at}/none.txt https://10.0.0.1/x.txt\n\
         Zoomit,9,file:///etc/passwd\n"
    );
    let import = async || {
        let id = upload(admin, "accounts.csv", file.as_bytes()).await.ok()["id"].as_str().unwrap().to_owned();
        let checked = act(&app, admin, &id, "check").await;
        assert_eq!(checked["check"]["errors"], 1, "{checked}");
        (act(&app, admin, &id, "start").await, id)
    };
    let (done, id) = import().await;
    assert_eq!(done["attachments"], json!({ "waiting": 0, "done": 4, "failed": 7 }), "{done}");
    let failed = admin.get(&format!("/imports/{id}/attachments?state=failed&limit=5")).await.ok();
    let rest =
        format!("/imports/{id}/attachments?state=failed&limit=5&cursor={}", failed["next_cursor"].as_str().unwrap());
    let rest = admin.get(&rest).await.ok();
    let reasons: Vec<String> = [&failed, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| format!("{} {}", item["row"], item["reason"].as_str().unwrap()))
        .collect();
    for why in [
        "a private address is not asked",
        "leads on and on",
        "larger than 0 MB",
        "not a .pdf file",
        "type .exe",
        "answered 404",
    ] {
        assert!(reasons.iter().any(|reason| reason.starts_with("4 ") && reason.contains(why)), "{why}: {reasons:?}");
    }
    assert_eq!(reasons.iter().filter(|reason| reason.contains("a private address")).count(), 2, "{reasons:?}");
    let names = async |account: &str| {
        let files = admin.get(&format!("/files?account_id={account}")).await.ok();
        let mut names: Vec<String> =
            files["items"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let isdom = known["id"].as_str().unwrap();
    let accounts = admin.get("/accounts?sort=name").await.ok();
    let cancity = accounts["items"].as_array().unwrap().iter().find(|a| a["name"] == "Cancity").unwrap()["id"].clone();
    assert_eq!(names(cancity.as_str().unwrap()).await, ["Offer 2026.txt", "notes.txt", "notes.txt"]);
    assert_eq!(names(isdom).await, ["notes.txt"]);

    // The job again, as after a crash, and the same file again: nothing is there twice.
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let mut tx = cx.begin().await.unwrap();
    tx.enqueue(NewJob::new("import.fetch", &json!({ "import": id, "user": app.admin.id })).unwrap());
    tx.commit(()).await.unwrap().into_inner();
    app.drain().await;
    let (again, second) = import().await;
    assert_eq!(json!([again["result"]["updated"], again["attachments"]["done"]]), json!([3, 0]), "{again}");
    assert_eq!(names(isdom).await, ["notes.txt"]);

    // For who sees the import alone; and not with a word that is none.
    let manager = app.user(Builtin::SalesManager).await;
    assert_eq!(manager.get(&format!("/imports/{id}/attachments")).await.status, 404);
    assert_eq!(app.stranger().await.get(&format!("/imports/{id}/attachments")).await.status, 404);
    assert_eq!(admin.get(&format!("/imports/{id}/attachments?state=odd")).await.status, 400);
    act(&app, admin, &second, "rollback").await;
    let back = act(&app, admin, &id, "rollback").await;
    assert_eq!(back["attachments"], json!({ "waiting": 0, "done": 0, "failed": 7 }), "{back}");
    assert_eq!(names(isdom).await, Vec::<String>::new());
    assert_eq!(admin.get("/accounts").await.names(), ["Isdom"]);
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_where_it_was() {
    let app = TestApp::new().await;
    let mut file = "Deal ID,Deal Name,Deal Stage\n".to_owned();
    for n in 0..1_700 {
        file.push_str(&format!("D{n},Deal {n},Prospecting\n"));
    }
    let id = upload(&app.admin, "deals.csv", file.as_bytes()).await.ok()["id"].as_str().unwrap().to_owned();
    act(&app, &app.admin, &id, "check").await;
    app.admin.post(&format!("/imports/{id}/start"), json!({})).await.ok();
    // The server dies in the middle of the work that the queue has for it.
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let import = ImportId(id.parse().unwrap());
    let work = tokio::spawn(async move { dealwright_import::job::run(&cx, import).await });
    let mut db = app.db.database.maintenance().await.unwrap();
    let mut written = async || {
        let count =
            sqlx::query_scalar::<_, i64>("select count(*) from opportunity where import_id = $1").bind(import.0);
        count.fetch_one(&mut db).await.unwrap()
    };
    while written().await == 0 {
        tokio::task::yield_now().await;
    }
    work.abort();
    assert!(work.await.is_err_and(|e| e.is_cancelled()), "it was broken off");
    let before = written().await;
    assert!((1..1_700).contains(&before), "{before}");
    app.drain().await;
    let done = app.admin.get(&format!("/imports/{id}")).await.ok();
    assert_eq!(json!([done["status"], done["result"]["created"]]), json!(["done", 1_700]), "{done}");
    assert_eq!(written().await, 1_700);
    let problems = app.admin.get(&format!("/imports/{id}/rows?state=open")).await.ok();
    assert_eq!(problems["items"], Value::Array(Vec::new()));
}
