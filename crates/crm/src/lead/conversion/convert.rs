//! A conversion, in one transaction: it is there as a whole or not at all.

use std::collections::BTreeMap;

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateAccount, CreateContact, CreateOpportunity, Object};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountId, ContactId, EventId, OpportunityId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde_json::{Value, json};

use super::draft::{Draft, request, within};
use super::store::{self, Moved};
use super::{ConvertLead, ConvertTo, ConvertedLead, Made, Trace};
use crate::account::{self, NewAccount};
use crate::approval;
use crate::change;
use crate::choice::Category;
use crate::contact::{self, NewContact};
use crate::lead::{Lead, write};
use crate::opportunity::{self, NewOpportunity};

/// Converts a lead.
///
/// # Errors
/// 409 `version_conflict` or `lead_converted`; 403 for a part that the caller may not create; 422 `gate_not_cleared` when an approval
/// is missing, or with the fields of a part as `account.fields.name` and the like.
pub async fn convert(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Lead>,
    version: i64,
    to: ConvertLead,
) -> Result<ConvertedLead> {
    let lead = permit.into_inner();
    write::require_open(&lead)?;
    if lead.version != version {
        return Err(change::stale_for(cx, Object::Lead, lead.version, &lead.fields(), &lead.fields()));
    }
    approval::gate::convert(tx, &lead).await?;
    let mut parts = Parts { cx, lead: &lead, trace: begun(tx, &lead) };
    parts.account(tx, to.account).await?;
    parts.contact(tx, to.contact).await?;
    parts.opportunity(tx, to.opportunity).await?;
    let mut trace = parts.trace;
    let moved = store::move_from_lead(tx, lead.id, &trace).await?;
    let ids = |kind: &str| moved.iter().filter(|m| m.kind == kind).map(|m| m.id).collect();
    (trace.activities, trace.tasks, trace.files) = (ids("activity"), ids("task"), ids("file"));
    trace.had = moved.iter().filter(|m| !m.had.is_empty()).map(|m| (m.id, m.had.clone())).collect();
    let status = crate::lead::store::status_of(tx, Category::Converted).await?.unwrap_or(lead.status_id);
    if !store::mark(tx, lead.id, version, cx.actor().user.0, status, &trace).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let now = crate::lead::store::find(tx, lead.id, false).await?.or_not_found("lead")?.allowing(cx.actor());
    tell_tasks(tx, &lead, &trace, &moved, true);
    let event_id = trace.event_id;
    let event = told(&now, event_id, "converted", &trace, vec![status_change(&lead, &now)]);
    tx.emit(event.data(json!({
        "account_id": trace.account, "contact_id": trace.contact, "opportunity_id": trace.opportunity,
        "new": made_names(trace.made), "tasks": trace.tasks.len(), "activities": trace.activities.len(),
    })));
    Ok(ConvertedLead { lead: now, event_id })
}

fn begun(tx: &Tx, lead: &Lead) -> Trace {
    Trace {
        event_id: EventId(tx.new_id()),
        status_id: lead.status_id,
        account: None,
        contact: None,
        opportunity: None,
        made: Made::default(),
        activities: Vec::new(),
        tasks: Vec::new(),
        files: Vec::new(),
        had: BTreeMap::new(),
    }
}

fn made_names(made: Made) -> Vec<&'static str> {
    let all = [("account", made.account), ("contact", made.contact), ("opportunity", made.opportunity)];
    all.into_iter().filter(|(_, version)| version.is_some()).map(|(name, _)| name).collect()
}

/// An event about the lead that stands on the timelines of what it became.
pub(super) fn told(lead: &Lead, id: EventId, verb: &str, trace: &Trace, changes: Vec<Change>) -> Event {
    let subject = Subject { object: "lead", id: lead.id.0, name: lead.name.clone(), version: Some(lead.version) };
    Event::with_id(id, format!("lead.{verb}"), subject)
        .about(trace.opportunity, trace.account, trace.contact)
        .on_lead(Some(lead.id))
        .changes(changes)
}

