//! What a load changes in the shape of its target: names, types, and columns.
//!
//! The changes are decided when the load begins and made when it commits, before its rows are put in place: a load
//! that fails or only previews changes nothing. They are no part of the transaction, because MySQL commits
//! before and after each of them.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_model::Fault;

use super::create::ColumnDefinition;
use super::fault::Place;
use super::names::{TableName, quote};
use super::types::ColumnType;

/// A column that gets another type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Widened {
    pub(super) name: String,
    pub(super) from: ColumnType,
    pub(super) to: ColumnType,
    /// The type as the server writes it now.
    pub(super) written: String,
}

/// Changes of the shape of a target.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Changes {
    /// Columns with a new name: before and after.
    pub(super) renamed: Vec<(String, String)>,
    pub(super) widened: Vec<Widened>,
    pub(super) added: Vec<ColumnDefinition>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.renamed.is_empty() && self.widened.is_empty() && self.added.is_empty()
    }

    /// Remarks for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let renamed = self.renamed.iter().map(|(old, new)| format!("renamed column `{old}` to `{new}`"));
        let widened = self
            .widened
            .iter()
            .map(|column| format!("changed column `{}` from {} to {}", column.name, column.from, column.to));
        let added =
            self.added.iter().map(|column| format!("added column `{}` {}", column.name, column.column_type));
        renamed.chain(widened).chain(added).collect()
    }

    /// The table as it will be, for queries before the changes are made: as SQL that stands after `FROM`.
    pub(super) fn view(&self, table: &str) -> String {
        if self.renamed.is_empty() && self.added.is_empty() {
            return table.to_owned();
        }
        let renamed = self.renamed.iter().map(|(old, new)| format!(", o.{} AS {}", quote(old), quote(new)));
        let added = self.added.iter().map(|column| format!(", NULL AS {}", quote(&column.name)));
        let more: String = renamed.chain(added).collect();
        format!("(SELECT o.*{more} FROM {table} AS o)")
    }

    /// Makes the changes.
    pub(super) async fn make(&self, conn: &mut Conn, place: &Place, target: &TableName) -> Result<(), Fault> {
        let renamed: Vec<String> = self
            .renamed
            .iter()
            .map(|(old, new)| format!("RENAME COLUMN {} TO {}", quote(old), quote(new)))
            .collect();
        self.alter(conn, place, target, &renamed).await?;
        let mut parts: Vec<String> = Vec::new();
        if !self.widened.is_empty() {
            let sql = format!("SHOW CREATE TABLE {}", target.sql());
            let shown: Option<(String, String)> =
                conn.query_first(sql).await.map_err(|error| place.fault(error))?;
            let (_, shown) = shown.unwrap_or_default();
            for column in &self.widened {
                let rest = attributes(&shown, column).ok_or_else(|| {
                    Fault::contract(format!(
                        "column `{}` of table `{}` changed while the load ran",
                        column.name, target.table
                    ))
                    .hint("start the run again")
                })?;
                parts.push(format!("MODIFY COLUMN {} {}{rest}", quote(&column.name), column.to));
            }
        }
        parts.extend(self.added.iter().map(|column| format!("ADD COLUMN {}", column.sql())));
        self.alter(conn, place, target, &parts).await
    }

    async fn alter(
        &self,
        conn: &mut Conn,
        place: &Place,
        target: &TableName,
        parts: &[String],
    ) -> Result<(), Fault> {
        if parts.is_empty() {
            return Ok(());
        }
        let sql = format!("ALTER TABLE {} {}", target.sql(), parts.join(", "));
        conn.query_drop(sql).await.map_err(|error| {
            let fault = place.fault(error);
            let what = self.notes().join(", ");
            Fault::new(
                fault.kind(),
                format!("table `{}` cannot be changed ({what}): {}", target.table, fault.message()),
            )
            .hint("change the table yourself, or take `evolve` out of the contract")
            .cause(fault)
        })
    }
}

/// What follows the type of a column in `SHOW CREATE TABLE`: character set, default, comment. A change of the type
/// must repeat it.
fn attributes<'a>(shown: &'a str, column: &Widened) -> Option<&'a str> {
    let start = format!("{} {}", quote(&column.name), column.written);
    let line = shown.lines().find_map(|line| line.trim_start().strip_prefix(&start))?;
    Some(line.strip_suffix(',').unwrap_or(line))
}
