//! `toets explain`: what a requirement, scenario, expectation or kind of finding
//! is, and what a run saw of it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::choose::{REPORTS, newest};
use super::definitions::{DefinitionArguments, validator_of};
use super::failure::Failure;
use super::terminal::Terminal;
use super::{several, suite};
use crate::agreements::{Dialect, Requirement};
use crate::engine;
use crate::judge::{ExitCode, judge};
use crate::report::Report;
use crate::report::explain::{self, Known};
use crate::scenario::Suite;

/// Arguments of `toets explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// Requirement, scenario, expectation, or code of a finding or of an issue of `toets validate`
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Folder of the run to look at; the newest below reports/ when left out
    #[arg(long, value_name = "DIR")]
    pub(crate) run: Option<PathBuf>,
    /// Whose part is told of
    #[arg(long, value_enum, default_value = "provider")]
    pub(crate) actor: super::arguments::ActorKind,
    /// Version of FHIR that is claimed
    #[arg(long, value_enum, ignore_case = true, default_value = "r4")]
    pub(crate) fhir: super::validate::Fhir,
    /// What was seen as Markdown, for an issue tracker
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) definitions: DefinitionArguments,
}

/// Tells what is known.
pub(crate) fn explain(arguments: &ExplainArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let run = seen(arguments, &suite)?;
    let plan = suite::whole_plan(&suite, arguments.actor.into(), dialect(arguments, &suite))?;
    let run = run.as_ref().map(|(report, name)| (report, name.as_str()));
    let known = Known { suite: &suite, plan: &plan, run };
    let subject = explain::subject(known, &arguments.id).map_err(|near| {
        let failure = Failure::usage(format!("nothing is called `{}`", arguments.id));
        failure.hint(
            near.map_or_else(|| "`toets coverage` tells what there is".to_owned(), |near| format!("did you mean `{near}`?")),
        )
    })?;
    if !arguments.markdown {
        terminal.say(&explain::text(known, subject, terminal.language()));
        return Ok(ExitCode::Conformant);
    }
    if run.is_none() {
        return Err(
            Failure::usage("there is no run to tell of").hint("run Toets first, or name the folder of a run with `--run DIR`")
        );
    }
    match explain::markdown(known, subject, terminal.language()) {
        text if text.is_empty() => terminal.note(&format!("`{}` has no findings in this run", arguments.id)),
        text => terminal.say(&text),
    }
    Ok(ExitCode::Conformant)
}

/// The version whose plan is told of: the current one, or the last that asks a requirement which that does not.
fn dialect(arguments: &ExplainArguments, suite: &Suite) -> Dialect {
    let current = suite::dialect(arguments.fhir.into());
    let row = suite.catalogue.iter().find(|row| row.id.eq_ignore_ascii_case(&arguments.id));
    let is_asked = |row: &Requirement| row.versions.iter().any(|version| suite.current(version.fhir()) == Some(*version));
    row.filter(|row| !is_asked(row)).and_then(|row| row.versions.last().copied()).unwrap_or(current)
}

/// The run that the user named, or else the newest, when there is one that can be read.
fn seen(arguments: &ExplainArguments, suite: &Suite) -> Result<Option<(Report, String)>, Failure> {
    let folder = arguments.run.as_deref();
    let newest = newest(Path::new(REPORTS));
    let Some(path) = folder.or(newest.as_deref()) else { return Ok(None) };
    let mut seen = Vec::new();
    for path in several::runs_or(path) {
        match engine::open(&path) {
            Ok(opened) => seen.push((opened.evidence, path)),
            Err(_) if folder.is_none() => return Ok(None),
            Err(why) => return Err(Failure::usage(why.to_string()).hint("name the folder of a run with `--run DIR`")),
        }
    }
    // Of several runs the one that was about it.
    let about = seen.iter().position(|(evidence, _)| explain::is_about(&evidence.start.plan, &arguments.id));
    let Some((evidence, path)) = seen.get(about.unwrap_or_default()) else { return Ok(None) };
    let plan = &evidence.start.plan;
    let validator = validator_of(evidence, &arguments.definitions)?;
    let verdicts = judge(plan, evidence, suite, &validator);
    Ok(Some((Report::new(plan, evidence, &verdicts, suite), path.display().to_string())))
}
