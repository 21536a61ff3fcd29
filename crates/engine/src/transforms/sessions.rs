//! Numbers sessions and the events in them, and tells each event what was under way.

use async_trait::async_trait;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::{Expr, lit, when};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Problem;
use towpath_model::problem::join;
use towpath_model::sql::SqlText;

use super::common::{OrProblem, Problems, col, new_name, one, out, project};
use super::timeline::{Order, Timeline, add, helper, is_true, micros, only_if, time_column, windows};
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Numbers sessions and the events in them, and tells each event what was under way.
///
/// Rows are looked at in the groups of `by`, in the order of time; events of the same moment keep the order of
/// `order_by`, or that in which they arrive. Every row stays and gains columns. A group is one session, unless `gap` or
/// `starts` cut it. What a session comes to is then a matter of `aggregate` by the same columns. Rows are sorted, on
/// disk when they do not fit in memory.
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
    /// A new session starts where nothing happened for more than so many seconds, for example `1800`.
    #[serde(default)]
    pub(super) gap: Option<f64>,
    /// A new session starts with the events that fulfil this condition, for example `event = 'login'`.
    #[serde(default)]
    pub(super) starts: Option<SqlText>,
    /// Column for the number of the session in its group, from 1, for example `session`. Needed with `gap` and `starts`.
    #[serde(default)]
    pub(super) session: Option<String>,
    /// Columns that number events within the session, from 1, each with the condition for its events, for example
    /// `{ piece: "event = 'Piece'" }`. The column is null in rows that do not fulfil it.
    #[serde(default)]
    pub(super) number: IndexMap<String, SqlText>,
    /// What was under way: columns of the latest event that fulfils a condition, the row itself included, for example
    /// `{ job: { when: "event = 'Job'", take: { reference: reference, job_at: at } } }`. Null before the first one.
    #[serde(default)]
    pub(super) under_way: IndexMap<String, UnderWay>,
}

/// Columns that rows take from the latest event of a kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnderWay {
    /// Condition for the events to take from, for example `event = 'Job'`.
    pub(super) when: SqlText,
    /// Columns to add, each with the column that it takes its values from, for example `{ job_reference: reference }`.
    pub(super) take: IndexMap<String, String>,
}

/// The transform.
#[derive(Debug)]
pub(super) struct Sessions;

#[async_trait]
impl TransformDef for Sessions {
    type Config = Config;
    const NAME: &'static str = "sessions";
    const TITLE: &'static str = "Sessions";
    const SUMMARY: &'static str =
        "Numbers sessions and the events in them, and tells each event what was under way.";
    const GROUP: &'static str = "compute";
    const TOGETHER: Option<&'static str> = Some("compares rows with each other");
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-sessions
nodes:
  events: { source: file, path: events.csv }
  numbered:
    transform: sessions
    from: events
    by: [machine]
    at: at
    gap: 3600
    session: session
    number: { piece: event = 'piece' }
    under_way: { job: { when: event = 'job', take: { job: name } } }
tests:
  - name: pieces are numbered anew in each session and know their job
    given:
      events:
        columns: { machine: text, at: timestamp, event: text, name: text }
        rows:
          - [a, 2025-06-12T08:00:00, piece, null]
          - [a, 2025-06-12T08:01:00, job, AX]
          - [a, 2025-06-12T08:02:00, piece, null]
          - [a, 2025-06-12T08:03:00, job, null]
          - [a, 2025-06-12T08:04:00, piece, null]
          - [a, 2025-06-12T10:00:00, piece, null]
          - [b, 2025-06-12T08:00:00, piece, null]
    expect:
      numbered:
        - { machine: a, at: 2025-06-12T08:00:00, session: 1, piece: 1, job: null }
        - { machine: a, at: 2025-06-12T08:01:00, session: 1, piece: null, job: AX }
        - { machine: a, at: 2025-06-12T08:02:00, session: 1, piece: 2, job: AX }
        - { machine: a, at: 2025-06-12T08:03:00, session: 1, piece: null, job: null }
        - { machine: a, at: 2025-06-12T08:04:00, session: 1, piece: 3, job: null }
        - { machine: a, at: 2025-06-12T10:00:00, session: 2, piece: 1, job: null }
        - { machine: b, at: 2025-06-12T08:00:00, session: 1, piece: 1, job: null }
";

