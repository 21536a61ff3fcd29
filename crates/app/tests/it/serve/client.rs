//! A server in a folder of its own, and a person who talks to it.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

pub(super) const EMAIL: &str = "ada@example.org";
pub(super) const PASSWORD: &str = "correct horse battery staple";

/// A server with a workspace `house` and its owner.
pub(super) struct House {
    pub(super) home: Sandbox,
    pub(super) address: String,
    pub(super) token: String,
    pub(super) client: Client,
    server: Option<Child>,
    said: Arc<Mutex<Vec<String>>>,
    listener: Option<JoinHandle<()>>,
}

/// A server that has just begun, and what it goes on saying.
pub(super) struct Begun {
    pub(super) server: Child,
    pub(super) address: String,
    pub(super) lines: Lines<BufReader<ChildStderr>>,
}

/// Starts a server on the folder `data`, and waits until it listens.
pub(super) fn begin(home: &Sandbox, extra: &[&str]) -> Begun {
    begin_with(home, extra, &[])
}

/// The same, with variables.
fn begin_with(home: &Sandbox, extra: &[&str], variables: &[(&str, &str)]) -> Begun {
    let mut command = home.command(&[&["serve", "--listen", "127.0.0.1:0"], extra].concat());
    command.env("TOWPATH_DATA", home.path("data")).env("TOWPATH_LOG", "warn").stderr(Stdio::piped());
    command.envs(variables.iter().copied());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| Some(line.unwrap().split_once("listens on ")?.1.to_owned()));
    let Some(address) = address else {
        panic!("the server ended before it listened: {}", server.wait().unwrap());
    };
    Begun { server, address, lines }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) tag: Option<String>,
    pub(super) body: Value,
}

impl Said {
    /// The body, if the answer has that status.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }
}

/// The words of the command that makes the account of a house.
const ADD: [&str; 6] = ["add", EMAIL, "--name", "Ada", "--workspace", "House"];

impl House {
    /// Starts a server on the store of the arguments (a file when there are none), with an account.
    pub(super) async fn open(extra: &[&str]) -> House {
        let mut house = House::empty();
        house.command(&[&["user"], extra, &ADD[..]].concat());
        house.start(extra).await;
        house
    }

    /// Starts a server on a file, with arguments and variables of its own.
    pub(super) async fn open_with(extra: &[&str], variables: &[(&str, &str)]) -> House {
        let mut house = House::empty();
        house.command(&[&["user"], &ADD[..]].concat());
        house.hear(begin_with(&house.home, extra, variables));
        house.sign_in(EMAIL).await;
        house
    }

    /// Starts a server with settings that browsers reach by that address; returns where it listens.
    pub(super) fn behind(public_url: &str, settings: &str) -> (House, String) {
        let mut house = House::empty();
        house.command(&[&["user"], &ADD[..]].concat());
        house.home.write("settings.yaml", settings);
        let begun = begin(&house.home, &["--public-url", public_url, "--config", "settings.yaml"]);
        house.hear(begun);
        let address = house.address.clone();
        (house, address)
    }

    /// Starts a server on a file, with settings of its own.
    pub(super) async fn open_as(settings: &str) -> House {
        let mut house = House::empty();
        house.home.write("server.yaml", settings);
        house.command(&[&["user"], &ADD[..]].concat());
        house.start(&["--config", "server.yaml"]).await;
        house
    }

    /// Starts a server that has no account yet, with settings of its own; returns the link that makes the first one.
    pub(super) fn unowned(settings: &str) -> (House, String) {
        let mut house = House::empty();
        house.home.write("server.yaml", settings);
        let mut begun = begin(&house.home, &["--config", "server.yaml"]);
        let mut lines = begun.lines.by_ref().map_while(Result::ok);
        let secret = lines.find_map(|line| Some(line.split_once("/setup#")?.1.trim().to_owned()));
        let link = format!("{}/setup#{}", begun.address, secret.unwrap());
        house.hear(begun);
        (house, link)
    }

    fn empty() -> House {
        House {
            home: Sandbox::new(),
            address: String::new(),
            token: String::new(),
            client: Client::new(),
            server: None,
            said: Arc::default(),
            listener: None,
        }
    }

