//! Live updates: each stream tells of the changes of what its reader may see, and of nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::world::{OBJECTS, path};
use super::{Proof, text};

/// The changes that somebody is told of, from now on.
pub(crate) async fn listen(who: &Person) -> UnboundedReceiver<Value> {
    let mut response = who.request(Method::GET, "/live").send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        let mut text = String::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((event, rest)) = text.split_once("\n\n") {
                if let Some((_, data)) = event.split_once("event: change\ndata: ") {
                    _ = sender.send(serde_json::from_str(data).unwrap());
                }
                text = rest.to_owned();
            }
        }
    });
    receiver
}

/// Reads until `wanted` are told of, or for ten seconds.
async fn told(stream: &mut UnboundedReceiver<Value>, wanted: &BTreeSet<String>) -> (BTreeSet<String>, Vec<Value>) {
    let (mut ids, mut all) = (BTreeSet::new(), Vec::new());
    let mut wait = Duration::from_secs(10);
    while let Ok(Some(change)) = tokio::time::timeout(wait, stream.recv()).await {
        ids.insert(text(&change["id"]));
        all.push(change);
        if ids.is_superset(wanted) {
            // What should not come would have come by now.
            wait = Duration::from_millis(20);
        }
    }
    (ids, all)
}

impl Proof<'_> {
    /// Every record is touched while everybody listens.
    pub(super) async fn live(&mut self, app: &TestApp) {
        let world = self.world;
        let mut everything = listen(&app.admin).await;
        let mut streams = Vec::new();
        for user in &world.users {
            streams.push(listen(&user.person).await);
        }
        for record in &world.records {
            let one = format!("/{}/{}", path(record.object), record.id);
            let version = app.admin.get(&one).await.ok()["version"].clone();
            let field = match record.object {
                "opportunity" => "next_step",
                "account" => "phone",
                "contact" | "lead" => "title",
                _ => "notes",
            };
            app.admin.patch(&one, json!({ field: "5550100", "version": version })).await.ok();
        }
        // One group is told after the other: when the administrator hears of all, the others soon have.
        let all: BTreeSet<String> = world.records.iter().map(|r| r.id.clone()).collect();
        assert_eq!(told(&mut everything, &all).await.0, all);
        tokio::time::sleep(Duration::from_millis(100)).await;
        for (user, stream) in streams.iter_mut().enumerate() {
            let seen: BTreeSet<String> =
                OBJECTS.iter().flat_map(|object| world.seen(user, object).map(|r| r.id.clone())).collect();
            let (ids, changes) = if seen.is_empty() {
                let mut early = Vec::new();
                while let Ok(change) = stream.try_recv() {
                    early.push(change);
                }
                (early.iter().map(|c| text(&c["id"])).collect(), early)
            } else {
                told(stream, &seen).await
            };
            self.case("live updates", user, ids, &seen);
            self.unnamed("a live update", user, &json!(changes));
        }
    }
}
