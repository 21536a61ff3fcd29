//! The types of an Avro file, as far as it takes to step over their values.
//!
//! Types refer to each other by name, so a few lines can stand for values without end, or for more of them than anybody
//! can count. Such types are refused.

use std::collections::HashMap;

use serde_json::Value;

/// Deepest nesting of types in each other.
const MOST_DEPTH: usize = 64;
/// Most values in one row that is not made of lists.
const MOST_VALUES: u64 = 1 << 20;
/// Most values without bytes that a list, or a block, may claim.
pub(super) const MOST_EMPTY: u64 = 1 << 20;

/// What the bytes of a value look like. Others are named by their place in [`Types`].
#[derive(Debug, Clone)]
enum Kind {
    /// As many bytes.
    Bytes(u64),
    /// A whole number of seven bits per byte.
    Number,
    /// The number of bytes, and these.
    Text,
    List(usize),
    Map(usize),
    Union(Vec<usize>),
    Row(Vec<usize>),
}

/// The types of a file. The last one is that of its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Types {
    kinds: Vec<Kind>,
}

/// Types under construction.
#[derive(Default)]
struct Making {
    types: Types,
    /// Values of each type, without those in lists.
    values: Vec<u64>,
    depths: Vec<usize>,
    names: HashMap<String, usize>,
    /// Names whose types are not complete.
    open: Vec<String>,
}

impl Types {
    /// Reads the types of a file. The error is what is wrong with them, to stand behind the file's name.
    pub(super) fn read(written: &Value) -> Result<Self, String> {
        let mut making = Making::default();
        making.kind(written, "", 0)?;
        Ok(making.types)
    }

    /// The bytes behind a row; `None` when the bytes are no row.
    pub(super) fn skip_row<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let mut bytes = bytes;
        self.skip(self.kinds.len().checked_sub(1)?, &mut bytes)?;
        Some(bytes)
    }

    fn skip(&self, kind: usize, bytes: &mut &[u8]) -> Option<()> {
        match &self.kinds[kind] {
            Kind::Bytes(count) => skip_bytes(bytes, *count),
            Kind::Number => number(bytes).map(drop),
            Kind::Text => skip_text(bytes),
            Kind::List(item) => self.skip_blocks(bytes, |bytes| self.skip(*item, bytes)),
            Kind::Map(value) => self.skip_blocks(bytes, |bytes| {
                skip_text(bytes)?;
                self.skip(*value, bytes)
            }),
            Kind::Union(branches) => {
                let branch = usize::try_from(number(bytes)?).ok()?;
                self.skip(*branches.get(branch)?, bytes)
            }
            Kind::Row(fields) => fields.iter().try_for_each(|field| self.skip(*field, bytes)),
        }
    }

    /// Steps over the items of a list, which come in blocks.
    fn skip_blocks(&self, bytes: &mut &[u8], item: impl Fn(&mut &[u8]) -> Option<()>) -> Option<()> {
        let mut all = 0u64;
        loop {
            let count = number(bytes)?;
            if count < 0 {
                // The number of bytes stands behind.
                number(bytes)?;
            }
            if count == 0 {
                return Some(());
            }
            all = all.saturating_add(count.unsigned_abs());
            if all > MOST_EMPTY.saturating_add(bytes.len() as u64) {
                return None;
            }
            for _ in 0..count.unsigned_abs() {
                item(bytes)?;
            }
        }
    }
}

impl Making {
    fn add(&mut self, kind: Kind, values: u64, depth: usize) -> Result<usize, String> {
        if depth > MOST_DEPTH {
            return Err("nests types more than 64 deep".into());
        }
        if values > MOST_VALUES {
            return Err("has rows of more than a million values".into());
        }
        self.types.kinds.push(kind);
        self.values.push(values);
        self.depths.push(depth);
        Ok(self.types.kinds.len() - 1)
    }

    /// A kind that is made of others.
    fn made_of(&mut self, parts: Vec<usize>, make: fn(Vec<usize>) -> Kind) -> Result<usize, String> {
        let values = parts.iter().fold(1u64, |sum, part| sum.saturating_add(self.values[*part]));
        let depth = parts.iter().map(|part| self.depths[*part]).max().unwrap_or(0) + 1;
        self.add(make(parts), values, depth)
    }

    fn one_of(&mut self, part: usize, make: fn(usize) -> Kind) -> Result<usize, String> {
        self.add(make(part), 1, self.depths[part] + 1)
    }

    fn kind(&mut self, written: &Value, space: &str, depth: usize) -> Result<usize, String> {
        if depth > MOST_DEPTH {
            return Err("nests types more than 64 deep".into());
        }
        match written {
            Value::String(name) => self.named(name, space),
            Value::Array(branches) => {
                let branches = branches.iter().map(|branch| self.kind(branch, space, depth + 1));
                let branches = branches.collect::<Result<Vec<_>, _>>()?;
                self.made_of(branches, Kind::Union)
            }
            Value::Object(object) => match object.get("type") {
                Some(Value::String(word)) => self.complex(word, written, space, depth),
                Some(inner) => self.kind(inner, space, depth + 1),
                None => Err("has a type without `type`".into()),
            },
            _ => Err("has a type that is none".into()),
        }
    }

