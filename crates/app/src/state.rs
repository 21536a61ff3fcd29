//! What this program remembers between runs: the runs themselves, the checkpoints of incremental reads, and the items
//! that were read once ([`items`]).
//!
//! One SQLite file in the state folder, shared by the pipelines beside it. A run is written down with everything
//! that it needs to go on (parameters, interval, ends of incremental reads) before its first row is read. A
//! checkpoint moves only from where the run found it, in the transaction that marks the run as done: a run that is
//! told twice, or after another one, is refused.

mod items;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use towpath_engine::incremental::{Delta, Position, Positions};
use towpath_engine::intake::{Memories, Taken};
use towpath_model::{Fault, RunId};

pub(crate) use items::{KeptColumns, ReadItem};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// It is under way, or its process died.
    Running,
    /// Everything is committed.
    Done,
    /// It ended without committing everything.
    Failed,
    /// Its loads were taken back.
    Undone,
    /// Somebody decided that it does not go on.
    Forgotten,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::Done => "done",
            Standing::Failed => "failed",
            Standing::Undone => "undone",
            Standing::Forgotten => "forgotten",
        }
    }

    fn of(word: &str) -> Standing {
        match word {
            "done" => Standing::Done,
            "failed" => Standing::Failed,
            "undone" => Standing::Undone,
            "forgotten" => Standing::Forgotten,
            _ => Standing::Running,
        }
    }
}

/// What a run needs to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Values given to parameters.
    pub(crate) set: IndexMap<String, String>,
    /// First day of the data interval.
    pub(crate) from: Option<jiff::civil::Date>,
    /// Day after its last one.
    pub(crate) to: Option<jiff::civil::Date>,
    /// What incremental sources read.
    pub(crate) deltas: Vec<Delta>,
    /// What the run takes from sources that hand things out once.
    #[serde(default)]
    pub(crate) taken: Vec<Taken>,
}

impl Orders {
    /// Memories in which what this run took before stays its own.
    pub(crate) fn fix(&self, memories: &mut Memories) {
        for taken in &self.taken {
            memories.entry(taken.node.clone()).or_default().chosen = Some(taken.items.clone());
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) standing: Standing,
    pub(crate) resumable: bool,
    pub(crate) rows: u64,
    /// What a run that is done has read; the checkpoints move by it.
    pub(crate) orders: Option<&'a Orders>,
}

/// A run that is remembered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StoredRun {
    pub(crate) run: RunId,
    pub(crate) pipeline: String,
    pub(crate) standing: Standing,
    /// Parts of its loads are kept.
    pub(crate) resumable: bool,
    /// The pipeline document as it was, in a short form that changes with it.
    #[serde(skip)]
    pub(crate) fingerprint: String,
    pub(crate) started_at: String,
    pub(crate) ended_at: Option<String>,
    pub(crate) rows: u64,
    #[serde(skip)]
    pub(crate) orders: Orders,
}

/// Everything that an export holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Exported {
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) items: Vec<ReadItem>,
    pub(crate) columns: Vec<KeptColumns>,
}

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) pipeline: String,
    /// The source node.
    pub(crate) stream: String,
    /// The cursor column.
    pub(crate) cursor: String,
    /// Everything up to this value is loaded.
    pub(crate) value: String,
    /// The run that moved it last.
    pub(crate) run: String,
    pub(crate) updated_at: String,
}

