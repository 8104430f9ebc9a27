//! An answer by a schema is parsed before it counts as whole. The runtime keeps the model to the
//! schema, so only an answer that was cut does not parse: that is a failure, and what was said is
//! kept.

use futures_util::{StreamExt, stream};
use serde::de::IgnoredAny;
use sotto_domain::{AnswerStream, EndReason, Failure, FailureCode, ModelEvent};

/// The same answer; its end is a failure where the text is not JSON.
pub(crate) fn checked(answer: AnswerStream) -> AnswerStream {
    let state = (answer, String::new());
    Box::pin(stream::unfold(state, |(mut answer, mut said)| async move {
        let event = match answer.next().await? {
            Ok(ModelEvent::Text(text)) => {
                said.push_str(&text);
                Ok(ModelEvent::Text(text))
            }
            Ok(ModelEvent::Ended { reason, .. })
                if serde_json::from_str::<IgnoredAny>(&said).is_err() =>
            {
                Err(not_whole(reason))
            }
            other => other,
        };
        Some((event, (answer, said)))
    }))
}

fn not_whole(reason: EndReason) -> Failure {
    let message = match reason {
        EndReason::Length => {
            "The answer is cut: the context was full before its JSON was whole. What was said is kept. \
             Ask again with a larger context, or about a shorter text."
        }
        EndReason::Finished => {
            "The answer is not the JSON that was asked for. What was said is kept. \
             Ask again, or ask another model."
        }
    };
    Failure::new(FailureCode::Other, message)
}
