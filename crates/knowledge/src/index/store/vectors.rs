//! The SQL of vectors: which passages wait for one, and where they are kept.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use sqlx::PgConnection;
use uuid::Uuid;

/// A passage that waits for a vector.
#[derive(Debug)]
pub struct Waiting {
    pub org: Uuid,
    pub id: Uuid,
    pub priority: i32,
    pub heading: String,
    pub text: String,
}

/// Takes the next passages that wait for a vector, for two minutes.
pub async fn take_waiting(db: &mut PgConnection, now: DateTime<Utc>, at_most: i64) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        "with taken as (
             update knowledge_embedding e set taken_until = $2
             from (select org_id, chunk_id from knowledge_embedding where taken_until is null or taken_until < $1
                   order by priority, chunk_id limit $3 for update skip locked) f
             where e.org_id = f.org_id and e.chunk_id = f.chunk_id returning e.org_id, e.chunk_id, e.priority
         )
         select c.org_id as org, c.id, t.priority, c.heading, c.text
         from taken t join knowledge_chunk c on c.org_id = t.org_id and c.id = t.chunk_id order by t.priority, c.id",
        now,
        now + TimeDelta::minutes(2),
        at_most,
    )
    .fetch_all(db)
    .await?)
}

/// Keeps vectors of passages that are still there.
pub async fn keep_vectors(db: &mut PgConnection, model: &str, pairs: &[(&Waiting, &Vec<f32>)]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let orgs: Vec<Uuid> = pairs.iter().map(|(one, _)| one.org).collect();
    let ids: Vec<Uuid> = pairs.iter().map(|(one, _)| one.id).collect();
    let dimensions: Vec<i32> = pairs.iter().map(|(_, v)| i32::try_from(v.len()).unwrap_or(i32::MAX)).collect();
    let vectors: Vec<String> = pairs.iter().map(|(_, v)| written(v)).collect();
    sqlx::query!(
        "insert into knowledge_vector (org_id, chunk_id, source_id, model, dimension, embedding)
         select c.org_id, c.id, c.source_id, $1, v.dimension, v.embedding::halfvec
         from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[]) as v (org, id, dimension, embedding)
         join knowledge_chunk c on c.org_id = v.org and c.id = v.id
         on conflict (org_id, chunk_id) do update set model = excluded.model, dimension = excluded.dimension, embedding = excluded.embedding",
        model,
        &orgs,
        &ids,
        &dimensions,
        &vectors,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A vector as PostgreSQL reads it.
fn written(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}

fn keys(taken: &[Waiting]) -> (Vec<Uuid>, Vec<Uuid>) {
    taken.iter().map(|one| (one.org, one.id)).unzip()
}

/// These passages have their vectors.
pub async fn embedded(db: &mut PgConnection, taken: &[Waiting]) -> Result<()> {
    let (orgs, ids) = keys(taken);
    sqlx::query!(
        "delete from knowledge_embedding e using unnest($1::uuid[], $2::uuid[]) as t (org, id) where e.org_id = t.org and e.chunk_id = t.id",
        &orgs,
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// These wait again.
pub async fn release(db: &mut PgConnection, taken: &[Waiting]) -> Result<()> {
    let (orgs, ids) = keys(taken);
    sqlx::query!(
        "update knowledge_embedding e set taken_until = null from unnest($1::uuid[], $2::uuid[]) as t (org, id) where e.org_id = t.org and e.chunk_id = t.id",
        &orgs,
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Queues what other models have embedded.
pub async fn requeue(db: &mut PgConnection, model: &str) -> Result<u64> {
    let queued = sqlx::query!(
        "insert into knowledge_embedding (org_id, chunk_id, priority)
         select org_id, chunk_id, 2 from knowledge_vector where model < $1 or model > $1 on conflict do nothing",
        model,
    )
    .execute(db)
    .await?;
    Ok(queued.rows_affected())
}
