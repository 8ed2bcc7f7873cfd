//! What is remembered of imports, and address books.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::import::{import, upload};

const FILE: &[u8] = b"Who,Firm,Reach\nAnn Lee,Acme,ann@acme.test\nBo Ray,Beta,bo@beta.test\n";
const SAME_COLUMNS: &[u8] = b"Reach,Who,Firm\ncy@beta.test,Cy Fox,Beta\n";

fn fields(import: &Value) -> Value {
    import["mapping"].as_array().unwrap().iter().map(|m| m["field"].clone()).collect()
}

#[tokio::test]
async fn a_mapping_is_kept_under_a_name_and_found_by_the_columns() {
    let app = TestApp::new().await;
    let manager = app.user(Builtin::SalesManager).await;
    let first = upload(&manager, "people.csv", FILE).await.ok();
    assert_eq!(first["mapped_by"], Value::Null);
    let url = format!("/imports/{}", first["id"].as_str().unwrap());
    let mapping = json!([{ "column": 0, "field": "name" }, { "column": 1, "field": "account" }, { "column": 2, "field": "email" }]);
    manager
        .patch(&url, json!({ "object": "contact", "mapping": mapping, "options": { "on_match": "skip" } }))
        .await
        .ok();
    let new = json!({ "name": " Address list ", "import_id": first["id"] });
    let made = manager.post("/import-templates", new.clone()).await;
    assert_eq!(
        (made.status, &made.body["name"], &made.body["object"]),
        (201, &json!("Address list"), &json!("contact"))
    );
    let template = format!("/import-templates/{}", made.body["id"].as_str().unwrap());
    assert_eq!(manager.post("/import-templates", new).await.problem(), "409 import_template_name_taken: name");

    // Anybody who imports has it; columns in another order are the same columns.
    let second = upload(&app.admin, "more.csv", SAME_COLUMNS).await.ok();
    assert_eq!(second["mapped_by"], json!({ "kind": "template", "id": made.body["id"], "name": "Address list" }));
    assert_eq!((fields(&second), &second["object"]), (json!(["email", "name", "account"]), &json!("contact")));
    assert_eq!(second["options"]["on_match"], "skip");
    // As suggested, and by the template once more.
    let url = format!("/imports/{}", second["id"].as_str().unwrap());
    let suggested = app.admin.patch(&url, json!({ "template_id": null })).await.ok();
    assert_eq!((&suggested["mapped_by"], &suggested["options"]["on_match"]), (&Value::Null, &json!("update")));
    let again = app.admin.patch(&url, json!({ "template_id": made.body["id"] })).await.ok();
    assert_eq!(fields(&again), json!(["email", "name", "account"]));
    let unknown = json!({ "template_id": "00000000-0000-7000-8000-000000000000" });
    assert_eq!(app.admin.patch(&url, unknown).await.problem(), "422 invalid: template_id");

    // Its maker changes it, and who reads all imports; nobody else.
    let other = app.user(Builtin::SalesManager).await;
    assert_eq!(other.get("/import-templates").await.ok()["items"][0]["may_update"], false);
    assert_eq!(other.patch(&template, json!({ "name": "Mine", "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(other.delete(&template).await.problem(), "403 forbidden");
    assert_eq!(manager.patch(&template, json!({ "name": "", "version": 1 })).await.problem(), "422 invalid: name");
    assert_eq!(
        manager.patch(&template, json!({ "name": "x".repeat(101), "version": 1 })).await.problem(),
        "422 invalid: name"
    );
    assert_eq!(
        manager.patch(&template, json!({ "name": "People", "version": 7 })).await.problem(),
        "409 version_conflict"
    );
    let renamed = manager.patch(&template, json!({ "name": "People", "version": 1 })).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("People"), &json!(2)));
    // Another's import is nothing that this person could keep.
    let of_admin = json!({ "import_id": second["id"], "version": 2 });
    assert_eq!(manager.patch(&template, of_admin.clone()).await.problem(), "422 invalid: import_id");
    app.admin.patch(&template, of_admin).await.ok();

    for who in [&app.user(Builtin::ReadOnly).await, &app.user(Builtin::SalesRep).await] {
        assert_eq!(who.get("/import-templates").await.problem(), "403 forbidden");
    }
    let stranger = app.stranger().await;
    assert_eq!(stranger.get("/import-templates").await.ok()["items"], json!([]));
    assert_eq!(stranger.delete(&template).await.problem(), "404 not_found");
    assert_eq!(upload(&stranger, "people.csv", FILE).await.ok()["mapped_by"], Value::Null);
    assert_eq!(app.admin.delete(&template).await.status, 204);
}

#[tokio::test]
async fn an_address_book_is_imported_and_the_next_one_as_it() {
    let app = TestApp::with_background().await;
    let card = |first: &str, last: &str, mail: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{last};{first};;;\r\nFN:{first} {last}\r\nORG:Acme;Sales\r\nTITLE:Buyer\r\nEMAIL:{mail}\r\nTEL;TYPE=CELL:+49 30 1234567\r\nEND:VCARD\r\n"
        )
    };
    app.admin.post("/accounts", json!({ "name": "Acme" })).await.ok();
    let book = card("Ann", "Lee", "ann@acme.test") + &card("Bo", "Xavier", "bo@acme.test");
    let done = import(&app.admin, "book.vcf", book.as_bytes()).await;
    assert_eq!(json!([done["format"], done["object"], done["status"]]), json!(["vcard", "contact", "done"]), "{done}");
    assert_eq!(json!([done["result"]["created"], done["result"]["failed"]]), json!([2, 0]), "{done}");
    let found = app.admin.get("/contacts?sort=name").await.ok();
    let ann = &found["items"][0];
    assert_eq!(
        json!([ann["first_name"], ann["last_name"], ann["email"], ann["title"], ann["account"]["name"]]),
        json!(["Ann", "Lee", "ann@acme.test", "Buyer", "Acme"])
    );
    // A book of the same lines is mapped as the last one was.
    let next = upload(&app.admin, "next.vcf", card("Cy", "Lee", "cy@acme.test").as_bytes()).await.ok();
    assert_eq!(next["mapped_by"], json!({ "kind": "import", "id": done["id"], "name": "book.vcf" }));
    assert_eq!(fields(&next), fields(&done));
}
