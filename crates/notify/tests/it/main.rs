//! Messages to real servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;
mod mail;
mod server;
mod support;
mod watch;
mod web;
