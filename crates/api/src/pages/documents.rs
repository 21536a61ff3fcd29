//! The documents of `docs/`, for the help of the pages: Markdown files, one list of them with their headings, and their texts to
//! search in, in each language. Where a document is not translated, the English one stands in its place.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Everything in `docs/` that is meant for people. Translations stand below the name of their language.
#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "README.md"]
#[include = "guides/*.md"]
#[include = "reference/*.md"]
#[include = "reference/**/*.md"]
#[include = "fr/README.md"]
#[include = "fr/guides/*.md"]
#[include = "fr/reference/*.md"]
#[include = "fr/reference/**/*.md"]
struct Documents;

/// Languages of the documents.
const LANGUAGES: [&str; 2] = ["en", "fr"];

/// One document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// Its path, without the ending; the same in every language.
    pub(crate) path: String,
    /// Its first heading.
    pub(crate) title: String,
    /// The headings below it.
    pub(crate) headings: Vec<String>,
    /// The language that it is in.
    pub(crate) language: &'static str,
    /// The headings of the English document, in the same order: links name places by them in every language.
    #[serde(skip_serializing_if = "Option::is_none")]
    places: Option<Vec<String>>,
    /// What stands below the title, and below each of the headings.
    #[serde(skip)]
    texts: Vec<String>,
    /// Title, headings and texts as they are searched.
    #[serde(skip)]
    plain: Plain,
}

#[derive(Debug, Clone)]
struct Plain {
    title: String,
    headings: Vec<String>,
    texts: Vec<String>,
}

/// Below `LANGUAGE/`: a document by its path, the list of all (`index.json`), or their texts by path (`texts.json`).
pub(super) fn answer(path: &str) -> Option<Response> {
    let (language, path) = path.split_once('/')?;
    let language = LANGUAGES.into_iter().find(|known| *known == language)?;
    let json = |text: String| ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    match path {
        "index.json" => return serde_json::to_string(list(language)).ok().map(json),
        "texts.json" => {
            let texts: BTreeMap<_, _> =
                list(language).iter().map(|entry| (&entry.path, &entry.texts)).collect();
            return serde_json::to_string(&texts).ok().map(json);
        }
        _ => {}
    }
    let (file, _) = path.ends_with(".md").then(|| read(path, language)).flatten()?;
    Some(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], file.data).into_response())
}

/// A file in a language, or in English; and which of the two.
fn read(path: &str, language: &'static str) -> Option<(EmbeddedFile, &'static str)> {
    let translated = Documents::get(&format!("{language}/{path}")).map(|file| (file, language));
    translated.or_else(|| Some((Documents::get(path)?, "en")))
}

/// The English text of a document by its path.
pub(crate) fn document(path: &str) -> Option<String> {
    String::from_utf8(Documents::get(path)?.data.into_owned()).ok()
}

/// Documents that hold every word of the text in their title, in one heading or in what stands below one, at most `most`, in this
/// order; each with the place. Letters are found with and without their accents.
pub(crate) fn find(text: &str, language: &str, most: usize) -> Vec<(&'static Entry, String)> {
    let text = plain(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let holds = |text: &String| words.iter().all(|word| text.contains(word));
    let mut found: [Vec<(&Entry, String)>; 3] = Default::default();
    for entry in list(language) {
        if holds(&entry.plain.title) {
            found[0].push((entry, String::new()));
        } else if let Some(at) = entry.plain.headings.iter().position(holds) {
            found[1].push((entry, entry.headings[at].clone()));
        } else if let Some(at) = entry.plain.texts.iter().position(holds) {
            found[2].push((entry, excerpt(&entry.texts[at], words.first().copied().unwrap_or_default())));
        }
    }
    found.into_iter().flatten().take(most).collect()
}

/// A text in small letters without accents.
fn plain(text: &str) -> String {
    text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// Characters that an excerpt has before the word, and in all.
const BEFORE: usize = 40;
const EXCERPT: usize = 140;

/// A piece of a text around a word, which is plain.
fn excerpt(text: &str, word: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|one| plain(one).contains(word)).unwrap_or(0);
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
fn list(language: &str) -> &'static [Entry] {
    static LISTS: OnceLock<Vec<Vec<Entry>>> = OnceLock::new();
    let at = LANGUAGES.iter().position(|known| *known == language).unwrap_or(0);
    &LISTS.get_or_init(|| LANGUAGES.map(in_language).to_vec())[at]
}

fn in_language(language: &'static str) -> Vec<Entry> {
    let is_translation = |path: &str| LANGUAGES.iter().any(|known| path.starts_with(&format!("{known}/")));
    let paths = Documents::iter().filter(|path| !is_translation(path));
    let mut list: Vec<Entry> = paths.filter_map(|path| entry(&path, language)).collect();
    list.sort_by(|a, b| a.path.cmp(&b.path));
    list
}

fn entry(path: &str, language: &'static str) -> Option<Entry> {
    let (file, language) = read(path, language)?;
    let places = if language == "en" { None } else { Some(entry(path, "en")?.headings) };
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
    let all = |texts: &[String]| texts.iter().map(|text| plain(text)).collect();
    let plain = Plain { title: plain(&title), headings: all(&headings), texts: all(&texts) };
    Some(Entry {
        path: path.strip_suffix(".md")?.to_owned(),
        title,
        headings,
        language,
        places,
        texts,
        plain,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_a_heading_is_found_after_titles_and_headings() {
        let found = find("synchronous", "en", 100);
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
    fn documents_are_found_in_the_language_of_the_reader_with_and_without_accents() {
        for words in ["exécutions", "EXECUTIONS"] {
            let found = find(words, "fr", 100);
            assert!(found.iter().any(|(entry, _)| entry.language == "fr"), "{words}");
        }
        // What is not translated is found in English.
        let found = find("command line", "fr", 100);
        assert!(
            found.iter().any(|(entry, _)| entry.path == "reference/command-line" && entry.language == "en")
        );
        for entry in list("fr") {
            let places = entry.places.as_ref().map_or(entry.headings.len(), Vec::len);
            assert_eq!(entry.headings.len(), places, "{} has other headings in English", entry.path);
        }
        let paths = |language| list(language).iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>();
        assert_eq!(paths("en"), paths("fr"));
        assert_eq!(paths("unknown"), paths("en"));
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
