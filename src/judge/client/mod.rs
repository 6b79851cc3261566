//! What a client sent in a phase, held against what is expected of it. Order
//! makes no difference; what a request means is `recognise`'s to say.

mod asked;
mod attest;
mod credentials;
mod manners;
mod requests;
#[cfg(test)]
mod testing;

pub(crate) use requests::{Requests, received};

use std::borrow::Cow;
use std::rc::Rc;

use super::answers::Answer;
use super::case::{Case, omitted};
use super::code::Code;
use super::finding::Place;
use super::ruling::{Obstacle, Ruling};
use super::verdict::Reason;
use crate::evidence::{Exchange, Outcome, PhaseEnd, PhaseOver, ProgramEnd};
use crate::fhir::search::Query;
use crate::recognise::{Asks, Recognised, Recogniser};
use crate::redact;
use crate::scenario::{Check, ClientPredicate, Shown, TransactionGroup};

/// What names a number as a BSN.
const BSN_SYSTEMS: [&str; 2] = ["NamingSystem/bsn", "2.16.840.1.113883.2.4.6.3"];

/// Judges an expectation of a phase.
pub(crate) fn judge(case: &Case<'_>) -> Ruling {
    let phase = match Phase::new(case) {
        Ok(phase) => phase,
        Err(reason) => return Ruling::open(reason),
    };
    let mut ruling = Ruling::default();
    phase.exchanges.iter().for_each(|exchange| ruling.saw(&exchange.id));
    match &case.expectation.check {
        Check::Attest(attest) => return attest::judge(case, &attest.ask),
        Check::Asks(asks) => asked::asks(&phase, asks, &mut ruling),
        Check::Client(predicate) => phase.hold(*predicate, &mut ruling),
        _ => {}
    }
    let hangs_on_requests = !matches!(case.expectation.check, Check::Client(ClientPredicate::NoCrash));
    if let Some(count) = phase.beyond.filter(|_| hangs_on_requests) {
        leave_open(&mut ruling, count);
    }
    ruling
}

/// What says only that something has not come.
pub const NOT_COME: [Code; 6] = [
    Code::ExchangeNotAsked,
    Code::CodesNotAsked,
    Code::GroupNotAsked,
    Code::ClientBrokeOff,
    Code::ReferenceUnread,
    Code::PageUnfetched,
];

/// Not all that came was looked at: what was seen to be wrong stays wrong, and all else is open. What is missing may have
/// been among the rest.
fn leave_open(ruling: &mut Ruling, count: u64) {
    ruling.take_out(|finding| NOT_COME.contains(&finding.code).then(String::new));
    ruling.hinder(Obstacle::Untested(Reason::NotAllKept(count)));
}

/// A phase with all that the client sent in it.
pub(super) struct Phase<'c> {
    /// Base URL that was given out.
    base: &'c str,
    /// Name of the token that was given out.
    token: &'c str,
    /// What came, in order.
    exchanges: Vec<&'c Exchange>,
    /// Requests that were not kept.
    beyond: Option<u64>,
    case: &'c Case<'c>,
}

impl<'c> Phase<'c> {
    fn new(case: &'c Case<'c>) -> Result<Self, Reason> {
        let record = case.run.answers.step(case.key, &case.step.id).ok_or(Reason::Stopped)?;
        if let Some(reason) = record.omitted
            && let Obstacle::Untested(reason) = omitted(reason)
        {
            return Err(reason);
        }
        match record.phase.map(|phase| phase.why) {
            Some(PhaseEnd::Skipped) => return Err(Reason::Skipped),
            // Without its end the run was killed in the middle of it.
            Some(PhaseEnd::Stopped) | None => return Err(Reason::Stopped),
            Some(_) => {}
        }
        let not_started = |over: &PhaseOver| matches!(over.program, Some(ProgramEnd::NotStarted(_)));
        // Of a client that was never there nothing is known: that is no finding against it.
        if record.phase.is_some_and(not_started) || !case.run.requests.any(case.run) {
            return Err(Reason::NoClient);
        }
        let token = case.run.plan.target.auth.token().unwrap_or_default();
        let beyond = record.phase.and_then(|phase| phase.beyond);
        Ok(Self { base: case.run.base(), token, exchanges: record.received().collect(), beyond, case })
    }

