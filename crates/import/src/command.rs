//! Imports from the command line: read, decide what can be decided without asking, check, import. The same path as the
//! page's, run to its end at once.

use dealwright_access::Context;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::check::{Decision, Missing, Problem, State};
use super::field::Object;
use super::likely::{self, Choice};
use super::{Import, Status, job, prepare, store, write};

/// What may be decided without asking.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// Takes the likeliest record for a name that is not known.
    pub accept_suggestions: bool,
    /// Creates accounts, products and the like that are named and resemble nothing.
    pub create_missing: bool,
    /// Imports opportunities whose account is empty.
    pub without_account: bool,
    /// Lets the assignment rules choose the owners of new leads that name none.
    pub assign: bool,
    /// What becomes of rows that probably are there already; undecided, and not imported, when absent.
    pub duplicates: Option<Choice>,
    /// Checks and writes nothing.
    pub dry_run: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            accept_suggestions: true,
            create_missing: true,
            without_account: true,
            assign: false,
            duplicates: None,
            dry_run: false,
        }
    }
}

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Found out when absent.
    pub object: Option<Object>,
}

/// What was done with one file.
#[derive(Debug)]
pub struct Report {
    pub import: Import,
    /// Decisions that were taken, in words.
    pub decided: Vec<String>,
}

/// Imports files so that what refers comes after what it refers to: people, products, accounts, contacts, leads, deals,
/// tasks and what happened.
///
/// # Errors
/// When a file can't be read, the person may not import such records, or the database is gone.
pub async fn import_files(cx: &Context, files: Vec<File>, choices: Choices) -> Result<Vec<Report>> {
    let mut prepared = Vec::with_capacity(files.len());
    for file in files {
        let import = prepare::new_import(cx, &prepare::filename(&file.name), &file.bytes, file.object).await?;
        prepared.push((rank(import.object), file));
    }
    prepared.sort_by_key(|(rank, _)| *rank);
    let mut reports = Vec::with_capacity(prepared.len());
    for (_, file) in prepared {
        reports.push(import_file(cx, &file, choices).await?);
    }
    Ok(reports)
}

fn rank(object: Object) -> u8 {
    match object {
        Object::User => 0,
        Object::Product => 1,
        Object::Account => 2,
        Object::Contact => 3,
        Object::Lead => 4,
        Object::Opportunity => 5,
        Object::Task => 6,
        Object::Activity => 7,
    }
}

/// Imports one file to its end.
///
/// # Errors
/// As [`import_files`].
pub async fn import_file(cx: &Context, file: &File, choices: Choices) -> Result<Report> {
    let import = prepare::new_import(cx, &prepare::filename(&file.name), &file.bytes, file.object).await?;
    write::require(cx.actor(), import.object, import.options.on_match)?;
    write::may_map(cx.actor(), import.object, import.mapped())?;
    let mut import = import;
    import.options.assign = choices.assign;
    import.options.duplicates = choices.duplicates;
    let id = import.id;
    let mut tx = cx.begin().await?;
    store::insert(&mut tx, &import, &file.bytes).await?;
    tx.commit(()).await?.into_inner();
    enter(cx, id, Status::Checking).await?;
    job::check(cx, id).await?;
    let decided = decide(cx, id, choices).await?;
    if !decided.is_empty() {
        enter(cx, id, Status::Checking).await?;
        job::check(cx, id).await?;
    }
    if !choices.dry_run {
        enter(cx, id, Status::Running).await?;
        job::run(cx, id).await?;
    }
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    if choices.dry_run {
        store::delete(&mut tx, id).await?;
    }
    tx.commit(Report { import, decided }).await.map(dealwright_store::Committed::into_inner)
}

async fn enter(cx: &Context, id: dealwright_kernel::id::ImportId, to: Status) -> Result<()> {
    let mut tx = cx.begin().await?;
    if !store::enter(&mut tx, id, &[Status::Mapping, Status::Checked], to).await? {
        return Err(Error::conflict("import_busy", "the import is at work already"));
    }
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// Takes the decisions that `choices` allows, and says which.
async fn decide(cx: &Context, id: dealwright_kernel::id::ImportId, choices: Choices) -> Result<Vec<String>> {
    let mut tx: Tx = cx.begin().await?;
    let mut import = store::find(&mut tx, id).await?;
    let mut decided = Vec::new();
    for problem in import.summary.take().unwrap_or_default().problems {
        match problem.code.as_str() {
            "account_empty" if choices.without_account && import.options.missing_account.is_none() => {
                import.options.missing_account = Some(Missing::Empty);
                decided.push(format!("{}: {} rows are imported without one", problem.message, problem.rows));
            }
            likely::CODE if problem.state == State::Undecided => {
                decided.push(format!(
                    "{}: {} rows are left out; --duplicates says what becomes of them",
                    problem.message, problem.rows
                ));
            }
            "unknown_value" if problem.value.is_none() && decide_all(&mut import, &problem, choices) => {
                decided.push(format!("{}: they are created", problem.message));
            }
            "unknown_value" => decided.extend(decide_values(&mut import, &problem, choices)),
            _ => {}
        }
    }
    import.status = Status::Mapping;
    store::save(&mut tx, &import).await?;
    tx.commit(decided).await.map(dealwright_store::Committed::into_inner)
}

/// Has all of a field created that is not there, where that is allowed: more than are listed.
fn decide_all(import: &mut Import, problem: &Problem, choices: Choices) -> bool {
    use super::field::Kind;
    let kind = super::field::find(import.object, &problem.field).map(|field| field.kind);
    let listed = import.matched.get(&problem.field).map_or(0, Vec::len);
    let more = listed >= super::check::LISTED && choices.create_missing;
    match kind {
        Some(Kind::Account) if more => import.options.missing_account = Some(Missing::Create),
        Some(Kind::Contact) if more => import.options.missing_contact = Some(Missing::Create),
        _ => return false,
    }
    true
}

/// A problem is about one value, or about all the unknown values of a field.
fn decide_values(import: &mut Import, problem: &Problem, choices: Choices) -> Vec<String> {
    let field = problem.field.as_str();
    let open: Vec<(String, Option<(uuid::Uuid, String)>)> = import
        .matched
        .get(field)
        .into_iter()
        .flatten()
        .filter(|value| value.resolved.is_none() && value.decision.is_none())
        .filter(|value| problem.value.as_ref().is_none_or(|raw| *raw == value.raw))
        .map(|value| (value.raw.clone(), value.suggestion.as_ref().map(|named| (named.id, named.name.clone()))))
        .collect();
    let creatable = super::field::find(import.object, field).is_some_and(|field| super::check::creatable(field.kind));
    let mut decided = Vec::new();
    for (raw, suggestion) in open {
        match suggestion {
            Some((id, name)) if choices.accept_suggestions => {
                import.decisions.decide(field, &raw, Decision::Use(id));
                decided.push(format!("{field} “{raw}” is taken for {name}"));
            }
            _ if creatable && choices.create_missing => {
                import.decisions.decide(field, &raw, Decision::Create);
                decided.push(format!("{field} “{raw}” is created"));
            }
            _ => {}
        }
    }
    decided
}
