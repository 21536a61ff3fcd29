//! The whole server: the binary listens, and is talked to over HTTP as a program or a page would.

mod client;
mod fleet;
mod kills;
mod life;
mod traces;

use client::House;
