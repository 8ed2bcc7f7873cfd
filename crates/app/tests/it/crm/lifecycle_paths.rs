//! No way around the gate: random definitions and random moves come by every path there is, and each meets the same verdict
//! with the same code, which stands in the log. `LIFECYCLE_CASES` says how many definitions (6 when it is not set).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use dealwright_testkit::{Answer, Person, TestApp};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::approvals::{decide, define};
use super::bulk::change;
use super::import::import;
use super::lifecycle::{log, move_to, of, put, sales};
use crate::ai::{ask, mcp};
use crate::automation::{self, on_deals, runs};

/// A definition, by numbers of stages, and moves to try under it.
#[derive(Clone, Debug)]
struct Case {
    no_skip: bool,
    no_backward: bool,
    reopening: bool,
    listed: Vec<(usize, usize, bool)>,
    asks: Vec<(usize, bool, usize)>,
    moves: Vec<(usize, usize, bool)>,
}

fn cases(stages: usize) -> impl Strategy<Value = Case> {
    let listed = proptest::collection::vec((0..stages, 0..stages, proptest::bool::ANY), 0..3);
    let asks = proptest::collection::vec((0..stages, proptest::bool::ANY, 0_usize..6), 1..6);
    let moves = proptest::collection::vec((0..stages, 0..stages, proptest::bool::ANY), 2..4);
    (proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY, listed, asks, moves).prop_map(
        |(no_skip, no_backward, reopening, listed, asks, moves)| Case {
            no_skip,
            no_backward,
            reopening,
            listed,
            asks,
            moves,
        },
    )
}

struct World {
    app: TestApp,
    key: Person,
    pipeline: Value,
    stages: Vec<Value>,
    role: Value,
    document: String,
    /// One that deals over 50 need, and one that they have.
    approvals: [Value; 2],
}

impl World {
    async fn new() -> Self {
        let app = TestApp::with_background().await;
        let scopes = json!({ "opportunity": { "read": "all", "update": "all" }, "pipeline": { "read": "all" } });
        let made = app.admin.post("/api-keys", json!({ "name": "Sync", "scopes": scopes })).await.ok();
        let key = app.admin.with_key(made["secret"].as_str().unwrap());
        let pipeline = sales(&app.admin).await;
        let stages = pipeline["stages"].as_array().unwrap().clone();
        let roles = app.admin.get("/roles").await.ok();
        let role =
            roles["items"].as_array().unwrap().iter().find(|r| r["name"] != "Administrator").unwrap()["id"].clone();
        let document = app.admin.choice("document_type", "Quote").await;
        let wanted = define(&app.admin, "Wanted", json!({ "condition": "amount > 50" })).await["id"].clone();
        let given = json!({ "own_requests": true, "fields": ["amount"] });
        let given = define(&app.admin, "Given", given).await["id"].clone();
        Self { app, key, pipeline, stages, role, document, approvals: [wanted, given] }
    }

    /// What the case says, for stages as they are. Who is listed with a role is not the administrator.
    fn definition(&self, case: &Case) -> Value {
        let id = |n: usize| &self.stages[n]["id"];
        let mut edges: HashMap<(usize, usize), Value> = HashMap::new();
        for (from, to, barred) in case.listed.iter().filter(|(from, to, _)| from != to) {
            let roles = if *barred { json!([self.role]) } else { json!([]) };
            edges.entry((*from, *to)).or_insert(json!({ "from": id(*from), "to": id(*to), "roles": roles }));
        }
        let mut rules: HashMap<usize, Value> = HashMap::new();
        for (stage, entry, what) in &case.asks {
            let criteria = match what {
                0 => json!({ "required": ["next_step"] }),
                1 => json!({ "documents": [self.document] }),
                2 => {
                    json!({ "checklist": [{ "id": format!("00000000-0000-7000-8000-0000000000{:02}", stage + 10), "label": "Call" }] })
                }
                // What is not approved holds only those that need it; what is approved holds none.
                3 => json!({ "approvals": [self.approvals[0]] }),
                4 => json!({ "approvals": [self.approvals[1]] }),
                _ => {
                    json!({ "rules": [{ "expression": "amount > 50 && stage.name != null", "message": "More.", "field": "amount" }] })
                }
            };
            let when = if *entry { "entry" } else { "exit" };
            rules.entry(*stage).or_insert(json!({ "stage_id": id(*stage), when: criteria }));
        }
        json!({ "no_skip": case.no_skip, "no_backward": case.no_backward, "reopening": { "allowed": case.reopening },
            "transitions": edges.into_values().collect::<Vec<_>>(), "stages": rules.into_values().collect::<Vec<_>>() })
    }

