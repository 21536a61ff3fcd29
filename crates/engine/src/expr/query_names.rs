//! Names in queries: which input and which column is meant.
//!
//! A query has scopes, which only the planner knows; here every name is settled that is clear without them: a name
//! that exists as written stays, one that exists once but for its case is corrected, one that exists nowhere is
//! reported. The rest is the planner's.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::common::DFSchema;
use datafusion::sql::sqlparser::ast;
use towpath_connect::types;
use towpath_model::{Problem, suggest};

use super::names::{Found, find, several};
use crate::transform::Inputs;

/// Settles the names of a query in place and reports those that cannot exist, and forms that are not allowed.
pub(super) fn settle(query: &mut ast::Query, inputs: &Inputs, path: &str) -> Vec<Problem> {
    let mut known = Known::new(inputs, path);
    let _ = ast::Visit::visit(query, &mut known);
    let mut settler = Settler { known, problems: Vec::new(), seen: HashSet::new() };
    // The tree of a query is that of its statement, but only the latter can be visited as a whole.
    let _ = ast::VisitMut::visit(query, &mut settler);
    let mut problems = settler.known.refused;
    problems.extend(settler.problems);
    problems
}

/// Two inputs of a UNION whose columns do not go together.
pub(super) fn unequal(first: &DFSchema, other: &DFSchema, path: &str) -> Vec<Problem> {
    let pairs = first.fields().iter().zip(other.fields());
    let wrong = pairs.filter(|(a, b)| {
        let (a, b) = (a.data_type(), b.data_type());
        !a.is_null() && !b.is_null() && is_text(a) != is_text(b)
    });
    wrong
        .map(|(a, b)| {
            Problem::new(
                path,
                format!(
                    "UNION meets {} with {} in column `{}`",
                    types::describe(a),
                    types::describe(b),
                    a.name()
                ),
            )
            .hint("make both the same type with CAST")
        })
        .collect()
}

fn is_text(data_type: &arrow::datatypes::DataType) -> bool {
    use arrow::datatypes::DataType::{LargeUtf8, Utf8, Utf8View};
    matches!(data_type, Utf8 | LargeUtf8 | Utf8View)
}

/// Every name that the query or its inputs make known.
struct Known<'a> {
    inputs: &'a Inputs,
    path: &'a str,
    /// Names of WITH queries.
    queries: Vec<String>,
    /// Names given to tables, with the table when it has a name itself.
    aliases: Vec<(String, Option<String>)>,
    /// Names given to columns and parameters.
    named: Vec<String>,
    /// The query makes columns whose names are not written in it.
    open: bool,
    refused: Vec<Problem>,
}

impl<'a> Known<'a> {
    fn new(inputs: &'a Inputs, path: &'a str) -> Self {
        Known {
            inputs,
            path,
            queries: Vec::new(),
            aliases: Vec::new(),
            named: Vec::new(),
            open: false,
            refused: Vec::new(),
        }
    }

    fn refuse(&mut self, message: impl Into<String>, hint: &str) {
        self.refused.push(Problem::new(self.path, message).hint(hint));
    }

    fn alias(&mut self, alias: Option<&ast::TableAlias>, table: Option<String>) {
        if let Some(alias) = alias {
            self.named.extend(alias.columns.iter().map(|column| column.name.value.clone()));
            let table = if alias.columns.is_empty() { table } else { None };
            self.aliases.push((alias.name.value.clone(), table));
        }
    }

    fn columns_of(&self, table: &str) -> Option<impl Iterator<Item = &str>> {
        let plan = self.inputs.get(table)?;
        Some(plan.schema().fields().iter().map(|field| field.name().as_str()))
    }

    /// Every column name that may be meant by a name without table.
    fn columns(&self) -> impl Iterator<Item = &str> {
        let inputs = self.inputs.values().flat_map(|plan| plan.schema().fields());
        inputs.map(|field| field.name().as_str()).chain(self.named.iter().map(String::as_str))
    }

    fn tables(&self) -> impl Iterator<Item = &str> {
        self.queries.iter().chain(self.inputs.keys()).map(String::as_str)
    }
}

