//! What public sources know, and how it is taken over.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::{id, monday};

fn told(known: &Value) -> Vec<Value> {
    let of = |s: &Value| json!([s["field"], s["shown"], s["source"], s["confidence"], s["preselected"]]);
    known["suggestions"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn an_account_is_recognised_and_a_person_takes_over() {
    let (app, _) = monday().await;
    let medical = app.admin.choice("industry", "Medical").await;
    let account =
        app.admin.post("/accounts", json!({ "name": "Abbott Laboratories", "founded_year": 1900 })).await.ok();
    let path = format!("/accounts/{}/enrichment", id(&account));
    let known = app.admin.get(&path).await.ok();
    assert_eq!(
        told(&known),
        [
            json!(["industry_id", "Medical", "sp500", 0.92, true]),
            json!(["country", "United States", "sp500", 0.92, true]),
            // What a person wrote takes a click.
            json!(["founded_year", "1888", "sp500", 0.92, false]),
        ]
    );
    assert_eq!(known["suggestions"][2]["present"], json!(1900));
    assert_eq!(known["suggestions"][0]["why"], "The name is that of Abbott Laboratories");
    let notes: Vec<_> = known["notes"].as_array().unwrap().iter().map(|n| n["source"].clone()).collect();
    assert_eq!(notes, ["sp500", "sec"]);
    assert_eq!(
        app.admin.get(&format!("/accounts/{}", id(&account))).await.ok()["country"],
        Value::Null,
        "nothing is written"
    );

    let chosen = json!({ "version": 1, "fields": [{ "field": "industry_id", "source": "sp500" }, { "field": "country", "source": "sp500" }] });
    let taken = app.admin.post(&path, chosen.clone()).await;
    let event = taken.event();
    let taken = taken.ok();
    assert_eq!(json!([taken["industry_id"], taken["country"], taken["version"]]), json!([medical, "United States", 2]));
    let after = app.admin.get(&path).await.ok();
    let origins: Vec<_> = after["origins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| json!([o["field"], o["source"], o["confidence"]]))
        .collect();
    assert_eq!(origins, [json!(["country", "sp500", 0.92]), json!(["industry_id", "sp500", 0.92])]);
    assert_eq!(told(&after).len(), 1);
    // It is an edit like any other.
    assert_eq!(app.admin.post(&path, chosen).await.problem(), "409 enrichment_changed: industry_id");
    let changed = json!({ "version": 2, "country": "Ireland" });
    app.admin.patch(&format!("/accounts/{}", id(&account)), changed).await.ok();
    let edited = app.admin.get(&path).await.ok();
    assert_eq!(edited["origins"].as_array().unwrap().len(), 1, "what a person wrote is no source's");
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    let undone = app.admin.get(&path).await.ok();
    assert_eq!(undone["origins"], json!([]));
}

#[tokio::test]
async fn a_lead_is_known_by_its_address() {
    let (app, _) = monday().await;
    let lead = |email: &str| app.admin.post("/leads", json!({ "last_name": "Petrov", "email": email }));
    let business = lead("nadia@ecolab.com").await.ok();
    let known = app.admin.get(&format!("/leads/{}/enrichment", id(&business))).await.ok();
    let fields: Vec<_> =
        known["suggestions"].as_array().unwrap().iter().map(|s| json!([s["field"], s["shown"], s["source"]])).collect();
    assert_eq!(
        fields,
        [
            json!(["company", "Ecolab", "sp500"]),
            json!(["industry_id", "Materials, Specialty Chemicals", "sp500"]),
            json!(["country", "United States", "sp500"]),
            json!(["website", "https://ecolab.com", "domains"]),
        ]
    );
    assert_eq!(
        known["suggestions"][1]["missing"],
        "The list of industries has nothing for Materials (Specialty Chemicals)"
    );
    let take = json!({ "version": 1, "fields": [{ "field": "company", "source": "sp500" }] });
    let taken = app.admin.post(&format!("/leads/{}/enrichment", id(&business)), take).await.ok();
    assert_eq!(taken["company"], "Ecolab");
    let missing = json!({ "version": 2, "fields": [{ "field": "industry_id", "source": "sp500" }] });
    let refused = app.admin.post(&format!("/leads/{}/enrichment", id(&business)), missing).await;
    assert_eq!(refused.problem(), "409 enrichment_changed: industry_id");
    let thrown = lead("x@mailinator.com").await.ok();
    let known = app.admin.get(&format!("/leads/{}/enrichment", id(&thrown))).await.ok();
    assert_eq!(
        json!([known["suggestions"], known["notes"][0]["text"]]),
        json!([[], "The e-mail address is one to be thrown away"])
    );
}

#[tokio::test]
async fn sources_are_for_those_who_see_the_record_and_taking_over_for_those_who_may_edit() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let account =
        app.admin.post("/accounts", json!({ "name": "Abbott Laboratories", "domain": "abbott.com" })).await.ok();
    let path = format!("/accounts/{}/enrichment", id(&account));
    let take = |version: i64| json!({ "version": version, "fields": [{ "field": "country", "source": "sp500" }] });
    assert_eq!(rep.get(&path).await.status, 200);
    assert_eq!(rep.post(&path, take(1)).await.status, 403);
    assert_eq!(app.admin.post(&path, take(9)).await.problem(), "409 version_conflict");
    let stranger = app.stranger().await;
    assert_eq!((stranger.get(&path).await.status, stranger.post(&path, take(1)).await.status), (404, 404));
    assert_eq!(app.nobody().get(&path).await.status, 401);
    for (body, problem) in [
        (json!({ "version": 1, "fields": [] }), "422 invalid: fields"),
        (
            json!({ "version": 1, "fields": vec![json!({ "field": "country", "source": "sp500" }); 30] }),
            "422 invalid: fields, fields.1",
        ),
        (json!({ "version": 1, "fields": [{ "field": "name", "source": "rumour" }] }), "409 enrichment_changed: name"),
    ] {
        assert!(app.admin.post(&path, body).await.problem().starts_with(problem), "{problem}");
    }
    // What a role hides is neither asked by nor proposed.
    crate::crm::hide(&app, "Sales Rep", json!({ "account": { "country": "hidden", "domain": "hidden" } })).await;
    let known = rep.get(&path).await.ok();
    let fields: Vec<_> = known["suggestions"].as_array().unwrap().iter().map(|s| s["field"].clone()).collect();
    assert_eq!(fields, ["industry_id", "founded_year"]);
    assert!(!known.to_string().contains("abbott.com"));
}
