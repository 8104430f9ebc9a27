//! The models that Sotto knows by name, and those on this computer's disk: where they are, what
//! is on its way, and which one answers. Whether a file can be run is the runtime's to say.

mod arrival;
mod catalog;
mod changes;
mod home;
mod library;

pub use arrival::{Arrival, ArrivalState};
pub use catalog::{Catalog, CatalogEntry, CatalogRole, Hub, Licence, Part, Python};
pub use home::{HOME_VARIABLE, data_home};
pub use library::{Library, LibraryError};
