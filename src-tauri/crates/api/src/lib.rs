//! What a person can do with Sotto, as functions over a Host.