    async fn plan(config: Config, inputs: Inputs, cx: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let before: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let mut problems = Problems::default();
        let settings = Settings::new(&config, &plan, cx);
        let settings = problems.take(settings);
        let order = Order { by: &config.by, at: &config.at, order_by: &config.order_by };
        let timeline = problems.take(Timeline::new(plan, &order));
        problems.none()?;
        let (Some(settings), Some((mut plan, mut timeline))) = (settings, timeline) else {
            return Err(Vec::new());
        };
        let data_type = time_column(plan.schema(), &config.at, "/at")?;

        let mut results: Vec<(String, Expr)> = Vec::new();
        if let Some(name) = &config.session {
            // A session starts at the first row of a group, and where the settings say so.
            let (at, last, session) = (helper("at", 0), helper("last", 0), helper("session", 0));
            plan = add(plan, vec![(at.clone(), micros(col(&config.at), &data_type))])?;
            plan = windows(plan, vec![(last.clone(), timeline.previous(col(&at))?)])?;
            let mut cuts = settings.starts.unwrap_or(lit(false)).or(lit(false));
            if let Some(gap) = config.gap {
                let gap = (gap * 1e6).round() as i64;
                cuts = cuts.or((col(&at) - col(&last)).gt(lit(gap)).is_true());
            }
            let first = helper("first", 0);
            plan = windows(plan, vec![(first.clone(), timeline.position()?)])?;
            let is_new =
                when(cuts.or(col(&first).eq(lit(1u64))), lit(1i64)).otherwise(lit(0i64)).or_problem("")?;
            plan = windows(plan, vec![(session.clone(), timeline.so_far(sum_udaf(), is_new)?)])?;
            timeline = timeline.within(&session);
            results.push((name.clone(), col(session)));
        }

        let mut counts = Vec::new();
        for (place, (_, condition)) in settings.numbers.iter().enumerate() {
            let counted = only_if(condition.clone(), lit(1i64))?;
            counts.push((helper("number", place), timeline.so_far(count_udaf(), counted)?));
        }
        for (place, (condition, _)) in settings.under_way.iter().enumerate() {
            let counted = only_if(condition.clone(), lit(1i64))?;
            counts.push((helper("way", place), timeline.so_far(count_udaf(), counted)?));
        }
        plan = windows(plan, counts)?;
        for (place, (name, condition)) in settings.numbers.into_iter().enumerate() {
            results.push((name, only_if(condition, col(helper("number", place)))?));
        }
        // The rows from one such event to the next are a series of their own, whose first row is the event.
        for (place, (_, take)) in settings.under_way.into_iter().enumerate() {
            let way = helper("way", place);
            let series = timeline.within(&way);
            let mut firsts = Vec::new();
            for (index, (name, column)) in take.into_iter().enumerate() {
                let first = helper(&format!("taken_{place}_"), index);
                firsts.push((first.clone(), series.first(column)?));
                results.push((name, only_if(col(&way).gt(lit(0i64)), col(first))?));
            }
            plan = windows(plan, firsts)?;
        }
        let results = results.into_iter().map(|(name, expr)| expr.alias(name));
        out(project(plan, before.into_iter().chain(results))?)
    }
}

/// The settings, planned.
struct Settings {
    starts: Option<Expr>,
    numbers: Vec<(String, Expr)>,
    under_way: Vec<(Expr, Vec<(String, Expr)>)>,
}

impl Settings {
    fn new(
        config: &Config,
        plan: &datafusion::logical_expr::LogicalPlan,
        cx: &PlanContext,
    ) -> Result<Self, Vec<Problem>> {
        let schema = plan.schema();
        let mut problems = Problems::default();
        let mut names: Vec<&str> = Vec::new();
        let cuts = config.gap.is_some() || config.starts.is_some();
        if cuts && config.session.is_none() {
            let text = "sessions need a column for their number";
            problems.push(Problem::new("/session", text).hint("name it, for example `session: session`"));
        }
        if config.gap.is_some_and(|gap| !(0.0..1e12).contains(&gap)) {
            problems.push(Problem::new("/gap", "a gap is a number of seconds that is not negative"));
        }
        let name = |name: &str, path: &str, problems: &mut Problems| {
            problems.take_one(new_name(schema, name, path));
        };
        let starts = config.starts.as_ref();
        let starts = starts.and_then(|sql| problems.take(cx.condition(sql, schema, "/starts")).map(is_true));
        if let Some(session) = &config.session {
            name(session, "/session", &mut problems);
            names.push(session);
        }
        let mut numbers = Vec::new();
        for (column, sql) in &config.number {
            let path = join("/number", column);
            name(column, &path, &mut problems);
            names.push(column);
            let condition = problems.take(cx.condition(sql, schema, &path));
            numbers.extend(condition.map(|condition| (column.clone(), is_true(condition))));
        }
        let mut under_way = Vec::new();
        for (what, settings) in &config.under_way {
            let path = join("/under_way", what);
            let condition = problems.take(cx.condition(&settings.when, schema, &format!("{path}/when")));
            let mut take = Vec::new();
            for (column, from) in &settings.take {
                let path = join(&format!("{path}/take"), column);
                name(column, &path, &mut problems);
                names.push(column);
                let from = problems.take_one(crate::expr::column(schema, from, &path));
                take.extend(from.map(|from| (column.clone(), Expr::Column(from))));
            }
            under_way.extend(condition.map(|condition| (is_true(condition), take)));
        }
        if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            problems.push(Problem::new("", format!("the column `{}` is made twice", twice.1)));
        }
        problems.none()?;
        Ok(Settings { starts, numbers, under_way })
    }
}
