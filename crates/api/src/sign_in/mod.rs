//! How people and programs prove who they are.

pub(crate) mod cookie;
pub(crate) mod factor;
pub mod passwords;
pub(crate) mod slow;
pub(crate) mod tokens;
