//! Rows that enter a pipeline at one of its nodes, in the place of everything that its sources give.
//!
//! So rows that were rejected and corrected go through the rest of their pipeline, and nothing else does. They enter where
//! they were rejected: as rows of a source, or as input of a transform or a destination. [`part`] cuts the pipeline down to
//! what they pass, `typed` brings their texts into the types of the columns there, and `narrow` makes sure that the plans
//! behind treat every row by itself.
//!
//! What other inputs hold (the table of a lookup, the other side of a join) is read as usual; the other inputs of a union
//! stay empty, as their rows are in place already.
//!
//! Invariants: nothing that is in a target is taken away (`overwrite` becomes `append`, `mirror` becomes `upsert`); rows that
//! cannot be told apart from those of the whole are refused before anything runs.

mod narrow;
mod typed;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use indexmap::IndexMap;
use towpath_model::landing::Mirror;
use towpath_model::pipeline::{Role, SCOPE};
use towpath_model::{Fault, PipelineSpec, WriteMode};

pub(crate) use self::narrow::narrow;
pub(crate) use self::typed::typed;

/// The node that stands for the rows themselves, in counts.
pub(crate) const ENTRY: &str = "__towpath_entry";
/// The label of rows that do not even fit the columns where they enter.
pub(crate) const CHUNK: &str = ":entry";

/// Rows that enter at a node.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The node that rejected them.
    pub node: String,
    /// The rows.
    pub rows: Vec<EntryRow>,
}

/// A row that enters.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Its number in quarantine.
    pub number: i64,
    /// Where it stood at first.
    pub place: String,
    /// Its values by column, as text in plain notation.
    pub values: IndexMap<String, Option<String>>,
}

/// Where the rows of an entry stood, in the order in which they entered: for those that are rejected once more.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) node: String,
    /// Number and place of those that fit the columns there.
    pub(crate) rows: Vec<(i64, String)>,
    /// No other row entered, so that whatever is rejected, wherever, is this one.
    pub(crate) is_alone: bool,
}

impl Entered {
    /// The row of which a reject of the node speaks.
    pub(crate) fn row(&self, place: &str) -> Option<&(i64, String)> {
        if self.is_alone {
            return self.rows.first();
        }
        let number: usize = place.strip_prefix("row ")?.parse().ok()?;
        self.rows.get(number.checked_sub(1)?)
    }
}

/// The part of a pipeline that rows pass that enter at `node`, with destinations that take nothing away.
pub fn part(spec: &PipelineSpec, node: &str) -> Result<PipelineSpec, Fault> {
    if !spec.nodes.contains_key(node) {
        return Err(Fault::config(format!("this version of the pipeline has no node `{node}`")));
    }
    let mut spec = spec.clone();
    for node in spec.nodes.values_mut().filter(|node| node.role == Role::Destination) {
        adds_only(node);
    }
    let behind = closure(&spec, HashSet::from([node.to_owned()]), |spec, known, name| {
        spec.nodes[name].from.iter().any(|edge| known.contains(&edge.node))
    });
    for name in &behind {
        let kind = &spec.nodes[name.as_str()].kind;
        let known = crate::transforms::all().into_iter().find(|known| known.spec().name == kind);
        if let Some(what) = known.and_then(|known| known.spec().together) {
            return Err(whole(name, what));
        }
    }
    let ends = |name: &&String| spec.nodes[name.as_str()].role == Role::Destination;
    if !behind.iter().any(|name| ends(&name)) {
        return Err(Fault::config(format!("nothing that comes behind `{node}` is written anywhere")));
    }
    let kept = closure(&spec, behind.clone(), |spec, known, name| {
        spec.nodes
            .iter()
            .any(|(other, node)| known.contains(other) && node.from.iter().any(|edge| edge.node == name))
    });
    spec.nodes.retain(|name, node| match node.role {
        Role::Destination => behind.contains(name),
        _ => kept.contains(name),
    });
    Ok(spec)
}

/// A step that needs all rows to say anything about one.
fn whole(node: &str, what: &str) -> Fault {
    Fault::config(format!("`{node}` {what}, so these rows alone cannot go through it"))
        .hint("correct the rows where they come from, and run the pipeline again")
}

/// Lets a destination add rows only, and take nothing away.
fn adds_only(node: &mut towpath_model::pipeline::NodeSpec) {
    let landing = &mut node.landing;
    match landing.mode {
        WriteMode::Overwrite => landing.mode = WriteMode::Append,
        WriteMode::Mirror => {
            landing.mode = WriteMode::Upsert;
            landing.mirror = Mirror::default();
            node.from.retain(|edge| edge.port.as_deref() != Some(SCOPE));
        }
        WriteMode::History => landing.history.close_missing = false,
        WriteMode::Append | WriteMode::Upsert | WriteMode::InsertOnly => {}
    }
}

/// Adds nodes as long as `joins` finds one that belongs to those that are there.
fn closure(
    spec: &PipelineSpec,
    mut known: HashSet<String>,
    joins: impl Fn(&PipelineSpec, &HashSet<String>, &str) -> bool,
) -> HashSet<String> {
    loop {
        let new = |name: &&String| !known.contains(*name) && joins(spec, &known, name);
        let found: Vec<String> = spec.nodes.keys().filter(new).cloned().collect();
        if found.is_empty() {
            return known;
        }
        known.extend(found);
    }
}
