//! Live events: one stream per client, with what it subscribed to and may see.

pub(crate) mod access;
pub mod hub;
pub(crate) mod stream;
