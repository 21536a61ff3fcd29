//! JSON: one object per line, or a document with a list of objects.
//!
//! [`cut`] finds the objects in a file and hands them on in pieces, without ever holding the document as a whole;
//! [`crate::object`] takes one object apart; [`infer`] decides types over all values, [`read`] builds batches. Numbers keep
//! every digit: they are read from their text, never through floating point. Objects and lists inside a row
//! become JSON text. [`write`] is the other direction.

mod cut;
mod feed;
pub(super) mod infer;
pub(super) mod read;
pub(super) mod write;

pub(super) use cut::Cutter;

use crate::object;
