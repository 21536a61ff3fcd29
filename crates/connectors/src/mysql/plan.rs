//! Decides a load before anything happens: which columns go where, what values must fit, what identifies rows, and
//! how those of the staging table get into the target. Pure, from the request and what the catalog knows.

use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, LoadRequest};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{Table, TableColumn};
use super::create::{ColumnDefinition, definition};
use super::encode::EncodedColumn;
use super::evolve::Changes;
use super::fits::fit;
use super::names::{TableName, check_new, quote, quote_all};
use super::own::{Own, own_columns};
use super::session::Server;

/// The target as it is before the load.
#[derive(Debug, Clone)]
pub(super) struct Existing {
    pub(super) table: Table,
    /// Tables whose foreign keys refer to it.
    pub(super) referring: Vec<String>,
    /// Its storage engine takes part in transactions.
    pub(super) transactional: bool,
    pub(super) triggers: bool,
}

/// How rows of the staging table get into the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// The staging table becomes the target.
    Rename,
    /// A table of another shape is filled and becomes the target.
    Build,
    /// The target is changed in one transaction.
    Merge,
    /// Fills a copy of the target and swaps names, for engines without transactions.
    Swap,
}

/// A load, decided.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) target: TableName,
    pub(super) mode: WriteMode,
    pub(super) strategy: Strategy,
    pub(super) fits: Vec<ColumnFit>,
    /// Columns of the staging table, which are also loaded columns of the target.
    pub(super) columns: Vec<ColumnDefinition>,
    /// The same columns, as rows are written.
    pub(super) encoded: Vec<EncodedColumn>,
    /// Places in `columns` of the request's key, in its order.
    pub(super) key: Vec<usize>,
    /// Places of the columns by which rows find their partner in the target; empty when they need none.
    pub(super) partner: Vec<usize>,
    /// Places of the columns whose values no two staged rows share.
    pub(super) unique: Vec<usize>,
    /// Columns of the target that the load leaves alone, for resets to their defaults.
    pub(super) others: Vec<String>,
    /// Columns of the target that the load itself fills.
    pub(super) own: Own,
    /// Every column of the target whose values are stored, as it will be.
    pub(super) stored: Vec<ColumnDefinition>,
    /// Rows of foreign tables refer to rows of the target.
    pub(super) referred: bool,
    pub(super) changes: Changes,
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
        let mut changes = Changes::default();
        let existing = existing.map(|existing| {
            let mut existing = existing.clone();
            changes.renamed = existing.table.rename(&request.contract.renames);
            existing
        });
        let existing = existing.as_ref();
        let mut plan = Plan {
            target: target.clone(),
            mode: request.mode,
            strategy: Strategy::Rename,
            fits: Vec::new(),
            columns: Vec::new(),
            encoded: Vec::new(),
            key: Vec::new(),
            partner: Vec::new(),
            unique: Vec::new(),
            others: Vec::new(),
            own: Own::default(),
            stored: Vec::new(),
            referred: existing.is_some_and(|existing| !existing.referring.is_empty()),
            changes,
            notes: Vec::new(),
        };
        plan.take_columns(request, existing, server)?;
        plan.own = own_columns(&mut plan, request, existing, server)?;
        if let Some(existing) = existing {
            plan.check_others(existing)?;
        }
        plan.choose_keys(request, existing)?;
        plan.choose_strategy(request, existing)?;
        plan.stored = plan.stored(existing);
        Ok(plan)
    }

    /// Finds the column of the target for each incoming column.
    fn take_columns(
        &mut self,
        request: &LoadRequest,
        existing: Option<&Existing>,
        server: &Server,
    ) -> Result<(), Fault> {
        let key_texts = count_key_texts(request, server);
        let mut unknown = Vec::new();
        for field in request.schema.fields() {
            let is_key = is_key(request, field.name());
            let landed = landed_name(request, field.name());
            let known = existing.and_then(|existing| existing.table.column(landed));
            let incoming = canonical_field(field);
            let column = match known {
                Some(column) if column.generated => return Err(generated(column, &self.target)),
                Some(column) => staged(column, is_key),
                None => ColumnDefinition {
                    name: landed.to_owned(),
                    ..definition(field, is_key.then_some(key_texts), server)
                },
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
            if known.is_none() {
                check_new("column", &column.name)?;
                if existing.is_some() {
                    self.changes.added.push(ColumnDefinition { nullable: true, ..column.clone() });
                }
            }
            let nullable = known.map_or(column.nullable, |known| known.nullable && !is_key);
            let fitted = ColumnDefinition { nullable, ..column.clone() };
            self.fits.push(fit(&incoming, &fitted, server));
            self.encoded.push(EncodedColumn {
                name: column.name.clone(),
                native: column.column_type.to_string(),
                fraction: column.column_type.fraction(),
            });
            if is_key {
                check_key(&column, &self.target)?;
            }
            self.push(column)?;
        }
        if let (Some(existing), false) = (existing, unknown.is_empty()) {
            return Err(unknown_columns(&existing.table, &unknown));
        }
        if self.columns.is_empty() {
            return Err(Fault::contract(format!(
                "no incoming column exists in table `{}`",
                self.target.table
            ))
            .hint("check the names of the columns"));
        }
        Ok(())
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

    /// Checks the columns that the load leaves alone.
    fn check_others(&mut self, existing: &Existing) -> Result<(), Fault> {
        let table = &existing.table;
        let versions = self.own.versions.as_ref();
        let own = versions.map(|own| [&own.from, &own.to, &own.current]).into_iter().flatten();
        let own: Vec<&str> = own.chain(&self.own.flag).map(|column| column.name.as_str()).collect();
        let loaded = |name: &str| {
            self.columns.iter().any(|column| column.name == name)
                || own.iter().any(|own| own.eq_ignore_ascii_case(name))
        };
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
        Ok(())
    }

    /// Finds the columns that identify rows: for each other, and for their partners in the target.
    fn choose_keys(&mut self, request: &LoadRequest, existing: Option<&Existing>) -> Result<(), Fault> {
        // The order of the key is the user's. Fits and columns stand in the same order.
        let place = |name: &String| self.fits.iter().position(|fit| fit.name == *name);
        self.key = request.key.iter().filter_map(place).collect();
        self.unique = self.key.clone();
        self.unique.extend(self.own.versions.as_ref().and_then(|versions| versions.changed));
        self.partner = match (request.mode, existing) {
            (WriteMode::Append, _) => Vec::new(),
            (WriteMode::Overwrite, Some(existing)) if self.key.is_empty() && self.referred => {
                self.own_key(existing)?
            }
            _ => self.key.clone(),
        };
        Ok(())
    }

    /// The key of a table that others refer to, for loads without one.
    fn own_key(&self, existing: &Existing) -> Result<Vec<usize>, Fault> {
        let own = existing.table.identity();
        let place = |name: &String| self.columns.iter().position(|column| column.name == *name);
        if let Some(places) = own.iter().map(place).collect::<Option<Vec<_>>>().filter(|own| !own.is_empty())
        {
            return Ok(places);
        }
        Err(Fault::config(format!(
            "table `{}` cannot be overwritten without a key: foreign keys of {} refer to its rows",
            existing.table.name.table,
            existing.referring.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ))
        .hint("give `key`, so that rows which stay are updated in place"))
    }

    fn choose_strategy(&mut self, request: &LoadRequest, existing: Option<&Existing>) -> Result<(), Fault> {
        self.strategy = match existing {
            None if request.mode == WriteMode::History => Strategy::Build,
            None => Strategy::Rename,
            Some(existing) if existing.transactional => Strategy::Merge,
            Some(existing) => untransacted(request, existing)?,
        };
        if request.undo.is_some() && self.key.is_empty() {
            return Err(Fault::config("`undo` needs a key to find the rows again")
                .hint("name the columns that identify a row: `key: [id]`"));
        }
        Ok(())
    }

    /// Every column that the target will store.
    fn stored(&self, existing: Option<&Existing>) -> Vec<ColumnDefinition> {
        let Some(existing) = existing else { return self.created() };
        let mut stored: Vec<ColumnDefinition> = existing
            .table
            .columns
            .iter()
            .filter(|column| !column.generated)
            .map(|column| staged(column, false))
            .collect();
        for column in &mut stored {
            if let Some(widened) = self.changes.widened.iter().find(|widened| widened.name == column.name) {
                column.column_type = widened.to.clone();
            }
        }
        stored.extend(self.changes.added.iter().cloned());
        stored
    }

    /// The columns of a target that the load creates.
    pub(super) fn created(&self) -> Vec<ColumnDefinition> {
        let changed = self.own.versions.as_ref().and_then(|versions| versions.changed);
        let places = (0..self.columns.len()).filter(|place| Some(*place) != changed);
        let mut columns: Vec<ColumnDefinition> = places.map(|place| self.columns[place].clone()).collect();
        columns.extend(self.own.flag.clone());
        if let Some(versions) = &self.own.versions {
            columns.extend([&versions.from, &versions.to, &versions.current].map(Clone::clone));
        }
        columns
    }

    /// Names of columns, in backticks.
    pub(super) fn names(&self, places: &[usize]) -> String {
        quote_all(places.iter().map(|place| self.columns[*place].name.as_str()))
    }
}

/// The name under which an incoming column lands: the time of a version has one of its own.
fn landed_name<'a>(request: &'a LoadRequest, name: &'a str) -> &'a str {
    let history = &request.history;
    match request.mode {
        WriteMode::History if history.changed.as_deref() == Some(name) => &history.valid_from,
        _ => name,
    }
}

/// Whether an incoming column tells rows apart.
fn is_key(request: &LoadRequest, name: &str) -> bool {
    request.key.iter().any(|key| key == name)
        || (request.mode == WriteMode::History && request.history.changed.as_deref() == Some(name))
}

fn generated(column: &TableColumn, target: &TableName) -> Fault {
    Fault::contract(format!(
        "column `{}` of table `{}` is computed by the database and cannot be loaded",
        column.name, target.table
    ))
    .hint("leave it out, for example with the transform `select`")
}

/// A column of the staging table for a column of the target: the same type and collation, so that equal keys are
/// equal in both; nulls are allowed but in keys.
pub(super) fn staged(column: &TableColumn, is_key: bool) -> ColumnDefinition {
    ColumnDefinition {
        name: column.name.clone(),
        column_type: column.column_type.clone(),
        charset: column.charset.clone(),
        collation: column.collation.clone(),
        nullable: !is_key,
        default: None,
    }
}

fn count_key_texts(request: &LoadRequest, server: &Server) -> usize {
    let fields = request.schema.fields().iter().filter(|field| is_key(request, field.name()));
    fields.filter(|field| !definition(field, None, server).column_type.can_be_key()).count()
}

fn check_request(request: &LoadRequest, exists: bool) -> Result<(), Fault> {
    if request.mode.needs_key() && request.key.is_empty() {
        return Err(Fault::config(format!("mode `{}` needs a key", request.mode.name()))
            .hint("give `key`, for example `key: [id]`"));
    }
    let names = || request.schema.fields().iter().map(|field| field.name().as_str());
    let changed = request.history.changed.as_ref().filter(|_| request.mode == WriteMode::History);
    for name in request.key.iter().chain(changed) {
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
fn untransacted(request: &LoadRequest, existing: &Existing) -> Result<Strategy, Fault> {
    let Table { name, engine, .. } = &existing.table;
    let why = match request.mode {
        WriteMode::Overwrite if existing.triggers => "swapping tables would lose its triggers",
        WriteMode::Overwrite if request.undo.is_some() => "its loads cannot be taken back",
        WriteMode::Overwrite => return Ok(Strategy::Swap),
        _ => "a load that fails half-way could not be taken back",
    };
    Err(Fault::config(format!(
        "table `{}` has storage engine {engine}, which knows no transactions: {why}",
        name.table
    ))
    .hint(format!("change it with `ALTER TABLE {} ENGINE=InnoDB`", quote(&name.table))))
}
