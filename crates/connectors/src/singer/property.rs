//! What a JSON Schema says of one property: which sorts of values it may have.
//!
//! Alternatives (`anyOf`, `oneOf`, several types, a later schema of the same stream) are brought together into one
//! property that takes the values of all of them. `null` is no sort of its own: every column may lack a value; whether a
//! schema names it matters only to properties that it requires.

use serde_json::Value;
use towpath_connect::digits::Digits;

/// How deep references and alternatives are followed.
const DEEPEST: usize = 16;

/// A sort of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text = 1,
    Integer = 2,
    Number = 4,
    Boolean = 8,
    Object = 16,
    Array = 32,
}

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    DateTime,
    Date,
    Time,
    Uuid,
    Decimal,
}

/// The values that a property may have.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Property {
    /// Sorts, as bits of [`Sort`]. None means: nothing but null.
    sorts: u8,
    /// Any value at all.
    pub(super) any: bool,
    /// The schema names `null`.
    names_null: bool,
    /// What texts mean, when there may be texts.
    format: Option<Format>,
    /// Digits in all and behind the point, when the schema bounds both.
    pub(super) decimal: Option<(u8, i8)>,
    /// Whole numbers may be beyond 64 bits.
    pub(super) is_big: bool,
}

impl Property {
    /// A property that takes any value.
    pub(super) fn anything() -> Self {
        Property { any: true, ..Property::default() }
    }

    /// Reads the schema of a property; references start from `root`.
    pub(super) fn read(schema: &Value, root: &Value) -> Self {
        read(schema, root, DEEPEST)
    }

    /// Whether values of that sort are expected. A whole number is a number too.
    pub(super) fn takes(&self, sort: Sort) -> bool {
        let sorts = if sort == Sort::Integer { sort as u8 | Sort::Number as u8 } else { sort as u8 };
        self.any || self.sorts & sorts != 0
    }

    /// Whether null is a value that the schema names.
    pub(super) fn takes_null(&self) -> bool {
        self.any || self.names_null
    }

    /// Whether only values of these sorts are expected, and at least one of them.
    pub(super) fn is_only(&self, sorts: &[Sort]) -> bool {
        let all = sorts.iter().fold(0, |all, sort| all | *sort as u8);
        !self.any && self.sorts != 0 && self.sorts & !all == 0
    }

    /// What texts mean.
    pub(super) fn format(&self) -> Format {
        self.format.unwrap_or(Format::Plain)
    }

    /// The property that takes the values of both.
    pub(super) fn or(mut self, other: Property) -> Self {
        self.names_null |= other.names_null;
        if other.sorts == 0 && !other.any {
            return self;
        }
        if self.sorts == 0 && !self.any {
            return Property { names_null: self.names_null, ..other };
        }
        let numbers = Sort::Integer as u8 | Sort::Number as u8;
        self.decimal = match (self.sorts & numbers != 0, other.sorts & numbers != 0) {
            (true, true) if self.decimal == other.decimal => self.decimal,
            (true, false) => self.decimal,
            (false, true) => other.decimal,
            _ => None,
        };
        self.format = match (self.format, other.format) {
            (Some(one), Some(two)) if one != two => Some(Format::Plain),
            (one, two) => one.or(two),
        };
        self.is_big |= other.is_big;
        self.any |= other.any;
        self.sorts |= other.sorts;
        self
    }

    /// The sorts in words, for messages.
    pub(super) fn words(&self) -> String {
        const WORDS: [(Sort, &str); 6] = [
            (Sort::Text, "string"),
            (Sort::Integer, "integer"),
            (Sort::Number, "number"),
            (Sort::Boolean, "boolean"),
            (Sort::Object, "object"),
            (Sort::Array, "array"),
        ];
        let found = WORDS.iter().filter(|(sort, _)| self.sorts & *sort as u8 != 0);
        let words: Vec<&str> = found.map(|(_, word)| *word).collect();
        if words.is_empty() { "null".into() } else { words.join(" or ") }
    }

