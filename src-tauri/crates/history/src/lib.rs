//! The encrypted history: the only crate that names rusqlite.
