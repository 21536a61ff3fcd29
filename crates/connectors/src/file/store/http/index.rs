//! The files that the index page of a folder links to, as nginx, Apache and most other servers write it.

use scraper::{Html, Selector};
use url::Url;

/// Names of what is directly in a folder; those of folders end with `/`.
///
/// Links that lead elsewhere (to the folder above, to other servers, to the same page sorted otherwise) name nothing in
/// the folder.
pub(super) fn names(page: &str, folder: &Url) -> Vec<String> {
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let document = Html::parse_document(page);
    let mut names: Vec<String> = Vec::new();
    for link in document.select(&links) {
        let Some(Ok(target)) = link.value().attr("href").map(|href| folder.join(href.trim())) else {
            continue;
        };
        if target.query().is_some() || target.origin() != folder.origin() {
            continue;
        }
        let Some(rest) = target.path().strip_prefix(folder.path()) else { continue };
        let name = rest.strip_suffix('/').unwrap_or(rest);
        let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        if name.is_empty() || name.contains('/') || decoded.contains('/') {
            continue;
        }
        names.push(if rest.ends_with('/') { format!("{decoded}/") } else { decoded.into_owned() });
    }
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_nginx_and_apache_are_read_alike() {
        let folder = Url::parse("https://h/data/in/").unwrap();
        let nginx = r#"<html><head><title>Index of /data/in/</title></head><body><h1>Index of /data/in/</h1><hr><pre>
            <a href="../">../</a>
            <a href="sub/">sub/</a>    01-Jan-2026 00:00   -
            <a href="a%20b.csv">a b.csv</a>    01-Jan-2026 00:00   12
            </pre><hr></body></html>"#;
        assert_eq!(names(nginx, &folder), ["a b.csv", "sub/"]);
        let apache = r#"<table><tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
            <tr><td><a href="/data/">Parent Directory</a></td></tr>
            <tr><td><a href="a%20b.csv">a b.csv</a></td></tr><tr><td><a href="/data/in/sub/">sub/</a></td></tr>
            <tr><td><a href="https://elsewhere/data/in/c.csv">c</a> <a href="mailto:x@h">x</a>
            <a href="sub/deep.csv">deep</a> <a href="%2e%2e%2fsecret.csv">out</a> <a href="a%20b.csv#x">again</a></td></tr></table>"#;
        assert_eq!(names(apache, &folder), ["a b.csv", "sub/"]);
        assert_eq!(names("no page", &folder), Vec::<String>::new());
    }
}
