//! Where the rows of a load wait until they are put in place.
//!
//! A load that comes as one stream stages in a temporary table of its session, where rows stand in the order they
//! came in. A load in chunks stages in a table beside the target, which outlives its session. Several sessions fill
//! that one at the same time, so its rows carry a number: the ticket of their chunk and their place in it.

use towpath_model::{Fault, LoadId};

use super::chunks::Chunks;
use super::name::{TableName, quote};
use super::plan::Written;

/// Bits of a row's number that say its place in its chunk. The others hold the ticket of the chunk.
pub(super) const ROW_BITS: u32 = 40;

/// A staging place.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// None: rows go straight into the table.
    Direct,
    /// A table that only its own session sees; loads that share the session have one each.
    Temporary {
        /// Its name.
        table: String,
    },
    /// A table beside the target.
    Lasting {
        table: TableName,
        /// Name of the column with the numbers of rows, when their order matters.
        number: Option<String>,
    },
}

impl Stage {
    /// The staging table, as SQL.
    pub(super) fn sql(&self, target: &TableName) -> String {
        match self {
            Stage::Direct => target.sql(),
            Stage::Temporary { table } => format!("pg_temp.{}", quote(table)),
            Stage::Lasting { table, .. } => table.sql(),
        }
    }

    /// Whether rows land in another table than the target.
    pub(super) fn is_apart(&self) -> bool {
        !matches!(self, Stage::Direct)
    }

    /// The column with the numbers of rows, quoted.
    pub(super) fn number(&self) -> Option<String> {
        match self {
            Stage::Lasting { number: Some(number), .. } => Some(quote(number)),
            _ => None,
        }
    }
}

/// The table in which a load in chunks stages its rows.
pub(super) fn lasting_table(schema: Option<&str>, load: &LoadId) -> TableName {
    TableName {
        schema: schema.map(str::to_owned),
        table: format!("_towpath_stage_{}", digest(load.as_str())),
    }
}

/// Sixteen letters that stand for a text of any length. Names must come out the same in every version of Towpath.
pub(super) fn digest(text: &str) -> String {
    // FNV-1a.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A name for the column with the numbers of rows that no column of the load has.
pub(super) fn number_column(columns: &[Written]) -> String {
    let mut name = "_towpath_row".to_owned();
    while columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    name
}

/// The statement that deletes all rows of a repeated key but the last one.
///
/// `table` is where the rows are now: the staging table, or the target that it became. `values` gives the columns of
/// the key over an alias.
pub(super) fn resolution(
    stage: &Stage,
    table: &str,
    version: u32,
    chunks: Option<&Chunks>,
    load: &LoadId,
    values: &dyn Fn(&str) -> Vec<String>,
) -> Result<String, Fault> {
    let groups = values("r").join(", ");
    let names: Vec<String> =
        values("r").iter().enumerate().map(|(index, value)| format!("{value} AS k{index}")).collect();
    let equal: Vec<String> =
        values("s").iter().enumerate().map(|(index, value)| format!("{value} = d.k{index}")).collect();
    let (names, equal) = (names.join(", "), equal.join(" AND "));
    let Some(number) = stage.number() else {
        // Rows of a fresh table that one session filled stand in the order they came in.
        let last = match version {
            14.. => "max(r.ctid)",
            _ => "(array_agg(r.ctid ORDER BY r.ctid DESC))[1]",
        };
        return Ok(format!(
            "DELETE FROM {table} AS s USING (SELECT {names}, {last} AS last FROM {table} AS r GROUP BY {groups} \
             HAVING count(*) > 1) AS d WHERE {equal} AND s.ctid <> d.last"
        ));
    };
    let chunks = chunks.ok_or_else(|| Fault::internal("rows with numbers belong to a load in chunks"))?;
    let tickets = chunks.tickets_sql(load);
    let place = |row: &str, chunk: &str| {
        format!("(({chunk}.position::bigint << {ROW_BITS}) | ({row}.{number} & {}))", (1_i64 << ROW_BITS) - 1)
    };
    let of = |row: &str, chunk: &str| format!("{chunk}.ticket = {row}.{number} >> {ROW_BITS}");
    Ok(format!(
        "DELETE FROM {table} AS s USING (SELECT {names}, max({}) AS last FROM {table} AS r JOIN {tickets} AS c \
         ON {} GROUP BY {groups} HAVING count(*) > 1) AS d, {tickets} AS e WHERE {equal} AND {} AND {} <> d.last",
        place("r", "c"),
        of("r", "c"),
        of("s", "e"),
        place("s", "e"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_staging_tables_never_change() {
        let table = lasting_table(Some("shop"), &LoadId::from_text("run_1/load"));
        assert_eq!(table.sql(), "\"shop\".\"_towpath_stage_1c7fe28b12340687\"");
        assert_ne!(digest("run_1/load"), digest("run_2/load"));
    }
}
