//! The one way in which activities are written: by a person's form, or an undo. Scope, version, references and history are
//! the same for all.
//!
//! An activity stands on timelines by one event, its entry. When it comes to be about something else, or to have happened at
//! another time, it gets a new one: events themselves are never changed.

use std::collections::BTreeSet;

use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteActivity, Object};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{ActivityId, EventId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde_json::json;
use uuid::Uuid;

use super::{Activity, ActivityKind, ActivityPatch, Fields, NewActivity, mention, participant, store};
use crate::change::store::{References, check_references, name_values};
use crate::change::{self};
use crate::task::about::About;

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub activity: Activity,
    pub event: Option<EventId>,
}

/// Whom and what a text newly names.
type Named = BTreeSet<(mention::MentionKind, Uuid)>;

/// Logs an activity of the caller.
///
/// # Errors
/// 422 for what is invalid or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewActivity) -> Result<Activity> {
    let fields = new.fields(tx.now());
    fields.agree()?;
    check(tx, &fields, None).await?;
    let mentioned = mentions(tx, &fields, None).await?;
    let (id, entry) = (ActivityId(tx.new_id()), EventId(tx.new_id()));
    store::insert(tx, id, cx.actor().user, cx.actor().team, &fields, entry).await?;
    participant::put(tx, id, &fields.participants, fields.occurred_at, entry).await?;
    let activity = store::find(tx, id, false).await?.or_not_found("activity")?.allowing(cx.actor());
    enter(tx, &activity, entry, &mentioned).await?;
    Ok(activity)
}

/// Whom and what it newly names. What stands in an e-mail was written elsewhere, and names nobody.
async fn mentions(tx: &mut Tx, new: &Fields, old: Option<&Fields>) -> Result<Named> {
    if new.kind == ActivityKind::Email {
        return Ok(Named::new());
    }
    mention::check(tx, new.body.as_deref(), old.and_then(|old| old.body.as_deref())).await
}

/// What it newly refers to is there.
async fn check(tx: &mut Tx, new: &Fields, old: Option<&Fields>) -> Result<()> {
    new.about().check(tx, old.map_or_else(About::default, Fields::about)).await?;
    let same = |old: &Fields| (old.kind, old.outcome_id) == (new.kind, new.outcome_id);
    if let (Some(list), Some(outcome), false) = (new.kind.outcomes(), new.outcome_id, old.is_some_and(same)) {
        let choices = vec![("outcome_id", list, outcome.0)];
        check_references(tx, &References { choices, ..References::default() }).await?;
    }
    participant::check(tx, &new.participants, old.map_or(&[][..], |old| old.participants.as_slice())).await
}

/// Puts it on the timelines of what it is about.
async fn enter(tx: &mut Tx, activity: &Activity, entry: EventId, named: &Named) -> Result<()> {
    let mut event = activity.heard(entry, "logged", named);
    event.at = Some(activity.occurred_at);
    let event = activity.records().stand_on(tx, event).await?;
    tx.emit(event);
    Ok(())
}

/// Changes an activity. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field; 403; 422.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Activity>,
    version: i64,
    patch: ActivityPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    let current = permit.into_inner();
    let old = current.fields();
    let new = patch.apply(&old);
    if current.version != version {
        return Err(change::stale_for(cx, Object::Activity, current.version, &old, &new));
    }
    new.agree()?;
    if new.private != old.private && current.owner_id != cx.actor().user {
        return Err(Error::forbidden("forbidden", "whether it is private is for its owner to say").on("private"));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { activity: current.allowing(cx.actor()), event: None });
    }
    check(tx, &new, Some(&old)).await?;
    let mentioned = mentions(tx, &new, Some(&old)).await?;
    let moves = (new.about(), new.occurred_at) != (old.about(), old.occurred_at);
    let known = current.entry_id.filter(|_| !moves);
    let entry = known.unwrap_or_else(|| EventId(tx.new_id()));
    if !store::update(tx, current.id, version, &new, entry).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("activity")?;
        return Err(change::stale_for(cx, Object::Activity, now.version, &now.fields(), &new));
    }
    if known.is_none() || new.participants != old.participants {
        participant::put(tx, current.id, &new.participants, new.occurred_at, entry).await?;
    }
    let activity = store::find(tx, current.id, false).await?.or_not_found("activity")?.allowing(cx.actor());
    if known.is_none() {
        reenter(tx, &activity, entry).await?;
    }
    let changes = named(tx, changes, &current, &activity).await?;
    let verb = if undoes.is_some() { "undone" } else { "updated" };
    let event = activity.heard(EventId(tx.new_id()), verb, &mentioned).changes(changes);
    let mut event = activity.records().stand_on(tx, event).await?;
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { activity, event: Some(event) })
}

/// Puts it on other timelines, or elsewhere on its own: nobody hears of that.
async fn reenter(tx: &mut Tx, activity: &Activity, entry: EventId) -> Result<()> {
    let mut event = activity.event(entry, "logged");
    if let Some(data) = event.data.as_object_mut() {
        data.insert("again".to_owned(), json!(true));
    }
    event.at = Some(activity.occurred_at);
    let event = activity.records().stand_on(tx, event).await?;
    tx.emit(event);
    Ok(())
}

/// Changes as a person reads them.
async fn named(tx: &mut Tx, mut changes: Vec<Change>, old: &Activity, new: &Activity) -> Result<Vec<Change>> {
    name_values(tx, &mut changes).await?;
    for change in changes.iter_mut().filter(|change| change.field == "participants") {
        change.old_label = participant::label(&old.participants);
        change.new_label = participant::label(&new.participants);
    }
    Ok(changes)
}

/// Adds a colleague to those who took part, unless they are among them: their own mailbox says so. Whoever may see it may
/// say so of themselves.
///
/// # Errors
/// 503 when the database is gone.
pub async fn join(tx: &mut Tx, id: ActivityId, user: UserId) -> Result<()> {
    let Some(current) = store::find(tx, id, false).await? else { return Ok(()) };
    let old = current.fields();
    let mut new = old.clone();
    let there = current.owner_id == user || old.participants.iter().any(|who| who.user_id == Some(user));
    let (Some(entry), false) = (current.entry_id, there || old.participants.len() >= participant::MAX) else {
        return Ok(());
    };
    new.participants.push(participant::Who { user_id: Some(user), ..participant::Who::default() });
    participant::put(tx, id, &new.participants, new.occurred_at, entry).await?;
    let activity = store::find(tx, id, false).await?.or_not_found("activity")?;
    let changes = named(tx, change::diff(&old, &new)?, &current, &activity).await?;
    let event = activity.event(EventId(tx.new_id()), "updated").changes(changes);
    let event = activity.records().stand_on(tx, event).await?;
    tx.emit(event);
    Ok(())
}

/// Puts an activity into the bin, and off the timelines.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, permit: Permit<Activity>, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let event = current.event(EventId(tx.new_id()), "deleted");
    let mut event = current.records().stand_on(tx, event).await?;
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes an activity out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it.
pub async fn restore(cx: &Context, tx: &mut Tx, id: ActivityId, undoes: Option<EventId>) -> Result<Written> {
    let gone = store::find(tx, id, true).await?.or_not_found("activity")?;
    if !cx.actor().reaches(permission::<DeleteActivity>(), gone.owner_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this activity"));
    }
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let activity = store::find(tx, id, false).await?.or_not_found("activity")?.allowing(cx.actor());
    let event = activity.event(EventId(tx.new_id()), "restored");
    let mut event = activity.records().stand_on(tx, event).await?;
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { activity, event: Some(event) })
}
