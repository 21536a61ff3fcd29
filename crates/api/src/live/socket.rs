//! Live events over a WebSocket, as RFC 6455 has it.
//!
//! Messages are text, each one a JSON object. A message that is not understood is answered with a problem; what breaks the
//! protocol ends the stream, with the code that says why. Both sides end with a `close`, for which the server waits a
//! moment. Who does not read for [`PATIENCE`], or is silent for two [`BEAT`]s, is not there any more.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, request::Parts};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};
use tungstenite::Error as SocketError;

use super::client::{Client, News, Over};
use super::{looking_again, soon, stopped};
use crate::caller::{Caller, Via};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// How long a client may leave what it is told unread.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a client that says nothing is asked whether it is there.
const BEAT: Duration = Duration::from_secs(30);
/// How long the server waits for the end of the other side.
const FAREWELL: Duration = Duration::from_secs(2);
/// Longest message of a client, in bytes.
const LONGEST: usize = 64 << 10;
/// The session or key ended; codes from 4000 on are for the programs themselves.
const SIGNED_OUT: u16 = 4401;

/// Streams events over a WebSocket.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", responses((status = 101, description = "The stream begins.")))]
pub(crate) async fn socket(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
    mut parts: Upgrade,
) -> Answer<Response> {
    // A page of another site must not listen with the cookie of its visitor.
    if matches!(caller.via, Via::Browser(_)) {
        let origin = headers.get("origin").and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = origin.split_once("://").is_some_and(|(_, rest)| rest == host);
        if !own && !server.settings.allowed_origins.iter().any(|known| known == origin) {
            return Err(Problem::new(problem::CSRF, "the stream was asked for by a page of another site"));
        }
    }
    let upgrade = parts
        .0
        .take()
        .ok_or_else(|| Problem::new(problem::BAD_REQUEST, "this is not a request for a WebSocket"))?;
    Ok(upgrade
        .max_message_size(LONGEST)
        .max_frame_size(LONGEST)
        .on_upgrade(move |socket| async move {
            converse(server, caller, socket).await;
        })
        .into_response())
}

/// The wish for a WebSocket, if that is what the request is.
pub(crate) struct Upgrade(Option<WebSocketUpgrade>);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Upgrade(<WebSocketUpgrade as FromRequestParts<S>>::from_request_parts(parts, state).await.ok()))
    }
}

async fn converse(server: Server, caller: Caller, mut socket: WebSocket) {
    let mut stopping = server.stopping.clone();
    let mut client = Client::new(server, caller);
    let last = talk(&mut client, &mut stopping, &mut socket).await;
    // Whatever ended it: others see at once that the person is gone.
    let _ = timeout(FAREWELL, client.leave()).await;
    end(socket, last).await;
}

/// Talks with a client until one side ends it; returns what the server says last.
async fn talk(
    client: &mut Client,
    stopping: &mut watch::Receiver<bool>,
    socket: &mut WebSocket,
) -> Option<CloseFrame> {
    let mut again = looking_again();
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    let mut is_there = true;
    // A session that ended before anybody listened for its end.
    if let Err(over) = client.look_again().await {
        return over.close();
    }
    loop {
        let told = tokio::select! {
            said = socket.recv() => {
                is_there = true;
                match said {
                    Some(Ok(Message::Text(text))) => client.answer(text.as_str()).await,
                    Some(Ok(Message::Binary(_))) => return close(close_code::UNSUPPORTED, "messages are text"),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_))) | None => return None,
                    Some(Err(error)) => return broken(error),
                }
            }
            told = client.next() => match told {
                Ok(News::Told(told)) => told,
                Ok(News::Doubt) => {
                    again.reset_after(soon());
                    continue;
                }
                Err(over) => return over.close(),
            },
            _ = again.tick() => match client.look_again().await {
                Ok(gone) => gone,
                Err(over) => return over.close(),
            },
            _ = beat.tick() => {
                if !std::mem::take(&mut is_there) {
                    return close(close_code::POLICY, "nothing was heard for too long");
                }
                if !send(socket, Message::Ping(Default::default())).await { return None }
                client.still_here().await;
                continue;
            }
            () = stopped(stopping) => return Over::Stopping.close(),
        };
        for one in &told {
            let Some(text) = one.text() else { continue };
            if !send(socket, Message::Text(text)).await {
                return None;
            }
        }
    }
}

/// Whether it could be sent.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}

/// Says the last word, and waits a moment for that of the client.
async fn end(mut socket: WebSocket, last: Option<CloseFrame>) {
    let farewell = async {
        if let Some(frame) = last {
            socket.send(Message::Close(Some(frame))).await?;
        }
        // Reading on also sends the answer to a `close` of the client.
        while let Some(said) = socket.recv().await {
            said?;
        }
        Ok::<_, axum::Error>(())
    };
    let _ = timeout(FAREWELL, farewell).await;
}

fn close(code: u16, reason: &'static str) -> Option<CloseFrame> {
    Some(CloseFrame { code, reason: reason.into() })
}

/// The last word to a client that broke the protocol; none when nobody is there to hear it.
fn broken(error: axum::Error) -> Option<CloseFrame> {
    match error.into_inner().downcast_ref::<SocketError>()? {
        SocketError::Capacity(_) => close(close_code::SIZE, "a message has up to 64 KiB"),
        SocketError::Utf8(_) => close(close_code::INVALID, "the text is not UTF-8"),
        SocketError::Protocol(_) => close(close_code::PROTOCOL, "this breaks the protocol"),
        _ => None,
    }
}

impl Over {
    fn close(self) -> Option<CloseFrame> {
        match self {
            Over::SignedOut => close(SIGNED_OUT, "the session or key ended"),
            Over::Stopping => close(close_code::AWAY, "the server stops"),
            Over::Unreachable => close(close_code::ERROR, "the server cannot look at rights"),
        }
    }
}
