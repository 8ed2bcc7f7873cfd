//! Spans in the words of OpenTelemetry's conventions for generative AI (open-telemetry/semantic-conventions-genai).
//!
//! What people wrote is in `gen_ai.input.messages` and its like, and only there; none of it unless the operator has said so.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use dealwright_trace::{Kind as Side, Span as Sent, Value};
use serde_json::json;
use uuid::Uuid;

use super::store::{Said, began, number_of};
use super::{Kind, Outcome, Span, Trace, span_id};
use crate::agent::store::call::{Called, Kept, Purpose};

type Attributes = Vec<(&'static str, Value)>;

/// The provider of what is no model's.
const OURS: &str = "dealwright";

/// A run's trace. What goes on still is not in it.
pub(super) fn spans(trace: &Trace, said: Option<&Said>) -> Vec<Sent> {
    trace.spans.iter().filter_map(|span| sent(trace, span, said)).collect()
}

fn sent(trace: &Trace, span: &Span, said: Option<&Said>) -> Option<Sent> {
    let run = trace.run_id.0;
    let mut attributes: Attributes = vec![
        ("gen_ai.conversation.id", trace.conversation_id.to_string().into()),
        ("gen_ai.agent.name", trace.agent.as_str().into()),
    ];
    let name = match span.kind {
        Kind::Run => of_run(trace, span, said, &mut attributes),
        Kind::Plan => operation("plan", &trace.agent, &mut attributes),
        Kind::Chat | Kind::Embeddings => of_call(span, &mut attributes),
        Kind::Tool => of_tool(run, span, said, &mut attributes),
        Kind::Retrieval => {
            attributes.push(("gen_ai.data_source.id", "knowledge".into()));
            operation("retrieval", "knowledge", &mut attributes)
        }
        Kind::Review => "review".to_owned(),
    };
    if let Some(error) = &span.error {
        attributes.push(("error.type", error.as_str().into()));
    }
    Some(Sent {
        trace: *run.as_bytes(),
        id: bytes(&span.id)?,
        parent: span.parent_id.as_deref().and_then(bytes),
        name,
        kind: if matches!(span.kind, Kind::Chat | Kind::Embeddings) { Side::Client } else { Side::Internal },
        start: SystemTime::from(span.started_at),
        end: SystemTime::from(span.ended_at?),
        attributes,
        error: span.error.clone().filter(|_| span.status == Outcome::Failed),
    })
}

fn bytes(id: &str) -> Option<[u8; 8]> {
    hex::decode(id).ok()?.try_into().ok()
}

/// Says which operation it is. Answers the span's name.
fn operation(name: &str, of: &str, attributes: &mut Attributes) -> String {
    attributes.push(("gen_ai.operation.name", name.into()));
    format!("{name} {of}")
}

fn of_run(trace: &Trace, span: &Span, said: Option<&Said>, attributes: &mut Attributes) -> String {
    attributes.push(("gen_ai.provider.name", OURS.into()));
    attributes.push(("dealwright.run.id", trace.run_id.to_string().into()));
    if let Some(model) = &span.model {
        attributes.push(("gen_ai.request.model", model.as_str().into()));
    }
    if let Some(version) = &span.prompt_version {
        attributes.push(("gen_ai.prompt.name", version.as_str().into()));
    }
    used(span, attributes);
    for (key, count) in
        [("dealwright.sentences", trace.sentences), ("dealwright.sentences.unsupported", trace.unsupported)]
    {
        attributes.extend(count.map(|count| (key, count.into())));
    }
    if let Some(said) = said {
        attributes.extend(said.goal.as_deref().map(|text| ("gen_ai.input.messages", message("user", text))));
        attributes.extend(said.answer.as_deref().map(|text| ("gen_ai.output.messages", message("assistant", text))));
    }
    operation("invoke_agent", &trace.agent, attributes)
}

fn of_tool(run: Uuid, span: &Span, said: Option<&Said>, attributes: &mut Attributes) -> String {
    let tool = span.tool.as_deref().unwrap_or("unknown");
    attributes.push(("gen_ai.tool.name", tool.into()));
    attributes.push(("gen_ai.tool.type", "function".into()));
    attributes.push(("gen_ai.tool.call.id", span.id.as_str().into()));
    attributes.extend(span.result_count.map(|count| ("dealwright.tool.result_count", count.into())));
    let of = said.and_then(|said| said.steps.get(number_of(run, span, said)?));
    if let Some((_, arguments, result)) = of {
        attributes.push(("gen_ai.tool.call.arguments", arguments.as_str().into()));
        attributes.push(("gen_ai.tool.call.result", result.as_str().into()));
    }
    operation("execute_tool", tool, attributes)
}

fn of_call(span: &Span, attributes: &mut Attributes) -> String {
    let model = span.model.as_deref().unwrap_or("unknown");
    attributes.push(("gen_ai.provider.name", span.provider.as_deref().unwrap_or("unknown").into()));
    attributes.push(("gen_ai.request.model", model.into()));
    attributes.extend(span.answered_by.as_deref().map(|model| ("gen_ai.response.model", model.into())));
    attributes.extend(span.prompt_version.as_deref().map(|version| ("gen_ai.prompt.name", version.into())));
    attributes.extend(span.first_token_ms.map(|ms| ("dealwright.first_token_ms", ms.into())));
    used(span, attributes);
    if let Some(content) = &span.content {
        attributes.extend(content.prompt.as_deref().map(|text| ("gen_ai.input.messages", message("user", text))));
        attributes.extend(content.reply.as_deref().map(|text| ("gen_ai.output.messages", message("assistant", text))));
    }
    let name = if span.kind == Kind::Embeddings { "embeddings" } else { "chat" };
    if span.kind == Kind::Chat {
        attributes.push(("gen_ai.output.type", "json".into()));
    }
    operation(name, model, attributes)
}

fn used(span: &Span, attributes: &mut Attributes) {
    attributes.push(("gen_ai.usage.input_tokens", span.tokens_in.into()));
    attributes.push(("gen_ai.usage.output_tokens", span.tokens_out.into()));
    let cost = span.cost.as_deref().and_then(|cost| cost.parse::<f64>().ok());
    attributes.extend(cost.map(|cost| ("dealwright.cost", cost.into())));
}

/// One message of one text, in the form of the conventions.
fn message(role: &str, text: &str) -> Value {
    json!([{ "role": role, "parts": [{ "type": "text", "content": text }] }]).to_string().into()
}

/// A call that belongs to no run, ended at `at`: a trace of one span.
pub(super) fn call(id: Uuid, at: DateTime<Utc>, called: &Called, kept: Option<&Kept>) -> Sent {
    let span = Span {
        id: String::new(),
        parent_id: None,
        kind: if called.purpose == Purpose::Embed { Kind::Embeddings } else { Kind::Chat },
        title: String::new(),
        started_at: began(at, called.latency_ms),
        ended_at: Some(at),
        status: if called.error.is_some() { Outcome::Failed } else { Outcome::Done },
        error: called.error_type.clone(),
        tool: None,
        model: Some(called.model.clone()),
        answered_by: called.answered_by.clone(),
        provider: Some(called.provider.to_owned()),
        prompt_version: called.prompt_version.map(str::to_owned),
        first_token_ms: called.first_token_ms,
        result_count: None,
        tokens_in: called.tokens_in,
        tokens_out: called.tokens_out,
        cost: called.cost_micros.map(crate::provider::price::shown),
        content: kept.map(|kept| super::Content {
            prompt: kept.prompt.clone(),
            reply: kept.reply.clone(),
            redacted: kept.redacted,
        }),
    };
    let mut attributes = Attributes::new();
    let name = of_call(&span, &mut attributes);
    attributes.extend(span.error.as_deref().map(|error| ("error.type", error.into())));
    Sent {
        trace: *id.as_bytes(),
        id: span_id(id, "call", 0),
        parent: None,
        name,
        kind: Side::Client,
        start: SystemTime::from(span.started_at),
        end: SystemTime::from(at),
        attributes,
        error: span.error,
    }
}
