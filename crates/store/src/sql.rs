//! Statements and rows, with the few types that both databases share.

use std::cell::Cell;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Arguments, AssertSqlSafe, Row as _};

use crate::db::Conn;
use crate::error::Error;

/// A statement with its values.
pub(crate) struct Sql {
    text: String,
    values: AnyArguments,
}

/// A statement; `$1`, `$2` … stand for the values that are bound in order.
pub(crate) fn sql(text: impl Into<String>) -> Sql {
    Sql { text: text.into(), values: AnyArguments::default() }
}

/// A value that can be bound.
pub(crate) trait Bind {
    fn bind(self, values: &mut AnyArguments);
}

macro_rules! bind {
    ($($type:ty => |$value:ident| $as:expr;)*) => {
        $(
            impl Bind for $type {
                fn bind(self, values: &mut AnyArguments) {
                    let $value = self;
                    add(values, $as);
                }
            }
            impl Bind for Option<$type> {
                fn bind(self, values: &mut AnyArguments) {
                    add(values, self.map(|$value| $as));
                }
            }
        )*
    };
}

bind! {
    &str => |value| value.to_owned();
    String => |value| value;
    &String => |value| value.clone();
    i64 => |value| value;
    u64 => |value| value.cast_signed();
    u32 => |value| i64::from(value);
    f64 => |value| value;
    bool => |value| i64::from(value);
    Timestamp => |value| value.as_microsecond();
}

fn add<'t, T: sqlx::Encode<'t, sqlx::Any> + sqlx::Type<sqlx::Any>>(values: &mut AnyArguments, value: T) {
    // Numbers and text are always taken.
    let _ = values.add(value);
}

/// Text of a value that is stored as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Corrupt(error.to_string()))
}

impl Sql {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        value.bind(&mut self.values);
        self
    }

    /// The same values for another text.
    pub(crate) fn text(self, text: String) -> Self {
        Sql { text, ..self }
    }

    /// Runs the statement; returns how many rows it changed.
    pub(crate) async fn run(self, conn: &mut Conn) -> Result<u64, Error> {
        let done = sqlx::query_with(AssertSqlSafe(self.text), self.values).execute(conn).await?;
        Ok(done.rows_affected())
    }

    /// Runs a statement that must change one row; otherwise somebody else was faster.
    pub(crate) async fn change(self, conn: &mut Conn) -> Result<(), Error> {
        if self.run(conn).await? == 1 { Ok(()) } else { Err(Error::Changed) }
    }

    /// All rows.
    pub(crate) async fn all<T: Read>(self, conn: &mut Conn) -> Result<Vec<T>, Error> {
        let rows = sqlx::query_with(AssertSqlSafe(self.text), self.values).fetch_all(conn).await?;
        rows.iter().map(|row| T::read(&Row::of(row))).collect()
    }

    /// All rows with these columns, which stand before `rest`.
    ///
    /// A file has its connections in threads of their own, and each cell that crosses costs more than to read it: there, a
    /// row crosses as one text. Fractions keep 15 digits on that way.
    pub(crate) async fn all_of<T: Read>(
        self,
        conn: &mut Conn,
        columns: &'static Columns,
        rest: &str,
    ) -> Result<Vec<T>, Error> {
        if conn.backend_name() == "PostgreSQL" {
            let list: Vec<String> = columns.iter().map(|(name, what)| format!("{what} AS {name}")).collect();
            return self.text(format!("SELECT {} {rest}", list.join(", "))).all(conn).await;
        }
        let list: Vec<&str> = columns.iter().map(|(_, what)| *what).collect();
        let text = format!("SELECT json_array({}) {rest}", list.join(", "));
        let rows = sqlx::query_with(AssertSqlSafe(text), self.values).fetch_all(conn).await?;
        rows.iter()
            .map(|row| {
                let values = serde_json::from_str(row.try_get(0)?);
                let values = values.map_err(|error| Error::Corrupt(error.to_string()))?;
                let packed = Packed { columns, values, next: Cell::new(0) };
                T::read(&Row { cells: Cells::Packed(&packed), under: "" })
            })
            .collect()
    }

    /// The first row, if there is one.
    pub(crate) async fn first<T: Read>(self, conn: &mut Conn) -> Result<Option<T>, Error> {
        let row = sqlx::query_with(AssertSqlSafe(self.text), self.values).fetch_optional(conn).await?;
        row.map(|row| T::read(&Row::of(&row))).transpose()
    }

    /// The single number that a statement such as a count returns.
    pub(crate) async fn number(self, conn: &mut Conn) -> Result<i64, Error> {
        let row = sqlx::query_with(AssertSqlSafe(self.text), self.values).fetch_one(conn).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or_default())
    }
}

