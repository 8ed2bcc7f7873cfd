//! Products on an opportunity. A change of a line raises the opportunity's version and stands in its history; where the
//! amount follows the products, it changes with them.

use dealwright_access::context::permission;
use dealwright_access::policy::UpdateOpportunity;
use dealwright_access::{Context, Object, Permit};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{EventId, LineId, OpportunityId, PriceListId, ProductId};
use dealwright_kernel::{Error, Money, Patch, Result};
use dealwright_store::Tx;
use rust_decimal::Decimal;
use serde::Deserialize;
use utoipa::ToSchema;

use super::line_sum::{self, LineTotals, Terms, USUAL_TERM};
use super::line_undo::Kept;
use super::parts::{self, PartChange};
use super::{Line, Opportunity, OpportunityPatch, store, write};
use crate::approval::{Guard, Subject};
use crate::change::store::{References, check_references};
use crate::custom_field;
use crate::price_list::{self, Billing};
use crate::record::Ref;

const MAX_LINES: i64 = 500;
/// All lines as one field: of what roles hide, and of what is approved.
pub const FIELD: &str = "products";

/// A new line. Without a price, that of the price list is taken, or of the one which holds for the deal's currency today;
/// where there is none, the product's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    pub product_id: ProductId,
    #[schema(value_type = String, example = "2", pattern = r"^\d{1,10}(\.\d{1,4})?$")]
    pub quantity: Decimal,
    /// Of a period, where it comes again.
    pub unit_price: Option<Money>,
    pub price_list_id: Option<PriceListId>,
    #[serde(default)]
    #[schema(value_type = String, example = "10", pattern = r"^\d{1,3}(\.\d{1,2})?$")]
    pub discount_percent: Decimal,
    /// Off each period's total, instead of a percentage.
    pub discount_amount: Option<Money>,
    /// As the price list has it when absent.
    pub billing: Option<Billing>,
    /// Of what comes again: 12 when absent.
    #[schema(minimum = 1, maximum = 600)]
    pub term_months: Option<i32>,
    /// The opportunity's version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    /// As of a change of the opportunity.
    #[serde(default)]
    pub restart_approval: bool,
}

impl Validate for NewLine {
    /// The line is checked whole, when its price is known.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// A change of a line.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinePatch {
    #[schema(value_type = Option<String>, example = "2", pattern = r"^\d{1,10}(\.\d{1,4})?$")]
    pub quantity: Option<Decimal>,
    pub unit_price: Option<Money>,
    #[schema(value_type = Option<String>, example = "10", pattern = r"^\d{1,3}(\.\d{1,2})?$")]
    pub discount_percent: Option<Decimal>,
    #[schema(value_type = Option<Money>)]
    pub discount_amount: Patch<Money>,
    pub billing: Option<Billing>,
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 600)]
    pub term_months: Patch<i32>,
    pub version: Option<i64>,
    /// As of a change of the opportunity.
    pub restart_approval: bool,
}

impl Validate for LinePatch {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

impl LinePatch {
    /// The terms after this patch. One kind of discount takes the place of the other; what comes again has a term.
    fn apply(&self, old: Terms) -> Terms {
        let billing = self.billing.unwrap_or(old.billing);
        let mut terms = Terms {
            quantity: self.quantity.unwrap_or(old.quantity),
            unit_price: self.unit_price.unwrap_or(old.unit_price),
            discount_percent: self.discount_percent.unwrap_or(old.discount_percent),
            discount_amount: self.discount_amount.apply(old.discount_amount),
            billing,
            term_months: self.term_months.apply(old.term_months),
        };
        if matches!(self.discount_amount, Patch::Value(_)) && self.discount_percent.is_none() {
            terms.discount_percent = Decimal::ZERO;
        }
        if self.discount_percent.is_some_and(|p| !p.is_zero()) && matches!(self.discount_amount, Patch::Absent) {
            terms.discount_amount = None;
        }
        if matches!(self.term_months, Patch::Absent) && self.billing.is_some() {
            terms.term_months = usual_term(billing, old.term_months);
        }
        terms
    }
}

fn usual_term(billing: Billing, said: Option<i32>) -> Option<i32> {
    billing.months().map(|_| said.unwrap_or(USUAL_TERM))
}

impl Line {
    pub(crate) const fn terms(&self) -> Terms {
        Terms {
            quantity: self.quantity,
            unit_price: self.unit_price,
            discount_percent: self.discount_percent,
            discount_amount: self.discount_amount,
            billing: self.billing,
            term_months: self.term_months,
        }
    }

