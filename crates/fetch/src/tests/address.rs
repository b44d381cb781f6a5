use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use crate::is_public;

fn public(address: &str) -> bool {
    is_public(address.parse().unwrap())
}

/// First and last addresses of what is refused between their neighbours outside, by IANA's
/// registries of special-purpose addresses as of October 2025.
const BLOCKS: &[(&str, &str, &str, &str)] = &[
    ("-", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    (
        "100.63.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "100.128.0.0",
    ),
    (
        "126.255.255.255",
        "127.0.0.0",
        "127.255.255.255",
        "128.0.0.0",
    ),
    (
        "169.253.255.255",
        "169.254.0.0",
        "169.254.255.255",
        "169.255.0.0",
    ),
    (
        "172.15.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "172.32.0.0",
    ),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    (
        "192.31.195.255",
        "192.31.196.0",
        "192.31.196.255",
        "192.31.197.0",
    ),
    (
        "192.52.192.255",
        "192.52.193.0",
        "192.52.193.255",
        "192.52.194.0",
    ),
    (
        "192.88.98.255",
        "192.88.99.0",
        "192.88.99.255",
        "192.88.100.0",
    ),
    (
        "192.167.255.255",
        "192.168.0.0",
        "192.168.255.255",
        "192.169.0.0",
    ),
    (
        "192.175.47.255",
        "192.175.48.0",
        "192.175.48.255",
        "192.175.49.0",
    ),
    (
        "198.17.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.20.0.0",
    ),
    (
        "198.51.99.255",
        "198.51.100.0",
        "198.51.100.255",
        "198.51.101.0",
    ),
    (
        "203.0.112.255",
        "203.0.113.0",
        "203.0.113.255",
        "203.0.114.0",
    ),
    ("223.255.255.255", "224.0.0.0", "255.255.255.255", "-"),
    (
        "-",
        "::",
        "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2000::",
    ),
    (
        "2000:ffff:ffff::",
        "2001::",
        "2001:1ff:ffff:ffff::ffff",
        "2001:200::",
    ),
    (
        "2001:db7:ffff::1",
        "2001:db8::",
        "2001:db8:ffff::ffff",
        "2001:db9::",
    ),
    (
        "2001:ffff:ffff::1",
        "2002::",
        "2002:ffff:ffff::ffff",
        "2003::",
    ),
    (
        "2620:4f:7fff::1",
        "2620:4f:8000::",
        "2620:4f:8000:ffff::1",
        "2620:4f:8001::",
    ),
    (
        "3ffe:ffff::1",
        "3fff::",
        "3fff:fff:ffff::ffff",
        "3fff:1000::",
    ),
    (
        "3fff:ffff::1",
        "4000::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "-",
    ),
];

#[test]
fn every_special_block_is_refused_from_its_first_to_its_last_address() {
    for (before, first, last, after) in BLOCKS {
        assert!(!public(first), "{first}");
        assert!(!public(last), "{last}");
        assert!(*before == "-" || public(before), "{before}");
        assert!(*after == "-" || public(after), "{after}");
    }
}

#[test]
fn the_forms_that_attackers_use_are_refused() {
    for address in [
        "127.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "255.255.255.255",
        "::",
        "::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "100::1",
        "100:0:0:1::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "5f00::1",
        "3fff::1",
    ] {
        assert!(!public(address), "{address}");
    }
}

#[test]
fn well_known_servers_are_public() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "9.9.9.9",
        "93.184.215.14",
        "151.101.1.69",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450:4001::1",
        "2600:1f18::1",
        "2400:cb00::1",
    ] {
        assert!(public(address), "{address}");
    }
}

proptest! {
    /// The same rule in another form: by octets, as the RFCs' prose has it.
    #[test]
    fn ipv4_agrees_with_the_rule_by_octets(octets in octets()) {
        let special = matches!(octets, [0 | 10 | 127 | 224.., ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 31, 196, _]
            | [192, 52, 193, _]
            | [192, 88, 99, _]
            | [192, 175, 48, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]);
        prop_assert_eq!(is_public(IpAddr::from(octets)), !special);
    }

    #[test]
    fn what_the_standard_library_knows_as_special_is_refused(octets in octets()) {
        let address = Ipv4Addr::from(octets);
        let special = address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!(special && is_public(address.into())));
    }

    #[test]
    fn no_form_that_carries_an_ipv4_address_is_public(address: u32, prefix: u16, rest: u64) {
        let [high, low] = [(address >> 16) as u16, (address & 0xffff) as u16];
        for carrier in [
            Ipv4Addr::from(address).to_ipv6_mapped(),
            Ipv4Addr::from(address).to_ipv6_compatible(),
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 1, prefix, 0, 0, high, low),
            Ipv6Addr::from((0x2002 << 112) | (u128::from(address) << 80) | u128::from(rest)),
            Ipv6Addr::from((0x2001 << 112) | (u128::from(address) << 64) | u128::from(rest)),
            Ipv6Addr::from((0x2001 << 112) | (u128::from(rest) << 32) | u128::from(!address)),
        ] {
            prop_assert!(!is_public(carrier.into()), "{}", carrier);
        }
    }

    #[test]
    fn nothing_outside_global_unicast_is_public(bits: u128) {
        let address = Ipv6Addr::from(bits);
        prop_assert!(bits >> 125 == 1 || !is_public(address.into()));
        let local = address.is_loopback()
            || address.is_unspecified()
            || address.is_multicast()
            || address.is_unique_local()
            || address.is_unicast_link_local();
        prop_assert!(!(local && is_public(address.into())));
    }

    #[test]
    fn the_space_that_providers_have_is_public(bits: u128) {
        // 2400::/12, 2600::/15 and 2a00::/12, of which IANA's registries take nothing back.
        for (block, prefix) in [(0x2400_u128, 12), (0x2600, 15), (0x2a00, 12)] {
            let address = Ipv6Addr::from((block << 112) | (bits >> prefix));
            prop_assert!(is_public(address.into()), "{}", address);
        }
    }
}

/// Half of them begin as special blocks do, which chance alone would seldom hit.
fn octets() -> impl Strategy<Value = [u8; 4]> {
    let first = prop::sample::select(vec![0_u8, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255]);
    let second = prop::sample::select(vec![0_u8, 16, 18, 31, 51, 52, 64, 88, 127, 168, 175, 254]);
    let third = prop::sample::select(vec![0_u8, 2, 48, 99, 100, 113, 193, 196]);
    let near = (first, second, third, any::<u8>()).prop_map(|(a, b, c, d)| [a, b, c, d]);
    prop_oneof![any::<[u8; 4]>(), near]
}
