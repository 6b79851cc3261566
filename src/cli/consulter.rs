//! `toets run --actor consulter`: the consulter suite with the reference
//! consulter at the table of the reference provider.

use std::path::Path;
use std::sync::Arc;

use super::arguments::RunArguments;
use super::failure::Failure;
use super::table::{self, Company, Reference};
use super::terminal::Terminal;
use super::{definitions, output, run, runtime, stop};
use crate::agreements::{Dialect, FhirVersion};
use crate::engine::{Driver, Finished, Seats, Settings, Statements};
use crate::fhir::validate::Validator;
use crate::judge::ExitCode;
use crate::plan::Selection;
use crate::recognise::Recogniser;
use crate::scenario::Suite;
use crate::serve::{ListenConfig, Listener, Seat};

/// The one vendor at the table.
const NAME: &str = "consulter";

/// Runs, judges and reports.
pub(crate) fn consulter(
    arguments: &RunArguments,
    (suite, selection): (&Suite, &Selection),
    folder: &Path,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    known_fault(arguments, suite)?;
    let suite = Arc::new(suite.clone());
    let validator = definitions::validator(&arguments.packages, dialect(arguments).fhir())?;
    let finished = runtime::block_on(sit(arguments, (&suite, selection, &validator), folder, terminal))??;
    let completeness = run::completeness(arguments.require_complete);
    let bench = output::Bench { suite: &suite, validator: &validator, completeness };
    let folder = output::Folder { path: folder, trouble: finished.stored.err() };
    output::conclude(&finished.evidence, &bench, &folder, &terminal).map(|(exit, _)| exit)
}

fn known_fault(arguments: &RunArguments, suite: &Suite) -> Result<(), Failure> {
    let Some(name) = &arguments.fault else { return Ok(()) };
    let mut known = suite.consulter_faults.iter().map(|fault| fault.consulter_fault.as_str());
    if known.clone().any(|fault| fault == name) {
        return Ok(());
    }
    let near = crate::nearest::nearest(name, &mut known).map(str::to_owned);
    let failure = Failure::usage(format!("there is no fault of a client `{name}`"));
    Err(match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("faults of a client are the files in `scenarios/consulter-faults`"),
    })
}

async fn sit(
    arguments: &RunArguments,
    (suite, selection, validator): (&Arc<Suite>, &Selection, &Validator),
    folder: &Path,
    terminal: Terminal,
) -> Result<Finished, Failure> {
    let seats = Seat::all([NAME]).map_err(|why| Failure::harness(why.to_string()))?;
    let token = seats[0].token.clone();
    let config = ListenConfig { fhir: dialect(arguments).fhir(), ..ListenConfig::new(suite, seats) };
    let (listener, arrivals) = Listener::start(config).await.map_err(|why| Failure::harness(why.to_string()))?;
    let listener = Arc::new(listener);
    let base = listener.base(NAME).unwrap_or_default().to_owned();
    let claims = (arguments.product.clone(), dialect(arguments));
    let mut plan = table::plan(suite, claims, &base, selection)?;
    (plan.target.built_in, plan.target.fault) = (true, arguments.fault.clone());
    let (tables, mut places) = Seats::new(&listener, arguments.tempo);
    let seat = places.remove(NAME).ok_or_else(|| Failure::harness("there is no place at the table"))?;
    let reference = Reference {
        suite: Arc::clone(suite),
        base,
        token: token.clone(),
        faults: arguments.fault.iter().cloned().collect(),
        fhir: plan.claims.dialect.fhir(),
        tempo: arguments.tempo,
        limits: None,
    };
    let company = Company {
        driver: Some(Driver::BuiltIn(reference.client())),
        statements: Statements::new(),
        page: None,
        resumed: None,
        attended: false,
    };
    let stop = stop::on_interrupt(terminal);
    let settings = table::settings(run::recorder(folder)?, &token, (arguments.tempo, validator), stop)?;
    let settings = Settings { seed: arguments.seed.clone(), ..settings };
    let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect);
    tokio::select! {
        finished = table::sit((&plan, suite, validator), (seat, company), settings, terminal) => Ok(finished),
        () = tables.hand_out(arrivals, &recogniser, |_| ()) => Err(Failure::harness("the listener stopped".to_owned())),
    }
}

/// What is claimed: the version that was asked for, else the newest for the version of FHIR.
fn dialect(arguments: &RunArguments) -> Dialect {
    if let Some(dialect) = arguments.dialect {
        return dialect;
    }
    match arguments.fhir.map(FhirVersion::from) {
        Some(FhirVersion::Stu3) => Dialect::Stu3Rc2,
        Some(FhirVersion::R4) | None => Dialect::R4Rc2,
    }
}