    fn of(name: &str, schema: &Value) -> Self {
        let sort = match name {
            "string" => Sort::Text,
            "integer" => Sort::Integer,
            "number" => Sort::Number,
            "boolean" => Sort::Boolean,
            "object" => Sort::Object,
            "array" => Sort::Array,
            "null" => return Property { names_null: true, ..Property::default() },
            _ => return Property::anything(),
        };
        let named = schema.get("format").and_then(Value::as_str);
        let format = (sort == Sort::Text).then_some(match named {
            Some("date-time") => Format::DateTime,
            Some("date") => Format::Date,
            Some("time") => Format::Time,
            Some("uuid") => Format::Uuid,
            Some("singer.decimal") => Format::Decimal,
            _ => Format::Plain,
        });
        Property {
            sorts: sort as u8,
            any: false,
            names_null: false,
            format,
            decimal: if sort == Sort::Number { decimal(schema) } else { None },
            is_big: sort == Sort::Integer && is_big(schema),
        }
    }
}

fn read(schema: &Value, root: &Value, depth: usize) -> Property {
    if depth == 0 {
        return Property::anything();
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').and_then(|path| root.pointer(path));
        return target.map_or_else(Property::anything, |target| read(target, root, depth - 1));
    }
    match schema.get("type") {
        Some(Value::String(name)) => return Property::of(name, schema),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            return names.fold(Property::default(), |all, name| all.or(Property::of(name, schema)));
        }
        _ => {}
    }
    let branches = ["anyOf", "oneOf", "allOf"].iter().find_map(|word| schema.get(*word)?.as_array());
    if let Some(branches) = branches {
        return branches.iter().fold(Property::default(), |all, one| all.or(read(one, root, depth - 1)));
    }
    let words = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let words = words.or_else(|| schema.get("const").map(std::slice::from_ref));
    match words {
        Some(words) => words.iter().fold(Property::default(), |all, word| all.or(of_value(word))),
        None if schema.get("properties").is_some() => Property::of("object", schema),
        None if schema.get("items").is_some() => Property::of("array", schema),
        None => Property::anything(),
    }
}

fn of_value(value: &Value) -> Property {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Property::of(name, &Value::Null)
}

/// Digits in all and behind the point, from a step such as 0.01 and bounds.
fn decimal(schema: &Value) -> Option<(u8, i8)> {
    let digits = |name: &str| Digits::parse(&schema.get(name)?.as_number()?.to_string());
    let step = digits("multipleOf").filter(|step| step.digits == "1" && !step.negative)?;
    let behind = step.places().max(0);
    let bound = |names: [&str; 2]| names.iter().find_map(|name| digits(name));
    let upper = bound(["maximum", "exclusiveMaximum"])?;
    let lower = bound(["minimum", "exclusiveMinimum"])?;
    let before = upper.exponent.max(lower.exponent).max(0);
    let all = (before + behind).max(1);
    (all <= 38).then_some((all as u8, behind as i8))
}

/// Whether the bounds of an integer are beyond 64 bits.
fn is_big(schema: &Value) -> bool {
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    bounds.iter().filter_map(|name| schema.get(*name)?.as_number()).any(|bound| {
        // Bounds are often written as 2⁶³ in floating point, one beyond the largest.
        bound.as_i64().is_none() && bound.as_f64().is_none_or(|bound| bound.abs() > 9.3e18)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn alternatives_are_brought_together() {
        let read =
            |schema: Value| Property::read(&schema, &json!({ "$defs": { "n": { "type": "number" } } }));
        let nullable =
            read(json!({ "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] }));
        assert_eq!((nullable.format(), nullable.words().as_str()), (Format::DateTime, "string"));
        let two =
            json!({ "anyOf": [{ "type": "string", "format": "date" }, { "type": ["string", "null"] }] });
        assert_eq!(read(two).format(), Format::Plain);
        assert!(read(json!({ "$ref": "#/$defs/n" })).is_only(&[Sort::Number]));
        assert!(read(json!({ "enum": ["a", 1, null] })).is_only(&[Sort::Text, Sort::Integer]));
        assert!(read(json!({})).any && read(json!({ "type": "null" })).words() == "null");
        let price = json!({ "type": "number", "multipleOf": 0.01, "minimum": -9999.99, "maximum": 9999.99 });
        assert_eq!(read(price).decimal, Some((6, 2)));
        assert_eq!(read(json!({ "type": "number", "multipleOf": 0.01 })).decimal, None);
        assert!(read(json!({ "type": "integer", "maximum": 18_446_744_073_709_551_615u64 })).is_big);
        assert!(!read(json!({ "type": "integer", "maximum": 9_223_372_036_854_775_807i64 })).is_big);
    }
}
