//! The Ollama API as `sotto-runtime` speaks it: the fields that this app sends and reads. What is
//! not read is not declared; what is not documented as always present has a default, so that an
//! Ollama of the user's own can be read too.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sotto_domain::{AdapterUse, ChatRequest, Residence, Timestamp};

/// Body of `POST /api/chat`.
#[derive(Debug, Serialize)]
pub(crate) struct ChatBody<'a> {
    pub(crate) model: &'a str,
    /// Empty: only load, or with a `keep_alive` of 0 unload.
    pub(crate) messages: Vec<WireMessage<'a>>,
    pub(crate) stream: bool,
    /// True: the oldest messages may be left out. False: too large a prompt is an error.
    pub(crate) truncate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) options: Option<Options>,
    /// A JSON schema that the answer keeps to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<&'a Value>,
    /// Seconds to keep the model in memory afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_alive: Option<i32>,
    /// What changes the model meanwhile; the runtime's own.
    #[serde(skip_serializing_if = "<[AdapterUse]>::is_empty")]
    pub(crate) adapters: &'a [AdapterUse],
}

/// One message of a prompt.
#[derive(Debug, Serialize)]
pub(crate) struct WireMessage<'a> {
    pub(crate) role: &'static str,
    pub(crate) content: &'a str,
}

/// How to answer; what is not said is the runtime's default.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_ctx: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repeat_penalty: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u32>,
    /// Layers on the graphics card, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_gpu: Option<u32>,
}

impl From<&ChatRequest> for Options {
    fn from(request: &ChatRequest) -> Self {
        let manner = &request.manner;
        Self {
            temperature: manner.temperature,
            repeat_penalty: manner.repeat_penalty,
            top_k: manner.top_k,
            top_p: manner.top_p,
            min_p: manner.min_p,
            seed: manner.seed,
            ..Self::of(request.context, request.residence)
        }
    }
}

impl Options {
    /// What decides how a model is loaded.
    pub(crate) fn of(context: Option<u32>, residence: Residence) -> Self {
        Self {
            num_ctx: context,
            num_gpu: residence.graphics_layers,
            ..Self::default()
        }
    }

    /// `None` where nothing is said.
    pub(crate) fn said(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

/// One line of an answer. The last one has `done` and the numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChatLine {
    pub(crate) message: Option<AnswerMessage>,
    pub(crate) done: bool,
    pub(crate) done_reason: Option<String>,
    /// An answer that breaks off in the middle: the line is an [`ErrorBody`].
    pub(crate) error: Option<String>,
    pub(crate) load_duration: u64,
    pub(crate) prompt_eval_count: u64,
    pub(crate) prompt_cached_count: u64,
    pub(crate) prompt_eval_duration: u64,
    pub(crate) eval_count: u64,
    pub(crate) eval_duration: u64,
}

/// What was said in one line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnswerMessage {
    pub(crate) content: String,
}

/// Body of every error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    pub(crate) error: String,
    pub(crate) code: Option<String>,
    pub(crate) prompt_tokens: u64,
    pub(crate) context: u64,
    pub(crate) needed: u64,
    pub(crate) available: u64,
    /// Bytes that all models in memory may take.
    pub(crate) limit: u64,
    /// What of the two is too little: `limit` or `free`.
    pub(crate) reason: Option<String>,
}

/// Body of `POST /api/sotto/limits`.
#[derive(Debug, Serialize)]
pub(crate) struct LimitsBody {
    pub(crate) memory: Option<u64>,
}

/// Body of `POST /api/sotto/bench`.
#[derive(Debug, Serialize)]
pub(crate) struct BenchBody<'a> {
    pub(crate) model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) options: Option<Options>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_alive: Option<i32>,
}

/// One line of a measurement. The last one has `done` and the numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BenchLine {
    pub(crate) done: bool,
    pub(crate) error: Option<String>,
    #[serde(flatten)]
    pub(crate) step: BenchStep,
    #[serde(flatten)]
    pub(crate) measured: Measured,
}

