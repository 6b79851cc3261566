//! What Toets serves: the reference provider, over the personas of the suite,
//! right unless a fault tells it otherwise. The only room that names axum; what
//! an answer says is decided without it, from one plain value to another.

mod answer;
mod bundle;
mod capability;
mod fault;
mod format;
mod gate;
mod greet;
mod line;
mod listen;
mod live;
mod mutant;
mod patch;
mod provider;
mod request;
mod responder;
mod room;
mod server;
mod wire;

#[cfg(test)]
mod tests;

pub use answer::Sending;
pub use fault::FaultError;
pub use line::Places;
pub use listen::{
    Answered, Arrival, Arrivals, Asked, Behaviour, BehaviourError, Broken, Credential, ELSEWHERE_SLOT, Fingerprint, Heard,
    ListenConfig, ListenError, Listener, Reason, Seat, SeatError, Stray, Strike, Tls, TlsError,
};
pub use live::{LivePage, PagePlace, Pressed, Viewers, live_page};
pub use mutant::{Mutant, MutantError, Mutated};
pub use provider::{Config, Running, StartError, start};
pub use wire::Deadlines;
