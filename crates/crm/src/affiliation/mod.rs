//! Where contacts work, and worked: a contact's accounts over time. The primary account is `contact.account_id` alone, and
//! has a row here too, which triggers keep (`95_people_over_time.sql`); what else is said, and what has ended, is here.
//!
//! Seen by who sees both. A change of a row raises the contact's version and stands in its history.

pub mod http;
pub mod store;

use chrono::{Days, NaiveDate};
use dealwright_access::context::permission;
use dealwright_access::policy::{Object, UpdateContact};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OnConstraint, OrNotFound, VersionConflict};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AccountId, AffiliationId, ContactId, EventId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Change, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::store::{References, check_references};
use crate::contact::{self, Contact, ContactPatch};
use crate::opportunity::parts::{self, PartChange};
use crate::record::{self, Ref, Texts};

/// The most accounts, of now and of then, that a contact has.
pub const MAX_ACCOUNTS: i64 = 100;

/// A contact's time at an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Affiliation {
    pub id: AffiliationId,
    pub account_id: AccountId,
    pub account: Ref,
    /// Null when titles are hidden from you.
    pub title: Option<String>,
    /// Null when it is not known.
    pub started_on: Option<NaiveDate>,
    /// Null while it lasts.
    pub ended_on: Option<NaiveDate>,
    /// The contact's own account.
    pub primary: bool,
}

/// Somebody who works at an account, or did.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountPerson {
    pub id: AffiliationId,
    pub contact_id: ContactId,
    pub contact: Ref,
    /// What they do there, or did. Null when titles are hidden from you.
    pub title: Option<String>,
    pub email: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// It is the contact's own account.
    pub primary: bool,
    /// The contact's own account by now, where it is another one.
    pub now_at: Option<Ref>,
}

/// One more account of a contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAffiliation {
    pub account_id: AccountId,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    #[serde(default)]
    pub started_on: Option<NaiveDate>,
    /// A day that has come; absent while it lasts.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// The contact's version that was read, unless `If-Match` says it.
    #[serde(default)]
    pub version: Option<i64>,
}

impl Validate for NewAffiliation {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("title", self.title.as_deref(), 200);
        wrong.date("started_on", self.started_on);
        wrong.date("ended_on", self.ended_on);
        wrong.finish()
    }
}

/// A change of a contact's time at an account: absent leaves, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AffiliationPatch {
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    #[schema(value_type = Option<NaiveDate>)]
    pub started_on: Patch<NaiveDate>,
    #[schema(value_type = Option<NaiveDate>)]
    pub ended_on: Patch<NaiveDate>,
    pub version: Option<i64>,
}

impl Validate for AffiliationPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.patch("title", &self.title, 200);
        for (field, date) in [("started_on", self.started_on), ("ended_on", self.ended_on)] {
            wrong.date(field, date.apply(None));
        }
        wrong.finish()
    }
}

/// A change of jobs.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewMove {
    /// Where they work from then on; null when that is not known.
    pub account_id: Option<AccountId>,
    /// What they do there. As it was when absent.
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    /// The day of the change: today when absent.
    pub on: Option<NaiveDate>,
    /// They stay at the old account too.
    pub keep: bool,
    /// The contact's version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for NewMove {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.patch("title", &self.title, 200);
        wrong.date("on", self.on);
        wrong.finish()
    }
}

/// A row as it is kept, and as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub id: AffiliationId,
    pub account_id: AccountId,
    pub title: Option<String>,
    pub started_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
}

impl Kept {
    fn check(&self, today: NaiveDate) -> Result<()> {
        let mut wrong = Texts::default();
        // Somewhere it is tomorrow already.
        let last = today.checked_add_days(Days::new(1)).unwrap_or(today);
        if self.ended_on.is_some_and(|end| end > last) {
            wrong.push("ended_on", "out_of_range", "a day that has come");
        }
        if self.started_on.zip(self.ended_on).is_some_and(|(start, end)| start > end) {
            wrong.push("ended_on", "out_of_range", "not before it began");
        }
        wrong.finish()
    }

