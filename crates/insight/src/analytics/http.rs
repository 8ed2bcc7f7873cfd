//! `GET /analytics`: one query of measures by groups.

use chrono::NaiveDate;
use dealwright_access::policy::ReadOpportunity;
use dealwright_access::{Access, Allow, Context};
use dealwright_crm::list::{Asked, ListQuery, Names, span};
use dealwright_crm::opportunity::list::CATALOGUE;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query as Pairs};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Group, Measure, Period, Query, Report, USUAL_ROWS};

/// The longest period, in days.
const LONGEST: i64 = 3_660;
/// What only lists know.
const OF_LISTS: [&str; 4] = ["sort", "cursor", "count", "totals"];

/// The endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(analytics))
}

/// Which figures, of which deals. Every other parameter is a filter, as in `GET /opportunities`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs; this describes them")]
struct Params {
    /// Measures by commas; all that you may see when absent. open_deals, pipeline_value, weighted_pipeline, created, won,
    /// won_value, lost, lost_value, win_rate, win_rate_value, average_deal_size, cycle_days, velocity, and of stages entered,
    /// stage_conversion and time_in_stage.
    #[param(example = "won_value,win_rate")]
    measures: Option<String>,
    /// One or two by commas: stage, pipeline, owner, team, region, industry, product, source, type, account, lost_reason,
    /// forecast_category, month, quarter.
    #[param(example = "owner")]
    group_by: Option<String>,
    /// `this_quarter` when absent; `this_month`, `last_year`, ….
    period: Option<String>,
    /// A first day, instead of `period`.
    from: Option<NaiveDate>,
    /// The last day that counts; today when there is a first one only.
    to: Option<NaiveDate>,
    /// `previous`: also of the period before, of the same length.
    compare: Option<String>,
    /// The most rows.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
    /// A filter tree in JSON, as `POST /opportunities/query` takes it.
    filter: Option<String>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// Figures over deals
///
/// Of the deals that you see. Each figure says what it is made of, and by which condition a list finds these deals. What is
/// closed or was made counts also when it has been archived since.
#[utoipa::path(get, path = "/analytics", tag = "insight", params(Params), responses((status = 200, body = Report), Problems))]
async fn analytics(cx: Allow<ReadOpportunity>, Pairs(asked): Pairs<Asked>) -> Result<Json<Report>> {
    let mut tx = cx.begin().await?;
    let query = read(&cx, &mut tx, asked).await?;
    let report = super::run(&cx, &mut tx, &query).await?;
    tx.done(Json(report)).await
}

/// Reads a query string.
async fn read(cx: &Context, tx: &mut Tx, mut asked: Asked) -> Result<Query> {
    let mut take = |wanted: &str| {
        let value = asked.iter().find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, v)| v.clone());
        asked.retain(|(name, _)| name != wanted);
        value
    };
    let measures = listed(take("measures"), str::parse::<Measure>)?;
    let groups = listed(take("group_by"), str::parse::<Group>)?;
    let today = cx.clock().today();
    let period = period(take("period"), take("from"), take("to"), today)?;
    let compare = match take("compare").as_deref() {
        None => false,
        Some("previous") => true,
        Some(_) => return Err(Error::unreadable("invalid_query", "previous, or nothing").on("compare")),
    };
    let wrong = |_| Error::unreadable("invalid_query", "a number from 1 to 500").on("limit");
    let limit = take("limit").map_or(Ok(USUAL_ROWS), |text| text.parse().map_err(wrong))?;
    if let Some((name, _)) = asked.iter().find(|(name, _)| OF_LISTS.contains(&name.as_str())) {
        return Err(Error::unreadable("invalid_query", "figures have no order and no pages").on(name.clone()));
    }
    let names = Names::of_asked(tx, &CATALOGUE, &asked).await?;
    let filter = ListQuery::read_with(&asked, &names, cx.actor(), today)?;
    Ok(Query { measures, groups, filter, period, compare, limit })
}

fn listed<T>(text: Option<String>, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    text.map_or(Ok(Vec::new()), |text| text.split(',').map(|word| read(word.trim())).collect())
}

/// The days that are asked for.
fn period(named: Option<String>, from: Option<String>, to: Option<String>, today: NaiveDate) -> Result<Period> {
    let wrong = |on: &'static str| {
        Error::unreadable("invalid_query", "a period such as this_quarter, or days such as 2026-12-31").on(on)
    };
    let day = |text: String, on| span(&text, today).ok_or_else(|| wrong(on));
    let period = match (named, from) {
        (Some(_), Some(_)) => {
            return Err(Error::unreadable("invalid_query", "either a period or its first day").on("period"));
        }
        (None, Some(from)) => {
            let from = day(from, "from")?.from;
            let to = to.map_or(Ok(today), |to| day(to, "to").map(|span| span.to))?;
            Period { from, to }
        }
        (named, None) => {
            let span = day(named.unwrap_or_else(|| "this_quarter".to_owned()), "period")?;
            Period { from: span.from, to: to.map_or(Ok(span.to), |to| day(to, "to").map(|span| span.to))? }
        }
    };
    if period.from > period.to || (period.to - period.from).num_days() > LONGEST {
        return Err(
            Error::unreadable("invalid_query", "a period of at most ten years, from its first day on").on("from")
        );
    }
    Ok(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_named_or_days() {
        let today = "2026-11-23".parse().unwrap();
        let of = |named: Option<&str>, from: Option<&str>, to: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            period(own(named), own(from), own(to), today)
                .map_or_else(|e| e.code.into_owned(), |p| format!("{}..{}", p.from, p.to))
        };
        assert_eq!(of(None, None, None), "2026-10-01..2026-12-31");
        assert_eq!(of(Some("last_month"), None, None), "2026-10-01..2026-10-31");
        assert_eq!(of(None, Some("2026-01-01"), None), "2026-01-01..2026-11-23");
        assert_eq!(of(None, Some("-30d"), Some("yesterday")), "2026-10-24..2026-11-22");
        for (named, from, to) in [
            (Some("soon"), None, None),
            (None, Some("2026-12-01"), Some("2026-11-01")),
            (Some("this_year"), Some("today"), None),
            (None, Some("1900-01-01"), None),
        ] {
            assert_eq!(of(named, from, to), "invalid_query");
        }
    }
}
