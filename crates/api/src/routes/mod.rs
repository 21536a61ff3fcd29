//! The routes, by area. Each handler stands beside what it takes and answers.

pub(crate) mod health;
pub(crate) mod session;

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
pub(crate) mod workspaces;
