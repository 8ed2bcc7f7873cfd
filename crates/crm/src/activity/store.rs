//! The SQL of activities.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ActivityId, ContactId, LeadId, OpportunityId, UserId};
use dealwright_store::Tx;

use super::{Activity, NewActivity};
use crate::record::{self, Ref};
use crate::task::about::{About, Names};

struct Row {
    id: ActivityId,
    kind: String,
    subject: Option<String>,
    body: Option<String>,
    direction: Option<String>,
    duration_minutes: Option<i32>,
    occurred_at: DateTime<Utc>,
    owner_id: UserId,
    owner_name: String,
    opportunity_id: Option<OpportunityId>,
    opportunity_name: Option<String>,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    contact_id: Option<ContactId>,
    contact_name: Option<String>,
    lead_id: Option<LeadId>,
    lead_name: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
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
            occurred_at: self.occurred_at,
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            about: about.subject(names),
            version: self.version,
            created_at: self.created_at,
        })
    }
}

/// One activity the actor may see.
pub async fn find(tx: &mut Tx, id: ActivityId) -> Result<Option<Activity>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: ActivityId", t.kind, t.subject, t.body, t.direction, t.duration_minutes, t.occurred_at,
                  t.owner_id as "owner_id: UserId", u.name as owner_name, t.opportunity_id as "opportunity_id: OpportunityId",
                  o.name as "opportunity_name?", t.account_id as "account_id: AccountId", a.name as "account_name?",
                  t.contact_id as "contact_id: ContactId", c.name as "contact_name?",
                  t.lead_id as "lead_id: LeadId", l.name as "lead_name?", t.version, t.created_at
           from activity t
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           left join contact c on c.org_id = t.org_id and c.id = t.contact_id
           left join lead l on l.org_id = t.org_id and l.id = t.lead_id
           where t.org_id = $1 and t.id = $2 and t.deleted_at is null"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_activity).transpose()
}

/// Adds an activity of `owner` at version 1; it happened now unless it says when.
pub async fn insert(tx: &mut Tx, id: ActivityId, owner: UserId, new: NewActivity) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into activity (org_id, id, kind, subject, body, direction, duration_minutes, occurred_at, owner_id, opportunity_id, account_id,
             contact_id, created_at, lead_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        org,
        id.0,
        new.kind.as_str(),
        record::text(new.subject),
        record::text(new.body),
        new.direction.map(super::Direction::as_str),
        new.duration_minutes,
        new.occurred_at.unwrap_or(now),
        owner.0,
        new.opportunity_id.map(|i| i.0),
        new.account_id.map(|i| i.0),
        new.contact_id.map(|i| i.0),
        now,
        new.lead_id.map(|i| i.0),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
