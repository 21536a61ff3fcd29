//! Cutting a table into ranges of the first column of its primary key.
//!
//! Whole numbers that lie close are cut by arithmetic, everything else by steps through the index. A range begins with
//! its first value and ends before the next range's; the first and the last are open, so that rows that come later
//! are in one of them too. A token names the table, the column and the two values.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};
use serde::{Deserialize, Serialize};
use towpath_connect::Chunk;
use towpath_model::Fault;

use super::catalog::Table;
use super::fault::Place;
use super::names::quote;
use super::types::ColumnType;

/// Tables with at most so many rows, as far as the server knows, are counted exactly.
const COUNTED: u64 = 1_000_000;

/// Numbers are close when there are at most so many possible ones for each row.
const CLOSE: u128 = 8;

/// A range of a table, as its token holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Range {
    table: String,
    /// First column of the primary key.
    column: String,
    /// Values of the column in this range are at least this one.
    from: Option<String>,
    /// Values of the column in this range come before this one.
    before: Option<String>,
}

/// How values of a column are written in tokens and bound in SQL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    Whole,
    Decimal,
    /// Text, and what the server reads from text.
    Text,
    /// Hexadecimal digits.
    Bytes,
}

/// Types whose order by index is the order of their comparison with a bound value.
fn form(column_type: &ColumnType) -> Option<Form> {
    Some(match column_type {
        ColumnType::Int { .. } => Form::Whole,
        // Wider ones do not survive the cast.
        ColumnType::Decimal { precision, scale, .. } if *scale <= 30 && precision - scale <= 35 => {
            Form::Decimal
        }
        ColumnType::Char(_)
        | ColumnType::Varchar(_)
        | ColumnType::Uuid
        | ColumnType::Date
        | ColumnType::DateTime(_)
        | ColumnType::Timestamp(_) => Form::Text,
        ColumnType::Binary(_) | ColumnType::Varbinary(_) => Form::Bytes,
        _ => return None,
    })
}

impl Form {
    /// The place of a bound value in SQL.
    fn sql(self) -> &'static str {
        match self {
            // Without the cast the server would compare floating-point numbers.
            Form::Decimal => "CAST(? AS DECIMAL(65,30))",
            _ => "?",
        }
    }

    /// The value to bind; `None` when the text is none of ours.
    fn value(self, text: &str) -> Option<Value> {
        Some(match self {
            Form::Whole => match text.parse::<i64>() {
                Ok(number) => Value::Int(number),
                Err(_) => Value::UInt(text.parse().ok()?),
            },
            Form::Decimal | Form::Text => Value::Bytes(text.as_bytes().to_vec()),
            Form::Bytes => {
                let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
                Value::Bytes((0..text.len()).step_by(2).map(digit).collect::<Option<_>>()?)
            }
        })
    }

    /// The text of a value as SQL.
    fn shown(self, column: &str) -> String {
        match self {
            Form::Bytes => format!("HEX({column})"),
            _ => format!("CAST({column} AS CHAR)"),
        }
    }
}

/// The first column of the primary key, when a table can be cut by it.
fn cut_column(table: &Table) -> Option<(String, Form)> {
    let name = table.primary_key().into_iter().next().filter(|_| !table.view)?;
    let form = form(&table.column(&name)?.column_type)?;
    Some((name, form))
}

/// Cuts a table into ranges of about `rows` rows; `None` when it has no key to cut it by.
pub(super) async fn split(
    conn: &mut Conn,
    place: &Place,
    table: &Table,
    rows: u64,
) -> Result<Option<Vec<Chunk>>, Fault> {
    let Some((column, form)) = cut_column(table) else { return Ok(None) };
    let cut = Cut { place, table: table.name.sql(), column: quote(&column), form, rows: rows.max(1) };
    let total = match table.rows {
        Some(rows) if rows > COUNTED => rows,
        _ => cut.count(conn).await?,
    };
    let borders = match cut.even_borders(conn, total).await? {
        Some(borders) => borders,
        None => cut.stepped_borders(conn).await?,
    };
    let range = |from: Option<&String>, before: Option<&String>| Range {
        table: table.name.to_string(),
        column: column.clone(),
        from: from.cloned(),
        before: before.cloned(),
    };
    let count = borders.len() + 1;
    let mut chunks = Vec::with_capacity(count);
    for place in 0..count {
        let from = place.checked_sub(1).and_then(|before| borders.get(before));
        let token = serde_json::to_string(&range(from, borders.get(place)))
            .map_err(|error| Fault::internal(format!("a range of keys: {error}")))?;
        chunks.push(Chunk { token, rows: Some(total / count as u64) });
    }
    Ok(Some(chunks))
}

