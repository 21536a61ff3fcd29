//! What expressions accept, mean and refuse.

use datafusion::logical_expr::LogicalPlan;
use serde_json::{Value, json};

use crate::support::{messages, plan, run, table};

fn orders() -> LogicalPlan {
    table(
        &[
            ("id", "int64"),
            ("Name", "text"),
            ("amount", "decimal"),
            ("day", "date"),
            ("paid", "boolean"),
            ("odd name", "text"),
            ("exact", "numeric"),
            ("key", "uuid"),
        ],
        json!([[1, "Ann", "10.10", "2025-01-31", true, "x", "1.50", "67e55044-10b1-426f-9247-bb680e5fe0c8"]]),
    )
}

async fn value(expression: &str) -> Value {
    let config = json!({ "columns": { "result": expression } });
    let ran = run("derive", config, vec![("in", orders())]).await;
    ran.rows()[0].as_array().unwrap().last().unwrap().clone()
}

async fn problem(expression: &str) -> String {
    let config = json!({ "columns": { "result": expression } });
    let problems = plan("derive", config, vec![("in", orders())]).await.expect_err(expression);
    messages(&problems).join("\n")
}

#[tokio::test]
async fn values_are_exact_and_names_are_found() {
    assert_eq!(value("amount * 1.1").await, json!(11.11));
    assert_eq!(value("NAME || '!'").await, json!("Ann!"));
    assert_eq!(value("\"odd name\"").await, json!("x"));
    assert_eq!(value("day > '2025-01-01'").await, json!(true));
    assert_eq!(value("UPPER(name)").await, json!("ANN"));
    assert_eq!(value("cast('0001-01-01' as timestamp)").await, json!("0001-01-01T00:00:00"));
    assert_eq!(value("cast(exact as decimal(10,2)) + 1").await, json!(2.5));
    assert_eq!(value("exact is null").await, json!(false));
    assert_eq!(value("case when paid then amount else 0 end").await, json!(10.1));
    assert_eq!(value("extract(year from day)").await, json!(2025));
    assert_eq!(value("day + interval '1 day'").await, json!("2025-02-01"));
}

#[tokio::test]
async fn unknown_names_are_named_with_the_nearest() {
    assert_eq!(
        problem("amuont + idd").await,
        "/columns/result: there is no column `amuont` (did you mean `amount`?)\n\
         /columns/result: there is no column `idd` (did you mean `id`?)"
    );
    assert_eq!(
        problem("uper(name)").await,
        "/columns/result: there is no function `uper` (did you mean `upper`?)"
    );
    assert_eq!(
        problem("name = \"Nam\"").await,
        "/columns/result: there is no column `Nam` (did you mean `Name`?; for text, use single quotes: `'Nam'`)"
    );
}

#[tokio::test]
async fn text_and_numbers_never_mix() {
    assert_eq!(
        problem("name > 100").await,
        "/columns/result: `Name` is text, but `100` is a number (convert it: `CAST(Name AS BIGINT)`)"
    );
    assert_eq!(
        problem("id = '5'").await,
        "/columns/result: `'5'` is text, but `id` is a number (write the number without quotes: `5`)"
    );
    assert_eq!(
        problem("id in (1, '2')").await,
        "/columns/result: `'2'` is text, but `id` is a number (write the number without quotes: `2`)"
    );
    assert_eq!(
        problem("name + 1").await,
        "/columns/result: `Name` is text, and `+` calculates with numbers \
         (convert it: `CAST(Name AS DECIMAL(20,4))`)"
    );
    assert_eq!(
        problem("name + 'x'").await,
        "/columns/result: `Name` is text, and `+` calculates with numbers (join texts with `||`)"
    );
    assert_eq!(
        problem("coalesce(name, 0)").await,
        "/columns/result: the arguments of `coalesce` mix text and numbers: `Name` and `0` \
         (make them all text with `CAST(0 AS VARCHAR)`, or all numbers)"
    );
    assert!(problem("case when paid then name else 1 end").await.contains("mix text and numbers"));
    assert!(problem("name > day").await.contains("CAST(Name AS DATE)"));
    assert!(problem("id like '1%'").await.contains("LIKE compares text"));
}

#[tokio::test]
async fn exact_text_must_get_a_precision() {
    assert_eq!(
        problem("exact > 1").await,
        "/columns/result: `exact` is a number of unknown precision, kept as exact text; it cannot be used like this \
         (give it a precision: CAST(exact AS DECIMAL(20,4)))"
    );
    assert!(problem("coalesce(exact, '0')").await.contains("unknown precision"));
}

