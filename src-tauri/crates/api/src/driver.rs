//! Does what a turn says: writes, asks, tells, and reports back until the turn is over.

use std::{collections::VecDeque, future, sync::Arc, time::Duration};

use futures_util::StreamExt;
use sotto_domain::{
    AnswerStatistics, AnswerStream, ChatRequest, Failure, FailureCode, Message, ModelEvent,
    turn::{Announcement, Effect, Ending, Event, Turn},
};
use sotto_history::{History, HistoryError};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    activity::Ongoing,
    cloud::errand::Errand,
    error::sentence,
    outbox::Outbox,
    sotto::{Inner, Reservation},
    view::AppEvent,
    whole_json,
};

/// How often a turn is told the time: several times within the half second between two saves.
const TICK: Duration = Duration::from_millis(100);

/// A turn whose question is recorded, and what it needs.
pub(crate) struct Job {
    pub(crate) inner: Arc<Inner>,
    pub(crate) history: History,
    pub(crate) answer: Message,
    pub(crate) asking: Asking,
    pub(crate) place: Reservation,
}

/// Who is asked.
pub(crate) enum Asking {
    /// A model on this computer.
    Local(Box<ChatRequest>),
    /// A larger model, by a yes that is used once.
    Larger(Option<Box<Errand>>),
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
    let Job {
        inner,
        history,
        answer,
        asking,
        place,
    } = job;
    let mut driver = Driver {
        inner,
        history,
        answer,
        asking,
        stop: place.stop.clone(),
        place: Some(place),
        source: Source::Nothing,
        outbox: Outbox::default(),
        ongoing: None,
        told_end: false,
    };
    let where_from = driver.answer.place;
    driver.ongoing = Some(driver.inner.begin(where_from, driver.stop.clone()));
    driver.perform(&mut turn, effects).await;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stop = driver.stop.clone();
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
            () = driver.inner.ending.cancelled(), if driver.told_end => break,
        };
        let effects = turn.step(event);
        driver.perform(&mut turn, effects).await;
    }
}

struct Driver {
    inner: Arc<Inner>,
    history: History,
    answer: Message,
    asking: Asking,
    stop: CancellationToken,
    /// Given up when the end is told.
    place: Option<Reservation>,
    source: Source,
    outbox: Outbox,
    /// Shown as going on, until the end is told.
    ongoing: Option<Ongoing>,
    told_end: bool,
}

impl Driver {
    fn now(&self) -> sotto_domain::Timestamp {
        self.inner.host.now()
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
            // Done before there is a driver: see `turns::record`.
            Effect::Record => None,
            Effect::Ask => {
                self.ask();
                None
            }
            Effect::Cancel => {
                self.source = Source::Nothing;
                None
            }
            Effect::Save { text } => {
                let saved = self.history.save_answer(self.answer.id, text).await;
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

    fn ask(&mut self) {
        self.source = match &mut self.asking {
            Asking::Local(request) => {
                let runtime = Arc::clone(&self.inner.runtime);
                let request = ChatRequest::clone(request);
                Source::Asking(Box::pin(async move {
                    runtime.revive().await;
                    let by_schema = request.manner.schema.is_some();
                    let answer = runtime.chat(request).await?;
                    Ok(if by_schema {
                        whole_json::checked(answer)
                    } else {
                        answer
                    })
                }))
            }
            Asking::Larger(errand) => match errand.take() {
                Some(errand) => Source::Answering(errand.go(&self.inner.tasks)),
                // A yes is used once, and a turn asks once.
                None => Source::Nothing,
            },
        };
    }

    async fn close(&mut self, text: String, ending: Ending) -> Event {
        self.answer.text.clone_from(&text);
        let now = self.now();
        let Ending {
            state,
            statistics,
            failure,
        } = ending;
        let id = self.answer.id;
        match self
            .history
            .close_answer(id, text, state, statistics, failure, now)
            .await
        {
            // A conversation that was deleted for good meanwhile has nothing to write to.
            Ok(()) | Err(HistoryError::NotFound { .. }) => Event::Closed,
            Err(error) => Event::NotClosed {
                failure: not_written(&error),
                now,
            },
        }
    }

    fn announce(&mut self, announcement: Announcement) {
        let conversation = self.answer.conversation;
        match announcement {
            Announcement::Asked => {}
            Announcement::Said(text) => {
                self.outbox.push(&text);
                self.tell_text(false);
            }
            Announcement::NotSaved(failure) => {
                self.inner.hear(AppEvent::NotSaved {
                    conversation,
                    failure,
                });
            }
            Announcement::SavedAfterAll => {
                self.inner.hear(AppEvent::SavedAfterAll { conversation });
            }
            Announcement::Ended(ending) => {
                self.tell_text(true);
                self.told_end = true;
                // Free before it is told, so that who hears of the end can ask again.
                self.place = None;
                self.ongoing = None;
                // The model's stay begins anew with each answer.
                self.inner.memory_moved.notify_one();
                self.note_speed(ending.statistics);
                let answer = Message {
                    state: ending.state,
                    statistics: ending.statistics,
                    failure: ending.failure,
                    ..self.answer.clone()
                };
                self.inner.hear(AppEvent::AnswerEnded { answer });
                self.inner.hear(AppEvent::ConversationsChanged);
            }
        }
    }

    /// The first answer of a model on this computer says how fast it is here, and later ones, too.
    fn note_speed(&self, statistics: Option<AnswerStatistics>) {
        let (Asking::Local(request), Some(statistics)) = (&self.asking, statistics) else {
            return;
        };
        let (inner, model) = (Arc::clone(&self.inner), request.model.clone());
        self.inner
            .tasks
            .spawn(async move { inner.measurements.note(&model, statistics).await });
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
            } = self.answer;
            self.inner.hear(AppEvent::AnswerText {
                conversation,
                answer,
                text,
            });
        }
    }
}

fn not_written(error: &HistoryError) -> Failure {
    Failure::new(FailureCode::Other, sentence(error))
}
