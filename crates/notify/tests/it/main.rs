//! Messages to real servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mail;
mod support;
mod web;
