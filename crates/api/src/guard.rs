//! Stands before every route: who calls, how often, and may they.
//!
//! What a route needs is said once, in [`crate::needs`]. The guard finds the workspace and the object of the path, adds
//! the role that the caller has on it, and leaves both for the handler. What somebody may not even see does not exist
//! for them. Every refusal of somebody who is known is written into the audit.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use towpath_model::{Right, Role};
use towpath_store::audit::Outcome;
use towpath_store::backfills::Backfill;
use towpath_store::connections::Connection;
use towpath_store::members::{self, ObjectKind};
use towpath_store::pipelines::Pipeline;
use towpath_store::runs::Run;
use towpath_store::schedules::Schedule;
use towpath_store::sessions::Session;
use towpath_store::workspaces::Membership;
use towpath_store::{Conn, backfills, connections, pipelines, runs, schedules};

use crate::caller::{Brought, Caller, Known, Origin, Via, Within, check_csrf, exchange, identify, with};
use crate::http::Admitted;
use crate::needs::{NEEDS, Need};
use crate::problem::{self, Answer, Problem};
use crate::server::{Inside, Server};
use crate::sign_in::cookie;

/// The object of the path.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Connection(Connection),
    Pipeline(Pipeline),
    Run(Box<Run>, Pipeline),
    Schedule(Schedule, Pipeline),
    Backfill(Backfill, Pipeline),
}

pub(crate) async fn guard(State(inside): State<Inside>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut left = None;
    let mut response = match admit(&inside, &mut parts, &mut left).await {
        Ok(ageing) => {
            let mut response = next.run(Request::from_parts(parts, body)).await;
            response.extensions_mut().insert(Admitted);
            if let Some((session, hash)) = ageing {
                renew(&inside.server, &session, &hash, &mut response).await;
            }
            response
        }
        Err(problem) => {
            let is_method = problem.code().status == 405;
            let mut response = problem.into_response();
            if is_method {
                allowed_methods(&inside, &parts, response.headers_mut());
            }
            response
        }
    };
    // Refusals count as well, and those who are refused for their number want to know it most.
    if let Some(left) = left {
        inside.limits.write(response.headers_mut(), left);
    }
    response
}

/// Says which methods an address takes.
fn allowed_methods(inside: &Inside, parts: &Parts, headers: &mut HeaderMap) {
    let path = route(inside, parts);
    let known = NEEDS.iter().filter(|entry| entry.path == path).map(|entry| entry.method);
    if let Ok(value) = HeaderValue::from_str(&known.collect::<Vec<_>>().join(", ")) {
        headers.insert(header::ALLOW, value);
    }
}

/// The path of the route, as [`NEEDS`] writes it; empty when there is no such route.
fn route(inside: &Inside, parts: &Parts) -> String {
    let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    // Behind a folder, the router says the whole path.
    path.strip_prefix(inside.base.as_str()).unwrap_or(path).to_owned()
}

/// The session of a request whose token is due, with the hash of the token.
type Ageing = Option<(Session, String)>;

