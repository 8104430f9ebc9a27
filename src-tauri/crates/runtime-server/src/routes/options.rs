//! `options`, `keep_alive`, `format` and `think`, in the forms that Ollama documents.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::engine::{Format, KeepAlive, Sampling};
use crate::error::Error;
use crate::library::ModelFile;
use crate::template::{self, Thinking};

/// Most strongest tokens that `top_logprobs` may ask for.
const MOST_LOG_PROBABILITIES: usize = 20;

/// The fields that chat and generate share.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Common {
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) options: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) keep_alive: Option<Value>,
    #[serde(default)]
    pub(super) format: Option<Value>,
    #[serde(default)]
    pub(super) think: Option<Value>,
    #[serde(default)]
    pub(super) logprobs: Option<bool>,
    #[serde(default)]
    pub(super) top_logprobs: Option<i64>,
    #[serde(default)]
    pub(super) truncate: Option<bool>,
    /// This runtime's own: LoRA adapters that change the model for this answer.
    #[serde(default)]
    pub(super) adapters: Option<Vec<AdapterUse>>,
}

/// A LoRA adapter by its name, and how much it counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct AdapterUse {
    pub(super) name: String,
    /// 1 is as trained, 0 not at all.
    #[serde(default = "as_trained")]
    pub(super) scale: f32,
}

fn as_trained() -> f32 {
    1.0
}

impl Common {
    /// How many of the strongest tokens to give with each token, if any.
    pub(super) fn log_probabilities(&self) -> Result<Option<usize>, Error> {
        let count = self.top_logprobs.unwrap_or(0);
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count <= MOST_LOG_PROBABILITIES)
            .ok_or_else(|| {
                Error::BadRequest(format!(
                    "top_logprobs must be between 0 and {MOST_LOG_PROBABILITIES}"
                ))
            })?;
        Ok(self.logprobs.unwrap_or(false).then_some(count))
    }
}

/// What `options` say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Options {
    /// Context size in tokens.
    pub(super) context: Option<u32>,
    /// Compute threads.
    pub(super) threads: Option<u32>,
    /// At most so many layers on graphics cards; as many as fit where it is not said.
    pub(super) layers: Option<u32>,
    /// Most tokens of the answer.
    pub(super) limit: Option<u32>,
    /// Strings before which it ends.
    pub(super) stop: Vec<String>,
    /// How tokens are chosen.
    pub(super) sampling: Sampling,
}

/// Reads `options`. Unknown ones are ignored with a warning, as Ollama does; null is absent.
pub(super) fn options(map: Option<&Map<String, Value>>) -> Result<Options, Error> {
    let mut options = Options::default();
    options.sampling.seed = random_seed();
    for (name, value) in map
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        let sampling = &mut options.sampling;
        match name.as_str() {
            "num_ctx" => options.context = positive(name, value)?,
            "num_thread" => {
                options.threads = positive(name, value)?.map(|threads| threads.min(512))
            }
            // Negative: as many as fit.
            "num_gpu" => options.layers = u32::try_from(integer(name, value)?).ok(),
            "num_predict" => options.limit = u32::try_from(integer(name, value)?).ok(),
            "temperature" => sampling.temperature = number(name, value)?,
            "top_p" => sampling.top_p = number(name, value)?,
            "min_p" => sampling.min_p = number(name, value)?,
            "repeat_penalty" => {
                sampling.repeat_penalty = Some(number(name, value)?)
                    .filter(|penalty| *penalty > 0.0)
                    .unwrap_or(1.0);
            }
            "top_k" => {
                sampling.top_k = usize::try_from(integer(name, value)?)
                    .ok()
                    .filter(|count| *count > 0)
            }
            "repeat_last_n" => sampling.repeat_window = usize::try_from(integer(name, value)?).ok(),
            // Ollama documents 0 as its default and any negative number as random.
            "seed" => {
                if let Ok(seed) = u64::try_from(integer(name, value)?) {
                    sampling.seed = seed;
                }
            }
            "stop" => options.stop = strings(name, value)?,
            other => tracing::debug!(option = other, "unknown option"),
        }
    }
    Ok(options)
}

