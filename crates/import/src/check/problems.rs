//! Problems by cause: one entry for what one decision settles, with the decisions that are offered, each carrying the
//! change to the import that makes it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::resolve::{Resolution, creatable};
use super::{Outcome, Plan, RowProblem, State};
use crate::field::{Field, Kind, Object, OptionKind, find};

/// A record by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

/// A decision that is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Action {
    /// `use_suggestion`, `choose`, `create`, `leave_empty`, `skip_rows` or `set_date_order`.
    pub action: String,
    /// As a button says it.
    pub label: String,
    /// The body that `PATCH /imports/{id}` takes for it; absent where the person has to choose first.
    #[schema(value_type = Option<Object>)]
    pub patch: Option<Json>,
}

/// One cause, and all the rows that suffer from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportProblem)]
pub struct Problem {
    pub code: String,
    pub field: String,
    pub value: Option<String>,
    /// `error` where the rows can't be imported, `undecided` where they could be, `skip` where they are left out.
    pub state: State,
    pub rows: u32,
    /// How many of those rows a problem listed before has too.
    pub also: u32,
    pub message: String,
    pub detail: Option<String>,
    pub suggestions: Vec<Named>,
    pub actions: Vec<Action>,
}

/// Codes that keep a row from being imported.
pub(super) fn blocks(code: &str) -> bool {
    !asks(code) && !tells(code)
}

/// Codes of rows that wait for a decision and are otherwise fine.
pub(super) fn asks(code: &str) -> bool {
    matches!(code, "account_empty" | "ambiguous_date")
}

/// Codes that only say why a row is left out.
fn tells(code: &str) -> bool {
    matches!(code, "left_out" | "duplicate_in_file" | "already_there" | "not_done" | "has_happened" | "is_a_task")
}

/// So many unknown values of a field are listed one by one; more become one entry.
const APART: usize = 12;

type Cause<'a> = (&'static str, &'static str, Option<&'a str>);

#[derive(Default)]
struct Group {
    rows: u32,
    also: u32,
    stages: HashMap<String, u32>,
    examples: Vec<String>,
}

