//! The graph: plan, then each step, then the review. Between any two of these the run may be cut off and taken up again.
//!
//! A model is only ever asked between transactions. What a node decides and what it tells the watchers is written in one
//! transaction, so a run never says what it has not done.

mod plan;
mod replay;
mod review;

use dealwright_access::Context;
use dealwright_governance::policy::store as guardrails;
use dealwright_governance::safety;
use dealwright_kernel::id::{AgentRunId, ProposalId};
use dealwright_kernel::{Error, Result};
use dealwright_knowledge::embedding::Meaning;
use dealwright_outside::Outcome;
use dealwright_store::{ActorKind, Tx};
use serde_json::{Value, json};

use super::link::{Linked, Linking, NOT_UNDERSTOOD, did_you_mean, link};
use super::nearest::nearest;
use super::replay::Trial;
use super::store::{self, Begin, End, Standing};
use super::{RunJob, State, Status, carry, lookup};
use crate::Assistant;
use crate::planner::{Ask, RecordKind};
use crate::proposal::{Confidence, NewProposal, automatic};
use crate::resolve::Reading;
use crate::resolve::record::RecordType;
use crate::tools::{self, Running};

pub use replay::replay;

/// The name under which the agent acts.
pub const NAME: &str = "Assistant";

/// Runs a run to its end, from wherever it stands.
///
/// # Errors
/// When the database is gone: the job is tried again, and goes on from there.
pub async fn execute(assistant: &Assistant, person: &Context, job: &RunJob) -> Result<()> {
    let run = AgentRunId(job.run);
    let agent = person.acting(person.actor().acting_as(ActorKind::Agent, Some(job.run), NAME));
    let walk = Walk { assistant, cx: &agent, run, reading: assistant.reading(&agent), trial: None };
    loop {
        let standing = walk.standing().await?;
        if standing.status.is_over() {
            return Ok(());
        }
        let outcome = if let Some(stopped) = walk.stopped().await? {
            Err(stopped)
        } else if !standing.state.planned {
            walk.plan(standing).await
        } else if standing.state.question.is_none() && standing.state.next < standing.state.asks.len() {
            walk.act(standing).await
        } else {
            walk.review(standing).await
        };
        assistant.wake(run);
        if let Err(error) = outcome {
            if is_away(&error) {
                return Err(error);
            }
            walk.fail(&error).await?;
            assistant.wake(run);
            return Ok(());
        }
    }
}

/// What came of an ask.
#[derive(Debug)]
enum Ended {
    /// Something, or a question.
    Found,
    /// No deal, or words that can't be read as what they were taken for.
    Nothing,
    /// Nothing has this name; the step is still running.
    Unknown(String),
}

/// What a tool did.
#[derive(Debug)]
struct Ran {
    /// The tool that ran, when linking chose another than the plan.
    tool: String,
    arguments: Value,
    result: Value,
    count: Option<i64>,
    summary: String,
    ended: Ended,
    proposal: Option<NewProposal>,
}

/// An ask as its tool is about to run.
#[derive(Clone, Copy, Debug)]
struct Asking<'a> {
    goal: &'a str,
    ask: &'a Ask,
    n: i32,
    meaning: Option<&'a Meaning>,
    outside: Option<&'a Outcome>,
}

/// One run on its way.
struct Walk<'a> {
    assistant: &'a Assistant,
    cx: &'a Context,
    run: AgentRunId,
    reading: Reading,
    /// With what a request is tried again, if it is.
    trial: Option<&'a Trial>,
}

const fn title(ask: &Ask) -> &'static str {
    match ask {
        Ask::SearchOpportunities(_) => "Look up deals",
        Ask::QueryPipeline(_) => "Compute over the pipeline",
        Ask::GetOpportunity(_) => "Read the record",
        Ask::UpdateOpportunity(_) => "Prepare a change",
        Ask::CreateTask(_) => "Prepare a task",
        Ask::ScheduleMeeting(_) => "Prepare a meeting",
        Ask::SearchRecords(records) => match records.kind {
            RecordKind::Account => "Look up accounts",
            RecordKind::Contact => "Look up contacts",
            RecordKind::Lead => "Look up leads",
        },
        Ask::GetRecord(_) => "Read the record",
        Ask::SummariseActivity(_) => "Go through the timeline",
        Ask::SuggestNextStage(_) => "Judge the next stage",
        Ask::DraftEmail(_) => "Draft an e-mail",
        Ask::FindDuplicates(_) => "Compare with what is there",
        Ask::ListApprovals(_) => "Look up approvals",
        Ask::ListMyDay(_) => "Weigh what is to be done",
        Ask::SearchKnowledge(_) => "Look through what was written",
        Ask::QueryAnalytics(_) => "Work out figures",
        Ask::ListStalled(_) => "Look for deals that stand still",
        Ask::ScoreLead(_) => "Explain the score",
        Ask::EnrichRecord(_) => "Ask the sources",
        Ask::AskOutside(_) => "Ask a tool of another server",
        Ask::Decline(_) => "Answer",
    }
}

