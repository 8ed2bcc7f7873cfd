//! The SQL of duplicates: rules, candidates and what was found.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::{UpdateAccount, UpdateContact, UpdateLead};
use dealwright_kernel::error::Similar;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use crate::account::Account;
use crate::contact::Contact;
use crate::lead::Lead;

use super::{Draft, MatchObject, MatchingRule, OnMatch, ordered};

struct RuleRow {
    object: String,
    fields: Vec<String>,
    threshold: i32,
    on_create: String,
    on_update: String,
    calling_code: String,
    version: i64,
}

impl RuleRow {
    fn into_rule(self) -> Result<MatchingRule> {
        Ok(MatchingRule {
            object: self.object.parse()?,
            fields: self.fields,
            threshold: self.threshold,
            on_create: OnMatch::named(&self.on_create)?,
            on_update: OnMatch::named(&self.on_update)?,
            calling_code: self.calling_code,
            version: self.version,
        })
    }
}

/// The rule of an object; what holds at first, when nobody has changed it.
///
/// # Errors
/// When the database is gone.
pub async fn rule(tx: &mut Tx, object: MatchObject) -> Result<MatchingRule> {
    let row = sqlx::query_as!(
        RuleRow,
        "select object, fields, threshold, on_create, on_update, calling_code, version from matching_rule where org_id = $1 and object = $2",
        tx.org().0,
        object.as_str(),
    )
    .fetch_optional(tx.db())
    .await?;
    row.map_or_else(|| Ok(MatchingRule::first(object)), RuleRow::into_rule)
}

