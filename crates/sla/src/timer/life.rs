//! The life of a clock: what begins, pauses and ends it, and what it has to do next. Pure: the engine and the simulation both
//! live by it, so that what the one does is what the other says.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_crm::activity::ActivityKind;
use uuid::Uuid;

use crate::calendar::clock::Clock;
use crate::rule::definition::{Definition, Measure, ResponseFrom};
use crate::rule::store::Place;

type Moment = DateTime<Utc>;

/// A rule as clocks live by it.
#[derive(Clone, Debug)]
pub struct Plan {
    pub measure: Measure,
    pub definition: Definition,
    pub clock: Clock,
    pub places: HashMap<Uuid, Place>,
}

/// How a clock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was to be done has been done, in time or not.
    Met,
    /// The record was won, lost or given up before.
    Closed,
    /// It was deleted, archived, merged or converted.
    Gone,
    /// It is not for the rule any more.
    Unmatched,
    /// Another one has it, with a clock of their own.
    Reassigned,
    /// The rule was switched off or deleted.
    RuleOff,
}

impl Outcome {
    pub const ALL: [Self; 6] = [Self::Met, Self::Closed, Self::Gone, Self::Unmatched, Self::Reassigned, Self::RuleOff];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Closed => "closed",
            Self::Gone => "gone",
            Self::Unmatched => "unmatched",
            Self::Reassigned => "reassigned",
            Self::RuleOff => "rule_off",
        }
    }
}

/// What a clock has to do at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Warning,
    Breach,
    /// So long after the breach.
    Escalation(TimeDelta),
}

/// A clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The stage or status that the record was in when it began.
    pub place: Option<Uuid>,
    pub started_at: Moment,
    /// Working time before the present run.
    pub spent: TimeDelta,
    /// None while it is paused.
    pub running_since: Option<Moment>,
    /// None while it is paused, unless it has been breached.
    pub due_at: Option<Moment>,
    pub warned_at: Option<Moment>,
    pub breached_at: Option<Moment>,
    /// Up to how long after the breach the steps have been taken.
    pub escalated: Option<TimeDelta>,
    pub ended: Option<(Moment, Outcome)>,
}

impl Run {
    /// One that begins.
    #[must_use]
    pub const fn begin(at: Moment, place: Option<Uuid>, paused: bool) -> Self {
        Self {
            place,
            started_at: at,
            spent: TimeDelta::zero(),
            running_since: if paused { None } else { Some(at) },
            due_at: None,
            warned_at: None,
            breached_at: None,
            escalated: None,
            ended: None,
        }
    }

    /// The working time used until a moment.
    #[must_use]
    pub fn used(&self, clock: &Clock, at: Moment) -> TimeDelta {
        self.spent + self.running_since.map_or(TimeDelta::zero(), |since| clock.between(since, at))
    }

    fn pause(&mut self, clock: &Clock, at: Moment) {
        self.spent = self.used(clock, at);
        self.running_since = None;
    }

    fn end(&mut self, plan: &Plan, at: Moment, outcome: Outcome) {
        let at = at.max(self.started_at);
        self.pause(&plan.clock, at);
        self.ended = Some((at, outcome));
        // What was done in time and told late was done in time.
        if outcome == Outcome::Met && self.breached_at.is_some_and(|breached| at <= breached) {
            self.breached_at = None;
        }
    }

    /// When so much working time will have been used, as it runs now; none while it does not.
    #[must_use]
    pub fn reaches(&self, clock: &Clock, time: TimeDelta) -> Option<Moment> {
        clock.after(self.running_since?, time - self.spent)
    }

    /// When it warns and when it is due, as it runs now.
    #[must_use]
    pub fn dates(&self, plan: &Plan) -> (Option<Moment>, Option<Moment>) {
        let warning = plan.definition.warning(&plan.clock).and_then(|time| self.reaches(&plan.clock, time));
        (warning, self.reaches(&plan.clock, plan.definition.target(&plan.clock)))
    }

    /// Says when it is due by this plan. What has been breached stays so.
    pub fn reckon(&mut self, plan: &Plan) {
        if self.breached_at.is_none() {
            self.due_at = self.dates(plan).1;
        }
    }

    /// What it has to do next, and when.
    #[must_use]
    pub fn next(&self, plan: &Plan) -> Option<(Turn, Moment)> {
        if self.ended.is_some() {
            return None;
        }
        let (clock, target) = (&plan.clock, plan.definition.target(&plan.clock));
        if self.breached_at.is_none() {
            let warning = plan.definition.warning(clock).filter(|_| self.warned_at.is_none());
            let (turn, time) = warning.map_or((Turn::Breach, target), |time| (Turn::Warning, time));
            return Some((turn, self.reaches(clock, time)?));
        }
        let after = plan.definition.escalations(clock).into_iter().find(|after| Some(*after) > self.escalated)?;
        Some((Turn::Escalation(after), self.reaches(clock, target + after)?))
    }

