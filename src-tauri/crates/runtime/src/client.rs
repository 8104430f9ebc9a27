//! One connection to one `sotto-runtime` process: questions as HTTP over a socket in a private
//! folder. It knows no proxy, follows no redirect and cannot do TLS, so it reaches nothing else.

use std::{
    collections::HashSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use sotto_domain::{
    AnswerStream, ChatRequest, Failure, FailureCode, LanguageModel, ModelFuture, Residence,
};
use tokio::sync::watch;

use crate::{
    RuntimeError, answer, bench, failure, index,
    protocol::{
        BenchBody, BenchStep, ChatBody, ErrorBody, LimitsBody, LoadedModel, Measured, ModelList,
        Options, Processes, System, Tags, WireMessage,
    },
};

/// The host is never looked up: every request goes to the socket.
const BASE: &str = "http://localhost";

/// A list is read from the files' headers, which a slow disk may have to bring first: hundreds of them
/// the first time.
const LONGEST_LOOK: Duration = Duration::from_secs(120);

/// A connection to one `sotto-runtime` process.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Models that this process has brought into memory at least once: if it dies with one of
    /// these, the file is not the first suspect.
    proven: Arc<Mutex<HashSet<String>>>,
    /// Requests that are being answered.
    uses: Arc<watch::Sender<usize>>,
}

/// A request that is being answered, until this is dropped.
pub(crate) struct InUse(Arc<watch::Sender<usize>>);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.send_modify(|uses| *uses = uses.saturating_sub(1));
    }
}

/// What was seen in one look at the models.
pub(crate) struct Look {
    pub(crate) list: ModelList,
    pub(crate) index_moved: bool,
}

/// Why an answer did not begin.
pub(crate) struct NotBegun {
    pub(crate) failure: Failure,
    /// The request never reached the process: asking again cannot ask twice.
    pub(crate) not_delivered: bool,
}

impl From<Failure> for NotBegun {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            not_delivered: false,
        }
    }
}

impl Client {
    /// Prepares a connection to the socket (a named pipe on Windows). Nothing is sent yet.
    ///
    /// # Errors
    /// [`RuntimeError::Connection`].
    pub fn new(socket: &Path) -> Result<Self, RuntimeError> {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        #[cfg(unix)]
        let builder = builder.unix_socket(socket);
        #[cfg(windows)]
        let builder = builder.windows_named_pipe(socket.as_os_str());
        let http = builder
            .build()
            .map_err(|error| RuntimeError::Connection(error.to_string()))?;
        Ok(Self {
            http,
            proven: Arc::default(),
            uses: Arc::default(),
        })
    }

    /// Waits until nothing is being answered.
    pub(crate) async fn idle(&self) {
        let mut uses = self.uses.subscribe();
        // The sender is this client's own.
        let _ = uses.wait_for(|uses| *uses == 0).await;
    }

    /// Nothing is being answered.
    pub(crate) fn is_idle(&self) -> bool {
        *self.uses.borrow() == 0
    }

    fn in_use(&self) -> InUse {
        self.uses.send_modify(|uses| *uses += 1);
        InUse(Arc::clone(&self.uses))
    }

    /// The files that the runtime finds in its places.
    ///
    /// # Errors
    /// When the runtime ended or does not respond.
    pub async fn models(&self) -> Result<ModelList, Failure> {
        Ok(self.look().await?.list)
    }

    /// The same, and whether [`Client::index`] would give another index than before.
    pub(crate) async fn look(&self) -> Result<Look, Failure> {
        let tags: Tags = self.get("/api/tags").await?;
        let usable = tags.models.into_iter().chain(tags.adapters);
        Ok(Look {
            list: ModelList {
                usable: usable.map(Into::into).collect(),
                unusable: tags.unusable,
                headers_read: tags.headers_read,
            },
            index_moved: tags.index_moved,
        })
    }

