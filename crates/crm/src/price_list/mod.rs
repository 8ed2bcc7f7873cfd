//! Price lists: what products cost in a currency, for a time. A new line of a deal is proposed the price of the list that
//! holds for the deal's currency and the day; where none does, the product's own.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints.

pub mod http;
pub mod store;
pub mod write;

use chrono::NaiveDate;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{PriceListId, ProductId};
use dealwright_kernel::{Currency, Error, Money, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{Ref, Texts};

/// The most lists, and the most prices of one.
pub const MAX_LISTS: i64 = 500;
pub const MAX_ENTRIES: i64 = 5_000;

/// How often a price is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    #[default]
    OneOff,
    Monthly,
    Quarterly,
    Yearly,
}

impl Billing {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneOff => "one_off",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    /// How many months lie between two times it is due; none when it is due once.
    #[must_use]
    pub const fn months(self) -> Option<i32> {
        match self {
            Self::OneOff => None,
            Self::Monthly => Some(1),
            Self::Quarterly => Some(3),
            Self::Yearly => Some(12),
        }
    }
}

impl std::str::FromStr for Billing {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::OneOff, Self::Monthly, Self::Quarterly, Self::Yearly]
            .into_iter()
            .find(|b| b.as_str() == text)
            .ok_or_else(|| Error::field("billing", "invalid_value", "one of one_off, monthly, quarterly, yearly"))
    }
}

/// What can be written of a list, by the API's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    pub currency: Currency,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub default: bool,
    pub archived: bool,
}

/// A price list as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PriceList {
    pub id: PriceListId,
    pub name: String,
    #[schema(value_type = String, example = "EUR")]
    pub currency: Currency,
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_to: Option<NaiveDate>,
    /// It comes before others of its currency.
    pub default: bool,
    pub archived: bool,
    /// How many products have a price on it.
    pub prices: i64,
    pub version: i64,
}

/// The price of a product on a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Price {
    pub product: Ref,
    pub unit_price: Money,
    pub billing: Billing,
}

/// A price list with its prices, by the products' names.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholePriceList {
    #[serde(flatten)]
    pub list: PriceList,
    pub items: Vec<Price>,
}

impl PriceList {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            currency: self.currency,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            default: self.default,
            archived: self.archived,
        }
    }

    /// An event about this list.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "price_list", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("price_list.{verb}"), subject)
    }
}

/// A new price list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPriceList {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(value_type = String, example = "EUR")]
    pub currency: Currency,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    #[serde(default)]
    pub default: bool,
}

impl Validate for NewPriceList {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        wrong.date("valid_from", self.valid_from);
        wrong.date("valid_to", self.valid_to);
        wrong.finish()
    }
}

impl NewPriceList {
    /// The fields of the new list.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            currency: self.currency,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            default: self.default,
            archived: false,
        }
    }
}

impl Fields {
    /// # Errors
    /// 422 when it ends before it begins.
    pub fn check(&self) -> Result<()> {
        if self.valid_from.zip(self.valid_to).is_some_and(|(from, to)| to < from) {
            return Err(Error::field("valid_to", "out_of_range", "it ends before it begins"));
        }
        Ok(())
    }
}

/// A change of a price list. Its currency stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PriceListPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(value_type = Option<NaiveDate>)]
    pub valid_from: Patch<NaiveDate>,
    #[schema(value_type = Option<NaiveDate>)]
    pub valid_to: Patch<NaiveDate>,
    pub default: Option<bool>,
    pub archived: Option<bool>,
}

impl Validate for PriceListPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        wrong.date("valid_from", self.valid_from.apply(None));
        wrong.date("valid_to", self.valid_to.apply(None));
        wrong.finish()
    }
}

impl PriceListPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            currency: old.currency,
            valid_from: self.valid_from.apply(old.valid_from),
            valid_to: self.valid_to.apply(old.valid_to),
            default: self.default.unwrap_or(old.default),
            archived: self.archived.unwrap_or(old.archived),
        }
    }
}

/// Prices to be set or removed, of products that the list has or has not yet.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrices {
    #[schema(min_items = 1, max_items = 1000)]
    pub items: Vec<NewPrice>,
}

/// A product's price on a list; null takes it off.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrice {
    pub product_id: ProductId,
    pub unit_price: Option<Money>,
    #[serde(default)]
    pub billing: Billing,
}

impl Validate for NewPrices {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.items.is_empty() || self.items.len() > 1_000 {
            wrong.push("items", "too_many", "between 1 and 1,000 prices");
        }
        let mut seen = std::collections::HashSet::new();
        for (i, item) in self.items.iter().enumerate().take(1_000) {
            if item.unit_price.is_some_and(|p| p.minor < 0) {
                wrong.push(&format!("items.{i}.unit_price"), "out_of_range", "a price is not negative");
            }
            if !seen.insert(item.product_id) {
                wrong.push(&format!("items.{i}.product_id"), "said_twice", "the product has another price");
            }
        }
        wrong.finish()
    }
}
