//! The SQL of the audit log. Every filter is an equality of a leakproof type with an index that gives the order, so that
//! a page of a million events is read along it.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::id::{EventId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Tx};
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::seal_http::AuditSeal;
use super::{AuditActor, AuditEvent, AuditPerson, AuditSubject, Filter};
use crate::policy::fields::FieldAccess;

/// How many events are looked at that have the words of `q`, before the reader's policies decide.
const CANDIDATES: i32 = 1_000;

/// How often it looks for more of them in one page.
const ROUNDS: usize = 20;

/// A place in the log: what comes after it is older.
pub type Place = (DateTime<Utc>, Uuid);

#[derive(FromRow)]
struct Row {
    id: EventId,
    kind: String,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    on_behalf_of: Option<UserId>,
    for_name: Option<String>,
    subject_type: String,
    subject_id: Uuid,
    subject_name: String,
    subject_version: Option<i64>,
    changes: Value,
    data: Value,
    undoes: Option<EventId>,
    import_id: Option<Uuid>,
    request_id: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl Row {
    fn into_event(self) -> Result<AuditEvent> {
        Ok(AuditEvent {
            id: self.id,
            kind: self.kind,
            at: self.at,
            actor: AuditActor {
                kind: ActorKind::read(&self.actor_kind),
                id: self.actor_id,
                name: self.actor_name,
                on_behalf_of: self.on_behalf_of.map(|id| AuditPerson { id, name: self.for_name.unwrap_or_default() }),
            },
            subject: AuditSubject {
                kind: self.subject_type,
                id: self.subject_id,
                name: self.subject_name,
                version: self.subject_version,
            },
            changes: serde_json::from_value(self.changes).map_err(Error::internal)?,
            hidden_fields: Vec::new(),
            data: self.data,
            undoes: self.undoes,
            import_id: self.import_id,
            request_id: self.request_id,
            ip: self.ip,
            user_agent: self.user_agent,
        })
    }
}

/// At most `limit` events after a place, newest first, as `access` shows them; and where to go on, if there may be more.
///
/// # Errors
/// When the database is gone.
pub async fn page(
    tx: &mut Tx,
    access: &FieldAccess,
    filter: &Filter,
    after: Option<Place>,
    limit: u16,
) -> Result<(Vec<AuditEvent>, Option<Place>)> {
    let wanted = usize::from(limit);
    let mut place = before(filter, after);
    let Some(words) = filter.words() else {
        let found = events(tx, access, filter, place, None, i64::from(limit) + 1).await?;
        return Ok(cut(found, wanted, None));
    };
    let mut found = Vec::new();
    if words.is_empty() {
        return Ok((found, None));
    }
    // Full text answers candidates; those that the reader may not see make room for older ones.
    for _ in 0..ROUNDS {
        let candidates = candidates(tx, filter, &words, place).await?;
        let ids: Vec<Uuid> = candidates.iter().map(|(_, id)| *id).collect();
        let missing = wanted.saturating_add(1).saturating_sub(found.len());
        let missing = i64::try_from(missing).unwrap_or(i64::MAX);
        found.extend(events(tx, access, filter, place, Some(&ids), missing).await?);
        match candidates.last() {
            Some(last) if ids.len() == usize::try_from(CANDIDATES).unwrap_or(usize::MAX) => place = *last,
            _ => return Ok(cut(found, wanted, None)),
        }
        if found.len() > wanted {
            break;
        }
    }
    Ok(cut(found, wanted, Some(place)))
}

/// The first `wanted`, and where to go on: behind the last of them, or where the search has stopped.
fn cut(mut found: Vec<AuditEvent>, wanted: usize, stopped: Option<Place>) -> (Vec<AuditEvent>, Option<Place>) {
    let more = found.len() > wanted;
    found.truncate(wanted);
    let behind = found.last().filter(|_| more).map(|event| (event.at, event.id.0));
    (found, behind.or(stopped))
}

/// The place from which on to read: the cursor's, or the end of the time asked for.
fn before(filter: &Filter, after: Option<Place>) -> Place {
    let end = (filter.to.unwrap_or_else(far), Uuid::nil());
    after.map_or(end, |after| after.min(end))
}

/// Later than any event.
fn far() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

async fn candidates(tx: &mut Tx, filter: &Filter, words: &[String], before: Place) -> Result<Vec<Place>> {
    let since = filter.from.unwrap_or(DateTime::UNIX_EPOCH);
    let rows = sqlx::query!(
        r#"select id as "id!", at as "at!" from app.match_events($1, $2, $3, $4, $5)"#,
        words,
        since,
        before.0,
        before.1,
        CANDIDATES,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.at, row.id)).collect())
}

