//! The dry run: for every row, whether an import would create, update or skip a record, or can't, and why.
//!
//! A pure function of the table, the mapping, what was decided about raw values, and what there is in the organisation
//! ([`Lookups`]). The import itself takes its records from the same [`Plan`], so that it does what the check said.

mod happening;
mod problems;
mod resolve;
mod row;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_crm::activity::ActivityKind;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::field::{Field, Object, OptionKind};
use super::infer::Column;
use super::likely::Choice;
use super::read::Table;
use super::values::date::DateOrder;
use super::values::matching::{Candidate, Lookup, fold};
use super::values::number::DecimalMark;

pub use problems::{Action, Named, Problem};
pub use resolve::{LISTED, ValueMatch, creatable};

/// What to do with a row whose record is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMatch {
    /// Filled cells replace what the record has; empty ones leave it.
    #[default]
    Update,
    Skip,
}

/// What to do with rows that name a record which is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MissingRecord)]
pub enum Missing {
    /// Import without it.
    Empty,
    /// Create it; import without one where none is named. People are created at the account of the row.
    Create,
    Skip,
}

/// What to do with a cell that can't be read as what its field takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnInvalid {
    /// The row can't be imported.
    #[default]
    Error,
    Empty,
    Skip,
}

/// What holds for the whole import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Overrides what was found in the columns.
    pub date_order: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// Of amounts that don't say theirs; absent means the organisation's.
    pub currency: Option<String>,
    pub on_match: OnMatch,
    /// For accounts that are empty or unknown. Undecided while absent.
    pub missing_account: Option<Missing>,
    /// For people that nobody here is called as. Undecided while absent.
    pub missing_contact: Option<Missing>,
    /// For opportunities, leads and what else tasks and activities are about; these are not created. Undecided while absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_record: Option<Missing>,
    /// What activities were that don't say it; absent means as the columns' names suggest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_kind: Option<ActivityKind>,
    /// Adds industries, sources and the like that aren't there and resemble none that is.
    pub create_options: bool,
    pub invalid: OnInvalid,
    /// What becomes of rows that probably are there already, unless it is decided of a row. Undecided while absent, where
    /// the matching rules warn or refuse; created where they only report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<Choice>,
    /// Lets the assignment rules choose the owners of new leads that name none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assign: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            date_order: None,
            decimal: None,
            currency: None,
            on_match: OnMatch::Update,
            missing_account: None,
            missing_contact: None,
            missing_record: None,
            activity_kind: None,
            duplicates: None,
            create_options: true,
            invalid: OnInvalid::Error,
            assign: false,
        }
    }
}

/// What a raw value stands for, as a person decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Use(Uuid),
    /// As if the cell were empty.
    Empty,
    /// A new record of this name.
    Create,
    SkipRows,
}

/// Decisions by field and raw value; a value's case and space don't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decisions(BTreeMap<String, BTreeMap<String, Decision>>);

impl Decisions {
    pub fn decide(&mut self, field: &str, raw: &str, decision: Decision) {
        self.0.entry(field.to_owned()).or_default().insert(fold(raw), decision);
    }

    pub fn forget(&mut self, field: &str, raw: &str) {
        if let Some(values) = self.0.get_mut(field) {
            values.remove(&fold(raw));
        }
    }

    /// The records that somebody chose.
    pub fn chosen(&self) -> Vec<Uuid> {
        let all = self.0.values().flat_map(BTreeMap::values);
        all.filter_map(|decision| if let Decision::Use(id) = decision { Some(*id) } else { None }).collect()
    }

    pub fn get(&self, field: &str, raw: &str) -> Option<Decision> {
        self.0.get(field)?.get(&fold(raw)).copied()
    }
}

/// Whether a stage is open, won or lost, as far as matching needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    Open,
    Won,
    Lost,
}

/// A stage under its own name and the names by which other systems know the stages that end a deal.
pub fn stage(id: Uuid, name: &str, kind: StageKind) -> Candidate {
    let aliases: &[&str] = match kind {
        StageKind::Open => &[],
        StageKind::Won => &["won", "closed won", "closedwon", "closed - won", "closed/won", "win"],
        StageKind::Lost => &["lost", "closed lost", "closedlost", "closed - lost", "closed/lost", "loss"],
    };
    let mut candidate = Candidate::new(id, name);
    candidate.aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    candidate
}

/// What is in the organisation, as far as the importer sees it.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    pub stages: Lookup,
    pub pipelines: Lookup,
    pub users: Lookup,
    pub accounts: Lookup,
    pub contacts: Lookup,
    pub opportunities: Lookup,
    pub leads: Lookup,
    pub products: Lookup,
    pub options: HashMap<OptionKind, Lookup>,
    /// Records of the imported object by their keys (see [`key`]).
    pub existing: HashMap<String, Uuid>,
}

