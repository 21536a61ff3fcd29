//! The one door to other machines.
//!
//! A name is resolved once; every address it leads to is judged; and a connection is made to one of those very addresses.
//! A name that leads to another place a moment later changes nothing, since nobody asks a second time. A name of
//! which any address is refused is refused as a whole: which of them is taken would be a matter of luck.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::net::{TcpSocket, TcpStream};
use towpath_model::Fault;

use super::address::AddressKind;
use super::allow::{EgressSettings, Rules, plain_name};
use super::steps::{Step, Steps};

/// Finds the addresses of a host.
type Lookup = dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

/// Where connections may go, and the way there.
#[derive(Clone)]
pub struct Egress {
    /// `None` allows everything.
    rules: Option<Arc<Rules>>,
    lookup: Arc<Lookup>,
    steps: Steps,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// A place that connections may not go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refused {}

impl Refused {
    fn address(host: &str, address: SocketAddr, kind: AddressKind) -> Self {
        let (host, ip, kind) = (plain_name(host), address.ip().to_string(), kind.words());
        let text = match host == ip {
            true => format!("connection refused by policy: `{ip}` is {kind}"),
            false => format!("connection refused by policy: `{host}` is `{ip}`, {kind}"),
        };
        Refused(text)
    }

    /// The refusal somewhere inside an error of a library that was given a door of ours.
    pub fn inside(error: &(dyn Error + 'static)) -> Option<Fault> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(refused) = error.downcast_ref::<Refused>() {
                return Some(refused.clone().into());
            }
            if let Some(fault) = error.downcast_ref::<Fault>() {
                return Some(fault.copied());
            }
            // What an I/O error wraps is not its source.
            let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = match wrapped {
                Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
                None => error.source(),
            };
        }
        None
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Fault::config(refused.0.clone())
            .hint("an administrator can allow it in the workspace's settings (`egress.allow`)")
            .cause(refused)
    }
}

/// Why a host was not reached.
#[derive(Debug)]
pub enum Unreached {
    /// Connections may not go there.
    Refused(Refused),
    /// No address is known for the host.
    Unknown(io::Error),
    /// Nobody answers at its addresses.
    Failed(io::Error),
}

impl Egress {
    /// Connections may go anywhere.
    pub fn open() -> Self {
        Egress { rules: None, lookup: system_lookup(), steps: Steps::default() }
    }

    /// Connections may go to public addresses, and to what the settings allow.
    pub fn new(settings: &EgressSettings) -> Result<Self, Fault> {
        let rules = Some(Arc::new(Rules::new(settings)?));
        Ok(Egress { rules, lookup: system_lookup(), steps: Steps::default() })
    }

    /// The same, with somebody who hears of steps.
    #[must_use]
    pub(super) fn heard_by(self, steps: Steps) -> Self {
        Egress { steps, ..self }
    }

