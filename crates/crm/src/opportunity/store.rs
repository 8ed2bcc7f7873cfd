//! The SQL of opportunities.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, OpportunityId, PipelineId, StageId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Money, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};

use super::{Fields, May, Opportunity, StageRef, StageVisit};
use crate::record::Ref;

/// An opportunity as the database gives it, with the names it refers to.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    id: OpportunityId,
    name: String,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    primary_contact_id: Option<ContactId>,
    contact_name: Option<String>,
    pipeline_id: PipelineId,
    stage_id: StageId,
    stage_name: String,
    stage_kind: String,
    stage_position: i32,
    stage_probability: i32,
    amount_minor: Option<i64>,
    currency: Option<String>,
    amount_from_lines: bool,
    amount_base: Option<i64>,
    expected_base: Option<i64>,
    close_date: Option<NaiveDate>,
    probability: i64,
    forecast_category: String,
    type_id: Option<ChoiceId>,
    source_id: Option<ChoiceId>,
    industry_id: Option<ChoiceId>,
    region_id: Option<ChoiceId>,
    owner_id: UserId,
    owner_name: String,
    team_id: Option<TeamId>,
    next_step: Option<String>,
    follow_up_date: Option<NaiveDate>,
    lost_reason_id: Option<ChoiceId>,
    lost_notes: Option<String>,
    lost_to_id: Option<ChoiceId>,
    won_reason_id: Option<ChoiceId>,
    won_notes: Option<String>,
    tags: Vec<String>,
    custom: Value,
    external_id: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    stage_entered_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    shared_to_edit: bool,
}

impl Row {
    /// As the API shows it to `actor`.
    ///
    /// # Errors
    /// Internal, when the database holds what the API has no word for.
    pub fn into_opportunity(self, actor: &Actor) -> Result<Opportunity> {
        Ok(self.into_record(actor.currency)?.allowing(actor))
    }

    fn into_record(self, base: Currency) -> Result<Opportunity> {
        let amount = match (self.amount_minor, &self.currency) {
            (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
            _ => None,
        };
        let in_base = |minor: Option<i64>| minor.map(|m| Money::new(m, base));
        Ok(Opportunity {
            id: self.id,
            account: Ref::of(self.account_id, self.account_name),
            primary_contact: Ref::of(self.primary_contact_id, self.contact_name),
            stage: StageRef {
                id: self.stage_id,
                name: self.stage_name,
                kind: self.stage_kind.parse()?,
                position: self.stage_position,
                probability: self.stage_probability,
            },
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            amount,
            amount_from_lines: self.amount_from_lines,
            amount_base: in_base(self.amount_base),
            expected_revenue: in_base(self.expected_base),
            forecast_category: self.forecast_category.parse()?,
            custom: match self.custom {
                Value::Object(map) => map,
                _ => Map::new(),
            },
            name: self.name,
            account_id: self.account_id,
            primary_contact_id: self.primary_contact_id,
            pipeline_id: self.pipeline_id,
            stage_id: self.stage_id,
            close_date: self.close_date,
            probability: self.probability,
            type_id: self.type_id,
            source_id: self.source_id,
            industry_id: self.industry_id,
            region_id: self.region_id,
            owner_id: self.owner_id,
            team_id: self.team_id,
            next_step: self.next_step,
            follow_up_date: self.follow_up_date,
            lost_reason_id: self.lost_reason_id,
            lost_notes: self.lost_notes,
            lost_to_id: self.lost_to_id,
            won_reason_id: self.won_reason_id,
            won_notes: self.won_notes,
            tags: self.tags,
            external_id: self.external_id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            stage_entered_at: self.stage_entered_at,
            closed_at: self.closed_at,
            archived_at: self.archived_at,
            may: May { update: false, delete: false },
            hidden_fields: Vec::new(),
            formula_errors: BTreeMap::new(),
            shared_to_edit: self.shared_to_edit,
        })
    }
}

/// One opportunity the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: OpportunityId, deleted: bool) -> Result<Option<Opportunity>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: OpportunityId", t.name, t.account_id as "account_id: AccountId", a.name as "account_name?",
                  t.primary_contact_id as "primary_contact_id: ContactId", c.name as "contact_name?", t.pipeline_id as "pipeline_id: PipelineId",
                  t.stage_id as "stage_id: StageId", s.name as stage_name, s.kind as stage_kind, s.position as stage_position,
                  s.probability as stage_probability, t.amount_minor, t.currency, t.amount_from_lines, t.amount_base, t.expected_base, t.close_date, t.probability,
                  t.forecast_category, t.type_id as "type_id: ChoiceId", t.source_id as "source_id: ChoiceId", t.industry_id as "industry_id: ChoiceId",
                  t.region_id as "region_id: ChoiceId", t.owner_id as "owner_id: UserId", u.name as owner_name, t.team_id as "team_id: TeamId",
                  t.next_step, t.follow_up_date, t.lost_reason_id as "lost_reason_id: ChoiceId", t.lost_notes,
                  t.lost_to_id as "lost_to_id: ChoiceId", t.won_reason_id as "won_reason_id: ChoiceId", t.won_notes, t.tags, t.custom, t.external_id, t.version,
                  t.created_at, t.updated_at, t.stage_entered_at, t.closed_at, t.archived_at,
                  (select app.principals()) <> '{}' and app.edits_until('opportunity', t.id) is not null as "shared_to_edit!"
           from opportunity t
           join stage s on s.org_id = t.org_id and s.id = t.stage_id
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           left join contact c on c.org_id = t.org_id and c.id = t.primary_contact_id
           where t.org_id = $1 and t.id = $2 and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        id.0,
        deleted,
    )
    .fetch_optional(tx.db())
    .await?;
    let base = base_currency(tx).await?;
    row.map(|row| row.into_record(base)).transpose()
}

