//! The one way in which a model is asked: within the policy and the budgets, without personal data where it runs elsewhere, and on
//! record.

use std::time::{Duration, Instant};

use dealwright_access::Context;
use dealwright_governance::budget::Reservation;
use dealwright_governance::budget::store::{Wanted, reserve, settle};
use dealwright_governance::policy::Keep;
use dealwright_governance::policy::store::{policy, require_running};
use dealwright_governance::privacy::{self, Mask};
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use uuid::Uuid;

use crate::Assistant;
use crate::agent;
use crate::agent::store::call::{self, Called, Kept, Purpose};
use crate::provider::{Chat, Embedded, LlmProvider, ProviderError, Reply, Role, Usage};

/// For what, and for which run, a model is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub purpose: Purpose,
    /// And which of its steps.
    pub run: Option<(AgentRunId, i32)>,
    /// Which constant prompt comes first, if one does: [`crate::prompt`] has them.
    pub prompt_version: Option<&'static str>,
    /// Somebody waits no longer than this.
    pub patience: Option<Duration>,
}

/// Why a model gave no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The policy or a budget does not let it be asked: a sentence for the person.
    Withheld(String),
    Failed(ProviderError),
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Withheld(why) => f.write_str(why),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// What is settled before a model is asked.
struct Begun {
    reservation: Reservation,
    keep: Keep,
}

/// What a call may use at most: some three characters make a token, in languages that need many.
fn at_most(chat: &Chat) -> Usage {
    let characters: usize = chat.messages.iter().map(|message| message.content.chars().count()).sum();
    Usage { tokens_in: u32::try_from(characters / 3 + 16).unwrap_or(u32::MAX), tokens_out: chat.max_tokens }
}

impl Assistant {
    /// Asks a model for `cx`. The call is recorded here, whatever becomes of the caller's own transaction; `calls` is what it
    /// adds up for its run.
    ///
    /// # Errors
    /// [`Unanswered`], with what to tell the person.
    pub(crate) async fn ask(
        &self,
        cx: &Context,
        asked: Asked,
        provider: &dyn LlmProvider,
        chat: &Chat,
        calls: &mut Vec<Called>,
    ) -> Result<Reply, Unanswered> {
        let begun = match self.begin_call(cx, provider, at_most(chat)).await {
            Ok(begun) => begun?,
            Err(error) => return Err(away(&error)),
        };
        let mut mask = Mask::default();
        let sent = if provider.is_local() { chat.clone() } else { hidden(chat, &mut mask) };
        let started = Instant::now();
        let outcome = match asked.patience {
            None => provider.chat(&sent, &mut |_| {}).await,
            Some(patience) => tokio::time::timeout(patience, provider.chat(&sent, &mut |_| {}))
                .await
                .unwrap_or_else(|_| Err(ProviderError::Timeout(format!("no answer within {} s", patience.as_secs())))),
        };
        let called = self.called(provider, &outcome, started.elapsed());
        let called = Called { purpose: asked.purpose, prompt_version: asked.prompt_version, ..called };
        let kept = kept(begun.keep, &sent, outcome.as_ref().ok());
        match end_call(cx, asked, &called, &kept, begun.reservation).await {
            // One of a run is in the run's trace.
            Ok(id) if asked.run.is_none() => agent::trace::send_call(self, cx, id, &called, &kept),
            Ok(_) => {}
            // What was set aside counts as used when it lapses.
            Err(error) => tracing::warn!(%error, "a call of a model could not be recorded"),
        }
        calls.push(called);
        match outcome {
            Ok(reply) => Ok(Reply { text: mask.reveal(&reply.text), ..reply }),
            Err(error) => Err(Unanswered::Failed(error)),
        }
    }

