//! The parts of a run: which of them is tested, the client of a vendor's file,
//! and both one after the other in one folder.

use std::path::PathBuf;

use super::arguments::{PartKind, RunArguments};
use super::failure::Failure;
use super::listen::{self, ListenArguments};
use super::output::Concluded;
use super::preview::{self, Preview};
use super::run::{self, Run};
use super::{consulter, server, several, table, vendor};
use crate::agreements::{Actor, Dialect};
use crate::judge::ExitCode;
use crate::plan::{Claims, Plan, PlanError, Target, TargetAuth, compile};
use crate::scenario::Suite;
use crate::sut::{Part, SystemUnderTest};

/// An address that nothing is sent to.
pub(crate) const NOWHERE: &str = "http://127.0.0.1/fhir";

/// The part that is tested: what the user says, and the vendor's file has to claim that; else what the file claims.
pub(crate) fn part(arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> Result<Part, Failure> {
    let claimed = sut.map(|sut| sut.claims.actor);
    let part = match (arguments.actor, claimed) {
        (None, Some(_)) if arguments.url.is_some() => Part::Provider,
        (None, claimed) => claimed.unwrap_or(Part::Provider),
        (Some(PartKind::Provider), _) => Part::Provider,
        (Some(PartKind::Consulter), _) => Part::Consulter,
        (Some(PartKind::Both), _) => Part::Both,
    };
    let is_claimed =
        |claimed: Part| (!part.is_provider() || claimed.is_provider()) && (!part.is_consulter() || claimed.is_consulter());
    if arguments.url.is_none() && claimed.is_some_and(|claimed| !is_claimed(claimed)) {
        let failure = Failure::usage("the vendor's file does not claim the part that `--actor` names");
        return Err(failure.hint("claim both parts with `claims: { actor: both }`, or name another file with `--sut`"));
    }
    let only_of_provider = [(arguments.choose.watch, "--watch"), (arguments.choose.shard.is_some(), "--shard")];
    if let Some((_, option)) = only_of_provider.iter().find(|(is_given, _)| *is_given && part.is_consulter()) {
        let failure = Failure::usage(format!("`{option}` is for a provider: the phases of a client follow each other"));
        return Err(failure.hint("leave it out, or test the provider alone with `--actor provider`"));
    }
    let is_started = sut.is_none_or(|sut| sut.client.trigger.is_some()) || arguments.choose.preview().is_some();
    if arguments.ci && part.is_consulter() && !is_started {
        let failure = Failure::usage("nothing starts the client, and with `--ci` nobody is asked to");
        return Err(failure.hint("name what starts it with `client: { trigger: … }` in the vendor's file"));
    }
    Ok(part)
}

/// The client of the vendor's file, or the built-in one.
pub(crate) fn consulter(run: &Run<'_>) -> Result<Concluded, Failure> {
    let arguments = run.arguments;
    let Some(path) = vendor::path(arguments) else {
        return consulter::consulter(
            (arguments, consulter::version(arguments)),
            (run.suite, run.selection),
            run.folder,
            run.terminal,
        );
    };
    let arguments = ListenArguments::of_run(arguments, path.to_owned(), run.folder.to_owned());
    let held = listen::hold(&arguments, (run.suite, run.selection), run.terminal)?;
    held.concluded.into_iter().next().ok_or_else(|| Failure::harness("nobody was at the table"))
}

/// The provider, then the consulter: each whole in a folder of its own.
pub(crate) fn both(run: &Run<'_>, sut: Option<&SystemUnderTest>) -> Result<ExitCode, Failure> {
    let (of_provider, of_consulter) = faults(run.arguments, run.suite)?;
    let parts = chosen(run, sut)?;
    let folder = |name: &str| -> PathBuf { run.folder.join(name) };
    let mut all = Vec::new();
    if parts.is_provider() {
        let (arguments, folder) = (&of_provider, &folder("provider"));
        all.push(Run { arguments, folder, ..*run }.round()?);
    }
    if parts.is_consulter() {
        let (arguments, folder) = (&of_consulter, &folder("consulter"));
        all.push(consulter(&Run { arguments, folder, ..*run })?);
    }
    several::conclude(run.folder, &all, &run.terminal)
}

/// A fault belongs to the one that can have it.
fn faults(arguments: &RunArguments, suite: &Suite) -> Result<(RunArguments, RunArguments), Failure> {
    let (mut provider, mut consulter) = (arguments.clone(), arguments.clone());
    let Some(name) = &arguments.fault else { return Ok((provider, consulter)) };
    let of_provider = || suite.faults.iter().map(|fault| fault.fault.as_str());
    let of_consulter = || suite.consulter_faults.iter().map(|fault| fault.consulter_fault.as_str());
    if of_provider().any(|fault| fault == name) {
        consulter.fault = None;
    } else if of_consulter().any(|fault| fault == name) {
        provider.fault = None;
    } else {
        let near = crate::nearest::nearest(name, of_provider().chain(of_consulter()));
        let usual = "faults are the files in `scenarios/faults` and `scenarios/consulter-faults`".to_owned();
        let hint = near.map_or(usual, |near| format!("did you mean `{near}`?"));
        return Err(Failure::usage(format!("neither a provider nor a client has a fault `{name}`")).hint(hint));
    }
    Ok((provider, consulter))
}

/// The parts that have something of what the user chose.
fn chosen(run: &Run<'_>, sut: Option<&SystemUnderTest>) -> Result<Part, Failure> {
    let dialect = server::claims(run.arguments, sut).dialect;
    let has = |actor: Actor| match planned(run, actor, dialect) {
        Ok(_) => Ok(true),
        Err(PlanError::NothingSelected { .. }) => Ok(false),
        Err(why) => Err(Failure::usage(why.to_string())),
    };
    match (has(Actor::Provider)?, has(Actor::Consulter)?) {
        (true, false) => Ok(Part::Provider),
        (false, true) => Ok(Part::Consulter),
        // Where neither has anything, the first says so.
        _ => Ok(Part::Both),
    }
}

fn planned(run: &Run<'_>, actor: Actor, dialect: Dialect) -> Result<Plan, PlanError> {
    let target = Target::new(NOWHERE, TargetAuth::None);
    compile(run.suite, Claims::new(actor, dialect), target, run.selection)
}

/// What would be run of a client, and of a provider before it.
pub(crate) fn preview(run: &Run<'_>, (part, sut): (Part, Option<&SystemUnderTest>), what: Preview) -> Result<ExitCode, Failure> {
    if what == Preview::Requests {
        let failure = Failure::usage("a client sends the requests, so that nobody knows them beforehand");
        return Err(failure.hint("`--list` tells the phases; `--actor provider` the requests to a provider"));
    }
    let parts = if part == Part::Both { chosen(run, sut)? } else { part };
    if parts.is_provider() {
        preview::preview(what, &run::preview_plan((run.arguments, sut), run.suite, run.selection, run.terminal)?, &run.terminal)?;
    }
    if parts.is_consulter() {
        let claims = (run.arguments.product.clone(), server::claims(run.arguments, sut).dialect);
        let plan = table::plan(run.suite, claims, NOWHERE, run.selection)?;
        preview::preview(what, &plan, &run.terminal)?;
    }
    Ok(ExitCode::Conformant)
}
