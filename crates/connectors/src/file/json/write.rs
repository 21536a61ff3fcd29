//! Rows as JSON: one object per line, or one list of objects.

use std::io::Write;

use arrow::array::RecordBatch;
use towpath_model::Fault;

use crate::file::cells::{Cells, escape};
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// Bytes that are gathered before they are handed on.
const BUFFER: usize = 1 << 16;

/// A JSON file under construction.
pub(in crate::file) struct JsonEncoder {
    out: Out,
    name: String,
    /// The file is one list.
    list: bool,
    is_first: bool,
    /// Incoming columns, and what stands before their value: brace or comma, key, colon.
    columns: Vec<(usize, Vec<u8>)>,
    buffer: Vec<u8>,
}

impl JsonEncoder {
    /// Begins a file with the given incoming columns.
    pub(in crate::file) fn new(out: Out, name: &str, list: bool, columns: &[(usize, &str)]) -> Self {
        let columns = columns.iter().enumerate().map(|(place, (column, name))| {
            let mut lead = vec![if place == 0 { b'{' } else { b',' }, b'"'];
            escape(name.as_bytes(), &mut lead);
            lead.extend_from_slice(b"\":");
            (*column, lead)
        });
        JsonEncoder {
            out,
            name: name.to_owned(),
            list,
            is_first: true,
            columns: columns.collect(),
            buffer: if list { b"[".to_vec() } else { Vec::new() },
        }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.out.write_all(&self.buffer).map_err(|error| io_fault("file", &self.name, error))?;
        self.buffer.clear();
        Ok(())
    }
}

impl Encoder for JsonEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let schema = batch.schema();
        let cells = self
            .columns
            .iter()
            .map(|(column, _)| Cells::new(schema.field(*column), batch.column(*column)))
            .collect::<Result<Vec<_>, Fault>>()?;
        for row in 0..batch.num_rows() {
            if self.list {
                self.buffer.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
                self.is_first = false;
            }
            for ((_, lead), cells) in self.columns.iter().zip(&cells) {
                self.buffer.extend_from_slice(lead);
                cells.json(row, &mut self.buffer);
            }
            self.buffer.extend_from_slice(if self.columns.is_empty() { b"{}" } else { b"}" });
            if !self.list {
                self.buffer.push(b'\n');
            }
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        if self.list {
            self.buffer.extend_from_slice(b"\n]\n");
        }
        self.flush()?;
        Ok(self.out)
    }
}
