//! A definition that is ready to judge by: its expressions checked, and the names of what it asks for.

use std::collections::HashMap;

use dealwright_kernel::id::ChoiceId;

use super::{Condition, Criteria, Definition};
use crate::rule::active::known;
use crate::rule::custom::speaks_of_custom;
use crate::rule::eval::{Failure, evaluate};
use crate::rule::{Custom, Facts, RuleObject, Value, active};

/// A version of a pipeline's lifecycle.
#[derive(Debug, Default)]
pub struct Lifecycle {
    pub number: i32,
    pub definition: Definition,
    checked: HashMap<String, active::Known>,
    /// The names of document types.
    pub documents: HashMap<ChoiceId, String>,
}

impl Lifecycle {
    #[must_use]
    pub fn new(number: i32, definition: Definition, custom: &Custom, documents: HashMap<ChoiceId, String>) -> Self {
        let expressions = definition.conditions().map(|c| c.expression.clone());
        let checked = expressions.map(|e| (e.clone(), known(RuleObject::Opportunity, &e, custom))).collect();
        Self { number, definition, checked, documents }
    }

    /// Whether a definition speaks of custom fields.
    #[must_use]
    pub fn speaks_of_custom(definition: &Definition) -> bool {
        definition.conditions().any(|c| speaks_of_custom(&c.expression))
    }

    /// Whether a condition is met; `Broken` when there is nothing to judge it by.
    pub(super) fn holds(&self, condition: &Condition, facts: Option<&Facts>) -> Result<bool, Failure> {
        let (Some(facts), Some(checked)) = (facts, self.checked.get(&condition.expression)) else {
            return Err(Failure::Broken);
        };
        let checked = checked.as_ref().as_ref().map_err(|_| Failure::Broken)?;
        Ok(evaluate(&checked.root, facts)? == Value::Bool(true))
    }

    /// The facts that criteria speak of.
    pub fn facts_of<'a>(&'a self, criteria: &'a Criteria) -> impl Iterator<Item = &'a str> {
        let checked = criteria.rules.iter().filter_map(|c| self.checked.get(&c.expression)?.as_ref().as_ref().ok());
        checked.flat_map(|checked| checked.facts.iter().map(String::as_str))
    }
}
