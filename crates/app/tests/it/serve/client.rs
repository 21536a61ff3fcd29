//! A server in a folder of its own, and a person who talks to it.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
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
}

/// A server that has just begun, and what it goes on saying.
pub(super) struct Begun {
    pub(super) server: Child,
    pub(super) address: String,
    pub(super) lines: Lines<BufReader<ChildStderr>>,
}

/// Starts a server on the folder `data`, and waits until it listens.
pub(super) fn begin(home: &Sandbox, extra: &[&str]) -> Begun {
    let mut command = home.command(&[&["serve", "--listen", "127.0.0.1:0"], extra].concat());
    command.env("TOWPATH_DATA", home.path("data")).env("TOWPATH_LOG", "warn").stderr(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next().unwrap().unwrap();
        if let Some((_, address)) = line.split_once("listens on ") {
            return Begun { server, address: address.to_owned(), lines };
        }
    }
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

impl House {
    /// Starts a server on the store of the arguments (a file when there are none), with an account.
    pub(super) async fn open(extra: &[&str]) -> House {
        let mut house = House::empty();
        let add = ["user", "add", EMAIL, "--name", "Ada", "--workspace", "House"];
        house.command(&[&add[..], extra].concat());
        house.start(extra).await;
        house
    }

    /// The same on a file, with settings of the server.
    pub(super) async fn open_with(settings: &str) -> House {
        let mut house = House::empty();
        house.home.write("server.yaml", settings);
        house.command(&["user", "add", EMAIL, "--name", "Ada", "--workspace", "House"]);
        house.start(&["--config", "server.yaml"]).await;
        house
    }

    fn empty() -> House {
        let (address, token) = (String::new(), String::new());
        House { home: Sandbox::new(), address, token, client: Client::new(), server: None }
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
        let Begun { server, address, lines } = begin(&self.home, extra);
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        self.server = Some(server);
        self.address = address;
        self.sign_in(EMAIL).await;
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

    /// Starts a run and follows it, as a page does, until it is told that it ended.
    pub(super) async fn run(&self, pipeline: &str) -> Value {
        let url = format!("{}/api/v1/events?workspace=house", self.address);
        let mut events = self.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        let run = self.post(&format!("pipelines/{pipeline}/runs"), json!({})).await.expect(201);
        let run = run["id"].as_str().unwrap();
        let mut told = String::new();
        let ended = async {
            loop {
                let piece = events.chunk().await.unwrap().unwrap();
                told.push_str(std::str::from_utf8(&piece).unwrap());
                let all = told.lines().filter_map(|line| line.strip_prefix("data: "));
                let all = all.filter_map(|data| serde_json::from_str::<Value>(data).ok());
                if all.into_iter().any(|event| event["kind"] == "run.ended" && event["run_id"] == run) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
        self.get(&format!("runs/{run}")).await.expect(200)
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
