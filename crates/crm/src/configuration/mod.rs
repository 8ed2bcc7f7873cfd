//! An organisation's configuration as a file: pipelines with their stages, managed lists, products, price lists, currency
//! rates, custom fields and roles. Names are the keys, so that a file from one organisation fits another.
//!
//! Reading a file in adds what is not there and changes what differs; what the file does not name stays. `export` makes
//! the file, `apply` reads it in, `people` does both for custom fields and roles, `http` holds the endpoints.

mod apply;
mod export;
pub mod http;
mod people;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Currency, Error, Money, Result};
use dealwright_workflow::StageKind;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::choice::Category;
use crate::currency::Rate;
use crate::opportunity::ForecastCategory;
use crate::pipeline::{Colour, WipPolicy};
use crate::price_list::Billing;

pub use apply::{Action, Report, Touched, apply};
pub use export::export;
pub use people::{CustomFieldFile, RoleFile};

/// The version of the file that this build writes and reads.
pub const VERSION: u32 = 1;

/// A configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// 1.
    pub version: u32,
    /// The currency that rates lead to.
    #[schema(value_type = String, example = "EUR")]
    pub currency: Currency,
    #[serde(default)]
    pub pipelines: Vec<PipelineFile>,
    /// By list: `opportunity_type`, `source`, `industry`, `region`, `loss_reason`, `win_reason`, `competitor`,
    /// `contact_role`, `lead_status`.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<ValueFile>>,
    #[serde(default)]
    pub products: Vec<ProductFile>,
    #[serde(default)]
    pub price_lists: Vec<PriceListFile>,
    #[serde(default)]
    pub currency_rates: Vec<Rate>,
    /// By object and key.
    #[serde(default)]
    pub custom_fields: Vec<CustomFieldFile>,
    /// All but the Administrator; only in files of those who may read roles.
    #[serde(default)]
    pub roles: Vec<RoleFile>,
}

/// A pipeline in a file. Teams are people's and stay where they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineFile {
    pub name: String,
    #[serde(default)]
    pub archived: bool,
    /// In order.
    pub stages: Vec<StageFile>,
}

/// A stage in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageFile {
    pub name: String,
    pub kind: StageKind,
    pub probability: i32,
    #[serde(default)]
    pub colour: Option<Colour>,
    #[serde(default)]
    pub required_fields: Vec<String>,
    #[serde(default)]
    pub wip_limit: Option<i32>,
    #[serde(default = "crate::pipeline::warns")]
    pub wip_policy: WipPolicy,
    #[serde(default)]
    pub forecast_category: Option<ForecastCategory>,
}

/// A value of a list in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueFile {
    pub name: String,
    #[serde(default)]
    pub archived: bool,
    /// What a lead's status means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
}

/// A product in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductFile {
    pub name: String,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub family: Option<String>,
    #[serde(default)]
    pub unit_price: Option<Money>,
    #[serde(default)]
    pub archived: bool,
}

/// A price list in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceListFile {
    pub name: String,
    #[schema(value_type = String, example = "EUR")]
    pub currency: Currency,
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub prices: Vec<PriceFile>,
}

/// A price in a file, by the product's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceFile {
    pub product: String,
    /// In the list's currency, major units.
    #[schema(value_type = String, example = "1234.50")]
    pub price: Decimal,
    #[serde(default)]
    pub billing: Billing,
}

impl Validate for Configuration {
    fn validate(&self) -> Result<()> {
        if self.version != VERSION {
            let why = format!("this server reads version {VERSION}");
            return Err(Error::field("version", "unsupported_version", why));
        }
        Ok(())
    }
}
