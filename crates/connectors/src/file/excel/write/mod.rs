//! Rows as a sheet of an xlsx workbook, straight into the file as they come.
//!
//! A sheet is one stream of XML inside the zip, so memory does not grow with it, and nothing waits on the disk for the
//! end. The workbook's own parts ([`parts`]) come last, because only then is known which sheets there are. A sheet that
//! is full is followed by another one of the same columns.
//!
//! A load that names its sheet leaves the other sheets of the workbook as they are: they are copied, packed as they
//! are, when the load commits ([`keep`]). That works for workbooks that Towpath wrote, which all have the same styles.

mod cells;
mod keep;
mod parts;

use std::io::Write;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, TimeUnit};
use towpath_connect::types::{Logical, logical};
use towpath_model::Fault;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use self::cells::Cells;
pub(in crate::file) use self::keep::check_existing;
use self::parts::{SheetPart, Style};
use super::address::{MOST_COLUMNS, MOST_ROWS, letters};
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// Bytes that are gathered before they are packed.
const BUFFER: usize = 1 << 16;
/// Widths of columns, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 9..=60;

/// The sheet that a load writes into when it names none.
pub(in crate::file) const DEFAULT_SHEET: &str = "Sheet1";

/// Writes one workbook.
pub(in crate::file) struct XlsxEncoder {
    zip: ZipWriter<StreamWriter<Out>>,
    name: String,
    sheet: String,
    schema: Schema,
    header: bool,
    /// The workbook whose other sheets stay, when there is one at the time of the commit.
    keeps: Option<(PathBuf, String)>,
    sheets: Vec<SheetPart>,
    /// Row of the current sheet that was written last; `None` before the first sheet.
    row: Option<u32>,
    /// Rows of a sheet, at most.
    most_rows: u32,
    buffer: Vec<u8>,
    remarks: Remarks,
}

/// What readers of the receipt should know.
#[derive(Debug, Default)]
struct Remarks {
    long_numbers: u64,
    fine_times: u64,
}

impl XlsxEncoder {
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        schema: &Schema,
        header: bool,
        sheet: Option<&str>,
        keeps: Option<PathBuf>,
    ) -> Result<Self, Fault> {
        if schema.fields().len() > MOST_COLUMNS as usize {
            return Err(Fault::contract(format!(
                "the rows have {} columns, and a sheet has at most {MOST_COLUMNS}",
                schema.fields().len()
            ))
            .hint("select fewer columns, or write another format"));
        }
        Ok(XlsxEncoder {
            zip: ZipWriter::new_stream(out),
            name: name.to_owned(),
            sheet: sheet.unwrap_or(DEFAULT_SHEET).to_owned(),
            schema: schema.clone(),
            header,
            keeps: keeps.map(|path| (path, name.to_owned())),
            sheets: Vec::new(),
            row: None,
            most_rows: MOST_ROWS,
            buffer: Vec::with_capacity(BUFFER * 2),
            remarks: Remarks::default(),
        })
    }

    fn fault(&self, error: std::io::Error) -> Fault {
        io_fault("file", &self.name, error)
    }

    fn start_part(&mut self, part: &str) -> Result<(), Fault> {
        let started = self.zip.start_file(part, SimpleFileOptions::default());
        started.map_err(|error| self.fault(error.into()))
    }

    fn write_part(&mut self, part: &str, xml: &str) -> Result<(), Fault> {
        self.start_part(part)?;
        self.zip.write_all(xml.as_bytes()).map_err(|error| io_fault("file", &self.name, error))
    }

    fn flush(&mut self) -> Result<(), Fault> {
        let written = self.zip.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| self.fault(error))
    }

    /// Begins a sheet; `sample` tells how wide the columns should be.
    fn begin_sheet(&mut self, sample: Option<&RecordBatch>) -> Result<(), Fault> {
        let number = self.sheets.len() + 1;
        let name = if number == 1 { self.sheet.clone() } else { parts::continuation(&self.sheet, number) };
        let part = format!("xl/worksheets/own{number}.xml");
        self.start_part(&part)?;
        self.sheets.push(SheetPart { name, part, filter: None });
        let widths = self.widths(sample)?;
        parts::sheet_head(&widths, self.header, &mut self.buffer);
        self.row = Some(0);
        if self.header {
            self.row = Some(1);
            self.buffer.extend_from_slice(b"<row r=\"1\">");
            for (column, field) in self.schema.fields().iter().enumerate() {
                cells::name(&letters(column as u32), field.name(), &mut self.buffer);
            }
            self.buffer.extend_from_slice(b"</row>");
        }
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), Fault> {
        let Some(row) = self.row.take() else { return Ok(()) };
        let last = letters(self.schema.fields().len() as u32 - 1);
        let filter = self.header.then(|| format!("$A$1:${last}${row}"));
        parts::sheet_tail(filter.as_deref(), &mut self.buffer);
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.filter = filter;
        }
        self.flush()
    }

    /// Characters of each column: of its name and of its first values.
    fn widths(&self, sample: Option<&RecordBatch>) -> Result<Vec<usize>, Fault> {
        let mut widths = Vec::new();
        for (column, field) in self.schema.fields().iter().enumerate() {
            let mut width = field.name().chars().count() + 3;
            if let Some(batch) = sample {
                let values = crate::file::cells::Cells::new(field, batch.column(column))?;
                let mut text = Vec::new();
                for row in 0..batch.num_rows().min(100) {
                    if !values.is_null(row) {
                        text.clear();
                        values.text(row, &mut text);
                        let longest = text
                            .split(|byte| *byte == b'\n')
                            .map(|line| String::from_utf8_lossy(line).chars().count());
                        width = width.max(longest.max().unwrap_or(0) + 1);
                    }
                }
            }
            widths.push(width.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
        Ok(widths)
    }
}

impl Encoder for XlsxEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        if self.row.is_none() {
            self.begin_sheet(Some(&batch))?;
        }
        let mut columns = Vec::with_capacity(batch.num_columns());
        for (place, (field, array)) in self.schema.fields().iter().zip(batch.columns()).enumerate() {
            columns.push(Cells::new(place, field, array)?);
        }
        for place in 0..batch.num_rows() {
            if self.row.is_some_and(|row| row >= self.most_rows) {
                self.end_sheet()?;
                self.begin_sheet(Some(&batch))?;
            }
            let row = self.row.map_or(1, |row| row + 1);
            self.row = Some(row);
            cells::row(row, place, &columns, &mut self.remarks, &mut self.buffer);
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.sheets.len() > 1 {
            notes.push(format!(
                "a sheet has at most {} rows: `{}` goes on in {} more",
                self.most_rows,
                self.sheet,
                self.sheets.len() - 1
            ));
        }
        if self.remarks.long_numbers > 0 {
            notes.push(format!(
                "{} numbers have more than 15 digits, which Excel does not keep: they are written as text",
                self.remarks.long_numbers
            ));
        }
        if self.remarks.fine_times > 0 {
            notes.push(format!(
                "{} times are finer than a millisecond, which Excel does not show",
                self.remarks.fine_times
            ));
        }
        let zoned: Vec<String> = self
            .schema
            .fields()
            .iter()
            .filter(|field| matches!(field.data_type(), DataType::Timestamp(TimeUnit::Microsecond, Some(_))))
            .map(|field| format!("`{}`", field.name()))
            .collect();
        if !zoned.is_empty() {
            notes.push(format!(
                "Excel has no time zones: {} is written as text; cast it to `timestamp` to get dates",
                zoned.join(", ")
            ));
        }
        notes
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        if self.row.is_none() {
            self.begin_sheet(None)?;
        }
        self.end_sheet()?;
        let sheets = match self.keeps.take() {
            Some((path, name)) if path.exists() => {
                keep::others(&path, &name, &self.sheet, &self.sheets, &mut self.zip)?
            }
            _ => std::mem::take(&mut self.sheets),
        };
        for (part, xml) in parts::workbook(&sheets) {
            self.write_part(part, &xml)?;
        }
        let XlsxEncoder { zip, name, .. } = *self;
        let out = zip.finish().map_err(|error| io_fault("file", &name, error.into()))?;
        Ok(out.into_inner())
    }
}

