//! Files in a bucket of an S3 server.
//!
//! A bucket has no folders: what stands before a `/` in the names of files counts as one, and it is there for as long as
//! a file is in it. An upload shows when it is complete. There is no renaming: a file that moves is copied and then
//! removed. The requests, their signatures, and trying again what failed for a moment are the library's work.

pub(in super::super) mod config;
mod fault;
mod link;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, Error, GetOptions, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
};
use reqwest::ClientBuilder;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::OnceCell;
use towpath_connect::bounds::Web;
use towpath_connect::{Bounds, Context};
use towpath_model::Fault;

use self::config::S3Settings;
use self::link::Link;
use super::root::BucketRoot;
use super::tls::certificates;
use super::{Entry, Kind, Remote, Store, changed, join, staged};
use crate::trouble::io_fault;

/// Bytes of one part of an upload; smaller files go in one piece.
const PART_BYTES: u64 = 8 << 20;
/// Most parts of an upload, of the 10,000 that servers take.
const MOST_PARTS: u64 = 9_000;
/// Parts under way at a time.
const UNDER_WAY: usize = 4;
/// Longest time until the server is reached.
const CONNECTING: Duration = Duration::from_secs(20);
/// Longest silence of the server.
const PATIENCE: Duration = Duration::from_secs(60);

/// The files below a prefix of a bucket.
#[derive(Debug)]
pub(in super::super) struct S3 {
    root: BucketRoot,
    shown: String,
    settings: S3Settings,
    /// File of certificates.
    ca_file: Option<PathBuf>,
    bounds: Bounds,
    client: OnceCell<AmazonS3>,
}

impl S3 {
    /// The files of a root. Connects to nothing.
    pub(in super::super) fn new(root: BucketRoot, settings: S3Settings, cx: &Context) -> Result<Self, Fault> {
        let has_key = settings.access_key.is_some();
        if has_key != settings.secret_key.is_some() {
            return Err(Fault::config("`access_key` and `secret_key` go together")
                .hint("give both, or none to use those of the environment"));
        }
        if settings.anonymous && (has_key || settings.session_token.is_some()) {
            return Err(Fault::config("`anonymous` and keys exclude each other")
                .hint("take `anonymous` out, or the keys"));
        }
        if let Some(endpoint) = &settings.endpoint
            && !(endpoint.starts_with("https://") || endpoint.starts_with("http://"))
        {
            return Err(Fault::config(format!("`endpoint` is `{endpoint}`, which is no address"))
                .hint("write it with `https://` before it"));
        }
        let shown = root.to_string();
        let ca_file = settings.ca_file.as_ref().map(|path| cx.resolve(path)).transpose()?;
        Ok(S3 { root, shown, settings, ca_file, bounds: cx.bounds.clone(), client: OnceCell::new() })
    }

    async fn client(&self) -> Result<&AmazonS3, Fault> {
        let make = || async {
            let endpoint = self.endpoint();
            let is_plain = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
            let certificates = certificates(self.ca_file.clone()).await?;
            // The time for a whole answer is not limited, but every silence in it is.
            let web = Web::new(&self.bounds.egress, move |builder| {
                let builder = builder.connect_timeout(CONNECTING).https_only(!is_plain).http1_only();
                certificates.iter().cloned().fold(builder, ClientBuilder::add_root_certificate)
            });
            self.connect(endpoint, web)
        };
        self.client.get_or_try_init(make).await
    }

    /// The address of a server that is not Amazon's.
    fn endpoint(&self) -> Option<String> {
        let settings = self.settings.endpoint.clone();
        settings
            .or_else(|| self.variable("AWS_ENDPOINT_URL_S3"))
            .or_else(|| self.variable("AWS_ENDPOINT_URL"))
    }

