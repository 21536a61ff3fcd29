//! `sum` that never wraps: a sum too large for its type is an error.
//!
//! DataFusion adds whole numbers and decimals with wrap-around. Here such a sum is kept in a wider type, in which no
//! real number of rows can overflow, and is brought back into its own type at the end. Everything else is left to
//! DataFusion's `sum`, but `sum(distinct …)` over a sliding window ([`super::sliding`]).

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature,
};
use towpath_connect::types::describe_type;
use towpath_model::Fault;

use super::sliding::{self, SlidingDistinctSum};
use crate::fault::carry;

/// The function, which takes the place of DataFusion's of the same name.
pub fn sum() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::new_from_impl(Sum { inner: sum_udaf() }))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sum {
    inner: Arc<AggregateUDF>,
}

/// The type in which a sum of this type is kept, where its own can overflow.
fn wider(result: &DataType) -> Option<DataType> {
    Some(match result {
        DataType::Int64 | DataType::UInt64 => DataType::Decimal128(38, 0),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) => DataType::Decimal128(38, *scale),
        // With fewer digits, ten more than those of the values take ten thousand million rows.
        DataType::Decimal128(38, scale) => DataType::Decimal256(76, *scale),
        _ => return None,
    })
}

fn with_type(field: &FieldRef, data_type: DataType) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

impl AggregateUDFImpl for Sum {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let result = args.return_field.data_type().clone();
        let Some(wide) = wider(&result) else { return self.inner.accumulator(args) };
        let args = AccumulatorArgs { return_field: with_type(&args.return_field, wide.clone()), ..args };
        let inner = self.inner.accumulator(args)?;
        Ok(Box::new(Widened { inner, types: Types { wide, result } }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let Some(wide) = wider(args.return_field.data_type()) else { return self.inner.state_fields(args) };
        self.inner.state_fields(StateFieldsArgs { return_field: with_type(&args.return_field, wide), ..args })
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let result = args.return_field.data_type().clone();
        let Some(wide) = wider(&result) else { return self.inner.create_groups_accumulator(args) };
        let args = AccumulatorArgs { return_field: with_type(&args.return_field, wide.clone()), ..args };
        let inner = self.inner.create_groups_accumulator(args)?;
        Ok(Box::new(WidenedGroups { inner, types: Types { wide, result } }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let result = args.return_field.data_type().clone();
        let Some(wide) = wider(&result) else { return self.inner.create_sliding_accumulator(args) };
        if args.is_distinct {
            let wide = sliding::wide(&result);
            let inner = Box::new(SlidingDistinctSum::new(wide.clone()));
            return Ok(Box::new(Widened { inner, types: Types { wide, result } }));
        }
        let args = AccumulatorArgs { return_field: with_type(&args.return_field, wide.clone()), ..args };
        let inner = self.inner.create_sliding_accumulator(args)?;
        Ok(Box::new(Widened { inner, types: Types { wide, result } }))
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct Types {
    wide: DataType,
    result: DataType,
}

impl Types {
    fn widen(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        values.iter().map(|values| Ok(cast(values, &self.wide)?)).collect()
    }

    fn narrow(&self, sums: &ArrayRef) -> Result<ArrayRef> {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(sums, &self.result, &options).map_err(|_| {
            let fault = Fault::data(format!("a sum is too large for {}", describe_type(&self.result)));
            carry(fault.hint(match self.result {
                DataType::Int64 | DataType::UInt64 => {
                    "sum decimals instead: `sum(cast(x as decimal(38, 0)))`"
                }
                _ => "sum floating-point numbers instead: `sum(cast(x as double))`",
            }))
        })
    }
}

/// The sum of one group in a wider type.
#[derive(Debug)]
struct Widened {
    inner: Box<dyn Accumulator>,
    types: Types,
}

impl Accumulator for Widened {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(&self.types.widen(values)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = self.types.narrow(&self.inner.evaluate()?.to_array()?)?;
        ScalarValue::try_from_array(&sum, 0)
    }

    fn size(&self) -> usize {
        self.inner.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(&self.types.widen(values)?)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }
}

/// The sums of many groups in a wider type.
struct WidenedGroups {
    inner: Box<dyn GroupsAccumulator>,
    types: Types,
}

impl GroupsAccumulator for WidenedGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.inner.update_batch(&self.types.widen(values)?, groups, filter, total)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.types.narrow(&self.inner.evaluate(emit_to)?)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.inner.state(emit_to)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.inner.merge_batch(values, groups, total)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.inner.convert_to_state(&self.types.widen(values)?, filter)
    }

    fn size(&self) -> usize {
        self.inner.size()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch};

    use crate::graph::Graph;
    use crate::run::collect;
    use crate::trial::{graph, people};

    const HALF: i64 = i64::MAX / 2 + 1;

    async fn rows(transform: &str) -> Result<String, String> {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![HALF, HALF, -HALF, 7]));
        let group: ArrayRef = Arc::new(Int64Array::from(vec![1, 1, 1, 2]));
        let wide =
            Decimal128Array::from(vec![9 * 10_i128.pow(37); 4]).with_precision_and_scale(38, 0).unwrap();
        let more: ArrayRef = Arc::new(Int64Array::from(vec![HALF, HALF + 1, 0, 0]));
        let wide: ArrayRef = Arc::new(wide);
        let batch = RecordBatch::try_from_iter([("n", ids), ("g", group), ("m", more), ("d", wide)]);
        let memory = people();
        memory.streams.lock().unwrap().insert("numbers".into(), vec![batch.unwrap()]);
        let nodes = format!(
            "\n  numbers: {{ source: memory, table: numbers }}\n  out: {{ {transform}, from: numbers }}\n"
        );
        let (graph, _): (Graph, _) = graph(&memory, &nodes).await;
        assert_eq!(graph.problems, vec![]);
        let batches = collect(&graph, graph.nodes["out"].outputs["out"].clone()).await;
        let batches = batches.map_err(|fault| fault.to_string())?;
        Ok(arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string())
    }

    #[tokio::test]
    async fn a_sum_that_does_not_fit_is_an_error_everywhere() {
        for transform in [
            "transform: aggregate, compute: { s: sum(n) filter (where n > 0) }",
            "transform: aggregate, by: [g], compute: { s: sum(n) filter (where n > 0) }",
            "transform: aggregate, compute: { s: sum(distinct m), t: count(distinct n) }",
            "transform: window, order_by: [g], compute: { s: sum(n) }",
            "transform: window, order_by: [g], preceding: 1, following: 0, compute: { s: sum(n) }",
            "transform: window, order_by: [g], preceding: 1, following: 0, compute: { s: sum(distinct m) }",
            "transform: sql, query: 'select sum(n) as s from numbers where n > 0'",
            "transform: sql, query: 'select g, sum(n) over (partition by g order by n desc) as s from numbers'",
        ] {
            let error = rows(transform).await.unwrap_err();
            assert!(error.ends_with("a sum is too large for int64"), "{transform}: {error}");
        }
        let error = rows("transform: aggregate, compute: { s: sum(d) }").await.unwrap_err();
        assert!(error.ends_with("a sum is too large for decimal(38,0)"), "{error}");
    }

    #[tokio::test]
    async fn a_sum_that_fits_is_right_whatever_lies_between() {
        let text =
            rows("transform: aggregate, compute: { s: sum(n), t: 'sum(cast(n as decimal(38,0)))' }").await;
        let sum = HALF + 7;
        assert!(text.as_ref().is_ok_and(|text| text.matches(&sum.to_string()).count() == 2), "{text:?}");
    }
}
