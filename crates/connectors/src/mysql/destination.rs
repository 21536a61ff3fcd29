//! Writing a table: what the target is, and how a load starts.

use async_trait::async_trait;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, Context, Destination, Load, LoadRequest, Receipt, TargetTable};
use towpath_model::Fault;

use super::config::{Connection, DestinationSettings, LoadMethod};
use super::encode::Form;
use super::fault::{Place, is_not_found};
use super::load::MysqlLoad;
use super::names::{TableName, check_new};
use super::plan::{Existing, Plan};
use super::session::{Access, Purpose, Server, close};
use super::source::table_info;
use super::staging::Staging;
use super::writer::Writer;
use super::{catalog, ledger};

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
        let access = Access::new(connection, cx);
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
        let staging = Staging::claim(&mut conn, &place, &self.table, &request.load_id).await?;
        if let Some(rows) = ledger::find(&mut conn, &place, &self.table, &request).await? {
            return Ok(Box::new(Replay::new(&request, rows)));
        }
        let existing = self.existing(&mut conn, &server).await?;
        if let Some(rows) =
            existing.as_ref().and_then(|existing| ledger::commented(&existing.table, &request))
        {
            // A run died between the rename and the ledger: the rows are in place.
            ledger::prepare(&mut conn, &place, &self.table).await?;
            ledger::record(&mut conn, &place, &self.table, &request, rows).await?;
            let sql = format!("ALTER TABLE {} COMMENT = ''", self.table.sql());
            conn.query_drop(sql).await.map_err(|error| place.fault(error))?;
            return Ok(Box::new(Replay::new(&request, rows)));
        }
        // The server may spell the name otherwise, where it does not tell upper from lower case.
        let target = existing.as_ref().map_or(&self.table, |existing| &existing.table.name);
        let mut plan = Plan::new(&request, target, existing.as_ref(), &server)?;
        plan.notes.extend(staging.drop_stale(&mut conn, &place).await?);
        conn.query_drop(plan.staging_sql(&staging.name)).await.map_err(|error| place.fault(error))?;
        let writer = Writer::new(conn, &plan, &staging.name, form, server.max_allowed_packet, place.clone());
        Ok(Box::new(MysqlLoad::new(plan, staging.name, writer, request, place)))
    }
}

/// A load that is already in place: takes rows and does nothing.
struct Replay {
    columns: Vec<ColumnFit>,
    rows: u64,
}

impl Replay {
    fn new(request: &LoadRequest, rows: u64) -> Self {
        let fields = request.schema.fields().iter().map(canonical_field);
        let columns = fields.map(|field| ColumnFit::new(field.name(), field.data_type().clone())).collect();
        Replay { columns, rows }
    }
}

#[async_trait]
impl Load for Replay {
    fn columns(&self) -> &[ColumnFit] {
        &self.columns
    }

    async fn write(&mut self, _: arrow::array::RecordBatch) -> Result<(), Fault> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<Receipt, Fault> {
        Ok(Receipt { written: self.rows, replayed: true, ..Receipt::default() })
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        Ok(())
    }
}
