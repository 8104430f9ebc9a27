//! The prefix cache: which tokens are evaluated, and what a new prompt can reuse of them.
//!
//! The context holds one conversation. Others that it held, and branches that were left, are parked
//! beside it as copies of their state: going back to one is a copy of memory instead of an evaluation.
//! What was evaluated with other adapters is another state, however equal the tokens are.

use super::adapter::Attached;
use super::context::Context;
use super::memory::system_memory;
use super::model::Token;

/// Fewer tokens than these are evaluated again rather than parked or fetched.
const WORTH_KEEPING: usize = 32;

/// Bytes of all parked states together: some 37,000 tokens of a 1.5B model. Never more than a
/// quarter of the memory that is free at that moment.
const PARKING: usize = 1 << 30;

/// What is evaluated in the context, and what waits beside it.
#[derive(Debug, Default)]
pub(super) struct PrefixCache {
    tokens: Vec<Token>,
    /// With what they were evaluated.
    attached: Attached,
    /// Bytes that all that is parked may take.
    room: usize,
    /// The one that was used last is the last one.
    parked: Vec<Parked>,
}

#[derive(Debug)]
struct Parked {
    tokens: Vec<Token>,
    attached: Attached,
    state: Vec<u8>,
}

/// Where a prompt's beginning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// In the context, if anywhere. `park`: what follows it there is worth keeping.
    Here { park: bool },
    /// Parked at this place.
    Parked { at: usize },
}

impl PrefixCache {
    /// Makes the context ready to go on with the prompt, evaluated with what is attached. Gives how
    /// many of its tokens are reused.
    pub(super) fn prepare(
        &mut self,
        context: &mut Context,
        prompt: &[Token],
        attached: &Attached,
    ) -> usize {
        match self.choose(
            prompt,
            attached,
            context.can_step_back(),
            context.has_window(),
        ) {
            Choice::Here { park } => {
                if park {
                    self.park(context, 0);
                }
            }
            Choice::Parked { at } => {
                let found = self.parked.remove(at);
                self.park(context, found.state.capacity());
                if context.restore(&found.state) {
                    self.tokens.clone_from(&found.tokens);
                    self.attached.clone_from(&found.attached);
                    if is_lost(&found.tokens, common_prefix(&found.tokens, usable(prompt))) {
                        self.parked.push(found);
                    }
                } else {
                    self.tokens.clear();
                }
            }
        }
        let mut tokens = if self.attached == *attached {
            common_prefix(&self.tokens, usable(prompt))
        } else {
            0
        };
        self.attached.clone_from(attached);
        // Recurrent layers cannot step back, nor can a window that is gone: evaluate afresh.
        if (tokens < self.tokens.len() && !context.forget(tokens)) || !context.holds_window(tokens)
        {
            context.clear();
            tokens = 0;
        }
        self.tokens.truncate(tokens);
        tokens
    }

    fn choose(
        &self,
        prompt: &[Token],
        attached: &Attached,
        can_step_back: bool,
        has_window: bool,
    ) -> Choice {
        let reusable = |held: &[Token], with: &Attached, can_step_back: bool| {
            let common = common_prefix(held, usable(prompt));
            if with == attached && (can_step_back || common == held.len()) {
                common
            } else {
                0
            }
        };
        let tokens = reusable(&self.tokens, &self.attached, can_step_back);
        // A copy holds no more of a sliding window than its end looks back to.
        let parked = |at: usize| {
            let Parked {
                tokens, attached, ..
            } = &self.parked[at];
            reusable(tokens, attached, can_step_back && !has_window)
        };
        let best = (0..self.parked.len()).max_by_key(|at| parked(*at));
        match best {
            Some(at) if parked(at) >= tokens + WORTH_KEEPING => Choice::Parked { at },
            _ => Choice::Here {
                park: is_lost(&self.tokens, tokens),
            },
        }
    }

