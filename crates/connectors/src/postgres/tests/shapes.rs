//! What the contract lets a load do to the shape of its table.

use towpath_model::contract::Contract;

use super::*;

fn with(contract: Contract, query: &str) -> (Contract, String) {
    (contract, query.to_owned())
}

async fn load_with(
    database: &Database,
    (contract, query): (Contract, String),
    table: &str,
    chunked: bool,
) -> Result<Receipt, Fault> {
    let (schema, batches, _) = read(query_source(database, &query).as_ref()).await;
    let mut request = LoadRequest { contract, ..request(schema.clone(), WriteMode::Append, &[]) };
    if !chunked {
        return load(destination(database, table).as_ref(), request, batches).await;
    }
    request.chunks = Some(vec![towpath_connect::Chunk { token: "{}".into(), rows: None }]);
    let mut load = destination(database, table).begin(request).await?;
    let mut lane = load.lane().await?;
    let mut fitter = Fitter::new(schema, load.columns().to_vec())?;
    for batch in batches {
        lane.write(fitter.fit(batch)?.0).await?;
    }
    lane.seal(0, "{}").await?;
    load.commit().await
}

const TYPES: &str = "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) \
                     FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";

fn evolve() -> Contract {
    Contract { types: ContractRule::Evolve, columns: ContractRule::Evolve, ..Contract::default() }
}

#[tokio::test]
async fn columns_widen_in_place() {
    let database = postgres();
    let query = "select 3000000000 as id, 2.5::numeric(9,3) as n, 'a long text' as v, timestamp '2020-01-02 03:04' as d, \
                 1.5::float8 as f, true as added";
    for chunked in [false, true] {
        database.sql(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, n numeric(5,2), v varchar(3), d date, f real); \
             INSERT INTO t VALUES (1, 1.25, 'abc', '2019-05-06', 0.1)",
        );
        let receipt = load_with(&database, with(evolve(), query), "t", chunked).await.unwrap();
        assert_eq!(receipt.written, 1);
        assert_eq!(receipt.notes.len(), 6, "{:?}", receipt.notes);
        assert_eq!(
            database.sql(TYPES),
            "id bigint, n numeric(9,3), v text, d timestamp without time zone, f double precision, added boolean"
        );
        assert_eq!(
            database.sql("SELECT id, n, v, d, added FROM t ORDER BY id"),
            "1|1.250|abc|2019-05-06 00:00:00|∅\n3000000000|2.500|a long text|2020-01-02 03:04:00|t"
        );
        // Nothing is left to widen.
        let (_, batches, _) = read(query_source(&database, query).as_ref()).await;
        assert_eq!(batches.len(), 1);
        let again =
            load_with(&database, with(evolve(), &query.replace("3000000000", "7::bigint")), "t", chunked);
        assert_eq!(again.await.unwrap().notes, Vec::<String>::new());
    }
}

#[tokio::test]
async fn views_that_hinder_are_named_before_rows_are_written() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int); CREATE VIEW seen AS SELECT id + 1 AS next FROM t");
    let fault = load_with(&database, with(evolve(), "select 5::bigint as id"), "t", false).await.unwrap_err();
    assert_eq!(fault.kind().code(), "contract");
    assert!(fault.message().contains("`seen`") && fault.hint_text().is_some(), "{fault:?}");
}

#[tokio::test]
async fn columns_are_renamed_once() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int, old text); INSERT INTO t VALUES (1, 'a')");
    let mut contract = Contract::default();
    contract.renames.insert("old".into(), "new".into());
    for (id, notes) in [(2, 1), (3, 0)] {
        let query = format!("select {id} as id, 'b' as new");
        let receipt = load_with(&database, with(contract.clone(), &query), "t", id == 2).await.unwrap();
        assert_eq!(receipt.notes.len(), notes, "{:?}", receipt.notes);
    }
    assert_eq!(database.sql(TYPES), "id integer, new text");
    assert_eq!(database.sql("SELECT id, new FROM t ORDER BY id"), "1|a\n2|b\n3|b");
}

#[tokio::test]
async fn frozen_types_refuse_before_rows_are_written() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int, name varchar(5), tag text)");
    let frozen = Contract { types: ContractRule::Freeze, ..Contract::default() };
    let fits = "select 1::smallint as id, 7 as tag";
    load_with(&database, with(frozen.clone(), fits), "t", false).await.unwrap();
    let query = "select 1::bigint as id, 'x' as name, 'y' as tag";
    let fault = load_with(&database, with(frozen, query), "t", false).await.unwrap_err();
    assert_eq!(fault.kind().code(), "contract");
    assert!(fault.message().contains("`id` (integer), `name` (character varying(5))"), "{fault}");
    assert_eq!(database.sql("SELECT count(*) FROM t"), "1");
}

#[tokio::test]
async fn values_and_rows_are_discarded_as_the_contract_says() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int PRIMARY KEY, n smallint)");
    let query = "select 1 as id, 70000 as n, null as extra union all select 2, 2, 'x' order by id";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    let contract = Contract {
        types: ContractRule::DiscardValue,
        columns: ContractRule::DiscardRow,
        ..Contract::default()
    };
    let request = LoadRequest { contract, ..request(schema.clone(), WriteMode::Append, &[]) };
    let mut load = destination(&database, "t").begin(request).await.unwrap();
    let mut fitter = Fitter::new(schema, load.columns().to_vec()).unwrap();
    let (batch, rejects) = fitter.fit(batches[0].clone()).unwrap();
    load.write(batch).await.unwrap();
    load.commit().await.unwrap();
    let told: Vec<_> = rejects.iter().map(|reject| (reject.column.as_deref(), reject.value_only)).collect();
    assert_eq!(told, [(Some("n"), true), (Some("extra"), false)]);
    assert_eq!(database.sql("SELECT * FROM t"), "1|∅");
}

#[tokio::test]
async fn a_table_becomes_a_history() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int, name text); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    let query = "select 1 as id, 'A' as name union all select 3, 'c'";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    let request = LoadRequest { contract: evolve(), ..request(schema, WriteMode::History, &["id"]) };
    let mut frozen = request.clone();
    frozen.contract = Contract::default();
    let fault = destination(&database, "t").begin(frozen).await.err().unwrap();
    assert!(fault.message().contains("`valid_from`, `valid_to`, `is_current`"), "{fault}");
    load(destination(&database, "t").as_ref(), request.clone(), batches).await.unwrap();
    assert_eq!(
        database.sql("SELECT id, name, valid_from < '0002-01-01', valid_to IS NULL, is_current FROM t ORDER BY id, valid_from"),
        "1|a|t|f|f\n1|A|f|t|t\n2|b|t|t|t\n3|c|f|t|t"
    );
    database.sql("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, name text)");
    let request = LoadRequest { load_id: LoadId::generate(), ..request };
    let fault = destination(&database, "t").begin(request).await.err().unwrap();
    assert!(fault.message().contains("one row per key"), "{fault}");
}
