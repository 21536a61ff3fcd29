//! Geometries: from GeoJSON to well-known text and back, with every digit.
//!
//! Coordinates are carried over as text and never become floating point. Both directions check the form: the type, how
//! deep coordinates are nested, and that all positions have as many numbers. A third number is the height (`Z`).
//! Whether a ring is closed or crosses itself is not judged.

use crate::object::{Value, is_number, items, members};

/// Deepest nesting of collections.
const MOST_DEPTH: usize = 32;

/// Types in GeoJSON, their words in well-known text, and how deep positions stand in their coordinates.
const TYPES: [(&str, &str, usize); 6] = [
    ("Point", "POINT", 0),
    ("MultiPoint", "MULTIPOINT", 1),
    ("LineString", "LINESTRING", 1),
    ("MultiLineString", "MULTILINESTRING", 2),
    ("Polygon", "POLYGON", 2),
    ("MultiPolygon", "MULTIPOLYGON", 3),
];
const COLLECTION: (&str, &str) = ("GeometryCollection", "GEOMETRYCOLLECTION");

/// Whether this is the name of a type of geometry.
pub(super) fn is_type(name: &str) -> bool {
    name == COLLECTION.0 || TYPES.iter().any(|(known, ..)| *known == name)
}

/// Well-known text for a GeoJSON geometry, or why it is none.
pub(super) fn to_wkt(json: &[u8]) -> Result<String, String> {
    let mut wkt = String::with_capacity(json.len());
    let mut numbers = None;
    geometry_to_wkt(json, 0, &mut numbers, &mut wkt)?;
    Ok(wkt)
}

fn geometry_to_wkt(
    json: &[u8],
    depth: usize,
    numbers: &mut Option<usize>,
    out: &mut String,
) -> Result<(), String> {
    if depth > MOST_DEPTH {
        return Err("collections are nested more than 32 deep".into());
    }
    let (mut kind, mut coordinates, mut geometries) = (None, None, None);
    members(json, |key, _, value| {
        match (key, value) {
            (b"type", Value::Text(text, false)) => kind = Some(text),
            (b"coordinates", Value::Nested(text)) => coordinates = Some(text),
            (b"geometries", Value::Nested(text)) => geometries = Some(text),
            _ => {}
        }
        Ok(())
    })
    .map_err(|why| format!("the geometry {why}"))?;
    let kind = String::from_utf8_lossy(kind.ok_or("the geometry has no `type`")?);
    let mut body = String::new();
    let word = if kind == COLLECTION.0 {
        let list = geometries.ok_or("the collection has no `geometries`")?;
        let mut why = None;
        let found = items(list, |item| {
            body.push_str(if body.is_empty() { "(" } else { ", " });
            let inner = match item {
                Value::Nested(inner) => geometry_to_wkt(inner, depth + 1, numbers, &mut body),
                _ => Err("a geometry of the collection is no object".into()),
            };
            inner.map_err(|inner| {
                why.get_or_insert(inner);
                ""
            })
        });
        if let Some(why) = why {
            return Err(why);
        }
        found?;
        if !body.is_empty() {
            body.push(')');
        }
        COLLECTION.1
    } else {
        let found = TYPES.iter().find(|(name, ..)| *name == kind);
        let (name, word, depth) = found.ok_or_else(|| format!("`{kind}` is no type of geometry"))?;
        let list = coordinates.ok_or("the geometry has no `coordinates`")?;
        coordinates_to_wkt(list, *depth, numbers, &mut body)?;
        if *name == "Point" && !body.is_empty() {
            body = format!("({body})");
        }
        if *name == "MultiPoint" {
            body = body.replace(", ", "), (").replacen('(', "((", 1);
            if !body.is_empty() {
                body.push(')');
            }
        }
        word
    };
    out.push_str(word);
    if !body.is_empty() {
        match *numbers {
            Some(3) => out.push_str(" Z"),
            Some(4) => out.push_str(" ZM"),
            _ => {}
        }
    }
    out.push(' ');
    out.push_str(if body.is_empty() { "EMPTY" } else { &body });
    Ok(())
}