/// How far a measurement is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BenchStep {
    /// What is being measured: `bandwidth`, `loading`, `prefill`, `decode` or `first_token`.
    pub stage: String,
    /// 0 to 100.
    pub percent: u8,
}

/// How a model was measured.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// Tokens of a prompt evaluated in a second.
    #[serde(rename = "prefill_tokens_per_second")]
    pub prefill: f64,
    /// Tokens of an answer made in a second.
    #[serde(rename = "decode_tokens_per_second")]
    pub decode: f64,
    /// Nanoseconds from a short question to the first token of its answer.
    #[serde(rename = "first_token_duration")]
    pub first_token: u64,
    /// Bytes of memory that the process took at most; 0 where the system does not say.
    pub memory: u64,
    /// Bytes that were expected.
    pub expected_memory: u64,
    /// Bytes of memory that can be read in a second.
    pub bandwidth: u64,
    /// Bytes of weights that each token of an answer reads.
    pub bytes_per_token: u64,
    /// Compute threads.
    pub threads: u32,
    /// Where it ran, such as `CPU`.
    pub backend: String,
}

/// Body of `GET /api/tags`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tags {
    pub(crate) models: Vec<Tag>,
    pub(crate) adapters: Vec<Tag>,
    pub(crate) unusable: Vec<UnusableModel>,
    pub(crate) headers_read: u64,
    pub(crate) index_moved: bool,
}

/// One model in `GET /api/tags`.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) context_length: u32,
    #[serde(default)]
    pub(crate) files: Vec<String>,
    #[serde(default)]
    pub(crate) owner: Option<String>,
    #[serde(default)]
    pub(crate) linked: bool,
    #[serde(default)]
    pub(crate) kind: ModelKind,
    #[serde(default)]
    pub(crate) memory: MemoryNeed,
    #[serde(default)]
    pub(crate) bytes_per_token: u64,
    #[serde(default)]
    pub(crate) details: TagDetails,
}

/// What a model is made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// It answers.
    #[default]
    Chat,
    /// It makes vectors and cannot answer.
    Embedding,
    /// A LoRA adapter, which changes a model of its architecture.
    Adapter,
}

/// What a model takes of memory, as the runtime adds it up before it loads one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MemoryNeed {
    /// Bytes of the weights; 0 if unknown.
    pub weights: u64,
    /// Bytes of the key and value cache for each token of context.
    pub cache_bytes_per_token: u64,
    /// Bytes of the evaluation buffers.
    pub working: u64,
}

/// What the file says about itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TagDetails {
    pub(crate) family: Option<String>,
    pub(crate) parameter_size: Option<String>,
    pub(crate) quantization_level: Option<String>,
}

/// All files that the runtime found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelList {
    /// Those that can be asked, and adapters.
    pub usable: Vec<InstalledModel>,
    /// Those that cannot.
    pub unusable: Vec<UnusableModel>,
    /// Headers of files that the runtime has read since it started.
    pub headers_read: u64,
}

/// A model that can be asked, or an adapter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledModel {
    /// Its name for the program: the file's name without `.gguf`.
    pub name: String,
    /// Its files, in order; their paths where the runtime says them.
    pub files: Vec<String>,
    /// The store that they lie in, such as `ollama`; `None` for our own folders.
    pub store: Option<String>,
    /// A link leads to them.
    pub linked: bool,
    /// Bytes on disk.
    pub size: u64,
    /// For example `llama`; of an adapter, that of its model; empty if unknown.
    pub family: String,
    /// For example `1.5B`; empty if unknown.
    pub parameters: String,
    /// For example `Q4_K_M`; empty if unknown.
    pub quantization: String,
    /// Tokens of context that it was trained for; 0 if unknown.
    pub context_length: u32,
    /// What it is made for.
    pub kind: ModelKind,
    /// What it takes of memory.
    pub memory: MemoryNeed,
    /// Bytes of weights that each token of an answer reads; 0 if unknown.
    pub bytes_per_token: u64,
}

