//! Values that stand beside a name such as `api_key`, `password` or `Authorization`. The name says
//! what the value is; the value must still look like one, because people also write about
//! passwords.

use std::{ops::Range, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use regex::{Captures, Regex};

use crate::{Certainty, Kind, boundary::pattern, scan::Candidates, tokens::entropy};

/// `name = value`, `name: value`, `"name": "value"`, `name => value`, `--name value`, `?name=value`;
/// the value in quotes, or up to white space. Limits keep a search from reading further than a line.
fn shape(names: &str, joints: &str) -> Regex {
    pattern(&format!(
        r#"(?i)(?:{names})["'`\])]{{0,3}}[ \t]{{0,4}}(?:{joints})[ \t]{{0,4}}(?:"(?P<double>[^"\n]{{1,256}})"|'(?P<single>[^'\n]{{1,256}})'|`(?P<back>[^`\n]{{1,256}})`|(?P<bare>[^\s"'`<>]{{4,256}}))"#
    ))
}

/// The value of a match of [`shape`] and whether it stood in quotes.
fn value(captures: &Captures<'_>) -> Option<(Range<usize>, bool)> {
    for name in ["double", "single", "back"] {
        if let Some(quoted) = captures.name(name) {
            return Some((quoted.range(), true));
        }
    }
    let bare = captures.name("bare")?;
    let whole = bare.as_str();
    // Other settings may follow: `?token=…&page=2`, `Password=…;Database=…`.
    let next = whole.match_indices(['&', ';', ',']).map(|(at, _)| at);
    let end = next
        .filter(|at| followed_by_name(&whole[at + 1..]))
        .chain([whole.len()])
        .min()
        .unwrap_or_default();
    let end = bare.start() + trimmed(&whole[..end]).len();
    Some((bare.start()..end, false))
}

/// True before `name=`, and at the end of the value.
fn followed_by_name(rest: &str) -> bool {
    let name =
        rest.trim_start_matches(|letter: char| letter.is_alphanumeric() || "_.-".contains(letter));
    rest.is_empty() || name.starts_with('=') && name.len() < rest.len()
}

static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        "(?:api|access|secret|private|account|auth|encryption|signing|master|shared|storage|service|license|app|consumer|client|subscription)[_. -]?keys?|\
         (?:api|app|client|consumer|jwt|session|signing|webhook|oauth)[_. -]?secrets?(?:[_. -]?keys?)?|\
         (?:access|api|auth|bearer|bot|csrf|id|oauth|personal|refresh|secret|security|session|sas)[_. -]?tokens?|\
         aws[_. -]?secret[_. -]?access[_. -]?key|secret[_. -]?access[_. -]?key|\
         sharedaccess(?:key|signature)|connection[_. -]?string|\
         [_-]token|[_-]secret|[_-]key|apikey|token|secret|x-api-key",
        "=>|:=|==|=|:|is",
    )
});

static PASSWORDS: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        "passwords?|passwd|passwort|passphrase|pass[_-]?code|pwd|passcode|kennwort|mot de passe|contraseña|clave|\
         senha|parola|wachtwoord|hasło|пароль|şifre|salasana|lösenord|adgangskode|mật khẩu|รหัสผ่าน|\
         パスワード|密码|密碼|비밀번호|كلمة المرور|सांकेतिक शब्द",
        "=>|:=|==|=|：|:|is|ist|est|es|é|คือ|は|是",
    )
});

/// `Authorization: Bearer …` and `Basic …` (RFC 6750, RFC 7617).
static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?i:(?P<basic>basic)|bearer|authorization: ?token)[ \t]{1,4}(?P<value>[A-Za-z0-9._~+/-]{8,512}={0,2})",
    )
});

pub(crate) fn find(text: &str, found: &mut Candidates) {
    let certainty = Certainty::Likely;
    for captures in SECRETS.captures_iter(text) {
        if let Some((range, _)) = value(&captures)
            && is_random(&text[range.clone()])
            && !is_stand_in(&text[range.clone()])
        {
            found.push(range, Kind::Token, certainty, "secret beside its name");
        }
    }
    for captures in PASSWORDS.captures_iter(text) {
        if let Some((range, quoted)) = value(&captures)
            && is_password(&text[range.clone()], quoted)
        {
            found.push(range, Kind::Password, certainty, "password beside its name");
        }
    }
    for captures in AUTHORIZATION.captures_iter(text) {
        let Some(value) = captures.name("value") else {
            continue;
        };
        let is_secret = match captures.name("basic") {
            Some(_) => is_user_and_password(value.as_str()),
            None => is_random(value.as_str()),
        };
        if is_secret {
            found.push(
                value.range(),
                Kind::Token,
                certainty,
                "authorization header",
            );
        }
    }
}

/// Without what a sentence puts after a value.
fn trimmed(value: &str) -> &str {
    value.trim_end_matches(['.', ',', ';', '?', ')', ']', '}', ':', '。', '、', '，'])
}

/// Letters and digits as chance brings them: long, mixed, of many different characters.
fn is_random(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/=.~%$:!@#^*".contains(&byte);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    value.len() >= 16
        && value.bytes().all(allowed)
        && digits >= 2
        && letters >= 2
        && entropy(value) >= 3.0
        && !looks_like_code(value)
}

/// `user:password` in base64.
fn is_user_and_password(value: &str) -> bool {
    let decoded = STANDARD_NO_PAD.decode(value.trim_end_matches('='));
    decoded.is_ok_and(|bytes| {
        bytes.contains(&b':') && bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
    })
}

