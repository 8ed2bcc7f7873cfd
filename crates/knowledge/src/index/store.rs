//! The SQL of the index. It works as the system role, which sees no record: what records say comes from a function that answers
//! only what waits to be read.

pub mod vectors;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Priority;
use crate::chunk::Chunk;

/// Something that is to be read anew.
#[derive(Debug)]
pub struct Pending {
    pub org: Uuid,
    pub source: String,
    pub id: Uuid,
    pub priority: i32,
}

/// What a thing says.
#[derive(Debug)]
pub struct Text {
    pub id: Uuid,
    pub opportunity: Option<Uuid>,
    pub account: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub lead: Option<Uuid>,
    pub author: Option<Uuid>,
    pub private: bool,
    pub dated: DateTime<Utc>,
    pub said: Value,
}

/// A passage that is there.
#[derive(Debug)]
pub struct Kept {
    pub id: Uuid,
    pub source: Uuid,
    pub part: i32,
    pub fields: Vec<String>,
    pub dated: DateTime<Utc>,
    pub digest: Vec<u8>,
}

/// An index of everything that is running.
#[derive(Debug)]
pub struct Run {
    pub org: Uuid,
    pub at_source: Option<String>,
    pub after_id: Option<Uuid>,
}

/// What was queued.
#[derive(Debug)]
pub struct Queued {
    pub last: Option<Uuid>,
    pub count: i64,
}

type Wanted = ((Uuid, &'static str, Uuid), Priority);

/// Notes what is to be read anew. An update where it is noted already: whoever reads it at this moment would miss the change.
pub async fn note(db: &mut PgConnection, wanted: &[Wanted], now: DateTime<Utc>) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let orgs: Vec<Uuid> = wanted.iter().map(|((org, _, _), _)| *org).collect();
    let sources: Vec<String> = wanted.iter().map(|((_, source, _), _)| (*source).to_owned()).collect();
    let ids: Vec<Uuid> = wanted.iter().map(|((_, _, id), _)| *id).collect();
    let priorities: Vec<i32> = wanted.iter().map(|(_, priority)| priority.number()).collect();
    sqlx::query!(
        "insert into knowledge_pending (org_id, source, id, priority, at)
         select w.org, w.source, w.id, w.priority, $5 from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) as w (org, source, id, priority)
         join organisation o on o.id = w.org
         on conflict (org_id, source, id) do update set at = excluded.at, priority = least(knowledge_pending.priority, excluded.priority)",
        &orgs,
        &sources,
        &ids,
        &priorities,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Organisations that nobody has looked at.
pub async fn unknown(db: &mut PgConnection) -> Result<Vec<Uuid>> {
    let query = sqlx::query_scalar!(
        "select o.id from organisation o where not exists (select from knowledge_index i where i.org_id = o.id) limit 100"
    );
    Ok(query.fetch_all(db).await?)
}

/// How many things an organisation has, no further than `at_most` of a kind.
pub async fn size(db: &mut PgConnection, org: Uuid, at_most: i32) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select app.knowledge_size($1, $2) as "size!""#, org, at_most).fetch_one(db).await?)
}

pub async fn begin(db: &mut PgConnection, org: Uuid, state: &str, total: i64, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into knowledge_index (org_id, state, total, started_at) values ($1, $2, $3, case when $2 = 'running' then $4::timestamptz end)
         on conflict do nothing",
        org,
        state,
        total,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The next things that wait; nobody else takes them meanwhile.
pub async fn take(db: &mut PgConnection, now: DateTime<Utc>, at_most: i64) -> Result<Vec<Pending>> {
    Ok(sqlx::query_as!(
        Pending,
        "select org_id as org, source, id, priority from knowledge_pending where at <= $1
         order by priority, at limit $2 for update skip locked",
        // Written by another node, whose clock may be ahead.
        now + TimeDelta::seconds(5),
        at_most,
    )
    .fetch_all(db)
    .await?)
}

/// The first thing that waits is tried again in ten minutes.
pub async fn put_off(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "update knowledge_pending p set at = $2, priority = 2
         from (select org_id, source, id from knowledge_pending where at <= $1 order by priority, at limit 1 for update skip locked) f
         where p.org_id = f.org_id and p.source = f.source and p.id = f.id returning p.id",
        now + TimeDelta::seconds(5),
        now + TimeDelta::minutes(10),
    )
    .fetch_optional(db)
    .await?)
}

/// What things say that are there and not in the trash.
pub async fn texts(db: &mut PgConnection, org: Uuid, source: &str, ids: &[Uuid]) -> Result<Vec<Text>> {
    Ok(sqlx::query_as!(
        Text,
        r#"select id as "id!", opportunity_id as opportunity, account_id as account, contact_id as contact, lead_id as lead, author_id as author,
                  private as "private!", dated as "dated!", said as "said!"
           from app.knowledge_texts($1, $2, $3)"#,
        org,
        source,
        ids,
    )
    .fetch_all(db)
    .await?)
}

