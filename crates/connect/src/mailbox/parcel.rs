//! What comes by a person's drop address: a message of theirs that was copied to it in secret, or one that they forwarded.
//!
//! Whoever knows the address may bring messages to its person, and do nothing else: they become activities as that person,
//! or wait in their list of those from nobody known.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use dealwright_access::{Access, Context};
use dealwright_kernel::Result;
use dealwright_kernel::id::{ActivityId, MailboxId, OrgId, UserId};
use regex::Regex;

use super::filing::{self, Filed, Parcel};
use super::letter::{self, Letter, Person};
use super::seen::{self, Place};
use super::sieve::{Sieve, Sifted};
use super::{drop_http, matching, sync, unmatched};

/// What became of a message that came by a drop address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Stored(ActivityId),
    /// From nobody known: its person decides.
    Unmatched,
    /// Among colleagues.
    Internal,
    /// With an address that is never stored.
    Never,
}

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\+([a-z2-7]{26})@").ok());

/// The tokens in what a mail server says of where a message was delivered.
fn tokens(bytes: &[u8]) -> Vec<String> {
    let Some(token) = TOKEN.as_ref() else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    for value in letter::delivered_to(bytes) {
        for captured in token.captures_iter(&value) {
            let one = captured.get(1).map_or("", |m| m.as_str());
            if !found.iter().any(|known| known == one) && found.len() < 10 {
                found.push(one.to_owned());
            }
        }
    }
    found
}

/// Delivers a message of the drop mailbox to its person.
///
/// # Errors
/// When the database is gone.
pub async fn deliver(
    cx: &Context,
    mailbox: MailboxId,
    place: &Place,
    bytes: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut whose = None;
    for token in tokens(&bytes) {
        whose = drop_http::whose(cx.access(), &token).await?.filter(|(org, _)| *org == cx.actor().org);
        if whose.is_some() {
            break;
        }
    }
    let (outcome, activity) = match whose {
        None => ("no_token", None),
        Some((org, user)) => match sync::read(bytes).await {
            None => ("unreadable", None),
            Some(letter) => match receive_as(cx.access(), org, user, letter, now).await? {
                Received::Stored(activity) => ("stored", Some(activity)),
                Received::Unmatched => ("unmatched", None),
                Received::Internal => ("internal", None),
                Received::Never => ("never", None),
            },
        },
    };
    let mut tx = cx.begin().await?;
    seen::settle(&mut tx, mailbox, place, outcome, activity).await?;
    tx.commit(()).await.map(dealwright_store::Committed::into_inner)
}

/// Takes a message in as the person whose address it came by.
///
/// # Errors
/// 403 when they may log no activities; 404 when they are not active any more.
pub async fn receive_as(
    access: &Access,
    org: OrgId,
    user: UserId,
    letter: Letter,
    now: DateTime<Utc>,
) -> Result<Received> {
    let cx = access.context_for(org, user).await?;
    let mut tx = cx.begin().await?;
    let address = cx.actor().email.to_lowercase();
    let mut sieve = matching::sieve(&mut tx, &address, &[]).await?;
    sieve.own_addresses.extend(matching::own_addresses(&mut tx).await?);
    let parcel = match wrap(letter, &sieve, now) {
        Ok(parcel) => parcel,
        Err(received) => return tx.done(received).await,
    };
    let received = match filing::file(&cx, &mut tx, &parcel).await? {
        Filed::As(activity) => Received::Stored(activity),
        Filed::Unknown => {
            unmatched::keep(&mut tx, &parcel).await?;
            Received::Unmatched
        }
    };
    tx.commit(received).await.map(dealwright_store::Committed::into_inner)
}

/// What is to be stored of it: what its person forwarded, else the message itself.
fn wrap(letter: Letter, sieve: &Sieve, now: DateTime<Utc>) -> std::result::Result<Parcel, Received> {
    let mut letter = letter;
    let not_a_drop = |p: &Person| TOKEN.as_ref().is_none_or(|t| !t.is_match(&p.address));
    for people in [&mut letter.people.to, &mut letter.people.cc, &mut letter.people.bcc] {
        people.retain(not_a_drop);
    }
    let from_own = letter.people.from.as_ref().is_some_and(|p| sieve.is_own(&p.address));
    if let Some(forwarded) = letter.forwarded.take().filter(|_| from_own) {
        letter.people = letter::People { from: Some(forwarded.from), ..letter::People::default() };
        let id = format!("forwarded:{:?}:{:?}:{:?}", letter.people.from, forwarded.subject, forwarded.sent);
        letter = Letter {
            key: letter::key(&id),
            subject: forwarded.subject,
            text: forwarded.text,
            sent: forwarded.sent.or(letter.sent),
            ..letter
        };
    }
    let people = letter.people.clone();
    match sieve.sift(&people) {
        Sifted::Internal => Err(Received::Internal),
        Sifted::Never => Err(Received::Never),
        Sifted::With(others) => {
            let others = others.into_iter().cloned().collect();
            Ok(Parcel::of(letter, others, sieve, now))
        }
    }
}

#[cfg(test)]
mod tests {
    use dealwright_crm::activity::Direction;

    use super::*;

    fn wrapped(text: &str) -> std::result::Result<Parcel, Received> {
        let sieve = Sieve { own_addresses: vec!["rep@acme.test".into()], ..Sieve::default() };
        wrap(letter::read(text.as_bytes()).unwrap(), &sieve, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_secret_copy_goes_out_and_what_is_forwarded_came_in() {
        let token = "a".repeat(26);
        let copy = format!(
            "From: rep@acme.test\r\nTo: n@isdom.test\r\nBcc: crm+{token}@acme.test\r\nSubject: Offer\r\n\r\nHere."
        );
        let parcel = wrapped(&copy).unwrap();
        assert_eq!((parcel.direction, parcel.people.len()), (Direction::Out, 1));
        assert_eq!(tokens(copy.as_bytes()), [token]);
        let forward = "From: rep@acme.test\r\nTo: crm@acme.test\r\nSubject: Fwd: Offer\r\n\r\n---------- Forwarded message ---------\r\n\
            From: Nadia <n@isdom.test>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nSubject: Offer\r\n\r\nPlease call.";
        let parcel = wrapped(forward).unwrap();
        assert_eq!((parcel.direction, parcel.people[0].address.as_str()), (Direction::In, "n@isdom.test"));
        assert_eq!((parcel.subject.as_deref(), parcel.text.as_deref()), (Some("Offer"), Some("Please call.")));
        let among = "From: rep@acme.test\r\nTo: rep@acme.test\r\n\r\nx";
        assert_eq!(wrapped(among).err(), Some(Received::Internal));
    }
}
