//! Splits what a model writes into thoughts, answer and tool calls while it is being written.

use serde_json::{Value, json};

use crate::engine::longest_beginning;

const THOUGHTS: (&str, &str) = ("<think>", "</think>");
const CALL: (&str, &str) = ("<tool_call>", "</tool_call>");

/// What a piece of text was found to be.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// Belongs to the answer.
    pub(super) content: String,
    /// Belongs to the thoughts.
    pub(super) thinking: String,
    /// Complete calls, in Ollama's form.
    pub(super) calls: Vec<Value>,
}

impl Parts {
    /// Nothing to send.
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty() && self.thinking.is_empty() && self.calls.is_empty()
    }
}

/// The parser's place in an answer.
#[derive(Debug)]
pub(super) struct AnswerParser {
    state: State,
    tools: bool,
    held: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space yet; thoughts may begin.
    Opening,
    /// Thoughts have begun; white space before them is dropped.
    Thoughts,
    Thinking,
    /// Between thoughts and answer: white space is dropped.
    Between,
    Answer,
    Call,
}

impl AnswerParser {
    /// `thinking`: thoughts are split off; `thinking_open`: the answer begins within them;
    /// `tools`: calls are looked for.
    pub(super) fn new(thinking: bool, thinking_open: bool, tools: bool) -> Self {
        let state = match (thinking, thinking_open) {
            (true, true) => State::Thoughts,
            (true, false) => State::Opening,
            (false, _) => State::Answer,
        };
        Self {
            state,
            tools,
            held: String::new(),
        }
    }

    /// Takes text and gives what is certain now.
    pub(super) fn push(&mut self, text: &str) -> Parts {
        if self.state == State::Answer && !self.tools {
            return Parts {
                content: text.to_owned(),
                ..Parts::default()
            };
        }
        self.held.push_str(text);
        let mut parts = Parts::default();
        while self.step(&mut parts) {}
        parts
    }

    /// Gives what is left at the end.
    pub(super) fn finish(&mut self) -> Parts {
        let rest = std::mem::take(&mut self.held);
        let mut parts = Parts::default();
        match self.state {
            State::Thoughts | State::Thinking => parts.thinking = rest,
            State::Call => match call(&rest) {
                Some(call) => parts.calls.push(call),
                None => parts.content = format!("{}{rest}", CALL.0),
            },
            State::Between => parts.content = rest.trim_start().to_owned(),
            State::Opening | State::Answer => parts.content = rest,
        }
        parts
    }

    /// Goes one state further; `false`: more text is needed.
    fn step(&mut self, parts: &mut Parts) -> bool {
        match self.state {
            State::Opening => {
                let said = self.held.trim_start();
                if said.is_empty()
                    || (said.len() < THOUGHTS.0.len() && THOUGHTS.0.starts_with(said))
                {
                    return false;
                }
                match said.strip_prefix(THOUGHTS.0) {
                    Some(rest) => {
                        self.held = rest.to_owned();
                        self.state = State::Thoughts;
                    }
                    None => self.state = State::Answer,
                }
                true
            }
            State::Thoughts => self.skip_space(State::Thinking),
            State::Thinking => self.until(THOUGHTS.1, State::Between, &mut parts.thinking),
            State::Between => self.skip_space(State::Answer),
            State::Answer if self.tools => self.until(CALL.0, State::Call, &mut parts.content),
            State::Answer => {
                parts.content.push_str(&std::mem::take(&mut self.held));
                false
            }
            State::Call => {
                let mut inside = String::new();
                let Some(end) = self.held.find(CALL.1) else {
                    return false;
                };
                inside.push_str(&self.held[..end]);
                self.held.drain(..end + CALL.1.len());
                match call(&inside) {
                    Some(call) => parts.calls.push(call),
                    // Not a call after all: it stays visible.
                    None => parts
                        .content
                        .push_str(&format!("{}{inside}{}", CALL.0, CALL.1)),
                }
                self.state = State::Between;
                true
            }
        }
    }

    /// Drops white space and changes the state at the first other character.
    fn skip_space(&mut self, next: State) -> bool {
        self.held = self.held.trim_start().to_owned();
        if self.held.is_empty() {
            return false;
        }
        self.state = next;
        true
    }

    /// Gives text up to `mark` and then changes the state; a possible beginning of it is held back.
    fn until(&mut self, mark: &str, next: State, out: &mut String) -> bool {
        if let Some(at) = self.held.find(mark) {
            out.push_str(&self.held[..at]);
            self.held.drain(..at + mark.len());
            self.state = next;
            return true;
        }
        let keep = longest_beginning(&self.held, mark);
        let rest = self.held.split_off(self.held.len() - keep);
        out.push_str(&std::mem::replace(&mut self.held, rest));
        false
    }
}

/// Reads `{"name": ..., "arguments": {...}}` (Hermes, Qwen).
fn call(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    let name = value.get("name")?.as_str()?;
    let arguments = match value.get("arguments").or_else(|| value.get("parameters")) {
        Some(Value::String(text)) => serde_json::from_str(text).ok()?,
        Some(arguments @ Value::Object(_)) => arguments.clone(),
        _ => json!({}),
    };
    Some(json!({"function": {"name": name, "arguments": arguments}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        parser: (bool, bool, bool),
        text: &str,
        content: &str,
        thinking: &str,
        calls: &[&str],
    ) {
        // Whole, and one character at a time: the split must not depend on the pieces.
        for size in [text.len().max(1), 1] {
            let mut parser = AnswerParser::new(parser.0, parser.1, parser.2);
            let mut all = Parts::default();
            let characters: Vec<char> = text.chars().collect();
            let mut collect = |parts: Parts| {
                all.content += &parts.content;
                all.thinking += &parts.thinking;
                all.calls.extend(parts.calls);
            };
            for piece in characters.chunks(size) {
                collect(parser.push(&piece.iter().collect::<String>()));
            }
            collect(parser.finish());
            let names: Vec<&str> = all
                .calls
                .iter()
                .map(|call| call["function"]["name"].as_str().unwrap())
                .collect();
            assert_eq!(
                (
                    all.content.as_str(),
                    all.thinking.as_str(),
                    names.as_slice()
                ),
                (content, thinking, calls),
                "{text:?}"
            );
        }
    }

    #[test]
    fn answers_are_split() {
        let (plain, thinks, open, tools) = (
            (false, false, false),
            (true, false, false),
            (true, true, false),
            (false, false, true),
        );
        check(plain, "<think>a</think>b", "<think>a</think>b", "", &[]);
        check(thinks, "<think>\nhm</think>\n\nyes", "yes", "hm", &[]);
        check(thinks, "yes <think>", "yes <think>", "", &[]);
        check(thinks, "<thin", "<thin", "", &[]);
        check(thinks, "<think>cut", "", "cut", &[]);
        check(open, "hm</think>yes", "yes", "hm", &[]);
        check(
            tools,
            "Let me.\n<tool_call>\n{\"name\": \"now\", \"arguments\": {\"a\": 1}}\n</tool_call>",
            "Let me.\n",
            "",
            &["now"],
        );
        check(
            tools,
            "<tool_call>{\"name\":\"a\"}</tool_call>\n<tool_call>{\"name\":\"b\"}",
            "",
            "",
            &["a", "b"],
        );
        check(
            tools,
            "<tool_call>no</tool_call>x",
            "<tool_call>no</tool_call>x",
            "",
            &[],
        );
        check(tools, "a < b <tool", "a < b <tool", "", &[]);
    }
}
