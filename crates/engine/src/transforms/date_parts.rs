//! Takes dates apart.

use arrow::datatypes::{DataType, TimeUnit};
use async_trait::async_trait;
use datafusion::functions::expr_fn::date_part;
use datafusion::logical_expr::{Expr, lit};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_connect::types;
use towpath_model::Problem;

use super::common::{OrProblem, Problems, new_name, one, out, with_columns};
use crate::expr;
use crate::functions::convert::{Conversion, convert, is_zone};
use crate::functions::types::TypeName;
use crate::transform::{Inputs, Outputs, PlanContext, TransformDef};

/// Adds columns with parts of a date or time: the year, the week, the weekday and so on, as whole numbers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The column with dates or timestamps, for example `ordered_at`.
    pub(super) column: String,
    /// Parts to add, for example `[year, month]`.
    pub(super) parts: Vec<Part>,
    /// Start of the new names, for example `order_`. Without it, the column's name and `_`.
    #[serde(default)]
    pub(super) prefix: Option<String>,
    /// Time zone in which points in time are seen, for example `Europe/Brussels`. Without it `UTC`.
    #[serde(default)]
    pub(super) timezone: Option<String>,
}

/// A part of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// For example 2025.
    Year,
    /// 1 to 4.
    Quarter,
    /// 1 to 12.
    Month,
    /// 1 to 31.
    Day,
    /// 1 to 366.
    DayOfYear,
    /// 1 (Monday) to 7 (Sunday).
    Weekday,
    /// Week of the year by ISO 8601, 1 to 53.
    Week,
    /// The year that the week belongs to, by ISO 8601.
    WeekYear,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59.
    Second,
}

impl Part {
    /// Name of the column, and what the function calls it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Part::Year => ("year", "year"),
            Part::Quarter => ("quarter", "quarter"),
            Part::Month => ("month", "month"),
            Part::Day => ("day", "day"),
            Part::DayOfYear => ("day_of_year", "doy"),
            Part::Weekday => ("weekday", "isodow"),
            Part::Week => ("week", "week"),
            Part::WeekYear => ("week_year", "isoyear"),
            Part::Hour => ("hour", "hour"),
            Part::Minute => ("minute", "minute"),
            Part::Second => ("second", "second"),
        }
    }

    fn is_of_day(self) -> bool {
        matches!(self, Part::Hour | Part::Minute | Part::Second)
    }
}

/// The transform.
#[derive(Debug)]
pub(super) struct DateParts;

#[async_trait]
impl TransformDef for DateParts {
    type Config = Config;
    const NAME: &'static str = "date_parts";
    const TITLE: &'static str = "Date parts";
    const SUMMARY: &'static str = "Adds the year, week, weekday and other parts of a date as columns.";
    const GROUP: &'static str = "compute";
    const EXAMPLE: &'static str = r"
towpath: 1
name: example-date-parts
nodes:
  orders: { source: file, path: orders.csv }
  dated: { transform: date_parts, from: orders, column: day, parts: [year, week_year, week, weekday] }
tests:
  - name: the first days of a year may belong to the last week of the year before
    given:
      orders:
        columns: { day: date }
        rows: [[2025-12-31], [2023-01-01]]
    expect:
      dated:
        - { day: 2025-12-31, day_year: 2025, day_week_year: 2026, day_week: 1, day_weekday: 3 }
        - { day: 2023-01-01, day_year: 2023, day_week_year: 2022, day_week: 52, day_weekday: 7 }
";

    async fn plan(config: Config, inputs: Inputs, _: &PlanContext) -> Result<Outputs, Vec<Problem>> {
        let plan = one(inputs)?;
        let mut problems = Problems::default();
        if config.parts.is_empty() {
            problems.push(Problem::new("/parts", "name at least one part, for example `year`"));
        }
        if let Some(zone) = config.timezone.as_deref()
            && !is_zone(zone)
        {
            problems.push(
                Problem::new("/timezone", format!("there is no time zone `{zone}`"))
                    .hint("name a region and a city: `Europe/Brussels`"),
            );
        }
        let Some(column) = problems.take_one(expr::column(plan.schema(), &config.column, "/column")) else {
            return Err(problems.none().err().unwrap_or_default());
        };
        let field = plan.schema().field_with_unqualified_name(&column.name).or_problem("/column")?;
        let is_day = field.data_type() == &DataType::Date32;
        if !is_day && !matches!(field.data_type(), DataType::Timestamp(..)) {
            let message = format!("`{}` is {}, not a date or timestamp", column.name, types::describe(field));
            problems.push(Problem::new("/column", message).hint("`cast` it to a date first"));
        }
        let mut value = Expr::Column(column.clone());
        if matches!(field.data_type(), DataType::Timestamp(_, Some(_))) {
            let clock = DataType::Timestamp(TimeUnit::Microsecond, None);
            let to = TypeName { data_type: clock, logical: None };
            value = convert(Conversion { to, format: None, zone: config.timezone.clone() }, value);
        }
        let prefix = config.prefix.unwrap_or_else(|| format!("{}_", column.name));
        let mut columns = IndexMap::new();
        for (index, part) in config.parts.iter().enumerate() {
            let path = format!("/parts/{index}");
            let (name, function) = part.names();
            if is_day && part.is_of_day() {
                problems.push(Problem::new(&path, format!("`{}` is a date and has no {name}", column.name)));
            }
            let name = format!("{prefix}{name}");
            problems.take_one(new_name(plan.schema(), &name, &path));
            columns.insert(name, date_part(lit(function), value.clone()));
        }
        problems.none()?;
        out(with_columns(plan, columns)?)
    }
}
