//! The head of the chain: where it begins and ends, signed with a key that does not stand in the database.
//!
//! The chain alone shows what was changed in its middle. Whoever writes the database could also take entries from its end,
//! or compute all of it anew; the head, which is written with every entry in the same transaction, shows that as well. It
//! also counts the entries that were erased with a person, so that nobody else takes words out of entries unseen.
//!
//! What it cannot show: that the whole database, with its head, was put back to an earlier state; and anything about
//! somebody who has the key.

use serde::{Deserialize, Serialize};

use super::Last;
use crate::db::{Conn, Store};
use crate::error::Error;
use crate::seal::Keys;
use crate::settings;
use crate::sql::sql;

/// Name of the setting.
const HEAD: &str = "audit.head";
/// Name of the setting in which stores without a head remember where their chain begins.
const START: &str = "audit.start";
/// What the key of the head is derived for.
const PURPOSE: &str = "audit";

/// A place in the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) number: i64,
    pub(super) hash: String,
}

/// What is known of the chain besides its entries.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Head {
    /// The last entry that was removed for its age; number 0 when none was.
    pub(super) first: Mark,
    /// The newest entry.
    pub(super) last: Mark,
    /// Entries whose words were erased with a person.
    pub(super) erased: i64,
    /// The first entry that was written with a head.
    pub(super) since: i64,
    /// First and last entries that were written in between by somebody without the key.
    pub(super) unsigned: Vec<(i64, i64)>,
    /// Entries before which the head was not authentic.
    pub(super) doubts: Vec<i64>,
    /// Name of the key.
    pub(super) key: String,
    mac: String,
}

/// How the head of a store was found.
#[derive(Debug)]
pub(super) enum Found {
    /// There is none: nobody wrote an entry with a key yet.
    None,
    /// It is as it was signed.
    Good(Head),
    /// The key that signed it is not at hand.
    Unchecked(Head),
    /// Somebody without the key changed it; what it says now, as far as that can be read.
    False(Option<Head>),
}

impl Head {
    /// The bytes that are signed: everything but the signature.
    fn bytes(&self) -> Result<Vec<u8>, Error> {
        let plain = Head { mac: String::new(), ..self.clone() };
        serde_json::to_vec(&plain).map_err(|error| Error::Corrupt(error.to_string()))
    }
}

/// The head as it is stored.
pub(super) async fn find(store: &Store, conn: &mut Conn) -> Result<Found, Error> {
    let text: Option<String> =
        sql("SELECT value FROM settings WHERE name = $1").bind(HEAD).first(conn).await?;
    let Some(text) = text else { return Ok(Found::None) };
    let Ok(head) = serde_json::from_str::<Head>(&text) else { return Ok(Found::False(None)) };
    let bytes = head.bytes()?;
    let keys = store.keys().filter(|keys| keys.knows(&head.key));
    Ok(match keys.map(|keys| keys.has_signed(PURPOSE, &head.key, &bytes, &head.mac)) {
        Some(true) => Found::Good(head),
        Some(false) => Found::False(Some(head)),
        None => Found::Unchecked(head),
    })
}

/// The head to go on from. One that is missing, or that cannot be trusted, begins anew with the next entry.
pub(super) async fn current(store: &Store, conn: &mut Conn) -> Result<Head, Error> {
    let newest: Option<Last> =
        sql("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").first(conn).await?;
    let newest = newest.map(|last| Mark { number: last.number, hash: last.hash });
    let (former, is_false) = match find(store, conn).await? {
        Found::Good(mut head) => {
            if let Some(newest) = newest.filter(|newest| newest.number > head.last.number) {
                head.unsigned.push((head.last.number + 1, newest.number));
                head.last = newest;
            }
            return Ok(head);
        }
        Found::None => (None, false),
        Found::Unchecked(head) => (Some(head), false),
        Found::False(head) => (head, true),
    };
    let first = begin(conn, former.as_ref()).await?;
    let last = newest.unwrap_or_else(|| first.clone());
    let erased = sql("SELECT count(*) FROM audit WHERE erased_at IS NOT NULL").number(conn).await?;
    let since = last.number + 1;
    let mut doubts = former.map(|head| head.doubts).unwrap_or_default();
    if is_false {
        doubts.push(since);
    }
    Ok(Head { first, last, erased, since, doubts, ..Head::default() })
}

/// Signs the head and writes it.
pub(super) async fn put(keys: &Keys, conn: &mut Conn, mut head: Head) -> Result<(), Error> {
    head.key = keys.current().to_owned();
    head.mac = keys.sign(PURPOSE, &head.bytes()?);
    settings::put(conn, HEAD, &head).await?;
    settings::remove(conn, START).await
}

/// Where the chain begins.
pub(super) async fn begin(conn: &mut Conn, head: Option<&Head>) -> Result<Mark, Error> {
    match head {
        Some(head) => Ok(head.first.clone()),
        None => Ok(settings::find(conn, START).await?.unwrap_or_default()),
    }
}
