//! `toets merge`: joins the shares of a run, and judges the whole.

use std::path::PathBuf;

use clap::Args;

use super::definitions::{DefinitionArguments, validator_of};
use super::failure::Failure;
use super::run::completeness;
use super::terminal::Terminal;
use super::{output, suite};
use crate::engine::{self, MergeError};
use crate::judge::ExitCode;

/// Arguments of `toets merge`.
#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// Folders of all shares of one run
    #[arg(value_name = "DIR", required = true)]
    pub(crate) shares: Vec<PathBuf>,
    /// Folder for the joined evidence and its reports
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// Quiet: only the summary, no colour
    #[arg(long)]
    pub(crate) ci: bool,
    /// INCOMPLETE ends with exit code 1 as well
    #[arg(long)]
    pub(crate) require_complete: bool,
    #[command(flatten)]
    pub(crate) definitions: DefinitionArguments,
}

/// Joins shares and writes the reports of the whole.
pub(crate) fn merge(arguments: &MergeArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let mut shares = Vec::new();
    for folder in &arguments.shares {
        let opened =
            engine::open(folder).map_err(|why| Failure::usage(why.to_string()).hint("name the folders of all shares"))?;
        if let Some(line) = opened.torn {
            terminal.note(&format!("note: line {line} of the evidence in `{}` is torn; it is left out", folder.display()));
        }
        if opened.evidence.start.plan.suite.digest != suite.digest {
            let what = format!("`{}` was run with another suite than the one that judges", folder.display());
            return Err(
                Failure::usage(what).hint("join with the same Toets, and the same `--suite`, as the shares were run with")
            );
        }
        shares.push((folder.display().to_string(), opened.evidence));
    }
    let evidence = engine::merge(shares).map_err(|why| refused(&why))?;
    let validator = validator_of(&evidence, &arguments.definitions)?;
    let stored = engine::store(&evidence, &arguments.out);
    if let Err(occupied @ engine::RecordError::Occupied { .. }) = &stored {
        return Err(Failure::usage(occupied.to_string()));
    }
    let completeness = completeness(arguments.require_complete);
    let bench = output::Bench { suite: &suite, validator: &validator, completeness };
    let folder = output::Folder { path: &arguments.out, trouble: stored.err() };
    output::conclude(&evidence, &bench, &folder, &terminal).map(|concluded| concluded.exit)
}

fn refused(why: &MergeError) -> Failure {
    let hint = match why {
        MergeError::Nothing | MergeError::NoShard(_) => "run each share with `toets run --shard i/n --out DIR`",
        MergeError::Differ { .. } => "run all shares with the same Toets and arguments against the same address",
        MergeError::Twice { .. } => "name each share once",
        MergeError::Missing(_) => "run it, and name its folder as well",
    };
    Failure::usage(why.to_string()).hint(hint)
}
