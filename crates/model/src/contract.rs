//! Schema contracts: what may change between the incoming rows and the table.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// A table that does not exist yet. `evolve` creates it, `freeze` refuses.
    pub tables: ContractRule,
    /// A column that the table does not have. `evolve` adds it, `freeze` refuses.
    pub columns: ContractRule,
    /// A value that does not fit the type of its column. `freeze` and `discard_row` send the row to quarantine.
    pub types: ContractRule,
}

impl Default for Contract {
    fn default() -> Self {
        Contract {
            tables: ContractRule::Evolve,
            columns: ContractRule::Freeze,
            types: ContractRule::DiscardRow,
        }
    }
}
