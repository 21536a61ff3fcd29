//! `towpath quarantine`.

use std::path::Path;

use super::Stop;
use crate::cli::{Options, QuarantineArgs};
use crate::output::tables::{layout, shorten};
use crate::output::{Console, Outcome, Tone, count};
use crate::project::{Project, state_folder};
use crate::quarantine::{clear, list, path};

pub(crate) fn quarantine(
    args: &QuarantineArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Stop> {
    let store = match &args.file {
        Some(file) => {
            let project = Project::load(file, options)?;
            path(&project.state_folder(), &project.spec.name)
        }
        None => path(&state_folder(Path::new(".")), "copy"),
    };
    if args.clear {
        let removed = clear(&store, args.run.as_deref())?;
        console.say(&format!("removed {removed} rows"));
        return Ok(Outcome::Done);
    }
    let (rows, total, summary) = list(&store, args.run.as_deref(), args.limit)?;
    if console.json {
        rows.iter().for_each(|row| console.json_line(row));
        return Ok(Outcome::Done);
    }
    if rows.is_empty() {
        console.say("the quarantine is empty");
        return Ok(Outcome::Done);
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let reject = &row.reject;
            vec![
                row.node.clone(),
                reject.place.clone(),
                reject.column.clone().unwrap_or_default(),
                reject.value.as_deref().map(shorten).unwrap_or_default(),
                reject.reason.clone(),
                shorten(&reject.original),
            ]
        })
        .collect();
    let lines = layout(&["node", "place", "column", "value", "reason", "row"], &cells, &[]);
    for (index, line) in lines.iter().enumerate() {
        console.result(&if index == 0 { console.tone_out(Tone::Quiet, line) } else { line.clone() });
    }
    console.say(&format!("\n{} of {} rows; the most frequent reasons:", rows.len(), count(total)));
    for (node, column, reason, rows) in summary {
        let column = column.map(|column| format!(".{column}")).unwrap_or_default();
        console.say(&format!("  {} × {node}{column}: {reason}", count(rows)));
    }
    Ok(Outcome::Done)
}
