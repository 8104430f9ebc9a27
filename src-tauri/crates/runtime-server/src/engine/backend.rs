//! llama.cpp's start: the CPU library that fits this machine, its log, and what it reports.

use std::collections::VecDeque;
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use llama_cpp_sys_2 as llama;

use crate::error::Error;

/// How many of llama.cpp's last error lines are kept to explain a refused file.
const KEPT_ERROR_LINES: usize = 8;

static START: Once = Once::new();
static ERROR_LINES: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Starts llama.cpp once: its log goes to `tracing`, its best CPU library is loaded.
pub(crate) fn start() -> Result<(), Error> {
    START.call_once(|| {
        // SAFETY: the callback is a plain function without state of its own, valid for ever.
        unsafe {
            llama::llama_log_set(Some(on_log), std::ptr::null_mut());
        }
        match library_folder()
            .and_then(|folder| CString::new(folder.into_os_string().into_encoded_bytes()).ok())
        {
            // SAFETY: the string is NUL-terminated and outlives the call.
            Some(folder) => unsafe { llama::ggml_backend_load_all_from_path(folder.as_ptr()) },
            // SAFETY: no arguments; ggml searches beside the executable.
            None => unsafe { llama::ggml_backend_load_all() },
        }
        // SAFETY: called once, after the back ends are there.
        unsafe { llama::llama_backend_init() };
    });
    if cpu_registration().is_some() {
        Ok(())
    } else {
        Err(Error::Engine(
            "no CPU library of llama.cpp was found beside the program or in ../lib/sotto".into(),
        ))
    }
}

/// The folder with the `libggml-cpu-*` libraries: beside the program, below it or in a package's `lib`.
fn library_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    [
        folder.join("lib/sotto"),
        folder.join("../lib/sotto"),
        folder.to_path_buf(),
    ]
    .into_iter()
    .find(|candidate| holds_cpu_library(candidate))
}

fn holds_cpu_library(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().contains("ggml-cpu-"))
    })
}

/// The CPU back end's registration, if a library for this machine was found.
pub(super) fn cpu_registration() -> Option<llama::ggml_backend_reg_t> {
    // SAFETY: plain queries; null means that there is none.
    unsafe {
        let device = llama::ggml_backend_dev_by_type(llama::GGML_BACKEND_DEVICE_TYPE_CPU);
        if device.is_null() {
            return None;
        }
        let registration = llama::ggml_backend_dev_backend_reg(device);
        (!registration.is_null()).then_some(registration)
    }
}

/// A function that the CPU library exports only by name.
pub(super) fn cpu_function(name: &CStr) -> Option<*mut c_void> {
    let registration = cpu_registration()?;
    // SAFETY: the registration is valid for the life of the process and the name is NUL-terminated.
    let function = unsafe { llama::ggml_backend_reg_get_proc_address(registration, name.as_ptr()) };
    (!function.is_null()).then_some(function)
}

/// What the chosen CPU library was built for and uses, such as `AVX2`.
pub(crate) fn cpu_features() -> Vec<String> {
    type GetFeatures =
        unsafe extern "C" fn(llama::ggml_backend_reg_t) -> *mut llama::ggml_backend_feature;
    let (Some(registration), Some(function)) = (
        cpu_registration(),
        cpu_function(c"ggml_backend_get_features"),
    ) else {
        return Vec::new();
    };
    // SAFETY: ggml documents this name with this signature (ggml_backend_get_features_t).
    let get_features: GetFeatures = unsafe { std::mem::transmute(function) };
    let mut features = Vec::new();
    // SAFETY: the list is static and ends with an entry whose name is null.
    unsafe {
        let mut feature = get_features(registration);
        while !feature.is_null() && !(*feature).name.is_null() {
            let value = text_of((*feature).value);
            if value != "0" {
                let name = text_of((*feature).name);
                features.push(if value == "1" {
                    name
                } else {
                    format!("{name}={value}")
                });
            }
            feature = feature.add(1);
        }
    }
    features
}

/// The back end in use, such as `CPU`.
pub(crate) fn backend_name() -> String {
    // SAFETY: the registration is valid and its name is a static string.
    cpu_registration()
        .map(|registration| unsafe { text_of(llama::ggml_backend_reg_name(registration)) })
        .unwrap_or_default()
}

/// llama.cpp's own version.
pub(crate) fn llama_version() -> String {
    // SAFETY: returns a static string.
    unsafe { text_of(llama::llama_version()) }
}

/// Copies a C string; null is empty.
pub(super) unsafe fn text_of(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller passes a NUL-terminated string that lives through the call.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}

/// Forgets llama.cpp's earlier errors, before something whose failure will be explained.
pub(super) fn forget_errors() {
    ERROR_LINES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
}

/// llama.cpp's errors since [`forget_errors`], or `otherwise`.
pub(super) fn explain(otherwise: &str) -> String {
    let lines = ERROR_LINES.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.is_empty() {
        otherwise.to_owned()
    } else {
        lines.iter().cloned().collect::<Vec<_>>().join("; ")
    }
}

unsafe extern "C" fn on_log(
    level: llama::ggml_log_level,
    text: *const c_char,
    _user_data: *mut c_void,
) {
    // SAFETY: llama.cpp passes a NUL-terminated line.
    let text = unsafe { text_of(text) };
    let line = text.trim_end();
    if line.is_empty() {
        return;
    }
    if level == llama::GGML_LOG_LEVEL_ERROR {
        tracing::warn!(target: "llama", "{line}");
        let mut lines = ERROR_LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_ERROR_LINES {
            lines.pop_front();
        }
        // llama.cpp prefixes lines with the function's name, which tells a person nothing.
        let said = line.split_once(": ").map_or(line, |(_, said)| said);
        lines.push_back(said.to_owned());
    } else {
        tracing::debug!(target: "llama", "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_library_that_the_compiler_spoilt_is_offered() {
        let folder = library_folder().expect("the libraries lie beside the tests");
        let names: Vec<_> = std::fs::read_dir(&folder)
            .expect("the folder can be read")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        assert!(
            !names.iter().any(|name| name.contains("sapphirerapids")),
            "decision 23: {names:?}"
        );
    }
}