/// Appends a list of coordinates; nothing when it is empty.
fn coordinates_to_wkt(
    list: &[u8],
    depth: usize,
    numbers: &mut Option<usize>,
    out: &mut String,
) -> Result<(), String> {
    let (mut count, mut why) = (0, None);
    let found = items(list, |item| {
        count += 1;
        let inner = match item {
            Value::Number(number) if depth == 0 => {
                out.push_str(if count > 1 { " " } else { "" });
                out.push_str(&String::from_utf8_lossy(number));
                Ok(())
            }
            Value::Nested(inner) if depth > 0 && inner.first() == Some(&b'[') => {
                out.push_str(if count > 1 { ", " } else { "(" });
                let before = out.len();
                let done = coordinates_to_wkt(inner, depth - 1, numbers, out);
                if out.len() == before {
                    if depth == 1 {
                        return Err("a position has no numbers");
                    }
                    out.push_str("EMPTY");
                }
                done
            }
            _ => Err("the coordinates are not nested as the type needs it".into()),
        };
        inner.map_err(|inner: String| {
            why.get_or_insert(inner);
            ""
        })
    });
    if let Some(why) = why {
        return Err(why);
    }
    found?;
    if depth > 0 {
        out.push_str(if count > 0 { ")" } else { "" });
        return Ok(());
    }
    if count == 0 {
        return Ok(());
    }
    if !(2..=4).contains(&count) {
        return Err(format!("a position has {count} numbers"));
    }
    match *numbers.get_or_insert(count) {
        known if known == count => Ok(()),
        known => Err(format!("some positions have {known} numbers and others {count}")),
    }
}

/// A GeoJSON geometry for well-known text, or why it is none.
pub(super) fn from_wkt(wkt: &str) -> Result<String, String> {
    let mut text = wkt.trim();
    if let Some((srid, rest)) = text.split_once(';')
        && srid.len() > 5
        && srid[..5].eq_ignore_ascii_case("srid=")
    {
        if srid[5..].trim() != "4326" {
            return Err(format!("GeoJSON is in WGS 84 (SRID 4326), not in SRID {}", srid[5..].trim()));
        }
        text = rest;
    }
    let mut reader = Reader { rest: text, numbers: None };
    let mut json = String::with_capacity(wkt.len() + 40);
    reader.geometry(0, &mut json)?;
    if !reader.skip().is_empty() {
        return Err("more text follows the geometry".into());
    }
    Ok(json)
}

/// Reads well-known text.
struct Reader<'a> {
    rest: &'a str,
    /// Numbers of each position.
    numbers: Option<usize>,
}

