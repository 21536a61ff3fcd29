//! What `information_schema` knows of tables.

use std::collections::HashMap;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row, Value};
use towpath_model::{Fault, suggest};

use super::fault::Place;
use super::names::{TableName, check_new};
use super::session::Server;
use super::types::ColumnType;

/// One column of a table.
#[derive(Debug, Clone)]
pub(super) struct TableColumn {
    pub(super) name: String,
    pub(super) column_type: ColumnType,
    /// The type as the server writes it.
    pub(super) written: String,
    pub(super) nullable: bool,
    pub(super) has_default: bool,
    pub(super) auto_increment: bool,
    /// The server computes it.
    pub(super) generated: bool,
    /// It is part of an index.
    pub(super) indexed: bool,
    pub(super) charset: Option<String>,
    pub(super) collation: Option<String>,
}

/// A unique index.
#[derive(Debug, Clone)]
pub(super) struct UniqueKey {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Some part of the index covers only the start of its values, or an expression.
    pub(super) partial: bool,
}

/// One table or view.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: TableName,
    pub(super) view: bool,
    pub(super) engine: String,
    pub(super) rows: Option<u64>,
    pub(super) columns: Vec<TableColumn>,
    pub(super) unique_keys: Vec<UniqueKey>,
}

impl Table {
    /// Columns of the primary key.
    pub(super) fn primary_key(&self) -> Vec<String> {
        let primary = self.unique_keys.iter().find(|key| key.name == "PRIMARY");
        primary.map(|key| key.columns.clone()).unwrap_or_default()
    }

    /// Columns that identify a row: the primary key, or else a unique key without nulls.
    pub(super) fn identity(&self) -> Vec<String> {
        let filled = |key: &&UniqueKey| {
            !key.partial
                && key.columns.iter().all(|name| self.column(name).is_some_and(|column| !column.nullable))
        };
        match self.primary_key() {
            key if !key.is_empty() => key,
            _ => self.unique_keys.iter().find(filled).map(|key| key.columns.clone()).unwrap_or_default(),
        }
    }

    /// The column of that name. MySQL does not tell upper from lower case in names of columns.
    pub(super) fn column(&self, name: &str) -> Option<&TableColumn> {
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| {
            let lower = name.to_lowercase();
            self.columns.iter().find(|column| column.name.to_lowercase() == lower)
        })
    }

    /// Gives columns the names that a contract declares, where the old name is there and the new one is not.
    /// Returns those that change.
    pub(super) fn rename<'a>(
        &mut self,
        renames: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Vec<(String, String)> {
        let mut done = Vec::new();
        for (old, new) in renames {
            let Some(found) = self.column(old).map(|column| column.name.clone()) else { continue };
            if self.column(new).is_some() {
                continue;
            }
            let columns = self.columns.iter_mut().map(|column| &mut column.name);
            let keyed = self.unique_keys.iter_mut().flat_map(|key| &mut key.columns);
            columns.chain(keyed).filter(|name| **name == found).for_each(|name| name.clone_from(new));
            done.push((found, new.clone()));
        }
        done
    }
}

fn texts<const N: usize>(values: [&str; N]) -> Params {
    Params::Positional(values.iter().map(|text| Value::from(*text)).collect())
}

fn text(row: &mut Row, index: usize) -> Option<String> {
    row.take_opt::<Option<String>, _>(index).and_then(Result::ok).flatten()
}

fn number(row: &mut Row, index: usize) -> Option<u64> {
    row.take_opt::<Option<u64>, _>(index).and_then(Result::ok).flatten()
}

async fn rows(conn: &mut Conn, place: &Place, sql: String, params: Params) -> Result<Vec<Row>, Fault> {
    conn.exec(sql, params).await.map_err(|error| place.fault(error))
}

/// Reads one table; a fault of kind not-found names near ones.
pub(super) async fn table(
    conn: &mut Conn,
    place: &Place,
    server: &Server,
    name: &TableName,
) -> Result<Table, Fault> {
    let found = tables(conn, place, server, &name.database, Some(&name.table)).await?.into_iter().next();
    if let Some(table) = found {
        return Ok(table);
    }
    let sql = "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME";
    let mut near = Vec::new();
    for mut row in rows(conn, place, sql.into(), texts([&name.database])).await? {
        near.extend(text(&mut row, 0).filter(|name| !name.starts_with('_')));
    }
    let fault =
        Fault::not_found(format!("table `{}` does not exist in database `{}`", name.table, name.database));
    Err(match suggest::hint(&name.table, "tables", near.iter().map(String::as_str)) {
        Some(hint) => fault.hint(hint),
        None => fault.hint("the database has no tables that this account may see"),
    })
}

/// How many tables and views of a database the account sees, without those of Towpath.
pub(super) async fn count(conn: &mut Conn, place: &Place, database: &str) -> Result<u64, Fault> {
    let sql = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? \
               AND LEFT(TABLE_NAME, 9) <> '_towpath_'";
    let found = rows(conn, place, sql.to_owned(), texts([database])).await?;
    Ok(found.into_iter().next().and_then(|mut row| number(&mut row, 0)).unwrap_or(0))
}

