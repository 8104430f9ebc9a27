//! `sotto ask`: one question, one answer on standard output, everything else on standard error.

use std::io::{IsTerminal, Read};

use serde::Serialize;
use sotto_api::{
    ConversationId,
    domain::{AnswerStatistics, Failure, Message, MessageState, Place},
    view::{AskRequest, Asked},
};

use crate::{
    arguments::AskArguments,
    exit::Exit,
    larger, print_json,
    session::{Session, print_now},
};

/// More than this is not read: no context here holds a tenth of it.
const MOST_INPUT: u64 = 16 << 20;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer {
    answer: String,
    state: MessageState,
    model: Option<String>,
    place: Place,
    conversation: ConversationId,
    statistics: Option<AnswerStatistics>,
    failure: Option<Failure>,
}

pub(crate) async fn run(arguments: AskArguments) -> Result<(), Exit> {
    let question = question(&arguments.prompt.join(" "), piped()?.as_deref())?;
    let mut session = Session::asking().await?;
    let done = match &arguments.cloud {
        Some(larger) => {
            let larger = larger::request(larger, question);
            let asked = larger::ask(&mut session, larger, arguments.redact).await;
            asked_and_answered(&mut session, asked, arguments.json).await
        }
        None => {
            let question = AskRequest {
                conversation: None,
                text: question,
                model: arguments.model,
            };
            let asked = session.sotto.ask(question).await.map_err(Exit::from);
            asked_and_answered(&mut session, asked, arguments.json).await
        }
    };
    session.sotto.shutdown().await;
    done
}

async fn asked_and_answered(
    session: &mut Session,
    asked: Result<Asked, Exit>,
    json: bool,
) -> Result<(), Exit> {
    let asked = asked?;
    let Some(answer) = asked.added.last().map(|shown| shown.message.id) else {
        return Err(Exit::Failed("Nothing was asked.".to_owned()));
    };
    let conversation = asked.conversation.id;
    let say = |text: &str| if json { Ok(()) } else { print_now(text) };
    let message = session.hear_answer(answer, conversation, say).await?;
    if json {
        print_json(&Answer::from(message.clone()))?;
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

impl From<Message> for Answer {
    fn from(message: Message) -> Self {
        Self {
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

/// Standard input, if it is not a terminal and not empty.
fn piped() -> Result<Option<String>, Exit> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    input
        .take(MOST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Exit::BadInput(format!("Standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Exit::BadInput(
            "Standard input has more than 16 MB, which no model here can read.".to_owned(),
        ));
    }
    text(bytes).map(|text| Some(text).filter(|text| !text.trim().is_empty()))
}

fn text(bytes: Vec<u8>) -> Result<String, Exit> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Exit::BadInput(format!(
            "Standard input is not UTF-8 text (first at byte {at}). Convert it, for example with `iconv -t utf-8`."
        ))
    })
}

/// The question and its context as one text.
fn question(prompt: &str, context: Option<&str>) -> Result<String, Exit> {
    match (prompt.trim(), context) {
        ("", None) => Err(Exit::BadInput(
            "There is nothing to ask: write a question after `sotto ask`.".to_owned(),
        )),
        ("", Some(context)) => Ok(context.to_owned()),
        (prompt, None) => Ok(prompt.to_owned()),
        (prompt, Some(context)) => Ok(format!("{prompt}\n\n{context}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_and_context_become_one_text() {
        assert_eq!(question("Why?", None).unwrap(), "Why?");
        assert_eq!(question("  ", Some("a\nb")).unwrap(), "a\nb");
        assert_eq!(
            question("Summarise", Some("a\nb")).unwrap(),
            "Summarise\n\na\nb"
        );
        assert!(matches!(question("  ", None), Err(Exit::BadInput(_))));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_place() {
        assert_eq!(text("für".into()).unwrap(), "für");
        let Err(Exit::BadInput(why)) = text(b"ab\xff".to_vec()) else {
            panic!("accepted")
        };
        assert!(why.contains("byte 2"), "{why}");
    }
}
