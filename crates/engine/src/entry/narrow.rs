//! Narrows the plans of destinations to the rows that enter.
//!
//! Going on with some rows alone gives what the whole would give only where every row is treated by itself: where rows are
//! counted, compared or numbered, the answer would be about the few. Such a plan is refused, with the node that does it. One
//! exception: where copies of a key are taken out, and every destination behind recognises rows by their key, copies cannot
//! do harm.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{EmptyRelation, Join, LogicalPlan, LogicalPlanBuilder};
use towpath_model::Fault;
use towpath_model::pipeline::Role;

use super::{ENTRY, whole};
use crate::checks;
use crate::fault::from_datafusion;
use crate::graph::Graph;
use crate::meter::port_of;
use crate::share::SharedTable;
use crate::transform::RowEffect;

/// Narrows a graph whose rows enter at `node`: only what they pass is left of it, and what that looks at.
pub(crate) fn narrow(graph: &mut Graph, node: &str) -> Result<(), Fault> {
    let keyed = graph.destinations().iter().all(|(name, _)| graph.landing(name).0.needs_key());
    let drops_copies = graph.nodes.iter().filter(|(_, node)| keyed && node.effect == RowEffect::Deduplicates);
    let mut walk = Walk {
        drops_copies: drops_copies.map(|(name, _)| name.clone()).collect(),
        seen: HashSet::from([node.to_owned()]),
        shared: HashMap::new(),
    };
    let names: Vec<String> = graph.destinations().iter().map(|(name, _)| (*name).to_owned()).collect();
    for name in names {
        walk.seen.insert(name.clone());
        let Some(destination) = graph.nodes.get_mut(&name) else { continue };
        for plan in destination.outputs.values_mut() {
            *plan = walk.plan(plan, &name)?.ok_or_else(|| {
                Fault::config(format!("the rows of `{node}` do not come to `{name}` as rows"))
            })?;
        }
    }
    let seen = walk.seen;
    graph.nodes.retain(|name, _| seen.contains(name));
    graph.spec.nodes.retain(|name, spec| spec.role != Role::Destination || seen.contains(name));
    Ok(())
}

struct Walk {
    /// Nodes that may take out copies.
    drops_copies: HashSet<String>,
    /// Nodes that run.
    seen: HashSet<String>,
    /// What is left of ports that are computed once for several readers.
    shared: HashMap<String, Option<LogicalPlan>>,
}

impl Walk {
    /// What is left of a plan at a node; none when no row comes here that enters.
    fn plan(&mut self, plan: &LogicalPlan, at: &str) -> Result<Option<LogicalPlan>, Fault> {
        let at = match port_of(plan) {
            Some((node, _)) if node != ENTRY => node.as_str(),
            _ => at,
        };
        if let LogicalPlan::TableScan(scan) = plan {
            if scan.table_name.table() == ENTRY {
                return Ok(Some(plan.clone()));
            }
            return self.scan(plan, at);
        }
        let (mut hidden, mut beside) = (Vec::new(), Vec::new());
        plan.apply_subqueries(|subquery| {
            hidden.extend(subquery.inputs().into_iter().cloned());
            Ok(TreeNodeRecursion::Continue)
        })
        .map_err(from_datafusion)?;
        for subquery in hidden {
            if self.plan(&subquery, at)?.is_some() {
                return Err(whole(at, "looks the rows up in a subquery"));
            }
            beside.push(subquery);
        }
        let inputs: Vec<Option<LogicalPlan>> =
            plan.inputs().into_iter().map(|input| self.plan(input, at)).collect::<Result<_, _>>()?;
        if inputs.iter().all(Option::is_none) {
            return Ok(None);
        }
        self.seen.insert(at.to_owned());
        self.allow(plan, &inputs, at)?;
        if let Some(rows) = checks::each_row(plan, &inputs) {
            return Ok(Some(rows));
        }
        let is_union = matches!(plan, LogicalPlan::Union(_));
        if !is_union {
            let others = plan.inputs().into_iter().zip(&inputs).filter(|(_, narrowed)| narrowed.is_none());
            beside.extend(others.map(|(input, _)| input.clone()));
        }
        beside.iter().try_for_each(|plan| self.look_at(plan))?;
        let mut inputs = inputs.into_iter();
        let replaced = plan.clone().map_children(|child| {
            Ok(match inputs.next().flatten() {
                Some(narrowed) => Transformed::yes(narrowed),
                // Those rows are in place already.
                None if is_union => Transformed::yes(LogicalPlan::EmptyRelation(EmptyRelation {
                    produce_one_row: false,
                    schema: Arc::clone(child.schema()),
                })),
                None => Transformed::no(child),
            })
        });
        let replaced: Result<_, DataFusionError> = replaced;
        Ok(Some(replaced.map_err(from_datafusion)?.data))
    }

