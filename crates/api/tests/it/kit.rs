//! A server in this process with an empty store, and browsers and programs that talk to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use towpath_api::Admitted;
use towpath_api::live::hub::Hub;
use towpath_api::post::{Letter, Post};
use towpath_api::server::{Parts, Server, ServerSettings};
use towpath_api::sign_in::passwords;
use towpath_model::ids::{KeyId, SessionId, UserId, WorkspaceId};
use towpath_model::{Fault, Right, Role};
use towpath_store::accounts::{self, User};
use towpath_store::keys::{self, ApiKey};
use towpath_store::seal::{Keys, hash_token};
use towpath_store::sessions::{self, Session, SessionKind};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Store, members};
use towpath_testkit::{Postgres, postgres};

use crate::bench::Bench;
use crate::mailbag::Mailbag;

/// Everybody's password: hashing takes a while, so it is done once.
pub(crate) const PASSWORD: &str = "seven grey herons at dusk";
static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash(PASSWORD).unwrap());

/// Keeps letters instead of sending them.
#[derive(Debug, Default)]
pub(crate) struct Letters(pub(crate) Mutex<Vec<Letter>>);

#[async_trait]
impl Post for Letters {
    async fn send(&self, letter: Letter) -> Result<(), Fault> {
        self.0.lock().unwrap().push(letter);
        Ok(())
    }
}

pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) letters: Arc<Letters>,
    pub(crate) folder: TempDir,
    /// Text of every answer, for tests that look for what must not be in one.
    pub(crate) told: Arc<Mutex<Vec<String>>>,
    _stop: tokio::sync::watch::Sender<bool>,
    _database: Option<Postgres>,
}

pub(crate) fn settings() -> ServerSettings {
    ServerSettings {
        requests_at_once: 1_000_000,
        requests_per_second: 1_000_000,
        ..ServerSettings::default()
    }
}

impl TestApp {
    pub(crate) async fn new() -> TestApp {
        TestApp::with(settings()).await
    }

    pub(crate) async fn with(settings: ServerSettings) -> TestApp {
        TestApp::open(settings, None).await
    }

    /// With an empty store in a database of its own.
    pub(crate) async fn on_postgres() -> TestApp {
        let database = postgres();
        let store = Store::open_postgres(&database.url()).await.unwrap();
        let app = TestApp::on(settings(), store, tempfile::tempdir().unwrap());
        TestApp { _database: Some(database), ..app }
    }

