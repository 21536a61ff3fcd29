//! The shape of the table: a place for every incoming column, by the rules of the contract.
//!
//! Columns of the target are found by name, renamed, widened, added or left out. The shape itself changes at the end
//! of the load, in its transaction; a temporary table tells beforehand what the new types are, so that the target
//! stays unlocked while rows arrive.

use std::collections::HashSet;

use arrow::datatypes::FieldRef;
use tokio_postgres::types::{ToSql, Type};
use towpath_connect::LoadRequest;
use towpath_connect::types::canonical_field;
use towpath_model::contract::ContractRule;
use towpath_model::landing::Missing;
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{self, Column, Identity};
use super::dialect::comparison;
use super::name::{TableName, check_new, quote};
use super::plan::{Plan, Versions, Written, free_fit};
use super::session::Session;
use super::types::{Kind, NO_TYPMOD, arrow_type, fit, native_type, new_type, takes_all, wider_type};

/// A column that does not exist yet: its name, its type, and what follows the type.
struct New {
    name: String,
    kind: String,
    rest: &'static str,
}

impl New {
    fn sql(&self) -> String {
        format!("{} {}{}", quote(&self.name), self.kind, self.rest)
    }
}

/// The columns that the mode fills itself.
pub(super) fn own_columns(request: &LoadRequest) -> Vec<&str> {
    match request.mode {
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => vec![&request.mirror.flag],
        WriteMode::History => {
            let history = &request.history;
            vec![&history.valid_from, &history.valid_to, &history.is_current]
        }
        _ => Vec::new(),
    }
}

/// The name that an incoming column has in the table.
fn name_in_table<'a>(field: &'a FieldRef, request: &'a LoadRequest) -> &'a str {
    match request.mode {
        WriteMode::History if request.history.changed.as_ref() == Some(field.name()) => {
            &request.history.valid_from
        }
        _ => field.name(),
    }
}

/// Takes over the names that the contract gives to columns of the table.
pub(super) fn rename_columns(plan: &mut Plan, existing: &mut [Column], request: &LoadRequest) {
    for (old, new) in &request.contract.renames {
        if existing.iter().any(|column| column.name == *new) {
            continue;
        }
        if let Some(column) = existing.iter_mut().find(|column| column.name == *old) {
            column.name.clone_from(new);
            plan.renames.push(format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}",
                plan.target.sql(),
                quote(old),
                quote(new)
            ));
            plan.notes.push(format!("renamed column `{old}` to `{new}`"));
        }
    }
}

/// Plans a table that does not exist, and creates it unless that waits for the end of the load.
pub(super) async fn create(
    session: &Session,
    plan: &mut Plan,
    request: &LoadRequest,
    later: bool,
) -> Result<Vec<Column>, Fault> {
    let target = plan.target.clone();
    if request.contract.tables != ContractRule::Evolve {
        let hint = catalog::missing(session, &target).await?;
        let hint = hint.hint_text().filter(|hint| hint.starts_with("did you mean")).map(str::to_owned);
        return Err(Fault::contract(format!(
            "the table `{target}` does not exist, and the contract for tables is not `evolve`"
        ))
        .hint(
            hint.unwrap_or_else(|| "create the table, or set the contract for tables to `evolve`".into()),
        ));
    }
    check_new("table", &target.table)?;
    if request.schema.fields().is_empty() {
        return Err(Fault::config(format!(
            "the table `{target}` cannot be created: the rows have no columns"
        )));
    }
    let fields: Vec<&FieldRef> = request.schema.fields().iter().collect();
    let types = new_types(session, &fields).await?;
    let mut columns: Vec<New> = Vec::new();
    for (field, kind) in fields.into_iter().zip(types) {
        let name = name_in_table(field, request);
        let needed = request.key.contains(field.name()) || name != field.name();
        columns.push(New { name: name.to_owned(), kind, rest: if needed { " NOT NULL" } else { "" } });
    }
    let time = columns.iter().find(|column| column.name == request.history.valid_from);
    let time = time.map_or("timestamptz", |column| column.kind.as_str());
    let own = own_definitions(request, time);
    columns.extend(
        own.into_iter()
            .filter(|own| request.history.changed.is_none() || own.name != request.history.valid_from),
    );
    let definition = columns.iter().map(New::sql).collect::<Vec<_>>().join(", ");
    plan.notes.push(format!("created table `{target}`"));
    if later {
        plan.definition = Some(definition);
        return probe(session, &target, &columns).await;
    }
    let doing = format!("creating table `{target}`");
    session.batch(&doing, &format!("CREATE TABLE {} ({definition})", target.sql())).await?;
    let found = catalog::find(session, &target).await?;
    let found = found
        .ok_or_else(|| Fault::internal(format!("the table `{target}` vanished after it was created")))?;
    catalog::columns(session, found.oid).await
}

