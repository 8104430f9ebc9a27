//! LoRA adapters: loaded beside a model, attached to its contexts, and the key under which what was
//! evaluated with them is kept.

use std::ffi::CString;
use std::sync::Arc;

use llama_cpp_sys_2 as llama;

use super::model::Model;
use super::{backend, gguf};
use crate::error::Error;
use crate::library::ModelFile;

/// An adapter that a request wants, and how much it counts.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Its file.
    pub(crate) file: Arc<ModelFile>,
    /// 1 is as trained, 0 not at all.
    pub(crate) scale: f32,
}

/// What is attached: states of the file with the bits of their scales. Equal keys evaluate equally.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attached(Vec<(String, u32)>);

impl Attached {
    /// The key of these adapters; in which order they are named does not matter, nor do those that
    /// count nothing.
    pub(super) fn of<'name>(adapters: impl IntoIterator<Item = (&'name str, f32)>) -> Self {
        let mut key: Vec<_> = adapters
            .into_iter()
            .filter(|(_, scale)| *scale != 0.0)
            .map(|(digest, scale)| (digest.to_owned(), scale.to_bits()))
            .collect();
        key.sort();
        Self(key)
    }
}

impl From<&[Wanted]> for Attached {
    fn from(wanted: &[Wanted]) -> Self {
        Self::of(
            wanted
                .iter()
                .map(|one| (one.file.digest.as_str(), one.scale)),
        )
    }
}

/// llama.cpp's adapter. It must be detached from every context before it is dropped.
pub(super) struct Adapter {
    pub(super) file: Arc<ModelFile>,
    raw: *mut llama::llama_adapter_lora,
    /// Keeps the model until the adapter is gone: freeing a model frees its adapters.
    _model: Arc<Model>,
}

// SAFETY: nothing in an adapter is tied to a thread.
unsafe impl Send for Adapter {}

impl Drop for Adapter {
    fn drop(&mut self) {
        // SAFETY: made by llama.cpp and freed once, while the model is there.
        unsafe { llama::llama_adapter_lora_free(self.raw) }
    }
}

impl Adapter {
    /// Reads the adapter's weights, and checks that they belong to the model.
    pub(super) fn load(model: &Arc<Model>, file: &Arc<ModelFile>) -> Result<Self, Error> {
        let unusable = |reason: String| Error::AdapterUnusable {
            name: file.name.clone(),
            reason,
        };
        let path = CString::new(file.path.as_os_str().as_encoded_bytes())
            .map_err(|_| unusable("its file name holds a zero byte".into()))?;
        // llama.cpp refuses one of another architecture: its own is the model's.
        let experts = model.expert_count(&file.metadata.architecture);
        gguf::check_adapter(&file.path, experts).map_err(&unusable)?;
        backend::forget_errors();
        // SAFETY: the model is valid, and the path is NUL-terminated and outlives the call.
        let raw = unsafe { llama::llama_adapter_lora_init(model.raw, path.as_ptr()) };
        if raw.is_null() {
            return Err(unusable(backend::explain("llama.cpp refused the file")));
        }
        Ok(Self {
            file: Arc::clone(file),
            raw,
            _model: Arc::clone(model),
        })
    }

    /// llama.cpp's pointer; valid as long as `self`.
    pub(super) fn raw(&self) -> *mut llama::llama_adapter_lora {
        self.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_what_counts() {
        let key = Attached::of([("a", 1.0), ("b", 0.5)]);
        for (adapters, equal) in [
            (vec![("b", 0.5), ("a", 1.0)], true),
            (vec![("a", 1.0), ("b", 0.5), ("c", 0.0)], true),
            (vec![("a", 1.0)], false),
            (vec![("a", 1.0), ("b", 0.25)], false),
            (vec![("a", 0.5), ("b", 1.0)], false),
            (vec![], false),
        ] {
            assert_eq!(Attached::of(adapters.clone()) == key, equal, "{adapters:?}");
        }
        assert_eq!(Attached::of([("a", -0.0)]), Attached::default());
    }
}
