//! The writing role: one load makes one file.
//!
//! Rows are encoded on a blocking thread of their own, fed by a short queue, into a file that nobody sees
//! ([`super::stage`]) until the load commits.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::{Field, Schema};
use async_trait::async_trait;
use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, Destination, Load, LoadRequest, TargetTable};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode};

use super::append::{self, Existing};
use super::columnar::ipc::IpcEncoder;
use super::columnar::parquet_write::ParquetEncoder;
use super::config::{self, Compression, Format};
use super::csv::write::CsvEncoder;
use super::format::{character, ending, required};
use super::json::write::JsonEncoder;
use super::load::{FileLoad, Started};
use super::place::Place;
use super::reading::broke_down;
use super::stage::Stage;
use super::trouble::io_fault;
use super::writing::{Encoder, Out, Raw};

/// A file to write.
#[derive(Debug, Clone)]
pub(super) struct FileDestination {
    place: Place,
    settings: config::Destination,
    format: Format,
    compression: Compression,
    delimiter: Option<u8>,
}

impl FileDestination {
    /// Checks the settings against each other.
    pub(super) fn new(place: Place, settings: config::Destination) -> Result<Self, Fault> {
        let path = &settings.path;
        let format = match path.as_str() {
            "-" => settings.format.unwrap_or(Format::Csv),
            path => required(path, settings.format).map_err(|fault| {
                if path.ends_with('/') {
                    Fault::config("`format` is needed to write into a folder")
                } else {
                    fault
                }
            })?,
        };
        if !format.is_written() {
            return Err(Fault::config(format!("{} files are only read", format.title()))
                .hint("write `csv`, `ndjson`, `json`, `parquet` or `arrow`"));
        }
        let compression = match settings.compression {
            Compression::Auto if format.is_text() => ending(Path::new(path)).compression,
            given => given,
        };
        let fits = match format {
            Format::Parquet => true,
            Format::Arrow => matches!(compression, Compression::Auto | Compression::None | Compression::Zstd),
            _ => compression != Compression::Snappy,
        };
        let outside = ending(Path::new(path)).compression;
        if !format.is_text() && outside != Compression::None {
            let message =
                format!("{} files carry their compression inside, and `{path}` ends", format.title());
            return Err(Fault::config(format!("{message} like a file compressed as a whole"))
                .hint("leave the last ending out, and set `compression`"));
        }
        if !fits {
            return Err(Fault::config(format!("{} files cannot have this `compression`", format.title()))
                .hint("use `zstd` or `none`"));
        }
        for (set, name, only) in [
            (settings.delimiter.is_some(), "delimiter", Format::Csv),
            (settings.row_group_rows.is_some(), "row_group_rows", Format::Parquet),
        ] {
            if set && format != only {
                return Err(Fault::config(format!("`{name}` has no meaning for {} files", format.title()))
                    .hint(format!("remove `{name}`")));
            }
        }
        if settings.row_group_rows == Some(0) {
            return Err(
                Fault::config("`row_group_rows` is 0").hint("leave it out, or give a number such as 122880")
            );
        }
        let delimiter = settings.delimiter.as_deref().map(|text| character("delimiter", text)).transpose()?;
        if delimiter == Some(b'"') {
            return Err(Fault::config("`delimiter` is the quote character"));
        }
        if path != "-" {
            place.locate(path)?;
        }
        Ok(FileDestination { place, settings, format, compression, delimiter })
    }

    /// The path to write, and whether it names a folder.
    fn target_path(&self) -> Result<(PathBuf, bool), Fault> {
        let full = self.place.locate(&self.settings.path)?;
        let is_folder = self.settings.path.ends_with('/') || full.is_dir();
        Ok((full, is_folder))
    }

