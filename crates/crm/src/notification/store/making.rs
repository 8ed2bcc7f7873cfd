//! The SQL of making notifications, by the system role: ids, never what a record says.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use dealwright_kernel::{Error, Result};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::notification::due::Quiet;
use crate::notification::preference::{NewChannels, Setting};
use crate::notification::recipients::{Happened, Key, Known};
use crate::notification::{NotificationKind, NotifiedObject};
use crate::working_hours::{Day, zone};

/// A notification to be written.
#[derive(Debug)]
pub(in crate::notification) struct New {
    pub org: Uuid,
    pub id: Uuid,
    pub user: Uuid,
    pub kind: &'static str,
    pub object: &'static str,
    pub record: Uuid,
    pub activity: Option<Uuid>,
    pub event: Option<Uuid>,
    pub source: String,
    pub count: i64,
    pub actor: Option<Uuid>,
    pub actor_name: String,
    pub position: i64,
    pub in_app: bool,
    pub now: DateTime<Utc>,
    pub email: Option<&'static str>,
    pub due: Option<DateTime<Utc>>,
    /// When devices are told, if they are.
    pub push: Option<DateTime<Utc>>,
}

/// The events at these positions, in order.
pub(in crate::notification) async fn happened(db: &mut PgConnection, positions: &[i64]) -> Result<Vec<Happened>> {
    Ok(sqlx::query_as!(
        Happened,
        r#"select e.org_id as org, e.id as event, p.position, e.type as kind, e.actor_kind, e.actor_id as actor, e.actor_name, e.on_behalf_of,
                  e.subject_type, e.subject_id as subject, e.opportunity_id as opportunity, e.account_id as account, e.contact_id as contact, e.lead_id as lead,
                  e.changes, e.data, e.import_id as import, e.request_id as request, p.at
           from event_position p join event e on e.org_id = p.org_id and e.id = p.event_id
           where p.position = any ($1) order by p.position"#,
        positions,
    )
    .fetch_all(db)
    .await?)
}

/// Whose the records are that the events name, who follows them, and who is in the teams.
pub(in crate::notification) async fn known(db: &mut PgConnection, events: &[Happened]) -> Result<Known> {
    let mut records: BTreeMap<(Uuid, &'static str), Vec<Uuid>> = BTreeMap::new();
    let mut teams: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for event in events {
        if let Some((object, id)) = event.record() {
            records.entry((event.org, object.as_str())).or_default().push(id);
        }
        let named = event.teams();
        if !named.is_empty() {
            teams.entry(event.org).or_default().extend(named);
        }
    }
    let mut known = Known::default();
    for ((org, object), ids) in records {
        of_records(db, &mut known, org, object, &ids).await?;
    }
    for (org, ids) in teams {
        let rows = sqlx::query!(
            r#"with recursive below as (
                   select t.id as named, t.id from team t where t.org_id = $1 and t.id = any ($2)
                   union
                   select b.named, t.id from below b join team t on t.org_id = $1 and t.parent_id = b.id
               )
               select b.named as "named!", u.id as "user!" from below b join app_user u on u.org_id = $1 and u.team_id = b.id and u.active"#,
            org,
            &ids,
        )
        .fetch_all(&mut *db)
        .await?;
        for row in rows {
            known.members.entry((org, row.named)).or_default().push(row.user);
        }
    }
    Ok(known)
}

async fn of_records(
    db: &mut PgConnection,
    known: &mut Known,
    org: Uuid,
    object: &'static str,
    ids: &[Uuid],
) -> Result<()> {
    let kind: NotifiedObject = object.parse()?;
    let key = |id: Uuid| -> Key { (org, kind, id) };
    let owners = sqlx::query!(
        r#"select record_id as "record!", owner_id as "owner!" from app.owners_of($1, $2, $3)"#,
        org,
        object,
        ids
    )
    .fetch_all(&mut *db)
    .await?;
    known.owners.extend(owners.into_iter().map(|row| (key(row.record), row.owner)));
    let follows = sqlx::query!(
        "select record_id, user_id, following from follow where org_id = $1 and object = $2 and record_id = any ($3)",
        org,
        object,
        ids,
    )
    .fetch_all(&mut *db)
    .await?;
    for row in follows {
        known.follows.entry(key(row.record_id)).or_default().push((row.user_id, row.following));
    }
    Ok(())
}

/// What these people have said, of those who are active.
pub(in crate::notification) async fn settings(
    db: &mut PgConnection,
    people: &[(Uuid, Uuid)],
) -> Result<HashMap<(Uuid, Uuid), Setting>> {
    let (orgs, users): (Vec<Uuid>, Vec<Uuid>) = people.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select u.org_id, u.id, coalesce(u.time_zone, o.time_zone) as time_zone, s.channels as "channels?", s.quiet_days as "quiet_days?",
                  s.quiet_from as "quiet_from?", s.quiet_until as "quiet_until?", s.digest_hour as "digest_hour?", s.digest_day as "digest_day?",
                  s.bouncing_since as "bouncing_since?",
                  exists (select from push_subscription d where d.org_id = u.org_id and d.user_id = u.id) as "has_device!"
           from app_user u join organisation o on o.id = u.org_id
           left join notification_setting s on s.org_id = u.org_id and s.user_id = u.id
           where (u.org_id, u.id) in (select * from unnest($1::uuid[], $2::uuid[])) and u.active and not u.service"#,
        &orgs,
        &users,
    )
    .fetch_all(db)
    .await?;
    let mut all = HashMap::new();
    for row in rows {
        let setting = Setting {
            chosen: chosen(row.channels)?,
            quiet: quiet(row.quiet_days.as_deref(), row.quiet_from, row.quiet_until)?,
            digest_hour: u16::try_from(row.digest_hour.unwrap_or(8)).map_err(Error::internal)?,
            digest_day: row.digest_day.and_then(Day::numbered).unwrap_or(Day::Mon),
            zone: zone(row.time_zone.as_deref()),
            bouncing: row.bouncing_since.is_some(),
            has_device: row.has_device,
        };
        all.insert((row.org_id, row.id), setting);
    }
    Ok(all)
}

