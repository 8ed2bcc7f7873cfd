//! Products on an opportunity. A change of a line raises the opportunity's version and stands in its history.

use dealwright_access::{Context, Object, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{LineId, OpportunityId, ProductId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::{Change, Tx};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Line, Opportunity, store};
use crate::change::store::{References, check_references};
use crate::custom_field;
use crate::price_list;
use crate::record::{Ref, Texts};

const MAX_QUANTITY: i64 = 1_000_000_000;
const MAX_LINES: i64 = 500;

/// A new line. Without a price, that of the price list is taken which holds for the deal's currency today; where there is
/// none, the product's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    pub product_id: ProductId,
    #[schema(value_type = String, example = "2", pattern = r"^\d{1,10}(\.\d{1,4})?$")]
    pub quantity: Decimal,
    pub unit_price: Option<Money>,
    #[serde(default)]
    #[schema(value_type = String, example = "10", pattern = r"^\d{1,3}(\.\d{1,2})?$")]
    pub discount_percent: Decimal,
    /// The opportunity's version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for NewLine {
    fn validate(&self) -> Result<()> {
        check(Some(self.quantity), self.unit_price, Some(self.discount_percent))
    }
}

/// A change of a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinePatch {
    #[schema(value_type = Option<String>, example = "2", pattern = r"^\d{1,10}(\.\d{1,4})?$")]
    pub quantity: Option<Decimal>,
    pub unit_price: Option<Money>,
    #[schema(value_type = Option<String>, example = "10", pattern = r"^\d{1,3}(\.\d{1,2})?$")]
    pub discount_percent: Option<Decimal>,
    pub version: Option<i64>,
}

impl Validate for LinePatch {
    fn validate(&self) -> Result<()> {
        check(self.quantity, self.unit_price, self.discount_percent)
    }
}

fn check(quantity: Option<Decimal>, price: Option<Money>, discount: Option<Decimal>) -> Result<()> {
    let mut wrong = Texts::default();
    if quantity.is_some_and(|q| q <= Decimal::ZERO || q > Decimal::from(MAX_QUANTITY) || q.normalize().scale() > 4) {
        wrong.push("quantity", "out_of_range", "above 0 and at most 1,000,000,000, with at most 4 decimals");
    }
    if price.is_some_and(|p| p.minor < 0) {
        wrong.push("unit_price", "out_of_range", "a price is not negative");
    }
    if discount.is_some_and(|d| d < Decimal::ZERO || d > Decimal::ONE_HUNDRED || d.normalize().scale() > 2) {
        wrong.push("discount_percent", "out_of_range", "from 0 to 100, with at most 2 decimals");
    }
    wrong.finish()
}

/// Quantity times price less the discount, rounded half away from zero to the minor unit; none when out of range.
#[must_use]
pub fn total(quantity: Decimal, price: Money, discount: Decimal) -> Option<Money> {
    let share = (Decimal::ONE_HUNDRED - discount) / Decimal::ONE_HUNDRED;
    let minor = quantity.checked_mul(Decimal::from(price.minor))?.checked_mul(share)?;
    let minor = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
    (minor <= dealwright_kernel::money::MAX_MINOR).then_some(Money { minor, ..price })
}

/// The lines of an opportunity, in order.
pub async fn list(tx: &mut Tx, opportunity: OpportunityId) -> Result<Vec<Line>> {
    let rows = sqlx::query!(
        r#"select l.id as "id: LineId", l.product_id as "product_id: ProductId", p.name as product_name, l.quantity::text as "quantity!", l.price_minor,
                  l.currency, l.discount::text as "discount!"
           from opportunity_line l join product p on p.org_id = l.org_id and p.id = l.product_id
           where l.opportunity_id = $1 order by l.position, l.id"#,
        opportunity.0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let (quantity, discount): (Decimal, Decimal) =
                (r.quantity.parse().map_err(Error::internal)?, r.discount.parse().map_err(Error::internal)?);
            let unit_price = Money::new(r.price_minor, r.currency.parse()?);
            let total = total(quantity, unit_price, discount)
                .ok_or_else(|| Error::internal("a stored line is out of range"))?;
            let product = Ref { id: r.product_id.0, name: r.product_name };
            Ok(Line {
                id: r.id,
                product_id: r.product_id,
                product,
                quantity: quantity.normalize(),
                unit_price,
                discount_percent: discount,
                total,
            })
        })
        .collect()
}

