//! Makes spans of time out of events.

use async_trait::async_trait;
use datafusion::common::{Column, ScalarValue, UnnestOptions};
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Planned, Problems, col, one, out, project};
use super::timeline::{
    Order, Timeline, add, helper, is_true, keep, micros, micros_of, only_if, seconds, time, time_column,
    windows,
};
use crate::expr;
use crate::ordinal::ORDINAL;
use crate::transform::{Inputs, Outputs, PlanContext, RowEffect, TransformDef};

/// Makes spans of time out of events: from one event to another, as long as an event says, or where nothing happened.
///
/// Rows are looked at in the groups of `by`, in the order of time; events of the same moment keep the order of
/// `order_by`, or that in which they arrive. Each interval is a row with the columns of `by` and with `kind`,
/// `start_at`, `end_at`, `seconds` and `is_open`. Intervals may overlap; the transform `cover` settles that. Rows without
/// a time are passed over, and so are intervals that do not last. Rows are sorted, on disk when they do not fit in memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Columns that make a group, for example `[machine, day]`. Without it, all rows are one group.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// Column with the time of the event, for example `at`.
    pub(super) at: String,
    /// Columns that say which of several events of the same moment came first, for example `[line_number]`.
    #[serde(default)]
    pub(super) order_by: Vec<String>,
    /// The kinds of intervals, each by one of three rules, for example
    /// `{ stop: { start: "event = 'MachineStop'", end: "event = 'MachineStart'" }, wait: { when: "event = 'MachineWait'",
    /// seconds: seconds }, pause: { when: "event = 'Piece'", longer_than: 300 } }`.
    pub(super) kinds: IndexMap<String, Kind>,
}

/// How intervals of a kind are found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    /// Condition for the events that an interval starts with; needs `end`.
    #[serde(default)]
    pub(super) start: Option<SqlText>,
    /// Condition for the events that an interval ends with. An event that is both ends one interval and starts the next.
    #[serde(default)]
    pub(super) end: Option<SqlText>,
    /// Which event counts when several start before one ends. Default `first`.
    #[serde(default)]
    pub(super) repeated: Repeated,
    /// What happens to an interval that no event ends. Default `close`.
    #[serde(default)]
    pub(super) open: Open,
    /// Condition for the events that `seconds` or `longer_than` looks at. Without it, all of them.
    #[serde(default)]
    pub(super) when: Option<SqlText>,
    /// How long the interval lasts that starts with the event, for example `seconds` or `minutes * 60`.
    #[serde(default)]
    pub(super) seconds: Option<SqlText>,
    /// The interval between two events, when it lasts longer than so many seconds, for example `300`.
    #[serde(default)]
    pub(super) longer_than: Option<f64>,
}

/// Which of several starts counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Repeated {
    /// The first: it started then, and a second event says nothing new.
    #[default]
    First,
    /// The last: an earlier one without an end counts as a mistake.
    Last,
}

/// What happens to an interval that no event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Open {
    /// It ends with the last event of the group, and `is_open` is true.
    #[default]
    Close,
    /// It is left out.
    Drop,
}

/// The rule of a kind, planned.
enum Rule {
    Pair { start: Expr, end: Expr, repeated: Repeated, open: Open },
    Lasting { when: Expr, micros: Expr },
    Gap { when: Expr, micros: i64 },
}

/// One interval that a row may give: start and end in microseconds, and whether it is open. Null where it gives none.
struct Found {
    start: Expr,
    end: Expr,
    is_open: Expr,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Intervals;

#[async_trait]
impl TransformDef for Intervals {
    type Config = Config;
    const NAME: &'static str = "intervals";
    const TITLE: &'static str = "Intervals";
    const SUMMARY: &'static str = "Makes spans of time out of events.";
    const GROUP: &'static str = "compute";
    const TOGETHER: Option<&'static str> = Some("compares rows with each other");
    const EFFECT: RowEffect = RowEffect::Reshapes;
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-intervals
nodes:
  events: { source: file, path: events.csv }
  intervals:
    transform: intervals
    from: events
    by: [machine]
    at: at
    kinds:
      stop: { start: event = 'stop', end: event = 'start' }
      wait: { when: event = 'wait', seconds: seconds }
      pause: { when: event = 'piece', longer_than: 3600 }
tests:
  - name: stops between events, waits as long as they say, pauses where nothing happened
    given:
      events:
        columns: { machine: text, at: timestamp, event: text, seconds: float64 }
        rows:
          - [a, 2025-06-12T08:00:00, piece, null]
          - [a, 2025-06-12T08:30:00, stop, null]
          - [a, 2025-06-12T08:40:00, stop, null]
          - [a, 2025-06-12T09:00:00, start, null]
          - [a, 2025-06-12T09:30:00, piece, null]
          - [a, 2025-06-12T09:31:00, wait, 12.5]
          - [a, 2025-06-12T10:00:00, stop, null]
          - [a, 2025-06-12T10:05:00, other, null]
    expect:
      intervals:
        - { machine: a, kind: stop, start_at: 2025-06-12T08:30:00, seconds: 1800, is_open: false }
        - { machine: a, kind: pause, start_at: 2025-06-12T08:00:00, seconds: 5400, is_open: false }
        - { machine: a, kind: wait, start_at: 2025-06-12T09:31:00, seconds: 12.5, is_open: false }
        - { machine: a, kind: stop, start_at: 2025-06-12T10:00:00, seconds: 300, is_open: true }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.kinds.is_empty() {
            problems.push(Problem::new("/kinds", "name at least one kind of interval and its rule"));
        }
        let by = problems.take(expr::columns(plan.schema(), &config.by, "/by")).unwrap_or_default();
        for name in by.iter().map(|column| column.name.as_str()) {
            if ["kind", "start_at", "end_at", "seconds", "is_open"].contains(&name) {
                let text = format!("`{name}` cannot be in `by`: the result has a column of that name");
                problems.push(Problem::new("/by", text).hint("rename it before"));
            }
        }
        let mut rules = Vec::new();
        for (name, kind) in &config.kinds {
            let rule = rule(kind, &join("/kinds", name), plan.schema(), cx);
            rules.extend(problems.take(rule).map(|rule| (name.clone(), rule)));
        }
        let order = Order { by: &config.by, at: &config.at, order_by: &config.order_by };
        let timeline = problems.take(Timeline::new(plan, &order));
        problems.none()?;
        let Some((plan, timeline)) = timeline else { return Err(Vec::new()) };
        let data_type = time_column(plan.schema(), &config.at, "/at")?;

