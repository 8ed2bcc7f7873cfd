//! Where traces go, by the environment variables that OpenTelemetry has for it.

use std::time::Duration;

use dealwright_trace::Collector;
use serde::Deserialize;

use super::{truth, wrong};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Raw {
    otel_sdk_disabled: Option<String>,
    otel_exporter_otlp_endpoint: Option<String>,
    otel_exporter_otlp_traces_endpoint: Option<String>,
    otel_exporter_otlp_protocol: Option<String>,
    otel_exporter_otlp_headers: Option<String>,
    otel_exporter_otlp_timeout: Option<String>,
    otel_service_name: Option<String>,
    otel_resource_attributes: Option<String>,
    otel_instrumentation_genai_capture_message_content: Option<String>,
}

impl Raw {
    /// The collector, if there is one, and whether it gets what was asked and answered.
    pub(super) fn checked(&self) -> Result<(Option<Collector>, bool), String> {
        let yes = |key: &str, value: Option<&String>| {
            value.map_or(Ok(false), |value| truth(value).ok_or_else(|| wrong(key, value, "true or false")))
        };
        let content = yes(
            "otel_instrumentation_genai_capture_message_content",
            self.otel_instrumentation_genai_capture_message_content.as_ref(),
        )?;
        let disabled = yes("otel_sdk_disabled", self.otel_sdk_disabled.as_ref())?;
        let endpoint = self.otel_exporter_otlp_traces_endpoint.clone().or_else(|| {
            self.otel_exporter_otlp_endpoint.as_deref().map(|base| format!("{}/v1/traces", base.trim_end_matches('/')))
        });
        let Some(endpoint) = endpoint.filter(|_| !disabled) else { return Ok((None, content)) };
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err(wrong("otel_exporter_otlp_endpoint", &endpoint, "a URL that begins with http:// or https://"));
        }
        if let Some(protocol) = self.otel_exporter_otlp_protocol.as_deref().filter(|p| *p != "http/protobuf") {
            return Err(wrong("otel_exporter_otlp_protocol", protocol, "http/protobuf"));
        }
        let timeout = match self.otel_exporter_otlp_timeout.as_deref() {
            None => 10_000,
            Some(ms) => ms
                .parse()
                .ok()
                .filter(|ms| (1..=60_000).contains(ms))
                .ok_or_else(|| wrong("otel_exporter_otlp_timeout", ms, "milliseconds, from 1 to 60000"))?,
        };
        // Values hold keys, and are not told.
        let headers = pairs("otel_exporter_otlp_headers", self.otel_exporter_otlp_headers.as_deref())?;
        let resource = pairs("otel_resource_attributes", self.otel_resource_attributes.as_deref())?;
        let service = self.otel_service_name.clone().unwrap_or_else(|| "dealwright".to_owned());
        Ok((Some(Collector { endpoint, headers, timeout: Duration::from_millis(timeout), service, resource }), content))
    }
}

/// `a=1,b=2`, percent-encoded where it has to be.
fn pairs(key: &str, text: Option<&str>) -> Result<Vec<(String, String)>, String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').filter(|(name, _)| !name.trim().is_empty())?;
        Some((name.trim().to_owned(), decoded(value.trim())?))
    };
    let form =
        || format!("{} must be pairs such as name=value with commas between, percent-encoded", key.to_uppercase());
    parts.map(|part| pair(part).ok_or_else(form)).collect()
}

/// None for what is no encoding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let two = [rest.next()?, rest.next()?];
            bytes.extend(hex::decode(two).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(endpoint: &str) -> Raw {
        Raw { otel_exporter_otlp_endpoint: Some(endpoint.to_owned()), ..Raw::default() }
    }

    #[test]
    fn without_an_endpoint_nothing_is_sent() {
        assert_eq!(Raw::default().checked(), Ok((None, false)));
        let off = Raw { otel_sdk_disabled: Some("true".into()), ..raw("http://collector:4318") };
        assert_eq!(off.checked(), Ok((None, false)));
    }

    #[test]
    fn settings_are_those_of_opentelemetry() {
        let settings = Raw {
            otel_exporter_otlp_headers: Some("x-api-key=a%3Db, Langsmith-Project=crm".into()),
            otel_instrumentation_genai_capture_message_content: Some("true".into()),
            ..raw("https://collector.test/otel/")
        };
        let (collector, content) = settings.checked().unwrap();
        let collector = collector.unwrap();
        assert_eq!(collector.endpoint, "https://collector.test/otel/v1/traces");
        assert_eq!(
            collector.headers,
            [("x-api-key".to_owned(), "a=b".to_owned()), ("Langsmith-Project".to_owned(), "crm".to_owned())]
        );
        assert!(content);
    }

    #[test]
    fn wrong_settings_are_refused_without_telling_keys() {
        let headers = Raw { otel_exporter_otlp_headers: Some("hunter2".into()), ..raw("http://c:4318") };
        let why = headers.checked().unwrap_err();
        assert!(why.contains("OTEL_EXPORTER_OTLP_HEADERS") && !why.contains("hunter2"), "{why}");
        assert!(raw("collector:4318").checked().is_err());
        let grpc = Raw { otel_exporter_otlp_protocol: Some("grpc".into()), ..raw("http://c:4317") };
        assert!(grpc.checked().unwrap_err().contains("http/protobuf"));
        let slow = Raw { otel_exporter_otlp_timeout: Some("soon".into()), ..raw("http://c:4318") };
        assert!(slow.checked().is_err());
    }
}
