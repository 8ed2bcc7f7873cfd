//! What tells people from programs that fill in forms: a field that nobody sees, a signed token that says when the form was
//! opened, and where it was sent from. Who is suspected is told nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_store::Keyring;

use super::field::Sent;
use crate::words::words;

/// The field that nobody sees: what is in it was written by a program.
pub const HONEYPOT: &str = "fax_number";
/// The field that carries the token.
pub const TOKEN: &str = "form_token";
/// Nobody fills a form in faster.
const FASTEST: TimeDelta = TimeDelta::seconds(3);
/// A page that was left open for longer is opened again.
const LONGEST: TimeDelta = TimeDelta::hours(24);

words! {
    /// Why something looks like spam.
    Suspicion, "reason" {
        /// The field that nobody sees is filled in.
        Honeypot = "honeypot",
        /// It carries no token of ours.
        NoToken = "no_token",
        /// It was filled in faster than a person can.
        TooFast = "too_fast",
        /// Its token is more than a day old.
        Expired = "expired",
        /// It was sent from a page that is not allowed to.
        ForeignOrigin = "foreign_origin",
    }
}

fn context(key: &str) -> String {
    format!("web-form:{key}")
}

/// A token that says when a form was opened: `<milliseconds>.<signature>`.
#[must_use]
pub fn token(keyring: &Keyring, key: &str, now: DateTime<Utc>) -> String {
    let opened = now.timestamp_millis().to_string();
    let tag = keyring.tag(&context(key), opened.as_bytes());
    format!("{opened}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// When the form was opened; none when the token is not ours.
fn opened(keyring: &Keyring, key: &str, token: &str) -> Option<DateTime<Utc>> {
    let (opened, tag) = token.split_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let ours = keyring.is_tag(&context(key), opened.as_bytes(), &tag);
    ours.then(|| DateTime::from_timestamp_millis(opened.parse().ok()?)).flatten()
}

/// What is suspicious about what was sent; nothing about what a person sends.
#[must_use]
pub fn suspicion(keyring: &Keyring, key: &str, sent: &Sent, allowed: bool, now: DateTime<Utc>) -> Option<Suspicion> {
    let said = |name: &str| sent.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.as_str());
    if said(HONEYPOT).is_some() {
        return Some(Suspicion::Honeypot);
    }
    if !allowed {
        return Some(Suspicion::ForeignOrigin);
    }
    let Some(opened) = said(TOKEN).and_then(|token| opened(keyring, key, token)) else {
        return Some(Suspicion::NoToken);
    };
    match now - opened {
        age if age < FASTEST => Some(Suspicion::TooFast),
        age if age > LONGEST => Some(Suspicion::Expired),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_from_a_program() {
        let (ring, now) = (Keyring::for_tests(), "2026-01-14T08:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let made = token(&ring, "one", now);
        let judge = |key: &str, token: &str, trap: &str, seconds: i64| {
            let sent: Sent = vec![(TOKEN.into(), token.into()), (HONEYPOT.into(), trap.into())];
            suspicion(&ring, key, &sent, true, now + TimeDelta::seconds(seconds))
        };
        assert_eq!(judge("one", &made, "", 10), None);
        assert_eq!(judge("one", &made, "", 2), Some(Suspicion::TooFast));
        assert_eq!(judge("one", &made, "", 90_000), Some(Suspicion::Expired));
        assert_eq!(judge("one", &made, "1", 10), Some(Suspicion::Honeypot));
        assert_eq!(judge("two", &made, "", 10), Some(Suspicion::NoToken));
        assert_eq!(judge("one", &made.replacen('1', "2", 1), "", 10), Some(Suspicion::NoToken));
        assert_eq!(judge("one", "", "", 10), Some(Suspicion::NoToken));
        assert_eq!(suspicion(&ring, "one", &vec![], false, now), Some(Suspicion::ForeignOrigin));
    }
}
