//! The writing role: one table.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use async_trait::async_trait;
use towpath_connect::{Destination, Load, LoadRequest, Member, Replay, TargetTable, Undone};
use towpath_model::{Fault, LoadId};

use super::catalog;
use super::chunked::ChunkedLoad;
use super::chunks::{self, Chunks};
use super::config::Connection;
use super::ledger::Ledger;
use super::load::PostgresLoad;
use super::name::TableName;
use super::plan;
use super::room::Room;
use super::session::Session;
use super::stage::lasting_table;
use super::types::field;
use super::undo;

/// Writes one table.
pub(super) struct PostgresDestination {
    connection: Arc<Connection>,
    table: TableName,
}

impl fmt::Debug for PostgresDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresDestination(table `{}`, {})", self.table, self.connection.place())
    }
}

impl PostgresDestination {
    pub(super) fn new(connection: Arc<Connection>, table: TableName) -> Self {
        PostgresDestination { connection, table }
    }

    /// The name with the schema in which an unknown table would be created.
    async fn placed(&self, session: &Session) -> Result<TableName, Fault> {
        if self.table.schema.is_some() {
            return Ok(self.table.clone());
        }
        let rows = session.rows("looking up the schema", "SELECT current_schema()::text", &[]).await?;
        match rows.first().and_then(|row| row.get::<_, Option<String>>(0)) {
            Some(schema) => Ok(TableName { schema: Some(schema), table: self.table.table.clone() }),
            None => Err(Fault::config(format!("the table `{}` has no schema to be created in", self.table))
                .hint("write the name with its schema, for example `public.orders`")),
        }
    }
}

#[async_trait]
impl Destination for PostgresDestination {
    async fn target(&self) -> Result<Option<TargetTable>, Fault> {
        let session = Session::open(&self.connection).await?;
        let Some(relation) = catalog::find(&session, &self.table).await? else { return Ok(None) };
        let columns = catalog::columns(&session, relation.oid).await?;
        let fields: Vec<Field> =
            columns.iter().map(|column| field(&column.name, &column.kind, !column.not_null)).collect();
        let primary_key = catalog::key(&session, relation.oid).await?;
        Ok(Some(TargetTable { schema: Arc::new(Schema::new(fields)), primary_key }))
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        plan::check(&request)?;
        let session = Session::open(&self.connection).await?;
        // Without a chunk there is nothing to go on with.
        let offered = request.chunks.clone().filter(|chunks| !chunks.is_empty());
        if offered.is_some() {
            chunks::hold(&session, &request.load_id, chunks::PATIENCE).await?;
        }
        let found = catalog::find(&session, &self.table).await?;
        let target = match &found {
            Some(relation) => relation.name.clone(),
            None => self.placed(&session).await?,
        };
        let mut ledger = Ledger::new(target.schema.as_deref().unwrap_or("public"));
        if let Some(receipt) = ledger.find(&session, &request.load_id).await? {
            return Ok(Box::new(Replay::new(&request, receipt)));
        }
        let chunks = Chunks::new(&ledger.schema);
        if offered.is_some() {
            chunks.prepare(&session).await?;
        }
        let current = offered.as_ref().map(|_| &request.load_id);
        chunks.clear_stale(&session, &request.origin, current).await?;
        let shared = match &request.together {
            Some(together) => Some(together.shared(Room::shared(&self.connection)).await?),
            None => None,
        };
        if let Some(offered) = offered {
            session.batch("starting a load", "BEGIN").await?;
            let lasting = lasting_table(target.schema.as_deref(), &request.load_id);
            let plan = plan::make(&session, found, target, &request, Some(lasting)).await?;
            return Ok(Box::new(ChunkedLoad::start(session, shared, plan, request, &offered, ledger).await?));
        }
        let is_shared = shared.is_some();
        let room = shared.unwrap_or_else(|| Room::own(session));
        room.begin().await?;
        let turn = room.turn().await?;
        // Another load of the same transaction may have made the table, which nobody else sees yet.
        let found = match is_shared {
            true => catalog::find(room.session(), &target).await?,
            false => found,
        };
        let plan = plan::make(room.session(), found, target, &request, None).await?;
        Ok(Box::new(PostgresLoad::start(room, turn, plan, request, ledger).await?))
    }

    fn commits_with(&self) -> Option<Member> {
        let place = format!("postgres: {}", self.connection.place());
        Some(Member { place, table: self.table.to_string() })
    }

    async fn undo(&self, load_id: &LoadId) -> Result<Undone, Fault> {
        let undone = self.undo_together(&[(self.table.to_string(), load_id.clone())]).await?;
        undone.into_iter().next().ok_or_else(|| Fault::internal("an undo without a result"))
    }

    async fn undo_together(&self, loads: &[(String, LoadId)]) -> Result<Vec<Undone>, Fault> {
        let session = Session::open(&self.connection).await?;
        let mut targets = Vec::new();
        for (table, load) in loads {
            let table = TableName::parse(table)?;
            match catalog::find(&session, &table).await? {
                Some(relation) => targets.push((relation.name, load.clone())),
                None => return Err(catalog::missing(&session, &table).await?),
            }
        }
        undo::undo(&session, &targets).await
    }
}
