//! Proposals that the policy for their tool lets be applied without asking: in the asker's name, through the function that a yes of
//! theirs would call.
//!
//! Never one whose values may come out of a text that somebody else wrote, nor one that needs the approval of others.

use dealwright_access::{Context, Record};
use dealwright_crm::opportunity::Opportunity;
use dealwright_governance::policy::Approval as Rule;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::id::{OpportunityId, ProposalId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};

use super::decide::{self, Approval, Approved};
use super::{Kind, Proposal, store};

/// Whether a proposal of `tool` may be applied at once.
///
/// # Errors
/// When the database is gone.
pub async fn is_allowed(cx: &Context, tx: &mut Tx, tool: &str, proposal: &Proposal) -> Result<bool> {
    let rules = guardrails::policy(tx).await?.rails.automatic(cx.actor(), tool);
    if rules.is_empty() || proposal.tainted || proposal.approval_id.is_some() {
        return Ok(false);
    }
    for (rule, below) in rules {
        let holds = match rule {
            Rule::Always => false,
            Rule::OwnTasks => is_own_task(cx, proposal),
            Rule::BelowAmount => match below {
                Some(below) => stays_below(tx, proposal, below).await?,
                None => false,
            },
            Rule::AgentWritten => proposal.kind == Kind::UpdateOpportunity && store::agent_wrote(tx, proposal).await?,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether it is a task for the asker: one without an assignee is.
fn is_own_task(cx: &Context, proposal: &Proposal) -> bool {
    let me = cx.actor().user.to_string();
    let assignee = proposal.diff.iter().find(|one| one.field == "assignee_id");
    proposal.kind == Kind::CreateTask && assignee.is_none_or(|one| one.new.is_null() || one.new == Value::String(me))
}

/// Whether the deal's amount is below `below` now and after the change, in that currency.
async fn stays_below(tx: &mut Tx, proposal: &Proposal, below: Money) -> Result<bool> {
    let (Kind::UpdateOpportunity, Some(id)) = (proposal.kind, proposal.target.id) else { return Ok(false) };
    let Some(deal) = Opportunity::find(tx, OpportunityId(id)).await? else { return Ok(false) };
    let under = |amount: Money| amount.currency == below.currency && amount.minor < below.minor;
    let after = match proposal.diff.iter().find(|one| one.field == "amount") {
        None => deal.amount,
        Some(one) => serde_json::from_value(one.new.clone()).map_err(Error::internal)?,
    };
    Ok(deal.amount.is_some_and(under) && after.is_some_and(under))
}

/// Applies a proposal in the name of `cx`, who asked for it.
///
/// # Errors
/// As an approval's.
pub async fn apply(cx: &Context, id: ProposalId) -> Result<Proposal> {
    let mut tx = cx.begin().await?;
    let proposal = store::find(&mut tx, id, false).await?;
    tx.done(()).await?;
    let requester = decide::requester(cx, &proposal).await?;
    let whole = Approval { diff_hash: proposal.diff_hash, fields: None, edits: Map::new() };
    let mut tx = cx.begin().await?;
    match decide::approve(cx, &mut tx, id, &requester, &whole).await? {
        Approved::Applied => store::was_automatic(&mut tx, id).await?,
        // It is kept as stale, and waits.
        Approved::Stale => {}
    }
    let proposal = store::find(&mut tx, id, false).await?.shown_to(cx.actor());
    tx.commit(()).await?.into_inner();
    Ok(proposal)
}
