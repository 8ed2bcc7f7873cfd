//! An IMAP server as the sync asks it: its folders, which messages there are since a day, their headers, and one whole
//! message. It only reads: folders are examined and messages peeked at, so that nothing is marked as read.
//!
//! Every command has its time and its bytes. What goes wrong is told in words that the mailbox's person can act on.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_imap::types::{Fetch, NameAttribute};
use async_imap::{Client, Session, error};
use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::outbound::{self, Outbound};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt as _;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use utoipa::ToSchema;

use super::Security;
use super::wire::{Budget, TOO_MUCH, Wire};

const COMMAND_LIMIT: Duration = Duration::from_secs(20);
const BODY_LIMIT: Duration = Duration::from_secs(60);
/// What a short answer may have, and a list of folders or of numbers.
const SHORT: usize = 256 * 1024;
const LONG: usize = 16 * 1024 * 1024;
/// How much of a message's header is read.
pub const HEADER: usize = 64 * 1024;
const MOST_FOLDERS: usize = 500;

/// Where a mailbox is, and how one gets in.
#[derive(Clone)]
pub struct Account {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: String,
    pub password: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Why a mailbox could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failed {
    pub code: &'static str,
    pub message: String,
    /// Trying again changes nothing: somebody has to put something right.
    pub lasting: bool,
}

impl Failed {
    fn passing(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), lasting: false }
    }

    fn lasting(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), lasting: true }
    }
}

impl From<outbound::Failed> for Failed {
    fn from(failed: outbound::Failed) -> Self {
        match failed {
            outbound::Failed::Refused(why) => Self::lasting("address_refused", why),
            outbound::Failed::Unreachable(why) => Self::passing("unreachable", why),
        }
    }
}

impl From<error::Error> for Failed {
    fn from(error: error::Error) -> Self {
        match error {
            error::Error::Io(e) if e.to_string() == TOO_MUCH => Self::passing("too_much", format!("{TOO_MUCH}.")),
            error::Error::Io(_) | error::Error::ConnectionLost => {
                Self::passing("connection_lost", "The connection broke off.")
            }
            error::Error::No(said) | error::Error::Bad(said) => {
                Self::passing("refused", format!("The server refused: {}", short(&said)))
            }
            _ => Self::passing("protocol", "The server’s answer could not be understood. Is this an IMAP server?"),
        }
    }
}

/// What a server said, as far as it belongs on a page.
fn short(said: &str) -> String {
    said.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A folder of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MailFolder)]
pub struct Folder {
    /// As the server names it.
    pub name: String,
    /// As a person reads it.
    pub label: String,
    /// `inbox`, `sent`, `archive`, `drafts`, `junk`, `trash` or `all`, where the server says so.
    pub role: Option<&'static str>,
}

/// The head of a message.
#[derive(Debug)]
pub struct Head {
    pub uid: u32,
    pub size: usize,
    pub received: Option<DateTime<Utc>>,
    pub header: Vec<u8>,
}

