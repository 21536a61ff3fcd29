//! CSV: text with a delimiter between values.
//!
//! A file passes four stations: [`head`] finds delimiter and names from the first bytes, [`cut`] cuts it into pieces
//! of whole records, [`tokenize`] finds the fields of a piece, and [`block`] walks over them column by column.
//! [`infer`] does so to decide types over the whole file, [`read`] to build batches; both use all processors
//! ([`super::pieces`]) and keep memory flat. [`write`] is the other direction.

mod block;
mod cut;
pub(super) mod head;
pub(super) mod infer;
pub(super) mod read;
#[cfg(test)]
pub(super) mod tests;
mod tokenize;
pub(super) mod write;

pub(super) use tokenize::Dialect;
