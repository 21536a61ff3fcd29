//! Grok patterns as regular expressions.
//!
//! `%{NAME}` stands for a pattern of the table or of the settings, `%{NAME:column}` makes it a column, and
//! `%{NAME:column:type}` gives the column a type. Patterns name each other; the depth and the length of what they
//! expand to are bounded, so that a circle or a doubling at every level is a fault and not a hang.

use std::collections::BTreeMap;

use towpath_model::{Fault, suggest};

use super::patterns::PATTERNS;

/// Deepest nesting of patterns.
const MOST_DEPTH: usize = 30;
/// Longest regular expression.
const MOST_BYTES: usize = 256 << 10;

/// A grok pattern as a regular expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expanded {
    pub(super) regex: String,
    /// The columns in the order of their groups, which are called `grok_0`, `grok_1` and so on.
    pub(super) groups: Vec<Group>,
}

/// A column of a grok pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) column: String,
    /// The type as written.
    pub(super) word: Option<String>,
}

/// The name of the group at a place.
pub(super) fn group_name(place: usize) -> String {
    format!("grok_{place}")
}

/// Expands a pattern.
pub(super) fn expand(pattern: &str, own: &BTreeMap<String, String>) -> Result<Expanded, Fault> {
    let mut expanded = Expanded { regex: String::new(), groups: Vec::new() };
    expand_into(pattern, own, 0, &mut expanded)?;
    Ok(expanded)
}

fn expand_into(
    pattern: &str,
    own: &BTreeMap<String, String>,
    depth: usize,
    expanded: &mut Expanded,
) -> Result<(), Fault> {
    if depth > MOST_DEPTH || expanded.regex.len() > MOST_BYTES {
        return Err(Fault::config("the grok pattern becomes too large")
            .hint("check that no pattern of `patterns` uses itself"));
    }
    let mut rest = pattern;
    while let Some(at) = rest.find("%{") {
        expanded.regex.push_str(&rest[..at]);
        rest = &rest[at + 2..];
        let end = rest.find('}').ok_or_else(|| {
            Fault::config(format!("grok pattern `{pattern}`: a `%{{` has no `}}`"))
                .hint("write `%{NAME:column}`, or `%\\{` for the characters themselves")
        })?;
        let mut words = rest[..end].splitn(3, ':');
        rest = &rest[end + 1..];
        let name = words.next().unwrap_or_default();
        let inner = find(name, own)?;
        match words.next().filter(|column| !column.is_empty()) {
            None => expanded.regex.push_str("(?:"),
            Some(column) => {
                let name = group_name(expanded.groups.len());
                let column = plain(column);
                expanded.groups.push(Group { column, word: words.next().map(str::to_owned) });
                expanded.regex.push_str(&format!("(?<{name}>"));
            }
        }
        expand_into(inner, own, depth + 1, expanded)?;
        expanded.regex.push(')');
    }
    expanded.regex.push_str(rest);
    Ok(())
}

/// A column as Logstash writes it, `[http][status]`, as a dotted name.
fn plain(column: &str) -> String {
    match column.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => inner.replace("][", "."),
        None => column.to_owned(),
    }
}

