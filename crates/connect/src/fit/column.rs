//! What the values of a column must fit: type, length, range, form.

use arrow::datatypes::DataType;

/// What the values of one column must fit.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnFit {
    /// Name of the incoming column.
    pub name: String,
    /// Canonical type that the load takes.
    pub data_type: DataType,
    /// The type as the system calls it, for messages, for example `varchar(20)`.
    pub native: String,
    /// Whether the column takes nulls.
    pub nullable: bool,
    /// Longest text, in characters.
    pub max_chars: Option<usize>,
    /// Longest text or binary, in bytes.
    pub max_bytes: Option<usize>,
    /// Text must not hold the NUL character.
    pub no_nul: bool,
    /// Dates and timestamps may be infinite.
    pub infinite_times: bool,
    /// Years that dates and timestamps may have, both ends included.
    pub years: Option<(i32, i32)>,
    /// Floating-point values may be NaN or infinite.
    pub non_finite: bool,
    /// The form that text must have.
    pub check: Option<TextCheck>,
    /// A value that does not fit goes to quarantine alone: its row lands with a null in its place, if the column
    /// takes nulls.
    pub discards_values: bool,
    /// The table has no such column, so only rows without a value there fit.
    pub absent: bool,
}

/// The form that text must have.
#[derive(Debug, Clone, PartialEq)]
pub enum TextCheck {
    /// A UUID. It arrives in lower case with hyphens, however it was written.
    Uuid,
    /// A JSON document. Values of other types arrive as their JSON form; with `no_nul`, escaped NUL characters
    /// and halves of surrogate pairs are refused too.
    Json,
    /// A decimal number without exponent, or `NaN`, `Infinity`, `-Infinity`.
    Numeric,
    /// One of these words.
    OneOf(Vec<String>),
}

impl ColumnFit {
    /// A column that takes every value of its type.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        ColumnFit {
            name: name.into(),
            native: crate::types::describe_type(&data_type),
            data_type,
            nullable: true,
            max_chars: None,
            max_bytes: None,
            no_nul: false,
            infinite_times: false,
            years: None,
            non_finite: true,
            check: None,
            discards_values: false,
            absent: false,
        }
    }
}
