//! Deciding on a proposal: approve (all of it, a part, or with other values), or reject.

use dealwright_access::policy::{CreateTask, Needs, UpdateOpportunity};
use dealwright_access::{Actor, Context, Object, Record};
use dealwright_crm::change;
use dealwright_crm::opportunity::{self, Opportunity, OpportunityPatch};
use dealwright_crm::task;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{EventId, OpportunityId, ProposalId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value, json};

use super::store::{self, Decision};
use super::{Kind, Proposal, Stale, Status, approved_values, changed_since};

/// What the approver says.
#[derive(Clone, Debug, Default)]
pub struct Approval {
    pub diff_hash: String,
    pub fields: Option<Vec<String>>,
    pub edits: Map<String, Value>,
}

/// An approval that went through, or the reason why the record has moved on.
#[derive(Debug)]
pub enum Approved {
    Applied,
    Stale,
}

/// Whether the actor may decide on it at all: by the permission that the change itself needs.
fn require(actor: &Actor, kind: Kind) -> Result<()> {
    actor.require(match kind {
        Kind::UpdateOpportunity => UpdateOpportunity::PERMISSION,
        Kind::CreateTask => CreateTask::PERMISSION,
    })
}

fn open(proposal: &Proposal) -> Result<()> {
    match proposal.status {
        Status::Pending | Status::Stale => Ok(()),
        Status::Expired => Err(Error::conflict("proposal_expired", "the proposal has expired; ask again")),
        Status::Approved | Status::Rejected | Status::Failed => {
            Err(Error::conflict("already_decided", "somebody has decided on this proposal already"))
        }
    }
}

/// Applies a proposal in the name of `cx`, in the transaction of `tx`. `requester` is who asked for it, as they are now.
///
/// # Errors
/// 403 when one of the two may not; 409 `already_decided`, `proposal_changed`, `proposal_expired`; 422 when a gate or a
/// value refuses.
pub async fn approve(
    cx: &Context,
    tx: &mut Tx,
    id: ProposalId,
    requester: &Requester,
    approval: &Approval,
) -> Result<Approved> {
    let proposal = store::find(tx, id, true).await?;
    require(cx.actor(), proposal.kind)?;
    require(&requester.actor, proposal.kind)?;
    open(&proposal)?;
    if proposal.diff_hash != approval.diff_hash {
        return Err(Error::conflict("proposal_changed", "the proposal is not the one you were shown; read it again"));
    }
    let values = approved_values(&proposal.diff, approval.fields.as_deref(), &approval.edits)?;
    let data = json!({ "run_id": proposal.run_id, "kind": proposal.kind, "reason": proposal.reason, "fields": values.keys().collect::<Vec<_>>(),
                       "edited": approval.edits.keys().collect::<Vec<_>>() });
    let told = store::told(tx, "approved", id, &proposal.target, data);
    let event = match proposal.kind {
        Kind::UpdateOpportunity => {
            let target = OpportunityId(proposal.target.id.or_not_found("opportunity")?);
            let permit = cx.permit_for::<Opportunity>(tx, target, UpdateOpportunity::PERMISSION).await?;
            let theirs = requester.actor.reaches(UpdateOpportunity::PERMISSION, permit.owner_id, permit.team_id);
            if !theirs && !requester.shared {
                return Err(requester_may_not(&requester.actor));
            }
            let fields = values.keys().map(String::as_str);
            requester
                .actor
                .fields
                .may_write(Object::Opportunity, fields)
                .map_err(|_| requester_may_not(&requester.actor))?;
            // Who gives a value of their own for a field that was shown as stale has seen what it is now.
            let seen = |field: &str| proposal.status == Status::Stale && approval.edits.contains_key(field);
            let mut stale = changed_since(&proposal.diff, &values, &change::fields_of(&permit.fields())?);
            stale.retain(|f| !seen(&f.field));
            if !stale.is_empty() {
                let stale = named(tx, stale).await?;
                store::decide(
                    tx,
                    id,
                    &Decision { status: Status::Stale, reason: None, event: None, stale: Some(&stale) },
                )
                .await?;
                return Ok(Approved::Stale);
            }
            // Untouched where it matters: applied to the record as it is now.
            let version = permit.version;
            let patch = OpportunityPatch::from_values(values)?;
            tx.emit(told);
            tx.by_way_of("proposal");
            opportunity::write::update(cx, tx, permit, version, patch, None).await?.event
        }
        Kind::CreateTask => {
            tx.emit(told);
            Some(create_task(cx, tx, values).await?)
        }
    };
    store::decide(tx, id, &Decision { status: Status::Approved, reason: None, event, stale: None }).await?;
    Ok(Approved::Applied)
}

