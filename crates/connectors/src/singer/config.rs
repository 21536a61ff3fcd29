//! Settings of the Singer connector. Their doc comments are its manual.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A tap to run, or a file of what one said. Give either `path` or `command`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Connection {
    /// File of messages that a tap wrote, for example `saved/users.singer`. `-` is the standard input.
    pub(super) path: Option<String>,

    /// Tap to run, as a list of words, for example `[tap-github]` or `[venv/bin/tap-github]`. A program with a `/` is
    /// looked for from the folder of the pipeline file, which is also where it runs; any other in the usual places.
    /// No shell reads the words.
    pub(super) command: Option<Vec<String>>,

    /// Settings of the tap, for example `{ repository: acme/shop, auth_token: "${env.GITHUB_TOKEN}" }`, or all of them
    /// as JSON text, for example `${env.GITHUB_CONFIG}`. The tap gets them as a private temporary file; no message of
    /// Towpath shows their values.
    pub(super) config: Option<Private>,

    /// What the tap shall read, in the form in which it prints it with `--discover`, with the streams marked that are
    /// wanted. Without it, most taps read everything.
    pub(super) catalog: Option<Map<String, Value>>,

    /// The same for old taps, which take it as `--properties`.
    pub(super) properties: Option<Map<String, Value>>,

    /// Where the tap shall go on, as it said in an earlier run, for example
    /// `{ bookmarks: { users: { updated_at: "2025-12-31T00:00:00Z" } } }`.
    pub(super) state: Option<Map<String, Value>>,

    /// File that holds the same, for example `state.json`. While it does not exist, the tap begins at its beginning.
    pub(super) state_file: Option<String>,

    /// File to write the tap's last state to, for example `state.next.json`, once all rows of the stream are read. It
    /// must not be `state_file` itself: the rows are not loaded yet then. Put it in that place after a run that
    /// ended well.
    pub(super) next_state_file: Option<String>,
}

/// A mapping whose values are not shown.
#[derive(Clone)]
pub(crate) struct Private(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // No message may quote what stands here instead, for it may be a secret.
        let refused = || D::Error::custom("`config` must be a mapping, or a JSON object as text");
        match Value::deserialize(from)? {
            Value::Object(map) => Ok(Private(map)),
            Value::String(text) => serde_json::from_str(&text).map(Private).map_err(|_| refused()),
            _ => Err(refused()),
        }
    }
}

impl JsonSchema for Private {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Private".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string"], "x-secret": true })
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Reads one stream of the tap.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Name of the stream, for example `users`; `towpath discover` lists them.
    pub(super) stream: String,
}

/// Nothing can be written to a tap.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {}