/// An open mailbox.
pub struct Server {
    session: Session<Wire>,
    budget: Budget,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

async fn within<T, E: Into<Failed>>(limit: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, Failed> {
    match timeout(limit, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(Failed::passing("timeout", "The server did not answer in time.")),
    }
}

/// What must never cross a network in the clear may stay on this machine.
///
/// # Errors
/// When a plain connection would leave it.
pub fn may_be_plain(stream: &TcpStream) -> Result<(), Failed> {
    let local = stream.peer_addr().is_ok_and(|at| at.ip().to_canonical().is_loopback());
    if local {
        return Ok(());
    }
    Err(Failed::lasting("plain_refused", "Without encryption only a server on this machine is asked."))
}

impl Server {
    /// Connects and signs in.
    ///
    /// # Errors
    /// In words for the mailbox's person.
    pub async fn open(outbound: &Outbound, account: &Account) -> Result<Self, Failed> {
        let stream = outbound.connect(&account.host, account.port).await?;
        let budget = Budget::default();
        budget.allow(SHORT);
        let client = match account.security {
            Security::Plain => {
                may_be_plain(&stream)?;
                greeted(Wire::plain(stream, budget.clone())).await?
            }
            Security::Tls => {
                let wire = encrypted(stream, &account.host, &budget).await?;
                greeted(wire).await?
            }
            Security::Starttls => {
                let mut client = greeted(Wire::plain(stream, budget.clone())).await?;
                within(COMMAND_LIMIT, client.run_command_and_check_ok("STARTTLS", None)).await.map_err(|e| {
                    if e.code == "refused" {
                        return Failed::lasting("no_starttls", "This server offers no STARTTLS at this port.");
                    }
                    e
                })?;
                let plain = client.into_inner().into_plain();
                let stream =
                    plain.ok_or_else(|| Failed::passing("protocol", "The connection is already encrypted."))?;
                Client::new(encrypted(stream, &account.host, &budget).await?)
            }
        };
        let signing = async { client.login(&account.username, &account.password).await.map_err(|(e, _)| e) };
        let session = within(COMMAND_LIMIT, signing).await.map_err(|e| match e.code {
            "refused" => Failed::lasting(
                "login_refused",
                "The server refused the user name or the password. Many providers want an app password here.",
            ),
            _ => e,
        })?;
        Ok(Self { session, budget })
    }

    /// The folders that messages can be in, the inbox first.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn folders(&mut self) -> Result<Vec<Folder>, Failed> {
        self.budget.allow(LONG);
        let names = within(COMMAND_LIMIT, async {
            let names = self.session.list(Some(""), Some("*")).await?;
            names.take(MOST_FOLDERS).try_collect::<Vec<_>>().await
        })
        .await?;
        let mut folders: Vec<Folder> = names
            .iter()
            .filter(|name| !name.attributes().contains(&NameAttribute::NoSelect))
            .map(|name| Folder {
                name: name.name().to_owned(),
                label: super::utf7::decode(name.name()),
                role: role(name.name(), name.attributes()),
            })
            .collect();
        folders.sort_by_key(|f| (f.role != Some("inbox"), f.role != Some("sent"), f.label.to_lowercase()));
        Ok(folders)
    }

    /// Opens a folder to read, and says under which numbering its messages are known.
    ///
    /// # Errors
    /// `no_such_folder`, and when the server does not answer.
    pub async fn examine(&mut self, folder: &str) -> Result<u32, Failed> {
        self.budget.allow(SHORT);
        let opened = within(COMMAND_LIMIT, self.session.examine(folder)).await.map_err(|e| match e.code {
            "refused" => {
                let label = super::utf7::decode(folder);
                Failed::lasting("no_such_folder", format!("There is no folder “{}” any more.", short(&label)))
            }
            _ => e,
        })?;
        opened.uid_validity.ok_or_else(|| Failed::lasting("protocol", "This server does not number its messages."))
    }

    /// The numbers of the messages since a day, from the first on.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn since(&mut self, day: NaiveDate) -> Result<Vec<u32>, Failed> {
        self.budget.allow(LONG);
        let query = format!("SINCE {}", day.format("%-d-%b-%Y"));
        let found = within(BODY_LIMIT, self.session.uid_search(query)).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// The heads of these messages, of those that are still there.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn heads(&mut self, uids: &[u32]) -> Result<Vec<Head>, Failed> {
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        self.budget.allow(uids.len().saturating_add(1).saturating_mul(HEADER + 1024));
        let query = format!("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{HEADER}>)");
        within(BODY_LIMIT, async {
            let fetched = self.session.uid_fetch(set, query).await?;
            collect(fetched, uids.len(), |fetch| {
                let header = fetch.header().unwrap_or_default().to_vec();
                let size = usize::try_from(fetch.size.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
                let received = fetch.internal_date().map(|at| at.with_timezone(&Utc));
                Some(Head { uid: fetch.uid?, size, received, header })
            })
            .await
        })
        .await
    }

    /// A message, at most `limit` bytes of it; none when it is gone.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn message(&mut self, uid: u32, limit: usize) -> Result<Option<Vec<u8>>, Failed> {
        self.budget.allow(limit.saturating_add(SHORT));
        let query = format!("(UID BODY.PEEK[]<0.{limit}>)");
        let found = within(BODY_LIMIT, async {
            let fetched = self.session.uid_fetch(uid.to_string(), query).await?;
            collect(fetched, 1, |fetch| fetch.body().map(<[u8]>::to_vec)).await
        })
        .await?;
        Ok(found.into_iter().next())
    }

