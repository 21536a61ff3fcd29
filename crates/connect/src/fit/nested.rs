//! Lists: their items are converted and checked like values, and a failing item fails its row.

use std::sync::Arc;

use arrow::array::{Array, ArrayBuilder, ArrayRef, AsArray, ListArray, StringArray, StringBuilder};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef};
use serde::de::IgnoredAny;
use towpath_model::Fault;

use super::column::ColumnFit;
use super::convert::to_type;
use super::misfit::{Misfits, shown};

/// To a list of items of another type; from a list, or from text that is a JSON array.
pub(super) fn to_list(
    array: &ArrayRef,
    column: &ColumnFit,
    item: &FieldRef,
    misfits: &mut Misfits,
) -> Result<Option<ArrayRef>, Fault> {
    let list = match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().clone(),
        DataType::Utf8 => from_json(array.as_string::<i32>(), misfits),
        _ => return Ok(None),
    };
    let list = compact(&list);
    let mut failed = Misfits::default();
    let Some(values) = to_type(list.values(), column, item.data_type(), &mut failed)? else {
        return Ok(None);
    };
    blame_rows(&list, failed, misfits);
    let (_, offsets, _, nulls) = list.into_parts();
    let list = ListArray::try_new(item.clone(), offsets, values, nulls)
        .map_err(|error| Fault::internal(format!("items do not form a list: {error}")))?;
    Ok(Some(Arc::new(list)))
}

/// The list with only the items that its rows use.
pub(super) fn compact(list: &ListArray) -> ListArray {
    let offsets = list.value_offsets();
    let (first, last) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
    if first == 0 && last == list.values().len() {
        return list.clone();
    }
    let DataType::List(item) = list.data_type() else { return list.clone() };
    let values = list.values().slice(first, last - first);
    let lengths = OffsetBuffer::from_lengths(offsets.windows(2).map(|pair| (pair[1] - pair[0]) as usize));
    ListArray::new(item.clone(), lengths, values, list.nulls().cloned())
}

/// Turns failing items into failing rows.
pub(super) fn blame_rows(list: &ListArray, failed: Misfits, misfits: &mut Misfits) {
    let offsets = list.value_offsets();
    for (item, reason) in failed.into_rows() {
        let row = offsets.partition_point(|offset| *offset as usize <= item) - 1;
        // Items under a null row are not seen by anybody.
        if list.is_valid(row) {
            misfits.add(row, || format!("item {}: {reason}", item - offsets[row] as usize + 1));
        }
    }
}

/// Reads JSON arrays; each item becomes text again, to be converted like text.
fn from_json(texts: &StringArray, misfits: &mut Misfits) -> ListArray {
    let mut items = StringBuilder::new();
    let mut lengths = Vec::with_capacity(texts.len());
    for row in 0..texts.len() {
        let before = items.len();
        if texts.is_valid(row) {
            match json_items(texts.value(row)) {
                Some(values) => values.into_iter().for_each(|value| items.append_option(value)),
                None => misfits.add(row, || format!("{} is not a list in JSON", shown(texts.value(row)))),
            }
        }
        lengths.push(items.len() - before);
    }
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    ListArray::new(
        item,
        OffsetBuffer::from_lengths(lengths),
        Arc::new(items.finish()),
        texts.nulls().cloned(),
    )
}

/// The items of a JSON array as text. Numbers keep the digits they are written with, which a parser that makes
/// floating-point numbers of them would not.
fn json_items(text: &str) -> Option<Vec<Option<String>>> {
    serde_json::from_str::<Vec<IgnoredAny>>(text).ok()?;
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    let (mut items, mut start, mut depth, mut in_string, mut escaped) = (Vec::new(), 0, 0u32, false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.push(json_item(&inner[start..at])?);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !items.is_empty() || !inner.trim().is_empty() {
        items.push(json_item(&inner[start..])?);
    }
    Some(items)
}

fn json_item(text: &str) -> Option<Option<String>> {
    match text.trim() {
        "null" => Some(None),
        quoted if quoted.starts_with('"') => serde_json::from_str(quoted).ok().map(Some),
        bare => Some(Some(bare.to_owned())),
    }
}