/// The keys by which a row finds the record it is about.
pub mod key {
    use super::super::values::matching::fold;

    pub fn external_id(id: &str) -> String {
        format!("x:{}", id.trim())
    }

    /// A record's name; what a row without an external id is matched by.
    pub fn name(name: &str) -> String {
        format!("n:{}", fold(name))
    }

    /// The name of a record that has no external id yet.
    pub fn unclaimed_name(name: &str) -> String {
        format!("m:{}", fold(name))
    }

    pub fn email(address: &str) -> String {
        format!("e:{}", address.to_lowercase())
    }

    pub fn code(code: &str) -> String {
        format!("c:{}", fold(code))
    }
}

/// What an import would do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportRowState)]
pub enum State {
    Create,
    Update,
    Skip,
    /// Can't be imported as it is.
    Error,
    /// Waits for a decision.
    Undecided,
}

impl State {
    pub fn key(self) -> &'static str {
        match self {
            State::Create => "create",
            State::Update => "update",
            State::Skip => "skip",
            State::Error => "error",
            State::Undecided => "undecided",
        }
    }
}

/// One thing wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowProblem {
    pub field: &'static str,
    pub code: &'static str,
}

/// A row's fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub state: State,
    /// The record there already.
    pub target: Option<Uuid>,
    pub problems: Vec<RowProblem>,
}

/// A typed value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// The currency is absent where neither the file nor the options say it.
    Money {
        amount: Decimal,
        currency: Option<String>,
    },
    Date(NaiveDate),
    Moment(DateTime<Utc>),
    Ref(Uuid),
    /// A record by its name: to be created, or created by another row of this file.
    Named(String),
    Tags(Vec<String>),
    /// Addresses of files.
    Links(Vec<String>),
}

/// What a ready row says.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub target: Option<Uuid>,
    /// By field key; fields whose cells are empty are not there.
    pub values: Vec<(&'static str, Value)>,
}

impl Record {
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.values.iter().find(|(key, _)| *key == field).map(|(_, value)| value)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        match self.get(field) {
            Some(Value::Text(text) | Value::Named(text)) => Some(text),
            _ => None,
        }
    }

    pub fn reference(&self, field: &str) -> Option<Uuid> {
        match self.get(field) {
            Some(Value::Ref(id)) => Some(*id),
            _ => None,
        }
    }
}

/// The counts of a check, and its problems by cause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Summary {
    pub rows: u32,
    /// Creates and updates.
    pub ready: u32,
    pub creates: u32,
    pub updates: u32,
    pub skips: u32,
    pub errors: u32,
    pub undecided: u32,
    /// Rows that say again what an earlier row said; among the skips.
    pub duplicates: u32,
    /// Rows that probably are records that are there already, or say again what an earlier row says, whatever was decided
    /// of them.
    #[serde(default)]
    pub similar: u32,
    pub problems: Vec<Problem>,
}

/// The result of a check; `outcomes` has one for each row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub summary: Summary,
    pub outcomes: Vec<Outcome>,
}

/// An import as configured, ready to be checked or carried out.
pub struct Plan<'a> {
    object: Object,
    table: &'a Table,
    columns: &'a [Column],
    /// Mapped fields with the index of their column.
    mapping: Vec<(usize, &'static Field)>,
    options: &'a Options,
    lookups: &'a Lookups,
    /// For each reference field, what each raw value stands for.
    resolved: HashMap<&'static str, HashMap<&'a str, resolve::Resolution>>,
    /// Folded names and external ids of the accounts in this file, for parents.
    own: HashSet<String>,
}

