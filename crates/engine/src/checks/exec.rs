//! Runs a check: the rows flow past, and what is compared with them is computed beside.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures::StreamExt;
use towpath_model::Fault;

use super::judge::{Beside, Judge};
use super::{Expectation, ROW_WISE_NAME, Test};
use crate::fault::carry;
use crate::operator::{self, Visit};

/// What a test needs of each batch.
#[derive(Debug, Clone)]
pub(super) enum Judged {
    Row { shown: Vec<usize>, reason: Arc<dyn PhysicalExpr> },
    Newest { column: usize },
    Other,
}

#[derive(Debug)]
pub(super) struct CheckExec {
    /// The rows, and what expectations refer to.
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    node: String,
    expectations: Arc<[Expectation]>,
    tests: Arc<[Judged]>,
    properties: Arc<PlanProperties>,
}

impl CheckExec {
    pub(super) fn new(
        inputs: Vec<Arc<dyn ExecutionPlan>>,
        node: &str,
        expectations: &[Expectation],
        tests: Vec<Judged>,
    ) -> Self {
        let properties = operator::passing(&inputs[0]);
        let node = node.to_owned();
        CheckExec { inputs, node, expectations: expectations.into(), tests: tests.into(), properties }
    }

    fn is_row_wise(&self) -> bool {
        self.expectations.iter().all(|expectation| matches!(expectation.test, Test::Row { .. }))
    }
}

impl DisplayAs for CheckExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: node={}, expectations={}", self.name(), self.node, self.expectations.len())
    }
}

impl ExecutionPlan for CheckExec {
    fn name(&self) -> &str {
        if self.is_row_wise() { ROW_WISE_NAME } else { "CheckAllExec" }
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![Distribution::SinglePartition; self.inputs.len()])
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        (0..self.inputs.len()).map(|index| index == 0).collect()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.inputs.iter().collect()
    }

    fn apply_expressions(&self, f: &mut Visit<'_>) -> Result<TreeNodeRecursion> {
        for test in self.tests.iter() {
            if let Judged::Row { reason, .. } = test
                && f(reason)? == TreeNodeRecursion::Stop
            {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        inputs: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(CheckExec::new(inputs, &self.node, &self.expectations, self.tests.to_vec())))
    }

    fn execute(&self, partition: usize, task: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.inputs[0].execute(partition, Arc::clone(&task))?;
        let mut beside = Vec::new();
        for input in &self.inputs[1..] {
            beside.push(input.execute(0, Arc::clone(&task))?);
        }
        let shared = operator::run_of(&task)?;
        let judge = Judge::new(
            &self.node,
            Arc::clone(&self.expectations),
            Arc::clone(&self.tests),
            shared.sink(&self.node),
            Arc::clone(&shared.checks),
        );
        let state = Checking { rows, waiting: beside, running: Vec::new(), judge };
        let batches = futures::stream::try_unfold(state, |mut state| async move {
            Ok(state.next().await?.map(|batch| (batch, state)))
        });
        Ok(operator::stream(self.schema(), batches))
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}

/// The rows on their way, and what is computed beside them.
struct Checking {
    rows: SendableRecordBatchStream,
    /// Not begun: the first request for rows begins them.
    waiting: Vec<SendableRecordBatchStream>,
    /// Dropping a task stops it.
    running: Vec<SpawnedTask<Result<Beside>>>,
    judge: Judge,
}

impl Checking {
    /// The next batch that has rows; at the end, the verdict.
    async fn next(&mut self) -> Result<Option<arrow::array::RecordBatch>> {
        // Side by side with the rows, so that rows that both need do not pile up between them.
        self.running.extend(self.waiting.drain(..).map(|input| SpawnedTask::spawn(Beside::gather(input))));
        while let Some(batch) = self.rows.next().await {
            let batch = self.judge.batch(batch?)?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        let mut beside = Vec::with_capacity(self.running.len());
        for task in self.running.drain(..) {
            let gathered = task.join().await;
            beside.push(
                gathered.map_err(|error| carry(Fault::internal(format!("a check stopped: {error}"))))??,
            );
        }
        self.judge.finish(&beside).map_err(carry)?;
        Ok(None)
    }
}
