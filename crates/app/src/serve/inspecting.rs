//! What a file holds, with what speaks for it, and the source node that says the same.

use std::time::Duration;

use serde_json::{Map, Value, json};
use towpath_api::problem::Finding;
use towpath_api::workbench::{Evidence, Inspected, InspectedColumn, OpenConnection, Rejected, Room};
use towpath_connect::types::describe;
use towpath_model::Fault;

use super::bench::{Bench, first};
use crate::inspection::{Inspection, Most, inspect, pinned};

/// What is read of a file to count and to find what does not fit. The types are found before, from the whole file.
const MOST: Most = Most { rows: 1_000_000, time: Duration::from_secs(20) };

impl Bench {
    /// Inspects a stream of a connection, or of the folder of the workspace when there is none.
    pub(crate) async fn look_into(
        &self,
        room: &Room,
        connector: &str,
        connection: Option<OpenConnection>,
        settings: Value,
    ) -> Result<Inspected, Fault> {
        let connector = self.connector(connector)?;
        let problems = towpath_model::schema::check(&settings, &connector.spec().source, "/settings");
        if !problems.is_empty() {
            return Err(first(&problems.into_iter().map(Finding::from).collect::<Vec<_>>()));
        }
        let context = self.context(&room.workspace)?;
        let empty = json!({});
        let opened = connection.as_ref().map_or(&empty, |connection| &connection.settings);
        let source = connector.source(opened, &settings, &context)?;
        let Inspection { info, tally, rejects, is_whole } = inspect(source.as_ref(), Some(MOST)).await?;
        let mut node = Map::new();
        node.insert("source".into(), connector.spec().name.into());
        if let Some(connection) = &connection {
            node.insert("connection".into(), connection.name.as_str().into());
        }
        let given = settings.as_object().cloned().unwrap_or_default();
        let columns = info.schema.fields().iter().zip(tally.columns).map(|(field, seen)| {
            let fact = info.facts.iter().find(|fact| fact.column.as_ref() == Some(field.name()));
            InspectedColumn {
                name: field.name().clone(),
                kind: describe(field),
                evidence: fact.map(|fact| fact.evidence.clone()),
                empty: seen.nulls,
                examples: seen.examples,
            }
        });
        let columns = columns.collect();
        let facts = info.facts.iter().filter(|fact| fact.column.is_none()).map(|fact| Evidence {
            file: fact.file.clone(),
            what: fact.what.to_owned(),
            found: fact.found.clone(),
            evidence: fact.evidence.clone(),
            setting: fact.setting.as_ref().map(|(name, _)| (*name).to_owned()),
            value: fact.setting.as_ref().map(|(_, value)| value.clone()),
        });
        let rejected = rejects.first.all().into_iter().map(|reject| Rejected {
            place: reject.place,
            column: reject.column,
            value: reject.value,
            reason: reject.reason,
        });
        Ok(Inspected {
            rows: tally.rows,
            is_whole,
            bytes: info.bytes,
            facts: facts.collect(),
            columns,
            notes: info.notes.clone(),
            alerts: info.alerts.iter().map(|alert| alert.what.clone()).collect(),
            rejected: rejects.count(),
            rejects: rejected.collect(),
            node: pinned(node, &given, &info.facts),
        })
    }
}
