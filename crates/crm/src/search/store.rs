//! The SQL of search.

use chrono::NaiveDate;
use dealwright_access::{Actor, Object};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::What;

/// Whose opportunities are worth looking at, so that the candidates are not all hidden ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed<'a> {
    pub owner: Option<Uuid>,
    pub teams: Option<&'a [Uuid]>,
}

/// Candidate ids. They are not yet checked against anybody's rights.
pub async fn matching(tx: &mut Tx, what: What, query: &str, narrowed: Narrowed<'_>, limit: i32) -> Result<Vec<Uuid>> {
    let db = tx.db();
    let ids = match what {
        What::Opportunities => {
            sqlx::query_scalar!(
                "select app.match_opportunities($1, $2, $3, $4)",
                query,
                narrowed.owner,
                narrowed.teams,
                limit
            )
            .fetch_all(db)
            .await?
        }
        What::Accounts => sqlx::query_scalar!("select app.match_accounts($1, $2)", query, limit).fetch_all(db).await?,
        What::Contacts => sqlx::query_scalar!("select app.match_contacts($1, $2)", query, limit).fetch_all(db).await?,
        What::Leads => sqlx::query_scalar!("select app.match_leads($1, $2)", query, limit).fetch_all(db).await?,
    };
    Ok(ids.into_iter().flatten().collect())
}

/// Candidate ids of activities, of the actor's own only if `own`.
pub async fn matching_activities(tx: &mut Tx, query: &str, own: bool, limit: i32) -> Result<Vec<Uuid>> {
    let found = sqlx::query_scalar!("select app.match_activities($1, $2, $3)", query, own, limit).fetch_all(tx.db());
    Ok(found.await?.into_iter().flatten().collect())
}

/// Candidate ids among what is shared with the actor.
pub async fn matching_shared(tx: &mut Tx, what: What, query: &str, limit: i32) -> Result<Vec<Uuid>> {
    let found = sqlx::query_scalar!("select app.match_shared($1, $2, $3)", what.object().as_str(), query, limit)
        .fetch_all(tx.db())
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// Everything that is shared with the actor.
pub async fn shared(tx: &mut Tx, what: What) -> Result<Vec<Uuid>> {
    let found = sqlx::query_scalar!("select app.shared($1, 'read')", what.object().as_str()).fetch_all(tx.db()).await?;
    Ok(found.into_iter().flatten().collect())
}

/// Which of the candidates match without the words of hidden fields. The text index holds the words of all fields
/// together; so these are read again, one by one.
pub async fn matching_shown(tx: &mut Tx, what: What, query: &str, ids: &[Uuid], hidden: &[&str]) -> Result<Vec<Uuid>> {
    let hides = |field: &str| hidden.contains(&field);
    let (org, db) = (tx.org().0, tx.db());
    Ok(match what {
        What::Opportunities => {
            sqlx::query_scalar!(
                "select t.id from opportunity t left join account a on a.org_id = t.org_id and a.id = t.account_id
                 where t.org_id = $1 and t.id = any ($2) and to_tsvector('simple', app.fold(concat_ws(' ', t.name, a.name))) @@ $3::text::tsquery",
                org,
                ids,
                query,
            )
            .fetch_all(db)
            .await?
        }
        What::Accounts => {
            sqlx::query_scalar!(
                "select t.id from account t
                 where t.org_id = $1 and t.id = any ($2) and to_tsvector('simple', app.fold(concat_ws(' ', t.name,
                     case when not $4 then t.domain end, case when not $4 then split_part(t.domain, '.', 1) end,
                     case when not $5 then app.phone_words(t.phone) end)))
                     @@ $3::text::tsquery",
                org,
                ids,
                query,
                hides("domain"),
                hides("phone"),
            )
            .fetch_all(db)
            .await?
        }
        What::Leads => {
            sqlx::query_scalar!(
                "select t.id from lead t
                 where t.org_id = $1 and t.id = any ($2) and to_tsvector('simple', app.fold(concat_ws(' ', t.name, t.company,
                     case when not $4 then t.title end, case when not $5 then t.email end, case when not $5 then split_part(t.email, '@', 1) end,
                     case when not $6 then app.phone_words(t.phone) end)))
                     @@ $3::text::tsquery",
                org,
                ids,
                query,
                hides("title"),
                hides("email"),
                hides("phone"),
            )
            .fetch_all(db)
            .await?
        }
        What::Contacts => {
            sqlx::query_scalar!(
                "select t.id from contact t left join account a on a.org_id = t.org_id and a.id = t.account_id
                 where t.org_id = $1 and t.id = any ($2) and to_tsvector('simple', app.fold(concat_ws(' ', t.name, a.name,
                     case when not $4 then t.title end, case when not $5 then t.email end, case when not $5 then split_part(t.email, '@', 1) end,
                     case when not $6 then app.phone_words(t.phone) end)))
                     @@ $3::text::tsquery",
                org,
                ids,
                query,
                hides("title"),
                hides("email"),
                hides("phone"),
            )
            .fetch_all(db)
            .await?
        }
    })
}

/// Ids of opportunities by a pattern of their names, in no order.
pub async fn named(tx: &mut Tx, pattern: &str, narrowed: Narrowed<'_>, limit: i32) -> Result<Vec<Uuid>> {
    let found =
        sqlx::query_scalar!("select app.match_names($1, $2, $3, $4)", pattern, narrowed.owner, narrowed.teams, limit)
            .fetch_all(tx.db())
            .await?;
    Ok(found.into_iter().flatten().collect())
}

/// What the words stand for in this organisation, as a tsquery; mistyped ones are mended.
pub async fn query(tx: &mut Tx, words: &[String]) -> Result<String> {
    Ok(sqlx::query_scalar!("select app.search_query($1)", words).fetch_one(tx.db()).await?.unwrap_or_default())
}

/// A record that was found, as the palette shows it.
#[derive(Debug)]
pub struct Hit {
    pub kind: String,
    pub id: Uuid,
    pub title: String,
    pub subtitle: Option<String>,
    pub stage_kind: Option<String>,
    pub probability: Option<i64>,
    pub amount_base: Option<i64>,
    pub close_date: Option<NaiveDate>,
    /// The record on whose page it is, if not its own.
    pub on_type: Option<String>,
    pub on_id: Option<Uuid>,
}

/// Candidates of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub opportunities: &'a [Uuid],
    pub accounts: &'a [Uuid],
    pub contacts: &'a [Uuid],
    pub leads: &'a [Uuid],
    pub activities: &'a [Uuid],
}

