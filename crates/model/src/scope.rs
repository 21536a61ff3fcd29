//! References in documents: `${params.since}`, `${run.date}`, `${env.NAME}`.
//!
//! Substitution happens on the parsed document, never on text: a value that is one reference takes the type of what
//! it refers to; a reference inside longer text is replaced by its text; inside SQL (fields whose schema says
//! `x-sql`) it becomes a bound value. `$${` stands for a literal `${`. Dates and timestamps take a format:
//! `${run.date:%Y%m%d}`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value as Json};

use crate::confine::confine;
use crate::params::{ParamType, Value};
use crate::problem::{Problem, join};
use crate::schema::follow;
use crate::sql::SqlPiece;
use crate::suggest;

/// The half-open span `[start, end)` of source time that one run answers for.
#[derive(Debug, Clone)]
pub struct DataInterval {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
    /// Zone whose calendar names the logical date.
    pub zone: TimeZone,
}

impl DataInterval {
    /// The whole day `date` in `zone`. Days are 23 or 25 hours long where clocks change.
    pub fn day(date: jiff::civil::Date, zone: TimeZone) -> Result<Self, String> {
        DataInterval::days(date, date.tomorrow().map_err(|error| error.to_string())?, zone)
    }

    /// From midnight of `from` to midnight of `to` (not included) in `zone`.
    pub fn days(from: jiff::civil::Date, to: jiff::civil::Date, zone: TimeZone) -> Result<Self, String> {
        let midnight = |date: jiff::civil::Date| {
            date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
        };
        let (start, end) = (midnight(from)?, midnight(to)?);
        if start >= end {
            return Err(format!("the interval from {from} to {to} is empty; the end is not included"));
        }
        Ok(DataInterval { start, end, zone })
    }

    /// The first day and the day after the last one, in the interval's zone.
    pub fn dates(&self) -> (jiff::civil::Date, jiff::civil::Date) {
        (self.logical_date(), self.end.to_zoned(self.zone.clone()).date())
    }

    /// The date that names the run: the day on which the interval starts, in its zone.
    pub fn logical_date(&self) -> jiff::civil::Date {
        self.start.to_zoned(self.zone.clone()).date()
    }
}

type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What references can refer to.
#[derive(Clone)]
pub struct Scope {
    /// Parameters with their values.
    pub params: IndexMap<String, Value>,
    /// The run's data interval.
    pub interval: Option<DataInterval>,
    /// Name of the pipeline.
    pub pipeline: String,
    /// Folder from which SQL files are read.
    pub base: PathBuf,
    environment: Environment,
    bounds: Option<ScopeBounds>,
}

/// What documents may not leave.
#[derive(Debug, Clone)]
pub struct ScopeBounds {
    /// Folder that no SQL file may be outside of.
    pub folder: PathBuf,
    /// How the names of the variables begin that may be read.
    pub prefix: &'static str,
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("params", &self.params).field("interval", &self.interval).finish()
    }
}

impl Scope {
    /// A scope with an environment and nothing else.
    pub fn new(base: &Path, environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Scope {
            params: IndexMap::new(),
            interval: None,
            pipeline: String::new(),
            base: base.to_owned(),
            environment: Arc::new(environment),
            bounds: None,
        }
    }

    /// The same within bounds.
    #[must_use]
    pub fn within(mut self, bounds: Option<ScopeBounds>) -> Self {
        self.bounds = bounds;
        self
    }

    fn variable(&self, name: &str) -> Result<Value, (String, Option<String>)> {
        if let Some(bounds) = self.bounds.as_ref().filter(|bounds| !name.starts_with(bounds.prefix)) {
            let message = format!("the environment variable `{name}` may not be read here");
            let hint =
                format!("ask whoever runs the server to set `{}{name}`, or use a parameter", bounds.prefix);
            return Err((message, Some(hint)));
        }
        (self.environment)(name).map(Value::string).ok_or_else(|| {
            let hint = match self.bounds {
                None => format!("set it: `export {name}=…`"),
                Some(_) => "ask whoever runs the server to set it".into(),
            };
            (format!("the environment variable `{name}` is not set"), Some(hint))
        })
    }

