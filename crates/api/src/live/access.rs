//! What tells every server that somebody may have lost access.
//!
//! A stream judges once what its client may hear. When a session, a role or a grant is taken away, whichever server does
//! it writes one event with the change; every server reads it from the store like any other, and every stream looks at its
//! rights again. The event says nothing about whom: it is for nobody to hear, and what counts is what the store says
//! then.

use serde_json::Value;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::events::kinds::ACCESS_CHANGED;

/// What the audit calls changes that may take access away.
const TAKES: [&str; 21] = [
    "account.change",
    "account.password",
    "connection.change",
    "connection.make",
    "grant.change",
    "grant.remove",
    "identity.remove",
    "key.revoke",
    "member.change",
    "member.remove",
    "pipeline.change",
    "pipeline.make",
    "second_factor.remove",
    "second_factor.set",
    "session.end",
    "session.stolen",
    "user.change",
    "user.erase",
    "user.password",
    "workspace.change",
    "workspace.close",
];

/// The event that goes with these entries, if any of them may take access away.
pub(crate) fn told(entries: &[NewEntry]) -> Option<NewEvent> {
    let takes = entries.iter().any(|entry| TAKES.contains(&&*entry.action));
    takes.then(|| NewEvent { kind: ACCESS_CHANGED.into(), body: Value::Null, ..NewEvent::default() })
}
