//! Writing: every type both ways, write modes against what they must give, what stays untouched.

use arrow::array::{
    BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DurationMicrosecondArray,
    Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow::datatypes::{Field, Schema, i256};
use towpath_connect::types::{Logical, with_logical};
use towpath_model::FaultKind;
use towpath_model::contract::ContractRule;

use super::*;

fn ints(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn words(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn orders(ids: &[i64], names: &[&str]) -> RecordBatch {
    batch(vec![("id", ints(ids)), ("name", words(names))])
}

const METHODS: [&str; 2] = ["local_infile", "insert"];

#[tokio::test]
async fn values_of_every_type_come_back_by_both_ways() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("b", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("i8", Arc::new(Int8Array::from(vec![i8::MIN, 0, i8::MAX]))),
        ("u64", Arc::new(UInt64Array::from(vec![u64::MAX, 0, 1]))),
        ("f32", Arc::new(Float32Array::from(vec![f32::MAX, 0.1, f32::MIN_POSITIVE]))),
        ("f64", Arc::new(Float64Array::from(vec![f64::MAX, -5e-324, 0.1]))),
        (
            "d",
            Arc::new(
                Decimal128Array::from(vec![10_i128.pow(38) - 1, -5, 0])
                    .with_precision_and_scale(38, 10)
                    .unwrap(),
            ),
        ),
        (
            "e",
            Arc::new(
                Decimal256Array::from(vec![
                    i256::from_string(&"9".repeat(65)).unwrap(),
                    i256::from_i128(-1),
                    i256::ZERO,
                ])
                .with_precision_and_scale(65, 30)
                .unwrap(),
            ),
        ),
        ("t", Arc::new(StringArray::from(vec![Some("NULL"), None, Some("a\tb\\\n'\"\r\0\u{1a}é😀\\N")]))),
        ("empty", words(&["", " ", "\\"])),
        ("x", Arc::new(BinaryArray::from(vec![Some(&b"\x00\xff\\\n\t'"[..]), Some(b""), None]))),
        ("day", Arc::new(Date32Array::from(vec![-354_285, 0, 2_932_896]))),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![-1, 0, 253_402_300_799_999_999]))),
        (
            "utc",
            Arc::new(
                TimestampMicrosecondArray::from(vec![1, 1_000_000, 2_145_916_799_999_999])
                    .with_timezone("UTC"),
            ),
        ),
        ("clock", Arc::new(Time64MicrosecondArray::from(vec![0, 1, 86_399_999_999]))),
        ("span", Arc::new(DurationMicrosecondArray::from(vec![-3_020_399_999_999, 0, 90_000_000_001]))),
    ];
    let mut written = batch(columns);
    // JSON and UUIDs, with their logical types.
    let mut fields: Vec<Field> =
        written.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut arrays = written.columns().to_vec();
    fields.push(with_logical(Field::new("json", arrow::datatypes::DataType::Utf8, true), Logical::Json));
    arrays.push(words(&[r#"{"a": "\n\"é"}"#, "null", "[]"]));
    fields.push(with_logical(Field::new("id", arrow::datatypes::DataType::Utf8, false), Logical::Uuid));
    arrays.push(words(&[
        "123e4567-e89b-12d3-a456-426655440000",
        "123e4567-e89b-12d3-a456-426655440001",
        "123e4567-e89b-12d3-a456-426655440002",
    ]));
    written = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();

    for method in METHODS {
        let db = towpath_testkit::mariadb();
        let settings = json!({ "table": "t", "load": method });
        let receipt = load(
            &db,
            settings.clone(),
            request(written.schema(), WriteMode::Append, &["id"]),
            written.clone(),
        );
        let receipt = receipt.await.unwrap();
        assert_eq!((receipt.written, receipt.deduplicated, receipt.replayed), (3, 0, false));
        assert_eq!(receipt.notes, ["created table `t`"]);
        assert_eq!(tables(&db), ["t"]);
        assert_eq!(db.sql("select table_comment from information_schema.tables where table_schema = database() and table_name = 't'"), "");
        let back = read_table(&db, "t").await;
        for (field, column) in written.schema().fields().iter().zip(written.columns()) {
            let name = field.name();
            let found = back.column_by_name(name).unwrap();
            match name.as_str() {
                // Booleans are tinyint(1), times of day are times: their other reading is checked below.
                "b" => assert_eq!(found.as_ref(), &Int8Array::from(vec![Some(1), None, Some(0)])),
                "clock" => {
                    assert_eq!(found.as_ref(), &DurationMicrosecondArray::from(vec![0, 1, 86_399_999_999]));
                }
                _ => assert_eq!(found, column, "{method}: column {name}"),
            }
        }
        // A copy of the copy has the very same table definition, and an existing table takes the same rows.
        let definition = |table: &str| db.sql(&format!("show create table {table}")).replacen(table, "", 2);
        let copy = json!({ "table": "c", "load": method });
        load(&db, copy, request(back.schema(), WriteMode::Append, &["id"]), back.clone()).await.unwrap();
        assert_eq!(definition("c"), definition("t"));
        let again =
            load(&db, settings, request(written.schema(), WriteMode::Overwrite, &[]), written.clone());
        assert_eq!(again.await.unwrap().written, 3);
        assert_eq!(read_table(&db, "t").await, back);
    }
}

#[tokio::test]
async fn each_mode_gives_what_it_says() {
    for method in METHODS {
        let db = towpath_testkit::mariadb();
        let settings = json!({ "table": "orders", "load": method });
        let run = |mode, key: &'static [&'static str], rows: RecordBatch| {
            load(&db, settings.clone(), request(rows.schema(), mode, key), rows)
        };
        let rows = || db.sql("select id, name from orders order by id").replace('\t', ":").replace('\n', " ");

        // Absent table, repeated keys: the last row wins, equal rows count as well.
        let receipt =
            run(WriteMode::Upsert, &["id"], orders(&[1, 2, 1, 2], &["a", "b", "c", "b"])).await.unwrap();
        assert_eq!((receipt.written, receipt.deduplicated), (2, 2));
        assert_eq!(rows(), "1:c 2:b");
        let receipt = run(WriteMode::Upsert, &["id"], orders(&[2, 3, 3], &["B", "x", "d"])).await.unwrap();
        assert_eq!((receipt.written, receipt.deduplicated), (2, 1));
        assert_eq!(rows(), "1:c 2:B 3:d");
        run(WriteMode::Append, &[], orders(&[4], &["e"])).await.unwrap();
        assert_eq!(rows(), "1:c 2:B 3:d 4:e");
        // A key that is taken: nothing changes.
        let fault = run(WriteMode::Append, &[], orders(&[5, 1], &["f", "g"])).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Data);
        assert!(fault.message().contains("PRIMARY"), "{fault}");
        assert_eq!(rows(), "1:c 2:B 3:d 4:e");
        run(WriteMode::Overwrite, &["id"], orders(&[9, 9], &["x", "z"])).await.unwrap();
        assert_eq!(rows(), "9:z");
        // No rows at all are a valid load.
        assert_eq!(run(WriteMode::Overwrite, &[], orders(&[], &[])).await.unwrap().written, 0);
        assert_eq!(rows(), "");
        assert_eq!(tables(&db), ["orders"]);
    }
}

