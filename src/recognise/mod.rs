//! What a request of a client means: which exchange of the agreement it is, in
//! whatever spelling (3.7), about whom, and how far it is from the nearest one.

mod meaning;

pub use meaning::{Asks, Meaning, Near, What};
