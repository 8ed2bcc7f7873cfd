//! Contacts of an import.

use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, UpdateContact};
use dealwright_kernel::Result;
use dealwright_kernel::id::{ContactId, EventId, ImportId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::account::phone;
use super::named::Kind;
use super::{Insert, NewRow, Ready, Wanted, Writer, insert_rows, of_import, refused, tags};
use crate::check::Record;
use crate::store::Fate;
use dealwright_crm::contact::{self, Contact, ContactPatch};

pub(super) struct Contacts(pub ImportId);

impl Insert for Contacts {
    const RULED: Option<RuleObject> = Some(RuleObject::Contact);

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into contact (org_id, id, first_name, last_name, name, title, email, phone, account_id, owner_id, team_id, tags, custom, external_id, import_id,
                 created_at, updated_at)
             select $1, e.id, e.first_name, e.last_name, e.name, e.title, e.email, e.phone, e.account_id, e.owner_id, e.team_id, e.tags, coalesce(e.custom, '{}'), e.external_id, $2, $3, $3
             from jsonb_to_recordset($4) as e (id uuid, first_name text, last_name text, name text, title text, email text, phone text, account_id uuid,
                 owner_id uuid, team_id uuid, tags text[], custom jsonb, external_id text)",
            org,
            self.0.0,
            now,
            rows,
        )
        .execute(tx.db())
        .await?;
        Ok(())
    }
}

/// The event of a contact that an import created.
pub(super) fn created(tx: &Tx, import: ImportId, id: Uuid, name: String, account: Option<Uuid>) -> Event {
    let subject = Subject { object: "contact", id, name, version: Some(1) };
    let event = Event::with_id(EventId(tx.new_id()), "contact.created", subject);
    of_import(event.about(None, account.map(Into::into), Some(ContactId(id))), import)
}

impl Writer<'_> {
    pub(super) async fn create_contacts(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        for ready in creates {
            match self.new_contact(tx, &ready) {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Contacts(self.import.id)).await?);
        Ok(fates)
    }

    fn new_contact(&self, tx: &Tx, ready: &Ready) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_create(Guarded::Contact, owner, team)?;
        let (first, last) =
            (record.text("first_name").unwrap_or_default(), record.text("last_name").unwrap_or_default());
        let name = format!("{first} {last}").trim().to_owned();
        let account = self.reference(record, "account", Kind::Account);
        let id = tx.new_id();
        let columns = json!({
            "id": id,
            "first_name": first,
            "last_name": last,
            "name": name,
            "title": record.text("title"),
            "email": record.text("email"),
            "phone": phone(record),
            "account_id": account,
            "owner_id": owner,
            "team_id": team,
            "tags": tags(record).cloned().unwrap_or_default(),
            "custom": self.new_custom(record)?,
            "external_id": record.text("external_id"),
        });
        let event = created(tx, self.import.id, id, name, account);
        Ok(NewRow { row: ready.row, id, columns, events: vec![event] })
    }

    pub(super) async fn update_contact(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        for field in ["first_name", "last_name", "title", "email", "external_id"] {
            wanted.text(record, field);
        }
        wanted.put("phone", phone(record));
        wanted.put("account_id", self.reference(record, "account", Kind::Account));
        wanted.put("owner_id", record.reference("owner"));
        wanted.tags(record);
        wanted.custom(self.custom(record));
        let patch = ContactPatch::from_values(wanted.0)?;
        let permit = self.cx.permit_for::<Contact>(tx, ContactId(id), permission::<UpdateContact>()).await?;
        let version = permit.version;
        let written = contact::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }
}
