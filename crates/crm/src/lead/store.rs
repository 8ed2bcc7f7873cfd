//! The SQL of leads.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, LeadId, OpportunityId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Converted, Fields, Lead, Rating};
use crate::choice::Category;
use crate::merge::{self, MergeObject};
use crate::opportunity::May;
use crate::record::Ref;

/// A lead as the database gives it, with the names it refers to.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    id: LeadId,
    first_name: String,
    last_name: String,
    name: String,
    company: Option<String>,
    title: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    country: Option<String>,
    rating: Option<String>,
    description: Option<String>,
    status_id: ChoiceId,
    status_name: String,
    status_category: String,
    source_id: Option<ChoiceId>,
    industry_id: Option<ChoiceId>,
    region_id: Option<ChoiceId>,
    owner_id: UserId,
    owner_name: String,
    team_id: Option<TeamId>,
    tags: Vec<String>,
    custom: Value,
    external_id: Option<String>,
    converted_at: Option<DateTime<Utc>>,
    converted_by: Option<Uuid>,
    converted_by_name: Option<String>,
    converted_account_id: Option<AccountId>,
    account_name: Option<String>,
    converted_contact_id: Option<ContactId>,
    contact_name: Option<String>,
    converted_opportunity_id: Option<OpportunityId>,
    opportunity_name: Option<String>,
    score: Option<i64>,
    score_grade: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    shared_to_edit: bool,
}

impl Row {
    /// As the API shows it to `actor`.
    ///
    /// # Errors
    /// When the database holds a word that has no name here.
    pub fn into_lead(self, actor: &Actor) -> Result<Lead> {
        Ok(self.into_record()?.allowing(actor))
    }

