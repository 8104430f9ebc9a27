//! What a GGUF file says about itself, read without loading it and without trusting it.
//!
//! llama.cpp's own reader is used, through a callback that shows it only the head of the file:
//! whatever counts the header claims, memory stays bounded. Then what llama.cpp would abort on,
//! or find out late, is checked here: tensor sizes against the file, layer counts, epsilons.

use std::ffi::{CStr, CString, c_void};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use llama_cpp_sys_2 as llama;
use serde_json::{Map, Value, json};

use super::backend;

/// The part of a file that may be read as header; the largest known ones (vocabularies) take 30 MB.
const HEADER_LIMIT: u64 = 96 << 20;
/// Far above any real model; llama.cpp aborts on 0 and on 2^31.
const MOST_LAYERS: u64 = 2048;
/// Longer metadata strings (chat templates) are not kept.
const LONGEST_STRING: usize = 1 << 20;

/// A model file's own description.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// `general.architecture`, such as `llama` or `qwen2`.
    pub(crate) architecture: String,
    /// The context that the model was trained for, in tokens.
    pub(crate) context_length: u32,
    /// Elements of all tensors.
    pub(crate) parameter_count: u64,
    /// Bytes of all tensors.
    pub(crate) tensor_bytes: u64,
    /// Of these, the bytes of each layer's tensors.
    pub(crate) layer_bytes: Vec<u64>,
    /// Bytes of the tensors that make logits; those of the embeddings where they serve as such.
    pub(crate) output_bytes: u64,
    /// Tokens in the vocabulary.
    pub(crate) vocabulary: u64,
    /// Width of a token's embedding.
    pub(crate) embedding_length: u64,
    /// Bytes of the key and value cache for one token at 16 bits; an estimate for hybrids.
    pub(crate) cache_bytes_per_token: u64,
    /// The quantisation, such as `Q4_K_M`.
    pub(crate) quantization: String,
    /// The Jinja chat template.
    pub(crate) chat_template: Option<String>,
    /// The model is made for embeddings rather than for answers.
    pub(crate) embedding: bool,
    /// `{architecture}.pooling_type`, if any.
    pub(crate) pooling: Option<u32>,
    /// Tokens see later ones (BERT and its kin).
    pub(crate) bidirectional: bool,
    /// Scalars and short strings of the header, as `/api/show` gives them.
    pub(crate) model_info: Map<String, Value>,
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

