//! Identifiers: a readable prefix and a time-ordered body (UUID version 7).

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new, unique, time-ordered identifier.
            pub fn generate() -> Self {
                $name(format!(concat!($prefix, "_{}"), uuid::Uuid::now_v7().simple()))
            }

            /// Wraps text that is known to be such an identifier, for example read back from a store.
            pub fn from_text(text: impl Into<String>) -> Self {
                $name(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One execution of a pipeline for one data interval.
    RunId,
    "run"
);
id!(
    /// One atomic write to a destination. The same load twice equals once.
    LoadId,
    "load"
);
id!(
    /// A boundary of ownership and rights: people, connections and pipelines live in one.
    WorkspaceId,
    "ws"
);
id!(
    /// A person with an account.
    UserId,
    "us"
);
id!(
    /// A sign-in that can be listed and revoked.
    SessionId,
    "se"
);
id!(
    /// A key with which a program signs in.
    KeyId,
    "key"
);
id!(
    /// A link that works once: to make the first account, to accept an invitation, to choose a new password.
    LinkId,
    "li"
);
id!(
    /// A connector with an address and credentials.
    ConnectionId,
    "cn"
);
id!(
    /// A pipeline with all its versions.
    PipelineId,
    "pl"
);
id!(
    /// A rule that starts runs of a pipeline.
    ScheduleId,
    "sc"
);
id!(
    /// Runs of a pipeline for a range of past intervals.
    BackfillId,
    "bf"
);
id!(
    /// A file that somebody gave to the server.
    UploadId,
    "up"
);
id!(
    /// SQL that is kept beside a connection.
    QueryId,
    "qu"
);
id!(
    /// A way to tell people about what happened.
    ChannelId,
    "ch"
);
id!(
    /// What is to be told, and over which channel.
    RuleId,
    "ru"
);
id!(
    /// Something that a person is told in the program.
    NoticeId,
    "no"
);
id!(
    /// A message on its way over a channel.
    DeliveryId,
    "de"
);
id!(
    /// A process that carries out runs.
    WorkerId,
    "wk"
);
id!(
    /// What a node showed when somebody looked at its rows.
    PreviewId,
    "pv"
);
