//! A load that the destination knows already.

use arrow::array::RecordBatch;
use async_trait::async_trait;
use towpath_model::Fault;

use crate::change::{ChangeCounts, ChangeSink};
use crate::destination::{Load, LoadRequest, Receipt};
use crate::fit::ColumnFit;
use crate::merge::Groups;
use crate::together::Step;
use crate::types::canonical;

/// A load that was committed before: takes rows, writes nothing, and gives its receipt again.
#[derive(Debug)]
pub struct Replay {
    columns: Vec<ColumnFit>,
    receipt: Receipt,
}

impl Replay {
    /// The load of this request, with what the ledger knows of it.
    pub fn new(request: &LoadRequest, receipt: Receipt) -> Self {
        let fields = request.schema.fields().iter();
        let columns =
            fields.map(|field| ColumnFit::new(field.name(), canonical(field.data_type()))).collect();
        Replay { columns, receipt: Receipt { replayed: true, ..receipt } }
    }
}

#[async_trait]
impl Load for Replay {
    fn columns(&self) -> &[ColumnFit] {
        &self.columns
    }

    fn is_replay(&self) -> bool {
        true
    }

    async fn write(&mut self, _: RecordBatch) -> Result<(), Fault> {
        Ok(())
    }

    async fn scope(&mut self, _: Groups) -> Result<(), Fault> {
        Ok(())
    }

    async fn preview(&mut self, _: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        Ok(Some(ChangeCounts::default()))
    }

    async fn step(&mut self, _: Step) -> Result<(), Fault> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<Receipt, Fault> {
        Ok(self.receipt)
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        Ok(())
    }
}
