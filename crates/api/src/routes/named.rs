//! Connections that a document or a schedule names: whoever saves it may use every one of them.
//!
//! What is saved runs with the secrets of its connections, whoever starts it, so this is asked when it is saved. A
//! connection that is hidden from the caller is answered like one that does not exist.

use serde_json::Value;
use towpath_model::problem::join;
use towpath_model::{Document, suggest};
use towpath_store::{Conn, connections};

use super::room::may_use;
use crate::caller::{Caller, Within};
use crate::problem::{Answer, Finding, Problem};
use crate::workbench::Reading;

/// Refuses a document that names a connection which the caller may not use, in a node or in its schedule.
pub(crate) async fn check_document(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    text: &str,
    reading: &Reading,
) -> Answer<()> {
    let document = Document::parse("document", text)
        .map_err(|problems| Problem::invalid(problems.into_iter().map(Finding::from).collect()))?;
    let nodes = document.value.get("nodes").and_then(Value::as_object);
    let place = |name: &str| {
        let names = |node: &Value| node.get("connection").and_then(Value::as_str) == Some(name);
        let found = nodes.into_iter().flatten().find(|(_, node)| names(node));
        found.map_or("/nodes".to_owned(), |(node, _)| join(&join("/nodes", node), "connection"))
    };
    let mut named: Vec<_> = reading.connections.iter().map(|name| (place(name), name.as_str())).collect();
    named.extend(document.value.get("schedule").and_then(|spec| of_files(spec, "/schedule")));
    let mut wrong = unusable(conn, caller, within, named).await?;
    document.locate(&mut wrong);
    refuse(wrong)
}

/// Refuses a schedule that waits for files on a connection which the caller may not use.
pub(crate) async fn check_schedule(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    spec: &Value,
) -> Answer<()> {
    refuse(unusable(conn, caller, within, of_files(spec, "/spec").into_iter().collect()).await?)
}

/// The connection of a trigger of files, with its place.
fn of_files<'a>(spec: &'a Value, path: &str) -> Option<(String, &'a str)> {
    let name = spec.pointer("/files/connection")?.as_str()?;
    Some((format!("{path}/files/connection"), name))
}

fn refuse(wrong: Vec<towpath_model::Problem>) -> Answer<()> {
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Problem::invalid(wrong.into_iter().map(Finding::from).collect())),
    }
}

async fn unusable(
    conn: &mut Conn,
    caller: &Caller,
    within: &Within,
    named: Vec<(String, &str)>,
) -> Answer<Vec<towpath_model::Problem>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut usable = Vec::new();
    for connection in connections::all(conn, within.id()).await? {
        if may_use(conn, caller, within, &connection).await? {
            usable.push(connection.name);
        }
    }
    let wrong = named.into_iter().filter(|(_, name)| !usable.iter().any(|known| known == name));
    let problem = |(path, name): (String, &str)| {
        // The same words for what does not exist and for what is hidden.
        let otherwise =
            "add the connection; if it is a restricted one, ask an administrator for a grant on it";
        let hint = match suggest::nearest(name, usable.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`? Otherwise {otherwise}"),
            None => otherwise.to_owned(),
        };
        towpath_model::Problem::new(path, format!("there is no connection `{name}` here")).hint(hint)
    };
    Ok(wrong.map(problem).collect())
}
