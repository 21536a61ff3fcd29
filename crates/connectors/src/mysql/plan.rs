//! Decides a load before anything happens: which columns go where, what values must fit, and how rows of the
//! staging table get into the target. Pure, from the request and what the catalog knows.

use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, LoadRequest};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{Table, TableColumn};
use super::create::{ColumnDefinition, definition};
use super::encode::EncodedColumn;
use super::fits::fit;
use super::names::{TableName, check_new, quote, quote_all};
use super::session::Server;
use super::types::ColumnType;

/// The target as it is before the load.
#[derive(Debug)]
pub(super) struct Existing {
    pub(super) table: Table,
    /// Tables whose foreign keys refer to it.
    pub(super) referring: Vec<String>,
    /// Its storage engine takes part in transactions.
    pub(super) transactional: bool,
    pub(super) triggers: bool,
}

/// How rows of the staging table get into the target.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Strategy {
    /// The staging table becomes the target.
    Create,
    /// Adds the rows.
    Append,
    /// Deletes all rows, then adds.
    Replace,
    /// Updates rows by key and adds the others.
    Merge {
        /// Columns that identify a row.
        key: Vec<String>,
        /// The server finds the row to update: only the key can collide.
        on_duplicate: bool,
        /// Rows whose key is not in the load go.
        delete_missing: bool,
    },
    /// Fills a copy of the target and swaps names, for engines without transactions.
    Swap,
}

