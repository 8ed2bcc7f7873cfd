//! The SQL of notifications as their receivers read them, under their own policies.

pub(super) mod letters;
pub(super) mod making;

use chrono::{DateTime, Utc};
use dealwright_access::{Actor, Object};
use dealwright_kernel::error::VersionConflict;
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::preference::{Channels, NewNotificationPreferences, NotificationPreferences};
use super::{
    Notification, NotificationCounts, NotificationKind, NotifiedApproval, NotifiedChange, NotifiedObject,
    NotifiedRecord, Which,
};
use crate::activity::mention;
use crate::record::Ref;
use crate::working_hours::{Day, clock, zone};

/// How much of a note is told.
const EXCERPT: usize = 200;

struct Row {
    id: Uuid,
    kind: String,
    object: String,
    record_id: Uuid,
    name: Option<String>,
    activity_id: Option<Uuid>,
    excerpt: Option<String>,
    count: i64,
    actor_id: Option<Uuid>,
    actor_name: String,
    created_at: DateTime<Utc>,
    listed_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    changes: Option<Value>,
    approval: Option<Value>,
    others: i64,
}

impl Row {
    fn into_notification(self, actor: &Actor) -> Result<Notification> {
        let kind: NotificationKind = self.kind.parse()?;
        let object: NotifiedObject = self.object.parse()?;
        let told = self.changes.filter(|_| kind == NotificationKind::FollowedRecordChanged).unwrap_or(Value::Null);
        let of = Object::ALL.iter().copied().find(|o| o.as_str() == self.object);
        let changes = told.as_array().into_iter().flatten().filter_map(change);
        let shown = changes.filter(|change| of.is_some_and(|of| !actor.fields.hides(of, &change.field)));
        Ok(Notification {
            id: self.id,
            kind,
            record: NotifiedRecord { object, id: self.record_id, name: self.name.unwrap_or_default() },
            actor: Some(self.actor_name)
                .filter(|name| !name.is_empty())
                .and_then(|name| Ref::of(Some(self.actor_id.unwrap_or_default()), Some(name))),
            count: self.count,
            others: self.others.max(0),
            changes: shown.collect(),
            activity_id: self.activity_id,
            excerpt: self.excerpt.map(|body| mention::plain(&body).chars().take(EXCERPT).collect()),
            approval: self.approval.as_ref().and_then(approval),
            created_at: self.created_at,
            read_at: self.read_at,
            snoozed_until: self.snoozed_until,
        })
    }
}

/// The approval that an event tells of.
fn approval(told: &Value) -> Option<NotifiedApproval> {
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| told.get(name).and_then(Value::as_i64);
    Some(NotifiedApproval {
        id: text("approval_id")?.parse().ok()?,
        name: text("approval")?,
        status: text("status")?,
        round: number("round").and_then(|n| i32::try_from(n).ok()).unwrap_or_default(),
        level: number("level").and_then(|n| i16::try_from(n).ok()),
        by_mail: told.get("by_mail").and_then(Value::as_bool).unwrap_or_default(),
    })
}

/// A change of what followers hear of.
fn change(told: &Value) -> Option<NotifiedChange> {
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let field =
        text("field").filter(|field| ["stage_id", "owner_id", "amount", "status_id"].contains(&field.as_str()))?;
    let value = |name: &str| told.get(name).cloned().unwrap_or_default();
    Some(NotifiedChange {
        field,
        old: value("old"),
        new: value("new"),
        old_label: text("old_label"),
        new_label: text("new_label"),
    })
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub unread: bool,
    pub snoozed: bool,
    pub kind: Option<NotificationKind>,
    /// All about one record, singly.
    pub about: Option<(NotifiedObject, Uuid)>,
}