        let at = helper("at", 0);
        let mut plan = add(
            keep(plan, col(&config.at).is_not_null())?,
            [(at.clone(), micros(col(&config.at), &data_type))]
                .into_iter()
                .chain(rules.iter().enumerate().flat_map(|(place, (_, rule))| marks(place, rule)))
                .collect(),
        )?;
        let has_pairs = rules.iter().any(|(_, rule)| matches!(rule, Rule::Pair { .. }));
        let (position, next) = (helper("position", 0), helper("next", 0));
        if has_pairs {
            let first =
                vec![(position.clone(), timeline.position()?), (next.clone(), timeline.next(col(ORDINAL))?)];
            plan = windows(plan, first)?;
        }
        let steps = Steps { timeline: &timeline, at: &at, position: &position, next: &next };
        let (mut second, mut third, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (_, rule)) in rules.iter().enumerate() {
            found.push(steps.find(place, rule, &mut second, &mut third)?);
        }
        plan = windows(windows(plan, second)?, third)?;

        // One row may end intervals of several kinds: each becomes a row.
        let names: Vec<Expr> = rules.iter().map(|(name, _)| lit(name.as_str())).collect();
        let some = found.iter().map(|found| found.end.clone().is_not_null()).reduce(Expr::or);
        plan = keep(plan, some.unwrap_or(lit(false)))?;
        let columns = [
            ("kind", names),
            ("start", found.iter().map(|found| found.start.clone()).collect()),
            ("end", found.iter().map(|found| found.end.clone()).collect()),
            ("open", found.iter().map(|found| found.is_open.clone()).collect()),
        ];
        let lists: Vec<String> = columns.iter().map(|(name, _)| helper(name, 0)).collect();
        let lists_of =
            columns.into_iter().zip(&lists).map(|((_, values), name)| make_array(values).alias(name));
        let by: Vec<Expr> = by.into_iter().map(Expr::Column).collect();
        plan = project(plan, by.clone().into_iter().chain(lists_of))?;
        let unnested = lists.iter().map(Column::new_unqualified).collect();
        plan = LogicalPlanBuilder::new(plan)
            .unnest_columns_with_options(unnested, UnnestOptions::new())
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?;
        let (kind, start, end, open) = (col(&lists[0]), col(&lists[1]), col(&lists[2]), col(&lists[3]));
        plan = keep(plan, start.clone().lt(end.clone()))?;
        out(project(
            plan,
            by.into_iter().chain([
                kind.alias("kind"),
                time(start.clone(), &data_type).alias("start_at"),
                time(end.clone(), &data_type).alias("end_at"),
                seconds(end - start).alias("seconds"),
                open.alias("is_open"),
            ]),
        )?)
    }
}

