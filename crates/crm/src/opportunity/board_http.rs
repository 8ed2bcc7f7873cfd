//! `GET /opportunities/board`.

use dealwright_access::policy::ReadOpportunity;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::id::PipelineId;
use dealwright_kernel::{Currency, Money, Result};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Opportunity;
use super::board::{self, Column};
use super::grouping::{self, By, Group, Grouped};
use super::list::CATALOGUE;
use crate::list::{Asked, ListQuery, Names};
use crate::pipeline::{self, Stage};
use crate::record::Ref;

/// The board's endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The columns of a board.
#[derive(Debug, Serialize, ToSchema)]
struct Board {
    pipeline: Ref,
    /// What the columns are: `stage`, or the field asked for.
    by: String,
    /// How the cards are sorted: as was asked for, or else `-amount`, or `-created_at` where amounts are hidden from you.
    sort: String,
    /// Whether your roles let you put a card into another column.
    settable: bool,
    /// By stage; empty when the board is by another field.
    columns: Vec<BoardColumn>,
    /// By another field, in the order of its values; empty when the board is by stage.
    groups: Vec<BoardGroup>,
    /// Groups that are too many to show: those with the fewest deals.
    groups_left_out: usize,
}

/// A stage with its first cards. More: list with `stage_id`, the board's `sort` and `next_cursor`.
#[derive(Debug, Serialize, ToSchema)]
struct BoardColumn {
    stage: Stage,
    count: i64,
    /// Of a stage with a limit: how many open deals of the organisation are in it, those too that you do not see or that
    /// are filtered out.
    in_stage: Option<i64>,
    /// Null when amounts are hidden from you.
    sum: Option<Money>,
    /// The sum times the stage's probability.
    weighted: Option<Money>,
    items: Vec<Opportunity>,
    next_cursor: Option<String>,
}

/// The deals that have one value of a field. More: list with that value, `pipeline_id`, the same filters, the board's
/// `sort` and `next_cursor`.
#[derive(Debug, Serialize, ToSchema)]
struct BoardGroup {
    /// Null: those without a value.
    value: Option<String>,
    label: String,
    /// Deals have it, and no other can get it any more.
    retired: bool,
    count: i64,
    /// Null when amounts are hidden from you.
    sum: Option<Money>,
    /// Each amount times its probability; null when one of them is hidden from you.
    weighted: Option<Money>,
    items: Vec<Opportunity>,
    next_cursor: Option<String>,
}

/// The board: each stage of a pipeline, or each value of a field, with its count, its sum and its first cards
///
/// By a field it has the open deals of the pipeline, unless the filter speaks of stages. Every filter of the list is one
/// of the board.
#[utoipa::path(get, path = "/opportunities/board", tag = "opportunities",
    params(("pipeline_id" = Option<PipelineId>, Query, description = "The first pipeline when absent"),
           ("by" = Option<String>, Query, description = "What the columns are: `stage`, `owner_id`, `team_id`, `forecast_category`, `type_id`, `source_id`, `industry_id`, `region_id`, `account.industry_id`, `account.region_id`, or `custom.<key>` of a field of one option; `stage` when absent"),
           ("sort" = Option<String>, Query, description = "As in the list; the biggest first when absent"),
           ("per_column" = Option<u16>, Query, description = "Cards a column, 1 to 100; 12 when absent. By a field also 0: counts and sums alone"),
           ("q" = Option<String>, Query, description = "Words to search for"), ("owner_id" = Option<String>, Query), ("team_id" = Option<String>, Query)),
    responses((status = 200, body = Board), Problems))]
async fn show(cx: Allow<ReadOpportunity>, Query(mut asked): Query<Asked>) -> Result<Json<Board>> {
    let pipeline_id = take(&mut asked, "pipeline_id")
        .map(|id| id.parse::<PipelineId>())
        .transpose()
        .map_err(|_| dealwright_kernel::Error::not_found("pipeline"))?;
    let by = take(&mut asked, "by").filter(|by| by != "stage");
    let limit = take(&mut asked, "per_column").unwrap_or_else(|| "12".into());
    let cards = by.is_none() || limit != "0";
    let limit = if cards { limit } else { "1".into() };
    let sort = take(&mut asked, "sort").filter(|sort| !sort.is_empty());
    let sort = sort.unwrap_or_else(|| board::board_sort(cx.actor()).to_owned());
    asked.retain(|(name, _)| name != "cursor" && name != "limit");
    asked.extend([("limit".into(), limit), ("sort".into(), sort)]);
    let mut tx = cx.begin().await?;
    let pipeline = pipeline::store::find(&mut tx, pipeline_id).await?;
    let by = match by {
        Some(by) => {
            grouping::open_alone(&mut asked);
            asked.push(("pipeline_id".into(), pipeline.id.to_string()));
            Some((By::read(&cx, &mut tx, &by).await?, by))
        }
        None => None,
    };
    let names = Names::of_asked(&mut tx, &CATALOGUE, &asked).await?;
    let query = ListQuery::read(&asked, names, cx.actor(), cx.clock().today())?;
    let currency = cx.actor().currency;
    let mut shown = Board {
        pipeline: Ref { id: pipeline.id.0, name: pipeline.name },
        by: "stage".to_owned(),
        sort: query.sort_text.clone(),
        settable: true,
        columns: Vec::new(),
        groups: Vec::new(),
        groups_left_out: 0,
    };
    if let Some((by, name)) = by {
        let Grouped { groups, left_out } = grouping::grouped(&cx, &mut tx, &by, &query, cards).await?;
        shown.by = name;
        shown.settable = by.is_settable(cx.actor());
        shown.groups = groups.into_iter().map(|g| BoardGroup::new(g, currency)).collect();
        shown.groups_left_out = left_out;
    } else {
        let columns = board::board(&cx, &mut tx, pipeline.stages, &query).await?;
        shown.columns = columns.into_iter().map(|c| BoardColumn::new(c, currency)).collect();
    }
    tx.done(Json(shown)).await
}

fn take(asked: &mut Asked, name: &str) -> Option<String> {
    let at = asked.iter().position(|(n, _)| n == name)?;
    Some(asked.remove(at).1)
}

impl BoardColumn {
    fn new(column: Column, currency: Currency) -> Self {
        let sum = column.sum.map(|sum| Money::new(sum, currency));
        let weighted = sum.map(|sum| board::weighted(sum, column.stage.probability));
        Self {
            stage: column.stage,
            count: column.count,
            in_stage: column.in_stage,
            sum,
            weighted,
            items: column.items,
            next_cursor: column.next_cursor,
        }
    }
}

impl BoardGroup {
    fn new(group: Group, currency: Currency) -> Self {
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        Self {
            value: group.value,
            label: group.label,
            retired: group.retired,
            count: group.totals.count,
            sum: money(group.totals.sum),
            weighted: money(group.totals.weighted),
            items: group.items,
            next_cursor: group.next_cursor,
        }
    }
}
