//! Who is in a workspace, and with which role; and roles on single connections and pipelines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::Role;
use towpath_model::ids::UserId;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql, words};

words! {
    /// What a role can be given on, besides the whole workspace.
    ObjectKind {
        /// A connection.
        Connection = "connection",
        /// A pipeline.
        Pipeline = "pipeline",
    }
}

/// A person in a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// The person.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The address with which the person signs in.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// Whether the person can sign in.
    pub active: bool,
    /// The role in the workspace.
    #[schema(value_type = String)]
    pub role: Role,
    /// Where the role comes from: `invited`, or the name of a provider whose groups give it.
    pub origin: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Read for Member {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Member {
            user_id: UserId::from_text(row.text("user_id")?),
            email: row.text("email")?,
            name: row.text("name")?,
            active: row.flag("active")?,
            role: row.word("role", Role::of)?,
            origin: row.text("origin")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// A role on one connection or pipeline.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grant {
    /// What it is given on.
    pub object_kind: ObjectKind,
    /// Which one.
    pub object_id: String,
    /// Who has it.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The role.
    #[schema(value_type = String)]
    pub role: Role,
    /// Who gave it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

impl Read for Grant {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Grant {
            object_kind: row.word("object_kind", ObjectKind::of)?,
            object_id: row.text("object_id")?,
            user_id: UserId::from_text(row.text("user_id")?),
            role: row.word("role", Role::of)?,
            created_by: row.maybe_text("created_by")?,
            created_at: row.time("created_at")?,
        })
    }
}

struct RoleOnly(Role);

impl Read for RoleOnly {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(RoleOnly(row.word("role", Role::of)?))
    }
}

/// The role of a person in a workspace.
pub async fn role(conn: &mut Conn, workspace: &str, user: &str) -> Result<Option<Role>, Error> {
    let role = sql("SELECT role FROM members WHERE workspace_id = $1 AND user_id = $2");
    Ok(role.bind(workspace).bind(user).first::<RoleOnly>(conn).await?.map(|role| role.0))
}

/// People of a workspace, by address.
pub async fn list(conn: &mut Conn, workspace: &str) -> Result<Vec<Member>, Error> {
    sql("SELECT m.user_id, u.email, u.name, u.active, m.role, m.origin, m.created_at
         FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 ORDER BY u.email, u.id")
    .bind(workspace)
    .all(conn)
    .await
}

/// Gives a person a role in a workspace.
pub async fn put(
    conn: &mut Conn,
    workspace: &str,
    user: &str,
    role: Role,
    origin: &str,
) -> Result<(), Error> {
    sql("INSERT INTO members (workspace_id, user_id, role, origin, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = $3, origin = $4, updated_at = $5")
    .bind(workspace)
    .bind(user)
    .bind(role.word())
    .bind(origin)
    .bind(Timestamp::now())
    .run(conn)
    .await
    .map(drop)
}

/// Takes a person out of a workspace, with the roles on its objects and the keys.
pub async fn remove(conn: &mut Conn, workspace: &str, user: &str) -> Result<bool, Error> {
    for table in ["grants", "api_keys"] {
        sql(format!("DELETE FROM {table} WHERE workspace_id = $1 AND user_id = $2"))
            .bind(workspace)
            .bind(user)
            .run(conn)
            .await?;
    }
    let removed = sql("DELETE FROM members WHERE workspace_id = $1 AND user_id = $2");
    Ok(removed.bind(workspace).bind(user).run(conn).await? == 1)
}

/// How many active owners a workspace has.
pub async fn count_owners(conn: &mut Conn, workspace: &str) -> Result<i64, Error> {
    sql("SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.workspace_id = $1 AND m.role = 'owner' AND u.active = 1")
    .bind(workspace)
    .number(conn)
    .await
}

/// Roles of a person on objects of a workspace.
pub async fn grants_of(conn: &mut Conn, workspace: &str, user: &str) -> Result<Vec<Grant>, Error> {
    sql("SELECT * FROM grants WHERE workspace_id = $1 AND user_id = $2 ORDER BY object_id")
        .bind(workspace)
        .bind(user)
        .all(conn)
        .await
}

/// Roles of a person on objects of every workspace.
pub async fn all_grants_of(conn: &mut Conn, user: &str) -> Result<Vec<Grant>, Error> {
    sql("SELECT * FROM grants WHERE user_id = $1 ORDER BY object_kind, object_id").bind(user).all(conn).await
}

/// A person of a workspace.
pub async fn find(conn: &mut Conn, workspace: &str, user: &str) -> Result<Option<Member>, Error> {
    sql("SELECT m.user_id, u.email, u.name, u.active, m.role, m.origin, m.created_at
         FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.user_id = $2")
    .bind(workspace)
    .bind(user)
    .first(conn)
    .await
}

/// Roles that people have on an object.
pub async fn grants_on(conn: &mut Conn, kind: ObjectKind, object: &str) -> Result<Vec<Grant>, Error> {
    sql("SELECT * FROM grants WHERE object_kind = $1 AND object_id = $2 ORDER BY user_id")
        .bind(kind.word())
        .bind(object)
        .all(conn)
        .await
}

/// The role of a person on an object.
pub async fn granted(
    conn: &mut Conn,
    kind: ObjectKind,
    object: &str,
    user: &str,
) -> Result<Option<Role>, Error> {
    let role = sql("SELECT role FROM grants WHERE object_kind = $1 AND object_id = $2 AND user_id = $3");
    let role = role.bind(kind.word()).bind(object).bind(user).first::<RoleOnly>(conn).await?;
    Ok(role.map(|role| role.0))
}

/// Gives a person a role on an object.
pub async fn grant(conn: &mut Conn, workspace: &str, grant: &Grant) -> Result<(), Error> {
    sql("INSERT INTO grants (workspace_id, object_kind, object_id, user_id, role, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (object_kind, object_id, user_id) DO UPDATE SET role = $5, created_by = $6, created_at = $7")
    .bind(workspace)
    .bind(grant.object_kind.word())
    .bind(&grant.object_id)
    .bind(grant.user_id.as_str())
    .bind(grant.role.word())
    .bind(grant.created_by.as_deref())
    .bind(grant.created_at)
    .run(conn)
    .await
    .map(drop)
}

/// Takes the role of a person on an object away.
pub async fn ungrant(conn: &mut Conn, kind: ObjectKind, object: &str, user: &str) -> Result<bool, Error> {
    let removed = sql("DELETE FROM grants WHERE object_kind = $1 AND object_id = $2 AND user_id = $3");
    Ok(removed.bind(kind.word()).bind(object).bind(user).run(conn).await? == 1)
}