    /// What a person reads of it, but for the account's name: who reads the history may not see it.
    fn in_words(&self) -> String {
        let from = self.started_on.map(|day| format!("from {day}"));
        let until = self.ended_on.map(|day| format!("until {day}"));
        let words: Vec<String> = [self.title.clone(), from, until].into_iter().flatten().collect();
        if words.is_empty() { "no title".to_owned() } else { words.join(", ") }
    }
}

/// Where a contact works and worked: the primary account first, then the others of now, then those of then, the last first.
///
/// # Errors
/// 404 when the contact is absent or hidden.
pub async fn list(cx: &Context, tx: &mut Tx, id: ContactId) -> Result<(i64, Vec<Affiliation>)> {
    let contact = contact::store::find(tx, id, false).await?.or_not_found("contact")?;
    let mut items = store::list(tx, &contact).await?;
    if cx.actor().fields.hides(Object::Contact, "title") {
        items.iter_mut().for_each(|item| item.title = None);
    }
    Ok((contact.version, items))
}

/// Adds an account to a contact's.
///
/// # Errors
/// 403; 409 `version_conflict`, or `affiliation_exists` when they are there already; 422.
pub async fn add(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Contact>,
    version: i64,
    new: NewAffiliation,
) -> Result<AffiliationId> {
    may_write(cx, new.title.is_some())?;
    at(&permit, version)?;
    let kept = Kept {
        id: AffiliationId(tx.new_id()),
        account_id: new.account_id,
        title: record::text(new.title),
        started_on: new.started_on,
        ended_on: new.ended_on,
    };
    check_references(tx, &References { account: Some(kept.account_id.0), ..References::default() }).await?;
    let id = kept.id;
    write(cx, tx, &permit, version, None, Some(kept), None).await?;
    Ok(id)
}

/// Changes a contact's time at an account.
///
/// # Errors
/// 404; 403; 409 `version_conflict`, or `affiliation_exists`; 422 `primary_account` for what the contact itself says.
pub async fn change(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Contact>,
    version: i64,
    id: AffiliationId,
    patch: AffiliationPatch,
) -> Result<()> {
    may_write(cx, !patch.title.is_absent())?;
    at(&permit, version)?;
    let old = store::find(tx, permit.id, id).await?.or_not_found("affiliation")?;
    let new = Kept {
        title: record::text(patch.title.apply(old.title.clone())),
        started_on: patch.started_on.apply(old.started_on),
        ended_on: patch.ended_on.apply(old.ended_on),
        ..old.clone()
    };
    if is_primary(&permit, &old) {
        for (field, differs) in [("title", new.title != old.title), ("ended_on", new.ended_on != old.ended_on)] {
            if differs {
                return Err(Error::field(
                    field,
                    "primary_account",
                    "it is the contact's own account: change the contact",
                ));
            }
        }
    }
    if new == old {
        return Ok(());
    }
    write(cx, tx, &permit, version, Some(old), Some(new), None).await.map(drop)
}

/// Removes a contact's time at an account from the record, as if it had never been.
///
/// # Errors
/// 404; 409 `version_conflict`; 422 `primary_account` for the contact's own.
pub async fn remove(cx: &Context, tx: &mut Tx, permit: Permit<Contact>, version: i64, id: AffiliationId) -> Result<()> {
    may_write(cx, false)?;
    at(&permit, version)?;
    let old = store::find(tx, permit.id, id).await?.or_not_found("affiliation")?;
    if is_primary(&permit, &old) {
        let why = "it is the contact's own account: give the contact another one first";
        return Err(Error::invalid("primary_account", why));
    }
    write(cx, tx, &permit, version, Some(old), None, None).await.map(drop)
}

