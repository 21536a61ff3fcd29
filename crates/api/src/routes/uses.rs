//! Who uses something, as far as the caller may know of them.

use std::collections::HashMap;

use serde::Serialize;
use towpath_model::Role;
use towpath_store::connections::Connection;
use towpath_store::members::{self, ObjectKind};
use towpath_store::uses::Use;
use towpath_store::{Conn, pipelines};

use crate::caller::{Caller, Within};
use crate::problem::Answer;

/// A pipeline that uses something.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct UseView {
    /// Identity of the pipeline.
    id: String,
    /// Name of the pipeline.
    name: String,
    /// How many schedules it has.
    schedules: u64,
    /// How many of them fire.
    active_schedules: u64,
}

impl From<Use> for UseView {
    fn from(one: Use) -> Self {
        UseView {
            id: one.id,
            name: one.name,
            schedules: one.schedules,
            active_schedules: one.active_schedules,
        }
    }
}

/// Those uses that the caller may know of.
pub(crate) async fn seen(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    mut uses: Vec<Use>,
) -> Answer<Vec<Use>> {
    if let Some(user) = within.visible_to(caller)
        && uses.iter().any(|one| one.restricted)
    {
        let hidden = pipelines::hidden_from(conn, within.id(), user).await?;
        uses.retain(|one| !hidden.contains(&one.id));
    }
    Ok(uses)
}

/// The caller's role on each connection of a list that holds only those that the caller sees.
pub(crate) async fn roles(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    connections: &[Connection],
) -> Answer<Vec<Role>> {
    if within.member >= Role::Admin {
        return Ok(vec![within.member; connections.len()]);
    }
    let grants = members::grants_of(conn, within.id(), caller.user.id.as_str()).await?;
    let grants = grants.into_iter().filter(|grant| grant.object_kind == ObjectKind::Connection);
    let granted: HashMap<String, Role> = grants.map(|grant| (grant.object_id, grant.role)).collect();
    let role = |connection: &Connection| match granted.get(connection.id.as_str()) {
        Some(granted) if connection.restricted => *granted,
        Some(granted) => within.member.max(*granted),
        None => within.member,
    };
    Ok(connections.iter().map(role).collect())
}
