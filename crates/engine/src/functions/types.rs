//! Names of types as users write them in settings.

use arrow::datatypes::{DataType, Field, TimeUnit};
use towpath_connect::types::{self, Logical};
use towpath_model::{Problem, suggest};

/// A type that a value can be converted to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeName {
    /// The Arrow type.
    pub data_type: DataType,
    /// The logical type on top, when there is one.
    pub logical: Option<Logical>,
}

const NAMES: [&str; 21] = [
    "text",
    "boolean",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "decimal(12,2)",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "binary",
    "json",
    "uuid",
    "numeric",
];

impl TypeName {
    /// Reads a name such as `int64` or `decimal(12,2)`.
    pub fn parse(text: &str, path: &str) -> Result<TypeName, Problem> {
        let lower = text.trim().to_lowercase();
        let plain = |data_type| Ok(TypeName { data_type, logical: None });
        match lower.as_str() {
            "text" | "string" => plain(DataType::Utf8),
            "boolean" | "bool" => plain(DataType::Boolean),
            "int8" => plain(DataType::Int8),
            "int16" => plain(DataType::Int16),
            "int32" => plain(DataType::Int32),
            "int64" | "integer" | "int" => plain(DataType::Int64),
            "uint8" => plain(DataType::UInt8),
            "uint16" => plain(DataType::UInt16),
            "uint32" => plain(DataType::UInt32),
            "uint64" => plain(DataType::UInt64),
            "float32" => plain(DataType::Float32),
            "float64" | "float" | "double" => plain(DataType::Float64),
            "date" => plain(DataType::Date32),
            "time" => plain(DataType::Time64(TimeUnit::Microsecond)),
            "timestamp" => plain(DataType::Timestamp(TimeUnit::Microsecond, None)),
            "timestamptz" => plain(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
            "binary" => plain(DataType::Binary),
            "json" => Ok(TypeName { data_type: DataType::Utf8, logical: Some(Logical::Json) }),
            "uuid" => Ok(TypeName { data_type: DataType::Utf8, logical: Some(Logical::Uuid) }),
            "numeric" => Ok(TypeName { data_type: DataType::Utf8, logical: Some(Logical::Numeric) }),
            other if other.starts_with("decimal") => decimal(other, path),
            other => Err(Problem::new(path, format!("there is no type `{text}`")).maybe_hint(match other {
                "varchar" | "char" => Some("did you mean `text`?".into()),
                "bigint" => Some("did you mean `int64`?".into()),
                "smallint" => Some("did you mean `int16`?".into()),
                "real" => Some("did you mean `float32`?".into()),
                "datetime" => Some("did you mean `timestamp`?".into()),
                "number" => Some("did you mean `decimal(20,4)` or `float64`?".into()),
                _ => suggest::hint(other, "types", NAMES),
            })),
        }
    }

    /// The name in messages.
    pub fn describe(&self) -> String {
        types::describe(&self.field(""))
    }

    /// A nullable field of this type.
    pub fn field(&self, name: &str) -> Field {
        let field = Field::new(name, self.data_type.clone(), true);
        match self.logical {
            Some(logical) => types::with_logical(field, logical),
            None => field,
        }
    }
}

fn decimal(text: &str, path: &str) -> Result<TypeName, Problem> {
    let wrong = || {
        Problem::new(path, format!("`{text}` is not a decimal type"))
            .hint("write the number of digits and how many of them are decimals: `decimal(12,2)`")
    };
    let inside = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
    let (precision, scale) = inside.split_once(',').unwrap_or((inside, "0"));
    let precision: u8 = precision.trim().parse().map_err(|_| wrong())?;
    let scale: i8 = scale.trim().parse().map_err(|_| wrong())?;
    if precision == 0 || scale < 0 || i16::from(scale) > i16::from(precision) {
        return Err(wrong());
    }
    let data_type = match precision {
        1..=38 => DataType::Decimal128(precision, scale),
        39..=76 => DataType::Decimal256(precision, scale),
        _ => return Err(Problem::new(path, "a decimal has at most 76 digits")),
    };
    Ok(TypeName { data_type, logical: None })
}
