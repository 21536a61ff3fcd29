//! SQL written by a user, with references kept apart from the text.
//!
//! In a document, SQL is a string (`query: "select … where day >= ${run.start}"`) or a file
//! (`query: { file: orders.sql }`). When the document is resolved, every `${…}` inside SQL becomes a bound value:
//! the text and the values travel separately to the database, so a value can never become SQL.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::params::{ParamType, Value};

/// A stretch of SQL: text as written, or a value to bind at this place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SqlPiece {
    /// Text as the user wrote it.
    Text(String),
    /// A value that the driver binds.
    Bind(Bind),
}

/// A value to bind, with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bind {
    /// The declared type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The value; JSON null binds NULL.
    pub value: serde_json::Value,
}

impl Bind {
    /// The value as text in the form databases read: ISO 8601 for dates and times, `None` for null.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

impl From<Value> for Bind {
    fn from(value: Value) -> Self {
        Bind { kind: value.kind, value: value.json }
    }
}

/// SQL written by a user, already split into text and bound values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SqlText {
    pieces: Vec<SqlPiece>,
}

impl SqlText {
    /// SQL without any bound value.
    pub fn plain(text: impl Into<String>) -> Self {
        SqlText { pieces: vec![SqlPiece::Text(text.into())] }
    }

    /// SQL from its pieces.
    pub fn from_pieces(pieces: Vec<SqlPiece>) -> Self {
        SqlText { pieces }
    }

    /// The text with a placeholder for each value (`placeholder(1)` is the first), and the values in order.
    pub fn render(&self, placeholder: impl Fn(usize) -> String) -> (String, Vec<&Bind>) {
        let (mut text, mut binds) = (String::new(), Vec::new());
        for piece in &self.pieces {
            match piece {
                SqlPiece::Text(part) => text.push_str(part),
                SqlPiece::Bind(bind) => {
                    binds.push(bind);
                    text.push_str(&placeholder(binds.len()));
                }
            }
        }
        (text, binds)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Pieces(Vec<SqlPiece>),
}

impl<'de> Deserialize<'de> for SqlText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => SqlText::plain(text),
            Written::Pieces(pieces) => SqlText { pieces },
        })
    }
}

impl JsonSchema for SqlText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SqlText".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "x-sql": true,
            "anyOf": [
                { "type": "string", "description": "SQL text." },
                {
                    "type": "object",
                    "description": "A file with SQL, relative to the pipeline file.",
                    "properties": { "file": { "type": "string", "description": "Path of the file, for example `orders.sql`." } },
                    "required": ["file"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
