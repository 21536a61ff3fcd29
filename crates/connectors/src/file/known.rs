//! The files of a stream: chosen, carried here, unpacked and described.
//!
//! What was found out is kept for as long as the files stay the same. A run that remembers what it reads fixes its files
//! the first time; otherwise they are looked for with every description. A read takes the files that were described, as
//! they are when it begins.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use arrow::datatypes::{Field, Schema};
use towpath_connect::{Chunk, Fact, Intake, Item, ReadRequest, StreamInfo};
use towpath_model::{Fault, FaultKind};

use super::bytes::{head, packed};
use super::choose::{Candidate, Choice};
use super::chunks::{self, Borders, Part, Token};
use super::columnar;
use super::config::{Format, ReadCompression};
use super::csv::Layout;
use super::describe::{Described, describe_files};
use super::format::{ending, required, sniff};
use super::log::Grammar;
use super::notation::Readings;
use super::place::FileRef;
use super::reading::on_thread;
use super::source::{Inner, Wanted};
use super::trouble::io_fault;

/// What was found out of files, true for as long as they stay the same.
#[derive(Debug)]
pub(super) struct Known {
    /// The files as they are kept, archives among them.
    outer: Vec<FileRef>,
    /// The files that are read: members instead of archives.
    pub(super) files: Vec<FileRef>,
    /// The archive that a member is in.
    archives: HashMap<String, FileRef>,
    pub(super) format: Format,
    pub(super) info: StreamInfo,
    borders: Vec<Option<Borders>>,
    rows: Vec<Option<u64>>,
    /// How CSV files are laid out.
    layouts: Vec<Option<Arc<Layout>>>,
    readings: Readings,
}

/// Files that are ready to be opened.
struct Ready {
    files: Vec<FileRef>,
    archives: HashMap<String, FileRef>,
    format: Format,
}

impl Inner {
    /// Looks at the files, unless nothing changed since the last time.
    pub(super) async fn know(self: &Arc<Self>) -> Result<Arc<Known>, Fault> {
        let mut known = self.known.lock().await;
        let is_fixed = self.chooser.is_fixed();
        if is_fixed && let Some(known) = known.as_ref() {
            return Ok(Arc::clone(known));
        }
        let (choice, missing) = self.choose().await?;
        let outer: Vec<FileRef> = choice.files.iter().map(|one| one.file.clone()).collect();
        if let Some(same) = known.as_ref().filter(|known| known.outer == outer && !outer.is_empty()) {
            return Ok(Arc::clone(same));
        }
        let mut found = match (outer.is_empty(), missing) {
            (true, missing) => self.nothing_new(&choice, missing).await?,
            (false, _) => {
                let ready = self.ready(&choice.files).await?;
                self.describe(outer, ready).await?
            }
        };
        found.info.notes.splice(0..0, choice.notes);
        found.info.alerts = choice.alerts;
        let found = Arc::new(found);
        *known = Some(Arc::clone(&found));
        Ok(found)
    }

    /// The files to read, and why there are none. A run that remembers them chooses once.
    async fn choose(self: &Arc<Self>) -> Result<(Choice, Option<Fault>), Fault> {
        if self.settings.path == "-" {
            let file = self.copy("standard input".into(), None).await?;
            let files = vec![Candidate { file, captured: Default::default() }];
            return Ok((Choice { files, ..Choice::default() }, None));
        }
        let mut chosen = self.choice.lock().await;
        if self.chooser.is_fixed()
            && let Some(choice) = chosen.as_ref()
        {
            return Ok((choice.clone(), None));
        }
        let (mut choice, missing) = self.chooser.choose().await?;
        if let [one] = choice.files.as_mut_slice()
            && one.file.once
        {
            one.file = self.copy(one.file.name.clone(), Some(one.file.path.clone())).await?;
        }
        *chosen = Some(choice.clone());
        Ok((choice, missing))
    }

    /// A copy of what can be read only once: the standard input, a pipe.
    async fn copy(self: &Arc<Self>, name: String, from: Option<PathBuf>) -> Result<FileRef, Fault> {
        let this = Arc::clone(self);
        on_thread(move || this.spool.file(&name, from.as_deref())).await
    }

