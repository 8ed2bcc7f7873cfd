//! A definition with its condition checked. What can't be judged any more needs approval: a gate does not open by itself.

use super::{Definition, facts};
use crate::rule::eval::evaluate;
use crate::rule::{Checked, Custom, Facts, Value, check};

/// A version of a definition, ready to judge by.
#[derive(Debug)]
pub struct Ready {
    pub definition: Definition,
    /// None without a condition.
    checked: Option<Option<Checked>>,
}

impl Ready {
    #[must_use]
    pub fn new(definition: Definition, custom: &Custom) -> Self {
        let catalogue = facts::catalogue(definition.object, &custom.facts);
        let checked = definition.condition.as_deref().map(|condition| check(condition, &catalogue).ok());
        Self { definition, checked }
    }

    /// Whether its condition asks for facts.
    #[must_use]
    pub const fn asks(&self) -> bool {
        self.checked.is_some()
    }

    /// Whether something of which this is known needs the approval. It does when the condition has come to nothing: it divides by
    /// zero, or speaks of a field that is gone.
    #[must_use]
    pub fn applies(&self, facts: Option<&Facts>) -> bool {
        match (&self.checked, facts) {
            (None, _) => true,
            (Some(Some(checked)), Some(facts)) => {
                evaluate(&checked.root, facts).map_or(true, |value| value == Value::Bool(true))
            }
            (Some(_), _) => true,
        }
    }
}
