//! A store is carried from one database to the other and back.

use std::collections::BTreeMap;

use towpath_store::dump::{TABLES, clear, read, snapshot, write};
use towpath_store::{Error, Store, audit, commit, progress};

use crate::{on_both, postgresql, sqlite, workspace};

async fn all(store: &Store) -> BTreeMap<&'static str, String> {
    let mut conn = store.read().await.unwrap();
    let mut tx = snapshot(store, &mut conn).await.unwrap();
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut text = Vec::new();
        write(&mut tx, table, &mut text).await.unwrap();
        let mut lines: Vec<String> = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect();
        lines.sort();
        tables.insert(*table, lines.join("\n"));
    }
    tables
}

async fn carry(tables: &BTreeMap<&'static str, String>, into: &Store) {
    let mut tx = into.begin().await.unwrap();
    clear(&mut tx).await.unwrap();
    for table in TABLES {
        read(&mut tx, table, &mut tables[table].as_bytes()).await.unwrap();
    }
    commit(tx).await.unwrap();
}

#[tokio::test]
async fn a_store_moves_to_another_database_and_back_unchanged() {
    let (file, server, again) = (sqlite().await, postgresql().await, sqlite().await);
    let (workspace, _) = workspace(&file.store).await.unwrap();
    let mut tx = file.store.begin().await.unwrap();
    let pipeline = crate::runs::pipeline(&mut tx, &workspace, "orders é").await.unwrap();
    let step = progress::Step { stream: "a".into(), cursor_field: "b".into(), from: None, to: "5".into() };
    progress::advance(&mut tx, pipeline.id.as_str(), "run_1", &[step]).await.unwrap().unwrap();
    audit::write(&file.store, &mut tx, vec![audit::NewEntry::of("a.b"), audit::NewEntry::of("c.d")])
        .await
        .unwrap();
    commit(tx).await.unwrap();
    let first = all(&file.store).await;
    carry(&first, &server.store).await;
    let second = all(&server.store).await;
    carry(&second, &again.store).await;
    // Columns may come in another order of keys; both were made by the same step, so they do not.
    assert_eq!(first, second);
    assert_eq!(first, all(&again.store).await);
    let mut conn = again.store.read().await.unwrap();
    let mut seen = again.store.snapshot(&mut conn).await.unwrap();
    let verdict = audit::verify(&again.store, &mut seen).await.unwrap();
    assert_eq!((verdict.entries, verdict.breaks), (2, vec![]));
}

on_both! {
    async fn a_dump_holds_up_nobody_who_writes_and_does_not_see_what_they_do(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut conn = store.read().await?;
        let mut dump = snapshot(store, &mut conn).await?;
        let mut text = Vec::new();
        let before = write(&mut dump, "pipelines", &mut text).await?;
        // A file has one writer: this would wait until the dump is done, if the dump were one.
        let mut tx = store.begin().await?;
        crate::runs::pipeline(&mut tx, &workspace, "orders").await?;
        commit(tx).await?;
        assert_eq!(write(&mut dump, "pipelines", &mut text).await?, before);
        Ok(())
    }
}

#[tokio::test]
async fn every_table_is_carried() {
    let fresh = sqlite().await;
    let mut conn = fresh.store.read().await.unwrap();
    let names: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let mut known: Vec<&str> = TABLES.iter().copied().chain(["migrations"]).collect();
    known.sort_unstable();
    assert_eq!(names.iter().map(|(name,)| name.as_str()).collect::<Vec<_>>(), known);
}
