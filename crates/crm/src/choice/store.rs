//! The SQL of managed lists.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{ChoiceId, PipelineId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::StageKind;
use uuid::Uuid;

use super::{Category, Choice, Fields, LEAD_STATUSES, MAX_VALUES, STARTERS};
use crate::pipeline::{self, Pipeline, Stage, WipPolicy};

/// All values of all lists, in order.
pub async fn list(tx: &mut Tx) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        r#"select id as "id: ChoiceId", kind, name, position, archived_at is not null as "archived!", category, version
           from choice order by kind, position, id"#
    )
    .fetch_all(tx.db())
    .await?)
}

/// One value.
pub async fn find(tx: &mut Tx, id: ChoiceId) -> Result<Option<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        r#"select id as "id: ChoiceId", kind, name, position, archived_at is not null as "archived!", category, version
           from choice where org_id = $1 and id = $2"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Lets one writer at a time shape the organisation's lists.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0.to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('lists:' || $1, 0))", org).fetch_one(tx.db()).await?;
    Ok(())
}

fn taken() -> Error {
    Error::conflict("option_name_taken", "the list has a value of this name already").on("name")
}

/// Adds one value behind the others.
///
/// # Errors
/// 409 `option_name_taken`.
pub async fn add(tx: &mut Tx, id: ChoiceId, kind: &str, name: &str, category: Option<Category>) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into choice (org_id, id, kind, name, position, category)
         select $1, $2, $3, $4, coalesce(max(position), -1) + 1, case when $3 = 'lead_status' then coalesce($5, 'working') end
         from choice where org_id = $1 and kind = $3",
        org,
        id.0,
        kind,
        name,
        category.map(Category::as_str),
    )
    .execute(tx.db())
    .await
    .on_constraint("choice_name_key", taken)?;
    Ok(())
}

/// Writes the fields if the value is still at `version`; false when it is not.
///
/// # Errors
/// 409 `option_name_taken`.
pub async fn update(tx: &mut Tx, id: ChoiceId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update choice set name = $4, archived_at = case when $5 then coalesce(archived_at, $6) end, category = $7, updated_at = $6,
             version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.archived,
        now,
        f.category,
    )
    .execute(tx.db())
    .await
    .on_constraint("choice_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Puts the values of a list into this order.
pub async fn set_order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update choice c set position = n.n::int - 1, version = version + 1
         from unnest($2::uuid[]) with ordinality as n (id, n) where c.org_id = $1 and c.id = n.id and c.position <> n.n::int - 1",
        org,
        ids
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Removes a value that no record has.
///
/// # Errors
/// 409 `try_again` when a record has got it meanwhile.
pub async fn delete(tx: &mut Tx, id: ChoiceId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from choice where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await.map_err(
        |e| {
            let error = Error::from(e);
            if error.sqlstate().as_deref() == Some("23503") {
                return Error::conflict("try_again", "a record has got this value meanwhile; try again");
            }
            error
        },
    )?;
    Ok(())
}

/// How many records, in the bin too and whoever may see them, have a value.
pub async fn usage(tx: &mut Tx, id: ChoiceId) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select app.choice_usage($1) as "n!""#, id.0).fetch_one(tx.db()).await?)
}

