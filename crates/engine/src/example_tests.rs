//! Every transform's example is a pipeline whose tests pass; every schema stays inside the subset of forms.

use std::sync::Arc;

use serde_json::Value;
use towpath_connect::{Context, Registry};
use towpath_model::scope::Scope;
use towpath_model::{Document, PipelineSpec};

use crate::cases::run_tests;
use crate::connections::ConnectionBook;
use crate::graph::Workshop;
use crate::memory::{Memory, MemoryConnector};

fn workshop() -> Workshop {
    Workshop {
        registry: Registry::new(vec![MemoryConnector::erased(Arc::new(Memory::default()))]),
        transforms: crate::transforms::all(),
        connections: ConnectionBook::default(),
        context: Context::new("."),
        positions: None,
    }
}

#[tokio::test]
async fn every_example_passes_its_own_tests() {
    let workshop = workshop();
    let mut wrong = Vec::new();
    for transform in &workshop.transforms {
        let spec = transform.spec();
        let document = match Document::parse(spec.name, spec.example) {
            Ok(document) => document,
            Err(problems) => {
                wrong.push(format!("{}: {problems:?}", spec.name));
                continue;
            }
        };
        let (pipeline, problems) = PipelineSpec::from_document(&document);
        wrong.extend(problems.iter().map(|problem| format!("{}: {problem}", spec.name)));
        let Some(pipeline) = pipeline else { continue };
        if pipeline.tests.is_empty() || !pipeline.nodes.values().any(|node| node.kind == spec.name) {
            wrong.push(format!("{}: the example has no tests, or does not use the transform", spec.name));
        }
        let mut scope = Scope::new(".".as_ref(), |_| None);
        if let Ok(values) = towpath_model::params::settle(&pipeline.params, &Default::default()) {
            scope.params = values;
        }
        for outcome in run_tests(&pipeline, &workshop, &scope).await {
            wrong.extend(
                outcome.differences.iter().map(|text| format!("{}: {}: {text}", spec.name, outcome.name)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_setting_is_documented() {
    let mut missing = Vec::new();
    for transform in crate::transforms::all() {
        let spec = transform.spec();
        undocumented(&spec.config, &spec.config, spec.name, &mut missing);
    }
    assert!(missing.is_empty(), "settings without a doc comment: {missing:?}");
}

fn undocumented(root: &Value, schema: &Value, path: &str, missing: &mut Vec<String>) {
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let resolved = towpath_model::schema::follow(root, field);
        if field.get("description").or_else(|| resolved.get("description")).is_none() {
            missing.push(format!("{path}.{name}"));
        }
    }
    for (name, definition) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        undocumented(root, definition, &format!("{path}/{name}"), missing);
    }
}
