//! What is answered: figures, each with what it is made of and the deals behind it.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::{Currency, Money, Result};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::base::{Base, Counts, Family, Keys, Passage};
use super::group::within;
use super::store::{Asking, Labels, Moments};
use super::{Group, Measure, Period, Unit};

/// One of the numbers that a figure is worked out of.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsPart)]
pub struct Part {
    pub measure: Measure,
    pub unit: Unit,
    pub value: Value,
    /// The condition of its deals, to be added to the query's filter; null where lists know none.
    #[schema(value_type = Option<Object>)]
    pub deals: Option<Value>,
}

/// A figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsFigure)]
pub struct Figure {
    pub measure: Measure,
    pub unit: Unit,
    /// A number of deals; an amount; a share or days as decimal text; null where there is nothing to work it out of.
    pub value: Value,
    /// Of the period before, where that was asked; null also where there was nothing.
    pub previous: Value,
    /// What it is worked out of, where that is more than one number.
    pub of: Vec<Part>,
    /// The condition of the deals behind it, to be added to the query's filter; null where lists know none.
    #[schema(value_type = Option<Object>)]
    pub deals: Option<Value>,
}

/// A key of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsKey)]
pub struct Key {
    pub by: Group,
    /// An id, a word, `2026-11` or `2026-Q4`; null for deals without.
    pub key: Option<String>,
    /// What it is called; null where there is no value, or where you may not see the record that it is.
    pub label: Option<String>,
}

/// A group with its figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsRow)]
pub struct Row {
    pub keys: Vec<Key>,
    pub figures: Vec<Figure>,
}

/// The answer to a query.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsReport)]
pub struct Report {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The period that it is compared with.
    pub previous_from: Option<NaiveDate>,
    pub previous_to: Option<NaiveDate>,
    /// The time zone of its days.
    pub time_zone: String,
    /// What amounts are in.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// When it was worked out.
    pub as_of: DateTime<Utc>,
    /// Over all groups. A deal with several products counts once here, and in the group of each.
    pub total: Vec<Figure>,
    pub rows: Vec<Row>,
    /// Groups that are not told.
    pub left_out: i64,
}

/// What figures of one place are made from.
struct Place<'a> {
    asking: &'a Asking<'a>,
    currency: Currency,
    moments: Moments,
    keys: &'a [Option<String>],
    is_now: bool,
}

/// Makes the report of what was counted.
///
/// # Errors
/// 400 beyond the calendar's end.
pub fn make(
    asking: &Asking<'_>,
    currency: Currency,
    measures: Vec<Measure>,
    (period, before): (Period, Option<Period>),
    read: Base,
    earlier: Option<Base>,
    labels: &Labels,
) -> Result<Report> {
    let moments = asking.moments(period)?;
    let of = |keys: &Keys, counts: &Counts, passage: Option<&Passage>, earlier: Option<(&Counts, Option<&Passage>)>| {
        let place = Place { asking, currency, moments, keys, is_now: read.is_now };
        let in_total = |m: &&Measure| !m.is_of_stages() || !keys.is_empty();
        measures.iter().filter(in_total).map(|m| place.figure(*m, (counts, passage), earlier)).collect::<Vec<_>>()
    };
    let none = Counts::default();
    let before_total = earlier.as_ref().map(|e| (&e.total, None));
    let total = of(&Vec::new(), &read.total, None, before_total);
    let passage_of =
        |base: &'_ Base, keys: &Keys| keys.first().cloned().flatten().and_then(|k| base.stages.get(&k).cloned());
    let mut ranked: Vec<(Option<i64>, Option<Decimal>, Row)> = Vec::new();
    for keys in read.keys() {
        let counts = read.rows.get(&keys).unwrap_or(&none);
        let passage = passage_of(&read, &keys);
        let then = earlier.as_ref().map(|e| (e.rows.get(&keys).unwrap_or(&none), passage_of(e, &keys)));
        let figures = of(&keys, counts, passage.as_ref(), then.as_ref().map(|(c, p)| (*c, p.as_ref())));
        let named = asking.query.groups.iter().zip(&keys).enumerate().map(|(n, (by, key))| {
            let label = key.as_ref().and_then(|k| labels.get(n)?.get(k));
            Key { by: *by, key: key.clone(), label: label.map(|l| l.0.clone()) }
        });
        let rank = rank(asking.query.groups.first().copied(), &keys, labels);
        let worth = measures.first().and_then(|m| counts.figure(*m, passage.as_ref(), read.is_now));
        ranked.push((rank, worth, Row { keys: named.collect(), figures }));
    }
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    let told = ranked.len().min(asking.query.limit);
    let left_out = read.beyond + i64::try_from(ranked.len() - told).unwrap_or(0);
    Ok(Report {
        from: period.from,
        to: period.to,
        previous_from: before.map(|b| b.from),
        previous_to: before.map(|b| b.to),
        time_zone: asking.zone.name().to_owned(),
        currency,
        as_of: asking.now,
        total,
        rows: ranked.into_iter().take(told).map(|(.., row)| row).collect(),
        left_out,
    })
}

/// Where a row stands by the order of its own keys: stages and time have one. What has no key stands last.
fn rank(first: Option<Group>, keys: &Keys, labels: &Labels) -> Option<i64> {
    if !matches!(first, Some(Group::Stage | Group::Month | Group::Quarter | Group::ForecastCategory)) {
        return None;
    }
    let key = keys.first().cloned().flatten();
    Some(key.and_then(|k| labels.first()?.get(&k)?.1).unwrap_or(i64::MAX))
}