    /// Carries files here, unpacks archives, and finds the format.
    async fn ready(self: &Arc<Self>, chosen: &[Candidate]) -> Result<Ready, Fault> {
        let outer: Vec<FileRef> = chosen.iter().map(|one| one.file.clone()).collect();
        let brought = self.place.bring(outer).await?;
        let labelled = chosen.iter().zip(brought);
        let chosen: Vec<Candidate> =
            labelled.map(|(one, file)| Candidate { file, captured: one.captured.clone() }).collect();
        let this = Arc::clone(self);
        on_thread(move || {
            let (mut files, mut archives) = (Vec::new(), HashMap::new());
            for Candidate { file, captured } in chosen {
                let members =
                    this.archives.members(&file).inspect_err(|fault| this.blame(&file.name, fault))?;
                let inner = match members {
                    None => vec![file],
                    Some(members) => {
                        archives.extend(members.iter().map(|member| (member.name.clone(), file.clone())));
                        members
                    }
                };
                for mut file in inner {
                    this.chooser.label(&mut file, &captured);
                    files.push(file);
                }
            }
            let format = this.format_of(&files)?;
            Ok(Ready { files, archives, format })
        })
        .await
    }

    /// The one format of all files: the given one, or what their names or first bytes tell.
    fn format_of(&self, files: &[FileRef]) -> Result<Format, Fault> {
        let (path, given) = (&self.settings.path, self.settings.format);
        let Some(first) = files.first() else {
            return Err(Fault::not_found(format!("`{path}` names no file")));
        };
        let is_copy = !chunks::can_be_found_again(first);
        if is_copy && files.len() == 1 {
            let named = given.or_else(|| ending(Path::new(path)).format.filter(|_| path != "-"));
            return named.map_or_else(|| sniff_file(first), Ok);
        }
        let format = required(&first.name, given)?;
        if given.is_none()
            && let Some(other) =
                files.iter().find(|file| ending(Path::new(&file.name)).format != Some(format))
        {
            return Err(Fault::config(format!(
                "`{path}` names files of different formats: `{}` and `{}`",
                first.name, other.name
            ))
            .hint("set `format`, or use a pattern such as `*.csv`"));
        }
        Ok(format)
    }

    fn format_fact(&self, format: Format) -> Fact {
        let evidence = match self.settings.format {
            Some(_) => "given",
            None if ending(Path::new(&self.settings.path)).format == Some(format) => "the ending of the path",
            None => "the endings of the files, or their first bytes",
        };
        Fact::new("format", format.title(), evidence)
    }

    async fn describe(self: &Arc<Self>, outer: Vec<FileRef>, ready: Ready) -> Result<Known, Fault> {
        let this = Arc::clone(self);
        on_thread(move || {
            let Ready { files, archives, format } = ready;
            let labels = this.chooser.fields();
            let describe = |files: &[FileRef]| {
                describe_files(files, format, &this.settings, &this.csv, &this.records, &labels, u64::MAX)
            };
            let found = describe(&files).inspect_err(|fault| {
                // Which file it was is found by looking at each alone; that is worth the time only now.
                for file in files.iter().filter(|_| is_by_content(fault)) {
                    if let Err(fault) = describe(std::slice::from_ref(file)) {
                        let kept = archives.get(&file.name).unwrap_or(file);
                        this.blame(&kept.name, &fault);
                    }
                }
            })?;
            let Described { mut info, borders, file_rows: rows, layouts, readings } = found;
            info.facts.insert(0, this.format_fact(format));
            Ok(Known { outer, files, archives, format, info, borders, rows, layouts, readings })
        })
        .await
    }

