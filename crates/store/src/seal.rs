//! Seals secrets, so that whoever reads the database reads nothing of them.
//!
//! The cipher is AES-256 in Galois/Counter mode, which also notices changes. What a secret belongs to is authenticated
//! with it: a sealed password moved to another connection does not open. Keys are derived (HKDF-SHA-256) from master
//! keys that stand outside of the database; several may be known at once, so that they can be exchanged.
//!
//! Keys that stand in a file are read again when the file is another one: a key is exchanged while servers run.

mod file;
mod master;

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::digest::{SHA256, digest};
use ring::hmac::{self, HMAC_SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use towpath_model::Fault;

use self::file::KeyFile;
use self::master::Master;
use crate::error::Error;

/// Bytes of a master key.
pub const KEY_BYTES: usize = 32;

/// The master keys at hand; the first one seals. Copies share what they read from a file.
#[derive(Clone)]
pub struct Keys(Origin);

/// Where the keys come from.
#[derive(Clone)]
enum Origin {
    /// They were given once, and stay.
    Given(Arc<[Master]>),
    /// They stand in a file, which may change.
    File(Arc<KeyFile>),
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.ids().join(", "))
    }
}

/// Random bytes as text that is safe in addresses.
pub fn random_text(bytes: usize) -> Result<String, Error> {
    let mut buffer = vec![0; bytes];
    SystemRandom::new()
        .fill(&mut buffer)
        .map_err(|_| Error::Unavailable("this machine gives no random numbers".into()))?;
    Ok(BASE64.encode(buffer))
}

/// A fingerprint of a token, which is kept in its place (SHA-256; tokens are random, so no salt is needed).
pub fn hash_token(token: &str) -> String {
    BASE64.encode(digest(&SHA256, token.as_bytes()))
}

/// The name of the key that sealed this; none when it is no sealed text.
pub fn key_of(sealed: &str) -> Option<&str> {
    sealed.strip_prefix("1.")?.split('.').next()
}

impl Keys {
    /// Reads master keys: lines of 32 bytes in base64 or hexadecimal. The first one seals, the others only open.
    pub fn parse(text: &str) -> Result<Keys, Fault> {
        Ok(Keys(Origin::Given(master::parse(text)?)))
    }

    /// Reads master keys from a file, now and whenever it has become another one.
    pub fn from_file(path: &Path) -> Result<Keys, Fault> {
        Ok(Keys(Origin::File(Arc::new(KeyFile::open(path)?))))
    }

    /// A new random master key, as text.
    pub fn generate() -> Result<String, Error> {
        random_text(KEY_BYTES)
    }

    fn masters(&self) -> Arc<[Master]> {
        match &self.0 {
            Origin::Given(masters) => Arc::clone(masters),
            Origin::File(file) => file.masters(),
        }
    }

    /// Names of the keys at hand; the first one is that of the key that seals.
    pub fn ids(&self) -> Vec<String> {
        self.masters().iter().map(|master| master.id.clone()).collect()
    }

    /// The name of the key that seals.
    pub fn current(&self) -> String {
        self.masters()[0].id.clone()
    }

    /// Whether the key of that name is at hand.
    pub fn knows(&self, id: &str) -> bool {
        self.masters().iter().any(|master| master.id == id)
    }

    /// A key for another use than sealing, for example `tokens`. Follows from the first master key.
    pub fn derived(&self, purpose: &str) -> [u8; KEY_BYTES] {
        self.masters()[0].derived(purpose)
    }

    /// Keys for another use, of every master key, the current one first.
    pub fn all_derived(&self, purpose: &str) -> Vec<[u8; KEY_BYTES]> {
        self.masters().iter().map(|master| master.derived(purpose)).collect()
    }

    /// Signs bytes for a purpose with the first master key (HMAC-SHA-256 with a key derived for it).
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> String {
        BASE64.encode(hmac::sign(&hmac::Key::new(HMAC_SHA256, &self.derived(purpose)), bytes))
    }

    /// Whether the master key of that name signed these bytes.
    pub fn has_signed(&self, purpose: &str, key: &str, bytes: &[u8], signature: &str) -> bool {
        let masters = self.masters();
        let Some(master) = masters.iter().find(|master| master.id == key) else { return false };
        let Ok(signature) = BASE64.decode(signature) else { return false };
        hmac::verify(&hmac::Key::new(HMAC_SHA256, &master.derived(purpose)), bytes, &signature).is_ok()
    }

