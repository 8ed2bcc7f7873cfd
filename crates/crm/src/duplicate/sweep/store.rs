//! The SQL of sweeps.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::SimilarReason;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::duplicate::MatchObject;

/// A look through all there is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateSweep)]
pub struct Sweep {
    pub id: Uuid,
    pub object: MatchObject,
    /// `reading`, `comparing`, `done` or `failed`.
    pub status: String,
    /// Records read so far.
    pub records: i64,
    /// Pairs compared.
    pub compared: i64,
    /// Pairs that were found and had not been before.
    pub found: i64,
    pub problem: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    object: String,
    status: String,
    records: i64,
    compared: i64,
    found: i64,
    problem: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_sweep(self) -> Result<Sweep> {
        Ok(Sweep {
            id: self.id,
            object: self.object.parse()?,
            status: self.status,
            records: self.records,
            compared: self.compared,
            found: self.found,
            problem: self.problem,
            created_at: self.created_at,
            finished_at: self.finished_at,
        })
    }
}

/// A pair that was found.
#[derive(Debug)]
pub struct Found {
    pub left: Uuid,
    pub right: Uuid,
    /// The record that stands for all that are one with these.
    pub cluster: Uuid,
    pub score: i32,
    pub reasons: Vec<SimilarReason>,
}

/// Begins a sweep.
///
/// # Errors
/// When the database is gone.
pub async fn insert(tx: &mut Tx, id: Uuid, object: MatchObject, by: UserId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into duplicate_sweep (org_id, id, object, user_id, status, created_at) values ($1, $2, $3, $4, 'reading', $5)",
        org,
        id,
        object.as_str(),
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// One sweep.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Sweep>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        "select id, object, status, records, compared, found, problem, created_at, finished_at from duplicate_sweep where org_id = $1 and id = $2",
        org,
        id
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_sweep).transpose()
}

/// Whether a job of the organisation that goes by this key still has to be done.
///
/// # Errors
/// When the database is gone.
pub async fn is_queued(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select app.is_queued($1) as "queued!""#, key).fetch_one(tx.db()).await?)
}

/// Until the transaction ends nobody else in the organisation begins a sweep of this object.
///
/// # Errors
/// When the database is gone.
pub async fn alone(tx: &mut Tx, object: MatchObject) -> Result<()> {
    let name = format!("duplicates:{}:{}", tx.org(), object.as_str());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(tx.db()).await?;
    Ok(())
}

/// The last sweep of an object.
///
/// # Errors
/// When the database is gone.
pub async fn last(tx: &mut Tx, object: MatchObject) -> Result<Option<Sweep>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        "select id, object, status, records, compared, found, problem, created_at, finished_at from duplicate_sweep
         where org_id = $1 and object = $2 order by id desc limit 1",
        org,
        object.as_str()
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_sweep).transpose()
}

/// Says how far a sweep is.
///
/// # Errors
/// When the database is gone.
pub async fn progress(
    tx: &mut Tx,
    id: Uuid,
    status: &str,
    records: Option<usize>,
    compared: Option<usize>,
) -> Result<()> {
    let org = tx.org().0;
    let [records, compared] = [records, compared].map(|n| n.and_then(|n| i64::try_from(n).ok()));
    sqlx::query!(
        "update duplicate_sweep set status = $3, records = coalesce($4, records), compared = coalesce($5, compared) where org_id = $1 and id = $2",
        org,
        id,
        status,
        records,
        compared,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends a sweep.
///
/// # Errors
/// When the database is gone.
pub async fn finish(tx: &mut Tx, id: Uuid, status: &str, problem: Option<&str>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update duplicate_sweep set status = $3, problem = $4, finished_at = $5 where org_id = $1 and id = $2",
        org,
        id,
        status,
        problem,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Lists pairs. Those that are open get the new score; those that were decided on stay decided.
///
/// # Errors
/// When the database is gone.
pub async fn add(tx: &mut Tx, sweep: Uuid, object: MatchObject, found: &[Found]) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let ids: Vec<Uuid> = found.iter().map(|_| tx.new_id()).collect();
    let left: Vec<Uuid> = found.iter().map(|f| f.left).collect();
    let right: Vec<Uuid> = found.iter().map(|f| f.right).collect();
    let clusters: Vec<Uuid> = found.iter().map(|f| f.cluster).collect();
    let scores: Vec<i32> = found.iter().map(|f| f.score).collect();
    let reasons = found.iter().map(|f| serde_json::to_value(&f.reasons).map_err(Error::internal));
    let reasons = reasons.collect::<Result<Vec<Value>>>()?;
    sqlx::query!(
        "with added as (
             insert into duplicate_pair as p (org_id, id, object, left_id, right_id, score, reasons, found_at, cluster_id)
             select $1, n.id, $2, n.left_id, n.right_id, n.score, n.reasons, $3, n.cluster
             from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::jsonb[], $9::uuid[]) as n (id, left_id, right_id, score, reasons, cluster)
             on conflict (org_id, object, left_id, right_id) do update set score = excluded.score, reasons = excluded.reasons, cluster_id = excluded.cluster_id
             where p.state = 'open'
             returning (xmax = 0) as is_new
         )
         update duplicate_sweep set found = found + (select count(*) from added where is_new) where org_id = $1 and id = $10",
        org,
        object.as_str(),
        now,
        &ids,
        &left,
        &right,
        &scores,
        &reasons,
        &clusters,
        sweep,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
