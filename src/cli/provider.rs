//! `toets provider`: the reference provider, until it is stopped.

use super::Exit;
use super::arguments::ProviderArguments;
use super::failure::Failure;
use super::terminal::Terminal;

/// Serves until Ctrl-C.
pub(crate) fn provider(_arguments: &ProviderArguments, _terminal: &Terminal) -> Result<Exit, Failure> {
    Err(Failure::harness("this build has no provider yet"))
}
