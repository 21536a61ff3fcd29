//! Messages to real servers.

mod house;
mod mail;
mod server;
mod support;
mod web;
