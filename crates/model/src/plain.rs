//! The values of a row as texts, from the JSON object that stands for it.
//!
//! Numbers keep every digit: they are taken as they are written, and never become numbers of a machine on the way.

/// Names and values of a JSON object; objects and lists stay JSON, `null` is no value. None when the text is no whole object,
/// such as one that was cut because it was too long.
pub fn texts(object: &str) -> Option<Vec<(String, Option<String>)>> {
    // Whatever follows is easier when the text is known to be right.
    serde_json::from_str::<serde::de::IgnoredAny>(object).ok()?;
    let mut rest = object.trim().strip_prefix('{')?;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(end) = rest.strip_prefix('}') {
            return end.trim().is_empty().then_some(found);
        }
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        let (name, after) = split(rest)?;
        let name: String = serde_json::from_str(name).ok()?;
        let (value, after) = split(after.trim_start().strip_prefix(':')?.trim_start())?;
        let value = match value.as_bytes().first()? {
            b'"' => Some(serde_json::from_str::<String>(value).ok()?),
            b'n' => None,
            _ => Some(value.to_owned()),
        };
        found.push((name, value));
        rest = after;
    }
}

/// The value that a text begins with, and what follows it.
fn split(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    quoted = false;
                    if depth == 0 {
                        return Some(text.split_at(at + 1));
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some((text[..at].trim_end(), &text[at..])),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(text.split_at(at + 1));
                }
            }
            b',' if depth == 0 => return Some((text[..at].trim_end(), &text[at..])),
            _ => {}
        }
    }
    None
}

/// Whether a text is only the beginning of a value that was too long to be kept, see `towpath_connect::cells`.
pub fn is_cut(text: &str) -> bool {
    let Some((_, tail)) = text.rsplit_once("… (") else { return false };
    text.len() > 9_000
        && tail.strip_suffix(" bytes)").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_as_they_are_written() {
        let row = r#" {"id":12345678901234567890.10, "a\"b" : "x, {\"y\\", "none":null,"list":[1,{"k":"]"}],"flag":true} "#;
        let found = texts(row).unwrap();
        let found: Vec<(&str, Option<&str>)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("id", Some("12345678901234567890.10")),
                ("a\"b", Some("x, {\"y\\")),
                ("none", None),
                ("list", Some(r#"[1,{"k":"]"}]"#)),
                ("flag", Some("true")),
            ]
        );
        assert_eq!(texts("{}"), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_object_has_no_values() {
        for text in ["", "1;2;3", "[1]", "{\"a\":1", "{\"a\":1}x", "… 12 bytes"] {
            assert_eq!(texts(text), None, "{text}");
        }
    }
}
