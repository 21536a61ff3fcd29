//! What values look like.

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(in crate::file) enum Kind {
    Boolean = 1,
    Int = 1 << 1,
    Decimal = 1 << 2,
    Scientific = 1 << 3,
    Date = 1 << 4,
    Timestamp = 1 << 5,
    Instant = 1 << 6,
    Time = 1 << 7,
    Text = 1 << 8,
    /// A JSON object or list.
    Nested = 1 << 9,
    /// A span of time that may exceed a day.
    Span = 1 << 10,
    /// A number with a decimal comma, marks between thousands or a currency.
    Written = 1 << 11,
    Percent = 1 << 12,
    /// A date that is not in the form `2025-12-31`.
    WrittenDate = 1 << 13,
    /// Such a date with a time of day.
    WrittenStamp = 1 << 14,
    /// A word for true or false.
    Word = 1 << 15,
    /// A word for no value.
    NullWord = 1 << 16,
}

pub(super) const INT: u32 = Kind::Int as u32;
/// Plain numbers.
pub(super) const NUMBER: u32 = INT | Kind::Decimal as u32 | Kind::Scientific as u32;
pub(super) const DATE: u32 = Kind::Date as u32 | Kind::WrittenDate as u32;
pub(super) const TIMESTAMP: u32 = DATE | Kind::Timestamp as u32 | Kind::WrittenStamp as u32;
pub(super) const TEXT: u32 = Kind::Text as u32;
pub(super) const NESTED: u32 = Kind::Nested as u32;
pub(super) const NULL_WORD: u32 = Kind::NullWord as u32;

impl Kind {
    /// The kind in the words of a message.
    pub(super) fn described(self) -> &'static str {
        match self {
            Kind::Boolean => "a boolean",
            Kind::Int => "a whole number",
            Kind::Decimal => "a decimal number",
            Kind::Scientific => "a number in scientific notation",
            Kind::Date | Kind::WrittenDate => "a date",
            Kind::Timestamp | Kind::WrittenStamp => "a timestamp",
            Kind::Instant => "a timestamp with an offset",
            Kind::Time => "a time",
            Kind::Text => "text",
            Kind::Nested => "an object",
            Kind::Span => "a span of time",
            Kind::Written => "a number",
            Kind::Percent => "a percentage",
            Kind::Word => "a word like yes or no",
            Kind::NullWord => "a word for no value",
        }
    }
}
