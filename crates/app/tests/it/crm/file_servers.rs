//! Files with the real servers that production has: ClamAV, S3 (moto) and Azure Blob (Azurite).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_lc_rs::hmac;
use dealwright_files::{Blobs, Place, Scanner, StoreConfig};
use dealwright_store::NewJob;
use dealwright_testkit::{TestApp, TestOptions};
use futures::TryStreamExt as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::files::{file, follow, upload};

/// The test file of all scanners; in two, so that none finds it here.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];

/// A server of another program, stopped with its test.
struct Server(Child, PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
        _ = std::fs::remove_dir_all(&self.1);
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("dw-{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn start(command: &mut Command, folder: PathBuf) -> Server {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    Server(child, folder)
}

/// Asks until it is there.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} does not start");
}

/// clamd with a database of one signature: it is there in a moment.
async fn clamd(folder: &Path) -> Server {
    let clamd = ["/usr/sbin/clamd", "/usr/local/sbin/clamd", "/opt/homebrew/sbin/clamd"];
    let clamd = clamd.into_iter().find(|p| Path::new(p).exists());
    let clamd = clamd.unwrap_or_else(|| panic!("there is no clamd to test with: scripts/need test"));
    let database = folder.join("db");
    std::fs::create_dir_all(&database).unwrap();
    let signature: String = EICAR.concat().bytes().map(|b| format!("{b:02x}")).collect();
    std::fs::write(database.join("test.ndb"), format!("Eicar-Test:0:0:{signature}\n")).unwrap();
    let socket = folder.join("clamd.ctl");
    let config = folder.join("clamd.conf");
    let lines = [
        format!("DatabaseDirectory {}", database.display()),
        format!("LocalSocket {}", socket.display()),
        "Foreground yes".to_owned(),
        "StreamMaxLength 1M".to_owned(),
    ];
    std::fs::write(&config, lines.join("\n") + "\n").unwrap();
    let mut command = Command::new(clamd);
    let server = start(command.arg("-c").arg(&config), folder.to_owned());
    let scanner = Scanner::Socket(socket);
    until("clamd", async || scanner.ping().await.ok()).await;
    server
}

/// Has everything that waits be looked at, though it was put off.
async fn drain_now(app: &TestApp) {
    let mut db = app.state.access.database().maintenance().await.unwrap();
    sqlx::query("update job set run_at = now() - interval '1 day' where finished_at is null and failed_at is null")
        .execute(&mut db)
        .await
        .unwrap();
    app.drain().await;
}

#[tokio::test]
async fn nobody_opens_what_the_scanner_has_not_let_through() {
    let folder = folder("clamd");
    let scanner = Some(Scanner::Socket(folder.join("clamd.ctl")));
    let app = TestApp::with(TestOptions { scanner, ..TestOptions::default() }).await;
    let who = &app.admin;
    let deal = who.opportunity("Kestrel", json!({})).await;
    let on = ("opportunity_id", &deal["id"]);
    let good = upload(who, on, "good.txt", b"Good news").await;
    let bad = upload(who, on, "bad.txt", EICAR.concat().as_bytes()).await;
    let state = async |id: &Value| who.get(&file(id)).await.ok()["state"].clone();
    let refused = async |id: &Value| who.post(&format!("{}/link", file(id)), json!({})).await.problem();

    // It is away: everything stays withheld, its words too.
    app.drain().await;
    assert_eq!((state(&good).await, refused(&good).await), (json!("scanning"), "409 file_withheld".to_owned()));
    assert_eq!(who.get(&format!("{}/text", file(&good))).await.problem(), "409 file_withheld");
    assert_eq!(who.get("/search?q=news").await.ok()["items"], json!([]));
    assert_eq!(who.get("/file-storage").await.ok()["scanner"], "down");

    let server = clamd(&folder).await;
    drain_now(&app).await;
    assert_eq!((state(&good).await, state(&bad).await), (json!("clean"), json!("infected")));
    assert_eq!(follow(who, &good, json!({})).await.text().await.unwrap(), "Good news");
    assert_eq!(who.get("/search?q=news").await.ok()["items"][0]["id"], good);
    assert_eq!(refused(&bad).await, "409 file_withheld");
    let timeline = who.get(&format!("/opportunities/{}/timeline", deal["id"].as_str().unwrap())).await.ok();
    let told = &timeline["items"][0];
    assert_eq!(
        (&told["type"], &told["data"]["finding"]),
        (&json!("file.quarantined"), &json!("Eicar-Test.UNOFFICIAL"))
    );
    // What is too large for the scanner was not looked at.
    let large = upload(who, on, "large.txt", &vec![b'x'; 3 << 20]).await;
    app.drain().await;
    assert_eq!((state(&large).await, refused(&large).await), (json!("failed"), "409 file_withheld".to_owned()));
    let withheld = who.get("/file-storage/withheld").await.ok();
    assert_eq!(withheld["items"].as_array().unwrap().len(), 2);

    // Looked at again: what is withheld, and everything, while what is clean stays open.
    let again = who.post("/file-storage/scan", json!({})).await;
    assert_eq!((again.status, &again.body["queued"]), (202, &json!(2)));
    assert_eq!(who.post("/file-storage/scan", json!({ "everything": true })).await.body["queued"], 3);
    drop(server);
    app.drain().await;
    assert_eq!((state(&good).await, state(&bad).await), (json!("clean"), json!("scanning")));
    // What was let through while there was no scanner is looked at once there is one.
    let cx = app.state.access.context_for(app.org, who.id).await.unwrap();
    let mut tx = cx.begin().await.unwrap();
    let sweep = "update file_version set state = 'unscanned', uploaded_at = now() - interval '1 hour'";
    sqlx::query(sweep).execute(tx.db()).await.unwrap();
    tx.enqueue(NewJob::new("file.sweep", &json!({})).unwrap());
    tx.commit(()).await.unwrap().into_inner();
    assert_eq!(refused(&good).await, "409 file_withheld");
    std::fs::create_dir_all(&folder).unwrap();
    let _server = clamd(&folder).await;
    app.drain().await;
    drain_now(&app).await;
    assert_eq!((state(&good).await, state(&bad).await), (json!("clean"), json!("infected")));
}

