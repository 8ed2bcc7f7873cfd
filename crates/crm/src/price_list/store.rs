//! The SQL of price lists.

use chrono::NaiveDate;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{PriceListId, ProductId};
use dealwright_kernel::{Currency, Error, Money, Result};
use dealwright_store::Tx;

use super::{Billing, Fields, MAX_ENTRIES, MAX_LISTS, NewPrice, Price, PriceList};
use crate::record::Ref;

struct Row {
    id: PriceListId,
    name: String,
    currency: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    is_default: bool,
    archived: bool,
    prices: i64,
    version: i64,
}

impl Row {
    fn into_list(self) -> Result<PriceList> {
        Ok(PriceList {
            id: self.id,
            name: self.name,
            currency: self.currency.parse()?,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            default: self.is_default,
            archived: self.archived,
            prices: self.prices,
            version: self.version,
        })
    }
}

/// All price lists by name, or the one of this id.
pub async fn list(tx: &mut Tx, id: Option<PriceListId>) -> Result<Vec<PriceList>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select l.id as "id: PriceListId", l.name, l.currency, l.valid_from, l.valid_to, l.is_default, l.archived_at is not null as "archived!",
                  (select count(*) from price_list_entry e where e.org_id = l.org_id and e.price_list_id = l.id) as "prices!", l.version
           from price_list l where l.org_id = $1 and ($2::uuid is null or l.id = $2) order by lower(l.name), l.id"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_list).collect()
}

fn taken() -> Error {
    Error::conflict("price_list_name_taken", "there is a price list of this name already").on("name")
}

/// Adds a list at version 1.
///
/// # Errors
/// 409 `price_list_name_taken`; 422 `too_many_price_lists`.
pub async fn insert(tx: &mut Tx, id: PriceListId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let added = sqlx::query!(
        "insert into price_list (org_id, id, name, currency, valid_from, valid_to, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $7 where (select count(*) from price_list where org_id = $1) < $8",
        org,
        id.0,
        f.name,
        f.currency.code(),
        f.valid_from,
        f.valid_to,
        now,
        MAX_LISTS,
    )
    .execute(tx.db())
    .await
    .on_constraint("price_list_name_key", taken)?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid("too_many_price_lists", format!("there are at most {MAX_LISTS} price lists")));
    }
    set_default(tx, id, f).await
}

/// A currency has one default list.
async fn set_default(tx: &mut Tx, id: PriceListId, f: &Fields) -> Result<()> {
    let org = tx.org().0;
    if f.default {
        sqlx::query!(
            "update price_list set is_default = false, version = version + 1 where org_id = $1 and currency = $2 and is_default and id <> $3",
            org,
            f.currency.code(),
            id.0
        )
        .execute(tx.db())
        .await?;
    }
    sqlx::query!("update price_list set is_default = $3 where org_id = $1 and id = $2", org, id.0, f.default)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Writes the fields if the list is still at `version`; false when it is not.
///
/// # Errors
/// 409 `price_list_name_taken`.
pub async fn update(tx: &mut Tx, id: PriceListId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update price_list set name = $4, valid_from = $5, valid_to = $6, archived_at = case when $7 then coalesce(archived_at, $8) end, updated_at = $8,
             version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.valid_from,
        f.valid_to,
        f.archived,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("price_list_name_key", taken)?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    set_default(tx, id, f).await?;
    Ok(true)
}

/// Removes a list with its prices; false when it is not at `version` any more.
pub async fn delete(tx: &mut Tx, id: PriceListId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from price_list where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// The prices of a list, by the products' names.
pub async fn prices(tx: &mut Tx, list: &PriceList) -> Result<Vec<Price>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select e.product_id, p.name, e.price_minor, e.billing from price_list_entry e join product p on p.org_id = e.org_id and p.id = e.product_id
         where e.org_id = $1 and e.price_list_id = $2 order by lower(p.name), e.product_id",
        org,
        list.id.0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let product = Ref { id: r.product_id, name: r.name };
            Ok(Price { product, unit_price: Money::new(r.price_minor, list.currency), billing: r.billing.parse()? })
        })
        .collect()
}

/// Sets and removes prices, and raises the list's version if it is still at `version`; false when it is not.
///
/// # Errors
/// 422 `too_many_prices`.
pub async fn set_prices(tx: &mut Tx, id: PriceListId, version: i64, items: &[NewPrice]) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update price_list set updated_at = $4, version = version + 1 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        now
    )
    .execute(tx.db())
    .await?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    let gone: Vec<_> = items.iter().filter(|i| i.unit_price.is_none()).map(|i| i.product_id.0).collect();
    sqlx::query!(
        "delete from price_list_entry where org_id = $1 and price_list_id = $2 and product_id = any ($3)",
        org,
        id.0,
        &gone
    )
    .execute(tx.db())
    .await?;
    let set = items.iter().filter_map(|i| Some((i.product_id.0, (i.unit_price?.minor, i.billing.as_str().to_owned()))));
    let (products, rest): (Vec<_>, Vec<_>) = set.unzip();
    let (minors, billings): (Vec<i64>, Vec<String>) = rest.into_iter().unzip();
    sqlx::query!(
        "insert into price_list_entry (org_id, price_list_id, product_id, price_minor, billing)
         select $1, $2, n.product_id, n.minor, n.billing from unnest($3::uuid[], $4::bigint[], $5::text[]) as n (product_id, minor, billing)
         on conflict (org_id, price_list_id, product_id) do update set price_minor = excluded.price_minor, billing = excluded.billing",
        org,
        id.0,
        &products,
        &minors,
        &billings,
    )
    .execute(tx.db())
    .await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "n!" from price_list_entry where org_id = $1 and price_list_id = $2"#,
        org,
        id.0
    )
    .fetch_one(tx.db())
    .await?;
    if count > MAX_ENTRIES {
        return Err(Error::invalid("too_many_prices", format!("a list has at most {MAX_ENTRIES} prices")));
    }
    Ok(true)
}

/// The products among these that there are.
pub async fn known_products(tx: &mut Tx, items: &[NewPrice]) -> Result<Vec<ProductId>> {
    let (org, ids) = (tx.org().0, items.iter().map(|i| i.product_id.0).collect::<Vec<_>>());
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ProductId" from product where org_id = $1 and id = any ($2) and deleted_at is null"#,
        org,
        &ids
    )
    .fetch_all(tx.db())
    .await?)
}

/// A price on a list.
#[derive(Debug)]
pub struct Listed {
    pub list: PriceListId,
    pub price: Money,
    pub billing: Billing,
}

/// What a product costs: on the list asked for, or else on the list that holds for a currency and a day, the default one
/// first.
pub async fn price_of(
    tx: &mut Tx,
    product: ProductId,
    list: Option<PriceListId>,
    currency: Currency,
    on: NaiveDate,
) -> Result<Option<Listed>> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select e.price_minor, e.billing, l.currency, l.id as "id: PriceListId" from price_list_entry e
           join price_list l on l.org_id = e.org_id and l.id = e.price_list_id
           where e.org_id = $1 and e.product_id = $2 and l.archived_at is null and case when $5::uuid is not null then l.id = $5
             else l.currency = $3 and coalesce(l.valid_from <= $4, true) and coalesce(l.valid_to >= $4, true) end
           order by l.is_default desc, l.valid_from desc nulls last, l.id limit 1"#,
        org,
        product.0,
        currency.code(),
        on,
        list.map(|l| l.0),
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| {
        let price = Money::new(r.price_minor, r.currency.parse()?);
        Ok(Listed { list: r.id, price, billing: r.billing.parse()? })
    })
    .transpose()
}