    async fn publish(&self, definition: &Value) -> bool {
        let path = format!("/pipelines/{}/lifecycle", self.pipeline["id"].as_str().unwrap());
        let saved =
            put(&self.app.admin, &format!("{path}/draft"), json!({ "definition": definition, "version": 0 })).await;
        if saved.status == 422 {
            return false;
        }
        saved.ok();
        self.app.admin.post(&format!("{path}/versions"), json!({ "version": 1 })).await.ok();
        self.app.admin.post(&format!("{path}/adoption"), json!({})).await.ok();
        true
    }

    /// A deal that is in a stage, by way of another one.
    async fn deal(&self, name: &str, from: usize, via: Option<usize>, filled: bool) -> (Value, Option<String>) {
        let amount = if filled { "100" } else { "10" };
        let step = if filled { json!("Call") } else { json!(null) };
        let begins = via.unwrap_or(from);
        let mut body = json!({ "stage_id": self.stages[begins]["id"], "external_id": name, "next_step": step,
            "amount": { "amount": amount, "currency": "EUR" } });
        if self.stages[begins]["kind"] == "lost" {
            body["lost_reason_id"] = json!(self.app.admin.choice("loss_reason", "Price").await);
        }
        let made = self.app.admin.opportunity(name, body).await;
        let path = format!("{}/approvals", of(&made));
        let asked = self.app.admin.post(&path, json!({ "definition_id": self.approvals[1] })).await.ok();
        assert_eq!(decide(&self.app.admin, &asked, "approve").await.ok()["status"], "approved");
        if via.is_none() {
            return (made, None);
        }
        let moved = move_to(&self.app.admin, &made, self.stages[from]["id"].as_str().unwrap()).await;
        let event = moved.event();
        (moved.ok()["opportunity"].clone(), Some(event))
    }
}