/// Adds a line.
///
/// # Errors
/// 409 `version_conflict`; 422 when there is no such product, or it has no price and none is given.
pub async fn add(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    new: NewLine,
) -> Result<OpportunityId> {
    may_write(cx)?;
    check_references(tx, &References { product: Some(new.product_id.0), ..References::default() }).await?;
    let product = sqlx::query!("select name, price_minor, currency from product where id = $1", new.product_id.0)
        .fetch_one(tx.db())
        .await?;
    let listed = match (product.price_minor, product.currency) {
        (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
        _ => None,
    };
    let on_list = match new.unit_price {
        Some(_) => None,
        None => {
            let currency = permit.amount.map_or(cx.actor().currency, |amount| amount.currency);
            price_list::store::price_of(tx, new.product_id, currency, tx.now().date_naive()).await?
        }
    };
    let price = new
        .unit_price
        .or(on_list)
        .or(listed)
        .ok_or_else(|| Error::field("unit_price", "required", "the product has no price of its own"))?;
    let sum = within_range(total(new.quantity, price, new.discount_percent))?;
    let (org, id) = (tx.org().0, tx.new_id());
    let added = sqlx::query!(
        "insert into opportunity_line (org_id, id, opportunity_id, product_id, position, quantity, price_minor, currency, discount)
         select $1, $2, $3, $4, coalesce(max(position), -1) + 1, $5::text::numeric, $6, $7, $8::text::numeric
         from opportunity_line where org_id = $1 and opportunity_id = $3 having count(*) < $9",
        org,
        id,
        permit.id.0,
        new.product_id.0,
        new.quantity.to_string(),
        price.minor,
        price.currency.code(),
        new.discount_percent.to_string(),
        MAX_LINES,
    )
    .execute(tx.db())
    .await?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid("too_many_lines", format!("an opportunity has at most {MAX_LINES} products")));
    }
    let words = in_words(&product.name, new.quantity, price, new.discount_percent, sum);
    record(tx, permit, version, Value::Null, json!(words)).await
}

/// Changes a line.
///
/// # Errors
/// 404; 409 `version_conflict`; 422.
pub async fn change(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    id: LineId,
    patch: LinePatch,
) -> Result<OpportunityId> {
    may_write(cx)?;
    let line = list(tx, permit.id).await?.into_iter().find(|l| l.id == id).or_not_found("line")?;
    let quantity = patch.quantity.unwrap_or(line.quantity);
    let price = patch.unit_price.unwrap_or(line.unit_price);
    let discount = patch.discount_percent.unwrap_or(line.discount_percent);
    let sum = within_range(total(quantity, price, discount))?;
    sqlx::query!(
        "update opportunity_line set quantity = $2::text::numeric, price_minor = $3, currency = $4, discount = $5::text::numeric where id = $1",
        id.0,
        quantity.to_string(),
        price.minor,
        price.currency.code(),
        discount.to_string(),
    )
    .execute(tx.db())
    .await?;
    let old = in_words(&line.product.name, line.quantity, line.unit_price, line.discount_percent, line.total);
    let new = in_words(&line.product.name, quantity, price, discount, sum);
    record(tx, permit, version, json!(old), json!(new)).await
}

/// Removes a line.
///
/// # Errors
/// 404; 409 `version_conflict`.
pub async fn remove(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    id: LineId,
) -> Result<OpportunityId> {
    may_write(cx)?;
    let line = list(tx, permit.id).await?.into_iter().find(|l| l.id == id).or_not_found("line")?;
    sqlx::query!("delete from opportunity_line where id = $1", id.0).execute(tx.db()).await?;
    let old = in_words(&line.product.name, line.quantity, line.unit_price, line.discount_percent, line.total);
    record(tx, permit, version, json!(old), Value::Null).await
}

fn may_write(cx: &Context) -> Result<()> {
    cx.actor().fields.may_write(Object::Opportunity, ["products"])
}

fn within_range(total: Option<Money>) -> Result<Money> {
    total.ok_or_else(|| Error::field("quantity", "out_of_range", "the line's total is out of range"))
}

/// A line as history shows it.
fn in_words(product: &str, quantity: Decimal, price: Money, discount: Decimal, total: Money) -> String {
    let less = if discount.is_zero() { String::new() } else { format!(" less {} %", discount.normalize()) };
    format!("{} × {product} at {price}{less} = {total}", quantity.normalize())
}

async fn record(
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    old: Value,
    new: Value,
) -> Result<OpportunityId> {
    let current = permit.into_inner();
    if current.version != version || !store::touch(tx, current.id, version).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let change = Change { field: "products".into(), old, new, old_label: None, new_label: None };
    let event = current.event(tx, "updated").changes(vec![change]);
    tx.emit(event);
    Ok(current.id)
}

/// The whole record as the API shows it.
///
/// # Errors
/// 404 when it is absent or hidden.
pub async fn whole(cx: &Context, tx: &mut Tx, id: OpportunityId) -> Result<super::Whole> {
    let mut opportunity = store::find(tx, id, false).await?.or_not_found("opportunity")?.allowing(cx.actor());
    custom_field::facts::work_out(cx.actor(), tx, [&mut opportunity]).await?;
    let hidden = opportunity.hidden_fields.contains(&"products");
    let lines = if hidden { Vec::new() } else { list(tx, id).await? };
    let stage_history = store::stage_history(tx, &opportunity).await?;
    Ok(super::Whole { opportunity, lines, stage_history })
}

#[cfg(test)]
mod tests {
    use dealwright_kernel::Currency;

    use super::*;

    #[test]
    fn totals_round_to_the_minor_unit() {
        let price = Money::new(999, Currency::EUR);
        let of = |quantity: &str, discount: &str| {
            total(quantity.parse().unwrap(), price, discount.parse().unwrap()).unwrap().minor
        };
        assert_eq!(of("3", "0"), 2_997);
        assert_eq!(of("1", "50"), 500);
        assert_eq!(of("0.333", "10"), 299);
        assert!(
            total(Decimal::from(MAX_QUANTITY), Money::new(1_000_000_000_000, Currency::EUR), Decimal::ZERO).is_none()
        );
    }
}
