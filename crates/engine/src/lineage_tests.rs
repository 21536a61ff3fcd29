//! Lineage over the example of every transform, and through shared nodes and destinations.

use std::collections::HashMap;
use std::sync::Arc;

use towpath_model::scope::Scope;
use towpath_model::{Document, PipelineSpec};

use crate::cases::given_rows;
use crate::context::{MemoryQuarantine, RunShared};
use crate::graph::{Graph, compile};
use crate::lineage::{ColumnLineage, How, Lineage};
use crate::session::{Limits, session};
use crate::trial::{graph, people, workshop};

/// `total ← orders.amount*`: the star stands for computed.
fn shown(columns: &[ColumnLineage]) -> String {
    let one = |column: &ColumnLineage| {
        let origins = column.origins.iter().map(|origin| {
            let star = if origin.how == How::Computed { "*" } else { "" };
            format!("{}.{}{star}", origin.node, origin.column)
        });
        format!("{} ← {}", column.column, origins.collect::<Vec<_>>().join(" "))
    };
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The example of a transform, compiled with the rows of its first test.
pub(crate) async fn example(text: &str) -> Graph {
    let (spec, problems) = PipelineSpec::from_document(&Document::parse("e.yaml", text).unwrap());
    assert_eq!(problems, vec![]);
    let spec = spec.unwrap();
    let mut given = HashMap::new();
    for (node, rows) in &spec.tests[0].given {
        given.insert(node.clone(), given_rows(rows).unwrap());
    }
    let mut scope = Scope::new(".".as_ref(), |_| None);
    scope.params = towpath_model::params::settle(&spec.params, &Default::default()).unwrap_or_default();
    let shared = RunShared::new(Arc::new(MemoryQuarantine::default()));
    let state = session(shared.clone(), Limits::default()).unwrap();
    compile(spec, &workshop(&Default::default()), &scope, state, shared, given).await
}

#[tokio::test]
async fn the_lineage_of_every_transform_is_known() {
    let mut lines = Vec::new();
    for transform in crate::transforms::all() {
        let spec = transform.spec();
        let graph = example(spec.example).await;
        assert_eq!(graph.problems, vec![], "{}", spec.name);
        let lineage = Lineage::of(&graph);
        for (name, node) in &graph.nodes {
            for port in node.outputs.keys().filter(|_| !node.reads.is_empty()) {
                let columns = lineage.step(name, port).unwrap();
                for origin in columns.iter().flat_map(|column| &column.origins) {
                    let read = graph.nodes[&origin.node].schema(&origin.port).unwrap();
                    assert!(read.field_with_name(&origin.column).is_ok(), "{}: {origin:?}", spec.name);
                    assert!(node.reads.contains(&(origin.node.clone(), origin.port.clone())), "{origin:?}");
                }
                lines.push(format!("{}: {name}.{port}: {}", spec.name, shown(columns)));
            }
        }
    }
    let expected: Vec<&str> = include_str!("lineage_tests.txt").lines().collect();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn lineage_goes_through_shared_nodes_down_to_the_sources() {
    let nodes = "
  people: { source: memory, table: people }
  named: { transform: rename, from: people, columns: { name: called } }
  long: { transform: derive, from: named, columns: { length: character_length(called), one: '1' } }
  pairs: { transform: join, from: { left: named, right: long }, on: [id], kind: inner }
  counted:
    transform: sql
    from: { long: long }
    query: select l.length, count(*) as n, max(l.id) as latest from long l group by l.length
  load: { destination: memory, from: long, table: out }
  more: { destination: memory, from: counted, table: more, expect: [{ column: n, min: 1 }] }
";
    let (graph, _) = graph(&people(), nodes).await;
    assert_eq!(graph.problems, vec![]);
    let lineage = Lineage::of(&graph);
    let of = |node: &str, port: &str| shown(&lineage.from_sources(node, port).unwrap());
    assert_eq!(
        of("load", "in"),
        "id ← people.id, called ← people.name, length ← people.name*, one ← long.one"
    );
    assert_eq!(of("more", "in"), "length ← people.name*, n ← counted.n, latest ← people.id*");
    assert_eq!(
        shown(lineage.step("load", "in").unwrap()),
        "id ← long.id, called ← long.called, length ← long.length, one ← long.one"
    );
    assert_eq!(shown(lineage.step("people", "out").unwrap()), "id ← , name ← ");
}

#[tokio::test]
async fn queries_are_followed_through_unions_windows_and_subqueries() {
    let nodes = "
  people: { source: memory, table: people }
  others: { source: memory, table: people }
  all:
    transform: sql
    from: [people, others]
    query: |
      with both as (select id, name from people union all select id + 1, name from others)
      select b.id, upper(b.name) as upper,
             sum(b.id) over (partition by b.name order by b.id) as running,
             (select max(o.id) from others o) as highest,
             case when b.id in (select id from others) then b.name end as known
      from both b
      where b.name > 'a'
";
    let (graph, _) = graph(&people(), nodes).await;
    assert_eq!(graph.problems, vec![]);
    let lineage = Lineage::of(&graph);
    assert_eq!(
        shown(lineage.step("all", "out").unwrap()),
        "id ← others.id* people.id, upper ← others.name* people.name*, \
         running ← others.id* others.name* people.id* people.name*, highest ← others.id*, \
         known ← others.id* others.name* people.id* people.name*"
    );
}
