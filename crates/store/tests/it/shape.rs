//! Both databases have the same tables.

use std::collections::BTreeMap;

use sqlx::Row;
use towpath_store::{Store, commit};

/// Columns with their types and whether they may be null, and indexes with their columns.
type Shape = BTreeMap<String, Vec<String>>;

async fn rows(store: &Store, text: &'static str) -> Vec<Vec<String>> {
    let mut conn = store.read().await.unwrap();
    let rows = sqlx::query(text).fetch_all(&mut *conn).await.unwrap();
    let cell = |row: &sqlx::any::AnyRow, at: usize| {
        row.try_get::<String, _>(at)
            .or_else(|_| row.try_get::<i64, _>(at).map(|number| number.to_string()))
            .unwrap()
    };
    rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
}

fn shape(columns: Vec<Vec<String>>, indexes: Vec<Vec<String>>) -> Shape {
    let mut shape = Shape::new();
    for cells in columns.into_iter().chain(indexes) {
        shape.entry(cells[0].clone()).or_default().push(cells[1..].join(" "));
    }
    shape.values_mut().for_each(|lines| lines.sort());
    shape
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let (one, two) = (crate::sqlite().await, crate::postgresql().await);
    let sqlite = shape(
        rows(&one.store, "SELECT m.name, c.name, lower(c.type), 'null=' || (1 - c.\"notnull\"), 'key=' || c.pk
                          FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'").await,
        rows(&one.store, "SELECT m.name, 'index', i.name, 'unique=' || i.\"unique\",
                          (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
                          FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'c'").await,
    );
    let postgres = shape(
        rows(&two.store, "SELECT c.table_name::text, c.column_name::text, c.data_type::text,
                          'null=' || CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END,
                          'key=' || COALESCE((SELECT k.ordinal_position FROM information_schema.key_column_usage k
                            JOIN information_schema.table_constraints t USING (constraint_name, table_schema)
                            WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name
                              AND k.column_name = c.column_name), 0)
                          FROM information_schema.columns c WHERE c.table_schema = 'public'").await,
        rows(&two.store, "SELECT t.relname::text, 'index'::text, i.relname::text,
                          'unique=' || CASE WHEN x.indisunique THEN 1 ELSE 0 END,
                          (SELECT string_agg(a.attname, ',' ORDER BY p.n) FROM unnest(x.indkey) WITH ORDINALITY p(k, n)
                            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.k)
                          FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
                          JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public' AND NOT x.indisprimary").await,
    );
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (table, lines) in &sqlite {
        assert_eq!(lines, &postgres[table], "table `{table}`");
    }
}

#[tokio::test]
async fn a_store_opens_again_and_two_servers_may_open_it_at_once() {
    let fresh = crate::postgresql().await;
    let url = fresh.store.url().to_owned();
    let (one, two) = tokio::join!(Store::open_postgres(&url), Store::open_postgres(&url));
    one.unwrap();
    two.unwrap();
}

#[tokio::test]
async fn a_commit_to_a_file_is_refused_when_it_cannot_be_brought_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("towpath.db")).await.unwrap();
    commit(store.begin().await.unwrap()).await.unwrap();
    let log = folder.path().join("towpath.db-wal");
    std::fs::rename(&log, folder.path().join("elsewhere")).unwrap();
    std::fs::create_dir(&log).unwrap();
    let refused = commit(store.begin().await.unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains("the disk refused"), "{refused}");
}
