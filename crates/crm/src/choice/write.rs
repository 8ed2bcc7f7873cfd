//! How an administrator changes the managed lists.

use dealwright_access::context::permission;
use dealwright_access::policy::{UpdateAccount, UpdateLead};
use dealwright_access::{Context, ScopeLevel};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::ChoiceId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde_json::json;
use uuid::Uuid;

use super::store::Replaced;
use super::{Choice, ChoicePatch, ListKind, ListOrder, MAX_VALUES, NewChoice, store};
use crate::order;
use crate::pipeline::retire::{require_all, require_few};
use crate::{change, opportunity};

/// Adds a value to a list.
///
/// # Errors
/// 409 `option_name_taken`; 422 `too_many_values`.
pub async fn create(tx: &mut Tx, new: NewChoice) -> Result<Choice> {
    store::lock(tx).await?;
    let kind = new.kind.as_str();
    if store::list(tx).await?.iter().filter(|c| c.kind == kind).count() >= MAX_VALUES {
        return Err(store::too_many());
    }
    let id = ChoiceId(tx.new_id());
    store::add(tx, id, kind, new.name.trim(), new.category).await?;
    let choice = store::find(tx, id).await?.or_not_found("option")?;
    let event = choice.event(tx, "created");
    tx.emit(event);
    Ok(choice)
}

