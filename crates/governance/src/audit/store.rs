//! The SQL of the audit of model calls.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::{Cursor, Page, Result};
use dealwright_store::{Database, Tx};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::ModelCall;

/// Which calls a list asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub user: Option<Uuid>,
    pub model: Option<String>,
    pub failed: Option<bool>,
}

/// A page, newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub(super) async fn page(tx: &mut Tx, wanted: &Wanted, limit: u16, cursor: Option<&str>) -> Result<Page<ModelCall>> {
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, "model-calls")).transpose()?.map(|c| c.keys);
    let rows = sqlx::query!(
        r#"select c.id, c.run_id, c.user_id, u.name as "name?", c.purpose, c.model, c.local, c.tokens_in, c.tokens_out, c.first_token_ms, c.latency_ms,
                  c.cost_micros, c.error, c.prompt_version, c.prompt, c.reply, c.redacted, c.at
           from llm_call c left join app_user u on u.org_id = c.org_id and u.id = c.user_id
           where c.org_id = $1 and ($2::uuid is null or c.user_id = $2) and ($3::text is null or c.model = $3)
             and ($4::bool is null or (c.error is not null) = $4) and ($5::timestamptz is null or (c.at, c.id) < ($5, $6::uuid))
           order by c.at desc, c.id desc limit $7"#,
        tx.org().0,
        wanted.user,
        wanted.model,
        wanted.failed,
        after.map(|a| a.0),
        after.map(|a| a.1),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    let items: Vec<ModelCall> = rows
        .into_iter()
        .take(limit.into())
        .map(|row| ModelCall {
            id: row.id,
            run_id: row.run_id.map(Into::into),
            user: Ref::of(Some(row.user_id), row.name),
            purpose: row.purpose,
            model: row.model,
            local: row.local,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            first_token_ms: row.first_token_ms,
            latency_ms: row.latency_ms,
            cost: row.cost_micros.map(|micros| Decimal::new(micros, 6).to_string()),
            error: row.error,
            prompt_version: row.prompt_version,
            prompt: row.prompt,
            reply: row.reply,
            redacted: row.redacted,
            at: row.at,
        })
        .collect();
    let last = items.last().filter(|_| more).map(|call| (call.at, call.id));
    let next_cursor = last.map(|keys| Cursor { query: "model-calls".to_owned(), keys }.encode()).transpose()?;
    Ok(Page { items, next_cursor, total: None.into() })
}

/// Forgets what was sent and answered longer ago than each organisation's policy keeps it, and counts of minutes and hours that are
/// over. Answers how many calls it emptied.
pub(super) async fn forget(database: &Database, shipped_days: i64, now: DateTime<Utc>) -> Result<u64> {
    let mut tx = database.system().await?;
    let emptied = sqlx::query!(
        "update llm_call c set prompt = null, reply = null
         where (c.prompt is not null or c.reply is not null)
           and c.at < $1::timestamptz - make_interval(days => coalesce((select p.retention_days from ai_policy p where p.org_id = c.org_id), $2)::int)",
        now,
        shipped_days
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "delete from ai_usage where period in ('minute', 'hour') and starts < $1::timestamptz - interval '2 days'",
        now
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    Ok(emptied.rows_affected())
}
