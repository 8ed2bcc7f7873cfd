//! The SQL of plans.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, AccountPlanId, ContactId, ObjectiveId, UserId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use serde_json::json;
use uuid::Uuid;

use super::{Fields, KeptObjective, KeptPerson, Plan};

struct Row {
    id: AccountPlanId,
    account_id: AccountId,
    period: String,
    with_below: bool,
    goal: Option<String>,
    target_minor: Option<i64>,
    currency: Option<String>,
    strategy: Option<String>,
    strengths: Option<String>,
    weaknesses: Option<String>,
    opportunities: Option<String>,
    threats: Option<String>,
    white_space: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_plan(self, people: Vec<KeptPerson>, objectives: Vec<KeptObjective>) -> Result<Plan> {
        let target = match (self.target_minor, &self.currency) {
            (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
            _ => None,
        };
        Ok(Plan {
            id: self.id,
            account_id: self.account_id,
            fields: Fields {
                period: self.period.parse().map_err(|why: String| Error::internal(why))?,
                with_below: self.with_below,
                goal: self.goal,
                target,
                strategy: self.strategy,
                strengths: self.strengths,
                weaknesses: self.weaknesses,
                opportunities: self.opportunities,
                threats: self.threats,
                white_space: self.white_space,
                people,
                objectives,
            },
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The plans of an account, the last period first; only this one, when given. Live, or else deleted.
pub async fn plans(tx: &mut Tx, account: AccountId, id: Option<AccountPlanId>, deleted: bool) -> Result<Vec<Plan>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: AccountPlanId", account_id as "account_id: AccountId", period, with_below, goal, target_minor, currency, strategy, strengths,
                  weaknesses, opportunities, threats, white_space, version, created_at, updated_at
           from account_plan where org_id = $1 and account_id = $2 and ($3::uuid is null or id = $3) and (deleted_at is not null) = $4
           order by period desc, id limit 200"#,
        tx.org().0,
        account.0,
        id.map(|i| i.0),
        deleted,
    )
    .fetch_all(tx.db())
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let (mut people, mut objectives) = (people(tx, &ids).await?, objectives(tx, &ids).await?);
    let whole = |row: Row| {
        let parts = (people.remove(&row.id.0), objectives.remove(&row.id.0));
        row.into_plan(parts.0.unwrap_or_default(), parts.1.unwrap_or_default())
    };
    rows.into_iter().map(whole).collect()
}

/// One plan.
pub async fn find(tx: &mut Tx, account: AccountId, id: AccountPlanId, deleted: bool) -> Result<Option<Plan>> {
    Ok(plans(tx, account, Some(id), deleted).await?.pop())
}

/// Whose plan it is, deleted or not.
pub async fn account_of(tx: &mut Tx, id: AccountPlanId) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select account_id as "id: AccountId" from account_plan where org_id = $1 and id = $2"#,
        tx.org().0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?)
}

async fn people(tx: &mut Tx, plans: &[Uuid]) -> Result<HashMap<Uuid, Vec<KeptPerson>>> {
    let rows = sqlx::query!(
        r#"select plan_id, contact_id as "contact_id: ContactId", role, influence, attitude, note from account_plan_person
           where org_id = $1 and plan_id = any ($2) order by plan_id, position, contact_id"#,
        tx.org().0,
        plans,
    )
    .fetch_all(tx.db())
    .await?;
    let mut of: HashMap<Uuid, Vec<KeptPerson>> = HashMap::new();
    for r in rows {
        of.entry(r.plan_id).or_default().push(KeptPerson {
            contact_id: r.contact_id,
            role: r.role,
            influence: r.influence.parse()?,
            attitude: r.attitude.parse()?,
            note: r.note,
        });
    }
    Ok(of)
}

async fn objectives(tx: &mut Tx, plans: &[Uuid]) -> Result<HashMap<Uuid, Vec<KeptObjective>>> {
    let rows = sqlx::query!(
        r#"select plan_id, id as "id: ObjectiveId", title, owner_id as "owner_id: UserId", due_on, state, measure, target from account_plan_objective
           where org_id = $1 and plan_id = any ($2) order by plan_id, position, id"#,
        tx.org().0,
        plans,
    )
    .fetch_all(tx.db())
    .await?;
    let mut of: HashMap<Uuid, Vec<KeptObjective>> = HashMap::new();
    for r in rows {
        of.entry(r.plan_id).or_default().push(KeptObjective {
            id: r.id,
            title: r.title,
            owner_id: r.owner_id,
            due_on: r.due_on,
            state: r.state.parse()?,
            measure: r.measure.parse()?,
            target: r.target,
        });
    }
    Ok(of)
}

/// How many plans an account has.
pub async fn count(tx: &mut Tx, account: AccountId) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from account_plan where org_id = $1 and account_id = $2 and deleted_at is null"#,
        org,
        account.0
    )
    .fetch_one(tx.db())
    .await?)
}