/// A load, decided.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) target: TableName,
    pub(super) strategy: Strategy,
    pub(super) fits: Vec<ColumnFit>,
    /// Columns of the staging table, which are also loaded columns of the target.
    pub(super) columns: Vec<ColumnDefinition>,
    /// The same columns, as rows are written.
    pub(super) encoded: Vec<EncodedColumn>,
    /// Columns of the target that the load leaves alone, for resets to their defaults.
    pub(super) others: Vec<String>,
    /// Columns to add to the target before rows land.
    pub(super) added: Vec<ColumnDefinition>,
    /// Columns of `key`, by their names in the target; rows with an equal key replace each other in the staging table.
    pub(super) key: Vec<String>,
    /// Columns to index in the staging table when there is no `key`.
    pub(super) index: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Plan {
    /// Decides a load.
    pub(super) fn new(
        request: &LoadRequest,
        target: &TableName,
        existing: Option<&Existing>,
        server: &Server,
    ) -> Result<Plan, Fault> {
        check_request(request, existing.is_some())?;
        if existing.is_none() {
            may_create(request, target)?;
        }
        let mut plan = Plan {
            target: target.clone(),
            strategy: Strategy::Create,
            fits: Vec::new(),
            columns: Vec::new(),
            encoded: Vec::new(),
            others: Vec::new(),
            added: Vec::new(),
            key: Vec::new(),
            index: Vec::new(),
            notes: Vec::new(),
        };
        let key_texts = count_key_texts(request, server);
        let mut unknown = Vec::new();
        for field in request.schema.fields() {
            let is_key = request.key.contains(field.name());
            let known = existing.and_then(|existing| existing.table.column(field.name()));
            let column = match known {
                Some(column) => {
                    if column.generated {
                        return Err(Fault::contract(format!(
                            "column `{}` of table `{}` is computed by the database and cannot be loaded",
                            column.name, target.table
                        ))
                        .hint("leave it out, for example with the transform `select`"));
                    }
                    staged(column, is_key)
                }
                None => definition(field, is_key.then_some(key_texts), server),
            };
            let left_out = existing.is_some()
                && known.is_none()
                && match request.contract.columns {
                    ContractRule::Evolve => false,
                    ContractRule::DiscardValue => true,
                    ContractRule::Freeze | ContractRule::DiscardRow => {
                        unknown.push(field.name().clone());
                        true
                    }
                };
            if left_out {
                continue;
            }
            let incoming = canonical_field(field);
            if known.is_none() {
                check_new("column", field.name())?;
                if existing.is_some() {
                    plan.added.push(ColumnDefinition { nullable: true, ..column.clone() });
                }
            }
            let real = known.map_or(column.nullable, |known| known.nullable && !is_key);
            plan.fits.push(fit(&incoming, &ColumnDefinition { nullable: real, ..column.clone() }, server));
            plan.encoded.push(EncodedColumn {
                name: column.name.clone(),
                native: column.column_type.to_string(),
                fraction: column.column_type.fraction(),
            });
            if is_key {
                check_key(&column, target)?;
            }
            plan.push(column)?;
        }
        if let (Some(existing), false) = (existing, unknown.is_empty()) {
            return Err(unknown_columns(&existing.table, &unknown));
        }
        if plan.columns.is_empty() {
            return Err(Fault::contract(format!("no incoming column exists in table `{}`", target.table))
                .hint("check the names of the columns"));
        }
        // The order of the key is the user's, the spelling the target's. Fits and columns stand in the same order.
        for name in &request.key {
            let position = plan.fits.iter().position(|fit| fit.name == *name);
            plan.key.extend(position.map(|position| plan.columns[position].name.clone()));
        }
        if let Some(existing) = existing {
            plan.choose_strategy(request.mode, existing)?;
        }
        Ok(plan)
    }

    fn push(&mut self, column: ColumnDefinition) -> Result<(), Fault> {
        let lower = column.name.to_lowercase();
        if let Some(twin) = self.columns.iter().find(|other| other.name.to_lowercase() == lower) {
            return Err(Fault::contract(format!(
                "columns `{}` and `{}` have the same name for MySQL, which does not tell upper from lower case",
                twin.name, column.name
            ))
            .hint("rename one of them with the transform `rename`"));
        }
        self.columns.push(column);
        Ok(())
    }

    /// Checks the columns that the load leaves alone, and chooses the strategy.
    fn choose_strategy(&mut self, mode: WriteMode, existing: &Existing) -> Result<(), Fault> {
        let table = &existing.table;
        let loaded = |name: &str| self.columns.iter().any(|column| column.name == name);
        let others = || table.columns.iter().filter(|column| !loaded(&column.name) && !column.generated);
        let needed: Vec<String> = others()
            .filter(|column| !column.nullable && !column.has_default && !column.auto_increment)
            .map(|column| format!("`{}`", column.name))
            .collect();
        if !needed.is_empty() {
            return Err(Fault::contract(format!(
                "table `{}` needs values for {}, which the incoming rows do not have",
                table.name.table,
                needed.join(", ")
            ))
            .hint("add the columns in the pipeline, or give them a default in the table"));
        }
        let others: Vec<String> =
            others().filter(|column| !column.auto_increment).map(|column| column.name.clone()).collect();
        self.others = others;
        self.strategy = match mode {
            _ if !existing.transactional => untransacted(mode, existing)?,
            WriteMode::Append | WriteMode::InsertOnly | WriteMode::Mirror | WriteMode::History => {
                Strategy::Append
            }
            WriteMode::Overwrite if existing.referring.is_empty() => Strategy::Replace,
            WriteMode::Overwrite => {
                let key = self.merge_key(existing)?;
                if self.key.is_empty() {
                    self.index = key.clone();
                }
                Strategy::Merge { on_duplicate: false, key, delete_missing: true }
            }
            WriteMode::Upsert => Strategy::Merge {
                on_duplicate: self.only_key_collides(table),
                key: self.key.clone(),
                delete_missing: false,
            },
        };
        Ok(())
    }

    /// The key by which rows are replaced in a table that others refer to.
    fn merge_key(&self, existing: &Existing) -> Result<Vec<String>, Fault> {
        if !self.key.is_empty() {
            return Ok(self.key.clone());
        }
        let own = existing.table.identity();
        if !own.is_empty() && own.iter().all(|name| self.columns.iter().any(|column| column.name == *name)) {
            return Ok(own);
        }
        Err(Fault::config(format!(
            "table `{}` cannot be overwritten without a key: foreign keys of {} refer to its rows",
            existing.table.name.table,
            existing.referring.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ))
        .hint("give `key`, so that rows which stay are updated in place"))
    }

    /// Whether the key is a unique index and no other unique index can see a duplicate.
    fn only_key_collides(&self, table: &Table) -> bool {
        let is_key = |columns: &[String]| {
            columns.len() == self.key.len() && columns.iter().all(|column| self.key.contains(column))
        };
        // A number that the server counts up by itself never collides.
        let counted = |columns: &[String]| {
            columns.iter().any(|name| {
                table.column(name).is_some_and(|column| column.auto_increment)
                    && !self.columns.iter().any(|loaded| loaded.name == *name)
            })
        };
        table.unique_keys.iter().any(|unique| !unique.partial && is_key(&unique.columns))
            && table
                .unique_keys
                .iter()
                .all(|unique| (!unique.partial && is_key(&unique.columns)) || counted(&unique.columns))
    }

    /// `CREATE TABLE` of the staging table.
    pub(super) fn staging_sql(&self, staging: &TableName) -> String {
        let mut parts: Vec<String> = self.columns.iter().map(ColumnDefinition::sql).collect();
        let names = |columns: &[String]| quote_all(columns.iter().map(String::as_str));
        if !self.key.is_empty() {
            parts.push(format!("PRIMARY KEY ({})", names(&self.key)));
        } else if !self.index.is_empty() {
            parts.push(format!("KEY ({})", names(&self.index)));
        }
        format!(
            "CREATE TABLE {} ({}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC",
            staging.sql(),
            parts.join(", ")
        )
    }

    /// `ALTER TABLE` that adds the new columns to the target, when there are any.
    pub(super) fn add_columns_sql(&self) -> Option<String> {
        let parts: Vec<String> =
            self.added.iter().map(|column| format!("ADD COLUMN {}", column.sql())).collect();
        (!parts.is_empty()).then(|| format!("ALTER TABLE {} {}", self.target.sql(), parts.join(", ")))
    }
}

