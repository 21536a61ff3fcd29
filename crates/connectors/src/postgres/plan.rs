//! The plan of a load: which incoming column goes where, and how the rows get into the table.
//!
//! Made once at the start, against the table as it is then. Rows land directly in the table when that is the whole
//! load (an append, or a table created just now); else in a temporary staging table, from which the commit moves
//! them in one go. Changes that lock the table for others, such as a new column, wait for the commit.

use std::collections::HashSet;

use arrow::datatypes::FieldRef;
use tokio_postgres::types::Type;
use towpath_connect::types::{canonical, canonical_field};
use towpath_connect::{ColumnFit, LoadRequest};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{self, Column, Identity, Relation};
use super::name::{TableName, check_new, quote};
use super::session::Session;
use super::types::{NO_TYPMOD, PgType, arrow_type, fit, native_type, new_type, through};

/// Name of the staging table, which only its own session sees.
pub(super) const STAGE: &str = "pg_temp.\"_towpath_stage\"";

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
    /// Rows are updated by key and the rest is deleted, as other tables refer to them.
    Merge,
}

/// What a load is going to do.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) target: TableName,
    /// The table was created in this transaction.
    pub(super) created: bool,
    /// New columns of an existing table, with their types.
    pub(super) added: Vec<(String, String)>,
    pub(super) columns: Vec<Written>,
    /// Columns of the target that get no value and are not computed.
    pub(super) unset: Vec<String>,
    pub(super) fits: Vec<ColumnFit>,
    /// Columns that identify a row; repeated keys inside the load are resolved.
    pub(super) key: Vec<String>,
    /// A unique key consists of exactly the key.
    pub(super) key_is_unique: bool,
    pub(super) staged: bool,
    pub(super) emptying: Emptying,
    pub(super) notes: Vec<String>,
}

/// What the values must fit when the load is done already and nothing will be written.
pub(super) fn fits_of_replay(request: &LoadRequest) -> Vec<ColumnFit> {
    request.schema.fields().iter().map(free_fit).collect()
}

fn free_fit(field: &FieldRef) -> ColumnFit {
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
    if request.mode == WriteMode::Upsert && request.key.is_empty() {
        return Err(Fault::config("mode `upsert` needs a key")
            .hint("give `key`, the columns that identify a row, for example `key: [id]`"));
    }
    for key in &request.key {
        if !names.contains(key.as_str()) {
            let fault = Fault::config(format!("the key column `{key}` is not among the incoming columns"));
            let hint = suggest::hint(key, "incoming columns", names.iter().copied());
            return Err(fault.hint(hint.unwrap_or_else(|| "correct `key`".into())));
        }
    }
    Ok(())
}

/// Plans the load and creates the table when it does not exist. Runs inside the transaction of the load.
pub(super) async fn make(
    session: &Session,
    found: Option<Relation>,
    target: TableName,
    request: &LoadRequest,
) -> Result<Plan, Fault> {
    let doing = format!("preparing table `{target}`");
    let created = found.is_none();
    let relation = match found {
        Some(relation) => relation,
        None => create(session, &target, request).await?,
    };
    if matches!(relation.kind, 'v' | 'm') {
        return Err(Fault::config(format!("`{target}` is a view, and rows can be loaded into tables only"))
            .hint("give the table behind the view"));
    }
    let existing = catalog::columns(session, relation.oid).await?;
    let mut plan = Plan {
        target,
        created,
        added: Vec::new(),
        columns: Vec::new(),
        unset: Vec::new(),
        fits: Vec::new(),
        key: request.key.clone(),
        key_is_unique: false,
        staged: false,
        emptying: Emptying::Delete,
        notes: Vec::new(),
    };
    if created {
        plan.notes.push(format!("created table `{}`", plan.target));
    }
    match_columns(session, &mut plan, &existing, request).await?;
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
    if request.mode == WriteMode::Overwrite && !created {
        plan_emptying(session, &mut plan, &relation, &doing).await?;
    }
    if !plan.key.is_empty() && !created {
        plan.key_is_unique = catalog::has_unique_key(session, relation.oid, &plan.key).await?;
    }
    let in_between = plan.columns.iter().any(|column| through(&column.kind.kind).is_some());
    let changes = request.mode != WriteMode::Append || !plan.key.is_empty() || !plan.added.is_empty();
    plan.staged = in_between || (changes && !created);
    if plan.staged {
        let columns: Vec<String> = plan
            .columns
            .iter()
            .map(|column| format!("{} {}", quote(&column.name), column.stage_type()))
            .collect();
        let sql =
            format!("CREATE TEMPORARY TABLE \"_towpath_stage\" ({}) ON COMMIT DROP", columns.join(", "));
        session.batch(&doing, &sql).await?;
    }
    Ok(plan)
}

async fn create(session: &Session, target: &TableName, request: &LoadRequest) -> Result<Relation, Fault> {
    if request.contract.tables != ContractRule::Evolve {
        let hint = catalog::missing(session, target).await?;
        let hint = hint.hint_text().filter(|hint| hint.starts_with("did you mean")).map(str::to_owned);
        return Err(Fault::contract(format!(
            "the table `{target}` does not exist, and the contract for tables is not `evolve`"
        ))
        .hint(
            hint.unwrap_or_else(|| "create the table, or set the contract for tables to `evolve`".into()),
        ));
    }
    check_new("table", &target.table)?;
    let fields: Vec<&FieldRef> = request.schema.fields().iter().collect();
    if fields.is_empty() {
        return Err(Fault::config(format!(
            "the table `{target}` cannot be created: the rows have no columns"
        )));
    }
    let types = new_types(session, &fields).await?;
    let columns: Vec<String> = fields
        .iter()
        .zip(types)
        .map(|(field, kind)| {
            let not_null = if request.key.contains(field.name()) { " NOT NULL" } else { "" };
            format!("{} {kind}{not_null}", quote(field.name()))
        })
        .collect();
    let doing = format!("creating table `{target}`");
    session.batch(&doing, &format!("CREATE TABLE {} ({})", target.sql(), columns.join(", "))).await?;
    let found = catalog::find(session, target).await?;
    found.ok_or_else(|| Fault::internal(format!("the table `{target}` vanished after it was created")))
}