/// Plans the rule of a kind.
fn rule(kind: &Kind, path: &str, schema: &datafusion::common::DFSchema, cx: &PlanContext) -> Planned<Rule> {
    let condition = |sql: &SqlText, key: &str| cx.condition(sql, schema, &join(path, key)).map(is_true);
    let when = || kind.when.as_ref().map_or(Ok(lit(true)), |sql| condition(sql, "when"));
    match (&kind.start, &kind.end, &kind.seconds, kind.longer_than) {
        (Some(start), Some(end), None, None) if kind.when.is_none() => {
            let mut problems = Problems::default();
            let start = problems.take(condition(start, "start"));
            let end = problems.take(condition(end, "end"));
            problems.none()?;
            let (Some(start), Some(end)) = (start, end) else { return Err(Vec::new()) };
            Ok(Rule::Pair { start, end, repeated: kind.repeated, open: kind.open })
        }
        (None, None, Some(sql), None) => {
            let path = join(path, "seconds");
            let value = cx.expr(sql, schema, &path)?;
            let field = cx.field(&value, schema, &path)?;
            if !field.data_type().is_numeric() {
                return Err(vec![Problem::new(
                    path,
                    "how long an interval lasts must be a number of seconds",
                )]);
            }
            Ok(Rule::Lasting { when: when()?, micros: micros_of(value) })
        }
        (None, None, None, Some(longer)) if (0.0..1e12).contains(&longer) => {
            Ok(Rule::Gap { when: when()?, micros: (longer * 1e6).round() as i64 })
        }
        _ => Err(vec![
            Problem::new(
                path,
                "the rule of an interval is `start` and `end`, or `seconds`, or `longer_than`",
            )
            .hint("give one of the three; `when` goes with the last two"),
        ]),
    }
}

fn mark(name: &str, place: usize) -> String {
    helper(&format!("{name}_"), place)
}

/// What the rows say about a kind, before rows are looked at together.
fn marks(place: usize, rule: &Rule) -> Vec<(String, Expr)> {
    match rule {
        Rule::Pair { start, end, .. } => {
            vec![(mark("start", place), start.clone()), (mark("end", place), end.clone())]
        }
        Rule::Lasting { when, micros } => {
            vec![(mark("when", place), when.clone()), (mark("micros", place), micros.clone())]
        }
        Rule::Gap { when, .. } => vec![(mark("when", place), when.clone())],
    }
}

/// The columns that rules are computed from.
struct Steps<'a> {
    timeline: &'a Timeline,
    at: &'a str,
    position: &'a str,
    next: &'a str,
}

impl Steps<'_> {
    /// The interval that a row ends, or starts when it lasts by itself; adds the windows that are needed for it.
    fn find(
        &self,
        place: usize,
        rule: &Rule,
        second: &mut Vec<(String, Expr)>,
        third: &mut Vec<(String, Expr)>,
    ) -> Planned<Found> {
        let at = || col(self.at);
        let null = || lit(ScalarValue::Int64(None));
        match rule {
            Rule::Lasting { .. } => {
                let length = col(mark("micros", place));
                let is_there = col(mark("when", place)).and(length.clone().gt(lit(0i64)));
                Ok(Found {
                    start: only_if(is_there.clone(), at())?,
                    end: only_if(is_there, at() + length)?,
                    is_open: lit(false),
                })
            }
            Rule::Gap { micros, .. } => {
                let (when_, last) = (col(mark("when", place)), mark("last", place));
                let seen = only_if(when_.clone(), at())?;
                second.push((last.clone(), self.timeline.before(max_udaf(), seen)?));
                let is_there = when_.and((at() - col(&last)).gt(lit(*micros)));
                Ok(Found {
                    start: only_if(is_there.clone(), col(&last))?,
                    end: only_if(is_there, at())?,
                    is_open: lit(false),
                })
            }
            Rule::Pair { repeated, open, .. } => {
                let (start, end) = (col(mark("start", place)), col(mark("end", place)));
                let (starts, ends) = (mark("starts", place), mark("ends", place));
                let position = || col(self.position);
                second.push((starts.clone(), self.before_of(&start, position())?));
                second.push((ends.clone(), self.before_of(&end, position())?));
                // A row that is both ends one interval before it starts the next, so equal places mean open.
                let is_running =
                    col(&starts).is_not_null().and(col(&ends).is_null().or(col(&starts).gt_eq(col(&ends))));
                let opens = match repeated {
                    Repeated::First => start.clone().and(end.clone().or(!is_running.clone())),
                    Repeated::Last => start.clone(),
                };
                let since = mark("since", place);
                third.push((since.clone(), self.before_of(&opens, at())?));
                let closes = is_running.clone().and(end.clone());
                let is_last = col(self.next).is_null();
                let renewed = match repeated {
                    Repeated::First => lit(false),
                    Repeated::Last => start,
                };
                let left_open = match open {
                    Open::Close => is_last.and(is_running).and(!end.clone()).and(!renewed),
                    Open::Drop => lit(false),
                };
                let is_there = closes.or(left_open.clone());
                Ok(Found {
                    start: when(is_there.clone(), col(&since)).otherwise(null()).or_problem("")?,
                    end: when(is_there, at()).otherwise(null()).or_problem("")?,
                    is_open: left_open,
                })
            }
        }
    }

    /// The latest value among the rows before that fulfil a condition; values grow with time.
    fn before_of(&self, condition: &Expr, value: Expr) -> Planned<Expr> {
        self.timeline.before(max_udaf(), only_if(condition.clone(), value)?)
    }
}
