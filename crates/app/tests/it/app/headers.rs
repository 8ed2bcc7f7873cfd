//! What every answer tells the browser, over TLS and without it.

use std::time::Duration;

use dealwright_testkit::TestApp;
use reqwest::header::HeaderMap;
use serde_json::json;

use super::{raw, served};

/// One of each kind of answer.
const PAGES: [&str; 7] = ["/", "/some/page", "/theme.js", "/assets/gone.js", "/api/v1/setup", "/api/v1/me", "/docs/"];

fn of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn every_kind_of_answer_carries_the_security_headers() {
    let app = TestApp::new().await;
    for path in PAGES.iter().chain(&["/healthz", "/readyz", "/openapi.json", "/api/v1/nothing"]) {
        let answer = app.nobody().get(&format!("!{path}")).await;
        let of = |name: &str| of(&answer.headers, name).to_owned();
        assert_eq!(of("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(of("x-frame-options"), "DENY", "{path}");
        assert_eq!(of("referrer-policy"), "same-origin", "{path}");
        assert_eq!(of("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(of("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(of("permissions-policy").contains("camera=()"), "{path}");
        assert!(!of("cache-control").is_empty(), "{path}");
        assert!(!of("x-request-id").is_empty(), "{path}");
        assert!(!of("content-type").starts_with("text/") || of("content-type").contains("charset=utf-8"), "{path}");
        for absent in ["server", "x-powered-by", "access-control-allow-origin", "strict-transport-security"] {
            assert_eq!(of(absent), "", "{path} has {absent}");
        }
    }
}

/// Nothing but our own scripts, and no inline ones: in the app and in the API's pages alike.
#[tokio::test]
async fn the_content_security_policy_leaves_no_way_for_a_foreign_script() {
    let app = TestApp::new().await;
    for path in ["/", "/some/page", "/docs/"] {
        let answer = app.nobody().get(&format!("!{path}")).await;
        let policy = of(&answer.headers, "content-security-policy");
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for needed in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(directives.contains(&needed), "{path} lacks {needed}: {policy}");
        }
        // What the policy would forbid is not there.
        let page = answer.body.as_str().unwrap_or_default();
        for script in page.split("<script").skip(1) {
            assert!(script.split('>').next().unwrap().contains("src="), "{path} has an inline script");
        }
    }
    for path in ["/api/v1/me", "/api/v1/setup", "/openapi.json"] {
        let answer = app.nobody().get(&format!("!{path}")).await;
        let policy = of(&answer.headers, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn what_the_api_answers_is_kept_by_no_cache() {
    let app = TestApp::new().await;
    for path in ["/opportunities", "/me", "/nothing", "/users"] {
        assert_eq!(of(&app.admin.get(path).await.headers, "cache-control"), "no-store", "{path}");
    }
    // Files whose name is their content's hash are kept for good, and a missing one is not.
    let gone = app.nobody().get("!/assets/gone.js").await;
    assert_eq!((gone.problem().as_str(), of(&gone.headers, "cache-control")), ("404 not_found", "no-store"));
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_there() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, true, Duration::from_secs(30)).await;
    let client = reqwest::Client::new();
    for path in PAGES {
        let answer = client.get(format!("http://{address}{path}")).send().await.unwrap();
        let promised = of(answer.headers(), "strict-transport-security");
        assert_eq!(promised, "max-age=31536000; includeSubDomains", "{path}");
    }
    let credentials = json!({ "email": "admin@acme.test", "password": "correct horse battery" });
    let answer = client.post(format!("http://{address}/api/v1/session")).json(&credentials).send().await.unwrap();
    let cookie = of(answer.headers(), "set-cookie");
    assert!(cookie.starts_with("__Host-dealwright_session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.split("; ").any(|p| p == part), "{cookie}");
    }
    assert!(!cookie.contains("Domain="), "{cookie}");
    stop.cancel();
}

#[tokio::test]
async fn methods_nobody_asked_for_are_refused() {
    let app = TestApp::new().await;
    let (address, stop) = served(&app, false, Duration::from_secs(30)).await;
    for method in ["TRACE", "TRACK", "PROPFIND", "CONNECT", "OPTIONS", "FOO"] {
        for path in ["/api/v1/opportunities", "/"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: crm.test\r\nMarker: hunter2\r\nConnection: close\r\n\r\n");
            let answer = raw(address, request.as_bytes()).await;
            let status = super::status(&answer);
            assert!((400..500).contains(&status), "{method} {path}: {answer}");
            assert!(!answer.contains("hunter2"), "{method} {path} echoes the request");
        }
    }
    stop.cancel();
}
