//! The interface as browsers and programs see it: a whole server in this process, with a store of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod around;
mod backfills;
mod bench;
mod connections;
mod documents;
mod following;
mod giving;
mod hooks;
mod house;
mod joining;
mod kit;
mod live;
mod mailbag;
mod named;
mod notices;
mod openid;
mod pages;
mod parting;
mod rights;
mod search;
mod secrets;
mod sign_in;
mod tokens;
mod uploads;
mod workspace_settings;
