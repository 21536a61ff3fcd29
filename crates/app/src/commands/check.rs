//! `towpath check`.

use std::sync::Arc;

use towpath_engine::context::MemoryQuarantine;

use super::{Stop, wrong};
use crate::cli::{Options, PipelineArgs};
use crate::output::{Console, Outcome, Tone};
use crate::project::Project;

pub(crate) async fn check(
    args: &PipelineArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Stop> {
    let project = Project::load_with_problems(&args.file, options)?;
    let graph = project.compile(Arc::new(MemoryQuarantine::default()), options).await?;
    if let Some(outcome) = wrong(&project, &graph, console) {
        return Ok(outcome);
    }
    if console.json {
        console.json_line(
            &serde_json::json!({ "event": "checked", "pipeline": project.spec.name, "valid": true }),
        );
    }
    let nodes = project.spec.nodes.len();
    console.say(&format!(
        "{} {} is right: {nodes} nodes, {} tests",
        console.tone(Tone::Good, "ok:"),
        args.file.display(),
        project.spec.tests.len()
    ));
    Ok(Outcome::Done)
}
