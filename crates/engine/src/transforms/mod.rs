//! The transforms, one file each.
//!
//! A transform turns plans into a plan; none reads a whole input itself. What several share stands in `common`
//! (columns, sort keys, problems), `keys` (columns of two inputs that must be equal) and `unify` (one type for
//! columns that go below each other).

mod common;
mod keys;
mod unify;

mod aggregate;
mod cast;
mod deduplicate;
mod derive;
mod filter;
mod join;
mod limit;
mod rename;
mod select;
mod sort;
mod sql;
mod union;

use std::sync::Arc;

use crate::transform::{Transform, erase};

/// Every transform, in alphabetical order.
pub fn all() -> Vec<Arc<dyn Transform>> {
    vec![
        erase::<aggregate::Aggregate>(),
        erase::<cast::Cast>(),
        erase::<deduplicate::Deduplicate>(),
        erase::<derive::Derive>(),
        erase::<filter::Filter>(),
        erase::<join::Join>(),
        erase::<limit::Limit>(),
        erase::<rename::Rename>(),
        erase::<select::Select>(),
        erase::<sort::Sort>(),
        erase::<sql::Sql>(),
        erase::<union::Union>(),
    ]
}
