//! A look at which files are there, without opening one: for whoever waits for them.

use serde_json::Value;
use towpath_connect::Context;
use towpath_model::{Fault, FaultKind};

use super::config::Connection;
use super::place::{FileRef, Place};

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Its path, below the folder that paths start from.
    pub name: String,
    /// Changes when the file does: what the server calls its version, else its size and time.
    pub stamp: String,
}

/// The files that a path, a folder or a pattern names now. That there are none is no failure.
pub async fn look(connection: &Value, path: &str, cx: &Context) -> Result<Vec<Glimpse>, Fault> {
    let settings =
        if connection.is_null() { Value::Object(serde_json::Map::new()) } else { connection.clone() };
    let connection: Connection =
        serde_json::from_value(settings).map_err(|error| Fault::config(error.to_string()))?;
    let place = Place::new(&connection, cx)?;
    match place.find(path, &|_| true).await {
        Ok(files) => Ok(files.into_iter().map(glimpse).collect()),
        Err(fault) if fault.kind() == FaultKind::NotFound => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

fn glimpse(file: FileRef) -> Glimpse {
    let stamp = file.tag.unwrap_or_else(|| {
        let since = file.modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        format!("{}/{}", file.size, since.map_or(0, |since| since.as_micros()))
    });
    Glimpse { name: file.name, stamp }
}
