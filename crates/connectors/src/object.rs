//! One JSON object, taken apart into its keys and the text of its values.
//!
//! Values keep their own text, so numbers lose no digit. Everything at the top level of the object is checked here;
//! nested objects and lists are checked when a column takes them.

/// The text of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    /// The digits, sign, point and exponent as written.
    Number(&'a [u8]),
    /// What stands between the quotes; the flag says that it holds backslashes.
    Text(&'a [u8], bool),
    /// An object or list as written.
    Nested(&'a [u8]),
}

/// Why a record is no object that can be read.
pub(crate) type Why = &'static str;

/// Calls `each` with every key (what stands between its quotes, and whether it holds backslashes) and value.
pub(crate) fn members<'a>(
    record: &'a [u8],
    mut each: impl FnMut(&'a [u8], bool, Value<'a>) -> Result<(), Why>,
) -> Result<(), Why> {
    let mut parser = Parser { data: record, at: 0 };
    if parser.next_byte() != Some(b'{') {
        return Err("is not a JSON object");
    }
    parser.at += 1;
    if parser.next_byte() == Some(b'}') {
        parser.at += 1;
        return parser.end();
    }
    loop {
        if parser.next_byte() != Some(b'"') {
            return Err("a key is missing, or is not in double quotes");
        }
        let (key, escaped) = parser.text()?;
        if parser.next_byte() != Some(b':') {
            return Err("a colon is missing behind a key");
        }
        parser.at += 1;
        let value = parser.value()?;
        each(key, escaped, value)?;
        match parser.next_byte() {
            Some(b',') => parser.at += 1,
            Some(b'}') => {
                parser.at += 1;
                return parser.end();
            }
            None => return Err("the object is cut off"),
            Some(_) => return Err("a comma is missing between two values"),
        }
    }
}

/// Calls `each` with every element of a list.
pub(crate) fn items<'a>(
    list: &'a [u8],
    mut each: impl FnMut(Value<'a>) -> Result<(), Why>,
) -> Result<(), Why> {
    let mut parser = Parser { data: list, at: 0 };
    if parser.next_byte() != Some(b'[') {
        return Err("is not a JSON list");
    }
    parser.at += 1;
    if parser.next_byte() == Some(b']') {
        parser.at += 1;
        return parser.end();
    }
    loop {
        let value = parser.value()?;
        each(value)?;
        match parser.next_byte() {
            Some(b',') => parser.at += 1,
            Some(b']') => {
                parser.at += 1;
                return parser.end();
            }
            None => return Err("the list is cut off"),
            Some(_) => return Err("a comma is missing between two values"),
        }
    }
}

/// Whether the JSON text of a key, with its quotes, means `name`.
pub(crate) fn key_is(quoted: &[u8], name: &str) -> bool {
    serde_json::from_slice::<String>(quoted).is_ok_and(|key| key == name)
}

struct Parser<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    /// The next byte that is no white space, without stepping over it.
    #[inline]
    fn next_byte(&mut self) -> Option<u8> {
        while let Some(byte) = self.data.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn end(&mut self) -> Result<(), Why> {
        if self.next_byte().is_some() { Err("more text follows the object") } else { Ok(()) }
    }

    /// The text whose opening quote is the next byte.
    fn text(&mut self) -> Result<(&'a [u8], bool), Why> {
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            let rest = self.data.get(at..).ok_or("a text is cut off")?;
            let skip = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20)
                .ok_or("a text is cut off")?;
            at += skip;
            match self.data[at] {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    at += 2;
                }
                _ => return Err("a text holds a line end or control character"),
            }
        }
        self.at = at + 1;
        Ok((&self.data[start..at], escaped))
    }

    fn value(&mut self) -> Result<Value<'a>, Why> {
        match self.next_byte() {
            Some(b'"') => self.text().map(|(text, escaped)| Value::Text(text, escaped)),
            Some(b'{' | b'[') => self.nested(),
            Some(b'-' | b'0'..=b'9') => {
                let word = self.word();
                if is_number(word) {
                    Ok(Value::Number(word))
                } else {
                    Err("a number is not written as JSON has it")
                }
            }
            Some(_) => match self.word() {
                b"null" => Ok(Value::Null),
                b"true" => Ok(Value::Boolean(true)),
                b"false" => Ok(Value::Boolean(false)),
                _ => Err("a value is missing, or is not JSON"),
            },
            None => Err("the object is cut off"),
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = &self.data[self.at..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | b':'))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The nested value that begins at the next byte.
    fn nested(&mut self) -> Result<Value<'a>, Why> {
        let (start, mut depth) = (self.at, 0usize);
        loop {
            match self.data.get(self.at) {
                None => return Err("a nested value is cut off"),
                Some(b'"') => {
                    self.text()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(Value::Nested(&self.data[start..self.at]));
            }
        }
    }
}

/// Whether the bytes are a number as JSON writes it.
pub(crate) fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let count = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = count(digits);
    if whole == 0 || (whole > 1 && digits[0] == b'0') {
        return false;
    }
    let mut rest = &digits[whole..];
    if let [b'.', fraction @ ..] = rest {
        let decimals = count(fraction);
        if decimals == 0 {
            return false;
        }
        rest = &fraction[decimals..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        return !exponent.is_empty() && count(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// Appends a text with its escapes resolved. `None` when an escape is wrong, or half of a surrogate pair.
pub(crate) fn unescape(raw: &[u8], plain: &mut Vec<u8>) -> Option<()> {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        let escape = *rest.get(at + 1)?;
        rest = &rest[at + 2..];
        plain.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = hex4(rest)?;
                rest = &rest[4..];
                if (0xd800..0xdc00).contains(&code) {
                    let low = hex4(rest.strip_prefix(b"\\u")?)?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return None;
                    }
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    rest = &rest[6..];
                }
                let mut utf8 = [0; 4];
                plain.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut utf8).as_bytes());
                continue;
            }
            _ => return None,
        });
    }
    plain.extend_from_slice(rest);
    Some(())
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(..4)?;
    digits.iter().try_fold(0, |code, byte| Some(code * 16 + char::from(*byte).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(record: &str) -> Result<Vec<(String, String)>, Why> {
        let mut found = Vec::new();
        members(record.as_bytes(), |key, _, value| {
            found.push((String::from_utf8_lossy(key).into_owned(), format!("{value:?}")));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn good_objects() {
        assert_eq!(parse(" {} ").unwrap(), []);
        let keys: Vec<String> = parse(r#"{"a": 1.50 ,"b":"x\"y","c":[1,{"d":"]"}],"e":null,"f":true}"#)
            .unwrap()
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, ["a", "b", "c", "e", "f"]);
    }

    #[test]
    fn bad_objects_have_a_reason() {
        for bad in [
            "",
            "1",
            "[1]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":nul}",
            "{\"a\":\"x}",
            "{\"a\":[1}",
            "{} {}",
            "{\"a\":\"\n\"}",
            "{\"a\":1e}",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn escapes() {
        let check = |raw: &str| {
            let mut plain = Vec::new();
            unescape(raw.as_bytes(), &mut plain).map(|()| String::from_utf8(plain).unwrap())
        };
        assert_eq!(check(r"a\n\u00e9\ud83d\ude00\/").as_deref(), Some("a\né😀/"));
        assert_eq!(check(r"\ud83d"), None);
        assert_eq!(check(r"\ud83dx"), None);
        assert_eq!(check(r"\x"), None);
    }
}
