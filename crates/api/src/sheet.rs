//! Lines of comma-separated values, as spreadsheets read them.

/// Adds a line (RFC 4180). What is missing is nothing; an empty text stands in quotes. What a program that calculates would
/// take for a formula is marked as text by an apostrophe.
pub fn line<'a>(out: &mut String, values: impl IntoIterator<Item = Option<&'a str>>) {
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if let Some(value) = value {
            cell(out, value);
        }
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, value: &str) {
    let mark = if is_formula(value) { "'" } else { "" };
    // Some programs divide at semicolons.
    match value.is_empty() || value.contains([',', '"', ';', '\r', '\n']) || value.trim() != value {
        true => out.extend(["\"", mark, &value.replace('"', "\"\""), "\""]),
        false => out.extend([mark, value]),
    }
}

/// Whether a spreadsheet would calculate; numbers with a sign are none.
fn is_formula(value: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
    let is_number = || value.parse::<f64>().is_ok() || (value.len() > 1 && digits(&value[1..]));
    match value.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !is_number(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_taken_for_a_formula() {
        let mut text = String::new();
        let values = [
            "=1+1",
            "+SUM(A1)",
            "@x",
            "-cmd",
            "-12,50",
            "-1e-7",
            "+33612",
            "plain",
            "a \"b\", c",
            "=\"x\",1",
            "-",
        ];
        line(&mut text, values.map(Some).into_iter().chain([None, Some("")]));
        assert_eq!(
            text,
            "'=1+1,'+SUM(A1),'@x,'-cmd,\"-12,50\",-1e-7,+33612,plain,\"a \"\"b\"\", c\",\"'=\"\"x\"\",1\",'-,,\"\"\r\n"
        );
    }
}
