//! Attempts to enter a stage, and their log. Whatever comes of the transaction in which one was refused, it is kept: written
//! at its commit, or, when it is rolled back, in a transaction of its own on the same connection, right after that.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::OrgId;
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::event::Stamp;

/// An attempt to enter a stage.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub opportunity_id: Uuid,
    pub pipeline_id: Uuid,
    pub from_stage_id: Option<Uuid>,
    pub from_stage: Option<String>,
    pub to_stage_id: Uuid,
    pub to_stage: String,
    /// The version of the pipeline's lifecycle by which it was judged.
    pub lifecycle: i32,
    pub passed: bool,
    /// Why it did not pass.
    pub code: Option<String>,
    pub missing: Value,
    /// What it was judged by.
    pub facts: Value,
    /// By which way it came, where the actor does not say it.
    pub path: Option<&'static str>,
}

/// An attempt as the log holds it.
#[derive(Debug, Serialize)]
pub(crate) struct Noted {
    id: Uuid,
    at: DateTime<Utc>,
    #[serde(flatten)]
    pub(crate) attempt: Attempt,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    actor_name: String,
    on_behalf_of: Option<Uuid>,
}

impl Noted {
    pub(crate) fn new(id: Uuid, at: DateTime<Utc>, stamp: &Stamp, attempt: Attempt) -> Self {
        Self {
            id,
            at,
            attempt,
            actor_kind: stamp.kind.as_str(),
            actor_id: stamp.id,
            actor_name: stamp.name.clone(),
            on_behalf_of: stamp.on_behalf_of,
        }
    }
}

/// Writes attempts into the log of the transaction's organisation.
pub(crate) async fn insert(db: &mut PgConnection, noted: &[Noted]) -> Result<()> {
    if noted.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_value(noted).map_err(dealwright_kernel::Error::internal)?;
    sqlx::query!("select app.log_attempts($1)", rows).execute(db).await?;
    Ok(())
}

/// Writes the refused ones after their transaction was rolled back.
pub(crate) async fn outlast(db: &mut PgConnection, org: OrgId, noted: &[Noted]) -> Result<()> {
    let begin = format!("begin; select set_config('app.org', '{org}', true)");
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *db).await?;
    insert(db, noted).await?;
    db.execute("commit").await?;
    Ok(())
}

tokio::task_local! {
    static WRITING: RefCell<Vec<JoinHandle<()>>>;
}

/// Does some work and then waits until what its transactions leave behind is written: whoever reads an answer finds the
/// attempts in the log.
pub async fn settled<F: Future>(work: F) -> F::Output {
    let scope = WRITING.scope(RefCell::default(), async {
        let done = work.await;
        (done, WRITING.with(RefCell::take))
    });
    let (done, writing) = scope.await;
    for task in writing {
        if let Err(error) = task.await {
            tracing::error!(%error, "the log of transitions may lack an attempt");
        }
    }
    done
}

/// Remembers a task that [`settled`] waits for; where nobody waits, it goes on by itself.
pub(crate) fn remember(task: JoinHandle<()>) {
    _ = WRITING.try_with(|writing| writing.borrow_mut().push(task));
}
