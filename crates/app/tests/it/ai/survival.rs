//! Runs whose worker is killed, wherever that happens, and workers that both believe the run to be theirs.

use std::collections::BTreeMap;

use dealwright_ai::agent::{self, RunJob};
use dealwright_testkit::TestApp;
use serde_json::{Value, json};

use super::{approval, text};
use crate::killed::killed;

const GOAL: &str = "move Isdom renewal to Proposal and remind me to call them tomorrow";

/// Where a worker may be killed.
const PHASES: [&str; 4] = ["queued", "planning", "running", "reviewing"];

struct Run<'a> {
    app: &'a TestApp,
    path: String,
    job: RunJob,
}

impl<'a> Run<'a> {
    async fn new(app: &'a TestApp, goal: &str) -> Self {
        let made = app.admin.post("/agent-runs", json!({ "goal": goal })).await.ok();
        let id = made["id"].as_str().unwrap();
        Self { app, path: format!("/agent-runs/{id}"), job: RunJob { user: app.admin.id.0, run: id.parse().unwrap() } }
    }

    /// A worker that claims the run; it is killed after so many polls. Answers whether it came to the end.
    async fn walk(&self, polls: usize) -> bool {
        let person = self.app.state.access.context_for(self.app.org, self.app.admin.id).await.unwrap();
        let walk = agent::graph::execute(&self.app.state.assistant, &person, &self.job);
        killed(walk, polls).await.map(Result::unwrap).is_some()
    }

    async fn now(&self) -> Value {
        self.app.admin.get(&self.path).await.ok()
    }

    /// What was told to watchers, by kind.
    async fn told(&self) -> BTreeMap<String, usize> {
        let stream = self.app.admin.get(&format!("{}/stream", self.path)).await.body;
        let mut told = BTreeMap::new();
        for kind in stream.as_str().unwrap().lines().filter_map(|l| l.strip_prefix("event: ")) {
            *told.entry(kind.to_owned()).or_default() += 1;
        }
        told
    }
}

fn array<'a>(run: &'a Value, key: &str) -> &'a [Value] {
    run[key].as_array().map_or(&[], Vec::as_slice)
}

/// The run as it has to be in the end, however often it was cut off.
async fn is_whole(run: &Run<'_>, after: &str) {
    let now = run.now().await;
    assert_eq!(now["status"], "done", "{after}: {now:#}");
    let steps: Vec<_> =
        array(&now, "steps").iter().map(|s| (s["kind"].as_str().unwrap(), s["status"].as_str().unwrap())).collect();
    assert_eq!(steps, [("plan", "done"), ("tool", "done"), ("tool", "done"), ("review", "done")], "{after}");
    let kinds: Vec<_> = array(&now, "proposals").iter().map(|p| p["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["update_opportunity", "create_task"], "{after}");
    assert!(text(&now).contains("I propose a change of Isdom renewal"), "{after}: {now:#}");
    let told = run.told().await;
    for kind in ["plan", "answer", "done"] {
        assert_eq!(told.get(kind), Some(&1), "{after}: {kind} was told {told:?}");
    }
    assert_eq!(told.get("proposal"), Some(&2), "{after}: {told:?}");
}

/// Killed at each point where it waits, in every node, and taken up by another worker: no finished step runs again.
#[tokio::test]
async fn a_run_goes_on_from_wherever_its_worker_was_killed() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let mut killed_in: BTreeMap<String, usize> = BTreeMap::new();
    // How often it is woken varies: past the end, the last stretch is walked again until each phase was cut off in.
    let (mut polls, mut survived, mut runs) = (0, 0, 0);
    while survived < 6 || !PHASES.iter().all(|phase| killed_in.contains_key(*phase)) {
        assert!(runs < 1000, "no kill fell into one of {PHASES:?}: {killed_in:?}");
        (polls, runs) = (polls + 1, runs + 1);
        let run = Run::new(&app, GOAL).await;
        if run.walk(polls).await {
            is_whole(&run, "never killed").await;
            survived += 1;
            if survived % 6 == 0 {
                polls -= polls / 3;
            }
            continue;
        }
        let then = run.now().await;
        *killed_in.entry(then["status"].as_str().unwrap().to_owned()).or_default() += 1;
        assert!(run.walk(usize::MAX).await);
        assert!(run.walk(usize::MAX).await, "a third worker finds nothing left to do");
        is_whole(&run, &format!("killed after {polls} polls")).await;
        let steps = run.now().await["steps"].clone();
        for step in array(&then, "steps").iter().filter(|s| s["status"] == "done") {
            assert!(steps.as_array().unwrap().contains(step), "a finished step ran again: {step:#}\n{steps:#}");
        }
        for proposal in array(&then, "proposals") {
            assert!(array(&run.now().await, "proposals").iter().any(|p| p["id"] == proposal["id"]), "proposed again");
        }
    }
}

/// Each worker in turn lives for a few polls only.
#[tokio::test]
async fn a_run_whose_workers_keep_dying_still_ends() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = Run::new(&app, GOAL).await;
    let mut deaths = 0;
    // The longest stretch between two commits is longer than the shortest lives: they grow until one suffices.
    while !run.walk(5 + deaths).await {
        deaths += 1;
    }
    assert!(deaths >= 3, "{deaths}");
    is_whole(&run, &format!("{deaths} deaths")).await;
}

/// A worker that was slow, not dead, goes on beside the one that took over.
#[tokio::test]
async fn two_workers_on_one_run_do_it_once() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    for head_start in [0, 3, 8, 15, 25, 40] {
        let run = Run::new(&app, GOAL).await;
        let person = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
        let mut slow = Box::pin(agent::graph::execute(&app.state.assistant, &person, &run.job));
        for _ in 0..head_start {
            if futures::poll!(slow.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let (slow, quick) = tokio::join!(slow, run.walk(usize::MAX));
        slow.unwrap();
        assert!(quick);
        is_whole(&run, &format!("a head start of {head_start} polls")).await;
    }
}

/// The proposals of a run that was killed are applied once, whoever approves how often.
#[tokio::test]
async fn what_a_killed_run_proposed_is_applied_once() {
    let app = TestApp::new().await;
    let deal = app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = Run::new(&app, GOAL).await;
    while array(&run.now().await, "proposals").is_empty() {
        run.walk(12 + array(&run.now().await, "steps").len() * 12).await;
    }
    assert!(run.walk(usize::MAX).await);
    let proposals = run.now().await["proposals"].clone();
    for proposal in proposals.as_array().unwrap() {
        let (path, body) = (approval(proposal), json!({ "diff_hash": proposal["diff_hash"] }));
        let (one, other) = tokio::join!(app.admin.post(&path, body.clone()), app.admin.post(&path, body.clone()));
        let mut codes = [one.status, other.status];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409]);
        assert_eq!(app.admin.post(&path, body).await.problem(), "409 already_decided");
    }
    let id = deal["id"].as_str().unwrap();
    assert_eq!(app.admin.get(&format!("/opportunities/{id}")).await.ok()["version"], 2);
    assert_eq!(app.admin.get(&format!("/tasks?subject_id={id}")).await.ok()["items"].as_array().map(Vec::len), Some(1));
}
