//! Lives through what happened to a record once more.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use dealwright_store::sequencer::Positioned;
use serde_json::Value;
use uuid::Uuid;

use super::store::Act;
use crate::escalation::steps_of;
use crate::rule::definition::When;
use crate::timer::happened::{Said, change, of_record};
use crate::timer::life::{Outcome, Run, Signal, Track, Turn, follow, turns_until};
use crate::timer::snapshot::{Live, Snapshot};

type Moment = DateTime<Utc>;

/// A clock as it would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lived {
    /// Who had the record when it ended, or has it now.
    pub owner: Uuid,
    pub run: Run,
    /// The steps that would have been taken.
    pub steps: Vec<(When, &'static str)>,
}

impl Lived {
    /// Whether what was to be done was done, in time or not.
    pub fn is_met(&self) -> bool {
        self.run.ended.is_some_and(|(_, outcome)| outcome == Outcome::Met)
    }
}

/// Something that happened, in the order of time.
#[derive(Clone, Copy, Debug)]
struct Heard {
    at: Moment,
    said: Said,
    owner: Option<Uuid>,
}

fn id(value: Option<&Value>) -> Option<Uuid> {
    value?.as_str()?.parse().ok()
}

/// Whether an event about a task leaves it open; none when it says nothing of that.
fn is_open(event: &Positioned, verb: &str) -> Option<bool> {
    match verb {
        "created" | "reopened" | "restored" => Some(true),
        "completed" | "deleted" => Some(false),
        _ => change(event, "done")?.get("new")?.as_bool().map(|done| !done),
    }
}

/// What happened to a record, in the order of time.
fn heard(snapshot: &Snapshot, events: &[Positioned], acts: &[Act]) -> Vec<Heard> {
    let (mut all, mut open) = (Vec::new(), HashSet::new());
    for event in events {
        let Some((object, verb)) = event.kind.split_once('.') else { continue };
        let at = event.at;
        match object {
            "opportunity" | "lead" if event.subject_id == snapshot.id => {
                let owner = id(change(event, "owner_id").and_then(|change| change.get("new")));
                all.extend(of_record(event, verb).into_iter().map(|said| Heard { at, said, owner }));
            }
            "task" => {
                match is_open(event, verb) {
                    Some(true) => _ = open.insert(event.subject_id),
                    Some(false) => _ = open.remove(&event.subject_id),
                    None => continue,
                }
                let said = Said::Signal(Signal::Planned(!open.is_empty()));
                all.push(Heard { at, said, owner: None });
            }
            _ => {}
        }
    }
    all.extend(acts.iter().map(|act| {
        let said = Said::Signal(Signal::Acted { kind: act.kind, incoming: act.incoming });
        Heard { at: act.occurred_at, said, owner: None }
    }));
    all.sort_by_key(|heard| heard.at);
    all
}

struct Life<'a> {
    live: &'a Live,
    track: Track,
    run: Option<Run>,
    turns: Vec<Turn>,
    owner: Uuid,
    lived: Vec<Lived>,
}

/// The clocks that a rule would have had for a record from one moment to another.
pub(crate) fn clocks(
    live: &Live,
    snapshot: &Snapshot,
    events: &[Positioned],
    acts: &[Act],
    (since, until): (Moment, Moment),
) -> Vec<Lived> {
    let now = live.track(snapshot);
    let heard = heard(snapshot, events, acts);
    let created = heard.iter().any(|heard| matches!(heard.said, Said::Created(_)));
    let place = heard.iter().find_map(|heard| match heard.said {
        Said::Created(place) => place,
        Said::Entered { old, .. } => old,
        Said::Signal(_) | Said::Tasks => None,
    });
    let owner = events.iter().find_map(|event| id(change(event, "owner_id").and_then(|change| change.get("old"))));
    let track = Track {
        place: place.unwrap_or(now.place),
        gone: created,
        planned: false,
        responded: false,
        // Until it is in force, it is for nothing.
        matches: false,
        held: false,
    };
    let owner = owner.unwrap_or(snapshot.owner);
    let mut life = Life { live, track, run: None, turns: Vec::new(), owner, lived: Vec::new() };
    let (before, during): (Vec<Heard>, Vec<Heard>) =
        heard.into_iter().filter(|heard| heard.at <= until).partition(|heard| heard.at < since);
    let mut last = since;
    for heard in before {
        life.hear(heard, &now);
    }
    life.track.matches = now.matches;
    life.signal(Signal::Touched, since);
    for heard in during {
        last = heard.at;
        life.hear(heard, &now);
    }
    // What no event has said: how it stands by now is what counts.
    if life.track.gone != now.gone {
        life.signal(if now.gone { Signal::Gone } else { Signal::Back }, last);
    }
    if !now.gone && life.track.place != now.place {
        life.signal(Signal::Entered(now.place), last);
    }
    life.end(until)
}

impl Life<'_> {
    fn hear(&mut self, heard: Heard, now: &Track) {
        let signal = match heard.said {
            Said::Created(place) => Signal::Created(place.unwrap_or(self.track.place)),
            Said::Entered { new, .. } => Signal::Entered(new),
            Said::Signal(signal) => signal,
            Said::Tasks => Signal::Planned(now.planned),
        };
        self.signal(signal, heard.at);
        self.owner = heard.owner.unwrap_or(self.owner);
    }

    fn signal(&mut self, signal: Signal, at: Moment) {
        self.turn(at);
        let mut ended = Vec::new();
        follow(&self.live.plan, &mut self.track, &mut self.run, signal, at, &mut ended);
        for run in ended {
            self.keep(run);
        }
    }

    /// Takes the turns that have come until then.
    fn turn(&mut self, until: Moment) {
        if let Some(run) = &mut self.run {
            self.turns.extend(turns_until(&self.live.plan, run, until).into_iter().map(|(turn, _)| turn));
        }
    }

    fn keep(&mut self, run: Run) {
        let turns = std::mem::take(&mut self.turns);
        let steps = turns.into_iter().flat_map(|turn| steps_of(&self.live.plan, turn));
        let steps = steps.map(|step| (step.when, step.action.as_str())).collect();
        self.lived.push(Lived { owner: self.owner, run, steps });
    }

    fn end(mut self, until: Moment) -> Vec<Lived> {
        self.turn(until);
        if let Some(run) = self.run.take() {
            self.keep(run);
        }
        self.lived
    }
}