    /// As its event tells of it.
    pub(crate) fn told(&self) -> (Kept, String) {
        (Kept::of(self, self.terms()), self.terms().in_words(&self.product.name))
    }
}

/// The lines of an opportunity, in order.
pub async fn list(tx: &mut Tx, opportunity: OpportunityId) -> Result<Vec<Line>> {
    let rows = sqlx::query!(
        r#"select l.id as "id: LineId", l.product_id as "product_id: ProductId", p.name as product_name, l.quantity::text as "quantity!", l.price_minor,
                  l.currency, l.discount::text as "discount!", l.discount_minor, l.billing, l.term_months,
                  l.price_list_id as "price_list_id: PriceListId", r.name as "price_list?"
           from opportunity_line l join product p on p.org_id = l.org_id and p.id = l.product_id
           left join price_list r on r.org_id = l.org_id and r.id = l.price_list_id
           where l.org_id = $1 and l.opportunity_id = $2 order by l.position, l.id"#,
        tx.org().0,
        opportunity.0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let (quantity, discount): (Decimal, Decimal) =
                (r.quantity.parse().map_err(Error::internal)?, r.discount.parse().map_err(Error::internal)?);
            let unit_price = Money::new(r.price_minor, r.currency.parse()?);
            let terms = Terms {
                quantity: quantity.normalize(),
                unit_price,
                discount_percent: discount,
                discount_amount: r.discount_minor.map(|minor| Money { minor, ..unit_price }),
                billing: r.billing.parse()?,
                term_months: r.term_months,
            };
            let out_of_range = || Error::internal("a stored line is out of range");
            Ok(Line {
                id: r.id,
                product_id: r.product_id,
                product: Ref { id: r.product_id.0, name: r.product_name },
                price_list: Ref::of(r.price_list_id, r.price_list),
                price_list_id: r.price_list_id,
                quantity: terms.quantity,
                unit_price,
                discount_percent: discount,
                discount_amount: terms.discount_amount,
                billing: terms.billing,
                term_months: terms.term_months,
                total: terms.total().ok_or_else(out_of_range)?,
                annual_recurring: terms.annual().ok_or_else(out_of_range)?,
                contract_value: terms.contract().ok_or_else(out_of_range)?,
            })
        })
        .collect()
}

/// What the lines come to, by currency.
///
/// # Errors
/// 422 when a sum is out of range.
pub fn totals(lines: &[Line]) -> Result<Vec<LineTotals>> {
    let terms: Vec<Terms> = lines.iter().map(Line::terms).collect();
    line_sum::totals(&terms).ok_or_else(|| Error::field("quantity", "out_of_range", "the total is out of range"))
}

/// The amount that follows from the lines; none without lines.
///
/// # Errors
/// 422 `mixed_currencies` when they are in several, or the sum is out of range.
pub async fn amount(tx: &mut Tx, id: OpportunityId) -> Result<Option<Money>> {
    let totals = totals(&list(tx, id).await?)?;
    match totals.as_slice() {
        [] => Ok(None),
        [sum] if sum.contract_value.minor <= dealwright_kernel::money::MAX_MINOR => Ok(Some(sum.contract_value)),
        [_] => Err(Error::field("amount", "invalid_amount", "the amount is out of range")),
        _ => Err(Error::field(
            "amount_from_lines",
            "mixed_currencies",
            "the products are in several currencies: enter the amount by hand",
        )),
    }
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
    parts::at(&permit, version)?;
    let guard = guard(tx, &permit, new.restart_approval).await?;
    check_references(tx, &References { product: Some(new.product_id.0), ..References::default() }).await?;
    let (terms, list) = priced(cx, tx, &permit, &new).await?;
    terms.check()?;
    let (org, id) = (tx.org().0, tx.new_id());
    let added = sqlx::query_scalar!(
        "insert into opportunity_line (org_id, id, opportunity_id, product_id, position, quantity, price_minor, currency, discount, discount_minor,
             billing, term_months, price_list_id)
         select $1, $2, $3, $4, coalesce(max(position), -1) + 1, $5::text::numeric, $6, $7, $8::text::numeric, $10, $11, $12, $13
         from opportunity_line where org_id = $1 and opportunity_id = $3 having count(*) < $9
         returning (select name from product where org_id = $1 and id = $4)",
        org,
        id,
        permit.id.0,
        new.product_id.0,
        terms.quantity.to_string(),
        terms.unit_price.minor,
        terms.unit_price.currency.code(),
        terms.discount_percent.to_string(),
        MAX_LINES,
        terms.discount_amount.map(|off| off.minor),
        terms.billing.as_str(),
        terms.term_months,
        list.map(|l| l.0),
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(product) = added else {
        return Err(Error::invalid("too_many_lines", format!("an opportunity has at most {MAX_LINES} products")));
    };
    let told = (Kept::new(LineId(id), new.product_id, list, terms), terms.in_words(&product.unwrap_or_default()));
    let id = permit.id;
    record(cx, tx, permit, version, (None, Some(told)), None, guard).await?;
    Ok(id)
}