/// Gives a session a new token. After the route, so that one that ended the session or changed its token is seen.
async fn renew(server: &Server, session: &Session, hash: &str, response: &mut Response) {
    match exchange(server, session, hash).await {
        Ok(Some(token)) => {
            let lasts = session.expires_at.duration_since(Timestamp::now()).as_secs();
            let cookie = cookie::set_session(&token, server.settings.is_secure(), lasts);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(None) => {}
        Err(problem) => tracing::warn!("the token of a session was not exchanged: {}", problem.detail()),
    }
}

/// Lets a request go on, or not. Once it is counted, `left` says how many more may follow.
async fn admit(inside: &Inside, parts: &mut Parts, left: &mut Option<u32>) -> Answer<Ageing> {
    let server = &inside.server;
    let path = route(inside, parts);
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    let need = inside.needs.get(&(method, path.as_str())).copied();
    // No path means that there is no such route, which the router says.
    if need.is_none() && !path.is_empty() {
        if !NEEDS.iter().any(|entry| entry.path == path) {
            return Err(Problem::internal(format!("the route `{path}` does not say what it needs")));
        }
        return Err(Problem::new(problem::METHOD, format!("this address does not take `{method}`")));
    }
    let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
    let params = RawPathParams::from_request_parts(parts, &()).await.ok();
    let workspace = params.as_ref().and_then(|params| param(params, "workspace"));
    let brought = identify(server, &parts.headers, origin.clone(), workspace).await?;
    let counted = match &brought {
        Brought::Caller(known) | Brought::Ageing(known, _) => known.caller.counted_as(),
        _ => origin.address.clone().unwrap_or_default(),
    };
    *left = Some(0);
    *left = Some(inside.limits.count(&counted)?);
    let (Known { caller, member }, hash) = match brought {
        Brought::Caller(known) => (*known, None),
        Brought::Ageing(known, hash) => (*known, Some(hash)),
        Brought::Unknown if need != Some(Need::Nobody) => {
            return Err(Problem::new(problem::SIGN_IN, "the session, token or key is unknown, or has ended"));
        }
        _ => {
            return match need {
                None | Some(Need::Nobody) => Ok(None),
                Some(_) => Err(Problem::new(problem::SIGN_IN, "nobody is signed in")),
            };
        }
    };
    if let Some(need) = need {
        check_csrf(server, &parts.method, &parts.headers, &caller)?;
        if let Err(problem) = permit(server, parts, &caller, need, member).await {
            if problem.code().status == 403 {
                note_denial(server, &caller, &path, &problem).await?;
            }
            return Err(problem);
        }
    }
    let ageing = hash.and_then(|hash| Some((caller.session()?.clone(), hash)));
    parts.extensions.insert(caller);
    Ok(ageing)
}

async fn note_denial(server: &Server, caller: &Caller, path: &str, problem: &Problem) -> Answer<()> {
    let detail = json!({ "route": path, "reason": problem.detail() });
    let entry = with(caller.did("request.deny"), Outcome::Denied, detail);
    server.commit(server.store.begin().await?, vec![entry], vec![]).await
}

/// The value of a part of the path.
fn param<'p>(params: &'p RawPathParams, name: &str) -> Option<&'p str> {
    params.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

async fn permit(
    server: &Server,
    parts: &mut Parts,
    caller: &Caller,
    need: Need,
    member: Option<Membership>,
) -> Answer<()> {
    match need {
        Need::Nobody | Need::Person => Ok(()),
        Need::Self_ => match caller.via {
            Via::Key(_) => Err(Problem::new(problem::FORBIDDEN, "an API key is not enough for this")
                .hint("sign in as the person")),
            _ => Ok(()),
        },
        Need::Server => match (caller.user.runs_server, &caller.via) {
            (true, Via::Browser(_) | Via::Program(_)) => Ok(()),
            (true, Via::Key(_)) => Err(Problem::new(problem::FORBIDDEN, "an API key is not enough for this")),
            (false, _) => Err(Problem::new(problem::FORBIDDEN, "only people who run the server may do this")),
        },
        Need::In(right) => within(server, parts, caller, right, false, member).await,
        Need::On(right) => within(server, parts, caller, right, true, member).await,
    }
}

async fn within(
    server: &Server,
    parts: &mut Parts,
    caller: &Caller,
    right: Right,
    on: bool,
    member: Option<Membership>,
) -> Answer<()> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|rejection| Problem::new(problem::NOT_FOUND, rejection.body_text()))?;
    let param = |name: &str| param(&params, name);
    let unknown = || Problem::not_found("workspace", param("workspace").unwrap_or_default());
    let Membership { workspace, role: member, .. } = member.ok_or_else(unknown)?;
    if matches!(&caller.via, Via::Key(key) if key.workspace_id != workspace.id) {
        return Err(unknown());
    }
    let mut role = member;
    if on {
        let found = param("connection").map(|name| ("connection", name)).or_else(|| {
            let kinds = ["pipeline", "run", "schedule", "backfill"];
            kinds.into_iter().find_map(|kind| Some((kind, param(kind)?)))
        });
        if let Some((kind, name)) = found {
            let mut conn = server.store.read().await?;
            let target = target(&mut conn, workspace.id.as_str(), kind, name).await?;
            let target = target.ok_or_else(|| Problem::not_found(kind, name))?;
            role = role_on(&mut conn, &target, caller, member)
                .await?
                .ok_or_else(|| Problem::not_found(kind, name))?;
            parts.extensions.insert(target);
        }
    }
    allow(caller, role, right)?;
    parts.extensions.insert(Within { workspace, member, role });
    Ok(())
}

