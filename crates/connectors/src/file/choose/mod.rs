//! Which files a run reads, and what happens to them afterwards.
//!
//! The store lists what the path names; then names are taken apart ([`names`]), dates and `pick` narrow the list, files
//! that are still being written are left out ([`settled`]), and so are those that earlier runs read ([`again`]). What
//! is missing raises alerts ([`due`]). Without a run (somebody looks), only the steps that depend on names count.
//!
//! A run fixes its choice once ([`Chooser::choose`]): the items it gives to the memory of runs are the files that it
//! reads. An attempt that goes on with an earlier one takes that one's items and no others.

mod after;
mod again;
pub(super) mod config;
mod due;
mod names;
mod settled;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, TimeUnit};
use jiff::civil::Date;
use towpath_connect::{Alert, Item, Recall, Settlement};
use towpath_model::{Fault, FaultKind, suggest};

use self::after::Afterwards;
use self::config::{Again, Pick};
use self::due::Arrivals;
use self::names::{Captured, DATE, Names};
use super::archive::packing;
use super::chunks::nanos;
use super::config::{Format, Source};
use super::format::ending;
use super::place::{FileRef, Place};

/// What of a file can be shown in a column besides captures.
const SHOWN: [&str; 5] = ["path", "name", "size", "modified", DATE];

/// Chooses files by the settings of a source.
#[derive(Debug)]
pub(super) struct Chooser {
    place: Place,
    /// The path as it was given.
    given: String,
    /// The path as the store takes it.
    path: String,
    names: Option<Names>,
    format: Option<Format>,
    archives: bool,
    dates: Option<(Date, Date)>,
    pick: Pick,
    at_most: usize,
    settled: Option<std::time::Duration>,
    again: Again,
    together: Vec<String>,
    after: Afterwards,
    due: Option<Arrivals>,
    columns: BTreeMap<String, String>,
    recall: Mutex<Arc<Recall>>,
}

/// A file and what its name says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) file: FileRef,
    pub(super) captured: Captured,
}

/// What a run reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    pub(super) files: Vec<Candidate>,
    /// The same, as the memory of runs has it.
    pub(super) items: Vec<Item>,
    /// Files that are there and were read before: they tell the columns when nothing is new.
    pub(super) known: Vec<Candidate>,
    pub(super) notes: Vec<String>,
    pub(super) alerts: Vec<Alert>,
}

impl Chooser {
    /// Checks the settings against each other.
    pub(super) fn new(place: Place, settings: &Source) -> Result<Chooser, Fault> {
        let path = match settings.path.as_str() {
            "-" => {
                place.bounds.check_standard_streams()?;
                "-".to_owned()
            }
            path => place.locate(path)?,
        };
        let names = Names::parse(&path)?;
        let after = Afterwards::new(settings.after.as_ref(), &path, names.as_ref(), &place)?;
        let chooser = Chooser {
            dates: settings.dates.as_ref().map(|dates| span(&dates.from, &dates.to)).transpose()?,
            settled: settings.settled.as_deref().map(settled::length).transpose()?,
            due: settings.due.as_ref().map(Arrivals::new).transpose()?,
            pick: settings.pick,
            at_most: settings.at_most.map_or(1, |most| most as usize),
            format: settings.format,
            archives: settings.member.is_some(),
            again: settings.read,
            together: settings.together.clone(),
            columns: settings.file_columns.clone(),
            recall: Mutex::default(),
            names,
            after,
            given: settings.path.clone(),
            path,
            place,
        };
        chooser.check()?;
        Ok(chooser)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.path == "-" && (self.remembers() || self.settled.is_some()) {
            return Err(Fault::config("the standard input is no file that could be chosen or remembered")
                .hint("remove `read`, `after`, `settled` and `due`, or give a path"));
        }
        let has_date = self.names.as_ref().is_some_and(Names::has_date);
        for (set, name) in [(self.dates.is_some(), "dates"), (self.due.is_some(), "due")] {
            if set && !has_date {
                return Err(Fault::config(format!("`{name}` needs a date in the name, and `path` has none"))
                    .hint("write how the date stands in the name, for example `{date:%Y%m%d}.csv`"));
            }
        }
        let mut captures: Vec<&str> = self.names.iter().flat_map(Names::texts).map(String::as_str).collect();
        captures.extend(has_date.then_some(DATE));
        let known = |name: &str, what: &str, known: &[&str]| match known.contains(&name) {
            true => Ok(()),
            false => {
                let hint = suggest::hint(name, "what there is", known.iter().copied());
                Err(Fault::config(format!("`{what}` names `{name}`, which `path` does not capture"))
                    .hint(hint.unwrap_or_else(|| format!("write `{{{name}}}` where it stands in `path`"))))
            }
        };
        for name in &self.together {
            known(name, "together", &captures)?;
        }
        for name in self.due.iter().flat_map(Arrivals::captures) {
            known(name, "due", &captures)?;
        }
        let shown: Vec<&str> =
            captures.iter().copied().chain(SHOWN.into_iter().filter(|name| *name != DATE)).collect();
        for name in self.columns.keys() {
            known(name, "file_columns", &shown)?;
        }
        if self.at_most != 1 && self.pick == Pick::All {
            return Err(Fault::config("`at_most` has no meaning where all files are read")
                .hint("set `pick: newest` or `pick: oldest`, or remove `at_most`"));
        }
        if !self.together.is_empty() && self.after.takes_away() {
            return Err(Fault::config("`together` reads files again that `after` has taken away")
                .hint("remove `archive` and `delete` from `after`, or `together`"));
        }
        if !self.together.is_empty() && self.again == Again::Always {
            return Err(Fault::config("`together` has no meaning where every run reads every file")
                .hint("set `read: new` or `read: changed`, or remove `together`"));
        }
        Ok(())
    }

