//! Which deals a tool looks at: resolved conditions, and the SQL that they become.
//!
//! Every value is bound; only column names of ours stand in the text. Row-level security decides what is seen, and the
//! actor's scope is repeated so that an index serves it.

use chrono::{Days, NaiveDate, NaiveTime};
use dealwright_access::{Actor, Object};
use dealwright_crm::list;
use dealwright_crm::opportunity::list::CATALOGUE;
use dealwright_store::Tx;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::planner::{DateOf, Lack};
use crate::resolve::vocabulary::StageKind;

/// A range of numbers; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Range {
    #[schemars(with = "Option<String>")]
    pub from: Option<Decimal>,
    #[schemars(with = "Option<String>")]
    pub to: Option<Decimal>,
    /// Whether the ends belong to it.
    pub from_included: bool,
    pub to_included: bool,
}

/// A range of days, both ends included; an absent end is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    pub of: DateOf,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// Conditions that all must hold; lists mean any of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FilterArgs {
    /// Words to search for in names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub team_ids: Vec<Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage_ids: Vec<Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<StageKind>,
    /// In the organisation's currency, major units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Range>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<Range>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast_category: Option<String>,
    /// Values of managed lists, of the deal or of its account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choice_ids: Vec<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Lack>,
}

/// Deals with what their rows are read from.
pub(crate) const FROM: &str = "from opportunity t join stage s on s.org_id = t.org_id and s.id = t.stage_id \
    join app_user u on u.org_id = t.org_id and u.id = t.owner_id left join account a on a.org_id = t.org_id and a.id = t.account_id";

pub(crate) type Builder = QueryBuilder<Postgres>;

/// Ids that the words find, when words are searched for.
///
/// # Errors
/// 503 when the statement's time is up.
pub(crate) async fn found(
    tx: &mut Tx,
    actor: &Actor,
    filter: &FilterArgs,
) -> dealwright_kernel::Result<Option<Vec<Uuid>>> {
    match &filter.text {
        Some(words) => dealwright_crm::search::opportunities(tx, actor, words).await.map(Some),
        None => Ok(None),
    }
}

/// Refuses to look by what is hidden from the actor: the answer would tell it.
///
/// # Errors
/// 403 `field_not_permitted`.
pub(crate) fn may_ask(actor: &Actor, filter: &FilterArgs) -> dealwright_kernel::Result<()> {
    let of_dates = filter.dates.iter().any(|range| range.of == DateOf::CloseDate);
    let lacks = |lack| filter.lacks == Some(lack);
    let asked = [
        ("amount", filter.amount.is_some() || lacks(Lack::Amount)),
        ("probability", filter.probability.is_some()),
        ("close_date", of_dates || lacks(Lack::CloseDate)),
        ("next_step", lacks(Lack::NextStep)),
        ("forecast_category", filter.forecast_category.is_some()),
        ("products", filter.product_id.is_some()),
    ];
    asked
        .into_iter()
        .filter(|(_, asked)| *asked)
        .try_for_each(|(field, _)| actor.fields.may_read(Object::Opportunity, field, field))
}

/// The columns in which a value of a managed list may stand, as far as the actor may see them.
fn choice_columns(actor: &Actor) -> Vec<&'static str> {
    let all = [
        ("t.industry_id", Object::Opportunity, "industry_id"),
        ("t.region_id", Object::Opportunity, "region_id"),
        ("t.source_id", Object::Opportunity, "source_id"),
        ("t.type_id", Object::Opportunity, "type_id"),
        ("t.lost_reason_id", Object::Opportunity, "lost_reason_id"),
        ("a.industry_id", Object::Account, "industry_id"),
        ("a.region_id", Object::Account, "region_id"),
    ];
    all.into_iter()
        .filter(|(_, object, field)| !actor.fields.hides(*object, field))
        .map(|(column, ..)| column)
        .collect()
}