/// A page of the actor's notifications, newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(
    tx: &mut Tx,
    actor: &Actor,
    asked: &Asked,
    limit: u16,
    cursor: Option<&str>,
) -> Result<Page<Notification>> {
    let fingerprint = format!("notifications:{asked:?}");
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &fingerprint)).transpose()?;
    let (at, id) = after.map(|cursor| cursor.keys).unzip();
    let (org, now, user) = (tx.org().0, tx.now(), actor.user.0);
    let mut rows = sqlx::query_as!(
        Row,
        r#"select n.id, n.kind, n.object, n.record_id, coalesce(o.name, a.name, c.name, l.name, t.title, i.filename, b.object, w.name, r.name) as name,
                  n.activity_id, coalesce(v.body, e.data #>> '{notify,message}', case when n.kind = 'automation_message' then e.data ->> 'message' end) as "excerpt?", n.count, n.actor_id, n.actor_name, n.created_at, n.listed_at, n.read_at, n.snoozed_until,
                  e.changes as "changes?", case when e.type like 'approval.%' then e.data end as "approval?",
                  (select count(*) - 1 from notification m
                   where m.org_id = n.org_id and m.user_id = n.user_id and m.object = n.object and m.record_id = n.record_id and m.in_app
                     and (not $4 or m.read_at is null) and ($5::text is null or m.kind = $5)
                     and coalesce(m.snoozed_until > $3, false) = $6 and $7::text is null) as "others!"
           from notification n
           left join opportunity o on n.object = 'opportunity' and o.org_id = n.org_id and o.id = n.record_id
           left join account a on n.object = 'account' and a.org_id = n.org_id and a.id = n.record_id
           left join contact c on n.object = 'contact' and c.org_id = n.org_id and c.id = n.record_id
           left join lead l on n.object = 'lead' and l.org_id = n.org_id and l.id = n.record_id
           left join task t on n.object = 'task' and t.org_id = n.org_id and t.id = n.record_id
           left join import i on n.object = 'import' and i.org_id = n.org_id and i.id = n.record_id
           left join bulk_change b on n.object = 'bulk_change' and b.org_id = n.org_id and b.id = n.record_id
           left join automation w on n.object = 'automation' and w.org_id = n.org_id and w.id = n.record_id
           left join ai_alert r on n.object = 'ai_alert' and r.org_id = n.org_id and r.id = n.record_id
           left join activity v on v.org_id = n.org_id and v.id = n.activity_id
           left join event e on e.org_id = n.org_id and e.id = n.event_id
           where n.org_id = $1 and n.user_id = $2 and n.in_app
             and (not $4 or n.read_at is null) and ($5::text is null or n.kind = $5)
             and coalesce(n.snoozed_until > $3, false) = $6
             and ($7::text is null or (n.object = $7 and n.record_id = $8))
             and ($9::timestamptz is null or (n.listed_at, n.id) < ($9, $10))
             and ($7::text is not null or not exists (
                 select from notification m
                 where m.org_id = n.org_id and m.user_id = n.user_id and m.object = n.object and m.record_id = n.record_id and m.in_app
                   and (m.listed_at, m.id) > (n.listed_at, n.id)
                   and (not $4 or m.read_at is null) and ($5::text is null or m.kind = $5)
                   and coalesce(m.snoozed_until > $3, false) = $6))
           order by n.listed_at desc, n.id desc limit $11"#,
        org,
        user,
        now,
        asked.unread,
        asked.kind.map(NotificationKind::as_str),
        asked.snoozed,
        asked.about.map(|(object, _)| object.as_str()),
        asked.about.map(|(_, id)| id),
        at,
        id,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let last = rows.last().filter(|_| more).map(|row| (row.listed_at, row.id));
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    let items = rows.into_iter().map(|row| row.into_notification(actor)).collect::<Result<_>>()?;
    Ok(Page { items, next_cursor, total: None.into() })
}

/// Those of these notifications that the actor may see, newest first, as a letter tells them.
pub async fn shown(tx: &mut Tx, actor: &Actor, ids: &[Uuid]) -> Result<Vec<Notification>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select n.id, n.kind, n.object, n.record_id, coalesce(o.name, a.name, c.name, l.name, t.title, i.filename, b.object, w.name, r.name) as name,
                  n.activity_id, coalesce(v.body, e.data #>> '{notify,message}', case when n.kind = 'automation_message' then e.data ->> 'message' end) as "excerpt?", n.count, n.actor_id, n.actor_name, n.created_at, n.listed_at, n.read_at, n.snoozed_until,
                  e.changes as "changes?", case when e.type like 'approval.%' then e.data end as "approval?", 0::bigint as "others!"
           from notification n
           left join opportunity o on n.object = 'opportunity' and o.org_id = n.org_id and o.id = n.record_id
           left join account a on n.object = 'account' and a.org_id = n.org_id and a.id = n.record_id
           left join contact c on n.object = 'contact' and c.org_id = n.org_id and c.id = n.record_id
           left join lead l on n.object = 'lead' and l.org_id = n.org_id and l.id = n.record_id
           left join task t on n.object = 'task' and t.org_id = n.org_id and t.id = n.record_id
           left join import i on n.object = 'import' and i.org_id = n.org_id and i.id = n.record_id
           left join bulk_change b on n.object = 'bulk_change' and b.org_id = n.org_id and b.id = n.record_id
           left join automation w on n.object = 'automation' and w.org_id = n.org_id and w.id = n.record_id
           left join ai_alert r on n.object = 'ai_alert' and r.org_id = n.org_id and r.id = n.record_id
           left join activity v on v.org_id = n.org_id and v.id = n.activity_id
           left join event e on e.org_id = n.org_id and e.id = n.event_id
           where n.org_id = $1 and n.user_id = $2 and n.id = any ($3)
           order by n.created_at desc, n.id desc"#,
        tx.org().0,
        actor.user.0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_notification(actor)).collect()
}

/// How many there are.
pub async fn counts(tx: &mut Tx, actor: &Actor) -> Result<NotificationCounts> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        NotificationCounts,
        r#"select (select count(*) from (select from notification where org_id = $1 and user_id = $2 and in_app and read_at is null
                       and coalesce(snoozed_until <= $3, true) limit 100) as unread) as "unread!",
                  (select count(*) from (select from notification where org_id = $1 and user_id = $2 and in_app
                       and snoozed_until > $3 limit 100) as later) as "snoozed!""#,
        org,
        actor.user.0,
        now,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Marks notifications as read or unread; how many.
