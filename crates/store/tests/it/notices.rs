//! What happened, who is told, and messages on their way.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_model::ids::{ChannelId, RuleId, WorkspaceId};
use towpath_store::notices::channels::{self, Channel};
use towpath_store::notices::facts;
use towpath_store::notices::happenings::{self, Happening};
use towpath_store::notices::inbox::{self, Filter};
use towpath_store::notices::outbox::{self, Delivery, DeliveryState, Sent};
use towpath_store::notices::rules::{self, Rule};
use towpath_store::notices::told::{self, Listener, Told};
use towpath_store::page::PageRequest;
use towpath_store::seal::Keys;
use towpath_store::{Conn, Error, Store, events, members, secrets, settings};

use crate::{on_both, workspace};

fn happening(workspace: &str, once: &str, pipeline: Option<&str>) -> Happening {
    Happening {
        number: 0,
        once: once.into(),
        at: Timestamp::now(),
        workspace_id: workspace.into(),
        pipeline_id: pipeline.map(str::to_owned),
        run_id: None,
        kind: "run_failed".into(),
        severity: "error".into(),
        group: "house/orders/run_failed".into(),
        notice: json!({ "once": once }),
    }
}

async fn channel(conn: &mut Conn, workspace: &str, name: &str) -> Result<Channel, Error> {
    let now = Timestamp::now();
    let channel = Channel {
        id: ChannelId::generate(),
        workspace_id: WorkspaceId::from_text(workspace),
        name: name.into(),
        kind: "webhook".into(),
        settings: json!({}),
        pace: json!({}),
        language: "en".into(),
        active: true,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
        tested_at: None,
        test_fault: None,
    };
    channels::insert(conn, &channel).await?;
    Ok(channel)
}

