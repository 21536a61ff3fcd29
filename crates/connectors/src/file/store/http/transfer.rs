//! Carrying a file over HTTP: compressed on the way where the server does that, and from where a cut left it where the
//! server can say that it is still the same file.

use std::fs;
use std::io::{self, Read, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use futures::StreamExt;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use towpath_model::Fault;

use super::super::{Entry, changed, is_tried_again, staged};
use super::{Http, entry};
use crate::blocking::on_thread;

/// How far a copy has come.
struct Progress {
    target: File,
    /// Bytes that are in it.
    at: u64,
    /// They are compressed.
    is_packed: bool,
    /// How the server knows the version they are of, for going on.
    proof: Option<HeaderValue>,
}

/// Copies a file to a path of this machine.
pub(super) async fn fetch(http: &Http, file: &Entry, to: &Path) -> Result<(), Fault> {
    let limit = http.asker.settings.max_megabytes.saturating_mul(1_000_000);
    if file.size > limit {
        return Err(too_large(http, file));
    }
    let target = File::create(to).await.map_err(staged)?;
    let mut progress = Progress { target, at: 0, is_packed: false, proof: None };
    let (mut last, mut failures) = (0, 0);
    while let Err(fault) = fetch_more(http, file, limit, &mut progress, failures == 0).await {
        failures = if progress.at > last && failures > 0 { 1 } else { failures + 1 };
        last = progress.at;
        if !is_tried_again(&fault, failures).await {
            return Err(fault);
        }
    }
    progress.target.flush().await.map_err(staged)?;
    if progress.is_packed {
        let (path, name) = (to.to_owned(), file.path.clone());
        return on_thread(move || unpack(&path, &name, limit)).await;
    }
    Ok(())
}

/// Asks for the file, or for the rest of it, and takes what comes.
async fn fetch_more(
    http: &Http,
    file: &Entry,
    limit: u64,
    progress: &mut Progress,
    is_first: bool,
) -> Result<(), Fault> {
    let mut headers = HeaderMap::new();
    match &progress.proof {
        // Part of a compressed answer is of no use: nobody can be sure to get the other part.
        Some(proof) if progress.at > 0 && !progress.is_packed => {
            let rest = format!("bytes={}-", progress.at);
            headers.insert(header::RANGE, HeaderValue::try_from(rest).map_err(|_| changed(&file.path))?);
            headers.insert(header::IF_RANGE, proof.clone());
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        _ => {
            let packed = if is_first { "gzip" } else { "identity" };
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(packed));
        }
    }
    let url = http.url(&file.path)?;
    let (answer, _) = http.asker.ask(Method::GET, &url, &headers, &file.path).await?;
    let goes_on = answer.status() == StatusCode::PARTIAL_CONTENT;
    if !answer.status().is_success() {
        return Err(http.asker.refused(&file.path, answer.status()));
    }
    check(file, &answer)?;
    if goes_on {
        let start = format!("bytes {}-", progress.at);
        if !text(&answer, header::CONTENT_RANGE).is_some_and(|range| range.starts_with(&start)) {
            return Err(http.asker.refused(&file.path, answer.status()));
        }
    } else {
        progress.at = 0;
        progress.target.seek(SeekFrom::Start(0)).await.map_err(staged)?;
        progress.target.set_len(0).await.map_err(staged)?;
        progress.is_packed = text(&answer, header::CONTENT_ENCODING).is_some_and(|how| how.contains("gzip"));
        progress.proof = proof(&answer);
    }
    let mut pieces = answer.bytes_stream();
    let mut cut = None;
    while let Some(piece) = pieces.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => {
                cut = Some(http.asker.unreachable(error));
                break;
            }
        };
        progress.target.write_all(&piece).await.map_err(staged)?;
        progress.at += piece.len() as u64;
        if progress.at > limit {
            return Err(too_large(http, file));
        }
    }
    progress.target.flush().await.map_err(staged)?;
    match cut {
        Some(fault) => Err(fault),
        None if progress.is_packed || file.size == 0 || progress.at == file.size => Ok(()),
        None => Err(changed(&file.path)),
    }
}

/// Refuses an answer that is of another version than the file that was looked at.
fn check(file: &Entry, answer: &Response) -> Result<(), Fault> {
    let now = entry(&file.path, answer);
    let same = match (&file.tag, &now.tag) {
        (Some(then), Some(now)) => then == now,
        _ => file.modified.is_none() || now.modified.is_none() || file.modified == now.modified,
    };
    if same { Ok(()) } else { Err(changed(&file.path)) }
}

/// How to tell the server which version the rest is wanted of.
fn proof(answer: &Response) -> Option<HeaderValue> {
    let strong = answer.headers().get(header::ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    strong.or_else(|| answer.headers().get(header::LAST_MODIFIED)).cloned()
}

fn text(answer: &Response, name: HeaderName) -> Option<&str> {
    answer.headers().get(name)?.to_str().ok()
}

fn too_large(http: &Http, file: &Entry) -> Fault {
    let limit = http.asker.settings.max_megabytes;
    Fault::data(format!("file `{}` of `{}` is larger than {limit} MB", file.path, http.asker.shown))
        .hint("set `max_megabytes` in the connection's `http` to more, if that is right")
}

/// Replaces a compressed copy by what is in it.
fn unpack(path: &Path, name: &str, limit: u64) -> Result<(), Fault> {
    let damaged = |error| crate::trouble::io_fault("file", name, error);
    let mut plain =
        tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new("."))).map_err(staged)?;
    let packed = io::BufReader::new(fs::File::open(path).map_err(staged)?);
    let mut content = MultiGzDecoder::new(packed).take(limit.saturating_add(1));
    let bytes = io::copy(&mut content, plain.as_file_mut()).map_err(damaged)?;
    if bytes > limit {
        return Err(Fault::data(format!(
            "file `{name}` is larger than {} MB when it is unpacked",
            limit / 1_000_000
        ))
        .hint("set `max_megabytes` in the connection's `http` to more, if that is right"));
    }
    plain.persist(path).map(|_| ()).map_err(|error| staged(error.error))
}
