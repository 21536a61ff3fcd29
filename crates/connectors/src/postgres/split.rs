//! Cutting a table into chunks: ranges of its key, or of its pages.
//!
//! A range of the key stands for the same rows whatever happens to the table meanwhile, and is read through the index.
//! That is as fast as reading the table through only if rows lie in the order of the key; where they do not, and the
//! server can read ranges of pages (since version 14), the chunks are those. A row moves to another page when it is
//! changed, so such a cut stands only as long as nothing was written ([`check`]).
//!
//! The first and the last range are open, so that together they hold every row, also those that come later. Chunks
//! that one process reads share the state of the table at the cut ([`Held`]).

use serde::{Deserialize, Serialize};
use tokio_postgres::types::{ToSql, Type};
use towpath_connect::Chunk;
use towpath_model::Fault;

use super::catalog::{self, Relation};
use super::name::{TableName, literal, quote};
use super::session::Session;
use super::types::{Kind, PgType};

/// A table of fewer pages is cut exactly; of a larger one, a sample of pages tells where.
const FEW_PAGES: u64 = 1000;

/// Pages to sample for every chunk.
const SAMPLED_PAGES: u64 = 20;

/// Below this, rows do not lie in the order of the key.
const ORDERED: f32 = 0.9;

/// Most chunks of one table.
const MOST_CHUNKS: u64 = 100_000;

/// What names a chunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Token {
    /// Rows whose key is in a half-open range. Values are in the text form of the server.
    Key { table: u32, column: String, from: Option<String>, to: Option<String> },
    /// Rows in a half-open range of pages of one file, as they were seen by a transaction.
    Pages { table: u32, file: u32, from: u64, to: Option<u64>, seen: String },
}

impl Token {
    pub(super) fn parse(chunk: &Chunk) -> Result<Self, Fault> {
        serde_json::from_str(&chunk.token).map_err(|error| {
            Fault::data("a chunk was not made by this version of Towpath")
                .hint("run again without `--resume`")
                .cause(error)
        })
    }

    fn chunk(&self, rows: Option<u64>) -> Result<Chunk, Fault> {
        let token = serde_json::to_string(self)
            .map_err(|error| Fault::internal(format!("a chunk cannot be written down: {error}")))?;
        Ok(Chunk { token, rows })
    }

    fn table(&self) -> u32 {
        match self {
            Token::Key { table, .. } | Token::Pages { table, .. } => *table,
        }
    }

    /// The condition that the rows of the chunk meet; `None` when all rows do.
    pub(super) fn condition(&self, columns: &[(String, PgType)]) -> Result<Option<String>, Fault> {
        let (name, from, to) = match self {
            Token::Key { column, from, to, .. } => {
                // The type is the column's as it is now; the token holds only values.
                let found = columns.iter().find(|(name, _)| name == column).map(|(_, kind)| &kind.bare);
                let kind = found.ok_or_else(|| {
                    Fault::data(format!("the column `{column}`, by which the table was cut, is gone"))
                        .hint("run again without `--resume`")
                })?;
                let value = |text: &String| format!("{}::{kind}", literal(text));
                (quote(column), from.as_ref().map(value), to.as_ref().map(value))
            }
            Token::Pages { from, to, .. } => {
                let page = |number: u64| format!("'({number},0)'::tid");
                ("ctid".to_owned(), (*from > 0).then(|| page(*from)), to.map(page))
            }
        };
        let from = from.map(|from| format!("{name} >= {from}"));
        let to = to.map(|to| format!("{name} < {to}"));
        let parts: Vec<String> = from.into_iter().chain(to).collect();
        Ok((!parts.is_empty()).then(|| parts.join(" AND ")))
    }

    /// The chunk in words, for places of rows.
    pub(super) fn words(&self) -> String {
        match self {
            Token::Key { column, from, to, .. } => match (from, to) {
                (None, None) => String::new(),
                (Some(from), None) => format!(" from `{column}` {from} on"),
                (None, Some(to)) => format!(" up to `{column}` {to}"),
                (Some(from), Some(to)) => format!(" from `{column}` {from} up to {to}"),
            },
            Token::Pages { from, .. } => format!(" from page {from} on"),
        }
    }
}

/// Cuts a table into chunks of about `rows` rows; `None` when it cannot be cut.
pub(super) async fn split(
    session: &Session,
    relation: &Relation,
    rows: u64,
) -> Result<Option<Vec<Chunk>>, Fault> {
    if relation.kind != 'r' {
        return Ok(None);
    }
    let doing = format!("cutting table `{}` into chunks", relation.name);
    // The transaction keeps the lock of a reader, so that nobody rewrites the table while its chunks are read.
    session.batch(&doing, &format!("SELECT 1 FROM {} LIMIT 0", relation.name.sql())).await?;
    let facts = Facts::find(session, relation, &doing).await?;
    let rows = rows.max(1);
    match &facts.key {
        _ if facts.has_children => Ok(None),
        Some(key) if facts.is_ordered || session.version < 14 => {
            key_ranges(session, relation, &facts, key, rows, &doing).await.map(Some)
        }
        _ if session.version >= 14 => page_ranges(session, relation, &facts, rows, &doing).await.map(Some),
        _ => Ok(None),
    }
}

