//! What the `root` of a connection says: a folder of this machine, or a URL.
//!
//! A URL typed on a command line holds more than a root may: a password, and the file. [`address`] takes it apart.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use towpath_connect::Address;
use towpath_model::Fault;
use url::Url;

use super::search::is_pattern;

/// Where files are.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Root {
    /// A folder of this machine.
    Folder(String),
    /// A folder of an SFTP server.
    Sftp(SftpRoot),
    /// The files of a bucket whose names begin alike.
    S3(BucketRoot),
    /// A folder of a web server; the path ends with `/`.
    Http(Url),
}

/// The files of a bucket whose names begin alike.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct BucketRoot {
    pub(super) bucket: String,
    /// Without `/` at its ends; empty for the whole bucket.
    pub(super) prefix: String,
}

impl fmt::Display for BucketRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.bucket, self.prefix)
    }
}

/// A folder of an SFTP server.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct SftpRoot {
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: u16,
    /// Absolute, or relative to where the account starts; `.` is that place itself.
    pub(super) folder: String,
}

impl fmt::Display for SftpRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map_or_else(String::new, |user| format!("{user}@"));
        let port = if self.port == 22 { String::new() } else { format!(":{}", self.port) };
        let folder = match self.folder.as_str() {
            "." => "/~".to_owned(),
            folder if folder.starts_with('/') => folder.to_owned(),
            folder => format!("/~/{folder}"),
        };
        write!(f, "sftp://{user}{}{port}{folder}", self.host)
    }
}

impl Root {
    /// Reads the `root` of a connection.
    pub(in super::super) fn parse(text: &str) -> Result<Self, Fault> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Root::Folder(text.to_owned())) };
        // What stands before `@` is not shown, in case it holds a password.
        let shown = format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, rest)| rest));
        if scheme == "file" {
            return Ok(Root::Folder(local_path(text)?));
        }
        let url = Url::parse(text)
            .map_err(|error| Fault::config(format!("`root` is `{shown}`, which is no valid URL: {error}")))?;
        if url.password().is_some() {
            return Err(Fault::config(format!("`root` `{shown}` holds a password")).hint(format!(
                "take it out, and give it as `password` in the connection's `{}`",
                block(scheme)
            )));
        }
        match scheme {
            "sftp" => Ok(Root::Sftp(SftpRoot::of(&url, &shown)?)),
            "s3" => {
                let bucket = url.host_str().filter(|bucket| !bucket.is_empty() && url.username().is_empty());
                let bucket = bucket.ok_or_else(|| {
                    Fault::config(format!("`root` `{shown}` names no bucket"))
                        .hint("write it as `s3://bucket/folder`; keys are given in the connection's `s3`")
                })?;
                let prefix = decode(url.path().trim_matches('/'));
                Ok(Root::S3(BucketRoot { bucket: bucket.to_owned(), prefix }))
            }
            "http" | "https" if url.username().is_empty() && url.query().is_none() && url.fragment().is_none() => {
                let mut url = url;
                url.set_path(&format!("{}/", url.path().trim_end_matches('/')));
                Ok(Root::Http(url))
            }
            "http" | "https" => Err(Fault::config(format!("`root` `{shown}` is no folder of a web server"))
                .hint("give the user in the connection's `http`, and what stands behind `?` in `path`")),
            _ => Err(Fault::config(format!("`root` `{shown}` is in no place that is known")).hint(
                "give a path, or a URL that starts with `file://`, `sftp://`, `s3://`, `https://` or `http://`",
            )),
        }
    }
}

impl Root {
    /// The settings that a root of this kind has besides; none for a folder of this machine.
    pub(in super::super) fn block(&self) -> &'static str {
        match self {
            Root::Folder(_) => "",
            Root::Sftp(_) => "sftp",
            Root::S3(_) => "s3",
            Root::Http(_) => "http",
        }
    }
}

