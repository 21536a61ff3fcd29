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
    /// Longest text, in units of UTF-16: characters beyond U+FFFF count twice.
    pub max_utf16: Option<usize>,
    /// Longest text or binary, in bytes.
    pub max_bytes: Option<usize>,
    /// Text must not hold the NUL character.
    pub no_nul: bool,
    /// Dates and timestamps may be infinite.
    pub infinite_times: bool,
    /// Years that dates and timestamps may have, both ends included.
    pub years: Option<(i32, i32)>,
    /// Digits that times keep after the second.
    pub fraction_digits: Option<u8>,
    /// Longest span of time in either direction, in microseconds.
    pub max_span: Option<u64>,
    /// Whole numbers that the column takes, both ends included.
    pub range: Option<(i128, i128)>,
    /// Decimal and floating-point numbers must not be negative.
    pub unsigned: bool,
    /// Characters that text may have; any, when it is not said.
    pub characters: Option<Characters>,
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

/// The characters of a character set that is smaller than Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// ASCII.
    Ascii,
    /// Code page 1252, which holds ISO 8859-1 and the euro sign.
    Western,
    /// Unicode up to U+FFFF.
    Bmp,
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
    /// A decimal number without exponent, or `NaN`, and not infinite.
    FiniteNumeric,
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
            max_utf16: None,
            max_bytes: None,
            no_nul: false,
            infinite_times: false,
            years: None,
            fraction_digits: None,
            max_span: None,
            range: None,
            unsigned: false,
            characters: None,
            non_finite: true,
            check: None,
            discards_values: false,
            absent: false,
        }
    }
}