/// How values of a type are shown.
fn style_of(data_type: &DataType) -> Style {
    match data_type {
        DataType::Date32 => Style::Date,
        DataType::Timestamp(_, None) => Style::DateTime,
        DataType::Time64(_) => Style::Time,
        DataType::Duration(_) => Style::Span,
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => {
            Style::Decimals(u8::try_from(*scale).unwrap_or(0).min(parts::MOST_DECIMALS))
        }
        _ => Style::Plain,
    }
}

/// The limits of the columns of a sheet.
pub(in crate::file) fn fit(field: &arrow::datatypes::Field) -> towpath_connect::ColumnFit {
    let data_type = match field.data_type() {
        // Lists are JSON text, which has a longest length.
        DataType::List(_) => DataType::Utf8,
        other => other.clone(),
    };
    let is_binary = data_type == DataType::Binary;
    let check = (logical(field) == Some(Logical::Json)).then_some(towpath_connect::TextCheck::Json);
    towpath_connect::ColumnFit {
        native: "a cell of a sheet".into(),
        years: Some((1900, 9999)),
        non_finite: false,
        max_utf16: Some(32_767),
        // Binary values become two digits a byte.
        max_bytes: is_binary.then_some(16_383),
        check,
        ..towpath_connect::ColumnFit::new(field.name(), data_type)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;
    use arrow::datatypes::Field;

    use super::*;
    use crate::file::config::Compression;
    use crate::file::writing::Raw;

    #[test]
    fn a_full_sheet_goes_on_in_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.xlsx");
        let out = Out::new(Raw::File(std::fs::File::create(&path).unwrap()), Compression::None).unwrap();
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
        let mut encoder = XlsxEncoder::new(out, "big.xlsx", &schema, true, None, None).unwrap();
        encoder.most_rows = 3;
        let numbers = Arc::new(Int64Array::from_iter_values(0..5));
        encoder.write(RecordBatch::try_new(Arc::new(schema), vec![numbers]).unwrap()).unwrap();
        let encoder: Box<dyn Encoder> = Box::new(encoder);
        assert_eq!(encoder.notes(), ["a sheet has at most 3 rows: `Sheet1` goes on in 2 more"]);
        encoder.finish().unwrap().finish().unwrap();
        use calamine::Reader;
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
        assert_eq!(book.sheet_names(), ["Sheet1", "Sheet1 (2)", "Sheet1 (3)"]);
        let rows = |name: &str, book: &mut calamine::Xlsx<_>| book.worksheet_range(name).unwrap().height();
        assert_eq!(
            rows("Sheet1", &mut book) + rows("Sheet1 (2)", &mut book) + rows("Sheet1 (3)", &mut book),
            8
        );
    }
}
