//! The part of a table that a partial mirror is about.
//!
//! A mirror with `within` takes away only rows that belong to a group of its scope: rows whose values of these columns
//! stand in the scope, which the connector stages in a table of its own. They are the groups that another node gave
//! ([`Groups`]), or those of the rows that came. A row without a value in one of the columns belongs to no group.
//! Without `within` the whole table is the scope.

use towpath_model::Fault;
use towpath_model::landing::Mirror;

use super::Merge;

/// Most groups that a scope may have: they travel in memory.
pub const SCOPE_GROUPS: usize = 1_000_000;

/// Groups that travel in one statement.
const TOGETHER: usize = 1000;

/// The groups that another node gave: values as text, in the order of `within`.
pub type Groups = Vec<Vec<String>>;

/// A scope of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Places of the columns of `within` in the columns of the merge.
    pub within: Vec<usize>,
}

impl Scope {
    /// The scope of a partial mirror; `None` for one of the whole table.
    pub fn of(rules: &Mirror, merge: &Merge<'_>, table: &str) -> Result<Option<Scope>, Fault> {
        if rules.within.is_empty() {
            return Ok(None);
        }
        let place = |name: &String| {
            merge.columns.iter().position(|column| column.name == *name).ok_or_else(|| {
                Fault::config(format!("the scope column `{name}` is not written to table `{table}`"))
                    .hint("name columns of the table under `within`")
            })
        };
        let within = rules.within.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Some(Scope { within }))
    }

    /// Names of the columns of the staged scope.
    pub fn names(&self) -> Vec<String> {
        (0..self.within.len()).map(|place| format!("g{place}")).collect()
    }

    /// The query for the groups of the rows that came.
    pub fn came(&self, merge: &Merge<'_>) -> String {
        let values: Vec<&str> =
            self.within.iter().map(|&place| merge.columns[place].staged.as_str()).collect();
        let known: Vec<String> = values.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        let (values, known) = (values.join(", "), known.join(" AND "));
        format!("SELECT DISTINCT {values} FROM {} AS s WHERE {known}", merge.stage)
    }

    /// The groups as lists of values of `INSERT` statements.
    pub fn values<'a>(
        groups: &'a Groups,
        literal: impl Fn(&str) -> String + 'a,
    ) -> impl Iterator<Item = String> + 'a {
        groups.chunks(TOGETHER).map(move |groups| {
            let row = |group: &Vec<String>| {
                format!("({})", group.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", "))
            };
            groups.iter().map(row).collect::<Vec<_>>().join(", ")
        })
    }

    /// Lets only rows of the staged groups count as gone.
    pub fn restrict(&self, merge: &mut Merge<'_>, table: &str) {
        let equal = self.within.iter().zip(self.names()).map(|(&place, name)| {
            let stored = merge.stored(&merge.columns[place], "t");
            format!("{stored} = g.{}", merge.dialect.quote(&name))
        });
        let equal: Vec<String> = equal.collect();
        merge.gone_among = Some(format!("EXISTS (SELECT 1 FROM {table} AS g WHERE {})", equal.join(" AND ")));
    }
}