    fn connect(&self, endpoint: Option<String>, web: Web) -> Result<AmazonS3, Fault> {
        let (settings, bucket, shown) = (&self.settings, &self.root.bucket, &self.shown);
        let retry = RetryConfig {
            backoff: BackoffConfig { max_backoff: Duration::from_secs(5), ..BackoffConfig::default() },
            max_retries: 4,
            retry_timeout: Duration::from_secs(60),
        };
        let mut builder = match (&settings.access_key, &settings.secret_key) {
            _ if settings.anonymous => AmazonS3Builder::new().with_skip_signature(true),
            (Some(name), Some(secret)) => {
                AmazonS3Builder::new().with_access_key_id(name).with_secret_access_key(secret.expose())
            }
            _ if self.has_key_in_environment() => AmazonS3Builder::from_env(),
            _ => {
                let fault = Fault::auth(format!("there are no keys for `{shown}`"));
                return Err(fault.hint(match self.bounds.is_open() {
                    true => {
                        "set `access_key` and `secret_key` in the connection's `s3`, or `AWS_ACCESS_KEY_ID` and \
                         `AWS_SECRET_ACCESS_KEY` in the environment; or `anonymous: true` for a public bucket"
                    }
                    false => {
                        "set `access_key` and `secret_key` in the connection's `s3`, or `anonymous: true` for a \
                         public bucket"
                    }
                }));
            }
        };
        if let Some(token) = &settings.session_token {
            builder = builder.with_token(token.expose());
        }
        let region = settings.region.clone();
        let region =
            region.or_else(|| self.variable("AWS_REGION")).or_else(|| self.variable("AWS_DEFAULT_REGION"));
        let is_plain = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        builder = builder
            .with_http_connector(Link::new(web))
            .with_allow_http(is_plain)
            .with_retry(retry)
            .with_bucket_name(bucket)
            .with_region(region.unwrap_or_else(|| "us-east-1".into()));
        let is_in_path = settings.path_style.unwrap_or(endpoint.is_some());
        builder = builder.with_virtual_hosted_style_request(!is_in_path);
        if let Some(endpoint) = endpoint {
            // With the bucket in the host, the address is that of the bucket.
            let endpoint = match endpoint.split_once("://") {
                Some((scheme, host)) if !is_in_path => format!("{scheme}://{bucket}.{host}"),
                _ => endpoint,
            };
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        builder.build().map_err(|error| {
            Fault::config(format!("the settings of `{shown}` cannot be used"))
                .hint("check the connection's `s3`")
                .cause(error)
        })
    }

    /// A variable of the environment, unless that is not for pipelines.
    fn variable(&self, name: &str) -> Option<String> {
        self.bounds.variable(name).filter(|value| !value.is_empty())
    }

    /// Whether the environment names a key. Asking a machine's own network for one takes long where there is none.
    fn has_key_in_environment(&self) -> bool {
        [
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ]
        .into_iter()
        .any(|name| self.variable(name).is_some())
    }

    /// The name of a file in the bucket.
    fn key(&self, path: &str) -> Result<Key, Fault> {
        let full = if path.is_empty() { self.root.prefix.clone() } else { join(&self.root.prefix, path) };
        Key::parse(full).map_err(|error| self.fault("file", path, error.into()))
    }

    fn fault(&self, what: &str, path: &str, error: Error) -> Fault {
        fault::fault(what, if path.is_empty() { "/" } else { path }, &self.shown, error)
    }

    /// Waits for the server, but not for ever.
    async fn within<T>(
        &self,
        what: &str,
        path: &str,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Fault> {
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map_err(|error| self.fault(what, path, error)),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                Err(Fault::unavailable(format!(
                    "the server of `{}` did not answer for {seconds} s",
                    self.shown
                )))
            }
        }
    }

    /// The path below the root of a file in the bucket; `None` for what stands for a folder.
    fn path_of(&self, key: &Key, folder: &str) -> Option<String> {
        let prefix = self.root.prefix.as_str();
        let below = key.as_ref().strip_prefix(prefix)?.trim_start_matches('/');
        (below != folder && !below.is_empty()).then(|| below.to_owned())
    }

