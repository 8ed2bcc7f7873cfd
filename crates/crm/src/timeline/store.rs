//! The SQL of timelines.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_access::{Actor, Object};
use dealwright_kernel::id::EventId;
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{ActorKind, Tx};
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Entry, EntryActor, EntryChange, EntrySubject, can_be_undone};
use crate::change;
use crate::custom_field;
use crate::record::Ref;

/// Whose timeline: also the event's column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Opportunity(Uuid),
    Account(Uuid),
    Contact(Uuid),
    Lead(Uuid),
}

impl Of {
    const fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Opportunity(id) => ("opportunity_id", id),
            Self::Account(id) => ("account_id", id),
            Self::Contact(id) => ("contact_id", id),
            Self::Lead(id) => ("lead_id", id),
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: EventId,
    kind: String,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    on_behalf_of: Option<Uuid>,
    for_name: Option<String>,
    subject_type: String,
    subject_id: Uuid,
    subject_name: String,
    changes: Value,
    data: Value,
    undone: bool,
}

/// A page of a timeline, newest first, without the changes of fields that are hidden from the actor.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, actor: &Actor, of: Of, limit: u16, cursor: Option<&str>) -> Result<Page<Entry>> {
    let (column, id) = of.parts();
    let fingerprint = format!("timeline:{column}");
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &fingerprint)).transpose()?;
    let mut sql = QueryBuilder::<Postgres>::new(
        "select e.id, e.type as kind, e.at, e.actor_kind, e.actor_id, e.actor_name, e.on_behalf_of, b.name as for_name, e.subject_type, e.subject_id, \
         e.subject_name, e.changes, e.data, exists (select from event u where u.org_id = e.org_id and u.undoes = e.id) as undone from event e \
         left join app_user b on b.org_id = e.org_id and b.id = e.on_behalf_of where e.org_id = ",
    );
    let behind = leads_behind(tx, of).await?;
    sql.push_bind(tx.org().0).push(" and (e.").push(column).push(" = ").push_bind(id);
    if !behind.is_empty() {
        sql.push(" or e.lead_id = any (").push_bind(behind).push(")");
    }
    sql.push(")");
    if let Some(Cursor { keys: (at, id), .. }) = after {
        sql.push(" and (e.at, e.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    sql.push(" order by e.at desc, e.id desc limit ").push_bind(i64::from(limit) + 1);
    let mut rows: Vec<Row> = sql.build_query_as().fetch_all(tx.db()).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.at, r.id.0));
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    let custom = rows.iter().any(|r| r.changes.to_string().contains("\"custom."));
    let labels = if custom { custom_field::store::labels(tx).await? } else { HashMap::new() };
    let mut items = rows.into_iter().map(|row| row.into_entry(actor, &labels)).collect::<Result<Vec<_>>>()?;
    name_contacts(tx, &mut items).await?;
    Ok(Page { items, next_cursor, total: None.into() })
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
        })
    }
}

/// Says who was put on a deal or taken off, as far as the reader may see them: the event itself names nobody.
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

/// The leads that became a record: their past is its own.
async fn leads_behind(tx: &mut Tx, of: Of) -> Result<Vec<Uuid>> {
    let (object, id) = match of {
        Of::Opportunity(id) => ("opportunity", id),
        Of::Account(id) => ("account", id),
        Of::Contact(id) => ("contact", id),
        Of::Lead(_) => return Ok(Vec::new()),
    };
    let found = sqlx::query_scalar!("select app.leads_behind($1, $2)", object, id).fetch_all(tx.db()).await?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether the actor may see the record whose timeline is asked for.
pub async fn visible(tx: &mut Tx, of: Of) -> Result<bool> {
    let org = tx.org().0;
    let db = tx.db();
    Ok(match of {
        Of::Opportunity(id) => {
            sqlx::query_scalar!(
                r#"select exists (select from opportunity where org_id = $1 and id = $2) as "seen!""#,
                org,
                id
            )
            .fetch_one(db)
            .await?
        }
        Of::Account(id) => {
            sqlx::query_scalar!(
                r#"select exists (select from account where org_id = $1 and id = $2) as "seen!""#,
                org,
                id
            )
            .fetch_one(db)
            .await?
        }
        Of::Lead(id) => {
            sqlx::query_scalar!(r#"select exists (select from lead where org_id = $1 and id = $2) as "seen!""#, org, id)
                .fetch_one(db)
                .await?
        }
        Of::Contact(id) => {
            sqlx::query_scalar!(
                r#"select exists (select from contact where org_id = $1 and id = $2) as "seen!""#,
                org,
                id
            )
            .fetch_one(db)
            .await?
        }
    })
}
