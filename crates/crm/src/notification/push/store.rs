//! The SQL of web push. People see and change their own browsers; key, sending and what came of it are the system role's.

use chrono::{DateTime, Utc};
use dealwright_access::session::device;
use dealwright_access::{Actor, Context};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{OrgId, PushSubscriptionId, SessionId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Database, Tx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Checked, MOST, PushSubscription};
use crate::notification::{Notification, NotificationKind};

/// The installation's key pair, sealed.
pub(super) async fn key(db: &mut PgConnection) -> Result<Option<(Uuid, Vec<u8>)>> {
    let row = sqlx::query!("select id, private_key from push_key").fetch_optional(db).await?;
    Ok(row.map(|row| (row.id, row.private_key)))
}

/// Keeps a key pair, unless there is one.
pub(super) async fn keep_key(
    db: &mut PgConnection,
    id: Uuid,
    sealed: &[u8],
    public: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into push_key (id, private_key, public_key, created_at) values ($1, $2, $3, $4) on conflict (single) do nothing",
        id,
        sealed,
        public,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

struct Row {
    id: PushSubscriptionId,
    session_id: SessionId,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

impl Row {
    fn shown(self, actor: &Actor) -> PushSubscription {
        PushSubscription {
            id: self.id,
            device: device::name(self.user_agent.as_deref()),
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            current: actor.session == Some(self.session_id),
        }
    }
}

/// The actor's browsers, the newest first.
pub(super) async fn list(tx: &mut Tx, actor: &Actor) -> Result<Vec<PushSubscription>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: PushSubscriptionId", session_id as "session_id: SessionId", user_agent, created_at, last_used_at
           from push_subscription where org_id = $1 and user_id = $2 order by created_at desc, id desc"#,
        tx.org().0,
        actor.user.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.shown(actor)).collect())
}

