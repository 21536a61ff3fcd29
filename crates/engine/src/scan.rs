//! Sources as tables of the plan: projection, filter and limit push-down.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::TableType;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use futures::{StreamExt, TryStreamExt};
use towpath_connect::{Chunk, Filter, ReadProgress, ReadRequest, Source, StreamInfo};

use crate::context::RunShared;
use crate::fault::carry;
use crate::pushdown;

/// How far the sources of a run have come, by node.
#[derive(Debug, Default)]
pub struct Scans(Mutex<HashMap<String, Arc<ReadProgress>>>);

impl Scans {
    /// The progress of a source; made when first asked for.
    pub fn of(&self, node: &str) -> Arc<ReadProgress> {
        let mut scans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(scans.entry(node.to_owned()).or_default())
    }
}

/// A source node as a table.
#[derive(Debug)]
pub(crate) struct SourceTable {
    pub(crate) node: String,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) info: StreamInfo,
}

impl SourceTable {
    /// The filter that the source would apply for this expression, when it accepts it.
    pub(crate) fn accepts(&self, expr: &Expr) -> Option<Filter> {
        pushdown::filter_of(expr, &self.info.schema).filter(|filter| self.source.applies(filter))
    }
}

#[async_trait]
impl TableProvider for SourceTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.info.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let refused = || DataFusionError::Internal("a filter reached a source that refuses it".into());
        let filters =
            filters.iter().map(|expr| self.accepts(expr).ok_or_else(refused)).collect::<Result<Vec<_>>>()?;
        let columns = projection.cloned().unwrap_or_else(|| (0..self.info.schema.fields().len()).collect());
        let schema = Arc::new(self.info.schema.project(&columns)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Arc::new(ScanExec {
            node: self.node.clone(),
            source: Arc::clone(&self.source),
            stream_schema: Arc::clone(&self.info.schema),
            columns,
            filters,
            limit,
            chunk: None,
            properties: Arc::new(properties),
        }))
    }
}

/// The read of a source, or of one chunk of it.
#[derive(Debug, Clone)]
pub(crate) struct ScanExec {
    node: String,
    source: Arc<dyn Source>,
    stream_schema: SchemaRef,
    columns: Vec<usize>,
    filters: Vec<Filter>,
    limit: Option<usize>,
    chunk: Option<Chunk>,
    properties: Arc<PlanProperties>,
}

impl ScanExec {
    /// The source, when the read covers all of its stream.
    pub(crate) fn undivided(&self) -> Option<&Arc<dyn Source>> {
        (self.limit.is_none() && self.chunk.is_none()).then_some(&self.source)
    }

    /// The same read of one chunk.
    pub(crate) fn for_chunk(&self, chunk: Chunk) -> Self {
        ScanExec { chunk: Some(chunk), ..self.clone() }
    }
}

impl DisplayAs for ScanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<&str> =
            self.columns.iter().map(|&index| self.stream_schema.field(index).name().as_str()).collect();
        write!(f, "Scan: {} columns=[{}]", self.node, names.join(", "))?;
        if !self.filters.is_empty() {
            let filters: Vec<String> = self.filters.iter().map(pushdown::show).collect();
            write!(f, " filters=[{}]", filters.join(", "))?;
        }
        match self.limit {
            Some(limit) => write!(f, " limit={limit}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for ScanExec {
    fn name(&self) -> &str {
        "ScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _partition: usize, task: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let shared = task
            .session_config()
            .get_extension::<RunShared>()
            .ok_or_else(|| DataFusionError::Internal("a source outside a run".into()))?;
        let request = ReadRequest {
            schema: Arc::clone(&self.stream_schema),
            columns: self.columns.clone(),
            filters: self.filters.clone(),
            limit: self.limit,
            chunk: self.chunk.clone(),
            batch_rows: task.session_config().batch_size(),
            rejects: shared.sink(&self.node),
            progress: shared.scans.of(&self.node),
        };
        let (source, node) = (Arc::clone(&self.source), self.node.clone());
        let named = move |fault: towpath_model::Fault| carry(fault.at("node", &node));
        let opening = async move { source.read(request).await };
        let batches = futures::stream::once(opening).try_flatten().map(move |item| item.map_err(&named));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}
