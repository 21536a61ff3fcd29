//! One walk: loads into one table, each compared with the model.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::is_not_null;
use towpath_model::landing::{History, Mirror, Missing, Undo};
use towpath_model::{Fault, FaultKind, LoadId, WriteMode};

use super::cells::{Dice, Row, batch, schema_of};
use super::model::{Outcome, Rules, Table};
use super::{Columns, Kind, model_rows};
use crate::change::{Change, ChangeCounts, ChangeSink};
use crate::chunk::Chunk;
use crate::conformance::bench::{Bench, Order, request};
use crate::destination::{Load, Receipt};
use crate::fit::Fitter;

/// Prints what was done when a law is broken on the way.
struct Log {
    seed: u64,
    lines: Vec<String>,
}

impl Drop for Log {
    fn drop(&mut self) {
        if std::thread::panicking() {
            #[expect(clippy::print_stderr, reason = "the walk that led to a failure is part of its message")]
            for line in [format!("random loads with seed {}:", self.seed)].iter().chain(&self.lines) {
                eprintln!("{line}");
            }
        }
    }
}

/// Loads into one table.
pub(super) struct Walk<'a> {
    bench: &'a Bench<'a>,
    name: String,
    kind: Kind,
    columns: Columns,
    table: Table,
    exists: bool,
    dice: Dice,
    log: Log,
}

/// Forgets what it is shown, but for the number of changes.
#[derive(Default)]
struct Counted(ChangeCounts);

impl ChangeSink for Counted {
    fn columns(&mut self, _columns: &[String], _key: &[String]) -> Result<(), Fault> {
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        self.0.add(change.kind, 1);
        Ok(())
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(bench: &'a Bench<'a>, table: Table, kind: Kind, mut dice: Dice, seed: u64) -> Self {
        let columns = Columns::roll(bench, kind, &mut dice);
        let name = bench.harness.fresh_table_name();
        let log = Log { seed, lines: vec![format!("table `{name}`, {kind:?}: {columns:?}")] };
        Walk { bench, name, kind, columns, table, exists: false, dice, log }
    }

    fn order(&self, rules: Rules) -> Order<'static> {
        let key: Vec<&str> = self.columns.incoming[..self.columns.key].iter().map(|spot| spot.name).collect();
        let within = key.iter().take(usize::from(rules.partial)).map(|name| (*name).to_owned()).collect();
        let missing = if rules.flags { Missing::Flag } else { Missing::Delete };
        let timed = self.kind == Kind::Timed;
        Order {
            key,
            load_id: Some(LoadId::generate()),
            mirror: Mirror { missing, flag: "gone_at".into(), guard: rules.guard, within, of: None },
            history: History {
                changed: timed.then(|| "since".into()),
                close_missing: rules.close_missing,
                ..History::default()
            },
            force: rules.force,
            ..Order::of(rules.mode)
        }
    }

    fn rules(&mut self) -> Rules {
        let modes = self.kind.modes(self.bench);
        let dice = &mut self.dice;
        Rules {
            // The first mode makes all columns of the table.
            mode: if self.exists { *dice.pick(&modes) } else { modes[0] },
            key: self.columns.key,
            flags: self.kind == Kind::Flagged,
            partial: self.columns.key > 1 && dice.once_in(3),
            close_missing: self.kind == Kind::Versions && dice.once_in(3),
            guard: *dice.pick(&[0.0, 50.0, 100.0]),
            force: dice.once_in(2),
        }
    }

    fn rows(&mut self, rules: Rules) -> Vec<Row> {
        let mut rows = self.columns.rows(&self.table, &mut self.dice);
        if let Table::Keyed(stored) = &self.table
            && rules.mode == WriteMode::Append
        {
            rows.retain(|row| !stored.contains_key(&row[..rules.key]));
        }
        if rules.close_missing && rows.is_empty() {
            rows = self.columns.rows(&self.table, &mut Dice(1));
        }
        rows
    }