/// Changes a contact's account because they have changed jobs: at the old one they have been until then.
///
/// # Errors
/// 403; 409 `version_conflict`; 422 when the day has not come, or nothing changes.
pub async fn change_jobs(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Contact>,
    version: i64,
    asked: NewMove,
) -> Result<contact::write::Written> {
    at(&permit, version)?;
    let today = tx.now().date_naive();
    let on = asked.on.unwrap_or(today);
    if on > today.checked_add_days(Days::new(1)).unwrap_or(today) {
        return Err(Error::field("on", "out_of_range", "a day that has come"));
    }
    let (id, from) = (permit.id, permit.account_id);
    if asked.account_id == from {
        return Err(Error::field("account_id", "same_record", "they are there already"));
    }
    let patch = ContactPatch { account_id: asked.account_id.into(), title: asked.title, ..ContactPatch::default() };
    store::move_on(tx, Some(on)).await?;
    let written = contact::write::update(cx, tx, permit, version, patch, None).await?;
    store::move_on(tx, None).await?;
    if let Some(from) = from {
        store::settle(tx, id, from, on, asked.keep).await?;
    }
    Ok(written)
}

/// Takes back a change of a contact's accounts.
///
/// # Errors
/// 403; 409 `nothing_to_undo` when it has changed since.
pub async fn take_back(cx: &Context, tx: &mut Tx, id: ContactId, change: &Change, undoes: EventId) -> Result<EventId> {
    may_write(cx, false)?;
    let permit = cx.permit_for::<Contact>(tx, id, permission::<UpdateContact>()).await?;
    let (old, new) = parts::told::<Kept>(change)?;
    let row = old.as_ref().or(new.as_ref()).map(|kept| kept.id);
    let row = row.ok_or_else(|| parts::nothing("this can't be taken back"))?;
    let current = store::find(tx, permit.id, row).await?;
    if current != new {
        return Err(parts::nothing("this time at the account has been changed since"));
    }
    if current.as_ref().is_some_and(|kept| is_primary(&permit, kept)) {
        return Err(parts::nothing("it has become the contact's own account since"));
    }
    if let Some(old) = old.as_ref().filter(|_| new.is_none()) {
        check_references(tx, &References { account: Some(old.account_id.0), ..References::default() }).await?;
    }
    let version = permit.version;
    write(cx, tx, &permit, version, new, old, Some(undoes)).await
}

/// Writes or removes the row, with its event.
async fn write(
    cx: &Context,
    tx: &mut Tx,
    permit: &Permit<Contact>,
    version: i64,
    old: Option<Kept>,
    new: Option<Kept>,
    undoes: Option<EventId>,
) -> Result<EventId> {
    match (&new, &old) {
        (Some(new), old) => {
            new.check(cx.clock().today())?;
            if old.is_none() && store::count(tx, permit.id).await? >= MAX_ACCOUNTS {
                let why = format!("a contact has at most {MAX_ACCOUNTS} accounts over time");
                return Err(Error::invalid("too_many_accounts", why));
            }
            let written = if old.is_none() {
                store::insert(tx, permit.id, new).await
            } else {
                store::update(tx, permit.id, new).await
            };
            written.on_constraint("affiliation_current", || {
                Error::conflict("affiliation_exists", "the contact is at this account already").on("account_id")
            })?;
        }
        (None, Some(old)) => store::delete(tx, permit.id, old.id).await?,
        (None, None) => {}
    }
    let told = |kept: &Option<Kept>| kept.as_ref().map(Kept::in_words);
    let (old, new) = (old.as_ref().zip(told(&old)), new.as_ref().zip(told(&new)));
    let part = PartChange::of("affiliation", "accounts", old, new, undoes)?;
    if !store::touch(tx, permit.id, version).await? {
        return Err(Error::stale(VersionConflict { version: permit.version, fields: Vec::new() }));
    }
    let mut event = permit.event(tx, &part.verb).changes(vec![part.change]);
    event.undoes = part.undoes;
    Ok(tx.emit(event))
}

fn at(permit: &Permit<Contact>, version: i64) -> Result<()> {
    if permit.version == version {
        return Ok(());
    }
    Err(Error::stale(VersionConflict { version: permit.version, fields: Vec::new() }))
}

fn is_primary(contact: &Contact, kept: &Kept) -> bool {
    kept.ended_on.is_none() && contact.account_id == Some(kept.account_id)
}

fn may_write(cx: &Context, title: bool) -> Result<()> {
    let fields: &[&str] = if title { &["account_id", "title"] } else { &["account_id"] };
    cx.actor().fields.may_write(Object::Contact, fields.iter().copied())
}