/// The store.
#[derive(Debug)]
pub(crate) struct StateStore {
    path: PathBuf,
    connection: Connection,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000;
    CREATE TABLE IF NOT EXISTS runs (
        run TEXT PRIMARY KEY, pipeline TEXT NOT NULL, standing TEXT NOT NULL, resumable INTEGER NOT NULL DEFAULT 0,
        fingerprint TEXT NOT NULL, orders TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
        rows INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS runs_pipeline ON runs (pipeline, started_at);
    CREATE TABLE IF NOT EXISTS checkpoints (
        pipeline TEXT NOT NULL, stream TEXT NOT NULL, cursor TEXT NOT NULL, value TEXT NOT NULL, run TEXT NOT NULL,
        updated_at TEXT NOT NULL, PRIMARY KEY (pipeline, stream));";

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

impl StateStore {
    /// Opens the store of a state folder; makes it when it is missing.
    pub(crate) fn open(folder: &Path) -> Result<StateStore, Fault> {
        let path = folder.join("state.db");
        let failed = |why: String| {
            Fault::unavailable(format!("the state of runs `{}` cannot be opened: {why}", path.display()))
                .hint("check the rights of that folder, or choose another with `TOWPATH_STATE`")
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(towpath_model::scope::plain_io(&error)))?;
        let connection = Connection::open(&path).map_err(|error| failed(error.to_string()))?;
        connection
            .execute_batch(SCHEMA)
            .and_then(|()| connection.execute_batch(items::SCHEMA))
            .map_err(|error| failed(error.to_string()))?;
        Ok(StateStore { path, connection })
    }

    /// The store of a state folder, if there is one.
    pub(crate) fn existing(folder: &Path) -> Result<Option<StateStore>, Fault> {
        folder.join("state.db").exists().then(|| StateStore::open(folder)).transpose()
    }

    fn fault(&self, error: rusqlite::Error) -> Fault {
        Fault::unavailable(format!("the state of runs `{}` cannot be used: {error}", self.path.display()))
            .hint("make room and check the rights of that folder, or choose another with `TOWPATH_STATE`")
    }

    /// Writes down that a run begins.
    pub(crate) fn begin(
        &self,
        run: &RunId,
        pipeline: &str,
        fingerprint: &str,
        orders: &Orders,
    ) -> Result<(), Fault> {
        let orders = serde_json::to_string(orders)
            .map_err(|error| Fault::internal(format!("the orders of a run: {error}")))?;
        self.connection
            .execute(
                "INSERT INTO runs (run, pipeline, standing, fingerprint, orders, started_at)
                 VALUES (?1, ?2, 'running', ?3, ?4, ?5)
                 ON CONFLICT (run) DO UPDATE SET standing = 'running', ended_at = NULL",
                params![run.as_str(), pipeline, fingerprint, orders, now()],
            )
            .map(drop)
            .map_err(|error| self.fault(error))
    }

    /// Writes down how a run ended. Of a run that is done, the checkpoints move, and its items count as read.
    pub(crate) fn end(&mut self, run: &RunId, ending: &Ending<'_>) -> Result<(), Fault> {
        let Ending { standing, resumable, rows, orders } = *ending;
        let path = self.path.display().to_string();
        let fault = |error: rusqlite::Error| {
            Fault::unavailable(format!("the state of runs `{path}` cannot be written: {error}"))
        };
        let change = self.connection.transaction().map_err(fault)?;
        let pipeline: String = change
            .query_row("SELECT pipeline FROM runs WHERE run = ?1", [run.as_str()], |row| row.get(0))
            .map_err(fault)?;
        change
            .execute(
                "UPDATE runs SET standing = ?2, resumable = ?3, rows = ?4, ended_at = ?5 WHERE run = ?1",
                params![run.as_str(), standing.word(), resumable, rows.cast_signed(), now()],
            )
            .map_err(fault)?;
        if standing == Standing::Done {
            for delta in orders.iter().flat_map(|orders| &orders.deltas) {
                advance(&change, &pipeline, run, delta)?;
            }
            items::take(&change, &pipeline, run, orders.map_or(&[], |orders| &orders.taken))?;
        }
        change.commit().map_err(fault)
    }

    /// Marks a run as taken back.
    pub(crate) fn undone(&self, run: &RunId) -> Result<(), Fault> {
        self.connection
            .execute("UPDATE runs SET standing = 'undone' WHERE run = ?1", [run.as_str()])
            .map(drop)
            .map_err(|error| self.fault(error))
    }

    /// Runs of a pipeline (or all), newest first.
    pub(crate) fn runs(&self, pipeline: Option<&str>, limit: usize) -> Result<Vec<StoredRun>, Fault> {
        let mut select = self
            .connection
            .prepare(
                "SELECT run, pipeline, standing, resumable, fingerprint, orders, started_at, ended_at, rows FROM runs
                 WHERE ?1 IS NULL OR pipeline = ?1 ORDER BY started_at DESC, run DESC LIMIT ?2",
            )
            .map_err(|error| self.fault(error))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select
            .query_map(params![pipeline, limit], |row| {
                let orders: String = row.get(5)?;
                Ok(StoredRun {
                    run: RunId::from_text(row.get::<_, String>(0)?),
                    pipeline: row.get(1)?,
                    standing: Standing::of(&row.get::<_, String>(2)?),
                    resumable: row.get(3)?,
                    fingerprint: row.get(4)?,
                    orders: serde_json::from_str(&orders).map_err(|error| {
                        rusqlite::Error::FromSqlConversionFailure(
                            5,
                            rusqlite::types::Type::Text,
                            Box::new(error),
                        )
                    })?,
                    started_at: row.get(6)?,
                    ended_at: row.get(7)?,
                    rows: row.get::<_, i64>(8)?.unsigned_abs(),
                })
            })
            .and_then(Iterator::collect);
        rows.map_err(|error| self.fault(error))
    }

    /// Where the incremental reads of a pipeline begin.
    pub(crate) fn positions(&self, pipeline: &str) -> Result<Positions, Fault> {
        let checkpoints = self.checkpoints(Some(pipeline))?.into_iter();
        Ok(checkpoints
            .map(|checkpoint| (checkpoint.stream, Position { from: Some(checkpoint.value), to: None }))
            .collect())
    }

    /// Checkpoints of a pipeline, or all.
    pub(crate) fn checkpoints(&self, pipeline: Option<&str>) -> Result<Vec<Checkpoint>, Fault> {
        let mut select = self
            .connection
            .prepare(
                "SELECT pipeline, stream, cursor, value, run, updated_at FROM checkpoints
                 WHERE ?1 IS NULL OR pipeline = ?1 ORDER BY pipeline, stream",
            )
            .map_err(|error| self.fault(error))?;
        let rows = select
            .query_map([pipeline], |row| {
                Ok(Checkpoint {
                    pipeline: row.get(0)?,
                    stream: row.get(1)?,
                    cursor: row.get(2)?,
                    value: row.get(3)?,
                    run: row.get(4)?,
                    updated_at: row.get(5)?,
                })
            })
            .and_then(Iterator::collect);
        rows.map_err(|error| self.fault(error))
    }

    /// Forgets the checkpoints and items of a pipeline, or of one of its streams; returns how many of each.
    pub(crate) fn reset(&self, pipeline: &str, stream: Option<&str>) -> Result<(usize, usize), Fault> {
        let checkpoints = self
            .connection
            .execute(
                "DELETE FROM checkpoints WHERE pipeline = ?1 AND (?2 IS NULL OR stream = ?2)",
                params![pipeline, stream],
            )
            .map_err(|error| self.fault(error))?;
        Ok((checkpoints, self.forget_items(pipeline, stream)?))
    }

    /// What an export holds of a pipeline, or of all.
    pub(crate) fn export(&self, pipeline: Option<&str>) -> Result<Exported, Fault> {
        Ok(Exported {
            checkpoints: self.checkpoints(pipeline)?,
            items: self.items(pipeline)?,
            columns: self.columns(pipeline)?,
        })
    }

    /// Sets checkpoints to what an export says, and remembers its items.
    pub(crate) fn import(&mut self, export: &Exported) -> Result<(), Fault> {
        let path = self.path.display().to_string();
        let fault = |error: rusqlite::Error| {
            Fault::unavailable(format!("the state of runs `{path}` cannot be written: {error}"))
        };
        let change = self.connection.transaction().map_err(fault)?;
        for checkpoint in &export.checkpoints {
            change
                .execute(
                    "INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (pipeline, stream)
                     DO UPDATE SET cursor = ?3, value = ?4, run = ?5, updated_at = ?6",
                    params![
                        checkpoint.pipeline,
                        checkpoint.stream,
                        checkpoint.cursor,
                        checkpoint.value,
                        checkpoint.run,
                        checkpoint.updated_at
                    ],
                )
                .map_err(fault)?;
        }
        for item in &export.items {
            items::put_item(&change, item).map_err(fault)?;
        }
        for columns in &export.columns {
            items::put_columns(&change, columns).map_err(fault)?;
        }
        change.commit().map_err(fault)
    }
}

/// Moves one checkpoint by its delta, if it stands where the delta begins.
fn advance(change: &Transaction<'_>, pipeline: &str, run: &RunId, delta: &Delta) -> Result<(), Fault> {
    let fault = |error: rusqlite::Error| {
        Fault::unavailable(format!("the checkpoint of `{}` cannot be written: {error}", delta.node))
    };
    let found: Option<(String, String)> = change
        .query_row(
            "SELECT value, cursor FROM checkpoints WHERE pipeline = ?1 AND stream = ?2",
            params![pipeline, delta.node],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(fault)?;
    let Some(to) = &delta.to else { return Ok(()) };
    let stands = found.as_ref().map(|(value, _)| value);
    if stands != delta.from.as_ref() {
        let shown =
            |value: Option<&String>| value.map_or("the beginning".to_owned(), |value| format!("`{value}`"));
        return Err(Fault::contract(format!(
            "the checkpoint of `{}` stands at {}, and run `{run}` began at {}: another run was faster, or the state \
             was changed",
            delta.node,
            shown(stands),
            shown(delta.from.as_ref())
        ))
        .hint("see `towpath state show`; a load with a key can be run again without harm"));
    }
    change
        .execute(
            "INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (pipeline, stream)
             DO UPDATE SET cursor = ?3, value = ?4, run = ?5, updated_at = ?6",
            params![pipeline, delta.node, delta.cursor, to, run.as_str(), now()],
        )
        .map(drop)
        .map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(from: Option<&str>, to: Option<&str>) -> Delta {
        Delta {
            node: "orders".into(),
            cursor: "changed_at".into(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        }
    }

    fn orders(deltas: Vec<Delta>) -> Orders {
        Orders { set: IndexMap::new(), from: None, to: None, deltas, taken: Vec::new() }
    }

    /// One run that ends well with these deltas.
    fn done(store: &mut StateStore, deltas: &[Delta]) -> Result<(), Fault> {
        let run = RunId::generate();
        let orders = orders(deltas.to_vec());
        store.begin(&run, "shop", "f", &orders).unwrap();
        let ending = Ending { standing: Standing::Done, resumable: false, rows: 1, orders: Some(&orders) };
        store.end(&run, &ending)
    }

    #[test]
    fn checkpoints_move_without_replay_or_gap() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = StateStore::open(folder.path()).unwrap();
        assert_eq!(store.positions("shop").unwrap(), Positions::new());
        // An empty source moves nothing.
        done(&mut store, &[delta(None, None)]).unwrap();
        assert_eq!(store.positions("shop").unwrap(), Positions::new());
        done(&mut store, &[delta(None, Some("5"))]).unwrap();
        let at = |value: &str| {
            Positions::from([("orders".to_owned(), Position { from: Some(value.into()), to: None })])
        };
        assert_eq!(store.positions("shop").unwrap(), at("5"));
        let replay = done(&mut store, &[delta(None, Some("5"))]).unwrap_err();
        assert!(replay.to_string().contains("stands at `5`"), "{replay}");
        let gap = done(&mut store, &[delta(Some("7"), Some("9"))]).unwrap_err();
        assert!(gap.to_string().contains("began at `7`"), "{gap}");
        done(&mut store, &[delta(Some("5"), Some("9"))]).unwrap();
        assert_eq!(store.positions("shop").unwrap(), at("9"));
        assert_eq!(store.positions("another").unwrap(), Positions::new());
    }

    #[test]
    fn a_failed_run_leaves_the_checkpoint_and_can_be_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = StateStore::open(folder.path()).unwrap();
        let run = RunId::generate();
        let wanted = orders(vec![delta(None, Some("5"))]);
        store.begin(&run, "shop", "f", &wanted).unwrap();
        let ending = Ending { standing: Standing::Failed, resumable: true, rows: 3, orders: Some(&wanted) };
        store.end(&run, &ending).unwrap();
        assert_eq!(store.positions("shop").unwrap(), Positions::new());
        let found = &store.runs(Some("shop"), 10).unwrap()[0];
        assert_eq!((found.standing, found.resumable, found.rows), (Standing::Failed, true, 3));
        assert_eq!(found.orders, wanted);
    }

    #[test]
    fn an_export_gives_the_same_state_elsewhere() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut store = StateStore::open(one.path()).unwrap();
        done(&mut store, &[delta(None, Some("5"))]).unwrap();
        let exported = store.export(None).unwrap();
        let mut other = StateStore::open(two.path()).unwrap();
        other.import(&exported).unwrap();
        assert_eq!(other.checkpoints(None).unwrap(), exported.checkpoints);
        assert_eq!(other.reset("shop", Some("clients")).unwrap(), (0, 0));
        assert_eq!(other.reset("shop", None).unwrap(), (1, 0));
    }
}
