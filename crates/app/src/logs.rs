//! What is logged, and what never is: each line passes a filter that takes out secrets and personal data.
//!
//! The rule is that nobody logs them in the first place. The filter is for what slips through: a library at `debug`, an
//! error that quotes its input, a URL with a token in it.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use regex::{Captures, Regex};
use tracing::Dispatch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// What is looked for, and what stands in its place. The order counts: a URL's user before an address, for example.
const RULES: &[(&str, &str)] = &[
    // postgres://user:password@host
    (r#"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@"']+@"#, "$1…@"),
    // Query strings and fragments, in which links carry their tokens.
    (r#"(https?://[^\s?#"'<>]+|/[^\s?#"'<>]*)[?#][^\s"'<>)\\]+"#, "$1?…"),
    (r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{16,}", "$1 …"),
    (r#"(?i)\b((?:set-)?cookie["'\\]*\s*[:=]\s*)[^\r\n]+"#, "$1…"),
    // alter role … password '…'
    (r"(?i)\b(password\s+)'(?:[^']|'')*'", "$1'…'"),
    (
        r#"(?i)((?:password|passwd|passphrase|secret|token|api[_-]?key|secret[_-]?key|authorization|otp|totp|recovery[_-]?codes?|code_verifier|assertion)\\?["']?\s*[:=]\s*)(?:\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&})\]]+)"#,
        "$1…",
    ),
    // A JSON web token; our own keys, tokens and cookies.
    (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", "…"),
    (r"\bdw[a-z]?_[A-Za-z0-9_-]{8,}", "…"),
    (r#"\b((?:__Host-)?dealwright_[a-z_]+=)[^\s;"']+"#, "$1…"),
    (r"[\p{L}\p{N}._%+'-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}", "…@…"),
];

/// 240 bits or more in letters and digits are a token of somebody's.
const RANDOM: &str = r"[A-Za-z0-9_-]{40,}";

/// Finds secrets and personal data in a line.
#[derive(Clone, Debug)]
pub struct Redactor(Arc<(Vec<(Regex, &'static str)>, Regex)>);

impl Redactor {
    /// # Errors
    /// When a rule is none; a test sees that each is.
    pub fn new() -> Result<Self, regex::Error> {
        let rules = RULES.iter().map(|(pattern, instead)| Ok((Regex::new(pattern)?, *instead)));
        Ok(Self(Arc::new((rules.collect::<Result<_, regex::Error>>()?, Regex::new(RANDOM)?))))
    }

    /// The line without them, and as one line: what a caller wrote can't begin another.
    #[must_use]
    pub fn line(&self, line: &str) -> String {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let mut text = Cow::Borrowed(line);
        if text.contains(char::is_control) {
            text = Cow::Owned(line.chars().fold(String::new(), |mut text, c| {
                if c.is_control() {
                    text.extend(c.escape_default())
                } else {
                    text.push(c)
                }
                text
            }));
        }
        let (rules, random) = &*self.0;
        for (rule, instead) in rules {
            if let Cow::Owned(changed) = rule.replace_all(&text, *instead) {
                text = Cow::Owned(changed);
            }
        }
        let text = random.replace_all(&text, |found: &Captures<'_>| {
            let word = found.get(0).map_or("", |m| m.as_str());
            let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
            let is_random = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
            if is_random { "…".to_owned() } else { word.to_owned() }
        });
        format!("{text}{end}")
    }
}

/// Redacts each line on its way to another writer. A line comes as one write.
#[derive(Debug)]
pub struct Redacting<W> {
    redactor: Redactor,
    to: W,
}

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.to.write_all(self.redactor.line(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

struct ToRedacted<M> {
    redactor: Redactor,
    to: M,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for ToRedacted<M> {
    type Writer = Redacting<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Redacting { redactor: self.redactor.clone(), to: self.to.make_writer() }
    }
}

/// Writes what `filter` lets through, redacted. No colours: their codes would stand between a name and its value.
///
/// # Errors
/// What is wrong with the filter, in words for the operator.
pub fn dispatch<M>(filter: &str, format: LogFormat, to: M) -> Result<Dispatch, String>
where
    M: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The file server tells of each file when it starts; who wants that says memory_serve=info.
    let directives = EnvFilter::try_new(format!("memory_serve=warn,{filter}"))
        .map_err(|e| format!("LOG is {filter:?}, but must be a filter such as info or dealwright_ai=debug: {e}"))?;
    let redactor = Redactor::new().map_err(|e| format!("a rule of the log's filter is wrong: {e}"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(directives).with_ansi(false);
    let logs = logs.with_writer(ToRedacted { redactor, to });
    Ok(match format {
        LogFormat::Text => Dispatch::new(logs.compact().finish()),
        LogFormat::Json => Dispatch::new(logs.json().finish()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(line: &str) -> String {
        Redactor::new().unwrap().line(line)
    }

    #[test]
    fn secrets_and_addresses_are_taken_out() {
        for (line, expected) in [
            ("can't reach postgres://admin:hunter2@db:5432/crm", "can't reach postgres://…@db:5432/crm"),
            ("GET https://crm.test/reset-password#token=abc now", "GET https://crm.test/reset-password?… now"),
            ("path=/auth/oidc/callback?code=abc&state=def", "path=/auth/oidc/callback?…"),
            ("authorization: Bearer abcdefghijklmnop1234", "authorization: … …"),
            ("sent Bearer abcdefghijklmnop1234 there", "sent Bearer … there"),
            ("set-cookie: dealwright_session=abc; Path=/", "set-cookie: …"),
            ("saw dealwright_session=abc in it", "saw dealwright_session=… in it"),
            ("alter role x with login password 'it''s hunter2'", "alter role x with login password '…'"),
            (r#"{"email":"ada@acme.test","password":"hunter2"}"#, r#"{"email":"…@…","password":…}"#),
            // Of a quoted body rather too much than too little: a password may hold quotes itself.
            (r#"body="{\"password\":\"hun\\\"ter2\"}" x"#, r#"body="{\"password\":… x"#),
            ("client_secret=hunter2, more", "client_secret=…, more"),
            ("Key (email)=(zoë@büro.example) exists", "Key (email)=(…@…) exists"),
            ("id_token was eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "id_token was …"),
            ("key dw_abcdefgh12345678 and dwt_abcdefgh12345678", "key … and …"),
            ("found 0aZ9bY8cX7dW6eV5fU4gT3hS2iR1jQ0kP9lO8mN7nM6 here", "found … here"),
        ] {
            assert_eq!(redacted(line), expected, "{line}");
        }
    }

    #[test]
    fn what_an_operator_needs_stays() {
        for line in [
            "2026-01-01T00:00:00Z  INFO request{id=2f6b1c9e4d2a4b0c9f1e2d3c4b5a6978 method=POST path=/api/v1/session}: refused status=401 code=invalid_credentials",
            "internal error code=internal cause=error returned from database: duplicate key value violates unique constraint \"account_domain_key\"",
            "secret-key can't be read: permission denied (/var/lib/dealwright/credentials/secret-key)",
            "user 018f4e2a-7c3b-7d1e-9a55-0123456789ab was refused opportunity.update",
            "fetching a bundle: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ] {
            assert_eq!(redacted(line), line);
        }
    }

    #[test]
    fn nobody_begins_a_line_of_their_own() {
        assert_eq!(redacted("goal=x\n2026 ERROR forged\u{1b}[31m\n"), "goal=x\\n2026 ERROR forged\\u{1b}[31m\n");
    }
}
