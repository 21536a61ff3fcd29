//! Files that people give to the server. Content streams in and out; nothing of it is held in memory.

use std::path::{Path as FilePath, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use towpath_model::ids::UploadId;
use towpath_store::answers::{self, Answered};
use towpath_store::events::NewEvent;
use towpath_store::uploads::{self, Upload};
use towpath_store::uses;

use super::room::shown;
use super::uses::{UseView, seen};
use crate::caller::{Caller, Within, changed};
use crate::extract::{Json, Path, Query, idempotency, object};
use crate::http::attachment;
use crate::paging::{ByTimeOrSize, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::{Inspected, Room};

/// Which files are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Part of the name.
    search: Option<String>,
}

/// Files of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/uploads", tag = "uploads",
    params(("workspace" = String, Path), Which, PageQuery<ByTimeOrSize>), responses((status = 200, body = Items<Upload>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByTimeOrSize>>,
) -> Answer<Json<Items<Upload>>> {
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(uploads::list(&mut conn, within.id(), which.search.as_deref(), &page).await?.into()))
}

/// How a file is called.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// Its name.
    name: String,
}

/// The name with which a file is kept: without folders, and without what confuses shells and file systems.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .map(|letter| if letter.is_alphanumeric() || "-_. ".contains(letter) { letter } else { '_' })
        .collect();
    let plain = plain.trim_matches(['.', ' ']);
    // The end of a name says what is in it.
    let count = plain.chars().count();
    let kept: String = plain.chars().skip(count.saturating_sub(120)).collect();
    if kept.is_empty() { "file".into() } else { kept }
}

fn event(within: &Within, kind: &str, upload: &Upload) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        kind: kind.into(),
        body: serde_json::json!({ "id": upload.id, "name": upload.name, "size": upload.size }),
        ..NewEvent::default()
    }
}

/// Takes a file: the body is its content. The same `Idempotency-Key` takes one file only, and answers the same name and
/// content again with it.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/uploads", tag = "uploads",
    params(("workspace" = String, Path), Named, ("idempotency-key" = Option<String>, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Upload)))]
pub(crate) async fn take(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(named): Query<Named>,
    headers: HeaderMap,
    request: Request,
) -> Answer<Response> {
    if named.name.trim().is_empty() || named.name.len() > 500 {
        return Err(Problem::field("/name", "a name has 1 to 500 characters"));
    }
    let word = idempotency(&headers)?;
    let word = word.map(|word| format!("{}/{}/upload/{word}", within.id(), caller.maker()));
    let id = UploadId::generate();
    let path = format!("uploads/{id}/{}", safe(&named.name));
    let target = server.files.join(within.id()).join(&path);
    let arriving = Arriving(target.parent().map(FilePath::to_owned));
    let (size, sha256) = write(&server, &target, request.into_body()).await?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let upload = Upload {
        id,
        workspace_id: within.workspace.id.clone(),
        name: named.name,
        path,
        size,
        sha256,
        media_type: media_type.unwrap_or("application/octet-stream").chars().take(200).collect(),
        created_by: Some(caller.maker()),
        created_at: Timestamp::now(),
    };
    let mut tx = server.store.begin().await?;
    if let Some(word) = &word {
        // Of two that come at once, the second waits for the answer of the first.
        server.store.lock(&mut tx, word).await?;
        if let Some(known) = answers::find(&mut tx, word).await? {
            return again(&known, &upload);
        }
        let body = serde_json::to_string(&upload).map_err(Problem::internal)?;
        answers::insert(&mut tx, word, &Answered { request: upload.name.clone(), status: 201, body }).await?;
    }
    uploads::insert(&mut tx, &upload).await?;
    let entry = caller.did_in(&within, "upload.take").on("upload", upload.id.as_str(), &upload.name);
    let told = event(&within, "upload.taken", &upload);
    server.commit(tx, vec![changed(entry, None, shown(&upload))], vec![told]).await?;
    arriving.stays();
    Ok((StatusCode::CREATED, Json(upload)).into_response())
}

/// The answer to a request that was made before: the file that it took, if this one has the same name and content.
fn again(known: &Answered, upload: &Upload) -> Answer<Response> {
    let taken: Upload = serde_json::from_str(&known.body).map_err(Problem::internal)?;
    let what = |upload: &Upload| (upload.name.clone(), upload.size, upload.sha256.clone());
    match what(&taken) == what(upload) {
        true => Ok((StatusCode::CREATED, Json(taken)).into_response()),
        false => Err(Problem::new(
            problem::CONFLICT,
            format!("this `Idempotency-Key` took another file: `{}` with {} bytes", taken.name, taken.size),
        )
        .hint("send another key with every file")),
    }
}

/// The folder of a file that is on its way. It goes when the file is not kept, also when the caller hangs up.
struct Arriving(Option<PathBuf>);

