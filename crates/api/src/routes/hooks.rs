//! Web hooks: another system starts a pipeline with a signed request.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use towpath_store::audit::Outcome;
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::runs::Cause;
use towpath_store::seal::random_text;

use super::pipelines::{entry, event};
use super::runs::{self, Asked, NewRun};
use crate::caller::{Caller, Origin, Within, with};
use crate::extract::{Json, Path};
use crate::guard::OnPipeline;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::tokens;

/// A web hook that was opened. The key is shown once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Hook {
    /// The address to send to.
    url: String,
    /// The key with which requests are signed.
    key: String,
}

fn place(pipeline: &Pipeline) -> String {
    format!("{}/hook", pipeline.id)
}

/// Opens the web hook of a pipeline, or gives it a new key.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/hook", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), responses((status = 201, body = Hook)))]
pub(crate) async fn open(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<Response> {
    let key = random_text(32)?;
    let sealed = server.keys.seal(&place(&pipeline), &key)?;
    let mut tx = server.store.begin().await?;
    pipelines::set_hook(&mut tx, pipeline.id.as_str(), Some(&sealed)).await?;
    let done = entry(&caller, &within, "hook.open", &pipeline);
    server.commit(tx, vec![done], vec![event(&within, "pipeline.changed", &pipeline)]).await?;
    let url = format!("{}/hooks/{}", server.settings.public_url.trim_end_matches('/'), pipeline.id);
    Ok((StatusCode::CREATED, Json(Hook { url, key })).into_response())
}

/// Closes the web hook of a pipeline.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/hook", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), responses((status = 204)))]
pub(crate) async fn close(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    pipelines::set_hook(&mut tx, pipeline.id.as_str(), None).await?;
    let done = entry(&caller, &within, "hook.close", &pipeline);
    server.commit(tx, vec![done], vec![event(&within, "pipeline.changed", &pipeline)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The run that a hook started.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Started {
    /// Identity of the run.
    run: String,
}

/// Starts a pipeline. The header `Towpath-Signature` is `t=<seconds since 1970>,v1=<hex of HMAC-SHA-256 over "t.body">`.
///
/// The same signature starts one run only. The body may hold `params`, `date`, `from` and `to`, as for starting a run.
#[utoipa::path(post, path = "/hooks/{pipeline}", tag = "runs",
    params(("pipeline" = String, Path), ("towpath-signature" = Option<String>, Header)),
    request_body(content = Option<Object>, content_type = "application/json"),
    responses((status = 202, body = Started)))]
pub(crate) async fn call(
    State(server): State<Server>,
    origin: Origin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    // Whoever cannot sign learns nothing, not even whether there is such a pipeline.
    let refused = || Problem::new(problem::SIGN_IN, "the signature is missing, wrong or too old");
    let signature =
        headers.get("towpath-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tx = server.store.begin().await?;
    let pipeline = pipelines::by_id(&mut tx, &id).await?.ok_or_else(refused)?;
    let sealed = pipelines::hook(&mut tx, &id).await?.ok_or_else(refused)?;
    let key = server.keys.open(&place(&pipeline), &sealed)?;
    let Some(signature) = tokens::hook_signature(&key, signature, &body) else {
        let denied = origin.did("hook.call").within(pipeline.workspace_id.as_str()).on(
            "pipeline",
            &id,
            &pipeline.name,
        );
        server.commit(tx, vec![with(denied, Outcome::Denied, Value::Null)], vec![]).await?;
        return Err(refused());
    };
    let new: NewRun = match body.is_empty() {
        true => NewRun::default(),
        false => serde_json::from_slice(&body).map_err(|error| {
            Problem::new(problem::BAD_REQUEST, format!("the body cannot be read: {error}"))
        })?,
    };
    let word = format!("hook/{}", towpath_store::seal::hash_token(&signature));
    let workspace = pipeline.workspace_id.as_str();
    if let Some(known) = towpath_store::runs::by_idempotency(&mut tx, workspace, &word).await? {
        return Ok((StatusCode::ACCEPTED, Json(Started { run: known.id.to_string() })).into_response());
    }
    let asked = Asked { by: None, word: Some(word), trace: origin.trace.clone() };
    let run = runs::order(&server, &mut tx, &pipeline, new, Cause::Event, asked).await?;
    let done = origin.did("hook.call").within(workspace).on("pipeline", &id, &pipeline.name);
    let done = with(done, Outcome::Done, json!({ "run": run.id }));
    server.commit(tx, vec![done], vec![runs::event("run.queued", &run)]).await?;
    server.workbench.wake();
    Ok((StatusCode::ACCEPTED, Json(Started { run: run.id.to_string() })).into_response())
}