impl<'a> Reader<'a> {
    fn skip(&mut self) -> &'a str {
        self.rest = self.rest.trim_ascii_start();
        self.rest
    }

    fn word(&mut self) -> String {
        let rest = self.skip();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        self.rest = &rest[end..];
        rest[..end].to_ascii_uppercase()
    }

    fn accept(&mut self, character: char) -> bool {
        let rest = self.skip();
        let found = rest.strip_prefix(character);
        self.rest = found.unwrap_or(rest);
        found.is_some()
    }

    fn expect(&mut self, character: char) -> Result<(), String> {
        if self.accept(character) {
            return Ok(());
        }
        Err(match self.rest.chars().next() {
            None => format!("the text ends where `{character}` should stand"),
            Some(found) => format!("found `{found}` where `{character}` should stand"),
        })
    }

    fn is_empty(&mut self) -> bool {
        let before = self.rest;
        let found = self.word() == "EMPTY";
        if !found {
            self.rest = before;
        }
        found
    }

    fn geometry(&mut self, depth: usize, out: &mut String) -> Result<(), String> {
        if depth > MOST_DEPTH {
            return Err("collections are nested more than 32 deep".into());
        }
        let word = self.word();
        if word.is_empty() {
            return Err("a word such as `POINT` is missing".into());
        }
        let known = |name: &str| name == COLLECTION.1 || TYPES.iter().any(|(_, word, _)| *word == name);
        let stems =
            [(word.as_str(), ""), (word.trim_end_matches('Z'), "Z"), (word.trim_end_matches('M'), "M")];
        let stem = stems.into_iter().find(|(stem, _)| known(stem));
        let zm = word.strip_suffix("ZM").filter(|stem| known(stem));
        let (name, mut dimension) = match (stem, zm) {
            (Some((stem, dimension)), _) => (stem.to_owned(), dimension.to_owned()),
            (None, Some(stem)) => (stem.to_owned(), "ZM".to_owned()),
            _ => return Err(format!("`{word}` is no type of geometry that GeoJSON knows")),
        };
        if dimension.is_empty() {
            let before = self.rest;
            dimension = self.word();
            if !matches!(dimension.as_str(), "Z" | "M" | "ZM") {
                self.rest = before;
                dimension.clear();
            }
        }
        if dimension.contains('M') {
            return Err("GeoJSON has no place for measures (M)".into());
        }
        if name == COLLECTION.1 {
            out.push_str("{\"type\":\"GeometryCollection\",\"geometries\":[");
            if !self.is_empty() {
                self.expect('(')?;
                self.geometry(depth + 1, out)?;
                while self.accept(',') {
                    out.push(',');
                    self.geometry(depth + 1, out)?;
                }
                self.expect(')')?;
            }
            out.push_str("]}");
            return Ok(());
        }
        let found = TYPES.iter().find(|(_, word, _)| *word == name);
        let (kind, _, levels) = found.ok_or("the type is not known")?;
        out.push_str("{\"type\":\"");
        out.push_str(kind);
        out.push_str("\",\"coordinates\":");
        if self.is_empty() {
            out.push_str("[]");
        } else if *levels == 0 {
            self.expect('(')?;
            self.position(out)?;
            self.expect(')')?;
        } else {
            self.list(*levels, *kind == "MultiPoint", out)?;
        }
        out.push('}');
        if dimension == "Z" && self.numbers == Some(2) {
            return Err("a geometry with `Z` has positions of 2 numbers".into());
        }
        Ok(())
    }

    fn list(&mut self, levels: usize, is_points: bool, out: &mut String) -> Result<(), String> {
        self.expect('(')?;
        out.push('[');
        loop {
            if levels > 1 {
                if self.is_empty() {
                    out.push_str("[]");
                } else {
                    self.list(levels - 1, false, out)?;
                }
            } else if is_points && self.accept('(') {
                self.position(out)?;
                self.expect(')')?;
            } else {
                self.position(out)?;
            }
            if !self.accept(',') {
                break;
            }
            out.push(',');
        }
        out.push(']');
        self.expect(')')
    }

    fn position(&mut self, out: &mut String) -> Result<(), String> {
        let mut count = 0;
        loop {
            let rest = self.skip();
            let end = rest
                .find(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | '(' | ')'))
                .unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let number = plain(&rest[..end]).ok_or_else(|| format!("`{}` is no number", &rest[..end]))?;
            out.push(if count == 0 { '[' } else { ',' });
            out.push_str(&number);
            count += 1;
            self.rest = &rest[end..];
        }
        out.push(']');
        if !(2..=3).contains(&count) {
            return Err(format!("a position has {count} numbers"));
        }
        match *self.numbers.get_or_insert(count) {
            known if known == count => Ok(()),
            known => Err(format!("some positions have {known} numbers and others {count}")),
        }
    }
}

