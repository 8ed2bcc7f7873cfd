//! The configuration, typed: defaults < file < environment < flags. A wrong value is refused with its key, the value
//! and what is allowed.

mod traces;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use config::{Config as Sources, Environment, File, FileFormat};
use dealwright_access::{PushHosts, RequestLimit};
use dealwright_ai::provider::price::{self, Prices};
use dealwright_ai::provider::setup::Protocol;
use dealwright_files::{Limits, Place, Scanner, StoreConfig};
use dealwright_trace::Collector;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;

/// Whether there is a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AiMode {
    /// A model on this machine, or the endpoint that `ai_base_url` names.
    On,
    /// The deterministic planner alone.
    Off,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Config {
    pub host: String,
    pub port: u16,
    pub data_dir: PathBuf,
    /// An administrator's URL of a PostgreSQL of one's own; the private one when absent.
    pub database_url: Option<SecretString>,
    /// The key of secrets at rest, base64; the data folder's when absent.
    pub secret_key: Option<SecretString>,
    /// Where people reach the app; `https` makes cookies secure.
    pub base_url: Option<String>,
    /// The mail server; letters go into a folder when absent.
    pub smtp_url: Option<SecretString>,
    /// The sender of letters.
    pub mail_from: String,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Private networks that identity providers may be in.
    pub outbound_networks: Vec<IpNet>,
    /// Who is asked for DNS records; the machine's name servers when empty.
    pub dns_servers: Vec<SocketAddr>,
    /// The push services that notifications may be sent to.
    pub push_hosts: PushHosts,
    /// The most requests of a caller; as many as they like when absent.
    pub request_limit: Option<RequestLimit>,
    /// Where files are kept.
    pub files_store: StoreConfig,
    /// Who looks for malware in files.
    pub files_scanner: Scanner,
    pub files_limits: Limits,
    /// Seed demo data, and allow its logins.
    pub demo: bool,
    pub ai: AiMode,
    /// What the endpoint speaks.
    pub ai_protocol: Protocol,
    /// Whether the local model is asked when the endpoint does not answer.
    pub ai_fallback: bool,
    pub ai_base_url: Option<String>,
    pub ai_api_key: Option<SecretString>,
    pub ai_model: Option<String>,
    /// The endpoint's model for embeddings; the local one when absent.
    pub ai_embedding_model: Option<String>,
    /// What models cost; one that is not in it costs what is not known.
    pub ai_prices: Prices,
    /// A `tracing` filter, such as `info` or `dealwright_ai=debug`.
    pub log: String,
    pub log_format: LogFormat,
    /// Where traces go; nowhere when absent.
    pub traces: Option<Collector>,
    /// Whether they hold what was asked and answered, as the guardrails let it be kept.
    pub trace_content: bool,
}

/// What a flag said, beside what the environment and the file say.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub host: Option<String>,
    pub port: Option<String>,
    pub data_dir: Option<PathBuf>,
    pub demo: bool,
}

#[derive(Deserialize)]
struct Raw {
    host: String,
    port: String,
    data_dir: String,
    database_url: Option<String>,
    secret_key: Option<String>,
    base_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: String,
    trusted_proxies: String,
    outbound_networks: String,
    dns_servers: String,
    push_hosts: String,
    request_rate: String,
    request_burst: String,
    files_store: String,
    files_endpoint: Option<String>,
    files_region: Option<String>,
    files_key: Option<String>,
    files_secret: Option<String>,
    files_scanner: String,
    files_max_size: String,
    files_quota: String,
    demo: String,
    ai: String,
    ai_protocol: String,
    ai_fallback: String,
    ai_base_url: Option<String>,
    ai_api_key: Option<String>,
    ai_model: Option<String>,
    ai_embedding_model: Option<String>,
    ai_prices: String,
    log: String,
    log_format: String,
    #[serde(flatten)]
    traces: traces::Raw,
}

const KEYS: &[&str] = &[
    "host",
    "port",
    "data_dir",
    "database_url",
    "secret_key",
    "base_url",
    "smtp_url",
    "mail_from",
    "trusted_proxies",
    "outbound_networks",
    "dns_servers",
    "push_hosts",
    "request_rate",
    "request_burst",
    "files_store",
    "files_endpoint",
    "files_region",
    "files_key",
    "files_secret",
    "files_scanner",
    "files_max_size",
    "files_quota",
    "demo",
    "ai",
    "ai_protocol",
    "ai_fallback",
    "ai_base_url",
    "ai_api_key",
    "ai_model",
    "ai_embedding_model",
    "ai_prices",
    "log",
    "log_format",
    "otel_sdk_disabled",
    "otel_exporter_otlp_endpoint",
    "otel_exporter_otlp_traces_endpoint",
    "otel_exporter_otlp_protocol",
    "otel_exporter_otlp_headers",
    "otel_exporter_otlp_timeout",
    "otel_service_name",
    "otel_resource_attributes",
    "otel_instrumentation_genai_capture_message_content",
];

