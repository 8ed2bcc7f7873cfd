//! That something hidden can't be told from something absent by how long the answer takes: pairs of requests in turn, in
//! the dice's order. `ACCESS_PAIRS` says how many; only `make prove-access` takes enough of them to say something.

use std::time::{Duration, Instant};

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use serde_json::json;

use super::world::Dice;
use super::{number, text};

/// From so many pairs on their times are judged.
const ENOUGH: usize = 500;
/// So many standard deviations from what chance does are no chance: one in 16,000.
const LIMIT: f64 = 4.0;

#[derive(Clone, Copy, Debug)]
enum Surface {
    Get,
    Timeline,
    Update,
    Reference,
}

async fn ask(who: &Person, surface: Surface, id: &str) -> (Duration, Answer) {
    let one = format!("/opportunities/{id}");
    let began = Instant::now();
    let answer = match surface {
        Surface::Get => who.get(&one).await,
        Surface::Timeline => who.get(&format!("{one}/timeline")).await,
        Surface::Update => who.patch(&one, json!({ "name": "New", "version": 1 })).await,
        Surface::Reference => who.post("/tasks", json!({ "title": "New", "opportunity_id": id })).await,
    };
    (began.elapsed(), answer)
}

/// How often the hidden one took longer, in standard deviations from half of all pairs. Whatever slows the machine down
/// strikes both halves of a pair alike, since the dice say which goes first.
fn sign_test(pairs: &[(Duration, Duration)]) -> f64 {
    let n = pairs.len() as f64;
    let longer = pairs.iter().filter(|(hidden, absent)| hidden > absent).count() as f64;
    (longer - n / 2.0) / (n / 4.0).sqrt()
}

/// Mann and Whitney's test of whether the times of one kind rank before the other's, in standard deviations.
fn rank_test(pairs: &[(Duration, Duration)]) -> f64 {
    let n = pairs.len() as f64;
    let mut all: Vec<(Duration, bool)> = pairs.iter().flat_map(|(h, a)| [(*h, true), (*a, false)]).collect();
    all.sort_unstable();
    let ranks: f64 = all.iter().zip(1..).filter(|((_, hidden), _)| *hidden).map(|(_, rank)| f64::from(rank)).sum();
    let u = ranks - n * (n + 1.0) / 2.0;
    (u - n * n / 2.0) / (n * n * (2.0 * n + 1.0) / 12.0).sqrt()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_takes_as_long_as_what_is_absent() {
    let pairs = number("ACCESS_PAIRS").unwrap_or(20) as usize;
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mut dice = Dice::new(1);
    let mut hidden = Vec::new();
    for n in 0..30 {
        let deal = app.admin.opportunity(&format!("Hidden {n}"), json!({ "next_step": "Call" })).await;
        hidden.push(text(&deal["id"]));
    }
    // Something is shared with them: what is not within their scope is looked for among the shares too.
    for n in 0..5 {
        let deal = text(&app.admin.opportunity(&format!("Shared {n}"), json!({})).await["id"]);
        let share = json!({ "user_id": rep.id, "level": "edit" });
        app.admin.post(&format!("/opportunities/{deal}/shares"), share).await.ok();
    }
    for surface in [Surface::Get, Surface::Timeline, Surface::Update, Surface::Reference] {
        let mut times = Vec::new();
        // The first ones meet what is not yet cached or prepared.
        for n in 0..pairs + 20 {
            let (there, absent) = (dice.one(&hidden), app.state.access.clock().new_id().to_string());
            let (first, second) = if dice.once_in(2) { (there, &absent) } else { (&absent, there) };
            let (one, other) = (ask(&rep, surface, first).await, ask(&rep, surface, second).await);
            let (hidden, absent) = if first == there { (one, other) } else { (other, one) };
            assert!(hidden.1.status >= 400);
            assert_eq!((hidden.1.status, &hidden.1.body["code"]), (absent.1.status, &absent.1.body["code"]));
            if n >= 20 {
                times.push((hidden.0, absent.0));
            }
        }
        let (signs, ranks) = (sign_test(&times), rank_test(&times));
        let of = |which: fn(&(Duration, Duration)) -> Duration| median(times.iter().map(which).collect());
        println!(
            "{surface:?}: hidden {:?}, absent {:?} (medians of {pairs} pairs); sign test {signs:.1}, rank test {ranks:.1}",
            of(|t| t.0),
            of(|t| t.1)
        );
        if pairs >= ENOUGH {
            assert!(signs.abs() < LIMIT && ranks.abs() < LIMIT, "{surface:?} tells what is hidden by its time");
        }
    }
}

#[test]
fn the_tests_find_a_difference_where_there_is_one() {
    let mut dice = Dice::new(7);
    let mut pairs = |longer: usize| -> Vec<(Duration, Duration)> {
        let mut time = |more: usize| Duration::from_micros((1_000 + dice.roll(400) + more) as u64);
        (0..2_000).map(|_| (time(longer), time(0))).collect()
    };
    let (alike, different) = (pairs(0), pairs(40));
    assert!(sign_test(&alike).abs() < LIMIT && rank_test(&alike).abs() < LIMIT);
    assert!(sign_test(&different) > LIMIT && rank_test(&different) > LIMIT);
}