/// Ids of what has one of the tags, whoever may see it; nothing when they are so many that it is quicker to look at each
/// record in turn.
pub async fn tagged(tx: &mut Tx, tags: &[String]) -> Result<Option<Vec<uuid::Uuid>>> {
    let org = tx.org().0;
    let found = sqlx::query_scalar!(
        r#"select coalesce(array_agg(g.opportunity_id), '{}') as "ids!" from (
               select opportunity_id from opportunity_tag where org_id = $1 and tag = any ($2) limit 2001) as g
           having count(*) <= 2000"#,
        org,
        tags
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(found)
}

/// Ids of what one of these contacts or competitors has a part in, as far as the actor sees it; nothing when they are so
/// many that it is quicker to look at each record in turn.
pub async fn with_part(tx: &mut Tx, table: &str, of: &[uuid::Uuid]) -> Result<Option<Vec<uuid::Uuid>>> {
    let org = tx.org().0;
    let found = if table == "deal_contact" {
        sqlx::query_scalar!(
            r#"select coalesce(array_agg(g.id), '{}') as "ids!" from (
                   (select opportunity_id as id from deal_contact where org_id = $1 and contact_id = any ($2) limit 2001)
                   union (select id from opportunity where org_id = $1 and primary_contact_id = any ($2) and deleted_at is null limit 2001)) as g
               having count(*) <= 2000"#,
            org,
            of
        )
        .fetch_optional(tx.db())
        .await?
    } else if table == "opportunity_line" {
        sqlx::query_scalar!(
            r#"select coalesce(array_agg(g.id), '{}') as "ids!" from (
                   select distinct opportunity_id as id from opportunity_line where org_id = $1 and product_id = any ($2) limit 2001) as g
               having count(*) <= 2000"#,
            org,
            of
        )
        .fetch_optional(tx.db())
        .await?
    } else {
        sqlx::query_scalar!(
            r#"select coalesce(array_agg(g.id), '{}') as "ids!" from (
                   (select opportunity_id as id from deal_competitor where org_id = $1 and competitor_id = any ($2) limit 2001)
                   union (select id from opportunity where org_id = $1 and lost_to_id = any ($2) and deleted_at is null limit 2001)) as g
               having count(*) <= 2000"#,
            org,
            of
        )
        .fetch_optional(tx.db())
        .await?
    };
    Ok(found)
}

/// The organisation's currency.
pub async fn base_currency(tx: &mut Tx) -> Result<Currency> {
    let org = tx.org().0;
    sqlx::query_scalar!("select currency from organisation where id = $1", org).fetch_one(tx.db()).await?.parse()
}

