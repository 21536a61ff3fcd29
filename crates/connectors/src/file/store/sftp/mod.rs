//! Files on a server that speaks SFTP.
//!
//! [`session`] connects and logs in, [`hosts`] recognises the server, [`keys`] reads private keys, [`transfer`] carries
//! files. One connection serves everything that a store is asked; it is made when it is first needed, and made anew when
//! it broke.

pub(in super::super) mod config;
mod fault;
mod hosts;
mod keys;
mod session;
mod transfer;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use russh_sftp::client::error::Error;
use russh_sftp::protocol::{FileAttributes, FileType, StatusCode};
use tokio::sync::Mutex;
use towpath_connect::Context;
use towpath_model::Fault;

use self::config::SftpSettings;
use self::fault::{refused, status};
use self::session::{Account, Session};
use super::root::SftpRoot;
use super::{Entry, Kind, Remote, Store, join, leaves};

/// A folder of a server.
#[derive(Debug)]
pub(in super::super) struct Sftp {
    account: Account,
    /// The folder on the server: absolute, or relative to where the account starts.
    folder: String,
    shown: String,
    session: Mutex<Option<Arc<Session>>>,
}

impl Sftp {
    /// The folder of a root. Connects to nothing.
    pub(in super::super) fn new(root: SftpRoot, settings: SftpSettings, cx: &Context) -> Result<Self, Fault> {
        if let Some(fingerprint) = &settings.fingerprint {
            hosts::Trust::fingerprint(fingerprint)?;
        }
        if settings.passphrase.is_some() && settings.password.is_some() && settings.private_key.is_none() {
            return Err(Fault::config("`passphrase` has no effect without `private_key`")
                .hint("set `private_key`, or take `passphrase` out"));
        }
        if settings.agent == Some(true) && !cx.bounds.is_open() {
            return Err(Fault::config(
                "`agent` refused by policy: the keys of a server's agent are not for pipelines",
            )
            .hint("set `password` or `private_key`"));
        }
        let own = || cx.bounds.is_open().then(|| std::env::var("USER").ok()).flatten();
        let user = root.user.clone().or_else(own).ok_or_else(|| {
            Fault::config("the connection's `root` names no user")
                .hint("write it as `sftp://user@host/folder`")
        })?;
        let shown = root.to_string();
        let account = Account { host: root.host, port: root.port, user, settings, cx: cx.clone() };
        Ok(Sftp { account, folder: root.folder, shown, session: Mutex::default() })
    }

