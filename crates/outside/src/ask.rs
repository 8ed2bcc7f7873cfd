//! The one way to a call of an outside tool: within the policy, with what is personal hidden, and at most so often.
//!
//! It is made before the transaction that records it: a server may take its time. Cut off between the two, a run asks again, which
//! harms nothing, since only tools that read are let in.

use std::sync::Arc;

use dealwright_access::outbound::Outbound;
use dealwright_access::throttle::{self, Counter};
use dealwright_access::{Access, Context};
use dealwright_governance::policy::store as guardrails;
use dealwright_governance::privacy::Mask;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::client::{Remote, Unanswered};
use crate::{Offered, arguments, store};

/// What a tool answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `server.tool`
    pub tool: String,
    /// As they were said; what left is the same without what is personal.
    pub arguments: Map<String, Value>,
    pub server: Uuid,
    /// The server's host, as a person is told it.
    pub host: String,
    pub text: String,
    /// Whether there was more of it.
    pub cut: bool,
    /// Pieces of personal data that were hidden before the arguments left.
    pub hidden: usize,
}

/// What became of asking.
#[derive(Clone, Debug)]
pub enum Outcome {
    Answered(Box<Answer>),
    /// It was not called, or did not answer: a sentence for the person.
    Said(String),
}

fn said(words: impl Into<String>) -> Result<Outcome> {
    Ok(Outcome::Said(words.into()))
}

/// Asks a tool, for `cx`, with a person's words.
///
/// # Errors
/// 409 `ai_stopped`, 403 `tool_denied`, 429 `too_many_attempts`; when the database is gone.
pub async fn ask(cx: &Context, tool: &str, words: &str) -> Result<Outcome> {
    let Some((server, name)) = tool.split_once('.') else { return said(unknown(tool)) };
    let mut tx = cx.begin().await?;
    guardrails::require_tool(&mut tx, cx.actor(), tool).await?;
    let rails = guardrails::policy(&mut tx).await?.rails;
    let callable = store::callable(&mut tx, server, name).await?;
    tx.done(()).await?;
    if !rails.remote_models {
        return said("Your administrators do not let requests go to other machines, so no outside tool is asked.");
    }
    let Some(callable) = callable else { return said(unknown(tool)) };
    let arguments = match arguments::read(&callable.arguments, words) {
        Ok(arguments) => arguments,
        Err(why) => return said(format!("{tool} was not asked. {why}")),
    };
    let access = cx.access();
    let now = access.clock().now();
    let mut system = access.database().system().await?;
    let counters = [Counter::outside_tools(cx.actor().user.0)];
    throttle::check(&mut system, &counters, now).await?;
    throttle::count(&mut system, &counters, now).await?;
    system.commit().await?;
    let secret = if callable.has_secret { opened(access, cx, callable.server).await? } else { None };
    let mut mask = Mask::default();
    let sent = hide(Value::Object(arguments.clone()), &mut mask);
    let Value::Object(sent) = sent else { return Err(Error::internal("arguments are an object")) };
    let way = way(access);
    let remote = Remote { way: &way, url: &callable.url, secret: secret.as_deref() };
    let answered = match remote.call(name, &callable.fingerprint, sent).await {
        Ok(answered) => answered,
        Err(Unanswered::Failed(why)) => {
            tracing::info!(tool, why, "an outside tool does not answer");
            return said(format!("{tool}, a tool outside, does not answer: {why}."));
        }
        Err(Unanswered::Changed(current)) => {
            switched_off(cx, tool, callable.server, current.as_ref().as_ref()).await?;
            return said(format!(
                "{tool} has changed since your administrators allowed it, so it was not asked. It is off until they have looked at it."
            ));
        }
    };
    if answered.failed {
        let why: String = answered.text.chars().take(300).collect();
        return said(format!("{tool}, a tool outside, could not do that. It says: “{why}”"));
    }
    Ok(Outcome::Answered(Box::new(Answer {
        tool: tool.to_owned(),
        arguments,
        server: callable.server,
        host: host(&callable.url),
        text: revealed(&mask, &answered.text),
        cut: answered.cut,
        hidden: mask.len(),
    })))
}

fn unknown(tool: &str) -> String {
    format!("There is no outside tool “{tool}” that you may use.")
}

/// The way out to such servers.
pub(crate) fn way(access: &Access) -> Arc<Outbound> {
    Arc::new(Outbound::new(&access.settings().outbound_networks))
}

/// For what a server's secret is sealed.
pub(crate) fn context(server: Uuid) -> String {
    format!("tool-server:{server}")
}

/// A server's secret.
pub(crate) async fn opened(access: &Access, cx: &Context, server: Uuid) -> Result<Option<String>> {
    let mut tx = access.database().system().await?;
    let sealed = store::secret(&mut tx, cx.actor().org, server).await?;
    tx.commit().await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = access.keyring().open(&context(server), &sealed)?;
    String::from_utf8(plain).map(Some).map_err(Error::internal)
}

/// A text in which what was hidden is back in its place.
fn revealed(mask: &Mask, text: &str) -> String {
    if mask.is_empty() { text.to_owned() } else { mask.reveal(text) }
}

/// Arguments with a placeholder for what is personal.
fn hide(value: Value, mask: &mut Mask) -> Value {
    match value {
        Value::String(text) => Value::String(mask.hide(&text)),
        Value::Array(items) => items.into_iter().map(|item| hide(item, mask)).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, hide(value, mask))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

/// Writes down that a tool is another one by now.
async fn switched_off(cx: &Context, tool: &str, server: Uuid, now: Option<&Offered>) -> Result<()> {
    let name = tool.split_once('.').map_or(tool, |(_, name)| name);
    let mut tx = cx.access().database().system().await?;
    if store::changed(&mut tx, cx.actor().org, server, name, now).await? {
        tracing::warn!(tool, "an outside tool has changed since it was allowed; it is off");
        let subject = Subject { object: "tool_server", id: server, name: tool.to_owned(), version: None };
        let event = Event::with_id(cx.clock().new_id().into(), "tool_server.tool_changed", subject);
        let told = event.data(json!({ "tool": tool, "gone": now.is_none() }));
        tx.emit(cx.actor().org, &cx.actor().stamp, cx.origin(), cx.clock().now(), told).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_does_not_leave() {
        let mut mask = Mask::default();
        let hidden =
            hide(json!({ "to": ["anna.smith@isdom.com"], "text": "call +1 212-555-0143", "days": 3 }), &mut mask);
        assert_eq!(hidden, json!({ "to": ["EMAIL_1"], "text": "call PHONE_1", "days": 3 }));
        assert_eq!(revealed(&mask, "EMAIL_1 is known"), "anna.smith@isdom.com is known");
    }

    #[test]
    fn a_host_is_told_without_its_path() {
        assert_eq!(host("https://tools.example.com:8443/mcp?key=1"), "tools.example.com:8443");
    }
}
