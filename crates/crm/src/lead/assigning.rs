//! Leads given by the assignment rules, to an owner who may be beyond the reach of who asks: the rules are an
//! administrator's decision.

use dealwright_access::policy::Object;
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{EventId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;
use serde::Serialize;
use utoipa::ToSchema;

use super::write::require_open;
use super::{Lead, store};
use crate::assignment::chooser::Because;
use crate::assignment::decide::{Decision, Subject, decide};
use crate::assignment::store as rules;
use crate::change::{self, store::name_values};
use crate::record::Ref;
use crate::rule;

/// What the rules made of a lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignedLead {
    /// The rule that took it; null when none did, and it stays as it is.
    pub rule: Option<Ref>,
    pub owner: Ref,
    pub because: Option<Because>,
    /// Null when it is out of your sight now.
    pub lead: Option<Lead>,
    #[serde(skip)]
    pub event: Option<EventId>,
}

/// Judges a lead that the actor has just made in their own name, gives it to whom the rules choose, or else to
/// `otherwise`, and tells both.
///
/// # Errors
/// 403 when the actor would not see it; 422 for a rule that is not met.
pub(super) async fn place_new(cx: &Context, tx: &mut Tx, id: LeadId, otherwise: Otherwise) -> Result<Lead> {
    let subject = Subject::of(tx, id).await?;
    let Some(mut subject) = subject else {
        let detail = "you would not see the lead you make; an administrator can add it";
        return Err(Error::forbidden("owner_out_of_scope", detail).on("owner_id"));
    };
    let decision = decide(tx, &subject, true).await?;
    let mut lead = store::find(tx, id, false).await?.or_not_found("lead")?;
    let owner = match (&decision, otherwise) {
        (Some(decision), _) => {
            decision.put(&mut subject.facts);
            Some((decision.owner.id, decision.owner.name.clone(), decision.owner.team))
        }
        (None, Otherwise::Given(owner)) => {
            let known = rules::members(tx, &[owner], &[]).await?.pop();
            let able = match known {
                Some(member) => Some(member),
                None => rules::administrator(tx).await?,
            };
            able.map(|m| (m.id, m.name, m.team))
        }
        (None, Otherwise::Kept) => None,
    };
    rule::judge_facts(tx, RuleObject::Lead, subject.facts).await?;
    if let Some((owner, name, team)) = owner {
        rules::place(tx, id, owner, team).await?;
        (lead.owner_id, lead.owner, lead.team_id) = (owner, Ref { id: owner.0, name }, team);
    }
    let lead = lead.allowing(cx.actor());
    tx.emit(lead.event(tx, "created"));
    if let Some(decision) = decision {
        tx.emit(lead.event(tx, "assigned").data(decision.told()));
    }
    Ok(lead)
}

/// Assigns a lead by the rules.
///
/// # Errors
/// 409 `version_conflict` or `lead_converted`; 403 when the owner is not the actor's to change; 422 for a rule that is not met.
pub async fn assign(cx: &Context, tx: &mut Tx, permit: Permit<Lead>, version: i64) -> Result<AssignedLead> {
    permit.may_give_away("owner_id")?;
    cx.actor().fields.may_write(Object::Lead, std::iter::once("owner_id"))?;
    let current = permit.into_inner();
    if current.version != version {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    require_open(&current)?;
    let subject = Subject::of(tx, current.id).await?.or_not_found("lead")?;
    let Some(decision) = decide(tx, &subject, false).await? else {
        return Ok(AssignedLead {
            rule: None,
            owner: current.owner.clone(),
            because: None,
            lead: Some(current.allowing(cx.actor())),
            event: None,
        });
    };
    let (lead, event) = give(cx, tx, current, &subject, &decision).await?;
    Ok(AssignedLead {
        rule: Some(decision.rule),
        owner: Ref { id: decision.owner.id.0, name: decision.owner.name },
        because: Some(decision.because),
        lead,
        event,
    })
}

/// Writes the owner; no event when it is theirs already.
async fn give(
    cx: &Context,
    tx: &mut Tx,
    current: Lead,
    subject: &Subject,
    decision: &Decision,
) -> Result<(Option<Lead>, Option<EventId>)> {
    let old = current.fields();
    let mut new = old.clone();
    (new.owner_id, new.team_id) = (decision.owner.id, decision.owner.team);
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok((Some(current.allowing(cx.actor())), None));
    }
    let mut after = subject.facts.clone();
    decision.put(&mut after);
    if !rules::give(tx, current.id, current.version, decision.owner.id, decision.owner.team).await? {
        return Err(Error::stale(VersionConflict { version: current.version + 1, fields: Vec::new() }));
    }
    rule::judge_change(tx, RuleObject::Lead, after, &subject.facts).await?;
    name_values(tx, &mut changes).await?;
    let mut told = current.event(tx, "assigned").changes(changes).data(decision.told());
    told.subject.version = Some(current.version + 1);
    let event = tx.emit(told);
    let lead = store::find(tx, current.id, false).await?.map(|lead| lead.allowing(cx.actor()));
    Ok((lead, Some(event)))
}

/// Whose a new lead becomes that no rule takes.
#[derive(Clone, Copy, Debug)]
pub enum Otherwise {
    /// Who brought it.
    Kept,
    /// This one, or else, when they may own leads no more, an administrator.
    Given(dealwright_kernel::id::UserId),
}
