//! Private keys in armour (RFC 7468 and its older relatives, OpenSSH, PGP), also where the line
//! breaks are written as `\n` inside a string, and also where the end was cut off.

use std::sync::LazyLock;

use regex::Regex;

use crate::{Certainty, Kind, boundary::pattern, scan::Candidates};

const NAME: &str = "private key";

static BEGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]: ",
    )
});
static END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}",
    )
});

pub(crate) fn find(text: &str, found: &mut Candidates) {
    let mut ends = END.find_iter(text).peekable();
    let mut from = 0;
    while let Some(begin) = BEGIN.find_at(text, from) {
        while ends.next_if(|end| end.start() < begin.end()).is_some() {}
        let next = BEGIN.find_at(text, begin.end());
        let limit = next.map_or(text.len(), |next| next.start());
        let end = match ends.peek() {
            Some(end) if end.end() <= limit => end.end(),
            _ => begin.end() + body(&text[begin.end()..limit]),
        };
        found.push(
            begin.start()..end,
            Kind::PrivateKey,
            Certainty::Certain,
            NAME,
        );
        from = end;
    }
}

/// How far the lines of a key without an end reach: base64, its headers, and white space.
fn body(text: &str) -> usize {
    let of_key = |character: char| {
        character.is_ascii_alphanumeric() || "+/=\\-:, \t\r\n".contains(character)
    };
    let end = text.find(|character| !of_key(character));
    text[..end.unwrap_or(text.len())].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    const LINES: &str = "MIIEowIBAAKCAQEAx2\nq9F+/8sPBm0xY=\n";

    #[test]
    fn keys_with_an_end() {
        for name in ["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "PGP "] {
            let block = if name == "PGP " { " BLOCK" } else { "" };
            let key = format!(
                "-----BEGIN {name}PRIVATE KEY{block}-----\n{LINES}-----END {name}PRIVATE KEY{block}-----"
            );
            let text = format!("first\n{key}\nlast");
            assert_eq!(found_by(find, &text), [key]);
        }
        let escaped =
            r#"{"key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}"#;
        assert_eq!(
            found_by(find, escaped),
            [r"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"]
        );
        let putty = "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: \
                     9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
        assert_eq!(found_by(find, putty), [putty]);
    }

    #[test]
    fn two_keys_are_two() {
        let key = format!("-----BEGIN PRIVATE KEY-----\n{LINES}-----END PRIVATE KEY-----");
        let text = format!("{key}\nand\n{key}");
        assert_eq!(found_by(find, &text), [key.as_str(), key.as_str()]);
    }

    #[test]
    fn a_key_whose_end_is_missing() {
        let key = format!("-----BEGIN EC PRIVATE KEY-----\n{}", LINES.trim_end());
        let text = format!("{key}\n…and more (cut)");
        assert_eq!(found_by(find, &text), [key.as_str()]);
        let whole = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        let text = format!("{key}\n…(cut), then\n{whole}");
        assert_eq!(found_by(find, &text), [key.as_str(), whole]);
    }

    #[test]
    fn what_is_public() {
        for text in [
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
            "-----END PRIVATE KEY-----",
            "a BEGIN PRIVATE KEY line",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
