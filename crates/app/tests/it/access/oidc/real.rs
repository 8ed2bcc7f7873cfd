//! The whole flow with a real provider: npm's `oidc-provider`, run by Node on loopback, driven as a browser would.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dealwright_testkit::{Browser, Page, TestApp};
use serde_json::{Value, json};

use super::{PUBLIC, outcome, role, start};

const CLIENT: &str = "dealwright-it";
const SECRET: &str = "a secret of at least thirty-two characters";

/// The provider's process; it ends with its input.
struct Real {
    issuer: String,
    child: Child,
    _said: BufReader<std::process::ChildStdout>,
}

impl Drop for Real {
    fn drop(&mut self) {
        // It may have ended by itself, which is what was wanted.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn provider(client: &Value, accounts: &Value) -> Real {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc-provider");
    assert!(
        folder.join("node_modules/oidc-provider").exists(),
        "the identity provider for tests is not installed: run `scripts/test rust`, or `npm ci` in {}",
        folder.display()
    );
    let config = json!({ "client": client, "accounts": accounts }).to_string();
    let mut child = Command::new("node")
        .arg(folder.join("server.mjs"))
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("node does not run ({error}): install Node.js 20.19 or newer (scripts/need test)")
        });
    let mut issuer = String::new();
    // Kept open: a server that can't say its warnings to anybody dies of them.
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut issuer).unwrap();
    Real { issuer: issuer.trim().to_owned(), child, _said: said }
}

fn client(more: &Value) -> Value {
    let mut client = json!({
        "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [format!("{PUBLIC}/auth/oidc/callback")],
        "post_logout_redirect_uris": [format!("{PUBLIC}/sign-in")],
    });
    client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client
}

/// Signs in at the provider's own pages: login, consent, and back to the app.
async fn through(browser: &Browser, begun: &str, account: &str) -> Page {
    let mut page = browser.get(begun).await;
    for _ in 0..12 {
        if let Some(to) = &page.location {
            let back = to.starts_with(PUBLIC);
            page = browser.get(&to.clone()).await;
            if back {
                return page;
            }
        } else if page.text.contains("name=\"login\"") {
            let form = [("prompt", "login"), ("login", account), ("password", "any")];
            page = browser.post(page.url.as_str(), &form).await;
        } else if page.text.contains("value=\"consent\"") {
            page = browser.post(page.url.as_str(), &[("prompt", "consent")]).await;
        } else {
            panic!("{} is neither a form nor a redirect: {} {}", page.url, page.status, page.text);
        }
    }
    panic!("the provider sends in circles, last to {:?}", page.location);
}

async fn set_up(app: &TestApp, real: &Real) -> String {
    let body = json!({
        "name": "Real", "issuer": real.issuer, "client_id": CLIENT, "client_secret": SECRET, "domains": ["acme.test"],
        "scopes": ["openid", "email", "profile", "groups"], "provisions": true,
        "mappings": [{ "claim": "groups", "value": "sales", "role_id": role(&app.admin, "Sales Rep").await }],
    });
    let made = app.admin.post("/identity-providers", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_signs_in_by_a_real_provider_and_out_again() {
    let app = TestApp::new().await;
    let accounts = json!({
        "ada": { "email": "ada@acme.test", "email_verified": true, "name": "Ada Lovelace", "groups": ["sales", "all"] },
        "eve": { "email": "admin@acme.test", "email_verified": false, "name": "Eve" },
        "bob": { "email": "bob@elsewhere.test", "email_verified": true, "groups": ["sales"] },
        "odd": { "email": "odd@acme.test", "email_verified": true, "groups": ["unknown"] },
    });
    let real = provider(&client(&json!({})), &accounts);
    let id = set_up(&app, &real).await;
    let report = app.admin.post("/identity-providers/check", json!({ "issuer": real.issuer })).await.ok();
    assert_eq!(
        (&report["ok"], &report["signs_out"], &report["back_channel_logout"]),
        (&json!(true), &json!(true), &json!(true))
    );

    let browser = Browser::new(&app.url, PUBLIC);
    let begun = browser.get(&format!("{}?return_to=%2Faccounts&email=ada%40acme.test", start(&id))).await;
    let page = through(&browser, begun.to(), "ada").await;
    assert_eq!(outcome(&page), "in");
    assert_eq!(page.to(), format!("{}/accounts", app.url));
    let ada = app.nobody().with_cookie(&browser.session().unwrap());
    let me = ada.get("/me").await.ok();
    assert_eq!((&me["user"]["name"], &me["roles"][0]["name"]), (&json!("Ada Lovelace"), &json!("Sales Rep")));

    for (account, code) in
        [("eve", "sso_email_not_verified"), ("bob", "sso_domain_not_trusted"), ("odd", "sso_no_role")]
    {
        let browser = Browser::new(&app.url, PUBLIC);
        let begun = browser.get(&start(&id)).await;
        assert_eq!(outcome(&through(&browser, begun.to(), account).await), code, "{account}");
    }

    let out = ada.post("/session/sign-out", json!({})).await.ok();
    let asked = browser.get(out["redirect_to"].as_str().unwrap()).await;
    assert_eq!(asked.status, 200, "the provider asks whether to sign out: {}", asked.text);
    assert!(asked.text.contains("op.logoutForm"), "{}", asked.text);
}

#[tokio::test]
async fn the_real_provider_tells_when_somebody_has_signed_out_there() {
    let app = TestApp::new().await;
    let accounts = json!({ "ada": { "email": "ada@acme.test", "email_verified": true, "groups": ["sales"] } });
    // Its client is known before it has an id here: the address is a detour that the test sets up.
    let relay = Relay::start(&app.url).await;
    let more = json!({ "backchannel_logout_uri": relay.url, "backchannel_logout_session_required": true });
    let real = provider(&client(&more), &accounts);
    let id = set_up(&app, &real).await;
    relay.send_to(&format!("/auth/oidc/{id}/backchannel-logout"));
    let browser = Browser::new(&app.url, PUBLIC);
    let begun = browser.get(&start(&id)).await;
    assert_eq!(outcome(&through(&browser, begun.to(), "ada").await), "in");
    let ada = app.nobody().with_cookie(&browser.session().unwrap());
    assert_eq!(ada.get("/me").await.status, 200);

    let asked = browser.get(&format!("{}/session/end", real.issuer)).await;
    let xsrf = asked.text.split("name=\"xsrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let confirmed =
        browser.post(&format!("{}/session/end/confirm", real.issuer), &[("xsrf", &xsrf), ("logout", "yes")]).await;
    assert!(confirmed.status < 400, "{}", confirmed.text);
    let mut status = 200;
    for _ in 0..100 {
        status = ada.get("/me").await.status;
        if status == 401 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(status, 401, "the provider told nobody");
}

/// Passes what it is sent on to the app.
struct Relay {
    url: String,
    path: std::sync::Arc<std::sync::Mutex<String>>,
}

impl Relay {
    async fn start(app: &str) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/logout", listener.local_addr().unwrap());
        let path = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let (to, app) = (std::sync::Arc::clone(&path), app.to_owned());
        let pass = move |body: String| async move {
            let target = format!("{app}{}", to.lock().unwrap());
            let request = reqwest::Client::new()
                .post(target)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
            axum::http::StatusCode::from_u16(request.send().await.unwrap().status().as_u16()).unwrap()
        };
        let router = axum::Router::new().route("/logout", axum::routing::post(pass));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, path }
    }

    fn send_to(&self, path: &str) {
        path.clone_into(&mut self.path.lock().unwrap());
    }
}
