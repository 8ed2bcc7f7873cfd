//! An import's work in the background, as the person who imports: the check, the import itself, taking it back.
//!
//! Each can be run again after it was interrupted. Rows are written in batches, each in a transaction with what became
//! of its rows, so that a batch is either there and marked or not there at all.

use std::collections::HashMap;
use std::sync::Arc;

use dealwright_access::{Access, Context};
use dealwright_files::Files;
use dealwright_kernel::id::{EventId, ImportId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, Worker};
use dealwright_store::{ActorKind, Event, Subject, Tx};
use serde_json::json;

use dealwright_crm::duplicate::{self, OnMatch};
use dealwright_kernel::error::Similar;

use super::check::{Check, Lookups, Plan, State, Value};
use super::likely::{self, Doubts};
use super::prepare::{Parsed, parse};
use super::store::{self, CheckedRow, Fate, Payload, Reason};
use super::write::{self, Ready};
use super::{Import, Status, Tally, attachment, lookup, rehearsal};

pub const CHECK: &str = "import.check";
pub const RUN: &str = "import.run";
pub const ROLL_BACK: &str = "import.roll_back";

/// Rows of the check that are written in one statement.
const CHECKED_BATCH: usize = 2_000;
/// Rows that are imported in one transaction.
const BATCH: usize = 500;

/// Registers the import's jobs.
pub fn register(worker: Worker, access: &Access, files: &Files) -> Worker {
    let worker = attachment::fetch::register(worker, access, files);
    let for_check = access.clone();
    let for_run = access.clone();
    let for_rollback = access.clone();
    worker
        .on(CHECK, move |job| {
            let access = for_check.clone();
            async move { attempt(&access, &job, Status::Mapping).await }
        })
        .on(RUN, move |job| {
            let access = for_run.clone();
            async move { attempt(&access, &job, Status::Failed).await }
        })
        .on(ROLL_BACK, move |job| {
            let access = for_rollback.clone();
            async move { attempt(&access, &job, Status::Failed).await }
        })
}

/// Runs a job. What can't succeed by trying again ends the import in `back_to` with the reason; so does the last try.
async fn attempt(access: &Access, job: &Job, back_to: Status) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("an import's job belongs to an organisation"))?;
    let cx = access.context_for(org, payload.user).await?;
    let result = match job.kind.as_str() {
        CHECK => check(&cx, payload.import).await,
        RUN => run(&cx, payload.import).await,
        _ => roll_back(&cx, payload.import).await,
    };
    let Err(error) = result else { return Ok(()) };
    let status = error.outcome.status();
    let final_try = job.attempt >= job.max_attempts || (status.is_client_error() && error.code != "try_again");
    if !final_try {
        return Err(error);
    }
    let message =
        if status.is_client_error() { error.detail.clone() } else { "Something went wrong on our side.".to_owned() };
    let mut tx = cx.begin().await?;
    store::fail(&mut tx, payload.import, back_to, &message).await?;
    emit(&mut tx, payload.import, "failed", "", json!({ "error": message }));
    tx.commit(()).await?.into_inner();
    if status.is_client_error() { Ok(()) } else { Err(error) }
}

fn emit(tx: &mut Tx, id: ImportId, verb: &str, filename: &str, data: serde_json::Value) {
    let subject = Subject { object: "import", id: id.0, name: filename.to_owned(), version: None };
    let mut event = Event::with_id(EventId(tx.new_id()), format!("import.{verb}"), subject).data(data);
    event.import = Some(id);
    tx.emit(event);
}

/// The import with its file, and what it is checked against.
async fn load(cx: &Context, id: ImportId) -> Result<(Import, Parsed, Lookups)> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    let content = store::content(&mut tx, id).await?;
    tx.done(()).await?;
    let parsed = parse(content, import.reading.clone()).await?;
    let mut tx = cx.begin().await?;
    let lookups =
        lookup::load(&mut tx, cx.actor(), import.object, &parsed.table, &import.mapping, &import.decisions).await?;
    tx.done(()).await?;
    Ok((import, parsed, lookups))
}

