//! Custom fields: defined by an administrator, checked on every path on which a record is written.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::import::import;

fn at(path: &str, record: &Value) -> String {
    format!("/{path}/{}", record["id"].as_str().unwrap())
}

async fn field(who: &Person, object: &str, label: &str, kind: &str, more: Value) -> Value {
    let mut body = json!({ "object": object, "label": label, "kind": kind });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/custom-fields", body).await.ok()
}

#[tokio::test]
async fn fields_are_defined_renamed_ordered_and_archived_by_administrators() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let (rep, stranger) = (app.user(Builtin::SalesRep).await, app.stranger().await);
    let tier = field(admin, "account", " Partner tier ", "select", json!({ "options": ["Gold", "Silver"] })).await;
    assert_eq!((&tier["key"], &tier["label"]), (&json!("partner_tier"), &json!("Partner tier")));
    assert_eq!(tier["options"][0], json!({ "value": "gold", "label": "Gold", "archived": false }));
    let again =
        admin.post("/custom-fields", json!({ "object": "account", "label": "Partner tier", "kind": "text" })).await;
    assert_eq!(again.problem(), "409 custom_field_key_taken: key");
    field(admin, "contact", "Partner tier", "text", json!({})).await;
    let since = field(admin, "account", "Partner since", "date", json!({ "section": "Partnership" })).await;

    let change = json!({ "label": "Level", "version": 1, "options": [{ "value": "gold", "label": "Or" }, { "label": "Bronze" }] });
    let changed = admin.patch(&at("custom-fields", &tier), change.clone()).await.ok();
    assert_eq!((&changed["key"], &changed["label"]), (&json!("partner_tier"), &json!("Level")));
    let options: Vec<(&str, bool)> = changed["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["value"].as_str().unwrap(), o["archived"].as_bool().unwrap()))
        .collect();
    assert_eq!(options, [("gold", false), ("bronze", false), ("silver", true)]);
    assert_eq!(admin.patch(&at("custom-fields", &tier), change.clone()).await.problem(), "409 version_conflict");
    let order = json!({ "object": "account", "ids": [since["id"], tier["id"]] });
    assert_eq!(admin.post("/custom-fields/order", order.clone()).await.ok()["items"][0]["id"], since["id"]);

    for (who, expected) in [(&rep, "403 forbidden"), (&stranger, "404 not_found")] {
        assert_eq!(who.patch(&at("custom-fields", &tier), change.clone()).await.problem(), expected);
    }
    assert_eq!(rep.post("/custom-fields/order", order.clone()).await.problem(), "403 forbidden");
    assert_eq!(stranger.post("/custom-fields/order", order).await.problem(), "409 order_changed");
    assert_eq!(stranger.get("/custom-fields").await.ok()["items"], json!([]));
    for (body, expected) in [
        (json!({ "object": "task", "label": "X", "kind": "text" }), "422 invalid: object"),
        (json!({ "object": "account", "label": "X", "kind": "colour" }), "422 invalid: kind"),
        (json!({ "object": "account", "label": "", "kind": "text" }), "422 invalid: label"),
        (json!({ "object": "account", "label": "x".repeat(5_000), "kind": "text" }), "422 invalid: label"),
        (json!({ "object": "account", "label": "X", "kind": "text", "key": "Not A Key" }), "422 invalid: key"),
        (json!({ "object": "account", "label": "X", "kind": "select" }), "422 invalid: options"),
        (json!({ "object": "account", "label": "X", "kind": "text", "options": ["A"] }), "422 invalid: options"),
        (json!({ "object": "account", "label": "X", "kind": "select", "options": ["A", "a"] }), "422 invalid: options"),
        (json!({ "object": "account", "label": "X", "kind": "date", "default": "soon" }), "422 invalid: default"),
    ] {
        assert_eq!(admin.post("/custom-fields", body.clone()).await.problem(), expected, "{body}");
    }
}

