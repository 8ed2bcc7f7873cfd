//! Records given to another owner, many at a time: each through the same permissions and rules as one alone, each with
//! its event, and those that are refused are named with the reason.

pub mod http;
pub mod store;

use dealwright_access::Context;
use dealwright_kernel::id::{AccountId, ContactId, EventId, LeadId, OpportunityId, TaskId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::{self, AccountPatch};
use crate::contact::{self, ContactPatch};
use crate::handover::Kind;
use crate::lead::{self, LeadPatch};
use crate::opportunity::{self, OpportunityPatch};
use crate::task::{self, TaskPatch};

/// Records of one request.
pub const AT_ONCE: usize = 500;

/// A record that has changed hands, and the event to undo it by.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transferred {
    pub id: Uuid,
    pub name: String,
    pub event_id: EventId,
}

/// A record that has not, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransferRefused)]
pub struct Refused {
    pub id: Uuid,
    /// As an error of one alone; `unchanged` when it is the new owner's already.
    pub code: String,
    pub message: String,
}

/// What became of each record.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TransferOutcome)]
pub struct Outcome {
    pub transferred: Vec<Transferred>,
    pub refused: Vec<Refused>,
}

/// Gives each record to `to`, or says why not.
///
/// # Errors
/// What concerns no single record: the database is gone, our fault.
pub async fn all(cx: &Context, tx: &mut Tx, kind: Kind, ids: &[Uuid], to: UserId) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for &id in ids {
        let point = tx.savepoint().await?;
        match one(cx, tx, kind, id, to).await {
            Ok(Some((name, event_id))) => {
                tx.keep(point).await?;
                outcome.transferred.push(Transferred { id, name, event_id });
            }
            Ok(None) => {
                tx.keep(point).await?;
                let message = "it is theirs already".to_owned();
                outcome.refused.push(Refused { id, code: "unchanged".to_owned(), message });
            }
            Err(error) if error.outcome.status().is_client_error() => {
                tx.back_to(point).await?;
                outcome.refused.push(Refused { id, code: code(&error), message: error.detail });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// The field's code where the error is one field's: it says more than `invalid`.
fn code(error: &Error) -> String {
    error.fields.first().map_or_else(|| error.code.to_string(), |field| field.code.to_string())
}

/// Gives one record to `to`. Nothing when it is theirs already.
async fn one(cx: &Context, tx: &mut Tx, kind: Kind, id: Uuid, to: UserId) -> Result<Option<(String, EventId)>> {
    let needs = kind.update();
    let (name, event) = match kind {
        Kind::Opportunity => {
            let permit = cx.permit_for::<opportunity::Opportunity>(tx, OpportunityId(id), needs).await?;
            let (version, patch) =
                (permit.version, OpportunityPatch { owner_id: Some(to), ..OpportunityPatch::default() });
            let written = opportunity::write::update(cx, tx, permit, version, patch, None).await?;
            (written.opportunity.name, written.event)
        }
        Kind::Account => {
            let permit = cx.permit_for::<account::Account>(tx, AccountId(id), needs).await?;
            let (version, patch) = (permit.version, AccountPatch { owner_id: Some(to), ..AccountPatch::default() });
            let written = account::write::update(cx, tx, permit, version, patch, None).await?;
            (written.account.name, written.event)
        }
        Kind::Contact => {
            let permit = cx.permit_for::<contact::Contact>(tx, ContactId(id), needs).await?;
            let (version, patch) = (permit.version, ContactPatch { owner_id: Some(to), ..ContactPatch::default() });
            let written = contact::write::update(cx, tx, permit, version, patch, None).await?;
            (written.contact.name, written.event)
        }
        Kind::Lead => {
            let permit = cx.permit_for::<lead::Lead>(tx, LeadId(id), needs).await?;
            let (version, patch) = (permit.version, LeadPatch { owner_id: Some(to), ..LeadPatch::default() });
            let written = lead::write::update(cx, tx, permit, version, patch, None).await?;
            (written.lead.name, written.event)
        }
        Kind::Task => {
            let permit = cx.permit_for::<task::Task>(tx, TaskId(id), needs).await?;
            let (version, patch) = (permit.version, TaskPatch { assignee_id: Some(to), ..TaskPatch::default() });
            let written = task::write::update(cx, tx, permit, version, patch, None).await?;
            (written.task.title, written.event)
        }
    };
    Ok(event.map(|event| (name, event)))
}