pub(super) fn status_change(old: &Lead, new: &Lead) -> Change {
    Change {
        field: "status_id".into(),
        old: json!(old.status_id),
        new: json!(new.status_id),
        old_label: Some(old.status.name.clone()),
        new_label: Some(new.status.name.clone()),
    }
}

/// Each task that moved has its event, since its version rose.
pub(super) fn tell_tasks(tx: &mut Tx, lead: &Lead, trace: &Trace, moved: &[Moved], away: bool) {
    for task in moved.iter().filter(|m| m.kind == "task") {
        let subject = Subject { object: "task", id: task.id, name: task.name.clone(), version: Some(task.version) };
        let (named, none) = ((json!(lead.id), Some(lead.name.clone())), (Value::Null, None));
        let ((old, old_label), (new, new_label)) = if away { (named, none) } else { (none, named) };
        let change = Change { field: "lead_id".into(), old, new, old_label, new_label };
        let event = Event::with_id(tx.new_id().into(), "task.moved", subject)
            .about(trace.opportunity, trace.account, trace.contact)
            .on_lead(Some(lead.id))
            .changes(vec![change]);
        tx.emit(event);
    }
}

/// The parts of a conversion, one after the other.
struct Parts<'a> {
    cx: &'a Context,
    lead: &'a Lead,
    trace: Trace,
}

impl Parts<'_> {
    const fn draft(&self) -> Draft<'_> {
        Draft { cx: self.cx, lead: self.lead }
    }

    async fn account(&mut self, tx: &mut Tx, to: Option<ConvertTo>) -> Result<()> {
        let Some(to) = to else { return Ok(()) };
        if let Some(id) = to.id {
            let there = account::store::find(tx, AccountId(id), false).await?;
            self.trace.account = Some(there.ok_or_else(|| unknown("account"))?.id);
            return Ok(());
        }
        self.cx.actor().require(permission::<CreateAccount>())?;
        let mut new: NewAccount = request("account", self.draft().account(tx).await?, to.fields)?;
        // Whoever converts has chosen between what is there and something new.
        new.allow_duplicates = true;
        let made = account::write::create(self.cx, tx, new).await.map_err(|e| within("account", e))?;
        (self.trace.account, self.trace.made.account) = (Some(made.id), Some(made.version));
        Ok(())
    }

    async fn contact(&mut self, tx: &mut Tx, to: Option<ConvertTo>) -> Result<()> {
        let Some(to) = to else { return Ok(()) };
        if let Some(id) = to.id {
            let there = contact::store::find(tx, ContactId(id), false).await?;
            self.trace.contact = Some(there.ok_or_else(|| unknown("contact"))?.id);
            return Ok(());
        }
        self.cx.actor().require(permission::<CreateContact>())?;
        let mut new: NewContact = request("contact", self.draft().contact(tx).await?, to.fields)?;
        (new.account_id, new.allow_duplicates) = (self.trace.account, true);
        let made = contact::write::create(self.cx, tx, new).await.map_err(|e| within("contact", e))?;
        (self.trace.contact, self.trace.made.contact) = (Some(made.id), Some(made.version));
        Ok(())
    }

    async fn opportunity(&mut self, tx: &mut Tx, to: Option<ConvertTo>) -> Result<()> {
        let Some(to) = to else { return Ok(()) };
        self.cx.actor().require(permission::<CreateOpportunity>())?;
        let draft = self.draft().opportunity(tx).await?;
        let mut new: NewOpportunity = request("opportunity", Some(draft), to.fields)?;
        (new.account_id, new.primary_contact_id) = (self.trace.account, self.trace.contact);
        let made = opportunity::write::create(self.cx, tx, new).await.map_err(|e| within("opportunity", e))?;
        (self.trace.opportunity, self.trace.made.opportunity) = (Some(OpportunityId(made.id.0)), Some(made.version));
        Ok(())
    }
}

fn unknown(part: &str) -> Error {
    Error::field(format!("{part}.id"), "unknown_reference", "there is no such record, or you may not see it")
}
