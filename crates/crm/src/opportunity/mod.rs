//! Opportunities: a deal on its way through a pipeline.
//!
//! Here are its types; `input` holds what requests say, `store` its SQL, `list` what lists can ask, `board` and `grouping`
//! the board, `http`, `board_http` and `life_http` its endpoints, `moving` how it enters a stage, `ways` which it could enter, `closing` how it opens again, `copying` its copies, `lines` its products and
//! `parts` what changes of these and other parts have in common.

pub mod board;
pub mod board_http;
pub mod closing;
pub mod copying;
mod grouping;
pub mod http;
mod input;
pub mod life_http;
pub mod line_sum;
pub mod line_undo;
pub mod lines;
pub mod list;
pub mod moving;
pub mod parts;
pub mod placing;
pub mod store;
pub mod ways;
pub mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteOpportunity, Object, UpdateOpportunity};
use dealwright_access::{Actor, Record};
use dealwright_kernel::id::{
    AccountId, ChoiceId, ContactId, LineId, OpportunityId, PipelineId, PriceListId, ProductId, StageId, TeamId, UserId,
};
use dealwright_kernel::{Error, FieldError, Money, Result};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::StageKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::custom_field;
use crate::price_list::Billing;
use crate::record::{self, Ref};

pub use input::{NewOpportunity, OpportunityPatch};

/// How sure the forecast is of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForecastCategory {
    Omitted,
    Pipeline,
    BestCase,
    Commit,
    Closed,
}

impl ForecastCategory {
    pub const WORDS: &'static [&'static str] = &["omitted", "pipeline", "best_case", "commit", "closed"];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Omitted => "omitted",
            Self::Pipeline => "pipeline",
            Self::BestCase => "best_case",
            Self::Commit => "commit",
            Self::Closed => "closed",
        }
    }

    /// What a deal counts as when it enters a stage of this kind: closed deals say so, reopened ones start again.
    #[must_use]
    pub const fn entering(self, kind: StageKind) -> Self {
        match (kind, self) {
            (StageKind::Won, _) => Self::Closed,
            (StageKind::Lost, _) => Self::Omitted,
            (StageKind::Open, Self::Closed | Self::Omitted) => Self::Pipeline,
            (StageKind::Open, other) => other,
        }
    }
}

impl std::str::FromStr for ForecastCategory {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Omitted, Self::Pipeline, Self::BestCase, Self::Commit, Self::Closed]
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| {
                Error::field("forecast_category", "invalid_value", format!("one of {}", Self::WORDS.join(", ")))
            })
    }
}

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub account_id: Option<AccountId>,
    pub primary_contact_id: Option<ContactId>,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
    pub amount: Option<Money>,
    pub amount_from_lines: bool,
    pub close_date: Option<NaiveDate>,
    pub probability: i64,
    pub forecast_category: ForecastCategory,
    pub type_id: Option<ChoiceId>,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: UserId,
    pub team_id: Option<TeamId>,
    pub next_step: Option<String>,
    pub follow_up_date: Option<NaiveDate>,
    pub lost_reason_id: Option<ChoiceId>,
    pub lost_notes: Option<String>,
    pub lost_to_id: Option<ChoiceId>,
    pub won_reason_id: Option<ChoiceId>,
    pub won_notes: Option<String>,
    pub tags: Vec<String>,
    pub custom: Map<String, Value>,
    pub external_id: Option<String>,
}

/// A stage as it stands on a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StageRef {
    pub id: StageId,
    pub name: String,
    pub kind: StageKind,
    pub position: i32,
    pub probability: i32,
}

/// What the caller may do with a record.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct May {
    pub update: bool,
    pub delete: bool,
}

/// An opportunity as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(remote = "Self")]
pub struct Opportunity {
    pub id: OpportunityId,
    pub name: String,
    pub account_id: Option<AccountId>,
    pub account: Option<Ref>,
    pub primary_contact_id: Option<ContactId>,
    pub primary_contact: Option<Ref>,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
    pub stage: StageRef,
    pub amount: Option<Money>,
    /// The amount is what the products come to over their terms, and follows them.
    pub amount_from_lines: bool,
    /// In the organisation's currency: what sorts and sums.
    pub amount_base: Option<Money>,
    pub close_date: Option<NaiveDate>,
    /// Percent.
    pub probability: i64,
    /// `amount_base` times `probability`.
    pub expected_revenue: Option<Money>,
    pub forecast_category: ForecastCategory,
    pub type_id: Option<ChoiceId>,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: UserId,
    pub owner: Ref,
    pub team_id: Option<TeamId>,
    pub next_step: Option<String>,
    pub follow_up_date: Option<NaiveDate>,
    pub lost_reason_id: Option<ChoiceId>,
    pub lost_notes: Option<String>,
    pub lost_to_id: Option<ChoiceId>,
    pub won_reason_id: Option<ChoiceId>,
    pub won_notes: Option<String>,
    pub tags: Vec<String>,
    /// Custom fields by key.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// Its id in the system it was imported from.
    pub external_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub stage_entered_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Kept out of lists, boards and totals since then, unless they are asked for it.
    pub archived_at: Option<DateTime<Utc>>,
    pub may: May,
    /// Fields that your roles hide; they are null, or empty, here.
    #[schema(value_type = Vec<String>)]
    pub hidden_fields: Vec<&'static str>,
    /// Why formulas among the custom fields came to nothing, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub formula_errors: BTreeMap<String, String>,
    /// Whether it is shared with who reads it, to be edited.
    #[serde(skip)]
    pub shared_to_edit: bool,
}

