//! Rows as GeoJSON: one collection, or one feature per line.
//!
//! A row whose geometry is none goes to quarantine. GeoJSON is in WGS 84, longitude first; coordinates are written as they
//! come.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::types::{Logical, logical};
use towpath_connect::{Reject, RejectSink};
use towpath_model::Fault;

use super::config::GeoJsonOut;
use super::geometry::{from_wkt, to_wkt};
use crate::file::cells::{Cells, escape};
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// Bytes that are gathered before they are handed on.
const BUFFER: usize = 1 << 16;

/// A GeoJSON file under construction.
pub(in crate::file) struct GeoJsonEncoder {
    out: Out,
    name: String,
    /// One feature per line.
    lines: bool,
    is_first: bool,
    geometry: usize,
    column: String,
    id: Option<usize>,
    /// The other columns, and what stands before their value.
    properties: Vec<(usize, Vec<u8>)>,
    buffer: Vec<u8>,
    rejects: Arc<dyn RejectSink>,
    rows: u64,
    refused: u64,
}

/// Checks that there is a column for the geometry.
pub(in crate::file) fn check(settings: &GeoJsonOut, schema: &Schema) -> Result<(), Fault> {
    if schema.column_with_name(&settings.column).is_some() {
        return Ok(());
    }
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Err(Fault::contract(format!("there is no column `{}` with geometries to write", settings.column))
        .hint(format!("name it with `geojson: {{ column: … }}`; the columns are `{}`", names.join("`, `"))))
}

impl GeoJsonEncoder {
    /// Begins a file with the given incoming columns.
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        lines: bool,
        settings: &GeoJsonOut,
        schema: &Schema,
        rejects: Arc<dyn RejectSink>,
    ) -> Result<Self, Fault> {
        check(settings, schema)?;
        let mut encoder = GeoJsonEncoder {
            out,
            name: name.to_owned(),
            lines,
            is_first: true,
            geometry: 0,
            column: settings.column.clone(),
            id: None,
            properties: Vec::new(),
            buffer: Vec::new(),
            rejects,
            rows: 0,
            refused: 0,
        };
        for (place, field) in schema.fields().iter().enumerate() {
            if *field.name() == settings.column {
                encoder.geometry = place;
            } else if *field.name() == settings.id && is_identity(field) {
                encoder.id = Some(place);
            } else {
                let mut lead = vec![if encoder.properties.is_empty() { b'{' } else { b',' }, b'"'];
                escape(field.name().as_bytes(), &mut lead);
                lead.extend_from_slice(b"\":");
                encoder.properties.push((place, lead));
            }
        }
        if !lines {
            encoder.buffer.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":[");
        }
        Ok(encoder)
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.out.write_all(&self.buffer).map_err(|error| io_fault("file", &self.name, error))?;
        self.buffer.clear();
        Ok(())
    }

    fn refuse(
        &mut self,
        cells: &[Cells<'_>],
        names: &Schema,
        row: usize,
        value: String,
        why: String,
    ) -> Result<(), Fault> {
        let mut original = vec![b'{'];
        for (place, (cells, field)) in cells.iter().zip(names.fields()).enumerate() {
            original.extend_from_slice(if place > 0 { b",\"" } else { b"\"" });
            escape(field.name().as_bytes(), &mut original);
            original.extend_from_slice(b"\":");
            cells.json(row, &mut original);
        }
        original.push(b'}');
        self.refused += 1;
        self.rejects.reject(Reject {
            place: format!("row {}", self.rows),
            column: Some(self.column.clone()),
            value: Some(value),
            reason: format!("is no geometry: {why}"),
            original: String::from_utf8_lossy(&original).into_owned(),
            ..Reject::default()
        })
    }
}

/// Whether the values of a column may be the identity of a feature.
fn is_identity(field: &Field) -> bool {
    field.data_type().is_integer()
        || (field.data_type() == &DataType::Utf8 && logical(field) != Some(Logical::Json))
}

/// A geometry as GeoJSON.
fn geometry(text: &str) -> Result<String, String> {
    if text.trim_ascii_start().starts_with('{') {
        return to_wkt(text.as_bytes()).map(|_| text.to_owned());
    }
    from_wkt(text)
}

impl Encoder for GeoJsonEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        let cells =
            columns.map(|(field, column)| Cells::new(field, column)).collect::<Result<Vec<_>, Fault>>()?;
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            self.rows += 1;
            let mut shape = "null".to_owned();
            if !cells[self.geometry].is_null(row) {
                text.clear();
                cells[self.geometry].text(row, &mut text);
                let found = String::from_utf8_lossy(&text);
                shape = match geometry(&found) {
                    Ok(shape) => shape,
                    Err(why) => {
                        self.refuse(&cells, &schema, row, found.into_owned(), why)?;
                        continue;
                    }
                };
            }
            if !self.lines {
                self.buffer.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
                self.is_first = false;
            }
            self.buffer.extend_from_slice(b"{\"type\":\"Feature\"");
            if let Some(id) = self.id
                && !cells[id].is_null(row)
            {
                self.buffer.extend_from_slice(b",\"id\":");
                cells[id].json(row, &mut self.buffer);
            }
            self.buffer.extend_from_slice(b",\"properties\":");
            for (place, lead) in &self.properties {
                self.buffer.extend_from_slice(lead);
                cells[*place].json(row, &mut self.buffer);
            }
            self.buffer.extend_from_slice(if self.properties.is_empty() { b"{}" } else { b"}" });
            self.buffer.extend_from_slice(b",\"geometry\":");
            self.buffer.extend_from_slice(shape.as_bytes());
            self.buffer.push(b'}');
            if self.lines {
                self.buffer.push(b'\n');
            }
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn refused(&self) -> u64 {
        self.refused
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        if !self.lines {
            self.buffer.extend_from_slice(b"\n]}\n");
        }
        self.flush()?;
        self.rejects.keep()?;
        Ok(self.out)
    }
}
