//! Addresses that begin alike, for example `10.1.0.0/16`; or a single one.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads an address, or one with the number of bits that count: `10.0.0.5`, `10.1.0.0/16`, `fd00::/8`.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, bits) = match text.split_once('/') {
            Some((first, bits)) => (first.parse::<IpAddr>().ok()?, Some(bits)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let first = first.to_canonical();
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) if !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().ok()?
            }
            Some(_) => return None,
        };
        (bits <= most).then_some(Network { first, bits })
    }

    /// Whether an address, in its plain form, is one of it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let cut = |value: u128, length: u8| value.checked_shr(u32::from(length - self.bits)).unwrap_or(0);
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                cut(u32::from(first).into(), 32) == cut(u32::from(address).into(), 32)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => cut(first.into(), 128) == cut(address.into(), 128),
            _ => false,
        }
    }

    pub(super) fn is_one_address(&self) -> bool {
        self.bits == if self.first.is_ipv4() { 32 } else { 128 }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_one_address() {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}/{}", self.first, self.bits),
        }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> String {
        network.to_string()
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        Network::parse(&text).ok_or_else(|| format!("`{text}` is no address and no network"))
    }
}
