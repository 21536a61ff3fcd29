//! The writing role: a table, and a load in progress on its own thread.

use arrow::array::RecordBatch;
use async_trait::async_trait;
use std::sync::Arc;

use arrow::datatypes::Schema;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use towpath_connect::{ColumnFit, Destination, Load, LoadRequest, Receipt, TargetTable};
use towpath_model::Fault;

use super::commit::{commit, known};
use super::config::SqliteDestination;
use super::fault::explain;
use super::plan::plan;
use super::schema;
use super::session::{Database, Guard, Interrupt, broken, on_thread};
use super::stage::{Stage, TARGET};
use super::types::{Kind, declared};

/// Batches that wait for the thread; more would only take memory.
const AHEAD: usize = 2;

/// One table of a database.
#[derive(Debug)]
pub(super) struct SqliteTable {
    database: Database,
    table: String,
}

impl SqliteTable {
    pub(super) fn new(database: Database, settings: SqliteDestination) -> Result<Self, Fault> {
        if settings.table.is_empty() || settings.table.contains('\0') {
            return Err(Fault::config("`table` is empty").hint("name the table to write"));
        }
        Ok(SqliteTable { database, table: settings.table })
    }
}

#[async_trait]
impl Destination for SqliteTable {
    async fn target(&self) -> Result<Option<TargetTable>, Fault> {
        let (database, table) = (self.database.clone(), self.table.clone());
        on_thread(move |interrupt| {
            if !database.exists()? {
                database.creatable()?;
                return Ok(None);
            }
            let connection = database.open_to_read()?;
            interrupt.watch(&connection);
            let found =
                schema::find(&connection, "main", &table).map_err(|error| explain(&database, error))?;
            Ok(found.map(|table| {
                let fields = table.columns.iter().map(|column| {
                    let field = Kind::of_empty(declared(Some(&column.type_name))).field(&column.name);
                    field.with_nullable(!column.not_null)
                });
                let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
                TargetTable { schema, primary_key: table.primary_key() }
            }))
        })
        .await
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        let (database, table) = (self.database.clone(), self.table.clone());
        let (commands, orders) = mpsc::channel(AHEAD);
        let (ready, begun) = oneshot::channel();
        let interrupt = Interrupt::default();
        let guard = Guard::new(interrupt.clone());
        let worker =
            tokio::task::spawn_blocking(move || work(&database, &table, &request, &interrupt, ready, orders));
        match begun.await {
            Ok(columns) => Ok(Box::new(SqliteLoad { columns, commands, worker, guard })),
            // The thread ended before it was ready, so it has the reason.
            Err(_) => Err(match worker.await {
                Ok(Err(fault)) => fault,
                Ok(Ok(_)) => Fault::internal("a load ended before it began"),
                Err(error) => broken(error),
            }),
        }
    }
}

enum Command {
    Write(RecordBatch),
    Commit,
}

/// A load whose rows wait in the staging place of its thread.
struct SqliteLoad {
    columns: Vec<ColumnFit>,
    commands: mpsc::Sender<Command>,
    worker: JoinHandle<Result<Option<Receipt>, Fault>>,
    guard: Guard,
}

impl SqliteLoad {
    /// Why the thread takes no more commands.
    async fn failure(&mut self) -> Fault {
        match (&mut self.worker).await {
            Ok(Err(fault)) => fault,
            Ok(Ok(_)) => Fault::internal("a load ended before its last row"),
            Err(error) => broken(error),
        }
    }
}

#[async_trait]
impl Load for SqliteLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.columns
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        if self.commands.send(Command::Write(batch)).await.is_ok() {
            return Ok(());
        }
        Err(self.failure().await)
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        if self.commands.send(Command::Commit).await.is_err() {
            return Err(self.failure().await);
        }
        let result = (&mut self.worker).await;
        self.guard.release();
        match result {
            Ok(Ok(Some(receipt))) => Ok(receipt),
            Ok(Ok(None)) => Err(Fault::internal("a load ended without its commit")),
            Ok(Err(fault)) => Err(fault),
            Err(error) => Err(broken(error)),
        }
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        let SqliteLoad { commands, worker, guard, .. } = *self;
        drop(commands);
        drop(guard);
        // Interrupted or failed: either way nothing was written.
        worker.await.map(|_| ()).map_err(broken)
    }
}

/// The thread of a load. Without a commit it ends when nobody can send commands any more; the staging place
/// vanishes with its connection, and the real database was never touched.
fn work(
    database: &Database,
    table: &str,
    request: &LoadRequest,
    interrupt: &Interrupt,
    ready: oneshot::Sender<Vec<ColumnFit>>,
    mut orders: mpsc::Receiver<Command>,
) -> Result<Option<Receipt>, Fault> {
    let mut stage = Stage::open(database)?;
    interrupt.watch(&stage.connection);
    let open = stage.attached.then_some((&stage.connection, TARGET));
    let replay = known(database, &stage, request)?;
    let plan = plan(database, open, table, request)?;
    stage.prepare(database, &plan)?;
    if ready.send(plan.columns.iter().map(|column| column.fit.clone()).collect()).is_err() {
        return Ok(None);
    }
    let mut wants_commit = false;
    let mut batches = std::iter::from_fn(|| match orders.blocking_recv() {
        Some(Command::Write(batch)) => Some(batch),
        Some(Command::Commit) => {
            wants_commit = true;
            None
        }
        None => None,
    });
    match &replay {
        // A known load changes nothing; its rows are heard and forgotten.
        Some(_) => batches.by_ref().for_each(drop),
        None => stage.write(database, &plan, &mut batches)?,
    }
    if !wants_commit {
        return Ok(None);
    }
    match replay {
        Some(receipt) => Ok(Some(receipt)),
        None => commit(database, &mut stage, table, request, &plan).map(Some),
    }
}
