//! The steps of a task, to be ticked off one by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Texts;

/// The most steps of a task.
pub const MAX_STEPS: usize = 100;

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskStep {
    #[schema(min_length = 1, max_length = 300)]
    pub text: String,
    #[serde(default)]
    pub done: bool,
}

/// Collects what is wrong with steps.
pub fn check(wrong: &mut Texts, items: &[TaskStep]) {
    if items.len() > MAX_STEPS {
        wrong.push("checklist", "too_many", format!("at most {MAX_STEPS} steps"));
    }
    for (i, item) in items.iter().enumerate().take(MAX_STEPS) {
        wrong.required(&format!("checklist.{i}.text"), &item.text, 300);
    }
}

/// The steps as they are kept: without blanks around them.
#[must_use]
pub fn tidy(items: Vec<TaskStep>) -> Vec<TaskStep> {
    items.into_iter().map(|item| TaskStep { text: item.text.trim().to_owned(), ..item }).collect()
}

/// The same steps, none of them done.
#[must_use]
pub fn afresh(items: &[TaskStep]) -> Vec<TaskStep> {
    items.iter().map(|item| TaskStep { done: false, ..item.clone() }).collect()
}
