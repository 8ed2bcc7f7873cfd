//! What is there twice. Who may change rules has all records looked through first, by the sweep of duplicates; what others are
//! told is what has been found so far, of records that they see.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Context;
use dealwright_access::policy::{Action, Needs, Permission, UpdateRule};
use dealwright_crm::change::store::names;
use dealwright_crm::duplicate::{MatchObject, store, sweep};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{Found, Line, counted, first};

/// Pairs of an object that are looked at.
const PAIRS: i64 = 200;
/// How old the last look through all may be.
const FRESH: TimeDelta = TimeDelta::hours(12);

/// How far the sweeps are that a run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweeping {
    Still,
    Done,
}

/// Begins a look through all records of each kind that the actor may change, unless one was made lately, and says whether one
/// is still at it.
///
/// # Errors
/// When the database is gone.
pub async fn begin(cx: &Context, tx: &mut Tx, since: DateTime<Utc>) -> Result<Sweeping> {
    if !cx.actor().may(UpdateRule::PERMISSION) {
        return Ok(Sweeping::Done);
    }
    let mut sweeping = Sweeping::Done;
    for object in MatchObject::ALL.into_iter().filter(|object| reads(cx, *object)) {
        let last = sweep::store::last(tx, object).await?;
        let fresh = last.as_ref().is_some_and(|last| last.created_at > since - FRESH);
        let sweep = match last {
            Some(last) if fresh => last,
            _ => sweep::begin(cx, tx, object).await?,
        };
        if sweep.finished_at.is_none() {
            sweeping = Sweeping::Still;
        }
    }
    Ok(sweeping)
}

fn reads(cx: &Context, object: MatchObject) -> bool {
    cx.actor().may(Permission::new(object.object(), Action::Read))
}

pub(super) async fn find(cx: &Context, tx: &mut Tx) -> Result<Found> {
    let mut found: Vec<(i32, Line)> = Vec::new();
    let mut counts = Vec::new();
    for object in MatchObject::ALL.into_iter().filter(|object| reads(cx, *object)) {
        let pairs = store::open(tx, object, None, PAIRS).await?;
        let ids: Vec<Uuid> = pairs.iter().flat_map(|pair| [pair.left_id, pair.right_id]).collect();
        let names: HashMap<Uuid, String> = names(tx, &ids).await?;
        let before = found.len();
        for pair in pairs {
            let (Some(left), Some(right)) = (names.get(&pair.left_id), names.get(&pair.right_id)) else { continue };
            let text = format!("May be the same as {right}: {}", why(&pair.reasons, pair.score));
            found.push((pair.score, Line::of(object.as_str(), pair.left_id, left, text)));
        }
        let n = found.len() - before;
        if n > 0 {
            let word = object.as_str();
            counts.push(format!("{} of {word}s", counted(n, "pair", "pairs")));
        }
    }
    found.sort_by_key(|(score, _)| -score);
    let (lines, left_out) = first(found.into_iter().map(|(_, line)| line).collect());
    let title = format!("May be there twice: {}", counts.join(", "));
    Ok(Found { title, lines, left_out, ..Found::default() })
}

/// "same e-mail, alike name (97%)".
fn why(reasons: &Value, score: i32) -> String {
    let mut for_it: Vec<(f64, &str)> = reasons
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|reason| Some((reason.get("weight")?.as_f64()?, reason.get("words")?.as_str()?)))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    for_it.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words: Vec<&str> = for_it.into_iter().map(|(_, words)| words).take(3).collect();
    format!("{} ({score}%)", words.join(", "))
}
