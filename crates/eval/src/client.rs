//! A person who uses the assistant as the web app does: signs in, asks, follows the stream, reads the run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::EvalError;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Somebody who is signed in.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

/// A run as the API gives it, and when its events were heard: seconds since it was asked.
#[derive(Debug)]
pub struct Asked {
    pub run: Value,
    pub heard: BTreeMap<String, f64>,
}

impl Client {
    /// Signs in at `url`, the server's address without a path.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Result<Self, EvalError> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let body = json!({ "email": email, "password": password });
        let answer = http.post(format!("{url}/api/v1/session")).header(header::ORIGIN, url).json(&body).send().await?;
        if !answer.status().is_success() {
            return Err(EvalError::Refused {
                path: "/session".into(),
                status: answer.status().as_u16(),
                body: answer.text().await?,
            });
        }
        let set = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|set| set.to_str().ok());
        let cookie = set.filter_map(|set| set.split(';').next()).collect::<Vec<_>>().join("; ");
        Ok(Self { http, url: url.to_owned(), cookie })
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/api/v1{path}", self.url))
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, &self.url)
    }

    async fn read(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value, EvalError> {
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(EvalError::Refused { path: path.to_owned(), status: status.as_u16(), body: text });
        }
        if status == StatusCode::NO_CONTENT { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    /// What is at a path.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub async fn get(&self, path: &str) -> Result<Value, EvalError> {
        self.read(path, self.request(Method::GET, path)).await
    }

    /// Makes something.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, EvalError> {
        self.read(path, self.request(Method::POST, path).json(body)).await
    }

    /// Asks the assistant and follows the run to its end.
    ///
    /// # Errors
    /// When the server is not there or refuses to begin.
    pub async fn ask(&self, request: &Value) -> Result<Asked, EvalError> {
        let started = Instant::now();
        let begun = self.post("/agent-runs", request).await?;
        let path = format!("/agent-runs/{}", begun["id"].as_str().unwrap_or_default());
        let mut stream = self.request(Method::GET, &format!("{path}/stream")).send().await?;
        let (mut heard, mut rest) = (BTreeMap::new(), String::new());
        while let Some(chunk) = stream.chunk().await? {
            rest.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = rest.find('\n') {
                let line: String = rest.drain(..=end).collect();
                if let Some(event) = line.strip_prefix("event:") {
                    heard.entry(event.trim().to_owned()).or_insert_with(|| started.elapsed().as_secs_f64());
                }
            }
        }
        let run = self.get(&path).await?;
        heard.insert("whole".to_owned(), started.elapsed().as_secs_f64());
        Ok(Asked { run, heard })
    }
}
