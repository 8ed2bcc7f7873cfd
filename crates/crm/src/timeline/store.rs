//! Pages of timelines: which entries (`look`), and what each tells whoever reads it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_access::{Actor, Object};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{ActorKind, Tx};
use serde_json::Value;
use uuid::Uuid;

use super::ask::Asked;
use super::look::{self, Behind, LOOKS, Of, ROUNDS, Row, Window};
use super::{Entry, EntryActor, EntryChange, EntrySubject, can_be_undone, pin};
use crate::activity::{self, Activity};
use crate::change;
use crate::custom_field;
use crate::record::Ref;

/// A page of a timeline: what is pinned, then the rest, newest first; without the changes of fields that are hidden from the
/// actor.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(
    tx: &mut Tx,
    actor: &Actor,
    of: Of,
    asked: &Asked,
    limit: u16,
    cursor: Option<&str>,
) -> Result<Page<Entry>> {
    let fingerprint = format!("timeline:{}:{}", of.object(), asked.fingerprint());
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &fingerprint)).transpose()?;
    let after = after.map(|cursor| cursor.keys);
    let (pinned, behind) = (pin::of(tx, of).await?, look::behind(tx, of).await?);
    let mut shown: Vec<Row> = Vec::new();
    if after.is_none() && !pinned.is_empty() {
        let window = Window { after: None, among: Some(&pinned), at_most: LOOKS };
        let looked = look::look(tx, of, &behind, asked, window).await?;
        shown.extend(looked.into_iter().filter_map(|l| l.event));
    }
    let (found, next) = find(tx, of, &behind, asked, &pinned, limit, after).await?;
    let next_cursor = next.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    shown.extend(found);
    let items = entries(tx, actor, shown, &pinned).await?;
    Ok(Page { items, next_cursor, total: None.into() })
}

type Key = (DateTime<Utc>, Uuid);

/// The entries of a page but for those that are pinned, and where the next one begins.
async fn find(
    tx: &mut Tx,
    of: Of,
    behind: &Behind,
    asked: &Asked,
    pinned: &[Uuid],
    limit: u16,
    mut after: Option<Key>,
) -> Result<(Vec<Row>, Option<Key>)> {
    let wanted = usize::from(limit);
    let mut kept: Vec<Row> = Vec::new();
    for round in 0..ROUNDS {
        // At first a few more than the page: what is pinned, or was changed since, stands elsewhere.
        let first = i32::from(limit) + 10;
        let at_most = if round == 0 && !asked.is_choosy() { first } else { LOOKS };
        let looked = look::look(tx, of, behind, asked, Window { after, among: None, at_most }).await?;
        let full = i32::try_from(looked.len()).is_ok_and(|n| n == at_most);
        let last = looked.last().filter(|_| full).map(|l| (l.at, l.id));
        kept.extend(looked.into_iter().filter_map(|l| l.event).filter(|e| !pinned.contains(&e.id.0)));
        if kept.len() > wanted {
            kept.truncate(wanted);
            after = kept.last().map(|e| (e.at, e.id.0));
            return Ok((kept, after));
        }
        after = last;
        if after.is_none() {
            break;
        }
    }
    Ok((kept, after))
}

/// What events tell, in their order.
async fn entries(tx: &mut Tx, actor: &Actor, rows: Vec<Row>, pinned: &[Uuid]) -> Result<Vec<Entry>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let custom = rows.iter().any(|r| r.changes.to_string().contains("\"custom."));
    let labels = if custom { custom_field::store::labels(tx).await? } else { HashMap::new() };
    let mut items = rows.into_iter().map(|row| row.into_entry(actor, &labels)).collect::<Result<Vec<_>>>()?;
    name_contacts(tx, &mut items).await?;
    name_accounts(tx, &mut items).await?;
    tell_activities(tx, actor, &mut items).await?;
    for item in &mut items {
        item.pinned = pinned.contains(&item.id.0);
    }
    Ok(items)
}