/// These have been read; so many passages are others.
pub async fn read(db: &mut PgConnection, org: Uuid, source: &str, ids: &[Uuid], changed: i64) -> Result<()> {
    sqlx::query!("delete from knowledge_pending where org_id = $1 and source = $2 and id = any ($3)", org, source, ids)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update knowledge_index set changed_since = changed_since + $2 where org_id = $1 and $2::bigint > 0",
        org,
        changed
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn forget(db: &mut PgConnection, org: Uuid, ids: &[Uuid]) -> Result<()> {
    sqlx::query!("delete from knowledge_source where org_id = $1 and id = any ($2)", org, ids).execute(db).await?;
    Ok(())
}

pub async fn keep_sources(db: &mut PgConnection, org: Uuid, source: &str, things: &[Text]) -> Result<()> {
    let rows: Vec<Value> = things
        .iter()
        .map(|t| {
            json!({ "id": t.id, "opportunity_id": t.opportunity, "account_id": t.account, "contact_id": t.contact, "lead_id": t.lead,
                    "author_id": t.author, "private": t.private })
        })
        .collect();
    sqlx::query!(
        "insert into knowledge_source as s (org_id, id, source, opportunity_id, account_id, contact_id, lead_id, activity_id, file_id, material_id,
                                            author_id, private)
         select $1, r.id, $2, r.opportunity_id, r.account_id, r.contact_id, r.lead_id, case when $2 = 'activity' then r.id end,
                case when $2 = 'file' then r.id end, case when $2 = 'material' then r.id end, r.author_id, r.private
         from jsonb_to_recordset($3) as r (id uuid, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid, author_id uuid, private boolean)
         on conflict (org_id, id) do update set opportunity_id = excluded.opportunity_id, account_id = excluded.account_id,
                contact_id = excluded.contact_id, lead_id = excluded.lead_id, author_id = excluded.author_id, private = excluded.private
         where (s.opportunity_id, s.account_id, s.contact_id, s.lead_id, s.author_id, s.private)
            is distinct from (excluded.opportunity_id, excluded.account_id, excluded.contact_id, excluded.lead_id, excluded.author_id, excluded.private)",
        org,
        source,
        Value::Array(rows),
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn kept(db: &mut PgConnection, org: Uuid, sources: &[Uuid]) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        "select id, source_id as source, part, fields, dated, digest from knowledge_chunk where org_id = $1 and source_id = any ($2) order by part desc",
        org,
        sources,
    )
    .fetch_all(db)
    .await?)
}

pub async fn remove(db: &mut PgConnection, org: Uuid, chunks: &[Uuid]) -> Result<()> {
    sqlx::query!("delete from knowledge_chunk where org_id = $1 and id = any ($2)", org, chunks).execute(db).await?;
    Ok(())
}

