//! What an S3 server answers, in the words of users.

use std::error::Error as _;

use object_store::Error;
use towpath_connect::bounds::Refused;
use towpath_model::Fault;

use super::super::changed;

/// The fault for an answer of the server about `name`. `root` is what it was asked below.
pub(super) fn fault(what: &str, name: &str, root: &str, error: Error) -> Fault {
    if let Some(refused) = Refused::inside(&error) {
        return refused;
    }
    // The server's code stands in the text of the answer; nothing of the text is shown.
    let (told, reason) = (told(&error), reason(&error));
    let says = |code: &str| told.contains(&format!("<Code>{code}</Code>"));
    let fault = match &error {
        // A list of such a bucket is a general error, a file of it a missing one.
        _ if says("NoSuchBucket") => Fault::not_found(format!("the bucket of `{root}` does not exist"))
            .hint("check `root` and `endpoint`"),
        Error::NotFound { .. } => Fault::not_found(format!("{what} `{name}` does not exist in `{root}`")),
        Error::Precondition { .. } => changed(name),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } | Error::Generic { .. }
            if says("SignatureDoesNotMatch") =>
        {
            Fault::auth(format!("the server of `{root}` refused the secret of the access key"))
                .hint("check `secret_key`")
        }
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } | Error::Generic { .. }
            if says("InvalidAccessKeyId") || says("InvalidToken") || says("ExpiredToken") =>
        {
            Fault::auth(format!("the server of `{root}` does not know the access key, or not any more"))
                .hint("check `access_key` and `session_token`")
        }
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            Fault::auth(format!("the server of `{root}` refused access to {what} `{name}` with these keys"))
                .hint("check `access_key` and `secret_key`, and what the key may do with the bucket")
        }
        Error::InvalidPath { .. } => Fault::config(format!("`{name}` can be no name of a file in `{root}`")),
        _ if reason.contains("dns error") => {
            Fault::not_found(format!("the host of `{root}` cannot be found"))
                .hint("check `endpoint` and `region`")
        }
        _ if reason.contains("certificate") => {
            Fault::auth(format!("the certificate of the server of `{root}` cannot be trusted"))
                .hint("check `endpoint`; give the authority of a company's own certificates as `ca_file`")
        }
        _ if says("AuthorizationHeaderMalformed")
            || says("PermanentRedirect")
            || says("without LOCATION") =>
        {
            Fault::config(format!("the bucket of `{root}` is in another region")).hint("set `region`")
        }
        _ if says("SlowDown") || told.contains("429 Too Many Requests") => Fault::new(
            towpath_model::FaultKind::RateLimited,
            format!("the server of `{root}` asks to slow down"),
        ),
        _ => Fault::unavailable(format!(
            "the server of `{root}` cannot be reached, or failed with {what} `{name}`"
        ))
        .hint("check `endpoint`, and whether the server runs"),
    };
    fault.cause(error)
}

/// All that the error says, names of files among it.
fn told(error: &Error) -> String {
    chain(error).concat()
}

/// What the error says of the connection, which names no files.
fn reason(error: &Error) -> String {
    let chain = chain(error);
    chain[chain.len().saturating_sub(2).max(1)..].concat()
}

fn chain(error: &Error) -> Vec<String> {
    let mut chain = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        chain.push(error.to_string());
        source = error.source();
    }
    chain
}
