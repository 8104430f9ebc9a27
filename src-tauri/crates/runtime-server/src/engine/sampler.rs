//! Chooses the next token from the logits, cheaply: most of a vocabulary is never looked at twice.

use super::job::{Sampling, TokenLogprob};
use super::model::Token;

/// A token that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The token.
    pub(super) token: Token,
    /// Its logit, later its probability.
    pub(super) weight: f32,
}

/// Sampling with its random state and the recent tokens.
pub(super) struct Sampler {
    settings: Sampling,
    random: SplitMix,
    recent: Vec<Token>,
    candidates: Vec<Candidate>,
}

impl Sampler {
    /// A sampler that has seen these tokens.
    pub(super) fn new(settings: Sampling, seen: &[Token]) -> Self {
        let keep = settings.repeat_window.unwrap_or(usize::MAX);
        let recent = seen[seen.len().saturating_sub(keep)..].to_vec();
        Self {
            random: SplitMix(settings.seed),
            settings,
            recent,
            candidates: Vec::new(),
        }
    }

    /// Weakens what was said recently. Call once for each row of logits, before [`Self::choose`].
    pub(super) fn penalise(&self, logits: &mut [f32]) {
        let penalty = self.settings.repeat_penalty;
        if penalty == 1.0 {
            return;
        }
        let window = self.settings.repeat_window.unwrap_or(usize::MAX);
        let recent = &self.recent[self.recent.len().saturating_sub(window)..];
        let mut unique: Vec<Token> = recent.to_vec();
        unique.sort_unstable();
        unique.dedup();
        for token in unique {
            if let Some(logit) = usize::try_from(token)
                .ok()
                .and_then(|at| logits.get_mut(at))
            {
                *logit = if *logit > 0.0 {
                    *logit / penalty
                } else {
                    *logit * penalty
                };
            }
        }
    }

    /// Chooses a token.
    pub(super) fn choose(&mut self, logits: &[f32]) -> Token {
        if self.settings.temperature <= 0.0 || self.settings.top_k == Some(1) {
            return greatest(logits);
        }
        let count = self.settings.top_k.unwrap_or(logits.len());
        strongest(logits, count, &mut self.candidates);
        soften(&mut self.candidates, 1.0);
        keep_top_p(&mut self.candidates, self.settings.top_p);
        keep_min_p(&mut self.candidates, self.settings.min_p);
        // Weights are probabilities now; the temperature works on their logarithms.
        for candidate in &mut self.candidates {
            candidate.weight = candidate.weight.ln();
        }
        soften(&mut self.candidates, self.settings.temperature);
        let mut left = self.random.unit();
        for candidate in &self.candidates {
            left -= candidate.weight;
            if left <= 0.0 {
                return candidate.token;
            }
        }
        self.candidates
            .last()
            .map_or_else(|| greatest(logits), |candidate| candidate.token)
    }

    /// Remembers the chosen token.
    pub(super) fn accept(&mut self, token: Token) {
        self.recent.push(token);
    }
}

/// The token with the greatest logit; the first of equals.
pub(super) fn greatest(logits: &[f32]) -> Token {
    const LANES: usize = 16;
    // The greatest value first, in lanes that the compiler turns into vector instructions.
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = logits.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    let greatest = lanes
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    let at = logits
        .iter()
        .position(|value| *value == greatest)
        .unwrap_or(0);
    Token::try_from(at).unwrap_or(0)
}

/// The `count` strongest tokens, strongest first.
fn strongest(logits: &[f32], count: usize, out: &mut Vec<Candidate>) {
    const BLOCK: usize = 64;
    out.clear();
    let count = count.clamp(1, logits.len().max(1));
    let by_weight =
        |a: &Candidate, b: &Candidate| b.weight.total_cmp(&a.weight).then(a.token.cmp(&b.token));
    let mut bound = f32::NEG_INFINITY;
    for (block, values) in logits.chunks(BLOCK).enumerate() {
        let greatest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if greatest <= bound {
            continue;
        }
        for (at, value) in values.iter().enumerate() {
            if *value > bound {
                out.push(Candidate {
                    token: Token::try_from(block * BLOCK + at).unwrap_or(0),
                    weight: *value,
                });
            }
        }
        if out.len() >= count * 2 + BLOCK {
            out.select_nth_unstable_by(count - 1, by_weight);
            out.truncate(count);
            bound = out[count - 1].weight;
        }
    }
    if out.len() > count {
        out.select_nth_unstable_by(count - 1, by_weight);
        out.truncate(count);
    }
    out.sort_unstable_by(by_weight);
}

/// Turns logits into probabilities at a temperature.
fn soften(candidates: &mut [Candidate], temperature: f32) {
    let greatest = candidates
        .iter()
        .map(|candidate| candidate.weight)
        .fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for candidate in candidates.iter_mut() {
        candidate.weight = ((candidate.weight - greatest) / temperature).exp();
        sum += candidate.weight;
    }
    for candidate in candidates {
        candidate.weight /= sum;
    }
}

