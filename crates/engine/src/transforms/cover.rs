//! Covers windows of time with intervals, so that every moment counts once.

use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::common::{Column, ScalarValue, UnnestOptions};
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, lit, when};
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types::describe_type;
use towpath_model::Problem;

use super::common::{OrProblem, Planned, Problems, bare, col, comparable, named, out, project};
use super::timeline::{Timeline, helper, keep, micros, seconds, time, time_column, windows};
use crate::expr;
use crate::transform::{InputPorts, Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Covers windows of time with intervals, so that every moment of a window counts once and nothing outside counts.
///
/// Intervals are clipped to the windows of their group. Where several overlap, the kind that `priority` names first has
/// the moment; where there is none, `rest` has it. Touching pieces of one kind are one. So the seconds of the pieces of a
/// window add up to the length of the window, whatever the intervals are. A window that does not last gives no row.
/// Rows are sorted, on disk when they do not fit in memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that intervals and windows have in common, for example `[machine, day]`. Without it, all are one group.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// Columns of the intervals with their start and end. Default `[start_at, end_at]`.
    #[serde(default = "bounds")]
    pub(super) interval: [String; 2],
    /// Column of the intervals with their kind. Default `kind`.
    #[serde(default = "kind")]
    pub(super) kind: String,
    /// Columns of the windows with their start and end, for example `[first_piece, last_piece]`. Default `[start_at,
    /// end_at]`. A group may have several windows; where they overlap they are one.
    #[serde(default = "bounds")]
    pub(super) window: [String; 2],
    /// The kinds, the one that wins first, for example `[stop, wait]`. Intervals of other kinds are not looked at.
    pub(super) priority: Vec<String>,
    /// The kind of the moments that no interval covers, for example `production`. Without it, they give no rows.
    #[serde(default)]
    pub(super) rest: Option<String>,
}

fn bounds() -> [String; 2] {
    ["start_at".into(), "end_at".into()]
}

fn kind() -> String {
    "kind".into()
}

/// The transform.
#[derive(Debug)]
pub(super) struct Cover;

#[async_trait]
impl TransformDef for Cover {
    type Config = Config;
    const NAME: &'static str = "cover";
    const TITLE: &'static str = "Cover";
    const SUMMARY: &'static str = "Covers windows of time with intervals, so that every moment counts once.";
    const GROUP: &'static str = "compute";
    const TOGETHER: Option<&'static str> = Some("puts rows together");
    const INPUTS: InputPorts = InputPorts::Named(&["intervals", "windows"]);
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-cover
nodes:
  found: { source: file, path: intervals.csv }
  shifts: { source: file, path: shifts.csv }
  covered:
    transform: cover
    from: { intervals: found, windows: shifts }
    by: [machine]
    priority: [stop, wait]
    rest: production
tests:
  - name: what overlaps counts once, and what lies outside does not count
    given:
      found:
        columns: { machine: text, kind: text, start_at: timestamp, end_at: timestamp }
        rows:
          - [a, wait, 2025-06-12T07:50:00, 2025-06-12T08:10:00]
          - [a, wait, 2025-06-12T08:20:00, 2025-06-12T08:40:00]
          - [a, stop, 2025-06-12T08:30:00, 2025-06-12T08:50:00]
          - [a, stop, 2025-06-12T08:45:00, 2025-06-12T09:30:00]
      shifts:
        columns: { machine: text, start_at: timestamp, end_at: timestamp }
        rows:
          - [a, 2025-06-12T08:00:00, 2025-06-12T09:00:00]
          - [b, 2025-06-12T08:00:00, 2025-06-12T08:00:10]
    expect:
      covered:
        - { machine: a, kind: wait, start_at: 2025-06-12T08:00:00, seconds: 600 }
        - { machine: a, kind: production, start_at: 2025-06-12T08:10:00, seconds: 600 }
        - { machine: a, kind: wait, start_at: 2025-06-12T08:20:00, seconds: 600 }
        - { machine: a, kind: stop, start_at: 2025-06-12T08:30:00, seconds: 1800 }
        - { machine: b, kind: production, start_at: 2025-06-12T08:00:00, seconds: 10 }
";

