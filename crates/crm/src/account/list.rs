//! What lists of accounts can be filtered and sorted by, and how their rows are read.

use dealwright_access::policy::{Needs, ReadAccount};
use dealwright_access::{Actor, Context};
use dealwright_kernel::{Page, Result};
use dealwright_store::Tx;
use sqlx::FromRow;

use super::Account;
use super::store::Row;
use crate::custom_field;
use crate::list::{self, Catalogue, Field, Kind, ListQuery, Reader};
use crate::search;

/// The fields of an account that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "account",
    table: "account",
    read: ReadAccount::PERMISSION,
    owner_column: "owner_id",
    fields: &[
        Field::new("name", "name_sort", Kind::Text).sorted_not_null(),
        Field::new("domain", "domain", Kind::Text),
        Field::new("industry_id", "industry_id", Kind::Choice("industry")),
        Field::new("region_id", "region_id", Kind::Choice("region")),
        Field::new("parent_id", "parent_id", Kind::Account),
        Field::new("owner_id", "owner_id", Kind::User),
        Field::new("owner", "owner_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("country", "country_key", Kind::Text),
        Field::new("phone", "phone", Kind::Text),
        Field::worked_out("website", "lower(t.website)", Kind::Text),
        Field::new("employees", "employees", Kind::Int),
        Field::new("annual_revenue", "revenue_minor", Kind::Money).sorted(),
        Field::new("tag", "id", Kind::Tag),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
    ],
    archives: false,
    sums: &["annual_revenue"],
    default_sort: "name",
};

const COLUMNS: &str = "t.id, t.name, t.domain, t.phone, t.website, t.industry_id, t.region_id, t.parent_id, p.name as parent_name, t.employees, \
    t.revenue_minor, t.currency, t.founded_year, t.country, t.owner_id, u.name as owner_name, t.team_id, t.tags, t.custom, t.external_id, \
    t.version, t.created_at, t.updated_at, \
    (select app.principals()) <> '{}' and app.edits_until('account', t.id) is not null as shared_to_edit";

const JOINS: &str = "left join app_user u on u.org_id = t.org_id and u.id = t.owner_id \
    left join account p on p.org_id = t.org_id and p.id = t.parent_id";

/// Lists of accounts as `actor` reads them.
#[must_use]
pub fn reader(actor: &Actor) -> Reader<'_> {
    Reader { catalogue: &CATALOGUE, actor, columns: COLUMNS, joins: JOINS }
}

/// Reads a page.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn page(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Page<Account>> {
    let reader = reader(cx.actor());
    let ids = match &query.q {
        Some(q) => Some(search::accounts(tx, cx.actor(), q).await?),
        None => None,
    };
    let listed = list::fetch(tx, &reader, query, ids.as_deref()).await?;
    let mut items =
        listed.rows.iter().map(|row| Row::from_row(row)?.into_account(cx.actor())).collect::<Result<Vec<_>>>()?;
    custom_field::facts::work_out(cx.actor(), tx, &mut items).await?;
    let total = if query.count { Some(list::count(tx, &reader, query, ids.as_deref()).await?) } else { None };
    Ok(Page { items, next_cursor: listed.next_cursor, total: total.into() })
}
