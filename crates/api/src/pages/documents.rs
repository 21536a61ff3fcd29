//! The documents of `docs/`, for the help of the pages: Markdown files, one list of them with their headings, and their texts to
//! search in.

use std::collections::BTreeMap;
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
    /// What stands below the title, and below each of the headings.
    #[serde(skip)]
    texts: Vec<String>,
}

/// A document by its path, the list of all (`index.json`), or their texts by path (`texts.json`).
pub(super) fn answer(path: &str) -> Option<Response> {
    let json = |text: String| ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    match path {
        "index.json" => return serde_json::to_string(list()).ok().map(json),
        "texts.json" => {
            let texts: BTreeMap<_, _> = list().iter().map(|entry| (&entry.path, &entry.texts)).collect();
            return serde_json::to_string(&texts).ok().map(json);
        }
        _ => {}
    }
    let file = path.ends_with(".md").then(|| Documents::get(path)).flatten()?;
    Some(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], file.data).into_response())
}

/// The text of a document by its path.
pub(crate) fn document(path: &str) -> Option<String> {
    String::from_utf8(Documents::get(path)?.data.into_owned()).ok()
}

/// Documents that hold every word of the text in their title, in one heading or in what stands below one, at most `most`, in this
/// order; each with the place.
pub(crate) fn find(text: &str, most: usize) -> Vec<(&'static Entry, String)> {
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut found: [Vec<(&Entry, String)>; 3] = Default::default();
    for entry in list() {
        if holds(&entry.title) {
            found[0].push((entry, String::new()));
        } else if let Some(heading) = entry.headings.iter().find(|heading| holds(heading)) {
            found[1].push((entry, heading.clone()));
        } else if let Some(text) = entry.texts.iter().find(|text| holds(text)) {
            found[2].push((entry, excerpt(text, words.first().map_or("", String::as_str))));
        }
    }
    found.into_iter().flatten().take(most).collect()
}

/// Characters that an excerpt has before the word, and in all.
const BEFORE: usize = 40;
const EXCERPT: usize = 140;

/// A piece of a text around a word.
fn excerpt(text: &str, word: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|one| one.to_lowercase().contains(word)).unwrap_or(0);
    let mut from = at;
    let mut before = 0;
    while from > 0 && before < BEFORE {
        from -= 1;
        before += words[from].chars().count() + 1;
    }
    let mut piece = if from > 0 { "…".to_owned() } else { String::new() };
    for word in &words[from..] {
        if piece.chars().count() + word.chars().count() > EXCERPT {
            return format!("{}…", piece.trim_end());
        }
        piece.push_str(word);
        piece.push(' ');
    }
    piece.trim_end().to_owned()
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
    let (mut headings, mut texts) = (Vec::new(), Vec::<String>::new());
    let mut in_code = false;
    for line in std::str::from_utf8(&file.data).ok()?.lines() {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        let heading = line.trim_start_matches('#');
        if !in_code && line.starts_with('#') && heading.starts_with(' ') {
            headings.push(heading.trim().replace('`', ""));
            texts.push(String::new());
        } else if let Some(text) = texts.last_mut().filter(|_| !is_fence) {
            text.push_str(line);
            text.push('\n');
        }
    }
    if headings.is_empty() {
        return None;
    }
    let title = headings.remove(0);
    Some(Entry { path: path.strip_suffix(".md")?.to_owned(), title, headings, texts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_a_heading_is_found_after_titles_and_headings() {
        let found = find("synchronous", 100);
        assert!(found.iter().any(|(_, place)| place.contains("synchronous")), "{found:?}");
        let ranks: Vec<u8> = found
            .iter()
            .map(|(entry, place)| match (place.is_empty(), entry.headings.contains(place)) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            })
            .collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn an_excerpt_is_short_and_holds_the_word() {
        let text = format!("{} Été needle {}", "before ".repeat(50), "after ".repeat(50));
        let piece = excerpt(&text, "needle");
        assert!(piece.contains("Été needle") && piece.starts_with('…') && piece.ends_with('…'), "{piece}");
        assert!(piece.chars().count() <= EXCERPT + 2);
        assert_eq!(excerpt("one\n two", "one"), "one two");
    }
}
