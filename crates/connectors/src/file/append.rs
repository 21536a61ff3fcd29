//! What is already in the target: the columns that added rows must have.

use arrow::datatypes::Schema;
use towpath_connect::TargetTable;
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, suggest};

use super::bytes;
use super::config::{self, Format, ReadCompression};
use super::csv;
use super::csv::head::CsvSettings;
use super::describe::describe_files;
use super::format::ending;
use super::place::{FileRef, Place};
use super::reading::on_thread;
use super::trouble::io_fault;

/// A text file that rows are added to.
#[derive(Debug)]
pub(super) struct Existing {
    /// Columns in the order of the file; for JSON they are not needed.
    pub(super) columns: Vec<String>,
    pub(super) delimiter: u8,
    /// The last line has no line end.
    pub(super) ends_inside_a_line: bool,
}

/// Refuses to add rows to a file of a format that cannot grow.
pub(super) fn can_grow(path: &str, format: Format) -> Result<(), Fault> {
    if !matches!(format, Format::Csv | Format::Ndjson) {
        let hint = match format {
            Format::Json => "use `format: ndjson`, which can grow, or mode `overwrite`",
            _ => {
                "give the path of a folder, ending with `/`, which gets a new file with each load; or use mode `overwrite`"
            }
        };
        return Err(
            Fault::config(format!("rows cannot be added to {} file `{path}`", format.title())).hint(hint)
        );
    }
    Ok(())
}

/// Looks at a file that rows are added to; `None` when it is empty.
pub(super) fn look(
    file: &FileRef,
    settings: &config::Destination,
    format: Format,
    delimiter: Option<u8>,
) -> Result<Option<Existing>, Fault> {
    let path = &settings.path;
    if file.size == 0 {
        return Ok(None);
    }
    let ends_inside_a_line = ends_inside_a_line(file)?;
    if format == Format::Ndjson {
        return Ok(Some(Existing { columns: Vec::new(), delimiter: b',', ends_inside_a_line }));
    }
    let source = config::Source::of(path, format, settings.header);
    let csv = CsvSettings::new(&source)?;
    let opened = csv::head::open(file, &source, &csv, None)?;
    let found = opened.dialect.delimiter;
    if let Some(wanted) = delimiter
        && wanted != found
        && opened.names.len() > 1
    {
        return Err(Fault::config(format!(
            "`delimiter` is `{}`, but file `{path}` is written with `{}`",
            char::from(wanted).escape_default(),
            char::from(found).escape_default()
        ))
        .hint("remove `delimiter`, or use mode `overwrite`"));
    }
    Ok(Some(Existing { columns: opened.names, delimiter: delimiter.unwrap_or(found), ends_inside_a_line }))
}

/// Compares incoming columns with those of the file.
pub(super) fn check_columns(
    existing: &mut Existing,
    incoming: &Schema,
    settings: &config::Destination,
    rule: ContractRule,
) -> Result<(), Fault> {
    let path = &settings.path;
    let names: Vec<String> = incoming.fields().iter().map(|field| field.name().clone()).collect();
    if existing.columns.is_empty() {
        return Ok(());
    }
    if !settings.header {
        // Without names, columns are matched by their place.
        if names.len() != existing.columns.len() {
            return Err(Fault::contract(format!(
                "the rows have {} columns, and file `{path}` has {}",
                names.len(),
                existing.columns.len()
            ))
            .hint("select the columns of the file, or use mode `overwrite`"));
        }
        existing.columns = names;
        return Ok(());
    }
    let new: Vec<&String> = names.iter().filter(|name| !existing.columns.contains(name)).collect();
    let Some(first) = new.first() else { return Ok(()) };
    if rule == ContractRule::DiscardValue && new.len() < names.len() {
        return Ok(());
    }
    let list = new.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let fault = Fault::contract(format!(
        "file `{path}` does not have the columns {list}, and a CSV file cannot gain any"
    ));
    let near = suggest::nearest(first, existing.columns.iter().map(String::as_str));
    Err(match near {
        Some(near) => {
            fault.hint(format!("rename `{first}` to `{near}`, drop the columns, or use mode `overwrite`"))
        }
        None => fault.hint(
            "drop the columns, set the contract for columns to `discard_value`, or use mode `overwrite`",
        ),
    })
}

/// The columns of the target, when it exists and keeps types.
pub(super) async fn target(
    place: &Place,
    settings: &config::Destination,
    format: Format,
) -> Result<Option<TargetTable>, Fault> {
    let path = &settings.path;
    if path == "-" || format.is_inferred() || place.look(path).await?.is_none() {
        return Ok(None);
    }
    let files = match place.find(path, &|file| ending(file).format == Some(format)).await {
        Ok(files) => files,
        // A folder without files is a target that does not exist yet.
        Err(fault) if fault.kind() == towpath_model::FaultKind::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    if files.iter().any(|file| file.once) {
        return Ok(None);
    }
    let files = place.bring(files).await?;
    let source = config::Source::of(path, format, settings.header);
    on_thread(move || {
        let found = describe_files(&files, format, &source, &CsvSettings::default(), &[], &[], u64::MAX)?;
        Ok(Some(TargetTable { schema: found.info.schema, primary_key: Vec::new() }))
    })
    .await
}

/// Whether the text of a file ends without a line end. A compressed file must be read to its end to know.
fn ends_inside_a_line(file: &FileRef) -> Result<bool, Fault> {
    let mut reader = bytes::open(file, ReadCompression::Auto, None)?;
    let (mut last, mut buffer) = (None, Vec::new());
    loop {
        buffer.clear();
        let count = bytes::read_more(&mut reader, &mut buffer, 1 << 20)
            .map_err(|error| io_fault("file", &file.name, error))?;
        if count == 0 {
            return Ok(last.is_some_and(|byte| !matches!(byte, b'\n' | b'\r')));
        }
        last = buffer.last().copied();
    }
}
