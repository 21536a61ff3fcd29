//! Which channel is told of what, and what is watched in a workspace.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::ids::RuleId;
use towpath_store::audit::NewEntry;
use towpath_store::notices::rules::{self, Rule};
use towpath_store::{Conn, pipelines, workspaces};

use super::channels::{empty, is_name, one, wrong, yes};
use super::room::shown;
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Path, Tagged};
use crate::paging::Items;
use crate::postman::Form;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// The name under which it stands in the settings of a workspace.
const WATCH: &str = "watch";
/// Most rules of a workspace.
const MOST: usize = 500;

/// A rule as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRule {
    /// Its name.
    name: String,
    /// The channel that is told, by identity or name.
    channel: String,
    /// What the channel is told of; what is left out restricts nothing. `pipelines` are identities or names.
    #[serde(default = "empty")]
    #[schema(value_type = Object)]
    spec: Value,
    /// Whether it counts.
    #[serde(default = "yes")]
    active: bool,
}

/// Parts of the path of one rule.
#[derive(Deserialize)]
pub(crate) struct At {
    rule: String,
}

/// Rules of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/rules", tag = "notifications",
    params(("workspace" = String, Path)), responses((status = 200, body = Items<Rule>)))]
pub(crate) async fn list(State(server): State<Server>, within: Within) -> Answer<Json<Items<Rule>>> {
    Ok(Json(rules::all(&mut *server.store.read().await?, within.id()).await?.into()))
}

/// Checks a rule, and puts identities in the place of names of pipelines.
async fn read(server: &Server, conn: &mut Conn, within: &Within, new: NewRule) -> Answer<Rule> {
    let mut problems = Vec::new();
    if !is_name(&new.name) {
        problems.push(wrong("/name", "a name has 1 to 100 characters and no blanks around it"));
    }
    let channel = one(conn, within, &new.channel).await;
    if channel.is_err() {
        problems.push(wrong("/channel", &format!("there is no channel `{}` here", new.channel)));
    }
    let mut spec = new.spec;
    match spec.is_object() {
        true => problems.extend(server.postman.check(Form::Rule, &spec)),
        false => problems.push(wrong("/spec", "what a channel is told of is an object")),
    }
    for (place, named) in
        spec.get_mut("pipelines").and_then(Value::as_array_mut).into_iter().flatten().enumerate()
    {
        let Some(name) = named.as_str() else { continue };
        match pipelines::find(conn, within.id(), name).await? {
            Some(pipeline) => *named = pipeline.id.as_str().into(),
            None => problems.push(wrong(
                &format!("/spec/pipelines/{place}"),
                &format!("there is no pipeline `{name}` here"),
            )),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let now = Timestamp::now();
    Ok(Rule {
        id: RuleId::generate(),
        workspace_id: within.workspace.id.clone(),
        channel_id: channel?.id,
        name: new.name,
        spec,
        active: new.active,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
    })
}

async fn find(conn: &mut Conn, within: &Within, id: &str) -> Answer<Rule> {
    rules::find(conn, within.id(), id).await?.ok_or_else(|| Problem::not_found("rule", id))
}

fn entry(caller: &Caller, within: &Within, action: &str, rule: &Rule) -> NewEntry {
    caller.did_in(within, action).on("rule", rule.id.as_str(), &rule.name)
}

/// Makes a rule.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/rules", tag = "notifications",
    params(("workspace" = String, Path)), request_body = NewRule, responses((status = 201, body = Rule)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewRule>,
) -> Answer<Response> {
    let mut tx = server.store.begin().await?;
    if rules::all(&mut tx, within.id()).await?.len() >= MOST {
        return Err(Problem::field("", format!("a workspace has at most {MOST} rules")));
    }
    let rule = Rule { created_by: Some(caller.maker()), ..read(&server, &mut tx, &within, new).await? };
    rules::insert(&mut tx, &rule).await?;
    let entry = changed(entry(&caller, &within, "rule.make", &rule), None, shown(&rule));
    server.commit(tx, vec![entry], vec![]).await?;
    Ok((StatusCode::CREATED, Tagged(1, rule)).into_response())
}

/// A rule.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/rules/{rule}", tag = "notifications",
    params(("workspace" = String, Path), ("rule" = String, Path)), responses((status = 200, body = Rule)))]
