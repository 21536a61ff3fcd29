//! Messages and egresses for tests.

use serde_json::Value;
use towpath_connect::{Egress, EgressSettings};
use towpath_notify::{Channel, Detail, Entry, Message, Notice, NoticeKind, Occasion};

/// A message about one failure.
pub(crate) fn failure() -> Message {
    let at = "2026-03-01T07:30:00Z".parse().unwrap();
    let detail = Detail::text("table `orders` does not exist\n.\n..a line that begins with points\nété");
    let notice = Notice {
        run: Some("run_1".into()),
        hint: Some("create the table".into()),
        link: Some("https://towpath.example.com/runs/run_1".into()),
        ..Notice::new(NoticeKind::RunFailed, "shop", "orders", detail, at)
    };
    let entry = Entry { notice, count: 1, streaks: 1, since: at, is_over: false };
    Message::new(Occasion::First, vec![entry], at, 0)
}

pub(crate) fn channel(settings: Value) -> Channel {
    serde_json::from_value(settings).unwrap()
}

/// Connections may go to this machine.
pub(crate) fn here() -> Egress {
    let allow = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    Egress::new(&EgressSettings { allow_private: false, allow }).unwrap()
}

/// Connections may go to public addresses only.
pub(crate) fn strict() -> Egress {
    Egress::new(&EgressSettings::default()).unwrap()
}
