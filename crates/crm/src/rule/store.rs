//! The SQL of facts: what the catalogue of rules names, for many records at once, as far as the actor may see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::{Currency, Money, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::{Facts, RuleObject, Value};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{custom_field, opportunity};

/// The facts of live records, by id. What is hidden from the actor is left out: records, and what they refer to.
///
/// # Errors
/// When the database is gone.
pub async fn facts(tx: &mut Tx, object: RuleObject, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let mut found = plain_facts(tx, object, ids).await?;
    custom_field::facts::add(tx, object, &mut found).await?;
    Ok(found)
}

/// The same without custom fields.
///
/// # Errors
/// When the database is gone.
pub async fn plain_facts(tx: &mut Tx, object: RuleObject, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let today = Value::Date(tx.now().date_naive());
    let mut found = match object {
        RuleObject::Opportunity => opportunities(tx, ids).await?,
        RuleObject::Account => accounts(tx, ids).await?,
        RuleObject::Contact => contacts(tx, ids).await?,
        RuleObject::Lead => leads(tx, ids).await?,
        RuleObject::Task => tasks(tx, ids).await?,
    };
    for facts in found.values_mut() {
        facts.put("today", today.clone());
    }
    Ok(found)
}

fn money(minor: Option<i64>, currency: Currency) -> Value {
    Value::number(minor.map(|minor| Money::new(minor, currency).to_decimal()))
}

fn text(text: Option<&String>) -> Value {
    Value::text(text.map(String::as_str))
}

fn of<const N: usize>(facts: [(&str, Value); N]) -> Facts {
    let mut all = Facts::default();
    facts.into_iter().for_each(|(name, value)| all.put(name, value));
    all
}

