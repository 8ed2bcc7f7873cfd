//! The one way in which accounts are written: by a person's form, an undo, an approved proposal. Scope, version,
//! references and history are the same for all.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateAccount, DeleteAccount, Object, UpdateAccount};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{AccountId, EventId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;
use uuid::Uuid;

use super::{Account, AccountPatch, Fields, NewAccount, check_currency, store};
use crate::change::store::{References, check_references, name_values};
use crate::change::{self};
use crate::custom_field::{FieldObject, values};
use crate::duplicate::{self, Draft, MatchObject, Moment};
use crate::merge::{self, MergeObject};
use crate::rule;

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub account: Account,
    pub event: Option<EventId>,
}

/// Creates an account.
///
/// # Errors
/// 403 when the owner is beyond the caller's scope; 409 `external_id_taken`; 422 for what is invalid or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewAccount) -> Result<Account> {
    change::may_say(cx, Object::Account, &new)?;
    let allow = new.allow_duplicates;
    let owner = new.owner_id.unwrap_or(cx.actor().user);
    let team = change::owner_team(cx, tx, permission::<CreateAccount>(), owner).await?;
    let (id, mut fields) = (AccountId(tx.new_id()), new.fields(owner, team));
    values::check(tx, FieldObject::Account, None, &mut fields.custom).await?;
    check_currency(fields.annual_revenue, cx.actor().currency)?;
    check_references(tx, &references(None, &fields)).await?;
    duplicate::guard(cx, tx, MatchObject::Account, Moment::Create, id.0, Draft::from(&fields), allow).await?;
    store::insert(tx, id, &fields).await?;
    rule::judge_new(tx, RuleObject::Account, id.0).await?;
    let account = store::find(tx, id, false).await?.or_not_found("account")?.allowing(cx.actor());
    tx.emit(account.event(tx, "created"));
    Ok(account)
}

/// Changes an account. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field, or `external_id_taken`; 403; 422, of which `parent_cycle`
/// says that the parent stands below the account.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Account>,
    version: i64,
    patch: AccountPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    let old = permit.fields();
    let (allow, merging) = (patch.allow_duplicates, patch.merging);
    let mut new = patch.apply(&old);
    change::may_write(cx, Object::Account, &old, &new)?;
    values::check(tx, FieldObject::Account, Some(&old.custom), &mut new.custom).await?;
    if new.owner_id != old.owner_id {
        permit.may_give_away("owner_id")?;
        new.team_id = change::owner_team(cx, tx, permission::<UpdateAccount>(), new.owner_id).await?;
    }
    let current = permit.into_inner();
    if current.version != version {
        return Err(change::stale_for(cx, Object::Account, current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { account: current.allowing(cx.actor()), event: None });
    }
    if new.annual_revenue != old.annual_revenue {
        check_currency(new.annual_revenue, cx.actor().currency)?;
    }
    check_references(tx, &references(Some(&old), &new)).await?;
    if let Some(parent) = new.parent_id.filter(|p| old.parent_id != Some(*p))
        && store::is_below(tx, parent, current.id).await?
    {
        return Err(Error::field("parent_id", "parent_cycle", "the parent is this account, or stands below it"));
    }
    if undoes.is_none() && !merging && Draft::from(&new) != Draft::from(&old) {
        duplicate::guard(cx, tx, MatchObject::Account, Moment::Update, current.id.0, Draft::from(&new), allow).await?;
    }
    let judgement = rule::Judgement::of(tx, RuleObject::Account, current.id.0).await?;
    if !store::update(tx, current.id, version, &new).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("account")?;
        return Err(change::stale_for(cx, Object::Account, now.version, &now.fields(), &new));
    }
    judgement.pass(tx).await?;
    name_values(tx, &mut changes).await?;
    values::tell(tx, FieldObject::Account, &mut changes).await?;
    let account = store::find(tx, current.id, false).await?.or_not_found("account")?.allowing(cx.actor());
    let verb = if undoes.is_some() { "undone" } else { "updated" };
    let mut event = account.event(tx, verb).changes(changes);
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { account, event: Some(event) })
}

/// What changed references must point at.
fn references(old: Option<&Fields>, new: &Fields) -> References {
    let changed = |of: fn(&Fields) -> Option<Uuid>| of(new).filter(|id| old.and_then(of) != Some(*id));
    let choices = [
        ("industry_id", "industry", changed(|f| f.industry_id.map(Into::into))),
        ("region_id", "region", changed(|f| f.region_id.map(Into::into))),
    ];
    References {
        account: changed(|f| f.parent_id.map(Into::into)),
        account_field: Some("parent_id"),
        choices: choices.into_iter().filter_map(|(field, kind, id)| Some((field, kind, id?))).collect(),
        ..References::default()
    }
}

/// Puts an account into the bin. What hangs on it stays.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, permit: Permit<Account>, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let mut event = current.event(tx, "deleted");
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes an account out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it; 409 `external_id_taken`, or `merged`.
pub async fn restore(cx: &Context, tx: &mut Tx, id: AccountId, undoes: Option<EventId>) -> Result<Written> {
    let gone = store::find(tx, id, true).await?.or_not_found("account")?;
    if !cx.actor().reaches(permission::<DeleteAccount>(), gone.owner_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this account"));
    }
    merge::refuse_merged(tx, MergeObject::Account, id.0).await?;
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let account = store::find(tx, id, false).await?.or_not_found("account")?.allowing(cx.actor());
    let mut event = account.event(tx, "restored");
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { account, event: Some(event) })
}
