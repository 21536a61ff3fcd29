//! One value of a YAML file as a tree, and as JSON.
//!
//! Aliases stand for what their anchor holds; the values that one row expands to, and those that anchors keep, are
//! bounded, so that a few lines cannot become billions of values.

use crate::file::cells::escape;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    /// A word without quotes, whose type is found over the whole column.
    Plain(String),
    /// Text by the word of the file: in quotes, or a block.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// A word without quotes, by the core schema: some words are nothing, hexadecimal and octal numbers are numbers.
    pub(super) fn plain(text: String) -> Self {
        let number = |prefix, radix| {
            let digits = text.strip_prefix(prefix)?;
            u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))
        };
        match text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Node::Null,
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Node::Plain("Infinity".into()),
            "-.inf" | "-.Inf" | "-.INF" => Node::Plain("-Infinity".into()),
            ".nan" | ".NaN" | ".NAN" => Node::Plain("NaN".into()),
            _ => match number("0x", 16).or_else(|| number("0o", 8)) {
                Some(number) => Node::Plain(number.to_string()),
                None => Node::Plain(text),
            },
        }
    }

    /// Values in it, itself included.
    pub(super) fn count(&self) -> usize {
        match self {
            Node::List(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            Node::Map(entries) => 1 + entries.iter().map(|(_, node)| node.count()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Appends the value as JSON. Numbers keep their digits where JSON can write them so.
    pub(super) fn json(&self, out: &mut Vec<u8>) {
        match self {
            Node::Null => out.extend_from_slice(b"null"),
            Node::Plain(text) => match text.as_str() {
                "true" | "True" | "TRUE" => out.extend_from_slice(b"true"),
                "false" | "False" | "FALSE" => out.extend_from_slice(b"false"),
                _ if is_json_number(text) => out.extend_from_slice(text.as_bytes()),
                _ => quoted(text, out),
            },
            Node::Text(text) => quoted(text, out),
            Node::List(items) => {
                out.push(b'[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    item.json(out);
                }
                out.push(b']');
            }
            Node::Map(entries) => {
                out.push(b'{');
                for (place, (key, node)) in entries.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    quoted(key, out);
                    out.push(b':');
                    node.json(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text.as_bytes(), out);
    out.push(b'"');
}

/// Whether JSON writes the number the same way. `NaN` and infinity are text there.
fn is_json_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(text).is_ok()
}
