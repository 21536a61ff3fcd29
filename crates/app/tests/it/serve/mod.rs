//! The whole server: the binary listens, and is talked to over HTTP as a program or a page would.

mod client;
mod fleet;
mod guarded;
mod imported;
mod interface;
mod keeps;
mod keys;
mod kills;
mod life;
mod limits;
mod live;
mod looking;
mod metrics;
mod pages;
mod proxied;
mod repairs;
mod traces;
mod trials;

use client::House;
