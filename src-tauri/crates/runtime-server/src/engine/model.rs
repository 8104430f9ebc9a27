//! A loaded model file: weights and vocabulary, owned by one value and freed with it.

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use llama_cpp_sys_2 as llama;

use super::backend;
use super::devices::Device;
use crate::error::Error;

/// A token's number in the model's vocabulary.
pub(super) type Token = i32;

/// llama.cpp's model.
pub(super) struct Model {
    pub(super) raw: *mut llama::llama_model,
    vocabulary: *const llama::llama_vocab,
    token_count: usize,
    /// Layers of it are on a device.
    pub(super) on_device: bool,
}

// SAFETY: nothing in a model is tied to a thread.
unsafe impl Send for Model {}
// SAFETY: a loaded model is immutable, and llama.cpp documents its vocabulary as thread-safe.
unsafe impl Sync for Model {}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: loaded by llama.cpp, freed once; contexts borrow the model through an `Arc`.
        unsafe { llama::llama_model_free(self.raw) }
    }
}

/// Which layers go to which devices.
#[derive(Debug, Default)]
pub(super) struct Offload {
    /// In the order of their layers, the first layers first; ends with null, as llama.cpp wants it.
    devices: Vec<llama::ggml_backend_dev_t>,
    /// How many layers of all each takes.
    shares: Vec<f32>,
    layers: u32,
}

impl Offload {
    /// The last layers of the model go to the first device, those before them to the second one, and so on.
    pub(super) fn new(devices: &[&Device], layers: &[u32]) -> Self {
        let used = || {
            devices
                .iter()
                .zip(layers)
                .rev()
                .filter(|(_, layers)| **layers > 0)
        };
        #[expect(clippy::cast_precision_loss, reason = "at most some thousands")]
        let shares = used().map(|(_, layers)| *layers as f32).collect();
        Self {
            devices: used().map(|(device, _)| device.raw()).collect(),
            shares,
            layers: layers.iter().sum(),
        }
    }
}

impl Model {
    /// Loads the weights. `progress` follows in thousandths.
    pub(super) fn load(
        name: &str,
        path: &Path,
        offload: &Offload,
        progress: &Arc<AtomicU32>,
    ) -> Result<Self, Error> {
        backend::start()?;
        backend::forget_errors();
        let unusable = |reason: String| Error::ModelUnusable {
            name: name.to_owned(),
            reason,
        };
        let file = CString::new(path.as_os_str().as_encoded_bytes())
            .map_err(|_| unusable("its file name holds a zero byte".into()))?;
        // An empty list, not a null pointer: that would be all devices there are, also for a context.
        let mut devices = offload.devices.clone();
        devices.push(std::ptr::null_mut());
        // SAFETY: a plain query.
        let mut shares = vec![0.0; unsafe { llama::llama_max_devices() }];
        for (to, from) in shares.iter_mut().zip(&offload.shares) {
            *to = *from;
        }
        // SAFETY: the parameters are plain data; the file name, the lists and the counter outlive the
        // call, and the callback only stores into the counter.
        let raw = unsafe {
            let mut parameters = llama::llama_model_default_params();
            parameters.devices = devices.as_mut_ptr();
            parameters.n_gpu_layers = i32::try_from(offload.layers).unwrap_or(i32::MAX);
            parameters.tensor_split = shares.as_ptr();
            parameters.progress_callback = Some(on_progress);
            parameters.progress_callback_user_data = Arc::as_ptr(progress).cast_mut().cast();
            // Not mapped: repacked weights would be in memory twice (decision 0019).
            parameters.load_mode = llama::LLAMA_LOAD_MODE_NONE;
            llama::llama_model_load_from_file(file.as_ptr(), parameters)
        };
        if raw.is_null() {
            return Err(unusable(backend::explain("llama.cpp refused the file")));
        }
        // SAFETY: the model is valid; its vocabulary lives as long as it.
        let vocabulary = unsafe { llama::llama_model_get_vocab(raw) };
        // SAFETY: as above.
        let token_count = unsafe { llama::llama_vocab_n_tokens(vocabulary) };
        let model = Self {
            raw,
            vocabulary,
            token_count: usize::try_from(token_count).unwrap_or(0),
            on_device: offload.layers > 0,
        };
        // SAFETY: plain queries on a valid model.
        let (encoder, diffusion) = unsafe {
            (
                llama::llama_model_has_encoder(raw) && llama::llama_model_has_decoder(raw),
                llama::llama_model_is_diffusion(raw),
            )
        };
        if encoder || diffusion {
            return Err(unusable(
                "models of this kind (encoder-decoder, diffusion) are not supported".into(),
            ));
        }
        if model.token_count == 0 {
            return Err(unusable("it has no vocabulary".into()));
        }
        Ok(model)
    }

