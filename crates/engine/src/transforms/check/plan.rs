//! Expectations as a plan: columns that rows are judged by, and plans beside them.

use datafusion::common::{Column, JoinType};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit, when};
use towpath_model::incremental::seconds;
use towpath_model::problem::join;
use towpath_model::{Problem, suggest};

use super::super::common::{
    OrProblem, Planned, Problems, bare, col, comparable, out, project, without_helpers,
};
use super::super::keys::keys;
use super::super::validate::{Rule, mark_copies, rule};
use super::{Config, EqualSum, ExistsIn, Expectation, RowCount, beside, words};
use crate::checks::{self, Severity, Test};
use crate::expr;
use crate::ordinal::ORDINAL;
use crate::reject::HELPER;
use crate::transform::{Inputs, Outputs, PlanContext};

/// Plans a check.
pub(super) fn plan(config: &Config, inputs: Inputs, cx: &PlanContext) -> Planned<Outputs> {
    let Some(rows) = inputs.values().next() else {
        return Err(vec![Problem::new("/from", "name the node whose rows are checked")]);
    };
    let rows = bare(rows.clone())?;
    let mut found = Problems::default();
    if config.expect.is_empty() {
        found.push(Problem::new("/expect", "write at least one expectation"));
    }
    let mut planner = Planner {
        cx,
        inputs: &inputs,
        rows: rows.clone(),
        beside: Vec::new(),
        copies: Vec::new(),
        given: rows,
    };
    let mut expectations = Vec::new();
    for (index, expectation) in config.expect.iter().enumerate() {
        let planned = planner.expectation(expectation, index, &format!("/expect/{index}"));
        expectations.extend(found.take(planned));
    }
    found.none()?;

    let Planner { mut rows, beside, copies, .. } = planner;
    if !copies.is_empty() {
        rows = mark_copies(rows, copies)?;
        // Numbering the copies sorts the rows by their values; here the order of arrival comes back.
        rows = LogicalPlanBuilder::new(rows)
            .sort(vec![col(ORDINAL).sort(true, false)])
            .and_then(LogicalPlanBuilder::build)
            .or_problem("")?;
    }
    let has_helpers = rows.schema().fields().iter().any(|field| field.name().starts_with(HELPER));
    let checked = checks::check([vec![rows], beside].concat(), &cx.node, expectations);
    out(if has_helpers { without_helpers(checked)? } else { checked })
}

struct Planner<'a> {
    cx: &'a PlanContext,
    inputs: &'a Inputs,
    /// The rows as they come.
    given: LogicalPlan,
    /// The rows with the columns that they are judged by.
    rows: LogicalPlan,
    /// What is computed beside the rows.
    beside: Vec<LogicalPlan>,
    /// Columns whose copies must be numbered, each with the column for the number.
    copies: Vec<(Vec<Column>, String)>,
}