    fn sql_file(&self, file: &str) -> Result<String, (String, String)> {
        let path = match &self.bounds {
            None => self.base.join(file),
            Some(bounds) => confine(&bounds.folder, &self.base, Path::new(file)).map_err(|outside| {
                let fault = outside.fault(file);
                (fault.message().to_owned(), fault.hint_text().unwrap_or_default().to_owned())
            })?,
        };
        std::fs::read_to_string(path).map_err(|error| {
            let message = format!("the SQL file `{file}` cannot be read: {}", plain_io(&error));
            (message, "the path starts from the folder of the pipeline file".to_owned())
        })
    }

    fn lookup(&self, reference: &str) -> Result<Value, (String, Option<String>)> {
        let (name, format) = match reference.split_once(':') {
            Some((name, format)) => (name.trim(), Some(format)),
            None => (reference.trim(), None),
        };
        let value = self.named(name)?;
        match format {
            None => Ok(value),
            Some(format) => apply_format(&value, format, name),
        }
    }

    fn named(&self, name: &str) -> Result<Value, (String, Option<String>)> {
        let (group, key) = name.split_once('.').unwrap_or((name, ""));
        match (group, key, &self.interval) {
            ("params", key, _) => self.params.get(key).cloned().ok_or_else(|| {
                let hint = suggest::hint(key, "declared parameters", self.params.keys().map(String::as_str));
                (format!("unknown parameter `{key}`"), hint.or(Some("declare it under `params`".into())))
            }),
            ("env", key, _) => self.variable(key),
            ("pipeline", "name", _) => Ok(Value::string(self.pipeline.clone())),
            ("run", "date", Some(interval)) => {
                Ok(Value { kind: ParamType::Date, json: Json::String(interval.logical_date().to_string()) })
            }
            ("run", "until", Some(interval)) => {
                Ok(Value { kind: ParamType::Date, json: Json::String(interval.dates().1.to_string()) })
            }
            ("run", "start", Some(interval)) => Ok(timestamp(interval.start)),
            ("run", "end", Some(interval)) => Ok(timestamp(interval.end)),
            ("run", "date" | "until" | "start" | "end", None) => Err((
                format!("`{name}` has no value here"),
                Some("it is known only inside a pipeline".into()),
            )),
            _ => {
                let known =
                    ["params.…", "run.date", "run.until", "run.start", "run.end", "env.…", "pipeline.name"];
                Err((format!("unknown reference `{name}`"), suggest::hint(name, "known references", known)))
            }
        }
    }

    /// Replaces the references in `value`. `schema` tells which strings are SQL; SQL files are read here, below
    /// [`Scope::base`]. Problems carry paths that start with `path`.
    pub fn resolve(&self, value: &Json, schema: &Json, path: &str) -> Result<Json, Vec<Problem>> {
        let mut problems = Vec::new();
        let resolved = self.walk(value, schema, schema, path, &mut problems);
        if problems.is_empty() { Ok(resolved) } else { Err(problems) }
    }

    fn walk(
        &self,
        value: &Json,
        schema: &Json,
        root: &Json,
        path: &str,
        problems: &mut Vec<Problem>,
    ) -> Json {
        let schema = follow(root, schema);
        if is_sql(root, schema) {
            return self.sql(value, path, problems).unwrap_or(Json::Null);
        }
        match value {
            Json::String(text) => match self.string(text) {
                Ok(json) => json,
                Err((message, hint)) => {
                    problems.push(Problem::new(path, message).maybe_hint(hint));
                    Json::Null
                }
            },
            Json::Array(items) => {
                let branch = shaped(root, schema, "array").get("items").unwrap_or(&Json::Null);
                let walk =
                    |(index, item)| self.walk(item, branch, root, &format!("{path}/{index}"), problems);
                Json::Array(items.iter().enumerate().map(walk).collect())
            }
            Json::Object(map) => {
                let branch = shaped(root, schema, "object");
                let mut resolved = Map::new();
                for (key, item) in map {
                    let field = branch
                        .get("properties")
                        .and_then(|properties| properties.get(key))
                        .or_else(|| branch.get("additionalProperties"))
                        .unwrap_or(&Json::Null);
                    resolved.insert(key.clone(), self.walk(item, field, root, &join(path, key), problems));
                }
                Json::Object(resolved)
            }
            other => other.clone(),
        }
    }

