//! The planner's node: the grammar reads the request, a model where the grammar is not sure, or where it was and nothing
//! came of it.

use std::collections::BTreeMap;
use std::time::Instant;

use dealwright_governance::policy::Guardrails;
use dealwright_governance::policy::store as guardrails;
use dealwright_governance::safety;
use dealwright_kernel::{Error, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Walk, shown, step_of, title};
use crate::agent::replay::Planner;
use crate::agent::reply::taken_up;
use crate::agent::store::call::{Called, Purpose};
use crate::agent::store::{self, Begin, End, Standing};
use crate::agent::{State, Status, carry, lookup, mention};
use crate::ask::{Asked, Unanswered};
use crate::planner::model::Breadth;
use crate::planner::rules::{self, Certainty, Draft};
use crate::planner::{Ask, Author, Decline, model, reconcile};
use crate::prompt::split::Splits;
use crate::prompt::{self, Prompt};
use crate::proposal::Confidence;
use crate::resolve::record::RecordType;
use crate::resolve::vocabulary::Vocabulary;
use crate::{Consult, Link};

impl Walk<'_> {
    pub(super) async fn plan(&self, standing: Standing) -> Result<()> {
        let mut tx = self.begin().await?;
        let mut vocabulary = lookup::vocabulary(self.cx, &mut tx).await?;
        vocabulary.records = mention::named(self.cx, &mut tx, &standing.goal).await?;
        if !self.held(&mut tx, |now| !now.planned).await? {
            return tx.rollback().await;
        }
        let rails = guardrails::policy(&mut tx).await?.rails;
        let splits = prompt::store::splits(&mut tx).await?;
        let servers = dealwright_outside::store::servers(&mut tx).await?;
        let before = store::before(&mut tx, standing.conversation, self.run).await?;
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
        state.prompts = picked(&splits, standing.conversation);
        let looked_at = standing.context.as_ref().map(|c| (c.kind, c.id));
        let mut calls = Vec::new();
        let waiting = before.as_ref().filter(|(status, _)| *status == Status::Waiting).map(|(_, state)| state.clone());
        match waiting.and_then(|before| taken_up(before, &standing.goal, looked_at)) {
            _ if declined(&standing.goal, &rails, &mut state) => {}
            Some(resumed) => state = State { prompts: state.prompts, ..resumed },
            None if by_name(&standing.goal, &servers, &mut state) => {}
            None => {
                let before = before.map(|(_, state)| state).unwrap_or_default();
                self.read_on(standing.goal.as_str(), &vocabulary, &mut state, (looked_at, &before), &mut calls).await;
            }
        }
        state.planned = true;

        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |now| !now.planned).await? {
            return tx.rollback().await;
        }
        let asks = serde_json::to_value(&state.asks).map_err(Error::internal)?;
        let author = state.author;
        let summary = state.asks.iter().skip(state.next).map(title).collect::<Vec<_>>().join(", then ");
        let end = End {
            tool: None,
            arguments: json!({ "goal": standing.goal }),
            result: json!({ "asks": asks, "author": author, "guardrails": state.flags }),
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
    pub(super) async fn understand(
        &self,
        goal: &str,
        vocabulary: &Vocabulary,
        state: &mut State,
        calls: &mut Vec<Called>,
    ) {
        let whole = rules::draft(goal, vocabulary, self.reading);
        let sure = whole.certainty == Certainty::High;
        let links = self.links();
        state.author = Some(Author::Deterministic);
        state.confidence = Some(if sure { Confidence::High } else { Confidence::Medium });
        let consulted = !sure || self.assistant.consult() == Consult::Always || self.trial.is_some();
        if links.is_empty() || !consulted {
            state.without_model = links.is_empty();
            state.asks = whole.plan.steps;
            return;
        }
        let mut asks = Vec::new();
        // A small model reads less well than what examples teach, and takes seconds: it is asked where they teach nothing, and
        // never of tools that it is not told of.
        let small = links.iter().all(|link| link.provider.is_local()) && self.assistant.consult() == Consult::Unsure;
        let mut heard = false;
        for clause in rules::clauses(goal, vocabulary, self.reading).into_iter().take(crate::planner::MAX_STEPS) {
            let draft = rules::draft(&clause, vocabulary, self.reading);
            let read =
                draft.certainty >= Certainty::Some || draft.plan.steps.iter().any(|ask| !Breadth::Common.tells_of(ask));
            if small && self.trial.is_none() && read {
                asks.extend(draft.plan.steps);
                continue;
            }
            heard = true;
            match self.asked(&clause, state, calls).await {
                Some((ask, trust)) => {
                    asks.push(reconcile::reconcile(&clause, ask, &draft, trust, vocabulary, self.reading))
                }
                None => {
                    state.without_model = true;
                    state.asks = whole.plan.steps;
                    return;
                }
            }
        }
        state.author = Some(if heard { Author::Model } else { Author::Deterministic });
        state.asks = rules::merged(asks);
        if !sure {
            state.confidence = Some(agreement(&state.asks, &whole));
        }
    }

    /// One clause put to the models, one after the other until one gives a usable answer, with how far it is to be trusted.
    async fn asked(&self, clause: &str, state: &mut State, calls: &mut Vec<Called>) -> Option<(Ask, reconcile::Trust)> {
        for (n, link) in self.links().into_iter().enumerate() {
            let provider = link.provider.as_ref();
            if !link.breaker.lets(Instant::now()) {
                tracing::debug!(run = %self.run, model = provider.model(), "it failed of late, and is left alone for a while");
                state.away = Some(provider.model().to_owned());
                continue;
            }
            // A small model does better with few tools; the grammar knows the others.
            let (breadth, trust) = if provider.is_local() {
                (Breadth::Common, reconcile::Trust::Little)
            } else {
                (Breadth::All, reconcile::Trust::Much)
            };
            let version = version(state, breadth.prompt());
            let asked = self.asking(version);
            let chat = model::chat(clause, breadth, version);
            let outcome = self.assistant.ask(self.cx, asked, provider, &chat, calls).await;
            match &outcome {
                Ok(_) => link.breaker.heard(Ok(()), Instant::now()),
                Err(Unanswered::Failed(error)) => link.breaker.heard(Err(error), Instant::now()),
                Err(Unanswered::Withheld(_)) => {}
            }
            match outcome.map(|reply| model::parse(&reply.text, &self.reading)) {
                Ok(Ok(ask)) => {
                    if n > 0 && state.away.is_some() {
                        state.fell_back = Some(provider.model().to_owned());
                    }
                    return Some((ask, trust));
                }
                Ok(Err(why)) => {
                    tracing::info!(run = %self.run, why, model = provider.model(), "the model's plan could not be read");
                }
                Err(Unanswered::Withheld(why)) => state.withheld = Some(why),
                Err(Unanswered::Failed(error)) => {
                    tracing::info!(run = %self.run, %error, model = provider.model(), "the model does not answer");
                    state.away = Some(provider.model().to_owned());
                }
            }
        }
        None
    }

    /// The models that may be asked, one after the other.
    fn links(&self) -> Vec<&Link> {
        let all = self.assistant.links().iter();
        match self.trial.map(|trial| &trial.planner) {
            None | Some(Planner::Usual) => all.collect(),
            Some(Planner::Grammar) => Vec::new(),
            Some(Planner::Model(name)) => all.filter(|link| link.provider.model() == name).collect(),
        }
    }

    /// For what a model is asked here. A replay is no call of the run that it repeats.
    fn asking(&self, version: &prompt::Version) -> Asked {
        let (purpose, run) =
            if self.trial.is_some() { (Purpose::Replay, None) } else { (Purpose::Plan, Some((self.run, 1))) };
        Asked { purpose, run, prompt_version: Some(version.id), patience: None }
    }

    /// Whether a plan that led nowhere may be made anew: the grammar's, once, by a model that was not asked yet.
    pub(super) fn may_plan_again(&self, state: &State) -> bool {
        // One that names a tool of another server means it.
        let outside = matches!(state.asks.as_slice(), [Ask::AskOutside(_)]);
        !outside && (state.first.is_some() || (state.author == Some(Author::Deterministic) && !state.again))
    }

    /// The reading that was sure of itself found nothing, which speaks against it: a model reads the request without it, or
    /// what examples teach where there is none. When that finds nothing either, the first reading stands.
    pub(super) async fn plan_again(&self, goal: &str, mut state: State, n: i32) -> Result<()> {
        let mut calls = Vec::new();
        self.plan_anew(goal, &mut state, &mut calls).await?;
        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |now| step_of(now.next) == n && now.question.is_none()).await? {
            return tx.rollback().await;
        }
        store::call::record(&mut tx, self.run, 1, &calls).await?;
        store::save(&mut tx, self.run, Status::Running, &state).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Plans a request that goes on with what was said before: of what is looked at or was spoken of last, and of the list before.
    pub(super) async fn read_on(
        &self,
        goal: &str,
        vocabulary: &Vocabulary,
        state: &mut State,
        (looked_at, before): (Option<(RecordType, Uuid)>, &State),
        calls: &mut Vec<Called>,
    ) {
        state.in_hand = looked_at.or(before.in_hand);
        state.listed.clone_from(&before.listed);
        self.understand(goal, vocabulary, state, calls).await;
        carry::narrow(goal, &mut state.asks, before);
    }

    /// The other plan, if there is one.
    pub(super) async fn plan_anew(&self, goal: &str, state: &mut State, calls: &mut Vec<Called>) -> Result<()> {
        if let Some(first) = state.first.take() {
            self.replan(state, *first);
            state.author = Some(Author::Deterministic);
        } else {
            let mut tx = self.begin().await?;
            let mut vocabulary = lookup::vocabulary(self.cx, &mut tx).await?;
            vocabulary.records = mention::named(self.cx, &mut tx, goal).await?;
            tx.done(()).await?;
            let clauses = rules::clauses(goal, &vocabulary, self.reading);
            let clause = clauses.get(state.next).filter(|_| clauses.len() == state.asks.len());
            let clause = clause.map_or(goal, String::as_str);
            let none = rules::Draft::none();
            let again = match self.asked(clause, state, calls).await {
                Some((ask, _)) => {
                    let trust = reconcile::Trust::Much;
                    let ask = reconcile::reconcile(clause, ask, &none, trust, &vocabulary, self.reading);
                    Some((ask, Author::Model))
                }
                None => rules::learned(clause, &vocabulary, self.reading).map(|ask| (ask, Author::Deterministic)),
            };
            let before = state.asks.get(state.next).cloned();
            if let (Some((ask, author)), Some(before)) = (again, before)
                && before != ask
                && reconcile::usable(&ask)
            {
                state.first = Some(Box::new(before));
                state.author = Some(author);
                state.confidence = Some(Confidence::Low);
                self.replan(state, ask);
            }
            state.again = true;
        }
        Ok(())
    }

    fn replan(&self, state: &mut State, ask: Ask) {
        if let Some(slot) = state.asks.get_mut(state.next) {
            tracing::debug!(run = %self.run, tool = ask.tool(), "a plan that found nothing is made anew");
            *slot = ask;
        }
    }
}