#[tokio::test]
async fn upserts_find_their_row_without_a_fitting_index() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table a (id int auto_increment primary key, code varchar(9) not null, n bigint, u int unique);
         insert into a (code, n, u) values ('x', 1, 7), ('x', 2, 8), ('y', 3, 9);
         create table b (code varchar(9) not null unique, id int auto_increment primary key, n bigint);
         insert into b (code, n) values ('x', 1)",
    );
    let rows = batch(vec![("code", words(&["x", "z"])), ("n", ints(&[10, 20]))]);
    for table in ["a", "b"] {
        let settings = json!({ "table": table });
        load(&db, settings, request(rows.schema(), WriteMode::Upsert, &["code"]), rows.clone())
            .await
            .unwrap();
    }
    assert_eq!(db.sql("select concat_ws(':', code, n, u) from a order by id"), "x:10:7\nx:10:8\ny:3:9\nz:20");
    assert_eq!(db.sql("select concat_ws(':', code, n) from b order by id"), "x:10\nz:20");
}

#[tokio::test]
async fn overwriting_keeps_everything_around_the_rows() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table p (id bigint primary key, name varchar(20), note varchar(9) default 'none',
           twice bigint as (id * 2) stored, stamp datetime default '2020-01-01');
         create table c (id int primary key, p bigint, foreign key (p) references p (id));
         create table log (what varchar(30));
         create trigger t after update on p for each row insert into log values (concat('updated ', new.id));
         create view v as select id, name from p;
         insert into p (id, name, note) values (1, 'one', 'mine'), (2, 'two', 'mine'), (3, 'three', 'mine');
         insert into c values (1, 1)",
    );
    let run = |rows: RecordBatch| {
        load(&db, json!({ "table": "p" }), request(rows.schema(), WriteMode::Overwrite, &[]), rows)
    };
    run(orders(&[1, 4], &["uno", "four"])).await.unwrap();
    assert_eq!(db.sql("select * from v order by id"), "1\tuno\n4\tfour");
    assert_eq!(
        db.sql("select concat_ws(':', id, note, twice, year(stamp)) from p order by id"),
        "1:none:2:2020\n4:none:8:2020"
    );
    assert_eq!(db.sql("select * from log"), "updated 1");
    assert_eq!(db.sql("select count(*) from c"), "1");
    // A row that another table needs cannot go, and then nothing changes.
    let fault = run(orders(&[4], &["vier"])).await.unwrap_err();
    assert!(fault.to_string().contains("rows of another table refer to it"), "{fault}");
    assert_eq!(db.sql("select * from v order by id"), "1\tuno\n4\tfour");

    // Without a key in sight the rows cannot be told apart.
    db.sql("create table k (a bigint unique, b bigint); create table m (a bigint, foreign key (a) references k (a))");
    let rows = batch(vec![("b", ints(&[1]))]);
    let fault =
        load(&db, json!({ "table": "k" }), request(rows.schema(), WriteMode::Overwrite, &[]), rows).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::Config);
}