/// The columns that the mode fills itself, as a new table has them. `time` is the type of points in time.
fn own_definitions(request: &LoadRequest, time: &str) -> Vec<New> {
    let new = |name: &str, kind: &str, rest| New { name: name.to_owned(), kind: kind.to_owned(), rest };
    match request.mode {
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => {
            vec![new(&request.mirror.flag, "timestamptz", "")]
        }
        WriteMode::History => vec![
            new(&request.history.valid_from, time, " NOT NULL"),
            new(&request.history.valid_to, time, ""),
            new(&request.history.is_current, "boolean", " NOT NULL"),
        ],
        _ => Vec::new(),
    }
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

/// What new columns will be, told by a table that only this session sees.
async fn probe(session: &Session, target: &TableName, columns: &[New]) -> Result<Vec<Column>, Fault> {
    let doing = format!("preparing new columns of table `{target}`");
    let columns = columns.iter().map(New::sql).collect::<Vec<_>>().join(", ");
    let sql = format!("CREATE TEMPORARY TABLE \"_towpath_probe\" ({columns}) ON COMMIT DROP");
    session.batch(&doing, &sql).await?;
    let name = TableName { schema: Some("pg_temp".into()), table: "_towpath_probe".into() };
    let found = catalog::find(session, &name).await?;
    let found = found.ok_or_else(|| Fault::internal(format!("{doing}: the probe is gone")))?;
    let columns = catalog::columns(session, found.oid).await?;
    session.batch(&doing, &format!("DROP TABLE {}", name.sql())).await?;
    Ok(columns)
}

/// Finds a place for every incoming column.
pub(super) async fn match_columns(
    session: &Session,
    plan: &mut Plan,
    existing: &[Column],
    request: &LoadRequest,
) -> Result<(), Fault> {
    let mut homeless: Vec<(usize, &FieldRef)> = Vec::new();
    let mut widened: Vec<New> = Vec::new();
    let mut refusing: Vec<String> = Vec::new();
    for (index, field) in request.schema.fields().iter().enumerate() {
        let name = name_in_table(field, request);
        match existing.iter().find(|column| column.name == name) {
            Some(column) if column.generated => {
                plan.fits.push(free_fit(field));
                plan.notes.push(format!("left out column `{name}`, which the table computes"));
            }
            Some(column) => {
                if request.contract.types == ContractRule::Freeze && !takes_all(&column.kind, field) {
                    refusing.push(format!("`{name}` ({})", column.kind.name));
                }
                if request.contract.types == ContractRule::Evolve
                    && let Some(kind) = wider_type(&column.kind, column.identity != Identity::None, field)
                {
                    plan.notes.push(format!("widened column `{name}` from {} to {kind}", column.kind.name));
                    widened.push(New { name: name.to_owned(), kind, rest: "" });
                }
                let needed =
                    column.not_null || plan.key.iter().any(|key| key == name) || name != field.name();
                plan.fits.push(fit(&column.kind, !needed, field));
                plan.columns.push(Written {
                    index,
                    name: column.name.clone(),
                    kind: column.kind.clone(),
                    identity: column.identity,
                    has_default: column.has_default || column.identity != Identity::None,
                    compare: comparison(column),
                });
            }
            None => {
                plan.fits.push(free_fit(field));
                homeless.push((index, field));
            }
        }
    }
    if !refusing.is_empty() {
        return Err(Fault::contract(format!(
            "columns of table `{}` could refuse incoming values, and the contract for types is `freeze`: {}",
            plan.target,
            refusing.join(", ")
        ))
        .hint(
            "cast the columns in a transform, or set the contract for types to `evolve` or `discard_row`",
        ));
    }
    let taken: HashSet<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
    let own = own_columns(request);
    plan.unset = existing
        .iter()
        .filter(|column| {
            let name = column.name.as_str();
            !column.generated
                && column.identity == Identity::None
                && !taken.contains(name)
                && !own.contains(&name)
        })
        .map(|column| column.name.clone())
        .collect();
    house(session, plan, &homeless, request).await?;
    widen(session, plan, widened, request).await?;
    if request.contract.types == ContractRule::DiscardValue {
        plan.fits.iter_mut().for_each(|fit| fit.discards_values = true);
    }
    Ok(())
}

/// Does with columns that the table does not have what the contract says.
async fn house(
    session: &Session,
    plan: &mut Plan,
    homeless: &[(usize, &FieldRef)],
    request: &LoadRequest,
) -> Result<(), Fault> {
    if homeless.is_empty() {
        return Ok(());
    }
    let names =
        homeless.iter().map(|(_, field)| format!("`{}`", field.name())).collect::<Vec<_>>().join(", ");
    match request.contract.columns {
        ContractRule::Evolve => add_columns(session, plan, homeless, request).await,
        ContractRule::DiscardValue => {
            plan.notes.push(format!("left out columns the table does not have: {names}"));
            Ok(())
        }
        ContractRule::DiscardRow => {
            for (index, _) in homeless {
                plan.fits[*index].absent = true;
            }
            plan.notes
                .push(format!("took only rows without values in columns the table does not have: {names}"));
            Ok(())
        }
        ContractRule::Freeze => {
            let (_, first) = homeless[0];
            let unset: Vec<&str> = plan.unset.iter().map(String::as_str).collect();
            let near = suggest::nearest(first.name(), unset);
            let fault = Fault::contract(format!("table `{}` has no column for {names}", plan.target));
            Err(fault.hint(match near {
                Some(near) => format!(
                    "if `{near}` has a new name, say so in the contract: `renames: {{ {near}: {} }}`",
                    first.name()
                ),
                None => {
                    "set the contract for columns to `evolve` to add them, or to `discard_value` to leave \
                         them out"
                        .into()
                }
            }))
        }
    }
}

/// Plans new columns.
async fn add_columns(
    session: &Session,
    plan: &mut Plan,
    homeless: &[(usize, &FieldRef)],
    request: &LoadRequest,
) -> Result<(), Fault> {
    let fields: Vec<&FieldRef> = homeless.iter().map(|(_, field)| *field).collect();
    let types = new_types(session, &fields).await?;
    let new = fields.iter().zip(types);
    let new: Vec<New> = new
        .map(|(field, kind)| New { name: name_in_table(field, request).to_owned(), kind, rest: "" })
        .collect();
    let columns = probe(session, &plan.target, &new).await?;
    for (((index, field), new), column) in homeless.iter().zip(new).zip(columns) {
        let needed = plan.key.contains(field.name()) || new.name != *field.name();
        plan.fits[*index] = fit(&column.kind, !needed, field);
        plan.columns.push(Written {
            index: *index,
            name: new.name.clone(),
            compare: comparison(&column),
            kind: column.kind,
            identity: Identity::None,
            has_default: false,
        });
        add(plan, &new, first_value(&new.name, request));
    }
    // The copy takes columns in their own order, and so do statements made of them.
    plan.columns.sort_by_key(|column| column.index);
    Ok(())
}

/// What rows that are there already get in a new column that must not be null.
fn first_value(name: &str, request: &LoadRequest) -> Option<&'static str> {
    match request.mode {
        WriteMode::History if name == request.history.valid_from => Some("'0001-01-01'"),
        WriteMode::History if name == request.history.is_current => Some("true"),
        _ => None,
    }
}

