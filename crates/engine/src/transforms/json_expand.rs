//! Takes values out of JSON text.

use async_trait::async_trait;
use datafusion::common::{Column, UnnestOptions};
use datafusion::functions::expr_fn::get_field;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;
use towpath_model::problem::join;

use super::common::{
    OnError, OrProblem, Planned, Problems, col, new_name, one, out, project, without_helpers,
};
use crate::expr;
use crate::functions::convert::{Conversion, convert};
use crate::functions::json::{IS_JSON, JsonPath, fields, is_list, items, value_name};
use crate::functions::types::TypeName;
use crate::reject::{HELPER, RejectRule, reject};
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Takes values out of JSON text into columns, and lists in it into rows.
///
/// A path names keys and positions: `address.city`, `lines[0].price`, `["odd key"]`. What is not there, or is null,
/// is missing. Text that is no JSON, and values that are not of the type asked for, send their rows to quarantine.
/// Objects and lists are taken as JSON text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The column with JSON text, for example `payload`.
    pub(super) column: String,
    /// Columns to make, for example `{ city: { path: address.city }, price: { path: price, type: "decimal(10,2)" } }`.
    pub(super) fields: IndexMap<String, Field>,
    /// Path of a list whose items become rows, for example `lines`; the paths of `fields` then start at the item. A
    /// row whose list is missing or empty stays one row, without values.
    #[serde(default)]
    pub(super) explode: Option<String>,
    /// Keeps the column with the JSON text.
    #[serde(default)]
    pub(super) keep_original: bool,
    /// What happens to a row that cannot be read.
    #[serde(default)]
    pub(super) on_error: OnError,
}

/// One value to take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// Where it stands, for example `address.city`. Empty is the whole.
    pub(super) path: String,
    /// Its type, for example `int64`; the types are those of `cast`.
    #[serde(rename = "type", default = "text")]
    pub(super) kind: String,
}

fn text() -> String {
    "text".to_owned()
}

/// The transform.
#[derive(Debug)]
pub(super) struct JsonExpand;

#[async_trait]
impl TransformDef for JsonExpand {
    type Config = Config;
    const NAME: &'static str = "json_expand";
    const TITLE: &'static str = "Expand JSON";
    const SUMMARY: &'static str = "Takes values out of JSON text into columns and rows.";
    const GROUP: &'static str = "shape";
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r#"
towpath: 1
name: example-json-expand
nodes:
  dump: { source: file, path: dump.ndjson }
  orders:
    transform: json_expand
    from: dump
    column: payload
    fields: { city: { path: to.city }, total: { path: total, type: "decimal(10,2)" } }
  lines:
    transform: json_expand
    from: dump
    column: payload
    explode: lines
    fields: { sku: { path: sku }, qty: { path: qty, type: int32 } }
tests:
  - name: values and lines
    given:
      dump:
        - { id: 1, payload: '{"to": {"city": "Oslo"}, "total": 12.5, "lines": [{"sku": "a", "qty": 2}, {"sku": "b"}]}' }
        - { id: 2, payload: '{"total": "many", "lines": []}' }
        - { id: 3, payload: 'not json' }
    expect:
      orders: [{ id: 1, city: Oslo, total: 12.5 }]
      lines:
        - { id: 1, sku: a, qty: 2 }
        - { id: 1, sku: b, qty: null }
        - { id: 2, sku: null, qty: null }
    quarantined: { orders: 2, lines: 1 }
"#;

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.fields.is_empty() {
            problems.push(Problem::new("/fields", "name at least one value to take"));
        }
        let column = problems.take_one(expr::column(plan.schema(), &config.column, "/column"));
        if let Some(column) = &column
            && let Ok(field) = plan.schema().field_with_unqualified_name(&column.name)
            && !field.data_type().is_string()
        {
            let message = format!("`{}` is {}, not JSON text", column.name, types::describe(field));
            problems.push(Problem::new("/column", message));
        }
        let path_of = |text: &str, place: &str| {
            JsonPath::parse(text).map_err(|reason| {
                Problem::new(place, reason).hint("write keys and positions: `address.city`, `lines[0].price`")
            })
        };
        let explode = config.explode.as_deref().and_then(|path| problems.take_one(path_of(path, "/explode")));
        let (mut paths, mut kinds) = (Vec::new(), Vec::new());
        for (name, field) in &config.fields {
            let place = join("/fields", name);
            let replaces =
                !config.keep_original && column.as_ref().is_some_and(|column| column.name == *name);
            if !replaces {
                problems.take_one(new_name(plan.schema(), name, &place));
            }
            let path = problems.take_one(path_of(&field.path, &format!("{place}/path")));
            let kind = problems.take_one(TypeName::parse(&field.kind, &format!("{place}/type")));
            paths.push(path.unwrap_or_default());
            kinds.push(kind);
        }
        problems.none()?;
        let Some(column) = column else { return out(plan) };

