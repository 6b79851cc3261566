//! What a request means: which exchange of the agreement it is, in whatever
//! spelling (3.7), about whom, and how far it is from the nearest one.

mod asked;
mod compare;
mod difference;
mod patient;
mod recogniser;
mod template;

#[cfg(test)]
mod tests;

pub use asked::{Asked, Asks, Kind, Nearby, Patients, Recognised};
pub use difference::{Difference, What};

pub use recogniser::Recogniser;