    /// A stream without rows: its columns are those of the last run, or of files that are there and were read before,
    /// or the declared ones.
    async fn nothing_new(self: &Arc<Self>, choice: &Choice, missing: Option<Fault>) -> Result<Known, Fault> {
        let recall = self.chooser.recalled();
        let fault = missing.unwrap_or_else(|| Fault::not_found("there is no file to tell the columns from"));
        let remembered = recall.schema.clone().filter(|_| recall.is_run || self.chooser.remembers());
        let schema = match remembered {
            Some(schema) => schema,
            None if !choice.known.is_empty() => {
                let ready = self.ready(&choice.known).await?;
                self.describe(Vec::new(), ready).await?.info.schema
            }
            None if recall.is_run && self.chooser.remembers() => match self.declared() {
                Some(schema) => Arc::new(schema),
                None => {
                    return Err(Fault::not_found(fault.to_string()).hint(
                        "the columns are known when a first file was read; declare them with `columns` to run before",
                    ));
                }
            },
            None => return Err(fault),
        };
        Ok(Known {
            outer: Vec::new(),
            files: Vec::new(),
            archives: HashMap::new(),
            format: self.settings.format.unwrap_or(Format::Csv),
            info: StreamInfo { rows: Some(0), bytes: Some(0), ..StreamInfo::new(schema) },
            borders: Vec::new(),
            rows: Vec::new(),
            layouts: Vec::new(),
            readings: Readings::new(),
        })
    }

    /// The columns that the settings declare; nothing when they declare none.
    fn declared(&self) -> Option<Schema> {
        let fields: Vec<Field> = if self.settings.format == Some(Format::Log) {
            let schema = Grammar::of(&self.settings).ok()?.schema();
            schema.fields().iter().map(|field| field.as_ref().clone()).collect()
        } else {
            let names = self.settings.columns.keys();
            names.filter_map(|name| self.csv.declared(name).cloned()).collect()
        };
        (!fields.is_empty()).then(|| Schema::new([fields, self.chooser.fields()].concat()))
    }

    /// What the run takes.
    pub(super) async fn intake(&self) -> Result<Option<Intake>, Fault> {
        if !self.chooser.remembers() {
            return Ok(None);
        }
        let Some(choice) = self.choice.lock().await.clone() else { return Ok(None) };
        let mut items = choice.items;
        if let Some(known) = self.known.lock().await.clone() {
            known.count(&mut items);
        }
        Ok(Some(Intake { items, settles: self.chooser.settles() }))
    }

    /// Notes that the content of a file made the run fail.
    pub(super) fn blame(&self, name: &str, fault: &Fault) {
        if is_by_content(fault) {
            // Of a member, the archive is to blame.
            let kept = name.split('!').next().unwrap_or(name);
            let mut faulty = self.faulty.lock().unwrap_or_else(PoisonError::into_inner);
            faulty.extend([name.to_owned(), kept.to_owned()]);
        }
    }

    pub(super) async fn revisit(self: &Arc<Self>, chunks: &[Chunk]) -> Result<(), Fault> {
        let mut last: Option<Token> = None;
        for chunk in chunks {
            let token = Token::read(chunk)?;
            if !last.is_some_and(|last| last.is_beside(&token)) {
                self.file_of(&token).await?;
            }
            last = Some(token);
        }
        Ok(())
    }

    /// The file of a chunk, which must be one of the stream and what it was when the chunk was cut.
    async fn file_of(self: &Arc<Self>, token: &Token) -> Result<(FileRef, Arc<Known>), Fault> {
        let last = self.known.lock().await.clone();
        let member = |known: &Known| known.files.iter().find(|file| file.name == token.file).cloned();
        let known = match last.filter(|known| member(known).is_some()) {
            Some(known) => known,
            None => self.know().await.map_err(|fault| match fault.kind() {
                FaultKind::NotFound => token.gone(),
                _ => fault,
            })?,
        };
        let file = member(&known).ok_or_else(|| token.gone())?;
        let file = self.now(&known, &file).await?.ok_or_else(|| token.gone())?;
        token.check(&file)?;
        Ok((file, known))
    }

    /// A file as it is now; `None` when it is gone, or when its archive is another one.
    async fn now(&self, known: &Known, file: &FileRef) -> Result<Option<FileRef>, Fault> {
        if !chunks::can_be_found_again(file) {
            return Ok(Some(file.clone()));
        }
        match known.archives.get(&file.name) {
            None => self.place.again(file).await,
            Some(archive) => {
                let now = self.place.again(archive).await?;
                Ok(now.filter(|now| now == archive).map(|_| file.clone()))
            }
        }
    }

