//! The interface as browsers and programs see it: a whole server in this process, with a store of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backfills;
mod bench;
mod connections;
mod documents;
mod giving;
mod house;
mod joining;
mod kit;
mod live;
mod mailbag;
mod notices;
mod openid;
mod pages;
mod parting;
mod rights;
mod secrets;
mod sign_in;
mod tokens;
