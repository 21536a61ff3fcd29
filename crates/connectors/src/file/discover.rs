//! What is in a folder: every file of a known format, with its columns where they are cheap to know.

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::Schema;
use towpath_connect::{Catalog, CatalogEntry, StreamInfo};
use towpath_model::Fault;

use super::config::{self, Format};
use super::csv::CsvSettings;
use super::describe::describe_files;
use super::format::ending;
use super::place::{FileRef, Place};
use super::reading::on_thread;

/// Most files that are listed.
const MOST_FILES: usize = 1000;
/// Bytes of a text file that its types are looked for in.
const FILE_BYTES: u64 = 8 << 20;
/// Most bytes of text that are read in all.
const ALL_BYTES: u64 = 64 << 20;

/// Lists the files below the folder that paths start from.
pub(super) async fn discover(place: &Place) -> Result<Catalog, Fault> {
    let mut files = place.walk("", &|path| ending(path).format.is_some()).await?;
    files.truncate(MOST_FILES);
    let (mut budget, mut streams) = (ALL_BYTES, Vec::with_capacity(files.len()));
    for file in files {
        let name = file.name.clone();
        let info = describe(place, file, &mut budget).await?;
        streams.push(CatalogEntry { name, kind: "file", info });
    }
    Ok(Catalog { streams })
}

async fn describe(place: &Place, file: FileRef, budget: &mut u64) -> Result<StreamInfo, Fault> {
    let Some(format) = ending(Path::new(&file.name)).format else {
        return Ok(unknown(&file, "the format is not known".into()));
    };
    // A remote file is carried here as a whole.
    let is_remote = place.is_remote();
    if format.is_inferred() || is_remote {
        let bytes = if is_remote { file.size } else { file.size.min(FILE_BYTES) };
        if bytes > (*budget).min(if is_remote { FILE_BYTES } else { u64::MAX }) {
            let why = "columns are not listed, because many bytes would have to be read";
            return Ok(unknown(&file, why.into()));
        }
        *budget -= bytes;
    }
    let file = match place.bring(vec![file.clone()]).await {
        Ok(brought) => brought.into_iter().next().unwrap_or(file),
        Err(fault) => return Ok(unknown(&file, fault.to_string())),
    };
    on_thread(move || Ok(columns(&file, format))).await
}

fn unknown(file: &FileRef, note: String) -> StreamInfo {
    let info = StreamInfo::new(Arc::new(Schema::empty()));
    StreamInfo { bytes: Some(file.size), notes: vec![note], ..info }
}

fn columns(file: &FileRef, format: Format) -> StreamInfo {
    let settings = config::Source::of(&file.name, format, None);
    // As a source of its own, a file has no columns from the names of folders.
    let alone = FileRef { partitions: Vec::new(), ..file.clone() };
    let found = CsvSettings::new(&settings)
        .and_then(|csv| describe_files(&[alone], format, &settings, &csv, &[], &[], FILE_BYTES));
    let mut info = match found {
        Ok(found) => found.info,
        Err(fault) => return unknown(file, fault.to_string()),
    };
    if format.is_inferred() && info.rows.is_none() {
        info.notes
            .insert(0, "the types are those of the first 8 MB; the whole file may have wider ones".into());
    }
    info
}