fn requester_may_not(requester: &Actor) -> Error {
    Error::forbidden(
        "requester_may_not",
        format!("{}, who asked for this, may no longer make this change", requester.name),
    )
}

async fn create_task(cx: &Context, tx: &mut Tx, values: Map<String, Value>) -> Result<EventId> {
    let new: task::NewTask = dealwright_kernel::extract::read_value(Value::Object(values))?;
    dealwright_kernel::extract::Validate::validate(&new)?;
    task::write::create(cx, tx, new).await?;
    tx.last_event().ok_or_else(|| Error::internal("a new task has an event"))
}

/// The stale fields with the names behind ids.
async fn named(tx: &mut Tx, fields: Vec<super::StaleField>) -> Result<Stale> {
    let mut changes: Vec<dealwright_store::Change> = fields
        .iter()
        .map(|f| dealwright_store::Change {
            field: f.field.clone(),
            old: Value::Null,
            new: f.current.clone(),
            old_label: None,
            new_label: None,
        })
        .collect();
    change::store::name_values(tx, &mut changes).await?;
    let fields =
        fields.into_iter().zip(changes).map(|(f, c)| super::StaleField { current_label: c.new_label, ..f }).collect();
    Ok(Stale { fields })
}

/// Rejects a proposal.
///
/// # Errors
/// 403; 409 `already_decided`.
pub async fn reject(cx: &Context, tx: &mut Tx, id: ProposalId, reason: Option<&str>) -> Result<()> {
    let proposal = store::find(tx, id, true).await?;
    // Who asked may always take it back.
    if proposal.requested_by.id != cx.actor().user.0 {
        require(cx.actor(), proposal.kind)?;
    }
    open(&proposal)?;
    let told = store::told(
        tx,
        "rejected",
        id,
        &proposal.target,
        json!({ "run_id": proposal.run_id, "kind": proposal.kind, "reason": reason }),
    );
    tx.emit(told);
    store::decide(tx, id, &Decision { status: Status::Rejected, reason, event: None, stale: None }).await
}

/// Who asked for a proposal, as they are now.
///
/// # Errors
/// 404 for a proposal that is not seen; 403 when they have left.
pub async fn requester(cx: &Context, proposal: &Proposal) -> Result<Requester> {
    let actor = cx.access().person(cx.actor().org, UserId(proposal.requested_by.id)).await.map_err(|_| {
        Error::forbidden(
            "requester_may_not",
            format!("{}, who asked for this, is no longer active", proposal.requested_by.name),
        )
    })?;
    let shared = match (proposal.kind, proposal.target.id) {
        (Kind::UpdateOpportunity, Some(id)) if actor.sees_shared(Object::Opportunity) => {
            let theirs = cx.access().context(std::sync::Arc::clone(&actor));
            let mut tx = theirs.begin().await?;
            let found = Opportunity::find(&mut tx, OpportunityId(id)).await?;
            tx.done(()).await?;
            found.is_some_and(|o| actor.may_by_share(UpdateOpportunity::PERMISSION, o.shared_to_edit))
        }
        _ => false,
    };
    Ok(Requester { actor, shared })
}

/// Who asked for a proposal.
#[derive(Debug)]
pub struct Requester {
    pub actor: std::sync::Arc<Actor>,
    /// The record is shared with them, to be edited.
    pub shared: bool,
}
