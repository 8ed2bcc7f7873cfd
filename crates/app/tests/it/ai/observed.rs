//! Runs as traces, as a collector of the test's own gets them: the protobuf is decoded as any collector would.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use dealwright_access::policy::Builtin;
use dealwright_ai::agent::{self, RunJob};
use dealwright_ai::{Assistant, Consult, Tracing};
use dealwright_testkit::{TestApp, TestOptions};
use dealwright_trace::{Collector, Sending, Traces, probe};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::script::{self, Script};
use crate::killed::killed;

/// What came with a request: the value of `x-api-key`, and the request.
type Got = Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>;

/// A collector on this machine, and what it has got.
async fn collector() -> (Collector, Got) {
    let got = Got::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let to = Arc::clone(&got);
    let take = move |headers: HeaderMap, body: Bytes| async move {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        let key = headers.get("x-api-key").map(|key| key.to_str().unwrap().to_owned()).unwrap_or_default();
        to.lock().unwrap().push((key, ExportTraceServiceRequest::decode(body).unwrap()));
        StatusCode::OK
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(take))).await });
    (to_endpoint(endpoint), got)
}

fn to_endpoint(endpoint: String) -> Collector {
    Collector {
        endpoint,
        headers: vec![("x-api-key".into(), "key-1".into())],
        timeout: Duration::from_secs(5),
        service: "dealwright-test".into(),
        resource: vec![("deployment.environment.name".into(), "test".into())],
    }
}

/// An assistant that asks this model and tells this collector.
fn traced(collector: &Collector, content: bool, script: &Arc<Script>) -> (Assistant, Traces, Sending) {
    let (traces, sending) = Traces::to(collector).unwrap();
    let models = watch::channel(Vec::new()).1;
    let prices = "script-1=2/10".parse().unwrap();
    let assistant = Assistant::new(Some(script.clone()), prices, Consult::Always, models);
    assistant.traced(Tracing { traces: traces.clone(), content });
    (assistant, traces, sending)
}

/// Sends all that waits.
async fn sent(sending: Sending) {
    let stop = CancellationToken::new();
    stop.cancel();
    sending.run(stop).await;
}

fn spans(got: &Got) -> Vec<Span> {
    let got = got.lock().unwrap();
    let resources = got.iter().flat_map(|(_, request)| &request.resource_spans);
    resources.flat_map(|of| &of.scope_spans).flat_map(|of| of.spans.clone()).collect()
}

