//! The writing role: a table.

use std::sync::Arc;

use arrow::datatypes::Schema;
use async_trait::async_trait;
use towpath_connect::{Destination, Load, LoadRequest, TargetTable, Undone};
use towpath_model::{Fault, LoadId};

use super::config::SqliteDestination;
use super::fault::explain;
use super::load;
use super::schema;
use super::session::{Database, on_thread};
use super::types::{Kind, declared};
use super::undo::undo;

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
        load::begin(self.database.clone(), self.table.clone(), request).await
    }

    async fn undo(&self, load_id: &LoadId) -> Result<Undone, Fault> {
        let (database, table, load_id) = (self.database.clone(), self.table.clone(), load_id.clone());
        on_thread(move |interrupt| undo(&database, &table, load_id.as_str(), interrupt)).await
    }
}
