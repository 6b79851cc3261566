//! `toets judge`: judges the evidence of an earlier run again, with no network.

use super::arguments::JudgeArguments;
use super::definitions::validator_of;
use super::failure::Failure;
use super::run::completeness;
use super::terminal::Terminal;
use super::{output, suite};
use crate::engine;
use crate::judge::ExitCode;

/// Judges an earlier run again and writes its reports again.
pub(crate) fn judge(arguments: &JudgeArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let opened = engine::open(&arguments.run).map_err(|why| {
        Failure::usage(why.to_string()).hint("name the folder of a run, for example `toets judge reports/2026-11-22T14-03-05Z`")
    })?;
    if let Some(line) = opened.torn {
        terminal.note(&format!("note: line {line} of the evidence is torn, because the run was killed; it is left out"));
    }
    let evidence = opened.evidence;
    if evidence.start.plan.suite.digest != suite.digest {
        terminal.note("note: the suite is another one than that of the run; what does not match is untested");
    }
    let validator = validator_of(&evidence, &arguments.definitions)?;
    let completeness = completeness(arguments.require_complete);
    let bench = output::Bench { suite: &suite, validator: &validator, completeness };
    let folder = output::Folder { path: &arguments.run, trouble: None };
    output::conclude(&evidence, &bench, &folder, &terminal).map(|(exit, _)| exit)
}
