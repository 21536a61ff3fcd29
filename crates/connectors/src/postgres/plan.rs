//! The plan of a load: which incoming column goes where, and how the rows get into the table.
//!
//! Made once at the start, against the table as it is then. Rows land directly in the table when that is the whole
//! load (an append, or a table created just now); else in a staging table, from which the commit moves them in one
//! go. Changes that lock the table for others, such as a new column, wait for the commit.

use std::collections::HashSet;

use arrow::datatypes::FieldRef;
use tokio_postgres::types::Type;
use towpath_connect::types::canonical;
use towpath_connect::{ColumnFit, LoadRequest, TextCheck};
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{self, Column, Identity, Relation};
use super::name::{TableName, quote};
use super::own;
use super::session::Session;
use super::shape;
use super::stage::{self, Stage};
use super::types::{Kind, PgType, through};

/// A column that the load writes.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// Index among the incoming columns.
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) kind: PgType,
    pub(super) identity: Identity,
    /// The table draws values from a sequence when none is given.
    pub(super) has_default: bool,
    /// How values are compared, when plain comparison does not do.
    pub(super) compare: Option<String>,
}

impl Written {
    /// The type of the column in the staging table.
    pub(super) fn stage_type(&self) -> &str {
        through(&self.kind.kind).unwrap_or(&self.kind.name)
    }

    /// The value as the target takes it, from the staging table.
    pub(super) fn value(&self, table: &str) -> String {
        let column = format!("{table}.{}", quote(&self.name));
        match through(&self.kind.kind) {
            Some(_) => format!("{column}::{}", self.kind.bare),
            None => column,
        }
    }
}

/// How an overwrite empties the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptying {
    /// `TRUNCATE`, and sequences start anew when the account owns them.
    Truncate { restart: bool },
    /// `DELETE`, when the account may not truncate.
    Delete,
    /// Rows are updated by key and the rest is deleted, as other tables refer to them or the load can be taken back.
    Merge,
}

/// The versions of mode `history`.
#[derive(Debug, Clone)]
pub(super) struct Versions {
    /// Type of the column with the time from which a version is valid.
    pub(super) kind: Kind,
    /// Rows bring that time with them.
    pub(super) comes: bool,
}

/// What a load is going to do.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) target: TableName,
    /// The table comes into being with this load.
    pub(super) created: bool,
    /// The table is in another server.
    pub(super) is_foreign: bool,
    /// The columns of a table that the load creates only at its end, as SQL.
    pub(super) definition: Option<String>,
    /// The staging table becomes the target.
    pub(super) becomes_target: bool,
    /// Statements that rename columns of the table, at the end of the load.
    pub(super) renames: Vec<String>,
    /// Changes of the table's shape, as parts of one statement each for the two that run at the end of the load.
    pub(super) alterations: [Vec<String>; 2],
    pub(super) columns: Vec<Written>,
    /// Columns of the target that get no value and are not computed.
    pub(super) unset: Vec<String>,
    pub(super) fits: Vec<ColumnFit>,
    /// Columns that identify a row.
    pub(super) key: Vec<String>,
    pub(super) versions: Option<Versions>,
    /// Type of the column that marks rows of a mirror as gone.
    pub(super) flag: Option<Kind>,
    pub(super) stage: Stage,
    pub(super) emptying: Emptying,
    pub(super) notes: Vec<String>,
}

impl Plan {
    /// The columns by which rows of the load count as repeated: the key, and the time of a version.
    pub(super) fn distinct<'a>(&'a self, request: &'a LoadRequest) -> Vec<&'a Written> {
        let time = self.versions.as_ref().filter(|versions| versions.comes);
        let time = time.map(|_| request.history.valid_from.as_str());
        let names = self.key.iter().map(String::as_str).chain(time);
        names.filter_map(|name| self.columns.iter().find(|column| column.name == name)).collect()
    }

    /// The statements that bring the table into its new shape.
    pub(super) fn reshaping(&self) -> Vec<String> {
        let mut statements = self.renames.clone();
        for parts in self.alterations.iter().filter(|parts| !parts.is_empty()) {
            statements.push(format!("ALTER TABLE {} {}", self.target.sql(), parts.join(", ")));
        }
        statements
    }

