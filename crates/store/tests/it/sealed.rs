//! Everything that is sealed changes its key, wherever it stands.

use jiff::Timestamp;
use serde_json::json;
use towpath_model::ids::{ConnectionId, WorkspaceId};
use towpath_store::connections::{self, Connection};
use towpath_store::seal::Keys;
use towpath_store::secrets::{self, Kind, look, of_other_keys, rotate};
use towpath_store::{Error, Store, accounts, pipelines};

use crate::runs::pipeline;
use crate::{on_both, workspace};

fn keys(seeds: &[&str]) -> Keys {
    Keys::parse(&seeds.iter().map(|seed| format!("{}\n", seed.repeat(32))).collect::<String>()).unwrap()
}

on_both! {
    async fn whatever_is_sealed_changes_its_key_and_what_does_not_open_is_named(store: &Store) {
        let (house, ada) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let (old, both, new) = (keys(&["01"]), keys(&["02", "01"]), keys(&["02"]));
        let now = Timestamp::now();
        let connection = Connection {
            id: ConnectionId::generate(),
            workspace_id: WorkspaceId::from_text(&house),
            name: "shop".into(),
            connector: "postgres".into(),
            description: String::new(),
            settings: json!({}),
            restricted: false,
            max_runs: None,
            revision: 1,
            created_by: None,
            created_at: now,
            updated_at: now,
            tested_at: None,
            test_fault: None,
        };
        connections::insert(&mut tx, &connection).await?;
        let shop = connection.id.as_str();
        secrets::put(&mut tx, &old, &house, shop, "/password", "s3cret").await?;
        secrets::put(&mut tx, &old, &house, shop, "/private_key", "pem").await?;
        let orders = pipeline(&mut tx, &house, "orders").await?;
        let hook = old.seal(&format!("{}/hook", orders.id), "hook-key")?;
        pipelines::set_hook(&mut tx, orders.id.as_str(), Some(&hook)).await?;
        let factor = old.seal(&format!("{ada}/second-factor"), "totp")?;
        accounts::set_second_factor(&mut tx, &ada, Some(&factor), None).await?;

        let lost = look(&mut tx, &new).await?;
        assert_eq!(lost.failed, ["connection `shop`", "hook `orders`", "second factor `Ada@example.org`"]);
        let looked = look(&mut tx, &both).await?;
        assert!(looked.failed.is_empty());
        let counts: Vec<(Kind, u64)> = looked.opened.into_iter().collect();
        assert_eq!(counts, [(Kind::Connection, 2), (Kind::SecondFactor, 1), (Kind::Hook, 1)]);
        assert_eq!(rotate(&mut tx, &new).await?, (0, lost.failed), "what does not open is left alone");
        assert_eq!(of_other_keys(&mut tx, &new.current()).await?, 4);
        assert_eq!(rotate(&mut tx, &both).await?, (4, vec![]));
        assert_eq!(rotate(&mut tx, &both).await?, (0, vec![]));
        assert_eq!(of_other_keys(&mut tx, &new.current()).await?, 0);
        assert!(look(&mut tx, &new).await?.failed.is_empty());
        let opened = secrets::open(&mut tx, &new, shop).await?;
        assert_eq!(opened[0], ("/password".to_owned(), "s3cret".to_owned()));
        Ok(())
    }
}
