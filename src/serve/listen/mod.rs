//! Many vendors' clients at one table: each has an address and credentials of
//! its own, every request is told with whose it is before its answer goes, and
//! what a place answers can be made to go wrong while it runs.

mod arrival;
mod fit;
mod handle;
mod place;
mod seat;
#[cfg(test)]
mod tests;
mod tls;
mod trouble;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use arrival::{Answered, Arrival, Arrivals, Asked, Broken, Heard};
pub use fit::{Credential, Reason, Stray};
pub use place::{Behaviour, BehaviourError, ELSEWHERE_SLOT, Strike};
pub use seat::{Fingerprint, Seat, SeatError};
pub use tls::{Tls, TlsError};

use super::gate::{Bounds, Gate};
use super::line::Places;
use super::server;
use super::wire::Deadlines;
use crate::agreements::FhirVersion;
use crate::scenario::Suite;
use handle::{Origin, Table, handle};
use place::{Place, Stock};
use trouble::troubles;

/// How the table is to be.
#[derive(Debug, Clone)]
pub struct ListenConfig<'c> {
    /// Gives the personas that are served, and the exchanges that behaviours name.
    pub suite: &'c Suite,
    /// Address that is listened at.
    pub address: IpAddr,
    /// Port; 0 for any that is free. The other origin is at any that is free.
    pub port: u16,
    /// Name of this machine in base URLs; the address when left out.
    pub host: Option<String>,
    /// The version of FHIR that is spoken.
    pub fhir: FhirVersion,
    /// The vendors.
    pub seats: Vec<Seat>,
    /// Whether TLS is spoken.
    pub tls: Tls,
    /// Whether each client has to show the certificate that was issued to its vendor.
    pub mutual: bool,
    /// Where the authority is kept with what it issues, to be used again; nowhere when left out.
    pub folder: Option<PathBuf>,
    /// Times that connections are held to.
    pub deadlines: Deadlines,
    /// Connections at the same time.
    pub places: Places,
}

impl<'c> ListenConfig<'c> {
    /// A table on the loopback address, without TLS.
    #[must_use]
    pub fn new(suite: &'c Suite, seats: Vec<Seat>) -> Self {
        Self {
            suite,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            host: None,
            fhir: FhirVersion::R4,
            seats,
            tls: Tls::Off,
            mutual: false,
            folder: None,
            deadlines: Deadlines::default(),
            places: Places::default(),
        }
    }
}

