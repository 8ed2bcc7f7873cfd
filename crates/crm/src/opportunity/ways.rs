//! Where a deal could go, and what each stage still asks for.

use dealwright_access::Actor;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::{Missing, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::Opportunity;
use super::moving::{self, CameFrom, Case};
use crate::lifecycle;
use crate::pipeline::{self, Stage};

/// A stage that a deal could enter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Transition {
    pub stage: Stage,
    pub allowed: bool,
    /// Why not: `transition_not_allowed`, `gate_not_cleared` or `stage_full`.
    #[schema(value_type = Option<String>)]
    pub code: Option<&'static str>,
    /// In words, where there is no way.
    pub why: Option<String>,
    pub missing: Vec<Missing>,
    /// It takes no more deals at once.
    pub full: bool,
}

impl Transition {
    fn of(stage: Stage, refusal: Option<Refusal>, full: bool) -> Self {
        let code = refusal.as_ref().map(Refusal::code).or_else(|| full.then_some("stage_full"));
        let (why, missing) = match refusal {
            None => (None, Vec::new()),
            Some(Refusal::NotAllowed { why, .. }) => (Some(why), Vec::new()),
            Some(Refusal::NotCleared(missing)) => (None, missing),
        };
        Self { allowed: code.is_none(), stage, code, why, missing, full }
    }
}

/// Every other stage of a deal's pipeline, in their order, judged for `actor`: whether there is a way can depend on their
/// roles. Nothing is noted in the log of transitions, since nothing was attempted.
///
/// # Errors
/// When the database is gone.
pub async fn of(actor: &Actor, tx: &mut Tx, deal: &Opportunity) -> Result<Vec<Transition>> {
    let stages = pipeline::store::stages(tx).await?;
    let standing = lifecycle::standing(tx, deal.id.0).await?;
    let mut case = Case::standing(deal.id, deal.version, CameFrom::Stage(deal.stage_id), standing, &deal.fields())?;
    let mut ways = Vec::new();
    for stage in stages.iter().filter(|s| s.pipeline_id == deal.pipeline_id && s.id != deal.stage_id) {
        let refusal = case.judge(tx, actor, &stages, stage).await?.outcome.err();
        let full = moving::is_full(tx, stage).await?;
        ways.push(Transition::of(stage.clone(), refusal, full));
    }
    Ok(ways)
}
