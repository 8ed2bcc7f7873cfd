//! Mailboxes: a person's, synced over IMAP, the organisation's drop mailbox, and the drop addresses by which single messages
//! come in.
//!
//! Here are the types and what is wrong with them. `imap` asks a server (over `wire`), `letter` reads a message (`quote` and
//! `forward` what is repeated in it), `sieve` says whose messages are none of the CRM's business, `filing` makes an activity
//! of one (`matching` is its SQL), `sync` is the job that does all of it (`seen` is its SQL), `parcel` takes in what comes by a
//! drop address. `store` and `unmatched` hold the rest of the SQL; `http`, `message_http`, `policy_http`, `drop_http` and
//! `inbound` the endpoints.

pub mod drop_http;
pub mod filing;
pub mod forward;
pub mod http;
pub mod imap;
pub mod inbound;
pub mod letter;
pub mod matching;
pub mod message_http;
pub mod parcel;
pub mod policy_http;
pub mod quote;
mod report;
pub mod seen;
pub mod sieve;
pub mod store;
pub mod sync;
pub mod unmatched;
pub mod utf7;
pub mod wire;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{EventId, MailboxId};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most mailboxes of a person.
pub const MAX_MAILBOXES: i64 = 5;
/// The largest message that is taken in.
pub const MAX_MESSAGE: usize = 25 * 1024 * 1024;

/// How a connection is kept from listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailSecurity)]
pub enum Security {
    /// TLS from the first byte, mostly at port 993.
    Tls,
    /// TLS after a plain greeting, mostly at port 143.
    Starttls,
    /// None: only to a server on this machine.
    Plain,
}

impl Security {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Starttls => "starttls",
            Self::Plain => "plain",
        }
    }
}

impl std::str::FromStr for Security {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Tls, Self::Starttls, Self::Plain]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal("a mailbox has an unknown security"))
    }
}

/// What can be written of a mailbox beside its password: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub address: String,
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: String,
    pub folders: Vec<String>,
    pub since: NaiveDate,
    pub private: bool,
    pub never: Vec<String>,
}

/// How a mailbox is reached: to try it before it is kept.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    #[schema(max_length = 253)]
    pub host: String,
    pub port: u16,
    pub security: Security,
    #[schema(max_length = 320)]
    pub username: String,
    /// The password, mostly one made for this app. Absent: that of the mailbox `mailbox_id`.
    #[schema(max_length = 1000)]
    pub password: Option<String>,
    pub mailbox_id: Option<MailboxId>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Validate for Connection {
    fn validate(&self) -> Result<()> {
        let mut wrong = Wrong::default();
        wrong.server(&self.host, self.port, &self.username);
        wrong.password(self.password.as_deref());
        wrong.finish()
    }
}

/// A mailbox to be connected.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMailbox {
    /// The address that its messages are sent from and to.
    #[schema(max_length = 320)]
    pub address: String,
    #[schema(max_length = 253)]
    pub host: String,
    pub port: u16,
    pub security: Security,
    #[schema(max_length = 320)]
    pub username: String,
    #[schema(max_length = 1000)]
    pub password: String,
    /// The folders that are read, as the server names them; the inbox and the sent messages when absent.
    #[schema(max_items = 20)]
    pub folders: Option<Vec<String>>,
    /// Messages before this day are left out; 90 days ago when absent.
    pub since: Option<NaiveDate>,
    /// Whether what is stored is for its person alone, unless they say otherwise of a message.
    #[serde(default)]
    pub private: bool,
    /// Addresses and domains: a message with one of them is never stored.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub never: Vec<String>,
    /// The organisation's drop mailbox, which an administrator connects.
    #[serde(default)]
    pub of_organisation: bool,
}

