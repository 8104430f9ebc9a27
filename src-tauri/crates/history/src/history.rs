//! The history as the rest of the program sees it: async methods over one connection that lives on
//! a thread of its own. Each method is one transaction; once started it is carried out, also when
//! the caller stops waiting.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use sotto_consent::{chain::Sealed, ledger::Event};
use sotto_domain::{
    AnswerStatistics, Conversation, ConversationId, Failure, Manner, Message, MessageId,
    MessageState, Timestamp,
};

use crate::{
    HistoryError, NewTurn, SearchHit, Whole,
    connection::{self, Opened},
    conversations,
    error::{TableError, from_sqlite},
    ledger, manners, messages, search, sessions,
    sessions::Session,
    settings, turns,
};

/// An open history. Clones share the connection.
#[derive(Clone)]
pub struct History {
    connection: Arc<Closing>,
    path: Arc<Path>,
    session: Arc<Session>,
}

/// A connection that is closed when this is gone. SQLCipher frees all its memory when a process ends,
/// under the feet of a connection's thread that is just closing it: so whoever drops the last one
/// waits for the thread.
struct Closing(tokio_rusqlite::Connection);

impl Drop for Closing {
    fn drop(&mut self) {
        // One that was closed before says so at once; no other error can be told to anybody.
        let _ = futures_executor::block_on(self.0.clone().close());
    }
}

impl History {
    /// Creates a history at `path`, where there must be nothing or an empty file.
    ///
    /// # Arguments
    /// `key` is 32 bytes as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`HistoryError::AlreadyExists`] where something is; nothing is overwritten.
    pub async fn create(path: &Path, key: &SecretString) -> Result<Self, HistoryError> {
        Self::start(path, key, connection::create).await
    }

    /// Opens the history at `path`, brings its schema up to date, and marks answers in flight
    /// whose writer is gone as interrupted.
    ///
    /// # Arguments
    /// `key` is 32 bytes as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`HistoryError::Missing`] where there is no file or an empty one: nothing is created.
    /// A file that is refused is left as it is.
    pub async fn open(path: &Path, key: &SecretString) -> Result<Self, HistoryError> {
        Self::start(path, key, connection::open).await
    }

    /// A history in memory: it is gone with this value.
    ///
    /// # Errors
    /// When memory is short.
    pub fn temporary() -> Result<Self, HistoryError> {
        Ok(Self::new(connection::temporary()?, Path::new(":memory:")))
    }

    async fn start(
        path: &Path,
        key: &SecretString,
        open: fn(&Path, &SecretString) -> Result<Opened, HistoryError>,
    ) -> Result<Self, HistoryError> {
        let owned: PathBuf = path.to_owned();
        let key = key.clone();
        let opened = tokio::task::spawn_blocking(move || open(&owned, &key))
            .await
            .map_err(|error| HistoryError::Other {
                path: path.to_owned(),
                action: "open the history",
                reason: error.to_string(),
            })??;
        Ok(Self::new(opened, path))
    }

    fn new(opened: Opened, path: &Path) -> Self {
        Self {
            connection: Arc::new(Closing(opened.connection.into())),
            path: path.into(),
            session: Arc::new(opened.session),
        }
    }

    /// Where it is kept; `:memory:` for one that is not.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes question, empty answer and conversation, all or nothing.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if the conversation is neither new nor there.
    pub async fn begin_turn(&self, turn: NewTurn) -> Result<(), HistoryError> {
        let session = Arc::clone(&self.session);
        self.write("save the question", move |connection| {
            turns::begin(connection, &turn, session.id())
        })
        .await
    }

    /// Writes a conversation that was kept elsewhere, all of it or nothing.
    ///
    /// # Errors
    /// Those of any write; one that is there already is an error.
    pub async fn adopt(&self, whole: Whole) -> Result<(), HistoryError> {
        let session = Arc::clone(&self.session);
        self.write("keep the conversation", move |connection| {
            turns::adopt(connection, &whole, session.id())
        })
        .await
    }

    /// Saves what an answer in flight says so far. After the end it changes nothing.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if the answer is gone.
    pub async fn save_answer(&self, id: MessageId, text: String) -> Result<(), HistoryError> {
        self.write("save the answer", move |connection| {
            messages::save_answer(connection, id, &text)
        })
        .await
    }

    /// Saves the end of an answer, also of one that was marked interrupted meanwhile.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if the answer is gone.
    pub async fn close_answer(
        &self,
        id: MessageId,
        text: String,
        state: MessageState,
        statistics: Option<AnswerStatistics>,
        failure: Option<Failure>,
        now: Timestamp,
    ) -> Result<(), HistoryError> {
        let close = messages::Close {
            id,
            text,
            state,
            statistics,
            failure,
            now,
        };
        self.write("save the end of the answer", move |connection| {
            messages::close_answer(connection, &close)
        })
        .await
    }