/// Refuses what the role or the credentials do not hold.
pub(crate) fn allow(caller: &Caller, role: Role, right: Right) -> Answer<()> {
    if !role.may(right) {
        let detail = format!(
            "this needs the right `{}`, which the role `{}` does not hold",
            right.word(),
            role.word()
        );
        let hint = format!("the smallest role that holds it is `{}`", right.least().word());
        return Err(Problem::new(problem::FORBIDDEN, detail).hint(hint));
    }
    if !caller.covers(right) {
        let detail = format!("the API key does not have the scope `{}`", right.word());
        return Err(Problem::new(problem::FORBIDDEN, detail).hint("make a key with that scope"));
    }
    Ok(())
}

async fn target(conn: &mut Conn, workspace: &str, kind: &str, name: &str) -> Answer<Option<Target>> {
    Ok(match kind {
        "connection" => connections::find(conn, workspace, name).await?.map(Target::Connection),
        "pipeline" => pipelines::find(conn, workspace, name).await?.map(Target::Pipeline),
        "run" => match runs::find(conn, workspace, name).await? {
            Some(run) => {
                let pipeline = pipelines::by_id(conn, run.pipeline_id.as_str()).await?;
                pipeline.map(|pipeline| Target::Run(Box::new(run), pipeline))
            }
            None => None,
        },
        "schedule" => match schedules::find(conn, workspace, name).await? {
            Some(schedule) => {
                let pipeline = pipelines::by_id(conn, schedule.pipeline_id.as_str()).await?;
                pipeline.map(|pipeline| Target::Schedule(schedule, pipeline))
            }
            None => None,
        },
        _ => match backfills::find(conn, workspace, name).await? {
            Some(backfill) => {
                let pipeline = pipelines::by_id(conn, backfill.pipeline_id.as_str()).await?;
                pipeline.map(|pipeline| Target::Backfill(backfill, pipeline))
            }
            None => None,
        },
    })
}

/// The caller's role on an object; none when it is hidden from the caller.
async fn role_on(conn: &mut Conn, target: &Target, caller: &Caller, member: Role) -> Answer<Option<Role>> {
    let (kind, id, restricted) = match target {
        Target::Connection(connection) => {
            (ObjectKind::Connection, connection.id.as_str(), connection.restricted)
        }
        Target::Pipeline(pipeline)
        | Target::Run(_, pipeline)
        | Target::Schedule(_, pipeline)
        | Target::Backfill(_, pipeline) => (ObjectKind::Pipeline, pipeline.id.as_str(), pipeline.restricted),
    };
    let granted = match member >= Role::Admin {
        true => None,
        false => members::granted(conn, kind, id, caller.user.id.as_str()).await?,
    };
    Ok(match (granted, restricted && member < Role::Admin) {
        (Some(granted), true) => Some(granted),
        (Some(granted), false) => Some(granted.max(member)),
        (None, true) => None,
        (None, false) => Some(member),
    })
}

macro_rules! targets {
    ($($(#[doc = $doc:literal])* $name:ident($($part:ident: $type:ty),*) = $pattern:pat => $value:expr;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone)]
            pub(crate) struct $name($(pub(crate) $type),*);

            impl<S: Send + Sync> FromRequestParts<S> for $name {
                type Rejection = Problem;

                async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                    match parts.extensions.get::<Target>().cloned() {
                        Some($pattern) => Ok($value),
                        _ => Err(Problem::internal("a route asks for an object that its path does not have")),
                    }
                }
            }
        )*
    };
}

targets! {
    /// The connection of the path.
    OnConnection(connection: Connection) = Target::Connection(connection) => OnConnection(connection);
    /// The pipeline of the path.
    OnPipeline(pipeline: Pipeline) = Target::Pipeline(pipeline) => OnPipeline(pipeline);
    /// The run of the path, with its pipeline.
    OnRun(run: Run, pipeline: Pipeline) = Target::Run(run, pipeline) => OnRun(*run, pipeline);
    /// The schedule of the path, with its pipeline.
    OnSchedule(schedule: Schedule, pipeline: Pipeline) = Target::Schedule(schedule, pipeline) => OnSchedule(schedule, pipeline);
    /// The backfill of the path, with its pipeline.
    OnBackfill(backfill: Backfill, pipeline: Pipeline) = Target::Backfill(backfill, pipeline) => OnBackfill(backfill, pipeline);
}
