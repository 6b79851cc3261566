//! The program: hands its arguments to `cli` and returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(toets::cli::run(std::env::args_os()))
}
