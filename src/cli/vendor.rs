//! The vendor's file on the command line: which one is read, and its mistakes.

use std::path::Path;

use super::arguments::RunArguments;
use super::diagnostics;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::scenario::Suite;
use crate::sut::{self, FILE, Mistakes, SystemUnderTest};

/// What the vendor's file says: the one that is named, or `sut.yaml` of this folder when nothing else says what is run.
pub(crate) fn file(arguments: &RunArguments, suite: &Suite, terminal: &Terminal) -> Result<Option<SystemUnderTest>, Failure> {
    path(arguments).map(|path| read(path, suite, terminal)).transpose()
}

/// Where the vendor's file is.
pub(crate) fn path(arguments: &RunArguments) -> Option<&Path> {
    let is_read = arguments.url.is_none() && arguments.fault.is_none();
    arguments.sut.as_deref().or_else(|| usual().filter(|_| is_read))
}

/// The file that is read when none is named, where it is there.
pub(crate) fn usual() -> Option<&'static Path> {
    Some(Path::new(FILE)).filter(|file| file.is_file())
}

/// What a vendor's file says; mistakes in it are drawn before the command ends.
pub(crate) fn read(path: &Path, suite: &Suite, terminal: &Terminal) -> Result<SystemUnderTest, Failure> {
    sut::load(path, suite).map_err(|mistakes| {
        terminal.note(&drawn(&mistakes, terminal));
        Failure::usage(format!("`{}` cannot be used", path.display()))
            .hint("mend what is drawn above; docs/sut.md explains every key")
    })
}

/// The mistakes as they are shown, without the secrets that stand in the file.
pub(crate) fn drawn(mistakes: &Mistakes, terminal: &Terminal) -> String {
    diagnostics::draw(&mistakes.diagnostics, &|_| Some(mistakes.text.clone()), terminal.paint())
}
