//! What moves and conversions meet: approvals that a record needs as it would be written, and does not have.

use dealwright_kernel::id::ApprovalDefinitionId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::Tx;
use dealwright_workflow::Unapproved;
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::rule::Facts;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::definition::{InForce, in_force};
use super::store::{self, Newest};
use super::subject::{Subject, is_as_approved, same};
use crate::lead::Lead;
use crate::pipeline::Stage;

/// The approvals that have a say in a move: those that the lifecycle asks for, and those that keep deals out of the stage.
///
/// # Errors
/// When the database is gone.
pub async fn concerned(
    tx: &mut Tx,
    asked: &[ApprovalDefinitionId],
    to: Option<&Stage>,
) -> Result<Vec<(ApprovalDefinitionId, bool)>> {
    let all = in_force(tx).await?;
    let blocks = |known: &InForce| to.is_some_and(|to| known.ready.definition.stages.contains(&to.id));
    let deals = all.iter().filter(|known| known.active && known.object == ApprovalObject::Opportunity);
    Ok(deals.filter(|k| asked.contains(&k.id) || blocks(k)).map(|k| (k.id, blocks(k))).collect())
}

/// Whether conditions of these speak of facts.
///
/// # Errors
/// When the database is gone.
pub async fn asks_facts(tx: &mut Tx, concerned: &[(ApprovalDefinitionId, bool)]) -> Result<bool> {
    let all = in_force(tx).await?;
    Ok(all.iter().any(|known| known.ready.asks() && concerned.iter().any(|(id, _)| *id == known.id)))
}

/// Of these approvals, those that a deal needs and does not have. An approval is for values: another value of an approved field
/// makes it as if there were none.
///
/// # Errors
/// When the database is gone.
pub async fn unapproved(
    tx: &mut Tx,
    deal: Uuid,
    concerned: &[(ApprovalDefinitionId, bool)],
    fields: &Map<String, Value>,
    facts: Option<&Facts>,
) -> Result<Vec<Unapproved>> {
    if concerned.is_empty() {
        return Ok(Vec::new());
    }
    let all = in_force(tx).await?;
    let newest = store::newest_of(tx, deal).await?;
    let mut lacking = Vec::new();
    for (id, blocks) in concerned {
        let Some(known) = all.iter().find(|known| known.id == *id) else { continue };
        if !known.ready.applies(facts) {
            continue;
        }
        let newest = newest.iter().find(|one| one.definition == *id);
        if let Some(given) = newest.filter(|one| one.status == dealwright_workflow::approval::run::Status::Approved)
            && is_as_approved(tx, deal, &given.rules, fields, &given.snapshot).await?
        {
            continue;
        }
        let pending = newest.is_some_and(Newest::is_pending);
        lacking.push(Unapproved { id: *id, name: known.name.clone(), pending, blocks: *blocks });
    }
    Ok(lacking)
}

/// Refuses to convert a lead that needs an approval and does not have it.
///
/// # Errors
/// 422 `gate_not_cleared` with each as `approvals.<definition>`.
pub async fn convert(tx: &mut Tx, lead: &Lead) -> Result<()> {
    let all = in_force(tx).await?;
    let wanted =
        |known: &&InForce| known.active && known.object == ApprovalObject::Lead && known.ready.definition.conversion;
    let concerned: Vec<&InForce> = all.iter().filter(wanted).collect();
    if concerned.is_empty() {
        return Ok(());
    }
    let subject = Subject::lead(lead);
    let facts = subject.facts(tx).await?;
    let newest = store::newest_of(tx, lead.id.0).await?;
    let mut missing = Vec::new();
    for known in concerned.into_iter().filter(|known| known.ready.applies(facts.as_ref())) {
        let newest = newest.iter().find(|one| one.definition == known.id);
        if let Some(given) = newest.filter(|one| one.status == dealwright_workflow::approval::run::Status::Approved) {
            let now = subject.snapshot(tx, &given.rules, &[]).await?;
            if same(&now, &given.snapshot) {
                continue;
            }
        }
        let message = if newest.is_some_and(Newest::is_pending) {
            format!("“{}” has not been approved yet", known.name)
        } else {
            format!("ask for the approval “{}”", known.name)
        };
        let field = format!("approvals.{}", known.id);
        missing.push(FieldError { field, code: "approval_missing".into(), message });
    }
    if missing.is_empty() { Ok(()) } else { Err(Error::fields("gate_not_cleared", missing)) }
}
