//! Starting and stopping the reference provider.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::fault::{FaultError, Faults};
use super::responder::{ELSEWHERE, Responder};
use super::server::{self, BASE_PATH};
use crate::agreements::{Dialect, FhirVersion};
use crate::fhir::json;
use crate::fhir::store::Store;
use crate::scenario::{Fault, Misbehaviour, Persona, Suite};

/// How the reference provider is to be.
#[derive(Debug, Clone)]
pub struct Config<'c> {
    /// Gives the personas it serves, the exchanges it knows and the faults it may have.
    pub suite: &'c Suite,
    /// The version of FHIR that it speaks.
    pub fhir: FhirVersion,
    /// Port on the loopback address; 0 for any that is free.
    pub port: u16,
    /// The bearer token it takes.
    pub token: String,
    /// Faults that it has, by name.
    pub faults: Vec<String>,
    /// Matches on a page when the client does not say.
    pub page_size: usize,
}

impl<'c> Config<'c> {
    /// A provider without faults on any free port.
    #[must_use]
    pub fn new(suite: &'c Suite, token: impl Into<String>) -> Self {
        Self { suite, fhir: FhirVersion::R4, port: 0, token: token.into(), faults: Vec::new(), page_size: 100 }
    }
}

/// Why the provider cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}: {error}")]
    Port {
        /// The port asked for.
        port: u16,
        /// What the system says.
        error: std::io::Error,
    },
    /// There is no fault of that name.
    #[error("there is no fault `{0}`")]
    UnknownFault(String),
    /// A fault cannot be used.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// A resource of a persona cannot be served.
    #[error("{resource} of persona `{persona}` cannot be served: {message}")]
    Fixture {
        /// Name of the persona.
        persona: String,
        /// Type and id.
        resource: String,
        /// Why.
        message: String,
    },
}

/// A provider that runs. It stops when this is dropped; `stop` also waits until it has.
#[derive(Debug)]
pub struct Running {
    /// Its FHIR base URL, without a final slash.
    pub base_url: String,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
}

/// Time that answers under way get when the provider stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// Starts the reference provider. It needs a tokio runtime.
///
/// # Errors
/// When the port is taken, or the suite holds something that cannot be served.
pub async fn start(config: Config<'_>) -> Result<Running, StartError> {
    let refused = |error| StartError::Port { port: config.port, error };
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, config.port))).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let base_url = format!("http://{address}{BASE_PATH}");
    let responder = prepare(&config, &base_url)?;
    let (stop, stopped) = watch::channel(false);
    let served = server::serve(listener, responder, stopped).map_err(refused)?;
    Ok(Running { base_url, stop, served })
}

impl Running {
    /// Stops: answers under way are finished, within bounds.
    pub async fn stop(self) {
        // Fails only when nobody listens any more: then it has stopped already.
        let _ = self.stop.send(true);
        let abort = self.served.abort_handle();
        if timeout(FAREWELL, self.served).await.is_err() {
            abort.abort();
        }
    }
}

/// The provider without its sockets.
pub(super) fn prepare(config: &Config<'_>, base_url: &str) -> Result<Responder, StartError> {
    let mut faults = Vec::new();
    for name in &config.faults {
        let known = |name: &str| config.suite.fault(name).cloned().ok_or_else(|| StartError::UnknownFault(name.to_owned()));
        let fault = known(name)?;
        faults.extend(fault.beside().map(|beside| known(&beside)).transpose()?);
        faults.push(fault);
    }
    Ok(Responder {
        store: Arc::new(fill(&personas(config.suite, &faults), base_url, config.fhir)?),
        fhir: config.fhir,
        base: base_url.to_owned(),
        token: config.token.clone(),
        page_size: config.page_size,
        faults: Faults::prepare(faults, &config.suite.exchanges)?,
        elsewhere: ELSEWHERE.to_owned(),
    })
}

/// The personas, with what they have in the versions that faults tell of.
fn personas(suite: &Suite, faults: &[Fault]) -> Vec<Persona> {
    let versions = faults.iter().flat_map(|fault| &fault.behaviour).filter_map(|behaviour| match behaviour {
        Misbehaviour::DataOf(dialect) => Some(*dialect),
        _ => None,
    });
    let versions: Vec<Dialect> = versions.collect();
    let in_all =
        |persona: &Persona| versions.iter().fold(persona.clone(), |persona, dialect| persona.in_version(*dialect).into_owned());
    suite.personas.iter().map(in_all).collect()
}

/// A store of these personas, of a server with this address.
pub(super) fn fill<'p>(
    personas: impl IntoIterator<Item = &'p Persona>,
    base_url: &str,
    fhir: FhirVersion,
) -> Result<Store, StartError> {
    let mut store = Store::new(fhir.types(), base_url);
    for persona in personas {
        load(&mut store, persona, fhir)?;
    }
    Ok(store)
}

fn load(store: &mut Store, persona: &Persona, fhir: FhirVersion) -> Result<(), StartError> {
    for (resource, text) in persona.resources(fhir) {
        let failed =
            |message: String| StartError::Fixture { persona: persona.persona.clone(), resource: resource.clone(), message };
        let tree = json::read(text.as_bytes(), store.types()).map_err(|error| failed(error.to_string()))?;
        store.put(tree).map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}
