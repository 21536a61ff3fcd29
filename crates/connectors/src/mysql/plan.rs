//! Decides a load before anything happens: which columns go where, what values must fit, what identifies rows, and
//! how those of the staging table get into the target. Pure, from the request and what the catalog knows.

use arrow::datatypes::FieldRef;
use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, LoadRequest};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode};

use super::catalog::{Table, TableColumn};
use super::contract::{takes_all, wider_type};
use super::create::{ColumnDefinition, definition};
use super::evolve::{Changes, Widened};
use super::fits::fit;
use super::names::{TableName, check_new, quote_all};
use super::own::{Own, own_columns};
use super::refuse::{check_key, check_request, generated, left_out, may_create, refuses, untransacted};
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
    /// For each of `columns`, its place in `fits`: columns that the target lacks are fitted but not written.
    pub(super) sources: Vec<usize>,
    /// Columns of the staging table, in the order of the written values, which are also loaded columns of the target.
    pub(super) columns: Vec<ColumnDefinition>,
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
            sources: Vec::new(),
            columns: Vec::new(),
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
        let (mut unknown, mut refusing) = (Vec::new(), Vec::new());
        for field in request.schema.fields() {
            let is_key = is_key(request, field.name());
            let landed = landed_name(request, field.name());
            let known = existing.and_then(|existing| existing.table.column(landed));
            let column = match (existing, known) {
                (_, Some(known)) => {
                    if request.contract.types == ContractRule::Freeze && !takes_all(known, field) {
                        refusing.push(format!("`{}` ({})", known.name, known.column_type));
                    }
                    self.known_column(request, known, field, server)?
                }
                (Some(_), None) if request.contract.columns != ContractRule::Evolve => {
                    unknown.push(field.name().clone());
                    if request.contract.columns == ContractRule::DiscardRow {
                        self.fits.push(absent(field));
                    }
                    continue;
                }
                _ => {
                    check_new("column", landed)?;
                    let new = definition(field, is_key.then_some(key_texts), server);
                    ColumnDefinition { name: landed.to_owned(), ..new }
                }
            };
            if existing.is_some() && known.is_none() {
                self.changes.added.push(ColumnDefinition { nullable: true, ..column.clone() });
            }
            let nullable = known.map_or(column.nullable, |known| known.nullable && !is_key);
            let fitted = ColumnDefinition { nullable, ..column.clone() };
            let mut fit = fit(&canonical_field(field), &fitted, server);
            fit.discards_values = request.contract.types == ContractRule::DiscardValue;
            self.sources.push(self.fits.len());
            self.fits.push(fit);
            if is_key {
                check_key(&column, &self.target)?;
            }
            self.push(column)?;
        }
        if !refusing.is_empty() {
            return Err(refuses(&self.target, &refusing));
        }
        if let (Some(existing), false) = (existing, unknown.is_empty()) {
            self.notes.extend(left_out(request, &existing.table, &unknown)?);
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

    /// The staged column for a column of the target, which may become wider.
    fn known_column(
        &mut self,
        request: &LoadRequest,
        known: &TableColumn,
        field: &FieldRef,
        server: &Server,
    ) -> Result<ColumnDefinition, Fault> {
        if known.generated {
            return Err(generated(known, &self.target));
        }
        let mut column = staged(known, is_key(request, field.name()));
        if request.contract.types == ContractRule::Evolve
            && let Some(to) = wider_type(known, field, server)
        {
            let (name, from) = (known.name.clone(), std::mem::replace(&mut column.column_type, to.clone()));
            self.changes.widened.push(Widened { name, from, to, written: known.written.clone() });
        }
        Ok(column)
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
        // The order of the key is the user's.
        let place = |name: &String| self.sources.iter().position(|&source| self.fits[source].name == *name);
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
        if self.strategy == Strategy::Swap {
            // The copy is new as a whole.
            self.partner = Vec::new();
        }
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

/// The fit of a column that the table lacks: only rows without a value there go on.
fn absent(field: &FieldRef) -> ColumnFit {
    let canonical = canonical_field(field);
    ColumnFit { absent: true, ..ColumnFit::new(field.name(), canonical.data_type().clone()) }
}
