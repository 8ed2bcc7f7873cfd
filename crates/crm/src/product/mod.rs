//! Products: what is sold, at which price. Master data, the same for everyone in the organisation.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints. A product has no owner, so the
//! permission alone says who may write it.

pub mod http;
pub mod store;
pub mod write;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::ProductId;
use dealwright_kernel::{Money, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{self, Texts};

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub code: Option<String>,
    pub family: Option<String>,
    pub unit_price: Option<Money>,
    pub archived: bool,
}

/// A product as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    /// What it is called in the price list.
    pub code: Option<String>,
    /// The line of products it belongs to.
    pub family: Option<String>,
    /// Null when every deal agrees its own.
    pub unit_price: Option<Money>,
    /// Kept on the deals that have it, and not offered any more.
    pub archived: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Product {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            code: self.code.clone(),
            family: self.family.clone(),
            unit_price: self.unit_price,
            archived: self.archived,
        }
    }

    /// An event about this product.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "product", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("product.{verb}"), subject)
    }
}

/// A new product.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewProduct {
    /// No other product has it, whatever its case.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(max_length = 100)]
    pub code: Option<String>,
    #[schema(max_length = 200)]
    pub family: Option<String>,
    pub unit_price: Option<Money>,
}

impl Validate for NewProduct {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        wrong.optional("code", self.code.as_deref(), 100);
        wrong.optional("family", self.family.as_deref(), 200);
        check_price(&mut wrong, self.unit_price);
        wrong.finish()
    }
}

impl NewProduct {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            code: record::text(self.code),
            family: record::text(self.family),
            unit_price: self.unit_price,
            archived: false,
        }
    }
}

/// A change of a product: absent leaves, null clears. Lines that have its price keep theirs.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProductPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub code: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub family: Patch<String>,
    #[schema(value_type = Option<Money>)]
    pub unit_price: Patch<Money>,
    pub archived: Option<bool>,
}

impl Validate for ProductPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        wrong.patch("code", &self.code, 100);
        wrong.patch("family", &self.family, 200);
        check_price(&mut wrong, self.unit_price.apply(None));
        wrong.finish()
    }
}

impl ProductPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            name: self.name.map_or(old.name, |n| n.trim().to_owned()),
            code: record::text(self.code.apply(old.code)),
            family: record::text(self.family.apply(old.family)),
            unit_price: self.unit_price.apply(old.unit_price),
            archived: self.archived.unwrap_or(old.archived),
        }
    }
}

fn check_price(wrong: &mut Texts, price: Option<Money>) {
    if price.is_some_and(|p| p.minor < 0) {
        wrong.push("unit_price", "out_of_range", "a price is not negative");
    }
}

#[cfg(test)]
mod tests {
    use dealwright_kernel::Currency;

    use super::*;

    #[test]
    fn a_product_has_a_name_and_no_negative_price() {
        let new = NewProduct { unit_price: Some(Money::new(-1, Currency::EUR)), ..NewProduct::default() };
        let fields: Vec<_> = new.validate().unwrap_err().fields.into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["name", "unit_price"]);
    }

    #[test]
    fn a_patch_leaves_clears_and_sets() {
        let price = Money::new(100, Currency::EUR);
        let old = NewProduct {
            name: " GTX ".into(),
            code: Some("G".into()),
            unit_price: Some(price),
            ..NewProduct::default()
        }
        .fields();
        let patch = ProductPatch { code: Patch::Null, family: Patch::Value("GT".into()), ..ProductPatch::default() };
        assert_eq!(
            patch.apply(&old),
            Fields {
                name: "GTX".into(),
                code: None,
                family: Some("GT".into()),
                unit_price: Some(price),
                archived: false
            }
        );
    }
}