impl std::fmt::Debug for NewMailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMailbox").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl NewMailbox {
    /// The fields of the new record. `folders` are those that were found when none were chosen.
    #[must_use]
    pub fn fields(&self, found: Vec<String>, today: NaiveDate) -> Fields {
        Fields {
            address: self.address.trim().to_lowercase(),
            host: self.host.trim().to_lowercase(),
            port: self.port,
            security: self.security,
            username: self.username.trim().to_owned(),
            folders: self.folders.clone().unwrap_or(found),
            since: self.since.unwrap_or_else(|| today - chrono::Days::new(90)),
            private: self.private && !self.of_organisation,
            never: sieve::tidy(&self.never),
        }
    }
}

impl Validate for NewMailbox {
    fn validate(&self) -> Result<()> {
        let mut wrong = Wrong::default();
        wrong.address(&self.address);
        wrong.server(&self.host, self.port, &self.username);
        wrong.password(Some(&self.password));
        wrong.folders(self.folders.as_deref());
        wrong.since(self.since);
        wrong.never(&self.never);
        wrong.finish()
    }
}

/// A change of a mailbox: absent leaves.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailboxPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(max_length = 320)]
    pub address: Option<String>,
    #[schema(max_length = 253)]
    pub host: Option<String>,
    pub port: Option<u16>,
    pub security: Option<Security>,
    #[schema(max_length = 320)]
    pub username: Option<String>,
    /// Needed when the server or the user name changes: a password goes to no other server than the one it was given for.
    #[schema(max_length = 1000)]
    pub password: Option<String>,
    #[schema(max_items = 20)]
    pub folders: Option<Vec<String>>,
    pub since: Option<NaiveDate>,
    pub private: Option<bool>,
    #[schema(max_items = 500)]
    pub never: Option<Vec<String>>,
}

impl std::fmt::Debug for MailboxPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailboxPatch").field("version", &self.version).finish_non_exhaustive()
    }
}

impl MailboxPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(&self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            address: self.address.as_ref().map_or(old.address, |a| a.trim().to_lowercase()),
            host: self.host.as_ref().map_or(old.host, |h| h.trim().to_lowercase()),
            port: self.port.unwrap_or(old.port),
            security: self.security.unwrap_or(old.security),
            username: self.username.as_ref().map_or(old.username, |u| u.trim().to_owned()),
            folders: self.folders.clone().unwrap_or(old.folders),
            since: self.since.unwrap_or(old.since),
            private: self.private.unwrap_or(old.private),
            never: self.never.as_deref().map_or(old.never, sieve::tidy),
        }
    }
}

impl Validate for MailboxPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Wrong::default();
        if let Some(address) = &self.address {
            wrong.address(address);
        }
        let some = |text: &Option<String>| text.clone().unwrap_or_else(|| "unchanged".to_owned());
        wrong.server(&some(&self.host), self.port.unwrap_or(1), &some(&self.username));
        wrong.password(self.password.as_deref());
        wrong.folders(self.folders.as_deref());
        wrong.since(self.since);
        wrong.never(self.never.as_deref().unwrap_or_default());
        wrong.finish()
    }
}

/// How much of a mailbox is stored. All of it is counted: the server's messages since the day, and what became of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completeness {
    /// Messages that the server has since the day, in the folders that are read, by its own count.
    pub on_server: i64,
    /// Of those, how many have been looked at.
    pub looked_at: i64,
    /// Of those, how many are with somebody the CRM knows, and not left out by a rule.
    pub in_mailbox: i64,
    pub stored: i64,
    /// To be stored by the next pass.
    pub waiting: i64,
    /// Were stored, and have since been put into the bin or hidden from the mailbox's person.
    pub removed: i64,
    pub left_out: LeftOut,
}

/// Why messages are not stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    /// With nobody the CRM knows, as far as the mailbox's person may see.
    pub unknown: i64,
    /// Among colleagues.
    pub internal: i64,
    /// With an address that is never stored.
    pub never: i64,
    /// Larger than 25 MB.
    pub too_large: i64,
    /// Could not be understood.
    pub unreadable: i64,
    /// Of the drop mailbox: wait for their person to say who they are from.
    pub unmatched: i64,
    /// Of the drop mailbox: to nobody's drop address.
    pub no_address: i64,
}

