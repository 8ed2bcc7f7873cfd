//! What lists of leads can be filtered and sorted by, and how their rows are read.

use dealwright_access::policy::{Needs, ReadLead};
use dealwright_access::{Actor, Context};
use dealwright_kernel::{Page, Result};
use dealwright_store::Tx;
use sqlx::FromRow;

use super::store::Row;
use super::{Grade, Lead, Rating};
use crate::custom_field;
use crate::list::{self, Catalogue, Field, Kind, ListQuery, Reader};
use crate::search;

/// The fields of a lead that lists know.
pub static CATALOGUE: Catalogue = Catalogue {
    object: "lead",
    table: "lead",
    read: ReadLead::PERMISSION,
    owner_column: "owner_id",
    fields: &[
        Field::new("name", "name_sort", Kind::Text).sorted_not_null(),
        Field::new("company", "company_sort", Kind::Text).sorted(),
        Field::new("email", "email", Kind::Text),
        Field::worked_out("title", "lower(t.title)", Kind::Text),
        Field::new("phone", "phone", Kind::Text),
        Field::new("country", "country_key", Kind::Text),
        Field::new("rating", "rating", Kind::Word(Rating::WORDS)),
        Field::new("status_id", "status_id", Kind::Choice("lead_status")),
        Field::new("source_id", "source_id", Kind::Choice("source")),
        Field::new("industry_id", "industry_id", Kind::Choice("industry")),
        Field::new("region_id", "region_id", Kind::Choice("region")),
        Field::new("owner_id", "owner_id", Kind::User),
        Field::new("owner", "owner_id", Kind::User),
        Field::new("team_id", "team_id", Kind::Team),
        Field::new("state", "converted_at", Kind::State(["open", "converted"])),
        Field::new("converted_at", "converted_at", Kind::Time).sorted(),
        Field::new("tag", "id", Kind::Tag),
        Field::new("score", "score", Kind::Int).sorted(),
        Field::new("grade", "score_grade", Kind::Word(Grade::WORDS)),
        Field::new("created_at", "created_at", Kind::Time).sorted_not_null(),
        Field::new("updated_at", "updated_at", Kind::Time).sorted_not_null(),
    ],
    archives: false,
    sums: &[],
    default_sort: "-created_at",
};

const COLUMNS: &str = "t.id, t.first_name, t.last_name, t.name, t.company, t.title, t.email, t.phone, t.website, t.country, t.rating, t.description, \
    t.status_id, s.name as status_name, s.category as status_category, t.source_id, t.industry_id, t.region_id, t.owner_id, u.name as owner_name, \
    t.team_id, t.tags, t.custom, t.external_id, t.converted_at, t.converted_by, b.name as converted_by_name, t.converted_account_id, \
    a.name as account_name, t.converted_contact_id, c.name as contact_name, t.converted_opportunity_id, o.name as opportunity_name, t.score, t.score_grade, t.version, \
    t.created_at, t.updated_at, \
    (select app.principals()) <> '{}' and app.edits_until('lead', t.id) is not null as shared_to_edit";

const JOINS: &str = "left join app_user u on u.org_id = t.org_id and u.id = t.owner_id \
    left join choice s on s.org_id = t.org_id and s.id = t.status_id \
    left join app_user b on b.org_id = t.org_id and b.id = t.converted_by \
    left join account a on a.org_id = t.org_id and a.id = t.converted_account_id \
    left join contact c on c.org_id = t.org_id and c.id = t.converted_contact_id \
    left join opportunity o on o.org_id = t.org_id and o.id = t.converted_opportunity_id";

/// Lists of leads as `actor` reads them.
#[must_use]
pub fn reader(actor: &Actor) -> Reader<'_> {
    Reader { catalogue: &CATALOGUE, actor, columns: COLUMNS, joins: JOINS }
}

/// Reads a page.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn page(cx: &Context, tx: &mut Tx, query: &ListQuery) -> Result<Page<Lead>> {
    let reader = reader(cx.actor());
    let ids = match &query.q {
        Some(q) => Some(search::leads(tx, cx.actor(), q).await?),
        None => None,
    };
    let listed = list::fetch(tx, &reader, query, ids.as_deref()).await?;
    let mut items =
        listed.rows.iter().map(|row| Row::from_row(row)?.into_lead(cx.actor())).collect::<Result<Vec<_>>>()?;
    custom_field::facts::work_out(cx.actor(), tx, &mut items).await?;
    let total = if query.count { Some(list::count(tx, &reader, query, ids.as_deref()).await?) } else { None };
    Ok(Page { items, next_cursor: listed.next_cursor, total: total.into() })
}
