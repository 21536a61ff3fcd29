//! Random tables and random loads in every mode, against a model in memory.
//!
//! One call takes a seed: it decides on the columns of a table, and on loads into it with their rows, chunks, dropped
//! attempts, previews and undos. After every load the table is read back and compared with the model. What fails is
//! printed with the seed and the loads so far, so that it can be run again.

mod cells;
mod model;
mod steps;

use arrow::datatypes::DataType;
use towpath_model::WriteMode;

use self::cells::{CLOCK, Cell, Dice, Row, Spot, instant};
use self::model::Table;
use self::steps::Walk;
use super::Harness;
use super::bench::Bench;
use crate::connector::Connector;

/// Loads random rows `steps` times into a random table that follows from `seed`, and compares it with the model
/// each time.
pub async fn random_loads(connector: &dyn Connector, harness: &dyn Harness, seed: u64, steps: usize) {
    let bench = Bench::new(connector, harness);
    let mut dice = Dice(seed);
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !kind.modes(&bench).is_empty()).collect();
    let kind = *dice.pick(&kinds);
    let mut walk = Walk::new(&bench, Table::of(kind), kind, dice, seed);
    for step in 0..steps {
        Box::pin(walk.step(step)).await;
    }
}

/// What sort of table is loaded.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Loose,
    Keyed,
    Flagged,
    Timed,
    Versions,
}

impl Kind {
    const ALL: [Kind; 5] = [Kind::Loose, Kind::Keyed, Kind::Flagged, Kind::Timed, Kind::Versions];

    /// The modes that such a table is loaded with; the first one makes it.
    fn modes(self, bench: &Bench<'_>) -> Vec<WriteMode> {
        use WriteMode::*;
        let modes: &[WriteMode] = match self {
            Kind::Loose => &[Append, Overwrite],
            Kind::Keyed => &[Upsert, Overwrite, InsertOnly, Mirror, Append],
            Kind::Flagged => &[Mirror, Upsert, InsertOnly],
            Kind::Timed | Kind::Versions => &[History],
        };
        match bench.has(modes[0]) {
            true => modes.iter().copied().filter(|mode| bench.has(*mode)).collect(),
            false => Vec::new(),
        }
    }
}

impl Table {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Loose => Table::Loose(Vec::new()),
            Kind::Keyed | Kind::Flagged => Table::Keyed(Default::default()),
            Kind::Timed => Table::Timed(Default::default()),
            Kind::Versions => Table::Versions(Default::default()),
        }
    }
}

/// The columns of a random table.
#[derive(Debug, Clone)]
struct Columns {
    /// Those that come: the key, the values, the time of a version.
    incoming: Vec<Spot>,
    /// How many of these are the key.
    key: usize,
}

impl Columns {
    fn roll(bench: &Bench<'_>, kind: Kind, dice: &mut Dice) -> Self {
        let keeps = |data_type: &DataType| bench.harness.keeps(data_type);
        let mut keys = vec![DataType::Int64, DataType::Utf8, DataType::Date32, DataType::Int32];
        let mut values = vec![
            DataType::Utf8,
            DataType::Int64,
            DataType::Float64,
            DataType::Decimal128(12, 2),
            DataType::Date32,
            DataType::Boolean,
            CLOCK,
            instant(),
        ];
        keys.retain(keeps);
        values.retain(keeps);
        dice.shuffle(&mut keys);
        let key = if kind == Kind::Loose { 0 } else { 1 + dice.below(2) };
        let names = ["k one", "k2"].into_iter().zip(&keys).take(key);
        let mut incoming: Vec<Spot> = names.map(|(name, kind)| Spot::new(name, kind.clone())).collect();
        let count = 1 + dice.below(4);
        for name in ["value", "V2", "third\"one", "order"].into_iter().take(count) {
            let name = if bench.harness.takes_name(name) { name } else { "v3" };
            incoming.push(Spot::new(name, dice.pick(&values).clone()));
        }
        if kind == Kind::Timed {
            let times = [DataType::Date32, CLOCK, instant()];
            incoming.push(Spot::new("since", dice.pick(&times).clone()));
        }
        Columns { incoming, key }
    }

    /// Random rows, some of which are in the table already.
    fn rows(&self, table: &Table, dice: &mut Dice) -> Vec<Row> {
        let known = table.known();
        let count = if dice.once_in(6) { 0 } else { dice.below(24) };
        let is_key = |place: usize| place < self.key || self.incoming[place].name == "since";
        let row = |dice: &mut Dice| -> Row {
            let cells = self.incoming.iter().enumerate();
            cells.map(|(place, spot)| spot.roll(dice, is_key(place))).collect()
        };
        (0..count)
            .map(|_| match !known.is_empty() && dice.once_in(2) {
                true => dice.pick(&known).clone(),
                false => row(dice),
            })
            .collect()
    }

    /// The columns as they are read back, with what a load adds; and those of which only matters whether there is a
    /// value, which is read as a flag.
    fn read_back(&self, kind: Kind) -> (Vec<Spot>, Vec<&'static str>) {
        let mut spots = self.incoming.clone();
        let flag = |name| Spot::new(name, DataType::Boolean);
        match kind {
            Kind::Loose | Kind::Keyed => (spots, Vec::new()),
            Kind::Flagged => {
                spots.push(flag("gone_at"));
                (spots, vec!["gone_at"])
            }
            Kind::Timed => {
                let time = spots.pop().map_or(DataType::Date32, |spot| spot.data_type);
                spots.extend([Spot::new("valid_from", time.clone()), Spot::new("valid_to", time)]);
                spots.push(flag("is_current"));
                (spots, Vec::new())
            }
            Kind::Versions => {
                spots.extend([flag("valid_to"), flag("is_current")]);
                (spots, vec!["valid_to"])
            }
        }
    }
}

/// The rows of the model in the columns that are read back.
fn model_rows(table: &Table, kind: Kind) -> Vec<Row> {
    let mut rows = table.shown();
    if kind == Kind::Keyed {
        // Nothing is flagged in such a table, and there is no column for it.
        rows.iter_mut().for_each(|row| assert_eq!(row.pop(), Some(Cell::Flag(false))));
    }
    rows
}