    /// What a request wants.
    pub(super) async fn wanted(self: &Arc<Self>, request: &ReadRequest) -> Result<Wanted, Fault> {
        if let Some(chunk) = &request.chunk {
            let token = Token::read(chunk)?;
            let (file, known) = self.file_of(&token).await?;
            self.bring(&file).await?;
            return Ok(Wanted { files: vec![file], format: known.format, part: token.part, known });
        }
        let last = self.known.lock().await.clone();
        let known = match last {
            Some(known) => known,
            None => self.know().await?,
        };
        let is_fixed = self.chooser.is_fixed();
        let mut files = Vec::with_capacity(known.files.len());
        for file in &known.files {
            let now = self.now(&known, file).await?;
            files.push(match now {
                Some(now) if !is_fixed || now == *file => now,
                now => {
                    let what = if now.is_some() { "changed" } else { "went away" };
                    return Err(Fault::not_found(format!("file `{}` {what} while it was read", file.name))
                        .hint("run again; `settled: 30s` waits until files are complete"));
                }
            });
        }
        for file in &files {
            self.bring(file).await?;
        }
        Ok(Wanted { files, format: known.format, part: Part::Whole, known })
    }

    /// Carries a file here, unless it is a member of an archive, which was unpacked here.
    async fn bring(&self, file: &FileRef) -> Result<(), Fault> {
        match tokio::fs::try_exists(&file.path).await {
            Ok(true) => Ok(()),
            _ => self.place.bring(vec![file.clone()]).await.map(drop),
        }
    }
}

impl Known {
    /// How the values of the columns are written.
    pub(super) fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The layout of a CSV file that is as it was described.
    pub(super) fn layout(&self, file: &FileRef) -> Option<Arc<Layout>> {
        let place = self.files.iter().position(|known| known == file)?;
        self.layouts.get(place).cloned().flatten()
    }

    pub(super) fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        if self.files.is_empty() || !self.files.iter().all(chunks::can_be_found_again) {
            return Ok(None);
        }
        let mut found = Vec::new();
        for (file, borders) in self.files.iter().zip(&self.borders) {
            let groups = match self.format {
                Format::Parquet => Some(columnar::parquet_read::group_rows(file)?),
                Format::Arrow => columnar::ipc::group_rows(file)?,
                Format::Avro => Some(columnar::avro_read::group_rows(file)?),
                _ => None,
            };
            let parts = match (groups, borders) {
                (Some(groups), _) => chunks::group(&groups, rows),
                (None, Some(borders)) => borders.parts(rows, file.size),
                (None, None) => {
                    found.push(chunks::chunk(file, Part::Whole, None)?);
                    continue;
                }
            };
            for (part, rows) in parts {
                found.push(chunks::chunk(file, part, Some(rows))?);
            }
        }
        Ok(Some(found))
    }

    /// Adds the rows of each file to the items that stand for them, where all are known.
    fn count(&self, items: &mut [Item]) {
        let mut rows: HashMap<&str, Option<u64>> = HashMap::new();
        for (file, count) in self.files.iter().zip(&self.rows) {
            let kept = self.archives.get(&file.name).unwrap_or(file);
            let sum = rows.entry(kept.name.as_str()).or_insert(Some(0));
            *sum = sum.zip(*count).map(|(sum, count)| sum + count);
        }
        for item in items {
            item.rows = rows.get(item.name.as_str()).copied().flatten().or(item.rows);
        }
    }
}

/// Whether a fault comes from what is in a file.
fn is_by_content(fault: &Fault) -> bool {
    matches!(fault.kind(), FaultKind::Data | FaultKind::Contract)
}

fn sniff_file(file: &FileRef) -> Result<Format, Fault> {
    let first = head(file, 64)?;
    if packed(&first) == ReadCompression::None {
        return Ok(sniff(&first));
    }
    let mut reader = super::bytes::open(file, ReadCompression::Auto, None)?;
    let mut first = Vec::new();
    super::bytes::read_more(&mut reader, &mut first, 64)
        .map_err(|error| io_fault("file", &file.name, error))?;
    Ok(sniff(&first))
}
