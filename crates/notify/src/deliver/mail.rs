//! Sends mail: reaches the server, encrypts, signs in, hands the letter over.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use towpath_connect::Egress;
use towpath_connect::bounds::Unreached;
use towpath_model::{Fault, Secret};

use super::letter::Letter;
use super::smtp::{Talk, Wire};
use super::{Receipt, Undelivered};
use crate::channel::{Email, Security};

/// Sends a letter from an account; `id` is the identity of what it says.
pub(super) async fn send(
    email: &Email,
    letter: Letter,
    id: &str,
    egress: &Egress,
) -> Result<Receipt, Undelivered> {
    let stream = reach(email, egress).await?;
    let is_here = stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
    let server = format!("{}:{}", email.host, email.port());
    // The name that a letter's own domain has is the one that servers least object to.
    let name = letter.sender.email.domain().to_owned();
    let mut talk = match email.security {
        Security::None => Talk::begin(Box::new(stream), &server).await?,
        Security::Tls => Talk::begin(encrypt(email, Box::new(stream)).await?, &server).await?,
        Security::Starttls => {
            let mut talk = Talk::begin(Box::new(stream), &server).await?;
            talk.hello(&name).await?;
            if !talk.offers("STARTTLS") {
                return Err(Fault::config(format!("mail server `{server}` does not encrypt (`STARTTLS`)"))
                    .hint(
                        "set `security: tls` with its port, or `security: none` in a network that you trust",
                    )
                    .into());
            }
            Talk::resume(encrypt(email, talk.start_tls().await?).await?, &server)
        }
    };
    talk.hello(&name).await?;
    if let (Some(user), Some(password)) = (&email.user, &email.password) {
        if email.security == Security::None && !is_here {
            return Err(Fault::config("with `security: none` the password would cross the network readable")
                .hint("set `security: starttls` or `security: tls`, or take `user` and `password` out")
                .into());
        }
        talk.sign_in(user, Secret::expose(password)).await?;
    }
    let recipients: Vec<String> = letter.recipients.iter().map(|to| to.email.to_string()).collect();
    let refused = talk.send(letter.sender.email.as_ref(), &recipients, &letter.text).await?;
    talk.end().await;
    Ok(Receipt { id: id.to_owned(), refused })
}

async fn reach(email: &Email, egress: &Egress) -> Result<TcpStream, Fault> {
    let (host, port) = (email.host.trim(), email.port());
    egress.connect(host, port).await.map_err(|unreached| match unreached {
        Unreached::Refused(refused) => refused.into(),
        Unreached::Unknown(error) => {
            Fault::not_found(format!("the host `{host}` cannot be found")).hint("check `host`").cause(error)
        }
        Unreached::Failed(error) => {
            Fault::unavailable(format!("mail server `{host}:{port}` cannot be reached"))
                .hint("check `host` and `port`, and whether a firewall stands between")
                .cause(error)
        }
    })
}

async fn encrypt(email: &Email, wire: Box<dyn Wire>) -> Result<Box<dyn Wire>, Fault> {
    let host = email.host.trim();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Fault::config(format!("`host` is `{host}`, which is no name of a server")))?;
    let handshake = TlsConnector::from(config(email)?).connect(name, wire).await;
    let stream = handshake.map_err(|error| {
        let is_trust = error.to_string().contains("certificate");
        let fault = match is_trust {
            true => {
                Fault::auth(format!("the certificate of mail server `{host}` cannot be trusted: {error}"))
                    .hint("check `host`; give the authority of a company's own certificates as `certificate`")
            }
            false => Fault::unavailable(format!("encryption with mail server `{host}` failed: {error}"))
                .hint("check `port` and `security`: `starttls` and `tls` have different ports"),
        };
        fault.cause(error)
    })?;
    Ok(Box::new(stream))
}

fn config(email: &Email) -> Result<Arc<ClientConfig>, Fault> {
    let mut roots = RootCertStore::empty();
    match &email.certificate {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for found in rustls_pemfile::certs(&mut pem.as_bytes()).flatten() {
                roots.add(found).map_err(|error| {
                    Fault::config("`certificate` cannot be used").hint("give it in PEM format").cause(error)
                })?;
            }
            if roots.is_empty() {
                return Err(Fault::config("`certificate` holds no certificate")
                    .hint("give it in PEM format, with `-----BEGIN CERTIFICATE-----`"));
            }
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::internal(format!("TLS versions: {error}")))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