/// What a write derives from the fields.
#[derive(Debug)]
pub struct Derived {
    pub amount_base: Option<i64>,
    pub stage_entered_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

fn taken() -> Error {
    Error::conflict("external_id_taken", "another opportunity has this external id").on("external_id")
}

/// Adds an opportunity at version 1.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn insert(tx: &mut Tx, id: OpportunityId, f: &Fields, derived: &Derived) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into opportunity (org_id, id, name, account_id, primary_contact_id, pipeline_id, stage_id, amount_minor, currency, amount_base, close_date,
             probability, forecast_category, type_id, source_id, industry_id, region_id, owner_id, team_id, next_step, lost_reason_id, lost_notes, tags,
             custom, external_id, created_at, updated_at, stage_entered_at, closed_at, lost_to_id, won_reason_id, won_notes,
             amount_from_lines, follow_up_date)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $26, $27, $28, $29, $30, $31, $32, $33)",
        org,
        id.0,
        f.name,
        f.account_id.map(|i| i.0),
        f.primary_contact_id.map(|i| i.0),
        f.pipeline_id.0,
        f.stage_id.0,
        f.amount.map(|m| m.minor),
        f.amount.map(|m| m.currency.code()),
        derived.amount_base,
        f.close_date,
        f.probability,
        f.forecast_category.as_str(),
        f.type_id.map(|i| i.0),
        f.source_id.map(|i| i.0),
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        f.next_step,
        f.lost_reason_id.map(|i| i.0),
        f.lost_notes,
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
        derived.stage_entered_at,
        derived.closed_at,
        f.lost_to_id.map(|i| i.0),
        f.won_reason_id.map(|i| i.0),
        f.won_notes,
        f.amount_from_lines,
        f.follow_up_date,
    )
    .execute(tx.db())
    .await
    .on_constraint("opportunity_external_id_key", taken)?;
    Ok(())
}