impl From<Tag> for InstalledModel {
    fn from(tag: Tag) -> Self {
        Self {
            name: tag.name,
            files: files(tag.files, tag.file),
            store: store(tag.owner),
            linked: tag.linked,
            size: tag.size,
            family: tag.details.family.unwrap_or_default(),
            parameters: tag.details.parameter_size.unwrap_or_default(),
            quantization: tag.details.quantization_level.unwrap_or_default(),
            context_length: tag.context_length,
            kind: tag.kind,
            memory: tag.memory,
            bytes_per_token: tag.bytes_per_token,
        }
    }
}

/// All files; of a server that names one only, that one.
fn files(files: Vec<String>, file: String) -> Vec<String> {
    if files.is_empty() && !file.is_empty() {
        return vec![file];
    }
    files
}

/// The runtime's word for our own folders is no store's.
fn store(owner: Option<String>) -> Option<String> {
    owner.filter(|owner| owner != "folder")
}

/// A file that looks like a model and cannot be run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UnusableModel {
    /// The file's name without `.gguf`.
    pub name: String,
    /// Its files; where a store's entry is at fault, that.
    pub files: Vec<String>,
    /// The store that they lie in, or `folder`.
    pub owner: Option<String>,
    /// A link leads to them.
    pub linked: bool,
    /// Bytes on disk.
    pub size: u64,
    /// Why, in one sentence.
    #[serde(rename = "error")]
    pub reason: String,
    /// It came into reach after the process had settled what it may read: one that is started anew may
    /// read it.
    pub out_of_reach: bool,
}

/// Body of `GET /api/ps`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Processes {
    pub(crate) models: Vec<ProcessEntry>,
}

/// One model in `GET /api/ps`.
#[derive(Debug, Deserialize)]
pub(crate) struct ProcessEntry {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) size_vram: u64,
    #[serde(default)]
    pub(crate) layers: u32,
    #[serde(default)]
    pub(crate) layers_vram: u32,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(default)]
    pub(crate) context_length: u32,
    #[serde(default)]
    pub(crate) context_wanted: Option<u32>,
    /// `loading` or `ready`; an Ollama does not say it and lists only ready ones.
    #[serde(default)]
    pub(crate) state: Option<String>,
    #[serde(default)]
    pub(crate) progress: Option<f32>,
    #[serde(default)]
    pub(crate) expires_at: Option<String>,
}

/// A model in memory, or on its way there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadedModel {
    /// Its name for the program.
    pub name: String,
    /// Bytes of memory that it takes, those of graphics cards included.
    pub size: u64,
    /// Of these, bytes of graphics cards.
    pub graphics_size: u64,
    /// Layers in all, the output layer included; 0 if not known.
    pub layers: u32,
    /// Of these, layers on graphics cards.
    pub graphics_layers: u32,
    /// Why not all layers are on a graphics card; empty where they are, or none is used.
    pub note: String,
    /// Tokens that its context holds; 0 if not known yet.
    pub context: u32,
    /// Tokens that it would hold with more memory; `None` where it is as large as it should be.
    pub context_wanted: Option<u32>,
    /// How far it is loaded, 0 to 1.
    pub progress: f32,
    /// It can answer now.
    pub ready: bool,
    /// When its memory is given back unless it is asked again: far away while it works; `None` where
    /// the runtime does not say.
    pub expires: Option<Timestamp>,
}

impl LoadedModel {
    /// How far it is loaded, 0 to 100.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped before"
    )]
    pub fn percent(&self) -> u8 {
        (self.progress.clamp(0.0, 1.0) * 100.0) as u8
    }
}

