//! Live events: one stream per client, with what it subscribed to and may see.

pub mod hub;
pub(crate) mod stream;