    fn begin(&self, request: &LoadRequest) -> Result<Begun, Fault> {
        self.check(request)?;
        let incoming: Vec<Field> = request.schema.fields().iter().map(canonical_field).collect();
        let fits = incoming.iter().map(|field| self.fit(field)).collect();
        let schema = Schema::new(incoming);
        let name = &self.settings.path;
        let fault = |error| io_fault("file", name, error);
        if name == "-" {
            let out = Out::new(Raw::Stdout(std::io::stdout()), self.whole_compression()).map_err(fault)?;
            let encoder = self.encoder(out, &schema, None)?;
            return Ok(Begun::Load(Started { fits, encoder, stage: None, note: None }));
        }
        let (full, is_folder) = self.target_path()?;
        if !is_folder
            && let Ok(found) = fs::metadata(&full)
            && !found.is_file()
        {
            // A device or pipe takes rows as they come; putting a file in its place would destroy it.
            let device = fs::OpenOptions::new().write(true).open(&full).map_err(fault)?;
            let out = Out::new(Raw::File(device), self.whole_compression()).map_err(fault)?;
            let encoder = self.encoder(out, &schema, None)?;
            return Ok(Begun::Load(Started { fits, encoder, stage: None, note: None }));
        }
        let exists = full.exists();
        if !exists && request.contract.tables == ContractRule::Freeze {
            return Err(Fault::contract(format!(
                "file `{name}` does not exist, and the contract for tables is `freeze`"
            ))
            .hint("set the contract for tables to `evolve`, or create the file"));
        }
        if is_folder {
            return self.begin_in_folder(&full, request, schema, fits);
        }
        let existing = match request.mode {
            WriteMode::Append if exists => {
                self.place.confine(&full, name)?;
                let mut existing = append::look(&self.place, &self.settings, self.format, self.delimiter)?;
                if let Some(existing) = &mut existing {
                    append::check_columns(existing, &schema, &self.settings, request.contract.columns)?;
                }
                existing
            }
            _ => None,
        };
        let stage = self.stage(&full, name, request)?;
        if existing.is_some() {
            self.copy_existing(&full, &stage)?;
        }
        let mut raw = stage.writer()?;
        if existing.as_ref().is_some_and(|existing| existing.ends_inside_a_line) {
            Out::new(Raw::File(stage.writer()?), self.whole_compression())
                .and_then(|mut out| out.write_all(b"\n").and_then(|()| out.finish()))
                .map_err(fault)?;
        }
        std::io::Seek::seek(&mut raw, std::io::SeekFrom::End(0)).map_err(fault)?;
        let out = Out::new(Raw::File(raw), self.whole_compression()).map_err(fault)?;
        let encoder = self.encoder(out, &schema, existing)?;
        let note = (!exists).then(|| format!("created file `{name}`"));
        Ok(Begun::Load(Started { fits, encoder, stage: Some(stage), note }))
    }

    /// A load into a folder adds one file, whose name is the load's.
    fn begin_in_folder(
        &self,
        folder: &Path,
        request: &LoadRequest,
        schema: Schema,
        fits: Vec<ColumnFit>,
    ) -> Result<Begun, Fault> {
        let path = &self.settings.path;
        if request.mode == WriteMode::Overwrite {
            return Err(Fault::config(format!("folder `{path}` cannot be overwritten at once"))
                .hint("give the path of a file, or use mode `append` to add a file to the folder"));
        }
        let mut extension = self.format.extension().to_owned();
        match self.whole_compression() {
            Compression::Gzip => extension.push_str(".gz"),
            Compression::Zstd => extension.push_str(".zst"),
            _ => {}
        }
        let file = format!("part-{}.{extension}", request.load_id);
        let full = folder.join(&file);
        let name = format!("{}/{file}", path.trim_end_matches('/'));
        if full.exists() {
            return Ok(Begun::Replayed(fits));
        }
        let stage = self.stage(&full, &name, request)?;
        let out = Out::new(Raw::File(stage.writer()?), self.whole_compression())
            .map_err(|error| io_fault("file", &name, error))?;
        let encoder = self.encoder(out, &schema, None)?;
        Ok(Begun::Load(Started {
            fits,
            encoder,
            stage: Some(stage),
            note: Some(format!("created file `{name}`")),
        }))
    }

    fn stage(&self, full: &Path, name: &str, request: &LoadRequest) -> Result<Stage, Fault> {
        // Looked at before anything is created: a link may lead out of the root.
        let existing = full.ancestors().find(|ancestor| ancestor.exists());
        self.place.confine(existing.unwrap_or(self.place.base()), name)?;
        Stage::create(full, name, &request.load_id)
    }

