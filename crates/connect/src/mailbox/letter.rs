//! A message as the CRM reads it: who wrote to whom, when, in which conversation, and what, as plain text.
//!
//! Messages are written by strangers. Each list and each text has a length, and what PostgreSQL cannot keep is left out.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::forward::{self, Forwarded};
use super::quote;

/// What of a message's text is kept: as much as an activity's body takes.
const TEXT: usize = 100_000;
const MOST_PEOPLE: usize = 200;
const MOST_ATTACHMENTS: usize = 50;
const MOST_BODIES: usize = 5;

/// Somebody with an address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EmailPerson)]
pub struct Person {
    pub address: String,
    pub name: Option<String>,
}

/// A file that came with a message. Its content is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EmailAttachment)]
pub struct Attachment {
    pub name: String,
    pub media_type: Option<String>,
    /// In bytes.
    pub size: i64,
}

/// The people of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    pub from: Option<Person>,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    /// Who a copy went to in secret; only in the sender's own mailbox.
    pub bcc: Vec<Person>,
}

impl People {
    /// All of them, the sender first, each once.
    #[must_use]
    pub fn all(&self) -> Vec<&Person> {
        let mut all: Vec<&Person> = Vec::new();
        for person in self.from.iter().chain(&self.to).chain(&self.cc).chain(&self.bcc) {
            if !all.iter().any(|known| known.address == person.address) {
                all.push(person);
            }
        }
        all
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The digest of its Message-ID: the same in everybody's mailbox.
    pub key: Vec<u8>,
    /// The Message-ID by which its conversation began, as far as it says.
    pub root: String,
    /// The digests of the Message-IDs that it answers.
    pub answered: Vec<Vec<u8>>,
    pub people: People,
    pub subject: Option<String>,
    pub sent: Option<DateTime<Utc>>,
    pub text: Option<String>,
    pub attachments: Vec<Attachment>,
    pub forwarded: Option<Forwarded>,
}

/// The people of a message of which only the header is there.
#[must_use]
pub fn people(header: &[u8]) -> Option<People> {
    let message = MessageParser::default().parse_headers(header)?;
    let people = people_of(&message);
    people.from.is_some().then_some(people)
}

/// Reads a message; none for what is none.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Letter> {
    let message = MessageParser::default().parse(bytes)?;
    let people = people_of(&message);
    let from = people.from.clone()?;
    let subject = message.subject().and_then(|s| clean(s, 500));
    let sent = message.date().and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0));
    let id = message.message_id().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("none:{}:{sent:?}:{subject:?}", from.address));
    let mut former = ids(message.references());
    former.extend(ids(message.in_reply_to()));
    let root = former.first().cloned();
    let whole = text(&message);
    let forwarded = forwarded(&message, subject.as_deref(), whole.as_deref());
    let trimmed = whole.map(|text| if root.is_some() { quote::trim(&text) } else { text });
    Some(Letter {
        key: key(&id),
        answered: former.iter().map(|id| key(id)).collect(),
        root: root.unwrap_or(id),
        people,
        subject,
        sent,
        text: trimmed.and_then(|text| clean(&text, TEXT)),
        attachments: attachments(&message),
        forwarded,
    })
}

/// By what a message is known again.
#[must_use]
pub fn key(id: &str) -> Vec<u8> {
    digest(&SHA256, id.as_bytes()).as_ref().to_vec()
}

/// What was forwarded: as a message of its own, or written into this one.
fn forwarded(message: &Message<'_>, subject: Option<&str>, text: Option<&str>) -> Option<Forwarded> {
    let inside = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => Some(inner),
        _ => None,
    });
    if let Some(inner) = inside {
        let people = people_of(inner);
        return Some(Forwarded {
            from: people.from?,
            subject: inner.subject().and_then(|s| clean(s, 500)),
            sent: inner.date().and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0)),
            text: self::text(inner).and_then(|text| clean(&text, TEXT)),
        });
    }
    forward::find(subject?, text?)
}

fn people_of(message: &Message<'_>) -> People {
    let some = |address: Option<&Address<'_>>| address.map(persons).unwrap_or_default();
    People {
        from: some(message.from()).into_iter().next().or_else(|| some(message.sender()).into_iter().next()),
        to: some(message.to()),
        cc: some(message.cc()),
        bcc: some(message.bcc()),
    }
}

fn persons(address: &Address<'_>) -> Vec<Person> {
    address
        .iter()
        .filter_map(|one| {
            let name = one.name().and_then(|name| clean(name, 200));
            Some(Person { address: normal(one.address()?)?, name })
        })
        .take(MOST_PEOPLE)
        .collect()
}

/// An address in lower case; none for what is no address.
#[must_use]
pub fn normal(address: &str) -> Option<String> {
    let address = address.trim().trim_matches(['<', '>']).to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let plain = |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    (plain(local) && plain(domain) && address.chars().count() <= 320).then_some(address)
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let list: Vec<&str> = match value {
        HeaderValue::Text(one) => vec![one.as_ref()],
        HeaderValue::TextList(many) => many.iter().map(Cow::as_ref).collect(),
        _ => Vec::new(),
    };
    list.into_iter().map(str::trim).filter(|id| !id.is_empty()).take(100).map(str::to_owned).collect()
}

