//! Who may do what: roles of people in a workspace, and rights that routes ask for.
//!
//! A role is a step of one ladder: each holds every right of the steps below it. A right is what a route needs and
//! what an API key is limited to. The smallest role that holds a right is said once, in [`Right::least`]; the table in
//! the documents is made from it.

use serde::{Deserialize, Serialize};

/// What a person is in a workspace, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees pipelines, runs and tables.
    Viewer,
    /// Also starts, cancels and repairs runs.
    Operator,
    /// Also makes and changes connections, pipelines and schedules.
    Editor,
    /// Also decides who is in the workspace, and its settings.
    Admin,
    /// Also makes other owners, and may close the workspace.
    Owner,
}

impl Role {
    /// Every role, from least to most.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Operator, Role::Editor, Role::Admin, Role::Owner];

    /// The word for it in documents and stores.
    pub fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Editor => "editor",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    /// The role of that word.
    pub fn of(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether this role holds the right.
    pub fn may(self, right: Right) -> bool {
        self >= right.least()
    }
}

macro_rules! rights {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $role:ident;)*) => {
        /// Something that a route needs, in one workspace.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Right { $($(#[doc = $doc])* #[serde(rename = $word)] $name),* }

        impl Right {
            /// Every right, in the order of the documents.
            pub const ALL: &'static [Right] = &[$(Right::$name),*];

            /// The word for it: in scopes of API keys and in documents.
            pub fn word(self) -> &'static str {
                match self { $(Right::$name => $word),* }
            }

            /// The smallest role that holds it.
            pub fn least(self) -> Role {
                match self { $(Right::$name => Role::$role),* }
            }

            /// What it allows, for people.
            pub fn summary(self) -> &'static str {
                match self { $(Right::$name => concat!($($doc),*).trim_ascii()),* }
            }
        }
    };
}

rights! {
    /// See the workspace, its people and its limits.
    WorkspaceRead = "workspace:read", Viewer;
    /// Change the settings of the workspace.
    WorkspaceWrite = "workspace:write", Admin;
    /// Close the workspace for good.
    WorkspaceClose = "workspace:close", Owner;
    /// Invite people, change their roles, remove them.
    MembersWrite = "members:write", Admin;
    /// See connections, without their secrets.
    ConnectionsRead = "connections:read", Viewer;
    /// Look at the tables of a connection, and at rows of them.
    ConnectionsBrowse = "connections:browse", Editor;
    /// Make, change, test and remove connections.
    ConnectionsWrite = "connections:write", Editor;
    /// See pipelines, their versions and what they load.
    PipelinesRead = "pipelines:read", Viewer;
    /// Make, change and archive pipelines.
    PipelinesWrite = "pipelines:write", Editor;
    /// Look at the rows of a node of a pipeline.
    PipelinesPreview = "pipelines:preview", Operator;
    /// See runs, their logs and their counts.
    RunsRead = "runs:read", Viewer;
    /// Start, cancel and resume runs, and take loads back.
    RunsWrite = "runs:write", Operator;
    /// See rows in quarantine, with the original values.
    QuarantineRead = "quarantine:read", Operator;
    /// See schedules and when they fire.
    SchedulesRead = "schedules:read", Viewer;
    /// Pause schedules and go on with them.
    SchedulesPause = "schedules:pause", Operator;
    /// Make, change and remove schedules.
    SchedulesWrite = "schedules:write", Editor;
    /// See and fetch uploaded files.
    UploadsRead = "uploads:read", Operator;
    /// Upload files, and remove them.
    UploadsWrite = "uploads:write", Operator;
    /// See channels and rules of notifications.
    NotificationsRead = "notifications:read", Viewer;
    /// Change channels and rules of notifications.
    NotificationsWrite = "notifications:write", Admin;
    /// Read the audit of the workspace.
    AuditRead = "audit:read", Admin;
    /// Make and revoke API keys of one's own.
    KeysWrite = "keys:write", Viewer;
}

impl Right {
    /// The right of that word.
    pub fn of(word: &str) -> Option<Right> {
        Right::ALL.iter().copied().find(|right| right.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_holds_what_smaller_roles_hold() {
        for pair in Role::ALL.windows(2) {
            for right in Right::ALL {
                assert!(!pair[0].may(*right) || pair[1].may(*right), "{pair:?} {right:?}");
            }
        }
        assert!(Right::ALL.iter().all(|right| Role::Owner.may(*right)));
    }

    #[test]
    fn words_lead_back_to_what_they_name() {
        assert!(Role::ALL.iter().all(|role| Role::of(role.word()) == Some(*role)));
        assert!(Right::ALL.iter().all(|right| Right::of(right.word()) == Some(*right)));
    }
}