    /// Tokens in the vocabulary.
    pub(super) fn token_count(&self) -> usize {
        self.token_count
    }

    /// Width of an output embedding.
    pub(super) fn embedding_width(&self) -> usize {
        // SAFETY: the model is valid.
        usize::try_from(unsafe { llama::llama_model_n_embd_out(self.raw) }).unwrap_or(0)
    }

    /// The context that the model was trained for; 0 if the file does not say.
    pub(super) fn trained_context(&self) -> u32 {
        // SAFETY: the model is valid.
        u32::try_from(unsafe { llama::llama_model_n_ctx_train(self.raw) }).unwrap_or(0)
    }

    /// Experts in each of its layers, as its file says for a model of this architecture; 0 if it has none.
    pub(super) fn expert_count(&self, architecture: &str) -> u64 {
        let Ok(key) = CString::new(format!("{architecture}.expert_count")) else {
            return 0;
        };
        let mut text = [0u8; 24];
        // SAFETY: the model is valid, the key NUL-terminated, and the buffer passed with its length.
        let length = unsafe {
            llama::llama_model_meta_val_str(
                self.raw,
                key.as_ptr(),
                text.as_mut_ptr().cast::<c_char>(),
                text.len(),
            )
        };
        let text = CStr::from_bytes_until_nul(&text).ok();
        text.filter(|_| length > 0)
            .and_then(|text| text.to_str().ok())
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }

    /// Its layers keep one state and cannot step back (Mamba, RWKV and hybrids with them).
    pub(super) fn is_recurrent(&self) -> bool {
        // SAFETY: the model is valid.
        unsafe {
            llama::llama_model_is_recurrent(self.raw) || llama::llama_model_is_hybrid(self.raw)
        }
    }

    /// The token that opens a text, if the model wants one.
    pub(super) fn opening_token(&self) -> Option<Token> {
        // SAFETY: the vocabulary is valid.
        let (wanted, token) = unsafe {
            (
                llama::llama_vocab_get_add_bos(self.vocabulary),
                llama::llama_vocab_bos(self.vocabulary),
            )
        };
        (wanted && token >= 0).then_some(token)
    }

    /// The texts of the tokens that open and close a text, for templates.
    pub(super) fn boundary_texts(&self) -> (String, String) {
        // SAFETY: the vocabulary is valid; -1 means that there is none.
        let (open, close) = unsafe {
            (
                llama::llama_vocab_bos(self.vocabulary),
                llama::llama_vocab_eos(self.vocabulary),
            )
        };
        (self.token_text(open), self.token_text(close))
    }

    /// A token's text as written in the vocabulary, such as `<|im_end|>`.
    pub(super) fn token_text(&self, token: Token) -> String {
        if usize::try_from(token).map_or(true, |token| token >= self.token_count) {
            return String::new();
        }
        // SAFETY: the token is in range; the string is NUL-terminated and lives with the model.
        unsafe { backend::text_of(llama::llama_vocab_get_text(self.vocabulary, token)) }
    }

    /// The end-of-text token for constrained decoding.
    pub(super) fn closing_token(&self) -> Option<Token> {
        // SAFETY: the vocabulary is valid.
        let (turn, text) = unsafe {
            (
                llama::llama_vocab_eot(self.vocabulary),
                llama::llama_vocab_eos(self.vocabulary),
            )
        };
        [turn, text].into_iter().find(|token| *token >= 0)
    }

