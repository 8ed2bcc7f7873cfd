//! `query_pipeline`: counts, sums, averages and the win rate, in total and by group.

use dealwright_access::policy::{Needs, Permission, ReadOpportunity};
use dealwright_access::{Actor, Object};
use dealwright_kernel::{Currency, Money, Result};
use dealwright_store::Tx;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{Postgres, QueryBuilder};

use super::filter::{Builder, FROM, FilterArgs, conditions, found, may_ask};
use super::{Effect, Output, Running, Tool};
use crate::planner::{Group, Measure};

/// Computes over deals.
#[derive(Debug)]
pub struct QueryPipeline;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueryArgs {
    pub filter: FilterArgs,
    pub measure: Measure,
    pub group: Option<Group>,
    /// Only the first so many groups.
    pub top: Option<u16>,
    /// Smallest first.
    pub ascending: bool,
}

/// The most groups that are answered.
const MOST: u16 = 40;

#[derive(Debug, Default, sqlx::FromRow)]
struct Figures {
    label: Option<String>,
    count: i64,
    sum: Option<i64>,
    average: Option<i64>,
    weighted: Option<i64>,
    won: i64,
    lost: i64,
}

const FIGURES: &str = "count(*) as count, sum(t.amount_base)::bigint as sum, round(avg(t.amount_base))::bigint as average, \
    sum(t.expected_base)::bigint as weighted, count(*) filter (where s.kind = 'won') as won, count(*) filter (where s.kind = 'lost') as lost ";

impl Tool for QueryPipeline {
    const NAME: &'static str = "query_pipeline";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const ABOUT: &'static str =
        "Count deals or sum their amounts, in total or by stage, owner, account, month or another group.";
    type Args = QueryArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: QueryArgs) -> Result<Output> {
        let actor = running.cx.actor();
        may_ask(actor, &args.filter)?;
        may_compute(actor, &args)?;
        let ids = found(tx, actor, &args.filter).await?;
        let mut sql = QueryBuilder::<Postgres>::new("select null::text as label, ");
        sql.push(FIGURES).push(FROM);
        conditions(&mut sql, &args.filter, actor, ids.as_deref());
        let total: Figures = sql.build_query_as().fetch_one(tx.db()).await?;

        let mut groups = Vec::new();
        if let Some(group) = args.group {
            let mut sql = grouped(group);
            conditions(&mut sql, &args.filter, actor, ids.as_deref());
            // Who or what comes first is somebody or something.
            if args.top.is_some() {
                sql.push(" and ").push(parts(group).0).push(" is not null");
            }
            sql.push(" group by 1").push(if group == Group::Stage { ", s.position" } else { "" });
            sql.push(" order by ")
                .push(order(&args))
                .push(" limit ")
                .push_bind(i64::from(args.top.unwrap_or(MOST).clamp(1, MOST)));
            groups = sql.build_query_as().fetch_all(tx.db()).await?;
        }
        let (currency, grouped_by) = (actor.currency, args.group);
        let count = if grouped_by.is_some() { i64::try_from(groups.len()).unwrap_or(i64::MAX) } else { total.count };
        let summary = match grouped_by {
            Some(_) => format!("{} deals in {count} groups", total.count),
            None => format!("{} deals", total.count),
        };
        let shown = |figures: Figures| {
            let mut value = shown(figures, currency);
            leave_out(actor, &mut value);
            value
        };
        let groups: Vec<Value> = groups.into_iter().map(shown).collect();
        Ok(Output {
            count,
            summary,
            result: json!({ "total": shown(total), "groups": groups, "by": grouped_by, "measure": args.measure }),
            proposal: None,
        })
    }
}

