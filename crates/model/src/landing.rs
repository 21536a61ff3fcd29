//! How rows land in a destination: write mode, key, contract, and the rules of the modes.
//!
//! These keys mean the same for every destination, so they are read here and stand beside the connector's own
//! settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::Contract;
use crate::mode::WriteMode;
use crate::problem::{Problem, join};
use crate::suggest;

/// Keys of a destination node that mean the same for every destination.
pub const LANDING_KEYS: [&str; 8] =
    ["mode", "key", "contract", "mirror", "history", "undo", "resume", "expect"];

/// What happens to rows of the target whose key did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// They are deleted.
    #[default]
    Delete,
    /// They stay, and the time of the load that missed them first is written into the column `flag`. A row that
    /// comes back gets a null there again.
    Flag,
}

/// Rules of the mode `mirror`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mirror {
    /// What happens to rows of the target whose key did not come.
    pub missing: Missing,
    /// The column that `missing: flag` fills. It is added when the table does not have it.
    pub flag: String,
    /// Refuse the load when more than this share of the target's rows, in percent, would be deleted or flagged;
    /// `towpath run --force` lets it pass. A load without any rows is always refused.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub guard: f64,
    /// Mirror only a part of the table: the groups of rows with the same values in these columns, for example
    /// `[session_id]`. Only rows of groups in the scope are deleted or flagged, and `guard` counts among them. The
    /// scope is the groups that came, or those of `of`. Columns of text, whole numbers, dates or uuid.
    pub within: Vec<String>,
    /// The node whose rows say which groups are in the scope, for example `sessions`; it has the columns of `within`.
    /// So groups that have no row any more lose those that they had; where that may be all of them, set `guard: 100`.
    /// A scope has at most a million groups.
    pub of: Option<String>,
}

impl Default for Mirror {
    fn default() -> Self {
        Mirror {
            missing: Missing::Delete,
            flag: "deleted_at".into(),
            guard: 30.0,
            within: Vec::new(),
            of: None,
        }
    }
}

/// Rules of the mode `history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Incoming column with the time from which a version is valid. Several versions of one key may come in one
    /// load, and versions older than the ones in the table take their place in the order of time. Without it, a
    /// version is valid from the time of its load.
    pub changed: Option<String>,
    /// Column of the target with the time from which a version is valid.
    pub valid_from: String,
    /// Column of the target with the time until which a version is valid; null while it is.
    pub valid_to: String,
    /// Column of the target that is true for the version that is valid now, one per key.
    pub is_current: String,
    /// Rows whose key did not come end at the time of the load. Only for loads that bring every row, and not
    /// together with `changed`.
    pub close_missing: bool,
}

impl Default for History {
    fn default() -> Self {
        History {
            changed: None,
            valid_from: "valid_from".into(),
            valid_to: "valid_to".into(),
            is_current: "is_current".into(),
            close_missing: false,
        }
    }
}

/// Keeps what a load changed, so that `towpath undo` can take it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// How long, in days, hours or minutes: `30d`, `12h`, `90m`.
    #[schemars(regex(pattern = r"^[0-9]+[dhm]$"))]
    pub keep: String,
}

impl Undo {
    /// The time to keep, in seconds.
    pub fn keep_seconds(&self) -> Option<u64> {
        crate::incremental::seconds(&self.keep)
    }
}

/// How a load is cut into chunks, so that it can go on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resume {
    /// Whether a load that was interrupted can go on with `towpath run --resume`. Without it the rows of a load
    /// travel in one transaction.
    pub enabled: bool,
    /// Rows per chunk, about. An interruption loses the chunks that are under way.
    #[schemars(range(min = 1))]
    pub rows: u64,
    /// Chunks that are read and written at the same time, each on its own connections.
    #[schemars(range(min = 1, max = 64))]
    pub parallel: usize,
}

impl Default for Resume {
    fn default() -> Self {
        Resume { enabled: true, rows: 250_000, parallel: 2 }
    }
}

/// How rows land in a destination.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Landing {
    /// How rows land.
    pub mode: WriteMode,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// What may change in the target.
    pub contract: Contract,
    /// Rules of `mirror`.
    pub mirror: Mirror,
    /// Rules of `history`.
    pub history: History,
    /// What is kept to take the load back.
    pub undo: Option<Undo>,
    /// How the load is cut into chunks.
    pub resume: Resume,
}

