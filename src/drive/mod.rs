//! We are the client: one request over HTTP, with everything by hand that a
//! library would do by default (redirects, decompression, deadlines, secrets).
//! Knows nothing of scenarios; what came of a request is told as a fact.

mod address;
mod broken;
mod client;
mod secrets;
mod write;

pub use address::{Address, AddressError, encode, encode_as, encode_path};
pub use client::{Client, ClientError, Credentials, Delivery, Reply, Request};
pub use secrets::{SecretError, Secrets};
pub use write::{Verb, Write};
