//! From what the network stack says to a kind of broken transport.

use std::error::Error;
use std::io;

use crate::evidence::{Broken, BrokenKind};

/// A transport that broke, with the kind and the words of the stack.
pub(super) fn broken(error: &reqwest::Error, status: Option<u16>) -> Broken {
    Broken { kind: kind(error), detail: detail(error), status }
}

fn kind(error: &reqwest::Error) -> BrokenKind {
    if error.is_dns() {
        return BrokenKind::Name;
    }
    if is_tls(error) {
        return BrokenKind::Tls;
    }
    if error.is_connect() {
        return BrokenKind::Connect;
    }
    if error.is_timeout() {
        return BrokenKind::Deadline;
    }
    let torn = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).any(|error| is_torn(error.kind()));
    // hyper has no public kind for an answer that ends in the middle; its words are the only mark.
    if torn || error.is_body() || error.is_decode() || detail(error).contains("before message completed") {
        return BrokenKind::Cut;
    }
    BrokenKind::Protocol
}

/// The errors below this one, from the outside in.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

/// Whether an error of rustls is behind this one. Errors of io may hold others
/// of their kind, and `source` steps over what they hold.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || held.is_some_and(|held| is_tls(held)) || error.source().is_some_and(is_tls)
}

fn is_torn(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof)
}

/// The words of the deepest error: the ones above only say that a request failed.
fn detail(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}
