//! `toets run --actor consulter`: the consulter suite with the reference
//! consulter at the table of the reference provider.

use std::path::Path;
use std::sync::Arc;

use super::arguments::RunArguments;
use super::failure::Failure;
use super::table::{self, Company, reference};
use super::terminal::Terminal;
use super::{definitions, output, run, runtime, stop};
use crate::agreements::{Actor, Dialect, FhirVersion};
use crate::drive::Secrets;
use crate::engine::{Driver, Finished, Seats, Settings, Statements};
use crate::fhir::validate::Validator;
use crate::judge::{ExitCode, exit_code, judge};
use crate::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use crate::recognise::Recogniser;
use crate::report::Report;
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
    let plan = &finished.evidence.start.plan;
    let verdicts = judge(plan, &finished.evidence, &suite, &validator);
    let report = Report::new(plan, &finished.evidence, &verdicts, &suite);
    let exit = exit_code(&verdicts, &finished.evidence, run::completeness(arguments.require_complete));
    output::finish(&report, &output::Folder { path: folder, trouble: finished.stored.err() }, exit, &terminal)
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
    let plan = plan(arguments, (suite, selection), &base)?;
    let (tables, mut places) = Seats::new(&listener, arguments.tempo);
    let seat = places.remove(NAME).ok_or_else(|| Failure::harness("there is no place at the table".to_owned()))?;
    let faults = arguments.fault.iter().cloned().collect();
    let client = reference(Arc::clone(suite), (base, token.clone()), faults, (plan.claims.dialect.fhir(), arguments.tempo));
    let company = Company {
        driver: Some(Driver::BuiltIn(client)),
        statements: Statements::new(),
        page: None,
        resumed: None,
        attended: false,
    };
    let mut secrets = Secrets::new();
    secrets.insert(super::address::TOKEN, &token).map_err(|why| Failure::harness(why.to_string()))?;
    let settings = Settings {
        recorder: run::recorder(folder)?,
        secrets,
        access: crate::drive::Access::default(),
        tempo: arguments.tempo,
        seed: arguments.seed.clone(),
        definitions: definitions::definitions(validator),
        stop: stop::on_interrupt(terminal),
    };
    let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect);
    tokio::select! {
        finished = table::sit((&plan, suite, validator), (seat, company), settings, terminal) => Ok(finished),
        () = tables.hand_out(arrivals, &recogniser, |_| ()) => Err(Failure::harness("the listener stopped".to_owned())),
    }
}

/// What is claimed: the newest version of the agreement for the version of FHIR.
fn dialect(arguments: &RunArguments) -> Dialect {
    match arguments.fhir.map(FhirVersion::from) {
        Some(FhirVersion::Stu3) => Dialect::Stu3Rc2,
        Some(FhirVersion::R4) | None => Dialect::R4Rc2,
    }
}

fn plan(arguments: &RunArguments, (suite, selection): (&Suite, &Selection), base: &str) -> Result<Plan, Failure> {
    let mut claims = Claims::new(Actor::Consulter, dialect(arguments));
    claims.product.clone_from(&arguments.product);
    let auth = TargetAuth::Bearer(super::address::TOKEN.to_owned());
    let target = Target {
        built_in: true,
        fault: arguments.fault.clone(),
        limits: Limits::default(),
        ..Target::new(base.to_owned(), auth)
    };
    compile(suite, claims, target, selection).map_err(|why| Failure::usage(why.to_string()))
}
