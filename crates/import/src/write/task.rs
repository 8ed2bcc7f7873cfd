//! Tasks of an import.

use std::collections::HashMap;

use chrono::NaiveTime;
use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, ReadTask, UpdateTask};
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, EventId, ImportId, LeadId, OpportunityId, TaskId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::named::Kind;
use super::{Insert, NewRow, Ready, Wanted, Writer, day, insert_rows, moment, of_import, refused, undo};
use crate::check::Record;
use crate::store::Fate;
use dealwright_crm::task::about::About;
use dealwright_crm::task::{self, Task, TaskPatch};

struct Tasks(ImportId);

impl Insert for Tasks {
    const RULED: Option<RuleObject> = Some(RuleObject::Task);

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into task (org_id, id, title, notes, due_date, priority, assignee_id, team_id, opportunity_id, account_id, contact_id, lead_id, done_at,
                 external_id, import_id, created_at, updated_at)
             select $1, e.id, e.title, e.notes, e.due_date, e.priority, e.assignee_id, e.team_id, e.opportunity_id, e.account_id, e.contact_id, e.lead_id,
                 e.done_at, e.external_id, $2, e.created_at, $3
             from jsonb_to_recordset($4) as e (id uuid, title text, notes text, due_date date, priority text, assignee_id uuid, team_id uuid,
                 opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid, done_at timestamptz, external_id text, created_at timestamptz)",
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

/// The accounts and contacts of what rows are about, which read of it on their timelines too.
#[derive(Debug, Default)]
pub(super) struct Around {
    opportunities: HashMap<Uuid, (Option<AccountId>, Option<ContactId>)>,
    contacts: HashMap<Uuid, Option<AccountId>>,
}

impl Around {
    pub(super) async fn of(tx: &mut Tx, about: &[About]) -> Result<Self> {
        let opportunities: Vec<Uuid> = about.iter().filter_map(|about| about.opportunity.map(|id| id.0)).collect();
        let contacts: Vec<Uuid> = about.iter().filter_map(|about| about.contact.map(|id| id.0)).collect();
        let mut around = Self::default();
        let org = tx.org().0;
        if !opportunities.is_empty() {
            let rows = sqlx::query!(
                r#"select id, account_id as "account: AccountId", primary_contact_id as "contact: ContactId"
                   from opportunity where org_id = $1 and id = any ($2)"#,
                org,
                &opportunities,
            );
            let rows = rows.fetch_all(tx.db()).await?;
            around.opportunities = rows.into_iter().map(|row| (row.id, (row.account, row.contact))).collect();
        }
        if !contacts.is_empty() {
            let rows = sqlx::query!(
                r#"select id, account_id as "account: AccountId" from contact where org_id = $1 and id = any ($2)"#,
                org,
                &contacts,
            );
            let rows = rows.fetch_all(tx.db()).await?;
            around.contacts = rows.into_iter().map(|row| (row.id, row.account)).collect();
        }
        Ok(around)
    }

    /// Puts an event on the timelines of what it is about.
    pub(super) fn stand_on(&self, about: About, event: Event) -> Event {
        let (account, contact) =
            about.opportunity.and_then(|id| self.opportunities.get(&id.0)).copied().unwrap_or_default();
        let employer = about.contact.and_then(|id| self.contacts.get(&id.0)).copied().flatten();
        let event = event.about(about.opportunity, about.account.or(account).or(employer), about.contact.or(contact));
        event.on_lead(about.lead)
    }
}

impl Writer<'_> {
    /// What a row is about.
    pub(super) fn about(&self, record: &Record) -> About {
        About {
            opportunity: record.reference("opportunity").map(OpportunityId),
            account: self.reference(record, "account", Kind::Account).map(AccountId),
            contact: self.reference(record, "contact", Kind::Contact).map(ContactId),
            lead: record.reference("lead").map(LeadId),
        }
    }

    pub(super) async fn around(&self, tx: &mut Tx, creates: &[Ready]) -> Result<Around> {
        let about: Vec<About> = creates.iter().map(|ready| self.about(&ready.record)).collect();
        Around::of(tx, &about).await
    }

    pub(super) fn want_about(&self, wanted: &mut Wanted, record: &Record) {
        let about = self.about(record);
        wanted.put("opportunity_id", about.opportunity);
        wanted.put("account_id", about.account);
        wanted.put("contact_id", about.contact);
        wanted.put("lead_id", about.lead);
    }

    pub(super) async fn create_tasks(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let around = self.around(tx, &creates).await?;
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        for ready in creates {
            match self.new_task(tx, &ready, &around) {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Tasks(self.import.id)).await?);
        Ok(fates)
    }

    fn new_task(&self, tx: &Tx, ready: &Ready, around: &Around) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_create(Guarded::Task, owner, team)?;
        let actor = self.cx.actor();
        // Of the assignee's team, or of the importer's where they would lose sight of it.
        let team = [team, actor.team].into_iter().find(|team| actor.reaches(permission::<ReadTask>(), owner, *team));
        let about = self.about(record);
        let due = day(record, "due_date");
        let (id, now) = (tx.new_id(), tx.now());
        let done = record.text("status") == Some("done");
        let done_at = moment(record, "done_at").or(due.map(|due| due.and_time(NaiveTime::MIN).and_utc()));
        let done_at = done.then(|| done_at.unwrap_or(now).min(now));
        let created = moment(record, "created_at").or(done_at).unwrap_or(now).min(now);
        let title = record.text("title").unwrap_or_default();
        let columns = json!({
            "id": id,
            "title": title,
            "notes": record.text("notes"),
            "due_date": due,
            "priority": record.text("priority").unwrap_or("normal"),
            "assignee_id": owner,
            "team_id": team.flatten(),
            "opportunity_id": about.opportunity,
            "account_id": about.account,
            "contact_id": about.contact,
            "lead_id": about.lead,
            "done_at": done_at,
            "external_id": record.text("external_id"),
            "created_at": created,
        });
        let subject = Subject { object: "task", id, name: title.to_owned(), version: Some(1) };
        let mut event = around.stand_on(about, Event::with_id(EventId(tx.new_id()), "task.created", subject));
        event.at = Some(created);
        event.data = json!({ "imported_at": now });
        Ok(NewRow { row: ready.row, id, columns, events: vec![of_import(event, self.import.id)] })
    }

    pub(super) async fn update_task(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        for field in ["title", "notes", "priority"] {
            wanted.text(record, field);
        }
        wanted.day(record, "due_date");
        wanted.put("done", record.text("status").map(|status| status == "done"));
        wanted.put("assignee_id", record.reference("owner"));
        self.want_about(&mut wanted, record);
        let patch = TaskPatch::from_values(wanted.0)?;
        let permit = self.cx.permit_for::<Task>(tx, TaskId(id), permission::<UpdateTask>()).await?;
        let version = permit.version;
        let written = task::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }
}

/// Puts the import's tasks into the bin.
pub(super) async fn bin(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update task set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null
           returning id, title, version, opportunity_id as "opportunity: OpportunityId", account_id as "account: AccountId",
                     contact_id as "contact: ContactId", lead_id as "lead: LeadId""#,
        org,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "task", id: row.id, name: row.title, version: Some(row.version) };
        let event = Event::with_id(EventId(tx.new_id()), "task.deleted", subject);
        event.about(row.opportunity, row.account, row.contact).on_lead(row.lead)
    });
    let events = events.collect();
    Ok(undo::emit(tx, import, events))
}
