//! What happened, in a chain that shows when somebody changed or removed a part of it.
//!
//! Every entry holds the hash of the one before it, and its own hash over everything that it says (SHA-256 over the
//! fields, each with its length before it). `head` signs where the chain begins and ends. [`verify`] walks it. What may tell of a person (names, addresses, the
//! contents of objects) goes in as one salted hash, so that a person can be erased: the words and the salt go, the
//! chain holds, and the entry says when it was erased.

mod head;
mod verify;

pub use verify::{Verdict, verify};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::head::Mark;
use crate::db::{Conn, Store};
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::seal::{Keys, random_text};
use crate::sql::{Read, Row, sql, words};

words! {
    /// Who did something.
    ActorKind {
        /// A person in a browser or with a token.
        User = "user",
        /// A program with an API key.
        Key = "key",
        /// The server by itself.
        Server = "server",
        /// Somebody at the command line of the server.
        Operator = "operator",
        /// Nobody who is known.
        Nobody = "nobody",
    }
}

words! {
    /// How it went.
    Outcome {
        /// It was done.
        Done = "done",
        /// It was refused for want of rights.
        Denied = "denied",
        /// It did not work.
        Failed = "failed",
    }
}

/// Something that happened, to be written down.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The workspace, if it was in one.
    pub workspace_id: Option<String>,
    /// Who did it.
    pub actor_kind: ActorKind,
    /// Identity of whoever did it.
    pub actor_id: Option<String>,
    /// Name of whoever did it, as it was at that time.
    pub actor: Option<String>,
    /// What was done: a noun and a verb, for example `pipeline.change`.
    pub action: String,
    /// What it was done to: its kind.
    pub object_kind: Option<String>,
    /// Its identity.
    pub object_id: Option<String>,
    /// Its name at that time.
    pub object: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// The address it came from.
    pub address: Option<String>,
    /// The request.
    pub request: Option<String>,
    /// The object before, without secrets.
    pub before: Option<Value>,
    /// The object after, without secrets.
    pub after: Option<Value>,
    /// More about it.
    pub detail: Option<Value>,
}

impl NewEntry {
    /// Something that went well, done by the server itself.
    pub fn of(action: impl Into<String>) -> NewEntry {
        NewEntry {
            workspace_id: None,
            actor_kind: ActorKind::Server,
            actor_id: None,
            actor: None,
            action: action.into(),
            object_kind: None,
            object_id: None,
            object: None,
            outcome: Outcome::Done,
            address: None,
            request: None,
            before: None,
            after: None,
            detail: None,
        }
    }

    /// Names what it was done to.
    #[must_use]
    pub fn on(mut self, kind: &str, id: &str, name: &str) -> NewEntry {
        self.object_kind = Some(kind.to_owned());
        self.object_id = Some(id.to_owned());
        self.object = Some(name.to_owned());
        self
    }

    /// Says in which workspace.
    #[must_use]
    pub fn within(mut self, workspace: &str) -> NewEntry {
        self.workspace_id = Some(workspace.to_owned());
        self
    }
}

/// An entry of the audit.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its number in the chain, from 1.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The workspace, if it was in one.
    pub workspace_id: Option<String>,
    /// Who did it.
    pub actor_kind: ActorKind,
    /// Identity of whoever did it.
    pub actor_id: Option<String>,
    /// Name of whoever did it, as it was at that time.
    pub actor: Option<String>,
    /// What was done.
    pub action: String,
    /// Kind of what it was done to.
    pub object_kind: Option<String>,
    /// Identity of what it was done to.
    pub object_id: Option<String>,
    /// Name of what it was done to, as it was at that time.
    pub object: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// The address it came from.
    pub address: Option<String>,
    /// The request.
    pub request: Option<String>,
    /// The object before, without secrets.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The object after, without secrets.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// More about it.
    #[schema(value_type = Option<Object>)]
    pub detail: Option<Value>,
    /// Hash of names, addresses and contents.
    pub content: String,
    /// Hash of the entry before.
    pub previous: String,
    /// Hash of this entry.
    pub hash: String,
    /// When names, addresses and contents were erased with a person.
    pub erased_at: Option<Timestamp>,
    #[serde(skip)]
    salt: Option<String>,
}

