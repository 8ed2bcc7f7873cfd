//! ClamAV, asked over its own protocol: `INSTREAM` on a TCP port or a Unix socket.
//!
//! What can't be asked is not clean. The client is ours and not a crate's, since it has to read what the scanner says when it
//! hangs up in the middle of a file that is too large for it, and to give up when nothing comes.

use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use dealwright_kernel::{Error, Result};
use futures::StreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::blobs::ByteStream;

const CONNECT: Duration = Duration::from_secs(5);
/// For one piece to be taken.
const PIECE: Duration = Duration::from_secs(30);
/// For the verdict, once everything has been sent.
const ANSWER: Duration = Duration::from_secs(180);

/// Who looks for malware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// Nobody: files are opened as they are, and the app says so.
    Off,
    /// clamd at `host:port`.
    Tcp(String),
    /// clamd at a Unix socket.
    Socket(PathBuf),
}

/// What the scanner said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// With the name of what was found.
    Infected(String),
    /// It will not look at this file, whenever it is asked; with its words.
    Refused(String),
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl FromStr for Scanner {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        if matches!(text, "off" | "") {
            return Ok(Self::Off);
        }
        if let Some(path) = text.strip_prefix("unix:").or_else(|| text.starts_with('/').then_some(text)) {
            let path = PathBuf::from(path.trim_start_matches("//"));
            return if path.is_absolute() { Ok(Self::Socket(path)) } else { Err(()) };
        }
        let address = text.strip_prefix("tcp://").unwrap_or(text);
        let (host, port) = address.rsplit_once(':').ok_or(())?;
        let port: u16 = port.parse().map_err(drop)?;
        if host.is_empty() || port == 0 || host.contains('/') { Err(()) } else { Ok(Self::Tcp(address.to_owned())) }
    }
}

impl Scanner {
    /// What a scanner is written as.
    pub const FORM: &str = "off, the path of clamd's socket such as /run/clamav/clamd.ctl, or HOST:PORT";

    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }

    async fn connect(&self) -> io::Result<Box<dyn Wire>> {
        let wire = async {
            Ok::<Box<dyn Wire>, io::Error>(match self {
                Self::Off => return Err(io::Error::other("there is no scanner")),
                Self::Tcp(address) => Box::new(TcpStream::connect(address).await?),
                Self::Socket(path) => Box::new(UnixStream::connect(path).await?),
            })
        };
        timeout(CONNECT, wire).await?
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// 503 `scanner_unavailable`.
    pub async fn ping(&self) -> Result<()> {
        let answer = async {
            let mut wire = self.connect().await?;
            wire.write_all(b"zPING\0").await?;
            let mut said = Vec::new();
            wire.take(100).read_to_end(&mut said).await?;
            Ok::<_, io::Error>(said)
        };
        match timeout(CONNECT, answer).await.map_err(io::Error::from).and_then(|said| said) {
            Ok(said) if said.starts_with(b"PONG") => Ok(()),
            Ok(said) => Err(unavailable(format!("it says {:?}", String::from_utf8_lossy(&said)))),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Has it look at everything that comes.
    ///
    /// # Errors
    /// 503 `scanner_unavailable`, whatever went wrong: nothing is clean that was not looked at. What the bytes' own source
    /// could not give comes back as it is.
    pub async fn scan(&self, mut bytes: ByteStream) -> Result<Verdict> {
        let mut wire = self.connect().await.map_err(unavailable)?;
        let mut cut =
            timeout(PIECE, wire.write_all(b"zINSTREAM\0")).await.map_err(io::Error::from).and_then(|w| w).err();
        while cut.is_none()
            && let Some(next) = bytes.next().await
        {
            let piece = next.map_err(unreadable)?;
            for part in piece.chunks(64 * 1024) {
                let length = u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
                cut = send(&mut wire, &length, part).await.err();
                if cut.is_some() {
                    break;
                }
            }
        }
        if cut.is_none() {
            cut = send(&mut wire, &[0; 4], &[]).await.err();
        }
        // It may have hung up with a word: that counts for more than that it did.
        let mut said = Vec::new();
        let heard = timeout(ANSWER, wire.take(4096).read_to_end(&mut said)).await;
        let said = String::from_utf8_lossy(&said);
        match (read(said.trim_matches(['\0', '\n', ' '])), heard, cut) {
            (Some(verdict), _, None) => Ok(verdict),
            (Some(verdict @ Verdict::Refused(_)), _, Some(_)) => Ok(verdict),
            (_, _, Some(error)) => Err(unavailable(error)),
            (None, Ok(Err(error)), None) => Err(unavailable(error)),
            (None, _, None) => Err(unavailable(format!("it says {said:?}"))),
        }
    }
}

async fn send(wire: &mut Box<dyn Wire>, length: &[u8], part: &[u8]) -> io::Result<()> {
    let sent = async {
        wire.write_all(length).await?;
        wire.write_all(part).await?;
        wire.flush().await
    };
    timeout(PIECE, sent).await?
}

/// What clamd's answer means; nothing when it is no verdict.
fn read(said: &str) -> Option<Verdict> {
    let words = said.strip_prefix("stream: ").unwrap_or(said);
    if words == "OK" {
        return Some(Verdict::Clean);
    }
    if let Some(name) = words.strip_suffix(" FOUND") {
        return Some(Verdict::Infected(name.to_owned()));
    }
    words.contains("size limit exceeded").then(|| Verdict::Refused("larger than the scanner takes".to_owned()))
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable("scanner_unavailable", "the virus scanner can't be asked").caused_by(source)
}

fn unreadable(source: io::Error) -> Error {
    Error::unavailable("file_store_unavailable", "the place where files are kept can't be reached").caused_by(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_a_socket_or_an_address() {
        assert_eq!("off".parse(), Ok(Scanner::Off));
        assert_eq!("/run/clamd.ctl".parse(), Ok(Scanner::Socket("/run/clamd.ctl".into())));
        assert_eq!("unix:///run/clamd.ctl".parse(), Ok(Scanner::Socket("/run/clamd.ctl".into())));
        assert_eq!("tcp://clamav:3310".parse(), Ok(Scanner::Tcp("clamav:3310".into())));
        for wrong in ["on", "clamav", "clamav:0", "http://clamav:3310", "unix:run"] {
            assert_eq!(wrong.parse::<Scanner>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn only_its_own_words_are_a_verdict() {
        assert_eq!(read("stream: OK"), Some(Verdict::Clean));
        assert_eq!(read("stream: Eicar-Test FOUND"), Some(Verdict::Infected("Eicar-Test".into())));
        assert!(matches!(read("INSTREAM size limit exceeded. ERROR"), Some(Verdict::Refused(_))));
        for other in ["", "stream: Can't allocate memory ERROR", "OKAY"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