/// Why nobody can be listened to.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on {address}: {error}")]
    Port {
        /// Address and port asked for.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// An address that stands for all addresses is no part of a URL.
    #[error("{0} stands for every address of this machine, so it makes no base URL")]
    NoHost(IpAddr),
    /// The vendors cannot sit at one table.
    #[error(transparent)]
    Seats(#[from] SeatError),
    /// TLS cannot be spoken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// What is served cannot be.
    #[error(transparent)]
    Stock(#[from] BehaviourError),
}

/// A table that is open. It closes when this is dropped; `stop` also waits until it has.
pub struct Listener {
    table: Arc<Table>,
    stock: Stock,
    origin: String,
    other_origin: String,
    ca_pem: Option<String>,
    clients: Vec<String>,
    stop: watch::Sender<bool>,
    served: Vec<JoinHandle<()>>,
}

/// Time that answers under way get when it stops.
const FAREWELL: Duration = Duration::from_secs(2);

impl Listener {
    /// Opens the table. It needs a tokio runtime.
    ///
    /// # Errors
    /// When a port is taken, vendors cannot be told apart, TLS cannot be spoken, or the suite holds something
    /// that cannot be served.
    pub async fn start(mut config: ListenConfig<'_>) -> Result<(Self, Arrivals), ListenError> {
        seat::check(&config.seats)?;
        let host = host(&config)?;
        let tls = secure(&mut config, &host)?;
        let (first, other) = (bind(config.address, config.port).await?, bind(config.address, 0).await?);
        let scheme = if tls.acceptor.is_some() { "https" } else { "http" };
        let origin = |port| format!("{scheme}://{host}:{port}");
        let (origin, other_origin) = (origin(port_of(&first)?), origin(port_of(&other)?));
        let stock =
            Stock { fhir: config.fhir, personas: config.suite.personas.clone(), exchanges: config.suite.exchanges.clone() };
        let (sender, arrivals) = Arrivals::channel();
        let table = Arc::new(Table::new(&config, sender, [&origin, &other_origin], &stock)?);
        let (stop, stopped) = watch::channel(false);
        let mut served = Vec::new();
        for (listener, is_other) in [(first, false), (other, true)] {
            let address = SocketAddr::new(config.address, config.port);
            let tell = troubles(&table, is_other);
            let bounds =
                Bounds { deadlines: config.deadlines, places: config.places, tell: Some(tell), tls: tls.acceptor.clone() };
            let gate = Gate::open(listener, bounds).map_err(|error| ListenError::Port { address, error })?;
            let state = Origin { table: Arc::clone(&table), is_other, stopped: stopped.clone() };
            served.push(server::spawn(gate, Router::new().fallback(handle).with_state(state), stopped.clone()));
        }
        let (ca_pem, clients) = (tls.ca_pem, tls.clients);
        Ok((Self { table, stock, origin, other_origin, ca_pem, clients, stop, served }, arrivals))
    }

    /// Where it is: scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where nothing is but a record of who comes: scheme, host and port.
    #[must_use]
    pub fn other_origin(&self) -> &str {
        &self.other_origin
    }

    /// The vendors.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.table.seats
    }

    /// The FHIR base URL of a vendor, without a final slash.
    #[must_use]
    pub fn base(&self, seat: &str) -> Option<&str> {
        self.place(seat).map(|place| &*place.base)
    }

    /// What would be the FHIR base URL of a vendor at the other origin.
    #[must_use]
    pub fn base_elsewhere(&self, seat: &str) -> Option<&str> {
        self.place(seat).map(|place| &*place.elsewhere)
    }

    /// The certificate of the authority that clients have to trust, in PEM; none without TLS, and with a
    /// certificate that somebody brought.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Certificate and key that the client of a vendor has to show, in PEM.
    #[must_use]
    pub fn client_pem(&self, seat: &str) -> Option<&str> {
        let at = self.table.seats.iter().position(|known| known.name == seat)?;
        self.clients.get(at).map(String::as_str)
    }

    /// Name of the file in the folder that holds the same.
    #[must_use]
    pub fn client_file(&self, seat: &str) -> Option<String> {
        self.client_pem(seat).map(|_| tls::client_file(seat))
    }

    /// Lets the place of a vendor behave so from its next request on; others see nothing of it.
    ///
    /// # Errors
    /// When there is no such vendor or persona, or a strike cannot be used.
    pub fn set_behaviour(&self, seat: &str, behaviour: &Behaviour) -> Result<(), BehaviourError> {
        let place = self.place(seat).ok_or_else(|| BehaviourError::UnknownSeat(seat.to_owned()))?;
        place.behave(behaviour, &self.stock)
    }

    /// What came in and was not told: requests given up by their client before it was their turn, and
    /// connections that never made a request while too many others were being told.
    #[must_use]
    pub fn unheard(&self) -> u64 {
        self.table.unheard.load(Ordering::Acquire)
    }

    /// Stops: answers under way are finished, within bounds.
    pub async fn stop(self) {
        // Fails only when nobody listens any more: then it has stopped already.
        let _ = self.stop.send(true);
        for mut served in self.served {
            if timeout(FAREWELL, &mut served).await.is_err() {
                served.abort();
            }
        }
    }

    fn place(&self, seat: &str) -> Option<&Arc<Place>> {
        self.table.places.iter().find(|place| place.seat.name == seat)
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("origin", &self.origin).field("seats", &self.table.seats).finish_non_exhaustive()
    }
}

fn host(config: &ListenConfig<'_>) -> Result<String, ListenError> {
    match (&config.host, config.address) {
        (Some(host), _) => Ok(host.clone()),
        (None, address) if address.is_unspecified() => Err(ListenError::NoHost(address)),
        (None, IpAddr::V6(address)) => Ok(format!("[{address}]")),
        (None, IpAddr::V4(address)) => Ok(address.to_string()),
    }
}

fn secure(config: &mut ListenConfig<'_>, host: &str) -> Result<tls::Ready, TlsError> {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    hosts.extend((!config.address.is_unspecified()).then(|| config.address.to_string()));
    hosts.push(host.trim_matches(['[', ']']).to_owned());
    hosts.sort();
    hosts.dedup();
    let wanted = tls::Wanted { tls: &config.tls, mutual: config.mutual, folder: config.folder.as_deref(), hosts };
    tls::prepare(&wanted, &mut config.seats)
}

async fn bind(address: IpAddr, port: u16) -> Result<TcpListener, ListenError> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).await.map_err(|error| ListenError::Port { address, error })
}

fn port_of(listener: &TcpListener) -> Result<u16, ListenError> {
    let unknown = |error| ListenError::Port { address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)), error };
    listener.local_addr().map(|address| address.port()).map_err(unknown)
}
