//! Long lists, page by page: conditions, an order, and a mark where the next page begins.
//!
//! A mark holds the sort value and the identity of the last row that was shown. Rows that come or go between two pages
//! shift nothing: no row is shown twice or left out because of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Bind, Columns, Read, Sql, sql};

/// What part of a list is wanted.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// Most rows of the page.
    pub limit: u32,
    /// The mark at the end of the page before.
    pub after: Option<String>,
    /// Name of the order, one of those that the list offers; a `-` before it turns it around.
    pub sort: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Mark for the next page; none when this is the last one.
    pub next: Option<String>,
}

/// An order that a list offers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// Name for users.
    name: &'static str,
    /// The column; never null.
    column: &'static str,
    is_number: bool,
    /// No two rows of the list have the same value.
    is_unique: bool,
}

impl Order {
    pub(crate) fn text(name: &'static str, column: &'static str) -> Order {
        Order { name, column, is_number: false, is_unique: false }
    }

    pub(crate) fn number(name: &'static str, column: &'static str) -> Order {
        Order { name, column, is_number: true, is_unique: false }
    }

    pub(crate) fn unique(name: &'static str, column: &'static str) -> Order {
        Order { name, column, is_number: true, is_unique: true }
    }
}

/// Something that can say where it stands in an order.
pub(crate) trait Listed: Read {
    /// Value in that order, and the identity.
    fn standing(&self, order: &str) -> (Value, String);
}

/// A list with conditions.
pub(crate) struct List {
    text: String,
    sql: Sql,
    values: usize,
    conditions: usize,
    beside: Option<(&'static Columns, &'static str)>,
}

impl List {
    /// Begins with `SELECT … FROM …`, without conditions.
    pub(crate) fn of(select: &str) -> List {
        List { text: select.to_owned(), sql: sql(""), values: 0, conditions: 0, beside: None }
    }

    /// A value that the text refers to already, by its number.
    pub(crate) fn bound(mut self, value: impl Bind) -> List {
        self.values += 1;
        self.sql = self.sql.bind(value);
        self
    }

    fn condition(&mut self, text: &str) {
        self.text.push_str(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.text.push_str(text);
        self.conditions += 1;
    }

    /// A condition without values.
    pub(crate) fn only(mut self, text: &str) -> List {
        self.condition(text);
        self
    }

    /// A condition with one value, which stands where `?` is in the text, as often as it is there.
    pub(crate) fn only_if(mut self, text: &str, value: impl Bind) -> List {
        self.values += 1;
        let place = format!("${}", self.values);
        self.condition(&text.replace('?', &place));
        self.sql = self.sql.bind(value);
        self
    }

    /// The same when there is a value.
    pub(crate) fn maybe(self, text: &str, value: Option<impl Bind>) -> List {
        match value {
            Some(value) => self.only_if(text, value),
            None => self,
        }
    }

    /// One of several words.
    pub(crate) fn one_of(mut self, column: &str, words: &[String]) -> List {
        if words.is_empty() {
            return self;
        }
        let mut places = Vec::new();
        for word in words {
            self.values += 1;
            places.push(format!("${}", self.values));
            self.sql = self.sql.bind(word);
        }
        self.condition(&format!("{column} IN ({})", places.join(", ")));
        self
    }

    /// What a page shows beside its own table, looked up for its rows only: columns of `p`, as the page is called then, and
    /// of the tables that are joined to it.
    pub(crate) fn beside(self, columns: &'static Columns, joins: &'static str) -> List {
        List { beside: Some((columns, joins)), ..self }
    }

    /// Every row, in that order.
    pub(crate) async fn all<T: Read>(self, conn: &mut Conn, order: &str) -> Result<Vec<T>, Error> {
        self.sql.text(format!("{} ORDER BY {order}", self.text)).all(conn).await
    }

    /// One page. The first order is the default; `descending` says how it goes by default.
    pub(crate) async fn page<T: Listed>(
        mut self,
        conn: &mut Conn,
        request: &PageRequest,
        orders: &[Order],
        id: &str,
        newest_first: bool,
    ) -> Result<Page<T>, Error> {
        let wanted = request.sort.as_deref();
        let (name, descending) = match wanted {
            Some(name) => (name.trim_start_matches('-'), name.starts_with('-')),
            None => (orders[0].name, newest_first),
        };
        let order = orders.iter().find(|order| order.name == name).unwrap_or(&orders[0]);
        let (than, way) = if descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some((value, last)) = request.after.as_deref().and_then(read_mark) {
            let (one, two) = (self.values + 1, self.values + 2);
            let column = order.column;
            self.sql = match (order.is_number, value) {
                (true, value) => self.sql.bind(value.as_i64().unwrap_or_default()),
                (false, value) => self.sql.bind(value.as_str().unwrap_or_default()),
            };
            if order.is_unique {
                self.condition(&format!("{column} {than} ${one}"));
            } else {
                self.condition(&format!(
                    "({column} {than} ${one} OR ({column} = ${one} AND {id} {than} ${two}))"
                ));
                self.sql = self.sql.bind(last);
            }
        }
        let limit = request.limit.clamp(1, 1000) as usize;
        let ties = if order.is_unique { String::new() } else { format!(", {id} {way}") };
        let text = format!("{} ORDER BY {} {way}{ties} LIMIT {}", self.text, order.column, limit + 1);
        let mut items: Vec<T> = match self.beside {
            None => self.sql.text(text).all(conn).await?,
            Some((columns, joins)) => {
                let ties = if order.is_unique { String::new() } else { format!(", p.{id} {way}") };
                let rest = format!("FROM ({text}) p {joins} ORDER BY p.{} {way}{ties}", order.column);
                self.sql.all_of(conn, columns, &rest).await?
            }
        };
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| write_mark(last.standing(order.name)));
        Ok(Page { items, next })
    }
}

fn write_mark((value, id): (Value, String)) -> String {
    BASE64.encode(json!([value, id]).to_string())
}

fn read_mark(text: &str) -> Option<(Value, String)> {
    let bytes = BASE64.decode(text).ok()?;
    let (value, id): (Value, String) = serde_json::from_slice(&bytes).ok()?;
    Some((value, id))
}

/// Whether a text is a mark that [`Page::next`] made.
pub fn is_mark(text: &str) -> bool {
    read_mark(text).is_some()
}