/// Gives forms and assignment rules that have a value another one.
pub async fn replace_in_rules(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<()> {
    sqlx::query!("select app.replace_choice_in_rules($1, $2)", old.0, new.0).execute(tx.db()).await?;
    Ok(())
}

/// Gives activities that have an outcome another one.
pub async fn replace_on_activities(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<Vec<Replaced>> {
    Ok(sqlx::query_as!(
        Replaced,
        r#"select id as "id!", name as "name!", version as "version!", null::uuid as account_id, null::uuid as contact_id,
                  deleted as "deleted!" from app.replace_outcome($1, $2)"#,
        old.0,
        new.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// A record that has got another value.
#[derive(Debug)]
pub struct Replaced {
    pub id: Uuid,
    pub name: String,
    pub version: i64,
    pub account_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    pub deleted: bool,
}

/// Gives the opportunities that have a value another one.
pub async fn replace_on_opportunities(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<Vec<Replaced>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Replaced,
        r#"update opportunity set
               type_id = case when type_id = $2 then $3 else type_id end,
               source_id = case when source_id = $2 then $3 else source_id end,
               industry_id = case when industry_id = $2 then $3 else industry_id end,
               region_id = case when region_id = $2 then $3 else region_id end,
               lost_reason_id = case when lost_reason_id = $2 then $3 else lost_reason_id end,
               lost_to_id = case when lost_to_id = $2 then $3 else lost_to_id end,
               won_reason_id = case when won_reason_id = $2 then $3 else won_reason_id end,
               version = version + 1, updated_at = $4
           where org_id = $1 and $2 in (type_id, source_id, industry_id, region_id, lost_reason_id, lost_to_id, won_reason_id)
           returning id, name, version, account_id, primary_contact_id as contact_id, deleted_at is not null as "deleted!""#,
        org,
        old.0,
        new.0,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Gives what hangs on opportunities, contacts' roles or competitors, another value; answers whose parts they are.
pub async fn replace_on_parts(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<Vec<Replaced>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Replaced,
        r#"with roles as (
               update deal_contact set role_id = $3 where org_id = $1 and role_id = $2 returning opportunity_id
           ), there as (
               delete from deal_competitor c where c.org_id = $1 and c.competitor_id = $2
                   and exists (select from deal_competitor o where o.org_id = $1 and o.opportunity_id = c.opportunity_id and o.competitor_id = $3)
               returning opportunity_id
           ), others as (
               update deal_competitor c set competitor_id = $3 where c.org_id = $1 and c.competitor_id = $2
                   and not exists (select from deal_competitor o where o.org_id = $1 and o.opportunity_id = c.opportunity_id and o.competitor_id = $3)
               returning opportunity_id
           )
           update opportunity set version = version + 1, updated_at = $4
           where org_id = $1 and id in (select opportunity_id from roles union select opportunity_id from there union select opportunity_id from others)
           returning id, name, version, account_id, primary_contact_id as contact_id, deleted_at is not null as "deleted!""#,
        org,
        old.0,
        new.0,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Gives the accounts that have a value another one.
pub async fn replace_on_accounts(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<Vec<Replaced>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Replaced,
        r#"update account set
               industry_id = case when industry_id = $2 then $3 else industry_id end,
               region_id = case when region_id = $2 then $3 else region_id end,
               version = version + 1, updated_at = $4
           where org_id = $1 and $2 in (industry_id, region_id)
           returning id, name, version, id as "account_id?", null::uuid as contact_id, deleted_at is not null as "deleted!""#,
        org,
        old.0,
        new.0,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Gives the leads that have a value another one.
pub async fn replace_on_leads(tx: &mut Tx, old: ChoiceId, new: ChoiceId) -> Result<Vec<Replaced>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Replaced,
        r#"update lead set
               status_id = case when status_id = $2 then $3 else status_id end,
               source_id = case when source_id = $2 then $3 else source_id end,
               industry_id = case when industry_id = $2 then $3 else industry_id end,
               region_id = case when region_id = $2 then $3 else region_id end,
               version = version + 1, updated_at = $4
           where org_id = $1 and $2 in (status_id, source_id, industry_id, region_id)
           returning id, name, version, null::uuid as account_id, null::uuid as contact_id, deleted_at is not null as "deleted!""#,
        org,
        old.0,
        new.0,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Adds values that are not there yet (by name, ignoring case), behind the others.
///
/// # Errors
/// 422 `too_many_values`.
pub async fn insert(tx: &mut Tx, kind: &str, names: &[String]) -> Result<()> {
    let ids: Vec<_> = names.iter().map(|_| tx.new_id()).collect();
    let org = tx.org().0;
    let count = sqlx::query_scalar!(
        r#"with added as (
               insert into choice (org_id, id, kind, name, position, category)
               select $1, n.id, $2, n.name, (select coalesce(max(position), -1) from choice where org_id = $1 and kind = $2) + n.n,
                      case when $2 = 'lead_status' then 'working' end
               from unnest($3::uuid[], $4::text[]) with ordinality as n (id, name, n)
               on conflict (org_id, kind, lower(name)) do nothing returning 1
           )
           select (select count(*) from added) + (select count(*) from choice where org_id = $1 and kind = $2) as "n!""#,
        org,
        kind,
        &ids,
        names,
    )
    .fetch_one(tx.db())
    .await?;
    if usize::try_from(count).is_ok_and(|n| n > MAX_VALUES) {
        return Err(too_many());
    }
    Ok(())
}

/// The list is full.
#[must_use]
pub fn too_many() -> Error {
    Error::invalid("too_many_values", format!("a list has at most {MAX_VALUES} values"))
}

/// Gives a new organisation its master data: one pipeline and the managed lists. Does nothing when it has a pipeline.
pub async fn provision(tx: &mut Tx) -> Result<()> {
    if !pipeline::store::list(tx).await?.is_empty() {
        return Ok(());
    }
    let pipeline_id = PipelineId(tx.new_id());
    let stages = [
        ("Prospecting", 10, StageKind::Open),
        ("Qualified", 25, StageKind::Open),
        ("Engaging", 40, StageKind::Open),
        ("Proposal", 60, StageKind::Open),
        ("Negotiation", 80, StageKind::Open),
        ("Won", 100, StageKind::Won),
        ("Lost", 0, StageKind::Lost),
    ];
    let stages = (0..).zip(stages).map(|(position, (name, probability, kind))| Stage {
        id: StageId(tx.new_id()),
        pipeline_id,
        name: name.into(),
        position,
        probability,
        kind,
        colour: None,
        required_fields: Vec::new(),
        wip_limit: None,
        wip_policy: WipPolicy::Warn,
        forecast_category: None,
        version: 1,
    });
    let pipeline = Pipeline {
        id: pipeline_id,
        name: "Sales".into(),
        position: 0,
        archived: false,
        team_ids: Vec::new(),
        usable: true,
        version: 1,
        stages: stages.collect(),
    };
    pipeline::store::insert(tx, &pipeline).await?;
    for (kind, names) in STARTERS {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        insert(tx, kind, &names).await?;
    }
    for (name, category) in LEAD_STATUSES {
        let id = ChoiceId(tx.new_id());
        add(tx, id, "lead_status", name, Some(category)).await?;
    }
    Ok(())
}