#[tokio::test]
async fn what_cannot_stand_in_a_row_is_refused() {
    assert!(problem("sum(amount)").await.contains("use the `aggregate` or `window` transform"));
    assert!(problem("rank() over (order by id)").await.contains("use the `window` transform"));
    assert!(problem("(select 1)").await.contains("a subquery cannot stand here"));
    assert_eq!(
        problem("amount +").await,
        "/columns/result: syntax error: expected: an expression, found: the end"
    );
    assert!(problem("amount amount").await.contains("but `amount` follows at line 1, column 8"));
    assert!(problem("abs(name)").await.contains("`abs`"), "{}", problem("abs(name)").await);
    assert_eq!(value(&vec!["id = 1"; 400].join(" or ")).await, json!(true));
    assert_eq!(value(&vec!["id"; 80].join(" + ")).await, json!(80));
    assert!(problem(&vec!["id = 1"; 1000].join(" or ")).await.contains("more than 400 conditions in a row"));
    assert!(problem(&vec!["id"; 82].join(" + ")).await.contains("more than 80 operators in a row"));
}

#[tokio::test]
async fn bound_values_are_literals_of_their_types() {
    let bind = |kind: &str, value: Value| json!([{ "text": "amount = " }, { "bind": { "type": kind, "value": value } }]);
    let run_with =
        |sql: Value| run("derive", json!({ "columns": { "result": sql } }), vec![("in", orders())]);
    let ran = run_with(bind("number", json!(10.1))).await;
    assert_eq!(ran.rows()[0][8], json!(true));
    let injection =
        json!([{ "text": "name = " }, { "bind": { "type": "string", "value": "Ann' or '1'='1" } }]);
    assert_eq!(run_with(injection).await.rows()[0][8], json!(false));
    let date = json!([{ "text": "day = " }, { "bind": { "type": "date", "value": "2025-01-31" } }]);
    assert_eq!(run_with(date).await.rows()[0][8], json!(true));
    let config = json!({ "columns": { "result": bind("string", json!("10.1")) } });
    let problems = plan("derive", config, vec![("in", orders())]).await.unwrap_err();
    assert!(messages(&problems)[0].contains("is text, but `amount` is a number"));
}

#[tokio::test]
async fn logical_types_pass_through_and_end_at_a_cast() {
    let config = json!({ "columns": { "copy": "key", "plain": "cast(key as varchar)" } });
    let ran = run("derive", config, vec![("in", orders())]).await;
    let logical = |name: &str| {
        towpath_connect::types::logical(ran.schemas[0].field_with_name(name).unwrap())
            .map(|logical| logical.name())
    };
    assert_eq!((logical("key"), logical("copy"), logical("plain")), (Some("uuid"), Some("uuid"), None));
    assert_eq!(logical("exact"), Some("numeric"));
}

async fn query_problem(query: &str) -> String {
    let people = table(&[("id", "int64"), ("Name", "text"), ("exact", "numeric")], json!([]));
    let inputs = vec![("orders", orders()), ("people", people)];
    messages(&plan("sql", json!({ "query": query }), inputs).await.expect_err(query)).join("\n")
}

#[tokio::test]
async fn queries_read_only_their_inputs() {
    assert_eq!(
        query_problem("select * from order_s").await,
        "/query: there is no input `order_s` (did you mean `orders`?)"
    );
    assert_eq!(
        query_problem("select o.amont from orders o").await,
        "/query: there is no column `amont` in `o` (did you mean `amount`?)"
    );
    assert!(query_problem("delete from orders").await.contains("`DELETE` is not a query"));
    assert!(query_problem("copy orders to 'x.csv'").await.contains("write a single SELECT"));
    assert!(query_problem("select 1; select 2").await.contains("more than one statement"));
    assert!(query_problem("select * from read_csv('/etc/passwd')").await.contains("cannot stand in FROM"));
    assert!(query_problem("select * from \"/etc/passwd\"").await.contains("there is no input `/etc/passwd`"));
    assert!(
        query_problem("select id from orders, people").await.contains("several tables"),
        "{}",
        query_problem("select id from orders, people").await
    );
    assert!(
        query_problem("select * from orders o join people p on o.id = p.id")
            .await
            .contains("several columns called `id`")
    );
    assert!(query_problem("select * from orders where name > 5").await.contains("CAST("));
    assert!(query_problem("select 1 from orders o join people p on o.name = p.id").await.contains("is text"));
    assert!(
        query_problem("select 1 from orders o join people p on o.exact = p.exact")
            .await
            .contains("precision")
    );
    assert!(
        query_problem("select sum(exact) from orders").await.contains("precision"),
        "{}",
        query_problem("select sum(exact) from orders").await
    );
    assert!(query_problem("select id from orders order by exact").await.contains("precision"));
    assert!(
        query_problem("select name from orders union all select id from people")
            .await
            .contains("UNION meets")
    );
}

#[tokio::test]
async fn queries_find_names_without_regard_to_case() {
    let people = table(&[("id", "int64"), ("Name", "text")], json!([[1, "Ann"], [2, "Bob"]]));
    let query = "with big as (select ID, amount as Total from ORDERS where Amount > 1)
                 select P.NAME, b.total, count(*) over () as n
                 from People p left join Big B using (id) order by p.name desc";
    let ran = run("sql", json!({ "query": query }), vec![("orders", orders()), ("people", people)]).await;
    assert_eq!(ran.rows(), [json!(["Bob", null, 2]), json!(["Ann", 10.1, 2])]);
    assert_eq!(ran.schemas[0].field(0).name(), "Name");
}
