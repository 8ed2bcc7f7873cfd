//! Spans in OpenTelemetry's own types, and the request that carries them.

use std::collections::HashMap;

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value as OtelValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};

use crate::{Collector, Kind, Span, Value};

/// The name under which what made the spans is known.
const SCOPE: &str = "dealwright";

#[derive(Debug)]
pub(crate) struct Exporter(SpanExporter);

impl Exporter {
    pub(crate) fn new(collector: &Collector) -> Result<Self, String> {
        // A redirect would carry keys and prompts to somebody else.
        let client = reqwest::Client::builder()
            .timeout(collector.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| format!("no client for the collector of traces: {e}"))?;
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(&collector.endpoint)
            .with_headers(collector.headers.iter().cloned().collect::<HashMap<_, _>>())
            .with_timeout(collector.timeout)
            .build()
            .map_err(|e| format!("the collector of traces can't be used: {e}"))?;
        let attributes = collector.resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let resource = Resource::builder_empty()
            .with_attributes(attributes)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_service_name(collector.service.clone())
            .build();
        exporter.set_resource(&resource);
        Ok(Self(exporter))
    }

    pub(crate) async fn export(&self, spans: Vec<Span>) -> Result<(), String> {
        let scope = InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION")).build();
        let spans = spans.into_iter().map(|span| data(span, &scope)).collect();
        self.0.export(spans).await.map_err(|e| e.to_string())
    }
}

fn data(span: Span, scope: &InstrumentationScope) -> SpanData {
    let attributes = span.attributes.into_iter().map(|(key, value)| {
        let value = match value {
            Value::Text(text) => OtelValue::from(text),
            Value::Number(number) => OtelValue::from(number),
            Value::Real(number) => OtelValue::from(number),
        };
        KeyValue::new(key, value)
    });
    SpanData {
        span_context: SpanContext::new(
            TraceId::from_bytes(span.trace),
            SpanId::from_bytes(span.id),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: span.parent.map_or(SpanId::INVALID, SpanId::from_bytes),
        parent_span_is_remote: false,
        span_kind: match span.kind {
            Kind::Internal => SpanKind::Internal,
            Kind::Client => SpanKind::Client,
        },
        name: span.name.into(),
        start_time: span.start,
        end_time: span.end,
        attributes: attributes.collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: span.error.map_or(Status::Unset, Status::error),
        instrumentation_scope: scope.clone(),
    }
}