impl ast::Visitor for Known<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.queries.push(cte.alias.name.value.clone());
            self.named.extend(cte.alias.columns.iter().map(|column| column.name.value.clone()));
        }
        self.body(&query.body);
        if !query.locks.is_empty() {
            self.refuse("FOR UPDATE locks nothing here", "remove it");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &ast::TableFactor) -> ControlFlow<()> {
        match factor {
            ast::TableFactor::Table { name, args: None, alias, .. } => {
                self.alias(alias.as_ref(), single(name).map(|ident| ident.value.clone()));
            }
            ast::TableFactor::Derived { alias, .. } | ast::TableFactor::NestedJoin { alias, .. } => {
                self.alias(alias.as_ref(), None);
            }
            ast::TableFactor::UNNEST { alias, .. } => {
                self.open = true;
                self.alias(alias.as_ref(), None);
            }
            other => {
                let text: String = other.to_string().chars().take(60).collect();
                self.refuse(
                    format!("`{text}` cannot stand in FROM"),
                    "only the inputs of the node can; read files and tables with source nodes",
                );
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        match expr {
            ast::Expr::Lambda(lambda) => {
                self.named.extend(lambda.params.iter().map(|parameter| parameter.name.value.clone()));
            }
            ast::Expr::Function(call) if call.name.to_string().to_lowercase().starts_with("unnest") => {
                self.open = true;
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Known<'_> {
    fn body(&mut self, body: &ast::SetExpr) {
        match body {
            ast::SetExpr::Select(select) => {
                if select.into.is_some() {
                    self.refuse("SELECT INTO writes a table", "write with a destination node");
                }
                for item in &select.projection {
                    if let ast::SelectItem::ExprWithAlias { alias, .. } = item {
                        self.named.push(alias.value.clone());
                    }
                }
            }
            ast::SetExpr::SetOperation { left, right, .. } => {
                self.body(left);
                self.body(right);
            }
            ast::SetExpr::Values(_) => self.open = true,
            // Visited as a query of its own.
            ast::SetExpr::Query(_) => {}
            other => {
                let text = other.to_string();
                let verb = text.split_whitespace().next().unwrap_or_default().to_uppercase();
                self.refuse(format!("`{verb}` is not a query"), "write a SELECT");
            }
        }
    }
}

fn single(name: &ast::ObjectName) -> Option<&ast::Ident> {
    match name.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}

fn single_mut(name: &mut ast::ObjectName) -> Option<&mut ast::Ident> {
    match name.0.as_mut_slice() {
        [ast::ObjectNamePart::Identifier(ident)] => Some(ident),
        _ => None,
    }
}

struct Settler<'a> {
    known: Known<'a>,
    problems: Vec<Problem>,
    seen: HashSet<String>,
}

impl ast::VisitorMut for Settler<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &mut ast::ObjectName) -> ControlFlow<()> {
        let written = name.to_string();
        let Some(ident) = single_mut(name) else {
            self.report(
                Problem::new(self.known.path, format!("there is no input `{written}`"))
                    .hint("name an input of the node, without schema"),
            );
            return ControlFlow::Continue(());
        };
        let outcome = match find(&ident.value, ident.quote_style.is_some(), self.known.tables()) {
            Found::One(found) => Ok(found.to_owned()),
            Found::Several(names) => Err(several(&ident.value, &names, self.known.path)),
            Found::No => Err(Problem::new(self.known.path, format!("there is no input `{}`", ident.value))
                .maybe_hint(suggest::hint(&ident.value, "inputs", self.known.tables()))),
        };
        match outcome {
            Ok(found) => set(ident, found),
            Err(problem) => self.report(problem),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut ast::Select) -> ControlFlow<()> {
        for table in &mut select.from {
            self.joins(&mut table.joins);
        }
        for item in &mut select.projection {
            match item {
                ast::SelectItem::QualifiedWildcard(
                    ast::SelectItemQualifiedWildcardKind::ObjectName(name),
                    options,
                ) => {
                    if let Some(ident) = single_mut(name)
                        && let Some(found) = self.table(ident)
                    {
                        set(ident, found);
                    }
                    self.options(options);
                }
                ast::SelectItem::Wildcard(options) => self.options(options),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut ast::TableFactor) -> ControlFlow<()> {
        if let ast::TableFactor::NestedJoin { table_with_joins, .. } = factor {
            self.joins(&mut table_with_joins.joins);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
        match expr {
            ast::Expr::Identifier(ident) => self.column(ident),
            ast::Expr::CompoundIdentifier(idents) => self.compound(idents),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Settler<'_> {
    fn report(&mut self, problem: Problem) {
        if self.seen.insert(problem.message.clone()) {
            self.problems.push(problem);
        }
    }

    fn joins(&mut self, joins: &mut [ast::Join]) {
        use ast::JoinOperator as J;
        for join in joins {
            let (J::Join(constraint)
            | J::Inner(constraint)
            | J::Left(constraint)
            | J::LeftOuter(constraint)
            | J::Right(constraint)
            | J::RightOuter(constraint)
            | J::FullOuter(constraint)
            | J::Semi(constraint)
            | J::LeftSemi(constraint)
            | J::RightSemi(constraint)
            | J::Anti(constraint)
            | J::LeftAnti(constraint)
            | J::RightAnti(constraint)) = &mut join.join_operator
            else {
                continue;
            };
            if let ast::JoinConstraint::Using(columns) = constraint {
                for column in columns {
                    if let Some(ident) = single_mut(column) {
                        self.column(ident);
                    }
                }
            }
        }
    }

    fn options(&mut self, options: &mut ast::WildcardAdditionalOptions) {
        match &mut options.opt_exclude {
            Some(ast::ExcludeSelectItem::Single(name)) => {
                if let Some(ident) = single_mut(name) {
                    self.column(ident);
                }
            }
            Some(ast::ExcludeSelectItem::Multiple(names)) => {
                for name in names {
                    if let Some(ident) = single_mut(name) {
                        self.column(ident);
                    }
                }
            }
            None => {}
        }
        if let Some(except) = &mut options.opt_except {
            self.column(&mut except.first_element);
            except.additional_elements.iter_mut().for_each(|ident| self.column(ident));
        }
    }

    /// The table that a qualifier means.
    fn table(&self, ident: &ast::Ident) -> Option<String> {
        let aliases = self.known.aliases.iter().map(|(alias, _)| alias.as_str());
        match find(&ident.value, ident.quote_style.is_some(), aliases.chain(self.known.tables())) {
            Found::One(found) => Some(found.to_owned()),
            _ => None,
        }
    }

    fn column(&mut self, ident: &mut ast::Ident) {
        let quoted = ident.quote_style.is_some();
        match find(&ident.value, quoted, self.known.columns()) {
            Found::One(found) => {
                let found = found.to_owned();
                set(ident, found);
            }
            // Which of them is in scope, the planner may know.
            Found::Several(_) => {}
            Found::No if quoted || self.known.open || ident.value.starts_with('@') => {}
            Found::No => {
                let columns = self.known.columns();
                let problem = Problem::new(self.known.path, format!("there is no column `{}`", ident.value))
                    .maybe_hint(suggest::hint(&ident.value, "columns", columns));
                self.report(problem);
            }
        }
    }

    fn compound(&mut self, idents: &mut [ast::Ident]) {
        let [first, second, ..] = idents else { return };
        let Some(table) = self.table(first) else {
            // Perhaps a part of a column: `address.city`.
            if let Found::One(found) = find(&first.value, first.quote_style.is_some(), self.known.columns()) {
                let found = found.to_owned();
                set(first, found);
            } else if !self.known.open {
                let problem = Problem::new(self.known.path, format!("there is no input `{}`", first.value));
                let problem = problem.maybe_hint(suggest::hint(&first.value, "inputs", self.known.tables()));
                self.report(problem);
            }
            return;
        };
        set(first, table.clone());
        let quoted = second.quote_style.is_some();
        let aliased: Vec<&(String, Option<String>)> =
            self.known.aliases.iter().filter(|(alias, _)| *alias == table).collect();
        let source = match aliased[..] {
            [] => Some(table.clone()),
            [(_, source)] => source.as_ref().and_then(|source| {
                match find(source, false, self.known.inputs.keys().map(String::as_str)) {
                    Found::One(input) => Some(input.to_owned()),
                    _ => None,
                }
            }),
            // The same alias in several scopes.
            _ => None,
        };
        let is_query = |name: &str| self.known.queries.iter().any(|query| query == name);
        let source = source.filter(|source| !is_query(source));
        let Some(columns) = source.as_deref().and_then(|source| self.known.columns_of(source)) else {
            if let Found::One(found) = find(&second.value, quoted, self.known.columns()) {
                let found = found.to_owned();
                set(second, found);
            }
            return;
        };
        let columns: Vec<&str> = columns.collect();
        match find(&second.value, quoted, columns.iter().copied()) {
            Found::One(found) => {
                let found = found.to_owned();
                set(second, found);
            }
            Found::Several(names) => {
                let problem = several(&second.value, &names, self.known.path);
                self.report(problem);
            }
            Found::No => {
                let problem = Problem::new(
                    self.known.path,
                    format!("there is no column `{}` in `{table}`", second.value),
                )
                .maybe_hint(suggest::hint(&second.value, "columns", columns));
                self.report(problem);
            }
        }
    }
}

fn set(ident: &mut ast::Ident, name: String) {
    ident.value = name;
    ident.quote_style = Some('"');
}
