//! E-mail addresses (RFC 5321, and RFC 6531 for other scripts): from each `@` outwards, as far as
//! the characters of a local part and of a domain reach.

use crate::{Certainty, Kind, boundary::is_unspaced, scan::Candidates, urls};

/// Octets of a local part (RFC 5321, 4.5.3.1.1) and of a domain (4.5.3.1.2).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Ends of file names that look like top-level domains beside an `@`: `icon@2x.png`.
const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp"];
/// Units of systemd: `backup@daily.service`.
const UNITS: &[&str] = &["service", "socket", "timer", "mount", "target", "slice"];

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for (at, _) in text.match_indices('@') {
        let local = local_part(&text[..at]);
        let domain = domain(&text[at + 1..]);
        if local.is_empty()
            || !is_domain(domain)
            || is_of_git(local, &text[at + 1..], domain)
            || is_in_url(&text[..at - local.len()])
        {
            continue;
        }
        let range = at - local.len()..at + 1 + domain.len();
        found.push(range, Kind::Email, Certainty::Certain, "e-mail address");
    }
}

/// The end of `before` that can be a local part. Characters of scripts without spaces belong to it
/// only if one stands right before the `@`; otherwise they are the sentence around it.
fn local_part(before: &str) -> &str {
    let unspaced = before.ends_with(is_unspaced);
    let of_local = |character: char| {
        (character.is_alphanumeric() || "._%+-'&~".contains(character))
            && (unspaced || !is_unspaced(character))
    };
    let mut start = before.len();
    for (at, character) in before.char_indices().rev() {
        if !of_local(character) || before.len() - at > LOCAL {
            break;
        }
        start = at;
    }
    let local = &before[start..];
    local.trim_start_matches(|first: char| !first.is_alphanumeric() && !"_+".contains(first))
}

/// The beginning of `after` that can be a domain.
fn domain(after: &str) -> &str {
    let unspaced = after.starts_with(is_unspaced);
    let of_domain = |character: char| {
        (character.is_alphanumeric() || "-.".contains(character) || is_mark(character))
            && (unspaced || !is_unspaced(character))
    };
    let mut end = 0;
    for (at, character) in after.char_indices() {
        if !of_domain(character) || at + character.len_utf8() > DOMAIN {
            break;
        }
        end = at + character.len_utf8();
    }
    let domain = &after[..end];
    domain.trim_end_matches(['.', '-'])
}

/// Vowel signs of Indic scripts and Thai are marks and not letters.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x0300..=0x036F | 0x0900..=0x0DFF | 0x0E31..=0x0E4E)
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let [first, .., last] = labels.as_slice() else {
        return false;
    };
    let label_is_whole = |label: &&str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let top_level = last
        .chars()
        .all(|character| character.is_alphabetic() || is_mark(character))
        && last.chars().count() >= 2
        || last.to_ascii_lowercase().starts_with("xn--");
    let size = first.trim_end_matches('x');
    let picture = PICTURES.contains(last)
        && size.len() < first.len()
        && size.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = |label: &&&str| label.bytes().all(|byte| byte.is_ascii_digit());
    let version = labels.iter().take_while(numbers).count() >= 2;
    let is_other = picture || version || UNITS.contains(last);
    labels.iter().all(label_is_whole) && top_level && !is_other
}

/// `git@github.com:owner/repository` is an address of a repository.
fn is_of_git(local: &str, after: &str, domain: &str) -> bool {
    local == "git" && after[domain.len()..].starts_with([':', '/'])
}

/// `https://user:password@example.com` holds no address of mail; see `urls.rs`.
fn is_in_url(before: &str) -> bool {
    let mut start = before.len().saturating_sub(DOMAIN);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let before = &before[start..];
    let colon = |(colon, _)| urls::authority_after(before, colon);
    let authority = before.match_indices(':').filter_map(colon).next_back();
    authority.is_some_and(|at| {
        !before[at..].contains(|next: char| next.is_whitespace() || "/?#".contains(next))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn addresses_in_sentences() {
        for (text, address) in [
            ("Mail ada@example.com.", "ada@example.com"),
            (
                "<ada.lovelace+notes@mail.example.co.uk>",
                "ada.lovelace+notes@mail.example.co.uk",
            ),
            ("mailto:o'neil@example.ie?subject=x", "o'neil@example.ie"),
            ("'ada@example.com'", "ada@example.com"),
            ("email=ada_l@example.com&x=1", "ada_l@example.com"),
            ("Jörg: jörg@bücher.example", "jörg@bücher.example"),
            ("x@xn--bcher-kva.xn--p1ai", "x@xn--bcher-kva.xn--p1ai"),
            ("用户@例子.广告 是", "用户@例子.广告"),
            ("อีเมลada@example.comครับ", "ada@example.com"),
            ("メールはada@example.jpです", "ada@example.jp"),
            ("иван@пример.рф", "иван@пример.рф"),
            ("163@163.com", "163@163.com"),
            ("(ada@example.com)", "ada@example.com"),
        ] {
            assert_eq!(found_by(find, text), [address], "{text}");
        }
    }

    #[test]
    fn look_alikes_of_addresses() {
        for text in [
            "@ada",
            "ada@",
            "ada @ example.com",
            "ada@localhost",
            "icon@2x.png",
            "react@18.2.0",
            "react@18.2.0-beta",
            "git@github.com:owner/repository.git",
            "https://ada:pw@example.com/",
            "pg_dump@main-cluster.service",
            "ada@.com",
            "ada@-example.com",
            "a@b.c1",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn two_addresses_with_a_comma() {
        let text = "a@x.com,b@y.org;c@z.net";
        assert_eq!(found_by(find, text), ["a@x.com", "b@y.org", "c@z.net"]);
    }
}