    async fn plan(config: Config, mut inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let mut problems = Problems::default();
        let found = problems.take(named(&mut inputs, "intervals"));
        let shifts = problems.take(named(&mut inputs, "windows"));
        problems.none()?;
        let (Some(found), Some(shifts)) = (found, shifts) else { return Err(Vec::new()) };
        let data_type = check(&config, &found, &shifts)?;

        // Every interval and window is two steps: one up where it starts, one down where it ends.
        let by: Vec<Expr> = config.by.iter().map(col).collect();
        let names = Names::new();
        let (mut of_interval, mut of_window) =
            (vec![(names.up(None), lit(0i64))], vec![(names.up(None), lit(1i64))]);
        for (place, kind) in config.priority.iter().enumerate() {
            let is_kind = col(&config.kind).eq(lit(kind.as_str()));
            let up = when(is_kind, lit(1i64)).otherwise(lit(0i64)).or_problem("")?;
            of_interval.push((names.up(Some(place)), up));
            of_window.push((names.up(Some(place)), lit(0i64)));
        }
        let known = config.priority.iter().map(|kind| lit(kind.as_str())).collect();
        let found = keep(found, col(&config.kind).in_list(known, false))?;
        let intervals = names.steps(found, &by, &config.interval, &data_type, of_interval)?;
        let shifts = names.steps(shifts, &by, &config.window, &data_type, of_window)?;
        let plan = LogicalPlanBuilder::new(intervals).union(shifts).and_then(LogicalPlanBuilder::build);
        let plan = bare(plan.or_problem("/by")?)?;

        // From one step to the next, the sums of the steps say what is going on.
        let timeline = Timeline::plain(by.clone(), vec![col(&names.at).sort(true, false)]);
        let mut sums = vec![
            (names.until.clone(), timeline.next(col(&names.at))?),
            (names.open(None), timeline.so_far(sum_udaf(), col(names.up(None)))?),
        ];
        for place in 0..config.priority.len() {
            sums.push((names.open(Some(place)), timeline.so_far(sum_udaf(), col(names.up(Some(place))))?));
        }
        let plan = windows(plan, sums)?;
        let lasts = col(&names.at).lt(col(&names.until)).and(col(names.open(None)).gt(lit(0i64)));
        let rest = config.rest.as_deref().map_or(lit(ScalarValue::Utf8(None)), lit);
        let mut kind = rest;
        for (place, name) in config.priority.iter().enumerate().rev() {
            kind = when(col(names.open(Some(place))).gt(lit(0i64)), lit(name.as_str()))
                .otherwise(kind)
                .or_problem("")?;
        }
        let pieces = project(
            keep(plan, lasts)?,
            by.iter().cloned().chain([
                kind.alias("kind"),
                col(&names.at).alias(&names.at),
                col(&names.until).alias(&names.until),
            ]),
        )?;
        out(merged(pieces, &by, &names, &data_type)?)
    }
}

/// Checks the settings against the inputs; answers the type of the times.
fn check(config: &Config, intervals: &LogicalPlan, shifts: &LogicalPlan) -> Planned<DataType> {
    let mut problems = Problems::default();
    let mut types = Vec::new();
    for (plan, bounds, path) in
        [(intervals, &config.interval, "/interval"), (shifts, &config.window, "/window")]
    {
        let by = problems.take(expr::columns(plan.schema(), &config.by, "/by")).unwrap_or_default();
        problems.take(comparable(plan.schema(), &by, "/by"));
        for (place, name) in bounds.iter().enumerate() {
            types.extend(problems.take(time_column(plan.schema(), name, &format!("{path}/{place}"))));
        }
    }
    problems.take_one(expr::column(intervals.schema(), &config.kind, "/kind"));
    if config.priority.is_empty() {
        problems.push(Problem::new("/priority", "name at least one kind of interval"));
    }
    for (place, name) in config.priority.iter().enumerate() {
        if config.priority[..place].contains(name) || config.rest.as_ref() == Some(name) {
            problems.push(Problem::new(format!("/priority/{place}"), format!("`{name}` is named twice")));
        }
    }
    for (place, name) in config.by.iter().enumerate() {
        if ["kind", "start_at", "end_at", "seconds"].contains(&name.as_str()) {
            let text = format!("`{name}` cannot be in `by`: the result has a column of that name");
            problems.push(Problem::new(format!("/by/{place}"), text).hint("rename it before"));
        }
        let of = |plan: &LogicalPlan| col(name).get_type(plan.schema()).ok();
        if let (Some(one), Some(other)) = (of(intervals), of(shifts))
            && one != other
        {
            let text = format!(
                "`{name}` is of type {} in the intervals and of type {} in the windows",
                describe_type(&one),
                describe_type(&other)
            );
            problems.push(Problem::new(format!("/by/{place}"), text).hint("cast one of them before"));
        }
    }
    if types.windows(2).any(|pair| pair[0] != pair[1]) {
        problems.push(
            Problem::new("/interval", "some of the times have a time zone and some have none")
                .hint("cast those of one input before"),
        );
    }
    problems.none()?;
    types.pop().ok_or_else(Vec::new)
}