impl From<ProcessEntry> for LoadedModel {
    fn from(entry: ProcessEntry) -> Self {
        let ready = entry.state.as_deref().is_none_or(|state| state == "ready");
        let progress = entry.progress.filter(|progress| progress.is_finite());
        Self {
            name: entry.name,
            size: entry.size,
            graphics_size: entry.size_vram,
            layers: entry.layers,
            graphics_layers: entry.layers_vram,
            note: entry.note,
            context: entry.context_length,
            context_wanted: entry.context_wanted,
            progress: if ready {
                1.0
            } else {
                progress.unwrap_or(0.0).clamp(0.0, 1.0)
            },
            ready,
            expires: entry.expires_at.as_deref().and_then(moment),
        }
    }
}

/// A moment as RFC 3339 writes it; what is none says nothing.
fn moment(text: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    let milliseconds = u64::try_from(moment.as_millisecond()).ok()?;
    Some(Timestamp::from_milliseconds(milliseconds))
}

/// What the runtime found on this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct System {
    /// The library that computes, such as `CPU`.
    #[serde(deserialize_with = "words")]
    pub backend: String,
    /// What this processor can do, such as `AVX2`.
    pub cpu_features: Vec<String>,
    /// Threads for evaluation.
    pub threads: u32,
    /// Bytes of memory.
    pub total_memory: u64,
    /// Bytes of memory that are free.
    pub available_memory: u64,
    /// Bytes that all models in memory may take; `None` where the memory is unknown.
    pub memory_limit: Option<u64>,
    /// Somebody chose that limit.
    pub memory_limit_chosen: bool,
    /// The build of llama.cpp.
    #[serde(deserialize_with = "words")]
    pub llama_cpp_build: String,
    /// What the operating system keeps the runtime from.
    pub confinement: Confinement,
    /// What models could run on besides the processor.
    pub devices: Vec<Device>,
    /// Why no device is used, where one could be expected; empty otherwise.
    pub devices_note: String,
}

/// Something that models can run on besides the processor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Its name for the runtime, such as `Vulkan0`.
    pub name: String,
    /// What it calls itself.
    pub description: String,
    /// How it is spoken to, such as `Vulkan`.
    pub backend: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Layers of models go to it.
    pub used: bool,
    /// Bytes of its memory.
    pub total_memory: u64,
    /// Of these, free bytes.
    pub free_memory: u64,
}

/// What a device is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A graphics card with memory of its own.
    Graphics,
    /// A part of the processor that shares its memory.
    Integrated,
    /// A program that pretends to be a graphics card.
    Software,
    /// Something that a newer runtime knows.
    #[default]
    #[serde(other)]
    Unknown,
}

/// What the operating system keeps the runtime from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Confinement {
    /// Reading anything but models, and writing.
    pub files: bool,
    /// Opening connections and starting programs.
    pub calls: bool,
}

