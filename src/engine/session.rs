//! A session: what all scenarios of a run share, and sending one request with
//! everything that has to be recorded of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::watch;

use super::answer::Answer;
use super::event::Event;
use super::log::{Happened, Log};
use crate::digest::{hmac_hex, in_letters};
use crate::drive::{Client, Delivery, Request};
use crate::evidence::{Broken, BrokenKind, OmittedReason, Origin, Sent};
use crate::plan::Plan;
use crate::scenario::Method;

/// What all that runs shares.
pub(super) struct Session {
    pub(super) plan: Arc<Plan>,
    pub(super) client: Client,
    pub(super) log: Log,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) contact: Contact,
    pub(super) seed: String,
}

/// A request with its place in the run.
pub(super) struct Ask<'a> {
    /// `scenario@variant`
    pub(super) scenario: &'a str,
    /// The step.
    pub(super) step: &'a str,
    /// Which exchange of the step it is, from 1.
    pub(super) number: usize,
    /// What makes us send it.
    pub(super) origin: Origin,
    /// The request.
    pub(super) request: Request,
    /// The persona that it is about.
    pub(super) persona: Option<&'a str>,
    /// Its logical id.
    pub(super) patient: Option<&'a str>,
}

impl Session {
    /// Why nothing more is sent, when that is so.
    pub(super) fn halted(&self) -> Option<OmittedReason> {
        if *self.stop.borrow() {
            return Some(OmittedReason::Stopped);
        }
        self.contact.is_given_up().then_some(OmittedReason::Unreachable)
    }

    /// Sixteen letters that are this step's in this run, and again in every run
    /// with the same seed.
    pub(super) fn generated(&self, scenario: &str, step: &str) -> String {
        let hex = hmac_hex(self.seed.as_bytes(), format!("{scenario}/{step}").as_bytes());
        in_letters(&hex).chars().take(16).collect()
    }

    /// Sends a request and records what came of it. Gives the answer to go on
    /// from; nothing when the transport broke.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Option<Answer> {
        let id = format!("{}/{}#{}", ask.scenario, ask.step, ask.number);
        let sent = self.sent(&ask);
        let url = self.log.redacted(&sent.url);
        self.log.tell(Event::Sent { exchange: id.clone(), method: sent.method.clone(), url });
        // Waiting for a turn is our own doing: it is no time that the server took.
        tokio::select! {
            () = self.client.turn() => {}
            () = self.stopped() => {}
        }
        let started_us = self.log.elapsed_us();
        let Delivery { outcome, retries } = self.deliver(&ask.request).await;
        self.learn_tokens();
        self.contact.note(&outcome.as_ref().map(|_| ()).map_err(|broken| broken.kind));
        let kept = self.log.exchange(Happened {
            id: id.clone(),
            scenario: ask.scenario,
            step: ask.step,
            origin: ask.origin,
            sent,
            outcome: &outcome,
            started_us,
            retries,
        });
        outcome.ok().map(|reply| Answer::new(self.plan.claims.dialect.fhir(), id, reply.status, reply.body, kept))
    }

    /// Keeps tokens that came meanwhile out of everything that is recorded from now on.
    pub(super) fn learn_tokens(&self) {
        let name = self.plan.target.auth.token().unwrap_or_default();
        self.client.fresh_tokens(|fresh| self.log.token(name, fresh));
    }

    async fn deliver(&self, request: &Request) -> Delivery {
        tokio::select! {
            delivery = self.client.send(request) => delivery,
            () = self.stopped() => {
                let detail = "the user stopped the run while the answer was awaited".to_owned();
                Delivery { outcome: Err(Broken { kind: BrokenKind::Stopped, detail, status: None }), retries: 0 }
            }
        }
    }

    /// Ends when the user stops the run.
    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could stop the run.
            std::future::pending::<()>().await;
        }
    }

    fn sent(&self, ask: &Ask<'_>) -> Sent {
        let method = match ask.request.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        Sent {
            method: method.to_owned(),
            url: ask.request.url.clone(),
            headers: self.client.headers(&ask.request),
            form: ask.request.form.clone(),
            patient: ask.patient.map(str::to_owned),
            persona: ask.persona.map(str::to_owned),
        }
    }
}

/// Whether anybody is there. Two refusals, or some more silences, before the
/// first answer are enough: all else would be hundreds of the same.
#[derive(Debug, Default)]
pub(super) struct Contact {
    reached: AtomicBool,
    refusals: AtomicU32,
    silences: AtomicU32,
}

const REFUSALS: u32 = 2;
const SILENCES: u32 = 4;

impl Contact {
    fn note(&self, outcome: &Result<(), BrokenKind>) {
        use BrokenKind::{Connect, Cut, Deadline, Name, NotAllowed, Protocol, Stopped, Tls, Token, TooLarge};
        match outcome {
            Ok(()) | Err(TooLarge) => self.reached.store(true, Ordering::Relaxed),
            Err(Name | Connect | Tls) => drop(self.refusals.fetch_add(1, Ordering::Relaxed)),
            Err(Deadline | Cut | Protocol) => drop(self.silences.fetch_add(1, Ordering::Relaxed)),
            Err(NotAllowed | Stopped | Token) => {}
        }
    }

    fn is_given_up(&self) -> bool {
        let refused = self.refusals.load(Ordering::Relaxed) >= REFUSALS;
        let silent = self.silences.load(Ordering::Relaxed) >= SILENCES;
        !self.reached.load(Ordering::Relaxed) && (refused || silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_is_given_up_after_two_refusals_and_no_answer() {
        let contact = Contact::default();
        contact.note(&Err(BrokenKind::Connect));
        assert!(!contact.is_given_up());
        contact.note(&Err(BrokenKind::Name));
        assert!(contact.is_given_up());
    }

    #[test]
    fn contact_is_never_given_up_after_an_answer() {
        let contact = Contact::default();
        contact.note(&Ok(()));
        for _ in 0..10 {
            contact.note(&Err(BrokenKind::Deadline));
        }
        assert!(!contact.is_given_up());
    }
}