/// The attributes of a span, as text.
fn attributes(span: &Span) -> BTreeMap<String, String> {
    let text = |value: &Any| match value {
        Any::StringValue(text) => text.clone(),
        Any::IntValue(number) => number.to_string(),
        Any::DoubleValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let value = |v: &opentelemetry_proto::tonic::common::v1::KeyValue| {
        (v.key.clone(), text(v.value.as_ref().unwrap().value.as_ref().unwrap()))
    };
    span.attributes.iter().map(value).collect()
}

const LIST: &str = r#"{"tool":"list","name":"Isdom","owner":null,"stage":null,"amount":null,"when":null}"#;

#[tokio::test]
async fn a_run_is_one_trace_in_the_words_of_the_conventions() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let (collector, got) = collector().await;
    let script = Script::new(&[LIST]);
    let (assistant, traces, sending) = traced(&collector, true, &script);
    let goal = "which deals of Isdom did ada.lovelace@acme.test write about?";
    let made = app.admin.post("/agent-runs", json!({ "goal": goal })).await.ok();
    let run = script::execute_with(&app, &app.admin, &assistant, &made).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    let id: uuid::Uuid = run["id"].as_str().unwrap().parse().unwrap();
    agent::trace::send(&assistant, &cx, id.into()).await;
    sent(sending).await;

    assert_eq!(got.lock().unwrap()[0].0, "key-1");
    let resource = got.lock().unwrap()[0].1.resource_spans[0].resource.clone().unwrap();
    let named: Vec<&str> = resource.attributes.iter().map(|a| a.key.as_str()).collect();
    assert!(named.contains(&"service.name") && named.contains(&"deployment.environment.name"), "{named:?}");
    let spans = spans(&got);
    assert_eq!(traces.counts().unwrap().sent, spans.len() as u64);
    assert!(spans.iter().all(|span| span.trace_id == id.as_bytes()), "one trace, whose id is the run's");
    let root = &spans[0];
    assert!(root.parent_span_id.is_empty());
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(
        names,
        ["invoke_agent Assistant", "plan Assistant", "chat script-1", "execute_tool search_opportunities", "review"]
    );
    let plan = &spans[1];
    for (span, parent) in [(plan, root), (&spans[2], plan), (&spans[3], root), (&spans[4], root)] {
        assert_eq!(span.parent_span_id, parent.span_id, "{}", span.name);
        assert!(span.start_time_unix_nano >= parent.start_time_unix_nano, "{}", span.name);
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{}", span.name);
    }
    let chat = attributes(&spans[2]);
    for (key, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "script"),
        ("gen_ai.request.model", "script-1"),
        ("gen_ai.response.model", "script-1-2026"),
        ("gen_ai.usage.input_tokens", "1000"),
        ("gen_ai.usage.output_tokens", "100"),
        ("gen_ai.conversation.id", run["conversation_id"].as_str().unwrap()),
        ("gen_ai.agent.name", "Assistant"),
        ("gen_ai.prompt.name", "plan-all-1"),
        ("dealwright.cost", "0.003"),
    ] {
        assert_eq!(chat.get(key).map(String::as_str), Some(value), "{key} of {chat:#?}");
    }
    let tool = attributes(&spans[3]);
    assert_eq!(tool["gen_ai.tool.name"], "search_opportunities");
    assert_eq!(tool["gen_ai.operation.name"], "execute_tool");
    assert_eq!(tool["dealwright.tool.result_count"], "1");
    assert!(tool["gen_ai.tool.call.result"].contains("Isdom renewal"), "{tool:#?}");

    // With its content, and that as the audit keeps it.
    let asked = &attributes(root)["gen_ai.input.messages"];
    assert!(asked.contains("did [email] write"), "{asked}");
    assert!(chat.contains_key("gen_ai.input.messages") && chat.contains_key("gen_ai.output.messages"));
    let everything = format!("{spans:?}");
    assert!(!everything.contains("ada.lovelace"), "a person's address left the house: {everything}");
}