/// The text of a message, from HTML where there is no other.
fn text(message: &Message<'_>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for n in 0..message.text_body_count().min(MOST_BODIES) {
        parts.extend(message.body_text(n).map(Cow::into_owned));
    }
    let text = parts.join("\n\n").replace("\r\n", "\n");
    (!text.trim().is_empty()).then_some(text)
}

fn attachments(message: &Message<'_>) -> Vec<Attachment> {
    message
        .attachments()
        .take(MOST_ATTACHMENTS)
        .map(|part| {
            let media_type = part.content_type().map(|t| {
                let subtype = t.subtype().unwrap_or("octet-stream");
                format!("{}/{subtype}", t.ctype()).to_lowercase()
            });
            Attachment {
                name: part.attachment_name().and_then(|n| clean(n, 255)).unwrap_or_else(|| "unnamed".to_owned()),
                media_type: media_type.and_then(|t| clean(&t, 100)),
                size: i64::try_from(part.len()).unwrap_or(i64::MAX),
            }
        })
        .collect()
}

/// Text without what is not to be seen, at most so many characters of it.
#[must_use]
pub fn clean(text: &str, most: usize) -> Option<String> {
    let kept: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).take(most).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// The values of the headers that say to whom a mail server delivered a message.
#[must_use]
pub fn delivered_to(bytes: &[u8]) -> Vec<String> {
    let head = bytes.get(..bytes.len().min(super::imap::HEADER)).unwrap_or(bytes);
    let Some(message) = MessageParser::default().parse_headers(head) else { return Vec::new() };
    let mut found: Vec<String> = people_of(&message).all().into_iter().map(|p| p.address.clone()).collect();
    for name in ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "Received"] {
        let name = HeaderName::Other(name.into());
        found.extend(
            message.headers_raw().filter(|(n, _)| n.eq_ignore_ascii_case(name.as_str())).map(|(_, v)| v.to_lowercase()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "From: \"Nadia Berg\" <Nadia@Isdom.TEST>\r\nTo: rep@acme.test, =?utf-8?q?J=C3=BCrgen?= <j@isdom.test>\r\n\
        Subject: =?utf-8?q?Angebot_f=C3=BCr_Mai?=\r\nMessage-ID: <two@isdom.test>\r\nIn-Reply-To: <one@acme.test>\r\n\
        References: <root@acme.test> <one@acme.test>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Gern. <b>10 %</b></p><script>alert(1)</script>\r\n--x\r\nContent-Type: application/pdf; name=offer.pdf\r\n\
        Content-Disposition: attachment; filename=\"offer.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--x--\r\n";

    #[test]
    fn a_message_is_read_whole() {
        let letter = read(MIXED.as_bytes()).unwrap();
        assert_eq!(
            letter.people.from,
            Some(Person { address: "nadia@isdom.test".into(), name: Some("Nadia Berg".into()) })
        );
        assert_eq!(letter.people.to[1].name.as_deref(), Some("Jürgen"));
        assert_eq!(letter.subject.as_deref(), Some("Angebot für Mai"));
        assert_eq!((letter.root.as_str(), letter.answered.len()), ("root@acme.test", 3));
        assert_eq!(letter.sent.unwrap().to_rfc3339(), "2026-02-02T09:00:00+00:00");
        assert_eq!(letter.text.as_deref(), Some("Gern. 10 %"));
        let file = Attachment { name: "offer.pdf".into(), media_type: Some("application/pdf".into()), size: 5 };
        assert_eq!(letter.attachments, [file]);
        assert_eq!(people(MIXED.as_bytes()), Some(letter.people));
    }

    #[test]
    fn what_strangers_send_is_read_or_refused_and_never_panics() {
        for bytes in [&b""[..], b"\0\0\0", b"From", b"Subject: x\r\n\r\ny", b"From: nobody\r\n\r\n", &[0xff; 4096]] {
            assert!(read(bytes).is_none_or(|l| l.people.from.is_some()));
            assert!(people(bytes).is_none());
        }
        let many = format!("From: a@b.test\r\nTo: {}\r\n\r\nx\0y", "c@d.test, ".repeat(50_000));
        let letter = read(many.as_bytes()).unwrap();
        assert_eq!((letter.people.to.len(), letter.text.as_deref()), (MOST_PEOPLE, Some("xy")));
        let deep = (0..2_000).fold(String::from("From: a@b.test\r\n"), |text, n| {
            format!("{text}Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")
        });
        assert!(read(deep.as_bytes()).is_some());
        let html = format!("From: a@b.test\r\nContent-Type: text/html\r\n\r\n{}", "<div>".repeat(200_000));
        assert!(read(html.as_bytes()).is_some());
    }

    #[test]
    fn where_it_was_delivered_is_found() {
        let text = "Delivered-To: CRM+abc@acme.test\r\nReceived: by mx (x) for <crm+abc@acme.test>; Mon\r\nFrom: a@b.test\r\n\r\n";
        assert!(delivered_to(text.as_bytes()).iter().any(|v| v.contains("crm+abc@acme.test")));
    }
}