/// The number of an ask's step; the plan is step 1.
fn step_of(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX).saturating_add(2)
}

impl Walk<'_> {
    async fn begin(&self) -> Result<Tx> {
        self.cx.begin().await
    }

    async fn standing(&self) -> Result<Standing> {
        let mut tx = self.begin().await?;
        let standing = store::standing(&mut tx, self.run).await?;
        tx.done(standing).await
    }

    /// That the assistant has been stopped meanwhile.
    async fn stopped(&self) -> Result<Option<Error>> {
        let mut tx = self.begin().await?;
        let stopped = guardrails::require_running(&mut tx).await;
        tx.done(()).await?;
        match stopped {
            Err(error) if error.code == "ai_stopped" => Ok(Some(error)),
            other => other.map(|()| None),
        }
    }

    /// Where the run stands now, kept from everybody else until the transaction ends. Between two transactions of ours a
    /// worker that took this one for dead may have gone on: what it has done is not done again.
    async fn held(&self, tx: &mut Tx, as_before: impl FnOnce(&State) -> bool) -> Result<bool> {
        let now = store::standing(tx, self.run).await?;
        Ok(!now.status.is_over() && as_before(&now.state))
    }

    async fn act(&self, standing: Standing) -> Result<()> {
        let mut state = standing.state;
        let (index, n) = (state.next, step_of(state.next));
        let Some(ask) = state.asks.get(index).cloned() else { return Ok(()) };
        if let Ask::Decline(decline) = &ask {
            state.said.push(decline.reason.clone().unwrap_or_else(|| NOT_UNDERSTOOD.to_owned()));
            state.next += 1;
            let mut tx = self.begin().await?;
            store::save(&mut tx, self.run, Status::Running, &state).await?;
            tx.commit(()).await?.into_inner();
            return Ok(());
        }
        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |now| now.next == index && now.question.is_none()).await? {
            return tx.rollback().await;
        }
        let begun = store::begin_step(
            &mut tx,
            self.run,
            &Begin { n, kind: "tool", title: title(&ask), tool: Some(ask.tool()) },
        )
        .await?;
        if begun {
            store::tell(
                &mut tx,
                self.run,
                "step",
                &json!({ "n": n, "title": title(&ask), "tool": ask.tool(), "arguments": {}, "status": "running" }),
            )
            .await?;
        }
        tx.commit(()).await?.into_inner();
        self.assistant.wake(self.run);

        // A model may take its time: before the transaction.
        let meaning = match &ask {
            Ask::SearchKnowledge(asked) => self.assistant.meaning(&asked.question).await,
            _ => None,
        };
        let outside = match &ask {
            Ask::AskOutside(asked) => Some(dealwright_outside::ask(self.cx, &asked.name, &asked.words).await),
            _ => None,
        };
        let (outside, refused) = match outside {
            Some(Ok(outcome)) => (Some(outcome), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |now| now.next == index && now.question.is_none()).await? {
            return tx.rollback().await;
        }
        let mut after = state.clone();
        let asking =
            Asking { goal: &standing.goal, ask: &ask, n, meaning: meaning.as_ref(), outside: outside.as_ref() };
        let ended = match refused {
            Some(error) => Err(error),
            None => self.run_tool(&mut tx, &mut after, asking).await,
        };
        if matches!(ended, Ok(Ended::Nothing | Ended::Unknown(_))) && self.may_plan_again(&state) {
            tx.rollback().await?;
            return self.plan_again(&standing.goal, state, n).await;
        }
        state = after;
        match ended {
            Ok(Ended::Unknown(name)) => self.unknown(tx, state, n, &name).await,
            Ok(Ended::Found | Ended::Nothing) => {
                // An ask with a question is taken up again when that is answered.
                if state.question.is_none() {
                    state.next += 1;
                    state.first = None;
                }
                let automatic = std::mem::take(&mut state.automatic);
                store::save(&mut tx, self.run, Status::Running, &state).await?;
                tx.commit(()).await?.into_inner();
                for proposal in automatic {
                    self.apply(ProposalId(proposal)).await?;
                }
                Ok(())
            }
            // The database is away: the job is tried again. A statement that takes too long would do so again.
            Err(error) if is_away(&error) => Err(error),
            Err(error) => {
                // What the tool wrote before it failed is taken back with its transaction.
                tx.rollback().await?;
                let mut tx = self.begin().await?;
                state.said.push(told(&error));
                state.next += 1;
                let end = End {
                    summary: &error.detail,
                    failed: true,
                    result: json!({ "problem": error.problem() }),
                    ..End::default()
                };
                let step = store::end_step(&mut tx, self.run, n, &end, &[]).await?;
                store::tell(&mut tx, self.run, "step", &shown(&step)).await?;
                store::save(&mut tx, self.run, Status::Running, &state).await?;
                tx.commit(()).await?.into_inner();
                Ok(())
            }
        }
    }

    /// Nothing has that name: asks whether one of the deals nearest in meaning is meant, or says so. The step is ended.
    async fn unknown(&self, mut tx: Tx, mut state: State, n: i32, name: &str) -> Result<()> {
        let provider = self.assistant.provider();
        let deals = if provider.is_some() { lookup::described(self.cx, &mut tx).await? } else { Vec::new() };
        tx.done(()).await?;
        let (near, calls) = match &provider {
            Some(provider) => nearest(self.assistant, self.cx, (self.run, n), provider.as_ref(), name, deals).await,
            None => (Vec::new(), Vec::new()),
        };
        let (result, summary) = match did_you_mean(name, &near) {
            Ok((question, slot)) => {
                let result = serde_json::to_value(&question).map_err(Error::internal)?;
                let summary = question.text.clone();
                state.question = Some(question);
                state.slot = Some(slot);
                (json!({ "question": result }), summary)
            }
            Err(words) => {
                state.said.push(words.clone());
                state.next += 1;
                (json!({ "said": words }), words)
            }
        };
        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |now| step_of(now.next) == n && now.question.is_none()).await? {
            return tx.rollback().await;
        }
        let end = End { arguments: json!({}), result, summary: &summary, ..End::default() };
        let step = store::end_step(&mut tx, self.run, n, &end, &calls).await?;
        store::tell(&mut tx, self.run, "step", &shown(&step)).await?;
        store::save(&mut tx, self.run, Status::Running, &state).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Links and dispatches an ask, and ends its step, in the transaction given. Answers a name that nothing has, with the
    /// step still running.
    async fn run_tool(&self, tx: &mut Tx, state: &mut State, asking: Asking<'_>) -> Result<Ended> {
        let n = asking.n;
        let ran = self.call_tool(tx, state, asking).await?;
        if let Ended::Unknown(_) = ran.ended {
            return Ok(ran.ended);
        }
        if let Some(proposal) = ran.proposal {
            let confidence = state.confidence.unwrap_or(Confidence::Medium);
            let id = crate::proposal::store::insert(tx, self.run, n, proposal, confidence).await?;
            let written = crate::proposal::store::find(tx, id, false).await?;
            if automatic::is_allowed(self.cx, tx, &ran.tool, &written).await? {
                state.automatic.push(id.0);
            }
            store::tell(tx, self.run, "proposal", &written).await?;
        }
        let end = End {
            tool: Some(&ran.tool),
            arguments: ran.arguments,
            result: ran.result,
            count: ran.count,
            summary: &ran.summary,
            failed: false,
        };
        let step = store::end_step(tx, self.run, n, &end, &[]).await?;
        store::tell(tx, self.run, "step", &shown(&step)).await?;
        Ok(ran.ended)
    }

    /// Links an ask and dispatches its call. Writes nothing: what it proposes is the caller's to keep.
    async fn call_tool(&self, tx: &mut Tx, state: &mut State, asking: Asking<'_>) -> Result<Ran> {
        let Asking { goal, ask, n, meaning, outside } = asking;
        let vocabulary = lookup::vocabulary(self.cx, tx).await?;
        let linking = Linking {
            cx: self.cx,
            goal,
            vocabulary: &vocabulary,
            reading: self.reading,
            in_hand: state.in_hand,
            picked: &state.picked,
            listed: &state.listed,
            outside,
        };
        let nothing = Ran {
            tool: ask.tool().to_owned(),
            arguments: json!({}),
            result: Value::Null,
            count: None,
            summary: String::new(),
            ended: Ended::Found,
            proposal: None,
        };
        match link(&linking, tx, ask).await? {
            Linked::Ask(question, slot) => {
                let summary = question.text.clone();
                let result = serde_json::to_value(&question).map_err(Error::internal)?;
                state.question = Some(question);
                state.slot = Some(slot);
                Ok(Ran { result: json!({ "question": result }), summary, ..nothing })
            }
            Linked::Say(words) => {
                state.said.push(words.clone());
                Ok(Ran { result: json!({ "said": words }), summary: words, ended: Ended::Nothing, ..nothing })
            }
            Linked::Unknown(name) => Ok(Ran { ended: Ended::Unknown(name), ..nothing }),
            Linked::Call(call) => {
                let answer = match outside {
                    Some(Outcome::Answered(answer)) => Some(answer.as_ref()),
                    Some(Outcome::Said(_)) | None => None,
                };
                let running = Running { cx: self.cx, run: self.run, step: n, goal, meaning, outside: answer };
                let output = tools::dispatch(running, tx, &call, state.next).await?;
                if let Some(proposal) = &output.proposal {
                    if let Some(of) = RecordType::named(&proposal.target.kind).zip(proposal.target.id) {
                        state.in_hand = Some(of);
                    }
                } else {
                    carry::keep(state, &call.tool, &output.result);
                }
                let rails = guardrails::policy(tx).await?.rails;
                state.suspicious.extend(orders_in(&output.result, rails.injection_filter));
                Ok(Ran {
                    tool: call.tool,
                    arguments: call.args,
                    result: output.result,
                    count: Some(output.count),
                    summary: output.summary,
                    ended: if output.count == 0 { Ended::Nothing } else { Ended::Found },
                    proposal: output.proposal,
                })
            }
        }
    }

    /// Applies a proposal that the policy lets be applied without asking, in the asker's name. One that can't be applied waits for
    /// a person, as others do.
    async fn apply(&self, id: ProposalId) -> Result<()> {
        let applied = automatic::apply(self.cx, id).await;
        match applied {
            Ok(proposal) => {
                let mut tx = self.begin().await?;
                store::tell(&mut tx, self.run, "proposal", &proposal).await?;
                tx.commit(()).await?.into_inner();
                Ok(())
            }
            Err(error) if is_away(&error) => Err(error),
            Err(error) => {
                tracing::info!(run = %self.run, %error, "a proposal was not applied without asking; it waits");
                Ok(())
            }
        }
    }

    async fn fail(&self, error: &Error) -> Result<()> {
        tracing::warn!(run = %self.run, %error, "an agent run failed");
        let problem = error.problem();
        let mut tx = self.begin().await?;
        store::finish(&mut tx, self.run, Status::Failed, None, Some(&problem)).await?;
        store::tell(&mut tx, self.run, "error", &problem).await?;
        store::tell(&mut tx, self.run, "done", &json!({ "status": "failed" })).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }
}

