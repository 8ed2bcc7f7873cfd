//! Custom fields beyond lists: formulas, rules, other types, and the configuration file.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

use super::approvals::define;
use super::custom_lists::{change, field, now, of};
use super::lifecycle::{publish, sales};

#[tokio::test]
async fn formulas_are_checked_worked_out_and_never_circular() {
    let app = TestApp::new().await;
    let (admin, rep) = (&app.admin, app.user(Builtin::SalesRep).await);
    let formula = |label: &str, expression: &str| json!({ "object": "opportunity", "label": label, "kind": "formula", "expression": expression });
    field(admin, "opportunity", "Seats", "number", json!({})).await;
    field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold", "Silver"] })).await;
    assert_eq!(rep.post("/custom-fields", formula("X", "amount")).await.problem(), "403 forbidden");
    for (expression, expected) in [
        ("custom.nothing + 1", "unknown_name"),
        ("amount +", "syntax"),
        ("amount + name", "wrong_type"),
        ("tags", "wrong_type"),
        ("previous.amount", "unknown_name"),
        ("custom.me + 1", "circular"),
    ] {
        let mut body = formula("Me", expression);
        body["key"] = json!("me");
        let answer = admin.post("/custom-fields", body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["code"]), (422, &json!(expected)), "{expression}");
    }
    for (body, expected) in [
        (json!({ "object": "opportunity", "label": "F", "kind": "formula" }), "422 invalid: expression"),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "text", "expression": "amount" }),
            "422 invalid: expression",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "amount", "required": true }),
            "422 invalid: required",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "1 + ".repeat(600) }),
            "422 invalid: expression",
        ),
        (
            json!({ "object": "opportunity", "label": "F", "kind": "formula", "expression": "amount", "indexed": true }),
            "422 invalid: indexed",
        ),
    ] {
        assert_eq!(admin.post("/custom-fields", body.clone()).await.problem(), expected, "{body}");
    }
    let per_seat = admin.post("/custom-fields", formula("Per seat", "amount / custom.seats")).await.ok();
    admin
        .post("/custom-fields", formula("Grade", "custom.per_seat >= 100 && custom.tier == \"Gold\" ? \"A\" : \"B\""))
        .await
        .ok();
    admin.post("/custom-fields", formula("Late", "close_date < today")).await.ok();
    let circle = change(admin, &per_seat, json!({ "expression": "custom.grade == \"A\" ? 1.0 : 2.0" })).await;
    assert_eq!(circle.body["errors"][0]["code"], "circular", "{}", circle.body);
    let other = change(admin, &per_seat, json!({ "expression": "name" })).await;
    assert_eq!(other.problem(), "409 custom_field_in_use");
    assert_eq!(change(admin, &per_seat, json!({ "archived": true })).await.problem(), "409 custom_field_in_use");

    let money = json!({ "amount": "1000", "currency": "EUR" });
    let deal = json!({ "amount": money, "close_date": "2020-01-01", "custom": { "seats": 8, "tier": "gold" } });
    let deal = admin.opportunity("Deal", deal).await;
    let worked = json!({ "seats": 8, "tier": "gold", "per_seat": 125, "grade": "A", "late": true });
    assert_eq!(deal["custom"], worked);
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.ok()["custom"], worked);
    assert_eq!(admin.get("/opportunities").await.ok()["items"][0]["custom"], worked);
    let zero = admin.patch(&path, json!({ "custom": { "seats": 0 }, "version": 1 })).await;
    let changes = zero.event();
    let zero = zero.ok();
    assert_eq!(zero["custom"], json!({ "seats": 0, "tier": "gold", "grade": "B", "late": true }));
    assert_eq!(zero["formula_errors"], json!({ "per_seat": "it divides by zero" }));
    assert!(!changes.is_empty());
    let written = admin.patch(&path, json!({ "custom": { "per_seat": 5 }, "version": 2 })).await;
    assert_eq!(
        (written.problem().as_str(), &written.body["errors"][0]["code"]),
        ("422 invalid: custom.per_seat", &json!("read_only"))
    );
}