/// Writes a rule if it is still at `version`; false when it is not.
///
/// # Errors
/// When the database is gone.
pub async fn put_rule(tx: &mut Tx, version: i64, r: &MatchingRule) -> Result<bool> {
    let written = sqlx::query!(
        "insert into matching_rule as m (org_id, object, fields, threshold, on_create, on_update, calling_code, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8::bigint + 1)
         on conflict (org_id, object) do update set fields = excluded.fields, threshold = excluded.threshold, on_create = excluded.on_create,
             on_update = excluded.on_update, calling_code = excluded.calling_code, version = excluded.version
         where m.version = $8",
        tx.org().0,
        r.object.as_str(),
        &r.fields,
        r.threshold,
        r.on_create.as_str(),
        r.on_update.as_str(),
        r.calling_code,
        version,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Ids of what shares a key with `draft`, hidden or not: they are read again before anything is told.
///
/// # Errors
/// When the database is gone.
pub async fn candidates(
    tx: &mut Tx,
    object: MatchObject,
    draft: &Draft,
    first_names: &[String],
    at_most: i32,
) -> Result<Vec<Uuid>> {
    // A contact's account is its id among keys, its name among values.
    let company = draft.company.as_deref().filter(|_| draft.account_id.is_none());
    let found = sqlx::query_scalar!(
        r#"select m as "id!" from app.match_candidates($1, $2, $3, $4, $5, $6, $7, $8, $9) as m"#,
        object.as_str(),
        first_names,
        draft.last_name,
        company,
        draft.account_id,
        draft.email,
        draft.phone,
        draft.domain,
        at_most,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(found)
}

/// As [`candidates`], for many: the place of a draft, and what shares a key with it.
///
/// # Errors
/// When the database is gone.
pub async fn candidates_of_many(
    tx: &mut Tx,
    object: MatchObject,
    drafts: Value,
    at_most: i32,
) -> Result<Vec<(usize, Uuid)>> {
    let found = sqlx::query!(
        r#"select place as "place!", record_id as "id!" from app.match_candidates_of($1, $2, $3)"#,
        object.as_str(),
        drafts,
        at_most,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(found.into_iter().filter_map(|row| Some((usize::try_from(row.place).ok()?, row.id))).collect())
}

/// The names of accounts, of those that the actor may see.
///
/// # Errors
/// When the database is gone.
pub async fn account_names(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let org = tx.org().0;
    let rows = sqlx::query!("select id, name from account where org_id = $1 and id = any ($2)", org, ids);
    Ok(rows.fetch_all(tx.db()).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A record as it is compared.
#[derive(Debug)]
pub struct Row {
    pub id: Uuid,
    pub name: String,
    pub draft: Draft,
}

struct Values {
    id: Uuid,
    name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    domain: Option<String>,
}

impl From<Values> for Row {
    fn from(v: Values) -> Self {
        let draft = Draft {
            first_name: v.first_name,
            last_name: v.last_name,
            company: v.company,
            account_id: None,
            email: v.email,
            phone: v.phone,
            domain: v.domain,
        };
        Self { id: v.id, name: v.name, draft }
    }
}

/// Live records by id, of those that the actor may see.
///
/// # Errors
/// When the database is gone.
pub async fn rows(tx: &mut Tx, object: MatchObject, ids: &[Uuid]) -> Result<Vec<Row>> {
    let org = tx.org().0;
    let values = match object {
        MatchObject::Account => {
            sqlx::query_as!(
                Values,
                r#"select t.id, t.name, null::text as first_name, null::text as last_name, t.name as "company?", null::text as email, t.phone,
                          coalesce(t.domain, t.website) as domain
                   from account t where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
                org,
                ids
            )
            .fetch_all(tx.db())
            .await?
        }
        MatchObject::Contact => {
            sqlx::query_as!(
                Values,
                r#"select t.id, t.name, t.first_name as "first_name?", t.last_name as "last_name?", a.name as "company?", t.email, t.phone,
                          null::text as domain
                   from contact t left join account a on a.org_id = t.org_id and a.id = t.account_id
                   where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
                org,
                ids
            )
            .fetch_all(tx.db())
            .await?
        }
        MatchObject::Lead => {
            sqlx::query_as!(
                Values,
                r#"select t.id, t.name, t.first_name as "first_name?", t.last_name as "last_name?", t.company, t.email, t.phone, t.website as domain
                   from lead t where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null and t.converted_at is null"#,
                org,
                ids
            )
            .fetch_all(tx.db())
            .await?
        }
    };
    Ok(values.into_iter().map(Row::from).collect())
}

/// Live records after `after`, in the order of their ids.
///
/// # Errors
/// When the database is gone.
pub async fn page(tx: &mut Tx, object: MatchObject, after: Uuid, limit: i64) -> Result<Vec<Row>> {
    let org = tx.org().0;
    let values = match object {
        MatchObject::Account => {
            sqlx::query_as!(
                Values,
                r#"select t.id, '' as "name!", null::text as first_name, null::text as last_name, t.name as "company?", null::text as email, t.phone,
                          coalesce(t.domain, t.website) as domain
                   from account t where t.org_id = $1 and t.id > $2 and t.deleted_at is null order by t.id limit $3"#,
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        MatchObject::Contact => {
            sqlx::query_as!(
                Values,
                r#"select t.id, '' as "name!", t.first_name as "first_name?", t.last_name as "last_name?", a.name as "company?", t.email, t.phone,
                          null::text as domain
                   from (select * from contact c where c.org_id = $1 and c.id > $2 and c.deleted_at is null order by c.id limit $3) as t
                   left join account a on a.org_id = t.org_id and a.id = t.account_id order by t.id"#,
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        MatchObject::Lead => {
            sqlx::query_as!(
                Values,
                r#"select t.id, '' as "name!", t.first_name as "first_name?", t.last_name as "last_name?", t.company, t.email, t.phone, t.website as domain
                   from lead t where t.org_id = $1 and t.id > $2 and t.deleted_at is null and t.converted_at is null order by t.id limit $3"#,
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
    };
    Ok(values.into_iter().map(Row::from).collect())
}

/// The name of an account, if the actor may see it.
///
/// # Errors
/// When the database is gone.
pub async fn account_name(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select name from account where org_id = $1 and id = $2", org, id)
        .fetch_optional(tx.db())
        .await?)
}

/// Takes out of `found` what somebody has said is not the same as `id`.
///
/// # Errors
/// When the database is gone.
pub async fn drop_dismissed(tx: &mut Tx, object: MatchObject, id: Uuid, found: &mut Vec<Similar>) -> Result<()> {
    let dismissed = sqlx::query!(
        "select left_id, right_id from duplicate_pair
         where org_id = $1 and object = $2 and state = 'dismissed' and (left_id = $3 or right_id = $3)",
        tx.org().0,
        object.as_str(),
        id,
    )
    .fetch_all(tx.db())
    .await?;
    found.retain(|f| !dismissed.iter().any(|d| d.left_id == f.id || d.right_id == f.id));
    Ok(())
}

/// Lists pairs of `id` and what it may be. Those that were decided on stay decided.
///
/// # Errors
/// When the database is gone.
pub async fn report(tx: &mut Tx, object: MatchObject, id: Uuid, found: &[Similar]) -> Result<()> {
    for one in found {
        let (left, right) = ordered(id, one.id);
        let (org, new, now) = (tx.org().0, tx.new_id(), tx.now());
        let reasons = serde_json::to_value(&one.reasons).map_err(Error::internal)?;
        sqlx::query!(
            "insert into duplicate_pair (org_id, id, object, left_id, right_id, score, reasons, found_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
            org,
            new,
            object.as_str(),
            left,
            right,
            one.score,
            reasons,
            now,
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}

/// Asks for the right to change both records.
///
/// # Errors
/// 404 when one is hidden, 403 when one may not be changed.
pub async fn permit_both(cx: &Context, tx: &mut Tx, object: MatchObject, ids: [Uuid; 2]) -> Result<()> {
    for id in ids {
        match object {
            MatchObject::Account => drop(cx.permit_for::<Account>(tx, id.into(), permission::<UpdateAccount>()).await?),
            MatchObject::Contact => drop(cx.permit_for::<Contact>(tx, id.into(), permission::<UpdateContact>()).await?),
            MatchObject::Lead => drop(cx.permit_for::<Lead>(tx, id.into(), permission::<UpdateLead>()).await?),
        }
    }
    Ok(())
}

/// A pair as it was found.
#[derive(Debug)]
pub struct Pair {
    pub id: Uuid,
    pub left_id: Uuid,
    pub right_id: Uuid,
    pub score: i32,
    pub reasons: Value,
    pub state: String,
    pub found_at: DateTime<Utc>,
    pub cluster_id: Option<Uuid>,
}

/// Open pairs that the actor may see, those of a cluster together, after `cursor`.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx, object: MatchObject, cursor: Option<Uuid>, limit: i64) -> Result<Vec<Pair>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Pair,
        "select id, left_id, right_id, score, reasons, state, found_at, cluster_id from duplicate_pair
         where org_id = $1 and object = $2 and state = 'open' and ($3::uuid is null or id > $3) order by id limit $4",
        org,
        object.as_str(),
        cursor,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}

/// One pair that the actor may see, with its object.
///
/// # Errors
/// When the database is gone.
pub async fn pair(tx: &mut Tx, id: Uuid) -> Result<Option<(MatchObject, Pair)>> {
    let org = tx.org().0;
    let row = sqlx::query!(
        "select object, left_id, right_id, score, reasons, state, found_at, cluster_id from duplicate_pair where org_id = $1 and id = $2",
        org,
        id
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| {
        let pair = Pair {
            id,
            left_id: r.left_id,
            right_id: r.right_id,
            score: r.score,
            reasons: r.reasons,
            state: r.state,
            found_at: r.found_at,
            cluster_id: r.cluster_id,
        };
        Ok((r.object.parse()?, pair))
    })
    .transpose()
}

/// Says what became of a pair.
///
/// # Errors
/// When the database is gone.
pub async fn decide(tx: &mut Tx, id: Uuid, state: &str, by: Uuid) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update duplicate_pair set state = $3, decided_by = $4, decided_at = $5 where org_id = $1 and id = $2",
        org,
        id,
        state,
        by,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