    /// Notes that it has done so.
    pub const fn take(&mut self, turn: Turn, at: Moment) {
        match turn {
            Turn::Warning => self.warned_at = Some(at),
            Turn::Breach => self.breached_at = Some(at),
            Turn::Escalation(after) => self.escalated = Some(after),
        }
    }

    /// When it was decided whether the level was kept.
    #[must_use]
    pub fn decided_at(&self) -> Option<Moment> {
        let met = self.ended.filter(|(_, outcome)| *outcome == Outcome::Met).map(|(at, _)| at);
        self.breached_at.or(met)
    }
}

/// Something that happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It is there, in this stage or status.
    Created(Uuid),
    /// It is in another stage or status.
    Entered(Uuid),
    /// It has another owner.
    Assigned,
    /// An activity: whether it came from the other side.
    Acted {
        kind: ActivityKind,
        incoming: bool,
    },
    /// Whether a task about it is open.
    Planned(bool),
    Gone,
    Back,
    /// Anything else; conditions are asked anew.
    Touched,
}

/// A record as a rule sees it.
#[derive(Clone, Debug)]
pub struct Track {
    pub place: Uuid,
    pub gone: bool,
    pub planned: bool,
    /// Somebody has got in touch since it was due.
    pub responded: bool,
    /// Whether the rule is for it.
    pub matches: bool,
    /// Whether what pauses the rule is true of it.
    pub held: bool,
}

impl Track {
    fn is_open(&self, plan: &Plan) -> bool {
        !plan.places.get(&self.place).is_some_and(|place| place.closed)
    }

    /// Whether a clock is to run, or to stand still, for it as it is.
    fn wants(&self, plan: &Plan) -> bool {
        let of_measure = match plan.measure {
            Measure::FirstResponse => !self.responded,
            Measure::TimeInStage => plan.definition.places.is_empty() || plan.definition.places.contains(&self.place),
            Measure::NextActivity => !self.planned,
        };
        of_measure && self.matches && !self.gone && self.is_open(plan)
    }

    fn paused(&self, plan: &Plan) -> bool {
        self.held || plan.definition.pause_in.contains(&self.place)
    }

    fn why_not(&self, plan: &Plan) -> Outcome {
        if self.gone {
            Outcome::Gone
        } else if !self.is_open(plan) {
            Outcome::Closed
        } else {
            Outcome::Unmatched
        }
    }
}

/// Takes a signal: changes what is known of the record and its open clock. Clocks that end are added to `ended`.
pub fn follow(plan: &Plan, track: &mut Track, run: &mut Option<Run>, signal: Signal, at: Moment, ended: &mut Vec<Run>) {
    let mut end = |run: &mut Option<Run>, outcome| {
        if let Some(mut over) = run.take() {
            over.end(plan, at, outcome);
            ended.push(over);
        }
    };
    match signal {
        Signal::Created(place) => (track.place, track.gone) = (place, false),
        Signal::Entered(place) => {
            // One that began in this stage has been planned since.
            if plan.measure == Measure::TimeInStage && run.as_ref().is_some_and(|run| run.place != Some(place)) {
                end(run, Outcome::Met);
            }
            track.place = place;
        }
        Signal::Assigned => {
            if plan.measure == Measure::FirstResponse && plan.definition.response_from == ResponseFrom::Assignment {
                end(run, Outcome::Reassigned);
                track.responded = false;
            }
        }
        Signal::Acted { kind, incoming } => match plan.measure {
            Measure::FirstResponse => {
                let since = run.as_ref().is_none_or(|run| run.started_at <= at);
                if !incoming && since && plan.definition.response_kinds.contains(&kind) {
                    track.responded = true;
                    end(run, Outcome::Met);
                }
            }
            Measure::NextActivity => {
                // What is logged of the time before the last one is not the next.
                if run.as_ref().is_some_and(|run| run.started_at <= at) {
                    end(run, Outcome::Met);
                }
            }
            Measure::TimeInStage => {}
        },
        Signal::Planned(planned) => {
            if planned && plan.measure == Measure::NextActivity {
                end(run, Outcome::Met);
            }
            track.planned = planned;
        }
        Signal::Gone => track.gone = true,
        Signal::Back => track.gone = false,
        Signal::Touched => {}
    }
    match run {
        Some(_) if !track.wants(plan) => end(run, track.why_not(plan)),
        Some(open) => match (open.running_since, track.paused(plan)) {
            (Some(_), true) => open.pause(&plan.clock, at),
            (None, false) => open.running_since = Some(at.max(open.started_at)),
            (Some(_), false) | (None, true) => {}
        },
        None if track.wants(plan) => *run = Some(Run::begin(at, Some(track.place), track.paused(plan))),
        None => {}
    }
    if let Some(open) = run {
        open.reckon(plan);
    }
}

/// The turns that a clock takes up to a moment, in order, as if it had always been looked at in time.
pub fn turns_until(plan: &Plan, run: &mut Run, until: Moment) -> Vec<(Turn, Moment)> {
    let mut taken = Vec::new();
    while let Some((turn, at)) = run.next(plan).filter(|(_, at)| *at <= until) {
        run.take(turn, at);
        taken.push((turn, at));
    }
    taken
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