impl Plan<'_> {
    pub(super) fn group(&self, outcomes: &[Outcome]) -> Vec<Problem> {
        let apart = self.listed_apart();
        let mut groups: HashMap<Cause<'_>, Group> = HashMap::new();
        for (row, outcome) in outcomes.iter().enumerate() {
            for problem in &outcome.problems {
                let raw = self.column_of(problem.field).map_or("", |column| self.table.cell(row, column));
                let group = groups.entry(self.cause(*problem, raw, &apart)).or_default();
                group.rows += 1;
                if group.examples.len() < 3 && !raw.is_empty() && !group.examples.iter().any(|known| known == raw) {
                    group.examples.push(raw.chars().take(60).collect());
                }
                if problem.code == "account_empty"
                    && let Some(column) = self.column_of("stage")
                {
                    *group.stages.entry(self.table.cell(row, column).to_owned()).or_default() += 1;
                }
            }
        }
        let mut order: Vec<Cause<'_>> = groups.keys().copied().collect();
        order.sort_by(|a, b| {
            let rank = |cause: &Cause<'_>| {
                if blocks(cause.1) {
                    0
                } else if asks(cause.1) {
                    1
                } else {
                    2
                }
            };
            let rows = |cause: &Cause<'_>| groups.get(cause).map_or(0, |group| group.rows);
            rank(a).cmp(&rank(b)).then(rows(b).cmp(&rows(a))).then(a.cmp(b))
        });
        self.count_overlap(outcomes, &order, &apart, &mut groups);
        order.iter().filter_map(|cause| groups.get(cause).map(|group| self.problem(*cause, group))).collect()
    }

    /// Whether the unknown values of a field get an entry each.
    fn listed_apart(&self) -> HashMap<&'static str, bool> {
        let unknown = |values: &HashMap<&str, Resolution>| {
            values.values().filter(|resolution| matches!(resolution, Resolution::Unknown(_))).count()
        };
        self.resolved.iter().map(|(field, values)| (*field, unknown(values) <= APART)).collect()
    }

    fn cause<'r>(&self, problem: RowProblem, raw: &'r str, apart: &HashMap<&'static str, bool>) -> Cause<'r> {
        let by_value = problem.code == "unknown_value" && apart.get(problem.field).copied().unwrap_or(false);
        (problem.field, problem.code, by_value.then_some(raw))
    }

    /// A row with two causes counts for the first and is "also above" for the second.
    fn count_overlap<'r>(
        &'r self,
        outcomes: &[Outcome],
        order: &[Cause<'r>],
        apart: &HashMap<&'static str, bool>,
        groups: &mut HashMap<Cause<'r>, Group>,
    ) {
        let ranks: HashMap<Cause<'_>, usize> = order.iter().enumerate().map(|(rank, cause)| (*cause, rank)).collect();
        for (row, outcome) in outcomes.iter().enumerate().filter(|(_, outcome)| outcome.problems.len() > 1) {
            let causes: Vec<Cause<'r>> = outcome
                .problems
                .iter()
                .map(|problem| {
                    let raw = self.column_of(problem.field).map_or("", |column| self.table.cell(row, column));
                    self.cause(*problem, raw, apart)
                })
                .collect();
            let first = causes.iter().min_by_key(|cause| ranks.get(*cause).copied().unwrap_or(usize::MAX)).copied();
            for cause in causes.iter().filter(|cause| Some(**cause) != first) {
                if let Some(group) = groups.get_mut(cause) {
                    group.also += 1;
                }
            }
        }
    }

    fn problem(&self, (key, code, value): Cause<'_>, group: &Group) -> Problem {
        let field = find(self.object, key);
        let state = match code {
            _ if blocks(code) => State::Error,
            _ if asks(code) => State::Undecided,
            _ => State::Skip,
        };
        let suggestions = self.suggestions(field, value);
        let (message, detail) = self.words(key, code, value, group, &suggestions);
        let actions = self.actions(field, code, value, &suggestions);
        Problem {
            code: code.to_owned(),
            field: key.to_owned(),
            value: value.map(str::to_owned),
            state,
            rows: group.rows,
            also: group.also,
            message,
            detail,
            suggestions,
            actions,
        }
    }

    fn suggestions(&self, field: Option<&Field>, value: Option<&str>) -> Vec<Named> {
        let (Some(field), Some(value)) = (field, value) else { return Vec::new() };
        let mut found: Vec<(Uuid, f64)> =
            self.lookups(field.kind).into_iter().flat_map(|lookup| lookup.suggestions(value, 3)).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.into_iter().take(3).filter_map(|(id, _)| self.named(field.kind, id)).collect()
    }

    fn words(
        &self,
        key: &str,
        code: &str,
        value: Option<&str>,
        group: &Group,
        suggestions: &[Named],
    ) -> (String, Option<String>) {
        let field = find(self.object, key);
        let label = field.map_or(key, |field| field.label);
        let examples = group.examples.iter().map(|raw| format!("“{raw}”")).collect::<Vec<_>>().join(", ");
        match (code, value) {
            ("unknown_value", Some(raw)) => {
                let closest = suggestions.first().map(|named| format!("Closest that you have: {}. ", named.name));
                let detail =
                    format!("{}These rows can’t be imported until this is settled.", closest.unwrap_or_default());
                (format!("“{raw}” is not {}", a_kind(field)), Some(detail))
            }
            ("unknown_value", None) => {
                let unknown = self.resolved.get(key).map_or(0, |values| {
                    values.values().filter(|resolution| matches!(resolution, Resolution::Unknown(_))).count()
                });
                (format!("{label}: {unknown} values are not known"), Some(format!("For example {examples}.")))
            }
            ("account_empty", _) => {
                let mut stages: Vec<(&String, &u32)> =
                    group.stages.iter().filter(|(name, _)| !name.is_empty()).collect();
                stages.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
                let list = stages.iter().map(|(name, rows)| format!("{} {name}", grouped(**rows))).collect::<Vec<_>>();
                let list = if list.is_empty() { String::new() } else { format!("{}. ", list.join(", ")) };
                (
                    "Account is empty".to_owned(),
                    Some(format!("{list}They can come in without one and be filled later.")),
                )
            }
            ("ambiguous_date", _) => {
                (format!("{label}: day or month first?"), Some(format!("{examples} could be read both ways.")))
            }
            _ => {
                let problem = RowProblem { field: field.map_or("", |field| field.key), code: known_code(code) };
                let message = sentence(self.object, problem, group.examples.first().map_or("", String::as_str));
                let detail = if group.examples.len() > 1 { Some(format!("For example {examples}.")) } else { None };
                (message, detail)
            }
        }
    }

    fn actions(&self, field: Option<&Field>, code: &str, value: Option<&str>, suggestions: &[Named]) -> Vec<Action> {
        let action = |action: &str, label: &str, patch: Option<Json>| Action {
            action: action.to_owned(),
            label: label.to_owned(),
            patch,
        };
        let option = |name: &str, value: &str| Some(json!({ "options": { name: value } }));
        match (code, value, field) {
            ("unknown_value", Some(raw), Some(field)) => {
                let decide =
                    |decision: Json| Some(json!({ "values": { field.key: [{ "raw": raw, "decision": decision }] } }));
                let mut actions = Vec::new();
                if let Some(first) = suggestions.first() {
                    let label = format!("Use {} for all", first.name);
                    actions.push(action("use_suggestion", &label, decide(json!({ "use": first.id }))));
                }
                actions.push(action("choose", "Choose…", None));
                if creatable(field.kind) {
                    actions.push(action("create", "Create it", decide(json!("create"))));
                }
                actions.push(action("leave_empty", "Import without", decide(json!("empty"))));
                actions.push(action("skip_rows", "Skip rows", decide(json!("skip_rows"))));
                actions
            }
            ("unknown_value", None, Some(field)) if missing_option(field.kind).is_some() => {
                let missing = missing_option(field.kind).unwrap_or_default();
                let create = creatable(field.kind).then(|| action("create", "Create them", option(missing, "create")));
                let without = action("leave_empty", "Import without", option(missing, "empty"));
                let skip = action("skip_rows", "Skip rows", option(missing, "skip"));
                create.into_iter().chain([without, skip]).collect()
            }
            ("unknown_value", None, Some(_)) => vec![action("choose", "Match values…", None)],
            ("account_empty", _, _) => vec![
                action("leave_empty", "Import without", option("missing_account", "empty")),
                action("skip_rows", "Skip rows", option("missing_account", "skip")),
            ],
            ("ambiguous_date", _, _) => vec![
                action("set_date_order", "Day first", option("date_order", "dmy")),
                action("set_date_order", "Month first", option("date_order", "mdy")),
            ],
            ("required", _, _) => Vec::new(),
            (code, _, _) if tells(code) => Vec::new(),
            _ => vec![
                action("leave_empty", "Import without", option("invalid", "empty")),
                action("skip_rows", "Skip rows", option("invalid", "skip")),
            ],
        }
    }
}

