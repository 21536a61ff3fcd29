//! The operator that sends rows to quarantine.
//!
//! A [`Reject`] node stands over one input with rules in order. A rule gives, for each row, a reason (text) or null
//! when the row is fine. The first reason that is not null takes the row out of the stream and into the quarantine
//! of its node, or stops the run when the node says so.
//!
//! Invariants:
//! - output schema and order are those of the input; nothing is pushed through the node, so that every row of the
//!   input is judged, and every column is kept, so that the original row is whole;
//! - columns whose names start with [`HELPER`] are of the plan, not of the row: they never reach the quarantine.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchemaRef, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};
use futures::StreamExt;
use towpath_connect::{Reject as RejectedRow, RejectSink};
use towpath_model::Fault;

use towpath_connect::fit::row_as_json;

use crate::operator::{self, Visit, only};

/// Prefix of columns that a plan adds for itself.
pub const HELPER: &str = "__towpath_";

/// What happens to a row that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Hash)]
pub enum OnReject {
    /// The row goes to quarantine.
    Quarantine,
    /// The run stops.
    Fail,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub struct RejectRule {
    /// Column to name, and whose value to keep, when the rule is about one.
    pub column: Option<String>,
    /// Text: why the row cannot go on, or null when it can.
    pub reason: Expr,
}

/// The node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub struct Reject {
    input: LogicalPlan,
    node: String,
    on_reject: OnReject,
    rules: Vec<RejectRule>,
}

/// Puts rules over a plan; without rules the plan stays as it is.
pub fn reject(input: LogicalPlan, node: &str, rules: Vec<RejectRule>, on_reject: OnReject) -> LogicalPlan {
    if rules.is_empty() {
        return input;
    }
    let node = Reject { input, node: node.to_owned(), on_reject, rules };
    LogicalPlan::Extension(Extension { node: Arc::new(node) })
}

impl UserDefinedLogicalNodeCore for Reject {
    fn name(&self) -> &str {
        "Reject"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        self.rules.iter().map(|rule| rule.reason.clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reject: node={}, {} rules", self.node, self.rules.len())
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = only(inputs)?;
        let rules = self.rules.iter().zip(exprs);
        let rules = rules.map(|(rule, reason)| RejectRule { column: rule.column.clone(), reason }).collect();
        Ok(Reject { input, node: self.node.clone(), on_reject: self.on_reject, rules })
    }

    fn necessary_children_exprs(&self, _: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![(0..self.input.schema().fields().len()).collect()])
    }
}

/// Makes reject nodes run.
#[derive(Debug)]
pub struct RejectPlanner;

#[async_trait]
impl ExtensionPlanner for RejectPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        planning: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<Reject>() else { return Ok(None) };
        let ([logical], [physical]) = (logical_inputs, physical_inputs) else {
            return plan_err!("a reject node has one input");
        };
        let mut rules = Vec::with_capacity(node.rules.len());
        for rule in &node.rules {
            let reason = planner.create_physical_expr(&rule.reason, logical.schema(), session, planning)?;
            let column = match &rule.column {
                Some(name) => Some(logical.schema().as_arrow().index_of(name)?),
                None => None,
            };
            rules.push(Rule { column, reason });
        }
        Ok(Some(Arc::new(RejectExec::new(
            Arc::clone(physical),
            node.node.clone(),
            node.on_reject,
            rules.into(),
        ))))
    }
}

#[derive(Debug, Clone)]
struct Rule {
    column: Option<usize>,
    reason: Arc<dyn PhysicalExpr>,
}

#[derive(Debug)]
struct RejectExec {
    input: Arc<dyn ExecutionPlan>,
    node: String,
    on_reject: OnReject,
    rules: Arc<[Rule]>,
    properties: Arc<PlanProperties>,
    /// Rows seen, in all partitions together.
    seen: Arc<AtomicU64>,
}

impl RejectExec {
    fn new(input: Arc<dyn ExecutionPlan>, node: String, on_reject: OnReject, rules: Arc<[Rule]>) -> Self {
        let properties = operator::passing(&input);
        RejectExec { input, node, on_reject, rules, properties, seen: Arc::default() }
    }
}

impl DisplayAs for RejectExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RejectExec: node={}, rules={}", self.node, self.rules.len())
    }
}

