//! Column lineage: from which columns of which nodes each column of a node comes, and how.
//!
//! Lineage is read off the logical plans. Every output port stands behind a meter, so a plan is walked from the top
//! down to the meters of other nodes; what lies between is what the node itself does. Following the nodes down to
//! the sources gives the lineage from source columns to target columns ([`Lineage::from_sources`]).
//!
//! A column depends on another by value when its values are made of it, and by selection when the other only decides
//! which rows there are or how they are grouped (filters, join keys, sort keys). Only the former is kept here: the
//! latter holds for all columns of a node alike.

use std::collections::BTreeMap;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, JoinType};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Subquery};
use indexmap::IndexMap;
use serde::Serialize;

use crate::graph::{Graph, Node};
use crate::meter::{Port, port_of};
use crate::share::SharedTable;

/// How a column comes from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its values are those of the other, as they are.
    Copied,
    /// Its values are computed from those of the other.
    Computed,
}

/// A column of a node, and how another comes from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// The node.
    pub node: String,
    /// Its output port.
    pub port: String,
    /// The column.
    pub column: String,
    /// How.
    pub how: How,
}

/// A column, and where it comes from. No origin: its values are made by the node itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnLineage {
    /// The column.
    pub column: String,
    /// Where it comes from, in alphabetical order.
    pub origins: Vec<Origin>,
}

/// The lineage of every port of every node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    ports: IndexMap<Port, Vec<ColumnLineage>>,
}

impl Lineage {
    /// Reads the lineage of a compiled pipeline.
    pub fn of(graph: &Graph) -> Lineage {
        let mut ports = IndexMap::new();
        for (name, node) in &graph.nodes {
            for (port, plan) in &node.outputs {
                let own = (name.clone(), port.clone());
                ports.insert(own.clone(), columns(&own, node, plan));
            }
        }
        Lineage { ports }
    }

    /// The columns of a port, and the columns of the nodes that it reads from which they come.
    pub fn step(&self, node: &str, port: &str) -> Option<&[ColumnLineage]> {
        self.ports.get(&(node.to_owned(), port.to_owned())).map(Vec::as_slice)
    }

    /// The columns of a port, and the columns of sources from which they come.
    pub fn from_sources(&self, node: &str, port: &str) -> Option<Vec<ColumnLineage>> {
        let columns = self.step(node, port)?;
        let traced = columns.iter().map(|column| {
            let mut found = BTreeMap::new();
            self.trace(&column.origins, How::Copied, &mut found);
            ColumnLineage { column: column.column.clone(), origins: origins(found) }
        });
        Some(traced.collect())
    }

    fn trace(&self, from: &[Origin], how: How, found: &mut Found) {
        for origin in from {
            let how = how.max(origin.how);
            let known = self.step(&origin.node, &origin.port).unwrap_or_default();
            match known.iter().find(|known| known.column == origin.column) {
                Some(known) if !known.origins.is_empty() => self.trace(&known.origins, how, found),
                _ => add(found, (origin.node.clone(), origin.port.clone(), origin.column.clone()), how),
            }
        }
    }
}

/// Node, port and column; the stronger way counts.
type Found = BTreeMap<(String, String, String), How>;

fn add(found: &mut Found, key: (String, String, String), how: How) {
    let known = found.entry(key).or_insert(how);
    *known = how.max(*known);
}

fn origins(found: Found) -> Vec<Origin> {
    found.into_iter().map(|((node, port, column), how)| Origin { node, port, column, how }).collect()
}

/// The columns of a port of a node, from the plan that the port gives.
fn columns(own: &Port, node: &Node, plan: &LogicalPlan) -> Vec<ColumnLineage> {
    let mut found = match node.reads.is_empty() {
        true => Vec::new(),
        false => flow(own, plan),
    };
    found.resize(plan.schema().fields().len(), Found::new());
    let names = plan.schema().fields().iter().map(|field| field.name().clone());
    names.zip(found).map(|(column, found)| ColumnLineage { column, origins: origins(found) }).collect()
}

