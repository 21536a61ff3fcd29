//! The one door to web servers.
//!
//! The library for HTTP resolves names itself, and connects to an address in a URL without resolving anything. So it is
//! given a resolver of ours, and a URL with an address in it is judged before a request is made. What is allowed may
//! depend on the port, which a resolver is not told: there is a client per port. Nothing is followed here: whoever
//! follows a redirect asks for its URL anew, and with that has it judged. Within bounds, proxies of the environment are
//! not used, since they would connect in our place.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, redirect};
use towpath_model::Fault;
use url::{Host, Url};

use super::egress::{Egress, Unreached};

type Settle = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// Asks web servers, as far as connections may go.
pub struct Web {
    egress: Egress,
    settle: Box<Settle>,
    clients: Mutex<BTreeMap<u16, Client>>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("egress", &self.egress).finish_non_exhaustive()
    }
}

impl Web {
    /// A door whose clients have the settings that `settle` gives them: time limits, certificates.
    pub fn new(
        egress: &Egress,
        settle: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        Web { egress: egress.clone(), settle: Box::new(settle), clients: Mutex::default() }
    }

    /// A request to a server that may be connected to. It follows no redirect.
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, Fault> {
        Ok(self.client(url)?.request(method, url.clone()))
    }

    /// The client for the server of a URL, and for no other.
    pub fn client(&self, url: &Url) -> Result<Client, Fault> {
        let port = url.port_or_known_default().unwrap_or(0);
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(Fault::config("the address names no host")),
        };
        if let Some(address) = address {
            self.egress.judge(&address.to_string(), SocketAddr::new(address, port))?;
        }
        // What is open everywhere is open on every port.
        let port = if self.egress.is_open() { 0 } else { port };
        let mut clients =
            self.clients.lock().map_err(|_| Fault::internal("an earlier request broke down"))?;
        if let Some(client) = clients.get(&port) {
            return Ok(client.clone());
        }
        let client = self
            .make(port)
            .map_err(|error| Fault::config("the settings for web servers cannot be used").cause(error))?;
        clients.insert(port, client.clone());
        Ok(client)
    }

    fn make(&self, port: u16) -> reqwest::Result<Client> {
        let builder = (self.settle)(Client::builder())
            .user_agent(concat!("towpath/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none());
        match self.egress.is_open() {
            true => builder.build(),
            false => {
                let names = Names { egress: self.egress.clone(), port };
                builder.no_proxy().dns_resolver(Arc::new(names)).build()
            }
        }
    }
}

/// Resolves names for servers on one port.
struct Names {
    egress: Egress,
    port: u16,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, port) = (self.egress.clone(), self.port);
        Box::pin(async move {
            match egress.resolve(name.as_str(), port).await {
                Ok(found) => Ok(Box::new(found.into_iter()) as Addrs),
                Err(Unreached::Refused(refused)) => Err(refused.into()),
                Err(Unreached::Unknown(error) | Unreached::Failed(error)) => Err(error.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::allow::EgressSettings;
    use super::super::egress::Refused;
    use super::*;

    /// A server that gives everybody the same answer.
    async fn server(answer: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        port
    }

    fn web(allow: &[String]) -> Web {
        let settings = EgressSettings { allow: allow.to_vec(), ..EgressSettings::default() };
        let egress = Egress::new(&settings).unwrap().with_lookup(|_| vec![[127, 0, 0, 1].into()]);
        Web::new(&egress, |builder| builder)
    }

    async fn ask(web: &Web, url: &str) -> Result<u16, Fault> {
        let answer = web.request(Method::GET, &url.parse().unwrap())?.send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(|error| Refused::inside(&error).unwrap())
    }

    #[tokio::test]
    async fn names_and_addresses_are_judged_alike_and_by_their_port() {
        let port = server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
        let other = server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
        let allowed = web(&[format!("web.internal:{port}"), format!("127.0.0.1:{port}")]);
        assert_eq!(ask(&allowed, &format!("http://web.internal:{port}/")).await.unwrap(), 204);
        assert_eq!(ask(&allowed, &format!("http://127.0.0.1:{port}/")).await.unwrap(), 204);
        for url in [
            format!("http://web.internal:{other}/"),
            format!("http://127.0.0.1:{other}/"),
            format!("http://2130706433:{other}/"),
            format!("http://0x7f.1:{other}/"),
            format!("http://[::1]:{port}/"),
            format!("http://[::ffff:10.0.0.1]:{port}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
        ] {
            let fault = ask(&allowed, &url).await.unwrap_err();
            assert!(fault.to_string().starts_with("connection refused by policy: `"), "{url}: {fault}");
        }
        let fault = ask(&web(&[]), &format!("http://web.internal:{port}/")).await.unwrap_err();
        assert_eq!(
            fault.to_string(),
            "connection refused by policy: `web.internal` is `127.0.0.1`, an address of this machine"
        );
    }

    #[tokio::test]
    async fn no_redirect_is_followed_unasked() {
        let port = server(
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        )
        .await;
        let web = web(&["127.0.0.1".to_owned()]);
        assert_eq!(ask(&web, &format!("http://127.0.0.1:{port}/")).await.unwrap(), 302);
    }
}