    fn string(&self, text: &str) -> Result<Json, (String, Option<String>)> {
        let pieces = split(text)?;
        if let [Piece::Reference(reference)] = pieces.as_slice() {
            return Ok(self.lookup(reference)?.json);
        }
        let mut whole = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) => whole.push_str(&part),
                Piece::Reference(reference) => whole.push_str(&self.lookup(reference)?.text()),
            }
        }
        Ok(Json::String(whole))
    }

    fn sql(&self, value: &Json, path: &str, problems: &mut Vec<Problem>) -> Option<Json> {
        let text = match (value, value.get("file").and_then(Json::as_str)) {
            (Json::String(text), _) => text.clone(),
            (_, Some(file)) => match self.sql_file(file) {
                Ok(text) => text,
                Err((message, hint)) => {
                    problems.push(Problem::new(join(path, "file"), message).hint(hint));
                    return None;
                }
            },
            // A wrong shape is named by the schema check that follows.
            _ => return Some(value.clone()),
        };
        let pieces = split(&text).and_then(|pieces| {
            let piece = |piece| match piece {
                Piece::Text(part) => Ok(SqlPiece::Text(part)),
                Piece::Reference(reference) => {
                    self.lookup(reference).map(|value| SqlPiece::Bind(value.into()))
                }
            };
            pieces.into_iter().map(piece).collect::<Result<Vec<_>, _>>()
        });
        match pieces {
            Ok(pieces) => match pieces.as_slice() {
                [] => Some(Json::String(String::new())),
                [SqlPiece::Text(text)] => Some(Json::String(text.clone())),
                pieces => serde_json::to_value(pieces).ok(),
            },
            Err((message, hint)) => {
                problems.push(Problem::new(path, message).maybe_hint(hint));
                None
            }
        }
    }
}

/// The text of an I/O error without its operating-system number.
pub fn plain_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::StorageFull => "the disk is full".into(),
        std::io::ErrorKind::InvalidData => "it is not valid UTF-8 text".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

fn timestamp(at: Timestamp) -> Value {
    Value { kind: ParamType::Timestamp, json: Json::String(at.to_string()) }
}

fn apply_format(value: &Value, format: &str, name: &str) -> Result<Value, (String, Option<String>)> {
    let wrong = |error: jiff::Error| (format!("`{name}` cannot be written as `{format}`: {error}"), None);
    let text = value.text();
    let formatted = match value.kind {
        ParamType::Date => text
            .parse::<jiff::civil::Date>()
            .and_then(|date| jiff::fmt::strtime::format(format, date))
            .map_err(wrong)?,
        ParamType::Timestamp => text
            .parse::<Timestamp>()
            .and_then(|at| jiff::fmt::strtime::format(format, &at.to_zoned(TimeZone::UTC)))
            .map_err(wrong)?,
        _ => {
            let hint = Some("only dates and timestamps take a format".to_owned());
            return Err((format!("`{name}` takes no format"), hint));
        }
    };
    Ok(Value::string(formatted))
}

fn is_sql(root: &Json, schema: &Json) -> bool {
    let marked = |schema: &Json| schema.get("x-sql").is_some();
    marked(schema)
        || schema
            .get("anyOf")
            .and_then(Json::as_array)
            .is_some_and(|branches| branches.iter().any(|branch| marked(follow(root, branch))))
}

/// The branch of `anyOf`/`oneOf` that has the given type, or the schema itself.
fn shaped<'a>(root: &'a Json, schema: &'a Json, kind: &str) -> &'a Json {
    for keyword in ["anyOf", "oneOf"] {
        for branch in schema.get(keyword).and_then(Json::as_array).into_iter().flatten() {
            let branch = follow(root, branch);
            if branch.get("type").and_then(Json::as_str) == Some(kind) {
                return branch;
            }
        }
    }
    schema
}

