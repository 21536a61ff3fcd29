//! Names in expressions: which column is meant.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::common::{Column, DFSchema};
use datafusion::execution::SessionState;
use datafusion::sql::sqlparser::ast;
use towpath_model::{Problem, suggest};

/// Whether two names are the same but for their case.
pub fn same_name(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// How a name was found among candidates.
pub(super) enum Found<'a> {
    /// This one is meant.
    One(&'a str),
    /// Several differ only in case.
    Several(Vec<&'a str>),
    /// None.
    No,
}

/// Finds a name: exactly, else (unless it is quoted) without regard to case.
pub(super) fn find<'a>(name: &str, quoted: bool, candidates: impl Iterator<Item = &'a str>) -> Found<'a> {
    let mut near: Vec<&'a str> = Vec::new();
    for candidate in candidates {
        if candidate == name {
            return Found::One(candidate);
        }
        if !quoted && same_name(candidate, name) && !near.contains(&candidate) {
            near.push(candidate);
        }
    }
    match near.len() {
        0 => Found::No,
        1 => Found::One(near[0]),
        _ => Found::Several(near),
    }
}

/// The column that a setting names.
pub fn column(schema: &DFSchema, name: &str, path: &str) -> Result<Column, Problem> {
    match find(name, false, schema.fields().iter().map(|field| field.name().as_str())) {
        Found::One(name) => Ok(Column::from(schema.qualified_field(
            schema.fields().iter().position(|field| field.name() == name).unwrap_or_default(),
        ))),
        Found::Several(names) => Err(several(name, &names, path)),
        Found::No => Err(unknown(name, schema, path)),
    }
}

