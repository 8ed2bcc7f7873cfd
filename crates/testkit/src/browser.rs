//! A browser without a window: it keeps cookies by site, and shows each redirect instead of following it.
#![expect(clippy::unwrap_used, reason = "a test whose browser gets no answer has failed")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::{Client, Method, Url, redirect};

/// A browser of one person.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    /// Where the app really is, and where it believes to be.
    app: String,
    public: String,
    cookies: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

/// What a site answered.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    /// Where it sends the browser, if it does.
    pub location: Option<String>,
    /// Where it was asked.
    pub url: Url,
    pub cookies: Vec<String>,
    pub text: String,
}

impl Page {
    /// Where it sends the browser.
    ///
    /// # Panics
    /// When it sends it nowhere.
    #[must_use]
    pub fn to(&self) -> &str {
        assert!(self.location.is_some(), "{} sends nowhere: {} {}", self.url, self.status, self.text);
        self.location.as_deref().unwrap_or_default()
    }
}

impl Browser {
    /// For the app at `app`, which tells the world that it is at `public`.
    ///
    /// # Panics
    /// When there is no TLS.
    #[must_use]
    pub fn new(app: &str, public: &str) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { client, app: app.to_owned(), public: public.to_owned(), cookies: Mutex::default() }
    }

    /// Opens a page: an address, or a path of the app.
    pub async fn get(&self, address: &str) -> Page {
        self.send(Method::GET, address, None).await
    }

    /// Sends a form.
    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Page {
        self.send(Method::POST, address, Some(form)).await
    }

    /// The cookie of the app's session, as a request carries it.
    #[must_use]
    pub fn session(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        let ours = cookies.get(&origin(&Url::parse(&self.app).unwrap()))?;
        ours.get("dealwright_session").map(|value| format!("dealwright_session={value}"))
    }

    async fn send(&self, method: Method, address: &str, form: Option<&[(&str, &str)]>) -> Page {
        let address = if address.starts_with('/') {
            format!("{}{address}", self.app)
        } else if let Some(path) = address.strip_prefix(&self.public) {
            format!("{}{path}", self.app)
        } else {
            address.to_owned()
        };
        let url = Url::parse(&address).unwrap();
        let mut request = self.client.request(method, url.clone());
        let held = self.cookies.lock().unwrap().get(&origin(&url)).cloned().unwrap_or_default();
        if !held.is_empty() {
            let pairs: Vec<String> = held.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        if let Some(form) = form {
            let mut body = Url::parse("http://form").unwrap();
            body.query_pairs_mut().extend_pairs(form);
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.query().unwrap_or_default().to_owned());
        }
        let answer = request.send().await.unwrap();
        let cookies: Vec<String> =
            answer.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).map(str::to_owned).collect();
        self.keep(&url, &cookies);
        let location = answer
            .headers()
            .get("location")
            .and_then(|v| v.to_str().ok())
            .map(|to| if to.starts_with(&self.public) { to.to_owned() } else { url.join(to).unwrap().to_string() });
        Page { status: answer.status().as_u16(), location, url, cookies, text: answer.text().await.unwrap() }
    }

    fn keep(&self, url: &Url, set: &[String]) {
        let mut cookies = self.cookies.lock().unwrap();
        let site = cookies.entry(origin(url)).or_default();
        for cookie in set {
            // Names are random in part: only the attributes tell whether a cookie is taken away.
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() || attributes.contains("Max-Age=0") || attributes.contains("1970") {
                site.remove(name);
            } else {
                site.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
