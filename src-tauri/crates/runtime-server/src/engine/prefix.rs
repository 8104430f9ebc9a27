//! The prefix cache: which tokens are evaluated, and what a new prompt can reuse of them.
//!
//! The context holds one conversation. Others that it held are parked beside it as copies of their
//! state, so that a side request (a title) does not throw away the conversation that a person is in
//! the middle of; taking one back is a copy of memory instead of an evaluation.

use super::context::Context;
use super::model::Token;

/// Fewer tokens than these are evaluated again rather than parked or fetched.
const WORTH_KEEPING: usize = 32;

/// Bytes of all parked states together: some 9,000 tokens of a 1.5B model.
const PARKING: usize = 256 << 20;

/// What is evaluated in the context, and what waits beside it.
#[derive(Debug, Default)]
pub(super) struct PrefixCache {
    tokens: Vec<Token>,
    /// The one that was used last is the last one.
    parked: Vec<Parked>,
}

#[derive(Debug)]
struct Parked {
    tokens: Vec<Token>,
    state: Vec<u8>,
}

/// Where a prompt's beginning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// In the context: this many tokens. `park`: what follows them there is worth keeping.
    Here { tokens: usize, park: bool },
    /// Parked at this place.
    Parked { at: usize },
}

impl PrefixCache {
    /// Makes the context ready to go on with the prompt. Gives how many of its tokens are reused.
    pub(super) fn prepare(&mut self, context: &mut Context, prompt: &[Token]) -> usize {
        match self.choose(prompt, context.can_step_back()) {
            Choice::Here { park: false, .. } => {}
            Choice::Here { park: true, .. } => self.park(context),
            Choice::Parked { at } => {
                let found = self.parked.remove(at);
                self.park(context);
                self.tokens = if context.restore(&found.state) {
                    found.tokens
                } else {
                    Vec::new()
                };
            }
        }
        let mut tokens = common_prefix(&self.tokens, usable(prompt));
        // Recurrent layers cannot step back, nor can a window that is gone: evaluate afresh.
        if (tokens < self.tokens.len() && !context.forget(tokens)) || !context.holds_window(tokens)
        {
            context.clear();
            tokens = 0;
        }
        self.tokens.truncate(tokens);
        tokens
    }

    fn choose(&self, prompt: &[Token], can_step_back: bool) -> Choice {
        let reusable = |held: &[Token]| {
            let common = common_prefix(held, usable(prompt));
            if can_step_back || common == held.len() {
                common
            } else {
                0
            }
        };
        let tokens = reusable(&self.tokens);
        let best = (0..self.parked.len()).max_by_key(|at| reusable(&self.parked[*at].tokens));
        match best {
            Some(at) if reusable(&self.parked[at].tokens) >= tokens + WORTH_KEEPING => {
                Choice::Parked { at }
            }
            _ => Choice::Here {
                tokens,
                park: self.tokens.len() - tokens > tokens.max(WORTH_KEEPING),
            },
        }
    }

    /// Puts a copy of what the context holds beside it.
    fn park(&mut self, context: &Context) {
        let size = context.state_size();
        if self.tokens.len() < WORTH_KEEPING || size > PARKING {
            return;
        }
        let mut state = self.make_place(size);
        context.copy_state(&mut state);
        if !state.is_empty() {
            self.parked.push(Parked {
                tokens: self.tokens.clone(),
                state,
            });
        }
    }

    /// Gives up what was not used for longest until so many bytes fit, and the beginnings of what
    /// will be parked. Gives a buffer that is free now: fresh memory costs more than the copy.
    fn make_place(&mut self, bytes: usize) -> Vec<u8> {
        let mut free = Vec::new();
        let mut held: usize = self.parked.iter().map(|one| one.state.len()).sum();
        let tokens = &self.tokens;
        self.parked.retain_mut(|old| {
            let goes = held + bytes > PARKING || tokens.starts_with(&old.tokens);
            if goes {
                held -= old.state.len();
                free = std::mem::take(&mut old.state);
            }
            !goes
        });
        free
    }

