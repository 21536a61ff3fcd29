//! The routes, by area. Each handler stands beside what it takes and answers.

pub(crate) mod backfills;
pub(crate) mod connection_tests;
pub(crate) mod connections;
mod following;
pub(crate) mod freshness;
pub(crate) mod handing;
pub(crate) mod health;
pub(crate) mod hooks;
mod kept;
pub(crate) mod looks;
mod named;
pub(crate) mod nodes;
pub(crate) mod outcomes;
pub(crate) mod pipelines;
pub(crate) mod probes;
pub(crate) mod queries;
pub(crate) mod rejects;
pub(crate) mod repairs;
mod room;
pub(crate) mod runs;
pub(crate) mod schedules;
mod sealed;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod trials;
pub(crate) mod undo;
pub(crate) mod uploads;
mod uses;
pub(crate) mod versions;

// People and rights.
pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod export;
mod fields;
mod giving;
pub(crate) mod grants;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod members;
pub(crate) mod parting;
pub(crate) mod providers;
pub(crate) mod second_factor;
pub(crate) mod server;
pub(crate) mod users;
mod workspace_settings;
pub(crate) mod workspaces;

// Notifications.
pub(crate) mod channels;
pub(crate) mod notices;
pub(crate) mod rules;