    fn complex(&mut self, word: &str, written: &Value, space: &str, depth: usize) -> Result<usize, String> {
        let name = written["name"].as_str().unwrap_or_default();
        // A name with dots says its name space itself.
        let own = match (name.rsplit_once('.'), written["namespace"].as_str()) {
            (Some((own, _)), _) => own,
            (None, Some(own)) => own,
            (None, None) => space,
        };
        let full = full_name(name, own);
        match word {
            "array" => {
                let item = self.kind(&written["items"], space, depth + 1)?;
                self.one_of(item, Kind::List)
            }
            "map" => {
                let value = self.kind(&written["values"], space, depth + 1)?;
                self.one_of(value, Kind::Map)
            }
            "enum" | "fixed" => {
                let size = written["size"].as_u64().unwrap_or(0);
                let place = self.add(if word == "enum" { Kind::Number } else { Kind::Bytes(size) }, 1, 1)?;
                self.names.insert(full, place);
                Ok(place)
            }
            "record" | "error" => {
                self.open.push(full.clone());
                let fields = written["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
                let fields = fields.iter().map(|field| self.kind(&field["type"], own, depth + 1));
                let fields = fields.collect::<Result<Vec<_>, _>>()?;
                self.open.pop();
                let place = self.made_of(fields, Kind::Row)?;
                self.names.insert(full, place);
                Ok(place)
            }
            other => self.named(other, space),
        }
    }

    /// A type that is a word of Avro's, or was described before.
    fn named(&mut self, name: &str, space: &str) -> Result<usize, String> {
        let kind = match name {
            "null" => Kind::Bytes(0),
            "boolean" => Kind::Bytes(1),
            "float" => Kind::Bytes(4),
            "double" => Kind::Bytes(8),
            "int" | "long" => Kind::Number,
            "bytes" | "string" => Kind::Text,
            _ => {
                let full = full_name(name, space);
                if self.open.iter().any(|open| *open == full || short(open) == short(name)) {
                    return Err(format!("has a type `{name}` that holds itself"));
                }
                let known = self.names.get(&full).or_else(|| self.names.get(name));
                return known
                    .copied()
                    .ok_or_else(|| format!("has a type `{name}` that it does not describe"));
            }
        };
        self.add(kind, 1, 1)
    }
}

fn full_name(name: &str, space: &str) -> String {
    if space.is_empty() || name.contains('.') { name.to_owned() } else { format!("{space}.{name}") }
}

/// A name without its name space.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

fn skip_bytes(bytes: &mut &[u8], count: u64) -> Option<()> {
    *bytes = bytes.get(usize::try_from(count).ok()?..)?;
    Some(())
}

fn skip_text(bytes: &mut &[u8]) -> Option<()> {
    let length = number(bytes)?;
    skip_bytes(bytes, u64::try_from(length).ok()?)
}

/// A whole number; the lowest bit is its sign.
fn number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            *bytes = &bytes[place + 1..];
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_every_type_are_stepped_over() {
        let types = Types::read(&json!({ "type": "record", "name": "r", "namespace": "n", "fields": [
            { "name": "a", "type": ["null", "long", { "type": "string" }] },
            { "name": "b", "type": { "type": "array", "items": { "type": "record", "name": "p", "fields": [
                { "name": "x", "type": "double" }, { "name": "y", "type": { "type": "fixed", "name": "f", "size": 2 } } ] } } },
            { "name": "c", "type": { "type": "map", "values": "n.p" } },
            { "name": "d", "type": { "type": "enum", "name": "e", "symbols": ["u", "v"] } },
            { "name": "e", "type": "f" },
        ] }))
        .unwrap();
        let p = [0u8; 10];
        let list = [&[4][..], &p, &p, &[1, 20], &p, &[0]].concat();
        let row = [&[4, 2, b'x'][..], &list, &[2, 2, b'k'], &p, &[0], &[2], b"ff"].concat();
        assert_eq!(types.skip_row(&[&row[..], b"rest"].concat()), Some(&b"rest"[..]));
        for length in 0..row.len() {
            assert_eq!(types.skip_row(&row[..length]), None, "{length} bytes are no row");
        }
    }

    #[test]
    fn types_that_nobody_can_count_are_refused() {
        let wrong = |written: Value| Types::read(&written).unwrap_err();
        let record = |name: &str, fields: &[Value]| {
            let fields: Vec<Value> = fields.iter().map(|kind| json!({ "name": "f", "type": kind })).collect();
            json!({ "type": "record", "name": name, "fields": fields })
        };
        let own = record("a", &[json!(["null", "a"])]);
        assert_eq!(wrong(own), "has a type `a` that holds itself");
        assert_eq!(wrong(record("a", &[json!("b")])), "has a type `b` that it does not describe");
        let mut fields = vec![record("t0", &[json!("null")])];
        for level in 1..40 {
            let before = json!(format!("t{}", level - 1));
            fields.push(record(&format!("t{level}"), &[before.clone(), before]));
        }
        assert_eq!(wrong(record("a", &fields)), "has rows of more than a million values");
        let deep = (0..70).fold(json!("null"), |inner, _| json!({ "type": "array", "items": inner }));
        assert_eq!(wrong(deep), "nests types more than 64 deep");
        // A list that claims more than there can be.
        let nulls = Types::read(&json!({ "type": "array", "items": "null" })).unwrap();
        assert_eq!(nulls.skip_row(&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0]), None);
    }
}
