//! The model's own chat template (Jinja), rendered as its makers' Python does.

use minijinja::value::{Kwargs, Value as Jinja};
use minijinja::{Environment, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;

/// For a model without a template: ChatML, which most small models have seen.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}\
{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// Steps that rendering may take: a hundred thousand messages, or about a second. A template comes
/// with a file from anywhere, and nested loops in it would keep the engine for ever.
const FUEL: u64 = 10_000_000;

/// One message of a conversation, in Ollama's fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Message {
    /// `system`, `user`, `assistant` or `tool`.
    pub(crate) role: String,
    /// The text.
    #[serde(default, deserialize_with = "text_or_null")]
    pub(crate) content: String,
    /// What the model thought, apart from its answer.
    #[serde(
        default,
        rename(serialize = "reasoning_content"),
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) thinking: Option<String>,
    /// Pictures; this runtime reads none.
    #[serde(default, skip_serializing)]
    pub(crate) images: Option<Vec<String>>,
    /// What the model called.
    #[serde(default, skip_serializing_if = "no_calls")]
    pub(crate) tool_calls: Option<Vec<Value>>,
    /// Which tool this message answers for.
    #[serde(
        default,
        rename(serialize = "name"),
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) tool_name: Option<String>,
}

fn text_or_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn no_calls(calls: &Option<Vec<Value>>) -> bool {
    calls.as_ref().is_none_or(Vec::is_empty)
}

/// Whether the model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Thinking {
    /// As the template does by itself.
    #[default]
    Unsaid,
    /// Think.
    On,
    /// Answer at once.
    Off,
}

/// What a template can do, seen in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Abilities {
    /// It describes tools and their calls come back as `<tool_call>`.
    pub(crate) tools: bool,
    /// The model thinks in `<think>`.
    pub(crate) thinking: bool,
}

/// Reads off what a template can do.
pub(crate) fn abilities(template: Option<&str>) -> Abilities {
    let template = template.unwrap_or(CHATML);
    Abilities {
        tools: template.contains("tools") && template.contains("<tool_call>"),
        thinking: template.contains("<think>") || template.contains("enable_thinking"),
    }
}

/// A compiled template.
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    opening: String,
    closing: String,
}

impl ChatTemplate {
    /// Compiles a model's template. `opening` and `closing` are its `bos_token` and `eos_token`.
    pub(crate) fn new(
        source: Option<&str>,
        opening: String,
        closing: String,
    ) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_recursion_limit(100);
        environment.set_fuel(Some(FUEL));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |text: String| -> Result<String, minijinja::Error> {
                Err(minijinja::Error::new(ErrorKind::InvalidOperation, text))
            },
        );
        environment.add_function("strftime_now", |format: String| {
            let now = jiff::Timestamp::now().to_zoned(time_zone());
            jiff::fmt::strtime::format(format, &now).unwrap_or_default()
        });
        environment.add_filter("tojson", to_json);
        environment
            .add_template_owned("chat", source.unwrap_or(CHATML).to_owned())
            .map_err(|error| {
                Error::Engine(format!("the model's chat template cannot be read: {error}"))
            })?;
        Ok(Self {
            environment,
            opening,
            closing,
        })
    }

    /// The prompt for these messages, up to where the answer begins.
    pub(crate) fn render(
        &self,
        messages: &[Message],
        tools: &[Value],
        thinking: Thinking,
    ) -> Result<String, Error> {
        let template = self.environment.get_template("chat").map_err(|error| {
            Error::Engine(format!("the model's chat template cannot be used: {error}"))
        })?;
        let tools = if tools.is_empty() {
            Jinja::UNDEFINED
        } else {
            Jinja::from_serialize(tools)
        };
        let enable_thinking = match thinking {
            Thinking::Unsaid => Jinja::UNDEFINED,
            Thinking::On => Jinja::from(true),
            Thinking::Off => Jinja::from(false),
        };
        template
            .render(minijinja::context! {
                messages => messages,
                tools => tools,
                enable_thinking => enable_thinking,
                add_generation_prompt => true,
                bos_token => self.opening,
                eos_token => self.closing,
            })
            .map_err(|error| {
                Error::BadRequest(format!(
                    "the model's chat template refused the messages: {error}"
                ))
            })
    }
}

/// This computer's time zone. Called once before the process is confined: its files cannot be read
/// afterwards, and a date in a prompt would be another place's.
pub(crate) fn time_zone() -> jiff::tz::TimeZone {
    static ZONE: std::sync::OnceLock<jiff::tz::TimeZone> = std::sync::OnceLock::new();
    ZONE.get_or_init(jiff::tz::TimeZone::system).clone()
}

