//! The SQL of budgets.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Budget, Exceeded, Metric, Period, Reservation, Scope, Warned};

/// What a budget says, as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub scope: Scope,
    pub role: Option<Uuid>,
    pub person: Option<Uuid>,
    pub metric: Metric,
    pub period: Period,
    pub amount: i64,
}

fn shown(metric: Metric, amount: i64) -> String {
    match metric {
        Metric::Requests | Metric::Tokens => amount.to_string(),
        Metric::Cost => Decimal::new(amount, 6).normalize().to_string(),
    }
}

/// All budgets with what is used of them now; or one.
pub(super) async fn all(tx: &mut Tx, one: Option<Uuid>) -> Result<Vec<Budget>> {
    let rows = sqlx::query!(
        r#"select b.id, b.scope, b.role_id, r.name as "role?", b.user_id, p.name as "person?", b.metric, b.period, b.amount, b.version,
                  app.ai_starts(b.period, $3) as "starts!",
                  coalesce((select case b.scope when 'each' then max(used) else sum(used) end
                            from (select case b.metric when 'requests' then u.requests when 'tokens' then u.tokens else u.cost_micros end as used
                                  from ai_usage u
                                  where u.org_id = b.org_id and u.period = b.period and u.starts = app.ai_starts(b.period, $3)
                                    and case b.scope when 'person' then u.user_id = b.user_id
                                                     when 'role' then exists (select from user_role m where m.org_id = b.org_id and m.role_id = b.role_id
                                                                              and m.user_id = u.user_id)
                                                     else true end) as each), 0)::bigint as "used!"
           from ai_budget b left join role r on r.org_id = b.org_id and r.id = b.role_id
           left join app_user p on p.org_id = b.org_id and p.id = b.user_id
           where b.org_id = $1 and ($2::uuid is null or b.id = $2)
           order by array_position(array['organisation', 'role', 'person', 'each'], b.scope), r.name, p.name, b.metric,
                    array_position(array['minute', 'hour', 'day', 'month'], b.period)"#,
        tx.org().0,
        one,
        tx.now(),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            let (metric, period) = (Metric::named(&row.metric)?, Period::named(&row.period)?);
            Ok(Budget {
                id: row.id,
                scope: Scope::named(&row.scope)?,
                role: Ref::of(row.role_id, row.role),
                person: Ref::of(row.user_id, row.person),
                metric,
                period,
                amount: shown(metric, row.amount),
                used: shown(metric, row.used),
                until: period.ends(row.starts),
                version: row.version,
            })
        })
        .collect()
}

/// Writes a budget. A second one of the same kind violates `ai_budget`'s uniqueness.
pub(super) async fn insert(tx: &mut Tx, by: UserId, said: &Said) -> Result<Uuid> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let written = sqlx::query!(
        "insert into ai_budget (org_id, id, scope, role_id, user_id, metric, period, amount, updated_by, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (org_id, scope, role_id, user_id, metric, period) do nothing",
        org,
        id,
        said.scope.as_str(),
        said.role,
        said.person,
        said.metric.as_str(),
        said.period.as_str(),
        said.amount,
        by.0,
        now
    )
    .execute(tx.db())
    .await?;
    if written.rows_affected() == 0 {
        return Err(Error::conflict("budget_exists", "there is a budget of this kind already; change its amount"));
    }
    Ok(id)
}

/// Changes the amount of a budget that is still at `version`; false when it is not.
pub(super) async fn update(tx: &mut Tx, id: Uuid, version: i64, by: UserId, amount: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update ai_budget set amount = $4, updated_by = $5, updated_at = $6, version = version + 1 where org_id = $1 and id = $2 and version = $3",
        org,
        id,
        version,
        amount,
        by.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

pub(super) async fn delete(tx: &mut Tx, id: Uuid, version: i64) -> Result<bool> {
    let gone =
        sqlx::query!("delete from ai_budget where org_id = $1 and id = $2 and version = $3", tx.org().0, id, version);
    Ok(gone.execute(tx.db()).await?.rows_affected() == 1)
}

/// The name of a role or of a person, if it is there.
pub(super) async fn subject(tx: &mut Tx, role: Option<Uuid>, person: Option<Uuid>) -> Result<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"select name as "name!" from role where org_id = $1 and id = $2
           union all select name from app_user where org_id = $1 and id = $3 limit 1"#,
        tx.org().0,
        role,
        person
    );
    Ok(found.fetch_optional(tx.db()).await?)
}

/// What a call or a request is about to use at most.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub requests: i64,
    pub tokens: i64,
    /// None when nobody knows.
    pub cost_micros: Option<i64>,
}

/// Sets aside what a call may use, and counts requests; or the budget that this would exceed.
///
/// # Errors
/// When the database is gone.
pub async fn reserve(tx: &mut Tx, wanted: Wanted) -> Result<std::result::Result<Reservation, Exceeded>> {
    let (id, now) = (tx.new_id(), tx.now());
    let row = sqlx::query!(
        r#"select scope as "scope!", metric as "metric!", period as "period!", amount as "amount!", used as "used!", starts as "starts!"
           from app.ai_reserve($1, $2, $3, $4, $5) limit 1"#,
        id,
        wanted.requests,
        wanted.tokens,
        wanted.cost_micros,
        now
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(Ok(Reservation(id))) };
    Ok(Err(Exceeded {
        scope: Scope::named(&row.scope)?,
        metric: Metric::named(&row.metric)?,
        period: Period::named(&row.period)?,
        amount: row.amount,
        used: row.used,
        starts: row.starts,
    }))
}

/// Counts a request to the assistant.
///
/// # Errors
/// 429 `ai_budget_exceeded`.
pub async fn count_request(tx: &mut Tx) -> Result<()> {
    match reserve(tx, Wanted { requests: 1, ..Wanted::default() }).await? {
        Ok(_) => Ok(()),
        Err(exceeded) => exceeded.refuse(tx.now()),
    }
}

/// Counts what a call has used, and tells of budgets that are nearly used up by it: once in a period.
///
/// # Errors
/// When the database is gone.
pub async fn settle(tx: &mut Tx, reservation: Reservation, tokens: i64, cost_micros: i64) -> Result<Vec<Warned>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Warned,
        r#"select budget_id as "budget!", percent as "percent!" from app.ai_settle($1, $2, $3, $4)"#,
        reservation.0,
        tokens,
        cost_micros,
        now
    )
    .fetch_all(tx.db())
    .await?;
    for warned in &rows {
        let subject = Subject { object: "budget", id: warned.budget, name: "AI budget".to_owned(), version: None };
        let event = Event::with_id(tx.new_id().into(), "budget.warned", subject);
        tx.emit(event.data(serde_json::json!({ "percent": warned.percent })));
    }
    Ok(rows)
}

/// A budget that was nearly used up of late.
#[derive(Debug)]
pub(super) struct Warning {
    pub budget: Uuid,
    pub percent: i64,
    pub at: DateTime<Utc>,
}

/// The warnings of the periods that it is now.
pub(super) async fn warnings(tx: &mut Tx) -> Result<Vec<Warning>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Warning,
        r#"select w.budget_id as budget, max(w.percent) as "percent!", max(w.at) as "at!" from ai_budget_warning w
           join ai_budget b on b.org_id = w.org_id and b.id = w.budget_id
           where w.org_id = $1 and w.starts = app.ai_starts(b.period, $2) group by w.budget_id"#,
        tx.org().0,
        now
    );
    Ok(rows.fetch_all(tx.db()).await?)
}