#[tokio::test]
async fn content_stays_here_unless_the_operator_says_so_and_the_guardrails_keep_it() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    for (content, keep) in [(false, "whole"), (true, "none")] {
        let mut rails = app.admin.get("/guardrails").await.ok();
        for told in ["known_tools", "stopped", "shipped", "updated_by", "updated_at"] {
            rails.as_object_mut().unwrap().remove(told);
        }
        rails["keep_prompts"] = json!(keep);
        app.admin.send(app.admin.request(reqwest::Method::PUT, "/guardrails").json(&rails)).await.ok();
        let (collector, got) = collector().await;
        let (assistant, _, sending) = traced(&collector, content, &Script::new(&[LIST]));
        let made = app.admin.post("/agent-runs", json!({ "goal": "which deals of Isdom are there?" })).await.ok();
        let run = script::execute_with(&app, &app.admin, &assistant, &made).await;
        agent::trace::send(&assistant, &cx, run["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap().into()).await;
        sent(sending).await;
        let spans = spans(&got);
        assert_eq!(spans.len(), 5);
        let everything = format!("{spans:?}");
        assert!(!everything.contains("Isdom"), "{content} {keep}: {everything}");
        assert!(!everything.contains("messages"), "{content} {keep}: {everything}");
    }
}

/// Killed at many points and taken up by another worker: the trace is one, and as it would be otherwise.
#[tokio::test]
async fn a_run_that_goes_on_after_a_restart_stays_one_trace() {
    let app = TestApp::new().await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    for polls in [6, 14, 22, 30] {
        let made = app.admin.post("/agent-runs", json!({ "goal": "remind me to call Isdom renewal tomorrow" })).await;
        let id: uuid::Uuid = made.ok()["id"].as_str().unwrap().parse().unwrap();
        let job = RunJob { user: app.admin.id.0, run: id };
        _ = killed(agent::graph::execute(&app.state.assistant, &cx, &job), polls).await;
        agent::graph::execute(&app.state.assistant, &cx, &job).await.unwrap();
        let trace = app.admin.get(&format!("/agent-runs/{id}/trace")).await.ok();
        assert_eq!(trace["trace_id"], id.simple().to_string());
        let kinds: Vec<&str> =
            trace["spans"].as_array().unwrap().iter().map(|span| span["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["run", "plan", "tool", "review"], "{polls}");

        let (collector, got) = collector().await;
        let (assistant, _, sending) = traced(&collector, false, &Script::new(&[LIST]));
        agent::trace::send(&assistant, &cx, id.into()).await;
        agent::trace::send(&assistant, &cx, id.into()).await;
        sent(sending).await;
        let spans = spans(&got);
        let (first, again) = spans.split_at(spans.len() / 2);
        assert_eq!(first, again, "a trace that is sent twice is the same");
        let ids: Vec<String> = first.iter().map(|span| hex::encode(&span.span_id)).collect();
        let told: Vec<&str> =
            trace["spans"].as_array().unwrap().iter().map(|span| span["id"].as_str().unwrap()).collect();
        assert_eq!(ids, told, "the page and the collector speak of the same spans");
    }
}

#[tokio::test]
async fn a_collector_that_is_gone_stops_nothing_and_is_counted() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let collector = Collector { timeout: Duration::from_secs(1), ..to_endpoint(format!("http://{gone}/v1/traces")) };
    assert!(probe(&collector).await.is_err());
    let (assistant, traces, sending) = traced(&collector, false, &Script::new(&[LIST]));
    let app = TestApp::with(TestOptions { assistant: Some(assistant), ..TestOptions::default() }).await;
    app.admin.opportunity("Isdom renewal", json!({})).await;
    let run = app.admin.post("/agent-runs", json!({ "goal": "which deals of Isdom are there?" })).await.ok();
    app.drain().await;
    let run = app.admin.get(&format!("/agent-runs/{}", run["id"].as_str().unwrap())).await.ok();
    assert_eq!(run["status"], "done", "{run:#}");
    sent(sending).await;
    let counts = traces.counts().unwrap();
    assert_eq!((counts.sent, counts.dropped), (0, 5));
    assert!(counts.last_error.is_some());
    let ready: Value = reqwest::get(format!("{}/readyz", app.url)).await.unwrap().json().await.unwrap();
    assert_eq!(ready, json!({ "status": "ready", "traces": { "sent": 0, "dropped": 5 } }));
}

#[tokio::test]
async fn a_collector_that_answers_is_found_by_an_empty_request() {
    let (collector, got) = collector().await;
    probe(&collector).await.unwrap();
    assert!(spans(&got).is_empty());
}

#[tokio::test]
async fn a_trace_is_its_persons_and_of_who_may_read_model_calls() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Isdom renewal", json!({})).await;
    let goal = json!({ "goal": "which deals of Isdom does ada.lovelace@acme.test know?" });
    let run = script::ask(&app, &rep, &Script::new(&[LIST]), "script-1=2/10", goal).await;
    let path = format!("/agent-runs/{}/trace", run["id"].as_str().unwrap());

    let theirs = rep.get(&path).await.ok();
    let chat = |trace: &Value| {
        trace["spans"].as_array().unwrap().iter().find(|span| span["kind"] == "chat").cloned().unwrap_or(Value::Null)
    };
    assert!(chat(&theirs)["content"].is_null(), "what models are sent is not for everybody: {theirs:#}");
    let audited = chat(&app.admin.get(&path).await.ok());
    assert_eq!(audited["content"]["redacted"], true, "{audited:#}");
    assert!(audited["content"]["prompt"].as_str().unwrap().contains("does EMAIL_1 know"), "{audited:#}");
    assert!(!audited.to_string().contains("ada.lovelace"));
    assert_eq!((&audited["tokens_in"], &audited["cost"]), (&json!(1000), &json!("0.003000")));

    let other = app.user(Builtin::SalesRep).await;
    for nobody in [&other, &app.stranger().await] {
        assert_eq!(nobody.get(&path).await.problem(), "404 not_found");
    }
    assert_eq!(app.nobody().get(&path).await.status, 401);
    assert_eq!(rep.get("/agent-runs/none/trace").await.status, 404);
}