    /// One load, perhaps after dropped attempts, and perhaps taken back.
    pub(super) async fn step(&mut self, step: usize) {
        let rules = self.rules();
        let rows = self.rows(rules);
        let can = self.bench.capabilities().clone();
        let chunked = can.resumes && self.dice.once_in(2);
        let previewed = can.diffs && self.dice.once_in(3);
        let undone = can.undoes && self.columns.key > 0 && self.dice.once_in(3);
        let mut order = self.order(rules);
        order.undo = undone.then(|| Undo { keep: "1d".into() });
        self.log.lines.push(format!(
            "{step}: {rules:?}, chunked: {chunked}, previewed: {previewed}, undone: {undone}, rows: {rows:?}"
        ));
        let expected = self.table.load(rules, &rows);
        let loaded = match chunked {
            true => self.in_chunks(&mut order, &rows, previewed).await,
            false => self.at_once(&order, &rows, previewed).await,
        };
        let Some(expected) = expected else {
            let fault = loaded.expect_err("the guard of a mirror lets too much pass");
            assert_eq!(fault.kind(), FaultKind::Data, "{fault:?}");
            return self.compare("a refused load").await;
        };
        let (receipt, shown) =
            loaded.unwrap_or_else(|fault| panic!("a load fails: {:?}", self.bench.clean(fault)));
        self.check(&expected, &receipt, shown);
        self.exists = true;
        let before = std::mem::replace(&mut self.table, expected.table);
        self.compare("a load").await;
        if let (true, Some(id)) = (undone, order.load_id) {
            self.take_back(&id, &before).await;
        }
    }

    fn check(&self, expected: &Outcome, receipt: &Receipt, shown: Option<(ChangeCounts, ChangeCounts)>) {
        assert!(!receipt.replayed, "a new load is taken for a known one");
        let counts = (receipt.written, receipt.deduplicated);
        assert_eq!(counts, (expected.written, expected.deduplicated), "written and deduplicated rows");
        let plain = |changes: ChangeCounts| {
            // Which incoming versions say nothing new is a matter of definition.
            let is_history = matches!(self.kind, Kind::Timed | Kind::Versions);
            ChangeCounts { unchanged: if is_history { 0 } else { changes.unchanged }, ..changes }
        };
        if let Some(changes) = receipt.changes {
            assert_eq!(plain(changes), plain(expected.changes), "changes");
        }
        if let Some((told, seen)) = shown {
            assert_eq!(plain(told), plain(expected.changes), "changes of a preview");
            assert_eq!(ChangeCounts { unchanged: told.unchanged, ..seen }, told, "shown changes");
        }
    }

    /// Compares the table with the model.
    async fn compare(&self, after: &str) {
        if !self.exists {
            return;
        }
        let (spots, presences) = self.columns.read_back(self.kind);
        let schema = schema_of(&spots);
        let batches = self.bench.read(&self.name, |_| ()).await;
        let batches: Vec<RecordBatch> = batches.iter().map(|batch| with_flags(batch, &presences)).collect();
        let found = self.bench.typed(&self.name, &batches, &schema);
        let expected = self.bench.model(&[batch(&spots, &model_rows(&self.table, self.kind))]);
        assert_eq!(found, expected, "{after} gives another table than the model");
    }

    async fn at_once(&mut self, order: &Order<'_>, rows: &[Row], previewed: bool) -> Ended {
        let attempts = if self.dice.once_in(4) { 2 } else { 1 };
        let cut = self.dice.below(rows.len() + 1);
        for attempt in 0..attempts {
            let mut load = self.begin(order).await?;
            self.write(&mut load, &rows[..cut]).await?;
            if attempt + 1 < attempts {
                self.log.lines.push(format!("   dropped after {cut} rows"));
                match self.dice.once_in(2) {
                    true => load.abort().await?,
                    false => drop(load),
                }
                continue;
            }
            self.write(&mut load, &rows[cut..]).await?;
            return self.end(load, previewed).await;
        }
        Err(Fault::internal("a walk without an attempt"))
    }

