//! The graph: plan, then each step, then the review. Between any two of these the run may be cut off and taken up again.
//!
//! A model is only ever asked between transactions. What a node decides and what it tells the watchers is written in one
//! transaction, so a run never says what it has not done.

use std::time::Instant;

use dealwright_access::Context;
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Tx};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::link::{Linked, Linking, NOT_UNDERSTOOD, did_you_mean, link};
use super::nearest::nearest;
use super::reply::taken_up;
use super::store::{self, Begin, Called, End, Standing};
use super::{Answer, RunJob, State, Status, compose, lookup};
use crate::grounding::{Facts, ground_answer};
use crate::planner::rules::{self, Certainty, Draft};
use crate::planner::{Ask, Author, model, reconcile};
use crate::proposal::Confidence;
use crate::provider::LlmProvider;
use crate::resolve::Reading;
use crate::resolve::record::RecordType;
use crate::resolve::vocabulary::Vocabulary;
use crate::tools::{self, Running};
use crate::{Assistant, Consult};

/// The name under which the agent acts.
const NAME: &str = "Assistant";

/// Runs a run to its end, from wherever it stands.
///
/// # Errors
/// When the database is gone: the job is tried again, and goes on from there.
pub async fn execute(assistant: &Assistant, person: &Context, job: &RunJob) -> Result<()> {
    let run = AgentRunId(job.run);
    let agent = person.acting(person.actor().acting_as(ActorKind::Agent, Some(job.run), NAME));
    let walk = Walk { assistant, cx: &agent, run, reading: assistant.reading(&agent) };
    loop {
        let standing = walk.standing().await?;
        if standing.status.is_over() {
            return Ok(());
        }
        let outcome = if !standing.state.planned {
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

/// One run on its way.
struct Walk<'a> {
    assistant: &'a Assistant,
    cx: &'a Context,
    run: AgentRunId,
    reading: Reading,
}

const fn title(ask: &Ask) -> &'static str {
    match ask {
        Ask::SearchOpportunities(_) => "Look up deals",
        Ask::QueryPipeline(_) => "Compute over the pipeline",
        Ask::GetOpportunity(_) => "Read the record",
        Ask::UpdateOpportunity(_) => "Prepare a change",
        Ask::CreateTask(_) => "Prepare a task",
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

    async fn plan(&self, standing: Standing) -> Result<()> {
        let mut tx = self.begin().await?;
        let vocabulary = lookup::vocabulary(self.cx, &mut tx).await?;
        let waiting = store::waiting_before(&mut tx, standing.conversation, self.run).await?;
        store::begin_step(
            &mut tx,
            self.run,
            &Begin { n: 1, kind: "plan", title: "Understand the request", tool: None },
        )
        .await?;
        store::save(&mut tx, self.run, Status::Planning, &standing.state).await?;
        store::tell(
            &mut tx,
            self.run,
            "step",
            &json!({ "n": 1, "title": "Understand the request", "tool": null, "arguments": {}, "status": "running" }),
        )
        .await?;
        tx.commit(()).await?.into_inner();
        self.assistant.wake(self.run);

        let mut state = standing.state;
        state.in_hand = standing.context.as_ref().map(|c| (c.kind, c.id));
        let mut calls = Vec::new();
        match waiting.and_then(|before| taken_up(before, &standing.goal, state.in_hand)) {
            Some(resumed) => state = resumed,
            None => self.understand(&standing.goal, &vocabulary, &mut state, &mut calls).await,
        }
        state.planned = true;

        let mut tx = self.begin().await?;
        let asks = serde_json::to_value(&state.asks).map_err(Error::internal)?;
        let author = state.author;
        let summary = state.asks.iter().skip(state.next).map(title).collect::<Vec<_>>().join(", then ");
        let end = End {
            tool: None,
            arguments: json!({ "goal": standing.goal }),
            result: json!({ "asks": asks, "author": author }),
            count: None,
            summary: &summary,
            failed: false,
        };
        let step = store::end_step(&mut tx, self.run, 1, &end, &calls).await?;
        store::save(&mut tx, self.run, Status::Running, &state).await?;
        let steps: Vec<Value> = state
            .asks
            .iter()
            .enumerate()
            .skip(state.next)
            .map(|(i, a)| json!({ "n": step_of(i), "title": title(a) }))
            .collect();
        store::tell(&mut tx, self.run, "step", &shown(&step)).await?;
        store::tell(&mut tx, self.run, "plan", &json!({ "steps": steps })).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Plans the goal, by the grammar and, where it is not sure, by a model.
    async fn understand(&self, goal: &str, vocabulary: &Vocabulary, state: &mut State, calls: &mut Vec<Called>) {
        let whole = rules::draft(goal, vocabulary, self.reading);
        let sure = whole.certainty == Certainty::High;
        let provider = self.assistant.provider();
        state.author = Some(Author::Deterministic);
        state.confidence = Some(if sure { Confidence::High } else { Confidence::Medium });
        let Some(provider) = provider.filter(|_| !sure || self.assistant.consult() == Consult::Always) else {
            state.without_model = self.assistant.provider().is_none();
            state.asks = whole.plan.steps;
            return;
        };
        let trust = if provider.is_local() { reconcile::Trust::Little } else { reconcile::Trust::Much };
        let mut asks = Vec::new();
        for clause in rules::clauses(goal, vocabulary, self.reading).into_iter().take(crate::planner::MAX_STEPS) {
            let draft = rules::draft(&clause, vocabulary, self.reading);
            match self.asked(provider.as_ref(), &clause, calls).await {
                Some(ask) => asks.push(reconcile::reconcile(&clause, ask, &draft, trust, vocabulary, self.reading)),
                None => {
                    state.without_model = true;
                    state.asks = whole.plan.steps;
                    return;
                }
            }
        }
        state.author = Some(Author::Model);
        state.asks = rules::merged(asks);
        if !sure {
            state.confidence = Some(agreement(&state.asks, &whole));
        }
    }

    /// One clause put to the model; nothing when it gave no usable answer.
    async fn asked(&self, provider: &dyn LlmProvider, clause: &str, calls: &mut Vec<Called>) -> Option<Ask> {
        let chat = model::chat(clause);
        let started = Instant::now();
        let outcome = provider.chat(&chat, &mut |_| {}).await;
        calls.push(self.assistant.called(provider, &outcome, started.elapsed()));
        match outcome {
            Ok(reply) => match model::parse(&reply.text, &self.reading) {
                Ok(ask) => Some(ask),
                Err(why) => {
                    tracing::info!(run = %self.run, why, "the model's plan could not be read; the grammar plans alone");
                    None
                }
            },
            Err(error) => {
                tracing::info!(run = %self.run, %error, "no model answers; the grammar plans alone");
                None
            }
        }
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

        let mut tx = self.begin().await?;
        match self.run_tool(&mut tx, &standing.goal, &mut state, &ask, n).await {
            Ok(Some(name)) => self.unknown(tx, state, n, &name).await,
            Ok(None) => {
                // An ask with a question is taken up again when that is answered.
                if state.question.is_none() {
                    state.next += 1;
                }
                store::save(&mut tx, self.run, Status::Running, &state).await?;
                tx.commit(()).await?.into_inner();
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
        let (near, call) = match &provider {
            Some(provider) => nearest(self.assistant, provider.as_ref(), name, deals).await,
            None => (Vec::new(), None),
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
        let end = End { arguments: json!({}), result, summary: &summary, ..End::default() };
        let step = store::end_step(&mut tx, self.run, n, &end, call.as_slice()).await?;
        store::tell(&mut tx, self.run, "step", &shown(&step)).await?;
        store::save(&mut tx, self.run, Status::Running, &state).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Links and dispatches an ask, and ends its step, in the transaction given. Answers a name that nothing has, with the
    /// step still running.
    async fn run_tool(&self, tx: &mut Tx, goal: &str, state: &mut State, ask: &Ask, n: i32) -> Result<Option<String>> {
        let vocabulary = lookup::vocabulary(self.cx, tx).await?;
        let linking = Linking {
            cx: self.cx,
            goal,
            vocabulary: &vocabulary,
            reading: self.reading,
            in_hand: state.in_hand,
            picked: &state.picked,
        };
        let mut tool = ask.tool().to_owned();
        let (arguments, result, count, summary) = match link(&linking, tx, ask).await? {
            Linked::Ask(question, slot) => {
                let summary = question.text.clone();
                let result = serde_json::to_value(&question).map_err(Error::internal)?;
                state.question = Some(question);
                state.slot = Some(slot);
                (json!({}), json!({ "question": result }), None, summary)
            }
            Linked::Say(words) => {
                state.said.push(words.clone());
                (json!({}), json!({ "said": words }), None, words)
            }
            Linked::Unknown(name) => return Ok(Some(name)),
            Linked::Call(call) => {
                let running = Running { cx: self.cx, run: self.run, step: n, goal };
                let made = state.next;
                let output = tools::dispatch(running, tx, &call, made).await?;
                if let Some(proposal) = output.proposal {
                    let confidence = state.confidence.unwrap_or(Confidence::Medium);
                    if let Some(id) = proposal.target.id {
                        state.in_hand = Some((record_type(&proposal.target.kind), id));
                    }
                    let id = crate::proposal::store::insert(tx, self.run, n, proposal, confidence).await?;
                    let written = crate::proposal::store::find(tx, id, false).await?;
                    store::tell(tx, self.run, "proposal", &written).await?;
                } else if let Some(id) = output.result.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok())
                {
                    state.in_hand = Some((RecordType::Opportunity, id));
                }
                tool = call.tool;
                (call.args, output.result, Some(output.count), output.summary)
            }
        };
        let step = store::end_step(
            tx,
            self.run,
            n,
            &End { tool: Some(&tool), arguments, result, count, summary: &summary, failed: false },
            &[],
        )
        .await?;
        store::tell(tx, self.run, "step", &shown(&step)).await?;
        Ok(None)
    }

    async fn review(&self, standing: Standing) -> Result<()> {
        let mut tx = self.begin().await?;
        store::save(&mut tx, self.run, Status::Reviewing, &standing.state).await?;
        let n = step_of(standing.state.asks.len());
        store::begin_step(&mut tx, self.run, &Begin { n, kind: "review", title: "Check the answer", tool: None })
            .await?;
        let steps = store::steps(&mut tx, self.run).await?;
        tx.commit(()).await?.into_inner();

        let state = standing.state;
        let (answer, dropped) = self.answer(&standing.goal, &state, &steps);
        let status = if answer.question.is_some() { Status::Waiting } else { Status::Done };

        let mut tx = self.begin().await?;
        let summary = if dropped.is_empty() {
            "Every figure and name is from a result".to_owned()
        } else {
            format!("{} sentences left out", dropped.len())
        };
        let end = End {
            tool: None,
            result: json!({ "dropped": dropped }),
            count: None,
            summary: &summary,
            failed: false,
            arguments: json!({}),
        };
        store::end_step(&mut tx, self.run, n, &end, &[]).await?;
        store::save(&mut tx, self.run, status, &state).await?;
        for delta in pieces(&answer.text) {
            store::tell(&mut tx, self.run, "text", &json!({ "delta": delta })).await?;
        }
        store::tell(&mut tx, self.run, "answer", &answer).await?;
        if let Some(question) = &answer.question {
            store::tell(&mut tx, self.run, "question", question).await?;
        }
        store::finish(&mut tx, self.run, status, Some(&answer), None).await?;
        store::tell(&mut tx, self.run, "done", &json!({ "status": status })).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Composes the answer and takes out of it what nothing supports.
    fn answer(
        &self,
        goal: &str,
        state: &State,
        steps: &[super::Step],
    ) -> (Answer, Vec<crate::grounding::answer::Dropped>) {
        let mut draft = compose::Draft::default();
        let mut facts = Facts::default();
        facts.add_request(goal, &self.reading);
        for (i, ask) in state.asks.iter().enumerate() {
            if let Some(step) = steps.iter().find(|s| s.n == step_of(i)) {
                facts.add_result(&step.result, &self.reading);
                compose::add(&mut draft, ask, step, compose::Style { mark: self.reading.mark });
            }
        }
        draft.counted.iter().for_each(|n| facts.add_number(Decimal::from(*n)));
        (1..=draft.citations.len()).for_each(|n| facts.add_number(Decimal::from(n)));
        let grounded = ground_answer(&draft.text, &facts, &self.reading);
        // Our own sentences: of what could not be done, and the question.
        let mut parts: Vec<&str> = Some(grounded.text.as_str()).filter(|t| !t.is_empty()).into_iter().collect();
        parts.extend(state.said.iter().map(String::as_str));
        parts.extend(state.question.as_ref().map(|q| q.text.as_str()));
        let text = parts.join("\n");
        let answer = Answer {
            text,
            citations: draft.citations,
            left_out: grounded.dropped.len(),
            without_model: state.without_model,
            question: state.question.clone(),
        };
        (answer, grounded.dropped)
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

fn is_away(error: &Error) -> bool {
    error.outcome == dealwright_kernel::error::Outcome::Unavailable && error.code != "query_timeout"
}

fn record_type(kind: &str) -> RecordType {
    match kind {
        "account" => RecordType::Account,
        "contact" => RecordType::Contact,
        _ => RecordType::Opportunity,
    }
}

/// A step as watchers see it: its result is in the run.
fn shown(step: &super::Step) -> Value {
    json!({ "n": step.n, "title": step.title, "tool": step.tool, "arguments": step.arguments, "status": step.status, "result_count": step.result_count,
            "summary": step.summary, "ms": step.ms })
}

/// How sure one can be of a plan that the grammar did not cover: surer when it saw the same tools.
fn agreement(asks: &[Ask], draft: &Draft) -> Confidence {
    let tools = |asks: &[Ask]| asks.iter().map(Ask::tool).collect::<Vec<_>>();
    if tools(asks) == tools(&draft.plan.steps) { Confidence::Medium } else { Confidence::Low }
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

/// The answer in the pieces in which it is streamed: line by line.
fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
