//! Tables, columns and keys as the database knows them.

use rusqlite::{Connection, Result, params};

/// Name of the table that remembers loads.
pub(super) const LEDGER: &str = "_towpath_loads";
/// What the names of tables with the images of loads begin with.
pub(super) const IMAGES: &str = "_towpath_undo_";

/// A table or view.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// The name as the database spells it.
    pub(super) name: String,
    pub(super) is_view: bool,
    /// The table refuses values of other types than its columns'.
    pub(super) is_strict: bool,
    /// Rows have a number besides their columns. Virtual tables may have one, which may mean nothing.
    pub(super) has_row_ids: bool,
    /// In the order of the table; without the hidden columns of virtual tables.
    pub(super) columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    /// The declared type; empty when there is none.
    pub(super) type_name: String,
    pub(super) not_null: bool,
    /// The SQL of its default.
    pub(super) default: Option<String>,
    /// Position in the primary key, from 1; 0 outside.
    key: i64,
    /// The table computes the value itself.
    pub(super) is_generated: bool,
}

/// Columns that together are unique, each with the collation that compares them.
pub(super) type UniqueKey = Vec<(String, String)>;

impl Table {
    /// The columns of the primary key, in its order.
    pub(super) fn primary_key(&self) -> Vec<String> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key.into_iter().map(|column| column.name.clone()).collect()
    }

    /// Whether the column is another name of the row id, which SQLite fills in when it is null.
    pub(super) fn is_row_id(&self, column: &Column) -> bool {
        self.has_row_ids
            && column.key == 1
            && column.type_name.eq_ignore_ascii_case("integer")
            && self.columns.iter().filter(|column| column.key > 0).count() == 1
    }

    /// The column of that name. SQLite does not tell upper from lower case.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| same_name(&column.name, name))
    }
}

/// Whether SQLite takes two names for one.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Names of the tables and views people made, with whether each is a view.
pub(super) fn names(connection: &Connection, schema: &str) -> Result<Vec<(String, bool)>> {
    let mut statement = connection.prepare(&format!(
        "SELECT name, type = 'view' FROM {schema}.sqlite_schema WHERE type IN ('table', 'view') \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?1 AND substr(name, 1, length(?2)) <> ?2 \
         ORDER BY name"
    ))?;
    statement.query_map([LEDGER, IMAGES], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Finds a table or view of one of the open databases.
pub(super) fn find(connection: &Connection, schema: &str, name: &str) -> Result<Option<Table>> {
    let found = connection.query_row(
        "SELECT name, type = 'view', strict, NOT wr AND type = 'table' FROM pragma_table_list(?1) WHERE schema = ?2 COLLATE NOCASE",
        params![name, schema],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    );
    let (name, is_view, is_strict, has_row_ids): (String, bool, bool, bool) = match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(None),
        other => other?,
    };
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, ?2) \
         WHERE hidden <> 1 ORDER BY cid",
    )?;
    let columns = statement.query_map(params![name, schema], |row| {
        let type_name: String = row.get(1)?;
        Ok(Column {
            name: row.get(0)?,
            type_name: type_name.trim_end_matches("GENERATED ALWAYS").trim_end().to_owned(),
            not_null: row.get(2)?,
            default: row.get(3)?,
            key: row.get(4)?,
            is_generated: row.get::<_, i64>(5)? >= 2,
        })
    })?;
    let columns = columns.collect::<Result<_>>()?;
    Ok(Some(Table { name, is_view, is_strict, has_row_ids, columns }))
}

/// The unique keys of a table: its primary key and its unique indexes, but for those on expressions or on a part
/// of the rows.
pub(super) fn unique_keys(connection: &Connection, schema: &str, table: &Table) -> Result<Vec<UniqueKey>> {
    let mut keys = Vec::new();
    let mut indexes = connection.prepare(
        "SELECT name FROM pragma_index_list(?1, ?2) WHERE \"unique\" AND NOT partial ORDER BY seq",
    )?;
    let indexes: Vec<String> =
        indexes.query_map(params![table.name, schema], |row| row.get(0))?.collect::<Result<_>>()?;
    let mut columns =
        connection.prepare("SELECT name, coll FROM pragma_index_xinfo(?1, ?2) WHERE key ORDER BY seqno")?;
    for index in indexes {
        let key: Vec<(Option<String>, String)> = columns
            .query_map(params![index, schema], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_>>()?;
        keys.extend(
            key.into_iter().map(|(name, collation)| Some((name?, collation))).collect::<Option<UniqueKey>>(),
        );
    }
    // A key that is the row id has no index of its own.
    keys.extend(
        table
            .columns
            .iter()
            .find(|column| table.is_row_id(column))
            .map(|c| vec![(c.name.clone(), "BINARY".into())]),
    );
    Ok(keys)
}
