//! Approvals where they meet records: what needs one, who is asked, what is locked meanwhile, and what gates ask for.
//!
//! The state machine is `workflow::approval`'s. Here `definition` holds what is in force and how it is written, `subject` what can
//! be approved, `people` who is meant, `flow` how a request begins and goes on, `guard` what writes meet, `gate` what moves and
//! conversions meet, `decide` what people do with a request, `escalate` what the clock does, `delegation` who is away, `link` the
//! links of letters, `view` what is shown, `store` and `definition_store` the SQL, and the `http` modules the endpoints.

pub mod decide;
pub mod definition;
pub mod definition_http;
pub mod definition_store;
pub mod delegation;
pub mod dry_run;
pub mod escalate;
pub mod flow;
pub mod gate;
pub mod guard;
pub mod http;
pub mod link;
pub mod people;
pub mod store;
pub mod subject;
pub mod view;

use dealwright_access::Context;
use dealwright_kernel::id::{ApprovalDefinitionId, ApprovalId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::approval::ApprovalObject;

pub use definition::{InForce, in_force};
pub use guard::Guard;
pub use subject::Subject;

/// Asks for the approval of a record by a definition, in the name of whoever acts: what a person's click does, a stage's action,
/// an automation. The caller has made sure that they may ask, which takes the right to change the record. The request is written in
/// `tx`, with its event before whatever the caller emits next.
///
/// # Errors
/// 404 when there is no such definition for this kind of record; 409 `approval_inactive`, `approval_pending` when it has been asked
/// already, `already_approved` when it is given for what the record says, `no_approver` when a level would have nobody.
pub async fn request(
    cx: &Context,
    tx: &mut Tx,
    subject: &Subject,
    definition: ApprovalDefinitionId,
    reason: Option<String>,
) -> Result<ApprovalId> {
    let all = in_force(tx).await?;
    let known = all.iter().find(|known| known.id == definition && known.object == subject.object);
    let known = known.ok_or_else(|| Error::not_found("approval definition"))?;
    if !known.active {
        return Err(Error::conflict("approval_inactive", format!("“{}” is switched off", known.name)));
    }
    let snapshot = subject.snapshot(tx, &known.ready.definition, &[]).await?;
    match store::newest(tx, subject.id, definition).await? {
        Some(newest) if newest.is_pending() => return Err(pending(&newest)),
        Some(newest) if newest.stands_for(&snapshot) => {
            return Err(Error::conflict("already_approved", format!("“{}” is approved already", known.name)));
        }
        Some(_) | None => {}
    }
    flow::begin(tx, known, subject, cx.actor().user, snapshot, reason).await
}

/// Asks as [`request`] does, where the definition is in force, its condition holds, and it is neither pending nor given.
///
/// # Errors
/// 409 `no_approver`.
pub async fn request_if_needed(
    cx: &Context,
    tx: &mut Tx,
    subject: &Subject,
    definition: ApprovalDefinitionId,
) -> Result<Option<ApprovalId>> {
    let all = in_force(tx).await?;
    let found = all.iter().find(|known| known.id == definition && known.object == subject.object && known.active);
    let Some(known) = found else { return Ok(None) };
    let facts = if known.ready.asks() { subject.facts(tx).await? } else { None };
    if !known.ready.applies(facts.as_ref()) {
        return Ok(None);
    }
    let snapshot = subject.snapshot(tx, &known.ready.definition, &[]).await?;
    if store::newest(tx, subject.id, definition).await?.is_some_and(|n| n.is_pending() || n.stands_for(&snapshot)) {
        return Ok(None);
    }
    flow::begin(tx, known, subject, cx.actor().user, snapshot, None).await.map(Some)
}

/// Somebody has been asked already.
pub(crate) fn pending(request: &store::Newest) -> Error {
    Error::conflict("approval_pending", format!("“{}” waits for a decision already", request.name))
}

/// A definition of deals that is in force, or not any more: what a lifecycle may name.
///
/// # Errors
/// When the database is gone.
pub async fn of_deals(tx: &mut Tx) -> Result<Vec<ApprovalDefinitionId>> {
    let all = in_force(tx).await?;
    Ok(all.iter().filter(|known| known.object == ApprovalObject::Opportunity).map(|known| known.id).collect())
}
