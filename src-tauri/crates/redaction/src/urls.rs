//! Passwords inside URLs: `scheme://user:password@host`. Only the password is marked; the rest of
//! the URL is often what the question is about.

use crate::{Certainty, Kind, assignments::is_stand_in, boundary::window, scan::Candidates};

/// The longest authority that is looked at, in bytes.
const LONGEST: usize = 512;

/// Schemes whose URLs are read the same with one slash, or with none (URL Standard, section 4.4).
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for (colon, _) in text.match_indices(':') {
        let Some(start) = authority_after(text, colon) else {
            continue;
        };
        let authority = authority(window(text, start, LONGEST));
        // A password may hold an unescaped `@`, a host cannot: the last one ends it.
        let Some((user, host)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = user.split_once(':') else {
            continue;
        };
        let is_host = host.starts_with(|first: char| first.is_alphanumeric() || first == '[');
        let is_template = password.contains("${") || password.contains("{{");
        if is_host && !password.is_empty() && !is_template && !is_stand_in(password) {
            let start = start + user.len() + 1;
            let range = start..start + password.len();
            found.push(
                range,
                Kind::UrlPassword,
                Certainty::Certain,
                "password in a URL",
            );
        }
    }
}

/// Where the authority begins, if a scheme ends at `colon`.
pub(crate) fn authority_after(text: &str, colon: usize) -> Option<usize> {
    let (before, after) = (&text[..colon], &text[colon + 1..]);
    let of_scheme = |last: char| last.is_ascii_alphanumeric() || "+-.".contains(last);
    let scheme = before.rsplit(|last| !of_scheme(last)).next()?;
    if SPECIAL.iter().any(|name| scheme.eq_ignore_ascii_case(name)) {
        let authority = after.trim_start_matches(['/', '\\']);
        return Some(text.len() - authority.len());
    }
    let ends_well = scheme.ends_with(|last: char| last.is_ascii_alphanumeric());
    (ends_well && after.starts_with("//")).then_some(colon + 3)
}

/// What stands before the path, the query and the fragment (RFC 3986, section 3.2).
fn authority(rest: &str) -> &str {
    let until = |ends: &str| {
        rest.split(|character: char| character.is_whitespace() || ends.contains(character))
            .next()
            .unwrap_or_default()
    };
    let plain = until("/?#\"'<>`\\|(){}");
    // Signs that quote or enclose a URL may also stand in a password. A host alone, or with a port,
    // is not one that begins.
    let is_host = match plain.split_once(':') {
        Some((host, port)) => {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit());
            !host.is_empty() && !port.is_empty() && digits
        }
        None => !plain.is_empty(),
    };
    if plain.contains('@') || is_host {
        plain
    } else {
        until("/?#\"<>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn passwords_in_urls() {
        for (text, password) in [
            ("postgres://app:s3cr3t-pw@db.internal:5432/app", "s3cr3t-pw"),
            ("see https://ada:Tr0ub4dor@example.com/a?b=c.", "Tr0ub4dor"),
            ("redis://:onlypass9@10.0.0.1:6379", "onlypass9"),
            ("mongodb+srv://u:p%40ss@cluster0.example.net", "p%40ss"),
            ("ftp://u:p@ss@[2001:db8::1]/x", "p@ss"),
            ("\"amqp://guest:gue5t@mq\"", "gue5t"),
            ("`https://ada:gue5t@example.com`, `x`", "gue5t"),
            ("[here](https://ada:gue5t@example.com)", "gue5t"),
            ("ftp://ada:p(a`ss{1}@host/x", "p(a`ss{1}"),
            ("redis://:123(abc@10.0.0.1", "123(abc"),
            ("HTTP:/ada:gue5t@example.com", "gue5t"),
            ("http:ada:gue5t@example.com", "gue5t"),
            ("http:\\\\ada:gue5t@example.com", "gue5t"),
        ] {
            assert_eq!(found_by(find, text), [password], "{text}");
        }
    }

    #[test]
    fn urls_without_a_password() {
        for text in [
            "https://example.com:8080/path@2x.png",
            "https://user@example.com/",
            "https://example.com/?q=a:b@c",
            "postgres://user:${DB_PASSWORD}@host/db",
            "postgres://user:<password>@host/db",
            "postgres://user:{{ password }}@host/db",
            "postgres://user:{{password}}@host/db",
            "https://user:****@example.com",
            "mailto:ada@example.com",
            "mailto:ada:x@example.com",
            "`http://localhost:8080`, (mail ops:me@host)",
            "(http://localhost:8080)|x:ops@example.com",
            "`http://localhost`|x:ops@example.com",
            "xhttp:a:b@c",
            "see:http:",
            "://a:b@c",
            "x://",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
