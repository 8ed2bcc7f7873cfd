//! The hash chain over the log. Each organisation's day (UTC) is sealed once it is over: SHA-256 over the former seal
//! and the digest of each event in the order of positions. An event belongs to the day in which it got its position,
//! so what comes late changes no seal.
//!
//! The canonical form of an event is its fields in a fixed order, each preceded by its length in bytes as four bytes,
//! big-endian; an absent one is four bytes of ones. `changes` and `data` are as PostgreSQL writes `jsonb`.
//!
//! Whoever may write to the tables as their owner could make the whole chain anew. That shows against a seal that is
//! kept elsewhere, which is why the newest can be downloaded.

use std::fmt;

use aws_lc_rs::digest::{Context as Digest, SHA256};
use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::id::OrgId;
use uuid::Uuid;

/// Begins what is hashed, so that a digest of something else is never taken for a seal.
const FORM: &[u8] = b"dealwright-audit-1\n";
/// How much of an event's digest is kept to find the one that does not fit.
pub const MARK: usize = 8;

pub type Hash = [u8; 32];

/// An event of the log in the form that is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub position: i64,
    pub positioned_at: DateTime<Utc>,
    pub event: Uuid,
    /// None: there is a place for the event, but no event.
    pub fields: Option<Fields>,
}

/// What of an event is sealed beside its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub on_behalf_of: Option<Uuid>,
    pub subject_type: String,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub subject_version: Option<i64>,
    pub opportunity_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    pub lead_id: Option<Uuid>,
    pub changes: String,
    pub data: String,
    pub undoes: Option<Uuid>,
    pub import_id: Option<Uuid>,
    pub request_id: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

impl Sealed {
    /// SHA-256 of the canonical form.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut form = Form(Digest::new(&SHA256));
        form.number(self.position);
        form.time(self.positioned_at);
        form.id(Some(self.event));
        if let Some(f) = &self.fields {
            form.text(&f.kind);
            form.time(f.at);
            form.text(&f.actor_kind);
            form.id(f.actor_id);
            form.text(&f.actor_name);
            form.id(f.on_behalf_of);
            form.text(&f.subject_type);
            form.id(Some(f.subject_id));
            form.text(&f.subject_name);
            form.put(f.subject_version.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
            [f.opportunity_id, f.account_id, f.contact_id].into_iter().for_each(|id| form.id(id));
            form.text(&f.changes);
            form.text(&f.data);
            [f.undoes, f.import_id].into_iter().for_each(|id| form.id(id));
            for text in [&f.request_id, &f.ip, &f.user_agent] {
                form.put(text.as_ref().map(String::as_bytes));
            }
            // Events of before there were leads are sealed without it.
            if f.lead_id.is_some() {
                form.id(f.lead_id);
            }
        }
        form.finish()
    }
}

/// What is hashed, field by field.
struct Form(Digest);

impl Form {
    fn put(&mut self, bytes: Option<&[u8]>) {
        let length = bytes.map_or(u32::MAX, |b| u32::try_from(b.len()).unwrap_or(u32::MAX - 1));
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes.unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.put(Some(text.as_bytes()));
    }

    fn number(&mut self, number: i64) {
        self.put(Some(&number.to_be_bytes()));
    }

    fn time(&mut self, at: DateTime<Utc>) {
        self.number(at.timestamp_micros());
    }

    fn id(&mut self, id: Option<Uuid>) {
        self.put(id.as_ref().map(|id| id.as_bytes().as_slice()));
    }

    fn finish(self) -> Hash {
        finished(self.0)
    }
}

fn finished(digest: Digest) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.finish().as_ref());
    hash
}

/// A day while its events are read.
pub struct Day {
    digest: Digest,
    events: i64,
    last_position: i64,
    marks: Vec<u8>,
}

/// What a day comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub hash: Hash,
    pub events: i64,
    pub last_position: i64,
    /// The first bytes of each event's digest.
    pub marks: Vec<u8>,
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Day").field("events", &self.events).finish_non_exhaustive()
    }
}