fn find<'a>(name: &str, own: &'a BTreeMap<String, String>) -> Result<&'a str, Fault> {
    if let Some(pattern) = own.get(name) {
        return Ok(pattern);
    }
    if let Some((_, pattern)) = PATTERNS.iter().find(|(known, _)| *known == name) {
        return Ok(pattern);
    }
    let fault = Fault::config(format!("there is no grok pattern `{name}`"));
    let names = PATTERNS.iter().map(|(name, _)| *name).chain(own.keys().map(String::as_str));
    Err(match suggest::hint(name, "patterns", names) {
        Some(hint) => fault.hint(hint),
        None => fault.hint("define it in `patterns`"),
    })
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn every_pattern_of_the_table_takes_its_example_and_nothing_else() {
        let examples = [
            ("USERNAME", "j.doe-2", "j doe"),
            ("EMAILADDRESS", "a.b+c@example.org", "a.b"),
            ("INT", "-12", "1.2"),
            ("NUMBER", "-1.5", "a"),
            ("BASE16NUM", "0xFF", "0xG"),
            ("POSINT", "12", "0"),
            ("QUOTEDSTRING", r#""a \" b""#, r#""a"#),
            ("UUID", "6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b", "6f0e9d52"),
            ("MAC", "00:1b:63:84:45:e6", "00:1b"),
            ("IPV4", "192.168.0.255", "192.168.0.256"),
            ("IPV6", "fe80::1", "fe80"),
            ("IPV6", "2001:db8:0:0:0:0:2:1", "2001:db8:0:0:0:0:2:1:9"),
            ("HOSTNAME", "db-1.example.org", "-"),
            ("HOSTPORT", "db:5432", "db"),
            ("UNIXPATH", "/var/log/a.log", "var"),
            ("WINPATH", r"C:\Temp\a b.log", "C"),
            ("URI", "https://u:p@example.org:8080/a/b?x=1#y", "example.org"),
            ("MONTH", "September", "Septober"),
            ("TIME", "23:59:59.123", "24:00:00"),
            ("DATE_US", "12/31/2024", "31/12/2024"),
            ("DATE_EU", "31.12.2024", "12/31/2024"),
            ("TIMESTAMP_ISO8601", "2024-12-31T23:59:59.123+01:00", "2024-13-31"),
            ("TIMESTAMP_ISO8601", "2024-12-31 23:59:59,123", "31-12-2024"),
            ("DATESTAMP_RFC2822", "Tue, 31 Dec 2024 23:59:59 +0100", "31 Dec"),
            ("SYSLOGTIMESTAMP", "Dec  1 03:04:05", "1 Dec"),
            ("HTTPDATE", "10/Oct/2000:13:55:36 -0700", "10/10/2000"),
            ("LOGLEVEL", "WARNING", "LOUD"),
            ("SYSLOGPROG", "sshd[123]", "sshd[x]"),
            (
                "COMBINEDAPACHELOG",
                r#"10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1 HTTP/1.0" 200 - "-" "Mozilla/4.08 [en]""#,
                r#"10.0.0.1 - bob "GET /""#,
            ),
            ("SYSLOGLINE", "Dec  1 03:04:05 host su[12]: pam: opened", "no"),
        ];
        let none = BTreeMap::new();
        for (name, good, bad) in examples {
            let regex = expand(&format!("%{{{name}}}"), &none).unwrap().regex;
            let regex = Regex::new(&format!(r"\A(?:{regex})\z")).unwrap();
            assert!(regex.is_match(good), "{name} {good}");
            assert!(!regex.is_match(bad), "{name} {bad}");
        }
        for (name, _) in PATTERNS {
            let expanded = expand(&format!("%{{{name}}}"), &none).unwrap();
            Regex::new(&expanded.regex).unwrap();
        }
    }

    #[test]
    fn columns_types_and_own_patterns() {
        let own = BTreeMap::from([("ORDER".to_owned(), "%{WORD:kind}-%{INT}".to_owned())]);
        let expanded = expand("%{ORDER:order} %{NUMBER:size:int} %{DATA:[http][agent]}", &own).unwrap();
        let columns: Vec<_> = expanded.groups.iter().map(|group| group.column.as_str()).collect();
        assert_eq!(columns, ["order", "kind", "size", "http.agent"]);
        assert_eq!(expanded.groups[2].word.as_deref(), Some("int"));
    }

    #[test]
    fn circles_doublings_and_unknown_names_are_faults() {
        let own = BTreeMap::from([("A".to_owned(), "%{B}".to_owned()), ("B".to_owned(), "%{A}".to_owned())]);
        assert!(expand("%{A}", &own).is_err());
        let own: BTreeMap<_, _> = (0..29)
            .map(|n| (format!("P{n}"), format!("%{{P{}}}%{{P{0}}}", n + 1)))
            .chain([("P29".into(), "x".into())])
            .collect();
        assert!(expand("%{P0}", &own).is_err());
        let fault = expand("%{NUMBR:x}", &BTreeMap::new()).unwrap_err();
        assert_eq!(fault.hint_text(), Some("did you mean `NUMBER`?"));
        assert!(expand("%{NUMBER", &BTreeMap::new()).is_err());
    }
}
