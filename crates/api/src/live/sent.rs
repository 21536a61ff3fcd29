//! Live events as server-sent events, for programs that only listen.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::client::{Client, News, Over, Told, Topic};
use super::{looking_again, soon, stopped};
use crate::caller::Caller;
use crate::extract::Query;
use crate::problem::Answer;
use crate::server::Server;

/// What a client of server-sent events wants.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The workspace, by identity or name.
    workspace: String,
    /// Only of one pipeline.
    pipeline: Option<String>,
    /// Only of one run.
    run: Option<String>,
    /// Only what the caller is told.
    notifications: Option<bool>,
    /// After which event; the header `Last-Event-ID` is the same.
    after: Option<i64>,
}

/// Streams events as server-sent events.
#[utoipa::path(get, path = "/api/v1/events", tag = "live", params(Wanted),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn sent(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer<Sse<impl Stream<Item = Result<axum::response::sse::Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let notifications = wanted.notifications.unwrap_or_default();
    let topic =
        Topic { workspace: wanted.workspace, pipeline: wanted.pipeline, run: wanted.run, notifications };
    let mut stopping = server.stopping.clone();
    let mut client = Client::new(server, caller);
    // A session that ended before anybody listened for its end.
    client.look_again().await.map_err(Over::problem)?;
    let first = client.subscribe(topic, last.or(wanted.after)).await?;
    // The channel bounds what waits; the task ends with its receiver.
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut told = first;
        let mut again = looking_again();
        loop {
            for one in told {
                let mut event = axum::response::sse::Event::default();
                if let Told::Event(happened) = &one {
                    let what = &happened.event;
                    event = event.id(what.number.to_string()).event(what.kind.clone());
                }
                let Some(text) = one.text() else { continue };
                if sender.send(Ok(event.data(text.as_str()))).await.is_err() {
                    return;
                }
            }
            if client.is_idle() {
                return;
            }
            told = tokio::select! {
                news = client.next() => match news {
                    Ok(News::Told(told)) => told,
                    Ok(News::Doubt) => {
                        again.reset_after(soon());
                        Vec::new()
                    }
                    Err(_) => return,
                },
                _ = again.tick() => match client.look_again().await { Ok(gone) => gone, Err(_) => return },
                () = stopped(&mut stopping) => return,
                () = sender.closed() => return,
            };
        }
    });
    let stream =
        futures::stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