/// Whether the job has to be tried again: the database is away, or two transactions met.
fn is_away(error: &Error) -> bool {
    if error.code == "try_again" {
        return true;
    }
    error.outcome == dealwright_kernel::error::Outcome::Unavailable && error.code != "query_timeout"
}

/// A step as watchers see it: its result is in the run.
fn shown(step: &super::Step) -> Value {
    json!({ "n": step.n, "title": step.title, "tool": step.tool, "arguments": step.arguments, "status": step.status, "result_count": step.result_count,
            "summary": step.summary, "ms": step.ms })
}

/// What results hold of the product's own words: the rules of a score, why a source is believed.
const OUR_WORDS: [&str; 2] = ["parts", "why"];

/// The fewest words that can give an order; addresses and names have fewer.
const ORDER_WORDS: usize = 4;

/// The sentences of a result that look like orders to an assistant, at most three.
fn orders_in(result: &Value, filter: dealwright_governance::policy::TextFilter) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![result];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) if text.split_whitespace().nth(ORDER_WORDS - 1).is_some() => {
                found.extend(safety::orders(text, filter).sentence);
            }
            Value::Array(all) => left.extend(all.iter().rev()),
            Value::Object(map) => {
                left.extend(map.iter().filter(|(key, _)| !OUR_WORDS.contains(&key.as_str())).map(|(_, value)| value));
            }
            _ => {}
        }
    }
    found.truncate(3);
    found
}

/// A refusal in the words of a person.
fn told(error: &Error) -> String {
    use dealwright_kernel::error::Outcome;
    match error.outcome {
        Outcome::Forbidden => format!("You may not do that: {}.", error.detail.trim_end_matches('.')),
        Outcome::NotFound => "I can't find that record any more.".to_owned(),
        Outcome::Unavailable => "That takes too long to compute; narrow it, to a team or a period.".to_owned(),
        Outcome::Internal => "Something went wrong on our side; the step is in the run's record.".to_owned(),
        _ => format!("That is not possible: {}.", error.detail.trim_end_matches('.')),
    }
}
