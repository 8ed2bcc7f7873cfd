//! The SQL of scores.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::id::{LeadId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Database, Tx};
use dealwright_workflow::rule::{Facts, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::judge::{Judged, Scored};
use super::model::{Bands, Model, ScoreRule};
use crate::enrichment::{companies, domains};

/// How far back behaviour counts.
const RECENT: TimeDelta = TimeDelta::days(30);

/// The model as it is kept.
#[derive(Debug)]
pub struct Kept {
    pub model: Model,
    pub version: i64,
    pub updated_by: Option<Ref>,
    pub updated_at: Option<DateTime<Utc>>,
}

/// The model in force: the organisation's, or else the one that the product comes with, at version 0.
pub async fn model(tx: &mut Tx) -> Result<Kept> {
    let row = sqlx::query!(
        r#"select m.rules, m.bands, m.version, m.updated_by, m.updated_at, u.name as "name?"
           from score_model m left join app_user u on u.org_id = m.org_id and u.id = m.updated_by where m.org_id = $1"#,
        tx.org().0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else {
        return Ok(Kept { model: Model::shipped(), version: 0, updated_by: None, updated_at: None });
    };
    let rules: Vec<ScoreRule> = serde_json::from_value(row.rules).map_err(Error::internal)?;
    let bands: Bands = serde_json::from_value(row.bands).map_err(Error::internal)?;
    Ok(Kept {
        model: Model { rules, bands, version: None },
        version: row.version,
        updated_by: Ref::of(Some(row.updated_by), row.name),
        updated_at: Some(row.updated_at),
    })
}

/// Writes the model if it is still at `version`; false when it is not.
pub async fn write(tx: &mut Tx, version: i64, by: UserId, model: &Model) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let rules = serde_json::to_value(&model.rules).map_err(Error::internal)?;
    let bands = serde_json::to_value(model.bands).map_err(Error::internal)?;
    let written = if version == 0 {
        sqlx::query!(
            "insert into score_model (org_id, rules, bands, updated_by, updated_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
            org,
            rules,
            bands,
            by.0,
            now
        )
        .execute(tx.db())
        .await?
    } else {
        sqlx::query!(
            "update score_model set rules = $3, bands = $4, updated_by = $5, updated_at = $6, version = version + 1 where org_id = $1 and version = $2",
            org,
            version,
            rules,
            bands,
            by.0,
            now
        )
        .execute(tx.db())
        .await?
    };
    Ok(written.rows_affected() == 1)
}

/// What is known of leads beyond their fields, as facts. E-mails that are somebody's own are not counted.
pub async fn behaviour(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"select l.id, l.company, l.email, l.created_at,
                  (num_nonnulls(nullif(l.first_name, ''), nullif(l.last_name, ''), l.company, l.title, l.email, l.phone, l.country, l.source_id,
                                l.industry_id, l.website) * 10)::bigint as "completeness!",
                  a.recent as "recent!", a.replies as "replies!", a.last
           from lead l cross join lateral (
               select count(*) filter (where a.kind <> 'note' and a.occurred_at > $4) as recent,
                      count(*) filter (where a.direction = 'in' and a.occurred_at > $4) as replies, max(a.occurred_at) as last
               from activity a where a.org_id = l.org_id and a.lead_id = l.id and a.deleted_at is null and not a.private and a.occurred_at <= $3) as a
           where l.org_id = $1 and l.id = any ($2) and l.deleted_at is null"#,
        org,
        ids,
        now,
        now - RECENT,
    )
    .fetch_all(tx.db())
    .await?;
    let since = |at: DateTime<Utc>| Value::Int((now - at).num_days().max(0));
    Ok(rows
        .into_iter()
        .map(|r| {
            let kind = r.email.as_deref().and_then(domains::kind_of).map(domains::Kind::as_str);
            let mut facts = Facts::default();
            facts.put("email_kind", Value::text(kind));
            facts.put("company_listed", Value::Bool(r.company.as_deref().is_some_and(companies::is_listed)));
            facts.put("completeness", Value::Int(r.completeness));
            facts.put("age_days", since(r.created_at));
            facts.put("activities_30_days", Value::Int(r.recent));
            facts.put("replies_30_days", Value::Int(r.replies));
            facts.put("days_without_activity", since(r.last.unwrap_or(r.created_at)));
            (r.id, facts)
        })
        .collect())
}