/// Whole days from a moment until now; none of what has not begun.
fn days(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Value {
    Value::Int(since.map_or(0, |since| (now - since).num_days().max(0)))
}

/// The facts of deals, of the rows that this part of a statement says.
macro_rules! deals {
    ($tx:ident, $from:tt, $($given:expr),*) => {{
        let base = opportunity::store::base_currency($tx).await?;
        let now = $tx.now();
        let rows = sqlx::query!(
            r#"select t.id as "id!", t.name as "name!", t.amount_base, t.currency, t.close_date, t.probability as "probability!", t.forecast_category as "forecast_category!", t.lost_notes, t.won_notes, t.next_step, t.follow_up_date, t.tags as "tags!",
                      t.external_id, t.created_at as "created_at!", t.stage_entered_at as "stage_entered_at?",
                      (select a.occurred_at from activity a where a.org_id = t.org_id and a.opportunity_id = t.id and a.deleted_at is null
                       and a.occurred_at <= $2 order by a.occurred_at desc limit 1) as last_activity,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.type_id) as type,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.source_id) as source,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.industry_id) as industry,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.region_id) as region,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.lost_reason_id) as lost_reason,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.lost_to_id) as lost_to,
                      (select name from choice c where c.org_id = t.org_id and c.id = t.won_reason_id) as won_reason,
                      (select name from pipeline p where p.org_id = t.org_id and p.id = t.pipeline_id) as pipeline,
                      s.name as stage_name, s.kind as stage_kind, s.position as stage_position, s.probability as stage_probability,
                      u.name as owner_name, u.email as owner_email,
                      (select name from team m where m.org_id = u.org_id and m.id = u.team_id) as owner_team,
                      a.name as "account_name?", a.domain as "account_domain?", a.country as "account_country?", a.employees as "account_employees?",
                      a.revenue_minor as "account_revenue?", a.tags as "account_tags?",
                      (select name from choice c where c.org_id = a.org_id and c.id = a.industry_id) as account_industry,
                      (select name from choice c where c.org_id = a.org_id and c.id = a.region_id) as account_region,
                      p.name as "contact_name?", p.email as "contact_email?", p.title as "contact_title?"
               "# + $from + r#"
               join stage s on s.org_id = t.org_id and s.id = t.stage_id
               join app_user u on u.org_id = t.org_id and u.id = t.owner_id
               left join account a on a.org_id = t.org_id and a.id = t.account_id
               left join contact p on p.org_id = t.org_id and p.id = t.primary_contact_id
               where t.org_id = $1"#,
            $tx.org().0,
            now,
            $($given),*
        )
        .fetch_all($tx.db())
        .await?;
        rows
            .into_iter()
            .map(|r| {
                let facts = of([
                    ("name", Value::text(Some(&r.name))),
                    ("amount", money(r.amount_base, base)),
                    ("currency", text(r.currency.as_ref())),
                    ("close_date", Value::date(r.close_date)),
                    ("probability", Value::Int(r.probability)),
                    ("forecast_category", Value::text(Some(&r.forecast_category))),
                    ("type", text(r.r#type.as_ref())),
                    ("source", text(r.source.as_ref())),
                    ("industry", text(r.industry.as_ref())),
                    ("region", text(r.region.as_ref())),
                    ("lost_reason", text(r.lost_reason.as_ref())),
                    ("lost_notes", text(r.lost_notes.as_ref())),
                    ("lost_to", text(r.lost_to.as_ref())),
                    ("won_reason", text(r.won_reason.as_ref())),
                    ("won_notes", text(r.won_notes.as_ref())),
                    ("next_step", text(r.next_step.as_ref())),
                    ("follow_up_date", Value::date(r.follow_up_date)),
                    ("tags", Value::texts(&r.tags)),
                    ("external_id", text(r.external_id.as_ref())),
                    ("created_at", Value::Timestamp(r.created_at)),
                    ("days_in_stage", days(r.stage_entered_at, now)),
                    ("days_without_activity", days(Some(r.last_activity.unwrap_or(r.created_at)), now)),
                    ("pipeline.name", text(r.pipeline.as_ref())),
                    ("stage.name", Value::text(Some(&r.stage_name))),
                    ("stage.kind", Value::text(Some(&r.stage_kind))),
                    ("stage.position", Value::Int(r.stage_position.into())),
                    ("stage.probability", Value::Int(r.stage_probability.into())),
                    ("owner.name", Value::text(Some(&r.owner_name))),
                    ("owner.email", Value::text(Some(&r.owner_email))),
                    ("owner.team", text(r.owner_team.as_ref())),
                    ("account.name", text(r.account_name.as_ref())),
                    ("account.domain", text(r.account_domain.as_ref())),
                    ("account.industry", text(r.account_industry.as_ref())),
                    ("account.region", text(r.account_region.as_ref())),
                    ("account.country", text(r.account_country.as_ref())),
                    ("account.employees", Value::int(r.account_employees)),
                    ("account.annual_revenue", money(r.account_revenue, base)),
                    ("account.tags", r.account_tags.map_or(Value::Missing, |tags| Value::texts(&tags))),
                    ("primary_contact.name", text(r.contact_name.as_ref())),
                    ("primary_contact.email", text(r.contact_email.as_ref())),
                    ("primary_contact.title", text(r.contact_title.as_ref())),
                ]);
                (r.id, facts)
            })
            .collect::<HashMap<Uuid, Facts>>()
    }};
}

async fn opportunities(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    Ok(deals!(tx, "from (select * from opportunity where org_id = $1 and id = any ($3) and deleted_at is null) t", ids))
}

/// The facts of a deal as they would be with these columns: of a new one, or of one that is there.
///
/// # Errors
/// When the database is gone.
pub async fn facts_as_if(tx: &mut Tx, id: Uuid, columns: &Map<String, Json>) -> Result<Option<Facts>> {
    let given = Json::Object(columns.clone());
    let mut found = deals!(
        tx,
        "from (select t.* from (select $3::uuid as id) k left join opportunity o on o.org_id = $1 and o.id = k.id cross join lateral jsonb_populate_record(o, $4) t) t",
        id,
        given
    );
    custom_field::facts::add_as_if(tx, &mut found, columns.get("custom")).await?;
    let today = Value::Date(tx.now().date_naive());
    Ok(found.remove(&id).map(|mut facts| {
        facts.put("today", today);
        facts
    }))
}

