//! Roles that groups of a provider give.
//!
//! A membership remembers where it comes from. One that groups gave follows the groups at every sign-in: it rises,
//! falls and goes with them. One that was given by hand stays as it is. A workspace never loses its last owner this way.

use std::collections::BTreeMap;

use serde_json::json;
use towpath_model::Role;
use towpath_store::accounts::User;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::{Conn, members, workspaces};

use crate::caller::{Origin, changed};
use crate::problem::Answer;
use crate::routes::members::told;
use crate::server::Provider;

/// Brings the memberships of a person in line with the groups; returns what is to be told of it.
pub(crate) async fn follow(
    conn: &mut Conn,
    provider: &Provider,
    user: &User,
    groups: &[String],
    origin: &Origin,
) -> Answer<(Vec<NewEntry>, Vec<NewEvent>)> {
    // What each workspace of the settings, or of an earlier sign-in, is to be.
    let mut wanted: BTreeMap<String, Option<Role>> = BTreeMap::new();
    for membership in workspaces::of_user(conn, user.id.as_str()).await? {
        if membership.origin == provider.name {
            wanted.insert(membership.workspace.id.to_string(), None);
        }
    }
    for rule in &provider.roles {
        let found = workspaces::find(conn, &rule.workspace).await?.filter(|found| found.closed_at.is_none());
        let Some(workspace) = found else { continue };
        let role = groups.contains(&rule.group).then_some(rule.role);
        let best = wanted.entry(workspace.id.to_string()).or_default();
        *best = (*best).max(role);
    }
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    for (workspace, role) in wanted {
        let member = members::find(conn, &workspace, user.id.as_str()).await?;
        let before = member.as_ref().map(|member| member.role);
        let is_by_hand = member.is_some_and(|member| member.origin != provider.name);
        if is_by_hand || before == role {
            continue;
        }
        if before == Some(Role::Owner) && members::count_owners(conn, &workspace).await? <= 1 {
            tracing::warn!(workspace, "the last owner stays, although no group says so any more");
            continue;
        }
        match role {
            Some(role) => {
                members::put(conn, &workspace, user.id.as_str(), role, &provider.name).await?;
            }
            None => {
                members::remove(conn, &workspace, user.id.as_str()).await?;
            }
        }
        let said = |role: Role| json!({ "role": role, "user": user.id, "provider": provider.name });
        let action = if role.is_some() { "member.change" } else { "member.remove" };
        let entry = origin.did(action).within(&workspace).on("user", user.id.as_str(), &user.email);
        entries.push(changed(entry, before.map(said), role.map(said)));
        events.push(told(&workspace, user.id.as_str(), role));
    }
    Ok((entries, events))
}
