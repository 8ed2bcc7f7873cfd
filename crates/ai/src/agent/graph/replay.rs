//! The graph once more for a request that was answered before, by another planner. It reads with the rights of who asks, in
//! transactions that are rolled back, and what it would propose is told and not kept.

use std::time::Instant;

use dealwright_access::Context;
use dealwright_governance::budget::store::count_request;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_outside::Outcome;
use dealwright_store::ActorKind;
use serde_json::{Value, json};

use super::plan::declined;
use super::{Asking, Ended, NAME, Ran, Walk, is_away, step_of, title, told};
use crate::Assistant;
use crate::agent::link::{NOT_UNDERSTOOD, did_you_mean};
use crate::agent::replay::{Attempt, AttemptStep, Planner, Proposed, Request, Trial};
use crate::agent::store::call::Called;
use crate::agent::{State, Step, lookup, mention, store as runs};
use crate::grounding::answer::Grounded;
use crate::planner::Ask;
use crate::prompt::{self, store as prompts};
use crate::provider::price;

/// Plans and reads for a request anew, as `trial` says.
///
/// # Errors
/// 409 `ai_stopped`; 429 `ai_budget_exceeded`; 503 when the database is away, or no model that was named answers.
pub async fn replay(assistant: &Assistant, person: &Context, request: &Request, trial: &Trial) -> Result<Attempt> {
    let started = Instant::now();
    // Of no run that is kept: what tools and guards are told.
    let run = AgentRunId(person.clock().new_id());
    let agent = person.acting(person.actor().acting_as(ActorKind::Agent, Some(run.0), NAME));
    let walk = Walk { assistant, cx: &agent, run, reading: assistant.reading(&agent), trial: Some(trial) };
    let (mut state, mut calls, mut steps) = (State::default(), Vec::new(), Vec::new());
    let mut proposals = Vec::new();
    walk.again(request, &mut state, &mut calls).await?;
    if matches!(trial.planner, Planner::Model(_)) && state.without_model {
        let why = state.withheld.take().unwrap_or_else(|| "the model gave no plan that can be read".to_owned());
        return Err(Error::unavailable("model_unanswered", why));
    }
    while state.question.is_none() && state.next < state.asks.len() {
        walk.try_step(&request.goal, &mut state, &mut calls, &mut steps, &mut proposals).await?;
    }
    let (mut answer, reviewed) = walk.answer(&request.goal, &state, &steps);
    walk.filter(&mut answer).await?;
    let Grounded { dropped, verdicts, .. } = reviewed;
    let planned = calls.iter().find(|call: &&Called| call.error.is_none());
    let cost: Option<i64> = calls.iter().map(|call| call.cost_micros).sum();
    Ok(Attempt {
        planner: state.author,
        model: planned.map(|call| call.model.clone()),
        prompt_version: planned.and_then(|call| call.prompt_version).map(str::to_owned),
        steps: steps.into_iter().map(AttemptStep::of).collect(),
        answer: Some(answer.text),
        sentences: verdicts.len(),
        unsupported: dropped.len(),
        proposals,
        tokens_in: calls.iter().map(|call| call.tokens_in).sum(),
        tokens_out: calls.iter().map(|call| call.tokens_out).sum(),
        cost: cost.map(price::shown),
        ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
    })
}

