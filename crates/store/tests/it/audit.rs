//! The chain of the audit.

use serde_json::json;
use towpath_store::audit::{Filter, NewEntry, Verdict, erase, list, sweep, verify, write};
use towpath_store::page::PageRequest;
use towpath_store::seal::Keys;
use towpath_store::{Engine, Error, Store, commit, dump};

use crate::{on_both, workspace};

fn entry(number: usize) -> NewEntry {
    NewEntry {
        actor_id: Some("us_1".into()),
        actor: Some("Ada".into()),
        after: Some(json!({ "number": number })),
        ..NewEntry::of("pipeline.change").on("pipeline", "pl_1", "orders")
    }
}

async fn filled(store: &Store) -> Result<(), Error> {
    for number in 0..3 {
        let mut tx = store.begin().await?;
        write(store, &mut tx, vec![entry(number), entry(number)]).await?;
        commit(tx).await?;
    }
    Ok(())
}

/// What is found after statements of somebody who can write the database and has no key.
async fn found_after(store: &Store, changes: &[&'static str]) -> Result<Verdict, Error> {
    let mut tx = store.begin().await?;
    for change in changes {
        sqlx::query(*change).execute(&mut *tx).await.unwrap();
    }
    verify(store, &mut tx).await
}

/// The same store for somebody without a key.
async fn without_keys(store: &Store) -> Store {
    match store.engine() {
        Engine::Sqlite => {
            let file = store.url().trim_start_matches("sqlite://").split('?').next().unwrap_or_default();
            Store::open_file(file.as_ref()).await.unwrap()
        }
        Engine::Postgres => Store::open_postgres(store.url()).await.unwrap(),
    }
}

async fn whole(store: &Store) -> Result<Verdict, Error> {
    let mut conn = store.read().await?;
    verify(store, &mut *store.snapshot(&mut conn).await?).await
}

on_both! {
    async fn a_whole_chain_is_found_whole_and_any_change_is_found(store: &Store) {
        filled(store).await?;
        let verdict = whole(store).await?;
        assert_eq!((verdict.entries, verdict.erased), (6, 0));
        assert_eq!((verdict.breaks, verdict.notes), (vec![], vec![]));
        for (change, what) in [
            ("UPDATE audit SET action = 'x' WHERE number = 2", "entry 2 was changed"),
            ("UPDATE audit SET actor = 'x' WHERE number = 3", "the words of entry 3 were changed"),
            ("UPDATE audit SET after_json = NULL WHERE number = 3", "the words of entry 3 were changed"),
            ("DELETE FROM audit WHERE number = 4", "entries 4 to 4 are missing"),
            ("UPDATE audit SET content = 'x', hash = 'y' WHERE number = 5", "entry 5 was changed"),
            ("DELETE FROM audit WHERE number >= 5", "entries 5 to 6 are missing at the end"),
            ("DELETE FROM audit WHERE number <= 2", "entries 1 to 2 are missing"),
            ("DELETE FROM audit", "entries 1 to 6 are missing at the end"),
            (
                "UPDATE audit SET erased_at = 1, actor = 'Eve' WHERE number = 2",
                "entry 2 is marked as erased and holds words",
            ),
            (
                "UPDATE audit SET erased_at = 1, actor = NULL, object = NULL, address = NULL, before_json = NULL,
                 after_json = NULL, detail = NULL, salt = NULL WHERE number = 2",
                "the words of 1 entries are erased, and the server erased those of 0",
            ),
            (
                "UPDATE settings SET value = replace(value, '\"number\":6', '\"number\":5') WHERE name = 'audit.head'",
                "the head was changed by somebody without the key",
            ),
            (
                "UPDATE settings SET value = 'x' WHERE name = 'audit.head'",
                "the head was changed by somebody without the key",
            ),
        ] {
            let breaks = found_after(store, &[change]).await?.breaks;
            assert!(breaks.iter().any(|found| found == what), "{change}: {breaks:?}");
        }
        Ok(())
    }
}

on_both! {
    async fn a_chain_that_was_computed_anew_is_found(store: &Store) {
        filled(store).await?;
        // Another chain of as many entries: every hash in it fits, and none is the one that was signed.
        let (other, mut lines) = (crate::sqlite().await, Vec::new());
        filled(&other.store).await?;
        dump::write(&mut *other.store.read().await?, "audit", &mut lines).await?;
        let mut tx = store.begin().await?;
        sqlx::query("DELETE FROM audit").execute(&mut *tx).await.unwrap();
        dump::read(&mut tx, "audit", &mut lines.as_slice()).await?;
        let signed = "entry 6 is another one than the server signed: it, or what stands before it, was written anew";
        assert_eq!(verify(store, &mut tx).await?.breaks, [signed]);
        Ok(())
    }
}

on_both! {
    async fn what_was_taken_from_the_end_stays_missing_when_more_is_written(store: &Store) {
        filled(store).await?;
        let mut tx = store.begin().await?;
        sqlx::query("DELETE FROM audit WHERE number > 4").execute(&mut *tx).await.unwrap();
        write(store, &mut tx, vec![entry(7)]).await?;
        assert_eq!(verify(store, &mut tx).await?.breaks, ["entries 5 to 6 are missing"]);
        // A head that was changed begins anew, and it stays known where.
        sqlx::query("UPDATE settings SET value = 'x' WHERE name = 'audit.head'").execute(&mut *tx).await.unwrap();
        write(store, &mut tx, vec![entry(8)]).await?;
        let breaks = verify(store, &mut tx).await?.breaks;
        let doubt = "before entry 8, the head was changed by somebody without the key";
        assert!(breaks.iter().any(|found| found == doubt), "{breaks:?}");
        Ok(())
    }
}

on_both! {
    async fn a_store_without_a_head_gets_one_with_the_next_entry(store: &Store) {
        filled(store).await?;
        let mut tx = store.begin().await?;
        sqlx::query("DELETE FROM settings WHERE name = 'audit.head'").execute(&mut *tx).await.unwrap();
        let verdict = verify(store, &mut tx).await?;
        assert_eq!(verdict.breaks, Vec::<String>::new());
        assert!(verdict.notes[0].starts_with("no signed head is kept yet"), "{verdict:?}");
        write(store, &mut tx, vec![entry(7)]).await?;
        let verdict = verify(store, &mut tx).await?;
        assert_eq!((verdict.entries, verdict.breaks), (7, vec![]));
        assert!(verdict.notes[0].starts_with("the head is signed since entry 7"), "{:?}", verdict.notes);
        Ok(())
    }
}

on_both! {
    async fn the_head_outlives_a_change_of_keys_and_commands_without_one(store: &Store) {
        filled(store).await?;
        let new = "09".repeat(32);
        let both = Keys::parse(&format!("{new}\n{}", "07".repeat(32))).unwrap();
        let rotated = store.clone().signing(both);
        let without = without_keys(store).await;
        let mut tx = store.begin().await?;
        write(&rotated, &mut tx, vec![entry(7)]).await?;
        let newer = store.clone().signing(Keys::parse(&new).unwrap());
        let verdict = verify(&newer, &mut tx).await?;
        assert_eq!((verdict.entries, verdict.breaks, verdict.notes), (7, vec![], vec![]));
        // Who has only the old key cannot judge the head, and says so.
        assert!(verify(store, &mut tx).await?.notes[0].contains("which is not at hand"));
        // A command without a key goes on with the chain, and it stays known which entries were its own.
        write(&without, &mut tx, vec![entry(8), entry(9)]).await?;
        for _ in 0..2 {
            let verdict = verify(&newer, &mut tx).await?;
            assert_eq!(verdict.breaks, Vec::<String>::new());
            assert!(verdict.notes[0].starts_with("entries 8 to 9 were written without the key"), "{verdict:?}");
            write(&newer, &mut tx, vec![entry(10)]).await?;
        }
        Ok(())
    }
}

on_both! {
    async fn the_chain_holds_when_a_person_is_erased_or_old_entries_go(store: &Store) {
        filled(store).await?;
        let mut tx = store.begin().await?;
        assert_eq!(erase(store, &mut tx, "us_1", &[], &[]).await?, 6);
        let verdict = verify(store, &mut tx).await?;
        assert_eq!((verdict.erased, verdict.breaks), (6, vec![]));
        let page = list(&mut tx, &Filter::default(), &PageRequest { limit: 4, ..Default::default() }).await?;
        assert!(page.items.iter().all(|entry| entry.actor.is_none() && entry.after.is_none()));
        let half = page.items[2].at;
        let gone = sweep(store, &mut tx, half).await?;
        assert!(gone > 0);
        write(store, &mut tx, vec![entry(9)]).await?;
        let verdict = verify(store, &mut tx).await?;
        assert_eq!((verdict.entries, verdict.breaks), (7 - gone, vec![]));
        Ok(())
    }
}

on_both! {
    async fn a_list_goes_on_where_it_ended(store: &Store) {
        workspace(store).await?;
        filled(store).await?;
        let mut conn = store.read().await?;
        let mut numbers = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest { limit: 4, after, sort: None };
            let page = list(&mut conn, &Filter::default(), &request).await?;
            numbers.extend(page.items.iter().map(|entry| entry.number));
            after = page.next;
            if after.is_none() { break }
        }
        assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
        Ok(())
    }
}

