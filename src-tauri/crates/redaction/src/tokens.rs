//! API keys and access tokens by the form that each issuer gives them. The forms are data, in
//! `tokens/rules.rs`; here is how they are looked for: one pass for all prefixes, then the form,
//! anchored, on a bounded stretch at each hit.

mod rules;

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use regex::Regex;

use crate::{
    Certainty, Kind,
    boundary::{pattern, stands_alone, window},
    scan::Candidates,
};
use rules::{Rule, UNPREFIXED, WITH_PREFIX};

/// The longest token that is looked for, in bytes. JSON Web Tokens are longer: see [`LONGEST_JWT`].
const LONGEST: usize = 512;
/// Headers of servers rarely allow more than 16 KiB altogether.
const LONGEST_JWT: usize = 16 * 1024;

struct Prefixes {
    search: AhoCorasick,
    /// Where in `rules` the rule of each pattern of `search` stands.
    owners: Vec<usize>,
    rules: Vec<(&'static Rule, Regex)>,
}

static PREFIXES: LazyLock<Prefixes> = LazyLock::new(|| {
    let numbered = WITH_PREFIX.iter().enumerate();
    let (owners, prefixes): (Vec<usize>, Vec<&str>) = numbered
        .flat_map(|(owner, rule)| rule.prefixes.iter().map(move |prefix| (owner, *prefix)))
        .unzip();
    let rules = WITH_PREFIX.iter();
    Prefixes {
        search: AhoCorasick::new(prefixes).expect("a few hundred short prefixes fit"),
        owners,
        rules: rules
            .map(|rule| (rule, pattern(&format!(r"\A(?:{})", rule.shape))))
            .collect(),
    }
});

static FREE: LazyLock<Vec<(&'static Rule, Regex)>> = LazyLock::new(|| {
    let rules = UNPREFIXED.iter();
    rules
        .map(|rule| (rule, pattern(&format!(r"(?-u:\b)(?:{})", rule.shape))))
        .collect()
});

/// Three parts, or the five of an encrypted one.
static JWT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\AeyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?",
    )
});

pub(crate) fn find(text: &str, found: &mut Candidates) {
    for hit in PREFIXES.search.find_overlapping_iter(text) {
        let (rule, shape) = &PREFIXES.rules[PREFIXES.owners[hit.pattern().as_usize()]];
        // The prefix is ASCII, so its start is a boundary; so is the end that the form matches.
        let start = hit.start();
        let Some(token) = shape.find(window(text, start, LONGEST)) else {
            continue;
        };
        push(text, rule, start..start + token.end(), found);
    }
    for (rule, shape) in FREE.iter() {
        for token in shape.find_iter(text) {
            push(text, rule, token.range(), found);
        }
    }
    find_jwt(text, found);
}

fn push(text: &str, rule: &Rule, range: std::ops::Range<usize>, found: &mut Candidates) {
    let token = &text[range.clone()];
    let random = stands_alone(text, range.start, range.end) && entropy(token) >= rule.entropy;
    if random {
        found.push(range, Kind::Token, Certainty::Certain, rule.name);
    }
}

/// JSON Web Tokens (RFC 7519): the header must decode to an object that names its algorithm.
fn find_jwt(text: &str, found: &mut Candidates) {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let mut from = 0;
    while let Some(at) = text[from..].find("eyJ") {
        let start = from + at;
        from = start + 3;
        if start > 0 && of_token(text.as_bytes()[start - 1]) {
            continue;
        }
        let Some(token) = JWT.find(window(text, start, LONGEST_JWT)) else {
            continue;
        };
        let header = token.as_str().split('.').next().unwrap_or_default();
        if names_algorithm(header) {
            from = start + token.end();
            let range = start..from;
            found.push(range, Kind::Jwt, Certainty::Certain, "JSON Web Token");
        }
    }
}

fn names_algorithm(header: &str) -> bool {
    let Ok(decoded) = URL_SAFE_NO_PAD.decode(header) else {
        return false;
    };
    let parsed = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&decoded);
    parsed.is_ok_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string))
}

