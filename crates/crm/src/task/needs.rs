//! What a task waits for: tasks that have to be finished before it is.

use std::collections::BTreeSet;

use dealwright_kernel::id::TaskId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Task;
use crate::record::Texts;

/// The most tasks that one waits for.
pub const MAX_NEEDS: usize = 50;

/// A task that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Need {
    pub id: TaskId,
    pub title: String,
    pub done: bool,
}

/// Collects what is wrong with what a task is to wait for.
pub fn check(wrong: &mut Texts, needs: &[TaskId]) {
    if needs.len() > MAX_NEEDS {
        wrong.push("blocked_by_ids", "too_many", format!("at most {MAX_NEEDS} tasks"));
    }
}

/// Ids in one order, each once: so that the same needs are equal.
#[must_use]
pub fn tidy(needs: impl IntoIterator<Item = TaskId>) -> Vec<TaskId> {
    let ids: BTreeSet<Uuid> = needs.into_iter().map(|id| id.0).collect();
    ids.into_iter().map(TaskId).collect()
}

/// Makes `task` wait for `new`, of which `old` are there already. Those that the actor does not see stay as they are.
///
/// # Errors
/// 422 `unknown_reference`, or `tasks_wait_for_each_other`.
pub async fn set(tx: &mut Tx, task: TaskId, old: &[TaskId], new: &[TaskId]) -> Result<()> {
    let without = |of: &[TaskId], these: &[TaskId]| -> Vec<Uuid> {
        of.iter().filter(|id| !these.contains(id)).map(|id| id.0).collect()
    };
    let (gone, added) = (without(old, new), without(new, old));
    let org = tx.org().0;
    if !gone.is_empty() {
        sqlx::query!(
            "delete from task_need where org_id = $1 and task_id = $2 and needs_id = any ($3)",
            org,
            task.0,
            &gone
        )
        .execute(tx.db())
        .await?;
    }
    if added.is_empty() {
        return Ok(());
    }
    // One at a time within an organisation: two of them could each be no circle, and both together one.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('task_need', 0) # hashtextextended($1::text, 0))",
        org.to_string()
    )
    .execute(tx.db())
    .await?;
    let found = sqlx::query!(
        r#"select (select count(*) from task where org_id = $1 and id = any ($2) and deleted_at is null) as "seen!",
                  app.needs_come_round($3, $2) as "round!""#,
        org,
        &added,
        task.0,
    )
    .fetch_one(tx.db())
    .await?;
    if found.seen != i64::try_from(added.len()).unwrap_or(i64::MAX) {
        return Err(Error::field(
            "blocked_by_ids",
            "unknown_reference",
            "there is no such task, or you may not see it",
        ));
    }
    if found.round {
        return Err(Error::field("blocked_by_ids", "tasks_wait_for_each_other", "one of them waits for this task"));
    }
    sqlx::query!(
        "insert into task_need (org_id, task_id, needs_id) select $1, $2, unnest($3::uuid[]) on conflict do nothing",
        org,
        task.0,
        &added,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Refuses to finish a task that waits for others.
///
/// # Errors
/// 422 `task_blocked` that names those that the actor sees.
pub async fn met(tx: &mut Tx, task: &Task) -> Result<()> {
    let open = sqlx::query_scalar!(r#"select app.open_needs($1) as "open!""#, task.id.0).fetch_one(tx.db()).await?;
    if open == 0 {
        return Ok(());
    }
    let mut names: Vec<String> =
        task.blocked_by.iter().filter(|need| !need.done).map(|need| format!("“{}”", need.title)).collect();
    let unseen = open - i64::try_from(names.len()).unwrap_or(open);
    if unseen > 0 {
        names.push(format!("{unseen} that you may not see"));
    }
    let why = format!("it waits for {}", names.join(", "));
    Err(Error::field("done", "task_blocked", why).counting(open))
}
