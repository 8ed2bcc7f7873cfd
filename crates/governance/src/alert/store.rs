//! The SQL of alerts.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::{SystemTx, Tx};
use uuid::Uuid;

use super::{Episode, Kind, Rule};

/// The rules in force, in their order.
pub(super) async fn rules(tx: &mut Tx) -> Result<Vec<Rule>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", active as "active!", threshold as "threshold!", window_minutes as "window_minutes!", version as "version!"
           from app.ai_alert_rules($1)"#,
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Rule {
                kind: Kind::named(&row.kind)?,
                active: row.active,
                threshold: row.threshold,
                window_minutes: row.window_minutes,
                version: row.version,
            })
        })
        .collect()
}

/// Writes a rule; false when what there is is not at its version any more.
pub(super) async fn set(tx: &mut Tx, by: UserId, rule: &Rule) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "insert into ai_alert_rule as r (org_id, kind, active, threshold, window_minutes, updated_by, updated_at) select $1, $2, $3, $4, $5, $6, $7
         where $8 = 0::bigint or exists (select from ai_alert_rule where org_id = $1 and kind = $2)
         on conflict (org_id, kind) do update
         set active = $3, threshold = $4, window_minutes = $5, updated_by = $6, updated_at = $7, version = r.version + 1 where r.version = $8",
        org,
        rule.kind.as_str(),
        rule.active,
        rule.threshold,
        rule.window_minutes,
        by.0,
        now,
        rule.version,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The latest episodes, those that last first.
pub(super) async fn episodes(tx: &mut Tx) -> Result<Vec<Episode>> {
    let rows = sqlx::query!(
        r#"select a.id, a.kind, a.name, a.user_id, u.name as "person?", a.value, a.threshold, a.began_at, a.ended_at
           from ai_alert a left join app_user u on u.org_id = a.org_id and u.id = a.user_id
           where a.org_id = $1 order by a.ended_at is not null, a.began_at desc, a.id desc limit 50"#,
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Episode {
                id: row.id,
                kind: Kind::named(&row.kind)?,
                name: row.name,
                person: Ref::of(row.user_id, row.person),
                value: row.value,
                threshold: row.threshold,
                began_at: row.began_at,
                ended_at: row.ended_at,
            })
        })
        .collect()
}

/// Something that has reached the threshold of its rule.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    pub org: Uuid,
    pub kind: String,
    pub subject: String,
    pub value: f64,
    pub threshold: f64,
    pub user: Option<Uuid>,
    pub name: Option<String>,
}

/// What has reached its threshold by now, everywhere.
pub(super) async fn reached(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<Vec<Reached>> {
    let rows = sqlx::query_as!(
        Reached,
        r#"select org_id as "org!", kind as "kind!", subject as "subject!", value as "value!", threshold as "threshold!", user_id as "user?", name as "name?"
           from app.ai_measures($1)"#,
        now
    );
    Ok(rows.fetch_all(tx.db()).await?)
}

/// Begins the episode of what was reached; false when it lasts already, which keeps the newest value.
pub(super) async fn begin(
    tx: &mut SystemTx,
    id: Uuid,
    reached: &Reached,
    name: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let begun = sqlx::query_scalar!(
        r#"insert into ai_alert as a (org_id, id, kind, subject, name, user_id, value, threshold, began_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (org_id, kind, subject) where ended_at is null do update set value = excluded.value
           returning a.id = $2 as "fresh!""#,
        reached.org,
        id,
        reached.kind,
        reached.subject,
        name,
        reached.user,
        reached.value,
        reached.threshold,
        now,
    );
    Ok(begun.fetch_one(tx.db()).await?)
}

/// An episode that is over.
#[derive(Debug)]
pub(super) struct Over {
    pub org: Uuid,
    pub id: Uuid,
    pub name: String,
}

/// Ends the episodes of all that is not reached any more.
pub(super) async fn end(tx: &mut SystemTx, reached: &[Reached], now: DateTime<Utc>) -> Result<Vec<Over>> {
    let orgs: Vec<Uuid> = reached.iter().map(|one| one.org).collect();
    let kinds: Vec<String> = reached.iter().map(|one| one.kind.clone()).collect();
    let subjects: Vec<String> = reached.iter().map(|one| one.subject.clone()).collect();
    let over = sqlx::query_as!(
        Over,
        "update ai_alert a set ended_at = $4
         where a.ended_at is null
           and (a.org_id, a.kind, a.subject) not in (select * from unnest($1::uuid[], $2::text[], $3::text[]))
         returning a.org_id as org, a.id, a.name",
        &orgs,
        &kinds,
        &subjects,
        now,
    );
    Ok(over.fetch_all(tx.db()).await?)
}

/// Who may change the guardrails of an organisation.
pub(super) async fn administrators(tx: &mut SystemTx, org: Uuid) -> Result<Vec<Uuid>> {
    let all =
        sqlx::query_scalar!(r#"select holders as "id!" from app.holders($1, 'guardrail.update') as holders"#, org);
    Ok(all.fetch_all(tx.db()).await?)
}

/// Keeps servers from looking at the same time: the second waits for what the first has written.
pub(super) async fn alone(tx: &mut SystemTx) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('ai_alert', 0))").execute(tx.db()).await?;
    Ok(())
}