    /// A connection that works, as far as anybody can tell.
    async fn session(&self) -> Result<Arc<Session>, Fault> {
        let mut held = self.session.lock().await;
        if let Some(session) = held.as_ref().filter(|session| session.is_alive()) {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(self.account.connect().await?);
        *held = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Makes the next use connect anew.
    async fn forget(&self, broken: &Arc<Session>) {
        let mut held = self.session.lock().await;
        if held.as_ref().is_some_and(|session| Arc::ptr_eq(session, broken)) {
            *held = None;
        }
    }

    /// The path as the server knows it.
    fn full(&self, path: &str) -> String {
        match (self.folder.as_str(), path) {
            (folder, "") => folder.to_owned(),
            (".", path) => path.to_owned(),
            (folder, path) => join(folder, path),
        }
    }

    fn refused(&self, what: &str, path: &str, error: Error) -> Fault {
        refused(what, path, &self.shown, error)
    }

    /// What is under a path of the server, links followed.
    async fn attributes(&self, session: &Session, path: &str) -> Result<Option<FileAttributes>, Fault> {
        match session.sftp.stat(self.full(path)).await {
            Ok(found) => Ok(Some(found.attrs)),
            Err(error) if status(&error) == Some(StatusCode::NoSuchFile) => Ok(None),
            // Servers that know no better word for a path that leads through a file.
            Err(error) if status(&error) == Some(StatusCode::Failure) => Ok(None),
            Err(error) => Err(self.refused("file", path, error)),
        }
    }

    /// Where a path leads once its links are followed; `None` when nothing is there.
    async fn real(&self, session: &Session, full: &str) -> Result<Option<String>, Error> {
        match session.sftp.realpath(full).await {
            Ok(names) => Ok(names.files.into_iter().next().map(|file| file.filename)),
            Err(error) if status(&error).is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the folders on the way to a file.
    async fn make_folders(&self, session: &Session, path: &str) -> Result<(), Fault> {
        let Some((folder, _)) = path.rsplit_once('/') else {
            // The root itself may be missing, as the last folder of its path.
            return self.make_folder(session, "").await;
        };
        if self.attributes(session, folder).await?.is_some() {
            return Ok(());
        }
        Box::pin(self.make_folders(session, folder)).await?;
        self.make_folder(session, folder).await
    }

    async fn make_folder(&self, session: &Session, folder: &str) -> Result<(), Fault> {
        if self.attributes(session, folder).await?.is_some() {
            return Ok(());
        }
        match session.sftp.mkdir(self.full(folder), FileAttributes::empty()).await {
            Ok(_) => Ok(()),
            // Somebody else may have made it in the meantime.
            Err(_) if self.attributes(session, folder).await?.is_some() => Ok(()),
            Err(error) => Err(self.refused("folder", folder, error)),
        }
    }
}

fn entry(path: String, found: &FileAttributes, is_link: bool) -> Entry {
    let kind = match found.file_type() {
        // A server that tells no type means a file.
        _ if found.permissions.is_none() => Kind::File,
        FileType::Dir => Kind::Folder,
        FileType::File => Kind::File,
        FileType::Symlink | FileType::Other => Kind::Other,
    };
    Entry {
        path,
        kind,
        size: if kind == Kind::File { found.size.unwrap_or(0) } else { 0 },
        modified: found.mtime.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds.into())),
        tag: None,
        is_link,
        here: None,
    }
}

#[async_trait]
impl Store for Sftp {
    fn root(&self) -> &str {
        &self.shown
    }

    async fn check(&self) -> Result<(), Fault> {
        let session = self.session().await?;
        let folder = session.sftp.opendir(self.full("")).await;
        let folder = folder.map_err(|error| self.refused("folder", "/", error))?;
        session.sftp.close(folder.handle).await.map_err(|error| self.refused("folder", "/", error))?;
        Ok(())
    }

    async fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let session = self.session().await?;
        let name = if folder.is_empty() { "/" } else { folder };
        let fault = |error| self.refused("folder", name, error);
        let handle = session.sftp.opendir(self.full(folder)).await.map_err(fault)?.handle;
        let mut entries = Vec::new();
        loop {
            let files = match session.sftp.readdir(handle.as_str()).await {
                Ok(names) => names.files,
                Err(error) if status(&error) == Some(StatusCode::Eof) => break,
                Err(error) => return Err(fault(error)),
            };
            for file in files {
                // A server's word is no reason to leave the folder.
                if matches!(file.filename.as_str(), "." | "..") || file.filename.contains('/') {
                    continue;
                }
                let path = join(folder, &file.filename);
                if file.attrs.permissions.is_some() && file.attrs.file_type() == FileType::Symlink {
                    // A link that leads nowhere is no entry.
                    if let Some(found) = self.attributes(&session, &path).await? {
                        entries.push(entry(path, &found, true));
                    }
                    continue;
                }
                entries.push(entry(path, &file.attrs, false));
            }
        }
        session.sftp.close(handle).await.map_err(fault)?;
        Ok(entries)
    }

    async fn stat(&self, path: &str) -> Result<Option<Entry>, Fault> {
        let session = self.session().await?;
        let found = self.attributes(&session, path).await?;
        Ok(found.map(|found| entry(path.to_owned(), &found, false)))
    }

    async fn confine(&self, path: &str) -> Result<(), Fault> {
        if self.folder == "/" {
            return Ok(());
        }
        let session = self.session().await?;
        let fault = |error| self.refused("file", path, error);
        // Nothing is outside of a root that is not there.
        let Some(root) = self.real(&session, &self.full("")).await.map_err(fault)? else { return Ok(()) };
        let mut part = path;
        let real = loop {
            match self.real(&session, &self.full(part)).await.map_err(fault)? {
                Some(real) => break real,
                None if part.is_empty() => return Ok(()),
                None => part = part.rsplit_once('/').map_or("", |(folder, _)| folder),
            }
        };
        if Path::new(&real).starts_with(&root) { Ok(()) } else { Err(leaves(&self.shown, path)) }
    }

    async fn rename(&self, from: &str, to: &str) -> Result<bool, Fault> {
        let session = self.session().await?;
        // Some servers rename over what is there.
        if self.attributes(&session, to).await?.is_some() {
            return Ok(false);
        }
        self.make_folders(&session, to).await?;
        match session.sftp.rename(self.full(from), self.full(to)).await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(StatusCode::Failure) => {
                match self.attributes(&session, to).await? {
                    Some(_) => Ok(false),
                    None => Err(self.refused("file", from, error)),
                }
            }
            Err(error) => Err(self.refused("file", from, error)),
        }
    }

    async fn remove(&self, path: &str) -> Result<(), Fault> {
        let session = self.session().await?;
        let removed = session.sftp.remove(self.full(path)).await;
        removed.map(|_| ()).map_err(|error| self.refused("file", path, error))
    }
}

#[async_trait]
impl Remote for Sftp {
    async fn fetch(&self, file: &Entry, to: &Path) -> Result<(), Fault> {
        transfer::fetch(self, file, to).await
    }

    async fn put(&self, from: &Path, path: &str) -> Result<(), Fault> {
        transfer::put(self, from, path).await
    }
}
