//! Expressions and SQL in documents: one language everywhere, DataFusion's SQL.

use datafusion::prelude::SessionConfig;

pub(crate) fn session_config() -> SessionConfig {
    SessionConfig::new()
}