    /// With a copy of the store in that file.
    pub(crate) async fn open(settings: ServerSettings, from: Option<&Path>) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("towpath.db");
        if let Some(from) = from {
            std::fs::copy(from, &file).unwrap();
        }
        let store = Store::open_file(&file).await.unwrap();
        TestApp::on(settings, store, folder)
    }

    /// On a store that is there, which other servers may use as well.
    pub(crate) fn on(settings: ServerSettings, store: Store, folder: TempDir) -> TestApp {
        let letters = Arc::new(Letters::default());
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let keys = Keys::parse(&"07".repeat(32)).unwrap();
        let store = store.signing(keys.clone());
        let server = Server::new(Parts {
            store: store.clone(),
            keys,
            settings,
            workbench: Arc::new(Bench),
            hub: Hub::default(),
            files: folder.path().join("files"),
            started_at: Timestamp::now(),
            post: Some(letters.clone()),
            seen: Default::default(),
            postman: Arc::new(Mailbag),
            metrics: metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle(),
            version: "0.0.0-test",
            stopping,
        });
        let router = towpath_api::router(server.clone());
        TestApp { router, server, store, letters, folder, told: Arc::default(), _stop: stop, _database: None }
    }

    /// An account with the password of everybody.
    pub(crate) async fn person(&self, name: &str) -> User {
        self.person_like(User::new(&format!("{name}@example.org"), name, "en")).await
    }

    /// An account that runs the server.
    pub(crate) async fn runner(&self, name: &str) -> User {
        let user = User::new(&format!("{name}@example.org"), name, "en");
        self.person_like(User { runs_server: true, ..user }).await
    }

    pub(crate) async fn person_like(&self, user: User) -> User {
        let mut tx = self.store.begin().await.unwrap();
        accounts::insert(&mut tx, &user, Some(&HASH)).await.unwrap();
        towpath_store::commit(tx).await.unwrap();
        user
    }

    pub(crate) async fn workspace(&self, slug: &str) -> String {
        let now = Timestamp::now();
        let workspace = Workspace {
            id: WorkspaceId::generate(),
            slug: slug.into(),
            name: slug.into(),
            settings: json!({}),
            revision: 1,
            created_at: now,
            updated_at: now,
            closed_at: None,
        };
        let mut tx = self.store.begin().await.unwrap();
        workspaces::insert(&mut tx, &workspace).await.unwrap();
        towpath_store::commit(tx).await.unwrap();
        workspace.id.to_string()
    }

    pub(crate) async fn member(&self, workspace: &str, user: &User, role: Role) {
        let mut tx = self.store.begin().await.unwrap();
        members::put(&mut tx, workspace, user.id.as_str(), role, "invited").await.unwrap();
        towpath_store::commit(tx).await.unwrap();
    }

    pub(crate) async fn role(&self, workspace: &str, user: &User) -> Option<Role> {
        let mut conn = self.store.read().await.unwrap();
        members::role(&mut conn, workspace, user.id.as_str()).await.unwrap()
    }

    /// A browser that nobody used yet.
    pub(crate) fn browser(&self) -> Client {
        Client {
            router: self.router.clone(),
            told: self.told.clone(),
            cookies: BTreeMap::new(),
            csrf: None,
            bearer: None,
            address: "192.0.2.10:4000".parse().unwrap(),
        }
    }

    /// A program with a token or key.
    pub(crate) fn program(&self, bearer: &str) -> Client {
        Client { bearer: Some(bearer.to_owned()), ..self.browser() }
    }

    /// A browser in which the person signed in with the password.
    pub(crate) async fn signed_in(&self, user: &User) -> Client {
        let mut browser = self.browser();
        let said = browser.sign_in(&user.email, PASSWORD, None).await;
        assert_eq!(said.status, 200, "{said:?}");
        browser
    }

    /// The same without a password, which is faster.
    pub(crate) async fn with_session(&self, user: &User) -> Client {
        let token = self.session(&user.id, SessionKind::Browser).await;
        let mut browser = self.browser();
        browser.cookies.insert("towpath_session".into(), token);
        let said = browser.get("/api/v1/session").await;
        browser.csrf = said.body["csrf"].as_str().map(str::to_owned);
        browser
    }

    async fn session(&self, user: &UserId, kind: SessionKind) -> String {
        let id = SessionId::generate();
        let now = Timestamp::now();
        let session = Session {
            id: id.clone(),
            user_id: user.clone(),
            kind,
            address: None,
            agent: None,
            method: "password".into(),
            created_at: now,
            seen_at: now,
            rotated_at: now,
            idle_until: now + SignedDuration::from_hours(1),
            expires_at: now + SignedDuration::from_hours(2),
        };
        let token = format!("token-of-{id}");
        let mut tx = self.store.begin().await.unwrap();
        sessions::insert(&mut tx, &session, &hash_token(&token)).await.unwrap();
        towpath_store::commit(tx).await.unwrap();
        token
    }

    /// A key of a person with those scopes, also such as the interface would not give.
    pub(crate) async fn key(&self, workspace: &str, user: &User, scopes: &[Right]) -> Client {
        let id = KeyId::generate();
        let token = format!("tpk_{id}");
        let key = ApiKey {
            id,
            workspace_id: WorkspaceId::from_text(workspace),
            user_id: user.id.clone(),
            name: "a key".into(),
            beginning: "tpk_".into(),
            scopes: scopes.iter().map(|right| right.word().to_owned()).collect(),
            created_at: Timestamp::now(),
            expires_at: None,
            used_at: None,
        };
        let mut tx = self.store.begin().await.unwrap();
        keys::insert(&mut tx, &key, &hash_token(&token)).await.unwrap();
        towpath_store::commit(tx).await.unwrap();
        self.program(&token)
    }

    /// Runs a statement that no interface has, such as one that makes a session older.
    pub(crate) async fn run(&self, sql: &'static str) {
        let mut conn = self.store.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *conn).await.unwrap();
        towpath_store::commit(conn).await.unwrap();
    }

    /// What the audit says was done, oldest first.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let mut conn = self.store.read().await.unwrap();
        let request = towpath_store::page::PageRequest { limit: 1000, ..Default::default() };
        let page = towpath_store::audit::list(&mut conn, &Default::default(), &request).await.unwrap();
        page.items.iter().rev().map(|entry| format!("{} {}", entry.action, entry.outcome.word())).collect()
    }

    pub(crate) async fn assert_audit_is_whole(&self) {
        let mut conn = self.store.read().await.unwrap();
        let mut conn = self.store.snapshot(&mut conn).await.unwrap();
        let verdict = towpath_store::audit::verify(&self.store, &mut conn).await.unwrap();
        assert!(verdict.breaks.is_empty(), "{verdict:?}");
    }

    /// Every byte of the store: the file and what waits to get into it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                bytes.extend(std::fs::read(path).unwrap());
            }
        }
        bytes
    }
}

