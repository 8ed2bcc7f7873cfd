//! Web forms: strangers become leads by the path of all others, programs do not, and nobody learns more than they should.

use dealwright_access::policy::Builtin;
use dealwright_crm::web_form::guard;
use dealwright_kernel::Clock;
use dealwright_store::Keyring;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

async fn form(app: &TestApp, more: Value) -> Value {
    let mut body = json!({ "title": "Contact us", "fields": [
        { "field": "last_name", "required": true }, { "field": "email", "required": true }, { "field": "company" },
        { "field": "country" }, { "field": "description", "label": "What can we do?" }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.admin.post("/web-forms", body).await.ok()
}

fn page(form: &Value) -> String {
    format!("!/f/{}", form["key"].as_str().unwrap())
}

fn at(form: &Value) -> String {
    format!("/web-forms/{}", form["id"].as_str().unwrap())
}

/// A server whose clock a test moves, and the clock.
async fn clocked() -> (TestApp, Clock) {
    let clock = Clock::fixed("2026-01-14T08:00:00Z".parse().unwrap());
    (TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await, clock)
}

fn later(clock: &Clock, seconds: i64) {
    clock.advance(chrono::Duration::seconds(seconds));
}

/// The token of a form that is opened now.
async fn opened(who: &Person, form: &Value) -> String {
    let html = who.get(&page(form)).await.ok();
    let html = html.as_str().unwrap().to_owned();
    let from = html.split("name=\"form_token\" value=\"").nth(1).unwrap();
    from.split('"').next().unwrap().to_owned()
}

/// Sends a form as a browser does, without following where it leads.
async fn send(who: &Person, form: &Value, fields: &[(&str, &str)]) -> Answer {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let request = who
        .request(Method::POST, &page(form))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.join("&"))
        .build()
        .unwrap();
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: Value::String(response.text().await.unwrap()) }
}

async fn leads(app: &TestApp) -> Vec<Value> {
    app.admin.get("/leads?sort=created_at").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_stranger_becomes_a_lead_that_is_assigned() {
    let (app, clock) = clocked().await;
    let rep = app.user(Builtin::SalesRep).await;
    let stranger = app.nobody();
    let rule = json!({ "name": "Germany", "condition": "country == \"Germany\"", "chooser": { "by": "user", "user_id": rep.id } });
    app.admin.post("/assignment-rules", rule).await.ok();
    let web = app.admin.choice("source", "Website").await;
    let made = form(&app, json!({ "source_id": web, "thanks": "Thanks & see you" })).await;

    let shown = stranger.get(&page(&made)).await;
    assert_eq!(shown.headers["x-frame-options"], "DENY");
    assert!(shown.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert!(shown.headers.get("set-cookie").is_none());
    let token = opened(&stranger, &made).await;
    later(&clock, 5);
    let fields = [
        ("last_name", "Petrov"),
        ("email", "Nadia@Isdom.test"),
        ("country", "Germany"),
        ("owner_id", "x"),
        ("form_token", token.as_str()),
    ];
    let sent = send(&stranger, &made, &fields).await;
    assert_eq!(
        (sent.status, sent.headers["location"].to_str().unwrap()),
        (303, &*format!("{}?sent=1", &page(&made)[1..]))
    );
    let thanks = stranger.get(&format!("{}?sent=1", page(&made))).await.ok();
    assert!(thanks.as_str().unwrap().contains("Thanks &amp; see you"));
    // The same again a moment later is the same; a minute later it is another.
    assert_eq!(send(&stranger, &made, &fields).await.status, 303);
    assert_eq!(leads(&app).await.len(), 1);
    later(&clock, 61);
    assert_eq!(send(&stranger, &made, &fields).await.status, 303);
    let all = leads(&app).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        json!([all[0]["owner_id"], all[0]["source_id"], all[0]["email"]]),
        json!([rep.id, web, "nadia@isdom.test"])
    );
    let timeline = app.admin.get(&format!("/leads/{}/timeline", all[0]["id"].as_str().unwrap())).await.ok();
    let created = timeline["items"].as_array().unwrap().iter().find(|e| e["type"] == "lead.created").unwrap();
    assert_eq!(json!([created["actor"]["kind"], created["actor"]["name"]]), json!(["system", "Web form “Contact us”"]));
    assert_eq!(rep.get("/leads?owner=me").await.names().len(), 2, "the rep sees them");

    // What no rule takes is the form's owner's; a validation rule judges strangers too.
    let token = opened(&stranger, &made).await;
    later(&clock, 5);
    let other = [("last_name", "Ng"), ("email", "ng@x.test"), ("form_token", token.as_str())];
    assert_eq!(send(&stranger, &made, &other).await.status, 303);
    assert_eq!(leads(&app).await[2]["owner_id"], json!(app.admin.id));
    let judged = json!({ "object": "lead", "name": "Firm", "expression": "company != null", "field": "company", "message": "Name your company" });
    app.admin.post("/rules", judged).await.ok();
    let wrong =
        send(&stranger, &made, &[("last_name", "Li"), ("email", "nothing"), ("form_token", token.as_str())]).await;
    assert_eq!(wrong.status, 422);
    let html = wrong.body.as_str().unwrap();
    assert!(html.contains("aria-invalid") && html.contains("value=\"Li\""), "{html}");
    let wrong =
        send(&stranger, &made, &[("last_name", "Li"), ("email", "li@x.test"), ("form_token", token.as_str())]).await;
    assert!(wrong.body.as_str().unwrap().contains("Name your company"), "{}", wrong.body);
    let missing = send(&stranger, &made, &[("email", "li@x.test"), ("form_token", token.as_str())]).await;
    assert!(missing.body.as_str().unwrap().contains("this field is required"), "{}", missing.body);
    assert_eq!(leads(&app).await.len(), 3);
}

#[tokio::test]
async fn what_looks_like_spam_is_answered_as_a_success_and_waits() {
    let (app, clock) = clocked().await;
    let stranger = app.nobody();
    let made = form(&app, json!({ "redirect_url": "https://www.acme.test/thanks" })).await;
    let token = opened(&stranger, &made).await;
    let person = |more: &[(&'static str, &str)]| {
        let mut fields = vec![("last_name", "Bot"), ("email", "bot@x.test")];
        fields.extend_from_slice(more);
        fields.into_iter().map(|(k, v)| (k, v.to_owned())).collect::<Vec<_>>()
    };
    let post = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let sent = send(&stranger, &made, &fields).await;
        assert_eq!((sent.status, sent.headers["location"].to_str().unwrap()), (303, "https://www.acme.test/thanks"));
    };
    post(person(&[("form_token", token.as_str())])).await;
    later(&clock, 5);
    post(person(&[("form_token", token.as_str()), ("fax_number", "1")])).await;
    post(person(&[])).await;
    post(person(&[("form_token", "1.x")])).await;
    let old = "2026-01-13T07:00:00Z".parse().unwrap();
    let old = guard::token(&Keyring::for_tests(), made["key"].as_str().unwrap(), old);
    post(person(&[("form_token", old.as_str())])).await;
    assert_eq!(leads(&app).await.len(), 0);
    let waiting = app.admin.get(&format!("{}/entries", at(&made))).await.ok();
    let mut reasons: Vec<&str> =
        waiting["items"].as_array().unwrap().iter().filter_map(|e| e["reason"].as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["expired", "honeypot", "no_token", "no_token", "too_fast"]);
    assert_eq!(app.admin.get(&at(&made)).await.ok()["waiting"], 5);

    let entry = |n: usize| format!("/web-form-entries/{}", waiting["items"][n]["id"].as_str().unwrap());
    let (rep, other) = (app.user(Builtin::SalesManager).await, app.stranger().await);
    for path in [format!("{}/entries", at(&made)), at(&made), "/web-forms".to_owned()] {
        assert_eq!(rep.get(&path).await.problem(), "403 forbidden");
    }
    assert_eq!(other.get(&format!("{}/entries", at(&made))).await.problem(), "404 not_found");
    assert_eq!(other.delete(&entry(0)).await.problem(), "404 not_found");
    let accepted = app.admin.post(&format!("{}/acceptance", entry(0)), json!({})).await;
    assert_eq!((accepted.status, &accepted.body["name"]), (201, &json!("Bot")));
    assert_eq!(app.admin.post(&format!("{}/acceptance", entry(0)), json!({})).await.problem(), "404 not_found");
    assert_eq!(app.admin.delete(&entry(1)).await.status, 204);
    assert_eq!(app.admin.get(&at(&made)).await.ok()["waiting"], 3);
}

#[tokio::test]
async fn other_sites_frame_it_and_post_to_it_when_they_may() {
    let (app, clock) = clocked().await;
    let stranger = app.nobody();
    let made = form(&app, json!({ "origins": ["https://www.acme.test/"] })).await;
    let shown = stranger.get(&page(&made)).await;
    assert!(shown.headers.get("x-frame-options").is_none());
    assert!(
        shown.headers["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors https://www.acme.test")
    );
    // Everything else stays as it is.
    assert_eq!(stranger.get("!/sign-in").await.headers["x-frame-options"], "DENY");
    assert_eq!(stranger.get("!/f/AAAAAAAAAAAAAAAAAAAAAA").await.headers["x-frame-options"], "DENY");

    let from = |origin: &'static str, method: Method, path: String| {
        stranger.request(method, &path).header("origin", origin).header("sec-fetch-site", "cross-site")
    };
    let token = stranger.send(from("https://www.acme.test", Method::GET, format!("{}/token", page(&made)))).await;
    assert_eq!(token.headers["access-control-allow-origin"], "https://www.acme.test");
    let evil = stranger.send(from("https://evil.test", Method::GET, format!("{}/token", page(&made)))).await;
    assert!(evil.headers.get("access-control-allow-origin").is_none());
    let asked = stranger.send(from("https://www.acme.test", Method::OPTIONS, page(&made))).await;
    assert_eq!((asked.status, asked.headers["access-control-allow-methods"].to_str().unwrap()), (204, "GET, POST"));
    later(&clock, 5);
    let body = |name: &str| json!({ "last_name": name, "email": "a@b.test", "form_token": token.body["token"] });
    let sent = stranger.send(from("https://www.acme.test", Method::POST, page(&made)).json(&body("One"))).await;
    assert_eq!(sent.ok(), json!({ "status": "received" }));
    let sent = stranger.send(from("https://evil.test", Method::POST, page(&made)).json(&body("Two"))).await;
    assert_eq!(sent.ok(), json!({ "status": "received" }));
    let names: Vec<Value> = leads(&app).await.iter().map(|l| l["name"].clone()).collect();
    assert_eq!(names, [json!("One")]);
    let wrong = stranger
        .send(
            from("https://www.acme.test", Method::POST, page(&made))
                .json(&json!({ "email": "x", "form_token": token.body["token"] })),
        )
        .await;
    assert_eq!(wrong.problem(), "422 invalid: last_name");

    // Malformed, enormous, too many, and closed.
    let raw =
        |body: String, kind: &str| stranger.request(Method::POST, &page(&made)).header("content-type", kind).body(body);
    assert_eq!(stranger.send(raw("{".into(), "application/json")).await.problem(), "400 malformed_json");
    assert_eq!(stranger.send(raw("x".into(), "text/xml")).await.status, 415);
    let large = format!("last_name={}", "x".repeat(70_000));
    assert_eq!(stranger.send(raw(large, "application/x-www-form-urlencoded")).await.status, 413);
    let long =
        stranger.send(from("https://www.acme.test", Method::POST, page(&made)).json(&body(&"x".repeat(300)))).await;
    assert_eq!(long.problem(), "422 invalid: last_name");
    let mut refused = 0;
    for n in 0..20 {
        let answer = stranger.send(stranger.request(Method::POST, &page(&made)).json(&body(&format!("N{n}")))).await;
        refused += usize::from(answer.problem().starts_with("429 too_many_attempts"));
    }
    assert!(refused >= 3, "{refused}");
    app.admin.patch(&at(&made), json!({ "active": false, "version": 1 })).await.ok();
    assert_eq!(stranger.get(&page(&made)).await.status, 404);
    assert_eq!(send(&stranger, &made, &[("last_name", "x")]).await.status, 404);
}

#[tokio::test]
async fn forms_are_an_administrators_checked_and_versioned() {
    let app = TestApp::new().await;
    let manager = app.user(Builtin::SalesManager).await;
    let reader = app.user(Builtin::ReadOnly).await;
    let good = json!({ "title": "One", "fields": [{ "field": "company", "required": true }] });
    assert_eq!(manager.post("/web-forms", good.clone()).await.problem(), "403 forbidden");
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    for (body, problem) in [
        (with("title", json!("")), "422 invalid: title"),
        (with("fields", json!([{ "field": "email" }])), "422 invalid: fields"),
        (with("fields", json!([{ "field": "company" }, { "field": "owner_id" }])), "422 invalid: fields"),
        (with("fields", json!([{ "field": "company" }, { "field": "company" }])), "422 invalid: fields"),
        (with("redirect_url", json!("javascript:alert(1)")), "422 invalid: redirect_url"),
        (with("origins", json!(["https://a.test; script-src *"])), "422 invalid: origins"),
        (with("owner_id", json!(reader.id)), "422 invalid: owner_id"),
        (with("source_id", json!(reader.id)), "422 invalid: source_id"),
    ] {
        assert_eq!(app.admin.post("/web-forms", body.clone()).await.problem(), problem, "{body}");
    }
    let made = app.admin.post("/web-forms", good).await.ok();
    let stale = app.admin.patch(&at(&made), json!({ "title": "Two", "version": 7 })).await;
    assert_eq!(stale.problem(), "409 version_conflict");
    assert_eq!(
        app.stranger().await.patch(&at(&made), json!({ "title": "Two", "version": 1 })).await.problem(),
        "404 not_found"
    );
    assert_eq!(app.admin.patch(&at(&made), json!({ "title": "Two", "version": 1 })).await.ok()["version"], 2);
    assert_eq!(app.admin.delete(&at(&made)).await.status, 204);
    assert_eq!(app.nobody().get(&page(&made)).await.status, 404);
}