#[tokio::test]
async fn tables_without_transactions_are_swapped_or_refused() {
    let db = towpath_testkit::mariadb();
    db.sql("create table m (id bigint primary key, name text) engine=MyISAM comment 'mine'; insert into m values (1, 'a')");
    let run = |mode, rows: RecordBatch| {
        load(&db, json!({ "table": "m" }), request(rows.schema(), mode, &["id"]), rows)
    };
    let fault = run(WriteMode::Append, orders(&[2], &["b"])).await.unwrap_err();
    assert_eq!(
        (fault.kind(), fault.hint_text()),
        (FaultKind::Config, Some("change it with `ALTER TABLE `m` ENGINE=InnoDB`"))
    );
    run(WriteMode::Overwrite, orders(&[3], &["c"])).await.unwrap();
    assert_eq!(db.sql("select id, name from m"), "3\tc");
    assert_eq!(db.sql("select engine, table_comment from information_schema.tables where table_schema = database() and table_name = 'm'"), "MyISAM\tmine");
    assert_eq!(tables(&db), ["m"]);
}

#[tokio::test]
async fn contracts_decide_about_columns_and_tables() {
    let db = towpath_testkit::mariadb();
    db.sql("create table t (ID bigint primary key, needed int not null default 7, total bigint); insert into t (ID) values (1)");
    let rows = batch(vec![("id", ints(&[2])), ("totl", ints(&[5]))]);
    let with = |rule, rows: &RecordBatch| {
        let mut request = request(rows.schema(), WriteMode::Append, &[]);
        request.contract.columns = rule;
        load(&db, json!({ "table": "t" }), request, rows.clone())
    };
    let fault = with(ContractRule::Freeze, &rows).await.unwrap_err();
    assert_eq!((fault.kind(), fault.message()), (FaultKind::Contract, "table `t` has no column `totl`"));
    assert!(fault.hint_text().unwrap().starts_with("did you mean `total`?"));
    let mut discarding = request(rows.schema(), WriteMode::Append, &[]);
    discarding.contract.columns = ContractRule::DiscardValue;
    let kept = rows.project(&[0]).unwrap();
    load(&db, json!({ "table": "t" }), discarding, kept).await.unwrap();
    let more = batch(vec![("id", ints(&[3])), ("extra", words(&["new"]))]);
    let receipt = with(ContractRule::Evolve, &more).await.unwrap();
    assert_eq!(receipt.notes, ["added column `extra` longtext"]);
    assert_eq!(db.sql("select * from t order by ID"), "1\t7\tNULL\tNULL\n2\t7\tNULL\tNULL\n3\t7\tNULL\tnew");

    db.sql("alter table t add column must int not null");
    let fault = with(ContractRule::Freeze, &batch(vec![("id", ints(&[4]))])).await.unwrap_err();
    assert!(fault.message().contains("needs values for `must`"), "{fault}");

    let mut absent = request(rows.schema(), WriteMode::Append, &[]);
    absent.contract.tables = ContractRule::Freeze;
    let fault = load(&db, json!({ "table": "nowhere" }), absent, rows).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Contract);
}

