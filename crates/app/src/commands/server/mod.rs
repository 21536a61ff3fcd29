//! Commands for whoever runs a server: people, keys, the audit, backups. They work on the store itself, also while the
//! server runs.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod import;
mod packing;
pub(crate) mod secrets;
pub(crate) mod user;

use towpath_store::audit::{ActorKind, NewEntry};

/// Something done at the command line of the server, for the audit.
fn done(action: &str) -> NewEntry {
    let actor = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok();
    NewEntry { actor_kind: ActorKind::Operator, actor, ..NewEntry::of(action) }
}
