//! What a request means: which exchange of the agreement it is, in whatever
//! spelling (3.7), about whom, and how far it is from the nearest one. Which
//! version of the agreement somebody speaks is heard by `Tongue`.

mod asked;
mod between;
mod compare;
mod difference;
mod format;
mod patient;
mod recogniser;
mod signs;
mod template;
mod told;
mod tongue;

#[cfg(test)]
mod tests;

pub use asked::{Asked, Asks, Kind, Nearby, Patients, Recognised};
pub use between::changes;
pub use difference::{Difference, What};
pub use format::{NotAcceptable, negotiate, takes};
pub use recogniser::Recogniser;
pub use tongue::{Evidence, Spoken, Step, Tongue, Wrong};