/// What the cut depends on.
struct Facts {
    /// The only column of the primary key, if it has a type with an order that text tells exactly.
    key: Option<String>,
    /// Whether rows lie in the order of the key, as far as is known.
    is_ordered: bool,
    /// Other tables inherit from this one.
    has_children: bool,
    pages: u64,
    /// Rows, by the statistics of the server.
    estimate: Option<u64>,
    file: u32,
}

impl Facts {
    async fn find(session: &Session, relation: &Relation, doing: &str) -> Result<Facts, Fault> {
        let sql = "SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint, c.relpages::bigint, \
                   c.reltuples::float8, coalesce(pg_relation_filenode(c.oid), 0), \
                   EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhparent = c.oid), \
                   (SELECT a.attname::text FROM pg_index i JOIN pg_attribute a \
                    ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
                    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indnkeyatts = 1) \
                   FROM pg_class c WHERE c.oid = $1";
        let found = session.rows(doing, sql, &[(&relation.oid, Type::OID)]).await?;
        let row = found.first().ok_or_else(|| Fault::not_found(format!("{doing}: the table is gone")))?;
        let count = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
        let (pages, counted_pages, tuples): (u64, u64, f64) = (count(0), count(1), row.get(2));
        let estimate = (counted_pages > 0 && tuples > 0.0)
            .then(|| (tuples / counted_pages as f64 * pages as f64) as u64);
        let mut facts = Facts {
            key: None,
            is_ordered: false,
            has_children: row.get(4),
            pages,
            estimate,
            file: row.get(3),
        };
        let Some(key) = row.get::<_, Option<String>>(5) else { return Ok(facts) };
        let columns = catalog::columns(session, relation.oid).await?;
        let Some(column) = columns.into_iter().find(|column| column.name == key) else { return Ok(facts) };
        let is_whole = matches!(column.kind.kind, Kind::Int2 | Kind::Int4 | Kind::Int8);
        let has_order = is_whole
            || matches!(column.kind.kind, Kind::Date | Kind::Timestamp | Kind::TimestampTz | Kind::Uuid)
            || matches!(column.kind.bare.as_str(), "text" | "character varying");
        if !has_order {
            return Ok(facts);
        }
        let sql = "SELECT s.correlation FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname \
                   JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename \
                   WHERE c.oid = $1 AND s.attname = $2 AND NOT s.inherited";
        let binds: [(&(dyn ToSql + Sync), Type); 2] = [(&relation.oid, Type::OID), (&key, Type::NAME)];
        let known = session.rows(doing, sql, &binds).await?;
        facts.is_ordered = match known.first().and_then(|row| row.get::<_, Option<f32>>(0)) {
            Some(correlation) => correlation >= ORDERED,
            // Whole numbers are drawn from a sequence more often than not.
            None => is_whole || pages <= FEW_PAGES,
        };
        facts.key = Some(key);
        Ok(facts)
    }
}

/// Ranges of the key with about as many rows each.
async fn key_ranges(
    session: &Session,
    relation: &Relation,
    facts: &Facts,
    key: &str,
    rows: u64,
    doing: &str,
) -> Result<Vec<Chunk>, Fault> {
    let (table, column) = (relation.name.sql(), quote(key));
    let (bounds, each): (Vec<String>, Option<u64>) = if facts.pages <= FEW_PAGES {
        let sql = format!(
            "SELECT k::text FROM (SELECT {column} AS k, row_number() OVER (ORDER BY {column}) AS n FROM {table}) AS r \
             WHERE n > 1 AND (n - 1) % {rows} = 0 ORDER BY n"
        );
        let found = session.rows(doing, &sql, &[]).await?;
        (found.iter().map(|row| row.get(0)).collect(), Some(rows))
    } else {
        let all = match facts.estimate {
            Some(all) => all,
            None => sampled_rows(session, relation, facts, doing).await?,
        };
        let chunks = all.div_ceil(rows).clamp(1, MOST_CHUNKS);
        let percent = percent_of(facts, chunks * SAMPLED_PAGES);
        let sampled = format!("{table} TABLESAMPLE SYSTEM ({percent})");
        let shares: Vec<f64> = (1..chunks).map(|place| place as f64 / chunks as f64).collect();
        let sql = format!(
            "SELECT b.k::text FROM unnest((SELECT percentile_disc($1) WITHIN GROUP (ORDER BY {column}) \
             FROM {sampled})) WITH ORDINALITY AS b(k, n) WHERE b.k IS NOT NULL ORDER BY b.n"
        );
        let found = session.rows(doing, &sql, &[(&shares, Type::FLOAT8_ARRAY)]).await?;
        let mut bounds: Vec<String> = found.iter().map(|row| row.get(0)).collect();
        bounds.dedup();
        (bounds, Some(all / chunks))
    };
    let mut from = None;
    let mut chunks = Vec::with_capacity(bounds.len() + 1);
    for to in bounds.into_iter().map(Some).chain([None]) {
        let token = Token::Key { table: relation.oid, column: key.to_owned(), from, to: to.clone() };
        chunks.push(token.chunk(each)?);
        from = to;
    }
    Ok(chunks)
}