/// What was logged, as it reads now.
async fn tell_activities(tx: &mut Tx, actor: &Actor, items: &mut [Entry]) -> Result<()> {
    let logged = |entry: &&mut Entry| entry.kind == "activity.logged";
    let ids: Vec<Uuid> = items.iter_mut().filter(logged).map(|entry| entry.subject.id).collect();
    let found = activity::store::many(tx, &ids, false).await?;
    let mut found: HashMap<Uuid, Activity> = found.into_iter().map(|a| (a.id.0, a.allowing(actor))).collect();
    for entry in items.iter_mut().filter(logged) {
        if let Some(activity) = found.remove(&entry.subject.id) {
            entry.data = activity.told();
            entry.subject.name = activity.subject.clone().unwrap_or_else(|| activity.kind.as_str().to_owned());
            entry.activity = Some(activity);
        }
    }
    Ok(())
}

impl Row {
    fn into_entry(self, actor: &Actor, labels: &HashMap<(String, String), String>) -> Result<Entry> {
        let mut changes: Vec<EntryChange> = serde_json::from_value(self.changes).map_err(Error::internal)?;
        if let Some(object) = Object::ALL.iter().find(|o| o.as_str() == self.subject_type) {
            changes.retain(|c| !actor.fields.hides(*object, &c.field));
        }
        for entry in &mut changes {
            let key = entry.field.strip_prefix("custom.").map(|key| (self.subject_type.clone(), key.to_owned()));
            let custom = key.and_then(|key| labels.get(&key).cloned());
            entry.label = custom.unwrap_or_else(|| change::label(&entry.field));
        }
        // Lines of products are told, but not taken back field by field.
        let fields = changes.iter().any(|c| c.field != "products");
        Ok(Entry {
            id: self.id,
            undoable: !self.undone && can_be_undone(&self.kind, fields),
            kind: self.kind,
            at: self.at,
            actor: EntryActor {
                kind: ActorKind::read(&self.actor_kind),
                id: self.actor_id,
                name: self.actor_name,
                on_behalf_of: Ref::of(self.on_behalf_of, self.for_name),
            },
            subject: EntrySubject { kind: self.subject_type, id: self.subject_id, name: self.subject_name },
            changes,
            data: self.data,
            undone: self.undone,
            pinned: false,
            activity: None,
        })
    }
}

/// Says at which account a contact works or worked, as far as the reader may see it.
async fn name_accounts(tx: &mut Tx, items: &mut [Entry]) -> Result<()> {
    let of = |value: &Value| value.get("account_id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let changes = || items.iter().flat_map(|entry| &entry.changes).filter(|change| change.field == "accounts");
    let ids: Vec<Uuid> = changes().flat_map(|change| [of(&change.old), of(&change.new)]).flatten().collect();
    let names = change::store::names(tx, &ids).await?;
    for change in items.iter_mut().flat_map(|entry| &mut entry.changes).filter(|change| change.field == "accounts") {
        for (value, label) in [(&change.old, &mut change.old_label), (&change.new, &mut change.new_label)] {
            if let (Some(id), Some(said)) = (of(value), label.as_mut()) {
                let name = names.get(&id).map_or("an account you may not see", String::as_str);
                *said = format!("{name}, {said}");
            }
        }
    }
    Ok(())
}

/// Says who was put on a deal or taken off, and who took part, as far as the reader may see them.
async fn name_contacts(tx: &mut Tx, items: &mut [Entry]) -> Result<()> {
    let of = |value: &Value| value.get("contact_id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let on_deals = |change: &&mut EntryChange| change.field == "contacts";
    let changes = || items.iter().flat_map(|entry| &entry.changes).filter(|change| change.field == "contacts");
    let ids: Vec<Uuid> = changes().flat_map(|change| [of(&change.old), of(&change.new)]).flatten().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let names = crate::deal_contact::store::names(tx, &ids).await?;
    for change in items.iter_mut().flat_map(|entry| &mut entry.changes).filter(on_deals) {
        for (value, label) in [(&change.old, &mut change.old_label), (&change.new, &mut change.new_label)] {
            if let (Some(id), Some(said)) = (of(value), label.as_mut()) {
                let name = names.get(&id).map_or("a contact you may not see", String::as_str);
                *said = format!("{name}, {said}");
            }
        }
    }
    Ok(())
}
