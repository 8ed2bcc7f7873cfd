//! The SQL of tasks.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::Actor;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, TaskId, TeamId, UserId};
use dealwright_store::Tx;

use super::about::{About, Names};
use super::{Fields, Task};
use crate::opportunity::May;
use crate::record::Ref;

/// A task as the database gives it, with the names it refers to.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    id: TaskId,
    title: String,
    notes: Option<String>,
    due_date: Option<NaiveDate>,
    priority: String,
    assignee_id: UserId,
    assignee_name: String,
    team_id: Option<TeamId>,
    opportunity_id: Option<OpportunityId>,
    opportunity_name: Option<String>,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    contact_id: Option<ContactId>,
    contact_name: Option<String>,
    lead_id: Option<LeadId>,
    lead_name: Option<String>,
    done_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    shared_to_edit: bool,
}

impl Row {
    /// As the API shows it to `actor`.
    ///
    /// # Errors
    /// When the database holds a priority that has no name here.
    pub fn into_task(self, actor: &Actor) -> Result<Task> {
        Ok(self.into_record()?.allowing(actor))
    }

    fn into_record(self) -> Result<Task> {
        let about = About {
            opportunity: self.opportunity_id,
            account: self.account_id,
            contact: self.contact_id,
            lead: self.lead_id,
        };
        let names = Names {
            opportunity: self.opportunity_name,
            account: self.account_name,
            contact: self.contact_name,
            lead: self.lead_name,
        };
        Ok(Task {
            id: self.id,
            title: self.title,
            notes: self.notes,
            due_date: self.due_date,
            priority: self.priority.parse()?,
            assignee_id: self.assignee_id,
            assignee: Ref { id: self.assignee_id.0, name: self.assignee_name },
            team_id: self.team_id,
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            subject: about.subject(names),
            done: self.done_at.is_some(),
            done_at: self.done_at,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            may: May { update: false, delete: false },
            hidden_fields: Vec::new(),
            shared_to_edit: self.shared_to_edit,
        })
    }
}

/// One task the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: TaskId, deleted: bool) -> Result<Option<Task>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TaskId", t.title, t.notes, t.due_date, t.priority, t.assignee_id as "assignee_id: UserId", u.name as assignee_name,
                  t.team_id as "team_id: TeamId", t.opportunity_id as "opportunity_id: OpportunityId", o.name as "opportunity_name?",
                  t.account_id as "account_id: AccountId", a.name as "account_name?", t.contact_id as "contact_id: ContactId",
                  c.name as "contact_name?", t.lead_id as "lead_id: LeadId", l.name as "lead_name?", t.done_at, t.version, t.created_at, t.updated_at,
                  (select app.principals()) <> '{}' and app.edits_until('task', t.id) is not null as "shared_to_edit!"
           from task t
           join app_user u on u.org_id = t.org_id and u.id = t.assignee_id
           left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           left join contact c on c.org_id = t.org_id and c.id = t.contact_id
           left join lead l on l.org_id = t.org_id and l.id = t.lead_id
           where t.org_id = $1 and t.id = $2 and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        id.0,
        deleted,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_record).transpose()
}

/// The account and the contact of what something is about, as far as the actor may see it.
pub async fn around(tx: &mut Tx, about: About) -> Result<About> {
    if about == About::default() {
        return Ok(about);
    }
    let row = sqlx::query!(
        r#"select coalesce((select o.account_id from opportunity o where o.org_id = $1 and o.id = $2),
                           (select c.account_id from contact c where c.org_id = $1 and c.id = $3)) as "account: AccountId",
                  (select o.primary_contact_id from opportunity o where o.org_id = $1 and o.id = $2) as "contact: ContactId""#,
        tx.org().0,
        about.opportunity.map(|i| i.0),
        about.contact.map(|i| i.0),
    )
    .fetch_one(tx.db())
    .await?;
    Ok(About { opportunity: about.opportunity, account: row.account, contact: row.contact, lead: about.lead })
}

/// Adds a task at version 1.
pub async fn insert(tx: &mut Tx, id: TaskId, f: &Fields, team: Option<TeamId>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into task (org_id, id, title, notes, due_date, priority, assignee_id, team_id, opportunity_id, account_id, contact_id, done_at,
             created_at, updated_at, lead_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)",
        org,
        id.0,
        f.title,
        f.notes,
        f.due_date,
        f.priority.as_str(),
        f.assignee_id.0,
        team.map(|i| i.0),
        f.opportunity_id.map(|i| i.0),
        f.account_id.map(|i| i.0),
        f.contact_id.map(|i| i.0),
        f.done.then_some(now),
        now,
        f.lead_id.map(|i| i.0),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not. A task that stays done keeps the time.
pub async fn update(tx: &mut Tx, id: TaskId, version: i64, f: &Fields, team: Option<TeamId>) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update task set title = $4, notes = $5, due_date = $6, priority = $7, assignee_id = $8, team_id = $9, opportunity_id = $10, account_id = $11,
             contact_id = $12, done_at = case when $13::boolean then coalesce(done_at, $14) end, updated_at = $14, lead_id = $15,
             version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.title,
        f.notes,
        f.due_date,
        f.priority.as_str(),
        f.assignee_id.0,
        team.map(|i| i.0),
        f.opportunity_id.map(|i| i.0),
        f.account_id.map(|i| i.0),
        f.contact_id.map(|i| i.0),
        f.done,
        now,
        f.lead_id.map(|i| i.0),
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
pub async fn set_deleted(tx: &mut Tx, id: TaskId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update task set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