    /// Signs out. That a server does not wait for it is no matter.
    pub async fn close(mut self) {
        self.budget.allow(SHORT);
        if let Err(error) = within(Duration::from_secs(5), self.session.logout()).await {
            tracing::debug!(%error, "a mail server did not say goodbye");
        }
    }
}

/// Reads the whole answer, since the next command comes after its end, and keeps so many of its parts.
async fn collect<T>(
    fetched: impl Stream<Item = error::Result<Fetch>>,
    most: usize,
    read: impl Fn(&Fetch) -> Option<T>,
) -> error::Result<Vec<T>> {
    let mut fetched = std::pin::pin!(fetched);
    let mut kept = Vec::new();
    while let Some(fetch) = fetched.try_next().await? {
        // What was not asked for comes between: a flag that changed.
        if let Some(part) = read(&fetch).filter(|_| kept.len() < most) {
            kept.push(part);
        }
    }
    Ok(kept)
}

async fn greeted(wire: Wire) -> Result<Client<Wire>, Failed> {
    let mut client = Client::new(wire);
    let greeting = within(COMMAND_LIMIT, async { client.read_response().await.map_err(error::Error::from) }).await?;
    match greeting {
        Some(_) => Ok(client),
        None => Err(Failed::passing("connection_lost", "The server closed the connection at once.")),
    }
}

async fn encrypted(stream: TcpStream, host: &str, budget: &Budget) -> Result<Wire, Failed> {
    let config = ClientConfig::with_platform_verifier()
        .map_err(|e| Failed::passing("certificate", format!("This machine’s certificates could not be read: {e}")))?;
    let name = match host.parse::<IpAddr>() {
        Ok(ip) => ServerName::from(ip),
        Err(_) => ServerName::try_from(host.to_owned())
            .map_err(|_| Failed::lasting("address_refused", "This is no name of a server."))?,
    };
    let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(COMMAND_LIMIT, shaking).await {
        Ok(Ok(stream)) => Ok(Wire::tls(stream, budget.clone())),
        Ok(Err(error)) => Err(untrusted(&error)),
        Err(_) => Err(Failed::passing("timeout", "The server did not answer in time.")),
    }
}

fn untrusted(error: &std::io::Error) -> Failed {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => Failed::lasting(
            "certificate",
            format!("The server’s certificate is not trusted: {}", short(&why.to_string())),
        ),
        Some(rustls::Error::InvalidMessage(_)) => {
            Failed::lasting("no_tls", "This port does not speak TLS. Is it one for STARTTLS?")
        }
        _ => Failed::passing("no_tls", format!("No encrypted connection came about: {}", short(&error.to_string()))),
    }
}

fn role(name: &str, attributes: &[NameAttribute<'_>]) -> Option<&'static str> {
    if name.eq_ignore_ascii_case("inbox") {
        return Some("inbox");
    }
    attributes.iter().find_map(|attribute| match attribute {
        NameAttribute::Sent => Some("sent"),
        NameAttribute::Archive => Some("archive"),
        NameAttribute::Drafts => Some("drafts"),
        NameAttribute::Junk => Some("junk"),
        NameAttribute::Trash => Some("trash"),
        NameAttribute::All => Some("all"),
        _ => None,
    })
}
