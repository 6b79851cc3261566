//! What is one vendor's alone: what they are served, how it misbehaves now, and
//! how much of it is under way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;

use super::seat::Seat;
use crate::agreements::FhirVersion;
use crate::fhir::store::Store;
use crate::scenario::{Exchange, Fault, Misbehaviour, Persona, Target};
use crate::serve::fault::{FaultError, Faults};
use crate::serve::provider::{StartError, fill};
use crate::serve::responder::Responder;
use crate::text::Text;

/// Requests of one vendor that are read and answered at the same time; more wait for their turn.
const AT_ONCE: usize = 32;
/// Requests of one vendor that may be open at the same time, answers that are held back included.
const OPEN: usize = 128;
/// Matches on a page when neither the client nor the behaviour says.
const PAGE_SIZE: usize = 100;
/// Stands for the FHIR base at the other origin in where a behaviour leads to: `${elsewhere}/Consent?…`.
pub const ELSEWHERE_SLOT: &str = "${elsewhere}";

/// How a vendor's place behaves from now on. The default is right, with everybody in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// What goes wrong, in order, in the language of faults.
    pub strikes: Vec<Strike>,
    /// The personas that are there; all when left out.
    pub personas: Option<Vec<String>>,
    /// Matches on a page when the client does not say.
    pub page_size: Option<usize>,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strike {
    /// Which requests it strikes.
    pub on: Target,
    /// What goes wrong.
    pub behaviour: Vec<Misbehaviour>,
}

/// Why a place cannot behave so.
#[derive(Debug, thiserror::Error)]
pub enum BehaviourError {
    /// There is no such vendor.
    #[error("there is no vendor `{0}` at this table")]
    UnknownSeat(String),
    /// There is no such persona.
    #[error("there is no persona `{0}`")]
    UnknownPersona(String),
    /// What goes wrong cannot be used.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// Who is there cannot be served.
    #[error(transparent)]
    Fixture(#[from] StartError),
}

/// What places are made of.
#[derive(Debug)]
pub(super) struct Stock {
    pub(super) fhir: FhirVersion,
    pub(super) personas: Vec<Persona>,
    pub(super) exchanges: Vec<Exchange>,
}

/// One vendor's place.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) seat: Seat,
    /// Base URL here, and at the other origin.
    pub(super) base: String,
    pub(super) elsewhere: String,
    /// Everybody.
    whole: Arc<Store>,
    responder: RwLock<Arc<Responder>>,
    pub(super) turns: Arc<Semaphore>,
    open: AtomicUsize,
}

impl Place {
    pub(super) fn new(seat: Seat, origin: &str, other_origin: &str, stock: &Stock) -> Result<Self, BehaviourError> {
        let base = format!("{origin}{}", seat.path);
        let elsewhere = format!("{other_origin}{}", seat.path);
        let whole = Arc::new(fill(&stock.personas, &base, stock.fhir)?);
        let responder = Responder {
            fhir: stock.fhir,
            store: Arc::clone(&whole),
            base: base.clone(),
            token: seat.token.clone(),
            page_size: PAGE_SIZE,
            faults: Faults::prepare(Vec::new(), &stock.exchanges)?,
            elsewhere: elsewhere.clone(),
        };
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { seat, base, elsewhere, whole, responder: RwLock::new(Arc::new(responder)), turns, open: AtomicUsize::new(0) })
    }

    /// Whoever answers now.
    pub(super) fn responder(&self) -> Arc<Responder> {
        Arc::clone(&self.responder.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Behaves so from the next request on; those under way keep what they began with.
    pub(super) fn behave(&self, behaviour: &Behaviour, stock: &Stock) -> Result<(), BehaviourError> {
        let store = match &behaviour.personas {
            None => Arc::clone(&self.whole),
            Some(names) => Arc::new(fill(chosen(names, &stock.personas)?, &self.base, stock.fhir)?),
        };
        let faults = behaviour.strikes.iter().enumerate().map(|(at, strike)| self.fault(at, strike)).collect();
        let responder = Responder {
            fhir: stock.fhir,
            store,
            base: self.base.clone(),
            token: self.seat.token.clone(),
            page_size: behaviour.page_size.unwrap_or(PAGE_SIZE),
            faults: Faults::prepare(faults, &stock.exchanges)?,
            elsewhere: self.elsewhere.clone(),
        };
        *self.responder.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(responder);
        Ok(())
    }

    fn fault(&self, at: usize, strike: &Strike) -> Fault {
        let led = |text: &str| text.replace(ELSEWHERE_SLOT, &self.elsewhere);
        let behaviour = strike.behaviour.iter().map(|behaviour| match behaviour {
            Misbehaviour::Redirect(location) => Misbehaviour::Redirect(led(location)),
            Misbehaviour::Header(headers) => {
                Misbehaviour::Header(headers.iter().map(|(name, value)| (name.clone(), led(value))).collect())
            }
            other => other.clone(),
        });
        Fault {
            fault: format!("{} ({})", self.seat.name, at + 1),
            title: Text { en: String::new(), nl: String::new() },
            fhir: None,
            version: None,
            on: strike.on.clone(),
            behaviour: behaviour.collect(),
            notes: Vec::new(),
            kills: Vec::new(),
            also: Vec::new(),
        }
    }

    /// Room for one more open request; none when there are too many.
    pub(super) fn open(self: &Arc<Self>) -> Option<Open> {
        let open = Open(Arc::clone(self));
        (self.open.fetch_add(1, Ordering::AcqRel) < OPEN).then_some(open)
    }
}

/// A request that is open.
#[derive(Debug)]
pub(super) struct Open(Arc<Place>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

fn chosen<'p>(names: &[String], personas: &'p [Persona]) -> Result<Vec<&'p Persona>, BehaviourError> {
    let find = |name: &String| personas.iter().find(|persona| persona.persona == *name);
    names.iter().map(|name| find(name).ok_or_else(|| BehaviourError::UnknownPersona(name.clone()))).collect()
}
