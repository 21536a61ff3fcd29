//! The operator that checks expectations while rows pass.
//!
//! A [`Check`] node hands on the rows of its first input, in their order. Expectations about single rows are judged
//! batch by batch, and only rows whose expectation says so leave, into quarantine. Expectations about all rows are
//! judged at the end of the stream: numbers are kept while rows pass, and whatever needs more memory than a number
//! is a plan of its own among the further inputs, computed beside the rows by operators that spill.
//!
//! Invariants:
//! - the stream ends with an error when an expectation of severity `fail` is broken; since loads commit only after
//!   all rows were written, nothing is committed then;
//! - what was found is written down when the stream ends, so an expectation whose rows did not come to their end
//!   shows as unfinished;
//! - without expectations about all rows, the operator looks at one row at a time, so a load stays divisible.

mod exec;
mod judge;
mod results;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{DFSchemaRef, Result, internal_err};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

pub use self::results::{CheckReport, Checks, Offender, Outcome, Severity};

/// The name of the operator where it looks at one row at a time.
pub(crate) const ROW_WISE_NAME: &str = "CheckExec";

/// One expectation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub struct Expectation {
    /// What is expected, in words.
    pub words: String,
    /// What follows when it does not hold.
    pub severity: Severity,
    /// How to find out.
    pub test: Test,
}

/// How to find out whether an expectation holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub enum Test {
    /// Every row by itself.
    Row {
        /// Columns to show of a row that breaks it; the first is the one that is named in quarantine.
        shown: Vec<String>,
        /// Text: why a row breaks it, or null when it does not.
        reason: Expr,
    },
    /// The number of rows lies between these, both included.
    Rows {
        /// The fewest.
        min: Option<u64>,
        /// The most.
        max: Option<u64>,
    },
    /// The number of rows differs from that of another node by at most this.
    RowsLike {
        /// The input whose only value is the other number.
        input: usize,
        /// Parts per million of the other number.
        within_ppm: u64,
    },
    /// The newest time in a column is not too old.
    Newest {
        /// The column.
        column: String,
        /// How old it may be.
        within_seconds: u64,
        /// Seen from this instant, in microseconds since 1970; `None` is the time of the check.
        until_micros: Option<i64>,
    },
    /// An input gives no rows; those it gives are what breaks the expectation.
    Nothing {
        /// The input.
        input: usize,
        /// What its rows are, in the plural, for example `values that repeat`.
        what: String,
    },
}

/// The node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Hash)]
pub struct Check {
    inputs: Vec<LogicalPlan>,
    node: String,
    expectations: Vec<Expectation>,
}

/// Puts expectations over the first of several plans; the others are what the expectations refer to.
pub fn check(inputs: Vec<LogicalPlan>, node: &str, expectations: Vec<Expectation>) -> LogicalPlan {
    LogicalPlan::Extension(Extension {
        node: Arc::new(Check { inputs, node: node.to_owned(), expectations }),
    })
}

/// What is left of a check when only some of the rows come: the expectations of every row by itself. None when the plan is no
/// check.
pub(crate) fn each_row(plan: &LogicalPlan, inputs: &[Option<LogicalPlan>]) -> Option<LogicalPlan> {
    let LogicalPlan::Extension(extension) = plan else { return None };
    let check = extension.node.as_any().downcast_ref::<Check>()?;
    let rows = inputs.first()?.clone()?;
    let kept = check.expectations.iter().filter(|one| matches!(one.test, Test::Row { .. }));
    let kept: Vec<Expectation> = kept.cloned().collect();
    Some(if kept.is_empty() { rows } else { self::check(vec![rows], &check.node, kept) })
}

impl UserDefinedLogicalNodeCore for Check {
    fn name(&self) -> &str {
        "Check"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        self.inputs.iter().collect()
    }

    fn schema(&self) -> &DFSchemaRef {
        self.inputs[0].schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        let reason = |expectation: &Expectation| match &expectation.test {
            Test::Row { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        self.expectations.iter().filter_map(reason).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check: node={}, {} expectations", self.node, self.expectations.len())
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        if inputs.len() != self.inputs.len() {
            return internal_err!("a check node got another number of inputs");
        }
        let mut exprs = exprs.into_iter();
        let mut expectations = self.expectations.clone();
        for expectation in &mut expectations {
            if let Test::Row { reason, .. } = &mut expectation.test {
                match exprs.next() {
                    Some(expr) => *reason = expr,
                    None => return internal_err!("a check node lost an expression"),
                }
            }
        }
        Ok(Check { inputs, node: self.node.clone(), expectations })
    }

    /// Every column is kept, so that rows in quarantine are whole.
    fn necessary_children_exprs(&self, _: &[usize]) -> Option<Vec<Vec<usize>>> {
        let all = |plan: &LogicalPlan| (0..plan.schema().fields().len()).collect();
        Some(self.inputs.iter().map(all).collect())
    }
}

/// Makes check nodes run.
#[derive(Debug)]
pub struct CheckPlanner;

#[async_trait]
impl ExtensionPlanner for CheckPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        planning: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<Check>() else { return Ok(None) };
        let schema = logical_inputs[0].schema();
        let column = |name: &String| Ok(schema.as_arrow().index_of(name)?);
        let mut tests = Vec::with_capacity(node.expectations.len());
        for expectation in &node.expectations {
            tests.push(match &expectation.test {
                Test::Row { shown, reason } => exec::Judged::Row {
                    shown: shown.iter().map(column).collect::<Result<_>>()?,
                    reason: planner.create_physical_expr(reason, schema, session, planning)?,
                },
                Test::Newest { column: name, .. } => exec::Judged::Newest { column: column(name)? },
                _ => exec::Judged::Other,
            });
        }
        let plan = exec::CheckExec::new(physical_inputs.to_vec(), &node.node, &node.expectations, tests);
        Ok(Some(Arc::new(plan)))
    }
}
