//! What automations send, against a receiver that checks it.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::{at, on_deals, runs};

type Heard = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// A receiver that refuses so many requests before it takes one.
async fn receiver(refuse: usize) -> (String, Heard) {
    let heard = Heard::default();
    let kept = heard.clone();
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let mut all = kept.lock().unwrap();
        all.push((headers, body.to_vec()));
        if all.len() <= refuse { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
    (address, heard)
}

#[tokio::test]
async fn it_is_signed_tells_what_the_automation_sees_and_is_tried_again() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let (url, heard) = receiver(0).await;
    let automation = admin
        .post("/automations", on_deals("Tells", &["created"], None, json!([{ "do": "webhook", "url": url }])))
        .await
        .ok();
    let secret =
        admin.post(&format!("{}/secret", at(&automation)), json!({})).await.ok()["secret"].as_str().unwrap().to_owned();
    assert!(!admin.get(&at(&automation)).await.ok().to_string().contains("whsec_"), "it is shown once");
    let deal = admin.opportunity("Sent", json!({ "amount": { "amount": "500.00", "currency": "EUR" } })).await;
    app.drain().await;
    let all = heard.lock().unwrap().clone();
    assert_eq!(all.len(), 1);
    let (headers, body) = &all[0];
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signed = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        String::from_utf8(body.clone()).unwrap()
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap());
    let tag = STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    hmac::verify(&key, signed.as_bytes(), &tag).unwrap();
    let told: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(
        json!([told["type"], told["data"]["record_id"], told["data"]["facts"]["name"]]),
        json!(["opportunity.created", deal["id"], "Sent"])
    );
    assert_eq!(runs(admin, &automation).await, [json!(["done", null, "Sent"])]);
    let run = admin.get("/automation-runs").await.ok();
    assert_eq!(run["items"][0]["steps"][0]["status"], "done");
}

#[tokio::test]
async fn what_is_not_taken_stands_in_the_log() {
    let app = TestApp::new().await;
    let admin = &app.admin;
    let (url, heard) = receiver(1).await;
    admin
        .post("/automations", on_deals("Tells", &["created"], None, json!([{ "do": "webhook", "url": url }])))
        .await
        .ok();
    admin.opportunity("Sent", json!({})).await;
    app.drain().await;
    let tried = heard.lock().unwrap().len();
    let run = admin.get("/automation-runs").await.ok();
    let step = run["items"][0]["steps"][0].clone();
    // The next try waits for its time, or has been made.
    if tried == 1 {
        assert_eq!(json!([step["status"], step["code"]]), json!(["sending", "not_taken"]));
        assert!(step["reason"].as_str().unwrap().contains("503"), "{step}");
    } else {
        assert_eq!(step["status"], "done");
    }
}
