//! A proxy between a program and its server that makes trouble: delays, cuts, resets, half-open connections, slow
//! readers.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// What goes wrong on a connection, once the program has sent `after` bytes on it.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// Everything arrives late by this time, in both directions, from the beginning.
    Delay(Duration),
    /// Both ends find the connection closed.
    Cut {
        /// Bytes from the program until then.
        after: u64,
    },
    /// Both ends find the connection closed, once the server has sent `after` bytes on it.
    CutAnswer {
        /// Bytes from the server until then.
        after: u64,
    },
    /// The program finds the connection reset.
    Reset {
        /// Bytes from the program until then.
        after: u64,
    },
    /// Nothing arrives any more, and nobody is told.
    HalfOpen {
        /// Bytes from the program until then.
        after: u64,
    },
    /// The server takes what the program sends in small pieces with pauses between them.
    SlowReader {
        /// Bytes per piece, each followed by a millisecond of rest.
        piece: usize,
    },
}

/// A running proxy. It ends when this is dropped, and closes its connections.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    ended: Arc<AtomicBool>,
    left: Arc<AtomicU32>,
}

impl Proxy {
    /// Starts a proxy to a port of this machine. The trouble hits `times` connections, and later ones are left alone.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start(server: u16, trouble: Trouble, times: u32) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let ended = Arc::new(AtomicBool::new(false));
        let left = Arc::new(AtomicU32::new(times));
        let (stop, troubles) = (Arc::clone(&ended), Arc::clone(&left));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                let Ok(client) = client else { continue };
                let target = SocketAddr::from((Ipv4Addr::LOCALHOST, server));
                let Ok(server) = TcpStream::connect(target) else { continue };
                carry(client, server, trouble, &troubles, &stop);
            }
        });
        Proxy { port, ended, left }
    }

    /// Where the program connects instead of the server's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether every trouble has happened.
    pub fn is_spent(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

/// Takes one of the troubles that are left.
fn take(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok()
}

fn carry(
    client: TcpStream,
    server: TcpStream,
    trouble: Trouble,
    left: &Arc<AtomicU32>,
    stop: &Arc<AtomicBool>,
) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
    let (from_server, to_client) = (clone(&server), clone(&client));
    let silent = Arc::new(AtomicBool::new(false));
    let (hush, halt, cuts) = (Arc::clone(&silent), Arc::clone(stop), Arc::clone(left));
    std::thread::spawn(move || answers(from_server, to_client, trouble, &cuts, &hush, &halt));
    let (left, halt) = (Arc::clone(left), Arc::clone(stop));
    std::thread::spawn(move || orders(client, server, trouble, &left, &silent, &halt));
}

/// Carries what the server says.
fn answers(
    mut server: TcpStream,
    mut client: TcpStream,
    trouble: Trouble,
    left: &AtomicU32,
    silent: &AtomicBool,
    stop: &AtomicBool,
) {
    let mut piece = vec![0; 64 << 10];
    let mut said = 0;
    while let Some(size) = read(&mut server, &mut piece, stop) {
        match trouble {
            Trouble::Delay(time) => std::thread::sleep(time),
            Trouble::CutAnswer { after } if said + size as u64 > after && take(left) => {
                let _ = server.shutdown(Shutdown::Both);
                break;
            }
            _ => said += size as u64,
        }
        // Half open: what is said is lost.
        if !silent.load(Ordering::Acquire) && client.write_all(&piece[..size]).is_err() {
            break;
        }
    }
    if !silent.load(Ordering::Acquire) {
        let _ = client.shutdown(Shutdown::Both);
    }
}

/// Carries what the program says, until trouble comes.
fn orders(
    mut client: TcpStream,
    mut server: TcpStream,
    trouble: Trouble,
    left: &AtomicU32,
    silent: &AtomicBool,
    stop: &AtomicBool,
) {
    let width = match trouble {
        Trouble::SlowReader { piece } => piece,
        _ => 64 << 10,
    };
    let mut piece = vec![0; width];
    let mut sent = 0;
    while let Some(size) = read(&mut client, &mut piece, stop) {
        match trouble {
            Trouble::Delay(time) => std::thread::sleep(time),
            Trouble::SlowReader { .. } => std::thread::sleep(Duration::from_millis(1)),
            Trouble::CutAnswer { .. } => {}
            Trouble::Cut { after } | Trouble::Reset { after } | Trouble::HalfOpen { after } => {
                if sent + size as u64 > after && take(left) {
                    return break_off(client, server, trouble, silent, stop);
                }
            }
        }
        if server.write_all(&piece[..size]).is_err() {
            break;
        }
        sent += size as u64;
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

fn break_off(
    mut client: TcpStream,
    server: TcpStream,
    trouble: Trouble,
    silent: &AtomicBool,
    stop: &AtomicBool,
) {
    match trouble {
        Trouble::HalfOpen { .. } => {
            silent.store(true, Ordering::Release);
            // Both ends stay open, and what the program sends is swallowed until it gives up.
            let mut piece = vec![0; 64 << 10];
            while read(&mut client, &mut piece, stop).is_some() {}
            let _ = server.shutdown(Shutdown::Both);
        }
        Trouble::Reset { .. } => {
            let _ = server.shutdown(Shutdown::Both);
            // A socket that is closed with unread bytes resets its connection. The program is in the middle of
            // sending, so there are some, or will be as soon as it goes on.
            let mut one = [0];
            let _ = client.set_read_timeout(Some(Duration::from_secs(5)));
            let _ = client.peek(&mut one);
            drop(client);
        }
        _ => {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

/// The next bytes; `None` at the end of the connection or of the proxy.
fn read(stream: &mut TcpStream, piece: &mut [u8], stop: &AtomicBool) -> Option<usize> {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    loop {
        match stream.read(piece) {
            Ok(0) => return None,
            Ok(size) => return Some(size),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if stop.load(Ordering::Acquire) {
                    return None;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}