/// Changes a value: its name, or whether it is offered.
///
/// # Errors
/// 404; 409 `version_conflict` or `option_name_taken`.
pub async fn update(tx: &mut Tx, id: ChoiceId, version: i64, patch: ChoicePatch) -> Result<Choice> {
    let current = store::find(tx, id).await?.or_not_found("option")?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if new.category.is_some() && current.kind != ListKind::LeadStatus.as_str() {
        return Err(Error::field("category", "invalid_value", "only a lead's status has a category"));
    }
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    if !store::update(tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let choice = store::find(tx, id).await?.or_not_found("option")?;
    let event = choice.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(choice)
}

/// Puts the values of a list into another order.
///
/// # Errors
/// 409 `order_changed`.
pub async fn order(tx: &mut Tx, order: &ListOrder) -> Result<Vec<Choice>> {
    store::lock(tx).await?;
    let kind = order.kind.as_str();
    let of_kind = |all: Vec<Choice>| all.into_iter().filter(|c| c.kind == kind).collect::<Vec<_>>();
    let old = of_kind(store::list(tx).await?);
    order::check(old.iter().map(|c| c.id.0), &order.ids)?;
    store::set_order(tx, &order.ids).await?;
    let now = of_kind(store::list(tx).await?);
    let ids = |list: &[Choice]| list.iter().map(|c| c.id.0).collect::<Vec<Uuid>>();
    if let (true, Some(first)) = (ids(&old) != ids(&now), now.first()) {
        let names = |list: &[Choice]| list.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let change = Change {
            field: "order".into(),
            old: json!(names(&old)),
            new: json!(names(&now)),
            old_label: None,
            new_label: None,
        };
        let event = first.event(tx, "reordered").changes(vec![change]);
        tx.emit(event);
    }
    Ok(now)
}

/// Removes a value; the records that have it get the replacement, which a value in use needs. With a replacement this is
/// also how two values become one.
///
/// # Errors
/// 404; 403; 409 `version_conflict`, `in_use` or `too_many_in_use`; 422 on `replacement_id`.
pub async fn delete(
    cx: &Context,
    tx: &mut Tx,
    id: ChoiceId,
    version: Option<i64>,
    replacement: Option<ChoiceId>,
) -> Result<()> {
    store::lock(tx).await?;
    let choice = store::find(tx, id).await?.or_not_found("option")?;
    if version.is_some_and(|v| v != choice.version) {
        return Err(Error::stale(VersionConflict { version: choice.version, fields: Vec::new() }));
    }
    let to = match replacement {
        Some(to) => Some(replacement_of(tx, &choice, to).await?),
        None => None,
    };
    let count = store::usage(tx, id).await?;
    if count > 0 {
        let Some(to) = &to else {
            let detail = format!("{count} records have this value: name the one that they get instead, or archive it");
            return Err(Error::conflict("in_use", detail).counting(count).on("replacement_id"));
        };
        require_few(count)?;
        replace(cx, tx, &choice, to).await?;
    }
    store::delete(tx, id).await?;
    let to = to.map(|c| c.name);
    let event = choice.event(tx, "deleted").data(json!({ "list": choice.kind, "changed": count, "to": to }));
    tx.emit(event);
    Ok(())
}

async fn replacement_of(tx: &mut Tx, choice: &Choice, to: ChoiceId) -> Result<Choice> {
    let wrong = |code: &'static str, why: &str| Error::field("replacement_id", code, why);
    let to = store::find(tx, to).await?.ok_or_else(|| wrong("unknown_reference", "there is no such value"))?;
    if to.id == choice.id {
        return Err(wrong("invalid_value", "a value can't take its own place"));
    }
    if to.kind != choice.kind {
        return Err(wrong("invalid_value", "choose a value of the same list"));
    }
    Ok(to)
}

async fn replace(cx: &Context, tx: &mut Tx, old: &Choice, new: &Choice) -> Result<()> {
    require_all(cx)?;
    let kind: ListKind = old.kind.parse()?;
    if kind == ListKind::DocumentType {
        let why = "files or versions of a pipeline's lifecycle keep this type: archive it";
        return Err(Error::conflict("in_use", why).on("replacement_id"));
    }
    let deals = store::replace_on_opportunities(tx, old.id, new.id).await?;
    let changes = || {
        let (old_label, new_label) = (Some(old.name.clone()), Some(new.name.clone()));
        vec![Change { field: kind.field().into(), old: json!(old.id), new: json!(new.id), old_label, new_label }]
    };
    for deal in deals.into_iter().filter(|d| !d.deleted) {
        let (account, contact) = (deal.account_id.map(Into::into), deal.contact_id.map(Into::into));
        let event = opportunity::event(tx, "updated", deal.id.into(), &deal.name, deal.version, account, contact);
        tx.emit(event.changes(changes()));
    }
    if matches!(kind, ListKind::Source | ListKind::Region) {
        store::replace_in_rules(tx, old.id, new.id).await?;
    }
    if matches!(kind, ListKind::ContactRole | ListKind::Competitor) {
        let field = if kind == ListKind::Competitor { "competitors" } else { "contacts" };
        for deal in store::replace_on_parts(tx, old.id, new.id).await?.into_iter().filter(|d| !d.deleted) {
            let (account, contact) = (deal.account_id.map(Into::into), deal.contact_id.map(Into::into));
            let event = opportunity::event(tx, "updated", deal.id.into(), &deal.name, deal.version, account, contact);
            let changes = changes().into_iter().map(|change| Change { field: field.into(), ..change });
            tx.emit(event.changes(changes.collect()));
        }
    }
    if matches!(kind, ListKind::Industry | ListKind::Region) {
        if cx.actor().scope(permission::<UpdateAccount>()) != ScopeLevel::All {
            return Err(Error::forbidden(
                "forbidden",
                "this changes accounts: it takes the right to update all of them",
            ));
        }
        for account in store::replace_on_accounts(tx, old.id, new.id).await?.into_iter().filter(|a| !a.deleted) {
            let event = account_updated(tx, account).changes(changes());
            tx.emit(event);
        }
    }
    if matches!(kind, ListKind::CallOutcome | ListKind::MeetingOutcome) {
        for activity in store::replace_on_activities(tx, old.id, new.id).await?.into_iter().filter(|a| !a.deleted) {
            let version = Some(activity.version);
            let subject = Subject { object: "activity", id: activity.id, name: activity.name, version };
            let event = Event::with_id(tx.new_id().into(), "activity.updated", subject).changes(changes());
            tx.emit(event);
        }
    }
    if matches!(kind, ListKind::LeadStatus | ListKind::Source | ListKind::Industry | ListKind::Region) {
        let leads = store::replace_on_leads(tx, old.id, new.id).await?;
        if !leads.is_empty() && cx.actor().scope(permission::<UpdateLead>()) != ScopeLevel::All {
            return Err(Error::forbidden("forbidden", "this changes leads: it takes the right to update all of them"));
        }
        for lead in leads.into_iter().filter(|l| !l.deleted) {
            let subject = Subject { object: "lead", id: lead.id, name: lead.name, version: Some(lead.version) };
            let event = Event::with_id(tx.new_id().into(), "lead.updated", subject).on_lead(Some(lead.id.into()));
            tx.emit(event.changes(changes()));
        }
    }
    Ok(())
}

fn account_updated(tx: &Tx, account: Replaced) -> Event {
    let subject = Subject { object: "account", id: account.id, name: account.name, version: Some(account.version) };
    Event::with_id(tx.new_id().into(), "account.updated", subject).about(None, Some(account.id.into()), None)
}
