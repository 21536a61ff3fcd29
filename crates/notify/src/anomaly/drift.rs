//! A rule about columns: what changed between the schema that a run met and the one before.

use serde::{Deserialize, Serialize};

use super::Finding;
use crate::language::Language;
use crate::notice::{Detail, NoticeKind, Severity};

/// A change of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SchemaChange {
    /// A column is new.
    Added {
        /// Its name.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// A column is gone.
    Removed {
        /// Its name.
        column: String,
    },
    /// A column has another type.
    Retyped {
        /// Its name.
        column: String,
        /// The type before.
        from: String,
        /// The type now.
        to: String,
    },
}

impl SchemaChange {
    pub(crate) fn words(&self, language: Language) -> String {
        match (self, language) {
            (SchemaChange::Added { column, data_type }, Language::English) => {
                format!("column `{column}` ({data_type}) is new")
            }
            (SchemaChange::Added { column, data_type }, Language::French) => {
                format!("la colonne `{column}` ({data_type}) est nouvelle")
            }
            (SchemaChange::Removed { column }, Language::English) => format!("column `{column}` is gone"),
            (SchemaChange::Removed { column }, Language::French) => {
                format!("la colonne `{column}` a disparu")
            }
            (SchemaChange::Retyped { column, from, to }, Language::English) => {
                format!("column `{column}` changed from `{from}` to `{to}`")
            }
            (SchemaChange::Retyped { column, from, to }, Language::French) => {
                format!("la colonne `{column}` est passée de `{from}` à `{to}`")
            }
        }
    }
}

/// Compares the columns of a stream, as (name, type), with those of the run before. Columns that are only new are good to
/// know; a column that is gone or changed is worth a look.
pub fn drift(stream: &str, before: &[(String, String)], now: &[(String, String)]) -> Option<Finding> {
    let type_in = |columns: &[(String, String)], name: &str| {
        columns.iter().find(|(column, _)| column == name).map(|(_, data_type)| data_type.clone())
    };
    let mut changes = Vec::new();
    for (column, from) in before {
        match type_in(now, column) {
            None => changes.push(SchemaChange::Removed { column: column.clone() }),
            Some(to) if to != *from => {
                changes.push(SchemaChange::Retyped { column: column.clone(), from: from.clone(), to });
            }
            Some(_) => {}
        }
    }
    let new = now.iter().filter(|(column, _)| type_in(before, column).is_none());
    changes.extend(new.map(|(column, data_type)| SchemaChange::Added {
        column: column.clone(),
        data_type: data_type.clone(),
    }));
    let is_harmless = changes.iter().all(|change| matches!(change, SchemaChange::Added { .. }));
    (!changes.is_empty()).then(|| Finding {
        severity: if is_harmless { Severity::Info } else { Severity::Warning },
        ..Finding::of(NoticeKind::Drift, Detail::Drift { stream: stream.to_owned(), changes })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_named_and_the_order_of_columns_is_none() {
        let columns = |text: &str| -> Vec<(String, String)> {
            text.split(' ')
                .filter_map(|column| column.split_once(':'))
                .map(|(name, of)| (name.into(), of.into()))
                .collect()
        };
        let before = columns("id:int64 total:int64 note:text");
        assert_eq!(drift("orders", &before, &columns("note:text total:int64 id:int64")), None);
        let found = drift("orders", &before, &columns("id:int64 total:text day:date")).unwrap();
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(
            found.detail.words(Language::English),
            "`orders`: column `total` changed from `int64` to `text`, column `note` is gone, column `day` (date) is new"
        );
        let grown = drift("orders", &before, &columns("id:int64 total:int64 note:text x:bool")).unwrap();
        assert_eq!(grown.severity, Severity::Info);
    }
}
