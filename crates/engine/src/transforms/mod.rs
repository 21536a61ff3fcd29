//! The transforms, one file each.

use std::sync::Arc;

use crate::transform::Transform;

/// Every transform, in alphabetical order.
pub fn all() -> Vec<Arc<dyn Transform>> {
    vec![]
}