/// Passages that say the same, at another place, at another time, or telling other fields.
pub async fn move_chunks(db: &mut PgConnection, org: Uuid, moved: &[(Uuid, i32, Chunk)]) -> Result<()> {
    if moved.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = moved
        .iter()
        .map(|(id, part, chunk)| json!({ "id": id, "part": part, "fields": chunk.fields, "dated": chunk.dated }))
        .collect();
    sqlx::query!(
        "update knowledge_chunk c set part = r.part, fields = r.fields, dated = r.dated
         from jsonb_to_recordset($2) as r (id uuid, part int, fields text[], dated timestamptz) where c.org_id = $1 and c.id = r.id",
        org,
        Value::Array(rows),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// New passages, which wait for a vector from now on.
pub async fn insert(
    db: &mut PgConnection,
    org: Uuid,
    source: &str,
    new: &[(Uuid, Uuid, i32, Chunk)],
    priority: i32,
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = new
        .iter()
        .map(|(id, of, part, chunk)| {
            json!({ "id": id, "source_id": of, "part": part, "kind": chunk.kind, "fields": chunk.fields, "heading": chunk.heading,
                    "text": chunk.text, "dated": chunk.dated, "length": chunk.length() })
        })
        .collect();
    let digests: Vec<Vec<u8>> = new.iter().map(|(_, _, _, chunk)| chunk.digest()).collect();
    let ids: Vec<Uuid> = new.iter().map(|(id, _, _, _)| *id).collect();
    sqlx::query!(
        "insert into knowledge_chunk (org_id, id, source, source_id, part, kind, fields, heading, text, dated, length, words, digest)
         select $1, r.id, $2, r.source_id, r.part, r.kind, r.fields, r.heading, r.text, r.dated, r.length, app.passage_words(r.heading, r.text), d.digest
         from jsonb_to_recordset($3) as r (id uuid, source_id uuid, part int, kind text, fields text[], heading text, text text, dated timestamptz, length int)
         join unnest($4::uuid[], $5::bytea[]) as d (id, digest) on d.id = r.id",
        org,
        source,
        Value::Array(rows),
        &ids,
        &digests,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into knowledge_embedding (org_id, chunk_id, priority) select $1, c, $3 from unnest($2::uuid[]) as c",
        org,
        &ids,
        priority,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The index of everything that goes on; of several, one that nobody else has.
pub async fn running(db: &mut PgConnection) -> Result<Option<Run>> {
    Ok(sqlx::query_as!(
        Run,
        "select org_id as org, at_source, after_id from knowledge_index where state = 'running' order by started_at limit 1 for update skip locked"
    )
    .fetch_optional(db)
    .await?)
}

pub async fn set_total(db: &mut PgConnection, org: Uuid, total: i64) -> Result<()> {
    sqlx::query!("update knowledge_index set total = $2 where org_id = $1", org, total).execute(db).await?;
    Ok(())
}

/// Queues the next things of a source, or those that are known.
pub async fn queue(
    db: &mut PgConnection,
    org: Uuid,
    source: &str,
    after: Option<Uuid>,
    at_most: i32,
    now: DateTime<Utc>,
) -> Result<Queued> {
    let priority = Priority::Everything.number();
    if source == "known" {
        let found = sqlx::query!(
            "select id, source from knowledge_source where org_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
            org,
            after,
            i64::from(at_most),
        )
        .fetch_all(&mut *db)
        .await?;
        let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
        let sources: Vec<String> = found.into_iter().map(|row| row.source).collect();
        let last = ids.last().copied();
        pend(db, org, &sources, &ids, priority, now).await?;
        // They were counted when their source was gone through.
        return Ok(Queued { last, count: 0 });
    }
    let ids: Vec<Uuid> =
        sqlx::query_scalar!(r#"select app.knowledge_next($1, $2, $3, $4) as "id!""#, org, source, after, at_most)
            .fetch_all(&mut *db)
            .await?;
    let sources = vec![source.to_owned(); ids.len()];
    pend(db, org, &sources, &ids, priority, now).await?;
    Ok(Queued { last: ids.last().copied(), count: i64::try_from(ids.len()).map_err(Error::internal)? })
}

async fn pend(
    db: &mut PgConnection,
    org: Uuid,
    sources: &[String],
    ids: &[Uuid],
    priority: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into knowledge_pending (org_id, source, id, priority, at) select $1, w.source, w.id, $4, $5 from unnest($2::text[], $3::uuid[]) as w (source, id)
         on conflict (org_id, source, id) do update set at = excluded.at, priority = least(knowledge_pending.priority, excluded.priority)",
        org,
        sources,
        ids,
        priority,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn advance(
    db: &mut PgConnection,
    org: Uuid,
    source: Option<&str>,
    after: Option<Uuid>,
    queued: i64,
) -> Result<()> {
    sqlx::query!(
        "update knowledge_index set at_source = $2, after_id = $3, queued = queued + $4 where org_id = $1",
        org,
        source,
        after,
        queued,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn finish(db: &mut PgConnection, org: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update knowledge_index set state = 'done', at_source = null, after_id = null, finished_at = $2, total = queued where org_id = $1",
        org,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Organisations in which a tenth of the passages is another since their words were counted.
pub async fn to_count(db: &mut PgConnection) -> Result<Vec<Uuid>> {
    let query = sqlx::query_scalar!(
        "select org_id from knowledge_index where changed_since > passages / 10 order by org_id limit 10"
    );
    Ok(query.fetch_all(db).await?)
}

pub async fn count(db: &mut PgConnection, org: Uuid) -> Result<()> {
    sqlx::query!("select app.count_words($1)", org).execute(db).await?;
    Ok(())
}

/// How far the index of the actor's organisation is.
#[derive(Debug)]
pub struct Figures {
    pub sources: i64,
    pub passages: i64,
    pub embedded: i64,
    pub waiting: i64,
    pub unread: i64,
    pub state: Option<String>,
    pub queued: Option<i64>,
    pub total: Option<i64>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub model: Option<String>,
}

/// # Errors
/// When the statement's time is up.
pub async fn figures(tx: &mut Tx) -> Result<Figures> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Figures,
        r#"select f.sources as "sources!", f.passages as "passages!", f.embedded as "embedded!", f.waiting as "waiting!", f.unread as "unread!",
                  i.state as "state?", i.queued as "queued?", i.total as "total?", i.started_at as "started_at?", i.finished_at as "finished_at?",
                  f.model
           from app.knowledge_figures() f left join knowledge_index i on i.org_id = $1"#,
        org,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Begins an index of everything; false when one is running.
///
/// # Errors
/// When PostgreSQL refuses.
pub async fn ask(tx: &mut Tx) -> Result<bool> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    let asked = sqlx::query!(
        "insert into knowledge_index as i (org_id, state, started_at, asked_by) values ($1, 'running', $2, $3)
         on conflict (org_id) do update set state = 'running', started_at = $2, finished_at = null, asked_by = $3, at_source = null, after_id = null,
                queued = 0, total = 0
         where i.state <> 'running'",
        org,
        now,
        user,
    )
    .execute(tx.db())
    .await?;
    Ok(asked.rows_affected() == 1)
}