    /// The columns of the staging table, as SQL.
    pub(super) fn stage_definition(&self) -> String {
        let mut columns: Vec<String> = match &self.definition {
            Some(definition) if self.becomes_target => vec![definition.clone()],
            _ => {
                let columns = self.columns.iter();
                columns.map(|column| format!("{} {}", quote(&column.name), column.stage_type())).collect()
            }
        };
        columns.extend(self.stage.number().map(|number| format!("{number} bigint NOT NULL")));
        columns.join(", ")
    }
}

pub(super) fn free_fit(field: &FieldRef) -> ColumnFit {
    ColumnFit::new(field.name(), canonical(field.data_type()))
}

/// Refuses requests that no table can serve.
pub(super) fn check(request: &LoadRequest) -> Result<(), Fault> {
    let mut names = HashSet::new();
    for field in request.schema.fields() {
        if !names.insert(field.name().as_str()) {
            return Err(Fault::config(format!("two incoming columns are named `{}`", field.name()))
                .hint("rename one of them in a transform"));
        }
    }
    let mode = request.mode.name();
    if request.key.is_empty() && (request.mode.needs_key() || request.undo.is_some()) {
        let what = if request.mode.needs_key() { format!("mode `{mode}`") } else { "`undo`".into() };
        return Err(Fault::config(format!("{what} needs a key"))
            .hint("give `key`, the columns that identify a row, for example `key: [id]`"));
    }
    let changed = request.history.changed.iter().filter(|_| request.mode == WriteMode::History);
    for (column, setting) in request.key.iter().map(|key| (key, "key")).chain(changed.map(|c| (c, "changed")))
    {
        if !names.contains(column.as_str()) {
            let fault =
                Fault::config(format!("the {setting} column `{column}` is not among the incoming columns"));
            let hint = suggest::hint(column, "incoming columns", names.iter().copied());
            return Err(fault.hint(hint.unwrap_or_else(|| format!("correct `{setting}`"))));
        }
    }
    let own = own::own_columns(request);
    let taken = |name: &&str| names.contains(name) && request.history.changed.as_deref() != Some(name);
    if let Some(name) = own.into_iter().find(taken) {
        return Err(Fault::config(format!(
            "mode `{mode}` fills the column `{name}` itself, and one comes in"
        ))
        .hint(format!("rename the incoming column, or give another name under `{mode}`")));
    }
    Ok(())
}

/// Plans the load. Runs inside a transaction; `lasting` is the staging table of a load in chunks. A load that comes as
/// one stream creates its table here, and its staging table.
pub(super) async fn make(
    session: &Session,
    found: Option<Relation>,
    target: TableName,
    request: &LoadRequest,
    lasting: Option<TableName>,
) -> Result<Plan, Fault> {
    let doing = format!("preparing table `{target}`");
    if found.as_ref().is_some_and(|relation| matches!(relation.kind, 'v' | 'm')) {
        return Err(Fault::config(format!("`{target}` is a view, and rows can be loaded into tables only"))
            .hint("give the table behind the view"));
    }
    let mut plan = Plan {
        target,
        created: found.is_none(),
        is_foreign: found.as_ref().is_some_and(|relation| relation.kind == 'f'),
        definition: None,
        becomes_target: false,
        renames: Vec::new(),
        alterations: [Vec::new(), Vec::new()],
        columns: Vec::new(),
        unset: Vec::new(),
        fits: Vec::new(),
        key: request.key.clone(),
        versions: None,
        flag: None,
        stage: Stage::Direct,
        emptying: Emptying::Delete,
        notes: Vec::new(),
    };
    let existing = match &found {
        Some(relation) => {
            let mut existing = catalog::columns(session, relation.oid).await?;
            shape::rename_columns(&mut plan, &mut existing, request);
            existing
        }
        None => shape::create(session, &mut plan, request, lasting.is_some()).await?,
    };
    shape::match_columns(session, &mut plan, &existing, request).await?;
    own::settle_own_columns(&mut plan, &existing, request)?;
    check_unset(&plan, &existing)?;
    if plan.columns.is_empty() {
        return Err(Fault::contract(format!("no incoming column has a place in table `{}`", plan.target))
            .hint("rename the columns in a transform, or set the contract for columns to `evolve`"));
    }
    if let Some(key) = plan.key.iter().find(|key| !plan.columns.iter().any(|column| column.name == **key)) {
        return Err(Fault::config(format!(
            "the key column `{key}` is not written to table `{}`",
            plan.target
        ))
        .hint("give a `key` of columns that the table has and does not compute"));
    }
    if let Some(relation) = &found {
        shape::check_alterations(session, &plan, relation.oid).await?;
        if request.mode == WriteMode::Overwrite {
            plan_emptying(session, &mut plan, relation, request, &doing).await?;
        }
        if request.mode == WriteMode::History
            && catalog::has_unique_key(session, relation.oid, &plan.key).await?
        {
            return Err(Fault::contract(format!(
                "table `{}` allows one row per key, and a history needs one per version",
                plan.target
            ))
            .hint("drop the unique key of these columns, or load into a new table"));
        }
    }
    plan_stage(session, &mut plan, request, lasting, &doing).await?;
    if session.version < 14 {
        // Infinite ones came with version 14.
        for fit in plan.fits.iter_mut().filter(|fit| fit.check == Some(TextCheck::Numeric)) {
            fit.check = Some(TextCheck::FiniteNumeric);
        }
    }
    Ok(plan)
}

