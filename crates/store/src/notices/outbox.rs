//! Messages on their way.
//!
//! A worker has a message by a lease, so that no two servers send it; when the worker dies, another sends it after the
//! lease. Messages to one listener go out in their order: the end of a trouble never comes before it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::ids::{DeliveryId, WorkspaceId};

use super::told::Listener;
use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql, words};

words! {
    /// How a message stands.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// It was taken.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
}

/// A message on its way, or at its end.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// The workspace it is about.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The channel it goes to.
    pub channel_id: Option<String>,
    /// The person it goes to by mail.
    pub user_id: Option<String>,
    /// Why it is sent: `first`, `reminder`, `recovery`, `summary` or `digest`.
    pub occasion: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub message: Value,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempt: i64,
    /// It is not sent earlier.
    pub not_before: Timestamp,
    /// Why the last attempt failed.
    #[schema(value_type = Option<Object>)]
    pub fault: Option<Value>,
    /// Recipients that were not taken, with the reasons.
    #[schema(value_type = Option<Object>)]
    pub refused: Option<Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was taken or given up.
    pub ended_at: Option<Timestamp>,
    /// Its place in the order.
    #[serde(skip)]
    #[schema(ignore)]
    pub number: i64,
}

impl Read for Delivery {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Delivery {
            id: DeliveryId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            channel_id: row.maybe_text("channel_id")?,
            user_id: row.maybe_text("user_id")?,
            occasion: row.text("occasion")?,
            message: row.json("message")?,
            state: row.word("state", DeliveryState::of)?,
            attempt: row.int("attempt")?,
            not_before: row.time("not_before")?,
            fault: row.maybe_json("fault")?,
            refused: row.maybe_json("refused")?,
            created_at: row.time("created_at")?,
            ended_at: row.maybe_time("ended_at")?,
            number: row.int("number")?,
        })
    }
}

impl Listed for Delivery {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.number.into(), self.id.as_str().to_owned())
    }
}

impl Delivery {
    /// Whom it is for.
    pub fn listener(&self) -> Option<Listener> {
        match (&self.channel_id, &self.user_id) {
            (Some(channel), _) => Some(Listener::Channel(channel.clone())),
            (None, Some(user)) => {
                Some(Listener::Person { workspace: self.workspace_id.to_string(), user: user.clone() })
            }
            (None, None) => None,
        }
    }
}

/// Puts a message behind the others of its listener. The caller holds [`super::happenings::LOCK`].
pub async fn put(
    conn: &mut Conn,
    workspace: &str,
    listener: &Listener,
    occasion: &str,
    message: &Value,
    now: Timestamp,
) -> Result<DeliveryId, Error> {
    let number = sql("SELECT max(number) FROM deliveries").number(conn).await? + 1;
    let (channel, user) = listener.columns();
    let id = DeliveryId::generate();
    sql("INSERT INTO deliveries (id, number, listener, workspace_id, channel_id, user_id, occasion, message, state,
         attempt, not_before, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9)")
    .bind(id.as_str())
    .bind(number)
    .bind(listener.key())
    .bind(workspace)
    .bind(channel)
    .bind(user)
    .bind(occasion)
    .bind(json(message)?)
    .bind(now)
    .run(conn)
    .await?;
    Ok(id)
}

/// What can be sent now: the first message of each listener, the one that waits longest first.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, Error> {
    sql(format!(
        "SELECT * FROM deliveries d WHERE d.ended_at IS NULL AND d.not_before <= $1
         AND (d.lease_until IS NULL OR d.lease_until < $1)
         AND NOT EXISTS (SELECT 1 FROM deliveries e
             WHERE e.listener = d.listener AND e.ended_at IS NULL AND e.number < d.number)
         ORDER BY d.not_before, d.number LIMIT {limit}"
    ))
    .bind(now)
    .all(conn)
    .await
}

/// Takes a message for an attempt; none when somebody else has it.
pub async fn claim(
    conn: &mut Conn,
    delivery: &Delivery,
    worker: &str,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Option<Delivery>, Error> {
    let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    let taken = sql("UPDATE deliveries SET worker_id = $2, lease_until = $3, attempt = attempt + 1
                     WHERE id = $1 AND attempt = $4 AND ended_at IS NULL AND (lease_until IS NULL OR lease_until < $5)")
    .bind(delivery.id.as_str())
    .bind(worker)
    .bind(until)
    .bind(delivery.attempt)
    .bind(now)
    .run(conn)
    .await?;
    Ok((taken == 1).then(|| Delivery { attempt: delivery.attempt + 1, ..delivery.clone() }))
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// It was taken; recipients that were not, with the reasons.
    Delivered(Option<Value>),
    /// It is sent again, not before that time.
    Again(Timestamp, Value),
    /// It is given up.
    Failed(Value),
}

/// Writes how an attempt ended; false when somebody else has the message by now.
pub async fn end(
    conn: &mut Conn,
    delivery: &Delivery,
    worker: &str,
    now: Timestamp,
    sent: &Sent,
) -> Result<bool, Error> {
    let (state, fault, refused, again) = match sent {
        Sent::Delivered(refused) => (DeliveryState::Delivered, None, refused.as_ref(), None),
        Sent::Again(at, fault) => (DeliveryState::Waiting, Some(fault), None, Some(*at)),
        Sent::Failed(fault) => (DeliveryState::Failed, Some(fault), None, None),
    };
    let ended = (state != DeliveryState::Waiting).then_some(now);
    let written =
        sql("UPDATE deliveries SET state = $4, fault = $5, refused = $6, not_before = $7, ended_at = $8,
                       worker_id = NULL, lease_until = NULL
                       WHERE id = $1 AND worker_id = $2 AND attempt = $3 AND ended_at IS NULL")
        .bind(delivery.id.as_str())
        .bind(worker)
        .bind(delivery.attempt)
        .bind(state.word())
        .bind(fault.map(Value::to_string))
        .bind(refused.map(Value::to_string))
        .bind(again.unwrap_or(delivery.not_before))
        .bind(ended)
        .run(conn)
        .await?;
    Ok(written == 1)
}

/// Sends a message that was given up again, as if for the first time; false when it was not given up.
pub async fn again(conn: &mut Conn, workspace: &str, id: &str, now: Timestamp) -> Result<bool, Error> {
    let again = sql("UPDATE deliveries SET state = 'waiting', attempt = 0, ended_at = NULL, not_before = $3
                     WHERE workspace_id = $1 AND id = $2 AND state = 'failed'");
    Ok(again.bind(workspace).bind(id).bind(now).run(conn).await? == 1)
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// To that channel.
    pub channel: Option<String>,
    /// In that state.
    pub state: Option<DeliveryState>,
}

/// Messages to channels of a workspace, the newest first. Those to single persons are nobody else's business.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Delivery>, Error> {
    List::of("SELECT * FROM deliveries")
        .only_if("workspace_id = ?", workspace)
        .only("channel_id IS NOT NULL")
        .maybe("channel_id = ?", filter.channel.as_deref())
        .maybe("state = ?", filter.state.map(DeliveryState::word))
        .page(conn, page, &[Order::unique("number", "number")], "id", true)
        .await
}
