//! What lists of opportunities can be filtered and sorted by, and how their rows are read. The board is here too: it is
//! one statement over the stages of a pipeline, with totals that are kept, not counted.

use std::collections::HashMap;

use dealwright_access::policy::{Needs, ReadOpportunity};
use dealwright_access::{Actor, Context, Object, ScopeLevel};
use dealwright_kernel::id::StageId;
use dealwright_kernel::{Cursor, Money, Result, Total};
use dealwright_store::Tx;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::store::Row;
use super::{ForecastCategory, Opportunity};
use crate::custom_field;
use crate::list::{self, Catalogue, Field, Filter, Kind, ListQuery, Op, Operand, Reach, Reader, Within};
use crate::pipeline::Stage;
use crate::search::{self, What};

/// The fields of an opportunity that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "opportunity",
    table: "opportunity",
    read: ReadOpportunity::PERMISSION,
    owner_column: "owner_id",
    fields: &[
        Field::new("name", "name_sort", Kind::Text).sorted_not_null(),
        Field::new("account_id", "account_id", Kind::Id),
        Field::of_account("account.name", "name_sort", Kind::Text),
        Field::of_account("account.domain", "domain", Kind::Text),
        Field::of_account("account.industry_id", "industry_id", Kind::Choice("industry")),
        Field::of_account("account.region_id", "region_id", Kind::Choice("region")),
        Field::of_account("account.country", "country_key", Kind::Text),
        Field::of_account("account.employees", "employees", Kind::Int),
        Field::of_account("account.annual_revenue", "revenue_minor", Kind::Money),
        Field::of_account("account.owner_id", "owner_id", Kind::User),
        Field::of_account("account.team_id", "team_id", Kind::Team),
        Field::new("primary_contact_id", "primary_contact_id", Kind::Id),
        Field::new("pipeline_id", "pipeline_id", Kind::Id),
        Field::new("stage_id", "stage_id", Kind::Stage),
        Field::new("stage_kind", "stage_id", Kind::StageKind),
        Field::new("amount", "amount_base", Kind::Money).sorted(),
        Field::new("close_date", "close_date", Kind::Date).sorted(),
        Field::new("probability", "probability", Kind::Int).sorted_not_null(),
        Field::new("expected_revenue", "expected_base", Kind::Money).sorted(),
        Field::new("forecast_category", "forecast_category", Kind::Word(ForecastCategory::WORDS))
            .sorted_as("forecast_rank"),
        Field::new("type_id", "type_id", Kind::Choice("opportunity_type")),
        Field::new("source_id", "source_id", Kind::Choice("source")),
        Field::new("industry_id", "industry_id", Kind::Choice("industry")),
        Field::new("region_id", "region_id", Kind::Choice("region")),
        Field::new("lost_reason_id", "lost_reason_id", Kind::Choice("loss_reason")),
        Field::new("lost_to_id", "lost_to_id", Kind::Choice("competitor")),
        Field::new("won_reason_id", "won_reason_id", Kind::Choice("win_reason")),
        Field::new("contact_id", "primary_contact_id", Kind::Part("deal_contact", "contact_id")),
        Field::new("competitor_id", "lost_to_id", Kind::Part("deal_competitor", "competitor_id")),
        Field::new("owner_id", "owner_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("tag", "id", Kind::Tag),
        Field::worked_out("next_step", "lower(t.next_step)", Kind::Text),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
        Field::new("stage_entered_at", "stage_entered_at", Kind::Time).sorted_not_null(),
        Field::new("closed_at", "closed_at", Kind::Time).sorted(),
        Field::new("archived", "archived_at", Kind::State(["false", "true"])),
    ],
    archives: true,
    sums: &["amount", "expected_revenue"],
    default_sort: "-created_at",
};

