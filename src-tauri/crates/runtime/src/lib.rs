//! The client and the supervisor of the process sotto-runtime: the only crate that names ollama-rs.
