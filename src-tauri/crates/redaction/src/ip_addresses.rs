//! IPv4 and IPv6 addresses, read by the standard library. Those that every computer has (loopback,
//! unspecified, masks) say nothing about anybody and are left out.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    Certainty, Kind,
    boundary::{before, stands_alone},
    scan::Candidates,
};

/// The longest text of an address: IPv6 with an IPv4 at its end.
const LONGEST: usize = 45;

pub(crate) fn find(text: &str, found: &mut Candidates) {
    let of_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(of_address) {
        let start = from + at;
        let length = bytes[start..]
            .iter()
            .take_while(|byte| of_address(byte))
            .count();
        from = start + length;
        // `0.0.0.0` has seven characters; `2001::` is shorter only with two colons.
        if length >= 7 || bytes[start..from].windows(2).any(|two| two == b"::") {
            find_in(text, start, from, found);
        }
    }
}

/// Looks at a stretch of hexadecimal digits, points and colons.
fn find_in(text: &str, start: usize, end: usize, found: &mut Candidates) {
    // What a sentence puts around an address is taken off; a `::` belongs to it.
    let mut whole = start..end;
    while whole.len() > 1
        && text[whole.clone()].ends_with(['.', ':'])
        && !text[whole.clone()].ends_with("::")
    {
        whole.end -= 1;
    }
    while whole.len() > 1
        && text[whole.clone()].starts_with(['.', ':'])
        && !text[whole.clone()].starts_with("::")
    {
        whole.start += 1;
    }
    let candidate = &text[whole.clone()];
    if whole.len() <= LONGEST
        && stands_alone(text, whole.start, whole.end)
        && let Ok(address) = candidate.parse::<Ipv6Addr>()
    {
        if tells_something(address, candidate) {
            found.push(whole, Kind::IpAddress, Certainty::Certain, "IPv6 address");
        }
        return;
    }
    // `203.0.113.7:8080`, `inet addr:203.0.113.7`.
    let mut part = whole.start;
    for host in candidate.split(':') {
        let range = part..part + host.len();
        part = range.end + 1;
        if let Ok(address) = host.parse::<Ipv4Addr>()
            && !address.is_loopback()
            && !address.is_unspecified()
            && address.octets()[0] != 255
            && stands_alone(text, range.start, range.end)
            && !is_version(text, range.start)
        {
            // Numbers of sections and versions look like these: 8.2.4.45.
            let small = address.octets().iter().all(|octet| *octet < 100);
            let certainty = if small {
                Certainty::Possible
            } else if address.is_private() {
                Certainty::Likely
            } else {
                Certainty::Certain
            };
            found.push(range, Kind::IpAddress, certainty, "IPv4 address");
        }
    }
}

/// `::`, `::1` and `a::b` of a programming language do not.
fn tells_something(address: Ipv6Addr, text: &str) -> bool {
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    !address.is_loopback() && !address.is_unspecified() && groups >= 2 && digits >= 2
}

/// `version 1.2.3.4`, `build: 1.2.3.4`.
fn is_version(text: &str, start: usize) -> bool {
    let context = before(text, start, 12);
    let context = context.trim_end_matches([' ', ':', '=', '"', '.']);
    let word = context
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next();
    word.is_some_and(|word| ["version", "ver", "release", "build", "v"].contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn addresses() {
        for (text, address) in [
            ("from 203.0.113.7.", "203.0.113.7"),
            ("http://203.0.113.7:8080/x", "203.0.113.7"),
            ("server 192.168.1.20 is down", "192.168.1.20"),
            ("ipv4:203.0.113.7", "203.0.113.7"),
            ("10.0.0.0/8", "10.0.0.0"),
            ("ไอพี203.0.113.7ครับ", "203.0.113.7"),
            ("2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334"),
            ("[2001:DB8::1]:443", "2001:DB8::1"),
            ("fe80::1ff:fe23:4567:890a%eth2", "fe80::1ff:fe23:4567:890a"),
            ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
            (
                "at 2001:0db8:85a3:0000:0000:8a2e:0370:7334:",
                "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            ),
        ] {
            assert_eq!(found_by(find, text), [address], "{text}");
        }
    }

    #[test]
    fn look_alikes() {
        for text in [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.0",
            "::1",
            "::",
            "a::b",
            "std::iter and cafe::bed",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "version 1.2.3.4",
            "v1.2.3.4",
            "12:30:45",
            "00:1a:2b:3c:4d:5e",
            "x203.0.113.7",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
