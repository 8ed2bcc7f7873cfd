//! The way out: an SMTP server, or a folder of `.eml` files where none is configured.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dealwright_kernel::{Error, Result};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::io::AsyncWriteExt as _;

use super::{Outgoing, Posted};

/// For a whole letter: the library's own limits the connecting alone, and a server that falls silent would hold a worker.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends letters; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// How letters leave, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Smtp,
    /// Nobody gets them: they are files in this folder.
    Folder(PathBuf),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("delivery", &self.delivery()).finish_non_exhaustive()
    }
}

impl Mailer {
    /// By the server of an URL: `smtps://user:password@host`, `smtp://host:587?tls=required` (STARTTLS),
    /// `?tls=opportunistic`, or without TLS.
    ///
    /// # Errors
    /// In words for the operator, without the URL's password.
    pub fn smtp(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "SMTP_URL must look like smtps://user:password@host or smtp://user:password@host:587?tls=required"
                .to_owned()
        })?;
        Ok(Self { from: mailbox(from)?, way: Way::Smtp(transport.build()) })
    }

    /// Into a folder, which is made at the first letter.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn folder(folder: &Path, from: &str) -> Result<Self, String> {
        Ok(Self { from: mailbox(from)?, way: Way::Folder(folder.to_owned()) })
    }

    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match &self.way {
            Way::Smtp(_) => Delivery::Smtp,
            Way::Folder(folder) => Delivery::Folder(folder.clone()),
        }
    }

    /// The sender that receivers see.
    #[must_use]
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    pub(super) async fn send(&self, letter: Outgoing) -> Result<()> {
        match self.post(letter).await? {
            Posted::Accepted => Ok(()),
            Posted::Refused(code) => Err(refused_with(&code)),
        }
    }

    /// Sends a letter, or says that its receiver's address is refused for good.
    ///
    /// # Errors
    /// 503 for whatever may go better at another time.
    pub(super) async fn post(&self, letter: Outgoing) -> Result<Posted> {
        let id = letter.id;
        let message = self.message(letter)?;
        match &self.way {
            Way::Smtp(server) => match tokio::time::timeout(TIMEOUT, server.send(message)).await {
                Ok(Ok(_)) => Ok(Posted::Accepted),
                Ok(Err(error)) => of_address(&error).map(Posted::Refused).ok_or_else(|| refused(&error)),
                Err(_) => Err(late()),
            },
            Way::Folder(folder) => {
                let written = write(folder, &format!("{id}.eml"), &message.formatted()).await;
                let written = written.map_err(|error| Error::unavailable("mail_not_written", error.to_string()));
                written.map(|()| Posted::Accepted)
            }
        }
    }

    fn message(&self, letter: Outgoing) -> Result<Message> {
        let recipient = letter.recipient.parse().map_err(Error::internal)?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, recipient))
            .subject(letter.subject)
            .date(letter.at.into())
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(AutoSubmitted);
        if let Some(url) = letter.unsubscribe {
            message = message.header(ListUnsubscribe(format!("<{url}>"))).header(ListUnsubscribePost);
        }
        message
            .multipart(MultiPart::alternative_plain_html(letter.body.text, letter.body.html))
            .map_err(Error::internal)
    }
}

/// Tells other machines not to answer (RFC 3834).
#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where a click says that no more such letters are wanted (RFC 2369).
#[derive(Clone, Debug)]
struct ListUnsubscribe(String);

impl lettre::message::header::Header for ListUnsubscribe {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(s: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(s.to_owned()))
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// That a program may click for its user (RFC 8058).
#[derive(Clone, Copy, Debug)]
struct ListUnsubscribePost;

impl lettre::message::header::Header for ListUnsubscribePost {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

fn mailbox(from: &str) -> Result<Mailbox, String> {
    from.parse().map_err(|_| format!("MAIL_FROM is {from:?}, but must look like Dealwright <crm@example.com>"))
}

/// What the server said may name the receiver, and goes into logs: only its code does.
fn refused(error: &smtp::Error) -> Error {
    let what = match error.status() {
        Some(code) => return refused_with(&code.to_string()),
        None if error.is_timeout() => return late(),
        None if error.is_tls() => "no TLS connection to the mail server could be made".to_owned(),
        None => "the mail server could not be reached".to_owned(),
    };
    Error::unavailable("mail_not_sent", what)
}

fn refused_with(code: &str) -> Error {
    Error::unavailable("mail_not_sent", format!("the mail server refused the letter with {code}"))
}

/// The code with which the receiver's address was refused for good: there is no such mailbox (550, 551, 553), or it takes no
/// mail (552, 556). Anything else is about us or the letter.
fn of_address(error: &smtp::Error) -> Option<String> {
    let code = error.status()?.to_string();
    ["550", "551", "552", "553", "556"].contains(&code.as_str()).then_some(code)
}

fn late() -> Error {
    Error::unavailable("mail_not_sent", "the mail server did not answer in time")
}

/// Only its owner may read it: it may hold a link that lets its reader in.
async fn write(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let path = folder.join(name);
    let mut file = tokio::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path).await?;
    file.write_all(content).await?;
    file.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let wrong = Mailer::smtp("smtp://user:hunter2@host?tls=maybe", "crm@acme.test").unwrap_err();
        assert!(wrong.contains("SMTP_URL") && !wrong.contains("hunter2"), "{wrong}");
        let wrong = Mailer::folder(Path::new("/tmp"), "nobody").unwrap_err();
        assert!(wrong.contains("MAIL_FROM"), "{wrong}");
    }
}
