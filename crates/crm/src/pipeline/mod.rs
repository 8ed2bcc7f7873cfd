//! Pipelines and stages, and the one way in which a record enters a stage.
//!
//! Here are the types and the rules, in `look` the words that a stage has; `store` holds the SQL, `write` how an administrator changes them, `retire` how a
//! stage hands over its deals, `http` the endpoints.

pub mod http;
mod look;
pub mod retire;
pub mod store;
pub mod write;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{PipelineId, StageId, TeamId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::{Place, StageKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::opportunity::ForecastCategory;
use crate::record::Texts;

pub(crate) use look::warns;
pub use look::{Colour, WipPolicy};

/// How many pipelines an organisation, and how many stages a pipeline may have.
pub const MAX_PIPELINES: usize = 100;
pub const MAX_STAGES: usize = 50;

/// The fields of an opportunity that a stage can ask for, beside custom ones.
pub const REQUIRABLE: &[&str] = &[
    "account_id",
    "primary_contact_id",
    "amount",
    "close_date",
    "next_step",
    "follow_up_date",
    "type_id",
    "source_id",
    "industry_id",
    "region_id",
    "tags",
    "lost_reason_id",
    "lost_notes",
    "lost_to_id",
    "won_reason_id",
    "won_notes",
];

/// Kept by lost deals alone: leaving the stage clears them.
const OF_LOST_DEALS: &[&str] = &["lost_reason_id", "lost_notes", "lost_to_id"];
/// Kept by won deals alone.
const OF_WON_DEALS: &[&str] = &["won_reason_id", "won_notes"];

/// A stage of a pipeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stage {
    pub id: StageId,
    #[serde(skip)]
    pub pipeline_id: PipelineId,
    pub name: String,
    pub position: i32,
    /// Percent.
    pub probability: i32,
    pub kind: StageKind,
    /// A name of the design's tokens.
    pub colour: Option<Colour>,
    /// Fields of the record that must be filled for it to enter.
    pub required_fields: Vec<String>,
    /// More open deals than this are too many at once.
    pub wip_limit: Option<i32>,
    pub wip_policy: WipPolicy,
    /// What a deal counts as in the forecast when it enters. Without one an open stage leaves it as it is; won deals are
    /// closed, lost ones omitted.
    pub forecast_category: Option<ForecastCategory>,
    pub version: i64,
}

/// A pipeline with its stages in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pipeline {
    pub id: PipelineId,
    pub name: String,
    pub position: i32,
    /// Kept for the deals that are in it, and not offered any more.
    pub archived: bool,
    /// The teams that use it, with the teams below them; everyone when there are none.
    pub team_ids: Vec<TeamId>,
    /// Whether the caller may put deals into it.
    pub usable: bool,
    pub version: i64,
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> PipelineFields {
        PipelineFields { name: self.name.clone(), archived: self.archived, team_ids: self.team_ids.clone() }
    }

    /// Whether the caller may put deals into it.
    #[must_use]
    pub const fn takes_deals(&self) -> bool {
        self.usable && !self.archived
    }

    /// # Errors
    /// 422 on `pipeline_id` when the caller may not put deals into it.
    pub fn require_use(&self) -> Result<()> {
        if self.takes_deals() {
            return Ok(());
        }
        let why = if self.archived { "the pipeline is archived" } else { "the pipeline is for other teams" };
        Err(Error::field("pipeline_id", "not_usable", why))
    }

    /// An event about this pipeline.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "pipeline", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("pipeline.{verb}"), subject)
    }
}

/// Whether a stage of this kind can ask for a field, custom ones aside.
#[must_use]
pub fn can_ask(field: &str, kind: StageKind) -> bool {
    REQUIRABLE.contains(&field)
        && (kind == StageKind::Lost || !OF_LOST_DEALS.contains(&field))
        && (kind == StageKind::Won || !OF_WON_DEALS.contains(&field))
}

/// One of these stages.
///
/// # Errors
/// 422 on `stage_id` when it is not among them.
pub fn among(stages: &[Stage], id: StageId) -> Result<Stage> {
    let found = stages.iter().find(|stage| stage.id == id).cloned();
    found.ok_or_else(|| Error::field("stage_id", "unknown_reference", "there is no such stage"))
}

impl Stage {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> StageFields {
        StageFields {
            name: self.name.clone(),
            probability: self.probability,
            kind: self.kind,
            colour: self.colour,
            required_fields: self.required_fields.clone(),
            wip_limit: self.wip_limit,
            wip_policy: self.wip_policy,
            forecast_category: self.forecast_category,
        }
    }

