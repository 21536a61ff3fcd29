//! Tests inside pipeline documents: small inputs, expected rows.
//!
//! `given` replaces nodes by rows: a list of mappings (types follow from the values), or
//! `{ columns: {name: type}, rows: [[…]] }` for exact types. `expect` compares what a node gives; only the columns
//! that the expected rows name are compared, numbers by value, and the order only after a `sort`. A destination is
//! compared by what it would be given, its expectations being checked; nothing is written.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema};
use serde_json::{Map, Value};
use towpath_connect::fit::row_as_json;
use towpath_connect::words;
use towpath_model::expectations::check_before;
use towpath_model::params::{Value as Param, settle};
use towpath_model::pipeline::{Edge, Role, TestSpec};
use towpath_model::scope::{DataInterval, Scope};
use towpath_model::{Fault, PipelineSpec, suggest};

use crate::context::{MemoryQuarantine, RunShared};
use crate::graph::{GivenRows, Graph, Workshop, compile};
use crate::run::collect;
use crate::session::{Limits, session};

/// How a test ended.
#[derive(Debug, Clone)]
pub struct TestOutcome {
    /// What the test shows.
    pub name: String,
    /// Every difference; empty when the test passed.
    pub differences: Vec<String>,
    /// The same by what was looked at: the node, or `node.output`. What the test could not look at is not among them.
    pub looks: Vec<(String, Vec<String>)>,
}

/// Runs the tests of a document, one after the other.
pub async fn run_tests(spec: &PipelineSpec, workshop: &Workshop, scope: &Scope) -> Vec<TestOutcome> {
    let mut outcomes = Vec::new();
    for test in &spec.tests {
        let mut looks = Vec::new();
        let ended = run_test(spec, test, workshop, scope, &mut looks).await;
        let mut differences: Vec<String> = looks
            .iter()
            .flat_map(|(of, found)| found.iter().map(move |text| format!("{of}: {text}")))
            .collect();
        if let Err(fault) = ended {
            let hint = fault.hint_text().map(|hint| format!(" ({hint})")).unwrap_or_default();
            differences.push(format!("{fault}{hint}"));
        }
        outcomes.push(TestOutcome { name: test.name.clone(), differences, looks });
    }
    outcomes
}

async fn run_test(
    spec: &PipelineSpec,
    test: &TestSpec,
    workshop: &Workshop,
    scope: &Scope,
    looks: &mut Vec<(String, Vec<String>)>,
) -> Result<(), Fault> {
    let mut scope = scope.clone();
    apply(spec, test, &mut scope)?;
    let mut given = HashMap::new();
    for (node, rows) in &test.given {
        given.insert(node.clone(), given_rows(rows).map_err(|fault| fault.at("given", node))?);
    }
    let setting = Setting { spec, workshop, scope: &scope, given: &given };
    for (reference, expected) in &test.expect {
        let read = setting.output_of(reference);
        let graph = setting.graph_of(&read).await?;
        let actual = rows_of(&graph, &read).await?;
        let typed = match expected {
            Value::Object(_) => Some(Value::Array(
                as_json(&given_rows(expected)?.1)?.into_iter().map(Value::Object).collect(),
            )),
            _ => None,
        };
        let expected = typed.as_ref().unwrap_or(expected);
        let is_sorted = graph.spec.nodes.get(&read).is_some_and(|node| node.kind == "sort");
        looks.push((reference.clone(), compare(expected, actual, is_sorted)));
    }
    for (node, expected) in &test.quarantined {
        let read = setting.output_of(node);
        let graph = setting.graph_of(&read).await?;
        rows_of(&graph, &read).await?;
        let rejected = &graph.shared.rejected;
        let actual = rejected.rows(node) + rejected.rows(&check_before(node));
        let text = || format!("expected {expected} rows in quarantine, found {actual}");
        looks.push((node.clone(), if actual == *expected { Vec::new() } else { vec![text()] }));
    }
    Ok(())
}

fn apply(spec: &PipelineSpec, test: &TestSpec, scope: &mut Scope) -> Result<(), Fault> {
    if !test.params.is_empty() {
        let given = test.params.iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        });
        let values = settle(&spec.params, &given.collect()).map_err(|problems| {
            Fault::config(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join("; "))
        })?;
        scope.params.extend(values);
    }
    if let Some(date) = &test.date {
        let zone = scope.interval.as_ref().map_or(jiff::tz::TimeZone::UTC, |interval| interval.zone.clone());
        let day = Param::check(towpath_model::params::ParamType::Date, &Value::String(date.clone()))
            .ok()
            .and_then(|value| value.text().parse().ok())
            .ok_or_else(|| Fault::config(format!("`{date}` is not a date")))?;
        scope.interval = Some(DataInterval::day(day, zone).map_err(Fault::config)?);
    }
    Ok(())
}

