//! Functions that make numbers or names of values: for drawing samples and for pseudonyms.

use std::borrow::Cow;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{AsArray, UInt64Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use sha2::{Digest, Sha256};
use towpath_model::Secret;

use super::{TextFunction, array, call};

/// The SHA-256 of a secret and a value, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonym {
    /// What makes the pseudonyms ours.
    pub salt: Secret,
}

impl Hash for Pseudonym {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.salt.expose().hash(state);
    }
}

impl TextFunction for Pseudonym {
    const NAME: &'static str = "mask_hash";

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let digest = Sha256::new()
            .chain_update(self.salt.expose().as_bytes())
            .chain_update([0])
            .chain_update(text.as_bytes())
            .finalize();
        let mut hex = String::with_capacity(64);
        for byte in digest {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Some(Cow::Owned(hex))
    }
}

/// A number that looks random and depends only on the row's number and the seed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Draw {
    seed: u64,
    signature: Signature,
}

/// A number for a row's number.
pub fn draw(seed: u64, row: Expr) -> Expr {
    call(Draw { seed, signature: Signature::any(1, Volatility::Immutable) }, vec![row])
}

impl ScalarUDFImpl for Draw {
    fn name(&self) -> &str {
        "draw"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = array(&args.args, 0, args.number_rows)?;
        let start = mix(self.seed);
        let drawn: UInt64Array =
            rows.as_primitive::<Int64Type>().unary(|row| mix(start ^ row.cast_unsigned()));
        Ok(ColumnarValue::Array(Arc::new(drawn)))
    }
}

/// The finaliser of SplitMix64: every bit of the result depends on every bit of the input.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_the_salt_and_shows_none_of_it() {
        let of = |salt: &str| Pseudonym { salt: Secret::new(salt) };
        let a = of("a").apply("ann").unwrap().into_owned();
        assert_eq!(a.len(), 64);
        assert_ne!(a, of("b").apply("ann").unwrap());
        assert!(!format!("{:?}", of("hush")).contains("hush"));
    }

    #[test]
    fn draws_are_even() {
        let below = (0..10_000u64).filter(|row| mix(mix(7) ^ row) < u64::MAX / 4).count();
        assert!((2300..2700).contains(&below), "{below}");
    }
}
