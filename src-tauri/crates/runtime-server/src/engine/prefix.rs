//! The prefix cache: which tokens are in the context's memory, and what a new prompt can reuse.
//!
//! A few sequences share the context, so that a side request (a title) does not throw away the
//! conversation that a person is in the middle of.

use super::context::Context;
use super::model::Token;

/// Sequences that keep their tokens.
pub(super) const SEQUENCES: usize = 2;

/// What is evaluated in each sequence.
#[derive(Debug, Default)]
pub(super) struct PrefixCache {
    sequences: [Sequence; SEQUENCES],
    clock: u64,
}

#[derive(Debug, Default)]
struct Sequence {
    tokens: Vec<Token>,
    used: u64,
}

/// What a prompt finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reuse {
    /// The sequence to go on with.
    pub(super) sequence: usize,
    /// Tokens of it that need no evaluation.
    pub(super) tokens: usize,
}

impl PrefixCache {
    /// Chooses a sequence for the prompt and makes the context ready to go on after the reused tokens.
    pub(super) fn prepare(&mut self, context: &mut Context, prompt: &[Token]) -> Reuse {
        let mut reuse = self.choose(prompt);
        let held = self.sequences[reuse.sequence].tokens.len();
        if reuse.tokens < held && !context.forget(position(reuse.sequence), reuse.tokens) {
            // Recurrent layers cannot step back: evaluate afresh.
            context.forget(position(reuse.sequence), 0);
            reuse.tokens = 0;
        }
        self.sequences[reuse.sequence].tokens.truncate(reuse.tokens);
        self.clock += 1;
        self.sequences[reuse.sequence].used = self.clock;
        reuse
    }

    /// The last token is always evaluated again: its logits are needed.
    fn choose(&self, prompt: &[Token]) -> Reuse {
        let usable = &prompt[..prompt.len().saturating_sub(1)];
        let common: [usize; SEQUENCES] =
            std::array::from_fn(|at| common_prefix(&self.sequences[at].tokens, usable));
        let best = (0..SEQUENCES)
            .max_by_key(|at| (common[*at], self.sequences[*at].used))
            .unwrap_or(0);
        let held = self.sequences[best].tokens.len();
        // Worth going on with if most of what it holds stays, or most of the prompt is there.
        // Otherwise the least recently used sequence makes place.
        if common[best] * 2 >= held.min(usable.len()) && common[best] > 0 {
            return Reuse {
                sequence: best,
                tokens: common[best],
            };
        }
        let oldest = (0..SEQUENCES)
            .min_by_key(|at| self.sequences[*at].used)
            .unwrap_or(0);
        Reuse {
            sequence: oldest,
            tokens: common[oldest],
        }
    }

    /// Notes evaluated tokens.
    pub(super) fn extend(&mut self, sequence: usize, tokens: &[Token]) {
        self.sequences[sequence].tokens.extend_from_slice(tokens);
    }

    /// Tokens of a sequence.
    pub(super) fn held(&self, sequence: usize) -> usize {
        self.sequences[sequence].tokens.len()
    }

    /// Gives the place of all other sequences free; `false`: they held nothing.
    pub(super) fn drop_others(&mut self, context: &mut Context, sequence: usize) -> bool {
        let mut freed = false;
        for other in (0..SEQUENCES).filter(|other| *other != sequence) {
            if !self.sequences[other].tokens.is_empty() {
                context.forget(position(other), 0);
                self.sequences[other].tokens.clear();
                freed = true;
            }
        }
        freed
    }

    /// After a failed or aborted evaluation: what is not noted here must not stay in the context.
    pub(super) fn repair(&mut self, context: &mut Context, sequence: usize) {
        if !context.forget(position(sequence), self.sequences[sequence].tokens.len()) {
            context.forget(position(sequence), 0);
            self.sequences[sequence].tokens.clear();
        }
    }
}

/// The sequence's number for llama.cpp.
pub(super) fn position(sequence: usize) -> i32 {
    i32::try_from(sequence).unwrap_or(0)
}

fn common_prefix(held: &[Token], prompt: &[Token]) -> usize {
    held.iter()
        .zip(prompt)
        .take_while(|(held, new)| held == new)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(first: &[Token], second: &[Token]) -> PrefixCache {
        let [a, b] = [first, second].map(<[Token]>::to_vec);
        PrefixCache {
            sequences: [
                Sequence { tokens: a, used: 2 },
                Sequence { tokens: b, used: 1 },
            ],
            clock: 2,
        }
    }

    #[test]
    fn prompts_find_their_conversation() {
        let talk = [1, 2, 3, 4, 5, 6];
        for (first, second, prompt, sequence, tokens) in [
            // Nothing there yet: the place that was not used.
            (&[][..], &[][..], &[1, 2, 3][..], 1, 0),
            // An appended turn.
            (&talk, &[], &[1, 2, 3, 4, 5, 6, 7, 8], 0, 6),
            // The same prompt again: its last token is evaluated for its logits.
            (&talk, &[], &talk, 0, 5),
            // A branch early in the conversation.
            (&talk, &[], &[1, 2, 3, 9], 0, 3),
            // A side request shares only the opening: it takes the other place.
            (&talk, &[9, 9, 9], &[1, 8, 8, 8, 8, 8, 8], 1, 0),
            // Back to the conversation in the second place.
            (&[7, 7, 7], &talk, &[1, 2, 3, 4, 5, 6, 7], 1, 6),
            (&talk, &[], &[1], 1, 0),
        ] {
            assert_eq!(
                cache(first, second).choose(prompt),
                Reuse { sequence, tokens },
                "{prompt:?}"
            );
        }
    }
}
