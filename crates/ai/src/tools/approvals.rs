//! `list_approvals`: requests that wait for the person's decision, or that they made themselves.

use dealwright_access::policy::{Needs, Permission, UseAgent};
use dealwright_crm::approval::view::{self, Filter};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Effect, Output, Running, Tool};
use crate::planner::Approvals;

/// Lists approvals.
#[derive(Debug)]
pub struct ListApprovals;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalsArgs {
    pub which: Approvals,
}

/// The most requests that are answered.
const MOST: u16 = 20;

impl Tool for ListApprovals {
    const NAME: &'static str = "list_approvals";
    const EFFECT: Effect = Effect::Reads;
    // What one is asked to decide is one's own business: whoever has the assistant sees it.
    const PERMISSION: Permission = UseAgent::PERMISSION;
    const ABOUT: &'static str =
        "List the requests that wait for your approval, or those you made. Deciding is for people.";
    type Args = ApprovalsArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: ApprovalsArgs) -> Result<Output> {
        let filter = match args.which {
            Approvals::Waiting => Filter::Waiting,
            Approvals::Mine => Filter::Mine,
        };
        let page = view::page(running.cx, tx, filter, MOST, None).await?;
        let items: Vec<Value> = page
            .items
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "definition": one.definition.name, "subject": one.subject, "status": one.status, "requested_by": one.requested_by.name,
                    "on": one.created_at.date_naive(), "reason": one.reason,
                })
            })
            .collect();
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Ok(Output {
            // That nothing waits is an answer.
            count: count.max(1),
            summary: if count == 1 { "1 request".to_owned() } else { format!("{count} requests") },
            result: json!({ "which": args.which, "count": count, "more": page.next_cursor.is_some(), "items": items }),
            proposal: None,
        })
    }
}
