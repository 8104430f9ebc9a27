//! Ranges hold what they should, prices are those of the data, and nothing takes for ever.

use proptest::prelude::*;
use sotto_consent::PartId;
use sotto_domain::Role;

use super::*;

fn part(text: &str) -> Part {
    Part {
        id: PartId::new(0),
        role: Role::User,
        text: text.to_owned(),
        message: None,
        left_out: false,
    }
}

/// 2026-11-01 12:00 UTC.
fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400)
}

fn asked<'a>(prices: Option<&'a str>, model: &'a str, parts: &'a [Part]) -> Asked<'a> {
    Asked {
        prices,
        model,
        parts,
        answer_tokens: 1_000,
        at: noon(),
    }
}

#[test]
fn a_text_is_exact_for_the_vocabulary_and_a_range_for_others() {
    let counter = Counter::new().unwrap();
    let parts = [part("Why is the sky blue?"), part("")];
    let range = |model| {
        let estimate = counter.estimate(&asked(None, model, &parts));
        (estimate.fewest_tokens, estimate.most_tokens)
    };
    // 6 tokens; 2 parts and what is around them.
    let around = 2 * MOST_PER_PART + MOST_AROUND;
    for exact in ["gpt-4o", "gpt-5", "openai/gpt-5-mini", "o3", "gpt-oss-120b"] {
        assert_eq!(range(exact), (6, 6 + around), "{exact}");
    }
    for other in ["claude-sonnet-4-5", "gpt-4", "mistral-large-latest", "x"] {
        assert_eq!(range(other), (4, 12 + around), "{other}");
    }
}

#[test]
fn what_is_left_out_does_not_count() {
    let counter = Counter::new().unwrap();
    let mut parts = [part("Why is the sky blue?"), part("Why?")];
    let both = counter.estimate(&asked(None, "gpt-5", &parts));
    parts[0].left_out = true;
    let one = counter.estimate(&asked(None, "gpt-5", &parts));
    assert!(one.most_tokens < both.most_tokens);
    assert_eq!(one.fewest_tokens, 2);
}

/// Texts on which regular expressions or merges could run away.
#[test]
fn odd_texts_are_counted_too() {
    let counter = Counter::new().unwrap();
    let texts = [
        " ".repeat(200_000),
        "a".repeat(200_000),
        "\n \t".repeat(50_000),
        "é".repeat(50_000),
        "<|endoftext|>".repeat(100),
        "a ".repeat(LONGEST_COUNTED),
    ];
    for text in texts {
        let parts = [part(&text)];
        let estimate = counter.estimate(&asked(None, "x", &parts));
        assert!(estimate.fewest_tokens > 0 && estimate.most_tokens >= estimate.fewest_tokens);
    }
}

#[test]
fn costs_are_those_of_the_data() {
    let usage = |request, answer| Usage {
        request_tokens: Some(request),
        answer_tokens: Some(answer),
        ..Usage::default()
    };
    let check = |prices, model, usage: Usage, expected: Option<u64>| {
        let found = cost(prices, model, &usage, noon());
        assert_eq!(found, expected.map(NanoDollars), "{model}");
    };
    // 2.50 and 10 dollars for a million tokens.
    check(Some("openai"), "gpt-4o", usage(1_000, 100), Some(3_500_000));
    check(Some("openai"), "gpt-4o", usage(1, 0), Some(2_500));
    // 3 and 15 dollars; read from the cache, a tenth.
    check(
        Some("anthropic"),
        "claude-sonnet-4-5",
        usage(1_000, 100),
        Some(4_500_000),
    );
    let cached = Usage {
        cached_tokens: Some(900),
        ..usage(1_000, 100)
    };
    check(
        Some("anthropic"),
        "claude-sonnet-4-5",
        cached,
        Some(2_070_000),
    );
    check(
        Some("google"),
        "models/gemini-2.5-flash",
        usage(1_000_000, 0),
        Some(300_000_000),
    );
    for unknown in ["", "no-such-model"] {
        check(Some("openai"), unknown, usage(1, 1), None);
    }
    check(Some("nobody"), "gpt-4o", usage(1, 1), None);
    check(None, "gpt-4o", usage(1, 1), None);
    check(Some("openai"), "gpt-4o", Usage::default(), None);
    // Free, or not known: the data do not tell.
    check(Some("google"), "gemma-4-31b-it", usage(1_000, 1_000), None);
}

#[test]
fn the_most_that_it_can_cost_covers_the_longest_answer() {
    let counter = Counter::new().unwrap();
    let parts = [part("Why is the sky blue?")];
    let estimate = counter.estimate(&asked(Some("openai"), "gpt-4o", &parts));
    let most = u64::from(estimate.most_tokens) * 2_500 + 1_000 * 10_000;
    assert_eq!(estimate.most_cost, Some(NanoDollars(most)));
    let unknown = counter.estimate(&asked(Some("openai"), "my-model", &parts));
    assert_eq!(unknown.most_cost, None);
}

#[test]
fn odd_amounts_are_no_prices() {
    for odd in [f64::NAN, f64::INFINITY, -1.0, 1e10] {
        assert_eq!(nano_dollars(odd), None, "{odd}");
    }
    assert_eq!(nano_dollars(0.1 + 0.2), Some(NanoDollars(300_000_000)));
    assert_eq!(nano_dollars(1.1e-9), Some(NanoDollars(2)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// The range is one, holds the exact count, and never exceeds the bytes by more than the marks.
    #[test]
    fn ranges_hold_what_they_should(text in ".{0,400}") {
        thread_local!(static COUNTER: Counter = Counter::new().unwrap());
        let parts = [part(&text)];
        let (exact, other) = COUNTER.with(|counter| {
            let range = |model| counter.estimate(&asked(None, model, &parts));
            (range("gpt-5"), range("x"))
        });
        prop_assert!(other.fewest_tokens <= exact.fewest_tokens);
        prop_assert!(exact.fewest_tokens <= other.most_tokens);
        let bytes = u32::try_from(text.len()).unwrap();
        prop_assert!(other.most_tokens <= bytes + MOST_PER_PART + MOST_AROUND);
    }
}