async fn accounts(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let base = opportunity::store::base_currency(tx).await?;
    let now = tx.now();
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.domain, t.phone, t.website, t.employees, t.revenue_minor, t.founded_year, t.country, t.tags, t.external_id, t.created_at,
                  (select a.occurred_at from activity a where a.org_id = t.org_id and a.account_id = t.id and a.deleted_at is null
                   and a.occurred_at <= $3 order by a.occurred_at desc limit 1) as last_activity,
                  (select name from choice c where c.org_id = t.org_id and c.id = t.industry_id) as industry,
                  (select name from choice c where c.org_id = t.org_id and c.id = t.region_id) as region,
                  (select name from account a where a.org_id = t.org_id and a.id = t.parent_id) as parent,
                  u.name as owner_name, u.email as owner_email,
                  (select name from team m where m.org_id = u.org_id and m.id = u.team_id) as owner_team
           from account t join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
        tx.org().0,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let facts = of([
                ("name", Value::text(Some(&r.name))),
                ("domain", text(r.domain.as_ref())),
                ("phone", text(r.phone.as_ref())),
                ("website", text(r.website.as_ref())),
                ("industry", text(r.industry.as_ref())),
                ("region", text(r.region.as_ref())),
                ("employees", Value::int(r.employees)),
                ("annual_revenue", money(r.revenue_minor, base)),
                ("founded_year", Value::int(r.founded_year)),
                ("country", text(r.country.as_ref())),
                ("tags", Value::texts(&r.tags)),
                ("external_id", text(r.external_id.as_ref())),
                ("created_at", Value::Timestamp(r.created_at)),
                ("days_without_activity", days(Some(r.last_activity.unwrap_or(r.created_at)), now)),
                ("parent.name", text(r.parent.as_ref())),
                ("owner.name", Value::text(Some(&r.owner_name))),
                ("owner.email", Value::text(Some(&r.owner_email))),
                ("owner.team", text(r.owner_team.as_ref())),
            ]);
            (r.id, facts)
        })
        .collect())
}

async fn contacts(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let now = tx.now();
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.first_name, t.last_name, t.title, t.email, t.phone, t.tags, t.external_id, t.created_at,
                  (select a.occurred_at from activity a where a.org_id = t.org_id and a.contact_id = t.id and a.deleted_at is null
                   and a.occurred_at <= $3 order by a.occurred_at desc limit 1) as last_activity,
                  a.name as "account_name?", a.domain as "account_domain?", a.country as "account_country?",
                  (select name from choice c where c.org_id = a.org_id and c.id = a.industry_id) as account_industry,
                  (select name from choice c where c.org_id = a.org_id and c.id = a.region_id) as account_region,
                  u.name as owner_name, u.email as owner_email,
                  (select name from team m where m.org_id = u.org_id and m.id = u.team_id) as owner_team
           from contact t join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
        tx.org().0,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let facts = of([
                ("name", Value::text(Some(&r.name))),
                ("first_name", Value::text(Some(&r.first_name))),
                ("last_name", Value::text(Some(&r.last_name))),
                ("title", text(r.title.as_ref())),
                ("email", text(r.email.as_ref())),
                ("phone", text(r.phone.as_ref())),
                ("tags", Value::texts(&r.tags)),
                ("external_id", text(r.external_id.as_ref())),
                ("created_at", Value::Timestamp(r.created_at)),
                ("days_without_activity", days(Some(r.last_activity.unwrap_or(r.created_at)), now)),
                ("account.name", text(r.account_name.as_ref())),
                ("account.domain", text(r.account_domain.as_ref())),
                ("account.industry", text(r.account_industry.as_ref())),
                ("account.region", text(r.account_region.as_ref())),
                ("account.country", text(r.account_country.as_ref())),
                ("owner.name", Value::text(Some(&r.owner_name))),
                ("owner.email", Value::text(Some(&r.owner_email))),
                ("owner.team", text(r.owner_team.as_ref())),
            ]);
            (r.id, facts)
        })
        .collect())
}