/// A table that is being cut.
struct Cut<'a> {
    place: &'a Place,
    table: String,
    column: String,
    form: Form,
    rows: u64,
}

impl Cut<'_> {
    async fn count(&self, conn: &mut Conn) -> Result<u64, Fault> {
        let sql = format!("SELECT COUNT(*) FROM {}", self.table);
        let count: Option<u64> = conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        Ok(count.unwrap_or_default())
    }

    /// Borders at equal distances; `None` when the values are no whole numbers or lie far apart.
    async fn even_borders(&self, conn: &mut Conn, total: u64) -> Result<Option<Vec<String>>, Fault> {
        if self.form != Form::Whole {
            return Ok(None);
        }
        let Cut { table, column, .. } = self;
        let sql = format!("SELECT CAST(MIN({column}) AS CHAR), CAST(MAX({column}) AS CHAR) FROM {table}");
        let ends: Option<(Option<String>, Option<String>)> =
            conn.query_first(sql).await.map_err(|error| self.place.fault(error))?;
        let number = |text: Option<String>| text.and_then(|text| text.parse::<i128>().ok());
        let (first, last) = ends.unwrap_or_default();
        let (Some(first), Some(last)) = (number(first), number(last)) else { return Ok(Some(Vec::new())) };
        let width = last.abs_diff(first) + 1;
        if width > u128::from(total.max(1)) * CLOSE {
            return Ok(None);
        }
        let parts = u128::from(total.div_ceil(self.rows).max(1));
        let borders = (1..parts).map(|part| first + (width * part / parts).cast_signed());
        let mut borders: Vec<i128> = borders.filter(|border| *border > first).collect();
        borders.dedup();
        Ok(Some(borders.into_iter().map(|border| border.to_string()).collect()))
    }

    /// Borders after every so many rows, found by walking through the index. Rows with the same value stay together.
    async fn stepped_borders(&self, conn: &mut Conn) -> Result<Vec<String>, Fault> {
        let Cut { table, column, form, rows, .. } = self;
        let mut borders: Vec<String> = Vec::new();
        let shown = form.shown(column);
        let mut from: Option<Value> = None;
        loop {
            let (condition, skipped, params) = match from.take() {
                None => (String::new(), *rows, Vec::new()),
                Some(value) => (format!(" WHERE {column} > {}", form.sql()), rows - 1, vec![value]),
            };
            let sql =
                format!("SELECT {shown} FROM {table}{condition} ORDER BY {column} LIMIT 1 OFFSET {skipped}");
            let found: Option<Option<String>> =
                conn.exec_first(sql, params).await.map_err(|error| self.place.fault(error))?;
            let Some(border) = found.flatten() else { return Ok(borders) };
            from = Some(form.value(&border).ok_or_else(|| unreadable(&border))?);
            borders.push(border);
        }
    }
}

fn unreadable(text: &str) -> Fault {
    Fault::data(format!("`{text}` is no value that a range of keys can begin with"))
        .hint("the chunks of the load were written by something else; start a new run")
}

impl Range {
    /// Reads a token.
    pub(super) fn parse(chunk: &Chunk) -> Result<Range, Fault> {
        serde_json::from_str(&chunk.token).map_err(|_| unreadable(&chunk.token))
    }

    /// The condition of the range, and its values.
    pub(super) fn condition(&self, table: &Table) -> Result<(Vec<String>, Vec<Value>), Fault> {
        let form = self.check(table)?;
        let (mut conditions, mut values) = (Vec::new(), Vec::new());
        for (operator, border) in [(">=", &self.from), ("<", &self.before)] {
            if let Some(border) = border {
                conditions.push(format!("{} {operator} {}", quote(&self.column), form.sql()));
                values.push(form.value(border).ok_or_else(|| unreadable(border))?);
            }
        }
        Ok((conditions, values))
    }

    /// Whether the table can still be read by this range.
    pub(super) fn check(&self, table: &Table) -> Result<Form, Fault> {
        match cut_column(table) {
            Some((column, form)) if column == self.column && table.name.to_string() == self.table => Ok(form),
            _ => Err(Fault::data(format!(
                "table `{}` is no longer the one that was cut into chunks: column `{}` of `{}` is not the first of \
                 its primary key",
                table.name.table, self.column, self.table
            ))
            .hint("start a new run, which cuts the table anew")),
        }
    }
}
