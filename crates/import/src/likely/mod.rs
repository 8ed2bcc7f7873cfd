//! Rows that probably are records that are there already, or say again what an earlier row says: found by the
//! organisation's matching rules, told with a score and its reasons, and decided row by row or for all at once. Only what the
//! importer may see is found. Rows that a record's own id or address settles are updates and no matter of this.

pub mod find;
pub mod store;

use std::collections::HashMap;

use dealwright_crm::duplicate::{Draft, MatchObject, OnMatch};
use dealwright_kernel::error::{Similar, SimilarReason};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Action, Outcome, Problem, Record, State, Summary, Value};
use super::field::Object;
use super::store::Reason;

/// What becomes of rows that probably are records that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportDuplicateChoice)]
pub enum Choice {
    /// Create them anyway, where the matching rule lets that pass.
    Create,
    /// Update the likeliest record; what only an earlier row says is left out.
    Update,
    Skip,
}

impl Choice {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Skip => "skip",
        }
    }
}

impl std::str::FromStr for Choice {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Create, Self::Update, Self::Skip]
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or_else(|| Error::field("duplicates", "invalid_value", "one of create, update, skip"))
    }
}

/// What a row may be: a record, or an earlier row of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportLikely)]
pub struct Likely {
    pub record_id: Option<Uuid>,
    /// As a spreadsheet numbers it.
    pub row: Option<u32>,
    pub name: String,
    /// How likely they are one, in percent.
    pub score: i32,
    pub reasons: Vec<SimilarReason>,
}

impl Likely {
    /// The record, as matching tells of it.
    #[must_use]
    pub fn similar(&self, object: MatchObject) -> Option<Similar> {
        let (name, reasons) = (self.name.clone(), self.reasons.clone());
        Some(Similar { object: object.as_str().to_owned(), id: self.record_id?, name, score: self.score, reasons })
    }

    /// In a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let reasons = self.reasons.iter().filter(|reason| reason.weight > 0.0).map(|reason| reason.words.as_str());
        let reasons = reasons.take(3).collect::<Vec<_>>().join(", ");
        let what = self.row.map_or_else(|| self.name.clone(), |row| format!("the same as row {row}"));
        format!("May be {what}, {} %: {reasons}", self.score)
    }
}

/// What is doubtful about a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doubt {
    /// The likeliest first.
    pub likely: Vec<Likely>,
    pub choice: Option<Choice>,
    pub chosen: Option<Uuid>,
}

impl Doubt {
    /// What becomes of the row: as a person decided of it, or of all, or as the matching rule has it.
    #[must_use]
    pub fn settle(&self, answer: OnMatch, all: Option<Choice>) -> (State, Option<Uuid>) {
        let usual = (answer == OnMatch::Report).then_some(Choice::Create);
        let record = self.chosen.or_else(|| self.likely.iter().find_map(|likely| likely.record_id));
        match (self.choice.or(all).or(usual), record) {
            (Some(Choice::Create), _) if answer != OnMatch::Block => (State::Create, None),
            (Some(Choice::Update), Some(id)) => (State::Update, Some(id)),
            (Some(Choice::Update | Choice::Skip), _) => (State::Skip, None),
            (Some(Choice::Create) | None, _) => (State::Undecided, None),
        }
    }
}

/// By the position of the row.
pub type Doubts = HashMap<usize, Doubt>;

/// What can be there twice.
#[must_use]
pub const fn matched(object: Object) -> Option<MatchObject> {
    match object {
        Object::Account => Some(MatchObject::Account),
        Object::Contact => Some(MatchObject::Contact),
        Object::Lead => Some(MatchObject::Lead),
        Object::Opportunity | Object::Task | Object::Activity | Object::Product | Object::User => None,
    }
}

/// What a row is compared by.
#[must_use]
pub fn draft(object: MatchObject, record: &Record) -> Draft {
    let text = |field: &str| record.text(field).map(str::to_owned);
    let (email, phone) = (text("email"), text("phone"));
    match object {
        MatchObject::Account => Draft {
            company: text("name"),
            phone,
            domain: text("domain").or_else(|| text("website")),
            ..Draft::default()
        },
        MatchObject::Contact => Draft {
            first_name: text("first_name"),
            last_name: text("last_name"),
            company: match record.get("account") {
                Some(Value::Named(name)) => Some(name.clone()),
                _ => None,
            },
            account_id: record.reference("account"),
            email,
            phone,
            ..Draft::default()
        },
        MatchObject::Lead => Draft {
            first_name: text("first_name"),
            last_name: text("last_name"),
            company: text("company"),
            email,
            phone,
            domain: text("website"),
            ..Draft::default()
        },
    }
}