    /// Marks answers in flight whose writer has gone since as interrupted; returns how many.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn interrupt_abandoned(&self) -> Result<usize, HistoryError> {
        let (path, session) = (Arc::clone(&self.path), Arc::clone(&self.session));
        self.write("look for abandoned answers", move |connection| {
            sessions::interrupt_abandoned(connection, &path, &session)
        })
        .await
    }

    /// All conversations that are not deleted, the one that changed last first. A row that cannot
    /// be read is logged and left out; [`History::unreadable_rows`] names it.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn conversations(&self) -> Result<Vec<Conversation>, HistoryError> {
        self.read_list("list the conversations", conversations::list)
            .await
    }

    /// One conversation.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if it is not there or deleted.
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, HistoryError> {
        self.read("read a conversation", move |connection| {
            conversations::get(connection, id)
        })
        .await
    }

    /// All messages of a conversation, oldest first. One that cannot be understood whole is there
    /// as a failed message that says why, so that the branch through it stays whole.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn messages(
        &self,
        conversation: ConversationId,
    ) -> Result<Vec<Message>, HistoryError> {
        self.read_list("read the messages", move |connection| {
            messages::list(connection, conversation)
        })
        .await
    }

    /// One message, or `None`.
    ///
    /// # Errors
    /// [`HistoryError::BadRow`] if it cannot be understood.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>, HistoryError> {
        self.read("read a message", move |connection| {
            messages::get(connection, id)
        })
        .await
    }

    /// How a question is to be answered; empty where nothing was said.
    ///
    /// # Errors
    /// [`HistoryError::BadRow`] if it cannot be understood.
    pub async fn manner(&self, question: MessageId) -> Result<Manner, HistoryError> {
        self.read("read how to answer", move |connection| {
            manners::get(connection, question)
        })
        .await
    }

    /// Gives a conversation the person's own title.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if it is not there or deleted.
    pub async fn rename(&self, id: ConversationId, title: String) -> Result<(), HistoryError> {
        self.write("rename the conversation", move |connection| {
            conversations::rename(connection, id, &title)
        })
        .await
    }

    /// Chooses the conversation's model; `None` follows the default.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if it is not there or deleted.
    pub async fn set_model(
        &self,
        id: ConversationId,
        model: Option<String>,
    ) -> Result<(), HistoryError> {
        self.write("choose the model", move |connection| {
            conversations::set_model(connection, id, model.as_deref())
        })
        .await
    }

    /// Chooses the branch that is shown.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if the conversation, or the message in it, is not there.
    pub async fn set_leaf(&self, id: ConversationId, leaf: MessageId) -> Result<(), HistoryError> {
        self.write("choose the branch", move |connection| {
            conversations::set_leaf(connection, id, leaf)
        })
        .await
    }

    /// Deletes a conversation so that it can be restored.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if it is not there.
    pub async fn delete(&self, id: ConversationId, now: Timestamp) -> Result<(), HistoryError> {
        self.write("delete the conversation", move |connection| {
            conversations::delete(connection, id, now)
        })
        .await
    }

    /// Takes back a deletion.
    ///
    /// # Errors
    /// [`HistoryError::NotFound`] if it was purged meanwhile.
    pub async fn restore(&self, id: ConversationId) -> Result<(), HistoryError> {
        self.write("restore the conversation", move |connection| {
            conversations::restore(connection, id)
        })
        .await
    }

    /// Removes for good what was deleted before a moment; returns how many conversations.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn purge_deleted(&self, before: Timestamp) -> Result<usize, HistoryError> {
        self.write("purge deleted conversations", move |connection| {
            conversations::purge_deleted(connection, before)
        })
        .await
    }

    /// A setting, or `None` if it was never set.
    ///
    /// # Errors
    /// [`HistoryError::BadRow`] if it is of another type.
    pub async fn setting<T>(&self, key: &str) -> Result<Option<T>, HistoryError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let key = key.to_owned();
        self.read("read a setting", move |connection| {
            settings::get(connection, &key)
        })
        .await
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// Those of any write, and a value that is not JSON.
    pub async fn set_setting<T: Serialize>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), HistoryError> {
        let action = "save a setting";
        let value = serde_json::to_string(value)
            .map_err(|error| TableError::from(error).at(&self.path, action))?;
        let key = key.to_owned();
        self.write(action, move |connection| {
            settings::set(connection, &key, &value)
        })
        .await
    }

    /// Changes a setting by what it is now, in one transaction: two programs that change it at the same
    /// time both see what the other did. Returns what it is then.
    ///
    /// # Errors
    /// Those of any write; [`HistoryError::BadRow`] if it is of another type.
    pub async fn change_setting<T>(
        &self,
        key: &str,
        change: impl FnOnce(Option<T>) -> T + Send + 'static,
    ) -> Result<T, HistoryError>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let key = key.to_owned();
        self.write("save a setting", move |connection| {
            let value = change(settings::get(connection, &key)?);
            settings::set(connection, &key, &serde_json::to_string(&value)?)?;
            Ok(value)
        })
        .await
    }

    /// Finds at most `limit` titles and messages that hold all words, the conversation that
    /// changed last first. Words are taken literally, upper and lower case alike; deleted
    /// conversations and answers in flight are not searched.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn search(&self, words: &str, limit: usize) -> Result<Vec<SearchHit>, HistoryError> {
        let words = words.to_owned();
        self.read_list("search", move |connection| {
            search::search(connection, &words, limit)
        })
        .await
    }

    /// Writes an event into the ledger as its next entry, and gives the entry as it was stored.
    ///
    /// # Errors
    /// Those of any write; [`HistoryError::BadRow`] if the last entry is damaged.
    pub async fn append_to_ledger(
        &self,
        at: Timestamp,
        event: Event,
    ) -> Result<Sealed, HistoryError> {
        let session = Arc::clone(&self.session);
        self.write("write into the ledger", move |connection| {
            ledger::append(connection, at, event, session.id())
        })
        .await
    }

    /// All entries of the ledger, oldest first, as they stand.
    ///
    /// # Errors
    /// Those of any read; [`HistoryError::BadRow`] for a link that is no hash.
    pub async fn ledger(&self) -> Result<Vec<Sealed>, HistoryError> {
        self.read("read the ledger", ledger::all).await
    }

    /// One entry of the ledger by its number, or `None`.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn ledger_entry(&self, sequence: u64) -> Result<Option<Sealed>, HistoryError> {
        self.read("read the ledger", move |connection| {
            ledger::get(connection, sequence)
        })
        .await
    }

    /// Ends in the ledger what programs that are gone left open: what was on its way may have been
    /// sent, and what waited for a decision is taken back. Returns what it wrote.
    ///
    /// # Errors
    /// Those of any write.
    pub async fn end_abandoned_proposals(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Sealed>, HistoryError> {
        let (path, session) = (Arc::clone(&self.path), Arc::clone(&self.session));
        self.write("end abandoned proposals", move |connection| {
            ledger::end_abandoned(connection, &path, &session, now)
        })
        .await
    }

    /// The messages of a conversation whose text was sent, or may have been sent, each with the
    /// host that it went to.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn departures(
        &self,
        conversation: ConversationId,
    ) -> Result<Vec<(MessageId, String)>, HistoryError> {
        self.read("read what left", move |connection| {
            ledger::departures(connection, conversation)
        })
        .await
    }

    /// Names every row that this program cannot understand.
    ///
    /// # Errors
    /// Those of any read.
    pub async fn unreadable_rows(&self) -> Result<Vec<HistoryError>, HistoryError> {
        let path = Arc::clone(&self.path);
        let action = "check the rows";
        self.read(action, move |connection| {
            let mut unreadable = conversations::unreadable(connection)?;
            unreadable.extend(messages::unreadable(connection)?);
            Ok(unreadable
                .into_iter()
                .map(|error| error.at(&path, action))
                .collect())
        })
        .await
    }

    /// Writes the log into the file and closes it. Other methods then fail, also those of clones.
    /// Dropping the last clone closes it too, without telling how it went.
    ///
    /// # Errors
    /// Nothing that was acknowledged is lost then: it stays in the log.
    pub async fn close(&self) -> Result<(), HistoryError> {
        let action = "close the history";
        self.read(action, |connection| {
            // A reader in another process can stop this; its own close will do it.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        })
        .await?;
        self.session.end();
        let closed = self.connection.0.clone().close().await;
        closed.map_err(|error| match error {
            tokio_rusqlite::Error::Close((_, error)) => from_sqlite(&error, &self.path, action),
            _ => HistoryError::Closed { action },
        })
    }

    async fn read<T, F>(&self, action: &'static str, work: F) -> Result<T, HistoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, TableError> + Send + 'static,
    {
        self.call(action, move |connection| work(connection)).await
    }

    /// Reads a list; logs what is unreadable of it.
    async fn read_list<T, F>(&self, action: &'static str, work: F) -> Result<Vec<T>, HistoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<(Vec<T>, Vec<TableError>), TableError> + Send + 'static,
    {
        let (found, unreadable) = self.read(action, work).await?;
        for error in unreadable {
            let error = error.at(&self.path, action);
            tracing::error!(%error, "an unreadable row was left out");
        }
        Ok(found)
    }

    async fn write<T, F>(&self, action: &'static str, work: F) -> Result<T, HistoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, TableError> + Send + 'static,
    {
        self.call(action, move |connection| {
            // Immediate: one that begins as a reader and then writes would fail at once, without
            // waiting, if another process wrote in between.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })
        .await
    }

    async fn call<T, F>(&self, action: &'static str, work: F) -> Result<T, HistoryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, TableError> + Send + 'static,
    {
        self.connection
            .0
            .call(work)
            .await
            .map_err(|error| match error {
                tokio_rusqlite::Error::Error(error) => error.at(&self.path, action),
                _ => HistoryError::Closed { action },
            })
    }
}

#[cfg(test)]
mod tests;