pub(crate) async fn show(
    State(server): State<Server>,
    within: Within,
    Path(at): Path<At>,
) -> Answer<Tagged<Rule>> {
    let rule = find(&mut *server.store.read().await?, &within, &at.rule).await?;
    Ok(Tagged(rule.revision, rule))
}

/// Changes a rule.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/rules/{rule}", tag = "notifications",
    params(("workspace" = String, Path), ("rule" = String, Path),
        ("If-Match" = String, Header, description = "The tag that the change is based on.")),
    request_body = NewRule, responses((status = 200, body = Rule)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
    based_on: IfMatch,
    Json(new): Json<NewRule>,
) -> Answer<Tagged<Rule>> {
    let mut tx = server.store.begin().await?;
    let before = find(&mut tx, &within, &at.rule).await?;
    based_on.check(before.revision, &before)?;
    let new = read(&server, &mut tx, &within, new).await?;
    let mut after = Rule {
        id: before.id.clone(),
        revision: before.revision,
        created_by: before.created_by.clone(),
        created_at: before.created_at,
        ..new
    };
    rules::update(&mut tx, &after).await?;
    after.revision += 1;
    let entry = changed(entry(&caller, &within, "rule.change", &after), shown(&before), shown(&after));
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Tagged(after.revision, after))
}

/// Removes a rule.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/rules/{rule}", tag = "notifications",
    params(("workspace" = String, Path), ("rule" = String, Path)), responses((status = 204, description = "Done.")))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let rule = find(&mut tx, &within, &at.rule).await?;
    rules::remove(&mut tx, rule.id.as_str()).await?;
    let entry = changed(entry(&caller, &within, "rule.remove", &rule), shown(&rule), None);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is watched in a workspace: late runs, old data, unusual numbers of rows, changed columns.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/watch", tag = "notifications",
    params(("workspace" = String, Path)), responses((status = 200, body = Object)))]
pub(crate) async fn watch(within: Within) -> Tagged<Value> {
    let own = within.workspace.settings.get(WATCH).cloned();
    Tagged(within.workspace.revision, own.unwrap_or_else(empty))
}

/// Changes what is watched in a workspace; what is left out is as usual.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/watch", tag = "notifications",
    params(("workspace" = String, Path),
        ("If-Match" = String, Header, description = "The tag that the change is based on.")),
    request_body = Object, responses((status = 200, body = Object)))]
pub(crate) async fn set_watch(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    based_on: IfMatch,
    Json(new): Json<Value>,
) -> Answer<Tagged<Value>> {
    if !new.is_object() {
        return Err(Problem::field("", "what is watched is an object"));
    }
    let problems = server.postman.check(Form::Watch, &new);
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let mut tx = server.store.begin().await?;
    let found = workspaces::find(&mut tx, within.id()).await?;
    let mut workspace = found.ok_or_else(|| Problem::not_found("workspace", within.id()))?;
    let before = workspace.settings.get(WATCH).cloned();
    based_on.check(workspace.revision, &before)?;
    match workspace.settings.as_object_mut() {
        Some(settings) => {
            settings.insert(WATCH.into(), new.clone());
        }
        None => workspace.settings = json!({ WATCH: new }),
    }
    workspaces::update(&mut tx, &workspace).await?;
    let entry = caller.did_in(&within, "watch.change").on("workspace", within.id(), &workspace.name);
    server.commit(tx, vec![changed(entry, before, Some(new.clone()))], vec![]).await?;
    Ok(Tagged(workspace.revision + 1, new))
}
