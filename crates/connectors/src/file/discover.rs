//! What is in a folder: every file of a known format, with its columns where they are cheap to know.

use std::sync::Arc;

use arrow::datatypes::Schema;
use towpath_connect::{Catalog, CatalogEntry, StreamInfo};
use towpath_model::Fault;

use super::config;
use super::csv::head::CsvSettings;
use super::describe::describe_files;
use super::format::ending;
use super::place::{FileRef, Place};

/// Most files that are listed.
const MOST_FILES: usize = 1000;
/// Bytes of a text file that its types are looked for in.
const FILE_BYTES: u64 = 8 << 20;
/// Most bytes of text that are read in all.
const ALL_BYTES: u64 = 64 << 20;

/// Lists the files below the folder that paths start from.
pub(super) fn discover(place: &Place) -> Result<Catalog, Fault> {
    let mut files = Vec::new();
    place.walk(place.base(), &|path| ending(path).format.is_some(), &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.truncate(MOST_FILES);
    let mut budget = ALL_BYTES;
    let entry = |file: FileRef| CatalogEntry {
        name: file.name.clone(),
        kind: "file",
        info: describe(&file, &mut budget),
    };
    Ok(Catalog { streams: files.into_iter().map(entry).collect() })
}

fn describe(file: &FileRef, budget: &mut u64) -> StreamInfo {
    let unknown = |note: String| StreamInfo {
        bytes: Some(file.size),
        notes: vec![note],
        ..StreamInfo::new(Arc::new(Schema::empty()))
    };
    let Some(format) = ending(&file.path).format else { return unknown("the format is not known".into()) };
    if format.is_text() {
        let bytes = file.size.min(FILE_BYTES);
        if bytes > *budget {
            return unknown("columns are not listed, because many files would have to be read".into());
        }
        *budget -= bytes;
    }
    let settings = config::Source::of(&file.name, format, true);
    // As a source of its own, a file has no columns from the names of folders.
    let alone = FileRef { partitions: Vec::new(), ..file.clone() };
    let found = CsvSettings::new(&settings)
        .and_then(|csv| describe_files(&[alone], format, &settings, &csv, &[], FILE_BYTES));
    let mut info = match found {
        Ok(found) => found.info,
        Err(fault) => return unknown(fault.to_string()),
    };
    if format.is_text() && info.rows.is_none() {
        info.notes
            .insert(0, "the types are those of the first 8 MB; the whole file may have wider ones".into());
    }
    info
}