#[tokio::test]
async fn a_field_that_anything_in_force_speaks_of_is_not_taken_away() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let risk = field(admin, "opportunity", "Risk", "text", json!({})).await;
    let high = "custom.risk == \"high\"";
    let approval = define(admin, "Risky", json!({ "condition": high })).await;
    let pipeline = sales(admin).await;
    let stage = pipeline["stages"][1]["id"].clone();
    let asks = json!({ "stages": [{ "stage_id": stage, "entry": { "required": ["custom.risk"] } }] });
    publish(admin, &pipeline, &asks).await;
    let level = json!({ "name": "Watch", "object": "opportunity", "condition": high, "measure": "time_in_stage",
        "target": { "value": 1, "unit": "days" } });
    admin.post("/sla-rules", level).await.ok();
    let automation = json!({ "name": "Tell", "object": "opportunity", "condition": high, "active": true,
        "trigger": { "on": "event", "moments": ["created"] }, "scopes": { "opportunity": { "read": "all" } },
        "steps": [{ "do": "notify", "to": [{ "who": "owner" }], "message": "Risky" }] });
    admin.post("/automations", automation).await.ok();
    let refused = change(admin, &risk, json!({ "archived": true })).await;
    assert_eq!(refused.problem(), "409 custom_field_in_use");
    let name = pipeline["name"].as_str().unwrap();
    let said = format!(
        "the approval “Risky”, the automation “Tell”, the lifecycle of “{name}”, the service level “Watch” would not work any more; change that first"
    );
    assert_eq!(refused.body["detail"], json!(said));
    // What is switched off, or was before, keeps nothing.
    let path = format!("/approval-definitions/{}", approval["id"].as_str().unwrap());
    admin.patch(&path, json!({ "active": false, "version": approval["version"] })).await.ok();
    publish(admin, &pipeline, &json!({})).await;
    let refused = change(admin, &risk, json!({ "archived": true })).await;
    let said = "the automation “Tell”, the service level “Watch” would not work any more; change that first";
    assert_eq!(refused.body["detail"], json!(said));
}

#[tokio::test]
async fn rules_speak_of_custom_fields_and_keep_them_from_being_broken() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let seats = field(admin, "opportunity", "Seats", "number", json!({})).await;
    let rule = |expression: &str, field: &str| json!({ "object": "opportunity", "name": "Seats", "expression": expression, "message": "Too many seats", "field": field });
    let facts = admin.get("/rules/facts?object=opportunity").await.ok();
    let known: Vec<&Value> = facts["facts"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    assert!(known.contains(&&json!("custom.seats")) && known.contains(&&json!("previous.custom.seats")));
    assert!(facts["fields"].as_array().unwrap().contains(&json!("custom.seats")));
    let wrong = admin.post("/rules", rule("custom.seats < \"x\"", "custom.seats")).await;
    assert_eq!(wrong.problem(), "422 invalid: expression");
    assert_eq!(admin.post("/rules", rule("custom.seats < 10", "custom.nothing")).await.problem(), "422 invalid: field");
    let made = admin.post("/rules", rule("custom.seats == null || custom.seats < 10", "custom.seats")).await.ok();
    assert_eq!(made["problems"], json!([]));
    let refused = admin.post("/opportunities", json!({ "name": "Deal", "custom": { "seats": 10 } })).await;
    assert_eq!(refused.problem(), "422 rule_not_met: custom.seats");
    let deal = admin.opportunity("Deal", json!({ "custom": { "seats": 9.5 } })).await;
    let path = format!("/opportunities/{}", deal["id"].as_str().unwrap());
    let refused = admin.patch(&path, json!({ "custom": { "seats": 11 }, "version": 1 })).await;
    assert_eq!(refused.problem(), "422 rule_not_met: custom.seats");
    let tested = json!({ "object": "opportunity", "expression": "custom.seats > 9", "record_id": deal["id"] });
    assert_eq!(admin.post("/rules/test", tested).await.ok()["facts"], json!({ "custom.seats": "9.5" }));

    assert_eq!(change(admin, &seats, json!({ "archived": true })).await.problem(), "409 custom_field_in_use");
    let to_text = json!({ "kind": "text", "version": 1 });
    assert_eq!(admin.post(&format!("{}/type", of(&seats)), to_text).await.problem(), "409 custom_field_in_use");
    change(admin, &seats, json!({ "label": "Places" })).await.ok();
    let rule = format!("/rules/{}", made["id"].as_str().unwrap());
    admin.patch(&rule, json!({ "active": false, "version": made["version"] })).await.ok();
    change(admin, &seats, json!({ "archived": true })).await.ok();
    assert_eq!(admin.get(&rule).await.ok()["problems"][0]["code"], "unknown_name");
}

