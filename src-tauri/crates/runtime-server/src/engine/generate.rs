//! Answers one prompt: prefill, then token by token, looking at the abort switch between them.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::answer_text::AnswerText;
use super::context::Stopped;
use super::grammar::Constraint;
use super::job::{Cancel, Event, GenerateTask, Prompt, Summary};
use super::loaded::{Answering, Loaded};
use super::model::{Model, Token};
use super::prompt::PromptTokens;
use super::sampler::{self, Sampler};
use crate::error::Error;
use crate::template::Message;

/// The least time between two pieces of a streamed answer: a frame of an ordinary display. Each piece
/// wakes the network's thread and the client, which take a processor from the compute threads.
const FRAME: Duration = Duration::from_millis(16);

/// When the request came and what loading took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) asked: Instant,
    pub(super) load: Duration,
}

/// Runs the task and reports through `events`, up to but without the last event.
pub(super) fn run(
    loaded: &mut Loaded,
    task: &GenerateTask,
    cancel: &Cancel,
    events: &UnboundedSender<Event>,
    clock: Clock,
) -> Result<Summary, Error> {
    loaded.attach(&task.adapters)?;
    let mut constraint = task
        .format
        .as_ref()
        .map(|format| loaded.constrain(format))
        .transpose()?;
    let size = loaded.size;
    let prompt = fit(loaded, task, size, cancel)?;
    let _ = events.send(Event::Started {
        thinking_open: prompt.thinking_open,
    });

    let started = Instant::now();
    let model = std::sync::Arc::clone(&loaded.model);
    let answering = loaded.answering()?;
    answering.context.watch(std::sync::Arc::clone(&cancel.0));
    let prefilled = prefill(answering, &prompt.tokens);
    let cached_tokens = match prefilled {
        Ok(reused) => reused,
        Err(error) => return Err(fail(loaded, error)),
    };
    let mut summary = Summary {
        reason: "length",
        load: clock.load,
        prefill: started.elapsed(),
        prompt_tokens: prompt.tokens.len(),
        cached_tokens,
        ..Summary::default()
    };

    let decoding = Instant::now();
    let room = (size as usize).saturating_sub(prompt.tokens.len());
    let limit = task.limit.map_or(room, |limit| (limit as usize).min(room));
    let mut decoder = Decoder {
        model: &model,
        sampler: Sampler::new(task.sampling.clone(), &prompt.tokens),
        constraint: constraint.as_mut(),
        text: AnswerText::new(task.stop.clone()),
        log_probabilities: task.log_probabilities,
        events,
        bytes: Vec::new(),
        said: String::new(),
        unsent: Piece::default(),
        sent: None,
    };
    let decoded = decoder.run(answering, limit, cancel);
    // Also what was said before a failure.
    decoder.send();
    let said = std::mem::take(&mut decoder.said);
    summary.decode = decoding.elapsed();
    let tokens = match decoded {
        Ok((tokens, reason)) => {
            summary.reason = reason;
            tokens
        }
        Err(error) => return Err(fail(loaded, error)),
    };
    summary.answer_tokens = tokens.len();
    if matches!(task.prompt, Prompt::Chat { .. }) && !prompt.thinking_open {
        remember(loaded, said, tokens);
    }
    summary.total = clock.asked.elapsed();
    Ok(summary)
}

/// The prompt's tokens; the oldest turns are cut only if the client asked for it.
fn fit(
    loaded: &Loaded,
    task: &GenerateTask,
    size: u32,
    cancel: &Cancel,
) -> Result<PromptTokens, Error> {
    // An answer needs at least one place after the prompt, unless none is wanted.
    let limit = if task.limit == Some(0) {
        size
    } else {
        size.saturating_sub(1)
    };
    let tokens = |prompt: &Prompt| match loaded.prompts.tokens(&loaded.model, prompt, limit) {
        Err(Error::ContextExceeded {
            prompt_tokens,
            at_least,
            ..
        }) => Err(Error::ContextExceeded {
            prompt_tokens,
            at_least,
            context: size,
        }),
        other => other,
    };
    let mut best = tokens(&task.prompt);
    let Prompt::Chat {
        messages,
        tools,
        thinking,
    } = &task.prompt
    else {
        return best;
    };
    if !task.truncate || !matches!(best, Err(Error::ContextExceeded { .. })) {
        return best;
    }
    // The fewest turns are cut, found by halving: each try makes all that is left into tokens.
    let starts = later_turns(messages);
    let (mut from, mut to) = (0, starts.len());
    while from < to {
        if cancel.is_set() {
            return Err(Error::Cancelled);
        }
        let middle = from + (to - from) / 2;
        let tried = tokens(&Prompt::Chat {
            messages: since(messages, starts[middle]),
            tools: tools.clone(),
            thinking: *thinking,
        });
        match tried {
            Ok(_) => {
                best = tried;
                to = middle;
            }
            Err(Error::ContextExceeded { .. }) => {
                if best.is_err() {
                    best = tried;
                }
                from = middle + 1;
            }
            Err(_) => return tried,
        }
    }
    best
}

/// Where a conversation may begin when its oldest turns are cut: at a question, because many
/// templates refuse an answer that nothing was asked before.
fn later_turns(messages: &[Message]) -> Vec<usize> {
    let first = messages
        .iter()
        .position(|message| message.role != "system")
        .unwrap_or(messages.len());
    (first + 1..messages.len())
        .filter(|at| messages[*at].role == "user")
        .collect()
}

/// The messages from this place on, and what the system says before it.
fn since(messages: &[Message], start: usize) -> Vec<Message> {
    messages
        .iter()
        .enumerate()
        .filter(|(at, message)| *at >= start || message.role == "system")
        .map(|(_, message)| message.clone())
        .collect()
}