    /// How many open deals it takes, if it takes no more than that.
    #[must_use]
    pub fn capacity(&self) -> Option<i64> {
        self.wip_limit.filter(|_| self.wip_policy == WipPolicy::Block).map(i64::from)
    }

    /// As lifecycles know it.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { id: self.id, name: self.name.clone(), kind: self.kind }
    }

    /// An event about this stage.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "stage", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("stage.{verb}"), subject)
    }
}

/// What can be written of a pipeline, by the API's names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PipelineFields {
    pub name: String,
    pub archived: bool,
    pub team_ids: Vec<TeamId>,
}

/// What can be written of a stage, by the API's names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageFields {
    pub name: String,
    pub probability: i32,
    pub kind: StageKind,
    pub colour: Option<Colour>,
    pub required_fields: Vec<String>,
    pub wip_limit: Option<i32>,
    pub wip_policy: WipPolicy,
    pub forecast_category: Option<ForecastCategory>,
}

/// A new pipeline. Without stages it starts with an open, a won and a lost one.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewPipeline {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub team_ids: Vec<TeamId>,
    pub stages: Vec<NewStage>,
}

impl Validate for NewPipeline {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        check_teams(&mut wrong, Some(&self.team_ids));
        if self.stages.len() > MAX_STAGES {
            wrong.push("stages", "too_many", format!("at most {MAX_STAGES} stages"));
        }
        for (i, stage) in self.stages.iter().enumerate() {
            stage.check(&mut wrong, &format!("stages.{i}."));
        }
        wrong.finish()
    }
}

/// A change of a pipeline.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelinePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    pub archived: Option<bool>,
    pub team_ids: Option<Vec<TeamId>>,
}

impl Validate for PipelinePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        check_teams(&mut wrong, self.team_ids.as_deref());
        wrong.finish()
    }
}

impl PipelinePatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &PipelineFields) -> PipelineFields {
        let mut team_ids = self.team_ids.unwrap_or_else(|| old.team_ids.clone());
        team_ids.sort_unstable_by_key(|t| t.0);
        team_ids.dedup();
        PipelineFields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            archived: self.archived.unwrap_or(old.archived),
            team_ids,
        }
    }
}

fn check_teams(wrong: &mut Texts, teams: Option<&[TeamId]>) {
    if teams.is_some_and(|t| t.len() > 500) {
        wrong.push("team_ids", "too_many", "at most 500 teams");
    }
}

/// A new stage, behind the last open one, or behind the last one when it is closed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStage {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub kind: StageKind,
    /// 100 for won and 0 for lost when absent.
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i32>,
    pub colour: Option<Colour>,
    #[serde(default)]
    pub required_fields: Vec<String>,
    #[schema(minimum = 1, maximum = 100_000)]
    pub wip_limit: Option<i32>,
    #[serde(default = "warns")]
    pub wip_policy: WipPolicy,
    pub forecast_category: Option<ForecastCategory>,
}

impl NewStage {
    fn check(&self, wrong: &mut Texts, path: &str) {
        wrong.required(&format!("{path}name"), &self.name, 200);
        check_stage(wrong, path, self.probability, Some(&self.required_fields), self.wip_limit);
    }

    /// The fields of the new stage.
    #[must_use]
    pub fn fields(self) -> StageFields {
        let usual = match self.kind {
            StageKind::Open | StageKind::Lost => 0,
            StageKind::Won => 100,
        };
        StageFields {
            name: self.name.trim().to_owned(),
            probability: self.probability.unwrap_or(usual),
            kind: self.kind,
            colour: self.colour,
            required_fields: unique(self.required_fields),
            wip_limit: self.wip_limit,
            wip_policy: self.wip_policy,
            forecast_category: self.forecast_category,
        }
    }
}

impl Validate for NewStage {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        self.check(&mut wrong, "");
        wrong.finish()
    }
}

/// What happens, with a new probability, to open deals that still have the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenDeals {
    /// They get the new one.
    Follow,
    /// They keep the old one.
    Leave,
}

/// A change of a stage.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StagePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    pub kind: Option<StageKind>,
    #[schema(minimum = 0, maximum = 100)]
    pub probability: Option<i32>,
    #[schema(value_type = Option<Colour>)]
    pub colour: Patch<Colour>,
    pub required_fields: Option<Vec<String>>,
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000)]
    pub wip_limit: Patch<i32>,
    pub wip_policy: Option<WipPolicy>,
    #[schema(value_type = Option<ForecastCategory>)]
    pub forecast_category: Patch<ForecastCategory>,
    /// Asked for when the probability changes and deals have the old one.
    pub open_deals: Option<OpenDeals>,
}

