//! `suggest_next_stage`: where a deal could go by its pipeline's lifecycle, what is missing for it, and, when nothing is, the
//! move as a proposal.

use dealwright_access::policy::{Needs, Permission, UpdateOpportunity as MayUpdate};
use dealwright_crm::opportunity::ways::{self, Transition};
use dealwright_crm::opportunity::{self, Opportunity};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_store::Tx;
use dealwright_workflow::StageKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::update::{Changes, UpdateArgs, UpdateOpportunity};
use super::{Effect, Output, Running, Tool};

/// Suggests a stage.
#[derive(Debug)]
pub struct SuggestNextStage;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextStageArgs {
    pub id: Uuid,
}

impl Tool for SuggestNextStage {
    const NAME: &'static str = "suggest_next_stage";
    const EFFECT: Effect = Effect::Proposes;
    const PERMISSION: Permission = MayUpdate::PERMISSION;
    const ABOUT: &'static str =
        "Say which stage a deal could go to next, what is still missing for it, and propose the move when nothing is.";
    type Args = NextStageArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: NextStageArgs) -> Result<Output> {
        let actor = running.cx.actor();
        let deal =
            opportunity::store::find(tx, args.id.into(), false).await?.or_not_found("opportunity")?.allowing(actor);
        let ways = ways::of(actor, tx, &deal).await?;
        let (next, skipped) = next(&deal, &ways);
        let today = tx.now().date_naive();
        let mut result = json!({
            "id": deal.id, "name": deal.name, "stage": deal.stage.name, "kind": deal.stage.kind,
            "days_in_stage": (today - deal.stage_entered_at.date_naive()).num_days(),
            "next": next.map(told), "refused": skipped.into_iter().map(told).collect::<Vec<_>>(),
        });
        let mut output = Output {
            count: 1,
            summary: next
                .map_or_else(|| "There is no next stage".to_owned(), |way| format!("Next: {}", way.stage.name)),
            ..Output::default()
        };
        // That a deal is won is for people to say: nothing here shows that the customer signed.
        if let Some(way) = next.filter(|way| way.allowed && way.stage.kind == StageKind::Open) {
            let changes = Changes { stage_id: Some(way.stage.id.0), ..Changes::default() };
            let change =
                UpdateOpportunity::run(running, tx, UpdateArgs { id: args.id, changes, said: Vec::new() }).await?;
            if let (Value::Object(result), Some(proposal)) = (&mut result, &change.proposal) {
                result.insert("diff".into(), json!(proposal.diff));
            }
            output.proposal = change.proposal;
        }
        output.result = result;
        Ok(output)
    }
}

/// The next stage on the way: the first open one behind the present one that there is a way to, or else the one that wins;
/// with the stages between that there is no way to. None of a deal that is over.
fn next<'a>(deal: &Opportunity, ways: &'a [Transition]) -> (Option<&'a Transition>, Vec<&'a Transition>) {
    if deal.stage.kind != StageKind::Open {
        return (None, Vec::new());
    }
    let mut skipped = Vec::new();
    let ahead = |way: &&Transition| match way.stage.kind {
        StageKind::Open => way.stage.position > deal.stage.position,
        StageKind::Won => true,
        StageKind::Lost => false,
    };
    let mut on: Vec<&Transition> = ways.iter().filter(ahead).collect();
    on.sort_by_key(|way| (way.stage.kind == StageKind::Won, way.stage.position));
    for way in on {
        if way.code != Some("transition_not_allowed") {
            return (Some(way), skipped);
        }
        skipped.push(way);
    }
    (None, skipped)
}

fn told(way: &Transition) -> Value {
    json!({
        "stage": way.stage.name, "kind": way.stage.kind, "probability": way.stage.probability, "allowed": way.allowed, "full": way.full,
        "why": way.why, "missing": way.missing.iter().map(|missing| &missing.message).collect::<Vec<_>>(),
    })
}