#[tokio::test]
async fn a_type_changes_when_every_value_fits() {
    let app = TestApp::new().await;
    let (admin, rep, stranger) = (&app.admin, app.user(Builtin::SalesRep).await, app.stranger().await);
    let size = field(admin, "account", "Size", "text", json!({ "indexed": true })).await;
    let mut ids = Vec::new();
    for (n, value) in ["12", " 7.5 ", "many", "12", ""].into_iter().enumerate() {
        let account = json!({ "name": format!("A{n}"), "custom": { "size": value } });
        ids.push(admin.post("/accounts", account).await.ok()["id"].as_str().unwrap().to_owned());
    }
    app.drain().await;
    let at = format!("{}/type", of(&size));
    let to = |kind: &str, version: i64| json!({ "kind": kind, "version": version });
    for (who, expected) in [(&rep, "403 forbidden"), (&stranger, "404 not_found")] {
        assert_eq!(who.post(&at, to("number", 1)).await.problem(), expected);
    }
    assert_eq!(admin.post(&at, to("number", 9)).await.problem(), "409 version_conflict");
    assert_eq!(admin.post(&at, to("formula", 1)).await.problem(), "422 invalid: kind");
    assert_eq!(admin.post(&at, to("colour", 1)).await.problem(), "422 invalid: kind");
    let many = json!({ "kind": "select", "options": vec!["x"; 501], "version": 1 });
    assert_eq!(admin.post(&at, many).await.problem(), "422 invalid: options");
    let tried = admin.post(&format!("{at}?dry_run=true"), to("number", 1)).await.ok();
    assert_eq!((&tried["values"], &tried["fitting"], &tried["failing"]), (&json!(4), &json!(3), &json!(1)), "{tried}");
    assert_eq!(tried["misfits"][0]["id"], json!(ids[2]));
    let refused = admin.post(&at, to("number", 1)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("values_do_not_fit")));
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("many"), "{}", refused.body);
    assert_eq!(now(admin, &size).await["kind"], "text");

    admin.patch(&format!("/accounts/{}", ids[2]), json!({ "custom": { "size": "100" }, "version": 1 })).await.ok();
    let done = admin.post(&at, to("number", 1)).await.ok();
    assert_eq!(
        (&done["field"]["kind"], &done["failing"], &done["field"]["version"]),
        (&json!("number"), &json!(0), &json!(2))
    );
    let account = admin.get(&format!("/accounts/{}", ids[1])).await.ok();
    assert_eq!((&account["custom"]["size"], &account["version"]), (&json!(7.5), &json!(2)));
    let timeline = admin.get(&format!("/accounts/{}/timeline", ids[1])).await.ok();
    assert_eq!(timeline["items"][0]["changes"][0]["field"], "custom.size");
    assert_eq!(now(admin, &size).await["index"], "building", "a number stands in another column");
    let sizes = |list: Value| list["items"].as_array().unwrap().iter().map(|r| r["name"].clone()).collect::<Vec<_>>();
    let query = "/accounts?custom.size.gte=10&sort=-custom.size,name";
    assert_eq!(sizes(admin.get(query).await.ok()), ["A2", "A0", "A3"]);
    app.drain().await;
    assert_eq!(sizes(admin.get(query).await.ok()), ["A2", "A0", "A3"]);

    let done = admin.post(&at, to("select", 2)).await.ok();
    let labels: Vec<&Value> = done["field"]["options"].as_array().unwrap().iter().map(|o| &o["label"]).collect();
    assert_eq!(labels, ["100", "12", "7.5"]);
    let done = admin.post(&at, to("multi_select", 3)).await.ok();
    assert_eq!((&done["values"], &done["field"]["index"]), (&json!(4), &json!("none")));
    admin.post(&at, to("text", 4)).await.ok();
    assert_eq!(admin.get(&format!("/accounts/{}", ids[1])).await.ok()["custom"]["size"], "7.5");
}

