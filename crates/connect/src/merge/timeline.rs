//! History: the versions of the keys that came, in the order of time.
//!
//! For every key of the stage, the versions in the target and those that came are put in one row of time. A version
//! that came replaces one of the same key and time. A version equal to the one before it says nothing and is left
//! out. Each is valid until the next begins; the last one is current. An end without a successor, as
//! `close_missing` makes it, is kept as a mark in that row of time, so that a key that comes back later does not
//! fill the gap.

use super::{Column, Merge};

/// The names and values that a history needs besides the columns of the rows.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Target column with the time from which a version is valid.
    pub valid_from: String,
    /// Target column with the time until which a version is valid.
    pub valid_to: String,
    /// Target column that is true for the version that is valid now.
    pub is_current: String,
    /// The time from which a staged version is valid, as SQL over `s` in the type of `valid_from`.
    pub moment: String,
    /// The time of the load, as SQL in the type of `valid_from`, when keys that did not come end with it.
    pub close_missing: Option<String>,
    /// The words for true and false.
    pub booleans: (&'static str, &'static str),
}

impl Timeline {
    /// The query of the versions: columns `v0…` in the order of `rows.columns`, then `vf`,
    /// `vt` and `cur`. `rows` stages the rows as they came, with the key of the row.
    pub fn query(&self, rows: &Merge<'_>) -> String {
        let dialect = rows.dialect;
        let quote = |name: &str| dialect.quote(name);
        let (from, to) = (quote(&self.valid_from), quote(&self.valid_to));
        let (target, stage) = (&rows.target, &rows.stage);
        let matches = rows.matches();
        let stored = list(rows, |column| rows.stored(column, "t"));
        let staged = list(rows, |column| column.staged.clone());
        let names: Vec<String> = (0..rows.columns.len()).map(|place| format!("v{place}")).collect();
        let names = names.join(", ");
        let key: Vec<String> = rows.key.iter().map(|place| format!("v{place}")).collect();
        let key = key.join(", ");
        let touched = match self.close_missing {
            Some(_) => "1 = 1".to_owned(),
            None => format!("EXISTS (SELECT 1 FROM {stage} AS s WHERE {matches})"),
        };
        let same_key = rows
            .key
            .iter()
            .map(|&place| {
                let column = &rows.columns[place];
                format!("{} = {}", rows.stored(column, "x"), rows.stored(column, "t"))
            })
            .collect::<Vec<_>>()
            .join(" AND ");
        let mut sources = vec![
            format!("SELECT {staged}, {} AS vf, 0 AS gone, 2 AS rank_ FROM {stage} AS s", self.moment),
            format!(
                "SELECT {stored}, t.{from} AS vf, 0 AS gone, 1 AS rank_ FROM {target} AS t WHERE {touched}"
            ),
            format!(
                "SELECT {stored}, t.{to} AS vf, 1 AS gone, 0 AS rank_ FROM {target} AS t WHERE {touched} \
                 AND t.{to} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} AS x WHERE {same_key} \
                 AND x.{from} = t.{to})"
            ),
        ];
        if let Some(moment) = &self.close_missing {
            sources.push(format!(
                "SELECT {stored}, {moment} AS vf, 1 AS gone, 0 AS rank_ FROM {target} AS t WHERE t.{to} IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM {stage} AS s WHERE {matches})"
            ));
        }
        let same = (0..rows.columns.len()).filter(|place| !rows.key.contains(place)).map(|place| {
            let value = rows.columns[place].comparable(&format!("v{place}"));
            let before = rows.columns[place].comparable(&format!("LAG(v{place}) OVER w"));
            format!(" AND {}", dialect.same(&value, &before))
        });
        let same: String = same.collect();
        let (yes, no) = self.booleans;
        let order = dialect.in_time("vf");
        format!(
            "(SELECT {names}, vf, vt, CASE WHEN vt IS NULL THEN {yes} ELSE {no} END AS cur FROM (\
             SELECT {names}, vf, gone, LEAD(vf) OVER (PARTITION BY {key} ORDER BY {order}) AS vt FROM (\
             SELECT {names}, vf, gone, CASE WHEN ROW_NUMBER() OVER w > 1 AND gone = LAG(gone) OVER w{same} \
             THEN 0 ELSE 1 END AS keep FROM (\
             SELECT {names}, vf, gone, ROW_NUMBER() OVER (PARTITION BY {key}, vf ORDER BY rank_ DESC) AS pick \
             FROM ({}) AS u) AS p WHERE pick = 1 WINDOW w AS (PARTITION BY {key} ORDER BY {order})) AS q \
             WHERE keep = 1) AS r WHERE gone = 0)",
            sources.join(" UNION ALL "),
        )
    }

    /// The merge of the versions into the target. `versions` is the table into which the rows of
    /// [`Timeline::query`] were put.
    pub fn merge<'a>(&self, rows: &Merge<'a>, versions: &str) -> Merge<'a> {
        let mut columns: Vec<Column> = rows
            .columns
            .iter()
            .enumerate()
            .map(|(place, column)| Column { staged: format!("s.v{place}"), ..column.clone() })
            .collect();
        let mut key = rows.key.clone();
        key.push(columns.len());
        columns.push(Column::new(&self.valid_from, "s.vf"));
        columns.push(Column::new(&self.valid_to, "s.vt"));
        columns.push(Column::new(&self.is_current, "s.cur"));
        let touched = match self.close_missing {
            Some(_) => None,
            None => Some(format!("EXISTS (SELECT 1 FROM {} AS s WHERE {})", rows.stage, rows.matches())),
        };
        Merge {
            dialect: rows.dialect,
            target: rows.target.clone(),
            stage: versions.to_owned(),
            columns,
            key,
            unset: Vec::new(),
            flag: None,
            gone_among: touched,
        }
    }
}

fn list(rows: &Merge<'_>, value: impl Fn(&Column) -> String) -> String {
    let values = rows.columns.iter().enumerate();
    values.map(|(place, column)| format!("{} AS v{place}", value(column))).collect::<Vec<_>>().join(", ")
}
