//! The documents of `docs/`, for the help of the pages: Markdown files, and one list of them with their headings.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Serialize;

/// Everything in `docs/` that is meant for people.
#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "guides/*.md"]
#[include = "reference/*.md"]
#[include = "reference/**/*.md"]
struct Documents;

/// One document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// Its path, without the ending.
    pub(crate) path: String,
    /// Its first heading.
    pub(crate) title: String,
    /// The headings below it.
    pub(crate) headings: Vec<String>,
}

/// A document by its path, or the list of all: `index.json`.
pub(super) fn answer(path: &str) -> Option<Response> {
    if path == "index.json" {
        let list = serde_json::to_string(list()).ok()?;
        return Some(([(header::CONTENT_TYPE, "application/json")], list).into_response());
    }
    let file = path.ends_with(".md").then(|| Documents::get(path)).flatten()?;
    Some(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], file.data).into_response())
}

/// The text of a document by its path.
pub(crate) fn document(path: &str) -> Option<String> {
    String::from_utf8(Documents::get(path)?.data.into_owned()).ok()
}

/// Documents whose title or headings hold every word of the text, at most `most`; titles first.
pub(crate) fn find(text: &str, most: usize) -> Vec<&'static Entry> {
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let (mut found, rest): (Vec<_>, Vec<_>) = list().iter().partition(|entry| holds(&entry.title));
    found.extend(rest.into_iter().filter(|entry| entry.headings.iter().any(|heading| holds(heading))));
    found.truncate(most);
    found
}

/// Every document, guides first. Read once: they do not change while the program runs.
fn list() -> &'static [Entry] {
    static LIST: OnceLock<Vec<Entry>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut list: Vec<Entry> = Documents::iter().filter_map(|path| entry(&path)).collect();
        list.sort_by(|a, b| a.path.cmp(&b.path));
        list
    })
}

fn entry(path: &str) -> Option<Entry> {
    let file = Documents::get(path)?;
    let text = std::str::from_utf8(&file.data).ok()?;
    let mut in_code = false;
    let mut headings = text.lines().filter_map(|line| {
        in_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        (!in_code && line.starts_with('#') && heading.starts_with(' '))
            .then(|| heading.trim().replace('`', ""))
    });
    let title = headings.next()?;
    let headings = headings.collect();
    Some(Entry { path: path.strip_suffix(".md")?.to_owned(), title, headings })
}
