//! Writing a table: what the target is, and how a load starts.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use async_trait::async_trait;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::{
    ChunkState, Context, Destination, Load, LoadRequest, Receipt, Replay, TargetTable, Undone,
};
use towpath_model::{Fault, LoadId};

use super::chunks::ChunkTable;
use super::config::{Connection, DestinationSettings, LoadMethod};
use super::create::ColumnDefinition;
use super::encode::Form;
use super::fault::{Place, is_not_found};
use super::ledger::{Ledger, State};
use super::load::MysqlLoad;
use super::names::{TableName, check_new};
use super::plan::{Existing, Plan, Strategy};
use super::session::{Access, Purpose, Server, close};
use super::shape::ROW;
use super::source::table_info;
use super::staging::{Staging, clear_left, take_back};
use super::writer::{Writer, Writing};
use super::{catalog, undo};

/// Writes one table.
#[derive(Debug)]
pub(super) struct MysqlDestination {
    access: Access,
    table: TableName,
    load: LoadMethod,
}

impl MysqlDestination {
    pub(super) fn new(
        connection: &Connection,
        settings: &DestinationSettings,
        cx: &Context,
    ) -> Result<Self, Fault> {
        let access = Access::new(connection, cx)?;
        let table = TableName::parse(&settings.table, access.database())?;
        check_new("table", &table.table)?;
        Ok(MysqlDestination { access, table, load: settings.load })
    }

    fn place(&self) -> Place {
        self.access.place.with_table(&self.table.table)
    }

    fn form(&self, server: &Server) -> Result<Form, Fault> {
        match (self.load, server.local_infile) {
            (LoadMethod::Insert, _) | (LoadMethod::Auto, false) => Ok(Form::Tuples),
            (LoadMethod::Auto | LoadMethod::LocalInfile, true) => Ok(Form::Lines),
            (LoadMethod::LocalInfile, false) => {
                Err(Fault::config("the server does not allow `load: local_infile`")
                    .hint("let the administrator run `SET GLOBAL local_infile = 1`, or leave `load` out"))
            }
        }
    }