/// Whether a request names a tool of another server: that is the whole plan then.
fn by_name(goal: &str, servers: &[String], state: &mut State) -> bool {
    let Some(draft) = rules::outside::read(goal, servers) else { return false };
    state.author = Some(Author::Deterministic);
    state.confidence = Some(Confidence::High);
    state.asks = draft.plan.steps;
    true
}

/// The version of each prompt that a conversation gets.
fn picked(splits: &Splits, conversation: Uuid) -> BTreeMap<String, String> {
    let version =
        |prompt: &'static Prompt| (prompt.name.to_owned(), splits.pick(prompt, conversation).number.to_owned());
    prompt::ALL.into_iter().map(version).collect()
}

/// The version that was picked for the run.
pub(super) fn version(state: &State, prompt: &'static Prompt) -> &'static prompt::Version {
    state.prompts.get(prompt.name).and_then(|number| prompt.version(number)).unwrap_or_else(|| prompt.usual())
}

/// Whether the guardrails decline a request; what they found of it is noted.
pub(super) fn declined(goal: &str, rails: &Guardrails, state: &mut State) -> bool {
    let (content, orders) = (safety::harmful(goal, rails.content_filter), safety::orders(goal, rails.injection_filter));
    for (name, what, verdict) in [
        ("content", "a request that means harm", &content),
        ("injection", "a text that means to give me orders", &orders),
    ] {
        if verdict.found() {
            state.flags.push(format!("{name}: {} %", verdict.score));
        }
        if verdict.found() && !verdict.blocks() {
            state.said.push(format!("The guardrails take your request for {what}."));
        }
    }
    let reason = if let Some(topic) = rails.blocked(goal) {
        state.flags.push("topic".to_owned());
        format!("Your administrators have closed the topic “{topic}” to me.")
    } else if content.blocks() {
        "I don't help with that: the content filter takes it for a request that means harm. Say it differently if it does not.".to_owned()
    } else if orders.blocks() {
        "I don't follow that: the filter takes it for a text that means to change how I work. Say it differently if it does not.".to_owned()
    } else {
        return false;
    };
    state.author = Some(Author::Deterministic);
    state.asks = vec![Ask::Decline(Decline { reason: Some(reason) })];
    true
}

/// How sure one can be of a plan that the grammar did not cover: surer when it saw the same tools.
fn agreement(asks: &[Ask], draft: &Draft) -> Confidence {
    let tools = |asks: &[Ask]| asks.iter().map(Ask::tool).collect::<Vec<_>>();
    if tools(asks) == tools(&draft.plan.steps) { Confidence::Medium } else { Confidence::Low }
}