impl Config {
    /// Reads all sources. `env` is the environment, as pairs.
    ///
    /// # Errors
    /// What is wrong, in words for the operator.
    pub fn load(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, String> {
        let known: config::Map<String, String> = env
            .into_iter()
            .map(|(k, v)| (k.to_ascii_lowercase(), v))
            .filter(|(k, v)| KEYS.contains(&k.as_str()) && !v.is_empty())
            .collect();
        let home = default_data_dir();
        let defaults = [
            ("host", "127.0.0.1"),
            ("port", "8080"),
            ("data_dir", home.as_str()),
            ("mail_from", "Dealwright <dealwright@localhost>"),
            ("trusted_proxies", ""),
            ("outbound_networks", ""),
            ("dns_servers", ""),
            ("push_hosts", PushHosts::USUAL),
            ("request_rate", "50"),
            ("request_burst", "500"),
            ("files_store", "local"),
            ("files_scanner", "off"),
            ("files_max_size", "100 MB"),
            ("files_quota", "10 GB"),
            ("demo", "false"),
            ("ai", "on"),
            ("ai_prices", ""),
            ("ai_protocol", "openai"),
            ("ai_fallback", "off"),
            ("log", "info"),
            ("log_format", "text"),
        ];
        let mut builder = Sources::builder();
        for (key, value) in defaults {
            builder = builder.set_default(key, value).map_err(|e| e.to_string())?;
        }
        if let Some(path) = file {
            builder = builder.add_source(File::new(&path.to_string_lossy(), FileFormat::Toml));
        }
        builder = builder.add_source(Environment::default().source(Some(known)));
        let overrides = [
            ("host", flags.host.clone()),
            ("port", flags.port.clone()),
            ("data_dir", flags.data_dir.as_ref().map(|p| p.to_string_lossy().into_owned())),
            ("demo", flags.demo.then(|| "true".to_owned())),
        ];
        for (key, value) in overrides {
            builder = builder.set_override_option(key, value).map_err(|e| e.to_string())?;
        }
        let raw: Raw = builder
            .build()
            .and_then(Sources::try_deserialize)
            .map_err(|e| format!("the configuration can't be read: {e}"))?;
        Self::checked(raw)
    }

    fn checked(raw: Raw) -> Result<Self, String> {
        let port = raw
            .port
            .parse()
            .ok()
            .filter(|p| *p != 0)
            .ok_or_else(|| wrong("port", &raw.port, "a number from 1 to 65535"))?;
        let demo = truth(&raw.demo).ok_or_else(|| wrong("demo", &raw.demo, "true or false"))?;
        let ai = match truth(&raw.ai) {
            Some(true) => AiMode::On,
            Some(false) => AiMode::Off,
            None => return Err(wrong("ai", &raw.ai, "on or off")),
        };
        let ai_protocol = match raw.ai_protocol.as_str() {
            "openai" => Protocol::OpenAi,
            "anthropic" => Protocol::Anthropic,
            _ => return Err(wrong("ai_protocol", &raw.ai_protocol, "openai or anthropic")),
        };
        let ai_fallback = match raw.ai_fallback.as_str() {
            "local" => true,
            "off" => false,
            _ => return Err(wrong("ai_fallback", &raw.ai_fallback, "local or off")),
        };
        let log_format = match raw.log_format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return Err(wrong("log_format", &raw.log_format, "text or json")),
        };
        let ai_prices = raw.ai_prices.parse::<Prices>().map_err(|row| wrong("ai_prices", &row, price::FORM))?;
        for (key, value) in [("base_url", &raw.base_url), ("ai_base_url", &raw.ai_base_url)] {
            if let Some(value) = value.as_deref().filter(|v| !v.starts_with("http://") && !v.starts_with("https://")) {
                return Err(wrong(key, value, "a URL that begins with http:// or https://"));
            }
        }
        if let Some(url) =
            raw.database_url.as_deref().filter(|u| !u.starts_with("postgres://") && !u.starts_with("postgresql://"))
        {
            let shown = url.split(':').next().unwrap_or_default();
            return Err(wrong("database_url", &format!("{shown}:…"), "a URL that begins with postgres://"));
        }
        let (traces, trace_content) = raw.traces.checked()?;
        let (files_store, files_scanner, files_limits) = files(&raw)?;
        let number = |key: &str, value: &str| {
            value.parse::<u32>().map_err(|_| wrong(key, value, "a whole number; 0 switches the limit off"))
        };
        let rate = NonZeroU32::new(number("request_rate", &raw.request_rate)?);
        let burst = NonZeroU32::new(number("request_burst", &raw.request_burst)?);
        let request_limit = rate.zip(burst).map(|(per_second, burst)| RequestLimit { per_second, burst });
        let list = |key: &str, value: &str| {
            networks(value).map_err(|part| {
                wrong(key, part, "addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8")
            })
        };
        let trusted_proxies = list("trusted_proxies", &raw.trusted_proxies)?;
        let outbound_networks = list("outbound_networks", &raw.outbound_networks)?;
        let dns_servers = addresses(&raw.dns_servers, 53).map_err(|part| {
            wrong("dns_servers", part, "addresses with commas between, such as 10.0.0.2, [fd00::53]:5353")
        })?;
        let push_hosts = PushHosts::read(&raw.push_hosts).map_err(|part| wrong("push_hosts", part, PushHosts::FORM))?;
        Ok(Self {
            host: raw.host,
            port,
            data_dir: PathBuf::from(raw.data_dir),
            database_url: raw.database_url.map(SecretString::from),
            secret_key: raw.secret_key.map(SecretString::from),
            base_url: raw.base_url,
            smtp_url: raw.smtp_url.map(SecretString::from),
            mail_from: raw.mail_from,
            trusted_proxies,
            outbound_networks,
            dns_servers,
            push_hosts,
            request_limit,
            files_store,
            files_scanner,
            files_limits,
            demo,
            ai,
            ai_protocol,
            ai_fallback,
            ai_base_url: raw.ai_base_url,
            ai_api_key: raw.ai_api_key.map(SecretString::from),
            ai_model: raw.ai_model,
            ai_embedding_model: raw.ai_embedding_model,
            ai_prices,
            log: raw.log,
            log_format,
            traces,
            trace_content,
        })
    }