enum Piece<'a> {
    Text(String),
    Reference(&'a str),
}

fn split(text: &str) -> Result<Vec<Piece<'_>>, (String, Option<String>)> {
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            plain.push_str(&rest[..at - 1]);
            plain.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        plain.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let Some(end) = inside.find('}') else {
            let hint = "close the reference with `}`, or write `$${` for a literal `${`";
            return Err((format!("the reference `{}` is not closed", &rest[at..]), Some(hint.into())));
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Reference(&inside[..end]));
        rest = &inside[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::SqlText;
    use serde_json::json;

    fn scope() -> Scope {
        let mut scope = Scope::new(Path::new("."), |name| (name == "TOKEN").then(|| "s3cret".to_owned()));
        scope.params.insert("n".into(), Value { kind: ParamType::Integer, json: json!(3) });
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        scope.interval = Some(DataInterval::day("2025-03-30".parse().unwrap(), zone).unwrap());
        scope
    }

    #[test]
    fn whole_references_keep_their_type() {
        let resolved =
            scope().resolve(&json!({"a": "${params.n}", "b": "x${params.n}y"}), &json!({}), "").unwrap();
        assert_eq!(resolved, json!({"a": 3, "b": "x3y"}));
    }

    #[test]
    fn a_day_of_clock_change_is_23_hours_long() {
        let resolved = scope()
            .resolve(
                &json!(["${run.date:%Y%m%d}.LOG", "${run.until}", "${run.start}", "${run.end}"]),
                &json!({}),
                "",
            )
            .unwrap();
        let expected = json!(["20250330.LOG", "2025-03-31", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"]);
        assert_eq!(resolved, expected);
    }

    #[test]
    fn sql_gets_bound_values_and_never_text() {
        let schema = schemars::schema_for!(Option<SqlText>).to_value();
        let written = json!("select * from t where note = ${env.TOKEN} and n = ${params.n} -- $${x}");
        let resolved = scope().resolve(&written, &schema, "").unwrap();
        let sql: SqlText = serde_json::from_value(resolved).unwrap();
        let (text, binds) = sql.render(|n| format!("${n}"));
        assert_eq!(text, "select * from t where note = $1 and n = $2 -- ${x}");
        assert_eq!(binds[0].text().as_deref(), Some("s3cret"));
    }

    #[test]
    fn unknown_references_are_problems_with_hints() {
        let problems =
            scope().resolve(&json!({"a": "${run.dat}", "b": "${env.NO}"}), &json!({}), "/n").unwrap_err();
        assert_eq!(problems[0].path, "/n/a");
        assert_eq!(problems[0].hint.as_deref(), Some("did you mean `run.date`?"));
        assert_eq!(problems[1].message, "the environment variable `NO` is not set");
    }

    #[test]
    fn within_bounds_only_marked_variables_and_files_of_the_folder_are_read() {
        let bounds = ScopeBounds { folder: std::env::temp_dir(), prefix: "TOWPATH_VAR_" };
        let scope =
            Scope::new(&std::env::temp_dir(), |name| Some(format!("value of {name}"))).within(Some(bounds));
        let seen = scope.resolve(&json!("${env.TOWPATH_VAR_X}"), &json!({}), "").unwrap();
        assert_eq!(seen, json!("value of TOWPATH_VAR_X"));
        let problems = scope.resolve(&json!("${env.TOKEN}"), &json!({}), "").unwrap_err();
        assert_eq!(problems[0].message, "the environment variable `TOKEN` may not be read here");
        let schema = schemars::schema_for!(SqlText).to_value();
        for file in ["/etc/passwd", "/etc/no-such-file", "../../etc/passwd"] {
            let problems = scope.resolve(&json!({ "file": file }), &schema, "").unwrap_err();
            assert_eq!(problems[0].message, format!("path `{file}` leads out of the workspace's folder"));
        }
    }
}