    /// Notes evaluated tokens.
    pub(super) fn extend(&mut self, tokens: &[Token]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// Tokens that the context holds.
    pub(super) fn held(&self) -> usize {
        self.tokens.len()
    }

    /// After a failed or aborted evaluation: what is not noted here must not stay in the context.
    pub(super) fn repair(&mut self, context: &mut Context) {
        if !context.forget(self.tokens.len()) {
            context.clear();
            self.tokens.clear();
        }
    }
}

/// The last token is always evaluated again: its logits are needed.
fn usable(prompt: &[Token]) -> &[Token] {
    &prompt[..prompt.len().saturating_sub(1)]
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

    fn parked(tokens: &[Token], bytes: usize) -> Parked {
        Parked {
            tokens: tokens.to_vec(),
            state: vec![0; bytes],
        }
    }

    #[test]
    fn prompts_find_their_conversation() {
        let talk: Vec<Token> = (0..100).collect();
        let with = |from: usize, rest: &[Token]| [&talk[..from], rest].concat();
        let here = |tokens, park| Choice::Here { tokens, park };
        for (what, context, beside, prompt, expected) in [
            (
                "nothing there yet",
                &[][..],
                &[][..],
                vec![1, 2, 3],
                here(0, false),
            ),
            (
                "an appended turn",
                &talk,
                &[],
                with(100, &[7, 8]),
                here(100, false),
            ),
            ("the same again", &talk, &[], talk.clone(), here(99, false)),
            (
                "an edited last turn",
                &talk,
                &[],
                with(90, &[7, 8]),
                here(90, false),
            ),
            (
                "a branch at the beginning",
                &talk,
                &[],
                with(30, &[7, 8]),
                here(30, true),
            ),
            (
                "a side request",
                &talk,
                &[9, 9],
                with(5, &[8; 50]),
                here(5, true),
            ),
            (
                "the parked talk",
                &[7, 7],
                &talk,
                with(100, &[7]),
                Choice::Parked { at: 0 },
            ),
            (
                "too little to fetch",
                &[7, 7],
                &talk,
                with(20, &[7]),
                here(0, false),
            ),
            ("something else", &talk, &[], vec![500, 501], here(0, true)),
        ] {
            let cache = PrefixCache {
                tokens: context.to_vec(),
                parked: if beside.is_empty() {
                    Vec::new()
                } else {
                    vec![parked(beside, 1)]
                },
            };
            assert_eq!(cache.choose(&prompt, true), expected, "{what}");
        }
    }

    #[test]
    fn a_recurrent_model_goes_on_or_begins_anew() {
        let talk: Vec<Token> = (0..100).collect();
        let cache = PrefixCache {
            tokens: vec![7; 50],
            parked: vec![parked(&talk, 1)],
        };
        let longer = [&talk[..], &[7]].concat();
        assert_eq!(cache.choose(&longer, false), Choice::Parked { at: 0 });
        let edited = [&talk[..90], &[7, 8]].concat();
        let park = true;
        assert_eq!(
            cache.choose(&edited, false),
            Choice::Here { tokens: 0, park }
        );
    }

    #[test]
    fn the_oldest_makes_place_and_a_beginning_is_not_kept_twice() {
        let mut cache = PrefixCache {
            tokens: vec![1, 2, 3],
            parked: vec![
                parked(&[1, 2], PARKING / 2),
                parked(&[3], PARKING / 4),
                parked(&[4], PARKING / 4),
            ],
        };
        let kept = |cache: &PrefixCache| {
            let tokens = cache.parked.iter().map(|one| one.tokens.clone());
            tokens.collect::<Vec<_>>()
        };
        assert_eq!(cache.make_place(PARKING / 4).len(), PARKING / 2);
        assert_eq!(kept(&cache), [vec![3], vec![4]]);
        assert_eq!(cache.make_place(PARKING * 3 / 4).len(), PARKING / 4);
        assert_eq!(kept(&cache), [vec![4]]);
        assert!(cache.make_place(1).is_empty());
    }
}
