//! Staging places: their tables, who works on them, and what runs left behind.
//!
//! A load holds a named lock of the server while it works on its staging place. The server frees the lock when the
//! connection ends, however it ends: a staging place whose lock is free belongs to nobody. Besides the staging
//! table a load may have others, whose names start with the same words.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::LoadRequest;
use towpath_model::{Fault, LoadId};

use super::chunks::ChunkTable;
use super::fault::Place;
use super::ledger::{Entry, Ledger, State};
use super::names::TableName;

/// What names of staging tables start with.
const PREFIX: &str = "_towpath_load";

/// What names of tables with images start with.
const IMAGES: &str = "_towpath_undo";

/// What follows the name of the staging table in names of a load's other tables.
const COPY: &str = "_new";
const OLD: &str = "_old";
const VERSIONS: &str = "_versions";
const SCOPE: &str = "_scope";

/// The lock of a table. Locks are the server's, not the database's, and have short names.
const LOCK: &str = "SHA1(CONCAT(?, '/', ?))";

/// The tables of one load.
#[derive(Debug, Clone)]
pub(super) struct Staging {
    pub(super) name: TableName,
    /// Images of rows for taking the load back.
    pub(super) images: TableName,
}

impl Staging {
    /// The tables of a load, beside its target.
    pub(super) fn of(target: &TableName, load_id: &LoadId) -> Staging {
        let body = body(load_id.as_str());
        Staging {
            name: target.sibling(format!("{PREFIX}_{body}")),
            images: target.sibling(format!("{IMAGES}_{body}")),
        }
    }

    /// The table that is filled and then gets the name of the target.
    pub(super) fn copy(&self) -> TableName {
        self.name.sibling(format!("{}{COPY}", self.name.table))
    }

    /// The target after it gave its name away.
    pub(super) fn old(&self) -> TableName {
        self.name.sibling(format!("{}{OLD}", self.name.table))
    }

    /// The versions that a history load puts in place.
    pub(super) fn versions(&self) -> TableName {
        self.name.sibling(format!("{}{VERSIONS}", self.name.table))
    }

    /// The groups that a partial mirror is about.
    pub(super) fn scope(&self) -> TableName {
        self.name.sibling(format!("{}{SCOPE}", self.name.table))
    }

    /// Takes the lock of a load's staging place.
    pub(super) async fn claim(&self, conn: &mut Conn, place: &Place, load_id: &LoadId) -> Result<(), Fault> {
        // A run that was dropped a moment ago holds the lock until the server sees its connection close.
        if lock(conn, place, &self.name, 10).await? {
            return Ok(());
        }
        Err(Fault::unavailable(format!("load `{load_id}` is already being written by another run"))
            .hint("wait until the other run has ended"))
    }

    /// Whether the staging table is there.
    pub(super) async fn exists(&self, conn: &mut Conn, place: &Place) -> Result<bool, Fault> {
        exists(conn, place, &self.name).await
    }

    /// Drops the tables, but for the images.
    pub(super) async fn remove(&self, conn: &mut Conn, place: &Place) -> Result<(), Fault> {
        let names =
            [&self.name, &self.copy(), &self.old(), &self.versions(), &self.scope()].map(TableName::sql);
        drop_tables(conn, place, &names.join(", ")).await
    }

    /// Drops what another attempt left. A run may have died between a rename and the ledger: what the entry then says
    /// is brought up to date, and `true` comes back when the rows are in place.
    pub(super) async fn settle(
        &self,
        conn: &mut Conn,
        place: &Place,
        ledger: &Ledger,
        entry: &Entry,
    ) -> Result<bool, Fault> {
        let renamed = match entry.state {
            State::Renaming => !exists(conn, place, &self.name).await?,
            State::Swapping => !exists(conn, place, &self.copy()).await?,
            State::Committed | State::Undone => {
                self.remove(conn, place).await?;
                return Ok(true);
            }
            State::Loading => return Ok(false),
        };
        if renamed {
            ChunkTable::beside(&ledger.table, place).forget(conn, &entry.load_id).await?;
            ledger.set(conn, &entry.load_id, State::Committed).await?;
            self.remove(conn, place).await?;
        } else {
            ledger.set(conn, &entry.load_id, State::Loading).await?;
        }
        Ok(renamed)
    }

    /// Forgets a load that is not in place, and drops its tables.
    pub(super) async fn discard(
        &self,
        conn: &mut Conn,
        place: &Place,
        ledger: &Ledger,
        load_id: &LoadId,
    ) -> Result<(), Fault> {
        self.remove(conn, place).await?;
        drop_tables(conn, place, &self.images.sql()).await?;
        ChunkTable::beside(&ledger.table, place).forget(conn, load_id).await?;
        ledger.forget(conn, load_id).await
    }
}

/// Takes a lock that is named after a table; `false` when somebody else has it for longer than `seconds`.
pub(super) async fn lock(
    conn: &mut Conn,
    place: &Place,
    table: &TableName,
    seconds: u32,
) -> Result<bool, Fault> {
    let taken: Option<Option<i64>> = conn
        .exec_first(format!("SELECT GET_LOCK({LOCK}, ?)"), (&table.database, &table.table, seconds))
        .await
        .map_err(|error| place.fault(error))?;
    Ok(taken.flatten() == Some(1))
}

/// Gives a lock back.
pub(super) async fn unlock(conn: &mut Conn, table: &TableName) {
    // When it fails the connection is gone, and the lock with it.
    let sql = format!("DO RELEASE_LOCK({LOCK})");
    let _ = conn.exec_drop(sql, (&table.database, &table.table)).await;
}