    fn into_record(self) -> Result<Lead> {
        let converted = self.converted_at.map(|at| Converted {
            at,
            by: Ref::of(self.converted_by, self.converted_by_name),
            account_id: self.converted_account_id,
            contact_id: self.converted_contact_id,
            opportunity_id: self.converted_opportunity_id,
            account: Ref::of(self.converted_account_id, self.account_name),
            contact: Ref::of(self.converted_contact_id, self.contact_name),
            opportunity: Ref::of(self.converted_opportunity_id, self.opportunity_name),
        });
        Ok(Lead {
            id: self.id,
            first_name: self.first_name,
            last_name: self.last_name,
            name: self.name,
            company: self.company,
            title: self.title,
            email: self.email,
            phone: self.phone,
            website: self.website,
            country: self.country,
            rating: self.rating.map(|r| r.parse()).transpose()?,
            description: self.description,
            status_id: self.status_id,
            status: Ref { id: self.status_id.0, name: self.status_name },
            status_category: self.status_category.parse::<Category>()?,
            source_id: self.source_id,
            industry_id: self.industry_id,
            region_id: self.region_id,
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            team_id: self.team_id,
            tags: self.tags,
            custom: match self.custom {
                Value::Object(map) => map,
                _ => Map::new(),
            },
            external_id: self.external_id,
            converted,
            score: self.score,
            grade: self.score_grade.map(|grade| grade.parse()).transpose()?,
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

/// One lead the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: LeadId, deleted: bool) -> Result<Option<Lead>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: LeadId", t.first_name, t.last_name, t.name, t.company, t.title, t.email, t.phone, t.website, t.country, t.rating,
                  t.description, t.status_id as "status_id: ChoiceId", s.name as status_name, s.category as "status_category!",
                  t.source_id as "source_id: ChoiceId", t.industry_id as "industry_id: ChoiceId", t.region_id as "region_id: ChoiceId",
                  t.owner_id as "owner_id: UserId", u.name as owner_name, t.team_id as "team_id: TeamId", t.tags, t.custom, t.external_id,
                  t.converted_at, t.converted_by, b.name as "converted_by_name?", t.converted_account_id as "converted_account_id: AccountId",
                  a.name as "account_name?", t.converted_contact_id as "converted_contact_id: ContactId", c.name as "contact_name?",
                  t.converted_opportunity_id as "converted_opportunity_id: OpportunityId", o.name as "opportunity_name?",
                  t.score, t.score_grade, t.version, t.created_at, t.updated_at,
                  (select app.principals()) <> '{}' and app.edits_until('lead', t.id) is not null as "shared_to_edit!"
           from lead t
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           join choice s on s.org_id = t.org_id and s.id = t.status_id
           left join app_user b on b.org_id = t.org_id and b.id = t.converted_by
           left join account a on a.org_id = t.org_id and a.id = t.converted_account_id
           left join contact c on c.org_id = t.org_id and c.id = t.converted_contact_id
           left join opportunity o on o.org_id = t.org_id and o.id = t.converted_opportunity_id
           where t.org_id = $1 and t.id = $2 and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        id.0,
        deleted,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_record).transpose()
}

/// One lead the actor may see; where it was merged into another, that.
///
/// # Errors
/// When the database is gone.
pub async fn find_or_merged(tx: &mut Tx, id: LeadId) -> Result<Option<Lead>> {
    if let Some(found) = find(tx, id, false).await? {
        return Ok(Some(found));
    }
    match merge::store::survivor(tx, MergeObject::Lead, id.0).await? {
        Some(survivor) => find(tx, LeadId(survivor), false).await,
        None => Ok(None),
    }
}

fn taken() -> Error {
    Error::conflict("external_id_taken", "another lead has this external id").on("external_id")
}

/// Adds a lead at version 1.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn insert(tx: &mut Tx, id: LeadId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into lead (org_id, id, first_name, last_name, name, company, title, email, phone, website, country, rating, description, status_id,
             source_id, industry_id, region_id, owner_id, team_id, tags, custom, external_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $23)",
        org,
        id.0,
        f.first_name,
        f.last_name,
        f.name(),
        f.company,
        f.title,
        f.email,
        f.phone,
        f.website,
        f.country,
        f.rating.map(Rating::as_str),
        f.description,
        f.status_id.0,
        f.source_id.map(|i| i.0),
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("lead_external_id_key", taken)?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn update(tx: &mut Tx, id: LeadId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update lead set first_name = $4, last_name = $5, name = $6, company = $7, title = $8, email = $9, phone = $10, website = $11, country = $12,
             rating = $13, description = $14, status_id = $15, source_id = $16, industry_id = $17, region_id = $18, owner_id = $19, team_id = $20,
             tags = $21, custom = $22, external_id = $23, updated_at = $24, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null and converted_at is null",
        org,
        id.0,
        version,
        f.first_name,
        f.last_name,
        f.name(),
        f.company,
        f.title,
        f.email,
        f.phone,
        f.website,
        f.country,
        f.rating.map(Rating::as_str),
        f.description,
        f.status_id.0,
        f.source_id.map(|i| i.0),
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("lead_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
///
/// # Errors
/// 409 `external_id_taken`, when another lead has got its external id meanwhile.
pub async fn set_deleted(tx: &mut Tx, id: LeadId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update lead set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("lead_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// The first status of a category that is offered.
pub async fn status_of(tx: &mut Tx, category: Category) -> Result<Option<ChoiceId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ChoiceId" from choice where org_id = $1 and kind = 'lead_status' and category = $2 and archived_at is null
           order by position, id limit 1"#,
        tx.org().0,
        category.as_str(),
    )
    .fetch_optional(tx.db())
    .await?)
}

/// What a status means; nothing when there is no such status.
pub async fn category_of(tx: &mut Tx, status: ChoiceId) -> Result<Option<Category>> {
    let word = sqlx::query_scalar!(
        r#"select category as "category!" from choice where org_id = $1 and id = $2 and kind = 'lead_status'"#,
        tx.org().0,
        status.0,
    )
    .fetch_optional(tx.db())
    .await?;
    word.map(|w| w.parse()).transpose()
}
