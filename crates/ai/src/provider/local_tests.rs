//! With a stand-in for llama-server (a few lines of Python that speak its protocol), and once with the real one when
//! its files are named by `LLAMA_SERVER` and `LLM_GGUF`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::provider::{Message, Schema};

const STAND_IN: &str = r#"#!/usr/bin/env python3
import http.server, json, os, sys
port = int(sys.argv[sys.argv.index("--port") + 1])
model = sys.argv[sys.argv.index("--model") + 1]
open(model + ".pid", "w").write(str(os.getpid()))
open(model + ".starts", "a").write(os.environ["LLAMA_API_KEY"] + " " + sys.argv[sys.argv.index("--host") + 1] + "\n")
if os.path.exists(model + ".broken"):
    sys.stderr.write("cannot load\n"); sys.exit(3)
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["authorization"] != "Bearer " + os.environ["LLAMA_API_KEY"]:
            self.send_response(401); self.end_headers(); return
        text = body["messages"][-1]["content"]
        if text == "die": os._exit(9)
        self.send_response(200); self.end_headers()
        part = {"choices": [{"delta": {"content": "cached" if body["cache_prompt"] else "read anew"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
        self.wfile.write(("data: %s\n\ndata: [DONE]\n\n" % json.dumps(part)).encode())
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"#;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let path = std::env::temp_dir().join(format!("dealwright-llama-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let server = path.join("llama-server");
        fs::write(&server, STAND_IN).unwrap();
        fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn files(&self) -> Files {
        Files { server: self.0.join("llama-server"), model: self.0.join("model") }
    }

    fn server_runs(&self) -> bool {
        let pid = fs::read_to_string(self.0.join("model.pid")).unwrap_or_default();
        !pid.is_empty() && fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|c| c.contains("llama-server"))
    }

    async fn server_ends(&self) -> bool {
        for _ in 0..100 {
            if !self.server_runs() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn no_embedding() -> LocalEmbedding {
    LocalEmbedding::new(tokio::sync::watch::channel(None).1)
}

fn local(files: Option<Files>, idle: Duration) -> (Local, tokio::sync::watch::Sender<Option<Files>>) {
    let (sender, receiver) = tokio::sync::watch::channel(files);
    let settings = Settings { idle, ..Settings::of("test", "prefix") };
    (Local::new(settings, receiver, no_embedding()), sender)
}

async fn ask(local: &Local, text: &str) -> Result<String, ProviderError> {
    let chat = Chat { messages: vec![Message::user(text)], schema: Some(Schema::Const("x")), max_tokens: 5 };
    local.chat(&chat, &mut |_| {}).await.map(|r| r.text)
}

#[tokio::test]
async fn it_starts_on_demand_and_ends_with_us() {
    let folder = Folder::new("demand");
    let (model, files) = local(None, Duration::from_secs(60));
    assert_eq!(model.status().state, State::Downloading);
    assert!(matches!(ask(&model, "hi").await, Err(ProviderError::Unavailable(_))));
    files.send(Some(folder.files())).unwrap();
    assert_eq!(model.status().state, State::Idle);
    assert_eq!(ask(&model, "hi").await.unwrap(), "cached");
    assert_eq!(model.status().state, State::Ready);
    assert!(folder.server_runs());
    model.stop().await;
    assert!(folder.server_ends().await);
    assert_eq!(model.status().state, State::Idle);
}

/// What the stand-in was started with: its key and its host, one start a line.
fn starts(folder: &Folder) -> Vec<(String, String)> {
    let all = fs::read_to_string(folder.0.join("model.starts")).unwrap_or_default();
    all.lines().map(|l| l.split_once(' ').map(|(k, h)| (k.to_owned(), h.to_owned())).unwrap()).collect()
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_each_start_has_a_key_of_its_own() {
    let folder = Folder::new("key");
    let (model, _files) = local(Some(folder.files()), Duration::from_secs(60));
    ask(&model, "hi").await.unwrap();
    model.stop().await;
    assert!(folder.server_ends().await);
    ask(&model, "hi").await.unwrap();
    let [(first, host), (second, _)] = starts(&folder).try_into().unwrap();
    assert_eq!((host.as_str(), first.len(), first == second), ("127.0.0.1", 64, false));
    model.stop().await;
}

#[tokio::test]
async fn a_server_that_was_killed_is_started_again() {
    let folder = Folder::new("killed");
    let (model, _files) = local(Some(folder.files()), Duration::from_secs(60));
    ask(&model, "hi").await.unwrap();
    let pid = fs::read_to_string(folder.0.join("model.pid")).unwrap();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    assert!(folder.server_ends().await);
    // The first failure is followed by a pause of a second; many ask at once, and one server is started.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(ask(&model, "hi").await.is_err());
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let asked = (0..5).map(|_| ask(&model, "hi"));
    assert!(futures::future::join_all(asked).await.into_iter().all(|a| a.unwrap() == "cached"));
    assert_eq!(starts(&folder).len(), 2);
    model.stop().await;
    assert!(folder.server_ends().await);
}

#[tokio::test]
async fn a_crash_is_noticed_and_it_is_started_again() {
    let folder = Folder::new("crash");
    let (model, _files) = local(Some(folder.files()), Duration::from_secs(60));
    assert!(ask(&model, "die").await.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The first failure is followed by a pause of a second.
    assert!(matches!(ask(&model, "hi").await, Err(ProviderError::Unavailable(_))));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&model, "hi").await.unwrap(), "cached");
    model.stop().await;
}

#[tokio::test]
async fn a_server_that_will_not_load_says_why() {
    let folder = Folder::new("broken");
    fs::write(folder.0.join("model.broken"), "").unwrap();
    let (model, _files) = local(Some(folder.files()), Duration::from_secs(60));
    let error = ask(&model, "hi").await.unwrap_err().to_string();
    assert!(error.contains("ended while loading"), "{error}");
    assert_eq!(model.status().state, State::Unavailable);
}

#[tokio::test]
async fn it_stops_when_idle_and_starts_again() {
    let folder = Folder::new("idle");
    let (model, _files) = local(Some(folder.files()), Duration::from_millis(200));
    assert_eq!(ask(&model, "hi").await.unwrap(), "cached");
    assert!(folder.server_ends().await);
    assert_eq!(ask(&model, "hi").await.unwrap(), "cached");
    model.stop().await;
}

#[tokio::test]
async fn it_does_not_outlive_a_parent_that_was_killed() {
    let folder = Folder::new("orphan");
    let files = folder.files();
    let (model, _held) = local(Some(files.clone()), Duration::from_secs(60));
    // A parent that starts the keeper as we do, and is killed without a chance to say goodbye.
    let mut command = model.0.command(&files, free_port().unwrap(), "k");
    command.kill_on_drop(false);
    let mut keeper = command.spawn().unwrap();
    for _ in 0..50 {
        if folder.server_runs() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(folder.server_runs());
    // When a process is killed, the system closes its pipes: this is all that reaches the keeper.
    drop(keeper.stdin.take());
    assert!(folder.server_ends().await);
    keeper.wait().await.unwrap();
}

#[tokio::test]
#[ignore = "loads the real model: name its files by LLAMA_SERVER and LLM_GGUF"]
async fn the_real_model_plans() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let path = |variable: &str| PathBuf::from(std::env::var(variable).unwrap());
    let (_files, receiver) =
        tokio::sync::watch::channel(Some(Files { server: path("LLAMA_SERVER"), model: path("LLM_GGUF") }));
    let model = Local::new(Settings::of("qwen", crate::prompt::PLAN_COMMON.usual().text), receiver, no_embedding());
    let chat = crate::planner::model::chat(
        "move Isdom to Proposal",
        crate::planner::model::Breadth::Common,
        crate::prompt::PLAN_COMMON.usual(),
    );
    let reply = model.chat(&chat, &mut |_| {}).await.unwrap();
    assert_eq!(reply.text, r#"{"tool":"change","name":"Isdom","field":"stage","value":"Proposal"}"#);
    eprintln!("{:?} first, {:?} in all, {:?}", reply.first_token, reply.latency, reply.usage);
    model.stop().await;
}
