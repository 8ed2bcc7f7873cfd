//! `search_opportunities`: a list of deals with its count and sum.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::policy::{Needs, Permission, ReadOpportunity};
use dealwright_access::{Actor, Object};
use dealwright_crm::record;
use dealwright_kernel::{Money, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::filter::{FROM, FilterArgs, conditions, found, may_ask};
use super::{Effect, Output, Running, Tool};
use crate::planner::Order;

/// Lists deals.
#[derive(Debug)]
pub struct SearchOpportunities;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchArgs {
    pub filter: FilterArgs,
    pub order: Option<Order>,
    /// 1 to 50; 10 when absent.
    pub limit: Option<u16>,
}

const DEFAULT: u16 = 10;

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    account: Option<String>,
    owner: String,
    stage: String,
    kind: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    close_date: Option<NaiveDate>,
    probability: i64,
    next_step: Option<String>,
    external_id: Option<String>,
    stage_entered_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Tool for SearchOpportunities {
    const NAME: &'static str = "search_opportunities";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const ABOUT: &'static str = "List deals by owner, stage, amount, dates or name, with their count and sum.";
    type Args = SearchArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: SearchArgs) -> Result<Output> {
        let actor = running.cx.actor();
        may_ask(actor, &args.filter)?;
        let order = order(actor, args.order)?;
        let ids = found(tx, actor, &args.filter).await?;
        let limit = args.limit.unwrap_or(DEFAULT).clamp(1, 50);

        let mut sql = QueryBuilder::<Postgres>::new("select count(*), coalesce(sum(t.amount_base), 0)::bigint ");
        sql.push(FROM);
        conditions(&mut sql, &args.filter, actor, ids.as_deref());
        let (count, sum): (i64, i64) = sql.build_query_as().fetch_one(tx.db()).await?;

        let mut sql = QueryBuilder::<Postgres>::new(
            "select t.id, t.name, a.name as account, u.name as owner, s.name as stage, s.kind, t.amount_minor, t.currency, t.close_date, t.probability, \
             t.next_step, t.external_id, t.stage_entered_at, t.updated_at ",
        );
        sql.push(FROM);
        conditions(&mut sql, &args.filter, actor, ids.as_deref());
        sql.push(" order by ").push(order_by(order)).push(", t.id limit ").push_bind(i64::from(limit));
        let rows: Vec<Row> = sql.build_query_as().fetch_all(tx.db()).await?;

        let today = tx.now().date_naive();
        let mut items = rows.into_iter().map(|r| shown(r, today)).collect::<Result<Vec<_>>>()?;
        let hidden = actor.fields.hidden(Object::Opportunity);
        items.iter_mut().for_each(|item| record::leave_out(item, Object::Opportunity, &hidden));
        let summary = if count == 1 { "1 deal".to_owned() } else { format!("{count} deals") };
        let sum = (!actor.fields.hides(Object::Opportunity, "amount")).then(|| Money::new(sum, actor.currency));
        Ok(Output { count, summary, result: json!({ "count": count, "sum": sum, "items": items }), proposal: None })
    }
}

fn shown(row: Row, today: NaiveDate) -> Result<serde_json::Value> {
    let amount = match (row.amount_minor, row.currency) {
        (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
        _ => None,
    };
    Ok(json!({
        "id": row.id, "name": row.name, "account": row.account, "owner": row.owner, "stage": row.stage, "kind": row.kind, "amount": amount,
        "close_date": row.close_date, "probability": row.probability, "next_step": row.next_step, "external_id": row.external_id,
        "in_stage_since": row.stage_entered_at.date_naive(), "days_in_stage": (today - row.stage_entered_at.date_naive()).num_days(),
        "updated_on": row.updated_at.date_naive(),
    }))
}

/// The order that was asked for; without one, what is biggest comes first, or what is newest where amounts are hidden.
fn order(actor: &Actor, asked: Option<Order>) -> Result<Option<Order>> {
    let hides = |field| actor.fields.hides(Object::Opportunity, field);
    let field = match asked {
        None if hides("amount") => return Ok(Some(Order::Newest)),
        Some(Order::Biggest | Order::Smallest) | None => "amount",
        Some(Order::ClosingSoonest | Order::ClosingLatest) => "close_date",
        Some(Order::MostLikely) if hides("amount") => "amount",
        Some(Order::MostLikely) => "probability",
        Some(_) => return Ok(asked),
    };
    actor.fields.may_read(Object::Opportunity, field, "order")?;
    Ok(asked)
}

const fn order_by(order: Option<Order>) -> &'static str {
    match order {
        Some(Order::Biggest) | None => "t.amount_base desc nulls last",
        Some(Order::Smallest) => "t.amount_base asc nulls last",
        Some(Order::ClosingSoonest) => "t.close_date asc nulls last",
        Some(Order::ClosingLatest) => "t.close_date desc nulls last",
        Some(Order::Newest) => "t.created_at desc",
        Some(Order::Oldest) => "t.created_at asc",
        Some(Order::LongestInStage) => "t.stage_entered_at asc",
        Some(Order::LeastRecentlyUpdated) => "t.updated_at asc",
        Some(Order::MostRecentlyUpdated) => "t.updated_at desc",
        Some(Order::MostLikely) => "t.probability desc, t.amount_base desc nulls last",
    }
}
