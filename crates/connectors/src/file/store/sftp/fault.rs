//! What an SFTP server answers, in the words of users.

use russh_sftp::client::error::Error;
use russh_sftp::protocol::StatusCode;
use towpath_model::Fault;

/// The status with which the server refused, when it was one.
pub(super) fn status(error: &Error) -> Option<StatusCode> {
    match error {
        Error::Status(status) => Some(status.status_code),
        _ => None,
    }
}

/// Whether the connection is to blame, so that another one may do better.
pub(super) fn is_lost(error: &Error) -> bool {
    match error {
        Error::Status(status) => {
            matches!(status.status_code, StatusCode::NoConnection | StatusCode::ConnectionLost)
        }
        Error::Limited(_) | Error::UnexpectedPacket => false,
        Error::IO(_) | Error::Timeout | Error::UnexpectedBehavior(_) => true,
    }
}

/// The fault for an answer of the server. `what` is `file` or `folder`, `name` its path for people.
pub(super) fn refused(what: &str, name: &str, root: &str, error: Error) -> Fault {
    let fault = match status(&error) {
        Some(StatusCode::NoSuchFile) => {
            Fault::not_found(format!("{what} `{name}` does not exist in `{root}`"))
        }
        Some(StatusCode::PermissionDenied) => {
            Fault::auth(format!("the account may not access {what} `{name}` in `{root}`"))
                .hint("ask whoever runs the server for the right")
        }
        Some(StatusCode::OpUnsupported) => {
            Fault::config(format!("the server of `{root}` cannot do what was asked with {what} `{name}`"))
        }
        _ if is_lost(&error) => Fault::unavailable(format!("the connection to `{root}` broke")),
        // The protocol has no word for a full disk, and most servers say no more than this.
        _ => Fault::unavailable(format!("the server of `{root}` failed with {what} `{name}`"))
            .hint("look whether its disk is full, and into its log"),
    };
    fault.cause(error)
}
