//! Tests of transforms as plans that run.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic")]

mod support;

mod differential;
mod expressions;
mod laws;
mod overflow;
mod transforms;
