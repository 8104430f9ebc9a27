//! The database key and where it lives: the only crate that names keyring.