    /// Where people reach the app, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://localhost:{}", self.port),
        }
    }

    /// Who the operators of a push service may turn to: this installation, or its sender of letters where it has no public address.
    #[must_use]
    pub fn push_contact(&self) -> String {
        let url = self.public_url();
        if self.is_tls() {
            return url;
        }
        let address = self.mail_from.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
        format!("mailto:{address}")
    }

    /// Whether the app is reached over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.base_url.as_deref().is_some_and(|u| u.starts_with("https://"))
    }
}

fn wrong(key: &str, value: &str, allowed: &str) -> String {
    format!("{} is {value:?}, but must be {allowed}", key.to_uppercase())
}

/// What the settings say of files.
fn files(raw: &Raw) -> Result<(StoreConfig, Scanner, Limits), String> {
    let place = Place::read(&raw.files_store, Path::new(&raw.data_dir))
        .ok_or_else(|| wrong("files_store", &raw.files_store, Place::FORM))?;
    let is_url = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    if let Some(url) = raw.files_endpoint.as_ref().filter(|url| !is_url(url)) {
        return Err(wrong("files_endpoint", url, "a URL that begins with http:// or https://"));
    }
    let scanner = raw.files_scanner.parse().map_err(|()| wrong("files_scanner", &raw.files_scanner, Scanner::FORM))?;
    let bytes =
        |key: &str, value: &str| size(value).ok_or_else(|| wrong(key, value, "a size such as 500 KB, 100 MB or 10 GB"));
    let limits =
        Limits { size: bytes("files_max_size", &raw.files_max_size)?, quota: bytes("files_quota", &raw.files_quota)? };
    let store = StoreConfig {
        place,
        endpoint: raw.files_endpoint.clone(),
        region: raw.files_region.clone(),
        key: raw.files_key.clone(),
        secret: raw.files_secret.clone().map(SecretString::from),
    };
    Ok((store, scanner, limits))
}

/// A size in bytes: a whole number above nothing with KB, MB, GB or TB, each a thousand of the one before.
fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit: u64 = match text.get(digits.len()..)?.trim() {
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit).filter(|n| *n > 0 && i64::try_from(*n).is_ok())
}