/// Gives doubtful rows their fate.
pub fn apply(outcomes: &mut [Outcome], doubts: &Doubts, answer: OnMatch, all: Option<Choice>) {
    for (row, doubt) in doubts {
        if let Some(outcome) = outcomes.get_mut(*row).filter(|outcome| outcome.state == State::Create) {
            (outcome.state, outcome.target) = doubt.settle(answer, all);
        }
    }
}

/// Counts doubtful rows anew in a summary in which they were to be created, and lists them as one problem.
pub fn tell(summary: &mut Summary, outcomes: &[Outcome], doubts: &Doubts, answer: OnMatch) {
    for row in doubts.keys() {
        summary.creates = summary.creates.saturating_sub(1);
        match outcomes.get(*row).map(|outcome| outcome.state) {
            Some(State::Create) => summary.creates += 1,
            Some(State::Update) => summary.updates += 1,
            Some(State::Skip) => summary.skips += 1,
            Some(State::Undecided) | None => summary.undecided += 1,
            Some(State::Error) => summary.errors += 1,
        }
    }
    summary.ready = summary.creates + summary.updates;
    let open = doubts.keys().filter(|row| outcomes.get(**row).is_none_or(|o| o.state == State::Undecided)).count();
    list(summary, doubts.values(), open, answer);
}

/// Lists doubtful rows as one problem, `open` of which wait for a decision.
pub fn list<'a>(summary: &mut Summary, doubts: impl Iterator<Item = &'a Doubt>, open: usize, answer: OnMatch) {
    let mut best: Vec<&Likely> = doubts.filter_map(|doubt| doubt.likely.first()).collect();
    summary.similar = u32::try_from(best.len()).unwrap_or(u32::MAX);
    summary.problems.retain(|problem| problem.code != CODE);
    if best.is_empty() {
        return;
    }
    best.sort_by(|a, b| b.score.cmp(&a.score).then(a.name.cmp(&b.name)));
    let in_file = best.iter().filter(|likely| likely.row.is_some()).count();
    let detail = best.first().map(|likely| likely.words());
    let message = match (best.len() - in_file, in_file) {
        (_, 0) => "Probably there already".to_owned(),
        (0, _) => "Probably twice in the file".to_owned(),
        (_, _) => "Probably there already, or twice in the file".to_owned(),
    };
    let action = |action: &str, label: &str| Action {
        action: action.to_owned(),
        label: label.to_owned(),
        patch: Some(json!({ "options": { "duplicates": action } })),
    };
    let create = (answer != OnMatch::Block).then(|| action("create", "Create anyway"));
    let update = (best.len() > in_file).then(|| action("update", "Update those"));
    let actions = update.into_iter().chain(create).chain([action("skip", "Skip rows")]).collect();
    let (state, rows) = if open > 0 { (State::Undecided, open) } else { (State::Skip, best.len()) };
    let problem = Problem {
        code: CODE.to_owned(),
        field: String::new(),
        value: None,
        state,
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        also: 0,
        message,
        detail,
        suggestions: Vec::new(),
        actions,
    };
    // Behind what blocks rows, before what only says why they are left out.
    let place = summary.problems.iter().position(|p| p.state == State::Skip).unwrap_or(summary.problems.len());
    summary.problems.insert(place, problem);
}

/// The code of rows that probably are there already.
pub const CODE: &str = "possible_duplicate";

/// What a row's page says of it.
#[must_use]
pub fn reason(doubt: &Doubt) -> Option<Reason> {
    let message = doubt.likely.first()?.words();
    Some(Reason { field: String::new(), code: CODE.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt(record: Option<u128>, choice: Option<Choice>) -> Doubt {
        let record_id = record.map(Uuid::from_u128);
        let row = record.is_none().then_some(2);
        Doubt {
            likely: vec![Likely { record_id, row, name: "N".into(), score: 90, reasons: Vec::new() }],
            choice,
            chosen: None,
        }
    }

    #[test]
    fn a_row_is_decided_by_itself_then_by_all_then_by_the_rule() {
        use Choice::{Create, Skip, Update};
        let id = Some(Uuid::from_u128(1));
        for (of, choice, answer, all, fate) in [
            (Some(1), None, OnMatch::Warn, None, (State::Undecided, None)),
            (Some(1), None, OnMatch::Report, None, (State::Create, None)),
            (Some(1), None, OnMatch::Report, Some(Skip), (State::Skip, None)),
            (Some(1), Some(Create), OnMatch::Warn, Some(Skip), (State::Create, None)),
            (Some(1), Some(Update), OnMatch::Block, None, (State::Update, id)),
            (Some(1), Some(Create), OnMatch::Block, None, (State::Undecided, None)),
            (Some(1), None, OnMatch::Block, Some(Create), (State::Undecided, None)),
            (None, None, OnMatch::Warn, Some(Update), (State::Skip, None)),
        ] {
            assert_eq!(doubt(of, choice).settle(answer, all), fate, "{of:?} {choice:?} {answer:?} {all:?}");
        }
    }
}