    /// Takes what is remembered.
    pub(super) fn recall(&self, recall: Recall) {
        *self.recall.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(recall);
    }

    /// What is remembered.
    pub(super) fn recalled(&self) -> Arc<Recall> {
        Arc::clone(&self.recall.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether what a run reads must be remembered: to leave it out, to tidy up, or to go on without a file that has
    /// not come.
    pub(super) fn remembers(&self) -> bool {
        self.again != Again::Always || self.after.does_something() || self.due.is_some()
    }

    /// Whether something is done with files after a run.
    pub(super) fn settles(&self) -> bool {
        self.after.does_something()
    }

    /// Whether the choice stays as it is for as long as the source is used.
    pub(super) fn is_fixed(&self) -> bool {
        self.recalled().is_run && (self.remembers() || self.settled.is_some())
    }

    /// The files to read. That there are none is a fault only when somebody looks or nothing is remembered, and is the
    /// caller's decision: it gets the fault beside the choice.
    pub(super) async fn choose(&self) -> Result<(Choice, Option<Fault>), Fault> {
        let recall = self.recalled();
        let (mut found, missing) = match self.list().await {
            Ok(found) => (found, None),
            Err(fault) if fault.kind() == FaultKind::NotFound => (Vec::new(), Some(fault)),
            Err(fault) => return Err(fault),
        };
        let missing = missing.or_else(|| found.is_empty().then(|| self.nothing()));
        let mut choice = Choice::default();
        if recall.is_run
            && let Some(due) = &self.due
        {
            choice.alerts = due.alerts(jiff::Timestamp::now(), self.dates, &self.come(&found, &recall))?;
        }
        if let (true, Some(chosen)) = (recall.is_run, &recall.chosen) {
            choice.files = again::exactly(found, chosen)?;
            choice.items = chosen.clone();
            return Ok((choice, None));
        }
        if let Some((from, to)) = self.dates {
            found.retain(|one| one.captured.date.is_some_and(|at| (from..to).contains(&at.date())));
        }
        self.pick(&mut found);
        if recall.is_run
            && let Some(span) = self.settled
        {
            let (settled, left) = settled::wait(&self.place, found, span).await?;
            found = settled;
            choice.notes.extend(left);
        }
        let missing = missing.or_else(|| found.is_empty().then(|| self.nothing()));
        match recall.is_run {
            true => self.leave_out_read(found, &recall, &mut choice).await?,
            false => choice.files = found,
        }
        if recall.is_run && self.remembers() {
            choice.items = again::items(&self.place, &choice.files, self.again != Again::Always).await?;
        }
        Ok((choice, missing))
    }

    async fn leave_out_read(
        &self,
        found: Vec<Candidate>,
        recall: &Recall,
        choice: &mut Choice,
    ) -> Result<(), Fault> {
        if self.again == Again::Always {
            choice.files = found;
            return Ok(());
        }
        let by_version = self.again == Again::Changed || self.after.takes_away();
        let (mut fresh, mut read) =
            again::part(&self.place, found, &recall.read, by_version, self.again == Again::Changed).await?;
        if !self.together.is_empty() {
            let groups: Vec<Vec<String>> = fresh.iter().map(|one| self.group(one)).collect();
            let (with, without) = read.into_iter().partition(|one| groups.contains(&self.group(one)));
            fresh.extend::<Vec<Candidate>>(with);
            fresh.sort_by(|a, b| Path::new(&a.file.name).cmp(Path::new(&b.file.name)));
            read = without;
        }
        if !read.is_empty() {
            choice.notes.push(match fresh.len() {
                0 => format!("nothing is new: {} files were read before", read.len()),
                new => format!("{new} files to read; {} were read before", read.len()),
            });
        }
        choice.files = fresh;
        choice.known = read;
        Ok(())
    }

    /// What tells the group of a file.
    fn group(&self, one: &Candidate) -> Vec<String> {
        self.together
            .iter()
            .map(|name| self.shown(name, &one.file, &one.captured).unwrap_or_default())
            .collect()
    }

    /// Every file that the path names, with what its name says.
    async fn list(&self) -> Result<Vec<Candidate>, Fault> {
        let wanted = |file: &Path| {
            let found = ending(file).format;
            let log = (self.format, found) == (Some(Format::Log), Some(Format::Lines));
            (found.is_some() && (self.format.is_none() || found == self.format || log))
                || (self.archives && packing(&file.to_string_lossy()).is_some())
        };
        let path = self.names.as_ref().map_or(self.given.as_str(), Names::pattern);
        let mut found = self.place.find(path, &wanted).await?;
        found.retain(|file| !self.after.holds(&file.name));
        let candidate = |file: FileRef| {
            let captured = match &self.names {
                Some(names) => names.capture(&file.name)?,
                None => Captured::default(),
            };
            Some(Candidate { file, captured })
        };
        Ok(found.into_iter().filter_map(candidate).collect())
    }

    fn nothing(&self) -> Fault {
        let root = self.place.store().root();
        let when = match self.dates {
            Some((from, to)) => format!(" from {from} to before {to}"),
            None => String::new(),
        };
        Fault::not_found(format!("no file matches `{}`{when}", self.given))
            .hint(format!("paths start from the folder `{root}`"))
    }

    fn pick(&self, found: &mut Vec<Candidate>) {
        let age = |one: &Candidate| (one.captured.date, one.file.modified, one.file.name.clone());
        match self.pick {
            Pick::All => return,
            Pick::Newest => found.sort_by_key(|one| Reverse(age(one))),
            Pick::Oldest => found.sort_by_key(age),
        }
        found.truncate(self.at_most);
        found.sort_by(|a, b| Path::new(&a.file.name).cmp(Path::new(&b.file.name)));
    }

    /// What the names of files say that are there, or were read and may have been moved away since.
    fn come(&self, found: &[Candidate], recall: &Recall) -> Vec<Captured> {
        let names = self.names.as_ref();
        let before = recall.read.iter().filter_map(|item| names?.capture(&item.name));
        found.iter().map(|one| one.captured.clone()).chain(before).collect()
    }

    /// Gives a file the values of the columns that show where it comes from.
    pub(super) fn label(&self, file: &mut FileRef, captured: &Captured) {
        for (what, column) in &self.columns {
            let value = self.shown(what, file, captured);
            file.partitions.retain(|(name, _)| name != column);
            file.partitions.push((column.clone(), value));
        }
    }

    fn shown(&self, what: &str, file: &FileRef, captured: &Captured) -> Option<String> {
        if let Some(text) = captured.text(what) {
            return Some(text.to_owned());
        }
        match what {
            "path" => Some(file.name.clone()),
            "name" => file.name.rsplit(['/', '!']).next().map(str::to_owned),
            "size" => Some(file.size.to_string()),
            "modified" => jiff::Timestamp::try_from(file.modified?).ok().map(|at| at.to_string()),
            DATE => {
                let at = captured.date?;
                let has_time = self.names.as_ref().is_some_and(Names::has_time);
                Some(if has_time { at.to_string() } else { at.date().to_string() })
            }
            _ => None,
        }
    }

    /// The columns that show where rows come from.
    pub(super) fn fields(&self) -> Vec<Field> {
        let micros = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
        let captured =
            |what: &str| self.names.iter().any(|names| names.texts().iter().any(|text| text == what));
        let field = |(what, column): (&String, &String)| {
            let data_type = match what.as_str() {
                what if captured(what) => DataType::Utf8,
                "size" => DataType::Int64,
                "modified" => micros(Some("UTC")),
                DATE if self.names.as_ref().is_some_and(Names::has_time) => micros(None),
                DATE => DataType::Date32,
                _ => DataType::Utf8,
            };
            Field::new(column, data_type, true)
        };
        self.columns.iter().map(field).collect()
    }

    /// Does with files what is to be done after a run; returns remarks.
    pub(super) async fn settle(&self, items: &[Item], settlement: Settlement) -> Result<Vec<String>, Fault> {
        self.after.carry_out(&self.place, self.names.as_ref(), items, settlement).await
    }
}

/// The item that stands for a file, without its hash.
fn item_of(file: &FileRef) -> Item {
    Item {
        name: file.name.clone(),
        size: file.size,
        modified: file.modified.map(nanos),
        tag: file.tag.clone(),
        ..Item::default()
    }
}

fn span(from: &str, to: &str) -> Result<(Date, Date), Fault> {
    let date = |text: &str| day(text, "dates");
    let (from, to) = (date(from)?, date(to)?);
    if from >= to {
        return Err(Fault::config(format!("`dates` from {from} to {to} is no span of days"))
            .hint("`to` is the day after the last one"));
    }
    Ok((from, to))
}

/// A date of the settings. A moment is refused: on which day it lies is a question of the zone.
fn day(text: &str, what: &str) -> Result<Date, Fault> {
    let plain = text.len() == "2026-01-31".len();
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        Fault::config(format!("`{what}`: `{text}` is no date"))
            .hint("write it like `2026-01-31`, or use `${run.date}` and `${run.until}`")
    })
}