    /// The token ends an answer.
    pub(super) fn ends_answer(&self, token: Token) -> bool {
        // SAFETY: the vocabulary is valid and the token comes from it.
        unsafe { llama::llama_vocab_is_eog(self.vocabulary, token) }
    }

    /// The token steers the model and is not text (`<|im_start|>`).
    pub(super) fn is_control(&self, token: Token) -> bool {
        // SAFETY: the vocabulary is valid and the token comes from it.
        let attributes = unsafe { llama::llama_vocab_get_attr(self.vocabulary, token) };
        attributes & (llama::LLAMA_TOKEN_ATTR_CONTROL | llama::LLAMA_TOKEN_ATTR_UNKNOWN) != 0
    }

    /// The texts of all control tokens: what must never be parsed in a person's words.
    pub(super) fn control_texts(&self) -> Vec<String> {
        (0..self.token_count)
            .filter_map(|token| Token::try_from(token).ok())
            .filter(|token| self.is_control(*token))
            .map(|token| self.token_text(token))
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// The tokens of a text; `parse_control` also reads `<|im_end|>` and its kind as tokens.
    pub(super) fn tokenize(
        &self,
        text: &str,
        add_boundaries: bool,
        parse_control: bool,
    ) -> Result<Vec<Token>, Error> {
        let too_long = || Error::BadRequest("the text is too long".into());
        let length = i32::try_from(text.len()).map_err(|_| too_long())?;
        let mut tokens: Vec<Token> = vec![0; text.len() / 3 + 16];
        loop {
            let room = i32::try_from(tokens.len()).map_err(|_| too_long())?;
            // SAFETY: text and buffer are passed with their lengths.
            let count = unsafe {
                llama::llama_tokenize(
                    self.vocabulary,
                    text.as_ptr().cast(),
                    length,
                    tokens.as_mut_ptr(),
                    room,
                    add_boundaries,
                    parse_control,
                )
            };
            if let Ok(count) = usize::try_from(count) {
                tokens.truncate(count);
                return Ok(tokens);
            }
            if count == i32::MIN {
                return Err(too_long());
            }
            tokens.resize(
                usize::try_from(count.unsigned_abs()).map_err(|_| too_long())?,
                0,
            );
        }
    }

    /// Appends the token's bytes; `control` also those of control tokens. They may end within a character.
    pub(super) fn append_piece(&self, token: Token, control: bool, out: &mut Vec<u8>) {
        let mut buffer = [0u8; 256];
        // SAFETY: the buffer is passed with its length.
        let length = unsafe {
            llama::llama_token_to_piece(
                self.vocabulary,
                token,
                buffer.as_mut_ptr().cast::<c_char>(),
                256,
                0,
                control,
            )
        };
        if let Ok(length) = usize::try_from(length) {
            out.extend_from_slice(&buffer[..length]);
            return;
        }
        let needed = usize::try_from(length.unsigned_abs()).unwrap_or(0);
        let mut large = vec![0u8; needed];
        // SAFETY: as above, with the size that llama.cpp asked for.
        let length = unsafe {
            llama::llama_token_to_piece(
                self.vocabulary,
                token,
                large.as_mut_ptr().cast::<c_char>(),
                i32::try_from(needed).unwrap_or(0),
                0,
                control,
            )
        };
        large.truncate(usize::try_from(length).unwrap_or(0));
        out.extend_from_slice(&large);
    }
}

unsafe extern "C" fn on_progress(progress: f32, user_data: *mut c_void) -> bool {
    // SAFETY: `Model::load` passes a counter that outlives the load.
    let counter = unsafe { &*user_data.cast::<AtomicU32>() };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1000"
    )]
    counter.store(
        (progress.clamp(0.0, 1.0) * 1000.0) as u32,
        Ordering::Relaxed,
    );
    true
}
