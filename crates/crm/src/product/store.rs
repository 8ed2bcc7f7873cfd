//! The SQL of products.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::ProductId;
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;

use super::{Fields, Product};

struct Row {
    id: ProductId,
    name: String,
    code: Option<String>,
    family: Option<String>,
    price_minor: Option<i64>,
    currency: Option<String>,
    archived: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_product(self) -> Result<Product> {
        let unit_price = match (self.price_minor, &self.currency) {
            (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
            _ => None,
        };
        Ok(Product {
            id: self.id,
            name: self.name,
            code: self.code,
            family: self.family,
            unit_price,
            archived: self.archived,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// All products, by name; at most 5,000.
pub async fn list(tx: &mut Tx) -> Result<Vec<Product>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: ProductId", name, code, family, price_minor, currency, archived_at is not null as "archived!", version, created_at, updated_at
           from product where org_id = $1 and deleted_at is null order by lower(name), id limit 5000"#,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_product).collect()
}

/// One live product.
pub async fn find(tx: &mut Tx, id: ProductId) -> Result<Option<Product>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: ProductId", name, code, family, price_minor, currency, archived_at is not null as "archived!", version, created_at, updated_at
           from product where org_id = $1 and id = $2 and deleted_at is null"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_product).transpose()
}

fn taken() -> Error {
    Error::conflict("product_name_taken", "there is a product of this name already").on("name")
}

fn code_taken() -> Error {
    Error::conflict("product_code_taken", "another product has this code").on("code")
}

/// Adds a product at version 1.
///
/// # Errors
/// 409 `product_name_taken` or `product_code_taken`.
pub async fn insert(tx: &mut Tx, id: ProductId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into product (org_id, id, name, code, family, price_minor, currency, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        org,
        id.0,
        f.name,
        f.code,
        f.family,
        f.unit_price.map(|m| m.minor),
        f.unit_price.map(|m| m.currency.code()),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("product_name_key", taken)
    .on_constraint("product_code_key", code_taken)?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not.
///
/// # Errors
/// 409 `product_name_taken` or `product_code_taken`.
pub async fn update(tx: &mut Tx, id: ProductId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update product set name = $4, code = $5, family = $6, price_minor = $7, currency = $8,
             archived_at = case when $10 then coalesce(archived_at, $9) end, updated_at = $9, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.name,
        f.code,
        f.family,
        f.unit_price.map(|m| m.minor),
        f.unit_price.map(|m| m.currency.code()),
        now,
        f.archived,
    )
    .execute(tx.db())
    .await
    .on_constraint("product_name_key", taken)
    .on_constraint("product_code_key", code_taken)?;
    Ok(written.rows_affected() == 1)
}

/// Takes a product off the list; false when it is not at `version` any more. Lines that have it keep it.
pub async fn delete(tx: &mut Tx, id: ProductId, version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update product set deleted_at = $4, updated_at = $4, version = version + 1 where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
