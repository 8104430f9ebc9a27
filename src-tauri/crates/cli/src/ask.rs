//! `sotto ask`: one question or one action, one answer on standard output, everything else on standard
//! error.

use serde::Serialize;
use serde_json::Value;
use sotto_api::{
    ConversationId,
    domain::{AnswerStatistics, Failure, Message, MessageState, Place},
    view::{
        AskRequest, Asked,
        actions::{ActionOutput, ActionUse},
    },
};

use crate::{
    arguments::AskArguments,
    exit::Exit,
    larger, piped, print_json, print_line,
    session::{Session, print_now},
};

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    answer: String,
    /// The answer itself, where an action asks for JSON.
    value: Option<Value>,
    state: MessageState,
    model: Option<String>,
    place: Place,
    conversation: ConversationId,
    statistics: Option<AnswerStatistics>,
    failure: Option<Failure>,
}

pub(crate) async fn run(arguments: AskArguments) -> Result<(), Exit> {
    let question = AskRequest {
        text: arguments.prompt.join(" "),
        context: piped::text()?,
        model: arguments.model,
        action: arguments.action.map(|name| ActionUse {
            name,
            parameters: arguments.set.into_iter().collect(),
        }),
        ..AskRequest::default()
    };
    if question.context.is_none() && question.text.trim().is_empty() {
        // Before the history is opened, which may ask for a passphrase.
        return Err(Exit::BadInput(
            "There is nothing to ask: write a question after `sotto ask`.".to_owned(),
        ));
    }
    let mut session = Session::asking().await?;
    let show = Show {
        whole_json: arguments.json,
        answer_is_json: answers_in_json(&session, question.action.as_ref()).await,
    };
    let done = match &arguments.cloud {
        Some(larger) => {
            let larger = larger::request(larger, question);
            let asked = larger::ask(&mut session, larger, arguments.redact).await;
            asked_and_answered(&mut session, asked, show).await
        }
        None => {
            let asked = session.sotto.ask(question).await.map_err(Exit::from);
            asked_and_answered(&mut session, asked, show).await
        }
    };
    session.sotto.shutdown().await;
    done
}

/// How the answer is shown.
#[derive(Clone, Copy)]
struct Show {
    /// `--json`: one object, when it is whole.
    whole_json: bool,
    /// The answer is JSON by itself: shown as a table, when it is whole.
    answer_is_json: bool,
}

async fn answers_in_json(session: &Session, action: Option<&ActionUse>) -> bool {
    let Some(action) = action else { return false };
    let actions = session.sotto.actions().await.actions;
    let mut named = actions.iter().filter(|known| known.name == action.name);
    named.any(|known| known.output == ActionOutput::Json)
}

async fn asked_and_answered(
    session: &mut Session,
    asked: Result<Asked, Exit>,
    show: Show,
) -> Result<(), Exit> {
    let asked = asked?;
    let Some(answer) = asked.added.last().map(|shown| shown.message.id) else {
        return Err(Exit::Failed("Nothing was asked.".to_owned()));
    };
    let conversation = asked.conversation.id;
    let at_the_end = show.whole_json || show.answer_is_json;
    let say = |text: &str| {
        if at_the_end { Ok(()) } else { print_now(text) }
    };
    let message = session.hear_answer(answer, conversation, say).await?;
    if show.whole_json {
        print_json(&Answer::new(message.clone(), show))?;
    } else if show.answer_is_json {
        // What was cut is no JSON: it is shown as it came.
        let readable = sotto_api::json_as_markdown(&message.text);
        print_line(readable.as_deref().unwrap_or(&message.text).trim_end())?;
    } else if !message.text.is_empty() && !message.text.ends_with('\n') {
        // The reader may be gone by now; the answer is whole all the same.
        let _ = print_now("\n");
    }
    ended(message)
}

/// What the end of an answer means to a script.
pub(crate) fn ended(message: Message) -> Result<(), Exit> {
    match (message.state, message.failure) {
        (MessageState::Stopped, _) => Err(Exit::Stopped),
        (_, Some(failure)) => Err(Exit::Failed(failure.message)),
        _ => Ok(()),
    }
}

impl Answer {
    fn new(message: Message, show: Show) -> Self {
        let value = serde_json::from_str(&message.text).ok();
        Self {
            value: value.filter(|_| show.answer_is_json),
            answer: message.text,
            state: message.state,
            model: message.model,
            place: message.place,
            conversation: message.conversation,
            statistics: message.statistics,
            failure: message.failure,
        }
    }
}
