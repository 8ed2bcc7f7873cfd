//! Somebody who uses the API as the browser does.

use dealwright_kernel::id::UserId;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A user with a session, or nobody.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub cookie: Option<String>,
    /// An API key or an access token.
    pub bearer: Option<String>,
    url: String,
    client: Client,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    /// The JSON body; a string when it is no JSON; null when there is none.
    pub body: Value,
}

impl Person {
    pub(crate) fn new(url: &str, cookie: Option<String>, id: UserId, email: &str) -> Self {
        Self { id, email: email.to_owned(), cookie, bearer: None, url: url.to_owned(), client: Client::new() }
    }

    /// The same browser with another session's cookie.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self.clone() }
    }

    /// A program that acts by this key or token, and has no cookie.
    #[must_use]
    pub fn with_key(&self, secret: &str) -> Self {
        Self { cookie: None, bearer: Some(secret.to_owned()), ..self.clone() }
    }

    /// A request to a path of the API, such as `/opportunities`; or of the server, when it begins with `!`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.strip_prefix('!') {
            Some(path) => format!("{}{path}", self.url),
            None => format!("{}/api/v1{path}", self.url),
        };
        let request = self.client.request(method, url);
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        match &self.bearer {
            Some(secret) => request.bearer_auth(secret),
            None => request,
        }
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When the server does not answer.
    #[expect(clippy::panic, reason = "a server that does not answer fails the test")]
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap_or_else(|error| panic!("no answer: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_else(|error| panic!("half an answer: {error}"));
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Creates an opportunity, with more fields if wanted, and answers it.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn opportunity(&self, name: &str, more: Value) -> Value {
        let mut body = json!({ "name": name });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        let made = self.post("/opportunities", body).await;
        assert_eq!(made.status, 201, "{:?}", made.body);
        made.body
    }

    /// The id of a stage of the first pipeline, by name.
    ///
    /// # Panics
    /// When there is none.
    pub async fn stage(&self, name: &str) -> String {
        let pipelines = self.get("/pipelines").await.body;
        find(&pipelines["items"][0]["stages"], name)
    }

    /// The id of a value of a managed list, by kind and name.
    ///
    /// # Panics
    /// When there is none.
    pub async fn choice(&self, kind: &str, name: &str) -> String {
        let mut options = self.get("/options").await.body;
        if let Some(items) = options["items"].as_array_mut() {
            items.retain(|o| o["kind"] == kind);
        }
        find(&options["items"], name)
    }
}

#[expect(clippy::panic, reason = "a test that asks for what is not there has failed")]
fn find(items: &Value, name: &str) -> String {
    let item = items.as_array().into_iter().flatten().find(|i| i["name"] == name);
    item.and_then(|i| i["id"].as_str()).map_or_else(|| panic!("there is no {name:?} in {items}"), str::to_owned)
}

impl Answer {
    /// A problem in one line: `422 gate_not_cleared: lost_reason_id`.
    #[must_use]
    pub fn problem(&self) -> String {
        let code = self.body["code"].as_str().unwrap_or("(no problem)");
        let fields: Vec<&str> =
            self.body["errors"].as_array().into_iter().flatten().filter_map(|e| e["field"].as_str()).collect();
        if fields.is_empty() {
            format!("{} {code}", self.status)
        } else {
            format!("{} {code}: {}", self.status, fields.join(", "))
        }
    }

    /// The body of an answer that went well.
    ///
    /// # Panics
    /// When it did not.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        self.body
    }

    /// The event to undo a write by.
    ///
    /// # Panics
    /// When the answer names none.
    #[must_use]
    pub fn event(&self) -> String {
        let value = self.headers.get("x-event-id").and_then(|v| v.to_str().ok());
        assert!(value.is_some(), "no event in {}: {}", self.status, self.body);
        value.unwrap_or_default().to_owned()
    }

    /// The names of the items of a list.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.body["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|i| i["name"].as_str().map(str::to_owned))
            .collect()
    }
}