/// What every graph of a test is made of.
struct Setting<'a> {
    spec: &'a PipelineSpec,
    workshop: &'a Workshop,
    scope: &'a Scope,
    given: &'a HashMap<String, GivenRows>,
}

impl Setting<'_> {
    /// The output to look at: a destination is compared by the rows it would be given, so that neither it nor its
    /// connection must be there.
    fn output_of(&self, reference: &str) -> String {
        let node = self.spec.nodes.get(reference).filter(|node| node.role == Role::Destination);
        match node.and_then(|node| node.from.first()) {
            Some(Edge { node, output: Some(output), .. }) => format!("{node}.{output}"),
            Some(edge) => edge.node.clone(),
            None => reference.to_owned(),
        }
    }

    /// The graph of one node and all that it reads; nothing else must be there. Each look at a node has a graph of
    /// its own, because rows that several nodes read are handed out once, to all readers of the graph.
    async fn graph_of(&self, reference: &str) -> Result<Graph, Fault> {
        let mut spec = self.spec.clone();
        let mut needed: Vec<String> = Vec::new();
        let mut open = vec![reference.split('.').next().unwrap_or_default().to_owned()];
        while let Some(name) = open.pop() {
            if needed.contains(&name) {
                continue;
            }
            if !self.given.contains_key(&name)
                && let Some(node) = spec.nodes.get(&name)
            {
                open.extend(node.from.iter().map(|edge| edge.node.clone()));
            }
            needed.push(name);
        }
        spec.nodes.retain(|name, _| needed.contains(name));
        for node in spec.nodes.values_mut().filter(|node| self.given.contains_key(&node.name)) {
            node.from.clear();
        }
        let shared = RunShared::new(Arc::new(MemoryQuarantine::default()));
        let state = session(shared.clone(), Limits::default()).map_err(crate::fault::from_datafusion)?;
        let graph = compile(spec, self.workshop, self.scope, state, shared, self.given.clone()).await;
        if let Some(problem) = graph.problems.first() {
            let fault = Fault::config(format!("{}: {}", problem.path, problem.message));
            return Err(match &problem.hint {
                Some(hint) => fault.hint(hint.clone()),
                None => fault,
            });
        }
        match graph.faults.first() {
            Some((_, fault)) => Err(fault.copied()),
            None => Ok(graph),
        }
    }
}

async fn rows_of(graph: &Graph, reference: &str) -> Result<Vec<Map<String, Value>>, Fault> {
    let (name, port) = reference.split_once('.').map_or((reference, None), |(node, port)| (node, Some(port)));
    let node =
        graph.nodes.get(name).ok_or_else(|| Fault::config(format!("node `{name}` could not be planned")))?;
    let plan = match port {
        Some(port) => node.outputs.get(port),
        None => node.outputs.values().next(),
    };
    let plan = plan.ok_or_else(|| {
        let known = node.outputs.keys().map(String::as_str);
        let fault = Fault::config(format!("node `{name}` has no such output"));
        fault.hint(suggest::hint(port.unwrap_or_default(), "its outputs", known).unwrap_or_default())
    })?;
    as_json(&collect(graph, plan.clone()).await?)
}

fn as_json(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>, Fault> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let json = row_as_json(batch, row);
            let value: Value = serde_json::from_str(&json)
                .map_err(|error| Fault::internal(format!("a row does not read back: {error}")))?;
            if let Value::Object(map) = value {
                rows.push(map);
            }
        }
    }
    Ok(rows)
}

fn compare(expected: &Value, actual: Vec<Map<String, Value>>, is_sorted: bool) -> Vec<String> {
    let Some(expected) = expected.as_array() else { return vec!["the expected rows are not a list".into()] };
    let expected: Vec<&Map<String, Value>> = expected.iter().filter_map(Value::as_object).collect();
    let columns: Vec<&String> = {
        let mut seen = Vec::new();
        for key in expected.iter().flat_map(|row| row.keys()) {
            if !seen.contains(&key) {
                seen.push(key);
            }
        }
        seen
    };
    if let (Some(first), true) = (actual.first(), !expected.is_empty()) {
        let missing = columns.iter().filter(|column| !first.contains_key(**column));
        let missing: Vec<String> = missing.map(|column| format!("`{column}`")).collect();
        if !missing.is_empty() {
            return vec![format!("there is no column {}", missing.join(", "))];
        }
    }
    let project = |row: &Map<String, Value>| -> Map<String, Value> {
        columns
            .iter()
            .map(|column| ((*column).clone(), row.get(*column).cloned().unwrap_or(Value::Null)))
            .collect()
    };
    let mut left: Vec<Map<String, Value>> = actual.iter().map(project).collect();
    let mut differences = Vec::new();
    if is_sorted {
        for (index, row) in expected.iter().enumerate() {
            let row = project(row);
            match left.get(index) {
                Some(found) if same_row(&row, found) => {}
                Some(found) => differences.push(format!(
                    "row {}: expected {}, found {}",
                    index + 1,
                    Value::Object(row),
                    Value::Object(found.clone())
                )),
                None => differences.push(format!("missing row {}: {}", index + 1, Value::Object(row))),
            }
        }
        for row in left.into_iter().skip(expected.len()) {
            differences.push(format!("unexpected row {}", Value::Object(row)));
        }
        return differences;
    }
    for row in expected {
        let row = project(row);
        match left.iter().position(|found| same_row(&row, found)) {
            Some(index) => drop(left.swap_remove(index)),
            None => differences.push(format!("missing row {}", Value::Object(row))),
        }
    }
    differences.extend(left.into_iter().map(|row| format!("unexpected row {}", Value::Object(row))));
    differences
}