    fn copy_existing(&self, full: &Path, stage: &Stage) -> Result<(), Fault> {
        let fault = |error| io_fault("file", &self.settings.path, error);
        let mut old = fs::File::open(full).map_err(fault)?;
        std::io::copy(&mut old, &mut stage.writer()?).map_err(fault)?;
        Ok(())
    }

    fn check(&self, request: &LoadRequest) -> Result<(), Fault> {
        let path = &self.settings.path;
        if !matches!(request.mode, WriteMode::Append | WriteMode::Overwrite) {
            let mode = request.mode.name();
            return Err(Fault::config(format!(
                "file `{path}` cannot be updated row by row: mode `{mode}` needs a database"
            ))
            .hint("use mode `overwrite` or `append`"));
        }
        if !request.key.is_empty() {
            return Err(Fault::config(format!("file `{path}` has no key")).hint(
                "remove `key`; to drop repeated rows, put a `deduplicate` node before the destination",
            ));
        }
        if request.schema.fields().is_empty() {
            return Err(Fault::contract("there are no columns to write"));
        }
        Ok(())
    }

    /// The compression of the file as a whole; Parquet and Arrow compress inside.
    fn whole_compression(&self) -> Compression {
        if self.format.is_text() { self.compression } else { Compression::None }
    }

    fn fit(&self, field: &Field) -> ColumnFit {
        let fit = ColumnFit::new(field.name(), field.data_type().clone());
        match self.format {
            Format::Csv => ColumnFit { years: Some((1, 9999)), ..fit },
            Format::Ndjson | Format::Json => ColumnFit { years: Some((1, 9999)), non_finite: false, ..fit },
            Format::Parquet | Format::Arrow => ColumnFit { nullable: true, ..fit },
            Format::Fixed | Format::Log => fit,
        }
    }

    fn encoder(
        &self,
        out: Out,
        schema: &Schema,
        existing: Option<Existing>,
    ) -> Result<Box<dyn Encoder>, Fault> {
        let name = &self.settings.path;
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        Ok(match self.format {
            Format::Csv => {
                let tabs = ending(Path::new(name)).tabs;
                let delimiter = self.delimiter.unwrap_or(if tabs { b'\t' } else { b',' });
                match existing {
                    None => {
                        let columns = (0..names.len()).map(Some).collect();
                        let header = self.settings.header.then_some(names.as_slice());
                        Box::new(CsvEncoder::new(out, name, delimiter, header, columns))
                    }
                    Some(existing) => {
                        let place = |column: &String| names.iter().position(|name| name == column);
                        let columns = existing.columns.iter().map(place).collect();
                        Box::new(CsvEncoder::new(out, name, existing.delimiter, None, columns))
                    }
                }
            }
            Format::Ndjson | Format::Json => {
                let columns: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
                Box::new(JsonEncoder::new(out, name, self.format == Format::Json, &columns))
            }
            Format::Parquet => {
                let rows = self.settings.row_group_rows;
                Box::new(ParquetEncoder::new(out, name, schema, self.compression, rows)?)
            }
            Format::Arrow => Box::new(IpcEncoder::new(out, name, schema, self.compression)?),
            Format::Fixed | Format::Log => {
                return Err(Fault::internal("a format that is only read was to be written"));
            }
        })
    }
}

/// What beginning a load came to.
enum Begun {
    Load(Started),
    /// The folder already holds the file of this load.
    Replayed(Vec<ColumnFit>),
}

#[async_trait]
impl Destination for FileDestination {
    async fn target(&self) -> Result<Option<TargetTable>, Fault> {
        let this = self.clone();
        let look = move || append::target(&this.place, &this.settings, this.format);
        tokio::task::spawn_blocking(look).await.map_err(broke_down)?
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        let this = self.clone();
        let name = this.settings.path.clone();
        let begun = tokio::task::spawn_blocking(move || this.begin(&request)).await.map_err(broke_down)??;
        Ok(match begun {
            Begun::Load(started) => Box::new(FileLoad::start(started, name)),
            Begun::Replayed(fits) => Box::new(FileLoad::replay(fits)),
        })
    }
}