        let kept: Vec<String> = plan
            .schema()
            .fields()
            .iter()
            .filter(|field| config.keep_original || *field.name() != column.name)
            .map(|field| field.name().clone())
            .collect();
        let json = format!("{HELPER}json");
        let plan = match explode {
            Some(path) => exploded(plan, &column, path, &json, &config, cx)?,
            None => with_all(plan, [Expr::Column(column.clone()).alias(&json)])?,
        };

        let (read, converted) = (format!("{HELPER}read"), |index: usize| format!("{HELPER}value_{index}"));
        let plan = with_all(plan, [fields(paths, col(&json)).alias(&read)])?;
        let value = |index: usize| get_field(col(&read), value_name(index));
        let mut values = Vec::new();
        let not_json = get_field(col(&read), IS_JSON).is_false();
        let mut rules = vec![RejectRule {
            column: Some(column.name.clone()),
            reason: when(not_json, lit("is not JSON")).end().or_problem("")?,
        }];
        for (index, ((name, _), kind)) in config.fields.iter().zip(kinds).enumerate() {
            let Some(to) = kind else { continue };
            let reason = format!("the value for `{name}` does not convert to {}", to.describe());
            values.push(
                convert(Conversion { to, format: None, zone: None }, value(index)).alias(converted(index)),
            );
            let fails = value(index).is_not_null().and(col(converted(index)).is_null());
            rules.push(RejectRule {
                column: Some(column.name.clone()),
                reason: when(fails, lit(reason)).end().or_problem("")?,
            });
        }
        let plan = with_all(plan, values)?;
        let plan = reject(plan, &cx.node, rules, config.on_error.into());
        let results = config.fields.keys().enumerate().map(|(index, name)| col(converted(index)).alias(name));
        out(project(plan, kept.iter().map(col).chain(results))?)
    }
}

/// The plan with more columns at the end.
fn with_all(plan: LogicalPlan, more: impl IntoIterator<Item = Expr>) -> Planned<LogicalPlan> {
    let columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).chain(more).collect();
    project(plan, columns)
}

/// One row per item of a list in the JSON.
fn exploded(
    plan: LogicalPlan,
    column: &Column,
    path: JsonPath,
    json: &str,
    config: &Config,
    cx: &PlanContext,
) -> Planned<LogicalPlan> {
    let text = || Expr::Column(column.clone());
    let list = format!("{HELPER}is_list");
    let plan = with_all(plan, [is_list(path.clone(), text()).alias(&list)])?;
    let broken = text().is_not_null().and(col(&list).is_null());
    let shown = config.explode.as_deref().unwrap_or_default();
    let rules = vec![
        RejectRule {
            column: Some(column.name.clone()),
            reason: when(broken, lit("is not JSON")).end().or_problem("")?,
        },
        RejectRule {
            column: Some(column.name.clone()),
            reason: when(col(&list).is_false(), lit(format!("`{shown}` is not a list")))
                .end()
                .or_problem("")?,
        },
    ];
    let plan = without_helpers(reject(plan, &cx.node, rules, config.on_error.into()))?;
    let plan = with_all(plan, [items(path, text()).alias(json)])?;
    let options =
        UnnestOptions::new().with_null_handling(datafusion::common::NullHandling::PreserveAndExpandEmpty);
    LogicalPlanBuilder::new(plan)
        .unnest_columns_with_options(vec![Column::new_unqualified(json)], options)
        .and_then(LogicalPlanBuilder::build)
        .or_problem("/explode")
}