/// Networks from a list with commas; the part that is none otherwise.
fn networks(text: &str) -> Result<Vec<IpNet>, &str> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| part)).collect()
}

/// Addresses from a list with commas, with `port` where there is none; the part that is none otherwise.
fn addresses(text: &str, port: u16) -> Result<Vec<SocketAddr>, &str> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let address = |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, port)));
    parts.map(|part| address(part).map_err(|_| part)).collect()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn default_data_dir() -> String {
    let home =
        std::env::var("XDG_DATA_HOME").ok().or_else(|| std::env::var("HOME").ok().map(|h| format!("{h}/.local/share")));
    format!("{}/dealwright", home.unwrap_or_else(|| "/var/lib".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(env: &[(&str, &str)], flags: &Flags) -> Result<Config, String> {
        Config::load(None, env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())), flags)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_defaults() {
        let none = Flags::default();
        assert_eq!(load(&[], &none).unwrap().port, 8080);
        assert_eq!(load(&[("PORT", "9000"), ("AI", "off"), ("PATH", "x")], &none).unwrap().port, 9000);
        let flags = Flags { port: Some("9001".into()), ..none };
        let config = load(&[("PORT", "9000"), ("AI", "off")], &flags).unwrap();
        assert_eq!((config.port, config.ai), (9001, AiMode::Off));
    }

    #[test]
    fn push_services_may_turn_to_the_operator() {
        let none = Flags::default();
        assert!(load(&[], &none).unwrap().push_hosts.allow("fcm.googleapis.com"));
        assert!(load(&[("PUSH_HOSTS", "none")], &none).unwrap().push_hosts.is_empty());
        let contact = |env: &[(&str, &str)]| load(env, &none).unwrap().push_contact();
        assert_eq!(contact(&[("BASE_URL", "https://crm.test/")]), "https://crm.test");
        assert_eq!(contact(&[("MAIL_FROM", "Acme CRM <crm@acme.test>")]), "mailto:crm@acme.test");
        assert_eq!(contact(&[("MAIL_FROM", "crm@acme.test")]), "mailto:crm@acme.test");
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_allowed() {
        let none = Flags::default();
        assert_eq!(
            load(&[("PORT", "http")], &none).unwrap_err(),
            "PORT is \"http\", but must be a number from 1 to 65535"
        );
        assert_eq!(load(&[("AI", "maybe")], &none).unwrap_err(), "AI is \"maybe\", but must be on or off");
        assert_eq!(
            load(&[("TRUSTED_PROXIES", "10.0.0.0/8, proxy")], &none).unwrap_err(),
            "TRUSTED_PROXIES is \"proxy\", but must be addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8"
        );
        assert!(
            load(&[("OUTBOUND_NETWORKS", "idp.corp")], &none)
                .unwrap_err()
                .starts_with("OUTBOUND_NETWORKS is \"idp.corp\"")
        );
        assert!(
            load(&[("AI_PRICES", "large=2.50/10,small=cheap")], &none)
                .unwrap_err()
                .starts_with("AI_PRICES is \"small=cheap\", but must be MODEL=INPUT/OUTPUT")
        );
        assert_eq!(load(&[("AI_PRICES", "large=2.50/10")], &none).unwrap().ai_prices.0.len(), 1);
        assert!(load(&[("REQUEST_RATE", "fast")], &none).unwrap_err().starts_with("REQUEST_RATE is \"fast\""));
        assert_eq!(load(&[("REQUEST_RATE", "0")], &none).unwrap().request_limit, None);
        assert_eq!(load(&[], &none).unwrap().request_limit.unwrap().burst.get(), 500);
        for (key, value) in [
            ("PUSH_HOSTS", "https://push.test"),
            ("FILES_STORE", "ftp://files"),
            ("FILES_ENDPOINT", "minio:9000"),
            ("FILES_SCANNER", "on"),
            ("FILES_MAX_SIZE", "100"),
            ("FILES_QUOTA", "0 GB"),
        ] {
            let told = load(&[(key, value)], &none).unwrap_err();
            assert!(told.starts_with(&format!("{key} is {value:?}, but must be ")), "{told}");
        }
        let config = load(&[("FILES_MAX_SIZE", "2 GB"), ("FILES_SCANNER", "clamav:3310")], &none).unwrap();
        assert_eq!((config.files_limits.size, config.files_scanner.is_off()), (2_000_000_000, false));
        let secret = load(&[("DATABASE_URL", "mysql://root:hunter2@db")], &none).unwrap_err();
        assert!(!secret.contains("hunter2"), "{secret}");
    }
}
