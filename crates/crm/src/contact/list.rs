//! What lists of contacts can be filtered and sorted by, and how their rows are read.

use dealwright_access::policy::{Needs, ReadContact};
use dealwright_access::{Actor, Context};
use dealwright_kernel::{Page, Result};
use dealwright_store::Tx;
use sqlx::FromRow;

use super::Contact;
use super::store::Row;
use crate::custom_field;
use crate::list::{self, Catalogue, Field, Kind, ListQuery, Reader};
use crate::search;

/// The fields of a contact that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "contact",
    table: "contact",
    read: ReadContact::PERMISSION,
    owner_column: "owner_id",
    fields: &[
        Field::new("name", "name_sort", Kind::Text).sorted_not_null(),
        Field::new("email", "email", Kind::Text),
        Field::worked_out("title", "lower(t.title)", Kind::Text),
        Field::new("phone", "phone", Kind::Text),
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
        Field::new("owner_id", "owner_id", Kind::User),
        Field::new("owner", "owner_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("tag", "id", Kind::Tag),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
    ],
    archives: false,
    sums: &[],
    default_sort: "name",
};

const COLUMNS: &str = "t.id, t.first_name, t.last_name, t.name, t.title, t.email, t.phone, t.account_id, a.name as account_name, t.owner_id, \
    u.name as owner_name, t.team_id, t.tags, t.custom, t.external_id, t.version, t.created_at, t.updated_at, \
    (select app.principals()) <> '{}' and app.edits_until('contact', t.id) is not null as shared_to_edit";

const JOINS: &str = "left join app_user u on u.org_id = t.org_id and u.id = t.owner_id \
    left join account a on a.org_id = t.org_id and a.id = t.account_id";

/// Lists of contacts as `actor` reads them.
#[must_use]
pub fn reader(actor: &Actor) -> Reader<'_> {
    Reader { catalogue: &CATALOGUE, actor, columns: COLUMNS, joins: JOINS }
}

/// Reads a page.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn page(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Page<Contact>> {
    let reader = reader(cx.actor());
    let ids = match &query.q {
        Some(q) => Some(search::contacts(tx, cx.actor(), q).await?),
        None => list::of_accounts(tx, &CATALOGUE, &query.filter).await?,
    };
    let listed = list::fetch(tx, &reader, query, ids.as_deref()).await?;
    let mut items =
        listed.rows.iter().map(|row| Ok(Row::from_row(row)?.into_contact(cx.actor()))).collect::<Result<Vec<_>>>()?;
    custom_field::facts::work_out(cx.actor(), tx, &mut items).await?;
    let total = if query.count { Some(list::count(tx, &reader, query, ids.as_deref()).await?) } else { None };
    Ok(Page { items, next_cursor: listed.next_cursor, total: total.into() })
}
