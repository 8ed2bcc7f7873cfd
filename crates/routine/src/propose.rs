//! Proposals of routines: they hang on a run of the assistant, as those that a person asked for, so that the same screens show why,
//! approve, reject and undo them. Nothing is changed before a person says yes.

use dealwright_access::Context;
use dealwright_ai::agent::store::{self as runs, NewRun};
use dealwright_ai::agent::{Answer, State, Status};
use dealwright_ai::planner::Author;
use dealwright_ai::proposal::{Confidence, store as proposals};
use dealwright_ai::tools::task::CreateTask;
use dealwright_ai::tools::{Citation, Tool};
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use crate::find::{self, Found};
use crate::kind::Kind;
use crate::store::result;

/// Writes what is proposed, and the run of the assistant that it hangs on; none when nothing is.
///
/// # Errors
/// When the database is gone.
pub async fn all(cx: &Context, tx: &mut Tx, kind: Kind, found: &mut Found) -> Result<Option<AgentRunId>> {
    let wants = std::mem::take(&mut found.wants);
    let may = cx.actor().may(<dealwright_access::policy::CreateTask as dealwright_access::policy::Needs>::PERMISSION);
    if wants.is_empty() || !may || !guardrails::policy(tx).await?.rails.allows(cx.actor(), CreateTask::NAME) {
        return Ok(None);
    }
    let conversation = result::conversation(tx, kind.name()).await?;
    let run = runs::insert(tx, &NewRun { goal: kind.name(), conversation, context: None, agent: kind.name() }).await?;
    for (step, wanted) in (1..).zip(&wants) {
        let Some(proposal) = find::drafted(cx, tx, run, step, wanted).await? else { continue };
        let confidence = if wanted.tainted { Confidence::Medium } else { Confidence::High };
        let id = proposals::insert(tx, run, step, proposal, confidence).await?;
        if let Some(line) = found.lines.get_mut(wanted.line) {
            line.proposal_id = Some(id);
        }
    }
    let state = State { planned: true, author: Some(Author::Deterministic), ..State::default() };
    runs::save(tx, run, Status::Running, &state).await?;
    runs::finish(tx, run, Status::Done, Some(&answer(found)?), None).await?;
    Ok(Some(run))
}

/// What was found, as the assistant says it: with the records cited.
fn answer(found: &Found) -> Result<Answer> {
    let mut citations: Vec<Citation> = Vec::new();
    let mut text = format!("{}.", found.title);
    for line in &found.lines {
        let mut name = String::new();
        if let Some((record, id)) = line.record.as_ref().and_then(|record| Some((record, record.id?))) {
            let n = u32::try_from(citations.len() + 1).map_err(Error::internal)?;
            citations.push(Citation { n, kind: record.kind.clone(), id, label: record.name.clone() });
            name = format!("{} [{n}]: ", record.name);
        }
        text.push_str(&format!("\n- {name}{}", line.text));
    }
    Ok(Answer { text, citations, left_out: 0, without_model: false, question: None, drafts: Vec::new() })
}
