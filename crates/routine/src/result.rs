//! What a routine has told a person, and what they think of it.

use chrono::{DateTime, Utc};
use dealwright_ai::proposal::Proposal;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::RoutineRunId;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::find::Line;
use crate::kind::Kind;

/// What a routine has told its reader, as they may see it by now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoutineResult {
    pub id: RoutineRunId,
    pub kind: Kind,
    #[schema(example = "3 deals stand still")]
    pub title: String,
    pub lines: Vec<Line>,
    /// How many more there are, or are no longer seen.
    pub left_out: i64,
    /// What it proposed, each as it stands now.
    pub proposals: Vec<Proposal>,
    /// How useful its reader finds it, from 1 to 5.
    pub rating: Option<i16>,
    pub comment: Option<String>,
    pub created_at: DateTime<Utc>,
    pub dismissed_at: Option<DateTime<Utc>>,
}

/// What a person thinks of a result, or that they put it away. What is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RoutineFeedback)]
pub struct Feedback {
    /// From 1 (useless) to 5 (just what I needed).
    #[schema(minimum = 1, maximum = 5)]
    pub rating: Option<i16>,
    #[schema(max_length = 2000)]
    pub comment: Option<String>,
    pub dismissed: Option<bool>,
}

impl Validate for Feedback {
    fn validate(&self) -> Result<()> {
        if self.rating.is_some_and(|rating| !(1..=5).contains(&rating)) {
            return Err(Error::field("rating", "out_of_range", "from 1 to 5"));
        }
        let mut wrong = dealwright_crm::record::Texts::default();
        wrong.optional("comment", self.comment.as_deref(), 2000);
        wrong.finish()
    }
}
