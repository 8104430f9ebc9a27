//! `sotto chat`: a conversation in the terminal, for computers without a screen.

use std::io::{BufRead, IsTerminal};

use sotto_api::{ConversationId, view::AskRequest};

use crate::{
    arguments::ChatArguments,
    exit::Exit,
    session::{Session, print_now},
};

pub(crate) async fn run(arguments: ChatArguments) -> Result<(), Exit> {
    let mut session = Session::asking().await?;
    let listed = session.sotto.models().await.ok();
    let model = arguments.model.or(listed.and_then(|models| models.default));
    if let Some(model) = &model {
        eprintln!("{model} answers on this computer. Ctrl-C stops an answer, Ctrl-D ends.");
    }
    let done = talk(&mut session, model).await;
    session.sotto.shutdown().await;
    done
}

async fn talk(session: &mut Session, model: Option<String>) -> Result<(), Exit> {
    let mut conversation: Option<ConversationId> = None;
    while let Some(text) = next_question().await? {
        if text.trim().is_empty() {
            continue;
        }
        let asked = session
            .sotto
            .ask(AskRequest {
                conversation,
                text,
                model: model.clone(),
                ..AskRequest::default()
            })
            .await?;
        conversation = Some(asked.conversation.id);
        let Some(answer) = asked.added.last().map(|shown| shown.message.id) else {
            continue;
        };
        let message = session
            .hear_answer(answer, asked.conversation.id, print_now)
            .await?;
        let _ = print_now("\n\n");
        if let Some(failure) = message.failure {
            eprintln!("sotto: {failure}");
        }
    }
    Ok(())
}

/// The next line that is typed; `None` at the end. Read on a thread of its own, because reading a
/// line cannot be interrupted.
async fn next_question() -> Result<Option<String>, Exit> {
    let read = tokio::task::spawn_blocking(|| {
        let mut input = std::io::stdin().lock();
        if input.is_terminal() {
            eprint!("> ");
        }
        let mut line = String::new();
        input
            .read_line(&mut line)
            .map(|length| (length > 0).then_some(line))
    });
    match read.await {
        Ok(Ok(line)) => Ok(line),
        Ok(Err(error)) => Err(Exit::BadInput(format!(
            "Standard input cannot be read: {error}"
        ))),
        Err(error) => Err(Exit::Failed(error.to_string())),
    }
}
