//! A core for one run in a terminal, with its history open in whatever way is possible here.

use std::{
    io::{IsTerminal, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sotto_api::{
    ConversationId, ErrorCode, Host, Monotonic, Sotto, Timestamp,
    domain::{Message, MessageId},
    view::{AppEvent, HistoryState, consent::ConsentEvent},
};
use tokio::sync::mpsc;

use crate::exit::Exit;

/// How often a passphrase may be typed.
const ATTEMPTS: usize = 3;

struct Terminal {
    events: mpsc::UnboundedSender<AppEvent>,
    consent: mpsc::UnboundedSender<ConsentEvent>,
}

impl Host for Terminal {
    fn now(&self) -> Timestamp {
        sotto_api::now()
    }

    fn monotonic(&self) -> Monotonic {
        sotto_api::monotonic()
    }

    fn random(&self) -> [u8; 10] {
        sotto_api::random_bytes()
    }

    fn hear(&self, event: AppEvent) {
        // Nobody hears after the end; that is no error.
        let _ = self.events.send(event);
    }

    fn hear_consent(&self, event: ConsentEvent) {
        let _ = self.consent.send(event);
    }
}

/// A core and what it tells.
pub(crate) struct Session {
    pub(crate) sotto: Sotto,
    /// What Ctrl-C stops; without it, Ctrl-C ends the program.
    answering: Arc<Mutex<Option<ConversationId>>>,
    events: mpsc::UnboundedReceiver<AppEvent>,
    /// What the person is asked to agree to.
    pub(crate) proposals: mpsc::UnboundedReceiver<ConsentEvent>,
}

impl Session {
    pub(crate) fn new() -> Result<Self, Exit> {
        let (sender, events) = mpsc::unbounded_channel();
        let (consent, proposals) = mpsc::unbounded_channel();
        let terminal = Terminal {
            events: sender,
            consent,
        };
        let sotto = Sotto::on_this_computer(Arc::new(terminal))?;
        let answering = Arc::default();
        tokio::spawn(end_on_interrupt(sotto.clone(), Arc::clone(&answering)));
        Ok(Self {
            sotto,
            answering,
            events,
            proposals,
        })
    }

    /// Opens the history to read it. A history that cannot be opened is an error.
    pub(crate) async fn reading() -> Result<Self, Exit> {
        let session = Self::new()?;
        match session.sotto.startup().await.history {
            HistoryState::Open | HistoryState::Temporary => {}
            HistoryState::Unavailable { message, .. } => return Err(Exit::NoHistory(message)),
            HistoryState::NeedsPassphrase { new: true, .. } => {
                return Err(Exit::NoHistory("There is no history yet.".to_owned()));
            }
            HistoryState::NeedsPassphrase { reason, .. } if !has_terminal() => {
                return Err(Exit::NoHistory(format!(
                    "{reason} There is no terminal here to ask for it."
                )));
            }
            HistoryState::NeedsPassphrase { new, reason } => {
                session.ask_passphrase(new, &reason).await?
            }
        }
        Ok(session)
    }

    /// Opens the history to keep what is said. Where that cannot be, says so once and keeps
    /// nothing: a question deserves its answer all the same.
    pub(crate) async fn asking() -> Result<Self, Exit> {
        let session = Self::new()?;
        match session.sotto.startup().await.history {
            HistoryState::Open | HistoryState::Temporary => {}
            HistoryState::NeedsPassphrase { new, reason } if has_terminal() => {
                session.ask_passphrase(new, &reason).await?;
            }
            HistoryState::NeedsPassphrase { reason, .. } => {
                eprintln!(
                    "sotto: this is not kept: {reason} There is no terminal to ask for a passphrase."
                );
                session.sotto.keep_nothing().await?;
            }
            HistoryState::Unavailable { message, .. } => {
                eprintln!("sotto: this is not kept: {message}");
                session.sotto.keep_nothing().await?;
            }
        }
        Ok(session)
    }

    async fn ask_passphrase(&self, new: bool, reason: &str) -> Result<(), Exit> {
        eprintln!("sotto: {reason}");
        for _ in 0..ATTEMPTS {
            let passphrase = if new {
                new_passphrase()?
            } else {
                typed("Passphrase: ")?
            };
            match self.sotto.unlock(passphrase).await {
                Err(error) if error.code == ErrorCode::WrongPassphrase => {
                    eprintln!("sotto: {error}")
                }
                other => return other.map(drop).map_err(Exit::from),
            }
        }
        Err(Exit::NoHistory(
            "That was not the passphrase. Nothing was changed.".to_owned(),
        ))
    }

    /// What the core tells next.
    pub(crate) async fn next_event(&mut self) -> Option<AppEvent> {
        self.events.recv().await
    }

    /// Waits for the end of an answer, giving its text to `say` as it grows. Ctrl-C and a reader
    /// that went away stop the answer; what was said is kept.
    pub(crate) async fn hear_answer(
        &mut self,
        answer: MessageId,
        conversation: ConversationId,
        mut say: impl FnMut(&str) -> std::io::Result<()>,
    ) -> Result<Message, Exit> {
        *lock(&self.answering) = Some(conversation);
        let mut unread = None;
        loop {
            let event = self.events.recv().await;
            match event {
                Some(AppEvent::AnswerText {
                    answer: id, text, ..
                }) if id == answer && unread.is_none() => {
                    if let Err(error) = say(&text) {
                        unread = Some(Exit::from(error));
                        self.sotto.stop(conversation);
                    }
                }
                Some(AppEvent::NotSaved { failure, .. }) => {
                    eprintln!("sotto: not saved: {failure}")
                }
                Some(AppEvent::AnswerEnded { answer: ended }) if ended.id == answer => {
                    *lock(&self.answering) = None;
                    return unread.map_or(Ok(ended), Err);
                }
                Some(_) => {}
                None => return Err(Exit::Failed("The core went away.".to_owned())),
            }
        }
    }
}

/// The first Ctrl-C stops the answer; one more, or one without an answer, ends the program, also
/// while it waits for a line or for a reader. What was said is kept either way.
async fn end_on_interrupt(sotto: Sotto, answering: Arc<Mutex<Option<ConversationId>>>) {
    while tokio::signal::ctrl_c().await.is_ok() {
        let Some(conversation) = lock(&answering).take() else {
            std::process::exit(130);
        };
        sotto.stop(conversation);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // One value is written at a time: a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints text at once.
pub(crate) fn print_now(text: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// Whether somebody can be asked. Standard input may be a pipe all the same: a passphrase is
/// read from the terminal itself.
fn has_terminal() -> bool {
    std::io::stderr().is_terminal() && std::fs::File::open("/dev/tty").is_ok()
}

fn new_passphrase() -> Result<String, Exit> {
    eprintln!("Choose a passphrase. Without it nobody, you included, can read this history.");
    loop {
        let first = typed("New passphrase: ")?;
        if first.is_empty() {
            eprintln!("sotto: an empty passphrase protects nothing.");
        } else if first == typed("Once more: ")? {
            return Ok(first);
        } else {
            eprintln!("sotto: these are not the same.");
        }
    }
}

/// A secret, typed unseen.
pub(crate) fn typed(prompt: &str) -> Result<String, Exit> {
    rpassword::prompt_password(prompt)
        .map_err(|error| Exit::NoHistory(format!("Nothing was typed: {error}")))
}