/// Python's `json.dumps` as templates expect it: spaces after `,` and `:`, no HTML escapes.
fn to_json(value: &Jinja, arguments: Kwargs) -> Result<Jinja, minijinja::Error> {
    let indent: Option<usize> = arguments.get("indent")?;
    // Characters stay as they are unless a template asks; none is known to.
    let escape: Option<bool> = arguments.get("ensure_ascii")?;
    arguments.assert_all_used()?;
    let json = serde_json::to_value(value)
        .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let mut text = String::new();
    write_json(&json, indent, 0, &mut text);
    if escape == Some(true) {
        text = text.chars().map(ascii_escape).collect();
    }
    Ok(Jinja::from_safe_string(text))
}

fn ascii_escape(character: char) -> String {
    if character.is_ascii() {
        return character.to_string();
    }
    let mut units = [0u16; 2];
    character
        .encode_utf16(&mut units)
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

fn write_json(value: &Value, indent: Option<usize>, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        if let Some(width) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', width * depth));
        }
    };
    let separator = if indent.is_some() { "," } else { ", " };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(separator);
                }
                line(out, depth + 1);
                write_json(item, indent, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (at, (name, field)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push_str(separator);
                }
                line(out, depth + 1);
                out.push_str(&Value::String(name.clone()).to_string());
                out.push_str(": ");
                write_json(field, indent, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(role: &str, content: &str) -> Message {
        Message {
            role: role.into(),
            content: content.into(),
            ..Message::default()
        }
    }

    fn rendered(
        source: Option<&str>,
        messages: &[Message],
        tools: &[Value],
    ) -> Result<String, Error> {
        ChatTemplate::new(source, "<s>".into(), "</s>".into())
            .unwrap()
            .render(messages, tools, Thinking::Unsaid)
    }

    #[test]
    fn templates_render_as_in_python() {
        let two = [message("user", " Hi "), message("assistant", "Yo")];
        for (source, expected) in [
            (
                None,
                "<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n<|im_start|>assistant\n",
            ),
            (
                Some(
                    "{{ bos_token }}{% for m in messages %}[{{ m['content'].strip() }}]{% endfor %}{{ eos_token }}",
                ),
                "<s>[Hi][Yo]</s>",
            ),
            (
                Some(
                    "{% for m in messages %}\n    {% if loop.first %}\n{{ m.role.upper() }}\n    {% endif %}\n{% endfor %}",
                ),
                "USER\n",
            ),
            (
                Some("{{ messages[0].content.split('H')[-1] | trim }}{{ messages[1:] | length }}"),
                "i1",
            ),
            (
                Some(
                    "{%- set ns = namespace(n=0) -%}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
                ),
                "2",
            ),
            (
                Some("{{ tools is defined }}{{ enable_thinking is defined }}"),
                "FalseFalse",
            ),
            (
                Some("{{ {'a': [1, 'é<'], 'b': {}} | tojson }}"),
                r#"{"a": [1, "é<"], "b": {}}"#,
            ),
        ] {
            let shown = rendered(source, &two, &[]).unwrap();
            assert_eq!(
                shown.replace("true", "True").replace("false", "False"),
                expected,
                "{source:?}"
            );
        }
        let tools = [json!({"type": "function", "function": {"name": "now"}})];
        assert_eq!(
            rendered(
                Some("{% for tool in tools %}{{ tool | tojson }}{% endfor %}"),
                &two,
                &tools
            )
            .unwrap(),
            r#"{"type": "function", "function": {"name": "now"}}"#
        );
    }

    #[test]
    fn a_template_can_refuse() {
        let error = rendered(
            Some("{{ raise_exception('roles must alternate') }}"),
            &[],
            &[],
        )
        .unwrap_err();
        assert!(
            error.to_string().contains("roles must alternate"),
            "{error}"
        );
        assert_eq!(error.status(), 400);
    }

    #[test]
    fn a_template_that_never_ends_is_stopped() {
        let error = rendered(
            Some("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
            &[],
            &[],
        )
        .unwrap_err();
        assert!(error.to_string().contains("fuel"), "{error}");
    }

    #[test]
    fn abilities_are_seen() {
        for (template, tools, thinking) in [
            (None, false, false),
            (Some("{% if tools %}<tool_call>{% endif %}"), true, false),
            (Some("{{ tools }}"), false, false),
            (Some("{% if enable_thinking %}"), false, true),
            (Some("<think>\n"), false, true),
        ] {
            assert_eq!(
                abilities(template),
                Abilities { tools, thinking },
                "{template:?}"
            );
        }
    }
}