/// Evaluates what the cache does not hold. Gives the number of reused tokens.
fn prefill(answering: &mut Answering, prompt: &[Token]) -> Result<usize, Stopped> {
    let Answering {
        context,
        cache,
        attached,
    } = answering;
    let reused = cache.prepare(context, prompt, attached);
    for chunk in prompt[reused..].chunks(context.batch_size()) {
        evaluate(answering, chunk)?;
    }
    // So that its time is the prompt's and not the answer's.
    answering.context.finish();
    Ok(reused)
}

/// Evaluates tokens after those that are held.
fn evaluate(answering: &mut Answering, tokens: &[Token]) -> Result<(), Stopped> {
    let Answering { context, cache, .. } = answering;
    let evaluated = context.evaluate(cache.held(), tokens, false);
    match evaluated {
        Ok(()) => cache.extend(tokens),
        Err(_) => cache.repair(context),
    }
    evaluated
}

fn fail(loaded: &mut Loaded, stopped: Stopped) -> Error {
    match stopped {
        Stopped::Cancelled => Error::Cancelled,
        Stopped::Full => Error::Engine("the context is full".into()),
        Stopped::Failed(error) => {
            loaded.forget_everything();
            error
        }
    }
}

/// Keeps the answer's own tokens for the next turn, if they spell exactly what the client got.
fn remember(loaded: &mut Loaded, said: String, tokens: Vec<Token>) {
    let mut spelled = Vec::with_capacity(said.len());
    for token in &tokens {
        // With control tokens: an answer that holds one is not the text that the client got.
        loaded.model.append_piece(*token, true, &mut spelled);
    }
    if spelled == said.as_bytes() {
        loaded.prompts.remember(said, tokens);
    }
}

/// The state of one answer.
struct Decoder<'run> {
    model: &'run Model,
    sampler: Sampler,
    constraint: Option<&'run mut Constraint>,
    text: AnswerText,
    log_probabilities: Option<usize>,
    events: &'run UnboundedSender<Event>,
    bytes: Vec<u8>,
    said: String,
    unsent: Piece,
    sent: Option<Instant>,
}

/// What was said and not sent yet.
#[derive(Default)]
struct Piece {
    text: String,
    log_probabilities: Vec<super::TokenLogprob>,
}

impl Decoder<'_> {
    /// Gives the answer's tokens and why it ended.
    fn run(
        &mut self,
        answering: &mut Answering,
        limit: usize,
        cancel: &Cancel,
    ) -> Result<(Vec<Token>, &'static str), Stopped> {
        let mut tokens = Vec::new();
        let mut reason = "length";
        while tokens.len() < limit {
            if cancel.is_set() {
                return Err(Stopped::Cancelled);
            }
            let (token, log_probability) = self.next(answering).map_err(Stopped::Failed)?;
            if self.model.ends_answer(token) {
                reason = "stop";
                break;
            }
            tokens.push(token);
            self.unsent.log_probabilities.extend(log_probability);
            self.bytes.clear();
            self.model.append_piece(token, false, &mut self.bytes);
            let (text, met_stop) = self.text.push(&self.bytes);
            self.say(&text);
            let complete = match self.constraint.as_deref_mut() {
                Some(constraint) => constraint.accept(token).map_err(Stopped::Failed)?,
                None => false,
            };
            if met_stop || complete {
                reason = "stop";
                break;
            }
            self.sampler.accept(token);
            if tokens.len() < limit {
                evaluate(answering, &[token])?;
            }
        }
        let rest = self.text.finish();
        self.say(&rest);
        Ok((tokens, reason))
    }

    /// Chooses freely, and again among what the constraint allows only if it refuses.
    fn next(
        &mut self,
        answering: &mut Answering,
    ) -> Result<(Token, Option<super::TokenLogprob>), Error> {
        let logits = answering.context.logits()?;
        let unchanged = self.log_probabilities.map(|count| (count, logits.to_vec()));
        self.sampler.penalise(logits);
        let mut token = self.sampler.choose(logits);
        if let Some(constraint) = self.constraint.as_deref_mut()
            && !constraint.allows(token, self.model.ends_answer(token))?
        {
            constraint.mask(logits)?;
            token = self.sampler.choose(logits);
        }
        let log_probability = unchanged.map(|(count, logits)| {
            sampler::log_probabilities(&logits, token, count, |token| {
                let mut bytes = Vec::new();
                self.model.append_piece(token, true, &mut bytes);
                bytes
            })
        });
        Ok((token, log_probability))
    }

    /// Sends at once if the last piece is a frame ago, or if somebody looks at single tokens.
    fn say(&mut self, text: &str) {
        self.said.push_str(text);
        self.unsent.text.push_str(text);
        let due = self.sent.is_none_or(|sent| sent.elapsed() >= FRAME);
        if due || self.log_probabilities.is_some() {
            self.send();
        }
    }

    fn send(&mut self) {
        let piece = std::mem::take(&mut self.unsent);
        if piece.text.is_empty() && piece.log_probabilities.is_empty() {
            return;
        }
        self.sent = Some(Instant::now());
        let _ = self.events.send(Event::Piece {
            text: piece.text,
            log_probabilities: piece.log_probabilities,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_turns_are_cut_and_the_system_stays() {
        let messages: Vec<Message> = ["system", "user", "assistant", "user", "tool", "user"]
            .into_iter()
            .map(|role| Message {
                role: role.into(),
                ..Message::default()
            })
            .collect();
        assert_eq!(later_turns(&messages), [3, 5]);
        assert_eq!(later_turns(&messages[..1]), [0usize; 0]);
        let roles: Vec<String> = since(&messages, 3)
            .into_iter()
            .map(|message| message.role)
            .collect();
        assert_eq!(roles, ["system", "user", "tool", "user"]);
    }
}