/// Checks every row and keeps what came of it.
///
/// # Errors
/// When the import, its file or the database is gone.
pub async fn check(cx: &Context, id: ImportId) -> Result<()> {
    let (mut import, parsed, lookups) = load(cx, id).await?;
    if import.status != Status::Checking {
        return Ok(());
    }
    let work = tokio::task::spawn_blocking(move || {
        let columns = import.inferred();
        let plan = Plan::new(
            import.object,
            &parsed.table,
            &columns,
            &import.mapping,
            &import.decisions,
            &import.options,
            &lookups,
        );
        let check = plan.check();
        let matched = plan.values(&import.decisions);
        let reasons = explain(&plan, &check);
        import.matched = matched;
        (import, parsed, lookups, check, reasons)
    });
    let (import, parsed, lookups, mut check, mut reasons) = work.await.map_err(Error::internal)?;
    let work = Work { columns: import.inferred(), import: Arc::new(import), parsed, lookups };
    let rule = likely::find::rule(cx, work.import.object).await?;
    let plan = work.plan();
    let doubts = match &rule {
        Some(rule) => likely::find::doubts(cx, rule, &work.parsed.table, &plan, &check.outcomes).await?,
        None => Doubts::new(),
    };
    let doubts = remembered(cx, id, doubts).await?;
    if let Some(rule) = &rule {
        likely::apply(&mut check.outcomes, &doubts, rule.on_create, work.import.options.duplicates);
        likely::tell(&mut check.summary, &check.outcomes, &doubts, rule.on_create);
    }
    for (row, doubt) in &doubts {
        if let Some(reasons) = reasons.get_mut(*row) {
            reasons.extend(likely::reason(doubt));
        }
    }
    let refused = rehearsal::rehearse(cx, &work.import, &plan, &check.outcomes).await?;
    rehearsal::tell(&mut check.summary, &check.outcomes, &refused);
    let (mut import, parsed) = (Import::clone(&work.import), &work.parsed);
    let total = i64::try_from(check.outcomes.len()).unwrap_or(i64::MAX);
    for (batch, (outcomes, reasons)) in
        check.outcomes.chunks(CHECKED_BATCH).zip(reasons.chunks_mut(CHECKED_BATCH)).enumerate()
    {
        let first = batch * CHECKED_BATCH;
        let rows: Vec<CheckedRow<'_>> = outcomes
            .iter()
            .zip(reasons)
            .enumerate()
            .map(|(offset, (outcome, reasons))| CheckedRow {
                row: i64::try_from(first + offset).unwrap_or(i64::MAX),
                number: parsed.table.number(first + offset),
                state: outcome.state.key(),
                cells: parsed.table.row(first + offset).collect(),
                problems: std::mem::take(reasons),
            })
            .collect();
        let mut tx = cx.begin().await?;
        store::put_rows(&mut tx, id, &rows).await?;
        store::progress(&mut tx, id, i64::try_from(first + rows.len()).unwrap_or(i64::MAX), total).await?;
        tx.commit(()).await?.into_inner();
    }
    rehearsal::mark(cx, id, &refused).await?;
    let mut tx = cx.begin().await?;
    likely::store::put(&mut tx, id, &doubts).await?;
    tx.commit(()).await?.into_inner();
    let mut tx = cx.begin().await?;
    store::trim_rows(&mut tx, id, total).await?;
    if store::enter(&mut tx, id, &[Status::Checking], Status::Checked).await? {
        import.status = Status::Checked;
        import.summary = Some(check.summary);
        store::save(&mut tx, &import).await?;
        emit(&mut tx, id, "checked", &import.filename, json!({}));
    }
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// Doubts with what was decided of each before, where it is the same doubt.
async fn remembered(cx: &Context, id: ImportId, mut doubts: Doubts) -> Result<Doubts> {
    let mut tx = cx.begin().await?;
    let before = likely::store::doubts(&mut tx, id).await?;
    tx.done(()).await?;
    for (row, old) in before {
        if let Some(doubt) = doubts.get_mut(&row).filter(|doubt| doubt.likely == old.likely) {
            *doubt = old;
        }
    }
    Ok(doubts)
}

fn explain(plan: &Plan<'_>, check: &Check) -> Vec<Vec<Reason>> {
    let reason = |row: usize, problem: &super::check::RowProblem| Reason {
        field: problem.field.to_owned(),
        code: problem.code.to_owned(),
        message: plan.explain(row, *problem),
    };
    check
        .outcomes
        .iter()
        .enumerate()
        .map(|(row, outcome)| outcome.problems.iter().map(|problem| reason(row, problem)).collect())
        .collect()
}

/// What a plan is made of, kept together.
struct Work {
    import: Arc<Import>,
    columns: Vec<super::infer::Column>,
    parsed: Parsed,
    lookups: Lookups,
}

impl Work {
    fn plan(&self) -> Plan<'_> {
        let import = &self.import;
        Plan::new(
            import.object,
            &self.parsed.table,
            &self.columns,
            &import.mapping,
            &import.decisions,
            &import.options,
            &self.lookups,
        )
    }
}

