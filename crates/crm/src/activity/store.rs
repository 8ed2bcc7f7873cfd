//! The SQL of activities.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{
    AccountId, ActivityId, ChoiceId, ContactId, EventId, LeadId, OpportunityId, TeamId, UserId,
};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{Activity, Direction, Fields, mention, reaction};
use crate::opportunity::May;
use crate::record::Ref;
use crate::task::about::{About, Names};

struct Row {
    id: ActivityId,
    kind: String,
    subject: Option<String>,
    body: Option<String>,
    direction: Option<String>,
    duration_minutes: Option<i32>,
    outcome_id: Option<ChoiceId>,
    outcome_name: Option<String>,
    private: bool,
    occurred_at: DateTime<Utc>,
    participants: Value,
    owner_id: UserId,
    owner_name: String,
    team_id: Option<TeamId>,
    opportunity_id: Option<OpportunityId>,
    opportunity_name: Option<String>,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    contact_id: Option<ContactId>,
    contact_name: Option<String>,
    lead_id: Option<LeadId>,
    lead_name: Option<String>,
    entry_id: Option<EventId>,
    thread_id: Option<Uuid>,
    edited_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    of_their_record: bool,
}

impl Row {
    fn into_activity(self) -> Result<Activity> {
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
        Ok(Activity {
            id: self.id,
            kind: self.kind.parse()?,
            subject: self.subject,
            body: self.body,
            direction: self.direction.map(|d| d.parse()).transpose()?,
            duration_minutes: self.duration_minutes,
            outcome_id: self.outcome_id,
            outcome: Ref::of(self.outcome_id, self.outcome_name),
            private: self.private,
            occurred_at: self.occurred_at,
            participants: serde_json::from_value(self.participants).map_err(Error::internal)?,
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            about: about.subject(names),
            mentions: Vec::new(),
            reactions: Vec::new(),
            thread_id: self.thread_id,
            edited_at: self.edited_at,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            may: May { update: false, delete: false },
            team_id: self.team_id,
            of_their_record: self.of_their_record,
            entry_id: self.entry_id,
        })
    }
}

/// One activity the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: ActivityId, deleted: bool) -> Result<Option<Activity>> {
    Ok(many(tx, &[id.0], deleted).await?.pop())
}

/// Those of these activities that the actor may see.
pub async fn many(tx: &mut Tx, ids: &[Uuid], deleted: bool) -> Result<Vec<Activity>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id as "id: ActivityId", t.kind, t.subject, t.body, t.direction, t.duration_minutes, t.outcome_id as "outcome_id: ChoiceId",
                  h.name as "outcome_name?", t.private, t.occurred_at,
                  (select coalesce(jsonb_agg(jsonb_build_object('contact_id', p.contact_id, 'user_id', p.user_id, 'address', p.address, 'said', p.name,
                              'name', coalesce(pc.name, pu.name, p.name, p.address)) order by p.position), '[]')
                   from activity_participant p left join contact pc on pc.org_id = p.org_id and pc.id = p.contact_id
                   left join app_user pu on pu.org_id = p.org_id and pu.id = p.user_id
                   where p.org_id = t.org_id and p.activity_id = t.id and (p.contact_id is null or pc.id is not null)) as "participants!",
                  t.owner_id as "owner_id: UserId", u.name as owner_name, t.team_id as "team_id: TeamId",
                  t.opportunity_id as "opportunity_id: OpportunityId",
                  o.name as "opportunity_name?", t.account_id as "account_id: AccountId", a.name as "account_name?",
                  t.contact_id as "contact_id: ContactId", c.name as "contact_name?",
                  t.lead_id as "lead_id: LeadId", l.name as "lead_name?", t.entry_id as "entry_id: EventId", m.thread_id as "thread_id?", t.edited_at, t.version, t.created_at,
                  t.updated_at,
                  case when t.opportunity_id is not null then app.may_update('opportunity.update', 'opportunity', o.id, o.owner_id, o.team_id)
                       when t.account_id is not null then app.may_update('account.update', 'account', a.id, a.owner_id, a.team_id)
                       when t.contact_id is not null then app.may_update('contact.update', 'contact', c.id, c.owner_id, c.team_id)
                       when t.lead_id is not null then app.may_update('lead.update', 'lead', l.id, l.owner_id, l.team_id)
                       else false end as "of_their_record!"
           from activity t
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join activity_message m on m.org_id = t.org_id and m.activity_id = t.id
           left join choice h on h.org_id = t.org_id and h.id = t.outcome_id
           left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           left join contact c on c.org_id = t.org_id and c.id = t.contact_id
           left join lead l on l.org_id = t.org_id and l.id = t.lead_id
           where t.org_id = $1 and t.id = any ($2) and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        ids,
        deleted,
    )
    .fetch_all(tx.db())
    .await?;
    let mut activities = rows.into_iter().map(Row::into_activity).collect::<Result<Vec<_>>>()?;
    name_mentions(tx, &mut activities).await?;
    reaction::put(tx, &mut activities).await?;
    Ok(activities)
}

/// Says whom and what the texts name, as far as the actor may see it.
async fn name_mentions(tx: &mut Tx, activities: &mut [Activity]) -> Result<()> {
    let of = |activity: &Activity| activity.body.as_deref().map(mention::all).unwrap_or_default();
    let all = activities.iter().flat_map(of).collect();
    let names = mention::names(tx, &all).await?;
    if names.is_empty() {
        return Ok(());
    }
    for activity in activities {
        let named = of(activity).into_iter();
        let named = named
            .filter_map(|(kind, id)| Some(mention::MentionRef { kind, id, name: names.get(&(kind, id))?.clone() }));
        activity.mentions = named.collect();
    }
    Ok(())
}

/// Adds an activity of `owner` at version 1.
pub async fn insert(
    tx: &mut Tx,
    id: ActivityId,
    owner: UserId,
    team: Option<TeamId>,
    f: &Fields,
    entry: EventId,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into activity (org_id, id, kind, subject, body, direction, duration_minutes, outcome_id, private, occurred_at, owner_id, team_id,
             opportunity_id, account_id, contact_id, lead_id, entry_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)",
        org,
        id.0,
        f.kind.as_str(),
        f.subject,
        f.body,
        f.direction.map(Direction::as_str),
        f.duration_minutes,
        f.outcome_id.map(|i| i.0),
        f.private,
        f.occurred_at,
        owner.0,
        team.map(|i| i.0),
        f.opportunity_id.map(|i| i.0),
        f.account_id.map(|i| i.0),
        f.contact_id.map(|i| i.0),
        f.lead_id.map(|i| i.0),
        entry.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not.
pub async fn update(tx: &mut Tx, id: ActivityId, version: i64, f: &Fields, entry: EventId) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update activity set kind = $4, subject = $5, body = $6, direction = $7, duration_minutes = $8, outcome_id = $9, private = $10,
             occurred_at = $11, opportunity_id = $12, account_id = $13, contact_id = $14, lead_id = $15, entry_id = $16, edited_at = $17,
             updated_at = $17, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.kind.as_str(),
        f.subject,
        f.body,
        f.direction.map(Direction::as_str),
        f.duration_minutes,
        f.outcome_id.map(|i| i.0),
        f.private,
        f.occurred_at,
        f.opportunity_id.map(|i| i.0),
        f.account_id.map(|i| i.0),
        f.contact_id.map(|i| i.0),
        f.lead_id.map(|i| i.0),
        entry.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
pub async fn set_deleted(tx: &mut Tx, id: ActivityId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update activity set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
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
