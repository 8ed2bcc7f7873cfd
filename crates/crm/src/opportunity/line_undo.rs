//! Taking back what was done to the products of a deal. Its amount follows, where it follows the products.

use dealwright_access::{Context, Permit};
use dealwright_kernel::id::{EventId, LineId, PriceListId, ProductId};
use dealwright_kernel::{Money, Result};
use dealwright_store::{Change, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::line_sum::Terms;
use super::{Line, Opportunity, lines, parts};
use crate::price_list::Billing;

/// A line as events tell of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub id: LineId,
    pub product_id: ProductId,
    pub quantity: Decimal,
    pub unit_price: Money,
    pub discount_percent: Decimal,
    pub discount_amount: Option<Money>,
    pub billing: Billing,
    pub term_months: Option<i32>,
    pub price_list_id: Option<PriceListId>,
}

impl Kept {
    /// As it is of a line.
    #[must_use]
    pub fn of(line: &Line, terms: Terms) -> Self {
        Self::new(line.id, line.product_id, line.price_list_id, terms)
    }

    /// As it is with these terms.
    #[must_use]
    pub fn new(id: LineId, product_id: ProductId, price_list_id: Option<PriceListId>, terms: Terms) -> Self {
        Self {
            id,
            product_id,
            quantity: terms.quantity.normalize(),
            unit_price: terms.unit_price,
            discount_percent: terms.discount_percent.normalize(),
            discount_amount: terms.discount_amount,
            billing: terms.billing,
            term_months: terms.term_months,
            price_list_id,
        }
    }

    /// What it comes to.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms {
            quantity: self.quantity,
            unit_price: self.unit_price,
            discount_percent: self.discount_percent,
            discount_amount: self.discount_amount,
            billing: self.billing,
            term_months: self.term_months,
        }
    }
}

/// Takes back a change of a deal's products.
///
/// # Errors
/// 403; 409 `nothing_to_undo` when the line has changed since; 422 as for any change of products.
pub async fn take_back(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    change: &Change,
    undoes: EventId,
) -> Result<EventId> {
    lines::may_write(cx)?;
    let guard = lines::guard(tx, &permit, false).await?;
    let (old, new) = parts::told::<Kept>(change)?;
    let id = old.as_ref().or(new.as_ref()).map(|kept| kept.id);
    let id = id.ok_or_else(|| parts::nothing("this can't be taken back"))?;
    let line = lines::list(tx, permit.id).await?.into_iter().find(|line| line.id == id);
    let now = line.as_ref().map(|line| Kept::of(line, line.terms()));
    if now != new {
        let why =
            if now.is_none() { "the product is no longer on the deal" } else { "the product has been changed since" };
        return Err(parts::nothing(why));
    }
    match (&old, &new) {
        (Some(old), Some(_)) => lines::write_terms(tx, id, old.terms()).await?,
        (None, _) => lines::delete(tx, id).await?,
        (Some(old), None) => lines::put_back(tx, permit.id, old).await?,
    }
    let version = permit.version;
    let told = |kept: Option<Kept>, label: &Option<String>| kept.map(|kept| (kept, label.clone().unwrap_or_default()));
    let (old, new) = (told(new, &change.new_label), told(old, &change.old_label));
    lines::record(cx, tx, permit, version, (old, new), Some(undoes), guard).await
}
