//! The writing role: one load makes one file.
//!
//! Rows are encoded on a blocking thread of their own, fed by a short queue, into a file that nobody sees
//! ([`super::stage`]) until the load commits.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use async_trait::async_trait;
use towpath_connect::types::canonical_field;
use towpath_connect::{ColumnFit, Destination, Load, LoadRequest, TargetTable};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode};

use super::append::{self, Existing};
use super::columnar::avro_write::AvroEncoder;
use super::columnar::ipc::IpcEncoder;
use super::columnar::parquet_write::ParquetEncoder;
use super::config::{self, Compression, Format, LineEnd};
use super::csv::write::CsvEncoder;
use super::excel::write::{self as excel, XlsxEncoder};
use super::format::{character, ending, required};
use super::geojson::write::GeoJsonEncoder;
use super::json::write::JsonEncoder;
use super::load::{FileLoad, Started};
use super::place::{FileRef, Home, Place};
use super::reading::on_thread;
use super::stage::Stage;
use super::store::{Entry, Kind};
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
                .hint("write `csv`, `ndjson`, `json`, `geojson`, `parquet`, `avro` or `arrow`"));
        }
        let compression = match settings.compression {
            Compression::Auto if format.is_text() => ending(Path::new(path)).compression,
            given => given,
        };
        let fits = match format {
            Format::Parquet | Format::Avro => true,
            Format::Excel => matches!(compression, Compression::Auto),
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
            (settings.line_end != LineEnd::Lf, "line_end", Format::Csv),
            (settings.row_group_rows.is_some(), "row_group_rows", Format::Parquet),
            (settings.geojson.is_some(), "geojson", Format::Geojson),
            (settings.excel.is_some(), "excel", Format::Excel),
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
        if let Some(excel) = &settings.excel {
            excel.check()?;
        }
        let last = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if format == Format::Excel
            && ["xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "ods"].contains(&last.as_str())
        {
            return Err(Fault::config(format!("`{path}` is to be written, and of workbooks only xlsx is"))
                .hint("give a path that ends with `.xlsx`"));
        }
        let delimiter = settings.delimiter.as_deref().map(|text| character("delimiter", text)).transpose()?;
        if delimiter == Some(b'"') {
            return Err(Fault::config("`delimiter` is the quote character"));
        }
        match path.as_str() {
            "-" => place.bounds.check_standard_streams()?,
            path => drop(place.locate(path)?),
        }
        if path != "-" && place.store().is_read_only() {
            return Err(Fault::config(format!("files of `{}` can only be read", place.store().root()))
                .hint("write to a folder of this machine, `sftp://` or `s3://`"));
        }
        Ok(FileDestination { place, settings, format, compression, delimiter })
    }

    /// Looks at what is there, and begins a load of the right kind.
    async fn start(&self, request: LoadRequest) -> Result<Begun, Fault> {
        self.check(&request)?;
        let path = &self.settings.path;
        let found = if path == "-" { None } else { self.place.look(path).await? };
        let is_folder = path.ends_with('/') || found.as_ref().is_some_and(Entry::is_folder);
        if path != "-" && found.is_none() && request.contract.tables == ContractRule::Freeze {
            return Err(Fault::contract(format!(
                "file `{path}` does not exist, and the contract for tables is `freeze`"
            ))
            .hint("set the contract for tables to `evolve`, or create the file"));
        }
        let this = self.clone();
        if is_folder {
            let file = self.name_in_folder(&request)?;
            if self.place.look(&file).await?.is_some() {
                return Ok(Begun::Replayed(self.incoming(&request).1));
            }
            return on_thread(move || this.begin(&file, None, true, &request)).await;
        }
        if found.is_some() && self.sheet().is_some() && self.place.is_remote() {
            return Err(Fault::config(format!(
                "the other sheets of workbook `{path}` cannot be kept on another machine"
            ))
            .hint("leave `sheet` out to replace the whole workbook, or write to another path"));
        }
        let mut old = None;
        if found.is_some() && request.mode == WriteMode::Append {
            append::can_grow(path, self.format)?;
            let files = self.place.find(path, &|_| true).await?;
            old = self.place.bring(files).await?.into_iter().next();
        }
        let device = found.as_ref().filter(|found| found.kind == Kind::Other);
        if path == "-" || device.is_some() {
            let device = device.and_then(|found| found.here.clone());
            return on_thread(move || this.begin_at_once(device, &request)).await;
        }
        on_thread(move || this.begin(&this.settings.path, old.as_ref(), found.is_none(), &request)).await
    }

    /// The sheet that is named.
    fn sheet(&self) -> Option<&str> {
        self.settings.excel.as_ref()?.sheet.as_deref()
    }

    /// The workbook whose other sheets stay, should it exist.
    fn keeps(&self) -> Option<PathBuf> {
        self.sheet()?;
        match self.place.home() {
            Home::Here(local) if self.settings.path != "-" => Some(local.full(&self.settings.path)),
            _ => None,
        }
    }

    /// The columns that come, and what they must fit.
    fn incoming(&self, request: &LoadRequest) -> (Schema, Vec<ColumnFit>) {
        let incoming: Vec<Field> = request.schema.fields().iter().map(canonical_field).collect();
        let fits: Vec<ColumnFit> = incoming.iter().map(|field| self.fit(field)).collect();
        // What is fitted to another type is written as that.
        let fitted = incoming
            .into_iter()
            .zip(&fits)
            .map(|(field, fit): (Field, &ColumnFit)| field.with_data_type(fit.data_type.clone()));
        (Schema::new(fitted.collect::<Vec<_>>()), fits)
    }

    /// A load whose rows appear as they come: on the standard output, or in a device or pipe, which putting a file in
    /// its place would destroy.
    fn begin_at_once(&self, device: Option<PathBuf>, request: &LoadRequest) -> Result<Begun, Fault> {
        let fault = |error| io_fault("file", &self.settings.path, error);
        let raw = match device {
            None => Raw::Stdout(std::io::stdout()),
            Some(device) => Raw::File(fs::OpenOptions::new().write(true).open(device).map_err(fault)?),
        };
        let (schema, fits) = self.incoming(request);
        let out = Out::new(raw, self.whole_compression()).map_err(fault)?;
        let encoder = self.encoder(out, &schema, None, request)?;
        Ok(Begun::Load(Started { fits, encoder, stage: None, note: None }))
    }

    /// A load that makes a file, of the rows of an old one and the new ones.
    fn begin(
        &self,
        path: &str,
        old: Option<&FileRef>,
        creates: bool,
        request: &LoadRequest,
    ) -> Result<Begun, Fault> {
        let fault = |error| io_fault("file", path, error);
        let (schema, fits) = self.incoming(request);
        let mut existing = None;
        if let Some(old) = old {
            existing = append::look(old, &self.settings, self.format, self.delimiter)?;
            if let Some(existing) = &mut existing {
                append::check_columns(existing, &schema, &self.settings, request.contract.columns)?;
            }
        }
        let stage = Stage::create(&self.place, path, path, &request.load_id)?;
        let mut raw = stage.writer()?;
        if let (Some(old), Some(existing)) = (old, &existing) {
            let mut old = fs::File::open(&old.path).map_err(fault)?;
            std::io::copy(&mut old, &mut raw).map_err(fault)?;
            if existing.ends_inside_a_line {
                Out::new(Raw::File(stage.writer()?), self.whole_compression())
                    .and_then(|mut out| out.write_all(b"\n").and_then(|()| out.finish()))
                    .map_err(fault)?;
            }
            std::io::Seek::seek(&mut raw, std::io::SeekFrom::End(0)).map_err(fault)?;
        }
        let out = Out::new(Raw::File(raw), self.whole_compression()).map_err(fault)?;
        let encoder = self.encoder(out, &schema, existing, request)?;
        let note = creates.then(|| format!("created file `{path}`"));
        Ok(Begun::Load(Started { fits, encoder, stage: Some(stage), note }))
    }

    /// The file that a load adds to a folder. Its name is the load's, so that the same load adds it once.
    fn name_in_folder(&self, request: &LoadRequest) -> Result<String, Fault> {
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
        Ok(format!("{}/part-{}.{extension}", path.trim_end_matches('/'), request.load_id))
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
            Format::Ndjson | Format::Json | Format::Geojson => {
                ColumnFit { years: Some((1, 9999)), non_finite: false, ..fit }
            }
            Format::Parquet | Format::Arrow | Format::Avro => ColumnFit { nullable: true, ..fit },
            Format::Excel => excel::fit(field),
            Format::Fixed | Format::Lines | Format::Log | Format::Xml | Format::Yaml | Format::Html => fit,
        }
    }

    fn encoder(
        &self,
        out: Out,
        schema: &Schema,
        existing: Option<Existing>,
        request: &LoadRequest,
    ) -> Result<Box<dyn Encoder>, Fault> {
        let name = &self.settings.path;
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        Ok(match self.format {
            Format::Csv => {
                let tabs = ending(Path::new(name)).tabs;
                let line_end = self.settings.line_end;
                let delimiter = self.delimiter.unwrap_or(if tabs { b'\t' } else { b',' });
                match existing {
                    None => {
                        let columns = (0..names.len()).map(Some).collect();
                        let header = self.settings.header.then_some(names.as_slice());
                        Box::new(CsvEncoder::new(out, name, delimiter, line_end, header, columns))
                    }
                    Some(existing) => {
                        let place = |column: &String| names.iter().position(|name| name == column);
                        let columns = existing.columns.iter().map(place).collect();
                        Box::new(CsvEncoder::new(out, name, existing.delimiter, line_end, None, columns))
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
            Format::Avro => Box::new(AvroEncoder::new(out, name, schema, self.compression)?),
            Format::Geojson => {
                let settings = self.settings.geojson.clone().unwrap_or_default();
                let lines = settings.lines.unwrap_or_else(|| ending(Path::new(name)).lines);
                let rejects = Arc::clone(&request.rejects);
                Box::new(GeoJsonEncoder::new(out, name, lines, &settings, schema, rejects)?)
            }
            Format::Excel => {
                let keeps = self.keeps();
                if let Some(path) = keeps.as_ref().filter(|path| path.exists()) {
                    excel::check_existing(path, name)?;
                }
                Box::new(XlsxEncoder::new(out, name, schema, self.settings.header, self.sheet(), keeps)?)
            }
            Format::Fixed | Format::Lines | Format::Log | Format::Xml | Format::Yaml | Format::Html => {
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
        append::target(&self.place, &self.settings, self.format).await
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        Ok(match self.start(request).await? {
            Begun::Load(started) => Box::new(FileLoad::start(started, self.settings.path.clone())),
            Begun::Replayed(fits) => Box::new(FileLoad::replay(fits)),
        })
    }
}
