//! Encryption: what the settings mean for the TLS library.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;
use towpath_connect::bounds::Step;
use towpath_model::Fault;

use super::config::{Connection, Tls};
use super::session::egress;
use super::wire::{Duplex, Encrypted};

/// The eight bytes that ask a server for encryption.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// How asking for encryption ended.
pub(super) enum Answer {
    /// The stream to go on with.
    Stream(Box<dyn Duplex>),
    /// `prefer` met a server whose encryption does not work with ours; the caller connects anew without.
    Retry,
}

/// Asks the server for encryption as the settings say.
pub(super) async fn encrypt(connection: &Connection, mut stream: TcpStream) -> Result<Answer, Fault> {
    if connection.tls == Tls::Disable {
        return Ok(Answer::Stream(Box::new(stream)));
    }
    let steps = egress(connection)?.steps();
    steps.begin(Step::Encrypt);
    let lost = |error: std::io::Error| {
        Fault::unavailable(format!(
            "the connection was lost while encryption was settled ({})",
            connection.place()
        ))
        .cause(error)
    };
    stream.write_all(&REQUEST).await.map_err(lost)?;
    let mut answer = [0];
    stream.read_exact(&mut answer).await.map_err(lost)?;
    if answer != *b"S" {
        if connection.tls == Tls::Prefer {
            steps.skip(Step::Encrypt);
            return Ok(Answer::Stream(Box::new(stream)));
        }
        return Err(Fault::unavailable(format!(
            "the server does not offer encryption ({})",
            connection.place()
        ))
        .hint("turn `ssl` on in the server, or set `tls: prefer`"));
    }
    let mut connector = MakeRustlsConnect::new(client_config(connection).await?);
    let made = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut connector, &connection.host);
    let handshake = match made {
        Ok(connect) => connect.connect(stream).await,
        Err(never) => match never {},
    };
    match handshake {
        Ok(stream) => {
            steps.done(Step::Encrypt);
            Ok(Answer::Stream(Box::new(Encrypted(Box::new(stream)))))
        }
        Err(_) if connection.tls == Tls::Prefer => {
            steps.skip(Step::Encrypt);
            Ok(Answer::Retry)
        }
        Err(error) => {
            let fault =
                Fault::auth(format!("encryption failed: {error} ({})", connection.place())).cause(error);
            Err(fault.hint(match connection.tls {
                Tls::VerifyFull => {
                    "check that the certificate names this host, and give its authority as `root_certificate`"
                }
                _ => "check the TLS settings of the server",
            }))
        }
    }
}

async fn client_config(connection: &Connection) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::internal(format!("TLS versions: {error}")))?;
    if connection.tls != Tls::VerifyFull {
        let verifier = Arc::new(AnyServer(provider));
        return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    match &connection.root_certificate {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let pem = tokio::fs::read(path).await.map_err(|error| {
                Fault::not_found(format!("`root_certificate`: the file `{path}` cannot be read: {error}"))
            })?;
            for certificate in rustls_pemfile::certs(&mut pem.as_slice()) {
                let added = certificate
                    .map_err(|error| error.to_string())
                    .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
                added.map_err(|why| {
                    Fault::config(format!(
                        "`root_certificate`: a certificate in `{path}` cannot be used: {why}"
                    ))
                })?;
            }
            if roots.is_empty() {
                return Err(Fault::config(format!(
                    "`root_certificate`: the file `{path}` holds no certificate"
                ))
                .hint("give a PEM file, with `-----BEGIN CERTIFICATE-----` in it"));
            }
        }
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Accepts every certificate, as `prefer` and `require` promise no more than secrecy from bystanders.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
