//! Which routines there are, and how each of them comes.

use std::fmt;
use std::str::FromStr;

use dealwright_crm::working_hours::Day;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::setting::Schedule;

/// A routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoutineKind)]
pub enum Kind {
    /// What to do today.
    DailyPriorities,
    /// How the pipeline stands, and what has become of it in a week.
    WeeklyInsights,
    /// Deals that stand still.
    StalledDeals,
    /// What public sources know of new leads.
    LeadEnrichment,
    /// Leads with the best scores that nobody has spoken to.
    LeadScoring,
    /// What is there twice.
    DuplicateSweep,
    /// Tasks out of the notes of a meeting.
    MeetingTasks,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::DailyPriorities,
        Self::WeeklyInsights,
        Self::StalledDeals,
        Self::LeadScoring,
        Self::LeadEnrichment,
        Self::MeetingTasks,
        Self::DuplicateSweep,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DailyPriorities => "daily_priorities",
            Self::WeeklyInsights => "weekly_insights",
            Self::StalledDeals => "stalled_deals",
            Self::LeadEnrichment => "lead_enrichment",
            Self::LeadScoring => "lead_scoring",
            Self::DuplicateSweep => "duplicate_sweep",
            Self::MeetingTasks => "meeting_tasks",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DailyPriorities => "Daily priorities",
            Self::WeeklyInsights => "Weekly pipeline insights",
            Self::StalledDeals => "Stalled deals",
            Self::LeadEnrichment => "New-lead enrichment",
            Self::LeadScoring => "Leads to call",
            Self::DuplicateSweep => "Duplicate sweep",
            Self::MeetingTasks => "Meeting to tasks",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::DailyPriorities => {
                "Tells each person what to do first today, and why: tasks, follow-ups, deals about to close, approvals that wait."
            }
            Self::WeeklyInsights => {
                "Tells how the pipeline stands and how the past week compares with the one before, each figure with its deals."
            }
            Self::StalledDeals => {
                "Finds a person's deals that take longer than won deals took, and proposes a follow-up for each that has no open task."
            }
            Self::LeadEnrichment => {
                "Looks up each new lead in the sources that are part of the product, and tells its owner what they know."
            }
            Self::LeadScoring => {
                "Picks the leads with the best scores that nobody has spoken to for a week, says why, and proposes a call."
            }
            Self::DuplicateSweep => "Looks through accounts, contacts and leads for what is there twice.",
            Self::MeetingTasks => {
                "Reads the notes of a meeting or call that was logged and proposes a task for each thing that somebody is to do."
            }
        }
    }

    /// When it comes if nobody has said otherwise; none of one that waits for something to happen.
    #[must_use]
    pub fn usual_schedule(self) -> Option<Schedule> {
        let on = |at: &str, days: &[Day]| Some(Schedule { at: at.to_owned(), days: days.to_vec() });
        let weekdays = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
        match self {
            Self::DailyPriorities => on("07:00", &weekdays),
            Self::WeeklyInsights => on("07:00", &[Day::Mon]),
            Self::StalledDeals => on("07:30", &weekdays),
            Self::LeadScoring => on("08:00", &weekdays),
            Self::DuplicateSweep => on("06:00", &[Day::Sun]),
            Self::LeadEnrichment | Self::MeetingTasks => None,
        }
    }

    /// What sets it off, for people; none of one that follows the clock.
    #[must_use]
    pub const fn event(self) -> Option<&'static str> {
        match self {
            Self::LeadEnrichment => Some("A lead is made; leads of five minutes are told of together."),
            Self::MeetingTasks => Some("A person logs a meeting or a call with notes; or notes are pasted."),
            Self::DailyPriorities
            | Self::WeeklyInsights
            | Self::StalledDeals
            | Self::LeadScoring
            | Self::DuplicateSweep => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Error::internal(format!("no such routine: {text}")))
    }
}
