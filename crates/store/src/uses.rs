//! Which pipelines use something: a connection, or a file that somebody gave to the server.
//!
//! The version of a pipeline that runs says which connections it uses; which files it reads stands in its document. What is
//! put away uses nothing.

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// A pipeline in use, with what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Identity of the pipeline.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Names of the connections that it uses.
    pub connections: Vec<String>,
    /// Only administrators and people with a grant see it.
    pub restricted: bool,
    /// How many schedules it has.
    pub schedules: u64,
    /// How many of them fire.
    pub active_schedules: u64,
}

impl Read for Use {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Use {
            id: row.text("id")?,
            name: row.text("name")?,
            connections: row.json("uses_connections")?,
            restricted: row.flag("restricted")?,
            schedules: row.count("schedules")?,
            active_schedules: row.count("active_schedules")?,
        })
    }
}

const USES: &str = "SELECT p.id, p.name, p.restricted, v.uses_connections,
    (SELECT count(*) FROM schedules s WHERE s.pipeline_id = p.id) AS schedules,
    (SELECT count(*) FROM schedules s WHERE s.pipeline_id = p.id AND s.paused = 0) AS active_schedules
    FROM pipelines p JOIN pipeline_versions v ON v.pipeline_id = p.id AND v.number = p.version
    WHERE p.workspace_id = $1 AND p.archived_at IS NULL";

/// Every pipeline in use with the connections that it uses, by name.
pub async fn of_connections(conn: &mut Conn, workspace: &str) -> Result<Vec<Use>, Error> {
    sql(format!("{USES} AND v.uses_connections <> '[]' ORDER BY p.name")).bind(workspace).all(conn).await
}

/// Pipelines in use whose document names that path, by name.
pub async fn of_path(conn: &mut Conn, workspace: &str, path: &str) -> Result<Vec<Use>, Error> {
    // Neither `%` nor `_` of a name is meant as a wildcard.
    let pattern: String = path
        .chars()
        .flat_map(|letter| matches!(letter, '%' | '_' | '!').then_some('!').into_iter().chain([letter]))
        .collect();
    sql(format!("{USES} AND v.document LIKE $2 ESCAPE '!' ORDER BY p.name"))
        .bind(workspace)
        .bind(format!("%{pattern}%"))
        .all(conn)
        .await
}
