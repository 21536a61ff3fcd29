//! Random values, and tables of them as batches.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Random numbers that follow from a seed (SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// True once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Another order of the same.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// A value of any type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Null,
    Flag(bool),
    /// A whole number, a day, a moment in microseconds, hundredths of a decimal, quarters of a floating-point number.
    Number(i64),
    Text(&'static str),
}

pub(super) type Row = Vec<Cell>;

/// A column of a random table.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) name: &'static str,
    pub(super) data_type: DataType,
}

/// Wall-clock time.
pub(super) const CLOCK: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// A point in time.
pub(super) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl Spot {
    pub(super) fn new(name: &'static str, data_type: DataType) -> Self {
        Spot { name, data_type }
    }

    /// A value of few possible ones, so that keys meet and rows stay as they are.
    pub(super) fn roll(&self, dice: &mut Dice, is_key: bool) -> Cell {
        // Keys differ in more than case and blanks, which some systems do not tell apart in keys.
        const NAMES: [&str; 6] = ["amber", "blue", "cyan", "denim", "ecru", "fawn"];
        const WORDS: [&str; 7] = ["", "blue", "Blue", "blue ", "bl\u{fc}e", "0", "it's \"so\""];
        // Fractions of different lengths, in whose text forms the order of time is easily lost.
        const MOMENTS: [i64; 6] = [0, 1, 250_000, 500_000, 1_000_000, 60_000_000];
        if !is_key && dice.once_in(5) {
            return Cell::Null;
        }
        match &self.data_type {
            DataType::Utf8 if is_key => Cell::Text(NAMES[dice.below(NAMES.len())]),
            DataType::Utf8 => Cell::Text(WORDS[dice.below(WORDS.len())]),
            DataType::Boolean => Cell::Flag(dice.once_in(2)),
            DataType::Timestamp(..) => Cell::Number(1_700_000_000_000_000 + dice.pick(&MOMENTS)),
            DataType::Date32 => Cell::Number(19_000 + dice.below(6) as i64),
            _ => Cell::Number(dice.below(9) as i64 - 4),
        }
    }
}

/// The schema of these columns.
pub(super) fn schema_of(spots: &[Spot]) -> SchemaRef {
    let fields = spots.iter().map(|spot| Field::new(spot.name, spot.data_type.clone(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Rows as a batch.
pub(super) fn batch(spots: &[Spot], rows: &[Row]) -> RecordBatch {
    let arrays = spots.iter().enumerate().map(|(place, spot)| {
        let numbers =
            || rows.iter().map(|row| if let Cell::Number(number) = row[place] { Some(number) } else { None });
        let array: ArrayRef = match &spot.data_type {
            DataType::Int64 => Arc::new(Int64Array::from_iter(numbers())),
            DataType::Int32 => Arc::new(Int32Array::from_iter(numbers().map(|n| n.map(|n| n as i32)))),
            DataType::Date32 => Arc::new(Date32Array::from_iter(numbers().map(|n| n.map(|n| n as i32)))),
            DataType::Float64 => {
                Arc::new(Float64Array::from_iter(numbers().map(|n| n.map(|n| n as f64 / 4.0))))
            }
            DataType::Timestamp(_, None) => Arc::new(TimestampMicrosecondArray::from_iter(numbers())),
            DataType::Timestamp(_, Some(_)) => {
                Arc::new(TimestampMicrosecondArray::from_iter(numbers()).with_timezone("UTC"))
            }
            DataType::Decimal128(precision, scale) => {
                let numbers = Decimal128Array::from_iter(numbers().map(|n| n.map(i128::from)));
                Arc::new(numbers.with_precision_and_scale(*precision, *scale).expect("the digits fit"))
            }
            DataType::Boolean => Arc::new(BooleanArray::from_iter(
                rows.iter().map(|row| if let Cell::Flag(flag) = row[place] { Some(flag) } else { None }),
            )),
            _ => Arc::new(StringArray::from_iter(
                rows.iter().map(|row| if let Cell::Text(text) = row[place] { Some(text) } else { None }),
            )),
        };
        array
    });
    RecordBatch::try_new(schema_of(spots), arrays.collect()).expect("columns have the types of the schema")
}
