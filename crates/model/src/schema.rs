//! Checks a value against a JSON Schema and names every problem in words.
//!
//! Covers the subset that our config types emit (objects, strings, numbers, booleans, arrays, constants, `anyOf`
//! and `oneOf`, references into `$defs`); the house's schemas stay inside it so that forms and this check agree.

use serde_json::{Map, Value};

use crate::problem::{Problem, join};
use crate::sql::SqlPiece;
use crate::suggest;

/// Checks `value` against `schema`; `path` is where the value stands in its document.
pub fn check(value: &Value, schema: &Value, path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    Checker { root: schema, problems: &mut problems }.check(value, schema, path);
    problems
}

/// Follows a `$ref` into `$defs`; other schemas are returned as they are.
pub fn follow<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix("#/$defs/")) {
        Some(name) => root.get("$defs").and_then(|defs| defs.get(name)).unwrap_or(schema),
        None => schema,
    }
}

struct Checker<'a> {
    root: &'a Value,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn check(&mut self, value: &Value, schema: &Value, path: &str) {
        let schema = follow(self.root, schema);
        if schema.get("x-sql").is_some() && is_resolved_sql(value) {
            return;
        }
        if let Some(constant) = schema.get("const") {
            if constant != value {
                self.add(path, format!("expected {}, found {}", show(constant), show(value)), None);
            }
            return;
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
                return self.branches(value, branches, path);
            }
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return self.word(value, words, path);
        }
        if !self.type_fits(value, schema) {
            let expected = expected(schema);
            self.add(path, format!("expected {expected}, found {}", show(value)), None);
            return;
        }
        match value {
            Value::Object(map) => self.object(map, schema, path),
            Value::Array(items) => self.array(items, schema, path),
            Value::Number(number) => self.range(number.as_f64().unwrap_or_default(), schema, path),
            _ => {}
        }
    }

    fn add(&mut self, path: &str, message: String, hint: Option<String>) {
        self.problems.push(Problem::new(path, message).maybe_hint(hint));
    }

    fn type_fits(&self, value: &Value, schema: &Value) -> bool {
        let fits = |name: &str| match name {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        match schema.get("type") {
            Some(Value::String(name)) => fits(name),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
            _ => true,
        }
    }

    fn branches(&mut self, value: &Value, branches: &[Value], path: &str) {
        let resolved: Vec<&Value> = branches.iter().map(|branch| follow(self.root, branch)).collect();
        let words: Vec<Value> = resolved.iter().flat_map(|branch| constants(branch)).collect();
        let shaped: Vec<&&Value> = resolved
            .iter()
            .filter(|branch| constants(branch).is_empty() && self.type_fits(value, branch))
            .collect();
        if shaped.is_empty() && !words.is_empty() && (value.is_string() || words.len() == branches.len()) {
            return self.word(value, &words, path);
        }
        let mut best: Option<Vec<Problem>> = None;
        for branch in shaped {
            let mut found = Vec::new();
            Checker { root: self.root, problems: &mut found }.check(value, branch, path);
            if found.is_empty() {
                return;
            }
            // The branch with the fewest problems is most likely the one that was meant.
            if best.as_ref().is_none_or(|best| found.len() < best.len()) {
                best = Some(found);
            }
        }
        match best {
            Some(found) => self.problems.extend(found),
            None => {
                let mut kinds: Vec<String> = resolved.iter().map(|branch| expected(branch)).collect();
                kinds.retain(|kind| kind != "nothing");
                kinds.dedup();
                self.add(path, format!("expected {}, found {}", kinds.join(" or "), show(value)), None);
            }
        }
    }

    fn word(&mut self, value: &Value, words: &[Value], path: &str) {
        if words.contains(value) {
            return;
        }
        let names: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let hint = match value.as_str() {
            Some(word) => suggest::hint(word, "choose one of", names.iter().copied()),
            None => Some(format!("choose one of: {}", names.join(", "))),
        };
        self.add(path, format!("{} is not allowed here", show(value)), hint);
    }

    fn object(&mut self, map: &Map<String, Value>, schema: &Value, path: &str) {
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !map.contains_key(name) {
                let hint = properties.get(name).and_then(|field| {
                    let text = follow(self.root, field).get("description")?.as_str()?;
                    Some(first_sentence(text))
                });
                // Where it would stand: a form has a field for it, and a text the place of what is around it.
                self.add(&join(path, name), format!("`{name}` is missing"), hint);
            }
        }
        for (name, item) in map {
            let path = join(path, name);
            match (properties.get(name), schema.get("additionalProperties")) {
                (Some(field), _) => self.check(item, field, &path),
                (None, Some(Value::Bool(false))) => {
                    let hint = suggest::hint(name, "known keys", properties.keys().map(String::as_str));
                    self.add(&path, format!("unknown key `{name}`"), hint);
                }
                (None, Some(rule @ Value::Object(_))) => self.check(item, rule, &path),
                (None, _) => {}
            }
        }
    }

    fn array(&mut self, items: &[Value], schema: &Value, path: &str) {
        if let Some(least) = schema.get("minItems").and_then(Value::as_u64)
            && (items.len() as u64) < least
        {
            self.add(path, format!("expected at least {least} entries, found {}", items.len()), None);
        }
        if let Some(rule) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.check(item, rule, &format!("{path}/{index}"));
            }
        }
    }

    fn range(&mut self, number: f64, schema: &Value, path: &str) {
        let bound = |key| schema.get(key).and_then(Value::as_f64);
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.add(path, format!("{number} is less than {least}"), None);
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.add(path, format!("{number} is more than {most}"), None);
        }
    }
}

