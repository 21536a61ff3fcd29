//! Runs one transform on rows written as JSON, and hands back rows as JSON.

use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::execution::context::QueryPlanner;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use serde_json::{Value, json};
use towpath_connect::{Reject, RejectSink};
use towpath_engine::checks::CheckPlanner;
use towpath_engine::context::{Quarantine, RunShared};
use towpath_engine::ordinal::OrdinalPlanner;
use towpath_engine::reject::RejectPlanner;
use towpath_engine::transform::{Inputs, Outputs, PlanContext};
use towpath_engine::{expr, transforms};
use towpath_model::{Fault, Problem};

/// What one run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Rows of each output.
    pub outputs: Vec<(String, Vec<Value>)>,
    /// Types of the columns of each output.
    pub schemas: Vec<Arc<Schema>>,
    /// Rows in quarantine.
    pub rejects: Vec<Reject>,
}

impl Ran {
    /// The rows of the only output.
    pub(crate) fn rows(&self) -> &[Value] {
        assert_eq!(self.outputs.len(), 1);
        &self.outputs[0].1
    }
}

/// A table from typed columns and rows: `table(&[("id", "int64")], json!([[1], [2]]))`.
pub(crate) fn table(columns: &[(&str, &str)], rows: Value) -> LogicalPlan {
    let fields: Vec<Field> = columns.iter().map(|(name, kind)| field(name, kind)).collect();
    table_of(fields, rows)
}

/// A table from fields and rows.
pub(crate) fn table_of(fields: Vec<Field>, rows: Value) -> LogicalPlan {
    let rows = rows.as_array().expect("rows are a list").clone();
    let arrays: Vec<ArrayRef> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let texts: StringArray = rows
                .iter()
                .map(|row| match &row[index] {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                })
                .collect();
            let options = CastOptions { safe: false, ..CastOptions::default() };
            cast_with_options(&texts, field.data_type(), &options).expect("values have their types")
        })
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).expect("columns have equal lengths");
    // Several small batches, as sources give them.
    let batches =
        (0..batch.num_rows()).step_by(7).map(|at| batch.slice(at, 7.min(batch.num_rows() - at))).collect();
    let table = MemTable::try_new(schema, vec![batches]).expect("batches have the schema");
    LogicalPlanBuilder::scan("source", provider_as_source(Arc::new(table)), None).unwrap().build().unwrap()
}

/// A field of a type by name.
pub(crate) fn field(name: &str, kind: &str) -> Field {
    let data_type = match kind {
        "int64" => DataType::Int64,
        "int32" => DataType::Int32,
        "float64" => DataType::Float64,
        "text" => DataType::Utf8,
        "boolean" => DataType::Boolean,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
        "decimal" => DataType::Decimal128(12, 2),
        "uuid" | "json" | "numeric" => DataType::Utf8,
        other => panic!("unknown type {other}"),
    };
    use towpath_connect::types::{Logical, with_logical};
    let field = Field::new(name, data_type, true);
    match kind {
        "uuid" => with_logical(field, Logical::Uuid),
        "json" => with_logical(field, Logical::Json),
        "numeric" => with_logical(field, Logical::Numeric),
        _ => field,
    }
}

#[derive(Debug, Default, Clone)]
struct Kept(Arc<Mutex<Vec<Reject>>>);

impl Quarantine for Kept {
    fn sink(&self, node: &str, _chunk: &str) -> Arc<dyn RejectSink> {
        assert_eq!(node, "node");
        Arc::new(self.clone())
    }
}

impl RejectSink for Kept {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        self.0.lock().unwrap().push(reject);
        Ok(())
    }
}

#[derive(Debug)]
struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> datafusion::error::Result<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::with_extension_planners(vec![
            Arc::new(RejectPlanner),
            Arc::new(CheckPlanner),
            Arc::new(OrdinalPlanner),
        ])
        .create_physical_plan(plan, session)
        .await
    }
}

fn session(quarantine: Kept, partitions: usize) -> SessionState {
    let shared = RunShared::new(Arc::new(quarantine));
    SessionStateBuilder::new()
        .with_config(
            expr::session_config().with_target_partitions(partitions).with_extension(Arc::new(shared)),
        )
        .with_default_features()
        .with_analyzer_rule(Arc::new(expr::overflow::CheckedArithmetic))
        .with_query_planner(Arc::new(Planner))
        .with_physical_optimizer_rules(towpath_engine::joins::physical_rules())
        .build()
}

