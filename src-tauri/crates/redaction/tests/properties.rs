//! What holds of every text: where findings lie, that replacing and restoring gives the text back,
//! and that no text takes long.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use sotto_redaction::{CANNOT_FIND, Certainty, Finding, Kind, Restorer, Vault, Words, scan};

/// Pieces that detectors look for, joined by chance with any characters between.
const PIECES: &[&str] = &[
    "ada@example.com",
    "@",
    "4111 1111 1111 1111",
    "4111",
    "GB82 WEST 1234 5698 7654 32",
    "GB82",
    "+66 81 234 5678",
    "Call me at ",
    "650-253-0000",
    "(",
    ")",
    "+",
    "203.0.113.7",
    "2001:db8::1",
    "::",
    "219-09-9999",
    "111.444.777-35",
    "AKIAZ3MPQ7RTX5KDWJ2N",
    "sk-",
    "ghp_",
    "eyJ",
    "password: ",
    "hunter2!",
    "\"",
    "https://ada:pw1@x.io",
    "://",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "12 Main Street",
    "Hauptstraße 5",
    "Acme",
    "สมชาย",
    "田中",
    "ัา",
    "[EMAIL_1]",
    "[WORD_2]",
    "[EMAIL_",
    "1]",
    "[TEXT_1]",
    "[",
    "]",
    " ",
    "\n",
    "\u{A0}",
    "é",
    "e\u{301}",
    "🙂",
    "0",
    "12",
    "-",
    ".",
    "/",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => "[0-9 .+()-]{0,20}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn words() -> Words {
    Words::new(["Acme", "สมชาย", "田中", "[EMAIL_1]"]).unwrap()
}