/// Reads what may be seen of the candidates, best first: names that begin with the query, then open deals, then by
/// recency.
pub async fn hits(tx: &mut Tx, actor: &Actor, wanted: &Wanted<'_>, q: &str, limit: i64) -> Result<Vec<Hit>> {
    let hides = |object, field| actor.fields.hides(object, field);
    Ok(sqlx::query_as!(
        Hit,
        r#"select kind as "kind!", id as "id!", title as "title!", subtitle, stage_kind, probability, amount_base, close_date, on_type, on_id from (
             (select 'account' as kind, a.id, a.name as title, case when not $8 then a.domain end as subtitle, null::text as stage_kind, null::bigint as probability,
                     null::bigint as amount_base, null::date as close_date, null::text as on_type, null::uuid as on_id, a.updated_at, 0 as rank
              from account a where a.org_id = $7 and a.id = any ($2) and a.deleted_at is null
              order by (app.fold(a.name) like app.fold($4) || '%') desc, a.updated_at desc limit $5)
             union all
             (select 'opportunity', o.id, o.name, a.name, s.kind, case when not $9 then o.probability end, case when not $10 then o.amount_base end,
                     case when not $11 then o.close_date end, null, null, o.updated_at, case s.kind when 'open' then 1 else 3 end
              from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id left join account a on a.org_id = o.org_id and a.id = o.account_id
              where o.org_id = $7 and o.id = any ($1) and o.deleted_at is null
              order by (s.kind = 'open') desc, o.updated_at desc limit $5)
             union all
             (select 'contact', c.id, c.name, concat_ws(', ', case when not $12 then c.title end, a.name), null, null, null, null, null, null, c.updated_at, 2
              from contact c left join account a on a.org_id = c.org_id and a.id = c.account_id
              where c.org_id = $7 and c.id = any ($3) and c.deleted_at is null
              order by (app.fold(c.name) like app.fold($4) || '%') desc, c.updated_at desc limit $5)
             union all
             (select 'lead', l.id, l.name, nullif(concat_ws(', ', case when not $14 then l.title end, case when not $15 then nullif(l.company, l.name) end), ''), null,
                     null, null, null, null, null, l.updated_at, case when l.converted_at is null then 2 else 4 end
              from lead l where l.org_id = $7 and l.id = any ($13) and l.deleted_at is null
              order by (app.fold(l.name) like app.fold($4) || '%') desc, (l.converted_at is null) desc, l.updated_at desc limit $5)
             union all
             (select 'activity', t.id, coalesce(t.subject, left(t.body, 120), t.kind), concat_ws(', ', t.kind, coalesce(o.name, a.name, c.name, l.name)), null, null,
                     null, t.occurred_at::date,
                     case when o.id is not null then 'opportunity' when a.id is not null then 'account' when c.id is not null then 'contact' else 'lead' end,
                     coalesce(o.id, a.id, c.id, l.id), t.occurred_at, 5
              from activity t left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id
              left join account a on a.org_id = t.org_id and a.id = t.account_id left join contact c on c.org_id = t.org_id and c.id = t.contact_id
              left join lead l on l.org_id = t.org_id and l.id = t.lead_id
              where t.org_id = $7 and t.id = any ($16) and t.deleted_at is null and coalesce(o.id, a.id, c.id, l.id) is not null
              order by t.occurred_at desc limit $5)
           ) as found
           order by (app.fold(title) like app.fold($4) || '%') desc, rank, updated_at desc limit $6"#,
        wanted.opportunities,
        wanted.accounts,
        wanted.contacts,
        q,
        limit,
        limit * 2,
        tx.org().0,
        hides(Object::Account, "domain"),
        hides(Object::Opportunity, "probability"),
        hides(Object::Opportunity, "amount"),
        hides(Object::Opportunity, "close_date"),
        hides(Object::Contact, "title"),
        wanted.leads,
        hides(Object::Lead, "title"),
        hides(Object::Lead, "company"),
        wanted.activities,
    )
    .fetch_all(tx.db())
    .await?)
}
