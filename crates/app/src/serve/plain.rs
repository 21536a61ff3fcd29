//! Secrets that stand in a document as plain text. On a server everybody who sees a pipeline sees its document, and its
//! versions are kept: secrets belong into connections, which seal them.

use serde_json::Value;
use towpath_connect::Registry;
use towpath_model::pipeline::Role;
use towpath_model::problem::join;
use towpath_model::{PipelineSpec, Problem};

use crate::endpoint::{is_reference, plain_secrets};

const HINT: &str = "save a connection with it, and write the name of that under `connection`";

/// Every secret that the nodes of a pipeline write out, with its place.
pub(crate) fn written_out(spec: &PipelineSpec, registry: &Registry) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, node) in &spec.nodes {
        let Some(connector) = registry.get(&node.kind).filter(|_| node.role != Role::Transform) else {
            continue;
        };
        let schemas = connector.spec();
        let place = join("/nodes", name);
        let connection = join(&place, "connection");
        match &node.connection {
            Some(Value::String(url)) if url.contains("://") => {
                // A URL that cannot be read is refused elsewhere.
                let address = connector.address(url, false).map(|address| address.connection);
                let address = address.unwrap_or_default();
                if !plain_secrets(&schemas.connection, &address).is_empty() && !is_reference(url) {
                    let message = format!("the address of node `{name}` holds a password as plain text");
                    problems.push(Problem::new(&connection, message).hint(HINT));
                }
            }
            Some(settings) => {
                problems.extend(
                    plain_secrets(&schemas.connection, settings).into_iter().map(|at| told(&connection, &at)),
                );
            }
            None => {}
        }
        let own = if node.role == Role::Source { &schemas.source } else { &schemas.destination };
        problems.extend(plain_secrets(own, &node.config).into_iter().map(|at| told(&place, &at)));
    }
    problems
}

fn told(place: &str, at: &str) -> Problem {
    let name = at.rsplit('/').next().unwrap_or(at);
    Problem::new(format!("{place}{at}"), format!("the secret `{name}` stands in the document as plain text"))
        .hint(HINT)
}
