//! The threads on which everything that waits runs.

use std::future::Future;

use super::failure::Failure;

/// Runs to the end, with two threads for what waits.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(made()?.block_on(work))
}

/// The threads themselves, for who needs them again and again.
pub(crate) fn made() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|why| Failure::harness(format!("the threads for the network cannot be made: {why}")))
}
