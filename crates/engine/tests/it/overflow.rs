//! Arithmetic at the limits of types: exact, or an error that names the expression.

use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::LogicalPlan;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use crate::support::{messages, physical, plan, table, table_of, try_run};

const NUMBERS: [i64; 12] =
    [i64::MIN, i64::MIN + 1, -3_037_000_500, -2, -1, 0, 1, 2, 3, 3_037_000_500, i64::MAX - 1, i64::MAX];

fn pair(a: i64, b: i64) -> LogicalPlan {
    table(&[("a", "int64"), ("b", "int64")], json!([[1, 1], [a, b]]))
}

async fn derive(expression: &str, input: LogicalPlan) -> Result<Vec<Value>, String> {
    let config = json!({ "columns": { "result": expression } });
    let ran = try_run("derive", config, vec![("in", input)], 1).await?;
    Ok(ran.rows().iter().map(|row| row.as_array().unwrap().last().unwrap().clone()).collect())
}

/// SQLite computes whole numbers exactly, and turns to floating point where they end.
#[tokio::test]
async fn whole_numbers_are_those_of_sqlite_or_an_error_where_it_leaves_them() {
    let db = Connection::open_in_memory().unwrap();
    for expression in ["a + b", "a - b", "a * b", "-a", "a * b - a", "abs(a)"] {
        for a in NUMBERS {
            for b in NUMBERS {
                let sql = format!("select {expression} from (select ?1 as a, ?2 as b)");
                let expected = db.query_row(&sql, [a, b], |row| {
                    Ok(match row.get_ref(0)? {
                        ValueRef::Integer(number) => Some(number),
                        _ => None,
                    })
                });
                // `abs` of the smallest number is an error in SQLite too.
                let expected = expected.ok().flatten();
                let actual = derive(expression, pair(a, b)).await;
                match expected {
                    Some(number) => assert_eq!(actual.unwrap()[1], json!(number), "{expression} of {a}, {b}"),
                    None => {
                        let error = actual.unwrap_err();
                        assert!(
                            error.contains("overflow") || error.contains("does not fit int64"),
                            "{error}"
                        );
                    }
                }
            }
        }
    }
}

fn limits() -> LogicalPlan {
    let column = |name: &str, data_type| Field::new(name, data_type, true);
    let nines = "9".repeat(38);
    table_of(
        vec![
            column("i8", DataType::Int8),
            column("i16", DataType::Int16),
            column("i32", DataType::Int32),
            column("u32", DataType::UInt32),
            column("u64", DataType::UInt64),
            column("d38", DataType::Decimal128(38, 0)),
            column("d4", DataType::Decimal128(38, 4)),
            column("d76", DataType::Decimal256(76, 0)),
            column("day", DataType::Date32),
            column("f", DataType::Float64),
        ],
        json!([[
            127,
            32767,
            i32::MAX,
            0,
            i64::MAX,
            nines,
            "9999999999999999.0000",
            "9".repeat(76),
            "2025-01-01",
            1e300
        ]]),
    )
}

#[tokio::test]
async fn every_type_has_its_limits() {
    for (expression, message) in [
        ("i8 + i8", "`i8 + i8` does not fit int8: 127 + 127"),
        ("i16 * i16", "`i16 * i16` does not fit int16: 32767 * 32767"),
        ("i32 + i32", "`i32 + i32` does not fit int32: 2147483647 + 2147483647"),
        ("u32 - u32 - cast(1 as int unsigned)", "does not fit uint32: 0 - 1"),
        ("u64 * u64", "`u64 * u64` does not fit uint64"),
        ("d38 + d38", "`d38 + d38` does not fit decimal(38,0)"),
        ("d38 + 1", "`d38 + 1` does not fit decimal(38,0)"),
        ("d38 * d38", "`d38 * d38` does not fit decimal(38,0)"),
        ("d38 - d38 * 10", "`d38 * 10` does not fit decimal(38,0)"),
        ("d4 * d4 * d4", "`d4 * d4` does not fit decimal(38,8)"),
        ("d76 + d76", "`d76 + d76` does not fit decimal(76,0)"),
        ("day + interval '9999999 years'", "`day + "),
        ("cast(f as bigint)", "1e300"),
        ("cast(cast(u64 as decimal(38,0)) * 4 as bigint)", "36893488147419103228"),
        ("1 / (i32 - i32)", "`1 / (i32 - i32)` is a division by zero"),
        ("case when i32 > 0 then i32 * i32 end", "`i32 * i32` does not fit int32"),
    ] {
        let error = derive(expression, limits()).await.expect_err(expression);
        assert!(error.contains(message), "{expression}: {error}");
    }
    assert_eq!(derive("f * 10", limits()).await.unwrap(), [json!(1e301)]);
    assert_eq!(derive("i8 + 1", limits()).await.unwrap(), [json!(128)]);
    assert_eq!(derive("case when i32 < 0 then i32 * i32 else 0 end", limits()).await.unwrap(), [json!(0)]);
    assert_eq!(derive("d38 - 1 + 1 - d38", limits()).await.unwrap(), [json!(0.0)]);
}