/// Refuses figures and groups that are made of what is hidden from the actor.
fn may_compute(actor: &Actor, args: &QueryArgs) -> Result<()> {
    let measured = match args.measure {
        Measure::Count | Measure::WinRate => None,
        Measure::Sum | Measure::Average => Some("amount"),
        Measure::Weighted => Some("expected_revenue"),
    };
    let (of_deal, of_account) = match args.group {
        None | Some(Group::Stage | Group::Owner | Group::Account) => (None, None),
        Some(Group::Month | Group::Quarter) => (Some("close_date"), None),
        Some(Group::ForecastCategory) => (Some("forecast_category"), None),
        Some(Group::Industry) => (Some("industry_id"), Some("industry_id")),
        Some(Group::Region) => (Some("region_id"), Some("region_id")),
        Some(Group::Source) => (Some("source_id"), None),
        Some(Group::Product) => (Some("products"), None),
    };
    for field in [measured, of_deal].into_iter().flatten() {
        actor.fields.may_read(Object::Opportunity, field, field)?;
    }
    of_account.map_or(Ok(()), |field| actor.fields.may_read(Object::Account, field, field))
}

/// Takes sums of hidden amounts out of figures.
fn leave_out(actor: &Actor, figures: &mut Value) {
    let Value::Object(figures) = figures else { return };
    for (field, names) in [("amount", ["sum", "average"].as_slice()), ("expected_revenue", &["weighted"])] {
        if actor.fields.hides(Object::Opportunity, field) {
            names.iter().for_each(|name| _ = figures.remove(*name));
        }
    }
}

/// What a group is called, and what has to be joined for it.
const fn parts(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::Stage => ("s.name", ""),
        Group::Owner => ("u.name", ""),
        Group::Account => ("a.name", ""),
        Group::Month => ("to_char(coalesce(t.closed_at::date, t.close_date), 'YYYY-MM')", ""),
        Group::Quarter => ("to_char(coalesce(t.closed_at::date, t.close_date), '\"Q\"Q YYYY')", ""),
        Group::ForecastCategory => ("t.forecast_category", ""),
        Group::Industry => {
            ("c.name", " left join choice c on c.org_id = t.org_id and c.id = coalesce(t.industry_id, a.industry_id)")
        }
        Group::Region => {
            ("c.name", " left join choice c on c.org_id = t.org_id and c.id = coalesce(t.region_id, a.region_id)")
        }
        Group::Source => ("c.name", " left join choice c on c.org_id = t.org_id and c.id = t.source_id"),
        // A deal with two products counts in both groups.
        Group::Product => (
            "p.name",
            " left join lateral (select l.product_id from opportunity_line l where l.org_id = t.org_id and l.opportunity_id = t.id group by 1) l on true \
             left join product p on p.org_id = t.org_id and p.id = l.product_id",
        ),
    }
}

fn grouped(group: Group) -> Builder {
    let (label, join) = parts(group);
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    sql.push(label).push(" as label, ").push(FIGURES).push(FROM).push(join);
    sql
}

fn order(args: &QueryArgs) -> String {
    if args.top.is_none() && !args.ascending {
        match args.group {
            Some(Group::Stage) => return "s.position".to_owned(),
            Some(Group::Month | Group::Quarter) => {
                return "min(coalesce(t.closed_at::date, t.close_date)) nulls last".to_owned();
            }
            _ => {}
        }
    }
    let measure = match args.measure {
        Measure::Count => "count(*)",
        Measure::Sum => "coalesce(sum(t.amount_base), 0)",
        Measure::Average => "avg(t.amount_base)",
        Measure::Weighted => "coalesce(sum(t.expected_base), 0)",
        Measure::WinRate => {
            "(count(*) filter (where s.kind = 'won'))::numeric / nullif(count(*) filter (where s.kind <> 'open'), 0)"
        }
    };
    format!("{measure} {} nulls last, 1", if args.ascending { "asc" } else { "desc" })
}

fn shown(figures: Figures, currency: Currency) -> Value {
    let money = |minor: Option<i64>| minor.map(|m| Money::new(m, currency));
    let closed = figures.won + figures.lost;
    let rate = (closed > 0)
        .then(|| (Decimal::from(figures.won * 100) / Decimal::from(closed)).round_dp(1).normalize().to_string());
    json!({
        "label": figures.label, "count": figures.count, "sum": money(figures.sum.or(Some(0))), "average": money(figures.average),
        "weighted": money(figures.weighted), "won": figures.won, "lost": figures.lost, "win_rate": rate,
    })
}
