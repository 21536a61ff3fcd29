//! Carrying files over SFTP: many requests under way at a time, so that a distant server is as fast as its line; a
//! download goes on where a cut left it, an upload starts anew.
//!
//! An uploaded file grows under a hidden name in the folder of its target and takes the target's place at the end. Where
//! the server cannot rename over a file, the old one steps aside first, so for a moment there is none; it comes back
//! when the renaming fails.

use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt};
use russh_sftp::client::error::Error;
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};
use russh_sftp::ser;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use towpath_model::{Fault, LoadId};

use super::super::{Entry, Store, changed, is_tried_again, join};
use super::fault::{is_lost, status};
use super::session::Session;
use super::{Sftp, entry};
use crate::trouble::io_fault;

/// Requests under way at a time.
const UNDER_WAY: usize = 32;
/// Age after which a hidden file counts as left behind by a load that was cut off.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);
/// Renames over what is there, in one step.
const REPLACE: &str = "posix-rename@openssh.com";

/// Why carrying a file ended early.
enum Stop {
    /// The server refused, or is gone.
    Answer(Error),
    /// Anything else.
    Fault(Fault),
}

/// The copy on this machine cannot be used.
fn staged(error: std::io::Error) -> Stop {
    Stop::Fault(super::super::staged(error))
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Answer(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

impl Sftp {
    /// The fault for what stopped the carrying of a file; a connection that broke is not used again.
    async fn stopped(&self, session: &Arc<Session>, path: &str, stop: Stop) -> Fault {
        match stop {
            Stop::Fault(fault) => fault,
            Stop::Answer(error) => {
                if is_lost(&error) {
                    self.forget(session).await;
                }
                self.refused("file", path, error)
            }
        }
    }
}

/// Copies a file to a path of this machine.
pub(super) async fn fetch(store: &Sftp, file: &Entry, to: &Path) -> Result<(), Fault> {
    let here = |error| io_fault("file", &to.display().to_string(), error);
    let mut target = File::create(to).await.map_err(here)?;
    let (mut at, mut last, mut failures) = (0, 0, 0);
    while let Err(fault) = fetch_from(store, file, &mut at, &mut target).await {
        // A connection that brings something each time is worth another one.
        failures = if at > last { 1 } else { failures + 1 };
        last = at;
        if !is_tried_again(&fault, failures).await {
            return Err(fault);
        }
        target.seek(SeekFrom::Start(at)).await.map_err(here)?;
    }
    Ok(())
}

/// Copies a file from byte `at` on, and moves `at` on with what is written.
async fn fetch_from(store: &Sftp, file: &Entry, at: &mut u64, target: &mut File) -> Result<(), Fault> {
    let session = store.session().await?;
    let copied = async {
        let opened = session.sftp.open(store.full(&file.path), OpenFlags::READ, FileAttributes::empty());
        let handle = opened.await?.handle;
        check(&session, &handle, file).await?;
        let (from, step) = (*at, u64::from(session.read_bytes));
        let starts = (0..).map(|n| from + n * step).take_while(|start| *start < file.size);
        let pieces = futures::stream::iter(starts)
            .map(|start| piece(&session, &handle, start, step.min(file.size - start)))
            .buffered(UNDER_WAY);
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = pieces.try_next().await? {
            target.write_all(&piece).await.map_err(staged)?;
            *at += piece.len() as u64;
        }
        target.flush().await.map_err(staged)?;
        check(&session, &handle, file).await?;
        session.sftp.close(handle.as_str()).await?;
        Ok(())
    };
    match copied.await {
        Ok(()) if *at == file.size => Ok(()),
        Ok(()) => Err(changed(&file.path)),
        Err(stop) => Err(store.stopped(&session, &file.path, stop).await),
    }
}

/// Bytes of a file. A server may answer with fewer than it was asked for.
async fn piece(session: &Session, handle: &str, start: u64, bytes: u64) -> Result<Vec<u8>, Error> {
    let mut piece = Vec::new();
    while (piece.len() as u64) < bytes {
        let (at, missing) = (start + piece.len() as u64, bytes - piece.len() as u64);
        match session.sftp.read(handle, at, missing as u32).await {
            Ok(data) if data.data.is_empty() => break,
            Ok(data) if piece.is_empty() => piece = data.data,
            Ok(mut data) => piece.append(&mut data.data),
            Err(error) if status(&error) == Some(StatusCode::Eof) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(piece)
}

/// Refuses a file that is not the version it is taken for.
async fn check(session: &Session, handle: &str, file: &Entry) -> Result<(), Stop> {
    let found = entry(file.path.clone(), &session.sftp.fstat(handle).await?.attrs, false);
    if (found.size, found.modified) == (file.size, file.modified) {
        Ok(())
    } else {
        Err(changed(&file.path).into())
    }
}

/// Copies a file of this machine to a path of the server.
pub(super) async fn put(store: &Sftp, from: &Path, path: &str) -> Result<(), Fault> {
    let mut failures = 1;
    while let Err(fault) = put_once(store, from, path).await {
        if !is_tried_again(&fault, failures).await {
            return Err(fault);
        }
        failures += 1;
    }
    Ok(())
}

async fn put_once(store: &Sftp, from: &Path, path: &str) -> Result<(), Fault> {
    let session = store.session().await?;
    store.make_folders(&session, path).await?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = format!(".{}.towpath-", name.chars().take(60).collect::<String>());
    sweep(store, &session, folder, &stem).await?;
    let hidden = join(folder, &format!("{stem}{}.tmp", LoadId::generate()));
    let done = async {
        write(store, &session, from, &hidden, path).await?;
        replace(store, &session, &hidden, path).await
    };
    let Err(stop) = done.await else { return Ok(()) };
    let fault = store.stopped(&session, path, stop).await;
    // The file did not take its target's place. Over a connection that broke, this may need another one.
    let _ = store.remove(&hidden).await;
    Err(fault)
}

async fn write(store: &Sftp, session: &Session, from: &Path, hidden: &str, path: &str) -> Result<(), Stop> {
    // The new file may be read and written by whom the old one could.
    let permissions = store.attributes(session, path).await?.and_then(|old| old.permissions);
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
    let handle = session.sftp.open(store.full(hidden), flags, FileAttributes::empty()).await?.handle;
    let mut source = File::open(from).await.map_err(staged)?;
    let (mut at, mut under_way) = (0, FuturesUnordered::new());
    loop {
        let mut piece = Vec::with_capacity(session.write_bytes);
        let limit = session.write_bytes as u64;
        (&mut source).take(limit).read_to_end(&mut piece).await.map_err(staged)?;
        if piece.is_empty() {
            break;
        }
        if under_way.len() >= UNDER_WAY {
            under_way.try_next().await?;
        }
        let end = at + piece.len() as u64;
        under_way.push(session.sftp.write(handle.as_str(), at, piece));
        at = end;
    }
    while under_way.try_next().await?.is_some() {}
    drop(under_way);
    if session.syncs {
        session.sftp.fsync(handle.as_str()).await?;
    }
    session.sftp.close(handle).await?;
    if permissions.is_some() {
        let kept = FileAttributes { permissions, ..FileAttributes::empty() };
        // A server that keeps no permissions has none to keep.
        let _ = session.sftp.setstat(store.full(hidden), kept).await;
    }
    Ok(())
}

/// Puts a hidden file in the place of its target.
async fn replace(store: &Sftp, session: &Session, hidden: &str, path: &str) -> Result<(), Stop> {
    let (old, new) = (store.full(hidden), store.full(path));
    if session.replaces {
        let names = ser::to_bytes(&(&old, &new)).map_err(|error| {
            Fault::internal("a request for renaming a file cannot be written down").cause(error)
        })?;
        return match session.sftp.extended(REPLACE, names.to_vec()).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(Error::Status(status).into()),
            _ => Err(Error::UnexpectedPacket.into()),
        };
    }
    if store.attributes(session, path).await?.is_none() {
        session.sftp.rename(old, new).await?;
        return Ok(());
    }
    let aside = format!("{old}.old");
    session.sftp.rename(new.as_str(), aside.as_str()).await?;
    if let Err(error) = session.sftp.rename(old, new.as_str()).await {
        session.sftp.rename(aside, new).await?;
        return Err(error.into());
    }
    session.sftp.remove(aside).await?;
    Ok(())
}

/// Removes hidden files of loads into the same target that were cut off.
async fn sweep(store: &Sftp, session: &Session, folder: &str, stem: &str) -> Result<(), Fault> {
    let now = SystemTime::now();
    let is_old = |entry: &Entry| {
        entry.modified.and_then(|time| now.duration_since(time).ok()).is_some_and(|age| age > LEFT_BEHIND)
    };
    for entry in store.list(folder).await? {
        if entry.file_name().starts_with(stem) && entry.file_name().ends_with(".tmp") && is_old(&entry) {
            let _ = session.sftp.remove(store.full(&entry.path)).await;
        }
    }
    Ok(())
}
