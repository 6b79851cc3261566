//! What starts the client for each phase when no person does: a program of the
//! vendor, or the built-in reference consulter.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;

use tokio::task::JoinHandle;

use super::statement::{self, StatementError, Statements};
use crate::drive::{Address, Courier, Ended, Letter, Program, Started, Tls, Verb};
use crate::evidence::ProgramEnd;
use crate::plan::Limits;

/// What a client has to know of a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// The step.
    pub step: String,
    /// Logical id of the patient.
    pub patient: String,
    /// Test BSN of the patient.
    pub bsn: String,
}

/// How a client ended, and what it says that it shows.
pub type Done = (ProgramEnd, Statements);

/// A client that runs in this process.
pub type BuiltIn = Box<dyn Fn(Facts) -> Pin<Box<dyn Future<Output = Done> + Send>> + Send + Sync>;

/// What starts the client.
pub enum Driver {
    /// A program; it gets the facts in its environment.
    Program(Program),
    /// An address of the vendor that is called; the client then goes on by itself.
    Call {
        /// The address.
        url: String,
        /// Names and values that go with it, beside the facts.
        environment: Vec<(String, String)>,
    },
    /// The reference consulter.
    BuiltIn(BuiltIn),
}

/// A client that was started.
pub(super) enum Running {
    Program(Box<Started>, PathBuf),
    BuiltIn(JoinHandle<Done>),
}

impl Driver {
    /// Starts the client for a phase.
    pub(super) fn start(&self, facts: Facts) -> io::Result<Running> {
        match self {
            Self::Program(program) => {
                let file = attest_file(&facts);
                let mut program = program.clone();
                program.environment.extend(told(facts));
                program.environment.push(("TOETS_ATTEST".to_owned(), file.display().to_string()));
                program.start().map(|started| Running::Program(Box::new(started), file))
            }
            Self::Call { url, environment } => {
                let told: BTreeMap<String, String> = environment.iter().cloned().chain(told(facts)).collect();
                Ok(Running::BuiltIn(tokio::spawn(call(url.clone(), told))))
            }
            Self::BuiltIn(client) => Ok(Running::BuiltIn(tokio::spawn(client(facts)))),
        }
    }
}

impl Driver {
    /// Whether the client goes on by itself when what started it has ended.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self, Self::Call { .. })
    }
}

/// The facts by the names that a program knows them by.
fn told(facts: Facts) -> [(String, String); 4] {
    [
        ("TOETS_SCENARIO".to_owned(), facts.scenario),
        ("TOETS_PHASE".to_owned(), facts.step),
        ("TOETS_PATIENT".to_owned(), facts.patient),
        ("TOETS_BSN".to_owned(), facts.bsn),
    ]
}

/// Calls the address of a vendor with what its client has to know, as a JSON object.
async fn call(url: String, told: BTreeMap<String, String>) -> Done {
    let end = match called(&url, &told).await {
        Ok(status) if (200..300).contains(&status) => ProgramEnd::Code(0),
        Ok(status) => ProgramEnd::NotStarted(format!("it was answered with {status}")),
        Err(why) => ProgramEnd::NotStarted(why),
    };
    (end, Statements::new())
}

async fn called(url: &str, told: &BTreeMap<String, String>) -> Result<u16, String> {
    let address = Address::new(url).map_err(|why| why.to_string())?;
    let courier = Courier::new(&address, &Tls::default(), Limits::default(), 1.0).map_err(|why| why.to_string())?;
    let body = serde_json::to_string(told).map_err(|why| why.to_string())?;
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let letter = Letter { verb: Verb::Post, url: url.to_owned(), headers, body: Some(body) };
    courier.send(&letter).await.map(|reply| reply.status).map_err(|broken| broken.detail)
}

impl Running {
    /// Waits until it ends: how it ended, and what it says that it shows. May be given up and asked again.
    pub(super) async fn ended(&mut self) -> (ProgramEnd, Result<Statements, StatementError>) {
        match self {
            Self::Program(started, file) => {
                let end = match started.ended().await {
                    Ok(Ended::Code(code)) => ProgramEnd::Code(code),
                    Ok(Ended::Signal) => ProgramEnd::Signal,
                    Err(why) => ProgramEnd::NotStarted(why.to_string()),
                };
                (end, statement::of_program(file))
            }
            Self::BuiltIn(task) => match task.await {
                Ok((end, said)) => (end, Ok(said)),
                // It panicked, as another program would crash.
                Err(_) => (ProgramEnd::Signal, Ok(Statements::new())),
            },
        }
    }

    /// Ends it.
    pub(super) async fn end(self) {
        match self {
            Self::Program(started, _) => started.end().await,
            Self::BuiltIn(task) => task.abort(),
        }
    }
}

/// Where the program of a phase may write what its client shows.
fn attest_file(facts: &Facts) -> PathBuf {
    // Two vendors can be in the same phase; neither may find what the other said.
    let own = crate::clock::random_hex(8);
    std::env::temp_dir().join(format!("toets-attest-{own}-{}-{}.json", facts.scenario, facts.step))
}
