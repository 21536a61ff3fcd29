//! What happens to files after the run that read them: they stay, are deleted, or are moved.
//!
//! Only the version that was read is touched: a file that has another size, time or tag by now stays for the next run.
//! A file that is gone is taken for settled, since an earlier call may have moved it. A move never replaces a file.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use towpath_connect::{Item, Settlement};
use towpath_model::{Fault, suggest};

use super::super::chunks::nanos;
use super::super::place::Place;
use super::super::store::search::is_pattern;
use super::config::After;
use super::names::{Captured, DATE, Names, Piece, pieces};

/// Names that are tried for a file whose own is taken.
const NUMBERS: usize = 10_000;

/// The name of a file's folder, in the path that it is moved to.
const FOLDER: &str = "folder";

/// What is done after a run, by how it ended.
#[derive(Debug, Default)]
pub(super) struct Afterwards {
    done: Rule,
    failed: Rule,
}

#[derive(Debug, Default, PartialEq)]
enum Rule {
    #[default]
    Keep,
    Delete,
    Move {
        /// The folder, with braces.
        to: String,
        /// Its beginning without braces: files below are never read.
        below: String,
    },
}

impl Afterwards {
    /// Checks the settings against the path that files are read from.
    pub(super) fn new(
        after: Option<&After>,
        path: &str,
        names: Option<&Names>,
        place: &Place,
    ) -> Result<Afterwards, Fault> {
        let Some(after) = after else { return Ok(Afterwards::default()) };
        let moved = |to: Option<&String>| to.map_or(Ok(Rule::Keep), |to| moving(to, path, names, place));
        let done = match (moved(after.archive.as_ref())?, after.delete) {
            (Rule::Keep, true) => Rule::Delete,
            (_, true) => {
                return Err(Fault::config("`after` both deletes files and moves them to an archive")
                    .hint("remove `delete` or `archive`"));
            }
            (done, false) => done,
        };
        Ok(Afterwards { done, failed: moved(after.quarantine.as_ref())? })
    }

    /// Whether files are gone after a run that ended well.
    pub(super) fn takes_away(&self) -> bool {
        self.done != Rule::Keep
    }

    /// Whether anything is done at all.
    pub(super) fn does_something(&self) -> bool {
        self.done != Rule::Keep || self.failed != Rule::Keep
    }

    /// Whether a file lies where files are moved to.
    pub(super) fn holds(&self, name: &str) -> bool {
        [&self.done, &self.failed]
            .into_iter()
            .any(|rule| matches!(rule, Rule::Move { below, .. } if Path::new(name).starts_with(below)))
    }

    /// Does it; returns remarks.
    pub(super) async fn carry_out(
        &self,
        place: &Place,
        names: Option<&Names>,
        items: &[Item],
        settlement: Settlement,
    ) -> Result<Vec<String>, Fault> {
        let rule = match settlement {
            Settlement::Done => &self.done,
            Settlement::Failed => &self.failed,
        };
        let mut notes = Vec::new();
        if *rule == Rule::Keep {
            return Ok(notes);
        }
        let store = place.store();
        for item in items {
            store.confine(&item.name).await?;
            let Some(found) = store.stat(&item.name).await? else { continue };
            let now = Item {
                name: item.name.clone(),
                size: found.size,
                modified: found.modified.map(nanos),
                tag: found.tag,
                ..Item::default()
            };
            if !now.looks_like(item) {
                notes.push(format!("`{}` was changed after it was read, and stays", item.name));
                continue;
            }
            match rule {
                Rule::Keep => {}
                Rule::Delete => {
                    store.remove(&item.name).await?;
                    notes.push(format!("`{}` is deleted", item.name));
                }
                Rule::Move { to, .. } => {
                    let captured = names.and_then(|names| names.capture(&item.name)).unwrap_or_default();
                    let folder = place.locate(&folder(to, item, &captured)?)?;
                    store.confine(&folder).await?;
                    let moved = shift(place, &item.name, &folder).await?;
                    notes.push(format!("`{}` is moved to `{moved}`", item.name));
                }
            }
        }
        Ok(shorten(notes))
    }
}