/// Reads `adapters`: each one once, with a finite scale.
pub(super) fn adapters(uses: Option<Vec<AdapterUse>>) -> Result<Vec<AdapterUse>, Error> {
    let uses = uses.unwrap_or_default();
    for (at, one) in uses.iter().enumerate() {
        if !one.scale.is_finite() {
            return Err(Error::BadRequest(format!(
                "the scale of the adapter {} must be a finite number",
                one.name
            )));
        }
        let same = |other: &AdapterUse| other.name.eq_ignore_ascii_case(&one.name);
        if uses[..at].iter().any(same) {
            return Err(Error::BadRequest(format!(
                "the adapter {} is named twice",
                one.name
            )));
        }
    }
    Ok(uses)
}

fn random_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish()
}

fn wrong(name: &str, kind: &str) -> Error {
    Error::BadRequest(format!("option \"{name}\" must be of type {kind}"))
}

fn integer(name: &str, value: &Value) -> Result<i64, Error> {
    // JavaScript and Go write whole numbers as floats at times.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only whole numbers within 53 bits pass"
    )]
    let whole =
        |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    value
        .as_i64()
        .or_else(|| value.as_f64().and_then(whole))
        .ok_or_else(|| wrong(name, "integer"))
}

fn positive(name: &str, value: &Value) -> Result<Option<u32>, Error> {
    let number = integer(name, value)?;
    if number <= 0 {
        return Ok(None);
    }
    Ok(Some(u32::try_from(number).unwrap_or(u32::MAX)))
}

fn number(name: &str, value: &Value) -> Result<f32, Error> {
    #[expect(clippy::cast_possible_truncation, reason = "sampling works in 32 bits")]
    let number = value.as_f64().map(|number| number as f32);
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| wrong(name, "float32"))
}

fn strings(name: &str, value: &Value) -> Result<Vec<String>, Error> {
    let list = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .map(|item| {
                item.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| wrong(name, "[]string"))
            })
            .collect::<Result<_, _>>()?,
        _ => return Err(wrong(name, "[]string")),
    };
    Ok(list
        .into_iter()
        .filter(|text: &String| !text.is_empty())
        .collect())
}

/// Reads `keep_alive`: seconds, or a duration such as `5m` or `1h30m`; negative is for ever.
pub(super) fn keep_alive(value: Option<&Value>) -> Result<KeepAlive, Error> {
    let wrong = || {
        Error::BadRequest(
            "keep_alive must be a number of seconds or a duration such as \"5m\"".into(),
        )
    };
    let seconds = match value {
        None | Some(Value::Null) => return Ok(KeepAlive::default()),
        Some(Value::Number(number)) => number.as_f64().ok_or_else(wrong)?,
        Some(Value::String(text)) => duration(text).ok_or_else(wrong)?,
        Some(_) => return Err(wrong()),
    };
    if seconds < 0.0 {
        return Ok(KeepAlive::Forever);
    }
    Ok(Duration::try_from_secs_f64(seconds).map_or(KeepAlive::Forever, KeepAlive::For))
}

/// Seconds of a Go duration, or of a bare number.
fn duration(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some(seconds);
    }
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, behind) = behind.split_at(
            behind
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(behind.len()),
        );
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    Some(sign * seconds)
}

/// Reads `format`: nothing, `"json"` or a schema.
pub(super) fn format(value: Option<Value>) -> Result<Option<Format>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text == "json" => Ok(Some(Format::Json)),
        Some(schema @ Value::Object(_)) => Ok(Some(Format::Schema(schema))),
        Some(_) => Err(Error::BadRequest(
            "invalid format; expected \"json\" or a valid JSON Schema object".into(),
        )),
    }
}

