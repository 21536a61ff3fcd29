//! What a transform is: typed for its author, erased for the graph.
//!
//! A transform has a config whose doc comments are its manual, named input ports and named output ports. Planning
//! turns one logical plan per input into one logical plan per output; nothing runs. Problems found while planning
//! point at the config field, so that all of them can be shown at once, in place.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use indexmap::IndexMap;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use towpath_model::Problem;

/// Name of the output port that a reference without port means.
pub const OUT: &str = "out";

/// Which inputs a transform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputPorts {
    /// Exactly one: `from: node`. The port is called `in`.
    One,
    /// Exactly these, by name: `from: { left: a, right: b }`, or a list in this order.
    Named(&'static [&'static str]),
    /// One or more: `from: [a, b]`, ports named after the nodes; or `from: { name: node }`.
    Many,
}

/// What happens to rows between input and output; decides how the difference in counts is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowEffect {
    /// Every row that is not quarantined goes on.
    Keeps,
    /// Every row of the first input that is not quarantined goes on; other inputs are only looked at.
    KeepsFirst,
    /// Missing rows are counted as filtered.
    Filters,
    /// Missing rows are counted as deduplicated.
    Deduplicates,
    /// Rows are made anew (aggregate, join, pivot): input and output counts stand side by side.
    Reshapes,
}

/// The plans that arrive at the input ports, in the order of the document.
pub type Inputs = IndexMap<String, LogicalPlan>;
/// The plans of the output ports.
pub type Outputs = IndexMap<String, LogicalPlan>;

/// What planning may use.
#[derive(Debug, Clone)]
pub struct PlanContext {
    /// Functions and settings of the run.
    pub state: SessionState,
    /// Name of the node, for operators that report to the run.
    pub node: String,
}

/// A transform as its author writes it.
#[async_trait]
pub trait TransformDef: Send + Sync + 'static {
    /// Settings; the doc comment of the type and of each field are the manual.
    type Config: DeserializeOwned + JsonSchema + Send;

    /// Name used in documents: a verb where one exists.
    const NAME: &'static str;
    /// Name for people.
    const TITLE: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// Group in menus: `clean`, `shape`, `combine`, `check` or `compute`.
    const GROUP: &'static str;
    /// A pipeline document whose `tests` show the transform at work; it is run as a test and shown in the manual.
    const EXAMPLE: &'static str;
    /// Input ports.
    const INPUTS: InputPorts = InputPorts::One;
    /// What happens to rows.
    const EFFECT: RowEffect = RowEffect::Keeps;
    /// What it does with all rows together, in words, where it always does: rows that were corrected cannot go through it
    /// without the others. What depends on the settings is found in the plan.
    const TOGETHER: Option<&'static str> = None;

    /// Output ports. More than one only where the config says so.
    fn outputs(_config: &Self::Config) -> Vec<String> {
        vec![OUT.to_owned()]
    }

    /// Plans the outputs. Paths of problems are JSON pointers relative to the node, for example `/by/0`.
    async fn plan(config: Self::Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>>;
}

/// A transform's description as data.
#[derive(Debug, Clone, Serialize)]
pub struct TransformSpec {
    /// Name used in documents.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Group in menus.
    pub group: &'static str,
    /// A document that shows it at work.
    pub example: &'static str,
    /// Input ports.
    pub inputs: InputPorts,
    /// What happens to rows.
    pub effect: RowEffect,
    /// See [`TransformDef::TOGETHER`].
    #[serde(skip)]
    pub together: Option<&'static str>,
    /// JSON Schema of the config.
    pub config: Value,
}

/// A transform as the graph sees it.
#[async_trait]
pub trait Transform: Send + Sync + fmt::Debug {
    /// Description and schema.
    fn spec(&self) -> &TransformSpec;
    /// See [`TransformDef::outputs`].
    fn outputs(&self, config: &Value) -> Result<Vec<String>, Vec<Problem>>;
    /// See [`TransformDef::plan`].
    async fn plan(&self, config: &Value, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>>;
}

struct Erased<D> {
    spec: TransformSpec,
    _definition: std::marker::PhantomData<fn() -> D>,
}

impl<D: TransformDef> fmt::Debug for Erased<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transform({})", D::NAME)
    }
}

/// Turns a definition into the form the graph uses.
pub fn erase<D: TransformDef>() -> Arc<dyn Transform> {
    Arc::new(Erased::<D> {
        spec: TransformSpec {
            name: D::NAME,
            title: D::TITLE,
            summary: D::SUMMARY,
            group: D::GROUP,
            example: D::EXAMPLE,
            inputs: D::INPUTS,
            effect: D::EFFECT,
            together: D::TOGETHER,
            config: schema_for!(D::Config).to_value(),
        },
        _definition: std::marker::PhantomData,
    })
}

fn parse<D: TransformDef>(config: &Value) -> Result<D::Config, Vec<Problem>> {
    serde::Deserialize::deserialize(config)
        .map_err(|error: serde_json::Error| vec![Problem::new("", format!("`{}`: {error}", D::NAME))])
}

#[async_trait]
impl<D: TransformDef> Transform for Erased<D> {
    fn spec(&self) -> &TransformSpec {
        &self.spec
    }

    fn outputs(&self, config: &Value) -> Result<Vec<String>, Vec<Problem>> {
        Ok(D::outputs(&parse::<D>(config)?))
    }

    async fn plan(&self, config: &Value, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        D::plan(parse::<D>(config)?, inputs, cx).await
    }
}
