//! What a request may take, said before it is agreed to: a range of tokens, and the most that it can
//! cost by prices of a known date. Computed here from data that is compiled in; nobody is asked.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use genai_prices::{Calculator, PriceRequest, UsageKey};
use sotto_consent::{Estimate, NanoDollars, Part};
use tiktoken_rs::{
    CoreBPE, o200k_base,
    tokenizer::{Tokenizer, get_tokenizer},
};

use crate::protocol::Usage;

/// The day of the price data: the last on which a price in it was verified, by its own notes
/// (genai-prices 0.2.1, `data/prices.json`; the crate states no day of its own).
pub const PRICES_AS_OF: &str = "2026-10-26";

/// Tokens that a message costs besides its text, at most: marks of who speaks. OpenAI counts 3 to 4,
/// templates of open models up to 8.
const MOST_PER_PART: u32 = 8;

/// Tokens around a request, at most: its beginning, the beginning of the answer, and what some
/// templates add by themselves (a date, "You are a helpful assistant").
const MOST_AROUND: u32 = 64;

/// From here on a text is not counted but bounded by its bytes: counting a megabyte takes about a
/// second, and nobody reads as much before agreeing.
const LONGEST_COUNTED: usize = 1 << 20;

/// Who is asked what, to be estimated.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The provider's name in the price data; `None` where it has none.
    pub prices: Option<&'a str>,
    /// The model's name at the provider.
    pub model: &'a str,
    /// What it is told. Parts that are left out do not count.
    pub parts: &'a [Part],
    /// The most tokens that the answer may have.
    pub answer_tokens: u32,
    /// When it is asked: some prices depend on the day and the hour.
    pub at: SystemTime,
}

/// Counts tokens with OpenAI's vocabulary `o200k`. Making one takes some tenths of a second and some
/// tens of megabytes, so it is made when something is to be asked and dropped after; both making and
/// counting keep a thread busy.
pub struct Counter(CoreBPE);

/// The vocabulary that is compiled in cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tokens cannot be counted: the vocabulary cannot be read")]
pub struct NoVocabulary;

impl Counter {
    /// Reads the vocabulary.
    ///
    /// # Errors
    ///
    /// [`NoVocabulary`], which a test rules out.
    pub fn new() -> Result<Self, NoVocabulary> {
        o200k_base().map(Self).map_err(|_| NoVocabulary)
    }

    /// What a request may take.
    #[must_use]
    pub fn estimate(&self, asked: &Asked<'_>) -> Estimate {
        let (fewest_tokens, most_tokens) = self.tokens(asked);
        Estimate {
            fewest_tokens,
            most_tokens,
            most_cost: most_cost(asked, most_tokens),
        }
    }

    /// Fewest and most tokens. For models whose vocabulary this is, the texts are exact and only the
    /// marks around them are a range. For all others the count is widened: to two thirds, because no
    /// vocabulary in use is so much better for any common language, and to twice, which covers those of
    /// 32,000 tokens in European languages. Where that is not enough (old vocabularies in Chinese, say)
    /// the bytes would be the only bound: a token of any of them stands for at least one byte.
    fn tokens(&self, asked: &Asked<'_>) -> (u32, u32) {
        let mut sum = (0_u64, u64::from(MOST_AROUND));
        let is_exact = uses_o200k(asked.model);
        for part in asked.parts.iter().filter(|part| !part.left_out) {
            let bytes = part.text.len() as u64;
            let (fewest, most) = match self.count(&part.text) {
                Some(count) if is_exact => (count, count),
                Some(count) => (count * 2 / 3, (count * 2).min(bytes)),
                None => (bytes / 16, bytes),
            };
            sum.0 += fewest;
            sum.1 += most + u64::from(MOST_PER_PART);
        }
        let fits = |sum: u64| u32::try_from(sum).unwrap_or(u32::MAX);
        (fits(sum.0), fits(sum.1))
    }

    fn count(&self, text: &str) -> Option<u64> {
        if text.len() > LONGEST_COUNTED {
            return None;
        }
        // Not `encode_ordinary`: it panics where its regular expression gives up.
        let (tokens, _) = self.0.encode(text, &HashSet::new()).ok()?;
        Some(tokens.len() as u64)
    }
}

/// Whether a model counts with `o200k`. By its name, also behind a router (`openai/gpt-5`).
fn uses_o200k(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    matches!(
        get_tokenizer(name),
        Some(Tokenizer::O200kBase | Tokenizer::O200kHarmony)
    )
}

/// The most that a request and its answer can cost, at the dearer of the prices of that moment and of
/// ten minutes later.
fn most_cost(asked: &Asked<'_>, most_tokens: u32) -> Option<NanoDollars> {
    let usage = Usage {
        request_tokens: Some(most_tokens),
        answer_tokens: Some(asked.answer_tokens),
        ..Usage::default()
    };
    let later = asked.at + Duration::from_mins(10);
    let now = cost(asked.prices, asked.model, &usage, asked.at)?;
    Some(now.max(cost(asked.prices, asked.model, &usage, later)?))
}

/// What an answer cost, by what the provider counted, rounded up to a billionth of a dollar. `None`
/// where the price or the usage is unknown; a price of nothing is an unknown one.
#[must_use]
pub fn cost(
    prices: Option<&str>,
    model: &str,
    usage: &Usage,
    at: SystemTime,
) -> Option<NanoDollars> {
    let mut counted = genai_prices::Usage::new();
    counted.insert(UsageKey::INPUT_TOKENS, f64::from(usage.request_tokens?));
    counted.insert(UsageKey::OUTPUT_TOKENS, f64::from(usage.answer_tokens?));
    let cached = [
        (UsageKey::CACHE_READ_TOKENS, usage.cached_tokens),
        (UsageKey::CACHE_WRITE_TOKENS, usage.cache_written_tokens),
    ];
    for (key, tokens) in cached {
        if let Some(tokens) = tokens.filter(|tokens| *tokens > 0) {
            counted.insert(key, f64::from(tokens));
        }
    }
    // The name under which Gemini lists its models.
    let model = model.strip_prefix("models/").unwrap_or(model);
    let request = PriceRequest::new(model, &counted)
        .with_provider_id(prices?)
        .with_timestamp(at);
    let found = Calculator::bundled().calculate(&request).ok()?;
    if !found.warnings.is_empty() || found.total_price <= 0.0 {
        return None;
    }
    nano_dollars(found.total_price)
}

fn nano_dollars(dollars: f64) -> Option<NanoDollars> {
    // Below 2^53 every whole number is exact, and nothing costs nine million dollars.
    const MOST: f64 = 9.0e15;
    // A billionth of a billionth is noise of the arithmetic, not a price.
    let billionths = (dollars * 1e9 - 1e-6).ceil();
    if (0.0..=MOST).contains(&billionths) {
        Some(NanoDollars(billionths as u64))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