impl Day {
    /// Begins behind the former seal, of which `from` is the last position.
    #[must_use]
    pub fn new(org: OrgId, day: NaiveDate, former: Option<&[u8]>, from: i64) -> Self {
        let mut digest = Digest::new(&SHA256);
        digest.update(FORM);
        digest.update(org.0.as_bytes());
        digest.update(day.to_string().as_bytes());
        digest.update(former.unwrap_or(&[0; 32]));
        Self { digest, events: 0, last_position: from, marks: Vec::new() }
    }

    /// The next event, in the order of positions. Returns its mark.
    pub fn add(&mut self, event: &Sealed) -> [u8; MARK] {
        let digest = event.digest();
        self.digest.update(&digest);
        self.events += 1;
        self.last_position = event.position;
        let mut mark = [0; MARK];
        mark.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        self.marks.extend(mark);
        mark
    }

    #[must_use]
    pub fn seal(mut self) -> Sum {
        self.digest.update(&self.events.to_be_bytes());
        self.digest.update(&self.last_position.to_be_bytes());
        Sum { hash: finished(self.digest), events: self.events, last_position: self.last_position, marks: self.marks }
    }
}

/// Why a day does not fit its seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The event is not as it was when it was sealed.
    Changed { event: Uuid, position: i64 },
    /// It was not there.
    Added { event: Uuid, position: i64 },
    /// There is a place for the event, but no event.
    Missing { event: Uuid, position: i64 },
    /// An event was there, and neither it nor its place is any more.
    Gone { before: i64 },
    /// The events fit, the seal does not: it was altered itself, or the one before it.
    Seal,
    /// There is no seal for a day between two others.
    NoSeal,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { event, position } => write!(f, "event {event} (position {position}) was changed or moved"),
            Self::Added { event, position } => write!(f, "event {event} (position {position}) was put in"),
            Self::Missing { event, position } => write!(f, "event {event} (position {position}) is missing"),
            Self::Gone { before } => write!(f, "an event before position {before} is missing"),
            Self::Seal => f.write_str("the events fit, but the seal itself was changed"),
            Self::NoSeal => f.write_str("the day's seal is missing"),
        }
    }
}

/// Finds the first event that is not as its mark says, one event after the other.
#[derive(Debug)]
pub struct Search<'a> {
    marks: &'a [u8],
    at: usize,
    /// The event that differs, while the next one tells how.
    odd: Option<(Uuid, i64)>,
}

impl<'a> Search<'a> {
    #[must_use]
    pub const fn new(marks: &'a [u8]) -> Self {
        Self { marks, at: 0, odd: None }
    }

    fn mark(&self, at: usize) -> Option<&[u8]> {
        self.marks.get(at * MARK..(at + 1) * MARK)
    }

    /// The next event with its mark; an answer ends the search.
    pub fn next(&mut self, event: &Sealed, mark: [u8; MARK]) -> Option<Misfit> {
        let (id, position) = (event.event, event.position);
        if let Some((odd, at)) = self.odd {
            // The next one stands where the odd one should: the odd one was put in.
            let added = self.mark(self.at) == Some(mark.as_slice());
            return Some(if added {
                Misfit::Added { event: odd, position: at }
            } else {
                Misfit::Changed { event: odd, position: at }
            });
        }
        if event.fields.is_none() {
            return Some(Misfit::Missing { event: id, position });
        }
        match self.mark(self.at) {
            Some(kept) if kept == mark => {
                self.at += 1;
                None
            }
            None => Some(Misfit::Added { event: id, position }),
            Some(_) if self.marks.chunks(MARK).skip(self.at + 1).any(|kept| kept == mark) => {
                Some(Misfit::Gone { before: position })
            }
            Some(_) => {
                self.odd = Some((id, position));
                None
            }
        }
    }

    /// When there are no more events.
    #[must_use]
    pub fn end(&self, last_position: i64) -> Misfit {
        match self.odd {
            Some((event, position)) if self.mark(self.at).is_some() => Misfit::Changed { event, position },
            Some((event, position)) => Misfit::Added { event, position },
            None if self.mark(self.at).is_some() => Misfit::Gone { before: last_position + 1 },
            None => Misfit::Seal,
        }
    }
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