#[tokio::test]
async fn values_are_checked_merged_told_and_undone() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    field(admin, "opportunity", "Budget", "money", json!({})).await;
    let tier = field(admin, "opportunity", "Tier", "select", json!({ "options": ["Gold", "Silver"] })).await;
    field(admin, "opportunity", "Sponsor", "user", json!({})).await;
    field(admin, "opportunity", "Source system", "text", json!({ "default": "web" })).await;
    let custom = json!({ "tier": "Gold", "sponsor": admin.id, "budget": { "amount": "5", "currency": "EUR" } });
    let deal = admin.opportunity("Deal", json!({ "custom": custom })).await;
    assert_eq!(
        deal["custom"],
        json!({ "tier": "gold", "sponsor": admin.id, "budget": { "amount": "5.00", "currency": "EUR" }, "source_system": "web" })
    );
    let path = at("opportunities", &deal);
    let stranger = app.stranger().await;
    for (value, expected) in [
        (json!({ "colour": "red" }), "422 invalid: custom.colour"),
        (json!({ "tier": "Bronze" }), "422 invalid: custom.tier"),
        (json!({ "budget": 5 }), "422 invalid: custom.budget"),
        (json!({ "sponsor": stranger.id }), "422 invalid: custom.sponsor"),
        (json!({ "source_system": "x".repeat(501) }), "422 invalid: custom.source_system"),
        (json!("no map"), "422 invalid: custom"),
    ] {
        assert_eq!(admin.patch(&path, json!({ "custom": value, "version": 1 })).await.problem(), expected);
        if value.is_object() {
            let born = admin.post("/opportunities", json!({ "name": "Deal", "custom": value })).await;
            assert_eq!(born.problem(), expected);
        }
    }
    let changed = admin.patch(&path, json!({ "custom": { "tier": "silver", "budget": null }, "version": 1 })).await;
    let event = changed.event();
    assert_eq!(changed.ok()["custom"], json!({ "tier": "silver", "sponsor": admin.id, "source_system": "web" }));
    let stale = admin.patch(&path, json!({ "custom": { "tier": "gold" }, "version": 1 })).await;
    assert_eq!(
        stale.body["conflict"]["fields"],
        json!([{ "field": "custom.tier", "theirs": "silver", "yours": "gold" }])
    );
    let rename = json!({ "label": "Level", "version": 1 });
    admin.patch(&at("custom-fields", &tier), rename).await.ok();
    let timeline = admin.get(&format!("{path}/timeline")).await.ok();
    let changes = timeline["items"][0]["changes"].as_array().unwrap();
    let told: Vec<(&str, &str, &Value, &Value)> = changes
        .iter()
        .map(|c| (c["field"].as_str().unwrap(), c["label"].as_str().unwrap(), &c["old_label"], &c["new_label"]))
        .collect();
    assert_eq!(
        told,
        [
            ("custom.budget", "Budget", &json!("5.00 EUR"), &Value::Null),
            ("custom.tier", "Level", &json!("Gold"), &json!("Silver"))
        ]
    );
    // A later change of one stays when the event is taken back.
    admin.patch(&path, json!({ "custom": { "tier": "gold" }, "version": 2 })).await.ok();
    admin.patch(&path, json!({ "custom": { "tier": "silver" }, "version": 3 })).await.ok();
    admin
        .patch(&path, json!({ "custom": { "budget": { "amount": "9", "currency": "EUR" } }, "version": 4 }))
        .await
        .ok();
    let undone = admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!((&undone["restored"], &undone["kept"][0]["field"]), (&json!(["custom.tier"]), &json!("custom.budget")));
    let now = admin.get(&path).await.ok();
    assert_eq!((&now["custom"]["tier"], &now["custom"]["budget"]["amount"]), (&json!("gold"), &json!("9.00")));

    // An archived field keeps its values and takes no new ones.
    let version = json!({ "archived": true, "version": 2 });
    admin.patch(&at("custom-fields", &tier), version).await.ok();
    let write = json!({ "custom": { "tier": "silver" }, "version": now["version"] });
    assert_eq!(admin.patch(&path, write).await.problem(), "422 invalid: custom.tier");
    let other = admin.patch(&path, json!({ "next_step": "Call", "version": now["version"] })).await.ok();
    assert_eq!(other["custom"]["tier"], "gold");
}

#[tokio::test]
async fn a_required_field_is_asked_for_on_every_way_in_and_by_stages() {
    let app = TestApp::with_background().await;
    let admin = &app.admin;
    field(admin, "account", "Segment", "select", json!({ "options": ["SMB", "Enterprise"], "required": true })).await;
    field(admin, "contact", "Language", "text", json!({ "required": true })).await;
    field(admin, "opportunity", "Competitor", "text", json!({})).await;
    assert_eq!(admin.post("/accounts", json!({ "name": "A" })).await.problem(), "422 invalid: custom.segment");
    assert_eq!(admin.post("/contacts", json!({ "last_name": "B" })).await.problem(), "422 invalid: custom.language");
    let account = admin.post("/accounts", json!({ "name": "A", "custom": { "segment": "smb" } })).await.ok();
    let cleared = admin.patch(&at("accounts", &account), json!({ "custom": { "segment": null }, "version": 1 })).await;
    assert_eq!(cleared.problem(), "422 invalid: custom.segment");

    let pipelines = admin.get("/pipelines").await.ok();
    let stage = pipelines["items"][0]["stages"].as_array().unwrap().iter().find(|s| s["name"] == "Proposal").unwrap();
    let ask = |field: &str| json!({ "required_fields": [field], "version": 1 });
    let unknown = admin.patch(&at("stages", stage), ask("custom.nothing")).await;
    assert_eq!(unknown.problem(), "422 invalid: required_fields");
    admin.patch(&at("stages", stage), ask("custom.competitor")).await.ok();
    let deal = admin.opportunity("Deal", json!({})).await;
    let to = json!({ "stage_id": stage["id"], "version": 1 });
    let path = format!("{}/move", at("opportunities", &deal));
    assert_eq!(admin.post(&path, to).await.problem(), "422 gate_not_cleared: custom.competitor");
    let with = json!({ "stage_id": stage["id"], "version": 1, "custom": { "competitor": "Acme" } });
    assert_eq!(admin.post(&path, with).await.ok()["opportunity"]["stage"]["name"], "Proposal");

    let fields = admin.get("/imports/fields?object=account").await.ok();
    assert!(
        fields["items"].as_array().unwrap().iter().any(|f| f["field"] == "custom.segment" && f["required"] == true)
    );
    let file =
        "Account Name,Website,custom.segment\nOne,one.example,Enterprise\nTwo,two.example,\nThree,three.example,Huge\n";
    let imported = import(admin, "accounts.csv", file.as_bytes()).await;
    let mapped: Vec<&Value> = imported["mapping"].as_array().unwrap().iter().map(|m| &m["field"]).collect();
    assert!(mapped.contains(&&json!("custom.segment")), "{mapped:?}");
    assert_eq!((&imported["result"]["created"], &imported["result"]["failed"]), (&json!(1), &json!(2)), "{imported}");
    let one = admin.get("/accounts?q=One").await.ok();
    assert_eq!(one["items"][0]["custom"], json!({ "segment": "enterprise" }));
}
