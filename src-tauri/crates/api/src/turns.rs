//! How a turn begins: by a question, by the same question in other words, or by asking for the
//! answer again. All three make a branch, are recorded before the model is asked, and go to the
//! driver.

use std::sync::Arc;

use sotto_domain::{
    ChatRequest, Conversation, ConversationId, Failure, Message, MessageId, MessageState, Place,
    Role, TitleSource,
    branch::Tree,
    title,
    turn::{Event, Turn},
};
use sotto_history::{History, NewTurn};

use crate::{
    conversations::{answering, shown},
    driver::{Job, drive},
    error::{ApiError, ErrorCode},
    prompt,
    sotto::Sotto,
    view::{AnswerAgain, AppEvent, AskRequest, Asked},
};

/// A turn that is about to begin.
struct Plan {
    conversation: Conversation,
    is_new: bool,
    /// All messages of the conversation so far.
    messages: Vec<Message>,
    /// The message after which the turn stands.
    after: Option<MessageId>,
    /// What is asked; `None` answers `after` again.
    question: Option<String>,
    drop_oldest: bool,
}

impl Plan {
    /// Changes the conversation's settings from this turn on.
    async fn choose(
        &mut self,
        history: &History,
        model: Option<String>,
        context: Option<u32>,
    ) -> Result<(), ApiError> {
        if model.is_some() && model != self.conversation.model {
            self.conversation.model.clone_from(&model);
            if !self.is_new {
                history.set_model(self.conversation.id, model).await?;
            }
        }
        if context.is_some() && context != self.conversation.context {
            self.conversation.context = context;
            if !self.is_new {
                history.set_context(self.conversation.id, context).await?;
            }
        }
        Ok(())
    }
}

impl Sotto {
    /// Asks a question. Returns when it is on disk; the answer comes as events.
    ///
    /// # Errors
    /// [`ErrorCode::EmptyQuestion`], [`ErrorCode::Answering`], [`ErrorCode::NotFound`],
    /// [`ErrorCode::NoModel`], [`ErrorCode::History`]: then nothing was asked.
    pub async fn ask(&self, request: AskRequest) -> Result<Asked, ApiError> {
        let AskRequest {
            conversation,
            text,
            model,
        } = request;
        refuse_empty(&text)?;
        let history = self.inner.history.get().await?;
        let mut plan = match conversation {
            Some(id) => self.plan(&history, id).await?,
            None => self.plan_new(&text),
        };
        plan.choose(&history, model, None).await?;
        plan.after = plan.conversation.leaf;
        plan.question = Some(text);
        self.begin(history, plan).await
    }

    /// Asks a question again in other words, as a branch beside the old one.
    ///
    /// # Errors
    /// As [`Sotto::ask`].
    pub async fn edit_question(&self, message: MessageId, text: String) -> Result<Asked, ApiError> {
        refuse_empty(&text)?;
        let history = self.inner.history.get().await?;
        let old = self.message(&history, message).await?;
        let mut plan = self.plan(&history, old.conversation).await?;
        plan.after = old.parent;
        plan.question = Some(text);
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
        let history = self.inner.history.get().await?;
        let old = self.message(&history, answer).await?;
        let mut plan = self.plan(&history, old.conversation).await?;
        plan.choose(&history, how.model, how.context).await?;
        plan.drop_oldest = how.drop_oldest;
        plan.after = old.parent;
        self.begin(history, plan).await
    }

    /// Stops the answer of a conversation; what was said is kept. Does nothing if there is none.
    pub fn stop(&self, conversation: ConversationId) {
        self.inner.turns.stop(conversation);
    }

    async fn plan(&self, history: &History, id: ConversationId) -> Result<Plan, ApiError> {
        let conversation = history.conversation(id).await?;
        let messages = history.messages(id).await?;
        Ok(Plan {
            conversation,
            is_new: false,
            messages,
            after: None,
            question: None,
            drop_oldest: false,
        })
    }