on_both! {
    async fn entries_of_others_lose_their_words_when_the_address_of_an_erased_person_stands_in_them(store: &Store) {
        let said = |text: &str| NewEntry {
            actor_id: Some("us_2".into()),
            actor: Some("Bob".into()),
            after: Some(json!({ "email": text })),
            ..NewEntry::of("invitation.add")
        };
        let mut tx = store.begin().await?;
        let all = vec![said("A_da%x@example.org"), said("a_DA%X@example.org"), said("aXda%x@example.org"), said("other")];
        write(store, &mut tx, all).await?;
        let own = NewEntry { actor_id: Some("us_1".into()), actor: Some("a_da%x@example.org".into()), ..said("own") };
        write(store, &mut tx, vec![NewEntry { actor_kind: towpath_store::audit::ActorKind::User, ..own }]).await?;
        let addresses = towpath_store::audit::addresses(&mut tx, "us_1").await?;
        assert_eq!(addresses, ["a_da%x@example.org"]);
        assert_eq!(erase(store, &mut tx, "us_1", &[], &addresses).await?, 3);
        assert_eq!(verify(store, &mut tx).await?.breaks, Vec::<String>::new());
        let page = list(&mut tx, &Filter::default(), &PageRequest { limit: 9, ..Default::default() }).await?;
        let kept: Vec<i64> = page.items.iter().filter(|entry| entry.erased_at.is_none()).map(|entry| entry.number).collect();
        assert_eq!(kept, [4, 3]);
        Ok(())
    }
}