/// Reads one table, or all of a database in alphabetical order.
pub(super) async fn tables(
    conn: &mut Conn,
    place: &Place,
    server: &Server,
    database: &str,
    only: Option<&str>,
) -> Result<Vec<Table>, Fault> {
    // Servers compare such a name with an error instead of finding nothing.
    if only.is_some_and(|name| check_new("table", name).is_err()) {
        return Ok(Vec::new());
    }
    let (filter, params) = match only {
        Some(table) => (" AND TABLE_NAME = ?", texts([database, table])),
        None => ("", texts([database])),
    };
    let sql = format!(
        "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, CAST(TABLE_ROWS AS UNSIGNED) \
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?{filter} ORDER BY TABLE_NAME"
    );
    let mut found = Vec::new();
    for mut row in rows(conn, place, sql, params.clone()).await? {
        let kind = text(&mut row, 1).unwrap_or_default();
        found.push(Table {
            name: TableName { database: database.to_owned(), table: text(&mut row, 0).unwrap_or_default() },
            view: kind.contains("VIEW"),
            engine: text(&mut row, 2).unwrap_or_default(),
            rows: number(&mut row, 3),
            columns: Vec::new(),
            unique_keys: Vec::new(),
        });
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, table) in found.iter().enumerate() {
        places.insert(table.name.table.clone(), index);
    }
    let json = json_checks(conn, place, server, database).await?;

    let sql = format!(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT IS NOT NULL, EXTRA, \
         CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_KEY <> '' \
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?{filter} ORDER BY TABLE_NAME, ORDINAL_POSITION"
    );
    for mut row in rows(conn, place, sql, params.clone()).await? {
        let Some(&at) = text(&mut row, 0).and_then(|table| places.get(&table)) else { continue };
        let table = &mut found[at];
        let name = text(&mut row, 1).unwrap_or_default();
        let written = text(&mut row, 2).unwrap_or_default();
        // A type of a newer server reads as text; a value that is not text sends its row to the rejects.
        let mut column_type =
            ColumnType::parse(&written).unwrap_or_else(|| ColumnType::OtherText(written.clone()));
        if json.contains(&(table.name.table.clone(), name.clone())) {
            column_type = ColumnType::Json;
        }
        let extra = text(&mut row, 5).unwrap_or_default().to_lowercase();
        table.columns.push(TableColumn {
            name,
            column_type,
            written,
            // A view's columns can be null where its tables' are not, through outer joins.
            nullable: table.view || text(&mut row, 3).is_none_or(|word| word == "YES"),
            has_default: number(&mut row, 4) == Some(1),
            auto_increment: extra.contains("auto_increment"),
            generated: ["virtual generated", "stored generated", "persistent"]
                .iter()
                .any(|word| extra.contains(word)),
            charset: text(&mut row, 6),
            collation: text(&mut row, 7),
            indexed: number(&mut row, 8) == Some(1),
        });
    }

    let sql = format!(
        "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART IS NOT NULL OR COLUMN_NAME IS NULL \
         FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA = ?{filter} \
         ORDER BY TABLE_NAME, INDEX_NAME = 'PRIMARY' DESC, INDEX_NAME, SEQ_IN_INDEX"
    );
    for mut row in rows(conn, place, sql, params).await? {
        let Some(&at) = text(&mut row, 0).and_then(|table| places.get(&table)) else { continue };
        let keys = &mut found[at].unique_keys;
        let name = text(&mut row, 1).unwrap_or_default();
        if keys.last().is_none_or(|key| key.name != name) {
            keys.push(UniqueKey { name, columns: Vec::new(), partial: false });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.extend(text(&mut row, 2));
            key.partial |= number(&mut row, 3) == Some(1);
        }
    }
    Ok(found)
}

/// Columns that MariaDB declares as JSON: there the type is text with a check.
async fn json_checks(
    conn: &mut Conn,
    place: &Place,
    server: &Server,
    database: &str,
) -> Result<Vec<(String, String)>, Fault> {
    if !server.mariadb {
        return Ok(Vec::new());
    }
    let sql = "SELECT TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS \
               WHERE CONSTRAINT_SCHEMA = ? AND CHECK_CLAUSE LIKE 'json\\_valid(%'";
    let mut found = Vec::new();
    for mut row in rows(conn, place, sql.into(), texts([database])).await? {
        let (table, clause) = (text(&mut row, 0), text(&mut row, 1).unwrap_or_default());
        let inner = clause.strip_prefix("json_valid(`").and_then(|rest| rest.strip_suffix("`)"));
        if let (Some(table), Some(column)) = (table, inner) {
            found.push((table, column.replace("``", "`")));
        }
    }
    Ok(found)
}

/// Tables whose foreign keys refer to this one.
pub(super) async fn referring(
    conn: &mut Conn,
    place: &Place,
    name: &TableName,
) -> Result<Vec<String>, Fault> {
    let sql = "SELECT DISTINCT TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE \
               WHERE REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ? ORDER BY TABLE_NAME";
    let mut found = Vec::new();
    for mut row in rows(conn, place, sql.into(), texts([&name.database, &name.table])).await? {
        found.extend(text(&mut row, 0));
    }
    Ok(found)
}

/// Whether a table has triggers.
pub(super) async fn has_triggers(conn: &mut Conn, place: &Place, name: &TableName) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM information_schema.TRIGGERS \
               WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? LIMIT 1";
    Ok(!rows(conn, place, sql.into(), texts([&name.database, &name.table])).await?.is_empty())
}

/// Whether tables of a storage engine take part in transactions.
pub(super) async fn is_transactional(conn: &mut Conn, place: &Place, engine: &str) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM information_schema.ENGINES WHERE ENGINE = ? AND TRANSACTIONS = 'YES'";
    Ok(!rows(conn, place, sql.into(), texts([engine])).await?.is_empty())
}
