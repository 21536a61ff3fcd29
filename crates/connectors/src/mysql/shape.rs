//! The tables of a load, as `CREATE TABLE`.

use super::create::ColumnDefinition;
use super::names::{TableName, quote, quote_all};
use super::plan::{Plan, Strategy};

/// Numbers the rows of a chunked load: its part in the upper half, the row of the part in the lower.
pub(super) const ROW: &str = "_towpath_row";

/// Name of the index by which staged rows are found.
pub(super) const INDEX: &str = "towpath_key";

fn create(name: &TableName, parts: &[String]) -> String {
    format!(
        "CREATE TABLE {} ({}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC",
        name.sql(),
        parts.join(", ")
    )
}

fn definitions(columns: &[ColumnDefinition]) -> Vec<String> {
    columns.iter().map(ColumnDefinition::sql).collect()
}

impl Plan {
    /// Whether rows are numbered: they come in chunks, in any order, and the last of those with one key stays.
    pub(super) fn numbers_rows(&self, chunked: bool) -> bool {
        chunked && !self.unique.is_empty()
    }

    /// The staging table.
    pub(super) fn stage_sql(&self, stage: &TableName, chunked: bool) -> String {
        let mut parts = definitions(&self.columns);
        if self.strategy == Strategy::Rename {
            // It is going to be the target.
            parts.extend(self.own.flag.iter().map(ColumnDefinition::sql));
        }
        if self.numbers_rows(chunked) {
            parts.insert(0, format!("{} BIGINT UNSIGNED NOT NULL PRIMARY KEY", quote(ROW)));
        } else if !self.unique.is_empty() {
            parts.push(format!("PRIMARY KEY ({})", self.names(&self.unique)));
        } else if !self.partner.is_empty() {
            parts.push(format!("KEY {INDEX} ({})", self.names(&self.partner)));
        }
        create(stage, &parts)
    }

    /// A target of another shape than the staging table.
    pub(super) fn built_sql(&self, name: &TableName) -> String {
        let mut parts = definitions(&self.created());
        let from = self.own.versions.iter().map(|versions| quote(&versions.from.name));
        let key: Vec<String> = [self.names(&self.key)].into_iter().chain(from).collect();
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        create(name, &parts)
    }

    /// The versions that a history puts in place, as the query of a timeline names them.
    pub(super) fn versions_sql(&self, name: &TableName) -> String {
        let Some(versions) = &self.own.versions else { return String::new() };
        let changed = versions.changed;
        let places: Vec<usize> = (0..self.columns.len()).filter(|place| Some(*place) != changed).collect();
        let renamed = |column: &ColumnDefinition, name: String, nullable: bool| {
            ColumnDefinition { name, nullable, ..column.clone() }.sql()
        };
        let mut parts: Vec<String> = places
            .iter()
            .enumerate()
            .map(|(number, &place)| {
                renamed(&self.columns[place], format!("v{number}"), !self.key.contains(&place))
            })
            .collect();
        parts.push(renamed(&versions.from, "vf".into(), false));
        parts.push(renamed(&versions.to, "vt".into(), true));
        parts.push(renamed(&versions.current, "cur".into(), false));
        let mut key: Vec<String> = Vec::new();
        for wanted in &self.key {
            key.extend(places.iter().position(|place| place == wanted).map(|number| format!("v{number}")));
        }
        key.push("vf".into());
        parts.push(format!("PRIMARY KEY ({})", quote_all(key.iter().map(String::as_str))));
        create(name, &parts)
    }

    /// The images of rows that the load changes. `key` holds places in the stored columns.
    pub(super) fn images_sql(&self, name: &TableName, key: &[usize]) -> String {
        let mut parts = vec!["op CHAR(1) NOT NULL".to_owned()];
        for side in ["b", "a"] {
            parts.extend(self.stored.iter().enumerate().map(|(place, column)| {
                let name = format!("{side}{place}");
                ColumnDefinition { name, nullable: true, default: None, ..column.clone() }.sql()
            }));
            let names: Vec<String> = key.iter().map(|place| format!("{side}{place}")).collect();
            parts.push(format!("KEY {side} ({})", quote_all(names.iter().map(String::as_str))));
        }
        create(name, &parts)
    }
}
