//! Whether what is shown is what is sent. A proposal shows parts; the body is JSON that some
//! provider's builder wrote. Here the body is taken apart again: the strings in it must be exactly
//! the parts that are shown as going, in that order, and otherwise only words of the protocol. A
//! builder that adds a text, forgets to leave one out, joins two or changes one is refused before
//! anything is shown.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{id::PartId, proposal::Part};

/// The strings that a body may hold besides what is shown and the model's name. A builder that
/// needs another adds it here, where it is seen.
const PROTOCOL_WORDS: &[&str] = &[
    "assistant",
    "developer",
    "ephemeral",
    "system",
    "text",
    "user",
];

/// How a body differs from what is shown. No content is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// The body cannot be taken apart.
    #[error("the request's body is not JSON, so what it holds cannot be shown")]
    NotJson,
    /// The body holds a text that no part shows, or not in this place.
    #[error("the request's body holds a text of {bytes} bytes that is not shown in that place")]
    NotShown {
        /// Its length.
        bytes: usize,
    },
    /// A part is shown as going, but the body does not hold it in that place.
    #[error("part {part} is shown as going, but the request's body does not hold it")]
    NotSent {
        /// The part.
        part: PartId,
    },
}

/// Checks that the strings in `body` are the parts that are not left out, in this order, the
/// model's name and protocol words. A body of no bytes says nothing.
///
/// # Errors
///
/// If the body holds more, less or something else.
pub(crate) fn check(
    body: &[u8],
    parts: &[Part],
    model: Option<&str>,
) -> Result<(), DisclosureError> {
    let strings = if body.is_empty() {
        Vec::new()
    } else {
        strings_of(body).ok_or(DisclosureError::NotJson)?
    };
    let mut going = parts.iter().filter(|part| !part.left_out).peekable();
    for string in &strings {
        // The first match is the right one: a sequence that holds another holds it at the earliest
        // places too.
        if going.next_if(|part| part.text == *string).is_some() {
            continue;
        }
        if model != Some(string.as_str()) && !PROTOCOL_WORDS.contains(&string.as_str()) {
            return Err(DisclosureError::NotShown {
                bytes: string.len(),
            });
        }
    }
    match going.next() {
        Some(part) => Err(DisclosureError::NotSent { part: part.id }),
        None => Ok(()),
    }
}

/// Every string value in a JSON text, in order; `None` if it is no JSON or has an odd key. Read as
/// a stream, because a tree would keep only one of two equal keys.
fn strings_of(body: &[u8]) -> Option<Vec<String>> {
    let mut strings = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    Strings(&mut strings).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(strings)
}

struct Strings<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Strings<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strings<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push(text.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Strings(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // A key says what a field is; a long or free one could say more.
            let is_name = key.len() <= 40
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if !is_name {
                return Err(serde::de::Error::custom("a key that is no field's name"));
            }
            map.next_value_seed(Strings(self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use sotto_domain::Role;

    use super::*;

    fn part(number: u32, text: &str) -> Part {
        Part {
            id: PartId::new(number),
            role: Role::User,
            text: text.to_owned(),
            message: None,
            left_out: false,
        }
    }

    fn parts(texts: &[&str]) -> Vec<Part> {
        texts
            .iter()
            .zip(0..)
            .map(|(text, number)| part(number, text))
            .collect()
    }

    #[track_caller]
    fn verify(body: &str, texts: &[&str], expected: Result<(), DisclosureError>) {
        assert_eq!(
            check(body.as_bytes(), &parts(texts), Some("large-1")),
            expected,
            "{body}"
        );
    }

    const OPENAI: &str = r#"{"model":"large-1","messages":[{"role":"system","content":"Be brief"},
        {"role":"user","content":[{"type":"text","text":"Grüße"},{"type":"text","text":""}]}],
        "stream":true,"max_tokens":100,"temperature":0.5,"stop":null}"#;

    #[test]
    fn a_body_of_what_is_shown_passes() {
        verify(OPENAI, &["Be brief", "Grüße", ""], Ok(()));
        verify("", &[], Ok(()));
        verify(r#"{"role":"user","content":"user"}"#, &["user"], Ok(()));
    }

    #[test]
    fn a_body_that_says_more_or_less_is_refused() {
        use DisclosureError::{NotJson, NotSent, NotShown};
        verify(OPENAI, &["Be brief", ""], Err(NotShown { bytes: 7 }));
        verify(
            OPENAI,
            &["Grüße", "Be brief", ""],
            Err(NotShown { bytes: 8 }),
        );
        let last = PartId::new(3);
        verify(
            OPENAI,
            &["Be brief", "Grüße", "", "more"],
            Err(NotSent { part: last }),
        );
        verify(
            "",
            &["a"],
            Err(NotSent {
                part: PartId::new(0),
            }),
        );
        verify(
            r#"{"a":"hid","a":"shown"}"#,
            &["shown"],
            Err(NotShown { bytes: 3 }),
        );
        verify(r#"{"my whole diary":1}"#, &[], Err(NotJson));
        verify(r#"{"a":1} trailing"#, &[], Err(NotJson));
        verify("name=value", &[], Err(NotJson));
    }

    proptest! {
        /// Whatever the texts are: the honest body passes, and leaving any text out of what is
        /// shown, or marking it as left out, is found.
        #[test]
        fn an_unshown_text_is_found(texts in proptest::collection::vec(".{1,12} .{0,4}", 1..8), pick: prop::sample::Index) {
            let messages: Vec<_> = texts.iter().map(|text| json!({"role": "user", "content": text})).collect();
            let body = serde_json::to_vec(&json!({"model": "large-1", "messages": messages})).unwrap();
            let mut shown: Vec<Part> = texts.iter().zip(0..).map(|(text, number)| part(number, text)).collect();
            prop_assert_eq!(check(&body, &shown, Some("large-1")), Ok(()));
            shown[pick.index(texts.len())].left_out = true;
            prop_assert!(matches!(check(&body, &shown, Some("large-1")), Err(DisclosureError::NotShown { .. })), "found");
            shown.remove(pick.index(texts.len()));
            prop_assert!(check(&body, &shown, Some("large-1")).is_err());
        }
    }
}