/// Puts a deal below another one of its stage, or on top; false when the other one is not in it.
///
/// # Errors
/// When the database is gone.
pub async fn place_by_hand(tx: &mut Tx, id: OpportunityId, below: Option<OpportunityId>) -> Result<bool> {
    let below = below.map(|i| i.0);
    Ok(sqlx::query_scalar!(r#"select app.place_by_hand($1, $2) as "placed!""#, id.0, below).fetch_one(tx.db()).await?)
}

/// Writes the fields if the record is still at `version`; false when it is not.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn update(tx: &mut Tx, id: OpportunityId, version: i64, f: &Fields, derived: &Derived) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update opportunity set name = $4, account_id = $5, primary_contact_id = $6, pipeline_id = $7, stage_id = $8, amount_minor = $9, currency = $10,
             amount_base = $11, close_date = $12, probability = $13, forecast_category = $14, type_id = $15, source_id = $16, industry_id = $17,
             region_id = $18, owner_id = $19, team_id = $20, next_step = $21, lost_reason_id = $22, lost_notes = $23, tags = $24, custom = $25,
             external_id = $26, stage_entered_at = $27, closed_at = $28, updated_at = $29, lost_to_id = $30, won_reason_id = $31, won_notes = $32,
             amount_from_lines = $33, follow_up_date = $34, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.name,
        f.account_id.map(|i| i.0),
        f.primary_contact_id.map(|i| i.0),
        f.pipeline_id.0,
        f.stage_id.0,
        f.amount.map(|m| m.minor),
        f.amount.map(|m| m.currency.code()),
        derived.amount_base,
        f.close_date,
        f.probability,
        f.forecast_category.as_str(),
        f.type_id.map(|i| i.0),
        f.source_id.map(|i| i.0),
        f.industry_id.map(|i| i.0),
        f.region_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        f.next_step,
        f.lost_reason_id.map(|i| i.0),
        f.lost_notes,
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        derived.stage_entered_at,
        derived.closed_at,
        now,
        f.lost_to_id.map(|i| i.0),
        f.won_reason_id.map(|i| i.0),
        f.won_notes,
        f.amount_from_lines,
        f.follow_up_date,
    )
    .execute(tx.db())
    .await
    .on_constraint("opportunity_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Lets deals enter a stage of their kind that takes the place of theirs: since when they are in it stays. Each row has
/// `id` and `probability`.
pub async fn enter_stage(tx: &mut Tx, rows: &[Value], stage: StageId, pipeline: PipelineId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update opportunity o set stage_id = $3, pipeline_id = $4, probability = r.probability, updated_at = $5, version = version + 1
         from jsonb_to_recordset($2) as r (id uuid, probability bigint) where o.org_id = $1 and o.id = r.id",
        org,
        Value::Array(rows.to_vec()),
        stage.0,
        pipeline.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Raises the version of a record whose parts have changed; false when it is not at `version` any more.
pub async fn touch(tx: &mut Tx, id: OpportunityId, version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!("update opportunity set version = version + 1, updated_at = $4 where org_id = $1 and id = $2 and version = $3 and deleted_at is null", org, id.0, version, now)
        .execute(tx.db())
        .await?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
pub async fn set_deleted(tx: &mut Tx, id: OpportunityId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update opportunity set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("opportunity_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Archives a record or brings it back; false when it is not at `version` any more.
pub async fn set_archived(tx: &mut Tx, id: OpportunityId, version: i64, archived: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update opportunity set archived_at = $4, version = version + 1, updated_at = $5
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        archived.then_some(now),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// A move of a record, as its event tells of it.
#[derive(Debug)]
pub struct StageMove {
    pub at: DateTime<Utc>,
    /// None when the event names no stage that can be read.
    pub stage: Option<StageId>,
    pub by: String,
    pub changes: Value,
    pub data: Value,
}

/// How a record came to its stages, oldest first, from its events.
pub async fn stage_moves(tx: &mut Tx, id: OpportunityId) -> Result<Vec<StageMove>> {
    let rows = sqlx::query!(
        r#"select e.at, e.actor_name, e.changes, e.data,
                  coalesce((select c ->> 'new' from jsonb_array_elements(e.changes) c where c ->> 'field' = 'stage_id'), e.data ->> 'stage_id') as stage
           from event e
           where e.org_id = $1 and e.opportunity_id = $2 and e.subject_id = $2
             and (e.type = 'opportunity.created' or e.changes @> '[{"field": "stage_id"}]')
           order by e.at, e.id limit 500"#,
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    let moves = rows.into_iter().map(|row| StageMove {
        at: row.at,
        stage: row.stage.and_then(|s| s.parse().ok()),
        by: row.actor_name,
        changes: row.changes,
        data: row.data,
    });
    Ok(moves.collect())
}

/// The stages a record has been in, from its events.
pub async fn stage_history(tx: &mut Tx, opportunity: &Opportunity) -> Result<Vec<StageVisit>> {
    let mut visits: Vec<StageVisit> = Vec::new();
    for entered in stage_moves(tx, opportunity.id).await? {
        let Some(stage_id) = entered.stage else { continue };
        if let Some(last) = visits.last_mut() {
            last.left_at = Some(entered.at);
        }
        visits.push(StageVisit { stage_id, entered_at: entered.at, left_at: None });
    }
    if visits.is_empty() {
        visits.push(StageVisit {
            stage_id: opportunity.stage_id,
            entered_at: opportunity.stage_entered_at,
            left_at: None,
        });
    }
    Ok(visits)
}

/// A task that is not done, for a copy.
#[derive(Debug)]
pub struct OpenTask {
    pub title: String,
    pub notes: Option<String>,
    pub due_date: Option<NaiveDate>,
}

/// The open tasks of a record that the actor may see; at most 100.
pub async fn open_tasks(tx: &mut Tx, id: OpportunityId) -> Result<Vec<OpenTask>> {
    Ok(sqlx::query_as!(
        OpenTask,
        "select title, notes, due_date from task
         where org_id = $1 and opportunity_id = $2 and done_at is null and deleted_at is null order by due_date nulls last, id limit 100",
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Gives a deal that the actor has just written to somebody who may be beyond their reach; false when it has changed meanwhile.
pub async fn hand_over(tx: &mut Tx, deal: &Opportunity, owner: UserId, team: Option<TeamId>) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select app.hand_over_deal($1, $2, $3, $4) as "done!""#,
        deal.id.0,
        deal.version,
        owner.0,
        team.map(|team| team.0),
    )
    .fetch_one(tx.db())
    .await?)
}