    fn hold(&self, predicate: ClientPredicate, ruling: &mut Ruling) {
        match predicate {
            ClientPredicate::Credentials => credentials::judge(self, ruling),
            ClientPredicate::CredentialsAtHome => credentials::judge_elsewhere(self, ruling),
            ClientPredicate::OnlyReads => manners::only_reads(self, ruling),
            ClientPredicate::Format => manners::format(self, ruling),
            ClientPredicate::FollowsPages => manners::follows_pages(self, ruling),
            ClientPredicate::EndsPages => manners::ends_pages(self, ruling),
            ClientPredicate::ObeysRetryAfter => manners::obeys_retry_after(self, ruling),
            ClientPredicate::NoCrash => manners::no_crash(self.case, ruling),
            ClientPredicate::BothGroups => asked::both_groups(self, ruling),
            ClientPredicate::NamesPatient => asked::names_patient(self, ruling),
            ClientPredicate::OnePatient => asked::one_patient(self, ruling),
            ClientPredicate::NoBsnInUrl => asked::no_bsn_in_url(self, ruling),
            ClientPredicate::NoOverFetch => asked::no_over_fetch(self, ruling),
            ClientPredicate::NoOwnFilters => asked::no_own_filters(self, ruling),
            ClientPredicate::Includes => asked::includes(self, ruling),
            ClientPredicate::ReadsReferences => asked::reads_references(self, ruling),
            ClientPredicate::GoesOn => asked::goes_on(self, ruling),
        }
    }

    /// What each request at our address means.
    fn meanings(&self) -> Vec<(&'c Exchange, Rc<Recognised>)> {
        let run = self.case.run;
        self.at_home().map(|exchange| (exchange, run.requests.meaning(run, exchange))).collect()
    }

