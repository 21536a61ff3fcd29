//! A look at how deep a page nests its elements, before it is parsed.
//!
//! The time that parsing takes grows with the depth for every element, so a page made for it could take days. Elements
//! whose end may be left out do not count.

/// Deepest nesting.
const MOST_DEPTH: i64 = 2000;

/// Names of elements without an end, or whose end may be left out.
const OPEN: [&str; 33] = [
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html",
    "img", "input", "li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody",
    "td", "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// Whether elements are nested deeper than a page for people would.
pub(super) fn is_too_deep(page: &str) -> bool {
    let bytes = page.as_bytes();
    let mut depth = 0i64;
    for at in memchr::memchr_iter(b'<', bytes) {
        let rest = &bytes[at + 1..];
        let (is_end, rest) = match rest.strip_prefix(b"/") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let length = rest.iter().take(16).position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(16);
        let name = String::from_utf8_lossy(&rest[..length.min(rest.len())]).to_ascii_lowercase();
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || OPEN.contains(&name.as_str()) {
            continue;
        }
        depth = (depth + if is_end { -1 } else { 1 }).max(0);
        if depth > MOST_DEPTH {
            return true;
        }
    }
    false
}