/// The share of the table's pages, in percent, that a number of pages is. Fewer than some hundred tell little.
fn percent_of(facts: &Facts, pages: u64) -> f64 {
    (pages.max(300) as f64 * 100.0 / facts.pages.max(1) as f64).min(100.0)
}

/// About the number of rows, by some of the pages.
async fn sampled_rows(
    session: &Session,
    relation: &Relation,
    facts: &Facts,
    doing: &str,
) -> Result<u64, Fault> {
    let percent = percent_of(facts, 0);
    let sql = format!("SELECT count(*) FROM {} TABLESAMPLE SYSTEM ({percent})", relation.name.sql());
    let found = session.rows(doing, &sql, &[]).await?;
    let rows = found.first().map_or(0, |row| row.get::<_, i64>(0));
    Ok((rows as f64 * 100.0 / percent) as u64)
}

/// Ranges of as many pages each.
async fn page_ranges(
    session: &Session,
    relation: &Relation,
    facts: &Facts,
    rows: u64,
    doing: &str,
) -> Result<Vec<Chunk>, Fault> {
    let found = session.rows(doing, "SELECT txid_current_snapshot()::text", &[]).await?;
    let seen: String = found.first().map(|row| row.get(0)).unwrap_or_default();
    let all = match facts.estimate {
        Some(all) => all,
        None => sampled_rows(session, relation, facts, doing).await?,
    };
    let per_page = (all as f64 / facts.pages.max(1) as f64).max(1.0);
    let pages = ((rows as f64 / per_page) as u64).max(1);
    // As many pages in each, so that no chunk is a mere rest.
    let pages = facts.pages.div_ceil(facts.pages.div_ceil(pages).clamp(1, MOST_CHUNKS)).max(1);
    let mut chunks = Vec::new();
    let mut from = 0;
    loop {
        let to = Some(from + pages).filter(|to| *to < facts.pages);
        let token = Token::Pages { table: relation.oid, file: facts.file, from, to, seen: seen.clone() };
        chunks.push(token.chunk(Some((pages as f64 * per_page) as u64))?);
        match to {
            Some(to) => from = to,
            None => return Ok(chunks),
        }
    }
}

/// Refuses chunks that no longer stand for the rows they stood for, in the state that the session sees.
pub(super) async fn check(session: &Session, name: &TableName, tokens: &[Token]) -> Result<(), Fault> {
    let doing = format!("finding the chunks of table `{name}` again");
    let gone = |why: &str| {
        Err(Fault::data(format!("the chunks of table `{name}` no longer hold their rows: {why}"))
            .hint("run again without `--resume`"))
    };
    let Some(relation) = catalog::find(session, name).await? else {
        return Err(catalog::missing(session, name).await?);
    };
    if tokens.iter().any(|token| token.table() != relation.oid) {
        return gone("the table was created anew");
    }
    session.batch(&doing, &format!("SELECT 1 FROM {} LIMIT 0", name.sql())).await?;
    let columns = catalog::columns(session, relation.oid).await?;
    let mut states: Vec<&str> = Vec::new();
    for token in tokens {
        match token {
            Token::Key { column, .. } => {
                if !columns.iter().any(|found| found.name == *column) {
                    return gone(&format!("the column `{column}` is gone"));
                }
            }
            Token::Pages { file, seen, .. } => {
                let sql = "SELECT coalesce(pg_relation_filenode($1), 0)";
                let rows = session.rows(&doing, sql, &[(&relation.oid, Type::OID)]).await?;
                if rows.first().is_none_or(|row| row.get::<_, u32>(0) != *file) {
                    return gone("the table was written anew, for example by `VACUUM FULL`");
                }
                if !states.contains(&seen.as_str()) {
                    states.push(seen);
                }
            }
        }
    }
    for seen in states {
        // Row versions name their transaction by 32 bits; those above are the ones nearest to now.
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {}, (SELECT txid_snapshot_xmax(txid_current_snapshot()) AS now) AS n \
             WHERE NOT txid_visible_in_snapshot(n.now + ((xmin::text::bigint - (n.now & 4294967295) + 6442450944) \
             & 4294967295) - 2147483648, {}::txid_snapshot))",
            name.sql(),
            literal(seen)
        );
        let rows = session.rows(&doing, &sql, &[]).await?;
        if rows.first().is_some_and(|row| row.get(0)) {
            return gone("rows were added or changed since, so rows may be in other pages");
        }
    }
    Ok(())
}
