//! What nobody reports: runs that do not come, data that grows old, runs unlike the others, columns that change.
//!
//! Each rule is a pure function from what is known of a pipeline's runs to what is found ([`Detail`]), or to nothing. The
//! rules prefer silence: where history is too short to know what is usual, nothing is unusual.

pub mod drift;
pub mod time;
pub mod volume;

pub use drift::{SchemaChange, drift};
pub use time::{Expected, freshness, late};
pub use volume::{RunVolume, VolumeSettings, volume};

use crate::notice::{Detail, NoticeKind, Severity};

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What happened.
    pub kind: NoticeKind,
    /// How bad it is.
    pub severity: Severity,
    /// What speaks for it.
    pub detail: Detail,
}

impl Finding {
    fn of(kind: NoticeKind, detail: Detail) -> Self {
        Finding { kind, severity: kind.usual_severity(), detail }
    }
}