fn keep_top_p(candidates: &mut Vec<Candidate>, top_p: f32) {
    if top_p >= 1.0 {
        return;
    }
    let mut sum = 0.0;
    let enough = candidates.iter().position(|candidate| {
        sum += candidate.weight;
        sum >= top_p
    });
    candidates.truncate(enough.map_or(candidates.len(), |at| at + 1).max(1));
}

fn keep_min_p(candidates: &mut Vec<Candidate>, min_p: f32) {
    if let Some(first) = candidates.first().copied().filter(|_| min_p > 0.0) {
        let bound = first.weight * min_p;
        let keep = candidates
            .iter()
            .take_while(|candidate| candidate.weight >= bound)
            .count();
        candidates.truncate(keep.max(1));
    }
}

/// The log probability of the chosen token and of the strongest ones, from unchanged logits.
pub(super) fn log_probabilities(
    logits: &[f32],
    chosen: Token,
    count: usize,
    text: impl Fn(Token) -> Vec<u8>,
) -> TokenLogprob {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits
        .iter()
        .map(|logit| f64::from(logit - greatest).exp())
        .sum();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logits are 32-bit themselves"
    )]
    let normal = (f64::from(greatest) + sum.ln()) as f32;
    let entry = |token: Token| {
        let logit = usize::try_from(token)
            .ok()
            .and_then(|at| logits.get(at))
            .copied()
            .unwrap_or(f32::NEG_INFINITY);
        TokenLogprob {
            bytes: text(token),
            log_probability: logit - normal,
            strongest: Vec::new(),
        }
    };
    let mut candidates = Vec::new();
    if count > 0 {
        strongest(logits, count, &mut candidates);
    }
    let mut probability = entry(chosen);
    probability.strongest = candidates
        .iter()
        .map(|candidate| entry(candidate.token))
        .collect();
    probability
}

/// Steele, Lea and Flood's SplitMix64: small, seedable, and the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// Uniform in 0..1.
    fn unit(&mut self) -> f32 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "24 bits fit a 32-bit float exactly"
        )]
        let value = (self.next() >> 40) as f32 / (1u32 << 24) as f32;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<f32> {
        let mut random = SplitMix(7);
        (0..count).map(|_| random.unit() * 20.0 - 10.0).collect()
    }

    #[test]
    fn the_strongest_are_those_of_a_full_sort() {
        for size in [1, 5, 64, 1000, 50_000] {
            let logits = noise(size);
            let mut sorted: Vec<usize> = (0..size).collect();
            sorted.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b)));
            assert_eq!(greatest(&logits) as usize, sorted[0]);
            for count in [1, 3, 40, 1000] {
                let mut out = Vec::new();
                strongest(&logits, count, &mut out);
                let tokens: Vec<usize> = out
                    .iter()
                    .map(|candidate| candidate.token as usize)
                    .collect();
                assert_eq!(tokens, sorted[..count.min(size)], "{count} of {size}");
            }
        }
    }

    #[test]
    fn limits_keep_what_they_say() {
        let weights = |values: &[f32]| -> Vec<Candidate> {
            values
                .iter()
                .zip(0..)
                .map(|(weight, token)| Candidate {
                    token,
                    weight: *weight,
                })
                .collect()
        };
        for (top_p, expected) in [(1.0, 4), (0.9, 3), (0.7, 2), (0.5, 1), (0.0, 1)] {
            let mut candidates = weights(&[0.5, 0.25, 0.2, 0.05]);
            keep_top_p(&mut candidates, top_p);
            assert_eq!(candidates.len(), expected, "top_p {top_p}");
        }
        for (min_p, expected) in [(0.0, 4), (0.3, 3), (0.5, 2), (1.0, 1)] {
            let mut candidates = weights(&[0.5, 0.25, 0.2, 0.05]);
            keep_min_p(&mut candidates, min_p);
            assert_eq!(candidates.len(), expected, "min_p {min_p}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_choice_and_a_penalty_another_one() {
        let logits = noise(2000);
        let settings = Sampling {
            temperature: 1.0,
            seed: 42,
            ..Sampling::default()
        };
        let choose = |settings: &Sampling| {
            let mut sampler = Sampler::new(settings.clone(), &[]);
            (0..20).map(|_| sampler.choose(&logits)).collect::<Vec<_>>()
        };
        assert_eq!(choose(&settings), choose(&settings));
        assert_ne!(
            choose(&settings),
            choose(&Sampling {
                seed: 43,
                ..settings.clone()
            })
        );
        let mut logits = vec![0.0, 2.0, 1.9, -1.0];
        let sampler = Sampler::new(
            Sampling {
                repeat_penalty: 1.5,
                ..Sampling::default()
            },
            &[1, 3],
        );
        sampler.penalise(&mut logits);
        assert_eq!(greatest(&logits), 2);
        assert_eq!(logits[3], -1.5);
    }
}
