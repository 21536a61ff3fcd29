//! The routes, by area. Each handler stands beside what it takes and answers.

pub(crate) mod health;
pub(crate) mod session;
