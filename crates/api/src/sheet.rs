//! Lines of comma-separated values, as spreadsheets read them.

/// Adds a line. What a program that calculates would take for a formula is marked as text.
pub(crate) fn line<'a>(out: &mut String, values: impl IntoIterator<Item = Option<&'a str>>) {
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        cell(out, value.unwrap_or_default());
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, value: &str) {
    let needs_quotes = value.contains([',', '"', ';', '\r', '\n']);
    if needs_quotes {
        out.push('"');
    }
    if is_formula(value) {
        out.push('\'');
    }
    match needs_quotes {
        true => out.push_str(&value.replace('"', "\"\"")),
        false => out.push_str(value),
    }
    if needs_quotes {
        out.push('"');
    }
}

/// Whether a spreadsheet would calculate; negative numbers are none.
fn is_formula(value: &str) -> bool {
    let number = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
    };
    match value.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => true,
        Some('-') => !number(&value[1..]),
        _ => false,
    }
}

/// A name of a file as headers of answers write it.
pub(crate) fn file_name(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_taken_for_a_formula() {
        let mut text = String::new();
        let values = ["=1+1", "+SUM(A1)", "@x", "-cmd", "-12.50", "plain", "a \"b\", c", "=\"x\",1", "-"];
        line(&mut text, values.map(Some).into_iter().chain([None]));
        assert_eq!(
            text,
            "'=1+1,'+SUM(A1),'@x,'-cmd,-12.50,plain,\"a \"\"b\"\", c\",\"'=\"\"x\"\",1\",'-,\r\n"
        );
    }
}
