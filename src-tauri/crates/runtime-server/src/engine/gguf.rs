//! What a GGUF file says about itself, read without loading it and without trusting it.
//!
//! llama.cpp's own reader is used, through a callback that shows it only the head of the file:
//! whatever counts the header claims, memory stays bounded. Then what llama.cpp would abort on,
//! or find out late, is checked here: tensor sizes against the file, layer counts, epsilons.

use std::ffi::{CStr, CString, c_void};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use llama_cpp_sys_2 as llama;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::backend;

/// The part of a file that may be read as header; the largest known ones (vocabularies) take 30 MB.
const HEADER_LIMIT: u64 = 96 << 20;
/// Far above any real model; llama.cpp aborts on 0 and on 2^31.
const MOST_LAYERS: u64 = 2048;
/// Longer metadata strings (chat templates) are not kept.
const LONGEST_STRING: usize = 1 << 20;

/// One header at a time: llama.cpp's reasons for refusing one come through its log alone.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a model is made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// It answers.
    #[default]
    Chat,
    /// It makes vectors of texts rather than answers.
    Embedding,
    /// A LoRA adapter: it changes a model of the same architecture.
    Adapter,
}

/// A model file's own description, as far as a list of models needs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    /// `general.architecture`, such as `llama` or `qwen2`; of an adapter, that of its model.
    pub(crate) architecture: String,
    /// What it is made for.
    pub(crate) kind: Kind,
    /// The context that the model was trained for, in tokens.
    pub(crate) context_length: u32,
    /// Elements of all tensors.
    pub(crate) parameter_count: u64,
    /// Bytes of all tensors.
    pub(crate) tensor_bytes: u64,
    /// Of these, the bytes of each layer's tensors.
    pub(crate) layer_bytes: Vec<u64>,
    /// Bytes of the tensors that make logits; those of the table of embeddings where that serves as such.
    pub(crate) output_bytes: u64,
    /// Bytes of weights that each token of an answer reads: of a table of embeddings it reads one row,
    /// and of a mixture's experts those that it uses.
    pub(crate) bytes_per_token: u64,
    /// Bytes of the key and value cache for one token at 16 bits; an estimate for hybrids.
    pub(crate) cache_bytes_per_token: u64,
    /// Tokens that the vocabulary holds.
    pub(crate) vocabulary: u64,
    /// Width of what flows through the layers; 0 if the file does not say.
    pub(crate) embedding_length: u64,
    /// Width of the feed-forward network, of all experts that a token asks; 0 if the file does not say.
    pub(crate) feed_forward_length: u64,
    /// The quantisation, such as `Q4_K_M`.
    pub(crate) quantization: String,
    /// `{architecture}.pooling_type`, if any.
    pub(crate) pooling: Option<u32>,
    /// Tokens see later ones (BERT and its kin).
    pub(crate) bidirectional: bool,
}

/// What only who asks the model needs of its header.
#[derive(Debug)]
pub(crate) struct Description {
    /// The Jinja chat template.
    pub(crate) chat_template: Option<String>,
    /// Scalars and short strings of the header, as `/api/show` gives them.
    pub(crate) model_info: Map<String, Value>,
}

/// Why a file is no model, as a sentence for the person.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Of what stands in it: it stays so until the file changes.
    Content(String),
    /// It could not be read now.
    Unreadable(String),
    /// It came into reach after the process had settled what it may read.
    OutOfReach,
}

impl Problem {
    pub(crate) fn into_reason(self) -> String {
        match self {
            Self::Content(reason) | Self::Unreadable(reason) => reason,
            Self::OutOfReach => "it came into reach after the start, by a link or a new folder; it can be read after the next start".into(),
        }
    }
}

impl From<String> for Problem {
    fn from(reason: String) -> Self {
        Self::Content(reason)
    }
}

impl From<&str> for Problem {
    fn from(reason: &str) -> Self {
        Self::Content(reason.into())
    }
}

