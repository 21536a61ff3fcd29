//! Certificates that a connection trusts besides the system's.

use std::path::{Path, PathBuf};

use reqwest::Certificate;

use towpath_model::Fault;

use crate::blocking::on_thread;
use crate::trouble::io_fault;

/// The certificates of a PEM file, when there is one.
pub(super) async fn certificates(file: Option<PathBuf>) -> Result<Vec<Certificate>, Fault> {
    let Some(file) = file else { return Ok(Vec::new()) };
    on_thread(move || {
        let unusable = |error| {
            Fault::config(format!("a certificate in `ca_file` `{}` cannot be used", file.display()))
                .cause(error)
        };
        authorities(&file)?.iter().map(|found| Certificate::from_der(found).map_err(unusable)).collect()
    })
    .await
}

/// The certificates of a PEM file, as DER.
fn authorities(path: &Path) -> Result<Vec<Vec<u8>>, Fault> {
    let name = path.display().to_string();
    let pem = std::fs::read(path).map_err(|error| io_fault("file", &name, error))?;
    let found: Result<Vec<_>, _> = rustls_pemfile::certs(&mut pem.as_slice()).collect();
    let found = found.map_err(|error| {
        Fault::config(format!("`ca_file` `{name}` holds a damaged certificate")).cause(error)
    })?;
    if found.is_empty() {
        return Err(Fault::config(format!("`ca_file` `{name}` holds no certificate"))
            .hint("give a file in PEM format, with `-----BEGIN CERTIFICATE-----`"));
    }
    Ok(found.into_iter().map(|certificate| certificate.to_vec()).collect())
}
