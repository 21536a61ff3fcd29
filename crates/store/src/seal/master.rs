//! A master key, and what is derived from it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::hkdf::{HKDF_SHA256, Salt};
use towpath_model::Fault;

use super::KEY_BYTES;

/// A master key. Never shown.
#[derive(Clone)]
pub(super) struct Master {
    /// Its name, which tells nothing of it.
    pub(super) id: String,
    bytes: [u8; KEY_BYTES],
}

/// Master keys, one on a line; at least one.
pub(super) fn parse(text: &str) -> Result<Arc<[Master]>, Fault> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let masters = lines.map(Master::parse).collect::<Result<Vec<_>, _>>()?;
    if masters.is_empty() {
        return Err(Fault::config("the key is empty").hint("make one with `towpath secrets new-key`"));
    }
    Ok(masters.into())
}

impl Master {
    fn parse(line: &str) -> Result<Master, Fault> {
        let wrong = || {
            Fault::config("the key is not 32 bytes in base64 or hexadecimal")
                .hint("make one with `towpath secrets new-key`")
        };
        let bytes = match line.len() {
            64 => (0..32).map(|at| u8::from_str_radix(line.get(at * 2..at * 2 + 2)?, 16).ok()).collect(),
            _ => base64::engine::general_purpose::STANDARD_NO_PAD
                .decode(line.trim_end_matches('=').replace('-', "+").replace('_', "/"))
                .ok(),
        };
        let bytes: Vec<u8> = bytes.ok_or_else(wrong)?;
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| wrong())?;
        let id =
            BASE64.encode(digest(&SHA256, &[b"towpath key ".as_slice(), &bytes].concat()))[..8].to_owned();
        Ok(Master { id, bytes })
    }

    pub(super) fn derived(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut out = [0; KEY_BYTES];
        let pseudorandom = Salt::new(HKDF_SHA256, b"towpath").extract(&self.bytes);
        let info = [purpose.as_bytes()];
        // Fails only for outputs that are longer than 255 digests.
        if let Ok(material) = pseudorandom.expand(&info, HKDF_SHA256) {
            let _ = material.fill(&mut out);
        }
        out
    }

    pub(super) fn cipher(&self) -> Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.derived("secrets")).map(LessSafeKey::new)
    }
}