record::serialize_shown!(Opportunity, Object::Opportunity);
crate::custom_field::facts::shown!(Opportunity, custom_field::FieldObject::Opportunity);

/// An opportunity with its products and the stages it has been in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    pub opportunity: Opportunity,
    pub lines: Vec<Line>,
    /// What the products come to, by currency.
    pub totals: Vec<line_sum::LineTotals>,
    /// Oldest first.
    pub stage_history: Vec<StageVisit>,
}

/// A product on an opportunity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    pub id: LineId,
    pub product_id: ProductId,
    pub product: Ref,
    /// The list its price is from; null when it was entered by hand.
    pub price_list_id: Option<PriceListId>,
    pub price_list: Option<Ref>,
    #[schema(value_type = String, example = "2")]
    pub quantity: rust_decimal::Decimal,
    /// Of a period, where it comes again.
    pub unit_price: Money,
    /// Percent off the price.
    #[schema(value_type = String, example = "10.00")]
    pub discount_percent: rust_decimal::Decimal,
    /// Off each period's total, instead of a percentage.
    pub discount_amount: Option<Money>,
    pub billing: Billing,
    /// How long it comes again.
    pub term_months: Option<i32>,
    /// Quantity times price less the discount, rounded to the currency: once, or each period.
    pub total: Money,
    /// What comes again, in a year.
    pub annual_recurring: Money,
    /// All that is due over the term.
    pub contract_value: Money,
}

/// A time in a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageVisit {
    pub stage_id: StageId,
    pub entered_at: DateTime<Utc>,
    /// Null while it is there.
    pub left_at: Option<DateTime<Utc>>,
}

impl Opportunity {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            account_id: self.account_id,
            primary_contact_id: self.primary_contact_id,
            pipeline_id: self.pipeline_id,
            stage_id: self.stage_id,
            amount: self.amount,
            amount_from_lines: self.amount_from_lines,
            close_date: self.close_date,
            probability: self.probability,
            forecast_category: self.forecast_category,
            type_id: self.type_id,
            source_id: self.source_id,
            industry_id: self.industry_id,
            region_id: self.region_id,
            owner_id: self.owner_id,
            team_id: self.team_id,
            next_step: self.next_step.clone(),
            follow_up_date: self.follow_up_date,
            lost_reason_id: self.lost_reason_id,
            lost_notes: self.lost_notes.clone(),
            lost_to_id: self.lost_to_id,
            won_reason_id: self.won_reason_id,
            won_notes: self.won_notes.clone(),
            tags: self.tags.clone(),
            custom: self.custom.clone(),
            external_id: self.external_id.clone(),
        }
    }

    /// An event about this opportunity; it stands on the timelines of its account and contact too.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        event(tx, verb, self.id, &self.name, self.version, self.account_id, self.primary_contact_id)
    }

    /// As `actor` may see and write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateOpportunity>();
        self.may = May {
            update: actor.reaches(update, self.owner_id, self.team_id)
                || actor.may_by_share(update, self.shared_to_edit),
            delete: actor.reaches(permission::<DeleteOpportunity>(), self.owner_id, self.team_id),
        };
        self.hidden_fields = actor.fields.hidden(Object::Opportunity);
        self
    }
}

/// An event about an opportunity.
#[must_use]
pub fn event(
    tx: &Tx,
    verb: &str,
    id: OpportunityId,
    name: &str,
    version: i64,
    account: Option<AccountId>,
    contact: Option<ContactId>,
) -> Event {
    let subject = Subject { object: "opportunity", id: id.0, name: name.to_owned(), version: Some(version) };
    Event::with_id(tx.new_id().into(), format!("opportunity.{verb}"), subject).about(Some(id), account, contact)
}

impl Record for Opportunity {
    const OBJECT: Object = Object::Opportunity;
    type Id = OpportunityId;

    async fn find(tx: &mut Tx, id: OpportunityId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.owner_id, self.team_id)
    }

    fn shared_to_edit(&self) -> bool {
        self.shared_to_edit
    }
}

/// A field error that this slice raises in several places.
pub(crate) fn wrong_pipeline() -> Error {
    Error::fields(
        "invalid",
        vec![FieldError {
            field: "stage_id".into(),
            code: "stage_of_other_pipeline".into(),
            message: "the stage is in another pipeline".into(),
        }],
    )
}