    fn recogniser(&self) -> &'c Recogniser {
        self.case.run.requests.recogniser(self.case.run)
    }

    /// The id of the patient of whom the phase is.
    fn patient(&self) -> Option<&'c str> {
        Some(self.case.run.plan.persona(self.case.scenario.persona.as_deref()?)?.fixture.as_str())
    }

    /// Whether somebody said in this phase that the client shows that something is missing.
    fn tells_that_it_is_incomplete(&self) -> bool {
        attest::is_shown(self.case, Shown::Incomplete)
    }

    /// Names of the exchanges of a group.
    fn exchanges_of(&self, group: TransactionGroup) -> impl Iterator<Item = &'c str> {
        let all = self.case.run.suite.exchanges.iter().filter(move |exchange| exchange.group == group);
        all.map(|exchange| exchange.exchange.as_str())
    }

    /// The request of an exchange as the claimed version has it.
    fn template(&self, name: &str) -> String {
        let run = self.case.run;
        let exchange = run.suite.exchange(name).and_then(|exchange| exchange.request.get(&run.plan.claims.dialect));
        exchange.cloned().unwrap_or_default()
    }

    fn has_parameter(&self, exchange: &Exchange, name: &str) -> bool {
        parameter(exchange, name).is_some()
    }

    /// Whether the page that this answer links to is fetched, in whatever spelling; so too when it links to none.
    fn goes_on_from(&self, exchange: &'c Exchange) -> bool {
        let fetched = |next: &str| self.exchanges.iter().any(|other| spelled(&other.request.url) == spelled(next));
        self.next_link(exchange).is_none_or(fetched)
    }

    /// Whether all that a request asks for was got by another one, to its last page: then this one only looked ahead.
    fn has_all_of(&self, exchange: &Exchange) -> bool {
        let run = self.case.run;
        let meaning = run.requests.meaning(run, exchange);
        let Some(asks) = meaning.asks(self.recogniser().claimed()) else { return false };
        let is_same = |other: &&'c Exchange| {
            let theirs = run.requests.meaning(run, other);
            let same = |theirs: &Asks| theirs.exchange == asks.exchange && theirs.codes.is_superset(&asks.codes);
            other.id != exchange.id
                && theirs.patients == meaning.patients
                && theirs.asks(self.recogniser().claimed()).is_some_and(same)
        };
        self.at_home().filter(is_same).any(|other| self.ends_from(other))
    }

    /// Whether a search is followed from here to a page that has no next.
    fn ends_from(&self, first: &'c Exchange) -> bool {
        let mut at = first;
        for _ in 0..self.exchanges.len() {
            let answered = self.answer(at).is_some_and(|answer| answer.is_success());
            let Some(next) = self.next_link(at) else { return answered };
            let fetched = self.exchanges.iter().find(|other| spelled(&other.request.url) == spelled(next));
            let Some(fetched) = fetched else { return false };
            at = fetched;
        }
        false
    }

    /// Whether an exchange brings anything along: an include of the agreement may be one that brings nothing (3.4).
    fn brings_includes(&self, name: &str) -> bool {
        let run = self.case.run;
        let answer = run.suite.exchange(name).and_then(|exchange| exchange.answer.get(&run.fhir()));
        answer.is_some_and(|answer| !answer.include.is_empty())
    }

    /// Whether a URL names the system of BSNs, or holds the BSN of a persona or, as an identifier, of somebody else.
    fn holds_bsn(&self, url: &str) -> bool {
        let read = |(key, value): (Cow<'_, str>, Cow<'_, str>)| {
            let has = |part: &str| key.contains(part) || value.contains(part);
            let is_number = |code: &str| redact::is_token(code) || redact::is_elfproof(code.as_bytes());
            BSN_SYSTEMS.iter().any(|system| has(system))
                || self.case.run.suite.personas.iter().any(|persona| has(&persona.bsn))
                || (key.contains("identifier") && value.split(['|', ',']).any(is_number))
        };
        url::form_urlencoded::parse(url.replace('?', "&").as_bytes()).any(read)
    }

    /// Factor on every wait.
    fn tempo(&self) -> f64 {
        self.case.run.tempo
    }

    /// What stands for the token in evidence.
    fn token(&self) -> String {
        format!("${{{}}}", self.token)
    }

    /// What came to our own address.
    fn at_home(&self) -> impl Iterator<Item = &'c Exchange> {
        self.exchanges.iter().copied().filter(|exchange| self.is_at_home(exchange))
    }

    fn is_at_home(&self, exchange: &Exchange) -> bool {
        self.is_ours(&exchange.request.url)
    }

    /// Whether a URL is at our origin.
    fn is_ours(&self, url: &str) -> bool {
        origin(url) == origin(self.base)
    }

    /// The path below the base, without the query.
    fn path<'e>(&self, exchange: &'e Exchange) -> Option<&'e str> {
        let below = exchange.request.url.strip_prefix(self.base)?.trim_start_matches('/');
        Some(below.split('?').next().unwrap_or(below))
    }

    /// A request as findings name it.
    fn name(&self, exchange: &Exchange) -> String {
        let url = &exchange.request.url;
        let below = url.strip_prefix(self.base).map_or(url.as_str(), |below| below.trim_start_matches('/'));
        format!("{} {below}", exchange.request.method)
    }

    fn place(&self, exchange: &Exchange) -> Place {
        Place { exchange: Some(exchange.id.clone()), ..Place::default() }
    }

    /// Our answer with its body.
    fn answer(&self, exchange: &'c Exchange) -> Option<Answer<'c>> {
        self.case.run.answers.answer(exchange)
    }

    fn next_link(&self, exchange: &'c Exchange) -> Option<&'c str> {
        self.answer(exchange)?.link("next")
    }

    /// Whether our answer sends the client to another origin.
    fn leads_elsewhere(&self, exchange: &'c Exchange) -> bool {
        let Outcome::Answered(received) = &exchange.outcome else { return false };
        let location = received.headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.as_str());
        [location, self.next_link(exchange)].into_iter().flatten().any(|url| url.contains("://") && !self.is_ours(url))
    }
}

/// The value of a parameter, in the URL or in the form.
fn parameter(exchange: &Exchange, name: &str) -> Option<String> {
    let query = exchange.request.url.split_once('?').map_or("", |(_, query)| query);
    let form = exchange.request.form.as_deref().unwrap_or_default();
    [query, form].iter().find_map(|text| Query::parse(text).ok()?.first(name).map(str::to_owned))
}

/// A URL in one spelling: clients decode and encode links on their way.
fn spelled(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    Query::parse(query).map_or_else(|_| url.to_owned(), |query| format!("{place}?{}", query.write()))
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find('/').map_or(url.len(), |at| after + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled_makes_no_difference_of_encoding() {
        assert_eq!(spelled("http://h/Consent?category=a%7Cb&_page=p1"), spelled("http://h/Consent?category=a|b&_page=p1"));
    }
}
