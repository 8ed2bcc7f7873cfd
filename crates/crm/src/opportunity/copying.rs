//! A copy of a deal: its fields as far as the caller may see and write them, and the parts they choose. It begins at the
//! start of its pipeline and is the caller's own.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateTask, UpdateOpportunity};
use dealwright_access::{Context, Object};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ContactId, OpportunityId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{NewOpportunity, Opportunity, OpportunityPatch, lines, store, write};
use crate::change::store::{References, check_references};
use crate::custom_field::{self, FieldKind, FieldObject};
use crate::record::Texts;
use crate::task::{self, NewTask};
use crate::{deal_competitor, deal_contact};

/// What can be copied beside the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DealPart)]
pub enum Part {
    Products,
    Contacts,
    Competitors,
    /// Those that are not done yet.
    Tasks,
}

/// A copy to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloneRequest {
    /// `Copy of …` when absent.
    #[schema(min_length = 1, max_length = 500)]
    pub name: Option<String>,
    pub parts: Vec<Part>,
}

impl Validate for CloneRequest {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 500);
        }
        if self.parts.iter().enumerate().any(|(n, part)| self.parts.iter().take(n).any(|other| other == part)) {
            wrong.push("parts", "invalid_value", "each part once");
        }
        wrong.finish()
    }
}

/// Copies a deal.
///
/// # Errors
/// 403 for a part that the caller may not see or add; 422 what the first stage's gate or a rule says.
pub async fn copy(cx: &Context, tx: &mut Tx, from: Opportunity, request: CloneRequest) -> Result<Opportunity> {
    let from = from.allowing(cx.actor());
    let (id, follows) = (from.id, from.amount_from_lines);
    may_copy(cx, &request.parts)?;
    let mut new = fields(cx, tx, &from).await?;
    new.name = request.name.unwrap_or_else(|| format!("Copy of {}", from.name).chars().take(500).collect());
    let made = write::create(cx, tx, new).await?;
    for part in &request.parts {
        match part {
            Part::Products => _ = lines::copy(tx, id, made.id).await?,
            Part::Contacts => _ = deal_contact::store::copy(tx, id, made.id).await?,
            Part::Competitors => _ = deal_competitor::store::copy(tx, id, made.id).await?,
            Part::Tasks => copy_tasks(cx, tx, id, made.id).await?,
        }
    }
    let event = made.event(tx, "cloned").data(json!({ "opportunity_id": id, "parts": request.parts }));
    tx.emit(event);
    if follows && request.parts.contains(&Part::Products) && may_write(cx, "amount") {
        let permit = cx.permit_for::<Opportunity>(tx, made.id, permission::<UpdateOpportunity>()).await?;
        let version = permit.version;
        let patch = OpportunityPatch { amount_from_lines: Some(true), ..OpportunityPatch::default() };
        return Ok(write::update(cx, tx, permit, version, patch, None).await?.opportunity);
    }
    Ok(made)
}

fn may_write(cx: &Context, field: &str) -> bool {
    cx.actor().fields.may_write(Object::Opportunity, [field]).is_ok()
}

fn may_copy(cx: &Context, parts: &[Part]) -> Result<()> {
    for part in parts {
        let field = match part {
            Part::Products => "products",
            Part::Contacts => "contacts",
            Part::Competitors => "competitors",
            Part::Tasks => {
                cx.actor().require(permission::<CreateTask>())?;
                continue;
            }
        };
        cx.actor().fields.may_write(Object::Opportunity, [field])?;
    }
    Ok(())
}

/// What the copy has of the fields: those that are hidden from the caller or that they may not write stay behind, and so
/// does what is no longer offered, in the bin, or behind us.
async fn fields(cx: &Context, tx: &mut Tx, from: &Opportunity) -> Result<NewOpportunity> {
    let mut new = NewOpportunity {
        pipeline_id: Some(from.pipeline_id),
        account_id: from.account_id,
        primary_contact_id: from.primary_contact_id,
        amount: from.amount,
        close_date: from.close_date.filter(|date| *date >= tx.now().date_naive()),
        type_id: from.type_id,
        source_id: from.source_id,
        industry_id: from.industry_id,
        region_id: from.region_id,
        next_step: from.next_step.clone(),
        follow_up_date: from.follow_up_date.filter(|date| *date >= tx.now().date_naive()),
        tags: from.tags.clone(),
        ..NewOpportunity::default()
    };
    macro_rules! leave {
        ($($field:ident),*) => { $(if !may_write(cx, stringify!($field)) { new.$field = Default::default(); })* };
    }
    leave!(
        account_id,
        primary_contact_id,
        amount,
        close_date,
        type_id,
        source_id,
        industry_id,
        region_id,
        next_step,
        follow_up_date,
        tags
    );
    if !there(tx, References { account: new.account_id.map(Into::into), ..References::default() }).await {
        new.account_id = None;
    }
    if !sees(tx, new.primary_contact_id).await {
        new.primary_contact_id = None;
    }
    macro_rules! offered {
        ($($field:ident, $kind:literal);*) => { $(
            if let Some(id) = new.$field {
                let choices = vec![(stringify!($field), $kind, id.0)];
                if !there(tx, References { choices, ..References::default() }).await {
                    new.$field = None;
                }
            }
        )* };
    }
    offered!(type_id, "opportunity_type"; source_id, "source"; industry_id, "industry"; region_id, "region");
    new.custom = custom(cx, tx, from).await?;
    Ok(new)
}

async fn there(tx: &mut Tx, references: References) -> bool {
    check_references(tx, &references).await.is_ok()
}

async fn sees(tx: &mut Tx, contact: Option<ContactId>) -> bool {
    there(tx, References { contact: contact.map(Into::into), ..References::default() }).await
}

/// Custom values that still fit their fields.
async fn custom(cx: &Context, tx: &mut Tx, from: &Opportunity) -> Result<Map<String, Value>> {
    let known = custom_field::store::of(tx, FieldObject::Opportunity).await?;
    let takes = |key: &str| known.iter().any(|f| f.key == key && !f.archived && f.kind != FieldKind::Formula);
    let mut values = from.custom.clone();
    values.retain(|key, _| takes(key) && may_write(cx, &format!("custom.{key}")));
    let mut checked = values.clone();
    if let Err(error) = custom_field::values::check(tx, FieldObject::Opportunity, None, &mut checked).await {
        let wrong: Vec<&str> = error.fields.iter().filter_map(|f| f.field.strip_prefix("custom.")).collect();
        values.retain(|key, _| !wrong.contains(&key.as_str()));
    }
    Ok(values)
}

/// Copies the open tasks that the caller sees; they are the caller's.
async fn copy_tasks(cx: &Context, tx: &mut Tx, from: OpportunityId, to: OpportunityId) -> Result<()> {
    for task in store::open_tasks(tx, from).await? {
        let fields = &cx.actor().fields;
        let keeps = |field: &str| fields.may_write(Object::Task, [field]).is_ok();
        let new = NewTask {
            title: task.title,
            notes: task.notes.filter(|_| keeps("notes")),
            due_date: task.due_date.filter(|date| keeps("due_date") && *date >= tx.now().date_naive()),
            opportunity_id: Some(to),
            ..NewTask::default()
        };
        if !keeps("opportunity_id") {
            return Err(Error::forbidden("field_not_permitted", "your roles do not let you say what a task is about"));
        }
        task::write::create(cx, tx, new).await?;
    }
    Ok(())
}