    /// Puts a copy of what the context holds beside it. `taken`: bytes that stay in use meanwhile.
    fn park(&mut self, context: &Context, taken: usize) {
        let size = context.state_size();
        let free = usize::try_from(system_memory().available / 4).unwrap_or(usize::MAX);
        let budget = PARKING.min(free).min(self.room).saturating_sub(taken);
        if self.tokens.len() < WORTH_KEEPING || size > budget {
            return;
        }
        let mut state = self.make_place(size, budget);
        if context.copy_state(&mut state) {
            self.parked.push(Parked {
                tokens: self.tokens.clone(),
                attached: self.attached.clone(),
                state,
            });
        }
    }

    /// Leaves the context to somebody else: what it holds is parked.
    pub(super) fn set_aside(&mut self, context: &mut Context) {
        self.park(context, 0);
        context.clear();
        self.tokens.clear();
    }

    /// Says how many bytes all that is parked may take from now on.
    pub(super) fn set_room(&mut self, bytes: u64) {
        self.room = usize::try_from(bytes).unwrap_or(usize::MAX);
        while self.parked_bytes() > self.room {
            self.parked.remove(0);
        }
    }

    /// Bytes that all that is parked takes.
    pub(super) fn parked_bytes(&self) -> usize {
        self.parked.iter().map(|one| one.state.capacity()).sum()
    }

    /// Gives up the beginnings of what will be parked, and what was not used for longest until so
    /// many bytes fit. Gives a buffer that is free now: fresh memory costs more than the copy.
    fn make_place(&mut self, bytes: usize, budget: usize) -> Vec<u8> {
        let mut free = Vec::new();
        let mut give_up = |one: Parked| {
            // A much larger one would hold memory that nobody counts.
            if one.state.capacity() <= bytes * 2 {
                free = one.state;
            }
        };
        let old = std::mem::take(&mut self.parked);
        let (beginnings, mut kept): (Vec<_>, Vec<_>) = old
            .into_iter()
            .partition(|one| one.attached == self.attached && self.tokens.starts_with(&one.tokens));
        beginnings.into_iter().for_each(&mut give_up);
        let held = |kept: &[Parked]| kept.iter().map(|one| one.state.capacity()).sum::<usize>();
        while !kept.is_empty() && held(&kept) + bytes > budget {
            give_up(kept.remove(0));
        }
        self.parked = kept;
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

/// Whether going on after `kept` tokens loses much of what is held.
fn is_lost(held: &[Token], kept: usize) -> bool {
    held.len() - kept > kept.max(WORTH_KEEPING)
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
            attached: Attached::default(),
            state: vec![0; bytes],
        }
    }

    fn cache(tokens: &[Token], parked: Vec<Parked>) -> PrefixCache {
        PrefixCache {
            tokens: tokens.to_vec(),
            parked,
            room: usize::MAX,
            ..PrefixCache::default()
        }
    }

    #[test]
    fn prompts_find_their_conversation() {
        let talk: Vec<Token> = (0..100).collect();
        let with = |from: usize, rest: &[Token]| [&talk[..from], rest].concat();
        let here = |park| Choice::Here { park };
        let parked_one = Choice::Parked { at: 0 };
        for (what, context, beside, prompt, expected) in [
            (
                "nothing there yet",
                &[][..],
                &[][..],
                vec![1, 2, 3],
                here(false),
            ),
            (
                "an appended turn",
                &talk,
                &[],
                with(100, &[7, 8]),
                here(false),
            ),
            ("the same again", &talk, &[], talk.clone(), here(false)),
            (
                "an edited last turn",
                &talk,
                &[],
                with(90, &[7, 8]),
                here(false),
            ),
            (
                "a branch at the beginning",
                &talk,
                &[],
                with(30, &[7, 8]),
                here(true),
            ),
            (
                "a side request",
                &talk,
                &[9, 9],
                with(5, &[8; 50]),
                here(true),
            ),
            (
                "the parked talk",
                &[7, 7],
                &talk,
                with(100, &[7]),
                parked_one,
            ),
            (
                "too little to fetch",
                &[7, 7],
                &talk,
                with(20, &[7]),
                here(false),
            ),
            ("something else", &talk, &[], vec![500, 501], here(true)),
        ] {
            let beside = if beside.is_empty() {
                Vec::new()
            } else {
                vec![parked(beside, 1)]
            };
            let choice = cache(context, beside).choose(&prompt, &Attached::default(), true, false);
            assert_eq!(choice, expected, "{what}");
        }
    }