fn same_row(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
}

fn same(a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && same_row(a, b),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
            _ => false,
        },
    }
}

/// A number, or text that is wholly a number (decimals travel as text to keep their digits).
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Rows of a document as a table.
pub fn given_rows(value: &Value) -> Result<GivenRows, Fault> {
    match value {
        Value::Array(rows) => untyped(rows),
        Value::Object(map) => typed(map),
        _ => Err(shape()),
    }
}

fn shape() -> Fault {
    Fault::config("rows are a list of mappings, or `{ columns: { name: type }, rows: [[…]] }`")
}

fn untyped(rows: &[Value]) -> Result<GivenRows, Fault> {
    let rows = rows.iter().map(|row| row.as_object().ok_or_else(shape)).collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<&String> = Vec::new();
    for key in rows.iter().flat_map(|row| row.keys()) {
        if !names.contains(&key) {
            names.push(key);
        }
    }
    let columns = names.into_iter().map(|name| {
        let values: Vec<&Value> = rows.iter().map(|row| row.get(name).unwrap_or(&Value::Null)).collect();
        let all = |test: fn(&Value) -> bool| values.iter().all(|value| value.is_null() || test(value));
        let word = match () {
            () if values.iter().all(|value| value.is_null()) => "text",
            () if all(Value::is_i64) => "int64",
            () if all(Value::is_number) => "float64",
            () if all(Value::is_boolean) => "boolean",
            () => "text",
        };
        column(name, word, &values)
    });
    table(columns.collect::<Result<Vec<_>, _>>()?, rows.len())
}

fn typed(map: &Map<String, Value>) -> Result<GivenRows, Fault> {
    let columns = map.get("columns").and_then(Value::as_object).ok_or_else(shape)?;
    let rows = map.get("rows").and_then(Value::as_array).ok_or_else(shape)?;
    let rows = rows.iter().map(|row| row.as_array().ok_or_else(shape)).collect::<Result<Vec<_>, _>>()?;
    if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
        return Err(Fault::config(format!("a row has {} values for {} columns", row.len(), columns.len())));
    }
    let columns = columns.iter().enumerate().map(|(index, (name, word))| {
        let values: Vec<&Value> = rows.iter().map(|row| &row[index]).collect();
        column(name, word.as_str().unwrap_or_default(), &values)
    });
    table(columns.collect::<Result<Vec<_>, _>>()?, rows.len())
}

fn column(name: &str, word: &str, values: &[&Value]) -> Result<(Field, ArrayRef), Fault> {
    let field = words::field(name, word).ok_or_else(|| {
        let hint = suggest::hint(word, "types", words::WORDS).unwrap_or_default();
        Fault::config(format!("column `{name}`: unknown type `{word}`")).hint(hint)
    })?;
    let text = |value: &&Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let texts: StringArray = values.iter().map(text).collect();
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let array = match field.data_type() {
        DataType::Utf8 => Arc::new(texts) as ArrayRef,
        target => cast_with_options(&texts, target, &options).map_err(|error| {
            Fault::config(format!("column `{name}`: {}", crate::fault::plain(&error.to_string())))
        })?,
    };
    Ok((field, array))
}

fn table(columns: Vec<(Field, ArrayRef)>, rows: usize) -> Result<GivenRows, Fault> {
    let schema = Arc::new(Schema::new(columns.iter().map(|(field, _)| field.clone()).collect::<Vec<_>>()));
    let arrays: Vec<ArrayRef> = columns.into_iter().map(|(_, array)| array).collect();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
    let arrays = match rows {
        0 => schema.fields().iter().map(|field| new_null_array(field.data_type(), 0)).collect(),
        _ => arrays,
    };
    let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)
        .map_err(|error| Fault::config(error.to_string()))?;
    Ok((schema, vec![batch]))
}
