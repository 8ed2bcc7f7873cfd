//! `update_opportunity`: proposes a change of a deal's fields.

use chrono::NaiveDate;
use dealwright_access::Object;
use dealwright_access::policy::{Needs, Permission, UpdateOpportunity as MayUpdate};
use dealwright_crm::change;
use dealwright_crm::opportunity::{Opportunity, OpportunityPatch};
use dealwright_kernel::id::OpportunityId;
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Effect, Output, Running, Tool};
use crate::proposal::{Evidence, Kind, NewProposal, Target};

/// Proposes a change.
#[derive(Debug)]
pub struct UpdateOpportunity;

/// New values; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast_category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason_id: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateArgs {
    pub id: Uuid,
    pub changes: Changes,
    /// Each argument's origin: the user's words that it was read from.
    #[serde(default)]
    pub said: Vec<Said>,
}

/// Which words became which argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub field: String,
    pub words: String,
}

impl Tool for UpdateOpportunity {
    const NAME: &'static str = "update_opportunity";
    const EFFECT: Effect = Effect::Proposes;
    const PERMISSION: Permission = MayUpdate::PERMISSION;
    const ABOUT: &'static str = "Propose new values for a deal's stage, amount, close date, owner, next step, probability or forecast. A person approves.";
    type Args = UpdateArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: UpdateArgs) -> Result<Output> {
        let permit = running.cx.permit_for::<Opportunity>(tx, OpportunityId(args.id), Self::PERMISSION).await?;
        let old = permit.fields();
        let wanted = match serde_json::to_value(&args.changes).map_err(Error::internal)? {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let wanted_state = after(&change::fields_of(&old)?, &wanted);
        change::may_write(running.cx, Object::Opportunity, &old, &wanted_state)?;
        let mut changes = change::diff(&old, &wanted_state)?;
        // What is refused for its type or range is refused now, not when somebody approves.
        OpportunityPatch::from_values(wanted)?;
        change::store::name_values(tx, &mut changes).await?;
        if changes.is_empty() {
            let name = permit.name.clone();
            return Ok(Output {
                result: json!({ "unchanged": true, "id": args.id, "name": name }),
                count: 0,
                summary: "Nothing to change".into(),
                proposal: None,
            });
        }
        let evidence = args.said.iter().map(|s| Evidence::request(&s.field, &s.words)).chain([Evidence::record(
            "opportunity",
            args.id,
            &permit.name,
            permit.updated_at,
        )]);
        let proposal = NewProposal {
            kind: Kind::UpdateOpportunity,
            target: Target { kind: "opportunity".into(), id: Some(args.id), name: permit.name.clone() },
            base_version: Some(permit.version),
            diff: changes.into_iter().map(Into::into).collect(),
            reason: running.goal.to_owned(),
            evidence: evidence.collect(),
            tainted: false,
        };
        let summary = format!(
            "{} change{} to {}",
            proposal.diff.len(),
            if proposal.diff.len() == 1 { "" } else { "s" },
            permit.name
        );
        Ok(Output {
            result: json!({ "id": args.id, "name": permit.name, "diff": proposal.diff }),
            count: 1,
            summary,
            proposal: Some(proposal),
        })
    }
}

/// The fields as they would be.
fn after(old: &Map<String, Value>, wanted: &Map<String, Value>) -> Value {
    let mut new = old.clone();
    for (field, value) in wanted {
        new.insert(field.clone(), value.clone());
    }
    Value::Object(new)
}