/// Pieces that touch and are of one kind, as one.
fn merged(pieces: LogicalPlan, by: &[Expr], names: &Names, data_type: &DataType) -> Planned<LogicalPlan> {
    let timeline = Timeline::plain(by.to_vec(), vec![col(&names.at).sort(true, false)]);
    let (kind_before, end_before) = (helper("kind_before", 0), helper("end_before", 0));
    let before = vec![
        (kind_before.clone(), timeline.previous(col("kind"))?),
        (end_before.clone(), timeline.previous(col(&names.until))?),
    ];
    let plan = windows(keep(pieces, col("kind").is_not_null())?, before)?;
    let goes_on = col(&kind_before).eq(col("kind")).and(col(&end_before).eq(col(&names.at))).is_true();
    let starts = when(goes_on, lit(0i64)).otherwise(lit(1i64)).or_problem("")?;
    let island = helper("island", 0);
    let plan = windows(plan, vec![(island.clone(), timeline.so_far(sum_udaf(), starts)?)])?;
    let groups = by.iter().cloned().chain([col("kind"), col(&island)]);
    let bounds = [min(col(&names.at)).alias(&names.at), max(col(&names.until)).alias(&names.until)];
    let plan = LogicalPlanBuilder::new(plan)
        .aggregate(groups, bounds)
        .and_then(LogicalPlanBuilder::build)
        .or_problem("")?;
    let (start, end) = (col(&names.at), col(&names.until));
    project(
        plan,
        by.iter().cloned().chain([
            col("kind"),
            time(start.clone(), data_type).alias("start_at"),
            time(end.clone(), data_type).alias("end_at"),
            seconds(end - start).alias("seconds"),
        ]),
    )
}

/// The columns that the plan adds for itself.
struct Names {
    at: String,
    until: String,
}

impl Names {
    fn new() -> Self {
        Names { at: helper("at", 0), until: helper("until", 0) }
    }

    /// The column with the steps of a kind, or of the windows.
    fn up(&self, kind: Option<usize>) -> String {
        kind.map_or_else(|| helper("window_up", 0), |place| helper("up", place))
    }

    /// The column with what is going on of a kind, or of the windows.
    fn open(&self, kind: Option<usize>) -> String {
        kind.map_or_else(|| helper("window_open", 0), |place| helper("open", place))
    }

    /// The two steps of every row, one where it starts and one where it ends. `ups` are the steps up; those down are
    /// the same with the other sign.
    fn steps(
        &self,
        plan: LogicalPlan,
        by: &[Expr],
        bounds: &[String; 2],
        data_type: &DataType,
        ups: Vec<(String, Expr)>,
    ) -> Planned<LogicalPlan> {
        let plan = keep(plan, col(&bounds[0]).lt(col(&bounds[1])))?;
        let times = make_array(bounds.iter().map(|bound| micros(col(bound), data_type)).collect());
        let direction = helper("direction", 0);
        let directions = make_array(vec![lit(1i64), lit(-1i64)]);
        let lists = [times.alias(&self.at), directions.alias(&direction)];
        let names: Vec<String> = ups.iter().map(|(name, _)| name.clone()).collect();
        let ups = ups.into_iter().map(|(name, up)| up.alias(name));
        let plan = project(plan, by.iter().cloned().chain(lists).chain(ups))?;
        let unnested = [&self.at, &direction].map(Column::new_unqualified).to_vec();
        let plan = LogicalPlanBuilder::new(plan)
            .unnest_columns_with_options(unnested, UnnestOptions::new())
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?;
        let signed = names.into_iter().map(|name| (col(&name) * col(&direction)).alias(name));
        project(plan, by.iter().cloned().chain([col(&self.at)]).chain(signed))
    }
}