impl<'a> Plan<'a> {
    /// `mapping` gives for each column its field's key. Unknown keys and fields mapped twice are left out: the caller
    /// validates them.
    pub fn new(
        object: Object,
        table: &'a Table,
        columns: &'a [Column],
        mapping: &[Option<String>],
        decisions: &'a Decisions,
        options: &'a Options,
        lookups: &'a Lookups,
    ) -> Self {
        let mut fields: Vec<(usize, &'static Field)> = Vec::new();
        for (index, key) in mapping.iter().enumerate() {
            let field = key.as_deref().and_then(|key| super::field::find(object, key));
            if let Some(field) = field.filter(|field| !fields.iter().any(|(_, known)| known.key == field.key)) {
                fields.push((index, field));
            }
        }
        let mut plan = Plan {
            object,
            table,
            columns,
            mapping: fields,
            options,
            lookups,
            resolved: HashMap::new(),
            own: HashSet::new(),
        };
        plan.own = plan.own_names();
        plan.resolved = plan.resolve_values(decisions);
        plan
    }

    /// What the rows are.
    pub fn object(&self) -> Object {
        self.object
    }

    fn own_names(&self) -> HashSet<String> {
        if self.object != Object::Account {
            return HashSet::new();
        }
        let naming = self.mapping.iter().filter(|(_, field)| matches!(field.key, "name" | "external_id"));
        naming
            .flat_map(|(column, _)| (0..self.table.len()).map(|row| fold(self.table.cell(row, *column))))
            .filter(|name| !name.is_empty())
            .collect()
    }

    fn column_of(&self, key: &str) -> Option<usize> {
        self.mapping.iter().find(|(_, field)| field.key == key).map(|(column, _)| *column)
    }

    /// Checks every row.
    pub fn check(&self) -> Check {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let outcomes: Vec<Outcome> = (0..self.table.len()).map(|row| self.outcome(row, &mut seen)).collect();
        let mut summary = Summary { problems: self.group(&outcomes), ..Summary::default() };
        for outcome in &outcomes {
            summary.rows += 1;
            match outcome.state {
                State::Create => summary.creates += 1,
                State::Update => summary.updates += 1,
                State::Skip => summary.skips += 1,
                State::Error => summary.errors += 1,
                State::Undecided => summary.undecided += 1,
            }
            summary.duplicates += u32::from(outcome.problems.iter().any(|problem| problem.code == "duplicate_in_file"));
        }
        summary.ready = summary.creates + summary.updates;
        Check { summary, outcomes }
    }

    /// What a ready row says; for a row that isn't ready, what can be read of it.
    pub fn record(&self, row: usize, outcome: &Outcome) -> Record {
        let read = self.read_row(row);
        Record { target: outcome.target, values: read.values }
    }

    /// A problem of a row in words, with the value it is about.
    pub fn explain(&self, row: usize, problem: RowProblem) -> String {
        let raw = self.column_of(problem.field).map_or("", |column| self.table.cell(row, column));
        problems::sentence(self.object, problem, raw)
    }

    fn outcome(&self, row: usize, seen: &mut HashMap<String, u32>) -> Outcome {
        let read = self.read_row(row);
        let mut problems = read.problems;
        let record = Record { target: None, values: read.values };
        let (target, identity) = self.identify(&record);
        if read.skip {
            return Outcome { state: State::Skip, target, problems };
        }
        if problems.iter().any(|problem| problems::blocks(problem.code)) {
            return Outcome { state: State::Error, target, problems };
        }
        if problems.iter().any(|problem| problems::asks(problem.code)) {
            return Outcome { state: State::Undecided, target, problems };
        }
        if let Some(identity) = identity
            && seen.insert(identity, self.table.number(row)).is_some()
        {
            problems.push(RowProblem { field: self.identity_field(), code: "duplicate_in_file" });
            return Outcome { state: State::Skip, target, problems };
        }
        match (target, self.options.on_match) {
            (None, _) => Outcome { state: State::Create, target, problems },
            (Some(_), OnMatch::Update) => Outcome { state: State::Update, target, problems },
            (Some(_), OnMatch::Skip) => {
                problems.push(RowProblem { field: self.identity_field(), code: "already_there" });
                Outcome { state: State::Skip, target, problems }
            }
        }
    }

    /// The record that the row is about, and the key that makes a second such row a repetition.
    fn identify(&self, record: &Record) -> (Option<Uuid>, Option<String>) {
        let of = |field: &str, key: fn(&str) -> String| record.text(field).map(key);
        let external = of("external_id", key::external_id);
        let keys: Vec<Option<String>> = match self.object {
            Object::Opportunity | Object::Task | Object::Activity => vec![external],
            Object::Account if external.is_some() => vec![external, of("name", key::unclaimed_name)],
            Object::Account => vec![of("name", key::name)],
            Object::Contact | Object::Lead => vec![external, of("email", key::email)],
            Object::Product => vec![of("code", key::code), of("name", key::name)],
            Object::User => vec![of("email", key::email), of("name", key::name)],
        };
        let keys: Vec<String> = keys.into_iter().flatten().collect();
        let target = keys.iter().find_map(|key| self.lookups.existing.get(key)).copied();
        // Leads that share an address are one, whatever a system called them.
        let address = of("email", key::email).filter(|_| self.object == Object::Lead);
        (target, address.or_else(|| keys.into_iter().next()))
    }

    fn identity_field(&self) -> &'static str {
        match self.object {
            Object::Opportunity | Object::Task | Object::Activity => "external_id",
            Object::Account if self.column_of("external_id").is_some() => "external_id",
            Object::Contact | Object::Lead => "email",
            Object::Account | Object::Product | Object::User => "name",
        }
    }
}

#[cfg(test)]
mod tests;
