//! Imports of leads: statuses and sources by name, duplicates by e-mail address, owners by the rules, and back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::import::upload;

const FILE: &str = "Lead ID,First Name,Last Name,Company,Email,Phone,Lead Status,Lead Source,Rating,Country,Lead Owner\n\
    L1,Nadia,Petrov,Isdom,Nadia@Isdom.test,+49 30 1234567,Working,Trade fair,Hot,Germany,\n\
    L2,Wei,Ng,,wei@x.test,,,Website,,France,\n\
    L3,,,Quistwerk,,,Qualified,,cold,Germany,Ada Admin\n\
    L4,Twice,Petrov,,nadia@isdom.test,,,,,,\n\
    L5,Odd,One,,odd@x.test,,Nonsense,,tepid,,\n";

/// Does a step of an import, with all the jobs it sets off.
async fn act(app: &TestApp, who: &Person, id: &str, what: &str) -> Value {
    who.post(&format!("/imports/{id}/{what}"), json!({})).await.ok();
    app.drain().await;
    who.get(&format!("/imports/{id}")).await.ok()
}

#[tokio::test]
async fn a_file_of_leads_is_assigned_deduplicated_and_taken_back() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let rule = json!({ "name": "Germany", "condition": "country == \"Germany\"", "chooser": { "by": "user", "user_id": rep.id } });
    app.admin.post("/assignment-rules", rule).await.ok();
    let known = app.admin.post("/leads", json!({ "last_name": "Ng", "email": "wei@x.test" })).await.ok();
    assert_eq!(upload(&rep, "leads.csv", FILE.as_bytes()).await.problem(), "403 forbidden");

    let uploaded = upload(&app.admin, "leads.csv", FILE.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    let fields: Vec<&str> =
        uploaded["mapping"].as_array().unwrap().iter().filter_map(|m| m["field"].as_str()).collect();
    assert_eq!(uploaded["object"], "lead");
    assert_eq!(
        fields,
        [
            "external_id",
            "first_name",
            "last_name",
            "company",
            "email",
            "phone",
            "status",
            "source",
            "rating",
            "country",
            "owner"
        ]
    );
    app.admin.patch(&format!("/imports/{id}"), json!({ "options": { "assign": true } })).await.ok();
    let checked = act(&app, &app.admin, &id, "check").await;
    let messages: Vec<&str> =
        checked["check"]["problems"].as_array().unwrap().iter().filter_map(|p| p["message"].as_str()).collect();
    assert!(messages.iter().any(|m| m.contains("“Nonsense” is not a status of leads")), "{messages:?}");
    assert!(messages.iter().any(|m| m.contains("tepid")), "{messages:?}");

    let done = act(&app, &app.admin, &id, "start").await;
    let result = &done["result"];
    assert_eq!(
        json!([done["status"], result["created"], result["updated"], result["skipped"], result["failed"]]),
        json!(["done", 2, 1, 1, 1]),
        "{done}"
    );
    let list = app.admin.get("/leads?sort=name").await.ok();
    let of = |name: &str| list["items"].as_array().unwrap().iter().find(|l| l["name"] == name).unwrap().clone();
    let nadia = of("Nadia Petrov");
    assert_eq!(
        json!([nadia["status"]["name"], nadia["rating"], nadia["email"], nadia["owner_id"], nadia["version"]]),
        json!(["Working", "hot", "nadia@isdom.test", rep.id, 1])
    );
    let wei = of("Wei Ng");
    assert_eq!(json!([wei["id"], wei["country"]]), json!([known["id"], "France"]), "found by its address");
    assert_eq!(of("Quistwerk")["owner_id"], json!(app.admin.id), "the file names its owner");
    let timeline = app.admin.get(&format!("/leads/{}/timeline", nadia["id"].as_str().unwrap())).await.ok();
    let kinds: Vec<Value> = timeline["items"].as_array().unwrap().iter().map(|e| e["type"].clone()).collect();
    assert!(kinds.contains(&json!("lead.assigned")), "{kinds:?}");

    let back = act(&app, &app.admin, &id, "rollback").await;
    assert_eq!(back["status"], "rolled_back", "{back}");
    assert_eq!(app.admin.get("/leads").await.names(), ["Ng"]);
    assert_eq!(app.admin.get(&format!("/leads/{}", known["id"].as_str().unwrap())).await.ok()["country"], json!(null));
}

#[tokio::test]
async fn leads_are_found_by_name_company_address_and_phone_by_who_may_see_them() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let lead =
        json!({ "last_name": "Petrov", "company": "Isdom Works", "email": "np@isdom.test", "phone": "+49 30 1234567" });
    let made = app.admin.post("/leads", lead).await.ok();
    for q in ["petr", "isdom%20works", "np@isdom.test", "1234567", "%2B49301234567"] {
        let found = rep.get(&format!("/search?q={q}")).await.ok();
        let hits: Vec<Value> =
            found["items"].as_array().unwrap().iter().map(|h| json!([h["type"], h["id"], h["subtitle"]])).collect();
        assert_eq!(hits, [json!(["lead", made["id"], "Isdom Works"])], "{q}");
    }
    assert_eq!(app.stranger().await.get("/search?q=petrov").await.ok()["items"], json!([]));
    super::hide(&app, "Sales Rep", json!({ "lead": { "phone": "hidden" } })).await;
    assert_eq!(rep.get("/search?q=1234567").await.ok()["items"], json!([]));
    let mut db = app.db.database.maintenance().await.unwrap();
    let own = r#"update role set grants = grants || '{"lead.read": "own"}', fields = '{}' where builtin = 'sales_rep'"#;
    sqlx::query(own).execute(&mut db).await.unwrap();
    assert_eq!(rep.get("/search?q=petrov").await.ok()["items"], json!([]));
}
