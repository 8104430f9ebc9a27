//! Passwords inside URLs: `scheme://user:password@host`. Only the password is marked; the rest of
//! the URL is often what the question is about.

use crate::{Certainty, Kind, assignments::is_stand_in, boundary::window, scan::Candidates};

/// The longest authority that is looked at, in bytes.
const LONGEST: usize = 512;

pub(crate) fn find(text: &str, found: &mut Candidates) {
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let scheme = from + at;
        from = scheme + 3;
        let has_scheme = text[..scheme].ends_with(|last: char| last.is_ascii_alphanumeric());
        let authority = authority(window(text, from, LONGEST));
        // A password may hold an unescaped `@`, a host cannot: the last one ends it.
        let Some((user, host)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = user.split_once(':') else {
            continue;
        };
        let is_host = host.starts_with(|first: char| first.is_alphanumeric() || first == '[');
        if has_scheme && is_host && !password.is_empty() && !is_stand_in(password) {
            let start = from + user.len() + 1;
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

/// What stands before the path, the query and the fragment (RFC 3986, section 3.2).
fn authority(rest: &str) -> &str {
    let ends =
        |character: char| character.is_whitespace() || "/?#\"'<>`\\|(){}".contains(character);
    rest.split(ends).next().unwrap_or_default()
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
            "https://user:****@example.com",
            "mailto:ada@example.com",
            "://a:b@c",
            "x://",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