/// What a setting is for, without the rest of its manual.
fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let flat = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.find(". ") {
        Some(end) => flat[..=end].to_owned(),
        None => flat,
    }
}

/// SQL whose references have become bound values; documents cannot hold this form themselves.
fn is_resolved_sql(value: &Value) -> bool {
    serde_json::from_value::<Vec<SqlPiece>>(value.clone()).is_ok_and(|pieces| !pieces.is_empty())
}

/// The words a branch allows, when it only allows words.
fn constants(branch: &Value) -> Vec<Value> {
    match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
        (Some(constant), _) => vec![constant.clone()],
        (None, Some(words)) => words.clone(),
        _ => Vec::new(),
    }
}

fn expected(schema: &Value) -> String {
    let word = |name: &str| {
        match name {
            "null" => "nothing",
            "boolean" => "true or false",
            "string" => "text",
            "integer" => "a whole number",
            "number" => "a number",
            "array" => "a list",
            "object" => "a mapping",
            other => other,
        }
        .to_owned()
    };
    match schema.get("type") {
        Some(Value::String(name)) => word(name),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .map(word)
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "another value".to_owned(),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a mapping".into(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::WriteMode;
    use schemars::JsonSchema;
    use serde_json::json;

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Load {
        /// Table to write, in the
        /// database. It is made.
        table: String,
        mode: Option<WriteMode>,
        #[schemars(default, range(max = 10))]
        rows: u8,
    }

    fn problems(value: Value) -> Vec<String> {
        let schema = schemars::schema_for!(Load).to_value();
        check(&value, &schema, "/n")
            .into_iter()
            .map(|p| format!("{}: {} ({})", p.path, p.message, p.hint.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn a_right_value_passes() {
        assert_eq!(problems(json!({"table": "t", "mode": "upsert", "rows": 3})), Vec::<String>::new());
        assert_eq!(problems(json!({"table": "t", "mode": null})), Vec::<String>::new());
    }

    #[test]
    fn every_problem_is_named() {
        assert_eq!(
            problems(json!({"tabel": "t", "mode": "upsrt", "rows": "many"})),
            [
                "/n/table: `table` is missing (Table to write, in the database.)",
                "/n/tabel: unknown key `tabel` (did you mean `table`?)",
                "/n/mode: `upsrt` is not allowed here (did you mean `upsert`?)",
                "/n/rows: expected a whole number, found `many` ()",
            ]
        );
    }
}
