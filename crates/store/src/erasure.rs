//! Mail addresses of a person who is erased, in what was written down about runs and told of them.
//!
//! Nothing writes addresses there by itself any more. What earlier versions wrote, and what other systems say of
//! recipients, is mended when the person is erased.

use crate::db::Conn;
use crate::error::Error;
use crate::sql::sql;

/// Where such words may stand.
const PLACES: &[(&str, &str)] = &[
    ("runs", "stop_reason"),
    ("runs", "fault"),
    ("runs", "report"),
    ("attempts", "fault"),
    ("run_logs", "message"),
    ("run_logs", "detail"),
    ("happenings", "notice"),
    ("notices", "notice"),
    ("told", "state"),
    ("deliveries", "message"),
    ("deliveries", "fault"),
    ("deliveries", "refused"),
];

/// Puts the identity of a person in the place of each of the addresses; returns how many rows held one.
pub async fn words(conn: &mut Conn, person: &str, addresses: &[String]) -> Result<u64, Error> {
    let mut mended = 0;
    for address in addresses.iter().filter(|address| !address.is_empty()) {
        for (table, column) in PLACES {
            let found = sql(format!(
                "UPDATE {table} SET {column} = replace({column}, $1, $2) WHERE replace({column}, $1, '') <> {column}"
            ));
            mended += found.bind(address).bind(person).run(conn).await?;
        }
    }
    Ok(mended)
}