/// Plans one new column.
fn add(plan: &mut Plan, new: &New, first_value: Option<&str>) {
    let [first, second] = &mut plan.alterations;
    let name = quote(&new.name);
    match first_value {
        None => first.push(format!("ADD COLUMN {name} {}", new.kind)),
        Some(value) => {
            first.push(format!("ADD COLUMN {name} {} NOT NULL DEFAULT {value}", new.kind));
            second.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
        }
    }
    plan.notes.push(format!("added column `{}` ({})", new.name, new.kind));
}

/// Plans wider types.
async fn widen(
    session: &Session,
    plan: &mut Plan,
    widened: Vec<New>,
    request: &LoadRequest,
) -> Result<(), Fault> {
    if widened.is_empty() {
        return Ok(());
    }
    let columns = probe(session, &plan.target, &widened).await?;
    for (new, column) in widened.iter().zip(columns) {
        plan.alterations[0].push(format!("ALTER COLUMN {} TYPE {}", quote(&new.name), new.kind));
        if let Some(written) = plan.columns.iter_mut().find(|written| written.name == new.name) {
            let fitted = &mut plan.fits[written.index];
            *fitted = fit(&column.kind, fitted.nullable, &request.schema.fields()[written.index]);
            written.kind = column.kind;
        }
    }
    Ok(())
}