    /// Who hears of the steps on the way to a system. Names and sockets are told here; a connector tells the rest.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The same with another way to find addresses, for tests.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn with_lookup(self, lookup: impl Fn(&str) -> Vec<std::net::IpAddr> + Send + Sync + 'static) -> Self {
        let lookup = move |host: String, port| {
            let found = lookup(&host).into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
            futures::future::ready(Ok(found)).boxed()
        };
        Egress { lookup: Arc::new(lookup), ..self }
    }

    /// Whether connections may go anywhere.
    pub fn is_open(&self) -> bool {
        self.rules.is_none()
    }

    /// The addresses of a host, all of which may be connected to.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Unreached> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.steps.begin(Step::Resolve);
        let found = (self.lookup)(host.to_owned(), port).await.map_err(Unreached::Unknown)?;
        if found.is_empty() {
            return Err(Unreached::Unknown(io::Error::new(io::ErrorKind::NotFound, "it has no address")));
        }
        for address in &found {
            self.judge(host, *address).map_err(Unreached::Refused)?;
        }
        self.steps.done(Step::Resolve);
        Ok(found)
    }

    /// Connects to a host.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Unreached> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        let addresses = self.resolve(host, port).await?;
        self.steps.begin(Step::Connect);
        for address in addresses {
            match dial(address).await {
                Ok(stream) => {
                    self.steps.done(Step::Connect);
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(Unreached::Failed(last))
    }

    /// Refuses the sockets of a folder of this machine, unless they are allowed.
    pub fn check_socket(&self, folder: &str) -> Result<(), Refused> {
        match &self.rules {
            Some(rules) if !rules.allows_socket(Path::new(folder.trim_end_matches('/'))) => {
                Err(Refused(format!("connection refused by policy: `{folder}` has sockets of this machine")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn judge(&self, host: &str, address: SocketAddr) -> Result<(), Refused> {
        let Some(rules) = &self.rules else { return Ok(()) };
        rules.judge(host, address).map_err(|kind| Refused::address(host, address, kind))
    }
}

fn system_lookup() -> Arc<Lookup> {
    Arc::new(|host: String, port| {
        async move { Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect()) }.boxed()
    })
}

async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Firewalls forget silent connections; building an index can be long and silent.
    let _ = socket.set_keepalive(true);
    let stream = socket.connect(address).await?;
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::steps::Standing::{Began, Done};
    use super::*;

    fn strict() -> Egress {
        Egress::new(&EgressSettings::default()).unwrap()
    }

    fn listing(allow: &str) -> Egress {
        Egress::new(&EgressSettings { allow: vec![allow.into()], ..EgressSettings::default() }).unwrap()
    }

    async fn told(egress: &Egress, host: &str) -> String {
        match egress.resolve(host, 5432).await {
            Err(Unreached::Refused(refused)) => refused.to_string(),
            other => panic!("{host}: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_refusal_says_which_address_it_is_about() {
        let egress = strict().with_lookup(|host| match host {
            "db.internal" => vec![Ipv4Addr::new(10, 0, 0, 5).into()],
            "mixed" => vec![Ipv4Addr::new(1, 1, 1, 1).into(), Ipv4Addr::LOCALHOST.into()],
            other => vec![other.parse().unwrap()],
        });
        assert_eq!(
            told(&egress, "db.internal").await,
            "connection refused by policy: `db.internal` is `10.0.0.5`, a private address"
        );
        assert_eq!(
            told(&egress, "10.0.0.5").await,
            "connection refused by policy: `10.0.0.5` is a private address"
        );
        assert_eq!(
            told(&egress, "[::1]").await,
            "connection refused by policy: `::1` is an address of this machine"
        );
        assert!(told(&egress, "mixed").await.contains("`mixed` is `127.0.0.1`"));
        let fault = Fault::from(Refused("x".into()));
        assert!(fault.hint_text().unwrap().contains("`egress.allow`"));
        assert!(!fault.kind().is_temporary());
    }

    #[tokio::test]
    async fn every_spelling_of_this_machine_is_refused() {
        // Resolved by the system, which knows more spellings than people do.
        for host in [
            "localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0",
            "::1",
            "::ffff:127.0.0.1",
        ] {
            match strict().resolve(host, 80).await {
                Err(Unreached::Refused(_) | Unreached::Unknown(_)) => {}
                other => panic!("{host}: {other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_name_that_changes_its_address_is_connected_to_where_it_was_judged() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        // First an address that is allowed and where a server is; ever after one that is refused.
        let rebinding = |first: IpAddr, then: IpAddr| {
            let asked = Arc::clone(&asked);
            asked.store(0, Ordering::SeqCst);
            move |_: &str| vec![if asked.fetch_add(1, Ordering::SeqCst) == 0 { first } else { then }]
        };
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 9, 9, 9]));
        let egress = listing("127.0.0.1").with_lookup(rebinding(here, there));
        let stream = egress.connect("rebinding.example", port).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap().ip(), here);
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the name was resolved twice");
        // The second connection is judged anew.
        match egress.connect("rebinding.example", port).await {
            Err(Unreached::Refused(refused)) => {
                assert!(refused.to_string().contains("10.9.9.9"), "{refused}")
            }
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn whoever_listens_hears_how_far_it_came() {
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        let steps = Steps::heard_by(move |step, standing| told.lock().unwrap().push((step, standing)));
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let take = || std::mem::take(&mut *heard.lock().unwrap());
        let (resolve, connect) = (Step::Resolve, Step::Connect);
        let egress = listing("127.0.0.1").heard_by(steps);
        egress.connect("127.0.0.1", port).await.unwrap();
        assert_eq!(take(), [(resolve, Began), (resolve, Done), (connect, Began), (connect, Done)]);
        drop(server);
        egress.connect("127.0.0.1", port).await.unwrap_err();
        assert_eq!(take(), [(resolve, Began), (resolve, Done), (connect, Began)]);
        egress.connect("127.0.0.2", port).await.unwrap_err();
        assert_eq!(take(), [(resolve, Began)], "what is refused is not resolved");
    }

    #[tokio::test]
    async fn an_open_egress_goes_anywhere_and_an_unknown_host_is_told_apart() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        assert!(Egress::open().connect("127.0.0.1", port).await.is_ok());
        assert!(Egress::open().check_socket("/var/run/postgresql").is_ok());
        assert!(strict().check_socket("/var/run/postgresql").is_err());
        assert!(matches!(strict().connect("no-such-host.invalid", 1).await, Err(Unreached::Unknown(_))));
        drop(server);
        assert!(matches!(Egress::open().connect("127.0.0.1", port).await, Err(Unreached::Failed(_))));
    }
}
