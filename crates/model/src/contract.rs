//! Schema contracts: what may change between the incoming rows and the table.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to a change of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractRule {
    /// The table changes with the data.
    Evolve,
    /// The load stops before anything is written.
    #[default]
    Freeze,
    /// Rows that need the change go to quarantine.
    DiscardRow,
    /// The value is left out of the table and kept in quarantine.
    DiscardValue,
}

/// What may change between the incoming rows and the table they land in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// A table that does not exist yet. `evolve` creates it; every other rule refuses the load.
    pub tables: ContractRule,
    /// A column that the table does not have. `evolve` adds it, `freeze` refuses the load, `discard_value` leaves
    /// the column out, and `discard_row` sends the rows that have a value there to quarantine.
    pub columns: ContractRule,
    /// A column whose type does not hold what comes. `evolve` widens the column in place where that keeps what it
    /// has (`int` to `bigint` to `numeric`, longer texts, `date` to `timestamp`), `freeze` refuses the load when the
    /// types differ so much that values could be refused. Values that still do not fit send their row to quarantine,
    /// or with `discard_value` only themselves: the row lands with a null there.
    pub types: ContractRule,
    /// Columns that have a new name: from the name in the table to the name of the incoming column. A column is
    /// renamed in place, once, so that no second column comes into being for the same field.
    pub renames: IndexMap<String, String>,
}

impl Default for Contract {
    fn default() -> Self {
        Contract {
            tables: ContractRule::Evolve,
            columns: ContractRule::Freeze,
            types: ContractRule::DiscardRow,
            renames: IndexMap::new(),
        }
    }
}
