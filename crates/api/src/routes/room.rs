//! A workspace with the connections that a caller may use, opened for the moment of their use.

use serde_json::Value;
use towpath_model::Right;
use towpath_store::Conn;
use towpath_store::audit::NewEntry;
use towpath_store::connections::Connection;
use towpath_store::members::{self, ObjectKind};
use towpath_store::{connections, secrets};

use crate::caller::{Caller, Within};
use crate::problem::Answer;
use crate::server::Server;
use crate::workbench::{OpenConnection, Room, with_secrets};

/// Opens one connection; its secrets are used, which the audit tells.
pub(crate) async fn open(
    server: &Server,
    conn: &mut Conn,
    connection: &Connection,
) -> Answer<OpenConnection> {
    let secrets = secrets::open(conn, &server.keys, connection.id.as_str()).await?;
    Ok(with_secrets(connection, &secrets))
}

/// The workspace with those of the named connections that the caller may use.
///
/// A connection that is hidden from the caller is left out: for the caller it does not exist.
pub(crate) async fn room(
    server: &Server,
    caller: &Caller,
    within: &Within,
    names: &[String],
) -> Answer<(Room, Vec<NewEntry>)> {
    let usable = usable(server, caller, within, names).await?;
    opened(server, caller, within, &usable).await
}

/// Those of the named connections that the caller may use.
pub(crate) async fn usable(
    server: &Server,
    caller: &Caller,
    within: &Within,
    names: &[String],
) -> Answer<Vec<Connection>> {
    let mut conn = server.store.read().await?;
    let mut usable = Vec::new();
    for connection in connections::all(&mut conn, within.id()).await? {
        if names.contains(&connection.name) && may_use(&mut conn, caller, within, &connection).await? {
            usable.push(connection);
        }
    }
    Ok(usable)
}

/// The workspace with these connections, opened.
pub(crate) async fn opened(
    server: &Server,
    caller: &Caller,
    within: &Within,
    usable: &[Connection],
) -> Answer<(Room, Vec<NewEntry>)> {
    let mut conn = server.store.read().await?;
    let mut opened = Vec::new();
    for connection in usable {
        opened.push(open(server, &mut conn, connection).await?);
    }
    let entries = usable.iter().map(|connection| used(caller, within, connection)).collect();
    Ok((Room { workspace: within.workspace.clone(), connections: opened }, entries))
}

/// That secrets of a connection were used.
pub(crate) fn used(caller: &Caller, within: &Within, connection: &Connection) -> NewEntry {
    caller.did_in(within, "secret.use").on("connection", connection.id.as_str(), &connection.name)
}

/// Whether the caller may use a connection. What may not be used does not exist for the caller.
pub(crate) async fn may_use(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    connection: &Connection,
) -> Answer<bool> {
    if within.member >= towpath_model::Role::Admin || !connection.restricted {
        return Ok(true);
    }
    let user = caller.user.id.as_str();
    let granted = members::granted(conn, ObjectKind::Connection, connection.id.as_str(), user).await?;
    Ok(granted.is_some_and(|role| role.may(Right::ConnectionsRead)))
}

/// Writes entries by themselves, where nothing else is changed.
pub(crate) async fn note(server: &Server, entries: Vec<NewEntry>) -> Answer<()> {
    match entries.is_empty() {
        true => Ok(()),
        false => server.commit(server.store.begin().await?, entries, vec![]).await,
    }
}

/// A value for the audit: what was sent or read, without secrets.
pub(crate) fn shown<T: serde::Serialize>(value: &T) -> Option<Value> {
    serde_json::to_value(value).ok()
}
