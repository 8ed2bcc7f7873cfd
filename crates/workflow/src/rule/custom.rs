//! Custom fields as facts, `custom.<key>`, and formulas, which are custom fields that are worked out of other facts.
//!
//! Formulas may speak of each other, but not in a circle: [`Custom::of`] puts them into an order in which each finds the
//! others worked out.

use super::catalogue::{Catalogue, Fact, RuleObject};
use super::check::{Checked, check_formula};
use super::eval::{Failure, evaluate_within};
use super::parse::Problem;
use super::value::{Facts, Kind, Value};

/// Steps of one formula on one record: a page has many of both.
const BUDGET: u64 = 2_000;

/// The formulas that an object has at most.
pub const MAX_FORMULAS: usize = 20;

/// A custom field as rules know it.
#[derive(Clone, Debug)]
pub struct Definition {
    pub key: String,
    pub label: String,
    /// As the table of custom fields says it.
    pub kind: String,
    /// Of a formula.
    pub expression: Option<String>,
}

/// A formula that passed its check, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Formula {
    pub key: String,
    pub checked: Result<Checked, Vec<Problem>>,
}

/// The custom fields of an object.
#[derive(Clone, Debug, Default)]
pub struct Custom {
    pub facts: Vec<Fact>,
    /// In the order in which they are worked out; what is wrong comes last.
    pub formulas: Vec<Formula>,
}

fn fact(definition: &Definition, kind: Kind) -> Fact {
    let name = format!("custom.{}", definition.key);
    let example = match kind {
        Kind::Int | Kind::Number => format!("{name} == null || {name} > 0"),
        Kind::Bool => format!("!{name} || name != \"\""),
        Kind::Date => format!("{name} == null || {name} >= today"),
        Kind::List(_) => format!("size({name}) <= 3"),
        Kind::Missing | Kind::Text | Kind::Timestamp | Kind::Duration => format!("{name} != null"),
    };
    Fact { name, kind, nullable: true, description: definition.label.clone(), example }
}

fn kind_of(kind: &str) -> Kind {
    match kind {
        "number" | "money" => Kind::Number,
        "date" => Kind::Date,
        "checkbox" => Kind::Bool,
        "multi_select" => Kind::List(Box::new(Kind::Text)),
        _ => Kind::Text,
    }
}

impl Custom {
    /// Facts and formulas of these definitions.
    #[must_use]
    pub fn of(object: RuleObject, definitions: &[Definition]) -> Self {
        let (formulas, plain): (Vec<&Definition>, Vec<&Definition>) =
            definitions.iter().partition(|d| d.expression.is_some());
        let mut custom =
            Self { facts: plain.iter().map(|d| fact(d, kind_of(&d.kind))).collect(), formulas: Vec::new() };
        let mut waiting = formulas;
        loop {
            let catalogue = Catalogue::of_formula(object, &custom.facts);
            let (mut ready, mut stuck) = (Vec::new(), Vec::new());
            for definition in std::mem::take(&mut waiting) {
                match check_formula(definition.expression.as_deref().unwrap_or_default(), &catalogue) {
                    Ok((checked, kind)) => ready.push((definition, checked, kind)),
                    Err(problems) => stuck.push((definition, problems)),
                }
            }
            let done = ready.is_empty();
            for (definition, checked, kind) in ready {
                custom.facts.push(fact(definition, kind));
                custom.formulas.push(Formula { key: definition.key.clone(), checked: Ok(checked) });
            }
            if done || stuck.is_empty() {
                let broken =
                    stuck.into_iter().map(|(d, problems)| Formula { key: d.key.clone(), checked: Err(problems) });
                custom.formulas.extend(broken);
                return custom;
            }
            waiting = stuck.into_iter().map(|(definition, _)| definition).collect();
        }
    }

    /// What is wrong with the formula `key` of these definitions, if anything; that it speaks of itself, by way of others
    /// or at once, is `circular`.
    #[must_use]
    pub fn problem_of(&self, object: RuleObject, definitions: &[Definition], key: &str) -> Option<Problem> {
        let found = self.formulas.iter().find(|f| f.key == key)?;
        let problem = found.checked.as_ref().err()?.first()?;
        let anything = definitions.iter().map(|d| match &d.expression {
            Some(_) => fact(d, Kind::Missing),
            None => fact(d, kind_of(&d.kind)),
        });
        let anything: Vec<Fact> = anything.collect();
        let own = definitions.iter().find(|d| d.key == key)?.expression.as_deref()?;
        match check_formula(own, &Catalogue::of_formula(object, &anything)) {
            // Alone it would pass: it waits for others that wait for it.
            Ok(_) => Some(Problem {
                code: "circular",
                message: "it speaks of itself, or of a formula that speaks of it or is broken".to_owned(),
                suggestion: None,
                ..problem.clone()
            }),
            Err(problems) => problems.into_iter().next(),
        }
    }

    /// Works the formulas out and adds them to the facts; answers why some came to nothing, by key.
    pub fn work_out(&self, facts: &mut Facts) -> Vec<(&str, Failure)> {
        let mut failed = Vec::new();
        for formula in &self.formulas {
            let value = match &formula.checked {
                Ok(checked) => evaluate_within(&checked.root, facts, BUDGET),
                Err(_) => Err(Failure::Broken),
            };
            let value = value.unwrap_or_else(|failure| {
                failed.push((formula.key.as_str(), failure));
                Value::Missing
            });
            facts.put(format!("custom.{}", formula.key), value);
        }
        failed
    }
}

/// Whether an expression speaks of a custom field, as far as its text tells.
#[must_use]
pub fn speaks_of_custom(expression: &str) -> bool {
    expression.contains("custom")
}