on_both! {
    async fn what_is_found_twice_is_there_once_and_in_order(store: &Store) {
        let (house, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let found = ["a", "b", "a"].map(|once| happening(&house, once, None));
        assert_eq!(happenings::put(store, &mut tx, &found).await?, 2);
        assert_eq!(happenings::put(store, &mut tx, &[happening(&house, "b", None), happening(&house, "c", None)]).await?, 1);
        let open = happenings::open(&mut tx, 10).await?;
        assert_eq!(open.iter().map(|one| one.once.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(happenings::handled(&mut tx, open[1].number).await?, 2);
        assert_eq!(happenings::open(&mut tx, 10).await?, [open[2].clone()]);
        Ok(())
    }
}

on_both! {
    async fn messages_to_one_listener_go_out_in_order_and_by_one_worker(store: &Store) {
        let (house, _) = workspace(store).await?;
        let (now, lease) = (Timestamp::now(), SignedDuration::from_secs(60));
        let mut tx = store.begin().await?;
        let one = Listener::Channel(channel(&mut tx, &house, "one").await?.id.to_string());
        let two = Listener::Channel(channel(&mut tx, &house, "two").await?.id.to_string());
        for (listener, says) in [(&one, "begins"), (&one, "ends"), (&two, "begins")] {
            outbox::put(&mut tx, &house, listener, "first", &json!(says), now).await?;
        }
        let said = |due: &[Delivery]| -> Vec<String> {
            due.iter().map(|one| one.message.as_str().unwrap().to_owned()).collect()
        };
        let due = outbox::due(&mut tx, now, 10).await?;
        assert_eq!(said(&due), ["begins", "begins"]);
        let mine = outbox::claim(&mut tx, &due[0], "w1", now, lease).await?.unwrap();
        assert_eq!(outbox::claim(&mut tx, &due[0], "w2", now, lease).await?.map(|_| ()), None);
        // The second message to the same listener waits for the first.
        assert_eq!(outbox::due(&mut tx, now, 10).await?.len(), 1);
        // The lease passes: another worker takes it, and what the first says does not count.
        let later = now + SignedDuration::from_secs(61);
        let due = outbox::due(&mut tx, later, 10).await?;
        let theirs = outbox::claim(&mut tx, &due[0], "w2", later, lease).await?.unwrap();
        assert_eq!((mine.id.clone(), mine.attempt + 1), (theirs.id.clone(), theirs.attempt));
        assert!(!outbox::end(&mut tx, &mine, "w1", later, &Sent::Delivered(None)).await?);
        let again = later + SignedDuration::from_secs(30);
        assert!(outbox::end(&mut tx, &theirs, "w2", later, &Sent::Again(again, json!({ "code": "x" }))).await?);
        assert_eq!(outbox::due(&mut tx, later, 10).await?.len(), 1, "only the other listener's");
        let due = outbox::due(&mut tx, again, 10).await?;
        let first = due.iter().find(|one| one.id == theirs.id).unwrap();
        assert_eq!((first.attempt, first.fault.as_ref()), (2, Some(&json!({ "code": "x" }))));
        let first = outbox::claim(&mut tx, first, "w1", again, lease).await?.unwrap();
        assert!(outbox::end(&mut tx, &first, "w1", again, &Sent::Failed(json!({}))).await?);
        let mut said = said(&outbox::due(&mut tx, again, 10).await?);
        said.sort();
        assert_eq!(said, ["begins", "ends"]);
        let failed = outbox::Filter { state: Some(DeliveryState::Failed), ..outbox::Filter::default() };
        let page = PageRequest { limit: 10, ..PageRequest::default() };
        assert_eq!(outbox::list(&mut tx, &house, &failed, &page).await?.items[0].id, first.id);
        assert!(outbox::again(&mut tx, &house, first.id.as_str(), again).await?);
        assert!(outbox::list(&mut tx, &house, &failed, &page).await?.items.is_empty());
        Ok(())
    }
}

on_both! {
    async fn a_person_sees_what_they_may_see_now_and_repetitions_are_counted(store: &Store) {
        let (house, ada) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = crate::runs::pipeline(&mut tx, &house, "orders").await?;
        members::put(&mut tx, &house, &ada, towpath_model::Role::Viewer, "invited").await?;
        let id = pipeline.id.to_string();
        let first = inbox::tell(&mut tx, &ada, &happening(&house, "a", Some(&id))).await?;
        assert_eq!(inbox::tell(&mut tx, &ada, &happening(&house, "b", Some(&id))).await?, first);
        let recovered = Happening { kind: "run_recovered".into(), ..happening(&house, "c", Some(&id)) };
        inbox::tell(&mut tx, &ada, &recovered).await?;
        assert_eq!(inbox::unread(&mut tx, &ada).await?, 2);
        let page = PageRequest { limit: 10, ..PageRequest::default() };
        let all = inbox::list(&mut tx, &ada, &Filter::default(), &page).await?.items;
        let counted = all.iter().find(|notice| notice.id == first).unwrap();
        assert_eq!((counted.times, &counted.notice), (2, &json!({ "once": "b" })));
        assert!(inbox::read(&mut tx, &ada, first.as_str()).await?);
        assert!(!inbox::read(&mut tx, "us_other", first.as_str()).await?);
        assert_ne!(inbox::tell(&mut tx, &ada, &happening(&house, "d", Some(&id))).await?, first);
        assert_eq!(inbox::unread(&mut tx, &ada).await?, 2);
        // The pipeline is hidden from her, then everything is.
        let hidden = towpath_store::pipelines::Pipeline { restricted: true, ..pipeline };
        towpath_store::pipelines::update(&mut tx, &hidden).await?;
        assert_eq!(inbox::unread(&mut tx, &ada).await?, 0);
        members::put(&mut tx, &house, &ada, towpath_model::Role::Admin, "invited").await?;
        assert_eq!(inbox::unread(&mut tx, &ada).await?, 2);
        members::remove(&mut tx, &house, &ada).await?;
        assert!(inbox::list(&mut tx, &ada, &Filter::default(), &page).await?.items.is_empty());
        assert_eq!(inbox::read_all(&mut tx, &ada, Some(&house)).await?, 2);
        Ok(())
    }
}

on_both! {
    async fn the_end_of_a_run_is_kept_until_it_was_read(store: &Store) {
        let mut tx = store.begin().await?;
        let body = json!({ "id": "run_1", "state": "done", "attempt": 1, "cause": "manual" });
        let event = |kind: &str| events::NewEvent { kind: kind.into(), body: body.clone(), ..Default::default() };
        let last = events::last(&mut tx).await?;
        settings::put(&mut tx, facts::THROUGH, &last).await?;
        events::write(store, &mut tx, vec![event("run.ended"), event("run.changed")]).await?;
        let later = Timestamp::now() + SignedDuration::from_hours(1);
        assert_eq!(events::sweep(&mut tx, later).await?, 1);
        let last = events::last(&mut tx).await?;
        settings::put(&mut tx, facts::THROUGH, &last).await?;
        assert_eq!(events::sweep(&mut tx, later).await?, 1);
        Ok(())
    }
}

on_both! {
    async fn of_two_who_decide_at_once_one_writes(store: &Store) {
        let (house, ada) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let listener = Listener::Person { workspace: house.clone(), user: ada };
        let now = Timestamp::now();
        let new = Told { listener: listener.clone(), workspace_id: house, state: json!(1), number: 0, wake_at: Some(now) };
        told::put(&mut tx, &new).await?;
        assert!(matches!(told::put(&mut tx, &new).await, Err(Error::Changed)));
        let kept = told::find(&mut tx, &listener).await?.unwrap();
        assert_eq!(told::due(&mut tx, now, 10).await?, std::slice::from_ref(&kept));
        told::put(&mut tx, &Told { state: json!(2), wake_at: None, ..kept.clone() }).await?;
        assert!(matches!(told::put(&mut tx, &kept).await, Err(Error::Changed)));
        assert_eq!(told::find(&mut tx, &listener).await?.unwrap().state, json!(2));
        assert!(told::due(&mut tx, now, 10).await?.is_empty());
        Ok(())
    }
}

on_both! {
    async fn with_a_channel_goes_all_that_was_for_it(store: &Store) {
        let (house, ada) = workspace(store).await?;
        let now = Timestamp::now();
        let mut tx = store.begin().await?;
        let channel = channel(&mut tx, &house, "on-call").await?;
        assert!(self::channel(&mut tx, &house, "on-call").await.unwrap_err().exists_in("name"));
        drop(tx);
        let mut tx = store.begin().await?;
        let channel = Channel { id: ChannelId::generate(), ..channel };
        channels::insert(&mut tx, &channel).await?;
        let id = channel.id.as_str();
        let keys = Keys::parse(&Keys::generate().unwrap()).unwrap();
        secrets::put(&mut tx, &keys, &house, id, "/secret", "s3cret").await?;
        let rule = Rule {
            id: RuleId::generate(),
            workspace_id: channel.workspace_id.clone(),
            channel_id: channel.id.clone(),
            name: "all".into(),
            spec: json!({}),
            active: true,
            revision: 1,
            created_by: Some(ada),
            created_at: now,
            updated_at: now,
        };
        rules::insert(&mut tx, &rule).await?;
        let listener = Listener::Channel(id.to_owned());
        outbox::put(&mut tx, &house, &listener, "first", &json!({}), now).await?;
        channels::tested(&mut tx, id, Some(&json!({ "code": "x" }))).await?;
        assert!(channels::by_id(&mut tx, id).await?.unwrap().test_fault.is_some());
        channels::remove(&mut tx, id).await?;
        assert!(rules::all(&mut tx, &house).await?.is_empty());
        assert!(outbox::due(&mut tx, now, 10).await?.is_empty());
        assert!(secrets::names(&mut tx, id).await?.is_empty());
        Ok(())
    }
}