/// The terms of a new line, and the list its price is from.
async fn priced(
    cx: &Context,
    tx: &mut Tx,
    permit: &Permit<Opportunity>,
    new: &NewLine,
) -> Result<(Terms, Option<PriceListId>)> {
    let org = tx.org().0;
    let product =
        sqlx::query!("select price_minor, currency from product where org_id = $1 and id = $2", org, new.product_id.0)
            .fetch_one(tx.db())
            .await?;
    let own = match (product.price_minor, product.currency) {
        (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
        _ => None,
    };
    let currency = permit.amount.map_or(cx.actor().currency, |amount| amount.currency);
    let today = tx.now().date_naive();
    let listed = price_list::store::price_of(tx, new.product_id, new.price_list_id, currency, today).await?;
    if new.price_list_id.is_some() && listed.is_none() {
        return Err(Error::field("price_list_id", "unknown_reference", "there is no such list, or this is not on it"));
    }
    let by_hand = new.unit_price.is_some() && new.price_list_id.is_none();
    let listed = listed.filter(|_| !by_hand);
    let unit_price = new.unit_price.or_else(|| listed.as_ref().map(|l| l.price)).or(own);
    let unit_price =
        unit_price.ok_or_else(|| Error::field("unit_price", "required", "the product has no price of its own"))?;
    let billing = new.billing.or_else(|| listed.as_ref().map(|l| l.billing)).unwrap_or_default();
    let terms = Terms {
        quantity: new.quantity,
        unit_price,
        discount_percent: new.discount_percent,
        discount_amount: new.discount_amount,
        billing,
        term_months: new.term_months.or_else(|| usual_term(billing, None)),
    };
    Ok((terms, listed.map(|l| l.list)))
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
    parts::at(&permit, version)?;
    let guard = guard(tx, &permit, patch.restart_approval).await?;
    let line = list(tx, permit.id).await?.into_iter().find(|l| l.id == id).or_not_found("line")?;
    let terms = patch.apply(line.terms());
    terms.check()?;
    write_terms(tx, id, terms).await?;
    let told = (Kept::of(&line, terms), terms.in_words(&line.product.name));
    let deal = permit.id;
    record(cx, tx, permit, version, (Some(line.told()), Some(told)), None, guard).await?;
    Ok(deal)
}

/// Gives a line other terms.
pub(super) async fn write_terms(tx: &mut Tx, id: LineId, terms: Terms) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update opportunity_line set quantity = $3::text::numeric, price_minor = $4, currency = $5, discount = $6::text::numeric,
             discount_minor = $7, billing = $8, term_months = $9
         where org_id = $1 and id = $2",
        org,
        id.0,
        terms.quantity.to_string(),
        terms.unit_price.minor,
        terms.unit_price.currency.code(),
        terms.discount_percent.to_string(),
        terms.discount_amount.map(|off| off.minor),
        terms.billing.as_str(),
        terms.term_months,
    )
    .execute(tx.db())
    .await?;
    Ok(())
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
    restart_approval: bool,
) -> Result<OpportunityId> {
    may_write(cx)?;
    parts::at(&permit, version)?;
    let guard = guard(tx, &permit, restart_approval).await?;
    let line = list(tx, permit.id).await?.into_iter().find(|l| l.id == id).or_not_found("line")?;
    delete(tx, id).await?;
    let deal = permit.id;
    record(cx, tx, permit, version, (Some(line.told()), None), None, guard).await?;
    Ok(deal)
}

/// Removes the row.
pub(super) async fn delete(tx: &mut Tx, id: LineId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from opportunity_line where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await?;
    Ok(())
}

