//! CSV: text with a delimiter between values.
//!
//! A file passes these stations: [`layout`] finds its encoding, the characters that structure it ([`dialect`]) and where
//! its table begins ([`table`]); [`cut`] cuts it into pieces of whole records and leaves rows of totals out ([`footer`]);
//! [`tokenize`] finds the fields of a piece, and [`block`] walks over them column by column. [`infer`] does so to decide
//! types over the whole file, [`read`] to build batches; both use all processors ([`super::pieces`]) and keep memory
//! flat. [`write`] is the other direction.

mod block;
mod cut;
mod dialect;
mod footer;
mod head;
pub(super) mod infer;
pub(super) mod layout;
mod marks;
pub(super) mod read;
pub(super) mod settings;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod tokenize;
pub(super) mod write;

pub(super) use layout::Layout;
pub(super) use settings::CsvSettings;

/// A character as settings take it.
fn shown(byte: u8) -> String {
    match byte {
        b'\t' => "tab".into(),
        b' ' => "space".into(),
        byte => char::from(byte).to_string(),
    }
}
