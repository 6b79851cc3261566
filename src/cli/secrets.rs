//! Where the values of secrets come from: the environment, a file, or whoever
//! sits at the terminal.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::sut::Secret;

/// Bytes of a file that holds a secret.
const LONGEST: u64 = 64 << 10;

/// The value of the secret with this name.
pub(crate) fn value(name: &str, secret: &Secret, terminal: &Terminal) -> Result<String, Failure> {
    match secret {
        Secret::Env(variable) => std::env::var(variable).ok().filter(|value| !value.trim().is_empty()).ok_or_else(|| {
            Failure::usage(format!("there is no secret in the environment variable {variable}"))
                .hint(format!("set {variable} before you run Toets; the file says that it is read from there"))
        }),
        Secret::File(path) => from_file(path),
        Secret::Prompt(question) if terminal.answers() => terminal
            .ask_secret(question)
            .map_err(|why| Failure::usage(format!("the answer to \"{question}\" cannot be read: {why}"))),
        Secret::Prompt(question) => Err(Failure::usage(format!("nobody is there to answer \"{question}\", which gives {name}"))
            .hint(
                "a prompt needs a terminal, and neither `--ci` nor `--watch`; there write `env` or `file` instead of `prompt`",
            )),
    }
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    read.map_err(|why| {
        Failure::usage(format!("the secret in `{}` cannot be read: {why}", path.display()))
            .hint("paths in the file are relative to the folder that it is in")
    })?;
    Ok(text)
}
