//! `toets --version`: the binary, the suite in it, and the definitions that it judges by.

use super::definitions::{self, PackageArguments};
use super::failure::Failure;
use super::suite;
use super::terminal::Terminal;
use crate::agreements::FhirVersion;
use crate::judge::ExitCode;

/// Digits of a digest that are shown.
const DIGITS: usize = 12;

/// Tells what this binary holds.
pub(crate) fn version(terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(None, terminal)?;
    let mut lines = vec![format!("toets {}", env!("CARGO_PKG_VERSION")), format!("suite {}", short(&suite.digest))];
    for fhir in FhirVersion::ALL {
        let validator = definitions::validator(&PackageArguments::default(), fhir)?;
        for definition in definitions::definitions(&validator) {
            let approximation = if definition.approximation { ", an approximation" } else { "" };
            lines.push(format!("{} {} {}{approximation}", definition.id, definition.version, short(&definition.digest)));
        }
    }
    terminal.say(&lines.join("\n"));
    Ok(ExitCode::Conformant)
}

fn short(digest: &str) -> &str {
    let digest = digest.rsplit(':').next().unwrap_or(digest);
    digest.get(..DIGITS).unwrap_or(digest)
}