    /// What the runtime read of all files, for a process that is started later.
    pub(crate) async fn index(&self) -> Result<String, Failure> {
        let _in_use = self.in_use();
        let response = self.response("/api/sotto/index").await?;
        let mut pieces = response.bytes_stream();
        let mut text = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| failure::from_transport(&error))?;
            if text.len() + piece.len() > index::LONGEST {
                return Err(not_understood("its index is far too long"));
            }
            text.extend_from_slice(&piece);
        }
        String::from_utf8(text).map_err(|_| not_understood("its index is no text"))
    }

    /// The models in memory and on their way there.
    ///
    /// # Errors
    /// When the runtime ended or does not respond.
    pub async fn loaded(&self) -> Result<Vec<LoadedModel>, Failure> {
        let processes: Processes = self.get("/api/ps").await?;
        Ok(processes.models.into_iter().map(Into::into).collect())
    }

    /// What the runtime found on this computer.
    ///
    /// # Errors
    /// When the runtime ended or does not respond.
    pub async fn system(&self) -> Result<System, Failure> {
        self.get("/api/sotto/system").await
    }

    /// Lets all models in memory take so many bytes, or with `None` what is usual on this computer;
    /// resolves when it holds. An answer that is being written is finished first.
    ///
    /// # Errors
    /// When the runtime ended or refuses.
    pub async fn limit_memory(&self, memory: Option<u64>) -> Result<(), Failure> {
        let _in_use = self.in_use();
        let sent = self
            .http
            .post(url("/api/sotto/limits"))
            .json(&LimitsBody { memory })
            .send()
            .await
            .map_err(|error| failure::from_transport(&error))?;
        checked(sent, "").await.map(drop)
    }

    /// Measures a model alone in memory, and says how far it is. Dropping the future stops it.
    ///
    /// # Errors
    /// When it cannot be loaded or measured, with the code that says why.
    pub async fn bench(
        &self,
        model: &str,
        context: Option<u32>,
        residence: Residence,
        progress: impl FnMut(BenchStep),
    ) -> Result<Measured, Failure> {
        let body = BenchBody {
            model,
            options: Options::of(context, residence).said(),
            keep_alive: residence.keep_alive,
        };
        let _in_use = self.in_use();
        let broken_off = || self.ended_at_the_start_of(model);
        let sent = self.http.post(url("/api/sotto/bench")).json(&body).send();
        let response = checked(sent.await.map_err(|_| broken_off())?, model).await?;
        bench::read(response, model, progress, broken_off).await
    }

    /// Brings a model into memory, with so many tokens of context or the runtime's default;
    /// resolves when it is there.
    ///
    /// # Errors
    /// When it cannot be loaded, with the code that says why.
    pub async fn load(
        &self,
        model: &str,
        context: Option<u32>,
        residence: Residence,
    ) -> Result<(), Failure> {
        self.load_or_unload(model, context, residence).await?;
        self.prove(model);
        Ok(())
    }

    /// Gives the memory of a model back. A model that is not loaded is no error.
    ///
    /// # Errors
    /// When the runtime ended or refuses.
    pub async fn unload(&self, model: &str) -> Result<(), Failure> {
        let at_once = Residence {
            keep_alive: Some(0),
            ..Residence::default()
        };
        self.load_or_unload(model, None, at_once).await
    }

    async fn load_or_unload(
        &self,
        model: &str,
        context: Option<u32>,
        residence: Residence,
    ) -> Result<(), Failure> {
        let body = ChatBody {
            model,
            messages: Vec::new(),
            stream: false,
            truncate: false,
            options: Options::of(context, residence).said(),
            format: None,
            keep_alive: residence.keep_alive,
            adapters: &[],
        };
        let _in_use = self.in_use();
        let broken_off = |_| self.ended_at_the_start_of(model);
        let response = self
            .http
            .post(url("/api/chat"))
            .json(&body)
            .send()
            .await
            .map_err(broken_off)?;
        let response = checked(response, model).await?;
        response.bytes().await.map_err(broken_off)?;
        Ok(())
    }

    /// As [`LanguageModel::chat`], with what the caller needs to know to ask again.
    pub(crate) async fn begin(&self, request: &ChatRequest) -> Result<AnswerStream, NotBegun> {
        let model = request.model.as_str();
        if request.messages.is_empty() {
            // On the wire this would load the model and say nothing.
            return Err(Failure::new(FailureCode::Other, "There is no question to answer.").into());
        }
        let messages = request.messages.iter();
        let body = ChatBody {
            model,
            messages: messages
                .map(|message| WireMessage {
                    role: message.role.as_str(),
                    content: &message.text,
                })
                .collect(),
            stream: true,
            truncate: request.drop_oldest,
            options: Options::from(request).said(),
            format: request.manner.schema.as_ref(),
            keep_alive: request.residence.keep_alive,
            adapters: &request.adapters,
        };
        let in_use = self.in_use();
        let sent = self.http.post(url("/api/chat")).json(&body).send().await;
        let response = sent.map_err(|error| NotBegun {
            not_delivered: error.is_connect(),
            failure: self.ended_at_the_start_of(model),
        })?;
        let response = checked(response, model).await?;
        let (speaking, broken) = (
            (self.clone(), model.to_owned()),
            (self.clone(), model.to_owned()),
        );
        let answer = answer::from_response(
            response,
            model.to_owned(),
            move || speaking.0.prove(&speaking.1),
            move || broken.0.ended_at_the_start_of(&broken.1),
        );
        Ok(Box::pin(answer.inspect(move |_| {
            let _until_the_answer_is_dropped = &in_use;
        })))
    }

    fn prove(&self, model: &str) {
        self.proven
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model.to_owned());
    }

    fn ended_at_the_start_of(&self, model: &str) -> Failure {
        if self
            .proven
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(model)
        {
            failure::ended_before_answering()
        } else {
            failure::ended_while_loading(model)
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let _in_use = self.in_use();
        let response = self.response(path).await?;
        response
            .json()
            .await
            .map_err(|error| failure::from_transport(&error))
    }

    async fn response(&self, path: &str) -> Result<reqwest::Response, Failure> {
        let response = self.http.get(url(path)).timeout(LONGEST_LOOK).send().await;
        let response = response.map_err(|error| failure::from_transport(&error))?;
        checked(response, "").await
    }
}

impl LanguageModel for Client {
    fn chat(&self, request: ChatRequest) -> ModelFuture<'_, Result<AnswerStream, Failure>> {
        Box::pin(async move {
            self.begin(&request)
                .await
                .map_err(|not_begun| not_begun.failure)
        })
    }
}

fn not_understood(what: &str) -> Failure {
    Failure::new(
        FailureCode::Other,
        format!(
            "The runtime said something that Sotto does not understand ({what}). Install Sotto again."
        ),
    )
}

fn url(path: &str) -> String {
    format!("{BASE}{path}")
}

async fn checked(response: reqwest::Response, model: &str) -> Result<reqwest::Response, Failure> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    let body = serde_json::from_str(&text).unwrap_or_else(|_| ErrorBody {
        error: format!("{status}"),
        ..ErrorBody::default()
    });
    Err(failure::from_body(&body, model))
}
