//! People, sessions, keys and links.

use jiff::{SignedDuration, Timestamp};
use towpath_model::Role;
use towpath_model::ids::{LinkId, SessionId};
use towpath_store::page::PageRequest;
use towpath_store::sessions::{Session, SessionKind};
use towpath_store::{Error, Store, accounts, commit, links, members, sessions, throttles, workspaces};

use crate::{on_both, workspace};

on_both! {
    async fn an_address_has_one_account_however_it_is_written(store: &Store) {
        let (_, id) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let other = accounts::User::new(" ADA@example.org", "Another", "fr");
        let error = accounts::insert(&mut tx, &other, None).await.unwrap_err();
        assert!(error.exists_in("email"), "{error}");
        drop(tx);
        let mut conn = store.read().await?;
        let found = accounts::by_email(&mut conn, "ada@EXAMPLE.org ").await?.unwrap();
        assert_eq!(found.id.as_str(), id);
        assert_eq!(accounts::proof(&mut conn, &id).await?.password.as_deref(), Some("hash"));
        assert_eq!(accounts::list(&mut conn, Some("ada"), &PageRequest { limit: 10, ..Default::default() }).await?.items.len(), 1);
        Ok(())
    }
}

on_both! {
    async fn a_change_of_something_that_changed_meanwhile_is_refused(store: &Store) {
        let (_, id) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let mut mine = accounts::find(&mut tx, &id).await?.unwrap();
        let theirs = mine.clone();
        mine.name = "Ada L.".into();
        accounts::update(&mut tx, &mine).await?;
        assert!(matches!(accounts::update(&mut tx, &theirs).await, Err(Error::Changed)));
        commit(tx).await?;
        assert_eq!(accounts::find(&mut *store.read().await?, &id).await?.unwrap().name, "Ada L.");
        Ok(())
    }
}

on_both! {
    async fn a_session_ends_when_it_is_revoked_and_its_old_token_is_known(store: &Store) {
        let (house, user) = workspace(store).await?;
        let now = Timestamp::now();
        let session = Session {
            id: SessionId::generate(),
            user_id: towpath_model::ids::UserId::from_text(user.clone()),
            kind: SessionKind::Browser,
            address: Some("127.0.0.1".into()),
            agent: None,
            method: "password".into(),
            created_at: now,
            seen_at: now,
            rotated_at: now,
            idle_until: now + SignedDuration::from_hours(1),
            expires_at: now + SignedDuration::from_hours(2),
        };
        let mut tx = store.begin().await?;
        sessions::insert(&mut tx, &session, "one").await?;
        assert!(sessions::rotate(&mut tx, session.id.as_str(), "one", "two").await?);
        assert!(!sessions::rotate(&mut tx, session.id.as_str(), "one", "three").await?);
        commit(tx).await?;
        let mut conn = store.read().await?;
        assert!(!sessions::by_token(&mut conn, SessionKind::Browser, "two", None).await?.unwrap().is_former);
        assert!(sessions::by_token(&mut conn, SessionKind::Browser, "one", None).await?.unwrap().is_former);
        assert!(sessions::by_token(&mut conn, SessionKind::Program, "two", None).await?.is_none());
        for (named, role) in [(Some("house"), Some(Role::Owner)), (Some(house.as_str()), Some(Role::Owner)), (Some("barn"), None), (None, None)] {
            let found = sessions::live(&mut conn, session.id.as_str(), named).await?.unwrap();
            assert_eq!(found.member.map(|member| (member.role, member.workspace.slug)), role.map(|role| (role, "house".into())));
        }
        drop(conn);
        let mut tx = store.begin().await?;
        assert!(sessions::revoke(&mut tx, &user, session.id.as_str()).await?);
        assert!(sessions::by_token(&mut tx, SessionKind::Browser, "two", None).await?.is_none());
        assert!(sessions::of_user(&mut tx, &user).await?.is_empty());
        Ok(())
    }
}

on_both! {
    async fn a_link_works_once(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let link = links::Link {
            id: LinkId::generate(),
            kind: links::LinkKind::Invitation,
            workspace_id: Some(towpath_model::ids::WorkspaceId::from_text(workspace.clone())),
            user_id: None,
            email: Some("b@example.org".into()),
            role: Some(Role::Editor),
            created_by: None,
            created_at: Timestamp::now(),
            expires_at: Timestamp::now() + SignedDuration::from_hours(1),
        };
        let mut tx = store.begin().await?;
        links::insert(&mut tx, &link, "hash").await?;
        assert_eq!(links::invitations(&mut tx, &workspace).await?.len(), 1);
        let found = links::find(&mut tx, links::LinkKind::Invitation, "hash").await?.unwrap();
        assert_eq!(found.role, Some(Role::Editor));
        assert!(links::take(&mut tx, &found.id).await?);
        assert!(!links::take(&mut tx, &found.id).await?);
        assert!(links::find(&mut tx, links::LinkKind::Invitation, "hash").await?.is_none());
        Ok(())
    }
}

