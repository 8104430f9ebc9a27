//! What the runtime says went wrong, as a code that the window acts on and sentences for a person.

use sotto_domain::{Failure, FailureCode};

use crate::protocol::ErrorBody;

/// Translates an error body about `model`.
pub(crate) fn from_body(body: &ErrorBody, model: &str) -> Failure {
    let said = body.error.trim();
    match body.code.as_deref() {
        Some("context_exceeded") => {
            let (prompt_tokens, context) = (number(body.prompt_tokens), number(body.context));
            Failure::new(
                FailureCode::ContextExceeded {
                    prompt_tokens,
                    context,
                },
                format!(
                    "This conversation is too long for the model: it has {} tokens, and the context holds {}. Nothing was cut. \
                     Choose a larger context, leave out the oldest messages, or begin a new conversation.",
                    grouped(body.prompt_tokens),
                    grouped(body.context),
                ),
            )
        }
        Some("model_not_found") => Failure::new(
            FailureCode::ModelNotFound,
            format!(
                "The model “{model}” is not on this computer. Choose another model, or put its file into the models folder."
            ),
        ),
        Some("adapter_unusable") => Failure::new(
            FailureCode::ModelUnusable,
            format!(
                "An adapter of the model “{model}” cannot be used. Take it out in the model's settings.{}",
                quoted(said)
            ),
        ),
        Some("model_unusable") => Failure::new(
            FailureCode::ModelUnusable,
            format!(
                "The model “{model}” cannot be used: its file may be damaged or of a kind that Sotto cannot run. Choose another model.{}",
                quoted(said)
            ),
        ),
        Some("insufficient_memory") => Failure::new(
            FailureCode::InsufficientMemory {
                needed: body.needed,
                available: body.available,
            },
            no_memory(body, model),
        ),
        Some("busy") => Failure::new(
            FailureCode::Other,
            "The runtime is busy with other questions. Try again in a moment.",
        ),
        _ => Failure::new(
            FailureCode::Other,
            format!("The runtime could not answer.{}", quoted(said)),
        ),
    }
}

/// The process went away while it was answering.
pub(crate) fn ended_while_answering() -> Failure {
    Failure::new(
        FailureCode::RuntimeEnded,
        "The runtime ended while it was answering. What was said is kept. Ask again to go on.",
    )
}

/// The process went away before the first word of a model that had answered before.
pub(crate) fn ended_before_answering() -> Failure {
    Failure::new(
        FailureCode::RuntimeEnded,
        "The runtime ended before it could answer. The question is kept. Ask again to go on.",
    )
}

/// The process went away with a model that never answered since it was started: most likely while
/// loading it.
pub(crate) fn ended_while_loading(model: &str) -> Failure {
    Failure::new(
        FailureCode::RuntimeEnded,
        format!(
            "The runtime ended while it was loading “{model}”. The model's file may be damaged, or there was too little memory. \
             Try again, or choose another model."
        ),
    )
}

/// A call that is not about an answer could not be made or read.
pub(crate) fn from_transport(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::new(
            FailureCode::Other,
            "The runtime does not respond. Try again in a moment.",
        )
    } else if error.is_decode() {
        Failure::new(
            FailureCode::Other,
            format!(
                "The runtime said something that Sotto does not understand ({error}). Install Sotto again."
            ),
        )
    } else {
        Failure::new(FailureCode::RuntimeEnded, "The runtime ended. Try again.")
    }
}

fn no_memory(body: &ErrorBody, model: &str) -> String {
    let needed = gigabytes(body.needed);
    let available = gigabytes(body.available);
    if body.reason.as_deref() == Some("limit") {
        format!(
            "The model “{model}” needs {needed} of memory, and all models together may take {}. Let models take more in the settings, choose fewer tokens of context, or choose a smaller model.",
            gigabytes(body.limit)
        )
    } else {
        format!(
            "The model “{model}” needs {needed} of memory, and {available} is free. Close other programs, or choose a smaller model."
        )
    }
}

fn quoted(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(" It said: {said}")
    }
}

pub(crate) fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounded to tenths; in whole numbers because a memory of 2^53 bytes need not be exact.
fn gigabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000_000) / 100_000_000;
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, code: FailureCode, parts: &[&str]) {
        let body: ErrorBody = serde_json::from_str(json).unwrap();
        let failure = from_body(&body, "Tiny");
        assert_eq!(failure.code, code, "{json}");
        for part in parts {
            assert!(
                failure.message.contains(part),
                "`{part}` is not in `{}`",
                failure.message
            );
        }
    }

    #[test]
    fn every_code_becomes_a_failure_with_its_numbers() {
        check(
            r#"{"error":"e","code":"context_exceeded","prompt_tokens":9000,"context":8192}"#,
            FailureCode::ContextExceeded {
                prompt_tokens: 9_000,
                context: 8_192,
            },
            &["9,000 tokens", "holds 8,192", "Nothing was cut"],
        );
        check(
            r#"{"error":"e","code":"context_exceeded","prompt_tokens":99999999999,"context":1}"#,
            FailureCode::ContextExceeded {
                prompt_tokens: u32::MAX,
                context: 1,
            },
            &["99,999,999,999"],
        );
        check(
            r#"{"error":"e","code":"model_not_found"}"#,
            FailureCode::ModelNotFound,
            &["“Tiny” is not on this computer"],
        );
        check(
            r#"{"error":"tensor 3 is cut","code":"model_unusable"}"#,
            FailureCode::ModelUnusable,
            &["“Tiny”", "damaged", "tensor 3 is cut"],
        );
        check(
            r#"{"error":"e","code":"insufficient_memory","needed":3210000000,"available":999000000}"#,
            FailureCode::InsufficientMemory {
                needed: 3_210_000_000,
                available: 999_000_000,
            },
            &["needs 3.2 GB", "1.0 GB is free"],
        );
        check(
            r#"{"error":"e","code":"insufficient_memory","needed":3210000000,"available":999000000,"limit":1500000000,"reason":"limit"}"#,
            FailureCode::InsufficientMemory {
                needed: 3_210_000_000,
                available: 999_000_000,
            },
            &["needs 3.2 GB", "may take 1.5 GB", "settings"],
        );
        check(
            r#"{"error":"adapter 'a' not found","code":"adapter_unusable"}"#,
            FailureCode::ModelUnusable,
            &["An adapter of the model “Tiny”", "adapter 'a' not found"],
        );
        check(
            r#"{"error":"e","code":"busy"}"#,
            FailureCode::Other,
            &["busy"],
        );
        check(
            r#"{"error":"num_ctx is text","code":"bad_request"}"#,
            FailureCode::Other,
            &["num_ctx is text"],
        );
        check(
            r#"{"error":"odd","code":"new_code"}"#,
            FailureCode::Other,
            &["odd"],
        );
        check("{}", FailureCode::Other, &["could not answer."]);
    }

    #[test]
    fn digits_are_grouped() {
        for (value, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(value), expected);
        }
    }
}