impl Planner<'_> {
    fn expectation(
        &mut self,
        written: &Expectation,
        index: usize,
        path: &str,
    ) -> Planned<checks::Expectation> {
        let of_column = words::of_column(written);
        let rules = [
            of_column.is_some(),
            !written.unique.is_empty(),
            written.exists_in.is_some(),
            written.row_count.is_some(),
            written.newest_within.is_some(),
            written.equal_sum.is_some(),
            written.expression.is_some(),
            written.query.is_some(),
        ];
        match rules.into_iter().filter(|rule| *rule).count() {
            0 => {
                let hint = "add `not_null`, `min`, `unique`, `row_count`, an `expression` or another rule";
                return Err(vec![Problem::new(path, "the expectation checks nothing").hint(hint)]);
            }
            1 => {}
            _ => {
                let hint = "write one expectation for each";
                return Err(vec![Problem::new(path, "the expectation has several rules").hint(hint)]);
            }
        }
        let of_rows = of_column.is_some() || written.exists_in.is_some() || written.expression.is_some();
        if written.severity == Severity::Quarantine && !of_rows && written.unique.is_empty() {
            let message = "only single rows can go to quarantine, and this is about all rows together";
            let hint = "choose `warn` or `fail`";
            return Err(vec![Problem::new(join(path, "severity"), message).hint(hint)]);
        }
        let (words, test) = if let Some(words) = of_column {
            self.of_column(written, &words, path)?
        } else if !written.unique.is_empty() {
            self.unique(written, index, path)?
        } else if let Some(exists) = &written.exists_in {
            self.exists_in(written, exists, index, path)?
        } else if let Some(count) = &written.row_count {
            self.row_count(count, &join(path, "row_count"))?
        } else if let Some(within) = &written.newest_within {
            self.newest(written, within, path)?
        } else if let Some(sum) = &written.equal_sum {
            self.equal_sum(written, sum, path)?
        } else {
            self.written_sql(written, path)?
        };
        Ok(checks::Expectation {
            words: written.message.clone().unwrap_or(words),
            severity: written.severity,
            test,
        })
    }

    /// The column that an expectation looks at.
    fn column(&self, written: &Expectation, path: &str) -> Planned<Column> {
        match &written.column {
            Some(name) => expr::column(self.given.schema(), name, &join(path, "column")).map_err(|p| vec![p]),
            None => Err(vec![Problem::new(path, "say which `column` is looked at")]),
        }
    }

    /// The rows of another input.
    fn other(&self, reference: &str, path: &str) -> Planned<LogicalPlan> {
        let found = self.inputs.get(reference).or_else(|| self.inputs.get(&reference.replace('.', "_")));
        match found {
            Some(plan) => bare(plan.clone()),
            None => {
                let known = self.inputs.keys().map(String::as_str);
                let problem = Problem::new(path, format!("there is no input `{reference}`"));
                Err(vec![problem.maybe_hint(suggest::hint(reference, "inputs", known))])
            }
        }
    }

    /// Notes a plan beside the rows, and gives its place among the inputs.
    fn beside(&mut self, plan: LogicalPlan) -> usize {
        self.beside.push(plan);
        self.beside.len()
    }

    fn of_column(&self, written: &Expectation, words: &str, path: &str) -> Planned<(String, Test)> {
        let column = self.column(written, path)?;
        let field = self.given.schema().field_with_unqualified_name(&column.name).or_problem(path)?;
        let rule = Rule {
            not_null: written.not_null,
            kind: written.kind,
            pattern: written.pattern.clone(),
            min: written.min.clone(),
            max: written.max.clone(),
            min_length: written.min_length,
            max_length: written.max_length,
            in_set: written.in_set.clone(),
            ..Rule::default()
        };
        let mut checks = rule::on_value(&rule, field, Expr::Column(column.clone()), path)?.into_iter();
        let Some((broken, reason)) = checks.next() else { return Err(Vec::new()) };
        let mut reasons = when(broken, lit(self.reason(written, reason)));
        for (broken, reason) in checks {
            reasons = reasons.when(broken, lit(self.reason(written, reason)));
        }
        let reason = reasons.end().or_problem(path)?;
        Ok((format!("{} {words}", column.name), Test::Row { shown: vec![column.name], reason }))
    }

    fn reason(&self, written: &Expectation, reason: String) -> String {
        written.message.clone().unwrap_or(reason)
    }

    fn unique(&mut self, written: &Expectation, index: usize, path: &str) -> Planned<(String, Test)> {
        let path = join(path, "unique");
        let columns = expr::columns(self.given.schema(), &written.unique, &path)?;
        comparable(self.given.schema(), &columns, &path)?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let words = format!("{} is unique", names.join(", "));
        if written.severity != Severity::Quarantine {
            let input = self.beside(beside::repeated(self.given.clone(), &columns)?);
            return Ok((words, Test::Nothing { input, what: "values that several rows have".to_owned() }));
        }
        let mark = format!("{HELPER}copy_{index}");
        let reason = self.reason(written, "another row has the same value".to_owned());
        let reason = when(col(&mark).gt(lit(1)), lit(reason)).end().or_problem(&path)?;
        self.copies.push((columns, mark));
        Ok((words, Test::Row { shown: names, reason }))
    }

    fn exists_in(
        &mut self,
        written: &Expectation,
        exists: &ExistsIn,
        index: usize,
        path: &str,
    ) -> Planned<(String, Test)> {
        let column = self.column(written, path)?;
        let other = self.other(&exists.node, &format!("{path}/exists_in/node"))?;
        let on = [format!("{} = {}", column.name, exists.column)];
        let at = format!("{path}/exists_in/column");
        let keys = keys(&on, self.given.schema(), other.schema(), &at).map_err(|problems| {
            problems.into_iter().map(|problem| Problem { path: at.clone(), ..problem }).collect::<Vec<_>>()
        })?;
        let key = keys.right().next().unwrap_or_default().to_owned();
        let (known, found) = (format!("{HELPER}known_{index}"), format!("{HELPER}found_{index}"));
        let table = beside::distinct(other, &key, &known)?;
        let table = project(table, [col(&known), lit(true).alias(&found)])?;
        let on = (vec![column.clone()], vec![Column::new_unqualified(&known)]);
        self.rows = LogicalPlanBuilder::new(self.rows.clone())
            .join(table, JoinType::Left, on, None)
            .and_then(LogicalPlanBuilder::build)
            .or_problem(path)?;
        let place = format!("{}.{}", exists.node, exists.column);
        let broken = Expr::Column(column.clone()).is_not_null().and(col(&found).is_null());
        let reason = self.reason(written, format!("is not in `{place}`"));
        let reason = when(broken, lit(reason)).end().or_problem(path)?;
        Ok((format!("{} is in {place}", column.name), Test::Row { shown: vec![column.name], reason }))
    }

    fn row_count(&mut self, count: &RowCount, path: &str) -> Planned<(String, Test)> {
        let (min, max) = (count.min, count.max);
        let Some(other) = &count.of else {
            if min.is_none() && max.is_none() {
                return Err(vec![Problem::new(path, "name `min` or `max`, or another node with `of`")]);
            }
            return Ok((words::of_rows(min, max), Test::Rows { min, max }));
        };
        if min.is_some() || max.is_some() {
            let hint = "write one expectation for each";
            return Err(vec![Problem::new(path, "`of` does not go with `min` and `max`").hint(hint)]);
        }
        if !(0.0..=1_000_000.0).contains(&count.within) {
            return Err(vec![Problem::new(
                join(path, "within"),
                "`within` is a percentage, for example `5`",
            )]);
        }
        let plan = self.other(other, &join(path, "of"))?;
        let input = self.beside(beside::count(plan)?);
        let within_ppm = (count.within * 10_000.0).round() as u64;
        let words = match within_ppm {
            0 => format!("as many rows as {other}"),
            _ => format!("as many rows as {other}, within {} %", count.within),
        };
        Ok((words, Test::RowsLike { input, within_ppm }))
    }

    fn newest(&self, written: &Expectation, within: &str, path: &str) -> Planned<(String, Test)> {
        let column = self.column(written, path)?;
        let field = self.given.schema().field_with_unqualified_name(&column.name).or_problem(path)?;
        if !beside::is_time(field.data_type()) {
            let message =
                format!("`{}` is {}, not a time", column.name, towpath_connect::types::describe(field));
            return Err(vec![
                Problem::new(join(path, "column"), message).hint("choose a date or a timestamp"),
            ]);
        }
        let Some(within_seconds) = seconds(within) else {
            let message = format!("`{within}` is no length of time");
            let hint = "write a number and a unit: `30d`, `12h` or `90m`";
            return Err(vec![Problem::new(join(path, "newest_within"), message).hint(hint)]);
        };
        let until_micros = match &written.until {
            None => None,
            Some(text) => match beside::instant(text) {
                Some(micros) => Some(micros),
                None => {
                    let hint = "write it like `2025-12-31T18:00:00Z`, or `${run.end}`";
                    let problem = Problem::new(join(path, "until"), format!("`{text}` is not a time"));
                    return Err(vec![problem.hint(hint)]);
                }
            },
        };
        let words = format!("newest {} is not older than {within}", column.name);
        Ok((words, Test::Newest { column: column.name, within_seconds, until_micros }))
    }

    fn equal_sum(&mut self, written: &Expectation, sum: &EqualSum, path: &str) -> Planned<(String, Test)> {
        let column = self.column(written, path)?;
        let at = path;
        let path = join(path, "equal_sum");
        let other = self.other(&sum.node, &join(&path, "node"))?;
        let name = sum.column.as_deref().unwrap_or(&column.name);
        let there = expr::column(other.schema(), name, &join(&path, "column")).map_err(|p| vec![p])?;
        let by = keys(&sum.by, self.given.schema(), other.schema(), &join(&path, "by"))?;
        let words = match sum.by.as_slice() {
            [] => format!("sum of {} is that of {}.{name}", column.name, sum.node),
            by => format!("sum of {} is that of {}.{name} by {}", column.name, sum.node, by.join(", ")),
        };
        let sides = beside::Sides { here: self.given.clone(), there: other };
        let plan = sides.unequal(self.cx, (&column, &there), &by, sum.tolerance, at)?;
        let input = self.beside(plan);
        Ok((words, Test::Nothing { input, what: "different sums".to_owned() }))
    }

    fn written_sql(&mut self, written: &Expectation, path: &str) -> Planned<(String, Test)> {
        let text = |sql: &towpath_model::sql::SqlText| {
            sql.render(|_| "…".to_owned()).0.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        if let Some(sql) = &written.expression {
            let condition = self.cx.condition(sql, self.given.schema(), &join(path, "expression"))?;
            let used = condition.column_refs();
            let names = self.given.schema().fields().iter().map(|field| field.name());
            let shown: Vec<String> =
                names.filter(|name| used.iter().any(|column| column.name == **name)).cloned().collect();
            let reason = self.reason(written, format!("`{}` does not hold", text(sql)));
            let reason = when(condition.is_false(), lit(reason)).end().or_problem(path)?;
            return Ok((text(sql), Test::Row { shown, reason }));
        }
        let Some(sql) = &written.query else { return Err(Vec::new()) };
        let mut tables = Inputs::new();
        tables.insert("rows".to_owned(), self.given.clone());
        for (name, plan) in self.inputs {
            tables.insert(name.clone(), bare(plan.clone())?);
        }
        for (index, name) in written.with.iter().enumerate() {
            self.other(name, &format!("{path}/with/{index}"))?;
        }
        let plan = self.cx.query(sql, &tables, &join(path, "query"))?;
        let input = self.beside(plan);
        Ok((
            format!("no rows: {}", text(sql)),
            Test::Nothing { input, what: "rows that should not be".to_owned() },
        ))
    }
}
