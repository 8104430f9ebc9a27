//! The encrypted history: the only crate that names rusqlite.
//!
//! One SQLCipher file, one connection on a thread of its own, one module per table. Each table's
//! module holds its schema, its row and its reads and writes as functions over a connection;
//! [`History`] offers them as async methods. Nothing here reads a clock or makes an id: both come
//! in with the data.
//!
//! What must hold: what a method acknowledged is on disk; a history that cannot be opened is left
//! as it is; a row that cannot be read is named and never hides another one.

mod connection;
mod conversations;
mod error;
mod history;
mod ledger;
mod manners;
mod messages;
mod migrations;
mod row;
mod search;
mod sessions;
mod settings;
mod turns;

pub use error::HistoryError;
pub use history::History;
pub use search::SearchHit;
pub use turns::{NewTurn, Whole};