fn taken() -> Error {
    Error::conflict("plan_exists", "the account has a plan for this period already").on("period")
}

/// Adds a plan at version 1.
///
/// # Errors
/// 409 `plan_exists`.
pub async fn insert(tx: &mut Tx, account: AccountId, id: AccountPlanId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into account_plan (org_id, id, account_id, period, with_below, goal, target_minor, currency, strategy, strengths, weaknesses, opportunities,
             threats, white_space, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        org,
        id.0,
        account.0,
        f.period.to_string(),
        f.with_below,
        f.goal,
        f.target.map(|m| m.minor),
        f.target.map(|m| m.currency.code()),
        f.strategy,
        f.strengths,
        f.weaknesses,
        f.opportunities,
        f.threats,
        f.white_space,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_plan_period_key", taken)?;
    write_parts(tx, id, f).await
}

/// Writes the fields if the plan is still at `version`; false when it is not.
///
/// # Errors
/// 409 `plan_exists`.
pub async fn update(tx: &mut Tx, id: AccountPlanId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update account_plan set period = $4, with_below = $5, goal = $6, target_minor = $7, currency = $8, strategy = $9, strengths = $10,
             weaknesses = $11, opportunities = $12, threats = $13, white_space = $14, updated_at = $15, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.period.to_string(),
        f.with_below,
        f.goal,
        f.target.map(|m| m.minor),
        f.target.map(|m| m.currency.code()),
        f.strategy,
        f.strengths,
        f.weaknesses,
        f.opportunities,
        f.threats,
        f.white_space,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_plan_period_key", taken)?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("delete from account_plan_person where org_id = $1 and plan_id = $2", org, id.0)
        .execute(tx.db())
        .await?;
    sqlx::query!("delete from account_plan_objective where org_id = $1 and plan_id = $2", org, id.0)
        .execute(tx.db())
        .await?;
    write_parts(tx, id, f).await?;
    Ok(true)
}

async fn write_parts(tx: &mut Tx, id: AccountPlanId, f: &Fields) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into account_plan_person (org_id, plan_id, position, contact_id, role, influence, attitude, note)
         select $1, $2, e.n::int, (e.v ->> 'contact_id')::uuid, e.v ->> 'role', e.v ->> 'influence', e.v ->> 'attitude', e.v ->> 'note'
         from jsonb_array_elements($3) with ordinality as e (v, n)",
        org,
        id.0,
        json!(f.people),
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into account_plan_objective (org_id, plan_id, position, id, title, owner_id, due_on, state, measure, target)
         select $1, $2, e.n::int, (e.v ->> 'id')::uuid, e.v ->> 'title', (e.v ->> 'owner_id')::uuid, (e.v ->> 'due_on')::date, e.v ->> 'state',
                e.v ->> 'measure', (e.v ->> 'target')::bigint
         from jsonb_array_elements($3) with ordinality as e (v, n)",
        org,
        id.0,
        json!(f.objectives),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts a plan away, or takes it out again; false when it is not at `version` any more.
///
/// # Errors
/// 409 `plan_exists`, when the account has got another one for the period.
pub async fn set_deleted(tx: &mut Tx, id: AccountPlanId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update account_plan set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("account_plan_period_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// The names of those of a plan's people whom the actor may see.
pub async fn contact_names(tx: &mut Tx, people: &[KeptPerson]) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = people.iter().map(|p| p.contact_id.0).collect();
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select id, name from contact where org_id = $1 and id = any ($2) and deleted_at is null",
        org,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// The names of those who own a plan's objectives.
pub async fn owner_names(tx: &mut Tx, objectives: &[KeptObjective]) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = objectives.iter().filter_map(|o| o.owner_id).map(|id| id.0).collect();
    let org = tx.org().0;
    let rows = sqlx::query!("select id, name from app_user where org_id = $1 and id = any ($2)", org, &ids)
        .fetch_all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Which of these contacts the actor may not see, or are not there; and which of these people are not active.
pub async fn unknown(tx: &mut Tx, contacts: &[Uuid], owners: &[Uuid]) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    let rows = sqlx::query_scalar!(
        r#"select w.id as "id!" from unnest($2::uuid[]) as w (id)
           where not exists (select from contact c where c.org_id = $1 and c.id = w.id and c.deleted_at is null)
           union all
           select w.id from unnest($3::uuid[]) as w (id)
           where not exists (select from app_user u where u.org_id = $1 and u.id = w.id and u.active)"#,
        org,
        contacts,
        owners,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows)
}
