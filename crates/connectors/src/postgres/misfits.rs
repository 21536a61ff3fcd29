//! Rows that only the server can tell not to fit: values of types that travel as text.
//!
//! Such values are staged as text and read by the server when the rows are put in place. Before that, one pass reads
//! all of them; when that fails, a function with a handler for errors finds the rows that are to blame, and these leave
//! the staging table for quarantine.

use towpath_connect::Reject;
use towpath_model::Fault;

use super::name::{literal, quote};
use super::place::Place;
use super::plan::Written;
use super::stage::Stage;
use super::types::through;

/// The table with what is wrong.
const FOUND: &str = "pg_temp.\"_towpath_misfits\"";

/// Takes the rows out that the server cannot read, and gives their number.
pub(super) async fn take_out(place: &Place<'_>) -> Result<u64, Fault> {
    let columns: Vec<&Written> =
        place.plan.columns.iter().filter(|column| through(&column.kind.kind).is_some()).collect();
    if columns.is_empty() {
        return Ok(0);
    }
    let stage = place.stage();
    let counts: Vec<String> = columns.iter().map(|column| format!("count({})", cast(column, "s"))).collect();
    let sql = format!("SAVEPOINT reading; SELECT {} FROM {stage} AS s", counts.join(", "));
    match place.session().attempt(&sql).await {
        Ok(()) => {
            place.run("RELEASE SAVEPOINT reading").await?;
            return Ok(0);
        }
        Err(error) if error.as_db_error().is_some() => place.run("ROLLBACK TO SAVEPOINT reading").await?,
        Err(error) => return Err(place.session().fault(error, "reading staged values")),
    };
    place
        .run("CREATE TEMPORARY TABLE \"_towpath_misfits\" (place tid, name text, why text) ON COMMIT DROP")
        .await?;
    for (index, column) in columns.iter().enumerate() {
        find(place, &stage, index, column).await?;
    }
    reject(place, &stage).await?;
    let gone =
        place.run(&format!("DELETE FROM {stage} AS s USING {FOUND} AS f WHERE s.ctid = f.place")).await?;
    place.run(&format!("DROP TABLE {FOUND}")).await?;
    Ok(gone)
}

/// The value as the column stores it, its length and other limits included.
fn cast(column: &Written, table: &str) -> String {
    format!("{table}.{}::{}", quote(&column.name), column.kind.name)
}

/// Notes the rows whose value of one column the server cannot read.
async fn find(place: &Place<'_>, stage: &str, index: usize, column: &Written) -> Result<(), Fault> {
    let kind = &column.kind.name;
    // An assignment, unlike a cast, refuses what is too long for the type.
    let body = format!(
        "DECLARE v {kind}; BEGIN v := value::{}; RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END",
        column.kind.bare
    );
    let function = format!("pg_temp.\"_towpath_reads_{index}\"");
    let takes = column.stage_type();
    place
        .run(&format!(
            "CREATE FUNCTION {function}(value {takes}) RETURNS text LANGUAGE plpgsql AS {}",
            literal(&body)
        ))
        .await?;
    let name = quote(&column.name);
    place
        .run(&format!(
            "INSERT INTO {FOUND} SELECT s.place, {}, s.why FROM (SELECT s.ctid AS place, {function}(s.{name}) AS why \
             FROM {stage} AS s WHERE s.{name} IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM {FOUND} AS f WHERE f.place = s.ctid)) AS s WHERE s.why IS NOT NULL",
            literal(&column.name)
        ))
        .await?;
    place.run(&format!("DROP FUNCTION {function}({takes})")).await.map(drop)
}

/// Hands the noted rows over.
async fn reject(place: &Place<'_>, stage: &str) -> Result<(), Fault> {
    let target = &place.plan.target;
    let without_number = match &place.plan.stage {
        Stage::Lasting { number: Some(number), .. } => format!(" - {}", literal(number)),
        _ => String::new(),
    };
    let sql = format!(
        "SELECT f.name, f.why, to_jsonb(s) ->> f.name, (to_jsonb(s){without_number})::text FROM {FOUND} AS f \
         JOIN {stage} AS s ON s.ctid = f.place ORDER BY f.place"
    );
    let mut count = 0_u64;
    let rejects = &place.request.rejects;
    let natives = &place.plan.columns;
    place
        .session()
        .texts("reading rows that do not fit", &sql, &mut |row| {
            count += 1;
            let mut row = row.into_iter();
            let mut next = || row.next().flatten();
            let (name, why, value) = (next().unwrap_or_default(), next().unwrap_or_default(), next());
            let native = natives.iter().find(|column| column.name == name).map(|column| &column.kind.name);
            rejects.reject(Reject {
                place: format!("table `{target}`, refused row {count}"),
                reason: format!(
                    "`{name}` cannot be stored as {}: {why}",
                    native.map_or("its type", |native| native)
                ),
                column: Some(name),
                value,
                original: next().unwrap_or_default(),
                value_only: false,
                ..Reject::default()
            })
        })
        .await
}