/// Whether the file's own rights let this user read it.
fn may_be_read(path: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(path, rustix::fs::Access::READ_OK).is_ok();
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Reads and checks the headers of a model's files: one, or all parts of a split one in order.
pub(crate) fn read(parts: &[PathBuf]) -> Result<Metadata, Problem> {
    read_all(parts).map(|(metadata, _)| metadata)
}

/// The same, with what only who asks the model needs.
pub(crate) fn describe(parts: &[PathBuf]) -> Result<(Metadata, Description), Problem> {
    let (metadata, header) = read_all(parts)?;
    let description = header.description(metadata.parameter_count)?;
    Ok((metadata, description))
}

/// Also gives the header that describes the model: the first part's.
fn read_all(parts: &[PathBuf]) -> Result<(Metadata, Header), Problem> {
    let (first, others) = parts.split_first().ok_or("it has no file")?;
    let (header, size) = open(first)?;
    let count = header.integer("split.count").unwrap_or(0).max(1);
    if count != parts.len() as u64 {
        return Err(format!(
            "it says that it is one of {count} files; they must lie together and be called NAME-00001-of-{count:05}.gguf and so on"
        )
        .into());
    }
    // The first part may hold the description alone.
    header.check_tensors(size, parts.len() > 1)?;
    let mut further = Vec::new();
    for other in others {
        let (part, size) = open(other)?;
        part.check_tensors(size, false)?;
        further.push(part);
    }
    let all: Vec<&Header> = std::iter::once(&header).chain(&further).collect();
    let metadata = header.metadata(&all)?;
    Ok((metadata, header))
}

/// Checks what llama.cpp would abort on, and takes for granted, in an adapter for a model with so many
/// experts, 0 if it has none. The error is a sentence for the person.
pub(crate) fn check_adapter(path: &Path, experts: u64) -> Result<(), String> {
    let (header, _) = open(path).map_err(Problem::into_reason)?;
    header.check_adapter(experts)
}

/// Reads one file's header; also says how long the file is.
fn open(path: &Path) -> Result<(Header, u64), Problem> {
    let unreadable = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::PermissionDenied && may_be_read(path) {
            // Only the confinement is in the way: it knows what was there when the process started.
            return Problem::OutOfReach;
        }
        Problem::Unreadable(format!("the file cannot be read: {error}"))
    };
    // Before it is opened: opening a named pipe waits for its other end, which may never come.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("this is not a file".into());
    }
    let file = File::open(path).map_err(unreadable)?;
    let file_size = file.metadata().map_err(unreadable)?.len();
    let mut source = Source {
        file: BufReader::with_capacity(1 << 16, file),
        position: 0,
        limit: file_size.min(HEADER_LIMIT),
    };
    let mut magic = [0u8; 24];
    let read = source.read_at(0, &mut magic);
    if read == 0 {
        return Err("the file is empty".into());
    }
    if read < 4 || &magic[..4] != b"GGUF" {
        return Err("this is not a GGUF file (its first bytes are wrong)".into());
    }
    if read < magic.len() {
        return Err("the file is cut off within its header".into());
    }
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    backend::forget_errors();
    let header = Header::read(&mut source).ok_or_else(|| {
        format!(
            "the GGUF header is damaged: {}",
            backend::explain("it is cut off or its counts are impossible")
        )
    })?;
    Ok((header, file_size))
}

/// The file as llama.cpp's reader sees it.
struct Source {
    file: BufReader<File>,
    position: u64,
    limit: u64,
}

impl Source {
    /// Reads up to `buffer.len()` bytes at `offset`; fewer at the limit or on an error.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> usize {
        if offset >= self.limit {
            return 0;
        }
        let wanted = usize::try_from(self.limit - offset)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        if offset != self.position {
            let moved = i64::try_from(offset)
                .and_then(|to| i64::try_from(self.position).map(|from| to - from))
                .is_ok_and(|by| self.file.seek_relative(by).is_ok());
            if !moved && self.file.seek(SeekFrom::Start(offset)).is_err() {
                return 0;
            }
            self.position = offset;
        }
        let mut filled = 0;
        while filled < wanted {
            match self.file.read(&mut buffer[filled..wanted]) {
                Ok(0) | Err(_) => break,
                Ok(count) => filled += count,
            }
        }
        self.position += filled as u64;
        filled
    }
}

unsafe extern "C" fn read_callback(
    user_data: *mut c_void,
    output: *mut c_void,
    offset: u64,
    length: usize,
) -> usize {
    // SAFETY: `Header::read` passes a `Source` that it borrows mutably for the whole call.
    let source = unsafe { &mut *user_data.cast::<Source>() };
    // SAFETY: ggml passes a buffer of `length` bytes of its own.
    let buffer = unsafe { std::slice::from_raw_parts_mut(output.cast::<u8>(), length) };
    source.read_at(offset, buffer)
}

