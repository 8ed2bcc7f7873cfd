//! What a rule would have done over the past months: the same clocks, lived through again from what happened to each record.
//!
//! Here are the types and the counting; `replay` lives through a record's history, `job` takes records in batches in the
//! background, as the person who asked, `store` holds the SQL, `http` the endpoints. Conditions are asked of records as they are
//! now: how they were at each moment is not kept in a form that could be asked.

pub mod http;
pub mod job;
pub(crate) mod replay;
pub mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::SlaSimulationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::replay::Lived;
use crate::rule::NewSlaRule;
use crate::rule::definition::When;

/// Records that an answer names.
const EXAMPLES: usize = 20;
/// People that an answer counts one by one, those with the most breaches.
const PEOPLE: usize = 50;

/// A rule to be tried.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSlaSimulation {
    pub rule: NewSlaRule,
    /// How far back.
    #[schema(minimum = 1, maximum = 12)]
    pub months: u32,
}

impl Validate for NewSlaSimulation {
    fn validate(&self) -> Result<()> {
        if !(1..=12).contains(&self.months) {
            return Err(dealwright_kernel::Error::field("months", "out_of_range", "between one and twelve months"));
        }
        self.rule.validate()
    }
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaSimulationStatus {
    Running,
    Done,
    Failed,
}

/// A simulation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaSimulation {
    pub id: SlaSimulationId,
    pub status: SlaSimulationStatus,
    pub since: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// Records that have been looked at.
    pub done: i64,
    /// Records that there are; counted up to 200,000.
    pub total: i64,
    pub found: SlaSimulated,
    /// Why it failed.
    pub message: Option<String>,
}

/// What a rule would have done.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SlaSimulated {
    pub counts: SlaSimulatedCounts,
    pub steps: Vec<SlaSimulatedSteps>,
    pub by_month: Vec<SlaSimulatedMonth>,
    /// By who had the record when its clock ended, or has it now.
    pub by_owner: Vec<SlaSimulatedOwner>,
    /// Some that would have run out, the last first.
    pub examples: Vec<SlaSimulatedExample>,
}

/// How many clocks there would have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlaSimulatedCounts {
    pub started: i64,
    /// Done in time.
    pub met: i64,
    pub warned: i64,
    pub breached: i64,
    /// Done, but late; also among those that were breached.
    pub met_late: i64,
    /// Would still run.
    pub open: i64,
    /// Ended without what was to be done, before it was due.
    pub ended: i64,
}

/// How often a kind of step would have been taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlaSimulatedSteps {
    pub when: When,
    /// notify, reassign, task or raise.
    pub action: String,
    pub count: i64,
}

/// The clocks that began in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlaSimulatedMonth {
    pub month: NaiveDate,
    #[serde(flatten)]
    pub counts: SlaSimulatedCounts,
}

/// The clocks of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaSimulatedOwner {
    pub owner: Ref,
    #[serde(flatten)]
    pub counts: SlaSimulatedCounts,
}

/// A clock that would have run out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlaSimulatedExample {
    pub record: Ref,
    pub started_at: DateTime<Utc>,
    pub breached_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// What has been counted so far, as it is kept between batches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    counts: SlaSimulatedCounts,
    /// By `when:action`.
    steps: BTreeMap<String, i64>,
    months: BTreeMap<NaiveDate, SlaSimulatedCounts>,
    owners: BTreeMap<Uuid, SlaSimulatedCounts>,
    examples: Vec<SlaSimulatedExample>,
}

impl SlaSimulatedCounts {
    fn add(&mut self, lived: &Lived) {
        let late = lived.run.breached_at.is_some();
        self.started += 1;
        self.warned += i64::from(lived.run.warned_at.is_some());
        self.breached += i64::from(late);
        match (lived.run.ended.is_some(), lived.is_met(), late) {
            (false, _, _) => self.open += 1,
            (true, true, false) => self.met += 1,
            (true, true, true) => self.met_late += 1,
            (true, false, false) => self.ended += 1,
            (true, false, true) => {}
        }
    }
}

impl Tally {
    /// Counts a clock.
    pub(crate) fn add(&mut self, zone: Tz, record: &Ref, lived: &Lived) {
        self.counts.add(lived);
        let month = lived.run.started_at.with_timezone(&zone).date_naive();
        self.months.entry(month.with_day(1).unwrap_or(month)).or_default().add(lived);
        self.owners.entry(lived.owner).or_default().add(lived);
        for (when, action) in &lived.steps {
            *self.steps.entry(format!("{}:{action}", when.as_str())).or_default() += 1;
        }
        if let Some(breached_at) = lived.run.breached_at {
            let (started_at, ended_at) = (lived.run.started_at, lived.run.ended.map(|(at, _)| at));
            self.examples.push(SlaSimulatedExample { record: record.clone(), started_at, breached_at, ended_at });
            self.examples.sort_by_key(|example| std::cmp::Reverse((example.breached_at, example.record.id)));
            self.examples.truncate(EXAMPLES);
        }
    }

    /// Whom it counts one by one.
    fn people(&self) -> Vec<Uuid> {
        let mut people: Vec<(&Uuid, &SlaSimulatedCounts)> = self.owners.iter().collect();
        people.sort_by_key(|(id, counts)| (std::cmp::Reverse((counts.breached, counts.started)), **id));
        people.into_iter().take(PEOPLE).map(|(id, _)| *id).collect()
    }

    /// As the API shows it, with the names of people.
    fn shown(&self, names: &std::collections::HashMap<Uuid, String>) -> SlaSimulated {
        let step = |(key, count): (&String, &i64)| {
            let (when, action) = key.split_once(':')?;
            let when = [When::Warning, When::Breach, When::AfterBreach].into_iter().find(|w| w.as_str() == when)?;
            Some(SlaSimulatedSteps { when, action: action.to_owned(), count: *count })
        };
        let owner = |id: Uuid| {
            let name = names.get(&id).cloned().unwrap_or_default();
            Some(SlaSimulatedOwner { owner: Ref { id, name }, counts: *self.owners.get(&id)? })
        };
        SlaSimulated {
            counts: self.counts,
            steps: self.steps.iter().filter_map(step).collect(),
            by_month: self
                .months
                .iter()
                .map(|(month, counts)| SlaSimulatedMonth { month: *month, counts: *counts })
                .collect(),
            by_owner: self.people().into_iter().filter_map(owner).collect(),
            examples: self.examples.clone(),
        }
    }
}
