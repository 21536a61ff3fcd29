//! One line of Singer: a message and what it says.

use std::borrow::Cow;

use crate::object::{Value, members, unescape};

/// A message.
#[derive(Debug, PartialEq)]
pub(super) enum Message<'a> {
    /// From here on, the rows of a stream are like this.
    Schema { stream: Cow<'a, str>, schema: &'a [u8], key: Vec<String> },
    /// A row, as the text of its object. The version says to which state of the whole table it belongs.
    Row { stream: Cow<'a, str>, row: &'a [u8], version: Option<i64> },
    /// Where the tap would go on from here.
    State(&'a [u8]),
    /// Only rows of this version are in the table now.
    ActivateVersion { stream: Cow<'a, str>, version: i64 },
    /// Rows that the tap wrote to files of its own.
    Batch { stream: Cow<'a, str> },
}

/// Reads a line. The error says why it is no message.
pub(super) fn read(line: &[u8]) -> Result<Message<'_>, String> {
    if std::str::from_utf8(line).is_err() {
        return Err("the line is not UTF-8; bytes that are wrong are shown as `\\xE9`".into());
    }
    let (mut kind, mut stream, mut version) = (None, None, None);
    let (mut schema, mut row, mut state, mut key) = (None, None, None, None);
    members(line, |name, _, value| {
        match (name, value) {
            (b"type", Value::Text(text, escaped)) => kind = Some(plain(text, escaped)?),
            (b"stream", Value::Text(text, escaped)) => stream = Some(plain(text, escaped)?),
            (b"version", Value::Number(digits)) => {
                version = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<i64>().ok());
            }
            (b"schema", Value::Nested(text)) => schema = Some(text),
            (b"record", Value::Nested(text)) => row = Some(text),
            (b"value", Value::Nested(text)) => state = Some(text),
            (b"key_properties", Value::Nested(text)) => key = Some(text),
            _ => {}
        }
        Ok(())
    })
    .map_err(|why| format!("the line is no message: it {}", why_it(why)))?;
    let kind = kind.ok_or("the line is no message: it has no `type`")?;
    let missing = |what: &str| format!("the {kind} message has no `{what}`");
    match kind.as_ref() {
        "SCHEMA" => {
            let key = match key {
                None => Vec::new(),
                Some(key) => serde_json::from_slice(key)
                    .map_err(|_| "the `key_properties` of the SCHEMA message are no list of names")?,
            };
            let schema = schema.ok_or_else(|| missing("schema"))?;
            Ok(Message::Schema { stream: stream.ok_or_else(|| missing("stream"))?, schema, key })
        }
        "RECORD" => {
            let row = row.ok_or_else(|| missing("record"))?;
            Ok(Message::Row { stream: stream.ok_or_else(|| missing("stream"))?, row, version })
        }
        "STATE" => Ok(Message::State(state.ok_or_else(|| missing("value"))?)),
        "ACTIVATE_VERSION" => {
            let version = version.ok_or_else(|| missing("version"))?;
            Ok(Message::ActivateVersion { stream: stream.ok_or_else(|| missing("stream"))?, version })
        }
        "BATCH" => Ok(Message::Batch { stream: stream.ok_or_else(|| missing("stream"))? }),
        other => Err(format!("`{other}` is no type of message that is known")),
    }
}

/// The text between quotes, with its escapes resolved.
pub(super) fn plain(text: &[u8], escaped: bool) -> Result<Cow<'_, str>, &'static str> {
    if !escaped {
        return std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| "is not UTF-8");
    }
    let mut resolved = Vec::with_capacity(text.len());
    unescape(text, &mut resolved).ok_or("holds a wrong escape")?;
    String::from_utf8(resolved).map(Cow::Owned).map_err(|_| "is not UTF-8")
}

/// The reasons of [`members`] as the end of a sentence about the line.
fn why_it(why: &str) -> String {
    match why.strip_prefix("is ").or(why.strip_prefix("holds ")) {
        Some(_) => why.to_owned(),
        None => format!("is broken: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let stream = || Cow::Borrowed("u");
        assert_eq!(
            read(br#"{"record": {"id": 1}, "version": 7, "stream": "u", "type": "RECORD"}"#),
            Ok(Message::Row { stream: stream(), row: br#"{"id": 1}"#, version: Some(7) })
        );
        assert_eq!(
            read(br#"{"type":"SCHEMA","stream":"\u0075","schema":{},"key_properties":["id"]}"#),
            Ok(Message::Schema { stream: stream(), schema: b"{}", key: vec!["id".into()] })
        );
        assert_eq!(read(br#"{"type":"STATE","value":{"a":1}}"#), Ok(Message::State(br#"{"a":1}"#)));
        assert_eq!(read(br#"{"type":"BATCH","stream":"u"}"#), Ok(Message::Batch { stream: stream() }));
        for (line, why) in [
            (&b"INFO: hello"[..], "is not a JSON object"),
            (b"{\"type\":\"RECORD\"", "is broken: the object is cut off"),
            (b"{}", "has no `type`"),
            (br#"{"type":"RECORD","stream":"u"}"#, "has no `record`"),
            (br#"{"type":"PING"}"#, "`PING` is no type"),
            (b"{\"type\":\"\xff\"}", "not UTF-8"),
        ] {
            let found = read(line).unwrap_err();
            assert!(found.contains(why), "{found}");
        }
    }
}