/// Remarks about the first files, and how many more there are.
fn shorten(mut notes: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 20;
    if notes.len() > SHOWN {
        let more = notes.len() - SHOWN;
        notes.truncate(SHOWN);
        notes.push(format!("and {more} files more"));
    }
    notes
}

/// Moves a file into a folder; its new path.
async fn shift(place: &Place, name: &str, folder: &str) -> Result<String, Fault> {
    let own = name.rsplit('/').next().unwrap_or(name);
    // The whole ending stays together: `a.csv.gz` becomes `a-2.csv.gz`.
    let dot = own[1..].find('.').map_or(own.len(), |at| at + 1);
    let (stem, ending) = own.split_at(dot);
    for number in 1..NUMBERS {
        let to = match number {
            1 => format!("{folder}/{own}"),
            number => format!("{folder}/{stem}-{number}{ending}"),
        };
        if place.store().rename(name, &to).await? {
            return Ok(to);
        }
    }
    Err(Fault::data(format!("folder `{folder}` holds {NUMBERS} files named like `{own}`"))
        .hint("tidy it up, or use a folder for each day: `archive/{date:%Y-%m-%d}/`"))
}

fn moving(to: &str, path: &str, names: Option<&Names>, place: &Place) -> Result<Rule, Fault> {
    let wrong = |why: String, hint: &str| {
        Err(Fault::config(format!("`after` moves files to `{to}`: {why}")).hint(hint.to_owned()))
    };
    let example = "write for example `archive: \"archive/{date:%Y}/\"`";
    let mut below = "";
    for (place, piece) in pieces(to).into_iter().enumerate() {
        match piece {
            Piece::Literal(text) if place == 0 => {
                below = match to.contains('{') {
                    true => text.rsplit_once('/').map_or("", |(folders, _)| folders),
                    false => text.trim_end_matches('/'),
                };
            }
            Piece::Literal(_) => {}
            Piece::Braces(DATE, Some(format)) => {
                if strtime::format(format, DateTime::default()).is_err() {
                    return wrong(format!("`{format}` is no format of a date"), example);
                }
            }
            Piece::Braces(FOLDER, None) => {}
            Piece::Braces(name, format) => {
                let mut known: Vec<&str> =
                    names.iter().flat_map(|names| names.texts()).map(String::as_str).collect();
                if format.is_some() || !known.contains(&name) {
                    known.extend(["date:%Y", FOLDER]);
                    let hint = suggest::hint(name, "what there is", known);
                    let what = format!("`path` does not capture `{name}`");
                    return wrong(what, hint.as_deref().unwrap_or(example));
                }
            }
        }
    }
    if below.is_empty() || below == "." {
        return wrong("it must begin with the name of a folder".into(), example);
    }
    let below = place.locate(below)?;
    let literal = path.find(['{', '*', '?', '[']).map_or(path, |at| &path[..at]);
    if Path::new(literal).starts_with(&below) {
        return wrong("files are read from there".into(), "move them to a folder of their own");
    }
    if is_pattern(&below) {
        return wrong("it has wildcards".into(), example);
    }
    Ok(Rule::Move { to: to.to_owned(), below })
}

/// The folder that a file is moved to.
fn folder(to: &str, item: &Item, captured: &Captured) -> Result<String, Fault> {
    let changed = || {
        let since = Duration::from_nanos(u64::try_from(item.modified?).ok()?);
        let at = jiff::Timestamp::try_from(UNIX_EPOCH + since).ok()?;
        Some(at.to_zoned(TimeZone::UTC).datetime())
    };
    let mut folder = String::new();
    for piece in pieces(to) {
        match piece {
            Piece::Literal(text) => folder.push_str(text),
            Piece::Braces(DATE, Some(format)) => {
                let text = captured.date.or_else(changed).and_then(|at| strtime::format(format, at).ok());
                let text = text.ok_or_else(|| {
                    Fault::data(format!("file `{}` has no date for `{to}`", item.name))
                        .hint("use a folder without `{date:…}`")
                })?;
                folder.push_str(&text);
            }
            Piece::Braces(FOLDER, _) => {
                folder.push_str(item.name.rsplit_once('/').map_or("", |(folder, _)| folder));
            }
            Piece::Braces(name, _) => folder.push_str(captured.text(name).unwrap_or_default()),
        }
    }
    Ok(folder.trim_end_matches('/').to_owned())
}