async fn plan_stage(
    session: &Session,
    plan: &mut Plan,
    request: &LoadRequest,
    lasting: Option<TableName>,
    doing: &str,
) -> Result<(), Fault> {
    let in_between = plan.columns.iter().any(|column| through(&column.kind.kind).is_some())
        || plan.versions.is_some()
        || request.undo.is_some();
    if let Some(table) = lasting {
        plan.becomes_target = plan.created && !in_between;
        let number = stage::number_column(&plan.columns);
        let ordered = !plan.distinct(request).is_empty();
        plan.stage = Stage::Lasting { table, number: ordered.then_some(number) };
        return Ok(());
    }
    let changes = request.mode != WriteMode::Append || !plan.key.is_empty() || !plan.reshaping().is_empty();
    if in_between || (changes && !plan.created) {
        let table = stage::lasting_table(None, &request.load_id).table;
        let (name, columns) = (quote(&table), plan.stage_definition());
        plan.stage = Stage::Temporary { table };
        let sql = format!("CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP");
        session.batch(doing, &sql).await?;
    }
    Ok(())
}

fn check_unset(plan: &Plan, existing: &[Column]) -> Result<(), Fault> {
    let needed: Vec<String> = existing
        .iter()
        .filter(|column| column.not_null && !column.has_default && plan.unset.contains(&column.name))
        .map(|column| format!("`{}`", column.name))
        .collect();
    if needed.is_empty() {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "table `{}` needs values for {}, and the incoming rows have none",
        plan.target,
        needed.join(", ")
    ))
    .hint("add the columns in a transform, or give them a default in the table"))
}

async fn plan_emptying(
    session: &Session,
    plan: &mut Plan,
    relation: &Relation,
    request: &LoadRequest,
    doing: &str,
) -> Result<(), Fault> {
    let sql = "SELECT has_table_privilege(c.oid, 'TRUNCATE'), pg_has_role(c.relowner, 'USAGE'), \
               (SELECT min(f.conrelid::regclass::text) FROM pg_constraint f WHERE f.contype = 'f' \
                AND f.confrelid = c.oid AND f.conrelid <> c.oid) FROM pg_class c WHERE c.oid = $1";
    let rows = session.rows(doing, sql, &[(&relation.oid, Type::OID)]).await?;
    let row = rows.first().ok_or_else(|| Fault::not_found(format!("the table `{}` is gone", plan.target)))?;
    let (truncates, owns, referrer): (bool, bool, Option<String>) = (row.get(0), row.get(1), row.get(2));
    // Before version 14, tables of other servers cannot be truncated.
    let truncates = truncates && relation.kind != 'f';
    plan.emptying = match referrer {
        None if request.undo.is_some() => Emptying::Merge,
        None if truncates => Emptying::Truncate { restart: owns },
        None => Emptying::Delete,
        Some(referrer) => {
            if plan.key.is_empty() {
                plan.key = catalog::key(session, relation.oid).await?;
                let missing =
                    plan.key.iter().find(|key| !plan.columns.iter().any(|column| column.name == **key));
                if plan.key.is_empty() || missing.is_some() {
                    return Err(Fault::config(format!(
                        "table `{referrer}` refers to rows of `{}`, so an overwrite must tell rows apart by a key",
                        plan.target
                    ))
                    .hint("give `key`, the columns that identify a row"));
                }
                for fit in plan.fits.iter_mut().filter(|fit| plan.key.contains(&fit.name)) {
                    fit.nullable = false;
                }
            }
            plan.notes.push(format!(
                "updated rows by key and deleted the others, as table `{referrer}` refers to them"
            ));
            Emptying::Merge
        }
    };
    Ok(())
}
