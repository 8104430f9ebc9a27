//! From bytes to events: a stream of server-sent events, one JSON body, or an error that explains
//! itself. Each ends with exactly one [`Event::Ended`].

use std::{collections::VecDeque, pin::Pin};

use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt, stream};
use secrecy::SecretString;
use sotto_consent::ledger::AnswerEnding;

use super::{
    End, Event, Events, Expected,
    body::{Body, Stop, Tally},
    refusal::{self, Head},
};
use crate::{
    error::AnswerError,
    ollama,
    protocol::{Finish, Piece, Protocol, Reason, Usage, list_models},
    said::Said,
};

/// What was read of an answer so far.
struct Reading {
    key: Option<SecretString>,
    tally: Tally,
    usage: Usage,
    reason: Option<Reason>,
    refusal: String,
    /// Events that the person has not seen.
    ready: VecDeque<Event>,
    over: bool,
}

impl Reading {
    fn new(tally: Tally, key: Option<SecretString>) -> Self {
        Self {
            key,
            tally,
            usage: Usage::default(),
            reason: None,
            refusal: String::new(),
            ready: VecDeque::new(),
            over: false,
        }
    }

    /// Takes what the answer says, up to its end.
    fn take(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => self.ready.push_back(Event::Text(text)),
                Piece::Refusal(text) => self.refusal.push_str(&text),
                Piece::Usage(usage) => self.usage.update(usage),
                Piece::Finish(reason) => self.reason = Some(reason),
                Piece::End => return self.finish(),
                Piece::Error(error) => {
                    let error = refusal::within(&error, self.key.as_ref());
                    return self.end(AnswerEnding::Broken, Err(error));
                }
            }
        }
    }

    /// The answer is whole.
    fn finish(&mut self) {
        let said = Said::new(&self.refusal, self.key.as_ref());
        let finish = match self.reason {
            Some(Reason::Refused) => Finish::Refused { said },
            _ if said.is_some() => Finish::Refused { said },
            Some(Reason::Complete) => Finish::Complete,
            Some(Reason::Length) => Finish::Length,
            Some(Reason::Other) | None => Finish::Other,
        };
        self.end(AnswerEnding::Complete, Ok(finish));
    }

    fn stop(&mut self, stop: Stop) {
        self.end(stop.ending(), Err(stop.error()));
    }

    fn malformed(&mut self, event: u32) {
        let error = AnswerError::Malformed { event };
        self.end(AnswerEnding::Malformed, Err(error));
    }

    fn end(&mut self, ending: AnswerEnding, result: Result<Finish, AnswerError>) {
        let (body_bytes, answer_hash) = self.tally.read();
        self.over = true;
        self.ready.push_back(Event::Ended(Box::new(End {
            result,
            ending,
            usage: self.usage,
            body_bytes,
            answer_hash,
        })));
    }
}

type Incoming = Result<eventsource_stream::Event, EventStreamError<Stop>>;

/// A stream of server-sent events. After its last event the connection is closed.
pub(super) fn streamed(body: Body, protocol: Protocol, key: Option<SecretString>) -> Events {
    struct Listening {
        /// `None` once nothing more is wanted: dropping it closes the connection.
        incoming: Option<Pin<Box<dyn Stream<Item = Incoming> + Send>>>,
        reading: Reading,
        events: u32,
    }
    let listening = Listening {
        reading: Reading::new(body.tally(), key),
        incoming: Some(body.pieces().eventsource().boxed()),
        events: 0,
    };
    let events = stream::unfold(listening, move |mut listening| async move {
        loop {
            if let Some(event) = listening.reading.ready.pop_front() {
                return Some((event, listening));
            }
            let incoming = listening.incoming.as_mut()?;
            let next = incoming.next().await;
            let reading = &mut listening.reading;
            listening.events = listening.events.saturating_add(1);
            match next {
                Some(Ok(event)) => match protocol.event(&event.data) {
                    Ok(pieces) => reading.take(pieces),
                    Err(_) => reading.malformed(listening.events),
                },
                Some(Err(EventStreamError::Transport(stop))) => reading.stop(stop),
                Some(Err(_)) => reading.malformed(listening.events),
                // Some servers close after the last word instead of saying so.
                None if protocol == Protocol::OpenAi && reading.reason.is_some() => {
                    reading.finish();
                }
                None => reading.stop(Stop::Broken),
            }
            if reading.over {
                listening.incoming = None;
            }
        }
    });
    events.boxed()
}

/// One JSON body.
pub(super) fn whole(body: Body, expected: Expected, key: Option<SecretString>) -> Events {
    once(body, key, move |bytes, reading| match expected {
        Expected::Answer(protocol) => match protocol.whole(&bytes) {
            Ok(pieces) => reading.take(pieces),
            Err(_) => reading.malformed(0),
        },
        Expected::Models(_) | Expected::OllamaModels => {
            let models = match expected {
                Expected::OllamaModels => ollama::models(&bytes),
                _ => list_models(&bytes),
            };
            match models {
                Ok(models) => {
                    reading.ready.push_back(Event::Models(models));
                    reading.end(AnswerEnding::Complete, Ok(Finish::Complete));
                }
                Err(_) => reading.malformed(0),
            }
        }
    })
}

/// Neither events nor JSON: not read.
pub(super) fn odd(body: Body) -> Events {
    let mut reading = Reading::new(body.tally(), None);
    drop(body);
    reading.end(AnswerEnding::Malformed, Err(AnswerError::OddContent));
    stream::iter(reading.ready).boxed()
}

/// A status that is no answer. What explains it is read as far as it comes.
pub(super) fn refused(body: Body, head: Head, key: Option<SecretString>) -> Events {
    let events = async move {
        let mut reading = Reading::new(body.tally(), key);
        let (bytes, stop) = body.read().await;
        match stop {
            Some(Stop::Cut) => reading.stop(Stop::Cut),
            stop => {
                let error = head.error(&bytes, reading.key.as_ref());
                let ending = stop.map_or(AnswerEnding::Complete, Stop::ending);
                reading.end(ending, Err(error));
            }
        }
        stream::iter(reading.ready)
    };
    stream::once(events).flatten().boxed()
}

/// Reads a body to its end, and only then says what it says.
fn once(
    body: Body,
    key: Option<SecretString>,
    say: impl FnOnce(Vec<u8>, &mut Reading) + Send + 'static,
) -> Events {
    let events = async move {
        let mut reading = Reading::new(body.tally(), key);
        match body.read().await {
            (bytes, None) => say(bytes, &mut reading),
            (_, Some(stop)) => reading.stop(stop),
        }
        stream::iter(reading.ready)
    };
    stream::once(events).flatten().boxed()
}
