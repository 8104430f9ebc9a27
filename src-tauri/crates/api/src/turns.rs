//! How a turn begins: by a question, by the same question in other words, or by asking for the
//! answer again. All three make a branch, are recorded before the model is asked, and go to the
//! driver.

use std::sync::Arc;

use sotto_domain::{
    ChatRequest, Conversation, ConversationId, Manner, Message, MessageId, MessageState, Origin,
    Place, Role, TitleSource,
    branch::Tree,
    turn::{Effect, Event, Turn},
};
use sotto_history::{History, NewTurn};

use crate::{
    actions::Question,
    cloud::{Approved, Subject},
    conversations::shown,
    driver::{Asking, Job, drive},
    error::{ApiError, ErrorCode},
    prompt,
    sotto::{Reservation, Sotto},
    view::{AnswerAgain, AppEvent, AskRequest, Asked, cloud::LargerQuestion},
};

/// A turn that is about to begin.
struct Plan {
    conversation: Conversation,
    is_new: bool,
    /// Nobody else begins a turn here meanwhile.
    place: Reservation,
    /// All messages of the conversation so far.
    messages: Vec<Message>,
    /// The message after which the turn stands.
    after: Option<MessageId>,
    /// What is asked; `None` answers `after` again.
    question: Option<Message>,
    /// Settings from this turn on; `None` changes nothing.
    model: Option<String>,
    context: Option<u32>,
    drop_oldest: bool,
    /// How the question is to be answered.
    manner: Manner,
    /// The yes to a larger model; `None` asks the one on this computer.
    approved: Option<Approved>,
}

/// What a larger model would be asked.
pub(crate) struct Larger {
    /// What of the conversation it is about.
    pub(crate) subject: Subject,
    /// The messages, oldest first, the question last.
    pub(crate) branch: Vec<Message>,
    new_conversation: Option<Conversation>,
}

impl Sotto {
    /// Asks a question. Returns when it is on disk; the answer comes as events.
    ///
    /// # Errors
    /// [`ErrorCode::EmptyQuestion`], [`ErrorCode::UnknownAction`], [`ErrorCode::WrongParameter`],
    /// [`ErrorCode::Answering`], [`ErrorCode::NotFound`], [`ErrorCode::NoModel`],
    /// [`ErrorCode::History`]: then nothing was asked or changed.
    pub async fn ask(&self, request: AskRequest) -> Result<Asked, ApiError> {
        let history = self.inner.history.get().await?;
        self.ask_from(Origin::Chat, history, request).await
    }

    /// The same, from wherever it is asked, and kept in this history.
    pub(crate) async fn ask_from(
        &self,
        origin: Origin,
        history: History,
        request: AskRequest,
    ) -> Result<Asked, ApiError> {
        let AskRequest {
            conversation,
            text,
            model,
            context,
            action,
        } = request;
        let question = self.question(text, context, action).await?;
        let mut plan = self
            .plan_question(&history, conversation, question, origin)
            .await?;
        plan.model = model.or(plan.model);
        self.begin(history, plan).await
    }

