//! What an event says to clocks.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_crm::activity::ActivityKind;
use dealwright_store::sequencer::Positioned;
use serde_json::Value;
use uuid::Uuid;

use super::Subject;
use super::life::{Signal, Track};
use crate::rule::definition::SlaObject;

/// What happened to a record, before its tasks and its place of now are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// In this stage, where the event says it.
    Created(Option<Uuid>),
    Entered {
        old: Option<Uuid>,
        new: Uuid,
    },
    Signal(Signal),
    /// Something about its tasks.
    Tasks,
}

/// Something that happened to one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Happened {
    pub said: Said,
    pub at: DateTime<Utc>,
}

fn id(value: Option<&Value>) -> Option<Uuid> {
    value?.as_str()?.parse().ok()
}

/// The change of a field.
pub(crate) fn change<'a>(event: &'a Positioned, field: &str) -> Option<&'a Value> {
    event.changes.as_array()?.iter().find(|change| change.get("field").and_then(Value::as_str) == Some(field))
}

/// What happened to which records, in order.
pub(super) fn read(events: &[&Positioned], now: DateTime<Utc>) -> BTreeMap<Subject, Vec<Happened>> {
    let mut all: BTreeMap<Subject, Vec<Happened>> = BTreeMap::new();
    for event in events {
        let Some((object, verb)) = event.kind.split_once('.') else { continue };
        // A record that is imported may be old elsewhere; here it is new.
        let new_here = event.actor_kind == "import" && object != "activity";
        let at = if new_here { now } else { event.at };
        let mut add = |subject, said| all.entry(subject).or_default().push(Happened { said, at });
        let about = [(SlaObject::Opportunity, event.opportunity_id), (SlaObject::Lead, event.lead_id)];
        let about = about.into_iter().filter_map(|(object, id)| Some((object, id?)));
        match object {
            "opportunity" => of_record(event, verb)
                .into_iter()
                .for_each(|said| add((SlaObject::Opportunity, event.subject_id), said)),
            "lead" => {
                of_record(event, verb).into_iter().for_each(|said| add((SlaObject::Lead, event.subject_id), said))
            }
            "activity" if verb == "logged" => about.for_each(|subject| add(subject, acted(event))),
            "task" => about.for_each(|subject| add(subject, Said::Tasks)),
            _ => {}
        }
    }
    all
}

fn acted(event: &Positioned) -> Said {
    let text = |name: &str| event.data.get(name).and_then(Value::as_str);
    let Some(kind) = text("kind").and_then(|kind| kind.parse::<ActivityKind>().ok()) else {
        return Said::Signal(Signal::Touched);
    };
    Said::Signal(Signal::Acted { kind, incoming: text("direction") == Some("in") })
}

/// What an event about the record itself says.
pub(crate) fn of_record(event: &Positioned, verb: &str) -> Vec<Said> {
    match verb {
        "created" => vec![Said::Created(id(event.data.get("stage_id")))],
        "deleted" | "archived" | "converted" => vec![Said::Signal(Signal::Gone)],
        "restored" | "unarchived" => vec![Said::Signal(Signal::Back)],
        _ => {
            let place = change(event, "stage_id").or_else(|| change(event, "status_id"));
            let entered = place
                .and_then(|change| Some(Said::Entered { old: id(change.get("old")), new: id(change.get("new"))? }));
            let assigned = change(event, "owner_id").map(|_| Said::Signal(Signal::Assigned));
            let mut said: Vec<Said> = entered.into_iter().chain(assigned).collect();
            if said.is_empty() {
                said.push(Said::Signal(Signal::Touched));
            }
            said
        }
    }
}

/// What was known of a record before the first of these, from what is known of it now.
pub(super) fn before(happened: &[Happened], now: &Track, has_clock: bool) -> Track {
    let created = happened.iter().any(|h| matches!(h.said, Said::Created(_)));
    let place = happened.iter().find_map(|h| match h.said {
        Said::Created(place) => Some(place),
        Said::Entered { old, .. } => Some(old),
        Said::Signal(_) | Said::Tasks => None,
    });
    let gone = happened.iter().find_map(|h| match h.said {
        Said::Created(_) | Said::Signal(Signal::Back) => Some(true),
        Said::Signal(Signal::Gone) => Some(false),
        Said::Entered { .. } | Said::Signal(_) | Said::Tasks => None,
    });
    Track {
        place: place.flatten().unwrap_or(now.place),
        gone: gone.unwrap_or(now.gone),
        planned: now.planned && !has_clock && !created,
        responded: now.responded && !has_clock && !created,
        matches: now.matches,
        held: now.held,
    }
}

/// What it says to a clock, once it is known how the record stands.
pub(super) fn signal(said: Said, now: &Track) -> Signal {
    match said {
        Said::Created(place) => Signal::Created(place.unwrap_or(now.place)),
        Said::Entered { new, .. } => Signal::Entered(new),
        Said::Signal(signal) => signal,
        Said::Tasks => Signal::Planned(now.planned),
    }
}
