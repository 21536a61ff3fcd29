//! Notifications: what is worth telling, when to tell it, and the ways to people.
//!
//! Something that happens is a [`Notice`]. Rules ([`Rule`]) say which notices a channel is told of; [`pace`] turns those
//! into messages, so that a pipeline that fails all night makes one message and not five hundred; [`deliver`] carries a
//! message to a [`Channel`]. [`anomaly`] finds what nobody reports: that something did not happen, or looks unlike
//! itself.
//!
//! Invariants: all but [`deliver`] is pure, without clock, and told the time. No message holds a secret; texts of a
//! notice are those of faults, which hold none. Every connection is made through the
//! [`Egress`](towpath_connect::Egress) that the caller gives.
//!
//! Absent: storing anything, and trying again. The caller keeps [`pace::ChannelState`], and tries again as
//! [`deliver::Undelivered`] says.

pub mod anomaly;
pub mod channel;
pub mod deliver;
pub mod language;
pub mod message;
pub mod notice;
pub mod pace;
pub mod rule;

pub use channel::Channel;
pub use deliver::{Receipt, Undelivered, deliver};
pub use language::Language;
pub use message::{Entry, Message, Occasion};
pub use notice::{Detail, Notice, NoticeKind, Severity};
pub use pace::{ChannelState, Pace, decide};
pub use rule::Rule;
