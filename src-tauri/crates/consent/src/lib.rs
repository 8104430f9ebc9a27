//! Rules of consent.

mod address;
mod arming;
mod destination;
mod disclosure;
mod hash;
mod id;
mod proposal;
mod request;
mod state;
mod text;
mod time;

pub use address::*;
pub use arming::*;
pub use destination::*;
pub use disclosure::*;
pub use hash::*;
pub use id::*;
pub use proposal::*;
pub use request::*;
pub use state::*;
pub use time::*;