pub async fn mark(tx: &mut Tx, actor: &Actor, which: &Which, read: bool) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let changed = sqlx::query!(
        "update notification set read_at = case when $3 then $4::timestamptz end
         where org_id = $1 and user_id = $2 and in_app and (read_at is null) = $3
           and ($5 or id = any ($6) or (object = $7 and record_id = $8))",
        org,
        actor.user.0,
        read,
        now,
        which.all,
        &which.ids,
        which.object.map(NotifiedObject::as_str),
        which.record_id,
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    ring(tx, actor).await?;
    i64::try_from(changed).map_err(Error::internal)
}

/// Puts notifications off, or brings them back; how many. They come back unread, at the top.
pub async fn snooze(tx: &mut Tx, actor: &Actor, which: &Which, until: Option<DateTime<Utc>>) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let changed = sqlx::query!(
        "update notification set snoozed_until = $3::timestamptz, listed_at = coalesce($3::timestamptz, $4), read_at = null
         where org_id = $1 and user_id = $2 and in_app and ($3::timestamptz is not null or snoozed_until is not null)
           and ($5 or id = any ($6) or (object = $7 and record_id = $8))",
        org,
        actor.user.0,
        until,
        now,
        which.all,
        &which.ids,
        which.object.map(NotifiedObject::as_str),
        which.record_id,
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    ring(tx, actor).await?;
    i64::try_from(changed).map_err(Error::internal)
}

/// Tells the person's other windows.
async fn ring(tx: &mut Tx, actor: &Actor) -> Result<()> {
    let word = format!("{}:{}", actor.org, actor.user);
    sqlx::query!("select pg_notify('dealwright_notification', $1)", word).fetch_one(tx.db()).await?;
    Ok(())
}

/// The actor's preferences.
pub async fn preferences(tx: &mut Tx, actor: &Actor) -> Result<NotificationPreferences> {
    let row = sqlx::query!(
        r#"select coalesce(u.time_zone, o.time_zone) as time_zone, u.email, s.channels as "channels?", s.quiet_days as "quiet_days?",
                  s.quiet_from as "quiet_from?", s.quiet_until as "quiet_until?", s.digest_hour as "digest_hour?", s.digest_day as "digest_day?",
                  s.bouncing_since as "bouncing_since?", s.version as "version?"
           from app_user u join organisation o on o.id = u.org_id
           left join notification_setting s on s.org_id = u.org_id and s.user_id = u.id
           where u.org_id = $1 and u.id = $2"#,
        tx.org().0,
        actor.user.0,
    )
    .fetch_one(tx.db())
    .await?;
    let quiet = making::quiet(row.quiet_days.as_deref(), row.quiet_from.or(Some(1200)), row.quiet_until.or(Some(420)))?;
    let chosen = making::chosen(row.channels)?;
    let all = NotificationKind::ALL.iter();
    Ok(NotificationPreferences {
        kinds: all.map(|kind| (*kind, chosen.get(kind).copied().unwrap_or_else(|| Channels::usual(*kind)))).collect(),
        quiet_days: quiet.days,
        quiet_from: clock(quiet.from),
        quiet_until: clock(quiet.until),
        digest_hour: row.digest_hour.unwrap_or(8),
        digest_day: row.digest_day.and_then(Day::numbered).unwrap_or(Day::Mon),
        time_zone: zone(row.time_zone.as_deref()).name().to_owned(),
        email: row.email,
        bouncing_since: row.bouncing_since,
        version: row.version.unwrap_or(0),
    })
}

/// Keeps the actor's preferences.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn save(tx: &mut Tx, actor: &Actor, version: i64, new: &NewNotificationPreferences) -> Result<()> {
    let (from, until) = new.quiet()?;
    let mut days: Vec<i16> = new.quiet_days.iter().map(|day| day.number()).collect();
    days.sort_unstable();
    days.dedup();
    let org = tx.org().0;
    let saved = sqlx::query!(
        "insert into notification_setting (org_id, user_id, channels, quiet_days, quiet_from, quiet_until, digest_hour, digest_day)
         select $1, $2, $3, $4, $5, $6, $7, $8 where $9::bigint = 0 or exists (select from notification_setting where org_id = $1 and user_id = $2)
         on conflict (org_id, user_id) do update
             set channels = excluded.channels, quiet_days = excluded.quiet_days, quiet_from = excluded.quiet_from,
                 quiet_until = excluded.quiet_until, digest_hour = excluded.digest_hour, digest_day = excluded.digest_day,
                 version = notification_setting.version + 1
             where notification_setting.version = $9::bigint",
        org,
        actor.user.0,
        serde_json::to_value(new.chosen()).map_err(Error::internal)?,
        &days,
        from,
        until,
        new.digest_hour,
        new.digest_day.number(),
        version,
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    if saved == 1 {
        return Ok(());
    }
    let version = preferences(tx, actor).await?.version;
    Err(Error::stale(VersionConflict { version, fields: Vec::new() }))
}