/// A mailbox as the API shows it. Its password is never shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Mailbox {
    pub id: MailboxId,
    /// The organisation's drop mailbox; else one's own.
    pub of_organisation: bool,
    pub address: String,
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: String,
    /// As the server names them.
    pub folders: Vec<String>,
    /// The same as a person reads them.
    pub folder_labels: Vec<String>,
    pub since: NaiveDate,
    pub private: bool,
    pub never: Vec<String>,
    /// The last pass that went through.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Null when somebody has to put something right first.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// What went wrong last, such as `login_refused`, `certificate`, `no_such_folder`, `unreachable`; null when nothing did.
    pub error_code: Option<String>,
    pub error: Option<String>,
    pub completeness: Completeness,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Mailbox {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            address: self.address.clone(),
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            username: self.username.clone(),
            folders: self.folders.clone(),
            since: self.since,
            private: self.private,
            never: self.never.clone(),
        }
    }

    /// An event about it.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "mailbox", id: self.id.0, name: self.address.clone(), version: Some(self.version) };
        Event::with_id(EventId(tx.new_id()), format!("mailbox.{verb}"), subject)
    }
}

/// What is wrong, field by field.
#[derive(Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    fn push(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), code: code.into(), message: message.into() });
    }

    fn text(&mut self, field: &str, value: &str, most: usize) {
        if value.trim().is_empty() {
            self.push(field, "required", "this field is required");
        } else if value.chars().count() > most {
            self.push(field, "too_long", format!("at most {most} characters"));
        } else if value.chars().any(char::is_control) {
            self.push(field, "invalid_value", "without line breaks and control characters");
        }
    }

    fn address(&mut self, value: &str) {
        if letter::normal(value).is_none() {
            self.push("address", "invalid_value", "an e-mail address");
        }
    }

    fn server(&mut self, host: &str, port: u16, username: &str) {
        self.text("host", host, 253);
        if host.contains(['/', '@', ' ', '\\']) {
            self.push("host", "invalid_value", "the server’s name alone, such as imap.example.com");
        }
        if port == 0 {
            self.push("port", "out_of_range", "between 1 and 65535");
        }
        self.text("username", username, 320);
    }

    fn password(&mut self, value: Option<&str>) {
        if let Some(value) = value {
            self.text("password", value, 1000);
        }
    }

    fn folders(&mut self, folders: Option<&[String]>) {
        let Some(folders) = folders else { return };
        if folders.is_empty() || folders.len() > 20 {
            self.push("folders", "out_of_range", "between 1 and 20 folders");
        }
        for (i, folder) in folders.iter().take(20).enumerate() {
            self.text(&format!("folders.{i}"), folder, 500);
            if folders.iter().take(i).any(|other| other == folder) {
                self.push(&format!("folders.{i}"), "duplicate", "each folder once");
            }
        }
    }

    fn since(&mut self, since: Option<NaiveDate>) {
        let first = NaiveDate::from_ymd_opt(1990, 1, 1);
        let last = NaiveDate::from_ymd_opt(2200, 1, 1);
        if since.is_some_and(|day| Some(day) < first || Some(day) > last) {
            self.push("since", "out_of_range", "a day between 1990 and 2200");
        }
    }

    /// Addresses and domains.
    pub fn never(&mut self, never: &[String]) {
        if never.len() > 500 {
            self.push("never", "too_many", "at most 500");
        }
        for (i, one) in never.iter().take(500).enumerate() {
            if !sieve::is_rule(one) {
                self.push(&format!("never.{i}"), "invalid_value", "an e-mail address, or a domain such as example.com");
            }
        }
    }

    /// # Errors
    /// 422 with each.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::fields("invalid", self.0)) }
    }
}
