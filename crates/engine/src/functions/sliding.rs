//! `sum(distinct …)` over a sliding window: values enter and leave it, and each counts once while it is there.
//!
//! DataFusion has it for `int64` alone, and wraps. Here the values are wide decimals, so that nothing can.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal256Type, i256};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::Accumulator;

/// The type of the values and of their sum, for results of this type.
pub(super) fn wide(result: &DataType) -> DataType {
    let scale = match result {
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => {
            *scale
        }
        _ => 0,
    };
    DataType::Decimal256(76, scale)
}

/// The distinct values in the window, and their sum.
#[derive(Debug)]
pub(super) struct SlidingDistinctSum {
    /// How often each value is in the window.
    counts: HashMap<i256, u64>,
    sum: i256,
    data_type: DataType,
}

impl SlidingDistinctSum {
    /// An empty window over values of a type that [`wide`] gives.
    pub(super) fn new(data_type: DataType) -> Self {
        SlidingDistinctSum { counts: HashMap::new(), sum: i256::ZERO, data_type }
    }
}

impl Accumulator for SlidingDistinctSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in values.iter().flat_map(|values| values.as_primitive::<Decimal256Type>()).flatten() {
            let count = self.counts.entry(value).or_default();
            *count += 1;
            if *count == 1 {
                self.sum = self.sum.wrapping_add(value);
            }
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in values.iter().flat_map(|values| values.as_primitive::<Decimal256Type>()).flatten() {
            if let Entry::Occupied(mut count) = self.counts.entry(value) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                    self.sum = self.sum.wrapping_sub(value);
                }
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = (!self.counts.is_empty()).then_some(self.sum);
        ScalarValue::new_primitive::<Decimal256Type>(sum, &self.data_type)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.counts.capacity() * size_of::<(i256, u64)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        datafusion::common::internal_err!("a sliding window is not computed in parts")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        datafusion::common::internal_err!("a sliding window is not computed in parts")
    }
}