/// One row's problem in words.
pub(super) fn sentence(object: Object, problem: RowProblem, raw: &str) -> String {
    let field = find(object, problem.field);
    let label = field.map_or(problem.field, |field| field.label);
    let raw: String = raw.chars().take(60).collect();
    match problem.code {
        "unknown_value" => format!("“{raw}” is not {}", a_kind(field)),
        "account_empty" => "Account is empty".to_owned(),
        "ambiguous_date" => format!("“{raw}” could be read with the day or the month first"),
        "required" => format!("{label} is empty"),
        "left_out" => format!("Left out because of its {}", label.to_lowercase()),
        "duplicate_in_file" => format!("“{raw}” was in an earlier row"),
        "already_there" => format!("“{raw}” is there already"),
        "too_long" => format!("{label} is too long"),
        "out_of_range" => format!("“{raw}” is out of range for {}", label.to_lowercase()),
        "invalid_number" => format!("“{raw}” is not a number"),
        "invalid_amount" => format!("“{raw}” is not an amount"),
        "invalid_currency" => format!("“{raw}” is not a currency"),
        "invalid_percent" => format!("“{raw}” is not a percentage from 0 to 100"),
        "invalid_date" => format!("“{raw}” is not a date"),
        "invalid_email" => format!("“{raw}” is not an e-mail address"),
        "invalid_domain" | "invalid_url" => format!("“{raw}” is not a web address"),
        "not_done" => "Is not done yet: import the file as tasks to have it among them".to_owned(),
        "has_happened" => "Has happened: import the file as activities to log it".to_owned(),
        "is_a_task" => "Is a task: import the file as tasks to have it among them".to_owned(),
        "too_many_links" => "More than 20 files".to_owned(),
        "invalid_link" => format!("“{raw}” is not a list of addresses of files"),
        "invalid_duration" => format!("“{raw}” is not a duration"),
        "invalid_category" => format!("“{raw}” is not {}", a_word(problem.field)),
        code => format!("{label}: {code}"),
    }
}