on_both! {
    async fn erasing_a_person_leaves_no_name(store: &Store) {
        let (workspace, id) = workspace(store).await?;
        let mut tx = store.begin().await?;
        accounts::erase(&mut tx, &id).await?;
        let user = accounts::find(&mut tx, &id).await?.unwrap();
        assert!(!user.active && user.name.is_empty() && !user.email.contains('@'), "{user:?}");
        assert_eq!(members::role(&mut tx, &workspace, &id).await?, None);
        assert_eq!(accounts::count(&mut tx).await?, 0);
        Ok(())
    }
}

on_both! {
    async fn failures_are_counted_until_it_is_quiet(store: &Store) {
        let mut tx = store.begin().await?;
        let delay = |failures: i64| SignedDuration::from_secs(failures);
        let hour = SignedDuration::from_hours(1);
        assert_eq!(throttles::fail(&mut tx, "a", hour, delay).await?.failures, 1);
        let second = throttles::fail(&mut tx, "a", hour, delay).await?;
        assert_eq!((second.failures, second.blocked_until > Timestamp::now()), (2, true));
        assert_eq!(throttles::fail(&mut tx, "a", SignedDuration::ZERO, delay).await?.failures, 1);
        throttles::clear(&mut tx, "a").await?;
        assert_eq!(throttles::find(&mut tx, "a").await?, None);
        Ok(())
    }
}

on_both! {
    async fn a_workspace_with_another_owner_who_can_sign_in_is_not_owned_alone(store: &Store) {
        let (workspace, ada) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let alone = |found: Vec<workspaces::Workspace>| found.into_iter().map(|found| found.slug).collect::<Vec<_>>();
        assert_eq!(alone(workspaces::owned_alone(&mut tx, &ada).await?), ["house"]);
        let mut bob = accounts::User::new("bob@example.org", "Bob", "en");
        accounts::insert(&mut tx, &bob, None).await?;
        members::put(&mut tx, &workspace, bob.id.as_str(), Role::Owner, "invited").await?;
        assert!(workspaces::owned_alone(&mut tx, &ada).await?.is_empty());
        bob.active = false;
        accounts::update(&mut tx, &bob).await?;
        assert_eq!(alone(workspaces::owned_alone(&mut tx, &ada).await?), ["house"]);
        let roles: Vec<Role> = workspaces::of_user(&mut tx, &ada).await?.iter().map(|found| found.role).collect();
        assert_eq!(roles, [Role::Owner]);
        Ok(())
    }
}

on_both! {
    async fn what_failed_under_a_beginning_is_forgotten_together(store: &Store) {
        let mut tx = store.begin().await?;
        let none = |_| SignedDuration::ZERO;
        for name in ["login/a_b/1", "login/a_b/2", "login/aXb/1", "reset/a_b"] {
            throttles::fail(&mut tx, name, SignedDuration::from_hours(1), none).await?;
        }
        assert_eq!(throttles::clear_all(&mut tx, "login/a_b/").await?, 2);
        assert!(throttles::find(&mut tx, "login/aXb/1").await?.is_some());
        Ok(())
    }
}

on_both! {
    async fn a_person_who_is_erased_is_in_no_invitation(store: &Store) {
        let (workspace, ada) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let link = links::Link {
            id: LinkId::generate(),
            kind: links::LinkKind::Invitation,
            workspace_id: Some(towpath_model::ids::WorkspaceId::from_text(workspace.clone())),
            user_id: None,
            email: Some("Ada@example.org".into()),
            role: Some(Role::Editor),
            created_by: None,
            created_at: Timestamp::now(),
            expires_at: Timestamp::now() + SignedDuration::from_hours(1),
        };
        links::insert(&mut tx, &link, "hash").await?;
        assert_eq!(links::by_hash(&mut tx, "hash").await?.map(|link| link.kind), Some(links::LinkKind::Invitation));
        assert_eq!(links::erase(&mut tx, "ADA@example.org").await?, 1);
        accounts::add_identity(&mut tx, "office", "1", &ada).await?;
        assert_eq!(accounts::identities(&mut tx, &ada).await?.len(), 1);
        assert!(accounts::remove_identity(&mut tx, &ada, "office").await?);
        assert!(!accounts::remove_identity(&mut tx, &ada, "office").await?);
        Ok(())
    }
}