/// A number as JSON writes it.
fn plain(number: &str) -> Option<String> {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number.strip_prefix('+').unwrap_or(number)),
    };
    let lead = if digits.starts_with('.') { "0" } else { "" };
    let mut plain = format!("{sign}{lead}{digits}");
    if plain.ends_with('.') {
        plain.pop();
    }
    is_number(plain.as_bytes()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(json: &str, wkt: &str) {
        assert_eq!(to_wkt(json.as_bytes()).as_deref(), Ok(wkt));
        assert_eq!(from_wkt(wkt).as_deref(), Ok(json));
        // Others read it as well.
        wkt.parse::<wkt::Wkt<f64>>().unwrap();
        json.parse::<geojson::Geometry>().unwrap();
    }

    #[test]
    fn every_type_in_both_directions() {
        both(r#"{"type":"Point","coordinates":[4.350,-50.85]}"#, "POINT (4.350 -50.85)");
        both(r#"{"type":"Point","coordinates":[1,2,3.5]}"#, "POINT Z (1 2 3.5)");
        both(r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, "MULTIPOINT ((1 2), (3 4))");
        both(r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#, "LINESTRING (1 2, 3 4)");
        both(
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[1,1],[0,0]]]}"#,
            "POLYGON ((0 0, 1 0, 1 1, 0 0), (0 0, 1 0, 1 1, 0 0))",
        );
        both(r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}"#, "MULTILINESTRING ((1 2, 3 4))");
        both(
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#,
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
        );
        both(
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"LineString","coordinates":[[1,2],[3,4]]}]}"#,
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
        );
        both(r#"{"type":"Polygon","coordinates":[]}"#, "POLYGON EMPTY");
        assert_eq!(to_wkt(br#"{"type":"Point","coordinates":[]}"#).as_deref(), Ok("POINT EMPTY"));
        assert_eq!(
            to_wkt(br#"{"coordinates":[1.00000000000000000001,2e3],"type":"Point","bbox":[1]}"#).as_deref(),
            Ok("POINT (1.00000000000000000001 2e3)")
        );
        assert_eq!(
            from_wkt(" srid=4326;pointz(.5 -1. +2)").as_deref(),
            Ok(r#"{"type":"Point","coordinates":[0.5,-1,2]}"#)
        );
        assert_eq!(
            from_wkt("MULTIPOINT(1 2,3 4)").as_deref(),
            Ok(r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#)
        );
    }

    #[test]
    fn what_is_no_geometry_has_a_reason() {
        for (json, why) in [
            ("{}", "has no `type`"),
            (r#"{"type":"Circle","coordinates":[1,2]}"#, "`Circle` is no type"),
            (r#"{"type":"Point"}"#, "has no `coordinates`"),
            (r#"{"type":"Point","coordinates":[1]}"#, "a position has 1 numbers"),
            (r#"{"type":"Point","coordinates":[[1,2]]}"#, "not nested"),
            (r#"{"type":"Polygon","coordinates":[[1,2]]}"#, "not nested"),
            (
                r#"{"type":"LineString","coordinates":[[1,2],[1,2,3]]}"#,
                "some positions have 2 numbers and others 3",
            ),
            (r#"{"type":"LineString","coordinates":[[]]}"#, "a position has no numbers"),
            (r#"{"type":"Point","coordinates":["1",2]}"#, "not nested"),
        ] {
            let found = to_wkt(json.as_bytes()).unwrap_err();
            assert!(found.contains(why), "{json}: {found}");
        }
        for (wkt, why) in [
            ("", "a word such as `POINT`"),
            ("CIRCULARSTRING (0 0, 1 1, 2 0)", "`CIRCULARSTRING` is no type"),
            ("POINT (1)", "a position has 1 numbers"),
            ("POINT (1 x)", "`x` is no number"),
            ("POINT (1 2", "the text ends"),
            ("POINT (1 2) x", "more text follows"),
            ("POINT M (1 2 3)", "no place for measures"),
            ("LINESTRING (1 2, 1 2 3)", "some positions"),
            ("SRID=31370;POINT (1 2)", "not in SRID 31370"),
            ("POINT (nan 2)", "`nan` is no number"),
        ] {
            let found = from_wkt(wkt).unwrap_err();
            assert!(found.contains(why), "{wkt}: {found}");
        }
        let deep = "GEOMETRYCOLLECTION (".repeat(100_000);
        assert!(from_wkt(&deep).is_err());
        let deep = r#"{"type":"GeometryCollection","geometries":["#.repeat(1000) + &"]}".repeat(1000);
        assert!(to_wkt(deep.as_bytes()).is_err());
    }
}