async fn exists(conn: &mut Conn, place: &Place, table: &TableName) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?";
    let found: Option<u8> =
        conn.exec_first(sql, (&table.database, &table.table)).await.map_err(|error| place.fault(error))?;
    Ok(found.is_some())
}

pub(super) async fn drop_tables(conn: &mut Conn, place: &Place, tables: &str) -> Result<(), Fault> {
    let sql = format!("DROP TABLE IF EXISTS {tables}");
    conn.query_drop(sql).await.map_err(|error| place.fault(error))
}

/// Clears away what other loads of the same origin left and nobody works on, and images that are kept no longer. What
/// cannot be cleared now is left to a later load.
pub(super) async fn clear_left(
    conn: &mut Conn,
    place: &Place,
    own: &Staging,
    ledger: &Ledger,
    request: &LoadRequest,
) -> Result<Vec<String>, Fault> {
    let mut names = left_behind(conn, place, own).await?;
    names.extend(ledger.unfinished(conn, &request.origin).await?);
    names.retain(|name| *name != own.name.table);
    names.sort();
    names.dedup();
    let mut notes = Vec::new();
    // A connection that was lost without the server's knowledge may still use such a table.
    wait_for_locks(conn, place, "5").await?;
    for name in names {
        let table = own.name.sibling(name.clone());
        // Another load may begin on it now.
        if !lock(conn, place, &table, 0).await? {
            continue;
        }
        let cleared = clear(conn, place, &table, ledger, request).await;
        unlock(conn, &table).await;
        if let Ok(true) = cleared {
            notes.push(format!("dropped staging table `{name}` of a run that did not end"));
        }
    }
    wait_for_locks(conn, place, "DEFAULT").await?;
    for load_id in ledger.expired(conn).await? {
        let images = Staging::of(&own.name, &load_id).images;
        drop_tables(conn, place, &images.sql()).await?;
        ledger.forget_images(conn, &load_id).await?;
    }
    Ok(notes)
}

/// Sets how many seconds statements wait for a table that others use.
async fn wait_for_locks(conn: &mut Conn, place: &Place, seconds: &str) -> Result<(), Fault> {
    let sql = format!("SET SESSION lock_wait_timeout = {seconds}");
    conn.query_drop(sql).await.map_err(|error| place.fault(error))
}

async fn clear(
    conn: &mut Conn,
    place: &Place,
    table: &TableName,
    ledger: &Ledger,
    request: &LoadRequest,
) -> Result<bool, Fault> {
    let Some(entry) = ledger.of_stage(conn, &table.table).await? else {
        // Nobody knows it any more: somebody emptied the ledger.
        let staging = Staging { name: table.clone(), images: table.clone() };
        staging.remove(conn, place).await?;
        return Ok(true);
    };
    let staging = Staging::of(table, &entry.load_id);
    let chunks = ChunkTable::beside(table, place).table;
    if !ledger.is_left(conn, &entry.load_id, &request.origin, &chunks).await? {
        return Ok(false);
    }
    if !staging.settle(conn, place, ledger, &entry).await? {
        staging.discard(conn, place, ledger, &entry.load_id).await?;
    }
    Ok(true)
}

/// Staging tables of other loads that nobody works on.
async fn left_behind(conn: &mut Conn, place: &Place, own: &Staging) -> Result<Vec<String>, Fault> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND LEFT(TABLE_NAME, {}) = ?",
        PREFIX.len() + 1
    );
    let found: Vec<String> = conn
        .exec(sql, (&own.name.database, format!("{PREFIX}_")))
        .await
        .map_err(|error| place.fault(error))?;
    let names = found.into_iter().map(|name| {
        let stage = [COPY, OLD, VERSIONS, SCOPE].into_iter().find_map(|end| name.strip_suffix(end));
        stage.unwrap_or(&name).to_owned()
    });
    Ok(names.collect())
}

/// Takes back a load that did not come to its end. When it did after all, only its staging tables go.
pub(super) async fn take_back(conn: &mut Conn, place: &Place, staging: &Staging, load_id: &LoadId) {
    let ledger = Ledger::beside(&staging.name, place);
    let result = async {
        // A table that is dropped would commit what is not finished.
        conn.query_drop("ROLLBACK").await.map_err(|error| place.fault(error))?;
        match ledger.find(conn, load_id).await? {
            Some(entry) if staging.settle(conn, place, &ledger, &entry).await? => Ok(()),
            _ => staging.discard(conn, place, &ledger, load_id).await,
        }
    };
    // The next load of this origin does it otherwise.
    let _: Result<(), Fault> = result.await;
}

/// What names of a load's tables end with. Ids are short words; anything else is cut to letters and told apart by a
/// number.
fn body(load_id: &str) -> String {
    let body = load_id.strip_prefix("load_").unwrap_or(load_id);
    let plain = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    if body.len() <= 40 && body.chars().all(plain) {
        return body.to_owned();
    }
    // FNV-1a: no more than a stable number is needed.
    let number = body.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start: String = body.chars().filter(|c| plain(*c)).take(20).collect();
    format!("{start}_{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_short_and_distinct() {
        let name = |id: &str| {
            let target = TableName { database: "d".into(), table: "t".into() };
            Staging::of(&target, &LoadId::from_text(id)).versions().table
        };
        assert_eq!(name("load_0190abc"), "_towpath_load_0190abc_versions");
        let (one, two) = (name("load_É`; drop"), name("load_É`; Drop"));
        assert_ne!(one, two);
        for name in [one, two, name(&"x".repeat(500))] {
            assert!(
                name.len() <= 64 && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()),
                "{name}"
            );
        }
    }
}
