//! Every type, there and back.

use arrow::array::StringArray;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use towpath_connect::types::{Logical, logical, native, with_logical};

use super::*;

/// Types with telling values, NULL aside.
const MATRIX: &[(&str, &str)] = &[
    ("boolean", "true, false"),
    ("smallint", "-32768, 0, 32767"),
    ("integer", "-2147483648, 0, 2147483647"),
    ("bigint", "-9223372036854775808, 0, 9223372036854775807"),
    ("real", "'-Infinity', '-0', 1.17549435e-38, 3.4028235e38, 'NaN'"),
    ("double precision", "'Infinity', '-0', 5e-324, 1.7976931348623157e308, 'NaN', 0.1"),
    ("numeric(12,2)", "-9999999999.99, 0, 0.01, 10000, 9999999999.99"),
    ("numeric(38,10)", "-9999999999999999999999999999.9999999999, 0.0000000001"),
    ("numeric(38,37)", "9.9999999999999999999999999999999999999, -0.0000000000000000000000000000000000001"),
    (
        "numeric(76,3)",
        "-1234567890123456789012345678901234567890123456789012345678901234567890123.456, 0.001",
    ),
    ("numeric(5,0)", "12345, -1"),
    ("numeric(5,-2)", "12300, -9999900"),
    ("numeric(3,5)", "0.00999, -0.00001"),
    ("numeric(100,2)", "0.10, 1e90"),
    (
        "numeric",
        "'NaN', 'Infinity', '-Infinity', 1.50, 0, 0.000, 1e-20, 123456789012345678901234567890.12, 1e130, -0.5, 10000",
    ),
    ("text", "'', 'a', 'Crème brûlée', '🚲', E'tab\\tline\\nquote\" back\\\\slash', repeat('é', 100000)"),
    ("varchar(20)", "'', 'vingt caractères ici'"),
    ("char(4)", "'ab', 'abcd', ''"),
    ("name", "'a name'"),
    ("\"char\"", "'x'"),
    ("bytea", "'', '\\x00ff10', '\\xdeadbeef'"),
    (
        "date",
        "'infinity', '-infinity', '4713-01-01 BC', '0001-01-01', '1970-01-01', '2024-02-29', '5874897-12-31'",
    ),
    ("time", "'00:00', '23:59:59.999999', '24:00'"),
    ("time(0) with time zone", "'12:34:56+05:30', '00:00-12'"),
    (
        "timestamp",
        "'infinity', '-infinity', '4713-01-01 BC', '1999-12-31 23:59:59.999999', '9999-12-31', '294246-12-31'",
    ),
    (
        "timestamptz",
        "'infinity', '-infinity', '4713-01-01 BC', '2024-03-31 02:30:00+01', '1969-12-31 23:59:59.999999Z'",
    ),
    (
        "interval",
        "'0', '1 year 2 mons 3 days 04:05:06.789', '-1 mons +2 days -00:00:00.000001', '178000000 years'",
    ),
    ("uuid", "'00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ("json", "'{\"b\": 1,  \"a\": [null]}', '\"x\"', 'null', '\"\\u0000\"'"),
    ("jsonb", "'{\"b\": 1, \"a\": [null, 1.50]}', '\"é\"', 'null'"),
    ("oid", "0, 4294967295"),
    ("inet", "'192.168.0.1/24', '::1'"),
    ("cidr", "'10.0.0.0/8'"),
    ("macaddr", "'08:00:2b:01:02:03'"),
    ("money", "'-92233720368547758.08', '1234.56'"),
    ("bit(8)", "B'10101010'"),
    ("bit varying(8)", "B'', B'101'"),
    ("xml", "'<a>é</a>'"),
    ("tsvector", "'fat cat'"),
    ("point", "'(1.5,-2)'"),
    ("int4range", "'[1,5)', 'empty', '(,)'"),
    ("tstzrange", "'[2024-01-01 00:00:00+00, infinity)'"),
    ("int4multirange", "'{[1,3), [5,7)}'"),
    ("regclass", "'pg_class'"),
    ("mood", "'happy', 'so-so, really'"),
    ("pair", "'(1,\"a \"\"b\"\"\")'"),
    ("amount", "12.50"),
    ("integer[]", "'{}', '{1,NULL,3}', NULL"),
    ("text[]", "'{}', '{\"\",NULL,\"a,b\",\"é\"}'"),
    ("numeric(10,2)[]", "'{1.50,-0.01}'"),
    ("numeric[]", "'{1.500,NaN}'"),
    ("timestamptz[]", "'{2024-01-01 00:00:00+00,infinity}'"),
    ("uuid[]", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'"),
    ("jsonb[]", r#"'{"{\"a\": 1}",NULL}'"#),
    ("boolean[]", "'{t,f,NULL}'"),
    ("mood[]", "'{happy}'"),
    ("inet[]", "'{10.0.0.1,::1}'"),
    ("money[]", "'{1.00,NULL}'"),
    ("amount[]", "'{1.00,2.50}'"),
];

const DEFINITIONS: &str = "CREATE TYPE mood AS ENUM ('happy', 'so-so, really'); \
    CREATE TYPE pair AS (n int, t text); CREATE DOMAIN amount AS numeric(10,2) CHECK (value > 0);";

/// The version of PostgreSQL that has the type.
fn since(kind: &str) -> u32 {
    match kind {
        // A scale below zero, or above the precision.
        "numeric(5,-2)" | "numeric(3,5)" => 15,
        "int4multirange" => 14,
        _ => 0,
    }
}

#[tokio::test]
async fn every_type_survives_a_copy() {
    let database = postgres();
    let version = database.sql("SELECT current_setting('server_version_num')::int / 10000");
    let version: u32 = version.parse().unwrap();
    let matrix: Vec<_> = MATRIX.iter().filter(|(kind, _)| since(kind) <= version).collect();
    let mut sql = DEFINITIONS.to_owned();
    let columns: Vec<String> = (0..matrix.len()).map(|i| format!("c{i} {}", matrix[i].0)).collect();
    // One column per type, and as many rows as the type with the most values needs.
    sql.push_str(&format!("CREATE TABLE src (row_no int, {});", columns.join(", ")));
    for (index, (kind, values)) in matrix.iter().enumerate() {
        // Before version 14 only floating-point numbers can be infinite.
        let finite = values.replace("'Infinity', '-Infinity', ", "");
        let values = if version < 14 && *kind == "numeric" { finite.as_str() } else { values };
        sql.push_str(&format!(
            "INSERT INTO src (row_no, c{index}) SELECT row_number() OVER (), v::{kind} FROM unnest(array[{values}]::{}) v;",
            array_of(kind),
        ));
    }
    database.sql(&sql);

    let (schema, batches, rejects) = read(table_source(&database, "src").as_ref()).await;
    assert_eq!(rejects, vec![]);
    // All values as lines of text; long ones as their digest, so that a difference stays readable.
    let values = |table: &str| {
        let column = |(index, (kind, _)): (usize, &&(&str, &str))| {
            format!(
                "SELECT {index} AS c, {}, row_no, CASE WHEN length(v) > 200 THEN md5(v) ELSE v END \
                 FROM (SELECT row_no, c{index}::text AS v FROM {table}) t WHERE v IS NOT NULL",
                super::super::name::literal(kind),
            )
        };
        let columns: Vec<String> = matrix.iter().enumerate().map(column).collect();
        database.sql(&format!("{} ORDER BY c, row_no", columns.join(" UNION ALL ")))
    };
    // A table that is created, one that exists, and one that is updated by key.
    let existing = format!("CREATE TABLE existing (row_no int, {})", columns.join(", "));
    database.sql(&existing);
    for (table, mode) in
        [("created", WriteMode::Append), ("existing", WriteMode::Append), ("existing", WriteMode::Overwrite)]
    {
        let receipt = load(
            destination(&database, table).as_ref(),
            request(Arc::clone(&schema), mode, &[]),
            batches.clone(),
        )
        .await;
        assert!(receipt.unwrap().written > 0);
        for (given, found) in values("src").lines().zip(values(table).lines()) {
            assert_eq!(given, found, "{table}");
        }
        assert_eq!(values("src").lines().count(), values(table).lines().count());
    }
    let types = |table: &str| {
        database.sql(&format!(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum"
        ))
    };
    let (given, made) = (types("src"), types("created"));
    let changed: Vec<(String, String)> = given
        .lines()
        .zip(made.lines())
        .filter(|(given, made)| given != made)
        .map(|(given, made)| {
            (given.split_once('|').unwrap().1.to_owned(), made.split_once('|').unwrap().1.to_owned())
        })
        .collect();
    let expected = [
        ("numeric(5,-2)", "numeric(7,0)"),
        ("numeric(3,5)", "numeric(5,5)"),
        ("numeric(100,2)", "numeric"),
        ("character varying(20)", "text"),
        ("character(4)", "text"),
        ("name", "text"),
        ("time(0) with time zone", "time with time zone"),
        ("bit(8)", "\"bit\""),
        ("bit varying(8)", "bit varying"),
        ("amount", "numeric(10,2)"),
        ("amount[]", "numeric(10,2)[]"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .filter(|(kind, _)| since(kind) <= version)
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(changed, expected);
}

fn array_of(kind: &str) -> String {
    // Lists of lists are built from text, as they would become arrays of two dimensions.
    if kind.ends_with("[]") { "text[]".into() } else { format!("{kind}[]") }
}

#[tokio::test]
async fn infinite_numbers_are_kept_or_set_apart() {
    let database = postgres();
    let knows = database.sql("SELECT current_setting('server_version_num')::int >= 140000") == "t";
    database.sql("CREATE TABLE t (n numeric)");
    let field = with_logical(Field::new("n", DataType::Utf8, true), Logical::Numeric);
    let schema = Arc::new(Schema::new(vec![field]));
    let numbers = StringArray::from(vec!["1.50", "Infinity", "NaN"]);
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(numbers)]).unwrap();
    let request = request(schema.clone(), WriteMode::Append, &[]);
    let mut load = destination(&database, "t").begin(request).await.unwrap();
    let mut fitter = Fitter::new(schema, load.columns().to_vec()).unwrap();
    let (batch, rejects) = fitter.fit(batch).unwrap();
    load.write(batch).await.unwrap();
    load.commit().await.unwrap();
    let found = database.sql("SELECT n FROM t ORDER BY n");
    if knows {
        assert_eq!((rejects.len(), found.as_str()), (0, "1.50\nInfinity\nNaN"));
    } else {
        assert_eq!(rejects[0].reason, "`Infinity` is not a finite decimal number");
        assert_eq!((rejects.len(), found.as_str()), (1, "1.50\nNaN"));
    }
}

#[tokio::test]
async fn types_are_described_as_they_are() {
    let database = postgres();
    database.sql(&format!(
        "{DEFINITIONS} CREATE TABLE t (id bigint PRIMARY KEY, a numeric(12,2) NOT NULL, n numeric, u uuid, j jsonb, \
         ts timestamptz, m mood, i inet, l int[], d amount); INSERT INTO t SELECT g, 1 FROM generate_series(1, 100) g; ANALYZE t"
    ));
    let info = table_source(&database, "public.t").describe().await.unwrap();
    let field = |name: &str| info.schema.field_with_name(name).unwrap().clone();
    assert_eq!(info.primary_key, ["id"]);
    assert_eq!(info.rows, Some(100));
    assert!(info.bytes.unwrap() > 0);
    assert!(!field("id").is_nullable() && !field("a").is_nullable() && field("n").is_nullable());
    assert_eq!(field("a").data_type(), &DataType::Decimal128(12, 2));
    assert_eq!(field("d").data_type(), &DataType::Decimal128(10, 2));
    assert_eq!(logical(&field("n")), Some(Logical::Numeric));
    assert_eq!(logical(&field("u")), Some(Logical::Uuid));
    assert_eq!(logical(&field("j")), Some(Logical::Json));
    assert_eq!(native(&field("j"), "postgres"), Some("jsonb"));
    assert_eq!(field("ts").data_type(), &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
    assert_eq!(logical(&field("m")), Some(Logical::Enum));
    assert_eq!(native(&field("i"), "postgres"), Some("inet"));
    assert!(matches!(field("l").data_type(), DataType::List(item) if *item.data_type() == DataType::Int32));
}

#[tokio::test]
async fn what_arrow_cannot_hold_is_rejected_with_its_value() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t (id int, n numeric(6,2), l int[], ts timestamp, i interval); \
         INSERT INTO t VALUES (1, 1.5, '{1}', '2024-01-01', '1 day'), (2, 'NaN', '{2}', NULL, NULL), \
         (3, 3, '{{1,2},{3,4}}', NULL, NULL), (4, 4, '[0:1]={7,8}', NULL, NULL), \
         (5, 5, NULL, '294276-12-31', NULL), (6, 6, NULL, NULL, '3000000 hours'), (7, 7, '{}', NULL, NULL)",
    );
    let (_, batches, rejects) = read(table_source(&database, "t").as_ref()).await;
    let ids: Vec<i32> = batches
        .iter()
        .flat_map(|batch| {
            let ids = batch.column(0).as_any().downcast_ref::<arrow::array::Int32Array>().unwrap();
            ids.values().to_vec()
        })
        .collect();
    assert_eq!(ids, [1, 7]);
    let found: Vec<(&str, &str, &str)> = rejects
        .iter()
        .map(|reject| {
            (reject.place.as_str(), reject.column.as_deref().unwrap(), reject.value.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("table `t` row 2", "n", "NaN"),
            ("table `t` row 3", "l", "[[1,2],[3,4]]"),
            ("table `t` row 4", "l", "[0:1]=[7,8]"),
            ("table `t` row 5", "ts", "294276-12-31T00:00:00"),
            ("table `t` row 6", "i", "0 months 0 days 10800000000000000 microseconds"),
        ]
    );
    assert_eq!(rejects[0].original, r#"{"id":2,"n":"NaN","l":[2],"ts":null,"i":null}"#);
    assert!(rejects[1].reason.contains("2 dimensions"), "{}", rejects[1].reason);
}