/// Puts a line that was removed back, behind the others; the price list of its price may be gone.
///
/// # Errors
/// 422 `too_many_lines`; 409 when the product itself has been removed for good.
pub(super) async fn put_back(tx: &mut Tx, deal: OpportunityId, kept: &Kept) -> Result<()> {
    let (org, terms) = (tx.org().0, kept.terms());
    let added = sqlx::query!(
        "insert into opportunity_line (org_id, id, opportunity_id, product_id, position, quantity, price_minor, currency, discount, discount_minor,
             billing, term_months, price_list_id)
         select $1, $2, $3, p.id, (select coalesce(max(position), -1) + 1 from opportunity_line where org_id = $1 and opportunity_id = $3),
                $5::text::numeric, $6, $7, $8::text::numeric, $9, $10, $11, (select l.id from price_list l where l.org_id = $1 and l.id = $12)
         from product p where p.org_id = $1 and p.id = $4
           and (select count(*) from opportunity_line where org_id = $1 and opportunity_id = $3) < $13",
        org,
        kept.id.0,
        deal.0,
        kept.product_id.0,
        terms.quantity.to_string(),
        terms.unit_price.minor,
        terms.unit_price.currency.code(),
        terms.discount_percent.to_string(),
        terms.discount_amount.map(|off| off.minor),
        terms.billing.as_str(),
        terms.term_months,
        kept.price_list_id.map(|l| l.0),
        MAX_LINES,
    )
    .execute(tx.db())
    .await?;
    if added.rows_affected() == 0 {
        return Err(parts::nothing("there is no room for it, or the product is gone"));
    }
    Ok(())
}

/// Gives a deal the same lines as another.
pub async fn copy(tx: &mut Tx, from: OpportunityId, to: OpportunityId) -> Result<u64> {
    let org = tx.org().0;
    let copied = sqlx::query!(
        "insert into opportunity_line (org_id, id, opportunity_id, product_id, position, quantity, price_minor, currency, discount, discount_minor,
             billing, term_months, price_list_id)
         select org_id, gen_random_uuid(), $3, product_id, position, quantity, price_minor, currency, discount, discount_minor, billing, term_months,
                price_list_id
         from opportunity_line where org_id = $1 and opportunity_id = $2",
        org,
        from.0,
        to.0,
    )
    .execute(tx.db())
    .await?;
    Ok(copied.rows_affected())
}

pub(super) fn may_write(cx: &Context) -> Result<()> {
    cx.actor().fields.may_write(Object::Opportunity, [FIELD])
}

/// Looks whether the products may change: they may wait for an approval.
///
/// # Errors
/// 409 `approval_pending`.
pub(super) async fn guard(tx: &mut Tx, permit: &Permit<Opportunity>, restart: bool) -> Result<Guard> {
    Guard::of(tx, &Subject::deal(permit), &[FIELD], restart).await
}

/// A line before or after a change, with what a person reads of it.
type Told = Option<(Kept, String)>;

/// Tells of a change of a line, with what a person reads of it. Where the amount follows the products it is worked out anew,
/// before the event that the answer names.
pub(super) async fn record(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    (old, new): (Told, Told),
    undoes: Option<EventId>,
    guard: Guard,
) -> Result<EventId> {
    parts::at(&permit, version)?;
    let old = old.as_ref().map(|(kept, words)| (kept, words.clone()));
    let new = new.as_ref().map(|(kept, words)| (kept, words.clone()));
    let part = PartChange::of("product", "products", old, new, undoes)?;
    let changes = std::slice::from_ref(&part.change);
    if !permit.amount_from_lines {
        guard.settle(cx, tx, &Subject::deal(&permit), changes).await?;
        return parts::record(tx, &permit, version, part).await;
    }
    let id = permit.id;
    // Nothing else is said; whoever may change the products while they wait may change what follows from them.
    let restart_approval = guard.restarts();
    write::update(cx, tx, permit, version, OpportunityPatch { restart_approval, ..OpportunityPatch::default() }, None)
        .await?;
    let permit = cx.permit_for::<Opportunity>(tx, id, permission::<UpdateOpportunity>()).await?;
    let version = permit.version;
    guard.settle(cx, tx, &Subject::deal(&permit), std::slice::from_ref(&part.change)).await?;
    parts::record(tx, &permit, version, part).await
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
    let totals = totals(&lines)?;
    let stage_history = store::stage_history(tx, &opportunity).await?;
    Ok(super::Whole { opportunity, lines, totals, stage_history })
}
