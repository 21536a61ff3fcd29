//! What every route needs. A route that is missing here is refused to everybody.

use axum::http::Method;
use towpath_model::Right;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everybody.
    Nobody,
    /// Whoever is signed in; programs with an API key too.
    Person,
    /// A person in a browser or with a token: an API key is not enough.
    Self_,
    /// Somebody who runs the server.
    Server,
    /// Somebody with that right in the workspace of the path.
    In(Right),
    /// Somebody with that right in the workspace, or on the connection or pipeline of the path.
    On(Right),
}

impl Need {
    /// For people and for the interface document.
    pub fn words(self) -> String {
        match self {
            Need::Nobody => "nothing".into(),
            Need::Person => "signed in".into(),
            Need::Self_ => "signed in, not by key".into(),
            Need::Server => "runs the server".into(),
            Need::In(right) => right.word().into(),
            Need::On(right) => format!("{} (or by grant)", right.word()),
        }
    }
}

/// A route with its need.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Method.
    pub method: &'static str,
    /// Path, behind `/api/v1`, or whole when it begins with another folder.
    pub path: &'static str,
    /// Who may use it.
    pub need: Need,
}

macro_rules! needs {
    ($($method:ident $path:literal => $need:expr;)*) => {
        /// Every route.
        pub const NEEDS: &[Entry] = &[$(Entry { method: stringify!($method), path: $path, need: $need }),*];
    };
}

use Need::{In, Nobody, On, Person, Self_, Server};

