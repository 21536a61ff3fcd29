//! Sign-ins: of browsers (a cookie) and of programs (a refresh token). Only hashes of the tokens are kept.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use towpath_model::ids::{SessionId, UserId};

use crate::accounts::User;
use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql, words};
use crate::workspaces::{BESIDE, Membership, beside, read_beside};

words! {
    /// What holds the token of a session.
    SessionKind {
        /// A browser, as a cookie.
        Browser = "browser",
        /// A program, as a refresh token.
        Program = "program",
    }
}

/// A sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// Whose it is.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// What holds the token.
    pub kind: SessionKind,
    /// The address from which it was used last.
    pub address: Option<String>,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
    /// How the person signed in: `password`, `password+code`, `password+recovery`, `oidc:…`.
    pub method: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
    /// When the token was changed last.
    pub rotated_at: Timestamp,
    /// When it ends if it is not used.
    pub idle_until: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

impl Read for Session {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Session {
            id: SessionId::from_text(row.text("session_id")?),
            user_id: UserId::from_text(row.text("user_id")?),
            kind: row.word("kind", SessionKind::of)?,
            address: row.maybe_text("address")?,
            agent: row.maybe_text("agent")?,
            method: row.text("method")?,
            created_at: row.time("session_created_at")?,
            seen_at: row.time("seen_at")?,
            rotated_at: row.time("rotated_at")?,
            idle_until: row.time("idle_until")?,
            expires_at: row.time("expires_at")?,
        })
    }
}

const COLUMNS: &str = "s.id AS session_id, s.user_id, s.kind, s.address, s.agent, s.method,
    s.created_at AS session_created_at, s.seen_at, s.rotated_at, s.idle_until, s.expires_at";

/// A session with its person, and whether the token is the one before the last change.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The token was exchanged for a newer one.
    pub is_former: bool,
    /// The role of the person in the workspace that was asked for.
    pub member: Option<Membership>,
}

impl Read for Signed {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Signed {
            session: Session::read(row)?,
            user: User::read(row)?,
            is_former: row.flag("is_former")?,
            member: read_beside(row)?,
        })
    }
}

/// Adds a session with the hash of its token.
pub async fn insert(conn: &mut Conn, session: &Session, hash: &str) -> Result<(), Error> {
    sql("INSERT INTO sessions (id, user_id, kind, hash, rotated_at, address, agent, method, created_at, seen_at,
         idle_until, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
    .bind(session.id.as_str())
    .bind(session.user_id.as_str())
    .bind(session.kind.word())
    .bind(hash)
    .bind(session.rotated_at)
    .bind(session.address.as_deref())
    .bind(session.agent.as_deref())
    .bind(&session.method)
    .bind(session.created_at)
    .bind(session.seen_at)
    .bind(session.idle_until)
    .bind(session.expires_at)
    .run(conn)
    .await
    .map(drop)
}

/// The live session of that token, with its person and that person's role in a workspace, by identity or name in addresses.
pub async fn by_token(
    conn: &mut Conn,
    kind: SessionKind,
    hash: &str,
    workspace: Option<&str>,
) -> Result<Option<Signed>, Error> {
    let text = format!(
        "SELECT {COLUMNS}, u.*, CASE WHEN s.hash = $1 THEN 0 ELSE 1 END AS is_former, {BESIDE}
         FROM sessions s JOIN users u ON u.id = s.user_id {}
         WHERE (s.hash = $1 OR s.former_hash = $1) AND s.kind = $2 AND s.revoked_at IS NULL
           AND s.idle_until > $3 AND s.expires_at > $3 AND u.active = 1",
        beside("$4")
    );
    sql(text).bind(hash).bind(kind.word()).bind(Timestamp::now()).bind(workspace).first(conn).await
}

/// The same for the live session of that identity.
pub async fn live(conn: &mut Conn, id: &str, workspace: Option<&str>) -> Result<Option<Signed>, Error> {
    let text = format!(
        "SELECT {COLUMNS}, u.*, 0 AS is_former, {BESIDE} FROM sessions s JOIN users u ON u.id = s.user_id {}
         WHERE s.id = $1 AND s.revoked_at IS NULL AND s.idle_until > $2 AND s.expires_at > $2 AND u.active = 1",
        beside("$3")
    );
    sql(text).bind(id).bind(Timestamp::now()).bind(workspace).first(conn).await
}

/// Live sessions of a person, the one used last first.
pub async fn of_user(conn: &mut Conn, user: &str) -> Result<Vec<Session>, Error> {
    let text = format!(
        "SELECT {COLUMNS} FROM sessions s WHERE s.user_id = $1 AND s.revoked_at IS NULL
           AND s.idle_until > $2 AND s.expires_at > $2 ORDER BY s.seen_at DESC, s.id"
    );
    sql(text).bind(user).bind(Timestamp::now()).all(conn).await
}

/// Notes that a session was used.
pub async fn seen(
    conn: &mut Conn,
    id: &str,
    address: Option<&str>,
    idle: SignedDuration,
) -> Result<(), Error> {
    let now = Timestamp::now();
    sql("UPDATE sessions SET seen_at = $2, idle_until = $3, address = $4 WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(now.saturating_add(idle).unwrap_or(now))
        .bind(address)
        .run(conn)
        .await
        .map(drop)
}

/// Exchanges the token; false when somebody exchanged it already.
pub async fn rotate(conn: &mut Conn, id: &str, old: &str, new: &str) -> Result<bool, Error> {
    let changed = sql("UPDATE sessions SET hash = $3, former_hash = $2, rotated_at = $4
                       WHERE id = $1 AND hash = $2 AND revoked_at IS NULL");
    Ok(changed.bind(id).bind(old).bind(new).bind(Timestamp::now()).run(conn).await? == 1)
}

/// Ends a session of a person; false when there is none.
pub async fn revoke(conn: &mut Conn, user: &str, id: &str) -> Result<bool, Error> {
    let revoked =
        sql("UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL");
    Ok(revoked.bind(id).bind(user).bind(Timestamp::now()).run(conn).await? == 1)
}

/// Ends every session of a person but one; returns those that ended.
pub async fn revoke_others(
    conn: &mut Conn,
    user: &str,
    except: Option<&str>,
) -> Result<Vec<SessionId>, Error> {
    let live = of_user(conn, user).await?.into_iter().map(|session| session.id);
    let ended = live.filter(|id| except != Some(id.as_str())).collect();
    sql("UPDATE sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL")
        .bind(user)
        .bind(except.unwrap_or_default())
        .bind(Timestamp::now())
        .run(conn)
        .await?;
    Ok(ended)
}

/// Removes sessions that ended before that time; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM sessions WHERE expires_at < $1 OR idle_until < $1 OR revoked_at < $1")
        .bind(before)
        .run(conn)
        .await
}
