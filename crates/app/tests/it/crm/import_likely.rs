//! Rows that probably are there already: found by the matching rules among what the importer sees, decided of row by row or
//! for all, reported, and taken back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::import::upload;
use super::import_happened::act;

const FILE: &str = "First Name,Last Name,Email,Phone Number,Job Title\n\
    Nadia,Petrov,n.petrov@other.test,+49 30 1234567,CTO\n\
    Nadja,Petrow,,+49 30 1234567,CFO\n\
    Wei,Ng,wei@x.test,,Buyer\n\
    Wei,Ng,wei.ng@x.test,+1 415 5550000,Buyer\n\
    Weii,Ng,wei.ng2@y.test,+1 415 5550000,Buyer\n\
    Moses,Frase,moses@z.test,,Buyer\n";

#[tokio::test]
async fn rows_that_are_probably_there_are_decided_of_by_row_and_for_all() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let known =
        json!({ "first_name": "Nadia", "last_name": "Petrov", "email": "nadia@isdom.test", "phone": "+49301234567" });
    let known = admin.post("/contacts", known).await.ok();
    let uploaded = upload(admin, "people.csv", FILE.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    let path = format!("/imports/{id}");
    let object = json!({ "object": "contact" });
    admin.patch(&path, object).await.ok();
    let checked = act(&app, admin, &id, "check").await;
    let rows = admin.get(&format!("{path}/rows?state=similar")).await.ok();
    let rows = rows["items"].as_array().unwrap().clone();
    let first = &rows[0];
    assert_eq!(
        json!([first["row"], first["state"], first["duplicates"][0]["record_id"], first["duplicates"][0]["name"]]),
        json!([2, "undecided", known["id"], "Nadia Petrov"]),
        "{rows:?}"
    );
    let words = first["problems"][0]["message"].as_str().unwrap();
    assert!(words.starts_with("May be Nadia Petrov, ") && words.contains("same phone number"), "{words}");
    let in_file = rows.iter().find(|row| row["row"] == 6).unwrap();
    assert_eq!(json!([in_file["duplicates"][0]["record_id"], in_file["duplicates"][0]["row"]]), json!([null, 5]));
    let n = rows.len();
    assert_eq!(json!([checked["check"]["similar"], checked["check"]["undecided"]]), json!([n, n]), "{checked}");
    let problem =
        checked["check"]["problems"].as_array().unwrap().iter().find(|p| p["code"] == "possible_duplicate").unwrap();
    let offered: Vec<&str> =
        problem["actions"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(offered, ["update", "create", "skip"]);

    // One by itself; what is decided of a row needs no check, and a decision for all leaves it.
    for (wrong, problem) in [
        (json!([{ "row": 7, "duplicate": "skip" }]), "422 invalid: rows.0.row"),
        (json!([{ "row": 2, "duplicate": "update", "record_id": app.admin.id }]), "422 invalid: rows.0.record_id"),
        (json!([{ "row": 2, "duplicate": "explode" }]), "422 invalid: rows[0].duplicate"),
    ] {
        assert_eq!(admin.patch(&path, json!({ "rows": wrong })).await.problem(), problem);
    }
    let many: Vec<Value> = (0..1001).map(|row| json!({ "row": row, "duplicate": "skip" })).collect();
    assert_eq!(admin.patch(&path, json!({ "rows": many })).await.problem(), "422 invalid: rows");
    let row = json!([{ "row": 2, "duplicate": "update", "record_id": known["id"] }]);
    let decided = admin.patch(&path, json!({ "rows": row })).await.ok();
    assert_eq!(
        json!([decided["status"], decided["check"]["updates"], decided["check"]["undecided"]]),
        json!(["checked", 1, n - 1])
    );
    admin.patch(&path, json!({ "options": { "duplicates": "skip" } })).await.ok();
    let checked = act(&app, admin, &id, "check").await;
    assert_eq!(json!([checked["check"]["updates"], checked["check"]["undecided"]]), json!([1, 0]), "{checked}");
    let done = act(&app, admin, &id, "start").await;
    assert_eq!(done["result"], json!({ "created": 6 - n, "updated": 1, "skipped": n - 1, "failed": 0 }), "{done}");
    let contact = format!("/contacts/{}", known["id"].as_str().unwrap());
    assert_eq!(admin.get(&contact).await.ok()["title"], "CTO");
    act(&app, admin, &id, "rollback").await;
    let now = admin.get(&contact).await.ok();
    assert_eq!(json!([now["title"], now["email"]]), json!([null, "nadia@isdom.test"]));
    assert_eq!(admin.get("/contacts").await.names(), ["Nadia Petrov"]);
}

#[tokio::test]
async fn the_matching_rule_says_what_may_be_created_and_nothing_hidden_is_told() {
    let app = TestApp::new().await;
    let (admin, manager) = (&app.admin, app.user(Builtin::SalesManager).await);
    admin.post("/accounts", json!({ "name": "Isdom GmbH", "domain": "isdom.test" })).await.ok();
    let file = b"Account Name,Website,Employees\nIsdom Gesellschaft,https://isdom.test,7\n";
    let answer = async |word: &str| {
        let rules = admin.get("/matching-rules").await.ok();
        let rule = rules["items"].as_array().unwrap().iter().find(|rule| rule["object"] == "account").unwrap();
        let patch = json!({ "version": rule["version"], "on_create": word });
        admin.patch("/matching-rules/account", patch).await.ok();
    };
    let similar = async |who: &dealwright_testkit::Person| {
        let id = upload(who, "accounts.csv", file).await.ok()["id"].as_str().unwrap().to_owned();
        let checked = act(&app, who, &id, "check").await;
        (id, json!([checked["check"]["similar"], checked["check"]["undecided"], checked["check"]["creates"]]))
    };
    answer("block").await;
    let (id, counts) = similar(admin).await;
    assert_eq!(counts, json!([1, 1, 0]));
    let row = json!({ "rows": [{ "row": 2, "duplicate": "create" }] });
    assert_eq!(admin.patch(&format!("/imports/{id}"), row.clone()).await.problem(), "422 invalid: rows.0.duplicate");
    assert_eq!(manager.patch(&format!("/imports/{id}"), row.clone()).await.status, 404);
    assert_eq!(app.stranger().await.patch(&format!("/imports/{id}"), row).await.status, 404);

    // Who sees no accounts but their own is not told that one is there.
    let mut db = app.db.database.maintenance().await.unwrap();
    let own = r#"update role set grants = grants || '{"account.read": "own"}' where builtin = 'sales_manager'"#;
    sqlx::query(own).execute(&mut db).await.unwrap();
    assert_eq!(similar(&manager).await.1, json!([0, 0, 1]));

    answer("off").await;
    assert_eq!(similar(admin).await.1, json!([0, 0, 1]));
    answer("report").await;
    let (id, counts) = similar(admin).await;
    assert_eq!(counts, json!([1, 0, 1]));
    let done = act(&app, admin, &id, "start").await;
    assert_eq!(done["result"]["created"], 1, "{done}");
    let listed = admin.get("/duplicates?object=account").await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}
