//! Live events of two servers on one store: what one takes away, the other does not go on telling.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use jiff::Timestamp;
use serde_json::json;
use tower::ServiceExt;
use towpath_model::{Right, Role};
use towpath_store::Store;
use towpath_store::notices::happenings::Happening;
use towpath_store::notices::inbox;
use towpath_testkit::{Postgres, postgres};

use crate::kit::{Client, TestApp, settings};

/// Far below the minute after which rights are looked at in any case.
const SOON: Duration = Duration::from_secs(20);

/// Two servers on one database, which read its events as servers do.
async fn two() -> (TestApp, TestApp, Postgres) {
    let database = postgres();
    let mut apps = Vec::new();
    for _ in 0..2 {
        let store = Store::open_postgres(&database.url()).await.unwrap();
        let app = TestApp::on(settings(), store.clone(), tempfile::tempdir().unwrap());
        let hub = app.server.hub.clone();
        tokio::spawn(async move { hub.run(&store, Duration::from_millis(100)).await });
        apps.push(app);
    }
    let second = apps.remove(1);
    (apps.remove(0), second, database)
}

/// A stream of events that somebody listens to.
struct Listening(axum::body::BodyDataStream, String);

impl Listening {
    async fn begin(client: &Client) -> Listening {
        let mut request = Request::get("/api/v1/events?workspace=home");
        if let Some(bearer) = &client.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let cookies: Vec<String> =
            client.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header("cookie", cookies.join("; "));
        let answer = client.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut listening = Listening(answer.into_body().into_data_stream(), String::new());
        listening.until("subscribed").await;
        listening
    }

    /// Waits until that was told.
    async fn until(&mut self, word: &str) {
        let told = async {
            while !self.1.contains(word) {
                let piece =
                    self.0.next().await.unwrap_or_else(|| panic!("it ended after {}", self.1)).unwrap();
                self.1.push_str(std::str::from_utf8(&piece).unwrap());
            }
        };
        tokio::time::timeout(SOON, told).await.unwrap();
    }

    /// Waits until the stream is over; returns all that was told.
    async fn end(mut self) -> String {
        let ended = async {
            while let Some(piece) = self.0.next().await {
                self.1.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
            }
        };
        assert!(tokio::time::timeout(SOON, ended).await.is_ok(), "the stream goes on after {}", self.1);
        self.1
    }
}

#[tokio::test]
async fn what_one_server_takes_away_ends_the_streams_of_the_other() {
    let (one, other, _database) = two().await;
    let home = one.workspace("home").await;
    let (ada, bob, eve) = (one.person("ada").await, one.person("bob").await, one.person("eve").await);
    one.member(&home, &ada, Role::Owner).await;
    one.member(&home, &bob, Role::Viewer).await;
    one.member(&home, &eve, Role::Admin).await;
    let mut of_ada = one.with_session(&ada).await;
    let at_other = |client: &Client| Client { router: other.router.clone(), ..client.clone() };

    // A membership.
    let of_bob = at_other(&one.with_session(&bob).await);
    let stays = Listening::begin(&at_other(&one.with_session(&ada).await)).await;
    let listening = Listening::begin(&of_bob).await;
    of_ada.delete(&format!("/api/v1/workspaces/home/members/{}", bob.id)).await.expect(204);
    assert!(listening.end().await.contains("unsubscribed"));

    // A session.
    let mut of_eve = one.with_session(&eve).await;
    let listening = Listening::begin(&at_other(&of_eve)).await;
    of_eve.delete("/api/v1/session").await.expect(204);
    listening.end().await;

    // A key.
    let path = "/api/v1/workspaces/home/keys";
    let made =
        of_ada.post(path, json!({ "name": "k", "scopes": [Right::RunsRead.word()] })).await.expect(201);
    let listening = Listening::begin(&at_other(&one.program(&made.text("/key")))).await;
    of_ada.delete(&format!("{path}/{}", made.text("/entry/id"))).await.expect(204);
    listening.end().await;

    // Whoever kept everything goes on hearing, and hears nothing of all this.
    let mut stays = stays;
    let change = json!({ "name": "Home again" });
    of_ada.patch("/api/v1/workspaces/home", change).await.expect(200);
    stays.until("workspace.changed").await;
    assert!(!stays.1.contains("access.changed"), "{}", stays.1);
}

#[tokio::test]
async fn events_of_restricted_connections_are_for_those_with_a_grant() {
    let app = TestApp::new().await;
    let (store, hub) = (app.store.clone(), app.server.hub.clone());
    tokio::spawn(async move { hub.run(&store, Duration::from_millis(50)).await });
    let home = app.workspace("home").await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    app.member(&home, &ada, Role::Owner).await;
    app.member(&home, &bob, Role::Editor).await;
    let mut of_ada = app.with_session(&ada).await;
    let make = |name: &str, restricted: bool| json!({ "name": name, "connector": "sqlite", "settings": { "path": "a.db" }, "restricted": restricted });
    let path = "/api/v1/workspaces/home/connections";
    let secret = of_ada.post(path, make("secret", true)).await.expect(201).text("/id");
    let open = of_ada.post(path, make("open", false)).await.expect(201).text("/id");
    let mut of_owner = Listening::begin(&app.with_session(&ada).await).await;
    let mut of_bob = Listening::begin(&app.with_session(&bob).await).await;
    of_ada.delete(&format!("{path}/{secret}")).await.expect(204);
    of_ada.delete(&format!("{path}/{open}")).await.expect(204);
    of_owner.until(&open).await;
    of_bob.until(&open).await;
    assert!(of_owner.1.contains(&secret) && !of_bob.1.contains(&secret), "{}", of_bob.1);
}

#[tokio::test]
async fn what_one_reads_is_told_to_ones_other_pages_and_to_nobody_else() {
    let app = TestApp::new().await;
    let (store, hub) = (app.store.clone(), app.server.hub.clone());
    tokio::spawn(async move { hub.run(&store, Duration::from_millis(50)).await });
    let home = app.workspace("home").await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    app.member(&home, &ada, Role::Owner).await;
    app.member(&home, &bob, Role::Owner).await;
    let happening = Happening {
        number: 0,
        once: "once".into(),
        at: Timestamp::now(),
        workspace_id: home.clone(),
        pipeline_id: None,
        run_id: None,
        kind: "run_failed".into(),
        severity: "error".into(),
        group: "home/orders/run_failed".into(),
        notice: json!({}),
    };
    let mut tx = app.store.begin().await.unwrap();
    inbox::tell(&mut tx, ada.id.as_str(), &happening).await.unwrap();
    towpath_store::commit(tx).await.unwrap();
    let mut other_page = Listening::begin(&app.with_session(&ada).await).await;
    let mut of_bob = Listening::begin(&app.with_session(&bob).await).await;
    let mut of_ada = app.with_session(&ada).await;
    of_ada.post("/api/v1/account/notices/read", json!({})).await.expect(204);
    other_page.until("notice.read").await;
    of_ada.patch("/api/v1/workspaces/home", json!({ "name": "Home again" })).await.expect(200);
    of_bob.until("workspace.changed").await;
    assert!(!of_bob.1.contains("notice.read"), "{}", of_bob.1);
}