/// The codes that rows carry, as the constants that they are.
fn known_code(code: &str) -> &'static str {
    const CODES: [&str; 20] = [
        "required",
        "left_out",
        "duplicate_in_file",
        "already_there",
        "too_long",
        "out_of_range",
        "invalid_number",
        "invalid_amount",
        "invalid_currency",
        "invalid_percent",
        "invalid_date",
        "invalid_email",
        "invalid_domain",
        "invalid_url",
        "invalid_duration",
        "too_many_links",
        "invalid_link",
        "not_done",
        "has_happened",
        "is_a_task",
    ];
    CODES.into_iter().find(|known| *known == code).unwrap_or("invalid_category")
}

/// The option that says what becomes of rows whose record of this kind is not there.
fn missing_option(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Account => Some("missing_account"),
        Kind::Contact => Some("missing_contact"),
        Kind::Opportunity | Kind::Lead | Kind::Related | Kind::Person => Some("missing_record"),
        _ => None,
    }
}

/// What a field of few words takes.
fn a_word(field: &str) -> &'static str {
    match field {
        "rating" => "hot, warm or cold",
        "kind" => "a note, a call, an e-mail or a meeting",
        "priority" => "a priority: low, normal or high",
        "status" => "done or open",
        "direction" => "in or out",
        _ => "a forecast category",
    }
}

fn a_kind(field: Option<&Field>) -> &'static str {
    match field.map(|field| field.kind) {
        Some(Kind::Stage) => "a stage",
        Some(Kind::Pipeline) => "a pipeline",
        Some(Kind::User) => "a person here",
        Some(Kind::Account) => "an account",
        Some(Kind::Contact) => "a contact",
        Some(Kind::Opportunity) => "an opportunity",
        Some(Kind::Lead) => "a lead",
        Some(Kind::Related) => "an opportunity, an account, a contact or a lead",
        Some(Kind::Person) => "a contact or a lead",
        Some(Kind::Product) => "a product",
        Some(Kind::Option(OptionKind::Industry)) => "an industry",
        Some(Kind::Option(OptionKind::Region)) => "a region",
        Some(Kind::Option(OptionKind::Source)) => "a source",
        Some(Kind::Option(OptionKind::OpportunityType)) => "an opportunity type",
        Some(Kind::Option(OptionKind::LossReason)) => "a reason for loss",
        Some(Kind::Option(OptionKind::LeadStatus)) => "a status of leads",
        Some(Kind::Option(OptionKind::CallOutcome)) => "an outcome of calls",
        Some(Kind::Option(OptionKind::MeetingOutcome)) => "an outcome of meetings",
        _ => "known",
    }
}

/// 1088 as `1,088`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
