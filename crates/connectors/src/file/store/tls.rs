//! Certificates that a connection trusts besides the system's.

use std::path::Path;

use towpath_model::Fault;

use crate::trouble::io_fault;

/// The certificates of a PEM file, as DER.
pub(super) fn authorities(path: &Path) -> Result<Vec<Vec<u8>>, Fault> {
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