/// Finds, or plans, the columns that the mode fills itself.
pub(super) fn settle_own_columns(
    plan: &mut Plan,
    existing: &[Column],
    request: &LoadRequest,
) -> Result<(), Fault> {
    let comes = plan.columns.iter().find(|column| column.name == request.history.valid_from);
    let time = comes.map(|column| (column.kind.name.clone(), column.kind.kind.clone()));
    let existing_kind =
        |name: &str| existing.iter().find(|column| column.name == name).map(|c| c.kind.clone());
    let time = time.or_else(|| existing_kind(&request.history.valid_from).map(|kind| (kind.name, kind.kind)));
    let time = time.unwrap_or_else(|| ("timestamptz".into(), Kind::TimestampTz));
    let comes = comes.is_some();
    let mut missing = Vec::new();
    for new in own_definitions(request, &time.0) {
        let is_there = existing.iter().any(|column| column.name == new.name)
            || plan.columns.iter().any(|column| column.name == new.name);
        if !is_there {
            missing.push(new);
        }
    }
    if request.mode == WriteMode::History
        && !missing.is_empty()
        && request.contract.columns != ContractRule::Evolve
    {
        let names: Vec<String> = missing.iter().map(|new| format!("`{}`", new.name)).collect();
        return Err(Fault::contract(format!(
            "table `{}` has no column {}, which a history needs",
            plan.target,
            names.join(", ")
        ))
        .hint("set the contract for columns to `evolve`, or name the table's own columns under `history`"));
    }
    for new in &missing {
        check_new("column", &new.name)?;
        add(plan, new, first_value(&new.name, request));
    }
    match request.mode {
        WriteMode::History => {
            is_time(&request.history.valid_from, &time.1, plan)?;
            plan.versions = Some(Versions { kind: time.1, comes });
        }
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => {
            let kind = existing_kind(&request.mirror.flag).map_or(Kind::TimestampTz, |kind| kind.kind);
            is_time(&request.mirror.flag, &kind, plan)?;
            plan.flag = Some(kind);
        }
        _ => {}
    }
    Ok(())
}

fn is_time(name: &str, kind: &Kind, plan: &Plan) -> Result<(), Fault> {
    match kind {
        Kind::TimestampTz | Kind::Timestamp | Kind::Date => Ok(()),
        _ => Err(Fault::contract(format!(
            "column `{name}` of table `{}` holds no dates or timestamps, so the load cannot note times in it",
            plan.target
        ))
        .hint("change the type of the column, or name another one")),
    }
}

/// Refuses, before rows are written, changes of the shape that the server would refuse at the end.
pub(super) async fn check_alterations(session: &Session, plan: &Plan, oid: u32) -> Result<(), Fault> {
    if plan.reshaping().is_empty() {
        return Ok(());
    }
    let doing = format!("preparing table `{}`", plan.target);
    let sql = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1";
    let rows = session.rows(&doing, sql, &[(&oid, Type::OID)]).await?;
    if !rows.first().is_some_and(|row| row.get(0)) {
        return Err(Fault::auth(format!(
            "the load must change columns of table `{}`, and `{}` is not its owner",
            plan.target, session.connection.user
        ))
        .hint("connect as the owner, or let the owner change the table"));
    }
    let widened: Vec<&str> = plan
        .columns
        .iter()
        .filter(|column| {
            let part = format!("ALTER COLUMN {} TYPE ", quote(&column.name));
            plan.alterations[0].iter().any(|alteration| alteration.starts_with(&part))
        })
        .map(|column| column.name.as_str())
        .collect();
    let sql = "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d \
               JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass \
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
               WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1 AND a.attname::text = ANY ($2) \
               AND r.ev_class <> $1 ORDER BY 1";
    let binds: [(&(dyn ToSql + Sync), Type); 2] = [(&oid, Type::OID), (&widened, Type::TEXT_ARRAY)];
    let views = session.rows(&doing, sql, &binds).await?;
    let views: Vec<String> = views.iter().map(|row| format!("`{}`", row.get::<_, &str>(0))).collect();
    if views.is_empty() {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "columns of table `{}` must be widened for this load, and PostgreSQL cannot do that while views use them: {}",
        plan.target,
        views.join(", ")
    ))
    .hint("drop the views, run again, and create them anew; or cast the columns in a transform"))
}
