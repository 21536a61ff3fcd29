//! Several servers on one store: started, killed, frozen and asked to leave.

use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::client::{Begun, begin};
use crate::sandbox::Sandbox;

/// Servers on one store and one folder.
pub(super) struct Fleet<'a> {
    home: &'a Sandbox,
    options: Vec<String>,
    servers: Vec<Server>,
    frozen: BTreeSet<u32>,
}

struct Server {
    process: Child,
    address: String,
}

impl<'a> Fleet<'a> {
    /// Starts so many servers with these options.
    pub(super) fn start(home: &'a Sandbox, options: &[&str], count: usize) -> Fleet<'a> {
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut fleet = Fleet { home, options, servers: Vec::new(), frozen: BTreeSet::new() };
        (0..count).for_each(|_| fleet.add());
        fleet
    }

    fn add(&mut self) {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        let Begun { server, address, lines } = begin(self.home, &options);
        // What it says later must not fill the pipe; who looks for the reason of a failure sees it.
        let name = server.id();
        #[expect(clippy::print_stderr, reason = "what servers said is part of why a test failed")]
        let tell = move |line| eprintln!("{name}: {line}");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(tell));
        self.servers.push(Server { process: server, address });
    }

    /// Address of a server that answers.
    pub(super) fn address(&self) -> String {
        let mut awake = self.servers.iter().filter(|server| !self.frozen.contains(&server.process.id()));
        awake.next().unwrap().address.clone()
    }

    /// Addresses of all servers.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.address.clone()).collect()
    }

    /// Whether that process is one of the servers, and not frozen.
    pub(super) fn is_awake(&self, process: u32) -> bool {
        !self.frozen.contains(&process) && self.servers.iter().any(|server| server.process.id() == process)
    }

    fn take(&mut self, process: u32) -> Server {
        let place = self.servers.iter().position(|server| server.process.id() == process).unwrap();
        self.servers.remove(place)
    }

    /// Kills a server as a power cut would, and starts another one.
    pub(super) fn kill(&mut self, process: u32) {
        let mut server = self.take(process);
        server.process.kill().unwrap();
        server.process.wait().unwrap();
        self.add();
    }

    /// Asks a server to leave, waits until it has, and starts another one.
    pub(super) fn replace(&mut self, process: u32) {
        leave(self.take(process));
        self.add();
    }

    /// Lets a server stand still, with all its connections.
    pub(super) fn freeze(&mut self, process: u32) {
        signal(process, "-STOP");
        self.frozen.insert(process);
    }

    /// Lets it go on, as if nothing had been.
    pub(super) fn wake(&mut self, process: u32) {
        signal(process, "-CONT");
        self.frozen.remove(&process);
    }

    /// Asks all servers to leave, and waits until they have.
    pub(super) fn end(mut self) {
        std::mem::take(&mut self.servers).into_iter().for_each(leave);
    }
}

impl Drop for Fleet<'_> {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.process.kill();
            let _ = server.process.wait();
        }
    }
}

fn signal(process: u32, name: &str) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

fn leave(mut server: Server) {
    signal(server.process.id(), "-TERM");
    let (ended, end) = std::sync::mpsc::channel();
    let process = server.process.id();
    std::thread::spawn(move || ended.send(server.process.wait().unwrap().success()));
    let left = end.recv_timeout(Duration::from_secs(60));
    assert_eq!(left, Ok(true), "server {process} leaves by itself when it is asked to");
}

/// Asks again until there is an answer, and fails when there is none for too long.
#[track_caller]
pub(super) fn until<T>(what: &str, longest: Duration, mut answer: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(begun.elapsed() < longest, "for {longest:?} it did not come true: {what}");
        std::thread::yield_now();
    }
}
