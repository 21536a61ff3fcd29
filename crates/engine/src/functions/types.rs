//! Names of types as users write them in settings.

use arrow::datatypes::{DataType, Field};
use towpath_connect::types::{self, Logical};
use towpath_connect::words;
use towpath_model::{Problem, suggest};

/// A type that a value can be converted to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeName {
    /// The Arrow type.
    pub data_type: DataType,
    /// The logical type on top, when there is one.
    pub logical: Option<Logical>,
}

impl TypeName {
    /// Reads a name such as `int64` or `decimal(12,2)`.
    pub fn parse(text: &str, path: &str) -> Result<TypeName, Problem> {
        let lower = text.trim().to_lowercase();
        // An interval has no text form that every source agrees on, so nothing converts to it.
        let field = words::field("", &lower).filter(|_| lower != "interval");
        if let Some(field) = field {
            return Ok(TypeName { data_type: field.data_type().clone(), logical: types::logical(&field) });
        }
        if lower.starts_with("decimal") {
            return Err(Problem::new(path, format!("`{lower}` is not a decimal type")).hint(
                "write the number of digits, at most 76, and how many of them are decimals: `decimal(12,2)`",
            ));
        }
        Err(Problem::new(path, format!("there is no type `{text}`")).maybe_hint(match lower.as_str() {
            "varchar" | "char" => Some("did you mean `text`?".into()),
            "bigint" => Some("did you mean `int64`?".into()),
            "smallint" => Some("did you mean `int16`?".into()),
            "real" => Some("did you mean `float32`?".into()),
            "datetime" => Some("did you mean `timestamp`?".into()),
            "number" => Some("did you mean `decimal(20,4)` or `float64`?".into()),
            other => {
                suggest::hint(other, "types", words::WORDS.into_iter().filter(|word| *word != "interval"))
            }
        }))
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
