//! The server as a whole: what it tells browsers, what it logs, and what it makes of requests that mean harm.

mod headers;
mod logs;
mod misuse;

use std::net::SocketAddr;
use std::time::Duration;

use dealwright_access::{Access, Settings};
use dealwright_app::{AppState, listen, openapi};
use dealwright_testkit::TestApp;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// The same server as the product's `serve` runs it, behind TLS or not, on a port of its own.
async fn served(app: &TestApp, tls: bool, patience: Duration) -> (SocketAddr, CancellationToken) {
    let settings = Settings { secure_cookies: tls, ..app.state.access.settings().clone() };
    let access = Access::new(app.state.access.database().clone(), settings);
    let state = AppState { access, ..app.state.clone() };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    tokio::spawn(listen::serve(listener, openapi::router(state), stop.clone(), patience));
    (address, stop)
}

/// Sends bytes as they are, and reads until the server closes the connection.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has heard enough may close before it has read all.
    _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer on the wire; 0 when there is none.
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// An operation of the API's description, with ids that name nothing.
struct Operation {
    method: reqwest::Method,
    /// As the test's people ask for it: from the server's root.
    path: String,
    /// The media types it takes; none when it takes no body.
    takes: Vec<String>,
}

impl Operation {
    fn is_write(&self) -> bool {
        self.method != reqwest::Method::GET
    }
}

fn operations() -> Vec<Operation> {
    let description = serde_json::to_value(dealwright_app::openapi::describe()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                continue;
            }
            let takes = operation["requestBody"]["content"].as_object().into_iter().flatten();
            operations.push(Operation {
                method,
                path: filled(path),
                takes: takes.map(|(kind, _)| kind.clone()).collect(),
            });
        }
    }
    assert!(operations.len() > 50, "only {} operations are described", operations.len());
    operations
}

fn filled(path: &str) -> String {
    let parts =
        path.split('/').map(|part| if part.starts_with('{') { "00000000-0000-7000-8000-000000000000" } else { part });
    format!("!{}", parts.collect::<Vec<_>>().join("/"))
}

/// Whether an answer is one of ours to bad input: a problem with a code, and no accident.
fn is_refusal(body: &Value, status: u16) -> bool {
    (400..500).contains(&status) && (body["code"].is_string() || body["error"].is_string())
}