impl Read for Entry {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Entry {
            number: row.int("number")?,
            at: row.time("at")?,
            workspace_id: row.maybe_text("workspace_id")?,
            actor_kind: row.word("actor_kind", ActorKind::of)?,
            actor_id: row.maybe_text("actor_id")?,
            actor: row.maybe_text("actor")?,
            action: row.text("action")?,
            object_kind: row.maybe_text("object_kind")?,
            object_id: row.maybe_text("object_id")?,
            object: row.maybe_text("object")?,
            outcome: row.word("outcome", Outcome::of)?,
            address: row.maybe_text("address")?,
            request: row.maybe_text("request")?,
            before: row.maybe_json("before_json")?,
            after: row.maybe_json("after_json")?,
            detail: row.maybe_json("detail")?,
            content: row.text("content")?,
            previous: row.text("previous")?,
            hash: row.text("hash")?,
            erased_at: row.maybe_time("erased_at")?,
            salt: row.maybe_text("salt")?,
        })
    }
}

impl Listed for Entry {
    fn standing(&self, _: &str) -> (Value, String) {
        // The number is the order and the identity; as text it is never compared beyond the same number.
        (self.number.into(), String::new())
    }
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one workspace; all when `None`.
    pub workspace_id: Option<String>,
    /// Beginning of the action, for example `pipeline.`.
    pub action: Option<String>,
    /// Done to that object.
    pub object_id: Option<String>,
    /// Done by that person or key.
    pub actor_id: Option<String>,
    /// How it went.
    pub outcome: Option<Outcome>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

struct Last {
    number: i64,
    hash: String,
}

impl Read for Last {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Last { number: row.int("number")?, hash: row.text("hash")? })
    }
}

/// Writes entries at the end of the chain, in the transaction of what they tell.
pub async fn write(store: &Store, conn: &mut Conn, entries: Vec<NewEntry>) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    store.lock(conn, LOCK).await?;
    let mut head = head::current(store, conn).await?;
    for entry in entries {
        let entry = entry.numbered(head.last.number + 1, head.last.hash, random_text(12)?);
        insert(conn, &entry).await?;
        head.last = Mark { number: entry.number, hash: entry.hash };
    }
    match store.keys() {
        Some(keys) => head::put(keys, conn, head).await,
        // An operator without the key: the next entry of a server says which ones these were.
        None => Ok(()),
    }
}

impl NewEntry {
    fn numbered(self, number: i64, previous: String, salt: String) -> Entry {
        let now = Timestamp::now();
        let mut entry = Entry {
            number,
            at: Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now),
            workspace_id: self.workspace_id,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            actor: self.actor,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            object: self.object,
            outcome: self.outcome,
            address: self.address,
            request: self.request,
            before: self.before,
            after: self.after,
            detail: self.detail,
            content: String::new(),
            previous,
            hash: String::new(),
            erased_at: None,
            salt: Some(salt),
        };
        entry.content = entry.content_hash();
        entry.hash = entry.chain_hash();
        entry
    }
}

impl Entry {
    /// The hash that the words of this entry must have.
    fn content_hash(&self) -> String {
        let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        hash([
            self.salt.clone(),
            self.actor.clone(),
            self.object.clone(),
            self.address.clone(),
            json(&self.before),
            json(&self.after),
            json(&self.detail),
        ])
    }

    /// Whether nothing is left of its words.
    fn is_empty(&self) -> bool {
        let texts = [&self.salt, &self.actor, &self.object, &self.address];
        let values = [&self.before, &self.after, &self.detail];
        texts.iter().all(|text| text.is_none()) && values.iter().all(|value| value.is_none())
    }

    /// The hash that this entry must have in the chain.
    fn chain_hash(&self) -> String {
        hash([
            Some(self.previous.clone()),
            Some(self.number.to_string()),
            Some(self.at.as_microsecond().to_string()),
            self.workspace_id.clone(),
            Some(self.actor_kind.word().to_owned()),
            self.actor_id.clone(),
            Some(self.action.clone()),
            self.object_kind.clone(),
            self.object_id.clone(),
            Some(self.outcome.word().to_owned()),
            self.request.clone(),
            Some(self.content.clone()),
        ])
    }
}

/// SHA-256 over parts, each with its length before it; a part that is missing is told from an empty one.
fn hash<const N: usize>(parts: [Option<String>; N]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        let length = part.as_ref().map_or(u64::MAX, |part| part.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(part.unwrap_or_default().as_bytes());
    }
    BASE64.encode(context.finish())
}

async fn insert(conn: &mut Conn, entry: &Entry) -> Result<(), Error> {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    sql("INSERT INTO audit (number, at, workspace_id, actor_kind, actor_id, actor, action, object_kind, object_id,
         object, outcome, address, request, before_json, after_json, detail, salt, content, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)")
    .bind(entry.number)
    .bind(entry.at)
    .bind(entry.workspace_id.as_deref())
    .bind(entry.actor_kind.word())
    .bind(entry.actor_id.as_deref())
    .bind(entry.actor.as_deref())
    .bind(&entry.action)
    .bind(entry.object_kind.as_deref())
    .bind(entry.object_id.as_deref())
    .bind(entry.object.as_deref())
    .bind(entry.outcome.word())
    .bind(entry.address.as_deref())
    .bind(entry.request.as_deref())
    .bind(json(&entry.before))
    .bind(json(&entry.after))
    .bind(json(&entry.detail))
    .bind(entry.salt.as_deref())
    .bind(&entry.content)
    .bind(&entry.previous)
    .bind(&entry.hash)
    .run(conn)
    .await
    .map(drop)
}

