//! `toets judge`: judges the evidence of an earlier run again, with no network.

use std::path::Path;

use super::arguments::JudgeArguments;
use super::definitions::validator_of;
use super::failure::Failure;
use super::output::Concluded;
use super::run::completeness;
use super::terminal::Terminal;
use super::{output, several, suite};
use crate::engine;
use crate::judge::ExitCode;
use crate::scenario::Suite;

/// Judges an earlier run again and writes its reports again; of a folder with several runs each of them.
pub(crate) fn judge(arguments: &JudgeArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
    let suite = suite::suite(arguments.suite.as_deref(), &terminal)?;
    let runs = several::runs(&arguments.run);
    if runs.is_empty() {
        return one(arguments, &suite, (&arguments.run, &terminal)).map(|concluded| concluded.exit);
    }
    let all = runs.iter().map(|run| one(arguments, &suite, (run, &terminal))).collect::<Result<Vec<_>, _>>()?;
    several::conclude(&arguments.run, &all, &terminal)
}

fn one(arguments: &JudgeArguments, suite: &Suite, (run, terminal): (&Path, &Terminal)) -> Result<Concluded, Failure> {
    let opened = engine::open(run).map_err(|why| {
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
    let bench = output::Bench { suite, validator: &validator, completeness };
    output::conclude(&evidence, &bench, &output::Folder { path: run, trouble: None }, terminal)
}
