//! How people and programs prove who they are.

pub(crate) mod confirm;
pub(crate) mod cookie;
pub(crate) mod factor;
pub(crate) mod groups;
pub(crate) mod links;
pub(crate) mod openid;
pub mod passwords;
pub(crate) mod slow;
pub(crate) mod tokens;
