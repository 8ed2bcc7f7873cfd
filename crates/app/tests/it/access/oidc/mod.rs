//! Single sign-on: the flow with a real provider, and what hostile ones may not get away with.

mod domains;
mod hostile;
mod identities;
mod logout;
mod provider;
mod real;
mod roles;

use dealwright_kernel::Clock;
use dealwright_testkit::issuer::{CLIENT, Issuer, Lie, SECRET};
use dealwright_testkit::{Browser, Page, Person, TestApp, TestOptions};
use serde_json::{Value, json};

/// Where the app believes to be.
const PUBLIC: &str = "http://crm.test";

/// A server whose clock stands still, a provider that lies on demand, and its id here.
struct Stage {
    app: TestApp,
    issuer: Issuer,
    id: String,
    clock: Clock,
}

impl Stage {
    /// A provider for acme.test that makes accounts, with a default role.
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    async fn with(more: Value) -> Self {
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
        let issuer = Issuer::start(&clock).await;
        let id = set_up(&app.admin, &issuer.url, more).await;
        Self { app, issuer, id, clock }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.app.url, PUBLIC)
    }

    /// Signs in as the provider says; the page that the browser ends on.
    async fn sign_in(&self, browser: &Browser, lie: Lie) -> Page {
        let begun = browser.get(&start(&self.id)).await;
        browser.get(&self.issuer.authorize(begun.to(), lie)).await
    }

    /// Signs in with these claims beside the usual ones.
    async fn come(&self, claims: Value) -> Page {
        self.sign_in(&self.browser(), Lie { claims, ..Lie::default() }).await
    }

    /// Signs in with these claims; the person that then uses the API.
    async fn person(&self, claims: Value) -> Person {
        let browser = self.browser();
        let page = self.sign_in(&browser, Lie { claims, ..Lie::default() }).await;
        assert_eq!(outcome(&page), "in");
        self.app.nobody().with_cookie(&browser.session().unwrap())
    }

    /// The last refused sign-in of the audit log: its reason and detail.
    async fn refusal(&self) -> (String, String) {
        let sql = "select data ->> 'reason', data ->> 'detail' from event where type = 'identity_provider.sign_in_refused' order by id desc limit 1";
        let mut tx = self.app.db.database.system().await.unwrap();
        sqlx::query_as(sql).fetch_one(tx.db()).await.unwrap()
    }

    /// The roles of somebody, as colleagues see them.
    async fn roles(&self, email: &str) -> Vec<String> {
        let users = self.app.admin.get("/users").await.ok();
        let user = users["items"].as_array().unwrap().iter().find(|u| u["email"] == email).cloned();
        let roles = user.unwrap_or_default()["roles"].as_array().cloned().unwrap_or_default();
        roles.iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
    }
}

fn start(provider: &str) -> String {
    format!("/auth/oidc/{provider}/start")
}

/// How a sign-in ended: `in`, or the code on the sign-in page.
fn outcome(page: &Page) -> String {
    let to = page.to();
    match to.split_once("/sign-in?error=") {
        Some((_, code)) => code.to_owned(),
        None if page.cookies.iter().any(|c| c.starts_with("dealwright_session=")) => "in".to_owned(),
        None => format!("neither in nor refused: {to}"),
    }
}

/// The id of a role by its name.
async fn role(admin: &Person, name: &str) -> String {
    let roles = admin.get("/roles").await.ok();
    let role = roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap().clone();
    role["id"].as_str().unwrap().to_owned()
}

/// Sets a provider up as an administrator does; its id.
async fn set_up(admin: &Person, issuer: &str, more: Value) -> String {
    let mut body = json!({
        "name": "Acme ID", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "domains": ["acme.test"],
        "provisions": true, "default_role_id": role(admin, "Read-only").await,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = admin.post("/identity-providers", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}