    /// Runs a command of the operator; accounts that it makes have the password of everybody here.
    #[track_caller]
    pub(super) fn command(&self, args: &[&str]) {
        let mut command = self.home.command(args);
        command.env("TOWPATH_DATA", self.home.path("data")).env("TOWPATH_PASSWORD", PASSWORD);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Starts the server (again), and signs in.
    pub(super) async fn start(&mut self, extra: &[&str]) {
        self.hear(begin(&self.home, extra));
        self.sign_in(EMAIL).await;
    }

    fn hear(&mut self, begun: Begun) {
        let Begun { server, address, lines } = begun;
        // What it says later must not fill the pipe.
        let said = Arc::clone(&self.said);
        let keep = move |line| said.lock().unwrap().push(line);
        self.listener = Some(std::thread::spawn(move || lines.map_while(Result::ok).for_each(keep)));
        self.server = Some(server);
        self.address = address;
    }

    /// Signs in as the person with that address.
    pub(super) async fn sign_in(&mut self, email: &str) {
        let form = format!("grant_type=password&username={email}&password={}", PASSWORD.replace(' ', "+"));
        let request = self.client.post(format!("{}/token", self.address));
        let answer = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        self.token = body["access_token"].as_str().unwrap_or_else(|| panic!("{body:#}")).to_owned();
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        tag: Option<&str>,
    ) -> Said {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.address),
            false => format!("{}/api/v1/workspaces/house/{path}", self.address),
        };
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Said { status, tag, body }
    }

    pub(super) async fn get(&self, path: &str) -> Said {
        self.ask(Method::GET, path, None, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Said {
        self.ask(Method::POST, path, Some(body), None).await
    }

    /// Adds a pipeline.
    pub(super) async fn pipeline(&self, document: &str) -> Value {
        self.post("pipelines", json!({ "document": document })).await.expect(201)
    }

    /// Everything that a server has said that has stopped.
    pub(super) fn said(&mut self) -> Vec<String> {
        assert!(self.server.is_none(), "it has more to say");
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
        std::mem::take(&mut *self.said.lock().unwrap())
    }

    /// Writes a file into the folder of the workspace.
    pub(super) async fn file(&self, name: &str, content: &str) {
        let workspace = self.get("/api/v1/workspaces/house").await.expect(200);
        let folder = self.home.path("data/files").join(workspace["id"].as_str().unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content).unwrap();
    }

    /// Starts a run with nothing special, and follows it to its end.
    pub(super) async fn run(&self, pipeline: &str) -> Value {
        self.run_with(pipeline, json!({}), HeaderMap::new()).await
    }

    /// Starts a run and follows it, as a page does, until it is told that it ended.
    pub(super) async fn run_with(&self, pipeline: &str, wanted: Value, headers: HeaderMap) -> Value {
        let events = self.listen().await;
        let run = self.begin_run(pipeline, wanted, headers).await;
        self.ended(events, &[run]).await.remove(0)
    }

    /// Starts runs at once, and follows them until all have ended.
    pub(super) async fn run_all(&self, pipelines: &[&str]) -> Vec<Value> {
        let events = self.listen().await;
        let begun = pipelines.iter().map(|pipeline| self.begin_run(pipeline, json!({}), HeaderMap::new()));
        let runs = futures::future::join_all(begun).await;
        self.ended(events, &runs).await
    }

    async fn listen(&self) -> Response {
        let url = format!("{}/api/v1/events?workspace=house", self.address);
        self.client.get(url).bearer_auth(&self.token).send().await.unwrap()
    }

    /// Starts a run; returns its identity.
    async fn begin_run(&self, pipeline: &str, wanted: Value, headers: HeaderMap) -> String {
        let url = format!("{}/api/v1/workspaces/house/pipelines/{pipeline}/runs", self.address);
        let request = self.client.post(url).bearer_auth(&self.token).headers(headers);
        let request = request.header("content-type", "application/json").body(wanted.to_string());
        let run: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        run["id"].as_str().unwrap_or_else(|| panic!("{run:#}")).to_owned()
    }

    /// The runs, once it was told that they have ended.
    async fn ended(&self, mut events: Response, runs: &[String]) -> Vec<Value> {
        let mut told = String::new();
        let all_ended = async {
            loop {
                let piece = events.chunk().await.unwrap().unwrap();
                told.push_str(std::str::from_utf8(&piece).unwrap());
                let all = told.lines().filter_map(|line| line.strip_prefix("data: "));
                let all = all.filter_map(|data| serde_json::from_str::<Value>(data).ok());
                let ended: Vec<Value> = all.filter(|event| event["kind"] == "run.ended").collect();
                if runs.iter().all(|run| ended.iter().any(|event| event["run_id"] == **run)) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all_ended).await.unwrap();
        let mut found = Vec::new();
        for run in runs {
            found.push(self.get(&format!("runs/{run}")).await.expect(200));
        }
        found
    }

    /// Number of the server's process.
    pub(super) fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Asks the server to stop, and waits until it has.
    pub(super) fn stop(&mut self) -> bool {
        let Some(mut server) = self.server.take() else { return true };
        let pid = server.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        server.wait().unwrap().success()
    }

    /// Kills the server as a power cut would.
    pub(super) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}
