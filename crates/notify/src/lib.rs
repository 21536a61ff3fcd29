//! Notifications: what is worth telling, when to tell it, and the ways to people.
//!
//! Something that happens is a [`Notice`]. Rules ([`Rule`]) say which notices a channel is told of; [`pace`] turns those
//! into messages, so that a pipeline that fails all night makes one message and not five hundred; [`deliver`] carries a
//! message to a [`Channel`]. [`anomaly`] finds what nobody reports: that something did not happen, or looks unlike
//! itself. [`service`] does all that for a server: what happened comes out of the store, and messages go out.
//!
//! Invariants: all but [`deliver`] and [`service`] is pure, without clock, and told the time. No message holds a secret; texts of a
//! notice are those of faults, which hold none. Every connection is made through the
//! [`Egress`](towpath_connect::Egress) that the caller gives.
//!
//! Absent: trying again within [`deliver`]; [`deliver::Undelivered`] says when, and [`service`] does. Who may set what is
//! decided by the interface; [`forms`] is what it asks.

pub mod anomaly;
pub mod channel;
pub mod deliver;
pub mod forms;
pub mod language;
pub mod message;
pub mod notice;
pub mod pace;
pub mod preferences;
pub mod rule;
pub mod service;
pub mod watch;

pub use channel::{Channel, MailAccount};
pub use deliver::{Receipt, Undelivered, deliver, write_to};
pub use language::Language;
pub use message::{Entry, Message, Occasion};
pub use notice::{Detail, Notice, NoticeKind, Severity};
pub use pace::{ChannelState, Pace, decide};
pub use preferences::Preferences;
pub use rule::Rule;
pub use service::{Dispatcher, Surroundings};
pub use watch::Watch;
