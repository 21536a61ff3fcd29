//! Names of tables and columns: how users write them, and how SQL quotes them.

use towpath_model::Fault;

/// Longest name of a table or column, in characters.
const MAX_CHARS: usize = 64;

/// A table, with the database it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableName {
    pub(super) database: String,
    pub(super) table: String,
}

impl TableName {
    /// Reads `table` or `database.table`; each part may stand in backticks, with inner backticks doubled.
    pub(super) fn parse(text: &str, default_database: &str) -> Result<TableName, Fault> {
        let wrong = |why: &str| {
            Fault::config(format!("`{text}` is not a name of a table: {why}"))
                .hint("write `table`, or `database.table`, with odd names in backticks")
        };
        let (first, rest) = part(text.trim()).ok_or_else(|| wrong("a backtick is not closed"))?;
        let (database, table) = match rest.strip_prefix('.') {
            None if rest.is_empty() => (default_database.to_owned(), first),
            None => return Err(wrong("text follows the closing backtick")),
            Some(rest) => match part(rest) {
                Some((second, "")) => (first, second),
                _ => return Err(wrong("it has more than two parts")),
            },
        };
        if database.is_empty() || table.is_empty() {
            return Err(wrong("a part is empty"));
        }
        Ok(TableName { database, table })
    }

    /// A table beside this one.
    pub(super) fn sibling(&self, table: impl Into<String>) -> TableName {
        TableName { database: self.database.clone(), table: table.into() }
    }

    /// The name as SQL takes it.
    pub(super) fn sql(&self) -> String {
        format!("{}.{}", quote(&self.database), quote(&self.table))
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

/// The first part of a written name, and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('`') else {
        let end = text.find('.').unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('`')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

/// A name in backticks.
pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The name of a table as settings take it: in backticks where it would be read otherwise.
pub(super) fn written(name: &str) -> String {
    if name.contains(['.', '`']) || name.trim() != name { quote(name) } else { name.to_owned() }
}

/// Names in backticks, split by commas.
pub(super) fn quote_all<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// A text literal. The session never has `NO_BACKSLASH_ESCAPES`.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for character in text.chars() {
        match character {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

/// Refuses names that MySQL cannot give to a new table or column, before the server does in other words.
pub(super) fn check_new(what: &str, name: &str) -> Result<(), Fault> {
    let why = if name.is_empty() {
        "it is empty".to_owned()
    } else if name.chars().count() > MAX_CHARS {
        format!("it is longer than {MAX_CHARS} characters")
    } else if name.contains('\0') || name.chars().any(|c| u32::from(c) > 0xFFFF) {
        "MySQL has no emoji and other characters above U+FFFF in names".to_owned()
    } else if name.ends_with(' ') {
        "it ends with a space".to_owned()
    } else {
        return Ok(());
    };
    Err(Fault::config(format!("`{name}` cannot be the name of a {what}: {why}"))
        .hint(format!("give the {what} another name, for example with the transform `rename`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_people_write_them() {
        let name = |text: &str| TableName::parse(text, "shop").map(|name| (name.database, name.table));
        assert_eq!(name("orders").unwrap(), ("shop".into(), "orders".into()));
        assert_eq!(name("erp.orders").unwrap(), ("erp".into(), "orders".into()));
        assert_eq!(name("`my.table`").unwrap(), ("shop".into(), "my.table".into()));
        assert_eq!(name("erp.`a``b`").unwrap(), ("erp".into(), "a`b".into()));
        for wrong in ["", "a.b.c", "`a", "`a`b", "a."] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
        assert_eq!(quote("a`b"), "`a``b`");
    }
}