#[tokio::test]
async fn custom_fields_and_roles_go_by_file_within_what_one_holds() {
    let app = TestApp::new().await;
    let (here, there) = (&app.admin, app.stranger().await);
    field(here, "account", "Tier", "select", json!({ "options": ["Gold", "Silver"], "indexed": true })).await;
    field(here, "account", "Seats", "number", json!({ "help": "How many" })).await;
    let ahead = json!({ "object": "account", "label": "Twice", "kind": "formula", "expression": "custom.seats * 2" });
    let ahead = here.post("/custom-fields", ahead).await.ok();
    let all = here.get("/custom-fields").await.ok();
    let ids: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    let order = json!({ "object": "account", "ids": [ahead["id"], ids[0], ids[1]] });
    here.post("/custom-fields/order", order).await.ok();
    let role = json!({ "name": "Partner desk", "grants": { "account": { "read": "all", "update": "own" } } });
    let role = here.post("/roles", role).await.ok();
    let at = format!("/roles/{}/fields", role["id"].as_str().unwrap());
    let rules = json!({ "fields": { "account": { "custom.tier": "hidden" } }, "version": role["version"] });
    here.send(here.request(Method::PUT, &at).json(&rules)).await.ok();

    let file = here.get("/configuration").await.ok();
    let tried = there.post("/configuration?dry_run=true", file.clone()).await.ok();
    let touched = |object: &str| tried["items"].as_array().unwrap().iter().filter(|i| i["object"] == object).count();
    assert_eq!((touched("custom_field"), touched("role")), (3, 1), "{tried}");
    assert_eq!(there.get("/custom-fields").await.ok()["items"], json!([]));
    there.post("/configuration", file.clone()).await.ok();
    assert_eq!(there.get("/configuration").await.ok(), file);
    let again = there.post("/configuration", file.clone()).await.ok();
    assert_eq!((&again["created"], &again["changed"]), (&json!(0), &json!(0)), "{again}");

    // Another type is not changed on the way, and nobody gives more than they hold.
    let mut other = file.clone();
    other["custom_fields"][1]["kind"] = json!("text");
    other["custom_fields"][1]["options"] = json!([]);
    assert_eq!(there.post("/configuration", other).await.problem(), "422 invalid: custom_fields.1.kind");
    let grants = json!({ "organisation": { "read": "all", "update": "all" }, "pipeline": { "read": "all", "create": "all", "update": "all" },
        "product": { "read": "all", "create": "all", "update": "all" }, "role": { "read": "all", "create": "all", "update": "all" } });
    let clerk = here.post("/roles", json!({ "name": "Clerk", "grants": grants })).await.ok();
    let person = app.user(Builtin::ReadOnly).await;
    let user = here.get(&format!("/users/{}", person.id)).await.ok();
    let roles = json!({ "role_ids": [clerk["id"]], "version": user["version"] });
    let given = here.patch(&format!("/users/{}", person.id), roles).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let wider = json!({ "version": 1, "currency": "EUR", "roles": [{ "name": "Mine", "grants": { "account": { "delete": "all" } } }] });
    assert_eq!(
        person.post("/configuration", wider.clone()).await.problem().split(':').next(),
        Some("403 privilege_escalation")
    );
    let mut widened = wider;
    widened["roles"][0]["name"] = json!("Partner desk");
    assert_eq!(
        person.post("/configuration", widened).await.problem().split(':').next(),
        Some("403 privilege_escalation")
    );
    for (roles, expected) in [
        (json!([{ "name": "" }]), "422 invalid: roles.0.name"),
        (json!([{ "name": "X", "grants": { "moon": { "read": "all" } } }]), "422 invalid: roles.0.grants.moon"),
        (
            json!([{ "name": "X", "fields": { "account": { "custom.none": "hidden" } } }]),
            "422 invalid: roles.0.fields.account.custom.none",
        ),
    ] {
        let file = json!({ "version": 1, "currency": "EUR", "roles": roles });
        assert_eq!(here.post("/configuration", file).await.problem(), expected);
    }
}
