//! Files of a web server. They can be read, and not written.
//!
//! A file is asked for by its path; the files of a folder are those that its index page links to ([`index`]). The ETag, or
//! the time of the last change, tells versions apart. A server that gives neither is believed to have one version for
//! as long as a stream is read. [`client`] asks, [`transfer`] carries.

mod client;
pub(in super::super) mod config;
mod index;
mod transfer;

use std::path::Path;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use towpath_connect::Context;
use towpath_model::Fault;
use url::Url;

use self::client::Asker;
use self::config::HttpSettings;
use super::{Entry, Kind, Remote, Store, join};

/// Most bytes of an index page.
const PAGE_BYTES: usize = 32 << 20;
/// Files that are looked at at the same time.
const AT_ONCE: usize = 8;

/// The files below an address.
#[derive(Debug)]
pub(in super::super) struct Http {
    root: Url,
    asker: Asker,
}

impl Http {
    /// The files of a root, whose path ends with `/`. Connects to nothing.
    pub(in super::super) fn new(root: Url, settings: HttpSettings, cx: &Context) -> Result<Self, Fault> {
        Ok(Http { asker: Asker::new(root.clone(), settings, cx)?, root })
    }

    /// The address of a path. What stands behind a `?` is a query and stays as it is.
    fn url(&self, path: &str) -> Result<Url, Fault> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.root.clone();
        url.path_segments_mut()
            .map_err(|()| Fault::config(format!("`root` `{}` has no paths", self.asker.shown)))?
            .pop_if_empty()
            .extend(path.split('/').filter(|part| !part.is_empty()));
        url.set_query(query);
        Ok(url)
    }

    /// The address of a folder, which ends with `/`.
    fn folder_url(&self, folder: &str) -> Result<Url, Fault> {
        if folder.is_empty() {
            return Ok(self.root.clone());
        }
        self.url(&format!("{}/", folder.trim_end_matches('/'))).map(|mut url| {
            url.set_path(&format!("{}/", url.path().trim_end_matches('/')));
            url
        })
    }

    /// Asks what is under a path, without its content where the server can do that.
    async fn head(&self, path: &str) -> Result<(Response, Url), Fault> {
        let url = self.url(path)?;
        // Compressed on the way, a file would have another size.
        let mut plain = HeaderMap::new();
        plain.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let (answer, at) = self.asker.ask(Method::HEAD, &url, &plain, path).await?;
        if !matches!(answer.status(), StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED) {
            return Ok((answer, at));
        }
        plain.insert(header::RANGE, HeaderValue::from_static("bytes=0-0"));
        self.asker.ask(Method::GET, &url, &plain, path).await
    }

    fn read_only(&self) -> Fault {
        Fault::config(format!("files of `{}` can only be read", self.asker.shown))
            .hint("write to a folder, `sftp://` or `s3://`")
    }
}

/// What the headers of an answer tell of a file.
fn entry(path: &str, answer: &Response) -> Entry {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let whole = text(header::CONTENT_RANGE).and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    let size = match answer.status() {
        StatusCode::PARTIAL_CONTENT => whole,
        _ => text(header::CONTENT_LENGTH).and_then(|size| size.parse().ok()),
    };
    Entry {
        path: path.to_owned(),
        kind: Kind::File,
        size: size.unwrap_or(0),
        modified: text(header::LAST_MODIFIED).and_then(client::time),
        tag: text(header::ETAG).map(plain_tag),
        is_link: false,
        here: None,
    }
}

/// A tag without what servers add to it when they compress a file on the way.
fn plain_tag(tag: &str) -> String {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    tag.strip_suffix("-gzip").unwrap_or(tag).to_owned()
}

fn bare(path: String, kind: Kind) -> Entry {
    Entry { path, kind, size: 0, modified: None, tag: None, is_link: false, here: None }
}

#[async_trait]
impl Store for Http {
    fn root(&self) -> &str {
        &self.asker.shown
    }

    fn is_read_only(&self) -> bool {
        true
    }

    async fn check(&self) -> Result<(), Fault> {
        let (answer, _) = self.head("").await?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            // A server may give files and no index.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN if self.asker.settings.user.is_none() => Ok(()),
            status => Err(self.asker.refused("/", status)),
        }
    }

    /// The links of the index page. It tells too little of them; see [`Store::complete`].
    async fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let name = if folder.is_empty() { "/" } else { folder };
        let url = self.folder_url(folder)?;
        let (answer, at) = self.asker.ask(Method::GET, &url, &HeaderMap::new(), name).await?;
        if !answer.status().is_success() {
            return Err(self.asker.refused(name, answer.status()));
        }
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.unwrap_or_default().contains("html") {
            return Err(Fault::not_found(format!("`{name}` in `{}` has no index page", self.asker.shown))
                .hint("give the path of a file"));
        }
        let page = self.asker.page(answer, name, PAGE_BYTES).await?;
        let entry = |name: String| match name.strip_suffix('/') {
            Some(name) => bare(join(folder, name), Kind::Folder),
            None => bare(join(folder, &name), Kind::File),
        };
        Ok(index::names(&page, &at).into_iter().map(entry).collect())
    }

    async fn complete(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, Fault> {
        let looked = futures::stream::iter(entries.into_iter().map(|entry| entry.path))
            .map(|path| async move { self.stat(&path).await })
            .buffered(AT_ONCE);
        // A file that vanished since the page was written is no longer part of the folder.
        Ok(looked.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn stat(&self, path: &str) -> Result<Option<Entry>, Fault> {
        if path.is_empty() {
            return Ok(Some(bare(String::new(), Kind::Folder)));
        }
        let (answer, at) = self.head(path).await?;
        match answer.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            // A folder answers by its address with a `/` at the end.
            status
                if at.path().ends_with('/') && (status.is_success() || status == StatusCode::FORBIDDEN) =>
            {
                Ok(Some(bare(path.to_owned(), Kind::Folder)))
            }
            status if status.is_success() => Ok(Some(entry(path, &answer))),
            // Some servers have no part of an empty file to give.
            StatusCode::RANGE_NOT_SATISFIABLE => Ok(Some(entry(path, &answer))),
            status => Err(self.asker.refused(path, status)),
        }
    }

    async fn confine(&self, _path: &str) -> Result<(), Fault> {
        // What a server links to inside of itself is its own affair.
        Ok(())
    }

    async fn rename(&self, _from: &str, _to: &str) -> Result<bool, Fault> {
        Err(self.read_only())
    }

    async fn remove(&self, _path: &str) -> Result<(), Fault> {
        Err(self.read_only())
    }
}

#[async_trait]
impl Remote for Http {
    async fn fetch(&self, file: &Entry, to: &Path) -> Result<(), Fault> {
        transfer::fetch(self, file, to).await
    }

    async fn put(&self, _from: &Path, _path: &str) -> Result<(), Fault> {
        Err(self.read_only())
    }
}
