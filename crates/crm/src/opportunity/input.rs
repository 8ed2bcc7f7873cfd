//! What requests say of an opportunity: a new one, and a change of one.

use chrono::NaiveDate;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, PipelineId, StageId, UserId};
use dealwright_kernel::{Money, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Fields, ForecastCategory};
use crate::custom_field;
use crate::record::{self, Texts};

/// A new opportunity. What is absent gets its default: the first open stage, the caller as owner, the stage's
/// probability.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewOpportunity {
    #[schema(min_length = 1, max_length = 500)]
    pub name: String,
    pub account_id: Option<AccountId>,
    pub primary_contact_id: Option<ContactId>,
    pub pipeline_id: Option<PipelineId>,
    pub stage_id: Option<StageId>,
    pub amount: Option<Money>,
    pub close_date: Option<NaiveDate>,
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i64>,
    pub forecast_category: Option<ForecastCategory>,
    pub type_id: Option<ChoiceId>,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: Option<UserId>,
    #[schema(max_length = 2000)]
    pub next_step: Option<String>,
    /// When to get back to it.
    pub follow_up_date: Option<NaiveDate>,
    pub lost_reason_id: Option<ChoiceId>,
    #[schema(max_length = 10000)]
    pub lost_notes: Option<String>,
    /// The competitor it was lost to.
    pub lost_to_id: Option<ChoiceId>,
    pub won_reason_id: Option<ChoiceId>,
    #[schema(max_length = 10000)]
    pub won_notes: Option<String>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    #[schema(max_length = 200)]
    pub external_id: Option<String>,
}

impl Validate for NewOpportunity {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 500);
        wrong.optional("next_step", self.next_step.as_deref(), 2_000);
        wrong.date("follow_up_date", self.follow_up_date);
        wrong.optional("lost_notes", self.lost_notes.as_deref(), 10_000);
        wrong.optional("won_notes", self.won_notes.as_deref(), 10_000);
        wrong.optional("external_id", self.external_id.as_deref(), 200);
        check_common(&mut wrong, self.probability, self.amount, self.close_date, Some(&self.tags), Some(&self.custom));
        wrong.finish()
    }
}

/// A change of an opportunity: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpportunityPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 500)]
    pub name: Option<String>,
    #[schema(value_type = Option<AccountId>)]
    pub account_id: Patch<AccountId>,
    #[schema(value_type = Option<ContactId>)]
    pub primary_contact_id: Patch<ContactId>,
    pub pipeline_id: Option<PipelineId>,
    /// The same move, through the same gate, as `POST …/move`.
    pub stage_id: Option<StageId>,
    #[schema(value_type = Option<Money>)]
    pub amount: Patch<Money>,
    /// Whether the amount follows the products.
    pub amount_from_lines: Option<bool>,
    #[schema(value_type = Option<NaiveDate>)]
    pub close_date: Patch<NaiveDate>,
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i64>,
    pub forecast_category: Option<ForecastCategory>,
    #[schema(value_type = Option<ChoiceId>)]
    pub type_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub source_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub industry_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub region_id: Patch<ChoiceId>,
    pub owner_id: Option<UserId>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub next_step: Patch<String>,
    #[schema(value_type = Option<NaiveDate>)]
    pub follow_up_date: Patch<NaiveDate>,
    #[schema(value_type = Option<ChoiceId>)]
    pub lost_reason_id: Patch<ChoiceId>,
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub lost_notes: Patch<String>,
    #[schema(value_type = Option<ChoiceId>)]
    pub lost_to_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub won_reason_id: Patch<ChoiceId>,
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub won_notes: Patch<String>,
    pub tags: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    pub custom: Option<Map<String, Value>>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub external_id: Patch<String>,
    /// What waits for an approval is changed all the same, and the approval begins anew. Without it such a change is 409
    /// `approval_pending`.
    pub restart_approval: bool,
}

impl Validate for OpportunityPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 500);
        }
        wrong.patch("next_step", &self.next_step, 2_000);
        wrong.date("follow_up_date", self.follow_up_date.apply(None));
        wrong.patch("lost_notes", &self.lost_notes, 10_000);
        wrong.patch("won_notes", &self.won_notes, 10_000);
        wrong.patch("external_id", &self.external_id, 200);
        let amount = match self.amount {
            Patch::Value(amount) => Some(amount),
            Patch::Absent | Patch::Null => None,
        };
        let close_date = match self.close_date {
            Patch::Value(date) => Some(date),
            Patch::Absent | Patch::Null => None,
        };
        check_common(&mut wrong, self.probability, amount, close_date, self.tags.as_deref(), self.custom.as_ref());
        wrong.finish()
    }
}

fn check_common(
    wrong: &mut Texts,
    probability: Option<i64>,
    amount: Option<Money>,
    close_date: Option<NaiveDate>,
    tags: Option<&[String]>,
    custom: Option<&Map<String, Value>>,
) {
    if probability.is_some_and(|p| !(0..=100).contains(&p)) {
        wrong.push("probability", "out_of_range", "between 0 and 100 percent");
    }
    if amount.is_some_and(|a| a.minor < 0) {
        wrong.push("amount", "out_of_range", "an amount is not negative");
    }
    wrong.date("close_date", close_date);
    wrong.tags(tags);
    wrong.custom(custom);
}

impl OpportunityPatch {
    /// From field values as the API names them: what an undo or a proposal writes.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn from_values(values: Map<String, Value>) -> Result<Self> {
        let patch: Self = dealwright_kernel::extract::read_value(Value::Object(record::nested(values)))?;
        patch.validate()?;
        Ok(patch)
    }

    /// The fields after this patch; the stage is left to [`moving`].
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            name: self.name.map_or(old.name, |n| n.trim().to_owned()),
            account_id: self.account_id.apply(old.account_id),
            primary_contact_id: self.primary_contact_id.apply(old.primary_contact_id),
            pipeline_id: old.pipeline_id,
            stage_id: old.stage_id,
            amount: self.amount.apply(old.amount),
            amount_from_lines: self.amount_from_lines.unwrap_or(old.amount_from_lines),
            close_date: self.close_date.apply(old.close_date),
            probability: self.probability.unwrap_or(old.probability),
            forecast_category: self.forecast_category.unwrap_or(old.forecast_category),
            type_id: self.type_id.apply(old.type_id),
            source_id: self.source_id.apply(old.source_id),
            industry_id: self.industry_id.apply(old.industry_id),
            region_id: self.region_id.apply(old.region_id),
            owner_id: self.owner_id.unwrap_or(old.owner_id),
            team_id: old.team_id,
            next_step: record::text(self.next_step.apply(old.next_step)),
            follow_up_date: self.follow_up_date.apply(old.follow_up_date),
            lost_reason_id: self.lost_reason_id.apply(old.lost_reason_id),
            lost_notes: record::text(self.lost_notes.apply(old.lost_notes)),
            lost_to_id: self.lost_to_id.apply(old.lost_to_id),
            won_reason_id: self.won_reason_id.apply(old.won_reason_id),
            won_notes: record::text(self.won_notes.apply(old.won_notes)),
            tags: self.tags.map_or(old.tags, record::tags),
            custom: custom_field::values::merged(old.custom, self.custom),
            external_id: record::text(self.external_id.apply(old.external_id)),
        }
    }
}