impl Walk<'_> {
    /// Understands the request.
    async fn again(&self, request: &Request, state: &mut State, calls: &mut Vec<Called>) -> Result<()> {
        let mut tx = self.begin().await?;
        guardrails::require_running(&mut tx).await?;
        count_request(&mut tx).await?;
        let mut vocabulary = lookup::vocabulary(self.cx, &mut tx).await?;
        vocabulary.records = mention::named(self.cx, &mut tx, &request.goal).await?;
        let before = runs::before(&mut tx, request.conversation, self.run).await?;
        let rails = guardrails::policy(&mut tx).await?.rails;
        let splits = prompts::splits(&mut tx).await?;
        tx.commit(()).await?.into_inner();
        for of in prompt::ALL {
            let said = self.trial.and_then(|trial| trial.prompt).filter(|(name, _)| *name == of.name);
            let number = said.map_or_else(|| splits.pick(of, request.conversation).number, |(_, number)| number);
            state.prompts.insert(of.name.to_owned(), number.to_owned());
        }
        let looked_at = request.context.as_ref().map(|context| (context.kind, context.id));
        state.in_hand = looked_at;
        if !declined(&request.goal, &rails, state) {
            let before = before.map(|(_, state)| state).unwrap_or_default();
            self.read_on(&request.goal, &vocabulary, state, (looked_at, &before), calls).await;
        }
        state.planned = true;
        Ok(())
    }

    /// Runs the next ask in a transaction that is rolled back.
    async fn try_step(
        &self,
        goal: &str,
        state: &mut State,
        calls: &mut Vec<Called>,
        steps: &mut Vec<Step>,
        proposals: &mut Vec<Proposed>,
    ) -> Result<()> {
        let n = step_of(state.next);
        let Some(ask) = state.asks.get(state.next).cloned() else { return Ok(()) };
        if let Ask::Decline(decline) = &ask {
            state.said.push(decline.reason.clone().unwrap_or_else(|| NOT_UNDERSTOOD.to_owned()));
            state.next += 1;
            return Ok(());
        }
        let meaning = match &ask {
            Ask::SearchKnowledge(asked) => self.assistant.meaning(&asked.question).await,
            _ => None,
        };
        let mut after = state.clone();
        let mut tx = self.begin().await?;
        // A repetition leaves the house no more than it writes.
        let unasked = Outcome::Said("A repetition asks no other server.".to_owned());
        let outside = matches!(ask, Ask::AskOutside(_)).then_some(&unasked);
        let asking = Asking { goal, ask: &ask, n, meaning: meaning.as_ref(), outside };
        let ran = self.call_tool(&mut tx, &mut after, asking).await;
        tx.rollback().await?;
        if ran.as_ref().is_ok_and(|ran| !matches!(ran.ended, Ended::Found)) && self.may_plan_again(state) {
            return self.plan_anew(goal, state, calls).await;
        }
        match ran {
            Ok(ran) => {
                *state = after;
                let (summary, result) = named(&ran, state);
                if state.question.is_none() {
                    state.next += 1;
                    state.first = None;
                }
                proposals.extend(ran.proposal.map(|proposal| Proposed::of(proposal, self.cx.actor())));
                steps.push(step(n, &ask, Some(ran.tool), ran.arguments, (result, ran.count, summary), "done"));
                Ok(())
            }
            Err(error) if is_away(&error) => Err(error),
            Err(error) => {
                state.said.push(told(&error));
                state.next += 1;
                let problem = json!({ "problem": error.problem() });
                steps.push(step(n, &ask, None, json!({}), (problem, None, error.detail.to_string()), "failed"));
                Ok(())
            }
        }
    }
}

/// What a tool said and found; that nothing has a name is said.
fn named(ran: &Ran, state: &mut State) -> (String, Value) {
    let Ended::Unknown(name) = &ran.ended else { return (ran.summary.clone(), ran.result.clone()) };
    match did_you_mean(name, &[]) {
        Ok((question, slot)) => {
            let text = question.text.clone();
            (state.question, state.slot) = (Some(question), Some(slot));
            (text, Value::Null)
        }
        Err(words) => {
            state.said.push(words.clone());
            (words.clone(), json!({ "said": words }))
        }
    }
}

fn step(
    n: i32,
    ask: &Ask,
    tool: Option<String>,
    arguments: Value,
    (result, result_count, summary): (Value, Option<i64>, String),
    status: &str,
) -> Step {
    Step {
        n,
        kind: "tool".to_owned(),
        title: title(ask).to_owned(),
        tool: Some(tool.unwrap_or_else(|| ask.tool().to_owned())),
        arguments,
        result,
        result_count,
        summary: Some(summary),
        status: status.to_owned(),
        ms: None,
        tokens_in: 0,
        tokens_out: 0,
        cost: None,
    }
}
