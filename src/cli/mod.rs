//! The program: arguments to exit code. One file a subcommand.

pub mod diagnostics;
