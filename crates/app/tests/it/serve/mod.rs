//! The whole server: the binary listens, and is talked to over HTTP as a program or a page would.

mod client;
mod fleet;
mod interface;
mod keeps;
mod kills;
mod life;
mod live;
mod metrics;
mod proxied;
mod repairs;
mod traces;

use client::House;