/// Ids of live leads that are not converted, after `after`, in order.
pub async fn page(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        "select id from lead where org_id = $1 and id > $2 and deleted_at is null and converted_at is null order by id limit $3",
        org,
        after,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// The newest leads that are not converted, with their names.
pub async fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<(Uuid, String)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select id, name from lead where org_id = $1 and deleted_at is null and converted_at is null order by created_at desc, id desc limit $2",
        org,
        limit
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Keeps the scores of leads that are not converted, where they have changed.
pub async fn keep(tx: &mut Tx, version: i64, scored: &HashMap<Uuid, Scored>) -> Result<u64> {
    let (org, now) = (tx.org().0, tx.now());
    let mut all: Vec<(&Uuid, &Scored)> = scored.iter().collect();
    // In one order, so that two that score the same leads wait for each other.
    all.sort_unstable_by_key(|(id, _)| **id);
    let ids: Vec<Uuid> = all.iter().map(|(id, _)| **id).collect();
    let scores: Vec<i64> = all.iter().map(|(_, s)| s.score).collect();
    let grades: Vec<String> = all.iter().map(|(_, s)| s.grade.as_str().to_owned()).collect();
    let parts = all.iter().map(|(_, s)| serde_json::to_value(&s.parts)).collect::<Result<Vec<_>, _>>();
    let parts = parts.map_err(Error::internal)?;
    let written = sqlx::query!(
        "update lead l set score = n.score, score_grade = n.grade, score_parts = n.parts, score_version = $6, scored_at = $7
         from unnest($2::uuid[], $3::bigint[], $4::text[], $5::jsonb[]) as n (id, score, grade, parts)
         where l.org_id = $1 and l.id = n.id and l.deleted_at is null and l.converted_at is null
           and (l.score_version, l.score, l.score_grade, l.score_parts) is distinct from ($6, n.score, n.grade, n.parts)",
        org,
        &ids,
        &scores,
        &grades,
        &parts,
        version,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected())
}

/// A lead's score as it is kept.
#[derive(Debug)]
pub struct KeptScore {
    pub score: Option<i64>,
    pub grade: Option<String>,
    pub parts: Vec<Judged>,
    pub version: Option<i64>,
    pub scored_at: Option<DateTime<Utc>>,
}

/// The score of a lead that the actor may see; none when there is no such lead.
pub async fn score_of(tx: &mut Tx, id: LeadId) -> Result<Option<KeptScore>> {
    let row = sqlx::query!(
        "select score, score_grade, score_parts, score_version, scored_at from lead where org_id = $1 and id = $2 and deleted_at is null",
        tx.org().0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let parts = row.score_parts.map(serde_json::from_value).transpose().map_err(Error::internal)?;
    Ok(Some(KeptScore {
        score: row.score,
        grade: row.score_grade,
        parts: parts.unwrap_or_default(),
        version: row.score_version,
        scored_at: row.scored_at,
    }))
}

/// All organisations.
pub async fn organisations(database: &Database) -> Result<Vec<OrgId>> {
    let mut tx = database.system().await?;
    let all = sqlx::query_scalar!(r#"select id as "id: OrgId" from organisation"#).fetch_all(tx.db()).await?;
    tx.commit().await?;
    Ok(all)
}

/// In whose stead leads of these organisations are scored: the first administrator of each, whether active or not, since
/// it takes none of their rights.
pub async fn behind(db: &mut PgConnection, orgs: &[Uuid]) -> Result<Vec<(OrgId, UserId)>> {
    let rows = sqlx::query!(
        r#"select distinct on (u.org_id) u.org_id as "org: OrgId", u.id as "user: UserId" from app_user u
           join user_role ur on ur.org_id = u.org_id and ur.user_id = u.id
           join role r on r.org_id = ur.org_id and r.id = ur.role_id and r.builtin = 'administrator'
           where u.org_id = any ($1) order by u.org_id, u.created_at, u.id"#,
        orgs
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.org, r.user)).collect())
}
