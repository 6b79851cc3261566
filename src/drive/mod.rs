//! We are the client: one request over HTTP, with everything by hand that a
//! library would do by default (redirects, decompression, deadlines, secrets).
//! Knows nothing of scenarios; what came of a request is told as a fact.

mod address;
mod broken;
mod client;
mod command;
mod connect;
mod download;
mod letter;
mod oauth;
mod pace;
mod program;
mod secrets;
mod terminology;
mod token;
mod write;

pub use address::{Address, AddressError, encode, encode_as, encode_path};
pub use client::{Access, Client, ClientError, Credentials, Delivery, Reply, Request};
pub use connect::Tls;
pub use download::{DownloadError, download};
pub use letter::{Courier, Letter};
pub use oauth::{ClientSecret, OAuth2};
pub use program::{Ended, Program, Started};
pub use secrets::{SecretError, Secrets};
pub use terminology::{Contents, TERMINOLOGY_TOKEN, TerminologyServer};
pub use token::{FreshToken, Source, TokenError, Tokens, Waits};
pub use write::{Verb, Write};
