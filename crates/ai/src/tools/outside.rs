//! Tools of other servers, in the one dispatcher: checked as ours are, after they were asked and before their answer counts.
//!
//! The answer stands in the result as a quotation, with where it is from. It names no record of ours, so nothing that comes after can
//! be about it, and a request for such a tool has no step after it.

use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::json;

use super::{Call, Effect, Output, Running};
use crate::guard::{self, Asked};

/// Records what a tool of another server answered.
///
/// # Errors
/// 409 `ai_stopped`, 403 `tool_denied` or `guard_denied`; 422 `unknown_tool` when it was not asked.
pub(super) async fn record(running: Running<'_>, tx: &mut Tx, call: &Call) -> Result<Output> {
    guardrails::require_tool(tx, running.cx.actor(), &call.tool).await?;
    let asked = Asked { tool: &call.tool, effect: Effect::ReadsOutside, planned: true, proposals: 0 };
    guard::check(&asked).map_err(|denied| Error::forbidden("guard_denied", denied.0))?;
    let answer = running.outside.filter(|answer| answer.tool == call.tool);
    let answer =
        answer.ok_or_else(|| Error::invalid("unknown_tool", "a tool of another server is asked by a person"))?;
    Ok(Output {
        result: json!({
            "tool": answer.tool, "server_id": answer.server, "host": answer.host, "quoted": answer.text, "cut": answer.cut,
            "hidden": answer.hidden,
        }),
        count: 1,
        summary: format!("An answer from {}", answer.host),
        proposal: None,
    })
}
