//! How the pipeline that the person sees stands, and the last seven days beside the seven before. Each figure has its deals.

use chrono::{Days, NaiveDate};
use dealwright_access::Context;
use dealwright_access::policy::{Needs, Object, Permission, ReadOpportunity, ScopeLevel};
use dealwright_insight::analytics::{self, Figure, Group, Measure, Period, Query, Report};
use dealwright_insight::stalled::{self, Ask};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Found, Line, counted, worth};

/// Deals that stand still and are counted; more are "more than".
const STALLED: u16 = 200;

pub(super) async fn find(cx: &Context, tx: &mut Tx) -> Result<Found> {
    let actor = cx.actor();
    if !actor.may(ReadOpportunity::PERMISSION) {
        return Ok(Found::default());
    }
    let today = dealwright_ai::today(cx);
    let back = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let (from, to) = (back(7), back(1));
    let filter = analytics::filter(cx, tx, None).await?;
    let query = Query {
        measures: Vec::new(),
        groups: Vec::new(),
        filter,
        period: Period { from, to },
        compare: true,
        limit: 1,
    };
    let report = analytics::run(cx, tx, &query).await?;
    let mut lines = figures(cx, &report);
    lines.extend(closing(cx, tx, today).await?);
    lines.extend(standing_still(cx, tx).await?);
    if !actor.fields.hides(Object::Opportunity, "amount") && sees_others(cx) {
        let query =
            Query { measures: vec![Measure::WonValue], groups: vec![Group::Owner], compare: false, limit: 3, ..query };
        lines.extend(winners(cx, &analytics::run(cx, tx, &query).await?));
    }
    let nothing = lines.is_empty();
    let title = format!("The pipeline from {} to {}", written(from), written(to));
    Ok(Found { title: if nothing { String::new() } else { title }, lines, ..Found::default() })
}

fn sees_others(cx: &Context) -> bool {
    let read: Permission = ReadOpportunity::PERMISSION;
    matches!(cx.actor().scope(read), ScopeLevel::Team | ScopeLevel::All)
}

/// "23 Nov".
fn written(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64()
}

/// The deals of a figure, and nothing of a figure that is nought.
fn deals(figure: Option<&Figure>) -> Option<Value> {
    figure.and_then(|figure| figure.deals.clone())
}

fn figures(cx: &Context, report: &Report) -> Vec<Line> {
    let figure = |measure| report.figure(measure);
    let count = |measure| figure(measure).and_then(|f| number(&f.value)).unwrap_or(0);
    let before = |measure| figure(measure).and_then(|f| number(&f.previous)).unwrap_or(0);
    let amount = |measure| figure(measure).and_then(|f| worth(cx, &f.value));
    let plural = |n: i64| counted(usize::try_from(n).unwrap_or(0), "deal", "deals");
    let mut lines = Vec::new();
    let open = count(Measure::OpenDeals);
    if open > 0 || before(Measure::OpenDeals) > 0 {
        let value = amount(Measure::PipelineValue).map_or_else(String::new, |value| format!(", worth {value}"));
        let change = figure(Measure::PipelineValue).and_then(change).map_or_else(
            || format!("{} a week before", before(Measure::OpenDeals)),
            |change| format!("{change} the week before"),
        );
        lines
            .push(Line::figure(format!("Open: {}{value} ({change})", plural(open)), deals(figure(Measure::OpenDeals))));
    }
    for (name, measure, value) in [
        ("Won", Measure::Won, Some(Measure::WonValue)),
        ("Lost", Measure::Lost, Some(Measure::LostValue)),
        ("New", Measure::Created, None),
    ] {
        let (n, then) = (count(measure), before(measure));
        if n > 0 || then > 0 {
            let value =
                value.and_then(amount).filter(|_| n > 0).map_or_else(String::new, |value| format!(", worth {value}"));
            let of = if n > 0 { deals(figure(measure)) } else { None };
            lines.push(Line::figure(format!("{name}: {}{value} ({then} the week before)", plural(n)), of));
        }
    }
    if let Some(rate) = figure(Measure::WinRate).and_then(|f| share(&f.value)) {
        let then = figure(Measure::WinRate).and_then(|f| share(&f.previous));
        let then = then
            .map_or_else(|| "nothing was closed the week before".to_owned(), |then| format!("{then}% the week before"));
        lines.push(Line::figure(format!("Win rate: {rate}% ({then})"), deals(figure(Measure::WinRate))));
    }
    lines
}