/// A parsed header; owns llama.cpp's `gguf_context`.
struct Header(*mut llama::gguf_context);

impl Drop for Header {
    fn drop(&mut self) {
        // SAFETY: made by gguf_init_from_callback and freed once.
        unsafe { llama::gguf_free(self.0) }
    }
}

impl Header {
    fn read(source: &mut Source) -> Option<Self> {
        let limit = source.limit;
        let parameters = llama::gguf_init_params {
            no_alloc: true,
            ctx: std::ptr::null_mut(),
        };
        // SAFETY: the callback gets `source`, which outlives the call; with `no_alloc` and no
        // ggml context only the header is read, and never more than `limit` bytes of it.
        let header = unsafe {
            llama::gguf_init_from_callback(
                Some(read_callback),
                std::ptr::from_mut(source).cast(),
                1 << 20,
                limit,
                parameters,
            )
        };
        (!header.is_null()).then_some(Self(header))
    }

    fn key_count(&self) -> i64 {
        // SAFETY: the context is valid.
        unsafe { llama::gguf_get_n_kv(self.0) }
    }

    fn find(&self, key: &str) -> Option<i64> {
        let key = CString::new(key).ok()?;
        // SAFETY: valid context, NUL-terminated key; -1 means that it is absent.
        let id = unsafe { llama::gguf_find_key(self.0, key.as_ptr()) };
        (id >= 0).then_some(id)
    }

