//! Names of tables and columns: how users write them, and how they stand in SQL.
//!
//! A part without quotes is taken as written, upper case included. Quotes are needed only around a dot or a quote.
//! Every name reaches SQL through [`quote`] or [`literal`], and nowhere else.

use std::fmt;

use towpath_model::Fault;

/// Longest name that PostgreSQL keeps, in bytes.
pub(super) const MAX_NAME: usize = 63;

/// A name as an SQL identifier.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names as a list of SQL identifiers.
pub(super) fn quote_all<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// Text as an SQL literal.
pub(super) fn literal(text: &str) -> String {
    // The `E` form means the same whatever `standard_conforming_strings` says.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Refuses a name that PostgreSQL would cut or cannot hold.
pub(super) fn check_new(kind: &str, name: &str) -> Result<(), Fault> {
    if name.is_empty() || name.contains('\0') {
        return Err(Fault::config(format!("a {kind} needs a name without NUL characters"))
            .hint(format!("rename the {kind}")));
    }
    if name.len() > MAX_NAME {
        return Err(Fault::config(format!(
            "the name of {kind} `{name}` has {} bytes, and PostgreSQL keeps {MAX_NAME}",
            name.len()
        ))
        .hint(format!("rename the {kind} to at most {MAX_NAME} bytes")));
    }
    Ok(())
}

/// A table, with or without its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableName {
    pub(super) schema: Option<String>,
    pub(super) table: String,
}

impl TableName {
    /// Reads a name as users write it: `orders`, `public.orders`, `"Odd Name"."t"`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |why: &str| {
            Fault::config(format!("`{text}` is not the name of a table: {why}")).hint(
                "write `schema.table`, with quotes around a part that holds a dot: `\"odd.schema\".\"t\"`",
            )
        };
        let mut parts: Vec<String> = Vec::new();
        let mut rest = text.trim();
        loop {
            let part;
            if let Some(quoted) = rest.strip_prefix('"') {
                let (name, after) = quoted_part(quoted).ok_or_else(|| wrong("a quote is not closed"))?;
                (part, rest) = (name, after);
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                part = rest[..end].to_owned();
                if part.contains('"') {
                    return Err(wrong("a quote stands inside a part"));
                }
                rest = &rest[end..];
            }
            if part.is_empty() {
                return Err(wrong("a part is empty"));
            }
            parts.push(part);
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => break,
                None => return Err(wrong("text follows a closing quote")),
            }
        }
        match (parts.pop(), parts.pop(), parts.pop()) {
            (Some(table), schema, None) => Ok(TableName { schema, table }),
            _ => Err(wrong("it has more than two parts")),
        }
    }

    /// The name as SQL.
    pub(super) fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&self.table)),
            None => quote(&self.table),
        }
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, rest)),
        }
    }
}

/// The name as users write it.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |name: &str| {
            let plain = !name.contains(['.', '"']) && name.trim() == name;
            if plain { name.to_owned() } else { quote(name) }
        };
        if let Some(schema) = &self.schema {
            write!(f, "{}.", part(schema))?;
        }
        f.write_str(&part(&self.table))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_as_users_write_them() {
        let parse = |text: &str| TableName::parse(text).map(|name| name.sql());
        assert_eq!(parse("Orders").unwrap(), r#""Orders""#);
        assert_eq!(parse("public.orders").unwrap(), r#""public"."orders""#);
        assert_eq!(parse(r#""Odd.Name"."a ""b""""#).unwrap(), r#""Odd.Name"."a ""b""""#);
        for wrong in ["", "a.", ".a", "a.b.c", r#""a"#, r#""a"b"#, r#"a"b"#] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_name_is_read_back(schema in proptest::option::of("[a-zA-Z .\"é🚲]{1,8}"), table in "[a-z .\"é🚲]{1,8}") {
            let name = TableName { schema, table };
            prop_assert_eq!(TableName::parse(&name.to_string()).unwrap(), name);
        }
    }
}
