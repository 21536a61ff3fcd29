//! Another declared type for a column of a table that exists.
//!
//! SQLite has no statement for it. A declared type is a part of the table's definition, which is text in
//! `sqlite_schema`: it is changed there, and values whose form depends on the type are written again, all inside the
//! transaction of the load.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use towpath_model::Fault;

use super::columns::PlanColumn;
use super::fault::{explain, refused};
use super::session::{Database, quoted};
use super::stage::TARGET;
use super::types::{Declared, declared, has_numeric_affinity};

/// Gives a column the declared type that the plan wants.
pub(super) fn retype(
    database: &Database,
    connection: &Connection,
    table: &str,
    column: &PlanColumn,
) -> Result<(), Fault> {
    let fail = |error| explain(database, error);
    let definition: String = connection
        .query_row(
            &format!(
                "SELECT sql FROM {TARGET}.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE"
            ),
            [table],
            |row| row.get(0),
        )
        .map_err(fail)?;
    let changed = with_type(&definition, &column.name, &column.type_name).ok_or_else(|| {
        Fault::contract(format!("column `{}` of table `{table}` cannot be widened", column.name))
            .hint("change the type by hand, or set the contract for types to `discard_row`")
    })?;
    let version: i64 = connection
        .query_row(&format!("PRAGMA {TARGET}.schema_version"), [], |row| row.get(0))
        .map_err(fail)?;
    let write = || -> rusqlite::Result<()> {
        connection.execute_batch("PRAGMA writable_schema = ON")?;
        connection.execute(
            &format!(
                "UPDATE {TARGET}.sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2 COLLATE NOCASE"
            ),
            params![changed, table],
        )?;
        // Other connections read the definitions again when the version is another one.
        connection.execute_batch(&format!(
            "PRAGMA {TARGET}.schema_version = {}; PRAGMA writable_schema = RESET",
            version + 1
        ))
    };
    let written = write();
    // Off again in any case; the transaction takes the change back when it failed.
    let _ = connection.execute_batch("PRAGMA writable_schema = OFF");
    written.map_err(fail)?;
    rewrite(database, connection, table, column)
}

/// Writes values again whose form depends on the declared type.
fn rewrite(
    database: &Database,
    connection: &Connection,
    table: &str,
    column: &PlanColumn,
) -> Result<(), Fault> {
    let name = quoted(&column.name);
    let was = column.widens.as_deref().unwrap_or_default();
    let (value, condition) = match (declared(Some(was)), declared(Some(&column.type_name))) {
        (Declared::Date, _) => (format!("{name} || ' 00:00:00'"), format!("length({name}) = 10")),
        // Decimals as text have all digits of their scale, in the form in which a load writes them.
        (_, Declared::Decimal(_, scale)) if !has_numeric_affinity(&column.type_name) => {
            let zeros = if scale > 0 {
                format!(".{}", "0".repeat(scale.unsigned_abs().into()))
            } else {
                String::new()
            };
            let number = format!(
                "CASE typeof({name}) WHEN 'integer' THEN CAST({name} AS TEXT) || '{zeros}' \
                 WHEN 'real' THEN printf('%.{scale}f', {name}) ELSE {} END",
                padded(&name, was, scale)
            );
            (number, format!("{name} IS NOT NULL"))
        }
        (_, Declared::NumericText) => (format!("CAST({name} AS TEXT)"), format!("typeof({name}) <> 'text'")),
        _ => return Ok(()),
    };
    // What the rows say stays the same, so triggers have nothing to notice.
    let triggers = |enabled| {
        let set = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, enabled);
        set.map_err(|error| explain(database, error))
    };
    let enabled = triggers(false).is_ok();
    let target = format!("{TARGET}.{}", quoted(table));
    let sql = format!("UPDATE {target} SET {name} = {value} WHERE {condition}");
    let updated = connection.execute(&sql, []).map_err(|error| refused(database, table, error));
    if enabled {
        triggers(true)?;
    }
    updated.map(|_| ())
}

/// A decimal that is text already, with more zeros for a larger scale.
fn padded(name: &str, was: &str, scale: i8) -> String {
    let before = if let Declared::Decimal(_, scale) = declared(Some(was)) { scale } else { 0 };
    let zeros = "0".repeat(usize::from((scale - before).max(0).unsigned_abs()));
    let point = if before == 0 && !zeros.is_empty() { "." } else { "" };
    format!("{name} || '{point}{zeros}'")
}

