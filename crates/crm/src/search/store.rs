//! The SQL of search.

use chrono::NaiveDate;
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
    };
    Ok(ids.into_iter().flatten().collect())
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
}

/// Reads what may be seen of the candidates, best first: names that begin with the query, then open deals, then by
/// recency.
pub async fn hits(
    tx: &mut Tx,
    opportunities: &[Uuid],
    accounts: &[Uuid],
    contacts: &[Uuid],
    q: &str,
    limit: i64,
) -> Result<Vec<Hit>> {
    Ok(sqlx::query_as!(
        Hit,
        r#"select kind as "kind!", id as "id!", title as "title!", subtitle, stage_kind, probability, amount_base, close_date from (
             (select 'account' as kind, a.id, a.name as title, a.domain as subtitle, null::text as stage_kind, null::bigint as probability,
                     null::bigint as amount_base, null::date as close_date, a.updated_at, 0 as rank
              from account a where a.org_id = $7 and a.id = any ($2) and a.deleted_at is null
              order by (app.fold(a.name) like app.fold($4) || '%') desc, a.updated_at desc limit $5)
             union all
             (select 'opportunity', o.id, o.name, a.name, s.kind, o.probability, o.amount_base, o.close_date, o.updated_at, case s.kind when 'open' then 1 else 3 end
              from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id left join account a on a.org_id = o.org_id and a.id = o.account_id
              where o.org_id = $7 and o.id = any ($1) and o.deleted_at is null
              order by (s.kind = 'open') desc, o.updated_at desc limit $5)
             union all
             (select 'contact', c.id, c.name, concat_ws(', ', c.title, a.name), null, null, null, null, c.updated_at, 2
              from contact c left join account a on a.org_id = c.org_id and a.id = c.account_id
              where c.org_id = $7 and c.id = any ($3) and c.deleted_at is null
              order by (app.fold(c.name) like app.fold($4) || '%') desc, c.updated_at desc limit $5)
           ) as found
           order by (app.fold(title) like app.fold($4) || '%') desc, rank, updated_at desc limit $6"#,
        opportunities,
        accounts,
        contacts,
        q,
        limit,
        limit * 2,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?)
}
