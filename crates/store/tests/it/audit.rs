//! The chain of the audit.

use serde_json::json;
use towpath_store::audit::{Filter, NewEntry, Verdict, erase, list, sweep, verify, write};
use towpath_store::page::PageRequest;
use towpath_store::{Error, Store};

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
        tx.commit().await?;
    }
    Ok(())
}

async fn breaks_after(store: &Store, change: &'static str) -> Result<Vec<String>, Error> {
    let mut tx = store.begin().await?;
    sqlx::query(change).execute(&mut *tx).await.unwrap();
    Ok(verify(&mut tx).await?.breaks)
}

on_both! {
    async fn a_whole_chain_is_found_whole_and_any_change_is_found(store: &Store) {
        filled(store).await?;
        assert_eq!(verify(&mut *store.read().await?).await?, Verdict { entries: 6, ..Verdict::default() });
        for (change, what) in [
            ("UPDATE audit SET action = 'x' WHERE number = 2", "entry 2 was changed"),
            ("UPDATE audit SET actor = 'x' WHERE number = 3", "the words of entry 3 were changed"),
            ("UPDATE audit SET after_json = NULL WHERE number = 3", "the words of entry 3 were changed"),
            ("DELETE FROM audit WHERE number = 4", "entries 4 to 4 are missing"),
            ("UPDATE audit SET content = 'x', hash = 'y' WHERE number = 5", "entry 5 was changed"),
        ] {
            let breaks = breaks_after(store, change).await?;
            assert!(breaks.iter().any(|found| found == what), "{change}: {breaks:?}");
        }
        Ok(())
    }
}

on_both! {
    async fn the_chain_holds_when_a_person_is_erased_or_old_entries_go(store: &Store) {
        filled(store).await?;
        let mut tx = store.begin().await?;
        assert_eq!(erase(&mut tx, "us_1", &[]).await?, 6);
        let verdict = verify(&mut tx).await?;
        assert_eq!((verdict.erased, verdict.breaks), (6, vec![]));
        let page = list(&mut tx, &Filter::default(), &PageRequest { limit: 4, ..Default::default() }).await?;
        assert!(page.items.iter().all(|entry| entry.actor.is_none() && entry.after.is_none()));
        let half = page.items[2].at;
        let gone = sweep(store, &mut tx, half).await?;
        write(store, &mut tx, vec![entry(9)]).await?;
        let verdict = verify(&mut tx).await?;
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
        assert_eq!(erase(&mut tx, "us_1", &addresses).await?, 3);
        assert_eq!(verify(&mut tx).await?.breaks, Vec::<String>::new());
        let page = list(&mut tx, &Filter::default(), &PageRequest { limit: 9, ..Default::default() }).await?;
        let kept: Vec<i64> = page.items.iter().filter(|entry| entry.erased_at.is_none()).map(|entry| entry.number).collect();
        assert_eq!(kept, [4, 3]);
        Ok(())
    }
}
