//! Proposals that need more than one person's yes: a definition of approvals says which, and by whose levels. The last level's yes
//! applies the proposal, in the name of who said it, through the function that a single yes calls.

use dealwright_access::Context;
use dealwright_crm::approval::decide::{Decided, owner_of};
use dealwright_crm::approval::{self, Subject};
use dealwright_kernel::id::ProposalId;
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::approval::run::Status as Decision;
use dealwright_workflow::rule::{Facts, Value as Fact};
use serde_json::Map;

use super::decide::{self, Approval, Approved, Requester};
use super::{Difference, Proposal, Status, store};

/// Asks for what a new proposal needs. One about no record is its asker's alone, and nobody else would see it.
///
/// # Errors
/// 409 `no_approver` when nobody could decide.
pub async fn ask(tx: &mut Tx, proposal: &Proposal) -> Result<()> {
    let Some(record) = record_of(proposal) else { return Ok(()) };
    let owner = owner_of(tx, record).await?;
    let Some(owner) = owner else { return Ok(()) };
    let subject = Subject {
        object: ApprovalObject::Proposal,
        id: proposal.id.0,
        name: proposal.target.name.clone(),
        version: None,
        record,
        owner,
        account: None,
        contact: None,
        proposed: Some((facts(proposal), proposal.diff.iter().map(change).collect())),
    };
    approval::flow::ask_for_proposal(tx, &subject, proposal.requested_by.id.into(), &proposal.reason).await
}

fn record_of(proposal: &Proposal) -> Option<(&'static str, uuid::Uuid)> {
    let kind = match proposal.target.kind.as_str() {
        "opportunity" => "opportunity",
        "account" => "account",
        "contact" => "contact",
        "lead" => "lead",
        _ => return None,
    };
    Some((kind, proposal.target.id?))
}

fn change(of: &Difference) -> Change {
    Change {
        field: of.field.clone(),
        old: of.old.clone(),
        new: of.new.clone(),
        old_label: of.old_label.clone(),
        new_label: of.new_label.clone(),
    }
}

/// What conditions know of a proposal.
fn facts(proposal: &Proposal) -> Facts {
    let fields: Vec<&str> = proposal.diff.iter().map(|one| one.field.as_str()).collect();
    let amount = proposal.diff.iter().find(|one| one.field == "amount");
    let amount = amount.and_then(|one| serde_json::from_value::<Money>(one.new.clone()).ok());
    let mut facts = Facts::default();
    facts.put("proposal.kind", Fact::text(Some(proposal.kind.as_str())));
    facts.put("proposal.fields", Fact::texts(&fields));
    facts.put("proposal.amount", Fact::number(amount.map(Money::to_decimal)));
    facts.put("proposal.confidence", Fact::text(Some(proposal.confidence.as_str())));
    facts.put("proposal.tainted", Fact::Bool(proposal.tainted));
    facts
}

/// Refuses to decide on a proposal by a single yes that needs more.
///
/// # Errors
/// 409 `approval_required`.
pub fn require_free(proposal: &Proposal) -> Result<()> {
    if proposal.approval_id.is_some() {
        let why = "this needs the approval of others; decide on it among the approvals";
        return Err(Error::conflict("approval_required", why));
    }
    Ok(())
}

/// Who asked takes a proposal back: what was asked for it is recalled.
///
/// # Errors
/// 409 `approval_required` for anybody else.
pub async fn give_up(cx: &Context, tx: &mut Tx, proposal: &Proposal, reason: Option<&str>) -> Result<()> {
    if proposal.approval_id.is_none() {
        return Ok(());
    }
    if proposal.requested_by.id != cx.actor().user.0 {
        return require_free(proposal);
    }
    for request in approval::store::hold_pending(tx, proposal.id.0).await? {
        approval::decide::recall(cx, tx, request.id, reason).await?;
    }
    Ok(())
}

/// What follows for a proposal from a word on its approval: nothing while others wait, its application, or its rejection.
///
/// # Errors
/// What applying it meets; 409 `proposal_stale` when the record has moved on since.
pub async fn settle(
    cx: &Context,
    tx: &mut Tx,
    decided: &Decided,
    proposal: &Proposal,
    requester: &Requester,
    reason: Option<&str>,
) -> Result<()> {
    let id: ProposalId = proposal.id;
    match decided.status {
        Decision::Pending | Decision::Recalled => Ok(()),
        // Another definition may ask for more.
        Decision::Approved if !approval::store::hold_pending(tx, id.0).await?.is_empty() => Ok(()),
        Decision::Approved => {
            let whole = Approval { diff_hash: proposal.diff_hash.clone(), fields: None, edits: Map::new() };
            match decide::approve(cx, tx, id, requester, &whole).await? {
                Approved::Applied => Ok(()),
                Approved::Stale => Err(Error::conflict(
                    "proposal_stale",
                    "a field of this proposal has been changed since it was made; reject it, and ask for it anew",
                )),
            }
        }
        Decision::Rejected => {
            for other in approval::store::hold_pending(tx, id.0).await? {
                approval::decide::end(tx, other).await?;
            }
            let data = serde_json::json!({ "run_id": proposal.run_id, "kind": proposal.kind, "reason": reason });
            let told = store::told(tx, "rejected", id, &proposal.target, data);
            tx.emit(told);
            let decision = store::Decision { status: Status::Rejected, reason, event: None, stale: None };
            store::decide(tx, id, &decision).await
        }
    }
}
