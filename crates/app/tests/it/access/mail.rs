//! Outbound mail, to a real SMTP server: aiosmtpd, which wants a login and turns letters away at first.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dealwright_access::policy::Builtin;
use dealwright_store::mail::Mailer;
use dealwright_testkit::{TestApp, TestOptions};
use serde_json::json;

use super::letters;

/// Each server keeps its letters in a folder of its own.
static STARTED: AtomicU32 = AtomicU32::new(0);

pub struct SmtpServer {
    process: Child,
    port: u16,
    pub folder: PathBuf,
}

impl SmtpServer {
    pub fn start(turn_away: u32) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let python = target.join("aiosmtpd-1.4.6/bin/python");
        assert!(python.exists(), "there is no SMTP server to test with: run scripts/smtp-server");
        let folder = std::env::temp_dir().join(format!(
            "dealwright-smtp-{}-{}",
            std::process::id(),
            STARTED.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&folder).unwrap();
        let script = root.join("crates/app/tests/data/smtp_server.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(&folder)
            .arg(turn_away.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port, folder }
    }

    pub fn url(&self, login: &str) -> String {
        format!("smtp://{login}@127.0.0.1:{}", self.port)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub async fn app_with(url: &str) -> TestApp {
    let mailer = Mailer::smtp(url, "Dealwright <crm@acme.test>").unwrap();
    TestApp::with(TestOptions { mailer: Some(mailer), ..TestOptions::default() }).await
}

#[tokio::test]
async fn a_letter_goes_out_by_smtp_and_is_tried_again_when_it_is_turned_away() {
    let server = SmtpServer::start(1);
    let app = app_with(&server.url("crm:s3cret%2Fword")).await;
    let rep = app.user(Builtin::SalesRep).await;
    assert_eq!(app.admin.post(&format!("/users/{}/invitation", rep.id), json!({})).await.status, 202);
    app.drain().await;
    assert_eq!(letters::in_folder(&server.folder, &rep.email), Vec::<String>::new());
    let mail = app.admin.get("/mail").await.ok();
    assert_eq!((&mail["delivery"], &mail["waiting"], &mail["last_sent_at"]), (&json!("smtp"), &json!(1), &json!(null)));

    tokio::time::sleep(Duration::from_millis(2100)).await;
    app.drain().await;
    let sent = letters::in_folder(&server.folder, &rep.email);
    assert_eq!(sent.len(), 1);
    let letter = &sent[0];
    for part in [
        "From: Dealwright <crm@acme.test>",
        "Subject: Ada Admin invites you to Acme",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Auto-Submitted: auto-generated",
        "@acme.test>",
        "Ada Admin has made an account for you in Acme’s Dealwright.",
    ] {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
    assert_eq!(letters::token(letter, "invitation").len(), 43);
    let mail = app.admin.get("/mail").await.ok();
    assert_eq!((&mail["waiting"], mail["last_sent_at"].is_string()), (&json!(0), true));

    // What it said is gone, and its Message-ID is the row's.
    let mut tx = app.db.database.system().await.unwrap();
    let (id, body): (uuid::Uuid, Option<Vec<u8>>) =
        sqlx::query_as("select id, body from mail").fetch_one(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(body.is_none());
    assert!(letter.contains(&format!("Message-ID: <{id}@acme.test>")), "{letter}");
}

#[tokio::test]
async fn a_refused_login_is_told_without_the_password_and_the_letter_waits() {
    let server = SmtpServer::start(0);
    let app = app_with(&server.url("crm:wrong")).await;
    let rep = app.user(Builtin::SalesRep).await;
    app.admin.post(&format!("/users/{}/invitation", rep.id), json!({})).await.ok();
    app.drain().await;
    let mut tx = app.db.database.system().await.unwrap();
    let error: String =
        sqlx::query_scalar("select last_error from job where kind = 'send_mail'").fetch_one(tx.db()).await.unwrap();
    let body: Option<Vec<u8>> = sqlx::query_scalar("select body from mail").fetch_one(tx.db()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(error.contains("refused the letter with 535"), "{error}");
    assert!(!error.contains("wrong") && !error.contains(&rep.email), "{error}");
    // Until it is sent, what it says is sealed.
    assert!(!String::from_utf8_lossy(&body.unwrap()).contains("crm.test"));
}