/// A browser with its cookies, or a program.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) router: Router,
    pub(crate) told: Arc<Mutex<Vec<String>>>,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf: Option<String>,
    pub(crate) bearer: Option<String>,
    pub(crate) address: SocketAddr,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The guard let it through.
    pub(crate) admitted: bool,
}

impl Said {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Said {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// Expects a problem of that code.
    #[track_caller]
    pub(crate) fn refused(self, code: &str) -> Said {
        assert_eq!(self.body["code"], code, "{} {:#}", self.status, self.body);
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} of {:#}", self.body)).to_owned()
    }
}

impl Client {
    /// Signs in and keeps the cookies and the token for changes.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str, code: Option<&str>) -> Said {
        let login = json!({ "email": email, "password": password, "code": code });
        let said = self.post("/api/v1/session", login).await;
        if said.status == 200 {
            self.csrf = said.body["csrf"].as_str().map(str::to_owned);
        }
        said
    }

    pub(crate) async fn get(&mut self, path: &str) -> Said {
        self.send("GET", path, None, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Said {
        self.send("POST", path, Some(body), &[]).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: Value) -> Said {
        self.send("PUT", path, Some(body), &[]).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Said {
        self.send("DELETE", path, None, &[]).await
    }

    /// Reads something for its tag, then changes it.
    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> Said {
        let tag = self.get(path).await.header("etag").to_owned();
        self.send("PATCH", path, Some(body), &[("if-match", &tag)]).await
    }

    /// Sends a form, as programs do for tokens.
    pub(crate) async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Said {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let text = form.extend_pairs(fields).finish();
        let request = self
            .request("POST", path, &[("content-type", "application/x-www-form-urlencoded")])
            .body(Body::from(text));
        self.exchange(request.unwrap()).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Said {
        let mut request = self.request(method, path, headers);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        self.exchange(request.body(body).unwrap()).await
    }

    /// Sends a file, with a key that makes the same request take one file only.
    pub(crate) async fn upload(&mut self, path: &str, content: &str, key: &str) -> Said {
        let request = self.request("POST", path, &[("idempotency-key", key)]);
        self.exchange(request.body(Body::from(content.to_owned())).unwrap()).await
    }

    /// Sends text as it is.
    pub(crate) async fn raw(&mut self, path: &str, content: &str, headers: &[(&str, &str)]) -> Said {
        let request = self.request("POST", path, headers).header(header::CONTENT_TYPE, "application/json");
        self.exchange(request.body(Body::from(content.to_owned())).unwrap()).await
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(self.address));
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    async fn exchange(&mut self, request: Request<Body>) -> Said {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let admitted = response.extensions().get::<Admitted>().is_some();
        let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text.clone()));
        self.told.lock().unwrap().push(text);
        assert!(status < 500 || status == 502, "{status} {body:#}");
        Said { status, headers, body, admitted }
    }
}

/// The secret part of a link.
pub(crate) fn secret(link: &str) -> String {
    link.rsplit('#').next().unwrap().to_owned()
}