impl Landing {
    /// Reads the keys of a destination node at `path`; `contract` is the document's.
    pub(crate) fn read(
        map: &Map<String, Value>,
        path: &str,
        contract: &Contract,
        problems: &mut Vec<Problem>,
    ) -> Landing {
        let mut reader = Reader { map, path, problems };
        let landing = Landing {
            mode: reader.mode(),
            key: reader.key(),
            contract: reader.section("contract").unwrap_or_else(|| contract.clone()),
            mirror: reader.section("mirror").unwrap_or_default(),
            history: reader.section("history").unwrap_or_default(),
            undo: reader.section("undo"),
            resume: reader.resume(),
        };
        reader.consistent(&landing);
        landing
    }
}

struct Reader<'a> {
    map: &'a Map<String, Value>,
    path: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn add(&mut self, key: &str, message: impl Into<String>, hint: Option<String>) {
        let path = if key.is_empty() { self.path.to_owned() } else { join(self.path, key) };
        self.problems.push(Problem::new(path, message).maybe_hint(hint));
    }

    fn mode(&mut self) -> WriteMode {
        let Some(value) = self.map.get("mode") else { return WriteMode::default() };
        WriteMode::deserialize(value).unwrap_or_else(|_| {
            let word = value.as_str().unwrap_or_default();
            let hint = suggest::hint(word, "write modes", WriteMode::ALL.map(WriteMode::name));
            self.add("mode", format!("unknown write mode `{word}`"), hint);
            WriteMode::default()
        })
    }

    fn key(&mut self) -> Vec<String> {
        match self.map.get("key") {
            None => Vec::new(),
            Some(Value::String(column)) => vec![column.clone()],
            Some(value) => Vec::<String>::deserialize(value).unwrap_or_else(|_| {
                self.add("key", "`key` is a list of columns, for example `[id]`", None);
                Vec::new()
            }),
        }
    }

    fn section<T: for<'de> Deserialize<'de>>(&mut self, key: &str) -> Option<T> {
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        T::deserialize(value).map_err(|error| self.add(key, format!("`{key}`: {error}"), None)).ok()
    }

    /// `resume` may be a word for itself: `resume: false`.
    fn resume(&mut self) -> Resume {
        match self.map.get("resume") {
            Some(Value::Bool(enabled)) => Resume { enabled: *enabled, ..Resume::default() },
            _ => self.section("resume").unwrap_or_default(),
        }
    }

    fn consistent(&mut self, landing: &Landing) {
        let mode = landing.mode;
        if mode.needs_key() && landing.key.is_empty() && !self.map.contains_key("key") {
            let hint = "name the columns that identify a row: `key: [id]`";
            self.add("", format!("`mode: {}` needs a key", mode.name()), Some(hint.into()));
        }
        for (key, of) in [("mirror", WriteMode::Mirror), ("history", WriteMode::History)] {
            if mode != of && self.map.contains_key(key) {
                self.add(key, format!("`{key}` belongs to `mode: {key}`"), None);
            }
        }
        if !(0.0..=100.0).contains(&landing.mirror.guard) {
            self.add("mirror", "`guard` is a share in percent, from 0 to 100", None);
        }
        if landing.mirror.of.is_some() && landing.mirror.within.is_empty() {
            let hint = "name the columns: `mirror: { within: [session_id], of: sessions }`";
            self.add("mirror", "`of` needs `within`", Some(hint.into()));
        }
        if landing.history.close_missing && landing.history.changed.is_some() {
            let hint = "leave out one of them";
            self.add("history", "`close_missing` does not go with `changed`", Some(hint.into()));
        }
        if let Some(undo) = &landing.undo {
            if undo.keep_seconds().is_none() {
                let hint = "write a number and a unit: `30d`, `12h` or `90m`";
                self.add("undo", format!("`{}` is no length of time", undo.keep), Some(hint.into()));
            }
            if landing.key.is_empty() {
                let hint = "name the columns that identify a row: `key: [id]`";
                self.add("undo", "`undo` needs a key to find the rows again", Some(hint.into()));
            }
        }
        if landing.resume.rows == 0 || !(1..=64).contains(&landing.resume.parallel) {
            self.add("resume", "`rows` must be at least 1, and `parallel` from 1 to 64", None);
        }
    }
}