/// The columns that a setting names; problems point at `path/0`, `path/1`, and so on.
pub fn columns(schema: &DFSchema, names: &[String], path: &str) -> Result<Vec<Column>, Vec<Problem>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (index, name) in names.iter().enumerate() {
        match column(schema, name, &format!("{path}/{index}")) {
            Ok(column) if found.contains(&column) => problems.push(Problem::new(
                format!("{path}/{index}"),
                format!("column `{}` is named twice", column.name),
            )),
            Ok(column) => found.push(column),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

pub(super) fn unknown(name: &str, schema: &DFSchema, path: &str) -> Problem {
    Problem::new(path, format!("there is no column `{name}`")).maybe_hint(suggest::hint(
        name,
        "columns",
        schema.fields().iter().map(|field| field.name().as_str()),
    ))
}

pub(super) fn several(name: &str, names: &[&str], path: &str) -> Problem {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    Problem::new(path, format!("`{name}` may mean {list}"))
        .hint(format!("quote the one you mean: `\"{}\"`", names[0]))
}

/// Puts the true names of columns into an expression and reports those that do not exist, once each.
pub(super) fn settle(expr: &mut ast::Expr, schema: &DFSchema, path: &str) -> Vec<Problem> {
    let mut parameters: HashSet<String> = HashSet::new();
    let _ = ast::visit_expressions(expr, |node| {
        if let ast::Expr::Lambda(lambda) = node {
            parameters.extend(lambda.params.iter().map(|parameter| parameter.name.value.clone()));
        }
        ControlFlow::<()>::Continue(())
    });

    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let mut report = |problem: Problem| {
        if seen.insert(problem.message.clone()) {
            problems.push(problem);
        }
    };
    let _ = ast::visit_expressions_mut(expr, |node| {
        match node {
            ast::Expr::Identifier(ident) if !parameters.contains(&ident.value) => {
                if let Err(problem) = settle_one(ident, None, schema, path) {
                    report(problem);
                }
            }
            ast::Expr::CompoundIdentifier(idents) => {
                if let Err(problem) = settle_compound(idents, &parameters, schema, path) {
                    report(problem);
                }
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    problems
}

fn settle_one(
    ident: &mut ast::Ident,
    table: Option<&str>,
    schema: &DFSchema,
    path: &str,
) -> Result<(), Problem> {
    let candidates = schema
        .iter()
        .filter(|(qualifier, _)| table.is_none() || qualifier.map(|q| q.table()) == table)
        .map(|(_, field)| field.name().as_str());
    let name = match find(&ident.value, ident.quote_style.is_some(), candidates) {
        Found::One(name) => name.to_owned(),
        Found::Several(names) => return Err(several(&ident.value, &names, path)),
        // Double quotes enclose names in SQL; people used to other languages mean text.
        Found::No if ident.quote_style == Some('"') => {
            let problem = unknown(&ident.value, schema, path);
            let hint = problem.hint.clone().map(|hint| format!("{hint}; ")).unwrap_or_default();
            return Err(problem.hint(format!("{hint}for text, use single quotes: `'{}'`", ident.value)));
        }
        Found::No => return Err(unknown(&ident.value, schema, path)),
    };
    if table.is_none() {
        let tables: Vec<&str> = schema
            .iter()
            .filter(|(_, field)| *field.name() == name)
            .filter_map(|(qualifier, _)| qualifier.map(|q| q.table()))
            .collect();
        if let [first, second, ..] = tables[..] {
            return Err(Problem::new(path, format!("column `{name}` is in both `{first}` and `{second}`"))
                .hint(format!("say which: `{first}.{name}` or `{second}.{name}`")));
        }
    }
    ident.value = name;
    ident.quote_style = Some('"');
    Ok(())
}

fn settle_compound(
    idents: &mut [ast::Ident],
    parameters: &HashSet<String>,
    schema: &DFSchema,
    path: &str,
) -> Result<(), Problem> {
    let [first, rest @ ..] = idents else { return Ok(()) };
    if parameters.contains(&first.value) {
        return Ok(());
    }
    let tables = schema.iter().filter_map(|(qualifier, _)| qualifier.map(|q| q.table()));
    if let (Found::One(table), Some(second)) =
        (find(&first.value, first.quote_style.is_some(), tables), rest.first_mut())
    {
        let table = table.to_owned();
        first.value.clone_from(&table);
        first.quote_style = Some('"');
        return settle_one(second, Some(&table), schema, path);
    }
    settle_one(first, None, schema, path)
}

/// A column with numbers kept as text that the SQL names, when there is one.
pub(super) fn exact_text_named<'a, V: ast::Visit>(
    node: &V,
    schemas: impl IntoIterator<Item = &'a DFSchema>,
) -> Option<String> {
    let columns: HashSet<&str> = schemas
        .into_iter()
        .flat_map(|schema| schema.fields())
        .filter(|field| super::rules::is_exact_text(field))
        .map(|field| field.name().as_str())
        .collect();
    let found = ast::visit_expressions(node, |node| {
        let last = match node {
            ast::Expr::Identifier(ident) => Some(ident),
            ast::Expr::CompoundIdentifier(idents) => idents.last(),
            _ => None,
        };
        match last {
            Some(ident) if columns.contains(ident.value.as_str()) => ControlFlow::Break(ident.value.clone()),
            _ => ControlFlow::Continue(()),
        }
    });
    found.break_value()
}

/// Functions that do not exist, each with the nearest that does.
pub(super) fn unknown_functions<V: ast::Visit>(node: &V, state: &SessionState, path: &str) -> Vec<Problem> {
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    let _ = ast::visit_expressions(node, |node| {
        if let ast::Expr::Function(call) = node {
            let name = call.name.to_string();
            let lower = name.to_lowercase();
            if !is_function(state, &lower) && seen.insert(lower.clone()) {
                problems.push(
                    Problem::new(path, format!("there is no function `{name}`")).maybe_hint(
                        suggest::nearest(&lower, all_functions(state))
                            .map(|near| format!("did you mean `{near}`?")),
                    ),
                );
            }
        }
        ControlFlow::<()>::Continue(())
    });
    problems
}

/// Functions that the planner itself knows.
const BUILT_IN: [&str; 7] = ["make_map", "map", "unnest", "unnest_outer", "struct", "row", "grouping"];

fn is_function(state: &SessionState, name: &str) -> bool {
    BUILT_IN.contains(&name)
        || state.scalar_functions().contains_key(name)
        || state.aggregate_functions().contains_key(name)
        || state.window_functions().contains_key(name)
        || state.higher_order_functions().contains_key(name)
}

fn all_functions(state: &SessionState) -> impl Iterator<Item = &str> {
    let scalar = state.scalar_functions().keys();
    let aggregate = state.aggregate_functions().keys();
    let window = state.window_functions().keys();
    scalar.chain(aggregate).chain(window).map(String::as_str)
}