/// Planning without a run.
pub(crate) fn context() -> PlanContext {
    PlanContext { state: session(Kept::default(), 1), node: "node".into() }
}

/// How a plan would run, as text.
pub(crate) async fn physical(plan: &LogicalPlan) -> String {
    let physical = context().state.create_physical_plan(plan).await.unwrap();
    datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string()
}

/// Plans a transform over named inputs.
pub(crate) async fn plan(
    name: &str,
    config: Value,
    inputs: Vec<(&str, LogicalPlan)>,
) -> Result<Outputs, Vec<Problem>> {
    plan_in(&context(), name, config, inputs).await
}

async fn plan_in(
    cx: &PlanContext,
    name: &str,
    config: Value,
    inputs: Vec<(&str, LogicalPlan)>,
) -> Result<Outputs, Vec<Problem>> {
    let transform = transforms::all().into_iter().find(|transform| transform.spec().name == name);
    let inputs: Inputs = inputs.into_iter().map(|(port, plan)| (port.to_owned(), plan)).collect();
    transform.expect("the transform exists").plan(&config, inputs, cx).await
}

/// Runs a transform; panics on problems.
pub(crate) async fn run(name: &str, config: Value, inputs: Vec<(&str, LogicalPlan)>) -> Ran {
    try_run(name, config, inputs, 1).await.unwrap()
}

/// Runs a transform in as many partitions.
pub(crate) async fn try_run(
    name: &str,
    config: Value,
    inputs: Vec<(&str, LogicalPlan)>,
    partitions: usize,
) -> Result<Ran, String> {
    let kept = Kept::default();
    let cx = PlanContext { state: session(kept.clone(), partitions), node: "node".into() };
    let plans = match plan_in(&cx, name, config, inputs).await {
        Ok(plans) => plans,
        Err(problems) => return Err(messages(&problems).join("\n")),
    };
    let (mut outputs, mut schemas) = (Vec::new(), Vec::new());
    for (port, plan) in plans {
        for (table, _) in plan.schema().iter() {
            assert_eq!(table, None, "columns of an output have no qualifier");
        }
        let planned = plan.schema().as_arrow().clone();
        let physical = cx.state.create_physical_plan(&plan).await.map_err(|error| error.to_string())?;
        for (a, b) in planned.fields().iter().zip(physical.schema().fields()) {
            assert_eq!((a.name(), a.data_type()), (b.name(), b.data_type()));
            assert_eq!(a.metadata(), b.metadata(), "metadata of {}", a.name());
        }
        let batches = collect(physical, cx.state.task_ctx()).await.map_err(|error| error.to_string())?;
        outputs.push((port, batches.iter().flat_map(rows_of).collect()));
        schemas.push(Arc::new(planned));
    }
    let rejects = kept.0.lock().unwrap().clone();
    Ok(Ran { outputs, schemas, rejects })
}

/// Rows as JSON arrays; numbers as numbers, everything else as text.
fn rows_of(batch: &RecordBatch) -> Vec<Value> {
    let columns: Vec<Vec<Value>> = batch
        .columns()
        .iter()
        .map(|array| {
            let texts = cast_with_options(array, &DataType::Utf8, &CastOptions::default()).unwrap();
            let texts = texts.as_any().downcast_ref::<StringArray>().unwrap().clone();
            texts
                .iter()
                .map(|text| match text {
                    None => Value::Null,
                    Some(text) if array.data_type().is_integer() => json!(text.parse::<i64>().unwrap()),
                    Some(text) if array.data_type().is_numeric() => json!(text.parse::<f64>().unwrap()),
                    Some(text) if array.data_type() == &DataType::Boolean => json!(text == "true"),
                    Some(text) => json!(text),
                })
                .collect()
        })
        .collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

/// Rows in a fixed order, to compare without regard to order.
pub(crate) fn sorted(rows: &[Value]) -> Vec<Value> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(ToString::to_string);
    rows
}

/// Problems as `path: message (hint)`.
pub(crate) fn messages(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{}: {}{hint}", problem.path, problem.message)
        })
        .collect()
}
