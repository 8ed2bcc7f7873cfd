//! Seals days that are over, and verifies the chain. Both read the log once, as a stream.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Database, SystemTx};
use futures::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

use super::seal::{Day, Fields, Misfit, Sealed, Search, Sum};

/// A day is sealed this long after it has ended: what was given its position at midnight has been committed by then.
const GRACE: TimeDelta = TimeDelta::minutes(5);
/// One process seals at a time.
const LOCK: i64 = 0x6465_616c_0003;

/// The last seal of an organisation.
#[derive(Debug)]
struct Last {
    day: NaiveDate,
    last_position: i64,
    hash: Vec<u8>,
}

/// Seals every day that is over, of every organisation. Returns how many it sealed.
///
/// # Errors
/// When the database is gone; what is sealed by then stays so.
pub async fn seal(database: &Database) -> Result<u64> {
    let now = database.clock().now();
    let today = (now - GRACE).date_naive();
    let mut sealed = 0;
    for org in organisations(database).await? {
        while let Some(()) = seal_next(database, org, today, now).await? {
            sealed += 1;
        }
    }
    Ok(sealed)
}

async fn organisations(database: &Database) -> Result<Vec<OrgId>> {
    let mut tx = database.system().await?;
    let orgs =
        sqlx::query_scalar!(r#"select id as "id: OrgId" from organisation order by id"#).fetch_all(tx.db()).await?;
    tx.commit().await?;
    Ok(orgs)
}

/// Seals the organisation's next day, if it is over.
async fn seal_next(database: &Database, org: OrgId, today: NaiveDate, now: DateTime<Utc>) -> Result<Option<()>> {
    let mut tx = database.system().await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).fetch_one(tx.db()).await?;
    let last = last(&mut tx, org).await?;
    let day = match &last {
        Some(last) => last.day.checked_add_days(Days::new(1)),
        None => first_day(&mut tx, org).await?,
    };
    let Some(day) = day.filter(|day| *day < today) else { return Ok(None) };
    let from = last.as_ref().map_or(i64::MIN, |l| l.last_position);
    let end = day.checked_add_days(Days::new(1)).ok_or_else(|| Error::internal("no such day"))?;
    let end = end.and_time(NaiveTime::MIN).and_utc();
    let to = sqlx::query_scalar!(
        r#"select coalesce(max(position), $2) as "to!" from event_position where org_id = $1 and position > $2 and at < $3"#,
        org.0,
        from,
        end,
    )
    .fetch_one(tx.db())
    .await?;
    let former = last.as_ref().map(|l| l.hash.as_slice());
    let sum = read(tx.db(), org, day, former, (from, to), |_, _| Ok(())).await?;
    sqlx::query!(
        "insert into audit_seal (org_id, day, last_position, events, former, hash, marks, sealed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        org.0,
        day,
        sum.last_position,
        sum.events,
        former,
        sum.hash.as_slice(),
        sum.marks,
        now,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    Ok(Some(()))
}

async fn last(tx: &mut SystemTx, org: OrgId) -> Result<Option<Last>> {
    Ok(sqlx::query_as!(
        Last,
        "select day, last_position, hash from audit_seal where org_id = $1 order by day desc limit 1",
        org.0
    )
    .fetch_optional(tx.db())
    .await?)
}

async fn first_day(tx: &mut SystemTx, org: OrgId) -> Result<Option<NaiveDate>> {
    let first = sqlx::query_scalar!("select at from event_position where org_id = $1 order by position limit 1", org.0)
        .fetch_optional(tx.db())
        .await?;
    Ok(first.map(|at| at.date_naive()))
}

/// Reads the events of a range of positions, behind the first and up to the last, and says what they come to.
async fn read(
    db: &mut PgConnection,
    org: OrgId,
    day: NaiveDate,
    former: Option<&[u8]>,
    (from, to): (i64, i64),
    mut each: impl FnMut(&Sealed, [u8; super::seal::MARK]) -> Result<()>,
) -> Result<Sum> {
    let mut sum = Day::new(org, day, former, from);
    let mut rows = sqlx::query!(
        r#"select p.position, p.at as positioned_at, p.event_id, e.id as "id?", e.type as "kind?", e.at as "at?", e.actor_kind as "actor_kind?",
                  e.actor_id, e.actor_name as "actor_name?", e.on_behalf_of, e.subject_type as "subject_type?", e.subject_id as "subject_id?",
                  e.subject_name as "subject_name?", e.subject_version, e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.changes::text as changes,
                  e.data::text as data, e.undoes, e.import_id, e.request_id, e.ip, e.user_agent
           from event_position p left join event e on e.org_id = p.org_id and e.id = p.event_id
           where p.org_id = $1 and p.position > $2 and p.position <= $3 order by p.position"#,
        org.0,
        from,
        to,
    )
    .fetch(db);
    while let Some(row) = rows.try_next().await? {
        let fields = row.id.map(|_: Uuid| Fields {
            kind: row.kind.unwrap_or_default(),
            at: row.at.unwrap_or_default(),
            actor_kind: row.actor_kind.unwrap_or_default(),
            actor_id: row.actor_id,
            actor_name: row.actor_name.unwrap_or_default(),
            on_behalf_of: row.on_behalf_of,
            subject_type: row.subject_type.unwrap_or_default(),
            subject_id: row.subject_id.unwrap_or_default(),
            subject_name: row.subject_name.unwrap_or_default(),
            subject_version: row.subject_version,
            opportunity_id: row.opportunity_id,
            account_id: row.account_id,
            contact_id: row.contact_id,
            lead_id: row.lead_id,
            changes: row.changes.unwrap_or_default(),
            data: row.data.unwrap_or_default(),
            undoes: row.undoes,
            import_id: row.import_id,
            request_id: row.request_id,
            ip: row.ip,
            user_agent: row.user_agent,
        });
        let event = Sealed { position: row.position, positioned_at: row.positioned_at, event: row.event_id, fields };
        let mark = sum.add(&event);
        each(&event, mark)?;
    }
    Ok(sum.seal())
}

/// A place at which the log is not what was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub org: OrgId,
    pub day: NaiveDate,
    pub misfit: Misfit,
}

