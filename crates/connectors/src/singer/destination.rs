//! The writing role, which Singer taps do not have: they only read.

use towpath_model::Fault;

/// The fault for whoever asks for the writing role.
pub(super) fn only_reads() -> Fault {
    Fault::config("the connector `singer` only reads")
        .hint("write with `destination: file`, or into a database with its own connector")
}
