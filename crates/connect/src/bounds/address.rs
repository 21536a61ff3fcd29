//! What sort of address an address is.
//!
//! An address of the newer kind may carry one of the older kind: mapped, translated, 6to4, Teredo, NAT64. A network
//! that understands such a form delivers to the address inside, so it is judged by what it carries. Whatever is not
//! known to be public is not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What sort of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Anybody can reach it.
    Public,
    /// Of a private network, or shared by the customers of a carrier.
    Private,
    /// This machine.
    Loopback,
    /// The same cable or radio cell.
    LinkLocal,
    /// Where a cloud tells a machine its credentials.
    Metadata,
    /// No address, which systems take for this machine.
    Unspecified,
    /// A group of machines.
    Multicast,
    /// Every machine of a network.
    Broadcast,
    /// For examples in texts.
    Documentation,
    /// For something else, or for nothing yet.
    Reserved,
}

impl AddressKind {
    /// The kind with its article, for messages.
    pub fn words(self) -> &'static str {
        match self {
            AddressKind::Public => "a public address",
            AddressKind::Private => "a private address",
            AddressKind::Loopback => "an address of this machine",
            AddressKind::LinkLocal => "a link-local address",
            AddressKind::Metadata => "the address of a cloud's metadata",
            AddressKind::Unspecified => "an unspecified address",
            AddressKind::Multicast => "a multicast address",
            AddressKind::Broadcast => "a broadcast address",
            AddressKind::Documentation => "an address for documentation",
            AddressKind::Reserved => "a reserved address",
        }
    }

    /// Whether somebody who allows all private addresses means these too. Metadata hands out credentials, and the
    /// others are no machine's address.
    pub fn is_private(self) -> bool {
        matches!(
            self,
            AddressKind::Private | AddressKind::Loopback | AddressKind::LinkLocal | AddressKind::Unspecified
        )
    }
}

/// Where clouds tell machines their credentials.
const METADATA_V4: [[u8; 4]; 6] = [
    // Most clouds; tasks of containers; identities of pods; Alibaba; Azure's host; Oracle.
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [169, 254, 170, 23],
    [100, 100, 100, 200],
    [168, 63, 129, 16],
    [192, 0, 0, 192],
];

const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

/// Names of the same, in lower case.
const METADATA_NAMES: [&str; 7] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
];

/// Whether a name, in lower case, is one under which a cloud tells credentials.
pub(super) fn is_metadata_name(host: &str) -> bool {
    METADATA_NAMES.contains(&host)
}

/// What sort of address it is.
pub fn kind_of(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> AddressKind {
    let octets = address.octets();
    if METADATA_V4.contains(&octets) {
        return AddressKind::Metadata;
    }
    match octets {
        [0, 0, 0, 0] => AddressKind::Unspecified,
        [255, 255, 255, 255] => AddressKind::Broadcast,
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => AddressKind::Private,
        [127, ..] => AddressKind::Loopback,
        [169, 254, ..] => AddressKind::LinkLocal,
        [224..=239, ..] => AddressKind::Multicast,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressKind::Documentation,
        [0, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [240..=255, ..] => {
            AddressKind::Reserved
        }
        _ => AddressKind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    if METADATA_V6.contains(&address) {
        return AddressKind::Metadata;
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // Mapped, translated, and the form that was given up.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low] => of_v4(carried(high, low)),
        // NAT64; a network's own form of it leads to wherever that network likes.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of_v4(carried(high, low)),
        [0x64, 0xff9b, 1, ..] => AddressKind::Private,
        // 6to4.
        [0x2002, high, low, ..] => of_v4(carried(high, low)),
        // Teredo: the server, and whoever is behind it, with every bit turned over.
        [0x2001, 0, server_high, server_low, _, _, high, low] => {
            match of_v4(carried(server_high, server_low)) {
                AddressKind::Public => of_v4(carried(!high, !low)),
                other => other,
            }
        }
        // ISATAP, below any prefix.
        [.., 0 | 0x200, 0x5efe, high, low] if of_v4(carried(high, low)) != AddressKind::Public => {
            of_v4(carried(high, low))
        }
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressKind::Documentation,
        // Measurements and names that are no addresses.
        [0x2001, 2, 0, ..] | [0x2001, 0x10..=0x2f, ..] => AddressKind::Reserved,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

fn carried(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::AddressKind::*;
    use super::*;

    #[test]
    fn every_form_of_an_address_is_known_for_what_it_is() {
        let table = [
            (
                Public,
                "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.167.1.1 11.0.0.0",
            ),
            (Public, "198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15 192.0.1.0 203.0.112.1"),
            (Public, "2606:4700::1111 2a00:1450::1 2003::1 3ffe::1"),
            (
                Private,
                "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.127.255.255",
            ),
            (Private, "fc00::1 fdff::1 fec0::1 64:ff9b:1::1 64:ff9b:1:fffe::808:808"),
            (Private, "::ffff:10.0.0.5 ::ffff:0:10.0.0.5 ::10.0.0.5 64:ff9b::10.0.0.5 2002:a00:5::1"),
            (Private, "2001:0:a00:5::1 2001:0:808:808:0:0:f5ff:fffa 2606:4700::5efe:10.0.0.5"),
            (Private, "2606:4700::200:5efe:c0a8:1"),
            (
                Loopback,
                "127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 ::127.0.0.1",
            ),
            (LinkLocal, "169.254.0.1 169.254.255.255 fe80::1 febf::1 ::ffff:169.254.1.1"),
            (
                Metadata,
                "169.254.169.254 100.100.100.200 168.63.129.16 169.254.170.2 169.254.170.23 192.0.0.192",
            ),
            (Metadata, "fd00:ec2::254 fd00:ec2::23 fd20:ce::254"),
            (Metadata, "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe:: ::ffff:168.63.129.16"),
            (Metadata, "2001:0:808:808:0:0:5601:5601"),
            (Unspecified, "0.0.0.0 :: ::ffff:0.0.0.0"),
            (Multicast, "224.0.0.1 239.255.255.255 ff02::1 ::ffff:224.0.0.1"),
            (Broadcast, "255.255.255.255 ::ffff:255.255.255.255"),
            (Documentation, "192.0.2.1 198.51.100.7 203.0.113.9 2001:db8::1 3fff::1 3fff:fff::1"),
            (Reserved, "0.1.2.3 192.0.0.1 192.88.99.1 198.18.0.1 198.19.255.255 240.0.0.1 254.1.1.1"),
            (Reserved, "100::1 2001:2::1 2001:10::1 2001:20::1 4000::1 5f00::1 e000::1 64:ff9c::1"),
            // What is carried may be public.
            (Public, "::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 2001:0:808:808:0:0:f7f7:f7f7"),
        ];
        for (kind, addresses) in table {
            for address in addresses.split(' ') {
                assert_eq!(kind_of(address.parse().unwrap()), kind, "{address}");
            }
        }
    }
}