#[tokio::test]
async fn operators_are_checked_wherever_they_stand() {
    let filter = |condition: &str| json!({ "where": condition });
    let sql = |query: &str| json!({ "query": query });
    for (name, config) in [
        ("filter", filter("a + b > 0")),
        ("aggregate", json!({ "compute": { "s": "max(a + b)" } })),
        ("window", json!({ "order_by": ["a"], "compute": { "s": "max(a + b)", "n": "lag(a) + b" } })),
        ("validate", json!({ "rules": [{ "expression": "a + b > 0" }] })),
        ("sql", sql("select a from \"in\" order by a + b")),
        ("sql", sql("select a + b, count(*) from \"in\" group by a + b")),
        ("sql", sql("select x.a from \"in\" x join \"in\" y on x.a + x.b = y.b")),
        ("sql", sql("select x.a from \"in\" x left join \"in\" y on x.a + y.b > y.a and x.a = y.a")),
        (
            "sql",
            sql(
                "select x.a from \"in\" x where exists (select 1 from \"in\" y where y.b = x.b and x.a + y.b > 0)",
            ),
        ),
        ("sql", sql("select sum(a + b + 1) from \"in\"")),
    ] {
        let input = pair(i64::MAX, i64::MAX - 1);
        let error = try_run(name, config.clone(), vec![("in", input)], 1).await.map(|ran| ran.outputs);
        let error = error.expect_err(&config.to_string());
        assert!(error.contains("int64"), "{config}: {error}");
    }
}

#[tokio::test]
async fn constants_beyond_their_type_are_problems_of_the_document() {
    let config =
        json!({ "columns": { "result": "case when a > 0 then (9223372036854775807 + 1) * 2 else a end" } });
    let problems = plan("derive", config, vec![("in", pair(1, 1))]).await.unwrap_err();
    assert_eq!(
        messages(&problems),
        ["/columns/result: `9223372036854775807 + 1` does not fit int64 (calculate with decimals: write \
          `CAST(x AS DECIMAL(38, 0))` instead of one of the columns)"]
    );
    let config = json!({ "query": "select a from \"in\" where a > 9223372036854775807 * 10" });
    let problems = plan("sql", config, vec![("in", pair(1, 1))]).await.unwrap_err();
    assert!(messages(&problems)[0].starts_with("/query: `9223372036854775807 * 10` does not fit int64"));
}

#[tokio::test]
async fn plans_keep_their_names_and_fold_their_constants() {
    let config = json!({ "query": "select a + b, sum(a * 2 + (3 - 1)) from \"in\" group by a + b" });
    let planned = plan("sql", config, vec![("in", pair(1, 1))]).await.unwrap();
    let names: Vec<&String> = planned["out"].schema().fields().iter().map(|field| field.name()).collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].ends_with("a + in.b") && names[1].starts_with("sum("), "{names:?}");
    let text = physical(&planned["out"]).await;
    assert!(text.contains("arithmetic(arithmetic(in.a, Int64(2)), Int64(2))"), "{text}");
}
