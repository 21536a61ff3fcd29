//! The rows of one column that do not fit, with the reason.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::nullif;
use towpath_model::Fault;

/// Rows that failed, each with its first reason.
#[derive(Debug, Default)]
pub(super) struct Misfits(BTreeMap<usize, String>);

impl Misfits {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a row, unless it failed before.
    pub(super) fn add(&mut self, row: usize, reason: impl FnOnce() -> String) {
        self.0.entry(row).or_insert_with(reason);
    }

    /// Notes every null row.
    pub(super) fn nulls(&mut self, array: &dyn Array, column: &str) {
        if let Some(nulls) = array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            for row in (0..array.len()).filter(|row| nulls.is_null(*row)) {
                self.add(row, || format!("`{column}` is empty and the column takes no nulls"));
            }
        }
    }

    /// Notes every row that is not null.
    pub(super) fn values(&mut self, array: &dyn Array, column: &str) {
        let nulls = array.logical_nulls();
        for row in (0..array.len()).filter(|row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row))) {
            self.add(row, || format!("the table has no column `{column}`"));
        }
    }

    /// The array with nulls in the noted rows.
    pub(super) fn without(&self, array: &ArrayRef) -> Result<ArrayRef, Fault> {
        let noted: BooleanArray = (0..array.len()).map(|row| Some(self.0.contains_key(&row))).collect();
        nullif(array, &noted)
            .map_err(|error| Fault::internal(format!("values that do not fit cannot be taken out: {error}")))
    }

    pub(super) fn into_rows(self) -> impl Iterator<Item = (usize, String)> {
        self.0.into_iter()
    }
}

/// A value inside a message, cut to a length that fits a line.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 60;
    match value.char_indices().nth(LONGEST) {
        None => format!("`{value}`"),
        Some((end, _)) => format!("`{}…`", &value[..end]),
    }
}
