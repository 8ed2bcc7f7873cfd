//! The SQL of rows that probably are there already.

use dealwright_crm::duplicate::OnMatch;
use dealwright_kernel::id::ImportId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Choice, Doubt, Doubts, Likely, list};
use crate::Import;
use crate::check::Summary;
use crate::store::read;

/// Doubtful rows with what was decided of them.
///
/// # Errors
/// When the database is gone.
pub async fn doubts(tx: &mut Tx, import: ImportId) -> Result<Doubts> {
    let rows = sqlx::query!(
        r#"select row, likely as "likely!", choice, chosen_id from import_row
           where org_id = $1 and import_id = $2 and likely is not null"#,
        tx.org().0,
        import.0,
    );
    let rows = rows.fetch_all(tx.db()).await?;
    rows.into_iter()
        .map(|row| {
            let doubt = Doubt { likely: read(row.likely)?, choice: choice(row.choice)?, chosen: row.chosen_id };
            Ok((usize::try_from(row.row).map_err(Error::internal)?, doubt))
        })
        .collect()
}

pub(crate) fn choice(word: Option<String>) -> Result<Option<Choice>> {
    word.map(|word| word.parse()).transpose().map_err(|_| Error::internal("a row has an unknown choice"))
}

/// Keeps what rows may be, in place of what an earlier check found. What was decided of a row stays while that is the same.
///
/// # Errors
/// When the database is gone.
pub async fn put(tx: &mut Tx, import: ImportId, doubts: &Doubts) -> Result<()> {
    let rows: Vec<_> = doubts.iter().map(|(row, doubt)| json!({ "row": row, "likely": doubt.likely })).collect();
    sqlx::query!(
        "update import_row r set likely = e.likely, choice = null, chosen_id = null
         from (select o.row, n.likely from import_row o
               left join jsonb_to_recordset($3) as n (row bigint, likely jsonb) on n.row = o.row
               where o.org_id = $1 and o.import_id = $2 and (o.likely is not null or n.row is not null)) as e
         where r.org_id = $1 and r.import_id = $2 and r.row = e.row and r.likely is distinct from e.likely",
        tx.org().0,
        import.0,
        json!(rows),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// What becomes of one row.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportRowPatch)]
pub struct RowPatch {
    /// As a spreadsheet numbers it.
    pub row: i64,
    /// Null decides it as all others are.
    pub duplicate: Option<Choice>,
    /// Which of the records that it may be is updated; the likeliest when absent.
    pub record_id: Option<Uuid>,
}

/// Decides of single rows, and says it in the import's summary where there is one.
///
/// # Errors
/// 422 for a row of which nothing is to be decided.
pub async fn choose(tx: &mut Tx, import: &mut Import, answer: OnMatch, rows: &[RowPatch]) -> Result<()> {
    let numbers: Vec<i64> = rows.iter().map(|row| row.row).collect();
    let known = sqlx::query!(
        r#"select row, number, likely as "likely!", record_id from import_row
           where org_id = $1 and import_id = $2 and number = any ($3) and likely is not null"#,
        tx.org().0,
        import.id.0,
        &numbers,
    );
    let known = known.fetch_all(tx.db()).await?;
    let mut decided = Vec::with_capacity(rows.len());
    for (nth, patch) in rows.iter().enumerate() {
        let wrong = |field: &str, code: &'static str, message: &str| {
            Error::field(format!("rows.{nth}.{field}"), code, message.to_owned())
        };
        let row = known.iter().find(|row| row.number == patch.row);
        let row = row.ok_or_else(|| wrong("row", "unknown_reference", "nothing is to be decided of this row"))?;
        let likely: Vec<Likely> = read(row.likely.clone())?;
        if patch.record_id.is_some_and(|id| !likely.iter().any(|likely| likely.record_id == Some(id))) {
            return Err(wrong("record_id", "unknown_reference", "this row may not be that record"));
        }
        if answer == OnMatch::Block && patch.duplicate == Some(Choice::Create) {
            let message = "the matching rules let nothing be created that is probably there already";
            return Err(wrong("duplicate", "duplicates_blocked", message));
        }
        let doubt = Doubt { likely, choice: patch.duplicate, chosen: patch.record_id };
        let (state, _) = doubt.settle(answer, import.options.duplicates);
        decided.push(json!({
            "row": row.row, "choice": patch.duplicate.map(Choice::as_str), "chosen_id": patch.record_id, "state": state.key(),
        }));
    }
    sqlx::query!(
        "update import_row r set choice = e.choice, chosen_id = e.chosen_id, state = e.state
         from jsonb_to_recordset($3) as e (row bigint, choice text, chosen_id uuid, state text)
         where r.org_id = $1 and r.import_id = $2 and r.row = e.row and r.state in ('create', 'update', 'skip', 'undecided')",
        tx.org().0,
        import.id.0,
        json!(decided),
    )
    .execute(tx.db())
    .await?;
    if let Some(mut summary) = import.summary.take() {
        recount(tx, import.id, &mut summary, answer).await?;
        import.summary = Some(summary);
    }
    Ok(())
}

/// Counts the rows by what becomes of them.
async fn recount(tx: &mut Tx, import: ImportId, summary: &mut Summary, answer: OnMatch) -> Result<()> {
    let rows = sqlx::query!(
        r#"select state, count(*) as "count!", count(*) filter (where likely is not null) as "likely!" from import_row
           where org_id = $1 and import_id = $2 group by state"#,
        tx.org().0,
        import.0,
    );
    let rows = rows.fetch_all(tx.db()).await?;
    let of = |state: &str| rows.iter().find(|row| row.state == state).map_or((0, 0), |row| (row.count, row.likely));
    let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    summary.creates = small(of("create").0);
    summary.updates = small(of("update").0);
    summary.skips = small(of("skip").0);
    summary.errors = small(of("error").0);
    summary.undecided = small(of("undecided").0);
    summary.ready = summary.creates + summary.updates;
    let doubts = doubts(tx, import).await?;
    let open = usize::try_from(of("undecided").1).unwrap_or(usize::MAX);
    list(summary, doubts.values(), open, answer);
    Ok(())
}

/// What a row may be, as its page shows it.
pub(crate) fn shown(likely: Option<serde_json::Value>) -> Result<Vec<Likely>> {
    likely.map_or_else(|| Ok(Vec::new()), read)
}

/// Keeps nothing decided: the file is read in another way.
///
/// # Errors
/// When the database is gone.
pub async fn forget(tx: &mut Tx, import: ImportId) -> Result<()> {
    sqlx::query!(
        "update import_row set likely = null, choice = null, chosen_id = null where org_id = $1 and import_id = $2 and likely is not null",
        tx.org().0,
        import.0,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