    /// Vectors of texts, for `cx`; recorded as [`Self::ask`] does, without the texts.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub(crate) async fn embed(
        &self,
        cx: &Context,
        (run, step): (AgentRunId, i32),
        provider: &dyn LlmProvider,
        texts: &[String],
        calls: &mut Vec<Called>,
    ) -> Result<Embedded, Unanswered> {
        let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
        let most = Usage { tokens_in: u32::try_from(characters / 3 + texts.len()).unwrap_or(u32::MAX), tokens_out: 0 };
        let begun = match self.begin_call(cx, provider, most).await {
            Ok(begun) => begun?,
            Err(error) => return Err(away(&error)),
        };
        let started = Instant::now();
        let outcome = provider.embed(texts).await;
        let called = self.embedded(provider, &outcome, started.elapsed());
        let asked = Asked { purpose: Purpose::Embed, run: Some((run, step)), prompt_version: None, patience: None };
        if let Err(error) = end_call(cx, asked, &called, &Kept::default(), begun.reservation).await {
            tracing::warn!(%error, "a call of a model could not be recorded");
        }
        calls.push(called);
        outcome.map_err(Unanswered::Failed)
    }

    async fn begin_call(
        &self,
        cx: &Context,
        provider: &dyn LlmProvider,
        most: Usage,
    ) -> Result<Result<Begun, Unanswered>> {
        let mut tx = cx.begin().await?;
        require_running(&mut tx).await?;
        let rails = policy(&mut tx).await?.rails;
        if !provider.is_local() && !rails.remote_models {
            tx.done(()).await?;
            let why = "Your administrators do not let requests go to a model on another machine";
            return Ok(Err(Unanswered::Withheld(why.to_owned())));
        }
        let cost_micros = if provider.is_local() { Some(0) } else { self.prices().micros(provider.model(), most) };
        let tokens = i64::from(most.tokens_in) + i64::from(most.tokens_out);
        let reserved = reserve(&mut tx, Wanted { requests: 0, tokens, cost_micros }).await?;
        tx.commit(()).await?.into_inner();
        Ok(match reserved {
            Ok(reservation) => Ok(Begun { reservation, keep: rails.keep_prompts }),
            Err(exceeded) => Err(Unanswered::Withheld(exceeded.told())),
        })
    }
}

fn away(error: &Error) -> Unanswered {
    if error.code == "ai_stopped" {
        return Unanswered::Withheld(error.detail.to_string());
    }
    tracing::warn!(%error, "a model could not be asked");
    Unanswered::Failed(ProviderError::Unavailable("what it may use could not be looked up".to_owned()))
}

async fn end_call(cx: &Context, asked: Asked, called: &Called, kept: &Kept, reservation: Reservation) -> Result<Uuid> {
    let mut tx = cx.begin().await?;
    let id = call::insert(&mut tx, asked.run, called, kept).await?;
    let tokens = called.tokens_in.saturating_add(called.tokens_out);
    settle(&mut tx, reservation, tokens, called.cost_micros.unwrap_or(0)).await?;
    tx.commit(()).await?.into_inner();
    Ok(id)
}

/// What people wrote, without personal data; what we wrote is left.
fn hidden(chat: &Chat, mask: &mut Mask) -> Chat {
    let mut sent = chat.clone();
    for message in sent.messages.iter_mut().filter(|message| message.role != Role::System) {
        message.content = mask.hide(&message.content);
    }
    sent
}

/// A text as it is kept.
pub(crate) fn clean(keep: Keep, text: &str) -> String {
    match keep {
        Keep::None => String::new(),
        Keep::Redacted => privacy::redacted(text, &privacy::find(text)),
        Keep::Whole => text.to_owned(),
    }
}

/// What is kept of a call. The constant prompt is named and not repeated.
fn kept(keep: Keep, sent: &Chat, reply: Option<&Reply>) -> Kept {
    let said: Vec<&str> = sent
        .messages
        .iter()
        .filter(|message| message.role != Role::System)
        .map(|message| message.content.as_str())
        .collect();
    let on = keep != Keep::None;
    Kept {
        prompt: on.then(|| clean(keep, &said.join("\n"))),
        reply: reply.filter(|_| on).map(|reply| clean(keep, &reply.text)),
        redacted: keep == Keep::Redacted,
    }
}
