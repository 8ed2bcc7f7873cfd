//! How many of the records that are there would need an approval.

use std::time::Duration;

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::approval::{ApprovalObject, Ready};
use dealwright_workflow::rule::RuleObject;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::subject::put_discounts;
use crate::record::Ref;
use crate::rule;

const BATCH: i64 = 500;
/// Records that one request looks at, and how long it may take for it; the cursor leads to the rest.
const MOST: i64 = 10_000;
const LONGEST: Duration = Duration::from_secs(3);
/// Records that an answer names.
const NAMED: usize = 100;

/// What a part of a dry run found.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ApprovalDryRunFound {
    /// Records that were looked at, of what the caller sees. Proposals are not: they come and go.
    pub checked: i64,
    /// Those that would need it.
    pub needed: i64,
    /// The first hundred of them.
    pub records: Vec<Ref>,
    /// Where to go on; null when everything has been looked at.
    pub next_cursor: Option<Uuid>,
}

/// Looks at records, from a cursor on.
///
/// # Errors
/// When the database is gone.
pub async fn run(cx: &Context, ready: &Ready, cursor: Option<Uuid>) -> Result<ApprovalDryRunFound> {
    let begun = cx.clock().now();
    let (mut found, mut after) = (ApprovalDryRunFound::default(), cursor.unwrap_or(Uuid::nil()));
    if ready.definition.object == ApprovalObject::Proposal {
        return Ok(found);
    }
    loop {
        let mut tx = cx.begin().await?;
        let records = look(&mut tx, ready, after, &mut found).await?;
        tx.done(()).await?;
        let Some(last) = records else { break };
        after = last;
        let long = (cx.clock().now() - begun).to_std().is_ok_and(|taken| taken >= LONGEST);
        if found.checked >= MOST || long {
            found.next_cursor = Some(after);
            break;
        }
    }
    Ok(found)
}

/// Looks at some; where it came to.
async fn look(tx: &mut Tx, ready: &Ready, after: Uuid, found: &mut ApprovalDryRunFound) -> Result<Option<Uuid>> {
    let lead = ready.definition.object == ApprovalObject::Lead;
    let records = if lead { leads(tx, after).await? } else { deals(tx, after).await? };
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    let object = if lead { RuleObject::Lead } else { RuleObject::Opportunity };
    let mut facts = if ready.asks() { rule::store::facts(tx, object, &ids).await? } else { Default::default() };
    let discount = ready.definition.condition.as_deref().is_some_and(|condition| condition.contains("discount"));
    for record in records {
        found.checked += 1;
        let mut facts = facts.remove(&record.id);
        if let Some(facts) = facts.as_mut().filter(|_| discount && !lead) {
            put_discounts(tx, record.id, facts).await?;
        }
        if ready.applies(facts.as_ref()) {
            found.needed += 1;
            if found.records.len() < NAMED {
                found.records.push(record);
            }
        }
    }
    Ok(ids.last().copied())
}

async fn deals(tx: &mut Tx, after: Uuid) -> Result<Vec<Ref>> {
    Ok(sqlx::query_as!(
        Ref,
        "select o.id, o.name from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id and s.kind = 'open'
         where o.org_id = $1 and o.deleted_at is null and o.id > $2 order by o.id limit $3",
        tx.org().0,
        after,
        BATCH,
    )
    .fetch_all(tx.db())
    .await?)
}

async fn leads(tx: &mut Tx, after: Uuid) -> Result<Vec<Ref>> {
    Ok(sqlx::query_as!(
        Ref,
        "select id, name from lead where org_id = $1 and deleted_at is null and converted_at is null and id > $2 order by id limit $3",
        tx.org().0,
        after,
        BATCH,
    )
    .fetch_all(tx.db())
    .await?)
}
