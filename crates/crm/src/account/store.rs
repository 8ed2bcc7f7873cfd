//! The SQL of accounts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, ChoiceId, TeamId, UserId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};

use super::{Account, Fields};
use crate::merge::{self, MergeObject};
use crate::opportunity::May;
use crate::record::Ref;

/// An account as the database gives it, with the names it refers to.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    id: AccountId,
    name: String,
    domain: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    industry_id: Option<ChoiceId>,
    region_id: Option<ChoiceId>,
    parent_id: Option<AccountId>,
    parent_name: Option<String>,
    employees: Option<i64>,
    revenue_minor: Option<i64>,
    currency: Option<String>,
    founded_year: Option<i32>,
    country: Option<String>,
    owner_id: UserId,
    owner_name: String,
    team_id: Option<TeamId>,
    tags: Vec<String>,
    custom: Value,
    external_id: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    shared_to_edit: bool,
}

impl Row {
    /// As the API shows it to `actor`.
    ///
    /// # Errors
    /// Internal, when the database holds what the API has no word for.
    pub fn into_account(self, actor: &Actor) -> Result<Account> {
        Ok(self.into_record()?.allowing(actor))
    }

    fn into_record(self) -> Result<Account> {
        let annual_revenue = match (self.revenue_minor, &self.currency) {
            (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
            _ => None,
        };
        Ok(Account {
            id: self.id,
            name: self.name,
            domain: self.domain,
            phone: self.phone,
            website: self.website,
            industry_id: self.industry_id,
            region_id: self.region_id,
            parent_id: self.parent_id,
            parent: Ref::of(self.parent_id, self.parent_name),
            employees: self.employees,
            annual_revenue,
            founded_year: self.founded_year,
            country: self.country,
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            team_id: self.team_id,
            tags: self.tags,
            custom: match self.custom {
                Value::Object(map) => map,
                _ => Map::new(),
            },
            external_id: self.external_id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            may: May { update: false, delete: false },
            hidden_fields: Vec::new(),
            formula_errors: BTreeMap::new(),
            shared_to_edit: self.shared_to_edit,
        })
    }
}

/// One account the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: AccountId, deleted: bool) -> Result<Option<Account>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: AccountId", t.name, t.domain, t.phone, t.website, t.industry_id as "industry_id: ChoiceId",
                  t.region_id as "region_id: ChoiceId", t.parent_id as "parent_id: AccountId", p.name as "parent_name?", t.employees,
                  t.revenue_minor, t.currency, t.founded_year, t.country, t.owner_id as "owner_id: UserId", u.name as owner_name,
                  t.team_id as "team_id: TeamId", t.tags, t.custom, t.external_id, t.version, t.created_at, t.updated_at,
                  (select app.principals()) <> '{}' and app.edits_until('account', t.id) is not null as "shared_to_edit!"
           from account t
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account p on p.org_id = t.org_id and p.id = t.parent_id
           where t.org_id = $1 and t.id = $2 and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        id.0,
        deleted,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_record).transpose()
}

/// How many open opportunities of the account the actor may see, and their sum in minor units of the organisation's
/// currency.
pub async fn open_opportunities(tx: &mut Tx, id: AccountId) -> Result<(i64, i64)> {
    let open = sqlx::query!(
        r#"select count(*) as "count!", coalesce(sum(o.amount_base), 0)::bigint as "sum!"
           from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id
           where o.org_id = $1 and o.account_id = $2 and o.deleted_at is null and s.kind = 'open'"#,
        tx.org().0,
        id.0,
    )
    .fetch_one(tx.db())
    .await?;
    Ok((open.count, open.sum))
}

/// Whether `parent` is the account itself or stands below it. Until the transaction ends nobody else in the
/// organisation asks this, so that two moves can't make a ring between them.
pub async fn is_below(tx: &mut Tx, parent: AccountId, account: AccountId) -> Result<bool> {
    let org = tx.org().0;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('account.parent:' || $1, 0))", org.to_string())
        .execute(tx.db())
        .await?;
    Ok(sqlx::query_scalar!(r#"select app.account_is_below($1, $2) as "below!""#, parent.0, account.0)
        .fetch_one(tx.db())
        .await?)
}

/// One account the actor may see; where it was merged into another, that.
///
/// # Errors
/// When the database is gone.
pub async fn find_or_merged(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    if let Some(found) = find(tx, id, false).await? {
        return Ok(Some(found));
    }
    match merge::store::survivor(tx, MergeObject::Account, id.0).await? {
        Some(survivor) => find(tx, AccountId(survivor), false).await,
        None => Ok(None),
    }
}

fn taken() -> Error {
    Error::conflict("external_id_taken", "another account has this external id").on("external_id")
}

/// Adds an account at version 1.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn insert(tx: &mut Tx, id: AccountId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into account (org_id, id, name, domain, phone, website, industry_id, region_id, parent_id, employees, revenue_minor, currency,
             founded_year, country, owner_id, team_id, tags, custom, external_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)",
        org,
        id.0,
        f.name,
        f.domain,
        f.phone,
        f.website,
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.parent_id.map(|i| i.0),
        f.employees,
        f.annual_revenue.map(|m| m.minor),
        f.annual_revenue.map(|m| m.currency.code()),
        f.founded_year,
        f.country,
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_external_id_key", taken)?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn update(tx: &mut Tx, id: AccountId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update account set name = $4, domain = $5, phone = $6, website = $7, industry_id = $8, region_id = $9, parent_id = $10, employees = $11,
             revenue_minor = $12, currency = $13, founded_year = $14, country = $15, owner_id = $16, team_id = $17, tags = $18, custom = $19,
             external_id = $20, updated_at = $21, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.name,
        f.domain,
        f.phone,
        f.website,
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.parent_id.map(|i| i.0),
        f.employees,
        f.annual_revenue.map(|m| m.minor),
        f.annual_revenue.map(|m| m.currency.code()),
        f.founded_year,
        f.country,
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
///
/// # Errors
/// 409 `external_id_taken`, when another account has got its external id meanwhile.
pub async fn set_deleted(tx: &mut Tx, id: AccountId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update account set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}
