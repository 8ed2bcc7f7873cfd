//! Who else is at a record: seen by who sees it, told as they come and go, with the field they edit.

use std::time::Duration;

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::prove::live::listen;

async fn come(person: &Person, path: &str, page: Uuid, field: Option<&str>) -> Value {
    let request = person.request(Method::PUT, path).json(&json!({ "page": page, "field": field }));
    person.send(request).await.ok()["items"].clone()
}

#[tokio::test]
async fn who_sees_a_record_sees_who_is_there_and_what_they_edit() {
    let app = TestApp::with_background().await;
    let (rep, manager) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesManager).await);
    let deal = rep.opportunity("Cranes", json!({})).await;
    let path = format!("/presence/opportunity/{}", deal["id"].as_str().unwrap());
    let (mine, theirs) = (Uuid::new_v4(), Uuid::new_v4());
    let mut told = listen(&rep).await;
    assert_eq!(come(&rep, &path, mine, None).await, json!([]), "oneself is nobody else");
    come(&app.admin, &path, theirs, Some("amount")).await;
    let next = async {
        loop {
            let change = told.recv().await.unwrap();
            if change["event"] == json!("opportunity.presence") {
                return change;
            }
        }
    };
    let change = tokio::time::timeout(Duration::from_secs(10), next).await.unwrap();
    assert_eq!((&change["id"], &change["version"]), (&deal["id"], &json!(null)));
    let there = come(&rep, &path, mine, None).await;
    assert_eq!((there.as_array().unwrap().len(), &there[0]["field"]), (1, &json!("amount")));

    // A field that is hidden from who reads is not named.
    super::hide(&app, "Sales Rep", json!({ "opportunity": { "amount": "hidden" } })).await;
    assert_eq!(come(&rep, &path, mine, None).await[0]["field"], json!(null));
    // Nor by another name that tells of it.
    come(&app.admin, &path, theirs, Some("expected_revenue")).await;
    assert_eq!(come(&rep, &path, mine, None).await[0]["field"], json!(null));

    // Gone is gone at once; another page of theirs stays.
    let other_page = Uuid::new_v4();
    come(&app.admin, &path, other_page, None).await;
    for (page, left) in [(theirs, 1), (other_page, 0)] {
        assert_eq!(app.admin.delete(&format!("{path}?page={page}")).await.status, 204);
        assert_eq!(come(&rep, &path, mine, None).await.as_array().unwrap().len(), left);
    }

    // Who does not see the record can't tell that it is there.
    let absent = format!("/presence/opportunity/{}", Uuid::new_v4());
    let stranger = app.stranger().await;
    for (person, path) in [(&stranger, &path), (&manager, &absent), (&rep, &absent)] {
        let request = person.request(Method::PUT, path).json(&json!({ "page": mine }));
        assert_eq!(person.send(request).await.problem(), "404 not_found");
    }
    for body in [
        json!({}),
        json!({ "page": "x" }),
        json!({ "page": mine, "field": "x".repeat(101) }),
        json!({ "page": mine, "field": " " }),
    ] {
        let request = rep.request(Method::PUT, &path).json(&body);
        assert_eq!(rep.send(request).await.status, 422, "{body}");
    }
}