/// A password that a person would choose or a machine made; not a word of a sentence about one.
fn is_password(value: &str, quoted: bool) -> bool {
    if is_stand_in(value) || looks_like_code(value) {
        return false;
    }
    let length = value.chars().count();
    if quoted {
        return length >= 4;
    }
    // `self-service`, `one-time`, `&SecretString`, `:Derivation`: words with a sign.
    let value = value.trim_start_matches(['&', '*', ':', '@']);
    let of_word = |letter: char| letter.is_alphabetic() || "-_'’/.".contains(letter);
    length >= 6 && !value.contains('[') && !value.chars().all(of_word)
}

/// An expression of a program that gives the secret, and not the secret.
fn looks_like_code(value: &str) -> bool {
    let starts = [
        "process.env",
        "os.environ",
        "env.",
        "config.",
        "self.",
        "this.",
        "secrets.",
    ];
    value.contains('(')
        || value.contains("${")
        || value.contains("{{")
        || value.contains("::")
        || is_variable(value)
        || value.starts_with("//")
        || starts.iter().any(|start| value.starts_with(start))
}

/// What stands where a secret would stand in documentation.
pub(crate) fn is_stand_in(value: &str) -> bool {
    let marked = [('<', '>'), ('[', ']'), ('{', '}'), ('%', '%')]
        .iter()
        .any(|(open, close)| value.starts_with(*open) && value.ends_with(*close));
    let first = value.chars().next();
    // `xxx`, `****`. One character alone may be a password, if a bad one.
    let one_character =
        value.chars().count() > 2 && value.chars().all(|character| Some(character) == first);
    let lower = value.to_ascii_lowercase();
    let words = [
        "changeme",
        "example",
        "password",
        "passwd",
        "placeholder",
        "redacted",
        "required",
        "secret",
        "undefined",
        "xxxx",
        "your",
        "optional",
        "incorrect",
        "string",
        "null",
        "none",
        "false",
        "true",
    ];
    marked
        || one_character
        || lower.ends_with("password")
        || lower.ends_with("passphrase")
        || is_variable(value)
        || value.contains("***")
        || words.iter().any(|word| {
            lower == *word
                || lower.starts_with(&format!("{word}_"))
                || lower.starts_with(&format!("{word}-"))
        })
        || lower.starts_with("your")
}

/// `$DB_PASSWORD`; a password may begin with `$` too.
fn is_variable(value: &str) -> bool {
    let name = value.strip_prefix('$');
    name.is_some_and(|name| {
        name.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::found_by;

    #[test]
    fn secrets_beside_their_name() {
        for (text, value) in [
            (
                "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzzKEY12abcdX",
                "wJalrXUtnFEMIK7MDENGbPxRfiCYzzKEY12abcdX",
            ),
            ("API_KEY=9f86d081884c7d659a2f", "9f86d081884c7d659a2f"),
            (
                r#""clientSecret": "Zk8f-2Lm9_Qw3Er5Ty7U""#,
                "Zk8f-2Lm9_Qw3Er5Ty7U",
            ),
            (
                "curl 'https://x.io/v1?access_token=9f86d081884c7d65&x=1'",
                "9f86d081884c7d65",
            ),
            (
                "My api key is 7Qm2Zx9Kc4Vb8Nn3Lp6R.",
                "7Qm2Zx9Kc4Vb8Nn3Lp6R",
            ),
            (
                "Authorization: Bearer 7Qm2Zx9Kc4Vb8Nn3Lp6R",
                "7Qm2Zx9Kc4Vb8Nn3Lp6R",
            ),
            (
                "-H 'Authorization: Basic YWRhOmxvdmVsYWNlMTgxNQ=='",
                "YWRhOmxvdmVsYWNlMTgxNQ==",
            ),
            (
                "MISTRAL_API_KEY: 7Qm2Zx9Kc4Vb8Nn3Lp6R",
                "7Qm2Zx9Kc4Vb8Nn3Lp6R",
            ),
            ("GITHUB_TOKEN=7Qm2Zx9Kc4Vb8Nn3Lp6R", "7Qm2Zx9Kc4Vb8Nn3Lp6R"),
        ] {
            assert_eq!(found_by(find, text), [value], "{text}");
        }
    }

    #[test]
    fn passwords_beside_their_name() {
        for (text, value) in [
            ("My password is hunter2!", "hunter2!"),
            ("password: Tr0ub4dor&3", "Tr0ub4dor&3"),
            ("DB_PASSWORD='correct horse'", "correct horse"),
            ("\"password\": \"swordfish\"", "swordfish"),
            ("Passwort: Sommer2024.", "Sommer2024"),
            ("contraseña: gato_verde7", "gato_verde7"),
            ("รหัสผ่านคือ maew1234", "maew1234"),
            ("密码：qwe123456", "qwe123456"),
            ("Server=db;Password=p4ss,w0rd;Database=x", "p4ss,w0rd"),
        ] {
            assert_eq!(found_by(find, text), [value], "{text}");
        }
    }

    #[test]
    fn talk_about_secrets() {
        for text in [
            "The password is required.",
            "fn derive(passphrase: &SecretString)",
            "pub use passphrase::Derivation;",
            "password = auth[2]",
            "autocomplete: password ? \"current-password\" : x",
            "I forgot my password, please reset it",
            "password: <your password>",
            "password = os.environ['DB_PASSWORD']",
            "password=getPassword()",
            "api_key = \"YOUR_API_KEY_GOES_HERE_12\"",
            "apiKey: process.env.OPENAI_API_KEY_V2",
            "token: $GITHUB_TOKEN_FOR_CI_2024",
            "The secret is self-discipline",
            "The key: a long walk",
            "primary_key = user_id",
            "password is case-sensitive",
            "secret: ${{ secrets.TOKEN }}",
            "bearer of good news",
            "Basic mathematics",
        ] {
            assert_eq!(found_by(find, text), [""; 0], "{text}");
        }
    }
}
