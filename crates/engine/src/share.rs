//! Nodes that several others read: their rows are computed once and handed to each reader.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::TableType;
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use tokio::sync::OnceCell;

use crate::fault::carry;
use crate::operator::{self, Visit, no_expressions};
use crate::session::physical_plan;
use crate::spool::Spool;

/// The output port of a node that is read more than once.
pub(crate) struct SharedTable {
    name: String,
    plan: LogicalPlan,
    schema: SchemaRef,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    physical: OnceCell<Arc<dyn ExecutionPlan>>,
    readers: AtomicUsize,
    spool: OnceLock<Result<Arc<Spool>, String>>,
}

impl SharedTable {
    pub(crate) fn new(name: String, plan: LogicalPlan) -> Self {
        let schema = Arc::new(plan.schema().as_arrow().clone());
        SharedTable { name, plan, schema, shared: Arc::default() }
    }

    /// Node and port.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The plan that is computed once.
    pub(crate) fn plan(&self) -> &LogicalPlan {
        &self.plan
    }
}

impl fmt::Debug for SharedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedTable({})", self.name)
    }
}

#[async_trait]
impl TableProvider for SharedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let state = session
            .as_any()
            .downcast_ref::<SessionState>()
            .ok_or_else(|| DataFusionError::Internal("a shared node outside its session".into()))?;
        let plan = || async { physical_plan(state, self.plan.clone()).await };
        self.shared.physical.get_or_try_init(plan).await?;
        self.shared.readers.fetch_add(1, Ordering::SeqCst);
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        Ok(Arc::new(SharedExec {
            name: self.name.clone(),
            projection: projection.cloned(),
            schema: Arc::clone(&self.schema),
            shared: Arc::clone(&self.shared),
            properties: operator::first(schema),
        }))
    }
}

#[derive(Debug)]
struct SharedExec {
    name: String,
    projection: Option<Vec<usize>>,
    schema: SchemaRef,
    shared: Arc<Shared>,
    properties: Arc<PlanProperties>,
}

impl DisplayAs for SharedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Shared: {} (computed once)", self.name)
    }
}

impl ExecutionPlan for SharedExec {
    fn name(&self) -> &str {
        "SharedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(&self, _: &mut Visit<'_>) -> Result<TreeNodeRecursion> {
        no_expressions()
    }

    fn with_new_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _partition: usize, task: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let internal = |text: &str| DataFusionError::Internal(text.to_owned());
        let physical = self.shared.physical.get().ok_or_else(|| internal("a shared node without plan"))?;
        let start = || match physical.execute(0, task) {
            Ok(stream) => Ok(Arc::new(Spool::start(stream, self.shared.readers.load(Ordering::SeqCst)))),
            Err(error) => Err(error.to_string()),
        };
        let spool = self.shared.spool.get_or_init(start).as_ref().map_err(|text| internal(text))?;
        let projection = self.projection.clone();
        let batches = spool.reader(&self.schema).map(move |item| {
            let batch = item.map_err(carry)?;
            match &projection {
                Some(columns) => Ok(batch.project(columns)?),
                None => Ok(batch),
            }
        });
        Ok(operator::stream(ExecutionPlan::schema(self), batches))
    }
}