const COLUMNS: &str = "t.id, t.name, t.account_id, a.name as account_name, t.primary_contact_id, c.name as contact_name, t.pipeline_id, t.stage_id, \
    s.name as stage_name, s.kind as stage_kind, s.position as stage_position, s.probability as stage_probability, t.amount_minor, t.currency, \
    t.amount_from_lines, t.amount_base, t.expected_base, t.close_date, t.probability, t.forecast_category, t.type_id, t.source_id, t.industry_id, t.region_id, \
    t.owner_id, u.name as owner_name, t.team_id, t.next_step, t.lost_reason_id, t.lost_notes, t.lost_to_id, t.won_reason_id, t.won_notes, t.tags, t.custom, t.external_id, t.version, \
    t.created_at, t.updated_at, t.stage_entered_at, t.closed_at, t.archived_at, \
    (select app.principals()) <> '{}' and app.edits_until('opportunity', t.id) is not null as shared_to_edit";

/// A stage and an owner are always there; `left` all the same, since an inner join keeps the planner from their keys: it
/// would read all users for each row.
const JOINS: &str = "left join stage s on s.org_id = t.org_id and s.id = t.stage_id left join app_user u on u.org_id = t.org_id and u.id = t.owner_id \
    left join account a on a.org_id = t.org_id and a.id = t.account_id left join contact c on c.org_id = t.org_id and c.id = t.primary_contact_id";

/// Lists of opportunities as `actor` reads them.
#[must_use]
pub fn reader(actor: &Actor) -> Reader<'_> {
    Reader { catalogue: &CATALOGUE, actor, columns: COLUMNS, joins: JOINS }
}

/// A page of opportunities, with what else was asked for.
#[derive(Debug)]
pub struct Found {
    pub items: Vec<Opportunity>,
    pub next_cursor: Option<String>,
    pub total: Option<Total>,
    pub totals: Option<list::Totals>,
}

/// Reads a page.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn page(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Found> {
    let reader = reader(cx.actor());
    let ids = candidates(cx, tx, query).await?;
    let listed = list::fetch(tx, &reader, query, ids.as_deref()).await?;
    let mut items =
        listed.rows.iter().map(|row| Row::from_row(row)?.into_opportunity(cx.actor())).collect::<Result<Vec<_>>>()?;
    custom_field::facts::work_out(cx.actor(), tx, &mut items).await?;
    let totals = if query.totals { Some(list::totals(tx, &reader, query, ids.as_deref()).await?) } else { None };
    let totals = totals.map(|totals| shown(totals, cx.actor()));
    let total = match totals {
        Some(totals) if query.count => Some(totals.count),
        None if query.count => Some(list::count(tx, &reader, query, ids.as_deref()).await?),
        _ => None,
    };
    Ok(Found { items, next_cursor: listed.next_cursor, total, totals })
}

/// Sums of what is hidden are hidden.
fn shown(totals: list::Totals, actor: &Actor) -> list::Totals {
    let hides = |field| actor.fields.hides(Object::Opportunity, field);
    list::Totals {
        amount: totals.amount.filter(|_| !hides("amount")),
        average: totals.average.filter(|_| !hides("amount")),
        weighted: totals.weighted.filter(|_| !hides("expected_revenue")),
        ..totals
    }
}