    fn plan_new(&self, question: &str) -> Plan {
        let now = self.inner.host.now();
        let conversation = Conversation {
            id: ConversationId::new(now, self.inner.host.random()),
            title: title::from_question(question),
            title_source: TitleSource::Automatic,
            created_at: now,
            updated_at: now,
            model: None,
            context: None,
            leaf: None,
        };
        Plan {
            conversation,
            is_new: true,
            messages: Vec::new(),
            after: None,
            question: None,
            drop_oldest: false,
        }
    }

    async fn begin(&self, history: History, plan: Plan) -> Result<Asked, ApiError> {
        let id = plan.conversation.id;
        let stop = self.inner.turns.reserve(id).ok_or_else(answering)?;
        let begun = self.record_and_drive(history, plan, stop).await;
        match &begun {
            Ok(_) => self.inner.hear(AppEvent::ConversationsChanged),
            Err(_) => self.inner.turns.release(id),
        }
        begun
    }

    async fn record_and_drive(
        &self,
        history: History,
        mut plan: Plan,
        stop: tokio_util::sync::CancellationToken,
    ) -> Result<Asked, ApiError> {
        self.inner.runtime.revive().await;
        let model = self.model_for(&plan.conversation).await?;
        let now = self.inner.host.now();
        let question = plan
            .question
            .take()
            .map(|text| self.new_message(&plan, Role::User, text, plan.after));
        let parent = question
            .as_ref()
            .map_or(plan.after, |question| Some(question.id));
        let mut answer = self.new_message(&plan, Role::Assistant, String::new(), parent);
        answer.state = MessageState::Streaming;
        answer.model = model.as_ref().ok().cloned();

        let (mut turn, _record) = Turn::begin(now);
        let new_turn = NewTurn {
            new_conversation: plan.is_new.then(|| plan.conversation.clone()),
            conversation: plan.conversation.id,
            question: question.clone(),
            answer: answer.clone(),
            title: None,
        };
        // `_record` is done here and not by the driver: who asks must learn whether it is on disk.
        history.begin_turn(new_turn).await?;
        plan.conversation.leaf = Some(answer.id);
        plan.conversation.updated_at = now;
        let first_new = question.as_ref().map_or(answer.id, |question| question.id);
        plan.messages.extend(question);
        plan.messages.push(answer.clone());

        let tree = Tree::new(&plan.messages);
        let branch = shown(&tree, answer.id);
        let request = model.map(|model| ChatRequest {
            model,
            messages: prompt::messages(branch.iter().map(|step| &step.message)),
            context: plan.conversation.context,
            drop_oldest: plan.drop_oldest,
        });
        let added = branch
            .into_iter()
            .skip_while(|step| step.message.id != first_new)
            .collect();

        let effects = turn.step(Event::Recorded {
            now: self.inner.host.now(),
        });
        if let Ok(request) = &request {
            self.tell_loading(request.model.clone(), plan.conversation.id);
        }
        let job = Job {
            inner: Arc::clone(&self.inner),
            history,
            answer,
            request,
            stop,
        };
        self.inner.tasks.spawn(drive(job, turn, effects));
        Ok(Asked {
            conversation: plan.conversation,
            after: plan.after,
            added,
        })
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

    /// The model that answers here. A runtime that cannot say what it has is not the person's
    /// fault: the question is recorded all the same and the failure becomes the answer's.
    async fn model_for(
        &self,
        conversation: &Conversation,
    ) -> Result<Result<String, Failure>, ApiError> {
        if let Some(model) = &conversation.model {
            return Ok(Ok(model.clone()));
        }
        match self.default_model().await {
            Ok(Some(model)) => Ok(Ok(model)),
            Ok(None) => Err(ApiError::new(
                ErrorCode::NoModel,
                "No model is on this computer yet. Put a GGUF file into the models folder, or wait until the first one is here.",
            )),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

fn refuse_empty(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::new(
            ErrorCode::EmptyQuestion,
            "There is nothing to ask yet.",
        ));
    }
    Ok(())
}
