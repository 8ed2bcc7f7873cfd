//! The steps of a task, to be ticked off one by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Texts;

/// The most steps of a task.
pub const MAX_STEPS: usize = 100;

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    #[schema(min_length = 1, max_length = 300)]
    pub text: String,
    #[serde(default)]
    pub done: bool,
}

/// Collects what is wrong with steps.
pub fn check(wrong: &mut Texts, items: &[ChecklistItem]) {
    if items.len() > MAX_STEPS {
        wrong.push("checklist", "too_many", format!("at most {MAX_STEPS} steps"));
    }
    for (i, item) in items.iter().enumerate().take(MAX_STEPS) {
        wrong.required(&format!("checklist.{i}.text"), &item.text, 300);
    }
}

/// The steps as they are kept: without blanks around them.
#[must_use]
pub fn tidy(items: Vec<ChecklistItem>) -> Vec<ChecklistItem> {
    items.into_iter().map(|item| ChecklistItem { text: item.text.trim().to_owned(), ..item }).collect()
}

/// The same steps, none of them done.
#[must_use]
pub fn afresh(items: &[ChecklistItem]) -> Vec<ChecklistItem> {
    items.iter().map(|item| ChecklistItem { done: false, ..item.clone() }).collect()
}
