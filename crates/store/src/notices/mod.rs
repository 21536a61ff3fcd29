//! What people are told: channels and the rules that feed them, what happened, and messages on their way.
//!
//! A happening ([`happenings`]) is written once. In one transaction it then becomes what people see in the pages
//! ([`inbox`]) and messages to listeners ([`outbox`]); what each listener was told before is in [`told`]. [`facts`] is what
//! is known of runs that nobody reports.
//!
//! Notices, messages and states are JSON here: what they say is decided above.

pub mod channels;
pub mod facts;
pub mod happenings;
pub mod inbox;
pub mod outbox;
pub mod rules;
pub mod told;

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::sql;

/// Removes happenings that were handled, notices that were read and messages that ended before that time; returns how
/// many. Notices that nobody read stay twice as long as `since` is ago.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    let age = Timestamp::now().duration_since(before);
    let unread = before.saturating_sub(age).unwrap_or(Timestamp::MIN);
    let mut removed = 0;
    removed += sql("DELETE FROM happenings WHERE handled_at < $1").bind(before).run(conn).await?;
    removed += sql("DELETE FROM notices WHERE read_at < $1 OR updated_at < $2")
        .bind(before)
        .bind(unread)
        .run(conn)
        .await?;
    removed += sql("DELETE FROM deliveries WHERE ended_at < $1").bind(before).run(conn).await?;
    Ok(removed)
}
