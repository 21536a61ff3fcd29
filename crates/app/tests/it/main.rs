//! Tests of the whole program: they run the binary as a person would.

mod bad_input;
mod bad_servers;
mod command_line;
mod sandbox;