/// A column of the staging table for a column of the target: the same type and collation, so that equal keys are
/// equal in both; nulls are allowed but in keys.
fn staged(column: &TableColumn, is_key: bool) -> ColumnDefinition {
    ColumnDefinition {
        name: column.name.clone(),
        column_type: column.column_type.clone(),
        charset: column.charset.clone(),
        collation: column.collation.clone(),
        nullable: !is_key,
    }
}

fn count_key_texts(request: &LoadRequest, server: &Server) -> usize {
    let fields = request.schema.fields().iter().filter(|field| request.key.contains(field.name()));
    fields.filter(|field| !definition(field, None, server).column_type.can_be_key()).count()
}

fn check_request(request: &LoadRequest, exists: bool) -> Result<(), Fault> {
    if request.mode == WriteMode::Upsert && request.key.is_empty() {
        return Err(Fault::config("mode `upsert` needs a key").hint("give `key`, for example `key: [id]`"));
    }
    let names = || request.schema.fields().iter().map(|field| field.name().as_str());
    for name in &request.key {
        if request.schema.index_of(name).is_err() {
            let fault = Fault::config(format!("key column `{name}` is not among the incoming columns"));
            return Err(match suggest::hint(name, "incoming columns", names()) {
                Some(hint) => fault.hint(hint),
                None => fault,
            });
        }
    }
    if !exists && request.schema.fields().is_empty() {
        return Err(Fault::contract("rows without columns make no table"));
    }
    Ok(())
}

fn may_create(request: &LoadRequest, target: &TableName) -> Result<(), Fault> {
    if request.contract.tables == ContractRule::Evolve {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "table `{}` does not exist in database `{}`, and the contract lets no table be created",
        target.table, target.database
    ))
    .hint("create the table, or set `tables: evolve` in the contract"))
}

fn check_key(column: &ColumnDefinition, target: &TableName) -> Result<(), Fault> {
    if column.column_type.can_be_key() {
        return Ok(());
    }
    Err(Fault::config(format!(
        "column `{}` of table `{}` has type {}, which MySQL cannot use as a key",
        column.name, target.table, column.column_type
    ))
    .hint(format!("change {} to `varchar` with a length, or choose another key", quote(&column.name))))
}

fn unknown_columns(table: &Table, unknown: &[String]) -> Fault {
    let list = unknown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let what = if unknown.len() == 1 { "column" } else { "columns" };
    let fault = Fault::contract(format!("table `{}` has no {what} {list}", table.name.table));
    let near = match unknown {
        [only] => suggest::nearest(only, table.columns.iter().map(|column| column.name.as_str())),
        _ => None,
    };
    match near {
        Some(near) => {
            fault.hint(format!("did you mean `{near}`? Or set `columns: evolve` in the contract to add it"))
        }
        None => fault
            .hint("set `columns: evolve` in the contract to add them, or `discard_value` to leave them out"),
    }
}

/// The one safe way into a table that takes part in no transaction.
fn untransacted(mode: WriteMode, existing: &Existing) -> Result<Strategy, Fault> {
    let Table { name, engine, .. } = &existing.table;
    let why = match mode {
        WriteMode::Overwrite if !existing.triggers => return Ok(Strategy::Swap),
        WriteMode::Overwrite => "swapping tables would lose its triggers",
        _ => "a load that fails half-way could not be taken back",
    };
    Err(Fault::config(format!(
        "table `{}` has storage engine {engine}, which knows no transactions: {why}",
        name.table
    ))
    .hint(format!("change it with `ALTER TABLE {} ENGINE=InnoDB`", quote(&name.table))))
}

/// SQL expression that makes a column's value of what a line of `LOAD DATA` holds; `None` when the line holds it.
pub(super) fn infile_expression(column_type: &ColumnType, variable: &str) -> Option<String> {
    match column_type {
        ColumnType::Binary(_)
        | ColumnType::Varbinary(_)
        | ColumnType::Blob(_)
        | ColumnType::Geometry(_)
        | ColumnType::OtherBinary(_) => Some(format!("UNHEX({variable})")),
        // Text would be taken for the bits themselves.
        ColumnType::Bit(_) => Some(format!("CAST({variable} AS UNSIGNED)")),
        _ => None,
    }
}
