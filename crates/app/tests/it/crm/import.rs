//! Imports: from an upload to records with their relations, and back.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// Uploads a file as a browser does.
pub(super) async fn upload(who: &Person, name: &str, content: &[u8]) -> Answer {
    let boundary = "----a-file-follows";
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let request = who
        .request(Method::POST, "/imports")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"));
    who.send(request.body(body)).await
}

/// Waits until the import stands in a state that nobody works on.
async fn settled(who: &Person, id: &str) -> Value {
    for _ in 0..600 {
        let import = who.get(&format!("/imports/{id}")).await.ok();
        if !["checking", "running", "rolling_back"].contains(&import["status"].as_str().unwrap_or_default()) {
            return import;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the import never ends");
}

async fn act(who: &Person, id: &str, what: &str) -> Value {
    who.post(&format!("/imports/{id}/{what}"), json!({})).await.ok();
    settled(who, id).await
}

/// Uploads, checks and imports a file in which everything is clear.
pub(super) async fn import(who: &Person, name: &str, content: &[u8]) -> Value {
    let uploaded = upload(who, name, content).await.ok();
    let id = uploaded["id"].as_str().unwrap().to_owned();
    act(who, &id, "check").await;
    act(who, &id, "start").await
}

const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    A1,Moses Frase,GTX Pro,Cancity,Won,2016-10-20,2017-03-01,1054\n\
    A2,Darcel Schlecht,GTXPro,Isdom,Lost,2016-10-25,2017-03-11,0\n\
    A3,Moses Frase,GTX Pro,,Engaging,2016-11-05,,\n\
    A4,Nobody Known,GTX Pro,Isdom,Prospecting,,,\n";

async fn stocked() -> TestApp {
    let app = TestApp::with_background().await;
    let people = "sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\nDarcel Schlecht,Dustin Brinkmann,Central\n";
    for (name, content) in [
        ("teams.csv", people),
        ("products.csv", "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"),
        (
            "accounts.csv",
            "account,sector,revenue,employees,subsidiary_of\nCancity,retail,718.62,2448,\nIsdom,medical,3178.24,4540,Cancity\n",
        ),
    ] {
        let import = import(&app.admin, name, content.as_bytes()).await;
        assert_eq!((&import["status"], &import["result"]["failed"]), (&json!("done"), &json!(0)), "{import}");
    }
    app
}

#[tokio::test]
async fn a_file_becomes_records_once_its_problems_are_decided() {
    let app = stocked().await;
    let admin = &app.admin;
    let uploaded = upload(admin, "../../sales_pipeline.csv", PIPELINE.as_bytes()).await;
    assert_eq!(uploaded.status, 201);
    let id = uploaded.body["id"].as_str().unwrap().to_owned();
    assert_eq!(
        json!([
            uploaded.body["object"],
            uploaded.body["filename"],
            uploaded.body["encoding"],
            uploaded.body["delimiter"],
            uploaded.body["rows"]
        ]),
        json!(["opportunity", "sales_pipeline.csv", "UTF-8", ",", 4])
    );
    let fields: Vec<&str> =
        uploaded.body["mapping"].as_array().unwrap().iter().filter_map(|m| m["field"].as_str()).collect();
    assert_eq!(fields, ["external_id", "owner", "product", "account", "stage", "created_at", "close_date", "amount"]);

    let checked = act(admin, &id, "check").await;
    let check = &checked["check"];
    assert_eq!(
        json!([checked["status"], check["ready"], check["errors"], check["undecided"]]),
        json!(["checked", 1, 2, 1]),
        "{check}"
    );
    let messages: Vec<&str> =
        check["problems"].as_array().unwrap().iter().filter_map(|p| p["message"].as_str()).collect();
    assert_eq!(messages, ["“Nobody Known” is not a person here", "“GTXPro” is not a product", "Account is empty"]);
    let open = admin.get(&format!("/imports/{id}/rows?state=open&limit=2")).await.ok();
    assert_eq!(json!([open["items"][0]["row"], open["items"][0]["problems"][0]["code"]]), json!([3, "unknown_value"]));
    let rest = admin
        .get(&format!("/imports/{id}/rows?state=open&limit=2&cursor={}", open["next_cursor"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));

    // The actions offered carry the change that makes them.
    for problem in check["problems"].as_array().unwrap() {
        let wanted = if problem["field"] == "owner" {
            "skip_rows"
        } else if problem["field"] == "product" {
            "use_suggestion"
        } else {
            "leave_empty"
        };
        let action = problem["actions"].as_array().unwrap().iter().find(|a| a["action"] == wanted).unwrap();
        admin.patch(&format!("/imports/{id}"), action["patch"].clone()).await.ok();
    }
    assert_eq!(admin.post(&format!("/imports/{id}/start"), json!({})).await.problem(), "409 not_checked");
    let checked = act(admin, &id, "check").await;
    assert_eq!(json!([checked["check"]["ready"], checked["check"]["skips"]]), json!([3, 1]));
    let done = act(admin, &id, "start").await;
    assert_eq!(done["result"], json!({ "created": 3, "updated": 0, "skipped": 1, "failed": 0 }), "{done}");

    let won = admin.get("/opportunities?external_id=A1").await;
    let won = if won.status == 200 { won.body } else { admin.get("/opportunities?q=Cancity").await.ok() };
    let deal = won["items"].as_array().unwrap().iter().find(|o| o["external_id"] == "A1").unwrap().clone();
    assert_eq!(
        json!([
            deal["name"],
            deal["account"]["name"],
            deal["owner"]["name"],
            deal["stage"]["name"],
            deal["amount"]["amount"],
            deal["close_date"],
            deal["created_at"],
            deal["closed_at"]
        ]),
        json!([
            "Cancity, GTX Pro",
            "Cancity",
            "Moses Frase",
            "Won",
            "1054.00",
            "2017-03-01",
            "2016-10-20T00:00:00Z",
            "2017-03-01T00:00:00Z"
        ])
    );
    let whole = admin.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(whole["lines"][0]["product"]["name"], "GTX Pro");
    let timeline = admin.get(&format!("/opportunities/{}/timeline", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        json!([timeline["items"][0]["type"], timeline["items"][0]["actor"]["kind"]]),
        json!(["opportunity.moved", "import"])
    );
}

#[tokio::test]
async fn the_same_file_again_updates_and_a_rollback_undoes_it_all() {
    let app = stocked().await;
    let admin = &app.admin;
    let first = "Deal ID,Deal Name,Deal Stage,Amount,Account\nD1,North hall,Prospecting,100,Cancity\nD2,South hall,Prospecting,200,Isdom\n";
    let made = import(admin, "deals.csv", first.as_bytes()).await;
    assert_eq!(made["result"]["created"], 2, "{made}");
    let second = "Deal ID,Deal Name,Deal Stage,Amount,Account\nD1,North hall,Engaging,150,Cancity\nD3,New one,Prospecting,300,Cancity\n";
    let again = import(admin, "deals.csv", second.as_bytes()).await;
    assert_eq!(json!([again["result"]["created"], again["result"]["updated"]]), json!([1, 1]), "{again}");
    let find = async |name: &str| {
        let found = admin.get("/opportunities?sort=name").await.ok();
        found["items"].as_array().unwrap().iter().find(|o| o["name"] == name).cloned()
    };
    let moved = find("North hall").await.unwrap();
    assert_eq!(json!([moved["stage"]["name"], moved["amount"]["amount"]]), json!(["Engaging", "150.00"]));

    let back = act(admin, again["id"].as_str().unwrap(), "rollback").await;
    assert_eq!(back["status"], "rolled_back", "{back}");
    let restored = find("North hall").await.unwrap();
    assert_eq!(json!([restored["stage"]["name"], restored["amount"]["amount"]]), json!(["Prospecting", "100.00"]));
    assert_eq!(find("New one").await, None);
    assert!(find("South hall").await.is_some());
    assert_eq!(
        admin.post(&format!("/imports/{}/rollback", again["id"].as_str().unwrap()), json!({})).await.problem(),
        "409 nothing_to_roll_back"
    );
}

#[tokio::test]
async fn rows_that_were_left_out_come_back_with_their_reasons() {
    let app = stocked().await;
    let file = "Deal Name,Amount,Close Date,Account\nGood,10,2024-01-02,Cancity\nBad,lots,2024-01-03,Cancity\nWorse,11,soon,Isdom\n";
    let done = import(&app.admin, "deals.csv", file.as_bytes()).await;
    assert_eq!(done["result"], json!({ "created": 1, "updated": 0, "skipped": 0, "failed": 2 }));
    let csv = app.admin.get(&format!("/imports/{}/failed.csv", done["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        csv.as_str().unwrap(),
        "Deal Name,Amount,Close Date,Account,Row,Problem\nBad,lots,2024-01-03,Cancity,3,“lots” is not an amount\nWorse,11,soon,Isdom,4,“soon” is not a date\n"
    );
}

#[tokio::test]
async fn imports_are_for_who_may_and_private_to_them() {
    let app = TestApp::with_background().await;
    let rep = app.user(Builtin::SalesRep).await;
    let manager = app.user(Builtin::SalesManager).await;
    let other = app.user(Builtin::SalesManager).await;
    let file = b"Deal Name,Amount\nOne,1\n";
    assert_eq!(upload(&rep, "a.csv", file).await.status, 403);
    assert_eq!(rep.get("/imports").await.status, 403);
    let import = upload(&manager, "a.csv", file).await.ok();
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(other.patch(&path, json!({ "object": "account" })).await.status, 404);
    assert_eq!(other.get(&format!("{path}/rows")).await.status, 404);
    assert_eq!(other.delete(&path).await.status, 404);
    assert_eq!(app.admin.get(&path).await.status, 200);
    assert_eq!(manager.delete(&path).await.status, 204);
    // A manager imports deals, but not people.
    let people = upload(&manager, "team.csv", b"Full name,Manager\nJo Doe,Ann Roe\n").await.ok();
    let id = people["id"].as_str().unwrap();
    act(&manager, id, "check").await;
    assert_eq!(manager.post(&format!("/imports/{id}/start"), json!({})).await.status, 403);
}

#[tokio::test]
async fn what_cannot_be_read_or_does_not_fit_is_refused_with_a_reason() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    assert_eq!(upload(admin, "a.csv", b"").await.problem(), "422 file_empty: file");
    assert_eq!(upload(admin, "a.pdf", b"%PDF-1.7 and so on").await.problem(), "415 unsupported_format: file");
    assert_eq!(upload(admin, "a.xlsx", b"PK\x03\x04 no archive").await.problem(), "422 unreadable_workbook: file");
    assert_eq!(admin.post("/imports", json!({})).await.problem(), "415 unsupported_media_type");
    let import = upload(admin, "a.csv", b"Deal Name,Amount\nOne,1\n").await.ok();
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    for (patch, problem) in [
        (json!({ "mapping": [{ "column": 0, "field": "nothing" }] }), "422 invalid: mapping.0"),
        (json!({ "mapping": [{ "column": 0, "field": "amount" }] }), "422 invalid: mapping.1"),
        (json!({ "mapping": [{ "column": 9, "field": null }] }), "422 invalid: mapping.0.column"),
        (json!({ "options": { "on_match": "explode" } }), "422 invalid: options.on_match"),
        (json!({ "options": { "colour": "red" } }), "422 invalid: options.colour"),
        (json!({ "values": { "amount": [] } }), "422 invalid: values.amount"),
        (json!({ "colour": "red" }), "422 invalid: colour"),
    ] {
        assert_eq!(admin.patch(&path, patch.clone()).await.problem(), problem, "{patch}");
    }
    assert_eq!(admin.get(&format!("{path}/rows?state=odd")).await.status, 400);
    assert_eq!(admin.get("/imports/fields?object=opportunity").await.ok()["items"][0]["field"], "external_id");
    assert_eq!(admin.get("/imports/00000000-0000-0000-0000-000000000000").await.status, 404);
}

/// The whole of a real pipeline. Its totals are computed here from the file, by hand.
#[tokio::test]
async fn a_real_pipeline_of_8800_deals_imports_completely() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/crm_maven");
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    for name in ["sales_teams.csv", "products.csv"] {
        assert_eq!(import(admin, name, &file(name)).await["result"]["failed"], 0, "{name}");
    }
    for (name, fixes) in [("accounts.csv", vec!["industry"]), ("sales_pipeline.csv", vec!["product", "account"])] {
        let uploaded = upload(admin, name, &file(name)).await.ok();
        let id = uploaded["id"].as_str().unwrap();
        let checked = act(admin, id, "check").await;
        for field in fixes {
            let problem =
                checked["check"]["problems"].as_array().unwrap().iter().find(|p| p["field"] == field).unwrap();
            admin.patch(&format!("/imports/{id}"), problem["actions"][0]["patch"].clone()).await.ok();
        }
        act(admin, id, "check").await;
        let done = act(admin, id, "start").await;
        assert_eq!((&done["status"], &done["result"]["failed"]), (&json!("done"), &json!(0)), "{name}");
    }

    let text = String::from_utf8(file("sales_pipeline.csv")).unwrap();
    let mut expected: std::collections::BTreeMap<String, (i64, i64)> = std::collections::BTreeMap::new();
    let mut with_account = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let stage = expected.entry(cells[4].to_owned()).or_default();
        stage.0 += 1;
        stage.1 += cells[7].parse::<i64>().unwrap_or(0);
        with_account += i64::from(!cells[3].is_empty());
    }
    let mut db = app.db.database.maintenance().await.unwrap();
    let org = app.org.0;
    let by_stage: Vec<(String, i64, i64)> = sqlx::query_as(
        "select s.name, count(*), (coalesce(sum(o.amount_minor), 0) / 100)::bigint from opportunity o
         join stage s on s.org_id = o.org_id and s.id = o.stage_id where o.org_id = $1 group by s.name order by s.name",
    )
    .bind(org)
    .fetch_all(&mut db)
    .await
    .unwrap();
    let expected: Vec<(String, i64, i64)> =
        expected.into_iter().map(|(stage, (count, sum))| (stage, count, sum)).collect();
    assert_eq!(by_stage, expected);
    let relations: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from opportunity o join account a on a.org_id = o.org_id and a.id = o.account_id where o.org_id = $1),
                (select count(*) from opportunity_line l join product p on p.org_id = l.org_id and p.id = l.product_id where l.org_id = $1),
                (select count(distinct owner_id) from opportunity where org_id = $1),
                (select count(*) from account where org_id = $1 and parent_id is not null),
                (select count(*) from account where org_id = $1)",
    )
    .bind(org)
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(relations, (with_account, 8_800, 30, 15, 85));
}

#[tokio::test]
async fn deals_of_another_system_bring_their_people_and_companies_along() {
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    let file = "Deal - Title,Deal - Value,Deal - Currency of value,Organization,Contact person,Deal - Stage,Deal - Pipedrive System ID\n\
        Moveer Deal,100.0,EUR,Moveer Limited,Tony Turner,Engaging,17\n\
        Second,250,EUR,Moveer Limited,Tony Turner,Engaging,18\n\
        Other,10,EUR,Beta AG,Tony Turner,Engaging,19\n\
        Nobody's,10,EUR,Beta AG,Cher,Engaging,20\n";
    let uploaded = upload(admin, "pipedrive.csv", file.as_bytes()).await.ok();
    let id = uploaded["id"].as_str().unwrap();
    let fields: Vec<&str> =
        uploaded["mapping"].as_array().unwrap().iter().filter_map(|m| m["field"].as_str()).collect();
    assert_eq!(fields, ["name", "amount", "currency", "account", "primary_contact", "stage", "external_id"]);
    let checked = act(admin, id, "check").await;
    let actions: Vec<&Value> = checked["check"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|problem| problem["actions"].as_array().unwrap())
        .filter(|action| action["action"] == "create")
        .map(|action| &action["patch"])
        .collect();
    assert!(!actions.is_empty(), "{checked}");
    let options = json!({ "missing_account": "create", "missing_contact": "create" });
    admin.patch(&format!("/imports/{id}"), json!({ "options": options })).await.ok();
    let checked = act(admin, id, "check").await;
    assert_eq!(json!([checked["check"]["ready"], checked["check"]["undecided"]]), json!([4, 0]), "{checked}");
    let done = act(admin, id, "start").await;
    assert_eq!(json!([done["result"]["created"], done["result"]["failed"]]), json!([4, 0]), "{done}");
    // One of a name at each account; a name of one word is a last name.
    let people = admin.get("/contacts?sort=name").await.ok();
    let people: Vec<Value> = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| json!([c["first_name"], c["last_name"], c["account"]["name"]]))
        .collect();
    assert_eq!(people.len(), 3, "{people:?}");
    for person in [
        json!(["", "Cher", "Beta AG"]),
        json!(["Tony", "Turner", "Beta AG"]),
        json!(["Tony", "Turner", "Moveer Limited"]),
    ] {
        assert!(people.contains(&person), "{person} in {people:?}");
    }
    let first = admin.get("/opportunities?q=Moveer").await.ok();
    assert_eq!(first["items"][0]["primary_contact"]["name"], "Tony Turner");
    act(admin, id, "rollback").await;
    for list in ["/opportunities", "/contacts", "/accounts"] {
        assert_eq!(admin.get(list).await.ok()["items"], json!([]), "{list}");
    }
}
