//! The models on this computer, those that could be, and what they run on.

use serde::{Deserialize, Serialize};
use sotto_domain::AdapterUse;
use specta::Type;

/// What a model is to Sotto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelRole {
    /// A stand-in until a real one is there. Fails most questions.
    StandIn,
    /// The one that Sotto brings.
    WorkingDefault,
    /// Another one that Sotto knows by name.
    Known,
    /// A file that the person put there.
    Own,
}

/// What a model is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// It answers.
    Chat,
    /// It makes vectors of texts and cannot answer.
    Embedding,
    /// A LoRA adapter: changes a model that it is attached to.
    Adapter,
}

/// Whose file a model is. Only the person's own can be removed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelOwner {
    /// It lies in Sotto's folder.
    Sotto,
    /// It came with the installer.
    Bundled,
    /// The person pointed to it; it lies where they keep it.
    Elsewhere,
    /// Ollama's store.
    Ollama,
    /// LM Studio's folder.
    LmStudio,
    /// Jan's folder.
    Jan,
    /// GPT4All's folder.
    Gpt4All,
    /// The cache of the Hugging Face programs.
    HuggingFace,
}

/// Whether a model fits into this computer's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// With the context that would be used, and room to spare.
    FitsWell,
    /// With fewer tokens of context only.
    SmallerContext,
    /// It would fit the computer, not the person's limit for models.
    OverLimit,
    /// Not at all.
    TooLarge,
}

/// Whether a model fits, with the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FitView {
    /// In one word.
    pub fit: Fit,
    /// Bytes of the weights.
    pub weights: u64,
    /// Tokens of context that the numbers are for.
    pub context: u32,
    /// Bytes of the key and value cache for these.
    pub cache: u64,
    /// Bytes of the evaluation buffers.
    pub working: u64,
    /// Bytes that models may take in all: the person's limit, or what is free.
    pub room: u64,
    /// The most tokens of context that fit; 0 where none do.
    pub largest_context: u32,
}

/// How fast a model answers here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
pub struct SpeedView {
    /// Tokens of an answer in a second.
    pub tokens_per_second: f64,
    /// Measured on this computer with this model, rather than worked out from the memory's bandwidth.
    pub measured: bool,
}

/// Whether a model can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ModelState {
    /// On disk.
    Available,
    /// On its way into memory.
    Loading {
        /// 0 to 100.
        percent: u8,
    },
    /// In memory.
    Loaded,
    /// Cannot be run.
    Unusable {
        /// Why, in one sentence.
        reason: String,
    },
}

/// A model on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelView {
    /// Its name for the program: the file's name without `.gguf`.
    pub name: String,
    /// Its name for the person.
    pub title: String,
    /// What it is to Sotto.
    pub role: ModelRole,
    /// Bytes on disk.
    pub size: u64,
    /// For example `1.5B`; empty if unknown.
    pub parameters: String,
    /// For example `Q4_K_M`; empty if unknown.
    pub quantization: String,
    /// Tokens of context it was trained for; 0 if unknown.
    pub context_length: u32,
    /// Short name of its licence; empty if unknown.
    pub licence: String,
    /// What it is good at, in one sentence; empty if unknown.
    pub good_at: String,
    /// What it cannot do, in one sentence; empty if unknown.
    pub weak_at: String,
    /// Whether it can answer.
    pub state: ModelState,
    /// What it is made for.
    pub kind: ModelKind,
    /// For example `qwen2`; empty if unknown.
    pub architecture: String,
    /// ISO 639-1 codes of the languages that it is usable in; empty if unknown.
    pub languages: Vec<String>,
    /// Where it is: its file, or all of a split one in order.
    pub files: Vec<String>,
    /// Whose file it is.
    pub owner: ModelOwner,
    /// Whether it fits into memory; `None` where that cannot be told.
    pub fit: Option<FitView>,
    /// How fast it answers; `None` where that cannot be told.
    pub speed: Option<SpeedView>,
}

