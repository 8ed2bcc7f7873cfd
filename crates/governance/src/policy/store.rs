//! The SQL of the policy and of the kill switch.

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_crm::record::Ref;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Guardrails, Keep, Mode, TextFilter};
use crate::ToolName;

/// The policy as it is kept.
#[derive(Debug)]
pub struct Kept {
    pub rails: Guardrails,
    /// 0 for the one that the product comes with.
    pub version: i64,
    pub updated_by: Option<Ref>,
    pub updated_at: Option<DateTime<Utc>>,
}

/// The policy in force.
///
/// # Errors
/// When the database is gone.
pub async fn policy(tx: &mut Tx) -> Result<Kept> {
    let row = sqlx::query!(
        r#"select p.remote_models, p.content_filter, p.content_threshold, p.injection_filter, p.injection_threshold, p.blocked_topics, p.keep_prompts,
                  p.retention_days, p.tools, p.version, p.updated_by, p.updated_at, u.name as "name?"
           from ai_policy p left join app_user u on u.org_id = p.org_id and u.id = p.updated_by where p.org_id = $1"#,
        tx.org().0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else {
        return Ok(Kept { rails: Guardrails::shipped(), version: 0, updated_by: None, updated_at: None });
    };
    let rails = Guardrails {
        remote_models: row.remote_models,
        content_filter: TextFilter { mode: Mode::named(&row.content_filter)?, threshold: row.content_threshold },
        injection_filter: TextFilter { mode: Mode::named(&row.injection_filter)?, threshold: row.injection_threshold },
        blocked_topics: row.blocked_topics,
        keep_prompts: Keep::named(&row.keep_prompts)?,
        retention_days: row.retention_days,
        tools: serde_json::from_value(row.tools).map_err(Error::internal)?,
        version: None,
    };
    let updated_by = Ref::of(Some(row.updated_by), row.name);
    Ok(Kept { rails, version: row.version, updated_by, updated_at: Some(row.updated_at) })
}

/// Writes the policy if it is still at `version`; false when it is not.
pub(super) async fn write(tx: &mut Tx, version: i64, by: UserId, rails: &Guardrails) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let tools = serde_json::to_value(&rails.tools).map_err(Error::internal)?;
    let written = sqlx::query!(
        "insert into ai_policy as p (org_id, remote_models, content_filter, content_threshold, injection_filter, injection_threshold, blocked_topics,
                                     keep_prompts, retention_days, tools, updated_by, updated_at)
         values ($1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (org_id) do update
         set remote_models = $3, content_filter = $4, content_threshold = $5, injection_filter = $6, injection_threshold = $7, blocked_topics = $8,
             keep_prompts = $9, retention_days = $10, tools = $11, updated_by = $12, updated_at = $13, version = p.version + 1
         where p.version = $2",
        org,
        version,
        rails.remote_models,
        rails.content_filter.mode.as_str(),
        rails.content_filter.threshold,
        rails.injection_filter.mode.as_str(),
        rails.injection_filter.threshold,
        &rails.blocked_topics,
        rails.keep_prompts.as_str(),
        rails.retention_days,
        tools,
        by.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// That the assistant was stopped.
#[derive(Clone, Debug)]
pub struct Stop {
    pub reason: String,
    pub by: Option<Ref>,
    pub at: DateTime<Utc>,
}

/// The tools of other servers that are allowed, as rules can name them.
pub(super) async fn outside_tools(tx: &mut Tx) -> Result<Vec<ToolName>> {
    let rows = sqlx::query!(
        r#"select s.name || '.' || t.name as "name!", t.about from tool_server s
           join outside_tool t on t.org_id = s.org_id and t.server_id = s.id
           where s.org_id = $1 and t.allowed = t.fingerprint and not t.gone order by 1 limit 500"#,
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?;
    let named = |name: String, about: String| ToolName { name: name.into(), about: about.into(), proposes: None };
    Ok(rows.into_iter().map(|row| named(row.name, row.about)).collect())
}

/// Whether the assistant is stopped.
///
/// # Errors
/// When the database is gone.
pub async fn stopped(tx: &mut Tx) -> Result<Option<Stop>> {
    let row = sqlx::query!(
        r#"select s.reason, s.stopped_by, s.stopped_at, u.name as "name?"
           from ai_stop s left join app_user u on u.org_id = s.org_id and u.id = s.stopped_by where s.org_id = $1"#,
        tx.org().0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|row| Stop { reason: row.reason, by: Ref::of(Some(row.stopped_by), row.name), at: row.stopped_at }))
}

/// # Errors
/// 409 `ai_stopped` while the assistant is stopped.
pub async fn require_running(tx: &mut Tx) -> Result<()> {
    match stopped(tx).await? {
        None => Ok(()),
        Some(stop) => {
            let by = stop.by.map_or_else(|| "An administrator".to_owned(), |by| by.name);
            Err(Error::conflict("ai_stopped", format!("{by} has stopped the assistant: {}", stop.reason)))
        }
    }
}

/// Whether `actor` may use a tool: not while the assistant is stopped, nor against the rules of their roles.
///
/// # Errors
/// 409 `ai_stopped`; 403 `tool_denied`.
pub async fn require_tool(tx: &mut Tx, actor: &Actor, tool: &str) -> Result<()> {
    require_running(tx).await?;
    if policy(tx).await?.rails.allows(actor, tool) {
        return Ok(());
    }
    Err(Error::forbidden("tool_denied", format!("your administrators do not let your role use {tool}")))
}

/// Stops the assistant; what stopped it first stands.
pub(super) async fn stop(tx: &mut Tx, by: UserId, reason: &str) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "insert into ai_stop (org_id, reason, stopped_by, stopped_at) values ($1, $2, $3, $4) on conflict do nothing",
        org,
        reason,
        by.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Lets the assistant run again.
pub(super) async fn resume(tx: &mut Tx) -> Result<bool> {
    let gone = sqlx::query!("delete from ai_stop where org_id = $1", tx.org().0).execute(tx.db()).await?;
    Ok(gone.rows_affected() == 1)
}

/// Whether every one of these roles is there.
pub(super) async fn roles_exist(tx: &mut Tx, roles: &[uuid::Uuid]) -> Result<Vec<uuid::Uuid>> {
    let found = sqlx::query_scalar!("select id from role where org_id = $1 and id = any ($2)", tx.org().0, roles);
    Ok(found.fetch_all(tx.db()).await?)
}
