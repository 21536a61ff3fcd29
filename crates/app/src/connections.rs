//! Where named connections come from: a file, and environment variables `TOWPATH_CONNECTION_<NAME>`.

use std::path::{Path, PathBuf};

use serde_json::Value;
use towpath_connect::Registry;
use towpath_engine::connections::{ConnectionBook, read};
use towpath_model::problem::join;
use towpath_model::scope::{Scope, plain_io};
use towpath_model::{Document, Problem};

const PREFIX: &str = "TOWPATH_CONNECTION_";

/// The connections for a pipeline in `base`. A file that was named must exist; the default one may be absent.
pub(crate) fn load(
    named: Option<&Path>,
    base: &Path,
    registry: &Registry,
) -> Result<ConnectionBook, Vec<Problem>> {
    let mut book = ConnectionBook::default();
    let default = || {
        [base.join("connections.yaml"), PathBuf::from("connections.yaml")]
            .into_iter()
            .find(|path| path.is_file())
    };
    if let Some(path) = named.map(Path::to_owned).or_else(default) {
        from_file(&path, registry, &mut book)?;
    }
    let mut problems = Vec::new();
    for (name, text) in std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)) {
        let value = match text.trim_start().starts_with('{') {
            true => {
                Document::parse(&name, &text).map(|document| document.value).unwrap_or(Value::String(text))
            }
            false => Value::String(text),
        };
        match read(&value, registry) {
            Ok(connection) => book.insert(name[PREFIX.len()..].to_lowercase(), connection),
            Err(fault) => problems.push(
                Problem::new("", format!("environment variable `{name}`: {fault}"))
                    .maybe_hint(fault.hint_text().map(str::to_owned)),
            ),
        }
    }
    if problems.is_empty() { Ok(book) } else { Err(problems) }
}

fn from_file(path: &Path, registry: &Registry, book: &mut ConnectionBook) -> Result<(), Vec<Problem>> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![Problem::new("", format!("the connections file `{file}` cannot be read: {}", plain_io(&error)))]
    })?;
    let document = Document::parse(&file, &text)?;
    let Some(map) = document.value.as_object() else {
        return Err(vec![
            Problem::new("", format!("`{file}` must map names to connections"))
                .hint("for example `shop: postgresql://me@localhost/shop`"),
        ]);
    };
    let scope = Scope::new(path.parent().unwrap_or(Path::new(".")), |name| std::env::var(name).ok());
    let mut problems = Vec::new();
    for (name, value) in map {
        let at = join("", name);
        // A variable that is missing matters only to those who use the connection, so it is not an error of others.
        let value = match scope.resolve(value, &Value::Null, &at) {
            Ok(value) => value,
            Err(missing) => {
                book.insert_missing(name.clone(), missing);
                continue;
            }
        };
        match read(&value, registry) {
            Ok(connection) => book.insert(name.clone(), connection),
            Err(fault) => problems.push(
                Problem::new(at, format!("connection `{name}`: {fault}"))
                    .maybe_hint(fault.hint_text().map(str::to_owned)),
            ),
        }
    }
    document.locate(&mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