needs! {
    // Signing in.
    GET "/api/v1/session" => Nobody;
    POST "/api/v1/session" => Nobody;
    DELETE "/api/v1/session" => Self_;
    POST "/token" => Nobody;
    POST "/api/v1/setup" => Nobody;
    GET "/api/v1/links/{secret}" => Nobody;
    POST "/api/v1/links/{secret}" => Nobody;
    POST "/api/v1/password-resets" => Nobody;
    GET "/api/v1/providers" => Nobody;
    GET "/api/v1/providers/{provider}/start" => Nobody;
    GET "/api/v1/providers/{provider}/callback" => Nobody;
    // One's own account.
    GET "/api/v1/account" => Person;
    PATCH "/api/v1/account" => Self_;
    POST "/api/v1/account/password" => Self_;
    GET "/api/v1/account/sessions" => Self_;
    DELETE "/api/v1/account/sessions" => Self_;
    DELETE "/api/v1/account/sessions/{session}" => Self_;
    POST "/api/v1/account/second-factor" => Self_;
    PUT "/api/v1/account/second-factor" => Self_;
    DELETE "/api/v1/account/second-factor" => Self_;
    POST "/api/v1/account/recovery-codes" => Self_;
    POST "/api/v1/account/identities/{provider}" => Self_;
    DELETE "/api/v1/account/identities/{provider}" => Self_;
    GET "/api/v1/account/export" => Self_;
    // The server.
    GET "/api/v1/users" => Server;
    POST "/api/v1/users" => Server;
    GET "/api/v1/users/{user}" => Server;
    PATCH "/api/v1/users/{user}" => Server;
    POST "/api/v1/users/{user}/password-link" => Server;
    GET "/api/v1/users/{user}/sessions" => Server;
    DELETE "/api/v1/users/{user}/sessions" => Server;
    DELETE "/api/v1/users/{user}/sessions/{session}" => Server;
    DELETE "/api/v1/users/{user}/second-factor" => Server;
    GET "/api/v1/users/{user}/export" => Server;
    DELETE "/api/v1/users/{user}" => Server;
    GET "/api/v1/server" => Server;
    PATCH "/api/v1/server" => Server;
    GET "/api/v1/server/workers" => Server;
    GET "/api/v1/server/usage" => Server;
    GET "/api/v1/server/audit" => Server;
    GET "/api/v1/server/audit/verify" => Server;
    // Workspaces and their people.
    GET "/api/v1/workspaces" => Person;
    POST "/api/v1/workspaces" => Server;
    GET "/api/v1/workspaces/{workspace}" => In(Right::WorkspaceRead);
    PATCH "/api/v1/workspaces/{workspace}" => In(Right::WorkspaceWrite);
    DELETE "/api/v1/workspaces/{workspace}" => In(Right::WorkspaceClose);
    GET "/api/v1/workspaces/{workspace}/members" => In(Right::WorkspaceRead);
    PUT "/api/v1/workspaces/{workspace}/members/{user}" => In(Right::MembersWrite);
    DELETE "/api/v1/workspaces/{workspace}/members/{user}" => In(Right::WorkspaceRead);
    GET "/api/v1/workspaces/{workspace}/invitations" => In(Right::MembersWrite);
    POST "/api/v1/workspaces/{workspace}/invitations" => In(Right::MembersWrite);
    DELETE "/api/v1/workspaces/{workspace}/invitations/{invitation}" => In(Right::MembersWrite);
    GET "/api/v1/workspaces/{workspace}/keys" => In(Right::KeysWrite);
    POST "/api/v1/workspaces/{workspace}/keys" => In(Right::KeysWrite);
    DELETE "/api/v1/workspaces/{workspace}/keys/{key}" => In(Right::KeysWrite);
    GET "/api/v1/workspaces/{workspace}/audit" => In(Right::AuditRead);
    GET "/api/v1/workspaces/{workspace}/search" => In(Right::WorkspaceRead);
    // What pipelines are made of.
    GET "/api/v1/node-types" => Person;
    GET "/api/v1/node-types/{name}" => Person;
    GET "/api/v1/node-types/{name}/icon" => Person;
    GET "/api/v1/document-schema" => Person;
    // Connections.
    GET "/api/v1/workspaces/{workspace}/connections" => In(Right::ConnectionsRead);
    POST "/api/v1/workspaces/{workspace}/connections" => In(Right::ConnectionsWrite);
    POST "/api/v1/workspaces/{workspace}/connection-tests" => In(Right::ConnectionsWrite);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}" => On(Right::ConnectionsRead);
    PUT "/api/v1/workspaces/{workspace}/connections/{connection}" => On(Right::ConnectionsWrite);
    DELETE "/api/v1/workspaces/{workspace}/connections/{connection}" => On(Right::ConnectionsWrite);
    POST "/api/v1/workspaces/{workspace}/connections/{connection}/test" => On(Right::ConnectionsWrite);
    POST "/api/v1/workspaces/{workspace}/connections/{connection}/test-settings" => On(Right::ConnectionsWrite);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}/streams" => On(Right::ConnectionsBrowse);
    POST "/api/v1/workspaces/{workspace}/connections/{connection}/rows" => On(Right::ConnectionsBrowse);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}/export" => On(Right::ConnectionsBrowse);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}/queries" => On(Right::ConnectionsBrowse);
    POST "/api/v1/workspaces/{workspace}/connections/{connection}/queries" => On(Right::ConnectionsBrowse);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}" => On(Right::ConnectionsBrowse);
    PUT "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}" => On(Right::ConnectionsBrowse);
    DELETE "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}" => On(Right::ConnectionsBrowse);
    GET "/api/v1/workspaces/{workspace}/connections/{connection}/grants" => On(Right::ConnectionsRead);
    PUT "/api/v1/workspaces/{workspace}/connections/{connection}/grants/{user}" => On(Right::ConnectionsWrite);
    DELETE "/api/v1/workspaces/{workspace}/connections/{connection}/grants/{user}" => On(Right::ConnectionsWrite);
    // Pipelines.
    GET "/api/v1/workspaces/{workspace}/pipelines" => In(Right::PipelinesRead);
    POST "/api/v1/workspaces/{workspace}/pipelines" => In(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/validate" => In(Right::PipelinesRead);
    POST "/api/v1/workspaces/{workspace}/plan" => In(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/preview" => In(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/dry-run" => In(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/tests" => In(Right::PipelinesWrite);
    GET "/api/v1/workspaces/{workspace}/freshness" => In(Right::PipelinesRead);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}" => On(Right::PipelinesRead);
    PUT "/api/v1/workspaces/{workspace}/pipelines/{pipeline}" => On(Right::PipelinesWrite);
    PATCH "/api/v1/workspaces/{workspace}/pipelines/{pipeline}" => On(Right::PipelinesWrite);
    DELETE "/api/v1/workspaces/{workspace}/pipelines/{pipeline}" => On(Right::PipelinesWrite);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/document" => On(Right::PipelinesRead);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions" => On(Right::PipelinesRead);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions/{version}" => On(Right::PipelinesRead);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/diff" => On(Right::PipelinesRead);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/rollback" => On(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/duplicate" => On(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/plan" => On(Right::PipelinesRead);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/preview" => On(Right::PipelinesPreview);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/dry-run" => On(Right::PipelinesPreview);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/progress" => On(Right::RunsRead);
    DELETE "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/progress" => On(Right::PipelinesWrite);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/hook" => On(Right::PipelinesWrite);
    DELETE "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/hook" => On(Right::PipelinesWrite);
    GET "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants" => On(Right::PipelinesRead);
    PUT "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants/{user}" => On(Right::PipelinesWrite);
    DELETE "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants/{user}" => On(Right::PipelinesWrite);
    POST "/hooks/{pipeline}" => Nobody;
    // Runs. Those on a run look at the grants of its pipeline.
    GET "/api/v1/workspaces/{workspace}/runs" => In(Right::RunsRead);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs" => On(Right::RunsWrite);
    GET "/api/v1/workspaces/{workspace}/runs/{run}" => On(Right::RunsRead);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/cancel" => On(Right::RunsWrite);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/resume" => On(Right::RunsWrite);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/undo" => On(Right::RunsWrite);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/logs" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/tasks" => On(Right::RunsRead);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/tasks/{node}/retry" => On(Right::RunsWrite);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/outputs" => On(Right::PipelinesPreview);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/attempts" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/loads" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/report" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/quarantine" => On(Right::QuarantineRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/groups" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/nodes" => On(Right::RunsRead);
    GET "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/export" => On(Right::QuarantineRead);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/dismiss" => On(Right::RunsWrite);
    POST "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/repairs" => On(Right::RunsWrite);
    DELETE "/api/v1/workspaces/{workspace}/runs/{run}/quarantine" => On(Right::RunsWrite);
    // Schedules.
    GET "/api/v1/workspaces/{workspace}/schedules" => In(Right::SchedulesRead);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/schedules" => On(Right::SchedulesWrite);
    GET "/api/v1/workspaces/{workspace}/schedules/{schedule}" => On(Right::SchedulesRead);
    PUT "/api/v1/workspaces/{workspace}/schedules/{schedule}" => On(Right::SchedulesWrite);
    DELETE "/api/v1/workspaces/{workspace}/schedules/{schedule}" => On(Right::SchedulesWrite);
    POST "/api/v1/workspaces/{workspace}/schedules/{schedule}/pause" => On(Right::SchedulesPause);
    POST "/api/v1/workspaces/{workspace}/schedules/{schedule}/go-on" => On(Right::SchedulesPause);
    POST "/api/v1/workspaces/{workspace}/schedule-forecast" => In(Right::SchedulesRead);
    GET "/api/v1/workspaces/{workspace}/backfills" => In(Right::RunsRead);
    POST "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills" => On(Right::RunsWrite);
    GET "/api/v1/workspaces/{workspace}/backfills/{backfill}" => On(Right::RunsRead);
    POST "/api/v1/workspaces/{workspace}/backfills/{backfill}/pause" => On(Right::RunsWrite);
    POST "/api/v1/workspaces/{workspace}/backfills/{backfill}/go-on" => On(Right::RunsWrite);
    POST "/api/v1/workspaces/{workspace}/backfills/{backfill}/cancel" => On(Right::RunsWrite);
    // Files.
    GET "/api/v1/workspaces/{workspace}/uploads" => In(Right::UploadsRead);
    POST "/api/v1/workspaces/{workspace}/uploads" => In(Right::UploadsWrite);
    GET "/api/v1/workspaces/{workspace}/uploads/{upload}" => In(Right::UploadsRead);
    GET "/api/v1/workspaces/{workspace}/uploads/{upload}/content" => In(Right::UploadsRead);
    POST "/api/v1/workspaces/{workspace}/uploads/{upload}/inspect" => In(Right::UploadsRead);
    DELETE "/api/v1/workspaces/{workspace}/uploads/{upload}" => In(Right::UploadsWrite);
    // Notifications.
    GET "/api/v1/channel-kinds" => Person;
    GET "/api/v1/account/notices" => Self_;
    GET "/api/v1/account/notices/unread" => Self_;
    POST "/api/v1/account/notices/read" => Self_;
    POST "/api/v1/account/notices/{notice}/read" => Self_;
    GET "/api/v1/account/notifications" => Self_;
    PUT "/api/v1/account/notifications" => Self_;
    GET "/api/v1/workspaces/{workspace}/channels" => In(Right::NotificationsRead);
    POST "/api/v1/workspaces/{workspace}/channels" => In(Right::NotificationsWrite);
    POST "/api/v1/workspaces/{workspace}/channel-tests" => In(Right::NotificationsWrite);
    GET "/api/v1/workspaces/{workspace}/channels/{channel}" => In(Right::NotificationsRead);
    PUT "/api/v1/workspaces/{workspace}/channels/{channel}" => In(Right::NotificationsWrite);
    DELETE "/api/v1/workspaces/{workspace}/channels/{channel}" => In(Right::NotificationsWrite);
    POST "/api/v1/workspaces/{workspace}/channels/{channel}/test" => In(Right::NotificationsWrite);
    POST "/api/v1/workspaces/{workspace}/channels/{channel}/test-settings" => In(Right::NotificationsWrite);
    GET "/api/v1/workspaces/{workspace}/rules" => In(Right::NotificationsRead);
    POST "/api/v1/workspaces/{workspace}/rules" => In(Right::NotificationsWrite);
    GET "/api/v1/workspaces/{workspace}/rules/{rule}" => In(Right::NotificationsRead);
    PUT "/api/v1/workspaces/{workspace}/rules/{rule}" => In(Right::NotificationsWrite);
    DELETE "/api/v1/workspaces/{workspace}/rules/{rule}" => In(Right::NotificationsWrite);
    GET "/api/v1/workspaces/{workspace}/watch" => In(Right::NotificationsRead);
    PUT "/api/v1/workspaces/{workspace}/watch" => In(Right::NotificationsWrite);
    GET "/api/v1/workspaces/{workspace}/deliveries" => In(Right::NotificationsWrite);
    POST "/api/v1/workspaces/{workspace}/deliveries/{delivery}/again" => In(Right::NotificationsWrite);
    // Live events, health and documents.
    GET "/api/v1/live" => Person;
    GET "/api/v1/events" => Person;
    GET "/health/live" => Nobody;
    GET "/health/ready" => Nobody;
    GET "/metrics" => Nobody;
    GET "/api/v1/openapi.json" => Nobody;
    GET "/docs" => Nobody;
    GET "/docs/" => Nobody;
    GET "/docs/{*rest}" => Nobody;
}

/// What a route needs; none when it is not in the list.
pub fn need(method: &Method, path: &str) -> Option<Need> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    NEEDS.iter().find(|entry| entry.method == method && entry.path == path).map(|entry| entry.need)
}
