//! Does what a turn says: writes, asks, tells, and reports back until the turn is over.

use std::{collections::VecDeque, future, sync::Arc, time::Duration};

use futures_util::StreamExt;
use sotto_domain::{
    AnswerStream, ChatRequest, Failure, FailureCode, Message, ModelEvent,
    turn::{Announcement, Effect, Ending, Event, Turn},
};
use sotto_history::History;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{error::sentence, outbox::Outbox, sotto::Inner, view::AppEvent};

/// How often a turn is told the time: several times within the half second between two saves.
const TICK: Duration = Duration::from_millis(100);

/// A turn whose question is recorded, and what it needs.
pub(crate) struct Job {
    pub(crate) inner: Arc<Inner>,
    pub(crate) history: History,
    pub(crate) answer: Message,
    /// What to ask, or why nothing can be asked.
    pub(crate) request: Result<ChatRequest, Failure>,
    pub(crate) stop: CancellationToken,
}

/// Where the answer comes from at this moment.
enum Source {
    Nothing,
    Asking(sotto_domain::ModelFuture<'static, Result<AnswerStream, Failure>>),
    Answering(AnswerStream),
}

impl Source {
    async fn next(&mut self) -> Option<Result<ModelEvent, Failure>> {
        loop {
            match self {
                Self::Nothing => return future::pending().await,
                Self::Asking(asking) => match asking.await {
                    Ok(stream) => *self = Self::Answering(stream),
                    Err(failure) => return Some(Err(failure)),
                },
                Self::Answering(stream) => return stream.next().await,
            }
        }
    }
}

/// Drives a turn to its end. `effects` are what its last step left to do.
pub(crate) async fn drive(job: Job, mut turn: Turn, effects: Vec<Effect>) {
    let mut driver = Driver {
        outbox: Outbox::default(),
        source: Source::Nothing,
        told_end: false,
        job,
    };
    driver.perform(&mut turn, effects).await;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stop = driver.job.stop.clone();
    let mut stopped = false;
    while !turn.is_over() {
        let due = driver.outbox.due_at().map(Instant::from_std);
        let event = tokio::select! {
            biased;
            () = stop.cancelled(), if !stopped => {
                stopped = true;
                Event::StopRequested { now: driver.now() }
            }
            said = driver.source.next() => driver.understand(said),
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                driver.tell_text(true);
                continue;
            }
            _ = ticks.tick() => Event::Tick { now: driver.now() },
            () = driver.job.inner.ending.cancelled(), if driver.told_end => break,
        };
        let effects = turn.step(event);
        driver.perform(&mut turn, effects).await;
    }
}

struct Driver {
    job: Job,
    source: Source,
    outbox: Outbox,
    told_end: bool,
}

impl Driver {
    fn now(&self) -> sotto_domain::Timestamp {
        self.job.inner.host.now()
    }

    /// What the model's stream said, as an event. A stream without an end has failed.
    fn understand(&mut self, said: Option<Result<ModelEvent, Failure>>) -> Event {
        let now = self.now();
        match said {
            Some(Ok(ModelEvent::Text(text))) => Event::Said { text, now },
            Some(Ok(ModelEvent::Ended { reason, statistics })) => {
                self.source = Source::Nothing;
                Event::ModelEnded {
                    reason,
                    statistics,
                    now,
                }
            }
            Some(Err(failure)) => {
                self.source = Source::Nothing;
                Event::ModelFailed { failure, now }
            }
            None => {
                self.source = Source::Nothing;
                let failure = Failure::new(
                    FailureCode::RuntimeEnded,
                    "The answer broke off. What was said is kept. Ask again to go on.",
                );
                Event::ModelFailed { failure, now }
            }
        }
    }

    async fn perform(&mut self, turn: &mut Turn, effects: Vec<Effect>) {
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            if let Some(event) = self.perform_one(effect).await {
                queue.extend(turn.step(event));
            }
        }
    }

    async fn perform_one(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            // Recording is awaited by whoever asks: see `turns::begin`.
            Effect::Record => None,
            Effect::Ask => self.ask(),
            Effect::Cancel => {
                self.source = Source::Nothing;
                None
            }
            Effect::Save { text } => {
                let saved = self.job.history.save_answer(self.job.answer.id, text).await;
                saved
                    .err()
                    .map(|error| Event::NotSaved(not_written(&error)))
            }
            Effect::Close { text, ending } => Some(self.close(text, ending).await),
            Effect::Announce(announcement) => {
                self.announce(announcement);
                None
            }
        }
    }

    fn ask(&mut self) -> Option<Event> {
        match self.job.request.clone() {
            Ok(request) => {
                let runtime = Arc::clone(&self.job.inner.runtime);
                self.source = Source::Asking(Box::pin(async move { runtime.chat(request).await }));
                None
            }
            Err(failure) => Some(Event::ModelFailed {
                failure,
                now: self.now(),
            }),
        }
    }

    async fn close(&mut self, text: String, ending: Ending) -> Event {
        self.job.answer.text.clone_from(&text);
        let now = self.now();
        let Ending {
            state,
            statistics,
            failure,
        } = ending;
        let id = self.job.answer.id;
        match self
            .job
            .history
            .close_answer(id, text, state, statistics, failure, now)
            .await
        {
            Ok(()) => Event::Closed,
            Err(error) => Event::NotClosed {
                failure: not_written(&error),
                now,
            },
        }
    }

    fn announce(&mut self, announcement: Announcement) {
        let conversation = self.job.answer.conversation;
        match announcement {
            Announcement::Asked => {}
            Announcement::Said(text) => {
                self.outbox.push(&text);
                self.tell_text(false);
            }
            Announcement::NotSaved(failure) => {
                self.job.inner.hear(AppEvent::NotSaved {
                    conversation,
                    failure,
                });
            }
            Announcement::SavedAfterAll => {
                self.job
                    .inner
                    .hear(AppEvent::SavedAfterAll { conversation });
            }
            Announcement::Ended(ending) => {
                self.tell_text(true);
                self.told_end = true;
                // Free before it is told, so that who hears of the end can ask again.
                self.job.inner.turns.release(conversation);
                let answer = Message {
                    state: ending.state,
                    statistics: ending.statistics,
                    failure: ending.failure,
                    ..self.job.answer.clone()
                };
                self.job.inner.hear(AppEvent::AnswerEnded { answer });
                self.job.inner.hear(AppEvent::ConversationsChanged);
            }
        }
    }

    fn tell_text(&mut self, now: bool) {
        let moment = std::time::Instant::now();
        let text = if now {
            self.outbox.take(moment)
        } else {
            self.outbox.take_if_due(moment)
        };
        if let Some(text) = text {
            let Message {
                conversation,
                id: answer,
                ..
            } = self.job.answer;
            self.job.inner.hear(AppEvent::AnswerText {
                conversation,
                answer,
                text,
            });
        }
    }
}

fn not_written(error: &sotto_history::HistoryError) -> Failure {
    Failure::new(FailureCode::Other, sentence(error))
}
