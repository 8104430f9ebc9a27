//! The models that Sotto knows by name, and those on this computer's disk: where they are, what
//! is on its way, and which one answers. Whether a file can be run is the runtime's to say.

mod arrival;
mod catalog;
mod changes;
mod fit;
mod home;
mod import;
mod library;
mod stores;

pub use arrival::{Arrival, ArrivalState};
pub use catalog::{Cache, Catalog, CatalogEntry, CatalogRole, Hub, Licence, Part, Python};
pub use fit::{Fit, Fitness, Need, Room, fit, tokens_per_second};
pub use home::{HOME_VARIABLE, data_home};
pub use import::{ImportError, Imported, RemoveError};
pub use library::{Library, LibraryError};
pub use stores::{Store, StoreKind, Whereabouts};