    /// A scalar or a string; arrays and anything unknown are `None`.
    fn value(&self, id: i64) -> Option<Value> {
        // SAFETY: `id` is within 0..key_count, and each getter is called for its own type only
        // (they abort on another one).
        unsafe {
            Some(match llama::gguf_get_kv_type(self.0, id) {
                llama::GGUF_TYPE_UINT8 => json!(llama::gguf_get_val_u8(self.0, id)),
                llama::GGUF_TYPE_INT8 => json!(llama::gguf_get_val_i8(self.0, id)),
                llama::GGUF_TYPE_UINT16 => json!(llama::gguf_get_val_u16(self.0, id)),
                llama::GGUF_TYPE_INT16 => json!(llama::gguf_get_val_i16(self.0, id)),
                llama::GGUF_TYPE_UINT32 => json!(llama::gguf_get_val_u32(self.0, id)),
                llama::GGUF_TYPE_INT32 => json!(llama::gguf_get_val_i32(self.0, id)),
                llama::GGUF_TYPE_UINT64 => json!(llama::gguf_get_val_u64(self.0, id)),
                llama::GGUF_TYPE_INT64 => json!(llama::gguf_get_val_i64(self.0, id)),
                llama::GGUF_TYPE_FLOAT32 => json!(llama::gguf_get_val_f32(self.0, id)),
                llama::GGUF_TYPE_FLOAT64 => json!(llama::gguf_get_val_f64(self.0, id)),
                llama::GGUF_TYPE_BOOL => json!(llama::gguf_get_val_bool(self.0, id)),
                llama::GGUF_TYPE_STRING => {
                    let text = CStr::from_ptr(llama::gguf_get_val_str(self.0, id));
                    if text.count_bytes() > LONGEST_STRING {
                        return None;
                    }
                    json!(text.to_string_lossy())
                }
                _ => return None,
            })
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.value(self.find(key)?)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn integer(&self, key: &str) -> Option<u64> {
        self.value(self.find(key)?)?.as_u64()
    }

    /// The largest of a 32-bit integer array, or the scalar: per-layer head counts come as arrays.
    fn largest(&self, key: &str) -> Option<u64> {
        let id = self.find(key)?;
        // SAFETY: `id` exists; the array is read only as its own element type and length.
        unsafe {
            if llama::gguf_get_kv_type(self.0, id) != llama::GGUF_TYPE_ARRAY {
                return self.value(id)?.as_u64();
            }
            let kind = llama::gguf_get_arr_type(self.0, id);
            if kind != llama::GGUF_TYPE_INT32 && kind != llama::GGUF_TYPE_UINT32 {
                return None;
            }
            let count = llama::gguf_get_arr_n(self.0, id);
            let data = llama::gguf_get_arr_data(self.0, id).cast::<u32>();
            (0..count)
                .map(|at| u64::from(data.add(at).read_unaligned()))
                .filter(|value| *value < 1 << 31)
                .max()
        }
    }

    /// Elements of an array; 0 if there is none.
    fn length(&self, key: &str) -> u64 {
        // SAFETY: the key exists and is an array.
        self.find(key).map_or(0, |id| unsafe {
            if llama::gguf_get_kv_type(self.0, id) == llama::GGUF_TYPE_ARRAY {
                llama::gguf_get_arr_n(self.0, id) as u64
            } else {
                0
            }
        })
    }

    fn tensor_name(&self, id: i64) -> String {
        // SAFETY: `id` is below the number of tensors; the name is a NUL-terminated string.
        unsafe { backend::text_of(llama::gguf_get_tensor_name(self.0, id)) }
    }

    /// Refuses a file whose tensors do not lie within it: cut off, or with absurd offsets.
    fn check_tensors(&self, file_size: u64, may_be_none: bool) -> Result<(), String> {
        let (count, start) = self.tensor_layout();
        if count == 0 && !may_be_none {
            return Err("the file holds no tensors".into());
        }
        for id in 0..count {
            let (offset, size) = self.tensor_place(id);
            let end = start
                .checked_add(offset)
                .and_then(|end| end.checked_add(size));
            match end {
                Some(end) if end <= file_size => {}
                Some(end) => {
                    return Err(format!(
                        "the file is cut off: it has {file_size} bytes, its tensors need at least {end}"
                    ));
                }
                None => {
                    return Err("the GGUF header is damaged: a tensor's place is impossible".into());
                }
            }
        }
        Ok(())
    }

    fn tensor_layout(&self) -> (i64, u64) {
        // SAFETY: the context is valid.
        unsafe {
            (
                llama::gguf_get_n_tensors(self.0),
                llama::gguf_get_data_offset(self.0) as u64,
            )
        }
    }

    fn tensor_place(&self, id: i64) -> (u64, u64) {
        // SAFETY: `id` is below the number of tensors.
        unsafe {
            (
                llama::gguf_get_tensor_offset(self.0, id) as u64,
                llama::gguf_get_tensor_size(self.0, id) as u64,
            )
        }
    }

    fn dimensions(&self, id: i64) -> [i64; 4] {
        // SAFETY: `id` is below the number of tensors; the array has GGML_MAX_DIMS (4) elements.
        unsafe { *llama::gguf_get_tensor_ne(self.0, id).cast::<[i64; 4]>() }
    }

    fn elements(&self, id: i64) -> u64 {
        self.dimensions(id).iter().fold(1u64, |product, size| {
            product.saturating_mul(u64::try_from(*size).unwrap_or(0))
        })
    }

    fn tensor_type(&self, id: i64) -> llama::ggml_type {
        // SAFETY: `id` is below the number of tensors.
        unsafe { llama::gguf_get_tensor_type(self.0, id) }
    }

    fn check_adapter(&self, experts: u64) -> Result<(), String> {
        let alpha = self
            .find("adapter.lora.alpha")
            // SAFETY: the key exists. llama.cpp aborts on another type than this one.
            .filter(|id| unsafe {
                llama::gguf_get_kv_type(self.0, *id) == llama::GGUF_TYPE_FLOAT32
            })
            .and_then(|id| self.value(id))
            .and_then(|alpha| alpha.as_f64());
        if alpha.is_none() {
            return Err(
                "the file does not say the adapter's alpha as a finite number of 32 bits".into(),
            );
        }
        let (tensors, _) = self.tensor_layout();
        for id in 0..tensors {
            let name = self.tensor_name(id);
            let [.., stacked, further] = self.dimensions(id);
            // Only experts are stacked in a third dimension, and all of them: which one is asked for is
            // checked against nothing later.
            let stack = if name.contains("_exps.") { experts } else { 1 };
            if further != 1 || stack == 0 || u64::try_from(stacked) != Ok(stack) {
                return Err(format!("the tensor {name} has an impossible shape"));
            }
            if !is_weight(self.tensor_type(id)) {
                return Err(format!("the tensor {name} holds no weights"));
            }
        }
        Ok(())
    }

    fn description(&self, parameters: u64) -> Result<Description, String> {
        let mut model_info = self.model_info()?;
        model_info.insert("general.parameter_count".into(), json!(parameters));
        Ok(Description {
            chat_template: self.text("tokenizer.chat_template"),
            model_info,
        })
    }

    fn model_info(&self) -> Result<Map<String, Value>, String> {
        let mut model_info = Map::new();
        for id in 0..self.key_count() {
            // SAFETY: `id` is below the number of keys; the key is a NUL-terminated string.
            let key = unsafe { backend::text_of(llama::gguf_get_key(self.0, id)) };
            // SAFETY: as above.
            let kind = unsafe { llama::gguf_get_kv_type(self.0, id) };
            let Some(value) = self.value(id) else {
                continue;
            };
            // JSON has no NaN or infinity: serde_json made it null.
            if value.is_null()
                && (kind == llama::GGUF_TYPE_FLOAT32 || kind == llama::GGUF_TYPE_FLOAT64)
            {
                return Err(format!("{key} is not a finite number"));
            }
            if !value.is_string() || value.as_str().is_some_and(|text| text.len() <= 4096) {
                model_info.insert(key, value);
            }
        }
        Ok(model_info)
    }

    /// Sums over the tensors of a model's files, this one among them.
    fn weights(&self, parts: &[&Self]) -> Weights {
        let architecture = self.text("general.architecture").unwrap_or_default();
        let of_model = |key: &str| self.integer(&format!("{architecture}.{key}"));
        let experts = of_model("expert_count").unwrap_or(0);
        let used = of_model("expert_used_count").map_or(experts, |used| used.min(experts));
        let tensors = parts.iter().flat_map(|part| {
            let (count, _) = part.tensor_layout();
            (0..count).map(|id| {
                (
                    part.tensor_name(id),
                    part.elements(id),
                    part.tensor_place(id).1,
                )
            })
        });
        let tensors: Vec<(String, u64, u64)> = tensors.collect();
        // Without a matrix of its own for the output, the table of embeddings is that matrix, too.
        let reads_table = !tensors.iter().any(|(name, ..)| name == "output.weight");
        let layers = usize::try_from(of_model("block_count").unwrap_or(0).min(MOST_LAYERS));
        let mut weights = Weights {
            layers: vec![0; layers.unwrap_or(0)],
            ..Weights::default()
        };
        for (name, elements, bytes) in tensors {
            weights.elements = weights.elements.saturating_add(elements);
            weights.bytes = weights.bytes.saturating_add(bytes);
            let layer = name
                .strip_prefix("blk.")
                .and_then(|rest| rest.split_once('.'))
                .and_then(|(number, _)| number.parse::<usize>().ok());
            if let Some(sum) = layer.and_then(|layer| weights.layers.get_mut(layer)) {
                *sum = sum.saturating_add(bytes);
            } else if name.starts_with("output") || (name.starts_with("token_embd.") && reads_table)
            {
                weights.output = weights.output.saturating_add(bytes);
            }
            let read = if name.starts_with("token_embd.") && !reads_table {
                0
            } else if name.contains("_exps.") && experts > 0 {
                bytes / experts * used
            } else {
                bytes
            };
            weights.per_token = weights.per_token.saturating_add(read);
        }
        weights
    }

    fn metadata(&self, parts: &[&Self]) -> Result<Metadata, String> {
        // Looked through for what would end the process.
        self.model_info()?;
        let architecture = self
            .text("general.architecture")
            .ok_or("the file does not say its architecture")?;
        let of_model = |key: &str| format!("{architecture}.{key}");
        let kind = self.text("general.type").unwrap_or_default();
        // `general.type` and `adapter.type` as llama.cpp's llama-adapter.cpp checks them.
        if kind == "adapter" {
            if self.text("adapter.type").as_deref() != Some("lora") {
                return Err("it is an adapter of another kind than LoRA".into());
            }
        } else if kind == "mmproj" || architecture == "clip" {
            return Err(
                "it is the part of a model that sees pictures, and no model by itself".into(),
            );
        }
        let is_adapter = kind == "adapter";
        let layers = self.integer(&of_model("block_count")).unwrap_or(0);
        if !is_adapter && (layers == 0 || layers > MOST_LAYERS) {
            return Err(format!(
                "the file claims {layers} layers, which is impossible"
            ));
        }
        let embedding_length = self.integer(&of_model("embedding_length")).unwrap_or(0);
        let heads = self.largest(&of_model("attention.head_count")).unwrap_or(0);
        let cached_heads = self
            .largest(&of_model("attention.head_count_kv"))
            .unwrap_or(heads);
        let head_width = embedding_length.checked_div(heads).unwrap_or(0);
        let key_length = self
            .integer(&of_model("attention.key_length"))
            .unwrap_or(head_width);
        let value_length = self
            .integer(&of_model("attention.value_length"))
            .unwrap_or(head_width);
        let pooling = self
            .integer(&of_model("pooling_type"))
            .and_then(|kind| u32::try_from(kind).ok());
        let bidirectional = self
            .find(&of_model("attention.causal"))
            .and_then(|id| self.value(id))
            .is_some_and(|causal| causal == Value::Bool(false))
            || architecture.contains("bert");
        let embeds = bidirectional || pooling.is_some_and(|kind| kind != 0);
        let weights = self.weights(parts);
        let feed_forward = self.largest(&of_model("feed_forward_length")).unwrap_or(0);
        let of_experts = self
            .integer(&of_model("expert_feed_forward_length"))
            .unwrap_or(0)
            .saturating_mul(self.integer(&of_model("expert_used_count")).unwrap_or(0));
        Ok(Metadata {
            kind: match (is_adapter, embeds) {
                (true, _) => Kind::Adapter,
                (false, true) => Kind::Embedding,
                (false, false) => Kind::Chat,
            },
            context_length: self
                .integer(&of_model("context_length"))
                .map_or(0, |length| u32::try_from(length).unwrap_or(u32::MAX)),
            parameter_count: weights.elements,
            tensor_bytes: weights.bytes,
            bytes_per_token: weights.per_token,
            output_bytes: weights.output,
            layer_bytes: weights.layers,
            vocabulary: self.length("tokenizer.ggml.tokens"),
            embedding_length,
            feed_forward_length: feed_forward.max(of_experts),
            cache_bytes_per_token: layers
                .saturating_mul(cached_heads)
                .saturating_mul(key_length.saturating_add(value_length))
                .saturating_mul(2),
            quantization: file_type_name(self.integer("general.file_type")).to_owned(),
            pooling,
            bidirectional,
            architecture,
        })
    }
}

/// Sums over tensors.
#[derive(Debug, Default)]
struct Weights {
    elements: u64,
    bytes: u64,
    per_token: u64,
    /// Bytes of each layer.
    layers: Vec<u64>,
    /// Bytes of what makes logits.
    output: u64,
}

/// Whether tensors of this type can be multiplied with what is evaluated: those of floats and of
/// quantised ones can, those of integers and of 64 bits cannot.
fn is_weight(kind: llama::ggml_type) -> bool {
    !matches!(
        kind,
        llama::GGML_TYPE_I8
            | llama::GGML_TYPE_I16
            | llama::GGML_TYPE_I32
            | llama::GGML_TYPE_I64
            | llama::GGML_TYPE_F64
            // Made while something is evaluated, and never in a file.
            | llama::GGML_TYPE_Q8_1
            | llama::GGML_TYPE_Q8_K
    )
}

/// llama.cpp's `llama_ftype` in the words that Ollama uses.
fn file_type_name(file_type: Option<u64>) -> &'static str {
    match file_type {
        Some(0) => "F32",
        Some(1) => "F16",
        Some(2) => "Q4_0",
        Some(3) => "Q4_1",
        Some(7) => "Q8_0",
        Some(8) => "Q5_0",
        Some(9) => "Q5_1",
        Some(10) => "Q2_K",
        Some(11) => "Q3_K_S",
        Some(12) => "Q3_K_M",
        Some(13) => "Q3_K_L",
        Some(14) => "Q4_K_S",
        Some(15) => "Q4_K_M",
        Some(16) => "Q5_K_S",
        Some(17) => "Q5_K_M",
        Some(18) => "Q6_K",
        Some(19) => "IQ2_XXS",
        Some(20) => "IQ2_XS",
        Some(21) => "Q2_K_S",
        Some(22) => "IQ3_XS",
        Some(23) => "IQ3_XXS",
        Some(24) => "IQ1_S",
        Some(25) => "IQ4_NL",
        Some(26) => "IQ3_S",
        Some(27) => "IQ3_M",
        Some(28) => "IQ2_S",
        Some(29) => "IQ2_M",
        Some(30) => "IQ4_XS",
        Some(31) => "IQ1_M",
        Some(32) => "BF16",
        Some(36) => "TQ1_0",
        Some(37) => "TQ2_0",
        Some(38) => "MXFP4",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests;