/// Reads a text or a number as a text: these fields are for a person's eyes.
fn words<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Text(String),
        Number(u64),
        Nothing(()),
    }
    Ok(match Words::deserialize(deserializer)? {
        Words::Text(text) => text,
        Words::Number(number) => number.to_string(),
        Words::Nothing(()) => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_the_runtime_and_of_an_ollama_are_read() {
        let tags: Tags = serde_json::from_str(
            r#"{"models":[
                {"name":"a","model":"a","file":"/m/a.gguf","size":5,"digest":"x","modified_at":"y","context_length":8192,"kind":"embedding","owner":"folder","memory":{"weights":7},
                 "details":{"format":"gguf","family":"llama","families":null,"parameter_size":"135M","quantization_level":"Q4_1"}},
                {"name":"b:latest","details":{"family":null}}],
               "unusable":[{"name":"c","files":["c.gguf"],"owner":"ollama","size":3,"error":"too short"}]}"#,
        )
        .unwrap();
        let models: Vec<InstalledModel> = tags.models.into_iter().map(Into::into).collect();
        assert_eq!(
            (models[0].parameters.as_str(), models[0].kind),
            ("135M", ModelKind::Embedding)
        );
        assert_eq!(models[0].files, ["/m/a.gguf"]);
        assert_eq!((models[0].memory.weights, &models[0].store), (7, &None));
        assert_eq!(
            models[1],
            InstalledModel {
                name: "b:latest".into(),
                ..Default::default()
            }
        );
        assert_eq!(tags.unusable[0].reason, "too short");
        assert_eq!(tags.unusable[0].owner.as_deref(), Some("ollama"));
    }

    #[test]
    fn progress_is_always_between_0_and_1() {
        let check = |json: &str, expected: (f32, bool)| {
            let model: LoadedModel = serde_json::from_str::<ProcessEntry>(json).unwrap().into();
            assert_eq!((model.progress, model.ready), expected, "{json}");
        };
        check(
            r#"{"name":"m","state":"loading","progress":0.25}"#,
            (0.25, false),
        );
        check(
            r#"{"name":"m","state":"loading","progress":7}"#,
            (1.0, false),
        );
        check(r#"{"name":"m","state":"loading"}"#, (0.0, false));
        check(
            r#"{"name":"m","state":"ready","progress":0.99}"#,
            (1.0, true),
        );
        check(
            r#"{"name":"m","size_vram":0,"expires_at":"later"}"#,
            (1.0, true),
        );
    }

    #[test]
    fn a_moment_that_is_none_says_nothing() {
        let check = |expires: &str, expected: Option<u64>| {
            let json = format!(r#"{{"name":"m","expires_at":{expires}}}"#);
            let model: LoadedModel = serde_json::from_str::<ProcessEntry>(&json).unwrap().into();
            let expected = expected.map(Timestamp::from_milliseconds);
            assert_eq!(model.expires, expected, "{expires}");
        };
        check(r#""1970-01-01T00:00:02.5Z""#, Some(2_500));
        check(r#""1970-01-01T01:00:00+01:00""#, Some(0));
        check(r#""1969-12-31T00:00:00Z""#, None);
        check(r#""later""#, None);
        check("null", None);
    }

    #[test]
    fn system_information_takes_texts_and_numbers() {
        let system: System =
            serde_json::from_str(r#"{"backend":"CPU","cpu_features":["AVX2","FMA"],"threads":2,"total_memory":9,"llama_cpp_build":11434}"#)
                .unwrap();
        assert_eq!(system.cpu_features, ["AVX2", "FMA"]);
        assert_eq!(system.llama_cpp_build, "11434");
    }

    #[test]
    fn devices_are_read_also_those_of_a_newer_runtime() {
        let system: System = serde_json::from_str(
            r#"{"devices":[
                {"name":"Vulkan0","description":"a card","backend":"Vulkan","kind":"graphics","used":true,
                 "total_memory":8,"free_memory":5},
                {"name":"NPU0","kind":"neural"}],
               "devices_note":"none"}"#,
        )
        .unwrap();
        assert_eq!(
            (
                system.devices[0].kind,
                system.devices[0].used,
                system.devices[0].free_memory
            ),
            (DeviceKind::Graphics, true, 5)
        );
        assert_eq!(
            (system.devices[1].kind, system.devices[1].used),
            (DeviceKind::Unknown, false)
        );
        assert_eq!(system.devices_note, "none");
    }

    #[test]
    fn what_is_on_a_graphics_card_is_read() {
        let read = |json: &str| -> LoadedModel {
            serde_json::from_str::<ProcessEntry>(json).unwrap().into()
        };
        let model = read(
            r#"{"name":"m","size":9,"size_vram":4,"layers":31,"layers_vram":12,"note":"full"}"#,
        );
        assert_eq!(
            (
                model.graphics_size,
                model.layers,
                model.graphics_layers,
                model.note.as_str()
            ),
            (4, 31, 12, "full")
        );
        // An Ollama says no layers.
        assert_eq!(read(r#"{"name":"m","size_vram":4}"#).layers, 0);
    }
}