/// Channels as they are stored. A kind that is no more is passed over.
pub(in crate::notification) fn chosen(stored: Option<Value>) -> Result<crate::notification::preference::Chosen> {
    let Some(Value::Object(map)) = stored else { return Ok(HashMap::new()) };
    let known = map.into_iter().filter_map(|(kind, channels)| Some((kind.parse::<NotificationKind>().ok()?, channels)));
    let read = |channels| serde_json::from_value::<NewChannels>(channels).map_err(Error::internal);
    known.map(|(kind, channels)| Ok((kind, read(channels)?.of(kind)))).collect()
}

/// Quiet hours from their columns.
pub(in crate::notification) fn quiet(days: Option<&[i16]>, from: Option<i16>, until: Option<i16>) -> Result<Quiet> {
    let minute = |at: Option<i16>| u16::try_from(at.unwrap_or(0)).map_err(Error::internal);
    let days = days.unwrap_or_default().iter().filter_map(|day| Day::numbered(*day)).collect();
    Ok(Quiet { days, from: minute(from)?, until: minute(until)? })
}

/// Writes a notification, or counts up the one of the same source; whether it is new. None when it was counted before.
pub(in crate::notification) async fn insert(db: &mut PgConnection, new: &New) -> Result<Option<bool>> {
    let fresh = sqlx::query_scalar!(
        r#"insert into notification (org_id, id, user_id, kind, object, record_id, activity_id, event_id, source, count, actor_id, actor_name,
                                     position, in_app, created_at, listed_at, email, email_due_at, push, push_due_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17,
                   case when $18::timestamptz is not null then 'waiting' end, $18)
           on conflict (org_id, user_id, kind, source) do update
               set count = notification.count + excluded.count, position = excluded.position
               where notification.position < excluded.position
           returning (xmax = 0) as "new!""#,
        new.org,
        new.id,
        new.user,
        new.kind,
        new.object,
        new.record,
        new.activity,
        new.event,
        new.source,
        new.count,
        new.actor,
        new.actor_name,
        new.position,
        new.in_app,
        new.now,
        new.email,
        new.due,
        new.push,
    )
    .fetch_optional(db)
    .await?;
    Ok(fresh)
}

/// Who is mentioned follows the record, unless they have said that they do not.
pub(in crate::notification) async fn follow_mentioned(db: &mut PgConnection, new: &New) -> Result<()> {
    sqlx::query!(
        "insert into follow (org_id, user_id, object, record_id, following, reason, created_at)
         values ($1, $2, $3, $4, true, 'mentioned', $5) on conflict do nothing",
        new.org,
        new.user,
        new.object,
        new.record,
        new.now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Tells every process that these people have something to hear of.
pub(in crate::notification) async fn ring(db: &mut PgConnection, people: &[(Uuid, Uuid)]) -> Result<()> {
    let words: Vec<String> = people.iter().map(|(org, user)| format!("{org}:{user}")).collect();
    sqlx::query!("select pg_notify('dealwright_notification', word) from (select distinct word from unnest($1::text[]) as word) as words", &words)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// A task that is due about now.
#[derive(Debug)]
pub(in crate::notification) struct DueTask {
    pub org: Uuid,
    pub id: Uuid,
    pub assignee: Uuid,
    pub due: NaiveDate,
    pub zone: Tz,
}

/// Open tasks that are due in these days; who was told of one already is not told again when it is written down.
pub(in crate::notification) async fn tasks_due(
    db: &mut PgConnection,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DueTask>> {
    let rows = sqlx::query!(
        r#"select t.org_id as "org!", t.task_id as "id!", t.assignee_id as "assignee!", t.due_date as "due!",
                  coalesce(u.time_zone, o.time_zone) as time_zone
           from app.tasks_due($1, $2) t join app_user u on u.org_id = t.org_id and u.id = t.assignee_id and u.active
           join organisation o on o.id = t.org_id"#,
        first,
        last,
    )
    .fetch_all(db)
    .await?;
    let tasks = rows.into_iter().map(|row| DueTask {
        org: row.org,
        id: row.id,
        assignee: row.assignee,
        due: row.due,
        zone: zone(row.time_zone.as_deref()),
    });
    Ok(tasks.collect())
}

/// A reminder whose moment has come.
#[derive(Debug)]
pub(in crate::notification) struct Reminder {
    pub org: Uuid,
    pub id: Uuid,
    pub assignee: Uuid,
    pub at: DateTime<Utc>,
}

/// Reminders of open tasks between two moments, of which their assignees were not told yet.
pub(in crate::notification) async fn reminders(
    db: &mut PgConnection,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Reminder>> {
    Ok(sqlx::query_as!(
        Reminder,
        r#"select org_id as "org!", task_id as "id!", assignee_id as "assignee!", remind_at as "at!" from app.tasks_to_remind($1, $2)"#,
        after,
        until,
    )
    .fetch_all(db)
    .await?)
}