/// Entries, the newest first.
pub async fn list(conn: &mut Conn, filter: &Filter, page: &PageRequest) -> Result<Page<Entry>, Error> {
    let order = [Order::unique("number", "number")];
    List::of("SELECT * FROM audit")
        .maybe("workspace_id = ?", filter.workspace_id.as_deref())
        .maybe("action LIKE ?", filter.action.as_ref().map(|action| format!("{action}%")))
        .maybe("object_id = ?", filter.object_id.as_deref())
        .maybe("actor_id = ?", filter.actor_id.as_deref())
        .maybe("outcome = ?", filter.outcome.map(Outcome::word))
        .maybe("at >= ?", filter.from)
        .maybe("at < ?", filter.until)
        .page(conn, page, &order, "hash", true)
        .await
}

/// Whoever changes the chain holds the others back.
const LOCK: &str = "towpath-audit";

/// The keys, for what cannot be done without signing the head anew.
fn keys(store: &Store) -> Result<&Keys, Error> {
    store.keys().ok_or_else(|| Error::Sealed("no key is at hand that signs the audit".into()))
}

/// Removes entries that are older than that; the chain then begins behind them. Returns how many.
pub async fn sweep(store: &Store, conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    store.lock(conn, LOCK).await?;
    let last: Option<Last> = sql("SELECT number, hash FROM audit WHERE at < $1 ORDER BY number DESC LIMIT 1")
        .bind(before)
        .first(conn)
        .await?;
    let Some(Last { number, hash }) = last else { return Ok(0) };
    let mut head = head::current(store, conn).await?;
    let erased = sql("SELECT count(*) FROM audit WHERE number <= $1 AND erased_at IS NOT NULL");
    head.erased -= erased.bind(number).number(conn).await?;
    head.first = Mark { number, hash };
    head.unsigned.retain(|(_, last)| *last > number);
    head.doubts.retain(|doubt| *doubt > number);
    head::put(keys(store)?, conn, head).await?;
    sql("DELETE FROM audit WHERE number <= $1").bind(number).run(conn).await
}

/// The addresses with which a person ever did something.
pub async fn addresses(conn: &mut Conn, person: &str) -> Result<Vec<String>, Error> {
    sql("SELECT DISTINCT actor FROM audit WHERE actor_kind = 'user' AND actor_id = $1 AND actor IS NOT NULL")
        .bind(person)
        .all(conn)
        .await
}

/// Takes names, addresses and contents out of what a person did, also with keys, and of what was done to that person.
///
/// The same of every other entry in whose words one of the person's mail addresses stands.
pub async fn erase(
    store: &Store,
    conn: &mut Conn,
    person: &str,
    api_keys: &[String],
    addresses: &[String],
) -> Result<u64, Error> {
    const ERASE: &str = "UPDATE audit SET actor = NULL, object = NULL, address = NULL, before_json = NULL,
        after_json = NULL, detail = NULL, salt = NULL, erased_at = $2 WHERE erased_at IS NULL";
    store.lock(conn, LOCK).await?;
    let mut head = head::current(store, conn).await?;
    let now = Timestamp::now();
    let mut erased = 0;
    for id in api_keys.iter().map(String::as_str).chain([person]) {
        let found = sql(format!("{ERASE} AND (actor_id = $1 OR object_id = $1)")).bind(id).bind(now);
        erased += found.run(conn).await?;
    }
    let words = ["actor", "object", "before_json", "after_json", "detail"]
        .map(|column| format!(r"lower({column}) LIKE $1 ESCAPE '\' OR {column} LIKE $3 ESCAPE '\'"))
        .join(" OR ");
    let plain = |text: &str| text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    for address in addresses.iter().filter(|address| !address.is_empty()) {
        // SQLite makes only plain letters small: the address is also looked for as it was written.
        let found = sql(format!("{ERASE} AND ({words})"))
            .bind(format!("%{}%", plain(&address.to_lowercase())))
            .bind(now)
            .bind(format!("%{}%", plain(address)));
        erased += found.run(conn).await?;
    }
    head.erased += erased.cast_signed();
    head::put(keys(store)?, conn, head).await?;
    Ok(erased)
}
