//! A query over the inputs.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, out};
use crate::expr::query::unqualified;
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Runs one SELECT over any number of inputs, which are tables by their names.
///
/// The SQL is the same language as in expressions everywhere: joins, `WITH`, window functions, `UNION`, `EXISTS` and
/// subqueries work; names are found without regard to case. It reads nothing but its inputs. Text and numbers are
/// never compared in silence: convert one of them with `CAST`. A table named several times in the query is read
/// several times.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The query, for example `select customer_id, sum(amount) as total from orders group by customer_id`.
    pub(super) query: SqlText,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Sql;

#[async_trait]
impl TransformDef for Sql {
    type Config = Config;
    const NAME: &'static str = "sql";
    const TITLE: &'static str = "SQL";
    const SUMMARY: &'static str = "Runs a query over any number of inputs.";
    const GROUP: &'static str = "combine";
    const INPUTS: InputPorts = InputPorts::Many;
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-sql
nodes:
  orders: { source: file, path: orders.csv }
  people: { source: file, path: people.csv }
  spent:
    transform: sql
    from: { orders: orders, customers: people }
    query: |
      select c.name, sum(o.amount) as total
      from customers c
      left join orders o on o.customer_id = c.id
      group by c.name
      order by c.name
tests:
  - name: customers without orders stay
    given:
      orders: [{ customer_id: 1, amount: 10 }, { customer_id: 1, amount: 5 }]
      people: [{ id: 1, name: Ann }, { id: 2, name: Bob }]
    expect:
      spent: [{ name: Ann, total: 15 }, { name: Bob, total: null }]
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let mut tables = Inputs::new();
        for (name, plan) in inputs {
            tables.insert(name, unqualified(plan).or_problem("")?);
        }
        out(cx.query(&config.query, &tables, "/query")?)
    }
}
