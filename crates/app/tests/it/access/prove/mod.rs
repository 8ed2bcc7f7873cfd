//! Who sees and writes what, on every surface, against a model of the policy that is written here and shares no code with
//! the product: worlds of people, teams, roles, records, shares and account teams are made at random, and each answer of
//! the server is compared with what the model says. `ACCESS_CASES` says how many answers are to be compared
//! (`make prove-access`); a few hundred are enough for every day. A world is made again by its number (`ACCESS_WORLD`).

mod answers;
mod elsewhere;
pub(crate) mod live;
mod timing;
mod world;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use dealwright_testkit::TestApp;
use serde_json::Value;
use world::{Dice, User, World, world};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids(page: &Value) -> BTreeSet<String> {
    page["items"].as_array().into_iter().flatten().map(|i| text(&i["id"])).collect()
}

/// Counts what was compared, and stops at the first answer that is not the model's.
struct Proof<'a> {
    seed: u64,
    world: &'a World,
    cases: usize,
}

impl Proof<'_> {
    fn case(
        &mut self,
        what: &str,
        user: usize,
        got: impl PartialEq + std::fmt::Debug,
        expected: impl PartialEq + std::fmt::Debug,
    ) {
        self.cases += 1;
        let (got, expected) = (format!("{got:?}"), format!("{expected:?}"));
        let User { team, roles, .. } = &self.world.users[user];
        assert_eq!(got, expected, "{what} in world {} as user {user} of team {team:?} with {roles:?}", self.seed);
    }

    /// No answer names what is hidden.
    fn unnamed(&mut self, what: &str, user: usize, body: &Value) {
        let body = body.to_string();
        for n in 0..self.world.records.len() {
            let word = &self.world.records[n].word;
            if !self.world.sees(user, n) {
                assert!(!body.contains(word.as_str()), "{what} in world {} names {word} to user {user}", self.seed);
            }
        }
        self.cases += 1;
    }
}

/// Makes a world and compares its answers; says how many.
async fn prove(seed: u64, thorough: bool) -> usize {
    let mut dice = Dice::new(seed);
    let app = TestApp::with_background().await;
    let world = world(&app, &mut dice).await;
    if dice.once_in(2) {
        dealwright_store::job::fold_totals(&app.db.database).await.unwrap();
    }
    elsewhere::indexed(&app).await;
    let mut proof = Proof { seed, world: &world, cases: 0 };
    // A small run looks at a few people and records of each world, a large one at all.
    for user in (0..world.users.len()).filter(|user| thorough || user % 2 == 0) {
        proof.lists(&mut dice, user).await;
        proof.figures(user).await;
        proof.exports(user).await;
        proof.tools(&app, user).await;
        proof.passages(user).await;
        if thorough || user == 0 {
            proof.imports(user).await;
        }
        for n in 0..world.records.len() {
            if thorough || dice.once_in(5) {
                proof.records(user, n).await;
                proof.effective(&app, user, n).await;
                proof.refusals(&app, user, n).await;
            }
        }
    }
    proof.live(&app).await;
    let cases = proof.cases;
    app.stop().await;
    cases
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}

#[test]
fn answers_are_what_a_model_of_the_policy_says() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Some(seed) = number("ACCESS_WORLD") {
        let cases = runtime().block_on(prove(seed, true));
        return println!("{cases} answers in world {seed} are what the model says");
    }
    let wanted = number("ACCESS_CASES").unwrap_or(600) as usize;
    let thorough = wanted > 5_000;
    // Much of the time is waiting: more worlds than cores.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let at_once = if thorough { (cores * 2).clamp(4, 12) } else { 1 };
    let (cases, worlds) = (AtomicUsize::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let work = || {
            let runtime = runtime();
            while cases.load(Ordering::Relaxed) < wanted {
                let seed = worlds.fetch_add(1, Ordering::Relaxed);
                let more = runtime.block_on(prove(seed, thorough));
                let compared = cases.fetch_add(more, Ordering::Relaxed) + more;
                if thorough {
                    println!("{compared} of {wanted} answers compared, world {seed} among them");
                }
            }
        };
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Err(failed) = worker.join() {
                // The others need not go on.
                cases.store(wanted, Ordering::Relaxed);
                std::panic::resume_unwind(failed);
            }
        }
    });
    println!("{cases:?} answers in {worlds:?} worlds are what the model says");
}
