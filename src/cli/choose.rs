//! Choosing what is run: what failed in an earlier run, a share of the whole,
//! or what the user named. Also finds the newest run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::{Args, ValueEnum};

use super::arguments::RunArguments;
use super::definitions;
use super::failure::Failure;
use super::preview::Preview;
use super::{several, terminal::Terminal};
use crate::engine::{self, RECORDS};
use crate::judge::{ExpectationVerdict, Outcome, Verdicts, judge};
use crate::plan::{Plan, Selection, Shard};
use crate::scenario::Suite;

/// Folder of all runs.
pub(crate) const REPORTS: &str = "reports";

/// Arguments that choose what is run, and when.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ChooseArguments {
    /// Only the scenarios with something that failed in the newest run, or in that of --since
    #[arg(long, value_enum, conflicts_with = "ids")]
    pub(crate) only: Option<Only>,
    /// The earlier run that --only looks at
    #[arg(long, value_name = "DIR", requires = "only")]
    pub(crate) since: Option<PathBuf>,
    /// Tell what would be run, and send nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) list: bool,
    /// Tell the requests that would be sent, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Run again what failed when a file changes or a key is pressed
    #[arg(long, conflicts_with_all = ["list", "dry_run", "shard"])]
    pub(crate) watch: bool,
    /// File or folder that --watch looks at; sut.yaml and the suite when left out
    #[arg(long, value_name = "PATH", requires = "watch")]
    pub(crate) watch_path: Vec<PathBuf>,
    /// One share of the scenarios, for example 1/3; `toets merge` joins the shares
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
}

/// What of an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// Scenarios with a failing or broken expectation
    Failed,
}

impl ChooseArguments {
    /// What is told instead of running.
    pub(crate) fn preview(&self) -> Option<Preview> {
        match (self.list, self.dry_run) {
            (true, _) => Some(Preview::List),
            (false, true) => Some(Preview::Requests),
            (false, false) => None,
        }
    }
}

/// What is run; nothing when nothing failed, which is told.
pub(crate) fn selection(arguments: &RunArguments, suite: &Suite, terminal: &Terminal) -> Result<Option<Selection>, Failure> {
    if arguments.choose.only.is_none() {
        let ids = &arguments.ids;
        return Ok(Some(if ids.is_empty() { Selection::All } else { Selection::Only(ids.clone()) }));
    }
    let run = match &arguments.choose.since {
        Some(run) => run.clone(),
        None => newest(Path::new(REPORTS)).ok_or_else(|| {
            Failure::usage("there is no earlier run below `reports/`").hint("name the folder of one with `--since DIR`")
        })?,
    };
    let mut scenarios = BTreeSet::new();
    for run in several::runs_or(&run) {
        let opened = engine::open(&run)
            .map_err(|why| Failure::usage(why.to_string()).hint("name the folder of a run with `--since DIR`"))?;
        let validator = definitions::validator(&arguments.packages, opened.evidence.start.plan.claims.dialect.fhir())?;
        scenarios.extend(failed(&judge(&opened.evidence.start.plan, &opened.evidence, suite, &validator)));
    }
    if scenarios.is_empty() {
        terminal.say(&format!("nothing failed in {}, so there is nothing to run again", run.display()));
        return Ok(None);
    }
    Ok(Some(Selection::Again { scenarios, of: format!("what failed in {}", run.display()) }))
}

/// Scenarios, with variant, of which an expectation failed or broke.
pub(crate) fn failed(verdicts: &Verdicts) -> BTreeSet<String> {
    let is_failed = |verdict: &&ExpectationVerdict| matches!(verdict.outcome, Outcome::Fail | Outcome::Broken);
    verdicts.expectations.iter().filter(is_failed).map(|verdict| scenario_of(&verdict.key)).collect()
}

/// `scenario@variant` of `scenario/step/expectation@variant`.
fn scenario_of(key: &str) -> String {
    let (path, variant) = key.split_once('@').unwrap_or((key, ""));
    format!("{}@{variant}", path.split('/').next().unwrap_or(path))
}

/// Leaves the share that was asked for.
pub(crate) fn share(arguments: &ChooseArguments, plan: &mut Plan) -> Result<(), Failure> {
    let Some(shard) = arguments.shard else { return Ok(()) };
    let whole = plan.scenarios.len();
    shard.keep(plan);
    if plan.scenarios.is_empty() {
        let what = format!("share {shard} is empty: there are {whole} scenarios");
        return Err(Failure::usage(what).hint("split over fewer machines"));
    }
    Ok(())
}

/// The run, or the several in one, below a folder of which the evidence was written last.
pub(crate) fn newest(reports: &Path) -> Option<PathBuf> {
    let written = |folder: PathBuf| -> Option<(SystemTime, PathBuf)> {
        let runs = several::runs_or(&folder);
        let times = runs.iter().filter_map(|run| fs::metadata(run.join(RECORDS)).ok()?.modified().ok());
        Some((times.max()?, folder))
    };
    let folders = fs::read_dir(reports).ok()?.flatten().map(|entry| entry.path());
    folders.filter_map(written).max().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenario_of_a_key_has_its_variant() {
        assert_eq!(scenario_of("reads/read/ok@r4.json.plain"), "reads@r4.json.plain");
    }
}
