//! Faults of files, in the words of users.

use std::io;

use towpath_model::Fault;

/// Turns an error of the operating system into a fault. `what` is `file` or `folder`.
pub(crate) fn io_fault(what: &str, name: &str, error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::not_found(format!("{what} `{name}` does not exist")),
        io::ErrorKind::PermissionDenied => {
            Fault::auth(format!("{what} `{name}` may not be accessed by the user that runs Towpath"))
                .hint(format!("give that user the right to use the {what}"))
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Fault::unavailable(format!("no space is left on the disk of `{name}`"))
                .hint("free some space and run again; nothing was changed")
        }
        io::ErrorKind::BrokenPipe => Fault::unavailable(format!("the program that reads `{name}` went away")),
        io::ErrorKind::IsADirectory => Fault::config(format!("`{name}` is a folder, not a file")),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => {
            Fault::data(format!("{what} `{name}` is damaged or cut off"))
                .hint("get the file again from where it came")
        }
        _ => Fault::unavailable(format!("{what} `{name}` cannot be used: {}", plain(&error))),
    }
    .cause(error)
}

/// The operating system's own words, without their number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
