//! What is told when a command cannot do its work: what, a hint, an exit code.

use std::fmt::Display;
use std::path::Path;

use crate::judge::ExitCode;

/// Why a command could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: ExitCode,
    /// What is wrong, lower case, no final period.
    pub(crate) what: String,
    /// How to mend it.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// The user can mend it by asking otherwise.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self { exit: ExitCode::WrongUse, what: what.into(), hint: None }
    }

    /// We could not do our work.
    pub(crate) fn harness(what: impl Into<String>) -> Self {
        Self { exit: ExitCode::Harness, what: what.into(), hint: None }
    }

    /// A file or folder could not be written.
    pub(crate) fn unwritable(path: &Path, why: impl Display) -> Self {
        Self::harness(format!("`{}` cannot be written: {why}", path.display()))
            .hint("name a folder with room that you may write to, with `--out DIR`")
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
