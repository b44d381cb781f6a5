use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where no server of the public internet lives: every block of the [IANA IPv4 Special-Purpose
/// Address Registry][v4], the globally reachable ones included (anycast relays and DNS sinks serve
/// no files), and multicast.
///
/// [v4]: https://www.iana.org/assignments/iana-ipv4-special-registry/
const SPECIAL_V4: [(Ipv4Addr, u32); 18] = [
    (Ipv4Addr::UNSPECIFIED, 8), // this network; 0.0.0.0 is loopback to Linux
    (Ipv4Addr::new(10, 0, 0, 0), 8), // private
    (Ipv4Addr::new(100, 64, 0, 0), 10), // shared address space (CGNAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8), // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16), // link-local, with 169.254.169.254
    (Ipv4Addr::new(172, 16, 0, 0), 12), // private
    (Ipv4Addr::new(192, 0, 0, 0), 24), // IETF protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24), // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24), // AMT relays
    (Ipv4Addr::new(192, 88, 99, 0), 24), // 6to4 relays, deprecated
    (Ipv4Addr::new(192, 168, 0, 0), 16), // private
    (Ipv4Addr::new(192, 175, 48, 0), 24), // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15), // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24), // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4), // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4), // reserved, with the broadcast address
];

/// All that IANA has given out as global unicast. What lies outside needs no list: loopback,
/// unspecified, IPv4-mapped and IPv4-compatible, NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), unique
/// local, link-local, site-local, multicast, discard-only and whatever comes next.
///
/// See the [IANA IPv6 Address Space](https://www.iana.org/assignments/ipv6-address-space/).
const GLOBAL_UNICAST_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The blocks of the [IANA IPv6 Special-Purpose Address Registry][v6] inside global unicast.
///
/// [v6]: https://www.iana.org/assignments/iana-ipv6-special-registry/
const SPECIAL_V6: [(Ipv6Addr, u32); 5] = [
    // IETF protocol assignments, with Teredo (2001::/32), benchmarking (2001:2::/48), ORCHID
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),     // 6to4, leads to an IPv4 address
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),     // documentation
];

/// Whether an address can be that of a server on the public internet, by IANA's registries.
///
/// An IPv6 form that carries an IPv4 address is never public, whichever address it carries: such
/// forms lead through translators and tunnels of the network the program runs in.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|block| within_v4(address, *block)),
        IpAddr::V6(address) => {
            within_v6(address, GLOBAL_UNICAST_V6)
                && !SPECIAL_V6.iter().any(|block| within_v6(address, *block))
        }
    }
}

fn within_v4(address: Ipv4Addr, (block, prefix): (Ipv4Addr, u32)) -> bool {
    (address.to_bits() ^ block.to_bits()) >> (Ipv4Addr::BITS - prefix) == 0
}

fn within_v6(address: Ipv6Addr, (block, prefix): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ block.to_bits()) >> (Ipv6Addr::BITS - prefix) == 0
}