/// A share as a whole percentage.
fn share(value: &Value) -> Option<Decimal> {
    let share: Decimal = value.as_str()?.parse().ok()?;
    Some((share * Decimal::ONE_HUNDRED).round_dp(0).normalize())
}

/// "up 12% on", of two amounts.
fn change(figure: &Figure) -> Option<String> {
    let amount = |value: &Value| value.get("amount")?.as_str()?.parse::<Decimal>().ok();
    let (now, then) = (amount(&figure.value)?, amount(&figure.previous)?);
    if then.is_zero() {
        return None;
    }
    let percent = ((now - then) / then * Decimal::ONE_HUNDRED).round_dp(0).normalize();
    Some(if percent.is_zero() {
        "as".to_owned()
    } else if percent.is_sign_negative() {
        format!("down {}% on", -percent)
    } else {
        format!("up {percent}% on")
    })
}

/// What is to close in the coming week.
async fn closing(cx: &Context, tx: &mut Tx, today: NaiveDate) -> Result<Option<Line>> {
    if cx.actor().fields.hides(Object::Opportunity, "close_date") {
        return Ok(None);
    }
    let until = today.checked_add_days(Days::new(6)).unwrap_or(today);
    let tree = json!({ "and": [
        { "field": "stage_kind", "op": "eq", "value": "open" },
        { "field": "close_date", "op": "gte", "value": today },
        { "field": "close_date", "op": "lte", "value": until },
    ] });
    let filter = analytics::filter(cx, tx, Some(tree.clone())).await?;
    let hidden = cx.actor().fields.hides(Object::Opportunity, "amount");
    let mut measures = vec![Measure::OpenDeals];
    measures.extend((!hidden).then_some(Measure::PipelineValue));
    let query = Query {
        measures,
        groups: Vec::new(),
        filter,
        period: Period { from: today, to: today },
        compare: false,
        limit: 1,
    };
    let report = analytics::run(cx, tx, &query).await?;
    let n = report.figure(Measure::OpenDeals).and_then(|f| number(&f.value)).unwrap_or(0);
    let value = report.figure(Measure::PipelineValue).and_then(|f| worth(cx, &f.value));
    let value = value.map_or_else(String::new, |value| format!(", worth {value}"));
    let n = usize::try_from(n).unwrap_or(0);
    Ok((n > 0).then(|| {
        let text = format!("To close by {}: {}{value}", written(until), counted(n, "deal", "deals"));
        Line::figure(text, Some(tree))
    }))
}

async fn standing_still(cx: &Context, tx: &mut Tx) -> Result<Option<Line>> {
    let ask = Ask { owner: None, team: None, limit: STALLED, cursor: None };
    let page = stalled::list(cx, tx, &ask).await?;
    let Some(longest) = page.items.first() else { return Ok(None) };
    let more = if page.next_cursor.is_some() { "more than " } else { "" };
    let text = format!(
        "Standing still: {more}{}, this one the longest: {}",
        counted(page.items.len(), "deal", "deals"),
        longest.reason
    );
    let deal = &longest.opportunity;
    Ok(Some(Line::of("opportunity", deal.id.0, &deal.name, text)))
}

/// Who has won most, of those whose deals the person sees.
fn winners(cx: &Context, report: &Report) -> Vec<Line> {
    let row = report.rows.iter().find_map(|row| {
        let figure = row.figures.first()?;
        let won = worth(cx, &figure.value).filter(|_| figure.value.get("amount").is_some_and(|a| a != "0.00"))?;
        Some((row.keys.first()?.label.clone()?, won, figure.deals.clone()))
    });
    row.map(|(name, won, deals)| Line::figure(format!("Most won: {name}, {won}"), deals)).into_iter().collect()
}