/// The ids outside of which nothing can match, when the index of words or of names knows them.
pub(crate) async fn candidates(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Option<Vec<Uuid>>> {
    if let Some(q) = &query.q {
        return search::opportunities(tx, cx.actor(), q).await.map(Some);
    }
    // One's own are few: it is quickest to look at each.
    if cx.actor().scope(ReadOpportunity::PERMISSION) == ScopeLevel::Own {
        return Ok(None);
    }
    if let Some(pattern) = list::needed_pattern(&query.filter, "name") {
        let mut named = search::opportunities_named(tx, cx.actor(), &pattern).await?;
        // What is shared is no narrower for it: the filter looks at each.
        if let Some(ids) = named.as_mut().filter(|_| cx.actor().sees_shared(Object::Opportunity)) {
            ids.extend(search::shared(tx, What::Opportunities).await?);
        }
        return Ok(named);
    }
    if let Some((table, ids)) = list::needed_parts(&query.filter) {
        return super::store::with_part(tx, table, ids).await;
    }
    if let Some(ids) = list::of_accounts(tx, &CATALOGUE, &query.filter).await? {
        return Ok(Some(ids));
    }
    match list::needed_tags(&query.filter) {
        Some(tags) if query.count || query.totals || !list::follows_tag(&reader(cx.actor()), query) => {
            super::store::tagged(tx, tags).await
        }
        _ => Ok(None),
    }
}

/// Opportunities by id, as far as the actor sees them; in the order of their ids.
///
/// # Errors
/// When the database is gone.
pub async fn read(cx: &Context, tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Opportunity>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(COLUMNS).push(" from opportunity t ").push(JOINS).push(" where t.org_id = ").push_bind(tx.org().0);
    sql.push(" and t.deleted_at is null and t.id = any (").push_bind(ids.to_vec()).push(") order by t.id");
    let rows = sql.build().fetch_all(tx.db()).await?;
    rows.iter().map(|row| Row::from_row(row)?.into_opportunity(cx.actor())).collect()
}

/// A column of the board.
#[derive(Debug)]
pub struct Column {
    pub stage: Stage,
    pub count: i64,
    /// Minor units of the organisation's currency; none when amounts are hidden from the reader.
    pub sum: Option<i64>,
    pub items: Vec<Opportunity>,
    pub next_cursor: Option<String>,
}

/// How a board sorts its cards: biggest first, or the latest where amounts are hidden.
#[must_use]
pub fn board_sort(actor: &Actor) -> &'static str {
    if actor.fields.hides(Object::Opportunity, "amount") { "-created_at" } else { "-amount" }
}

/// The first cards of each stage with count and sum of all. `query` must sort by [`board_sort`].
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn board(cx: &Context, tx: &mut Tx, stages: Vec<Stage>, query: &ListQuery) -> Result<Vec<Column>> {
    let reader = reader(cx.actor());
    let ids = candidates(cx, tx, query).await?;
    let stage_ids: Vec<Uuid> = stages.iter().map(|s| s.id.0).collect();
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    // The stages stand in the statement: of a bound array PostgreSQL believes that it is longer, and plans anew each time.
    let literal = stage_ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
    sql.push(COLUMNS)
        .push(format_args!(", t.cursor_keys from unnest('{{{literal}}}'::uuid[])"))
        .push(" with ordinality as st (id, n) cross join lateral (");
    let within = Within {
        org: tx.org().0,
        ids: ids.as_deref(),
        extra: " and t.stage_id = st.id",
        limit: i64::from(query.limit) + 1,
    };
    list::branches(&mut sql, &reader, query, None, within)?;
    sql.push(") t ").push(JOINS).push(" order by st.n, ");
    list::order(&mut sql, &query.sort);
    let rows = sql.build().persistent(list::is_repeatable(query, ids.as_deref())).fetch_all(tx.db()).await?;

    let sums = stage_totals(tx, &reader, query, &stage_ids, ids.as_deref()).await?;
    let fingerprint = format!("{}:{}", CATALOGUE.object, query.sort_text);
    let mut cards: HashMap<StageId, Vec<(Opportunity, Value)>> = HashMap::new();
    for row in &rows {
        let opportunity = Row::from_row(row)?.into_opportunity(cx.actor())?;
        cards.entry(opportunity.stage_id).or_default().push((opportunity, row.try_get("cursor_keys")?));
    }
    custom_field::facts::work_out(cx.actor(), tx, cards.values_mut().flatten().map(|(card, _)| card)).await?;
    let limit = usize::from(query.limit);
    let amounts_hidden = cx.actor().fields.hides(Object::Opportunity, "amount");
    stages
        .into_iter()
        .map(|stage| {
            let mut mine = cards.remove(&stage.id).unwrap_or_default();
            let more = mine.len() > limit;
            mine.truncate(limit);
            let last = mine.last().filter(|_| more).map(|(_, keys)| keys.clone());
            let next_cursor = last.map(|keys| Cursor { query: fingerprint.clone(), keys }.encode()).transpose()?;
            let (count, sum) = sums.get(&stage.id.0).copied().unwrap_or_default();
            let sum = (!amounts_hidden).then_some(sum);
            Ok(Column { stage, count, sum, items: mine.into_iter().map(|(card, _)| card).collect(), next_cursor })
        })
        .collect()
}

