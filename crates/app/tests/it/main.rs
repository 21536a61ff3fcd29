//! Tests of the whole program: they run the binary as a person would.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod bad_servers;
mod checking;
mod command_line;
mod crash;
mod deploy;
mod faults;
mod files;
mod industrial;
mod inspect;
mod loads;
mod places;
mod sandbox;
mod serve;
mod shipped;
mod singer;
mod streams;
mod together;