/// Adds the conditions, from `where` on.
pub(crate) fn conditions(sql: &mut Builder, filter: &FilterArgs, actor: &Actor, found: Option<&[Uuid]>) {
    sql.push(" where t.org_id = ").push_bind(actor.org.0).push(" and t.deleted_at is null and t.archived_at is null");
    list::reached(sql, actor, &CATALOGUE);
    if let Some(ids) = found {
        sql.push(" and t.id = any (").push_bind(ids.to_vec()).push(")");
    }
    for (column, id) in [("account_id", filter.account_id), ("owner_id", filter.owner_id)] {
        if let Some(id) = id {
            sql.push(" and t.").push(column).push(" = ").push_bind(id);
        }
    }
    if let Some(id) = filter.product_id {
        sql.push(" and exists (select from opportunity_line l where l.org_id = t.org_id and l.opportunity_id = t.id and l.product_id = ").push_bind(id).push(")");
    }
    for (column, ids) in [("team_id", &filter.team_ids), ("stage_id", &filter.stage_ids)] {
        if !ids.is_empty() {
            sql.push(" and t.").push(column).push(" = any (").push_bind(ids.clone()).push(")");
        }
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<&'static str> = filter.kinds.iter().map(|k| kind(*k)).collect();
        sql.push(" and t.stage_id = any (array(select k.id from stage k where k.kind = any (")
            .push_bind(kinds)
            .push(")))");
    }
    numbers(sql, "amount_base", filter.amount, i64::from(actor.currency.decimals()));
    numbers(sql, "probability", filter.probability, 0);
    for range in &filter.dates {
        days(sql, *range);
    }
    if let Some(category) = &filter.forecast_category {
        sql.push(" and t.forecast_category = ").push_bind(category.clone());
    }
    if !filter.choice_ids.is_empty() {
        sql.push(" and (false");
        for column in choice_columns(actor) {
            sql.push(" or ").push(column).push(" = any (").push_bind(filter.choice_ids.clone()).push(")");
        }
        sql.push(")");
    }
    match filter.lacks {
        None => {}
        Some(Lack::Amount) => _ = sql.push(" and t.amount_base is null"),
        Some(Lack::CloseDate) => _ = sql.push(" and t.close_date is null"),
        Some(Lack::NextStep) => _ = sql.push(" and t.next_step is null"),
        Some(Lack::Account) => _ = sql.push(" and t.account_id is null"),
    }
}

/// As the database writes it.
pub(crate) const fn kind(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Open => "open",
        StageKind::Won => "won",
        StageKind::Lost => "lost",
    }
}

fn numbers(sql: &mut Builder, column: &str, range: Option<Range>, decimals: i64) {
    let Some(range) = range else { return };
    let factor = Decimal::from(10_i64.pow(u32::try_from(decimals).unwrap_or(2)));
    let scaled = |n: Decimal| n.checked_mul(factor).and_then(|n| n.round().to_i64()).unwrap_or(i64::MAX);
    if let Some(from) = range.from {
        sql.push(" and t.").push(column).push(if range.from_included { " >= " } else { " > " }).push_bind(scaled(from));
    }
    if let Some(to) = range.to {
        sql.push(" and t.").push(column).push(if range.to_included { " <= " } else { " < " }).push_bind(scaled(to));
    }
}

fn days(sql: &mut Builder, range: DateRange) {
    let column = match range.of {
        DateOf::CloseDate => "close_date",
        DateOf::Created => "created_at",
        DateOf::Closed => "closed_at",
        DateOf::Updated => "updated_at",
        DateOf::StageEntered => "stage_entered_at",
    };
    let end = range.to.and_then(|d| d.checked_add_days(Days::new(1)));
    let date = range.of == DateOf::CloseDate;
    if let Some(from) = range.from {
        sql.push(" and t.").push(column).push(" >= ");
        if date {
            sql.push_bind(from)
        } else {
            sql.push_bind(from.and_time(NaiveTime::MIN).and_utc())
        };
    }
    if let Some(end) = end {
        sql.push(" and t.").push(column).push(" < ");
        if date {
            sql.push_bind(end)
        } else {
            sql.push_bind(end.and_time(NaiveTime::MIN).and_utc())
        };
    }
}