impl ExecutionPlan for RejectExec {
    fn name(&self) -> &str {
        "RejectExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(&self, f: &mut Visit<'_>) -> Result<TreeNodeRecursion> {
        for rule in self.rules.iter() {
            if f(&rule.reason)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (node, rules) = (self.node.clone(), Arc::clone(&self.rules));
        Ok(Arc::new(RejectExec::new(only(children)?, node, self.on_reject, rules)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let shared = operator::run_of(&context)?;
        let judge = Judge {
            rules: Arc::clone(&self.rules),
            node: self.node.clone(),
            on_reject: self.on_reject,
            sink: shared.sink(&self.node),
            seen: Arc::clone(&self.seen),
        };
        let schema: SchemaRef = self.schema();
        let input = self.input.execute(partition, context)?;
        let stream = input.filter_map(move |batch| {
            let judged = batch.and_then(|batch| judge.judge(batch));
            std::future::ready(match judged {
                Ok(batch) if batch.num_rows() == 0 => None,
                other => Some(other),
            })
        });
        Ok(operator::stream(schema, stream))
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}

/// Judges the rows of one partition.
struct Judge {
    rules: Arc<[Rule]>,
    node: String,
    on_reject: OnReject,
    sink: Arc<dyn RejectSink>,
    seen: Arc<AtomicU64>,
}

impl Judge {
    fn judge(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let first = self.seen.fetch_add(rows as u64, Ordering::Relaxed);
        let mut reasons: Vec<(Option<usize>, StringArray)> = Vec::new();
        for rule in self.rules.iter() {
            let reason = rule.reason.evaluate(&batch)?.into_array(rows)?;
            if reason.logical_null_count() < rows {
                reasons.push((rule.column, texts(reason)?));
            }
        }
        if reasons.is_empty() {
            return Ok(batch);
        }

        let mut original: Option<RecordBatch> = None;
        let mut keep = Vec::with_capacity(rows);
        for row in 0..rows {
            let reason = reasons.iter().find(|(_, reason)| reason.is_valid(row));
            keep.push(reason.is_none());
            let Some((column, reason)) = reason else { continue };
            if original.is_none() {
                original = Some(without_helpers(&batch)?);
            }
            self.reject(&batch, original.as_ref(), row, first, *column, reason.value(row))
                .map_err(|fault| DataFusionError::External(Box::new(fault)))?;
        }
        Ok(filter_record_batch(&batch, &BooleanArray::from(keep))?)
    }

    fn reject(
        &self,
        batch: &RecordBatch,
        original: Option<&RecordBatch>,
        row: usize,
        first: u64,
        column: Option<usize>,
        reason: &str,
    ) -> std::result::Result<(), Fault> {
        let place = format!("row {}", first + row as u64 + 1);
        let name = column.map(|index| batch.schema().field(index).name().clone());
        let value = column.and_then(|index| text(batch.column(index), row));
        match self.on_reject {
            OnReject::Quarantine => self.sink.reject(RejectedRow {
                place,
                column: name,
                value,
                reason: reason.to_owned(),
                original: original.map(|original| row_as_json(original, row)).unwrap_or_default(),
                value_only: false,
                ..RejectedRow::default()
            }),
            OnReject::Fail => {
                let column = name.map(|name| format!("column `{name}`: ")).unwrap_or_default();
                let value = value.map(|value| format!(" (value `{value}`)")).unwrap_or_default();
                Err(Fault::data(format!("{place}: {column}{reason}{value}"))
                    .at("node", &self.node)
                    .hint("correct the data, or let `on_error: quarantine` set such rows aside"))
            }
        }
    }
}

/// Reasons as texts.
pub(crate) fn texts(reasons: ArrayRef) -> Result<StringArray> {
    let reasons = match reasons.data_type() {
        DataType::Utf8 => reasons,
        _ => cast(&reasons, &DataType::Utf8)?,
    };
    Ok(reasons.as_string::<i32>().clone())
}

/// The batch without columns that the plan added for itself.
pub(crate) fn without_helpers(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema();
    let kept = schema.fields().iter().enumerate().filter(|(_, field)| !field.name().starts_with(HELPER));
    let kept: Vec<usize> = kept.map(|(index, _)| index).collect();
    Ok(batch.project(&kept)?)
}

/// A value in the form in which people read it; `None` when it is missing.
pub(crate) fn text(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    let options = FormatOptions::default();
    ArrayFormatter::try_new(array, &options).ok().map(|formatter| formatter.value(row).to_string())
}