impl SftpRoot {
    fn of(url: &Url, shown: &str) -> Result<Self, Fault> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| {
            Fault::config(format!("`root` `{shown}` names no host"))
                .hint("write it as `sftp://user@host/folder`")
        })?;
        let folder = decode(url.path());
        let folder = match folder.strip_prefix("/~") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_matches('/').to_owned(),
            _ if folder.is_empty() => String::new(),
            _ if folder.trim_end_matches('/').is_empty() => "/".to_owned(),
            _ => folder.trim_end_matches('/').to_owned(),
        };
        Ok(SftpRoot {
            user: Some(decode(url.username())).filter(|user| !user.is_empty()),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(22),
            folder: if folder.is_empty() { ".".into() } else { folder },
        })
    }
}

/// Takes apart what people type: a path, or a URL. With `with_stream` it names a file, otherwise a connection.
pub(in super::super) fn address(text: &str, with_stream: bool) -> Result<Address, Fault> {
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| *scheme != "file") else {
        let path = local_path(text)?;
        let named = |key: &str| json!({ key: path });
        return Ok(match with_stream {
            true => Address { connection: json!({}), stream: Some(named("path")) },
            false => Address { connection: named("root"), stream: None },
        });
    };
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (user, password) = match user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
        Some((user, password)) => (Some(user), Some(password).filter(|password| !password.is_empty())),
        None => (None, None),
    };
    let is_web = block(scheme) == "http";
    let at = match user {
        Some(user) if !is_web => format!("{user}@{host}"),
        _ => host.to_owned(),
    };
    let (folder, file) = if with_stream { divide(path) } else { (path, "") };
    let root = match folder {
        "" if path.is_empty() => format!("{scheme}://{at}"),
        folder => format!("{scheme}://{at}/{folder}"),
    };
    let mut connection = Map::new();
    connection.insert("root".into(), Value::String(root));
    let mut account = Map::new();
    if let Some(user) = user.filter(|_| is_web) {
        account.insert("user".into(), Value::String(decode(user)));
    }
    if let Some(password) = password {
        account.insert("password".into(), Value::String(decode(password)));
    }
    if !account.is_empty() {
        connection.insert(block(scheme).into(), Value::Object(account));
    }
    // What stands behind `?` in a web address stays as it was typed.
    let (file, query) = match file.split_once('?').filter(|_| is_web) {
        Some((file, query)) => (file, format!("?{query}")),
        None => (file, String::new()),
    };
    let file = if file.is_empty() { "./".to_owned() } else { format!("{}{query}", decode(file)) };
    Ok(Address {
        connection: Value::Object(connection),
        stream: with_stream.then(|| json!({ "path": file })),
    })
}

/// The settings of roots of this scheme.
fn block(scheme: &str) -> &str {
    if scheme == "https" { "http" } else { scheme }
}

/// The folder of a path, and what is named in it. A pattern begins with its first part that has wildcards.
fn divide(path: &str) -> (&str, &str) {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        if is_pattern(part) || !part.ends_with('/') {
            break;
        }
        end += part.len();
    }
    (&path[..end], &path[end..])
}