async fn events(
    tx: &mut Tx,
    access: &FieldAccess,
    filter: &Filter,
    before: Place,
    ids: Option<&[Uuid]>,
    limit: i64,
) -> Result<Vec<AuditEvent>> {
    let mut sql = QueryBuilder::new("");
    statement(&mut sql, tx.org().0, filter, before, ids, limit);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(tx.db()).await?;
    rows.into_iter().map(|row| Ok(row.into_event()?.shown_to(access))).collect()
}

fn statement(
    sql: &mut QueryBuilder<Postgres>,
    org: Uuid,
    filter: &Filter,
    before: Place,
    ids: Option<&[Uuid]>,
    limit: i64,
) {
    sql.push(
        "select e.id, e.type as kind, e.at, e.actor_kind, e.actor_id, e.actor_name, e.on_behalf_of, b.name as for_name, e.subject_type, \
         e.subject_id, e.subject_name, e.subject_version, e.changes, e.data, e.undoes, e.import_id, e.request_id, e.ip, e.user_agent \
         from event e left join app_user b on b.org_id = e.org_id and b.id = e.on_behalf_of where e.org_id = ",
    );
    sql.push_bind(org);
    let ids_of =
        [("actor_id", filter.actor_id), ("on_behalf_of", filter.on_behalf_of), ("subject_id", filter.record_id)];
    for (column, id) in ids_of.into_iter().filter_map(|(column, id)| Some((column, id?))) {
        sql.push(" and e.").push(column).push(" = ").push_bind(id);
    }
    let texts = [("type", &filter.kind), ("subject_type", &filter.object), ("request_id", &filter.request_id)];
    for (column, text) in texts.into_iter().filter_map(|(column, text)| Some((column, text.clone()?))) {
        sql.push(" and e.").push(column).push(" = ").push_bind(text);
    }
    if let Some(from) = filter.from {
        sql.push(" and e.at >= ").push_bind(from);
    }
    if let Some(ids) = ids {
        sql.push(" and e.id = any (").push_bind(ids.to_vec()).push(")");
    }
    sql.push(" and (e.at, e.id) < (").push_bind(before.0).push(", ").push_bind(before.1).push(")");
    sql.push(format!(" order by e.at desc, e.id desc limit {limit}"));
}

/// The plan of a page, a line each: for the test that an index serves it.
///
/// # Errors
/// When the database is gone.
pub async fn explain(tx: &mut Tx, filter: &Filter, after: Option<Place>) -> Result<Vec<String>> {
    let mut sql = QueryBuilder::new("explain (costs off) ");
    statement(&mut sql, tx.org().0, filter, before(filter, after), None, 51);
    Ok(sql.build_query_scalar().fetch_all(tx.db()).await?)
}

/// Seals before a day, newest first.
pub(super) async fn seals(tx: &mut Tx, before: Option<NaiveDate>, limit: i64) -> Result<Vec<AuditSeal>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        AuditSeal,
        r#"select day, events, last_position, encode(hash, 'hex') as "hash!", encode(former, 'hex') as former, sealed_at
           from audit_seal where org_id = $1 and ($2::date is null or day < $2) order by day desc limit $3"#,
        org,
        before,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}