/// Imports the rows that are ready and not yet written.
///
/// # Errors
/// When the database is gone, or the person may not write such records any more.
pub async fn run(cx: &Context, id: ImportId) -> Result<()> {
    let (import, parsed, lookups) = load(cx, id).await?;
    if import.status != Status::Running {
        return Ok(());
    }
    write::require(cx.actor(), import.object, import.options.on_match)?;
    write::may_map(cx.actor(), import.object, import.mapped())?;
    let acting = cx.acting(cx.actor().acting_as(ActorKind::Import, Some(id.0), &import.filename));
    let import = Arc::new(import);
    let mut writer = write::Writer::new(&acting, Arc::clone(&import)).await?;
    let work = Arc::new(Work { columns: import.inferred(), import, parsed, lookups });
    // The same as the check's, unless somebody has changed what it was checked against meanwhile.
    let checking = Arc::clone(&work);
    let outcomes =
        tokio::task::spawn_blocking(move || checking.plan().check().outcomes).await.map_err(Error::internal)?;
    let (plan, import) = (work.plan(), &work.import);
    let mut outcomes = outcomes;
    let answer = likely::find::rule(cx, import.object).await?.map_or(OnMatch::Report, |rule| rule.on_create);
    let mut tx = acting.begin().await?;
    let doubts = likely::store::doubts(&mut tx, id).await?;
    tx.done(()).await?;
    likely::apply(&mut outcomes, &doubts, answer, import.options.duplicates);

    let mut tx = acting.begin().await?;
    let total = store::count_to_do(&mut tx, id).await?;
    tx.done(()).await?;
    let (mut from, mut done) = (0_i64, 0_i64);
    loop {
        let mut tx = acting.begin().await?;
        let todo = store::to_do(&mut tx, id, from, i64::try_from(BATCH).unwrap_or(500)).await?;
        let Some((last, _)) = todo.last() else {
            tx.done(()).await?;
            break;
        };
        from = last + 1;
        let (ready, mut fates) = ready_rows(&plan, &outcomes, &todo);
        let links: HashMap<i64, Vec<String>> =
            ready.iter().map(|ready| (ready.row, attachment::links(&ready.record))).collect();
        fates.extend(writer.write(&mut tx, ready).await?);
        if let Some(on) = attachment::parent_of(import.object) {
            attachment::store::put(&mut tx, id, on, &attachment::wanted(&links, &fates)).await?;
        }
        if answer == OnMatch::Report {
            report(&mut tx, import.object, &doubts, &fates).await?;
        }
        done += i64::try_from(todo.len()).unwrap_or(0);
        store::settle(&mut tx, id, &fates).await?;
        store::tally(&mut tx, id, count(&todo, &fates)).await?;
        store::progress(&mut tx, id, done, total).await?;
        tx.commit(()).await?.into_inner();
    }
    let mut tx = acting.begin().await?;
    write::tie_parents(&mut tx, id, &parents(&plan, &outcomes)).await?;
    let summary = import.summary.clone().unwrap_or_default();
    store::tally(
        &mut tx,
        id,
        Tally {
            skipped: summary.skips.into(),
            failed: i64::from(summary.errors) + i64::from(summary.undecided),
            ..Tally::default()
        },
    )
    .await?;
    store::enter(&mut tx, id, &[Status::Running], Status::Done).await?;
    if attachment::store::any_waiting(&mut tx, id).await? {
        store::enqueue(&mut tx, attachment::fetch::FETCH, id, cx.actor().user)?;
    }
    let import = store::find(&mut tx, id).await?;
    emit(&mut tx, id, "finished", &import.filename, json!({ "object": import.object, "result": import.tally }));
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// Lists what was created though it is probably there already, where the matching rule wants that.
async fn report(tx: &mut Tx, object: super::field::Object, doubts: &Doubts, fates: &[Fate]) -> Result<()> {
    let Some(object) = likely::matched(object) else { return Ok(()) };
    for fate in fates {
        let row = usize::try_from(fate.row).unwrap_or(usize::MAX);
        let (Some(id), Some(doubt)) = (fate.record_id, doubts.get(&row)) else { continue };
        let similar: Vec<Similar> = doubt.likely.iter().filter_map(|likely| likely.similar(object)).collect();
        if !similar.iter().any(|similar| similar.id == id) {
            duplicate::store::report(tx, object, id, &similar).await?;
        }
    }
    Ok(())
}

/// Rows whose parent is another account of the file, with its name.
fn parents(plan: &Plan<'_>, outcomes: &[super::check::Outcome]) -> Vec<(i64, String)> {
    if plan.object() != super::field::Object::Account {
        return Vec::new();
    }
    let named = |(row, outcome): (usize, &super::check::Outcome)| match plan.record(row, outcome).get("parent") {
        Some(Value::Named(name)) => Some((i64::try_from(row).unwrap_or(i64::MAX), name.clone())),
        _ => None,
    };
    outcomes.iter().enumerate().filter_map(named).collect()
}

/// The records of rows to be written; rows that can't be written any more have their fate already.
fn ready_rows(plan: &Plan<'_>, outcomes: &[super::check::Outcome], todo: &[(i64, State)]) -> (Vec<Ready>, Vec<Fate>) {
    let (mut ready, mut fates) = (Vec::with_capacity(todo.len()), Vec::new());
    for (position, _) in todo {
        let row = usize::try_from(*position).unwrap_or(usize::MAX);
        match outcomes.get(row) {
            Some(outcome) if matches!(outcome.state, State::Create | State::Update) => {
                ready.push(Ready { row: *position, record: plan.record(row, outcome) });
            }
            _ => fates.push(write::failed(
                *position,
                "",
                "changed_since_check",
                "What it refers to has changed since the check.",
            )),
        }
    }
    (ready, fates)
}

fn count(todo: &[(i64, State)], fates: &[Fate]) -> Tally {
    let mut tally = Tally::default();
    for fate in fates {
        let state = todo.iter().find(|(row, _)| *row == fate.row).map(|(_, state)| *state);
        match (fate.record_id, state) {
            (Some(_), Some(State::Update)) => tally.updated += 1,
            (Some(_), _) => tally.created += 1,
            (None, _) => tally.failed += 1,
        }
    }
    tally
}

/// Takes back what the import did: created records go to the bin, updates are undone, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn roll_back(cx: &Context, id: ImportId) -> Result<()> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    tx.done(()).await?;
    if import.status != Status::RollingBack {
        return Ok(());
    }
    let acting = cx.acting(cx.actor().acting_as(ActorKind::Import, Some(id.0), &import.filename));
    let kept = attachment::fetch::take_back(&acting, id).await?;
    let kept = kept + write::undo(&acting, &import).await?;
    let mut tx = acting.begin().await?;
    store::enter(&mut tx, id, &[Status::RollingBack], Status::RolledBack).await?;
    emit(&mut tx, id, "rolled_back", &import.filename, json!({ "object": import.object, "kept": kept }));
    tx.commit(()).await?.into_inner();
    Ok(())
}