fn local_path(text: &str) -> Result<String, Fault> {
    let path = match text.strip_prefix("file:") {
        None => text.to_owned(),
        Some(rest) => {
            let path =
                rest.strip_prefix("//").map_or(rest, |rest| rest.strip_prefix("localhost").unwrap_or(rest));
            if rest.starts_with("//") && !path.starts_with('/') {
                return Err(Fault::config(format!("`{text}` names a file on another machine")).hint(
                    "write `file:///` with three slashes for a path of this machine, or only the path",
                ));
            }
            decode(path)
        }
    };
    if path.is_empty() { Err(Fault::config(format!("`{text}` names no file"))) } else { Ok(path) }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sftp(text: &str) -> (Option<String>, String, u16, String) {
        match Root::parse(text).unwrap() {
            Root::Sftp(SftpRoot { user, host, port, folder }) => (user, host, port, folder),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn roots_are_folders_or_urls() {
        assert_eq!(Root::parse("data/in").unwrap(), Root::Folder("data/in".into()));
        assert_eq!(Root::parse("file:///srv/a%20b").unwrap(), Root::Folder("/srv/a b".into()));
        let of = |user: Option<&str>, host: &str, port, folder: &str| {
            (user.map(str::to_owned), host.to_owned(), port, folder.to_owned())
        };
        assert_eq!(sftp("sftp://a%40b@h:2222/drop/"), of(Some("a@b"), "h", 2222, "/drop"));
        assert_eq!(sftp("sftp://h/"), of(None, "h", 22, "/"));
        assert_eq!(sftp("sftp://h"), of(None, "h", 22, "."));
        assert_eq!(sftp("sftp://h/~/in/x"), of(None, "h", 22, "in/x"));
        assert_eq!(sftp("sftp://[::1]:22/~"), of(None, "::1", 22, "."));
        for text in ["sftp://u@h:2222/drop", "sftp://h/~/in", "sftp://h/~", "sftp://h/"] {
            let Root::Sftp(root) = Root::parse(text).unwrap() else { panic!("{text}") };
            assert_eq!(root.to_string(), text);
        }
    }

    #[test]
    fn buckets_and_web_folders_are_roots_too() {
        let shown = |text: &str| match Root::parse(text).unwrap() {
            Root::S3(root) => root.to_string(),
            Root::Http(url) => url.to_string(),
            other => panic!("{other:?}"),
        };
        for (text, expected) in [
            ("s3://bucket", "s3://bucket"),
            ("s3://bucket/a%20b/c/", "s3://bucket/a b/c"),
            ("https://h:8443/in", "https://h:8443/in/"),
            ("http://h", "http://h/"),
        ] {
            assert_eq!(shown(text), expected);
        }
        for text in ["s3://", "s3://key@bucket/x", "https://h/x?y=1", "https://u@h/x", "ftp://h/x"] {
            assert_eq!(Root::parse(text).unwrap_err().kind(), towpath_model::FaultKind::Config, "{text}");
        }
    }

    #[test]
    fn a_password_is_no_part_of_a_root_and_never_shown() {
        for text in ["sftp://u:geheim@h/x", "ftp://u:geheim@h/x", "sftp://u:geheim@h:99999/x"] {
            let fault = Root::parse(text).unwrap_err();
            assert!(!format!("{fault:?}").contains("geheim"), "{fault:?}");
        }
        let address = address("sftp://u:ge%3Aheim@h:2222/in/2025/a.csv", true).unwrap();
        assert_eq!(
            address.connection,
            json!({ "root": "sftp://u@h:2222/in/2025/", "sftp": { "password": "ge:heim" } })
        );
        assert_eq!(address.stream, Some(json!({ "path": "a.csv" })));
    }

    #[test]
    fn a_pattern_starts_below_the_root() {
        let check = |text: &str| {
            let address = address(text, true).unwrap();
            let path = address.stream.unwrap()["path"].as_str().unwrap().to_owned();
            (address.connection["root"].as_str().unwrap().to_owned(), path)
        };
        assert_eq!(check("sftp://h/in/*/x.csv"), ("sftp://h/in/".into(), "*/x.csv".into()));
        assert_eq!(check("sftp://h/in/"), ("sftp://h/in/".into(), "./".into()));
        assert_eq!(check("sftp://h/a%20b.csv"), ("sftp://h/".into(), "a b.csv".into()));
        assert_eq!(check("s3://b/x/y.csv"), ("s3://b/x/".into(), "y.csv".into()));
        assert_eq!(check("https://h/d/a%20b.csv?x=a%2Fb"), ("https://h/d/".into(), "a b.csv?x=a%2Fb".into()));
        let account = address("https://u:p%40q@h/d/a.csv", true).unwrap().connection;
        assert_eq!(account, json!({ "root": "https://h/d/", "http": { "user": "u", "password": "p@q" } }));
        let whole = address("sftp://u@h/in", false).unwrap();
        assert_eq!((whole.connection, whole.stream), (json!({ "root": "sftp://u@h/in" }), None));
    }
}