#[tokio::test]
async fn every_path_meets_the_same_verdict() {
    let world = World::new().await;
    let wanted = std::env::var("LIFECYCLE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(6_usize);
    let seed = std::env::var("LIFECYCLE_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(7_u8);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut tried, mut made, mut verdicts) = (0, 0_u32, HashMap::<String, usize>::new());
    while tried < wanted {
        let case = cases(world.stages.len()).new_tree(&mut runner).unwrap().current();
        let definition = world.definition(&case);
        // The deals are there before anything is asked of them: under a version that asks for nothing.
        assert!(world.publish(&json!({})).await);
        let mut deals = Vec::new();
        for (from, to, filled) in case.moves.iter().filter(|(from, to, _)| from != to) {
            // To a lost stage every path would say another reason.
            if world.stages[*to]["kind"] == "lost" || world.stages[*from]["kind"] == "lost" {
                continue;
            }
            let mut of_move = HashMap::new();
            for path in ["patch", "move", "key", "bulk", "import", "proposal", "mcp", "undo", "automation"] {
                let via = (path == "undo").then_some(*to);
                // Names that nobody takes for another's.
                made += 1;
                let name = format!("{path} {:08x}", made.wrapping_mul(2_654_435_761));
                of_move.insert(path, world.deal(&name, *from, via, *filled).await);
            }
            deals.push((*to, of_move));
        }
        if deals.is_empty() || !world.publish(&definition).await {
            continue;
        }
        tried += 1;
        for (to, of_move) in deals {
            let ids: Vec<&Value> = of_move.values().map(|(deal, _)| &deal["id"]).collect();
            let path = format!("/pipelines/{}/lifecycle/adoption", world.pipeline["id"].as_str().unwrap());
            world.app.admin.post(&path, json!({ "opportunity_ids": ids })).await.ok();
            let verdict = same_on_all(&world, &world.stages[to], &of_move, &definition).await;
            *verdicts.entry(verdict).or_default() += 1;
        }
    }
    println!("{verdicts:?}");
}

type Deals = HashMap<&'static str, (Value, Option<String>)>;

/// Moves each deal by its path; the code that all of them meet.
async fn same_on_all(world: &World, stage: &Value, deals: &Deals, definition: &Value) -> String {
    let admin = &world.app.admin;
    let foretold = foretold(admin, &deals["patch"].0, stage).await;
    for (path, (deal, event)) in deals {
        let answered = attempt(world, path, deal, event.as_deref(), stage).await;
        if let Some(code) = answered {
            assert_eq!(code, foretold, "{path}: {definition:#}");
        }
        let entry = log(admin, deal).await.swap_remove(0);
        let code = entry[1].as_str().unwrap_or("passed");
        assert_eq!(code, foretold, "{path} in the log: {entry} {definition:#}");
        let by = match *path {
            "patch" | "move" => "app",
            "key" => "api",
            "mcp" => "proposal",
            other => other,
        };
        assert_eq!(entry[0], by);
        let now = admin.get(&of(deal)).await.ok();
        let there = if foretold == "passed" { &stage["id"] } else { &deal["stage_id"] };
        assert_eq!(&now["stage_id"], there, "{path}: {definition:#}");
    }
    foretold
}

async fn foretold(who: &Person, deal: &Value, stage: &Value) -> String {
    let ways = who.get(&format!("{}/transitions", of(deal))).await.ok();
    let way = ways["items"].as_array().unwrap().iter().find(|t| t["stage"]["id"] == stage["id"]).unwrap();
    way["code"].as_str().unwrap_or("passed").to_owned()
}

/// Tries the move by a path; the code where the answer itself says it.
async fn attempt(world: &World, path: &str, deal: &Value, event: Option<&str>, stage: &Value) -> Option<String> {
    let admin = &world.app.admin;
    let (id, version) = (&stage["id"], &deal["version"]);
    let answer = match path {
        "patch" => admin.patch(&of(deal), json!({ "stage_id": id, "version": version })).await,
        "key" => world.key.patch(&of(deal), json!({ "stage_id": id, "version": version })).await,
        "move" => move_to(admin, deal, id.as_str().unwrap()).await,
        "undo" => admin.post("/undo", json!({ "event_id": event })).await,
        "bulk" => {
            let records = json!([{ "id": deal["id"], "version": version }]);
            let body = json!({ "object": "opportunity", "records": records, "change": { "set": { "stage_id": id } } });
            change(admin, body).await;
            return None;
        }
        "import" => {
            let file = format!(
                "Deal ID,Deal Name,Deal Stage\n{0},{0},{1}\n",
                deal["name"].as_str().unwrap(),
                stage["name"].as_str().unwrap()
            );
            import(admin, "deals.csv", file.as_bytes()).await;
            return None;
        }
        "automation" => return Some(automated(admin, deal, id).await),
        "mcp" => {
            let arguments = json!({ "id": deal["id"], "changes": { "stage_id": id } });
            let proposed = mcp::call(&world.key, "update_opportunity", arguments).await;
            approve(admin, &world.app.admin.get(&proposal_at(&proposed["proposal"])).await.ok()).await
        }
        _ => {
            let run =
                ask(admin, &format!("move {} to {}", deal["name"].as_str().unwrap(), stage["name"].as_str().unwrap()))
                    .await;
            approve(admin, &run["proposals"][0]).await
        }
    };
    let refused =
        || answer.body["code"].as_str().unwrap_or_else(|| panic!("{path}: {} {}", answer.status, answer.body));
    Some(if answer.status < 300 { "passed" } else { refused() }.to_owned())
}

fn proposal_at(proposal: &Value) -> String {
    format!("/proposals/{}", proposal["id"].as_str().unwrap_or_else(|| panic!("nothing was proposed: {proposal}")))
}

async fn approve(who: &Person, proposal: &Value) -> Answer {
    let approval = format!("{}/approval", proposal_at(proposal));
    who.post(&approval, json!({ "diff_hash": proposal["diff_hash"] })).await
}

/// Lets an automation of this deal alone move it; the code in its run.
async fn automated(admin: &Person, deal: &Value, stage: &Value) -> String {
    let set = json!([{ "do": "set_fields", "set": { "stage_id": stage } }]);
    let this = format!("name == {}", deal["name"]);
    let name = format!("Mover of {}", deal["name"].as_str().unwrap());
    let mover = admin.post("/automations", on_deals(&name, &["changed"], Some(&this), set)).await.ok();
    automation::edit(admin, deal, json!({ "tags": ["go"] })).await.ok();
    let begun = Instant::now();
    let run = loop {
        let all = runs(admin, &mover).await;
        // It is also told of what happened to other deals just before, which is not for it.
        if let Some(run) = all.into_iter().find(|run| run[0] != "queued" && run[0] != "unmet") {
            break run;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the automation does not come to it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let off = json!({ "active": false, "version": mover["version"] });
    admin.post(&format!("{}/switch", automation::at(&mover)), off).await.ok();
    if run[0] == "done" { "passed".to_owned() } else { run[1].as_str().unwrap().to_owned() }
}