impl Arriving {
    fn stays(mut self) {
        self.0 = None;
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if let Some(folder) = self.0.take() {
            // One file in a folder of its own: done at once, and what cannot be removed is only waste.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

async fn write(server: &Server, target: &FilePath, body: Body) -> Answer<(u64, String)> {
    let failed = |error: std::io::Error| {
        tracing::error!("a file cannot be kept: {error}");
        Problem::new(problem::UNAVAILABLE, "the server cannot keep the file")
    };
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).await.map_err(failed)?;
    }
    let mut file = File::create(target).await.map_err(failed)?;
    let (mut size, mut digest) = (0_u64, Context::new(&SHA256));
    let mut stream = body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::new(problem::BAD_REQUEST, "the upload broke off"))?;
        size += piece.len() as u64;
        if size > server.settings.upload_bytes {
            let detail = format!("a file may have {} bytes", server.settings.upload_bytes);
            return Err(Problem::new(problem::TOO_LARGE, detail));
        }
        digest.update(&piece);
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)?;
    let sha256 = digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((size, sha256))
}

/// Parts of the path of one file.
#[derive(Deserialize)]
pub(crate) struct At {
    upload: String,
}

async fn one(server: &Server, within: &Within, id: &str) -> Answer<Upload> {
    let found = uploads::find(&mut *server.store.read().await?, within.id(), id).await?;
    found.ok_or_else(|| Problem::not_found("file", id))
}

fn place(server: &Server, upload: &Upload) -> PathBuf {
    server.files.join(upload.workspace_id.as_str()).join(&upload.path)
}

/// A file with who reads it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct UploadView {
    #[serde(flatten)]
    upload: Upload,
    /// Pipelines in use whose documents name it, as far as the caller may know of them.
    used_by: Vec<UseView>,
}

/// A file, without its content, with the pipelines that read it.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/uploads/{upload}", tag = "uploads",
    params(("workspace" = String, Path), ("upload" = String, Path)), responses((status = 200, body = UploadView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
) -> Answer<Json<UploadView>> {
    let upload = one(&server, &within, &at.upload).await?;
    let mut conn = server.store.read().await?;
    // Names may be written in several ways; the folder of a file is its own.
    let folder = format!("uploads/{}/", upload.id);
    let used_by = uses::of_path(&mut conn, within.id(), &folder).await?;
    let used_by = seen(&mut conn, &caller, &within, used_by).await?;
    Ok(Json(UploadView { upload, used_by: used_by.into_iter().map(UseView::from).collect() }))
}

/// How a file is to be read.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct HowRead {
    /// Settings of a `file` source, without `path`; what is not said is found out.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    settings: Value,
}

/// Says what a file holds and how that was found out: its layout, its columns with the reasons for their types, and what
/// cannot be read. The answer holds a source node that says the same.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/uploads/{upload}/inspect", tag = "uploads",
    params(("workspace" = String, Path), ("upload" = String, Path)), request_body = HowRead,
    responses((status = 200, body = Inspected)))]
pub(crate) async fn inspect(
    State(server): State<Server>,
    within: Within,
    Path(at): Path<At>,
    Json(how): Json<HowRead>,
) -> Answer<Json<Inspected>> {
    let upload = one(&server, &within, &at.upload).await?;
    let mut settings = match how.settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    };
    settings.insert("path".into(), upload.path.into());
    let room = Room { workspace: within.workspace.clone(), connections: Vec::new() };
    Ok(Json(server.workbench.inspect(room, "file", None, Value::Object(settings)).await?))
}

/// The content of a file.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/uploads/{upload}/content", tag = "uploads",
    params(("workspace" = String, Path), ("upload" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
pub(crate) async fn content(
    State(server): State<Server>,
    within: Within,
    Path(at): Path<At>,
) -> Answer<Response> {
    let upload = one(&server, &within, &at.upload).await?;
    let file = File::open(place(&server, &upload)).await.map_err(|error| {
        tracing::error!("the file of an upload cannot be read: {error}");
        Problem::new(problem::UNAVAILABLE, "the content of the file is not there any more")
    })?;
    let pieces = futures::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; 64 << 10];
        let length = file.read(&mut piece).await?;
        piece.truncate(length);
        Ok::<_, std::io::Error>((length > 0).then_some((piece, file)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    // Never shown by a browser as a page of this server, whatever it says it is.
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, attachment(&upload.name));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(upload.size));
    Ok(response)
}

/// Removes a file.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/uploads/{upload}", tag = "uploads",
    params(("workspace" = String, Path), ("upload" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
) -> Answer<StatusCode> {
    let upload = one(&server, &within, &at.upload).await?;
    let mut tx = server.store.begin().await?;
    uploads::remove(&mut tx, upload.id.as_str()).await?;
    let entry = caller.did_in(&within, "upload.remove").on("upload", upload.id.as_str(), &upload.name);
    server
        .commit(
            tx,
            vec![changed(entry, shown(&upload), None)],
            vec![event(&within, "upload.removed", &upload)],
        )
        .await?;
    if let Some(folder) = place(&server, &upload).parent() {
        // It is gone from the list; a file that stays is only waste.
        let _ = fs::remove_dir_all(folder).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere() {
        for (name, kept) in [
            ("sales 2026.csv", "sales 2026.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\été.xlsx", "été.xlsx"),
            ("..", "file"),
            ("a\0b;rm -rf $HOME", "a_b_rm -rf _HOME"),
        ] {
            assert_eq!(safe(name), kept, "{name}");
        }
    }
}