/// Any stretches that do not overlap, as if a detector had found them.
fn any_findings(text: &str, cuts: &[prop::sample::Index]) -> Vec<Finding> {
    let boundaries: Vec<usize> = (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .collect();
    let mut at: Vec<usize> = cuts
        .iter()
        .map(|cut| boundaries[cut.index(boundaries.len())])
        .collect();
    at.sort_unstable();
    at.dedup();
    let pairs = at.chunks_exact(2);
    pairs
        .enumerate()
        .map(|(number, pair)| Finding {
            range: pair[0]..pair[1],
            kind: Kind::ALL[number % Kind::ALL.len()],
            certainty: Certainty::Likely,
            name: "any",
        })
        .collect()
}

fn restored_in_pieces(vault: &Vault, text: &str, cuts: &[prop::sample::Index]) -> String {
    let boundaries: Vec<usize> = (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .collect();
    let mut at: Vec<usize> = cuts
        .iter()
        .map(|cut| boundaries[cut.index(boundaries.len())])
        .collect();
    at.extend([0, text.len()]);
    at.sort_unstable();
    let mut restorer = Restorer::default();
    let mut restored = String::new();
    for pair in at.windows(2) {
        restored.push_str(&restorer.push(vault, &text[pair[0]..pair[1]]));
    }
    restored.push_str(&restorer.finish());
    restored
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn findings_lie_in_the_text_sorted_and_apart(text in text()) {
        let findings = scan(&text, &words());
        let mut end = 0;
        for finding in &findings {
            prop_assert!(finding.range.start >= end, "{findings:?}");
            prop_assert!(text.get(finding.range.clone()).is_some_and(|value| !value.is_empty()));
            prop_assert!(!finding.name.is_empty());
            end = finding.range.end;
        }
        prop_assert_eq!(findings, scan(&text, &words()));
    }

    #[test]
    fn replaced_and_restored_is_the_same(
        texts in proptest::collection::vec(text(), 1..4),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        by_scan in any::<bool>(),
    ) {
        let mut vault = Vault::default();
        let mut sent = Vec::new();
        for text in &texts {
            let findings = if by_scan { scan(text, &words()) } else { any_findings(text, &cuts) };
            sent.push(vault.replace(text, &findings).unwrap());
        }
        for (text, replaced) in texts.iter().zip(&sent) {
            prop_assert_eq!(&vault.restore(replaced), text);
            prop_assert_eq!(&restored_in_pieces(&vault, replaced, &cuts), text);
        }
    }

    #[test]
    fn what_is_replaced_is_gone(name in "[a-z]{6,12}", before in text(), after in text()) {
        let value = format!("{name}@example.com");
        let text = format!("{before} {value} {after}");
        let replaced = Vault::default().replace(&text, &scan(&text, &words())).unwrap();
        prop_assert!(!replaced.contains(&value), "{replaced}");
    }

    #[test]
    fn own_words_and_long_keys_are_gone(before in text(), after in text()) {
        let key = "sk-proj-7Qm2Zx9Kc4Vb8Nn3Lp6Rt1Ws5Yd0Hf7Gj2Ak9Be4Uo8Ti3Sv6";
        let text = format!("{before} Acme {key} {after}");
        let replaced = Vault::default().replace(&text, &scan(&text, &words())).unwrap();
        prop_assert!(!replaced.contains(key), "{replaced}");
        prop_assert!(!replaced.contains(" Acme "), "{replaced}");
    }

    #[test]
    fn pieces_make_no_difference_and_inventions_stay(
        answer in text(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let empty = Vault::default();
        prop_assert_eq!(&empty.restore(&answer), &answer);
        let mut vault = Vault::default();
        let value = "ada@example.org";
        vault.replace(value, &scan(value, &Words::default())).unwrap();
        let whole = vault.restore(&answer);
        prop_assert_eq!(&whole, &answer.replace("[EMAIL_1]", value));
        prop_assert_eq!(restored_in_pieces(&vault, &answer, &cuts), whole);
    }
}

#[test]
fn the_person_is_told_what_cannot_be_found() {
    for word in ["names", "addresses", "Read the text"] {
        assert!(CANNOT_FIND.contains(word), "{word}");
    }
}

#[test]
fn findings_in_one_text() {
    let text = "Hi, Ada here (ada@example.com, +66 81 234 5678). Pay GB82 WEST 1234 5698 7654 32, \
                not card 4111-1111-1111-1111. DB: postgres://app:s3cr3t-pw@203.0.113.7/x, \
                Acme's token=7Qm2Zx9Kc4Vb8Nn3Lp6R";
    let found: Vec<(Kind, &str)> = scan(text, &words())
        .into_iter()
        .map(|finding| (finding.kind, &text[finding.range]))
        .collect();
    assert_eq!(
        found,
        [
            (Kind::Email, "ada@example.com"),
            (Kind::Phone, "+66 81 234 5678"),
            (Kind::Iban, "GB82 WEST 1234 5698 7654 32"),
            (Kind::PaymentCard, "4111-1111-1111-1111"),
            (Kind::UrlPassword, "s3cr3t-pw"),
            (Kind::IpAddress, "203.0.113.7"),
            (Kind::OwnWord, "Acme"),
            (Kind::Token, "7Qm2Zx9Kc4Vb8Nn3Lp6R"),
        ]
    );
}

/// Texts made to be slow: each is one piece repeated, so that whatever looks ahead from each place
/// looks over the whole text. Twice the text may take twice the time, with room for a busy machine;
/// a quadratic search takes four times as long, and here would take minutes.
#[test]
fn no_text_takes_long() {
    const LENGTH: usize = 48 * 1024;
    let words = Words::new(["aaaa", "a a a", "11 11"]).unwrap();
    for piece in [
        "a",
        "1",
        " ",
        "@",
        "a@",
        "a.",
        "@a.b",
        "[",
        "[EMAIL_",
        "1 ",
        "1-",
        "11-",
        "+1",
        "(1)",
        "(",
        "0 0",
        "12/",
        "a1",
        "A1",
        ":",
        "::",
        "1:",
        "f:",
        "1.",
        "sk-",
        "-sk-",
        "eyJ",
        "-eyJ",
        "eyJ.",
        "ghp_",
        "xoxb-",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "://",
        "a://",
        "a://b:c",
        "password=",
        "token is ",
        "secret: \"",
        "key = '",
        "Bearer ",
        "GB82",
        "GB82 ",
        "1 A ",
        "1 Ab St ",
        "A",
        "Aa ",
        "straße ",
        "rue ",
        "12 rue de ",
        "é",
        "ก",
        "田",
        "田街",
        "e\u{301}",
        "1/1 ซอย",
        "Call ",
        "phone 1",
        "x11 ",
        "\n",
        "\u{A0}1",
    ] {
        let text = piece.repeat(LENGTH / piece.len());
        let began = Instant::now();
        let findings = scan(&text, &words);
        let scanned = began.elapsed();
        assert!(scanned < Duration::from_secs(20), "{piece:?}: {scanned:?}");
        let mut vault = Vault::default();
        let replaced = vault.replace(&text, &findings).unwrap();
        assert_eq!(vault.restore(&replaced), text, "{piece:?}");
    }
}
