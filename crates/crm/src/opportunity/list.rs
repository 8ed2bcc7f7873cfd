//! What lists of opportunities can be filtered and sorted by, and how their rows are read.

use dealwright_access::policy::{Needs, ReadOpportunity};
use dealwright_access::{Actor, Context, Object, ScopeLevel};
use dealwright_kernel::{Result, Total};
use dealwright_store::Tx;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::store::Row;
use super::{ForecastCategory, Opportunity};
use crate::custom_field;
use crate::list::{self, Catalogue, Field, Kind, ListQuery, Reader};
use crate::search::{self, What};

/// The fields of an opportunity that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "opportunity",
    table: "opportunity",
    read: ReadOpportunity::PERMISSION,
    owner_column: "owner_id",
    fields: &[
        Field::new("id", "id", Kind::Id),
        Field::new("name", "name_sort", Kind::Text).sorted_not_null(),
        Field::new("account_id", "account_id", Kind::Account),
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
        Field::new("product_id", "id", Kind::Part("opportunity_line", "product_id")),
        Field::new("owner_id", "owner_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("tag", "id", Kind::Tag),
        Field::new("follow_up_date", "follow_up_date", Kind::Date).sorted(),
        Field::worked_out("next_step", "lower(t.next_step)", Kind::Text),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
        Field::new("stage_entered_at", "stage_entered_at", Kind::Time).sorted_not_null(),
        Field::new("closed_at", "closed_at", Kind::Time).sorted(),
        Field::new("position", "hand_position", Kind::Int).sorted_not_null(),
        Field::new("archived", "archived_at", Kind::State(["false", "true"])),
    ],
    archives: true,
    sums: &["amount", "expected_revenue"],
    default_sort: "-created_at",
};

pub(super) const COLUMNS: &str = "t.id, t.name, t.account_id, a.name as account_name, t.primary_contact_id, c.name as contact_name, t.pipeline_id, t.stage_id, \
    s.name as stage_name, s.kind as stage_kind, s.position as stage_position, s.probability as stage_probability, t.amount_minor, t.currency, \
    t.amount_from_lines, t.amount_base, t.expected_base, t.close_date, t.probability, t.forecast_category, t.type_id, t.source_id, t.industry_id, t.region_id, \
    t.owner_id, u.name as owner_name, t.team_id, t.next_step, t.follow_up_date, t.lost_reason_id, t.lost_notes, t.lost_to_id, t.won_reason_id, t.won_notes, t.tags, t.custom, t.external_id, t.version, \
    t.created_at, t.updated_at, t.stage_entered_at, t.closed_at, t.archived_at, \
    (select app.principals()) <> '{}' and app.edits_until('opportunity', t.id) is not null as shared_to_edit";

/// A stage and an owner are always there; `left` all the same, since an inner join keeps the planner from their keys: it
/// would read all users for each row.
pub(super) const JOINS: &str = "left join stage s on s.org_id = t.org_id and s.id = t.stage_id left join app_user u on u.org_id = t.org_id and u.id = t.owner_id \
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