/// Reads and checks the file's header. The error is a sentence for the person.
pub(crate) fn read(path: &Path) -> Result<Metadata, String> {
    let unreadable = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::PermissionDenied && may_be_read(path) {
            // Only the confinement is in the way: it knows what was there when the process started.
            "it came into reach after the start, by a link or a new folder; it can be read after the next start".into()
        } else {
            format!("the file cannot be read: {error}")
        }
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
    backend::forget_errors();
    let header = Header::read(&mut source).ok_or_else(|| {
        format!(
            "the GGUF header is damaged: {}",
            backend::explain("it is cut off or its counts are impossible")
        )
    })?;
    header.check_tensors(file_size)?;
    header.describe()
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

    /// Refuses a file whose tensors do not lie within it: cut off, or with absurd offsets.
    fn check_tensors(&self, file_size: u64) -> Result<(), String> {
        let (count, start) = self.tensor_layout();
        if count == 0 {
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

    fn dimensions(&self, id: i64) -> &[i64] {
        // SAFETY: `id` is below the number of tensors; the array has GGML_MAX_DIMS (4) elements.
        unsafe { std::slice::from_raw_parts(llama::gguf_get_tensor_ne(self.0, id), 4) }
    }

    /// The bytes of each layer and of what makes logits, and the tokens in the vocabulary.
    fn parts(&self, layers: u64) -> (Vec<u64>, u64, u64) {
        let mut layer_bytes = vec![0u64; usize::try_from(layers).unwrap_or(0)];
        let (mut output, mut embeddings, mut vocabulary, mut own_output) =
            (0u64, 0u64, 0u64, false);
        for id in 0..self.tensor_layout().0 {
            // SAFETY: `id` is below the number of tensors; the name is a NUL-terminated string.
            let name = unsafe { backend::text_of(llama::gguf_get_tensor_name(self.0, id)) };
            let size = self.tensor_place(id).1;
            let layer = name
                .strip_prefix("blk.")
                .and_then(|rest| rest.split_once('.'))
                .and_then(|(number, _)| number.parse::<usize>().ok());
            if let Some(bytes) = layer.and_then(|layer| layer_bytes.get_mut(layer)) {
                *bytes = bytes.saturating_add(size);
            } else if name.starts_with("output") {
                own_output |= name == "output.weight";
                output = output.saturating_add(size);
            } else if name == "token_embd.weight" {
                embeddings = size;
                vocabulary = u64::try_from(self.dimensions(id)[1]).unwrap_or(0);
            }
        }
        if !own_output {
            output = output.saturating_add(embeddings);
        }
        (layer_bytes, output, vocabulary)
    }

    fn elements(&self, id: i64) -> u64 {
        self.dimensions(id).iter().fold(1u64, |product, size| {
            product.saturating_mul(u64::try_from(*size).unwrap_or(0))
        })
    }

    fn describe(&self) -> Result<Metadata, String> {
        let architecture = self
            .text("general.architecture")
            .ok_or("the file does not say its architecture")?;
        let of_model = |key: &str| format!("{architecture}.{key}");
        let layers = self.integer(&of_model("block_count")).unwrap_or(0);
        if layers == 0 || layers > MOST_LAYERS {
            return Err(format!(
                "the file claims {layers} layers, which is impossible"
            ));
        }
        let (tensors, _) = self.tensor_layout();
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
            .is_some_and(|causal| causal == Value::Bool(false));
        let parameter_count =
            (0..tensors).fold(0u64, |sum, id| sum.saturating_add(self.elements(id)));
        let tensor_bytes =
            (0..tensors).fold(0u64, |sum, id| sum.saturating_add(self.tensor_place(id).1));
        model_info.insert("general.parameter_count".into(), json!(parameter_count));
        let (layer_bytes, output_bytes, vocabulary) = self.parts(layers);
        Ok(Metadata {
            layer_bytes,
            output_bytes,
            vocabulary,
            embedding_length,
            context_length: self
                .integer(&of_model("context_length"))
                .map_or(0, |length| u32::try_from(length).unwrap_or(u32::MAX)),
            parameter_count,
            tensor_bytes,
            cache_bytes_per_token: layers
                .saturating_mul(cached_heads)
                .saturating_mul(key_length.saturating_add(value_length))
                .saturating_mul(2),
            quantization: file_type_name(self.integer("general.file_type")).to_owned(),
            chat_template: self.text("tokenizer.chat_template"),
            embedding: bidirectional
                || pooling.is_some_and(|kind| kind != 0)
                || architecture.contains("bert"),
            pooling,
            bidirectional: bidirectional || architecture.contains("bert"),
            architecture,
            model_info,
        })
    }
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
mod tests {
    use super::*;

    /// A well-formed header with one F32 tensor of 32 elements, and places to spoil it.
    fn file(layers: u32, epsilon: f32, tensors: u64, keys: u64, data: usize) -> Vec<u8> {
        fn text(out: &mut Vec<u8>, text: &str) {
            out.extend((text.len() as u64).to_le_bytes());
            out.extend(text.as_bytes());
        }
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend(tensors.to_le_bytes());
        out.extend(keys.to_le_bytes());
        text(&mut out, "general.architecture");
        out.extend(8u32.to_le_bytes());
        text(&mut out, "llama");
        text(&mut out, "llama.block_count");
        out.extend(4u32.to_le_bytes());
        out.extend(layers.to_le_bytes());
        text(&mut out, "llama.attention.layer_norm_rms_epsilon");
        out.extend(6u32.to_le_bytes());
        out.extend(epsilon.to_le_bytes());
        text(&mut out, "token_embd.weight");
        out.extend(1u32.to_le_bytes());
        out.extend(32u64.to_le_bytes());
        out.extend(0u32.to_le_bytes());
        out.extend(0u64.to_le_bytes());
        out.resize(out.len().next_multiple_of(32) + data, 0);
        out
    }

    fn verdict(bytes: &[u8]) -> Result<Metadata, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.gguf");
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    }

    #[test]
    fn a_well_formed_header_is_read() {
        let metadata = verdict(&file(2, 1e-5, 1, 3, 128)).unwrap();
        assert_eq!(
            (
                metadata.architecture.as_str(),
                metadata.parameter_count,
                metadata.tensor_bytes
            ),
            ("llama", 32, 128)
        );
        // Its embeddings make the logits too, and its two layers have no tensors.
        assert_eq!(
            (metadata.layer_bytes, metadata.output_bytes),
            (vec![0, 0], 128)
        );
    }

    #[test]
    fn malformed_files_are_refused_in_words() {
        let whole = file(2, 1e-5, 1, 3, 128);
        let noise: Vec<u8> = (0..1024u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        for (bytes, expected) in [
            (Vec::new(), "empty"),
            (noise, "first bytes"),
            (b"GGML".repeat(10), "first bytes"),
            (whole[..20].to_vec(), "cut off"),
            (file(2, 1e-5, 1, 3, 127), "cut off"),
            (file(0, 1e-5, 1, 3, 128), "layers"),
            (file(1 << 31, 1e-5, 1, 3, 128), "layers"),
            (file(2, f32::NAN, 1, 3, 128), "finite"),
            (file(2, 1e-5, u64::MAX, 3, 128), "damaged"),
            (file(2, 1e-5, 1 << 60, 3, 128), "damaged"),
            (file(2, 1e-5, 1, u64::MAX, 128), "damaged"),
            (file(2, 1e-5, 1, 1 << 60, 128), "damaged"),
            (file(2, 1e-5, 0, 3, 128), "no tensors"),
        ] {
            let reason = verdict(&bytes).unwrap_err();
            assert!(
                reason.contains(expected),
                "expected {expected:?} in {reason:?}"
            );
        }
        for end in (1..whole.len()).step_by(7) {
            assert!(verdict(&whole[..end]).is_err(), "cut at {end}");
        }
    }
}