    #[test]
    fn a_recurrent_model_goes_on_or_begins_anew() {
        let talk: Vec<Token> = (0..100).collect();
        let cache = cache(&[7; 50], vec![parked(&talk, 1)]);
        let none = Attached::default();
        let longer = [&talk[..], &[7]].concat();
        let edited = [&talk[..90], &[7, 8]].concat();
        // So does one with a sliding window, from a copy.
        for (can_step_back, has_window) in [(false, false), (true, true)] {
            let choice = |prompt| cache.choose(prompt, &none, can_step_back, has_window);
            assert_eq!(choice(&longer), Choice::Parked { at: 0 });
            assert_eq!(choice(&edited), Choice::Here { park: true });
        }
        assert_eq!(
            cache.choose(&edited, &none, true, false),
            Choice::Parked { at: 0 }
        );
    }

    #[test]
    fn beginnings_go_first_and_then_the_oldest() {
        let kept = |cache: &PrefixCache| {
            let tokens = cache.parked.iter().map(|one| one.tokens[0]);
            tokens.collect::<Vec<_>>()
        };
        let mut cache = cache(
            &[1, 2, 3],
            vec![
                parked(&[9], 40),
                parked(&[1, 2], 20),
                parked(&[8], 30),
                parked(&[7], 10),
            ],
        );
        assert_eq!(
            cache.make_place(20, 100).len(),
            20,
            "the beginning's buffer"
        );
        assert_eq!(kept(&cache), [9, 8, 7]);
        assert_eq!(cache.make_place(30, 100).len(), 40);
        assert_eq!(kept(&cache), [8, 7]);
        assert!(
            cache.make_place(5, 15).is_empty(),
            "a buffer much larger than needed"
        );
        assert_eq!(kept(&cache), [7]);
    }

    #[test]
    fn what_was_evaluated_with_an_adapter_serves_only_with_it() {
        let talk: Vec<Token> = (0..100).collect();
        let longer = [&talk[..], &[7]].concat();
        let with = |scale| Attached::of([("adapter", scale)]);
        let evaluated = |attached: &Attached| PrefixCache {
            attached: attached.clone(),
            ..cache(&talk, Vec::new())
        };
        let beside = |attached: &Attached| {
            cache(
                &[9],
                vec![Parked {
                    attached: attached.clone(),
                    ..parked(&talk, 1)
                }],
            )
        };
        let none = Attached::default();
        for (held, wanted, serves) in [
            (&none, &none, true),
            (&with(1.0), &with(1.0), true),
            (&none, &with(1.0), false),
            (&with(1.0), &none, false),
            (&with(1.0), &with(0.5), false),
            (&none, &with(0.0), true),
        ] {
            let here = evaluated(held).choose(&longer, wanted, true, false);
            assert_eq!(here, Choice::Here { park: !serves }, "{held:?} {wanted:?}");
            let fetched = beside(held).choose(&longer, wanted, true, false);
            assert_eq!(fetched == Choice::Parked { at: 0 }, serves);
        }
    }

    #[test]
    fn less_room_gives_up_the_oldest() {
        let mut cache = cache(&[1], vec![parked(&[9], 40), parked(&[8], 30)]);
        for (room, left) in [(70, 70), (69, 30), (0, 0)] {
            cache.set_room(room);
            assert_eq!(cache.parked_bytes(), left);
        }
    }
}