/// Count and sum by stage: from the kept totals when the filter is by owner or team alone, else counted.
async fn stage_totals(
    tx: &mut Tx,
    reader: &Reader<'_>,
    query: &ListQuery,
    stages: &[Uuid],
    ids: Option<&[Uuid]>,
) -> Result<HashMap<Uuid, (i64, i64)>> {
    let kept = if ids.is_none() { kept(&query.filter) } else { None };
    let mut sql = QueryBuilder::<Postgres>::new("");
    if let Some(kept) = kept {
        // Whoever sees every deal reads the totals of stages; others those of the owners they see.
        let all = kept.is_empty() && reader.actor.scope(ReadOpportunity::PERMISSION) == ScopeLevel::All;
        let (columns, base) = if all {
            ("stage_id, n, amount_base", "opportunity_stage_total")
        } else {
            ("stage_id, owner_id, team_id, n, amount_base", "opportunity_rollup")
        };
        sql.push("select k.stage_id, sum(k.n)::bigint, sum(k.amount_base)::bigint from (");
        for (word, table) in [("", base), (" union all ", "opportunity_rollup_delta")] {
            sql.push(word).push("select ").push(columns).push(" from ").push(table);
            sql.push(" t where t.org_id = ").push_bind(tx.org().0);
            list::within_scope(&mut sql, reader.actor, reader.catalogue);
        }
        // The kept totals are by owner and team, as scopes are; what is shared is counted.
        if Reach::of(reader).contains(&Reach::Shares) {
            sql.push(" union all select t.stage_id, t.owner_id, t.team_id, 1, coalesce(t.amount_base, 0) from opportunity t where ");
            list::visible(&mut sql, reader, query, None, tx.org().0, Reach::Shares);
        }
        sql.push(") k where k.stage_id = any (").push_bind(stages.to_vec()).push(")");
        for (column, ids) in kept {
            sql.push(" and k.").push(column).push(" = any (").push_bind(ids).push(")");
        }
        sql.push(" group by k.stage_id");
    } else {
        sql.push("select f.stage_id, sum(f.n)::bigint, sum(f.amount)::bigint from (");
        for (n, reach) in Reach::of(reader).iter().enumerate() {
            sql.push(if n == 0 { "" } else { " union all " });
            sql.push("select t.stage_id, count(*) as n, coalesce(sum(t.amount_base), 0) as amount from opportunity t where t.stage_id = any (")
                .push_bind(stages.to_vec())
                .push(") and ");
            list::visible(&mut sql, reader, query, ids, tx.org().0, *reach);
            sql.push(" group by t.stage_id");
        }
        sql.push(") f group by f.stage_id");
    }
    let rows: Vec<(Uuid, i64, i64)> = sql.build_query_as().fetch_all(tx.db()).await?;
    Ok(rows.into_iter().map(|(stage, count, sum)| (stage, (count, sum))).collect())
}

/// The filter as conditions on the kept totals, if they can tell.
fn kept(filter: &Filter) -> Option<Vec<(&'static str, Vec<Uuid>)>> {
    let parts = match filter {
        Filter::And(parts) => parts.as_slice(),
        one @ Filter::Is(_) => std::slice::from_ref(one),
        Filter::Or(_) | Filter::Not(_) => return None,
    };
    parts
        .iter()
        .map(|part| match part {
            Filter::Is(c) if matches!(c.op, Op::Eq | Op::In) && matches!(c.field.kind, Kind::User | Kind::Team) => {
                match (&c.operand, c.field.column) {
                    (Operand::Ids(ids), list::Column::Own(column)) => Some((column, ids.clone())),
                    _ => None,
                }
            }
            _ => None,
        })
        .collect()
}

/// A sum weighted by the stage's probability, rounded to the minor unit.
#[must_use]
pub fn weighted(sum: Money, probability: i32) -> Money {
    let exact = rust_decimal::Decimal::from(sum.minor) * rust_decimal::Decimal::new(probability.into(), 2);
    Money { minor: exact.round().to_i64().unwrap_or(sum.minor), ..sum }
}
