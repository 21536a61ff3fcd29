//! One socket with two users: the driver, and bulk transfers.
//!
//! The driver (`tokio-postgres`) signs in and runs small statements. It hands out bulk rows one allocation at a
//! time, and during `COPY … FROM STDIN` it hides an error of the server until all rows are sent. So a bulk
//! transfer borrows the socket: [`Wire::lend`] makes the driver wait, [`Bulk`] speaks the few messages of a bulk
//! transfer itself, and [`Bulk::give_back`] lets the driver go on.
//!
//! Invariants: the driver is idle when the socket is lent (see `Session::bulk`); a `Bulk` that is dropped before
//! it was given back breaks the connection, so that nobody reads half a message.

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// Bytes asked of the socket at once. Large, so that a bulk read costs few system calls.
const READ_BYTES: usize = 256 * 1024;

/// A byte stream to the server, encrypted or not.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {
    /// What ties a password exchange to the encryption around it.
    fn binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl Duplex for tokio::net::TcpStream {}
#[cfg(unix)]
impl Duplex for tokio::net::UnixStream {}

/// An encrypted stream.
pub(super) struct Encrypted(pub(super) Box<dyn TlsStream + Send + Unpin>);

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl Duplex for Encrypted {
    fn binding(&self) -> ChannelBinding {
        self.0.channel_binding()
    }
}

enum User {
    Driver,
    Bulk,
    Nobody,
}

struct Shared {
    io: Box<dyn Duplex>,
    user: User,
    /// Wakes the driver when the socket is its own again.
    driver: Option<Waker>,
}

/// The socket as the driver sees it.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Shared>>);

impl Wire {
    pub(super) fn new(io: Box<dyn Duplex>) -> Self {
        Wire(Arc::new(Mutex::new(Shared { io, user: User::Driver, driver: None })))
    }

    /// Borrows the socket for a bulk transfer. The driver must be idle.
    pub(super) fn lend(&self) -> Bulk {
        self.shared().user = User::Bulk;
        Bulk { wire: self.clone(), buffer: vec![0; READ_BYTES], start: 0, end: 0, given_back: false }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one poll of the driver, or makes it wait while the socket is lent.
    fn poll_driver<T>(
        &self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut dyn Duplex>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut shared = self.shared();
        match &shared.driver {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => shared.driver = Some(cx.waker().clone()),
        }
        match shared.user {
            User::Driver => poll(Pin::new(&mut *shared.io), cx),
            User::Bulk => Poll::Pending,
            User::Nobody => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_driver(cx, |io, cx| io.poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_driver(cx, |io, cx| io.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_driver(cx, |io, cx| io.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_driver(cx, |io, cx| io.poll_shutdown(cx))
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        self.shared().io.binding()
    }
}

/// Tells the driver that encryption is settled already, and passes the channel binding on.
pub(super) struct Settled;

impl TlsConnect<Wire> for Settled {
    type Stream = Wire;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Wire>>;

    fn connect(self, stream: Wire) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

/// Whether messages of this tag may come at any time and mean nothing to a transfer: notices, changed settings,
/// notifications.
pub(super) fn is_asynchronous(tag: u8) -> bool {
    matches!(tag, b'N' | b'S' | b'A')
}

/// The socket during a bulk transfer.
pub(super) struct Bulk {
    wire: Wire,
    /// Initialised in full; `start..end` holds bytes that were read and not used yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    given_back: bool,
}

impl Bulk {
    /// Sends bytes. Stops early when the server reports an error; [`Bulk::message`] has it next.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut sent = 0;
        poll_fn(|cx| {
            loop {
                // A server that refuses a row says so at once, while it still swallows what we send.
                if self.poll_fill(cx)?.is_ready() {
                    while self.next_tag().is_some_and(is_asynchronous) && self.take()?.is_some() {}
                    continue;
                }
                if self.next_tag() == Some(b'E') {
                    return Poll::Ready(Ok(()));
                }
                let mut shared = self.wire.shared();
                let io = Pin::new(&mut *shared.io);
                if sent < bytes.len() {
                    match io.poll_write(cx, &bytes[sent..]) {
                        Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                        Poll::Ready(Ok(count)) => sent += count,
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Pending => return Poll::Pending,
                    }
                } else {
                    return io.poll_flush(cx);
                }
            }
        })
        .await
    }

    /// The next message that is already here: its tag and its body.
    pub(super) fn message(&mut self) -> io::Result<Option<(u8, &[u8])>> {
        Ok(self.take()?.map(|(tag, range)| (tag, &self.buffer[range])))
    }

    fn next_tag(&self) -> Option<u8> {
        self.buffer[self.start..self.end].first().copied()
    }

    fn take(&mut self) -> io::Result<Option<(u8, Range<usize>)>> {
        let Some(&[tag, a, b, c, d]) = self.buffer[self.start..self.end].first_chunk::<5>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(4..=0x4000_0000).contains(&length) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a message of impossible length"));
        }
        let whole = length + 1;
        if self.end - self.start < whole {
            if self.buffer.len() < whole {
                self.compact();
                self.buffer.resize(whole, 0);
            }
            return Ok(None);
        }
        let body = self.start + 5..self.start + whole;
        self.start += whole;
        Ok(Some((tag, body)))
    }

    /// Waits for bytes of the server.
    pub(super) async fn fill(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_fill(cx)).await
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.buffer.len() > 4 * READ_BYTES {
                // One huge value must not keep its memory for the rest of the transfer.
                self.buffer = vec![0; READ_BYTES];
            }
        } else if self.buffer.len() - self.end < READ_BYTES / 4 {
            self.compact();
            if self.buffer.len() == self.end {
                self.buffer.resize(self.end + READ_BYTES, 0);
            }
        }
        let mut target = ReadBuf::new(&mut self.buffer[self.end..]);
        let mut shared = self.wire.shared();
        match Pin::new(&mut *shared.io).poll_read(cx, &mut target) {
            Poll::Ready(Ok(())) if target.filled().is_empty() => {
                Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
            }
            Poll::Ready(Ok(())) => {
                self.end += target.filled().len();
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn compact(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }

    /// Lets the driver go on. The server must be ready for the next statement.
    pub(super) fn give_back(mut self) {
        self.given_back = true;
        self.pass_to(User::Driver);
    }

    fn pass_to(&self, user: User) {
        let mut shared = self.wire.shared();
        shared.user = user;
        if let Some(waker) = shared.driver.take() {
            waker.wake();
        }
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        if !self.given_back {
            self.pass_to(User::Nobody);
        }
    }
}