    async fn in_chunks(&mut self, order: &mut Order<'_>, rows: &[Row], previewed: bool) -> Ended {
        let count = 1 + self.dice.below(5);
        let part = |place: usize| rows.len() * place / count;
        let chunks = (0..count).map(|place| Chunk { token: format!("part {place}"), rows: None });
        order.chunks = Some(chunks.collect());
        loop {
            let mut load = self.begin(order).await?;
            let states = load.chunks();
            assert_eq!(states.len(), count, "the chunks of a load get lost");
            let mut open: Vec<usize> = (0..count).filter(|place| !states[*place].is_sealed()).collect();
            self.dice.shuffle(&mut open);
            let is_last = self.dice.once_in(2);
            let seals = if is_last { open.len() } else { self.dice.below(open.len() + 1) };
            let mut lanes = [load.lane().await?, load.lane().await?];
            for (turn, place) in open.into_iter().enumerate() {
                // What is written beyond the chunks to seal is lost with the attempt.
                let rows = batch(&self.columns.incoming, &rows[part(place)..part(place + 1)]);
                let lane = &mut lanes[turn % 2];
                if rows.num_rows() > 0 {
                    lane.write(self.fitted(load.as_ref(), rows)?).await?;
                }
                if turn < seals {
                    lane.seal(place, &format!("{{\"part\":{place}}}")).await?;
                } else if turn > seals {
                    break;
                }
            }
            drop(lanes);
            self.log.lines.push(format!("   {count} chunks: {seals} sealed, the last attempt: {is_last}"));
            if is_last {
                return self.end(load, previewed).await;
            }
            drop(load);
        }
    }

    async fn begin(&self, order: &Order<'_>) -> Result<Box<dyn Load>, Fault> {
        let destination = self.bench.destination(&self.name);
        let request = request(order, &schema_of(&self.columns.incoming));
        self.bench.patiently("begin", destination.begin(request)).await
    }

    fn fitted(&self, load: &dyn Load, rows: RecordBatch) -> Result<RecordBatch, Fault> {
        let (rows, rejects) = Fitter::new(rows.schema(), load.columns().to_vec())?.fit(rows)?;
        assert_eq!(rejects, Vec::new(), "rows of the table's own types do not fit");
        Ok(rows)
    }

    async fn write(&self, load: &mut Box<dyn Load>, rows: &[Row]) -> Result<(), Fault> {
        let rows = self.fitted(load.as_ref(), batch(&self.columns.incoming, rows))?;
        self.bench.patiently("write", load.write(rows)).await
    }

    async fn end(&self, mut load: Box<dyn Load>, previewed: bool) -> Ended {
        let mut shown = None;
        if previewed {
            let mut seen = Counted::default();
            let told = self.bench.patiently("a preview", load.preview(&mut seen)).await?;
            shown = told.map(|told| (told, seen.0));
            self.compare("a preview").await;
        }
        Ok((self.bench.patiently("commit", load.commit()).await?, shown))
    }

    /// Takes the last load back, perhaps after somebody changed other rows.
    async fn take_back(&mut self, id: &LoadId, before: &Table) {
        let after = self.table.clone();
        if self.kind == Kind::Keyed && self.dice.once_in(2) {
            let rules = Rules { mode: WriteMode::Upsert, ..self.rules() };
            let theirs = self.columns.rows(&self.table, &mut self.dice);
            self.log.lines.push(format!("   changed by somebody: {theirs:?}"));
            let changed = self.table.load(rules, &theirs).expect("only mirrors are refused");
            let order = self.order(rules);
            let loaded = self.bench.load(&self.name, &order, &[batch(&self.columns.incoming, &theirs)]).await;
            assert!(!loaded.receipt.replayed);
            self.table = changed.table;
        }
        self.log.lines.push("   taken back".into());
        let undone = self.bench.patiently("undo", self.bench.destination(&self.name).undo(id)).await;
        undone.unwrap_or_else(|fault| panic!("undo: {:?}", self.bench.clean(fault)));
        self.table = self.table.undo(before, &after);
        self.compare("an undo").await;
    }
}

/// What a load did, and what a preview told and showed before, if any.
type Ended = Result<(Receipt, Option<(ChangeCounts, ChangeCounts)>), Fault>;

/// Columns of which only matters whether there is a value, as flags.
fn with_flags(batch: &RecordBatch, presences: &[&str]) -> RecordBatch {
    let mut columns = batch.columns().to_vec();
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
    for name in presences {
        let place = batch.schema_ref().index_of(name);
        let place = place.unwrap_or_else(|_| panic!("the table has no column `{name}`"));
        let present: BooleanArray = is_not_null(&columns[place]).expect("every array knows its nulls");
        let field = fields[place].as_ref().clone().with_data_type(present.data_type().clone());
        columns[place] = Arc::new(present) as ArrayRef;
        fields[place] = Arc::new(field);
    }
    RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), columns)
        .expect("columns have the types of the schema")
}