    /// Asks a question again in other words, as a branch beside the old one.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub async fn edit_question(&self, message: MessageId, text: String) -> Result<Asked, ApiError> {
        refuse_empty(&text)?;
        let history = self.inner.history.get().await?;
        let old = self.message(&history, message, Role::User).await?;
        let mut plan = self.plan(&history, old.conversation).await?;
        plan.after = old.parent;
        plan.question = Some(self.new_message(&plan, Role::User, text, plan.after));
        plan.manner = history.manner(message).await?;
        self.begin(history, plan).await
    }

    /// Answers a question again, as a branch beside the old answer.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub async fn answer_again(
        &self,
        answer: MessageId,
        how: AnswerAgain,
    ) -> Result<Asked, ApiError> {
        let history = self.history_of(answer).await?;
        let mut plan = self.plan_again(&history, answer).await?;
        plan.model = how.model;
        plan.context = how.context;
        plan.drop_oldest = how.drop_oldest;
        self.begin(history, plan).await
    }

    /// Stops the answer of a conversation; what was said is kept. Does nothing if there is none.
    pub fn stop(&self, conversation: ConversationId) {
        self.inner.turns.stop(conversation);
    }

    /// A plan for a new question, at the end of a conversation or in a new one.
    async fn plan_question(
        &self,
        history: &History,
        conversation: Option<ConversationId>,
        question: Question,
        origin: Origin,
    ) -> Result<Plan, ApiError> {
        let mut plan = match conversation {
            Some(id) => self.plan(history, id).await?,
            None => self.plan_new(question.title, origin)?,
        };
        plan.after = plan.conversation.leaf;
        plan.question = Some(self.new_message(&plan, Role::User, question.text, plan.after));
        plan.model = question.model;
        plan.manner = question.manner;
        Ok(plan)
    }

    /// A plan to answer a question once more.
    async fn plan_again(&self, history: &History, answer: MessageId) -> Result<Plan, ApiError> {
        let old = self.message(history, answer, Role::Assistant).await?;
        let mut plan = self.plan(history, old.conversation).await?;
        plan.after = old.parent;
        if let Some(question) = old.parent {
            plan.manner = history.manner(question).await?;
        }
        Ok(plan)
    }

    /// What a larger model would be asked: read now, and not held while the person decides.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub(crate) async fn larger(
        &self,
        history: &History,
        what: LargerQuestion,
    ) -> Result<Larger, ApiError> {
        let plan = match what {
            LargerQuestion::New {
                conversation,
                text,
                context,
                action,
            } => {
                let question = self.question(text, context, action).await?;
                if question.manner.schema.is_some() {
                    return Err(ApiError::new(
                        ErrorCode::Other,
                        "This action answers in JSON by a schema, to which only the models on this computer are kept. Nothing was sent.",
                    ));
                }
                self.plan_question(history, conversation, question, Origin::Chat)
                    .await?
            }
            LargerQuestion::Again { answer } => self.plan_again(history, answer).await?,
        };
        let tree = Tree::new(&plan.messages);
        let before = plan.after.map(|after| tree.branch(after));
        let before = before.into_iter().flatten();
        let mut branch: Vec<Message> = before.map(|step| step.message.clone()).collect();
        branch.extend(plan.question.clone());
        Ok(Larger {
            subject: Subject {
                history: history.clone(),
                conversation: plan.conversation.id,
                after: plan.after,
                question: plan.question,
            },
            branch,
            new_conversation: plan.is_new.then_some(plan.conversation),
        })
    }

    /// Begins the turn that the person agreed to.
    ///
    /// # Errors
    /// As [`Sotto::ask`]; then the yes was not used.
    pub(crate) async fn begin_larger(
        &self,
        history: History,
        larger: Larger,
        approved: Approved,
    ) -> Result<Asked, ApiError> {
        let mut plan = match larger.new_conversation {
            Some(conversation) => {
                let place = self.reserve(conversation.id)?;
                Plan::empty(conversation, place)
            }
            None => self.plan(&history, larger.subject.conversation).await?,
        };
        plan.after = larger.subject.after;
        plan.question = larger.subject.question;
        plan.approved = Some(approved);
        self.begin(history, plan).await
    }

    /// A plan for a conversation that exists. Its place is taken first, so that what is read here
    /// is still true when it is written.
    async fn plan(&self, history: &History, id: ConversationId) -> Result<Plan, ApiError> {
        let place = self.reserve(id)?;
        let conversation = history.conversation(id).await?;
        let messages = history.messages(id).await?;
        Ok(Plan {
            messages,
            is_new: false,
            ..Plan::empty(conversation, place)
        })
    }

    fn plan_new(&self, title: String, origin: Origin) -> Result<Plan, ApiError> {
        let now = self.inner.host.now();
        let conversation = Conversation {
            id: ConversationId::new(now, self.inner.host.random()),
            title,
            title_source: TitleSource::Automatic,
            origin,
            created_at: now,
            updated_at: now,
            model: None,
            context: None,
            leaf: None,
        };
        let place = self.reserve(conversation.id)?;
        Ok(Plan::empty(conversation, place))
    }

    /// Records the turn and leaves it to a driver.
    async fn begin(&self, history: History, mut plan: Plan) -> Result<Asked, ApiError> {
        let question = plan.question.take();
        let parent = question.as_ref().map(|question| question.id).or(plan.after);
        let mut answer = self.new_message(&plan, Role::Assistant, String::new(), parent);
        answer.state = MessageState::Streaming;
        let approved = plan.approved.take();
        if let Some(approved) = &approved {
            answer.model = Some(approved.model());
            answer.place = approved.place();
        } else {
            plan.conversation.model = plan.model.take().or(plan.conversation.model.take());
            plan.conversation.context = plan.context.or(plan.conversation.context);
            answer.model = Some(self.model_for(&plan.conversation).await?);
        }

        let (turn, effects) = self
            .record(&history, &plan, question.as_ref(), &answer)
            .await?;
        plan.conversation.leaf = Some(answer.id);
        plan.conversation.updated_at = answer.created_at;
        let first_new = question.as_ref().map_or(answer.id, |question| question.id);
        plan.messages.extend(question);
        plan.messages.push(answer.clone());
        let branch = shown(&Tree::new(&plan.messages), answer.id);
        let asking = match approved {
            Some(approved) => Asking::Larger(Some(Box::new(approved.errand()))),
            None => {
                let model = answer.model.clone().unwrap_or_default();
                self.end_pause().await;
                // The runtime does one thing at a time, and a person who asks does not wait for it.
                self.stop_bench();
                self.keep_to_memory_limit().await;
                self.tell_loading(model.clone(), plan.conversation.id);
                let settings = self.model_settings(&model).await;
                Asking::Local(Box::new(ChatRequest {
                    model,
                    messages: prompt::messages(branch.iter().map(|step| &step.message)),
                    context: plan.conversation.context.or(settings.context),
                    drop_oldest: plan.drop_oldest,
                    manner: plan.manner.or(settings.manner()),
                    residence: settings.residence(),
                    adapters: settings.adapters,
                }))
            }
        };
        let added = branch
            .into_iter()
            .skip_while(|step| step.message.id != first_new)
            .collect();

        self.inner.hear(AppEvent::ConversationsChanged);
        let job = Job {
            inner: Arc::clone(&self.inner),
            history,
            answer,
            asking,
            place: plan.place,
        };
        self.inner.tasks.spawn(drive(job, turn, effects));
        Ok(Asked {
            conversation: plan.conversation,
            after: plan.after,
            added,
        })
    }

    /// Does a turn's first effect, [`Effect::Record`], here and not in the driver: whoever asks
    /// must learn whether the question is on disk. Gives what is left to do.
    async fn record(
        &self,
        history: &History,
        plan: &Plan,
        question: Option<&Message>,
        answer: &Message,
    ) -> Result<(Turn, Vec<Effect>), ApiError> {
        let (mut turn, first) = Turn::begin(self.inner.host.now());
        let mut left = Vec::new();
        for effect in first {
            if effect != Effect::Record {
                left.push(effect);
                continue;
            }
            let new_turn = NewTurn {
                new_conversation: plan.is_new.then(|| plan.conversation.clone()),
                conversation: plan.conversation.id,
                question: question.cloned(),
                manner: plan.manner.clone(),
                answer: answer.clone(),
                model: plan.conversation.model.clone(),
                context: plan.conversation.context,
            };
            history.begin_turn(new_turn).await?;
            let now = self.inner.host.now();
            left.extend(turn.step(Event::Recorded { now }));
        }
        Ok((turn, left))
    }

    fn new_message(
        &self,
        plan: &Plan,
        role: Role,
        text: String,
        parent: Option<MessageId>,
    ) -> Message {
        Message {
            id: self.inner.new_message_id(),
            conversation: plan.conversation.id,
            parent,
            role,
            text,
            state: MessageState::Complete,
            model: None,
            place: Place::ThisComputer,
            created_at: self.inner.host.now(),
            statistics: None,
            failure: None,
        }
    }

    /// The model that answers here.
    async fn model_for(&self, conversation: &Conversation) -> Result<String, ApiError> {
        if let Some(model) = &conversation.model {
            return Ok(model.clone());
        }
        self.default_model().await.ok_or_else(|| {
            ApiError::new(
                ErrorCode::NoModel,
                "No model is on this computer yet. Put a GGUF file into the models folder, or wait until the first one is here.",
            )
        })
    }
}

impl Plan {
    fn empty(conversation: Conversation, place: Reservation) -> Self {
        Self {
            conversation,
            is_new: true,
            place,
            messages: Vec::new(),
            after: None,
            question: None,
            model: None,
            context: None,
            drop_oldest: false,
            manner: Manner::default(),
            approved: None,
        }
    }
}

pub(crate) fn refuse_empty(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::new(
            ErrorCode::EmptyQuestion,
            "There is nothing to ask yet.",
        ));
    }
    Ok(())
}