    async fn existing(&self, conn: &mut Conn, server: &Server) -> Result<Option<Existing>, Fault> {
        let place = self.place();
        let table = match catalog::table(conn, &place, server, &self.table).await {
            Ok(table) => table,
            Err(fault) if is_not_found(&fault) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        if table.view {
            return Err(Fault::config(format!("`{}` is a view, not a table", self.table.table))
                .hint("load the table that the view reads"));
        }
        Ok(Some(Existing {
            referring: catalog::referring(conn, &place, &table.name).await?,
            transactional: catalog::is_transactional(conn, &place, &table.engine).await?,
            triggers: catalog::has_triggers(conn, &place, &table.name).await?,
            table,
        }))
    }
}

#[async_trait]
impl Destination for MysqlDestination {
    async fn target(&self) -> Result<Option<TargetTable>, Fault> {
        let mut conn = self.access.connect(Purpose::Write).await?;
        let server = self.access.server(&mut conn).await?;
        let existing = self.existing(&mut conn, &server).await?;
        close(conn).await;
        Ok(existing.map(|existing| {
            let info = table_info(&existing.table, false);
            TargetTable { schema: info.schema, primary_key: info.primary_key }
        }))
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        let place = self.place();
        let mut conn = self.access.connect(Purpose::Write).await?;
        let server = self.access.server(&mut conn).await?;
        let form = self.form(&server)?;
        let staging = Staging::of(&self.table, &request.load_id);
        staging.claim(&mut conn, &place, &request.load_id).await?;
        let ledger = Ledger::beside(&self.table, &place);
        let table = ChunkTable::beside(&self.table, &place);
        prepare(&mut conn, &place, &ledger, &table).await?;
        let mut chunks = Vec::new();
        if let Some(entry) = ledger.find(&mut conn, &request.load_id).await? {
            if entry.state == State::Undone {
                return Err(Fault::config(format!("load `{}` was taken back", request.load_id))
                    .hint("start a new run to load its rows again"));
            }
            if staging.settle(&mut conn, &place, &ledger, &entry).await? {
                let entry = ledger.find(&mut conn, &request.load_id).await?;
                let outcome = entry.map(|entry| entry.outcome).unwrap_or_default();
                let (written, deduplicated) = (outcome.rows, outcome.deduplicated);
                let receipt =
                    Receipt { written, deduplicated, changes: Some(outcome.changes), ..Receipt::default() };
                return Ok(Box::new(Replay::new(&request, receipt)));
            }
            if request.chunks.is_some() && staging.exists(&mut conn, &place).await? {
                chunks = table.states(&mut conn, &request.load_id).await?;
            }
            if chunks.is_empty() {
                staging.discard(&mut conn, &place, &ledger, &request.load_id).await?;
            }
        }
        let existing = self.existing(&mut conn, &server).await?;
        // The server may spell the name otherwise, where it does not tell upper from lower case.
        let target = existing.as_ref().map_or(&self.table, |existing| &existing.table.name);
        let mut plan = Plan::new(&request, target, existing.as_ref(), &server)?;
        plan.notes.extend(clear_left(&mut conn, &place, &staging, &ledger, &request).await?);
        let chunked = request.chunks.is_some();
        if chunks.is_empty() {
            ledger.begin(&mut conn, target, &staging.name.table, &request).await?;
            let made = async {
                let sql = plan.stage_sql(&staging.name, chunked);
                conn.query_drop(sql).await.map_err(|error| place.fault(error))?;
                table.offer(&mut conn, &request.load_id, request.chunks.as_deref().unwrap_or_default()).await
            };
            if let Err(fault) = made.await {
                take_back(&mut conn, &place, &staging, &request.load_id).await;
                return Err(fault);
            }
            chunks = request.chunks.iter().flatten().cloned().map(ChunkState::open).collect();
        } else {
            let stage = catalog::table(&mut conn, &place, &server, &staging.name).await?;
            same_shape(&plan, &stage)?;
        }
        let parts = match chunked {
            true => table.sealed(&mut conn, &request.load_id).await?.last_part + 1,
            false => 0,
        };
        let writing = Writing {
            stage: staging.name.clone(),
            columns: plan.columns.clone(),
            sources: plan.sources.clone(),
            replaces: !plan.unique.is_empty() && !chunked,
            form,
            max_packet: server.max_allowed_packet,
        };
        Ok(Box::new(MysqlLoad {
            writer: Some(Writer::new(conn, writing.clone(), place.clone())),
            access: self.access.clone(),
            parts: Arc::new(AtomicU32::new(parts)),
            plan,
            staging,
            request,
            place,
            writing,
            chunks,
            groups: Vec::new(),
            busy: false,
        }))
    }

    async fn undo(&self, load_id: &LoadId) -> Result<Undone, Fault> {
        let place = self.place();
        let mut conn = self.access.connect(Purpose::Write).await?;
        let result = undo::undo(&mut conn, &place, &self.table, load_id).await;
        close(conn).await;
        result
    }
}

/// Makes the tables that remember loads, when one is missing.
async fn prepare(conn: &mut Conn, place: &Place, ledger: &Ledger, chunks: &ChunkTable) -> Result<(), Fault> {
    let sql =
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (?, ?)";
    let TableName { database, table } = &ledger.table;
    let found: Option<u8> = conn
        .exec_first(sql, (database, table, &chunks.table.table))
        .await
        .map_err(|error| place.fault(error))?;
    if found != Some(2) {
        ledger.prepare(conn).await?;
        chunks.prepare(conn).await?;
    }
    Ok(())
}

/// Refuses to go on with a staging table that was made for other columns than those that come now.
fn same_shape(plan: &Plan, stage: &catalog::Table) -> Result<(), Fault> {
    let fits = |column: &ColumnDefinition| {
        stage.column(&column.name).is_some_and(|staged| staged.column_type == column.column_type)
    };
    let more = plan.own.flag.iter().filter(|_| plan.strategy == Strategy::Rename).count();
    let width = stage.columns.iter().filter(|column| column.name != ROW).count();
    if width == plan.columns.len() + more && plan.columns.iter().all(fits) {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "the load cannot go on: the incoming columns, or table `{}`, changed since it began",
        plan.target.table
    ))
    .hint("start a new run, which clears away what this one left"))
}