/// Reads `think` for a model: a refusal if it cannot think.
pub(super) fn thinking(value: Option<&Value>, model: &ModelFile) -> Result<Thinking, Error> {
    let wanted = match value {
        None | Some(Value::Null) => return Ok(Thinking::Unsaid),
        Some(Value::Bool(wanted)) => *wanted,
        Some(Value::String(level)) if ["low", "medium", "high"].contains(&level.as_str()) => true,
        Some(_) => {
            return Err(Error::BadRequest(
                "invalid think value; must be a boolean, \"low\", \"medium\" or \"high\"".into(),
            ));
        }
    };
    let able = template::abilities(model.chat_template()).thinking;
    match (wanted, able) {
        (true, false) => Err(Error::BadRequest(format!(
            "\"{}\" does not support thinking",
            model.name
        ))),
        (true, true) => Ok(Thinking::On),
        (false, _) => Ok(Thinking::Off),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keep_alive_has_many_forms() {
        let seconds = |seconds| Some(KeepAlive::For(Duration::from_secs_f64(seconds)));
        for (value, expected) in [
            (json!(null), seconds(300.0)),
            (json!(0), seconds(0.0)),
            (json!(90), seconds(90.0)),
            (json!(0.5), seconds(0.5)),
            (json!(-1), Some(KeepAlive::Forever)),
            (json!("5m"), seconds(300.0)),
            (json!("1h30m"), seconds(5400.0)),
            (json!("1.5h"), seconds(5400.0)),
            (json!("250ms"), seconds(0.25)),
            (json!("0"), seconds(0.0)),
            (json!("-1"), Some(KeepAlive::Forever)),
            (json!("-1m"), Some(KeepAlive::Forever)),
            (json!(1e300), Some(KeepAlive::Forever)),
            (json!("5"), seconds(5.0)),
            (json!("5 minutes"), None),
            (json!("m"), None),
            (json!("NaN"), None),
            (json!([]), None),
        ] {
            assert_eq!(keep_alive(Some(&value)).ok(), expected, "{value}");
        }
    }

    #[test]
    fn options_are_read_and_refused() {
        let read = |value: Value| options(value.as_object());
        let given = read(
            json!({"num_ctx": 4096, "num_predict": -1, "temperature": 0, "top_k": 0, "seed": 7,
            "stop": "x", "repeat_last_n": -1, "num_thread": 2, "mirostat": 1, "min_p": null}),
        )
        .unwrap();
        assert_eq!(
            given,
            Options {
                context: Some(4096),
                threads: Some(2),
                layers: None,
                limit: None,
                stop: vec!["x".into()],
                sampling: Sampling {
                    temperature: 0.0,
                    top_k: None,
                    seed: 7,
                    repeat_window: None,
                    ..Sampling::default()
                },
            }
        );
        assert_eq!(read(json!({"num_predict": 0})).unwrap().limit, Some(0));
        assert_eq!(read(json!({"num_ctx": 0})).unwrap().context, None);
        for (layers, expected) in [(0, Some(0)), (12, Some(12)), (-1, None)] {
            assert_eq!(read(json!({"num_gpu": layers})).unwrap().layers, expected);
        }
        assert_eq!(read(json!({"seed": 5.0})).unwrap().sampling.seed, 5);
        for (value, expected) in [
            (
                json!({"temperature": "hot"}),
                "option \"temperature\" must be of type float32",
            ),
            (
                json!({"num_ctx": "big"}),
                "option \"num_ctx\" must be of type integer",
            ),
            (
                json!({"num_ctx": 1.5}),
                "option \"num_ctx\" must be of type integer",
            ),
            (
                json!({"stop": [1]}),
                "option \"stop\" must be of type []string",
            ),
        ] {
            assert_eq!(read(value).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn formats_are_json_or_a_schema() {
        for (value, expected) in [
            (None, Some(None)),
            (Some(json!("")), Some(None)),
            (Some(json!("json")), Some(Some(Format::Json))),
            (
                Some(json!({"type": "object"})),
                Some(Some(Format::Schema(json!({"type": "object"})))),
            ),
            (Some(json!("yaml")), None),
            (Some(json!(3)), None),
        ] {
            assert_eq!(format(value.clone()).ok(), expected, "{value:?}");
        }
    }

    #[test]
    fn adapters_count_as_trained_unless_it_is_said() {
        let read = |value: Value| adapters(serde_json::from_value(value).unwrap());
        let uses = read(json!([{"name": "a"}, {"name": "b", "scale": 0.5}])).unwrap();
        assert_eq!((uses[0].scale, uses[1].scale), (1.0, 0.5));
        assert_eq!(read(json!(null)).unwrap(), []);
        for (value, expected) in [
            (json!([{"name": "a"}, {"name": "A"}]), "twice"),
            (json!([{"name": "a", "scale": 1e300}]), "finite"),
        ] {
            let error = read(value).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