impl Validate for StagePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        let limit = self.wip_limit.apply(None);
        check_stage(&mut wrong, "", self.probability, self.required_fields.as_deref(), limit);
        wrong.finish()
    }
}

impl StagePatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &StageFields) -> StageFields {
        StageFields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            probability: self.probability.unwrap_or(old.probability),
            kind: self.kind.unwrap_or(old.kind),
            colour: self.colour.apply(old.colour),
            required_fields: self.required_fields.map_or_else(|| old.required_fields.clone(), unique),
            wip_limit: self.wip_limit.apply(old.wip_limit),
            wip_policy: self.wip_policy.unwrap_or(old.wip_policy),
            forecast_category: self.forecast_category.apply(old.forecast_category),
        }
    }
}

fn check_stage(
    wrong: &mut Texts,
    path: &str,
    probability: Option<i32>,
    required: Option<&[String]>,
    limit: Option<i32>,
) {
    if probability.is_some_and(|p| !(0..=100).contains(&p)) {
        wrong.push(&format!("{path}probability"), "out_of_range", "between 0 and 100 percent");
    }
    if limit.is_some_and(|l| !(1..=100_000).contains(&l)) {
        wrong.push(&format!("{path}wip_limit"), "out_of_range", "between 1 and 100,000 deals");
    }
    if required.is_some_and(|r| r.len() > 50) {
        wrong.push(&format!("{path}required_fields"), "too_many", "at most 50 fields");
    }
}

impl StageFields {
    /// Rules that need the whole stage.
    ///
    /// # Errors
    /// 422 with the field.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Texts::default();
        match (self.kind, self.forecast_category) {
            (StageKind::Open, Some(ForecastCategory::Closed)) => {
                wrong.push("forecast_category", "invalid_value", "an open deal is not closed in the forecast");
            }
            (StageKind::Won | StageKind::Lost, Some(_)) => {
                let why = "won deals are closed in the forecast, and lost ones omitted";
                wrong.push("forecast_category", "invalid_value", why);
            }
            (StageKind::Open | StageKind::Won | StageKind::Lost, _) => {}
        }
        if self.wip_policy == WipPolicy::Block && self.kind != StageKind::Open {
            wrong.push("wip_policy", "invalid_value", "deals can always be closed: only an open stage can be full");
        }
        for field in &self.required_fields {
            if field.starts_with("custom.") {
                // `write` knows which there are.
                continue;
            }
            if !REQUIRABLE.contains(&field.as_str()) {
                wrong.push("required_fields", "unknown_field", format!("{field:?} can't be asked for"));
            } else if OF_LOST_DEALS.contains(&field.as_str()) && self.kind != StageKind::Lost {
                wrong.push("required_fields", "invalid_value", format!("only lost deals have {field:?}"));
            } else if OF_WON_DEALS.contains(&field.as_str()) && self.kind != StageKind::Won {
                wrong.push("required_fields", "invalid_value", format!("only won deals have {field:?}"));
            }
        }
        wrong.finish()
    }
}

fn unique(fields: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(fields.len());
    for field in fields {
        if !kept.contains(&field) {
            kept.push(field);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(kind: StageKind, required: &[&str]) -> StageFields {
        let required_fields = required.iter().map(|f| (*f).to_owned()).collect();
        NewStage {
            name: " A ".into(),
            kind,
            probability: None,
            colour: None,
            required_fields,
            wip_limit: None,
            wip_policy: WipPolicy::Warn,
            forecast_category: None,
        }
        .fields()
    }

    #[test]
    fn a_stage_asks_for_fields_that_there_are() {
        assert_eq!(stage(StageKind::Won, &["amount", "amount"]).required_fields, ["amount"]);
        assert_eq!((stage(StageKind::Won, &[]).probability, stage(StageKind::Won, &[]).name.as_str()), (100, "A"));
        assert!(stage(StageKind::Open, &["next_step"]).check().is_ok());
        assert_eq!(stage(StageKind::Open, &["shoe_size"]).check().unwrap_err().fields[0].code, "unknown_field");
        assert_eq!(stage(StageKind::Open, &["lost_notes"]).check().unwrap_err().fields[0].code, "invalid_value");
        assert!(stage(StageKind::Lost, &["lost_notes"]).check().is_ok());
    }
}
