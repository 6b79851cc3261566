//! The reference consulter over real sockets: what it asks when it is right,
//! what each fault changes, what it survives, and what it shows.

mod dialects;
mod faults;
mod golden;
mod plan;
mod program;
mod right;
mod servers;
mod stu3;
mod survival;
mod twins;

use std::sync::OnceLock;

use toets::agreements::Dialect;
use toets::consult::{Outcome, Settings, Whom, run};
use toets::recognise::{Asked, Kind, Recogniser};
use toets::scenario::{Fault, Misbehaviour, Source, Suite, Target, load};
use toets::serve::{Config, Running, start};
use toets::text::Text;

pub(crate) const TOKEN: &str = "test-token-of-the-consulter";

pub(crate) fn suite() -> &'static Suite {
    static SUITE: OnceLock<Suite> = OnceLock::new();
    SUITE.get_or_init(|| load(&Source::Embedded).expect("the suite of the house is right"))
}

/// The reference provider with these faults.
pub(crate) async fn provider(faults: &[&str], page_size: usize) -> Running {
    let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
    start(Config { faults, page_size, ..Config::new(suite(), TOKEN) }).await.expect("a free port")
}

/// The reference provider that does this when it is asked an exchange.
pub(crate) async fn wrong_provider(exchange: &str, behaviour: Misbehaviour) -> Running {
    let on = Target { exchange: Some(exchange.to_owned()), ..Target::default() };
    let title = Text { en: String::new(), nl: String::new() };
    let fault = Fault {
        fault: "test".to_owned(),
        title,
        fhir: None,
        version: None,
        on,
        behaviour: vec![behaviour],
        notes: Vec::new(),
        kills: Vec::new(),
        also: Vec::new(),
    };
    let suite = Suite { faults: vec![fault], ..suite().clone() };
    start(Config { faults: vec!["test".to_owned()], ..Config::new(&suite, TOKEN) }).await.expect("a free port")
}

/// Settings for a server with the token of these tests, in a hurry.
/// Whether a request below the base is all of this exchange, as this version has it.
pub(crate) fn is(exchange: &str, below: &str, dialect: Dialect) -> bool {
    let recogniser = Recogniser::new(&suite().exchanges, dialect);
    match recogniser.recognise(&Asked::get(below, "http://127.0.0.1")).kind {
        Kind::Exchange(asks) => asks.exchange == exchange && asks.whole.contains(&dialect),
        _ => false,
    }
}

pub(crate) fn settings(base: &str, patient: &str) -> Settings<'static> {
    let mut settings = Settings::new(suite(), base, Whom::Id(patient.to_owned()));
    settings.token = Some(TOKEN.to_owned());
    settings.tempo = 0.2;
    settings
}

pub(crate) async fn consulted(settings: &Settings<'_>) -> Outcome {
    run(settings).await.expect("the settings are right")
}

/// Names of the exchanges of both groups.
pub(crate) fn exchanges() -> impl Iterator<Item = &'static str> {
    suite().exchanges.iter().map(|exchange| exchange.exchange.as_str()).filter(|name| *name != "patient-lookup")
}