/// A model on its way to this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelArrival {
    /// Its name for the person.
    pub title: String,
    /// Bytes that are here.
    pub received: u64,
    /// Bytes of the whole.
    pub total: u64,
    /// How it goes.
    pub state: ArrivalState,
    /// Why it failed and what to do; empty otherwise.
    pub message: String,
}

/// How an arrival goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// Parts are being fetched.
    Fetching,
    /// All parts are here and are being checked.
    Verifying,
    /// Nobody is fetching; the next start goes on.
    Paused,
    /// It stopped with an error.
    Failed,
}

/// All models on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelsView {
    /// Usable ones first, then by name.
    pub models: Vec<ModelView>,
    /// The name of the model that answers unless another is chosen; `None` if there is none.
    pub default: Option<String>,
    /// The working default, while it is on its way.
    pub arrival: Option<ModelArrival>,
    /// The folder where GGUF files are looked for.
    pub folder: String,
}

/// How the runtime is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RuntimeState {
    /// Not started yet.
    Idle,
    /// On its way up, or up again after it ended.
    Starting,
    /// Serving.
    Ready,
    /// It ended too often or cannot be started.
    Failed {
        /// Why and what to do, in plain sentences.
        message: String,
    },
}

/// A model in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LoadedView {
    /// Its name for the program.
    pub name: String,
    /// Bytes of memory that it takes.
    pub memory: u64,
    /// Of these, bytes of a graphics card.
    pub graphics_memory: u64,
    /// Tokens that its context holds.
    pub context: u32,
    /// Layers that run on a graphics card.
    pub graphics_layers: u32,
    /// Layers in all; 0 if unknown.
    pub layers: u32,
    /// Why it does not run on the graphics card as wished; empty where it does, or there is none.
    pub note: String,
}

/// The runtime and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RuntimeView {
    /// How it is.
    #[serde(flatten)]
    pub state: RuntimeState,
    /// The model in memory that was asked last.
    pub model: Option<String>,
    /// Bytes that all models in memory take; 0 if none is loaded.
    pub memory: u64,
    /// Tokens that the context of `model` holds; 0 if none is loaded.
    pub context: u32,
    /// All models in memory, the one that was asked last first.
    pub loaded: Vec<LoadedView>,
    /// Bytes that all models in memory may take.
    pub limit: u64,
    /// The person wants no model in memory: none is loaded until they ask a question or load one.
    pub paused: bool,
}

/// What models run on here, as the runtime sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HardwareView {
    /// Bytes of memory.
    pub memory: u64,
    /// Of these, bytes that a model could take now.
    pub available: u64,
    /// Bytes that all models in memory may take: the person's limit, or what Sotto takes for one.
    pub limit: u64,
    /// The person chose the limit.
    pub limit_chosen: bool,
    /// Compute threads.
    pub threads: u32,
    /// What the processor can do, such as `AVX2`.
    pub cpu_features: Vec<String>,
    /// Bytes of memory that can be read in a second, measured; `None` until then.
    pub bandwidth: Option<u64>,
    /// The graphics cards that the runtime can use.
    pub graphics: Vec<GraphicsView>,
    /// Why no graphics card is used, where one could be expected; empty otherwise.
    pub note: String,
}

/// A graphics card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct GraphicsView {
    /// What it calls itself.
    pub name: String,
    /// How it is spoken to, such as `Vulkan`.
    pub backend: String,
    /// Bytes of its memory.
    pub memory: u64,
    /// Of these, free bytes.
    pub available: u64,
}

/// What a model's makers allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LicenceView {
    /// Short name, such as `Apache-2.0`.
    pub name: String,
    /// Where its text stands.
    pub link: String,
    /// What has to be known before it is fetched, in plain sentences; empty for a standard open licence.
    pub terms: String,
}

