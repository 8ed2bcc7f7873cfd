//! The SQL of tasks.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, TaskId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::about::{About, Names};
use super::checklist::TaskStep;
use super::needs::{Need, tidy};
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
    remind_at: Option<DateTime<Utc>>,
    recurrence: Option<String>,
    recurs_from: Option<NaiveDate>,
    checklist: serde_json::Value,
    needs: serde_json::Value,
    blocked: bool,
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
        let checklist: Vec<TaskStep> = serde_json::from_value(self.checklist).map_err(Error::internal)?;
        let blocked_by: Vec<Need> = serde_json::from_value(self.needs).map_err(Error::internal)?;
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
            remind_at: self.remind_at,
            recurrence: self.recurrence,
            recurs_from: self.recurs_from,
            checklist,
            blocked_by_ids: tidy(blocked_by.iter().map(|need| need.id)),
            blocked_by,
            blocked: self.blocked && self.done_at.is_none(),
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
                  c.name as "contact_name?", t.lead_id as "lead_id: LeadId", l.name as "lead_name?", t.remind_at, t.recurrence, t.recurs_from, t.checklist,
                  coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'title', x.title, 'done', x.done_at is not null) order by x.created_at, x.id)
                            from task_need n join task x on x.org_id = n.org_id and x.id = n.needs_id and x.deleted_at is null
                            where n.org_id = t.org_id and n.task_id = t.id), '[]') as "needs!",
                  exists (select from task_need n where n.org_id = t.org_id and n.task_id = t.id) and app.open_needs(t.id) > 0 as "blocked!",
                  t.done_at, t.version, t.created_at, t.updated_at,
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
             created_at, updated_at, lead_id, remind_at, recurrence, recurs_from, checklist)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, case when $16::text is not null then $5::date end, $17)",
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
        f.remind_at,
        f.recurrence,
        serde_json::to_value(&f.checklist).map_err(Error::internal)?,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The task that follows an occurrence, if the actor sees it.
pub async fn following(tx: &mut Tx, previous: TaskId) -> Result<Option<TaskId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select id as "id: TaskId" from task where org_id = $1 and previous_id = $2 and deleted_at is null"#,
        org,
        previous.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Makes a new task the one that follows another, by a rule that counts from `first`.
pub async fn follow(tx: &mut Tx, id: TaskId, previous: TaskId, first: NaiveDate) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update task set previous_id = $3, recurs_from = $4 where org_id = $1 and id = $2",
        org,
        id.0,
        previous.0,
        first
    )
    .execute(tx.db())
    .await
    .on_constraint("task_next", || Error::conflict("try_again", "two changes met; try again"))?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not. A task that stays done keeps the time.
pub async fn update(tx: &mut Tx, id: TaskId, version: i64, f: &Fields, team: Option<TeamId>) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update task set title = $4, notes = $5, due_date = $6, priority = $7, assignee_id = $8, team_id = $9, opportunity_id = $10, account_id = $11,
             contact_id = $12, done_at = case when $13::boolean then coalesce(done_at, $14) end, updated_at = $14, lead_id = $15,
             recurs_from = case when $17::text is null then null when $17 is distinct from recurrence then $6::date else recurs_from end,
             remind_at = $16, recurrence = $17, checklist = $18, version = version + 1
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
        f.remind_at,
        f.recurrence,
        serde_json::to_value(&f.checklist).map_err(Error::internal)?,
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