/// The origins of each column of a plan; the plans of other nodes are where it ends.
fn flow(own: &Port, plan: &LogicalPlan) -> Vec<Found> {
    if let Some(port) = port_of(plan)
        && port != own
    {
        return plan.schema().fields().iter().map(|field| here(port, field.name())).collect();
    }
    let input = |index: usize| plan.inputs().get(index).map(|input| padded(own, input)).unwrap_or_default();
    match plan {
        LogicalPlan::Projection(projection) => computed(own, &projection.expr, plan),
        LogicalPlan::Aggregate(aggregate) => {
            let groups = datafusion::logical_expr::utils::grouping_set_to_exprlist(&aggregate.group_expr);
            let groups: Vec<Expr> = groups.unwrap_or_default().into_iter().cloned().collect();
            let mut found = computed(own, &groups, plan);
            // Grouping sets add a column of their own behind the groups.
            found.resize(plan.schema().fields().len() - aggregate.aggr_expr.len(), Found::new());
            found.extend(computed(own, &aggregate.aggr_expr, plan));
            found
        }
        LogicalPlan::Window(window) => {
            let mut found = input(0);
            found.extend(computed(own, &window.window_expr, plan));
            found
        }
        LogicalPlan::Distinct(Distinct::On(distinct)) => computed(own, &distinct.select_expr, plan),
        LogicalPlan::Join(join) => match join.join_type {
            JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => input(1),
            JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => input(0),
            _ => [input(0), input(1)].concat(),
        },
        LogicalPlan::Union(_) | LogicalPlan::RecursiveQuery(_) => {
            let mut found = input(0);
            for index in 1..plan.inputs().len() {
                for (column, more) in found.iter_mut().zip(input(index)) {
                    more.into_iter().for_each(|(origin, how)| add(column, origin, how));
                }
            }
            found
        }
        LogicalPlan::Unnest(unnest) => {
            let from = input(0);
            let of = |index: &usize| from.get(*index).cloned().unwrap_or_default();
            let unnested =
                |index: &usize| unnest.exec_columns.contains(&unnest.input.schema().columns()[*index]);
            let found = unnest.dependency_indices.iter().map(|index| match unnested(index) {
                true => strongest(of(index)),
                false => of(index),
            });
            found.collect()
        }
        LogicalPlan::TableScan(scan) => {
            let Ok(provider) = source_as_provider(&scan.source) else { return Vec::new() };
            match (provider.as_ref() as &dyn std::any::Any).downcast_ref::<SharedTable>() {
                Some(shared) => flow(own, shared.plan()),
                None => Vec::new(),
            }
        }
        LogicalPlan::Values(_) | LogicalPlan::EmptyRelation(_) => Vec::new(),
        // Filters, sorts, limits, aliases, and operators of this crate hand on the columns of their first input;
        // what stands behind these, they add.
        _ => input(0),
    }
}

fn here((node, port): &Port, column: &str) -> Found {
    Found::from([((node.clone(), port.clone(), column.to_owned()), How::Copied)])
}

/// The same origins, all of them computed from.
fn strongest(found: Found) -> Found {
    found.into_keys().map(|origin| (origin, How::Computed)).collect()
}

/// The origins of expressions over the inputs of a plan.
fn computed(own: &Port, exprs: &[Expr], plan: &LogicalPlan) -> Vec<Found> {
    let inputs = plan.inputs();
    let mut columns: Vec<(Column, Found)> = Vec::new();
    for input in inputs {
        columns.extend(input.schema().columns().into_iter().zip(padded(own, input)));
    }
    exprs.iter().map(|expr| of_expr(own, expr, &columns)).collect()
}

fn padded(own: &Port, plan: &LogicalPlan) -> Vec<Found> {
    let mut found = flow(own, plan);
    found.resize(plan.schema().fields().len(), Found::new());
    found
}

fn of_expr(own: &Port, expr: &Expr, columns: &[(Column, Found)]) -> Found {
    let of_column = |column: &Column| {
        let exact = columns.iter().find(|(known, _)| known == column);
        let by_name = || columns.iter().find(|(known, _)| known.name == column.name);
        exact.or_else(by_name).map(|(_, found)| found.clone()).unwrap_or_default()
    };
    match expr {
        Expr::Column(column) => return of_column(column),
        Expr::Alias(alias) => return of_expr(own, &alias.expr, columns),
        _ => {}
    }
    let mut all = Found::new();
    // Visiting never fails: the closure returns no error.
    let _ = expr.apply(|part| {
        let found = match part {
            Expr::Column(column) => of_column(column),
            Expr::ScalarSubquery(subquery) => first_of(own, subquery),
            Expr::InSubquery(list) => first_of(own, &list.subquery),
            _ => Found::new(),
        };
        found.into_keys().for_each(|origin| add(&mut all, origin, How::Computed));
        Ok(TreeNodeRecursion::Continue)
    });
    all
}

/// The origins of the only column of a subquery.
fn first_of(own: &Port, subquery: &Subquery) -> Found {
    padded(own, &subquery.subquery).into_iter().next().unwrap_or_default()
}