#[tokio::test]
async fn odd_names_work_and_impossible_ones_are_refused() {
    let db = towpath_testkit::mariadb();
    let rows = batch(vec![("select", ints(&[1])), ("a`b", words(&["x"])), ("größe", ints(&[2]))]);
    for mode in [WriteMode::Append, WriteMode::Upsert, WriteMode::Overwrite] {
        let settings = json!({ "table": "`ta``ble.1`" });
        load(&db, settings, request(rows.schema(), mode, &["select"]), rows.clone()).await.ok();
    }
    assert_eq!(db.sql("select * from `ta``ble.1`"), "1\tx\t2");
    for column in ["smile 😀", "", &*"x".repeat(65)] {
        let rows = batch(vec![(column, ints(&[1]))]);
        let fault =
            load(&db, json!({ "table": "t" }), request(rows.schema(), WriteMode::Append, &[]), rows).await;
        assert_eq!(fault.unwrap_err().kind(), FaultKind::Config, "{column}");
    }
    let smile = json!({ "table": "smile 😀" });
    let fault = connector().destination(&connection(&db), &smile, &cx()).unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Config);
    assert_eq!(source(&db, smile).describe().await.unwrap_err().kind(), FaultKind::NotFound);
    let rows = batch(vec![("a", ints(&[1])), ("A", ints(&[1]))]);
    let fault =
        load(&db, json!({ "table": "t" }), request(rows.schema(), WriteMode::Append, &[]), rows).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::Contract);
    assert_eq!(tables(&db), ["ta`ble.1"]);
}

#[tokio::test]
async fn keys_are_compared_as_the_target_compares_them() {
    let db = towpath_testkit::mariadb();
    let rows = batch(vec![("k", words(&["a", "A", "a "])), ("n", ints(&[1, 2, 3]))]);
    // A new table tells them apart.
    let receipt =
        load(&db, json!({ "table": "t" }), request(rows.schema(), WriteMode::Upsert, &["k"]), rows.clone());
    assert_eq!(receipt.await.unwrap().written, 3);
    // A table of the users' may not.
    db.sql("create table ci (k varchar(9) primary key, n bigint) collate utf8mb4_general_ci");
    let receipt =
        load(&db, json!({ "table": "ci" }), request(rows.schema(), WriteMode::Upsert, &["k"]), rows);
    let receipt = receipt.await.unwrap();
    assert_eq!((receipt.written, receipt.deduplicated), (1, 2));
    assert_eq!(db.sql("select n from ci"), "3");
}

#[tokio::test]
async fn the_target_tells_what_fits() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table t (a varchar(5) not null, b text, c text character set latin1, d date, e timestamp null,
           f enum('x','y'), g json, h tinyint unsigned, i decimal(5,2), j tinyint(1))",
    );
    let text: ArrayRef = words(&["1"]);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mut columns: Vec<(&str, ArrayRef)> = names.iter().map(|name| (*name, text.clone())).collect();
    columns.push(("j", Arc::new(BooleanArray::from(vec![true]))));
    let rows = batch(columns);
    let load =
        destination(&db, json!({ "table": "t" })).begin(request(rows.schema(), WriteMode::Append, &[])).await;
    let load = load.unwrap();
    let told: Vec<String> = load
        .columns()
        .iter()
        .map(|fit| {
            let limits = (fit.max_chars, fit.max_bytes, fit.years, fit.check.is_some());
            format!("{} {} {} {:?}", fit.native, fit.data_type, fit.nullable, limits)
        })
        .collect();
    assert_eq!(
        told,
        [
            "varchar(5) Utf8 false (Some(5), None, None, false)",
            "text Utf8 true (None, Some(65535), None, false)",
            "text Utf8 true (Some(65535), None, None, false)",
            "date Date32 true (None, None, Some((1, 9999)), false)",
            "timestamp Timestamp(µs, \"UTC\") true (None, None, Some((1971, 2037)), false)",
            "enum('x','y') Utf8 true (None, None, None, true)",
            "json Utf8 true (None, None, None, true)",
            "tinyint unsigned UInt8 true (None, None, None, false)",
            "decimal(5,2) Decimal128(5, 2) true (None, None, None, false)",
            "tinyint(1) Boolean true (None, None, None, false)",
        ]
    );
    load.abort().await.unwrap();
    assert_eq!(tables(&db), ["t"]);
    // A key takes no nulls.
    let rows = batch(vec![("k", Arc::new(Int32Array::from(vec![1])) as ArrayRef)]);
    let load = destination(&db, json!({ "table": "n" }))
        .begin(request(rows.schema(), WriteMode::Append, &["k"]))
        .await;
    assert!(!load.unwrap().columns()[0].nullable);
}