/// A model that Sotto knows by name and that can be fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CatalogItem {
    /// Its name for the program.
    pub id: String,
    /// Its name for the person.
    pub title: String,
    /// Where it comes from on the hub, as `owner/name`.
    pub repository: String,
    /// The file there.
    pub file: String,
    /// Bytes; about, where it is not verified.
    pub size: u64,
    /// Number of weights.
    pub parameters: u64,
    /// For example `Q4_K_M`.
    pub quantization: String,
    /// For example `qwen3`.
    pub architecture: String,
    /// Tokens of context it was trained for.
    pub context_length: u32,
    /// ISO 639-1 codes of the languages that it is usable in, the first ones first.
    pub languages: Vec<String>,
    /// What its makers allow.
    pub licence: LicenceView,
    /// What it is good at, in one sentence.
    pub good_at: String,
    /// What it cannot do, in one sentence; empty where nobody of us tried it.
    pub weak_at: String,
    /// Its file was fetched, hashed and run by us; otherwise it is listed, not verified.
    pub verified: bool,
    /// The hub has it; otherwise it comes with the set-up only.
    pub can_be_fetched: bool,
    /// The name of the model on this computer, where it is here.
    pub installed: Option<String>,
    /// Whether it would fit.
    pub fit: FitView,
    /// How fast it would answer; `None` until the bandwidth was measured.
    pub speed: Option<SpeedView>,
}

/// How a model is run. What is `None` is as Sotto takes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct ModelSettings {
    /// Tokens of context; at least 256.
    pub context: Option<u32>,
    /// 0 takes the likeliest word each time; 0 to 2.
    pub temperature: Option<f32>,
    /// Only among so many likeliest tokens; 0 is all.
    pub top_k: Option<u32>,
    /// Only among the likeliest tokens that together have this probability; 0 to 1.
    pub top_p: Option<f32>,
    /// Only tokens at least this probable, relative to the likeliest; 0 to 1.
    pub min_p: Option<f32>,
    /// Above 1 weakens what was said recently; 0.5 to 2.
    pub repeat_penalty: Option<f32>,
    /// Where random choices start: the same number gives the same answer.
    pub seed: Option<u32>,
    /// Seconds that it stays in memory after its last use; negative: until the place is needed.
    pub keep_alive: Option<i32>,
    /// Layers on the graphics card; as many as fit where it is not said.
    pub graphics_layers: Option<u32>,
    /// LoRA adapters, each one once and at a scale of -10 to 10.
    pub adapters: Vec<AdapterUse>,
}

/// How a model was measured on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Measurement {
    /// The model.
    pub model: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: sotto_domain::Timestamp,
    /// Tokens of a prompt evaluated in a second.
    pub prefill: f64,
    /// Tokens of an answer made in a second.
    pub decode: f64,
    /// Milliseconds from a short question to the first token of its answer.
    pub first_token: f64,
    /// Bytes of memory that the runtime took at most.
    pub memory: u64,
    /// Bytes that were said beforehand.
    pub expected_memory: u64,
    /// Bytes of memory that can be read in a second.
    pub bandwidth: u64,
    /// Bytes of weights that each token reads.
    pub bytes_per_token: u64,
    /// Tokens in a second that the bandwidth allows at most.
    pub limit: f64,
    /// Compute threads.
    pub threads: u32,
    /// Where it ran, such as `CPU`.
    pub backend: String,
}

/// How far a measurement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BenchProgress {
    /// The model.
    pub model: String,
    /// 0 to 100.
    pub percent: u8,
    /// What is being measured, for the person.
    pub stage: String,
}

impl From<sotto_models::ArrivalState> for ArrivalState {
    fn from(state: sotto_models::ArrivalState) -> Self {
        match state {
            sotto_models::ArrivalState::Fetching => Self::Fetching,
            sotto_models::ArrivalState::Verifying => Self::Verifying,
            sotto_models::ArrivalState::Paused => Self::Paused,
            sotto_models::ArrivalState::Failed => Self::Failed,
        }
    }
}