/// The types of new columns. A native type is taken when this server knows it and it holds what comes.
async fn new_types(session: &Session, fields: &[&FieldRef]) -> Result<Vec<String>, Fault> {
    for field in fields {
        check_new("column", field.name())?;
    }
    let natives: Vec<Option<&str>> = fields.iter().map(|field| native_type(field)).collect();
    if natives.iter().all(Option::is_none) {
        return Ok(fields.iter().map(|field| new_type(field)).collect());
    }
    // The name comes with the rows, from anywhere, so it never becomes SQL: the server looks it up, and the name
    // that the server itself gives to what it found does.
    let sql = "SELECT coalesce(to_regtype(n.name)::oid, 0) FROM unnest($1) WITH ORDINALITY AS n(name, i) ORDER BY n.i";
    let rows = session.rows("looking up types", sql, &[(&natives, Type::TEXT_ARRAY)]).await?;
    let wanted: Vec<(u32, i32)> = rows.iter().map(|row| (row.get(0), NO_TYPMOD)).collect();
    let known = catalog::resolve(session, &wanted).await?;
    let types = fields.iter().zip(wanted).zip(known).map(|((field, (oid, _)), known)| {
        let holds = arrow_type(&known.kind) == *canonical_field(field).data_type();
        if oid != 0 && holds { known.name } else { new_type(field) }
    });
    Ok(types.collect())
}

/// Finds a place for every incoming column.
async fn match_columns(
    session: &Session,
    plan: &mut Plan,
    existing: &[Column],
    request: &LoadRequest,
) -> Result<(), Fault> {
    let mut homeless: Vec<(usize, &FieldRef)> = Vec::new();
    for (index, field) in request.schema.fields().iter().enumerate() {
        match existing.iter().find(|column| column.name == *field.name()) {
            Some(column) if column.generated => {
                plan.fits.push(free_fit(field));
                plan.notes.push(format!("left out column `{}`, which the table computes", column.name));
            }
            Some(column) => {
                let nullable = !column.not_null && !plan.key.contains(&column.name);
                plan.fits.push(fit(&column.kind, nullable, field));
                plan.columns.push(Written {
                    index,
                    name: column.name.clone(),
                    kind: column.kind.clone(),
                    identity: column.identity,
                    has_default: column.has_default || column.identity != Identity::None,
                });
            }
            None => {
                plan.fits.push(free_fit(field));
                homeless.push((index, field));
            }
        }
    }
    let taken: HashSet<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
    plan.unset = existing
        .iter()
        .filter(|column| {
            !column.generated && column.identity == Identity::None && !taken.contains(column.name.as_str())
        })
        .map(|column| column.name.clone())
        .collect();
    if homeless.is_empty() {
        return Ok(());
    }
    let names =
        homeless.iter().map(|(_, field)| format!("`{}`", field.name())).collect::<Vec<_>>().join(", ");
    match request.contract.columns {
        ContractRule::Evolve => add_columns(session, plan, &homeless).await,
        ContractRule::DiscardValue => {
            plan.notes.push(format!("left out columns the table does not have: {names}"));
            Ok(())
        }
        ContractRule::Freeze | ContractRule::DiscardRow => {
            let (_, first) = homeless[0];
            let unset: Vec<&str> = plan.unset.iter().map(String::as_str).collect();
            let near = suggest::nearest(first.name(), unset);
            let fault = Fault::contract(format!("table `{}` has no column for {names}", plan.target));
            Err(fault.hint(match near {
                Some(near) => {
                    format!("rename `{}` to `{near}` in a transform, if that is meant", first.name())
                }
                None => {
                    "set the contract for columns to `evolve` to add them, or to `discard_value` to leave \
                         them out"
                        .into()
                }
            }))
        }
    }
}

/// Plans new columns. A table of this session tells what their types are, so that the target stays unlocked.
async fn add_columns(
    session: &Session,
    plan: &mut Plan,
    homeless: &[(usize, &FieldRef)],
) -> Result<(), Fault> {
    let doing = format!("preparing new columns of table `{}`", plan.target);
    let fields: Vec<&FieldRef> = homeless.iter().map(|(_, field)| *field).collect();
    let types = new_types(session, &fields).await?;
    let columns: Vec<String> =
        fields.iter().zip(&types).map(|(field, kind)| format!("{} {kind}", quote(field.name()))).collect();
    let sql = format!("CREATE TEMPORARY TABLE \"_towpath_probe\" ({}) ON COMMIT DROP", columns.join(", "));
    session.batch(&doing, &sql).await?;
    let probe = TableName { schema: Some("pg_temp".into()), table: "_towpath_probe".into() };
    let probe = catalog::find(session, &probe).await?;
    let probe = probe.ok_or_else(|| Fault::internal(format!("{doing}: the probe is gone")))?;
    for (((index, field), kind), column) in
        homeless.iter().zip(types).zip(catalog::columns(session, probe.oid).await?)
    {
        plan.fits[*index] = fit(&column.kind, !plan.key.contains(field.name()), field);
        plan.notes.push(format!("added column `{}` ({kind})", field.name()));
        plan.added.push((field.name().clone(), kind));
        plan.columns.push(Written {
            index: *index,
            name: field.name().clone(),
            kind: column.kind,
            identity: Identity::None,
            has_default: false,
        });
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