    /// Seals a text that belongs to `place`. Refuses when the key might be none that anybody has: when its file cannot be
    /// read any more.
    pub fn seal(&self, place: &str, text: &str) -> Result<String, Error> {
        let masters = match &self.0 {
            Origin::Given(masters) => Arc::clone(masters),
            Origin::File(file) => file.current().map_err(|fault| Error::Sealed(fault.to_string()))?,
        };
        let broken = |_| Error::Sealed("the cipher failed".into());
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(broken)?;
        let mut bytes = text.as_bytes().to_vec();
        masters[0]
            .cipher()
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_append_tag(nonce, Aad::from(place.as_bytes()), &mut bytes)
            })
            .map_err(broken)?;
        Ok(format!("1.{}.{}.{}", masters[0].id, BASE64.encode(nonce), BASE64.encode(bytes)))
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, Error> {
        let garbled = || Error::Sealed(format!("what is stored for `{place}` is not a sealed secret"));
        let parts: Vec<&str> = sealed.split('.').collect();
        let ["1", id, nonce, bytes] = parts.as_slice() else { return Err(garbled()) };
        let masters = self.masters();
        let Some(master) = masters.iter().find(|master| master.id == *id) else {
            return Err(Error::Sealed(format!("`{place}` was sealed with key `{id}`, which is not at hand")));
        };
        let nonce: [u8; NONCE_LEN] =
            BASE64.decode(nonce).ok().and_then(|nonce| nonce.try_into().ok()).ok_or_else(garbled)?;
        let mut bytes = BASE64.decode(bytes).map_err(|_| garbled())?;
        let changed = |_| Error::Sealed(format!("what is stored for `{place}` was changed"));
        let cipher = master.cipher().map_err(changed)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = cipher.open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes).map_err(changed)?;
        String::from_utf8(opened.to_vec()).map_err(|_| garbled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> Keys {
        Keys::parse(&BASE64.encode([seed; 32])).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let keys = keys(1);
        let sealed = keys.seal("cn_1/password", "s3cret é").unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_eq!(keys.open("cn_1/password", &sealed).unwrap(), "s3cret é");
        assert!(keys.open("cn_2/password", &sealed).unwrap_err().to_string().contains("was changed"));
        assert_ne!(keys.seal("cn_1/password", "s3cret é").unwrap(), sealed, "every seal is another one");
    }

    #[test]
    fn an_older_key_opens_and_a_newer_one_seals() {
        let (old, new) = (BASE64.encode([1; 32]), "02".repeat(32));
        let sealed = keys(1).seal("a", "x").unwrap();
        let both = Keys::parse(&format!("# new\n{new}\n{old}\n")).unwrap();
        assert_eq!(both.open("a", &sealed).unwrap(), "x");
        let again = both.seal("a", "x").unwrap();
        let failed = keys(1).open("a", &again).unwrap_err().to_string();
        assert!(failed.contains("not at hand"), "{failed}");
    }

    #[test]
    fn a_file_that_becomes_another_one_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let (old, new) = (BASE64.encode([1; 32]), BASE64.encode([2; 32]));
        let exchange = |text: &str| {
            std::fs::write(folder.path().join("new"), text).unwrap();
            std::fs::rename(folder.path().join("new"), &file).unwrap();
        };
        exchange(&old);
        let server = Keys::from_file(&file).unwrap();
        let copy = server.clone();
        let before = server.seal("a", "x").unwrap();
        exchange(&format!("{new}\n{old}\n"));
        assert_eq!(key_of(&server.seal("a", "y").unwrap()), Some(keys(2).current().as_str()));
        assert_eq!(copy.open("a", &keys(2).seal("a", "z").unwrap()).unwrap(), "z");
        assert_eq!(copy.open("a", &before).unwrap(), "x");
        exchange(&new);
        assert!(!server.knows(&keys(1).current()), "a key that was taken out is forgotten");
    }

    #[test]
    fn nothing_is_sealed_while_the_file_cannot_be_read_and_everything_opens() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, BASE64.encode([1; 32])).unwrap();
        let server = Keys::from_file(&file).unwrap();
        let sealed = server.seal("a", "x").unwrap();
        let spoils: [fn(&Path); 2] =
            [|file| std::fs::write(file, "half a k").unwrap(), |file| std::fs::remove_file(file).unwrap()];
        for spoil in spoils {
            spoil(&file);
            let refused = server.seal("a", "x").unwrap_err().to_string();
            assert!(refused.contains("key file") && !refused.contains("half"), "{refused}");
            assert_eq!(server.open("a", &sealed).unwrap(), "x");
        }
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        let keys = keys(1);
        let sealed = keys.seal("a", "hello").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last letter of base64 may hold bits that mean nothing.
            assert!(changed == sealed || keys.open("a", &changed).is_err() || at + 1 == sealed.len(), "{at}");
        }
    }
}
