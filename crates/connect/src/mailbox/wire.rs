//! The connection to an IMAP server: plain or TLS, and never more bytes than the command at hand was given. A server that
//! answers with more than was asked for is cut off before it fills the memory.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What is said of a server that sends too much.
pub const TOO_MUCH: &str = "the server sent more than was asked for";

/// How many bytes may still come.
#[derive(Clone, Debug, Default)]
pub struct Budget(Arc<AtomicUsize>);

impl Budget {
    /// For the next command.
    pub fn allow(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) {
        self.0.store(self.left().saturating_sub(bytes), Ordering::Relaxed);
    }
}

enum Pipe {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A stream with a budget.
pub struct Wire {
    pipe: Pipe,
    budget: Budget,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl Wire {
    #[must_use]
    pub const fn plain(stream: TcpStream, budget: Budget) -> Self {
        Self { pipe: Pipe::Plain(stream), budget }
    }

    #[must_use]
    pub fn tls(stream: TlsStream<TcpStream>, budget: Budget) -> Self {
        Self { pipe: Pipe::Tls(Box::new(stream)), budget }
    }

    /// What is beneath, while it is plain.
    #[must_use]
    pub fn into_plain(self) -> Option<TcpStream> {
        match self.pipe {
            Pipe::Plain(stream) => Some(stream),
            Pipe::Tls(_) => None,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = self.budget.left();
        if left == 0 {
            return Poll::Ready(Err(io::Error::other(TOO_MUCH)));
        }
        let before = buf.filled().len();
        let read = match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Pipe::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        };
        self.budget.take(buf.filled().len().saturating_sub(before));
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_write(cx, data),
            Pipe::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, data),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Pipe::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Pipe::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