/// Keeps a browser for the actor, in their session: it is nobody else's from now on. Whether it is new.
///
/// # Errors
/// 409 `too_many_push_subscriptions`.
pub(super) async fn keep(
    tx: &mut Tx,
    cx: &Context,
    session: SessionId,
    new: &Checked,
    user_agent: Option<&str>,
) -> Result<(PushSubscription, bool)> {
    let (org, now, id, user) = (tx.org().0, tx.now(), tx.new_id(), cx.actor().user.0);
    // Two that are kept at once are counted one after the other.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('push ' || $1::text, 0))", user.to_string())
        .execute(tx.db())
        .await?;
    sqlx::query!("select app.take_push_endpoint($1)", new.endpoint).execute(tx.db()).await?;
    let others = sqlx::query_scalar!(
        r#"select count(*) as "n!" from push_subscription where org_id = $1 and user_id = $2 and endpoint <> $3"#,
        org,
        user,
        new.endpoint,
    )
    .fetch_one(tx.db())
    .await?;
    if others >= MOST {
        let detail = format!("you have {MOST} browsers that show notifications; remove one first");
        return Err(Error::conflict("too_many_push_subscriptions", detail));
    }
    let row = sqlx::query!(
        r#"insert into push_subscription (org_id, id, user_id, session_id, endpoint, p256dh, auth, user_agent, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (endpoint) do update set session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth,
               user_agent = excluded.user_agent, failures = 0
           returning id as "id: PushSubscriptionId", session_id as "session_id: SessionId", user_agent, created_at, last_used_at,
               (xmax = 0) as "new!""#,
        org,
        id,
        user,
        session.0,
        new.endpoint,
        new.p256dh,
        new.auth,
        user_agent,
        now,
    )
    .fetch_one(tx.db())
    .await?;
    let kept = Row {
        id: row.id,
        session_id: row.session_id,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok((kept.shown(cx.actor()), row.new))
}

/// Forgets one of the actor's browsers; its name.
pub(super) async fn remove(tx: &mut Tx, actor: &Actor, id: PushSubscriptionId) -> Result<String> {
    let removed = sqlx::query!(
        "delete from push_subscription where org_id = $1 and user_id = $2 and id = $3 returning user_agent",
        tx.org().0,
        actor.user.0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("push subscription")?;
    Ok(device::name(removed.user_agent.as_deref()))
}

/// One of the actor's browsers, to be tried.
///
/// # Errors
/// 404; 429 when it was tried less than so long ago.
pub(super) async fn to_try(
    tx: &mut Tx,
    actor: &Actor,
    id: PushSubscriptionId,
    pause: chrono::TimeDelta,
) -> Result<Device> {
    let (org, now) = (tx.org().0, tx.now());
    let found = sqlx::query!(
        r#"select tested_at from push_subscription where org_id = $1 and user_id = $2 and id = $3 for update"#,
        org,
        actor.user.0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("push subscription")?;
    if let Some(wait) = found.tested_at.map(|at| at + pause - now).filter(|wait| *wait > chrono::TimeDelta::zero()) {
        let seconds = u32::try_from(wait.num_seconds() + 1).map_err(Error::internal)?;
        return Err(Error::too_many("too_many_requests", seconds, "one was sent to this browser a moment ago"));
    }
    Ok(sqlx::query_as!(
        Device,
        r#"update push_subscription set tested_at = $4 where org_id = $1 and user_id = $2 and id = $3
           returning id as "id: PushSubscriptionId", endpoint, p256dh, auth"#,
        org,
        actor.user.0,
        id.0,
        now,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Where a message goes.
#[derive(Debug)]
pub(super) struct Device {
    pub id: PushSubscriptionId,
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
}

/// The browsers in which somebody is signed in, or one of them.
pub(super) async fn devices(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    one: Option<PushSubscriptionId>,
    now: DateTime<Utc>,
) -> Result<Vec<Device>> {
    Ok(sqlx::query_as!(
        Device,
        r#"select d.id as "id: PushSubscriptionId", d.endpoint, d.p256dh, d.auth
           from push_subscription d join session s on s.org_id = d.org_id and s.id = d.session_id
           join sign_in_policy p on p.org_id = d.org_id
           where d.org_id = $1 and d.user_id = $2 and ($3::uuid is null or d.id = $3) and s.revoked_at is null and s.expires_at > $4
             and s.created_at + make_interval(mins => p.session_lifetime_minutes) > $4
             and s.last_seen_at + make_interval(mins => p.session_idle_minutes) > $4"#,
        org.0,
        user.0,
        one.map(|id| id.0),
        now,
    )
    .fetch_all(db)
    .await?)
}

/// A notification that devices are to be told of.
#[derive(Debug)]
pub(super) struct Waiting {
    kind: String,
    /// When devices were to be told.
    pub due_at: DateTime<Utc>,
    pub read: bool,
    pub snoozed_until: Option<DateTime<Utc>>,
}

impl Waiting {
    pub(super) fn kind(&self) -> Result<NotificationKind> {
        self.kind.parse()
    }
}

/// A notification that devices are to be told of; `again` when some of them were and one was not.
pub(super) async fn waiting(db: &mut PgConnection, org: OrgId, id: Uuid, again: bool) -> Result<Option<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select kind, push_due_at as "due_at!", read_at is not null as "read!", snoozed_until from notification
           where org_id = $1 and id = $2 and (push = 'waiting' or ($3 and push = 'sent'))"#,
        org.0,
        id,
        again,
    )
    .fetch_optional(db)
    .await?)
}

/// How many others somebody has not read of those about the same record.
pub(super) async fn others(tx: &mut Tx, actor: &Actor, of: &Notification) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from notification
           where org_id = $1 and user_id = $2 and object = $3 and record_id = $4 and id <> $5 and in_app and read_at is null
             and coalesce(snoozed_until <= $6, true)"#,
        org,
        actor.user.0,
        of.record.object.as_str(),
        of.record.id,
        of.id,
        now,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Writes down what became of a notification on its receiver's devices. That one was told stays.
pub(super) async fn settle(database: &Database, org: OrgId, id: Uuid, reason: Option<&'static str>) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    sqlx::query!(
        "update notification set push = case when $3::text is null then 'sent' else 'dropped' end, push_reason = $3,
             pushed_at = case when $3::text is null then $4::timestamptz end
         where org_id = $1 and id = $2 and push = 'waiting'",
        org.0,
        id,
        reason,
        now,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// Puts off when devices are told.
pub(super) async fn put_off(db: &mut PgConnection, org: OrgId, id: Uuid, due: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update notification set push_due_at = $3 where org_id = $1 and id = $2 and push = 'waiting'",
        org.0,
        id,
        due,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A push service took a message.
pub(super) async fn taken(database: &Database, org: OrgId, id: PushSubscriptionId) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    sqlx::query!(
        "update push_subscription set last_used_at = $3, failures = 0 where org_id = $1 and id = $2",
        org.0,
        id.0,
        now,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// A push service knows this browser no more.
pub(super) async fn gone(database: &Database, org: OrgId, id: PushSubscriptionId) -> Result<()> {
    let mut tx = database.system().await?;
    sqlx::query!("delete from push_subscription where org_id = $1 and id = $2", org.0, id.0).execute(tx.db()).await?;
    tx.commit().await
}

/// A push service refused a message. One that refused so many in a row is not asked any more.
pub(super) async fn refused(database: &Database, org: OrgId, id: PushSubscriptionId, most: i32) -> Result<()> {
    let mut tx = database.system().await?;
    let failures = sqlx::query_scalar!(
        "update push_subscription set failures = failures + 1 where org_id = $1 and id = $2 returning failures",
        org.0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    if failures.is_some_and(|failures| failures >= most) {
        sqlx::query!("delete from push_subscription where org_id = $1 and id = $2", org.0, id.0)
            .execute(tx.db())
            .await?;
        tracing::info!(%org, subscription = %id, "a push service refused too many messages in a row; its browser is forgotten");
    }
    tx.commit().await
}

/// Forgets the browsers whose session has come to its end.
pub(in crate::notification) async fn forget_lapsed(db: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "delete from push_subscription d using session s where s.org_id = d.org_id and s.id = d.session_id and s.expires_at <= $1",
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
