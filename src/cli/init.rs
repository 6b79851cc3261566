//! `toets init`: asks a few questions and writes the vendor's file, with its
//! schema beside it so that editors help from the first letter.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{suite, vendor};
use crate::agreements::Dialect;
use crate::drive::Address;
use crate::judge::ExitCode;
use crate::sut::{Answers, AuthAnswer, FILE, SCHEMA_FILE, schema, starter};

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// File that is written
    #[arg(value_name = "FILE", default_value = FILE)]
    pub(crate) file: PathBuf,
    /// Ask nothing: write what is usual
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Writes the file; never over another.
pub(crate) fn init(arguments: &InitArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let path = &arguments.file;
    if path.exists() {
        return Err(occupied(path));
    }
    let usual = Answers::default();
    let answers = if arguments.yes || !terminal.answers() { usual } else { asked(&usual, terminal)? };
    write(path, &starter(&answers))?;
    let beside = path.with_file_name(SCHEMA_FILE);
    fs::write(&beside, format!("{:#}\n", schema())).map_err(|why| Failure::unwritable(&beside, why))?;
    // What we wrote has to be what we read.
    vendor::read(path, &suite::suite(None, terminal)?, terminal)?;
    terminal.say(&format!("`{}` is written; look through it, then `toets run`", path.display()));
    Ok(ExitCode::Conformant)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|why| match why.kind() {
        ErrorKind::AlreadyExists => occupied(path),
        _ => Failure::usage(format!("`{}` cannot be written: {why}", path.display())),
    })
}

fn occupied(path: &Path) -> Failure {
    Failure::usage(format!("`{}` is there already, and is not written over", path.display()))
        .hint("name another file: `toets init other.yaml`, then `toets run --sut other.yaml`")
}

fn asked(usual: &Answers, terminal: &Terminal) -> Result<Answers, Failure> {
    let product = terminal.ask("Name of the product?", &usual.product);
    let base = terminal.ask("FHIR base URL?", &usual.base);
    Address::new(&base).map_err(|why| Failure::usage(why.to_string()).hint(super::address::BASE))?;
    let version = dialect(&terminal.ask("Version of the agreement (r4-rc2, r4-rc1, r4-beta3, stu3-rc2)?", "r4-rc2"))?;
    let auth = auth(&terminal.ask("Authentication (none, bearer, oauth2, command)?", "bearer"))?;
    let variable = match auth {
        AuthAnswer::None | AuthAnswer::Command => usual.variable.clone(),
        AuthAnswer::Bearer => terminal.ask("Environment variable of the token?", &usual.variable),
        AuthAnswer::OAuth2 => terminal.ask("Environment variable of the client secret?", "TOETS_CLIENT_SECRET"),
    };
    let is_name = variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name || variable.starts_with(|first: char| first.is_ascii_digit()) {
        let failure = Failure::usage(format!("`{variable}` cannot be the name of an environment variable"));
        return Err(failure.hint("letters, digits and `_`: the name, not the secret itself"));
    }
    Ok(Answers { product, base, version, auth, variable })
}

fn dialect(answer: &str) -> Result<Dialect, Failure> {
    serde_json::from_value(answer.into())
        .map_err(|_| Failure::usage(format!("there is no version `{answer}`")).hint("write it as `r4-rc2`"))
}

fn auth(answer: &str) -> Result<AuthAnswer, Failure> {
    match answer {
        "none" => Ok(AuthAnswer::None),
        "bearer" => Ok(AuthAnswer::Bearer),
        "oauth2" => Ok(AuthAnswer::OAuth2),
        "command" => Ok(AuthAnswer::Command),
        _ => Err(Failure::usage(format!("Toets knows no authentication `{answer}`")).hint("none, bearer, oauth2 or command")),
    }
}
