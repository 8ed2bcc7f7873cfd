//! The SQL of conversions.

use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::Trace;

/// An account that may be the lead's.
#[derive(Debug)]
pub struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub domain: Option<String>,
    pub owner_id: Uuid,
    pub owner_name: String,
}

/// Accounts of a domain, of a name, or of these ids; as far as the actor sees them.
pub async fn accounts(
    tx: &mut Tx,
    domain: Option<&str>,
    name: Option<&str>,
    similar: &[Uuid],
) -> Result<Vec<AccountRow>> {
    Ok(sqlx::query_as!(
        AccountRow,
        r#"select t.id as "id: AccountId", t.name, t.domain, t.owner_id, u.name as owner_name
           from account t join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           where t.org_id = $1 and t.deleted_at is null and (t.domain = $2 or t.name_sort = $3 or t.id = any ($4))
           order by t.updated_at desc, t.id limit 100"#,
        tx.org().0,
        domain,
        name,
        similar,
    )
    .fetch_all(tx.db())
    .await?)
}

/// A contact that may be the lead.
#[derive(Debug)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub account_id: Option<Uuid>,
    pub account_name: Option<String>,
    pub owner_id: Uuid,
    pub owner_name: String,
}

/// Contacts of an address, of a name, or of these ids; as far as the actor sees them.
pub async fn contacts(
    tx: &mut Tx,
    email: Option<&str>,
    name: Option<&str>,
    similar: &[Uuid],
) -> Result<Vec<ContactRow>> {
    Ok(sqlx::query_as!(
        ContactRow,
        r#"select t.id as "id: ContactId", t.name, t.title, t.email, t.account_id, a.name as "account_name?", t.owner_id, u.name as owner_name
           from contact t join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           where t.org_id = $1 and t.deleted_at is null and (t.email = $2 or t.name_sort = $3 or t.id = any ($4))
           order by t.updated_at desc, t.id limit 100"#,
        tx.org().0,
        email,
        name,
        similar,
    )
    .fetch_all(tx.db())
    .await?)
}

/// How many tasks and activities of a lead the actor sees.
pub async fn moving(tx: &mut Tx, lead: LeadId) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from task where org_id = $1 and lead_id = $2 and deleted_at is null) as "tasks!",
                  (select count(*) from activity where org_id = $1 and lead_id = $2 and deleted_at is null) as "activities!""#,
        tx.org().0,
        lead.0,
    )
    .fetch_one(tx.db())
    .await?;
    Ok((row.tasks, row.activities))
}

/// A task, an activity or a file that has moved.
#[derive(Debug)]
pub struct Moved {
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub version: i64,
    /// What it was about besides the lead: `account`, `contact`, `opportunity`.
    pub had: Vec<String>,
}

/// Moves what was done about a lead to what it becomes.
pub async fn move_from_lead(tx: &mut Tx, lead: LeadId, trace: &Trace) -> Result<Vec<Moved>> {
    Ok(sqlx::query_as!(
        Moved,
        r#"select kind as "kind!", id as "id!", name as "name!", version as "version!", had as "had!" from app.move_from_lead($1, $2, $3, $4)"#,
        lead.0,
        trace.account.map(|i| i.0),
        trace.contact.map(|i| i.0),
        trace.opportunity.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?)
}

/// The way back.
pub async fn move_to_lead(tx: &mut Tx, lead: LeadId, trace: &Trace) -> Result<Vec<Moved>> {
    Ok(sqlx::query_as!(
        Moved,
        r#"select kind as "kind!", id as "id!", name as "name!", version as "version!", '{}'::text[] as "had!" from app.move_to_lead($1, $2, $3, $4, $5, $6, $7, $8)"#,
        lead.0,
        trace.account.map(|i| i.0),
        trace.contact.map(|i| i.0),
        trace.opportunity.map(|i| i.0),
        &trace.activities,
        &trace.tasks,
        &trace.files,
        serde_json::to_value(&trace.had).map_err(Error::internal)?,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Marks a lead as converted if it is still at `version`; false when it is not.
pub async fn mark(tx: &mut Tx, lead: LeadId, version: i64, by: Uuid, status: ChoiceId, trace: &Trace) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update lead set converted_at = $4, converted_by = $5, status_id = $6, converted_account_id = $7, converted_contact_id = $8,
             converted_opportunity_id = $9, conversion = $10, updated_at = $4, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null and converted_at is null",
        org,
        lead.0,
        version,
        now,
        by,
        status.0,
        trace.account.map(|i| i.0),
        trace.contact.map(|i| i.0),
        trace.opportunity.map(|i| i.0),
        serde_json::to_value(trace).map_err(Error::internal)?,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Makes a lead of what was converted, if it is still at `version`; false when it is not.
pub async fn unmark(tx: &mut Tx, lead: LeadId, version: i64, status: ChoiceId) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update lead set converted_at = null, converted_by = null, status_id = $4, converted_account_id = null, converted_contact_id = null,
             converted_opportunity_id = null, conversion = null, updated_at = $5, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null and converted_at is not null",
        org,
        lead.0,
        version,
        status.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// What a lead's conversion made and moved; nothing when it is not converted.
pub async fn trace(tx: &mut Tx, lead: LeadId) -> Result<Option<Trace>> {
    let found = sqlx::query_scalar!("select conversion from lead where org_id = $1 and id = $2", tx.org().0, lead.0)
        .fetch_optional(tx.db())
        .await?;
    found.flatten().map(|value| serde_json::from_value(value).map_err(Error::internal)).transpose()
}

/// Whether something else has come to hang on what a conversion made, whoever may see it.
pub async fn in_use(tx: &mut Tx, lead: LeadId, object: &str, record: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select app.hangs_on_converted($1, $2, $3) as "used!""#, lead.0, object, record)
        .fetch_one(tx.db())
        .await?)
}

/// Whether a status can still be had: those that are archived stay with who has them.
pub async fn status_there(tx: &mut Tx, status: ChoiceId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from choice where org_id = $1 and id = $2 and kind = 'lead_status') as "there!""#,
        tx.org().0,
        status.0
    )
    .fetch_one(tx.db())
    .await?)
}