/// What a verification came to.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Days whose events were read and compared.
    pub days: u64,
    pub events: i64,
    pub findings: Vec<Finding>,
    /// Events that are in the log, but have no place in its order and wait for none: put in past the sequencer.
    pub strays: i64,
}

/// Reads the whole log once and compares it with every seal.
///
/// # Errors
/// When the database is gone.
pub async fn verify(database: &Database) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    for org in organisations(database).await? {
        let mut tx = database.system().await?;
        verify_organisation(&mut tx, org, &mut verdict).await?;
        let strays = sqlx::query_scalar!(
            r#"select count(*) as "n!" from event e where e.org_id = $1
               and not exists (select from event_position p where p.org_id = $1 and p.event_id = e.id)
               and not exists (select from event_pending w where w.event_id = e.id)"#,
            org.0,
        )
        .fetch_one(tx.db())
        .await?;
        verdict.strays += strays;
        tx.commit().await?;
    }
    Ok(verdict)
}

#[derive(Debug)]
struct Seal {
    day: NaiveDate,
    last_position: i64,
    events: i64,
    former: Option<Vec<u8>>,
    hash: Vec<u8>,
}

async fn verify_organisation(tx: &mut SystemTx, org: OrgId, verdict: &mut Verdict) -> Result<()> {
    let seals = sqlx::query_as!(
        Seal,
        "select day, last_position, events, former, hash from audit_seal where org_id = $1 order by day",
        org.0
    )
    .fetch_all(tx.db())
    .await?;
    let mut before: Option<&Seal> = None;
    for seal in &seals {
        let expected = before.map_or(Some(seal.day), |b| b.day.checked_add_days(Days::new(1)));
        if let Some(missing) = expected.filter(|day| *day != seal.day) {
            verdict.findings.push(Finding { org, day: missing, misfit: Misfit::NoSeal });
        }
        let from = before.map_or(i64::MIN, |b| b.last_position);
        let former = before.map(|b| b.hash.as_slice());
        let sum = read(tx.db(), org, seal.day, former, (from, seal.last_position), |_, _| Ok(())).await?;
        verdict.days += 1;
        verdict.events += sum.events;
        if sum.hash.as_slice() != seal.hash || sum.events != seal.events || former != seal.former.as_deref() {
            let misfit = find(tx, org, seal, from).await?;
            verdict.findings.push(Finding { org, day: seal.day, misfit });
        }
        before = Some(seal);
    }
    Ok(())
}

/// Which event of a day does not fit.
async fn find(tx: &mut SystemTx, org: OrgId, seal: &Seal, from: i64) -> Result<Misfit> {
    let marks = sqlx::query_scalar!("select marks from audit_seal where org_id = $1 and day = $2", org.0, seal.day)
        .fetch_one(tx.db())
        .await?;
    let mut search = Search::new(&marks);
    let mut found = None;
    let sum = read(tx.db(), org, seal.day, None, (from, seal.last_position), |event, mark| {
        if found.is_none() {
            found = search.next(event, mark);
        }
        Ok(())
    })
    .await?;
    Ok(found.unwrap_or_else(|| search.end(sum.last_position)))
}
