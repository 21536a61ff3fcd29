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
