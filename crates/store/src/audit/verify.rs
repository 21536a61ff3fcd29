//! Whether the audit is as it was written.

use serde::Serialize;

use super::Entry;
use super::head::{self, Found, Head, Mark};
use crate::db::{Conn, Store};
use crate::error::Error;
use crate::sql::sql;

/// What [`verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Verdict {
    /// Entries that were looked at.
    pub entries: u64,
    /// Entries whose words were erased with a person.
    pub erased: u64,
    /// What does not fit, in the order of the entries; empty when the chain is whole.
    pub breaks: Vec<String>,
    /// What the chain cannot answer for.
    pub notes: Vec<String>,
    /// The newest entry, as its number and hash. Kept elsewhere, it shows later that nothing before it was changed.
    pub end: Option<String>,
}

/// Walks the chain from its begin to its end. To be asked in a transaction that sees one state of everything.
pub async fn verify(store: &Store, conn: &mut Conn) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let head = judged(head::find(store, conn).await?, &mut verdict);
    let Mark { mut number, hash: mut previous } = head::begin(conn, head.as_ref()).await?;
    let signed = head.as_ref().map(|head| &head.last);
    loop {
        let entries: Vec<Entry> = sql("SELECT * FROM audit WHERE number > $1 ORDER BY number LIMIT 1000")
            .bind(number)
            .all(conn)
            .await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            verdict.entries += 1;
            verdict.breaks.extend(link(&entry, number, &previous));
            verdict.breaks.extend(words(&entry));
            verdict.erased += u64::from(entry.erased_at.is_some());
            if signed.is_some_and(|end| end.number == entry.number && end.hash != entry.hash) {
                let number = entry.number;
                verdict.breaks.push(format!("entry {number} is another one than the server signed: it, or what stands before it, was written anew"));
            }
            number = entry.number;
            previous = entry.hash;
        }
    }
    verdict.end = (number > 0).then(|| format!("{number} {previous}"));
    if let Some(head) = head {
        compare(&head, number, &mut verdict);
    }
    Ok(verdict)
}

/// The head as far as something can be compared with it.
fn judged(found: Found, verdict: &mut Verdict) -> Option<Head> {
    match found {
        Found::None => {
            verdict.notes.push("no signed head is kept yet: what is missing at the end does not show; the next entry begins one".into());
            None
        }
        Found::Good(head) => Some(head),
        Found::Unchecked(head) => {
            verdict.notes.push(format!("the head is signed with key `{}`, which is not at hand: whether somebody changed it does not show", head.key));
            Some(head)
        }
        Found::False(head) => {
            verdict.breaks.push("the head was changed by somebody without the key".into());
            head
        }
    }
}

/// What is wrong between an entry and the one before it.
fn link(entry: &Entry, before: i64, previous: &str) -> Option<String> {
    let number = entry.number;
    if number != before + 1 {
        Some(format!("entries {} to {} are missing", before + 1, number - 1))
    } else if entry.previous != previous {
        Some(format!("entry {number} does not follow the one before it"))
    } else if entry.chain_hash() != entry.hash {
        Some(format!("entry {number} was changed"))
    } else {
        None
    }
}

/// What is wrong with the words of an entry.
fn words(entry: &Entry) -> Option<String> {
    let number = entry.number;
    match entry.erased_at {
        Some(_) if !entry.is_empty() => Some(format!("entry {number} is marked as erased and holds words")),
        None if entry.content_hash() != entry.content => {
            Some(format!("the words of entry {number} were changed"))
        }
        _ => None,
    }
}

/// Compares what was found with the head.
fn compare(head: &Head, end: i64, verdict: &mut Verdict) {
    if end < head.last.number {
        verdict.breaks.push(format!("entries {} to {} are missing at the end", end + 1, head.last.number));
    }
    for doubt in &head.doubts {
        verdict
            .breaks
            .push(format!("before entry {doubt}, the head was changed by somebody without the key"));
    }
    let erased = verdict.erased.cast_signed();
    if erased != head.erased {
        let known = head.erased;
        verdict.breaks.push(format!(
            "the words of {erased} entries are erased, and the server erased those of {known}"
        ));
    }
    if head.since > head.first.number + 1 {
        let since = head.since;
        verdict.notes.push(format!(
            "the head is signed since entry {since}: what was removed from the end before that does not show"
        ));
    }
    let mut unsigned = head.unsigned.clone();
    if end > head.last.number {
        unsigned.push((head.last.number + 1, end));
    }
    for (first, last) in unsigned {
        verdict.notes.push(format!("entries {first} to {last} were written without the key, as by a command of an operator who did not give it"));
    }
}
