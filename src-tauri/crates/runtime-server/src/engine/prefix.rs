//! The prefix cache: which tokens are in the context's memory, and what a new prompt can reuse.
//!
//! A few sequences share the context, so that a side request (a title) does not throw away the
//! conversation that a person is in the middle of.

use super::context::Context;
use super::model::Token;

/// Sequences that keep their tokens.
pub(super) const SEQUENCES: usize = 2;

/// Fewer tokens than these are evaluated again rather than given a place.
const WORTH_KEEPING: usize = 32;

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

/// Where a prompt's beginning is and where the prompt shall go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Choice {
    from: usize,
    to: usize,
    tokens: usize,
}

impl PrefixCache {
    /// Chooses a sequence for the prompt and makes the context ready to go on after the reused tokens.
    pub(super) fn prepare(&mut self, context: &mut Context, prompt: &[Token]) -> Reuse {
        let Choice {
            from,
            to,
            mut tokens,
        } = self.choose(prompt, context.can_step_back());
        if from != to {
            context.forget(position(to), 0);
            if tokens > 0 {
                context.share(position(from), position(to), tokens);
            }
            self.sequences[to].tokens = prompt[..tokens].to_vec();
        }
        let held = self.sequences[to].tokens.len();
        if tokens < held && !context.forget(position(to), tokens) {
            // Recurrent layers cannot step back: evaluate afresh.
            context.forget(position(to), 0);
            tokens = 0;
        }
        if !context.holds_window(position(to), tokens) {
            context.forget(position(to), 0);
            tokens = 0;
        }
        self.sequences[to].tokens.truncate(tokens);
        self.clock += 1;
        self.sequences[to].used = self.clock;
        Reuse {
            sequence: to,
            tokens,
        }
    }

    /// The last token is always evaluated again: its logits are needed.
    fn choose(&self, prompt: &[Token], can_step_back: bool) -> Choice {
        let usable = &prompt[..prompt.len().saturating_sub(1)];
        let common = |at: usize| common_prefix(&self.sequences[at].tokens, usable);
        let best = (0..SEQUENCES)
            .max_by_key(|at| (common(*at), self.sequences[*at].used))
            .unwrap_or(0);
        let tokens = common(best);
        let lost = self.sequences[best].tokens.len() - tokens;
        // Go on with it if little is lost. Otherwise only the common beginning is shared with the
        // other place, the one that was not used for longest.
        if lost == 0 || (can_step_back && lost <= tokens.max(WORTH_KEEPING)) {
            return Choice {
                from: best,
                to: best,
                tokens,
            };
        }
        let other = (0..SEQUENCES)
            .filter(|at| *at != best)
            .min_by_key(|at| self.sequences[*at].used)
            .unwrap_or(best);
        Choice {
            from: best,
            to: other,
            tokens: if can_step_back { tokens } else { 0 },
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
        let talk: Vec<Token> = (0..100).collect();
        let with = |from: usize, rest: &[Token]| [&talk[..from], rest].concat();
        let choice = |from, to, tokens| Choice { from, to, tokens };
        for (what, first, second, prompt, expected) in [
            (
                "nothing there yet",
                &[][..],
                &[][..],
                vec![1, 2, 3],
                choice(0, 0, 0),
            ),
            (
                "an appended turn",
                &talk,
                &[],
                with(100, &[7, 8]),
                choice(0, 0, 100),
            ),
            ("the same again", &talk, &[], talk.clone(), choice(0, 0, 99)),
            (
                "an edited last turn",
                &talk,
                &[],
                with(90, &[7, 8]),
                choice(0, 0, 90),
            ),
            (
                "a branch at the beginning",
                &talk,
                &[],
                with(30, &[7, 8]),
                choice(0, 1, 30),
            ),
            (
                "a side request",
                &talk,
                &[9, 9],
                with(5, &[8; 50]),
                choice(0, 1, 5),
            ),
            (
                "the talk in the second place",
                &[7, 7],
                &talk,
                with(100, &[7]),
                choice(1, 1, 100),
            ),
            (
                "something else",
                &talk,
                &[],
                vec![500, 501],
                choice(0, 1, 0),
            ),
        ] {
            assert_eq!(
                cache(first, second).choose(&prompt, true),
                expected,
                "{what}"
            );
        }
        // A recurrent model goes on or begins anew.
        assert_eq!(
            cache(&talk, &[]).choose(&with(100, &[7]), false),
            choice(0, 0, 100)
        );
        assert_eq!(
            cache(&talk, &[]).choose(&with(90, &[7, 8]), false),
            choice(0, 1, 0)
        );
    }
}