/// A table's definition with another type for one column; `None` when the column is not found.
fn with_type(definition: &str, column: &str, type_name: &str) -> Option<String> {
    let words = words(definition);
    let open = words.iter().position(|word| word.text == "(")?;
    let mut depth = 0;
    let mut starts = true;
    for (place, word) in words.iter().enumerate().skip(open) {
        match word.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        let is_name = starts && depth == 1 && word.text != "(";
        starts = (depth == 1 && word.text == ",") || place == open;
        if !is_name || !word.name().eq_ignore_ascii_case(column) {
            continue;
        }
        let rest = &words[place + 1..];
        let count = rest.iter().scan(0, |depth, word| Some(step(depth, word.text) && !word.is_constraint()));
        let count = count.take_while(|is_type| *is_type).count();
        let (first, last) = (rest.first()?, rest[..count].last()?);
        return Some(format!("{}{type_name}{}", &definition[..first.start], &definition[last.end()..]));
    }
    None
}

/// Whether a word still belongs to the definition of a column, inside `depth` parentheses.
fn step(depth: &mut i32, text: &str) -> bool {
    match text {
        "(" => *depth += 1,
        ")" if *depth == 0 => return false,
        ")" => *depth -= 1,
        "," if *depth == 0 => return false,
        _ => {}
    }
    true
}

/// A word, a quoted text or a sign of SQL.
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The name that the word stands for.
    fn name(&self) -> String {
        let inner = |quote: &str| self.text[1..self.text.len() - 1].replace(&quote.repeat(2), quote);
        match self.text.as_bytes().first() {
            Some(b'"') if self.text.len() > 1 => inner("\""),
            Some(b'`') if self.text.len() > 1 => inner("`"),
            Some(b'\'') if self.text.len() > 1 => inner("'"),
            Some(b'[') if self.text.len() > 1 => self.text[1..self.text.len() - 1].to_owned(),
            _ => self.text.to_owned(),
        }
    }

    /// Whether the word begins a constraint of a column, and so ends its type.
    fn is_constraint(&self) -> bool {
        const BEGINNINGS: [&str; 11] = [
            "CONSTRAINT",
            "PRIMARY",
            "NOT",
            "NULL",
            "UNIQUE",
            "CHECK",
            "DEFAULT",
            "COLLATE",
            "REFERENCES",
            "GENERATED",
            "AS",
        ];
        BEGINNINGS.iter().any(|word| word.eq_ignore_ascii_case(self.text))
    }
}

/// The words of SQL, without blanks and comments.
fn words(sql: &str) -> Vec<Word<'_>> {
    let bytes = sql.as_bytes();
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'$' || !byte.is_ascii();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let until = |text: &str, from: usize| {
            sql[from..].find(text).map_or(bytes.len(), |end| from + end + text.len())
        };
        match bytes[at] {
            b'-' if sql[at..].starts_with("--") => {
                at = until("\n", at);
                continue;
            }
            b'/' if sql[at..].starts_with("/*") => {
                at = until("*/", at + 2);
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'[' => at = until("]", at),
            quote @ (b'"' | b'`' | b'\'') => {
                at += 1;
                // A doubled quote is a quote of the name itself.
                while at < bytes.len() && (bytes[at] != quote || bytes.get(at + 1) == Some(&quote)) {
                    at += if bytes[at] == quote { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            byte if is_part(&byte) => at += bytes[at..].iter().take_while(|byte| is_part(byte)).count(),
            _ => at += 1,
        }
        words.push(Word { text: &sql[start..at], start });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_type_of_the_column_changes() {
        let definition = "CREATE TABLE \"a (b\" (-- id INT,\n id INTEGER PRIMARY KEY, [Na me] VARCHAR (20) NOT NULL, \
                          'it''s' DECIMAL(4,2) DEFAULT (1+(2)), total int, id2 INT, UNIQUE (id, total))";
        for (column, from, to) in [
            ("id", " id INTEGER ", " id NUMERIC "),
            ("NA ME", "VARCHAR (20)", "NUMERIC"),
            ("it's", "DECIMAL(4,2)", "NUMERIC"),
            ("total", "total int", "total NUMERIC"),
            ("id2", "id2 INT", "id2 NUMERIC"),
        ] {
            let changed = with_type(definition, column, "NUMERIC").unwrap();
            assert_eq!(changed, definition.replacen(from, to, 1), "{column}");
        }
        assert_eq!(with_type(definition, "none", "NUMERIC"), None);
        assert_eq!(with_type("CREATE TABLE t (a, b INT)", "a", "NUMERIC"), None);
    }
}
