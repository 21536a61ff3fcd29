//! Sources that hand things out once: what is remembered of them, what a run takes, and what happens afterwards.
//!
//! Nothing here is kept: whoever runs the pipeline brings [`Memories`] along, writes [`Taken`] down in the moment in
//! which the run counts as done, and calls [`settle`] behind that moment. A process that dies in between leaves items
//! that are not settled; they come along the next time, and are settled before their source is described.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_connect::{Item, Recall, Settlement, Source};
use towpath_model::{Fault, fingerprint};

use crate::graph::Graph;

/// What is remembered of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// Items that runs took which ended well.
    pub read: Vec<Item>,
    /// Items that an earlier attempt of this run took.
    pub chosen: Option<Vec<Item>>,
    /// Items of a run that ended well and could not tidy up behind itself.
    pub unsettled: Vec<Item>,
    /// The columns that the source had last.
    pub columns: Option<Columns>,
}

/// Memories by source node.
pub type Memories = HashMap<String, Memory>;

/// What a run takes from one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// The source node.
    pub node: String,
    /// Everything that the run reads of it.
    pub items: Vec<Item>,
    /// Something is done with the items after the run.
    pub settles: bool,
    /// The columns of the source; `None` when it could not be described.
    pub columns: Option<Columns>,
}

/// The columns of a source and the settings they were found with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    settings: String,
    /// An Arrow stream without batches, in hexadecimal digits.
    schema: String,
}

impl Columns {
    pub(crate) fn new(settings: &Value, schema: &Schema) -> Option<Columns> {
        let mut bytes = Vec::new();
        StreamWriter::try_new(&mut bytes, schema).and_then(|mut writer| writer.finish()).ok()?;
        let schema = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Columns { settings: fingerprint(&settings.to_string()), schema })
    }

    /// The columns, if they were found with these settings.
    fn schema(&self, settings: &Value) -> Option<SchemaRef> {
        if self.settings != fingerprint(&settings.to_string()) {
            return None;
        }
        let (pairs, rest) = self.schema.as_bytes().as_chunks::<2>();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>().filter(|_| rest.is_empty())?;
        StreamReader::try_new(bytes.as_slice(), None).ok().map(|reader| reader.schema())
    }
}

impl Memory {
    /// What the source hears of it. `settings` are those of its node.
    pub(crate) fn recall(&self, settings: &Value, is_run: bool) -> Recall {
        Recall {
            is_run,
            read: self.read.clone(),
            chosen: self.chosen.clone(),
            schema: self.columns.as_ref().and_then(|columns| columns.schema(settings)),
        }
    }
}

/// What became of the items of one source.
#[derive(Debug)]
pub struct Settled {
    /// The source node.
    pub node: String,
    /// Remarks for people, or why it did not go.
    pub result: Result<Vec<String>, Fault>,
}

/// Lets the sources of a run tidy up behind it. After a failure, where some items are known to be at fault, only those
/// are touched.
pub async fn settle(graph: &Graph, settlement: Settlement) -> Vec<Settled> {
    let faulty: HashMap<&str, Vec<String>> =
        graph.sources.iter().map(|(node, source)| (node.as_str(), source.faulty())).collect();
    let is_known = settlement == Settlement::Failed && faulty.values().any(|names| !names.is_empty());
    let mut settled = Vec::new();
    for taken in graph.taken.iter().filter(|taken| taken.settles) {
        let Some(source) = graph.source(&taken.node) else { continue };
        let at_fault = |item: &&Item| {
            !is_known || faulty.get(taken.node.as_str()).is_some_and(|names| names.contains(&item.name))
        };
        let items: Vec<Item> = taken.items.iter().filter(at_fault).cloned().collect();
        if items.is_empty() {
            continue;
        }
        let result = source.settle(&items, settlement).await.map_err(|fault| fault.at("node", &taken.node));
        settled.push(Settled { node: taken.node.clone(), result });
    }
    settled
}

impl Graph {
    fn source(&self, node: &str) -> Option<&Arc<dyn Source>> {
        self.sources.iter().find(|(name, _)| name == node).map(|(_, source)| source)
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_come_back_for_the_settings_they_were_found_with() {
        let schema = Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("amount", DataType::Decimal128(12, 2), true),
        ]);
        let columns = Columns::new(&json!({ "path": "a" }), &schema).unwrap();
        assert_eq!(columns.schema(&json!({ "path": "a" })).as_deref(), Some(&schema));
        assert_eq!(columns.schema(&json!({ "path": "b" })), None);
    }
}
