//! The board: the stages of a pipeline as columns. One statement reads the cards of all of them; totals are kept, not
//! counted. Boards by another field are in `grouping`.

use std::collections::HashMap;

use dealwright_access::policy::{Needs, ReadOpportunity};
use dealwright_access::{Actor, Context, Object, ScopeLevel};
use dealwright_kernel::id::StageId;
use dealwright_kernel::{Cursor, Money, Result};
use dealwright_store::Tx;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::Opportunity;
use super::list::{CATALOGUE, COLUMNS, JOINS, candidates, reader};
use super::store::Row;
use crate::custom_field;
use crate::list::{self, Filter, Kind, ListQuery, Op, Operand, Reach, Reader, Within};
use crate::pipeline::{self, Stage};

/// A column of the board.
#[derive(Debug)]
pub struct Column {
    pub stage: Stage,
    pub count: i64,
    /// Minor units of the organisation's currency; none when amounts are hidden from the reader.
    pub sum: Option<i64>,
    /// Of a stage with a limit: how many open deals are in it, whoever may see them.
    pub in_stage: Option<i64>,
    pub items: Vec<Opportunity>,
    pub next_cursor: Option<String>,
}

/// How a board sorts its cards: biggest first, or the latest where amounts are hidden.
#[must_use]
pub fn board_sort(actor: &Actor) -> &'static str {
    if actor.fields.hides(Object::Opportunity, "amount") { "-created_at" } else { "-amount" }
}

/// The first cards of each stage with count and sum of all.
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
    let limited: Vec<Uuid> = stages.iter().filter(|s| s.wip_limit.is_some()).map(|s| s.id.0).collect();
    let loads = if limited.is_empty() { HashMap::new() } else { pipeline::store::loads(tx, &limited).await? };
    let mut cards: HashMap<StageId, Vec<Card>> = HashMap::new();
    for row in &rows {
        let opportunity = Row::from_row(row)?.into_opportunity(cx.actor())?;
        cards.entry(opportunity.stage_id).or_default().push((opportunity, row.try_get("cursor_keys")?));
    }
    custom_field::facts::work_out(cx.actor(), tx, cards.values_mut().flatten().map(|(card, _)| card)).await?;
    let amounts_hidden = cx.actor().fields.hides(Object::Opportunity, "amount");
    stages
        .into_iter()
        .map(|stage| {
            let (items, next_cursor) = cut(cards.remove(&stage.id).unwrap_or_default(), query)?;
            let (count, sum) = sums.get(&stage.id.0).copied().unwrap_or_default();
            let sum = (!amounts_hidden).then_some(sum);
            let in_stage = stage.wip_limit.map(|_| loads.get(&stage.id.0).copied().unwrap_or_default());
            Ok(Column { stage, count, sum, in_stage, items, next_cursor })
        })
        .collect()
}

/// A card, and the keys of a cursor behind it.
pub(super) type Card = (Opportunity, Value);

/// The cards of a column, of which one more than asked for was read, and the cursor to the rest.
pub(super) fn cut(mut cards: Vec<Card>, query: &ListQuery) -> Result<(Vec<Opportunity>, Option<String>)> {
    let limit = usize::from(query.limit);
    let more = cards.len() > limit;
    cards.truncate(limit);
    let last = cards.last().filter(|_| more).map(|(_, keys)| keys.clone());
    let fingerprint = format!("{}:{}", CATALOGUE.object, query.sort_text);
    let cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    Ok((cards.into_iter().map(|(card, _)| card).collect(), cursor))
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