    /// Notes the nodes behind a plan that is only looked at.
    fn look_at(&mut self, plan: &LogicalPlan) -> Result<(), Fault> {
        let (seen, mut shared) = (&mut self.seen, Vec::new());
        plan.apply_with_subqueries(|plan| {
            if let Some((node, _)) = port_of(plan) {
                seen.insert(node.clone());
            }
            if let LogicalPlan::TableScan(scan) = plan {
                let provider = source_as_provider(&scan.source)?;
                let table = (provider.as_ref() as &dyn std::any::Any).downcast_ref::<SharedTable>();
                shared.extend(table.map(|table| table.plan().clone()));
            }
            Ok(TreeNodeRecursion::Continue)
        })
        .map_err(from_datafusion)?;
        shared.iter().try_for_each(|plan| self.look_at(plan))
    }

    fn scan(&mut self, plan: &LogicalPlan, at: &str) -> Result<Option<LogicalPlan>, Fault> {
        let LogicalPlan::TableScan(scan) = plan else { return Ok(None) };
        let provider = source_as_provider(&scan.source).map_err(from_datafusion)?;
        let Some(table) = (provider.as_ref() as &dyn std::any::Any).downcast_ref::<SharedTable>() else {
            return Ok(None);
        };
        let name = table.name().to_owned();
        if let Some(known) = self.shared.get(&name) {
            return Ok(known.clone());
        }
        let narrowed = match self.plan(table.plan(), at)? {
            None => None,
            Some(narrowed) => {
                let table = Arc::new(SharedTable::new(name.clone(), narrowed));
                let scanned =
                    LogicalPlanBuilder::scan(scan.table_name.clone(), provider_as_source(table), None);
                Some(scanned.and_then(LogicalPlanBuilder::build).map_err(from_datafusion)?)
            }
        };
        self.shared.insert(name, narrowed.clone());
        Ok(narrowed)
    }

    /// Whether a step treats every row that enters by itself.
    fn allow(&self, plan: &LogicalPlan, inputs: &[Option<LogicalPlan>], at: &str) -> Result<(), Fault> {
        match plan {
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::Repartition(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::Extension(_) => Ok(()),
            LogicalPlan::Sort(sort) if sort.fetch.is_none() => Ok(()),
            LogicalPlan::Join(join) => joins(join, inputs, at),
            _ if self.drops_copies.contains(at) => Ok(()),
            LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => Err(whole(at, "puts rows together")),
            LogicalPlan::Limit(_) | LogicalPlan::Sort(_) => Err(whole(at, "takes so many of all rows")),
            _ => Err(whole(at, "compares rows with each other")),
        }
    }
}

fn joins(join: &Join, inputs: &[Option<LogicalPlan>], at: &str) -> Result<(), Fault> {
    use JoinType::{Inner, Left, LeftAnti, LeftMark, LeftSemi, Right, RightAnti, RightMark, RightSemi};
    let fits = match (inputs.first(), inputs.get(1)) {
        (Some(Some(_)), Some(None)) => {
            matches!(join.join_type, Inner | Left | LeftSemi | LeftAnti | LeftMark)
        }
        (Some(None), Some(Some(_))) => {
            matches!(join.join_type, Inner | Right | RightSemi | RightAnti | RightMark)
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(whole(at, "joins the rows so that others change with them")) }
}

#[cfg(test)]
mod tests {
    use datafusion::common::TableReference;

    use super::*;

    /// A plan whose rows all enter.
    fn entered(plan: &LogicalPlan) -> LogicalPlan {
        let renamed = plan.clone().transform_up(|plan| {
            Ok(match plan {
                LogicalPlan::TableScan(mut scan) => {
                    scan.table_name = TableReference::bare(ENTRY);
                    Transformed::yes(LogicalPlan::TableScan(scan))
                }
                other => Transformed::no(other),
            })
        });
        renamed.unwrap().data
    }

    /// What is said of a kind before there is a plan has to be what every plan of that kind says.
    #[tokio::test]
    async fn a_kind_that_is_said_to_need_all_rows_always_does() {
        let mut said = Vec::new();
        for transform in crate::transforms::all() {
            let spec = transform.spec();
            if spec.together.is_none() {
                continue;
            }
            let graph = crate::lineage_tests::example(spec.example).await;
            let (name, _) = graph.spec.nodes.iter().find(|(_, node)| node.kind == spec.name).unwrap();
            for plan in graph.nodes[name].outputs.values() {
                let mut walk =
                    Walk { drops_copies: HashSet::new(), seen: HashSet::new(), shared: HashMap::new() };
                let refused = walk.plan(&entered(plan), name).unwrap_err();
                assert!(refused.message().contains("these rows alone"), "{}: {refused}", spec.name);
            }
            said.push(spec.name);
        }
        assert_eq!(said, ["aggregate", "cover", "intervals", "limit", "pivot", "sessions", "window"]);
    }
}