impl Place<'_> {
    fn figure(
        &self,
        measure: Measure,
        (counts, passage): (&Counts, Option<&Passage>),
        earlier: Option<(&Counts, Option<&Passage>)>,
    ) -> Figure {
        let previous = earlier.and_then(|(counts, passage)| counts.figure(measure, passage, false));
        Figure {
            measure,
            unit: measure.unit(),
            value: self.shown(measure, counts.figure(measure, passage, self.is_now)),
            previous: self.shown(measure, previous),
            of: parts(measure)
                .iter()
                .map(|part| Part {
                    measure: *part,
                    unit: part.unit(),
                    value: self.shown(*part, counts.figure(*part, passage, self.is_now)),
                    deals: self.deals(*part, passage),
                })
                .collect(),
            deals: self.deals(measure, passage),
        }
    }

    fn shown(&self, measure: Measure, figure: Option<Decimal>) -> Value {
        let Some(figure) = figure else { return Value::Null };
        match measure.unit() {
            Unit::Deals => json!(figure.to_i64()),
            Unit::Money | Unit::MoneyPerDay => {
                figure.to_i64().map_or(Value::Null, |minor| json!(Money::new(minor, self.currency)))
            }
            Unit::Share | Unit::Days => json!(figure.normalize().to_string()),
        }
    }

    /// The condition of the deals behind a figure.
    fn deals(&self, measure: Measure, passage: Option<&Passage>) -> Option<Value> {
        let (condition, family) = match measure {
            Measure::OpenDeals | Measure::PipelineValue | Measure::WeightedPipeline => (self.open(), Family::Open),
            Measure::Created => (self.timed("created_at", None), Family::Created),
            Measure::Won | Measure::WonValue | Measure::AverageDealSize | Measure::CycleDays => {
                (self.timed("closed_at", Some(json!("won"))), Family::Won)
            }
            Measure::Lost | Measure::LostValue => (self.timed("closed_at", Some(json!("lost"))), Family::Lost),
            Measure::WinRate | Measure::WinRateValue => {
                (self.timed("closed_at", Some(json!(["won", "lost"]))), Family::Won)
            }
            Measure::Velocity => return None,
            Measure::Entered | Measure::TimeInStage => return named(passage?.deals.as_deref()?),
            Measure::StageConversion => return named(passage?.went_further.as_deref()?),
        };
        let mut all = vec![condition];
        for (group, key) in self.asking.query.groups.iter().zip(self.keys) {
            all.push(group.deals(key.as_deref(), family, self.asking.zone)?);
        }
        Some(json!({ "and": all }))
    }

    fn open(&self) -> Value {
        if self.is_now {
            return json!({ "field": "stage_kind", "op": "eq", "value": "open" });
        }
        let end = self.moments.end;
        json!({ "and": [
            { "field": "created_at", "op": "lt", "value": end },
            { "or": [{ "field": "closed_at", "op": "is_null", "value": true }, { "field": "closed_at", "op": "gte", "value": end }] },
        ] })
    }

    /// Deals of the period by a time of theirs, archived or not, and by what their stage is.
    fn timed(&self, field: &str, kind: Option<Value>) -> Value {
        let mut all = vec![
            within(field, self.moments.begin, self.moments.end),
            json!({ "field": "archived", "op": "in", "value": ["false", "true"] }),
        ];
        if let Some(kind) = kind {
            let op = if kind.is_array() { "in" } else { "eq" };
            all.push(json!({ "field": "stage_kind", "op": op, "value": kind }));
        }
        json!({ "and": all })
    }
}

fn named(ids: &[Uuid]) -> Option<Value> {
    (!ids.is_empty()).then(|| json!({ "field": "id", "op": "in", "value": ids }))
}

/// What a measure is worked out of.
const fn parts(measure: Measure) -> &'static [Measure] {
    match measure {
        Measure::WeightedPipeline => &[Measure::OpenDeals],
        Measure::WinRate => &[Measure::Won, Measure::Lost],
        Measure::WinRateValue => &[Measure::WonValue, Measure::LostValue],
        Measure::AverageDealSize => &[Measure::WonValue, Measure::Won],
        Measure::CycleDays => &[Measure::Won],
        Measure::Velocity => &[Measure::OpenDeals, Measure::WinRate, Measure::AverageDealSize, Measure::CycleDays],
        Measure::StageConversion | Measure::TimeInStage => &[Measure::Entered],
        Measure::OpenDeals
        | Measure::PipelineValue
        | Measure::Created
        | Measure::Won
        | Measure::WonValue
        | Measure::Lost
        | Measure::LostValue
        | Measure::Entered => &[],
    }
}

impl Report {
    /// A figure of the total.
    #[must_use]
    pub fn figure(&self, measure: Measure) -> Option<&Figure> {
        self.total.iter().find(|f| f.measure == measure)
    }
}

impl Key {
    /// The record that it is, where it is one that the reader sees.
    #[must_use]
    pub fn record(&self) -> Option<Ref> {
        Ref::of(self.key.as_deref()?.parse::<Uuid>().ok(), self.label.clone())
    }
}
