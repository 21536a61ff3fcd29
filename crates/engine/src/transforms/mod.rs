//! The transforms, one file each.
//!
//! A transform turns plans into a plan; none reads a whole input itself. What several share stands in `common`
//! (columns, sort keys, problems), `keys` (columns of two inputs that must be equal), `scalar` (single values in settings) and `unify` (one type for
//! columns that go below each other), `timeline` (events and spans of time in their order).

mod common;
mod keys;
mod scalar;
mod timeline;
mod unify;

mod aggregate;
mod cast;
mod check;
mod clean_text;
mod cover;
mod date_parts;
mod deduplicate;
mod derive;
mod fill_missing;
mod filter;
mod intervals;
mod join;
mod json_expand;
mod limit;
mod lookup;
mod map_values;
mod mask;
mod pivot;
mod remove_nulls;
mod rename;
mod sample;
mod select;
mod sessions;
mod sort;
mod split_by_condition;
mod split_column;
mod sql;
mod union;
mod unpivot;
mod validate;
mod window;

use std::sync::Arc;

use crate::transform::{Transform, erase};

/// Every transform, in alphabetical order.
pub fn all() -> Vec<Arc<dyn Transform>> {
    vec![
        erase::<aggregate::Aggregate>(),
        erase::<cast::Cast>(),
        erase::<check::Check>(),
        erase::<clean_text::CleanText>(),
        erase::<cover::Cover>(),
        erase::<date_parts::DateParts>(),
        erase::<deduplicate::Deduplicate>(),
        erase::<derive::Derive>(),
        erase::<fill_missing::FillMissing>(),
        erase::<filter::Filter>(),
        erase::<intervals::Intervals>(),
        erase::<join::Join>(),
        erase::<json_expand::JsonExpand>(),
        erase::<limit::Limit>(),
        erase::<lookup::Lookup>(),
        erase::<map_values::MapValues>(),
        erase::<mask::Mask>(),
        erase::<pivot::Pivot>(),
        erase::<remove_nulls::RemoveNulls>(),
        erase::<rename::Rename>(),
        erase::<sample::Sample>(),
        erase::<select::Select>(),
        erase::<sessions::Sessions>(),
        erase::<sort::Sort>(),
        erase::<split_by_condition::SplitByCondition>(),
        erase::<split_column::SplitColumn>(),
        erase::<sql::Sql>(),
        erase::<union::Union>(),
        erase::<unpivot::Unpivot>(),
        erase::<validate::Validate>(),
        erase::<window::Window>(),
    ]
}