/// Bits per byte, by how often each byte occurs (Shannon): `xxxx` has none, a random hexadecimal
/// digit up to 4, a random letter or digit up to 6.
pub(crate) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let used = counts.iter().filter(|count| **count > 0);
    used.map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    /// Letters and digits that look random and are nobody's.
    const RANDOM: &str = "7Qm2Zx9Kc4Vb8Nn3Lp6Rt1Ws5Yd0Hf7Gj2Ak9Be4Uo8Ti3Sv6Xq1Cz5Mw0Jr8Dk3Fy";
    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn random(length: usize) -> String {
        RANDOM.chars().cycle().take(length).collect()
    }

    fn hex(length: usize) -> String {
        HEX.chars().cycle().take(length).collect()
    }

    #[track_caller]
    fn check(token: &str) {
        for text in [
            token.to_owned(),
            format!("the key is {token}, keep it"),
            format!("KEY=\"{token}\""),
            format!("คีย์{token}ครับ"),
        ] {
            assert_eq!(found_by(find, &text), [token], "{text}");
        }
    }

    #[test]
    fn tokens_of_issuers() {
        check("AKIAZ3MPQ7RTX5KDWJ2N");
        for prefix in ["ghp_", "gho_", "ghs_", "npm_"] {
            check(&format!("{prefix}{}", random(36)));
        }
        check(&format!("github_pat_{}_{}", random(22), random(59)));
        check(&format!("glpat-{}", random(20)));
        check(&format!("xoxb-2345678901-2345678901-{}", random(24)));
        check(&format!("AIza{}", random(35)));
        check(&format!("GOCSPX-{}", random(28)));
        check(&format!("sk-{}T3BlbkFJ{}", random(20), random(20)));
        check(&format!("sk-proj-{}", random(120)));
        check(&format!("sk-ant-api03-{}", random(93)));
        check(&format!("sk-or-v1-{}", hex(64)));
        check(&format!("gsk_{}", random(52)));
        check(&format!("sk_live_{}", random(24)));
        check(&format!("pypi-AgEIcHlwaS5vcmc{}", random(70)));
        check("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");
        check(&format!("dop_v1_{}", hex(64)));
        check(&format!("SG.{}.{}", random(22), random(43)));
        check(&format!("hvs.{}", random(90)));
        check("123456789:AAF7Qm2Zx9Kc4Vb8Nn3Lp6Rt1Ws5Yd0Hf7G");
        check("Ab18Q~7Qm2Zx9Kc4Vb8Nn3Lp6Rt1Ws5Yd0Hf7Gj");
    }

    #[test]
    fn look_alikes_of_tokens() {
        for text in [
            "sk-learn-is-a-library-for-machine-learning",
            "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIA is how a key of AWS begins",
            "npm_config_registry",
            "hf_hub_download(repo_id)",
            "task-management-and-risk-assessment-for-everyone-here",
            "SG.de.com",
            "key-value store",
            HEX,
            "550e8400-e29b-41d4-a716-446655440000",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn json_web_tokens() {
        // The example of RFC 7519, section 3.1.
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        check(token);
        // An unsecured one ends with a point.
        check("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.");
        for text in [
            "eyJ0eXAiOiJKV1QifQ.eyJpc3MiOiJqb2UifQ.abc", // names no algorithm
            "eyJub3QganNvbiBhdCBhbGw.e30.e30",
            "eyJhbGciOiJIUzI1NiJ9",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn every_rule_compiles_and_begins_with_its_prefixes() {
        assert!(PREFIXES.rules.len() > 70);
        assert!(FREE.len() >= 5);
        for rule in WITH_PREFIX {
            assert!(!rule.prefixes.is_empty(), "{}", rule.name);
        }
    }

    #[test]
    fn entropy_of_known_texts() {
        assert!(entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abab") - 1.0).abs() < 1e-9);
        assert!((entropy("0123456789abcdef") - 4.0).abs() < 1e-9);
    }
}
