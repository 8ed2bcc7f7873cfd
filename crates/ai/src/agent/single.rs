//! A single call of a tool that another program asks for: a run of one step, so that it is recorded as every other is. What it
//! proposes waits for a person.

use dealwright_access::Context;
use dealwright_governance::budget::store::count_request;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_knowledge::embedding::Meaning;
use serde_json::{Value, json};

use super::store::{self, Begin, End, NewRun};
use super::{State, Status, trace};
use crate::Assistant;
use crate::proposal::{self, Confidence, NewProposal, Proposal};
use crate::tools::knowledge::SearchKnowledge;
use crate::tools::{self, Call, Running, Tool};

/// The name under which programs act.
const PROGRAM: &str = "Programs";

/// What came of a call.
#[derive(Debug)]
pub struct Single {
    pub run: AgentRunId,
    pub result: Value,
    pub count: i64,
    pub summary: String,
    pub proposal: Option<Proposal>,
}

/// Runs a call as `cx`, and records it under `by`, the name of the program.
///
/// # Errors
/// As the tool's; the call is recorded with its error then.
pub async fn call(assistant: &Assistant, cx: &Context, by: &str, call: &Call) -> Result<Single> {
    let goal = format!("{} ({by})", call.tool);
    let goal: String = goal.chars().take(200).collect();
    let question = call.args.get("question").and_then(Value::as_str).filter(|_| call.tool == SearchKnowledge::NAME);
    let meaning = match question {
        Some(question) => assistant.meaning(question).await,
        None => None,
    };
    let mut tx = cx.begin().await?;
    guardrails::require_running(&mut tx).await?;
    count_request(&mut tx).await?;
    tx.commit(()).await?.into_inner();
    let ran = run(cx, &goal, call, meaning.as_ref()).await;
    let error = match &ran {
        Ok(done) => {
            trace::send(assistant, cx, done.run).await;
            return ran;
        }
        Err(error) => error,
    };
    // What the tool wrote before it failed went back with its transaction.
    let mut tx = cx.begin().await?;
    let id = begun(&mut tx, &goal, call).await?;
    let end = End {
        arguments: call.args.clone(),
        result: json!({ "problem": error.problem() }),
        summary: &error.detail,
        failed: true,
        ..End::default()
    };
    store::end_step(&mut tx, id, 1, &end, &[]).await?;
    store::finish(&mut tx, id, Status::Failed, None, Some(&error.problem())).await?;
    tx.commit(()).await?.into_inner();
    trace::send(assistant, cx, id).await;
    ran
}

async fn begun(tx: &mut dealwright_store::Tx, goal: &str, call: &Call) -> Result<AgentRunId> {
    let id = store::insert(tx, &NewRun { goal, conversation: None, context: None, agent: PROGRAM }).await?;
    store::save(tx, id, Status::Running, &State { planned: true, ..State::default() }).await?;
    let known = tools::all().into_iter().find(|tool| tool.name == call.tool).map(|tool| tool.name);
    store::begin_step(tx, id, &Begin { n: 1, kind: "tool", title: "Called by a program", tool: known }).await?;
    Ok(id)
}

async fn run(cx: &Context, goal: &str, call: &Call, meaning: Option<&Meaning>) -> Result<Single> {
    let mut tx = cx.begin().await?;
    let id = begun(&mut tx, goal, call).await?;
    let running = Running { cx, run: id, step: 1, goal, meaning, outside: None };
    let output = tools::dispatch(running, &mut tx, call, 0).await?;
    let mut proposal = None;
    if let Some(new) = output.proposal {
        // A program's arguments are not a person's words, and may be anybody's.
        let new = NewProposal { tainted: true, ..new };
        let written = proposal::store::insert(&mut tx, id, 1, new, Confidence::Low).await?;
        proposal = Some(proposal::store::find(&mut tx, written, false).await?.shown_to(cx.actor()));
    }
    let end = End {
        arguments: call.args.clone(),
        result: output.result.clone(),
        count: Some(output.count),
        summary: &output.summary,
        ..End::default()
    };
    store::end_step(&mut tx, id, 1, &end, &[]).await?;
    store::finish(&mut tx, id, Status::Done, None, None).await?;
    tx.commit(()).await?.into_inner();
    Ok(Single { run: id, result: output.result, count: output.count, summary: output.summary, proposal })
}

/// The problem of an error as a program is told it.
#[must_use]
pub fn told(error: &Error) -> Value {
    serde_json::to_value(error.problem()).unwrap_or(Value::Null)
}
