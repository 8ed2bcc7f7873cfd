//! A rule as if it had been in force for a while, with the clocks that it would have had since: how a demonstration begins.

use chrono::{DateTime, Utc};
use dealwright_access::Access;
use dealwright_crm::rule::store as records;
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::snapshot::{self, Live};
use super::store::{self, Stored};
use crate::calendar::store as calendars;
use crate::escalation::engine;
use crate::rule::{NewSlaRule, write};
use crate::simulation::replay;
use crate::simulation::store as history;

/// Records of one transaction.
const BATCH: i64 = 200;

/// Writes a rule in a person's name that counts by the organisation's first calendar, with its clocks since then. What its steps
/// would have done is not done.
///
/// # Errors
/// 422 with what is wrong with the rule.
pub async fn begin(
    access: &Access,
    org: OrgId,
    by: UserId,
    mut new: NewSlaRule,
    since: DateTime<Utc>,
) -> Result<SlaRuleId> {
    let cx = access.context_for(org, by).await?;
    let mut tx = cx.begin().await?;
    new.calendar_id = calendars::list(&mut tx, None).await?.first().map(|calendar| calendar.id);
    let rule = write::create(&cx, &mut tx, new).await?;
    sqlx::query!(
        "update sla_rule set effective_from = $3, created_at = $3, updated_at = $3, planned_version = version where org_id = $1 and id = $2",
        org.0,
        rule.id.0,
        since
    )
    .execute(tx.db())
    .await?;
    tx.commit(()).await?.into_inner();
    let mut after = Uuid::nil();
    loop {
        let mut tx = engine::reader(access, org, by).await?;
        let Some(live) = snapshot::rules(&mut tx, Some(rule.id)).await?.pop() else { break };
        let ids = records::page(&mut tx, live.object.facts(), after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        fill(access, &mut tx, org, &live, &ids).await?;
        tx.commit(()).await?.into_inner();
    }
    Ok(rule.id)
}

/// Writes the clocks that these records would have had.
async fn fill(access: &Access, tx: &mut Tx, org: OrgId, live: &Live, ids: &[Uuid]) -> Result<()> {
    let until = tx.now();
    let known = snapshot::read(tx, live.object, ids, live.asks()).await?;
    let mut events = history::events(tx, live.object, ids, until).await?;
    let mut acts = history::acts(tx, live.object, ids, until).await?;
    let mut clocks = Vec::new();
    for id in ids {
        let Some(record) = known.get(id) else { continue };
        let (events, acts) = (events.remove(id).unwrap_or_default(), acts.remove(id).unwrap_or_default());
        let lived = replay::clocks(live, record, &events, &acts, (live.effective_from, until));
        for (one, episode) in lived.into_iter().zip(1..) {
            let clock = Stored {
                id: access.clock().new_id(),
                rule: live.id,
                subject: (live.object, *id),
                episode,
                owner: one.owner,
                team: record.team,
                run: one.run,
                failures: 0,
            };
            clocks.push((&live.plan, clock));
        }
    }
    store::write(tx.db(), org, clocks).await
}