/// Something that a row holds.
pub(crate) trait Read: Sized {
    fn read(row: &Row<'_>) -> Result<Self, Error>;
}

/// Columns of an answer: the name of each, and what it holds.
pub(crate) type Columns = [(&'static str, &'static str)];

/// A row of an answer.
pub(crate) struct Row<'a> {
    cells: Cells<'a>,
    /// What the names of columns begin with.
    under: &'static str,
}

#[derive(Clone, Copy)]
enum Cells<'a> {
    Row(&'a AnyRow),
    Packed(&'a Packed),
}

/// A row that crossed the way from the thread of its connection as one text.
struct Packed {
    columns: &'static Columns,
    values: Vec<Value>,
    /// Where the next column is looked for first: most are read in their order.
    next: Cell<usize>,
}

impl Packed {
    fn get(&self, under: &str, column: &str) -> Result<&Value, Error> {
        let is_it = |at: &usize| {
            self.columns.get(*at).is_some_and(|(name, _)| name.strip_prefix(under) == Some(column))
        };
        let next = self.next.get();
        let at = (next..self.columns.len()).chain(0..next).find(is_it);
        let found = at.and_then(|at| self.values.get(at));
        self.next.set(at.map_or(0, |at| at + 1));
        found.ok_or_else(|| Error::Corrupt(format!("there is no column `{under}{column}`")))
    }
}

impl<'a> Row<'a> {
    fn of(row: &'a AnyRow) -> Row<'a> {
        Row { cells: Cells::Row(row), under: "" }
    }

    /// The same row for something whose columns have names that begin so, for it stands beside others.
    pub(crate) fn under(&self, beginning: &'static str) -> Row<'a> {
        Row { under: beginning, ..*self }
    }

    /// A cell that may be empty: of type `T`, or what `of` makes of its JSON.
    fn maybe<T>(&self, column: &str, of: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        Ok(match (self.cells, self.under) {
            (Cells::Row(row), "") => row.try_get(column)?,
            (Cells::Row(row), under) => row.try_get(format!("{under}{column}").as_str())?,
            (Cells::Packed(packed), under) => match packed.get(under, column)? {
                Value::Null => None,
                value => Some(of(value).ok_or_else(|| self.unfit(column))?),
            },
        })
    }

    /// The only cell of a row that has one.
    fn first<T>(&self) -> Result<T, Error>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
    {
        match self.cells {
            Cells::Row(row) => Ok(row.try_get(0)?),
            Cells::Packed(_) => Err(self.unfit("0")),
        }
    }

    fn unfit(&self, column: &str) -> Error {
        Error::Corrupt(format!("column `{}{column}` is empty, or of another type", self.under))
    }

    pub(crate) fn text(&self, column: &str) -> Result<String, Error> {
        self.maybe_text(column)?.ok_or_else(|| self.unfit(column))
    }

    pub(crate) fn maybe_text(&self, column: &str) -> Result<Option<String>, Error> {
        self.maybe(column, |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64, Error> {
        self.maybe_int(column)?.ok_or_else(|| self.unfit(column))
    }

    pub(crate) fn maybe_int(&self, column: &str) -> Result<Option<i64>, Error> {
        self.maybe(column, Value::as_i64)
    }

    pub(crate) fn count(&self, column: &str) -> Result<u64, Error> {
        Ok(self.int(column)?.max(0).cast_unsigned())
    }

    pub(crate) fn float(&self, column: &str) -> Result<Option<f64>, Error> {
        self.maybe(column, Value::as_f64)
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool, Error> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, Error> {
        moment(self.int(column)?)
    }

    pub(crate) fn maybe_time(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        self.maybe_int(column)?.map(moment).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, Error> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|error| Error::Corrupt(format!("column `{column}`: {error}")))
    }

    pub(crate) fn maybe_json(&self, column: &str) -> Result<Option<Value>, Error> {
        let Some(text) = self.maybe_text(column)? else { return Ok(None) };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| Error::Corrupt(format!("column `{column}`: {error}")))
    }

    /// A word of a closed list.
    pub(crate) fn word<T>(&self, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        let word = self.text(column)?;
        of(&word).ok_or_else(|| Error::Corrupt(format!("column `{column}` holds `{word}`")))
    }

    pub(crate) fn maybe_word<T>(
        &self,
        column: &str,
        of: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(word) = self.maybe_text(column)? else { return Ok(None) };
        let known = of(&word);
        known.map(Some).ok_or_else(|| Error::Corrupt(format!("column `{column}` holds `{word}`")))
    }
}

fn moment(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_microsecond(micros).map_err(|error| Error::Corrupt(error.to_string()))
}

impl Read for i64 {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        row.first()
    }
}

impl Read for String {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        row.first()
    }
}

/// A word of a closed list, with its text for stores, documents and answers.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident = $word:literal),* $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every one, in the order of the documents.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The one of that word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }

        // The derive does not see the words, which a macro hands to serde, and would write the names of Rust.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some([$($doc),+].map(str::trim).join("\n")))
                    .enum_values(Some(Self::ALL.iter().map(|known| known.word())))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use words;