    fn file(&self, found: ObjectMeta, folder: &str) -> Option<Entry> {
        Some(entry(self.path_of(&found.location, folder)?, found))
    }

    async fn head(&self, path: &str) -> Result<Option<ObjectMeta>, Fault> {
        let (client, key) = (self.client().await?, self.key(path)?);
        let asked = async {
            match client.head(&key).await {
                // A bucket that is not there is told apart below.
                Err(Error::NotFound { .. }) => Ok(None),
                found => found.map(Some),
            }
        };
        self.within("file", path, asked).await
    }
}

fn entry(path: String, found: ObjectMeta) -> Entry {
    Entry {
        path,
        kind: Kind::File,
        size: found.size,
        // Listings tell parts of a second, and looking at a file does not.
        modified: u64::try_from(found.last_modified.timestamp())
            .ok()
            .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
        tag: found.e_tag,
        is_link: false,
        here: None,
    }
}

fn folder(path: String) -> Entry {
    Entry { path, kind: Kind::Folder, size: 0, modified: None, tag: None, is_link: false, here: None }
}

#[async_trait]
impl Store for S3 {
    fn root(&self) -> &str {
        &self.shown
    }

    async fn check(&self) -> Result<(), Fault> {
        let prefix = self.key("")?;
        let mut listed = self.client().await?.list(Some(&prefix));
        let first = async { listed.try_next().await };
        self.within("folder", "", first).await.map(|_| ())
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Fault> {
        let (client, key) = (self.client().await?, self.key(path)?);
        // Every thousand files are a request of their own, so only each of them has its time.
        let listed = client.list_with_delimiter(Some(&key)).await;
        let listed = listed.map_err(|error| self.fault("folder", path, error))?;
        let folders = listed.common_prefixes.iter().filter_map(|key| self.path_of(key, path)).map(folder);
        let files = listed.objects.into_iter().filter_map(|found| self.file(found, path));
        let entries: Vec<Entry> = folders.chain(files).collect();
        if entries.is_empty() && !path.is_empty() && !self.has_folder(path).await? {
            return Err(Fault::not_found(format!("folder `{path}` does not exist in `{}`", self.shown)));
        }
        Ok(entries)
    }

    async fn walk(&self, path: &str) -> Result<Vec<Entry>, Fault> {
        let key = self.key(path)?;
        let mut listed = self.client().await?.list(Some(&key));
        let mut files = Vec::new();
        loop {
            let next = async { listed.try_next().await };
            let Some(found) = self.within("folder", path, next).await? else { break };
            let Some(file) = self.file(found, path) else { continue };
            let below = file.path.strip_prefix(path).unwrap_or(&file.path);
            if !below.split('/').any(|part| part.starts_with('.')) {
                files.push(file);
            }
        }
        Ok(files)
    }

    async fn stat(&self, path: &str) -> Result<Option<Entry>, Fault> {
        if path.is_empty() {
            return Ok(Some(folder(String::new())));
        }
        if let Some(found) = self.head(path).await? {
            return Ok(Some(entry(path.to_owned(), found)));
        }
        Ok(self.has_folder(path).await?.then(|| folder(path.to_owned())))
    }

    async fn confine(&self, _path: &str) -> Result<(), Fault> {
        // There are no links.
        Ok(())
    }

    async fn rename(&self, from: &str, to: &str) -> Result<bool, Fault> {
        if self.stat(to).await?.is_some() {
            return Ok(false);
        }
        let (client, old, new) = (self.client().await?, self.key(from)?, self.key(to)?);
        // The server copies by itself, which takes its time for a large file.
        client.copy(&old, &new).await.map_err(|error| self.fault("file", from, error))?;
        self.remove(from).await?;
        Ok(true)
    }

    async fn remove(&self, path: &str) -> Result<(), Fault> {
        let (client, key) = (self.client().await?, self.key(path)?);
        self.within("file", path, async { client.delete(&key).await }).await
    }
}

impl S3 {
    /// Whether there is a file whose name begins with that of the folder.
    async fn has_folder(&self, path: &str) -> Result<bool, Fault> {
        let key = self.key(path)?;
        let mut listed = self.client().await?.list(Some(&key));
        let first = async { listed.try_next().await };
        Ok(self.within("folder", path, first).await?.is_some())
    }