async fn moto() -> (Server, StoreConfig) {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let program = target.join("moto-5.2.5/bin/moto_server");
    assert!(program.exists(), "there is no S3 to test with: run scripts/file-servers");
    let port = free_port();
    let server = start(Command::new(program).args(["-H", "127.0.0.1", "-p", &port.to_string()]), folder("moto"));
    let endpoint = format!("http://127.0.0.1:{port}");
    let client = Client::new();
    let bucket = format!("{endpoint}/acme-files");
    until("moto", async || client.put(&bucket).send().await.ok().filter(|a| a.status().is_success())).await;
    let config = StoreConfig {
        place: Place::S3 { bucket: "acme-files".into(), prefix: "crm".into() },
        endpoint: Some(endpoint),
        region: Some("eu-central-1".into()),
        key: Some("test".into()),
        secret: Some("test".to_owned().into()),
    };
    (server, config)
}

async fn azurite() -> (Server, StoreConfig) {
    let modules = root().join("crates/app/tests/azurite/node_modules");
    let program = modules.join(".bin/azurite-blob");
    assert!(program.exists(), "there is no Azure Blob to test with: run scripts/file-servers");
    let (port, folder) = (free_port(), folder("azurite"));
    // 32 bytes, in base64.
    let key = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    let mut command = Command::new(program);
    command.env("AZURITE_ACCOUNTS", format!("acme:{key}")).arg("--location").arg(&folder);
    command.args(["--silent", "--skipApiVersionCheck", "--disableTelemetry", "--blobPort", &port.to_string()]);
    let server = start(&mut command, folder);
    let endpoint = format!("http://127.0.0.1:{port}/acme");
    until("Azurite", async || container(&endpoint, &[b'A'; 32]).await).await;
    let config = StoreConfig {
        place: Place::Azure { container: "files".into(), prefix: "crm".into() },
        endpoint: Some(endpoint),
        region: None,
        key: Some("acme".into()),
        secret: Some(key.to_owned().into()),
    };
    (server, config)
}

/// Makes the container, with a request signed as Azure has it.
async fn container(endpoint: &str, key: &[u8]) -> Option<()> {
    let date = dealwright_kernel::Clock::System.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let head = format!("x-ms-date:{date}\nx-ms-version:2021-08-06");
    let signed = format!("PUT{}{head}\n/acme/acme/files\nrestype:container", "\n".repeat(12));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
    let request = Client::new()
        .request(Method::PUT, format!("{endpoint}/files?restype=container"))
        .header("x-ms-date", date)
        .header("x-ms-version", "2021-08-06")
        .header("content-length", "0")
        .header("authorization", format!("SharedKey acme:{}", super::files::base64(tag.as_ref())));
    request.send().await.ok().filter(|a| a.status().is_success()).map(drop)
}

async fn all(bytes: dealwright_files::ByteStream) -> Vec<u8> {
    bytes.try_collect::<Vec<_>>().await.unwrap().concat()
}

/// What every place has to do.
async fn keeps_its_promises(config: &StoreConfig) {
    let blobs = Blobs::open(config).unwrap();
    let (one, two) = (vec![b'1'; 6 << 20], vec![b'2'; 100]);
    blobs.put("org/one", one.clone().into()).await.unwrap();
    blobs.put("org/two", two.clone().into()).await.unwrap();
    assert_eq!(all(blobs.get("org/two", None).await.unwrap()).await, two);
    let parts = vec!["org/one".to_owned(), "org/two".to_owned()];
    blobs.write("org/both", blobs.get_all(parts)).await.unwrap();
    assert_eq!(all(blobs.get("org/both", None).await.unwrap()).await, [one, two].concat());
    let end = (6 << 20) - 2..(6 << 20) + 2;
    assert_eq!(all(blobs.get("org/both", Some(end)).await.unwrap()).await, b"1122");
    for key in ["org/one", "org/two", "org/both", "org/both"] {
        blobs.delete(key).await.unwrap();
    }
    assert_eq!(blobs.get("org/both", None).await.err().unwrap().code, "file_store_unavailable");
    blobs.probe("org/probe").await.unwrap();
}

#[tokio::test]
async fn a_folder_s3_and_azure_keep_the_same_promises() {
    let here = folder("blobs");
    let place = Place::Folder(here.clone());
    keeps_its_promises(&StoreConfig { place, endpoint: None, region: None, key: None, secret: None }).await;
    std::fs::remove_dir_all(here).unwrap();
    let ((_moto, s3), (_azurite, azure)) = tokio::join!(moto(), azurite());
    tokio::join!(keeps_its_promises(&s3), keeps_its_promises(&azure));
    // And from one end to the other.
    let app = TestApp::with(TestOptions { file_store: Some(s3), ..TestOptions::default() }).await;
    let deal = app.admin.opportunity("Kestrel", json!({})).await;
    let id = upload(&app.admin, ("opportunity_id", &deal["id"]), "far.txt", b"Far away").await;
    app.drain().await;
    assert_eq!(follow(&app.admin, &id, json!({})).await.text().await.unwrap(), "Far away");
}
