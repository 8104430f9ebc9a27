//! `sotto history`: the conversations that are kept, for reading and for taking away.

use serde::Serialize;
use sotto_api::{
    ConversationId, Sotto, Timestamp,
    domain::{Conversation, Message, Role},
};

use crate::{exit::Exit, print_json, print_line, session::Session};

/// The version of the exported form.
const EXPORT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Export {
    version: u32,
    conversations: Vec<ExportedConversation>,
}

#[derive(Serialize)]
struct ExportedConversation {
    #[serde(flatten)]
    conversation: Conversation,
    messages: Vec<Message>,
}

pub(crate) async fn list(json: bool) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let conversations = session.sotto.list_conversations().await?;
    if json {
        return print_json(&conversations);
    }
    for conversation in conversations {
        print_line(&format!(
            "{}  {}  {}",
            conversation.id,
            day(conversation.updated_at),
            conversation.title
        ))?;
    }
    Ok(())
}

pub(crate) async fn show(id: &str, json: bool) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let view = session
        .sotto
        .open_conversation(find(&session.sotto, id).await?)
        .await?;
    if json {
        return print_json(&view);
    }
    print_line(&format!("# {}", view.conversation.title))?;
    for shown in view.messages {
        let speaker = match shown.message.role {
            Role::User => "You",
            Role::Assistant => shown.message.model.as_deref().unwrap_or("Answer"),
            Role::System => "Instructions",
        };
        print_line(&format!("\n## {speaker}\n\n{}", shown.message.text))?;
    }
    Ok(())
}

pub(crate) async fn export(id: Option<&str>) -> Result<(), Exit> {
    let session = Session::reading().await?;
    let ids = match id {
        Some(id) => vec![find(&session.sotto, id).await?],
        None => session
            .sotto
            .list_conversations()
            .await?
            .into_iter()
            .map(|summary| summary.id)
            .collect(),
    };
    let mut conversations = Vec::with_capacity(ids.len());
    for id in ids {
        let conversation = session.sotto.open_conversation(id).await?.conversation;
        let messages = session.sotto.all_messages(id).await?;
        conversations.push(ExportedConversation {
            conversation,
            messages,
        });
    }
    print_json(&Export {
        version: EXPORT_VERSION,
        conversations,
    })
}

/// The one conversation whose id begins so.
async fn find(sotto: &Sotto, beginning: &str) -> Result<ConversationId, Exit> {
    let conversations = sotto.list_conversations().await?;
    let beginning = beginning.to_lowercase();
    let mut found = conversations
        .iter()
        .filter(|summary| summary.id.to_string().starts_with(&beginning));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        (None, _) => Err(Exit::Failed(format!(
            "No conversation's id begins with {beginning}."
        ))),
        (Some(_), Some(_)) => Err(Exit::Failed(format!(
            "More than one id begins with {beginning}: type more of it."
        ))),
    }
}

pub(crate) fn day(moment: Timestamp) -> String {
    let milliseconds = i64::try_from(moment.as_milliseconds()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| "unknown".to_owned(),
        |moment| {
            moment
                .to_zoned(jiff::tz::TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}