    async fn put_parts(&self, source: &mut File, size: u64, path: &str) -> Result<(), Fault> {
        let (client, key) = (self.client().await?, self.key(path)?);
        let begun = self.within("file", path, async { client.put_multipart(&key).await }).await?;
        let mut upload = Upload(Some(begun));
        let carried = self.carry(source, size, path, &mut upload).await;
        if carried.is_err() {
            upload.abort().await;
        }
        carried
    }

    async fn carry(
        &self,
        source: &mut File,
        size: u64,
        path: &str,
        upload: &mut Upload,
    ) -> Result<(), Fault> {
        let gone = || Fault::internal("an upload went on after its end");
        let part_bytes = PART_BYTES.max(size.div_ceil(MOST_PARTS));
        let mut under_way = FuturesUnordered::new();
        let fault = |error| self.fault("file", path, error);
        loop {
            let mut part = Vec::with_capacity(part_bytes as usize);
            (&mut *source).take(part_bytes).read_to_end(&mut part).await.map_err(staged)?;
            if part.is_empty() {
                break;
            }
            if under_way.len() >= UNDER_WAY {
                under_way.try_next().await.map_err(fault)?;
            }
            under_way.push(upload.0.as_mut().ok_or_else(gone)?.put_part(part.into()));
        }
        while under_way.try_next().await.map_err(fault)?.is_some() {}
        let mut whole = upload.0.take().ok_or_else(gone)?;
        let completed = whole.complete().await;
        if completed.is_err() {
            upload.0 = Some(whole);
        }
        completed.map(|_| ()).map_err(fault)
    }
}

/// An upload in parts, which costs money until it is completed or given up.
struct Upload(Option<Box<dyn MultipartUpload>>);

impl Upload {
    async fn abort(mut self) {
        if let Some(mut upload) = self.0.take() {
            // What is said to a server that is gone is lost; buckets can be told to forget such uploads by themselves.
            let _ = upload.abort().await;
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // The run was cancelled in the middle: nobody waits for the server any more, but it must be told.
        if let (Some(mut upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move { upload.abort().await });
        }
    }
}

#[async_trait]
impl Remote for S3 {
    async fn fetch(&self, file: &Entry, to: &Path) -> Result<(), Fault> {
        let (client, key) = (self.client().await?, self.key(&file.path)?);
        // The library goes on after a cut, and the tag makes sure that it goes on with the same file.
        let options = GetOptions { if_match: file.tag.clone(), ..GetOptions::default() };
        let found = self.within("file", &file.path, client.get_opts(&key, options)).await?;
        if found.meta.size != file.size {
            return Err(changed(&file.path));
        }
        let mut target = File::create(to).await.map_err(staged)?;
        let mut pieces = found.into_stream();
        while let Some(piece) = {
            let next = async { pieces.next().await.transpose() };
            self.within("file", &file.path, next).await?
        } {
            target.write_all(&piece).await.map_err(staged)?;
        }
        target.flush().await.map_err(staged)
    }

    async fn put(&self, from: &Path, path: &str) -> Result<(), Fault> {
        let here = |error| io_fault("file", &from.display().to_string(), error);
        let mut source = File::open(from).await.map_err(here)?;
        let size = source.metadata().await.map_err(here)?.len();
        if size > PART_BYTES {
            return self.put_parts(&mut source, size, path).await;
        }
        let mut content = Vec::with_capacity(size as usize);
        source.read_to_end(&mut content).await.map_err(here)?;
        let (client, key) = (self.client().await?, self.key(path)?);
        self.within("file", path, async { client.put(&key, content.into()).await }).await.map(|_| ())
    }
}
