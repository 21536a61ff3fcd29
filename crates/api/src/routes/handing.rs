//! Rows of a connection handed out as a file, as they come.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_store::audit::Outcome;

use super::probes::{asked_at, placed};
use super::room::{note, open, used};
use crate::caller::{Caller, Within, with};
use crate::extract::Query;
use crate::guard::OnConnection;
use crate::http::attachment;
use crate::problem::{Answer, Problem};
use crate::server::Server;
use crate::workbench::{Asked, ExportFormat, Room};

/// Most rows of a file.
const MOST: u32 = 1_000_000;

/// What is to be handed out.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Settings of a source that reads the stream, or a `query` where the system answers SQL, as a JSON object.
    settings: String,
    /// SQL over the rows of that source, which it calls `rows`, for systems that answer none.
    sql: Option<String>,
    /// The format of the file.
    #[param(inline)]
    format: ExportFormat,
    /// Most rows, from 1 to 1,000,000, which is what is taken if nothing is said.
    #[param(minimum = 1, maximum = 1_000_000)]
    limit: Option<u32>,
    /// The name of the file, without its ending.
    name: Option<String>,
}

/// Rows of a stream or a query as a file. It is made as it is sent: one that breaks off is not complete.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}/export", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), Wanted),
    responses((status = 200, content((Vec<u8> = "text/csv"), (Vec<u8> = "application/json"),
        (Vec<u8> = "application/x-ndjson"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub(crate) async fn export(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    Query(wanted): Query<Wanted>,
) -> Answer<Response> {
    let limit = wanted.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("/limit", format!("the limit goes from 1 to {MOST}")));
    }
    let settings = serde_json::from_str(&wanted.settings).ok().filter(Value::is_object);
    let settings = settings.ok_or_else(|| Problem::field("/settings", "the settings are a JSON object"))?;
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    let (media_type, ending) = wanted.format.media_type();
    let entry = caller.did_in(&within, "connection.export").on(
        "connection",
        connection.id.as_str(),
        &connection.name,
    );
    let entry = with(entry, Outcome::Done, json!({ "settings": settings, "format": ending }));
    note(&server, vec![used(&caller, &within, &connection), entry]).await?;
    let room = Room { workspace: within.workspace.clone(), connections: vec![opened.clone()] };
    let place = asked_at(&settings, wanted.sql.as_ref());
    let asked = Asked { settings, sql: wanted.sql, limit: limit as usize, time: None };
    let export = server.workbench.export(room, opened, asked, wanted.format).await;
    let export = export.map_err(|fault| placed(fault, place))?;
    let body = export.body.inspect(|piece| {
        if let Err(fault) = piece {
            tracing::warn!("a file of rows breaks off: {fault}");
        }
    });
    let mut response = Body::from_stream(body).into_response();
    let name = wanted.name.filter(|name| !name.trim().is_empty()).unwrap_or(connection.name);
    let name: String = name.chars().take(120).collect();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, attachment(&format!("{name}.{ending}")));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
