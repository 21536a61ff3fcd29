//! The whole server: the binary listens, and is talked to over HTTP as a program or a page would.

mod client;
mod interface;
mod life;
mod live;

use client::House;
