//! Messages to real servers.

mod mail;
mod support;
mod web;