async fn leads(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let now = tx.now();
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.first_name, t.last_name, t.company, t.title, t.email, t.phone, t.website, t.country, t.rating, t.description, t.tags,
                  t.external_id, t.created_at,
                  (select a.occurred_at from activity a where a.org_id = t.org_id and a.lead_id = t.id and a.deleted_at is null
                   and a.occurred_at <= $3 order by a.occurred_at desc limit 1) as last_activity, s.name as status_name, s.category as "status_category!",
                  (select name from choice c where c.org_id = t.org_id and c.id = t.source_id) as source,
                  (select name from choice c where c.org_id = t.org_id and c.id = t.industry_id) as industry,
                  (select name from choice c where c.org_id = t.org_id and c.id = t.region_id) as region,
                  u.name as owner_name, u.email as owner_email,
                  (select name from team m where m.org_id = u.org_id and m.id = u.team_id) as owner_team
           from lead t join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           join choice s on s.org_id = t.org_id and s.id = t.status_id
           where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
        tx.org().0,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let facts = of([
                ("name", Value::text(Some(&r.name))),
                ("first_name", Value::text(Some(&r.first_name))),
                ("last_name", Value::text(Some(&r.last_name))),
                ("company", text(r.company.as_ref())),
                ("title", text(r.title.as_ref())),
                ("email", text(r.email.as_ref())),
                ("phone", text(r.phone.as_ref())),
                ("website", text(r.website.as_ref())),
                ("country", text(r.country.as_ref())),
                ("rating", text(r.rating.as_ref())),
                ("description", text(r.description.as_ref())),
                ("source", text(r.source.as_ref())),
                ("industry", text(r.industry.as_ref())),
                ("region", text(r.region.as_ref())),
                ("tags", Value::texts(&r.tags)),
                ("external_id", text(r.external_id.as_ref())),
                ("created_at", Value::Timestamp(r.created_at)),
                ("days_without_activity", days(Some(r.last_activity.unwrap_or(r.created_at)), now)),
                ("status.name", Value::text(Some(&r.status_name))),
                ("status.category", Value::text(Some(&r.status_category))),
                ("owner.name", Value::text(Some(&r.owner_name))),
                ("owner.email", Value::text(Some(&r.owner_email))),
                ("owner.team", text(r.owner_team.as_ref())),
            ]);
            (r.id, facts)
        })
        .collect())
}

async fn tasks(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let rows = sqlx::query!(
        r#"select t.id, t.title, t.notes, t.due_date, t.priority, t.done_at is not null as "done!", t.created_at,
                  u.name as assignee_name, u.email as assignee_email,
                  (select name from team m where m.org_id = u.org_id and m.id = u.team_id) as assignee_team,
                  (select name from account a where a.org_id = t.org_id and a.id = t.account_id) as account,
                  (select name from contact c where c.org_id = t.org_id and c.id = t.contact_id) as contact,
                  (select name from opportunity o where o.org_id = t.org_id and o.id = t.opportunity_id) as opportunity
           from task t join app_user u on u.org_id = t.org_id and u.id = t.assignee_id
           where t.org_id = $1 and t.id = any ($2) and t.deleted_at is null"#,
        tx.org().0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let facts = of([
                ("title", Value::text(Some(&r.title))),
                ("notes", text(r.notes.as_ref())),
                ("due_date", Value::date(r.due_date)),
                ("priority", Value::text(Some(&r.priority))),
                ("done", Value::Bool(r.done)),
                ("created_at", Value::Timestamp(r.created_at)),
                ("assignee.name", Value::text(Some(&r.assignee_name))),
                ("assignee.email", Value::text(Some(&r.assignee_email))),
                ("assignee.team", text(r.assignee_team.as_ref())),
                ("account.name", text(r.account.as_ref())),
                ("contact.name", text(r.contact.as_ref())),
                ("opportunity.name", text(r.opportunity.as_ref())),
            ]);
            (r.id, facts)
        })
        .collect())
}

/// Ids of live records after `after`, in order; what the actor may not see is left out.
pub async fn page(tx: &mut Tx, object: RuleObject, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    Ok(match object {
        RuleObject::Opportunity => {
            sqlx::query_scalar!(
                "select id from opportunity where org_id = $1 and id > $2 and deleted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        RuleObject::Account => {
            sqlx::query_scalar!(
                "select id from account where org_id = $1 and id > $2 and deleted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        RuleObject::Contact => {
            sqlx::query_scalar!(
                "select id from contact where org_id = $1 and id > $2 and deleted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        RuleObject::Lead => {
            sqlx::query_scalar!(
                "select id from lead where org_id = $1 and id > $2 and deleted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        RuleObject::Task => {
            sqlx::query_scalar!(
                "select id from task where org_id = $1 and id > $2 and deleted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
    })
}
