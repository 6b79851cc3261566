//! `toets run --actor consulter`: the consulter suite with the reference
//! consulter at the table of the reference provider.

use std::path::Path;
use std::sync::Arc;

use super::arguments::RunArguments;
use super::failure::Failure;
use super::output::Concluded;
use super::table::{self, Company, Reference};
use super::terminal::Terminal;
use super::{definitions, output, run, runtime, stop, suite};
use crate::agreements::{Dialect, FhirVersion};
use crate::consult;
use crate::engine::{Driver, Finished, Seats, Settings, Statements};
use crate::fhir::validate::Validator;
use crate::plan::{Plan, Selection};
use crate::recognise::Recogniser;
use crate::scenario::Suite;
use crate::serve::{ListenConfig, Listener, Seat};

/// The one vendor at the table.
const NAME: &str = "consulter";

/// The version of the agreement that the built-in client speaks.
pub(crate) fn version(arguments: &RunArguments) -> Dialect {
    let fhir = arguments.fhir.map_or(FhirVersion::R4, FhirVersion::from);
    arguments.dialect.unwrap_or_else(|| suite::dialect(fhir))
}

/// Runs, judges and reports.
pub(crate) fn consulter(
    (arguments, dialect): (&RunArguments, Dialect),
    (suite, selection): (&Suite, &Selection),
    folder: &Path,
    terminal: Terminal,
) -> Result<Concluded, Failure> {
    let fhir = dialect.fhir();
    known_fault((arguments, fhir), suite)?;
    let suite = Arc::new(suite.clone());
    let validator = definitions::validator(&arguments.packages, fhir)?;
    let finished = runtime::block_on(sit((arguments, dialect), (&suite, selection, &validator), folder, terminal))??;
    let completeness = run::completeness(arguments.require_complete);
    let bench = output::Bench { suite: &suite, validator: &validator, completeness };
    let folder = output::Folder { path: folder, trouble: finished.stored.err() };
    output::conclude(&finished.evidence, &bench, &folder, &terminal)
}

fn known_fault((arguments, fhir): (&RunArguments, FhirVersion), suite: &Suite) -> Result<(), Failure> {
    let Some(name) = &arguments.fault else { return Ok(()) };
    if let Some(fault) = suite.consulter_fault(name) {
        let of_another = || consult::ConsultError::FaultOfAnother(name.clone(), fhir);
        return if fault.is_for(fhir) { Ok(()) } else { Err(super::consult::failure(&of_another(), suite)) };
    }
    let mut known = suite.consulter_faults.iter().map(|fault| fault.consulter_fault.as_str());
    let near = crate::nearest::nearest(name, &mut known).map(str::to_owned);
    let failure = Failure::usage(format!("there is no fault of a client `{name}`"));
    Err(match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("faults of a client are the files in `scenarios/consulter-faults`"),
    })
}

/// The plan for the built-in consulter.
pub(crate) fn plan(
    (arguments, dialect): (&RunArguments, Dialect),
    (suite, selection): (&Suite, &Selection),
    base: &str,
) -> Result<Plan, Failure> {
    let mut plan = table::plan(suite, (arguments.product.clone(), dialect), base, selection)?;
    (plan.target.built_in, plan.target.fault) = (true, arguments.fault.clone());
    Ok(plan)
}

async fn sit(
    (arguments, dialect): (&RunArguments, Dialect),
    (suite, selection, validator): (&Arc<Suite>, &Selection, &Validator),
    folder: &Path,
    terminal: Terminal,
) -> Result<Finished, Failure> {
    let seats = Seat::all([NAME]).map_err(|why| Failure::harness(why.to_string()))?;
    let token = seats[0].token.clone();
    let fhir = dialect.fhir();
    let config = ListenConfig { fhir, ..ListenConfig::new(suite, seats) };
    let (listener, arrivals) = Listener::start(config).await.map_err(|why| Failure::harness(why.to_string()))?;
    let listener = Arc::new(listener);
    let base = listener.base(NAME).unwrap_or_default().to_owned();
    let plan = plan((arguments, dialect), (suite, selection), &base)?;
    let (tables, mut places) = Seats::new(&listener, arguments.tempo);
    let seat = places.remove(NAME).ok_or_else(|| Failure::harness("there is no place at the table"))?;
    let reference = Reference {
        suite: Arc::clone(suite),
        base,
        token: token.clone(),
        faults: arguments.fault.iter().cloned().collect(),
        fhir,
        tempo: arguments.tempo,
        limits: None,
    };
    let company = Company {
        driver: Some(Driver::BuiltIn(reference.client())),
        statements: Statements::new(),
        page: None,
        resumed: None,
        attended: false,
        patience: None,
        strays: table::Strays::default(),
        folder: None,
    };
    let stop = stop::on_interrupt(terminal);
    let settings = table::settings(table::recorder(folder)?, &token, (arguments.tempo, validator), stop)?;
    let settings = Settings { seed: arguments.seed.clone(), ..settings };
    let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect);
    tokio::select! {
        finished = table::sit((&plan, suite, validator), (seat, company), settings, terminal) => Ok(finished),
        () = tables.hand_out(arrivals, &recogniser, |_| ()) => Err(Failure::harness("the listener stopped".to_owned())),
    }
}
